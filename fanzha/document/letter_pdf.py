"""A letter as PDF: A4, the font embedded as a subset, text that can be searched and copied, the same bytes for the same letter and font.

Chinese needs a font: one that is named, or the first that the system has of those in `KNOWN`. A PDF that only names a Chinese font
shows nothing where the reader's system lacks it, and wrong characters for rare names; hence the font is always embedded.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Final, Protocol, cast

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from fpdf import FPDF
from fpdf.enums import TextMode

from fanzha.document.letter import Letter
from fanzha.document.letter_body import Block, Grid, Heading, Pairs, Sentence, Sheet, sheets
from fanzha.document.line_breaks import lines
from fanzha.errors import InputError, NotFound

# File names of fonts with Chinese, best first: free ones, then those that come with an operating system.
KNOWN: Final = (
    "NotoSerifCJK-Regular.ttc",
    "NotoSerifCJKsc-Regular.otf",
    "NotoSerifSC-Regular.otf",
    "SourceHanSerifSC-Regular.otf",
    "SourceHanSerifCN-Regular.otf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "simsun.ttc",
    "Songti.ttc",
    "uming.ttc",
    "gbsn00lp.ttf",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
)
# Where the systems keep their fonts.
FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_FAMILY, _POSTSCRIPT = 1, 6  # name identifiers of OpenType's table `name`
_MARGIN: Final = 22.0  # millimetres, as all sizes here; text sizes are points
_TOP, _BOTTOM = 24.0, 20.0
_LINE: Final = 5.4
_PAD: Final = 1.0
_ROOM: Final = 7.0  # height of a line that the recipient fills in
_KEYS: Final = 0.27  # part of the width that the left side of a table of two columns takes
_SIZE, _SMALL, _TITLE, _HEAD = 10.5, 8.0, 19.0, 12.0
_GREY: Final = (95, 95, 95)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def letter_pdf(letter: Letter, lang: str = "both", fonts: Sequence[Path] = ()) -> bytes:
    """The letter in `lang` (zh, en, both). `fonts`: the font to embed, then those to take characters from that it lacks.

    A character in none of them is spelled out, `[U+0E01]`: never blank, never another. NotFound where no font with Chinese is
    known, InputError where a font named cannot be read.
    """
    given = list(fonts) or [chinese_font()]
    made = sheets(letter, lang)
    pdf = _Paper(given)
    pdf.set_title(f"{made[0].title} {letter.number}")
    pdf.set_lang("zh-CN" if made[0].lang == "zh" else "en")
    pdf.set_creator("Fanzha")
    pdf.set_producer("Fanzha")
    pdf.set_creation_date(_EPOCH + timedelta(milliseconds=letter.proposed_ms or 0))
    for sheet in made:
        pdf.write_sheet(sheet)
    return bytes(pdf.output())


@lru_cache(maxsize=1)
def chinese_font() -> Path:
    """The first font of KNOWN that the system has; NotFound with a remedy where there is none."""
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted(Path(folder).rglob("*")) if Path(folder).is_dir() else ():
            found.setdefault(path.name, path)
    for name in KNOWN:
        if name in found:
            return found[name]
    raise NotFound(
        "no font with Chinese characters was found, and a PDF must carry its font",
        "未找到中文字体，而 PDF 须内嵌字体",
        remedy="install one (Debian: fonts-noto-cjk), name a font file, or write DOCX",
        remedy_zh="请安装中文字体（Debian：fonts-noto-cjk）、指定字体文件，或改为生成 DOCX",
    )


class _Charted(Protocol):
    """What is used of a font read by fpdf2."""

    cmap: dict[int, object]


def _face(path: Path) -> int:
    """Which font of a collection is the one for simplified Chinese; 0 for a single font. InputError for what is no font."""
    try:
        with path.open("rb") as file:  # opened here, so that it is closed whatever the library makes of it
            if path.suffix.lower() not in (".ttc", ".otc"):
                TTFont(file, lazy=True)
                return 0
            names = [
                " ".join(str(font["name"].getDebugName(number)) for number in (_FAMILY, _POSTSCRIPT))
                for font in TTCollection(file, lazy=True).fonts
            ]
    except (OSError, TTLibError, KeyError, ValueError) as problem:
        raise InputError(
            f"{path.name} cannot be read as a font",
            f"无法将 {path.name} 作为字体读取",
            where=str(path),
            remedy="name a TrueType or OpenType font file",
            remedy_zh="请指定 TrueType 或 OpenType 字体文件",
        ) from problem
    wanted = [number for number, name in enumerate(names) if " SC" in name or name.split()[-1].startswith("SimSun")]
    return wanted[0] if wanted else 0


class _Paper(FPDF):
    """A4 paper that knows its running header and footer, and sets mixed text line by line."""

    def __init__(self, fonts: Sequence[Path]) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.sheet: Sheet | None = None
        self.sheets: dict[int, Sheet] = {}  # by page: the footer of a page is written when the next one begins
        self.set_auto_page_break(False)
        self.set_margins(_MARGIN, _TOP, _MARGIN)
        names = [f"letter{number}" for number, _ in enumerate(fonts)]
        for name, path in zip(names, fonts, strict=True):
            self.add_font(name, "", path, collection_font_number=_face(path))
        self.set_fallback_fonts(names[1:])
        self.known = {point for name in names for point in cast(_Charted, self.fonts[name]).cmap}
        self.widths: dict[tuple[str, float], float] = {}
        self.set_font("letter0", size=_SIZE)
        self.set_line_width(0.15)

    def spelled(self, text: str) -> str:
        """`text` with each character that no font has written as its code point."""
        return "".join(c if ord(c) in self.known else f"[U+{ord(c):04X}]" for c in text)

    def measure(self, text: str) -> float:
        """The width of a text in the size now set; characters do not kern."""
        total = 0.0
        for c in text:
            width = self.widths.get((c, self.font_size_pt))
            if width is None:
                width = self.widths[c, self.font_size_pt] = self.get_string_width(c)
            total += width
        return total

    def cut(self, text: str, width: float) -> list[str]:
        """`text` in lines that fit; a hair of room is left for rounding."""
        return lines(self.spelled(text), width - 0.05, self.measure)

    def room(self, height: float) -> None:
        """A new page unless so much room is left on this one."""
        if self.get_y() + height > self.h - _BOTTOM:
            self.add_page()

    def header(self) -> None:
        """Case and order on every page."""
        if self.sheet is None:
            return
        self.sheets[self.page] = self.sheet
        self.set_font_size(_SMALL)
        self.set_text_color(*_GREY)
        self.set_xy(self.l_margin, 11)
        self.cell(self.epw, 5, self.cut(self.sheet.header, self.epw)[0], align="R")
        self.set_draw_color(*_GREY)
        self.line(self.l_margin, 17, self.l_margin + self.epw, 17)
        self.set_text_color(0)
        self.set_draw_color(0)
        self.set_font_size(_SIZE)
        self.set_xy(self.l_margin, _TOP)

    def footer(self) -> None:
        """Who answers for it, and the page."""
        sheet = self.sheets.get(self.page)
        if sheet is None:
            return
        self.set_font_size(_SMALL - 1)
        self.set_text_color(*_GREY)
        page = sheet.page.format(n=self.page_no(), total="{nb}")
        side = 34.0
        y = self.h - 14
        for line in self.cut(sheet.footer, self.epw - side):
            self.set_xy(self.l_margin, y)
            self.cell(self.epw - side, 3.6, line)
            y += 3.6
        self.set_xy(self.l_margin + self.epw - side, self.h - 14)
        self.cell(side, 3.6, page, align="R")
        self.set_text_color(0)
        self.set_font_size(_SIZE)

    def write_sheet(self, sheet: Sheet) -> None:
        """One language of the letter, from a new page on."""
        self.sheet = sheet
        self.add_page()
        self.bold(sheet.title, _TITLE, "C")
        self.ln(4)
        if sheet.banner:
            self.banner(sheet.banner)
        if sheet.salutation:
            self.paragraph(sheet.salutation)
            self.ln(1)
        for number, block in enumerate(sheet.blocks):
            if isinstance(block, Heading):
                self.room(self.together(sheet.blocks[number + 1 :]))
            self.block(block)

    def together(self, after: Sequence[Block]) -> float:
        """How much room a heading needs: for all of a short part, for the first lines of a long one; it never stands alone."""
        part = list(takewhile(lambda block: not isinstance(block, Heading), after))
        height = 2 * _LINE + sum(map(self.height, part))
        return height if height < (self.h - _TOP - _BOTTOM) / 2 else 5 * _LINE

    def height(self, block: Block) -> float:
        """How high a block is, as `block` sets it."""
        if isinstance(block, Sentence):
            return len(self.cut(block.text, self.epw)) * _LINE + _LINE
        if isinstance(block, Pairs):
            left = self.epw * _KEYS
            widths = [left, self.epw - left]
            return sum(self.row_height(self.cells(pair, widths), 0 if pair[1] else _ROOM) for pair in block.rows)
        if isinstance(block, Grid):
            widths = [self.epw * share / sum(block.shares) for share in block.shares]
            return sum(self.row_height(self.cells(cells, widths)) for cells in (block.head, *block.rows))
        return 0.0

    def row_height(self, cells: Sequence[Sequence[str]], least: float = 0) -> float:
        """How high a row of cells cut into lines is."""
        return max(max(map(len, cells)) * _LINE, least) + 2 * _PAD

    def cells(self, texts: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
        """The texts of a row, each cut into lines that fit its column."""
        return [self.cut(text, width - 2 * _PAD) for text, width in zip(texts, widths, strict=True)]

    def block(self, block: Block) -> None:
        """A heading, a paragraph or a table."""
        if isinstance(block, Heading):
            self.ln(2.2)
            self.bold(block.text, _HEAD, "L")
            self.ln(1)
        elif isinstance(block, Sentence):
            self.paragraph(block.text, indented=True)
            self.ln(1)
        elif isinstance(block, Pairs):
            left = self.epw * _KEYS
            for key, value in block.rows:
                self.row((key, value), (left, self.epw - left), shaded=(0,), least=0 if value else _ROOM)
        else:
            self.grid(block)

    def grid(self, grid: Grid) -> None:
        """A table whose head is repeated on each page."""
        widths = [self.epw * share / sum(grid.shares) for share in grid.shares]
        every = range(len(widths))
        self.room(3 * _LINE)
        self.row(grid.head, widths, shaded=every, right=grid.right)
        for cells in grid.rows:
            page = self.page
            self.room(_LINE + 2 * _PAD)
            if self.page != page:
                self.row(grid.head, widths, shaded=every, right=grid.right)
            self.row(cells, widths, right=grid.right)
        self.ln(1)

    def row(
        self,
        texts: Sequence[str],
        widths: Sequence[float],
        *,
        shaded: Iterable[int] = (),
        right: Iterable[int] = (),
        least: float = 0,
    ) -> None:
        """One row with borders, as high as its highest cell; one higher than what is left goes on on the next page."""
        shades, rights = set(shaded), set(right)
        cut = self.cells(texts, widths)
        left = max(map(len, cut))
        self.room(max(min(left, 3) * _LINE, least) + 2 * _PAD)
        done = 0
        while done < left:
            fits = max(1, int((self.h - _BOTTOM - self.get_y() - 2 * _PAD) / _LINE))
            count = min(left - done, fits)
            height = max(count * _LINE, least) + 2 * _PAD
            x, y = self.l_margin, self.get_y()
            for number, (whole, width) in enumerate(zip(cut, widths, strict=True)):
                self.set_fill_color(240)
                self.rect(x, y, width, height, style="DF" if number in shades else "D")
                for place, line in enumerate(whole[done : done + count]):
                    self.set_xy(x + _PAD, y + _PAD + place * _LINE)
                    self.set_line(line, width - 2 * _PAD, "R" if number in rights else "L")
                x += width
            self.set_xy(self.l_margin, y + height)
            done += count
            if done < left:
                self.add_page()

    def set_line(self, line: str, width: float, align: str) -> None:
        """One line of text where the pen stands."""
        margin, self.c_margin = self.c_margin, 0.0
        self.cell(width, _LINE, line, align=align)
        self.c_margin = margin

    def paragraph(self, text: str, indented: bool = False) -> None:
        """A text over the whole width; Chinese begins two characters in."""
        chinese = indented and self.sheet is not None and self.sheet.lang == "zh"
        for line in self.cut("\u3000\u3000" * chinese + text, self.epw):
            self.room(_LINE)
            self.set_x(self.l_margin)
            self.set_line(line, self.epw, "L")
            self.ln(_LINE)

    def bold(self, text: str, size: float, align: str) -> None:
        """A heading: the one font, its outlines drawn a little thicker."""
        self.set_font_size(size)
        for line in self.cut(text, self.epw):
            self.set_x(self.l_margin)
            with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=size / 150):
                self.set_line(line, self.epw, align)
            self.ln(size * 0.5)
        self.set_font_size(_SIZE)

    def banner(self, text: str) -> None:
        """What must not be overlooked: in a frame, in red."""
        self.set_text_color(170, 0, 0)
        self.set_draw_color(170, 0, 0)
        self.row((text,), (self.epw,))
        self.set_text_color(0)
        self.set_draw_color(0)
        self.ln(3)
