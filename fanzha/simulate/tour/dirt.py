"""What goes wrong on the way: mixed direction words, stray cells, repeated rows, lost rows, totals, blank lines, lost digits.

Rows that a reader must refuse are planted only in accounts that never see disputed money, so that the truth about the
money stays the truth about what can be read.
"""

from random import Random

from fanzha.simulate.tour.sheets import NUMBER

IN_WORDS, OUT_WORDS = ("进", "贷"), ("出", "借")
UNKNOWN = ("O", "O", "", "O", "")
DIRECTION, ACCOUNT, COUNTER, AMOUNT = "收付标志", "交易卡号", "交易对手账卡号", "交易金额"
TAB = "\t"


class Lines:
    """The lines of a feedback file, header first, as lists of cells that may end with a TAB."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("gb18030")
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        self.rows = [line.split(",") for line in self.text.removesuffix(self.newline).split(self.newline)]
        self.header = [cell.strip() for cell in self.rows[0]]
        self.planted: dict[str, int] = {}

    def cell(self, row: int, name: str) -> str:
        """A cell without its TAB."""
        return self.rows[row][self.header.index(name)].strip()

    def put(self, row: int, name: str, value: str) -> None:
        """Change a cell; its TAB stays."""
        at = self.header.index(name)
        self.rows[row][at] = value + (TAB if self.rows[row][at].endswith(TAB) else "")

    def of(self, numbers: set[str]) -> list[int]:
        """Rows of these accounts."""
        return [row for row in range(1, len(self.rows)) if self.cell(row, ACCOUNT) in numbers]

    def bytes(self) -> bytes:
        """The file."""
        return (self.newline.join(",".join(row) for row in self.rows) + self.newline).encode("gb18030")


def mix_words(lines: Lines, rng: Random) -> None:
    """Each account of the file uses 进/出 or 借/贷, as branches with different systems do."""
    styles: dict[str, int] = {}
    for row in range(1, len(lines.rows)):
        style = styles.setdefault(lines.cell(row, ACCOUNT), rng.randrange(2))
        words = IN_WORDS if lines.cell(row, DIRECTION) in ("进", "贷", "入") else OUT_WORDS
        lines.put(row, DIRECTION, words[style])


def unknown_directions(lines: Lines, rng: Random, safe: set[str]) -> None:
    """Direction cells that say nothing."""
    for row, value in zip(rng.sample(lines.of(safe), len(UNKNOWN)), UNKNOWN, strict=True):
        lines.put(row, DIRECTION, value)
    lines.planted["unknown_direction"] = len(UNKNOWN)


def lose_row(lines: Lines, rng: Random, safe: set[str]) -> None:
    """One row of the middle is missing: the next balance does not follow."""
    rows = lines.of(safe)
    del lines.rows[rng.choice(rows[len(rows) // 3 : len(rows) // 2])]
    lines.planted["balance_break"] = 1


def wrong_cell_counts(lines: Lines, rng: Random, safe: set[str]) -> None:
    """Two rows cut short and one with a stray cell."""
    rows = lines.of(safe)
    for place, row in enumerate(rng.sample(rows[len(rows) * 2 // 3 :], 3)):
        lines.rows[row] = [*lines.rows[row], "x" + TAB, "x" + TAB] if place == 0 else lines.rows[row][:-3]
    lines.planted["cell_count"] = 3


def duplicate(lines: Lines, rng: Random, count: int) -> None:
    """Rows that stand in the file twice, the second right behind the first."""
    full = [row for row in range(1, len(lines.rows)) if len(lines.rows[row]) == len(lines.header)]
    known = [row for row in full if lines.cell(row, DIRECTION) in (*IN_WORDS, *OUT_WORDS)]
    for row in sorted(rng.sample(known, count), reverse=True):
        lines.rows.insert(row + 1, list(lines.rows[row]))
    lines.planted["duplicate_row"] = count


def totals_and_blanks(lines: Lines) -> None:
    """Two blank lines in the middle and a total at the end."""
    middle = len(lines.rows) // 2
    lines.rows[middle:middle] = [[""], [""]]
    total = sum(
        round(float(lines.cell(row, AMOUNT)) * 100)
        for row in range(1, len(lines.rows))
        if len(lines.rows[row]) == len(lines.header)
    )
    row = ["合计" + TAB, *[TAB] * (len(lines.header) - 1)]
    row[lines.header.index(AMOUNT)] = f"{total // 100}.{total % 100:02d}" + TAB
    lines.rows.append(row)
    lines.planted["structure_more"] = 3


def through_spreadsheet(lines: Lines) -> list[list[str]]:
    """The file after somebody opened it in a spreadsheet and saved it: long numbers lost what follows the 15th digit."""
    account, counter = lines.header.index(ACCOUNT), lines.header.index(COUNTER)
    table: list[list[str]] = [list(lines.header)]
    for place, row in enumerate(lines.rows[1:]):
        saved = [cell.strip() for cell in row]
        saved[account] = _lost(saved[account], as_text=place % 3 == 0)
        saved[counter] = _lost(saved[counter], as_text=place % 2 == 0)
        table.append(saved)
    lines.planted["spreadsheet_loss"] = len(table) - 1
    return table


def _lost(number: str, *, as_text: bool) -> str:
    """6299110123456789012 -> 6.29911E+18 as text, or 6299110123456780000 as a number."""
    if not number.isdigit() or len(number) <= 15:
        return number
    if as_text:
        return f"{float(number):.5E}"
    return NUMBER + number[:15] + "0" * (len(number) - 15)


def as_table(lines: Lines) -> list[list[str]]:
    """Header and rows without TABs, for a workbook that kept its text as text."""
    return [[cell.strip() for cell in row] for row in lines.rows]


def noise(rng: Random, size: int) -> bytes:
    """A vendor's own container that nobody outside can read."""
    return b"VNDX\x00\x01" + rng.randbytes(size)
