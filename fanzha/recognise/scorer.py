"""How much a text looks like a scam: log-odds from n-grams and concepts, and what each character adds to it."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled
from fanzha.recognise import kernels
from fanzha.recognise.features import FEW, REMEMBERED_MAX, Concepts, Met, Seen, lengthy, pooled, see
from fanzha.recognise.model_file import Model, unpack
from fanzha.recognise.passages import passages, passages_of, strongest
from fanzha.recognise.prepared import Prepared
from fanzha.recognise.rules import REACH, hits, places, points, spread

_CHUNK: Final = 512  # texts whose n-grams are laid out at a time: they stay in the processor's cache


class Scorer:
    """Scores texts with one model. Deterministic; needs NumPy alone, and Numba for large batches."""

    def __init__(self, model: Model) -> None:
        self.name = str(model.about["kind"])
        self.model = model
        self._concepts = Concepts(model.concepts)
        self._weights: dict[Met, float] = {}
        self._rules: dict[frozenset[str], float] = {}

    def logits(self, texts: Sequence[Prepared]) -> NDArray[np.float64]:
        """float64[n]: calibrated log-odds of a scam at the prior of the model; of a long text by its strongest passage, if that says more."""
        parts, owner = passages_of(texts)
        judged = strongest(self._whole(texts), self._whole(parts), owner)
        return judged + np.array(self._besides(texts), dtype=np.float64)

    def _whole(self, texts: Sequence[Prepared]) -> NDArray[np.float64]:
        """What n-grams and concepts say."""
        parts = [self._logits(texts[at : at + _CHUNK]) for at in range(0, len(texts), _CHUNK)]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float64)

    def _logits(self, texts: Sequence[Prepared]) -> NDArray[np.float64]:
        seen = see([text.plain.text for text in texts])
        return summed(self.model, seen, np.array([self._weight(met) for met in self._concepts.met(texts, seen)]))

    def _besides(self, texts: Sequence[Prepared]) -> list[float]:
        """As `beside`, with what rules say of a set of signs remembered."""
        known, shifts, made = self._rules, self.model.shifts, []
        for text in texts:
            of_rules = known.get(text.present)
            if of_rules is None or len(text.original) > REACH:
                of_rules = self._of_rules(text)
                if len(text.original) <= REACH:  # rules look at nothing but the signs that are there
                    if len(known) >= REMEMBERED_MAX:
                        known.clear()
                    known[text.present] = of_rules
            made.append(of_rules + shifts.get(text.language, 0.0))
        return made

    def _of_rules(self, text: Prepared) -> float:
        warned, excused = points(text)
        return self.model.warning * warned + self.model.excusing * excused

    def _weight(self, met: Met) -> float:
        known = self._weights.get(met)
        if known is None:
            if len(self._weights) >= REMEMBERED_MAX:
                self._weights.clear()
            numbers = np.array(self._concepts.numbers(met), dtype=np.int32)
            known = float(weighed(self.model, numbers, np.array([0, len(numbers)]))[0])
            self._weights[met] = known
        return known

    def kinds(self, texts: Sequence[Prepared]) -> list[Mapping[str, float]]:
        """For each text what its n-grams say for each kind of scam: log-odds against the other kinds, were it a scam."""
        model = self.model
        if not model.kinds or not texts:
            return [{} for _ in texts]
        texts = [self._judged_by(text) for text in texts]
        seen = see([text.plain.text for text in texts])
        counts = np.diff(seen.gram_starts)
        sums = np.zeros((len(texts), len(model.kinds)), dtype=np.int32)
        some = np.flatnonzero(counts)
        if len(some):
            each = model.kind_grams[seen.buckets & np.int32((1 << kernels.KIND_BITS) - 1)]
            sums[some] = np.add.reduceat(each, seen.gram_starts[some], axis=0, dtype=np.int32)
        points = sums * model.kind_unit / np.sqrt(np.maximum(counts, 1))[:, None]
        return [dict(zip(model.kinds, one, strict=True)) for one in points.tolist()]

    def contributions(self, text: Prepared) -> NDArray[np.float64]:
        """float64[len(original)]: what each character of the original adds to the log-odds.

        The weight of an n-gram is spread over its characters, that of a sign, and half of that of each pair it is in, over its marks. What
        belongs to no character (length, the bias) is left out.
        """
        gains = np.zeros(len(text.original) + 1, dtype=np.float64)
        whole, text = text, self._judged_by(text)
        seen = see([text.plain.text])
        self._add_grams(gains, seen, text)
        self._add_signs(gains, seen, text)
        self._add_rule(gains, whole)
        return gains[:-1]

    def _judged_by(self, text: Prepared) -> Prepared:
        """The text itself, or the passage that it is judged by."""
        parts = passages(text)
        if not parts:
            return text
        whole, scores = self._whole([text]), self._whole(parts)
        if strongest(whole, scores, np.zeros(len(parts), dtype=np.int64))[0] <= whole[0]:
            return text
        return parts[int(np.argmax(scores))]

    def _add_grams(self, gains: NDArray[np.float64], seen: Seen, text: Prepared) -> None:
        model, many = self.model, int(seen.blocks[0])
        if not len(seen.buckets):
            return
        values = model.grams[seen.buckets].astype(np.float64) * model.unit
        block = seen.block[seen.lasts]
        sums = np.bincount(block, values, many)
        counts = np.bincount(block, minlength=many).astype(np.float64)
        if many > 1:
            sums, counts = sums[:-1] + sums[1:], counts[:-1] + counts[1:]
        roots = np.sqrt(np.maximum(counts, 1.0))
        share = np.full(len(sums), (model.mean + model.lengthy * float(lengthy(seen)[0])) / len(sums))
        share[int(np.argmax(sums / roots))] += model.highest
        share /= roots
        of_block = share if many == 1 else np.concatenate([share, [0.0]]) + np.concatenate([[0.0], share])
        each = values * of_block[block] / seen.lengths
        edges = np.bincount(seen.lasts - seen.lengths + 1, each, len(seen.tokens) + 1)
        edges -= np.bincount(seen.lasts + 1, each, len(seen.tokens) + 1)
        of_token = np.cumsum(edges)[:-1]
        origin = np.asarray(text.plain.origin, dtype=np.int64)
        np.add.at(gains, origin[seen.places], of_token)

    def _add_signs(self, gains: NDArray[np.float64], seen: Seen, text: Prepared) -> None:
        model = self.model
        root = (max(int(seen.blocks[0]), 2) / 2) ** 0.5
        own: list[int] = self._concepts.of([text], seen)[0].tolist()
        for code in {mark.code for mark in text.marks}:
            mine = self._concepts.of_sign(code)
            weight = sum(float(model.single[one]) for one in mine)
            for one in mine:
                numbers = [int(model.pair_of[one, other]) for other in own if other != one]
                weight += sum(float(model.pair[at]) for at in numbers if at >= 0) / 2
            marks = [mark for mark in text.marks if mark.code == code]
            length = sum(mark.end - mark.start for mark in marks)
            for mark in marks:
                gains[mark.start : mark.end] += weight / (root * max(length, 1))

    def _add_rule(self, gains: NDArray[np.float64], text: Prepared) -> None:
        """The points of the rule that counts, over the signs that it needs."""
        warned = max((rule for rule in hits(text) if rule.points > 0), key=lambda rule: rule.points, default=None)
        if warned:
            where = places(text)
            needed = sorted(frozenset[str]().union(*warned.needs))
            spread(
                gains, [place for code in needed for place in where.get(code, ())], self.model.warning * warned.points
            )


def beside(model: Model, of_rules: NDArray[np.float64], languages: Sequence[str]) -> NDArray[np.float64]:
    """float64[n]: what the rules (`rules.points` of each text, float64[n, 2]) and the language add to the log-odds of `summed`."""
    shift = np.array([model.shifts.get(language, 0.0) for language in languages], dtype=np.float64)
    out: NDArray[np.float64] = model.warning * of_rules[:, 0] + model.excusing * of_rules[:, 1] + shift
    return out


def summed(model: Model, seen: Seen, of_concepts: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64[n]: the log-odds of texts from their n-grams and the weight of their concepts (`weighed`), float64[n]; `beside` is left out."""
    windows = pooled(seen, model.grams) * model.unit
    # written out: a product of matrices may add in another order for another number of texts
    of_grams = windows[:, 0] * model.highest + windows[:, 1] * model.mean + windows[:, 2] * model.lengthy
    out: NDArray[np.float64] = model.bias + of_grams + of_concepts / np.sqrt(np.maximum(seen.blocks, 2) / 2)
    return out


def weighed(model: Model, concepts: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[n]: weights of the concepts of texts, and of their pairs, as `features.Concepts.of` gives them."""
    out = np.zeros(len(starts) - 1, dtype=np.float64)
    if len(out) > FEW:
        compiled(kernels.weigh, kernels.WEIGH)(concepts, starts, model.single, model.pair_of, model.pair, out)
    else:
        kernels.weigh(concepts.tolist(), starts.tolist(), model.single, model.pair_of, model.pair, out)
    return out


@cache
def shipped(kind: str = "full") -> Scorer:
    """The scorer that comes with the program: "full", or "open", trained on sets with an open licence alone."""
    path = files("fanzha.recognise") / "weights" / f"{kind}.scorer"
    return Scorer(unpack(path.read_bytes(), where=f"weights/{kind}.scorer"))


def probabilities(logits: NDArray[np.float64]) -> NDArray[Any]:
    """float64[n] in 0..1, from log-odds."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)))
