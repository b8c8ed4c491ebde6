"""Clock times and relative times as people say them, in Chinese and English: 昨晚八点, 3天前, yesterday 8pm."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fanzha.clean import chinese_number

_C: Final = "零〇一二三四五六七八九十两"
_NUM: Final = rf"(?:\d{{1,4}}|[{_C}]{{1,3}})"
_HOUR: Final = rf"(?:\d{{1,2}}|[{_C}]{{1,3}})"
_PART_ZH: Final = "凌晨|清晨|早晨|早上|清早|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜里|夜间|深夜|半夜|夜晚|晚"
# a time of day, with an optional part of day before it
CLOCK: Final = (
    rf"(?:(?:{_PART_ZH})?\s?(?:\d{{1,2}}\s?:\s?\d{{2}}(?:\s?:\s?\d{{2}}(?:[.,]\d{{1,9}})?)?(?:\s?[apAP]\.?[mM](?![A-Za-z]))?"
    rf"|{_HOUR}\s?[点时時](?:半|[一三]刻|整|钟|(?:\d{{1,2}}(?!\d)|[{_C}]{{1,3}})(?![元块万千百]) ?分?(?:(?:\d{{1,2}}|[{_C}]{{1,3}})\s?秒)?)?钟?)"
    r"|\d{1,2}\s?[apAP]\.?[mM](?![A-Za-z]))"
)
_DAYS: Final = {
    "大前天": -3,
    "前天": -2,
    "前日": -2,
    "前晚": -2,
    "昨天": -1,
    "昨日": -1,
    "昨晚": -1,
    "昨夜": -1,
    "昨": -1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "今晨": 0,
    "今夜": 0,
    "今": 0,
    "昨早": -1,
    "明天": 1,
    "明日": 1,
    "明晚": 1,
    "后天": 2,
    "大后天": 3,
}
_DAY: Final = "大前天|前天|前日|前晚|昨天|昨日|昨晚|昨夜|昨早|今天|今日|今晚|今早|今晨|今夜|明天|明日|明晚|大后天|后天"
_WEEK: Final = r"(?:上上|上|本|这|下)(?:个)?(?:周|星期|礼拜)[一二三四五六日天]"
_MONTH_DAY: Final = (
    rf"(?:(?:上个?月|本月|这个月)|(?:\d{{1,2}}|[{_C}]{{1,3}})\s?月(?:份)?)\s?(?:\d{{1,2}}|[{_C}]{{1,3}})\s?[日号]"
)
_AGO: Final = rf"(?:半|{_NUM})\s?(?:个)?\s?(?:半)?\s?(?:秒钟|秒|分钟|分|小时|钟头|天|日|周|星期|礼拜)(?:之前|以前|前)"
_AGO_EN: Final = r"(?:\d{1,4}|an?|one|two|three|half\san)\s(?:second|minute|min|hour|day|week)s?\sago"
_NOW: Final = "刚才|刚刚|方才|just\\snow"
_DAY_EN: Final = r"the\sday\sbefore\syesterday|yesterday|today|last\snight|tonight|this\s(?:morning|afternoon|evening)"
_PART_EN: Final = r"morning|noon|afternoon|evening|night"
# relative phrases inside running text; a time of day may follow. Case matters not: English is matched on lower case.
IN_TEXT_DAY: Final = rf"(?:{_DAY}|{_WEEK}|刚才|刚刚|方才)(?:\s?(?:{CLOCK}|{_PART_ZH}))?"
IN_TEXT_MONTH_DAY: Final = rf"(?<![\d年])(?<!年\s){_MONTH_DAY}(?:\s?(?:{CLOCK}|{_PART_ZH}))?"
IN_TEXT_AGO: Final = rf"(?<![\d{_C}]){_AGO}"
IN_TEXT_ENGLISH: Final = rf"(?<![a-z\d])(?:{_AGO_EN}|just\snow|(?:{_DAY_EN})(?:\s(?:{_PART_EN}))?(?:,?\s(?:at\s|around\s)?{CLOCK})?)(?![a-z])"

# hours at which a part of day begins, and what its clock adds
_PARTS: Final = {
    **dict.fromkeys(("凌晨", "半夜", "深夜", "夜里", "夜间"), 0),
    **dict.fromkeys(("清晨", "早晨", "早上", "清早", "早", "晨", "morning"), 6),
    "上午": 8,
    **dict.fromkeys(("中午", "正午", "noon"), 12),
    **dict.fromkeys(("下午", "午后", "afternoon"), 13),
    "傍晚": 17,
    **dict.fromkeys(("晚上", "晚间", "夜晚", "晚", "夜", "evening", "night"), 18),
}
_LATE: Final = frozenset(("下午", "午后", "afternoon", "傍晚", "晚上", "晚间", "夜晚", "晚", "夜", "evening", "night"))
_READ_CLOCK: Final = re.compile(
    rf"(?P<part>{_PART_ZH})?\s?(?:(?P<h>\d{{1,2}})\s?:\s?(?P<m>\d{{2}})(?:\s?:\s?(?P<s>\d{{2}})(?:[.,](?P<f>\d{{1,9}}))?)?(?:\s?(?P<ap>[ap])\.?m\.?)?"
    rf"|(?P<zh>{_HOUR})\s?[点时時]\s?(?:(?P<half>半)|(?P<quarter>[一三])刻|整|钟|(?P<zm>\d{{1,2}}|[{_C}]{{1,3}})\s?分?(?:\s?(?P<zs>\d{{1,2}}|[{_C}]{{1,3}})\s?秒)?)?钟?"
    r"|(?P<eh>\d{1,2})\s?(?P<eap>[ap])\.?m\.?)",
    re.IGNORECASE,
)
_READ_AGO: Final = re.compile(
    rf"(半|{_NUM})\s?(?:个)?\s?(半)?\s?(?:个)?(秒钟|秒|分钟|分|小时|钟头|天|日|周|星期|礼拜)(?:之前|以前|前)"
)
_READ_AGO_EN: Final = re.compile(
    r"(\d{1,4}|an?|one|two|three|half an) (second|minute|min|hour|day|week)s? ago", re.IGNORECASE
)
_READ_DAY: Final = re.compile(rf"({_DAY}|{_WEEK}|{_MONTH_DAY})\s?(.*)", re.DOTALL)
_READ_DAY_EN: Final = re.compile(rf"({_DAY_EN})(?: ({_PART_EN}))?(?:,? (?:at |around )?(.+))?", re.IGNORECASE)
_READ_MONTH_DAY: Final = re.compile(
    rf"(?:(上个?月|本月|这个月)|(\d{{1,2}}|[{_C}]{{1,3}})\s?月(?:份)?)\s?(\d{{1,2}}|[{_C}]{{1,3}})\s?[日号]"
)
_UNITS: Final = {
    **dict.fromkeys(("秒钟", "秒", "second"), (1000, "second")),
    **dict.fromkeys(("分钟", "分", "minute", "min"), (60_000, "minute")),
    **dict.fromkeys(("小时", "钟头", "hour"), (3_600_000, "hour")),
    **dict.fromkeys(("天", "日", "day"), (86_400_000, "day")),
    **dict.fromkeys(("周", "星期", "礼拜", "week"), (604_800_000, "day")),
}
_ENGLISH: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall-clock time without zone, and how exact it is (second, minute, hour, part_of_day, day)."""

    at: datetime
    precision: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: milliseconds after midnight (24:00 is the next midnight), and how exact it is."""

    after_ms: int
    precision: str


def number(text: str) -> int | None:
    """A small count in digits or Chinese (十二, 两)."""
    value = chinese_number.value_of(text)
    return int(value) if value is not None and value % 1 == 0 else None


def clock(text: str, part: str = "") -> Clock | None:
    """A time of day such as `8:30 pm`, `下午3点半`, `12时30分45秒`; `part` is a part of day named before it.

    晚上 with an hour from 1 to 5 is None: speakers disagree on which night it is.
    """
    found = _READ_CLOCK.fullmatch(text)
    if found is None:
        return None
    hour_text = found["h"] or found["zh"] or found["eh"]
    hour = number(hour_text)
    minute = (
        30
        if found["half"]
        else {"一": 15, "三": 45}.get(found["quarter"] or "") or number(found["m"] or found["zm"] or "0")
    )
    second = number(found["s"] or found["zs"] or "0")
    if hour is None or minute is None or second is None or minute > 59 or second > 59:
        return None
    half = (found["ap"] or found["eap"] or "").lower()
    if half:
        if not 1 <= hour <= 12 or found["part"]:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    else:
        shifted = _shift(hour, found["part"] or part)
        if shifted is None:
            return None
        hour = shifted
    if hour > 24 or (hour == 24 and (minute or second)):
        return None
    precision = "second" if found["s"] or found["zs"] else "minute"
    if (
        precision == "minute"
        and (found["zh"] or found["eh"])
        and not (found["zm"] or found["half"] or found["quarter"])
    ):
        precision = "hour"
    fraction = int((found["f"] or "0").ljust(3, "0")[:3])
    return Clock(((hour * 60 + minute) * 60 + second) * 1000 + fraction, precision)


def _shift(hour: int, part: str) -> int | None:
    """The hour on the 24-hour clock for an hour said with a part of day."""
    if not part or hour > 12:
        return hour
    if part in _LATE:
        if part not in ("下午", "午后", "afternoon", "傍晚") and hour < 6:
            return None
        if hour == 12:
            return 24 if part not in ("下午", "午后", "afternoon", "傍晚") else 12
        return hour + 12 if hour else None
    if part in ("中午", "正午", "noon"):
        return hour + 12 if 1 <= hour <= 2 else hour if hour >= 11 else None
    if _PARTS.get(part) == 0:
        # 半夜12点 is midnight, 深夜11点 the hour before it
        return None if hour >= 11 else hour
    return hour


def read(text: str, now: datetime) -> Wall | None:
    """The wall time meant by a relative phrase said at wall time `now`; None when it is not exactly one."""
    lower = text.lower()
    if re.fullmatch(_NOW, lower):
        return Wall(now, "minute")
    return _ago(lower, now) or _day(text, now) or _day_english(lower, now)


def _ago(text: str, now: datetime) -> Wall | None:
    found = _READ_AGO.fullmatch(text)
    if found:
        count = None if found[1] == "半" else number(found[1])
        halves = 1 if count is None else 2 * count + (1 if found[2] else 0)
        if (found[1] != "半" and count is None) or (found[1] == "半" and found[2]):
            return None
        size_ms, precision = _UNITS[found[3]]
    else:
        english = _READ_AGO_EN.fullmatch(text)
        if english is None:
            return None
        word = english[1]
        halves = 1 if word.startswith("half") else 2 * (_ENGLISH.get(word) or int(word))
        size_ms, precision = _UNITS[english[2]]
    odd = halves % 2 == 1
    if precision == "day" and odd:
        return None
    when = now - timedelta(milliseconds=halves * size_ms // 2)
    if precision == "day":
        return Wall(when.replace(hour=0, minute=0, second=0, microsecond=0), "day")
    return Wall(when, "minute" if odd and precision == "hour" else precision)


def _day(text: str, now: datetime) -> Wall | None:
    found = _READ_DAY.fullmatch(text)
    if found is None:
        return None
    named, rest = found[1], found[2].strip()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if named in _DAYS:
        day: datetime | None = midnight + timedelta(days=_DAYS[named])
        part = named[-1] if named[-1] in "晚夜早晨" else ""
    elif named[-1] in "日号" and "月" in named:
        day, part = _month_day(named, midnight), ""
    else:
        week = -14 if named.startswith("上上") else {"上": -7, "本": 0, "这": 0, "下": 7}[named[0]]
        weekday = "一二三四五六日天".index(named[-1])
        day, part = midnight + timedelta(days=week - midnight.weekday() + min(weekday, 6)), ""
    return None if day is None else _at(day, part, rest)


def _at(day: datetime, part: str, rest: str) -> Wall | None:
    if not rest:
        return Wall(day + timedelta(hours=_PARTS[part]), "part_of_day") if part else Wall(day, "day")
    if rest in _PARTS:
        return Wall(day + timedelta(hours=_PARTS[rest]), "part_of_day")
    read_clock = clock(rest, part)
    return None if read_clock is None else Wall(day + timedelta(milliseconds=read_clock.after_ms), read_clock.precision)


def _month_day(named: str, midnight: datetime) -> datetime | None:
    """A date without a year is its latest occurrence: reports look back."""
    found = _READ_MONTH_DAY.fullmatch(named)
    if found is None:
        return None
    day = number(found[3])
    month = number(found[2]) if found[2] else midnight.month
    if day is None or month is None or not 1 <= month <= 12:
        return None
    years: tuple[int, ...] = tuple(midnight.year - back for back in range(9))  # 2月29日 may be eight years back
    if found[1]:
        past = found[1].startswith("上")
        years = (midnight.year - (past and month == 1),)
        month = (month - 2) % 12 + 1 if past else month
    for year in years:
        try:
            date = datetime(year, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                return None
            continue
        if date <= midnight or found[1]:
            return date
    return None


def _day_english(text: str, now: datetime) -> Wall | None:
    found = _READ_DAY_EN.fullmatch(text)
    if found is None:
        return None
    named, part, rest = found[1], found[2] or "", (found[3] or "").strip()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    back = {"the day before yesterday": 2, "yesterday": 1, "last night": 1}.get(named, 0)
    if " " in named and not named.startswith("the"):
        part = named.rpartition(" ")[2]
    elif named == "tonight":
        part = "night"
    return _at(midnight - timedelta(days=back), part, rest)
