"""How many broken pairs of legs are mended, and how many wrong ones are made.

    python bench/repair.py --seed 20261126 --result bench/results/repair.json [--folder FOLDER | --tables TABLES.duckdb]

The legs of a folder of files (the city of the examples), or of a copy of a workspace's tables. Pairs found in them as they are
count as true; then one thing is broken at a time: the clock of one bank, a fee taken on the way, a payment firm in between.
A pair is wrong that was none before. All other legs stay as they are, and are what could be paired by mistake.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

import fanzha
from fanzha.store.engine import Engine
from fanzha.trace.clocks import banks_of
from fanzha.trace.legs import LEGS_SQL, Leg
from fanzha.trace.pair import Paired, paired

HOUR_MS = 3_600_000
FIRM = {"counter": "243300133", "counter_holder": "财付通支付科技有限公司"}
Place = tuple[int, int]


def legs_of(folder: Path, tables: Path | None) -> list[Leg]:
    engine = Engine()
    if tables is not None:
        with duckdb.connect(str(tables), read_only=True) as kept:
            for name in ("legs", "notes"):
                engine.put(name, kept.execute(f'SELECT * FROM "{name}"').to_arrow_table())
    else:
        with tempfile.TemporaryDirectory() as work, fanzha.open(Path(work) / "w") as workspace:
            workspace.admit([folder])
            for name in ("legs", "notes"):
                engine.put(name, workspace.engine.all_rows(name))
    return [Leg(*row) for row in engine.rows(LEGS_SQL, (2**62,))]


def place(leg: Leg) -> Place:
    return leg.file, leg.row


def pairs(found: Paired) -> set[tuple[Place, Place]]:
    return {(place(t.out_leg), place(t.in_leg)) for t in found.transfers if t.out_leg and t.in_leg}


def scenarios(legs: list[Leg], true: set[tuple[Place, Place]], seed: int) -> dict[str, Callable[[Leg], Leg]]:
    rng = random.Random(seed)
    banks = banks_of(legs)
    outs, ins = {one for one, _ in true}, {two for _, two in true}
    charged = {one for one in sorted(ins) if rng.random() < 0.3}
    delay = {one: rng.randint(0, 8 * HOUR_MS) for one in sorted(ins)}
    noise = {place(leg) for leg in legs if rng.random() < 0.3}

    def clock(bank: str) -> Callable[[Leg], Leg]:
        return lambda leg: leg._replace(at_ms=leg.at_ms - 8 * HOUR_MS) if banks.get(leg.account) == bank else leg

    def fee(leg: Leg) -> Leg:
        taken = max(1, min(leg.amount // 200, 5000))
        return leg._replace(amount=leg.amount - taken) if place(leg) in charged else leg

    def firm(leg: Leg) -> Leg:
        return leg._replace(**FIRM) if place(leg) in outs or place(leg) in ins else leg

    def busy_firm(leg: Leg) -> Leg:
        through = firm(leg)
        if through is leg and place(leg) in noise:
            through = leg._replace(**FIRM)
        return through._replace(at_ms=through.at_ms + delay.get(place(leg), 0))

    made: dict[str, Callable[[Leg], Leg]] = {"as they are": lambda leg: leg}
    made |= {f"clock of {bank} eight hours behind": clock(bank) for bank in sorted(set(banks.values()))}
    made["a fee of up to 0.5 % taken from three in ten"] = fee
    made["all through one payment firm, at once"] = firm
    made["all through one payment firm within eight hours, and three in ten of all other legs"] = busy_firm
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--result", type=Path, default=None)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "examples" / "city")
    parser.add_argument("--tables", type=Path, default=None, help="a copy of tables.duckdb of a workspace")
    asked = parser.parse_args()
    legs = legs_of(asked.folder, asked.tables)
    true = pairs(paired(legs))
    rows: list[dict[str, Any]] = []
    for name, change in scenarios(legs, true, asked.seed).items():
        broken = [change(leg) for leg in legs]
        touched = sum(one is not two for one, two in zip(legs, broken, strict=True))
        if name != "as they are" and not touched:
            continue
        start = time.process_time()
        found = paired(broken)
        seconds = round(time.process_time() - start, 3)
        made = pairs(found)
        kinds = dict(sorted(Counter(one.kind for one in found.repairs).items()))
        rows.append(
            {
                "broken": name,
                "legs_changed": touched,
                "found": len(made & true),
                "wrong": len(made - true),
                "repairs": kinds,
                "seconds": seconds,
            }
        )
    result = {"seed": asked.seed, "legs": len(legs), "true_pairs": len(true), "rows": rows}
    text = json.dumps(result, ensure_ascii=False, indent=1)
    print(text)
    if asked.result is not None:
        asked.result.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
