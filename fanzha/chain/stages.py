"""The order of the stages that make every derived table, and what they depend on beside the record."""

import hashlib
import time
from collections.abc import Callable, Sequence

import yaml

from fanzha.chain.linking import Resident
from fanzha.chain.reading import Readers, shipped_digest
from fanzha.chain.returning_computed import make_returns
from fanzha.clean.issuer import read_bins
from fanzha.clean.reference.shipped import read_shipped, shipped_tables
from fanzha.link.benign import shipped_benign
from fanzha.link.entities import entities
from fanzha.link.gang_weights import read_gang_weights, shipped_gang_weights_text
from fanzha.link.gangs import gangs
from fanzha.link.judge import judgements
from fanzha.link.requests import survey
from fanzha.link.weigh import shipped_weights_text
from fanzha.model.version import VERSION
from fanzha.recognise.call_behaviour import call_behaviour
from fanzha.recognise.messages import recognise
from fanzha.recognise.naming import namings
from fanzha.respond.appeals import write_appeals
from fanzha.respond.order_book import write_orders
from fanzha.respond.propose import propose
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Record
from fanzha.store.tables import all_tables
from fanzha.trace.breaks import breaks
from fanzha.trace.follow import trace
from fanzha.trace.outcomes import outcomes
from fanzha.trace.patterns import patterns
from fanzha.trace.shapes import shapes

Progress = Callable[[str, int, int, str], None]  # stage, done, of how many, what


def silent(_stage: str, _done: int, _total: int, _what: str) -> None:
    """Show nothing."""
    return


def now_ms() -> int:
    """UTC milliseconds now."""
    return time.time_ns() // 1_000_000


def code_version() -> str:
    """What the tables depend on beside the record: this version, the declared tables, and what messages are read with."""
    declared = hashlib.sha256(repr(sorted(all_tables().items())).encode()).hexdigest()
    return f"{VERSION}+{declared[:12]}+{shipped_digest()[:12]}"


def reference_data() -> dict[str, bytes]:
    """The reference data this version brings, by name: journalled when put in use."""
    tables = {table.name: table.content for table in shipped_tables()}
    return {
        "benign": shipped_benign().text,
        "weights": shipped_weights_text(),
        "gang_weights": shipped_gang_weights_text(),
        **tables,
    }


def reference_origin(name: str, content: bytes) -> dict[str, str]:
    """Sources and date that a reference file states of itself; of several blocks the oldest date."""
    if name in {table.name for table in shipped_tables()}:
        origins = read_shipped(name, content).origins
        sources = "; ".join(dict.fromkeys(source for source, _ in origins))
        return {"source": sources, "as_of": min(as_of for _, as_of in origins)}
    stated = yaml.load(content, Loader=yaml.CSafeLoader)
    return {key: str(stated[key]) for key in ("source", "as_of") if key in stated}


def as_of(engine: Engine) -> int:
    """The moment everything is computed for: the latest event admitted, never later than its admission (UTC ms)."""
    row = engine.rows(
        'SELECT MAX(e.at_ms) FROM (SELECT at_ms, "file" FROM legs UNION ALL SELECT at_ms, "file" FROM calls'
        ' UNION ALL SELECT at_ms, "file" FROM reports) AS e JOIN files f ON f."file" = e."file"'
        " WHERE e.at_ms <= f.at_ms"
    )[0]
    return int(row[0] or 0)


def order_tables(engine: Engine, entries: Sequence[Entry], as_of: int) -> None:
    """Make the tables of orders, appeals and returns from the acts and what was traced up to `as_of` (UTC ms)."""
    write_appeals(engine, entries)
    write_orders(engine, entries, as_of)
    make_returns(engine, entries, as_of, drafts=False)


def run_stages(
    record: Record, engine: Engine, progress: Progress, resident: Resident | None = None, readers: Readers | None = None
) -> None:
    """Make every derived table from the records; the same for the workspace's own tables and for a comparison.

    `resident`: what was linked before, `readers`: what was read before, if this process has it.
    """
    moment, bins = as_of(engine), read_bins(record.in_use("card_bins"))
    linking, reading = resident or Resident(), readers or Readers()
    # a workspace handed over by an older version has none in use, and takes no act any more
    held = record.was_put_in_use("gang_weights")
    gang_weights = read_gang_weights((record.in_use("gang_weights") if held else shipped_gang_weights_text()).decode())
    entries = record.journal.entries()
    stages: tuple[tuple[str, Callable[[], object]], ...] = (
        ("recognise", lambda: recognise(engine, moment, namings(entries), reading.of(record))),
        ("link", lambda: linking.link(record, engine, moment)),
        ("entities", lambda: entities(engine, moment, judgements(record.journal.entries()))),
        ("trace", lambda: trace(engine, moment)),
        ("shapes", lambda: (shapes(engine), breaks(engine))),
        ("patterns", lambda: (patterns(engine, moment), outcomes(engine, moment))),
        ("gangs", lambda: gangs(engine, moment, gang_weights)),
        ("roles", lambda: survey(engine, moment)),
        ("calls_read", lambda: call_behaviour(engine, moment)),
        ("orders", lambda: order_tables(engine, entries, moment)),
        ("respond", lambda: propose(engine, moment, bins)),
    )
    for name, stage in stages:
        progress(name, 0, 1, "")
        stage()
        progress(name, 1, 1, "")
