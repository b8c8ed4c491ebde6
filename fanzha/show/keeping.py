"""The life of the record, in the terminal: acts, clocks, erasures, backups, reference data."""

from typing import Any

from rich.text import Text

from fanzha.chain import Erased, Restored, Workspace
from fanzha.document.gather import known_names
from fanzha.document.standing import masked_things
from fanzha.document.words import code_name, pick
from fanzha.model.words import vocabulary
from fanzha.show import linking
from fanzha.show.acts import told
from fanzha.show.terminal import Terminal
from fanzha.store.journal import Entry, undone
from fanzha.store.masked import mask_told

_ACTS_SHOWN = 50


def acts(terminal: Terminal, workspace: Workspace, limit: int | None) -> None:
    """What was done, by whom and when, the latest last; what was taken back is marked."""
    entries = workspace.acts()
    gone = undone(entries)
    names = known_names(workspace.engine)
    if terminal.json_wanted:
        found = [
            {
                "act": e.seq,
                "at_ms": e.at_ms,
                "actor": e.actor,
                "kind": e.act,
                "details": e.public,
                "undone": e.seq in gone,
                **({"judged": _judged(e, names)} if e.act == "judge" else {}),
            }
            for e in (entries if limit is None else entries[max(0, len(entries) - limit) :])
        ]
        terminal.json({"acts": found})
        return
    called = vocabulary("acts")
    columns = (("col_number", "right"), ("col_when", "left"), ("col_actor", "left"), ("col_act", "left"))
    table = terminal.table("acts_title", *columns, ("col_details", "left"))
    limit = _ACTS_SHOWN if limit is None else limit
    for entry in entries[max(0, len(entries) - limit) :]:
        name = Text(called[entry.act].say(terminal.words.lang) if entry.act in called else entry.act)
        if entry.seq in gone:
            name.append(f"  {terminal.words('act_undone')}", style="yellow")
        said = (
            _judgement(terminal, entry, names) if entry.act == "judge" else told(terminal.words, entry, entries, names)
        )
        table.add_row(
            str(entry.seq), terminal.moment(entry.at_ms), Text(entry.actor), name, Text(" · ".join(said), style="dim")
        )
    terminal.out.print(table)
    if len(entries) > limit:
        terminal.out.print(Text(terminal.words("acts_more", count=len(entries) - limit), style="dim"))


def _judgement(terminal: Terminal, entry: Entry, names: tuple[str, ...]) -> list[str]:
    """What was judged, in words."""
    found = _judged(entry, names)
    sides = (linking.things(terminal, found[side]) for side in ("left", "right"))
    said = [pick(code_name("verdicts", found["verdict"]), terminal.words.lang), " | ".join(one for one in sides if one)]
    return [one for one in (*said, found["reason"]) if one]


def _judged(entry: Entry, names: tuple[str, ...]) -> dict[str, Any]:
    """A judgement, masked; its sides and its reason are empty if the report it is about was erased."""
    private = entry.private or {}
    left, right = (masked_things(", ".join(str(private.get(side, "")).split("\n"))) for side in ("left", "right"))
    reason = mask_told(str(private.get("reason", "")), names)
    return {"verdict": str(entry.public["verdict"]), "left": left, "right": right, "reason": reason}


def retention(terminal: Terminal, workspace: Workspace) -> None:
    """Which files have a clock, the next first; those whose time is over are marked."""
    rows = workspace.engine.rows(
        'SELECT "file", name, retain_until_ms FROM files WHERE retain_until_ms IS NOT NULL AND NOT erased'
        ' ORDER BY retain_until_ms, "file"'
    )
    now = workspace.now_ms()
    if terminal.json_wanted:
        found = [{"file": f, "name": name, "until_ms": until, "due": until <= now} for f, name, until in rows]
        terminal.json({"retention": found})
        return
    if not rows:
        terminal.out.print(terminal.words("no_clocks"))
        return
    table = terminal.table("retention_title", ("col_number", "right"), ("col_file", "left"), ("col_until", "left"))
    for file, name, until in rows:
        shown = Text(terminal.moment(until))
        if until <= now:
            shown.append(f"  {terminal.words('due')}", style="bold red")
        table.add_row(str(file), Text(name), shown)
    terminal.out.print(table)
    due = sum(until <= now for _, _, until in rows)
    if due:
        terminal.out.print(Text(terminal.words("retention_due", count=due)))


def erasing(terminal: Terminal, workspace: Workspace, file: int) -> None:
    """What would be erased, before it is."""
    reach = workspace.erasure_reach(file)
    if terminal.json_wanted:
        terminal.json({"would_erase": list(reach)})
        return
    terminal.out.print(Text(terminal.words("erase_would", files=", ".join(map(str, reach))), style="bold yellow"))
    terminal.out.print(Text(terminal.words("erase_sure")))


def erased(terminal: Terminal, done: Erased) -> None:
    """What was erased, and which backups must still be told."""
    if terminal.json_wanted:
        notes = [str(path) for path in done.notes]
        terminal.json({"erased": list(done.admissions), "notes": notes, "backups_missing": list(done.backups_missing)})
        return
    terminal.out.print(Text(terminal.words("erased", files=", ".join(map(str, done.admissions)))))
    for missing in done.backups_missing:
        terminal.out.print(Text(terminal.words("backup_missing", path=missing), style="yellow"))


def restored(terminal: Terminal, done: Restored) -> None:
    """What came back."""
    values = {"files": done.files, "bytes": done.bytes, "entries": done.entries, "erased": done.erased_again}
    terminal.say("restored", **values)
    if done.received and not terminal.json_wanted:
        terminal.out.print(Text(terminal.words("received")))


def reference(terminal: Terminal, workspace: Workspace) -> None:
    """Reference data in use: name, source, date, hash, and the act that put it in use."""
    found = workspace.reference()
    if terminal.json_wanted:
        terminal.json({"reference": found})
        return
    columns = (("col_name", "left"), ("col_as_of", "left"), ("col_source", "left"), ("col_act", "right"))
    table = terminal.table("reference_title", *columns)
    for one in found:
        table.add_row(Text(one["name"]), Text(one["as_of"]), Text(one["source"]), str(one["act"]))
    terminal.out.print(table)
