"""Shingles of scripts, and sketches of them by which likeness is estimated: arrays over many texts.

A shingle is three signs in a row, packed into 63 bits, so that equal numbers are equal shingles. The likeness of two texts is
the Jaccard index of their sets of shingles (Broder 1997). A sketch is a one-permutation MinHash (Li, Owen and Zhang 2012): one hash
a shingle, its high bits choose one of 128 bins, which keeps the least of the rest. An empty bin takes the value of the first filled
one in an order of its own, the same for all texts ("optimal densification", Shrivastava 2017): two sketches agree in a bin with the
probability that the likeness says. Hashes are fixed arithmetic: the same on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled
from fanzha.clean.script import ADDRESS, LETTERS_MIN, NUMBER

BINS: Final = 128
EMPTY: Final = 0xFFFFFFFF  # all bins of a text without a shingle; no shingle has this value

# below, array operations are done before compiled code would be there
SIGNS_MIN: Final = 200_000

Codes = NDArray[np.uint32]
Sketches = NDArray[np.uint32]
Index = NDArray[np.int64]

_BIN_BITS: Final = 7
_WIDE: Final = 0x2E80  # from here on: Han, kana, Hangul


@dataclass(frozen=True, slots=True)
class Laid:
    """Scripts laid end to end: text i is `codes[starts[i] : starts[i + 1]]`."""

    codes: Codes
    starts: Index


def lay(scripts: Sequence[str]) -> Laid:
    """The code points of all scripts; lone surrogates are signs like others."""
    codes = np.frombuffer("".join(scripts).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32)
    starts = np.zeros(len(scripts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, scripts), np.int64, len(scripts)), out=starts[1:])
    return Laid(codes, starts)


def comparable(laid: Laid) -> NDArray[np.bool_]:
    """Which texts have `LETTERS_MIN` letters or more, so that likeness says something."""
    weight = np.where(laid.codes >= _WIDE, 2, 1)
    weight[(laid.codes == ord(NUMBER)) | (laid.codes == ord(ADDRESS))] = 0
    total = np.zeros(len(weight) + 1, dtype=np.int64)
    np.cumsum(weight, out=total[1:])
    enough: NDArray[np.bool_] = total[laid.starts[1:]] - total[laid.starts[:-1]] >= LETTERS_MIN
    return enough


def sketches(laid: Laid) -> Sketches:
    """uint32[n, 128]."""
    out = np.full((len(laid.starts) - 1, BINS), EMPTY, dtype=np.uint32)
    if len(laid.codes) >= SIGNS_MIN:
        compiled(_sketch, _SKETCH)(laid.codes, laid.starts, _order(), out)
    elif len(out):
        _sketch_by_arrays(laid, out)
    return out


def shingle_sets(laid: Laid) -> tuple[NDArray[np.int64], Index]:
    """(shingles, starts): the distinct shingles of text i, ascending, are `shingles[starts[i] : starts[i + 1]]`."""
    first, text = _windows(laid)
    packed = _packed(laid.codes, first).view(np.int64)
    if len(laid.codes) >= SIGNS_MIN:
        sizes = np.zeros(len(laid.starts), dtype=np.int64)
        np.cumsum(np.maximum(np.diff(laid.starts) - 2, 0), out=sizes[1:])
        starts = np.zeros(len(laid.starts), dtype=np.int64)
        compiled(_sort, _SORT)(packed, sizes, starts)
        return packed[: starts[-1]].copy(), starts
    order = np.lexsort((packed, text))
    packed, text = packed[order], text[order]
    new = np.ones(len(packed), dtype=bool)
    new[1:] = (packed[1:] != packed[:-1]) | (text[1:] != text[:-1])
    starts = np.zeros(len(laid.starts), dtype=np.int64)
    np.cumsum(np.bincount(text[new], minlength=len(starts) - 1), out=starts[1:])
    return packed[new], starts


def _windows(laid: Laid) -> tuple[Index, Index]:
    """Where each shingle begins, and its text."""
    sizes = np.maximum(np.diff(laid.starts) - 2, 0)
    text = np.repeat(np.arange(len(sizes)), sizes)
    first = np.arange(len(text)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + laid.starts[text]
    return first, text


def _packed(codes: Codes, first: Index) -> NDArray[np.uint64]:
    wide = codes.astype(np.uint64)
    return wide[first] << np.uint64(42) | wide[first + 1] << np.uint64(21) | wide[first + 2]


_M1, _M2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit depends on every bit: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), which loses nothing."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ values >> np.uint64(30)) * np.uint64(_M1)
    values = (values ^ values >> np.uint64(27)) * np.uint64(_M2)
    return values ^ values >> np.uint64(31)


@cache
def _order() -> NDArray[np.uint8]:
    """uint8[128, 127]: for each bin, all others, in the order in which it asks them when it is empty."""
    draw = mixed(np.arange(BINS * BINS, dtype=np.uint64)).reshape(BINS, BINS)
    np.fill_diagonal(draw, EMPTY << 32 | EMPTY)
    return np.argsort(draw, axis=1, kind="stable")[:, : BINS - 1].astype(np.uint8)


def _sketch_by_arrays(laid: Laid, out: Sketches) -> None:
    first, text = _windows(laid)
    hashes = mixed(_packed(laid.codes, first))
    bins = (hashes >> np.uint64(64 - _BIN_BITS)).astype(np.int64)
    values = np.minimum(hashes & np.uint64(EMPTY), np.uint64(EMPTY - 1)).astype(np.uint32)
    np.minimum.at(out.reshape(-1), text * BINS + bins, values)
    for row in out:
        filled = row != EMPTY
        if filled.any() and not filled.all():
            empty = np.flatnonzero(~filled)
            asked = _order()[empty]
            row[empty] = row[asked[np.arange(len(empty)), filled[asked].argmax(axis=1)]]


_SKETCH: Final = "void(uint32[::1], int64[::1], uint8[:, ::1], uint32[:, ::1])"
_SORT: Final = "void(int64[::1], int64[::1], int64[::1])"


def _sketch(codes: Any, starts: Any, order: Any, out: Any) -> None:
    """`_sketch_by_arrays`, compiled."""
    filled = np.zeros(BINS, dtype=np.bool_)
    for text in range(len(starts) - 1):
        filled[:] = False
        for at in range(starts[text], starts[text + 1] - 2):
            value = np.uint64(codes[at]) << np.uint64(42) | np.uint64(codes[at + 1]) << np.uint64(21)
            value = (value | np.uint64(codes[at + 2])) + np.uint64(0x9E3779B97F4A7C15)
            value = (value ^ value >> np.uint64(30)) * np.uint64(_M1)
            value = (value ^ value >> np.uint64(27)) * np.uint64(_M2)
            value = value ^ value >> np.uint64(31)
            place = np.int64(value >> np.uint64(64 - _BIN_BITS))
            least = np.uint32(min(value & np.uint64(EMPTY), np.uint64(EMPTY - 1)))
            if least < out[text, place]:
                out[text, place] = least
            filled[place] = True
        if starts[text + 1] - starts[text] < 3:
            continue
        for empty in range(BINS):
            if not filled[empty]:
                for asked in range(BINS - 1):
                    donor = order[empty, asked]
                    if filled[donor]:
                        out[text, empty] = out[text, donor]
                        break


def _sort(packed: Any, begins: Any, starts: Any) -> None:
    """Sort the shingles of each text where they are and close the gaps that doubles leave."""
    free: Any = 0
    for text in range(len(begins) - 1):
        part = np.sort(packed[begins[text] : begins[text + 1]])
        starts[text] = free
        for at in range(len(part)):
            if at == 0 or part[at] != part[at - 1]:
                packed[free] = part[at]
                free += 1
    starts[len(begins) - 1] = free
