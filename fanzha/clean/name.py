"""Names of persons and organisations, as written: folded, not judged.

A name is weak evidence; nothing here guesses ethnicity, sex or nationality from it (invariant 8).
"""

import re
import unicodedata
from typing import Final

from fanzha.clean.value import Value

KIND: Final = "name"

_TEXT_MAX: Final = 200
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_MIDDLE_DOT: Final = re.compile("\\s*[\u00b7\u2022\u2027\u30fb\u22c5\u0387\u16eb]\\s*")
_SPACE: Final = re.compile(r"\s+")
_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HAN_GAP: Final = re.compile(rf"(?<=[{_HAN}*])\s+(?=[{_HAN}*])")
# 王某甲, 李某1: the last sign tells people of one document apart and is no part of the name
_PSEUDONYM: Final = re.compile(r"某[甲乙丙丁戊己庚辛壬癸a-z0-9]$")
_EDGE: Final = " \t\r\n\"'`,，.。;；:：、"
_FIRST_MILLIBITS: Final = 5000
_HAN_MILLIBITS: Final = 6500
_LATIN_MILLIBITS: Final = 2000
_MILLIBITS_MAX: Final = 24_000


def parse(text: str) -> Value | None:
    """A name: NFKC, spaces folded (none between Chinese characters), Latin case folded; None without a letter.

    `张*三`, `张某`, `李某某` are partial: each hidden character is a `*`.
    """
    if len(text) > _TEXT_MAX:
        return None
    plain = text
    for _ in range(4):  # case folding may give what NFKC changes again
        before = plain
        plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", plain)).casefold()
        plain = _SPACE.sub(" ", _MIDDLE_DOT.sub("·", plain)).strip(_EDGE)
        plain = _HAN_GAP.sub("", plain.replace("×", "*").replace("●", "*"))
        if plain == before:
            break
    plain = _PSEUDONYM.sub("某", plain).replace("某", "*")
    if not any(c.isalpha() for c in plain):
        return None
    return Value(KIND, plain, text, partial="*" in plain)


def validate(normal: str) -> bool:
    """Whether this is a name in normal form with nothing hidden."""
    value = parse(normal)
    return value is not None and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """First character of each word and two stars: `张**`, `j** s**`."""
    return " ".join(f"{word[:1]}**" for word in normal.split(" "))


def specificity(normal: str) -> int:
    """Milli-bits, low on purpose: 5 for the first visible Chinese character, 6.5 for each more, 2 a letter, at most 24."""
    total, han = 0, 0
    for c in normal:
        if not c.isalpha():
            continue
        if c >= "\u2e80":
            total += _HAN_MILLIBITS if han else _FIRST_MILLIBITS
            han += 1
        else:
            total += _LATIN_MILLIBITS
    return min(total, _MILLIBITS_MAX)
