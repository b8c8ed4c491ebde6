"""What Tenpay (WeChat Pay, QQ wallet) feeds back to a query: TenpayTrades and TenpayRegInfo. UTF-8, TAB, also as a workbook.

Amounts are in fen where the header says (分), in yuan where it says (元); a file that says neither is not taken. The header has
names twice (网联/银联, 第三方账户名称), and its set of columns varies; an older layout names the sender and the receiver. The
registration lists further bank cards in rows that leave the rest empty, then, under the line 注销信息, what was cancelled; of
an account that is not there it only says 账号...不存在.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from fanzha.clean import payment_account
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.delimited import open_delimited
from fanzha.formats.encoding import detect
from fanzha.formats.footers import without_footers
from fanzha.formats.grid import Grid, Reading, Recognition, Sheet, Source, Wanted
from fanzha.formats.headers import normal
from fanzha.formats.items import sheet_of
from fanzha.formats.mapping import Mapping
from fanzha.formats.payments import FOOTER, named
from fanzha.formats.sheets import content, open_sheets
from fanzha.formats.writing import csv_cell, moment_texts, texts

TRADES = (
    *("用户ID", "交易单号", "大单号", "用户侧账号名称", "借贷类型", "交易业务类型", "交易用途类型", "交易时间"),
    *("交易金额(分)", "账户余额(分)", "用户银行卡号", "用户侧网银联单号", "网联/银联", "第三方账户名称", "对手方ID"),
    *("对手侧账户名称", "对手方银行卡号", "对手侧银行名称", "对手侧网银联单号", "网联/银联", "基金公司信息"),
    *("间联/非间联交易", "第三方账户名称", "对手方接收时间", "对手方接收金额(分)", "备注1", "备注2"),
)
REGISTRATION = (
    *("账户状态", "账号", "注册姓名", "注册时间", "注册身份证号", "绑定手机", "绑定状态", "开户行信息", "银行账号"),
)
_TRADE: dict[str, tuple[str, ...]] = {
    "user": ("用户id",),
    "serial": ("交易单号",),
    "holder": ("用户侧账号名称", "用户侧账户名称"),
    "direction": ("借贷类型",),
    "at": ("交易时间",),
    "amount": ("交易金额",),
    "balance": ("账户余额",),
    "card": ("用户银行卡号", "用户侧银行卡号"),
    "other_out": ("对手方id", "接收方"),
    "other_in": ("对手方id", "发送方"),
    "counter_holder": ("对手侧账户名称", "对手方账户名称", "商户名称"),
    "other_card": ("对手方银行卡号",),
    "counter_bank": ("对手侧银行名称",),
    "received": ("对手方接收金额",),
    "summary": ("交易业务类型", "交易类型", "交易用途类型", "交易说明", "备注1", "备注2"),
}
_REGISTERED: dict[str, tuple[str, ...]] = {
    "account": ("账号",),
    "holder": ("注册姓名",),
    "holder_id": ("注册身份证号",),
    "phone": ("绑定手机",),
    "opened": ("注册时间",),
    "status": ("账户状态",),
    "bound_status": ("绑定状态",),
    "bound_account": ("银行账号",),
    "bound_bank": ("开户行信息",),
    "closed": ("注销时间",),
}
_UNIT = re.compile(r"[(\uff08]\s*([分元])\s*[)\uff09]")
_FIRM = {"firm": "TENPAY", "bank": "财付通"}
_ABSENT = re.compile(r"账号\s?([!-~]{4,64}?)\s?不存在[。\s]*")
_CANCELLED = "注销信息"
_SECTIONS_BYTES_MAX = 64 << 20
_ZONE = "Asia/Shanghai"


def trades_mapping(sheet: Sheet) -> Mapping | None:
    """The mapping of trades; None where the table is none, or does not say in which unit its amounts are."""
    uses = named(sheet, _TRADE)
    fields = {use.field for use in uses}
    if not {"user", "serial", "direction", "at", "amount", "other_out"} <= fields:
        return None
    units = {
        found[1]
        for use in uses
        if use.field in ("amount", "balance", "received")
        for found in [_UNIT.search(use.header)]
        if found
    }
    if len(units) != 1 or not _UNIT.search(next(use.header for use in uses if use.field == "amount")):
        return None
    unit = "fen" if units == {"分"} else "yuan"
    return Mapping("leg", uses, fixed=_FIRM, unit=unit, shape="tenpay")


def registration_mapping(sheet: Sheet) -> Mapping | None:
    """The mapping of registration data, or of the cancellations below them; None where the table is neither."""
    uses = named(sheet, _REGISTERED)
    fields = {use.field for use in uses}
    if "account" not in fields or not ({"holder", "holder_id", "status"} <= fields or "closed" in fields):
        return None
    return Mapping("account", uses, fixed=_FIRM, shape="registration")


@dataclass(frozen=True, slots=True)
class TenpayTrades:
    """Trades, both ways; written with the 27 columns, amounts in fen."""

    name: str = "tenpay_trades"
    en: str = "Tenpay (WeChat Pay) feedback: trades"
    zh: str = "财付通(微信支付)反馈:交易明细"

    def recognise(self, source: Source) -> Recognition:
        """User number, order number, direction, time, amount with its unit, and counterparty by name."""
        found = _trades(source)
        if found is None:
            return Recognition(self.name, 0, "no Tenpay trades", "不是财付通交易明细")
        sheet, mapping = found
        hits = len({normal(header) for header in sheet.header} & {normal(name) for name in TRADES})
        unit = ("fen", "分") if mapping.unit == "fen" else ("yuan", "元")
        return Recognition(
            self.name,
            97,
            f"{hits} of the 25 different column names of Tenpay trades; amounts in {unit[0]}, as the header says",
            f"表头与财付通交易明细的25个不同栏名相符{hits}个;表头注明金额单位为{unit[1]}",
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the file has no such table."""
        found = _trades(source)
        if found is None:
            raise UnreadableFile("these are no Tenpay trades", "不是财付通交易明细文件", where=source.name)
        sheet, mapping = found
        yield from readings(mapping, without_footers(sheet, source, FOOTER), source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs of users of Tenpay, times in Beijing time. InputError for another account, or money that is not CNY."""
        legs = tables["legs"]
        own = _users(texts(legs, "account"))
        others = [(other, _user(other)) for other in texts(legs, "counter_account")]
        if set(texts(legs, "currency")) - {"CNY"}:
            raise InputError("Tenpay trades are in CNY", "财付通交易明细只有人民币")
        columns = {
            "用户ID": own,
            "交易单号": texts(legs, "serial"),
            "用户侧账号名称": texts(legs, "holder"),
            "借贷类型": [{"in": "入", "out": "出"}[word] for word in texts(legs, "direction")],
            "交易时间": moment_texts(legs, "at_ms", _ZONE),
            "交易金额(分)": texts(legs, "amount_minor"),
            "账户余额(分)": texts(legs, "balance_minor"),
            "对手方ID": [user for _, user in others],
            "对手侧账户名称": texts(legs, "counter_holder"),
            "对手方银行卡号": ["" if user else other for other, user in others],
            "对手侧银行名称": texts(legs, "counter_bank"),
            "备注1": texts(legs, "summary"),
        }
        return _lines(TRADES, columns, len(legs))


@dataclass(frozen=True, slots=True)
class TenpayRegistration:
    """Registration data, both ways."""

    name: str = "tenpay_registration"
    en: str = "Tenpay (WeChat Pay) feedback: registration"
    zh: str = "财付通(微信支付)反馈:注册信息"

    def recognise(self, source: Source) -> Recognition:
        """Account with name, identity document and status by the names of the firm; or the sentence that it is not there."""
        found = _registered(source)
        if not found:
            return Recognition(self.name, 0, "no Tenpay registration", "不是财付通注册信息")
        count = len({use.position for use in found[0][1].uses})
        more = len(found) > 1
        return Recognition(
            self.name,
            96,
            f"{count} columns of Tenpay registration data" + (", then cancellations" if more else ""),
            f"识别出财付通注册信息{count}栏" + (",其后为注销信息" if more else ""),
            dict(found[0][0].dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Accounts, one for each bank card. Raises UnreadableFile where the file is no registration."""
        found = _registered(source)
        if not found:
            raise UnreadableFile("this is no Tenpay registration", "不是财付通注册信息文件", where=source.name)
        for sheet, mapping in found:
            yield from readings(mapping, sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Accounts of Tenpay. Balance, currency and address have no place. InputError for an account of another firm."""
        accounts = tables["accounts"]
        own = _users(texts(accounts, "account"))
        columns = {
            "账户状态": texts(accounts, "status"),
            "账号": own,
            "注册姓名": texts(accounts, "holder"),
            "注册时间": moment_texts(accounts, "opened_ms", _ZONE),
            "注册身份证号": texts(accounts, "holder_id"),
            "绑定手机": texts(accounts, "phone"),
            "开户行信息": texts(accounts, "bound_bank"),
            "银行账号": texts(accounts, "bound_account"),
        }
        return _lines(REGISTRATION, columns, len(accounts))


def _user(account: str) -> str:
    """A user as Tenpay writes it; "" for any other account."""
    firm, user = payment_account.parts(account)
    return user if firm == "TENPAY" else ""


def _users(accounts: list[str]) -> list[str]:
    other = next((account for account in accounts if not _user(account)), None)
    if other is not None:
        raise InputError(f"{other} is no account of Tenpay", f"{other} 不是财付通账户")
    return [_user(account) for account in accounts]


def _lines(header: tuple[str, ...], columns: dict[str, list[str]], count: int) -> bytes:
    """UTF-8, TAB; a name that the header has twice is filled in its first place."""
    empty = [""] * count
    cells = [columns.pop(name, empty) for name in header]
    rows = [header, *zip(*cells, strict=True)]
    return ("\n".join("\t".join(csv_cell(cell, "\t") for cell in row) for row in rows) + "\n").encode("utf-8")


def _one_sheet(source: Source) -> Sheet | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    return sheets[0] if len(sheets) == 1 else None


def _trades(source: Source) -> tuple[Sheet, Mapping] | None:
    sheet = _one_sheet(source)
    mapping = trades_mapping(sheet) if sheet is not None else None
    return None if sheet is None or mapping is None else (sheet, mapping)


def _registered(source: Source) -> list[tuple[Sheet, Mapping]]:
    """The registered accounts and the cancelled ones; [] where the file is no registration."""
    absent = _absent(source)
    sheet = absent if absent is not None else _one_sheet(source)
    if sheet is None:
        return []
    found = [(part, registration_mapping(part)) for part in (_sections(sheet, source) if absent is None else [sheet])]
    taken = [(part, mapping) for part, mapping in found if mapping is not None]
    return taken if len(taken) == len(found) else []


def _absent(source: Source) -> Sheet | None:
    """The one sentence that there is no such account, as a table of one row."""
    head = source.head(400)
    encoding = detect(head) if head and len(source.data) <= 400 else None
    text = head[encoding.bom :].decode(encoding.name, "replace") if encoding is not None else ""
    found = _ABSENT.fullmatch(text.strip())
    if found is None or encoding is None:
        return None
    cells = {"账号": found[1], "账户状态": "账号不存在", "注册姓名": "", "注册身份证号": ""}
    return sheet_of("text", source.name, [(1, encoding.bom, cells)], [], 0)


def _sections(sheet: Sheet, source: Source) -> list[Sheet]:
    """The sheet, or what stands above and below the line 注销信息 where both are tables of accounts."""
    data = content(source)
    if sheet.container not in ("tsv", "csv") or len(data) > _SECTIONS_BYTES_MAX:
        return [sheet]
    whole = bytes(data[: len(data)])
    encoding = detect(whole)
    if encoding is None or encoding.unit != 1:
        return [sheet]
    place = whole.find(b"\n" + _CANCELLED.encode(encoding.name)) + 1
    end = whole.find(b"\n", place) + 1
    if not place or not end:
        return [without_footers(sheet, source, FOOTER)]
    above, below = open_delimited(whole[:place], source.name), open_delimited(whole[end:], source.name)
    if above is None or below is None or registration_mapping(above) is None or registration_mapping(below) is None:
        return [without_footers(sheet, source, FOOTER)]
    lines = whole.count(b"\n", 0, end)
    return [above, replace(below, open_blocks=partial(_further_down, below, lines, end))]


def _further_down(sheet: Sheet, lines: int, place: int, wanted: Wanted) -> Iterator[Grid]:
    """The blocks of a table that starts below `lines` lines, at byte `place`; the line above it is structure."""
    for grid in sheet.blocks(wanted):
        yield replace(
            grid,
            rows=pa.array(grid.rows.to_numpy() + lines, pa.int64()),
            offsets=pa.array(grid.offsets.to_numpy() + place, pa.int64()),
            bad=tuple(replace(one, row=one.row + lines, byte_offset=one.byte_offset + place) for one in grid.bad),
            structure=grid.structure + (1 if grid.first else 0),
            first=False,
        )
