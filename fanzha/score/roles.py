"""How well people are ranked by role: heads and key members above the noisy operators, the coerced never as key members.

Of the table `roles` the columns value (a telephone or an account), role and confidence are read. Where nobody is named as a key
member all are of equal strength: the AUC is then one half, and the shares among the first are those of any order.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from fanzha.score import baselines
from fanzha.score.measure import Line, Measure, Part, ratio
from fanzha.score.told import Told
from fanzha.score.truth import Truth

HEADS = ("R-BOSS", "R-FIN")
KEY = (*HEADS, "R-CORE")
OPERATORS = ("R-OPER", "V-TRAF")
NOT_OF_THE_CHAIN = ("", "V-VICT")

Ranking = Mapping[int, int]  # person -> strength; who is not in it has none


def auc(ranking: Ranking, above: Collection[int], below: Collection[int]) -> tuple[int, int]:
    """Twice the pairs (one of `above`, one of `below`) in the right order, a tie counting half, and twice all pairs."""
    low = Counter(ranking.get(person, 0) for person in below)
    high = Counter(ranking.get(person, 0) for person in above)
    won = under = 0
    for strength in sorted(set(low) | set(high)):
        won += high[strength] * (2 * under + low[strength])
        under += low[strength]
    return won, 2 * len(above) * len(below)


def among_first(ranking: Ranking, people: Collection[int], wanted: Collection[int], k: int) -> Fraction:
    """How many of `wanted` are expected among the first k of `people`; those of equal strength are in any order."""
    groups: dict[int, list[int]] = defaultdict(list)
    for person in people:
        groups[ranking.get(person, 0)].append(person)
    found, room = Fraction(0), k
    for strength in sorted(groups, reverse=True):
        if room <= 0:
            break
        group = groups[strength]
        took = min(room, len(group))
        found += Fraction(took * sum(person in wanted for person in group), len(group))
        room -= took
    return found


def chain(truth: Truth) -> list[tuple[int, dict[str, Any]]]:
    """The people of the chain: everybody with a role but that of a victim or of a target who never paid."""
    return [(number, one) for number, one in truth.people.items() if one["role"] not in NOT_OF_THE_CHAIN]


def ranked(ranking: Ranking, truth: Truth) -> list[Measure]:
    """The measures of one ranking of people."""
    role = {number: str(one["role"]) for number, one in chain(truth)}
    coerced = {number for number in role if truth.people[number]["coerced"]}
    heads = {number for number, code in role.items() if code in HEADS and number not in coerced}
    core = {number for number, code in role.items() if code == "R-CORE" and number not in coerced}
    operators = {number for number, code in role.items() if code in OPERATORS or number in coerced}
    key = heads | core
    return [
        ratio("heads_auc", *auc(ranking, heads, operators), why="no_such_people"),
        ratio("core_auc", *auc(ranking, core, operators), why="no_such_people"),
        ratio("heads_first", among_first(ranking, role, heads, len(heads)), len(heads), why="no_such_people"),
        ratio("key_first", among_first(ranking, role, key, len(key)), len(key), why="no_such_people"),
        ratio("coerced_first", among_first(ranking, role, coerced, len(key)), len(key), why="no_such_people"),
    ]


def of_people(strength: Mapping[str, int], truth: Truth) -> Counter[int]:
    """Strengths of telephones and accounts added up per person."""
    found: Counter[int] = Counter()
    for value, amount in strength.items():
        if (person := truth.person_by_value.get(value)) is not None:
            found[person] += amount
    return found


def roles(told: Told, truth: Truth) -> Part:
    """The part `roles`."""
    degree = of_people(baselines.degrees(told), truth)
    rows = told.roles
    lines = [] if rows is None else [Line("fanzha", tuple(_ours(rows, truth)))]
    people = chain(truth)
    seen = ratio("people_seen", sum(bool(degree[number]) for number, _ in people), len(people), why="no_such_people")
    lines.append(Line("degree", (*ranked(degree, truth), seen)))
    heads = [number for number, one in people if one["role"] in HEADS]
    details = {
        "heads": len(heads),
        "heads_seen": sum(bool(degree[number]) for number in heads),
    }
    return Part("roles", tuple(lines), rows is not None, "" if rows is not None else "no_stage", details)


def _ours(rows: list[tuple[Any, ...]], truth: Truth) -> list[Measure]:
    """The measures of the table `roles`: who is named as key, the surer the higher, and how many of these are coerced."""
    strength: dict[str, int] = {}
    for value, role, confidence in rows:
        if role in KEY:
            strength[value] = max(int(confidence), strength.get(value, 0))
    ranking = {truth.person_by_value[value]: n for value, n in strength.items() if value in truth.person_by_value}
    coerced = sum(bool(truth.people[one]["coerced"]) for one in ranking if one in truth.people)
    return [*ranked(ranking, truth), ratio("coerced_named_key", coerced, len(ranking), why="nothing_said")]
