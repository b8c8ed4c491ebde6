"""Swindlers' numbers and SIM boxes by call records alone, against the truth of synthetic worlds; friction of each rule.

    python bench/callers.py --preset town --preset city --seed 20261123 --result bench/results/callers.json
    python bench/callers.py --preset town --preset city --seed 11 --friction fanzha/recognise/call_friction.yaml

Two views of one world. `operators`: all records of all operators, as a centre for telecoms would hold them. `received`: what reached the
anti-fraud centre (reporters' own bills, after admission through the door), where a swindler is seen only by those who reported. Beside
both the simple baselines "called N or more people" at the same number of numbers shown. The worlds' honest heavy callers are couriers and
shops; honest call centres, sales, schools and repair shops come from `tests/recognise/call_lives.py` and count into the friction.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

import fanzha
from fanzha.recognise.call_behaviour import call_behaviour
from fanzha.recognise.call_habits import habits
from fanzha.recognise.call_rules import BOX_RULES, LINE_RULES, RULES, SEAT_RULES
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/recognise"))
from call_lives import lives, reporters, reports  # noqa: E402

END_MS, PARTS = 1 << 62, ("honest", "found", "as_fraud")
GROUPS = {"phone": "numbers", "imei": "devices"}


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def of_operators(world: Path, engine: Engine) -> None:
    """Every call of a world as both sides' operators record it; the device and cell only on the caller's side."""
    told = pq.read_table(world / "bodies/calls.parquet")
    count = told.num_rows
    nothing = pa.nulls(count, pa.string())
    for file, (own, other, direction) in enumerate((("caller", "callee", "out"), ("callee", "caller", "in"))):
        columns = {
            "file": pa.array([file] * count, pa.int64()),
            "row": pa.array(range(count), pa.int64()),
            "byte_offset": pa.array([0] * count, pa.int64()),
            "subscriber": told[own],
            "counterparty": told[other],
            "direction": pa.array([direction] * count),
            "medium": told["medium"],
            "at_ms": told["at_ms"],
            "duration_seconds": told["duration_seconds"],
            "imei": told["imei"] if direction == "out" else nothing,
            "cell": told["cell"] if direction == "out" else nothing,
        }
        columns |= dict.fromkeys(("place", "counter_place", "imsi"), nothing)
        schema = arrow_schema(table("calls"))
        # a service number's own records are no subscriber's
        rows = pa.table(
            [pa.array([]).cast(f.type) if not count else columns[f.name] for f in schema], names=schema.names
        )
        engine.put("calls", rows.filter(pc.starts_with(rows["subscriber"], "+")))


def truth(world: Path) -> dict[str, set[str]]:
    told = pq.read_table(world / "truth/identifiers.parquet").to_pylist()
    return {kind: {one["value"] for one in told if one["kind"] == kind} for kind in GROUPS}


def figures(
    found: list[dict[str, Any]], guilty: dict[str, set[str]], seen: dict[str, dict[str, int]]
) -> dict[str, Any]:
    """Precision and recall of what is read as fraud. `seen`: value -> people it reached (numbers), or rows (devices)."""
    made: dict[str, Any] = {}
    for kind, name in GROUPS.items():
        rows = [one for one in found if one["kind"] == kind]
        named = {one["value"] for one in rows if one["likeliest"] == "fraud"}
        wanted = guilty[kind] & set(seen[kind])
        busy = {value for value in wanted if seen[kind][value] >= 20}
        hit = named & guilty[kind]
        ranked = sorted(seen[kind], key=lambda value: (-seen[kind][value], value))[: len(named)]
        made[name] = {
            "guilty_in_records": len(wanted),
            "guilty_busy": len(busy),
            "shown": len(rows),
            "read_as": dict(sorted(Counter(one["likeliest"] for one in rows).items())),
            "precision": ratio(len(hit), len(named)),
            "recall": ratio(len(hit), len(wanted)),
            "recall_of_busy": ratio(len(named & busy), len(busy)),
            "baseline_precision": ratio(len(set(ranked) & guilty[kind]), len(ranked)),
            "baseline_recall": ratio(len(set(ranked) & guilty[kind]), len(wanted)),
            "honest_as_fraud": len(named - guilty[kind]),
            "honest": len(set(seen[kind]) - guilty[kind]),
        }
    return made


def ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def reached(engine: Engine) -> dict[str, dict[str, int]]:
    numbers = engine.rows(
        'SELECT a, COUNT(DISTINCT b) FROM (SELECT "subscriber" AS a, "counterparty" AS b FROM "calls" WHERE "direction" = \'out\''
        ' UNION ALL SELECT "counterparty", "subscriber" FROM "calls" WHERE "direction" = \'in\') GROUP BY a'
    )
    devices = engine.rows('SELECT "imei", COUNT(*) FROM "calls" WHERE "imei" <> \'\' GROUP BY "imei"')
    return {"phone": {a: n for a, n in numbers if a.startswith("+")}, "imei": dict(devices)}


def friction(engine: Engine, guilty: dict[str, set[str]], total: Counter[tuple[str, str]]) -> None:
    """Add to `total` how many honest ones each rule looked at, found, and how many of those were read as fraud."""
    seen = habits(engine, END_MS)
    for rules, things, kind in (
        (LINE_RULES, seen.lines, "phone"),
        (SEAT_RULES, seen.seats, "phone"),
        (BOX_RULES, seen.boxes, "imei"),
    ):
        for rule in rules:
            total[rule.code, "honest"] += sum(one.value not in guilty.get(kind, set()) for one in things)
    for one in rows_of(engine):
        if one["value"] not in guilty.get(one["kind"], set()):
            for rule in one["patterns"].split(","):
                total[rule, "found"] += 1
                total[rule, "as_fraud"] += one["likeliest"] == "fraud"


def rows_of(engine: Engine) -> list[dict[str, Any]]:
    return list(engine.all_rows("call_behaviour").to_pylist())


def measured(preset: str, seed: int, total: Counter[tuple[str, str]]) -> dict[str, Any]:
    """Both views of one world."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world"
        command = [
            sys.executable,
            "-m",
            "fanzha",
            "simulate",
            str(world),
            "--preset",
            preset,
            "--seed",
            str(seed),
            "--json",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        guilty = truth(world)
        engine = Engine()
        of_operators(world, engine)
        start = time.perf_counter()
        call_behaviour(engine, END_MS)
        seconds = time.perf_counter() - start
        found, rows = rows_of(engine), engine.rows('SELECT COUNT(*) FROM "calls"')[0][0]
        friction(engine, guilty, total)
        told = {"operators": figures(found, guilty, reached(engine)) | {"rows": rows, "seconds": round(seconds, 2)}}
        with fanzha.open(Path(folder) / "record", actor="bench") as workspace:
            workspace.admit([world / "received"])
            workspace.refresh()
            received = rows_of(workspace.engine)
            friction(workspace.engine, guilty, total)
            told["received"] = figures(received, guilty, reached(workspace.engine))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", action="append")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--result", type=Path)
    parser.add_argument("--friction", type=Path, help="write what each rule costs the honest here")
    asked = parser.parse_args()
    total: Counter[tuple[str, str]] = Counter({(rule.code, part): 0 for rule in RULES for part in PARTS})
    told: dict[str, Any] = {"commit": commit(), "seed": asked.seed}
    for preset in asked.preset or ("town", "city"):
        told[preset] = measured(preset, asked.seed, total)
        print(preset, json.dumps(told[preset], indent=1), flush=True)
    engine = Engine()
    engine.put("reports", pa.Table.from_pylist(reports(asked.seed), schema=arrow_schema(table("reports"))))
    engine.put("mentions", pa.Table.from_pylist(reporters(asked.seed), schema=arrow_schema(table("mentions"))))
    engine.put("calls", pa.Table.from_pylist(lives(asked.seed), schema=arrow_schema(table("calls"))))
    call_behaviour(engine, END_MS)
    friction(engine, {}, total)
    told["friction"] = {rule.code: {part: total[rule.code, part] for part in PARTS} for rule in RULES}
    print(json.dumps(told["friction"], indent=1))
    if asked.result:
        asked.result.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if asked.friction:
        head = f"# Honest numbers and devices that each rule looked at and found, and how many of these were read as fraud: bench/callers.py --seed {asked.seed}.\n"
        asked.friction.write_text(head + yaml.dump({"rules": told["friction"]}, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
