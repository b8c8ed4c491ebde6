"""Opening the derived tables: what is missing, damaged or half-written is begun anew, for it can all be made again."""

from pathlib import Path

from fanzha.errors import FanzhaError
from fanzha.store.engine import Engine

TABLES = "tables.duckdb"


def begin_tables(folder: Path, code: str) -> Engine:
    """Empty tables in place of whatever is there."""
    for leftover in folder.glob(f"{TABLES}*"):
        leftover.unlink()
    engine = Engine(folder / TABLES)
    engine.set_stamp(0, 0, code)
    return engine


def open_tables(folder: Path, code: str, *, read_only: bool) -> Engine:
    """The tables, as far as they have followed the journal.

    Made by other code, damaged or not there: empty ones. On read-only media those lie in memory.
    """
    path = folder / TABLES
    try:
        if path.exists():
            engine = Engine(path, read_only=read_only)
            if engine.stamp()[2] == code:
                return engine
            engine.close()
    except FanzhaError:
        pass  # derived: made again below
    if not read_only:
        return begin_tables(folder, code)
    engine = Engine(None)
    engine.set_stamp(0, 0, code)
    return engine
