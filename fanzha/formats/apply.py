"""A mapping put to work: blocks of cells become records. The one place where all readers meet, and where a person's
corrections of single rows are put in."""

from collections.abc import Iterator

from fanzha.errors import InputError
from fanzha.formats.accounts import accounts_of
from fanzha.formats.ahead import ahead
from fanzha.formats.calls import calls_of
from fanzha.formats.fixing import fixed, remarked
from fanzha.formats.grid import Grid, Reading, Sheet, Source
from fanzha.formats.legs import legs_of
from fanzha.formats.mapping import Mapping, check_fits
from fanzha.formats.messages import messages_of
from fanzha.formats.reports import reports_of
from fanzha.formats.shapes import shaped

_MAKERS = {"leg": legs_of, "call": calls_of, "report": reports_of, "message": messages_of, "account": accounts_of}


def apply(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of a table as records, notes and quarantined rows. Raises InputError where `mapping.record` is unknown."""
    maker = _MAKERS.get(mapping.record)
    if maker is None:
        raise InputError(f"no records are called {mapping.record!r}", f"没有名为“{mapping.record}”的记录")
    if not source.fixes:
        return maker(*shaped(mapping, grid, source), source)
    done = fixed(grid, source.fixes)
    return remarked(maker(*shaped(mapping, done.grid, source), source), done)


def readings(mapping: Mapping, sheet: Sheet, source: Source) -> Iterator[Reading]:
    """A whole table, block by block. Raises InputError where the mapping does not fit it."""
    check_fits(mapping, sheet)
    for grid in ahead(sheet.blocks(mapping.wanted())):
        yield apply(mapping, grid, source)
