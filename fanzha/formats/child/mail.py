"""A mail (RFC 5322, MIME of RFC 2045 to 2047 and 2231) to its headers, its text, or its attachments.

`argument`: {"members": false} says one value: the headers asked for, decoded; "text"; "files", how many attachments there are;
"hidden", how many pieces of HTML are not seen, "preview" and "unseen" what they say. {"members": true, limits} says the attachments as `formats/member.py` expects
them. A mailbox (several mails, each begun by a line `From `) has no text of its own: its mails are its attachments. Addresses
and hosts are said as they stand; none is believed.
"""

import binascii
import codecs
import email.feedparser
import email.generator
import email.message
import io
import quopri
import re
from email import parser, utils
from typing import Any, BinaryIO

from fanzha.formats.child.markup import Text, text_of
from fanzha.formats.child.saying import NotThis, Say, TooMuch

# later there is no file to load them from
CODECS = tuple(
    codecs.lookup(name)
    for name in (
        *(
            "ascii",
            "utf-8",
            "utf-7",
            "utf-16",
            "gb18030",
            "hz",
            "big5hkscs",
            "iso2022_jp",
            "shift_jis",
            "euc_jp",
            "euc_kr",
        ),
        *(
            "cp949",
            "cp874",
            "tis_620",
            "cp1250",
            "cp1251",
            "cp1252",
            "cp1256",
            "cp1258",
            "koi8_r",
            "latin_1",
            "iso8859_15",
        ),
    )
)
SAME = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "cp936": "gb18030", "big5": "big5hkscs"}
MARK = re.compile(rb"^From [^\r\n]*\r?\n", re.M)
MARKED = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From \S{1,256} [^\r\n]{10,60}[0-9]{4}[^\r\n]{0,10}\r?\n(?=[A-Za-z-]{2,60}:)"
)
HOST = re.compile(r"from\s+(\S{1,253})(.{0,300}?)\sby\s", re.I | re.S)
PARTS_MAX = 10_000
TEXT_MAX = 20_000_000
HEADER_MAX = 100_000
WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[A-Za-z-]{0,20})?\?([BbQq])\?([ -~]{0,2000}?)\?=")
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]{1,64}@[^\s<>,;:\"()\[\]@]{1,255}")
# a word; of scripts without spaces a sign
WORDS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\\W_]{2,}")
WORDS_MIN, PLAIN_MIN, ALIKE_TENTHS, COMPARED = 8, 20, 3, 200_000
PROTECTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
Part = email.message.Message


def main(pipe: BinaryIO, say: Say, argument: dict[str, Any]) -> None:
    """Take the mail apart."""
    data = pipe.read().removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    mails = [found.start() for found in MARKED.finditer(data)]
    try:
        if len(mails) > 1 and mails[0] == 0:
            _mailbox(data, mails, say, argument)
            return
        whole = parser.BytesParser().parsebytes(MARK.sub(b"", data, count=1) if data.startswith(b"From ") else data)
        if not whole.keys():
            raise NotThis
        if argument.get("members"):
            _files(whole, say, argument)
        else:
            say(_mail(whole))
    except RecursionError as error:  # parts within parts without end
        raise TooMuch from error


def _mailbox(data: bytes, starts: list[int], say: Say, argument: dict[str, Any]) -> None:
    """Each mail of a mailbox as a file."""
    if not argument.get("members"):
        say({"mailbox": len(starts)})
        return
    if len(starts) > argument["members_max"]:
        raise TooMuch
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        say({"name": f"{number}.eml"})
        say(MARK.sub(b"", data[start:stop], count=1))
        say({"end": ""})


def readable(data: bytes, charset: str) -> str:
    """Bytes as text: in the encoding they name, else UTF-8, else GB 18030; what is in none of them is marked."""
    named = SAME.get(charset.lower().strip("'\" "), charset.strip("'\" "))
    for codec in (named, "utf-8", "gb18030"):
        try:
            return data.decode(codec or "utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def shown(raw: str) -> str:
    """A header as a person reads it: encoded words (RFC 2047) decoded, unfolded, bare bytes in UTF-8 or GB 18030."""
    plain = re.sub(r"\r?\n[ \t]*", " ", readable(raw[:HEADER_MAX].encode("utf-8", "surrogateescape"), ""))
    text, place = "", 0
    charset, held = "", b""
    for word in WORD.finditer(plain):
        between = plain[place : word.start()]
        if held and (between.strip() or word[1].lower() != charset):
            text, held = text + readable(held, charset), b""
        # blanks between two encoded words are none
        text += between if between.strip() or not place else ""
        charset, place = word[1].lower(), word.end()
        # the bytes of one character may be parted between two words
        held += lenient(word[3].encode()) if word[2] in "Bb" else quopri.decodestring(word[3].encode(), header=True)
    return " ".join((text + (readable(held, charset) if held else "") + plain[place:]).split())


def _raw(part: Part, name: str) -> list[str]:
    """Every header of that name as it stands, in order."""
    return [str(value) for key, value in part.raw_items() if key.lower() == name.lower()]


def addresses(raw: list[str]) -> list[tuple[str, str]]:
    """(name shown, address) of each mailbox in headers. An address inside the name shown stays in the name."""
    whole = [
        re.sub(r"\r?\n[ \t]*", " ", readable(one[:HEADER_MAX].encode("utf-8", "surrogateescape"), "")) for one in raw
    ]
    found = [(shown(name), address.strip()) for name, address in utils.getaddresses(whole) if address or name]
    if not any(
        ADDRESS.fullmatch(address) for _, address in found
    ):  # not as the standard has it: what looks like an address
        return [("", address) for one in whole for address in ADDRESS.findall(one)]
    return found


def _moment(raw: str) -> str:
    """A date as 2024-05-06T10:00:00+08:00; unread where it is none."""
    plain = shown(raw)
    try:
        at = utils.parsedate_to_datetime(plain)
    except (ValueError, TypeError, IndexError, OverflowError):
        return plain
    return at.isoformat(timespec="seconds") if at.tzinfo is not None else at.isoformat(timespec="seconds") + "Z"


def _mail(whole: Part) -> dict[str, Any]:
    def first(name: str) -> str:
        return next(iter(_raw(whole, name)), "")

    told: list[str] = []
    pages: list[Text] = []
    files = _texts(whole, told, pages)
    sender = addresses(_raw(whole, "From"))
    hops = [shown(one) for one in _raw(whole, "Received")]
    hosts = [found[1].strip("[]()") for one in reversed(hops) if (found := HOST.match(one))]
    text, preview, unseen = (
        "\n\n".join(filter(None, parts))
        for parts in (told, [one.preview for one in pages], [one.hidden for one in pages])
    )
    if len(text) + len(preview) + len(unseen) > TEXT_MAX:
        raise TooMuch
    return {
        "id": shown(first("Message-ID")).strip("<>"),
        "at": _moment(first("Date")) if first("Date") else "",
        "subject": shown(first("Subject")),
        "from_name": ", ".join(name for name, _ in sender if name),
        "from": [address for _, address in sender],
        "reply_to": [address for _, address in addresses(_raw(whole, "Reply-To"))],
        "return_path": [address for _, address in addresses(_raw(whole, "Return-Path") + _raw(whole, "Sender"))],
        "to": [address for _, address in addresses([*_raw(whole, "To"), *_raw(whole, "Cc"), *_raw(whole, "Bcc")])],
        "received": hosts[:1],
        "hops": hops,
        "text": text,
        "preview": preview,
        "unseen": unseen,
        "hidden": sum(one.count for one in pages),
        "files": files,
    }


def _is_file(part: Part) -> bool:
    """Whether a leaf is an attachment: named, marked so, or no text."""
    kind = part.get_content_type()
    if kind == "message/rfc822" or part.get_content_disposition() == "attachment":
        return True
    return not kind.startswith(("text/plain", "text/html")) or bool(name_of(part))


def _leaf(part: Part) -> bool:
    return part.get_content_type() == "message/rfc822" or not part.is_multipart()


def _texts(part: Part, told: list[str], pages: list[Text]) -> int:
    """The text of a part and of those in it, and how many are files."""
    if _leaf(part):
        if _is_file(part):
            return 1
        text = _text(part)
        pages.append(text)
        told += filter(None, (text.shown,))
        return 0
    inner = part.get_payload()
    inside = [one for one in inner if isinstance(one, Part)] if isinstance(inner, list) else []
    if part.get_content_type() == "multipart/alternative":
        return _alternatives(inside, told, pages)
    return sum(_texts(one, told, pages) for one in inside)


def _alternatives(parts: list[Part], told: list[str], pages: list[Text]) -> int:
    """Of parts that should say the same each text once. Mail programs show the last kind they can (RFC 2046, 5.1.4): plain text that says
    nothing of what stands in the page beside it is seen by nobody."""
    plain, page = list[str](), list[str]()
    files = sum(_texts(one, plain if one.get_content_type() == "text/plain" else page, pages) for one in parts)
    for text in plain:
        if page and not _alike(text, "\n".join(page)):
            pages.append(Text("", "", text, 1))
        elif not _said(text, told):
            told.append(text)
    for text in page:
        if not (plain and _said(text, told)):
            told.append(text)
    return files


def _alike(plain: str, page: str) -> bool:
    """Whether plain text says some of what a page says; of few words (this mail wants a program that shows pages) nothing is said."""
    one, other = ({word.lower() for word in WORDS.findall(text[:COMPARED])} for text in (plain, page))
    return (
        len(one) < PLAIN_MIN
        or len(other) < WORDS_MIN
        or len(one & other) * 10 >= min(len(one), len(other)) * ALIKE_TENTHS
    )


def _said(text: str, told: list[str]) -> bool:
    """Whether a text was given already, blanks apart."""
    bare = "".join(text.split())
    return any(bare in "".join(other.split()) for other in told)


def _text(part: Part) -> Text:
    data, _ = payload(part)
    charset = utils.collapse_rfc2231_value(part.get_param("charset", "") or "")
    text = readable(data, charset).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return text_of(text)
    return Text(text.strip("\n\ufeff "))


def payload(part: Part) -> tuple[bytes, bool]:
    """(the bytes of a leaf, whether they are whole)."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        held = part.get_payload()
        packed = b"".join(held.encode("utf-8", "surrogateescape").split()) if isinstance(held, str) else b""
        try:
            return binascii.a2b_base64(packed, strict_mode=True), True
        except binascii.Error:
            return lenient(packed), False
    decoded = part.get_payload(decode=True)
    return (decoded, True) if isinstance(decoded, bytes) else (b"", True)


def lenient(packed: bytes) -> bytes:
    """What can be had of damaged base64."""
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", packed)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]  # one sign by itself is not a byte
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def name_of(part: Part) -> str:
    """The file name of a part, "" for none."""
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError, AttributeError):
        return "?"
    return shown(name) if name else ""


def _files(whole: Part, say: Say, limits: dict[str, Any]) -> None:
    """Every attachment, in order."""
    count = 0
    for part in _walk(whole):
        if not _is_file(part):
            continue
        count += 1
        if count > min(limits["members_max"], PARTS_MAX):
            raise TooMuch
        kind = part.get_content_type()
        name = name_of(part) or f"{count}.{'eml' if kind == 'message/rfc822' else kind.rpartition('/')[2][:20]}"
        if kind in PROTECTED and part.get_param("smime-type") != "signed-data":
            say({"name": name, "refused": "encrypted"})
            continue
        data, sound = _mail_inside(part) if kind == "message/rfc822" else payload(part)
        say({"name": name})
        for start in range(0, len(data), 1 << 20):
            say(data[start : start + (1 << 20)])
        say({"end": "" if sound else "damaged_member"})


def _walk(part: Part) -> list[Part]:
    """The leaves; a mail within the mail is one of them, for it is a file by itself."""
    found, held = [], [part]
    while held:
        one = held.pop()
        if _leaf(one):
            found.append(one)
            continue
        inner = one.get_payload()
        held.extend(reversed([p for p in inner if isinstance(p, Part)] if isinstance(inner, list) else []))
        if len(held) > PARTS_MAX:
            raise TooMuch
    return found


def _mail_inside(part: Part) -> tuple[bytes, bool]:
    """A mail that was sent within the mail."""
    inner = part.get_payload()
    if not isinstance(inner, list) or not inner:
        return payload(part)
    sink = io.BytesIO()
    try:
        email.generator.BytesGenerator(sink, mangle_from_=False, maxheaderlen=0).flatten(inner[0])
    except (ValueError, LookupError, TypeError, AttributeError):
        return sink.getvalue(), False
    return sink.getvalue(), True
