"""A text made ready for recognising: its plain copy, its language, the signs and the identifiers in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.clean.disguise import Plain, undo
from fanzha.clean.language import language
from fanzha.clean.text import Found
from fanzha.clean.text import find as find_identifiers
from fanzha.recognise import links, signs

# Structure of a text that counts as a sign: what identifiers are in it, and much disguise.
IDENTIFIER_SIGNS: Final = {"url": "has_link", "domain": "has_link", "wallet": "has_wallet", "email": "has_email"}
DISGUISED: Final = "disguised"
DISGUISED_PERMILLE: Final = 80  # above this share of disguise the disguise itself is a sign
_NO_SIGN: Final[frozenset[str]] = frozenset()
TEXT_MAX = 20_000  # characters of a text that are looked at; the answer says when there are more


@dataclass(frozen=True, slots=True)
class Prepared:
    """One text. `marks` and `found` hold places of `original`; `language` is a code, "other", or "" for too little to say; `present` are the
    signs in it, with those its identifiers and its disguise give."""

    original: str
    plain: Plain
    language: str
    marks: tuple[signs.Mark, ...]
    found: tuple[Found, ...]
    present: frozenset[str]


def prepare_all(texts: Sequence[str]) -> list[Prepared]:
    """Each text ready. One step for all texts before the next: a step's tables then stay in the processor's cache."""
    cut = [text[:TEXT_MAX] for text in texts]
    words = signs.restorable()
    plains = [undo(text, words) for text in cut]
    tongues = [language(plain.text) for plain in plains]
    founds = list(map(find_identifiers, cut))
    marks = list(map(_marks, plains, tongues, founds))
    return list(map(Prepared, cut, plains, tongues, marks, founds, map(present, plains, marks, founds)))


def present(plain: Plain, marks: Sequence[signs.Mark], found: Sequence[Found]) -> frozenset[str]:
    """The signs of a text, with those its identifiers and its disguise give."""
    codes = {mark.code for mark in marks}
    if found:
        codes.update(IDENTIFIER_SIGNS[one.kind] for one in found if one.kind in IDENTIFIER_SIGNS)
    if plain.disguise_permille >= DISGUISED_PERMILLE:
        codes.add(DISGUISED)
    return frozenset(codes) if codes else _NO_SIGN


def _marks(plain: Plain, tongue: str, found: tuple[Found, ...]) -> tuple[signs.Mark, ...]:
    marks = signs.find(plain, tongue)
    if of_links := links.link_marks(found):
        marks = tuple(sorted(marks + of_links, key=lambda mark: (mark.start, -mark.end, mark.code)))
    return marks


def prepare(text: str) -> Prepared:
    """A text ready for the scorer and the rules. Linear in its length; never raises on any text."""
    return prepare_all((text,))[0]
