"""A text made ready for recognising: its plain copy, its language, the signs and the identifiers in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.clean.disguise import Plain, undo
from fanzha.clean.language import language
from fanzha.clean.text import Found
from fanzha.clean.text import find as find_identifiers
from fanzha.recognise import links, signs

TEXT_MAX = 20_000  # characters of a text that are looked at; the answer says when there are more


@dataclass(frozen=True, slots=True)
class Prepared:
    """One text. `marks` and `found` hold places of `original`; `language` is a code, "other", or "" for too little to say."""

    original: str
    plain: Plain
    language: str
    marks: tuple[signs.Mark, ...]
    found: tuple[Found, ...]


def prepare_all(texts: Sequence[str]) -> list[Prepared]:
    """Each text ready. One step for all texts before the next: a step's tables then stay in the processor's cache."""
    cut = [text[:TEXT_MAX] for text in texts]
    words = signs.restorable()
    plains = [undo(text, words) for text in cut]
    tongues = [language(plain.text) for plain in plains]
    founds = list(map(find_identifiers, cut))
    marks = list(map(_marks, plains, tongues, founds))
    return list(map(Prepared, cut, plains, tongues, marks, founds))


def _marks(plain: Plain, tongue: str, found: tuple[Found, ...]) -> tuple[signs.Mark, ...]:
    marks = signs.find(plain, tongue)
    if of_links := links.link_marks(found):
        marks = tuple(sorted(marks + of_links, key=lambda mark: (mark.start, -mark.end, mark.code)))
    return marks


def prepare(text: str) -> Prepared:
    """A text ready for the scorer and the rules. Linear in its length; never raises on any text."""
    return prepare_all((text,))[0]
