"""The words of outcome_words.yaml: by what a statement shows ordinary life."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from fanzha.trace.legs import Leg
from fanzha.trace.words import has_word


@cache
def life_words() -> Mapping[str, tuple[str, ...]]:
    """Lists of lower-case words: bills, goods, wages, living."""
    text = (files("fanzha.trace") / "outcome_words.yaml").read_text(encoding="utf-8")
    return {code: tuple(listed) for code, listed in yaml.load(text, Loader=yaml.CSafeLoader).items()}


def is_for(leg: Leg, *lists: str) -> bool:
    """Whether the summary holds a word of one of these lists."""
    text = leg.summary.lower()
    return any(has_word(text, life_words()[name]) for name in lists)
