"""Bills that users of WeChat Pay and Alipay export for themselves, and victims hand in: CSV (WeChat UTF-8 with BOM, Alipay GB 18030)
or a workbook, titles above the table, sums and a rule below.

WeChat names the user by a nickname only, which is no account: whose bill it is must be said at admission. Alipay names the login
above the table. Neither names the account of the other side as a rule. A bill says how many rows it has; where they are
not there it is noted, for a bill is easily shortened.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from fanzha.clean import payment_account
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.footers import without_footers
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal
from fanzha.formats.mapping import Mapping
from fanzha.formats.payments import FOOTER, login, named
from fanzha.formats.sheets import content, open_sheets
from fanzha.formats.writing import csv_text, moment_texts, money_texts, texts

WECHAT = (
    *(
        "交易时间",
        "交易类型",
        "交易对方",
        "商品",
        "收/支",
        "金额(元)",
        "支付方式",
        "当前状态",
        "交易单号",
        "商户单号",
        "备注",
    ),
)
ALIPAY = (
    *(
        "交易时间",
        "交易分类",
        "交易对方",
        "对方账号",
        "商品说明",
        "收/支",
        "金额",
        "收/付款方式",
        "交易状态",
        "交易订单号",
    ),
    *("商家订单号", "备注"),
)
_NAMES: dict[str, tuple[str, ...]] = {
    "at": ("交易时间", "付款时间", "交易创建时间"),
    "direction": ("收/支",),
    "amount": ("金额",),
    "status": ("当前状态", "交易状态"),
    "fund": ("资金状态",),
    "serial": ("交易单号", "交易订单号", "交易号"),
    "other": ("对方账号",),
    "other_name": ("交易对方",),
    "first": ("交易类型", "商品说明", "商品名称"),
    "second": ("商品", "交易分类", "类型"),
    "summary": (*("交易类型", "交易分类", "类型", "商品", "商品说明", "商品名称", "支付方式", "收/付款方式", "备注"),),
}
_NEEDED = {"at", "direction", "amount", "status", "other_name"}
# by what names of columns each layout is told: those it must have, those it cannot have
_LAYOUTS = {
    "wechat": ({"交易类型", "商品", "当前状态", "交易单号"}, set[str]()),
    "alipay_web": ({"交易号", "交易创建时间", "商品名称", "资金状态"}, {"用户信息"}),
    "alipay_app": ({"商品说明", "交易状态", "交易分类"}, {"用户信息"}),
}
_TOLD = {
    "wechat": ("a WeChat Pay bill", "微信支付账单"),
    "alipay_web": ("an Alipay bill of the web site", "支付宝网页版账单"),
    "alipay_app": ("an Alipay bill of the app", "支付宝客户端账单"),
}
_LOGIN = re.compile(r"(?:支付宝账户|账号)\s*[:\uff1a]\s*\[?([^\]\s,\[]{4,64})")
_HOLDER = re.compile(r"姓名\s*[:\uff1a]\s*\[?([^\]\s,\[]{1,40})")
_NICKNAME = re.compile(r"微信昵称\s*[:\uff1a]\s*\[?([^\]\r\n,\[]{1,64})")
_COUNT = re.compile(r"共\s*(\d{1,9})\s*笔记录")
_TAIL = 4096
_ZONE = "Asia/Shanghai"


def mapping_of(sheet: Sheet) -> tuple[str, Mapping] | None:
    """(layout, its mapping); None where the table is no bill."""
    headers = {normal(header) for header in sheet.header}
    layout = next(
        (name for name, (must, must_not) in _LAYOUTS.items() if must <= headers and not must_not & headers), ""
    )
    uses = named(sheet, _NAMES)
    if not layout or not {use.field for use in uses} >= _NEEDED:
        return None
    above = "\n".join(sheet.preamble)
    if layout == "wechat":
        return layout, Mapping("leg", uses, fixed={"firm": "TENPAY", "bank": "财付通"}, shape="bill")
    stated, holder = _LOGIN.search(above), _HOLDER.search(above)
    fixed = {"firm": "ALIPAY", "bank": "支付宝"}
    fixed |= {"stated": login(stated[1], "ALIPAY")} if stated else {}
    fixed |= {"holder": holder[1]} if holder else {}
    return layout, Mapping("leg", uses, fixed=fixed, shape="bill")


@dataclass(frozen=True, slots=True)
class WalletBills:
    """Personal bills, both ways; written as the bill of the firm whose account they are of."""

    name: str = "wallet_bills"
    en: str = "personal bill of WeChat Pay or Alipay"
    zh: str = "微信支付或支付宝个人账单"

    def recognise(self, source: Source) -> Recognition:
        """Time, counterparty, income or expense, amount and state by the names of one of three layouts."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no personal bill", "不是个人账单")
        sheet, layout, mapping = found
        en, zh = _TOLD[layout]
        details = dict(sheet.dialect)
        if layout == "wechat":
            nickname = _NICKNAME.search("\n".join(sheet.preamble))
            details |= {"nickname": nickname[1]} if nickname else {}
        if "stated" in mapping.fixed:
            whose = ("the account stands above the table", "账户见表前说明")
        else:
            whose = ("the file does not say whose it is", "文件未列明账户")
        return Recognition(self.name, 95, f"{en}; {whose[0]}", f"{zh};{whose[1]}", details)

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the file has no such table."""
        found = _found(source)
        if found is None:
            raise UnreadableFile(
                "this is no bill of WeChat Pay or Alipay", "不是微信支付或支付宝账单", where=source.name
            )
        sheet, _, mapping = found
        sheet = without_footers(sheet, source, FOOTER)
        stated = _stated_rows(sheet, source)
        there = sum(len(grid.rows) + len(grid.bad) for grid in sheet.blocks(frozenset())) if stated >= 0 else stated
        if there != stated:
            mapping = replace(mapping, fixed={**mapping.fixed, "rows_differ": str(stated - there)})
        yield from readings(mapping, sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """The bill of one user, times in Beijing time. InputError where a bill cannot say it."""
        legs = tables["legs"]
        own = sorted(set(texts(legs, "account")))
        firm, user = payment_account.parts(own[0]) if len(own) == 1 else ("", "")
        if firm not in ("TENPAY", "ALIPAY") or set(texts(legs, "currency")) - {"CNY"}:
            raise InputError(
                "a bill is of one user of WeChat Pay or Alipay, in CNY", "账单只属于一个微信支付或支付宝用户,且为人民币"
            )
        others = texts(legs, "counter_account")
        if any(other and (firm != "ALIPAY" or payment_account.parts(other)[0] != firm) for other in others):
            raise InputError("a bill does not name this account of the other side", "账单无法列明该对方账户")
        columns = {
            "交易时间": moment_texts(legs, "at_ms", _ZONE),
            "交易对方": texts(legs, "counter_holder"),
            "收/支": [{"in": "收入", "out": "支出"}[word] for word in texts(legs, "direction")],
            "备注": texts(legs, "summary"),
        }
        amounts, done = (
            money_texts(legs, "amount_minor"),
            [one is not False for one in legs.column("success").to_pylist()],
        )
        if firm == "TENPAY":
            columns |= {
                "金额(元)": [f"¥{amount}" for amount in amounts],
                "当前状态": ["支付成功" if one else "支付失败" for one in done],
                "交易单号": texts(legs, "serial"),
            }
            above = ["微信支付账单明细", f"共{len(legs)}笔记录", f"{'-' * 22}微信支付账单明细列表{'-' * 20}"]
            return _text(above, WECHAT, columns, len(legs)).encode("utf-8-sig")
        columns |= {
            "对方账号": [payment_account.parts(other)[1] for other in others],
            "金额": amounts,
            "交易状态": ["交易成功" if one else "交易关闭" for one in done],
            "交易订单号": texts(legs, "serial"),
        }
        holders = sorted(set(texts(legs, "holder")) - {""})
        above = [f"支付宝账户：{user}", *(f"姓名：{holder}" for holder in holders[:1])]
        above += [f"共{len(legs)}笔记录", f"{'-' * 24}电子客户回单{'-' * 24}"]
        return _text(above, ALIPAY, columns, len(legs)).encode("gb18030")


def _text(above: list[str], header: tuple[str, ...], columns: dict[str, list[str]], count: int) -> str:
    empty = [""] * count
    cells = [[cell or "/" for cell in columns.get(name, empty)] for name in header]
    return "".join(f"{line}\r\n" for line in above) + csv_text(header, cells)


def _stated_rows(sheet: Sheet, source: Source) -> int:
    """How many rows the bill says it has, above or below the table; -1 where it does not."""
    found = _COUNT.search("\n".join(sheet.preamble))
    codec = sheet.dialect.get("encoding", "")
    if found is None and codec:
        data = content(source)
        tail = bytes(data[max(0, len(data) - _TAIL) :]).decode(codec, "replace")
        found = _COUNT.search(tail)
    return int(found[1]) if found else -1


def _found(source: Source) -> tuple[Sheet, str, Mapping] | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    made = mapping_of(sheets[0]) if len(sheets) == 1 else None
    return None if made is None else (sheets[0], *made)
