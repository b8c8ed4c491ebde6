"""Electronic mail addresses, the plain dot-atom form of RFC 5321 section 4.1.2."""

import re
import unicodedata
from typing import Final

from fanzha.clean import domain
from fanzha.clean.digits import stars
from fanzha.clean.value import Value

KIND: Final = "email"

_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_AT: Final = re.compile(r"\s{0,3}[\[({]\s{0,3}(?:@|at)\s{0,3}[\])}]\s{0,3}|\s{1,3}at\s{1,3}", re.IGNORECASE)
_EDGE: Final = " \t\r\n<>\"'`,;"
_MILLIBITS_PER_CHARACTER: Final = 3500
_MILLIBITS_MAX: Final = 50_000


def parse(text: str) -> Value | None:
    """An address, plain or defanged (`user[at]evil[.]top`), full or masked `ab***@qq.com`; None when it is none.

    The domain is lower-cased and in A-labels. The local part keeps its case: RFC 5321 (2.4) makes it the host's own.
    """
    if len(text) > 400:
        return None
    plain = unicodedata.normalize("NFKC", text).strip(_EDGE)
    plain = plain[7:] if plain[:7].lower() == "mailto:" else plain
    for _ in range(4):
        if "@" in _AT.sub("", plain):
            break
        plain = _AT.sub("@", plain)
    local, at, name = plain.rpartition("@")
    local = stars(local)
    if not at or not 1 <= len(local) <= 64 or not _LOCAL.fullmatch(local):
        return None
    host = domain.parse(name)
    if host is None:
        return None
    visible = local.replace("*", "")
    if not visible and "*" in local:
        return None
    return Value(KIND, f"{local}@{host.normal}", text, host.valid, "*" in local, host.problem)


def validate(normal: str) -> bool:
    """Whether this is a full address in normal form under a known top-level domain."""
    value = parse(normal)
    return value is not None and value.valid and not value.partial and value.normal == normal


def masked(normal: str) -> str:
    """First two characters of the local part at most, and the domain: `ab****@qq.com`."""
    local, _, name = normal.rpartition("@")
    return f"{local[:2] if len(local) > 3 else local[:1]}****@{name}"


def specificity(normal: str) -> int:
    """Milli-bits: 3.5 bits a visible character of the local part, the domain counted as mail hosts are (4 bits)."""
    local = normal.rpartition("@")[0]
    return min(_MILLIBITS_MAX, 4000 + (len(local) - local.count("*")) * _MILLIBITS_PER_CHARACTER)
