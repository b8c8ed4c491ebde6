"""What Alipay feeds back to a query: account details, transfers, trades, withdrawals and registration. CSV in GB 18030, or a
workbook; amounts in yuan.

Parties are written as `2088...(name)`. Account details say 收入 or 支出; transfers (转账明细) and trades (交易记录) name payer and payee, or
buyer and seller; withdrawals (提现记录) go to a bank card. 对应的协查数据 repeats what was asked for: an identity document, or the user.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from fanzha.clean import bank_card, payment_account
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.footers import without_footers
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.mapping import Mapping
from fanzha.formats.payments import FOOTER, Cells, named, parted
from fanzha.formats.payments import login as user_of
from fanzha.formats.sheets import open_sheets
from fanzha.formats.writing import csv_text, moment_texts, money_texts, texts

DETAILS = (
    *(
        "交易号",
        "商户订单号",
        "交易创建时间",
        "付款时间",
        "最近修改时间",
        "交易来源地",
        "类型",
        "用户信息",
        "交易对方信息",
    ),
    *("消费名称", "金额（元）", "收/支", "交易状态", "支付方式", "清算流水号", "备注", "对应的协查数据"),
)
REGISTRATION = (
    *(
        "用户Id",
        "登录邮箱",
        "登录手机",
        "账户名称",
        "证件类型",
        "证件号",
        "可用余额",
        "绑定手机",
        "绑定银行卡",
        "注册时间",
    ),
    *("账户状态", "对应的协查数据"),
)
# kind of table: (what must be there, what its columns are called, how it is read)
_KINDS: dict[str, tuple[set[str], dict[str, tuple[str, ...]]]] = {
    "details": (
        {"user", "other", "serial", "at", "amount", "direction"},
        {
            "user": ("用户信息", "用户id"),
            "holder": ("用户名称",),
            "other": ("交易对方信息", "交易对方id"),
            "other_name": ("交易对方户名",),
            "serial": ("交易号",),
            "at": ("付款时间", "交易创建时间"),
            "amount": ("金额", "转账金额"),
            "direction": ("收/支", "收/支标记"),
            "status": ("交易状态",),
            "summary": ("消费名称", "类型", "交易类型", "备注"),
            "about": ("类型", "交易类型"),
            "place": ("交易来源地",),
        },
    ),
    "transfers": (
        {"payer", "payee", "at", "amount"},
        {
            "user": ("用户id", "对应的协查数据"),
            "payer": ("付款方支付宝账号",),
            "payee": ("收款方支付宝账号",),
            "payee_bank": ("收款机构信息",),
            "serial": ("交易号",),
            "at": ("到账时间",),
            "amount": ("转账金额",),
            "summary": ("转账产品名称",),
            "place": ("交易发生地",),
        },
    ),
    "trades": (
        {"payer", "payee", "at", "amount", "serial"},
        {
            "user": ("用户id", "对应的协查数据"),
            "payer": ("买家用户id",),
            "payer_name": ("买家户名", "买家信息"),
            "payee": ("卖家用户id",),
            "payee_name": ("卖家户名", "卖家信息"),
            "serial": ("交易号",),
            "at": ("收款时间", "创建时间"),
            "amount": ("交易金额",),
            "status": ("交易状态",),
            "summary": ("商品名称", "交易类型"),
            "place": ("来源地",),
        },
    ),
    "withdrawals": (
        {"user", "other", "at", "amount", "serial"},
        {
            "user": ("支付宝用户id", "用户id", "用户信息"),
            "serial": ("提现流水号",),
            "other": ("会员银行账号", "银行账号"),
            "counter_bank": ("会员开户银行", "开户银行"),
            "at": ("处理时间", "申请日期和时间", "申请时间"),
            "amount": ("提现金额",),
            "status": ("交易状态", "状态"),
            "summary": ("提现类型", "失败原因"),
        },
    ),
    "registration": (
        {"account", "holder", "holder_id", "bound_account"},
        {
            "account": ("用户id",),
            "holder": ("账户名称",),
            "holder_id": ("证件号",),
            "phone": ("绑定手机", "登录手机", "登陆手机"),
            "balance": ("可用余额",),
            "opened": ("注册时间",),
            "status": ("账户状态",),
            "bound_account": ("绑定银行卡",),
            "closed": ("注销时间",),
        },
    ),
}
_TOLD = {
    "details": ("account details", "账户明细"),
    "transfers": ("transfers, payer and payee", "转账明细"),
    "trades": ("trades, buyer and seller", "交易记录"),
    "withdrawals": ("withdrawals to bank cards", "提现记录"),
    "registration": ("registration data", "注册信息"),
}
_SHAPES = {"details": "alipay", "withdrawals": "alipay", "transfers": "two_users", "trades": "two_users"}
_FIRM = {"firm": "ALIPAY", "bank": "支付宝"}
_ZONE = "Asia/Shanghai"


def mapping_of(sheet: Sheet) -> tuple[str, Mapping] | None:
    """(kind of table, its mapping); None where the table is none of these."""
    for kind, (needed, names) in _KINDS.items():
        uses = named(sheet, names)
        if not {use.field for use in uses} >= needed:
            continue
        if kind == "registration":
            return kind, Mapping("account", uses, fixed=_FIRM, shape="registration")
        fixed = {**_FIRM, "direction": "支出", "to": "bank"} if kind == "withdrawals" else _FIRM
        return kind, Mapping("leg", uses, fixed=fixed, shape=_SHAPES[kind])
    return None


@dataclass(frozen=True, slots=True)
class AlipayDetails:
    """What Alipay feeds back, both ways: legs are written as account details, accounts as registration data."""

    name: str = "alipay_details"
    en: str = "Alipay feedback: account details, transfers, trades, withdrawals, registration"
    zh: str = "支付宝反馈:账户明细、转账明细、交易记录、提现记录、注册信息"

    def recognise(self, source: Source) -> Recognition:
        """The parties, time and amount by the names of the firm."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no Alipay feedback", "不是支付宝反馈")
        sheet, kind, mapping = found
        count = len({use.position for use in mapping.uses})
        en, zh = _TOLD[kind]
        return Recognition(self.name, 96, f"{en}: {count} columns", f"{zh}:识别出{count}栏", dict(sheet.dialect))

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs, or accounts. Raises UnreadableFile where the file has no such table."""
        found = _found(source)
        if found is None:
            raise UnreadableFile("this is no Alipay feedback", "不是支付宝反馈文件", where=source.name)
        sheet, _, mapping = found
        if mapping.shape == "two_users" and not source.account:
            mapping = replace(mapping, fixed={**mapping.fixed, "owner": _owner(sheet, mapping)})
        yield from readings(mapping, without_footers(sheet, source, FOOTER), source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs or accounts in GB 18030, times in Beijing time. InputError for what is no account of Alipay, or not CNY."""
        return _accounts(tables["accounts"]) if "accounts" in tables else _legs(tables["legs"])


def _legs(legs: pa.Table) -> bytes:
    if set(texts(legs, "currency")) - {"CNY"}:
        raise InputError("Alipay details are in CNY", "支付宝账户明细只有人民币")
    own = _parties(legs, "account", "holder")
    at = moment_texts(legs, "at_ms", _ZONE)
    columns = {
        "交易号": texts(legs, "serial"),
        "交易创建时间": at,
        "付款时间": at,
        "交易来源地": texts(legs, "place"),
        "用户信息": own,
        "交易对方信息": _parties(legs, "counter_account", "counter_holder"),
        "消费名称": texts(legs, "summary"),
        "金额（元）": money_texts(legs, "amount_minor"),
        "收/支": [{"in": "收入", "out": "支出"}[word] for word in texts(legs, "direction")],
        "交易状态": ["交易关闭" if done is False else "交易成功" for done in legs.column("success").to_pylist()],
    }
    return _csv(DETAILS, columns, len(legs))


def _parties(legs: pa.Table, account: str, holder: str) -> list[str]:
    """`2088...(name)`, a card likewise, or the name alone."""
    made = []
    for number, name in zip(texts(legs, account), texts(legs, holder), strict=True):
        firm, plain = payment_account.parts(number)
        is_card = not firm and bank_card.validate(plain) and not plain.startswith("2088")
        if (number and firm != "ALIPAY" and not is_card) or (account == "account" and firm != "ALIPAY"):
            raise InputError(f"{number} is no account of Alipay", f"{number} 不是支付宝账户")
        made.append(f"{plain}({name})" if plain and name else plain or name)
    return made


def _accounts(accounts: pa.Table) -> bytes:
    own = texts(accounts, "account")
    if any(payment_account.parts(account)[0] != "ALIPAY" for account in own):
        raise InputError("only accounts of Alipay can be written", "只能写出支付宝账户")
    columns = {
        "用户Id": [payment_account.parts(account)[1] for account in own],
        "账户名称": texts(accounts, "holder"),
        "证件号": texts(accounts, "holder_id"),
        "可用余额": money_texts(accounts, "balance_minor"),
        "绑定手机": texts(accounts, "phone"),
        "绑定银行卡": [
            f"{bank}:{card}" if bank else card
            for bank, card in zip(texts(accounts, "bound_bank"), texts(accounts, "bound_account"), strict=True)
        ],
        "注册时间": moment_texts(accounts, "opened_ms", _ZONE),
        "账户状态": texts(accounts, "status"),
    }
    return _csv(REGISTRATION, columns, len(accounts))


def _csv(header: tuple[str, ...], columns: dict[str, list[str]], count: int) -> bytes:
    return csv_text(header, [columns.get(name, [""] * count) for name in header]).encode("gb18030")


def _owner(sheet: Sheet, mapping: Mapping) -> str:
    """The one user that stands in every row of the file, else ""."""
    everywhere: set[str] | None = None
    for grid in sheet.blocks(mapping.wanted()):
        cells = Cells(mapping, grid)
        for pair in zip(cells.get("payer"), cells.get("payee"), strict=True):
            users = {user_of(parted(text)[0], "ALIPAY") for text in pair}
            everywhere = users if everywhere is None else everywhere & users
            if not everywhere:
                return ""
    return next(iter(everywhere)) if everywhere is not None and len(everywhere) == 1 else ""


def _found(source: Source) -> tuple[Sheet, str, Mapping] | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    made = mapping_of(sheets[0]) if len(sheets) == 1 else None
    return None if made is None else (sheets[0], *made)
