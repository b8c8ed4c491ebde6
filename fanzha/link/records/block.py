"""Which pairs are worth comparing: records that share a key, each key with a bounded number of neighbours, so that work stays linear.

Source: Hernandez and Stolfo 1995, "The merge/purge problem" (sorted neighbourhood), here inside each block of a key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.link.records.fields import Int, Measured, Table

REACH: Final = 60
_CLASS: Final = {c: d for d, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in letters}


@dataclass(frozen=True, slots=True)
class Key:
    """One way to bring records together. `record[i]` stands in block `block[i]` at place `order[i]`; a record may stand in several.

    Inside a block, ordered by `order` and then by record, each is paired with the next `reach` only. A block of n records gives at most
    n x reach pairs, however popular its value. `gap`: pairs whose orders differ by more are left out.
    """

    record: Int
    block: Int
    order: Int
    reach: int = REACH
    gap: int | None = None


def candidates(table: Table, keys: Sequence[Key]) -> tuple[Int, Int]:
    """Pairs that share a key, each once, ordered by left and right record. With sides, only pairs across."""
    found = [np.zeros(0, dtype=np.int64)]
    sided = table.sides.size > 0
    for key in keys:
        by = np.lexsort((key.record, key.order, key.block))
        record, block, order = key.record[by], key.block[by], key.order[by]
        for step in range(1, min(key.reach, record.size - 1) + 1):
            near = block[step:] == block[:-step]
            if key.gap is not None:
                near &= order[step:] - order[:-step] <= key.gap
            if not near.any():
                break
            a, b = record[:-step][near], record[step:][near]
            use = table.sides[a] != table.sides[b] if sided else a != b
            low, high = np.minimum(a[use], b[use]), np.maximum(a[use], b[use])
            found.append(low * table.size + high)
    pair = np.unique(np.concatenate(found))
    return pair // max(table.size, 1), pair % max(table.size, 1)


def values_key(table: Table, names: Sequence[str], cut: Callable[[str], str] | None = None, reach: int = REACH) -> Key:
    """Records that agree in all the named fields, or in what `cut` makes of each value (its beginning, its sound). None where one is missing
    or cut to nothing. In a crowded block, neighbours are those alike in the other fields, in their order.
    """
    block = np.zeros(table.size, dtype=np.int64)
    known = np.ones(table.size, dtype=np.bool_)
    for name in names:
        codes = _codes(table, name, cut)
        known &= codes >= 0
        block = block * (int(codes.max(initial=0)) + 2) + codes + 1
        _, block = np.unique(block, return_inverse=True)
    record = np.flatnonzero(known)
    return Key(record, block[record], _rest(table, names)[record], reach)


def number_key(table: Table, name: str, within: Sequence[str] = (), *, cut: Callable[[str], str] | None = None,
               gap: int | None = None, per_mille: bool = False, reach: int = REACH) -> Key:  # fmt: skip
    """Sorted neighbourhood of a number, inside blocks of the named fields. `per_mille`: by its logarithm, so that `gap` is relative."""
    column = table.measured(name)
    key = values_key(table, within, cut)
    record = key.record[column.known[key.record]]
    value = column.values[record]
    if per_mille:
        value = np.rint(1000 * np.log(np.maximum(np.abs(value), 1))).astype(np.int64)
    block = np.zeros(table.size, dtype=np.int64)
    block[key.record] = key.block
    return Key(record, block[record], value, reach, gap)


def words_key(table: Table, name: str, length_min: int = 3, reach: int = REACH) -> Key:
    """Records that share a word of a text field, of at least `length_min` letters."""
    column = table.written(name)
    number: dict[str, int] = {}
    words = [
        [number.setdefault(w, len(number)) for w in dict.fromkeys(v.split()) if len(w) >= length_min]
        for v in column.values
    ]
    rows = [(row, word) for row, code in enumerate(column.codes.tolist()) if code >= 0 for word in sorted(words[code])]
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return Key(pairs[:, 0], pairs[:, 1], _rest(table, (name,))[pairs[:, 0]], reach)


def default_keys(table: Table, reach: int = REACH) -> list[Key]:
    """The keys for people and organisations: every written field by itself, names also by sound, texts and whole names also by word.

    A field with so few values that its blocks overflow on the average (a sex, a state) tells nobody apart and gives no key.
    """
    keys = []
    for field in table.fields:
        if field.numeric:
            continue
        keys.append(values_key(table, (field.name,), reach=reach))
        if field.kind == "name":
            keys.append(values_key(table, (field.name,), sound, reach))
        if field.kind in ("text", "whole_name"):
            keys.append(words_key(table, field.name, reach=reach))
    return [key for key in keys if np.unique(key.block).size * reach >= key.record.size]


def beginning(length: int) -> Callable[[str], str]:
    """A cut: the first letters, nothing for a shorter value."""
    return lambda value: value[:length] if len(value) >= length else ""


def sound(value: str) -> str:
    """First letter and classes of the next consonants (Soundex, Russell 1918); for other scripts the value itself."""
    letters = value.replace(" ", "")
    if not letters.isascii():
        return letters
    code, last = letters[:1], _CLASS.get(letters[:1], 0)
    for c in letters[1:]:
        now = _CLASS.get(c, 0)
        if now and now != last:
            code += str(now)
        if c not in "hw":
            last = now
    return code[:4]


def _codes(table: Table, name: str, cut: Callable[[str], str] | None) -> Int:
    column = table.column(name)
    if isinstance(column, Measured):
        return np.where(column.known, np.unique(column.values, return_inverse=True)[1], -1)
    if cut is None:
        return column.codes
    number: dict[str, int] = {}
    parts = (cut(value) for value in column.values)
    of = np.array([number.setdefault(part, len(number)) if part else -1 for part in parts] + [-1], dtype=np.int64)
    return np.asarray(of[column.codes], dtype=np.int64)


def _rest(table: Table, names: Sequence[str]) -> Int:
    """Rank of each record by all other fields, in their order."""
    others = [c for f, c in zip(table.fields, table.columns, strict=True) if f.name not in names]
    ranks: list[NDArray[np.int64]] = []
    for column in others:
        if isinstance(column, Measured):
            ranks.append(column.values)
        else:
            place = np.empty(column.values.size + 1, dtype=np.int64)
            place[np.argsort(column.values, kind="stable")] = np.arange(column.values.size)
            place[-1] = column.values.size
            ranks.append(place[column.codes])
    rank = np.empty(table.size, dtype=np.int64)
    rank[np.lexsort(ranks[::-1]) if ranks else np.arange(table.size)] = np.arange(table.size)
    return rank
