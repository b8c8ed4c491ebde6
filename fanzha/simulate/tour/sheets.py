"""Layouts of senders that have their own: a bank's counter print, a payment company's English workbook, a Thai bank's CSV.

Cells are text. Workbooks carry a fixed date of making, so that the same rows give the same bytes.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from fanzha.formats.writing import csv_text, workbook
from fanzha.simulate.tour.statements import Row

MADE = datetime(2026, 11, 16, 9, 0, 0)  # workbooks know no zone
SHANGHAI, BANGKOK = timezone(timedelta(hours=8)), timezone(timedelta(hours=7))
Layout = tuple[tuple[str, Callable[[Row], str]], ...]
NUMBER = "#number#"  # marks a cell that a spreadsheet turned into a number


def moment(zone: timezone, form: str) -> Callable[[Row], str]:
    """The row's time on the wall clock of `zone`; `form` "iso" adds the offset."""

    def write(row: Row) -> str:
        at = datetime.fromtimestamp(int(str(row["at_ms"])) // 1000, UTC).astimezone(zone)
        return at.isoformat() if form == "iso" else at.strftime(form)

    return write


def money(name: str, direction: str = "") -> Callable[[Row], str]:
    """An amount with two decimals; "" in rows of the other direction where `direction` is given."""

    def write(row: Row) -> str:
        if direction and row["direction"] != direction:
            return ""
        minor = int(str(row[name]))
        return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"

    return write


def text(name: str) -> Callable[[Row], str]:
    """The cell as it is."""
    return lambda row: str(row.get(name) or "")


def word(name: str, words: dict[object, str]) -> Callable[[Row], str]:
    """The sender's word for a code."""
    return lambda row: words[row.get(name)]


COUNTER_PRINT: Layout = (
    ("账号", text("account")),
    ("户名", text("holder")),
    ("交易日期时间", moment(SHANGHAI, "%Y/%m/%d %H:%M:%S")),
    ("借方金额", money("amount_minor", "out")),
    ("贷方金额", money("amount_minor", "in")),
    ("余额", money("balance_minor")),
    ("对方账号", text("counter_account")),
    ("对方户名", text("counter_holder")),
    ("对方开户行", text("counter_bank")),
    ("摘要", text("summary")),
    ("商户名称", text("merchant")),
    ("交易地点", text("place")),
    ("流水号", text("serial")),
)
PAYMENT_COMPANY: Layout = (
    ("Account ID", text("account")),
    ("Account Holder", text("holder")),
    ("Bank", text("bank")),
    ("Transaction Time", moment(SHANGHAI, "%Y-%m-%d %H:%M:%S")),
    ("Direction", word("direction", {"in": "IN", "out": "OUT"})),
    ("Amount", money("amount_minor")),
    ("Currency", text("currency")),
    ("Balance", money("balance_minor")),
    ("Counterparty Account", text("counter_account")),
    ("Counterparty Name", text("counter_holder")),
    ("Counterparty Bank", text("counter_bank")),
    ("Transaction ID", text("serial")),
    ("Memo", text("summary")),
    ("Merchant", text("merchant")),
    ("Status", word("success", {True: "SUCCESS", False: "FAILED"})),
)
THAI_BANK: Layout = (
    ("Account Number", text("account")),
    ("Account Name", text("holder")),
    ("Bank", text("bank")),
    ("Transaction Date", moment(BANGKOK, "iso")),
    ("Debit/Credit", word("direction", {"in": "CR", "out": "DR"})),
    ("Amount", money("amount_minor")),
    ("Currency", text("currency")),
    ("Balance", money("balance_minor")),
    ("Counterparty Account", text("counter_account")),
    ("Counterparty Name", text("counter_holder")),
    ("Counterparty Bank", text("counter_bank")),
    ("Transaction ID", text("serial")),
    ("Description", text("summary")),
    ("Merchant", text("merchant")),
    ("Location", text("place")),
)


STATION: Layout = (
    ("案件编号", text("reference")),
    ("报案时间", moment(SHANGHAI, "%Y-%m-%d %H:%M:%S")),
    ("报案人", text("victim")),
    ("案件类别", text("stated_type")),
    ("涉案金额", money("amount_minor")),
    ("地区", text("city")),
    ("案情描述", text("text")),
)
HOTLINE: Layout = (
    ("id", text("reference")),
    ("reported_at", moment(SHANGHAI, "iso")),
    ("category", text("stated_type")),
    ("loss", money("amount_minor")),
    ("city", text("city")),
    ("text", text("text")),
)
THAI_POLICE: Layout = (
    ("Report ID", text("reference")),
    ("Reported at", moment(BANGKOK, "iso")),
    ("Complainant", text("victim")),
    ("Category", text("stated_type")),
    ("Loss", money("amount_minor")),
    ("Currency", text("currency")),
    ("City", text("city")),
    ("Narrative", text("text")),
)


def cells(layout: Layout, rows: Sequence[Row]) -> list[list[str]]:
    """Header and rows as text."""
    return [[name for name, _ in layout], *([write(row) for _, write in layout] for row in rows)]


def csv_bytes(table: Sequence[Sequence[str]], preamble: Sequence[str] = (), encoding: str = "utf-8") -> bytes:
    """Comma-separated, CRLF, with lines of text before the header."""
    body = csv_text(table[0], list(zip(*table[1:], strict=True)))
    return ("".join(line + "\r\n" for line in preamble) + body).encode(encoding)


def jsonl_bytes(table: Sequence[Sequence[str]]) -> bytes:
    """One object a line."""
    lines = (json.dumps(dict(zip(table[0], row, strict=True)), ensure_ascii=False) for row in table[1:])
    return "".join(line + "\n" for line in lines).encode()


def xlsx_bytes(table: Sequence[Sequence[str]], name: str) -> bytes:
    """One sheet; cells are text, but those that start with NUMBER are stored as numbers."""
    rows = [[float(v.removeprefix(NUMBER)) if v.startswith(NUMBER) else v for v in row] for row in table]
    return workbook(rows, name, MADE)
