"""What a bank replies to a query of the anti-fraud platform: one transaction a row, by the names of the interface
(`borrowingSigns`, `transactionAmount`, `opponentAccountNumber`, ...), or by their pinyin initials as local systems keep them
(`jdbz`, `jyje`, `dfzh`, ...).

`borrowingSigns` 0 is a debit and 1 a credit, `cashMark` 01 is cash, `transactionStatus` 00 is done, times are
yyyyMMddHHmmss in Beijing. What numbers in `jdbz` mean is not settled: they are quarantined, words are read. The transactions of the
interface do not name their account: it is taken from a column, from the lines above the table, or as it was said at admission.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from fanzha.clean.currency import CODES
from fanzha.errors import UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal, normal_word, words
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.sheets import open_sheets
from fanzha.formats.writing import csv_text, moment_texts, money_texts, texts

# The transaction of the interface, in its order, after what tells the account.
COLUMNS = (
    *("cardNumber", "accountNumber", "accountName", "idNumber", "transactionType", "borrowingSigns", "currency"),
    *("transactionAmount", "accountBalance", "transactionTime", "transactionSerial", "opponentName"),
    *("opponentAccountNumber", "opponentCredentialNumber", "opponentDepositBankID", "transactionRemark"),
    *("transactionBranchName", "transactionBranchCode", "logNumber", "summonsNumber", "voucherType", "voucherCode"),
    *("cashMark", "terminalNumber", "transactionStatus", "transactionAddress", "merchantName", "merchantCode"),
    *("IPAddress", "MAC", "tellerCode", "remark"),
)
_PINYIN = (
    *("zh", "kh", "hm", "xm", "khmc", "zjhm", "jyrq", "jysj", "jyrqsj", "dfzh", "dfkh", "dszh", "dfmc", "dfhm", "dshm"),
    *("dfzjhm", "dfkhh", "dfyh", "dskhh", "bz", "jybz", "jyje", "je", "jdbz", "szbz", "jcbz", "jyqd", "jywd", "wddm"),
    *("ip", "mac", "jyye", "ye", "jylsh", "lsh", "jylx", "xjbz", "jyzt", "zy", "zysm", "shmc", "shh", "jyfsd", "jydd"),
    *("gyh", "pzzl", "pzh", "cph", "rzh", "zdh"),
)
_ENGLISH: dict[str, tuple[str, ...]] = {
    "account": ("cardnumber", "accountnumber"),
    "holder": ("accountname",),
    "holder_id": ("idnumber", "accountcredentialnumber"),
    "at": ("transactiontime",),
    "direction": ("borrowingsigns",),
    "amount": ("transactionamount",),
    "balance": ("accountbalance",),
    "counter_account": ("opponentaccountnumber",),
    "counter_holder": ("opponentname",),
    "counter_bank": ("opponentdepositbankid",),
    "serial": ("transactionserial",),
    "cash": ("cashmark",),
    "success": ("transactionstatus",),
    "summary": ("transactionremark", "transactiontype"),
    "merchant": ("merchantname",),
    "place": ("transactionaddress", "transactionbranchname"),
    "ip": ("ipaddress",),
    "mac": ("mac",),
    "currency": ("currency",),
}
_INITIALS: dict[str, tuple[str, ...]] = {
    "account": ("kh", "zh"),
    "holder": ("hm", "xm", "khmc"),
    "holder_id": ("zjhm",),
    "at": ("jyrqsj", "jysj"),
    "at_date": ("jyrq",),
    "direction": ("jdbz", "szbz", "jcbz"),
    "amount": ("jyje", "je"),
    "balance": ("jyye", "ye"),
    "counter_account": ("dfkh", "dfzh", "dszh"),
    "counter_holder": ("dfmc", "dfhm", "dshm"),
    "counter_bank": ("dfkhh", "dfyh", "dskhh"),
    "serial": ("jylsh", "lsh"),
    "cash": ("xjbz",),
    "success": ("jyzt",),
    "summary": ("zy", "zysm", "jylx"),
    "merchant": ("shmc",),
    "place": ("jyfsd", "jydd", "jywd"),
    "ip": ("ip",),
    "mac": ("mac",),
    "currency": ("jybz", "bz"),
}
_CORE = {"at", "amount", "direction", "counter_account"}
_HITS_MIN = 8
_LOOKED_AT = 60
_CLOCK = re.compile(r"[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?|[0-9]{5,6}")
_OWN = re.compile(
    r"(?:cardNumber|accountNumber|账号|帐号|卡号|账户)[^0-9]{0,12}([0-9][0-9 *]{8,28}[0-9])", re.IGNORECASE
)
_TEXTS = {
    "cardNumber": "account",
    "accountName": "holder",
    "idNumber": "holder_id",
    "currency": "currency",
    "transactionSerial": "serial",
    "opponentName": "counter_holder",
    "opponentAccountNumber": "counter_account",
    "opponentDepositBankID": "counter_bank",
    "transactionRemark": "summary",
    "transactionAddress": "place",
    "merchantName": "merchant",
    "IPAddress": "ip",
    "MAC": "mac",
}


def _uses(sheet: Sheet, names: dict[str, tuple[str, ...]]) -> list[Use]:
    """The columns of one family of names, in the order of preference."""
    ranks = {name: (rank, field) for field, listed in names.items() for rank, name in enumerate(listed)}
    found = [
        (*ranks[normal(header)], position, header)
        for position, header in enumerate(sheet.header)
        if normal(header) in ranks
    ]
    return [
        Use(field, position, header)
        for rank, field, position, header in sorted(found, key=lambda one: (one[0], one[2]))
    ]


def mapping_of(sheet: Sheet) -> Mapping | None:
    """The mapping of one of the two layouts; None where the table is neither."""
    headers = {normal(header) for header in sheet.header}
    for names, whole in ((_ENGLISH, COLUMNS), (_INITIALS, _PINYIN)):
        uses = _uses(sheet, names)
        if not {use.field for use in uses} >= _CORE or len(headers & {normal(name) for name in whole}) < _HITS_MIN:
            continue
        if names is _INITIALS:
            uses = _told_by_cells(sheet, uses)
        fixed: dict[str, str] = {}
        if not any(use.field == "account" for use in uses):
            stated = _OWN.search("\n".join(sheet.preamble))
            fixed = {"account": stated[1]} if stated else {}
        return Mapping("leg", tuple(uses), fixed=fixed, numbered=names is _ENGLISH)
    return None


def _told_by_cells(sheet: Sheet, uses: list[Use]) -> list[Use]:
    """`jysj` is a whole moment or the clock beside `jyrq`; `bz` is the currency or a remark: their cells tell."""
    dated = any(use.field == "at_date" for use in uses)
    listed = words("currency")
    made: list[Use] = []
    for use in uses:
        cells = [str(cell) for cell in sheet.sample.column(use.position).to_pylist() if cell][:_LOOKED_AT]
        name = normal(use.header)
        if use.field == "at" and dated and _mostly([_CLOCK.fullmatch(cell) is not None for cell in cells]):
            made.append(replace(use, field="at_time"))
        elif name == "bz" and not _mostly([cell.upper() in CODES or normal_word(cell) in listed for cell in cells]):
            made.append(replace(use, field="summary"))
        else:
            made.append(use)
    clocked = any(use.field == "at_time" for use in made)
    return [use for use in made if use.field != "at_date" or clocked]


def _mostly(said: list[bool]) -> bool:
    return 2 * sum(said) > len(said)


@dataclass(frozen=True, slots=True)
class PlatformReply:
    """Transactions as banks reply them, both ways; written by the names of the interface."""

    name: str = "platform_reply"
    en: str = "bank reply to the anti-fraud platform: transactions"
    zh: str = "银行对反诈平台的查询反馈:交易明细"

    def recognise(self, source: Source) -> Recognition:
        """At least 8 of the names of one family, with time, amount, direction and counterparty among them."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no platform reply", "不是平台查询反馈")
        sheet, mapping = found
        count = len({use.position for use in mapping.uses})
        family = ("the interface", "接口字段名") if mapping.numbered else ("pinyin initials", "拼音首字母字段名")
        owner = bool(mapping.fixed) or mapping.has("account")
        return Recognition(
            self.name,
            93,
            f"{count} columns by {family[0]}" + ("" if owner else "; the file does not say whose account it is"),
            f"按{family[1]}识别出{count}栏" + ("" if owner else ";文件未列明账户"),
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the file has no such table."""
        found = _found(source)
        if found is None:
            raise UnreadableFile("this is no platform reply", "不是平台查询反馈文件", where=source.name)
        sheet, mapping = found
        yield from readings(mapping, sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs as UTF-8 text; times in Beijing time, to the second. The column `bank` has no place in a reply."""
        legs = tables["legs"]
        columns: dict[str, list[str]] = {name: texts(legs, field) for name, field in _TEXTS.items()}
        columns["borrowingSigns"] = [{"in": "1", "out": "0"}[word] for word in texts(legs, "direction")]
        columns["transactionAmount"] = money_texts(legs, "amount_minor")
        columns["accountBalance"] = money_texts(legs, "balance_minor")
        columns["transactionTime"] = [
            re.sub("[^0-9]", "", text) for text in moment_texts(legs, "at_ms", "Asia/Shanghai")
        ]
        columns["cashMark"] = [_flag(value, "01", "00") for value in legs.column("cash").to_pylist()]
        columns["transactionStatus"] = [_flag(value, "00", "01") for value in legs.column("success").to_pylist()]
        empty = [""] * len(legs)
        return csv_text(COLUMNS, [columns.get(name, empty) for name in COLUMNS]).encode("utf-8")


def _flag(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def _found(source: Source) -> tuple[Sheet, Mapping] | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    mapping = mapping_of(sheets[0]) if len(sheets) == 1 else None
    return None if mapping is None else (sheets[0], mapping)
