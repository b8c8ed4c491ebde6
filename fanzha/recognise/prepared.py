"""A text made ready for recognising: its plain copy, its language, the signs and the identifiers in it."""

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


def prepare(text: str) -> Prepared:
    """A text ready for the scorer and the rules. Linear in its length; never raises on any text."""
    text = text[:TEXT_MAX]
    plain = undo(text, signs.restorable())
    tongue = language(plain.text)
    found = find_identifiers(text)
    marks = signs.find(plain, tongue)
    if of_links := links.link_marks(found):
        marks = tuple(sorted(marks + of_links, key=lambda mark: (mark.start, -mark.end, mark.code)))
    return Prepared(text, plain, tongue, marks, found)
