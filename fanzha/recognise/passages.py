"""Passages of a long text, each judged by itself: a scam among many honest sentences is still one.

Without it twenty ordinary sentences around a message hide it from the scorer (`bench/attackers.py`). The strongest passage counts, less what looking at
several costs: of many honest passages one always looks worst (`_SEARCH`; chosen so that recall at 1 % false alarms does not fall).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.disguise import Plain
from fanzha.recognise.prepared import Prepared, present

PASSAGE: Final = 220  # characters of the plain text; passages overlap by half
PASSAGE_CHINESE: Final = 110  # a sign says as much as two letters and more
LONG: Final = 1.5  # passages; a shorter text is judged as a whole alone
_SHORT_MAX: Final = int(LONG * PASSAGE_CHINESE)  # no text of at most so many characters has passages
_SEARCH: Final = 0.8  # log-odds for each natural logarithm of how many passages there are


def passages(text: Prepared) -> list[Prepared]:
    """The passages of a long text, none of a short one. Places stay those of the original; identifiers are left out."""
    plain, size = text.plain, len(text.plain.text)
    length = PASSAGE_CHINESE if text.language == "zh" else PASSAGE
    if size <= LONG * length:
        return []
    half = length // 2
    cut = []
    for start in range(0, size - half, half):
        end = min(start + length, size)
        first, last = plain.origin[start], plain.origin[end]
        marks = tuple(mark for mark in text.marks if first <= mark.start < last)
        part = Plain(plain.text[start:end], plain.origin[start : end + 1], plain.disguise_permille, ())
        cut.append(Prepared(text.original, part, text.language, marks, (), present(part, marks, ())))
    return cut


def passages_of(texts: Sequence[Prepared]) -> tuple[list[Prepared], NDArray[np.int64]]:
    """(passages of all the long texts one after the other, int64: the number of the text each is of)."""
    each = [(at, passages(text)) for at, text in enumerate(texts) if len(text.plain.text) > _SHORT_MAX]
    owner = np.array([at for at, parts in each for _ in parts], dtype=np.int64)
    return [part for _, parts in each for part in parts], owner


def strongest(whole: NDArray[np.float64], parts: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[n]: log-odds of each text by itself or, where that is more, by its strongest passage less what the search costs."""
    if not len(parts):
        return whole
    best = np.full(len(whole), -np.inf)
    np.maximum.at(best, owner, parts)
    counts = np.bincount(owner, minlength=len(whole))
    return np.maximum(whole, best - _SEARCH * np.log(np.maximum(counts, 1)))
