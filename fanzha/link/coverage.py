"""Coverage: which of the stages S0 to S9 of a gang's chain the records show. Contract: the table `coverage`.

`seen`: a record shows it; `hinted`: somebody tells it, or something indicates it; `unknown`: nothing is held, which says what was not
asked for, not that the stage did not happen. Each sign below is one idea: what counts, of which stage, out of which table.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fanzha.link.claims import case_order
from fanzha.link.facts import Facts, callers, gangs_of_cases, gather
from fanzha.link.roles import Row as Assertion
from fanzha.link.roles import assertions
from fanzha.model.words import vocabulary
from fanzha.store.contract import Tables

MADE = ("coverage",)
SEEN, HINTED, UNKNOWN = "seen", "hinted", "unknown"
# Where the work of each role belongs (domain.md 1.2); what a role of an account or a site says of a stage is a hint.
STAGE_OF_ROLE = {
    "R-FIN": "S0", "R-BOSS": "S0", "R-CORE": "S0", "R-HOST": "S3", "R-GUARD": "S3", "R-OPER": "S5", "R-SCRIPT": "S5",
    "R-TECH": "S2", "R-GOIP": "S2", "R-LEAD": "S4", "R-DATA": "S1", "R-ACCT": "S2", "R-CARD": "S2", "R-CDLR": "S2",
    "R-WASH": "S7", "R-CASH": "S8", "R-OTC": "S8", "R-GUAR": "S8", "R-UBNK": "S8", "R-SMUG": "S3", "R-RECR": "S3",
    "R-INS": "S1", "V-TRAF": "S3", "V-VICT": "S6", "V-UNW": "S7",
}  # fmt: skip
REUSE_MS = 86_400_000
CHATS_SQL = """
SELECT c."case_id", COUNT(*), MIN(m."at_ms"), MAX(m."at_ms") FROM "messages" AS m
INNER JOIN "case_reports" AS c ON c."file" = m."file" GROUP BY c."case_id" ORDER BY c."case_id"
"""


class Sign(NamedTuple):
    """That rows of a table show, or hint at, a stage of a case; moments in UTC ms, None where the rows have none."""

    case_id: str
    stage: str
    state: str
    table: str
    rows: int
    moments: tuple[int | None, ...]


Row = tuple[str, str, str, int, str, int | None, int | None]


def coverage(engine: Tables, as_of: int, gang_of: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Make the table `coverage`, up to `as_of` (UTC ms); `gang_of` as in roles.py."""
    facts = gather(engine, as_of, gangs_of_cases(engine) if gang_of is None else gang_of)
    engine.replace_rows("coverage", covered(facts, assertions(facts), engine.rows(CHATS_SQL)))
    return MADE


def covered(
    facts: Facts, said: Sequence[Assertion], chats: Iterable[tuple[str, int, int | None, int | None]] = ()
) -> list[Row]:
    """Rows of `coverage`: every gang and stage. `said`: rows of `roles`; `chats`: rows of CHATS_SQL."""
    found: dict[tuple[str, str, str], list[Sign]] = defaultdict(list)
    signs = [sign for rule in SIGNS for sign in rule(facts)]
    signs += [Sign(case_id, "S5", SEEN, "messages", int(n), (first, last)) for case_id, n, first, last in chats]
    signs += [
        Sign(row[1], STAGE_OF_ROLE[row[4]], HINTED, "roles", 1, (row[11], row[12]))
        for row in said
        if row[4].startswith("R-")
    ]
    for sign in signs:
        found[facts.gang(sign.case_id), sign.stage, sign.state].append(sign)
    gangs = sorted(set(facts.gang_of.values()) | {gang for gang, *_ in found}, key=case_order)
    rows = []
    for gang in gangs:
        for stage in vocabulary("stages"):
            state = next((state for state in (SEEN, HINTED) if found.get((gang, stage, state))), UNKNOWN)
            shown = found.get((gang, stage, state), [])
            moments = [at for sign in shown for at in sign.moments if at is not None]
            tables = ",".join(sorted({sign.table for sign in shown}))
            first, last = (min(moments), max(moments)) if moments else (None, None)
            rows.append((gang, stage, state, sum(sign.rows for sign in shown), tables, first, last))
    return sorted(rows, key=lambda row: row[:2])


def tools_named(facts: Facts) -> Iterator[Sign]:
    """Reports name sites, apps or certificates: tools were made."""
    for one in facts.named:
        if one.kind in ("domain", "app", "certificate"):
            yield Sign(one.case_id, "S2", SEEN, "mentions", 1, (one.at_ms,))


def reached_online(facts: Facts) -> Iterator[Sign]:
    """Reports name sites or apps: the reporter was led there by somebody."""
    for one in facts.named:
        if one.kind in ("domain", "app"):
            yield Sign(one.case_id, "S4", HINTED, "mentions", 1, (one.at_ms,))


def contact_told(facts: Facts) -> Iterator[Sign]:
    """Reports name a number as the contact."""
    for one in facts.named:
        if one.kind == "phone":
            yield Sign(one.case_id, "S5", HINTED, "mentions", 1, (one.at_ms,))


def contact_shown(facts: Facts) -> Iterator[Sign]:
    """Call records show calls to a reporter from a number that is named, or that called several."""
    for rows in callers(facts).values():
        for case_id, at_ms in rows:
            yield Sign(case_id, "S5", SEEN, "calls", 1, (at_ms,))


def payments_shown(facts: Facts) -> Iterator[Sign]:
    """A payment that a statement shows; one that is only told is a hint."""
    for one in facts.paid:
        if one.state != "missing":
            yield Sign(one.case_id, "S6", SEEN if one.shown else HINTED, "payments", 1, (one.at_ms,))


def layers(facts: Facts) -> Iterator[Sign]:
    """Disputed money moved on from the account that the victim paid."""
    for one in facts.moves:
        if one.payer and one.payee and one.tier > 1:
            yield Sign(one.case_id, "S7", SEEN, "flows", 1, (one.at_ms,))


def trail_ends(facts: Facts) -> Iterator[Sign]:
    """Money that nobody has located: it went on from here, or out."""
    for one in facts.reached:
        if one.unlocated > 0:
            for stage in ("S7", "S8"):
                yield Sign(one.case_id, stage, HINTED, "disputed", 1, (one.arrived_ms,))


def left(facts: Facts) -> Iterator[Sign]:
    """Disputed money left the accounts as cash, tokens, goods or abroad."""
    for one in facts.moves:
        if one.exit:
            yield Sign(one.case_id, "S8", SEEN, "flows", 1, (one.at_ms,))


def came_back(facts: Facts) -> Iterator[Sign]:
    """One number of a reporter stands in reports more than a day apart: perhaps a second approach to the same person."""
    for (kind, _), rows in facts.own.items():
        by_gang: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for case_id, at_ms in rows if kind == "phone" else ():
            if at_ms is not None:
                by_gang[facts.gang(case_id)].append((case_id, at_ms))
        for told in by_gang.values():
            moments = [at_ms for _, at_ms in told]
            if max(moments) - min(moments) > REUSE_MS:
                yield Sign(min(case for case, _ in told), "S9", HINTED, "mentions", len(told), tuple(moments))


def changed_tools(facts: Facts) -> Iterator[Sign]:
    """The gang's reports name several sites, the later ones more than a day after the first: sites come and go."""
    sites: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
    for one in facts.named:
        if one.kind == "domain" and one.at_ms is not None:
            of_gang = sites[facts.gang(one.case_id)]
            of_gang[one.value] = min(of_gang.get(one.value, (one.at_ms, one.case_id)), (one.at_ms, one.case_id))
    for of_gang in sites.values():
        moments = tuple(at_ms for at_ms, _ in of_gang.values())
        if len(of_gang) > 1 and max(moments) - min(moments) > REUSE_MS:
            yield Sign(min(case for _, case in of_gang.values()), "S9", HINTED, "mentions", len(of_gang), moments)


def shared_tools(facts: Facts) -> Iterator[Sign]:
    """What several gangs use without being one: it was bought, and is used again."""
    for gang_a, gang_b, _, _ in facts.bridges:
        for gang in (gang_a, gang_b):
            yield Sign(gang, "S9", HINTED, "bridges", 1, ())


SIGNS: tuple[Callable[[Facts], Iterator[Sign]], ...] = (
    tools_named, reached_online, contact_told, contact_shown, payments_shown, layers, trail_ends, left, came_back,
    changed_tools, shared_tools,
)  # fmt: skip
