"""The first step of a plain copy: lower case, compatibility forms, simplified characters, no marks on Latin letters, letters of
other alphabets that stand in a Latin word read as the Latin ones they are drawn like.

What is honest and what is not is told apart here: full-width letters among Chinese, accents, a whole Russian word, the
joiners inside a picture are honest; zero-width signs, marks piled on letters, Cyrillic letters in an English word are not.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from fanzha.clean import disguise_tables, fold
from fanzha.clean.edits import Copy
from fanzha.clean.odd_letters import read_far, turn

_HAN: Final = re.compile(f"[{disguise_tables.HAN}]")
# honest in these scripts: Persian and Indic joiners, marks of writing direction beside Arabic and Hebrew
_JOINING: Final = re.compile("[\u0590-\u08ff\u0900-\u0dff\u0e80-\u109f\u1780-\u18af\ufb1d-\ufdff\ufe70-\ufefc]")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS: Final = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20dc\u20e5-\u20ff]")
_MARKS_MAX: Final = 30
_MANY_MARKS: Final = re.compile(f"(?:{_MARKS.pattern}){{{_MARKS_MAX + 1},}}")
_PICTURE: Final = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff0-9#*]")
_JAMO: Final = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+")
# letters of Korean that stand by themselves: a consonant, a vowel, and a consonant that no vowel follows
_FIRSTS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_TAILS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_TWO_VOWELS: Final = {"ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ", "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_APART: Final = re.compile("[ㄱ-ㅎ][ㅏ-ㅣ]")
_SYLLABLE: Final = re.compile(f"([{_FIRSTS}])(ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ|[ㅏ-ㅣ])([{_TAILS[1:]}](?![ㅏ-ㅣ]))?")
_THAI_TWO: Final = re.compile("\u0e40\u0e40|\u0e4d\u0e32")
_OTHER: Final = "\u0370-\u052f\u0531-\u0587\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\u2c80-\u2cff\u2d30-\u2d67\ua4d0-\ua4ff\uab70-\uabbf"
_HAS_OTHER: Final = re.compile(f"[{_OTHER}]")
_WORD: Final = re.compile(f"[A-Za-z0-9{_OTHER}]+")
_DRESSED: Final = "\u24b6-\u24e9\U0001d400-\U0001d7cd\U0001f110-\U0001f189\u2102\u210a-\u2113\u2115\u2119-\u211d\u2124\u2128\u212c-\u2131\u2133\u2134\u249c-\u24b5"
_WIDE: Final = re.compile("[\uff21-\uff3a\uff41-\uff5a]")
_RING: Final = "\u2460-\u2473\u24ea-\u24ff\u2776-\u2793\U0001d7ce-\U0001d7ff\u2080-\u2089\u2070-\u2079"
_RINGED: Final = re.compile(rf"[{_RING}](?:[\W_]{{0,2}}[{_RING}]){{2,}}")
_SPOKEN: Final = re.compile(
    "[〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺](?:[ -]?[0-9〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺]){6,}"
)
_DIGIT: Final = re.compile("[0-9]")
_KEPT_MAX: Final = 50_000
_ROUNDS_MAX: Final = 4


class _Plain(dict[int, str]):
    """What one folded character becomes, found once; `uneven` are those that do not become exactly one."""

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()

    def __missing__(self, code: int) -> str:
        if len(self) > _KEPT_MAX:
            self.clear()
            self.uneven.clear()
        char = chr(code)
        plain = self[code] = _plain(char)
        if len(plain) != 1:
            self.uneven.add(char)
        return plain


def _plain(char: str) -> str:
    for _ in range(4):
        new = "".join(_once(one) for one in char)
        if new == char:
            break
        char = new
    return char


def _once(char: str) -> str:
    if char in "\u034f\u115f\u1160\u3164\uffa0":  # fillers, which are letters to Unicode and nothing to the eye
        return ""
    if char in "\u0e03\u0e05":  # two letters of Thai that are no longer written, and their likes
        return "\u0e02" if char == "\u0e03" else "\u0e04"
    dressed = _dressed().get(char)
    if dressed is not None:
        return dressed
    if char in "\u0e33\u0eb3":  # am of Thai and Lao is one sign
        return char
    lower = char.lower()
    if lower.isascii():
        return lower
    simple = disguise_tables.simplified().get(lower, lower) if _HAN.match(lower) else lower
    apart = unicodedata.normalize("NFKD", simple)
    if "a" <= apart[:1] <= "z" or apart[:1].isascii():
        return "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFKC", simple)


@cache
def _dressed() -> dict[str, str]:
    made = dict(disguise_tables.pairs("latin", "dressed")) | dict(disguise_tables.pairs("latin", "stroked"))
    for place in range(26):
        made[chr(0x1F1E6 + place)] = chr(ord("a") + place)  # flags: two of these make one
        made[chr(0x1F150 + place)] = made.get(chr(0x1F150 + place), chr(ord("a") + place))
        made[chr(0x1F170 + place)] = made.get(chr(0x1F170 + place), chr(ord("a") + place))
    return made


_PLAIN: Final = _Plain()


def bare(text: str) -> str:
    """A word or phrase as it stands in a plain copy, nothing else undone."""
    return fold.normalise(text)[0].translate(_PLAIN)


def plain_letters(original: str) -> Copy:
    """The copy after this step. Never raises; linear."""
    if original.isascii() and original.isprintable():
        folded, origin = fold.normalise(original)
        copy = Copy(
            folded.lower(), range(len(original) + 1) if len(folded) == len(original) else [*origin, len(original)]
        )
        if len(folded) != len(original):
            copy.count("spacing", len(original) - len(folded))
        return copy
    text, places, apart = _composed(original)
    folded, back = fold.normalise(text)
    origin = [*back, len(text)] if places is None else [*(places[i] for i in back), len(original)]
    copy = Copy(folded, origin)
    if apart:
        copy.count("components", apart)
    _count(original, copy)
    turn(copy)
    if _HAS_OTHER.search(copy.text):
        _read_as_latin(copy)
    _mixed_script(copy)
    _map(copy)
    for _ in range(_ROUNDS_MAX):  # beside letters that have only now become Latin
        if not _HAS_OTHER.search(copy.text) or not _read_as_latin(copy):
            break
    read_far(copy)
    if "\u0e40\u0e40" in copy.text or "\u0e4d\u0e32" in copy.text:  # two signs of Thai that look like one
        copy.apply(
            [
                (*found.span(), "\u0e41" if found[0][0] == "\u0e40" else "\u0e33")
                for found in _THAI_TWO.finditer(copy.text)
            ]
        )
    return copy


def _composed(text: str) -> tuple[str, list[int] | None, int]:
    """Hangul syllables put together from their letters, with the way back, and how many letters stood apart; most texts have none."""
    together, many = text, 0
    places: list[int] | None = None
    if _APART.search(text):
        copy = Copy(text, range(len(text) + 1))
        copy.apply((*found.span(), _syllable(found)) for found in _SYLLABLE.finditer(text))
        together, places, many = copy.text, list(copy.origin[:-1]), len(text) - len(copy.text)
    if not _JAMO.search(together):
        return together, None if places is None else [*places, len(text)], many
    parts: list[str] = []
    kept: list[int] = []
    last = 0
    for found in _JAMO.finditer(together):
        parts.append(together[last : found.start()])
        kept.extend(range(last, found.start()))
        place = found.start()
        for syllable in unicodedata.normalize("NFC", found[0]):
            parts.append(syllable)
            kept.append(min(place, found.end() - 1))
            place += len(unicodedata.normalize("NFD", syllable))
        last = found.end()
    parts.append(together[last:])
    kept.extend(range(last, len(together)))
    return "".join(parts), [*(kept if places is None else (places[i] for i in kept)), len(text)], many


def _syllable(found: re.Match[str]) -> str:
    """A syllable from letters that stand by themselves."""
    first, vowel, last = found[1], _TWO_VOWELS.get(found[2], found[2]), found[3]
    tail = _TAILS.find(last) if last else 0
    return chr(0xAC00 + (_FIRSTS.index(first) * 21 + ord(vowel) - 0x314F) * 28 + max(tail, 0))


def _map(copy: Copy) -> None:
    new = copy.text.translate(_PLAIN)
    if len(new) != len(copy.text) or not _PLAIN.uneven.isdisjoint(copy.text):
        parts = [_PLAIN[ord(char)] for char in copy.text]
        kept = [place for part, place in zip(parts, copy.origin, strict=False) for _ in part]
        copy.origin = [*kept, copy.origin[-1]]
        new = "".join(parts)
    copy.text = new


def _count(original: str, copy: Copy) -> None:
    """Note what no honest writer writes, of what folding has taken out."""
    if _SPOKEN.search(original):
        digits = len(_DIGIT.findall(copy.text)) - len(_DIGIT.findall(original))
        copy.count("numerals", max(0, digits))
    if not _odd().search(original):
        return
    found = _INVISIBLE.findall(original)
    if found and not _JOINING.search(original):
        bidi = sum(char in _BIDI for char in found)
        unseen = len(found) - bidi - original.startswith("\ufeff")
        unseen -= sum(
            1 for each in re.finditer("\u200d", original) if _PICTURE.match(original[each.end() : each.end() + 1])
        )
        unseen -= len(re.findall("[\U000e0020-\U000e007f]", original)) if "\U0001f3f4" in original else 0
        if unseen > 0:
            copy.count("zero_width", unseen)
        if bidi:
            copy.count("bidi", bidi)
    if _MARKS.search(original):  # what composes to a letter is honest
        # sorting a run of marks takes its length squared: of a long one the start is enough (UAX 15, stream-safe text)
        short = _MANY_MARKS.sub(lambda run: run[0][:_MARKS_MAX], original)
        marks = len(_MARKS.findall(unicodedata.normalize("NFC", short))) + len(original) - len(short)
        if marks:
            copy.count("combining", marks)
    if (dressed := len(_dress().findall(original))) > 2:
        copy.count("homoglyph", dressed)
    wide = _WIDE.findall(original)
    if wide and (not _HAN.search(original) or re.search("[A-Za-z][\uff21-\uff5a]|[\uff21-\uff5a][A-Za-z]", original)):
        copy.count("full_width", len(wide))
    for each in _RINGED.finditer(original):
        copy.count("numerals", len(each[0]))


@cache
def _dress() -> re.Pattern[str]:
    return re.compile(f"[{_DRESSED}{''.join(sorted(disguise_tables.pairs('latin', 'dressed')))}]")


@cache
def _odd() -> re.Pattern[str]:
    """Whether there is anything to count at all: most texts are passed by in one look."""
    return re.compile("|".join(one.pattern for one in (_INVISIBLE, _MARKS, _WIDE, _dress())) + f"|[{_RING}]")


def _mixed_script(copy: Copy) -> None:
    """A few traditional characters among simplified ones, or the other way round; a text all in one is honest."""
    if not _HAN.search(copy.text) or disguise_tables.simplified().keys().isdisjoint(copy.text):
        return
    met = set(copy.text)
    old, new = met & disguise_tables.simplified().keys(), met & disguise_tables.only_simplified()
    if new:
        copy.count("traditional", min(sum(map(copy.text.count, old)), sum(map(copy.text.count, new))))


@cache
def _drawn_alike() -> dict[str, str]:
    return dict(disguise_tables.pairs("latin", "alike"))


def _read_as_latin(copy: Copy) -> bool:
    """Look-alike letters in words that hold Latin ones; whole words of look-alikes only among Latin ones, with no other letter near."""
    alike = _drawn_alike()
    honest = any(char not in alike and char.isalpha() for char in _HAS_OTHER.findall(copy.text))
    latin = len(re.findall("[A-Za-z]{2,}", copy.text))
    edits: list[tuple[int, int, str]] = []
    for found in _WORD.finditer(copy.text):
        word = found[0]
        others = sum(not char.isascii() for char in word)
        if not others:
            continue
        mixed = any(char.isascii() and char.isalpha() for char in word)
        if mixed or (
            not honest and latin > 1 and len(word) > 2 and all(char in alike or char.isascii() for char in word)
        ):
            new = "".join(alike.get(char, char) for char in word)
            if new != word:
                edits.append((found.start(), found.end(), new))
                copy.count("homoglyph", sum(a != b for a, b in zip(word, new, strict=True)))
    return copy.apply(edits)
