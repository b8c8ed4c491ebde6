"""The numbers by which cases are put together as one gang's: gang_weights.yaml, frozen for one epoch. Whole milli-bits."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Class:
    """One class of things: the strongest counts up to `first`, each further one `more`, all together at most `most` (milli-bits)."""

    first: int
    more: int
    most: int
    supplier: bool  # suppliers lend such things to several gangs


@dataclass(frozen=True, slots=True)
class Support:
    """What two groups of cases say beside things (milli-bits; days)."""

    scam_same: int
    scam_differs: int
    currency_differs: int
    near_days: int
    near: int
    far_days: int
    far: int


@dataclass(frozen=True, slots=True)
class GangWeights:
    """The file gang_weights.yaml. `kinds` leads from a kind of identifier to its class, `ways` from a way of sharing to class and cap."""

    threshold: int
    penalty_per_bucket: int
    cases_max: int
    place_people: int
    classes: Mapping[str, Class]
    kinds: Mapping[str, str]
    ways: Mapping[str, tuple[str, int]]
    support: Support

    def class_of(self, kind: str, how: str) -> str:
        """The class of a thing; "" for kinds that say nothing of gangs (a name, a place, an institution)."""
        return self.ways.get(how, ("", 0))[0] or self.kinds.get(kind, "")

    def thing(self, kind: str, how: str, left: int, cases: int) -> int:
        """Milli-bits of a thing that `cases` cases share; `left` is what its identifier still weighs. Never below 0."""
        name = self.class_of(kind, how)
        if not name or cases > self.cases_max:
            return 0
        weight = min(self.classes[name].first, left, self.ways[how][1] if how in self.ways else left)
        return max(0, weight - self.penalty_per_bucket * max(0, cases.bit_length() - 2))


def read_gang_weights(text: str) -> GangWeights:
    """The record made from the text of a file such as gang_weights.yaml. KeyError: a way names a class that is not there."""
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    classes = {
        name: Class(one["first"], one["more"], one["most"], one["supplier"]) for name, one in raw["classes"].items()
    }
    for way in raw["ways"].values():
        if "class" in way and way["class"] not in classes:
            raise KeyError(way["class"])
    return GangWeights(
        threshold=raw["threshold"],
        penalty_per_bucket=raw["penalty_per_bucket"],
        cases_max=raw["cases_max"],
        place_people=raw["place_people"],
        classes=classes,
        kinds={kind: name for name, one in raw["classes"].items() for kind in one["kinds"]},
        ways={how: (way.get("class", ""), way["cap"]) for how, way in raw["ways"].items()},
        support=Support(**raw["support"]),
    )


@cache
def shipped_gang_weights() -> GangWeights:
    """The weights of the present epoch."""
    return read_gang_weights(shipped_gang_weights_text().decode())


def shipped_gang_weights_text() -> bytes:
    """The file of the present epoch, byte for byte, as it is journalled."""
    return (files("fanzha.link") / "gang_weights.yaml").read_bytes()
