"""Values that everybody names and that belong to no swindler: hotlines, institutions' sites, platforms, mail providers."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from fanzha.clean.domain import registered
from fanzha.clean.url import host


@dataclass(frozen=True, slots=True)
class Benign:
    """The lists of benign.yaml; `text` is the file itself, so that its hash can be journalled when it is put in use."""

    numbers: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    apps: frozenset[str] = frozenset()
    text: bytes = b""

    def covers(self, kind: str, value: str) -> bool:
        """Whether this normal form is on a list. A page on a platform is not, its front page is."""
        if kind == "phone":
            return value in self.numbers or value.removeprefix("+86") in self.numbers
        if kind == "domain":
            site = registered(value) or value
            return not self.listed(value, site).isdisjoint(("institution", "platform"))
        if kind == "url":
            name = host(value)
            listed = self.listed(name, registered(name) or name)
            return "institution" in listed or ("platform" in listed and _is_front_page(value))
        if kind == "email":
            name = value.rpartition("@")[2]
            return "institution" in self.listed(name, registered(name) or name)
        return kind == "app" and value in self.apps

    def listed(self, name: str, site: str) -> frozenset[str]:
        """The lists that hold this host or the registered domain it is under."""
        found = []
        if name in self.institutions or site in self.institutions:
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
        text=text,
    )


@cache
def shipped_benign() -> Benign:
    """The list that ships with the software."""
    return read_benign((files("fanzha.link") / "benign.yaml").read_bytes())
