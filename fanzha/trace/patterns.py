"""Patterns that a person needs to see beside the flow, each with the transfers that show it and an innocent explanation.

Contract: `patterns` makes the table of that name, from transfers, legs, disputed, flows, accounts and entities. Looked at are the accounts
that disputed money reached and the transfers among them and their direct neighbours. A pattern says nothing about who holds an account;
every threshold below is an assumption, to be changed where a jurisdiction's figures say otherwise.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.transaction import is_transaction
from fanzha.store.contract import Tables
from fanzha.trace.legs import WINDOW_MS
from fanzha.trace.pattern_kernels import Edges, Ints, cycles, edges, fans, scatters, through
from fanzha.trace.pattern_runs import Move, dormant, equal_amounts, structured, tests
from fanzha.trace.shared_addresses import shared_addresses
from fanzha.trace.shared_devices import shared_devices

MADE = ("patterns",)

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
# Assumptions. Windows are ends of a day's work of a laundering house; counts are set so that a household seldom shows them.
WOKEN_MS: Final = 7 * DAY_MS  # a rest that ended longer before disputed money came has nothing to do with it
THROUGH_MS: Final = 30 * MINUTE_MS
THROUGH_MIN, THROUGH_MAX = 16, 21  # twentieths of what came that went on
FAN_MS, FAN_MIN = DAY_MS, 5
GATHER_MS, GATHER_MIN = 3 * DAY_MS, 3  # on both sides
SCATTER_MS, SCATTER_MIN = 2 * DAY_MS, 2
CYCLE_MS = 7 * DAY_MS
CYCLE_KEEPS = (
    700,
    1_100,
)  # per mille of a hop that the next one carries: fees and a share kept, or some own money added
WORK_MAX = 1_000  # transfers looked at for one transfer; a popular account costs no more
PAIRS_MAX = 2_000  # pairs of source and end whose ways are listed
ROWS_MAX, EVIDENCE_MAX = 3, 20  # rows for one account and pattern; transfers listed in one row (the count is of all)

# Beyond these the arithmetic of the kernels could overflow; a forged row may state anything.
TIME_MAX, AMOUNT_MAX, SUM_MAX = 2**61, 2**44, 2**63 - 1

# What to check first where the records themselves suggest nothing (codes of schema/innocent.yaml).
INNOCENT: Final[Mapping[str, str]] = {
    "pass_through": "unwitting",
    "fan_in": "shop",
    "fan_out": "payroll",
    "scatter_gather": "family",
    "gather_scatter": "shop",
    "cycle": "family",
    "dormant_then_active": "unwitting",
    "test_transfer": "unwitting",
    "structured": "shop",
    "equal_amounts": "shop",
    "shared_device": "family",
    "shared_mac": "family",
    "shared_ip": "family",
    "crowded_ip": "unwitting",
}

# Transfers that touch an account which disputed money reached, or join two direct neighbours of such accounts.
NEAR_SQL = """
WITH reached AS (
  SELECT DISTINCT "account", "currency" FROM "disputed" WHERE "account" <> ''
), sides AS (
  SELECT t."transfer", t."payer", t."payee", t."currency" FROM "transfers" AS t
  JOIN reached AS r ON r."account" = t."payer" AND r."currency" = t."currency"
  UNION
  SELECT t."transfer", t."payer", t."payee", t."currency" FROM "transfers" AS t
  JOIN reached AS r ON r."account" = t."payee" AND r."currency" = t."currency"
), near AS (
  SELECT "payer" AS "account", "currency" FROM sides WHERE "payer" <> ''
  UNION
  SELECT "payee" AS "account", "currency" FROM sides WHERE "payee" <> ''
)
SELECT t."transfer", t."payer", t."payee", t."at_ms", t."amount_minor", t."currency" FROM "transfers" AS t
WHERE t."at_ms" <= ? AND t."payer" <> t."payee" AND (
  EXISTS (SELECT 1 FROM sides AS s WHERE s."transfer" = t."transfer")
  OR (EXISTS (SELECT 1 FROM near AS a WHERE a."account" = t."payer" AND a."currency" = t."currency")
    AND EXISTS (SELECT 1 FROM near AS b WHERE b."account" = t."payee" AND b."currency" = t."currency"))
) ORDER BY t."at_ms", t."transfer"
"""
ARRIVED_SQL = """
SELECT "account", "currency", "arrived_ms" FROM "disputed" WHERE "account" <> '' AND "arrived_ms" IS NOT NULL
ORDER BY "account", "currency", "arrived_ms"
"""
REACHED_SQL = """
SELECT "account", "currency", MIN("innocent"), MAX("innocent") FROM "disputed" WHERE "account" <> ''
GROUP BY "account", "currency" ORDER BY "account", "currency"
"""

Purse = tuple[str, str]
Row = tuple[Any, ...]


class Near(NamedTuple):
    """Transfers near the disputed money as arrays; a node is an account and currency."""

    rows: Sequence[Row]  # [edges] rows of NEAR_SQL: what the table tells is exact, whatever the arrays can hold
    graph: Edges
    purses: Sequence[Purse]  # by node
    nodes: Mapping[Purse, int]


class Found(NamedTuple):
    """A pattern at a node: the edges that show it, in the order of time and before the cap, and those whose amounts add up."""

    node: int
    pattern: str
    size: int
    moved: tuple[int, ...]
    shown: tuple[int, ...]


def patterns(engine: Tables, as_of: int) -> tuple[str, ...]:
    """Make the table patterns from the transfers up to `as_of` (UTC ms). Returns the names of the tables made."""
    near = near_transfers(engine.rows(NEAR_SQL, (as_of,)))
    reached = {(row[0], row[1]): _worst(row[2], row[3]) for row in engine.rows(REACHED_SQL)}
    wanted = frozenset(near.nodes[purse] for purse in reached if purse in near.nodes and not is_transaction(purse[0]))
    arrived: dict[Purse, list[int]] = defaultdict(list)
    for account, currency, at_ms in engine.rows(ARRIVED_SQL):
        arrived[account, currency].append(int(at_ms))
    rows = [
        _row(near, hit, reached[near.purses[hit.node]])
        for hit in found(near, wanted)
        if hit.pattern != "dormant_then_active" or woken(near, hit, arrived[near.purses[hit.node]])
    ]
    for one in shared_devices(engine):
        spoken = reached[one.account, one.currency]
        span = (one.from_ms, one.to_ms, one.amount, one.holders)
        rows.append(_as_row((one.account, one.currency), "shared_device", span, one.transfers, spoken))
    for use in shared_addresses(engine):
        spoken = reached[use.account, use.currency]
        span = (use.from_ms, use.to_ms, min(use.amount, SUM_MAX), use.holders)
        rows.append(_as_row((use.account, use.currency), use.pattern, span, use.transfers, spoken))
    engine.replace_rows("patterns", sorted(rows, key=lambda r: (r[0], r[1], r[2], r[3], r[4], r[7])))
    return MADE


def near_transfers(rows: Iterable[Row]) -> Near:
    """Rows of NEAR_SQL (number, payer, payee, ms, minor units, currency; by time) as arrays. A side that is empty joins nothing."""
    nodes: dict[Purse, int] = {}
    listed = list(rows)
    sides = np.full((2, len(listed)), -1, dtype=np.int64)
    for i, (_, payer, payee, _, _, currency) in enumerate(listed):
        for side, account in enumerate((payer, payee)):
            if account:
                sides[side, i] = nodes.setdefault((account, currency), len(nodes))
    at = np.clip(np.array([row[3] for row in listed], dtype=np.int64), -TIME_MAX, TIME_MAX)
    amount = np.minimum(np.array([row[4] for row in listed], dtype=np.int64), AMOUNT_MAX)
    return Near(listed, edges(sides[0], sides[1], at, amount, len(nodes)), tuple(nodes), nodes)


def found(near: Near, wanted: frozenset[int]) -> list[Found]:
    """Every pattern of the nodes in `wanted`, at most ROWS_MAX of a kind for each, the largest first chosen."""
    e = near.graph
    keep = np.zeros(e.nodes + 1, dtype=bool)  # the last place is that of unknown sides (-1)
    keep[list(wanted)] = True
    by_payer = _by_node(e.payer, keep)
    by_payee = _by_node(e.payee, keep)
    several: list[Found] = []
    several += _windows(e, keep, by_payer, by_payee)
    several += _rounds(e, keep)
    several += _gathered(e, keep)
    for node in sorted(wanted):
        credits = [_move(near, i) for i in by_payee.get(node, ())]
        debits = [_move(near, i) for i in by_payer.get(node, ())]
        for pattern, groups in (
            ("test_transfer", tests(credits)),
            ("structured", [*structured(credits), *structured(debits)]),
            ("equal_amounts", [*equal_amounts(credits), *equal_amounts(debits)]),
            ("dormant_then_active", dormant(sorted([*credits, *debits], key=lambda m: (m.at, m.edge)))),
        ):
            for group in groups:
                shown = tuple(move.edge for move in group)
                several.append(Found(node, pattern, len(group), shown, shown))
    return _largest(e, several)


def woken(near: Near, rest: Found, arrived: Iterable[int]) -> bool:
    """Whether disputed money came (UTC ms) within WOKEN_MS after the rest ended, or brought it to its end."""
    wakes = int(near.graph.at[rest.shown[1]])  # the first of a rest is the movement before it
    return any(-WINDOW_MS <= at_ms - wakes <= WOKEN_MS for at_ms in arrived)


def _windows(
    e: Edges, keep: NDArray[np.bool_], by_payer: Mapping[int, Sequence[int]], by_payee: Mapping[int, Sequence[int]]
) -> list[Found]:
    """Patterns of one account in a sliding window: pass-through, fan-in, fan-out, gather-scatter."""
    fan, gather, passed = fans(e, FAN_MS), fans(e, GATHER_MS), through(e, THROUGH_MS)
    came, went = passed[:, 0], passed[:, 1]
    both = np.minimum(gather[:, 4], gather[:, 1])
    on = (came > 0) & (20 * went >= THROUGH_MIN * came) & (20 * went <= THROUGH_MAX * came)
    made: list[Found] = []
    for pattern, side, size, hit, span, books in (
        ("fan_in", e.payee, fan[:, 0], fan[:, 0] >= FAN_MIN, FAN_MS, (by_payee,)),
        ("fan_out", e.payer, fan[:, 1], fan[:, 1] >= FAN_MIN, FAN_MS, (by_payer,)),
        ("gather_scatter", e.payer, both, both >= GATHER_MIN, GATHER_MS, (by_payee, by_payer)),
        ("pass_through", e.payer, went, on, THROUGH_MS, (by_payee, by_payer)),
    ):
        picked = _apart(e, side, size, np.flatnonzero(hit & keep[side]), span)
        for i in picked:
            shown = _inside(e, [book.get(int(side[i]), ()) for book in books], i, span)
            node = int(side[i])
            if pattern == "pass_through":
                moved = tuple(j for j in shown if e.payer[j] == node)
                made.append(Found(node, pattern, len(shown), moved, shown))
            else:
                made.append(Found(node, pattern, int(size[i]), shown, shown))
    return made


def _apart(e: Edges, side: Ints, size: Ints, hits: Ints, span: int) -> list[int]:
    """Of the edges that complete a pattern, the largest of each node that do not lie within one window of each other."""
    chosen: list[int] = []
    order = sorted(hits.tolist(), key=lambda i: (side[i], -size[i], i))
    for _, group in groupby(order, key=lambda i: side[i]):
        kept: list[int] = []
        for i in group:
            if len(kept) == ROWS_MAX:
                break
            if all(abs(int(e.at[i]) - int(e.at[j])) >= span for j in kept):
                kept.append(i)
        chosen += kept
    return chosen


def _inside(e: Edges, books: Iterable[Sequence[int]], last: int, span: int) -> tuple[int, ...]:
    """The edges of some books that lie in the window ending with the edge `last`."""
    shown: set[int] = set()
    for book in books:
        place = bisect_right(book, last)
        while place > 0 and e.at[book[place - 1]] > e.at[last] - span:
            place -= 1
            shown.add(book[place])
    return tuple(sorted(shown))


def _rounds(e: Edges, keep: NDArray[np.bool_]) -> Iterator[Found]:
    """The shortest cycle that each transfer closes, for each of its accounts that is wanted."""
    _, path, _ = cycles(e, CYCLE_MS, CYCLE_KEEPS, WORK_MAX)
    for i in np.flatnonzero(path[:, 0] >= 0).tolist():
        shown = tuple(int(j) for j in path[i] if j >= 0)
        for j in shown:
            if keep[e.payer[j]]:
                yield Found(int(e.payer[j]), "cycle", len(shown), (i,), shown)


def _gathered(e: Edges, keep: NDArray[np.bool_]) -> Iterator[Found]:
    """Scatter-gather, for source, middles and end; of one source and end the widest, and of all the PAIRS_MAX widest."""
    count, source, _ = scatters(e, SCATTER_MS, WORK_MAX)
    best: dict[tuple[int, int], int] = {}
    for i in np.flatnonzero(count >= SCATTER_MIN).tolist():
        key = int(source[i]), int(e.payee[i])
        if key not in best or count[i] > count[best[key]]:
            best[key] = i
    if not best:
        return
    key_of = e.payer * e.nodes + e.payee
    order = np.argsort(key_of, kind="stable")
    sorted_keys = key_of[order]
    for (start, end), i in sorted(best.items(), key=lambda item: (-count[item[1]], item))[:PAIRS_MAX]:
        ways: dict[int, tuple[int, int]] = {}
        for out in _credits(e, end, i):
            middle, since = int(e.payer[out]), e.at[i] - SCATTER_MS
            if e.at[out] <= since:
                break
            if middle >= 0 and middle not in ways and middle not in (start, end):
                low, high = np.searchsorted(sorted_keys, start * e.nodes + middle + np.arange(2))
                before = [int(j) for j in order[low:high][-WORK_MAX:] if since < e.at[j] < e.at[out]]
                if before:
                    ways[middle] = (before[-1], out)
        shown = tuple(sorted({j for way in ways.values() for j in way}))
        moved = tuple(sorted(way[1] for way in ways.values()))
        for node in (start, end, *sorted(ways)):
            if keep[node]:
                yield Found(node, "scatter_gather", len(ways), moved, shown)


def _credits(e: Edges, node: int, last: int) -> Iterator[int]:
    """Credits of a node up to the edge `last`, newest first, at most WORK_MAX."""
    book = e.credit[e.start[node] : e.start[node + 1]]
    stop = int(np.searchsorted(book, last, side="right"))
    for place in range(stop - 1, max(stop - 1 - WORK_MAX, -1), -1):
        yield int(book[place])


def _by_node(side: Ints, keep: NDArray[np.bool_]) -> dict[int, list[int]]:
    """The edges of each wanted node on one side, in the order of time."""
    books: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero(keep[side]).tolist():
        books[int(side[i])].append(i)
    return dict(books)


def _move(near: Near, i: int) -> Move:
    e = near.graph
    return Move(i, int(e.at[i]), int(e.amount[i]), int(e.payer[i]))


def _largest(e: Edges, several: Iterable[Found]) -> list[Found]:
    """At most ROWS_MAX of a node and pattern: most movements, then most money, then the earliest."""
    kept: list[Found] = []
    order = sorted(
        set(several),
        key=lambda f: (f.node, f.pattern, -f.size, -sum(int(e.amount[i]) for i in f.moved), f.shown),
    )
    for _, group in groupby(order, key=lambda f: (f.node, f.pattern)):
        kept += list(group)[:ROWS_MAX]
    return kept


def _worst(low: str, high: str) -> str:
    """One code where cases differ: the one that speaks for the holder."""
    return low if high == "none" else high


def _row(near: Near, one: Found, innocent: str) -> Row:
    shown = [near.rows[i] for i in one.shown]
    at = [int(row[3]) for row in shown]
    amount = min(sum(int(near.rows[i][4]) for i in one.moved), SUM_MAX)
    numbers = [int(row[0]) for row in shown]
    return _as_row(near.purses[one.node], one.pattern, (min(at), max(at), amount, one.size), numbers, innocent)


def _as_row(
    purse: Purse, pattern: str, span: tuple[int, int, int, int], transfers: Sequence[int], innocent: str
) -> Row:
    """A row of the table; `span` is from, to (UTC ms), minor units and count."""
    shown = ",".join(str(number) for number in transfers[:EVIDENCE_MAX])
    return (*purse, pattern, *span, shown, innocent if innocent != "none" else INNOCENT[pattern])
