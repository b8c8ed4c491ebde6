"""Words of a name and how alike two words are: the part that names of persons and of organisations share."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from fanzha.clean import likeness_words, romanise

SAME: Final = 1000
_SOUND: Final = 950
_VARIANT: Final = 960
_NICKNAME: Final = 880
_NICKNAMES: Final = 800  # two nicknames of one name: Bob and Rob
_SKELETON: Final = 930
_SKELETON_NEAR: Final = 720
_INITIAL: Final = 780
_EDIT_COST: Final = 900  # one letter of n wrong costs 900/n
_TWO_EDITS_FROM: Final = 6
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
# vowel signs of Arabic and Hebrew, and the stroke that only lengthens a word
_POINTS: Final = re.compile("[\u064b-\u065f\u0670\u0640\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
_APOSTROPHE: Final = re.compile("['`´ʹʺʻʼʽ‘’‛′＇]")
_DOTTED: Final = re.compile(r"(?<!\w)(?:\w\.[ ]?){2,}(?:\w(?!\w))?")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_LENGTH_MAX: Final = 400
_PARTICLE_BEFORE: Final = 4  # letters a name has at least where a particle may be written on to it
_REJOINED_MAX: Final = 4
_REJOINED_LENGTH: Final = 3


@dataclass(
    frozen=True, slots=True, eq=False
)  # told apart by identity: `word` makes each once, and hashing is what costs
class Word:
    """One word of a name: `written` (casefolded, its own script), `latin` (romanised), `sound` (key of `romanise.sound`)."""

    written: str
    latin: str
    sound: str
    abjad: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Two words that were laid beside each other: score per mille and how they meet."""

    a: str
    b: str
    score: int
    how: str


def fold(text: str) -> str:
    """NFKC, casefolded, no invisible signs, apostrophes or vowel points, spaces single; at most 400 characters are looked at."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:_LENGTH_MAX]))
    plain = unicodedata.normalize("NFKC", _APOSTROPHE.sub("", _POINTS.sub("", plain)).casefold())
    return " ".join(plain.split())


def undotted(folded: str) -> str:
    """`s.p.a.` and `l. l. c.` as `spa` and `llc`: a row of single letters with dots is one word."""
    return _DOTTED.sub(lambda found: found[0].replace(".", "").replace(" ", "") + " ", folded)


def split(folded: str) -> list[str]:
    """Runs of letters and digits of a folded text."""
    made, run = [], ""
    for char in folded:
        if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc"):
            run += char
        elif run:
            made.append(run)
            run = ""
    return [*made, run] if run else made


def uncamel(text: str) -> str:
    """`AnnaBerg` as two words, where a small letter meets a capital and no space says more; `lay` puts McDonald together again."""
    return text if " " in text.strip() else _CAMEL.sub(" ", text)


@lru_cache(maxsize=131_072)
def word(written: str) -> Word:
    """A word with its keys, remembered."""
    in_latin = romanise.latin(written)
    return Word(written, in_latin, romanise.sound(in_latin), romanise.abjad(written))


def joined(words: Sequence[Word]) -> Word:
    """Several words as one."""
    return word("".join(one.written for one in words))


def allowed_edits(length: int) -> int:
    """How many letters may be wrong in a word of this length before it is another word."""
    return 0 if length < 3 else 1 if length < _TWO_EDITS_FROM else 2


@lru_cache(maxsize=131_072)
def alike(a: Word, b: Word, person: bool) -> tuple[int, str]:
    """How alike two words are, per mille, and how: same, transliteration, nickname, initials, spelling, different.

    Nicknames and initials count in names of persons only. Symmetric. Edits are those of the optimal string alignment distance
    (Damerau 1964): insert, delete, replace, swap two neighbours.
    """
    if a.written == b.written or a.latin == b.latin:
        return SAME, "same" if a.written == b.written else "transliteration"
    if not a.latin or not b.latin:
        return 0, "different"
    shorter, longer = sorted((a.latin, b.latin), key=len)
    if person and len(shorter) == 1:
        return (_INITIAL, "initials") if longer[0] == shorter else (0, "different")
    if shorter.isdigit() or longer.isdigit():
        return 0, "different"
    if person and (found := _listed(a.latin, b.latin)) is not None:
        return found
    if a.abjad != b.abjad and (score := _by_skeleton(a.latin, b.latin)):
        return score, "transliteration"
    if (a.sound == b.sound and len(a.sound) >= 3) or (person and _with_particle(shorter, longer)):
        return _SOUND, "transliteration"
    return _by_edits(a, b)


def _listed(a: str, b: str) -> tuple[int, str] | None:
    """What the lists of given names say: one name, a nickname, two names that are known to differ; None: nothing."""
    variants, nicknames = likeness_words.groups("variants"), likeness_words.groups("nicknames")
    spelt_a, spelt_b = variants.get(a, frozenset()), variants.get(b, frozenset())
    if spelt_a & spelt_b:
        return _VARIANT, "transliteration"
    called_a, called_b = nicknames.get(a, frozenset()), nicknames.get(b, frozenset())
    if together := called_a & called_b:
        full = {likeness_words.heads()[line] for line in together}
        return (_NICKNAME if a in full or b in full else _NICKNAMES), "nickname"
    known = (spelt_a or called_a) and (spelt_b or called_b)
    return (0, "different") if known else None


@cache
def _written_on() -> frozenset[str]:
    """Particles of two letters and more, one or two of them, as they are written on to a name: al, bin, vander."""
    ones = [one for one in likeness_words.words("person_words", "particles") if len(one) > 1]
    return frozenset(ones) | {first + second for first in ones for second in ones}


def _with_particle(shorter: str, longer: str) -> bool:
    """Whether the longer is the shorter with particles written on to it: alassad, vanderberg."""
    if len(shorter) < _PARTICLE_BEFORE or not longer.endswith(shorter):
        return False
    return longer[: len(longer) - len(shorter)] in _written_on()


def _by_skeleton(a: str, b: str) -> int:
    x, y = romanise.skeleton(a), romanise.skeleton(b)
    if x == y and len(x) >= 2:
        return _SKELETON
    if min(len(x), len(y)) >= 4 and OSA.distance(x, y, score_cutoff=1) <= 1:
        return _SKELETON_NEAR
    return 0


def _by_edits(a: Word, b: Word) -> tuple[int, str]:
    x, y = (a.latin, b.latin) if a.latin.isascii() and b.latin.isascii() else (a.written, b.written)
    length = max(len(x), len(y))
    allowed = allowed_edits(length)
    edits = OSA.distance(x, y, score_cutoff=allowed)
    if edits > allowed and min(len(a.sound), len(b.sound)) >= 4:
        # zhelensky, selenskij: spellings by another habit and one letter off
        edits = 1 + OSA.distance(a.sound, b.sound, score_cutoff=1)
    if edits > allowed or any(c.isdigit() for c in x + y):
        return 0, "different"
    if edits > 1 and x[0] != y[0]:  # a slip of the pen seldom falls on the first letter (Winkler 1990), two still less
        return 0, "different"
    return max(0, SAME - _EDIT_COST * edits // length), "spelling"


def align(a: Sequence[Word], b: Sequence[Word], person: bool) -> list[tuple[int, int, int, str]]:
    """Pairs of places (in a, in b, score, how), each place once, best pairs first, nearer places first among equals."""
    found = []
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            score, how = alike(x, y, person)
            if score:
                found.append((-score, abs(i - j), i, j, how))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    made = []
    for minus, _, i, j, how in sorted(found):
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            made.append((i, j, -minus, how))
    return sorted(made)


def lay(
    a: Sequence[Word], b: Sequence[Word], person: bool
) -> tuple[list[Word], list[Word], list[tuple[int, int, int, str]]]:
    """The words of two names, put together where that makes them meet, and their pairs (see `align`).

    `Ols en`, `Jong-su`, `NorthWind`: words whose sum is a word of the other name are one.
    """
    x, y = list(a), list(b)
    pairs = align(x, y, person)
    if len(pairs) < len(x) or len(pairs) < len(y):
        joined_x, joined_y = _rejoin(x, y), _rejoin(y, x)
        if len(joined_x) < len(x) or len(joined_y) < len(y):
            return joined_x, joined_y, align(joined_x, joined_y, person)
    return x, y, pairs


def _rejoin(a: list[Word], b: list[Word]) -> list[Word]:
    here = {one.written for one in a}
    made = list(a)
    for target in b:
        if target.written in here or len(target.latin) < 4:
            continue
        for width in range(2, min(_REJOINED_MAX, len(made)) + 1):
            for start in range(len(made) - width + 1):
                row = made[start : start + width]
                if row[0].latin[:1] == target.latin[0] and _sums_to(row, target):
                    made[start : start + width] = [joined(row)]
                    break
    return made


def _sums_to(row: Sequence[Word], target: Word) -> bool:
    if abs(sum(len(one.latin) for one in row) - len(target.latin)) > _REJOINED_LENGTH:
        return False
    whole = joined(row)
    if whole.latin == target.latin or (whole.sound == target.sound and len(whole.sound) > 3):
        return True
    return len(whole.latin) >= 8 and OSA.distance(whole.latin, target.latin, score_cutoff=1) <= 1
