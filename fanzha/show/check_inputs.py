"""What a person hands to `fanzha check`, as text: an argument, a pipe, a file, a mail, a chat, a document, a picture."""

import contextlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fanzha.clean.unseen import Parts, parted
from fanzha.errors import FanzhaError, InputError, NotFound, UnreadableFile

if TYPE_CHECKING:
    from fanzha.formats.grid import Source
    from fanzha.formats.pictures import PictureReader

FILE_BYTES_MAX: Final = 64 << 20
ATTACHMENTS_MAX: Final = 20  # of a mail that are looked at
_PATH_MAX: Final = 1_024
_TOLD_TEXT: Final = ("mail", "docx", "pdf")
_CHATS: Final = ("telegram", "whatsapp", "line", "chat")
_FILE_NAME: Final = re.compile(
    r"[^\s:]{1,255}\.(?:png|jpe?g|webp|bmp|gif|tiff?|eml|mbox|txt|json|html?|docx?|pdf)|(?:\.{1,2}|~)/\S+|/\S+/\S*",
    re.IGNORECASE,
)
_SEEN: Final = Parts("")
_HEAD_BYTES: Final = 1 << 18  # holds more characters than are looked at, in every encoding
_STRUCTURED: Final = (b"{", b"[", b"<", b"%")  # a JSON or HTML export, a PDF: read as a whole


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to check.

    what      text, mail, chat, document, picture;  name  of the file, "" where there is none
    attached, unread  names of a mail's attachments that are asked about after it, and of those not looked at
    messages  those of a chat;  senders  who sent each, "" for the program itself;  hidden  what a mail hides from its reader;  codes  what the codes of a picture say;  no_letters  whether a picture was searched for codes only
    """

    what: str
    text: str
    name: str = ""
    messages: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    no_letters: bool = False
    senders: tuple[str, ...] = ()
    hidden: Parts = _SEEN
    attached: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def asked(arguments: Sequence[str], refused: list[FanzhaError] | None = None) -> Iterator[Asked]:
    """Each argument as what it is: "-" is standard input, the name of a file is that file, all else is a message. After a mail come its attachments.

    All pictures are read by one child process, which ends with this. Raises NotFound for the name of a file that is not there,
    InputError for a folder and for nothing at all, UnreadableFile for bytes nobody can read; or adds them to `refused` and goes on.
    """
    with contextlib.ExitStack() as ending:
        pictures: PictureReader | None = None
        for one in arguments or ("-",):
            try:
                path = None if one == "-" else named_file(one)
                if one != "-" and path is None:
                    yield Asked("text", one)
                    continue
                pictures = pictures or ending.enter_context(_reader())
                yield from _read(path, pictures)
            except FanzhaError as error:
                if refused is None:
                    raise
                refused.append(error)


def _read(path: Path | None, pictures: "PictureReader") -> list[Asked]:
    """A file, or standard input (None), and what is attached to it. Of plain text no more is read than is looked at."""
    with contextlib.ExitStack() as ending:
        file = sys.stdin.buffer if path is None else ending.enter_context(path.open("rb"))
        name = "" if path is None else path.name
        head = file.read(_HEAD_BYTES)
        if len(head) == _HEAD_BYTES and (text := _plain(head, name)) is not None:
            return [Asked("text", text, name)]
        data = head + file.read(FILE_BYTES_MAX + 1 - len(head))
    whole = opened(data, name, pictures)
    return [whole] if whole.what != "mail" else _with_attachments(whole, data, pictures)


def _with_attachments(mail: Asked, data: bytes, pictures: "PictureReader") -> list[Asked]:
    """A mail and the files attached to it that can be read; it names those that cannot."""
    from fanzha.formats import bundle
    from fanzha.formats.grid import Source

    source = Source(data, mail.name)
    inside: list[Asked] = []
    unread: list[str] = []
    for one in bundle.members(source) if bundle.is_bundle(source) else ():
        if isinstance(one, bundle.Skipped):
            continue
        if isinstance(one, bundle.Refused) or len(inside) == ATTACHMENTS_MAX:
            unread.append(one.name)
            continue
        try:
            inside.append(opened(one.data, f"{mail.name}/{one.name}", pictures))
        except InputError:  # told by its name; a picture, where the program cannot read pictures, is one of them
            unread.append(one.name)
    names = tuple(one.name.removeprefix(f"{mail.name}/") for one in inside)
    return [replace(mail, attached=names, unread=tuple(unread)), *inside]


def _reader() -> "PictureReader":
    from fanzha.formats.pictures import PictureReader

    return PictureReader()


def named_file(argument: str) -> Path | None:
    """The file that an argument names; None where it is a message. NotFound: it looks like the name of a file that is not there;
    InputError: a folder, or nothing at all."""
    if not argument.strip():
        raise InputError(
            "there is nothing to check: the message is empty",
            "没有可检查的内容：消息为空",
            remedy="give the message in quotation marks, or the name of a file that holds it",
            remedy_zh="请在引号内给出消息原文，或给出保存消息的文件名",
        )
    if len(argument) > _PATH_MAX or "\n" in argument or "\0" in argument:
        return None
    path = Path(argument)
    with contextlib.suppress(OSError):  # a name that is too long for this system is a message
        if path.is_dir():
            raise InputError(
                f"{argument} is a folder",
                f"{argument} 是文件夹",
                remedy="name files; a whole folder of reports is for `fanzha run`",
                remedy_zh="请指明文件；整个文件夹请用 fanzha run",
            )
        if path.is_file():
            return path
    if _FILE_NAME.fullmatch(argument) and not _is_link(argument):
        raise NotFound(
            f"there is no file {argument}",
            f"没有文件 {argument}",
            remedy="check the name, or give the text itself",
            remedy_zh="请核对文件名，或直接给出文字内容",
        )
    return None


def _is_link(argument: str) -> bool:
    """Whether a name with slashes is a web address without its scheme: evil.top/a.pdf."""
    from fanzha.recognise.alone import whole

    found = whole(argument) if "/" in argument else None
    return found is not None and found.kind in ("url", "domain")


def opened(data: bytes, name: str, pictures: "PictureReader | None" = None) -> Asked:
    """A file as text; `pictures` reads it where it is one. UnreadableFile: too large, or bytes nobody can read."""
    from fanzha.formats.pictures import is_picture

    if len(data) > FILE_BYTES_MAX:
        raise UnreadableFile(
            f"a file to check may have {FILE_BYTES_MAX >> 20} MiB",
            f"待检查文件上限为 {FILE_BYTES_MAX >> 20} MiB",
            where=name,
            remedy="give the message itself; records are for `fanzha admit`",
            remedy_zh="请只给出消息内容；成批记录请用 fanzha admit",
        )
    if is_picture(data[:16]):
        return _picture(data, name, pictures)
    return _told(data, name)


def _picture(data: bytes, name: str, pictures: "PictureReader | None") -> Asked:
    from fanzha.formats.pictures import read_picture

    seen = pictures.read(data, name) if pictures is not None else read_picture(data, name)
    told = "\n".join((*((seen.text,) if seen.text else ()), *seen.codes))
    return Asked("picture", told, name, codes=seen.codes, no_letters=seen.text is None)


def _plain(head: bytes, name: str) -> str | None:
    """The text of the beginning of a file that is nothing but text; None for all that has to be read as a whole."""
    from fanzha.formats import known
    from fanzha.formats.encoding import detect
    from fanzha.formats.grid import Source
    from fanzha.formats.pictures import is_picture

    if is_picture(head[:16]) or head.lstrip()[:1] in _STRUCTURED:
        return None
    whole = head[: head.rfind(b"\n") + 1 or None]
    found = next(iter(known.recognise(Source(whole, name))), None)
    encoding = detect(head)
    if encoding is None or (found is not None and found.format in (*_TOLD_TEXT, *_CHATS)):
        return None
    return head[encoding.bom :].decode(encoding.name, "replace")


def _told(data: bytes, name: str) -> Asked:
    """Mails, chats and documents by the readers of admission; all else that is text as it is."""
    from fanzha.formats import known
    from fanzha.formats.encoding import detect
    from fanzha.formats.grid import Source

    source = Source(data, name)
    found = next(iter(known.recognise(source)), None) if b"\n" in data.strip() or data[:5] == b"%PDF-" else None
    if found is not None and found.format in _TOLD_TEXT:
        told = "\n".join(_column(found.format, source, "reports"))
        if told and found.format == "mail":
            parts = parted(told)
            return Asked("mail", parts.seen, name, hidden=parts)
        if told or found.format != "mail":  # a mailbox of several mails is read as it is
            return Asked("document", told, name)
    if found is not None and found.format in _CHATS:
        said = [one for one in _rows(found.format, source, "messages", ("text", "sender")) if one[0]]
        messages, senders = tuple(one[0] for one in said), tuple(one[1] for one in said)
        return Asked("chat", "\n".join(messages), name, messages, senders=senders)
    encoding = detect(data) if data else None
    if data and encoding is None:
        raise UnreadableFile(
            "this is neither text nor a kind of file that can be checked",
            "既不是文本，也不是可检查的文件类型",
            where=name,
            remedy="give the text of the message, a mail (.eml), an exported chat, or a picture (PNG, JPEG)",
            remedy_zh="请提供消息文字、邮件（.eml）、聊天导出或图片（PNG、JPEG）",
        )
    return Asked("text", data[encoding.bom :].decode(encoding.name, "replace") if encoding else "", name)


def _column(name: str, source: "Source", table: str) -> Iterator[str]:
    yield from (text for (text,) in _rows(name, source, table, ("text",)) if text)


def _rows(name: str, source: "Source", table: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    from fanzha.formats import known
    from fanzha.formats.writing import texts

    for reading in known.read(name, source):
        if table in reading.tables:
            yield from zip(*(texts(reading.tables[table], column) for column in columns), strict=True)
