"""Declared fields and the columns behind them: what is compared, how, and the levels of agreement a comparison can reach."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fanzha.clean.alike import Tokens, folded, tokens

Int = NDArray[np.int64]
Kind = Literal["exact", "name", "whole_name", "date", "digits", "text", "amount", "moment"]

MISSING: Final = "missing"
MILLI: Final = 1000
# Bits two texts share, and bits in which they contradict each other: the edges of the levels of a text.
SHARED_MILLI: Final = (24_000, 16_000, 12_000, 8_000, 4_000)
CLASH_MILLI: Final = (0, 6_000)
NAME_CUTS: Final = (920, 800)
WHOLE_NAME_CUTS: Final = (800, 500)
AMOUNT_CUTS: Final = (10, 30, 50, 100)
MOMENT_CUTS: Final = (0, 1, 2, 3, 7, 30)
# Share of true pairs expected at each level before any data is seen, per mille; worth `learn.BELIEF_PAIRS` pairs.
_WRITTEN: Final = {"exact": 800, "near": 80, "far": 40, "crossed": 10, "else": 70}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to compare. `columns`: where it is read from (default: `name`); several are joined, so that a house number in
    one column and the street in another compare with an address written whole. A `name` is one given name, surname or place, compared
    by its letters; a `whole_name` is a full name of a person or an organisation, compared by `name_likeness`.

    `crossed`: another field; the level "crossed" is reached when this record's value stands in that field of the other one
    (given name and surname swapped). `cuts`: edges between levels, from near to far: per mille of likeness for a name; per mille of
    the larger amount; for a moment the edges of right minus left, ascending, in the unit of the column. `by_value`: agreement on a
    rare value weighs more than on a common one.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...] = ()
    crossed: str = ""
    cuts: tuple[int, ...] = ()
    by_value: bool = True

    def __post_init__(self) -> None:
        if not self.columns:
            object.__setattr__(self, "columns", (self.name,))
        default = {"name": NAME_CUTS, "whole_name": WHOLE_NAME_CUTS, "amount": AMOUNT_CUTS, "moment": MOMENT_CUTS}.get(
            self.kind, ()
        )
        if not self.cuts:
            object.__setattr__(self, "cuts", default)
        rising = list(self.cuts) == sorted(set(self.cuts), reverse=self.kind in ("name", "whole_name"))
        bounds = {"name": (1, 1000), "whole_name": (1, 1000), "amount": (1, 999)}.get(self.kind, (-(2**53), 2**53))
        inside = all(bounds[0] <= cut <= bounds[1] for cut in self.cuts)
        if bool(self.cuts) != bool(default) or not rising or not inside:
            raise ValueError(f"field {self.name}: cuts {self.cuts} do not fit the kind {self.kind}")
        if self.numeric and len(self.columns) != 1:
            raise ValueError(f"field {self.name}: a number is read from one column, not {len(self.columns)}")

    @property
    def numeric(self) -> bool:
        return self.kind in ("amount", "moment")

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the levels in order; a level's number is its place, and `len(levels)` means missing."""
        crossed = ("crossed",) if self.crossed else ()
        if self.kind == "exact":
            return ("exact", *crossed, "else")
        if self.kind in ("name", "whole_name", "date", "digits"):
            return ("exact", "near", "far", *crossed, "else")
        if self.kind == "text":
            bands = [f"{edge // MILLI}+ bits" for edge in SHARED_MILLI] + ["fewer bits"]
            return ("exact", *(f"{band}, {how}" for how in ("no clash", "clash", "strong clash") for band in bands))
        if self.kind == "amount":
            return ("exact", *(f"within {cut} per mille" for cut in self.cuts), "else")
        return (f"below {self.cuts[0]}", *(f"from {cut}" for cut in self.cuts))

    def expected(self) -> Int:
        """Share of true pairs expected at each level before any data is seen, per mille."""
        names = self.levels
        if self.kind == "text":
            bands = len(SHARED_MILLI) + 1
            return np.array([300] + [share // bands for share in (450, 150, 100) for _ in range(bands)])
        if self.kind == "amount":
            return np.array([600] + [300 // len(self.cuts)] * len(self.cuts) + [100])
        if self.kind == "moment":
            return np.full(len(names), MILLI // len(names))
        return np.array([_WRITTEN[name] for name in names])


@dataclass(frozen=True, slots=True)
class Written:
    """A column of text: `codes[row]` is the number of its value in `values` (all different, normal form), -1 where missing."""

    codes: Int
    values: NDArray[np.object_]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Measured:
    """A column of whole numbers: minor units, milliseconds or days. `values` is 0 where not `known`."""

    values: Int
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Table:
    """Records ready to be compared. `sides`: 0 or 1 for each record when two sets are linked, empty when one set is searched for
    duplicates. A pair is two record numbers, the smaller first; with sides, the record of side 0 first.
    """

    fields: tuple[Field, ...]
    columns: tuple[Written | Measured, ...]
    size: int
    sides: NDArray[np.int8]

    @property
    def pairs(self) -> int:
        """How many pairs there are at all."""
        if self.sides.size:
            right = int(self.sides.sum())
            return (self.size - right) * right
        return self.size * (self.size - 1) // 2

    def column(self, name: str) -> Written | Measured:
        """The column of a field. ValueError: no such field."""
        return self.columns[[field.name for field in self.fields].index(name)]

    def written(self, name: str) -> Written:
        """The column of a field of text. ValueError: no such field, or its values are numbers."""
        column = self.column(name)
        if isinstance(column, Measured):
            raise ValueError(f"field {name} holds numbers; text is needed here")
        return column

    def measured(self, name: str) -> Measured:
        """The column of an amount or a moment. ValueError: no such field, or its values are text."""
        column = self.column(name)
        if isinstance(column, Written):
            raise ValueError(f"field {name} holds text; numbers are needed here")
        return column


def table(records: Mapping[str, Any], fields: Sequence[Field], left: int | None = None) -> Table:
    """Read the columns the fields name. `records`: columns of equal length (Arrow arrays, sequences of text or whole numbers, None for
    missing). `left`: how many of the rows, from the top, are the left set when two sets are linked.

    Text is folded (`alike.folded`), numbers in text keep letters and digits only. KeyError: no such column. ValueError: columns differ
    in length, a crossed field is not declared, or an amount or a moment is not a whole number.
    """
    names = [field.name for field in fields]
    sizes = {len(records[column]) for field in fields for column in field.columns}
    if len(sizes) != 1 or len(set(names)) != len(names):
        raise ValueError(f"columns of one length and fields of different names are needed: {sorted(sizes)}, {names}")
    size = sizes.pop()
    written = {field.name for field in fields if not field.numeric}
    for field in fields:
        if field.crossed and (field.crossed not in written or field.kind in ("text", "amount", "moment")):
            raise ValueError(f"field {field.name}: cannot be crossed with {field.crossed!r}")
    if left is not None and not 0 <= left <= size:
        raise ValueError(f"the left set has {left} rows, the table {size}")
    sides = np.zeros(0, dtype=np.int8) if left is None else (np.arange(size) >= left).astype(np.int8)
    columns = tuple(
        _measured(records[field.columns[0]], field)
        if field.numeric
        else _written([records[name] for name in field.columns], field)
        for field in fields
    )
    return Table(tuple(fields), columns, size, sides)


def _plain(column: Any) -> list[Any]:
    if isinstance(column, pa.Array | pa.ChunkedArray | np.ndarray):
        return list(column.to_pylist() if not isinstance(column, np.ndarray) else column.tolist())
    return list(column)


def normal(value: str, kind: str) -> str:
    """The form in which values are compared; empty when nothing is left."""
    if kind == "whole_name":  # name_likeness folds by itself, and reads signs that folding takes away
        return " ".join(value.split())
    text = folded(value)
    return text.replace(" ", "") if kind in ("digits", "date") else text


def _written(columns: Iterable[Any], field: Field) -> Written:
    parts = [_plain(column) for column in columns]
    number: dict[str, int] = {}
    seen: dict[tuple[Any, ...], int] = {}
    codes = np.empty(len(parts[0]), dtype=np.int64)
    for row, given in enumerate(zip(*parts, strict=True)):
        code = seen.get(given)
        if code is None:
            whole = normal(" ".join(str(part) for part in given if part is not None), field.kind)
            code = seen[given] = number.setdefault(whole, len(number)) if whole else -1
        codes[row] = code
    values = np.array(list(number), dtype=object)
    counts = np.bincount(codes[codes >= 0], minlength=len(number)).astype(np.int64)
    # only a text is compared by its tokens
    return Written(codes, values, tokens(list(number), counts) if field.kind == "text" else tokens((), counts[:0]))


def _measured(column: Any, field: Field) -> Measured:
    values = np.zeros(len(column), dtype=np.int64)
    known = np.zeros(len(column), dtype=np.bool_)
    for row, value in enumerate(_plain(column)):
        if value is None:
            continue
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            value = value.toordinal()
        if isinstance(value, bool) or not isinstance(value, int) or not -(2**53) < value < 2**53:
            raise ValueError(
                f"field {field.name}, row {row}: {value!r} is not a whole number; use minor units or milliseconds"
            )
        values[row], known[row] = value, True
    return Measured(values, known)
