"""Exports of block explorers and wallets."""

import gzip
import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean import currency, token, wallet
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.chain_transfers import ChainTransfers
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.on_chain import cut
from fanzha.trace.legs import Leg
from fanzha.trace.pair import pair
from tests.formats.invented import bad_of, damaged, joined, notes_of, rows_in, table_of
from tests.formats.samples_records import (
    ERC20,
    ETHER,
    USDT_ETH,
    USDT_TRON,
    bitcoin,
    blockchain_com,
    eth,
    etherscan,
    quoted,
    tokens,
    tron,
    tronscan,
    tx,
)

ME = f"ETH:{eth('me')}"
FORMAT = ChainTransfers()


def read(data: bytes, **settings_: object) -> list[Reading]:
    source = Source(data, **settings_)  # type: ignore[arg-type]
    return list(known.read(known.best(source).format, source))


def legs_of(data: bytes, **settings_: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = joined(read(data, **settings_), "legs").to_pylist()
    return rows


def test_native_export() -> None:
    readings = read(etherscan())
    legs = joined(readings, "legs").to_pylist()
    assert [(x["direction"], x["amount_minor"], x["counter_account"], x["success"]) for x in legs] == [
        ("in", 1_500_000_000, f"ETH:{eth('a')}", True),
        ("out", 750_000_000, f"ETH:{eth('b')}", True),
        ("out", 250_000_000, f"ETH:{eth('b')}", False),
        ("in", 0, f"ETH:{eth('c')}", True),
        ("out", 100_000_000, f"ETH:{eth('made')}", True),
    ]
    assert {(x["account"], x["currency"]) for x in legs} == {(ME, "ETH")}
    assert (legs[0]["at_ms"], legs[0]["serial"], legs[0]["summary"]) == (
        1714989600000,
        tx(0),
        "Transfer; fee 0.00042 ETH",
    )
    assert [(b.row, b.reason) for b in bad_of(readings)] == [
        (7, "not_a_transfer"),
        (8, "spreadsheet_loss"),
        (9, "failed_transaction_word"),
        (10, "bad_amount"),
    ]
    assert notes_of(readings) == [(5, "below_unit", "amount_minor"), (4, "failed_transaction", "success")]
    assert rows_in(readings) == 10


def test_token_export() -> None:
    readings = read(tokens())
    legs = joined(readings, "legs").to_pylist()
    false = f"USDT@{eth('false contract')}"
    assert [(x["direction"], x["amount_minor"], x["currency"]) for x in legs] == [
        ("out", 1_000_500_000, "USDT"),
        ("in", 1_000_500_000, false),
        ("in", 5_000_000, "USDT"),
        ("out", 0, "USDT"),
    ]
    assert notes_of(readings) == [(3, "token_unverified", "currency"), (4, "token_unverified", "currency")]
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(6, "bad_amount")]


def test_mixed_list_is_seen_from_the_payer_unless_someone_is_named() -> None:
    readings = read(tronscan())
    legs = joined(readings, "legs").to_pylist()
    assert [(x["account"], x["counter_account"], x["direction"], x["currency"], x["success"]) for x in legs] == [
        (f"TRON:{tron('a')}", f"TRON:{tron('b')}", "out", "USDT", True),
        (f"TRON:{tron('c')}", f"TRON:{tron('d')}", "out", "TRX", True),
        (f"TRON:{tron('b')}", f"TRON:{tron('c')}", "out", f"USDT@{tron('false')}", True),
        (f"TRON:{tron('b')}", f"TRON:{tron('c')}", "out", "USDT", False),
        (f"TRON:{tron('b')}", f"TRON:{tron('c')}", "out", "USDT", False),
    ]
    assert [x["amount_minor"] for x in legs[:2]] == [250_000_001, 1_250_000_000]
    assert legs[0]["at_ms"] == 1714989600000  # the UTC clock, not that of UTC+8
    assert (6, "pending", "success") in notes_of(readings)
    named = read(tronscan(), account=tron("b"))
    assert [(x["row"], x["direction"]) for x in joined(named, "legs").to_pylist()] == [
        (2, "in"),
        (4, "out"),
        (5, "out"),
        (6, "out"),
    ]
    assert [(b.row, b.reason) for b in bad_of(named)] == [(3, "bad_account")]


def test_chinese_header() -> None:
    head = "交易哈希,区块高度,UTC时间,发送方,接收方,数量,代币地址,代币符号"
    row = f"{tx(1)},1,2024/05/06 10:00:00,{tron('a')},{tron('b')},5,{USDT_TRON},USDT"
    data = "\n".join((head, row, row.replace(tron("b"), tron("c"))))
    for codec in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        legs = legs_of(data.encode(codec))
        assert [(x["amount_minor"], x["currency"], x["at_ms"]) for x in legs] == [
            (5_000_000, "USDT", 1714989600000)
        ] * 2


def test_internal_transactions_number_their_status() -> None:
    head = (
        '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","ParentTxFrom","ParentTxTo","ParentTxETH_Value","From","TxTo",'
        '"ContractAddress","Value_IN(BNB)","Value_OUT(BNB)","CurrentValue","Historical $Price/BNB","Status","ErrCode","Type"'
    )
    rows = [
        quoted(
            tx(n), 1, 1714989600, "x", eth("p"), eth("q"), 1, eth("q"), eth("me"), "", "0.5", "0", 0, 0, n, "", "call"
        )
        for n in (0, 1)
    ]
    legs = legs_of("\n".join((head, *rows, rows[0].replace(eth("q"), eth("r")))).encode())
    assert [(x["currency"], x["success"], x["direction"]) for x in legs] == [
        ("BNB", True, "in"),
        ("BNB", False, "in"),
        ("BNB", True, "in"),
    ]


def test_wallets_name_no_address() -> None:
    own = bitcoin("wallet")
    readings = read(blockchain_com(), account=own)
    assert [
        (x["account"], x["direction"], x["amount_minor"], x["at_ms"]) for x in joined(readings, "legs").to_pylist()
    ] == [
        (f"BTC:{own}", "in", 50_000_000, 1714989600000),
        (f"BTC:{own}", "out", 12_345_678, 1714991400000),
    ]
    assert {b.reason for b in bad_of(read(blockchain_com()))} == {"bad_account", "not_a_transfer"}


def test_electrum_and_sparrow_take_the_fee_out() -> None:
    own = bitcoin("wallet")
    electrum = (
        "transaction_hash,label,confirmations,value,fiat_value,fee,fiat_fee,timestamp\n"
        f"{tx(1)[2:]},shop,10,-0.50010000,1,0.00010000,1,2024-05-06 10:00\n{tx(2)[2:]},,10,0.2,1,,1,2024-05-06 11:00\n"
    )
    assert [(x["direction"], x["amount_minor"]) for x in legs_of(electrum.encode(), account=own)] == [
        ("out", 50_000_000),
        ("in", 20_000_000),
    ]
    sats = f"Date (UTC),Label,Value,Balance,Fee,Txid\n2024-05-06 10:00:00,shop,-50010,9,10,{tx(1)[2:]}\n2024-05-06 10:00:00,,7,9,,{tx(2)[2:]}\n"
    assert [(x["direction"], x["amount_minor"]) for x in legs_of(sats.encode(), account=own)] == [
        ("out", 50_000),
        ("in", 7),
    ]


def test_wrong_checksums_are_noted() -> None:
    wrong = tron("b")[:-1] + ("1" if tron("b")[-1] != "1" else "2")
    data = tronscan().decode().replace(tron("b"), wrong).encode()
    assert (2, "check_digit", "counter_account") in notes_of(read(data))


def test_correction_of_one_row() -> None:
    fixes = {8: Fix(41, (("Value_IN(ETH)", "2.5"),)), 7: Fix(42, (("From", eth("z")),))}
    legs = {x["row"]: x for x in legs_of(etherscan(), fixes=fixes)}
    assert legs[8]["amount_minor"] == 2_500_000_000
    assert (legs[7]["direction"], legs[7]["counter_account"]) == ("in", f"ETH:{eth('z')}")


def test_shuffled_columns_and_gzip() -> None:
    rows = [line.split(",") for line in tronscan().decode().replace('"1,250"', "1250").splitlines()]
    order = list(range(len(rows[0])))
    random.Random(4).shuffle(order)
    data = "\r\n".join(",".join(row[place] for place in order) for row in rows).encode()
    drop = ["byte_offset"]
    assert joined(read(data), "legs").drop_columns(drop).equals(joined(read(tronscan()), "legs").drop_columns(drop))
    assert joined(read(gzip.compress(tronscan())), "legs").equals(joined(read(tronscan()), "legs"))


@pytest.mark.parametrize("seed", range(25))
def test_damaged_files(seed: int) -> None:
    for data in damaged(etherscan() if seed % 2 else tronscan(), seed):
        try:
            list(FORMAT.read(Source(data)))
        except UnreadableFile:
            continue


@pytest.mark.parametrize(
    ("text", "code", "result"),
    [
        ("1", "ETH", (10**9, False)),
        ("0.0000000019", "ETH", (1, True)),
        ("1E-9", "ETH", (1, False)),
        ("1,234.5", "USDT", (1_234_500_000, False)),
        ("-0.5", "BTC", (-50_000_000, False)),
        ("9223372036.854775807", "ETH", (2**63 - 1, False)),
        ("9223372036.854775808", "ETH", None),
        ("1E+21", "ETH", None),
        ("12,34", "ETH", None),
        ("", "ETH", None),
        (".", "ETH", None),
        ("NaN", "ETH", None),
        ("0.123456789012345678901234567890", "SHIB", (123456, True)),
    ],
)
def test_exact_amounts(text: str, code: str, result: tuple[int, bool] | None) -> None:
    assert cut(text, code) == result


def test_units() -> None:
    codes = ("ETH", "TRX", "BNB", "BTC", "USDT", "DAI", "CNY", "JPY", "XPF", "CLF", "USDT@0x1", "")
    assert [currency.exponent(code) for code in codes] == [9, 6, 9, 8, 6, 6, 2, 0, 0, 4, 6, 2]


def test_tokens() -> None:
    known_tokens = token.known()
    assert len(known_tokens) == 4 and all(wallet.validate(address) for address in known_tokens)
    assert token.code_of("FAKE", USDT_ETH) == ("USDT", True)
    assert token.code_of("USDT", eth("x")) == (f"USDT@{eth('x')}", False)
    assert token.code_of("US<b>DT 泰达", "") == ("USBDT", False)
    assert token.code_of("", "") == ("", False)


AMOUNT = st.integers(0, 10**15)
OTHER = st.sampled_from([eth(name) for name in "abcdef"]).map(lambda address: f"ETH:{address}")
ROW = st.fixed_dictionaries(
    {
        "counter_account": OTHER,
        "at_ms": st.integers(10**9, 2 * 10**9).map(lambda second: second * 1000),
        "amount_minor": AMOUNT,
        "direction": st.sampled_from(["in", "out"]),
        "serial": st.integers(0, 99).map(tx),
        "summary": st.sampled_from(["Transfer", "Swap Exact", None]),
        "success": st.booleans(),
    }
)
KEPT = ["account", "counter_account", "at_ms", "amount_minor", "currency", "direction", "serial"]


@given(st.lists(ROW, min_size=2, max_size=8).filter(lambda rows: len({r["counter_account"] for r in rows}) > 1))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("code", ["ETH", "USDT", f"USDT@{eth('own token')}"])
def test_round_trip(code: str, rows: list[dict[str, object]]) -> None:
    table = table_of("legs", [{**row, "account": ME, "currency": code} for row in rows])
    readings = list(FORMAT.read(Source(FORMAT.write({"legs": table}))))
    columns = [*KEPT, "success", "summary"] if code == "ETH" else KEPT
    assert joined(readings, "legs").select(columns).to_pylist() == table.select(columns).to_pylist()


def test_coins_and_tokens_do_not_mix() -> None:
    row = {"account": ME, "counter_account": ME, "at_ms": 0, "amount_minor": 1, "direction": "out"}
    with pytest.raises(InputError):
        FORMAT.write({"legs": table_of("legs", [{**row, "currency": "ETH"}, {**row, "currency": "USDT"}])})


def test_other_tables_are_not_taken() -> None:
    for data in (
        b"from,to,hash,time,value\nA,B,1,2024-01-01,5\n",
        b"",
        b"\x00\x01",
        ERC20.encode(),
        ETHER.encode() + b"\nx,y",
    ):
        assert FORMAT.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        list(FORMAT.read(Source(b"a,b\n1,2\n")))


def leg(row: dict[str, object], file: int) -> Leg:
    """A leg as the trace sees it."""
    return Leg(
        *(file, int(str(row["row"])), str(row["account"]), "", "", int(str(row["at_ms"])), str(row["direction"])),
        *(int(str(row["amount_minor"])), str(row["currency"]), None, str(row["counter_account"] or ""), "", "", False),
        *("", "", ""),
    )


def test_one_transfer_seen_from_both_ends() -> None:
    """The payer's export and the payee's show the same transaction: one transfer; a false token pairs with nothing."""
    a, b, c, d = (eth(name) for name in ("a1", "b1", "c1", "d1"))
    when, genuine, false = 1714989600, USDT_ETH, eth("false")

    def line(n: int, payer: str, payee: str, contract: str) -> str:
        return quoted(tx(n), 1, when + n, "", payer, payee, "2,500.0000019", "", contract, "Tether USD", "USDT")

    payers = "\n".join((ERC20, line(1, a, b, genuine), line(2, c, a, genuine)))
    payees = "\n".join((ERC20, line(1, a, b, genuine), line(3, d, b, false)))
    legs = [leg(row, file) for file, text in enumerate((payers, payees), 1) for row in legs_of(text.encode())]
    transfers = pair(legs)
    assert [(t.payer, t.payee, t.amount, t.currency, t.seen_by) for t in transfers] == [
        (f"ETH:{a}", f"ETH:{b}", 2_500_000_001, "USDT", "both"),
        (f"ETH:{c}", f"ETH:{a}", 2_500_000_001, "USDT", "payee"),
        (f"ETH:{d}", f"ETH:{b}", 2_500_000_001, f"USDT@{false}", "payee"),
    ]


def test_both_ends_in_a_workspace(tmp_path: "pytest.TempPathFactory") -> None:
    import fanzha

    folder = tmp_path / "in"  # type: ignore[operator]
    folder.mkdir()
    a, b, c = (eth(name) for name in ("a1", "b1", "c1"))
    for name, other in (("one", c), ("two", eth("d1"))):
        own = a if name == "one" else b
        rows = [quoted(tx(1), 1, 1714989600, "", a, b, "2500", "", USDT_ETH, "Tether USD", "USDT")]
        rows += [quoted(tx(2), 1, 1714999600, "", other, own, "9", "", USDT_ETH, "Tether USD", "USDT")]
        (folder / f"{name}.csv").write_text("\n".join((ERC20, *rows)))
    with fanzha.open(tmp_path / "w") as workspace:  # type: ignore[operator]
        workspace.admit([folder])
        table: pa.Table = workspace.table("transfers", purpose="audit")
    rows = [(row["seen_by"], row["amount_minor"]) for row in table.to_pylist()]
    assert sorted(rows) == [("both", 2_500_000_000), ("payee", 9_000_000), ("payee", 9_000_000)]
