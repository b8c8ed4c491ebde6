"""How alike two columns of written values are, row by row: strings, dates and numbers with slips of the pen, token by token.

All functions take two columns of equal length and give one integer a row. Sources: Winkler 1990, "String comparator metrics and
enhanced decision rules" (Jaro-Winkler); Damerau 1964, "A technique for computer detection and correction of spelling errors"
(one edit: insert, drop, change, swap of neighbours); Robertson 2004, "Understanding inverse document frequency" (bits of a token).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from fanzha.clean.compiled import compiled

Int = NDArray[np.int64]
SAME: Final = 1000
BITS_MAX: Final = 60_000
# Beyond this many tokens a text is no name, memo or address; what follows does not count (the kernel marks tokens in one 64-bit word).
TOKENS_MAX: Final = 60
_SIGNATURE: Final = "void(Tuple((int64[::1], int64[::1], int64[::1], int64[::1], uint32[::1])), int64[::1], int64[::1], int64[::1], int64[::1])"


def folded(text: str) -> str:
    """Lower case, no accents, letters and digits of every script only, single spaces between."""
    # letters in mathematical dress have no lower case before they are taken apart
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (" " if not c.isalnum() else c for c in plain if unicodedata.category(c) != "Mn")
    return " ".join("".join(kept).split())


def likeness_column(left: Sequence[str], right: Sequence[str]) -> Int:
    """Jaro-Winkler similarity of each row, per mille (0 to 1000)."""
    if not len(left):
        return np.zeros(0, dtype=np.int64)
    found = cpdist(left, right, scorer=JaroWinkler.similarity, dtype=np.float64)
    return np.asarray(np.rint(found * SAME), dtype=np.int64)


def edits_column(left: Sequence[str], right: Sequence[str], most: int = 3) -> Int:
    """Edits between the two strings of each row (optimal string alignment), at most `most` + 1."""
    if not len(left):
        return np.zeros(0, dtype=np.int64)
    found = cpdist(left, right, scorer=OSA.distance, score_cutoff=most, dtype=np.int64)
    return np.minimum(np.asarray(found, dtype=np.int64), most + 1)


def dates_column(left: Sequence[str], right: Sequence[str]) -> Int:
    """Slips between two dates written YYYYMMDD: 0 the same, 1 one digit off, two neighbours or day and month swapped, 2 two of year,
    month and day agree or two edits, 3 otherwise. Other spellings are compared by edits alone.
    """
    slips = edits_column(left, right, 2)
    size_a, size_b = _sizes(left), _sizes(right)
    rows = np.flatnonzero((slips > 1) & (size_a == 8) & (size_b == 8))
    if rows.size:
        a, b = (np.array([side[row] for row in rows.tolist()]).view(np.uint32).reshape(-1, 8) for side in (left, right))
        year = (a[:, :4] == b[:, :4]).all(axis=1)
        month, day = (a[:, 4:6] == b[:, 4:6]).all(axis=1), (a[:, 6:] == b[:, 6:]).all(axis=1)
        swapped = year & (a[:, 4:6] == b[:, 6:]).all(axis=1) & (a[:, 6:] == b[:, 4:6]).all(axis=1)
        two = year.astype(np.int64) + month + day >= 2
        slips[rows] = np.select([swapped, two], [1, 2], slips[rows])
    return slips


def digits_column(left: Sequence[str], right: Sequence[str], shared_min: int = 7) -> Int:
    """Slips between two numbers written with digits: 0 the same, 1 one edit, or one is the end of the other and at least
    `shared_min` long (a number with and without its country or area code), 2 two edits, 3 otherwise.
    """
    slips = edits_column(left, right, 2)
    size_a, size_b = _sizes(left), _sizes(right)
    for row in np.flatnonzero((slips > 1) & (size_a != size_b) & (np.minimum(size_a, size_b) >= shared_min)).tolist():
        short, long = (left[row], right[row]) if size_a[row] < size_b[row] else (right[row], left[row])
        if long.endswith(short):
            slips[row] = 1
    return slips


def _sizes(column: Sequence[str]) -> Int:
    return np.fromiter(map(len, column), dtype=np.int64, count=len(column))


@dataclass(frozen=True, slots=True)
class Tokens:
    """Texts as runs of token numbers. `first[t]:first[t+1]` are the places in `token` of text t; `bits[k]` is how surprising
    token k is, in milli-bits; `start[k]:start[k+1]` its characters in `letters`.
    """

    first: Int
    token: Int
    bits: Int
    start: Int
    letters: NDArray[np.uint32]


def tokens(texts: Sequence[str], counts: Int) -> Tokens:
    """Cut folded texts at spaces. `counts[t]`: rows that hold text t; a token's bits are -log2 of the share of rows that hold it."""
    number: dict[str, int] = {}
    runs = [[number.setdefault(word, len(number)) for word in text.split()[:TOKENS_MAX]] for text in texts]
    first = np.zeros(len(runs) + 1, dtype=np.int64)
    np.cumsum([len(run) for run in runs], out=first[1:])
    token = np.fromiter((k for run in runs for k in run), dtype=np.int64, count=int(first[-1]))
    rows = np.zeros(len(number), dtype=np.int64)
    for run, count in zip(runs, counts.tolist(), strict=True):
        for k in set(run):
            rows[k] += count
    share = rows / max(int(counts.sum()), 1)
    bits = np.minimum(np.rint(-1000 * np.log2(np.maximum(share, 2.0**-60))), BITS_MAX).astype(np.int64)
    start = np.zeros(len(number) + 1, dtype=np.int64)
    np.cumsum([len(word) for word in number], out=start[1:])
    letters = np.fromiter((ord(c) for word in number for c in word), dtype=np.uint32, count=int(start[-1]))
    return Tokens(first, token, bits, start, letters)


def shared_bits(texts: Tokens, left: Int, right: Int) -> tuple[Int, Int]:
    """What two texts share and where they contradict each other, in milli-bits, for each row of text numbers.

    A token is shared when the other text holds it too, or one that begins with it (cut off), or one a single edit away (four
    letters and more). What one text has and the other lacks is no contradiction: only the smaller of both sides' rests counts.
    """
    fast = compiled(_share, _SIGNATURE)
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    shared = np.zeros(left.size, dtype=np.int64)
    clash = np.zeros(left.size, dtype=np.int64)
    fast((texts.first, texts.token, texts.bits, texts.start, texts.letters), left, right, shared, clash)
    return shared, clash


def _share(texts: tuple[Any, ...], left: Int, right: Int, shared: Int, clash: Int) -> None:
    """Fill `shared` and `clash`. First equal tokens are paired off, then those that one begins or one edit separates."""
    first, token, bits, start, letters = texts
    one = np.uint64(1)
    for row in range(left.size):
        a, a_end = first[left[row]], first[left[row] + 1]
        b, b_end = first[right[row]], first[right[row] + 1]
        used_a, used_b = np.uint64(0), np.uint64(0)
        total = 0
        for wide in range(2):
            for i in range(a, a_end):
                if used_a >> np.uint64(i - a) & one:
                    continue
                p = token[i]
                for j in range(b, b_end):
                    q = token[j]
                    if used_b >> np.uint64(j - b) & one:
                        continue
                    if p != q:
                        if not wide:
                            continue
                        short, long = (p, q) if start[p + 1] - start[p] <= start[q + 1] - start[q] else (q, p)
                        s, t = start[short], start[long]
                        size = start[short + 1] - s
                        extra = start[long + 1] - t - size
                        head = 0
                        while head < size and letters[s + head] == letters[t + head]:
                            head += 1
                        if head < size:  # not the beginning: at most one edit, and not for short tokens
                            if size < 4 or extra > 1:
                                continue
                            tail = 0
                            while (
                                tail < size - head
                                and letters[s + size - 1 - tail] == letters[t + size + extra - 1 - tail]
                            ):
                                tail += 1
                            swapped = (
                                extra == 0
                                and head + tail == size - 2
                                and letters[s + head] == letters[t + head + 1]
                                and letters[s + head + 1] == letters[t + head]
                            )
                            if not swapped and head + tail < size - (extra == 0):
                                continue
                    used_a |= one << np.uint64(i - a)
                    used_b |= one << np.uint64(j - b)
                    total += min(bits[p], bits[q])
                    break
        rest_a, rest_b = 0, 0
        for i in range(a, a_end):
            if not used_a >> np.uint64(i - a) & one:
                rest_a += bits[token[i]]
        for j in range(b, b_end):
            if not used_b >> np.uint64(j - b) & one:
                rest_b += bits[token[j]]
        shared[row] = total
        clash[row] = min(rest_a, rest_b)
