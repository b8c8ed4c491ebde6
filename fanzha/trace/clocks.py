"""How far the clocks of two banks are apart, told by the transfers that both show beyond doubt."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fanzha.trace.legs import DAY_MS, WINDOW_MS, Leg

CERTAIN_MIN = 5  # pairs that must speak of two banks; fewer may be chance (assumption)
SHIFT_MIN_MS = WINDOW_MS // 10  # what is less is within the window anyway
AGREE_OF_THREE = 2  # at least two in three of them within the window around the middle, else it is no clock

Banks = tuple[str, str]  # institution of the payer's statement, of the payee's
Certain = tuple[str, str, int, str]  # payer, payee, amount, currency


def banks_of(legs: Iterable[Leg]) -> dict[str, str]:
    """Institution of each account: as its own statement says, else as the others name it; the commonest, then by name."""
    own: Counter[tuple[str, str]] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    for leg in legs:
        if leg.bank:
            own[leg.account, leg.bank] += 1
        if leg.counter_bank and leg.counter:
            told[leg.counter, leg.counter_bank] += 1
    found: dict[str, str] = {}
    for counted in (own, told):
        best: dict[str, tuple[int, str]] = {}
        for (account, bank), count in counted.items():
            best[account] = max((count, bank), best.get(account, (0, "")))
        found = {account: bank for account, (_, bank) in best.items()} | found
    return found


def usual_shifts(outs: Iterable[Leg], ins: Iterable[Leg], banks: Mapping[str, str]) -> dict[Banks, int]:
    """By how many ms the payee's clock runs ahead of the payer's: the median over the certain pairs of two institutions.

    Certain: the legs name each other, and no other leg has the same two accounts and amount in either direction's book. At
    most a day apart: a zone set wrong is found, a payment of another month is not.
    """
    left = _unique((leg.account, leg.counter, leg.amount, leg.currency, leg.at_ms) for leg in outs if leg.counter)
    right = _unique((leg.counter, leg.account, leg.amount, leg.currency, leg.at_ms) for leg in ins if leg.counter)
    apart: dict[Banks, list[int]] = defaultdict(list)
    for key, at_ms in left.items():
        there = right.get(key)
        if at_ms is None or there is None or abs(there - at_ms) > DAY_MS:
            continue
        here, other = banks.get(key[0], ""), banks.get(key[1], "")
        if here and other:
            apart[here, other].append(there - at_ms)
    return {pair: _median(shifts) for pair, shifts in apart.items() if _is_clock(shifts)}


def _unique(rows: Iterable[tuple[str, str, int, str, int]]) -> dict[Certain, int | None]:
    """Moment of each key; None where a key comes twice."""
    found: dict[Certain, int | None] = {}
    for payer, payee, amount, currency, at_ms in rows:
        key = (payer, payee, amount, currency)
        found[key] = None if key in found else at_ms
    return found


def _median(shifts: Sequence[int]) -> int:
    """The lower of the two middle ones where their number is even: an integer that was seen."""
    return sorted(shifts)[(len(shifts) - 1) // 2]


def _is_clock(shifts: Sequence[int]) -> bool:
    middle = _median(shifts)
    if len(shifts) < CERTAIN_MIN or abs(middle) < SHIFT_MIN_MS:
        return False
    near = sum(abs(shift - middle) <= WINDOW_MS for shift in shifts)
    return 3 * near >= AGREE_OF_THREE * len(shifts)
