"""PDF documents: text page by page, what stands beside it, and pages that say nothing."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import bundle, known
from fanzha.formats.child import pdf as job
from fanzha.formats.grid import Fix, Reading, Source
from fanzha.formats.pdf import Pdf
from tests.formats.in_process import in_process as in_process
from tests.formats.invented import bad_of, card, damaged, joined, rows_in, table_of, without_origin
from tests.formats.samples_documents import pdf_document, pdf_file, pdf_pages, pdf_stream

pytestmark = pytest.mark.usefixtures("in_process")
PDF = Pdf()
PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")  # ISO 32000-1, 7.6.3.3


def read(data: bytes, **settings_: object) -> list[Reading]:
    """Read as a PDF."""
    return list(PDF.read(Source(data, "told.pdf", **settings_)))  # type: ignore[arg-type]


def texts(data: bytes) -> list[str]:
    """The text of each report."""
    return [str(text) for text in joined(read(data), "reports").column("text").to_pylist()]


def test_in_the_confined_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine and the fonts it knows are there once no file can be opened any more."""
    monkeypatch.undo()
    assert known.best(Source(pdf_document())).format == "pdf"
    assert len(texts(pdf_document())) == 1
    assert texts(pdf_pages("a call about my account", "")) == ["a call about my account"]
    with pytest.raises(UnreadableFile, match="not of this kind"):
        read(b"%PDF-1.7\n1 0 obj\nnothing")


def test_the_sample() -> None:
    readings = read(pdf_document())
    report = joined(readings, "reports").to_pylist()[0]
    assert (report["reference"], report["at_ms"], report["victim"]) == ("A2024003", 1714960800000, "丙某")
    assert report["stated_type"] == "冒充客服" and report["byte_offset"] == -1
    assert report["text"].count("\n") == 50  # on two pages
    found = {(one["kind"], one["value"]) for one in joined(readings, "mentions").to_pylist()}
    assert {("phone", "+8613900139000"), ("bank_card", card(1)), ("money", "CNY:4900000")} <= found
    assert rows_in(readings) == 1 and not bad_of(readings)


def test_a_page_without_text_is_quarantined_and_the_others_are_read() -> None:
    readings = read(pdf_pages("first page of the letter", "", "third page"))
    assert joined(readings, "reports").column("text").to_pylist() == ["first page of the letter\n\nthird page"]
    assert [(bad.row, bad.reason, bad.field) for bad in bad_of(readings)] == [(2, "no_text_layer", "page 2")]
    assert rows_in(readings) == 2


def test_pictures_of_pages_alone() -> None:
    readings = read(pdf_pages("", ""))
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(1, "no_text_layer"), (2, "no_text_layer")]
    assert rows_in(readings) == 2 and not joined(readings, "reports").num_rows


def test_fonts_that_keep_their_meaning_for_themselves() -> None:
    codes = b"<< /Type /Encoding /Differences [65 /g1 /g2 /g3 /g4] >>"
    glyph = pdf_stream(b"500 0 d0 0 0 400 400 re f")
    font = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 500] /FontMatrix [.001 0 0 .001 0 0] /FirstChar 65 /LastChar 68 "
    font += (
        b"/Widths [500 500 500 500] /CharProcs << /g1 6 0 R /g2 6 0 R /g3 6 0 R /g4 6 0 R >> /Encoding %s >>" % codes
    )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F 3 0 R >> >> >>"
    )
    objects = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>", font, page)
    data = pdf_file(*objects, pdf_stream(b"BT /F 12 Tf 50 700 Td (ABCD) Tj ET"), glyph)
    assert {bad.reason for bad in bad_of(read(data))} <= {"undecodable", "no_text_layer"}
    assert rows_in(read(data)) == 1


def test_form_fields_notes_and_links_are_read() -> None:
    beside = (
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://evil-shop.top/a) >> >>"
        b"<< /Type /Annot /Subtype /Link /Rect [0 9 9 19] /A << /S /URI /URI (https://evil-shop.top/a) >> >>"
        b"<< /Type /Annot /Subtype /Link /Rect [0 9 9 19] /A << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 20 9 29] /T (name) /V <FEFF7532> >>"
        b"<< /Type /Annot /Subtype /FreeText /Rect [0 30 9 39] /Contents (a note\rof two lines) >>"
        b"<< /Type /Annot /Subtype /Popup /Rect [0 30 9 39] /Contents (twice) >>"
    )
    assert texts(pdf_pages("click here for your loan", beside=beside)) == [
        "click here for your loan\nhttps://evil-shop.top/a\n甲\na note\nof two lines"
    ]


def rc4(key: bytes, data: bytes) -> bytes:
    """The cipher of old PDF files."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def locked(password: bytes) -> bytes:
    """A PDF behind a password (ISO 32000-1, 7.6.3, revision 2); b"" is what readers try by themselves."""
    owner, place = bytes(range(32)), bytes(16)
    key = hashlib.md5((password + PADDING)[:32] + owner + (-4).to_bytes(4, "little", signed=True) + place).digest()[:5]  # noqa: S324
    of_stream = hashlib.md5(key + (5).to_bytes(3, "little") + bytes(2)).digest()[:10]  # noqa: S324
    text = rc4(of_stream, b"BT /F 12 Tf 50 700 Td (a letter about my account) Tj ET")
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F 3 0 R >> >> >>"
    )
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    return pdf_file(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        page,
        pdf_stream(text),
        trailer=b"/ID [<%s> <%s>] /Encrypt " % (place.hex().encode(), place.hex().encode())
        + lock % (owner.hex().encode(), rc4(key, PADDING).hex().encode()),
    )


def test_a_document_behind_a_password_is_quarantined_as_such() -> None:
    readings = read(locked(b"secret"))
    assert [bad.reason for bad in bad_of(readings)] == ["encrypted"] and rows_in(readings) == 1


def test_a_document_that_only_forbids_printing_is_read() -> None:
    assert texts(locked(b"")) == ["a letter about my account"]


def test_a_person_may_correct_or_drop_it() -> None:
    assert texts_of(read(pdf_document(), fixes={1: Fix(5, (("报案人", "丁某"),))}), "victim") == ["丁某"]
    dropped = read(pdf_document(), fixes={1: Fix(6, drop=True)})
    assert [bad.reason for bad in bad_of(dropped)] == ["dropped"]


def texts_of(readings: list[Reading], name: str) -> list[object]:
    """A column of the reports."""
    return list(joined(readings, "reports").column(name).to_pylist())


def test_junk_before_the_mark() -> None:
    assert known.best(Source(b"\r\n\r\n" + pdf_pages("a letter about my account"))).format == "pdf"
    assert PDF.recognise(Source(bytes(2_000) + pdf_pages("a"))).score == 0


def test_cut_documents() -> None:
    data = pdf_document()
    with pytest.raises(UnreadableFile):
        read(data[:200])
    misplaced = data[: data.rindex(b"startxref")] + b"startxref\n7\n%%EOF\n"
    assert len(texts(misplaced)) == 1  # the table of objects is made again


def test_pages_and_characters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PAGES_MAX", 3)
    with pytest.raises(UnreadableFile, match="too large"):
        read(pdf_pages(*"abcd"))
    monkeypatch.setattr(job, "CHARACTERS_MAX", 5)
    with pytest.raises(UnreadableFile, match="too large"):
        read(pdf_pages("a", "many more than five"))


@pytest.mark.parametrize("data", [b"", b"PDF", b"%PDF-1.7\nnothing", b"\x00%PD", "我被骗了,转账三万元".encode()])
def test_what_is_no_pdf(data: bytes) -> None:
    assert PDF.recognise(Source(data)).score == 0 and not bundle.is_bundle(Source(data))
    with pytest.raises(UnreadableFile):
        read(data)


def test_written_and_read_again() -> None:
    rows: list[dict[str, object]] = [
        {"reference": "A1", "at_ms": 1709341200000, "victim": "甲某", "text": "一\n" * 60 + "镕 漢字 ü" + "长" * 900},
        {"reference": "A2", "text": "另一起(<&>\\)\n分两行的案情 tail"},
    ]
    reports = table_of("reports", rows)
    data = PDF.write({"reports": reports})
    assert data == PDF.write({"reports": reports})
    names = ("reference", "at_ms", "victim", "text")
    assert joined(read(data), "reports").select(names).to_pylist() == reports.select(names).to_pylist()
    again = joined(read(PDF.write({"reports": joined(read(pdf_document()), "reports")})), "reports")
    assert without_origin(again) == without_origin(joined(read(pdf_document()), "reports"))
    for text in ("长" * 2_000, "\U0001f600"):
        with pytest.raises(InputError):
            PDF.write({"reports": table_of("reports", [{"reference": "A", "text": text}])})


CHARACTERS = st.characters(
    max_codepoint=0xFFFF, categories=("Lu", "Ll", "Lo", "Nd", "Po"), exclude_characters=":\uff1a【]】["
)


@settings(max_examples=20, deadline=None)
@given(st.text(CHARACTERS, min_size=1, max_size=60))
def test_what_is_written_is_what_is_there(text: str) -> None:
    """Every letter comes back, save those that the engine gives in their compatible form (Arabic and Hebrew presentation forms)."""
    if any("\u0590" <= c <= "\u08ff" or "\ufb00" <= c <= "\ufeff" or "\u0300" <= c <= "\u036f" for c in text):
        return
    found = texts(PDF.write({"reports": table_of("reports", [{"reference": "A1", "text": "案" + text + "情"}])}))
    assert found == ["案" + text + "情"]


@pytest.mark.parametrize("seed", range(20))
def test_damage_is_said(seed: int) -> None:
    """In the child: what an engine in C does with damage is not for this process."""
    for data in list(damaged(pdf_pages("a letter about my account", "", "and more"), seed))[seed % 3 : seed % 3 + 1]:
        if PDF.recognise(Source(data)).score:
            try:
                assert rows_in(read(data)) >= 1
            except UnreadableFile:
                continue
