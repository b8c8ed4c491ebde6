"""Names of other scripts in plain Latin letters, and two coarser keys under which spellings of one name meet.

`latin` transliterates by small tables (Cyrillic, Greek, Arabic, Hebrew, Georgian, Armenian, kana) and by the arithmetic of
Hangul (Unicode Standard, section 3.12; Revised Romanisation 2000). Chinese characters are left: see `chinese_reading.py`.
`sound` folds spellings that differ by habit of transliteration only; `skeleton` keeps consonants, for scripts without vowels.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from fanzha.clean import likeness_words

_INITIAL: Final = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWEL: Final = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_FINAL: Final = (
    *("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p"),
    *("p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"),
)
_HANGUL_FIRST: Final = 0xAC00
_HANGUL_COUNT: Final = 11_172
_SMALL_KANA: Final = {"ャ": "a", "ュ": "u", "ョ": "o"}
# longest first; capitals stand for one sound each and are kept apart from letters
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"tsch|tch|cz|ch", "C"),
        (r"shch|sch|sz|sh", "S"),
        (r"dzh|dj|dsch", "J"),
        (r"zh", "Z"),
        (r"kh", "h"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"ck|q|c", "k"),
        (r"x", "ks"),
        (r"tz|ts", "ts"),
        (r"ff?$", "v"),
        (r"w", "v"),
        (r"[yj]", "i"),
        (r"ou|oo", "u"),
        (r"([aou])e(?=[^aeiou])", r"\1"),  # mueller, joerg
        (r"ee|ie", "i"),
        (r"i([aeou])", r"\1"),
        (r"([aeo])i+", r"\1"),
        (r"(.)\1+", r"\1"),
    )
)
_NO_SKELETON: Final = re.compile(r"[aeiouvwy]|h$")
_UKRAINIAN: Final = re.compile("[іїєґ]")  # letters that say which г and и are meant
_UKRAINIAN_LETTERS: Final = str.maketrans({"г": "h", "и": "y"})
_GREEK: Final = re.compile("[\u0370-\u03ff]")
_ABJAD: Final = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")


@cache
def _letters() -> Mapping[str, str]:
    flat = likeness_words.text("letters", "letters").split()
    return {letter: "" if latin == "-" else latin for letter, latin in zip(flat[::2], flat[1::2], strict=True)}


def _hangul(char: str) -> str:
    first, rest = divmod(ord(char) - _HANGUL_FIRST, 588)
    vowel, last = divmod(rest, 28)
    return _INITIAL[first] + _VOWEL[vowel] + _FINAL[last]


@cache
def _character(char: str) -> str:
    """What one folded character becomes; itself where no table knows it."""
    known = _letters().get(char)
    if known is not None:
        return known
    if _HANGUL_FIRST <= ord(char) < _HANGUL_FIRST + _HANGUL_COUNT:
        return _hangul(char)
    if "\u3041" <= char <= "\u3096":  # hiragana stands 96 below katakana
        return _character(chr(ord(char) + 96))
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return "".join(_letters().get(c, c) for c in plain)


def latin(word: str) -> str:
    """A casefolded word in a-z and 0-9; Chinese characters stay, letters of a script without a table too."""
    if word.isascii():
        return word
    composed = unicodedata.normalize("NFC", word)
    if _UKRAINIAN.search(composed):
        composed = composed.translate(_UKRAINIAN_LETTERS)
    elif _GREEK.search(composed):
        bare = "".join(c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c))
        composed = bare.replace("ου", "u")
    made: list[str] = []
    for char in composed:
        small = _SMALL_KANA.get(chr(ord(char) + 96) if "\u3041" <= char <= "\u3096" else char)
        if small and made and made[-1].endswith("i"):  # キョ is kyo, シャ is sha
            glide = "" if made[-1] in ("shi", "chi", "ji") else "y"
            made[-1] = made[-1][:-1] + glide + small
        else:
            made.append(_character(char))
    return "".join(made)


def abjad(word: str) -> bool:
    """Whether a word as written holds letters of a script that leaves vowels out (Arabic, Hebrew)."""
    return _ABJAD.search(word) is not None


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """The key under which habits of transliteration meet: sergei, sergey, sergej; smirnov, smirnoff; zhukov stays zukov-like."""
    made = word
    for pattern, instead in _SOUNDS:
        made = pattern.sub(instead, made)
    return made


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """Consonants only, doubles once: mohammed, muhamad and the romanised محمد are all `mhmd`; weak, for abjads alone."""
    return re.sub(r"(.)\1+", r"\1", _NO_SKELETON.sub("", sound(word)))
