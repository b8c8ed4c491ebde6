"""Two accounts that answer each other again and again across currencies: one is paid here, the other pays out there or on a chain.

An underground bank (地下钱庄, 对敲) moves no money over the border: its desk here is paid, its desk there pays, at one rate. A dealer in
coin is paid by plain transfers and sends coin from the same few wallets. No row says so; only the repetition does. One pair that fits
is chance, several at nearly one rate between the same two accounts hardly are. Figures are assumptions.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from fanzha.clean.currency import exponent
from fanzha.trace.break_sides import Came
from fanzha.trace.words import words

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
# Thousandths of a major unit for one US dollar (or a token pegged to it), lowest and highest of 2023 to 2026: an assumption.
PER_DOLLAR = {
    "CNY": (6_600, 7_600),
    "THB": (31_000, 38_000),
    "INR": (80_000, 92_000),
    "USD": (950, 1_050),
    "USDT": (970, 1_030),
}
DOLLARS_MIN: Final = 100  # smaller sums fit anything
PAYMENTS_MAX: Final = 2_000  # of a payee: more is a platform's account, with which chance fits whatever is sought
HITS_MAX: Final = 400  # of two accounts; more is a crowd


class Way(NamedTuple):
    """How strict two accounts must answer each other: window, matches at least, spread of the rate in per mille."""

    window_ms: int
    least: int
    spread: int


DESK: Final = Way(2 * DAY_MS, 3, 15)
DEALER: Final = Way(4 * HOUR_MS, 2, 40)
MATCHED_PART: Final = 5  # at least one of so many payments of the less busy account is matched


class Paid(NamedTuple):
    """A payment to an account that disputed money was paid to; a row of PAID_SQL."""

    transfer: int
    payee: str
    at_ms: int
    amount: int
    currency: str


class Mirror(NamedTuple):
    """A payment and the arrival that answers it; `rate` in 10^-9 minor units of the one for one of the other."""

    rate: int
    paid: int
    came: int


PAID_SQL = """
SELECT t."transfer", t."payee", t."at_ms", t."amount_minor", t."currency" FROM "transfers" AS t
JOIN (SELECT DISTINCT "payee", "currency" FROM "flows" WHERE "payee" <> '' AND "exit" = '') AS f
  ON f."payee" = t."payee" AND f."currency" = t."currency"
ORDER BY t."payee", t."at_ms", t."transfer"
"""


def exchanged(amount: int, currency: str, other: str) -> tuple[int, int]:
    """What an amount may be in another currency (minor units), lowest and highest; an empty range where no rate is known."""
    if currency not in PER_DOLLAR or other not in PER_DOLLAR:
        return 1, 0
    (from_low, from_high), (to_low, to_high) = PER_DOLLAR[currency], PER_DOLLAR[other]
    up, down = 10 ** exponent(other), 10 ** exponent(currency)
    return amount * up * to_low // (down * from_high), amount * up * to_high // (down * from_low) + 1


def mirrors(paid: Iterable[Paid], came: Iterable[Came]) -> set[tuple[int, int]]:
    """Pairs of transfers (paid, came) of accounts that answer each other; wallets by the stricter time, since coin comes at once."""
    of_payee: dict[str, list[Paid]] = defaultdict(list)
    for one in paid:
        of_payee[one.payee].append(one)
    arrivals, sent = _by_day(came)
    found: set[tuple[int, int]] = set()
    for payee, listed in sorted(of_payee.items()):
        large = [one for one in listed if _large(one)]
        if len(listed) > PAYMENTS_MAX or payee.startswith(words().wallets):
            continue
        hits: dict[str, list[Mirror]] = defaultdict(list)
        for one in large:
            for rate, other in _answers(one, arrivals):
                hits[other.payer].append(Mirror(rate, one.transfer, other.transfer))
        for payer, several in sorted(hits.items()):
            way = DEALER if payer.startswith(words().wallets) else DESK
            able = payer != payee and way.least <= len(several) <= HITS_MAX
            kept = at_one_rate(several, way.spread) if able else []
            if len(kept) >= way.least and MATCHED_PART * len(kept) >= min(len(large), sent[payer]):
                found.update((one.paid, one.came) for one in kept)
    return found


def _large(one: Paid) -> bool:
    low = PER_DOLLAR.get(one.currency, (0, 0))[0]
    return low > 0 and 1000 * one.amount >= DOLLARS_MIN * low * 10 ** exponent(one.currency)


def _by_day(came: Iterable[Came]) -> tuple[Mapping[tuple[str, int], list[tuple[int, int, Came]]], Mapping[str, int]]:
    """Arrivals from a named payer by currency and day, each day sorted by amount; and how many each payer sent."""
    days: dict[tuple[str, int], list[tuple[int, int, Came]]] = defaultdict(list)
    sent: dict[str, int] = defaultdict(int)
    for one in came:
        if one.payer and one.currency in PER_DOLLAR:
            days[one.currency, one.at_ms // DAY_MS].append((one.amount, one.transfer, one))
            sent[one.payer] += 1
    for listed in days.values():
        listed.sort(key=lambda item: item[:2])
    return days, sent


def _answers(
    one: Paid, arrivals: Mapping[tuple[str, int], Sequence[tuple[int, int, Came]]]
) -> Iterable[tuple[int, Came]]:
    """Arrivals in other currencies that fit in amount and time, with the rate."""
    for currency in sorted(PER_DOLLAR):
        if currency == one.currency:
            continue
        low, high = exchanged(one.amount, one.currency, currency)
        for day in range(one.at_ms // DAY_MS, (one.at_ms + DESK.window_ms) // DAY_MS + 1):
            listed = arrivals.get((currency, day), ())
            for amount, _, other in listed[bisect_left(listed, (low,)) : bisect_right(listed, (high + 1,))]:
                window = DEALER.window_ms if other.account.startswith(words().wallets) else DESK.window_ms
                if amount <= high and 0 <= other.at_ms - one.at_ms <= window:
                    yield amount * 10**9 // one.amount, other


def at_one_rate(hits: Iterable[Mirror], spread: int) -> list[Mirror]:
    """The most hits, each transfer used once, whose rates lie within `spread` per mille; of equal many those of the lowest rate."""
    listed = sorted(hits)
    best: list[Mirror] = []
    for place, first in enumerate(listed):
        if len(listed) - place <= len(best):
            break
        used: set[int] = set()
        kept: list[Mirror] = []
        for one in listed[place:]:
            if 1000 * one.rate > (1000 + spread) * first.rate:
                break
            if one.paid not in used and one.came not in used:
                used |= {one.paid, one.came}
                kept.append(one)
        best = kept if len(kept) > len(best) else best
    return best
