"""Bring the record tables up to the journal: the same code after a crash, after a correction, and for a rebuild."""

from collections.abc import Callable, Iterator, Sequence

from fanzha.ingest.reading import IN_MEMORY_MAX, read_into, source_of
from fanzha.ingest.state import State, states, touched
from fanzha.store.engine import Engine
from fanzha.store.record import Record

Progress = Callable[[int, int, str], None]  # done, of how many, what
BATCH_BYTES = 8 << 20  # files of so many bytes together share a transaction


def _silent(_done: int, _total: int, _what: str) -> None:
    return


def follow(record: Record, engine: Engine, progress: Progress = _silent) -> int:
    """Bring every file that acts since the tables' position concern to what the journal says of it now; how many files."""
    start, stages, code = engine.stamp()
    entries = record.journal.entries()
    if start >= len(entries):
        return 0
    files = touched(entries, start)
    found = states(entries, files)
    done = 0
    for batch in _batches([found[file] for file in files]):
        with engine.transaction():
            for state in batch:
                progress(done, len(files), state.name)
                done += 1
                _read_again(record, engine, state)
            # later acts only concern files of lower numbers, which then are read once more
            engine.set_stamp(max(start, batch[-1].admission.seq + 1), stages, code)
    progress(done, len(files), "")
    engine.set_stamp(len(entries), stages, code)
    return len(files)


def _read_again(record: Record, engine: Engine, state: State) -> None:
    if state.erased_by >= 0:
        read_into(engine, state, None)
        return
    content = record.content(state.admission)
    data = content[:] if len(content) <= IN_MEMORY_MAX else content
    read_into(engine, state, source_of(data, state.name, state.terms, state.fixes))


def _batches(found: Sequence[State]) -> Iterator[list[State]]:
    batch: list[State] = []
    size = 0
    for state in found:
        batch.append(state)
        size += int(state.admission.public["size"])
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
