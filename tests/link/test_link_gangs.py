"""Gangs: what merges cases, what stays a bridge, that judgements win, and what holds for all evidence."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import link_worlds as worlds
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.link.gang_evidence import Facts, Thing, case_order
from fanzha.link.gang_weights import read_gang_weights, shipped_gang_weights, shipped_gang_weights_text
from fanzha.link.gangs import MADE, Groups, bridges, gangs, group
from fanzha.store.engine import Engine

DAY = 86_400_000
W = shipped_gang_weights()
LOAN, PARCEL = "虚假贷款", "冒充电商物流客服"
Near = tuple[str, str, str, str, str, int]


def world(cases: Sequence[Any], near: Sequence[Near] = ()) -> Engine:
    """`cases`: a number, or number, kind of scam, currency and day."""
    engine = Engine()
    told = [one if isinstance(one, tuple) else (one, None, None, None) for one in cases]
    ids = [(case_id, *case_order(case_id)) for case_id, *_ in told]
    worlds.put(engine, "case_reports", [{"case_id": c, "file": f, "row": r} for c, f, r in ids])
    worlds.put(
        engine,
        "reports",
        [
            worlds.report(r, f, stated_type=scam, currency=currency, at_ms=None if day is None else day * DAY)
            for (_, f, r), (_, scam, currency, day) in zip(ids, told, strict=True)
        ],
    )
    engine.replace_rows("near_links", list(near))
    return engine


def link(a: str, b: str, kind: str, value: str, how: str = "shared_mention", weight: int = 20_000) -> Near:
    first, second = sorted((a, b))
    return first, second, kind, value, how, weight


def found(engine: Engine, **judged: Any) -> dict[str, set[str]]:
    assert gangs(engine, worlds.AS_OF, **judged) == MADE
    made: dict[str, set[str]] = {}
    for gang_id, case_id in engine.rows('SELECT "gang_id", "case_id" FROM "gang_cases" ORDER BY 1, 2'):
        made.setdefault(gang_id, set()).add(case_id)
    return made


def spans(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.rows('SELECT * FROM "bridges" ORDER BY "gang_a", "gang_b", "kind", "value", "how"')


# -- what merges and what does not -----------------------------------------------------------------------------------


def test_cases_that_share_nothing_are_gangs_by_themselves() -> None:
    engine = world(["1-1", "1-2"])
    assert found(engine) == {"1-1": {"1-1"}, "1-2": {"1-2"}}
    assert spans(engine) == []


def test_no_case_no_gang() -> None:
    assert found(world([])) == {}


def test_things_of_two_classes_make_one_gang_numbered_by_its_earliest_case() -> None:
    near = [link("10-1", "9-2", "phone", "+8613900000001"), link("10-1", "9-2", "domain", "a.example")]
    engine = world(["9-2", "10-1", "9-10"], near)
    assert found(engine) == {"9-2": {"9-2", "10-1"}, "9-10": {"9-10"}}  # by number, not by text
    assert spans(engine) == []


@pytest.mark.parametrize("how", ["shared_account", "shared_mention"])
def test_one_thing_of_one_class_is_a_bridge(how: str) -> None:
    engine = world(["1-1", "1-2"], [link("1-1", "1-2", "account", "6222020000000001", how)])
    assert len(found(engine)) == 2
    weight, why = (4_000, "supplier") if how == "shared_account" else (9_500, "one_class")
    assert spans(engine) == [("1-1", "1-2", "account", "6222020000000001", how, weight, why)]


def test_many_accounts_of_one_laundering_house_stay_a_bridge_whatever_else_agrees() -> None:
    near = [link("1-1", "1-2", "account", f"62220200000000{n:02}", "shared_account", 59_000) for n in range(30)]
    engine = world([("1-1", LOAN, "CNY", 5), ("1-2", LOAN, "CNY", 5)], near)
    assert len(found(engine)) == 2
    assert len(spans(engine)) == 30
    assert {row[-1] for row in spans(engine)} == {"supplier"}


def test_two_suppliers_beside_each_other_do_not_reach_the_threshold() -> None:
    support = W.support.scam_same + W.support.near
    for name in ("layer", "device"):
        assert W.classes[name].supplier
        assert W.classes[name].more == 0
    assert W.classes["layer"].most + W.classes["device"].most + support < W.threshold
    for one in W.classes.values():
        assert one.first < W.threshold  # one thing alone never merges
        assert one.first <= one.most


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ((LOAN, "CNY", 5), (LOAN, "CNY", 7), True),
        ((LOAN, "CNY", 5), (PARCEL, "CNY", 7), False),  # a supplier's
        ((LOAN, "CNY", 5), (LOAN, "CNY", 20), False),  # not in the same week
        ((LOAN, "CNY", 5), (LOAN, "USD", 7), False),
        ((None, "CNY", 5), (LOAN, "CNY", 7), False),  # nobody said what kind
    ],
)
def test_a_certificate_needs_the_same_kind_of_scam_and_week(first: Any, second: Any, together: bool) -> None:
    engine = world([("1-1", *first), ("1-2", *second)], [link("1-1", "1-2", "certificate", "sha256:ab")])
    assert (len(found(engine)) == 1) == together
    assert [row[-1] for row in spans(engine)] == ([] if together else ["supplier"])


def test_kind_of_scam_currency_and_time_can_speak_against_two_classes() -> None:
    near = [link("1-1", "1-2", "phone", "+8613900000001"), link("1-1", "1-2", "domain", "a.example")]
    against = world([("1-1", LOAN, "CNY", 5), ("1-2", PARCEL, "USD", 200)], near)
    assert len(found(against)) == 2
    assert {row[-1] for row in spans(against)} == {"weak"}
    assert len(found(world([("1-1", LOAN, "CNY", 5), ("1-2", PARCEL, "CNY", 5)], near))) == 1


def test_the_fewer_reports_say_which_kind_of_scam_it_is() -> None:
    facts = [Facts({LOAN: 9, PARCEL: 1}, {}, ()), Facts({PARCEL: 1}, {}, ())]
    thing = [Thing("domain", "a.example", "shared_mention", "site", 9_500, (0, 1))]
    assert Groups(facts, thing, W).evidence(0, 1) == Groups(facts[::-1], thing, W).evidence(0, 1) == 12_000


def test_a_supplier_of_everything_does_not_chain_gangs() -> None:
    """Three gangs of four cases, each held together by its own site and contact; a house, a device and a certificate serve all."""
    near: list[Near] = []
    ids = [[f"{gang}-{n}" for n in range(1, 5)] for gang in (1, 2, 3)]
    for gang, members in enumerate(ids):
        for a, b in combinations(members, 2):
            near += [link(a, b, "domain", f"g{gang}.example"), link(a, b, "qq", f"99{gang}")]
    for a, b in combinations([members[0] for members in ids], 2):
        near += [link(a, b, "account", "6222020000000001", "shared_account"), link(a, b, "certificate", "sha256:ab")]
    engine = world([(one, LOAN, "CNY", 5) for members in ids for one in members], near)
    assert found(engine) == {members[0]: set(members) for members in ids}
    assert len(spans(engine)) == 6
    assert {row[-1] for row in spans(engine)} == {"supplier"}


def test_a_value_that_too_many_cases_share_says_nothing_and_makes_no_pairs() -> None:
    ids = [f"1-{n}" for n in range(1, W.cases_max + 2)]
    pairs = [
        link(a, b, kind, value)
        for a, b in combinations(ids, 2)
        for kind, value in (("phone", "+8613900000001"), ("domain", "a.example"))
    ]
    engine = world(ids, pairs)
    assert len(found(engine)) == len(ids)
    assert spans(engine) == []
    fewer = world(ids[:2], pairs[:2])
    assert len(found(fewer)) == 1


def test_popularity_is_taken_off() -> None:
    weights = [W.thing("phone", "shared_mention", 20_000, n) for n in (2, 3, 4, 8, 16, 17)]
    assert weights == [9_500, 9_500, 7_500, 5_500, 3_500, 0]
    assert W.thing("phone", "shared_mention", 6_000, 2) == 6_000  # never more than the identifier weighs
    assert W.thing("phone", "shared_caller", 20_000, 2) == W.thing("phone", "partial_match", 20_000, 2) == 7_000
    assert W.thing("name", "shared_mention", 20_000, 2) == W.thing("unheard of", "slip", 20_000, 2) == 0
    assert W.thing("phone", "cut", 20_000, 2) == 0


def test_what_a_person_cut_is_shown_and_is_no_reason() -> None:
    near = [link("1-1", "1-2", "phone", "+8613900000001", "cut"), link("1-1", "1-2", "domain", "a.example", "cut")]
    engine = world([("1-1", LOAN, "CNY", 5), ("1-2", LOAN, "CNY", 5)], near)
    assert len(found(engine)) == 2
    assert [row[4:] for row in spans(engine)] == [("cut", 0, "cut")] * 2


def test_one_account_in_two_ways_counts_once() -> None:
    both = [
        Thing("account", "6222", "shared_account", "layer", 4_000, (0, 1)),
        Thing("account", "6222", "shared_mention", "account", 9_500, (0, 1)),
    ]
    facts = [Facts({}, {}, ()), Facts({}, {}, ())]
    assert Groups(facts, both, W).evidence(0, 1) == 9_500


def test_a_masked_number_says_nothing_of_two_numbers_that_both_fit() -> None:
    """1-1 wrote the mask; the full numbers of 1-2 and 1-3 are two numbers."""
    near = [link("1-1", other, "phone", "+86139****0001", "partial_match") for other in ("1-2", "1-3")]
    engine = world(["1-1", "1-2", "1-3"], near)
    assert len(found(engine)) == 3
    assert [row[:2] for row in spans(engine)] == [("1-1", "1-2"), ("1-1", "1-3")]


# -- money and calls -------------------------------------------------------------------------------------------------


def disputed(case_id: str, account: str, tier: int = 1, innocent: str = "none") -> worlds.Row:
    return {"case_id": case_id, "account": account, "tier": tier, "currency": "CNY", "innocent": innocent}


@pytest.mark.parametrize(
    ("innocent", "seen"), [("shop", 0), ("payroll", 0), ("family", 0), ("unwitting", 1), ("none", 1)]
)
def test_a_shop_that_two_cases_paid_is_no_bridge_and_an_unwitting_holder_is(innocent: str, seen: int) -> None:
    near = [link("1-1", "1-2", "account", "6222020000000001", "shared_account")]
    engine = world(["1-1", "1-2"], near)
    worlds.put(engine, "disputed", [disputed(one, "6222020000000001", 2, innocent) for one in ("1-1", "1-2")])
    assert len(found(engine)) == 2
    assert len(spans(engine)) == seen


def test_two_accounts_of_one_holder_are_a_bridge_and_one_account_says_nothing_more() -> None:
    engine = world(["1-1", "1-2", "1-3"])
    worlds.put(
        engine, "disputed", [disputed("1-1", "A"), disputed("1-2", "B"), disputed("1-2", "C"), disputed("1-3", "C")]
    )
    holders = {"A": "110101199001011234", "B": "110101199001011234", "C": "310101199001011234"}
    worlds.put(
        engine,
        "accounts",
        [
            {"file": 5, "row": n, "byte_offset": 0, "account": account, "holder_id": holder}
            for n, (account, holder) in enumerate(holders.items())
        ],
    )
    assert len(found(engine)) == 3
    assert spans(engine) == [("1-1", "1-2", "cn_id", "110101199001011234", "same_holder", 4_000, "supplier")]


@pytest.mark.parametrize(
    ("at_ms", "role", "second", "seen"),
    [
        (1_000, "", "+8613900000002", 1),
        (worlds.AS_OF + 1, "", "+8613900000002", 0),  # not known yet
        (1_000, "own", "+8613900000002", 0),  # a victim's own telephone
        (1_000, "", "+8613900000001", 0),  # one telephone: what they share is the telephone
    ],
)
def test_a_sim_box_behind_two_numbers_is_a_bridge(at_ms: int, role: str, second: str, seen: int) -> None:
    engine = world(["1-1", "1-2"])
    numbers = ("+8613900000001", second)
    worlds.put(engine, "mentions", [worlds.mention(n + 1, "phone", one, role=role) for n, one in enumerate(numbers)])
    calls = [
        {**worlds.call(one, "+8613800000009", n), "imei": "490154203237518", "at_ms": at_ms}
        for n, one in enumerate(sorted(set(numbers)))
    ]
    worlds.put(engine, "calls", calls)
    assert len(found(engine)) == 2
    expected = [("1-1", "1-2", "imei", "490154203237518", "same_device", 4_000, "supplier")]
    assert spans(engine) == expected[:seen]


@pytest.mark.parametrize(
    ("own", "cities", "scams", "gangs_made", "bridge"),
    [
        ("+8613900000001", ("杭州", "沈阳"), (LOAN, LOAN), 1, []),  # one person, wherever
        ("+86139****0001", ("杭州", "杭州"), (LOAN, LOAN), 1, []),
        ("+86139****0001", ("杭州", "杭州"), (LOAN, PARCEL), 2, [9_500]),  # one person, another kind of scam
        ("+86139****0001", ("杭州", "沈阳"), (LOAN, LOAN), 2, []),  # thousands of numbers fit
        ("+86139****0001", (None, None), (LOAN, LOAN), 2, []),
        ("+86*******0001", ("杭州", "杭州"), (LOAN, LOAN), 2, []),  # millions do
    ],
)
def test_two_reports_of_one_person(own: str, cities: Any, scams: Any, gangs_made: int, bridge: list[int]) -> None:
    engine = Engine()
    both = list(enumerate(zip(cities, scams, strict=True), 1))
    worlds.put(engine, "case_reports", [{"case_id": f"1-{n}", "file": 1, "row": n} for n, _ in both])
    worlds.put(engine, "reports", [worlds.report(n, city=city, stated_type=scam) for n, (city, scam) in both])
    worlds.put(engine, "mentions", [worlds.mention(n, "phone", own, role="own") for n, _ in both])
    assert len(found(engine)) == gangs_made
    assert [(row[4], row[5], row[6]) for row in spans(engine)] == [
        ("same_reporter", one, "one_class") for one in bridge
    ]


def test_a_telephone_that_everybody_calls_their_own_says_nothing() -> None:
    """A hotline's own number, written into each report it takes."""
    ids = [f"1-{n}" for n in range(1, W.cases_max + 2)]
    engine = world([(one, LOAN, "CNY", 5) for one in ids])
    worlds.put(
        engine, "mentions", [worlds.mention(n, "phone", "+8657110000000", role="own") for n in range(1, len(ids) + 1)]
    )
    assert len(found(engine)) == len(ids)
    assert spans(engine) == []


# -- judgements ------------------------------------------------------------------------------------------------------

TWO = [link("1-1", "1-2", "phone", "+8613900000001"), link("1-1", "1-2", "domain", "a.example")]


def test_judged_the_same_are_one_without_evidence() -> None:
    assert found(world(["1-1", "1-2", "1-3"]), same=[("1-3", "1-1")]) == {"1-1": {"1-1", "1-3"}, "1-2": {"1-2"}}


def test_judged_apart_stay_apart_and_the_bridge_says_so() -> None:
    engine = world(["1-1", "1-2"], TWO)
    assert len(found(engine, apart=[("1-2", "1-1")])) == 2
    assert {row[-1] for row in spans(engine)} == {"apart"}


def test_apart_holds_through_a_third_case() -> None:
    """1-1 and 1-3 are judged apart; 1-2 fits both and can join one only."""
    near = [*TWO, link("1-2", "1-3", "phone", "+8613900000003"), link("1-2", "1-3", "domain", "b.example")]
    made = found(world(["1-1", "1-2", "1-3"], near), apart=[("1-1", "1-3")])
    assert made == {"1-1": {"1-1", "1-2"}, "1-3": {"1-3"}}


def test_the_same_wins_over_apart_and_unknown_numbers_are_left_out() -> None:
    same, apart = [("1-1", "1-2"), ("7-7", "1-3"), ("1-1", "1-1")], [("1-2", "1-1"), ("1-3", "8-8")]
    assert found(world(["1-1", "1-2", "1-3"]), same=same, apart=apart) == {"1-1": {"1-1", "1-2"}, "1-3": {"1-3"}}


def test_a_number_that_was_given_up_leads_to_its_case() -> None:
    """1-7 became 1-5, which became 1-2; 3-1 and 3-2 lead to each other and to no case."""
    engine = world(["1-1", "1-2"])
    gone = {"1-5": "1-2", "1-7": "1-5", "3-1": "3-2", "3-2": "3-1"}
    rows = [{"case_id": now, "former": was, "file": 1, "row": n} for n, (was, now) in enumerate(gone.items())]
    worlds.put(engine, "case_history", rows)
    assert len(found(engine, same=[("3-1", "1-1")])) == 2
    assert found(engine, same=[("1-7", "1-1")]) == {"1-1": {"1-1", "1-2"}}


# -- what holds for all evidence -------------------------------------------------------------------------------------

CASES = 9
KINDS = ("phone", "domain", "certificate", "account", "app", "imei", "name")
near_of = st.lists(
    st.tuples(
        st.sets(st.integers(0, CASES - 1), min_size=2, max_size=4),
        st.sampled_from(KINDS),
        st.integers(0, 3),
        st.sampled_from(("shared_mention", "shared_account", "slip", "cut", "shared_caller")),
        st.sampled_from((5_000, 9_000, 20_000)),
    ),
    max_size=30,
)
facts_of = st.lists(
    st.tuples(st.sampled_from((None, LOAN, PARCEL)), st.sampled_from((None, "CNY", "USD")), st.integers(0, 90)),
    min_size=CASES,
    max_size=CASES,
)
pairs_of = st.lists(st.tuples(st.integers(0, CASES - 1), st.integers(0, CASES - 1)), max_size=4)


def setting(near: Any, told: Any) -> tuple[list[Facts], list[Thing]]:
    facts = [Facts({scam: 1} if scam else {}, {money: 1} if money else {}, (day,)) for scam, money, day in told]
    things: dict[tuple[str, str, str], Thing] = {}
    for cases, kind, value, how, left in near:
        weight = W.thing(kind, how, left, len(cases))
        if weight or how == "cut":
            key = (kind, str(value), how)
            things[key] = Thing(*key, W.class_of(kind, how), weight, tuple(sorted(cases)))
    return facts, sorted(things.values())


@settings(max_examples=60, deadline=None)
@given(near_of, facts_of, pairs_of, pairs_of)
def test_judgements_always_hold_and_nothing_more_is_to_be_merged(near: Any, told: Any, same: Any, apart: Any) -> None:
    facts, things = setting(near, told)
    groups = group(facts, things, W, same, apart)
    label = groups.labels()
    assert all(label[i] == min(j for j in range(CASES) if label[j] == label[i]) for i in range(CASES))
    assert all(label[i] == label[j] for i, j in same)
    judged = group(facts, [], W, same).labels()
    assert all(label[i] != label[j] for i, j in apart if judged[i] != judged[j])
    for a, b in combinations(sorted(set(label)), 2):
        assert b in groups.apart[a] or groups.evidence(a, b) < W.threshold
        assert groups.evidence(a, b) == groups.evidence(b, a)


@settings(max_examples=60, deadline=None)
@given(near_of, facts_of, pairs_of)
def test_the_books_are_those_of_the_groups_made_anew(near: Any, told: Any, same: Any) -> None:
    """What was carried along through merges is what counting from the cases gives."""
    facts, things = setting(near, told)
    groups = group(facts, things, W, same)
    label = groups.labels()
    for a in set(label):
        members = [i for i in range(CASES) if label[i] == a]
        assert groups.size[a] == len(members)
        counted = {t: sum(i in members for i in one.cases) for t, one in enumerate(things)}
        assert groups.has[a] == {t: n for t, n in counted.items() if n}
        assert groups.currencies[a] == {c for i in members for c in facts[i].currencies}
        assert groups.scams[a].total() == sum(n for i in members for n in facts[i].scams.values())
    assert groups.who == [{label[i] for i in one.cases} for one in things]


@settings(max_examples=40, deadline=None)
@given(near_of, facts_of, st.randoms(use_true_random=False))
def test_the_order_of_evidence_changes_nothing(near: Any, told: Any, chance: Any) -> None:
    facts, things = setting(near, told)
    label = group(facts, things, W).labels()
    mixed = list(things)
    chance.shuffle(mixed)
    assert group(facts, mixed, W).labels() == label


@settings(max_examples=40, deadline=None)
@given(near_of, facts_of)
def test_bridges_are_exactly_what_two_gangs_share(near: Any, told: Any) -> None:
    facts, things = setting(near, told)
    groups = group(facts, things, W)
    label, ids = groups.labels(), [str(n) for n in range(CASES)]
    rows = bridges(groups, ids)
    assert rows == sorted(rows)
    due = {
        (*sorted((str(label[i]), str(label[j]))), one.kind, one.value, one.how)
        for one in things
        for i, j in combinations(one.cases, 2)
        if label[i] != label[j]
    }
    assert {row[:5] for row in rows} == due
    assert len(rows) == len(due)
    assert {row[-1] for row in rows} <= {"supplier", "one_class", "weak", "cut"}


def test_many_cases_stay_near_linear() -> None:
    """Five thousand cases in a ring of shared telephones and sites: looked at by neighbours, not by pairs."""
    size = 5_000
    facts = [Facts({}, {}, ())] * size
    things = [
        Thing(kind, f"{n:05}", "shared_mention", name, 9_500, tuple(sorted((n, (n + 1) % size))))
        for n in range(size)
        for kind, name in (("phone", "contact"), ("domain", "site"))
    ]
    looked = 0

    class Counting(Groups):
        def evidence(self, a: int, b: int) -> int:
            nonlocal looked
            looked += 1
            return super().evidence(a, b)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fanzha.link.gangs.Groups", Counting)
        label = group(facts, things, W).labels()
    assert len(set(label)) < size
    assert looked < 20 * size


# -- the file of numbers ---------------------------------------------------------------------------------------------


def test_the_shipped_file_says_source_and_date_and_reads_back() -> None:
    raw = yaml.safe_load(shipped_gang_weights_text())
    assert raw["source"] and raw["as_of"]
    assert read_gang_weights(shipped_gang_weights_text().decode()) == W
    kinds = [kind for one in raw["classes"].values() for kind in one["kinds"]]
    assert len(kinds) == len(set(kinds))


def test_a_way_of_an_unknown_class_is_refused() -> None:
    raw = yaml.safe_load(shipped_gang_weights_text())
    raw["ways"]["slip"]["class"] = "nowhere"
    with pytest.raises(KeyError, match="nowhere"):
        read_gang_weights(yaml.safe_dump(raw, allow_unicode=True))


def test_the_kinds_are_kinds_that_linking_knows() -> None:
    text = (Path(__file__).parents[2] / "fanzha" / "link" / "weights.yaml").read_text(encoding="utf-8")
    assert set(W.kinds) <= set(yaml.safe_load(text)["kinds"])
