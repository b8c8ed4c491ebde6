"""Addresses of cryptocurrency wallets: Bitcoin (Base58Check, BIP-173, BIP-350), Ethereum (EIP-55), TRON (Base58Check).

Normal forms: `BTC:1A1z...`, `BTC:bc1...` (lower case), `ETH:0x...` (lower case), `TRON:T...`; an address of another chain
is kept as `XRP:...` and never called valid.
"""

import re
from functools import lru_cache
from typing import Final

from fanzha.clean import base58, bech32
from fanzha.clean.digits import fold
from fanzha.clean.keccak import keccak_256
from fanzha.clean.value import Value

KIND: Final = "wallet"

# One key makes one 0x address on every EVM chain, and USDT, USDC, BNB or MATIC live at that same address: a hint that
# names such a chain or token must not split one owner into several, so all of them are written ETH:.
_HINTS: Final = {
    **dict.fromkeys(("BTC", "XBT", "BITCOIN"), "BTC"),
    **dict.fromkeys(
        (
            "ETH",
            "ETHER",
            "ETHEREUM",
            "ERC20",
            "BSC",
            "BNB",
            "BEP20",
            "USDT",
            "USDC",
            "DAI",
            "MATIC",
            "POLYGON",
            "POL",
            "ARB",
            "ARBITRUM",
            "OP",
            "OPTIMISM",
            "AVAX",
            "BASE",
            "ETC",
        ),
        "ETH",
    ),
    **dict.fromkeys(("TRX", "TRON", "TRC20"), "TRON"),
}
_OTHER: Final = frozenset(
    (
        "XRP",
        "LTC",
        "DOGE",
        "BCH",
        "BSV",
        "DASH",
        "XMR",
        "ZEC",
        "ADA",
        "SOL",
        "DOT",
        "KSM",
        "ATOM",
        "XLM",
        "EOS",
        "ALGO",
        "TON",
        "NEAR",
        "FIL",
        "XTZ",
        "NEO",
        "APT",
        "SUI",
        "HBAR",
        "ICP",
        "KAS",
        "OTHER",
    )
)
_URI: Final = {"BITCOIN": "BTC", "ETHEREUM": "ETH", "TRON": "TRON"}
_PREFIXED: Final = re.compile(r"([A-Za-z0-9]{2,10}):(.+)", re.DOTALL)
_BASE58_BTC: Final = re.compile(r"[13][1-9A-HJ-NP-Za-km-z]{25,34}")
_BASE58_TRON: Final = re.compile(r"T[1-9A-HJ-NP-Za-km-z]{33}")
_BECH32: Final = re.compile(
    r"(?:bc|tb)1[0-9a-z]{6,87}|(?:BC|TB)1[0-9A-Z]{6,87}|bc1[0-9A-Za-z]{6,87}|tb1[0-9A-Za-z]{6,87}"
)
_HEX: Final = re.compile(r"0[xX]([0-9a-fA-F]{40})")
_ANY: Final = re.compile(r"[!-~]{8,120}")


def parse(text: str, chain: str | None = None) -> Value | None:
    """A wallet address; `chain` is what the source says of it ("BTC", "USDT", "XRP", ...), believed only where the
    address itself does not tell.

    A right shape with a wrong checksum is kept with problem `check_digit`; an address of a chain that is not checked
    here with problem `unverified`.
    """
    if len(text) > 400:
        return None
    address = fold(text).strip()
    prefixed = _PREFIXED.fullmatch(address)
    hint = _hint(chain)
    if prefixed:
        named = prefixed[1].upper()
        if named in _URI:
            hint, address = _URI[named], prefixed[2].partition("?")[0].partition("@")[0]
        elif named in _HINTS or named in _OTHER:
            hint, address = _hint(named), prefixed[2]
    address = address.strip()
    if hint in _OTHER:
        # "LTC" may own addresses that begin with 3 just as Bitcoin does: the hint decides
        return Value(KIND, f"{hint}:{address}", text, False, False, "unverified") if _ANY.fullmatch(address) else None
    return _ethereum(address, text) or _tron(address, text, hint) or _bitcoin(address, text, hint)


def _hint(chain: str | None) -> str | None:
    if chain is None or not chain.strip():
        return None
    name = re.sub(r"[^A-Z0-9]", "", fold(chain[:40]).upper())
    known = _HINTS.get(name)
    return known if known else name if name in _OTHER else "OTHER"


def _ethereum(address: str, text: str) -> Value | None:
    found = _HEX.fullmatch(address)
    if found is None:
        return None
    body = found[1]
    normal = f"ETH:0x{body.lower()}"
    # all one case carries no checksum (EIP-55): accepted, unverified
    if body in (body.lower(), body.upper()) or checksummed(body.lower()) == body:
        return Value(KIND, normal, text)
    return Value(KIND, normal, text, False, False, "check_digit")


@lru_cache(maxsize=4096)
def checksummed(lower_hex: str) -> str:
    """The EIP-55 spelling of 40 lower-case hexadecimal digits (no 0x)."""
    digest = keccak_256(lower_hex.encode()).hex()
    return "".join(c.upper() if h >= "8" else c for c, h in zip(lower_hex, digest, strict=False))


def _mixed(address: str) -> bool:
    """Upper, lower and digit all there: a mistyped address rather than an order number or a word."""
    return any(c.islower() for c in address) and any(c.isupper() for c in address) and any(c.isdigit() for c in address)


def _tron(address: str, text: str, hint: str | None) -> Value | None:
    if not _BASE58_TRON.fullmatch(address):
        return None
    payload = base58.decode_check(address)
    if payload is not None and len(payload) == 21 and payload[0] == 0x41:
        return Value(KIND, f"TRON:{address}", text)
    return Value(KIND, f"TRON:{address}", text, False, False, "check_digit") if hint or _mixed(address) else None


def _bitcoin(address: str, text: str, hint: str | None) -> Value | None:
    if _BECH32.fullmatch(address):
        lower = address.lower()
        if bech32.witness(address, lower[:2]) is not None:
            return Value(KIND, f"BTC:{lower}", text)
        if len(lower) < 14 and hint != "BTC":
            return None
        return Value(KIND, f"BTC:{lower}", text, False, False, "check_digit")
    if not _BASE58_BTC.fullmatch(address):
        return None
    payload = base58.decode_check(address)
    if payload is not None and len(payload) == 21 and payload[0] in (0x00, 0x05):
        return Value(KIND, f"BTC:{address}", text)
    if hint == "BTC" or _mixed(address):
        return Value(KIND, f"BTC:{address}", text, False, False, "check_digit")
    return None


def validate(normal: str) -> bool:
    """Whether this is the normal form of an address whose checksum holds (or carries none)."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def verifiable(normal: str) -> bool:
    """Whether addresses of this chain carry a checksum that is checked here; others can be neither valid nor invalid."""
    return normal.partition(":")[0] in ("BTC", "ETH", "TRON")


def masked(normal: str) -> str:
    """Chain, first six and last four characters: `TRON:TR7NHq****Lj6t`."""
    chain, _, address = normal.rpartition(":")
    return f"{chain}:{address[:6]}****{address[-4:]}"


def specificity(normal: str) -> int:
    """Milli-bits: 160 bits of key hash on the chains checked here, about 5.9 a character elsewhere, at most 160."""
    chain, _, address = normal.partition(":")
    return 160_000 if chain in ("BTC", "ETH", "TRON") else min(160_000, 5858 * len(address))
