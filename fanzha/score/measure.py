"""What a score is made of: measures with their numerator and denominator, one line of them for each method, parts of lines.

A measure is a fraction of two counts (or of two sums of minor units) and keeps both, so that a reader can judge how much it
rests on. What cannot be said has no value and says why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fanzha.score.words import entry

DIGITS = 4  # of every value that is written

Count = int | Fraction


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `code` is a key of words.yaml `measures`; `of` says of what: a currency, a kind, a group, or nothing.

    `top` and `bottom` are None for a value that is no fraction (a median), and `bottom` is then how many it is of.
    """

    code: str
    value: float | None
    top: int | float | None
    bottom: int | float | None
    of: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """The figure with what its two counts are."""
        said = entry("measures", self.code)
        why = entry("whys", self.why)["en"] if self.why else ""
        return {
            "value": self.value,
            "numerator": self.top,
            "denominator": self.bottom,
            "numerator_is": said["top_en"],
            "denominator_is": said["bottom_en"],
            "why": why,
        }


def _plain(count: Count) -> int | float:
    """A whole count as it is, another one rounded."""
    if isinstance(count, int) or count.denominator == 1:
        return int(count)
    return round(float(count), DIGITS)


def ratio(code: str, top: Count, bottom: Count, *, of: str = "", why: str = "nothing_to_count") -> Measure:
    """`top` of `bottom`. Of nothing there is no share: the value is None and `why` says so."""
    if not bottom:
        return Measure(code, None, _plain(top), _plain(bottom), of, why)
    return Measure(code, round(float(Fraction(top) / Fraction(bottom)), DIGITS), _plain(top), _plain(bottom), of)


def figure(
    code: str, value: Count | float | None, count: int, *, of: str = "", why: str = "nothing_to_count"
) -> Measure:
    """A value that is no fraction, over `count` things."""
    if value is None or not count:
        return Measure(code, None, None, count, of, why)
    return Measure(code, round(float(value), DIGITS), None, count, of)


def unknown(code: str, why: str, *, of: str = "") -> Measure:
    """A figure that cannot be said, and why (a key of words.yaml `whys`)."""
    return Measure(code, None, None, None, of, why)


@dataclass(frozen=True, slots=True)
class Line:
    """The measures of one method: `fanzha` or a baseline, a key of words.yaml `methods`."""

    method: str
    measures: tuple[Measure, ...]

    def get(self, code: str, of: str = "") -> Measure:
        """One measure by its code; KeyError if this method has none."""
        for measure in self.measures:
            if measure.code == code and measure.of == of:
                return measure
        raise KeyError((code, of))

    def as_json(self) -> dict[str, Any]:
        """Measures by code. Those of several currencies or kinds are nested; beside a whole they stand under `<code>_by`."""
        whole = {measure.code for measure in self.measures if not measure.of}
        found: dict[str, Any] = {}
        for measure in self.measures:
            if measure.of:
                name = f"{measure.code}_by" if measure.code in whole else measure.code
                found.setdefault(name, {})[measure.of] = measure.as_json()
            else:
                found[measure.code] = measure.as_json()
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score. `made` is False where no stage makes what it measures; `why` then says so."""

    name: str
    lines: tuple[Line, ...]
    made: bool = True
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def line(self, method: str = "fanzha") -> Line:
        """The measures of one method; KeyError if it is not among them."""
        for line in self.lines:
            if line.method == method:
                return line
        raise KeyError(method)

    def as_json(self) -> dict[str, Any]:
        """This part as plain data."""
        return {
            "made": self.made,
            "why": entry("whys", self.why)["en"] if self.why else "",
            "methods": {line.method: line.as_json() for line in self.lines},
            "details": dict(self.details),
        }


@dataclass(frozen=True, slots=True)
class Score:
    """How near a workspace came to the truth. `world` is what world.json says; times are UTC milliseconds."""

    world: Mapping[str, Any]
    as_of_ms: int
    end_ms: int
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """One part by name; KeyError if there is none."""
        return {part.name: part for part in self.parts}[name]

    def as_json(self) -> dict[str, Any]:
        """The whole score as plain data with stable keys."""
        return {
            "fanzha_score": 1,
            "world": dict(self.world),
            "as_of_ms": self.as_of_ms,
            "end_ms": self.end_ms,
            "parts": {part.name: part.as_json() for part in self.parts},
        }


def median(values: Iterable[int]) -> Fraction | None:
    """The middle value, or the mean of the two in the middle; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return Fraction(ordered[middle] + ordered[-middle - 1], 2)
