"""From labelled texts to a scorer's file: the same rows and seed, the same bytes.

1. n-grams: sparse logistic regression over windows of texts, each source weighing about the same.
2. How far to trust them: for each text an n-gram score from models that did not see its source, and one from models that did not see its
   part of the source. What signs and n-grams weigh together is fitted on both, so that it holds for sources never seen (stacked
   generalisation, Wolpert 1992, folds by source).
3. The sum is scaled to log-odds at a stated prior (Platt 1999), on the scores from models that did not see the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.errors import InputError
from fanzha.recognise.calibrating import platt, shifts
from fanzha.recognise.features import Concepts, Seen, concept_names, pooled, see
from fanzha.recognise.kernels import BUCKET_BITS, KIND_BITS
from fanzha.recognise.labelled import LABELS, Labelled
from fanzha.recognise.learning import descend, newton
from fanzha.recognise.model_file import Model, pack
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.rules import points
from fanzha.recognise.scorer import beside, summed, weighed
from fanzha.recognise.signs import signs
from fanzha.recognise.written_texts import SOURCE

PRIOR: Final = 0.05  # share of scams among messages that people ask about: assumed, stated on the model card
_CELL: Final = 1_500  # texts of a source and label that weigh 1 each; of more of them each weighs less
_CELL_WEIGHT_MAX: Final = 8.0
_CELL_ROWS_MAX: Final = 6_000
# Texts written to train on vary less than as many that were received: where those are many they weigh little, where few, much.
_RECEIVED_MANY: Final = 5_000
_WRITTEN_WEIGHTS: Final = (0.8, 0.3)
_WINDOWS_MAX: Final = 8  # windows of one text that are trained on
_FOLDS: Final = 3
_SCORES: Final = 3  # columns of `features.pooled`
_OWN: Final = 1 + _SCORES + 2  # columns before those of concepts: the bias, the scores, the points of rules
_STIFFNESS: Final = 100.0  # how firmly the weights of concepts are held at what their declaration says
_KIND_WEIGHT: Final = 3.0  # a text of a kind counts as much as three of the others, of which there are many
_PAIR_TEXTS_MIN, _PAIR_SOURCES_MIN = 10, 4
_PAIRED: Final = frozenset(
    (
        "bank",
        "account_problem",
        "prize",
        "loan",
        "job",
        "contact_me",
        "click_link",
        "gift",
        "crypto",
        "urgency",
        "courier",
    )
) | {"government", "police"}
_SOURCE_FOLDS: Final = 6


@dataclass(frozen=True, slots=True)
class Table:
    """Texts ready to train on: n of them.

    source  int64[n] number in `sources`;  target  float64[n] 0 or 1;  weight  float64[n]
    fold, language  int64[n] part of the source; number of the language
    kind    int64[n] number in `kinds`, -1 where the kind of scam is not told
    points  float64[n, 2] of rules (`rules.points`);  languages  names
    concepts, concept_starts  as `features.Concepts.of` gives them
    """

    sources: tuple[str, ...]
    source: NDArray[np.int64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    fold: NDArray[np.int64]
    language: NDArray[np.int64]
    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    languages: tuple[str, ...]
    points: NDArray[np.float64]
    seen: Seen
    concepts: NDArray[np.int32]
    concept_starts: NDArray[np.int64]


def train(rows: Sequence[Labelled], seed: int = 0, kind: str = "own") -> bytes:
    """The file of a scorer. InputError: not a scam, or not an honest text, among the rows."""
    kept = chosen(rows)
    return pack(fit(table(kept, [prepare(row.text) for row in kept]), seed, kind))


def chosen(rows: Sequence[Labelled], most: int = _CELL_ROWS_MAX, *, both: bool = True) -> list[Labelled]:
    """The rows that are trained on: a known label, a text said once in its source, at most `most` of a source and label.

    InputError: `both` scams and honest texts are wanted, and one is missing.
    """
    by_cell: dict[tuple[str, str], dict[bytes, Labelled]] = {}
    for row in rows:
        if row.label in LABELS:
            by_cell.setdefault((row.source, row.label), {}).setdefault(_digest(row.text), row)
    kept = [cell[digest] for _, cell in sorted(by_cell.items()) for digest in sorted(cell)[:most]]
    if both and {LABELS[row.label][0] for row in kept} != {0, 1}:
        raise InputError(
            "There must be both scams and honest texts to train on.",
            "训练数据须同时包含诈骗文本与正常文本。",
            remedy="add rows with the label scam, and rows with the label benign",
            remedy_zh="请补充标签为 scam 和 benign 的数据",
        )
    return kept


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def table(rows: Sequence[Labelled], texts: Sequence[Prepared], known: Sequence[str] = ()) -> Table:
    """What is learned from: `texts[i]` is `rows[i]` prepared. Kinds are numbered in the order of `known`, new ones after them."""
    sources = tuple(sorted({row.source for row in rows}))
    number = {name: at for at, name in enumerate(sources)}
    source = np.array([number[row.source] for row in rows], dtype=np.int64)
    target = np.array([LABELS[row.label][0] for row in rows], dtype=np.float64)
    weight = np.array([LABELS[row.label][1] for row in rows], dtype=np.float64)
    for cell in np.unique(2 * source + target.astype(np.int64)):
        inside = 2 * source + target == cell
        weight[inside] *= min(_CELL_WEIGHT_MAX, (_CELL / np.count_nonzero(inside)) ** 0.5)
    # texts that begin alike stay together: a campaign is not on both sides
    begins = ["".join(c for c in text.plain.text if c.isalpha())[:12] for text in texts]
    fold = np.array([_digest(begin)[0] % _FOLDS for begin in begins], dtype=np.int64)
    languages = sorted({text.language for text in texts})
    language = np.array([languages.index(text.language) for text in texts], dtype=np.int64)
    made = np.isin(source, [at for name, at in number.items() if name.startswith(SOURCE)])
    many = np.bincount(language[~made], minlength=len(languages)) >= _RECEIVED_MANY
    weight[made] *= np.where(many[language[made]], _WRITTEN_WEIGHTS[1], _WRITTEN_WEIGHTS[0])
    kinds = (*known, *sorted({row.kind for row in rows if row.kind} - {*known}))
    kind = np.array([kinds.index(row.kind) if row.kind else -1 for row in rows], dtype=np.int64)
    seen = see([text.plain.text for text in texts])
    concepts, starts = Concepts(concept_names()).of(texts, seen)
    of_rules = np.array([points(text) for text in texts], dtype=np.float64).reshape(-1, 2)
    return Table(
        sources, source, target, weight, fold, language, kinds, kind, tuple(languages), of_rules, seen, concepts, starts
    )


def judged(model: Model, given: Table) -> NDArray[np.float64]:
    """float64[n]: the log-odds that a model gives the texts of a table, each as a whole."""
    of_texts = summed(model, given.seen, weighed(model, given.concepts, given.concept_starts))
    return of_texts + beside(model, given.points, [given.languages[at] for at in given.language])


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of texts as rows of buckets: text int64[w] whose it is, share float64[w] of its weight."""

    buckets: NDArray[np.int32]
    starts: NDArray[np.int64]
    text: NDArray[np.int64]
    share: NDArray[np.float64]

    def of(self, wanted: NDArray[np.bool_]) -> "Windows":
        """The windows of the texts wanted (bool[n])."""
        rows = np.flatnonzero(wanted[self.text])
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Windows(self.buckets[at], starts, self.text[rows], self.share[rows])


def windows_of(seen: Seen) -> Windows:
    """The windows of texts that are trained on, at most eight of each."""
    parts: list[NDArray[np.int32]] = []
    texts: list[int] = []
    shares: list[float] = []
    block = seen.block[seen.lasts]
    for text, many in enumerate(seen.blocks.tolist()):
        begin, end = seen.gram_starts[text], seen.gram_starts[text + 1]
        count = max(many - 1, 1)
        step = -(-count // _WINDOWS_MAX)
        edges = begin + np.searchsorted(block[begin:end], np.arange(many + 1))
        firsts = range(0, count, step)
        for first in firsts:
            parts.append(seen.buckets[edges[first] : edges[min(first + 2, many)]])
            texts.append(text)
            shares.append(1 / len(firsts))
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return Windows(np.concatenate(parts), starts, np.array(texts), np.array(shares))


def fit(given: Table, seed: int, kind: str) -> Model:
    """The model of a table. Rows of weight 0 are not looked at."""
    windows = windows_of(given.seen)
    unseen_source = np.zeros((len(given.target), _SCORES))
    unseen_part = np.zeros_like(unseen_source)
    for left_out in range(_SOURCE_FOLDS):
        held = given.source % _SOURCE_FOLDS == left_out
        if held.any() and len({*given.target[~held & (given.weight > 0)].tolist()}) == 2:
            unseen_source[held] = _scores(given, windows, ~held, seed)[held]
    for left_out in range(_FOLDS):
        held = given.fold == left_out
        unseen_part[held] = _scores(given, windows, ~held, seed)[held]
    names = concept_names()
    present = _present(given, names)
    pairs = _pairs(given, names, present)
    few = _few(given)
    root = np.sqrt(np.maximum(given.seen.blocks, 2) / 2)[few]
    own = (np.hstack([one, given.points])[few] for one in (unseen_source, unseen_part))
    rows, other = (_design(one, present[few], pairs, root) for one in own)
    target, weight = given.target[few], given.weight[few]
    both = np.concatenate([rows, other])
    weights = newton(both, np.tile(target, 2), np.tile(weight, 2), *_prior(names, rows.shape[1]))
    slope, shift = platt(rows @ weights, target, weight, PRIOR)
    weights *= slope
    weights[0] += shift
    made = np.array([name.startswith(SOURCE) for name in given.sources])
    honest = (target == 0) & ~made[given.source[few]]
    of_language = given.language[few]
    pair_of = np.full((len(names), len(names)), -1, dtype=np.int32)
    for at, (one, two) in enumerate(pairs):
        pair_of[one, two] = pair_of[two, one] = at
    grams, unit = quantised(_learn(given, windows, np.ones(len(given.target), dtype=bool), seed))
    kind_grams, kind_unit = kind_weights(given, seed)
    count = len(names)
    return Model(
        grams=grams,
        unit=unit,
        concepts=names,
        single=weights[_OWN : _OWN + count],
        pair_of=pair_of,
        pair=weights[_OWN + count :],
        highest=float(weights[1]),
        mean=float(weights[2]),
        lengthy=float(weights[3]),
        warning=float(weights[4]),
        excusing=float(weights[5]),
        shifts=shifts(given.languages, of_language, honest * weight, (rows @ weights, other @ weights)),
        bias=float(weights[0]),
        prior=PRIOR,
        kinds=given.kinds,
        kind_grams=kind_grams,
        kind_unit=kind_unit,
        about=_about(given, seed, kind),
    )


def _about(given: Table, seed: int, kind: str) -> dict[str, Any]:
    counted = {
        name: {
            "scam": int(np.count_nonzero((given.source == at) & (given.target == 1) & (given.weight > 0))),
            "not": int(np.count_nonzero((given.source == at) & (given.target == 0) & (given.weight > 0))),
        }
        for at, name in enumerate(given.sources)
    }
    return {"kind": kind, "seed": seed, "rows": counted}


def _learn(given: Table, windows: Windows, wanted: NDArray[np.bool_], seed: int) -> NDArray[np.float32]:
    part = windows.of(wanted & (given.weight > 0))
    target = given.target[part.text].astype(np.float32)
    weight = (given.weight[part.text] * part.share).astype(np.float32)
    group = given.language[part.text]
    nothing = np.zeros(1 << BUCKET_BITS, dtype=np.float32)
    return descend(part.buckets, part.starts, group, target, weight, begun=nothing, seed=seed)


def kind_weights(given: Table, seed: int, begun: NDArray[np.float32] | None = None) -> tuple[NDArray[np.int8], float]:
    """(int8[2**16, K], unit): what each bucket says for each kind of scam against the others, from the rows whose kind is told; `begun`
    float32[2**16, K] is what was known before."""
    told = np.flatnonzero((given.kind >= 0) & (given.weight > 0))
    sizes = np.diff(given.seen.gram_starts)[told]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.arange(starts[-1]) + np.repeat(given.seen.gram_starts[told] - starts[:-1], sizes)
    buckets = given.seen.buckets[at] & np.int32((1 << KIND_BITS) - 1)
    weights = np.zeros((1 << KIND_BITS, len(given.kinds)), dtype=np.float32) if begun is None else begun.copy()
    group = np.zeros(len(told), dtype=np.int64)
    for number in range(len(given.kinds) if len(told) else 0):
        own = (given.kind[told] == number).astype(np.float32)
        weight = (given.weight[told] * np.where(own, _KIND_WEIGHT, 1)).astype(np.float32)
        before = np.ascontiguousarray(weights[:, number])
        weights[:, number] = descend(buckets, starts, group, own, weight, begun=before, seed=seed)
    unit = float(np.abs(weights).max(initial=1e-6)) / 127
    return np.round(weights / unit).astype(np.int8), unit


def quantised(weights: NDArray[np.float32]) -> tuple[NDArray[np.int16], float]:
    """(int16, unit): weights as they are kept."""
    unit = float(np.abs(weights).max(initial=1e-6)) / 32_000
    return np.round(weights / unit).astype(np.int16), unit


def _scores(given: Table, windows: Windows, wanted: NDArray[np.bool_], seed: int) -> NDArray[np.float64]:
    grams, unit = quantised(_learn(given, windows, wanted, seed))
    return pooled(given.seen, grams) * unit


def _present(given: Table, names: Sequence[str]) -> NDArray[np.float64]:
    """float64[n, concepts]: which concepts a text has, over the root of how many windows long it is."""
    count = len(given.target)
    present = np.zeros((count, len(names)), dtype=np.float64)
    present[np.repeat(np.arange(count), np.diff(given.concept_starts)), given.concepts] = 1
    return present / np.sqrt(np.maximum(given.seen.blocks, 2) / 2)[:, None]


def _pairs(given: Table, names: Sequence[str], present: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs of concepts that are worth a weight of their own: ten texts in each of four sources have both."""
    able = [at for at, name in enumerate(names) if name in _PAIRED or name.startswith(("tactic:", "has:"))]
    has = present[:, able] > 0
    sources = np.zeros((len(able), len(able)), dtype=np.int64)
    for source in range(len(given.sources)):
        own = has[(given.source == source) & (given.weight > 0)].astype(np.float64)
        sources += own.T @ own >= _PAIR_TEXTS_MIN
    chosen = np.argwhere(np.tril(sources >= _PAIR_SOURCES_MIN, -1))
    return [(able[one], able[other]) for one, other in chosen.tolist()]


def _design(
    own: NDArray[np.float64],
    present: NDArray[np.float64],
    pairs: Sequence[tuple[int, int]],
    root: NDArray[np.float64],
) -> NDArray[np.float64]:
    """float64[n, 6 + concepts + pairs]: bias, three n-gram scores and two sums of points (`own`), concepts, pairs."""
    both = [present[:, one] * present[:, other] * root for one, other in pairs]
    return np.concatenate([np.ones((len(own), 1)), own, present, *(one[:, None] for one in both)], axis=1)


def _prior(names: Sequence[str], columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is expected of the weights before any text is seen, and how firmly: a sign says what its declaration says."""
    declared = signs()
    sides = {"guilt": 0.5, "neutral": 0.0, "innocent": -0.5}
    expected, stiffness = np.zeros(columns), np.full(columns, _STIFFNESS)
    expected[1 : 1 + _SCORES], expected[1 + _SCORES : _OWN] = 0.3, 0.2
    stiffness[:_OWN] = (0.01, *(1.0 for _ in range(_OWN - 1)))
    for at, name in enumerate(names):
        if name in declared:
            expected[_OWN + at] = sides[declared[name].side]
    return expected, stiffness


def _few(given: Table) -> NDArray[np.int64]:
    """The rows that the sum is fitted on: the first `_CELL` of each source and target."""
    cell = np.where(given.weight > 0, 2 * given.source + given.target.astype(np.int64), -1)
    return np.sort(np.concatenate([np.flatnonzero(cell == one)[:_CELL] for one in np.unique(cell) if one >= 0]))
