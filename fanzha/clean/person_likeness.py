"""How alike two names of persons are: words laid beside each other, and what is left over on both sides decides.

A word that has no partner while the other name has one too (another given name, another family name) makes two persons, however
long the rest that agrees; a word that only one of them has (a patronymic, a middle name) costs little.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.clean import chinese_reading, korean_reading, likeness_words, name_words
from fanzha.clean.name_words import Part, Word

_TITLES: Final = likeness_words.words("person_words", "titles")
_PARTICLES: Final = likeness_words.words("person_words", "particles")
_PATRONYMIC: Final = likeness_words.words("person_words", "patronymic")
_ARTICLE: Final = re.compile(r"^ال(?=\w{3})")
_SERVANT: Final = re.compile(r"^(?:abdoul|abdul|abdel|abdal|abdur|abdus|abd)$")
_SERVANT_OF: Final = re.compile(r"^abd[aeou]l?(?:l|r(?=r)|s(?=s))?(?=\w{4})")
_LATIN_WORD: Final = re.compile("[a-z]{2,}")
_KUNYA: Final = frozenset(("abu", "abou", "umm"))
_HAN_TITLE: Final = re.compile("(?:" + "|".join(likeness_words.text("person_words", "titles_han").split()) + ")$")

ORDER_COST: Final = 20
SHUFFLE_COST: Final = 80
_EXTRA_COST: Final = 50
_EXTRA_MORE_COST: Final = 20
_EXTRA_COST_MAX: Final = 150
_LEFT_MAX: Final = 550  # something is left over on both sides
_ONE_WORD_MAX: Final = 450  # one word of several is all they share
_REVERSED: Final = 600  # A bin B is not B bin A
_SPELLING_EACH: Final = 60  # a second misspelt word, and each more
_HOMOPHONES: Final = 550
_HIDDEN: Final = 600


@dataclass(frozen=True, slots=True)
class Person:
    """A name of a person made ready: its words, whether it says whose child (bin, ibn), and its Chinese characters."""

    words: tuple[Word, ...]
    patronymic: bool
    han: str
    latin: tuple[str, ...]


def prepare(text: str) -> Person:
    """A folded name without titles and particles; Chinese characters simplified and kept together."""
    folded = name_words.fold(name_words.uncamel(text))
    if chinese_reading.HAN.search(folded):
        # 张伟 (Zhang Wei): the characters are the name, its spelling beside them says no more; 王A and 李某1 keep their sign
        own = _LATIN_WORD.sub("", folded.replace("某", "*"))
        run = "".join(c for c in own if c.isalnum() or c == "*")
        han = _HAN_TITLE.sub("", chinese_reading.simplify(run)) or run
        return Person((name_words.word(han),), False, han, ())
    found = name_words.split(folded)
    bare = [one for place, one in enumerate(found) if one not in _TITLES or (len(found) <= 2 and place)]
    words = [name_words.word(_plain(one)) for one in bare or found]
    kept = [
        one
        for place, one in enumerate(words)
        if (one.latin not in _PARTICLES or (place == 0 and one.latin == "ben")) and one.latin
    ]
    merged = _merge(kept or words)
    return Person(
        tuple(merged),
        any(one.latin in _PATRONYMIC for one in words[1:]),
        "",
        tuple(one.latin for one in words if one.latin),
    )


def _plain(one: str) -> str:
    """A word without the Arabic article, and with letters for the signs that look like them: `s3rgei`."""
    bare = _ARTICLE.sub("", one)
    if bare.isascii() and any(c.isdigit() for c in bare) and sum(c.isalpha() for c in bare) * 2 > len(bare):
        swapped = likeness_words.load("person_words")["look_alike"]
        # a tone or a number at the end (zhang1) is no letter
        return bare if bare[:-1].isalpha() else "".join(swapped.get(c, c) for c in bare)
    return bare


def _merge(words: Sequence[Word]) -> list[Word]:
    """`abd al-rahman`, `abdul rahman`, `abdurrahman` as one word; `abu bakr` too."""
    made: list[Word] = []
    held = ""
    for one in words:
        if held:
            made.append(name_words.word(held + one.latin))
            held = ""
        elif _SERVANT.match(one.latin):
            held = "abd"
        elif one.latin in _KUNYA:
            held = "abu" if one.latin != "umm" else "umm"
        else:
            whole = _SERVANT_OF.sub("abd", one.latin)
            made.append(one if whole == one.latin else name_words.word(whole))
    return [*made, name_words.word(held)] if held else made


def compare(a: Person, b: Person) -> tuple[int, str, tuple[Part, ...]]:
    """(per mille, how, parts) of two names. Symmetric but for the sides of the parts where `a` and `b` come in one fixed order."""
    if a.han or b.han:
        return _compare_han(a, b)
    if (korean := korean_reading.written(a.words)) != korean_reading.written(b.words):
        hangul, other = (a, b) if korean else (b, a)
        score, how = korean_reading.fits("".join(one.written for one in hangul.words), "".join(other.latin))
        return score, how, _whole(a, b, score, how)
    x, y, pairs = name_words.lay(a.words, b.words, True)
    parts = tuple(Part(x[i].written, y[j].written, score, how) for i, j, score, how in pairs)
    if not pairs:
        return 0, "different", ()
    weights = [_weight(x[i], y[j], how) for i, j, _, how in pairs]
    mean = sum(w * p[2] for w, p in zip(weights, pairs, strict=True)) // sum(weights)
    left_x, left_y = len(x) - len(pairs), len(y) - len(pairs)
    if left_x and left_y:
        total = sum(weights) + sum(_left(x, {p[0] for p in pairs})) + sum(_left(y, {p[1] for p in pairs}))
        return min(_LEFT_MAX, mean * sum(weights) // total), "different", parts
    score = (mean + min(p[2] for p in pairs)) // 2
    if len(pairs) == 1 and (left_x or left_y):
        return min(_ONE_WORD_MAX, score // 2), "different", parts
    misspelt = sum(how == "spelling" for *_, how in pairs)
    score -= _SPELLING_EACH * max(0, misspelt - 1)
    if not any(how not in ("initials",) and len(x[i].latin) > 1 for i, _, _, how in pairs):
        return min(_ONE_WORD_MAX, score), "initials", parts
    turn = _turn(pairs, len(x), len(y))
    if turn and a.patronymic and b.patronymic:
        return min(_REVERSED, score), "order", parts
    extra = left_x + left_y
    score -= turn + min(_EXTRA_COST_MAX, (_EXTRA_COST + _EXTRA_MORE_COST * (extra - 1)) if extra else 0)
    return max(0, score), _how(pairs, turn, extra), parts


def _weight(a: Word, b: Word, how: str) -> int:
    return 2 if how == "initials" else min(12, max(len(a.latin), len(b.latin), 1))


def _left(words: Sequence[Word], taken: set[int]) -> list[int]:
    return [min(12, max(1, len(one.latin))) for place, one in enumerate(words) if place not in taken]


def _turn(pairs: Sequence[tuple[int, int, int, str]], length_a: int, length_b: int) -> int:
    """What the order costs: nothing, a little where one name begins with the family name, more where it is shuffled."""
    order = [j for _, j, _, _ in pairs]
    if order == sorted(order):
        return 0
    ranks = [sorted(order).index(j) for j in order]
    turned = any(ranks[cut:] + ranks[:cut] == sorted(ranks) for cut in (1, len(ranks) - 1))
    return ORDER_COST if turned else SHUFFLE_COST


def _how(pairs: Sequence[tuple[int, int, int, str]], turn: int, extra: int) -> str:
    """The weakest way any pair meets, else that the order differs, else that a name is missing."""
    ways = {how for *_, how in pairs}
    for way in ("spelling", "initials", "nickname", "transliteration"):
        if way in ways:
            return way
    return "order" if turn else "missing" if extra else "same"


def _compare_han(a: Person, b: Person) -> tuple[int, str, tuple[Part, ...]]:
    if a.han and b.han:
        score, how = _two_han(a.han, b.han)
    else:
        han, other = (a.han, b.latin) if a.han else (b.han, a.latin)
        score, how = chinese_reading.fits(han, other)
    return score, how, _whole(a, b, score, how)


def _whole(a: Person, b: Person, score: int, how: str) -> tuple[Part, ...]:
    """Both names whole as the one part, where they are alike at all."""
    ends = [" ".join(word.written for word in one.words) for one in (a, b)]
    return (Part(ends[0], ends[1], score, how),) if score else ()


def _two_han(a: str, b: str) -> tuple[int, str]:
    if a == b:
        return (_HIDDEN, "masked") if "*" in a else (1000, "same")
    if "*" in a or "*" in b:
        fit = len(a) == len(b) and all("*" in (x, y) or x == y for x, y in zip(a, b, strict=True))
        return (
            (_HIDDEN, "masked") if fit and any(x == y != "*" for x, y in zip(a, b, strict=True)) else (0, "different")
        )
    if chinese_reading.homophones(a, b):
        return _HOMOPHONES, "homophone"
    shared = sum(x == y for x, y in zip(a, b, strict=False))
    return 300 * shared // max(len(a), len(b)), "different"
