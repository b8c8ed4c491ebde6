"""Forms that disputed money takes: where it meets, comes back, is peeled off, is spent. Contract: the table `shapes`.

Only transfers that carried disputed money of the case are looked at, in the order of time, so the work is bounded by what was
traced. A form says where to look, never who is guilty. Peel chains after Meiklejohn et al., "A Fistful of Bitcoins" (IMC 2013).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from fanzha.store.contract import Tables

MADE = ("shapes",)
PEEL_PERCENT, PEEL_HOPS_MIN = 80, 3  # of what came goes on in one transfer; assumptions
ROUND_HOPS_MAX, ROUND_STEPS_MAX = 6, 2_000  # hops of a round trip; steps of the search from one transfer
SHOWN_TRANSFERS = 50  # numbers listed per form

FLOWS_SQL = """
SELECT "case_id", "transfer", "payer", "payee", "at_ms", "disputed_minor", "currency", "exit", "tier"
FROM "flows" ORDER BY "case_id", "at_ms", "transfer"
"""
MERCHANTS_SQL = """
SELECT "case_id", "account", "currency", "arrived_ms", "received_minor" FROM "disputed"
WHERE "innocent" = 'shop' AND "received_minor" > 0 ORDER BY "case_id", "account", "currency"
"""


class Flow(NamedTuple):
    """One transfer that carried disputed money; a row of FLOWS_SQL without its case."""

    transfer: int
    payer: str
    payee: str
    at_ms: int
    amount: int
    currency: str
    exit: str
    tier: int


Shape = tuple[str, str, str, int, int, str, int, str]  # a row of `shapes`


def shapes(engine: Tables) -> tuple[str, ...]:
    """Make `shapes` from `flows` and `disputed`."""
    by_case: dict[str, list[Flow]] = defaultdict(list)
    for case_id, *rest in engine.rows(FLOWS_SQL):
        by_case[case_id].append(Flow(*rest))
    found: list[Shape] = []
    for case_id, flows in by_case.items():
        found += [(case_id, *one) for one in (*convergences(flows), *round_trips(flows), *peel_chains(flows))]
    came: dict[tuple[str, str, str], list[Flow]] = defaultdict(list)
    for case_id, flows in by_case.items():
        for flow in flows:
            came[case_id, flow.payee, flow.currency].append(flow)
    for case_id, account, currency, arrived, received in engine.rows(MERCHANTS_SQL):
        mine = came[case_id, account, currency]
        numbers = _listed([flow.transfer for flow in mine])
        found.append((case_id, "merchant", account, arrived or 0, received, currency, len(mine), numbers))
    for case_id, flows in by_case.items():
        found += [
            (case_id, "merchant", flow.payer, flow.at_ms, flow.amount, flow.currency, 1, str(flow.transfer))
            for flow in flows
            if flow.exit == "goods"
        ]
    engine.replace_rows("shapes", sorted(found, key=lambda row: (row[0], row[1], row[2], row[3], row[7])))
    return MADE


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers[:SHOWN_TRANSFERS]))


def convergences(flows: Sequence[Flow]) -> list[tuple[Any, ...]]:
    """Accounts beyond the first tier that two or more accounts sent disputed money to."""
    into: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.payee and flow.payer and flow.tier >= 2:
            into[flow.payee, flow.currency].append(flow)
    found = []
    for (account, currency), came in into.items():
        payers = {flow.payer for flow in came}
        if len(payers) > 1:
            amount = sum(flow.amount for flow in came)
            numbers = _listed([flow.transfer for flow in came])
            found.append(("convergence", account, came[0].at_ms, amount, currency, len(payers), numbers))
    return found


def _leaving(flows: Sequence[Flow]) -> dict[tuple[str, str], list[Flow]]:
    out: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in flows:
        if flow.payer:
            out[flow.payer, flow.currency].append(flow)
    return out


def round_trips(flows: Sequence[Flow]) -> list[tuple[Any, ...]]:
    """Disputed money that left an account and came back to it through others, in the order of time; the shortest way of each
    first transfer. The amount is the least carried on the way."""
    out = _leaving(flows)
    found = []
    for start in flows:
        if not start.payer or not start.payee or start.payee == start.payer:
            continue
        way = _way_back(start, out)
        if way:
            amount = min(flow.amount for flow in way)
            numbers = _listed([flow.transfer for flow in way])
            found.append(("round_trip", start.payer, start.at_ms, amount, start.currency, len(way), numbers))
    return found


def _way_back(start: Flow, out: dict[tuple[str, str], list[Flow]]) -> list[Flow]:
    """The shortest time-respecting way from the payee of a transfer to its payer, the earliest among equals; empty if there is
    none of ROUND_HOPS_MAX hops."""
    layer: list[list[Flow]] = [[start]]
    seen = {start.payee}
    steps = 0
    for _ in range(ROUND_HOPS_MAX - 1):
        further: list[list[Flow]] = []
        for way in layer:
            for flow in out.get((way[-1].payee, start.currency), ()):
                steps += 1
                if steps > ROUND_STEPS_MAX:
                    return []
                if (flow.at_ms, flow.transfer) <= (way[-1].at_ms, way[-1].transfer) or not flow.payee:
                    continue
                if flow.payee == start.payer:
                    return [*way, flow]
                if flow.payee not in seen:
                    seen.add(flow.payee)
                    further.append([*way, flow])
        layer = further
    return []


def peel_chains(flows: Sequence[Flow]) -> list[tuple[Any, ...]]:
    """Chains of three or more transfers in each of which four fifths or more of what came went on at once to one account, less
    what stayed or went elsewhere. Each transfer is in one chain at most."""
    out = _leaving(flows)
    used: set[int] = set()
    found = []
    for start in flows:
        if start.transfer in used or not start.payee:
            continue
        chain = [start]
        while nxt := _goes_on(chain[-1], out, used):
            chain.append(nxt)
            used.add(nxt.transfer)
        peeled = chain[0].amount - chain[-1].amount
        if len(chain) >= PEEL_HOPS_MIN and peeled > 0:
            used.add(start.transfer)
            numbers = _listed([flow.transfer for flow in chain])
            account = start.payer or start.payee
            found.append(("peel_chain", account, start.at_ms, chain[0].amount, start.currency, len(chain), numbers))
        else:
            used.difference_update(flow.transfer for flow in chain)
    return found


def _goes_on(flow: Flow, out: dict[tuple[str, str], list[Flow]], used: set[int]) -> Flow | None:
    """The next transfer of a peel chain: the first after this one that carries four fifths of it but no more than it."""
    for nxt in out.get((flow.payee, flow.currency), ()):
        later = (nxt.at_ms, nxt.transfer) > (flow.at_ms, flow.transfer)
        if later and nxt.transfer not in used and nxt.payee and 100 * nxt.amount >= PEEL_PERCENT * flow.amount:
            return nxt if nxt.amount <= flow.amount else None
    return None
