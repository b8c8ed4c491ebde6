"""Chats that were handed in: every style of export, dates that can be read both ways, and what is no chat."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.chat_lines import date_order, medium_of, told_by_name, whatsapp
from fanzha.formats.chats import CHATS, LINE, NAMED, TELEGRAM, WHATSAPP, ChatFormat
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.telegram import written
from tests.formats.in_process import in_process as in_process
from tests.formats.invented import bad_of, bank_bytes, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_documents import SAMPLES, WALLET, telegram_page
from tests.formats.samples_documents import line_app as line_sample
from tests.formats.samples_documents import qq as qq_sample
from tests.formats.samples_documents import telegram as telegram_sample
from tests.formats.samples_documents import wechat as wechat_sample
from tests.formats.samples_documents import whatsapp as whatsapp_sample

OF_SAMPLES = {"wechat": NAMED, "qq": NAMED, "whatsapp": WHATSAPP, "line": LINE, "telegram": TELEGRAM}
FILES = {
    "wechat": wechat_sample,
    "qq": qq_sample,
    "whatsapp": whatsapp_sample,
    "line": line_sample,
    "telegram": telegram_sample,
}
CITY = Path(__file__).parents[2] / "examples" / "city"


def read(data: bytes, **settings_: object) -> list[Reading]:
    """Recognised and read."""
    source = Source(data, "chat", **settings_)  # type: ignore[arg-type]
    return list(known.read(known.best(source).format, source))


def messages(data: bytes, **settings_: object) -> list[dict[str, object]]:
    """All messages of a file."""
    return list(joined(read(data, **settings_), "messages").to_pylist())


def said(data: bytes, **settings_: object) -> list[tuple[object, object]]:
    """(sender, text) of all messages."""
    return [(one["sender"], one["text"]) for one in messages(data, **settings_)]


def lines(text: str) -> list[tuple[str, int, int]]:
    """A text as lines with their numbers."""
    return [(line, number, -1) for number, line in enumerate(text.split("\n"), 1)]


@pytest.mark.parametrize("name", sorted(FILES))
def test_samples_are_chats_of_their_program(name: str) -> None:
    source = Source(FILES[name]())
    assert known.best(source).format == OF_SAMPLES[name].name
    others = {one.format for one in known.recognise(source)} & {one.name for one in CHATS}
    assert others == {OF_SAMPLES[name].name}
    assert set(joined(read(FILES[name]()), "messages").column("platform").to_pylist()) == {name}


def test_wechat() -> None:
    readings = read(wechat_sample())
    found = joined(readings, "messages").to_pylist()
    assert [one["row"] for one in found] == [4, 7, 10, 16, 19]
    assert [one["medium"] for one in found] == ["text", "text", "text", "image", "transfer"]
    assert {(one["chat"], one["sender_id"]) for one in found} == {
        ("投资交流群", "wxid_example00001"),
        ("投资交流群", None),
    }
    assert str(found[2]["text"]).endswith("\n\n开户行:某某银行\n截止 2024-05-06 12:00:00")
    assert found[0]["at_ms"] == 1714960800000
    data = wechat_sample()
    for one in found:
        assert data[int(str(one["byte_offset"])) :].decode().startswith(str(one["sender"]))
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(22, "bad_moment")]
    assert (0, "zone_assumed", "") in notes_of(readings) and rows_in(readings) == 8


def test_the_chat_is_a_report_in_which_identifiers_are_found() -> None:
    readings = read(wechat_sample())
    reports = joined(readings, "reports").to_pylist()
    assert [(one["row"], one["form"]) for one in reports] == [(4, "chat")]
    assert str(reports[0]["text"]).startswith("客服小美: 您好")
    found = {(one["kind"], one["field"]) for one in joined(readings, "mentions").to_pylist()}
    assert {("qq", "message 4"), ("bank_card", "message 10"), ("wechat", "sender")} <= found


def test_qq_chats_of_one_file_are_reports_of_their_own() -> None:
    readings = read(qq_sample())
    found = joined(readings, "messages").to_pylist()
    assert [(one["chat"], one["sender"], one["sender_id"]) for one in found] == [
        ("刷单导师", "刷单导师", "23456789"),
        ("刷单导师", "乙某", "someone@example.com"),
        ("福利群", "群管家", "34567890"),
        ("福利群", "乙某", "45678901"),
    ]
    assert found[3]["medium"] == "text"  # words beside a picture are what was said
    assert [one["row"] for one in joined(readings, "reports").to_pylist()] == [9, 21]
    assert rows_in(readings) == 4 + 11
    speakers = {
        (one["kind"], one["value"]) for one in joined(readings, "mentions").to_pylist() if one["field"] == "sender"
    }
    assert {("qq", "23456789"), ("email", "someone@example.com"), ("qq", "34567890")} <= speakers


def test_whatsapp() -> None:
    readings = read(whatsapp_sample())
    found = joined(readings, "messages").to_pylist()
    assert [one["medium"] for one in found] == ["other", "text", "text", "text", "other", "image"]
    assert found[0]["sender"] is None and found[1]["sender"] == "Mentor Example"
    assert found[2]["sender_id"] == "+12025550100"
    assert found[3]["text"] == f"Send USDT to\n{WALLET}\nthen wait"
    assert found[3]["at_ms"] == 1717377360000  # 3 June, 9:16 in Shanghai
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(9, "bad_moment")]
    assert known.best(Source(whatsapp_sample())).details["date_order"] == "dmy"
    speakers = [one["value"] for one in joined(readings, "mentions").to_pylist() if one["field"] == "sender"]
    assert speakers == ["+12025550100"]


STAMPS = {
    "[2024/5/6 18:03:22] ": 1714989802000,
    "[2024/5/6 下午6:03:22] ": 1714989802000,
    "[2024-05-06, 6:03:22\u202fPM] ": 1714989802000,
    "\u200e[2024-05-06, 18:03:22] ": 1714989802000,
    "[13/05/2024, 18:03:22] ": 1715594602000,
    "[05/13/24, 6:03:22 p.\u00a0m.] ": 1715594602000,
    "13.05.24, 18:03 - ": 1715594580000,
    "13/05/2024 18:03 - ": 1715594580000,
    "5/13/24, 6:03 pm - ": 1715594580000,
    "2024/5/6 18:03 - ": 1714989780000,
    "2024年5月6日 18:03 - ": 1714989780000,
}


@pytest.mark.parametrize("stamp", sorted(STAMPS))
def test_moments_of_whatsapp_everywhere(stamp: str) -> None:
    data = f"{stamp}甲: 你好:在吗\n{stamp}Bob B: multi\nline\n{stamp}甲: ok\n".encode()
    assert known.best(Source(data)).format == "whatsapp"
    assert said(data) == [("甲", "你好:在吗"), ("Bob B", "multi\nline"), ("甲", "ok")]
    assert {one["at_ms"] for one in messages(data)} == {STAMPS[stamp]}


def test_dates_that_can_be_read_both_ways_wait_until_somebody_says() -> None:
    data = b"03/04/2024, 10:00 - A: one\n05/04/2024, 10:00 - B: two\n07/07/2024, 10:00 - A: three\n"
    readings = read(data)
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(1, "ambiguous_date"), (2, "ambiguous_date")]
    assert rows_in(readings) == 3  # 7 July is 7 July
    days = {"dmy": 1712109600000, "mdy": 1709604000000 - 86_400_000}
    for order, first in days.items():
        found = messages(data, date_order=order)
        assert len(found) == 3 and found[0]["at_ms"] == first
    fixed = read(data, fixes={1: Fix(9, (("时间", "2024-04-03 10:00:00"),))})
    assert joined(fixed, "messages").to_pylist()[0]["at_ms"] == days["dmy"]


def test_the_terms_of_the_admission_come_before_what_a_file_shows() -> None:
    data = b"13/04/2024, 10:00 - A: one\n05/04/2024, 10:00 - B: two\n"
    assert len(messages(data)) == 2
    readings = read(data, date_order="mdy")
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(1, "bad_moment")]


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ("13/04/24", "01/02/24", "dmy"),
        ("04/13/24", "01/02/24", "mdy"),
        ("01/02/24", "03/04/24", ""),
        ("13/04/24", "04/13/24", ""),
    ],
)
def test_order_of_dates(first: str, second: str, order: str) -> None:
    chat = whatsapp(lines(f"{first}, 10:00 - A: x\n{second}, 10:00 - B: y"))
    assert date_order(chat.said) == order


@pytest.mark.parametrize("change", ["crlf", "bom", "utf-16", "gb18030", "gzip", "no newline at the end", "blank lines"])
@pytest.mark.parametrize("name", ["wechat", "qq", "whatsapp", "line"])
def test_the_same_chat_otherwise_kept(name: str, change: str) -> None:
    text = FILES[name]().decode("gb18030" if name == "qq" else "utf-8")
    data = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "bom": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "gb18030": text.encode("gb18030"),
        "gzip": gzip.compress(text.encode()),
        "no newline at the end": text.rstrip("\n").encode(),
        "blank lines": (text + "\n\n\n").encode(),
    }[change]
    assert known.best(Source(data)).format == OF_SAMPLES[name].name
    names = ["chat", "platform", "sender", "sender_id", "at_ms", "text", "medium"]
    expected = joined(read(FILES[name]()), "messages").select(names).to_pylist()
    assert joined(read(data), "messages").select(names).to_pylist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "甲 2024-05-06 10:00:00\n你好\n\n乙 2024-05-06 10:01:00\n在\n",
        "甲 2024/5/6 10:00\n你好\n乙 2024/5/6 10:01\n在\n",
        "甲 2024年5月6日 10:00\n你好\n\n乙 2024年5月6日 10:01\n在\n",
        "2024-05-06 10:00:00 甲\n你好\n\n2024-05-06 10:01:00 乙\n在\n",
        "2024-05-06 10:00:00 甲:你好\n2024-05-06 10:01:00 乙:在\n",
        "[2024-05-06 10:00:00] 甲(wxid_example00001):你好\n[2024-05-06 10:01:00] 乙(wxid_example00002):在\n",
    ],
)
def test_styles_of_exporters(text: str) -> None:
    chat = told_by_name(lines(text))
    assert [(one.sender, one.text) for one in chat.said] == [("甲", "你好"), ("乙", "在")]
    assert [one["at_ms"] for one in messages(text.encode())] == [1714960800000, 1714960860000]


def test_line() -> None:
    found = messages(line_sample())
    assert [one["sender"] for one in found] == ["投资老师", "丁某", "投资老师", "丁某", None]
    assert found[2]["text"] == "第一行\n08:00\t第二行"  # one message in spite of its time
    assert found[2]["at_ms"] == 1715065200000
    assert {one["chat"] for one in found} == {"投资老师"}
    assert rows_in(read(line_sample())) == 5 + 4
    for title in ("Chat history with 投资老师", "投资老师とのトーク履歴", "與投资老师的聊天記錄"):
        data = line_sample().decode().replace("与投资老师的聊天记录", title).encode()
        assert messages(data)[0]["chat"] == "投资老师"
    english = "[LINE] Chat history in VIP\nSaved on: 5/6/2024, 10:00\n\nThu, 05/16/2024\n9:05AM\tA\tx\n10:05PM\tB\ty\n"
    assert [one["at_ms"] for one in messages(english.encode())] == [1715821500000, 1715868300000]


def test_telegram() -> None:
    readings = read(telegram_sample())
    found = joined(readings, "messages").to_pylist()
    assert [one["medium"] for one in found] == ["other", "text", "image", "voice", "call"]
    assert found[1]["text"] == "Open this (https://re--fuli.top/a) now"
    assert found[1]["sender_id"] == "user9000000000000001" and found[1]["at_ms"] == 1714989660000
    assert found[3]["at_ms"] == 1714989780000  # a wall clock, in the zone of the admission
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(6, "bad_syntax"), (7, "bad_moment")]
    assert ("telegram", "user9000000000000001") in {
        (m["kind"], m["value"]) for m in joined(readings, "mentions").to_pylist()
    }


def test_telegram_as_a_page() -> None:
    readings = read(telegram_page())
    found = joined(readings, "messages").to_pylist()
    assert [(one["sender"], one["text"], one["medium"]) for one in found] == [
        ("Mentor Example", "Open this (https://re--fuli.top/a) now\nquickly", "text"),
        ("Mentor Example", "second", "text"),
        ("戊某", None, "image"),
        ("Mentor Example", f"转账到 {WALLET}\nforwarded_from: Boss", "text"),
    ]
    assert found[0]["at_ms"] == 1714989660000 and {one["chat"] for one in found} == {"VIP 群"}
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(6, "bad_moment")] and rows_in(readings) == 6
    assert "zone_assumed" not in {code for _, code, _ in notes_of(readings)}  # each moment states its offset
    assert known.best(Source(telegram_page())).details["style"] == "HTML"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("in_process")
def test_a_damaged_page_is_no_crash(seed: int) -> None:
    for data in damaged(telegram_page(), seed):
        if TELEGRAM.recognise(Source(data)).score:
            assert rows_in(list(TELEGRAM.read(Source(data)))) >= 1


def test_all_chats_of_an_account_are_reports_of_their_own() -> None:
    one = json.loads(telegram_sample())
    two = {**one, "name": "Second", "messages": one["messages"][:2]}
    data = json.dumps({"about": "x", "personal_information": {}, "chats": {"list": [one, two, {"id": 1}]}}).encode()
    readings = read(data)
    assert [report["row"] for report in joined(readings, "reports").to_pylist()] == [1, 8]
    assert rows_in(readings) == 9


def test_texts_of_telegram() -> None:
    assert written("a") == "a" and written(None) == "" and written([1, {"text": 5}, "b"]) == "5b"
    assert written([{"type": "link", "text": "https://a.example", "href": "https://a.example"}]) == "https://a.example"
    message = {"id": 1, "type": "message", "date": "2024-05-06T10:00:00", "from": "A", "from_id": "user1", "text": ""}
    more = {"contact_information": {"first_name": "Mule", "phone_number": "+12025550100"}, "forwarded_from": "Boss"}
    more["inline_bot_buttons"] = [[{"type": "url", "text": "Pay", "data": "https://re--fuli.top/p"}]]  # type: ignore[assignment]
    data = json.dumps({"name": "a", "type": "personal_chat", "id": 1, "messages": [{**message, **more}]}).encode()
    text = str(messages(data)[0]["text"])
    assert "+12025550100" in text and "Boss" in text and "https://re--fuli.top/p" in text


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("[图片]", "image"),
        ("[图片] 看这个", "text"),
        ("[转账] ¥500.00", "transfer"),
        ("[红包]恭喜发财", "transfer"),
        ("【语音】", "voice"),
        ("<Media omitted>", "other"),
        ("<attached: 00000012-PHOTO-2024-05-06.jpg>", "image"),
        ("\u200eimage omitted", "image"),
        ("PTT-20240506-WA0003.opus (file attached)", "voice"),
        ("contract.pdf (file attached)\nplease sign", "file"),
        ("Missed voice call", "call"),
        ("[OK]", "text"),
        ("[图片", "text"),
        ("", "other"),
        ("see 3.14 (about so)", "text"),
        ("x" * 500, "text"),
    ],
)
def test_media(text: str, medium: str) -> None:
    assert medium_of(text) == medium


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"10:00",
        bank_bytes(),
        "昨晚我接到电话,对方让我在 2024-05-06 10:00:00 转账。\n2024-05-06 11:00:00 我报警了。\n".encode(),
        "案件编号:A1\n报案时间:2024-05-06 10:00:00\n\n案件编号:A2\n报案时间:2024-05-06 11:00:00\n".encode(),
        "2024-05-06 10:00:00 上午\n我接到电话\n\n2024-05-07 10:00:00 下午\n我转账了\n\n2024-05-08 10:00:00 晚上\n我报警了\n".encode(),
        "我加了对方微信,之后\n\n2024-05-06 10:00:00 上午\n接电话\n\n2024-05-07 10:00:00 下午\n转账\n\n2024-05-08 10:00:00 晚上\n报警\n".encode(),
        b"[2024-05-06 10:00:00] INFO: started\n[2024-05-06 10:00:01] ERROR: failed: x\n",
        b"2024-05-06 10:00:00 INFO starting\n2024-05-06 10:00:01 WARN slow\n",
        b"hello\n13/05/2024, 10:00 - A: x\n14/05/2024, 10:00 - B: y\n",
        b"[LINE] but nothing more\n",
        b'{"name": "x", "type": "personal_chat", "id": 1, "messages": "no"}',
        b'{"type": "feature", "id": 1, "messages": [1, 2, 3]}',
        b'{"messages": [' + b"[" * 100_000,
        b"<html>10:00</html>",
    ],
)
def test_what_is_no_chat(data: bytes) -> None:
    for format_ in CHATS:
        assert format_.recognise(Source(data)).score == 0
        with pytest.raises(UnreadableFile):
            list(format_.read(Source(data)))


@pytest.mark.parametrize("path", sorted(CITY.iterdir()), ids=lambda path: path.name)
def test_no_file_of_the_city_is_a_chat(path: Path) -> None:
    assert not [format_.name for format_ in CHATS if format_.recognise(Source(path.read_bytes())).score]


def test_a_line_that_cannot_be_decoded_is_quarantined_and_the_chat_is_read() -> None:
    data = wechat_sample() + b"\xff\xfe\xff\n" + "甲某 2024-05-06 11:00:00\n好\n".encode()
    readings = read(data)
    assert {bad.reason for bad in bad_of(readings)} == {"bad_moment", "undecodable"}
    assert said(data)[-1] == ("甲某", "好") or len(said(data)) == 5


@pytest.mark.parametrize("name", sorted(FILES))
def test_written_and_read_again(name: str) -> None:
    format_: ChatFormat = OF_SAMPLES[name]
    first = joined(read(FILES[name]()), "messages")
    data = format_.write({"messages": first})
    assert known.best(Source(data)).format == format_.name
    again = joined(list(format_.read(Source(data))), "messages")
    assert without_origin(again) == without_origin(first)


WORDS = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd"), max_codepoint=0xFFFF), min_size=1, max_size=20)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["甲", "乙某", "Bob"]), st.integers(1_000_000_000, 2_000_000_000), WORDS),
        min_size=4,
        max_size=8,
    )
)
def test_any_words_come_back(rows: list[tuple[str, int, str]]) -> None:
    for name, format_ in OF_SAMPLES.items():
        made = [
            {"chat": "会话", "platform": name, "sender": sender, "at_ms": at * 1000, "text": text, "medium": "text"}
            for sender, at, text in rows
        ]
        if name == "whatsapp":
            made = [{key: value for key, value in row.items() if key != "chat"} for row in made]
        table = table_of("messages", made)
        again = joined(list(format_.read(Source(format_.write({"messages": table})))), "messages")
        assert without_origin(again) == without_origin(table), name


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", sorted(FILES))
def test_damage_loses_no_row_unsaid(name: str, seed: int) -> None:
    for data in damaged(FILES[name](), seed):
        source = Source(data, "x")
        for format_ in CHATS:
            if format_.recognise(source).score:
                readings = list(format_.read(source))
                kept = sum(one.kept for one in readings)
                assert kept + len(bad_of(readings)) >= 2
                assert kept == sum(one.tables["messages"].num_rows for one in readings)


def test_a_long_chat_is_read_whole() -> None:
    text = "".join(f"甲 2024-05-06 10:{n // 60 % 60:02d}:{n % 60:02d}\n第{n}条消息\n\n" for n in range(3_000))
    readings = read(text.encode())
    assert joined(readings, "messages").num_rows == 3_000 and rows_in(readings) == 3_000
    data = json.loads(telegram_sample())
    whole = {"about": "x" * 3_000, "personal_information": {"bio": "y" * 70_000}, "chats": {"list": [data]}}
    assert known.best(Source(json.dumps(whole).encode())).format == "telegram"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "href", "type", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = (
    "id",
    "type",
    "date",
    "date_unixtime",
    "from",
    "from_id",
    "text",
    "photo",
    "media_type",
    "actor",
    "action",
    "poll",
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), max_size=4))
def test_whatever_stands_in_a_message_of_telegram_no_row_is_lost(strange: list[dict[str, object]]) -> None:
    sound = {"id": 1, "type": "message", "date": "2024-05-06T10:00:00", "from": "A", "from_id": "user1", "text": "x"}
    listed = [sound, sound, sound, sound, sound, *strange]
    data = json.dumps({"name": ["odd"], "type": "personal_chat", "id": 1, "messages": listed}).encode()
    readings = list(TELEGRAM.read(Source(data)))
    assert rows_in(readings) == len(listed)
    assert sum(one.kept for one in readings) >= 5


def test_nesting_without_end_is_no_chat_and_no_crash() -> None:
    for depth in (500, 100_000):
        text = "[" * depth + "]" * depth
        message = '{"id": 1, "type": "message", "date": "2024-05-06T10:00:00", "text": ' + text + "}"
        data = ('{"name": "a", "type": "personal_chat", "id": 1, "messages": [' + message + "]}").encode()
        TELEGRAM.recognise(Source(data))


def test_every_sample_is_listed() -> None:
    assert {made[1] for made in SAMPLES.values()} >= {format_.name for format_ in CHATS}
