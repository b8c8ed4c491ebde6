"""Apps: Android package names, iOS bundle identifiers, and hashes of the file that was installed.

Sources: Android developer guide "Set the application ID"; Apple CFBundleIdentifier. Normal forms: the identifier as written
(Android tells upper and lower case apart), or algorithm and lower hex: `sha256:9f86d0...`.
"""

import re
from typing import Final

from fanzha.clean import digest, domain
from fanzha.clean.digits import fold
from fanzha.clean.value import Value

KIND: Final = "app"

_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63}){1,11}")
_SCHEME: Final = re.compile(r"(?:package|android-app://|market://details\?id=|id)[:=]?", re.IGNORECASE)
_LENGTH_MAX: Final = 155
_MILLIBITS_PER_CHARACTER: Final = 2500  # words, as in domain names
_MILLIBITS_MAX: Final = 40_000


def parse(text: str) -> Value | None:
    """An identifier of two parts or more, or the hash of a file; None when it is neither.

    A name that reads as a web address (`evil.top`: its last part is a public suffix, its first is none) is kept with problem
    `not_reversed`; the hash of nothing with problem `placeholder`.
    """
    if len(text) > 200:
        return None
    hashed = digest.normal_form(text)
    if hashed is not None:
        empty = digest.is_placeholder(hashed)
        return Value(KIND, hashed, text, not empty, False, "placeholder" if empty else "")
    name = fold(text).strip(" \t\r\n'\"`")
    cut = _SCHEME.match(name)
    if cut is not None and name[cut.end() - 1 : cut.end()] in (":", "=", "/"):
        name = name[cut.end() :]
    if len(name) > _LENGTH_MAX or not _IDENTIFIER.fullmatch(name):
        return None
    parts = name.lower().split(".")
    forward = len(parts) == 2 and not _is_suffix(parts[0]) and _is_suffix(parts[1])
    return Value(KIND, name, text, not forward, False, "not_reversed" if forward else "")


def _is_suffix(label: str) -> bool:
    return "_" not in label and domain.known_suffix(label)


def reverse_domain(normal: str) -> str | None:
    """The domain an identifier is built on (`com.example.app` gives `example.com`), where its first part is a public suffix.

    Whoever writes an app may write any name: it says what the maker claims, not who the maker is.
    """
    parts = normal.lower().split(".")
    if ":" in normal or len(parts) < 2 or not _is_suffix(parts[0]):
        return None
    return domain.registered(".".join(reversed(parts)).replace("_", "-"))


def validate(normal: str) -> bool:
    """Whether this is an identifier or a hash in normal form."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def masked(normal: str) -> str:
    """As it is: an app is infrastructure and names no person."""
    return normal


def specificity(normal: str) -> int:
    """Milli-bits: four for each hex digit of a hash; of an identifier 2.5 for each character after its first part."""
    if ":" in normal:
        return digest.specificity(normal)
    return min(_MILLIBITS_MAX, len(normal.partition(".")[2]) * _MILLIBITS_PER_CHARACTER)
