"""Return of frozen money to those it was taken from, by the rule of 2016. Software computes; two named persons decide.

Source: 电信网络新型违法犯罪案件冻结资金返还若干规定 (银监会、公安部, 2016-09-18), art. 7 and 8. (1) One victim's money only: returned
directly. (2) Several, and time stamps show whose money is left: returned directly. (3) Time stamps do not show it: each loss
in proportion to what is frozen, after thirty days' public notice, in which victims and others concerned may object. What is
left stays frozen; a victim found later starts a new return. Read so here, where the rule is silent (assumptions):

* Whose money is left is told first in, first out; what speaks against the time stamps is named by a code of return_tests.yaml.
* Nobody gets more than he paid less what he got back, nor more than came of it into this account; what a cap frees goes to the
  others in the same proportion. Annex 5 of the rule, with its formula, was not at hand.
* Cents go by largest remainder, ties in the order of reports. So leaving a claim out never lowers another by more than one
  minor unit (no rounding of quotas does better: Balinski and Young, Fair Representation, 1982, on the new-states paradox).
* A payment that no statement shows is listed and gets nothing, until evidence or an upheld objection makes it count.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from fanzha.store.contract import Tables

DIRECT = ("single", "direct")
NOTICE_DAYS = 30  # art. 8
BANK_WORKING_DAYS = 3  # art. 12: the bank returns on the spot, else within three working days

Purse = tuple[str, str]  # account and currency
Key = tuple[int, int, int]  # file and row of a report, number of the payment within it

FROZEN_BY_ORDER_SQL = """
SELECT "account", "currency", SUM(CASE WHEN "state" = 'in_force' THEN COALESCE("held_minor", 0) ELSE 0 END) FROM "orders"
WHERE "verb" = 'freeze' AND "state" IN ('in_force', 'returned') AND COALESCE("account", '') <> ''
GROUP BY "account", "currency" ORDER BY "account", "currency"
"""
HELD_BY_TRACE_SQL = """
SELECT "account", "currency", SUM("held_minor") FROM "disputed" WHERE "held_minor" > 0
GROUP BY "account", "currency" ORDER BY "account", "currency"
"""


class Frozen(NamedTuple):
    """What is frozen in one account, minor units. `tests`: codes of return_tests.yaml that say why time stamps do not show
    whose money is left; empty where they do. `statement`: whether a statement of the account is held."""

    account: str
    currency: str
    amount: int
    tests: tuple[str, ...] = ()
    statement: bool = True


class Credit(NamedTuple):
    """What the trace says of one payment in one account: minor units that came into it, and that are still there."""

    key: Key
    came: int
    held: int


class Claim(NamedTuple):
    """One payment of one victim (a victim is a report). `shown`: a statement shows it.

    `returned`: what came back of it already, from any account; `returned_here`: the part of that from this account. `decided`: by
    a decision on an objection it counts with this amount (0: not at all), None where nobody decided so. `elsewhere`: what is
    to come back of it from other accounts by the same computation.
    """

    case_id: str
    file: int
    row: int
    n: int
    paid: int
    returned: int = 0
    returned_here: int = 0
    shown: bool = True
    decided: int | None = None
    elsewhere: int = 0

    @property
    def key(self) -> Key:
        """Which payment it is."""
        return self.file, self.row, self.n

    @property
    def loss(self) -> int:
        """The amount with which it counts."""
        return self.paid if self.decided is None else self.decided


class Return(NamedTuple):
    """One row of the table `returns`. `paid` is the amount with which the payment counts."""

    case_id: str
    account: str
    currency: str
    file: int
    row: int
    n: int
    paid: int
    returned: int
    elsewhere: int
    came: int
    traced: int
    frozen: int
    method: str
    tests: str
    amount: int
    notice: bool


class _Party(NamedTuple):
    """A claim that counts, with its credit and the most that may be returned of it: as traced, and as it came."""

    claim: Claim
    credit: Credit
    traced_most: int
    came_most: int


def returns(frozen: Frozen, credits: Sequence[Credit], claims: Sequence[Claim]) -> list[Return]:
    """What goes back to whom from one account, in the order of reports; one row per claim, those that get nothing too.

    `claims` are the payments whose money came into the account by trace, and those said to be paid into it that no statement
    shows. The order in which they are given plays no part.
    """
    credit_of = {credit.key: credit for credit in credits}
    parties, others = [], []
    by_decision = False
    for claim in sorted(claims, key=lambda one: one.key):
        credit = credit_of.get(claim.key, Credit(claim.key, 0, 0))
        if claim.decided and (not claim.shown or claim.decided > credit.came):
            by_decision = True
            credit = credit._replace(came=max(credit.came, claim.decided))
        counts = claim.decided != 0 and credit.came > 0 and (claim.shown or claim.decided is not None)
        if not counts:
            others.append(claim)
            continue
        open_ = max(0, claim.loss - claim.returned - claim.elsewhere)
        there = max(0, credit.held - claim.returned_here)
        ever = max(0, credit.came - claim.returned_here)
        parties.append(_Party(claim, credit, min(there, open_), min(ever, open_)))
    tests = set(frozen.tests) | ({"by_decision"} if by_decision else set())
    method, amounts, named = _divide(frozen, parties, tuple(sorted(tests)))
    rows = [
        _row(frozen, one.claim, one.credit, method, named, amount) for one, amount in zip(parties, amounts, strict=True)
    ]
    for claim in others:
        method = "left_out" if claim.decided == 0 else "not_shown"
        rows.append(_row(frozen, claim, credit_of.get(claim.key, Credit(claim.key, 0, 0)), method, (), 0))
    return sorted(rows, key=lambda one: (one.file, one.row, one.n))


def _divide(
    frozen: Frozen, parties: Sequence[_Party], tests: tuple[str, ...]
) -> tuple[str, list[int], tuple[str, ...]]:
    """Method, amount of each party, and the tests by which it is no direct return."""
    if not frozen.statement:
        return "waiting", [0] * len(parties), ()
    traced = [one.traced_most for one in parties]
    one_victim = len({(one.claim.file, one.claim.row) for one in parties}) == 1
    if not tests and one_victim:
        return "single", _filled(frozen.amount, traced), ()
    if not tests and sum(traced) <= frozen.amount:
        return "direct", traced, ()
    losses = [one.claim.loss for one in parties]
    if not tests:  # whose of the traced cents were frozen in time no time stamp tells
        return "pro_rata", shared(frozen.amount, losses, traced), ("frozen_short",)
    return "pro_rata", shared(frozen.amount, losses, [one.came_most for one in parties]), tests


def _filled(total: int, most: Sequence[int]) -> list[int]:
    """One victim's payments up to the total, in their order."""
    amounts = []
    for one in most:
        amounts.append(min(one, total))
        total -= amounts[-1]
    return amounts


def shared(total: int, weights: Sequence[int], most: Sequence[int]) -> list[int]:
    """Divide `total` minor units in proportion to `weights`, nobody above `most`; all non-negative integers, exact.

    What a bound frees is divided among the others in the same proportion. The sum is min(total, sum of `most` with a weight).
    Cents go by largest remainder, ties to the earlier.
    """
    amounts = [0] * len(weights)
    left, weight = total, 0
    waiting = [i for i, each in enumerate(weights) if each > 0 and most[i] > 0]
    weight = sum(weights[i] for i in waiting)
    waiting.sort(key=lambda i: (Fraction(most[i], weights[i]), i))
    while waiting and most[waiting[0]] * weight <= left * weights[waiting[0]]:
        first = waiting.pop(0)
        amounts[first] = most[first]
        left -= most[first]
        weight -= weights[first]
    for i in waiting:
        amounts[i] = left * weights[i] // weight
    by_remainder = sorted(waiting, key=lambda i: (-(left * weights[i] % weight), i))
    for i in by_remainder[: left - sum(amounts[i] for i in waiting)]:
        amounts[i] += 1
    return amounts


def _row(frozen: Frozen, claim: Claim, credit: Credit, method: str, tests: Sequence[str], amount: int) -> Return:
    return Return(
        claim.case_id, frozen.account, frozen.currency, claim.file, claim.row, claim.n, claim.loss or claim.paid,
        claim.returned, claim.elsewhere, credit.came, credit.held, frozen.amount, method, ",".join(tests), amount, method == "pro_rata",
    )  # fmt: skip


def settle(
    accounts: Sequence[tuple[Frozen, Sequence[Credit]]], claims: Mapping[Purse, Sequence[Claim]]
) -> list[Return]:
    """What goes back from every account, so that nobody gets more than he paid from all of them together.

    `claims` by account and currency (see `returns`). Direct returns go first, then those in proportion, each in the order of
    account and currency; what goes back from one account is `elsewhere` in the later ones.
    """
    made: list[Return] = []
    postponed = []
    ordered = sorted(accounts, key=lambda one: one[0][:2])
    for frozen, credits in ordered:
        rows = returns(frozen, credits, _with_elsewhere(claims.get(frozen[:2], ()), made))
        if any(one.method == "pro_rata" for one in rows):
            postponed.append((frozen, credits))
        else:
            made += rows
    for frozen, credits in postponed:
        made += returns(frozen, credits, _with_elsewhere(claims.get(frozen[:2], ()), made))
    return sorted(made, key=lambda one: one[:6])


def _with_elsewhere(claims: Sequence[Claim], made: Sequence[Return]) -> list[Claim]:
    """The claims with what was just computed for them elsewhere."""
    got: dict[Key, int] = {}
    for one in made:
        got[one.file, one.row, one.n] = got.get((one.file, one.row, one.n), 0) + one.amount
    return [one._replace(elsewhere=got.get(one.key, 0)) for one in claims]


def left(rows: Sequence[Return]) -> dict[Purse, int]:
    """What stays frozen in each account after the returns, minor units."""
    rest: dict[Purse, int] = {}
    for one in rows:
        rest[one.account, one.currency] = rest.get((one.account, one.currency), one.frozen) - one.amount
    return rest


def frozen_now(engine: Tables, *, drafts: bool = True) -> dict[Purse, int]:
    """What is frozen by orders in force, by account and currency, in minor units.

    With `drafts` also what the trace says is held where no freeze is in force: nothing can be returned from there yet, but a draft
    can be looked at. Of an account whose frozen money was all returned nothing is left, whatever its older statement shows.
    """
    held = engine.rows(HELD_BY_TRACE_SQL) if drafts else []
    found = {(account, currency): int(amount) for account, currency, amount in held}
    by_order = engine.rows(FROZEN_BY_ORDER_SQL)
    found |= {(account, currency): int(amount) for account, currency, amount in by_order}
    return {purse: amount for purse, amount in found.items() if amount > 0}


def write_returns(engine: Tables, rows: Sequence[Return]) -> tuple[str, ...]:
    """Fill the table `returns` with what `settle` gave."""
    engine.replace_rows("returns", sorted(rows))
    return ("returns",)
