"""Numbers that are not written out exactly: masked ones, and those one slip of the finger away from a valid one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.value import could_be
from fanzha.link.identify import Key

End = tuple[str, int, str]  # kind, 0 for the head, 1 for the tail or 2 for both, the characters there
BLOCK = 4  # visible characters at one end by which a masked number is looked up
CARD_LENGTHS = range(12, 20)
SLIP_KINDS = ("account", "iban", "imei", "credit_code")  # those with a check digit, so that a slip shows
SLIP_MIN = 12
END_MAX = 10_000  # an end that more full numbers share points at nobody: a bank's prefix, not a number
_DIGITS = "0123456789"


def may_stand_for(kind: str, partial: str, full: str) -> bool:
    """`could_be`, and for cards also `6222****1234`: people write four stars for however many digits they hide."""
    if could_be(partial, full):
        return True
    if kind != "account" or len(partial) >= len(full) or len(full) not in CARD_LENGTHS:
        return False
    head, _, rest = partial.partition("*")
    tail = rest.lstrip("*")
    if "*" in tail or not head or len(tail) < BLOCK or len(partial) - len(head) - len(tail) != 4:
        return False
    return full.startswith(head) and full.endswith(tail)


def slips(value: str) -> Iterator[str]:
    """Every text that one wrong digit or two digits exchanged make of a value; each once."""
    for place, here in enumerate(value):
        if here in _DIGITS:
            for digit in _DIGITS:
                if digit != here:
                    yield f"{value[:place]}{digit}{value[place + 1 :]}"
            after = value[place + 1 : place + 2]
            if after and after in _DIGITS and after != here:
                yield f"{value[:place]}{after}{here}{value[place + 2 :]}"


def _ends(kind: str, value: str) -> tuple[End, End, End]:
    """The ends by which a number is looked up; the country code of a telephone tells nothing and is skipped."""
    bare = value.removeprefix("+86") if kind == "phone" else value
    head, tail = bare[: BLOCK - 1] if kind == "phone" else bare[:BLOCK], bare[-BLOCK:]
    return (kind, 0, head), (kind, 1, tail), (kind, 2, head + tail)


def _lookup_end(kind: str, partial: str) -> End | None:
    """The end of a masked number under which the full ones it may be are found; None where both ends are hidden.

    Both ends together, if they are there: the last digits alone are shared by every ten-thousandth number, the first by
    thousands of cards of one bank.
    """
    head, tail, both = _ends(kind, partial)
    if "*" not in both[2]:
        return both
    if "*" not in tail[2]:
        return tail
    return head if "*" not in head[2] else None


class Slips:
    """Full numbers on one side, masked and mistyped ones on the other; each new one finds those of the other side.

    Numbers are looked up by an end or by each possible slip, so the work per number does not grow with how many there are,
    but for numbers that share an end. An index of ends is made once a masked number asks for it.
    """

    def __init__(self, fits_max: int) -> None:
        self._fits_max = fits_max
        self._full: dict[str, dict[str, int]] = defaultdict(dict)  # kind -> value -> number
        self._ends: dict[tuple[str, int], dict[str, list[str]]] = {}  # kind and which end -> characters -> values
        self._waiting: dict[End, dict[str, int]] = defaultdict(dict)  # masked
        self._mistyped: dict[str, dict[str, int]] = defaultdict(dict)

    def put_full(self, keys: Iterable[tuple[Key, int]]) -> None:
        """Full, valid values before any masked or mistyped one is there: nobody waits for them."""
        for (kind, value), number in keys:
            self._full[kind][value] = number

    def add_full(self, key: Key, number: int) -> list[int]:
        """A full, valid value; the numbers of masked and mistyped ones whose meaning may have changed by it."""
        kind, value = key
        if value in self._full[kind]:
            return []
        self._full[kind][value] = number
        found = []
        for end in _ends(kind, value):
            held = self._ends.get(end[:2])
            if held is not None:
                values = held.setdefault(end[2], [])
                values.append(value)
                crowded = len(values) == END_MAX + 1  # from now on this end points at nobody
                for text, n in self._waiting.get(end, {}).items():
                    if crowded or may_stand_for(kind, text, value):
                        found.append(n)
        mistyped = self._mistyped.get(kind)
        if mistyped and kind in SLIP_KINDS and len(value) >= SLIP_MIN:
            found += [mistyped[one] for one in slips(value) if one in mistyped]
        return sorted(set(found))

    def add_masked(self, key: Key, number: int) -> None:
        """A masked value waits for full ones."""
        end = _lookup_end(*key)
        if end is None:
            return
        kind, which, _ = end
        if (kind, which) not in self._ends:
            held = self._ends[kind, which] = {}
            for value in self._full[kind]:
                held.setdefault(_ends(kind, value)[which][2], []).append(value)
        self._waiting[end][key[1]] = number

    def add_mistyped(self, key: Key, number: int) -> None:
        """A value that fails its check waits for valid ones."""
        self._mistyped[key[0]][key[1]] = number

    def no_longer_mistyped(self, key: Key) -> None:
        """A value that was found valid after all."""
        self._mistyped[key[0]].pop(key[1], None)

    def masked_fits(self, key: Key) -> list[int]:
        """The full values a masked one may stand for; none if there are more than `fits_max`. It must have been added."""
        kind, text = key
        end = _lookup_end(kind, text)
        values = self._ends[end[:2]].get(end[2], []) if end else []
        if len(values) > END_MAX:
            return []
        head, tail = text.partition("*")[0], text.rpartition("*")[2]
        near = [value for value in values if value.startswith(head) and value.endswith(tail)]
        found = [self._full[kind][value] for value in near if may_stand_for(kind, text, value)]
        return found if len(found) <= self._fits_max else []

    def slip_fits(self, key: Key) -> list[int]:
        """The valid value one slip away from one that fails its check; none if it is not the only one."""
        kind, value = key
        if kind not in SLIP_KINDS or len(value) < SLIP_MIN:
            return []
        full = self._full[kind]
        found = [full[one] for one in slips(value) if one in full]
        return found if len(found) == 1 else []

    def slip_fits_all(self, keys: Iterable[Key]) -> dict[Key, list[int]]:
        """`slip_fits` of many at once: digits as numbers, each place of all values together, instead of each value's 190 slips."""
        found: dict[Key, list[int]] = {}
        groups: dict[tuple[str, int], list[str]] = defaultdict(list)
        for kind, value in keys:
            if (
                kind in SLIP_KINDS
                and len(value) >= SLIP_MIN
                and value.isascii()
                and value.isdecimal()
                and len(value) <= 19
            ):
                groups[kind, len(value)].append(value)
            else:
                found[kind, value] = self.slip_fits((kind, value))
        for (kind, length), values in groups.items():
            full = self._full[kind]
            alike = [text for text in full if len(text) == length and text.isascii() and text.isdecimal()]
            for value, fits in zip(values, _slips_among(values, alike, length), strict=True):
                found[kind, value] = [full[fits[0]]] if len(fits) == 1 else []
        return found


def _slips_among(values: list[str], full: list[str], length: int) -> list[list[str]]:
    """For each value the full ones that are one slip away; all of `length` digits."""
    there = np.sort(np.array([int(text) for text in full], np.uint64))
    here = np.array([int(text) for text in values], np.uint64)
    digit = np.array([[ord(c) - 48 for c in text] for text in values], np.int64).reshape(len(values), length)
    power = [np.uint64(10 ** (length - 1 - place)) for place in range(length)]
    fits: list[list[str]] = [[] for _ in values]

    def look(changed: NDArray[np.uint64], which: NDArray[np.bool_]) -> None:
        if len(there):
            at = np.minimum(np.searchsorted(there, changed), len(there) - 1)
            for n in np.flatnonzero(which & (there[at] == changed)).tolist():
                fits[n].append(f"{int(changed[n]):0{length}d}")

    for place in range(length):
        mine = digit[:, place].astype(np.uint64)
        for other in range(10):
            look(here - mine * power[place] + np.uint64(other) * power[place], digit[:, place] != other)
        if place + 1 < length:
            after = digit[:, place + 1].astype(np.uint64)
            swapped = (
                here - mine * power[place] - after * power[place + 1] + after * power[place] + mine * power[place + 1]
            )
            look(swapped, digit[:, place] != digit[:, place + 1])
    return fits
