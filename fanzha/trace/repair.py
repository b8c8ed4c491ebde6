"""Legs that are one movement although they do not agree to the cent or to the name: fees and batch settlement.

Each rule asks for one partner and no other; where two would fit, nothing is guessed. Bounds are assumptions.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from fanzha.clean.currency import exponent
from fanzha.clean.transaction import is_transaction
from fanzha.trace.clocks import Banks
from fanzha.trace.legs import DAY_MS, WINDOW_MS, Leg
from fanzha.trace.words import has_whole_word, has_word, words

FEE_PER_MILLE = 10  # a fee is at most one in a hundred of the amount ...
FEE_FLAT = 50  # ... or this much in major units, if that is at most one in ten
BESIDE_MS = 60_000  # a fee row stands within a minute of its transfer
BATCH_MIN = 100  # major units: smaller amounts meet by chance
POPULAR_MIN = 50  # accounts that pay an account, and as many that it pays: it clears for others

Match = tuple[int, int]  # places in the outgoing and in the incoming legs


class Fee(NamedTuple):
    """A fee and the transfer it was taken for: places in a list of transfers, minor units."""

    transfer: int
    fee: int
    amount: int


def fee_max(amount: int, currency: str) -> int:
    """The largest usual fee of a transfer, minor units."""
    flat: int = FEE_FLAT * 10 ** exponent(currency)
    return max(amount * FEE_PER_MILLE // 1000, min(flat, amount // 10))


def fee_matches(
    outs: Sequence[Leg], ins: Sequence[Leg], banks: Mapping[str, str], shifts: Mapping[Banks, int]
) -> list[Match]:
    """Legs that name each other and differ by a usual fee; each the only one that fits the other. Never on a block chain,
    where the network's fee is no part of the amount."""
    chains = words().wallets
    waiting: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for j, leg in enumerate(ins):
        if leg.counter and not leg.account.startswith(chains):
            waiting[leg.counter, leg.account, leg.currency].append(j)
    found: list[Match] = []
    for i, leg in enumerate(outs):
        shift = shifts.get((banks.get(leg.account, ""), banks.get(leg.counter, "")), 0)
        for j in waiting.get((leg.account, leg.counter, leg.currency), ()):
            fee = leg.amount - ins[j].amount
            if abs(ins[j].at_ms - shift - leg.at_ms) <= WINDOW_MS and 0 < fee <= fee_max(leg.amount, leg.currency):
                found.append((i, j))
    return _only(found)


def batch_matches(outs: Sequence[Leg], ins: Sequence[Leg], popular: frozenset[str]) -> list[Match]:
    """Legs of two accounts that both name one intermediary, of one amount, the incoming one within a day; the only ones.

    `popular`: accounts that clear for others although no word says so. A merchant named by the payer must not contradict
    the name of who received.
    """
    groups: dict[tuple[str, int, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    least = {currency: BATCH_MIN * 10 ** exponent(currency) for currency in {leg.currency for leg in outs}}
    for side, legs in ((0, outs), (1, ins)):
        for index, leg in enumerate(legs):
            if leg.amount >= least.get(leg.currency, leg.amount + 1):
                through = intermediary(leg, popular)
                if through:
                    groups[through, leg.amount, leg.currency][side].append(index)
    found: list[Match] = []
    for left, right in groups.values():
        right.sort(key=lambda j: ins[j].at_ms)
        moments = [ins[j].at_ms for j in right]
        for i in left:
            place = bisect_left(moments, outs[i].at_ms - WINDOW_MS)
            fit: list[Match] = []
            while place < len(right) and moments[place] <= outs[i].at_ms + DAY_MS and len(fit) < 2:
                if _may_be_one(outs[i], ins[right[place]]):
                    fit.append((i, right[place]))
                place += 1
            found += fit  # two are enough to know that it is not the only one
    return _only(found)


def intermediary(leg: Leg, popular: frozenset[str]) -> str:
    """Code or account of the payment firm that a leg names as its other side, or ""."""
    if leg.counter in popular and leg.counter:
        return leg.counter
    return _firm(leg.counter_holder or leg.counter_bank)


@lru_cache(maxsize=65536)
def _firm(name: str) -> str:
    """Code of the payment firm that a name is of, or ""."""
    text = name.lower()
    return next((code for code, listed in words().intermediaries.items() if has_word(text, listed)), "")


def popular_accounts(outs: Iterable[Leg], ins: Iterable[Leg]) -> frozenset[str]:
    """Accounts without a statement that very many pay and that pay very many."""
    pay: dict[str, set[str]] = defaultdict(set)
    paid: dict[str, set[str]] = defaultdict(set)
    held: set[str] = set()
    for met, legs in ((pay, outs), (paid, ins)):
        for leg in legs:
            held.add(leg.account)
            if leg.counter and "*" not in leg.counter and not is_transaction(leg.counter):
                met[leg.counter].add(leg.account)
    return frozenset(
        account
        for account, payers in pay.items()
        if len(payers) >= POPULAR_MIN and len(paid.get(account, ())) >= POPULAR_MIN and account not in held
    )


def is_fee(leg: Leg) -> bool:
    """Whether the words of an outgoing leg say that it is a fee. On a block chain they tell the network's, beside."""
    return not leg.account.startswith(words().wallets) and has_whole_word(leg.summary.lower(), words().fees)


def beside(fees: Sequence[tuple[int, Leg]], others: Iterable[tuple[int, Leg]]) -> list[Fee]:
    """For each fee the movement of the same account that it was taken for: the nearest, then the larger, then the first.

    `others` may hold the fees too; a fee is never taken for a fee.
    """
    wanted = {(leg.account, leg.currency) for _, leg in fees}
    mine = {number for number, _ in fees}
    near: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for number, leg in others:
        if (leg.account, leg.currency) in wanted and number not in mine:
            near[leg.account, leg.currency].append((leg.at_ms, number, leg.amount))
    for listed in near.values():
        listed.sort()
    found = []
    for number, leg in fees:
        listed = near[leg.account, leg.currency]
        best: tuple[int, int, int] | None = None
        for at_ms, other, amount in listed[bisect_left(listed, (leg.at_ms - BESIDE_MS,)) :]:
            if at_ms > leg.at_ms + BESIDE_MS:
                break
            if leg.amount <= fee_max(amount, leg.currency):
                one = (abs(at_ms - leg.at_ms), -amount, other)
                best = one if best is None else min(best, one)
        if best is not None:
            found.append(Fee(best[2], number, leg.amount))
    return found


def _may_be_one(out_leg: Leg, in_leg: Leg) -> bool:
    if out_leg.account == in_leg.account:
        return False
    shop, holder = out_leg.merchant, in_leg.holder
    return not shop or not holder or shop in holder or holder in shop


def _only(found: Sequence[Match]) -> list[Match]:
    """Pairs of which neither side has another."""
    left: dict[int, int] = defaultdict(int)
    right: dict[int, int] = defaultdict(int)
    for i, j in found:
        left[i] += 1
        right[j] += 1
    return [(i, j) for i, j in found if left[i] == 1 and right[j] == 1]
