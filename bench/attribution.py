"""Attribution beside an independent ledger that moves single minor units, on random small worlds; and its speed on a long one.

    python bench/attribution.py --seed 20261126 --result bench/results/attribution.json

Each world has 2 to 6 accounts, 3 to 15 transfers and several victims; one of three misses rows of its statements, one of five
has overdrafts. For each rule that conserves, what is held, what left, what was lost and what was paid must be equal to the
minor unit, also with the statements given in another order. The reference (tests/trace/brute_force.py) shares no code with
fanzha.trace. The speed is that of one statement of many rows and of all rules over it, in processor time.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from fanzha.trace.attribute import Attribution, Entry, attribute, carry, schedule
from fanzha.trace.ledger import totals
from fanzha.trace.rules import RULES

# a test's reference, found by its place
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "trace"))

import brute_force


def ends(found: Attribution, world: brute_force.World, order: list[int]) -> brute_force.Ends:
    """What was found, in the words of the reference; `order` gives the account of each queue."""
    count = len(world.openings)
    result = brute_force.Ends([Counter() for _ in range(count)], {}, [Counter() for _ in range(count)], Counter())
    for queue, parcels in enumerate(found.held):
        result.held[order[queue]].update(dict(totals(parcels)))
    for item in found.lost:
        result.lost[order[item.queue]][item.parcel.label] += item.parcel.amount
    for parcel in found.fresh.values():
        result.paid[parcel.label] += parcel.amount
    for number, payment in enumerate(world.payments):
        if not payment.payee_shows:
            fresh = [found.fresh[number]] if number in found.fresh else []
            gone = Counter(dict(totals([*found.taken.get(number, ()), *fresh])))
            if gone:
                result.gone[number] = gone
    return result


def compare(count: int, seed: int) -> dict[str, dict[str, int]]:
    """Per rule: worlds, worlds that are equal in both orders, worlds that conserve, minor units compared."""
    rng = random.Random(seed)
    found: dict[str, Counter[str]] = {rule: Counter() for rule in brute_force.WAYS}
    for number in range(count):
        world = brute_force.random_world(seed * 1_000_003 + number)
        chains = [[Entry(*row) for row in rows] for rows in brute_force.statements(world)]
        labels = {n: p.victim for n, p in enumerate(world.payments) if p.victim != brute_force.NOBODY}
        order = list(range(len(chains)))
        other = rng.sample(order, len(order))
        for rule, sums in found.items():
            expected = brute_force.ends(world, rule)
            one = ends(attribute(chains, labels, rule), world, order)
            two = ends(attribute([chains[q] for q in other], labels, rule), world, other)
            ended = sum([*one.held, *one.gone.values(), *one.lost], Counter())
            sums["worlds"] += 1
            sums["equal"] += one == expected
            sums["equal_in_another_order"] += two == expected
            sums["conserved"] += ended == one.paid
            sums["disputed_units"] += sum(expected.paid.values())
    return {rule: dict(sums) for rule, sums in found.items()}


def below_poison(count: int, seed: int) -> int:
    """Worlds in which every rule finds at most what poison does, in each account and for each victim."""
    good = 0
    for number in range(count):
        world = brute_force.random_world(seed * 1_000_003 + number)
        chains = [[Entry(*row) for row in rows] for rows in brute_force.statements(world)]
        labels = {n: p.victim for n, p in enumerate(world.payments) if p.victim != brute_force.NOBODY}
        most = [Counter(dict(totals(parcels))) for parcels in attribute(chains, labels, "poison").held]
        good += all(
            Counter(dict(totals(held))) <= bound
            for rule in brute_force.WAYS
            for held, bound in zip(attribute(chains, labels, rule).held, most, strict=True)
        )
    return good


def long_world(accounts: int, transfers: int, seed: int) -> tuple[list[list[Entry]], dict[int, int]]:
    """Complete statements of a world in which one transfer of five hundred is a victim's payment."""
    rng = random.Random(seed)
    balances = [rng.randint(0, 1_000_000) for _ in range(accounts)]
    chains: list[list[Entry]] = [[] for _ in range(accounts)]
    labels = {}
    for number in range(transfers):
        payer, payee = rng.sample(range(accounts), 2)
        if number % 500 == 0:
            payer, labels[number] = -1, number // 500
        amount = rng.randint(1, 500_000)
        if payer >= 0:
            amount = min(amount, balances[payer])
        if not amount:
            continue
        for account, change in ((payer, -amount), (payee, amount)):
            if account >= 0:
                balances[account] += change
                row = len(chains[account])
                chains[account].append(Entry(number, account, row, number, change, balances[account]))
    return chains, labels


def seconds(work: Callable[[], object], repeats: int) -> dict[str, float]:
    """Of processor time: the machine may be busy."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return {
        "median": round(statistics.median(taken), 4),
        "min": round(min(taken), 4),
        "max": round(max(taken), 4),
    }


def speed(transfers: int, seed: int, repeats: int) -> dict[str, object]:
    chains, labels = long_world(200, transfers, seed)
    moves = schedule(chains)
    return {
        "accounts": len(chains),
        "rows": sum(map(len, chains)),
        "victims": len(labels),
        "schedule_seconds": seconds(lambda: schedule(chains), repeats),
        "carry_seconds": {
            rule: seconds(lambda r=rule: carry(moves, len(chains), labels, r), repeats)  # type: ignore[misc]
            for rule in RULES
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--transfers", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    result = {
        "commit": commit,
        "seed": wanted.seed,
        "cores": os.cpu_count(),
        "threads": 1,
        "rules": compare(wanted.worlds, wanted.seed),
        "worlds_at_most_poison": below_poison(wanted.worlds, wanted.seed),
        "speed": speed(wanted.transfers, wanted.seed, wanted.repeats),
    }
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for rule, sums in result["rules"].items():  # type: ignore[attr-defined]
        assert sums["worlds"] == sums["equal"] == sums["equal_in_another_order"] == sums["conserved"], rule


if __name__ == "__main__":
    main()
