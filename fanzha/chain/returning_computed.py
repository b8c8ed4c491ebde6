"""What is to be returned now, from the tables and the journal: the stage that fills the table `returns`, and notices given.

A return order names the payment it gives back at the beginning of its reason, `[3-17-1]`; what its reply says came back counts
against that payment. A return ordered by hand without it counts for nobody by name, but lowers what is frozen.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from fanzha.chain.returning_evidence import Evidence, evidence, of_traced
from fanzha.respond.appeals import DAY_MS, Appeal, appeals_of, decided_claims
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import Order
from fanzha.respond.refund import NOTICE_DAYS, Claim, Key, Purse, Return, frozen_now, settle, write_returns
from fanzha.store.contract import Tables
from fanzha.store.journal import Entry, undone
from fanzha.trace.follow import Traced

_FOR = re.compile(r"\[([0-9]+)-([0-9]+)-([0-9]+)\]")
_PAYMENTS_SQL = """
SELECT "case_id", COALESCE("amount_minor", 0), "state" FROM "payments" WHERE "file" = ? AND "row" = ? AND "n" = ?
"""


def payment_of(order: Order) -> Key | None:
    """The payment that an order of verb `return` gives back; None for another order, or where its reason names none."""
    found = _FOR.match(order.reason) if order.verb == "return" else None
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def returned(orders: Sequence[Order]) -> dict[tuple[Purse, Key], int]:
    """What was given back so far, by account and payment: what the replies to return orders say."""
    got: dict[tuple[Purse, Key], int] = {}
    for order in orders:
        key = payment_of(order)
        if key is None or order.state != "done":
            continue
        place = ((order.account, order.currency), key)
        got[place] = got.get(place, 0) + sum(one.amount or 0 for one in order.events if one.code == "reply")
    return got


def returns_of(
    engine: Tables,
    orders: Sequence[Order],
    appeals: Sequence[Appeal],
    frozen: Mapping[Purse, int],
    traced: Callable[[], Traced] | None = None,
) -> list[Return]:
    """What goes back to whom from every frozen account, by the money traced; `traced` gives it where the caller keeps it."""
    found = Evidence([], {})
    if frozen:
        found = evidence(engine, frozen) if traced is None else of_traced(traced(), frozen)
    claims = _counted(engine, found, returned(orders), decided_claims(appeals))
    return settle(found.accounts, claims)


def _counted(
    engine: Tables,
    found: Evidence,
    got: Mapping[tuple[Purse, Key], int],
    decided: Mapping[Purse, Mapping[Key, int]],
) -> dict[Purse, list[Claim]]:
    """The claims on each account with what was given back and what was decided on objections."""
    in_all: dict[Key, int] = {}
    for (_, key), amount in got.items():
        in_all[key] = in_all.get(key, 0) + amount
    counted: dict[Purse, list[Claim]] = {}
    for purse, claims in found.claims.items():
        here = {one.key: one for one in claims}
        for key in decided.get(purse, {}):
            if key not in here and (stated := engine.rows(_PAYMENTS_SQL, key)):
                here[key] = Claim(str(stated[0][0]), *key, int(stated[0][1]), shown=False)
        counted[purse] = [
            one._replace(
                returned=in_all.get(key, 0),
                returned_here=got.get((purse, key), 0),
                decided=decided.get(purse, {}).get(key),
            )
            for key, one in sorted(here.items())
        ]
    return counted


def make_returns(engine: Tables, entries: Sequence[Entry], as_of: int, *, drafts: bool = True) -> tuple[str, ...]:
    """Fill the table `returns`, after `orders` was made; the names of the tables made. `drafts`: see `frozen_now`.

    Whose each part of the money is, is worked out from the tables once more, for they do not keep it; nothing where nothing is
    frozen.
    """
    frozen = frozen_now(engine, drafts=drafts)
    return write_returns(engine, returns_of(engine, orders_of(entries, as_of), appeals_of(entries), frozen))


def notices_of(entries: Sequence[Entry]) -> dict[Purse, tuple[int, str]]:
    """When notice of a return in proportion was last given for each account (UTC ms), and where; what was undone left out."""
    gone = undone(entries)
    return {
        (str(entry.private["account"]), str(entry.private["currency"])): (entry.at_ms, str(entry.public["place"]))
        for entry in entries
        if entry.act == "return_notice" and entry.private is not None and entry.seq not in gone
    }


def notice_ends(begun_ms: int) -> int:
    """When a notice given at a moment has stood for thirty days (UTC ms)."""
    return begun_ms + NOTICE_DAYS * DAY_MS
