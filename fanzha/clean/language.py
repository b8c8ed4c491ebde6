"""Which language a text is in, of those that are recognised: by script, and for Latin letters by common words.

Six are named (zh en th vi id ko); whatever else is "other", and a text with too little to say is "". The table is this
project's own (`reference/disguise/languages.yaml`); a word counts for every language that has it, the less the more of them have it.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from fanzha.clean.reference.reading import provenance, read_table

NAMED: Final = ("zh", "en", "th", "vi", "id", "ko")
OTHER: Final = "other"
HAN_MIN: Final = 4
WORDS_MIN: Final = 2
_LETTERS_MIN: Final = 6  # of Thai, and of any script that is not named
_CHARACTERS_MAX: Final = 800
_TOKENS_MAX: Final = 120
_NAME: Final = "languages"
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")
# runs of each script
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_KANA: Final = re.compile("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9d]+")
_HANGUL: Final = re.compile("[\uac00-\ud7a3\u1100-\u11ff]+")
_THAI: Final = re.compile("[\u0e01-\u0e5b]+")
_ELSE: Final = re.compile("[\u0370-\u1cff\u1f00-\u1fff\u2c00-\u2ddf\ua000-\ua6ff\ua980-\uabff]+")
_JAMO: Final = re.compile("[\u1100-\u11ff]+")
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)[!-~]{1,500}|[!-~]{1,60}@[!-~]{1,200}|\b[a-z0-9\-]{1,60}\.[a-z]{2,6}/[!-~]{0,200}",
    re.IGNORECASE,  # Chinese stands right beside an address
)
_LATIN: Final = re.compile("[a-z\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff]+(?:['’][a-z]{1,2}(?![a-z]))?")
_VIETNAMESE: Final = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
# A sign of Chinese or Korean says as much as three Latin letters.
_SIGN: Final = 3
_VIETNAMESE_SHARE: Final = 10  # at least one letter in ten, or it is a name in another language
_KANA_SHARE: Final = 8
_KNOWN_MIN: Final = 0.1
# How words of two of the languages end and begin, and what that counts beside a word that is known.
_SHAPED: Final = re.compile(r"\b[a-z]{4,}+\b")
_ENGLISH: Final = re.compile("[a-z]{2,}(?:ing|tion|ions|ed|ly|ness|ment|ers|able|ity|ght|ck)")
_INDONESIAN: Final = re.compile("[a-z]{3,}(?:nya|kan)|(?:meng|memb|meny|ber|peng|pemb|ter)[a-z]{4,}")
_SHAPE: Final = 0.4
_AHEAD: Final = (
    1.15  # English words stand in texts of every language, and other words in few English ones: it wins a near tie
)


@cache
def _words() -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Word -> (language, weight) of each that has it."""
    table = read_table((files("fanzha.clean.reference") / "disguise" / f"{_NAME}.yaml").read_bytes(), _NAME)
    provenance(table, _NAME)
    having: dict[str, set[str]] = {}
    for tongue, words in table.items():
        if tongue not in ("source", "as_of"):
            for word in str(words).split():
                for spelled in {word, _bare(word)}:
                    having.setdefault(spelled, set()).add(tongue)
    return {word: tuple((one, 1 / len(tongues)) for one in sorted(tongues)) for word, tongues in having.items()}


@cache
def common(tongue: str) -> frozenset[str]:
    """The common words of a language of the table, those that stand in tables of others among them."""
    return frozenset(word for word, having in _words().items() if any(one == tongue for one, _ in having))


def _bare(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def language(text: str) -> str:
    """A code of `NAMED`, "other", or "" where there is too little to say (fewer than two words, or four Chinese characters).

    Reads the first 800 characters; works on the original and on a plain copy (`fanzha.clean.disguise`), whose Vietnamese has no
    marks. Addresses do not count. Never raises.
    """
    text = text[:_CHARACTERS_MAX]
    if "@" in text or ("." in text and ("/" in text or "www." in text.lower())):
        text = _ADDRESS.sub(" ", text)
    if text.isascii():
        return _latin(text)
    foreign = "".join(_FOREIGN.findall(text))
    han, kana, hangul, thai, others = (_many(one, foreign) for one in (_HAN, _KANA, _HANGUL, _THAI, _ELSE))
    others -= thai + _many(_JAMO, foreign) if others else 0
    latin = _many(_LATIN, text.lower())
    weights = {"zh": han * _SIGN, "ko": hangul * _SIGN, "th": thai, OTHER: others}
    best = max(weights, key=lambda one: weights[one])
    if weights[best] * 2 < latin or not weights[best]:
        return _latin(text)
    if kana and kana * _KANA_SHARE >= han + kana and kana > hangul:
        return OTHER
    enough = {"zh": han >= HAN_MIN, "ko": hangul >= HAN_MIN, "th": thai >= _LETTERS_MIN, OTHER: others >= _LETTERS_MIN}
    return best if enough[best] else ""


def _many(runs: re.Pattern[str], text: str) -> int:
    """Characters of a text that stand in runs."""
    return sum(map(len, runs.findall(text)))


@lru_cache(maxsize=16_384)
def _shape(word: str) -> str:
    """The languages whose words a word ends or begins like, one after the other."""
    return ("en" if _ENGLISH.fullmatch(word) else "") + ("id" if _INDONESIAN.fullmatch(word) else "")


def _latin(text: str) -> str:
    lower = text.lower() if text.isascii() else unicodedata.normalize("NFC", text).lower()
    tokens = _LATIN.findall(lower)[:_TOKENS_MAX]
    if len(tokens) < WORDS_MIN:
        return ""
    if not lower.isascii():
        marked = len(_VIETNAMESE.findall(lower))
        if marked > 1 and marked * _VIETNAMESE_SHARE >= sum(map(len, tokens)):
            return "vi"
    known = _words()
    scores: dict[str, float] = {}
    for token in tokens:
        for tongue, weight in known.get(token, ()):
            scores[tongue] = scores.get(tongue, 0.0) + weight
    shapes = "".join(map(_shape, _SHAPED.findall(lower[:_CHARACTERS_MAX])))
    for tongue in ("en", "id"):
        if met := shapes.count(tongue):
            scores[tongue] = scores.get(tongue, 0.0) + _SHAPE * met
    if not scores:
        return OTHER if len(tokens) > 3 else ""
    best = max(sorted(scores), key=lambda one: scores[one] * (_AHEAD if one == "en" else 1))
    if scores[best] < _KNOWN_MIN * len(tokens) and len(tokens) > 3:
        return OTHER
    return best if best in NAMED else OTHER
