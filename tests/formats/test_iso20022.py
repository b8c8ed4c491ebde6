"""ISO 20022: statements and credit transfers."""

import gzip
import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import iso20022, known
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.iso20022 import STATEMENT, TRANSFER
from tests.formats.invented import bad_of, joined, notes_of, rows_in, table_of
from tests.formats.samples_records import OTHER_IBAN, OWN_IBAN, balance, entry, party, statement, transfers


def read(data: bytes, **settings_: object) -> list[Reading]:
    source = Source(data, **settings_)  # type: ignore[arg-type]
    return list(known.read(known.best(source).format, source))


def wrap(inside: str, message: str = "camt.053.001.08", root: str = "BkToCstmrStmt", unit: str = "Stmt") -> bytes:
    """One statement of one account with the entries."""
    return (
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><{root}><{unit}>'
        f"<Acct><Id><IBAN>{OWN_IBAN}</IBAN></Id></Acct>{inside}</{unit}></{root}></Document>"
    ).encode()


def sizes(readings: list[Reading]) -> list[tuple[int, str, int]]:
    """(row, field, size) of the notes on totals."""
    rows = [row for reading in readings for row in reading.notes.to_pylist() if row["code"] == "summary_differs"]
    return [(row["row"], row["field"], row["detail_minor"]) for row in rows]


def test_statement() -> None:
    readings = read(statement(), zone="Europe/Berlin")
    legs = joined(readings, "legs").to_pylist()
    assert [(x["row"], x["direction"], x["amount_minor"], x["currency"], x["success"]) for x in legs] == [
        (1, "in", 12050, "EUR", True),
        (2, "in", 7950, "EUR", True),
        (3, "out", 5000, "EUR", True),
        (4, "in", 5000, "EUR", True),
        (5, "out", 1000, "EUR", False),
        (8, "in", 1500, "JPY", True),
    ]
    assert legs[1] | {"row": 2} == {
        "row": 2,
        "byte_offset": -1,
        "account": OWN_IBAN,
        "holder": "Holder One",
        "holder_id": None,
        "bank": "NOWNXKPRXXX",
        "at_ms": 1714980600250,
        "direction": "in",
        "amount_minor": 7950,
        "currency": "EUR",
        "balance_minor": None,
        "counter_account": OTHER_IBAN,
        "counter_holder": "Victim B",
        "serial": "R-B10",
        "counter_bank": "NXXXXKPRXXX",
        "cash": None,
        "success": True,
        "summary": "Invoice 22",
        "merchant": None,
        "place": None,
        "ip": None,
        "mac": None,
    }
    assert legs[0]["at_ms"] == 1714946400000  # midnight in Berlin, as the zone of the admission says
    assert legs[2]["summary"] == "Gift cards; SEPA out"
    assert [(b.row, b.reason, b.field) for b in bad_of(readings)] == [
        (6, "unexpected_word", "success"),
        (7, "bad_moment", "at_ms"),
        (9, "entries_missing", ""),
    ]
    assert {(4, "reversal", ""), (5, "pending", "success"), (0, "zone_assumed", "")} <= set(notes_of(readings))
    assert sizes(readings) == [(8, "closing_balance", 2500)]
    assert rows_in(readings) == 8 + 3


def test_transfers() -> None:
    readings = read(transfers())
    legs = joined(readings, "legs").to_pylist()
    assert [(x["amount_minor"], x["currency"], x["counter_account"]) for x in legs] == [
        (100000, "EUR", OTHER_IBAN),
        (1250, "BHD", "8899001122334455"),
        (1500, "JPY", "8899001122334455"),
    ]
    assert legs[0]["at_ms"] == 1714989600000 and legs[0]["serial"] == "11111111-1111-4111-8111-111111111111"
    assert {x["direction"] for x in legs} == {"out"} and legs[0]["summary"] == "deposit; 押金"
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(4, "bad_amount")]
    assert sizes(readings) == [(4, "transfers_count", 1)]


@pytest.mark.parametrize("version", range(2, 14))
def test_every_version(version: int) -> None:
    data = statement().replace(b"camt.053.001.08", f"camt.053.001.{version:02d}".encode())
    assert len(joined(read(data), "legs")) == 6


def test_old_shapes() -> None:
    """Version 02: status as text, parties without Pty, BIC, the amount of a detail under AmtDtls."""
    detail = party("Dbtr", "A", OTHER_IBAN).replace("<Pty>", "").replace("</Pty>", "").replace("BICFI", "BIC")
    two = "".join(
        detail.replace("</Refs>", f'</Refs><AmtDtls><TxAmt><Amt Ccy="EUR">{n}</Amt></TxAmt></AmtDtls>') for n in (1, 2)
    )
    data = wrap(entry("3.00", "CRDT", f"<NtryDtls>{two}</NtryDtls>", sts="BOOK"), "camt.053.001.02")
    legs = joined(read(data), "legs").to_pylist()
    assert [(x["amount_minor"], x["counter_holder"], x["counter_bank"]) for x in legs] == [
        (100, "A", "NXXXXKPRXXX"),
        (200, "A", "NXXXXKPRXXX"),
    ]


@pytest.mark.parametrize(
    ("message", "root", "unit"),
    [("camt.052.001.08", "BkToCstmrAcctRpt", "Rpt"), ("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn")],
)
def test_reports_and_notifications(message: str, root: str, unit: str) -> None:
    legs = joined(read(wrap(entry("3.00", "CRDT"), message, root, unit)), "legs").to_pylist()
    assert [x["amount_minor"] for x in legs] == [300]


def test_parties_of_a_reversal_and_foreign_details() -> None:
    back = entry("5.00", "CRDT", "<NtryDtls>" + party("Cdtr", "Shop", OTHER_IBAN) + "</NtryDtls>")
    back = back.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    dollars = party("Dbtr", "A", OTHER_IBAN, amount="1.00", ccy="USD") + party("Dbtr", "B", OTHER_IBAN, amount="1.00")
    unsummed = party("Dbtr", "A", OTHER_IBAN, amount="1.00") + party("Dbtr", "B", OTHER_IBAN, amount="1.50")
    inside = back + "".join(entry("3.00", "CRDT", f"<NtryDtls>{one}</NtryDtls>") for one in (dollars, unsummed))
    readings = read(wrap(inside))
    legs = joined(readings, "legs").to_pylist()
    assert (legs[0]["direction"], legs[0]["counter_holder"]) == ("in", "Shop")
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(2, "bad_amount")]
    assert (5, "details_sum", 50) in sizes(readings)


def test_totals() -> None:
    totals = (
        "<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries>"
        "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>10.00</Sum></TtlCdtNtries></TxsSummry>"
    )
    head = balance("OPBD", "1.00", way="DBIT") + balance("CLBD", "7.00")
    same = wrap(head + entry("10.00", "CRDT") + entry("2.00", "DBIT"))
    assert sizes(read(same)) == []
    differs = read(wrap(head + totals + entry("9.50", "CRDT") + entry("2.00", "DBIT")))
    assert sizes(differs) == [(2, "closing_balance", 50), (2, "entries_count", 1), (2, "credits_sum", 50)]


@pytest.mark.parametrize("code", ["JP]", "a;!", "EU R", "1=2", "", "\u0415UR"])
def test_a_code_that_is_none_does_not_reach_the_remarks(code: str) -> None:
    head = balance("OPBD", "1.00", code) + balance("CLBD", "7.00", code)
    two = party("Dbtr", "A", OTHER_IBAN, amount="1.00", ccy=code) * 2
    readings = read(wrap(head + entry("3.00", "CRDT", f"<NtryDtls>{two}</NtryDtls>", ccy=code)))
    assert {name for _, name, _ in sizes(readings)} <= {"details_sum", "closing_balance"}


@pytest.mark.parametrize(
    ("amount", "size"), [("9" * 35, 2**63 - 1), ("-" + "9" * 35, -(2**63 - 1)), ("1e20", 2**63 - 1)]
)
def test_a_difference_too_large_to_keep(amount: str, size: int) -> None:
    head = balance("OPBD", "0") + balance("CLBD", amount)
    assert sizes(read(wrap(head + entry("0.00", "CRDT")))) == [(1, "closing_balance", size)]


def test_correction_of_one_row() -> None:
    source = Source(statement(), fixes={6: Fix(41, (("success", "true"), ("remarks", ""))), 7: Fix(42, drop=True)})
    readings = list(STATEMENT.read(source))
    assert 6 in joined(readings, "legs").column("row").to_pylist()
    assert (6, "corrected", "success, remarks") in notes_of(readings)
    assert [(b.row, b.reason) for b in bad_of(readings)][:1] == [(7, "dropped")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_gzip(codec: str) -> None:
    text = re.sub(r"<\?xml.*?\?>\s*", "", statement().decode())
    plain = joined(read(statement()), "legs")
    assert joined(read(text.encode(codec)), "legs").equals(plain)
    assert joined(read(gzip.compress(statement())), "legs").equals(plain)


@pytest.mark.parametrize(
    ("codec", "declared"), [("gb18030", "GBK"), ("gb18030", "gb2312"), ("gb18030", "GB18030"), ("big5", "Big5")]
)
def test_chinese_encodings(codec: str, declared: str) -> None:
    """The parser knows none of them; characters lie across the ends of chunks too."""
    text = statement().decode().replace("发票", "匯票").replace('encoding="UTF-8"', f"encoding='{declared}'")
    plain = joined(read(statement().replace("发票".encode(), "匯票".encode())), "legs")
    assert joined(read(text.encode(codec)), "legs").equals(plain)
    long = text.replace("匯票", "匯" * 700_001)
    assert len(str(joined(read(long.encode(codec)), "legs").to_pylist()[0]["summary"])) > 700_001
    with pytest.raises(UnreadableFile):  # half a character at the end, a byte that is none, and an encoding unheard of
        read(text.encode(codec) + b"\x81")
    with pytest.raises(UnreadableFile):
        read(text.encode(codec).replace("匯".encode(codec), b"\xff\xff"))
    with pytest.raises(UnreadableFile):
        read(text.replace(declared, "x-nowhere").encode(codec))


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha">' + "".join(f'<!ENTITY c{n} "&b;&b;&b;&b;&b;&b;">' for n in range(9)) + "]>"
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS.encode() + statement()[38:],
        OUTSIDE.encode() + statement()[38:],
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + wrap("&x;"),
        statement()[:-40],
        statement()[: len(statement()) // 2],
        wrap("&undeclared;"),
        wrap("<a>" * 5000),
        wrap("<Ntry>" + "x" * (5 << 20) + "</Ntry>"),
        statement().replace(b"BkToCstmrStmt", b"Elsewhere"),
        wrap("\x00"),
        wrap("<Ntry " + "a" * (20 << 20)),  # one token without end
        wrap("<!--" + "-a" * (10 << 20) + "-->"),
    ],
)
def test_hostile_documents_are_refused(data: bytes) -> None:
    assert known.best(Source(data)).format == "iso20022_statement"
    with pytest.raises(UnreadableFile):
        read(data)


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_recognise_never_raises(data: bytes) -> None:
    for format_ in (STATEMENT, TRANSFER):
        assert format_.recognise(Source(data)).score == 0
        format_.recognise(Source(b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'" + data))


def test_other_xml_and_the_other_message() -> None:
    assert STATEMENT.recognise(Source(b"<html>camt</html>")).score == 0
    assert STATEMENT.recognise(Source(transfers())).score == 0
    with pytest.raises(UnreadableFile):
        list(STATEMENT.read(Source(transfers())))


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20) | st.none()
LEG = {
    "account": st.sampled_from([OWN_IBAN, "8800112233445566"]),
    "holder": TEXT,
    "bank": st.sampled_from(["NOWNXKPRXXX", "Bank & Sons <1>", None]),
    "at_ms": st.integers(10**12, 2 * 10**12),
    "amount_minor": st.integers(1, 10**15),
    "currency": st.sampled_from(["EUR", "JPY", "BHD", "CNY"]),
    "counter_account": st.sampled_from([OTHER_IBAN, "8899001122334455", None]),
    "counter_holder": TEXT,
    "counter_bank": st.sampled_from(["NXXXXKPRXXX", None]),
    "serial": st.from_regex(r"[A-Z0-9]{1,16}", fullmatch=True) | st.none(),
    "summary": TEXT,
}
COLUMNS = [*LEG, "direction", "success"]


def legs_table(rows: list[dict[str, object]]) -> pa.Table:
    return table_of("legs", rows)


@given(
    st.lists(
        st.fixed_dictionaries({**LEG, "direction": st.sampled_from(["in", "out"]), "success": st.booleans()}),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=8, deadline=None)
def test_statement_round_trip(rows: list[dict[str, object]]) -> None:
    table = legs_table(rows)
    readings = read(STATEMENT.write({"legs": table}))
    assert joined(readings, "legs").select(COLUMNS).to_pylist() == table.select(COLUMNS).to_pylist()
    assert bad_of(readings) == [] and sizes(readings) == []


@given(st.lists(st.fixed_dictionaries(LEG), min_size=1, max_size=6))
@settings(max_examples=6, deadline=None)
def test_transfer_round_trip(rows: list[dict[str, object]]) -> None:
    table = legs_table([{**row, "direction": "out", "success": True} for row in rows])
    readings = read(TRANSFER.write({"legs": table}))
    assert joined(readings, "legs").select(COLUMNS).to_pylist() == table.select(COLUMNS).to_pylist()


def test_what_cannot_be_written() -> None:
    row = {"account": OWN_IBAN, "at_ms": 10**12, "amount_minor": 1, "currency": "USDT", "direction": "in"}
    with pytest.raises(InputError):
        STATEMENT.write({"legs": legs_table([row])})
    with pytest.raises(InputError):
        TRANSFER.write({"legs": legs_table([{**row, "currency": "EUR"}])})


def test_batches_are_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve thousand entries in a child of 64 MiB above what Python itself takes."""
    monkeypatch.setattr(iso20022, "_CAPS", iso20022.Caps(memory_bytes=128 << 20, seconds=60))
    data = wrap(
        entry("1.00", "CRDT", "<NtryDtls>" + party("Dbtr", "A", OTHER_IBAN, "x" * 900) + "</NtryDtls>") * 12_000
    )
    readings = read(data)
    assert len(data) > 15 << 20 and sum(reading.kept for reading in readings) == 12_000
