"""Take back, correct, keep longer or erase what was admitted. Each is a new act; all but erasing can be undone, and
everything that followed from it is computed again."""

import json
from collections.abc import Mapping, Sequence

from fanzha.errors import FanzhaError, InputError, NotAllowed, NotFound
from fanzha.formats import known
from fanzha.formats.mapping import Mapping as ColumnMapping
from fanzha.ingest.follow import follow
from fanzha.ingest.state import State, state_of, states
from fanzha.model.terms import Terms
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry, undone
from fanzha.store.record import Act, Record

# Of orders and appeals only some can be; what decides that lies above (`chain.Workspace.undo`).
CAN_BE_UNDONE = (
    "withdraw", "correct", "correct_row", "retain", "map", "handover", "undo", "judge", "order", "order_event", "appeal",
    "appeal_event", "return_notice", "campaign", "feedback",
)  # fmt: skip
LEARNED = ("weights_learned", "scorer_learned")  # what a version brings stays in use


def _standing(record: Record, file: int) -> State:
    """The state of an admission that was neither withdrawn nor erased."""
    state = state_of(record.journal.entries(), file)
    if state.erased_by >= 0:
        raise NotAllowed(
            f"admission {file} was erased by act {state.erased_by}", f"序号 {file} 已由第 {state.erased_by} 条行为清除"
        )
    if state.withdrawn_by >= 0:
        raise NotAllowed(
            f"admission {file} was withdrawn already, by act {state.withdrawn_by}",
            f"序号 {file} 已由第 {state.withdrawn_by} 条行为撤回",
            remedy=f"`fanzha undo {state.withdrawn_by}` takes it back",
            remedy_zh=f"fanzha undo {state.withdrawn_by} 可恢复",
        )
    return state


def _reason(reason: str) -> str:
    if not reason.strip():
        raise NotAllowed(
            "this act needs a reason", "该操作必须说明理由", remedy="give --reason", remedy_zh="请用 --reason 说明"
        )
    return reason.strip()


def withdraw(record: Record, engine: Engine, file: int, reason: str, act: Act) -> Entry:
    """Withdraw an admission and what came in it: its rows leave the tables, the act and its reason stay in the journal."""
    state = _standing(record, file)
    private = {"reason": _reason(reason)}
    entry = record.note("withdraw", act, {"admission": file}, about=state.admission, private=private)
    follow(record, engine)
    return entry


def correct(
    record: Record,
    engine: Engine,
    file: int,
    act: Act,
    *,
    changes: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
    format_name: str = "",
) -> Entry:
    """Read an admitted file again under other terms, another format or another mapping. What is not named stays."""
    state = _standing(record, file)
    settings: dict[str, object] = {}
    if changes:
        now = dict(state.settings["terms"])
        known_terms = Terms().as_dict()
        if unknown := sorted(set(changes) - set(known_terms)):
            raise InputError(
                f"there is no term called {unknown[0]!r}",
                f"没有名为 {unknown[0]!r} 的条件",
                remedy=f"choose from {sorted(known_terms)}",
                remedy_zh=f"可选：{'、'.join(sorted(known_terms))}",
            )
        settings["terms"] = Terms.from_dict({**now, **changes}).as_dict()
    if mapping is not None:
        settings["mapping"] = mapping.to_json()
    if format_name:
        known.named(format_name)
        settings |= {"format": format_name, "score": 100, "mapping": settings.get("mapping")}
    entry = record.note("correct", act, {"admission": file, "settings": settings}, about=state.admission)
    follow(record, engine)
    return entry


def correct_row(
    record: Record,
    engine: Engine,
    file: int,
    row: int,
    act: Act,
    *,
    reason: str,
    cells: Mapping[str, str] | None = None,
    drop: bool = False,
) -> Entry:
    """Correct single cells of one row (by column name, or #3 for the third), or decide that the row does not count.

    The cells are put in before the row is understood, so a quarantined row can be mended too; the original stays as it
    came. Raises NotFound where the file has no such row or column.
    """
    state = _standing(record, file)
    if drop == bool(cells):
        raise InputError(
            "say either which cells are wrong or that the row does not count",
            "请指明要更正的单元格，或注明该行不计",
            remedy='--set "COLUMN=TEXT", or --drop',
            remedy_zh='用 --set "列名=内容" 或 --drop',
        )
    if not _has_row(engine, file, row):
        raise NotFound(
            f"admission {file} has no record and no quarantined row {row}",
            f"序号 {file} 的第 {row} 行既未入库也未隔离",
            remedy="row numbers stand on the pages and in `fanzha export quarantine`",
            remedy_zh="行号见报告页面，或 fanzha export quarantine",
        )
    private = {"reason": _reason(reason), "cells": json.dumps(dict(cells or {}), ensure_ascii=False), "drop": drop}
    entry = record.note("correct_row", act, {"admission": file, "row": row}, about=state.admission, private=private)
    try:
        follow(record, engine)
    except FanzhaError:  # no such column: nothing that cannot be read stays in force
        record.note("undo", act, {"act": entry.seq}, about=state.admission)
        follow(record, engine)
        raise
    return entry


def _has_row(engine: Engine, file: int, row: int) -> bool:
    tables = ("legs", "calls", "reports", "messages", "accounts", "quarantine")
    return any(engine.rows(f'SELECT 1 FROM "{name}" WHERE "file" = ? AND "row" = ?', (file, row)) for name in tables)


def retain(record: Record, engine: Engine, file: int, until_ms: int, reason: str, act: Act) -> Entry:
    """Set anew when an admission must be erased or kept with a reason (UTC milliseconds)."""
    state = state_of(record.journal.entries(), file)
    if state.erased_by >= 0:
        raise NotAllowed(f"admission {file} was erased", f"序号 {file} 已清除")
    private = {"reason": _reason(reason)}
    public = {"admission": file, "until_ms": until_ms}
    entry = record.note("retain", act, public, about=state.admission, private=private)
    follow(record, engine)
    return entry


def undo(record: Record, engine: Engine, number: int, act: Act) -> Entry:
    """Take back one act by its number. What was erased stays erased."""
    entries = record.journal.entries()
    if not 0 <= number < len(entries):
        raise NotFound(
            f"there is no act {number}",
            f"没有第 {number} 条行为",
            remedy="`fanzha acts` lists them",
            remedy_zh="fanzha acts 可列出",
        )
    target = entries[number]
    learned = target.act == "use" and target.public["name"] in LEARNED
    if target.act not in CAN_BE_UNDONE and not learned:
        raise NotAllowed(
            f"act {number} ({target.act}) cannot be undone",
            f"第 {number} 条行为（{target.act}）不能撤销",
            remedy="an admission is taken back by `fanzha withdraw`; what was erased cannot come back",
            remedy_zh="入库请用 fanzha withdraw 撤回；已清除的内容无法恢复",
        )
    if number in undone(entries):
        raise NotAllowed(f"act {number} was undone already", f"第 {number} 条行为已被撤销")
    about = entries[target.public["admission"]] if "admission" in target.public else None
    entry = record.note("undo", act, {"act": number}, about=about if about and record.keys.of(about.item) else None)
    follow(record, engine)
    return entry


def erase(record: Record, file: int, act: Act, *, ground: str, reference: str = "") -> list[Entry]:
    """Erase an admission for good, with everything that came in it, and the bundles that hold the same bytes.

    `ground`: a code of schema/erasures.yaml; it and `reference` (the number of a letter or decision) stay readable for ever,
    so neither may be personal. Key and salt are destroyed; the tree still verifies. The caller makes the tables anew.
    """
    grounds = vocabulary("erasures")
    if ground not in grounds:
        raise InputError(
            f"{ground!r} is no ground for erasing",
            f"{ground!r} 不是有效的清除依据",
            remedy=f"choose one of: {', '.join(grounds)}",
            remedy_zh=f"可选：{'、'.join(f'{code}（{term.zh}）' for code, term in grounds.items())}",
        )
    entries = record.journal.entries()
    wanted = [entries[one] for one in reach(record, file)]
    public = {"ground": ground, "reference": reference, "with": file}
    return [record.erase(admission, act, public) for admission in wanted]


def reach(record: Record, file: int) -> list[int]:
    """The admissions that erasing one erases: itself, what came in it, and the bundles that hold the same bytes.

    Raises NotAllowed where it was erased already.
    """
    entries = record.journal.entries()
    if state_of(entries, file).erased_by >= 0:
        raise NotAllowed(f"admission {file} was erased already", f"序号 {file} 已清除")
    wanted = sorted({*_within(entries, file), *_around(entries, file)})
    found = states(entries, wanted)
    return [one for one in wanted if found[one].erased_by < 0]


def _within(entries: Sequence[Entry], file: int) -> set[int]:
    """An admission and what came in it, however deep; what was held before a bundle brought it again stays."""
    files = {file}
    for entry in entries:
        if entry.act == "admit" and entry.public.get("part_of") in files:
            files.add(entry.seq)
    return files


def _around(entries: Sequence[Entry], file: int) -> set[int]:
    """Bundles whose bytes include this admission's: each holds the same content once more."""
    around: set[int] = set()
    inner = [file]
    while inner:
        one = inner.pop()
        holders = [entries[one].public.get("part_of", -1)]
        holders += [e.public["part_of"] for e in entries if e.act == "again" and e.public["admission"] == one]
        fresh = {holder for holder in holders if holder >= 0} - around
        around |= fresh
        inner += fresh
    return around
