"""Transfers on block chains as explorers and wallets export them: BTC, ETH and its kin, TRON.

Followed: the address exports of the Etherscan family (native, internal and token transfers), OKLink and TronScan as public
importers read them (columns `Tx Hash`, `blockTime(UTC)`, `tokenAddress`, also in Chinese); the wallet exports of blockchain.com,
Electrum and Sparrow, which name no address: whose they are must be said at admission. Amounts are exact; what is smaller than
the unit kept is cut off with a note. The contract decides what a token is (`clean/token.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa

from fanzha.clean import token, wallet
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.on_chain import addresses
from fanzha.formats.sheets import open_sheets
from fanzha.formats.writing import csv_text, money_texts, texts

_NAMES: dict[str, tuple[str, ...]] = {
    "payer": ("from", "fromaddress", "发送方", "transferfrom", "owneraddress"),
    "payee": ("to", "txto", "toaddress", "接收方", "transferto"),
    "serial": ("transactionhash", "txhash", "txnhash", "hash", "交易哈希", "txid", "tx", "octransactionhash"),
    "at": ("unixtimestamp", "datetime", "blocktime", "utc时间", "timestamp", "time", "date"),
    "amount_in": ("valuein",),
    "amount_out": ("valueout",),
    "amount": ("tokenvalue", "value", "amount", "quantity", "数量", "amountbtc", "amountchainbc"),
    "symbol": ("tokensymbol", "symbol", "代币符号", "token"),
    "contract": ("contractaddress", "tokenaddress", "tokencontractaddress", "代币地址"),
    "fee": ("txnfee", "transactionfee", "fee", "networkfeebc"),
    "status": ("status", "状态"),
    "result": ("result",),
    "summary": ("method", "type", "label", "note", "description"),
}
_FIELDS = {name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}
_UNIT = re.compile(r"\(([A-Za-z0-9]{2,10})\)")
_NATIVE = {"BTC": "BTC", "TRON": "TRX"}
_LOOKED_AT = 60
_TICKERS = ("ETH", "BNB", "MATIC", "POL", "AVAX")
NATIVE_COLUMNS = (
    *(
        "Transaction Hash",
        "Blockno",
        "UnixTimestamp",
        "DateTime (UTC)",
        "From",
        "To",
        "ContractAddress",
        "Value_IN({})",
    ),
    *(
        "Value_OUT({})",
        "CurrentValue",
        "TxnFee({})",
        "TxnFee(USD)",
        "Historical $Price/{}",
        "Status",
        "ErrCode",
        "Method",
    ),
)
TOKEN_COLUMNS = (
    *("Transaction Hash", "Blockno", "UnixTimestamp", "DateTime (UTC)", "From", "To", "TokenValue", "USDValueDayOfTx"),
    *("ContractAddress", "TokenName", "TokenSymbol"),
)
# wallet exports: the names that tell them, and what else holds for every row
_WALLETS: tuple[tuple[frozenset[str], dict[str, str]], ...] = (
    (frozenset(("date", "time", "type", "valuethen", "exchangeratethen", "tx")), {"native": "BTC", "zone": "UTC"}),
    (
        frozenset(("transactionhash", "confirmations", "value", "fiatvalue", "timestamp")),
        {"native": "BTC", "fee_inside": "yes"},
    ),
    (frozenset(("octransactionhash", "amountchainbc", "timestamp")), {"native": "BTC", "fee_inside": "yes"}),
    (frozenset(("date", "label", "value", "balance", "txid")), {"native": "BTC", "fee_inside": "yes", "zone": "UTC"}),
)


def _uses(sheet: Sheet) -> list[Use]:
    found: list[tuple[int, int, Use]] = []
    for position, header in enumerate(sheet.header):
        hit = _FIELDS.get(normal(header))
        utc8 = "+8" in header
        fiat = bool(re.search(r"\((?:USD|EUR|CAD|GBP|CNY)\)", header))
        if hit is not None and not utc8 and not fiat:
            stated = 0 if "UTC" in header.upper() or normal(header) == "unixtimestamp" else 1
            found.append((stated if hit[0] == "at" else 0, hit[1], Use(hit[0], position, header)))
    return [use for _, _, use in sorted(found, key=lambda one: (one[0], one[1], one[2].position))]


def mapping_of(sheet: Sheet) -> Mapping | None:
    """The mapping of one of these layouts; None where the table is none of them."""
    uses = _uses(sheet)
    names = {normal(header) for header in sheet.header}
    fields = {use.field for use in uses}
    if {"payer", "payee", "serial", "at"} <= fields and ("amount" in fields or {"amount_in", "amount_out"} <= fields):
        return _explorer(sheet, uses)
    for told, fixed in _WALLETS:
        if told <= names:
            return _wallet(sheet, uses, dict(fixed))
    return None


def _explorer(sheet: Sheet, uses: list[Use]) -> Mapping | None:
    fields = {use.field for use in uses}
    cells = [wallet.parse(cell) for use in uses if use.field == "payer" for cell in _sample(sheet, use.position)]
    chains = {value.normal.partition(":")[0] for value in cells if value is not None}
    if len(chains) != 1 or 2 * sum(value is not None for value in cells) < len(cells):
        return None
    chain = chains.pop()
    fixed = {"chain": chain}
    native = next((use for use in uses if use.field == "amount_in"), None) or next(
        use for use in uses if use.field == "amount"
    )
    unit = _UNIT.search(native.header)
    split = "amount_in" in fields
    if not split and ("symbol" in fields or "contract" in fields):
        fixed |= {"tokens": "yes", "native": _NATIVE.get(chain, "")}
    elif unit is not None:
        fixed["native"] = unit[1].upper()
    elif chain == "BTC":
        fixed["native"] = "BTC"
    else:
        return None
    if split:
        # what a contract creation made is where its value went
        uses = [
            replace(use, field="payee") if use.field == "contract" else use
            for use in uses
            if use.field not in ("amount", "symbol")
        ]
        uses.sort(key=lambda use: use.field == "payee" and normal(use.header) == "contractaddress")
        if any(normal(header) == "parenttxfrom" for header in sheet.header):
            fixed["numbered"] = "yes"
    first = next(use for use in uses if use.field == "at")
    zone = "UTC" if "UTC" in first.header.upper() or normal(first.header) == "unixtimestamp" else ""
    return Mapping("leg", tuple(uses), fixed=fixed, zone=zone, shape="on_chain")


def _wallet(sheet: Sheet, uses: list[Use], fixed: dict[str, str]) -> Mapping:
    names = [normal(header) for header in sheet.header]
    zone = fixed.pop("zone", "")
    if "exchangeratethen" in names:
        day, clock, kind = (
            Use(f, names.index(n), n) for f, n in (("day", "date"), ("clock", "time"), ("kind", "type"))
        )
        uses = [use for use in uses if use.field in ("amount", "serial", "symbol")] + [day, clock, kind]
    elif "label" in names and "txid" in names and "UTC" not in sheet.header[names.index("date")].upper():
        zone = ""
    kept = [
        use
        for use in uses
        if use.field in ("amount", "serial", "day", "clock", "kind", "at", "fee", "summary", "symbol")
    ]
    satoshi = any("sats" in use.header.lower() for use in kept if use.field == "amount")
    if satoshi or _whole(sheet, kept):
        fixed["unit"] = "sat"
    return Mapping("leg", tuple(kept), fixed=fixed, zone=zone, shape="on_chain")


def _whole(sheet: Sheet, uses: list[Use]) -> bool:
    """Sparrow writes BTC with eight decimals and satoshi with none."""
    cells = [cell for use in uses if use.field == "amount" for cell in _sample(sheet, use.position)]
    return (
        {"date", "label", "txid"} <= {normal(header) for header in sheet.header}
        and bool(cells)
        and not any("." in c for c in cells)
    )


def _sample(sheet: Sheet, position: int) -> list[str]:
    return [str(cell) for cell in sheet.sample.column(position).to_pylist() if cell][:_LOOKED_AT]


@dataclass(frozen=True, slots=True)
class ChainTransfers:
    """Exports of explorers and wallets, both ways."""

    name: str = "chain_transfers"
    en: str = "block explorer or wallet export (BTC, ETH, TRON)"
    zh: str = "区块链浏览器或钱包导出(BTC/ETH/TRON)"

    def recognise(self, source: Source) -> Recognition:
        """Hash, time, both addresses and an amount by name, and addresses in the cells; or the header of a known wallet."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no export of an explorer or wallet", "不是区块链浏览器或钱包导出")
        sheet, mapping = found
        chain = mapping.fixed.get("chain", mapping.fixed.get("native", ""))
        sided = mapping.has("payer")
        why = "both addresses in each row" if sided else "a wallet's export, which names no address"
        why_zh = "每行列明双方地址" if sided else "钱包导出,未列明地址"
        return Recognition(self.name, 94 if sided else 92, f"{chain}: {why}", f"{chain}:{why_zh}", dict(sheet.dialect))

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the file has no such table."""
        found = _found(source)
        if found is None:
            raise UnreadableFile(
                "this is no export of block chain transfers", "不是区块链转账导出文件", where=source.name
            )
        sheet, mapping = found
        if mapping.has("payer") and not source.account:
            mapping = replace(mapping, fixed={**mapping.fixed, "owner": _owner(sheet, mapping)})
        yield from readings(mapping, sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs as the Etherscan family exports them: coins of a chain, or tokens. Raises InputError for a mixture."""
        legs = tables["legs"]
        codes = set(texts(legs, "currency"))
        if len(codes) == 1 and codes <= {*_TICKERS}:
            return _native(legs, codes.pop())
        if codes & {*_TICKERS}:
            raise InputError("coins and tokens stand in different exports", "主币与代币须分别导出")
        return _tokens(legs)


def _found(source: Source) -> tuple[Sheet, Mapping] | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    mapping = mapping_of(sheets[0]) if len(sheets) == 1 else None
    return None if mapping is None else (sheets[0], mapping)


def _owner(sheet: Sheet, mapping: Mapping) -> str:
    """The one address that stands in every row of the file, else ""."""
    everywhere: set[str] | None = None
    for grid in sheet.blocks(mapping.wanted()):
        for pair in zip(*addresses(mapping, grid, mapping.fixed.get("chain", "")), strict=True):
            everywhere = set(pair) if everywhere is None else everywhere & set(pair)
            if not everywhere:
                return ""
    return next(iter(everywhere)) if everywhere is not None and len(everywhere) == 1 and "" not in everywhere else ""


def _sides(legs: pa.Table) -> dict[str, list[str]]:
    own, other, ways = (texts(legs, name) for name in ("account", "counter_account", "direction"))
    seconds = [int(str(at_ms)) // 1000 for at_ms in legs.column("at_ms").to_pylist()]
    pairs = [(a, b) if way == "out" else (b, a) for a, b, way in zip(own, other, ways, strict=True)]
    return {
        "Transaction Hash": texts(legs, "serial"),
        "UnixTimestamp": [str(second) for second in seconds],
        "DateTime (UTC)": [datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S") for second in seconds],
        "From": [payer.rpartition(":")[2] for payer, _ in pairs],
        "To": [payee.rpartition(":")[2] for _, payee in pairs],
    }


def _native(legs: pa.Table, code: str) -> bytes:
    amounts, ways = money_texts(legs, "amount_minor"), texts(legs, "direction")
    columns = _sides(legs) | {
        "Value_IN({})": [amount if way == "in" else "0" for amount, way in zip(amounts, ways, strict=True)],
        "Value_OUT({})": [amount if way == "out" else "0" for amount, way in zip(amounts, ways, strict=True)],
        "Status": ["Error(0)" if done is False else "" for done in legs.column("success").to_pylist()],
        "Method": texts(legs, "summary"),
    }
    empty = [""] * len(legs)
    header = [name.format(code) for name in NATIVE_COLUMNS]
    return csv_text(header, [columns.get(name, empty) for name in NATIVE_COLUMNS]).encode("utf-8")


def _tokens(legs: pa.Table) -> bytes:
    columns = _sides(legs) | {"TokenValue": money_texts(legs, "amount_minor"), "ContractAddress": [], "TokenSymbol": []}
    for own, code in zip(texts(legs, "account"), texts(legs, "currency"), strict=True):
        name, _, contract = code.partition("@")
        chain = own.partition(":")[0]
        known = [at for at, held in token.known().items() if held == code and at.startswith(chain + ":")]
        columns["TokenSymbol"].append(name)
        columns["ContractAddress"].append(contract or (known[0].rpartition(":")[2] if known else ""))
    empty = [""] * len(legs)
    return csv_text(TOKEN_COLUMNS, [columns.get(name, empty) for name in TOKEN_COLUMNS]).encode("utf-8")
