"""What is learned without labels agrees with what was planted; judgements count; few pairs change little."""

import hashlib
import random

import pyarrow as pa
import pytest

from fanzha.link.benign import shipped_benign
from fanzha.link.judged import Judged
from fanzha.link.learn import PRIOR_SHARE, TRUST_BOUNDS, learn, to_yaml, with_learned
from fanzha.link.linker import Linker
from fanzha.link.weigh import shipped_weights, shipped_weights_text


def planted(lent: float, gangs: int = 120, seed: int = 1, judged: Judged | None = None) -> Linker:
    """Gangs of four reports with one kind of scam each. Two share account and phone; two a certificate, which is lent to another gang."""
    rng = random.Random(seed)
    reports, mentions = [], []
    scam_of = [rng.randrange(12) for _ in range(gangs)]
    for gang in range(gangs):
        borrowed = (gang + 1) % gangs if rng.random() < lent else gang
        for n in range(4):
            row = gang * 4 + n
            reports.append(
                {"file": 1, "row": row, "at_ms": 1_700_000_000_000, "stated_type": f"T{scam_of[gang]:02d}", "city": ""}
            )
            things = [("account", f"62220212{gang:011d}"), ("phone", f"+86138{gang:08d}")] if n < 2 else []
            if n >= 2:
                owner = borrowed if n == 2 else gang
                things = [("certificate", "sha256:" + hashlib.sha256(str(owner).encode()).hexdigest())]
            mentions += [{"file": 1, "row": row, "kind": k, "value": v, "own": 0, "valid": 1} for k, v in things]
    linker = Linker(shipped_weights(), shipped_benign(), judged)
    linker.load(pa.Table.from_pylist(reports), pa.Table.from_pylist(mentions))
    return linker


def test_a_kind_that_is_lent_is_trusted_less() -> None:
    own, lent = learn(planted(0.0)), learn(planted(0.7))
    assert lent.trust["certificate"] < -2_000 < own.trust["certificate"]
    assert TRUST_BOUNDS[0] <= lent.trust["certificate"]


def test_an_equal_kind_of_scam_says_more_where_it_is_rarer_by_chance() -> None:
    learned = learn(planted(0.0))
    assert learned.chance.agree / learned.chance.pairs < 0.2 < learned.sure.agree / learned.sure.pairs
    assert learned.scam_same > 1_500


def test_what_is_learned_moves_pairs_apart() -> None:
    linker = planted(0.7)
    text = shipped_weights_text()
    content = to_yaml(learn(linker), hashlib.sha256(text).hexdigest(), "2026-11-26")
    weights = with_learned(shipped_weights(), text, content)
    assert weights.trust["certificate"] < 0
    assert weights.base("certificate", "sha256:" + "0" * 64) < shipped_weights().base(
        "certificate", "sha256:" + "0" * 64
    )


def test_weights_learned_on_others_are_left_alone() -> None:
    content = to_yaml(learn(planted(0.7)), "of another release", "2026-11-26")
    assert with_learned(shipped_weights(), shipped_weights_text(), content) == shipped_weights()


def test_judged_pairs_count() -> None:
    linker = planted(0.0)
    pair = (linker.codes[2], linker.codes[3])  # share a certificate alone
    apart = Judged(
        apart=tuple((frozenset({linker.codes[4 * g + 2]}), frozenset({linker.codes[4 * g + 3]})) for g in range(60))
    )
    less = learn(planted(0.0, judged=apart))
    assert less.counts["certificate"].judged_different == 60
    assert less.trust["certificate"] < learn(linker).trust["certificate"]
    more = learn(planted(0.0, judged=Judged(same=(pair,))))
    assert more.counts["certificate"].judged_same == 1


@pytest.mark.parametrize("gangs", [0, 1, 2])
def test_few_pairs_change_little(gangs: int) -> None:
    linker = Linker(shipped_weights(), shipped_benign())
    if gangs:
        linker = planted(1.0, gangs)
    else:
        columns = {
            "file": pa.int64(),
            "row": pa.int64(),
            "at_ms": pa.int64(),
            "stated_type": pa.string(),
            "city": pa.string(),
        }
        said = {
            "file": pa.int64(),
            "row": pa.int64(),
            "kind": pa.string(),
            "value": pa.string(),
            "own": pa.int64(),
            "valid": pa.int64(),
        }
        linker.load(
            pa.table({n: pa.array([], t) for n, t in columns.items()}),
            pa.table({n: pa.array([], t) for n, t in said.items()}),
        )
    learned = learn(linker)
    assert all(abs(one) < 2_500 for one in learned.trust.values())
    assert 0.5 < PRIOR_SHARE < 1


def test_the_same_reports_teach_the_same() -> None:
    assert to_yaml(learn(planted(0.4)), "x", "y") == to_yaml(learn(planted(0.4)), "x", "y")
