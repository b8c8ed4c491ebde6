"""What tracing finds of breaks, accounts at rest, test transfers, merchant fronts and shared networks, where all of them are planted.

    python bench/exits.py --seed 20261127 --out bench/results/exits.json

The preset `exits` is written and measured three times: `received` is what reached the centre by itself; `asked` adds the statements of
every account that the chain's money touched or came to beyond a break, up to the end of the world, as if all banks had been asked, but for
dealers in coin, gold and used goods; `all` adds those too. Read through the public door (`fanzha.open(...).table`). A planted thing is
`visible` where both of its rows stand in an admitted file, `traced_out` where disputed money was followed to the way out: the table
`exits` names it, of whatever kind, or `flows`, where the statement of who was paid is held too.
Clocks of banks differ, so rows are told apart by account, amount and a few minutes. Same seed, same figures.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import fanzha
from fanzha.simulate import bodies

ROOT = Path(__file__).parents[1]
SKEW_MS = 3 * 60_000
ACCOUNTS_A_FILE = 40
DEALERS = ("otc", "jeweller", "used_goods")  # roles of accounts that a break goes through
SHARED = ("shared_device", "shared_mac", "shared_ip", "crowded_ip")  # patterns
ONE_DEVICE = ("shared_device", "shared_mac", "shared_ip")  # those that speak of one team; the last is a crowd
Rows = list[dict[str, Any]]


def command(*arguments: object) -> float:
    """Seconds of a command of fanzha. One that fails ends this script."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "fanzha", *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"fanzha {arguments[0]} ended with {done.returncode}\n{done.stdout}")
    return round(time.perf_counter() - start, 1)


def rows(world: Path, name: str) -> Rows:
    read: Rows = pq.read_table(world / "truth" / f"{name}.parquet").to_pylist()
    return read


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def auc(positive: Sequence[int], negative: Sequence[int]) -> float | None:
    """How often one of the first is above one of the second; equal ones are half."""
    pairs = len(positive) * len(negative)
    above = sum((a > b) + 0.5 * (a == b) for a in positive for b in negative)
    return round(above / pairs, 3) if pairs else None


def statements(world: Path, accounts: Collection[str], folder: Path) -> None:
    """The statements of these accounts at the end of the world, in each bank's own form; one folder for a bank."""
    opened = bodies.opened(world)
    by_bank: dict[int, list[str]] = defaultdict(list)
    for account, bank in sorted(bodies.keepers(world, accounts).items()):
        by_bank[bank.k].append(account)
    for bank in opened.banks:
        mine = by_bank.get(bank.k, [])
        held = bodies.legs(world, bank, dict.fromkeys(mine, opened.end_ms)) if mine else {}
        for first in range(0, len(mine), ACCOUNTS_A_FILE):
            parts = [(one, held[one]) for one in mine[first : first + ACCOUNTS_A_FILE] if held[one]]
            if parts:
                data, suffix = bodies.statement_file(opened, bank, parts, opened.end_ms)
                place = folder / str(bank.k)
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{bodies.file_stem(bank)}_{first:05d}.{suffix}").write_bytes(data)


class Seen:
    """What a workspace holds, and where a truth's row stands in it."""

    def __init__(self, workspace: Path) -> None:
        with fanzha.open(workspace) as held:
            read = {
                name: held.table(name, "training").to_pylist()
                for name in ("legs", "transfers", "exits", "flows", "breaks", "patterns", "outcomes", "disputed")
            }
        self.tables: dict[str, Rows] = read
        self.legs: dict[tuple[str, str, int], list[int]] = defaultdict(list)
        self.span: dict[str, tuple[int, int]] = {}
        for leg in read["legs"]:
            self.legs[leg["account"], leg["direction"], leg["amount_minor"]].append(leg["at_ms"])
            low, high = self.span.get(leg["account"], (leg["at_ms"], leg["at_ms"]))
            self.span[leg["account"]] = min(low, leg["at_ms"]), max(high, leg["at_ms"])
        self.transfer = {one["transfer"]: one for one in read["transfers"]}

    def has(self, account: str, direction: str, amount: int, at_ms: int) -> bool:
        """Whether an admitted statement shows this row."""
        return any(abs(one - at_ms) <= SKEW_MS for one in self.legs.get((account, direction, amount), ()))

    def flagged(self, pattern: str) -> set[str]:
        """Accounts with a pattern."""
        return {row["account"] for row in self.tables["patterns"] if row["pattern"] == pattern}


def breaks(world: Path, seen: Seen) -> dict[str, Any]:
    """By kind and way: planted, left within what was traced, visible, proposed (any, and as the surest); and how many proposed are right."""
    truth = rows(world, "breaks")
    exits = {
        (seen.transfer[one["transfer"]]["payer"], seen.transfer[one["transfer"]]["amount_minor"])
        for one in (*seen.tables["exits"], *seen.tables["flows"])
        if one["transfer"] in seen.transfer
    }
    proposed = seen.tables["breaks"]
    surest: dict[int, int] = {}
    for one in proposed:
        surest[one["out_transfer"]] = max(one["confidence"], surest.get(one["out_transfer"], 0))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    right: set[int] = set()
    for planted in truth:
        told = found[f"{planted['kind']}/{planted['way']}"]
        told["planted"] += 1
        left = seen.has(planted["payer"], "out", planted["out_minor"], planted["out_ms"])
        came = seen.has(planted["payee"], "in", planted["in_minor"], planted["in_ms"])
        traced = (planted["payer"], planted["out_minor"]) in exits
        told["out_row_held"] += left
        told["in_row_held"] += came
        told["traced_out"] += traced
        told["visible"] += left and came
        told["visible_and_traced"] += left and came and traced
        mine = [place for place, one in enumerate(proposed) if same(planted, one)]
        right.update(mine)
        told["found"] += bool(mine)
        told["found_surest"] += any(
            proposed[place]["confidence"] == surest[proposed[place]["out_transfer"]] for place in mine
        )
    made: dict[str, Any] = {}
    for name, told in sorted(found.items()):
        made[name] = dict(told) | {
            "recall": share(told["found"], told["planted"]),
            "recall_of_visible_and_traced": share(told["found"], told["visible_and_traced"]),
        }
    made["proposed"] = {}
    for kind in sorted({one["kind"] for one in proposed}):
        places = [place for place, one in enumerate(proposed) if one["kind"] == kind]
        sure = [place for place in places if proposed[place]["confidence"] >= 600]
        made["proposed"][kind] = {
            "rows": len(places),
            "precision": share(len(right.intersection(places)), len(places)),
            "rows_600": len(sure),
            "precision_600": share(len(right.intersection(sure)), len(sure)),
        }
    return made


def same(planted: dict[str, Any], one: dict[str, Any]) -> bool:
    return (
        one["kind"] == planted["kind"]
        and (one["payer"], one["payee"]) == (planted["payer"], planted["payee"])
        and (one["out_minor"], one["in_minor"]) == (planted["out_minor"], planted["in_minor"])
        and abs(one["out_ms"] - planted["out_ms"]) <= SKEW_MS
        and abs(one["in_ms"] - planted["in_ms"]) <= SKEW_MS
    )


def at_rest(marks: dict[str, Rows], seen: Seen) -> dict[str, Any]:
    """Accounts of the chain that woke up, and honest ones; visible: reached, and the statement shows both sides of the rest."""
    flagged, reached = seen.flagged("dormant_then_active"), {one["account"] for one in seen.tables["disputed"]}
    made: dict[str, Any] = {"flagged": len(flagged)}
    planted: set[str] = set()
    for mark in ("dormant", "sleeper"):
        accounts = {one["account"] for one in marks[mark]}
        planted |= accounts
        visible = {
            one["account"]
            for one in marks[mark]
            if one["account"] in seen.span
            and seen.span[one["account"]][0] <= one["from_ms"]
            and seen.span[one["account"]][1] >= one["to_ms"]
        }
        made[mark] = {
            "planted": len(accounts),
            "visible": len(visible),
            "visible_and_reached": len(visible & reached),
            "flagged": len(accounts & flagged),
            "recall_of_visible_and_reached": share(len(flagged & visible & reached), len(visible & reached)),
        }
    made["precision_rest_is_real"] = share(len(flagged & planted), len(flagged))
    made["precision_chain"] = share(len(flagged & {one["account"] for one in marks["dormant"]}), len(flagged))
    return made


def test_transfers(world: Path, seen: Seen) -> dict[str, Any]:
    """Planted tests whose two rows are in admitted files, and those that a pattern shows."""
    shown: set[tuple[str, str, int]] = set()
    patterns = [row for row in seen.tables["patterns"] if row["pattern"] == "test_transfer"]
    pairs: list[tuple[str, str, int]] = []
    for row in patterns:
        moves = [seen.transfer[int(one)] for one in row["transfers"].split(",") if int(one) in seen.transfer]
        if moves:
            least = min(moves, key=lambda one: one["amount_minor"])
            pairs.append((least["payer"], least["payee"], least["amount_minor"]))
    shown.update(pairs)
    truth = rows(world, "tests")
    keys = {(one["payer"], one["payee"], one["amount_minor"]) for one in truth}

    def both(one: dict[str, Any]) -> bool:
        sides = (("payer", "out"), ("payee", "in"))
        rows_ = ((one["amount_minor"], one["at_ms"]), (one["large_minor"], one["large_ms"]))
        return any(all(seen.has(one[side], way, amount, at) for amount, at in rows_) for side, way in sides)

    visible = [one for one in truth if both(one)]
    hit = [one for one in visible if (one["payer"], one["payee"], one["amount_minor"]) in shown]
    return {
        "planted": len(truth),
        "visible": len(visible),
        "found": len(hit),
        "recall_of_visible": share(len(hit), len(visible)),
        "by_amount": {
            str(amount): share(
                sum(one["amount_minor"] == amount for one in hit), sum(one["amount_minor"] == amount for one in visible)
            )
            for amount in sorted({one["amount_minor"] for one in visible})
        },
        "rows": len(pairs),
        "precision_chain": share(sum(pair in keys for pair in pairs), len(pairs)),
    }


def fronts(marks: dict[str, Rows], seen: Seen) -> dict[str, Any]:
    """Readings of fronts beside those of honest shops that disputed money reached."""
    told: dict[str, list[dict[str, Any]]] = {}
    for mark in ("merchant_front", "honest_shop", "paid_worker"):
        accounts = {one["account"] for one in marks[mark]}
        told[mark] = [one for one in seen.tables["outcomes"] if one["account"] in accounts]

    def scores(mark: str, *readings: str) -> list[int]:
        return [sum(one[reading] for reading in readings) for one in told[mark]]

    return {
        "planted": {mark: len({one["account"] for one in marks[mark]}) for mark in told},
        "read": {mark: len(found) for mark, found in told.items()},
        "auc_merchant_front": auc(scores("merchant_front", "merchant_front"), scores("honest_shop", "merchant_front")),
        "auc_front_or_mule": auc(
            scores("merchant_front", "merchant_front", "mule"), scores("honest_shop", "merchant_front", "mule")
        ),
        "likeliest": {mark: dict(Counter(one["likeliest"] for one in found)) for mark, found in told.items()},
        "reasons": {
            mark: dict(Counter(why for one in found for why in one["reasons"].split(",")).most_common(8))
            for mark, found in told.items()
        },
    }


def networks(world: Path, seen: Seen) -> dict[str, Any]:
    """Accounts with the pattern of shared devices, beside those that a house moved from a line that two of its accounts shared."""
    teams = {one["ip"] for one in rows(world, "networks") if one["kind"] == "team"}
    reached = {one["account"] for one in seen.tables["disputed"]}
    on_line: dict[str, set[str]] = defaultdict(set)
    for leg in seen.tables["legs"]:
        if leg.get("ip") in teams:
            on_line[leg["ip"]].add(leg["account"])
    sharing = {
        account for accounts in on_line.values() if len(accounts & reached) > 1 for account in accounts & reached
    }
    controlled = {one["account"] for one in rows(world, "accounts") if one["controller"] >= 0}
    made: dict[str, Any] = {
        "legs_with_address": sum(bool(leg.get("ip")) for leg in seen.tables["legs"]),
        "visible": len(sharing),
    }
    every: set[str] = set()
    for pattern in SHARED:
        flagged = seen.flagged(pattern)
        every |= flagged if pattern in ONE_DEVICE else set()
        made[pattern] = against(flagged, sharing, controlled)
    return made | {"one_device": against(every, sharing, controlled)}


def against(flagged: set[str], sharing: set[str], controlled: set[str]) -> dict[str, Any]:
    return {
        "flagged": len(flagged),
        "recall_of_visible": share(len(flagged & sharing), len(sharing)),
        "precision_same_line": share(len(flagged & sharing), len(flagged)),
        "precision_moved_by_the_chain": share(len(flagged & controlled), len(flagged)),
    }


def figures(world: Path, workspace: Path) -> dict[str, Any]:
    seen, marks = Seen(workspace), defaultdict(list)
    for one in rows(world, "marks"):
        marks[one["mark"]].append(one)
    return {
        "rows": len(seen.tables["legs"]),
        "accounts_with_statement": len(seen.span),
        "accounts_reached": len({one["account"] for one in seen.tables["disputed"]}),
        "breaks": breaks(world, seen),
        "at_rest": at_rest(marks, seen),
        "tests": test_transfers(world, seen),
        "fronts": fronts(marks, seen),
        "networks": networks(world, seen),
    }


def touched(world: Path) -> set[str]:
    """Accounts that the chain's money touched, came to beyond a break, or whose holder let them rest."""
    named: Iterable[str] = (one["account"] for name in ("accounts", "marks") for one in rows(world, name))
    return set(named) | {one["payee"] for one in rows(world, "breaks") if not one["token"]}


def ask(world: Path, accounts: Collection[str], folder: Path, workspace: Path) -> None:
    """Admit the statements of these accounts at the end of the world, each bank's under its own terms."""
    statements(world, accounts, folder)
    banks = {str(bank.k): bank for bank in bodies.opened(world).banks}
    with fanzha.open(workspace) as held:
        for place in sorted(folder.iterdir()):
            bank = banks[place.name]
            held.admit([place], fanzha.Terms(body=bank.name, **bodies.settings_of(bank)))
        held.refresh()


def measured(seed: int, sizes: Sequence[object]) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = folder / "world"
        seconds = {"simulate": command("simulate", world, "--preset", "exits", "--seed", seed, *sizes)}
        told: dict[str, Any] = {"preset": "exits", "seed": seed, "commit": commit, "cores": os.cpu_count()}
        told["world"] = json.loads((world / "world.json").read_text(encoding="utf-8"))
        seconds["received"] = command("run", world, "--workspace", folder / "kept", "--out", folder / "report")
        told["received"] = figures(world, folder / "kept")
        dealers = {one["account"] for one in rows(world, "accounts") if one["role"] in DEALERS}
        for part, accounts in (("asked", touched(world) - dealers), ("all", dealers)):
            start = time.perf_counter()
            ask(world, accounts, folder / part, folder / "kept")
            seconds[part] = round(time.perf_counter() - start, 1)
            told[part] = figures(world, folder / "kept")
        return told | {"seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--size", nargs="*", default=[], help="options of fanzha simulate, for a smaller world")
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    wanted = parser.parse_args()
    text = json.dumps(measured(wanted.seed, wanted.size), indent=1, ensure_ascii=False)
    print(text)
    if wanted.out:
        wanted.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
