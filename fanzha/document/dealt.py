"""What is known of a case's money beside its flow: rules compared, patterns, readings, breaks, gaps, and the orders given.

Read from the tables, masked here, and shown by the pages and by the terminal alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fanzha.document.gather import Row, by, mask_account, rows
from fanzha.document.standing import codes
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_told

RULES = tuple(vocabulary("attribution_rules"))
OF_ACCOUNT = ("patterns", "outcomes", "gaps")  # tables whose rows are of accounts; the others' are of cases


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One account and currency: disputed money still there and where it went, by each rule (minor units)."""

    key: str
    label: str
    currency: str
    held: dict[str, int]
    gone: dict[str, int]  # passed on, left the accounts, or not located

    @property
    def differs(self) -> bool:
        """Whether the rules that conserve money disagree about what is still there."""
        return len({amount for rule, amount in self.held.items() if rule != "poison"}) > 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What the holder of an account may be (table outcomes), per mille; readings of equal rank."""

    key: str
    label: str
    currency: str
    mule: int
    merchant_front: int
    good_faith: int
    likeliest: str
    reasons: tuple[str, ...]
    presumed: int


@dataclass(frozen=True, slots=True)
class PatternLine:
    """One pattern of an account (table patterns); `transfers` are numbers of transfers."""

    key: str
    label: str
    currency: str
    pattern: str
    from_ms: int
    to_ms: int
    amount: int
    count: int
    transfers: tuple[int, ...]
    innocent: str


@dataclass(frozen=True, slots=True)
class BreakLine:
    """Where money may go on beyond a break (table breaks). An assumption."""

    kind: str
    payer: str
    payee: str
    out_transfer: int
    in_transfer: int
    out_ms: int
    in_ms: int
    out: tuple[int, str]
    into: tuple[int, str]
    disputed: int
    confidence: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShapeLine:
    """A form that disputed money takes (table shapes)."""

    kind: str
    label: str
    at_ms: int
    amount: int
    currency: str
    count: int
    transfers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GapLine:
    """Where a statement is incomplete (table gaps)."""

    label: str
    currency: str
    kind: str
    from_ms: int | None
    to_ms: int | None
    amount: int
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One act of an order's history (table order_events)."""

    act: int
    at_ms: int
    actor: str
    event: str
    state: str
    amount: int | None
    note: str


ENDED_EARLIER = (
    "turned",
    "lifted",
    "refused",
    "returned",
    "withdrawn",
    "declined",
)  # states of orders that ended before their term


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order (table orders) with its history, the latest last."""

    number: int
    verb: str
    state: str
    case_id: str
    label: str
    body: str
    amount: int | None
    currency: str
    held: int | None
    ground: str
    law: str
    innocent: str
    follows: int
    proposer: str
    approvers: str
    proposed_ms: int
    from_ms: int | None
    expires_ms: int | None
    ended_ms: int | None
    reason: str
    events: tuple[EventLine, ...] = ()
    review_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Dealt:
    """Everything above of one case."""

    rules: tuple[RuleLine, ...] = ()
    readings: tuple[Reading, ...] = ()
    patterns: tuple[PatternLine, ...] = ()
    shapes: tuple[ShapeLine, ...] = ()
    breaks: tuple[BreakLine, ...] = ()
    gaps: tuple[GapLine, ...] = ()
    orders: tuple[OrderLine, ...] = ()

    def numbers(self) -> set[int]:
        """Numbers of the transfers that patterns, forms and breaks rest on."""
        found = {number for pattern in self.patterns for number in pattern.transfers}
        found |= {number for shape in self.shapes for number in shape.transfers}
        return found | {number for one in self.breaks for number in (one.out_transfer, one.in_transfer)}


@dataclass(slots=True)
class Dealings:
    """The tables behind `Dealt`, each read when it is first needed, and only the rows of one case or account where one is named."""

    engine: Engine
    names: tuple[str, ...] = ()
    case_id: str = ""
    account: str = ""
    read_so_far: dict[str, dict[Any, list[Row]]] = field(default_factory=dict)

    @classmethod
    def read(cls, engine: Engine, names: tuple[str, ...], *, case_id: str = "", account: str = "") -> "Dealings":
        """Of everything, or of a case, or of an account; `names` are names that must not stand in a text that is shown."""
        return cls(engine, names, case_id, account)

    def table(self, name: str) -> dict[Any, list[Row]]:
        """The rows of a table by case, account or order; "disputed" tells which accounts are of a case."""
        if name not in self.read_so_far:
            key = "account" if name in OF_ACCOUNT else "order" if name == "order_events" else "case_id"
            where, given = self._wanted(name)
            self.read_so_far[name] = by(key, rows(self.engine, name, where, given))
        return self.read_so_far[name]

    def _wanted(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Which rows of a table are of the case or the account."""
        if self.account:
            own, given = '"account" = ?', (self.account,)
        elif self.case_id:
            own, given = '"case_id" = ?', (self.case_id,)
            if name in OF_ACCOUNT:
                own = f'"account" IN (SELECT "account" FROM "disputed" WHERE {own})'
        else:
            return "", ()
        return (f'"order" IN (SELECT "order" FROM "orders" WHERE {own})' if name == "order_events" else own), given

    def of(self, case_id: str) -> Dealt:
        """One case."""
        mine = sorted({row["account"] for row in self.table("disputed").get(case_id, ())})
        return Dealt(
            tuple(_rules(self.table("attributions").get(case_id, ()))),
            tuple(_reading(row) for row in self._of_accounts("outcomes", mine)),
            tuple(_pattern(row) for row in self._of_accounts("patterns", mine)),
            tuple(_shape(row) for row in self.table("shapes").get(case_id, ())),
            tuple(_break(row) for row in self.table("breaks").get(case_id, ())),
            tuple(_gap(row) for row in self._of_accounts("gaps", mine)),
            tuple(self.order(row) for row in self.table("orders").get(case_id, ())),
        )

    def of_account(self, account: str) -> Dealt:
        """One account, over all cases."""
        return Dealt(
            readings=tuple(_reading(row) for row in self._of_accounts("outcomes", [account])),
            patterns=tuple(_pattern(row) for row in self._of_accounts("patterns", [account])),
            gaps=tuple(_gap(row) for row in self._of_accounts("gaps", [account])),
            orders=tuple(self.order(row) for row in self._orders() if row["account"] == account),
        )

    def all(self) -> Dealt:
        """Every account and case."""
        return Dealt(
            readings=tuple(_reading(row) for listed in self.table("outcomes").values() for row in listed),
            patterns=tuple(_pattern(row) for listed in self.table("patterns").values() for row in listed),
            shapes=tuple(_shape(row) for listed in self.table("shapes").values() for row in listed),
            breaks=tuple(_break(row) for listed in self.table("breaks").values() for row in listed),
            orders=tuple(self.orders()),
        )

    def _orders(self) -> list[Row]:
        found = [row for listed in self.table("orders").values() for row in listed]
        return sorted(found, key=lambda row: int(row["order"]))

    def _of_accounts(self, name: str, accounts: Iterable[str]) -> list[Row]:
        return [row for account in accounts for row in self.table(name).get(account, ())]

    def order(self, row: Row) -> OrderLine:
        """One order, with what happened to it."""
        return OrderLine(
            row["order"],
            row["verb"],
            row["state"],
            row["case_id"] or "",
            mask_account(row["account"]),
            row["body"] or "",
            row["amount_minor"],
            row["currency"] or "",
            row["held_minor"],
            row["ground"] or "",
            row["law"] or "",
            row["innocent"] or "none",
            row["follows"],
            row["proposer"],
            row["approvers"] or "",
            row["proposed_ms"],
            row["from_ms"],
            row["expires_ms"],
            row["ended_ms"],
            mask_told(row["reason"] or "", self.names),
            tuple(self._event(one) for one in self.table("order_events").get(row["order"], ())),
            row["review_ms"],
        )

    def _event(self, row: Row) -> EventLine:
        note = mask_told(row["note"] or "", self.names)
        return EventLine(row["act"], row["at_ms"], row["actor"], row["event"], row["state"], row["amount_minor"], note)

    def orders(self) -> list[OrderLine]:
        """Every order, by its number."""
        return [self.order(row) for row in self._orders()]


def order_lines(engine: Engine, names: tuple[str, ...], number: int | None = None) -> list[OrderLine]:
    """Every order by its number, or the one of a number; `names` as `Dealings.read` takes them."""
    one, given = ('"order" = ?', (number,)) if number is not None else ("", ())
    read = {
        "orders": by("case_id", rows(engine, "orders", one, given)),
        "order_events": by("order", rows(engine, "order_events", one, given)),
    }
    return Dealings(engine, names, read_so_far=read).orders()


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in codes(text))


def _rules(found: Iterable[Row]) -> list[RuleLine]:
    grouped: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in found:
        grouped[row["account"], row["currency"]][row["rule"]] = row
    return [
        RuleLine(
            account,
            mask_account(account),
            currency,
            {rule: row["held_minor"] for rule, row in ruled.items()},
            {rule: row["passed_minor"] + row["exited_minor"] + row["unlocated_minor"] for rule, row in ruled.items()},
        )
        for (account, currency), ruled in grouped.items()
    ]


def _reading(row: Row) -> Reading:
    return Reading(
        row["account"],
        mask_account(row["account"]),
        row["currency"],
        row["mule"],
        row["merchant_front"],
        row["good_faith"],
        row["likeliest"],
        codes(row["reasons"]),
        row["presumed_minor"] or 0,
    )


def _pattern(row: Row) -> PatternLine:
    return PatternLine(
        row["account"],
        mask_account(row["account"]),
        row["currency"],
        row["pattern"],
        row["from_ms"],
        row["to_ms"],
        row["amount_minor"],
        row["count"],
        _numbers(row["transfers"]),
        row["innocent"] or "none",
    )


def _shape(row: Row) -> ShapeLine:
    return ShapeLine(
        row["kind"],
        mask_account(row["account"]),
        row["at_ms"],
        row["amount_minor"],
        row["currency"],
        row["count"],
        _numbers(row["transfers"]),
    )


def _break(row: Row) -> BreakLine:
    return BreakLine(
        row["kind"],
        mask_account(row["payer"]),
        mask_account(row["payee"]),
        row["out_transfer"],
        row["in_transfer"],
        row["out_ms"],
        row["in_ms"],
        (row["out_minor"], row["out_currency"]),
        (row["in_minor"], row["in_currency"]),
        row["disputed_minor"],
        row["confidence"],
        codes(row["why"]),
    )


def _gap(row: Row) -> GapLine:
    return GapLine(
        mask_account(row["account"]),
        row["currency"],
        row["kind"],
        row["from_ms"],
        row["to_ms"],
        row["amount_minor"],
        (row["file"], row["row"]),
    )
