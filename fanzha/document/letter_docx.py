"""A letter as a Word document (ECMA-376): A4, headings that a screen reader finds, the same bytes for the same letter.

Fonts are named, not embedded: Times New Roman beside 宋体 (SimSun), which Word has and LibreOffice replaces by what the system has.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from fanzha.document.letter import Letter
from fanzha.document.letter_body import Block, Grid, Heading, Pairs, Sentence, Sheet, sheets

LATIN, CHINESE, CHINESE_HEAD = "Times New Roman", "宋体", "黑体"
_WIDTH_CM: Final = 16.6
_ROOM: Final = Cm(0.95)
_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the first moment a ZIP can hold
_EPOCH: Final = datetime(1970, 1, 1)  # the library writes moments without a zone as UTC
_TAGS: Final = {"zh": "zh-CN", "en": "en-GB"}
_SHADE: Final = "F0F0F0"


def letter_docx(letter: Letter, lang: str = "both") -> bytes:
    """The letter in `lang`: zh, en, or both (Chinese, then English on a page of its own)."""
    made = sheets(letter, lang)
    doc = Document()
    _properties(doc, letter, made[0])
    _styles(doc)
    for number, sheet in enumerate(made):
        section = doc.add_section(WD_SECTION.NEW_PAGE) if number else doc.sections[0]
        _page(section, sheet)
        _write(doc, sheet)
    packed = io.BytesIO()
    doc.save(packed)
    return _settled(packed.getvalue())


def _settled(packed: bytes) -> bytes:
    """The same package with its members in order of name under one fixed time, and without the template's picture of itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as before, zipfile.ZipFile(out, "w") as after:
        for name in sorted(before.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            member = zipfile.ZipInfo(name, _STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            member.create_system = 0
            after.writestr(member, before.read(name))
    return out.getvalue()


def _properties(doc: Doc, letter: Letter, sheet: Sheet) -> None:
    at = _EPOCH + timedelta(milliseconds=letter.proposed_ms or 0)
    told = doc.core_properties
    told.author, told.last_modified_by, told.comments, told.keywords = "Fanzha", "Fanzha", "", ""
    told.title, told.subject = f"{sheet.title} {letter.number}", sheet.header[:250]
    told.created = told.modified = at
    told.language, told.revision = _TAGS[sheet.lang], 1
    for name, part in list(doc.part.package.rels.items()):
        if part.reltype.endswith("/thumbnail"):
            del doc.part.package.rels[name]


def _styles(doc: Doc) -> None:
    for name, size, chinese in (
        ("Normal", 10.5, CHINESE),
        ("Title", 19, CHINESE_HEAD),
        ("Heading 2", 12, CHINESE_HEAD),
    ):
        style = doc.styles[name]
        assert isinstance(style, ParagraphStyle)  # noqa: S101  what the template holds
        style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for place, face in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", chinese)):
            fonts.set(qn(f"w:{place}"), face)
        shape = style.paragraph_format
        shape.space_before, shape.space_after = Pt(0 if name == "Normal" else 10), Pt(4)
        shape.keep_with_next = name != "Normal"
    title = doc.styles["Title"]
    assert isinstance(title, ParagraphStyle)  # noqa: S101
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.font.bold = True
    border = title.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:  # the template's blue line under the title
        border.getparent().remove(border)


def _page(section: Section, sheet: Sheet) -> None:
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - _WIDTH_CM) / 2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.8)
    section.footer_distance = Cm(1.0)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head = section.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(head, sheet.header, sheet.lang, size=8)
    foot = section.footer.paragraphs[0]
    _run(foot, sheet.footer, sheet.lang, size=7)
    pages = section.footer.add_paragraph()
    pages.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for part in sheet.page.replace("{n}", "\0PAGE\0").replace("{total}", "\0NUMPAGES\0").split("\0"):
        if part in ("PAGE", "NUMPAGES"):
            _field(pages, part, sheet.lang)
        elif part:
            _run(pages, part, sheet.lang, size=8)


def _write(doc: Doc, sheet: Sheet) -> None:
    _run(doc.add_paragraph(style="Title"), sheet.title, sheet.lang)
    if sheet.banner:
        table = _table(doc, (1000,))
        _fill(_row(table).cells, (sheet.banner,), sheet.lang, colour=RGBColor(170, 0, 0))
        doc.add_paragraph()
    if sheet.salutation:
        _run(doc.add_paragraph(), sheet.salutation, sheet.lang)
    for block, after in zip_longest(sheet.blocks, sheet.blocks[1:]):
        _block(doc, block, sheet.lang, kept=isinstance(after, Pairs | Grid))


def _block(doc: Doc, block: Block, lang: str, kept: bool) -> None:
    if isinstance(block, Heading):
        _run(doc.add_paragraph(style="Heading 2"), block.text, lang)
    elif isinstance(block, Sentence):
        paragraph = doc.add_paragraph()
        paragraph.paragraph_format.keep_with_next = kept
        if lang == "zh":
            paragraph.paragraph_format.first_line_indent = Pt(21)  # two characters
        _run(paragraph, block.text, lang)
    elif isinstance(block, Pairs):
        table = _table(doc, (270, 730))
        for number, (key, value) in enumerate(block.rows, 1):
            row = _row(table)
            if not value:
                row.height = _ROOM
            _fill(row.cells, (key, value), lang, shaded=(0,), kept=number < len(block.rows))
    else:
        _grid(doc, block, lang)


def _grid(doc: Doc, grid: Grid, lang: str) -> None:
    table = _table(doc, grid.shares)
    head = _row(table)
    _fill(head.cells, grid.head, lang, shaded=range(len(grid.head)), right=grid.right, kept=True)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)
    for cells in grid.rows:
        _fill(_row(table).cells, cells, lang, right=grid.right)


def _table(doc: Doc, shares: Sequence[int]) -> Table:
    table: Table = doc.add_table(rows=0, cols=len(shares), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Cm(_WIDTH_CM * share / sum(shares))
    return table


def _row(table: Table) -> _Row:
    row: _Row = table.add_row()  # type: ignore[no-untyped-call]
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    return row


def _fill(
    cells: Sequence[_Cell],
    texts: Sequence[str],
    lang: str,
    *,
    shaded: Iterable[int] = (),
    right: Iterable[int] = (),
    colour: RGBColor | None = None,
    kept: bool = False,
) -> None:
    """One row; `kept` keeps it on one page with the next."""
    shades, rights = set(shaded), set(right)
    for number, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.keep_with_next = kept
        if number in rights:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, text, lang, colour=colour)
        if number in shades:
            shade = OxmlElement("w:shd")
            for key, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
                shade.set(qn(f"w:{key}"), value)
            cell._tc.get_or_add_tcPr().append(shade)


def _run(paragraph: Paragraph, text: str, lang: str, size: float = 0, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text)
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    _language(run._r, lang)


def _field(paragraph: Paragraph, name: str, lang: str) -> None:
    """A field that the reader's program reckons: PAGE, NUMPAGES."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = paragraph.add_run("1")
    run.font.size = Pt(8)
    _language(run._r, lang)
    field.append(run._r)
    paragraph._p.append(field)


def _language(run: Any, lang: str) -> None:
    """What language a run is in: for spelling, screen readers and the choice of glyphs."""
    told = OxmlElement("w:lang")
    told.set(qn("w:val"), _TAGS[lang])
    told.set(qn("w:eastAsia"), "zh-CN")
    run.get_or_add_rPr().append(told)
