"""A copy of free text in which tricks of writing are undone, with the way back to every original character.

Threats 5.7: zero-width and bidi characters, combining marks, full-width and circled digits, numerals in Chinese, digits pulled
apart, letters that look like digits. The original is evidence and is never changed; only this copy is searched.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from fanzha.clean.chinese_number import DIGITS

_Z: Final = "".join(c for c in DIGITS if c not in "两兩○")
_NUMERAL: Final = re.compile(f"[0-9{_Z}]")  # every pattern below begins with one
# seven or more digits in a row, some of them Chinese, single separators allowed: 一三八 一二三四 五六七八
_SPOKEN: Final = re.compile(rf"[0-9{_Z}](?<![0-9{_Z}].)(?:[ \-]?[0-9{_Z}]){{6,}}(?![十百千万亿拾佰仟萬億])")
_YEAR: Final = re.compile(r"(?<![0-9一二三四五六七八九十])[一二][〇零一二三四五六七八九]{3}(?=年)")
# 1 3 8 - 1 2 3 4: single digits, each set apart
_APART: Final = re.compile(r"[0-9](?<![0-9].)(?:[ \-_.,/]{1,3}[0-9](?![0-9])){6,}")
# 138l234567O: letters inside a run that is a number otherwise
_LOOKALIKE: Final = re.compile(
    r"[0-9](?=[0-9oOlI \-]{6})(?<![A-Za-z0-9@_./:\-][0-9])[0-9oOlI]*+(?:[ \-][0-9oOlI]++)*+(?![A-Za-z0-9@_])"
)
_TO_DIGIT: Final = str.maketrans({c: str(value) for c, value in DIGITS.items()})
_LETTERS: Final = {"o": "0", "O": "0", "l": "1", "I": "1"}
_DIGITS_MIN: Final = 7


class _Characters(dict[str, str]):
    """What one character becomes, found once and remembered."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _fold_character(char)
        return folded


def _fold_character(char: str) -> str:
    if char in "\n\r\t\v\f\x85\u2028\u2029":
        return "\n" if char in "\n\r\u2028\u2029" else " "
    kind = unicodedata.category(char)
    # Cf: zero-width and bidi controls; Mn of the Latin blocks only, for Thai and Hindi vowels are Mn as well
    if (
        kind in ("Cf", "Cc")
        or "\u0300" <= char <= "\u036f"
        or "\u20d0" <= char <= "\u20ff"
        or "\ufe00" <= char <= "\ufe0f"
    ):
        return ""
    digit = unicodedata.digit(char, None)  # also ①, ⓪, ❶ and the digits of every script
    if digit is not None:
        return str(digit)
    if kind == "Pd" or char == "\u2212":
        return "-"
    if char in "\u2022\u25cf\u2217\u2731\u204e\u22c6":
        return "*"
    folded = unicodedata.normalize("NFKC", char)
    # am of Thai and Lao: taken apart, half of it would pass for a decoration
    if char == folded or char in "\u0e33\u0eb3":
        return char
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc", "Mn"))


_CHARACTERS: Final = _Characters()
# any but printable ASCII, Chinese, Thai and Korean: these become themselves, and a message holds few others
_ODD: Final = re.compile("[^ -~\u4e00-\u9fff\u0e01-\u0e3a\u0e3f-\u0e4f\uac00-\ud7a3]")
_SHORT_MAX: Final = 1_000
_FEW: Final = 50  # characters that are replaced in the whole text one after the other


def normalise(text: str) -> tuple[str, Sequence[int]]:
    """(folded, origin): `origin[i]` is the index in `text` of the character that gave `folded[i]`.

    A span `folded[a:b]` stands for `text[origin[a] : origin[b - 1] + 1]`. Folding folded text changes nothing.
    """
    return _remembered(text) if len(text) <= _SHORT_MAX else _normalised(text)


@lru_cache(maxsize=512)  # a message is folded more than once on its way
def _remembered(text: str) -> tuple[str, Sequence[int]]:
    return _normalised(text)


def _normalised(text: str) -> tuple[str, Sequence[int]]:
    folded, origin = _characters(text)
    if not _NUMERAL.search(folded):
        return folded, origin
    for _ in range(4):  # removing separators may bring another run together
        before = folded
        folded, origin = _apart(*_lookalike(_spoken(folded), origin))
        if folded == before:
            break
    return folded, origin


def _characters(text: str) -> tuple[str, Sequence[int]]:
    if text.isascii() and text.isprintable():
        return text, range(len(text))
    if len(_CHARACTERS) > 50_000:
        _CHARACTERS.clear()
    changed = {char: new for char in set(_ODD.findall(text)) if (new := _CHARACTERS[char]) != char}
    one_for_one = all(len(new) == 1 for new in changed.values()) and changed.keys().isdisjoint(changed.values())
    if one_for_one and len(changed) <= _FEW:
        for char, new in changed.items():
            text = text.replace(char, new)
        return text, range(len(text))
    parts = [_CHARACTERS[c] for c in text]
    folded = "".join(parts)
    if len(folded) == len(text) and all(parts):
        return folded, range(len(text))
    return folded, [i for i, part in enumerate(parts) for _ in part]


def _spoken(folded: str) -> str:
    """Chinese numerals used as digits become digits, one for one."""
    if folded.isascii():
        return folded
    folded = _YEAR.sub(lambda found: found[0].translate(_TO_DIGIT), folded)
    return _SPOKEN.sub(lambda found: found[0].translate(_TO_DIGIT), folded)


def _lookalike(folded: str, origin: Sequence[int]) -> tuple[str, Sequence[int]]:
    if not ("o" in folded or "l" in folded or "O" in folded or "I" in folded):
        return folded, origin
    return _LOOKALIKE.sub(_to_digits, folded), origin


def _to_digits(found: re.Match[str]) -> str:
    run = found[0]
    digits = sum(c.isdigit() for c in run)
    letters = sum(c in _LETTERS for c in run)
    groups = run.replace("-", " ").split(" ")
    if not letters or digits + letters < _DIGITS_MIN or letters * 3 > digits:
        return run
    if not all(any(c.isdigit() for c in group) for group in groups):
        return run  # "call 1381234 l ..." : a word of its own
    return "".join(_LETTERS.get(c, c) for c in run)


def _apart(folded: str, origin: Sequence[int]) -> tuple[str, Sequence[int]]:
    """Single digits set apart are joined; their separators leave the copy."""
    spans = [found.span() for found in _APART.finditer(folded)]
    if not spans:
        return folded, origin
    parts: list[str] = []
    kept: list[int] = []
    last = 0
    for start, end in spans:
        parts.append(folded[last:start])
        kept.extend(origin[last:start])
        for i in range(start, end):
            if "0" <= folded[i] <= "9":
                parts.append(folded[i])
                kept.append(origin[i])
        last = end
    parts.append(folded[last:])
    kept.extend(origin[last:])
    return "".join(parts), kept
