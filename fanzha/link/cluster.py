"""Link: which reports belong to one case, why, and why not. Contract: the tables `link` makes and their columns.

Reports are joined by the identifiers they name (see kernels.py). What money or call records show beyond the reports never
merges cases; it gives near links.
"""

import numpy as np
import pyarrow as pa

from fanzha.link.benign import Benign
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL, file_and_row
from fanzha.link.judged import Judged
from fanzha.link.kernels import Ints
from fanzha.link.linker import Linker
from fanzha.link.near import CALLS_SQL, near_links
from fanzha.link.weigh import Weights, shipped_weights
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

MADE = ("pulls", "case_reports", "joins", "near_links", "case_history")


def link(
    engine: Engine, as_of: int, benign: Benign, weights: Weights | None = None, judged: Judged | None = None
) -> Linker:
    """Make the tables of MADE from reports, mentions and calls up to `as_of` (UTC ms).

    A report that shares nothing that joins it is a case by itself. The case number is file and row of the earliest member
    (smallest file, then row). Returns the linker, which can take further reports.
    """
    linker = Linker(weights or shipped_weights(), benign, judged)
    linker.load(engine.arrow(REPORTS_SQL, (as_of,)), engine.arrow(MENTIONS_SQL))
    write(engine, as_of, linker)
    return linker


def write(engine: Engine, as_of: int, linker: Linker) -> None:
    """Write what the linker knows into the tables of MADE."""
    cases = linker.cases()
    calls = [(subscriber, number, back) for subscriber, number, back in engine.rows(CALLS_SQL, (as_of,))]
    ids = _texts(linker)
    pulls = [linker.pull(k) for k in range(linker.book.keys)]
    engine.replace_rows(
        "pulls",
        sorted((*key, p.reports, p.weight, p.joins, p.why) for key, p in zip(linker.ids.keys, pulls, strict=True)),
    )
    engine.replace("case_reports", _case_reports(linker, cases, ids))
    engine.replace("joins", join_rows(linker, cases, ids))
    engine.replace_rows("near_links", near_links(linker, cases, calls))
    engine.replace_rows("case_history", history(linker, cases))


def _texts(linker: Linker) -> tuple[Ints, Ints, pa.StringArray]:
    """File and row of each report, and the number it would give a case."""
    pairs = [file_and_row(code) for code in linker.codes]
    files, rows = (np.array(part, np.int64) for part in (zip(*pairs, strict=True) if pairs else ((), ())))
    return files, rows, pa.array([f"{file}-{row}" for file, row in pairs], pa.string())


def _case_reports(linker: Linker, cases: Ints, ids: tuple[Ints, Ints, pa.StringArray]) -> pa.Table:
    files, rows, texts = ids
    also = [(linker.place[a], int(cases[linker.place[b]])) for a, b in linker.judged.also
            if a in linker.place and b in linker.place]  # fmt: skip
    member = np.concatenate((np.arange(len(cases)), np.array([i for i, _ in also], np.int64)))
    case = np.concatenate((cases, np.array([c for _, c in also], np.int64)))
    pairs = np.unique(np.stack((case, member)), axis=1)
    return pa.table({"case_id": texts.take(pairs[0]), "file": files[pairs[1]], "row": rows[pairs[1]]})


def join_rows(linker: Linker, cases: Ints, ids: tuple[Ints, Ints, pa.StringArray]) -> pa.Table:
    """Why and why not: identifiers a report shares with others of its case, and those that did not join it."""
    p, size = linker.book.p, linker.book.mentions
    flags = np.zeros(size, bool)
    linker.kernels().used(p, linker.rules, cases, flags)
    files, rows, texts = ids
    schema = arrow_schema(table("joins"))
    why_of = [linker.pull(k) for k in range(linker.book.keys)]
    lines: list[tuple[int, int, int, bool, str]] = []

    for i in range(linker.book.reports):
        for m in range(int(p.start[i]), int(p.start[i] + p.length[i])):
            k = int(p.key[m])
            one = why_of[k]
            if flags[m]:
                reason = "slip" if p.discount[m] else one.why if one.joins else "together"
                lines.append((i, k, max(0, one.weight - int(p.discount[m])), True, reason))
            elif p.discount[m] == 0 and (not one.joins or one.reports > 1):
                lines.append((i, k, one.weight, False, "doubted" if one.joins else one.why))
    for i, k in linker.own:
        lines.append((i, k, 0, False, "benign" if linker.ids.benign[k] else "own"))
    kinds = pa.array([kind for kind, _ in linker.ids.keys], pa.string())
    values = pa.array([value for _, value in linker.ids.keys], pa.string())
    report, key, weight, joins, why = zip(*lines, strict=True) if lines else ((),) * 5
    place = np.array(report, np.int64)
    made = {
        "case_id": texts.take(cases[place]),
        "file": files[place],
        "row": rows[place],
        "kind": kinds.take(np.array(key, np.int64)),
        "value": values.take(np.array(key, np.int64)),
        "weight": pa.array(weight, pa.int64()),
        "joins": pa.array(joins, pa.bool_()),
        "why": pa.array(why, pa.string()),
    }
    return pa.table(made, schema=schema)


def history(linker: Linker, cases: Ints) -> list[tuple[str, str, int, int, str, str]]:
    """Which cases became one: the number that stays, the number that was, and the report and identifier that did it."""
    found = []
    for kept, gone, i, k in linker.merged.tolist():
        if cases[kept] == cases[gone] == cases[i]:
            found.append(
                (linker.case_id(kept), linker.case_id(gone), *file_and_row(linker.codes[i]), *linker.ids.keys[k])
            )
    return sorted(found)
