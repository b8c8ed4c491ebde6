"""Rules over call records, readable by an officer: which numbers and devices to look at, and what else they may be.

A rule says what was done, never by whom; its innocent explanation is shown beside it. The readings begin equal: `fraud` (a swindler's
line or SIM box), `work` (a call centre, sales, courier, driver, a firm's own gateway), `private`. A scorecard of whole points decides
between them (`fanzha/model/points.py`); points and thresholds are judgements, looked at on synthetic worlds (`bench/callers.py`) and on
made-up honest heavy users (`tests/recognise/call_lives.py`), no measured rates of any country. No hour of the day and nothing about who
the subscriber is counts.

`budget_permille`: of a thousand honest numbers (or devices) that are used enough for the rule to look at, those that may be found and read
as fraud. A rule over its budget
in `call_friction.yaml` (made by `bench/callers.py`) is off.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Generic, NamedTuple, TypeVar

import yaml

from fanzha.model.points import likelihoods
from fanzha.recognise.call_habits import DAY_MS, LINES_MIN, PEOPLE_MIN, Box, Line, Seat

Thing = TypeVar("Thing")
READINGS: Final = ("fraud", "work", "private")
LIKELIEST_MIN, MARGIN_MIN = 500, 250  # per mille; less is open
BOX_LINES_MIN: Final = 4  # numbers of one device within a day: more than two SIM slots and a change of mind
SHOP_LINES_MAX: Final = 10  # numbers that pass through a repair shop's telephone in a day
BURST_MIN: Final = 15  # people called within an hour
TEXTS_MIN: Final = 30  # people written to within an hour
REPORTERS_MIN: Final = 20  # reporters among a thousand people called
LOCATED_MIN: Final = 20  # rows with a cell before "never moves" means anything
LONG_MS: Final = 21 * DAY_MS


class Rule(NamedTuple, Generic[Thing]):
    """One rule; words in `model/schema/call_patterns.yaml`. `innocent`: codes of call_innocent.yaml, the likeliest first."""

    code: str
    budget_permille: int
    innocent: tuple[str, ...]
    holds: Callable[[Thing], bool]


class Sign(NamedTuple, Generic[Thing]):
    """One line of a scorecard: points for each reading where it is seen; words in `model/schema/call_signs.yaml`."""

    code: str
    fraud: int
    work: int
    private: int
    seen: Callable[[Thing], bool]

    @property
    def points(self) -> tuple[int, int, int]:
        """In the order of READINGS."""
        return self.fraud, self.work, self.private


class Boxed(NamedTuple):
    """A device and what its numbers did together; `cold`: how many of them a rule about numbers found."""

    box: Box
    cold: int = 0
    calls: int = 0
    people: int = 0
    once: int = 0
    regulars: int = 0
    back: int = 0
    came: int = 0
    reporters: int = 0


class Reading(NamedTuple):
    """What a number or device may be: per mille in the order of READINGS, the one that stands out or `open`, and why."""

    shares: tuple[int, ...]
    likeliest: str
    signs: tuple[str, ...]
    innocent: tuple[str, ...]
    rules: tuple[str, ...]


def permille(part: int, whole: int) -> int:
    """In whole numbers; 0 of nothing."""
    return 1000 * part // whole if whole else 0


def _strangers(one: Line) -> bool:
    return one.people >= PEOPLE_MIN and permille(one.once, one.people) >= 700 and permille(one.known, one.people) <= 100


def _many_reporters(one: Line | Boxed) -> bool:
    """Several, and more than a courier or a sales line meets among so many by chance."""
    return one.reporters >= 2 and permille(one.reporters, one.people) >= REPORTERS_MIN


LINE_RULES: Final[tuple[Rule[Line], ...]] = (
    Rule("stranger_calls", 10, ("call_centre", "sales", "courier", "driver", "new_line"), lambda b: b.calls >= PEOPLE_MIN and _strangers(b)),
    Rule("message_burst", 10, ("notices", "sales", "invitation"), lambda b: b.texts_hour >= TEXTS_MIN),
    Rule("numbers_in_turn", 5, ("survey", "sales", "firm_numbers"), lambda b: b.people >= PEOPLE_MIN and b.near >= 300),
    Rule("called_reporters", 5, ("call_centre", "courier", "bank_or_police"), lambda b: _many_reporters(b) and not b.back),
)  # fmt: skip
SEAT_RULES: Final[tuple[Rule[Seat], ...]] = (
    Rule("moved_between_devices", 10, ("repair_shop", "new_telephone"), lambda b: b.devices_day >= LINES_MIN),
)
BOX_RULES: Final[tuple[Rule[Boxed], ...]] = (
    Rule("many_numbers_in_device", 10, ("gateway", "repair_shop", "shared_telephone"), lambda b: b.box.lines_day >= BOX_LINES_MIN),
)  # fmt: skip
LINE_CARD: Final[tuple[Sign[Line], ...]] = (
    Sign("reaches_once", 3, 1, -5, lambda b: b.people >= PEOPLE_MIN and permille(b.once, b.people) >= 850),
    Sign("regular_contacts", -5, 3, 3, lambda b: b.regulars >= 5 or permille(b.regulars, b.people) >= 150),
    Sign("seldom_answered", 2, -1, -1, lambda b: b.calls >= PEOPLE_MIN and permille(b.answered, b.calls) <= 500),
    Sign("short_talks", 1, 1, -1, lambda b: b.answered >= 10 and permille(b.short, b.answered) >= 600),
    Sign("nobody_calls_back", 3, -3, -2, lambda b: b.people >= PEOPLE_MIN and permille(b.back, b.people) <= 10),
    Sign("called_back", -4, 4, 1, lambda b: permille(b.back, b.people) >= 40),
    Sign("none_comes_in", 2, -3, -4, lambda b: b.own and b.calls >= PEOPLE_MIN and b.came == 0),
    Sign("calls_come_in", -4, 3, 3, lambda b: b.came >= 5 and permille(b.came, b.calls + b.came) >= 100),
    Sign("called_first_by_them", -3, 3, 2, lambda b: permille(b.known, b.people) >= 80),
    Sign("never_moves", 2, 1, -3, lambda b: b.own and b.located >= LOCATED_MIN and b.cells == 1),
    Sign("moves_about", -4, 3, 3, lambda b: b.own and b.located >= LOCATED_MIN and b.cells >= 4),
    Sign("in_a_full_device", 5, -1, -4, lambda b: b.box_day >= BOX_LINES_MIN),
    Sign("many_devices_a_day", 3, -2, -2, lambda b: b.devices_day >= LINES_MIN),
    Sign("in_turn", 4, 1, -4, lambda b: b.people >= PEOPLE_MIN and b.near >= 300),
    Sign("many_in_an_hour", 2, 1, -3, lambda b: b.hour >= BURST_MIN),
    Sign("many_messages", 3, 2, -4, lambda b: b.texts_hour >= TEXTS_MIN),
    Sign("used_for_days_only", 3, -3, -1, lambda b: b.period_ms >= LONG_MS and b.last_ms - b.first_ms <= 7 * DAY_MS),
    Sign("used_for_weeks", -3, 3, 2, lambda b: b.days >= 15),
    Sign("reporters_called", 6, -2, -4, _many_reporters),
    Sign("named_in_reports", 5, -1, -3, lambda b: b.named >= 1),
)  # fmt: skip
SEAT_CARD: Final[tuple[Sign[Seat], ...]] = (
    Sign("many_devices_a_day", 3, 1, -1, lambda b: b.devices_day >= LINES_MIN),
    Sign("very_many_devices", 4, -1, -4, lambda b: b.devices_day >= 6),
    Sign("few_rows", -8, 2, 2, lambda b: b.rows <= 3 * b.device_days),
)
BOX_CARD: Final[tuple[Sign[Boxed], ...]] = (
    Sign("many_numbers_a_day", 3, 1, -4, lambda b: b.box.lines_day >= BOX_LINES_MIN),
    Sign("numbers_call_strangers", 5, -1, -4, lambda b: b.cold >= 2 and 2 * b.cold >= b.box.lines_day),
    Sign("numbers_live_alone", -4, 2, 4, lambda b: b.box.lines_day <= 1),
    Sign("never_moves", 2, 1, -3, lambda b: b.box.located >= LOCATED_MIN and b.box.cells == 1),
    Sign("moves_about", -4, 3, 2, lambda b: b.box.located >= LOCATED_MIN and b.box.cells >= 4),
    Sign("reaches_once", 2, 0, -2, lambda b: b.people >= PEOPLE_MIN and permille(b.once, b.people) >= 850),
    Sign("regular_contacts", -4, 4, 3, lambda b: permille(b.regulars, b.people) >= 150),
    Sign("none_comes_in", 2, -2, -3, lambda b: b.calls >= PEOPLE_MIN and b.came == 0),
    Sign("calls_come_in", -4, 4, 3, lambda b: b.came >= 5 and permille(b.came, b.came + b.calls) >= 100),
    Sign("nobody_calls_back", 3, -3, -2, lambda b: b.people >= PEOPLE_MIN and permille(b.back, b.people) <= 10),
    Sign("called_back", -4, 4, 1, lambda b: permille(b.back, b.people) >= 40),
    Sign("few_rows", -10, 3, 2, lambda b: b.box.rows <= 3 * b.box.lines and b.box.lines_day <= SHOP_LINES_MAX),
    Sign("reporters_called", 6, -2, -4, _many_reporters),
)  # fmt: skip
# That strangers are called and nobody calls back is said of any sales line that only calls out: fraud needs one of these beside it.
GROUNDS: Final = frozenset(
    {
        "in_a_full_device", "used_for_days_only", "reporters_called", "named_in_reports", "many_devices_a_day", "very_many_devices",
        "numbers_call_strangers",
    }
)  # fmt: skip
RULES: Final[tuple[Rule[Any], ...]] = (*LINE_RULES, *SEAT_RULES, *BOX_RULES)


@cache
def measured() -> Mapping[str, Mapping[str, int]]:
    """What `bench/callers.py` measured of each rule: honest things it looked at, found, and those of them read as fraud."""
    text = (files("fanzha.recognise") / "call_friction.yaml").read_text(encoding="utf-8")
    rules: Mapping[str, Mapping[str, int]] = yaml.load(text, Loader=yaml.CSafeLoader)["rules"]
    return rules


def within_budget(rule: Rule[Any], figures: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether a rule may be on: it was measured, and no more honest ones were read as fraud than its budget allows."""
    told = figures.get(rule.code)
    return (
        told is not None and told["honest"] > 0 and permille(told["as_fraud"], told["honest"]) <= rule.budget_permille
    )


def read(one: Thing, rules: Iterable[Rule[Thing]], card: Iterable[Sign[Thing]]) -> Reading | None:
    """The reading of one number or device; None where no rule that is on finds it."""
    found = [rule for rule in rules if within_budget(rule, measured()) and rule.holds(one)]
    if not found:
        return None
    seen = [sign for sign in card if sign.seen(one)]
    shares = likelihoods(
        [sum(sign.points[place] for sign in seen) for place in range(len(READINGS))] if seen else [0] * 3
    )
    order = sorted(range(len(READINGS)), key=lambda place: -shares[place])
    stands_out = shares[order[0]] >= LIKELIEST_MIN and shares[order[0]] - shares[order[1]] >= MARGIN_MIN
    if READINGS[order[0]] == "fraud" and not GROUNDS & {sign.code for sign in seen}:
        stands_out = False
    strongest = sorted(seen, key=lambda sign: min(sign.points) - max(sign.points))  # stable: the card's order
    innocent = dict.fromkeys(code for rule in found for code in rule.innocent)
    return Reading(
        tuple(shares),
        READINGS[order[0]] if stands_out else "open",
        tuple(sign.code for sign in strongest),
        tuple(_fitting(innocent, {sign.code for sign in seen})),
        tuple(rule.code for rule in found),
    )


def _fitting(innocent: Iterable[str], seen: set[str]) -> list[str]:
    """Innocent explanations, those that the signs fit best first: who moves is no call centre, who sits still no courier."""
    late = (
        {"call_centre", "gateway"}
        if "moves_about" in seen
        else {"courier", "driver"}
        if "never_moves" in seen
        else set[str]()
    )
    return sorted(innocent, key=lambda code: code in late)
