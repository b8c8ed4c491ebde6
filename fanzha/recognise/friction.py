"""False alarms as counted: a rule or a model is on only while it alarms honest senders no more often than its budget allows.

`friction.yaml` is made by `bench/friction.py` from the honest texts of public sets, by source. Sources of fewer than `ROWS_MIN` texts
are counted together as one. One text is no rate: a single false alarm switches nothing off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Protocol, TypeVar

import yaml

ROWS_MIN: Final = 1_000
SMALL: Final = "small"  # the name of the small sources together
ONE_TEXT: Final = 1
# What a learned model may do to honest texts of a language, per thousand, where no rule agrees with it.
SCAM_MAX, SUSPICIOUS_MAX = 5, 50


class Budgeted(Protocol):
    """A rule, as far as its budget goes."""

    @property
    def code(self) -> str:
        """Its name."""

    @property
    def budget_permille(self) -> int:
        """Honest texts per thousand that it may hit; 0 for a rule that warns of nothing."""


Rule = TypeVar("Rule", bound=Budgeted)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of `rows` honest texts were hit. `source` is the set, or "small", or "all"."""

    source: str
    hits: int
    rows: int

    def within(self, budget_permille: int) -> bool:
        """Whether that is no more than the budget."""
        return self.hits <= ONE_TEXT or self.hits * 1000 <= budget_permille * self.rows


@dataclass(frozen=True, slots=True)
class Figure:
    """What was counted for one rule, in the form `mark` of it: where it hit most often, and all sources together."""

    mark: str
    worst: Counted
    pooled: Counted


@cache
def _file() -> dict[str, Any]:
    text = (files("fanzha.recognise") / "friction.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


@cache
def figures() -> Mapping[str, Figure]:
    """What was counted, by code of the rule."""
    return {
        code: Figure(str(one["mark"]), Counted(*one["worst"]), Counted("all", *one["pooled"]))
        for code, one in _file()["rules"].items()
    }


def models() -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """Model -> language -> {rows, scam, suspicious}: honest texts that it gives these verdicts."""
    found: dict[str, dict[str, dict[str, int]]] = _file()["models"]
    return found


def may_warn(model: str, language: str) -> bool:
    """Whether a model may warn in a language with no rule beside it. A model that was never counted here (a deployer's own) may."""
    counted = models().get(model, {}).get(language)
    if counted is None:
        return True
    scam, rows = counted["scam"], counted["rows"]
    doubted = Counted(language, scam + counted["suspicious"], rows)
    return Counted(language, scam, rows).within(SCAM_MAX) and doubted.within(SUSPICIOUS_MAX)


def measured() -> Mapping[str, str]:
    """When it was counted, at which commit, with which phrases."""
    said: dict[str, str] = _file()["measured"]
    return said


def on(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that may be on: they warn of nothing, or they were counted and are within their budget."""
    return tuple(rule for rule in rules if _may(rule))


def _may(rule: Budgeted) -> bool:
    if not rule.budget_permille:
        return True
    figure = figures().get(rule.code)
    return figure is not None and all(one.within(rule.budget_permille) for one in (figure.worst, figure.pooled))
