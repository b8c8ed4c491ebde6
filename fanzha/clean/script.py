"""The script of a text: what stays when its particulars (numbers, addresses, spacing, case, decoration) are taken away.

Two messages sent from one script differ in the account, the sum, the link and the name put into it. Here a number becomes `0`
and an address `@`, so that near-duplicates (`fanzha.clean.near_text`) are found by the wording. `fold` keeps the way back to each
character of the original and is right for finding identifiers; comparing whole texts needs no way back, and this is faster.

Not undone: look-alike letters of another alphabet, traditional for simplified Chinese, synonyms, names of persons.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

TEXT_MAX: Final = 10_000  # signs of a text that are read; the rest does not count
NUMBER, ADDRESS = "0", "@"
# A text with fewer letters is not compared: too many people write the same few words. A Han, kana or Hangul sign counts as two
# letters, a placeholder as none: 12 Chinese characters or 24 Latin letters are the least.
LETTERS_MIN: Final = 24

_TEXTS_AT_ONCE: Final = 1_024
_BETWEEN: Final = "\0"  # no text may hold it; nothing below joins what stands on both sides of it
# zero-width, bidi and format controls, other controls, marks that decorate Latin letters, variation selectors, tags
_UNSEEN: Final = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e01ef]+"
)
# spaces, punctuation, currency signs, arrows, boxes, pictures; `@` stays. Code points, first-last.
_DECORATION: Final = (
    "9-d 1c-2f 3a-3f 5b-60 7b-7e 85-85 a0-a9 ab-b4 b6-b9 bb-bf d7-d7 f7-f7 1680-1680 2000-206f 20a0-20cf 2190-2bff 3000-303f "
    "30fb-30fb fe30-fe6f 1f000-1faff"
)
_ENDINGS: Final = (
    "com|cn|net|org|top|cc|xyz|vip|info|me|io|co|shop|site|online|club|app|live|link|biz|tv|hk|tw|us|uk|ru|in|icu|ly|gl|work|pro"
    "|fun"
)
# Each pattern starts with a set of signs, so that the search runs past all others at once; the look-behind admits the first sign of a
# token only, and what was taken is not given back, so that no text takes more than linear time.
_PATH: Final = r"[!#-&*+\-./0-9:=?@_a-z~]*+"
_ADDRESS: Final = re.compile(
    r"[a-z0-9](?<![a-z0-9@._+\-].)(?:"
    rf"(?<=h)ttps?:/++{_PATH}|(?<=w)ww\.{_PATH}"
    rf"|[a-z0-9\-]*+(?:\.[a-z0-9\-]++)*?\.(?:[a-z]{{2,12}}/{_PATH}|(?:{_ENDINGS})(?![a-z0-9\-]))"
    r"|[a-z0-9._+\-]*+@[a-z0-9.\-]++)"
)
# a token with a digit in it, or digits that others masked with x
_TOKEN: Final = re.compile(
    r"[a-z0-9_](?<![a-z0-9_].)(?:(?<=[0-9])[a-z0-9_]*+|[a-z_]*+[0-9][a-z0-9_]*+|(?<=x)x++(?![a-z_]))"
)
_WORD: Final = re.compile(
    r"[zotfsenhmb](?<![a-z0-9_].)(?:(?<=t)(?:wo|en|hree|welve|hirteen|wenty|hirty|housand)|(?<=o)ne|(?<=z)ero|(?<=h)undred"
    r"|(?<=f)(?:our|ive|ourteen|ifteen|orty|ifty)|(?<=s)(?:ix|even)(?:teen|ty)?|(?<=e)(?:ight(?:een|y)?|leven)"
    r"|(?<=n)ine(?:teen|ty)?|(?<=m)illion|(?<=b)illion)(?![a-z0-9_])"
)
_DIGIT: Final = "0*〇零○一二两兩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億"
_NUMBER: Final = re.compile(rf"[{_DIGIT}](?:[{_DIGIT}]|[ .,:/+\-]{{1,3}}(?=[{_DIGIT}]))*+")


def script(text: str) -> str:
    """The text with particulars masked, without spaces, punctuation and case."""
    return _block([text])[0]


def scripts(texts: Sequence[str]) -> list[str]:
    """`script` of each text."""
    return [
        one for start in range(0, len(texts), _TEXTS_AT_ONCE) for one in _block(texts[start : start + _TEXTS_AT_ONCE])
    ]


def _block(texts: Sequence[str]) -> list[str]:
    """Many at once: what each pass costs beside its work is paid once a block."""
    whole = _BETWEEN.join(text[:TEXT_MAX].replace(_BETWEEN, " ") for text in texts)
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", whole).casefold())
    whole = _UNSEEN.sub("", whole)
    whole = _WORD.sub(NUMBER, _TOKEN.sub(NUMBER, _ADDRESS.sub(ADDRESS, whole)))
    whole = _NUMBER.sub(NUMBER, whole)
    signs = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    whole = signs[_stays()[signs]].tobytes().decode("utf-32-le", "surrogatepass")
    return [one[:TEXT_MAX] for one in whole.split(_BETWEEN)]


@cache
def _stays() -> NDArray[np.bool_]:
    """By code point: not decoration. A table is many times faster than a pattern that stops at every space."""
    table = np.ones(sys.maxunicode + 1, dtype=bool)
    for part in _DECORATION.split():
        first, last = part.split("-")
        table[int(first, 16) : int(last, 16) + 1] = False
    return table
