"""Hash values as people write them: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4), in hex, with colons or without.

Normal form: the algorithm, which follows from the length, and lower hex: `sha256:9f86d0...`.
"""

import re
from typing import Final

from fanzha.clean.digits import fold

ALGORITHMS: Final = {32: "md5", 40: "sha1", 64: "sha256"}
_NAMED: Final = re.compile(r"(?:md-?5|sha-?(?:1|256))(?=[^0-9a-z])", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:fingerprint|thumbprint|digest|hash|指纹|签名|哈希值?|值)", re.IGNORECASE)
_JOINERS: Final = re.compile(r"[\s:\-=]+")
_HEX: Final = re.compile(r"[0-9a-f]+")
# of nothing at all: an empty file, or a program that hashed none
EMPTY: Final = frozenset(
    (
        "md5:d41d8cd98f00b204e9800998ecf8427e",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )
)


def normal_form(text: str) -> str | None:
    """`sha256:...` of a hash with or without its algorithm before it; None when it is none, or is not as long as the
    algorithm named makes them.
    """
    if len(text) > 200:
        return None
    written = fold(text).strip(" \t\r\n'\"=;,.")
    named = _NAMED.search(written)
    algorithm = ""
    if named is not None:
        algorithm = named[0].lower().replace("-", "")
        written = written[: named.start()] + " " + written[named.end() :]
    digits = _JOINERS.sub("", _LABEL.sub(" ", written)).lower()
    found = ALGORITHMS.get(len(digits)) if _HEX.fullmatch(digits) else None
    return f"{found}:{digits}" if found is not None and algorithm in ("", found) else None


def is_placeholder(normal: str) -> bool:
    """Whether it is the hash of nothing, or one digit repeated."""
    digits = normal.partition(":")[2]
    return normal in EMPTY or not digits.strip(digits[:1])


def specificity(normal: str) -> int:
    """Milli-bits: four for each hex digit."""
    return 4000 * len(normal.partition(":")[2].replace("*", ""))
