"""What two reports share and how much it weighs: the same arithmetic as the kernels, with the parts named."""

import numpy as np

from fanzha.link.kernels import CLASSES, INTERPRETED, Rules, bucket
from fanzha.link.postings import Book


def weight_of(book: Book, rules: Rules, k: int) -> int:
    """Milli-bits of an identifier at its present popularity."""
    return max(0, int(book.p.base[k]) - rules.penalty * bucket(int(book.p.named[k])))


def shared(book: Book, rules: Rules, i: int, j: int) -> list[tuple[int, int]]:
    """The identifiers that two reports share and what each gives in milli-bits; 0 where too many name it to say anything."""
    theirs = dict(book.claims_of(j))
    found = []
    for k, less in book.claims_of(i):
        if k in theirs:
            weight = weight_of(book, rules, k)
            if int(book.p.named[k]) <= rules.pairs_max:
                weight -= less + theirs[k]
            elif weight - max(less, theirs[k]) < rules.threshold:
                weight = 0
            found.append((k, max(0, weight)))
    return found


def support(book: Book, rules: Rules, i: int, j: int) -> int:
    """Milli-bits for or against from kind of scam, place and time."""
    return int(INTERPRETED.support(book.p, rules, i, j))


def together(book: Book, rules: Rules, i: int, j: int) -> int:
    """The match weight of two reports in milli-bits: as a pair, or by one value that joins all who name it."""
    heavy = max((w for k, w in shared(book, rules, i, j) if int(book.p.named[k]) > rules.pairs_max), default=0)
    scratch = np.zeros(CLASSES, np.int64)
    return max(heavy, int(INTERPRETED.pair_weight(book.p, rules, i, j, scratch)))


def neighbours(book: Book, rules: Rules, i: int) -> dict[int, tuple[int, int]]:
    """Reports that belong with a report by themselves: number -> (milli-bits, the shared identifier that gives most)."""
    near: set[int] = set()
    for k, less in book.claims_of(i):
        weight = weight_of(book, rules, k)
        if weight and (int(book.p.named[k]) <= rules.pairs_max or weight - less >= rules.threshold):
            near.update(book.reports_of(k))
    near.discard(i)
    found = {}
    for j in sorted(near):
        total = together(book, rules, i, j)
        if total >= rules.threshold:
            found[j] = (total, max(shared(book, rules, i, j), key=lambda one: (one[1], -one[0]))[0])
    return found
