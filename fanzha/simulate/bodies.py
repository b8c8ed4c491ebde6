"""Banks and payment companies as bodies that can be asked for an account's statement: each answers in its own format, after its
own time, with the slips of real answers. They read their own ledgers only; nothing of the truth is in an answer.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import yaml

from fanzha.errors import NotFound
from fanzha.formats.bank_feedback import COLUMNS as FEEDBACK_COLUMNS
from fanzha.formats.kernels import pc
from fanzha.formats.writing import csv_text
from fanzha.simulate.invent import stream
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.tour import sheets
from fanzha.simulate.tour.sheets import Layout, moment, money, text, word
from fanzha.simulate.tour.statements import Row
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS

KOLKATA = timezone(timedelta(hours=5, minutes=30))
OFFSETS = {country.code: timedelta(minutes=country.offset_minutes) for country in COUNTRIES}
DIRECTION = "收付标志"
DIRECTION_WORDS = (("进", "出"), ("贷", "借"), ("收", "付"))
_FEEDBACK = {
    "交易卡号": text("account"),
    "账户开户名称": text("holder"),
    "交易时间": moment(sheets.SHANGHAI, "%Y-%m-%d %H:%M:%S"),
    "交易金额": money("amount_minor"),
    "交易余额": money("balance_minor"),
    DIRECTION: word("direction", {"in": "进", "out": "出"}),
    "交易对手账卡号": text("counter_account"),
    "现金标志": word("cash", {True: "现金", False: "转账"}),
    "对手户名": text("counter_holder"),
    "对手开户银行": text("counter_bank"),
    "摘要说明": text("summary"),
    "交易币种": text("currency"),
    "交易发生地": text("place"),
    "交易是否成功": word("success", {True: "成功", False: "失败"}),
    "交易流水号": text("serial"),
    "IP地址": text("ip"),
    "MAC地址": text("mac"),
    "商户名称": text("merchant"),
}
FEEDBACK: Layout = tuple((name, _FEEDBACK.get(name, text("nothing"))) for name in FEEDBACK_COLUMNS)
INDIAN_BANK: Layout = (
    ("Account No", text("account")),
    ("Account Name", text("holder")),
    ("Bank", text("bank")),
    ("Transaction Date", moment(KOLKATA, "iso")),
    ("Withdrawal", money("amount_minor", "out")),
    ("Deposit", money("amount_minor", "in")),
    ("Currency", text("currency")),
    ("Balance", money("balance_minor")),
    ("Beneficiary Account", text("counter_account")),
    ("Beneficiary Name", text("counter_holder")),
    ("Beneficiary Bank", text("counter_bank")),
    ("Transaction ID", text("serial")),
    ("Description", text("summary")),
    ("Location", text("place")),
)
LAYOUTS: dict[str, Layout] = {
    "bank_feedback": FEEDBACK,
    "bank_feedback_xlsx": FEEDBACK,
    "counter_print": sheets.COUNTER_PRINT,
    "payment_company": sheets.PAYMENT_COMPANY,
    "thai_bank": sheets.THAI_BANK,
    "indian_bank": INDIAN_BANK,
}
WORKBOOKS = ("bank_feedback_xlsx", "payment_company")
HIDDEN = ("transfer",)  # columns of a ledger that no answer shows


@dataclass(frozen=True, slots=True)
class Bank:
    """A body that keeps accounts."""

    k: int
    name: str
    country: str
    form: str
    zone: str
    region: str
    currency: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A statement: the file, when it is ready (UTC ms), who answers, and the terms to admit it under."""

    data: bytes
    name: str
    ready_ms: int
    body: str
    settings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bodies:
    """The banks of a written world."""

    out: Path
    seed: int
    p: Parameters
    banks: tuple[Bank, ...]
    end_ms: int


def opened(out: Path) -> Bodies:
    """The bodies of the world written at `out`. Raises NotFound where there is none."""
    try:
        return _read(out, (out / "world.json").stat().st_mtime_ns)
    except FileNotFoundError as missing:
        raise NotFound(
            "this folder is no world that can be asked",
            "该目录不是可查询的合成世界",
            where=str(out),
            remedy="make one with `fanzha simulate`",
            remedy_zh="请用 fanzha simulate 生成",
        ) from missing


@lru_cache(maxsize=4)
def _read(out: Path, _written_ns: int) -> Bodies:
    """The same; a world that was written again is read again."""
    about = json.loads((out / "world.json").read_text(encoding="utf-8"))
    values = yaml.load((out / "parameters.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    index = json.loads((out / "bodies" / "banks" / "index.json").read_text(encoding="utf-8"))
    fields = Bank.__dataclass_fields__
    banks = tuple(Bank(**{name: one[name] for name in fields}) for one in index)
    return Bodies(out, int(about["seed"]), Parameters(values), banks, int(about["end_ms"]))


def keepers(out: Path, accounts: Iterable[str]) -> dict[str, Bank]:
    """Which bank keeps each account; accounts that none keeps are left out."""
    bodies = opened(out)
    wanted = pa.array(sorted(set(accounts)), pa.string())
    listed = ds.dataset(out / "bodies" / "accounts.parquet").to_table(filter=ds.field("account").isin(wanted))
    pairs = zip(listed.column("account").to_pylist(), listed.column("k").to_pylist(), strict=True)
    by_place = {bank.k: bank for bank in bodies.banks}
    return {str(account): by_place[int(str(k))] for account, k in pairs}


def legs(out: Path, bank: Bank, until: Mapping[str, int]) -> dict[str, list[Row]]:
    """What a bank's ledger holds of some accounts, each up to its moment (UTC ms, inclusive), in the order of time."""
    days = int(opened(out).p["bodies.statement_days"])
    table = _rows_of(out / "bodies" / "banks" / str(bank.k) / "ledger.parquet", sorted(until))
    found: dict[str, list[Row]] = {account: [] for account in until}
    for row in table.to_pylist():
        account, at_ms = str(row["account"]), int(row["at_ms"])
        if until[account] - days * DAY_MS <= at_ms <= until[account]:
            found[account].append({**row, "success": True})
    most = int(opened(out).p["bodies.rows_max"])
    return {
        account: sorted(rows, key=lambda row: (int(str(row["at_ms"])), str(row["serial"])))[-most:]
        for account, rows in found.items()
    }


def _rows_of(ledger: Path, accounts: Sequence[str]) -> pa.Table:
    """The rows of some accounts: only those groups of rows are read whole that hold one of them."""
    file = pq.ParquetFile(ledger)
    names = [name for name in file.schema_arrow.names if name not in HIDDEN]
    wanted = pa.array(accounts, pa.string())
    place = file.schema_arrow.names.index("account")
    parts = [file.schema_arrow.empty_table().select(names)]
    for group in range(file.num_row_groups):
        told: Any = file.metadata.row_group(group).column(place).statistics
        if told is not None and told.has_min_max and not any(told.min <= one <= told.max for one in accounts):
            continue
        rows = pc.is_in(file.read_row_group(group, columns=["account"]).column("account"), value_set=wanted)
        if pc.any(rows).as_py():
            parts.append(file.read_row_group(group, columns=names).filter(rows))
    return pa.concat_tables(parts)


def delay_ms(bodies: Bodies, bank: Bank, account: str) -> int:
    """How long a bank takes to answer about an account."""
    rng = stream(bodies.seed, f"bodies/delay/{account}")
    hours = bodies.p["bodies.delay_hours"][bank.form] * rng.lognormvariate(0, bodies.p["bodies.delay_sigma"])
    return int(hours * HOUR_MS)


def ask(out: Path, account: str, at_ms: int, until_ms: int | None = None) -> Answer:
    """The statement of an account, asked for at `at_ms`, with the legs up to `until_ms` (default: up to the request).

    Same question, same bytes. Raises NotFound for an account that no bank of the world keeps.
    """
    bank = keepers(out, [account]).get(account)
    if bank is None:
        raise NotFound(
            f"no bank of this world keeps the account {account}",
            f"该世界中没有银行持有账户 {account}",
            remedy="ask about an account that a statement or a report names",
            remedy_zh="请查询流水或报案中出现的账户",
        )
    bodies = opened(out)
    last = at_ms if until_ms is None else min(at_ms, until_ms)
    rows = legs(out, bank, {account: last})[account]
    data, suffix = statement_file(bodies, bank, [(account, rows)], last)
    ready_ms = at_ms + delay_ms(bodies, bank, account)
    moment_ = local(bank.country, at_ms)
    name = f"{file_stem(bank)}_{moment_:%Y%m%d_%H%M%S}_{account[-8:]}.{suffix}"
    return Answer(data, name, ready_ms, bank.name, settings_of(bank))


def file_stem(bank: Bank) -> str:
    """What a bank's files are called: its name without blanks."""
    return bank.name.replace(" ", "_").lower()


def settings_of(bank: Bank) -> dict[str, str]:
    """Zone, region and currency under which a bank's files are read right."""
    return {"zone": bank.zone, "region": bank.region, "currency": bank.currency}


def local(country: str, at_ms: int) -> datetime:
    """Wall-clock time in a country."""
    return datetime.fromtimestamp(at_ms // 1000, UTC) + OFFSETS[country]


def statement_file(bodies: Bodies, bank: Bank, parts: Sequence[tuple[str, list[Row]]], at_ms: int) -> tuple[bytes, str]:
    """One file with the statements of some accounts, and its suffix. `at_ms` is when it was printed."""
    layout = LAYOUTS[bank.form]
    table = sheets.cells(layout, [])
    total, slips = 0, bodies.p["bodies.slips"]
    for account, rows in parts:
        rng = stream(bodies.seed, f"bodies/slips/{account}/{at_ms}")
        table += slipped(rng, sheets.cells(layout, rows), bank, slips)[1:]
        total += sum(int(str(row["amount_minor"])) for row in rows)
    rng = stream(bodies.seed, f"bodies/file/{bank.k}/{at_ms}/{len(parts)}")
    if bank.form in WORKBOOKS:
        return sheets.xlsx_bytes(table, "Transactions" if bank.form == "payment_company" else "交易明细"), "xlsx"
    if bank.form == "bank_feedback":
        return _feedback(rng, table, total, slips), "csv"
    if bank.form == "counter_print":
        printed = local(bank.country, at_ms)
        preamble = (f"{bank.name} 账户交易明细", f"打印日期:{printed:%Y-%m-%d}", "")
        return sheets.csv_bytes(table, preamble, "utf-8-sig"), "csv"
    return sheets.csv_bytes(table), "csv"


def slipped(rng: Random, table: list[list[str]], bank: Bank, slips: dict[str, float]) -> list[list[str]]:
    """A table of one account in the bank's own words, with what goes wrong: rows lost, repeated, cut short, unclear."""
    header, rows = table[0], [list(row) for row in table[1:]]
    if DIRECTION in header:
        at = header.index(DIRECTION)
        words = dict(zip(DIRECTION_WORDS[0], DIRECTION_WORDS[bank.k % len(DIRECTION_WORDS)], strict=True))
        for row in rows:
            row[at] = words[row[at]]
            if rng.random() < slips["unknown_direction"]:
                row[at] = "O"
    if len(rows) > 20 and rng.random() < slips["lost_row"]:
        del rows[rng.randrange(len(rows) // 3, len(rows) * 2 // 3)]
    made = [header]
    for row in rows:
        short = bank.form == "bank_feedback" and rng.random() < slips["cell_count"]
        made.append(row[:-3] if short else row)
        if not short and rng.random() < slips["duplicate_row"]:
            made.append(list(row))
    return made


def _feedback(rng: Random, table: list[list[str]], total_minor: int, slips: dict[str, float]) -> bytes:
    """The feedback export: every cell ended by a TAB, GB 18030, perhaps with blank lines and a total."""
    lines = [csv_text(row, [], end="\t") for row in table]
    if rng.random() < slips["blank_line"]:
        lines.insert(1 + rng.randrange(len(lines)), "\r\n")
    if rng.random() < slips["total_line"]:
        cells = [""] * len(table[0])
        cells[0], cells[table[0].index("交易金额")] = "合计", f"{total_minor // 100}.{total_minor % 100:02d}"
        lines.append(csv_text(cells, [], end="\t"))
    return "".join(lines).encode("gb18030")
