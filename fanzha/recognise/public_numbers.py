"""Short public numbers of countries: whose a number is, and whom to call about a message in a language. From public_numbers.yaml."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

_HERE: Final = "zh"  # what is told where nothing is for a language


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A number, the country where it is dialled, and who answers; both in (English, Chinese). `told`: languages of messages."""

    number: str
    country: tuple[str, str]
    who: tuple[str, str]
    told: tuple[str, ...]


@cache
def public_numbers() -> tuple[PublicNumber, ...]:
    """Every entry, in the order of the file."""
    raw = yaml.load((files("fanzha.recognise") / "public_numbers.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return tuple(
        PublicNumber(
            str(one["number"]),
            (one["country"]["en"], one["country"]["zh"]),
            (one["who"]["en"], one["who"]["zh"]),
            tuple(one["told"]),
        )
        for one in raw["numbers"]
    )


def owners(number: str) -> tuple[PublicNumber, ...]:
    """Whose a short number is; several countries may have it."""
    return tuple(one for one in public_numbers() if one.number == number)


def told_to(language: str) -> tuple[PublicNumber, ...]:
    """The numbers that readers of messages in a language are told."""
    found = tuple(one for one in public_numbers() if language in one.told)
    return found or told_to(_HERE)
