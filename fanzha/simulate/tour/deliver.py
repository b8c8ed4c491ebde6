"""The files of a world as police, banks, payment companies and operators hand them over, with what was planted in each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fanzha.errors import StorageFailed
from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.simulate.invent import stream
from fanzha.simulate.spell import defanged
from fanzha.simulate.tour import dirt, sheets
from fanzha.simulate.tour.statements import Row, record, statements, subscriber_calls
from fanzha.simulate.tour.telling import PRETEXT
from fanzha.simulate.tour.world import World

SETTINGS = {  # zone and currency to admit a file with, by its region
    "CN": {"zone": "Asia/Shanghai", "region": "CN", "currency": "CNY"},
    "TH": {"zone": "Asia/Bangkok", "region": "TH", "currency": "THB"},
}
UNREADABLE = "vendor_dump.dat"
DECOYS = ("garden-tools.example", "old-books.example", "noodle-house.test")  # sites on the list that no victim names


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file: its bytes, and how many of each flaw were planted (reason and note codes, plus `structure_more`).

    region  where it comes from; its text gives local times, so it is to be admitted with the settings of that place
    """

    data: bytes
    planted: dict[str, int] = field(default_factory=dict)
    region: str = "CN"

    def source(self, name: str) -> Source:
        """The file as it is to be admitted under `name`."""
        settings = SETTINGS[self.region]
        return Source(self.data, name, settings["zone"], settings["region"], settings["currency"])


def _written(format_name: str, table: str, rows: list[Row]) -> bytes:
    return known.named(format_name).write({table: record(table, rows)})


def _numbers(world: World, *keys: str) -> set[str]:
    return {account.number for account in world.accounts if account.key in keys}


def _feedback(world: World, file: str) -> dirt.Lines:
    return dirt.Lines(_written("bank_feedback", "legs", statements(world, file)))


def _east(world: World) -> Delivered:
    """Feedback CSV: mixed direction words, some that say nothing, rows that stand twice."""
    rng, lines = stream(world.seed, "dirt/east"), _feedback(world, "east")
    dirt.mix_words(lines, rng)
    dirt.unknown_directions(lines, rng, _numbers(world, "o1"))
    dirt.duplicate(lines, rng, 4)
    return Delivered(lines.bytes(), lines.planted)


def _north(world: World) -> Delivered:
    """Feedback CSV: a lost row, cells missing or too many, blank lines and a total."""
    rng, lines = stream(world.seed, "dirt/north"), _feedback(world, "north")
    lines.planted["failed_transaction"] = sum(not row["success"] for row in statements(world, "north"))
    dirt.mix_words(lines, rng)
    dirt.lose_row(lines, rng, _numbers(world, "f2"))
    dirt.wrong_cell_counts(lines, rng, _numbers(world, "f2"))
    dirt.totals_and_blanks(lines)
    return Delivered(lines.bytes(), lines.planted)


def _cloud(world: World) -> Delivered:
    """The same columns in a workbook whose cells are text: nothing is lost."""
    lines = _feedback(world, "cloud")
    return Delivered(sheets.xlsx_bytes(dirt.as_table(lines), "交易明细"), lines.planted)


def _south(world: World) -> Delivered:
    """A counter print: lines of text before the header, one column for each direction."""
    preamble = ("南屏农商银行 账户交易明细", "打印日期:2026-11-16", "")
    table = sheets.cells(sheets.COUNTER_PRINT, statements(world, "south"))
    return Delivered(sheets.csv_bytes(table, preamble, "utf-8-sig"))


def _payment(world: World) -> Delivered:
    """A payment company's workbook with English headers."""
    table = sheets.cells(sheets.PAYMENT_COMPANY, statements(world, "payment"))
    return Delivered(sheets.xlsx_bytes(table, "Transactions"))


def _siam(world: World) -> Delivered:
    """A Thai bank's CSV; its times carry their offset."""
    return Delivered(sheets.csv_bytes(sheets.cells(sheets.THAI_BANK, statements(world, "siam"))), region="TH")


def _spoilt(world: World) -> Delivered:
    """A feedback file that went through a spreadsheet: account numbers are gone for good."""
    lines = _feedback(world, "spoilt")
    return Delivered(sheets.xlsx_bytes(dirt.through_spreadsheet(lines), "Sheet1"), lines.planted)


def _report_rows(world: World, channel: str) -> list[Row]:
    rows: list[Row] = []
    for report in world.reports:
        if report.channel == channel:
            words = PRETEXT[report.scam_type]
            rows.append(
                {
                    "reference": report.reference,
                    "at_ms": report.at_ms,
                    "text": report.text,
                    "victim": report.victim,
                    "stated_type": words[2] if report.currency == "THB" else words[0],
                    "currency": report.currency,
                    "amount_minor": report.amount_minor,
                    "city": report.city,
                    "zone": report.zone,
                }
            )
    return rows


def _station(world: World) -> Delivered:
    return Delivered(sheets.csv_bytes(sheets.cells(sheets.STATION, _report_rows(world, "station")), encoding="gb18030"))


def _thai_police(world: World) -> Delivered:
    return Delivered(sheets.csv_bytes(sheets.cells(sheets.THAI_POLICE, _report_rows(world, "thai"))), region="TH")


def _hotline(world: World) -> Delivered:
    return Delivered(sheets.jsonl_bytes(sheets.cells(sheets.HOTLINE, _report_rows(world, "hotline"))))


def _narratives(world: World) -> Delivered:
    """Officers' summaries as plain text, one after the other."""
    return Delivered(_written("narrative", "reports", _report_rows(world, "narrative")))


def _sites(world: World) -> Delivered:
    """A platform's list of reported sites, some of them harmless."""
    rng = stream(world.seed, "sites")
    listed = [(site, "scam site") for gang in world.gangs for site in gang.sites] + [
        (site, "under review") for site in DECOYS
    ]
    rng.shuffle(listed)
    items = [
        {
            "id": f"PF-{place:03d}",
            "url": defanged(site),
            "category": category,
            "reported_at": f"2026-11-{1 + place % 9:02d}T10:{place:02d}:00+08:00",
            "description": "reported by users of the platform",
        }
        for place, (site, category) in enumerate(listed, start=1)
    ]
    return Delivered(yaml.safe_dump(items, allow_unicode=True, sort_keys=False).encode())


def _consumer_calls(world: World) -> dict[str, Delivered]:
    """What victims exported from their operators' apps, one file each."""
    phones = [phone for phone in world.phones if phone.delivered == "consumer"]
    return {
        f"calls_consumer_{place}.csv": Delivered(_written("call_records", "calls", subscriber_calls(world, phone)))
        for place, phone in enumerate(phones, start=1)
    }


def _investigative_calls(world: World) -> Delivered:
    """What an operator handed to the police, all asked-for numbers in one workbook of text."""
    phones = [phone for phone in world.phones if phone.delivered == "investigative"]
    rows = [row for phone in phones for row in subscriber_calls(world, phone)]
    text = _written("call_records_investigative", "calls", rows).decode("gb18030")
    return Delivered(sheets.xlsx_bytes([line.split(",") for line in text.splitlines()], "话单"))


def _unreadable(world: World) -> Delivered:
    return Delivered(dirt.noise(stream(world.seed, "noise"), 1500), {"unreadable_file": 1})


SINGLE: dict[str, Callable[[World], Delivered]] = {
    "station_reports.csv": _station,
    "hotline_reports.jsonl": _hotline,
    "narratives.txt": _narratives,
    "thai_police_reports.csv": _thai_police,
    "platform_sites.yaml": _sites,
    "bank_east_transactions.csv": _east,
    "bank_north_transactions.csv": _north,
    "bank_cloud_transactions.xlsx": _cloud,
    "bank_south_counter_print.csv": _south,
    "payment_company_transactions.xlsx": _payment,
    "bank_siam_statement.csv": _siam,
    "bank_east_resaved.xlsx": _spoilt,
    "calls_investigative.xlsx": _investigative_calls,
    UNREADABLE: _unreadable,
}


def delivered(world: World) -> dict[str, Delivered]:
    """All files by name, in the order of their names."""
    files = {name: make(world) for name, make in SINGLE.items()} | _consumer_calls(world)
    return dict(sorted(files.items()))


def write(world: World, folder: Path) -> list[Path]:
    """The files in `folder`, which is made if it is not there; StorageFailed if one cannot be written."""
    paths = []
    for name, file in delivered(world).items():
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        except OSError as failure:
            raise StorageFailed(
                f"a file could not be written: {failure}",
                f"无法写入文件:{failure}",
                where=str(path),
                remedy="check the folder and the space left",
                remedy_zh="请检查目录与剩余空间",
            ) from failure
        paths.append(path)
    return paths
