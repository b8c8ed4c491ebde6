"""What linking does to many at once is what it does to each: weights of columns, registration, cutting without every link."""

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.link.benign import Benign, shipped_benign
from fanzha.link.cut import Tie, cut
from fanzha.link.cut_large import cut_large
from fanzha.link.identifiers import Identifiers
from fanzha.link.judged import Judged
from fanzha.link.kernels import INTERPRETED, compiled
from fanzha.link.linker import Linker
from fanzha.link.slips import Slips
from fanzha.link.weigh import WHY, Seen, Weights, pull, pull_all, shipped_weights


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 40_000), st.integers(0, 70_000), st.booleans(), st.booleans(), st.booleans()),
        max_size=20,
    )
)
def test_columns_are_weighed_as_each_value_is(rows: list[tuple[int, int, bool, bool, bool]]) -> None:
    weights = shipped_weights()
    base, reports = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    valid, partial, benign = (np.array([row[n] for row in rows], bool) for n in (2, 3, 4))
    weight, joins, why = pull_all(weights, base, (reports, valid, partial), benign)
    for n, (value, named, sure, masked, listed) in enumerate(rows):
        one = pull(weights, value, Seen(named, sure, masked), listed)
        assert (one.weight, one.joins, one.why) == (weight[n], joins[n], WHY[why[n]])


def test_registering_many_is_registering_each() -> None:
    keys = [
        ("account", "6222021234567890128"), ("account", "6222****0128"), ("phone", "95588"), ("domain", "icbc.com.cn"),
        ("domain", "evil.top"), ("url", "https://t.me/x"), ("url", "https://t.me/"), ("email", "a@icbc.com.cn"), ("account", "same"),
    ]  # fmt: skip
    judged = Judged(same_identifier={("account", "same"): keys[0]}, nobody=frozenset({("domain", "evil.top")}))
    one, many = (Identifiers(shipped_weights(), shipped_benign(), judged) for _ in range(2))
    numbers = [one.register(key) for key in keys + keys]
    assert many.register_all(keys + keys).tolist() == numbers
    for name in ("keys", "number", "base", "valid", "partial", "benign"):
        assert getattr(one, name) == getattr(many, name)
    assert many.benign[many.number["domain", "evil.top"]] and many.benign[many.number["domain", "icbc.com.cn"]]
    reports = np.arange(len(many.keys))
    assert many.carried_all(reports).tolist() == [one.carried(k, k) for k in range(len(many.keys))]


@pytest.mark.parametrize(
    ("name", "kind", "covered"),
    [("pay.bank.com", "domain", True), ("bank.com.evil.top", "domain", False), ("x@m.bank.com", "email", True), ("bank.com", "url", False)],
)  # fmt: skip
def test_a_listed_host_covers_what_is_under_it(name: str, kind: str, covered: bool) -> None:
    assert Benign(institutions=frozenset({"bank.com"})).covers(kind, name) is covered


def test_a_value_told_again_is_no_second_one_that_fits() -> None:
    slips = Slips(1)
    slips.add_masked(("account", "6222****0128"), 7)
    assert slips.add_full(("account", "622234560012"), 1) == []
    assert slips.add_full(("account", "622234560128"), 2) == [7]
    assert slips.add_full(("account", "622234560128"), 2) == []
    assert slips.masked_fits(("account", "6222****0128")) == [2]


@pytest.mark.parametrize("text", ["6222****5702", "6222021001116245***", "****021001116245702", "*222021001116245702"])
def test_every_end_finds_the_full_number_whichever_came_first(text: str) -> None:
    full = "622202100111" + "6245702"
    first, after = Slips(8), Slips(8)
    first.put_full([(("account", full), 1)])
    first.add_masked(("account", text), 2)
    after.add_masked(("account", text), 2)
    found = after.add_full(("account", full), 1)
    assert first.masked_fits(("account", text)) == after.masked_fits(("account", text))
    assert found == ([2] if first.masked_fits(("account", text)) else [])


def world(seed: int, reports: int, values: int, each: int) -> Linker:
    """Reports that name `each` of so many accounts, some of them popular enough to join by themselves."""
    rng = random.Random(seed)
    shipped = shipped_weights()
    low = Weights(
        **{n: getattr(shipped, n) for n in Weights.__slots__}
        | {"pairs_max": 3, "case_max": 10**9, "partial_fits_max": 2}
    )
    rows = sorted(
        {
            (n, f"62220200{min(rng.randrange(values), rng.randrange(values)):08d}")
            for n in range(reports)
            for _ in range(each)
        }
    )
    linker = Linker(low, Benign())
    kinds = [rng.choice(("T01", "T02", "")) for _ in range(reports)]
    told = {
        "file": list(range(reports)),
        "row": [0] * reports,
        "at_ms": [rng.randrange(400) * 86_400_000 for _ in range(reports)],
    }
    texts = {"stated_type": kinds, "city": [""] * reports}
    named = {
        "file": [n for n, _ in rows],
        "row": [0] * len(rows),
        "kind": ["account"] * len(rows),
        "value": [v for _, v in rows],
    }
    linker.load(pa.table(told | texts), pa.table(named | {"own": [0] * len(rows), "valid": [1] * len(rows)}))
    return linker


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), case_max=st.integers(2, 12), judged=st.booleans(), values=st.integers(2, 12))
def test_cutting_without_every_link_is_cutting_over_every_link(
    seed: int, case_max: int, judged: bool, values: int
) -> None:
    linker = world(seed, 30, values, 2)
    members = max(({*linker.book.members(i)} for i in range(30)), key=len)
    order = sorted(members, key=lambda i: (i * 7919) % 31)
    rank = {i: n for n, i in enumerate(order)}
    rng = random.Random(seed)
    apart = [({rng.choice(order)}, {rng.choice(order)}) for _ in range(2)] if judged else []
    apart = [(left, right) for left, right in apart if left != right]
    same = [(rng.choice(order), rng.choice(order))] if judged else []
    sides = {
        i: {(n, bool(s)) for n, both in enumerate(apart) for s, group in enumerate(both) if i in group} for i in order
    }
    every = sorted(linker.ties(sorted(members)), key=lambda t: (-t.weight, *sorted((rank[t.i], rank[t.j]))))
    labels, refused = cut(sorted(members), [*(Tie(i, j, 0, -1) for i, j in same), *every], sides, case_max)
    columns = np.array([[(i in a) + 2 * (i in b) for a, b in apart] for i in order], np.int64).reshape(
        len(order), len(apart)
    )
    for kernels in (INTERPRETED, compiled()):
        found, left_out = cut_large(linker.book, linker.rules, kernels, order, columns, same, case_max)
        assert [found[i] for i in sorted(members)] == labels
        between = {frozenset((found[t.i], found[t.j])) for t in left_out}
        assert between == {frozenset((found[t.i], found[t.j])) for t in refused if t.key >= 0}
        assert {(*sorted((t.i, t.j)), t.weight, t.key) for t in left_out} <= {
            (*sorted((t.i, t.j)), t.weight, t.key) for t in refused
        }
