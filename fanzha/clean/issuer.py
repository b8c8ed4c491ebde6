"""Who issued a bank card, by its first digits: issuer identification numbers (IIN, BIN) of ISO/IEC 7812-1.

The table is reference data with source and date. It tells which bank to ask, nothing more: a number on it may never have
been issued, and a bank may have been renamed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fanzha.clean.digits import is_digits
from fanzha.clean.reference.reading import broken, digits, listed, names, provenance, read_table

CARDS: Final = ("debit", "credit", "semi_credit", "prepaid")
_NAME: Final = "card_bins"
_VISIBLE_MIN: Final = 6


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issued the cards that begin with `prefix`.

    `scheme` is the card network by its ranges, empty for ranges of none; `card` is one of CARDS; `as_of` an ISO date.
    """

    prefix: str
    en: str
    zh: str
    scheme: str
    card: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """A card network and one range of its leading digits, both ends included."""

    first: str
    last: str
    scheme: str
    en: str
    zh: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Bins:
    """The table in use; `text` is the file itself, so that its hash can be journalled."""

    issuers: Mapping[str, Issuer]
    schemes: tuple[Scheme, ...]
    lengths: tuple[int, ...]  # of the prefixes, longest first
    text: bytes = b""

    def issuer(self, pan_normal: str) -> Issuer | None:
        """The issuer by the longest prefix, for a PAN in normal form, full or with six leading digits visible.

        None where no prefix fits, or where the hidden digits decide between two issuers.
        """
        visible = _visible(pan_normal)
        if len(visible) < _VISIBLE_MIN:
            return None
        found = next((self.issuers[visible[:n]] for n in self.lengths if visible[:n] in self.issuers), None)
        if self.lengths and len(visible) < self.lengths[0]:
            hidden = {(one.zh, one.card) for prefix, one in self.issuers.items() if prefix.startswith(visible)}
            if len(hidden | ({(found.zh, found.card)} if found else set())) > 1 or (hidden and found is None):
                return None
        return found

    def scheme(self, pan_normal: str) -> Scheme | None:
        """The card network by the range the leading digits lie in; the narrowest range wins."""
        visible = _visible(pan_normal)
        fits = [
            s for s in self.schemes if len(visible) >= len(s.first) and s.first <= visible[: len(s.first)] <= s.last
        ]
        return max(fits, key=lambda s: len(s.first), default=None)


def _visible(pan_normal: str) -> str:
    leading = pan_normal.partition("*")[0]
    return leading if is_digits(leading) else ""


@cache
def read_bins(text: bytes) -> Bins:
    """The record made from the bytes of a file such as card_bins.yaml; InputError where the file breaks its own rules."""
    raw = read_table(text, _NAME)
    schemes = tuple(_schemes(raw.get("schemes")))
    issuers: dict[str, Issuer] = {}
    bins = Bins({}, schemes, ())
    for block in listed(raw, "issuers", _NAME):
        source, as_of = provenance(block, _NAME)
        for bank in listed(block, "banks", _NAME):
            en, zh = names(bank, _NAME)
            for card in CARDS:
                for written in listed(bank, card, _NAME):
                    prefix = digits(written, _NAME)
                    if prefix in issuers:
                        raise broken(_NAME, f"{prefix} stands there twice", f"{prefix} 重复出现")
                    network = bins.scheme(prefix)
                    scheme = network.scheme if network else ""
                    issuers[prefix] = Issuer(prefix, en, zh, scheme, card, source, as_of)
    return Bins(issuers, schemes, tuple(sorted({len(prefix) for prefix in issuers}, reverse=True)), text)


def _schemes(block: Any) -> list[Scheme]:
    source, as_of = provenance(block, _NAME)
    found = []
    for entry in listed(block, "networks", _NAME):
        en, zh = names(entry, _NAME)
        for ends in listed(entry, "ranges", _NAME):
            if not isinstance(ends, list) or len(ends) != 2:
                raise broken(_NAME, f"{ends!r} is no range of two ends"[:200], "范围须有起止两端")
            first, last = (digits(end, _NAME) for end in ends)
            if len(first) != len(last) or first > last:
                raise broken(_NAME, f"{first} to {last} is no range", f"{first} 至 {last} 不成范围")
            found.append(Scheme(first, last, str(entry.get("scheme", "")), en, zh, source, as_of))
    return found
