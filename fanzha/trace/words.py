"""The word lists of words.yaml, read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Words:
    """Lists of lower-case words. `exits`, `innocent` and `intermediaries` are by code."""

    exits: Mapping[str, tuple[str, ...]]
    innocent: Mapping[str, tuple[str, ...]]
    abroad_banks: tuple[str, ...]
    wallets: tuple[str, ...]
    totals: tuple[str, ...]
    returns: tuple[str, ...]
    pays: tuple[str, ...]
    fees: tuple[str, ...]
    reversals: tuple[str, ...]
    intermediaries: Mapping[str, tuple[str, ...]]


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
        fees=tuple(raw["fees"]),
        reversals=tuple(raw["reversals"]),
        intermediaries={code: tuple(listed) for code, listed in raw["intermediaries"].items()},
    )


def has_word(text: str, listed: tuple[str, ...]) -> bool:
    """Whether a lower-case text holds one of the words."""
    return any(word in text for word in listed)


@cache
def _whole(listed: tuple[str, ...]) -> re.Pattern[str]:
    latin = "|".join(re.escape(word) for word in listed if word.isascii())
    other = "|".join(re.escape(word) for word in listed if not word.isascii())
    return re.compile("|".join(part for part in (other, rf"(?<![a-z])(?:{latin})(?![a-z])" if latin else "") if part))


@lru_cache(maxsize=65536)  # a statement has few summaries
def has_whole_word(text: str, listed: tuple[str, ...]) -> bool:
    """The same, but a Latin word counts only whole: "fee" is not in "coffee", "charge" not in "recharge"."""
    return _whole(listed).search(text) is not None
