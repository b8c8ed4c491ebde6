"""Words that are worth restoring when they are written in disguise, ready to be looked for by sound, by look and by letters."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice, product
from typing import Any, Final

import ahocorasick

from fanzha.clean import disguise_tables
from fanzha.clean.language import common
from fanzha.clean.plain_letters import bare

HAN: Final = disguise_tables.HAN
# scripts without spaces between letters of a word that is pulled apart
WRITTEN: Final = f"{HAN}\u0e00-\u0e7f\uac00-\ud7a3"
WORD_MAX: Final = 16
_RUN: Final = re.compile(f"[{WRITTEN}]{{2,{WORD_MAX}}}")
_LATIN: Final = re.compile(r"(?<![a-z0-9])[a-z]{4,24}(?![a-z0-9])")
_SPELLINGS_MAX: Final = 8
_REPEATED: Final = re.compile(r"(.)\1+")
_VOWELS: Final = re.compile("[aeiou]+")
_NO_VOWEL: Final = re.compile(r"[^aeiou]{3,8}")


class Codes(dict[int, str]):
    """Character -> what it sounds like: one private character a syllable for Chinese, itself for all else."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if 0xE000 <= code <= 0xF8FF:
            sound = "\0"
        else:
            known = disguise_tables.readings(char) if code >= 0x3400 else ()
            sound = disguise_tables.syllables().get(known[0], char) if known else char
        self[code] = sound
        return sound


CODES: Final = Codes()


class Words:
    """A vocabulary. `phrases` are written as people write them; Latin words of fewer than four letters are not restored."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(bare(phrase) for phrase in phrases)

    def kept(self) -> dict[str, Any]:
        """What takes long to make, as plain data."""
        by_sound = [[sounds, word] for found in self.by_sound.values() for sounds, word in found]
        listed = {"latin": sorted(self.latin), "written": sorted(self.written)}
        return {**listed, "by_sound": by_sound, "by_initials": self.by_initials}

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> "Words":
        """The vocabulary that `kept` was taken from."""
        words = cls(())
        by_sound: dict[str, list[tuple[str, str]]] = {}
        for sounds, word in kept["by_sound"]:
            by_sound.setdefault(sounds[:2], []).append((sounds, word))
        words.latin, words.written = frozenset(kept["latin"]), frozenset(kept["written"])
        words.by_sound = {pair: tuple(found) for pair, found in by_sound.items()}
        words.by_initials = dict(kept["by_initials"])
        return words

    @cached_property
    def latin(self) -> frozenset[str]:
        """Latin words."""
        return frozenset(word for phrase in self._phrases for word in _LATIN.findall(phrase))

    @cached_property
    def written(self) -> frozenset[str]:
        """Runs of Chinese, Thai and Korean signs."""
        return frozenset(run for phrase in self._phrases for run in _RUN.findall(phrase))

    @cached_property
    def neighbours(self) -> frozenset[str]:
        """Pairs of signs that stand side by side in a word."""
        return frozenset(word[i : i + 2] for word in self.written for i in range(len(word) - 1))

    @cached_property
    def longest(self) -> int:
        """Signs of the longest word that is written in signs."""
        return max(map(len, self.written), default=0)

    @cached_property
    def by_sound(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """First two sounds -> (sounds, word), the longest first."""
        made: dict[str, list[tuple[str, str]]] = {}
        for word in sorted(self.written, key=lambda one: (-len(one), one)):
            for sounds in _spellings(word):
                made.setdefault(sounds[:2], []).append((sounds, word))
        return {pair: tuple(found) for pair, found in made.items()}

    @cached_property
    def sounding(self) -> ahocorasick.Automaton:
        """All words by their sounds, looked for at once; the value is the tuple of words that sound so, in the order of the alphabet."""
        together: dict[str, list[str]] = {}
        for found in self.by_sound.values():
            for sounds, word in found:
                together.setdefault(sounds, []).append(word)
        automaton = ahocorasick.Automaton()
        for sounds, same in together.items():
            automaton.add_word(sounds, tuple(sorted(same)))
        automaton.make_automaton()
        return automaton

    @cached_property
    def sounds_within(self) -> frozenset[str]:
        """Every two sounds that follow each other inside a word."""
        every = (sounds for found in self.by_sound.values() for sounds, _ in found)
        return frozenset(sounds[i : i + 2] for sounds in every for i in range(len(sounds) - 1))

    @cached_property
    def by_initials(self) -> dict[str, str]:
        """Initials of three and more -> the shortest word that has them."""
        stop = disguise_tables.words("han", "not_initials")
        made: dict[str, str] = {}
        for word in sorted(self.written, key=lambda one: (-len(one), one), reverse=False):
            letters = "".join(known[0][0] for known in map(disguise_tables.readings, word) if known)
            if len(letters) == len(word) and _NO_VOWEL.fullmatch(letters) and letters not in stop:
                made[letters] = word
        return made

    def known(self, plain: str) -> int:
        """How many words of the vocabulary a plain copy holds, by and large: Latin words, pairs of signs."""
        latin = sum(word in self.latin for word in _LATIN.findall(plain))
        return latin + sum(plain[i : i + 2] in self.neighbours for i in range(len(plain) - 1))

    @cached_property
    def usual(self) -> frozenset[str]:
        """Latin words that are not looked into: the vocabulary, words of everyday English, single letters that are words."""
        return self.latin | common("en") | disguise_tables.words("latin", "ordinary")

    @cached_property
    def by_letters_once(self) -> dict[str, str]:
        """A Latin word with repeated letters written once -> the word."""
        return {_REPEATED.sub(r"\1", word): word for word in sorted(self.latin)}

    @cached_property
    def by_inner(self) -> dict[str, str]:
        """First letter, the letters between in the order of the alphabet, last letter -> the Latin word of five and more; none of two."""
        return _only((word[0] + "".join(sorted(word[1:-1])) + word[-1], word) for word in self.latin if len(word) > 4)

    @cached_property
    def by_consonants(self) -> dict[str, str]:
        """A Latin word of six and more without vowels but at its beginning, four left -> the word; none of two."""
        made = ((word[0] + _VOWELS.sub("", word[1:]), word) for word in self.latin if len(word) > 5)
        return _only((bare, word) for bare, word in made if len(bare) > 3)

    @cached_property
    def heads(self) -> frozenset[str]:
        """Beginnings of Latin words of five letters and more, two letters and more, with as many left."""
        return frozenset(word[:cut] for word in self.latin if len(word) > 4 for cut in range(1, len(word)))


def _only(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those with one word alone."""
    made: dict[str, set[str]] = {}
    for key, word in pairs:
        made.setdefault(key, set()).add(word)
    return {key: word for key, (word, *more) in made.items() if not more}


def _spellings(word: str) -> list[str]:
    """The sounds a word may have, the usual ones first; a sign without readings stands for itself."""
    table, several = disguise_tables.syllables(), disguise_tables.words("han", "several_readings")
    each = [
        [table[one] for one in disguise_tables.readings(char)[: 3 if char in several else 1] if one in table] or [char]
        for char in word
    ]
    return ["".join(one) for one in islice(product(*each), _SPELLINGS_MAX)]
