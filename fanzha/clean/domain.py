"""Domain names: IDNA A-labels in lower case, and the registrable domain by the Public Suffix List.

Sources: RFC 1035, RFC 3492 (Punycode), UTS #46 non-transitional mapping in the parts that NFKC and lower-casing give,
publicsuffix.org (ICANN and private sections: a site under github.io belongs to its own owner).
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from fanzha.clean.ip_host import ends_in_number
from fanzha.clean.value import Value

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

KIND: Final = "domain"

_TEXT_MAX: Final = 1000
# evil[.]top, evil(.)top, evil{dot}top, evil dot top, evil。top
_DOT: Final = re.compile(r"\s{0,3}[\[({<]\s{0,3}(?:\.|dot|点)\s{0,3}[\])}>]\s{0,3}|\s{1,3}dot\s{1,3}", re.IGNORECASE)
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024", "."))
_IGNORED: Final = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LABEL: Final = re.compile(r"[a-z0-9_-]{1,63}")
_REFUSED: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"))
_MILLIBITS_PER_CHARACTER: Final = 2500  # names are words: far less than log2(36) a character
_MILLIBITS_MAX: Final = 40_000


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # reading the list takes .1 s: only when first asked

    return PublicSuffixList()


def refang(text: str) -> str:
    """Undo what analysts and swindlers do to dots: `[.]`, `(.)`, `{.}`, `[dot]`, ` dot `, full-width; to a fixed point."""
    text = _IGNORED.sub("", text)
    for _ in range(8):
        cleared = _DOT.sub(".", text)
        if cleared == text:
            break
        text = cleared
    return text


def to_ascii(host: str) -> str | None:
    """Host of a name in A-labels, lower case, no final dot; None when a label is empty, too long or not a name.

    `faß.de` gives `xn--fa-hia.de` as in UTS #46 non-transitional (what browsers do), not `fass.de`.
    """
    if not host.isascii():
        host = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", host.translate(_DOTS)).lower()).translate(
            _DOTS
        )
    labels = host.lower().removesuffix(".").split(".")
    out = []
    for label in labels:
        if not label.isascii():
            if len(label) > 63 or any(unicodedata.category(c) in _REFUSED for c in label):
                return None
            label = "xn--" + label.encode("punycode").decode("ascii")
        if not _LABEL.fullmatch(label):
            return None
        out.append(label)
    joined = ".".join(out)
    return joined if len(joined) <= 253 else None


def _problem(host: str) -> str:
    if any(label[0] == "-" or label[-1] == "-" for label in host.split(".")):
        return "hyphen"
    if not known_suffix(host):
        return "suffix"
    return ""


def parse(text: str) -> Value | None:
    """A domain name of two labels or more, plain, defanged or international; None for addresses, URLs and words.

    A name under no known top-level domain stays with `valid=False`, problem `suffix`.
    """
    if len(text) > _TEXT_MAX:
        return None
    host = to_ascii(refang(text).strip().strip("\"'`"))
    if host is None or "." not in host or ends_in_number(host):
        return None
    problem = _problem(host)
    return Value(KIND, host, text, not problem, False, problem)


@lru_cache(maxsize=65536)
def known_suffix(host: str) -> bool:
    """Whether the last label (or labels) of an A-label host is on the Public Suffix List."""
    return _suffixes().publicsuffix(host, accept_unknown=False) is not None


@lru_cache(maxsize=65536)
def _suffix(host: str) -> str:
    """The public suffix of a host, "" where it has none; a suffix that is on no list is one label."""
    return _suffixes().publicsuffix(host) or ""


def registered(host: str) -> str | None:
    """Registrable domain (eTLD+1, private suffixes included) of an A-label host; None for an IP or a bare suffix."""
    host = host.lower().removesuffix(".")
    if ends_in_number(host) or ":" in host:
        return None
    suffix = _suffix(host)
    name = host[: -len(suffix) - 1].rpartition(".")[2] if suffix else ""
    return f"{name}.{suffix}" if name else None


def validate(normal: str) -> bool:
    """Whether this is a domain name in normal form under a known suffix."""
    value = parse(normal)
    return value is not None and value.valid and value.normal == normal


def masked(normal: str) -> str:
    """Defanged, so that no screen makes a link of it: `evil[.]top`. Domains are infrastructure and name no person."""
    return normal.replace(".", "[.]")


def specificity(normal: str) -> int:
    """Milli-bits: 2.5 bits a character left of the public suffix, at most 40 bits; a bare suffix gives 0."""
    suffix = _suffix(normal)
    return min(_MILLIBITS_MAX, max(0, len(normal) - len(suffix) - 1) * _MILLIBITS_PER_CHARACTER)
