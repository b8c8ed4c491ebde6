"""How alike two names are, per mille, and by which way: order, initials, nicknames, scripts, legal forms, spelling.

Likeness of names says how much two written names agree, not that two people are one: 张伟 and Zhang Wei agree, and hundreds of
thousands bear the name. What a shared name is worth is its specificity (`fanzha/clean/name.py`). Nothing is inferred about the
bearer: no sex, no origin (invariant 8). Not read: Japanese readings of Chinese characters, Indic scripts (compared as written).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from fanzha.clean import (
    chinese_reading,
    korean_reading,
    likeness_words,
    name_words,
    organisation_name,
    person_likeness,
    romanise,
)
from fanzha.clean.name_words import Part
from fanzha.clean.organisation_name import Organisation
from fanzha.clean.person_likeness import Person

KINDS: Final = ("person", "organisation", "")
HOW: Final = frozenset(
    (
        *("same", "order", "missing", "initials", "nickname", "pinyin", "transliteration", "legal_form", "spelling"),
        *("number", "place", "homophone", "masked", "different"),
    )
)
_CACHE: Final = 262_144
_SHARED_BIGRAMS: Final = (
    3  # names that share less than a third of the shorter one's pairs of letters have no word in common
)
_ACRONYM_MAX: Final = 8
_PAIRS: Final = 26 * 26
_LINES_MAX: Final = 1000  # of each list of given names
_HAN_PERSON_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score` 0..1000 (1000: the same name), `how` one of `HOW`, `parts` the words that were laid beside each other."""

    score: int
    how: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A name made ready for many comparisons. `pairs` is a set of pairs of letters as bits, 0 where they cannot tell."""

    name: str
    kind: str
    folded: str
    person: Person | None
    organisation: Organisation | None
    pairs: int
    pairs_count: int


_SAME: Final = Likeness(1000, "same")
_DIFFERENT: Final = Likeness(0, "different")


@lru_cache(maxsize=_CACHE)
def prepare(name: str, kind: str = "") -> Prepared:
    """A name taken apart, remembered. ValueError where the kind is not in `KINDS`; an empty name is like no other name."""
    if kind not in KINDS:
        raise ValueError(f"kind is one of {KINDS}, not {kind!r}")
    folded = name_words.fold(name)
    organisation = None if kind == "person" else organisation_name.prepare(name)
    person = None if kind == "organisation" else person_likeness.prepare(name)
    if kind == "" and organisation is not None and person is not None:
        if organisation.signs or any(c.isdigit() for c in folded) or len(person.han) > _HAN_PERSON_MAX:
            person = None
        else:
            organisation = None
    bits = _pairs(person, organisation)
    return Prepared(name, kind, folded, person, organisation, bits, bits.bit_count())


def _pairs(person: Person | None, organisation: Organisation | None) -> int:
    """Pairs of letters of the sound keys, of a Chinese name those of all its spellings; initials have none.

    0 (never set apart) for scripts without vowels, Korean, other letters that are not read, and what may be an acronym.
    """
    if person is not None and person.han:
        return _bits(romanise.sound(one) for one in chinese_reading.syllables(person.han))
    if person is not None and korean_reading.written(person.words):
        return 0
    words = person.words if person is not None else organisation.words if organisation is not None else ()
    if person is None and len(words) == 1 and len(words[0].latin) <= _ACRONYM_MAX:
        return 0
    if any(one.abjad or not one.latin.isascii() for one in words):
        return 0
    found = _bits(one.sound for one in words)
    if person is not None:
        variants, nicknames = likeness_words.groups("variants"), likeness_words.groups("nicknames")
        for one in words:
            for line in variants.get(one.latin, ()):
                found |= 1 << (_PAIRS + line)
            for line in nicknames.get(one.latin, ()):
                found |= 1 << (_PAIRS + _LINES_MAX + line)
    return found


def _bits(keys: Iterable[str]) -> int:
    """Pairs of neighbouring letters as bits, one bit a pair."""
    found = 0
    for key in keys:
        plain = key.lower()
        for first, second in pairwise(plain):
            if "a" <= first <= "z" and "a" <= second <= "z":
                found |= 1 << ((ord(first) - 97) * 26 + ord(second) - 97)
    return found


def compare(a: Prepared, b: Prepared) -> Likeness:
    """How alike two prepared names are. Symmetric: the sides of `parts` follow the arguments.

    Two cheap answers come first: the same folded name, and names that share hardly a pair of letters. A person and an
    organisation are compared as organisations.
    """
    if a.folded == b.folded:
        return _SAME if a.folded else _DIFFERENT
    if a.pairs and b.pairs and (a.pairs & b.pairs).bit_count() * _SHARED_BIGRAMS < min(a.pairs_count, b.pairs_count):
        return _DIFFERENT
    if a.folded > b.folded:
        turned = compare(b, a)
        return Likeness(turned.score, turned.how, tuple(Part(p.b, p.a, p.score, p.how) for p in turned.parts))
    if a.person is not None and b.person is not None:
        score, how, parts = person_likeness.compare(a.person, b.person)
    else:
        score, how, parts = organisation_name.compare(
            a.organisation or _as_organisation(a.name), b.organisation or _as_organisation(b.name)
        )
    return Likeness(score, how, parts)


@lru_cache(maxsize=8192)
def _as_organisation(name: str) -> Organisation:
    return organisation_name.prepare(name)


def likeness(a: str, b: str, kind: str = "") -> Likeness:
    """How alike two names are; kind is "person", "organisation" or "" where it is not known (then the names' own words decide).

    ValueError where the kind is none of them. See `compare`.
    """
    return compare(prepare(a, kind), prepare(b, kind))
