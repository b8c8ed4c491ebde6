"""Corrections: whoever received a flag that fell is told so. A flag falls with an upheld appeal, or with a report that was withdrawn.

Source: 反电信网络诈骗法 art. 32; 个人信息保护法 art. 46 (incorrect information is corrected in time). Who received it: bodies that orders on
the account were sent to, and those to whom a table that flags accounts was exported. An export that names no recipient is
taken for the own use of the person who made it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.respond.appeals import Appeal
from fanzha.respond.orders import Order
from fanzha.store.journal import Entry, undone

# Tables that name an account as one that disputed money reached: who has them exported has the flag.
FLAGGING = (
    "appeals", "attributions", "disputed", "exits", "flows", "order_events", "orders", "outcomes", "patterns", "requests",
    "returns", "roles", "shapes", "steps",
)  # fmt: skip
NONE = -1


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction to be sent to `body`: the recipient of order or export `act`, or who exported for `own_use`.

    It is about an `appeal` that was upheld or about a `withdrawn` admission; the other is -1.
    """

    appeal: int
    kind: str  # order or export
    act: int
    body: str
    withdrawn: int = NONE
    own_use: bool = False

    @property
    def name(self) -> str:
        """How an act that says it was sent names it."""
        return f"{self.kind}:{self.act}:{self.body}"


def corrections_due(appeals: Iterable[Appeal], orders: Sequence[Order], entries: Sequence[Entry]) -> list[Correction]:
    """Who must still be sent a correction, appeals first, each cause in the order of its number.

    After an appeal was upheld, wholly or in part: every body to which an order on that account was sent before the decision, and
    whoever got an export that flags accounts since the order was proposed. After an admission was withdrawn: whoever got such an
    export while it stood; to a bank whose order lost its ground goes a lift. A body is told once of one cause.
    """
    by_number = {one.order: one for one in orders}
    found: list[Correction] = []
    for appeal in appeals:
        order = by_number.get(appeal.order)
        if appeal.state not in ("upheld", "partly") or order is None or appeal.decided_ms is None:
            continue
        here = _by_orders(appeal.appeal, order, appeal.decided_ms, orders)
        told_by_order = {one.body for one in here}
        exports = [one for one in entries[order.order :] if one.at_ms <= appeal.decided_ms]
        here += [one for one in _by_exports(exports, appeal=appeal.appeal) if one.body not in told_by_order]
        found += [one for one in here if one.name not in appeal.told]
    return found + _of_withdrawn(entries)


def _by_orders(appeal: int, order: Order, decided_ms: int, orders: Iterable[Order]) -> list[Correction]:
    first_of: dict[str, int] = {}
    for one in sorted(orders, key=lambda each: each.order):
        same = one.order == order.order or (order.account and one.account == order.account)
        if same and one.sent_ms is not None and one.sent_ms <= decided_ms:
            first_of.setdefault(one.body, one.order)
    return [Correction(appeal, "order", number, body) for body, number in first_of.items()]


def _by_exports(entries: Iterable[Entry], appeal: int = NONE, withdrawn: int = NONE) -> list[Correction]:
    """A line for each body that got an export, by its first, and for each export of own use."""
    found: dict[tuple[str, int], Correction] = {}
    for entry in entries:
        if entry.act == "export" and entry.public.get("table") in FLAGGING:
            to = str(entry.public.get("to", ""))
            one = Correction(appeal, "export", entry.seq, to or entry.actor, withdrawn, own_use=not to)
            found.setdefault((to, NONE if to else entry.seq), one)
    return list(found.values())


def _of_withdrawn(entries: Sequence[Entry]) -> list[Correction]:
    gone = undone(entries)
    told = {
        (int(one.public["withdraw"]), str(one.public["told"]))
        for one in entries
        if one.act == "told" and one.seq not in gone
    }
    found: list[Correction] = []
    for act in entries:
        if act.act == "withdraw" and act.seq not in gone:
            admission = int(act.public["admission"])
            due = _by_exports(entries[admission + 1 : act.seq], withdrawn=admission)
            found += [one for one in due if (act.seq, one.name) not in told]
    return sorted(found, key=lambda one: (one.withdrawn, one.act))


def withdrawal_of(entries: Sequence[Entry], admission: int) -> int | None:
    """The act that withdrew an admission and stands; None if it was not withdrawn."""
    gone = undone(entries)
    stands = (one for one in entries if one.act == "withdraw" and one.seq not in gone)
    return next((one.seq for one in stands if int(one.public["admission"]) == admission), None)
