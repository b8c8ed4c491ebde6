"""Messages as a stream: a line of JSON in, a line of JSON out, in order, whatever the line.

In: {"id": anything, "text": text}. Out: {"id", "verdict", "score", "scam_type", "tactics", "identifiers", "reasons"}; a line that cannot be
judged is answered too, with "error" (a code of `ERRORS`), verdict "unsure" and score 0.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NoReturn

from fanzha.recognise.alone import lone_number
from fanzha.recognise.check import Reading, Scorer, check
from fanzha.recognise.signs import signs

LINE_BYTES_MAX: Final = 8 << 20  # a longer line is answered but not kept in memory
ERRORS: Final = ("bad_json", "no_text", "text_not_string", "empty", "too_long")
_HEAD: Final = 4_096
_ID_FIRST: Final = re.compile(r'\s*\{\s*"id"\s*:\s*("(?:[^"\\]|\\.){0,1000}"|-?[0-9]{1,30})\s*[,}]')


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_ESCAPED: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


def answers(chunks: Iterable[bytes], scorer: Scorer) -> Iterator[bytes]:
    """For each chunk of input the answers to the lines that it completes, as one piece of output; the last line needs no end.

    Never raises on any input. Keeps at most `LINE_BYTES_MAX` bytes of an unfinished line.
    """
    cutter = _Cutter()
    for chunk in chunks:
        if lines := cutter.cut(chunk):
            yield _answered(lines, scorer)
    if lines := cutter.rest():
        yield _answered(lines, scorer)


class _Cutter:
    """Cuts chunks into lines. A line that grew too long is given as its head, marked by the flag beside it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def cut(self, chunk: bytes) -> list[tuple[bytes, bool]]:
        """(line without its end, whether it is cut) of each line that this chunk completes."""
        *whole, last = chunk.split(b"\n")
        lines: list[tuple[bytes, bool]] = []
        for part in whole:
            self._add(part)
            lines += self.rest(ended=True)
        self._add(last)
        return lines

    def rest(self, *, ended: bool = False) -> list[tuple[bytes, bool]]:
        """What has not been given yet, as a line; none where there is nothing, unless it `ended` with an end of line."""
        if not self._size and not ended:
            return []
        line = (b"".join(self._parts), self._size > LINE_BYTES_MAX)
        self._parts, self._size = [], 0
        return [line]

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= LINE_BYTES_MAX:
            if part:
                self._parts.append(part)
        else:
            self._parts = [b"".join(self._parts)[:_HEAD] or part[:_HEAD]]


def _answered(lines: list[tuple[bytes, bool]], scorer: Scorer) -> bytes:
    asked = [_asked(*line) for line in lines]
    readings = check((text for _, text, error in asked if not error), scorer, words=False)
    return b"".join(
        _line({"id": name, "verdict": "unsure", "score": 0, **_NOTHING, "error": error})
        if error
        else _line(_answer(name, next(readings)))
        for name, _, error in asked
    )


_NOTHING: Final[dict[str, Any]] = {"scam_type": None, "tactics": [], "identifiers": [], "reasons": []}


def _asked(line: bytes, cut: bool) -> tuple[Any, str, str]:
    """(id, text, error) of a line."""
    written = line.decode("utf-8", "replace").removeprefix("\ufeff")
    if cut:
        return _id_of(written), "", "too_long"
    if not written.strip():
        return None, "", "empty"
    try:
        asked = _DECODER.decode(written)
    except (ValueError, RecursionError):
        return _id_of(written[:_HEAD]), "", "bad_json"
    if not isinstance(asked, dict):
        return None, "", "bad_json"
    name, text = asked.get("id"), asked.get("text")
    if text is None:
        return name, "", "no_text"
    if not isinstance(text, str):
        return name, "", "text_not_string"
    return name, text, "" if text.strip() else "empty"


def _id_of(head: str) -> Any:
    """The id of a line that cannot be read as a whole, where it comes first; None where it does not."""
    found = _ID_FIRST.match(head)
    if not found:
        return None
    try:
        return json.loads(found[1])
    except ValueError:
        return None


def _answer(name: Any, reading: Reading) -> dict[str, Any]:
    declared, original = signs(), reading.prepared.original
    digits_only = lone_number(original) is not None  # no wording to judge: the score alone is the model's
    return {
        "id": name,
        "verdict": "unsure" if digits_only else reading.verdict,
        "score": reading.probability,
        "scam_type": None if digits_only else [kind for kind, _ in reading.kinds] or None,
        "tactics": [
            {
                "tactic": declared[mark.code].tactic,
                "start": mark.start,
                "end": mark.end,
                "words": original[mark.start : mark.end],
            }
            for mark in reading.tactics
        ],
        "identifiers": [
            {"kind": found.kind, "value": found.normal, "start": found.start, "end": found.end}
            for found in reading.identifiers
        ],
        "reasons": [rule.code for rule in reading.rules],
    }


def _line(answer: dict[str, Any]) -> bytes:
    try:
        return _ENCODER.encode(answer).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and UTF-8 cannot
        return _ESCAPED.encode(answer).encode() + b"\n"
    except (ValueError, RecursionError):  # an id such as 1e999
        return _line({**answer, "id": None})
