"""Proposals from hand-made results of linking and tracing: who is held, who is heard, what is asked."""

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean.issuer import read_bins
from fanzha.clean.reference.shipped import shipped_tables
from fanzha.model.words import vocabulary
from fanzha.respond.disputed import untaken
from fanzha.respond.orders import HOUR_MS
from fanzha.respond.propose import EXIT_GROUNDS, HOLD_MS, propose, with_issuer
from fanzha.respond.steps import VERBS, Step
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

BINS = read_bins(next(table.content for table in shipped_tables() if table.name == "card_bins"))
AS_OF = 1_790_000_000_000
Row = dict[str, Any]


def put(engine: Engine, name: str, rows: Sequence[Row]) -> None:
    engine.put(name, pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(table(name))))


def disputed(account: str, held: int = 0, unlocated: int = 0, **other: Any) -> Row:
    return {
        "case_id": "1-1",
        "account": account,
        "holder": "",
        "bank": "测试银行",
        "tier": 1,
        "arrived_ms": 5,
        "received_minor": held + unlocated,
        "passed_minor": 0,
        "exited_minor": 0,
        "held_minor": held,
        "unlocated_minor": unlocated,
        "currency": "CNY",
        "statement": unlocated == 0,
        "innocent": "none",
        **other,
    }


def proposed(**tables: Sequence[Row]) -> list[Row]:
    """The steps made of these tables, in order."""
    engine = Engine()
    for name, rows in tables.items():
        put(engine, name, rows)
    assert propose(engine, AS_OF, BINS) == ("steps",)
    return engine.all_rows("steps").to_pylist()  # type: ignore[no-any-return]


def brief(steps: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [(s["verb"], s["target"], s["amount_minor"], s["ground"]) for s in steps]


def test_a_hold_names_the_traced_amount_its_end_and_its_ground() -> None:
    (step,) = proposed(disputed=[disputed("622201", held=40_000, received_minor=90_000, passed_minor=50_000)])
    assert step == {
        "case_id": "1-1",
        "rank": 1,
        "number": 1,
        "verb": "hold",
        "target_kind": "account",
        "target": "622201",
        "body": "测试银行",
        "amount_minor": 40_000,
        "currency": "CNY",
        "expires_ms": AS_OF + 48 * 3_600_000,
        "ground": "traced_amount",
        "innocent": "none",
        "reachable_minor": 40_000,
    }


@pytest.mark.parametrize("innocent", ["shop", "payroll", "family"])
def test_who_may_be_innocent_is_heard_and_never_held(innocent: str) -> None:
    (step,) = proposed(disputed=[disputed("622201", held=40_000, innocent=innocent)])
    assert (step["verb"], step["innocent"], step["expires_ms"]) == ("ask_holder", innocent, None)


def test_an_unwitting_holder_is_shown_beside_the_hold() -> None:
    (step,) = proposed(disputed=[disputed("622201", held=40_000, innocent="unwitting")])
    assert (step["verb"], step["innocent"]) == ("hold", "unwitting")


def test_a_victims_own_account_is_never_held() -> None:
    steps = proposed(
        disputed=[disputed("622201", held=40_000), disputed("622299", held=2_000, tier=2)],
        payments=[{"case_id": "1-1", "file": 1, "row": 1, "n": 1, "payee": "622201", "transfer": 7, "state": "found"}],
        transfers=[{"transfer": 7, "payer": "622299", "payee": "622201", "amount_minor": 40_000}],
    )
    assert brief(steps) == [
        ("hold", "622201", 40_000, "traced_amount"),
        ("ask_holder", "622299", 2_000, "victims_own_account"),
    ]


def test_a_victims_own_statement_is_never_asked_for() -> None:
    steps = proposed(
        disputed=[disputed("622299", unlocated=2_000, tier=2)],
        payments=[{"case_id": "1-1", "file": 1, "row": 1, "n": 1, "payee": "622201", "transfer": 7, "state": "found"}],
        transfers=[{"transfer": 7, "payer": "622299", "payee": "622201", "amount_minor": 40_000}],
    )
    assert brief(steps) == [("ask_holder", "622299", 2_000, "victims_own_account")]


def test_the_trail_that_ends_is_asked_for_by_amount() -> None:
    steps = proposed(
        disputed=[
            disputed("622201", unlocated=50_000),
            disputed("622202", unlocated=90_000),
            disputed("622203", held=70_000),
        ]
    )
    assert brief(steps) == [
        ("request_statement", "622202", 90_000, "trail_ends"),
        ("hold", "622203", 70_000, "traced_amount"),
        ("request_statement", "622201", 50_000, "trail_ends"),
    ]
    assert [s["rank"] for s in steps] == [1, 2, 3]


def test_a_gap_in_a_statement_is_asked_for_as_such() -> None:
    (step,) = proposed(disputed=[disputed("622201", unlocated=50_000, statement=True)])
    assert (step["verb"], step["ground"]) == ("request_statement", "statement_gap")


def test_a_wallet_has_no_statement() -> None:
    (step,) = proposed(disputed=[disputed("TRON:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", unlocated=50_000)])
    assert (step["verb"], step["target_kind"], step["ground"]) == ("request_exit", "wallet", "left_as_crypto")


def test_a_mistyped_account_is_clarified_not_asked_for() -> None:
    steps = proposed(
        disputed=[disputed("622201", unlocated=50_000)],
        pulls=[{"kind": "account", "value": "622201", "reports": 1, "weight": 0, "joins": False, "why": "invalid"}],
        joins=[
            {
                "case_id": "1-1",
                "file": 1,
                "row": 4,
                "kind": "account",
                "value": "622201",
                "weight": 0,
                "joins": False,
                "why": "invalid",
            }
        ],
    )
    assert brief(steps) == [("clarify_report", "1-4", None, "number_invalid")]


def test_exits_are_asked_once_for_each_account_and_way() -> None:
    exit_row = {"case_id": "1-1", "account": "622201", "at_ms": 5, "currency": "CNY", "transfer": 1, "place": ""}
    steps = proposed(
        disputed=[disputed("622201")],
        exits=[
            {**exit_row, "kind": "cash", "disputed_minor": 30_000},
            {**exit_row, "kind": "cash", "disputed_minor": 20_000},
            {**exit_row, "kind": "crypto", "disputed_minor": 10_000},
            {**exit_row, "kind": "file_ends", "disputed_minor": 5_000},
        ],
    )
    assert brief(steps) == [
        ("request_exit", "622201", 10_000, "left_as_crypto"),
        ("request_exit", "622201", 50_000, "left_as_cash"),
    ]
    assert [s["reachable_minor"] for s in steps] == [10_000, 0]  # cash is gone, the record of who took it is not
    assert {s["body"] for s in steps} == {"测试银行"}


def test_a_few_yuan_in_somebodys_account_are_not_asked_for() -> None:
    """Proportionate: 99.99 yuan is listed in `disputed`, and nobody's bank is asked; 100.00 is asked for."""
    assert proposed(disputed=[disputed("622201", unlocated=9_999)]) == []
    (step,) = proposed(disputed=[disputed("622201", unlocated=10_000)])
    assert step["verb"] == "request_statement"
    yen = [disputed("622201", unlocated=99, currency="JPY"), disputed("622202", unlocated=100, currency="JPY")]
    assert [s["target"] for s in proposed(disputed=yen)] == ["622202"], (
        "the unit of the currency counts, not the digits"
    )


def test_a_page_of_a_site_that_is_proposed_is_not_proposed_again() -> None:
    join = {"case_id": "1-1", "file": 1, "row": 1, "weight": 20_000, "joins": True, "why": "specific"}
    named = (("domain", "evil.top"), ("url", "http://pay.evil.top/a"), ("url", "https://telegra.ph/other"))
    steps = proposed(joins=[{**join, "kind": kind, "value": value} for kind, value in named])
    assert [s["target"] for s in steps] == ["evil.top", "https://telegra.ph/other"]


def test_phones_and_sites_that_join_and_nothing_else() -> None:
    join = {"case_id": "1-1", "file": 1, "weight": 20_000, "joins": True, "why": "specific"}
    rows = [
        {**join, "row": row, "kind": kind, "value": value}
        for row in (1, 2)
        for kind, value in (
            ("phone", "+8617012345678"),
            ("domain", "evil.top"),
            ("account", "622201"),
            ("wechat", "abc12345"),
        )
    ]
    rows.append({**join, "row": 1, "kind": "domain", "value": "taobao.com", "joins": False, "why": "benign"})
    steps = proposed(joins=rows)
    assert brief(steps) == [
        ("request_subscriber", "+8617012345678", None, "joins_reports"),
        ("takedown", "evil.top", None, "site_in_reports"),
    ]


def test_a_payment_that_is_not_shown_goes_back_to_the_reporter() -> None:
    payment = {"case_id": "1-1", "file": 1, "row": 3, "payee": "622201", "amount_minor": 500, "currency": "CNY"}
    steps = proposed(
        payments=[
            {**payment, "n": 1, "state": "missing"},
            {**payment, "n": 2, "state": "missing"},
            {**payment, "n": 3, "state": "claimed"},
        ]
    )
    assert brief(steps) == [("clarify_report", "1-3", 1_000, "payment_not_shown")]


LOSS = {"file": 1, "row": 3, "amount_minor": 90_000, "currency": "CNY", "at_ms": AS_OF}
PAID = {"case_id": "1-1", "file": 1, "row": 3, "n": 1, "payee": "622201", "currency": "CNY", "amount_minor": 20_000, "state": "found", "transfer": 7}  # fmt: skip
SHOWN = {
    "transfer": 7,
    "payer": "622299",
    "payee": "622201",
    "amount_minor": 20_000,
    "currency": "CNY",
    "seen_by": "payee",
}


def unlisted(loss: Row, paid: Sequence[Row], shown: Row) -> list[tuple[Any, ...]]:
    return [
        one
        for one in brief(proposed(reports=[loss], payments=paid, transfers=[shown]))
        if one[3] == "payments_not_listed"
    ]


def test_a_report_that_counts_more_than_it_lists_leads_to_the_reporters_own_statement_with_consent() -> None:
    """Once the payee's statement shows which account paid; before that, and when it is held, the reporter is asked."""
    assert unlisted(LOSS, [PAID], SHOWN) == [("request_statement", "622299", 70_000, "payments_not_listed")]
    asked = [("clarify_report", "1-3", 70_000, "payments_not_listed")]
    assert unlisted(LOSS, [PAID], {**SHOWN, "seen_by": "both"}) == asked
    assert unlisted(LOSS, [{**PAID, "transfer": None, "state": "claimed"}], SHOWN) == asked


@pytest.mark.parametrize(
    ("loss", "paid"),
    [
        ({"amount_minor": 29_999}, {}),  # less than 100.00 more
        ({"amount_minor": None}, {}),
        ({"currency": "THB"}, {}),
        ({}, {"amount_minor": None}),  # a payment whose amount is not said: the rest is not known either
        ({}, {"amount_minor": 90_000}),
    ],
)
def test_a_report_that_lists_what_it_counts_asks_for_nothing_more(loss: Row, paid: Row) -> None:
    assert unlisted({**LOSS, **loss}, [{**PAID, **paid}], SHOWN) == []


@pytest.mark.parametrize("seed", range(10))
def test_whatever_was_traced_no_hold_without_amount_end_and_ground(seed: int) -> None:
    rng = random.Random(seed)
    rows = [
        disputed(
            f"6222{n:04d}",
            held=rng.choice((0, 0, 100, 2_000)),
            unlocated=rng.choice((0, 50)),
            case_id=f"1-{rng.randint(1, 4)}",
            innocent=rng.choice(("none", "shop", "payroll", "family", "unwitting")),
            statement=rng.random() < 0.7,
        )
        for n in range(30)
    ]
    steps = proposed(disputed=rows)
    by_account = {row["account"]: row for row in rows}
    for step in steps:
        assert step["ground"] in vocabulary("grounds")
        assert step["verb"] in vocabulary("steps")
        if step["verb"] == "hold":
            row = by_account[step["target"]]
            assert 0 < step["amount_minor"] == row["held_minor"] <= row["received_minor"]
            assert step["expires_ms"] == AS_OF + HOLD_MS
            assert row["innocent"] not in ("shop", "payroll", "family")
    for case_id in {s["case_id"] for s in steps}:
        ranks = [s["rank"] for s in steps if s["case_id"] == case_id]
        reachable = [s["reachable_minor"] for s in steps if s["case_id"] == case_id]
        assert ranks == list(range(1, len(ranks) + 1))
        assert reachable == sorted(reachable, reverse=True)
    rng.shuffle(rows)
    assert proposed(disputed=rows) == steps


def test_every_ground_and_verb_is_said_in_both_languages() -> None:
    assert set(VERBS) <= set(vocabulary("steps"))
    assert set(EXIT_GROUNDS.values()) <= set(vocabulary("grounds"))
    assert all(term.en and term.zh for term in vocabulary("grounds").values())


def test_the_issuer_is_asked_where_no_file_names_the_bank() -> None:
    prefix = next(one for one in BINS.issuers.values() if len(one.prefix) == 6)
    step = Step("1-1", "hold", "account", f"{prefix.prefix}0000000000", "", 1, "CNY", 2, "traced_amount", "none", 1)
    assert with_issuer(step, BINS).body == f"{prefix.zh} (BIN)"
    for other in (
        step._replace(body="北岭银行"),
        step._replace(target="6299000011112220"),
        step._replace(target="ETH:0x00"),
        step._replace(target_kind="report"),
    ):
        assert with_issuer(other, BINS) == other, "named already, of no known issuer, or no card"


def arrival(hours_ago: int) -> Row:
    return {"arrived_ms": AS_OF - hours_ago * HOUR_MS}


@pytest.mark.parametrize(
    ("tier", "hours", "ground"),
    [
        (1, 1, "stated_payment"),
        (1, 7 * 24, "stated_payment"),
        (1, 7 * 24 + 1, ""),
        (2, 72, "traced_amount_unseen"),
        (2, 73, ""),
    ],
)
def test_an_account_without_a_statement_is_held_while_it_is_fresh(tier: int, hours: int, ground: str) -> None:
    """As soon as a report names an account, and as soon as a statement shows where the money went on, beside the request."""
    steps = proposed(disputed=[disputed("622201", unlocated=150_000, **arrival(hours), tier=tier)])
    asked = ("request_statement", "622201", 150_000, "trail_ends")
    assert brief(steps) == ([("hold", "622201", 150_000, ground)] if ground else []) + [asked]


@pytest.mark.parametrize(("tier", "minor", "holds"), [(1, 500, True), (2, 99_999, False), (2, 100_000, True)])
def test_little_that_went_on_to_an_account_never_seen_is_asked_for_not_held(tier: int, minor: int, holds: bool) -> None:
    """999.99 yuan that went on are not held; what a victim states to have paid is, and 1,000.00 yuan are."""
    steps = proposed(disputed=[disputed("622201", unlocated=minor, **arrival(1), tier=tier)])
    assert ("hold" in {step["verb"] for step in steps}) is holds


SEEN_UNTIL = {"statement": True, "statement_end_ms": AS_OF - 10 * HOUR_MS}
CAME = {"case_id": "1-1", "payer": "6", "payee": "622201", "currency": "CNY", "tier": 2, "amount_minor": 1, "exit": ""}


@pytest.mark.parametrize(
    ("hours", "held", "hold"),
    [
        ((9,), 0, (150_000, "traced_amount_unseen")),  # after the statement ends: it cannot show it
        ((11,), 0, None),  # before: a gap, the money was gone or hidden already
        ((9, 11), 0, (150_000, "traced_amount_unseen")),
        ((9,), 40_000, (190_000, "traced_amount_unseen")),
        ((9,), 400_000, (550_000, "traced_amount")),
        ((11,), 40_000, (40_000, "traced_amount")),
    ],
)
def test_money_that_came_after_the_statement_is_held_too(
    hours: Sequence[int], held: int, hold: tuple[int, str] | None
) -> None:
    """What a statement shows, and what came when it had ended; never what is lost in a gap of it."""
    flows = [
        {**CAME, "transfer": n, "at_ms": AS_OF - one * HOUR_MS, "disputed_minor": 150_000}
        for n, one in enumerate(hours)
    ]
    row = disputed("622201", held=held, unlocated=150_000 * len(hours), **{**arrival(11), **SEEN_UNTIL}, tier=2)
    found = [(s["amount_minor"], s["ground"]) for s in proposed(disputed=[row], flows=flows) if s["verb"] == "hold"]
    assert found == ([hold] if hold else [])


def test_a_payment_that_is_claimed_after_the_statement_ends_is_held() -> None:
    told = {
        "case_id": "1-1",
        "file": 1,
        "row": 1,
        "n": 1,
        "payee": "622201",
        "currency": "CNY",
        "amount_minor": 70_000,
        "state": "claimed",
    }
    row = disputed("622201", unlocated=120_000, **{**arrival(11), **SEEN_UNTIL})
    payments = [
        {**told, "at_ms": AS_OF - 9 * HOUR_MS},
        {**told, "n": 2, "amount_minor": 50_000, "at_ms": AS_OF - 11 * HOUR_MS},
    ]
    steps = proposed(disputed=[row], payments=payments)
    assert [(s["amount_minor"], s["ground"]) for s in steps if s["verb"] == "hold"] == [(70_000, "stated_payment")]


def test_an_order_that_stands_is_taken_off_the_sum_of_what_is_seen_and_what_came_later() -> None:
    flow = {**CAME, "transfer": 1, "at_ms": AS_OF - HOUR_MS, "disputed_minor": 150_000}
    row = disputed("622201", held=40_000, unlocated=150_000, **{**arrival(11), **SEEN_UNTIL}, tier=2)
    steps = proposed(disputed=[row], flows=[flow], orders=[ORDER])
    assert [s["amount_minor"] for s in steps if s["verb"] == "hold"] == [160_000]


def test_the_last_arrival_counts_and_a_payment_without_a_moment_came_before_its_report() -> None:
    late = {"case_id": "1-1", "payee": "622201", "currency": "CNY"}
    row = disputed("622201", unlocated=150_000, **arrival(1_000), tier=2)
    flow = {**late, "transfer": 1, "payer": "622200", "tier": 2, "at_ms": AS_OF - HOUR_MS, "exit": ""}
    assert [s["verb"] for s in proposed(disputed=[row], flows=[flow])] == ["hold", "request_statement"]
    told = {**late, "file": 1, "row": 1, "n": 1, "amount_minor": 50_000, "state": "claimed", "at_ms": None}
    report = {"file": 1, "row": 1, "at_ms": AS_OF - HOUR_MS}
    unknown = {**row, "arrived_ms": None, "tier": 1}
    assert brief(proposed(disputed=[unknown], payments=[told], reports=[report]))[0][3] == "stated_payment"
    assert [s["verb"] for s in proposed(disputed=[unknown], payments=[told])] == ["request_statement"], (
        "nobody says when"
    )


@pytest.mark.parametrize("case", ["wallet", "invalid", "own", "cleared", "shop", "gap"])
def test_who_is_never_held_unseen(case: str) -> None:
    account = "TRON:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t" if case == "wallet" else "622201"
    row = disputed(account, unlocated=50_000, **arrival(1))
    pull = {"kind": "account", "value": account, "reports": 1, "weight": 0, "joins": False}
    tables: dict[str, Sequence[Row]] = {"disputed": [row]}
    if case in ("invalid", "cleared"):
        tables["pulls"] = [{**pull, "why": "judged" if case == "cleared" else case}]
    if case == "own":
        tables["payments"] = [
            {"case_id": "1-1", "file": 1, "row": 1, "n": 1, "payee": "6", "transfer": 7, "state": "found"}
        ]
        tables["transfers"] = [{"transfer": 7, "payer": account, "payee": "6", "amount_minor": 1}]
    if case == "shop":
        tables["disputed"] = [{**row, "innocent": "shop", "tier": 2}]
    if case == "gap":
        tables["disputed"] = [{**row, "statement": True, "statement_end_ms": AS_OF}]
    assert "hold" not in {step["verb"] for step in proposed(**tables)}


def test_what_an_old_statement_shows_says_so_and_a_new_one_is_asked_for() -> None:
    day = 24 * HOUR_MS
    fresh = disputed("622201", held=40_000, statement_end_ms=AS_OF - day)
    assert brief(proposed(disputed=[fresh])) == [("hold", "622201", 40_000, "traced_amount")]
    old = {**fresh, "statement_end_ms": AS_OF - day - 1}
    assert brief(proposed(disputed=[old])) == [
        ("hold", "622201", 40_000, "traced_amount_old"),
        ("request_statement", "622201", 40_000, "statement_old"),
    ]
    assert [s["verb"] for s in proposed(disputed=[{**old, "innocent": "shop"}])] == ["ask_holder"]


def test_a_likely_receiver_in_good_faith_is_heard_first() -> None:
    outcome = {
        "account": "622201",
        "currency": "CNY",
        "mule": 1,
        "merchant_front": 1,
        "good_faith": 900,
        "likeliest": "good_faith",
    }
    (step,) = proposed(disputed=[disputed("622201", held=40_000)], outcomes=[outcome])
    assert (step["verb"], step["innocent"], step["ground"]) == ("ask_holder", "shop", "good_faith_receiver")


ORDER = {
    "order": 9, "verb": "hold", "state": "in_force", "case_id": "1-1", "account": "622201", "body": "", "amount_minor": 30_000,
    "currency": "CNY", "held_minor": 30_000, "ground": "traced_amount", "innocent": "none", "follows": -1,
    "proposed_ms": AS_OF - HOUR_MS, "from_ms": AS_OF - HOUR_MS, "ended_ms": AS_OF - HOUR_MS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({}, 10_000),
        ({"state": "proposed", "held_minor": None}, 10_000),
        ({"held_minor": 5_000}, 10_000),
        ({"state": "expired"}, 10_000),
        ({"state": "declined", "held_minor": None}, 10_000),
        ({"state": "refused", "held_minor": 0}, 10_000),
        ({"state": "refused", "held_minor": None}, 40_000),
        ({"state": "withdrawn", "held_minor": None}, 40_000),
        ({"case_id": "9-9"}, 10_000),
        ({"amount_minor": 90_000}, 0),
        ({"ground": "protective_hold"}, 40_000),
        ({"account": "622202"}, 40_000),
    ],
)
def test_what_orders_take_already_is_not_proposed_again(changes: Row, left: int) -> None:
    """Also what a bank did not find, what ran out and what a person declined, until more money comes."""
    row = disputed("622201", held=40_000, arrived_ms=AS_OF - 2 * HOUR_MS)
    steps = proposed(disputed=[row], orders=[{**ORDER, **changes}])
    holds = [s["amount_minor"] for s in steps if s["verb"] == "hold"]
    assert holds == ([left] if left else [])
    again = {"case_id": "1-1", "transfer": 1, "payee": "622201", "currency": "CNY", "at_ms": AS_OF, "tier": 1}
    if changes.get("state") in ("expired", "declined"):
        steps = proposed(disputed=[row], orders=[{**ORDER, **changes}], flows=[again])
        assert [s["amount_minor"] for s in steps if s["verb"] == "hold"] == [40_000]


def test_a_statement_that_was_ordered_is_not_asked_for_again() -> None:
    row = disputed("622201", unlocated=50_000)
    query = {**ORDER, "verb": "query", "state": "sent", "amount_minor": None, "held_minor": None}
    assert proposed(disputed=[row], orders=[query]) == []
    assert [s["verb"] for s in proposed(disputed=[row], orders=[{**query, "state": "answered"}])] == [
        "request_statement"
    ]


PURSES = st.tuples(st.sampled_from(("1-1", "1-2", "1-3")), st.sampled_from("AB"), st.just("CNY"))
SUMS = st.dictionaries(PURSES, st.integers(0, 1_000), max_size=6)


@settings(max_examples=100, deadline=None)
@given(SUMS, SUMS)
def test_proposals_and_orders_together_never_exceed_what_is_there(there: dict[Any, int], taken: dict[Any, int]) -> None:
    free = untaken(there, taken)
    assert set(free) == set(there) and all(0 <= free[purse] <= there[purse] for purse in there)
    for account in "AB":
        inside = sum(amount for purse, amount in there.items() if purse[1] == account)
        ordered = sum(amount for purse, amount in taken.items() if purse[1] == account)
        left = sum(amount for purse, amount in free.items() if purse[1] == account)
        assert left == max(0, inside - ordered)
    for purse in there:  # an order takes of its own case first
        assert free[purse] <= max(0, there[purse] - taken.get(purse, 0))
