"""Numbers as a reader sees them, each tied to the file, row and rule it came from."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fanzha.clean.currency import exponent
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Ref, Said, Stamp, Text
from fanzha.document.words import bilingual, both, code_name, code_note, plural, put, word
from fanzha.errors import InputError

# The signs that cannot be mistaken for another currency's.
_SIGNS = {
    "CNY": "¥",
    "USD": "US$",
    "HKD": "HK$",
    "SGD": "S$",
    "TWD": "NT$",
    "EUR": "€",
    "GBP": "£",
    "THB": "฿",
    "JPY": "JP¥",
    "KRW": "₩",
    "MYR": "RM",
    "INR": "₹",
    "PHP": "₱",
    "VND": "₫",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHOWN_REFS = 60  # rows listed under one figure; the rest are counted per file


def money(minor: int, currency: str) -> str:
    """Minor units as money: 123450, CNY -> ¥1,234.50. Exact; no floating point."""
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    sign = _SIGNS.get(currency, f"{currency} " if currency else "")
    tail = f".{part:0{digits}d}" if digits else ""
    return f"{'−' if minor < 0 else ''}{sign}{whole:,}{tail}"


def bits(millibit: int) -> str:
    """A match weight in bits to one decimal, rounded half up: 12 450 -> 12.5."""
    tenths = (abs(millibit) + 50) // 100
    return f"{'−' if millibit < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"


def shown(figure: Figure) -> Said:
    """The number with its unit in both languages."""
    if figure.currency:
        text = money(figure.value, figure.currency)
        return Said(text, text)
    number = bits(figure.value) if figure.unit == "millibit" else f"{figure.value:,}"
    if not figure.unit:
        return Said(number, number)
    unit = plural(code_name("units", figure.unit), figure.value)
    return put(unit, {"n": number}) if "{n}" in unit.en else Said(f"{number} {unit.en}", f"{number} {unit.zh}")


def local(at_ms: int, zone: str) -> datetime:
    """The moment in a named zone; InputError for a zone nobody knows."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise InputError(
            f"there is no time zone {zone!r}",
            f"没有名为 {zone!r} 的时区",
            remedy="use an IANA name, Asia/Shanghai",
            remedy_zh="请使用 IANA 名称,如 Asia/Shanghai",
        ) from problem
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(place)


def day(at_ms: int, zone: str) -> Said:
    """The date: 5 Mar 2024, 2024年3月5日."""
    at = local(at_ms, zone)
    return Said(f"{at.day} {MONTHS[at.month - 1]} {at.year}", f"{at.year}年{at.month}月{at.day}日")


def clock(at_ms: int, zone: str) -> str:
    """The time of day: 20:15."""
    at = local(at_ms, zone)
    return f"{at.hour:02d}:{at.minute:02d}"


def moment(at_ms: int | None, zone: str) -> Said:
    """Date and time to the minute; a dash where it is not known."""
    if at_ms is None:
        return Said("—", "—")
    date, time = day(at_ms, zone), clock(at_ms, zone)
    return Said(f"{date.en} {time}", f"{date.zh} {time}")


def zone_text(stamp: Stamp) -> str:
    """The zone and its offset at the page's own moment: Asia/Shanghai (UTC+08:00)."""
    offset = local(stamp.as_of_ms, stamp.zone).utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    return f"{stamp.zone} (UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d})"


def total(figures: Iterable[Figure], rule: str = "summed") -> Figure:
    """The sum of figures in one currency or unit; its refs are all of theirs, each once. Of nothing: 0."""
    given = list(figures)
    refs = tuple(dict.fromkeys(ref for figure in given for ref in figure.refs))
    if not given:
        return Figure(0, rule=rule)
    kinds = {(figure.currency, figure.unit) for figure in given}
    if len(kinds) != 1:
        raise InputError("money of two currencies cannot be added", "不同币种的金额不能相加")
    currency, unit = kinds.pop()
    return Figure(
        sum(figure.value for figure in given), currency, unit, refs, rule if len(given) > 1 else given[0].rule
    )


class Register:
    """The evidence register of one page: every figure shown gets an entry with its rule, files and rows."""

    def __init__(self, stamp: Stamp) -> None:
        self.stamp = stamp
        self._numbers: dict[tuple[Figure, Text], int] = {}
        self._printed: set[int] = set()

    def number(self, figure: Figure, caption: Text) -> int:
        """The entry's number; the same figure under the same caption is one entry."""
        return self._numbers.setdefault((figure, caption), len(self._numbers) + 1)

    def link(self, figure: Figure, caption: Text, text: Child = None, style: str = "") -> Markup:
        """The figure as a link to its entry. `text` replaces the number where it must be shown another way."""
        number = self.number(figure, caption)
        if figure.value:
            self._printed.add(number)
        inside = text if text is not None else both(shown(figure))
        mark = el("sup", {"class": "note", "aria-hidden": "true"}, f"[{number}]") if figure.value else None
        return el("a", {"class": f"fig {style}".strip(), "href": f"#e{number}"}, inside, mark)

    def svg_link(self, figure: Figure, caption: Text, *children: Child) -> Markup:
        """The same inside a picture."""
        number = self.number(figure, caption)
        title = el("title", None, bilingual(caption) + " — " + bilingual(shown(figure)))
        return el("a", {"class": "fig", "href": f"#e{number}"}, title, *children)

    def rows(self, refs: tuple[Ref, ...], rule: str, caption: Text) -> Markup:
        """A link "n rows" for a statement that has no number of its own."""
        return self.link(Figure(len(refs), "", "rows", refs, rule), caption)

    def markup(self) -> Markup:
        """The whole register; script shows one entry at a time in the panel, print shows it as an annex."""
        entries = [self._entry(number, figure, caption) for (figure, caption), number in self._numbers.items()]
        return el(
            "section",
            {"id": "register", "aria-label": bilingual(word("register"))},
            el("h2", None, both(word("register"))),
            el("p", {"class": "quiet"}, both(word("register_note"))),
            el("ol", None, *entries),
        )

    def _entry(self, number: int, figure: Figure, caption: Text) -> Markup:
        rule, note = code_name("rules", figure.rule), code_note("rules", figure.rule)
        listed = figure.refs[:SHOWN_REFS]
        more: Markup | None = None
        if len(figure.refs) > len(listed):
            counts: dict[str, int] = {}
            for ref in figure.refs[SHOWN_REFS:]:
                counts[ref.name] = counts.get(ref.name, 0) + 1
            rest = "; ".join(f"{name} × {count}" for name, count in counts.items())
            more = el("p", {"class": "quiet"}, both(put(word("more_rows"), {"files": rest})))
        elif not figure.refs:
            more = el("p", {"class": "quiet"}, both(word("no_rows")))
        head = el(
            "p",
            {"class": "ev-head"},
            el("span", {"class": "ev-n"}, f"[{number}]"),
            el("span", {"class": "ev-what"}, both(caption)),
            el("strong", None, both(shown(figure))),
        )
        explained = join([both(rule), el("span", {"class": "quiet"}, both(note)) if note.en else None], between=" ")
        return el(
            "li",
            {"id": f"e{number}", "class": "ev" if number in self._printed else "ev screen"},
            head,
            el("p", {"class": "ev-rule"}, el("span", {"class": "tag"}, both(word("rule"))), explained),
            *_places(listed),
            more,
        )


@lru_cache(maxsize=4096)
def _places(refs: tuple[Ref, ...]) -> tuple[Markup, ...]:
    """The rows, under the file each is in."""
    files: dict[tuple[int, str], list[Ref]] = {}
    for ref in refs:
        files.setdefault((ref.file, ref.name), []).append(ref)
    return tuple(
        el(
            "div",
            {"class": "ev-of"},
            el("span", {"class": "ev-file"}, el("bdi", None, name)),
            " ",
            el("ul", None, *(_place(ref) for ref in rows)),
        )
        for (_, name), rows in files.items()
    )


@lru_cache(maxsize=65536)  # one row stands under many figures
def _place(ref: Ref) -> Markup:
    row = put(word("row_n"), {"n": str(ref.row)}) if ref.row > 0 else word("whole_file")
    at = put(word("byte_n"), {"n": str(ref.byte_offset)}) if ref.byte_offset >= 0 else None
    return el(
        "li",
        None,
        el("span", {"class": "ev-row"}, both(row)),
        el("span", {"class": "ev-byte"}, " ", both(at)) if at else None,
        el("q", None, el("bdi", None, ref.excerpt)) if ref.excerpt else None,
    )
