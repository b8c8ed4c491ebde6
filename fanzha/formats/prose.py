"""The text of a document as a table of its reports: what narratives in plain text are, from another container.

Rows are numbered by the lines of the text as it was taken out; they have no place of their own in the bytes of the file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from fanzha.formats.grid import BadRow, Grid, Sheet, Wanted
from fanzha.formats.narrative import HEADER, MAPPING, open_text

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
TOLD = MAPPING


def line_of(text: str) -> str:
    """A text as one line: without what is no letter, sign or blank."""
    return _UNSEEN.sub(" ", text.replace("\n", " ")).rstrip()


def sheet_of(lines: Sequence[str], container: str, name: str, bad: Sequence[BadRow] = ()) -> Sheet:
    """The lines of a document (each from `line_of`) as a sheet for the mapping `TOLD`: one report, or several where labels such
    as 案件编号 begin each. `bad` are lines, numbered from 1, that could not be read; a document without text has one more."""
    text = "\n".join(lines)
    found = open_text(b"\xef\xbb\xbf" + text.encode(), name)
    if found is not None:
        grid = next(found.blocks())
        offsets = pa.array([-1] * len(grid.rows), pa.int64())
        spoilt = tuple(replace(one, byte_offset=-1) for one in grid.bad)
        grid = replace(grid, offsets=offsets, bad=(*spoilt, *bad))
    elif text.strip():  # numbers, or too short to be known as language by itself: a document is meant to be read
        first = next(number for number, line in enumerate(lines, 1) if line.strip())
        cells = tuple(pa.array([text.strip() if field == HEADER[-1] else ""], pa.string()) for field in HEADER)
        rows, offsets = pa.array([first], pa.int64()), pa.array([-1], pa.int64())
        grid = Grid(HEADER, cells, rows, offsets, tuple(bad), first=True)
    else:
        none = tuple(pa.array([], pa.string()) for _ in HEADER)
        nothing = pa.array([], pa.int64())
        grid = Grid(HEADER, none, nothing, nothing, tuple(bad) or (BadRow(1, -1, "empty_text", "text"),), first=True)
    preamble = found.preamble if found is not None else ()
    return Sheet(container, name, HEADER, preamble, grid, {"container": container}, partial(_one, grid))


def _one(grid: Grid, _wanted: Wanted) -> Iterator[Grid]:
    yield grid
