"""What the scorer sees of a text: n-grams of its tokens, and concepts, which are the same in all languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fanzha.clean.compiled import compiled
from fanzha.recognise import kernels
from fanzha.recognise.prepared import Prepared
from fanzha.recognise.signs import signs

# Texts, and their characters, that plain Python reads sooner than Numba is imported.
FEW: Final = 64
SHORT_MAX: Final = 4_096
_TOKEN_CONCEPTS: Final = (
    *((kernels.NUMBER, "has:number"), (kernels.LONG_NUMBER, "has:long_number"), (kernels.LINK, "has:link")),
    *((kernels.SHORT_LINK, "has:short_link"), (kernels.MAIL, "has:mail"), (kernels.CURRENCY, "has:currency")),
)
_DISGUISE: Final = (20, 80)  # per mille
_GUILTY_MAX: Final = 6
_LEVELS: Final = len(_DISGUISE) + 1
REMEMBERED_MAX: Final = 100_000  # combinations of signs and shape that are remembered

Met = tuple[frozenset[str], int]  # codes of signs; kinds of token and level of disguise


@dataclass(frozen=True, slots=True)
class Seen:
    """The tokens and n-grams of n texts, one after the other.

    tokens, places, block  int32[T]: token, its place in the plain text, its block
    buckets, lasts, lengths  int32[G]: bucket, last token (in `tokens`), length in tokens
    token_starts, gram_starts  int64[n + 1]: where those of each text start
    blocks, kinds  int64[n]: how many blocks; a bit for each kind of token that is no letter
    """

    tokens: NDArray[np.int32]
    places: NDArray[np.int32]
    block: NDArray[np.int32]
    buckets: NDArray[np.int32]
    lasts: NDArray[np.int32]
    lengths: NDArray[np.int32]
    token_starts: NDArray[np.int64]
    gram_starts: NDArray[np.int64]
    blocks: NDArray[np.int64]
    kinds: NDArray[np.int64]


def see(plain: Sequence[str]) -> Seen:
    """Tokens and n-grams of plain texts. Linear; the same whether compiled or not."""
    joined = "".join(plain)
    count, size = len(plain), len(joined)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, plain), np.int64, count), out=starts[1:])
    fast = _many(count, size)
    kind = np.zeros(size, dtype=np.int8) if fast else [0] * size
    tokens, places, token_starts = (
        _empty(size, np.int32, fast),
        _empty(size, np.int32, fast),
        _empty(count + 1, np.int64, fast),
    )
    token_starts[0] = 0
    given: tuple[Any, Any] = (codes.copy(), starts) if fast else (codes.tolist(), starts.tolist())
    _run(fast, kernels.name_addresses, kernels.NAME_RUNS)(*given, kind)
    _run(fast, kernels.name_numbers, kernels.NAME_RUNS)(*given, kind)
    _run(fast, kernels.see, kernels.SEE)(*given, kind, tokens, places, token_starts)
    filled = int(token_starts[count])
    block, blocks, kinds = _empty(filled, np.int32, fast), _empty(count, np.int64, fast), _empty(count, np.int64, fast)
    _run(fast, kernels.blocks, kernels.BLOCKS)(tokens, token_starts, block, blocks, kinds)
    most = filled * kernels.GRAMS_MAX
    buckets, lasts, lengths = (_empty(most, np.int32, fast) for _ in range(3))
    gram_starts = _empty(count + 1, np.int64, fast)
    gram_starts[0] = 0
    _run(fast, kernels.grams, kernels.GRAMS)(tokens, token_starts, buckets, lasts, lengths, gram_starts)
    grams = int(gram_starts[count])
    return Seen(
        tokens=np.asarray(tokens[:filled], dtype=np.int32),
        places=np.asarray(places[:filled], dtype=np.int32),
        block=np.asarray(block, dtype=np.int32),
        buckets=np.asarray(buckets[:grams], dtype=np.int32),
        lasts=np.asarray(lasts[:grams], dtype=np.int32),
        lengths=np.asarray(lengths[:grams], dtype=np.int32),
        token_starts=np.asarray(token_starts, dtype=np.int64),
        gram_starts=np.asarray(gram_starts, dtype=np.int64),
        blocks=np.asarray(blocks, dtype=np.int64),
        kinds=np.asarray(kinds, dtype=np.int64),
    )


def pooled(seen: Seen, grams: NDArray[np.int16]) -> NDArray[np.float64]:
    """float64[n, 3]: highest and mean window score of each text, and the mean times log2 of how many windows long it is.

    `grams`: int16, the value of each bucket. The third is 0 for a short message: a long text says the same thing more often, and its mean
    is surer.
    """
    count = len(seen.blocks)
    fast = _many(count, len(seen.tokens))
    cells = 2 * int(seen.blocks.max(initial=1))
    sums, out = _empty(cells, np.int64, fast), _empty(2 * count, np.float64, fast)
    given: tuple[Any, ...] = (seen.lasts, seen.gram_starts, seen.block, seen.blocks)
    picked: tuple[Any, Any] = (grams, seen.buckets)
    if not fast:
        given = tuple(one.tolist() for one in given)
        picked = (grams[seen.buckets].tolist(), range(len(seen.buckets)))
    _run(fast, kernels.pool, kernels.POOL)(*picked, *given, sums, out)
    two = np.asarray(out, dtype=np.float64).reshape(count, 2)
    return np.column_stack([two, two[:, 1] * lengthy(seen)])


def _many(count: int, size: int) -> bool:
    return size > SHORT_MAX or count > FEW


def lengthy(seen: Seen) -> NDArray[np.float64]:
    """float64[n]: log2 of how many windows long each text is, 0 for a short one."""
    return np.asarray(np.log2(np.maximum(seen.blocks, 2) / 2), dtype=np.float64)


def _empty(size: int, kind: Any, fast: bool) -> Any:
    return np.empty(size, dtype=kind) if fast else [0] * size


def _run(fast: bool, kernel: Any, signature: str) -> Any:
    return compiled(kernel, signature) if fast else kernel


def concept_names() -> tuple[str, ...]:
    """All concepts: the signs, their tactics, what kinds of token there are, amounts in steps."""
    declared = signs()
    return (
        *declared,
        *sorted({f"tactic:{sign.tactic}" for sign in declared.values() if sign.tactic}),
        *(name for _, name in _TOKEN_CONCEPTS),
        *(f"disguise:{permille}" for permille in _DISGUISE),
        *(f"guilty:{count}" for count in range(1, _GUILTY_MAX + 1)),
        "innocent:1",
        "innocent:2",
    )


class Concepts:
    """Names the concepts of texts by number; what it has met once it remembers."""

    def __init__(self, names: Sequence[str]) -> None:
        self._number: Mapping[str, int] = {name: at for at, name in enumerate(names)}
        self._known: dict[Met, tuple[int, ...]] = {}

    def met(self, texts: Sequence[Prepared], seen: Seen) -> list[Met]:
        """What the concepts of each text follow from."""
        shapes = seen.kinds * _LEVELS
        for at, text in enumerate(texts):
            if (permille := text.plain.disguise_permille) >= _DISGUISE[0]:
                shapes[at] += sum(permille >= least for least in _DISGUISE)
        return list(zip([text.present for text in texts], shapes.tolist(), strict=True))

    def numbers(self, met: Met) -> tuple[int, ...]:
        """The numbers of the concepts, each once."""
        known = self._known.get(met)
        if known is None:
            if len(self._known) >= REMEMBERED_MAX:
                self._known.clear()
            codes, shape = met
            known = self._known[met] = self._from_signs(codes) + self._from_shape(*divmod(shape, _LEVELS))
        return known

    def of(self, texts: Sequence[Prepared], seen: Seen) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """(int32[K], int64[n + 1]): the numbers of the concepts of each text, and where each text's start."""
        each = [self.numbers(met) for met in self.met(texts, seen)]
        starts = np.zeros(len(each) + 1, dtype=np.int64)
        np.cumsum([len(numbers) for numbers in each], out=starts[1:])
        return np.array([number for numbers in each for number in numbers], dtype=np.int32), starts

    def of_sign(self, code: str) -> tuple[int, ...]:
        """The numbers of the concepts that one sign alone brings: itself and its tactic."""
        sign = signs().get(code)
        return self._numbers({sign.code, f"tactic:{sign.tactic}"}) if sign else ()

    def _from_signs(self, codes: frozenset[str]) -> tuple[int, ...]:
        declared = signs()
        known = [declared[code] for code in codes if code in declared]
        guilty = sum(sign.side == "guilt" for sign in known)
        innocent = sum(sign.side == "innocent" for sign in known)
        names = {sign.code for sign in known} | {f"tactic:{sign.tactic}" for sign in known}
        names |= {f"guilty:{count}" for count in range(1, guilty + 1)}
        names |= {f"innocent:{count}" for count in range(1, innocent + 1)}
        return self._numbers(names)

    def _from_shape(self, mask: int, disguise: int) -> tuple[int, ...]:
        names = {name for token, name in _TOKEN_CONCEPTS if mask >> token & 1}
        names |= {f"disguise:{permille}" for permille in _DISGUISE[:disguise]}
        return self._numbers(names)

    def _numbers(self, names: set[str]) -> tuple[int, ...]:
        return tuple(sorted(self._number[name] for name in names if name in self._number))
