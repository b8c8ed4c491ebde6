"""How alike two postal addresses are, per mille. House numbers and postcodes that contradict each other decide against.

Words are laid beside each other as in names of organisations, shortened ones (St, Rd, Apt) in full. Chinese addresses are
compared part by part (`address.split`); a Chinese one beside a Latin one is put into pinyin first. Nothing is looked up: whether
the place exists, or two names of it are one place, is not known here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from itertools import groupby
from typing import Final

from fanzha.clean import address, chinese_reading, likeness_words, name_words, romanise
from fanzha.clean.chinese_reading import HAN
from fanzha.clean.name_words import Word

_LENGTH_MAX: Final = 400
_NUMBER_MAX: Final = 400  # house numbers, flats or postcodes that contradict
_PART_MAX: Final = 300  # two districts, two roads
_NO_NUMBER: Final = 150  # only one names a house
_MISSING_PART: Final = 30
_REST_WEIGHT: Final = 100
_UK: Final = re.compile(r"\b([a-z]{1,2}[0-9][a-z0-9]?) ?([0-9][a-z]{2})\b")
_ZIP: Final = re.compile(r"\b([0-9]{5})-[0-9]{4}\b")
_ORDINAL: Final = re.compile(r"^([0-9]+)(?:st|nd|rd|th)$")
_DIGITS: Final = re.compile(r"[0-9]+")
_POSTCODE_DIGITS: Final = (5, 6)
_PARTS: Final = tuple(part.name for part in fields(address.Parts) if part.name not in ("number", "rest"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An address taken apart: its words, its numbers in order without the postcode, and the parts of a Chinese one."""

    folded: str
    words: tuple[Word, ...]
    numbers: tuple[str, ...]
    postcode: str
    parts: address.Parts | None


@cache
def _spellings() -> Mapping[str, str]:
    return {word: entry[0] for entry in likeness_words.entries("address_words", "spellings") for word in entry}


@cache
def _empty() -> frozenset[str]:
    return likeness_words.words("address_words", "empty")


@cache
def _chinese() -> tuple[re.Pattern[str], Mapping[str, str]]:
    words = {entry[0]: " ".join(entry[1:]) for entry in likeness_words.entries("address_words", "chinese")}
    return re.compile("|".join(sorted(words, key=len, reverse=True))), words


@lru_cache(maxsize=65_536)
def prepare(text: str) -> Prepared:
    """An address as written, taken apart and remembered; at most 400 characters are looked at. Nothing fails."""
    folded = name_words.fold(text[:_LENGTH_MAX])
    parts = None
    if HAN.search(folded):
        value = address.parse(chinese_reading.simplify(folded))
        parts = None if value is None else address.split(value.normal)
        pattern, words = _chinese()
        plain = chinese_reading.simplify(folded)
        spaced = pattern.sub(lambda found: f" {words[found[0]]} ", plain)
        folded_latin = "".join(
            "".join(next(iter(chinese_reading.pinyin_of(c)), c) for c in run) if han else "".join(run)
            for han, run in ((han, list(run)) for han, run in groupby(spaced, key=lambda c: bool(HAN.match(c))))
        )
    else:
        folded_latin = folded
    return _taken_apart(folded, folded_latin, parts)


def _taken_apart(folded: str, in_latin: str, parts: address.Parts | None) -> Prepared:
    codes: list[str] = []

    def code(found: re.Match[str]) -> str:
        codes.append("".join(found.groups()))
        return " "

    left = _ZIP.sub(code, _UK.sub(code, in_latin))
    words, numbers = [], list[str]()
    for one in name_words.split(name_words.undotted(left)):
        plain = _ORDINAL.sub(r"\1", romanise.latin(one))
        if any(c.isdigit() for c in plain):
            numbers.append(plain.lstrip("0") or "0")
        else:
            known = _spellings().get(plain, plain)
            if known not in _empty():
                words.append(name_words.word(known))
    if not codes and len(numbers) > 1 and len(numbers[-1]) in _POSTCODE_DIGITS:
        codes.append(numbers.pop())
    return Prepared(folded, tuple(words), tuple(numbers), codes[0] if codes else "", parts)


def address_likeness(a: str, b: str) -> int:
    """How alike two addresses are, 0 to 1000; symmetric. Empty ones are like nothing."""
    return compare(prepare(a), prepare(b))


def compare(a: Prepared, b: Prepared) -> int:
    """How alike two prepared addresses are, 0 to 1000."""
    if a.folded == b.folded:
        return 1000 if a.folded else 0
    if a.folded > b.folded:
        a, b = b, a
    if a.parts is not None and b.parts is not None:
        score = _chinese_parts(a.parts, b.parts)
    else:
        score = _words(a.words, b.words)
        if not _agree(a.numbers, b.numbers):
            score = min(_NUMBER_MAX, score)
        elif bool(a.numbers) != bool(b.numbers):
            score -= _NO_NUMBER
    if a.postcode and b.postcode and a.postcode != b.postcode:
        score = min(_NUMBER_MAX, score)
    return max(0, score)


def _agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether one row of numbers is part of the other, in any order: a flat may be left out, a house may not differ."""
    left = list(a if len(a) >= len(b) else b)
    for one in b if len(a) >= len(b) else a:
        if one not in left:
            return False
        left.remove(one)
    return True


def _words(a: Sequence[Word], b: Sequence[Word]) -> int:
    x, y, pairs = name_words.lay(a, b, False)
    if not pairs:
        return 0
    shared = sum(min(len(x[i].latin), len(y[j].latin)) * score for i, j, score, _ in pairs)
    sizes = sorted(max(1, sum(len(one.latin) for one in side)) for side in (x, y))
    if _roads_differ(x, y, {(i, j) for i, j, _, _ in pairs}):
        return min(_PART_MAX, (3 * shared // sizes[0] + shared // sizes[1]) // 4)
    # three quarters: is the shorter held in the longer; one quarter: are they as long
    return min(1000, (3 * shared // sizes[0] + shared // sizes[1]) // 4)


def _road(words: Sequence[Word]) -> int:
    """The place of the word that names the road; -1 where no word of roads says which."""
    before, after = (likeness_words.words("address_words", key) for key in ("roads", "roads_first"))
    for place, one in enumerate(words):
        if one.latin in before and place:
            return place - 1
        if one.latin in after and place + 1 < len(words):
            return place + 1
    return -1


def _roads_differ(a: Sequence[Word], b: Sequence[Word], pairs: set[tuple[int, int]]) -> bool:
    """Whether both name a road, and neither road's word has any partner in the other address."""
    i, j = _road(a), _road(b)
    return i >= 0 and j >= 0 and i not in {x for x, _ in pairs} and j not in {y for _, y in pairs}


def _chinese_parts(a: address.Parts, b: address.Parts) -> int:
    score, shared = 1000, 0
    for name in _PARTS:
        x, y = getattr(a, name), getattr(b, name)
        if x and y and x != y:
            return _PART_MAX
        shared += bool(x and y)
        score -= _MISSING_PART * (bool(x) != bool(y))
    if a.number and b.number and a.number != b.number:
        return min(_NUMBER_MAX, score)
    score -= _NO_NUMBER * (bool(a.number) != bool(b.number))
    inside_a, inside_b = _DIGITS.findall(a.rest), _DIGITS.findall(b.rest)
    if not _agree(inside_a, inside_b):
        return min(_NUMBER_MAX, score)
    score -= _NO_NUMBER // 2 * (bool(inside_a) != bool(inside_b))
    bare_a, bare_b = (_place_words(rest) for rest in (a.rest, b.rest))
    if bare_a and bare_b:
        alike = len(set(bare_a) & set(bare_b)) * 1000 // max(1, min(len(set(bare_a)), len(set(bare_b))))
        score -= (1000 - alike) * (_REST_WEIGHT if shared > 2 else 4 * _REST_WEIGHT) // 1000
    elif not shared:
        return 0
    return max(0, score)


def _place_words(rest: str) -> str:
    """What names a building, without numbers and without the words that only count: 栋, 单元, 室."""
    return re.sub(r"[0-9\-,;# ]|号楼|[栋幢座单元室房层楼号]", "", rest)
