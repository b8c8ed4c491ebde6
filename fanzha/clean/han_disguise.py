"""Chinese (and Thai, Korean) words in disguise: same sound, same look, taken apart, pulled apart, in pinyin, in slang, as pictures.

A sign is changed only where a word of the vocabulary comes of it, and not where what is written is a word of its own
(`disguise_tables.honest`): 体现 is not 提现. Sources of the families: threats 5.7; Li et al., "StoneSkipping" (2019).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from operator import eq
from typing import Final, NamedTuple

from fanzha.clean import disguise_tables
from fanzha.clean.edits import Copy
from fanzha.clean.pinyin_disguise import pinyin_beside, pinyin_only
from fanzha.clean.restorable import CODES, HAN, WORD_MAX, WRITTEN, Words

HAS_WRITTEN: Final = re.compile(f"[{WRITTEN}]")
_HAS_HAN: Final = re.compile(f"[{HAN}]")
_LIGHT: Final = r" .*\-_/\\|~·•^=#'\"`:;+<>《》〈〉()（）\[\]【】…&@%$"
_HEAVY: Final = "、，,"
# one letter, stroke or picture between two characters is no word
_STRANGE: Final = "[a-z\u306e\u30ce\u3105-\u312f\u4e36\u4e3f\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]"
_GAP: Final = re.compile(
    f"[{_LIGHT}{_HEAVY}\u3000](?<=[{HAN}].)[{_LIGHT}{_HEAVY}\u3000]{{0,2}}(?=[{HAN}])|{_STRANGE}(?<=[{HAN}].)(?=[{HAN}])"
)
_GAP_OTHER: Final = re.compile(
    "(?<=[\u0e00-\u0e7f\uac00-\ud7a3])[.*\\-_/|~·•^=#'`]{1,2}(?=[\u0e00-\u0e7f\uac00-\ud7a3])"
)
_PULLED: Final = re.compile(f"(?<![{HAN}])(?:[{HAN}][{_LIGHT}]{{1,2}}){{3,}}[{HAN}](?![{HAN}])")
_PULLED_KOREAN: Final = re.compile(
    "(?<![\uac00-\ud7a3])(?:[\uac00-\ud7a3][ .*\\-_/|~·]{1,2}){4,}[\uac00-\ud7a3](?![\uac00-\ud7a3])"
)
_TOKEN: Final = re.compile("[a-z]+")
_ADD: Final = re.compile(r"([+加扫留])\s?[vw](?![a-z信])")
_PLUS: Final = re.compile(r"\+\s?(?=[微薇威徽我群]|vx|wx|[vw]信|weixin|qq)")


def undo_han(copy: Copy, words: Words) -> None:
    """One pass over a copy. Linear in its length."""
    if copy.text.isascii():
        pinyin_only(copy, words)
    elif _HAS_HAN.search(copy.text):
        if _MAY_BE_PICTURE.search(copy.text):
            _gaps(copy, words, _GAP)
        _pictures(copy, 0)
        _parts(copy, words)
        _slang(copy)
        _gaps(copy, words, _GAP)
        if _TOKEN.search(copy.text):
            pinyin_beside(copy, words)
        _alike(copy, words)
    elif HAS_WRITTEN.search(copy.text):
        _gaps(copy, words, _GAP_OTHER)
    else:
        _pictures(copy, 1)
        pinyin_only(copy, words)


# ---- pictures, slang, dialect


@cache
def _picture_table() -> tuple[re.Pattern[str], dict[str, list[str]]]:
    table = {one[0]: [one[1], " ".join(one[2:])] for one in disguise_tables.entries("han", "pictures")}
    signs = sorted(table, key=lambda sign: (-len(sign), sign))
    return re.compile("|".join(map(re.escape, signs))), table


_MAY_BE_PICTURE: Final = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def _pictures(copy: Copy, language: int) -> None:
    """A picture that stands inside a sentence becomes its word; one that decorates (doubled, or with room on both sides) stays."""
    text = copy.text
    if not _MAY_BE_PICTURE.search(text):
        return
    pattern, table = _picture_table()
    edits = []
    for found in pattern.finditer(text):
        start, end = found.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        inside = text[start - 2 : start].strip()[-1:].isalnum() and text[end : end + 2].strip()[:1].isalnum()
        if found[0][0] in (before, after) or not (inside or before.isalnum() or after.isalnum()):
            continue
        word = table[found[0]][language]
        if language:
            word = f"{' ' if before.isalnum() else ''}{word}{' ' if after.isalnum() else ''}"
        edits.append((start, end, word))
    if copy.apply(edits):
        copy.count("emoji", 0)


class _Slang(NamedTuple):
    """`rare`: signs of which every entry in Chinese holds one; the patterns are tried only where they can match."""

    rare: re.Pattern[str]
    signs: re.Pattern[str]
    letters: re.Pattern[str]
    meant: dict[str, str]
    family: dict[str, str]


@cache
def _slang_table() -> _Slang:
    meant: dict[str, str] = {}
    family: dict[str, str] = {}
    for code, key in (("slang", "slang"), ("dialect", "dialect"), ("pinyin", "letters")):
        for said, means in disguise_tables.pairs("han", key).items():
            meant[said], family[said] = means, code
    for said in disguise_tables.words("han", "slang_honest"):
        family[said] = ""
    every = sorted(meant, key=lambda one: (-len(one), one))
    usual = set("".join(meant.values()))
    rare = {next((sign for sign in said if sign not in usual), said[0]) for said in every if not said.isascii()}
    letters = "|".join(one for one in every if one.isascii())
    return _Slang(
        re.compile(f"[{''.join(sorted(rare))}]"),
        re.compile("|".join(one for one in every if not one.isascii())),
        re.compile(f"(?<![a-z0-9.@/])(?:{letters})(?![a-z.@/])"),
        meant,
        family,
    )


def _slang(copy: Copy) -> None:
    table = _slang_table()
    edits: list[tuple[int, int, str]] = []
    if table.rare.search(copy.text):
        edits += ((*found.span(), found[0]) for found in table.signs.finditer(copy.text))
    if _TOKEN.search(copy.text):
        edits += ((*found.span(), found[0]) for found in table.letters.finditer(copy.text))
    for _, _, said in edits:
        if family := table.family[said]:
            copy.count(family, 0 if family == "dialect" else len(said))
    copy.apply((start, end, table.meant[said]) for start, end, said in edits)
    if "+" in copy.text and copy.apply([(*found.span(), "加") for found in _PLUS.finditer(copy.text)]):
        copy.count("slang", 1)
    if ("v" in copy.text or "w" in copy.text) and copy.apply(
        [(*found.span(), ("加" if found[1] == "+" else found[1]) + "微信") for found in _ADD.finditer(copy.text)]
    ):
        copy.count("pinyin", 2)


# ---- characters taken apart


@cache
def _heads() -> re.Pattern[str]:
    return re.compile("[" + "".join(sorted({pair[0] for pair in disguise_tables.parts()})) + "]")


def _parts(copy: Copy, words: Words) -> None:
    text, table = copy.text, disguise_tables.parts()
    sure: list[tuple[int, int, str]] = []
    likely: list[tuple[int, int, str]] = []
    last = 0
    for found in _heads().finditer(text):
        start = found.start()
        whole = table.get(text[start : start + 2])
        if whole is None or start < last:
            continue
        last = start + 2
        (sure if whole[1] else likely).append((start, last, whole[0]))
    if likely:
        joined = {start: new for start, _, new in (*sure, *likely)}
        ending = {end: new for _, end, new in (*sure, *likely)}
        for start, end, new in likely:
            before = ending.get(start, text[start - 1 : start])
            after = joined.get(end, text[end : end + 1])
            if (before + new in words.neighbours or new + after in words.neighbours) and not (
                text[start:end] in words.neighbours or _is_word(text, start, end, words)
            ):
                sure.append((start, end, new))
    if copy.apply(sure):
        copy.count("components", 2 * len(sure))


# ---- words pulled apart


def _gaps(copy: Copy, words: Words, gap: re.Pattern[str]) -> None:
    pulled = _PULLED if gap is _GAP else _PULLED_KOREAN
    edits = []
    for found in pulled.finditer(copy.text):
        for between in re.finditer(f"[{_LIGHT}]+", found[0]):
            edits.append((found.start() + between.start(), found.start() + between.end(), ""))
    if copy.apply(edits):
        copy.count("spacing", len(edits))
    gaps = [found.span() for found in gap.finditer(copy.text)]
    text, within = copy.text, words.sounds_within
    near = [span for span in gaps if CODES[ord(text[span[0] - 1])] + CODES[ord(text[span[1]])] in within]
    if not near:
        return
    tight = Copy(copy.text, range(len(copy.text) + 1))
    tight.apply((*span, "") for span in gaps)
    edits = []
    for start, end, word in _across(tight, near, words):
        first, last = tight.origin[start], tight.origin[end - 1] + 1
        if last - first == end - start:
            continue  # no gap inside: looked at without gaps
        inside = copy.text[first:last]
        written = tight.text[start:end]
        if written != word and (len(word) == 2 or any(sign in inside for sign in _HEAVY)):
            continue
        if (
            len(word) == 2
            and any(sign in inside for sign in _HEAVY)
            and (
                _is_word(tight.text, max(0, start - 1), start + 1, words)
                or _is_word(tight.text, end - 1, end + 1, words)
            )
        ):
            continue  # two clauses that meet: 现,贷
        edits.append((first, last, word))
        copy.count("spacing", last - first - len(word))
    copy.apply(edits)


def _across(tight: Copy, gaps: list[tuple[int, int]], words: Words) -> Iterator[tuple[int, int, str]]:
    """Words of the vocabulary that stand around gaps which may part one."""
    reached = 0
    for gap, _ in gaps:
        place = bisect_left(tight.origin, gap)
        left, right = max(reached, place - WORD_MAX), place + WORD_MAX
        if right <= reached:
            continue
        for start, end, word, _ in _met(tight.text[left:right], words):
            if left + start < place < left + end and left + start >= reached:
                yield left + start, left + end, word
                reached = left + end


# ---- sound and look


def _met(text: str, words: Words) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, word, written) of each word of the vocabulary that the text sounds or looks like, by place, the longest first."""
    if not words.by_sound:
        return
    found = [*_heard(text, text, words)]
    for start, end in _around(_drawn_alike(text, words), words):
        heard = _heard(text[start:end], text[start:end].translate(_meant()), words)
        found += ((start + first, start + last, word, written) for first, last, word, written in heard)
    found.sort(key=lambda one: (one[0], -one[1]))
    yield from found


def _drawn_alike(text: str, words: Words) -> list[int]:
    """Where a sign is drawn like another that sounds, with the sign before or behind, like a part of a word."""
    places = []
    for found in _drawn().finditer(text):
        place = found.start()
        near = text[max(place - 1, 0) : place + 2].translate(_meant()).translate(CODES)
        if near[:2] in words.sounds_within or near[1:] in words.sounds_within:
            places.append(place)
    return places


def _around(places: Sequence[int], words: Words) -> list[tuple[int, int]]:
    """Stretches that hold every word that touches one of the places, apart from each other."""
    reach = words.longest
    stretches: list[tuple[int, int]] = []
    for place in places:
        start = max(place - reach, 0)
        if stretches and start <= stretches[-1][1]:
            start = stretches.pop()[0]
        stretches.append((start, place + reach))
    return stretches


def _heard(text: str, read: str, words: Words) -> Iterator[tuple[int, int, str, str]]:
    """Words that `read` sounds like; where it is not the text itself, only those that the text does not have there as well."""
    other = read is not text
    for last, same in words.sounding.iter(read.translate(CODES)):
        size = len(same[0])
        start = last + 1 - size
        written = text[start : last + 1]
        if other and written == read[start : last + 1]:
            continue
        if written in same:
            yield start, last + 1, written, written
        else:
            near = max(same, key=lambda word: sum(map(eq, word, written))) if len(same) > 1 else same[0]
            yield start, last + 1, near, written


@cache
def _meant() -> dict[int, str]:
    """A sign that is drawn like another -> the first it may stand for."""
    return {ord(drawn): meant[0] for drawn, meant in disguise_tables.looks_like().items()}


@cache
def _drawn() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(map(chr, _meant())))}]")


def _alike(copy: Copy, words: Words) -> None:
    """Homophones and look-alikes of a word become the word."""
    edits = []
    reached = 0
    for start, end, word, written in _met(copy.text, words):
        if written == word:
            reached = max(reached, end)
            continue
        if start < reached or written in words.written:
            continue
        changed = [start + k for k, (a, b) in enumerate(zip(written, word, strict=True)) if a != b]
        explained = all(_explained(copy.text, place, words) for place in changed)
        if len(word) == 2 and (
            explained or (len(changed) == 2 and not disguise_tables.common_signs().isdisjoint(written))
        ):
            continue
        if len(word) > 2 and (2 * len(changed) > len(word) + 1 or _is_word(copy.text, start, end, words)):
            continue
        drawn = disguise_tables.looks_like()
        if not explained:
            look = any(
                copy.text[place] in drawn and word[place - start] in drawn[copy.text[place]] for place in changed
            )
            copy.count("look_alike" if look else "homophone", len(changed))
        edits.append((start, end, word))
        reached = end
    copy.apply(edits)


def _is_word(text: str, start: int, end: int, words: Words) -> bool:
    written = text[start:end]
    return written in words.written or written in disguise_tables.honest()


def _explained(text: str, place: int, words: Words) -> bool:
    """Whether a sign is part of a word as it stands: then it is no disguise."""
    for size in (2, 3, 4):
        for start in range(max(0, place - size + 1), place + 1):
            if start + size <= len(text) and _is_word(text, start, start + size, words):
                return True
    return False
