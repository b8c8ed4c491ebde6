"""A Word document (Office Open XML, ECMA-376) to the text it shows, line by line.

Says {"lines": [[kind, text or cells], ...]} again and again, then {"hidden": count}. Kinds: `text` a paragraph, `row` the cells of
a row of a table, `hidden` what is not shown (hidden or deleted), `header`, `footer`, `note` (foot and end notes, comments). Headers
come first, footers last, each text of them once. Nothing is followed and no macro is run; where a link leads is said beside
its text. Sizes are measured on what comes out. A document type, an entity or a part behind a password is refused.
"""

import codecs
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

from fanzha.formats.child.saying import NotThis, Say, TooMuch

CODECS = tuple(map(codecs.lookup, ("cp437", "utf-16", "gb18030")))  # later there is no file to load them from
STEP = 1 << 18
PART_BYTES_MAX = 128 << 20
TOTAL_BYTES_MAX = 256 << 20
RATIO_MAX = 200
SMALL = 10 << 20
CHARACTERS_MAX = 20_000_000
DEPTH_MAX = 500
FRAME_LINES = 1_000
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    RuntimeError,
    NotImplementedError,
)
ENGINE = re.compile(r"HYPERLINK\s+(?:\\[a-z]\s+)*\"([^\"]{1,2000})\"")
# what a part is for, by its content type; in the order in which they are said
PARTS = (
    ("header", re.compile(r"wordprocessingml\.header\+xml$")),
    (
        "text",
        re.compile(
            r"(?:wordprocessingml\.(?:document|template)|ms-word\.(?:document|template)\.macroEnabled)\.main\+xml$"
        ),
    ),
    ("note", re.compile(r"wordprocessingml\.(?:footnotes|endnotes|comments)\+xml$")),
    ("footer", re.compile(r"wordprocessingml\.footer\+xml$")),
)
Line = list[Any]  # [kind, text or cells]


@dataclass(slots=True)
class Paragraph:
    """A paragraph in the making: what is shown, and what is not."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


class Budget:
    """How much may still come out of the file."""

    def __init__(self, packed: int) -> None:
        self.left = min(TOTAL_BYTES_MAX, max(SMALL, RATIO_MAX * packed))
        self.characters = CHARACTERS_MAX

    def spend(self, count: int) -> None:
        """That many bytes more."""
        self.left -= count
        if self.left < 0:
            raise TooMuch

    def write(self, count: int) -> None:
        """That many characters more."""
        self.characters -= count
        if self.characters < 0:
            raise TooMuch


class Reader:
    """One part of the document, element by element."""

    def __init__(self, kind: str, links: dict[str, str], budget: Budget) -> None:
        self.kind, self.links, self.budget = kind, links, budget
        self.lines: list[Line] = []
        self.hidden = 0
        self.path: list[str] = []
        self.paragraphs: list[Paragraph] = []
        self.tables: list[list[list[str]]] = []  # of each open table the cells of its row, as lists of paragraphs
        self.vanish = self.deleted = self.skipped = 0
        self.link: list[str] = []
        self.told: list[str] = []  # what the open link shows
        self.code: list[str] = []  # a field's instruction, which may hold a link

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = name.rpartition(" ")[2]
        if len(self.path) >= DEPTH_MAX:
            raise TooMuch
        self.path.append(tag)
        value = next((text for key, text in attributes.items() if key.rpartition(" ")[2] == "val"), "")
        if self.skipped or tag == "Fallback":  # the same for older programs
            self.skipped += 1
        elif tag == "p":
            self.paragraphs.append(Paragraph())
        elif tag == "r":
            self.vanish = 0
        elif tag in ("vanish", "webHidden") and "rPr" in self.path[-3:] and value not in ("0", "false", "off"):
            self.vanish = 1
        elif tag in ("del", "moveFrom"):
            self.deleted += 1
        elif tag == "tr" and self.tables:
            self.tables[-1] = []
        elif tag == "tbl":
            self.tables.append([])
        elif tag == "tc" and self.tables:
            self.tables[-1].append([])
        elif tag in ("tab", "ptab") and "pPr" not in self.path:
            self.write("\t")
        elif tag in ("br", "cr"):
            self.write("\n")
        elif tag in ("noBreakHyphen", "softHyphen"):
            self.write("-" if tag == "noBreakHyphen" else "")
        elif tag == "hyperlink":
            place = next((text for key, text in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            self.link.append(self.links.get(place, ""))
            self.told = []

    def data(self, text: str) -> None:
        """Text of the element."""
        if self.skipped or not self.path:
            return
        if self.path[-1] in ("t", "delText"):
            self.write(text)
        elif self.path[-1] == "instrText":
            self.budget.write(len(text))
            self.code.append(text)

    def write(self, text: str) -> None:
        """Text of the paragraph."""
        self.budget.write(len(text) + 1)
        if not self.paragraphs:
            return
        if self.vanish or self.deleted:
            self.paragraphs[-1].hidden.append(text)
        else:
            self.paragraphs[-1].shown.append(text)
            self.told.append(text)

    def end(self, _name: str) -> None:
        """An element ends."""
        tag = self.path.pop()
        if self.skipped:
            self.skipped -= 1
        elif tag == "p" and self.paragraphs:
            self.paragraph(self.paragraphs.pop())
        elif tag == "r":
            self.vanish = 0
        elif tag in ("del", "moveFrom"):
            self.deleted -= 1
        elif tag == "tr" and self.tables:
            self.row(self.tables[-1])
            self.tables[-1] = []
        elif tag == "tbl" and self.tables:
            self.tables.pop()
        elif tag == "hyperlink" and self.link:
            self.leads(self.link.pop())
        elif tag == "instrText":
            found = ENGINE.search("".join(self.code[-200:]))
            if found:
                self.leads(found[1])
                self.code = []

    def leads(self, address: str) -> None:
        """Where a link leads, unless its text says so already."""
        if address and "".join(self.told).strip().rstrip("/") != address.rstrip("/"):
            self.write(f" ({address})")
        self.told = []

    def paragraph(self, done: Paragraph) -> None:
        """A paragraph ends: a line of its own, or of a cell."""
        text, unseen = "".join(done.shown).strip("\n"), "".join(done.hidden).strip()
        if unseen:
            self.hidden += 1
        if self.paragraphs:  # within a paragraph stands only the text of a frame
            self.paragraphs[-1].shown.append(f"\n{text}\n" if text.strip() else "")
            self.paragraphs[-1].hidden.append(unseen)
            return
        if self.tables and self.tables[-1]:
            self.tables[-1][-1].append(text.replace("\n", " ").strip())
        elif text.strip():
            self.lines.extend([self.kind, one] for one in text.split("\n") if one.strip())
        if unseen:
            self.lines.append(["hidden", unseen])

    def row(self, cells: list[list[str]]) -> None:
        """A row ends. One within another table is part of the cell it stands in."""
        texts = [" ".join(filter(None, cell)) for cell in cells]
        if len(self.tables) > 1 and self.tables[-2]:
            self.tables[-2][-1].append(" ".join(filter(None, texts)))
        elif any(texts):
            self.lines.append(["row", texts])


def main(pipe: BinaryIO, say: Say, _argument: dict[str, Any]) -> None:
    """Read the document, say its lines."""
    data = pipe.read()
    budget = Budget(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            _document(file, budget, say)
    except BROKEN as error:
        raise NotThis from error


def _document(file: zipfile.ZipFile, budget: Budget, say: Say) -> None:
    types = _types(file, budget)
    hidden, seen, found = 0, set[str](), False
    for kind, pattern in PARTS:
        for name in sorted(name for name, type_ in types.items() if pattern.search(type_)):
            found = found or kind == "text"
            reader = Reader(kind, _links(file, name, budget), budget)
            _parse(_chunks(file, name, budget), reader.start, reader.end, reader.data)
            hidden += reader.hidden
            lines = reader.lines
            if kind in ("header", "footer"):  # first, even and later pages often have the same
                lines = [line for line in lines if str(line) not in seen]
                seen.update(map(str, lines))
            for start in range(0, len(lines), FRAME_LINES):
                say({"lines": lines[start : start + FRAME_LINES]})
    if not found:
        raise NotThis
    say({"hidden": hidden})


def _types(file: zipfile.ZipFile, budget: Budget) -> dict[str, str]:
    """Name -> content type of every part that has one of its own."""
    types: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "Override":
            types[attributes.get("PartName", "").lstrip("/")] = attributes.get("ContentType", "")

    _parse(_chunks(file, "[Content_Types].xml", budget), start)
    return types


def _links(file: zipfile.ZipFile, name: str, budget: Budget) -> dict[str, str]:
    """Id -> address of the links that a part has; they are said, never followed."""
    links: dict[str, str] = {}
    folder, _, last = name.rpartition("/")
    place = f"{folder}/_rels/{last}.rels".lstrip("/")
    if place not in file.namelist():
        return links

    def start(name: str, attributes: dict[str, str]) -> None:
        if attributes.get("Type", "").endswith("/hyperlink") and attributes.get("TargetMode") == "External":
            links[attributes.get("Id", "")] = attributes.get("Target", "").removeprefix("mailto:")[:2_000]

    _parse(_chunks(file, place, budget), start)
    return links


def _chunks(file: zipfile.ZipFile, name: str, budget: Budget) -> Any:
    try:
        stream = file.open(name)
    except KeyError as error:
        raise NotThis from error
    size = 0
    with stream:
        while chunk := stream.read(STEP):
            size += len(chunk)
            budget.spend(len(chunk))
            if size > PART_BYTES_MAX:
                raise TooMuch
            yield chunk


def _refuse(*_: object) -> None:
    raise NotThis


def _parse(chunks: Any, start: Any, end: Any = None, data: Any = None) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise NotThis from error
