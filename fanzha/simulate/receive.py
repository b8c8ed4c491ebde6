"""The files that reach the anti-fraud centre: reports by channel, a platform's list, banks' answers, operators' records.

Each sender has its own format; what is written here is all that a workspace ever sees of a world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.formats import known
from fanzha.simulate import bodies, handed_over
from fanzha.simulate.bodies import Bank
from fanzha.simulate.invent import stream
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.planted_exits import leads
from fanzha.simulate.reporting import Report
from fanzha.simulate.tour import sheets
from fanzha.simulate.tour.sheets import Layout, moment, money, text
from fanzha.simulate.tour.statements import Row, record
from fanzha.simulate.world import DAY_MS, HOUR_MS, World

INDIAN_POLICE: Layout = (
    ("Report Number", text("reference")),
    ("Reported at", moment(bodies.KOLKATA, "iso")),
    ("Complainant", text("victim")),
    ("Category", text("stated_type")),
    ("Amount Lost", money("amount_minor")),
    ("Currency", text("currency")),
    ("City", text("city")),
    ("Description", text("text")),
)
REPORT_COLUMNS = (
    *("reference", "channel", "at_ms", "received_ms", "text", "victim", "stated_type", "amount_minor", "currency"),
    *("city", "zone"),
)


def _narratives(rows: Sequence[Row]) -> bytes:
    return known.named("narrative").write({"reports": record("reports", rows)})


# what each channel's files are called, their suffix, how they are written, and hours east of UTC
CHANNELS: dict[str, tuple[str, str, Callable[[Sequence[Row]], bytes], float]] = {
    "station": (
        "派出所警情",
        "csv",
        lambda r: sheets.csv_bytes(sheets.cells(sheets.STATION, r), encoding="gb18030"),
        8,
    ),
    "hotline": ("96110热线", "jsonl", lambda r: sheets.jsonl_bytes(sheets.cells(sheets.HOTLINE, r)), 8),
    "narrative": ("报案笔录", "txt", _narratives, 8),
    "thai": ("thai_police", "csv", lambda r: sheets.csv_bytes(sheets.cells(sheets.THAI_POLICE, r)), 7),
    "indian": ("indian_police", "csv", lambda r: sheets.csv_bytes(sheets.cells(INDIAN_POLICE, r)), 5.5),
}


@dataclass(frozen=True, slots=True)
class Request:
    """That an account was asked about: its number, who keeps it, when it was asked and when answered."""

    account: str
    bank: Bank
    asked_ms: int
    ready_ms: int


def write_received(world: World, reports: Sequence[Report], p: Parameters, out: Path) -> None:
    """Everything received before the world ends, under `out`/received, and every report under `out`/bodies."""
    rows = [row_of(report) for report in reports]
    _write_police(rows, out / "bodies" / "police.parquet")
    folder = out / "received"
    for name, data in _report_files(world, p, rows):
        _put(folder / "reports" / name, data)
    for name, data in _answers(world, reports, p, out):
        _put(folder / "banks" / name, data)
    for part, name, data in handed_over.files(world, reports, p, out):
        _put(folder / part / name, data)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def row_of(report: Report) -> dict[str, Any]:
    """A report as the police keep it."""
    made = {name: getattr(report, name) for name in REPORT_COLUMNS if name != "victim"}
    return {**made, "victim": report.victim_name}


def _write_police(rows: Sequence[dict[str, Any]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = ("at_ms", "received_ms", "amount_minor")
    columns = {
        name: pa.array([row[name] for row in rows], pa.int64() if name in numbers else pa.string())
        for name in REPORT_COLUMNS
    }
    pq.write_table(pa.table(columns), path, compression="zstd")


def report_file(rows: Sequence[dict[str, Any]], channel: str) -> tuple[str, bytes]:
    """(name, bytes) of the file in which a channel sends some reports; rows as in police.parquet, at least one."""
    name, suffix, write, hours = CHANNELS[channel]
    ordered = sorted(rows, key=lambda row: (row["received_ms"], row["reference"]))
    sent = datetime.fromtimestamp(ordered[-1]["received_ms"] // 1000, UTC) + timedelta(hours=hours)
    return f"{name}_{sent:%Y%m%d_%H%M}.{suffix}", write(ordered)


def _report_files(world: World, p: Parameters, rows: Sequence[dict[str, Any]]) -> list[tuple[str, bytes]]:
    """One file for each channel and some days."""
    size = int(p["reporting.file_days"]) * DAY_MS
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["channel"], (row["received_ms"] - world.start_ms) // size), []).append(row)
    return [report_file(group, channel) for (channel, _), group in sorted(groups.items(), key=lambda one: one[0])]


def _answers(world: World, reports: Sequence[Report], p: Parameters, out: Path) -> list[tuple[str, bytes]]:
    """Banks' answers: what one bank has ready within a day (or some days) stands in one file."""
    opened = bodies.opened(out)
    groups: dict[tuple[int, int], list[Request]] = {}
    for one in _requests(world, reports, p, out):
        since_ms = one.ready_ms - world.start_ms
        groups.setdefault((one.bank.k, since_ms // (int(p["bodies.file_days"]) * DAY_MS)), []).append(one)
    until: dict[int, dict[str, int]] = {}
    for group in groups.values():
        for one in group:
            until.setdefault(one.bank.k, {})[one.account] = one.asked_ms
    held = {bank.k: bodies.legs(out, bank, until[bank.k]) for bank in opened.banks if bank.k in until}
    made = []
    for (k, _), group in sorted(groups.items(), key=lambda one: one[0]):
        parts = [(one.account, held[k][one.account]) for one in sorted(group, key=lambda one: one.account)]
        parts = [part for part in parts if part[1]]
        if parts:
            printed = max(one.ready_ms for one in group)
            data, suffix = bodies.statement_file(opened, group[0].bank, parts, printed)
            day = bodies.local(group[0].bank.country, printed)
            made.append((f"{bodies.file_stem(group[0].bank)}_{day:%Y%m%d}.{suffix}", data))
    return made


def _requests(world: World, reports: Sequence[Report], p: Parameters, out: Path) -> list[Request]:
    """Which accounts were asked about and answered in time: those that reports name, ever fewer of those behind them, and a
    few of strangers."""
    asked = _asked(world, reports, p)
    rng = stream(world.seed, "receive/innocent")
    strangers = round(len(asked) * p["bodies.innocent_share"])
    for _ in range(strangers):
        account = rng.randrange(len(world.accounts))
        moment_ms = rng.choice(sorted(asked.values()))
        asked.setdefault(account, moment_ms)
    numbers = {str(int(world.accounts.number[account])): at_ms for account, at_ms in asked.items()}
    opened, keepers = bodies.opened(out), bodies.keepers(out, numbers)
    made = []
    for number, at_ms in sorted(numbers.items()):
        bank = keepers[number]
        ready_ms = at_ms + bodies.delay_ms(opened, bank, number)
        if ready_ms <= world.end_ms:
            made.append(Request(number, bank, at_ms, ready_ms))
    return made


def _asked(world: World, reports: Sequence[Report], p: Parameters) -> dict[int, int]:
    """Accounts that got disputed money of reported incidents -> when they were asked about; a share by tier."""
    known: dict[int, int] = {}
    for report in reports:
        if report.incident >= 0:
            known[report.incident] = min(known.get(report.incident, report.received_ms), report.received_ms)
    low, high = p["bodies.officer_hours"]
    shares: list[float] = p["bodies.answered_by_tier"]
    first: dict[int, tuple[int, int]] = {}  # account -> (tier, when the first report of its money was known)
    for moved in world.moved:
        told = [known[parcel.incident] for parcel in moved.parcels if parcel.incident in known]
        if told and moved.payee >= 0 and moved.tier >= 1:
            one = (min(moved.tier, len(shares)), min(told))
            first[moved.payee] = min(first.get(moved.payee, one), one)
    asked = {}
    for account, (tier, told_ms) in sorted(first.items()):
        rng = stream(world.seed, f"receive/{account}")
        hours = sum(rng.uniform(low, high) for _ in range(tier))
        if rng.random() < shares[tier - 1]:
            asked[account] = told_ms + int(hours * HOUR_MS)
    for account, moment_ms in leads(world, p, known):
        asked.setdefault(account, moment_ms)
    return asked
