"""Learn from the reports themselves how far each kind of identifier can be trusted, and what an equal kind of scam says.

Nobody labels reports. But pairs that share things of two independent classes are almost surely of one case (call their rate of
stating the same kind of scam `sure`), and pairs drawn at random almost surely are not (`chance`). Of the pairs that share one
value of one kind, the rate `seen` lies between the two, and (seen - chance) / (sure - chance) is the share of them that belong
together: the mixing proportion of two known components (Everitt and Hand 1981, method of moments). Where people have judged
pairs, these count as well. Few pairs change little: a prior of PRIOR_PAIRS pairs at PRIOR_SHARE stands against them.
"""

import hashlib
import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import yaml

from fanzha.link.linker import Linker
from fanzha.link.pairs import shared
from fanzha.link.weigh import Weights

PRIOR_SHARE = 0.95
PRIOR_PAIRS = 20
PAIRS_MAX = 100_000  # pairs looked at; the first reports come first
TRUST_BOUNDS = (-12_000, 1_000)  # milli-bits
SUPPORT_MAX = 3_000
JUDGED_WEIGHT = 2  # a judged pair says as much as two that are only counted: a person looked


@dataclass(slots=True)
class Count:
    """Of one kind: pairs that share a value of it and nothing of another class, those of them that state one kind of scam,
    and pairs judged."""

    pairs: int = 0
    agree: int = 0
    judged_same: int = 0
    judged_different: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """Milli-bits: `trust` of each kind, added to its values; `scam_same` and `scam_differs` of the support. `counts` is why."""

    trust: Mapping[str, int]
    scam_same: int
    scam_differs: int
    sure: Count
    chance: Count
    counts: Mapping[str, Count]


def learn(linker: Linker, seed: int = 1) -> Learned:
    """Weigh kinds anew from the pairs of a linker, and from the judgements it follows. The same input gives the same numbers."""
    sure, chance, counts = Count(), _chance(linker, seed), dict[str, Count]()
    classes = linker.weights.classes
    judged = _judged_pairs(linker)
    for i, j in _candidates(linker):
        kinds = {linker.ids.keys[k][0] for k, weight in shared(linker.book, linker.rules, i, j) if weight > 0}
        agree = _agrees(linker, i, j)
        if len({classes[kind] for kind in kinds}) > 1:
            if agree is not None:
                sure.pairs, sure.agree = sure.pairs + 1, sure.agree + agree
            continue
        for kind in kinds:
            count = counts.setdefault(kind, Count())
            if agree is not None:
                count.pairs, count.agree = count.pairs + 1, count.agree + agree
            verdict = judged.get((i, j))
            count.judged_same += verdict is True
            count.judged_different += verdict is False
    # one agreement in two is what is assumed before anything is seen
    high, low = (sure.agree + 5) / (sure.pairs + 10), (chance.agree + 1) / (chance.pairs + 10)
    low = min(low, high * 0.9)
    trust = {kind: _trust(count, high, low) for kind, count in sorted(counts.items())}
    bounded = [max(0, min(SUPPORT_MAX, round(1000 * value))) for value in (
        math.log2(high / low), -math.log2((1 - high) / (1 - low)))]  # fmt: skip
    return Learned(trust, bounded[0], bounded[1], sure, chance, counts)


def _trust(count: Count, high: float, low: float) -> int:
    """Milli-bits by which the odds differ from those assumed."""
    share = min(1.0, max(0.0, (count.agree / count.pairs - low) / (high - low))) if count.pairs else 0.0
    together = share * count.pairs + JUDGED_WEIGHT * count.judged_same + PRIOR_SHARE * PRIOR_PAIRS
    apart = (1 - share) * count.pairs + JUDGED_WEIGHT * count.judged_different + (1 - PRIOR_SHARE) * PRIOR_PAIRS
    odds = math.log2(together / apart) - math.log2(PRIOR_SHARE / (1 - PRIOR_SHARE))
    return max(TRUST_BOUNDS[0], min(TRUST_BOUNDS[1], round(1000 * odds)))


def _candidates(linker: Linker) -> Iterable[tuple[int, int]]:
    """Pairs that share a value few name, each once, the later report first."""
    seen = 0
    for i in range(linker.book.reports):
        others = {
            j
            for k, _ in linker.book.claims_of(i)
            if int(linker.book.p.named[k]) <= linker.rules.pairs_max and int(linker.book.p.base[k])
            for j in linker.book.reports_of(k)
            if j < i
        }
        for j in sorted(others):
            yield i, j
            seen += 1
        if seen >= PAIRS_MAX:
            return


def _agrees(linker: Linker, i: int, j: int) -> bool | None:
    """Whether two reports state the same kind of scam; None where one states none."""
    scam = linker.book.p.scam
    return None if not scam[i] or not scam[j] else bool(scam[i] == scam[j])


def _chance(linker: Linker, seed: int) -> Count:
    """How often two reports drawn at random state the same kind of scam."""
    rng, count = random.Random(seed), Count()  # noqa: S311 a draw of pairs, no secret
    for _ in range(20_000 if linker.book.reports > 1 else 0):
        i, j = rng.sample(range(linker.book.reports), 2)
        agree = _agrees(linker, i, j)
        if agree is not None:
            count.pairs, count.agree = count.pairs + 1, count.agree + agree
    return count


def _judged_pairs(linker: Linker) -> dict[tuple[int, int], bool]:
    """Pairs of reports that people judged, the later report first: True for the same."""
    found = {}
    for a, b in linker.judged.same:
        if a in linker.place and b in linker.place:
            found[max(linker.place[a], linker.place[b]), min(linker.place[a], linker.place[b])] = True
    for left, right in linker.judged.apart:
        for a in left:
            for b in right:
                if a in linker.place and b in linker.place:
                    found[max(linker.place[a], linker.place[b]), min(linker.place[a], linker.place[b])] = False
    return found


def to_yaml(learned: Learned, basis: str, as_of: str) -> bytes:
    """The file that is put in use, with what it was learned from. `basis`: hash of the weights that it changes."""
    kinds = {
        kind: {
            "trust": learned.trust[kind], "pairs": count.pairs, "agree": count.agree,
            "judged_same": count.judged_same, "judged_different": count.judged_different,
        }
        for kind, count in sorted(learned.counts.items())
    }  # fmt: skip
    whole = {
        "source": "learned from the reports of this workspace (fanzha weights --learn)",
        "as_of": as_of,
        "basis": basis,
        "support": {"scam_same": learned.scam_same, "scam_differs": learned.scam_differs},
        "sure": {"pairs": learned.sure.pairs, "agree": learned.sure.agree},
        "chance": {"pairs": learned.chance.pairs, "agree": learned.chance.agree},
        "kinds": kinds,
    }
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True).encode()


def with_learned(weights: Weights, text: bytes, content: bytes) -> Weights:
    """Weights with what was learned put to them, if it was learned on these very weights; else as they are.

    `text`: the file of the weights; `content`: what `to_yaml` wrote. A new release's weights must be learned on anew.
    """
    raw = yaml.load(content, Loader=yaml.CSafeLoader)
    if raw["basis"] != hashlib.sha256(text).hexdigest():
        return weights
    trust = {kind: int(one["trust"]) for kind, one in raw["kinds"].items()}
    return replace(weights, trust=trust, support={**weights.support, **raw["support"]})
