"""A plain copy of a text: what it says once its disguise is undone, and how much disguise there was.

Lower case, NFKC, simplified characters, Latin letters without marks, nothing invisible, words of a vocabulary restored. The original
is evidence and is never changed; identifiers are found in it (`fanzha.clean.text`), words in the copy. The amount of disguise
counts what an honest writer would not do: a picture, a full-width comma, a text all in traditional characters cost nothing.
Families after the threat model, 5.7. Pictures of text are another reader's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fanzha.clean.edits import Copy
from fanzha.clean.han_disguise import undo_han
from fanzha.clean.latin_disguise import undo_latin
from fanzha.clean.odd_letters import TURNING, turned_back
from fanzha.clean.plain_letters import plain_letters
from fanzha.clean.restorable import Words as Words
from fanzha.clean.url_disguise import undo_addresses

# In the order of `Plain.families`. `slang` are spellings such as 薇❤ that stand for one word, `traditional` a mixture of both scripts.
FAMILIES: Final = (
    *(
        "zero_width",
        "bidi",
        "combining",
        "homoglyph",
        "full_width",
        "leet",
        "emoji",
        "pinyin",
        "homophone",
        "look_alike",
    ),
    *("components", "traditional", "dialect", "spacing", "numerals", "slang", "address"),
)
PERMILLE_MAX: Final = 1000
_ROUNDS_MAX: Final = 6  # one disguise inside another; a text that nests deeper is left as it then is


@dataclass(frozen=True, slots=True)
class Plain:
    """The copy. `origin[i]` is the index in the original of what gave `text[i]`; one more entry holds the length of the original, so that
    `text[a:b]` stands for `original[origin[a]:origin[b]]`. `disguise_permille`: disguised characters in a thousand of the copy,
    rounded up, at most 1000. `families`: codes of `FAMILIES` that were met, honest ones (emoji, dialect) among them.
    """

    text: str
    origin: Sequence[int]
    disguise_permille: int
    families: tuple[str, ...]


def undo(text: str, words: Words) -> Plain:
    """The plain copy of `text`. Linear in its length, never raises on any text, and plain text stays as it is."""
    copy = plain_letters(text)
    if TURNING in text:
        copy = _as_shown(copy, text, words)
    for _ in range(_ROUNDS_MAX):
        before = copy.text
        undo_han(copy, words)
        undo_latin(copy, words)
        undo_addresses(copy)
        if copy.text == before:
            break
        copy = _again(copy)
    changed = copy.changed
    total = sum(changed.values())
    size = sum(map(len, copy.text.split()))
    permille = min(PERMILLE_MAX, -(-total * PERMILLE_MAX // max(size, 1))) if total else 0
    return Plain(copy.text, copy.origin, permille, tuple(one for one in FAMILIES if one in changed))


def _as_shown(copy: Copy, text: str, words: Words) -> Copy:
    """The copy, or that of the text as it is shown where a mark turns the reading round, whichever holds more known words."""
    other = plain_letters(turned_back(text))
    return other if words.known(other.text) > words.known(copy.text) else copy


def _again(copy: Copy) -> Copy:
    """The letters of what came out once more: an address in punycode has letters of its own."""
    if copy.text.isascii():
        return copy
    again = plain_letters(copy.text)
    return Copy(again.text, [copy.origin[i] for i in again.origin], copy.changed)
