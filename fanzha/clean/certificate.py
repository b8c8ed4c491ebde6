"""Fingerprints of certificates that sign sites and apps: the hash over the DER of the certificate (RFC 5280 names no field
for it; SHA-1 and SHA-256 are what keytool, apksigner and browsers print, MD5 what app registers in China ask for).

Normal form: algorithm and lower hex: `sha256:9f86d0...`.
"""

from typing import Final

from fanzha.clean import digest
from fanzha.clean.value import Value

KIND: Final = "certificate"


def parse(text: str) -> Value | None:
    """A fingerprint in hex, with or without colons and algorithm; None when it is none.

    The hash of nothing is kept with problem `placeholder`.
    """
    normal = digest.normal_form(text)
    if normal is None:
        return None
    empty = digest.is_placeholder(normal)
    return Value(KIND, normal, text, not empty, False, "placeholder" if empty else "")


def validate(normal: str) -> bool:
    """Whether this is a fingerprint in normal form, and not of nothing."""
    return digest.normal_form(normal) == normal and not digest.is_placeholder(normal)


def masked(normal: str) -> str:
    """As it is: it names a signing key, not a person."""
    return normal


def specificity(normal: str) -> int:
    """Milli-bits: four for each hex digit."""
    return digest.specificity(normal)
