"""Narratives in text and in tables."""

import json

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.formats.narrative import Narrative, open_text
from tests.formats.invented import bad_of, bank_bytes, card, joined, read_all, rows_in, table_of

NARRATIVE = Narrative()
STORY = f"昨晚八点我接到自称客服的电话13900139000,对方让我点击 http://evil-shop.top/a 并转账3万元到{card(1)},之后失联。"
TWO = f"""某市反诈中心警情汇总

案件编号:A2024001
报案时间:2024-03-02 09:00:00
报案人:甲某
案件类别:冒充客服
涉案金额:30000元
案情描述:{STORY}

案件编号: A2024002
报案时间:2024年3月3日10时
我在网上刷单被骗,损失5000元。
"""


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_story(codec: str) -> None:
    data = STORY.encode(codec)
    assert known.best(Source(data)).format == "narrative"
    readings = read_all(data)
    report = joined(readings, "reports").to_pylist()[0]
    assert report["text"] == STORY
    kinds = joined(readings, "mentions").column("kind").to_pylist()
    assert {"phone", "url", "money", "bank_card"} <= set(kinds)
    assert "moment" not in kinds  # 昨晚 of an unknown day
    assert rows_in(readings) == 1


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_several_reports_in_one_text(codec: str) -> None:
    data = TWO.encode(codec)
    assert known.best(Source(data)).score == 70
    readings = read_all(data)
    reports = joined(readings, "reports").to_pylist()
    assert [report["reference"] for report in reports] == ["A2024001", "A2024002"]
    assert reports[0]["text"] == STORY
    assert (reports[0]["victim"], reports[0]["stated_type"], reports[0]["amount_minor"]) == (
        "甲某",
        "冒充客服",
        3000000,
    )
    assert reports[1]["at_ms"] == 1709431200000
    assert "刷单" in reports[1]["text"]
    for report in reports:
        assert data[report["byte_offset"] :].decode(codec).startswith("案件编号")
    moments = [
        m for m in joined(readings, "mentions").to_pylist() if m["kind"] == "moment" and m["row"] == reports[0]["row"]
    ]
    assert [m["value"] for m in moments] == [str(reports[0]["at_ms"] - 13 * 3600_000)]
    for mention in joined(readings, "mentions").to_pylist():
        text = next(report["text"] for report in reports if report["row"] == mention["row"])
        assert 0 <= mention["start"] < mention["stop"] <= len(text)
    assert rows_in(readings) == 3  # two reports and the title


def test_ccl23_items() -> None:
    items = [{"案件编号": 7 + n, "案情描述": STORY, "案件类别": "冒充电商物流客服类"} for n in range(3)]
    for data in (
        json.dumps(items, ensure_ascii=False),
        "\n".join(json.dumps(item, ensure_ascii=False) for item in items),
    ):
        found = known.best(Source(data.encode()))
        assert found.format == "narrative"
        reports = joined(read_all(data.encode()), "reports").to_pylist()
        assert [(r["reference"], r["stated_type"]) for r in reports] == [
            (str(7 + n), "冒充电商物流客服类") for n in range(3)
        ]


@pytest.mark.parametrize("name", ["案情描述", "简要案情", "案情", "description", "text", "content"])
def test_csv_with_a_column_of_text(name: str) -> None:
    text = f"编号,{name}\n" + "".join(f'{n},"{STORY}"\n' for n in range(4))
    for codec in ("utf-8", "gb18030"):
        readings = read_all(text.encode(codec))
        assert joined(readings, "reports").column("text").to_pylist() == [STORY] * 4
        assert bad_of(readings) == []


def test_damaged_line_of_a_text() -> None:
    data = ("我被骗了,对方让我转账。\n" * 4).encode("gb18030") + b"\xff\xfe\xff\n" + "就这样\n".encode("gb18030")
    readings = read_all(data, "narrative")
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(5, "undecodable")]
    assert rows_in(readings) == 2


def test_written_and_read_again() -> None:
    rows: list[dict[str, object]] = [
        {
            "reference": "A1",
            "at_ms": 1709341200000,
            "victim": "甲某",
            "stated_type": "刷单",
            "amount_minor": 500,
            "currency": "CNY",
            "city": "某市",
            "text": STORY,
        },
        {"reference": "A2", "text": "另一起\n分两行的案情"},
    ]
    reports = table_of("reports", [row | {"zone": "Asia/Shanghai"} for row in rows])
    readings = list(NARRATIVE.read(Source(NARRATIVE.write({"reports": reports}))))
    read = joined(readings, "reports")
    for name in ("reference", "at_ms", "victim", "stated_type", "amount_minor", "city", "text"):
        assert read.column(name).to_pylist() == reports.column(name).to_pylist()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"-----BEGIN PGP MESSAGE-----\n" + b"hQEMA0fH" * 60,
        b"QUJD" * 200,
        b"<html><body>hello there, a page</body></html>",
        b"{not json at all but long enough to be text}",
        b"#!/bin/sh\necho hello there my friend\n",
        b"1 2 3 4 5 6 7 8 9 10 11 12 13\n" * 9,
    ],
)
def test_what_is_no_narrative(data: bytes) -> None:
    assert open_text(data) is None
    assert NARRATIVE.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        list(NARRATIVE.read(Source(data)))


def test_a_statement_is_no_narrative() -> None:
    assert NARRATIVE.recognise(Source(bank_bytes())).score == 0
