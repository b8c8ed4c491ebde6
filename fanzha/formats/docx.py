"""Word documents (.docx, .docm): records of what a victim told (笔录), read in the confined child.

All of the text is read: headers and footers, tables row by row, notes and comments, and what is hidden or was deleted, which
is noted. A row of a table in which each label has its value beside it (案件编号 | A1) states what a line 案件编号:A1 states.
A document behind a password (an OLE file with an encrypted package, MS-OFFCRYPTO) is quarantined as such.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats import confined
from fanzha.formats.apply import readings
from fanzha.formats.bundle import zip_names
from fanzha.formats.grid import BadRow, Content, Reading, Recognition, Source
from fanzha.formats.narrative import Narrative, is_label
from fanzha.formats.prose import TOLD, line_of, sheet_of
from fanzha.formats.remarks import remarked
from fanzha.formats.sheets import content
from fanzha.formats.workbook import caps_for

DOCUMENT_BYTES_MAX = 128 << 20
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
_MADE = (1980, 1, 1, 0, 0, 0)  # the same text gives the same bytes


@dataclass(frozen=True, slots=True)
class Docx:
    """Narratives as Word documents, both ways."""

    name: str = "docx"
    en: str = "narratives as Word documents (.docx)"
    zh: str = "Word 笔录(.docx)"

    def recognise(self, source: Source) -> Recognition:
        """A ZIP with the parts of a Word document; or an Office document behind a password."""
        if _locked(source):
            return Recognition(self.name, 90, "an Office document behind a password", "受密码保护的 Office 文档")
        if not _is_docx(source):
            return Recognition(self.name, 0, "no Word document", "不是 Word 文档")
        return Recognition(self.name, 96, "a ZIP with the parts of a Word document", "压缩包内为 Word 文档部件")

    def read(self, source: Source) -> Iterator[Reading]:
        """Reports and mentions. Raises UnreadableFile where the document is damaged, too large, or none."""
        if _locked(source):
            bad = (BadRow(1, -1, "encrypted"),)
            yield from readings(TOLD, sheet_of((), "docx", source.name, bad), source)
            return
        if not _is_docx(source):
            raise UnreadableFile("this is no Word document", "不是 Word 文档", where=source.name)
        lines, hidden = _lines(source)
        for reading in readings(TOLD, sheet_of(lines, "docx", source.name), source):
            row = next((int(str(row)) for row in reading.tables["reports"].column("row").to_pylist()), 1)
            yield remarked(reading, "hidden_text", hidden, row)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Reports as a document, line by line as a text file would have them."""
        lines = Narrative().write(tables).decode().rstrip("\n").split("\n")
        body = "".join(
            f'<w:p><w:r><w:t xml:space="preserve">{escape(line_of(line))}</w:t></w:r></w:p>' for line in lines
        )
        document = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{_WORD}"><w:body>{body}'
            "</w:body></w:document>"
        )
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in (
                ("[Content_Types].xml", _TYPES),
                ("_rels/.rels", _RELS),
                ("word/document.xml", document),
            ):
                file.writestr(zipfile.ZipInfo(name, _MADE), text.encode(), zipfile.ZIP_DEFLATED)
        return sink.getvalue()


def _data(source: Source) -> bytes | Content:
    """The bytes of the file, unpacked where they can be."""
    try:
        return content(source)
    except UnreadableFile:
        return source.data


def _locked(source: Source) -> bool:
    """An OLE file that holds an encrypted package. The names of its streams stand in a directory anywhere in the file."""
    data = _data(source)
    if data[:8] != _OLE or len(data) > DOCUMENT_BYTES_MAX:
        return False
    return _PACKAGE in bytes(data[: len(data)])


def _is_docx(source: Source) -> bool:
    data = _data(source)
    if data[:4] != b"PK\x03\x04":
        return False
    names = zip_names(data) or []
    return "[Content_Types].xml" in names and any(name.startswith("word/") for name in names)


def _lines(source: Source) -> tuple[list[str], int]:
    """(lines of the document, how many paragraphs of it hide text)."""
    data = replace(source, data=_data(source)).whole(DOCUMENT_BYTES_MAX)
    lines: list[str] = []
    hidden = 0
    for value in confined.values("docx", data, source.name, {}, caps_for(data)):
        for kind, told in value.get("lines", ()):
            lines.extend(_stating(told) if kind == "row" else [line_of(told)])
        hidden += value.get("hidden", 0)
    return lines, hidden


def _stating(cells: list[str]) -> list[str]:
    """A row of a table as text: label and value pairs as lines that state them, any other row with TABs between."""
    filled = [line_of(cell) for cell in cells]
    if len(filled) % 2 == 0 and all(is_label(label) for label in filled[::2]):
        return [f"{label.strip()}:{value}" for label, value in zip(filled[::2], filled[1::2], strict=True)]
    return ["\t".join(filled).rstrip()]
