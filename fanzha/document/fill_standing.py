"""Which rows the assertions and requests of a case rest on."""

from dataclasses import replace

from fanzha.document.fill_case import rows_behind
from fanzha.document.gather import Row, World, unique
from fanzha.document.page import Ref
from fanzha.document.standing import Standing, Standings

CALLS_SHOWN = 20
_CALLS = 'SELECT "file", "row" FROM calls WHERE counterparty = ? OR subscriber = ? ORDER BY "file", "row" LIMIT {most}'


def with_rows(world: World, standings: Standings, stands: Standing, pages: frozenset[str]) -> Standing:
    """`stands` with the rows behind each role and each request of its gang; `pages` are the cases that have one."""
    cases = (stands.case_id, *stands.siblings)
    roles = zip(stands.roles, standings.rows_of("roles", stands.gang), strict=True)
    requests = zip(stands.requests, standings.rows_of("requests", stands.gang), strict=True)
    return replace(
        stands,
        linked=pages,
        roles=tuple(replace(one, refs=_behind(world, cases, row)) for one, row in roles),
        requests=tuple(
            replace(one, refs=_behind(world, cases, row) or _reports(world, stands.case_id)) for one, row in requests
        ),
    )


def _behind(world: World, cases: tuple[str, ...], row: Row) -> tuple[Ref, ...]:
    kind, value = row["kind"], row["value"] or ""
    for case_id in cases:
        if found := rows_behind(world, case_id, kind, value):
            return found
    if kind != "phone":
        return ()
    called = world.engine.rows(_CALLS.format(most=CALLS_SHOWN), (value, value))
    return unique(ref for file, line in called for ref in world.ref(file, line))


def _reports(world: World, case_id: str) -> tuple[Ref, ...]:
    return unique(world.report_ref(place) for place in world.members[case_id])
