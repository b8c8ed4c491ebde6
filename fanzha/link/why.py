"""Why two things belong together, why not, and what would change the answer. Every line names its evidence and its weight."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanzha.link.cut import Tie, cut
from fanzha.link.entities import Shared
from fanzha.link.identify import code_of
from fanzha.link.judge import Thing, said
from fanzha.link.linker import Linker
from fanzha.link.pairs import shared, support, together

NEAREST_MAX = 400  # pairs of reports of two cases that are compared to find what is nearest


@dataclass(frozen=True, slots=True)
class Part:
    """One shared identifier, or what kind of scam, place and time say (kind "support"): milli-bits, and the code why."""

    kind: str
    value: str
    weight: int
    why: str


@dataclass(frozen=True, slots=True)
class Hop:
    """Two reports, what they share and what that weighs together (milli-bits); `act` is the judgement that joins them, or -1."""

    a: str
    b: str
    weight: int
    parts: tuple[Part, ...]
    act: int = -1


@dataclass(frozen=True, slots=True)
class Why:
    """The answer. `path` leads from `a` to `b` if they are `together`; else it holds the nearest two reports, if any share something.

    `weakest` is the place in `path` of the weakest hop; `without`: the sizes of the cases that would be left if the strongest
    value of that hop were nobody's. `missing` is what the nearest two lack in milli-bits (0 if they are together). `acts` are judgements
    that decide it; `advice` says in codes what would change the answer. `entity`: by what records show, the holder or the device of the
    one is that of the other (`entities.between`; not masked), whatever reports say.
    """

    a: str
    b: str
    together: bool
    cases: tuple[str, str]
    path: tuple[Hop, ...]
    weakest: int = -1
    without: tuple[int, ...] = ()
    missing: int = 0
    acts: tuple[int, ...] = ()
    advice: tuple[str, ...] = ()
    entity: tuple[Shared, ...] = ()


def why(linker: Linker, left: Thing, right: Thing) -> Why:
    """Why two things belong together or not: reports (also named by their case) or identifiers."""
    here, there = _reports_of(linker, left), _reports_of(linker, right)
    both = (said(left), said(right))
    if not here or not there:
        return Why(*both, False, ("", ""), (), advice=("unknown",))
    for one in (left, right):
        if one[0] != "report" and linker.ids.benign[_number(linker, one)]:
            return Why(*both, False, ("", ""), (), advice=("benign",))
    apart = linker.judged.act_of_keys.get((left, right), -1)
    if apart >= 0:
        return Why(*both, False, ("", ""), (), acts=(apart,), advice=("judged_apart",))
    mutual = sorted(set(here) & set(there))
    if mutual and left[0] != "report" and right[0] != "report":
        case = linker.case_id(linker.case_of(mutual[0]))
        name = linker.case_id(mutual[0])
        parts = tuple(_part(linker, k) for k in (_number(linker, left), _number(linker, right)))
        return Why(
            *both,
            True,
            (case, case),
            (Hop(name, name, max(one.weight for one in parts), parts),),
            advice=("named_together",),
        )
    of: dict[int, list[int]] = defaultdict(list)
    for j in there:
        of[linker.case_of(j)].append(j)
    joint = next(((i, of[linker.case_of(i)]) for i in here if linker.case_of(i) in of), None)
    if joint is not None:
        return _together(linker, both, [i for i in here if linker.case_of(i) == linker.case_of(joint[0])], joint[1])
    return _apart(linker, both, here, there)


def _together(linker: Linker, both: tuple[str, str], here: Sequence[int], there: Sequence[int]) -> Why:
    case = linker.case_of(here[0])
    members = members_of(linker, case)
    path = _path(_tree(linker, members), here, set(there))
    hops = tuple(_hop(linker, tie) for tie in path)
    weakest = min(range(len(hops)), key=lambda n: (hops[n].act < 0, hops[n].weight, n), default=-1)
    acts = tuple(sorted({hop.act for hop in hops if hop.act >= 0}))
    without: tuple[int, ...] = ()
    advice: tuple[str, ...] = ("same_report",) if not hops else ("judged",) if acts and not without else ()
    if hops and hops[weakest].act < 0:
        without = _without(linker, members, path[weakest].key)
        advice = ("hangs_on_one",) if len(without) > 1 else ("holds_without",)
    number = linker.case_id(case)
    return Why(*both, True, (number, number), hops, weakest, without, acts=acts, advice=advice)


def _apart(linker: Linker, both: tuple[str, str], here: Sequence[int], there: Sequence[int]) -> Why:
    cases = (linker.case_id(linker.case_of(here[0])), linker.case_id(linker.case_of(there[0])))
    first, second = members_of(linker, linker.case_of(here[0])), members_of(linker, linker.case_of(there[0]))
    nearest = _nearest(linker, first, second)
    acts = tuple(
        act for act, (left, right) in zip(linker.judged.apart_acts, linker.judged.apart, strict=False)
        if _splits(linker, left, right, first, second)
    )  # fmt: skip
    if nearest is None:
        return Why(*both, False, cases, (), acts=acts, advice=(("judged_apart",) if acts else ("nothing_shared",)))
    i, j = nearest
    hop = _hop(linker, Tie(i, j, together(linker.book, linker.rules, i, j), -1))
    missing = max(0, linker.rules.threshold - hop.weight)
    advice = ["judged_apart"] if acts else []
    if missing:
        advice.append("one_more")
    reasons = {part.why for part in hop.parts}
    advice += [code for code in ("partial", "invalid", "popular", "benign", "doubted") if code in reasons]
    return Why(*both, False, cases, (hop,), 0, missing=missing, acts=acts, advice=tuple(advice))


def _splits(linker: Linker, left: Iterable[int], right: Iterable[int], first: list[int], second: list[int]) -> bool:
    sides = [{linker.place[code] for code in side if code in linker.place} for side in (left, right)]
    return any(not sides[n].isdisjoint(first) and not sides[1 - n].isdisjoint(second) for n in (0, 1))


def _nearest(linker: Linker, first: list[int], second: list[int]) -> tuple[int, int] | None:
    """The two reports of two cases that share most, among those that share any identifier; None if none do."""
    inside = set(second)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for i in first:
        for k, _ in linker.book.claims_of(i):
            for j in linker.book.reports_of(k)[:NEAREST_MAX]:
                if j in inside and len(found) < NEAREST_MAX:
                    strongest = max((weight for _, weight in shared(linker.book, linker.rules, i, j)), default=0)
                    found[i, j] = (together(linker.book, linker.rules, i, j), strongest)
    return max(found, key=lambda pair: (*found[pair], -pair[0], -pair[1]), default=None)


@dataclass(frozen=True, slots=True)
class Bridge:
    """The weakest place of a case: the link, how many reports are on each side, and what is left if its value were nobody's."""

    hop: Hop
    sides: tuple[int, int]
    without: tuple[int, ...]


def weakest_bridge(linker: Linker, case: int) -> Bridge | None:
    """The weakest link of a case by its strongest spanning tree; None for a case of one report."""
    members = members_of(linker, case)
    tree = _tree(linker, members)
    if not tree:
        return None
    weakest = min(tree, key=lambda tie: (tie.key >= 0, tie.weight, tie.i, tie.j))
    rest = [tie for tie in tree if tie is not weakest]
    labels, _ = cut(members, rest, {i: set() for i in members}, len(members))
    side = labels.count(labels[members.index(weakest.i)])
    without = _without(linker, members, weakest.key) if weakest.key >= 0 else ()
    return Bridge(_hop(linker, weakest), (side, len(members) - side), without)


def members_of(linker: Linker, case: int) -> list[int]:
    """The reports of a case, by number, sorted."""
    return sorted(i for i in linker.book.members(case) if linker.case_of(i) == case)


def _tree(linker: Linker, members: list[int]) -> list[Tie]:
    """The strongest links that hold a case together (maximum spanning tree, Kruskal 1956)."""
    root = {i: i for i in members}

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    kept = []
    for tie in linker.ties(members):
        a, b = find(tie.i), find(tie.j)
        if a != b:
            root[b] = a
            kept.append(tie)
    return kept


def _path(tree: Iterable[Tie], here: Sequence[int], there: set[int]) -> list[Tie]:
    """The way through the tree from any of `here` to any of `there`."""
    beside: dict[int, list[tuple[int, Tie]]] = defaultdict(list)
    for tie in tree:
        beside[tie.i].append((tie.j, tie))
        beside[tie.j].append((tie.i, tie))
    came: dict[int, tuple[int, Tie] | None] = dict.fromkeys(here, None)
    queue = deque(here)
    while queue:
        i = queue.popleft()
        if i in there:
            path = []
            step = came[i]
            while step is not None:
                before, tie = step
                path.append(Tie(before, tie.j if tie.i == before else tie.i, tie.weight, tie.key))
                step = came[before]
            return path[::-1]
        for j, tie in beside[i]:
            if j not in came:
                came[j] = (i, tie)
                queue.append(j)
    return []


def _without(linker: Linker, members: list[int], key: int) -> tuple[int, ...]:
    """The sizes of the cases that a case would fall into if an identifier were nobody's, largest first."""
    before = int(linker.book.p.base[key])
    linker.book.p.base[key] = 0
    try:
        ties = linker.ties(members)
    finally:
        linker.book.p.base[key] = before
    labels, _ = cut(members, ties, {i: set() for i in members}, len(members))
    return tuple(sorted((labels.count(one) for one in set(labels)), reverse=True))


def _hop(linker: Linker, tie: Tie) -> Hop:
    """A link with its parts named; a judgement shows as its act."""
    book, rules = linker.book, linker.rules
    parts = [_part(linker, k, weight) for k, weight in shared(book, rules, tie.i, tie.j)]
    parts.sort(key=lambda one: (-one.weight, one.kind, one.value))
    extra = support(book, rules, tie.i, tie.j)
    if extra:
        parts.append(Part("support", "", extra, "for" if extra > 0 else "against"))
    act = (
        linker.judged.act_of.get((linker.codes[tie.i], linker.codes[tie.j]), -1)
        if tie.key < 0 and tie.weight == 0
        else -1
    )
    return Hop(linker.case_id(tie.i), linker.case_id(tie.j), max(0, tie.weight), tuple(parts), act)


def _part(linker: Linker, k: int, weight: int | None = None) -> Part:
    pull, key = linker.pull(k), linker.ids.keys[k]
    reason = "judged" if linker.ids.judged_nobodys(key) else pull.why
    return Part(*key, pull.weight if weight is None else weight, reason)


def _number(linker: Linker, one: Thing) -> int:
    return linker.ids.number[linker.judged.same_identifier.get(one, one)]


def _reports_of(linker: Linker, one: Thing) -> list[int]:
    """The reports that a thing is, or that name it."""
    if one[0] == "report":
        i = linker.place.get(code_of(one[1]))
        return [] if i is None else [i]
    key = linker.judged.same_identifier.get(one, one)
    return sorted(linker.book.reports_of(linker.ids.number[key])) if key in linker.ids.number else []
