"""Four hops over ten million transfers, and who holds a payment's money: the resident index beside DuckDB and rustworkx.

    python bench/tracing.py --seed 20261126 --result bench/results/tracing.json [--peer-python VENV/bin/python]

The transfers are a random graph with hubs (exponent about 2.2, `--same` of the accounts are hubs on both sides), ten transfers an account, ten
days. All engines get the same graph, answer the same 20 questions (an account with 3 to 20 outgoing transfers, from day two on, each
transfer strictly later than the one before) and must reach the same number of accounts. DuckDB's table holds integers sorted by payer
and time, the best case for it; its query groups by account at each hop. Fanzha is asked through its public call, over tables in a
DuckDB file as a workspace has them, and on the bare kernel. Each engine runs in a process of its own. Wall time tells what a person
waits, processor time what the engine does: on a busy machine the second is the fairer.
"""

import argparse
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

DAY_MS = 86_400_000
FROM_MS, HOPS, ASKED = 2 * DAY_MS, 4, 20
BLOCK = 1_000_000
FLOW_MIN, FLOW_MAX = 18, 105  # transfers a small flow moves over


def graph(transfers: int, seed: int, same: float) -> dict[str, np.ndarray]:
    """Transfers in time order: payer, payee, at_ms, amount (minor units). `same`: share of accounts that pay as often as they are paid."""
    rng = np.random.default_rng(seed)
    accounts = max(transfers // 10, 100)
    share = np.cumsum((np.arange(accounts) + 5.0) ** (-1 / 1.2))
    share /= share[-1]
    pays = rng.permutation(accounts)
    paid = np.where(rng.random(accounts) < same, pays, -1)  # the others are hubs on one side only
    paid[paid < 0] = rng.permutation(np.setdiff1d(pays, paid))
    payer = pays[np.searchsorted(share, rng.random(transfers))].astype(np.int32)
    payee = paid[np.searchsorted(share, rng.random(transfers))].astype(np.int32)
    payee = np.where(payee == payer, (payee + 1) % accounts, payee).astype(np.int32)
    at_ms = np.sort(rng.integers(0, 10 * 86_400, transfers)) * 1000
    amount = np.round(rng.lognormal(6, 1.5, transfers) * 100).astype(np.int64) + 1
    return {"payer": payer, "payee": payee, "at_ms": at_ms, "amount": amount}


def questions(payer: np.ndarray) -> list[int]:
    degree = np.bincount(payer)
    chosen = np.random.default_rng(3).choice(np.flatnonzero((degree >= 3) & (degree <= 20)), ASKED, replace=False)
    return [int(account) for account in chosen]


def name(account: int) -> str:
    return f"62220000{account:011d}"


def fill(path: Path, g: dict[str, np.ndarray], legs: bool) -> None:
    """The tables of a workspace; both sides of each transfer have a leg."""
    import pyarrow as pa

    from fanzha.store.engine import Engine, arrow_schema
    from fanzha.store.tables import table

    accounts = int(max(g["payer"].max(), g["payee"].max())) + 1
    names = pa.array([name(account) for account in range(accounts)])
    engine = Engine(path, memory="2GB", spill=path.with_suffix(".spill"))
    for low in range(0, len(g["payer"]), BLOCK):
        part = {key: values[low : low + BLOCK] for key, values in g.items()}
        n = len(part["payer"])
        number = np.arange(low + 1, low + n + 1)
        payer, payee = (names.take(pa.array(part[side])) for side in ("payer", "payee"))
        columns = {
            "transfer": number, "payer": payer, "payee": payee, "at_ms": part["at_ms"], "amount_minor": part["amount"],
            "currency": pa.array(["CNY"] * n), "seen_by": pa.array(["both"] * n), "out_file": np.full(n, 1), "out_row": number,
            "in_file": np.full(n, 2), "in_row": number, "exit": pa.array([""] * n),
        }  # fmt: skip
        engine.put("transfers", pa.table(columns))
        for file, account, way in ((1, payer, "out"), (2, payee, "in")) if legs else ():
            row = {
                "file": np.full(n, file), "row": number, "account": account, "at_ms": part["at_ms"],
                "amount_minor": part["amount"], "direction": pa.array([way] * n), "currency": columns["currency"],
            }  # fmt: skip
            empty = {f.name: pa.nulls(n, f.type) for f in arrow_schema(table("legs")) if f.name not in row}
            engine.put("legs", pa.table({**row, **empty}))
    engine.close()


def peak_mb() -> int:
    """Of this process alone."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return round(int(found[1]) / 1024) if found else 0


def timed(ask: Callable[[int], int], asked: list[int], repeats: int = 2) -> dict[str, Any]:
    """Milliseconds per question, the best of several; the first call of all is a warm-up."""
    ask(asked[0])
    wall, used, reached = [], [], []
    for one in asked:
        trials = []
        for _ in range(repeats):
            at, work = time.perf_counter(), time.process_time()
            count = ask(one)
            trials.append((time.perf_counter() - at, time.process_time() - work))
        wall.append(min(t[0] for t in trials) * 1e3)
        used.append(min(t[1] for t in trials) * 1e3)
        reached.append(count)
    return {**spread("wall", wall), **spread("cpu", used), "reached": reached, "wall_ms": wall, "cpu_ms": used}


def spread(label: str, values: list[float]) -> dict[str, float]:
    return {f"{label}_ms_p{p}": round(float(np.percentile(values, p)), 4) for p in (50, 90, 99)}


def part_ours(file: Path, tables: Path) -> dict[str, Any]:
    from fanzha.store.engine import Engine
    from fanzha.trace.index import MoneyIndex
    from fanzha.trace.paths import Rule

    g = np.load(file)
    asked = questions(g["payer"])
    engine = Engine(tables, read_only=True)
    warm, own = Engine(), time.perf_counter()
    MoneyIndex(MoneyIndex.load(warm).columns)
    at, work = time.perf_counter(), time.process_time()
    index = MoneyIndex.load(engine)
    result: dict[str, Any] = {
        "load_seconds": round(time.perf_counter() - at, 2),
        "load_cpu_seconds": round(time.process_time() - work, 2),
        "peak_mb_with_the_graph": peak_mb(),
        "started_seconds": round(at - own, 2),
    }
    result["public_call"] = timed(
        lambda a: len(index.follow(name(a), from_ms=FROM_MS, hops_max=HOPS, clock_ms=-1)), asked
    )
    result["public_call_clocks_ten_minutes_apart"] = timed(
        lambda a: len(index.follow(name(a), from_ms=FROM_MS, hops_max=HOPS)), asked
    )
    result["public_call_backward"] = timed(
        lambda a: len(index.follow(name(a), from_ms=8 * DAY_MS, hops_max=HOPS, clock_ms=-1, back=True)), asked
    )
    result["public_call_and_all_tiers"] = timed(
        lambda a: len(index.follow(name(a), from_ms=FROM_MS, hops_max=HOPS, clock_ms=-1).tiers()), asked
    )
    scratch, rule, base = index._scratch, Rule(HOPS, -1, 1 << 62, 1 << 62, False, False), [1 << 20]
    purses = {a: index.columns.purses_of(name(a))[0] for a in asked}

    def bare(account: int) -> int:
        base[0] += 1
        scratch.here[0], scratch.at[0] = purses[account], FROM_MS
        return int(index.kernels.expand(index.graph(False), scratch, base[0], (1, 0), rule)[0])

    result["bare_kernel"] = timed(bare, asked)
    result["holders"] = small_flows(index)
    engine.close()
    return result


def small_flows(index: Any) -> dict[str, Any]:
    """`holders` of single payments whose money moved over 18 to 105 transfers; each asked once, after a warm-up."""
    from fanzha.trace.paths import ARRIVED, DONE

    rng = np.random.default_rng(5)
    spread_of, chosen = index.kernels.spread, []
    for place in rng.permutation(len(index))[:200_000]:
        how, n, lines = spread_of(index.columns.money, index.streams, np.array([place]), index._marked, 600_000)
        moved = len(set(lines[:n][lines[:n, 0] == ARRIVED][:, 3].tolist()))
        if how == DONE and FLOW_MIN <= moved <= FLOW_MAX:
            chosen.append(int(place))
        if len(chosen) == 1_000:
            break
    numbers = [int(index.columns.number[place]) for place in chosen]
    index.holders(numbers[:1])
    public, cpu, bare = [], [], []
    for number, place in zip(numbers, chosen, strict=True):
        at, work = time.perf_counter(), time.process_time()
        held = index.holders([number])
        public.append((time.perf_counter() - at) * 1e3)
        cpu.append((time.process_time() - work) * 1e3)
        total = sum(one.held_minor + one.exited_minor + one.unlocated_minor for one in held)
        assert total == index.columns.money.amount[place], "a cent is lost"
        start, at = np.array([place]), time.perf_counter()
        spread_of(index.columns.money, index.streams, start, index._marked, 600_000)
        bare.append((time.perf_counter() - at) * 1e3)
    return {"flows": len(numbers), **spread("wall", public), **spread("cpu", cpu), **spread("bare_wall", bare)}


def part_duckdb(file: Path, _: Path) -> dict[str, Any]:
    import duckdb
    import pyarrow as pa

    g = np.load(file)
    con = duckdb.connect(config={"threads": os.cpu_count() or 1})
    at = time.perf_counter()
    edges = pa.table({"payer": g["payer"], "payee": g["payee"], "at_ms": g["at_ms"]})
    con.register("given", edges)
    con.execute("CREATE TABLE e AS SELECT * FROM given ORDER BY payer, at_ms")
    built = time.perf_counter() - at
    text = f"""WITH RECURSIVE r(account, at_ms, hop) AS (SELECT ?::INTEGER, {FROM_MS}::BIGINT, 0 UNION ALL (
      SELECT e.payee, MIN(e.at_ms), ANY_VALUE(r.hop) + 1 FROM r JOIN e ON e.payer = r.account AND e.at_ms > r.at_ms
      WHERE r.hop < {HOPS} GROUP BY e.payee)) SELECT COUNT(DISTINCT account) FROM r"""

    def ask(account: int) -> int:
        row = con.execute(text, [account]).fetchone()
        return int(row[0]) if row else 0

    return {"build_seconds": round(built, 2), **timed(ask, questions(g["payer"])), "peak_mb": peak_mb()}


def part_rustworkx(file: Path, _: Path) -> dict[str, Any]:
    import rustworkx

    g = np.load(file)
    at = time.perf_counter()
    net = rustworkx.PyDiGraph()
    net.add_nodes_from(range(int(max(g["payer"].max(), g["payee"].max())) + 1))
    for low in range(0, len(g["payer"]), BLOCK):
        rows = (g[key][low : low + BLOCK].tolist() for key in ("payer", "payee", "at_ms"))
        net.add_edges_from(list(zip(*rows, strict=True)))
    built = time.perf_counter() - at

    def ask(account: int) -> int:
        best = {account: FROM_MS}
        here = list(best.items())
        for _ in range(HOPS):
            then: dict[int, int] = {}
            for one, since in here:
                for _, other, moment in net.out_edges(one):
                    if moment > since and moment < best.get(other, 1 << 62):
                        best[other] = then[other] = moment
            here = list(then.items())
        return len(best)

    return {"build_seconds": round(built, 2), **timed(ask, questions(g["payer"])), "peak_mb": peak_mb()}


PARTS = {"ours": part_ours, "duckdb": part_duckdb, "rustworkx": part_rustworkx}


def beside(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """How many times faster, question by question: the median; of the sums; of the median questions."""
    found = {}
    for kind in ("wall", "cpu"):
        one, other = ours[f"{kind}_ms"], theirs[f"{kind}_ms"]
        found[f"{kind}_median_of_ratios"] = round(float(np.median(np.array(other) / np.array(one))), 1)
        found[f"{kind}_of_sums"] = round(sum(other) / sum(one), 1)
        found[f"{kind}_of_medians"] = round(theirs[f"{kind}_ms_p50"] / ours[f"{kind}_ms_p50"], 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transfers", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=20261126)
    parser.add_argument("--same", type=float, default=1.0, help="share of accounts that are hubs on both sides")
    parser.add_argument("--legs", action="store_true", help="fill the table legs too: loading then joins both sides")
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has rustworkx")
    parser.add_argument("--result", type=Path)
    parser.add_argument("--part", choices=tuple(PARTS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.part:
        print(json.dumps(PARTS[wanted.part](wanted.folder / "graph.npz", wanted.folder / "tables.duckdb")))
        return
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        g = graph(wanted.transfers, wanted.seed, wanted.same)
        np.savez(f"{folder}/graph.npz", **g)
        fill(Path(folder) / "tables.duckdb", g, wanted.legs)
        del g
        for part in PARTS:
            python = wanted.peer_python if part == "rustworkx" else sys.executable
            done = subprocess.run(
                [python, __file__, "--part", part, "--folder", folder], capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"{part}: left out: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            else:
                found[part] = json.loads(done.stdout)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    result = {
        "commit": commit.stdout.strip(),
        "seed": wanted.seed,
        "transfers": wanted.transfers,
        "legs": wanted.legs,
        "hubs_on_both_sides": wanted.same,
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[1], 1),
        **{name: importlib.metadata.version(name) for name in ("numba", "numpy", "duckdb")},
    }
    ways = ("public_call", "bare_kernel")
    for peer in ("duckdb", "rustworkx"):
        for way in ways if peer in found else ():
            assert found["ours"][way]["reached"] == found[peer]["reached"], f"{peer} reaches other accounts"
            result[f"{way}_times_faster_than_{peer}"] = beside(found["ours"][way], found[peer])
    for part in [found["ours"][way] for way in found["ours"] if isinstance(found["ours"][way], dict)] + list(
        found.values()
    ):
        for long in ("reached", "wall_ms", "cpu_ms"):
            values = part.pop(long, None)
            if long == "reached" and values:
                part["reached_mean"] = round(sum(values) / len(values))
    result |= found
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
