"""The level of agreement of each pair in each field, and how often chance alone gives that agreement for that very value."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.alike import dates_column, digits_column, likeness_column, shared_bits
from fanzha.clean.name_likeness import likeness
from fanzha.link.records.fields import CLASH_MILLI, SHARED_MILLI, Field, Int, Measured, Table, Written

Levels = NDArray[np.uint8]
_PAIRS_AT_ONCE: Final = 1_000_000
_BEGINS_MIN: Final = 666  # Jaro-Winkler of two words of which one begins the other is never less: (1 + k/n + 1) / 3


def levels(table: Table, place: int, left: Int, right: Int) -> Levels:
    """Level of field number `place` for each pair; `len(field.levels)` where a value is missing."""
    field, column = table.fields[place], table.columns[place]
    missing = len(field.levels)
    found = np.full(left.size, missing, dtype=np.uint8)
    for start in range(0, left.size, _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        a, b = left[part], right[part]
        if isinstance(column, Measured):
            both = column.known[a] & column.known[b]
            found[part][both] = _number_levels(field, column.values[a[both]], column.values[b[both]])
            continue
        both = (column.codes[a] >= 0) & (column.codes[b] >= 0)
        got = (
            _text_levels(column, a[both], b[both])
            if field.kind == "text"
            else _word_levels(field, column, a[both], b[both])
        )
        if field.crossed:
            other = table.written(field.crossed)
            got = _crossed(field, column, other, (a[both], b[both]), got)
        found[part][both] = got
    return found


def _number_levels(field: Field, a: Int, b: Int) -> Levels:
    if field.kind == "moment":
        return np.searchsorted(np.array(field.cuts), b - a, side="right").astype(np.uint8)
    gap, larger = np.abs(a - b), np.maximum(np.maximum(np.abs(a), np.abs(b)), 1)
    level = np.full(a.size, len(field.cuts) + 1, dtype=np.uint8)
    for place in range(len(field.cuts), 0, -1):
        # whole numbers only, and no product that could leave 64 bits
        level[gap <= larger // 1000 * field.cuts[place - 1] + larger % 1000 * field.cuts[place - 1] // 1000] = place
    level[gap == 0] = 0
    return level


def _distinct(a: Int, b: Int, span: int) -> tuple[Int, Int, Int]:
    """Pairs of codes without repeats, and the way back: a popular name is compared with another once, not a thousand times."""
    key, back = np.unique(a * span + b, return_inverse=True)
    return key // span, key % span, back


def _word_levels(field: Field, column: Written, left: Int, right: Int) -> Levels:
    last = len(field.levels) - 1
    a, b, back = _distinct(column.codes[left], column.codes[right], max(column.values.size, 1))
    level = np.full(a.size, last, dtype=np.uint8)
    same = a == b
    level[same] = 0
    if field.kind != "exact":
        open_ = np.flatnonzero(~same)
        words = list(column.values[a[open_]]), list(column.values[b[open_]])
        if field.kind == "name":
            alike = likeness_column(*words)
            # an initial or a cut name
            short = np.zeros(open_.size, dtype=np.bool_)
            for row in np.flatnonzero((alike >= _BEGINS_MIN) & (alike < field.cuts[1])).tolist():
                short[row] = words[0][row].startswith(words[1][row]) or words[1][row].startswith(words[0][row])
            level[open_] = np.select([alike >= field.cuts[0], (alike >= field.cuts[1]) | short], [1, 2], last)
        elif field.kind == "whole_name":
            alike = np.fromiter((likeness(x, y).score for x, y in zip(*words, strict=True)), np.int64, open_.size)
            level[open_] = np.select([alike >= 1000, alike >= field.cuts[0], alike >= field.cuts[1]], [0, 1, 2], last)
        else:
            compare: Callable[..., Int] = dates_column if field.kind == "date" else digits_column
            level[open_] = np.choose(compare(*words), [1, 1, 2, last])
    return level[back]


def _text_levels(column: Written, left: Int, right: Int) -> Levels:
    a, b = column.codes[left], column.codes[right]
    shared, clash = shared_bits(column.tokens, a, b)
    band = np.searchsorted(-np.array(SHARED_MILLI), -shared, side="left")
    how = np.searchsorted(np.array(CLASH_MILLI), clash, side="left")
    level = 1 + how * (len(SHARED_MILLI) + 1) + band
    return np.where(a == b, 0, level).astype(np.uint8)


def _crossed(field: Field, column: Written, other: Written, pairs: tuple[Int, Int], got: Levels) -> Levels:
    """Level "crossed" where nothing agrees in the field itself, and the left value stands in the other field on the right."""
    last = len(field.levels) - 1
    left, right = pairs
    rows = np.flatnonzero((got == last) & (other.codes[right] >= 0))
    if not rows.size:
        return got
    a, b, back = _distinct(column.codes[left[rows]], other.codes[right[rows]], max(other.values.size, 1))
    alike = likeness_column(list(column.values[a]), list(other.values[b]))
    hit = (alike >= (field.cuts[0] if field.kind == "name" else 1000))[back]
    got[rows[hit]] = last - 1
    return got


def by_value(field: Field, level: Levels) -> NDArray[np.bool_]:
    """For which pairs chance is told by the value itself: exact agreement of text, any level but the last of an amount or a moment."""
    if not field.by_value:
        return np.zeros(level.size, dtype=np.bool_)
    return level < len(field.levels) if field.numeric else level == 0


def value_chance(column: Written, groups: Int | None) -> Int:
    """log2 of the chance that a record not of the same group holds this value, in milli-bits, for each value.

    Counted over groups (records held to be the same count once), so that a number which only one person has, in ten records, stays rare.
    One half is taken off each count: the value seen in one group is rarer than one in all groups.
    """
    rows = np.flatnonzero(column.codes >= 0)
    held = column.codes[rows]
    if groups is not None:
        held = np.unique(groups[rows] * max(column.values.size, 1) + held) % max(column.values.size, 1)
    count = np.bincount(held, minlength=column.values.size)
    return _milli_log2((2 * count - 1) / max(2 * held.size, 1))


def band_chance(table: Table, place: int) -> NDArray[np.int32]:
    """log2 of the share of records (of the right side) at each level from this record's number, in milli-bits: records x levels."""
    field = table.fields[place]
    column = table.measured(field.name)
    facing = column.known & (table.sides == 1) if table.sides.size else column.known
    ordered = np.sort(column.values[facing])
    value = column.values
    inner = np.zeros(table.size, dtype=np.int64)
    out = np.empty((table.size, len(field.levels)), dtype=np.int32)
    for level in range(len(field.levels)):
        if level == len(field.levels) - 1:
            upto = np.full(table.size, ordered.size)
        elif field.kind == "moment":
            upto = np.searchsorted(ordered, value + field.cuts[level], side="left")
        else:
            # numbers o with |o - v| <= cut per mille of the larger: from v (1 - cut) up to v / (1 - cut), turned round below zero
            keep, size = 1000 - (0 if level == 0 else field.cuts[level - 1]), np.abs(value)
            near, far = -(-size * keep // 1000), size * 1000 // keep
            low, high = np.where(value < 0, -far, near), np.where(value < 0, -near, far)
            upto = np.searchsorted(ordered, high, side="right") - np.searchsorted(ordered, low, side="left")
        count = np.maximum(2 * (upto - inner) - 1, 1)
        out[:, level] = _milli_log2(count / max(2 * ordered.size, 1))
        inner = np.asarray(upto, dtype=np.int64)
    return out


def _milli_log2(share: NDArray[np.float64]) -> Int:
    return np.asarray(np.rint(1000 * np.log2(np.clip(share, 2.0**-60, 1.0))), dtype=np.int64)
