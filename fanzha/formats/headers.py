"""What columns are called, and which words are understood: the vocabularies of `aliases.yaml` and `words.yaml`."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_BRACKETS = re.compile(r"[((\[【][^))\]】]*[))\]】]")
_JOINERS = re.compile(r"[\s_\-·::**.]+")


@cache
def _load(name: str) -> dict[str, Any]:
    text = (files("fanzha.formats") / name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def normal(header: str) -> str:
    """A header without what varies: width, case, blanks, joiners, a unit in brackets."""
    folded = unicodedata.normalize("NFKC", header).lower().strip("\ufeff \t\r\n'\"")
    return _JOINERS.sub("", _BRACKETS.sub("", folded)) or _JOINERS.sub("", folded)


def normal_word(word: str) -> str:
    """A cell of a closed vocabulary, folded for look-up."""
    return unicodedata.normalize("NFKC", word).strip("\ufeff \t\r\n'").lower().replace(" ", "")


@cache
def fields_of(record: str) -> dict[str, tuple[str, int]]:
    """Normal header -> (field, rank) for "leg", "call", "report" or "identifier"; rank 0 is the most usual name."""
    found: dict[str, tuple[str, int]] = {}
    declared: dict[str, list[str]] = _load("aliases.yaml")[record]
    for field, names in declared.items():
        for rank, name in enumerate(names):
            found.setdefault(normal(name), (field, rank))
    return found


@cache
def roles() -> tuple[tuple[str, str], ...]:
    """(part of a header, role) pairs."""
    declared: dict[str, list[str]] = _load("aliases.yaml")["role"]
    return tuple((normal(part), role) for role, parts in declared.items() for part in parts)


@cache
def chains() -> frozenset[str]:
    """Names of chains that a column can be named after, in lower case."""
    return frozenset(_load("aliases.yaml")["chain"])


@cache
def words(name: str) -> dict[str, str]:
    """Normal word -> code, for a closed vocabulary of `words.yaml`."""
    declared: dict[str, list[str]] = _load("words.yaml")[name]
    return {normal_word(word): str(code) for code, listed in declared.items() for word in listed}


@cache
def total_words() -> frozenset[str]:
    """First cells of lines that sum up others."""
    return frozenset(normal(word) for word in _load("words.yaml")["total"])


@cache
def _all_headers() -> frozenset[str]:
    told = frozenset(normal(name) for name in _load("aliases.yaml")["told"])
    return told.union(*(fields_of(record) for record in ("leg", "call", "report", "identifier"))) | chains()


def is_known(header: str) -> bool:
    """Whether some kind of file calls a column so."""
    return normal(header) in _all_headers()


def is_total(cell: str) -> bool:
    """Whether a line that starts with this cell sums up others."""
    return 0 < len(cell) <= 20 and normal(cell) in total_words()
