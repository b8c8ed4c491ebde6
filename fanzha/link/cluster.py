"""Link: which reports belong to one case, why, and why not. Contract: the tables `link` makes and their columns.

Reports are joined by the identifiers they name (see kernels.py). What money or call records show beyond the reports never
merges cases; it gives near links.
"""

import numpy as np
import pyarrow as pa

from fanzha.link.benign import Benign
from fanzha.link.identify import MENTIONS_SQL, REPORTS_SQL
from fanzha.link.judged import Judged
from fanzha.link.kernels import Ints
from fanzha.link.linker import Linker
from fanzha.link.near import CALLS_SQL, Texts, near_links, written
from fanzha.link.scripts import HANDED_IN_SQL, MESSAGES_SQL, same_script
from fanzha.link.weigh import WHY, Weights, shipped_weights
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
    texts = Texts(linker)
    engine.replace("pulls", _pulls(linker, texts))
    engine.replace("case_reports", _case_reports(linker, cases, texts))
    engine.replace("joins", join_rows(linker, cases, texts))
    told = (engine.rows(sql, (as_of,)) for sql in (HANDED_IN_SQL, MESSAGES_SQL))
    near = (near_links(linker, cases, calls, texts), same_script(linker, cases, *told))
    engine.replace("near_links", pa.concat_tables(near))
    engine.replace("case_history", history(linker, cases, texts))


def _pulls(linker: Linker, texts: Texts) -> pa.Table:
    reports = linker.book.p.named[: linker.book.keys]
    weight, joins, why = linker.ids.pull_all(reports)
    why[judged_nobodys(linker)] = len(WHY)
    reason = pa.array([*WHY, "judged"]).take(why)
    made = {
        "kind": texts.kinds,
        "value": texts.values,
        "reports": reports,
        "weight": weight,
        "joins": joins,
        "why": reason,
    }
    return pa.table(made, schema=arrow_schema(table("pulls")))


def judged_nobodys(linker: Linker) -> list[int]:
    """The identifiers that a person judged to belong to no swindler."""
    if not linker.judged.nobody:
        return []
    return [k for k, key in enumerate(linker.ids.keys) if linker.ids.judged_nobodys(key)]


def _case_reports(linker: Linker, cases: Ints, texts: Texts) -> pa.Table:
    also = sorted({(int(cases[linker.place[b]]), linker.place[a]) for a, b in linker.judged.also
                   if a in linker.place and b in linker.place})  # fmt: skip
    also = [(case, i) for case, i in also if cases[i] != case]
    member = np.concatenate((np.arange(len(cases)), np.array([i for _, i in also], np.int64)))
    case = np.concatenate((cases, np.array([c for c, _ in also], np.int64)))
    order = np.lexsort((member, case))
    case, member = case[order], member[order]
    return pa.table({"case_id": texts.ids.take(case), "file": texts.files[member], "row": texts.rows[member]})


def join_rows(linker: Linker, cases: Ints, texts: Texts) -> pa.Table:
    """Why and why not: identifiers a report shares with others of its case, and those that did not join it."""
    p, size = linker.book.p, linker.book.mentions
    flags = np.zeros(size, bool)
    linker.kernels().used(p, linker.rules, cases, flags)
    weight, by_itself, why = linker.ids.pull_all(p.named[: linker.book.keys])
    key, less = p.key[:size], p.discount[:size]
    apart = (less == 0) & (~by_itself[key] | (p.named[key] > 1))
    place = np.flatnonzero(written(linker) & (flags | apart))
    key, less, joins = key[place], less[place], flags[place]
    # reasons beyond those of pulls: a slip, a value too weak alone, and one that could have joined but did not
    reasons = [*WHY, "slip", "together", "doubted", "own", "judged"]
    slip, together, doubted, own, judged = (reasons.index(word) for word in reasons[len(WHY) :])
    why[judged_nobodys(linker)] = judged
    unsure = np.where(less == linker.weights.slip_discount, slip, WHY.index("partial"))
    met = np.where(less > 0, unsure, np.where(by_itself[key], why[key], together))
    reason = np.where(joins, met, np.where(by_itself[key], doubted, why[key]))
    mine = np.array(linker.own, np.int64).reshape(-1, 2)
    benign = np.array(linker.ids.benign, bool)[mine[:, 1]]
    report = np.concatenate((p.report[place], mine[:, 0]))
    key = np.concatenate((key, mine[:, 1]))
    reason = np.concatenate((reason, np.where(benign, WHY.index("benign"), own)))
    nothing = np.zeros(len(mine), np.int64)
    made = {
        "case_id": texts.ids.take(cases[report]),
        "file": texts.files[report],
        "row": texts.rows[report],
        "kind": texts.kinds.take(key),
        "value": texts.values.take(key),
        "weight": np.concatenate((np.maximum(0, weight[key[: len(place)]] - less), nothing)),
        "joins": np.concatenate((joins, nothing.astype(bool))),
        "why": pa.array(reasons).take(reason),
    }
    return pa.table(made, schema=arrow_schema(table("joins")))


def history(linker: Linker, cases: Ints, texts: Texts) -> pa.Table:
    """Which cases became one: the number that stays, the number that was, and the report that showed it."""
    kept, gone, i = linker.merges().T
    held = (cases[kept] == cases[gone]) & (cases[gone] == cases[i])
    made = {
        "case_id": texts.ids.take(kept[held]),
        "former": texts.ids.take(gone[held]),
        "file": texts.files[i[held]],
        "row": texts.rows[i[held]],
    }
    return pa.table(made, schema=arrow_schema(table("case_history")))
