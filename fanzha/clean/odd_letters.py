"""Letters that stand in a Latin word and are of no use there but to be looked at: turned upside down, backwards behind a mark that turns
the reading round, signs and letters of far scripts drawn like Latin ones.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from fanzha.clean import disguise_tables
from fanzha.clean.edits import Copy

TURNING: Final = "\u202e"
# from a mark that turns the reading round to what ends it
_TURNED_ROUND: Final = re.compile("\u202e([^\u202a-\u202e\u2066-\u2069\n]{2,})")
_ROUNDS_MAX: Final = 3


def turned_back(text: str) -> str:
    """The text as it is shown where a mark turns its reading round: as many characters, those between in the other order."""
    return _TURNED_ROUND.sub(lambda run: TURNING + run[1][::-1], text)


@cache
def _flips() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """(a letter that is upside down and nothing else, a word that may be, letter -> the letter upright)."""
    table = dict(disguise_tables.pairs("latin", "turned"))
    sure = "".join(sorted(disguise_tables.words("latin", "turned_sure")))
    return re.compile(f"[{sure}]"), re.compile(f"[A-Za-z{''.join(sorted(table))}]{{2,}}"), table


def turn(copy: Copy) -> None:
    """Words written upside down, which are read from the right. A place in such a word is that of its mirrored letter."""
    sure, word, table = _flips()
    if not sure.search(copy.text):
        return
    edits = []
    for found in word.finditer(copy.text):
        if sure.search(found[0]) and all(char in table for char in found[0]):
            edits.append((*found.span(), "".join(table[char] for char in reversed(found[0]))))
            copy.count("homoglyph", len(found[0]))
    copy.apply(edits)


@cache
def _far() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """(any of them, one of them alone where it stands in a Latin word, sign -> letter). A sign that is no letter has letters on both sides."""
    table = {sign.lower(): letter for sign, letter in disguise_tables.pairs("latin", "far").items()}
    letters = "".join(sorted(sign for sign in table if unicodedata.category(sign)[0] == "L"))
    every = "".join(map(re.escape, sorted(table)))
    edge = f"[{letters}](?:(?<=[a-z]{{2}}.)(?!\\w)|(?<!\\w.)(?=[a-z]{{2}}))"
    inside = f"[{every}](?<=[a-z].)(?=[a-z])|{edge}"
    return re.compile(f"[{every}]"), re.compile(inside), table


def read_far(copy: Copy) -> None:
    """Signs and letters of far scripts in words that are Latin otherwise, of a copy that is in lower case."""
    some, inside, table = _far()
    for _ in range(_ROUNDS_MAX):
        if not some.search(copy.text):
            return
        met: Sequence[re.Match[str]] = list(inside.finditer(copy.text))
        if not met:
            return
        copy.count("homoglyph", len(met))
        copy.apply([(*found.span(), table[found[0]]) for found in met])
