"""交易明细信息.csv: what a bank feeds back to a police query. 34 columns, GB 18030, each cell ended by a TAB, CRLF.

The account is 交易卡号, or 交易账号 where that is empty. Column names vary between banks (账户开户名称 or 交易户名, 开户人证件号码 or
交易证件号); all are recognised by content, the file's name plays no part. The export does not name the account's own bank.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal
from fanzha.formats.mapping import Mapping
from fanzha.formats.propose import named_uses
from fanzha.formats.sheets import open_sheets
from fanzha.formats.writing import csv_text, moment_texts, money_texts, texts

COLUMNS = (
    *(
        "交易卡号",
        "交易账号",
        "账户开户名称",
        "开户人证件号码",
        "交易时间",
        "交易金额",
        "交易余额",
        "收付标志",
        "交易对手账卡号",
    ),
    *("现金标志", "对手户名", "对手身份证号", "对手开户银行", "摘要说明", "交易币种", "交易网点名称", "交易网点代码"),
    *(
        "交易发生地",
        "交易是否成功",
        "传票号",
        "终端号",
        "IP地址",
        "MAC地址",
        "对手交易余额",
        "交易流水号",
        "日志号",
        "凭证种类",
    ),
    *("凭证号", "交易柜员号", "商户名称", "商户号", "备注", "交易类型", "查询反馈结果原因"),
)
_VARIANTS = ("交易户名", "交易证件号", "交易证件号码", "对手身份证号码")
_KNOWN = frozenset(normal(name) for name in (*COLUMNS, *_VARIANTS))
_CORE = ("account", "at", "amount", "direction", "counter_account")
_TEXTS = {
    "账户开户名称": "holder",
    "开户人证件号码": "holder_id",
    "交易对手账卡号": "counter_account",
    "对手户名": "counter_holder",
    "对手开户银行": "counter_bank",
    "摘要说明": "summary",
    "交易币种": "currency",
    "交易发生地": "place",
    "交易流水号": "serial",
    "商户名称": "merchant",
    "IP地址": "ip",
    "MAC地址": "mac",
}


@dataclass(frozen=True, slots=True)
class BankFeedback:
    """The query-feedback export, both ways."""

    name: str = "bank_feedback"
    en: str = "bank query feedback: transactions"
    zh: str = "银行查询反馈:交易明细信息"

    def recognise(self, source: Source) -> Recognition:
        """At least 20 of the 34 column names, with account, time, amount, direction and counterparty among them."""
        sheet = _sheet(source)
        if sheet is None:
            return Recognition(self.name, 0, "no table", "不是表格")
        hits = sum(1 for name in {normal(name) for name in sheet.header} if name in _KNOWN)
        has = {use.field for use in named_uses(sheet, "leg")}
        missing = [name for name in _CORE if name not in has]
        score = 0 if missing or hits < 20 else min(98, 64 + hits)
        return Recognition(
            self.name,
            score,
            f"{hits} of the 34 column names of the export" + (f"; missing: {', '.join(missing)}" if missing else ""),
            f"表头与查询反馈格式的34栏相符{hits}栏" + (f";缺少:{'、'.join(missing)}" if missing else ""),
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the file has no such table."""
        sheet = _sheet(source)
        if sheet is None or self.recognise(source).score == 0:
            raise UnreadableFile("this is not a bank feedback export", "不是银行查询反馈文件", where=source.name)
        yield from readings(mapping_of(sheet), sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs as GB 18030 text; times in Beijing time. The column `bank` has no place in this export."""
        legs = tables["legs"]
        columns: dict[str, list[str]] = {name: texts(legs, column) for name, column in _TEXTS.items()}
        columns["交易卡号"] = texts(legs, "account")
        columns["交易时间"] = moment_texts(legs, "at_ms", "Asia/Shanghai")
        columns["交易金额"] = money_texts(legs, "amount_minor")
        columns["交易余额"] = money_texts(legs, "balance_minor")
        columns["收付标志"] = [{"in": "进", "out": "出"}[word] for word in texts(legs, "direction")]
        columns["现金标志"] = [_flag(value, "现金", "转账") for value in legs.column("cash").to_pylist()]
        columns["交易是否成功"] = [_flag(value, "成功", "失败") for value in legs.column("success").to_pylist()]
        empty = [""] * len(legs)
        return csv_text(COLUMNS, [columns.get(name, empty) for name in COLUMNS], end="\t").encode("gb18030")


def _flag(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def _sheet(source: Source) -> Sheet | None:
    """The one table of the file; a workbook of several is left to the reader of any table, which drops none."""
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    return sheets[0] if len(sheets) == 1 else None


def mapping_of(sheet: Sheet) -> Mapping:
    """The mapping of this layout, from the names in the header."""
    return Mapping("leg", tuple(named_uses(sheet, "leg")))
