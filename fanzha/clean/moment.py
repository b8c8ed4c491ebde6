"""Points in time as integer UTC milliseconds beside the original text and the assumed zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fanzha.clean import moment_words
from fanzha.clean.digits import fold
from fanzha.clean.moment_words import Clock, Wall
from fanzha.errors import InputError

_TEXT_MAX: Final = 64
_YEAR_MIN, _YEAR_MAX = 1900, 2199
_EPOCH: Final = datetime(1970, 1, 1)
_SHANGHAI_MS: Final = 8 * 3_600_000
_FIXED_FROM: Final = datetime(1992, 1, 1)  # the last summer time of Shanghai ended on 1991-09-15

_SEP: Final = r"[-/.]"
_CLOCK: Final = moment_words.CLOCK
_YMD: Final = re.compile(
    rf"(\d{{4}})(?:-(\d{{1,2}})-(\d{{1,2}})|/(\d{{1,2}})/(\d{{1,2}})|\.(\d{{1,2}})\.(\d{{1,2}})|\s?年\s?(\d{{1,2}})\s?月\s?(\d{{1,2}})\s?[日号]?)"
    rf"(?:(?:T|\s|,)?\s?(?P<clock>{_CLOCK}))?\s?(?P<zone>Z|UTC|GMT|[+-]\d{{2}}:?(?:\d{{2}})?)?",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?(?P<zone>Z)?")
_EITHER: Final = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}})(?:,?\s(?P<clock>{_CLOCK}))?")
_MONTHS: Final = {
    m: i + 1 for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
}
_MONTH: Final = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY_MONTH: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s\-](?:of\s)?{_MONTH}[\s\-,]{{1,2}}(\d{{4}})(?:,?\s(?:at\s)?(?P<clock>{_CLOCK}))?",
    re.IGNORECASE,
)
_MONTH_DAY: Final = re.compile(
    rf"{_MONTH}\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})(?:,?\s(?:at\s)?(?P<clock>{_CLOCK}))?", re.IGNORECASE
)
_SERIAL: Final = re.compile(r"\d{1,7}(?:\.\d{1,17})?")
_OFFSET: Final = re.compile(r"([+-])(\d{2}):?(\d{2})?")

_D: Final = r"\d{1,2}"
# What may be a moment inside running text. Every repeat is bounded, so a scan is linear in the text.
_DIGITAL: Final = re.compile(
    rf"[0-9](?<![\d.\-/].)(?:\d{{3}}(?:-{_D}-{_D}|/{_D}/{_D}|\.{_D}\.{_D}|\s?年\s?{_D}\s?月\s?{_D}\s?[日号]?)"
    rf"(?:(?:T|\s|,)?\s?{_CLOCK})?(?:\s?(?:Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}})(?![A-Za-z\d]))?"
    rf"|(?<=[12])(?:9|0)\d{{6}}(?:[T ]?\d{{2}}:?\d{{2}}(?::?\d{{2}})?)?"
    rf"|\d?[-/]{_D}[-/]\d{{4}}(?:,?\s{_CLOCK})?)(?![\d\-/])"
)
_MONTHLY: Final = re.compile(
    rf"(?<![a-z\d])(?:{_D}(?:st|nd|rd|th)?\s{_MONTH}[\s,]{{1,2}}\d{{4}}|{_MONTH}\s{_D}(?:st|nd|rd|th)?,?\s\d{{4}})"
    rf"(?:,?\s(?:at\s)?{_CLOCK})?(?!\d)"
)
_DAY: Final = re.compile(moment_words.IN_TEXT_DAY)
_MONTH_AND_DAY: Final = re.compile(moment_words.IN_TEXT_MONTH_DAY)
_AGO: Final = re.compile(moment_words.IN_TEXT_AGO)
_ENGLISH: Final = re.compile(moment_words.IN_TEXT_ENGLISH)
_YEAR: Final = re.compile(r"\d{4}")  # a date in digits holds one
_ENGLISH_WORDS: Final = ("ago", "day", "night", "just now", "this ")


def scan(folded: str, lower: str, *, relative: bool = True) -> Iterator[tuple[int, int]]:
    """Spans of folded text that `parse` may read, each kind of phrase in turn; `lower` is the text in lower case.

    `relative` asks for those too that need a time to count from: 昨晚八点, 3月5日, two days ago.
    """
    dated = _YEAR.search(folded) is not None
    if dated:
        yield from (found.span() for found in _DIGITAL.finditer(folded))
    if relative and len(lower) == len(folded) and lower.strip() and any(word in lower for word in _ENGLISH_WORDS):
        yield from (found.span() for found in _ENGLISH.finditer(lower))
    if dated and len(lower) == len(folded) and any(month in lower for month in _MONTHS):
        yield from (found.span() for found in _MONTHLY.finditer(lower))
    if not relative or folded.isascii():
        return
    yield from (found.span() for found in _DAY.finditer(folded))
    if "月" in folded:
        yield from (found.span() for found in _MONTH_AND_DAY.finditer(folded))
    if "前" in folded:
        yield from (found.span() for found in _AGO.finditer(folded))


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time. `at_ms`: UTC milliseconds since 1970, the start of what `precision` leaves open.

    `zone`: the zone of the wall clock (IANA name, or the offset written in the text); `assumed_zone`: the text named none.
    `precision`: second, minute, hour, part_of_day or day.
    """

    at_ms: int
    original: str
    zone: str
    assumed_zone: bool
    precision: str


def parse(
    text: str,
    *,
    zone: str = "Asia/Shanghai",
    relative_to_ms: int | None = None,
    epoch: bool = False,
    excel: bool = False,
    order: str = "",
) -> Moment | None:
    """One point in time, or None when the text is not exactly one.

    `zone` is the wall clock's where the text names none. `relative_to_ms` (UTC) is what `昨晚八点`, `3天前` or a date
    without a year (then its latest occurrence) count from; without it they give None. `epoch` reads 10 digits as seconds
    and 13 as milliseconds, `excel` reads serial day numbers of the 1900 system. 05/03/2024 is ambiguous and gives None unless a
    part is over 12, both agree, or `order` ("dmy" or "mdy") says which comes first; then 05/03/24 is read too. Raises InputError for an unknown zone.
    """
    if len(text) == 19 and text[10] == " " and text[4] == "-" and text.isascii():
        quick = _iso(text)
        if quick is not None:
            return _moment(Wall(quick, "second"), text, zone, None)
    if len(text) > _TEXT_MAX:
        return None
    plain = re.sub(r"\s+", " ", fold(text).strip(" \t\r\n'\"`"))
    if epoch and re.fullmatch(r"\d{10}|\d{13}", plain):
        at_ms = int(plain) * (1000 if len(plain) == 10 else 1)
        return Moment(at_ms, text, "UTC", False, "second")
    if excel and _SERIAL.fullmatch(plain):
        wall = _excel(plain)
        return None if wall is None else _moment(wall, text, zone, None)
    found = _absolute(plain, order)
    if found is not None:
        return _moment(found[0], text, zone, found[1])
    if relative_to_ms is None:
        return None
    try:
        now = datetime.fromtimestamp(relative_to_ms / 1000, UTC).astimezone(_zone(zone)).replace(tzinfo=None)
        relative = moment_words.read(plain, now)
    except (OverflowError, ValueError, OSError):
        return None  # beyond the years a computer counts
    return None if relative is None else _moment(relative, text, zone, None)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"there is no time zone {name!r}",
            f"没有名为 {name!r} 的时区",
            remedy="use an IANA name such as Asia/Shanghai",
            remedy_zh="请使用 IANA 时区名,例如 Asia/Shanghai",
        ) from error


def _moment(wall: Wall, text: str, zone: str, offset: str | None) -> Moment | None:
    when = wall.at
    if not _YEAR_MIN <= when.year <= _YEAR_MAX:
        return None
    wall_ms = (when - _EPOCH) // timedelta(milliseconds=1)
    if offset is not None:
        shift_ms = _offset_ms(offset)
        return None if shift_ms is None else Moment(wall_ms - shift_ms, text, offset, False, wall.precision)
    if zone == "Asia/Shanghai" and when >= _FIXED_FROM:
        return Moment(wall_ms - _SHANGHAI_MS, text, zone, True, wall.precision)
    shift = when.replace(tzinfo=_zone(zone)).utcoffset() or timedelta(0)
    return Moment(wall_ms - shift // timedelta(milliseconds=1), text, zone, True, wall.precision)


def _offset_ms(offset: str) -> int | None:
    if offset == "UTC":
        return 0
    found = _OFFSET.fullmatch(offset)
    if found is None or int(found[2]) > 14 or int(found[3] or 0) > 59:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return minutes * 60_000 * (-1 if found[1] == "-" else 1)


def _absolute(plain: str, order: str) -> tuple[Wall, str | None] | None:
    """(wall time, offset written in the text) of a date with a year."""
    found = _YMD.fullmatch(plain)
    if found:
        month, day = (found[2] or found[4] or found[6] or found[8]), (found[3] or found[5] or found[7] or found[9])
        return _with_clock(int(found[1]), int(month), int(day), found["clock"], found["zone"])
    found = _COMPACT.fullmatch(plain)
    if found:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if found[4] is None:
            return _with_clock(year, month, day, None, None)
        second = f":{found[6]}" if found[6] else ""
        return _with_clock(year, month, day, f"{found[4]}:{found[5]}{second}", found["zone"])
    found = _EITHER.fullmatch(plain)
    if found and (len(found[4]) == 4 or order):
        return _either(int(found[1]), int(found[3]), found[4], found["clock"], order)
    found = _DAY_MONTH.fullmatch(plain)
    if found:
        return _with_clock(int(found[3]), _MONTHS[found[2].lower()], int(found[1]), found["clock"], None)
    found = _MONTH_DAY.fullmatch(plain)
    if found:
        return _with_clock(int(found[3]), _MONTHS[found[1].lower()], int(found[2]), found["clock"], None)
    return None


def _either(first: int, second: int, year: str, clock: str | None, order: str) -> tuple[Wall, str | None] | None:
    """A date of which day and month may stand either way round; a short year is of 1970 to 2069 (POSIX)."""
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    if first > 12 and order != "mdy":
        order = "dmy"
    elif second > 12 and order != "dmy":
        order = "mdy"
    elif first == second:
        order = order or "dmy"
    if not order:
        return None
    day, month = (first, second) if order == "dmy" else (second, first)
    return _with_clock(full, month, day, clock, None)


def _with_clock(year: int, month: int, day: int, clock: str | None, zone: str | None) -> tuple[Wall, str | None] | None:
    try:
        date = datetime(year, month, day)
    except ValueError:
        return None
    offset = None if zone is None else "UTC" if zone.upper() in ("Z", "UTC", "GMT") else zone
    if clock is None:
        return (Wall(date, "day"), offset)
    read: Clock | None = moment_words.clock(clock)
    if read is None or year > _YEAR_MAX:
        return None
    return Wall(date + timedelta(milliseconds=read.after_ms), read.precision), offset


def _excel(plain: str) -> Wall | None:
    """Serial days of the 1900 date system, counted from 1899-12-30 (right from 1900-03-01 on), to the nearest second."""
    days = Decimal(plain)
    if not 61 <= days < 109_000:
        return None
    seconds = int((days * 86_400).to_integral_value())
    return Wall(datetime(1899, 12, 30) + timedelta(seconds=seconds), "day" if days % 1 == 0 else "second")
