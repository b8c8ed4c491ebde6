"""Lines of exported chats to messages: WeChat and QQ as text, WhatsApp, LINE. Each message begins with a line that names its
moment; the lines up to the next belong to it.

Followed: the export of QQ for Windows ("消息记录"), the text that WeChat's exporters and its copy function write (name and time,
then the text, in either order or on one line), WhatsApp on Android (dash) and iOS (brackets), LINE on both.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from fanzha.formats.headers import normal_word

Line = tuple[str, int, int]  # text, number from 1, byte offset

_DAY = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)"
_CLOCK = r"(?:(?:上午|下午|凌晨|早上|中午|晚上|午前|午後) ?)?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.? ?[Mm]\.?)?"
_AT = rf"(?P<at>{_DAY} {{1,2}}{_CLOCK})"
_ID = r"(?:\((?P<id>[A-Za-z0-9_@.\-]{5,64})\)|<(?P<mail>[^<>\s]{5,64})>)"
_NAME = r"(?P<sender>[^\t]{1,64}?)"
_NAME_FIRST = re.compile(rf"{_NAME} ?{_ID}? {_AT} *")
_TIME_FIRST = re.compile(rf"{_AT} (?:【[^】]{{1,20}}】)?(?P<sender>[^\t:\uff1a]{{1,64}}?)? ?{_ID}? *")
_ONE_LINE = re.compile(rf"\[?{_AT}\]? (?P<sender>[^\t:\uff1a]{{1,64}}?) ?{_ID}?[:\uff1a] ?(?P<text>.*)")
_EITHER = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\.?"
_WHATSAPP = re.compile(
    rf"(?:\[(?P<ios>(?:{_EITHER}|{_DAY}),? {{1,2}}{_CLOCK})\] |(?P<android>(?:{_EITHER}|{_DAY}),? {{1,2}}{_CLOCK}) [-–] )(?P<rest>.*)"
)
_LINE_DAY = re.compile(
    r"(?P<day>\d{4}[/.]\d{1,2}[/.]\d{1,2}) ?\(?[^\d\t]{0,12}\)?|[A-Za-z]{3}, (?P<en>\d{1,2}/\d{1,2}/\d{4})"
)
_LINE_SAID = re.compile(rf"(?P<at>{_CLOCK})\t(?:(?P<sender>[^\t]*)\t)?(?P<text>.*)")
_LINE_TITLE = re.compile(r"\[LINE\]\s*(?P<name>.{1,200})")
_TITLE_WORDS = re.compile(
    r"^(?:Chat history (?:with|in) |与|與|ประวัติการ(?:สนทนา|แชท)กับ )|(?:的聊天[记記][录錄]|(?:と)?のトーク履歴|님과 카카오톡 대화)$"
)
_QQ_TITLE = re.compile(r"消息对象[:\uff1a](?P<name>.*)")
_QQ_LEAD = re.compile(r"={8,}|消息记录.{0,40}|消息(?:分组|对象)[:\uff1a].*")
_CHAT_TITLE = re.compile(r"(?:会话|聊天对象|群名称?|群聊|聊天记录|对话)[:\uff1a] ?(?P<name>.+)")
_WECHAT_LEAD = re.compile(r"导出自微信|微信.{0,6}(?:聊天|消息|会话)?(?:记录|导出)")
_BARE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HALF_DAY = re.compile(r" ?([AaPp])\.? ?[Mm]\.?$")
_TOKEN = re.compile(r"[\[<【](?P<word>[^\]>】]{1,24})[\]>】] ?(?P<rest>.*)", re.S)
_ATTACHED = re.compile(r"<attached: [^<>]{1,200}\.(\w{2,5})>|[^\n]{1,200}\.(\w{2,5}) \([^()\n]{4,40}\)(?:\n.*)?", re.S)
_NUMBER = re.compile(r"\+[0-9][0-9 ()\-]{6,22}")
_SENTENCE = re.compile("[,\uff0c。;\uff1b\uff01\uff1f]")


@dataclass(slots=True)
class Said:
    """One message: where its first line stands, and what it says. `order` are the two first numbers of a date such as 03/04/2024."""

    row: int
    offset: int
    at: str
    sender: str = ""
    sender_id: str = ""
    chat: str = ""
    lines: list[str] = field(default_factory=list)
    order: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """What was written, without empty lines around it."""
        return "\n".join(self.lines).strip("\n")


@dataclass(slots=True)
class Chat:
    """What was found in the lines of a file: messages, how many lines are none's, and of which style."""

    said: list[Said] = field(default_factory=list)
    structure: int = 0
    style: str = ""
    platform: str = ""


@cache
def _words() -> dict[str, Any]:
    text = (files("fanzha.formats") / "chat_words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


@cache
def _media(group: str) -> dict[str, str]:
    """Word -> medium."""
    return {normal_word(word): medium for medium, listed in _words()[group].items() for word in listed}


def medium_of(text: str) -> str:
    """What a message is: "text", or the medium its mark stands for; "other" for an empty one."""
    plain = _BARE.sub("", text).strip()
    if not plain:
        return "other"
    if len(plain) <= 60 and normal_word(plain) in _media("plain"):
        return _media("plain")[normal_word(plain)]
    attached = _ATTACHED.fullmatch(plain)
    if attached and len(plain) <= 400 and (ending := (attached[1] or attached[2]).lower()):
        return _media("ending").get(ending, "file") if ending.isascii() and not ending.isdigit() else "text"
    marked = _TOKEN.fullmatch(plain)
    found = _media("marked").get(normal_word(marked["word"])) if marked else None
    if found is None or marked is None or (marked["rest"].strip() and found in ("image", "sticker")):
        return "text"  # words beside a picture are what was said
    return found


def clean_head(line: str) -> str:
    """A line without marks of direction, odd blanks and the dots of `p. m.`, to be looked at for a moment."""
    return _BARE.sub("", line).replace("\u202f", " ").replace("\u00a0", " ").rstrip("\r")


def whatsapp(lines: Sequence[Line]) -> Chat:
    """An export of WhatsApp; empty where the first line that is not empty begins no message."""
    chat = Chat(style="whatsapp", platform="whatsapp")
    for text, number, offset in lines:
        found = _WHATSAPP.match(clean_head(text))
        if found is None:
            if chat.said:
                chat.said[-1].lines.append(_BARE.sub("", text))
                continue
            if text.strip():
                return Chat()
            continue
        at = _HALF_DAY.sub(r" \1m", found["ios"] or found["android"])
        sender, mark, told = found["rest"].partition(": ")
        if not mark:  # what the program itself says names no sender
            sender, told = (found["rest"][:-1], "") if found["rest"].endswith(":") else ("", found["rest"])
        one = Said(number, offset, at.replace(".,", ","), sender.strip("~ "), "", "", [told])
        one.sender_id = re.sub(r"[^+0-9]", "", sender) if _NUMBER.fullmatch(one.sender) else ""
        parts = re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}", one.at)
        one.order = (int(parts[1]), int(parts[2])) if parts else None
        chat.said.append(one)
    return Chat() if _of_machine(chat) else chat


def _of_machine(chat: Chat) -> bool:
    """Whether nobody speaks but the levels of a log."""
    return all(one.sender.lower() in _words()["machine"] for one in chat.said if one.sender)


def date_order(said: Iterable[Said]) -> str:
    """Which of day and month comes first, where some day above twelve shows it and none shows the other; else ""."""
    first = second = False
    for one in said:
        if one.order is not None:
            first, second = first or one.order[0] > 12, second or one.order[1] > 12
    return "" if first == second else "dmy" if first else "mdy"


def line_app(lines: Sequence[Line]) -> Chat:
    """An export of LINE, which begins with its name; a day stands above its messages."""
    chat, name, day, order = Chat(style="line", platform="line"), "", "", None
    quoted = False
    for index, (text, number, offset) in enumerate(lines):
        line = clean_head(text)
        title = _LINE_TITLE.fullmatch(line) if index == 0 else None
        if title:
            name = _TITLE_WORDS.sub("", _TITLE_WORDS.sub("", title["name"])).strip()
            chat.structure += 1
            continue
        if index == 0:
            return Chat()
        above = None if quoted else _LINE_DAY.fullmatch(line)
        found = None if quoted or above else _LINE_SAID.fullmatch(line)
        if above:
            day, order = above["day"] or above["en"], None
            if above["en"]:
                order = (int(above["en"].split("/")[0]), int(above["en"].split("/")[1]))
            chat.structure += 1
        elif found and day:
            told = found["text"]
            quoted = told.startswith('"') and told.count('"') % 2 == 1
            chat.said.append(
                Said(number, offset, f"{day} {found['at']}", found["sender"] or "", "", name, [told], order)
            )
        elif chat.said:
            chat.said[-1].lines.append(_BARE.sub("", text))
            quoted = quoted and text.count('"') % 2 == 0
        else:
            chat.structure += bool(line.strip())
    for one in chat.said:
        whole = one.text
        if "\n" in whole and whole.startswith('"') and whole.endswith('"'):
            one.lines = whole[1:-1].split("\n")
    return chat


def told_by_name(lines: Sequence[Line]) -> Chat:
    """A chat of WeChat or QQ as text: in the one style in which the most lines begin a message."""
    styles: tuple[tuple[str, re.Pattern[str]], ...] = (
        ("name, time", _NAME_FIRST),
        ("time, name", _TIME_FIRST),
        ("one line", _ONE_LINE),
    )
    found = [(name, _heads(lines, pattern, apart=name != "one line")) for name, pattern in styles]
    name, heads = max(found, key=lambda one: len(one[1]))
    chat = Chat(style=name)
    title, own = "", ""
    for index, (text, number, offset) in enumerate(lines):
        line = clean_head(text).strip()
        head = heads.get(index)
        if head is not None:
            group = head.groupdict()
            told = [group["text"]] if group.get("text") is not None else []
            sender_id = group["id"] or group["mail"] or ""
            chat.said.append(Said(number, offset, head["at"], (group["sender"] or "").strip(), sender_id, title, told))
        elif named := _QQ_TITLE.fullmatch(line):
            title, own, chat.structure = named["name"].strip(), "qq", chat.structure + 1
        elif _QQ_LEAD.fullmatch(line):
            own, chat.structure = "qq" if line.startswith("消息") else own, chat.structure + 1
        elif chat.said:
            chat.said[-1].lines.append(_BARE.sub("", text))
        elif line:
            chat.structure += 1
            if named := _CHAT_TITLE.fullmatch(line):
                title = named["name"].strip()
            own = own or ("wechat" if _WECHAT_LEAD.search(line) and len(line) <= 40 else "")
    if any(one.sender_id.startswith("wxid_") for one in chat.said):
        own = "wechat"
    chat.platform = own
    return chat if _believable(chat) else Chat()


def _heads(lines: Sequence[Line], pattern: re.Pattern[str], *, apart: bool) -> dict[int, re.Match[str]]:
    """Index -> line that begins a message. Where an empty line parts the messages, what merely ends with a time is text."""
    found = {}
    for index, (text, _, _) in enumerate(lines):
        if len(text) > 20_000:
            continue
        head = pattern.fullmatch(clean_head(text).strip())
        if head and not _SENTENCE.search(head["sender"] or ""):
            found[index] = head
    after_empty = {
        i for i in found if i == 0 or not lines[i - 1][0].strip() or _QQ_LEAD.fullmatch(lines[i - 1][0].strip())
    }
    if apart and found and len(after_empty) * 5 >= len(found) * 4:
        return {index: head for index, head in found.items() if index in after_empty or index == min(found)}
    return found


def _believable(chat: Chat) -> bool:
    """Whether people speak here: two messages at least, of a known program, of accounts, or in a style that nothing else has;
    else by fewer people than there are messages."""
    said = chat.said
    if len(said) < 2 or _of_machine(chat) or sum(bool(one.text) for one in said) * 2 < len(said):
        return False
    if chat.platform or sum(bool(one.sender_id) for one in said) * 2 > len(said):
        return True
    people = {one.sender for one in said}
    return "" not in people and (chat.style == "name, time" or len(people) <= max(2, len(said) // 2))
