"""Tokens of block chains: the contract decides. Anybody can issue a token called USDT.

Source: `reference/tokens.yaml`. A token whose contract is not listed keeps its name with the contract behind an @, so that
two of one name stay two.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from fanzha.clean import wallet
from fanzha.clean.reference.reading import broken, listed, names, provenance, read_table

_NAME: Final = "tokens"
_NAME_MAX: Final = 16
_NOT_A_NAME: Final = re.compile(r"[^A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token of which the issuer is known; `contract` in the normal form of `wallet`, `as_of` an ISO date."""

    contract: str
    code: str
    en: str
    zh: str
    source: str
    as_of: str


def read_tokens(text: bytes) -> tuple[Token, ...]:
    """The tokens of the bytes of a file such as tokens.yaml.

    InputError where it breaks its own rules: a contract whose checksum fails, of another chain than it says, or twice.
    """
    table = read_table(text, _NAME)
    source, as_of = provenance(table, _NAME)
    found: dict[str, Token] = {}
    for entry in listed(table, "tokens", _NAME):
        en, zh = names(entry, _NAME)
        written, code, chain = (str(entry.get(key, "")) for key in ("contract", "code", "chain"))
        value = wallet.parse(written)
        if value is None or not value.valid or not value.normal.startswith(f"{chain}:"):
            raise broken(
                _NAME, f"{written!r} is no contract on {chain!r}", f"{written!r} 不是 {chain!r} 链上的合约地址"
            )
        if not code or value.normal in found:
            raise broken(_NAME, f"{written} has no code or stands there twice", f"{written} 缺少代码或重复出现")
        found[value.normal] = Token(value.normal, code, en, zh, source, as_of)
    return tuple(found.values())


@cache
def known() -> dict[str, str]:
    """Contract in wallet normal form -> code."""
    shipped = (files("fanzha.clean.reference") / "tokens.yaml").read_bytes()
    return {token.contract: token.code for token in read_tokens(shipped)}


def code_of(symbol: str, contract: str) -> tuple[str, bool]:
    """(currency code, whether the contract vouches for it) of a token; ("", False) where it has neither name nor contract.

    A listed contract gives its code whatever the token calls itself. Any other contract gives `NAME@contract`. Without a
    contract the name stays as it is written, and nothing vouches for it.
    """
    name = _NOT_A_NAME.sub("", symbol.upper())[:_NAME_MAX]
    if not contract:
        return name, False
    value = wallet.parse(contract)
    address = value.normal if value is not None else contract[:64]
    if value is not None and address in known():
        return known()[address], True
    return f"{name or 'TOKEN'}@{address.rpartition(':')[2]}", False
