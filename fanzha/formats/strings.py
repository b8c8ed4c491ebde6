"""Arrow string columns seen as bytes: lengths, single characters and check digits without making Python text."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fanzha.formats.kernels import pc

Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]


def raw(column: pa.StringArray | pa.BinaryArray) -> tuple[Ints, Bytes]:
    """(n + 1 offsets, bytes) of a column; a null counts as it is stored, mostly as nothing."""
    offsets: Any
    data: Any
    _, offsets, data = column.buffers()
    if offsets is None or not len(column):
        return np.zeros(len(column) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    places = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return places, np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)


def lengths(column: pa.StringArray) -> Ints:
    """Bytes of each cell."""
    return np.diff(raw(column)[0])


def has_byte(column: pa.StringArray, *characters: str) -> bool:
    """Whether one of the ASCII characters stands anywhere in the column."""
    offsets, data = raw(column)
    part = data[int(offsets[0]) : int(offsets[-1])]
    return any(bool((part == ord(character)).any()) for character in characters)


def absent_as_null(column: pa.StringArray) -> pa.StringArray:
    """The column with null for empty cells; the text itself is shared, not copied."""
    empty = lengths(column) == 0
    if not empty.any():
        return column
    if column.null_count:
        nulls: pa.StringArray = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
        return nulls
    bits = np.packbits(~empty, bitorder="little").tobytes()
    offsets, _ = raw(column)
    build: Any = pa.StringArray.from_buffers
    places = pa.py_buffer(np.ascontiguousarray(offsets).tobytes())
    result: pa.StringArray = build(len(column), places, column.buffers()[2], pa.py_buffer(bits))
    return result


def long_numbers(column: pa.StringArray) -> Iterator[tuple[npt.NDArray[np.int64], Bytes]]:
    """(indices, digits as a matrix) of the cells that are 16, 17, 18 and 19 digits."""
    offsets, data = raw(column)
    sizes = np.diff(offsets)
    for length in range(16, 20):
        at = np.flatnonzero(sizes == length)
        if len(at):
            digits = data[offsets[at][:, None] + np.arange(length)] - np.uint8(48)
            whole = (digits <= 9).all(axis=1)
            yield (at, digits) if whole.all() else (at[whole], digits[whole])


def luhn_holds(digits: Bytes) -> Mask:
    """Whether the check digit holds, row by row (ISO/IEC 7812-1)."""
    doubled = digits[:, -2::-2] * np.uint8(2)
    doubled -= np.uint8(9) * (doubled > 9).astype(np.uint8)
    total = digits[:, -1::-2].sum(axis=1, dtype=np.int64) + doubled.sum(axis=1, dtype=np.int64)
    holds: Mask = total % 10 == 0
    return holds


def luhn_fails(column: pa.StringArray) -> Mask:
    """Bank card numbers (16 to 19 digits from 62, 4 or 5) whose check digit does not hold."""
    result = np.zeros(len(column), dtype=np.bool_)
    for at, digits in long_numbers(column):
        first, second = digits[:, 0], digits[:, 1]
        card = (first == 4) | (first == 5) | ((first == 6) & (second == 2))
        result[at] = card & ~luhn_holds(digits)
    return result


def cut_to_zeros(column: pa.StringArray) -> Mask:
    """Long numbers whose digits after the fifteenth are all zero: three zeros or more, or a card whose check fails."""
    result = np.zeros(len(column), dtype=np.bool_)
    for at, digits in long_numbers(column):
        zeros = (digits[:, 15:] == 0).all(axis=1)
        if zeros.any():
            result[at[zeros]] = (digits.shape[1] >= 18) | ~luhn_holds(digits[zeros])
    return result
