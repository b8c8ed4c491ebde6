"""Transactions of Bitcoin as what they are to money: a purse between the addresses that pay in and those that are paid.

Normal form: `BTC:tx:` and the 64 hexadecimal digits of the transaction's hash, lower case. Nobody holds such a purse.
"""

import re
from typing import Final

from fanzha.clean.digits import fold
from fanzha.clean.value import Value

KIND: Final = "transaction"

PREFIX: Final = "BTC:tx:"
_HASH: Final = re.compile(r"[0-9a-fA-F]{64}")


def of(digest: str) -> str:
    """The purse of a transaction by its hash; "" where the text is no hash of one."""
    plain = digest.strip()
    return PREFIX + plain.lower() if _HASH.fullmatch(plain) else ""


def is_transaction(account: str) -> bool:
    """Whether an account in normal form is a transaction's purse, which no person and no institution holds."""
    return account.startswith(PREFIX)


def parse(text: str) -> Value | None:
    """A transaction's purse, with its prefix: a hash alone may be of any chain, or of no transaction at all."""
    plain = fold(text[:100]).strip()
    normal = of(plain[len(PREFIX) :]) if plain[: len(PREFIX)].lower() == PREFIX.lower() else ""
    return Value(KIND, normal, text) if normal else None


def validate(normal: str) -> bool:
    """Whether this is the normal form of a transaction's purse."""
    return is_transaction(normal) and of(normal[len(PREFIX) :]) == normal


def masked(normal: str) -> str:
    """The prefix, first six and last four digits: `BTC:tx:4a5e1e****a33b`."""
    digest = normal[len(PREFIX) :]
    return f"{PREFIX}{digest[:6]}****{digest[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: a hash of 256 bits; counted as a wallet's 160, for no more is ever needed."""
    return 160_000 if validate(normal) else 0
