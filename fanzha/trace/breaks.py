"""Where money may go on beyond a break: cash and a deposit, a desk and a wallet, gold and its sale, abroad and an arrival.

Contract: the table `breaks`. These are assumptions of low confidence, shown beside the flow and never part of what is attributed or
held. A candidate must fit in amount and time; signs add points (per mille), which are assumptions of this module. What came in can
have left once: it is shown for what it fits best, and where two fit equally, as surely as that allows.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from fanzha.store.contract import Tables
from fanzha.trace.break_sides import Came, Left, came_of, kind_of, kinds_of, left_of, says_abroad
from fanzha.trace.mirrors import PAID_SQL, Paid, exchanged, mirrors
from fanzha.trace.words import words

MADE = ("breaks",)
HOUR_MS = 3_600_000
WINDOW_MS = {
    "cash_deposit": 72 * HOUR_MS,
    "otc_wallet": 24 * HOUR_MS,
    "goods_sold": 7 * 24 * HOUR_MS,
    "abroad_arrival": 5 * 24 * HOUR_MS,
}
# What the arrival may be of what left, in per cent where both are of one currency.
SHARE = {"cash_deposit": (85, 100), "goods_sold": (85, 102)}
# The same for two arrivals together, which have to be the only choice: closer, as two sums fit more often than one.
TOGETHER = {"cash_deposit": (95, 100), "goods_sold": (85, 102)}
TOGETHER_MS = {"cash_deposit": 24 * HOUR_MS, "goods_sold": WINDOW_MS["goods_sold"]}
CHOICE_MAX = 40  # arrivals that a choice of two is made from
COIN_MS = 6 * HOUR_MS  # coin from one sender to one wallet this close is one delivery
POINTS = {"same_amount": 300, "near_amount": 150, "same_place": 200, "within_hours": 200, "within_day": 100,
          "same_case": 200, "only_one": 100, "said_so": 100, "again": 300, "several_out": 0, "two_in": 0,
          "also_fits": -150}  # fmt: skip
BASE, KEEP_MIN, CONFIDENCE_MAX = 100, 400, 900  # per mille
BEST = 3  # candidates kept for one that left

REACHED_SQL = 'SELECT DISTINCT "case_id", "account" FROM "disputed" ORDER BY "case_id", "account"'

Row = tuple[Any, ...]


class Choice(NamedTuple):
    """What may be the other side of one that left: one arrival or two together."""

    kind: str
    gone: Left
    parts: tuple[Came, ...]
    points: int
    why: tuple[str, ...]

    @property
    def unit(self) -> tuple[str, str, int]:
        """What left as one: a transfer, or a visit to the machines."""
        together = "several_out" in self.why
        return self.gone.account, self.gone.currency, self.gone.visit[1] if together else self.gone.transfer


def breaks(engine: Tables) -> tuple[str, ...]:
    """Make `breaks` from `flows`, `transfers`, `legs`, `repairs` and `disputed`."""
    left = left_of(engine)
    came = came_of(engine) if left else []
    reached: dict[str, set[str]] = defaultdict(set)
    for case_id, account in engine.rows(REACHED_SQL):
        reached[case_id].add(account)
    answered = mirrors((Paid(*row) for row in engine.rows(PAID_SQL)), came)
    engine.replace_rows("breaks", continuations(left, came, reached, answered))
    return MADE


def continuations(
    left: Iterable[Left],
    came: Iterable[Came],
    reached: Mapping[str, Collection[str]],
    answered: Iterable[tuple[int, int]] = (),
) -> list[Row]:
    """Rows of `breaks`, sorted. `reached`: accounts of each case that disputed money reached; `answered`: pairs of `mirrors`."""
    arrivals = sorted(came, key=lambda c: (c.at_ms, c.transfer))
    by_number = {one.transfer: one for one in arrivals}
    answers: dict[int, list[Came]] = defaultdict(list)
    for paid, number in sorted(answered):
        answers[paid].append(by_number[number])
    groups = _groups(arrivals)
    chosen: list[Choice] = []
    for gone in left:
        best: dict[tuple[str, tuple[int, ...]], Choice] = {}
        kind = kind_of(gone)
        for one in (
            *_answering(gone, answers, reached),
            *(_fitting(kind, gone, groups[kind], reached) if kind else ()),
        ):
            key = one.kind, tuple(part.transfer for part in one.parts)
            if key not in best or one.points > best[key].points:
                best[key] = one
        listed = sorted(best.values(), key=lambda c: (-c.points, c.parts[0].at_ms, c.parts[0].transfer))
        chosen += [one for one in listed[:BEST] if one.points >= KEEP_MIN]
    return sorted({row for one in _claimed(chosen) for row in _rows(one)}, key=lambda r: (r[0], r[4], r[5], r[1], r))


Group = tuple[Sequence[int], Sequence[tuple[Came, ...]]]  # last moment of each, by it; and the arrivals


def _groups(arrivals: Sequence[Came]) -> Mapping[str, Group]:
    """By kind of break, what an arrival beyond it may be: one, or one delivery of coin in two parts."""
    by_kind: dict[str, list[tuple[Came, ...]]] = {kind: [] for kind in WINDOW_MS}
    last: dict[tuple[str, str], Came] = {}
    for one in arrivals:
        for kind in kinds_of(one):
            by_kind[kind].append((one,))
            if kind == "otc_wallet" and one.payer:
                before = last.get((one.account, one.payer))
                if before is not None and one.at_ms - before.at_ms <= COIN_MS:
                    by_kind[kind].append((before, one))
                last[one.account, one.payer] = one
    return {kind: ([parts[-1].at_ms for parts in listed], listed) for kind, listed in by_kind.items()}


def _answering(
    gone: Left, answers: Mapping[int, Sequence[Came]], reached: Mapping[str, Collection[str]]
) -> Iterator[Choice]:
    for one in answers.get(gone.transfer, ()):
        kind = "otc_wallet" if one.account.startswith(words().wallets) else "abroad_arrival"
        yield _scored(kind, gone, (one,), (gone.amount, gone.at_ms), reached, ("again",))


def _fitting(kind: str, gone: Left, group: Group, reached: Mapping[str, Collection[str]]) -> Iterator[Choice]:
    """Arrivals that fit what left, alone or with the rest of its visit."""
    times, listed = group
    units: list[tuple[int, int, tuple[str, ...]]] = [(gone.amount, gone.at_ms, ())]
    if gone.visit[0] > gone.amount:
        units.append((*gone.visit, ("several_out",)))
    for amount, at_ms, signs in units:
        low, high = bisect_left(times, at_ms), bisect_right(times, at_ms + WINDOW_MS[kind])
        window = [parts for parts in listed[low:high] if _may_be(gone, at_ms, parts)]
        fitting = [parts for parts in window if _fits(kind, gone, amount, parts)]
        for parts in fitting:
            more = (*signs, *(("only_one",) if len(fitting) == 1 else ()))
            yield _scored(kind, gone, parts, (amount, at_ms), reached, more)
        if kind in TOGETHER:
            near = [parts[0] for parts in window if parts[0].at_ms <= at_ms + TOGETHER_MS[kind]]
            for parts in _together(kind, gone, amount, near, reached.get(gone.case_id, ())):
                yield _scored(kind, gone, parts, (amount, at_ms), reached, signs)


def _may_be(gone: Left, at_ms: int, parts: Sequence[Came]) -> bool:
    return all(gone.account != one.account != gone.payee and one.at_ms >= at_ms for one in parts)


def _fits(kind: str, gone: Left, amount: int, parts: Sequence[Came]) -> bool:
    came, currency = sum(one.amount for one in parts), parts[0].currency
    if kind in SHARE:
        low, high = SHARE[kind]
        return currency == gone.currency and low * amount <= 100 * came <= high * amount
    if currency == gone.currency:
        return False
    low, high = exchanged(amount, gone.currency, currency)
    return low <= came <= high


def _together(
    kind: str, gone: Left, amount: int, near: Sequence[Came], reached: Collection[str]
) -> list[tuple[Came, ...]]:
    """The two arrivals that together fit, where something else than the sum ties them to it and no other two do."""
    low, high = TOGETHER[kind]
    able = [
        one
        for one in near
        if one.currency == gone.currency
        and one.amount < amount
        and (one.account in reached or (kind == "cash_deposit" and one.place != "" and one.place == gone.place))
    ]
    if len(able) > CHOICE_MAX:
        return []
    found: list[tuple[Came, ...]] = [
        pair
        for pair in combinations(able, 2)
        if low * amount <= 100 * (pair[0].amount + pair[1].amount) <= high * amount
    ]
    return found if len(found) == 1 else []


def _scored(
    kind: str,
    gone: Left,
    parts: tuple[Came, ...],
    unit: tuple[int, int],
    reached: Mapping[str, Collection[str]],
    more: Sequence[str],
) -> Choice:
    """Per mille and the signs. `unit`: minor units that left and the last moment of it."""
    amount, at_ms = unit
    came, currency = sum(one.amount for one in parts), parts[0].currency
    signs = []
    if currency == gone.currency and came == amount:
        signs.append("same_amount")
    elif currency != gone.currency or 100 * came >= 90 * amount:
        signs.append("near_amount")
    if gone.place and all(gone.place == one.place for one in parts):
        signs.append("same_place")
    waited = parts[-1].at_ms - at_ms
    if waited <= 2 * HOUR_MS:
        signs.append("within_hours")
    elif waited <= 24 * HOUR_MS:
        signs.append("within_day")
    if all(one.account in reached.get(gone.case_id, ()) for one in parts):
        signs.append("same_case")
    if kind == "abroad_arrival" and all(says_abroad(one) for one in parts):
        signs.append("said_so")
    signs += [*more, *(("two_in",) if len(parts) > 1 else ())]
    return Choice(kind, gone, parts, _points(signs), tuple(signs))


def _points(signs: Iterable[str]) -> int:
    return min(CONFIDENCE_MAX, BASE + sum(POINTS[sign] for sign in signs))


def _claimed(chosen: Sequence[Choice]) -> Iterator[Choice]:
    """Each arrival only for what it fits best; less sure where several that left fit it equally."""
    best: dict[int, tuple[int, set[tuple[str, str, int]]]] = {}
    for one in chosen:
        for part in one.parts:
            points, units = best.get(part.transfer, (0, set()))
            if one.points > points:
                best[part.transfer] = one.points, {one.unit}
            elif one.points == points:
                units.add(one.unit)
    for one in chosen:
        claims = [best[part.transfer][1] for part in one.parts]
        if all(one.unit in units for units in claims):
            if any(len(units) > 1 for units in claims):
                signs = (*(sign for sign in one.why if sign != "only_one"), "also_fits")
                one = one._replace(points=_points(signs), why=signs)
            if one.points >= KEEP_MIN:
                yield one


def _rows(one: Choice) -> Iterator[Row]:
    gone = one.gone
    for part in one.parts:
        yield (
            gone.case_id,
            one.kind,
            gone.account,
            part.account,
            gone.transfer,
            part.transfer,
            gone.at_ms,
            part.at_ms,
            gone.amount,
            gone.currency,
            part.amount,
            part.currency,
            int(gone.disputed),
            one.points,
            ",".join(one.why),
        )
