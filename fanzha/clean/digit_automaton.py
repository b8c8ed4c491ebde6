"""Patterns over digits as one table of states that a whole column of numbers walks at once.

The languages are finite, so an automaton has no circle, and it is minimal when states with equal rows are one (Revuz,
"Minimisation of acyclic deterministic automata in linear time", 1992). Before that its states are sets of partial
derivatives (Antimirov, 1996). Where only the first match counts, as with `re.match`, threads are kept in order of
preference (Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

# Symbols: 0 to 9 are digits, 10 ends a number, 11 to 15 are anything else. States are numbered in steps of WIDTH.
WIDTH: Final = 16
END: Final = 10
SINKS: Final = 1024 * WIDTH  # states below are final: every symbol leads back to them
REJECT: Final = 0
ACCEPT: Final = WIDTH

# The syntax is that of numbering plans (libphonenumber metadata): digits, \d, classes, groups, |, ?, {n}, {m,n} and a final $.
ANY_DIGIT: Final = 0x3FF
# ("set", mask of digits) ("cat", parts) ("alt", parts) ("rep", part, low, high) ("group", part, index from 0) ("end",)
Node = tuple[Any, ...]
States = npt.NDArray[np.int64]
Set = frozenset[int]
_NONE: Final[Set] = frozenset()


class Outcome(NamedTuple):
    """A first match: how many digits it took, and where its last group began and ended (-1: the group had no part)."""

    end: int
    group_start: int = -1
    group_end: int = -1


class Thread(NamedTuple):
    """What is still to be matched, as (node, rest) or (), and where the last group began and ended."""

    todo: tuple[Node, ...]
    group_start: int = -1
    group_end: int = -1


class Automata:
    """One table for every pattern: `table()[state + symbol]` is the next state. It only ever grows."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._flat: States = np.zeros(SINKS, dtype=np.int64)
        self._flat[ACCEPT : ACCEPT + WIDTH] = ACCEPT
        self._written = 0
        self._masks: list[int] = []
        self._follow: list[Set] = []
        self._threads: dict[tuple[int, Set], int] = {}
        self._sinks: dict[Outcome, int] = {}
        self.outcomes: list[Outcome] = [Outcome(0), Outcome(0)]  # by sink; the first two are REJECT and ACCEPT
        self._places: States = np.zeros((3, 0), dtype=np.int64)

    def table(self) -> States:
        """The transitions, with whatever was compiled since the last call."""
        if self._written < len(self._rows):
            fresh = np.zeros((len(self._rows) - self._written, WIDTH), dtype=np.int64)
            fresh[:, : END + 1] = np.array(self._rows[self._written :], dtype=np.int64)
            self._flat = np.concatenate([self._flat, fresh.ravel()])
            self._written = len(self._rows)
        return self._flat

    def places(self) -> States:
        """`outcomes` as columns: ends, starts of groups, ends of groups."""
        if self._places.shape[1] < len(self.outcomes):
            self._places = np.array(self.outcomes, dtype=np.int64).T.copy()
        return self._places

    def __len__(self) -> int:
        return len(self._rows) + len(self.outcomes)

    def _state(self, row: tuple[int, ...]) -> int:
        """The number of the state with these ten digits and end; equal rows are one state."""
        if not any(row):
            return REJECT
        number = self._numbers.get(row)
        if number is None:
            number = self._numbers[row] = SINKS + len(self._rows) * WIDTH
            self._rows.append(row)
        return number

    def _thread(self, mask: int, follow: Set) -> int:
        """The thread that takes a digit of `mask` and goes on as one of `follow`; equal threads are one."""
        key = (mask, follow)
        number = self._threads.get(key)
        if number is None:
            number = self._threads[key] = len(self._masks)
            self._masks.append(mask)
            self._follow.append(follow)
        return number

    def language(self, node: Node, then: Set) -> Set:
        """Threads for `node` followed by `then`. Negative members are marks: what has been matched where the digits end."""
        kind = node[0]
        if kind == "set":
            return frozenset((self._thread(node[1], then),))
        if kind == "cat":
            for part in reversed(node[1]):
                then = self.language(part, then)
            return then
        if kind == "alt":
            return _NONE.union(*(self.language(part, then) for part in node[1]))
        if kind == "group":
            return self.language(node[1], then)
        if kind != "rep":
            raise ValueError("an end mark inside a pattern for whole numbers")
        found = then
        for _ in range(node[3] - node[2]):
            found = self.language(node[1], found) | then
        for _ in range(node[2]):
            found = self.language(node[1], found)
        return found

    def only(self, threads: Set, sizes: Set) -> Set:
        """The part of a language whose members have one of these lengths."""
        kept = {t for t in threads if t < 0 and 0 in sizes}
        rest = frozenset(size - 1 for size in sizes if size > 0)
        if rest:
            for t in threads:
                if t >= 0 and (follow := self.only(self._follow[t], rest)):
                    kept.add(self._thread(self._masks[t], follow))
        return frozenset(kept)

    def forever(self, mark: int) -> Set:
        """`mark`, which stays whatever digits come; alone it keeps no number alive."""
        number = len(self._masks)
        self._masks.append(0)
        self._follow.append(frozenset((number, mark)))
        return self._follow[number]

    def whole(self, threads: Set, holds: Callable[[Set], bool] = bool) -> int:
        """The state from which a number is accepted where `holds(marks at its end)`; not for an empty set of marks."""
        memo: dict[Set, int] = {}

        def state(now: Set) -> int:
            number = memo.get(now)
            if number is None:
                marks = frozenset(t for t in now if t < 0)
                end = ACCEPT if marks and holds(marks) else REJECT
                number = memo[now] = self._state((*self._step(now, state), end))
            return number

        return state(threads)

    def _step(self, now: Set, state: Callable[[Set], int]) -> list[int]:
        """Where each of the ten digits leads."""
        masks, follow = self._masks, self._follow
        alive = [t for t in now if t >= 0 and masks[t]]
        stay = _NONE.union(*(follow[t] for t in now if t >= 0 and not masks[t]))
        if not alive:
            return [REJECT] * 10
        if len(alive) == 1:
            mask, target = masks[alive[0]], state(follow[alive[0]] | stay)
            return [target if mask >> digit & 1 else REJECT for digit in range(10)]
        row = []
        for digit in range(10):
            then = [follow[t] for t in alive if masks[t] >> digit & 1]
            row.append(state(stay.union(*then)) if then else REJECT)
        return row

    def first(self, pattern: str) -> int:
        """The state from which `re.match(pattern, digits)` is followed; it ends in REJECT or a sink, see `outcomes`."""
        last = groups(pattern) - 1
        memo: dict[tuple[object, ...], int] = {}

        def state(threads: Iterable[Thread], best: Outcome | None, depth: int) -> int:
            alive, match = _closure(threads, depth, last)
            best = match or best
            key = (alive, best, depth)
            if key in memo:
                return memo[key]
            if not alive:
                return self._sink(best)
            row = []
            for digit in range(10):
                taken = [
                    Thread(t.todo[1:], *t[1:]) for t in alive if t.todo[0][0] == "set" and t.todo[0][1] >> digit & 1
                ]
                row.append(state(taken, best, depth + 1))
            closed = [Thread(t.todo[1:], *t[1:]) for t in alive if t.todo[0][0] == "end"]
            _, match = _closure(closed, depth, last)
            number = memo[key] = self._state((*row, self._sink(match or best)))
            return number

        return state([Thread((parse(pattern),))], None, 0)

    def _sink(self, outcome: Outcome | None) -> int:
        """The final state that stands for an outcome."""
        if outcome is None:
            return REJECT
        number = self._sinks.get(outcome)
        if number is None:
            number = self._sinks[outcome] = len(self.outcomes) * WIDTH
            if number >= SINKS:
                raise ValueError("more outcomes than there are sinks")
            self.outcomes.append(outcome)
            self._flat[number : number + WIDTH] = number
        return number


def _closure(threads: Iterable[Thread], depth: int, last: int) -> tuple[tuple[Thread, ...], Outcome | None]:
    """Threads that wait for a digit or the end, the preferred first, and the match at which the others are given up."""
    waiting: list[Thread] = []
    seen: set[tuple[Node, ...]] = set()
    stack = list(threads)[::-1]
    while stack:
        todo, start, end = thread = stack.pop()
        if todo in seen:
            continue
        seen.add(todo)
        if not todo:
            return tuple(waiting), Outcome(depth, start, end) if end >= 0 else Outcome(depth)
        node, rest = todo[0], todo[1:]
        kind = node[0]
        if kind in ("set", "end"):
            waiting.append(thread)
        elif kind == "cat":
            stack.append(Thread((*node[1], *rest), start, end))
        elif kind == "alt":
            stack.extend(Thread((part, *rest), start, end) for part in reversed(node[1]))
        elif kind == "rep":
            _, part, low, high = node
            if low == 0:
                stack.append(Thread(rest, start, end))
            if high > 0:
                again = ("rep", part, max(low - 1, 0), high - 1)
                stack.append(Thread((part, again, *rest), start, end))
        elif kind == "group":
            whole = node[2] == last
            stack.append(Thread((node[1], ("close", whole), *rest), depth if whole else start, end))
        else:  # close
            stack.append(Thread(rest, start, depth if node[1] else end))
    return tuple(waiting), None


def parse(pattern: str) -> Node:
    """The syntax tree of a pattern; ValueError for what the dialect does not know."""
    node, rest = _alternatives(pattern, 0)
    if rest != len(pattern):
        raise ValueError(f"unbalanced pattern: {pattern!r}")
    return node


def groups(pattern: str) -> int:
    """How many groups a pattern captures."""
    return pattern.count("(") - pattern.count("(?:")


def _alternatives(text: str, at: int) -> tuple[Node, int]:
    branches: list[Node] = []
    parts: list[Node] = []
    while at < len(text) and text[at] != ")":
        if text[at] == "|":
            branches.append(("cat", tuple(parts)))
            parts, at = [], at + 1
            continue
        node, at = _atom(text, at)
        node, at = _repeated(node, text, at)
        parts.append(node)
    branches.append(("cat", tuple(parts)))
    return (branches[0] if len(branches) == 1 else ("alt", tuple(branches))), at


def _atom(text: str, at: int) -> tuple[Node, int]:
    sign = text[at]
    if "0" <= sign <= "9":
        return ("set", 1 << int(sign)), at + 1
    if text.startswith("\\d", at):
        return ("set", ANY_DIGIT), at + 2
    if sign == "$":
        return ("end",), at + 1
    if sign == "[":
        return _class(text, at + 1)
    if sign == "(":
        captures = not text.startswith("(?:", at)
        node, end = _alternatives(text, at + (1 if captures else 3))
        if end >= len(text):
            raise ValueError(f"group without end: {text!r}")
        return (("group", node, groups(text[:at])) if captures else node), end + 1
    raise ValueError(f"unknown sign {sign!r} in pattern {text!r}")


def _class(text: str, at: int) -> tuple[Node, int]:
    end = text.find("]", at)
    mask = 0
    if end < 0 or text[at] == "^":
        raise ValueError(f"class without end or turned round in {text!r}")
    while at < end:
        if text.startswith("\\d", at):
            mask, at = ANY_DIGIT, at + 2
            continue
        low = high = text[at]
        if text[at + 1] == "-" and at + 2 < end:
            high, at = text[at + 2], at + 2
        at += 1
        if not "0" <= low <= high <= "9":
            raise ValueError(f"class of other signs than digits in {text!r}")
        for digit in range(int(low), int(high) + 1):
            mask |= 1 << digit
    return ("set", mask), end + 1


def _repeated(node: Node, text: str, at: int) -> tuple[Node, int]:
    if text.startswith("?", at):
        low, high, at = 0, 1, at + 1
    elif text.startswith("{", at):
        end = text.index("}", at)
        bounds = text[at + 1 : end].split(",")
        low, high, at = int(bounds[0]), int(bounds[-1]), end + 1
    else:
        return node, at
    if text.startswith(("?", "+", "*", "{"), at):
        raise ValueError(f"repetition of a repetition in {text!r}")
    return ("rep", node, low, high), at


def lengths(node: Node) -> frozenset[int]:
    """How many digits a match may have."""
    kind = node[0]
    if kind == "set":
        return frozenset((1,))
    if kind == "alt":
        return frozenset[int]().union(*(lengths(part) for part in node[1]))
    if kind == "group":
        return lengths(node[1])
    found = frozenset((0,))
    if kind == "cat":
        for part in node[1]:
            found = _sums(found, lengths(part))
    elif kind == "rep":
        once, found = lengths(node[1]), frozenset((0,))
        for times in range(node[3]):
            more = _sums(found, once)
            found = more if times < node[2] else found | more
    return found


def _sums(some: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    return frozenset(a + b for a in some for b in others)
