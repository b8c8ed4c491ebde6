"""A name in Chinese characters beside one in Latin letters: pinyin, Wade-Giles, and southern spellings by a small table.

That a reading fits says only that the two names may be one: many names share one reading. Japanese readings are not known here.
Wade-Giles is derived from pinyin by rule (H. A. Giles, A Chinese-English Dictionary, 1912), apostrophes left out.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import product
from typing import Final

from rapidfuzz.distance import OSA

from fanzha.clean import likeness_words

HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_PERSON_MAX: Final = 6  # 买买提·吐尔逊 is longer, but is written in its own way in Latin letters too
_READINGS_MAX: Final = 64
_TONE: Final = re.compile(r"(?<=[a-z])[1-5]$")
_SYLLABLE: Final = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|er|i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ua|uo|uai|ui|uan|un|uang|v|ve|ue)"
)
_PINYIN: Final = 950
_SOUTHERN: Final = 900
_SPELLING: Final = 740
_WADE: Final = (
    (r"^zhi$", "chih"), (r"^chi$", "chih"), (r"^shi$", "shih"), (r"^ri$", "jih"), (r"^zi$", "tzu"), (r"^ci$", "tzu"), (r"^si$", "szu"),
    (r"^yi$", "i"), (r"^you$", "yu"), (r"^yan$", "yen"), (r"^ye$", "yeh"), (r"^(n|l)uo$", r"\1o"), (r"^(t|d)uo$", "to"),
    (r"ong$", "ung"), (r"^x", "hs"), (r"^q", "ch"), (r"^zh", "ch"), (r"^j(?=[iu])", "ch"), (r"^[zc](?!h)", "ts"), (r"^r", "j"),
    (r"^b", "p"), (r"^d", "t"), (r"^g", "k"), (r"ian$", "ien"), (r"ie$", "ieh"), (r"(?<=[hjy])ue$", "ueh"), (r"^(k|h)e$", r"\1o"),
    (r"ui$", "uei"), (r"^(t|k)uei$", r"\1ui"),
)  # fmt: skip
_WADE_RULES: Final = tuple((re.compile(pattern), instead) for pattern, instead in _WADE)


@cache
def _simplified() -> Mapping[int, str]:
    simple = likeness_words.text("chinese", "simplified")
    return str.maketrans(dict(zip(likeness_words.text("chinese", "traditional"), simple, strict=True)))


def simplify(text: str) -> str:
    """Traditional characters that are common in names, in simplified ones; what the table does not know stays."""
    return text.translate(_simplified())


@cache
def _southern() -> Mapping[str, tuple[str, ...]]:
    return {entry[0]: tuple(entry[1:]) for entry in likeness_words.entries("chinese", "southern")}


def wade_giles(syllable: str) -> str:
    """A syllable of pinyin (no tone) in Wade-Giles, no apostrophe: zhang is chang, xi is hsi, deng is teng."""
    made = syllable
    for pattern, instead in _WADE_RULES:
        made = pattern.sub(instead, made)
    return made


@lru_cache(maxsize=16_384)
def pinyin_of(char: str) -> tuple[str, ...]:
    """Every reading of one character in pinyin without tones, ü as u, v and yu; empty where none is known."""
    made: dict[str, None] = {}
    from pypinyin import (  # here: its tables take a third of a second to read, and most commands compare no names
        Style,
        pinyin,
    )

    for reading in pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore"):
        for plain in reading:
            folded = plain.replace("ü", "v")
            for one in (folded, folded.replace("v", "u"), folded.replace("v", "yu")):
                made[one] = None
    return tuple(made)


@lru_cache(maxsize=16_384)
def _patterns(name: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """(pinyin, any spelling) of a name, family name first and last; empty where a character has no reading."""
    readings = [pinyin_of(char) for char in name]
    if not all(readings):
        return ()
    wide = [
        "|".join(dict.fromkeys((*own, *map(wade_giles, own), *_southern().get(char, ()))))
        for char, own in zip(name, readings, strict=True)
    ]
    narrow = ["|".join(own) for own in readings]
    made = []
    for cut in dict.fromkeys((0, 1, 2 if len(name) > 2 else 1)):
        pair = ("".join(f"(?:{one})" for one in part[cut:] + part[:cut]) for part in (narrow, wide))
        made.append((re.compile(next(pair)), re.compile(next(pair))))
    return tuple(made)


def syllables(name: str) -> frozenset[str]:
    """Every spelling of every character of a name that is known here; what cannot be read is left out."""
    return frozenset(
        one
        for char in name
        for own in (pinyin_of(char),)
        for one in (*own, *map(wade_giles, own), *_southern().get(char, ()))
    )


@lru_cache(maxsize=16_384)
def _plain_readings(name: str) -> tuple[str, ...]:
    every = product(*(pinyin_of(char)[:2] for char in name))
    return tuple("".join(one) for one, _ in zip(every, range(_READINGS_MAX), strict=False))


def fits(name: str, tokens: tuple[str, ...]) -> tuple[int, str]:
    """How well Latin words spell a name in (simplified) Chinese characters: (per mille, code).

    Codes: pinyin, transliteration (Wade-Giles, southern), initials, spelling (one letter off), different. One word beside the
    others (an English given name: Peter Chan Tai Man) is allowed where three or more are written and it is no syllable of pinyin.
    """
    plain = tuple(_TONE.sub("", token) for token in tokens)
    if not plain or not 2 <= len(name) <= _PERSON_MAX:
        return 0, "different"
    best = _fits_whole(name, "".join(plain))
    if best[0] < _PINYIN and len(plain) >= 3:
        for without in range(len(plain)):
            if _SYLLABLE.fullmatch(plain[without]):
                continue
            score, how = _fits_whole(name, "".join(plain[:without] + plain[without + 1 :]))
            best = max(best, (max(0, score - 80), how))
    return best if best[0] else _initials(name, plain)


def _fits_whole(name: str, written: str) -> tuple[int, str]:
    for place, (narrow, wide) in enumerate(_patterns(name)):
        turned = 20 if place else 0
        if narrow.fullmatch(written):
            return _PINYIN - turned, "pinyin"
        if wide.fullmatch(written):
            return _SOUTHERN - turned, "transliteration"
    if len(written) >= 6:
        for reading in _plain_readings(name):
            if OSA.distance(reading, written, score_cutoff=1) <= 1:
                return _SPELLING, "spelling"
    return 0, "different"


def _initials(name: str, plain: tuple[str, ...]) -> tuple[int, str]:
    """`W. Zhang`, `Zhang W.`, `X M Wang`: the family name in full, each given character by its letter."""
    full = [token for token in plain if len(token) > 1]
    letters = [token for token in plain if len(token) == 1]
    given = name[1:]
    if len(full) == 1 and full[0] in pinyin_of(name[0]) and 0 < len(letters) <= len(given):
        known = all(any(r[0] == letter for r in pinyin_of(c)) for c, letter in zip(given, letters, strict=False))
        return (700 if known else 0), ("initials" if known else "different")
    return 0, "different"


def homophones(a: str, b: str) -> bool:
    """Whether two names of as many Chinese characters share a reading, character by character."""
    return len(a) == len(b) and all(
        x == y or not set(pinyin_of(x)).isdisjoint(pinyin_of(y)) for x, y in zip(a, b, strict=True)
    )
