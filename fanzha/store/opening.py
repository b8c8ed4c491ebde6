"""Opening the derived tables: what is missing, damaged or half-written is begun anew, for it can all be made again."""

import shutil
from pathlib import Path

from fanzha.errors import FanzhaError
from fanzha.store.disk import storage, sync_folder
from fanzha.store.engine import Engine
from fanzha.store.lock import is_read_only

TABLES = "tables.duckdb"
SPILL = "spill"


def begin_tables(folder: Path, code: str) -> Engine:
    """Empty tables in place of whatever is there."""
    remove_tables(folder)
    engine = Engine(folder / TABLES, spill=folder / SPILL)
    engine.set_stamp(0, 0, code)
    return engine


def remove_tables(folder: Path) -> None:
    """Take the tables off the disk, durably."""
    with storage(folder):
        for leftover in folder.glob(f"{TABLES}*"):
            leftover.unlink()
        shutil.rmtree(folder / SPILL, ignore_errors=True)
        sync_folder(folder)


def tables_in_memory(folder: Path, code: str) -> Engine:
    """Empty tables that never touch the disk, but for what does not fit into memory (on read-only media not even that)."""
    engine = Engine(None, spill=None if is_read_only(folder) else folder / SPILL)
    engine.set_stamp(0, 0, code)
    return engine


def _is_made_by(engine: Engine, code: str) -> bool:
    """Whether the tables are those that this code makes."""
    try:
        return engine.stamp()[2] == code
    except FanzhaError:
        return False


def open_tables(folder: Path, code: str, *, read_only: bool) -> Engine:
    """The tables, as far as they have followed the journal.

    Made by other code, damaged or not there: empty ones. On read-only media those lie in memory.
    """
    path = folder / TABLES
    try:
        if path.exists():
            engine = Engine(path, read_only=read_only, spill=None if read_only else folder / SPILL)
            if _is_made_by(engine, code):
                return engine
            engine.close()
    except FanzhaError:
        pass  # derived: made again below
    if not read_only:
        return begin_tables(folder, code)
    return tables_in_memory(folder, code)
