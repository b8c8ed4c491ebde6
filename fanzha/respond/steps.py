"""Steps of a case: their order of urgency, and the number by which a person adopts one.

The order changes with each order that is given; a number that a person saw must not. So numbers are those of the plan as it would
be had nothing been ordered: what is ordered leaves its number empty and moves no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

VERBS = (
    "lift",
    "hold",
    "ask_holder",
    "request_statement",
    "request_exit",
    "clarify_report",
    "request_subscriber",
    "takedown",
)
NO_ORDER = -1


class Step(NamedTuple):
    """One proposal before it is ranked. `amount` and `expires_ms` are None where the verb has none; `lifts`: the order that a lift
    would end, else NO_ORDER."""

    case_id: str
    verb: str
    target_kind: str
    target: str
    body: str
    amount: int | None
    currency: str
    expires_ms: int | None
    ground: str
    innocent: str
    reachable: int
    lifts: int = NO_ORDER


def ranked(steps: Iterable[Step], plan: Iterable[Step], measures: Mapping[str, Sequence[int]]) -> list[tuple[Any, ...]]:
    """Rows of `steps`, ranked from 1 in each case: lifts, then most reachable money first, then verb, target, currency, ground.

    `plan`: the steps had nothing been ordered; they number those of `steps` that are among them, from 1 in each case. A lift has the number
    that follows them at the place of its order among `measures` (every hold and freeze of the case, by number); what is left comes after.
    """
    by_case, planned = _by_case(steps), _by_case(plan)
    rows = []
    for case_id, here in by_case.items():
        numbers = _numbers(here, planned.get(case_id, []), measures.get(case_id, ()))
        rows += [
            (case_id, rank, number, *step[1:-1])
            for rank, (step, number) in enumerate(zip(here, numbers, strict=True), 1)
        ]
    return rows


def _by_case(steps: Iterable[Step]) -> dict[str, list[Step]]:
    by_case: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_case[step.case_id].append(step)
    return {case_id: sorted(by_case[case_id], key=_urgency) for case_id in sorted(by_case)}


def _urgency(step: Step) -> tuple[Any, ...]:
    return (step.verb != "lift", -step.reachable, VERBS.index(step.verb), step.target, step.currency, step.ground)


def _numbers(here: Sequence[Step], planned: Sequence[Step], measures: Sequence[int]) -> list[int]:
    """The numbers of the steps of one case. Steps that differ in nothing but their amount take theirs in turn."""
    free: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, step in enumerate(planned, 1):
        free[_sameness(step)].append(number)
    last, others, found = len(planned), len(planned) + len(measures), []
    for step in here:
        same = free.get(_sameness(step))
        if step.verb == "lift" and step.lifts in measures:
            found.append(last + 1 + measures.index(step.lifts))
        elif same:
            found.append(same.pop(0))
        else:
            others += 1
            found.append(others)
    return found


def _sameness(step: Step) -> tuple[str, ...]:
    return (step.verb, step.target_kind, step.target, step.currency, step.ground)
