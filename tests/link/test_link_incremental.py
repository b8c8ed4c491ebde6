"""One report at a time gives the partition that all at once give, in any order of arrival, and after any of them is taken back."""

import random
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.link.benign import shipped_benign
from fanzha.link.linker import Linker
from fanzha.link.weigh import Weights, shipped_weights

VALID = "6222021001116245702"  # a card whose check digit holds
SLIPPED = "6222021001116245792"
VALUES = [
    ("account", VALID), ("account", SLIPPED), ("account", "6222****5702"), ("account", "6222021001116240000"),
    ("account", "62220210011162"), ("phone", "+8613800138000"), ("phone", "+8613800138001"), ("phone", "+86138****8000"),
    ("phone", "95588"), ("domain", "a-shop.top"), ("url", "https://a-shop.top/x"), ("app", "top.ab"), ("app", "com.example.loan"),
    ("certificate", "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"), ("name", "张伟"), ("wechat", "wxid_abc123"),
    ("credit_code", "91110000600037341L"), ("telegram", "@swift_loans"),
]  # fmt: skip
INVALID = {SLIPPED}
Mention = tuple[int, str, bool]  # which value, valid, own
Told = tuple[str, str, int, tuple[tuple[int, bool], ...]]  # kind of scam, city, day, (value, own)


def tables(told: Sequence[tuple[int, Told]]) -> tuple[pa.Table, pa.Table]:
    """Rows of REPORTS_SQL and MENTIONS_SQL; each report is row 0 of the file given."""
    reports = {
        "file": pa.array([file for file, _ in told], pa.int64()),
        "row": pa.array([0] * len(told), pa.int64()),
        "at_ms": pa.array([one[2] * 86_400_000 for _, one in told], pa.int64()),
        "stated_type": pa.array([one[0] for _, one in told], pa.string()),
        "city": pa.array([one[1] for _, one in told], pa.string()),
    }
    rows = sorted(
        {(file, *VALUES[n], own) for file, one in told for n, own in one[3]},
        key=lambda row: (row[0], row[1], row[2], row[3]),
    )
    each = {
        (file, kind, value): own or any(r[:3] == (file, kind, value) and r[3] for r in rows)
        for file, kind, value, own in rows
    }
    mentions = {
        "file": pa.array([file for file, _, _ in each], pa.int64()),
        "row": pa.array([0] * len(each), pa.int64()),
        "kind": pa.array([kind for _, kind, _ in each], pa.string()),
        "value": pa.array([value for _, _, value in each], pa.string()),
        "own": pa.array([int(own) for own in each.values()], pa.int64()),
        "valid": pa.array([int(value not in INVALID and "*" not in value) for _, _, value in each], pa.int64()),
    }
    return pa.table(reports), pa.table(mentions)


def groups(linker: Linker) -> set[frozenset[int]]:
    """The partition, as sets of file numbers; the case of each report is its earliest member."""
    found: dict[int, set[int]] = {}
    whole = linker.cases().tolist()
    for code, i in linker.place.items():
        assert linker.case_of(i) == whole[i]
        found.setdefault(linker.case_of(i), set()).add(code >> 36)
    for case, members in found.items():
        assert linker.codes[case] >> 36 == min(members)
    return {frozenset(members) for members in found.values()}


def small_rules() -> Weights:
    """Limits so low that small worlds meet them."""
    shipped = shipped_weights()
    return Weights(
        **{name: getattr(shipped, name) for name in Weights.__slots__}
        | {"pairs_max": 3, "case_max": 6, "partial_fits_max": 2}
    )


def batch(told: Sequence[tuple[int, Told]], weights: Weights) -> Linker:
    linker = Linker(weights, shipped_benign())
    linker.load(*tables(sorted(told)))
    return linker


def one_by_one(told: Sequence[tuple[int, Told]], weights: Weights) -> Linker:
    linker = Linker(weights, shipped_benign())
    linker.load(*tables([]))
    for one in told:
        linker.add(*tables([one]))
    return linker


def contents(partition: Iterable[Iterable[int]], told: Sequence[Told]) -> list[list[str]]:
    """What the reports of each case say: two reports that say the same may change places."""
    return sorted(sorted(str(told[n - 1]) for n in members) for members in partition)


a_report = st.tuples(
    st.sampled_from(["", "T01", "T02"]),
    st.sampled_from(["", "杭州"]),
    st.sampled_from([20_000, 20_002, 20_400]),
    st.lists(st.tuples(st.integers(0, len(VALUES) - 1), st.sampled_from([False, False, False, True])), max_size=4).map(
        tuple
    ),
)


@settings(max_examples=40, deadline=None)
@given(told=st.lists(a_report, max_size=12), low=st.booleans(), data=st.data())
def test_one_at_a_time_is_all_at_once(told: list[Told], low: bool, data: st.DataObject) -> None:
    weights = small_rules() if low else shipped_weights()
    numbered = list(enumerate(told, 1))
    whole = groups(batch(numbered, weights))
    assert groups(one_by_one(numbered, weights)) == whole
    part = data.draw(st.integers(0, len(told)))
    linker = batch(numbered[:part], weights)
    linker.add(*tables(numbered[part:]))
    assert groups(linker) == whole


@settings(max_examples=40, deadline=None)
@given(told=st.lists(a_report, max_size=12), low=st.booleans(), data=st.data())
def test_the_order_of_arrival_changes_no_case(told: list[Told], low: bool, data: st.DataObject) -> None:
    weights = small_rules() if low else shipped_weights()
    order = data.draw(st.permutations(range(len(told))))
    there = groups(one_by_one(list(enumerate(told, 1)), weights))
    here = groups(one_by_one([(n, told[i]) for n, i in enumerate(order, 1)], weights))
    back = {n: i + 1 for n, i in enumerate(order, 1)}
    assert contents([{back[n] for n in members} for members in here], told) == contents(there, told)


@settings(max_examples=40, deadline=None)
@given(told=st.lists(a_report, min_size=1, max_size=12), data=st.data())
def test_a_report_taken_back_leaves_no_trace(told: list[Told], data: st.DataObject) -> None:
    numbered = list(enumerate(told, 1))
    gone = data.draw(st.sets(st.sampled_from([n for n, _ in numbered]), min_size=1))
    linker = batch(numbered, small_rules())
    linker.remove([n << 36 for n in sorted(gone)])
    left = [one for one in numbered if one[0] not in gone]
    assert groups(linker) == groups(batch(left, small_rules()))


@pytest.mark.parametrize("seed", range(4))
def test_a_larger_world_in_two_orders(seed: int) -> None:
    rng = random.Random(seed)
    told: list[tuple[int, Told]] = []
    for n in range(1, 160):
        values = tuple((rng.randrange(len(VALUES)), rng.random() < 0.1) for _ in range(rng.choice((0, 1, 1, 2))))
        told.append((n, (rng.choice(("T01", "T02")), "", 20_000 + n, values)))
    assert groups(one_by_one(told, small_rules())) == groups(batch(told, small_rules()))
