"""Call records, both forms."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import known
from fanzha.formats.call_records import CONSUMER, CONSUMER_COLUMNS, INVESTIGATIVE, INVESTIGATIVE_COLUMNS, CallRecords
from fanzha.formats.calls import medium_of, seconds_of
from fanzha.formats.grid import Source
from tests.formats.invented import bad_of, bank_bytes, joined, notes_of, read_all, rows_in, table_of, without_origin

CONSUMER_TEXT = """中国某某通信 通话详单
手机号码:13800138000 查询月份:2024年03月

类型,对方号码,开始时间,通话时长,通话地点,费用(元),产品,备注
主叫,13900139000,2024-03-01 08:05:09,00:01:05,某市,0.00,套餐,
被叫,+8613700137000,2024-03-01 09:05:09,1分5秒,某市,0.00,,
被叫,95588,2024-03-01 10:05:09,65,某市,0.00,,
呼转,010-12345678,2024-03-02 00:00:00,1时2分3秒,某市,0.00,,
短信主叫,13900139000,2024-03-02 00:00:01,,某市,0.10,,
O,13900139000,2024-03-02 00:00:02,5秒,某市,0.10,,
主叫,abc,2024-03-02 00:00:03,5秒,某市,0.10,,
主叫,13900139000,昨天,5秒,某市,0.10,,
主叫,13900139000,2024-03-02 00:00:05,很久,某市,0.10,,
合计,,,,,0.50,,
"""
HEAD = "时间戳,事件类型,用户号码,归属地,对端号码,对端归属地,IMSI,IMEI,位置区,小区,经度,纬度,交换机,通话时长\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_consumer_export(codec: str) -> None:
    data = CONSUMER_TEXT.encode(codec)
    found = known.best(Source(data))
    assert (found.format, found.why_zh[:6]) == ("call_records", "识别出通话记")
    readings = read_all(data)
    calls = joined(readings, "calls").to_pylist()
    assert [(c["direction"], c["medium"], c["duration_seconds"]) for c in calls] == [
        ("out", "voice", 65),
        ("in", "voice", 65),
        ("in", "voice", 65),
        ("forward", "voice", 3723),
        ("out", "sms", 0),
    ]
    assert {c["subscriber"] for c in calls} == {"+8613800138000"}
    assert calls[1]["counterparty"] == "+8613700137000"
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [
        (10, "unknown_direction"),
        (11, "bad_phone"),
        (12, "bad_moment"),
        (13, "bad_duration"),
    ]
    assert rows_in(readings) == 14
    assert [note for note in notes_of(readings) if note[1] == "zone_assumed"] == [(0, "zone_assumed", "")]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_investigative_form(codec: str) -> None:
    row = "20240301080509,语音主叫,13800138000,甲省,13900139000,乙省,460001234567890,49015420323751,1A2B,3C4D,1.1,2.2,SW1,65\n"
    partial = row.replace("13900139000", "139****9000").replace("语音主叫", "国内漫游被叫")
    data = (HEAD + row + partial).encode(codec)
    assert known.best(Source(data)).format == "call_records_investigative"
    readings = read_all(data)
    call = joined(readings, "calls").to_pylist()[0]
    assert (call["imsi"], call["imei"], call["cell"]) == ("460001234567890", "49015420323751", "1A2B-3C4D")
    assert (call["place"], call["counter_place"]) == ("甲省", "乙省")
    assert joined(readings, "calls").column("direction").to_pylist() == ["out", "in"]
    assert (3, "partial", "counterparty") in notes_of(readings)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:01:05", 65),
        ("1:05", 65),
        ("1:00:00", 3600),
        ("1时2分3秒", 3723),
        ("2小时", 7200),
        ("3分钟", 180),
        ("65", 65),
        ("65秒", 65),
        ("1h2m3s", 3723),
        ("1:75", None),
        ("", None),
        ("abc", None),
        ("-5", None),
        ("1:2:3:4", None),
        ("00:00:00", 0),
    ],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


def test_medium() -> None:
    assert [medium_of(word) for word in ("短信主叫", "SMS-MO", "语音被叫", "")] == ["sms", "sms", "voice", "voice"]


PHONE = st.integers(13_000_000_000, 13_999_999_999).map(lambda n: f"+86{n}")
WORD = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=8) | st.none()
CALL = {
    "counterparty": PHONE,
    "direction": st.sampled_from(["out", "in", "forward"]),
    "medium": st.sampled_from(["voice", "sms"]),
    "at_ms": st.integers(10**9, 2 * 10**9).map(lambda s: s * 1000),
    "duration_seconds": st.integers(0, 300_000),
    "place": WORD,
    "counter_place": WORD,
}
DEVICE = {
    "subscriber": PHONE,
    "imei": st.from_regex(r"35[0-9]{12}", fullmatch=True) | st.none(),
    "imsi": st.from_regex(r"46000[0-9]{10}", fullmatch=True) | st.none(),
    "cell": st.from_regex(r"[0-9A-F]{1,4}-[0-9A-F]{1,8}", fullmatch=True)
    | st.from_regex(r"[0-9A-F]{1,8}", fullmatch=True)
    | st.none(),
}


def again(form: CallRecords, rows: list[dict[str, object]]) -> tuple[pa.Table, pa.Table]:
    calls = table_of("calls", rows)
    readings = list(form.read(Source(form.write({"calls": calls}))))
    assert bad_of(readings) == []
    return calls, joined(readings, "calls")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fixed_dictionaries(CALL | DEVICE), min_size=1, max_size=8))
def test_investigative_round_trip(rows: list[dict[str, object]]) -> None:
    written, read = again(INVESTIGATIVE, rows)
    assert without_origin(read) == without_origin(written)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.fixed_dictionaries(CALL), min_size=1, max_size=8), PHONE)
def test_consumer_round_trip(rows: list[dict[str, object]], own: str) -> None:
    written, read = again(CONSUMER, [row | {"subscriber": own} for row in rows])
    assert without_origin(read) == without_origin(written)


def test_shapes_of_what_is_written() -> None:
    rows: list[dict[str, object]] = [
        {
            "subscriber": "+8613800138000",
            "counterparty": "+8613900139000",
            "direction": "out",
            "medium": "voice",
            "at_ms": 0,
            "duration_seconds": 5,
        }
    ]
    calls = table_of("calls", rows)
    text = CONSUMER.write({"calls": calls}).decode("utf-8-sig")
    assert text.split("\r\n")[1:3] == ["本机号码:+8613800138000", ",".join(CONSUMER_COLUMNS)]
    assert INVESTIGATIVE.write({"calls": calls}).decode("gb18030").startswith(",".join(INVESTIGATIVE_COLUMNS))
    assert known.best(Source(CONSUMER.write({"calls": calls}))).format == "call_records"
    assert known.best(Source(INVESTIGATIVE.write({"calls": calls}))).format == "call_records_investigative"


def test_a_consumer_export_is_of_one_number() -> None:
    rows: list[dict[str, object]] = [
        {"subscriber": f"+861380013800{n}", "direction": "out", "medium": "voice"} for n in range(2)
    ]
    with pytest.raises(InputError, match="one number"):
        CONSUMER.write({"calls": table_of("calls", rows)})


@pytest.mark.parametrize("form", [CONSUMER, INVESTIGATIVE])
def test_other_files(form: CallRecords) -> None:
    assert form.recognise(Source(bank_bytes())).score == 0
    with pytest.raises(UnreadableFile):
        list(form.read(Source(bank_bytes())))
