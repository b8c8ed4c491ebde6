"""Near-duplicate texts: the same script with changed words, among millions, in linear time.

Two texts are alike when their scripts (`fanzha.clean.script`: numbers and addresses masked) share at least a given part of their
shingles: the Jaccard index of the sets of three signs in a row, in per mille, computed exactly. Which pairs are looked at is
chosen by locality-sensitive hashing: texts that agree in all rows of one band of their sketches (Indyk and Motwani 1998; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, 3.4) meet in a bucket. So every pair reported is truly alike; a few that
are alike are missed (`bench/near_texts.py` counts them).

Short texts: fewer than 12 Chinese characters or 24 Latin letters after masking say nothing and are not compared (`LETTERS_MIN`).
A little above that, one changed character takes three of ten or so shingles: at 700 per mille only texts that are equal but for
what is masked, or for a word at the end, are alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled
from fanzha.clean.script import script, scripts
from fanzha.clean.shingle import BINS, SIGNS_MIN, Index, Sketches, comparable, lay, mixed, shingle_sets, sketches

THRESHOLD_PERMILLE: Final = 700
THRESHOLD_MIN, THRESHOLD_MAX = 300, 1000  # below, unlike texts of one language are alike
# Of a pair exactly at the threshold, one in a thousand may be missed.
_MISSED_MAX: Final = 0.001
HEADS_MAX: Final = 8  # texts of one bucket that each newcomer is compared with, and the latest

_CHAIN_MAX: Final = 16  # texts of one bucket that `NearTexts.add` looks at, the latest first
_VERIFIED_MAX: Final = 32  # and of all buckets, the most promising ones, whose shingles it compares
# Per mille by which a sketch may well be wrong: five standard deviations at 80 shingles.
_DOUBT: Final = 250

Id = TypeVar("Id")


def sketch(texts: Sequence[str]) -> Sketches:
    """uint32[n, 128]: the share of equal columns of two rows estimates the likeness of two texts.

    All columns of a text whose script has fewer than three signs are 0xFFFFFFFF.
    """
    return sketches(lay(scripts(texts)))


def likeness(left: str, right: str) -> int | None:
    """Exact Jaccard index of the shingles of two texts, per mille, rounded down; None where one is too short to say."""
    laid = lay(pair := scripts([left, right]))
    if not comparable(laid).all():
        return None
    return _jaccard(_shingles(pair[0]), _shingles(pair[1]))


def rows_for(threshold_permille: int) -> int:
    """Rows in a band: the most that miss a pair at the threshold less often than `_MISSED_MAX`. ValueError: out of range."""
    if not THRESHOLD_MIN <= threshold_permille <= THRESHOLD_MAX:
        raise ValueError(f"the threshold is {THRESHOLD_MIN}..{THRESHOLD_MAX} per mille, not {threshold_permille}")
    alike = threshold_permille / 1000
    return next((rows for rows in range(8, 1, -1) if (1 - alike**rows) ** (BINS // rows) <= _MISSED_MAX), 1)


def band_keys(sketched: Sketches, rows: int) -> Index:
    """int64[n, bands] of uint32[n, bands * rows]: numbers that are not negative, equal where all rows of the band are equal."""
    cells = sketched.reshape(len(sketched), sketched.shape[1] // rows, rows).astype(np.uint64)
    key = cells[:, :, 0]
    for row in range(1, rows):
        key = key * np.uint64(0x9E3779B97F4A7C15) + cells[:, :, row]
    return (mixed(key) >> np.uint64(1)).astype(np.int64)


def families(texts: Sequence[str], threshold_permille: int = THRESHOLD_PERMILLE) -> Index:
    """int64[n]: the smallest index of each text's family. A text that is not compared, or like no other, is alone.

    A family is a chain of pairs that are alike; its ends need not be. Which texts are together does not depend on their
    order: each distinct script is taken once, in the order of the alphabet. A text is compared with at most
    `HEADS_MAX` + 1 others a band, so that a million of one script, equal or changed, cost a million times as much as one.
    ValueError: threshold not in 300..1000.
    """
    rows = rows_for(threshold_permille)
    result = np.arange(len(texts), dtype=np.int64)
    raw = {text: at for at, text in reversed([*enumerate(texts)])}
    distinct = [*raw]
    scripted = scripts(distinct)
    first: dict[str, int] = {}
    for one, at in zip(scripted, raw.values(), strict=True):
        first[one] = min(first.get(one, at), at)
    ordered = sorted(first)
    enough = comparable(lay(ordered))
    compared = [one for one, says in zip(ordered, enough.tolist(), strict=True) if says]
    family_of = dict(
        zip(compared, _linked(compared, [first[one] for one in compared], threshold_permille, rows), strict=True)
    )
    of_text = {text: family_of[one] for text, one in zip(distinct, scripted, strict=True) if one in family_of}
    for at, text in enumerate(texts):
        result[at] = of_text.get(text, at)
    return result


def _linked(distinct: list[str], first: list[int], threshold_permille: int, rows: int) -> list[int]:
    """The smallest of `first` in the family of each script."""
    count = len(distinct)
    laid = lay(distinct)
    sketched = sketches(laid)
    shingles, starts = shingle_sets(laid)
    slots = 1 << max(2 * count, 2).bit_length()
    state: Any = np.concatenate([np.arange(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)])
    fast = len(laid.codes) >= SIGNS_MIN
    parts: Any = (shingles, starts)
    if not fast:
        state, parts = state.tolist(), (shingles.tolist(), starts.tolist())
    for band in range(BINS // rows):
        keys: Any = band_keys(sketched[:, band * rows : (band + 1) * rows], rows)[:, 0]
        table: Any = np.full(3 * slots, -1, dtype=np.int64)
        limits = (threshold_permille, HEADS_MAX, band % 2)
        if fast:
            compiled(_join_band, _JOIN_BAND)(keys, table, state, parts[0], parts[1], *limits)
        else:
            _join_band(keys.tolist(), table.tolist(), state, parts[0], parts[1], *limits)
    least: dict[int, int] = {}
    roots = [_root(state, at) for at in range(count)]
    for root, at in zip(roots, first, strict=True):
        least[root] = min(least.get(root, at), at)
    return [least[root] for root in roots]


def _root(state: Any, at: int) -> int:
    while state[at] != at:
        at = state[at]
    return int(at)


_JOIN_BAND: Final = "void(int64[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64, int64, int64)"


def _join_band(
    keys: Any, table: Any, state: Any, shingles: Any, starts: Any, threshold_permille: int, heads_max: int, down: int
) -> None:
    """Put all texts into the buckets of one band and join each with what it is like there. Lists will do as well as arrays.

    table  three parts, by slot: key; latest head; latest text
    state  two parts, by text: parent (union-find); head before this one
    """
    count, slots = len(keys), len(table) // 3
    for step in range(count):
        one = count - 1 - step if down else step  # the heads of one band are the last comers of the next
        slot = keys[one] & (slots - 1)
        while table[slot] != -1 and table[slot] != keys[one]:
            slot = (slot + 1) & (slots - 1)
        fresh = table[slot] == -1
        table[slot] = keys[one]
        head, latest = table[slots + slot], table[2 * slots + slot]
        table[2 * slots + slot] = one
        met, together = 0, False
        while not fresh:
            other = head if head != -1 else latest
            x, y = one, other
            while state[x] != x:
                state[x] = state[state[x]]
                x = state[x]
            while state[y] != y:
                state[y] = state[state[y]]
                y = state[y]
            if x == y:
                together = True
            else:
                a, a_end, b, b_end = starts[one], starts[one + 1], starts[other], starts[other + 1]
                both, total = 0, a_end - a + b_end - b
                if min(a_end - a, b_end - b) * 1000 >= threshold_permille * max(a_end - a, b_end - b):
                    while a < a_end and b < b_end:
                        left, right = shingles[a], shingles[b]
                        both += left == right
                        a += left <= right
                        b += right <= left
                if both > 0 and both * 1000 >= threshold_permille * (total - both):
                    state[max(x, y)] = min(x, y)
                    together = True
            if head == -1:
                break
            met += 1
            head = state[count + head]
        if fresh or (not together and met < heads_max):
            state[count + one] = table[slots + slot]
            table[slots + slot] = one


@lru_cache(1_024)  # a popular script is compared again and again
def _shingles(one: str) -> frozenset[str]:
    return frozenset(one[at : at + 3] for at in range(len(one) - 2))


def _jaccard(left: frozenset[str], right: frozenset[str]) -> int:
    both = len(left & right)
    return both * 1000 // (len(left) + len(right) - both)


@dataclass(frozen=True, slots=True)
class Similar(Generic[Id]):
    """Earlier texts of one script that is like a new one's.

    id         of the first of them
    texts      how many earlier texts have that script
    estimated  likeness by the sketches, per mille
    exact      likeness by the shingles, per mille, rounded down
    """

    id: Id
    texts: int
    estimated: int
    exact: int


@dataclass(frozen=True, slots=True)
class _Looked(Generic[Id]):
    """A text that was looked for. `number` of its script among those held, -1 if it is new."""

    script: str
    digest: bytes
    number: int
    sketched: Sketches
    slots: Index
    found: list[Similar[Id]]


class NearTexts(Generic[Id]):
    """Texts that come one at a time. Each is told which earlier ones it is like, in bounded time however many there are.

    At most 32 scripts are compared in full: those whose sketches are most like, among the latest 16 of each bucket. So after
    thousands of variants of one script, not all of them are named, but some are. Memory: some 1.3 kB for each distinct
    script of 70 signs (sketch 512 bytes, buckets 260, the rest script, dictionary and room to grow); a further text of a
    known script takes none.
    ValueError: threshold not in 300..1000.
    """

    def __init__(self, threshold_permille: int = THRESHOLD_PERMILLE) -> None:
        self.threshold_permille = threshold_permille
        self._rows = rows_for(threshold_permille)
        self._bands = BINS // self._rows
        self._known: dict[bytes, int] = {}
        self._ids: list[Id] = []
        self._texts: list[int] = []
        self._scripts: list[str] = []
        self._sketches: Sketches = np.empty((64, BINS), dtype=np.uint32)
        self._next: NDArray[np.int32] = np.empty((64, self._bands), dtype=np.int32)
        self._heads: NDArray[np.int32] = np.full((self._bands, 64), -1, dtype=np.int32)

    def __len__(self) -> int:
        """Distinct scripts held."""
        return len(self._ids)

    def add(self, id: Id, text: str) -> list[Similar[Id]]:
        """What earlier texts the text is like, most like first, earliest first among equals; then it is held itself.

        An empty list for a text too short to be compared, which is not held.
        """
        looked = self._look(text)
        if looked is None:
            return []
        if looked.number < 0:
            self._known[looked.digest] = len(self)
            self._hold(id, looked.script, looked.sketched, looked.slots)
        else:
            self._texts[looked.number] += 1
        return looked.found

    def like(self, text: str) -> list[Similar[Id]]:
        """What texts held the text is like, as `add` says it; nothing is held."""
        looked = self._look(text)
        return looked.found if looked else []

    def _look(self, text: str) -> "_Looked[Id] | None":
        one = script(text)
        laid = lay([one])
        if not comparable(laid)[0]:
            return None
        sketched = sketches(laid)
        digest = blake2b(one.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        number = self._known.get(digest, -1)
        slots = self._slots(sketched)[0]
        return _Looked(one, digest, number, sketched[0], slots, self._like(one, sketched[0], self._near(slots), number))

    def _slots(self, sketched: Sketches) -> Index:
        """int64[n, bands]."""
        mask = self._heads.shape[1] - 1
        slots: Index = band_keys(sketched[:, : self._bands * self._rows], self._rows) & mask
        return slots

    def _near(self, slots: Index) -> NDArray[np.int32]:
        """Numbers of the latest in each bucket, each once."""
        bands = np.arange(self._bands)
        now = self._heads[bands, slots]
        met = []
        for _ in range(_CHAIN_MAX):
            bands = bands[now >= 0]
            now = now[now >= 0]
            if not len(now):
                break
            met.append(now)
            now = self._next[now, bands]
        return np.unique(np.concatenate(met)) if met else now[:0]

    def _like(self, one: str, sketched: Sketches, near: NDArray[np.int32], same: int) -> list[Similar[Id]]:
        agree = np.count_nonzero(self._sketches[near] == sketched, axis=1)
        hopeful = agree * 1000 >= (self.threshold_permille - _DOUBT) * BINS
        near, agree = near[hopeful], agree[hopeful]
        order = np.argsort(-agree, kind="stable")[:_VERIFIED_MAX]
        own = _shingles(one)
        found = {number: _jaccard(own, _shingles(self._scripts[number])) for number in near[order].tolist()}
        if same >= 0:
            found[same] = 1000
        estimated = dict(zip(near.tolist(), (agree * 1000 // BINS).tolist(), strict=True))
        alike = sorted((-exact, number) for number, exact in found.items() if exact >= self.threshold_permille)
        return [
            Similar(self._ids[number], self._texts[number], estimated.get(number, 1000), -exact)
            for exact, number in alike
        ]

    def _hold(self, id: Id, one: str, sketched: Sketches, slots: Index) -> None:
        number = len(self)
        if number == len(self._sketches):
            self._grow()
            slots = self._slots(sketched[None])[0]
        self._ids.append(id)
        self._texts.append(1)
        self._scripts.append(one)
        self._sketches[number] = sketched
        self._link(np.array([number], dtype=np.int32), slots[None])

    def _link(self, numbers: NDArray[np.int32], slots: Index) -> None:
        """Put each before the latest of its buckets."""
        bands = np.arange(self._bands)
        for number, own in zip(numbers, slots, strict=True):
            self._next[number] = self._heads[bands, own]
            self._heads[bands, own] = number

    def _grow(self) -> None:
        """Twice as much room; all buckets are filled again."""
        count = len(self)
        self._sketches = np.concatenate([self._sketches, np.empty_like(self._sketches)])
        self._next = np.concatenate([self._next, np.empty_like(self._next)])
        self._heads = np.full((self._bands, 2 * self._heads.shape[1]), -1, dtype=np.int32)
        self._link(np.arange(count, dtype=np.int32), self._slots(self._sketches[:count]))
