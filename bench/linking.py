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
                new[i] = f"{text[:6]}****{text[-4:]}" if column == 0 else f"{text[:6]}****{text[-4:]}"
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
    clocked(Identifiers, "register", times, "identify")
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
