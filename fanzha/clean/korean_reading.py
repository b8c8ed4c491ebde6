"""A Korean name in Hangul beside one in Latin letters: each syllable with its usual spellings.

Revised Romanisation (2000), McCune-Reischauer (1939) without signs, and what passports print for common family names.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from fanzha.clean.name_words import Word

_FIRST: Final = 0xAC00
_LAST: Final = 0xD7A3
_WHOLE: Final = re.compile("[\uac00-\ud7a3]{2,5}")
_SYLLABLES_MAX: Final = 5
_EXACT: Final = 920
_TURNED: Final = 900
_INITIALS: Final = (
    *("g|k", "kk|gg", "n", "d|t", "tt", "r|l|n|", "m", "b|p", "pp|bb", "s|sh", "ss", "", "j|ch", "jj", "ch", "k|kh", "t|th", "p|ph", "h"),
)  # fmt: skip
_VOWELS: Final = (
    *("a|ah", "ae|ai", "ya", "yae", "eo|o|u|uh", "e", "yeo|yo|you|yu|yun", "ye", "o|oh", "wa", "wae", "oe|oi"),
    *("yo|yoo", "u|oo|woo", "wo|weo|won", "we", "wi|ui", "yu|yoo|you", "eu|u", "ui|eui|i", "i|ee|yi"),
)
_FINALS: Final = (
    *(
        "",
        "k|g",
        "k|g",
        "k|g",
        "n",
        "n",
        "n",
        "t|d",
        "l|r",
        "k|lk",
        "m|lm",
        "l|p",
        "l",
        "l",
        "p",
        "l",
        "m",
        "p|b",
        "p|b",
    ),
    *("t|s|d", "t|s", "ng", "t", "t", "k", "t", "p", "t|h|"),
)
_FAMILY: Final = {
    "김": "kim|gim", "이": "lee|yi|rhee|ri|i|li", "리": "ri|lee|rhee", "박": "park|pak|bak", "최": "choi|choe", "정": "jung|chung|jeong|chong",
    "강": "kang|gang", "조": "cho|jo", "윤": "yoon|yun", "장": "jang|chang", "임": "lim|im|yim", "노": "roh|noh|no", "유": "yoo|yu|ryu",
    "오": "oh|o", "서": "seo|suh", "신": "shin|sin", "권": "kwon|gwon", "황": "hwang", "안": "ahn|an", "송": "song", "전": "jeon|chun|jun",
    "홍": "hong", "문": "moon|mun", "우": "woo|u", "구": "koo|gu|ku", "백": "baek|paek|paik", "허": "heo|hur|huh", "남": "nam", "심": "shim|sim",
}  # fmt: skip


def written(words: Sequence[Word]) -> bool:
    """Whether these words are a Korean name in Hangul."""
    return bool(words) and all(
        _WHOLE.fullmatch(one.written) or (len(one.written) == 1 and "가" <= one.written <= "힣") for one in words
    )


def _syllable(char: str) -> str:
    first, rest = divmod(ord(char) - _FIRST, 588)
    vowel, last = divmod(rest, 28)
    return f"(?:{_INITIALS[first]})(?:{_VOWELS[vowel]})(?:{_FINALS[last]})"


@lru_cache(maxsize=16_384)
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Family name first, and last."""
    family = f"(?:{_FAMILY.get(name[0], '')}|{_syllable(name[0])})" if name[0] in _FAMILY else _syllable(name[0])
    given = "".join(_syllable(char) for char in name[1:])
    return re.compile(family + given), re.compile(given + family)


def fits(name: str, letters: str) -> tuple[int, str]:
    """How well Latin letters (no spaces) spell a name in Hangul: (per mille, code)."""
    if not 2 <= len(name) <= _SYLLABLES_MAX:
        return 0, "different"
    ahead, behind = _patterns(name)
    if ahead.fullmatch(letters):
        return _EXACT, "transliteration"
    return (_TURNED, "transliteration") if behind.fullmatch(letters) else (0, "different")
