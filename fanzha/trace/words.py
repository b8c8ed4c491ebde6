"""The word lists of words.yaml, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Words:
    """Lists of lower-case words. `exits` and `innocent` are by code."""

    exits: Mapping[str, tuple[str, ...]]
    innocent: Mapping[str, tuple[str, ...]]
    abroad_banks: tuple[str, ...]
    wallets: tuple[str, ...]
    totals: tuple[str, ...]
    returns: tuple[str, ...]
    pays: tuple[str, ...]


@cache
def words() -> Words:
    """The lists that ship with the software."""
    raw = yaml.load((files("fanzha.trace") / "words.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return Words(
        exits={code: tuple(listed) for code, listed in raw["exits"].items()},
        innocent={code: tuple(listed) for code, listed in raw["innocent"].items()},
        abroad_banks=tuple(raw["abroad_banks"]),
        wallets=tuple(raw["wallets"]),
        totals=tuple(raw["totals"]),
        returns=tuple(raw["returns"]),
        pays=tuple(raw["pays"]),
    )


def has_word(text: str, listed: tuple[str, ...]) -> bool:
    """Whether a lower-case text holds one of the words."""
    return any(word in text for word in listed)
