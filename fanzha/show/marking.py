"""A message as it is shown: the words that tell marked and numbered by trick, nothing in it that acts."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from fanzha.clean.text import Found, find
from fanzha.document.html import visible
from fanzha.document.marks import apart
from fanzha.recognise.check import Reading
from fanzha.recognise.signs import signs

WHOLE_MAX, AROUND = 1_200, 80  # characters of a message shown whole; of a longer one those around what tells
TELLING: Final = ""  # stands for words that tell without being a trick of their own
_WEB: Final = re.compile(r"\bh(tt)ps?://", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:[A-Za-z]{2,6}:[/\\]{2}(?:[^/?#\s]*@)?)?([^/?#\s\\]*)")
_DOTS: Final = ".。．｡"
_SELF: Final = ("me", "you", "i", "我", "我自己", "自己", "나", "ฉัน", "tôi", "saya")
# Words that everybody writes: they may add to a score, but tell nobody anything.
_COMMON: Final = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "could"),
        *("do", "for", "from", "has", "have", "he", "her", "his", "i", "if", "in"),
        *("is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "please"),
        *("she", "so", "that", "the", "their", "them", "they", "this", "to", "us"),
        *("was", "we", "were", "who", "will", "with", "would", "you", "your"),
        *("yang", "anda", "saya", "dan", "di", "ke", "là", "và", "bạn", "您", "你", "我", "的", "了", "请"),
    )
)


def message_pieces(
    reading: Reading, speakers: Sequence[tuple[int, str]] = ()
) -> tuple[list[tuple[str, int]], list[str]]:
    """(the message in pieces, each with the number of its trick from 1 on, 0 for none; the tricks in the order of their numbers).

    `speakers` (place, name) says where in a conversation who begins to speak, by place.
    """
    original, spans = reading.prepared.original, marked_spans(reading)
    legend = list(dict.fromkeys(code for _, _, code in spans))
    windows = _windows(len(original), spans)
    shown = _Safe(reading, speakers)
    pieces: list[tuple[str, int]] = []
    at = 0
    for start, end, code in [*spans, (len(original), len(original), None)]:
        for first, last in windows:
            if max(at, first) < min(start, last):
                if first and max(at, first) == first:
                    pieces.append((" … " + shown.speaking(first), 0))
                pieces.append((shown.part(max(at, first), min(start, last)), 0))
        if code is not None:
            if name := shown.speaker(start):
                pieces.append((name, 0))
            pieces.append((shown.part(start, end), legend.index(code) + 1))
        at = end
    if windows[-1][1] < len(original):
        pieces.append((" …", 0))
    return pieces, legend


class _Safe:
    """A message for the screen, part by part: addresses defanged, and before each line of a conversation who says it."""

    def __init__(self, reading: Reading, speakers: Sequence[tuple[int, str]]) -> None:
        self._original = reading.prepared.original
        self._dots = _dots(self._original, reading.identifiers)
        self._dotted = frozenset(self._dots)
        self._starts = [place for place, _ in speakers]
        self._names = [name for _, name in speakers]
        self._speakers = dict(speakers)

    def speaking(self, place: int) -> str:
        """Who speaks at a place in the middle of a message; "" where one begins."""
        at = bisect_right(self._starts, place) - 1
        return self._names[at] if at >= 0 and self._starts[at] < place else ""

    def speaker(self, place: int) -> str:
        """Who begins to speak at a place; each is told once."""
        return self._speakers.pop(place, "")

    def part(self, start: int, end: int) -> str:
        """The text between two places."""
        made, at = [], start
        names = self._starts[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        cuts = sorted({*names, *self._dots[bisect_left(self._dots, start) : bisect_left(self._dots, end)]})
        for place in cuts:
            made.append(visible(self._original[at:place]))
            made.append(self.speaker(place))
            made += ["[.]"] if place in self._dotted else []
            at = place + (place in self._dotted)
        return _WEB.sub(_unlinked, "".join([*made, visible(self._original[at:end])]))


def safe(text: str) -> str:
    """Text of a message for the screen: nothing invisible acts, and no terminal makes a link of an address."""
    dots, made, at = _dots(text, find(text)), [], 0
    for place in dots:
        made += [visible(text[at:place]), "[.]"]
        at = place + 1
    return _WEB.sub(_unlinked, "".join([*made, visible(text[at:])]))


def _unlinked(found: re.Match[str]) -> str:
    return found[0].replace(found[1], "xx")


def _dots(text: str, found: Sequence[Found]) -> list[int]:
    """The places of the full stops in the names of hosts, where they are written as such."""
    places: list[int] = []
    for one in found:
        if one.kind in ("url", "domain"):
            host = _HOST.match(text, one.start, one.end)
            start, end = host.span(1) if host else (one.start, one.end)
            places += [
                at
                for at in range(start, end)
                if text[at] in _DOTS
                and text[at - 1 : at] not in ("", "[", "(")
                and text[at + 1 : at + 2] not in ("]", ")")
            ]
    return places


def speakers(messages: Sequence[str], senders: Sequence[str]) -> list[tuple[int, str]]:
    """(place in the text of a conversation, shortened name with a colon) of each message that somebody sent. Who has the same short name
    as another has a number after it."""
    told: dict[str, str] = {}
    found, place = [], 0
    for message, sender in zip(messages, senders, strict=False):
        if sender and sender not in told:
            short = shortened(sender)
            alike = sum(known == short or known.startswith(f"{short} (") for known in told.values())
            told[sender] = f"{short} ({alike + 1})" if alike else short
        if sender:
            found.append((place, f"{told[sender]}: "))
        place += len(message) + 1
    return found


def shortened(sender: str) -> str:
    """A name as it may be printed: initials, of a number its ends, of an address what its kind shows."""
    if sender.lower() in _SELF:
        return sender
    from fanzha.store.masked import mask_text, mask_value  # takes longer to load than a message to judge

    hidden = mask_text(sender)
    return visible(hidden if hidden != sender else mask_value("name", sender))


def marked_spans(reading: Reading) -> list[tuple[int, int, str]]:
    """(start, end, trick) by place, without overlaps; TELLING for words that lower the score and are no trick. Where software does not
    warn but a rule does, the words of that rule."""
    declared = signs()
    wanted = [(mark.start, mark.end, declared[mark.code].tactic) for mark in reading.tactics]
    if reading.verdict not in ("scam", "suspicious"):
        needed = {sign for rule in reading.rules if rule.points > 0 for need in rule.needs for sign in need}
        marks = [mark for mark in reading.prepared.marks if mark.code in needed and reading.language_known]
        wanted = [(mark.start, mark.end, declared[mark.code].tactic or TELLING) for mark in marks]
    words = [(start, end, TELLING) for start, end in reading.words]
    telling = [
        one for one in words if reading.prepared.original[one[0] : one[1]].strip(".,!?:;").lower() not in _COMMON
    ]
    links = [(one.start, one.end) for one in reading.identifiers if one.kind in ("url", "domain")]
    chosen = apart(_around(links, wanted))
    for start, end, code in telling:
        if all(end <= first or last <= start for first, last, _ in chosen):
            chosen.append((start, end, code))
    return _joined(sorted(chosen), reading.prepared.original)


def _around(links: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Marks that leave addresses whole: one that reaches into an address holds all of it, one within it is left out."""
    for start, end, code in marks:
        met = [(first, last) for first, last in links if start < last and first < end]
        if not any(first <= start and end <= last and (start, end) != (first, last) for first, last in met):
            yield min([start, *(first for first, _ in met)]), max([end, *(last for _, last in met)]), code


def _joined(spans: Sequence[tuple[int, int, str]], text: str) -> list[tuple[int, int, str]]:
    """Neighbours of one trick with nothing but a space between them as one."""
    joined: list[tuple[int, int, str]] = []
    for start, end, code in spans:
        if joined and joined[-1][2] == code and text[joined[-1][1] : start] in ("", " "):
            start = joined.pop()[0]
        joined.append((start, end, code))
    return joined


def _windows(size: int, spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """The parts of a message that are shown."""
    if size <= WHOLE_MAX:
        return [(0, size)]
    merged: list[tuple[int, int]] = []
    for start, end in [(0, 0), *((start, end) for start, end, _ in spans)]:
        first, last = max(0, start - AROUND), min(size, end + AROUND)
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
