"""Many phrases looked for in a text at once (Aho and Corasick, Efficient string matching, 1975), in linear time."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from string import ascii_letters, digits
from typing import Final, Generic, TypeVar

import ahocorasick

Kept = TypeVar("Kept")

# What a word of a spaced language is written with after its marks are taken away.
_LETTERS: Final = frozenset(ascii_letters + digits)


class Labels:
    """Says which of some words a text holds, inside of other words too: one look for all of them."""

    def __init__(self, words: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for word in words:
            self._automaton.add_word(word, word)
        self._automaton.make_automaton()

    def met(self, text: str) -> set[str]:
        """The words that occur in the text, as they are written."""
        return {word for _, word in self._automaton.iter(text)}


class Matcher(Generic[Kept]):
    """Finds the phrases it was made with and gives what was kept for each. One that begins with a Latin letter or a digit begins a word."""

    def __init__(self, phrases: Mapping[str, Kept]) -> None:
        self._phrases = {text: kept for text, kept in phrases.items() if text}

    @cached_property
    def _every(self) -> ahocorasick.Automaton:
        return self._made(self._phrases)

    @cached_property
    def _ascii(self) -> ahocorasick.Automaton:
        """The phrases that an ASCII text can hold: their first letters are few, and each of a text is looked for among them one by one."""
        return self._made(filter(str.isascii, self._phrases))

    def _made(self, texts: Iterable[str]) -> ahocorasick.Automaton:
        automaton = ahocorasick.Automaton()
        for text in texts:
            automaton.add_word(text, (len(text), text[0] in _LETTERS, text[-1] in _LETTERS, self._phrases[text]))
        automaton.make_automaton()
        return automaton

    def iter(self, text: str) -> Iterator[tuple[Kept, int, int, bool]]:
        """What was kept for each phrase that is met, its start and end in `text`, and whether a word ends where it ends; by end.

        A phrase that ends with anything but a Latin letter or a digit always ends.
        """
        automaton = self._ascii if text.isascii() else self._every
        if not automaton:
            return
        size = len(text)
        for last, (length, begins, ends, kept) in automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if begins and start and text[start - 1] in _LETTERS:
                continue
            yield kept, start, end, not ends or end == size or text[end] not in _LETTERS
