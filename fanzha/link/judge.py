"""Judgements: what named people say belongs together or not. They are acts in the journal; linking reads what stands of them.

A judgement is apart from the data and always wins. Same is transitive; one that contradicts others is refused when it is given,
with the acts it contradicts. Undoing one restores what was before, because the tables are made from the acts that stand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fanzha.errors import InputError, NotAllowed
from fanzha.link.identify import UNIFIED, Key, code_of
from fanzha.link.judged import Judged
from fanzha.store.journal import Entry, undone

VERDICTS = ("same", "different", "unsure", "nobody", "also")
Thing = tuple[str, str]  # ("report", "3-17") or the kind and normal form of an identifier


@dataclass(frozen=True, slots=True)
class Judgement:
    """One act. `state`: stands, undone, erased (the report it is about was) or contradicts (acts before it that stand)."""

    act: int
    at_ms: int
    actor: str
    verdict: str
    left: tuple[Thing, ...]
    right: tuple[Thing, ...]
    reason: str
    state: str = "stands"


def thing(text: str) -> Thing:
    """A thing as a person writes it: `3-17` is a report (and the case it is in), `phone:+8613800138000` an identifier."""
    kind, colon, value = text.strip().partition(":")
    if colon and kind and value:
        return (UNIFIED.get(kind, kind), value)
    file, dash, row = text.strip().partition("-")
    if dash and file.isdecimal() and row.isdecimal():
        return ("report", f"{int(file)}-{int(row)}")
    raise InputError(
        f"{text!r} names neither a report nor an identifier",
        f"{text!r} 既非报案编号也非标识",
        remedy="write a report or case as 3-17, an identifier as kind:value, such as phone:+8613800138000",
        remedy_zh="报案或案件写作 3-17；标识写作 类型:内容，如 phone:+8613800138000",
    )


def said(one: Thing) -> str:
    """A thing as a person writes it."""
    return one[1] if one[0] == "report" else f"{one[0]}:{one[1]}"


def judgements(entries: Sequence[Entry]) -> list[Judgement]:
    """Every judgement in the journal, in the order of the acts, and whether it stands."""
    gone = undone(entries)
    found: list[Judgement] = []
    held = _Held()
    for entry in entries:
        if entry.act != "judge":
            continue
        secret = entry.private
        if secret is None:
            found.append(_judgement(entry, {}, "erased"))
        elif entry.seq in gone:
            found.append(_judgement(entry, secret, "undone"))
        else:
            one = _judgement(entry, secret, "stands")
            if held.against(one):
                found.append(_judgement(entry, secret, "contradicts"))
            else:
                held.take(one)
                found.append(one)
    return found


def _judgement(entry: Entry, secret: dict[str, Any], state: str) -> Judgement:
    sides = [tuple(thing(text) for text in str(secret.get(side, "")).split("\n") if text) for side in ("left", "right")]
    verdict, reason = str(entry.public["verdict"]), str(secret.get("reason", ""))
    return Judgement(entry.seq, entry.at_ms, entry.actor, verdict, sides[0], sides[1], reason, state)


def check(entries: Sequence[Entry], verdict: str, left: Sequence[Thing], right: Sequence[Thing]) -> None:
    """Raise NotAllowed if a judgement contradicts others that stand, InputError if it says nothing."""
    if verdict not in VERDICTS:
        raise InputError(
            f"{verdict!r} is no verdict",
            f"{verdict!r} 不是有效的认定结论",
            remedy=f"choose one of: {', '.join(VERDICTS)}",
            remedy_zh=f"可选：{'、'.join(VERDICTS)}",
        )
    identifiers = all(kind != "report" for kind, _ in left)
    reports = all(kind == "report" for kind, _ in (*left, *right))
    complete = bool(left) and (bool(right) != (verdict == "nobody"))
    if (
        not complete
        or set(left) & set(right)
        or (verdict == "nobody" and not identifiers)
        or (verdict == "also" and not reports)
    ):
        raise InputError(
            "a judgement needs two different things, of which `also` takes reports only; `nobody` takes identifiers alone",
            "认定需要两个不同对象；also 仅限报案；nobody 仅限标识且只需一方",
            remedy="see `fanzha judge --help`",
            remedy_zh="见 fanzha judge --help",
        )
    held = _Held()
    for one in judgements(entries):
        if one.state == "stands":
            held.take(one)
    against = held.against(Judgement(-1, 0, "", verdict, tuple(left), tuple(right), ""))
    if against:
        acts = ", ".join(map(str, against))
        raise NotAllowed(
            f"this contradicts what was judged before: act {acts}",
            f"与此前的认定矛盾：第 {acts} 条行为",
            remedy=f"look at it with `fanzha acts`; take it back first with `fanzha undo {against[0]}`, if it was wrong",
            remedy_zh=f"用 fanzha acts 查看；如有误，先用 fanzha undo {against[0]} 撤销",
        )


class _Held:
    """The judgements that stand, closed under same: groups of things, and what is set apart from what."""

    def __init__(self) -> None:
        self._root: dict[Thing, Thing] = {}
        self._acts: dict[Thing, set[int]] = {}  # of a group: the acts that made it
        self._apart: list[tuple[int, tuple[Thing, ...], tuple[Thing, ...]]] = []
        self._also: list[tuple[int, tuple[Thing, ...], tuple[Thing, ...]]] = []

    def _find(self, one: Thing) -> Thing:
        while self._root.setdefault(one, one) != one:
            one = self._root[one]
        return one

    def take(self, one: Judgement) -> None:
        """One more that stands."""
        if one.verdict == "different":
            self._apart.append((one.act, one.left, one.right))
        if one.verdict == "also":
            self._also.append((one.act, one.left, one.right))
        if one.verdict == "same":
            for other in _comparable(one.left, one.right):
                for a, b in pairwise(other):
                    x, y = self._find(a), self._find(b)
                    acts = self._acts.pop(x, set()) | self._acts.pop(y, set()) | {one.act}
                    self._root[y] = x
                    self._acts[x] = acts

    def against(self, one: Judgement) -> list[int]:
        """The acts that a judgement contradicts."""
        if one.verdict == "different":
            right = {self._find(b) for b in one.right}
            joined_by = {act for a in one.left if self._find(a) in right for act in self._acts.get(self._find(a), ())}
            return sorted(joined_by | _between(one, self._also))
        if one.verdict == "also":
            return sorted(_between(one, self._apart))
        if one.verdict != "same":
            return []
        found: set[int] = set()
        joined = {self._find(a): n for n, part in enumerate(_comparable(one.left, one.right)) for a in part}
        for act, left, right_ in self._apart:
            here = {joined.get(self._find(a), self._find(a)) for a in left}
            there = {joined.get(self._find(b), self._find(b)) for b in right_}
            if here & there:
                found.add(act)
        return sorted(found)


def _between(one: Judgement, held: Iterable[tuple[int, tuple[Thing, ...], tuple[Thing, ...]]]) -> set[int]:
    """The acts among `held` about a thing of one side and a thing of the other, whichever way round."""
    sides = set(one.left), set(one.right)
    return {act for act, *two in held for a, b in (two, two[::-1]) if sides[0] & set(a) and sides[1] & set(b)}


def _comparable(left: Iterable[Thing], right: Iterable[Thing]) -> list[list[Thing]]:
    """Reports are the same as reports, identifiers as identifiers; a report and an identifier are never one thing."""
    both = [*left, *right]
    return [[one for one in both if one[0] == "report"], [one for one in both if one[0] != "report"]]


def judged(found: Iterable[Judgement]) -> Judged:
    """What linking reads: the judgements that stand, as pairs."""
    same: list[tuple[int, int]] = []
    apart: list[tuple[frozenset[int], frozenset[int]]] = []
    names: list[tuple[int, Key]] = []
    also: list[tuple[int, int]] = []
    groups: list[list[Key]] = []
    not_same: set[tuple[Key, Key]] = set()
    not_names: set[tuple[int, Key]] = set()
    nobody: set[Key] = set()
    act_of: dict[tuple[int, int], int] = {}
    acts: list[int] = []
    act_of_keys: dict[tuple[Key, Key], int] = {}
    for one in found:
        if one.state != "stands":
            continue
        left, right = _parts(one.left), _parts(one.right)
        mixed = [(code, key) for a, b in ((left, right), (right, left)) for code in a[0] for key in b[1]]
        if one.verdict == "same":
            reports = left[0] + right[0]
            for pair in pairwise(reports):
                same.append(pair)
                act_of[pair] = act_of[pair[::-1]] = one.act
            groups.append(left[1] + right[1])
            names += mixed if len(reports) < len(one.left) + len(one.right) else []
        elif one.verdict == "different":
            if left[0] and right[0]:
                apart.append((frozenset(left[0]), frozenset(right[0])))
                acts.append(one.act)
            not_same.update((a, b) for a in left[1] for b in right[1])
            act_of_keys.update({pair: one.act for a in left[1] for b in right[1] for pair in ((a, b), (b, a))})
            not_names.update(mixed)
        elif one.verdict == "nobody":
            nobody.update(left[1])
        elif one.verdict == "also":
            also += [(a, b) for a in left[0] for b in right[0]]
    return Judged(
        tuple(same), tuple(apart), _canonical(groups), frozenset(not_same), frozenset(nobody), tuple(names),
        frozenset(not_names), tuple(also), act_of, tuple(acts), act_of_keys,
    )  # fmt: skip


def _parts(things: Iterable[Thing]) -> tuple[list[int], list[Key]]:
    """The reports among things, as codes, and the identifiers."""
    reports = [code_of(value) for kind, value in things if kind == "report"]
    return reports, [one for one in things if one[0] != "report"]


def _canonical(groups: Iterable[list[Key]]) -> dict[Key, Key]:
    """For each identifier judged the same as others the one that stands for all: one written out in full, the first in the order of
    text."""
    group_of: dict[Key, set[Key]] = {}
    for group in groups:
        merged: set[Key] = set(group).union(*(group_of.get(one, set()) for one in group))
        for one in merged:
            group_of[one] = merged
    written_out = {one: min(group, key=lambda each: ("*" in each[1], each)) for one, group in group_of.items()}
    return {one: stands for one, stands in written_out.items() if len(group_of[one]) > 1}
