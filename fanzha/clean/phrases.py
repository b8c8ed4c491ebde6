"""Many phrases looked for in a text at once (Aho and Corasick, Efficient string matching, 1975), in linear time."""

from collections.abc import Iterator, Mapping
from string import ascii_letters, digits
from typing import Final, Generic, TypeVar

import ahocorasick

Kept = TypeVar("Kept")

# What a word of a spaced language is written with after its marks are taken away.
_LETTERS: Final = frozenset(ascii_letters + digits)


class Matcher(Generic[Kept]):
    """Finds the phrases it was made with and gives what was kept for each. One that begins with a Latin letter or a digit begins a word."""

    def __init__(self, phrases: Mapping[str, Kept]) -> None:
        self._automaton = ahocorasick.Automaton()
        add = self._automaton.add_word
        for text, kept in phrases.items():
            if text:
                add(text, (len(text), text[0] in _LETTERS, text[-1] in _LETTERS, kept))
        self._empty = not len(self._automaton)
        if not self._empty:
            self._automaton.make_automaton()

    def iter(self, text: str) -> Iterator[tuple[Kept, int, int, bool]]:
        """What was kept for each phrase that is met, its start and end in `text`, and whether a word ends where it ends; by end.

        A phrase that ends with anything but a Latin letter or a digit always ends.
        """
        if self._empty:
            return
        size = len(text)
        for last, (length, begins, ends, kept) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if begins and start and text[start - 1] in _LETTERS:
                continue
            yield kept, start, end, not ends or end == size or text[end] not in _LETTERS
