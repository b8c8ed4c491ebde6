"""A link, a name or a number by itself, or within a message: what it is made of and what in it looks wrong. Nothing is looked up elsewhere."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from fanzha.clean import domain, phone, url
from fanzha.clean.short_code import ShortCodes, read_short_codes
from fanzha.clean.text import Found, find
from fanzha.recognise.links import link_marks, official

# What speaks for a scam without any message around it; of the weaker ones two are wanted.
STRONG: Final = frozenset(
    ("userinfo", "foreign_letters", "in_disguise", "link_ip", "link_brand", "link_file", "phone_premium")
)
WEAK: Final = frozenset(
    (
        *("many_labels", "odd_port", "link_short", "link_free_host", "link_odd_tld", "link_bait", "link_hyphens"),
        *("link_chat", "mail_free"),
    )
)
_WEAK_MIN: Final = 2
_USERINFO: Final = re.compile(r"[a-z]{3,5}://[^/?#\s]*@", re.IGNORECASE)
_DISGUISED: Final = re.compile(r"(?<!//)[\[({]\s?(?:\.|dot|:)|h[x*]{2}p|[。．]|\sdot\s", re.IGNORECASE)
_LABELS_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class Alone:
    """An identifier taken apart.

    signs  codes of signs.yaml and of address_signs.yaml
    parts  (code, text) of what it is made of: host, registered, path for links; sort for numbers
    owner  whose service number or bank card it is, in English and Chinese; "" where no table says
    """

    found: Found
    signs: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    owner: tuple[str, str] = ("", "")

    @property
    def suspicious(self) -> bool:
        """Whether enough in it looks wrong to say so without a message."""
        weak = sum(sign in WEAK for sign in self.signs)
        return weak >= _WEAK_MIN or not STRONG.isdisjoint(self.signs)


def whole(text: str) -> Found | None:
    """The one identifier that a text is, apart from spaces and marks around it; None where it says anything else."""
    stripped = text.strip(" \t\r\n<>\"'“”‘’。，,;；")
    if not stripped or len(stripped) > 2_000:
        return None
    found = find(stripped)
    if len(found) != 1 or found[0].kind in ("money", "moment"):
        return None
    one = found[0]
    return one if one.end - one.start == len(stripped) else None


def look(found: Found) -> Alone:
    """What an identifier shows by itself. Never raises on what `clean.text.find` has found."""
    signs = [mark.code for mark in link_marks((found,))]
    if found.kind in ("url", "domain"):
        return _link(found, signs)
    if found.kind == "phone":
        return _phone(found, signs)
    return Alone(found, (*signs, *(() if found.valid else ("bad_number",))), ())


def _link(found: Found, signs: list[str]) -> Alone:
    address = found.normal if found.kind == "url" else f"http://{found.normal}/"
    authority, _, tail = address.partition("://")[2].partition("/")
    host = url.host(address)
    registered = domain.registered(host) or host
    if _USERINFO.match(found.original):
        signs.append("userinfo")
    if _DISGUISED.search(found.original):
        signs.append("in_disguise")
    if any(map(_foreign, host.split("."))):
        signs.append("foreign_letters")
    if host.removesuffix(registered).count(".") >= _LABELS_MIN:
        signs.append("many_labels")
    if authority.rpartition("]")[2].partition(":")[2]:
        signs.append("odd_port")
    if not found.valid:
        signs.append("no_suffix")
    if official(host):
        signs.append("official")
    parts = [("host", host), ("registered", registered), ("path", f"/{tail}" if tail else "")]
    return Alone(found, tuple(signs), tuple((code, text) for code, text in parts if text))


def _foreign(label: str) -> bool:
    """Whether a label in punycode has letters that pass for Latin ones, or mixes Latin with others. A Chinese name does neither."""
    if not label.startswith("xn--"):
        return False
    try:
        letters = [char for char in label[4:].encode().decode("punycode") if char.isalpha()]
    except UnicodeError:
        return True
    scripts = {"latin" if char < "\u0250" else "alike" if char < "\u0590" else "other" for char in letters}
    return "alike" in scripts or len(scripts) > 1 or (scripts == {"latin"} and not all(map(str.isascii, letters)))


def _phone(found: Found, signs: list[str]) -> Alone:
    kind = phone.kind_of(found.normal)
    owner = _short_codes().owner(found.normal)
    sign = {"virtual": "virtual", "sms_port": "sms_port", "international": "abroad"}.get(kind, "")
    signs += [sign] if sign else ["service_number"] if owner else []
    if not found.valid:
        signs.append("bad_number")
    return Alone(found, tuple(signs), (("sort", kind),), (owner.en, owner.zh) if owner else ("", ""))


@cache
def _short_codes() -> ShortCodes:
    return read_short_codes((files("fanzha.clean.reference") / "short_codes.yaml").read_bytes())
