"""A link, a name or a number by itself, or within a message: what it is made of and what in it looks wrong. Nothing is looked up elsewhere."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from fanzha.clean import bank_card, domain, phone, url
from fanzha.clean.digits import fold
from fanzha.clean.short_code import ShortCodes, read_short_codes
from fanzha.clean.text import Found, find
from fanzha.recognise.links import link_marks, official
from fanzha.recognise.public_numbers import owners

# What speaks for a scam without any message around it; of the weaker ones two are wanted.
STRONG: Final = frozenset(
    (
        *("userinfo", "foreign_letters", "in_disguise", "link_ip", "link_brand", "link_file", "phone_premium"),
        "no_such_number",
    )
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
_EDGE: Final = " \t\r\n<>\"'“”‘’。，,;；"
_LONE: Final = re.compile(r"[0-9](?:[ \-]?[0-9]){2,33}")
_SHORT_MAX: Final = 7  # digits of a number that only its own network knows
_CARD_LENGTHS, _DIALLED_MAX = range(12, 20), 15  # ISO/IEC 7812-1; ITU-T E.164
_NO_SUCH: Final = ("prefix", "length")
# Where a number with a leading 0 and no country code may be dialled as well as in China.
ELSEWHERE: Final = ("GB", "JP", "KR", "TW", "TH", "VN", "ID", "MY", "IN", "AU")


@dataclass(frozen=True, slots=True)
class Alone:
    """An identifier taken apart.

    signs  codes of signs.yaml and of address_signs.yaml
    parts  (code, text) of what it is made of: host, registered, path for links; sort for numbers, digits for what is nothing but digits,
           also: other countries (ISO 3166 codes, by comma) whose plan has the number as it is written
    owner  whose service number it is, in English and Chinese; "" where no table says
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
    stripped = text.strip(_EDGE)
    if not stripped or len(stripped) > 2_000:
        return None
    found = [one for one in find(stripped) if one.kind not in ("money", "moment")]
    if len(found) == 1 and found[0].end - found[0].start == len(stripped):
        return found[0]
    return None if found else lone_number(text)


def lone_number(text: str) -> Found | None:
    """A text that is nothing but the digits of one number, which no plan or check digit tells apart: as a short number to dial, or as an
    account. Of such a text the wording says nothing. None for anything else, and for what is an identifier of some kind."""
    stripped = text[:200].strip(_EDGE)
    if len(stripped) > 100 or len(text) > 200 or not stripped[:1].isdecimal():
        return None
    folded = fold(stripped)
    if not _LONE.fullmatch(folded):
        return None
    if any(one.kind not in ("money", "moment") for one in find(stripped)):
        return None
    number = folded.replace(" ", "").replace("-", "")
    start = text.index(stripped)
    kind = "phone" if len(number) <= _SHORT_MAX else "account"
    return Found(kind, start, start + len(stripped), stripped, number)


def look(found: Found, language: str = "") -> Alone:
    """What an identifier shows by itself; `language` of the text around it. Never raises on what `clean.text.find` has found."""
    # of one address alone `official` says what `link_own` says of all in a text
    signs = [mark.code for mark in link_marks((found,)) if mark.code != "link_own"]
    if found.kind in ("url", "domain"):
        return _link(found, signs)
    if found.kind == "phone":
        return _phone(found, signs, language)
    if found.kind == "account" and not signs and _LONE.fullmatch(fold(found.original)):
        return Alone(found, (), (("sort", _sort_of_digits(found.normal)), ("digits", str(len(found.normal)))))
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


def _sort_of_digits(number: str) -> str:
    """What a run of digits could be by its length: a bank card whose check digit is right or wrong, an account, or a telephone number."""
    if len(number) in _CARD_LENGTHS and bank_card.validate(number):
        return "card"
    if len(number) <= _DIALLED_MAX:
        return "open"
    return "no_card" if len(number) in _CARD_LENGTHS else "account"


def _phone(found: Found, signs: list[str], language: str) -> Alone:
    kind = phone.kind_of(found.normal)
    owner = _owner(found.normal)
    sign = {"virtual": "virtual", "sms_port": "sms_port", "international": "abroad"}.get(kind, "")
    signs += [sign] if sign else ["service_number"] if owner else []
    if not found.valid:
        signs.append("no_such_number" if found.problem in _NO_SUCH else "bad_number")
    parts = [("sort", kind)]
    if kind == "fixed" and found.original.lstrip("( ").startswith("0") and language != "zh":
        parts.append(("also", ",".join(phone.dialled_in(found.original, ELSEWHERE))))
    return Alone(found, tuple(signs), tuple((code, text) for code, text in parts if text), owner or ("", ""))


def _owner(number: str) -> tuple[str, str] | None:
    """Whose a number is, with the country; several where several countries have it."""
    chinese = _short_codes().owner(number)
    found = [(f"{chinese.en} (China)", f"{chinese.zh}（中国）")] if chinese else []
    found += [
        (f"{one.who[0]} ({one.country[0]})", f"{one.who[1]}（{one.country[1]}）")
        for one in owners(number)
        if one.country[0] != "China"
    ]
    return ("; ".join(en for en, _ in found), "；".join(zh for _, zh in found)) if found else None


@cache
def _short_codes() -> ShortCodes:
    return read_short_codes((files("fanzha.clean.reference") / "short_codes.yaml").read_bytes())
