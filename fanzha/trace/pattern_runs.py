"""Patterns in the list of one account's movements: tiny then large, just below a round sum, equal amounts, long at rest then busy.

Each takes movements in the order of time and returns groups of them; work is linear in the list. Thresholds are assumptions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TEST_MS: Final = DAY_MS
TEST_SHARE: Final = 100  # the large amount is at least so many times the tiny one
BELOW_PER_MILLE, BELOW_MIN = 950, 3  # from 95 % of a round sum up to it, at least three in a day
ROUND_MIN_MINOR: Final = 100_000  # round sums from a thousand units of two decimals on: 1, 2 or 5 times a power of ten
EQUAL_MIN: Final = 5
REST_MS, BUSY_MS, BUSY_MIN = 30 * DAY_MS, 3 * DAY_MS, 5  # a month without a movement, then five in three days


class Move(NamedTuple):
    """One movement of an account: its place among the edges, UTC ms, minor units, payer as a node (-1 for an unknown one)."""

    edge: int
    at: int
    amount: int
    payer: int


Group = list[Move]


def tests(credits: Sequence[Move]) -> Iterator[Group]:
    """The first payment of a payer, tiny, and its next one within a day, at least TEST_SHARE times as large."""
    by_payer: dict[int, Group] = defaultdict(list)
    for move in credits:
        if move.payer >= 0 and len(by_payer[move.payer]) < 2:
            by_payer[move.payer].append(move)
    for group in by_payer.values():
        if len(group) == 2 and group[1].at - group[0].at <= TEST_MS and group[0].amount * TEST_SHARE <= group[1].amount:
            yield group


def structured(moves: Iterable[Move]) -> Iterator[Group]:
    """Three or more amounts of a day just below one round sum, not all of them equal (that is a price)."""
    for day in _days(moves):
        by_sum: dict[int, Group] = defaultdict(list)
        for move in day:
            top = round_above(move.amount)
            if top >= ROUND_MIN_MINOR and 1000 * move.amount >= BELOW_PER_MILLE * top:
                by_sum[top].append(move)
        for _, group in sorted(by_sum.items()):
            if len(group) >= BELOW_MIN and len({m.amount for m in group}) > 1:
                yield group


def round_above(amount: int) -> int:
    """The smallest of 1, 2, 5 times a power of ten that is greater than `amount` (minor units, above 0)."""
    power = int("1" + "0" * (len(str(amount)) - 1))
    return next(times * power for times in (1, 2, 5, 10) if times * power > amount)


def equal_amounts(moves: Iterable[Move]) -> Iterator[Group]:
    """Five or more equal amounts of a day in one direction."""
    for day in _days(moves):
        by_amount: dict[int, Group] = defaultdict(list)
        for move in day:
            by_amount[move.amount].append(move)
        for _, group in sorted(by_amount.items()):
            if len(group) >= EQUAL_MIN:
                yield group


def dormant(moves: Sequence[Move]) -> Iterator[Group]:
    """The movement before a rest of a month or more, and those of the three days after it, where they are five or more."""
    for i in range(1, len(moves)):
        if moves[i].at - moves[i - 1].at >= REST_MS:
            stop = i
            while stop < len(moves) and moves[stop].at < moves[i].at + BUSY_MS:
                stop += 1
            if stop - i >= BUSY_MIN:
                yield list(moves[i - 1 : stop])


def _days(moves: Iterable[Move]) -> Iterator[Group]:
    for _, group in groupby(moves, key=lambda m: m.at // DAY_MS):
        yield list(group)
