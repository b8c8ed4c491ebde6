"""A message as it is shown: the words that tell marked and numbered by trick, nothing in it that acts."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from fanzha.document.html import visible
from fanzha.document.marks import apart
from fanzha.recognise.check import Reading
from fanzha.recognise.signs import signs

WHOLE_MAX, AROUND = 1_200, 80  # characters of a message shown whole; of a longer one those around what tells
TELLING: Final = ""  # stands for words that tell without being a trick of their own
_WEB: Final = re.compile(r"\bh(tt)ps?://", re.IGNORECASE)
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


def message_pieces(reading: Reading) -> tuple[list[tuple[str, int]], list[str]]:
    """(the message in pieces, each with the number of its trick from 1 on, 0 for none; the tricks in the order of their numbers)."""
    original = reading.prepared.original
    spans = marked_spans(reading)
    legend = list(dict.fromkeys(code for _, _, code in spans))
    windows = _windows(len(original), spans)
    pieces: list[tuple[str, int]] = []
    at = 0
    for start, end, code in [*spans, (len(original), len(original), None)]:
        for first, last in windows:
            if max(at, first) < min(start, last):
                if first and max(at, first) == first:
                    pieces.append((" … ", 0))
                pieces.append((safe(original[max(at, first) : min(start, last)]), 0))
        if code is not None:
            pieces.append((safe(original[start:end]), legend.index(code) + 1))
        at = end
    if windows[-1][1] < len(original):
        pieces.append((" …", 0))
    return pieces, legend


def safe(text: str) -> str:
    """Text of a message for the screen: nothing invisible acts, and no terminal makes a link of an address."""
    return _WEB.sub(lambda found: found[0].replace(found[1], "xx"), visible(text))


def marked_spans(reading: Reading) -> list[tuple[int, int, str]]:
    """(start, end, trick) by place, without overlaps; TELLING for words that lower the score and are no trick."""
    declared = signs()
    wanted = [(mark.start, mark.end, declared[mark.code].tactic) for mark in reading.tactics]
    if reading.verdict not in ("scam", "suspicious"):
        wanted = []
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
