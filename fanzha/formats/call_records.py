"""Call records of Chinese operators: the consumer's export, and the form given to investigators.

The consumer's export names the own number above the table and gives type, other number, start, duration, place, fee. The
investigative form gives for each event user and counterpart with home places, IMSI, IMEI, area and cell, position, switch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from fanzha.errors import InputError, UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.mapping import Mapping
from fanzha.formats.propose import proposals
from fanzha.formats.writing import csv_text, moment_texts, texts

_DEVICE = ("imei", "imsi", "lac", "cell")
_WORDS = {"out": "主叫", "in": "被叫", "forward": "呼转"}
CONSUMER_COLUMNS = ("类型", "对方号码", "对方归属地", "开始时间", "通话时长", "通话地点", "费用", "备注")
INVESTIGATIVE_COLUMNS = (
    *("时间戳", "事件类型", "用户号码", "用户归属地", "对方号码", "对方归属地", "通话时长", "通话地点"),
    *("IMSI", "IMEI", "LAC", "CELL", "经度", "纬度", "交换机"),
)


def _recognised(source: Source) -> tuple[Sheet, Mapping] | None:
    """The one table of the file, where it is one of call records; several are left to the reader of any table."""
    try:
        proposed = proposals(source)
    except UnreadableFile:
        return None
    if len(proposed) == 1:
        sheet, mapping = proposed[0]
        if mapping is not None and mapping.record == "call":
            return sheet, mapping
    return None


def _is_investigative(mapping: Mapping) -> bool:
    return sum(mapping.has(name) for name in _DEVICE) >= 2 and mapping.has("subscriber")


@dataclass(frozen=True, slots=True)
class CallRecords:
    """Call records, both ways; `investigative` chooses the form."""

    name: str
    en: str
    zh: str
    encoding: str = "utf-8-sig"
    investigative: bool = False

    def recognise(self, source: Source) -> Recognition:
        """Other number, call type and start by name; device and cell columns tell the two forms apart."""
        found = _recognised(source)
        if found is None:
            return Recognition(self.name, 0, "no table of calls", "不是通话记录表")
        sheet, mapping = found
        fits = _is_investigative(mapping) == self.investigative
        named = len({use.field for use in mapping.uses})
        return Recognition(
            self.name,
            min(95, 70 + 3 * named) if fits else 40,
            f"{named} columns of call records; device and cell columns: {_is_investigative(mapping)}",
            f"识别出通话记录{named}栏;" + ("含设备与基站栏" if _is_investigative(mapping) else "不含设备与基站栏"),
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Calls. Raises UnreadableFile where the file has no such table."""
        found = _recognised(source)
        if found is None:
            raise UnreadableFile("this is no table of calls", "不是通话记录文件", where=source.name)
        sheet, mapping = found
        yield from readings(mapping, sheet, source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Calls as CSV, times in Beijing time. Raises InputError where a consumer's export would hold several subscribers."""
        calls = tables["calls"]
        columns = {
            "对方号码": texts(calls, "counterparty"),
            "对方归属地": texts(calls, "counter_place"),
            "通话地点": texts(calls, "place"),
        }
        when = moment_texts(calls, "at_ms", "Asia/Shanghai")
        kind = [
            ("短信" if medium == "sms" else "") + _WORDS[direction]
            for medium, direction in zip(texts(calls, "medium"), texts(calls, "direction"), strict=True)
        ]
        empty = [""] * len(calls)
        seconds = calls.column("duration_seconds").to_pylist()
        if self.investigative:
            places = [cell.rpartition("-") if cell.count("-") == 1 else ("", "", cell) for cell in texts(calls, "cell")]
            columns |= {
                "时间戳": when,
                "事件类型": kind,
                "用户号码": texts(calls, "subscriber"),
                "通话时长": ["" if value is None else str(value) for value in seconds],
                "IMSI": texts(calls, "imsi"),
                "IMEI": texts(calls, "imei"),
                "LAC": [place[0] for place in places],
                "CELL": [place[2] for place in places],
            }
            names: tuple[str, ...] = INVESTIGATIVE_COLUMNS
            return csv_text(names, [columns.get(name, empty) for name in names]).encode(self.encoding)
        own = sorted(set(texts(calls, "subscriber")))
        if len(own) > 1:
            raise InputError(
                f"a consumer's export holds the calls of one number, here are {len(own)}",
                f"个人详单只含一个号码,此处有{len(own)}个",
                remedy="Write one file for each number, or use the investigative form",
                remedy_zh="请按号码分别导出,或使用侦查格式",
            )
        columns |= {"类型": kind, "开始时间": when, "通话时长": [_clock(value) for value in seconds]}
        names = CONSUMER_COLUMNS
        body = csv_text(names, [columns.get(name, empty) for name in names])
        return ("通话详单\r\n" + f"本机号码:{own[0] if own else ''}\r\n" + body).encode(self.encoding)


def _clock(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


CONSUMER = CallRecords("call_records", "call records, consumer's export", "通话详单(个人导出)")
INVESTIGATIVE = CallRecords(
    "call_records_investigative", "call records, investigative form", "通话记录(侦查格式)", "gb18030", True
)
