"""Inputs and outputs of Bitcoin's transactions, as Blockchair's database dumps give them: TSV, one file a day and kind.

Outputs (`block_id transaction_hash index time value value_usd recipient type script_hex is_from_coinbase is_spendable`) are what
transactions created; inputs have the same columns of the output that is spent and then `spending_*` of the transaction that
spends it. Values are satoshi, times are UTC. Which input paid which output no row says, because the chain does not.

Dumps of Litecoin, Dogecoin and others have the same columns: the addresses tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from fanzha.clean import transaction, wallet
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.outputs_spent import CHAIN, COINBASE
from fanzha.formats.sheets import open_sheets

OUTPUT_COLUMNS = (
    *("block_id", "transaction_hash", "index", "time", "value", "value_usd", "recipient", "type", "script_hex"),
    *("is_from_coinbase", "is_spendable"),
)
INPUT_COLUMNS = (
    *OUTPUT_COLUMNS,
    *("spending_block_id", "spending_transaction_hash", "spending_index", "spending_time", "spending_value_usd"),
    *("spending_sequence", "spending_signature_hex", "spending_witness", "lifespan", "cdd"),
)
_FIELDS = {
    "transaction_hash": "created_by",
    "index": "number",
    "value": "value",
    "recipient": "recipient",
    "is_from_coinbase": "coinbase",
}
_CREATED = {**_FIELDS, "time": "at"}
_SPENT = {**_FIELDS, "spending_transaction_hash": "spent_by", "spending_index": "place_in", "spending_time": "at"}
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class BitcoinRows:
    """One of the two lists, both ways. `spends`: of inputs."""

    name: str
    en: str
    zh: str
    spends: bool

    def recognise(self, source: Source) -> Recognition:
        """All columns by name, and addresses of Bitcoin in the cells; a list with `spending_*` columns is one of inputs."""
        found = self._found(source)
        if found is None:
            return Recognition(self.name, 0, "no list of Bitcoin inputs or outputs", "不是比特币交易输入或输出清单")
        why = ("outputs spent, and by which transaction", "已花费输出及花费它的交易")
        if not self.spends:
            why = ("outputs created, and by which transaction", "新建输出及所属交易")
        return Recognition(self.name, 97, f"BTC: {why[0]}", f"BTC:{why[1]}", dict(found[0].dialect))

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs seen from the addresses. Raises UnreadableFile where the file has no such table."""
        found = self._found(source)
        if found is None:
            raise UnreadableFile(
                "this is no list of Bitcoin inputs or outputs", "不是比特币交易输入或输出清单", where=source.name
            )
        yield from readings(found[1], found[0], source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs of one direction as a dump; what a leg does not tell (block, script, value in USD) stays empty.

        Raises InputError for a leg that no such list can hold.
        """
        legs = tables["legs"]
        columns = INPUT_COLUMNS if self.spends else OUTPUT_COLUMNS
        lines = ["\t".join(columns)]
        for row in legs.to_pylist():
            cells = self._cells(row)
            lines.append("\t".join(cells.get(name, "") for name in columns))
        return ("\n".join(lines) + "\n").encode()

    def _cells(self, row: dict[str, object]) -> dict[str, str]:
        account, counter = (str(row.get(name) or "") for name in ("account", "counter_account"))
        origin, _, number = str(row.get("serial") or "").partition(":")
        way = "out" if self.spends else "in"
        whole = transaction.validate(counter) and transaction.of(origin) and number.isdigit()
        if not whole or row["direction"] != way or row["currency"] != CHAIN or not account.startswith(CHAIN + ":"):
            raise InputError("a leg is no input or output of a transaction", "流水不是比特币交易的输入或输出")
        told = str(row.get("summary") or "")
        moment = datetime.fromtimestamp(int(str(row["at_ms"])) // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        cells = {
            "transaction_hash": origin,
            "index": number,
            "value": str(row["amount_minor"]),
            "recipient": account.partition(":")[2],
            "is_from_coinbase": "1" if COINBASE in told else "0",
        }
        if not self.spends:
            return {**cells, "time": moment}
        place = told.partition(";")[0].removeprefix("input ")
        by = counter[len(transaction.PREFIX) :]
        return {**cells, "spending_transaction_hash": by, "spending_index": place, "spending_time": moment}

    def _found(self, source: Source) -> tuple[Sheet, Mapping] | None:
        try:
            sheets = open_sheets(source)
        except UnreadableFile:
            return None
        mapping = mapping_of(sheets[0]) if len(sheets) == 1 else None
        if mapping is None or (mapping.fixed["spends"] == "yes") != self.spends:
            return None
        return sheets[0], mapping


def mapping_of(sheet: Sheet) -> Mapping | None:
    """The mapping of one of the two lists; None where the table is neither."""
    places = {normal(name): place for place, name in reversed(list(enumerate(sheet.header)))}
    spends = {normal(name) for name in _SPENT} <= set(places)
    fields = _SPENT if spends else _CREATED
    if not {normal(name) for name in fields} <= set(places):
        return None
    uses = tuple(Use(field, places[normal(name)], sheet.header[places[normal(name)]]) for name, field in fields.items())
    cells = sheet.sample.column(places[normal("recipient")]).to_pylist()[:_LOOKED_AT]
    read = [wallet.parse(str(cell)) for cell in cells if cell]
    ours = [value for value in read if value is not None and value.valid and value.normal.startswith(CHAIN + ":")]
    # data outputs name no address; where none of a few does, nothing says that it is Bitcoin
    if not ours or 3 * len(ours) < len(read):
        return None
    fixed = {"spends": "yes" if spends else "no"}
    return Mapping("leg", uses, fixed=fixed, unit="fen", currency=CHAIN, zone="UTC", shape="outputs_spent")


OUTPUTS = BitcoinRows("bitcoin_outputs", "Bitcoin transactions: outputs", "比特币交易输出清单", False)
INPUTS = BitcoinRows("bitcoin_inputs", "Bitcoin transactions: inputs", "比特币交易输入清单", True)
