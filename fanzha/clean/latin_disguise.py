"""Latin words in disguise: figures and signs for letters, words pulled apart. Undone only where a known word comes of it, or what has
the shape of a word; a number, an address and a product name (mp3, 4you, covid19) stay.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, pairwise, product
from typing import Final

from fanzha.clean import disguise_tables
from fanzha.clean.edits import Copy
from fanzha.clean.language import common
from fanzha.clean.latin_spelling import respell
from fanzha.clean.restorable import Words

# from its first sign on: the search runs past all letters at once
_SUSPECT: Final = re.compile(
    r"[0-9@$!|€£+¡](?:(?<=[a-z].)[0-9@$!|€£+¡]*+[a-z]|(?<!\+)(?<![\w.@/:\-].)[@$!|€£¡0-9]*+[a-z]{2}"
    r"|(?<=[a-z]{2}[0-9@$!|€])[0-9@$!|€]{0,2}(?![\w@./\-]))"
)
_TOKEN: Final = re.compile(r"(?<![\w@$!|€£¡+.\-/:#])[a-z0-9@$!|€£¡+]{4,24}(?![\w@$|€£¡+/#])(?!\.[a-z0-9])")
_AT_MOST: Final = 16  # readings of one token
_VOWEL: Final = re.compile("[aeiouy]")
_CLUSTER: Final = re.compile("[^aeiouy]{5,}|[aeiou]{4,}|(.)\\1\\1")
_SIGN: Final = r"[ .*\-_/\\|~·•^=#'\"`:;+,]"
_SINGLE: Final = re.compile(
    rf"(?<![a-z0-9.@/])[a-z0-9@$!](?:{_SIGN}{{1,2}}[a-z0-9@$!](?![a-z0-9])){{3,}}(?![a-z0-9@/])"
)
# a mark that stands in a word without a space: signs, letters of another script, whatever is no word
_STRANGE: Final = "[.*\\-_/|~·^+=,'\"`;:\\\\\u00c0-\U0010ffff]"
_HAS_INSIDE: Final = re.compile(f"{_STRANGE}(?<=[a-z].){_STRANGE}?[a-z]")
_INSIDE: Final = re.compile(
    rf"(?<![a-z0-9.@/:\-_'’])[a-z]{{1,15}}+(?:{_STRANGE}{{1,2}}+[a-z]{{1,15}}+){{1,15}}(?![a-z0-9@/:])"
)
_SHREDS_MIN, _SHRED_MAX = 4, 3
_MARK_ANY: Final = re.compile(rf"{_SIGN}{{1,2}}")
_MARK: Final = re.compile(r"[^a-z]+")
_WORD: Final = re.compile("[a-z]+")
_INNER: Final = re.compile("[a-z]+[01345$][a-z]+(?:[01345$][a-z]+)?")
# letters drawn with signs that stand in no word and in no address
_DRAWN: Final = re.compile(r"[()|<>{}\[\]^\\](?:(?<=[a-z0-9@$!+].)|(?=[a-z0-9@$!+]))")
_DRAWN_TOKEN: Final = re.compile(r"(?<![\w@.\-:#])[a-z0-9@$!|€£+()<>{}\[\]^\\/_\-~]{4,48}(?!\w)")
_UPRIGHT: Final = {
    "|-|": "h",
    "|)": "d",
    "|>": "p",
    "|<": "k",
    "|{": "k",
    "|_|": "u",
    "|_": "l",
    "|\\|": "n",
    "|v|": "m",
    "|2": "r",
}
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
        if _DRAWN.search(copy.text):
            _drawn(copy, words)
        if _HAS_INSIDE.search(copy.text):
            _joined(copy, words)
        _unknown(copy, words)


@cache
def _drawings() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {one[0]: one[1] for one in disguise_tables.entries("latin", "drawn")} | _UPRIGHT
    signs = sorted(table, key=lambda sign: (-len(sign), sign))
    return re.compile("|".join(map(re.escape, signs))), table


def _drawn(copy: Copy, words: Words) -> None:
    """Letters drawn with two signs and more (|-|, ()), beside figures and signs for letters; a known word must come of it."""
    pattern, table = _drawings()
    edits = []
    for found in _DRAWN_TOKEN.finditer(copy.text):
        token = found[0]
        if not _DRAWN.search(token):
            continue
        for stripped in (token, token.strip("()<>[]{}|!^\\")):
            letters = pattern.sub(lambda sign: table[sign[0]], stripped)
            new = _read(letters, words) if 4 <= len(letters) <= 24 else None
            if new is not None and (new in words.latin or new in common("en")):
                start = found.start() + token.index(stripped)
                edits.append((start, start + len(stripped), new))
                copy.count("leet", len(stripped) - sum(map(str.isalpha, stripped)))
                break
    copy.apply(edits)


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
        if " " not in found[0]:
            new = letters  # marks of many kinds: none of them parts words
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
        if new in words.latin or (len(new) > 3 and new in common("en")) or _shredded(found[0], new):
            if not _hyphenated(found[0], words.latin):
                copy.count("spacing", len(found[0]) - len(new))
            edits.append((*found.span(), new))
            continue
        if set(_MARK.findall(found[0])) == {"."}:
            continue  # the name of a host
        edits += [(found.start() + s, found.start() + e, word) for s, e, word in _within(copy, found[0], words)]
    copy.apply(edits)


def _unknown(copy: Copy, words: Words) -> None:
    """Words that nobody uses: pieces of one that is pulled apart, or misspelled on purpose."""
    tokens = _WORD.findall(copy.text)
    usual, heads = words.usual, words.heads
    odd = [one for one in tokens if one not in usual]
    if len(odd) < 2:
        return
    if any(a + b in heads or a + b in words.latin for a, b in pairwise(tokens) if a not in usual and b not in usual):
        pieces = [(found[0], found.start()) for found in _WORD.finditer(copy.text)]
        edits = list(_pulled(pieces, copy.text, words))
        if copy.apply(edits):
            copy.count("spacing", sum(end - start - len(word) for start, end, word in edits))
            tokens = _WORD.findall(copy.text)
            odd = [one for one in tokens if one not in usual]
    respell(copy, odd, len(tokens), words)


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


def _shredded(chain: str, joined: str) -> bool:
    """y-o.u'r.s: many pieces of few letters, more than one sort of mark, and the shape of a word."""
    pieces = _WORD.findall(chain)
    return (
        len(pieces) >= _SHREDS_MIN
        and len(joined) <= 2 * len(pieces) + 1
        and max(map(len, pieces)) <= _SHRED_MAX
        and len(set(_MARK.findall(chain))) > 1
        and not _CLUSTER.search(joined)
        and bool(_VOWEL.search(joined))
    )


def _hyphenated(chain: str, latin: frozenset[str]) -> bool:
    """e-mail, sign-in: honest people join these."""
    pieces = chain.split("-")
    return all(len(piece) == 1 or _ordinary(piece, latin) for piece in pieces) and max(map(len, pieces)) > 1


def _pulled(pieces: Sequence[tuple[str, int]], text: str, words: Words) -> Iterator[tuple[int, int, str]]:
    """ver ify, ac c ou nt: pieces one space apart, of which fewer letters than half stand in words that people use; of two none.

    `pieces`: each with its place. One that begins a word, and the next, are none that people use.
    """
    heads, latin, usual = words.heads, words.latin, words.usual
    first, unknown_before = 0, False
    for at, (piece, _) in enumerate(pieces):
        unknown = piece not in usual
        if not (unknown and unknown_before) or at <= first:
            unknown_before = unknown
            continue
        reached, (joined, start) = at - 1, pieces[at - 1]
        end, ordinary, best = start + len(joined), 0, (0, 0, "")
        while joined in heads and reached < len(pieces) - 1:
            after, place = pieces[reached + 1]
            if place - end != 1 or text[end] not in " \n":
                break
            ordinary += len(after) if after in usual else 0
            joined, end, reached = joined + after, place + len(after), reached + 1
            if joined in latin and len(joined) > 4 and 2 * ordinary < len(joined):
                best = (reached, end, joined)
        if best[0]:
            yield start, best[1], best[2]
            first = best[0] + 1


def _ordinary(piece: str, latin: frozenset[str]) -> bool:
    return piece in latin or piece in disguise_tables.words("latin", "ordinary")
