"""Values that everybody names and that belong to no swindler: hotlines, institutions' sites, platforms, mail providers, authors
of libraries that kits carry along, placeholders, wallets that nobody holds or everybody pays through.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from fanzha.clean.domain import registered
from fanzha.clean.url import host

_SEPARATORS = str.maketrans("", "", "._-+")


@dataclass(frozen=True, slots=True)
class Benign:
    """The lists of benign.yaml; `text` is the file itself, so that its hash can be journalled when it is put in use."""

    numbers: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    apps: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    generic_names: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    wallets: frozenset[str] = frozenset()
    text: bytes = b""

    def covers(self, kind: str, value: str) -> bool:
        """Whether this normal form is on a list. A page on a platform is not, its front page is."""
        if kind == "phone":
            return value in self.numbers or value.removeprefix("+86") in self.numbers
        if kind == "email" and value.lower() in self.mailboxes:
            return True
        if kind in ("domain", "url", "email") and not self._ends_listed(kind, value):
            return False
        if kind == "domain":
            site = registered(value) or value
            return not self.listed(value, site).isdisjoint(("institution", "platform"))
        if kind == "url":
            name = host(value)
            listed = self.listed(name, registered(name) or name)
            return "institution" in listed or ("platform" in listed and _is_front_page(value))
        if kind == "email":
            return self._nobodys_mailbox(value)
        if kind == "wallet":
            return value in self.wallets
        return kind == "app" and value in self.apps

    def _nobodys_mailbox(self, value: str) -> bool:
        """Any mailbox at an institution or a reserved name, and `info@` or `your.name@` where anybody has one.

        `info@evil.top` is not: there the domain says whose it is. Case is not looked at (RFC 5321 leaves it to the host).
        """
        local, _, name = value.lower().rpartition("@")
        listed = self.listed(name, registered(name) or name)
        if "institution" in listed:
            return True
        plain = local.translate(_SEPARATORS)
        return (
            "platform" in listed and bool(self.generic_names) and (plain in self.generic_names or len(set(plain)) < 2)
        )

    def _ends_listed(self, kind: str, value: str) -> bool:
        """Whether the host or anything it is under is on a list: far cheaper than its registered domain, and rarely so."""
        name = host(value) if kind == "url" else value.lower().rpartition("@")[2]
        while name and not (name in self.institutions or name in self.platforms or name in self.reserved):
            name = name.partition(".")[2]
        return name != ""

    def listed(self, name: str, site: str) -> frozenset[str]:
        """The lists that hold this host or the registered domain it is under."""
        found = []
        if name in self.institutions or site in self.institutions or site in self.reserved:
            found.append("institution")
        if name in self.platforms or site in self.platforms:
            found.append("platform")
        return frozenset(found)


def _is_front_page(url: str) -> bool:
    return url.partition("://")[2].partition("/")[2] == ""


def read_benign(text: bytes) -> Benign:
    """The record made from the bytes of a file such as benign.yaml."""
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    return Benign(
        numbers=frozenset(raw["numbers"]),
        institutions=frozenset(raw["institutions"]),
        platforms=frozenset(raw["platforms"]) | frozenset(raw["mail"]),
        apps=frozenset(raw["apps"]),
        # A list put in use before these were there has none of them.
        mailboxes=frozenset(raw.get("mailboxes", ())),
        generic_names=frozenset(raw.get("generic_names", ())),
        reserved=frozenset(raw.get("reserved", ())),
        wallets=frozenset(raw.get("wallets", ())),
        text=text,
    )


@cache
def shipped_benign() -> Benign:
    """The list that ships with the software."""
    return read_benign((files("fanzha.link") / "benign.yaml").read_bytes())
