"""How strongly an identifier pulls the reports that name it together. Integers only: sums must not depend on order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

from fanzha.clean import (
    account,
    address,
    app,
    bic,
    cell,
    certificate,
    cnaps,
    credit_code,
    domain,
    email,
    iban,
    iccid,
    imei,
    imsi,
    phone,
    url,
    wallet,
)
from fanzha.clean.digits import MILLIBITS_PER_DIGIT
from fanzha.link.kernels import Ints, Rules

WHY = ("benign", "own", "partial", "invalid", "specific", "popular", "weak_kind")  # the first that holds is the reason
Flags = NDArray[np.bool_]
MILLIBITS_PER_CHARACTER = 4000  # of identifiers that `clean` has no module for: fewer than log2(36) a character

_SPECIFICITY: Mapping[str, Callable[[str], int]] = {
    "account": account.specificity,
    "address": address.specificity,
    "app": app.specificity,
    "bic": bic.specificity,
    "cell": cell.specificity,
    "certificate": certificate.specificity,
    "cnaps": cnaps.specificity,
    "credit_code": credit_code.specificity,
    "domain": domain.specificity,
    "email": email.specificity,
    "iban": iban.specificity,
    "iccid": iccid.specificity,
    "imei": imei.specificity,
    "imsi": imsi.specificity,
    "phone": phone.specificity,
    "url": url.specificity,
    "wallet": wallet.specificity,
}


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of weights.yaml (milli-bits and counts), frozen for one epoch."""

    threshold: int
    penalty_per_bucket: int
    near_cases_max: int
    partial_fits_max: int
    pairs_max: int
    case_max: int
    unsure_cap: int
    slip_discount: int
    support: Mapping[str, int]
    classes: Mapping[str, int]
    cap: Mapping[str, int]
    floor: Mapping[str, int]
    trust: Mapping[str, int] = field(default_factory=dict)

    def base(self, kind: str, value: str) -> int:
        """Milli-bits of this value before popularity: its specificity within the bounds of its kind, and the kind's trust."""
        bits, floor, cap = specificity(kind, value), self.floor[kind], self.cap[kind]
        bits = floor if bits < floor else cap if bits > cap else bits
        return max(0, bits + self.trust.get(kind, 0)) if self.trust else bits

    def rules(self) -> Rules:
        """The numbers that the kernels need."""
        return Rules(self.threshold, self.penalty_per_bucket, self.pairs_max, **self.support)

    def weight(self, base: int, reports: int) -> int:
        """Milli-bits left when `reports` reports name it; never below zero."""
        return max(0, base - self.penalty_per_bucket * reports.bit_length())


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one identifier over all reports, before it is weighed.

    `reports` counts those that name it as somebody else's; `valid` holds if any mention of it was found valid.
    """

    reports: int
    valid: bool
    partial: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """One row of `pulls`: the weight in milli-bits, whether it joins by itself, and the code why."""

    reports: int
    weight: int
    joins: bool
    why: str


def specificity(kind: str, value: str) -> int:
    """Milli-bits by which this value narrows the search; visible characters only."""
    if "*" in value:
        visible = value.replace("*", "").removeprefix("+")
        return len(visible) * MILLIBITS_PER_DIGIT
    measure = _SPECIFICITY.get(kind)
    return measure(value) if measure else len(value) * MILLIBITS_PER_CHARACTER


def carried(weights: Weights, base: int, seen: Seen, benign: bool) -> int:
    """Milli-bits that a value carries before popularity, `base` being `Weights.base` of it; 0 for one that belongs to nobody."""
    if benign or seen.reports == 0:
        return 0
    return min(base, weights.unsure_cap) if seen.partial or not seen.valid else base


def pull(weights: Weights, base: int, seen: Seen, benign: bool) -> Pull:
    """Weigh one identifier. The reasons that forbid joining come first, whatever the weight."""
    weight = weights.weight(carried(weights, base, seen, benign), seen.reports)
    if benign:
        return Pull(seen.reports, 0, False, "benign")
    if seen.reports == 0:
        return Pull(0, 0, False, "own")
    if seen.partial:
        return Pull(seen.reports, weight, False, "partial")
    if not seen.valid:
        return Pull(seen.reports, weight, False, "invalid")
    if weight >= weights.threshold:
        return Pull(seen.reports, weight, True, "specific")
    alone = weights.weight(base, 1)
    return Pull(seen.reports, weight, False, "popular" if alone >= weights.threshold else "weak_kind")


def carried_all(weights: Weights, base: Ints, reports: Ints, unsure: Flags, benign: Flags) -> Ints:
    """`carried` of many identifiers at once; columns of one length, `unsure` where one is partial or not valid."""
    bounded = np.where(unsure, np.minimum(base, weights.unsure_cap), base)
    return np.where(benign | (reports == 0), 0, bounded)


def pull_all(weights: Weights, base: Ints, seen: tuple[Ints, Flags, Flags], benign: Flags) -> tuple[Ints, Flags, Ints]:
    """`pull` of many identifiers at once: weight, whether each joins, and the place of its reason in WHY.

    `seen`: reports, valid, partial; columns of one length.
    """
    reports, valid, partial = seen
    buckets = np.frexp(reports.astype(np.float64))[1].astype(np.int64)  # the bit length; exact below 2**53
    before = carried_all(weights, base, reports, partial | ~valid, benign)
    weight = np.maximum(0, before - weights.penalty_per_bucket * buckets)
    popular = np.maximum(0, base - weights.penalty_per_bucket) >= weights.threshold
    conditions = [benign, reports == 0, partial, ~valid, weight >= weights.threshold, popular]
    why = np.select(conditions, range(len(conditions)), len(conditions)).astype(np.int64)
    return weight, why == WHY.index("specific"), why


def read_weights(text: str) -> Weights:
    """The record made from the text of a file such as weights.yaml."""
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    return Weights(
        threshold=raw["threshold"],
        penalty_per_bucket=raw["penalty_per_bucket"],
        near_cases_max=raw["near_cases_max"],
        partial_fits_max=raw["partial_fits_max"],
        pairs_max=raw["pairs_max"],
        case_max=raw["case_max"],
        unsure_cap=raw["unsure_cap"],
        slip_discount=raw["slip_discount"],
        support=raw["support"],
        classes={kind: raw["classes"].index(bounds["class"]) for kind, bounds in raw["kinds"].items()},
        cap={kind: bounds["cap"] for kind, bounds in raw["kinds"].items()},
        floor={kind: bounds["floor"] for kind, bounds in raw["kinds"].items()},
    )


def is_current(text: bytes) -> bool:
    """Whether a file of weights says all that this version needs."""
    raw = yaml.load(text, Loader=yaml.CSafeLoader)
    return set(raw) >= set(yaml.load(shipped_weights_text(), Loader=yaml.CSafeLoader))


@cache
def shipped_weights() -> Weights:
    """The weights of the present epoch."""
    return read_weights(shipped_weights_text().decode())


def shipped_weights_text() -> bytes:
    """The file of the present epoch, byte for byte, as it is journalled."""
    return (files("fanzha.link") / "weights.yaml").read_bytes()
