"""Columns of telephone numbers, exactly as `phone.parse` answers for each row, many times faster (`bench/phone.py`).

The rules of the phonenumbers library (`parse`, `is_valid_number`, the E.164 format) are followed step by step for all rows at
once, on tables compiled from the metadata of that library (`phone_plan`). A short column is not worth the compiling.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fanzha.clean import phone
from fanzha.clean.digit_automaton import ACCEPT, WIDTH, parse
from fanzha.clean.digits import stars
from fanzha.clean.phone_column import Board, Heads, Ints, Mask, heads, lay_out, walk, write
from fanzha.clean.phone_plan import (
    NATIONAL_DIGITS_MAX,
    NEW_DIGITS,
    PLAIN,
    POSSIBLE,
    SIZES,
    TOO_LONG,
    WRONG,
    Plans,
    Region,
    UnknownPlan,
    plans,
)

# below, the library is asked: a calling code takes as long to compile as a hundred numbers to look up
ROWS_MIN: Final = 1_000
ROWS_AT_ONCE: Final = 8_192  # what the arrays of one block need stays in the cache
PROBLEMS: Final = ("", "prefix", "length")
_OK, _PREFIX, _LENGTH, _NONE = range(4)  # _NONE: no number at all
_NOISE: Final = b" \t\n\r\f\v\x1c\x1d\x1e\x1f-()./_\"'`~"  # the ASCII signs that `phone.bare` leaves out
_BYTES_MAX: Final = 4 * phone.TEXT_MAX  # four bytes a sign at most
_DIGITS_MIN, _DIGITS_MAX = 5, 21  # with the plus, as `phone.parse` asks

Small = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Phones:
    """What each row of a column is.

    normal    normal form; null where the row is no number, or null
    problem   by row: index of `PROBLEMS`; 0 where the number is valid, and where there is none
    asked     how many rows went to the phonenumbers library one at a time
    """

    normal: pa.StringArray
    problem: Small
    asked: int


@dataclass(slots=True)
class Found:
    """National numbers on a board: index of the calling code (0: none), first digit, digits, and what is wrong."""

    code: Ints
    start: Ints
    size: Ints
    problem: Small


def read(column: pa.StringArray, region: str) -> Phones:
    """Every row as dialled in `region` (ISO 3166 code), as `phone.parse` reads it."""
    if len(column) < ROWS_MIN:
        return _one_by_one(column, region)
    blocks = [_block(column.slice(at, ROWS_AT_ONCE), region) for at in range(0, max(len(column), 1), ROWS_AT_ONCE)]
    return Phones(
        pa.concat_arrays([block.normal for block in blocks]),
        np.concatenate([block.problem for block in blocks]),
        sum(block.asked for block in blocks),
    )


def _one_by_one(column: pa.StringArray, region: str) -> Phones:
    """`phone.parse` of each distinct text."""
    coded: Any = column.dictionary_encode()
    values = [phone.parse(text, region) for text in coded.dictionary.to_pylist()]
    normal = pa.array([None if value is None else value.normal for value in values], pa.string())
    problem = np.array(
        [0 if value is None else PROBLEMS.index(value.problem) for value in values] + [0], dtype=np.uint8
    )
    places = coded.indices.fill_null(len(values)).to_numpy()
    return Phones(normal.take(coded.indices), problem.take(places), len(column))


def _block(column: pa.StringArray, region: str) -> Phones:
    try:
        return _by_plan(column, region)
    except UnknownPlan:
        return _one_by_one(column, region)


def _by_plan(column: pa.StringArray, region: str) -> Phones:
    tables = plans()
    home = tables.region(region)
    board = lay_out(column, _NOISE, _BYTES_MAX)
    hidden = _respell(board, column, region)
    if region == "CN":
        _dial_abroad(board)
    head, start, size, problem = _chinese(board, region)
    problem[hidden] = _OK
    head[hidden] = 0
    start[hidden], size[hidden] = board.start.take(hidden), board.size.take(hidden)
    signs = board.size + board.plus
    rows = np.flatnonzero((problem == _NONE) & (signs >= _DIGITS_MIN) & (signs <= _DIGITS_MAX) & (board.size > 0))
    plus = board.plus.take(rows)
    found = resolve(board, tables, home, board.start.take(rows), board.size.take(rows), plus)
    valid = found.problem == _OK
    head[rows] = np.where(valid, found.code, 0)
    start[rows] = np.where(valid, found.start, board.start.take(rows))
    size[rows] = np.where(valid, found.size, board.size.take(rows))
    # without a calling code of its own, a number that the plan does not have is none
    problem[rows] = np.where(valid | plus, found.problem, _NONE)
    known = problem != _NONE
    return Phones(write(board, _heads(), head, start, size, known), problem * known, 0)


def _respell(board: Board, column: pa.StringArray, region: str) -> Ints:
    """Put rows with other signs than digits, one plus and separators on the board by their digits; without, they get none.

    Masked numbers are put there as `phone.parse` reads them, with their stars; their rows are returned.
    """
    rows = (board.odd | (board.length > phone.TEXT_MAX)).nonzero()[0]
    places: Any = pa.array(rows)
    cells: list[Any] = column.take(places).to_pylist()
    numbers = phone.bare(cells)
    bare = lay_out(pa.array(numbers, pa.string()), b"", _BYTES_MAX)
    board.start[rows] = board.join(bare.words[: bare.used]) + bare.start
    board.size[rows] = np.where(bare.odd, 0, bare.size)
    board.plus[rows] = bare.plus & ~bare.odd
    rest = bare.odd.nonzero()[0].tolist()
    masks = stars("\0".join(numbers[at] for at in rest), "xX").split("\0")
    hidden: dict[int, str] = {}
    for at, mask in zip(rest, masks, strict=False):  # of nothing, there is one mask
        if "*" in mask and (value := phone.parse(cells[at], region)):
            hidden[at] = value.normal.removeprefix("+")
    if not hidden:
        return rows[:0]
    masked: Ints = rows[list(hidden)]
    board.start[masked] = board.add([text.encode() for text in hidden.values()])
    board.size[masked] = [len(text) for text in hidden.values()]
    board.plus[masked] = True  # all that `phone.parse` reads begin with a plus
    return masked


def _dial_abroad(board: Board) -> None:
    """Two zeros stand for a plus."""
    zeros = np.flatnonzero(~board.plus & (board.size >= 2) & (_three(board, board.start) < 0x010))
    board.start[zeros] += 2
    board.size[zeros] -= 2
    board.plus[zeros] = True


@cache
def _heads() -> Heads:
    """`+` and the calling code, by index of the code; the plus alone for none."""
    return heads(["+", *(f"+{code}" for code in plans().codes[1:])])


def _chinese(board: Board, region: str) -> tuple[Ints, Ints, Ints, Small]:
    """Mobiles and service numbers of China: head, first digit, digits, and problem (_NONE: the row is neither)."""
    tables = plans()
    three = _three(board, board.start)
    head = np.full(len(three), len(tables.codes))
    start, size = board.start.copy(), board.size.copy()
    problem = np.full(len(three), _NONE, dtype=np.uint8)
    abroad = board.plus & (three >> 4 == 0x86)
    start[abroad] += 2
    size[abroad] -= 2
    here = abroad
    if region == "CN":
        here = abroad | ~board.plus
        third = board.words.take(board.start + 3) & 15
        cut = 2 * (~board.plus & (size == 13) & (three == 0x861) & (third >= 3) & (third <= 9))
        cut += ~board.plus & (size == 12) & (three > 0x012) & (three <= 0x019)
        start += cut
        size -= cut
    rows = (here & (size > 0)).nonzero()[0]
    two = _three(board, start.take(rows)) >> 4
    mobile = (size.take(rows) == 11) & (two >= 0x13) & (two <= 0x19)
    head[rows[mobile]] = tables.index_of[86]
    mobiles, near, far = _states_of_china()
    first = np.where(mobile, mobiles, np.where(abroad.take(rows), far, near))
    good = walk(tables.automata.table(), board, first, start.take(rows)) == ACCEPT
    problem[rows] = np.where(good, _OK, np.where(mobile, _PREFIX, _NONE))
    return head, start, size, problem


@cache
def _states_of_china() -> tuple[int, int, int]:
    """States that accept mobiles, service numbers as dialled at home, and service numbers behind +86."""
    automata = plans().automata
    mark = frozenset((-1,))
    mobile, toll_free, short, port = (
        automata.language(parse(pattern.pattern), mark)
        for pattern in (phone.cn_mobile(), phone.TOLL_FREE, phone.SHORT, phone.SMS_PORT)
    )
    far = automata.only(short, frozenset(range(7))) | automata.only(port, frozenset(range(30)) - {10})
    return automata.whole(mobile), automata.whole(toll_free | short | port), automata.whole(toll_free | far)


def resolve(board: Board, tables: Plans, home: Region, start: Ints, size: Ints, plus: Mask) -> Found:
    """The numbers on a board as `phonenumbers.parse` and `is_valid_number` take them, dialled from `home`."""
    start, size = start.copy(), size.copy()
    found = Found(np.zeros(len(start), dtype=np.int64), start, size, np.zeros(len(start), dtype=np.uint8))
    unknown = _take_code(found, board, tables, np.flatnonzero(plus))
    # without a plus, or with one that no calling code follows: the prefix for dialling abroad
    tried = np.concatenate([np.flatnonzero(~plus), unknown])
    state = walk(tables.automata.table(), board, np.full(len(tried), home.abroad), start.take(tried))
    taken = tables.automata.places()[0].take(state // WIDTH)
    abroad = taken > 0
    abroad &= board.words.take(start.take(tried) + taken) & 15 != 0  # no calling code begins with 0
    found.problem[unknown] = _NONE
    rows = tried[abroad]
    found.problem[rows] = _OK
    start[rows] += taken[abroad]
    size[rows] -= taken[abroad]
    found.problem[_take_code(found, board, tables, rows)] = _NONE
    tables.need(found.code)
    plan = found.code.copy()
    local = tried[~abroad]
    local = local[~plus[local]]
    found.code[local] = home.code
    plan[local] = home.plan
    _drop_own_code(found, board, tables, home, local, plan)
    found.problem[size < 2] = _NONE
    shorter, less = _strip(board, tables, start, size, plan)
    kind = _sizes(tables, plan, less)
    fits = (kind == POSSIBLE) | (kind == TOO_LONG)
    found.start, found.size = np.where(fits, shorter, start), np.where(fits, less, size)
    found.problem[found.size > NATIONAL_DIGITS_MAX] = _NONE
    _judge(found, board, tables)
    return found


def _take_code(found: Found, board: Board, tables: Plans, rows: Ints) -> Ints:
    """Take the calling code off these rows; those that begin with none are returned."""
    short = found.size.take(rows) <= 2
    if short.any():
        found.problem[rows[short]] = _NONE
        rows = rows[~short]
    code = tables.code_at.take(_three(board, found.start.take(rows)))
    found.code[rows] = code
    digits: Ints = tables.code_digits.take(code) * (code > 0)
    found.start[rows] += digits
    found.size[rows] -= digits
    unknown: Ints = rows[code == 0]
    return unknown


def _three(board: Board, start: Ints) -> Ints:
    """Three symbols as one number, four bits each."""
    words = board.words.take(start)
    three: Ints = (words & 15) << 8 | (words >> 4 & 0xF0) | (words >> 16 & 15)
    return three


def _drop_own_code(found: Found, board: Board, tables: Plans, home: Region, local: Ints, plan: Ints) -> None:
    """Numbers dialled at home that begin with the calling code of their country without a plus, where that fits better."""
    own = local[tables.code_at.take(_three(board, found.start.take(local))) == home.code]
    if not len(own):
        return
    plans_of = np.full(len(own), home.plan)
    too_long = _sizes(tables, plans_of, found.size.take(own)) == TOO_LONG
    unfit = (too_long | ~_general(board, tables, found.start.take(own), plans_of)).nonzero()[0]
    if not len(unfit):
        return
    own, plans_of, too_long = own[unfit], plans_of[unfit], too_long[unfit]
    digits = int(tables.code_digits[home.code])
    start, size = found.start.take(own), found.size.take(own)
    after, left = _strip(board, tables, start + digits, size - digits, plans_of)
    better = too_long | _general(board, tables, after, plans_of)
    found.start[own[better]], found.size[own[better]] = after[better], left[better]
    plan[own[better]] = home.code


def _strip(board: Board, tables: Plans, start: Ints, size: Ints, plan: Ints) -> tuple[Ints, Ints]:
    """First digit and digits without the national prefix; unchanged where that would spoil a possible number."""
    state = walk(tables.automata.table(), board, tables.prefix.take(plan), start)
    rows = np.flatnonzero((state != 0) & (size > 0))
    if not len(rows):
        return start, size
    outcome, of = state.take(rows) // WIDTH, plan.take(rows)
    end, group_start, group_end = (places.take(outcome) for places in tables.automata.places())
    rule = tables.rule.take(of) * (group_start >= 0)
    cut = np.where((rule != PLAIN) & (rule != NEW_DIGITS) & (group_end == end), group_start, end)
    after, left = start.take(rows) + cut, size.take(rows) - cut
    fresh = np.flatnonzero((rule == NEW_DIGITS) | ((rule != PLAIN) & (group_end != end)))
    if len(fresh):
        texts = []
        for at in fresh.tolist():
            old = board.digits(int(start[rows[at]]), int(size[rows[at]]))
            texts.append(f"{tables.literal[of[at]]}{old[group_start[at] : group_end[at]]}{old[end[at] :]}".encode())
        after[fresh] = board.add(texts)
        left[fresh] = [len(text) for text in texts]
    possible = np.flatnonzero(_general(board, tables, start.take(rows), of))
    spoilt = possible[~_general(board, tables, after.take(possible), of.take(possible))]
    keep = np.ones(len(rows), dtype=np.bool_)
    keep[spoilt] = False
    start, size = start.copy(), size.copy()
    start[rows[keep]], size[rows[keep]] = after[keep], left[keep]
    return start, size


def _general(board: Board, tables: Plans, start: Ints, plan: Ints) -> Mask:
    """Whether the general description of a plan matches."""
    result: Mask = walk(tables.automata.table(), board, tables.general.take(plan), start) == ACCEPT
    return result


def _sizes(tables: Plans, plan: Ints, size: Ints) -> Ints:
    kind: Ints = tables.sizes.take(plan * SIZES + np.minimum(np.maximum(size, 0), SIZES - 1))
    return kind


def _judge(found: Found, board: Board, tables: Plans) -> None:
    """Valid, or possible by its length (`prefix`), or not (`length`)."""
    valid = walk(tables.automata.table(), board, tables.valid.take(found.code), found.start) == ACCEPT
    bad = (~valid & (found.problem == _OK)).nonzero()[0]
    kind = _sizes(tables, found.code.take(bad), found.size.take(bad))
    found.problem[bad] = np.where((kind == WRONG) | (kind == TOO_LONG), _LENGTH, _PREFIX)
