"""Speed of linking: a million reports from cold, one report more, and an account that everybody names; beside Splink.

    python bench/linking.py --seed 20261123 --result bench/results/linking.json

Invented reports with three mentions each. 70 % belong to gangs of heavy-tailed size whose accounts, telephones and sites
rotate: each serves three to thirty reports. The rest share nothing. 2 % of mentions name one of 50 popular values instead, 3 %
are masked, 2 % have one digit wrong so that the check digit fails. The planted truth is the components over the gangs' values
as meant, before masking and slips. Every measurement is a process of its own. Parts: batch, add, popular, cut, splink.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

DAY_MS = 86_400_000
START_DAY = 20_000
DAYS = 365
AS_OF = (START_DAY + 2 * DAYS) * DAY_MS
POPULAR_EACH = (
    60_000  # reports per popular value of each of three columns: 48 of them in a million, each named by some 1,250
)
BINS = (622202, 622848, 621700, 621661, 621226, 623058, 622588, 622262, 621691, 622909, 622622, 621483)
MOBILES = (130, 131, 135, 136, 137, 138, 139, 150, 151, 152, 158, 159, 176, 177, 180, 186, 187, 188, 189, 199)
WORDS = ("invest", "shop", "pay", "loan", "mall", "trade", "union", "gold", "quick", "star", "vip", "coin")
SUFFIXES = (".top", ".com", ".vip", ".xyz", ".cc", ".cn", ".net", ".shop", ".com.cn", ".online")
SITES = ("domain", "url", "app", "wechat", "wallet")
SITES_SHARE = (0.4, 0.2, 0.15, 0.15, 0.1)
Json = dict[str, Any]


# -- invented values: number -> text, each number another text


def cards(numbers: np.ndarray) -> list[str]:
    """19 digits with a Luhn check digit."""
    body = [f"{BINS[n % len(BINS)]}{(n * 7_919_999) % 1_000_000_007_000 % 10**12:012d}" for n in numbers.tolist()]
    digits = np.frombuffer("".join(body).encode(), np.uint8).reshape(-1, 18).astype(np.int64) - 48
    twice = digits * np.where(np.arange(18) % 2 == 1, 2, 1)
    check = (-(twice - 9 * (twice > 9)).sum(axis=1)) % 10
    return [f"{text}{last}" for text, last in zip(body, check.tolist(), strict=True)]


def phones(numbers: np.ndarray) -> list[str]:
    return [
        f"+86{MOBILES[n % len(MOBILES)]}{(n // len(MOBILES)) * 48_271 % 100_000_007 % 10**8:08d}"
        for n in numbers.tolist()
    ]


def site(kind: str, n: int) -> str:
    if kind == "wechat":
        return f"wx{n * 104_729:010d}"
    if kind == "wallet":
        return f"ETH:0x{(n + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**160:040x}"
    name = f"{WORDS[n % 12]}{np.base_repr(n * 15_485_863 % 10**11, 36).lower()}"
    if kind == "app":
        return f"com.{name}"
    host = f"{name}{SUFFIXES[n // 12 % len(SUFFIXES)]}"
    return host if kind == "domain" else f"https://m.{host}/reg?c={n % 97}"


# -- the invented reports


def gang_sizes(rng: np.random.Generator, reports: int) -> np.ndarray:
    """Sizes with a Pareto tail (exponent 1.1, at most 1,500), together as many as wanted."""
    sizes: list[int] = []
    while sum(sizes) < reports:
        sizes += np.minimum(1_500, 2 + rng.pareto(1.1, 4_096)).astype(np.int64).tolist()
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, reports))
    kept = np.array(sizes[: last + 1], np.int64)
    kept[-1] -= ends[last] - reports
    return kept


def invent(seed: int, reports: int) -> tuple[pa.Table, pa.Table, np.ndarray]:
    """Rows of `reports` and `mentions`, and which planted component each report is in."""
    rng = np.random.default_rng(seed)
    sizes = gang_sizes(rng, int(reports * 0.7))
    within = int(sizes.sum())
    gang = np.repeat(np.arange(len(sizes)), sizes)
    turn = np.arange(within) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    meant = np.empty((3, reports), np.int64)  # number of the value that each report means in each of three columns
    for column in range(3):
        life = rng.integers(3, 31, len(sizes))
        per_gang = -(-(sizes + life) // life)
        first = np.cumsum(per_gang) - per_gang
        meant[column, :within] = first[gang] + (turn + rng.integers(0, life)[gang]) // life[gang]
        meant[column, within:] = per_gang.sum() + np.arange(reports - within)
    order = np.argsort(
        np.concatenate((rng.random(within) * 0.1 + rng.random(len(sizes))[gang], rng.random(reports - within) * 1.1))
    )
    meant = meant[:, order]
    group = np.concatenate((gang, len(sizes) + np.arange(reports - within)))[order]
    kinds = rng.choice(len(SITES), int(meant[2].max()) + 1, p=SITES_SHARE)
    popular = rng.random((3, reports)) < 0.02
    said = np.where(popular, -1 - rng.integers(0, max(1, reports // POPULAR_EACH), (3, reports)), meant)
    truth = components(meant, popular)
    table, mentions = tables(rng, said, kinds, group, float(reports))
    return table, mentions, truth


def components(meant: np.ndarray, popular: np.ndarray) -> np.ndarray:
    """Components of reports over the values meant, popular ones left out."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    reports = meant.shape[1]
    left, right, above = [], [], reports
    for column in range(3):
        here = np.flatnonzero(~popular[column])
        left.append(here)
        right.append(above + meant[column, here])
        above += int(meant[column].max()) + 1
    rows, columns = np.concatenate(left), np.concatenate(right)
    graph = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(above, above))
    return connected_components(graph, directed=False)[1][:reports]


def tables(
    rng: np.random.Generator, said: np.ndarray, kinds: np.ndarray, group: np.ndarray, count: float
) -> tuple[pa.Table, pa.Table]:
    reports = said.shape[1]
    row = np.arange(1, reports + 1)
    scam = (group * 31 + np.where(rng.random(reports) < 0.1, rng.integers(0, 12, reports), 0)) % 12
    reported = {
        "file": np.ones(reports, np.int64),
        "row": row,
        "at_ms": (START_DAY + (np.arange(reports) / count * DAYS).astype(np.int64)) * DAY_MS,
        "stated_type": pa.array([f"T{n:02d}" for n in range(12)]).take(pa.array(scam, mask=rng.random(reports) < 0.2)),
        "city": pa.array([f"city {n}" for n in range(300)]).take(pa.array(rng.integers(0, 300, reports), mask=rng.random(reports) < 0.2)),
    }  # fmt: skip
    texts, kind = [], []
    for column, make in enumerate((cards, phones, None)):
        shift = 2_000_000_000 if column < 2 else 0  # popular ones lie apart
        unique, back = np.unique(said[column], return_inverse=True)
        number = np.where(unique < 0, shift - unique, unique)
        if make:
            made = make(number)
            names = np.array(["account", "bank_card"] if column == 0 else ["phone"])
            kind.append(pa.array(names[rng.integers(0, len(names), reports)]))
        else:
            which = [SITES[kinds[n]] if n >= 0 else "domain" for n in unique.tolist()]
            made = [site(k, n if n >= 0 else 900_000_000 - n) for k, n in zip(which, unique.tolist(), strict=True)]
            kind.append(pa.array(which).take(pa.array(back)))
        texts.append(pa.array(made).take(pa.array(back)))
    valid = np.ones((3, reports), bool)
    partial = np.zeros((3, reports), bool)
    for column, masked, slipped in ((0, 0.045, 0.06), (1, 0.045, 0.0)):  # of all three columns together 3 % and 2 %
        luck = rng.random(reports)
        changed = np.flatnonzero(luck < masked + slipped)
        place, digit = rng.integers(6, 18, reports), rng.integers(1, 10, reports)
        new = texts[column].to_pylist()
        for i in changed.tolist():
            text = new[i]
            if luck[i] < masked:
                new[i] = f"{text[:6]}****{text[-4:]}"
            else:
                at = int(place[i])
                new[i] = f"{text[:at]}{(int(text[at]) + int(digit[i])) % 10}{text[at + 1 :]}"
        texts[column] = pa.array(new)
        partial[column] = luck < masked
        valid[column, changed] = False
    mentioned = {
        "file": np.ones(3 * reports, np.int64),
        "row": np.concatenate((row, row, row)),
        "kind": pa.chunked_array(kind),
        "value": pa.chunked_array(texts),
        "valid": valid.ravel(),
        "partial": partial.ravel(),
    }
    return pa.table(reported), pa.table(mentioned)


def fill(path: Path, reports: pa.Table, mentions: pa.Table) -> None:
    """A tables file with these rows; columns not given are empty."""
    from fanzha.store.engine import Engine, arrow_schema
    from fanzha.store.tables import table

    engine = Engine(path, spill=path.with_suffix(".spill"))
    for name, rows in (("reports", reports), ("mentions", mentions)):
        for field in arrow_schema(table(name)):
            if field.name not in rows.column_names:
                empty: Any = pa.nulls(rows.num_rows, field.type)
                if not pa.types.is_string(field.type):
                    empty = np.zeros(rows.num_rows, np.int64)
                elif field.name in ("field", "role"):
                    empty = pa.array([""]).take(pa.array(np.zeros(rows.num_rows, np.int64)))
                rows = rows.append_column(field.name, pa.array(empty))
        engine.put(name, rows)
    engine.close()


# -- measurements, each in a process of its own


@contextmanager
def timed(times: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    times[name] = times.get(name, 0.0) + time.perf_counter() - start


def clocked(owner: Any, name: str, times: dict[str, float], part: str) -> None:
    """Let a function add the seconds it takes to a part."""
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(*args: Any, **named: Any) -> Any:
        with timed(times, part):
            return inner(*args, **named)

    setattr(owner, name, outer)


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def rounded(times: dict[str, float]) -> dict[str, float]:
    return {name: round(seconds, 2) for name, seconds in times.items()}


def batch(path: Path) -> Json:
    """`cluster.link` from a tables file, seconds by part."""
    start = time.perf_counter()
    from fanzha.link import cluster, linker
    from fanzha.link.benign import shipped_benign
    from fanzha.link.identifiers import Identifiers
    from fanzha.store.engine import Engine

    times: dict[str, float] = {"import": time.perf_counter() - start}
    clocked(Engine, "arrow", times, "read")
    clocked(linker, "read_named", times, "identify")
    clocked(Identifiers, "register_all", times, "identify")
    clocked(Identifiers, "look_up_all", times, "identify")
    clocked(linker.Linker, "load", times, "load")
    clocked(linker, "compiled", times, "start_kernels")
    clocked(cluster, "write", times, "write")
    with timed(times, "open"):
        engine = Engine(path, spill=path.with_suffix(".spill"))
    with timed(times, "link"):
        made = cluster.link(engine, AS_OF, shipped_benign())
    with timed(times, "close"):
        engine.close()
    times["weigh_and_join"] = times.pop("load") - times["identify"]
    total = time.perf_counter() - start
    return {
        "seconds": round(total, 2),
        "cpu_seconds": round(time.process_time(), 2),
        "parts": rounded(times),
        "peak_mb": peak_mb(),
        "cases": len(set(made.cases().tolist())),
    }


def agreement(path: Path, truth: np.ndarray) -> Json:
    """Pairwise precision and recall of case_reports against the planted components."""
    import duckdb

    rows = (
        duckdb.connect(str(path), read_only=True)
        .execute('SELECT "row", "case_id" FROM "case_reports" ORDER BY "row"')
        .fetchnumpy()
    )
    case = np.unique(rows["case_id"].astype(str), return_inverse=True)[1]
    return pairwise(case, truth)


def pairwise(case: np.ndarray, truth: np.ndarray) -> Json:
    def pairs(counts: np.ndarray) -> int:
        return int((counts * (counts - 1) // 2).sum())

    both = pairs(np.unique(case.astype(np.int64) * (int(truth.max()) + 1) + truth, return_counts=True)[1])
    said, planted = pairs(np.bincount(case)), pairs(np.bincount(truth))
    return {
        "precision": round(both / max(1, said), 5),
        "recall": round(both / max(1, planted), 5),
        "planted_pairs": planted,
    }


def one_table(number: int, rows: list[tuple[str, str, bool]], day: int) -> tuple[pa.Table, pa.Table]:
    """Rows of REPORTS_SQL and MENTIONS_SQL for one report of a file behind all others."""
    rows = sorted(set(rows))
    reports = {
        "file": pa.array([2], pa.int64()),
        "row": pa.array([number], pa.int64()),
        "at_ms": pa.array([day * DAY_MS], pa.int64()),
        "stated_type": pa.array(["T01"]),
        "city": pa.array(["city 7"]),
    }
    count = len(rows)
    mentions = {
        "file": pa.array([2] * count, pa.int64()),
        "row": pa.array([number] * count, pa.int64()),
        "kind": pa.array([kind for kind, _, _ in rows], pa.string()),
        "value": pa.array([value for _, value, _ in rows], pa.string()),
        "own": pa.array([0] * count, pa.int64()),
        "valid": pa.array([int(valid) for _, _, valid in rows], pa.int64()),
    }
    return pa.table(reports), pa.table(mentions)


def spread(seconds: list[float]) -> dict[str, float]:
    """Milliseconds: median, 99th in a hundred, greatest."""
    ordered = sorted(1000 * one for one in seconds)
    return {
        "median": round(statistics.median(ordered), 3),
        "p99": round(ordered[int(len(ordered) * 0.99)], 3),
        "max": round(ordered[-1], 3),
    }


def add(path: Path, seed: int, count: int = 1_000) -> Json:
    """One report more, `count` times: unknown values, values of live cases, a popular value, masked and mistyped ones."""
    from fanzha.link.benign import shipped_benign
    from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL
    from fanzha.link.linker import Linker
    from fanzha.link.weigh import shipped_weights
    from fanzha.store.engine import Engine

    engine = Engine(path, spill=path.with_suffix(".spill"))
    linker = Linker(shipped_weights(), shipped_benign())
    start = time.perf_counter()
    linker.load(engine.arrow(REPORTS_SQL, (AS_OF,)), engine.arrow(MENTIONS_SQL))
    loaded = time.perf_counter() - start
    engine.close()
    rng = random.Random(seed)
    named = linker.book.p.named[: linker.book.keys]
    live = np.flatnonzero((named >= 2) & (named <= 30)).tolist()
    top = np.argsort(-named)[:40].tolist()
    known = [linker.ids.keys[k] for k in rng.sample(live, count)]
    full = [value for kind, value in known if kind == "account" and "*" not in value]
    took: dict[str, list[float]] = {}
    fresh = 1_500_000_000
    for n in range(count):
        new = ("account", cards(np.array([fresh + n]))[0], True)
        other = ("phone", phones(np.array([1_900_000_000 + n]))[0], True)
        what = ("unknown", "live", "live", "popular", "masked", "mistyped")[n % 6]
        card = rng.choice(full)
        rows = {
            "unknown": [new, other, ("domain", site("domain", 800_000_000 + n), True)],
            "live": [(*known[n], True), new],
            "popular": [(*linker.ids.keys[rng.choice(top)], True), new, other],
            "masked": [("account", f"{card[:6]}****{card[-4:]}", False), other],
            "mistyped": [("account", f"{card[:9]}{(int(card[9]) + 3) % 10}{card[10:]}", False), other],
        }[what]
        tables_of_one = one_table(n + 1, rows, START_DAY + DAYS)
        start = time.perf_counter()
        linker.add(*tables_of_one)
        took.setdefault(what, []).append(time.perf_counter() - start)
    first = took["unknown"][0]
    every = [one for part in took.values() for one in part]
    by_kind = {what: spread(part) for what, part in took.items()}
    return {
        "reports": count, "seconds_to_load": round(loaded, 2), "first_ms": round(1000 * first, 2), "ms": spread(every), "ms_by_kind": by_kind,
        "peak_mb": peak_mb(),
    }  # fmt: skip


def named_by_all(count: int) -> tuple[pa.Table, pa.Table]:
    """Reports that all name one account, and a card and a telephone of their own."""
    parts = [one_table(n + 1, [("account", "6222021234567890128", True), ("account", card, True), ("phone", phone, True)], START_DAY + n // 500)
             for n, (card, phone) in enumerate(zip(cards(np.arange(count)), phones(np.arange(count)), strict=True))]  # fmt: skip
    return pa.concat_tables([one for one, _ in parts]).combine_chunks(), pa.concat_tables(
        [one for _, one in parts]
    ).combine_chunks()


def popular(count: int, single: bool) -> Json:
    """All at once, or one by one."""
    from fanzha.link.benign import shipped_benign
    from fanzha.link.linker import Linker
    from fanzha.link.weigh import shipped_weights

    reports, mentions = named_by_all(count)
    linker = Linker(shipped_weights(), shipped_benign())
    linker.load(reports.slice(0, 0), mentions.slice(0, 0)) if single else None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if single:
        for n in range(count):
            linker.add(reports.slice(n, 1), mentions.slice(3 * n, 3))
    else:
        linker.load(reports, mentions)
    seconds = time.perf_counter() - start
    return {"reports": count, "seconds": round(seconds, 3), "grew_mb": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024,
            "cases": len(set(linker.cases().tolist()))}  # fmt: skip


def large_tree(count: int, strong: bool) -> Json:
    """A chain in which each report shares one account with the next; or, `strong`, accounts that 1,000 reports name, chained."""
    from fanzha.link.benign import shipped_benign
    from fanzha.link.linker import Linker
    from fanzha.link.weigh import shipped_weights

    step = 990 if strong else 1
    card = cards(np.arange(count // step + 3))
    rows = [
        (n + 1, value)
        for n in range(count)
        for value in sorted({card[n // step], card[(n + (10 if strong else 1)) // step]})
    ]
    ones = np.ones(len(rows), np.int64)
    reports, _ = one_table(1, [], START_DAY)
    reports = pa.table({name: reports[name].take(pa.array(np.zeros(count, np.int64))) for name in reports.column_names})
    reports = reports.set_column(1, "row", pa.array(np.arange(1, count + 1)))
    mentions = pa.table({"file": ones * 2, "row": [row for row, _ in rows], "kind": ["account"] * len(rows), "value": [v for _, v in rows],
                         "own": ones * 0, "valid": ones})  # fmt: skip
    linker = Linker(shipped_weights(), shipped_benign())
    start = time.perf_counter()
    linker.load(reports, mentions)
    loaded = time.perf_counter() - start
    one_more = one_table(count + 1, [("account", card[5], True)], START_DAY)
    start = time.perf_counter()
    linker.add(*one_more)
    sizes = np.bincount(linker.cases())
    return {"reports": count, "seconds": round(loaded, 2), "one_more_seconds": round(time.perf_counter() - start, 2), "largest_case": int(sizes.max()),
            "cases": int((sizes > 0).sum()), "peak_mb": peak_mb()}  # fmt: skip


def splink(path: Path, seed: int) -> Json:
    """Splink 5 on the same reports as records: columns account, phone, domain, app; blocking on each."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = ("account", "phone", "domain", "app")
    kinds = {"account": "'account', 'bank_card'"} | {name: f"'{name}'" for name in columns[1:]}
    picked = ", ".join(f"MIN(CASE WHEN kind IN ({kinds[name]}) THEN value END) AS {name}" for name in columns)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"ATTACH '{path}' AS held (READ_ONLY)")
    connection.execute(
        f'CREATE TABLE records AS SELECT "row" AS unique_id, {picked} FROM held.mentions GROUP BY "row" ORDER BY "row"'
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in columns],
        blocking_rules_to_generate_predictions=[block_on(name) for name in columns],
    )
    api = DuckDBAPI(connection)
    times: dict[str, float] = {}
    with timed(times, "train"):
        linker = Linker(api.register("records"), settings)
        linker.training.estimate_probability_two_random_records_match([block_on("account")], recall=0.8)
        linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=seed)
        for name in ("account", "phone"):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    with timed(times, "predict"):
        made = linker.inference.predict(threshold_match_probability=0.5)
    with timed(times, "cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(made, threshold_match_probability=0.5)
    found = clusters.as_duckdbpyrelation().order("unique_id").fetchnumpy()
    result: Json = {"seconds": round(sum(times.values()), 2), "parts": rounded(times), "peak_mb": peak_mb()}
    truth = path.with_suffix(".npy")
    if truth.exists():
        result |= pairwise(
            np.unique(found["cluster_id"], return_inverse=True)[1], np.load(truth)[found["unique_id"].astype(int) - 1]
        )
    return result  # Splink 5 has no call any more that matches new records against old ones: its one more is the whole again


def child(part: str, *values: str, cache: Path | None = None) -> Json:
    """The result of one part, measured in a process of its own."""
    held = {**os.environ, **({"NUMBA_CACHE_DIR": str(cache)} if cache else {})}
    command = [sys.executable, __file__, "--child", part, *values]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=held)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:]}
    found: Json = json.loads(done.stdout.strip().splitlines()[-1])
    print(part, *values, json.dumps(found), file=sys.stderr, flush=True)
    return found


def exponent(rows: list[Json], name: str) -> float:
    """Slope of a line through the logarithms: 1 is linear."""
    x, y = (np.log([max(1e-3, row[column]) for row in rows]) for column in ("reports", name))
    return round(float(np.polyfit(x, y, 1)[0]), 2)


def serve(part: str, values: list[str]) -> Json:
    if part == "batch":
        return batch(Path(values[0]))
    if part == "add":
        return add(Path(values[0]), int(values[1]))
    if part == "popular":
        return popular(int(values[0]), values[1] == "single")
    if part == "large_tree":
        return large_tree(int(values[0]), values[1] == "strong")
    return splink(Path(values[0]), int(values[1]))


def measure(wanted: argparse.Namespace, folder: Path) -> Json:
    kept = wanted.world or folder
    world, result = kept / f"world-{wanted.seed}-{wanted.reports}.duckdb", {}
    if {"batch", "add", "splink"} & set(wanted.parts) and not world.exists():
        reports, mentions, truth = invent(wanted.seed, wanted.reports)
        np.save(world.with_suffix(".npy"), truth)
        fill(world, reports, mentions)
        del reports, mentions, truth
    if "batch" in wanted.parts:
        runs = []
        for turn in range(wanted.runs + 1):  # the first compiles the kernels
            copy = folder / f"batch{turn}.duckdb"
            copy.write_bytes(world.read_bytes())
            runs.append(child("batch", str(copy), cache=folder / "numba"))
            result["agreement"] = (
                agreement(copy, np.load(world.with_suffix(".npy"))) if "failed" not in runs[-1] else {}
            )
            copy.unlink()
        seconds = [run.get("seconds", float("nan")) for run in runs[1:]]
        result["batch"] = {
            "first_on_a_machine": runs[0],
            "median": statistics.median(seconds),
            "min": min(seconds),
            "max": max(seconds),
            "runs": runs[1:],
        }
    if "add" in wanted.parts:
        result["add"] = child("add", str(world), str(wanted.seed))
    if "popular" in wanted.parts:
        for way in ("batch", "single"):
            rows = [child("popular", str(n), way) for n in (1_000, 3_000, 10_000, 30_000, 100_000)]
            result[f"popular_{way}"] = {
                "rows": rows,
                "exponent_seconds_from_10000": exponent(rows[2:], "seconds"),
                "exponent_mb_from_10000": exponent(rows[2:], "grew_mb"),
            }
    if "cut" in wanted.parts:
        result["large_tree"] = {way: child("large_tree", "100000", way) for way in ("chain", "strong")}
    if "splink" in wanted.parts:
        result["splink"] = child("splink", str(world), str(wanted.seed))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--parts", nargs="*", default=["batch", "add", "popular", "cut", "splink"])
    parser.add_argument("--result", type=Path, help="parts that are not measured now stay as they are there")
    parser.add_argument("--world", type=Path, help="a folder that keeps the invented reports for the next run")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.child:
        print(json.dumps(serve(wanted.child[0], wanted.child[1:])))
        return
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        measured = measure(wanted, Path(name))
    held = json.loads(wanted.result.read_text(encoding="utf-8")) if wanted.result and wanted.result.exists() else {}
    result = (
        held
        | {
            "commit": commit,
            "seed": wanted.seed,
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
            "reports": wanted.reports,
        }
        | measured
    )
    print(json.dumps(result, indent=1))
    if wanted.result:
        wanted.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
