"""Entities: the same person, organisation or device behind several records. Contract: the tables of MADE and their columns.

Accounts are tied by what institutions hold of their holders (`fanzha.link.holders`); telephones, SIM cards and devices by having been
used together. Ties are followed at once by union-find; only where what is together cannot be (judged apart, two different
documents) are they followed from the strongest down (Kruskal 1956), and the one that would join it is refused. A judgement always wins.

That two accounts have one holder is a statement of records with its weight, no finding about a person. Names told in reports are not
read: they come without a second thing.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, NamedTuple

from fanzha.clean import imei, imsi, name_likeness, phone
from fanzha.link.components import components
from fanzha.link.holders import Book, Statement, Tie, certain_ties, document_kind, named_ties
from fanzha.link.identify import Key, file_and_row
from fanzha.link.judge import Judgement, judged
from fanzha.store.contract import Tables

MADE = ("entities", "entity_evidence")

# File and row of a record as one number: `identify.codes`.
ACCOUNTS_SQL = """
SELECT "account", COALESCE("holder", ''), COALESCE("holder_id", ''), COALESCE("phone", ''), COALESCE("place", ''),
  COALESCE("bound_account", ''), MIN("file" * 68719476736 + "row")
FROM "accounts" WHERE "account" <> '' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
LEGS_SQL = """
SELECT "account", COALESCE("holder", ''), COALESCE("holder_id", ''), '', '', '', MIN("file" * 68719476736 + "row")
FROM "legs" WHERE "account" <> '' AND "at_ms" <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
DEVICES_SQL = """
SELECT COALESCE("subscriber", ''), COALESCE("imei", ''), COALESCE("imsi", ''), MIN("file" * 68719476736 + "row")
FROM "calls" WHERE ("imei" <> '' OR "imsi" <> '') AND "at_ms" <= ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
BOTH_SQL = """
SELECT e."left_kind", e."left", e."right_kind", e."right", e."how", e."kind", e."value", e."weight", e."act", a."kind"
FROM "entities" AS a INNER JOIN "entities" AS b ON b."entity" = a."entity"
INNER JOIN "entity_evidence" AS e ON e."entity" = a."entity"
WHERE a."member_kind" = ? AND a."member" = ? AND b."member_kind" = ? AND b."member" = ?
ORDER BY CASE WHEN e."act" >= 0 THEN 0 ELSE 1 END, e."weight" DESC, e."left_kind", e."left", e."right_kind", e."right", e."how", e."kind", e."value", e."act"
"""
# How many partners a device, a SIM card and a number may have had before a tie by it says nothing (a number that a box hands round).
PARTNERS_MAX: Final = {"imei": 32, "imsi": 8, "phone": 8}
PENALTY: Final = 2_000  # milli-bits per doubling of the partners, as in weights.yaml
JUDGED_MILLI: Final = 1 << 30  # more than any evidence
PAIRS_MAX: Final = 32  # of a value with more members only the star is looked at again when a group must be parted


@dataclass(slots=True)
class Graph:
    """Nodes in the order of tables (first record, kind, value), and what ties and parts them, by number.

    `apart`: pairs judged different; `known`: the document of a node, two of which never are one; `word`: kind of entity of a node.
    """

    nodes: list[Key]
    first: list[int]
    ties: list[Tie] = field(default_factory=list)
    apart: set[tuple[int, int]] = field(default_factory=set)
    known: Mapping[int, str] = field(default_factory=dict)
    word: Mapping[int, str] = field(default_factory=dict)
    default: str = "person"


class Shared(NamedTuple):
    """Two members of an entity (kind of the entity first), and what ties them: a row of entity_evidence. Milli-bits."""

    word: str
    left: Key
    right: Key
    how: str
    kind: str
    value: str
    weight: int
    act: int


Row = tuple[str, str, str, str, str, int, int]
Evidence = tuple[str, str, str, str, str, str, str, str, int, int]


def entities(engine: Tables, as_of: int, judgements: Sequence[Judgement] = ()) -> tuple[str, ...]:
    """Make the tables of MADE from accounts, legs and calls up to `as_of` (UTC ms), and from the judgements that stand."""
    standing = [one for one in judgements if one.state == "stands"]
    said = judged(standing)
    graphs = (
        holders([*engine.rows(ACCOUNTS_SQL), *engine.rows(LEGS_SQL, (as_of,))], standing),
        devices(engine.rows(DEVICES_SQL, (as_of,)), said.nobody),
    )
    for one in graphs:
        judge(one, standing)
    members, evidence = rows(graphs)
    engine.replace_rows("entities", members)
    engine.replace_rows("entity_evidence", evidence)
    return MADE


def account_key(value: str) -> Key:
    """Kind and value of an account as judgements name it."""
    return ("wallet" if ":" in value else "account", value)


def _ordered(first: Mapping[Key, int]) -> tuple[list[Key], list[int]]:
    nodes = sorted(first, key=lambda key: (first[key], key))
    return nodes, [first[key] for key in nodes]


def holders(records: Iterable[Sequence[Any]], standing: Sequence[Judgement] = ()) -> Graph:
    """Accounts and their ties. `records`: rows of ACCOUNTS_SQL and LEGS_SQL, in any order."""
    said = judged(standing)
    same, nobody = said.same_identifier, said.nobody

    def counted(kind: str, value: str) -> str:
        key = same.get((kind, value), (kind, value))
        return "" if {key, (kind, value)} & nobody else key[1] if key[0] == kind else value

    first: dict[Key, int] = {}
    statements = []
    for account, holder, holder_id, number, place, bound, code in records:
        key, other = account_key(account), account_key(bound) if bound else None
        if other is not None and other in nobody:
            other = None
        for one in (key, other):
            if one is not None:
                first[one] = min(code, first.get(one, code))
        document = counted(document_kind(holder_id), holder_id) if holder_id else ""
        line = counted("phone", number) if number else ""
        where = counted("address", place) if place else ""
        statements.append(Statement(key, " ".join(holder.split()), document, line, where, other, int(code)))
    nodes, codes = _ordered(first)
    statements.sort(key=lambda one: (one.code, one[:5], one.bound or ("", "")))
    number_of = {key: n for n, key in enumerate(nodes)}
    book = Book(statements, number_of, said.not_same_identifier | {(b, a) for a, b in said.not_same_identifier})
    ties = [*certain_ties(book), *named_ties(book)]
    tied = {n for tie in ties for n in tie[:2]}
    return Graph(nodes, codes, ties, known=book.doc, word={n: _word(book, n) for n in sorted(tied)})


def _word(book: Book, n: int) -> str:
    documents = book.documents.get(n, set())
    if any(document_kind(one) == "credit_code" for one in documents):
        return "organisation"
    names = book.names.get(n, ())
    return "organisation" if any(name_likeness.prepare(one).organisation is not None for one in names) else ""


def devices(records: Iterable[Sequence[Any]], nobody: frozenset[Key] = frozenset()) -> Graph:
    """Devices, SIM cards and telephones, and which were used together. `records`: rows of DEVICES_SQL, in any order."""
    first: dict[Key, int] = {}
    seen: set[tuple[Key, Key]] = set()
    for subscriber, device, card, code in records:
        keys = [
            key for key, well in (
                (("imei", device), imei.validate(device)), (("imsi", card), imsi.validate(card)),
                (("phone", subscriber), bool(subscriber)),
            ) if well and "*" not in key[1] and key not in nobody
        ]  # fmt: skip
        for key in keys:
            first[key] = min(code, first.get(key, code))
        seen.update(combinations(keys, 2))
    nodes, codes = _ordered(first)
    number = {key: n for n, key in enumerate(nodes)}
    partners: dict[tuple[Key, str], int] = defaultdict(int)
    for a, b in seen:
        partners[a, b[0]] += 1
        partners[b, a[0]] += 1
    ties = []
    for a, b in sorted(seen):
        counts = (partners[a, b[0]], partners[b, a[0]])
        if counts[0] <= PARTNERS_MAX[a[0]] and counts[1] <= PARTNERS_MAX[b[0]]:
            weight = max(0, _specific(a) - PENALTY * (max(counts).bit_length() - 1))
            low, high = sorted((number[a], number[b]))
            ties.append(Tie(low, high, weight, "used_together", *a))
    return Graph(nodes, codes, ties, default="device")


def _specific(key: Key) -> int:
    measure = {"imei": imei.specificity, "imsi": imsi.specificity, "phone": phone.specificity}
    return measure[key[0]](key[1])


def judge(graph: Graph, standing: Iterable[Judgement]) -> None:
    """Add what was judged of the nodes: same ties them, different parts them."""
    number = {key: n for n, key in enumerate(graph.nodes)}
    for one in standing:
        left, right = ([number[key] for key in side if key in number] for side in (one.left, one.right))
        both = sorted({*left, *right})
        if one.verdict == "same":
            graph.ties += [Tie(both[0], n, JUDGED_MILLI, "judged", "", "", one.act) for n in both[1:]]
        elif one.verdict == "different":
            graph.apart |= {(min(a, b), max(a, b)) for a in left for b in right}


def resolve(graph: Graph) -> tuple[list[int], list[Tie]]:
    """The smallest member of each node's entity, and the ties within entities. The order of ties changes nothing."""
    label: list[int] = components(
        len(graph.nodes), [t.left for t in graph.ties], [t.right for t in graph.ties]
    ).tolist()
    known: dict[int, set[str]] = defaultdict(set)
    for n, document in graph.known.items():
        known[label[n]].add(document)
    wrong = {root for root, found in known.items() if len(found) > 1}
    wrong |= {label[a] for a, b in graph.apart if label[a] == label[b]}
    if not wrong:
        return label, graph.ties
    ties = [tie for tie in graph.ties if label[tie.left] not in wrong]
    again = _all_pairs([tie for tie in graph.ties if label[tie.left] in wrong])
    for n, root in _parted(graph, [n for n, one in enumerate(label) if one in wrong], again).items():
        label[n] = root
    return label, ties + [tie for tie in again if label[tie.left] == label[tie.right]]


def _parted(graph: Graph, members: Sequence[int], ties: Sequence[Tie]) -> dict[int, int]:
    """The entities that groups fall into in which not all can be together."""
    root = {n: n for n in members}
    documents = {n: {graph.known[n]} if n in graph.known else set() for n in root}
    foes: dict[int, set[int]] = {n: set() for n in root}
    for a, b in graph.apart:
        if a in root and b in root:
            foes[a].add(b)
            foes[b].add(a)

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = n = root[root[n]]
        return n

    for tie in sorted(ties, key=lambda one: (-one.weight, one.left, one.right)):
        low, high = sorted((find(tie.left), find(tie.right)))
        if low == high or any(find(foe) == low for foe in foes[high]):
            continue
        if tie.act < 0 and documents[low] and documents[high] and not documents[low] & documents[high]:
            continue
        root[high] = low
        documents[low] |= documents.pop(high)
        foes[low] |= foes.pop(high)
    return {n: find(n) for n in root}


def _all_pairs(ties: Sequence[Tie]) -> list[Tie]:
    """Ties as they are, and those between all members of a small star: one of its rays may be refused and the rest hold."""
    stars: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    weights: dict[tuple[str, str, str], int] = {}
    for tie in ties:
        if tie.how in ("same_id", "bound"):
            key = (tie.how, tie.kind, tie.value)
            stars[key] |= {tie.left, tie.right}
            weights[key] = tie.weight
    more = [
        Tie(a, b, weights[key], *key)
        for key, members in stars.items()
        if len(members) <= PAIRS_MAX
        for a, b in combinations(sorted(members), 2)
    ]
    return list(dict.fromkeys([*ties, *more]))


def rows(graphs: Sequence[Graph]) -> tuple[list[Row], list[Evidence]]:
    """Rows of `entities` and `entity_evidence`. An entity has two members at least and the number of its earliest: file and row of the
    first record that names it, and, where that names several, the place among them.
    """
    members: list[Row] = []
    evidence: set[Evidence] = set()
    taken: dict[int, int] = defaultdict(int)
    for graph in graphs:
        (label, ties), names = resolve(graph), []
        for code in graph.first:
            taken[code] += 1
            place = f".{taken[code]}" if taken[code] > 1 else ""
            names.append("-".join(map(str, file_and_row(code))) + place)
        best: dict[int, Tie] = {}
        words: dict[int, str] = {}
        for tie in ties:
            one = label[tie.left]
            ends = (*graph.nodes[tie.left], *graph.nodes[tie.right])
            evidence.add((names[one], *ends, tie.how, tie.kind, tie.value, _shown(tie), tie.act))
            for n in (tie.left, tie.right):
                if n not in best or _rank(tie) < _rank(best[n]):
                    best[n] = tie
                words[one] = words.get(one) or graph.word.get(n, "")
        for n, tie in best.items():
            word = words[label[n]] or graph.default
            members.append((names[label[n]], word, *graph.nodes[n], tie.how, _shown(tie), tie.act))
    return sorted(members), sorted(evidence)


def _shown(tie: Tie) -> int:
    return 0 if tie.act >= 0 else tie.weight


def _rank(tie: Tie) -> tuple[Any, ...]:
    return (-tie.weight, tie.how, tie.kind, tie.value, tie.act)


def between(engine: Tables, left: Key, right: Key) -> tuple[Shared, ...]:
    """The shortest chain of evidence from one member of an entity to another; of equal ones what was judged, then the strongest. None
    if they are not of one entity. Each row is as the table has it: its ends may stand in either order.
    """
    beside: dict[Key, list[tuple[Key, Shared]]] = defaultdict(list)
    for a_kind, a, b_kind, b, how, kind, value, weight, act, word in engine.rows(BOTH_SQL, (*left, *right)):
        one = Shared(word, (a_kind, a), (b_kind, b), how, kind, value, weight, act)
        beside[one.left].append((one.right, one))
        beside[one.right].append((one.left, one))
    came: dict[Key, tuple[Key, Shared] | None] = {left: None}
    queue = deque([left])
    while queue and right not in came:
        here = queue.popleft()
        for there, one in beside[here]:
            if there not in came:
                came[there] = (here, one)
                queue.append(there)
    chain: list[Shared] = []
    step = came.get(right)
    while step is not None:
        chain.append(step[1])
        step = came[step[0]]
    return tuple(reversed(chain))
