"""Columns of text to columns of meaning, many rows at once.

Plain spellings are converted by Arrow; the rest go through `clean` once for each distinct text.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fanzha.clean import account, moment, money, payment_account, transaction, wallet
from fanzha.clean.currency import exponent
from fanzha.formats.grid import BadRow, Grid, Reading
from fanzha.formats.headers import normal_word
from fanzha.formats.kernels import pc
from fanzha.formats.strings import has_byte, lengths, raw
from fanzha.model.table import record_tables

Mask = npt.NDArray[np.bool_]
_PLAIN_MONEY = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_PLAIN_FEN = r"^-?[0-9]{1,15}$"
_PLAIN_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
_PACKED_TIME = r"^(19|20)[0-9]{12}$"
_SCIENTIFIC = r"^[0-9]\.?[0-9]*[Ee]\+?[0-9]{2}$"
_QUOTED = re.compile(r"'+[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_TYPES: dict[str, Any] = {"int": pa.int64(), "text": pa.string(), "flag": pa.bool_()}


@dataclass(slots=True)
class Ledger:
    """Which rows of a grid are kept, and what is to be said about them. The first reason against a row stands."""

    grid: Grid
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    noted: list[tuple[int, str, str]] = field(default_factory=list)  # (index, code, field)
    about_file: list[str] = field(default_factory=list)
    sizes: dict[tuple[int, str, str], int] = field(default_factory=dict)  # of what is noted, in its own unit

    def heed(self, column: pa.StringArray) -> None:
        """Put in what a format has written beside its rows, parted by ";": `!reason field` puts a row in quarantine,
        `code field` and `code field=size` are notes."""
        for index in np.flatnonzero(filled(column)).tolist():
            for remark in column[index].as_py().split(";"):
                code, _, rest = remark.partition(" ")
                name, _, size = rest.partition("=")
                if code.startswith("!"):
                    self.reasons.setdefault(index, (code[1:], name))
                    continue
                self.noted.append((index, code, name))
                if size:
                    self.sizes[index, code, name] = int(size)

    def reject(self, mask: Mask, reason: str, name: str) -> None:
        """Put the rows under `mask` in quarantine."""
        for index in np.flatnonzero(mask).tolist():
            self.reasons.setdefault(index, (reason, name))

    def note(self, mask: Mask, code: str, name: str) -> None:
        """Say something about the rows under `mask`, should they be kept."""
        self.noted.extend((index, code, name) for index in np.flatnonzero(mask).tolist())

    def kept(self) -> Mask:
        """The rows that are kept."""
        mask = np.ones(len(self.grid.rows), dtype=np.bool_)
        mask[list(self.reasons)] = False
        return mask

    def reading(self, tables: dict[str, pa.Table]) -> Reading:
        """The block as understood; `tables` hold the kept rows."""
        grid, total = self.grid, len(self.grid.rows)
        rows, offsets = grid.rows.to_numpy(), grid.offsets.to_numpy()
        bad = [
            BadRow(int(rows[index]), int(offsets[index]), reason, name)
            for index, (reason, name) in sorted(self.reasons.items())
        ]
        # what a file's own totals say stands, though the row it is said of is in quarantine
        notes = [n for n in self.noted if n[0] not in self.reasons or n[1] == "summary_differs"]
        at = np.array([n[0] for n in notes], dtype=np.int64)
        note_rows = np.concatenate((np.zeros(len(self.about_file), np.int64), rows[at]))
        note_offsets = np.concatenate((np.full(len(self.about_file), -1, np.int64), offsets[at]))
        return Reading(
            tables=tables,
            bad=(*grid.bad, *bad),
            notes=record(
                "notes",
                pa.array(note_rows, pa.int64()),
                pa.array(note_offsets, pa.int64()),
                {
                    "code": pa.array([*self.about_file, *(n[1] for n in notes)], pa.string()),
                    "field": pa.array([*("" for _ in self.about_file), *(n[2] for n in notes)], pa.string()),
                    "detail_minor": pa.array(
                        [*(None for _ in self.about_file), *(self.sizes.get(n) for n in notes)], pa.int64()
                    ),
                },
            ),
            kept=total - len(bad),
            structure=grid.structure,
            rows_in=total + len(grid.bad) + grid.structure,
        )


def record(table: str, rows: pa.Array, offsets: pa.Array, columns: dict[str, pa.Array]) -> pa.Table:  # type: ignore[type-arg]
    """A record table without the column `file`; columns that are not given are null."""
    arrays = {"row": rows, "byte_offset": offsets}
    for column in record_tables()[table].columns[3:]:
        given = columns.get(column.name)
        arrays[column.name] = pa.nulls(len(rows), _TYPES[column.type]) if given is None else given
    return pa.table(arrays)


def picked(grid: Grid, positions: Iterable[int]) -> pa.StringArray:
    """The first filled cell of the columns at `positions`, row by row; a formula guard (`'=`, `="1"`) is taken off."""
    result: pa.StringArray | None = None
    for position in positions:
        column = grid.column(position)
        result = column if result is None else pc.if_else(pc.equal(result, ""), column, result)
    if result is None:
        return pa.array([""] * len(grid.rows), pa.string())
    if has_byte(result, "'", "="):
        return mapped(result, unguarded)
    return result


def unguarded(cell: str) -> str:
    """A cell without the sign that keeps a spreadsheet from running it."""
    if _QUOTED.match(cell):
        return cell[1:]
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell


def truth(mask: pa.Array) -> Mask:  # type: ignore[type-arg]
    """An Arrow mask as NumPy; null is False."""
    result: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return result


def filled(column: pa.StringArray) -> Mask:
    """Which cells are not empty."""
    return truth(pc.not_equal(column, ""))


def mapped(column: pa.StringArray, function: Callable[[str], str | None]) -> pa.StringArray:
    """`function` of each distinct text, laid out over the rows again."""
    coded = pc.dictionary_encode(column)
    values = pa.array([function(text) for text in coded.dictionary.to_pylist()], pa.string())
    result: pa.StringArray = values.take(coded.indices)
    return result


def looked_up(column: pa.StringArray, words: dict[str, str]) -> pa.StringArray:
    """The code of each word; null for words that are not listed."""
    return mapped(column, lambda text: words.get(normal_word(text)))


def accounts(column: pa.StringArray) -> pa.StringArray:
    """Normal forms; null where a cell is empty or no account."""
    sizes = lengths(column)
    plain = pc.and_(pc.ascii_is_decimal(column), pa.array((sizes >= 5) & (sizes <= 34)))
    if pc.all(plain).as_py():
        return column
    rest = pc.if_else(plain, "", column)
    result: pa.StringArray = pc.if_else(plain, column, mapped(rest, _account))
    return result


def _account(text: str) -> str | None:
    """A wallet or an account of a payment firm in its own normal form, which upper case would destroy; any other account in
    that of `account`."""
    paying = payment_account.parse(text) if ":" in text or payment_account.parts(text)[0] else None
    if paying is not None:
        return paying.normal
    if ":" in text or len(text) >= 26:
        value = transaction.parse(text) or wallet.parse(text)
        if value is not None and (value.valid or ":" in text):
            return value.normal
    return account.normal_form(text)


def scientific(column: pa.StringArray) -> Mask:
    """Numbers that a spreadsheet wrote as 6.22202E+18: their digits are gone."""
    if not has_byte(column, "E", "e"):
        return np.zeros(len(column), dtype=np.bool_)
    return truth(pc.match_substring_regex(column, _SCIENTIFIC))


def amounts(column: pa.StringArray, currency: str, unit: str) -> tuple[pa.Int64Array, pa.StringArray]:
    """(minor units, currency) of each cell; null where it is no amount. `currency` where the cell names none."""
    two_places = exponent(currency) == 2
    plain = pc.match_substring_regex(column, _PLAIN_FEN if unit == "fen" else _PLAIN_MONEY)
    if not two_places and unit != "fen":
        plain = pa.array(np.zeros(len(column), dtype=np.bool_))
    texts = pc.if_else(plain, column, "0")
    # fifteen digits at most: exact in a double
    values = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    minor = pa.array(np.rint(values * (1 if unit == "fen" else 100)).astype(np.int64))
    codes = pa.array([currency] * len(column), pa.string())
    if pc.all(plain).as_py():
        return minor, codes
    coded = pc.dictionary_encode(pc.if_else(plain, "", column))
    read = [money.parse(text, currency, unit) if text else None for text in coded.dictionary.to_pylist()]
    other = pa.array([None if m is None else m.amount_minor for m in read], pa.int64()).take(coded.indices)
    other_codes = pa.array([None if m is None else m.currency for m in read], pa.string()).take(coded.indices)
    return pc.if_else(plain, minor, other), pc.if_else(plain, codes, other_codes)


def moments(column: pa.StringArray, zone: str, order: str = "") -> tuple[pa.Int64Array, bool]:
    """UTC milliseconds, null where a cell is no moment; and whether `zone` was assumed for any of them.

    `order`: "dmy" or "mdy" for dates such as 03/04/2024; "" leaves those that can be read both ways unread.
    """
    sizes = lengths(column)
    if (sizes == 14).any():
        packed = pc.match_substring_regex(column, _PACKED_TIME)
        column = pc.if_else(packed, _unpacked(column), column)
        sizes = lengths(column)
    plain = pa.array(sizes == 19)
    if not _all_iso(column):
        plain = pc.match_substring_regex(column, _PLAIN_TIME)
    texts = pc.if_else(plain, column, "1970-01-01 00:00:00")
    try:
        wall = pc.cast(pc.cast(texts, pa.timestamp("s")), pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # 2024-02-30: somewhere a wall clock that never was
        plain = pa.array(np.zeros(len(column), dtype=np.bool_))
        wall = np.zeros(len(column), dtype=np.int64)
    at, sure = _to_utc(wall, zone)
    plain = pc.and_(plain, pa.array(sure))
    result: pa.Int64Array = pa.array(at * 1000, pa.int64())
    if pc.all(plain).as_py():
        return result, len(column) > 0
    coded = pc.dictionary_encode(pc.if_else(plain, "", column))
    read = [
        moment.parse(text, zone=zone, epoch=True, order=order) if text else None
        for text in coded.dictionary.to_pylist()
    ]
    other = pa.array([None if m is None else m.at_ms for m in read], pa.int64()).take(coded.indices)
    assumed = bool(pc.any(plain).as_py()) or any(m is not None and m.assumed_zone for m in read)
    return pc.if_else(plain, result, other), assumed


def _all_iso(column: pa.StringArray) -> bool:
    """Whether every cell has the hyphens, blank and colons of 2024-01-02 03:04:05 in their places."""
    offsets, data = raw(column)
    if not len(column) or (np.diff(offsets) != 19).any():
        return False
    matrix = data[int(offsets[0]) : int(offsets[-1])].reshape(-1, 19)
    return bool((matrix[:, [4, 7, 10, 13, 16]] == np.frombuffer(b"-- ::", dtype=np.uint8)).all())


def _unpacked(column: pa.StringArray) -> pa.StringArray:
    """20240102030405 as 2024-01-02 03:04:05."""
    parts = [pc.utf8_slice_codeunits(column, a, b) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))]
    day = pc.binary_join_element_wise(*parts[:3], "-")
    clock = pc.binary_join_element_wise(*parts[3:], ":")
    result: pa.StringArray = pc.binary_join_element_wise(day, clock, " ")
    return result


def _to_utc(wall: npt.NDArray[np.int64], zone: str) -> tuple[npt.NDArray[np.int64], Mask]:
    """UTC seconds of wall clocks; False where the offset changes on that day, which `moment` must judge."""
    days, inverse = np.unique(wall // 86_400, return_inverse=True)
    clock = ZoneInfo(zone)
    offsets = np.zeros(len(days), dtype=np.int64)
    steady = np.ones(len(days), dtype=np.bool_)
    for index, day in enumerate(days.tolist()):
        if not -700_000 < day < 2_900_000:
            steady[index] = False
            continue
        start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)
        seen = {(start + timedelta(hours=h)).replace(tzinfo=clock).utcoffset() for h in (-1, 0, 6, 12, 18, 24, 25)}
        offset = next(iter(seen))
        steady[index] = len(seen) == 1 and offset is not None
        offsets[index] = int(offset.total_seconds()) if offset is not None else 0
    return wall - offsets[inverse], steady[inverse]
