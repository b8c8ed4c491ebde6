"""Realism: every figure against a hand-worked world of six accounts, and the page that shows it."""

import json
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.document.realism_page import power, realism_html, scale, write_realism
from fanzha.errors import InputError, NotFound
from fanzha.simulate.flow import Flow, read_flow
from fanzha.simulate.realism import Realism, benford, clustering, components, measure, shape
from fanzha.simulate.realism_chain import chain
from fanzha.simulate.realism_told import BARS, compared, miss, number, page, published, say
from fanzha.simulate.spread import spread
from fanzha.simulate.world import DAY_MS, HOUR_MS, MINUTE_MS

START = 1_782_835_200_000  # Wednesday, 1 July 2026, midnight in Shanghai
# payer, payee (None: cash), hours after the start, minor units
PAID: list[tuple[str | None, str | None, int, int]] = [
    ("A", "B", 1, 10_000),
    ("B", "A", 2, 20_000),
    ("A", "C", 10, 30_000),
    ("B", "C", 34, 40_000),
    ("D", "E", 34, 50_000),
    (None, "A", 40, 70_000),
    ("C", None, 41, 60_000),
    ("A", "B", 58, 10_000),
]
LEDGER = pa.schema(
    [("account", pa.string()), ("direction", pa.string()), ("at_ms", pa.int64()), ("amount_minor", pa.int64()),
     ("currency", pa.string()), ("cash", pa.bool_()), ("transfer", pa.int64())]
)  # fmt: skip


def leg(account: str, direction: str, number: int) -> dict[str, object]:
    payer, payee, hours, amount = PAID[number]
    late = 5_000 if direction == "in" else 0
    return {
        "account": account, "direction": direction, "at_ms": START + hours * HOUR_MS + late, "amount_minor": amount,
        "currency": "CNY", "cash": payer is None or payee is None, "transfer": number,
    }  # fmt: skip


def truth(out: Path) -> None:
    """Two cases: one of two payments that is passed on and taken out, one of a single payment that stays; one report each."""

    def parcel(
        incident: int, payer: str, payee: str, minute: int, amount: int, tier: int, exit_: str
    ) -> dict[str, object]:
        at = START + minute * MINUTE_MS
        return {"incident": incident, "payer": payer, "payee": payee, "at_ms": at, "arrived_ms": at, "currency": "CNY",
                "disputed_minor": amount, "tier": tier, "exit": exit_}  # fmt: skip

    payments = [
        {"incident": 0, "payer": "V", "payee": "A", "at_ms": START + 60 * MINUTE_MS, "amount_minor": 1_000_000, "currency": "CNY"},
        {"incident": 0, "payer": "V", "payee": "A", "at_ms": START + 90 * MINUTE_MS, "amount_minor": 1_000_000, "currency": "CNY"},
        {"incident": 1, "payer": "W", "payee": "B", "at_ms": START + 99 * HOUR_MS, "amount_minor": 46_000_000, "currency": "THB"},
    ]  # fmt: skip
    parcels = [
        parcel(0, "V", "A", 60, 1_000_000, 1, ""),
        parcel(0, "V", "A", 90, 1_000_000, 1, ""),
        parcel(0, "A", "C", 64, 1_500_000, 2, ""),
        parcel(0, "C", "", 74, 900_000, 2, "cash"),
        parcel(0, "C", "D", 75, 300_000, 2, "goods"),
        parcel(1, "W", "B", 99 * 60, 46_000_000, 1, ""),
    ]
    paid = {"stopped": False, "repeat": False}
    reports = [
        {"incident": 0, "victim": 7, "scam_type": "T01", "age_band": "26-40", "at_ms": START + 2 * HOUR_MS, **paid},
        {"incident": 0, "victim": 7, "scam_type": "T01", "age_band": "26-40", "at_ms": START + 9 * HOUR_MS, "stopped": False, "repeat": True},
        {"incident": 1, "victim": 8, "scam_type": "T02", "age_band": "61+", "at_ms": START + 200 * HOUR_MS, **paid},
        {"incident": 2, "victim": 9, "scam_type": "T04", "age_band": "61+", "at_ms": START, "stopped": True, "repeat": False},
        {"incident": -1, "victim": 9, "scam_type": "", "age_band": "", "at_ms": START, **paid},
    ]  # fmt: skip
    contacts = [
        {"person": 7, "at_ms": START - 90 * DAY_MS},
        {"person": 7, "at_ms": START + 30 * MINUTE_MS},
        {"person": 8, "at_ms": START},
    ]
    (out / "truth").mkdir()
    for name, rows in {"payments": payments, "parcels": parcels, "reports": reports}.items():
        pq.write_table(pa.Table.from_pylist(rows), out / "truth" / f"{name}.parquet")
    pq.write_table(pa.Table.from_pylist(contacts), out / "bodies" / "contacts.parquet")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A world of five accounts at two banks; A, B, C form one component, D and E another."""
    told = {"fanzha_world": 1, "people": 5, "days": 3, "transfers": 8, "honest": 4000, "chain": 4, "version": "0",
            "start_ms": START, "end_ms": START + 3 * DAY_MS, "seed": 1}  # fmt: skip
    (tmp_path / "world.json").write_text(json.dumps(told))
    banks = {"0": "AC", "1": "BDE", "2": ""}
    for bank, accounts in banks.items():
        folder = tmp_path / "bodies" / "banks" / bank
        folder.mkdir(parents=True)
        rows = []
        for name in accounts:
            for place, (payer, payee, _, _) in enumerate(PAID):
                rows += [leg(name, "out", place)] if payer == name else []
                rows += [leg(name, "in", place)] if payee == name else []
        pq.write_table(pa.Table.from_pylist(rows, LEDGER), folder / "ledger.parquet")
    truth(tmp_path)
    return tmp_path


def flow_of(pairs: list[tuple[int, int]], accounts: int) -> Flow:
    count = len(pairs)
    payer, payee = (np.array([one[side] for one in pairs], np.int64) for side in (0, 1))
    nothing = np.zeros(count, np.int8)
    return Flow(payer, payee, np.arange(count) * HOUR_MS, np.full(count, 100), nothing, nothing.astype(bool),
                np.arange(count), accounts, ("CNY",), 0, DAY_MS)  # fmt: skip


def test_transfers_are_joined_from_both_ledgers_by_their_number(out: Path) -> None:
    flow = read_flow(out)
    names = "ACBDE"  # bank 0, then bank 1, each in the order of its ledger
    told = [
        (names[a] if a >= 0 else None, names[b] if b >= 0 else None)
        for a, b in zip(flow.payer, flow.payee, strict=True)
    ]
    assert told == [(payer, payee) for payer, payee, _, _ in PAID]
    assert flow.amount_minor.tolist() == [amount for *_, amount in PAID]
    assert flow.accounts == 5
    # the payer's clock counts; only where there is no payer does the payee's
    assert [int(at - START) % HOUR_MS for at in flow.at_ms] == [0, 0, 0, 0, 0, 5_000, 0, 0]


def test_the_order_of_legs_in_a_ledger_does_not_matter(out: Path) -> None:
    before = measure(out).shape
    for path in (out / "bodies" / "banks").glob("*/ledger.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.take(np.arange(table.num_rows)[::-1]), path)
    assert measure(out).shape == before


def test_figures_of_the_graph_by_hand(out: Path) -> None:
    found = measure(out).shape
    assert (found.accounts, found.days, found.transfers, found.cash) == (5, 3, 6, 2)
    # pairs: AB BA AC BC DE
    assert found.out_degree.count == 3
    assert found.out_degree.mean == pytest.approx(5 / 3)  # A: B, C; B: A, C; D: E
    assert found.in_degree.mean == pytest.approx(5 / 4)  # C: A, B; the rest one
    assert found.reciprocity == pytest.approx(2 / 5)
    assert (found.components, found.largest_component) == (2, 3 / 5)
    assert found.clustering == 1.0  # A, B, C is a triangle; D and E have one counterparty
    assert found.per_account_day.most == pytest.approx(4 / 3)  # A takes part in four transfers in three days
    assert found.amount.most == 500.0
    assert found.amounts == {}  # one currency needs no list
    assert found.hours[1] == pytest.approx(1 / 6)
    assert found.hours[10] == pytest.approx(4 / 6)
    assert found.weekdays[2] == pytest.approx((3 / 1) / (3 + 2 + 1))  # Wednesday, Thursday and Friday once each


def test_gaps_are_between_transfers_of_one_account(out: Path) -> None:
    gaps = measure(out).shape.gap_hours
    # A: 1 2 10 58; B: 1 2 34 58; C: 10 34; D and E one each
    assert gaps.count == 7
    assert gaps.mean == pytest.approx((1 + 8 + 48 + 1 + 32 + 24 + 24) / 7)


def test_figures_of_the_chain_by_hand(out: Path) -> None:
    found = measure(out).chain
    assert (found.cases, found.reports) == (2, 5)
    told = found.figures
    assert told["honest_per_chain"] == 1000
    assert told["payments_per_case"] == 1.5
    assert told["loss_median"] == pytest.approx((20_000 + 100_000) / 2)  # 460,000 baht are 100,000 yuan at 4.6
    assert (told["loss_small_share"], told["loss_large_share"]) == (0.5, 0.0)
    assert (told["type_T01"], told["type_T02"]) == (0.5, 0.5)
    assert "type_T04" not in told, "who never paid is no case"
    assert (told["age_26-40"], told["age_61+"]) == (0.5, 0.5)
    assert told["repeat_share"] == 1 / 3
    assert told["stopped_share"] == 1 / 5
    assert told["reported_share"] == 1.0
    assert (told["report_within_hour"], told["report_within_day"], told["report_later"]) == (0.5, 0.0, 0.5)
    assert told["first_day_share"] == 0.5  # within an hour of the later contact; after four days
    assert (told["tier_1"], told["tier_2"], told["tier_deeper"]) == (0.5, 0.5, 0.0)
    assert (told["exit_cash"], told["exit_goods"], told["exit_crypto"]) == (0.75, 0.25, 0.0)
    assert told["accounts_per_case"] == 1.5
    assert told["first_accounts_per_case"] == 1.0
    assert told["first_hop_median_minutes"] == 4  # what came at minute 90 was never passed on
    assert told["later_hop_median_minutes"] == 10


def test_a_world_without_gangs_has_no_chain_to_measure(out: Path) -> None:
    for name in ("payments", "parcels", "reports"):
        path = out / "truth" / f"{name}.parquet"
        pq.write_table(pq.read_table(path).slice(0, 0), path)
    found = chain(out, {"honest": 10, "chain": 0})
    assert found.cases == 0
    assert found.loss is None
    assert found.dwell is None
    assert not [name for name, value in found.figures.items() if value is not None]
    html = realism_html(page(measure(out), ()))
    assert 'id="rhythm"' in html
    assert 'id="chain"' not in html


def test_a_folder_without_a_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no written world"):
        measure(tmp_path)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(InputError):
        spread([])


@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=300))
def test_a_curve_says_what_it_says(values: list[float]) -> None:
    found = spread(values)
    assert found.curve[0][1] == 1.0
    for value, reached in found.curve:
        assert value in values
        assert reached == pytest.approx(sum(one >= value for one in values) / len(values))
    assert [share for _, share in found.curve] == sorted((share for _, share in found.curve), reverse=True)
    assert found.p5 <= found.median <= found.p99 <= found.most == max(values)
    assert sum(one <= found.median for one in values) * 2 >= len(values)


edges = st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), min_size=1, max_size=60)


@given(edges)
def test_components_are_those_of_a_search(pairs: list[tuple[int, int]]) -> None:
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    sizes, left = [], set(near)
    while left:
        reached, edge = set(), [min(left)]
        while edge:
            one = edge.pop()
            if one not in reached:
                reached.add(one)
                edge += near[one]
        sizes.append(len(reached))
        left -= reached
    payer, payee = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    assert components(payer, payee, 25).tolist() == sorted(sizes, reverse=True)


def test_components_of_a_long_path_are_one() -> None:
    order = np.random.default_rng(3).permutation(5_000)
    assert components(order[:-1], order[1:], 5_000).tolist() == [5_000]


@settings(deadline=None)  # it draws many pairs
@given(edges)
def test_clustering_is_near_the_exact_coefficient(pairs: list[tuple[int, int]]) -> None:
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        if a != b:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    each = []
    for others in near.values():
        if len(others) > 1:
            chosen = list(combinations(sorted(others), 2))
            each.append(sum(b in near[a] for a, b in chosen) / len(chosen))
    payer, payee = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    exact = sum(each) / len(each) if each else 0.0
    assert clustering(payer, payee, 25) == pytest.approx(exact, abs=0.01)


def test_benford_tells_powers_from_one_price() -> None:
    assert benford(np.array([2**power for power in range(60)], np.int64)) < 0.02
    assert benford(np.full(100, 900)) == pytest.approx((1 - np.log10(10 / 9) + np.log10(9)) / 9)
    assert benford(np.array([99, 999, 1000], np.int64)) > 0.1
    assert benford(np.zeros(0, np.int64)) == 0.0


def test_a_flow_known_by_days_has_no_hours() -> None:
    found = shape(flow_of([(0, 1), (1, 2), (2, 0)], 3), DAY_MS)
    assert found.hours == ()
    assert found.weekdays == ()
    assert found.components == 1


@pytest.mark.parametrize(
    ("here", "there", "word"), [(10, 20, "alike"), (10, 21, "less"), (21, 10, "more"), (5, 5, "alike"), (0, 3, "less")]
)
def test_alike_is_within_a_factor_of_two(here: float, there: float, word: str) -> None:
    assert compared(here, there) == word


def test_figures_are_shown_with_three_digits() -> None:
    assert [number(one) for one in (1234567.0, 45.66, 0.01234, None)] == ["1,234,567", "45.7", "0.0123", "—"]
    assert [power(one) for one in (-3, 0, 4, 5, -12)] == ["0.001", "1", "10,000", "10⁵", "10⁻¹²"]


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=9))
def test_an_axis_holds_its_values_and_names_few_powers(values: list[float]) -> None:
    axis = scale(values, 10, 100)
    assert all(9.99 <= axis.place(value) <= 110.01 for value in values)
    assert 1 < len(axis.ticks()) <= 7


def test_the_page_says_both_languages_and_loads_nothing(out: Path, tmp_path: Path) -> None:
    found = measure(out)
    other = shape(flow_of([(0, 1), (1, 2), (2, 0), (0, 2)], 3), DAY_MS)
    made = page(found, (("Another", other),))
    write_realism(made, tmp_path / "deep" / "page.html")
    html = (tmp_path / "deep" / "page.html").read_text("utf-8")
    assert html == realism_html(made)
    assert not re.search(r"(src|href)=.http", html)
    assert not re.search(r"\b(nan|inf|None)\b", html)
    drawn = 5 * 2 + 1 + 2 + 1  # five pictures of two curves, loss, two of dwell, the pattern of the frame
    assert html.count("<path") == drawn
    for part in ("samples", "graph", "rhythm", "chain", "figures"):
        assert f'id="{part}"' in html
    # one sentence under each picture, in each language, and each says where the world differs
    for part in made.parts:
        for picture in part.pictures:
            assert picture.told.en.endswith(".")  # type: ignore[union-attr]
            assert picture.told.zh.endswith("。")  # type: ignore[union-attr]
            assert "{" not in picture.told.en + picture.told.zh  # type: ignore[union-attr]
    told = made.parts[0].pictures[0].told
    assert "in Another 1 and 1 (middle alike, tail alike)" in told.en  # type: ignore[union-attr]


def test_without_samples_the_page_is_silent_about_them(out: Path) -> None:
    made = page(measure(out), ())
    assert [part.key for part in made.parts] == ["graph", "rhythm", "chain", "figures"]
    assert not re.search("sample[s ']|AMLSim|样本", realism_html(made).replace("(sampled)", ""))


def many(out: Path) -> Realism:
    """The same figures, as if they rested on a hundred cases."""
    found = measure(out)
    return replace(found, chain=replace(found.chain, cases=100))


def test_few_cases_are_not_compared(out: Path) -> None:
    html = realism_html(page(measure(out), ()))
    assert html.count("Too few cases to compare (2).") == html.count("案件过少(2案)，不作比较。") == len(BARS)
    assert "percentage points, the error" not in html and "Too few cases (2) to say where it misses most." in html


def test_the_largest_misses_are_in_the_introduction(out: Path) -> None:
    found = many(out)
    lead = page(found, ()).lead
    far = sorted(
        ((miss(one, found.chain.figures[one["name"]] or 0.0), one) for one in published()
         if found.chain.figures.get(one["name"]) is not None),
        key=lambda row: -row[0],
    )  # fmt: skip
    for _, one in far[:3]:
        assert one["en"] in lead.en and one["zh"] in lead.zh  # type: ignore[union-attr]
    assert far[3][1]["en"] not in lead.en  # type: ignore[union-attr]
    share, count = {"name": "a", "unit": "share", "value": 0.5}, {"name": "b", "unit": "count", "value": 5}
    assert [miss(share, 0.1), miss(count, 20)] == [0.4, 0.75]
    assert miss({**count, "name": "honest_per_chain"}, 20) == 0.0


def test_axes_and_sources_are_said_in_both_languages(out: Path) -> None:
    html = realism_html(page(measure(out), ()))
    for text in ("share of cases at or above x", "不低于 x 的案件比例", "waiting to gather", "等待归集多名被害人资金"):
        assert text in html
    rows = page(measure(out), ()).parts[-1].rows
    for one, row in zip(published(), rows, strict=True):
        assert row[3].en == one["source"] and re.search("[\u4e00-\u9fff]", row[3].zh)  # type: ignore[union-attr]
        assert "assumption" not in row[3].zh  # type: ignore[union-attr]


def test_the_largest_difference_is_named(out: Path) -> None:
    pictures = {one.title.en: one for part in page(many(out), ()).parts for one in part.pictures}  # type: ignore[union-attr]
    told = pictures["How money left, by money"].told.en  # type: ignore[union-attr]
    assert told.startswith("The largest difference is at cash: 75.0 % here, 30.0 % published or assumed; 2 of 4")


def test_published_figures_have_values_sources_and_both_languages() -> None:
    known = published()
    assert len({one["name"] for one in known}) == len(known)
    for one in known:
        assert set(one) == {"name", "value", "unit", "source", "en", "zh"}
        assert one["unit"] in ("count", "share", "yuan", "minutes")
        assert one["source"] and one["en"] and one["zh"]
    for group in BARS:
        shares = [
            one["value"]
            for one in known
            if one["name"].split("_")[0] == group and one["name"] not in ("reported_share",)
        ]
        assert sum(shares) == pytest.approx(1.0, abs=0.011), group


def test_every_sentence_of_the_page_is_there_twice() -> None:
    import yaml

    from fanzha.simulate import realism_told

    text = Path(realism_told.__file__).with_name("realism.yaml").read_text("utf-8")
    for key, entry in yaml.load(text, Loader=yaml.CSafeLoader).items():
        assert set(entry) == {"en", "zh"}, key
        places = [sorted(re.findall(r"\{([a-z_]+)\}", entry[lang])) for lang in ("en", "zh")]
        assert set(places[0]) == set(places[1]), key
        assert say(key, **dict.fromkeys(places[0], "x")).zh, key
