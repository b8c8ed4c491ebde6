"""Latin words that are spelled so that no filter knows them and every reader does: backwards, letters doubled or mixed within, vowels or
spaces left out. Undone only where what is written is no known word and a known one comes of it.

A guess at any other slip of the pen is not made: one letter away from *winner* is *dinner*. People misspell honestly too, so
none of this counts as disguise, and one such word alone stays as it is: *birthday* is no word of the vocabulary, *birth* is. That a reader knows a word by its first and last letter: Rawlinson (1976).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from fanzha.clean.edits import Copy
from fanzha.clean.language import common
from fanzha.clean.restorable import Words

_TOKEN: Final = re.compile(r"(?<![\w@./:\-#&=?%])[a-z]{4,48}(?![\w@/\-#&=?%]|\.[a-z0-9])")
_LETTERS_MIN: Final = 5
_MERGED_MIN: Final = 10
# an honest text holds a word or two that only look misspelled
_CHANGED_MIN: Final = 2
_SHARE: Final = 10
_PIECE_MAX: Final = 20
_VOWELS: Final = re.compile("[aeiou]+")
_REPEATED: Final = re.compile(r"(.)\1+")
_PIECES: Final = frozenset(("a", "i"))


@cache
def everyday() -> frozenset[str]:
    """Common words of the languages in Latin letters."""
    return common("en") | common("vi") | common("id")


def respell(copy: Copy, odd: Sequence[str], many: int, words: Words) -> None:
    """One pass over a copy that holds so many words, of which `odd` are none that are used. Linear in its length."""
    usual = everyday()
    meant = {one: _meant(one, words) for one in odd if len(one) > 3 and one not in usual}
    changed = {one: new for one, new in meant.items() if new is not None}
    if len(changed) < _CHANGED_MIN or len(changed) * _SHARE < many:
        return
    copy.apply([(*found.span(), changed[found[0]]) for found in _TOKEN.finditer(copy.text) if found[0] in changed])


@lru_cache(maxsize=16_384)
def _meant(token: str, words: Words) -> str | None:
    """What an unknown word is, or None."""
    back = token[::-1]
    if len(token) >= _LETTERS_MIN and (back in words.latin or back in common("en")):
        return back
    if (new := words.by_letters_once.get(_REPEATED.sub(r"\1", token))) is not None and _longer(token, new):
        return new
    if len(token) >= _LETTERS_MIN and (new := words.by_inner.get(inner(token))) is not None:
        return new
    if not _VOWELS.search(token, 1) and (new := words.by_consonants.get(token)) is not None:
        return new
    return _parted(token, words) if len(token) >= _MERGED_MIN else None


def _longer(token: str, word: str) -> bool:
    """Whether a token is a word of the same letters with some of them written more often."""
    runs, of_word = (re.findall(r"(.)(\1*)", one) for one in (token, word))
    return all(len(rest) >= len(other) for (_, rest), (_, other) in zip(runs, of_word, strict=True))


def inner(word: str) -> str:
    """The first letter, the last, and those between in the order of the alphabet."""
    return word[0] + "".join(sorted(word[1:-1])) + word[-1]


def _parted(token: str, words: Words) -> str | None:
    """Words that stand together without spaces; None unless all of it is words, four letters each on the average."""
    english = common("en")
    fewest: list[tuple[int, int] | None] = [(0, 0), *[None] * len(token)]
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - _PIECE_MAX), end):
            before = fewest[start]
            if before is None or (fewest[end] or (99, 0))[0] <= before[0] + 1:
                continue
            piece = token[start:end]
            if piece in words.latin or (piece in english if end - start > 1 else piece in _PIECES):
                fewest[end] = (before[0] + 1, start)
    last = fewest[-1]
    if last is None or last[0] < 2 or last[0] * 4 > len(token) + 1:
        return None
    parts, end = [], len(token)
    while end:
        start = (fewest[end] or (0, 0))[1]
        parts.append(token[start:end])
        end = start
    return " ".join(reversed(parts))
