"""Word documents: what is shown, what is hidden, tables of labels, and what is refused."""

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import UnreadableFile
from fanzha.formats import bundle, known
from fanzha.formats.child import docx as job
from fanzha.formats.docx import Docx
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.prose import line_of, sheet_of
from fanzha.formats.writing import workbook
from tests.formats.in_process import in_process as in_process
from tests.formats.invented import bad_of, card, damaged, joined, notes_of, rows_in, table_of, without_origin
from tests.formats.samples_documents import (
    Part,
    cell,
    document,
    link,
    para,
    part,
    row,
    run,
    table,
    word_document,
    zipped,
)

pytestmark = pytest.mark.usefixtures("in_process")
DOCX = Docx()
STORY = f"昨晚八点我接到自称客服的电话13900139000,转账3万元到{card(1)}。"


def read(data: bytes, **settings_: object) -> list[Reading]:
    """Read as a document."""
    return list(DOCX.read(Source(data, "told.docx", **settings_)))  # type: ignore[arg-type]


def texts(data: bytes) -> list[str]:
    """The text of each report."""
    return [str(text) for text in joined(read(data), "reports").column("text").to_pylist()]


def told(*body: str, parts: tuple[Part, ...] = (), rels: str = "") -> str:
    """The text of a document of one report, from its parts."""
    return "\n".join(texts(document(*body, parts=parts, rels=rels)))


def test_in_the_confined_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert known.best(Source(word_document())).format == "docx"
    assert len(texts(word_document())) == 2
    with pytest.raises(UnreadableFile, match="not of this kind"):
        read(zipped(("[Content_Types].xml", b"<a>"), ("word/document.xml", b"<a/>")))


def test_the_sample() -> None:
    readings = read(word_document())
    reports = joined(readings, "reports").to_pylist()
    assert [(one["reference"], one["victim"], one["amount_minor"]) for one in reports] == [
        ("A2024001", "甲某", 3000000),
        ("A2024002", "乙某", None),
    ]
    assert reports[0]["at_ms"] == 1714960800000
    found = {(one["kind"], one["value"]) for one in joined(readings, "mentions").to_pylist()}
    assert {("phone", "+8613900139000"), ("bank_card", card(1)), ("url", "https://re--fuli.top/a")} <= found
    assert [code for _, code, _ in notes_of(readings)].count("hidden_text") == 1
    assert rows_in(readings) == 3  # the header line is above the first report
    assert all(one["byte_offset"] == -1 for one in reports)


def test_paragraphs_runs_and_breaks() -> None:
    body = para(
        run("甲"), run("方"), "<w:r><w:tab/><w:t>乙</w:t><w:br/><w:t>丙丁戊己庚辛</w:t><w:noBreakHyphen/></w:r>"
    )
    assert told(body, para(), para(run("二"))) == "甲方\t乙\n丙丁戊己庚辛-\n二"


def test_what_is_hidden_or_deleted_is_read_apart_and_noted() -> None:
    gone = "<w:del><w:r><w:delText>原写五万</w:delText></w:r></w:del>"
    unseen = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>暗语</w:t></w:r>"
    plain = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>明语</w:t></w:r>'
    data = document(para(run("我转账三万元给对方"), gone, unseen, plain))
    assert texts(data) == ["我转账三万元给对方明语\n原写五万暗语"]
    assert (1, "hidden_text", "text") in notes_of(read(data))
    assert not notes_of(read(document(para(run("我转账三万元给对方")))))


def test_links_are_said_and_not_followed() -> None:
    rels = link("r7", "https://re--fuli.top/a") + link("r8", "https://plain.example/")
    shown = para('<w:hyperlink r:id="r7">' + run("点击领取") + "</w:hyperlink>", run("。"))
    same = para('<w:hyperlink r:id="r8">' + run("https://plain.example") + "</w:hyperlink>")
    code = para('<w:r><w:instrText> HYPERLINK "https://field.example/b" </w:instrText></w:r>', run("此处"))
    assert told(shown, same, code, rels=rels) == (
        "点击领取 (https://re--fuli.top/a)。\nhttps://plain.example\n (https://field.example/b)此处".replace(
            "\n ", "\n "
        )
    )


def test_tables_row_by_row() -> None:
    body = table(row(cell("时间"), cell("金额")), row(cell("5月6日"), cell("5000元")))
    assert told(para(run("转账明细如下")), body) == "转账明细如下\n时间\t金额\n5月6日\t5000元"


def test_a_table_of_labels_states_what_lines_state() -> None:
    body = table(
        row(cell("案件编号"), cell("A1"), cell("报案时间"), cell("2024年5月6日10时")),
        row(cell("报案人"), cell("甲某")),
        row(cell("案情描述"), cell(STORY)),
    )
    report = joined(read(document(body)), "reports").to_pylist()[0]
    assert (report["reference"], report["victim"], report["at_ms"]) == ("A1", "甲某", 1714960800000)
    assert report["text"] == STORY


def test_tables_in_tables_and_frames_are_not_lost() -> None:
    inner = table(row(cell("内一"), cell("内二")))
    outer = table(row(f"<w:tc>{para(run('外'))}{inner}{para()}</w:tc>", cell("旁")))
    assert told(outer) == "外 内一 内二\t旁"
    frame = f"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{para(run('框内'))}</w:txbxContent></mc:Choice>"
    frame += (
        f"<mc:Fallback><w:txbxContent>{para(run('框内'))}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert told(para(run("前"), frame, run("后"))) == "前\n框内\n后"


def test_headers_footers_notes_and_comments_are_read_once() -> None:
    parts = (
        part("header", "header1.xml", para(run("讯问笔录"))),
        part("header", "header2.xml", para(run("讯问笔录"))),
        part("footer", "footer1.xml", para(run("第一页"))),
        part("footnotes", "footnotes.xml", f"<w:footnote>{para(run('脚注'))}</w:footnote>"),
        part("comments", "comments.xml", f"<w:comment>{para(run('批注'))}</w:comment>"),
    )
    assert told(para(run("正文内容")), parts=parts) == "讯问笔录\n正文内容\n批注\n脚注\n第一页"


def test_a_document_with_macros_is_read_and_runs_nothing() -> None:
    kind = "application/vnd.ms-word.document.macroEnabled.main+xml"
    data = document(para(run("请启用宏查看内容")), main=kind, more=(("word/vbaProject.bin", b"\xd0\xcf\x11\xe0macro"),))
    assert texts(data) == ["请启用宏查看内容"]


def test_numbers_alone_are_read_and_an_empty_document_is_quarantined() -> None:
    assert texts(document(para(run(card(1))))) == [card(1)]
    for data in (document(), document(para(run("  ")))):
        readings = read(data)
        assert [bad.reason for bad in bad_of(readings)] == ["empty_text"] and rows_in(readings) == 1


def test_a_person_may_correct_a_document() -> None:
    data = document(para(run("案件编号:A1")), para(run("报案时间:昨天")), para(run("案情描述:" + STORY)))
    assert (1, "unread_cell", "at_ms") in notes_of(read(data))
    again = read(data, fixes={1: Fix(5, (("报案时间", "2024-05-06 10:00:00"),))})
    assert joined(again, "reports").to_pylist()[0]["at_ms"] == 1714960800000


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE w:document SYSTEM "http://evil.example/x.dtd">',
        '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("name", ["word/document.xml", "[Content_Types].xml"])
def test_document_types_and_entities_are_refused(prolog: str, name: str) -> None:
    entries = dict(contents(document(para(run("&amp;")))))
    entries[name] = entries[name].replace(b"?>", b"?>" + prolog.encode(), 1)
    with pytest.raises(UnreadableFile, match="not of this kind"):
        read(zipped(*entries.items()))


def contents(data: bytes) -> list[tuple[str, bytes]]:
    """The parts of a document."""
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return [(name, file.read(name)) for name in file.namelist()]


def test_a_bomb_is_refused() -> None:
    bomb = document("<!-- -->" * (11 << 17))
    assert len(bomb) < 200_000
    with pytest.raises(UnreadableFile, match="too large"):
        read(bomb)


def test_depth_and_length_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match="too large"):
        read(document("<w:a>" * 600 + "</w:a>" * 600))
    monkeypatch.setattr(job, "CHARACTERS_MAX", 100)
    with pytest.raises(UnreadableFile, match="too large"):
        read(document(para(run("长" * 200))))


def test_a_part_behind_a_password_or_missing_is_refused() -> None:
    data = bytearray(document(para(run("文字"))))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.rindex(magic) + place] |= 1
    with pytest.raises(UnreadableFile):
        read(bytes(data))
    entries = [one for one in contents(document(para(run("文字")))) if one[0] != "word/document.xml"]
    with pytest.raises(UnreadableFile):
        read(zipped(*entries, ("word/other.xml", b"<a/>")))


def test_an_office_document_behind_a_password_is_quarantined_as_such() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    assert known.best(Source(data)).format == "docx"
    readings = read(data)
    assert [bad.reason for bad in bad_of(readings)] == ["encrypted"] and rows_in(readings) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        STORY.encode(),
        workbook([["a"], [1]], "1"),
        zipped(("word/document.xml", b"<a/>")),
        b"\xd0\xcf\x11\xe0",
    ],
)
def test_what_is_no_document(data: bytes) -> None:
    assert DOCX.recognise(Source(data)).score == 0
    with pytest.raises(UnreadableFile):
        read(data)


def test_a_document_is_no_bundle() -> None:
    assert not bundle.is_bundle(Source(word_document()))


def test_written_and_read_again() -> None:
    rows: list[dict[str, object]] = [
        {
            "reference": "A1",
            "at_ms": 1709341200000,
            "victim": "甲某",
            "text": STORY,
            "amount_minor": 500,
            "currency": "CNY",
        },
        {"reference": "A2", "text": "另一起<&>\n分两行的案情"},
    ]
    shared = {"zone": "Asia/Shanghai", "form": "told"}
    reports = table_of("reports", [row | shared for row in rows])
    data = DOCX.write({"reports": reports})
    assert data == DOCX.write({"reports": reports})
    assert known.best(Source(data)).format == "docx"
    read_back = joined(read(data), "reports")
    names = ("reference", "at_ms", "victim", "text", "amount_minor")
    assert read_back.select(names).to_pylist() == reports.select(names).to_pylist()
    again = joined(read(DOCX.write({"reports": joined(read(word_document()), "reports")})), "reports")
    assert without_origin(again) == without_origin(joined(read(word_document()), "reports"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_lines_of_any_text_are_one_report(lines: list[str]) -> None:
    made = [line_of(line) for line in lines]
    sheet = sheet_of(made, "docx", "x")
    grid = next(sheet.blocks())
    assert len(grid.rows) + len(grid.bad) >= 1
    if not any("编号" in line or ":" in line or "\uff1a" in line for line in made):
        assert len(grid.rows) + len(grid.bad) == 1
        text = grid.column(6).to_pylist()
        assert not text or text[0] == "\n".join(made).strip("\ufeff \n\r\t") or text[0] == "\n".join(made).strip()


@pytest.mark.parametrize("seed", range(12))
def test_damage_is_said(seed: int) -> None:
    for data in damaged(word_document(), seed):
        if DOCX.recognise(Source(data)).score:
            try:
                assert rows_in(read(data)) >= 1
            except UnreadableFile:
                continue
