"""How alike two names of organisations are: legal form, places, numbers and words of little weight are told apart from the name proper.

Numbers must agree (Fund III is not Fund IV), places that tell sister companies apart must not contradict each other, and legal
forms of two families (a limited company, a foundation) make two bodies though the name be one. A Chinese name is put into Latin
words first: words of trade and places by a small table, what is left in pinyin.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fanzha.clean import chinese_reading, likeness_words, name_words, romanise
from fanzha.clean.name_words import Part, Word

_LIST: Final = "organisation_words"
_WORDS_OF_FORM_MAX: Final = 7
_AND: Final = re.compile(r"[&+＆]")
_ROMAN_OR_WORD: Final = {entry[0]: entry[1] for entry in likeness_words.entries(_LIST, "numbers")}
_SHORT: Final = {entry[0]: entry[1] for entry in likeness_words.entries(_LIST, "short")}
_ARTICLES: Final = likeness_words.words(_LIST, "articles")
_WEAK: Final = likeness_words.words(_LIST, "weak")
_SIGNS: Final = likeness_words.words(_LIST, "signs")
_PLACES: Final = {
    romanise.latin(word): entry[0] for entry in likeness_words.entries(_LIST, "places") for word in entry[1:]
}
_CHINESE: Final = {entry[0]: entry[1:] for entry in likeness_words.entries("chinese", "words")}
_CHINESE_WORD: Final = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))
_CITY_WORD: Final = re.compile("[省市](?!场)")
_BRACKET: Final = re.compile(r"[()（）\[\]【】]")
_OTHER_FORM: Final = 60  # two forms of one family: may be a translation
_OTHER_FAMILY: Final = 320
_NO_FORM: Final = 20
_PLACE_MORE: Final = 210  # only one names a place
_WEAK_MORE: Final = 90
_WORD_MORE: Final = 330
_WORD_MORE_LONG: Final = 200  # one word of four or more
_LEFT_MAX: Final = 500
_NUMBER_MAX: Final = 400
_ACRONYM: Final = 700
_SPELLING_EACH: Final = 60
_CAMEL_FORM: Final = re.compile(r"(?<=[a-z])(?=(?:AG|GmbH|LLC|Ltd|Inc|SA|AB|BV|PLC|SE)\.?$)")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A name made ready: its own words, then what is told apart: legal forms, places, numbers; `folded` is all of it."""

    words: tuple[Word, ...]
    forms: frozenset[str]
    places: frozenset[str]
    numbers: tuple[str, ...]
    folded: str
    signs: bool


@cache
def _forms() -> tuple[Mapping[tuple[str, ...], str], Mapping[str, frozenset[str]], frozenset[str]]:
    """(spelling as words -> code, code -> families, forms that may stand first)."""
    listed: Mapping[str, Any] = likeness_words.load(_LIST)
    spellings: dict[tuple[str, ...], str] = {}
    families: dict[str, frozenset[str]] = {}
    for code, (family, written) in listed["forms"].items():
        families[code] = frozenset(family)
        for one in written.split("|"):
            for spelt in (one, romanise.latin(one)):
                spellings.setdefault(tuple(spelt.split()), code)
    leading = frozenset(romanise.latin(one) for one in listed["leading"]) | frozenset(listed["leading"])
    return spellings, families, leading


def prepare(text: str) -> Organisation:
    """A name as written, taken apart. Nothing fails: what holds no word is empty."""
    folded = name_words.fold(_CAMEL_FORM.sub(" ", text))
    spaced = _AND.sub(" and ", _BRACKET.sub(" ", folded))
    if chinese_reading.HAN.search(spaced):
        spaced, han_forms = _from_chinese(spaced)
    else:
        han_forms = set[str]()
    tokens = [romanise.latin(one) for one in name_words.split(name_words.undotted(spaced))]
    tokens, forms = _take_forms(tokens)
    forms |= han_forms
    words, places, numbers = [], set[str](), list[str]()
    bare = [one for one in tokens if one not in _ARTICLES] or tokens
    for place, one in enumerate(bare):
        long = _SHORT.get(one, one)
        if long in _ROMAN_OR_WORD and (place or not long.isalpha() or len(bare) > 1):
            numbers.append(_ROMAN_OR_WORD[long])
        elif place and place == len(bare) - 1 and long in ("i", "v", "x"):
            numbers.append({"i": "1", "v": "5", "x": "10"}[long])
        elif any(c.isdigit() for c in long):
            numbers.append(long.lstrip("0") or "0")
        elif long in _PLACES and len(bare) > 1:
            places.add(_PLACES[long])
        else:
            words.append(name_words.word(long))
    signs = bool(forms) or any(one in _SIGNS for one in bare)
    return Organisation(tuple(words), frozenset(forms), frozenset(places), tuple(numbers), folded, signs)


def _from_chinese(spaced: str) -> tuple[str, set[str]]:
    """A Chinese name in Latin words, and its legal forms: 深圳市腾讯计算机系统有限公司 -> shenzhen tengxunjisuanjixitong."""
    plain = chinese_reading.simplify(spaced.replace(" ", "") if chinese_reading.HAN.search(spaced) else spaced)
    spellings, _, _ = _forms()
    forms = set[str]()
    for spelling in sorted((s for (s, *more) in spellings if not more), key=len, reverse=True):
        if chinese_reading.HAN.search(spelling) and plain.endswith(spelling) and plain != spelling:
            forms.add(spellings[(spelling,)])
            plain = plain.removesuffix(spelling)
            break
    plain = _CITY_WORD.sub("", plain)
    made = _CHINESE_WORD.sub(lambda found: " " + " ".join(_CHINESE[found[0]]) + " ", plain)
    return "".join(
        next(iter(chinese_reading.pinyin_of(c)), c) if chinese_reading.HAN.match(c) else c for c in made
    ), forms


def _take_forms(tokens: list[str]) -> tuple[list[str], set[str]]:
    """The words without legal forms at the end or the beginning (and, of two or more words or four letters, anywhere)."""
    spellings, _, leading = _forms()
    left, found = list(tokens), set[str]()
    changed = True
    while changed and len(left) > 1:
        changed = False
        for width in range(min(_WORDS_OF_FORM_MAX, len(left) - 1), 0, -1):
            last, first = tuple(left[-width:]), tuple(left[:width])
            if last in spellings:
                found.add(spellings[last])
                left, changed = left[:-width], True
            elif first in spellings and (width > 1 or first[0] in leading):
                found.add(spellings[first])
                left, changed = left[width:], True
            if changed:
                break
    for width in (3, 2, 1):
        for start in range(len(left) - width, 0, -1):
            inner = tuple(left[start : start + width])
            if inner in spellings and (width > 1 or len(inner[0]) >= 4) and spellings[inner] not in ("company", "inc"):
                found.add(spellings[inner])
                del left[start : start + width]
    return left, found


def compare(a: Organisation, b: Organisation) -> tuple[int, str, tuple[Part, ...]]:
    """(per mille, how, parts) of two names; how: same, legal_form, order, spelling, transliteration, initials, number, place, different."""
    if not any(one.latin for one in a.words) or not any(one.latin for one in b.words):
        return (1000, "same", ()) if a.folded == b.folded else (0, "different", ())
    score, how, parts = _words(a.words, b.words)
    if score <= _LEFT_MAX:
        return (score, how, parts) if how != "different" else _by_acronym(a, b, score, parts)
    if sorted(a.numbers) != sorted(b.numbers):
        return min(_NUMBER_MAX, score), "number", parts
    cost, why = _form_cost(a.forms, b.forms)
    if a.places != b.places:
        if a.places and b.places and not (a.places < b.places or b.places < a.places):
            return min(_LEFT_MAX, score), "place", parts
        score, how = score - _PLACE_MORE, "place"
    if cost and how in ("same", "order"):
        how = why
    return max(0, score - cost), how, parts


def _words(a: Sequence[Word], b: Sequence[Word]) -> tuple[int, str, tuple[Part, ...]]:
    x, y, pairs = name_words.lay(a, b, False)
    parts = tuple(Part(x[i].written, y[j].written, score, how) for i, j, score, how in pairs)
    strong = [pair for pair in pairs if x[pair[0]].latin not in _WEAK]
    left_x = [one for place, one in enumerate(x) if place not in {p[0] for p in pairs}]
    left_y = [one for place, one in enumerate(y) if place not in {p[1] for p in pairs}]
    strong_x, strong_y = ([one for one in left if one.latin not in _WEAK] for left in (left_x, left_y))
    if not strong and (strong_x or strong_y or (left_x and left_y) or not pairs):
        return 0, "different", parts
    weights = [min(12, max(1, len(x[i].latin), len(y[j].latin))) for i, j, _, _ in pairs]
    mean = sum(w * p[2] for w, p in zip(weights, pairs, strict=True)) // sum(weights)
    if strong_x and strong_y:
        share = sum(weights) * 1000 // (sum(weights) + sum(min(12, len(one.latin)) for one in left_x + left_y))
        return min(_LEFT_MAX, mean * share // 1000), "different", parts
    score = (mean + min(p[2] for p in pairs)) // 2
    score -= _SPELLING_EACH * max(0, sum(p[3] == "spelling" for p in pairs) - 1)
    more = len(strong_x) + len(strong_y)
    each = _WORD_MORE_LONG if len(strong) >= 3 else _WORD_MORE
    score -= each * more + _WEAK_MORE * (len(left_x) + len(left_y) - more)
    order = [j for _, j, _, _ in pairs]
    turned = order != sorted(order)
    score -= 60 if turned else 0
    ways = {p[3] for p in pairs}
    how = next((way for way in ("spelling", "transliteration") if way in ways), "order" if turned else "same")
    return max(0, score), how if not (left_x or left_y) or how == "spelling" else "missing", parts


def _by_acronym(
    a: Organisation, b: Organisation, score: int, parts: tuple[Part, ...]
) -> tuple[int, str, tuple[Part, ...]]:
    """IBM beside International Business Machines: three letters or more, each the first of a word, in order."""
    short, long = sorted((a, b), key=lambda one: len(one.words))
    letters = short.words[0].latin
    if len(short.words) == 1 and 3 <= len(letters) <= 8 and short.numbers == long.numbers:
        wanted = [one for one in name_words.split(name_words.undotted(long.folded)) if one not in _ARTICLES]
        bare, _ = _take_forms([romanise.latin(one) for one in wanted])
        for row in (wanted, bare):
            if len(row) >= 3 and "".join(one[:1] for one in row) == letters:  # a mark alone romanises to nothing
                whole = " ".join(row)
                ends = (letters, whole) if short is a else (whole, letters)
                return _ACRONYM, "initials", (Part(*ends, _ACRONYM, "initials"),)
    return score, "different", parts


def _form_cost(a: frozenset[str], b: frozenset[str]) -> tuple[int, str]:
    """What the legal forms cost, and the code: nothing where they are one, little where one is missing or may be translated."""
    if a == b:
        return 0, "same"
    if not a or not b or a < b or b < a:
        return _NO_FORM, "legal_form"
    _, families, _ = _forms()
    in_a, in_b = (frozenset[str]().union(*(families[code] for code in side)) for side in (a, b))
    return (_OTHER_FORM if in_a & in_b else _OTHER_FAMILY), "legal_form"
