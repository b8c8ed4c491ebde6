"""Latin words in disguise: figures and signs for letters, words pulled apart. Undone only where a known word comes of it, or what has
the shape of a word; a number, an address and a product name (mp3, 4you, covid19) stay.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final

from fanzha.clean import disguise_tables
from fanzha.clean.edits import Copy
from fanzha.clean.language import common
from fanzha.clean.restorable import Words

_SUSPECT: Final = re.compile(
    r"[a-z][0-9@$!|€£+¡]+[a-z]|(?<![\w.@/:\-])[@$!|€£¡0-9]+[a-z]{2}|[a-z]{2}[0-9@$!|€]{1,3}(?![\w@./\-])"
)
_TOKEN: Final = re.compile(r"(?<![\w@$!|€£¡+.\-/:#])[a-z0-9@$!|€£¡+]{4,24}(?![\w@$|€£¡+/#])(?!\.[a-z0-9])")
_AT_MOST: Final = 16  # readings of one token
_VOWEL: Final = re.compile("[aeiouy]")
_CLUSTER: Final = re.compile("[^aeiouy]{5,}|[aeiou]{4,}|(.)\\1\\1")
_SIGN: Final = r"[ .*\-_/\\|~·•^=#'\"`:;+,]"
_SINGLE: Final = re.compile(
    rf"(?<![a-z0-9.@/])[a-z0-9@$!](?:{_SIGN}{{1,2}}[a-z0-9@$!](?![a-z0-9])){{3,}}(?![a-z0-9@/])"
)
_INSIDE: Final = re.compile(
    r"(?<![a-z0-9.@/:\-_'’])[a-z]{1,15}(?:[.*\-_/|~·^+=,]{1,2}[a-z]{1,15}){1,15}(?![a-z0-9@/:])"
)
_MARK_ANY: Final = re.compile(rf"{_SIGN}{{1,2}}")
_MARK: Final = re.compile(r"[^a-z]+")
_WORD: Final = re.compile("[a-z]+")
_INNER: Final = re.compile("[a-z]+[01345$][a-z]+(?:[01345$][a-z]+)?")
_WORD_LENGTH_MIN: Final = 5
_SHAPE_LENGTH_MIN: Final = 6


def undo_latin(copy: Copy, words: Words) -> None:
    """One pass over a copy. Linear in its length."""
    if not _WORD.search(copy.text):
        return
    if _SINGLE.search(copy.text):
        _single_letters(copy, words)
    if _SUSPECT.search(copy.text):
        _leet(copy, words)
    if words.latin:
        _joined(copy, words)


def _leet(copy: Copy, words: Words) -> None:
    edits = []
    for found in _TOKEN.finditer(copy.text):
        token = found[0].rstrip("!+")  # the end of a sentence
        if token.isalpha():
            continue
        end = found.start() + len(token)
        new = _read(token, words)
        if new is not None and new != token:
            edits.append((found.start(), end, new))
            copy.count("leet", sum(a != b for a, b in zip(token, new, strict=True)))
    copy.apply(edits)


@cache
def _letters() -> dict[str, str]:
    made = {one[0]: one[1] for one in disguise_tables.entries("latin", "leet")}
    return made | {"|": "li"}


@lru_cache(maxsize=16_384)
def _read(token: str, words: Words) -> str | None:
    """A token in letters alone where that is a word; itself where it has no sign; None where no word comes of it."""
    if token.isalpha():
        return token
    table = _letters()
    signs = sum(not char.isalpha() for char in token)
    if len(token) - signs < 2 or any(not char.isalpha() and char not in table for char in token):
        return None
    readings = ["".join(one) for one in islice(product(*(table.get(c, c) for c in token)), _AT_MOST)]
    for reading in readings:
        if reading in words.latin:
            return reading
    if signs * 2 > len(token):
        return None
    for reading in readings:
        if reading in common("en"):
            return reading
    inside = len(token) >= _SHAPE_LENGTH_MIN and _INNER.fullmatch(token)
    if inside and _CLUSTER.search(readings[0]) is None and _VOWEL.search(readings[0]):
        return readings[0]
    return None


def _single_letters(copy: Copy, words: Words) -> None:
    """v e r i f y, v.e.r.i.f.y; two spaces or another sign between the letters part words."""
    edits: list[tuple[int, int, str]] = []
    for found in _SINGLE.finditer(copy.text):
        letters = _MARK_ANY.sub("", found[0])
        if sum(char.isalpha() for char in letters) < 4 or letters.isdigit():
            continue
        gaps = [gap[0] for gap in _MARK_ANY.finditer(found[0])]
        new = _parted(found[0], max(set(gaps), key=lambda gap: (gaps.count(gap), -len(gap), gap)))
        if _sensible(new, words):
            edits.append((found.start(), found.end(), new))
            copy.count("spacing", len(found[0]) - len(new))
    copy.apply(edits)


def _parted(run: str, usual: str) -> str:
    return _MARK_ANY.sub(lambda gap: "" if gap[0] == usual else " ", run)


def _sensible(joined: str, words: Words) -> bool:
    """Whether letters put together are words: one of the vocabulary, or of the shape of words."""
    for word in joined.split(" "):
        if word in words.latin or _read(word, words) in words.latin:
            return True
    longest = max(joined.split(" "), key=len)
    return (
        len(longest) >= _WORD_LENGTH_MIN
        and longest.isalpha()
        and not _CLUSTER.search(longest)
        and bool(_VOWEL.search(longest))
    )


def _joined(copy: Copy, words: Words) -> None:
    """Words of the vocabulary with a mark or a space inside."""
    edits = []
    for found in _INSIDE.finditer(copy.text):
        new = _MARK.sub("", found[0])
        if new in words.latin:
            if not _hyphenated(found[0], words.latin):
                copy.count("spacing", len(found[0]) - len(new))
            edits.append((*found.span(), new))
            continue
        if set(_MARK.findall(found[0])) == {"."}:
            continue  # the name of a host
        edits += [(found.start() + s, found.start() + e, word) for s, e, word in _within(copy, found[0], words)]
    for start, end, word in _two(copy.text, words):
        copy.count("spacing", 1)
        edits.append((start, end, word))
    copy.apply(edits)


def _within(copy: Copy, chain: str, words: Words) -> Iterator[tuple[int, int, str]]:
    """In a longer chain, neighbours that make a word together: account-ver.ify."""
    pieces = [(found.start(), found.end()) for found in _WORD.finditer(chain)]
    i = 0
    while i < len(pieces) - 1:
        for j in range(min(len(pieces), i + 6) - 1, i, -1):
            word = "".join(chain[s:e] for s, e in pieces[i : j + 1])
            if word in words.latin:
                copy.count("spacing", pieces[j][1] - pieces[i][0] - len(word))
                yield pieces[i][0], pieces[j][1], word
                i = j
                break
        i += 1


def _hyphenated(chain: str, latin: frozenset[str]) -> bool:
    """e-mail, sign-in: honest people join these."""
    pieces = chain.split("-")
    return all(len(piece) == 1 or _ordinary(piece, latin) for piece in pieces) and max(map(len, pieces)) > 1


def _two(text: str, words: Words) -> Iterator[tuple[int, int, str]]:
    """ver ify: two pieces, neither of them a word that people use."""
    heads, latin = words.heads, words.latin
    before: re.Match[str] | None = None
    for found in _WORD.finditer(text):
        if (
            before is not None
            and before[0] in heads
            and found.start() - before.end() == 1
            and text[before.end()] == " "
        ):
            word = before[0] + found[0]
            if word in latin and len(word) > 4 and not _ordinary(before[0], latin) and not _ordinary(found[0], latin):
                yield before.start(), found.end(), word
                before = None
                continue
        before = found


def _ordinary(piece: str, latin: frozenset[str]) -> bool:
    return piece in latin or piece in disguise_tables.words("latin", "ordinary")
