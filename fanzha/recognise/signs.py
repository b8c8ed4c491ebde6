"""Signs: what phrases of six languages show, whatever the language, each with its place in the original text.

The signs are declared in `fanzha/model/schema/signs.yaml`, their phrases in `fanzha/recognise/lexicon/<language>.yaml`. A phrase
is written as people write it; `..` stands for a gap of at most `GAP_MAX` characters, `*` after a Latin word for any ending. Phrases
are looked for in the plain copy of a text (`fanzha.clean.disguise`), all at once (Aho and Corasick 1975), in linear time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from fanzha.clean.disguise import Plain, Words, undo
from fanzha.clean.phrases import Matcher
from fanzha.recognise import lexicon_file

LANGUAGES: Final = ("zh", "en", "th", "vi", "id", "ko")
GAP_MAX: Final = 24
# What is already as a plain copy has it: three quarters of all phrases, and reading them all takes a third of a second.
_PLAIN: Final = re.compile(r"[a-z]+(?: [a-z]+)*")
# Phrases of these two languages are written with bare Latin letters and would be met in others; English words are used everywhere.
_OWN_ONLY: Final = frozenset(("vi", "id"))
_NOT_HIDDEN: Final = frozenset(("advert",))  # nobody disguises plain advertising
_PART_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class Sign:
    """What a phrase can show. `side` is guilt, neutral or innocent; `types` maps kinds of scam to weights 1-5."""

    code: str
    en: str
    zh: str
    side: str
    tactic: str
    types: Mapping[str, int]

    def say(self, lang: str) -> str:
        """The sign in words ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at a place of the original text: `original[start:end]` are the words that show it."""

    code: str
    start: int
    end: int


@cache
def signs() -> dict[str, Sign]:
    """All signs by code, in the order of the file."""
    raw = _load("fanzha.model", "schema", "signs.yaml")
    return {
        code: Sign(code, one["en"], one["zh"], one["side"], one.get("tactic", ""), one.get("types", {}))
        for code, one in raw.items()
    }


@cache
def lexicon(language: str) -> dict[str, list[str]]:
    """Phrases of one language by sign. KeyError would be a sign that is not declared: raised when the matcher is made."""
    return {
        code: [str(p) for p in phrases]
        for code, phrases in _load("fanzha.recognise", "lexicon", f"{language}.yaml").items()
    }


def _load(package: str, folder: str, name: str) -> dict[str, Any]:
    text = (files(package) / folder / name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.CSafeLoader) or {}


def made() -> dict[str, Any]:
    """All phrases ready to be looked for, as plain data that `lexicon_file` keeps.

    codes    the signs;  own  which numbers of `LANGUAGES` are written with bare Latin letters
    phrases  plain text of a phrase, or of the first part of one with gaps, to what it shows: [[number of the sign, number of the language,
             whether any ending may follow]], of a part followed by [number of the phrase, its place, how many parts there are]
    parts    the same of the other parts
    words    `Words.kept` of the words that are worth restoring
    """
    declared = list(signs())
    number = {code: at for at, code in enumerate(declared)}
    phrases: dict[str, list[list[int]]] = {}
    later: dict[str, list[list[int]]] = {}
    nothing, count = Words(()), 0
    for tongue, language in enumerate(LANGUAGES):
        for code, written in lexicon(language).items():
            if code not in number:
                raise KeyError(f"lexicon/{language}.yaml: {code} is not declared in signs.yaml")
            for phrase in written:
                parts = [part.strip() for part in phrase.split("..")]
                for place, part in enumerate(parts):
                    word = part.removesuffix("*")
                    plain = word if _PLAIN.fullmatch(word) else undo(word, nothing).text
                    shows = [number[code], tongue, int(part.endswith("*"))]
                    kept = later if place else phrases
                    kept.setdefault(plain, []).append([*shows, count, place, len(parts)] if len(parts) > 1 else shows)
                count += 1
    for kept in (phrases, later):
        kept.pop("", None)
    return {"codes": declared, "phrases": phrases, "parts": later, "words": Words(_worth_restoring()).kept()}


def _worth_restoring() -> tuple[str, ...]:
    """The phrases of signs that speak for a scam.

    Two Chinese characters that are only a part of a phrase with a gap are left out: too many honest words sound like them.
    """
    speaking = {code for code, sign in signs().items() if sign.side != "innocent"} - _NOT_HIDDEN
    words = {
        part.strip("* ")
        for language in LANGUAGES
        for code, phrases in lexicon(language).items()
        if code in speaking
        for phrase in phrases
        for part in phrase.split("..")
        if language != "zh" or len(part.strip()) >= _PART_MIN or ".." not in phrase
    }
    return tuple(sorted(words - {""}))


@cache
def _ready() -> dict[str, Any]:
    return lexicon_file.read() or made()


@cache
def restorable() -> Words:
    """The words that are worth restoring when they are written in disguise."""
    return Words.from_kept(_ready()["words"])


# What a text shows by itself, and what it shows as a later part of a phrase, by the number of that.
_Shown = tuple[list[list[int]], dict[int, list[list[int]]]]


@cache
def _matcher() -> tuple[Matcher[_Shown], list[str], frozenset[int]]:
    """(the phrases, the signs by number, the numbers of languages whose phrases hold in texts of their own only)."""
    ready = _ready()
    shown: dict[str, _Shown] = {text: (rows, {}) for text, rows in ready["phrases"].items()}
    for text, rows in ready["parts"].items():
        parts = shown.setdefault(text, ([], {}))[1]
        for row in rows:
            parts.setdefault(row[3], []).append(row)
    return Matcher(shown), ready["codes"], frozenset(map(LANGUAGES.index, _OWN_ONLY))


def find(plain: Plain, language: str) -> tuple[Mark, ...]:
    """The signs in a text by place; of one sign, places that another holds are left out. Linear in the length of the text."""
    matcher, codes, own_only = _matcher()
    origin = plain.origin
    spoken = LANGUAGES.index(language) if language in LANGUAGES else -1
    foreign = frozenset(one for one in own_only if one != spoken) if language not in ("other", "") else frozenset()
    # phrase with gaps: next part, where it began, where the last part ended
    reached: dict[int, tuple[int, int, int]] = {}
    marks: list[tuple[int, int, str]] = []
    for (shown, parts), start, end, closed in matcher.iter(plain.text):
        for shows in shown:
            if not (closed or shows[2]) or shows[1] in foreign:
                continue
            if len(shows) > 3:
                reached[shows[3]] = (1, start, end)
            else:
                marks.append((origin[start], -origin[end], codes[shows[0]]))
        if not parts or not reached:
            continue
        # a common word is a part of hundreds of phrases, of which few have begun
        for phrase in reached.keys() & parts.keys():
            for shows in parts[phrase]:
                place, began, last = reached.get(phrase, (0, 0, 0))
                if shows[4] != place or not 0 <= start - last <= GAP_MAX or not (closed or shows[2]):
                    continue
                if place + 1 < shows[5]:
                    reached[phrase] = (place + 1, began, end)
                    continue
                del reached[phrase]
                marks.append((origin[began], -origin[end], codes[shows[0]]))
    return _outermost(marks)


def _outermost(marks: list[tuple[int, int, str]]) -> tuple[Mark, ...]:
    """Of (start, -end, sign) those that do not lie within another of the same sign."""
    kept: list[Mark] = []
    ends: dict[str, int] = {}
    for start, minus_end, code in sorted(marks):
        if -minus_end > ends.get(code, -1):
            kept.append(Mark(code, start, -minus_end))
            ends[code] = -minus_end
    return tuple(kept)
