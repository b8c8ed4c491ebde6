"""Dumps of Bitcoin's inputs and outputs."""

import gzip
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean import transaction, wallet
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.bitcoin import INPUTS, OUTPUT_COLUMNS, OUTPUTS
from fanzha.formats.columns import record
from fanzha.formats.grid import Fix, Source
from tests.formats.invented import bad_of, damaged, joined, notes_of, read_all, rows_in, table_of
from tests.formats.samples_bitcoin import Chain, digest, inputs, outputs
from tests.formats.samples_records import bitcoin, eth, tron

NINE_MS = 1_789_981_200_000  # 2026-09-21 09:00 UTC


def tx(name: str) -> str:
    return f"BTC:tx:{digest(name)}"


def own(name: str) -> str:
    return f"BTC:{bitcoin(name)}"


def test_outputs_are_money_that_comes_to_addresses() -> None:
    readings = read_all(outputs())
    legs = joined(readings, "legs").to_pylist()
    assert [(x["account"], x["direction"], x["amount_minor"], x["counter_account"], x["summary"]) for x in legs] == [
        (own("miner"), "in", 625_000_000, tx("mined 1"), "output 0; new coins"),
        (own("other miner"), "in", 312_500_000, tx("mined 2"), "output 0; new coins"),
        (own("shop"), "in", 100_000_000, tx("pays"), "output 0"),
        (own("miner"), "in", 524_990_000, tx("pays"), "output 2"),
        (own("desk"), "in", 250_000_000, tx("together"), "output 0"),
        (own("friend"), "in", 162_480_000, tx("together"), "output 1"),
    ]
    assert {x["currency"] for x in legs} == {"BTC"}
    assert (legs[2]["at_ms"], legs[2]["serial"]) == (NINE_MS, f"{digest('pays')}:0")
    # a note on the chain pays nobody
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(5, "not_a_transfer")]
    assert notes_of(readings) == []
    assert rows_in(readings) == 8


def test_inputs_are_money_that_leaves_and_name_the_output_they_spend() -> None:
    legs = joined(read_all(inputs()), "legs").to_pylist()
    assert [(x["account"], x["direction"], x["amount_minor"], x["counter_account"]) for x in legs] == [
        (own("miner"), "out", 625_000_000, tx("pays")),
        (own("shop"), "out", 100_000_000, tx("together")),
        (own("other miner"), "out", 312_500_000, tx("together")),
    ]
    # the moment is that of the spending; the mark of new coins is of the output, not of who spends it
    assert (legs[0]["at_ms"], legs[0]["serial"], legs[0]["summary"]) == (NINE_MS, f"{digest('mined 1')}:0", "input 0")
    assert legs[2]["summary"] == "input 1"


def test_every_output_spent_has_the_serial_number_it_was_made_with() -> None:
    made = {(x["account"], x["serial"], x["amount_minor"]) for x in joined(read_all(outputs()), "legs").to_pylist()}
    left = {(x["account"], x["serial"], x["amount_minor"]) for x in joined(read_all(inputs()), "legs").to_pylist()}
    assert left < made


def line(**cells: str) -> bytes:
    """A good output, and one with these cells."""
    good = {
        **dict.fromkeys(OUTPUT_COLUMNS, ""),
        "transaction_hash": digest("x"),
        "index": "0",
        "time": "2026-09-21 09:00:00",
        "value": "5",
        "recipient": bitcoin("a"),
        "is_from_coinbase": "0",
    }
    rows = ("\t".join(one[name] for name in OUTPUT_COLUMNS) for one in (good, {**good, "index": "1", **cells}))
    return "\n".join(("\t".join(OUTPUT_COLUMNS), *rows, "")).encode()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"value": "1.5"}, "bad_amount"),
        ({"value": "-5"}, "bad_amount"),
        ({"value": ""}, "bad_amount"),
        ({"value": "2.1E+15"}, "spreadsheet_loss"),
        ({"value": "99999999999999999999"}, "bad_amount"),
        ({"value": "9999999999999999999"}, "bad_amount"),
        ({"time": "2026-09-31 09:00:00"}, "bad_moment"),
        ({"recipient": "m-0123456789abcdef"}, "bad_account"),
        ({"recipient": ""}, "bad_account"),
        ({"recipient": eth("a")}, "bad_account"),
        ({"recipient": "s-0123456789abcdef", "value": "0"}, "not_a_transfer"),
        ({"transaction_hash": "12ab"}, "not_a_transfer"),
        ({"transaction_hash": ""}, "not_a_transfer"),
        ({"index": "²"}, "not_a_transfer"),
        ({"index": "-1"}, "not_a_transfer"),
    ],
)
def test_what_is_no_payment_is_quarantined(cells: dict[str, str], reason: str) -> None:
    readings = read_all(line(**cells))
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(3, reason)]
    assert len(joined(readings, "legs")) == 1


def test_all_the_satoshi_there_can_be_are_exact() -> None:
    assert (
        joined(read_all(line(value="2099999999999999")), "legs").to_pylist()[1]["amount_minor"] == 2_099_999_999_999_999
    )


def test_an_address_with_a_wrong_checksum_is_kept_and_noted() -> None:
    wrong = bitcoin("a")[:-1] + ("1" if bitcoin("a")[-1] != "1" else "2")
    assert notes_of(read_all(line(recipient=wrong))) == [(3, "check_digit", "account")]


def test_a_correction_of_one_row() -> None:
    source = Source(line(value="many"), fixes={3: Fix(41, (("value", "77"),))})
    assert joined(list(OUTPUTS.read(source)), "legs").to_pylist()[1]["amount_minor"] == 77


def test_dumps_of_other_chains_are_not_taken_for_bitcoin() -> None:
    for other in (
        eth("a"),
        tron("a"),
        "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9",
        "D7Y55r6Yoc1G8EECxkQ6SuSjTgGJJ7M6yD",
    ):
        data = outputs().decode()
        for name in ("miner", "other miner", "shop", "desk", "friend"):
            data = data.replace(bitcoin(name), other)
        assert OUTPUTS.recognise(Source(data.encode())).score == INPUTS.recognise(Source(data.encode())).score == 0
    for data_ in (b"", b"\x00\x01", b"value\ttime\n1\t2\n", "\t".join(OUTPUT_COLUMNS).encode()):
        assert OUTPUTS.recognise(Source(data_)).score == 0
        with pytest.raises(UnreadableFile):
            list(INPUTS.read(Source(data_)))


def test_each_list_is_taken_by_its_own_reader_and_gzip_changes_nothing() -> None:
    assert OUTPUTS.recognise(Source(inputs())).score == INPUTS.recognise(Source(outputs())).score == 0
    for data, one in ((outputs(), "bitcoin_outputs"), (inputs(), "bitcoin_inputs")):
        assert known.best(Source(gzip.compress(data))).format == one
        assert joined(read_all(gzip.compress(data)), "legs").equals(joined(read_all(data), "legs"))


@pytest.mark.parametrize("seed", range(20))
def test_damaged_files(seed: int) -> None:
    for data in damaged(outputs() if seed % 2 else inputs(), seed):
        for one in (OUTPUTS, INPUTS):
            try:
                list(one.read(Source(data)))
            except UnreadableFile:
                continue


def test_the_order_of_columns_does_not_matter() -> None:
    rows = [text.split("\t") for text in inputs().decode().splitlines()]
    order = list(range(len(rows[0])))
    random.Random(3).shuffle(order)
    data = "\n".join("\t".join(row[place] for place in order) for row in rows).encode()
    drop = ["byte_offset"]
    assert (
        joined(read_all(data), "legs").drop_columns(drop).equals(joined(read_all(inputs()), "legs").drop_columns(drop))
    )


KEPT = ["account", "counter_account", "at_ms", "amount_minor", "currency", "direction", "serial", "summary"]
ROW = st.fixed_dictionaries(
    {
        "account": st.sampled_from("abcde").map(own),
        "counter_account": st.integers(0, 9).map(lambda n: tx(str(n))),
        "at_ms": st.integers(10**9, 2 * 10**9).map(lambda second: second * 1000),
        "amount_minor": st.integers(0, 21 * 10**14),
        "serial": st.tuples(st.integers(0, 9), st.integers(0, 4000)).map(lambda at: f"{digest(str(at[0]))}:{at[1]}"),
        "place": st.integers(0, 9),
    }
)


@given(st.lists(ROW, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("spends", [False, True])
def test_round_trip(spends: bool, rows: list[dict[str, object]]) -> None:
    kind = "input" if spends else "output"
    told = [
        {
            **{name: value for name, value in row.items() if name != "place"},
            "currency": "BTC",
            "direction": "out" if spends else "in",
            # an output of a transaction has the number it has in its serial number
            "counter_account": row["counter_account"] if spends else f"BTC:tx:{str(row['serial'])[:64]}",
            "summary": f"{kind} {row['place'] if spends else str(row['serial'])[65:]}",
        }
        for row in rows
    ]
    table = table_of("legs", told)
    one = INPUTS if spends else OUTPUTS
    readings = list(one.read(Source(one.write({"legs": table}))))
    assert joined(readings, "legs").select(KEPT).to_pylist() == table.select(KEPT).to_pylist()


def test_what_is_no_input_or_output_is_not_written() -> None:
    legs = joined(read_all(inputs()), "legs")
    with pytest.raises(InputError):
        OUTPUTS.write({"legs": legs})  # an output comes in
    row = legs.to_pylist()[0]
    for change in (
        {"currency": "USDT"},
        {"serial": "7"},
        {"counter_account": own("shop")},
        {"account": f"ETH:{eth('a')}"},
    ):
        with pytest.raises(InputError):
            INPUTS.write({"legs": table_of("legs", [{**row, **change}])})
    assert INPUTS.write(
        {"legs": record("legs", legs["row"].combine_chunks()[:0], legs["byte_offset"].combine_chunks()[:0], {})}
    )


def test_a_transaction_is_a_purse_and_no_wallet() -> None:
    normal = tx("pays")
    assert transaction.validate(normal) and transaction.is_transaction(normal)
    read = transaction.parse(f" btc:TX:{digest('pays').upper()} ")
    assert read is not None and read.normal == normal and read.kind == "transaction"
    assert wallet.parse(normal) is None
    for text in (digest("pays"), "BTC:tx:12", "BTC:tx:" + "g" * 64, own("shop"), "", "x" * 500):
        assert transaction.parse(text) is None and not transaction.validate(text)
    assert transaction.masked(normal) == f"BTC:tx:{digest('pays')[:6]}****{digest('pays')[-4:]}"
    assert transaction.specificity(normal) == 160_000 and transaction.specificity("BTC:tx:12") == 0


def test_the_invented_chain_is_one() -> None:
    """No output is spent twice, and none before it is made."""
    with pytest.raises(KeyError):
        Chain().add("early", "09:00:00", [("late", 0)], [("a", 1)])
