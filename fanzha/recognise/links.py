"""What the addresses in a text look like: a borrowed name, a cheap ending, a host that is a bare number, a shortener, a free page.

The lists are in `links.yaml`; each sign is declared in `fanzha/model/schema/signs.yaml`. Nothing is looked up: an address that carries no
sign may still be false. Names are also read with the look-alikes that swindlers use (paypa1, rnicrosoft, xn-- names) and with one letter
missing, doubled or changed (Mor, Garbela, SymSpell deletion neighbourhoods, 2012), only where the name is long enough.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from fanzha.clean import domain, url
from fanzha.clean.disguise import Words, undo
from fanzha.clean.ip_host import ends_in_number
from fanzha.clean.text import Found
from fanzha.recognise.signs import Mark

_NEAR_MIN: Final = 8  # letters of a name from which one wrong letter is still the same name
_INDEX: Final = 4  # letters by which clear names are looked up
_SHORT: Final = 6  # letters up to which a clear name must begin a word: gmail is in enigmail, ebay in thebay
_HYPHENS: Final = 2
_DIGITS: Final = 4
_DIGIT_LETTERS: Final = str.maketrans("013457$", "oleasts")
_APART: Final = re.compile(r"[.\-]")
_WORD: Final = re.compile(r"[a-z]+")
_GENERIC: Final = frozenset(("com", "net", "org", "co", "gov", "edu", "io", "app"))
# The country codes that anyone got for nothing: a brand's plain name there is not the brand's.
_FREE_COUNTRIES: Final = frozenset(("tk", "ml", "ga", "cf", "gq", "pw", "cc", "ws", "su"))

# Endings that only offices of a government get: .gov, gov.uk, go.kr, gob.mx.
_STATE: Final = frozenset(("gov", "mil"))
_STATE_BELOW: Final = frozenset(("gov", "go", "gob", "gouv", "govt", "mil"))
_PLAIN: Final = frozenset(("com", "net", "org"))  # netflix.co may be anyone's
# Below these a firm's pages are its own; drive.google.com and the like hold anyone's.
_OWN_BELOW: Final = frozenset(("", "www", "m", "support", "help", "account", "accounts"))
# An address inside an address: google.com/url?q=https://...
_AWAY: Final = re.compile(r"//|%2f%2f|/amp/s/", re.IGNORECASE)


@cache
def _lists() -> dict[str, Any]:
    text = (files("fanzha.recognise") / "links.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    brands = raw.pop("brands")
    known: dict[str, Any] = {name: frozenset(map(str, values)) for name, values in raw.items()}
    clear: dict[str, list[str]] = brands["clear"]
    by_start: dict[str, tuple[str, ...]] = {}
    near: dict[str, str] = {}
    for brand in sorted(clear):
        by_start[brand[:_INDEX]] = (*by_start.get(brand[:_INDEX], ()), brand)
        if len(brand) >= _NEAR_MIN:
            near.update(dict.fromkeys(_shorter(brand), brand))
    known |= {
        "own": {name: frozenset(own) for name, own in {**brands["words"], **clear}.items()},
        "words": frozenset(brands["words"]),
        "by_start": by_start,
        "near": near,
        "premium": tuple(known["premium"]),
    }
    return known


def _shorter(word: str) -> set[str]:
    """The word, and the word without any one of its letters."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def link_marks(found: Iterable[Found]) -> tuple[Mark, ...]:
    """The signs of the addresses and numbers in a text, each with its place in the original, by place."""
    marks: list[Mark] = []
    own, strange = [], False
    for one in found:
        for code in _signs(one):
            marks.append(Mark(code, one.start, one.end))
        if one.kind in ("url", "domain") and not strange:
            strange = not _own(one)
            own.append(Mark("link_own", one.start, one.end))
        strange = strange or one.kind in ("phone", "email")
    if own and not strange:  # one strange address, mailbox or number beside them, and they excuse nothing
        marks = sorted((*marks, *own), key=lambda mark: (mark.start, -mark.end, mark.code))
    return tuple(marks)


def link_signs(found: Iterable[Found]) -> frozenset[str]:
    """The codes of `link_marks`."""
    return frozenset(mark.code for mark in link_marks(found))


def _signs(one: Found) -> tuple[str, ...]:
    if one.kind == "url":
        own = host_signs(url.host(one.normal))
        more = _of_path(one)
        return own + more if more else own
    if one.kind == "domain":
        return host_signs(one.normal)
    if one.kind == "email":
        return _of_mailbox(one.normal)
    if one.kind == "phone" and one.normal.startswith(_lists()["premium"]):
        return ("phone_premium",)
    return ()


def _of_path(one: Found) -> tuple[str, ...]:
    codes = []
    if one.original[:5].lower() in ("http:", "hxxp:"):
        codes.append("link_http")
    path = one.normal.partition("?")[0].rpartition("/")[2]
    if "." in path and path.rpartition(".")[2].lower() in _lists()["files"]:
        codes.append("link_file")
    return tuple(codes)


@lru_cache(maxsize=65536)
def host_signs(host: str) -> tuple[str, ...]:
    """The signs of a host (A-labels in lower case, or an IP address), in the order of signs.yaml."""
    if ":" in host or ends_in_number(host):
        return ("link_ip",)
    known = _lists()
    registered = domain.registered(host) or host
    ends = _endings(host)
    if ends & known["chat"]:
        return ("link_chat",)
    if ends & known["shorteners"]:
        return ("link_short",)
    codes = []
    free = bool(ends & known["free_hosts"])
    odd = host.rpartition(".")[2] in known["odd_tlds"]
    if _borrows(host, registered):
        codes.append("link_brand")
    if odd:
        codes.append("link_odd_tld")
    if free:
        codes.append("link_free_host")
    first = registered.partition(".")[0]
    name = host.removesuffix(registered) + first
    bait = known["bait"] if odd or free else known["bait"] - (known["plain_below"] - _words(first))
    if (odd or free or "-" in name or any(map(str.isdigit, name))) and _words(name) & bait:
        codes.append("link_bait")
    if name.count("-") >= _HYPHENS or sum(map(str.isdigit, name)) >= _DIGITS:
        codes.append("link_hyphens")
    return tuple(codes)


def _own(one: Found) -> bool:
    """Whether an address is a known firm's or a government's own page, and leads nowhere else."""
    if one.kind == "url" and _AWAY.search(one.normal, len("https://")):
        return False
    return _trusted(url.host(one.normal) if one.kind == "url" else one.normal)


@lru_cache(maxsize=65536)
def _trusted(host: str) -> bool:
    registered = domain.registered(host) or host
    suffix = registered.partition(".")[2]
    top, below = suffix.rpartition(".")[2], suffix.partition(".")[0]
    if top in _STATE or (len(top) == 2 and below in _STATE_BELOW and below != suffix):
        return True
    plain = suffix in _PLAIN or (below in ("co", "com") and below != suffix)
    subdomain = host.removesuffix(registered).removesuffix(".")
    return subdomain in _OWN_BELOW and plain and official(host) and not host_signs(host)


def official(host: str) -> bool:
    """Whether a host is under a domain that a known firm uses itself."""
    own: dict[str, frozenset[str]] = _lists()["own"]
    registered = domain.registered(host) or host
    name, _, suffix = registered.partition(".")
    named = (brand for brand, listed in own.items() if brand == name or registered in listed)
    return any(_owns(brand, registered, name, suffix) for brand in named)


def _endings(host: str) -> set[str]:
    """The host and all that is left when labels are taken from its front."""
    labels = host.split(".")
    return {".".join(labels[at:]) for at in range(max(1, len(labels) - 1))}


def _words(name: str) -> set[str]:
    return set(_WORD.findall(name))


def _borrows(host: str, registered: str) -> bool:
    """Whether a known name stands in a host that is not its own, as it is or disguised."""
    name, _, suffix = registered.partition(".")
    readings = {host: False}
    shown = _shown(host)
    readings.setdefault(shown, True)
    readings.setdefault(shown.translate(_DIGIT_LETTERS).replace("rn", "m").replace("vv", "w"), True)
    for reading in readings:
        for brand in _named(reading):
            if not _owns(brand, registered, name, suffix):
                return True
    return False


def _shown(host: str) -> str:
    """A host as a person reads it: international labels with their look-alikes as Latin letters."""
    if "xn--" not in host:
        return host
    return ".".join(_read(label) if label.startswith("xn--") else label for label in host.split("."))


def _read(label: str) -> str:
    try:
        return undo(label[4:].encode("ascii").decode("punycode"), Words(())).text
    except UnicodeError:
        return label  # not Punycode, only looks so


def _named(host: str) -> Iterator[str]:
    """The names in a host: clear ones anywhere or one letter off as a word, others as a word beside a bait word."""
    known = _lists()
    name = host.rpartition(".")[0]
    joined = name.replace("-", "")
    starts, near = known["by_start"], known["near"]
    for text in (name, joined) if joined != name else (name,):
        for at in range(len(text) - _INDEX + 1):
            start = text[at : at + _INDEX]
            if start in starts:
                for brand in starts[start]:
                    if text.startswith(brand, at) and (len(brand) > _SHORT or _begins(text, at)):
                        yield brand
    words = set(_APART.split(name))
    for word in sorted(words):
        if len(word) >= _NEAR_MIN - 1:
            for at in range(-1, len(word)):
                brand = near.get(word[:at] + word[at + 1 :] if at >= 0 else word)
                if brand and _one_off(word, brand):
                    yield brand
    pieces = _words(name)
    if pieces & known["bait"]:
        yield from sorted(pieces & known["words"] & words)


def _begins(text: str, at: int) -> bool:
    """Whether a word begins here."""
    return at == 0 or not text[at - 1].isalpha()


def _one_off(word: str, brand: str) -> bool:
    """Whether one letter is missing, too many or another, or two neighbours are exchanged."""
    if len(word) != len(brand):
        long, short = (word, brand) if len(word) > len(brand) else (brand, word)
        return len(long) - len(short) == 1 and short in _shorter(long)
    other = [at for at in range(len(word)) if word[at] != brand[at]]
    if len(other) == 2:
        first, second = other
        return second == first + 1 and word[first] == brand[second] and word[second] == brand[first]
    return len(other) == 1


def _owns(brand: str, registered: str, name: str, suffix: str) -> bool:
    """Whether a registered domain is the brand's: listed, or its plain name under .com, .net, .org or a country's ending."""
    if registered in _lists()["own"][brand]:
        return True
    labels = suffix.split(".")
    country = len(labels[-1]) == 2 and labels[-1] not in _FREE_COUNTRIES
    if labels[-1] == "gov" or "gov" in labels or labels[-1] in ("edu", "mil"):
        return True
    return name == brand and len(labels) <= 2 and (country or labels[0] in _GENERIC)


@lru_cache(maxsize=65536)
def _of_mailbox(address: str) -> tuple[str, ...]:
    local, _, host = address.rpartition("@")
    known = _lists()
    if host in known["free_mail"]:
        # a firm's name before a free provider: amazon.refunds@gmail.com
        words = _words(local.lower())
        borrowed = any(brand in words for brand in known["own"]) and bool(words & known["bait"])
        return ("link_brand", "mail_free") if borrowed else ("mail_free",)
    return tuple(code for code in host_signs(host) if code in ("link_brand", "link_odd_tld", "link_bait"))
