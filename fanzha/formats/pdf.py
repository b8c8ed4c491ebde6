"""PDF documents: records of what a victim told, letters and screen prints saved as text. Read in the confined child.

The text of all pages is read as one; form fields, notes and the addresses behind links follow the text of their page. A page
that has no text (a picture) is quarantined, as is a document behind a password. Lines are those of the page: what was broken
at the margin stays broken, for which breaks mean something is not said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import confined
from fanzha.formats.apply import readings
from fanzha.formats.confined import Caps
from fanzha.formats.grid import BadRow, Reading, Recognition, Source
from fanzha.formats.narrative import Narrative
from fanzha.formats.prose import TOLD, line_of, sheet_of
from fanzha.formats.sheets import content

PDF_BYTES_MAX = 256 << 20
_HEAD = 1024  # ISO 32000-1, annex H.3.4.1: readers take the mark within the first 1,024 bytes
_LOOKED_AT = 1 << 20
_OBJECT = re.compile(rb"[0-9][ \r\n]+[0-9]{1,5}[ \r\n]+obj")
_STRANGE_SHARE = 0.3  # of the characters of a page say nothing: its fonts do not tell what their glyphs mean
_PAGE_LINES, _LINE_POINTS, _MARGIN, _SIZE = 48, 16, 40, 10
_WIDE_MAX = 14_000  # points; ISO 32000-1, annex C.2 allows 14,400


@dataclass(frozen=True, slots=True)
class Pdf:
    """Narratives as PDF documents, both ways."""

    name: str = "pdf"
    en: str = "narratives as PDF documents"
    zh: str = "PDF 笔录与文书"

    def recognise(self, source: Source) -> Recognition:
        """The mark of a PDF within the first 1,024 bytes, and an object after it."""
        if not _is_pdf(source):
            return Recognition(self.name, 0, "no PDF", "不是 PDF 文件")
        return Recognition(self.name, 96, "begins as a PDF does", "文件头为 PDF")

    def read(self, source: Source) -> Iterator[Reading]:
        """Reports and mentions. Raises UnreadableFile where the document is damaged, too large, or none."""
        if not _is_pdf(source):
            raise UnreadableFile("this is no PDF", "不是 PDF 文件", where=source.name)
        lines, bad = _lines(source)
        yield from readings(TOLD, sheet_of(lines, "pdf", source.name, bad), source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Reports line by line as a text file would have them, never broken: a page is as wide as its longest line.

        Raises InputError for a line longer than a page can be wide, and for characters beyond the first plane of Unicode.
        """
        lines = Narrative().write(tables).decode().rstrip("\n").split("\n")
        pages = [lines[start : start + _PAGE_LINES] for start in range(0, len(lines), _PAGE_LINES)]
        return _document(pages)


def _is_pdf(source: Source) -> bool:
    try:
        head = content(source)[:_LOOKED_AT]
    except UnreadableFile:
        return False
    return b"%PDF-" in head[:_HEAD] and _OBJECT.search(head) is not None


def _lines(source: Source) -> tuple[list[str], list[BadRow]]:
    """(lines of all pages, lines that stand for what could not be read)."""
    data = replace(source, data=content(source)).whole(PDF_BYTES_MAX)
    caps = Caps(memory_bytes=min(2 << 30, (512 << 20) + 4 * len(data)), output_bytes=256 << 20)
    lines: list[str] = []
    bad: list[BadRow] = []

    def refuse(reason: str, page: int = 0) -> None:
        lines.append("")
        bad.append(BadRow(len(lines), -1, reason, f"page {page}" if page else ""))

    for value in confined.values("pdf", data, source.name, {}, caps):
        if "locked" in value:
            refuse("encrypted")
        elif "damaged" in value:
            refuse("undecodable", value["page"])
        elif "text" in value:
            text, more = value["text"], value["more"]
            if _says_nothing(text):
                refuse("undecodable" if text.strip() else "no_text_layer", value["page"])
            else:
                lines.extend(map(line_of, text.split("\n")))
            lines.extend(line_of(one) for told in more for one in told.replace("\r", "\n").split("\n") if one.strip())
    return lines, bad


def _says_nothing(text: str) -> bool:
    """Whether a page has no text, or text whose meaning its fonts keep for themselves."""
    written = [c for c in text if not c.isspace()]
    strange = sum(c == "\ufffd" or c < " " or "\ue000" <= c <= "\uf8ff" for c in written)
    return strange >= len(written) * _STRANGE_SHARE


def _document(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF 1.5 of these pages. The font is Adobe's standard Chinese one, which readers have; what each code means is said
    beside it (ToUnicode), so that the text can be taken out as it was."""
    used = sorted({c for page in pages for line in page for c in line})
    if any(c > "\uffff" for c in used):
        raise InputError("a PDF made here cannot hold this character", "此 PDF 无法写入该字符", where=used[-1])
    known = "".join(
        f"{len(part)} beginbfchar\n" + "".join(f"<{ord(c):04X}> <{ord(c):04X}>\n" for c in part) + "endbfchar\n"
        for part in (used[start : start + 100] for start in range(0, len(used), 100))
    )
    meaning = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{known}endcmap end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) "
        "/Supplement 4 >> /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
        _stream(meaning),
    ]
    for number, page in enumerate(pages):
        width = max(595, 2 * _MARGIN + _SIZE * max(map(len, page), default=0))
        if width > _WIDE_MAX:
            raise InputError("a line is longer than a PDF page can be wide", "单行过长,超过 PDF 页面宽度")
        shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in page)
        box = f"[0 0 {width} {2 * _MARGIN + _LINE_POINTS * _PAGE_LINES}]"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents {7 + 2 * number} 0 R /Resources << /Font << /F 3 0 R >> >> >>"
        )
        top = _MARGIN + _LINE_POINTS * _PAGE_LINES
        objects.append(_stream(f"BT /F {_SIZE} Tf {_LINE_POINTS} TL {_MARGIN} {top} Td\n{shown}\nET"))
    return _file(objects)


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    """Objects numbered from 1, of which the first is the catalogue, as a file."""
    made = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += "".join(f"{place:010d} 00000 n \n" for place in places).encode()
    made += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(made)
