"""What the journal says of each admitted file now: all acts about it taken together, those undone left out.

The record tables are a function of this state and of the originals; the order in which acts came plays no part.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fanzha.errors import NotFound
from fanzha.formats.grid import Fix
from fanzha.model.terms import Terms
from fanzha.store.journal import Entry, undone

DAY_MS = 86_400_000
ABOUT_FILES = ("withdraw", "correct", "correct_row", "retain", "erase")


@dataclass(slots=True)
class State:
    """One admitted file. `settings`: format, score, terms and mapping by which it is read; `fixes` by row number.

    `withdrawn_by` and `erased_by` are act numbers, -1 for none. `retain_until_ms` is None where no clock runs.
    """

    admission: Entry
    settings: dict[str, Any]
    fixes: dict[int, Fix] = field(default_factory=dict)
    withdrawn_by: int = -1
    erased_by: int = -1
    retain_until_ms: int | None = None

    @property
    def terms(self) -> Terms:
        """Terms of the admission, as corrected."""
        return Terms.from_dict(self.settings["terms"])

    @property
    def name(self) -> str:
        """The name it came under; "" once erased."""
        return str((self.admission.private or {}).get("name", ""))


def touched(entries: Sequence[Entry], start: int) -> list[int]:
    """Admissions that the acts from `start` on concern, in order."""
    files: set[int] = set()
    for entry in entries[start:]:
        while entry.act == "undo":
            entry = entries[entry.public["act"]]
        if entry.act == "admit":
            files.add(entry.seq)
        elif entry.act in ABOUT_FILES:
            files.add(int(entry.public["admission"]))
    if len(files) < len(entries):  # what came in a bundle goes with it
        for entry in entries:
            if entry.act == "admit" and entry.public.get("part_of") in files:
                files.add(entry.seq)
    return sorted(files)


def begun(admission: Entry) -> State:
    """The state of an admission that no other act concerns yet: what its own entry says."""
    settings = {name: admission.public[name] for name in ("format", "score", "terms", "mapping")}
    state = State(admission, settings)
    state.retain_until_ms = _clock(admission, state.terms)
    return state


def states(entries: Sequence[Entry], files: Sequence[int] | None = None) -> dict[int, State]:
    """The state of each admission (of those in `files`, or all), by number."""
    wanted = None if files is None else set(files)
    gone = undone(entries)
    found: dict[int, State] = {}
    withdrawn: dict[int, int] = {}
    for entry in entries:
        if entry.act == "admit" and (wanted is None or entry.seq in wanted):
            found[entry.seq] = begun(entry)
        elif entry.act == "withdraw" and entry.seq not in gone:
            withdrawn[int(entry.public["admission"])] = entry.seq
        elif entry.act in ABOUT_FILES and entry.seq not in gone:
            state = found.get(int(entry.public["admission"]))
            if state is not None:
                _apply(state, entry)
    for file, state in found.items():
        whole: int | None = file
        while whole is not None and state.withdrawn_by < 0:
            state.withdrawn_by = withdrawn.get(whole, -1)
            whole = entries[whole].public.get("part_of")
    return found


def state_of(entries: Sequence[Entry], file: int) -> State:
    """The state of one admission. Raises NotFound."""
    found = states(entries, [file]).get(file)
    if found is None:
        raise NotFound(
            f"there is no admission {file}",
            f"没有序号为 {file} 的入库文件",
            remedy="`fanzha export files` lists them",
            remedy_zh="fanzha export files 可列出全部文件",
        )
    return found


def _apply(state: State, entry: Entry) -> None:
    if entry.act == "correct":
        state.settings |= entry.public["settings"]
        if "terms" in entry.public["settings"]:
            state.retain_until_ms = _clock(state.admission, state.terms)
    elif entry.act == "erase":
        state.erased_by = entry.seq
    elif entry.act == "retain":
        state.retain_until_ms = entry.public["until_ms"]
    elif entry.act == "correct_row" and entry.private is not None:
        row = int(entry.public["row"])
        cells = {} if entry.private["drop"] else dict(state.fixes[row].cells if row in state.fixes else ())
        cells |= dict(json.loads(entry.private["cells"]))
        state.fixes[row] = Fix(entry.seq, tuple(cells.items()), bool(entry.private["drop"]))


def _clock(admission: Entry, terms: Terms) -> int | None:
    return admission.at_ms + int(terms.retain_days) * DAY_MS if terms.retain_days else None
