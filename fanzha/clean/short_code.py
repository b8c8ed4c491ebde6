"""Who owns a short number (110, 10086, 12381, 95588, 96110): reference data with source and date.

An owner on the table does not make a call genuine: numbers shown to the called are easily forged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fanzha.clean.reference.reading import broken, digits, keyed, listed, names, provenance, read_table

SECTORS: Final = (
    *("emergency", "police", "government", "telecom", "bank", "payment", "insurance", "securities"),
    *("courier", "transport", "utility", "platform", "closed"),
)
_NAME: Final = "short_codes"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose number it is; `sector` one of SECTORS (`closed`: given up, nobody calls from it); `as_of` an ISO date."""

    number: str
    en: str
    zh: str
    sector: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class ShortCodes:
    """The table in use; `text` is the file itself, so that its hash can be journalled."""

    owners: Mapping[str, Owner]
    text: bytes = b""

    def owner(self, normal: str) -> Owner | None:
        """The owner of a number in the normal form of `phone`; None where the table does not hold it."""
        return self.owners.get(normal)


def read_short_codes(text: bytes) -> ShortCodes:
    """The record made from the bytes of a file such as short_codes.yaml; InputError where it breaks its own rules."""
    owners: dict[str, Owner] = {}
    for block in listed(read_table(text, _NAME), "blocks", _NAME):
        source, as_of = provenance(block, _NAME)
        sectors = keyed(block, "sectors", _NAME)
        for sector in sectors:
            if sector not in SECTORS:
                raise broken(_NAME, f"there is no sector {sector!r}", f"没有 {sector!r} 这一类")
            for written, entry in keyed(sectors, sector, _NAME).items():
                number = digits(written, _NAME)
                if number in owners:
                    raise broken(_NAME, f"{number} stands there twice", f"{number} 重复出现")
                en, zh = names(entry, _NAME)
                owners[number] = Owner(number, en, zh, sector, source, as_of)
    return ShortCodes(owners, text)
