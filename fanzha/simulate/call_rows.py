"""Calls and messages while they are gathered: columns block by block, written at the end in the order of time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.formats.kernels import pc
from fanzha.simulate.world import HOUR_MS, Flags, Ints, World

SHORT_MAX = 10**6  # service numbers are shorter than this and carry no country code
DEVICE_DIGITS = 14
ROWS_IN_GROUP = 131_072
PAUSE_MS = 5_000  # from the end of a call to the next one of the same telephone; assumption


@dataclass(slots=True)
class Calls:
    """Columns being gathered, block by block. Numbers are E.164 digits or service numbers; `cell` is area * 10**6 + cell."""

    caller: list[Ints] = field(default_factory=list)
    callee: list[Ints] = field(default_factory=list)
    at_ms: list[Ints] = field(default_factory=list)
    seconds: list[Ints] = field(default_factory=list)
    sms: list[Flags] = field(default_factory=list)
    imei: list[Ints] = field(default_factory=list)
    cell: list[Ints] = field(default_factory=list)

    def block(
        self, caller: Ints, callee: Ints, at_ms: Ints, seconds: Ints, sms: Flags, device: tuple[Ints, Ints]
    ) -> None:
        """Add a block; `device` is IMEI and cell of the caller."""
        for column, values in zip(
            (self.caller, self.callee, self.at_ms, self.seconds, self.imei, self.cell),
            (caller, callee, at_ms, seconds, *device),
            strict=True,
        ):
            column.append(np.asarray(values, np.int64))
        self.sms.append(np.asarray(sms, bool))


@dataclass(frozen=True, slots=True)
class Event:
    """One call or message of the chain; `holder` is the caller where it is a person of the world, else -1."""

    caller: int
    callee: int
    at_ms: int
    seconds: int
    sms: bool = False
    holder: int = -1
    imei: int = 0
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Contacted:
    """That somebody was reached, and how it began."""

    person: int
    at_ms: int
    channel: str


def device_of(world: World, holders: Ints, at_ms: Ints) -> tuple[Ints, Ints]:
    """IMEI (a test device) and cell of people: at home by night, elsewhere of their region by day."""
    imei = (holders.astype(np.int64) * 7_919_317 + world.seed * 131) % 10**12
    hour = at_ms // HOUR_MS
    moving = np.where(hour % 24 < 12, (hour // 3 + holders) % 5, 0)  # UTC: day in these countries
    area = 4_100 + world.holders.country[holders].astype(np.int64) * 200 + world.holders.region[holders] * 10
    return imei, area * 10**6 + 20_000 + (holders // 40 + moving * 17) % 4_000


def phones_of(world: World, holders: Ints) -> Ints:
    return np.asarray(world.holders.phone[holders], np.int64)


def add_events(world: World, calls: Calls, events: Iterable[Event]) -> None:
    """Add events of the chain that fall into the period and have two numbers."""
    kept = [
        one
        for one in events
        if one.caller and one.callee and one.caller != one.callee and world.start_ms <= one.at_ms < world.end_ms
    ]
    holder = np.array([one.holder for one in kept], np.int64)
    at_ms = np.array([one.at_ms for one in kept], np.int64)
    imei, cell = device_of(world, np.maximum(holder, 0), at_ms)
    own = holder >= 0
    calls.block(
        np.array([one.caller for one in kept], np.int64),
        np.array([one.callee for one in kept], np.int64),
        at_ms,
        np.array([one.seconds for one in kept], np.int64),
        np.array([one.sms for one in kept], bool),
        (
            np.where(own, imei, np.array([one.imei for one in kept], np.int64)),
            np.where(own, cell, np.array([one.cell for one in kept], np.int64)),
        ),
    )


def numbers_text(numbers: Ints) -> pa.StringArray:
    """Telephone numbers as text: E.164 with its plus, service numbers bare."""
    text = pc.cast(pa.array(numbers, pa.int64()), pa.string())
    plus = pc.binary_join_element_wise("+", text, "")
    made: pa.StringArray = pc.if_else(pa.array(numbers < SHORT_MAX), text, plus)
    return made


def in_turn(caller: Ints, callee: Ints, at_ms: Ints, seconds: Ints, sms: Flags) -> Ints:
    """The moments, with calls put off until their caller's last one is over and a pause has passed.

    Messages stay, and so do calls of service numbers, behind which are many lines.
    """
    made = np.array(at_ms, np.int64)
    voice = np.flatnonzero(~sms & (caller >= SHORT_MAX))
    if not len(voice):
        return made
    order = voice[np.lexsort((callee[voice], at_ms[voice], caller[voice]))]
    first = np.flatnonzero(np.diff(caller[order], prepend=-1))
    sizes = np.diff(first, append=len(order))
    busy = seconds[order] * 1000 + PAUSE_MS
    before = np.cumsum(busy) - busy
    before -= np.repeat(before[first], sizes)
    free = made[order] - before  # had the caller been busy from the first call on, without a gap
    apart = np.repeat(np.arange(len(first)) * (int(free.max() - free.min()) + 1), sizes)  # no caller waits for another
    made[order] = np.maximum.accumulate(free + apart) - apart + before
    return made


def write_rows(calls: Calls, path: Path, end_ms: int) -> None:
    """All rows by time; a call that would begin only after the period is not made."""
    caller, callee = np.concatenate(calls.caller), np.concatenate(calls.callee)
    seconds, sms = np.concatenate(calls.seconds), np.concatenate(calls.sms)
    at_ms = in_turn(caller, callee, np.concatenate(calls.at_ms), seconds, sms)
    order = np.lexsort((callee, caller, at_ms))
    order = order[at_ms[order] < end_ms]
    imei, cell = np.concatenate(calls.imei)[order], np.concatenate(calls.cell)[order]
    device = pc.utf8_lpad(pc.cast(pa.array(imei), pa.string()), DEVICE_DIGITS, "0")
    lac = pc.cast(pa.array(cell // 10**6), pa.string())
    spot = pc.cast(pa.array(cell % 10**6), pa.string())
    none = pa.scalar(None, pa.string())
    table = {
        "caller": numbers_text(caller[order]),
        "callee": numbers_text(callee[order]),
        "at_ms": pa.array(at_ms[order]),
        "duration_seconds": pa.array(seconds[order]),
        "medium": pc.if_else(pa.array(sms[order]), "sms", "voice"),
        "imei": pc.if_else(pa.array(imei > 0), device, none),
        "cell": pc.if_else(pa.array(cell > 0), pc.binary_join_element_wise(lac, spot, "-"), none),
    }
    pq.write_table(pa.table(table), path, compression="zstd", compression_level=1, row_group_size=ROWS_IN_GROUP)
