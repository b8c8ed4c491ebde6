"""Chinese words in pinyin: whole, by initials, or one sign of a word (转zhang), beside Chinese signs or in a message all in pinyin."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from fanzha.clean import disguise_tables
from fanzha.clean.edits import Copy
from fanzha.clean.language import common
from fanzha.clean.restorable import CODES, HAN, Words

_HAN: Final = re.compile(f"[{HAN}]")
_TOKEN: Final = re.compile("[a-z]+")
_LATIN: Final = re.compile(r"[a-z]{1,24}(?:[ ·'’\-._*]{1,2}[a-z]{1,24})*")
_PINYIN_TOKENS_MIN: Final = 4
_PINYIN_SHARE: Final = 0.8


class _Sound(NamedTuple):
    """One unit of mixed writing: its sound, the sign if it is one ("" for pinyin), its place."""

    code: str
    sign: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def spelled(token: str) -> tuple[str, ...]:
    """A run of letters cut into the fewest syllables of pinyin; empty where it is none, or an English word of two syllables (like)."""
    table = disguise_tables.syllables()
    best: list[tuple[str, ...] | None] = [None] * len(token) + [()]
    for i in range(len(token) - 1, -1, -1):
        for size in range(min(6, len(token) - i), 0, -1):
            rest = best[i + size]
            if rest is not None and token[i : i + size] in table:
                cut = (token[i : i + size], *rest)
                if best[i] is None or len(cut) < len(best[i] or ()):
                    best[i] = cut
    cut = best[0] or ()
    return cut if len(cut) < 2 or token not in common("en") else ()


def pinyin_beside(copy: Copy, words: Words) -> None:
    """Pinyin, whole or by initials, beside or between Chinese signs."""
    text, table = copy.text, disguise_tables.syllables()
    edits: list[tuple[int, int, str]] = []
    for chain in _LATIN.finditer(text):
        start, end = chain.span()
        if text[start - 1 : start] in ("@", "/", ".") or text[end : end + 1] in ("@", "/") or "." in chain[0]:
            continue
        if len(chain[0]) == 1 or not any(spelled(one) or one in words.by_initials for one in _TOKEN.findall(chain[0])):
            continue
        units: list[_Sound] = [_Sound(CODES[ord(c)], c, p, p + 1) for p, c in _signs_before(text, start)]
        for token in _TOKEN.finditer(chain[0]):
            place = start + token.start()
            beside = _HAN.match(text[place - 1 : place]) or _HAN.match(text[place + len(token[0]) :][:1])
            initials = words.by_initials.get(token[0]) if beside else None
            if initials is not None:
                edits.append((place, place + len(token[0]), initials))
                copy.count("pinyin", len(token[0]))
            for syllable in spelled(token[0]) or (token[0],):
                units.append(_Sound(table.get(syllable, ""), "", place, place + len(syllable)))
                place += len(syllable)
        units += [_Sound(CODES[ord(c)], c, p, p + 1) for p, c in _signs_after(text, end)]
        edits += _said(copy, units, words)
    copy.apply(edits)


def _signs_before(text: str, start: int) -> list[tuple[int, str]]:
    while start and text[start - 1] == " ":
        start -= 1
    return [(p, text[p]) for p in range(max(0, start - 3), start) if _HAN.match(text[p])]


def _signs_after(text: str, end: int) -> list[tuple[int, str]]:
    while end < len(text) and text[end] == " ":
        end += 1
    return [(p, text[p]) for p in range(end, min(len(text), end + 3)) if _HAN.match(text[p])]


def _said(copy: Copy, units: list[_Sound], words: Words) -> list[tuple[int, int, str]]:
    """Edits for words that hold at least one syllable of pinyin; the signs beside it must be the word's own."""
    edits = []
    i = 0
    while i < len(units) - 1:
        for spelled, word in words.by_sound.get(units[i].code + units[i + 1].code, ()):
            run = units[i : i + len(word)]
            if len(run) < len(word) or all(unit.sign for unit in run):
                continue
            if all(u.sign == w if u.sign else u.code == s for u, s, w in zip(run, spelled, word, strict=True)):
                edits.append((run[0].start, run[-1].end, word))
                copy.count("pinyin", sum(unit.end - unit.start for unit in run if not unit.sign))
                i += len(word) - 1
                break
        i += 1
    return edits


def pinyin_only(copy: Copy, words: Words) -> None:
    """A message all in pinyin: nearly every word of it is."""
    tokens = _TOKEN.findall(copy.text)
    if len(tokens) < _PINYIN_TOKENS_MIN or not words.by_sound:
        return
    enough = _PINYIN_SHARE * len(tokens)
    table, first = disguise_tables.syllables(), tokens[:40]
    like = len(first)
    for token in first:  # most messages are not: what shows that is soon met
        if token[:3] not in table and token[:2] not in table:
            like -= 1
            if like < _PINYIN_SHARE * len(first):
                return
    english = sum(token in common("en") for token in tokens)
    if 2 * english < len(tokens) and sum(bool(spelled(token)) for token in tokens) >= enough:
        pinyin_beside(copy, words)
