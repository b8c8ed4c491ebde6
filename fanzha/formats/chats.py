"""Chats that were handed in: WeChat and QQ as text, WhatsApp, LINE, and Telegram (JSON, and HTML read in the confined child).

Each message is a row, numbered by its first line (in JSON by its place); each chat is also one report of form `chat`, in which
identifiers are found. The moment of a message is a wall clock of whoever exported it. Whether 03/04/2024 is of March or April
is never guessed: a day above twelve in the same file shows it, or the terms of the admission say it, or the row waits.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import pyarrow as pa

from fanzha.clean import moment
from fanzha.errors import UnreadableFile
from fanzha.formats import confined, telegram
from fanzha.formats.apply import readings
from fanzha.formats.chat_lines import Chat, Line, Said, date_order, line_app, medium_of, told_by_name, whatsapp
from fanzha.formats.encoding import detect
from fanzha.formats.grid import BadRow, Content, Grid, Reading, Recognition, Sheet, Source, Wanted
from fanzha.formats.lines import newline_of, pieces
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.sheets import content
from fanzha.formats.workbook import caps_for
from fanzha.formats.writing import moment_texts, texts

COLUMNS = ("会话", "平台", "发送者", "发送者账号", "时间", "内容", "类型")
FIELDS = ("chat", "platform", "sender", "sender_id", "at", "text", "medium")
MAPPING = Mapping("message", tuple(Use(name, place, COLUMNS[place]) for place, name in enumerate(FIELDS)))
CHAT_BYTES_MAX = 64 << 20
_HEAD = 1 << 16
_JSON = re.compile(rb'\s*\{.{0,60000}"messages"\s*:\s*\[', re.S)
_ACCOUNT = re.compile(rb'\s*\{.{0,4000}"personal_information"\s*:', re.S)
_PAGE = re.compile(rb"<title>Exported Data</title>.*class=\"page_header", re.S)
_NAMES = {"": "", "qq": "QQ", "wechat": "微信", "whatsapp": "WhatsApp", "line": "LINE", "telegram": "Telegram"}


@dataclass(frozen=True, slots=True)
class _Told:
    """A file as messages with their medium, rows that were none, and how many lines are none's."""

    said: tuple[tuple[Said, str], ...]
    bad: tuple[BadRow, ...]
    structure: int
    platform: str
    encoding: str
    order: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """One kind of export, both ways. `open_told` gives its messages, or None where the file is another kind."""

    name: str
    en: str
    zh: str
    score: int
    open_told: Callable[[Source], _Told | None]
    written: Callable[[pa.Table], str]

    def recognise(self, source: Source) -> Recognition:
        """Lines (or items) that begin messages as this program writes them."""
        told = self._told(source)
        if told is None:
            return Recognition(self.name, 0, f"no {self.en}", f"不是{self.zh}")
        count, program = len(told.said), _NAMES[told.platform]
        details = {"encoding": told.encoding, "style": told.style, "date_order": told.order}
        shown = "" if not told.order else f"; a day above twelve shows the order of dates: {told.order}"
        shown_zh = "" if not told.order else f";由大于12的日可知日期顺序为{told.order}"
        return Recognition(
            self.name,
            self.score,
            f"{count} messages{' of ' + program if program else ''}, each begun by its moment{shown}",
            f"识别出{program}消息{count}条,均以时间起首{shown_zh}",
            {key: value for key, value in details.items() if value},
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Messages, the chats as reports, and mentions. Raises UnreadableFile where the file is no such export."""
        told = self._told(source)
        if told is None:
            raise UnreadableFile(f"this is no {self.en}", f"不是{self.zh}", where=source.name)
        grids = _grids(told, source)
        mapping = replace(MAPPING, date_order="" if source.date_order else told.order)
        details = {"encoding": told.encoding}
        yield from readings(
            mapping, Sheet("chat", source.name, COLUMNS, (), grids[0], details, partial(_all, grids)), source
        )

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Messages as this program exports them, in UTF-8; times in Beijing time, to the second."""
        return self.written(tables["messages"]).encode()

    def _told(self, source: Source) -> _Told | None:
        key = f"chat {self.name}"
        if key not in source.opened:
            source.opened[key] = self.open_told(source)
        held = source.opened[key]
        return held if isinstance(held, _Told) else None


def _lines(source: Source, most: int) -> tuple[list[Line], tuple[BadRow, ...], str] | None:
    """(lines, lines that could not be read, encoding) within the first `most` bytes; None where the file is no text. Kept
    with the source, so that several formats can look at it."""
    key = f"chat lines {most}"
    if key not in source.opened:
        source.opened[key] = _cut(source, most)
    held = source.opened[key]
    return held if isinstance(held, tuple) else None


def _cut(source: Source, most: int) -> tuple[list[Line], tuple[BadRow, ...], str] | None:
    try:
        data = content(source)
    except UnreadableFile:
        return None
    if len(data) > CHAT_BYTES_MAX or data[:1] in (b"{", b"<"):
        return None
    if len(data) > most:
        part = bytes(data[:most])
        data = part[: part.rfind(b"\n") + 1] or part  # whole lines, or the encoding cannot be told
    encoding = detect(data)
    if encoding is None:
        return None
    lines: list[Line] = []
    bad: list[BadRow] = []
    for piece in pieces(data, encoding, newline_of(data)):
        cut = piece.text.decode("utf-8").split("\n")[: len(piece.numbers)]
        lines.extend(zip((c.rstrip("\r") for c in cut), piece.numbers.tolist(), piece.offsets.tolist(), strict=True))
        bad.extend(piece.bad)
    return lines, tuple(bad), encoding.name


def _from_lines(read: Callable[[Sequence[Line]], Chat], source: Source) -> _Told | None:
    head = _lines(source, _HEAD)  # a large table is not cut into lines to see that it is no chat
    if head is None or len(read(head[0]).said) < 2:
        return None
    cut = _lines(source, CHAT_BYTES_MAX)
    if cut is None:
        return None
    chat = read(cut[0])
    if len(chat.said) < 2:
        return None
    said = tuple((one, medium_of(one.text) if one.sender else "other") for one in chat.said)
    order = date_order(chat.said)
    return _Told(said, cut[1], chat.structure, chat.platform, cut[2], order, chat.style)


def _from_page(data: bytes | Content, source: Source) -> _Told | None:
    """A page of the export to HTML. Rows are its messages; days and reports of the program, which have no moment, are none's."""
    said: list[tuple[Said, str]] = []
    structure, chat, row = 0, "", 0
    try:
        for value in confined.values("telegram", data, source.name, {}, caps_for(data)):
            chat = value.get("chat", chat)
            for at, sender, text, medium in value.get("messages", ()):
                row += 1
                if not at:
                    structure += 1
                    continue
                said.append((Said(row, -1, at, sender, "", chat, text.split("\n")), medium))
    except UnreadableFile:
        return None
    return _Told(tuple(said), (), structure, "telegram", "utf-8", style="HTML")


def _from_export(source: Source) -> _Told | None:
    try:
        data = content(source)
    except UnreadableFile:
        return None
    if len(data) <= CHAT_BYTES_MAX and _PAGE.search(data[:_HEAD]):
        return _from_page(data, source)
    head = bytes(data[:_HEAD]).removeprefix(b"\xef\xbb\xbf")
    if len(data) > CHAT_BYTES_MAX or not (_JSON.match(head) or _ACCOUNT.match(head)):
        return None
    chats = telegram.chats_of(bytes(data[: len(data)]).removeprefix(b"\xef\xbb\xbf"))
    if not chats:
        return None
    said: list[tuple[Said, str]] = []
    bad: list[BadRow] = []
    for chat in chats:
        found, strange = telegram.said_of(chat, len(said) + len(bad) + 1)
        said += found
        bad += [BadRow(row, -1, "bad_syntax") for row in strange]
    return _Told(tuple(said), tuple(bad), 0, "telegram", "utf-8")


def _grids(told: _Told, source: Source) -> list[Grid]:
    """One grid for each run of messages of one chat; what is no message goes with the first."""
    order = source.date_order or told.order
    waiting = [] if order else [one for one, _ in told.said if one.order is not None and one.row not in source.fixes]
    unsure = {one.row for one in waiting if _both_ways(one.at, source.zone)}
    bad = [*told.bad, *(BadRow(one.row, one.offset, "ambiguous_date", "at_ms") for one in waiting if one.row in unsure)]
    kept = [(one, medium) for one, medium in told.said if one.row not in unsure]
    grids: list[Grid] = []
    for _, part in groupby(kept, key=lambda pair: pair[0].chat):
        pairs = list(part)
        rows = [(one.chat, told.platform, one.sender, one.sender_id, one.at, one.text, medium) for one, medium in pairs]
        cells = tuple(pa.array([_cell(row[place]) for row in rows], pa.string()) for place in range(len(COLUMNS)))
        numbers = pa.array([one.row for one, _ in pairs], pa.int64())
        offsets = pa.array([one.offset for one, _ in pairs], pa.int64())
        first = not grids
        grids.append(
            Grid(COLUMNS, cells, numbers, offsets, tuple(bad) if first else (), told.structure if first else 0, first)
        )
    if not grids:
        none = tuple(pa.array([], pa.string()) for _ in COLUMNS)
        empty = pa.array([], pa.int64())
        grids = [Grid(COLUMNS, none, empty, empty, tuple(bad), told.structure, True)]
    return grids


def _both_ways(at: str, zone: str) -> bool:
    """Whether a moment is read only once somebody says which of day and month comes first."""
    return moment.parse(at, zone=zone) is None and moment.parse(at, zone=zone, order="dmy") is not None


def _cell(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode().strip(" \t\r")


def _all(grids: list[Grid], _wanted: Wanted) -> Iterator[Grid]:
    yield from grids


def _rows(messages: pa.Table) -> Iterator[tuple[str, str, str, str, str]]:
    """(chat, sender, sender's account, moment, text) of each message."""
    names = (texts(messages, name) for name in ("chat", "sender", "sender_id"))
    return zip(*names, moment_texts(messages, "at_ms", "Asia/Shanghai"), texts(messages, "text"), strict=True)


def _write_named(messages: pa.Table) -> str:
    """The style of QQ's export for its messages, that of WeChat's exporters for all others."""
    made: list[str] = []
    platform = next(iter(texts(messages, "platform")), "")
    last = None
    for chat, sender, sender_id, at, text in _rows(messages):
        if platform == "qq":
            made += [f"消息对象:{chat}\n\n"] if chat != last else []
            made.append(f"{at} {sender}({sender_id})\n{text}\n\n" if sender_id else f"{at} {sender}\n{text}\n\n")
        else:
            made += [f"聊天对象:{chat}\n\n"] if chat != last and last is None and chat else []
            made.append(f"{sender}{f'({sender_id})' if sender_id else ''} {at}\n{text}\n\n")
        last = chat
    lead = {"qq": "消息记录(文本格式)\n\n", "wechat": "微信聊天记录\n"}
    return lead.get(platform, "") + "".join(made)


def _write_whatsapp(messages: pa.Table) -> str:
    return "".join(
        f"[{at.replace('-', '/')}] {f'{sender}: ' if sender else ''}{text}\n"
        for _, sender, _, at, text in _rows(messages)
    )


def _write_line(messages: pa.Table) -> str:
    made: list[str] = []
    last = ""
    for chat, sender, _, at, text in _rows(messages):
        day, clock = at.replace("-", "/").split(" ")
        made += [f"[LINE] 与{chat}的聊天记录\n\n"] if not made else []
        made += [f"{day}(-)\n"] if day != last else []
        shown = f'"{text}"' if "\n" in text else text
        made.append(f"{clock}\t{sender}\t{shown}\n")
        last = day
    return "".join(made)


def _write_telegram(messages: pa.Table) -> str:
    """One chat for each run of messages of one; media are named as the export names them."""
    media = {"voice": "voice_message", "video": "video_file", "sticker": "sticker"}
    fields = {"image": "photo", "file": "file", "location": "location_information"}
    listed: list[dict[str, object]] = []
    stamps, kinds = messages.column("at_ms").to_pylist(), texts(messages, "medium")
    rows = zip(_rows(messages), stamps, kinds, strict=True)
    for number, (chat, part) in enumerate(groupby(rows, key=lambda one: one[0][0]), 1):
        said: list[dict[str, object]] = []
        for index, ((_, sender, sender_id, at, text), stamp, kind) in enumerate(part, 1):
            plain = {
                "id": index,
                "type": "message",
                "date": at.replace(" ", "T"),
                "date_unixtime": str(int(str(stamp)) // 1000),
            }
            service = kind in ("call", "other")
            who = {"actor": sender, "actor_id": sender_id} if service else {"from": sender, "from_id": sender_id}
            one: dict[str, object] = {**plain, **who, "text": text}
            if service:
                one |= {"type": "service", "action": "phone_call" if kind == "call" else "", **telegram.stated(text)}
            elif kind in media:
                one["media_type"] = media[kind]
            elif kind in fields:
                one[fields[kind]] = "(not included)"
            said.append(one)
        listed.append({"name": chat, "type": "personal_chat", "id": number, "messages": said})
    whole = listed[0] if len(listed) == 1 else {"about": "", "chats": {"about": "", "list": listed}}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


WHATSAPP = ChatFormat(
    "whatsapp", "export of WhatsApp", "WhatsApp 导出文本", 94, partial(_from_lines, whatsapp), _write_whatsapp
)
LINE = ChatFormat("line", "export of LINE", "LINE 导出文本", 94, partial(_from_lines, line_app), _write_line)
TELEGRAM = ChatFormat(
    "telegram", "export of Telegram (JSON, HTML)", "Telegram 导出(JSON、HTML)", 97, _from_export, _write_telegram
)
NAMED = ChatFormat(
    "chat", "chat as text (WeChat, QQ)", "微信、QQ 聊天记录文本", 90, partial(_from_lines, told_by_name), _write_named
)
CHATS = (TELEGRAM, WHATSAPP, LINE, NAMED)
