"""A column of text as numbers laid end to end, eight symbols to a machine word; and E.164 text from them again."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from fanzha.clean.digit_automaton import END, SINKS, States

_pc: Any = pyarrow.compute  # its published stubs refuse valid calls

PLUS: Final = 11
STAR: Final = 12  # only in numbers put on the board by `add`
ODD: Final = 13
_SEPARATOR: Final = b"\xff"  # in no UTF-8 text
_REACH: Final = 40  # symbols that may be read beyond the last number
_ROOM: Final = 2_048  # words kept free for numbers that are put on a board later
_GONE: Final = 0xFF
_LOOKED_AT: Final = (0, 1, 3, 8, 10)  # after these steps of a walk many numbers are decided

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def _symbols() -> bytes:
    table = bytearray([ODD] * 256)
    table[48:58] = range(10)
    table[ord("+")], table[_SEPARATOR[0]] = PLUS, END
    return bytes(table)


def _symbols_with_stars() -> bytes:
    table = bytearray(_SYMBOLS)
    table[ord("*")] = STAR
    return bytes(table)


def _signs() -> bytes:
    table = bytearray(range(256))
    table[:10] = b"0123456789"
    table[PLUS], table[STAR] = b"+*"
    return bytes(table)


_SYMBOLS: Final = _symbols()
_SYMBOLS_WITH_STARS: Final = _symbols_with_stars()
_SIGNS: Final = _signs()
# the bytes of a word from the n-th on, all ones: they leave the text when it is written
_BEYOND: Final = np.array(
    [int.from_bytes(bytes(n) + bytes([_GONE]) * (8 - n), "little") for n in range(9)], dtype=np.uint64
).view(np.int64)


@dataclass(slots=True)
class Board:
    """Numbers as symbols (digits 0 to 9, END after each), and what each row is.

    words   the eight symbols from each place on, the first in the lowest byte
    start   by row: place of its first digit
    size    by row: how many digits
    plus    by row: whether a plus stands before them
    length  by row: bytes of its text
    odd     by row: whether other signs stand in it, or a plus elsewhere; start and size then mean nothing
    used    how many words are written; the rest is room for more
    """

    words: Ints
    start: Ints
    size: Ints
    plus: Mask
    length: Ints
    odd: Mask
    used: int = 0

    def digits(self, start: int, size: int) -> str:
        """The digits of one number as text."""
        return bytes((self.words[start : start + size] & 15).astype(np.uint8) + 48).decode("ascii")

    def join(self, words: Ints) -> int:
        """Put other words, that begin with an END, behind these; where they begin."""
        begin = self.used
        self.used = begin + len(words)
        if self.used > len(self.words):
            self.words = np.concatenate([self.words[:begin], np.empty(2 * len(words), dtype=np.int64)])
        self.words[begin : self.used] = words
        return begin

    def add(self, numbers: list[bytes]) -> Ints:
        """Write more numbers (digits and stars) behind the others; where each begins."""
        sizes = np.array([len(number) for number in numbers], dtype=np.int64)
        text = _SEPARATOR + _SEPARATOR.join(numbers)
        return self.join(_overlapping(text.translate(_SYMBOLS_WITH_STARS))) + np.cumsum(sizes + 1) - sizes


def _overlapping(symbols: bytes) -> Ints:
    """Eight symbols from each place on, as a view; a walk may read on behind the last."""
    padded = symbols + bytes([END]) * _REACH
    return np.ndarray((len(padded) - 7,), dtype="<i8", buffer=padded, strides=(1,))


def lay_out(column: pa.StringArray, marks: bytes, bytes_max: int) -> Board:
    """The board of a column; `marks`: the ASCII signs that are left out wherever they stand.

    A null is an empty cell, and so is a cell of more than `bytes_max`: the board takes eight bytes for every sign.
    """
    if column.null_count:
        column = _pc.fill_null(column, "")
    count = len(column)
    offsets, text = _raw(column)
    if (np.diff(offsets) > bytes_max).any():
        offsets, text = _raw(_pc.if_else(_pc.greater(_pc.binary_length(column), bytes_max), "", column))
    # a sign that no text holds, before every number and after the last
    kept_places = np.ones(len(text) + count + 1, dtype=np.bool_)
    kept_places[offsets - offsets[0] + np.arange(count + 1)] = False
    raw = np.full(len(kept_places), _SEPARATOR[0], dtype=np.uint8)
    raw[kept_places] = text
    kept = raw.tobytes().translate(_SYMBOLS, marks)
    symbols = np.frombuffer(kept, dtype=np.uint8)
    start = (symbols == END).nonzero()[0] + 1
    size = np.diff(start) - 1
    start = start[:-1]
    plus = symbols.take(start) == PLUS
    strange = symbols > END
    strange[start[plus]] = False
    odd = np.zeros(count, dtype=np.bool_)
    odd[np.searchsorted(start, strange.nonzero()[0], side="right") - 1] = True
    board = Board(
        np.empty(len(kept) + len(kept) // 8 + _ROOM, dtype=np.int64),
        start + plus,
        size - plus,
        plus,
        np.diff(offsets),
        odd,
    )
    board.join(_overlapping(kept))
    return board


def _raw(column: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each text begins, and the last ends; the bytes of them all."""
    buffers: Any = column.buffers()
    if buffers[1] is None or not len(column):
        return np.zeros(len(column) + 1, dtype=np.int32), np.zeros(0, dtype=np.uint8)
    offsets = np.frombuffer(buffers[1], dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    text = np.frombuffer(buffers[2] if buffers[2] is not None else b"", dtype=np.uint8)
    return offsets, text[offsets[0] : offsets[-1]]


def walk(table: States, board: Board, state: Ints, start: Ints, symbols_max: int = 22) -> Ints:
    """Where each number leads from its state, at most `symbols_max` symbols on; a number beyond counts as refused."""
    words = board.words.take(start)
    for step in range(symbols_max):
        if step % 8 == 0 and step:
            words = board.words.take(start + step)
        state = table.take(state + (words & 15))
        if step in _LOOKED_AT:
            alive = (state >= SINKS).nonzero()[0]
            if not len(alive):
                return state
            if len(alive) < 0.6 * len(state):  # go on with those that are not decided
                done = step + 1
                state[alive] = walk(table, board, state.take(alive), start.take(alive) + done, symbols_max - done)
                return state
        words >>= 8
    return np.where(state >= SINKS, 0, state)


@dataclass(frozen=True, slots=True)
class Heads:
    """What may stand before the digits of a row: words for `write`, and how many signs each has (at most seven)."""

    words: Ints
    sizes: Ints


def heads(texts: list[str]) -> Heads:
    """The heads of these texts (`+` and digits), in their order; nothing is the last."""
    words = []
    for text in [*texts, ""]:
        signs = bytes(PLUS if sign == "+" else int(sign) for sign in text)
        words.append(int.from_bytes(signs + bytes([_GONE]) * (8 - len(signs)), "little", signed=True))
    return Heads(np.array(words, dtype=np.int64), np.array([*map(len, texts), 0], dtype=np.int64))


def write(board: Board, before: Heads, head: Ints, start: Ints, size: Ints, known: Mask) -> pa.StringArray:
    """Text of each row: its head, then `size` digits (at most 24) from `start`; null where not `known`."""
    whole = bool(known.all())
    if not whole:
        size, head = np.where(known, size, 0), np.where(known, head, len(before.words) - 1)
    parts = np.empty((len(start), 1 + (int(size.max(initial=1)) + 7) // 8), dtype=np.int64)
    parts[:, 0] = before.words.take(head)
    for part in range(1, parts.shape[1]):
        done = 8 * (part - 1)
        words = board.words.take(start + done if done else start)
        parts[:, part] = words | _BEYOND.take(size - done, mode="clip")
    data = parts.astype("<i8", copy=False).tobytes().translate(_SIGNS, bytes([_GONE]))
    return _text(size + before.sizes.take(head), data, None if whole else known)


def _text(sizes: Ints, data: bytes, known: Mask | None) -> pa.StringArray:
    count = len(sizes)
    offsets = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(sizes, out=offsets[1:])
    bits = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    build: Any = pa.StringArray.from_buffers
    result: pa.StringArray = build(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data), bits)
    return result
