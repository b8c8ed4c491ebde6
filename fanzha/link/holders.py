"""Which accounts have one holder: by document, by what is bound to what, and by name where a second thing agrees.

A name alone never ties: 张伟 is many people. A name and a second thing (telephone, address, document in part masked) tie where together
they carry at least `TIE_MIN`, which is about one person in the whole country. What many differently named people share (an
agent's telephone, a placeholder for a document) loses weight with each doubling of them and says nothing beyond `NAMES_MAX`.

The weights are stated, not learned: a bank's answer often holds three accounts, from which `records.learn` has nothing to count, and a
holder must not fall apart because other records arrived. Candidates and groups are those of `fanzha.link.records`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from fanzha.clean import address, address_likeness, cn_id, credit_code, name, name_likeness, phone
from fanzha.clean.digits import MILLIBITS_PER_DIGIT
from fanzha.clean.value import could_be
from fanzha.link.identify import Key
from fanzha.link.records import block, fields, group
from fanzha.link.records.fields import Int

TIE_MIN: Final = 31_000  # 1.4 thousand million people are 30.4 bits
NAMES_MAX: Final = 16  # a telephone or an address of more differently named holders says nothing of any two
OWNERS_MAX: Final = (
    2  # names unlike each other on one full document (a name may be changed); of more it is a placeholder
)
NAMELESS_MAX: Final = 16  # accounts without a name on one document or card, of which nobody can say so
PENALTY: Final = 2_000  # per doubling of the differently named holders, as in weights.yaml
ALIKE, MAYBE = 800, 500  # per mille of likeness: the same name in another spelling; what may be one (masked, one sound)
DOCUMENT_MILLI: Final = 36_000
BOUND_MILLI: Final = 33_000
_UNLIKE, _CONTRADICTS = -50_000, -100_000
_PATTERNS_MAX: Final = 8  # ways of masking that are looked at, the commonest first
_SHOWN_MIN: Final = 6  # signs that a masked number must show to be looked at
_OF_PLACE: Final = 800  # per mille: one address written otherwise
_PLACES_REACH: Final = 20  # neighbours by name among addresses with the same numbers, which may be of many towns
_PLACE_MAX: Final = 200  # characters of an address that are looked at
_CACHE: Final = 65_536
_SAME: Final = name_likeness.Likeness(1000, "same")
_NUMBERS: Final = re.compile(r"\d+")


class Statement(NamedTuple):
    """What one record says of an account; "" where it says nothing. `code`: file and row, `identify.codes`."""

    account: Key
    holder: str
    holder_id: str
    phone: str
    place: str
    bound: Key | None
    code: int


class Tie(NamedTuple):
    """Two nodes by number, milli-bits, how they are tied, and by which value; `act` is the judgement, or -1."""

    left: int
    right: int
    weight: int
    how: str
    kind: str
    value: str
    act: int = -1


class Weighed(NamedTuple):
    """Milli-bits that two profiles are one holder's (negative: against it), and how, kind and value of the strongest second thing."""

    weight: int
    how: str = ""
    kind: str = ""
    value: str = ""


class Profile(NamedTuple):
    """A distinct name, document, telephone and address: what is compared."""

    holder: str
    holder_id: str
    phone: str
    place: str


class Book:
    """All statements, by account. `number`: account -> its place; `doc`: the one full document of an account, "" if none or several."""

    def __init__(self, statements: Sequence[Statement], number: Mapping[Key, int], parted: frozenset[tuple[Key, Key]]):
        self.statements, self.number, self.parted = statements, number, parted
        self.names: dict[int, set[str]] = defaultdict(set)
        own: dict[str, dict[int, set[str]]] = {part: defaultdict(set) for part in ("holder_id", "phone", "place")}
        for one in statements:
            account = number[one.account]
            if one.holder:
                self.names[account].add(one.holder)
            for part, found in own.items():
                if value := getattr(one, part):
                    found[account].add(value)
        self.documents = {a: {v for v in values if is_document(v)} for a, values in own["holder_id"].items()}
        self.doc = {a: next(iter(found)) for a, found in self.documents.items() if len(found) == 1}
        self._only = {part: {a: next(iter(v)) for a, v in found.items() if len(v) == 1} for part, found in own.items()}

    def means(self, account: Key, kind: str, value: str) -> bool:
        """Whether nobody judged that this account has nothing to do with this value."""
        return (account, (kind, value)) not in self.parted

    def profiles(self) -> dict[Profile, list[int]]:
        """The accounts of each profile with a name, sorted. What a record leaves out is taken from the account's others, if they agree."""
        found: dict[Profile, set[int]] = defaultdict(set)
        for one in self.statements:
            if one.holder:
                a = self.number[one.account]
                said = {
                    part: getattr(one, part) or self._only[part].get(a, "") for part in ("holder_id", "phone", "place")
                }
                kind = document_kind(said["holder_id"])
                for part, of_kind in (("holder_id", kind), ("phone", "phone"), ("place", "address")):
                    if not self.means(one.account, of_kind, said[part]):
                        said[part] = ""
                if any(said.values()):
                    found[Profile(one.holder, **said)].add(a)
        return {profile: sorted(found[profile]) for profile in sorted(found)}


@lru_cache(_CACHE)
def is_document(value: str) -> bool:
    """Whether a document number is full and its check character holds; others tie with a name only."""
    return cn_id.validate(value) or credit_code.validate(value)


@lru_cache(_CACHE)
def document_kind(value: str) -> str:
    """The kind under which a document number is shown and judged."""
    return "credit_code" if credit_code.validate(value) else "cn_id"


def names_alike(a: str, b: str) -> name_likeness.Likeness:
    """Likeness of two names; of one and the same it is not looked into."""
    return _SAME if a == b else name_likeness.compare(name_likeness.prepare(a), name_likeness.prepare(b))


def unlike_names(names: Iterable[str], most: int) -> list[str]:
    """Of the names, those that are no spelling of one before them (in the order of text); at most `most` + 1."""
    found: list[str] = []
    for one in sorted(set(names)):
        if all(names_alike(one, other).score < MAYBE for other in found):
            found.append(one)
            if len(found) > most:
                break
    return found


def certain_ties(book: Book) -> Iterator[Tie]:
    """Ties by full documents and by bound cards: a star about the first account of each value.

    A card ties the accounts that it is bound to if none of them bears a name unlike the others' or the card's own; whoever bears a
    name unlike the card's own uses another's card and is left out.
    """
    by_document: dict[str, set[int]] = defaultdict(set)
    by_card: dict[Key, set[int]] = defaultdict(set)
    for one in book.statements:
        a = book.number[one.account]
        full = bool(one.holder_id) and book.doc.get(a) == one.holder_id
        if full and book.means(one.account, document_kind(one.holder_id), one.holder_id):
            by_document[one.holder_id].add(a)
        if one.bound is not None and one.bound != one.account and book.means(one.account, *one.bound):
            by_card[one.bound].add(a)
    for value, members in by_document.items():
        yield from _star(book, members, OWNERS_MAX, (DOCUMENT_MILLI, "same_id", document_kind(value), value))
    for card, owners in by_card.items():
        own = book.names.get(book.number[card], set())
        members = {a for a in owners if not own or _one_name(own | book.names.get(a, set()), len(own))}
        yield from _star(book, members | {book.number[card]}, max(1, len(own)), (BOUND_MILLI, "bound", *card))


def _one_name(names: set[str], most: int) -> bool:
    return len(unlike_names(names, most)) <= most


def _star(book: Book, members: set[int], owners_max: int, said: tuple[int, str, str, str]) -> Iterator[Tie]:
    """Ties about the first; none where too many differently named own the value, or many of whom no name is known."""
    names = {one for a in members for one in book.names.get(a, ())}
    if (names or len(members) <= NAMELESS_MAX) and _one_name(names, owners_max):
        centre, *others = sorted(members)
        yield from (Tie(centre, other, *said) for other in others)


class Compared:
    """Profiles beside each other; how many differently named holders each telephone and address has is counted once."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self.profiles = profiles
        self.phones, self.phone_names = self._named([one.phone for one in profiles])
        self.place_names = self._named([one.place for one in profiles])[1]
        self.documents, self.document_names = self._named([one.holder_id for one in profiles])

    def _named(self, keys: Sequence[str]) -> tuple[dict[str, list[int]], dict[str, int]]:
        """The profiles of each key, and how many differently named holders it has, at most `NAMES_MAX` + 1."""
        of: dict[str, list[int]] = defaultdict(list)
        for i, key in enumerate(keys):
            if key:
                of[key].append(i)
        return of, {
            key: len(unlike_names((self.profiles[i].holder for i in found), NAMES_MAX)) for key, found in of.items()
        }

    def candidates(self) -> tuple[Int, Int]:
        """Pairs of profiles that share a telephone, a document or the numbers of an address, or may share one in part masked; each once."""
        places: dict[str, list[int]] = defaultdict(list)
        for i, one in enumerate(self.profiles):
            if one.place:
                places[numbers_of(one.place)].append(i)
        keys = []
        for of, names, reach in (
            (self.phones, self.phone_names, block.REACH),
            (self.documents, self.document_names, block.REACH),
            (unmasked(self.phones), {}, block.REACH),
            (unmasked(self.documents), {}, block.REACH),
            (places, {}, _PLACES_REACH),
        ):
            used = [found for key, found in of.items() if len(found) > 1 and names.get(key, 0) <= NAMES_MAX]
            record = np.array([i for found in used for i in found], np.int64)
            blocks = np.repeat(np.arange(len(used)), [len(found) for found in used])
            keys.append(block.Key(record, blocks, record, reach))  # profiles are sorted by name, and so is each block
        size = len(self.profiles)
        return block.candidates(fields.Table((), (), size, np.zeros(0, np.int8)), keys)

    def evidence(self, i: int, j: int) -> Weighed:
        """What two profiles say together. A profile beside itself: what its own accounts share."""
        a, b = self.profiles[i], self.profiles[j]
        if contradict(a.holder_id, b.holder_id):
            return Weighed(_CONTRADICTS)
        said = names_alike(a.holder, b.holder)
        if said.score < ALIKE:  # 张伟 and 张玮 sound alike and are two names, whoever 'Zhang Wei' is
            return Weighed(0 if said.score >= MAYBE and said.how != "homophone" else _UNLIKE)
        second = sorted(self._second(a, b), reverse=True)
        if not second:
            return Weighed(0)
        bearers = min(name.specificity(a.holder), name.specificity(b.holder)) * said.score // 1000
        return second[0]._replace(weight=bearers + sum(one.weight for one in second))

    def _second(self, a: Profile, b: Profile) -> Iterator[Weighed]:
        """What agrees beside the name."""
        if a.holder_id and b.holder_id and (a.holder_id == b.holder_id or _fits(a.holder_id, b.holder_id)):
            shown = min(a.holder_id, b.holder_id, key=lambda value: (-value.count("*"), value))
            names = max(self.document_names[a.holder_id], self.document_names[b.holder_id])
            certain = (
                a.holder_id == b.holder_id and is_document(shown) and names <= OWNERS_MAX
            )  # `certain_ties` says so
            if not certain and (weight := _left(_of_document(shown), names)):
                yield Weighed(weight, "name_id", document_kind(shown), shown)
        if a.phone and b.phone and (a.phone == b.phone or _fits(a.phone, b.phone)):
            shown = min(a.phone, b.phone, key=lambda value: (-value.count("*"), value))
            names = max(self.phone_names[a.phone], self.phone_names[b.phone])
            if weight := _left(_of_phone(shown), names):
                yield Weighed(weight, "name_phone", "phone", shown)
        if a.place and b.place and one_place(a.place, b.place):
            bits = min(address.specificity(a.place), address.specificity(b.place))
            names = max(self.place_names[a.place], self.place_names[b.place])
            if weight := _left(bits, names):
                yield Weighed(weight, "name_place", "address", min(a.place, b.place))


def unmasked(of: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """What masked numbers and full ones have in common: for each way of masking, full numbers masked that way beside the masked ones.

    `of`: number -> profiles. Only what holds a masked number is given; profiles sorted.
    """
    ways: dict[str, int] = defaultdict(int)
    for value in of:
        if "*" in value and sum(sign != "*" for sign in value) >= _SHOWN_MIN:
            ways[_way(value)] += 1
    found: dict[str, set[int]] = defaultdict(set)
    for way in sorted(ways, key=lambda one: (-ways[one], one))[:_PATTERNS_MAX]:
        masked = {value for value in of if len(value) == len(way) and _way(value) == way}
        for value, profiles in of.items():
            if len(value) == len(way) and "*" not in value:
                hidden = "".join(sign if shown == "." else "*" for sign, shown in zip(value, way, strict=True))
                if hidden in masked:
                    found[hidden].update(profiles)
        for value in masked & found.keys():
            found[value].update(of[value])
    return {value: sorted(found[value]) for value in sorted(found)}


def _way(value: str) -> str:
    return "".join("*" if sign == "*" else "." for sign in value)


def _left(weight: int, names: int) -> int:
    return max(0, weight - PENALTY * (names.bit_length() - 1)) if names <= NAMES_MAX else 0


def _of_phone(shown: str) -> int:
    if "*" in shown:
        return sum(sign.isdigit() for sign in shown) * MILLIBITS_PER_DIGIT
    return phone.specificity(shown)


def _of_document(shown: str) -> int:
    if document_kind(shown) == "credit_code":
        return credit_code.specificity(shown)
    if cn_id.validate(shown) or ("*" in shown and len(shown) == 18):
        return cn_id.specificity(shown)
    return min(DOCUMENT_MILLI, sum(sign.isalnum() for sign in shown) * MILLIBITS_PER_DIGIT)


def _fits(a: str, b: str) -> bool:
    """Whether one masked number may be the other; of two masked ones nobody can say."""
    return ("*" in a) != ("*" in b) and (could_be(a, b) or could_be(b, a))


def contradict(a: str, b: str) -> bool:
    """Whether two document numbers cannot be one: two full ones that differ, or a masked one that does not fit."""
    if not a or not b or a == b or document_kind(a) != document_kind(b):
        return False
    if "*" not in a and "*" not in b:
        return is_document(a) and is_document(b)
    hidden, other = (a, b) if "*" in a else (b, a)
    if len(hidden) != 18 or len(other) != 18:
        return False
    return any(x != y and "*" not in (x, y) for x, y in zip(hidden, other, strict=True))


def numbers_of(place: str) -> str:
    """By what addresses are brought together: the numbers of house and room; the text itself where it has fewer than two."""
    numbers = sorted(int(one) for one in _NUMBERS.findall(place[:_PLACE_MAX]))
    return " ".join(map(str, numbers)) if len(numbers) > 1 else place


def one_place(a: str, b: str) -> bool:
    """Whether two addresses are one, perhaps written otherwise."""
    if a == b:
        return True
    return numbers_of(a) == numbers_of(b) and address_likeness.address_likeness(a, b) >= _OF_PLACE


def named_ties(book: Book) -> Iterator[Tie]:
    """Ties by a name and a second thing, between the first accounts of profiles, and among the accounts of one profile."""
    profiles = book.profiles()
    held = Compared(list(profiles))
    accounts = list(profiles.values())
    for i, own in enumerate(accounts):
        if len(own) > 1 and (said := held.evidence(i, i)).weight >= TIE_MIN:
            yield from (Tie(own[0], other, *said) for other in own[1:])
    left, right = held.candidates()
    found = [held.evidence(i, j) for i, j in zip(left.tolist(), right.tolist(), strict=True)]
    weight = np.array([one.weight for one in found], np.int64)

    def across(a: Int, b: Int) -> Int:
        return np.array([held.evidence(i, j).weight for i, j in zip(a.tolist(), b.tolist(), strict=True)], np.int64)

    label = group.groups(len(accounts), left, right, weight - TIE_MIN, across)
    for i, j, said in zip(left.tolist(), right.tolist(), found, strict=True):
        one, other = sorted((accounts[i][0], accounts[j][0]))
        if said.weight >= TIE_MIN and label[i] == label[j] and one != other:
            yield Tie(one, other, *said)
