"""Sales whose money the shop itself gives back to the customer, with something on top: invented sales (刷单), paid for by the shop.

A refund is named as one or is no more than what was paid; hired hands get their outlay and a commission back, and no row says refund.
The innocent explanation is a merchant who buys himself a good rating: it says that sales prove no trade, not what the money is.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from fanzha.trace.legs import DAY_MS, Leg
from fanzha.trace.life_words import is_for
from fanzha.trace.words import has_whole_word, words

BACK_MS = DAY_MS
BACK_MAX = 130  # per cent of the sale: it with a commission
STAGED_MIN, STAGED_PER_MILLE = 3, 30  # so many given back, and so large a part of all sales, is no slip


def given_back(book: Iterable[Leg]) -> list[Leg]:
    """The sales of a statement (goods or bills by its words) that were paid back with more than was paid, within a day, each once."""
    sales, back = _sides(book)
    found = []
    for customer, listed in sorted(sales.items()):
        paid = sorted(back.get(customer, ()), key=lambda leg: (leg.at_ms, leg.file, leg.row))
        times = [leg.at_ms for leg in paid]
        used: set[int] = set()
        for sale in sorted(listed, key=lambda leg: (leg.at_ms, leg.file, leg.row)):
            for place in range(bisect_left(times, sale.at_ms), bisect_right(times, sale.at_ms + BACK_MS)):
                if place not in used and sale.amount < paid[place].amount <= sale.amount * BACK_MAX // 100:
                    used.add(place)
                    found.append(sale)
                    break
    return found


def staged(book: Sequence[Leg]) -> bool:
    """Whether so many sales were given back that the rest proves no trade."""
    back = len(given_back(book))
    return back >= STAGED_MIN and 1000 * back >= STAGED_PER_MILLE * sum(len(one) for one in _sides(book)[0].values())


def _sides(book: Iterable[Leg]) -> tuple[dict[str, list[Leg]], dict[str, list[Leg]]]:
    """By the other account: what it paid for goods, and what it was paid without a word of refund."""
    sales: dict[str, list[Leg]] = defaultdict(list)
    back: dict[str, list[Leg]] = defaultdict(list)
    for leg in book:
        if leg.counter and leg.direction == "in" and (leg.merchant or is_for(leg, "goods", "bills")):
            sales[leg.counter].append(leg)
        elif leg.counter and leg.direction == "out" and not has_whole_word(leg.summary.lower(), words().reversals):
            back[leg.counter].append(leg)
    return sales, back
