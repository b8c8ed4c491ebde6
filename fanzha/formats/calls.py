"""Rows of call records to calls."""

import re

import pyarrow as pa

from fanzha.clean import imei, phone_batch
from fanzha.formats.columns import Ledger, mapped, moments, record, truth
from fanzha.formats.grid import Grid, Reading, Source
from fanzha.formats.headers import normal_word
from fanzha.formats.kernels import pc
from fanzha.formats.legs import field_column, vocabulary_of, when
from fanzha.formats.mapping import Mapping
from fanzha.formats.strings import absent_as_null

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:\.0+)?")
_WORDS = re.compile(
    r"(?:(\d{1,4})(?:小时|时|h))?(?:(\d{1,5})(?:分钟|分|min|m))?(?:(\d{1,6})(?:秒钟|秒|sec|s))?", re.IGNORECASE
)
_SMS = ("短信", "短消息", "彩信", "sms", "mms", "消息")


def seconds_of(text: str) -> int | None:
    """A duration in seconds: 00:01:05, 1:05, 1时2分3秒, 65, 65秒; None where it cannot be read."""
    plain = normal_word(text)
    if plain.isascii() and plain.isdigit() and len(plain) <= 7:
        return int(plain)
    clock = _CLOCK.fullmatch(plain)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds if minutes < 60 and seconds < 60 else None
    named = _WORDS.fullmatch(plain)
    if named and any(named.groups()):
        hours, minutes, seconds = (int(part or 0) for part in named.groups())
        return hours * 3600 + minutes * 60 + seconds
    return None


def medium_of(text: str) -> str:
    """voice, or sms where the event type says so."""
    return "sms" if any(word in normal_word(text) for word in _SMS) else "voice"


def calls_of(mapping: Mapping, grid: Grid, source: Source) -> Reading:
    """One block of call records as calls."""
    ledger = Ledger(grid)
    ledger.heed(field_column(mapping, grid, "remarks"))
    own_text, other_text = field_column(mapping, grid, "subscriber"), field_column(mapping, grid, "counterparty")
    region = mapping.region or source.region
    own, other = (phone_batch.read(column, region).normal for column in (own_text, other_text))
    if mapping.has("sender"):  # a message may come from a name
        named = field_column(mapping, grid, "sender")
        other = pc.if_else(pc.equal(named, ""), other, named)
    ledger.reject(truth(pc.is_null(own)), "bad_phone", "subscriber")
    ledger.reject(truth(pc.is_null(other)), "bad_phone", "counterparty")
    kind = field_column(mapping, grid, "direction")
    listed = vocabulary_of(mapping, "call_direction")
    direction = mapped(kind, lambda text: _direction(text, listed))
    ledger.reject(truth(pc.is_null(direction)), "unknown_direction", "direction")
    at_ms, assumed = moments(when(mapping, grid), mapping.zone or source.zone, mapping.date_order or source.date_order)
    ledger.reject(truth(pc.is_null(at_ms)), "bad_moment", "at_ms")
    duration_text = field_column(mapping, grid, "duration")
    medium = mapped(kind, medium_of)
    duration = _durations(pc.if_else(pc.and_(pc.equal(medium, "sms"), pc.equal(duration_text, "")), "0", duration_text))
    if mapping.has("duration"):
        ledger.reject(truth(pc.is_null(duration)), "bad_duration", "duration_seconds")
    place = field_column(mapping, grid, "place")
    device = field_column(mapping, grid, "imei")
    columns: dict[str, pa.Array] = {  # type: ignore[type-arg]
        "subscriber": own,
        "counterparty": other,
        "direction": direction,
        "medium": medium,
        "at_ms": at_ms,
        "duration_seconds": duration,
        "place": absent_as_null(pc.if_else(pc.equal(place, ""), field_column(mapping, grid, "home"), place)),
        "counter_place": absent_as_null(field_column(mapping, grid, "counter_place")),
        "imei": mapped(device, _device),
        "imsi": absent_as_null(field_column(mapping, grid, "imsi")),
        "cell": _cell(field_column(mapping, grid, "lac"), field_column(mapping, grid, "cell")),
    }
    for name, column in (("subscriber", own), ("counterparty", other)):
        ledger.note(truth(pc.match_substring(pc.fill_null(column, ""), "*")), "partial", name)
    ledger.note(truth(pc.equal(mapped(device, _device_problem), "check_digit")), "check_digit", "imei")
    if grid.first and assumed and not mapping.zone:
        ledger.about_file.append("zone_assumed")
    keep = ledger.kept()
    whole = record("calls", grid.rows, grid.offsets, columns)
    return ledger.reading({"calls": whole if keep.all() else whole.filter(pa.array(keep))})


def _direction(text: str, listed: dict[str, str]) -> str | None:
    """主叫, 被叫, 呼转; also with the medium or the trade beside it (语音主叫, 国内漫游被叫, 短信-发送)."""
    word = normal_word(text)
    if word in listed:
        return listed[word]
    found = {
        code
        for name, code in (("主叫", "out"), ("被叫", "in"), ("呼转", "forward"), ("呼叫转移", "forward"))
        if name in word
    }
    return found.pop() if len(found) == 1 else None


def _durations(column: pa.StringArray) -> pa.Int64Array:
    coded = pc.dictionary_encode(column)
    values = pa.array([seconds_of(text) if text else None for text in coded.dictionary.to_pylist()], pa.int64())
    result: pa.Int64Array = values.take(coded.indices)
    return result


def _device(text: str) -> str | None:
    value = imei.parse(text) if text else None
    return value.normal if value is not None else None


def _device_problem(text: str) -> str | None:
    value = imei.parse(text) if text else None
    return value.problem if value is not None else None


def _cell(area: pa.StringArray, cell: pa.StringArray) -> pa.StringArray:
    """lac-cell; the cell alone where no area is given."""
    joined = pc.binary_join_element_wise(area, cell, "-")
    only = pc.or_(pc.equal(area, ""), pc.equal(cell, ""))
    return absent_as_null(pc.if_else(only, cell, joined))
