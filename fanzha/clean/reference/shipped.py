"""The tables of reference data that ship with the software, in one form: content to put in use, rows with their source and date.

Whoever keeps the book of record takes `shipped_tables()`, keeps `content` under its digest, and reads it again with
`read_shipped(name, content)`: what was in use stays readable, and a file that breaks its rules is refused before it is used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from fanzha.clean import issuer, short_code, token
from fanzha.clean.reference.reading import broken


@dataclass(frozen=True, slots=True)
class Row:
    """One fact: `key` (a prefix, a number, a contract) is `what` (kind of card, sector, code of a token) of `en` / `zh`.

    `source` says who says so, `as_of` (ISO date) as of when.
    """

    key: str
    what: str
    en: str
    zh: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name; `content` is the file byte for byte, `rows` what it says, in the order of the file."""

    name: str
    content: bytes
    rows: tuple[Row, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the content, lower hex."""
        return sha256(self.content).hexdigest()

    @property
    def origins(self) -> tuple[tuple[str, str], ...]:
        """(source, as_of) of each block of the table, each once, in order."""
        return tuple(dict.fromkeys((row.source, row.as_of) for row in self.rows))


def _card_bins(content: bytes) -> tuple[Row, ...]:
    bins = issuer.read_bins(content)
    ranges = (Row(f"{s.first}-{s.last}", s.scheme, s.en, s.zh, s.source, s.as_of) for s in bins.schemes)
    return (*ranges, *(Row(i.prefix, i.card, i.en, i.zh, i.source, i.as_of) for i in bins.issuers.values()))


def _short_codes(content: bytes) -> tuple[Row, ...]:
    owners = short_code.read_short_codes(content).owners.values()
    return tuple(Row(o.number, o.sector, o.en, o.zh, o.source, o.as_of) for o in owners)


def _tokens(content: bytes) -> tuple[Row, ...]:
    return tuple(Row(t.contract, t.code, t.en, t.zh, t.source, t.as_of) for t in token.read_tokens(content))


_READERS: Final[Mapping[str, Callable[[bytes], tuple[Row, ...]]]] = {
    "card_bins": _card_bins,
    "short_codes": _short_codes,
    "tokens": _tokens,
}


def read_shipped(name: str, content: bytes) -> Table:
    """A table from its content; InputError where there is none of that name, or the content breaks its rules or is empty."""
    reader = _READERS.get(name)
    if reader is None:
        raise broken(name, f"there are {', '.join(_READERS)}", f"只有 {'、'.join(_READERS)}")
    rows = reader(content)
    if not rows:
        raise broken(name, "it holds no row", "其中没有任何数据")
    return Table(name, content, rows)


def shipped_tables() -> tuple[Table, ...]:
    """Every table that ships with the software, checked."""
    folder = files("fanzha.clean.reference")
    return tuple(read_shipped(name, (folder / f"{name}.yaml").read_bytes()) for name in _READERS)
