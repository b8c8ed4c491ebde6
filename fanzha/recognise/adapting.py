"""Going on from a scorer that is there: what people here judged, and folders of their own, correct it; the rest it keeps.

A few texts are too few to train a scorer on. So the n-grams of the one that is there are trained further, with all else of it held. Of texts
written for Fanzha it is to go on saying what it says now (learning without forgetting, Li and Hoiem 2016), so that nothing else moves. The
same rows, scorer and seed give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fanzha.errors import InputError
from fanzha.recognise.check import SUSPICIOUS_AT
from fanzha.recognise.features import concept_names
from fanzha.recognise.kernels import KIND_BITS
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.learning import descend
from fanzha.recognise.model_file import Model, pack
from fanzha.recognise.prepared import prepare_all
from fanzha.recognise.scorer import probabilities, summed
from fanzha.recognise.training import Table, Windows, chosen, judged, kind_weights, quantised, table, windows_of
from fanzha.recognise.written_texts import SOURCE, written

_REHEARSED: Final = 1.0  # what a rehearsed text weighs
_REHEARSED_MAX: Final = 250  # texts of a source and label that are gone over


@dataclass(frozen=True, slots=True)
class Adapted:
    """A scorer that went on from another. Of the `rows` new texts it warned wrongly, or wrongly did not, of `wrong_before` and now
    `wrong_after`; of the `rehearsed` ones it changed its mind on `turned`."""

    content: bytes
    rows: int
    wrong_before: int
    wrong_after: int
    rehearsed: int
    turned: int


def adapt(
    model: Model, rows: Sequence[Labelled], seed: int = 0, *, rehearse: Sequence[Labelled] | None = None
) -> Adapted:
    """`model` corrected by labelled rows, of which one side is enough. `rehearse`: what is gone over besides; the texts written for Fanzha.

    InputError: the model knows other signs than this program.
    """
    if model.concepts != concept_names():
        raise InputError(
            "The scorer knows other signs than this version of the program.",
            "该模型所用的特征与本版本程序不同。",
            remedy="go on from the scorer that comes with this version",
            remedy_zh="请以本版本随附的模型为基础",
        )
    new = chosen(rows, both=False)
    old = chosen(written() if rehearse is None else rehearse, _REHEARSED_MAX, both=False)
    given = table([*new, *old], prepare_all([row.text for row in (*new, *old)]), model.kinds)
    first = np.arange(len(given.target)) < len(new)
    given = replace(given, weight=np.where(first, given.weight, _REHEARSED * given.weight))
    after = replace(_corrected(model, given, first, seed), about=_about(model, given, seed))
    warned, now = (_warned(one, given) for one in (model, after))
    return Adapted(
        pack(after),
        len(new),
        int(np.count_nonzero((warned != given.target)[first])),
        int(np.count_nonzero((now != given.target)[first])),
        len(old),
        int(np.count_nonzero((warned != now)[~first])),
    )


def _corrected(model: Model, given: Table, new: NDArray[np.bool_], seed: int) -> Model:
    """The n-grams trained on through the whole sum: what concepts and bias say of a text stays, n-grams make up for it."""
    windows = windows_of(given.seen)
    factor = model.highest + model.mean  # each window is taken for a short message
    of_grams = summed(model, given.seen, np.zeros(len(given.target)))
    held = judged(model, given) - of_grams + model.bias
    known = (model.grams * (model.unit * factor)).astype(np.float32)
    told = given.target[windows.text]
    kept = ~new[windows.text]
    told[kept] = probabilities(held[windows.text] + _said(known, windows))[kept]
    found = descend(
        windows.buckets,
        windows.starts,
        windows.text,
        told.astype(np.float32),
        (given.weight[windows.text] * windows.share).astype(np.float32),
        begun=known,
        seed=seed,
        given=held,
    )
    grams, unit = quantised((found / factor).astype(np.float32))
    kinds = np.zeros((1 << KIND_BITS, len(given.kinds)), dtype=np.float32)
    kinds[:, : len(model.kinds)] = model.kind_grams * model.kind_unit
    kind_grams, kind_unit = kind_weights(given, seed, kinds)
    return replace(model, grams=grams, unit=unit, kinds=given.kinds, kind_grams=kind_grams, kind_unit=kind_unit)


def _said(known: NDArray[np.float32], windows: Windows) -> NDArray[np.float64]:
    """float64[w]: the sum of the weights of each window over the root of how many they are; 0 of an empty one."""
    sizes = np.diff(windows.starts)
    sums = np.bincount(np.repeat(np.arange(len(sizes)), sizes), known[windows.buckets], len(sizes))
    return np.asarray(sums / np.sqrt(np.maximum(sizes, 1)), dtype=np.float64)


def _warned(model: Model, given: Table) -> NDArray[np.float64]:
    """float64[n]: 1 where the model warns."""
    return (probabilities(judged(model, given)) >= SUSPICIOUS_AT).astype(np.float64)


def _about(model: Model, given: Table, seed: int) -> dict[str, object]:
    rows = {
        name: {
            "scam": int(np.count_nonzero((given.source == at) & (given.target == 1))),
            "not": int(np.count_nonzero((given.source == at) & (given.target == 0))),
        }
        for at, name in enumerate(given.sources)
        if not name.startswith(SOURCE)
    }
    return {"kind": "own", "seed": seed, "rows": rows, "from": blake2b(pack(model), digest_size=16).hexdigest()}
