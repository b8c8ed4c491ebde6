"""The small word lists that likeness of names is judged with: spellings of given names, legal forms, letters of other scripts.

All are this project's own, written by hand (`reference/likeness/*.yaml`, each with `source` and `as_of`), and read once.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fanzha.clean.reference.reading import broken, provenance, read_table

LISTS: Final = ("address_words", "chinese", "given_names", "letters", "organisation_words", "person_words")


@cache
def load(name: str) -> Mapping[str, Any]:
    """One list as read; InputError where it is no table, or does not say where it is from and of what day."""
    table = read_table((files("fanzha.clean.reference") / "likeness" / f"{name}.yaml").read_bytes(), name)
    provenance(table, name)
    return table


def text(name: str, key: str) -> str:
    """The text under a key of a list; InputError where there is none."""
    found = load(name).get(key)
    if not isinstance(found, str) or not found.strip():
        raise broken(name, f"{key} is no text", f"{key} 不是文本")
    return found


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The words under a key of a list."""
    return frozenset(text(name, key).split())


def entries(name: str, key: str) -> list[list[str]]:
    """Entries of words under a key of a list; `|` and the end of a line end an entry."""
    return [entry.split() for entry in text(name, key).replace("\n", "|").split("|") if entry.strip()]


@cache
def groups(key: str) -> Mapping[str, frozenset[int]]:
    """Given name -> the lines of `variants` or `nicknames` it stands in."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(entries("given_names", key)):
        for word in line:
            found.setdefault(word, set()).add(number)
    return {word: frozenset(lines) for word, lines in found.items()}


@cache
def heads() -> Mapping[int, str]:
    """Line of `nicknames` -> the full name it begins with."""
    return {number: line[0] for number, line in enumerate(entries("given_names", "nicknames"))}
