"""Call records of Indian operators."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.indian_call_records import COLUMNS, IndianCallRecords
from fanzha.formats.two_parties import KINDS, bare, cgi, number
from tests.formats.invented import bad_of, damaged, joined, notes_of, rows_in, table_of
from tests.formats.samples_records import airtel

FORMAT = IndianCallRecords()
OWN = "+919800000001"
JIO = """Ticket Number :,X1
Input Value (MSISDN/B PARTY/IMEI/IMSI/CELL ID) :,'919800000001'
Total Records :,4
Calling Party Telephone Number,Called Party Telephone Number,Call Forwarding,LRN Called No,Call Date,Call Time,Call Termination Time,Call Duration,First Cell ID,Last Cell ID,Call Type,SMS Center Number,IMEI,IMSI,Roaming Circle Name
'JP-JioPay-S','919800000001','-','-','01/02/2026','01:11:49','01:11:49','0','40585703AD319','40585703AD319','A2P_SMSIN','-','356938035643809','405857000000001','JIO-PB'
'919800000001','919800000003','-','4106','01/02/2026','10:15:30','10:16:15','45','40585703AD319','40585703AD323','a_out','-','356938035643809','405857000000001','JIO-PB'
'919800000004','919800000001','-','-','01/02/2026','10:20:30','10:21:15','45','40585703AD319','40585703AD323','a_in','-','356938035643809','405857000000001','JIO-PB'
'919800000001','919800000003','-','-','01/02/2026','11:15:30','11:16:15','45','40585703AD319','40585703AD323','video','-','356938035643809','405857000000001','JIO-PB'
"""
VI = """----------------------------------------
VODAFONE IDEA CALL DATA RECORDS
----------------------------------------
MSISDN : - 9800000001
Report Type :- ALLINDIA Report
----------------------------------------
Target /A PARTY NUMBER,CALL_TYPE,Type of Connection,B PARTY NUMBER,LRN- B Party Number,Translation of LRN,Call date,Call Initiation Time,Call Duration,First BTS Location,First Cell Global Id,Last BTS Location,Last Cell Global Id,SMS Centre Number,Service Type,IMEI,IMSI,Call Forwarding Number,Roaming Network/Circle,MSC ID,In TG ,Out TG
----------------------------------------
09800000001,Incoming,POSTPAID,09800000003,4106,X,01-02-2026,10:08:37,26,OPEN PLOT 1,404056205320221,Y,404056205528433,-,Voice,356938035643809,404050000000001,-,Guj,M,I,O,
09800000001,Outgoing,PREPAID,09800000004,3099,X,01-02-2026,10:32:38,13,OPEN PLOT 1,404056205320221,Y,404056205528433,-,Voice,356938035643809,404050000000001,-,Guj,M,I,O,
"""
BSNL = """Search Criteria : MSISDN
Target/A-Party Number,Call Type,Type of Connection,Other/B-party Number,LRN of B-Party Number,Translation of LRN,Call Date,Call Initiation Time,Call Duration,First BTS Location,First Cell Global ID,Last BTS Location,Last Cell Global ID,SMS Centre Number,Service Type,IMEI,IMSI
919800000001,MOC,Voice,919800000003,1,X,01/02/2026,10:00:00,120,BTS A,404-20-1234-5678,BTS B,404-20-1234-5679,-,Voice,356938035643809,404200000000001
919800000001,SMT,SMS,VK-NSESMS,1,X,01/02/2026,10:05:00,0,BTS A,404-20-1234-5678,BTS B,404-20-1234-5679,-,SMS,356938035643809,404200000000001
"""


def read(data: bytes, **settings_: object) -> list[Reading]:
    source = Source(data, **settings_)  # type: ignore[arg-type]
    assert known.best(source).format == "indian_call_records"
    return list(known.read("indian_call_records", source))


def test_airtel() -> None:
    readings = read(airtel())
    calls = joined(readings, "calls").to_pylist()
    assert [(c["counterparty"], c["direction"], c["medium"], c["duration_seconds"]) for c in calls] == [
        ("AD-HDFCBK", "in", "sms", 0),
        ("+919800000003", "out", "voice", 41),
        ("+8613800138000", "in", "voice", 3600),
        ("+919800000003", "out", "sms", 0),
    ]
    assert {c["subscriber"] for c in calls} == {OWN}
    # the fifth of April, 08:26:10 in India
    assert (calls[0]["at_ms"], calls[0]["cell"], calls[0]["imei"]) == (
        1775357770000,
        "404-98-8331-230711555",
        "35693803564380",
    )
    assert notes_of(readings) == [(8, "sender_name", "counterparty")]
    assert [(b.row, b.reason) for b in bad_of(readings)] == [
        (12, "unknown_direction"),
        (13, "bad_phone"),
        (14, "bad_moment"),
    ]
    assert rows_in(readings) == 16


def test_jio_sides_by_target() -> None:
    readings = read(JIO.encode())
    calls = joined(readings, "calls").to_pylist()
    assert [(c["subscriber"], c["counterparty"], c["direction"], c["medium"]) for c in calls] == [
        (OWN, "JP-JIOPAY-S", "in", "sms"),
        (OWN, "+919800000003", "out", "voice"),
        (OWN, "+919800000004", "in", "voice"),
    ]
    assert [(b.row, b.reason) for b in bad_of(readings)] == [(8, "unknown_direction")]
    without = JIO.split("\n", 3)[3].encode()  # nobody says whose records these are: the direction does
    assert [c["subscriber"] for c in joined(read(without), "calls").to_pylist()] == [OWN] * 3


def test_vi_rules_are_structure() -> None:
    readings = read(VI.encode())
    calls = joined(readings, "calls").to_pylist()
    assert [(c["counterparty"], c["direction"], c["place"], c["cell"]) for c in calls] == [
        ("+919800000003", "in", "OPEN PLOT 1", "404056205320221"),
        ("+919800000004", "out", "OPEN PLOT 1", "404056205320221"),
    ]
    assert bad_of(readings) == [] and rows_in(readings) == 10


def test_bsnl() -> None:
    calls = joined(read(BSNL.encode()), "calls").to_pylist()
    assert [(c["counterparty"], c["direction"], c["medium"], c["cell"]) for c in calls] == [
        ("+919800000003", "out", "voice", "404-20-1234-5678"),
        ("VK-NSESMS", "in", "sms", "404-20-1234-5678"),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_dirt(codec: str) -> None:
    plain = joined(read(airtel()), "calls").drop_columns(["byte_offset"])
    text = airtel().decode().replace("\n", "\r\n")
    assert joined(read(text.encode(codec)), "calls").drop_columns(["byte_offset"]).equals(plain)
    assert joined(read(gzip.compress(airtel())), "calls").drop_columns(["byte_offset"]).equals(plain)


def test_correction_of_one_row() -> None:
    readings = read(airtel(), fixes={12: Fix(41, (("Call Type", "OUT"),))})
    assert 12 in joined(readings, "calls").column("row").to_pylist()


def test_words_and_cells() -> None:
    assert {KINDS[word] for word in ("ain", "smt")} == {("in", "voice"), ("in", "sms")}
    assert [bare(text) for text in ("'98'", "---", '"x"', " - ")] == ["98", "", "x", ""]
    assert [number(text) for text in ("9800000001", "919800000001", "09800000001", "AD-HDFCBK", "")] == [OWN] * 3 + [
        "",
        "",
    ]
    assert [cgi(text) for text in ("404-98-8331-230711555", "40585703AD319", "")] == [
        "404-98-8331-230711555",
        "40585703AD319",
        "",
    ]


CALL = st.fixed_dictionaries(
    {
        "subscriber": st.just(OWN),
        "counterparty": st.sampled_from(["+919800000003", "+8613800138000", "+919800000004"]),
        "direction": st.sampled_from(["in", "out"]),
        "medium": st.sampled_from(["voice", "sms"]),
        "at_ms": st.integers(10**9, 2 * 10**9).map(lambda second: second * 1000),
        "duration_seconds": st.integers(0, 90_000),
        "place": st.sampled_from(["Open plot 7", "某地", None]),
        "imei": st.from_regex(r"35[0-9]{12}", fullmatch=True) | st.none(),
        "imsi": st.from_regex(r"40498[0-9]{10}", fullmatch=True) | st.none(),
        "cell": st.sampled_from(["404-98-8331-230711555", None]),
    }
)


@given(st.lists(CALL | CALL.map(lambda c: {**c, "direction": "forward", "medium": "voice"}), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_round_trip(rows: list[dict[str, object]]) -> None:
    table = table_of("calls", rows)
    calls = joined(list(FORMAT.read(Source(FORMAT.write({"calls": table})))), "calls")
    assert calls.select(list(rows[0])).to_pylist() == table.select(list(rows[0])).to_pylist()


def test_sender_names_survive_writing() -> None:
    calls = joined(read(airtel()), "calls")
    again = joined(read(FORMAT.write({"calls": calls})), "calls")
    assert again.column("counterparty").to_pylist() == calls.column("counterparty").to_pylist()


@pytest.mark.parametrize("seed", range(20))
def test_damaged_files(seed: int) -> None:
    for data in damaged(airtel(), seed):
        try:
            list(FORMAT.read(Source(data)))
        except UnreadableFile:
            continue


def test_other_tables_are_not_taken() -> None:
    for data in (
        b"",
        b"\x00",
        b"date,time,call type,b party\n1,2,3,4\n",
        ",".join(COLUMNS[2:5]).encode() + b"\n1,2,3\n",
    ):
        assert FORMAT.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        list(FORMAT.read(Source(b"a,b\n1,2\n")))
