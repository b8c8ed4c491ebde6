"""Withdraw an admission, or correct how it was read. Both are new acts; the original stays as it came."""

from collections.abc import Mapping, Sequence

from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.formats import known
from fanzha.formats.mapping import Mapping as ColumnMapping
from fanzha.ingest.follow import apply
from fanzha.model.terms import Terms
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record


def _admission(entries: Sequence[Entry], file: int) -> Entry:
    found = next((entry for entry in entries if entry.seq == file and entry.act == "admit"), None)
    if found is None:
        raise NotFound(
            f"there is no admission {file}",
            f"没有序号为 {file} 的入库文件",
            remedy="`fanzha export files` lists them",
            remedy_zh="fanzha export files 可列出全部文件",
        )
    if any(entry.act == "withdraw" and entry.public["admission"] == file for entry in entries):
        raise NotAllowed(f"admission {file} was withdrawn already", f"序号 {file} 已撤回")
    return found


def withdraw(record: Record, engine: Engine, file: int, reason: str, act: Act) -> Entry:
    """Withdraw an admission: its rows leave the tables, the act and its reason stay in the journal."""
    admission = _admission(record.journal.entries(), file)
    if not reason.strip():
        raise NotAllowed(
            "a withdrawal needs a reason", "撤回必须说明理由", remedy="give --reason", remedy_zh="请用 --reason 说明"
        )
    entry = record.note("withdraw", act, {"admission": file}, about=admission, private={"reason": reason})
    _follow_one(record, engine, entry)
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
    """Read an admitted file again under other terms, another format or another mapping."""
    entries = record.journal.entries()
    admission = _admission(entries, file)
    settings: dict[str, object] = {}
    for entry in entries:  # earlier corrections still hold where this one is silent
        if entry.act == "correct" and entry.public["admission"] == file:
            settings |= entry.public["settings"]
    if changes:
        now: dict[str, str] = dict(settings.get("terms", admission.public["terms"]))  # type: ignore[call-overload]
        if unknown := sorted(set(changes) - set(now)):
            raise InputError(
                f"there is no term called {unknown[0]!r}",
                f"没有名为 {unknown[0]!r} 的条件",
                remedy=f"choose from {sorted(now)}",
            )
        settings["terms"] = Terms(**{**now, **changes}).as_dict()
    if mapping is not None:
        settings["mapping"] = mapping.to_json()
    if format_name:
        known.named(format_name)
        settings |= {"format": format_name, "score": 100}
    entry = record.note("correct", act, {"admission": file, "settings": settings}, about=admission)
    _follow_one(record, engine, entry)
    return entry


def _follow_one(record: Record, engine: Engine, entry: Entry) -> None:
    apply(record, engine, record.journal.entries(), entry)
    _, stages, code = engine.stamp()
    engine.set_stamp(entry.seq + 1, stages, code)
