"""Where a case stands: what holds it together, who judged what, which gang it is of, who may play which part, what is not known.

Read from the tables, masked here, and shown by the pages and by the terminal alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fanzha.document.callers import CallerLine, lines_of_cases
from fanzha.document.gather import Row, by, rows
from fanzha.document.page import Ref
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_told, mask_value

_REPORT = re.compile(r"[0-9]+-[0-9]+\Z")
_OF_REPORT = 'SELECT "case_id" FROM "case_reports" WHERE "file" = ? AND "row" = ? ORDER BY "case_id"'
_OF_VALUE = 'SELECT DISTINCT "case_id" FROM "joins" WHERE "kind" = ? AND "value" = ? ORDER BY "case_id"'
SHOWN_STATES = ("stands", "contradicts")  # of a judgement; the others are in the list of acts only
# Reports up to which the weakest link of a case is sought for a page, and on demand: the work grows with their square.
PAGE_WEAK_MAX, ASKED_WEAK_MAX = 120, 500
Thing = tuple[str, str]  # kind ("report" for a report) and what may be shown of it


@dataclass(frozen=True, slots=True)
class Share:
    """Something that two reports share: milli-bits and the code why (words.yaml `whys`, or for and against of kind "support")."""

    kind: str
    label: str
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class WeakPlace:
    """The weakest link of a case: between which reports, how many are on each side, and into what the case would fall
    if the strongest value of the link were nobody's. `act` is the judgement that joins the two, or -1."""

    a: str
    b: str
    weight: int
    shares: tuple[Share, ...]
    sides: tuple[int, int]
    without: tuple[int, ...]
    act: int = -1


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement (table judgements)."""

    act: int
    at_ms: int
    actor: str
    verdict: str
    left: tuple[Thing, ...]
    right: tuple[Thing, ...]
    reason: str
    state: str


@dataclass(frozen=True, slots=True)
class Former:
    """A number that was given up, and the report that made two cases one."""

    number: str
    report: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """What the gang shares with another gang without being one (table bridges); codes of words.yaml `hows` and `bridges`."""

    gang: str
    kind: str
    label: str
    how: str
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class Role:
    """One assertion (table roles): what part a thing may have had, what that rests on, and what else may be true."""

    case_id: str
    kind: str
    label: str
    role: str
    confidence: int
    status: str
    alternatives: tuple[str, ...]
    evidence: tuple[str, ...]
    evidence_count: int
    source: tuple[str, ...]
    first_ms: int | None
    last_ms: int | None
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """How much is held on one stage of the chain (table coverage)."""

    stage: str
    state: str
    evidence_count: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One record worth asking for (table requests); gain per mille."""

    rank: int
    ask_whom: str
    record: str
    kind: str
    label: str
    why: str
    opens: tuple[str, ...]
    gain: int
    reachable_minor: int
    currency: str
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it for one case. `siblings` are the other cases of its gang; `linked` are the cases that have a page to lead to."""

    case_id: str
    weak: WeakPlace | None = None
    judgements: tuple[Judgement, ...] = ()
    former: tuple[Former, ...] = ()
    gang: str = ""
    siblings: tuple[str, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    roles: tuple[Role, ...] = ()
    stages: tuple[Stage, ...] = ()
    requests: tuple[Request, ...] = ()
    linked: frozenset[str] = frozenset()
    calls: tuple[CallerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Gang:
    """One gang on the overview: its cases, and what it shares with others."""

    gang: str
    cases: tuple[str, ...]
    bridges: tuple[Bridge, ...]


@dataclass(slots=True)
class Standings:
    """The tables behind it, read once."""

    engine: Engine
    judgements: list[Judgement] = field(default_factory=list)
    judged: dict[str, list[int]] = field(default_factory=dict)  # case -> places in `judgements`
    history: dict[str, list[Row]] = field(default_factory=dict)
    gang_of: dict[str, str] = field(default_factory=dict)
    cases_of: dict[str, list[str]] = field(default_factory=dict)
    bridges: dict[str, list[Bridge]] = field(default_factory=dict)
    tables: dict[str, dict[str, list[Row]]] = field(default_factory=dict)  # roles, coverage, requests: by gang
    calls: dict[str, tuple[CallerLine, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, engine: Engine, names: Iterable[str] = ()) -> "Standings":
        """Read the tables; `names` are masked in the reasons that people gave."""
        made, known = cls(engine), tuple(names)
        concerned: dict[str, list[int]] = defaultdict(list)
        for row in rows(engine, "judgements"):
            if row["state"] not in SHOWN_STATES:
                continue
            things = [*_things(row["left"]), *_things(row["right"])]
            for case_id in made._cases_of(things):
                concerned[case_id].append(len(made.judgements))
            made.judgements.append(_judgement(row, known))
        made.judged = dict(concerned)
        made.history = by("case_id", rows(engine, "case_history"))
        for row in rows(engine, "gang_cases"):
            made.gang_of[row["case_id"]] = row["gang_id"]
            made.cases_of.setdefault(row["gang_id"], []).append(row["case_id"])
        for row in rows(engine, "bridges"):
            for gang, other in ((row["gang_a"], row["gang_b"]), (row["gang_b"], row["gang_a"])):
                made.bridges.setdefault(gang, []).append(_bridge(row, other))
        for name in ("roles", "coverage", "requests"):
            made.tables[name] = by("gang_id", rows(engine, name))
        made.calls = lines_of_cases(engine)
        return made

    def of(self, case_id: str, weak: WeakPlace | None = None) -> Standing:
        """Where one case stands; `weak` is its weakest link, which only linking knows."""
        gang = self.gang_of.get(case_id, "")
        return Standing(
            case_id,
            weak,
            tuple(self.judgements[place] for place in self.judged.get(case_id, ())),
            tuple(self._former(case_id)),
            gang,
            tuple(case for case in self.cases_of.get(gang, ()) if case != case_id),
            tuple(self.bridges.get(gang, ())),
            tuple(_role(row) for row in self.rows_of("roles", gang)),
            tuple(_stage(row) for row in self.rows_of("coverage", gang)),
            tuple(_request(row) for row in self.rows_of("requests", gang)),
            calls=self.calls.get(case_id, ()),
        )

    def rows_of(self, name: str, gang: str) -> list[Row]:
        """The rows behind `roles`, `stages` and `requests` of a gang, in the same order, unmasked; roles the surest first."""
        found = self.tables.get(name, {}).get(gang, [])
        return sorted(found, key=_surest) if name == "roles" else found

    def gangs(self) -> list[Gang]:
        """Every gang of several cases or with a bridge to another, the one of most cases first."""
        made = [Gang(gang, tuple(cases), tuple(self.bridges.get(gang, ()))) for gang, cases in self.cases_of.items()]
        worth = [one for one in made if len(one.cases) > 1 or one.bridges]
        return sorted(worth, key=lambda one: (-len(one.cases), -len(one.bridges), one.gang))

    def _cases_of(self, things: Iterable[Thing]) -> list[str]:
        found: set[str] = set()
        for kind, value in things:
            if kind == "report":
                given: tuple[object, ...] = tuple(map(int, value.split("-")))
            else:
                given = (kind, value)
            found.update(
                str(case) for (case,) in self.engine.rows(_OF_REPORT if kind == "report" else _OF_VALUE, given)
            )
        return sorted(found)

    def _former(self, case_id: str) -> list[Former]:
        """Every number that leads to a case, through numbers that led to one of them too."""
        found, waiting, seen = [], [case_id], {case_id}
        while waiting:
            for row in self.history.get(waiting.pop(), ()):
                if row["former"] not in seen:
                    seen.add(row["former"])
                    waiting.append(row["former"])
                    found.append(Former(row["former"], f"{row['file']}-{row['row']}"))
        return sorted(found, key=lambda one: tuple(map(int, one.number.split("-"))))


def _things(text: str | None) -> list[Thing]:
    """The reports and identifiers that a column of judgements lists; what has no kind belongs to the identifier before it."""
    found: list[Thing] = []
    for part in (text or "").split(", "):
        kind, colon, value = part.partition(":")
        if _REPORT.match(part):
            found.append(("report", part))
        elif colon and re.fullmatch(r"[a-z_]+", kind):
            found.append((kind, value))
        elif part and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}, {part}")
    return found


def _judgement(row: Row, names: tuple[str, ...]) -> Judgement:
    left, right = (masked_things(row[side]) for side in ("left", "right"))
    reason = mask_told(row["reason"] or "", names)
    return Judgement(row["act"], row["at_ms"], row["actor"], row["verdict"], left, right, reason, row["state"])


def _bridge(row: Row, other: str) -> Bridge:
    label = mask_value(row["kind"], row["value"])
    return Bridge(other, row["kind"], label, row["how"], row["weight"], row["why"])


def _role(row: Row) -> Role:
    return Role(
        row["case_id"],
        row["kind"],
        mask_value(row["kind"], row["value"]),
        row["role"],
        row["confidence"],
        row["status"],
        codes(row["alternatives"]),
        codes(row["evidence"]),
        row["evidence_count"],
        codes(row["source"]),
        row["first_ms"],
        row["last_ms"],
    )


def _surest(row: Row) -> tuple[bool, int, int, str, str]:
    """The surest assertion first; victims and other readings last."""
    order = list(vocabulary("roles"))
    place = order.index(row["role"]) if row["role"] in order else len(order)
    return (not row["role"].startswith("R-"), -row["confidence"], place, row["kind"], row["value"])


def _stage(row: Row) -> Stage:
    return Stage(row["stage"], row["state"], row["evidence_count"], codes(row["records"]))


def _request(row: Row) -> Request:
    return Request(
        row["rank"],
        row["ask_whom"],
        row["record"],
        row["kind"],
        mask_value(row["kind"], row["value"] or ""),
        row["why"],
        codes(row["opens"]),
        row["gain"],
        row["reachable_minor"] or 0,
        row["currency"] or "",
    )


def codes(text: str | None) -> tuple[str, ...]:
    """The codes that a column lists, with commas."""
    return tuple(code.strip() for code in (text or "").split(",") if code.strip())


def masked_things(text: str | None) -> tuple[Thing, ...]:
    """Reports and identifiers of a column of judgements as they may be shown."""
    return tuple((kind, value if kind == "report" else mask_value(kind, value)) for kind, value in _things(text))


def case_numbers(engine: Engine) -> dict[tuple[int, int], set[str]]:
    """The cases of every report, by file and row."""
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for case_id, file, row in engine.rows('SELECT "case_id", "file", "row" FROM "case_reports"'):
        found[file, row].add(case_id)
    return dict(found)


def moves(
    before: Mapping[tuple[int, int], set[str]], after: Mapping[tuple[int, int], set[str]]
) -> list[tuple[str, str, list[str]]]:
    """Which reports went from which case to which: (before, after, reports), the most reports first."""
    went: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file, row in sorted(before.keys() | after.keys()):
        old, new = (sorted(cases.get((file, row), ())) for cases in (before, after))
        if old != new:
            went[", ".join(old), ", ".join(new)].append(f"{file}-{row}")
    return sorted(((a, b, names) for (a, b), names in went.items()), key=lambda one: (-len(one[2]), one[0], one[1]))
