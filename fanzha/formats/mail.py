"""Mails as they are kept (.eml): RFC 5322 with MIME; and mailboxes of several (mbox, RFC 4155). Read in the confined child.

A mail is one report of form `mail`: its subject and text are searched, its addresses are mentions whose `field` names the
header they stood in. Whoever sends a mail can write any header; the hosts it passed are told by the receivers' servers, of
which only the first is kept. What a reader does not see stands in the text below a line that says so (`clean/unseen.py`).
Attachments are files of their own (`members`). A mail says what was written, not what was paid.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from fanzha.clean.unseen import Parts, joined, parted, plain
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import confined
from fanzha.formats.apply import readings
from fanzha.formats.confined import Caps
from fanzha.formats.grid import PARTS, Content, Grid, Reading, Recognition, Sheet, Source, Wanted
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.member import LIMITS, Inside, received
from fanzha.formats.remarks import remarked
from fanzha.formats.sheets import content
from fanzha.formats.writing import texts

MAIL_BYTES_MAX = 128 << 20
_HEAD = 1 << 16
_LINE = re.compile(rb"([!-9;-~]{1,76}):[ \t]?[^\n]*\n(?:[ \t][^\n]*\n)*")
_POSTMARK = re.compile(rb"From [^\n]*\n")
_KNOWN = frozenset(
    (
        *(
            "received",
            "return-path",
            "delivered-to",
            "from",
            "sender",
            "to",
            "cc",
            "bcc",
            "subject",
            "date",
            "message-id",
        ),
        *("reply-to", "mime-version", "content-type", "dkim-signature", "in-reply-to", "references", "x-mailer"),
        *("authentication-results", "x-originating-ip", "content-transfer-encoding", "user-agent"),
    )
)
_SENT = frozenset(("from", "received", "return-path", "sender"))
COLUMNS = (
    *("Message-ID", "Date", "From-Name", "Subject", "Text", "From", "Reply-To", "Return-Path", "To", "Received"),
)
_KEYS = ("id", "at", "from_name", "subject", "text", "from", "reply_to", "return_path", "to", "received")
MAPPING = Mapping(
    "report",
    (
        Use("reference", 0, "Message-ID"),
        Use("at", 1, "Date"),
        Use("text", 2, "From-Name"),
        Use("text", 3, "Subject"),
        Use("text", 4, "Text"),
        Use("mention", 5, "From", "email", "contact"),
        Use("mention", 6, "Reply-To", "email", "contact"),
        Use("mention", 7, "Return-Path", "email", "contact"),
        Use("mention", 8, "To", "email", "own"),
        Use("mention", 9, "Received", "domain"),
    ),
    form="mail",
    why_en=("headers of a mail",),
    why_zh=("邮件头",),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """Mails, both ways."""

    name: str = "mail"
    en: str = "mails (.eml)"
    zh: str = "电子邮件(.eml)"

    def recognise(self, source: Source) -> Recognition:
        """Lines of headers up to the first empty one, among them a sender and others that mails have."""
        seen = _headers(source)
        if not seen:
            return Recognition(self.name, 0, "no headers of a mail", "没有邮件头")
        shown = ", ".join(sorted(seen))
        return Recognition(self.name, 97, f"headers of a mail: {shown}", f"含邮件头:{shown}")

    def read(self, source: Source) -> Iterator[Reading]:
        """One report; nothing of a mailbox, whose mails are its members. Raises UnreadableFile where this is no mail."""
        told = _told(source)
        if "mailbox" in told:
            return
        grid = _grid(told)
        sheet = Sheet("mail", source.name, COLUMNS, (), grid, {"files": str(told["files"])}, partial(_one, grid))
        for reading in readings(MAPPING, sheet, source):
            yield remarked(reading, "hidden_text", int(told["hidden"]))

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """A report as a mail. Raises InputError for several: a mail is one."""
        reports, mentions = tables["reports"], tables.get("mentions")
        if len(reports) != 1:
            raise InputError(
                f"a mail is one report, not {len(reports)}", f"一封邮件对应一条记录,此处有{len(reports)}条"
            )
        made = EmailMessage(policy=SMTP.clone(raise_on_defect=False))
        if texts(reports, "reference")[0]:
            made["Message-ID"] = f"<{texts(reports, 'reference')[0]}>"
        at_ms = reports.column("at_ms").to_pylist()[0]
        if at_ms is not None:
            made["Date"] = format_datetime(_wall(at_ms, texts(reports, "zone")[0]))
        fields = texts(mentions, "field") if mentions is not None else []
        values = texts(mentions, "value") if mentions is not None else []
        found = list(zip(fields, values, strict=True))
        for name in ("From", "Reply-To", "Return-Path", "To"):
            if listed := [value for field, value in found if field == name]:
                made[name] = ", ".join(listed)
        for field, value in found:
            if field == "Received":
                made["Received"] = f"from {value} by localhost"
        subject, _, body = texts(reports, "text")[0].partition("\n")
        made["Subject"] = subject
        parts = parted(body)
        made.set_content(parts.seen + "\n", cte="base64")
        if parts.hidden:
            page = "".join(map(_block, (parts.preview, parts.seen, parts.unseen), (True, False, True)))
            made.add_alternative(page, subtype="html", cte="base64")
        return made.as_bytes()


def _block(text: str, unseen: bool) -> str:
    style = ' style="display:none"' if unseen else ""
    return f"<div{style}>{escape(text).replace(chr(10), '<br>')}</div>\n"


def has_members(source: Source) -> bool:
    """Whether the file is a mail with attachments, or a mailbox. Never raises on any bytes."""
    if not _headers(source):
        return False
    try:
        told = _told(source)
    except UnreadableFile:
        return False
    return bool(told.get("mailbox") or told.get("files"))


def members(source: Source) -> Iterator[Inside]:
    """The attachments of a mail, in order; of a mailbox its mails. Raises UnreadableFile where the file is no mail."""
    data = _whole(source)
    argument = {"members": True, "members_max": LIMITS["members"]}
    yield from received(confined.values("mail", data, source.name, argument, _caps(data)))


def _headers(source: Source) -> set[str]:
    """The headers of a mail that the file begins with; empty where it is none."""
    try:
        head = bytes(content(source)[:_HEAD])
    except UnreadableFile:
        return set()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\r\n", b"\n")
    mark = _POSTMARK.match(head)
    place, seen = mark.end() if mark else 0, set[str]()
    while found := _LINE.match(head, place):
        seen.add(found[1].decode("ascii").lower())
        place = found.end()
    # a mail without a body ends with its headers; others have an empty line after them
    whole = place >= len(head) or head[place : place + 1] == b"\n"
    known = seen & _KNOWN
    return known if whole and len(known) >= 3 and known & _SENT else set()


def _whole(source: Source) -> bytes:
    return replace(source, data=content(source)).whole(MAIL_BYTES_MAX)


def _caps(data: bytes | Content) -> Caps:
    return Caps(memory_bytes=(320 << 20) + 12 * len(data), output_bytes=(64 << 20) + 2 * len(data))


def _told(source: Source) -> dict[str, Any]:
    """What the child says of the mail; kept with the source."""
    held = source.opened.get("mail")
    if isinstance(held, dict):
        return held
    if not _headers(source):
        raise UnreadableFile("this is no mail", "不是电子邮件", where=source.name)
    data = _whole(source)
    told: dict[str, Any] = next(confined.values("mail", data, source.name, {}, _caps(data)))
    source.opened["mail"] = told
    return told


def _grid(told: dict[str, Any]) -> Grid:
    cells = []
    for key in _KEYS:
        value = told[key]
        text = PARTS.join(value) if isinstance(value, list) else plain(str(value))
        if key == "text":
            text = joined(Parts(text, str(told["preview"]), str(told["unseen"])))
        cells.append(pa.array([text.replace("\0", "\ufffd").strip()], pa.string()))
    return Grid(COLUMNS, tuple(cells), pa.array([1], pa.int64()), pa.array([0], pa.int64()), first=True)


def _one(grid: Grid, _wanted: Wanted) -> Iterator[Grid]:
    yield grid


def _wall(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone or "UTC"))
