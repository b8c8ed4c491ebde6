"""What a replay plays and how fast: the world's reports in their order, its clock, the delays of people, what came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fanzha.errors import InputError
from fanzha.store.disk import storage


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people and machine follow the world. All are assumptions, for a stranger to change.

    tick_minutes      news that comes within this time is taken together
    ask_minutes       from a proposal to the request that leaves the house: somebody reads, decides and signs
    hold_minutes      from a proposal to a hold that is in force
    asks_max          requests for one account, the first included
    renew_hours       a hold ends after 48 hours (see respond.propose): whoever renews it looks at the statement again
    runs_max          runs of the stages; with more news than that, news waits longer
    """

    tick_minutes: int = 15
    ask_minutes: int = 30
    hold_minutes: int = 20
    asks_max: int = 3
    renew_hours: int = 48
    runs_max: int = 400

    def __post_init__(self) -> None:
        if self.tick_minutes < 1 or self.runs_max < 1 or min(self.ask_minutes, self.hold_minutes, self.asks_max) < 0:
            raise InputError(
                "a replay needs ticks of a minute or more and at least one run; no delay is negative",
                "回放的时间步至少一分钟,至少运行一次,延迟不得为负",
            )


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the log of holds (JSON lines) and the case numbers at half time (JSON) are written; None for nowhere."""

    log: Path | None = None
    snapshot: Path | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was played: from when to when (world's UTC ms), how much came in and went out, how often the stages ran.

    `late` answers were not ready when the replay ended, `unknown` requests named an account that no bank keeps;
    `waited_minutes_max` is the longest that a report or an answer waited for a run.
    """

    start_ms: int
    end_ms: int
    reports: int
    files: int
    rows: int
    quarantined: int
    asked: int
    answered: int
    late: int
    unknown: int
    holds: int
    held_minor: dict[str, int]
    runs: int
    waited_minutes_max: int
    half_ms: int | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class WorldClock:
    """The world's time as a workspace's clock (UTC ms): every act of a replay bears the world's moment."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def __call__(self) -> int:
        return self.at_ms


def world_of(out: Path) -> Mapping[str, Any]:
    """What OUT/world.json says of a written world; InputError where there is none."""
    path = out / "world.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        written = isinstance(said, dict) and "fanzha_world" in said and int(said["start_ms"]) < int(said["end_ms"])
    except (OSError, ValueError, KeyError, TypeError):
        written = False
    if not written:
        raise InputError(
            "this folder holds no world",
            "该文件夹不是仿真世界",
            where=str(out),
            remedy="write one with `fanzha simulate`",
            remedy_zh="请先运行 fanzha simulate 生成",
        )
    world: Mapping[str, Any] = said
    return world


class Queue:
    """The world's reports in the order in which the centre gets them, row by row as they are wanted."""

    def __init__(self, path: Path) -> None:
        with storage(path):
            table = pq.read_table(path)
        order = pc.sort_indices(table, [("received_ms", "ascending"), ("reference", "ascending")])
        self._rows: pa.Table = table.take(order)
        self.received = [int(at) for at in self._rows["received_ms"].to_pylist() if at is not None]
        self.next = 0

    def __len__(self) -> int:
        return len(self.received)

    def first(self) -> int | None:
        """When the next one comes in."""
        return self.received[self.next] if self.next < len(self.received) else None

    def take(self, until_ms: int) -> list[dict[str, Any]]:
        """Those that have come in by a moment, each given once."""
        start = self.next
        while self.next < len(self.received) and self.received[self.next] <= until_ms:
            self.next += 1
        rows: list[dict[str, Any]] = self._rows.slice(start, self.next - start).to_pylist()
        return rows


def write_folder(folder: Path, named: Sequence[tuple[str, bytes]]) -> Path:
    """The files in a folder of their own, those of one name apart."""
    for place, (name, data) in enumerate(named):
        path = folder / name
        if path.exists():
            path = folder / str(place) / name
        with storage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def write_text(path: Path, text: str) -> None:
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
