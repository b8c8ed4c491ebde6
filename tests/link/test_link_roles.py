"""Roles: each rule on a small world, and what holds of every assertion whatever the tables are."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanzha.clean.value import could_be
from fanzha.link.coverage import STAGE_OF_ROLE
from fanzha.link.facts import gangs_of_cases
from fanzha.link.roles import ALTERNATIVES, CONFIDENCE_MAX, LEAD_MIN, RULES, WEAKENED, roles, together
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from tests.link import role_worlds as w
from tests.link.role_worlds import AS_OF, DAY, HOUR, START, case, moved, named, paid, reached, said, values, world

MULE, SECOND, THIRD, FOURTH, OWN = (f"622200000000000{n}" for n in range(5))
VICTIM, OTHER_VICTIM, CALLER, FRIEND = "+8613900000001", "+8613900000002", "+8617000000001", "+8613700000009"
IMEI = "35000000000001"


def test_a_first_tier_account_that_passes_money_on_is_a_lead_to_a_card_holder_with_other_readings_beside_it() -> None:
    engine = world(
        w.together(case(1), paid(1, MULE), reached(1, MULE), reached(1, SECOND, 2), moved(1, 5, MULE, SECOND))
    )
    row = said(engine)["1-1", MULE, "R-CARD"]
    assert (row["kind"], row["status"], row["case_id"]) == ("account", "lead", "1-1")
    assert row["alternatives"] == "V-UNW,shop"
    assert (row["evidence"], row["source"]) == ("first_tier,passed_on_fast", "paid_by_victims,passes_on")
    assert row["evidence_count"] == 2 and row["first_ms"] == row["last_ms"] == START + DAY
    assert row["confidence"] == together((350, 450)) == 642


def test_a_payment_that_only_the_report_tells_names_nobody() -> None:
    engine = world(w.together(case(1), paid(1, MULE, "claimed"), reached(1, MULE, statement=False)))
    assert said(engine) == {}


def test_money_that_stays_or_leaves_late_is_no_passing_on() -> None:
    late = moved(1, 5, MULE, SECOND, at_ms=START + DAY + 13 * HOUR)
    engine = world(w.together(case(1), reached(1, MULE), late))
    assert values(engine, "R-CARD") == set()


def test_several_reports_are_stronger_than_one_and_several_payments_of_one_are_not() -> None:
    one = world(w.together(case(1), paid(1, MULE), paid(1, MULE, n=1)))
    two = world(w.together(case(1, "1-1"), case(2, "1-1"), paid(1, MULE), paid(2, MULE)))
    assert said(one)["1-1", MULE, "R-CARD"]["evidence"] == "first_tier"
    assert said(two)["1-1", MULE, "R-CARD"]["evidence"] == "several_victims"
    assert said(two)["1-1", MULE, "R-CARD"]["confidence"] > said(one)["1-1", MULE, "R-CARD"]["confidence"]


@pytest.mark.parametrize(
    ("innocent", "first"), [("shop", "shop"), ("payroll", "payroll"), ("family", "family"), ("unwitting", "V-UNW")]
)
def test_an_innocent_sign_comes_first_and_weakens(innocent: str, first: str) -> None:
    rows = (case(1), paid(1, MULE), moved(1, 5, MULE, SECOND))
    plain = said(world(w.together(*rows, reached(1, MULE))))["1-1", MULE, "R-CARD"]
    engine = world(w.together(*rows, reached(1, MULE, innocent=innocent)))
    row = said(engine)["1-1", MULE, "R-CARD"]
    assert row["alternatives"].split(",")[0] == first
    assert row["confidence"] == plain["confidence"] * WEAKENED[innocent] // 1000
    assert row["status"] == "hypothesis"
    assert (("1-1", MULE, "V-UNW") in said(engine)) == (innocent == "unwitting")


def test_fan_in_and_fan_out_beyond_the_first_tier_is_a_laundering_house() -> None:
    fan = (
        moved(1, 1, MULE, THIRD), moved(1, 2, SECOND, THIRD), moved(1, 3, THIRD, FOURTH), moved(1, 4, THIRD, "6222000000000009"),
    )  # fmt: skip
    engine = world(w.together(case(1), *fan))
    row = said(engine)["1-1", THIRD, "R-WASH"]
    assert row["alternatives"] == "V-UNW,shop,payroll" and row["evidence_count"] == 4
    assert values(world(w.together(case(1), *fan[1:])), "R-WASH") == set()  # one payer is no fan


def test_a_first_tier_account_that_fans_is_not_a_laundering_house() -> None:
    fan = [
        moved(1, n, a, b, tier=1)
        for n, (a, b) in enumerate([(OWN, MULE), (SECOND, MULE), (MULE, THIRD), (MULE, FOURTH)])
    ]
    assert values(world(w.together(case(1), *fan)), "R-WASH") == set()


def test_cash_and_tokens() -> None:
    engine = world(
        w.together(
            case(1), moved(1, 1, MULE, "", exit="cash"), moved(1, 2, MULE, "", exit="cash"), moved(1, 3, SECOND, THIRD, exit="crypto"),
            moved(1, 4, FOURTH, "", exit="goods"), reached(1, "TRON:TAbc", 2),
        )
    )  # fmt: skip
    assert values(engine, "R-CASH") == {MULE}
    assert said(engine)["1-1", MULE, "R-CASH"]["alternatives"] == "V-TRAF,V-UNW,family"
    otc = said(engine, "R-OTC")
    assert {(value, row["kind"], row["evidence"]) for (_, value, _), row in otc.items()} == {
        (SECOND, "account", "coin_bought"), (THIRD, "account", "desk_paid"), ("TRON:TAbc", "wallet", "wallet_reached"),
    }  # fmt: skip


def test_where_three_chains_of_a_gang_meet_and_the_money_stays() -> None:
    meets = [moved(1, n, one, FOURTH) for n, one in enumerate((MULE, SECOND, THIRD))]
    first = [reached(1, one) for one in (MULE, SECOND, THIRD)]
    engine = world(w.together(case(1), *first, *meets, reached(1, FOURTH, 2, held_minor=900_000)))
    row = said(engine)["1-1", FOURTH, "R-CORE"]
    assert row["status"] == "hypothesis" and row["confidence"] == 200
    assert row["alternatives"].startswith("V-TRAF,V-UNW")
    gone = world(w.together(case(1), *first, *meets, reached(1, FOURTH, 2, passed_minor=900_000)))
    assert values(gone, "R-CORE") == set()


def pays(words: str = "转账", amount: int = 50_000) -> list[w.Rows]:
    return [w.sent(50 + n, FOURTH, one, START + (3 + n) * DAY, amount, words) for n, one in enumerate((MULE, SECOND))]


def test_who_pays_others_of_the_chain_round_sums_on_several_days() -> None:
    chain = (case(1), reached(1, MULE), reached(1, SECOND), reached(1, FOURTH, 3))
    assert values(world(w.together(*chain, *pays())), "R-CORE") == {FOURTH}
    assert values(world(w.together(*chain, *pays("代发工资"))), "R-CORE") == set()
    assert values(world(w.together(*chain, *pays(amount=50_037))), "R-CORE") == set()
    strangers = (case(1), reached(1, FOURTH, 3))  # the same payments, to people whom no disputed money reached
    assert values(world(w.together(*strangers, *pays())), "R-CORE") == set()


def before(days: int = 10, words: str = "转账") -> list[w.Rows]:
    return [
        w.sent(60 + n, "6222000000000077", one, START - days * DAY, 80_000, words)
        for n, one in enumerate((MULE, SECOND))
    ]


def test_who_paid_several_holders_before_their_accounts_were_used_is_a_dealer() -> None:
    used = (case(1), case(2), reached(1, MULE), reached(2, SECOND))
    engine = world(w.together(*used, *before()))
    assert {(gang, row["alternatives"]) for (gang, _, _), row in said(engine, "R-CDLR").items()} == {
        ("1-1", "V-UNW,payroll,family"), ("1-2", "V-UNW,payroll,family"),
    }  # fmt: skip
    for rows in (before(40), before(words="工资"), before()[:1]):
        assert values(world(w.together(*used, *rows)), "R-CDLR") == set()


def test_money_that_the_holder_sends_on_is_no_dealers_pay_but_may_be_a_victims() -> None:
    on = [w.sent(70 + n, one, FOURTH, START - 10 * DAY + HOUR, 80_000) for n, one in enumerate((MULE, SECOND))]
    engine = world(w.together(case(1), reached(1, MULE), reached(1, SECOND), *before(), *on))
    assert values(engine, "R-CDLR") == set()


def test_a_number_that_called_a_reporter_and_is_named_is_an_operators_who_may_be_coerced() -> None:
    rows = (case(1), named(1, "phone", VICTIM, "own"), named(1, "phone", CALLER, "contact"))
    engine = world(w.together(*rows, w.call(VICTIM, CALLER), w.call(VICTIM, CALLER, "out", 2, seconds=0)))
    row = said(engine)["1-1", CALLER, "R-OPER"]
    assert (row["status"], row["alternatives"]) == ("lead", "V-TRAF,V-UNW")
    assert row["evidence"] == "called_victims,named_as_contact"
    answered = world(w.together(*rows, w.call(VICTIM, CALLER), w.call(VICTIM, CALLER, "out", 2, seconds=30)))
    assert said(answered)["1-1", CALLER, "R-OPER"]["evidence"] == "named_as_contact"


def test_the_other_sides_records_show_the_same_call() -> None:
    rows = (case(1), named(1, "phone", VICTIM, "own"), named(1, "phone", CALLER, "contact"))
    engine = world(w.together(*rows, w.call(CALLER, VICTIM, "out")))
    assert "called_victims" in said(engine)["1-1", CALLER, "R-OPER"]["evidence"]


def test_everybody_else_on_a_reporters_bill_is_left_alone() -> None:
    engine = world(
        w.together(case(1), named(1, "phone", VICTIM, "own"), w.call(VICTIM, FRIEND), w.call(VICTIM, "95588", row=2))
    )
    assert values(engine, "R-OPER") == set()


def test_a_number_that_called_reporters_of_two_gangs_serves_both() -> None:
    rows = (case(1), case(2), named(1, "phone", VICTIM, "own"), named(2, "phone", OTHER_VICTIM, "own"))
    engine = world(w.together(*rows, w.call(VICTIM, CALLER), w.call(OTHER_VICTIM, CALLER, row=2)))
    assert set(said(engine)) == {
        ("1-1", VICTIM, "V-VICT"), ("1-2", OTHER_VICTIM, "V-VICT"),
        *((gang, CALLER, role) for gang in ("1-1", "1-2") for role in ("R-OPER", "R-GOIP")),
    }  # fmt: skip
    one_gang = [{"gang_id": "1-1", "case_id": case_id} for case_id in ("1-1", "1-2")]
    engine = world(
        w.together(*rows, w.call(VICTIM, CALLER), w.call(OTHER_VICTIM, CALLER, row=2), {"gang_cases": one_gang})
    )
    assert values(engine, "R-GOIP") == set()


def test_a_masked_own_number_counts_if_one_number_fits_it() -> None:
    rows = (case(1), named(1, "phone", "+8613900****01", "own"), named(1, "phone", CALLER, "contact"))
    assert (
        "called_victims" in said(world(w.together(*rows, w.call(VICTIM, CALLER))))["1-1", CALLER, "R-OPER"]["evidence"]
    )
    twice = w.together(*rows, w.call(VICTIM, CALLER), w.call("+8613900999901", CALLER, row=2))
    assert said(world(twice))["1-1", CALLER, "R-OPER"]["evidence"] == "named_as_contact"


def test_a_device_with_many_numbers_is_a_sim_box_unless_a_reporters_number_is_among_them() -> None:
    lines = [w.call(f"+861700000000{n}", "+8613600000000", "out", n, imei=IMEI) for n in (1, 2, 3)]
    rows = (case(1), named(1, "phone", CALLER, "contact"))
    row = said(world(w.together(*rows, *lines)))["1-1", IMEI, "R-GOIP"]
    assert (row["kind"], row["evidence_count"], row["alternatives"]) == ("imei", 3, "V-TRAF,V-UNW,shop")
    assert values(world(w.together(*rows, *lines[:2])), "R-GOIP") == set()
    assert values(world(w.together(*lines, case(1))), "R-GOIP") == set()
    theirs = w.call(VICTIM, "+8613600000000", "out", 4, imei=IMEI)
    assert values(world(w.together(*rows, *lines, theirs, named(1, "phone", VICTIM, "own"))), "R-GOIP") == set()


def test_sites_apps_and_certificates_are_somebodys_work() -> None:
    engine = world(
        w.together(
            case(1), named(1, "url", "http://www.pay.example-scam.com/a"), named(1, "domain", "example-scam.com", start=9),
            named(1, "app", "com.example.fake"), named(1, "certificate", "sha256:aa"), named(1, "url", "http://10.0.0.1/"),
        )
    )  # fmt: skip
    found = {value: row for (_, value, _), row in said(engine, "R-TECH").items()}
    assert set(found) == {"example-scam.com", "com.example.fake", "sha256:aa"}
    assert found["example-scam.com"]["evidence_count"] == 1  # one report, however often it names the site


def test_what_is_benign_or_invalid_is_nobodys() -> None:
    benign = {"pulls": [{"kind": "phone", "value": CALLER, "why": "benign", "reports": 9, "weight": 0, "joins": False}]}
    engine = world(w.together(case(1), named(1, "phone", CALLER, "contact"), benign))
    assert said(engine) == {}
    assert said(world(w.together(case(1), named(1, "phone", CALLER, "contact", valid=False)))) == {}


def test_what_gangs_share_is_a_suppliers() -> None:
    engine = world(
        w.together(
            case(1), case(2), w.bridge("1-1", "1-2", "certificate", "sha256:aa"), w.bridge("1-1", "1-2", "imei", IMEI),
            w.bridge("1-1", "1-2", "account", MULE), reached(1, MULE), reached(2, MULE, 2),
            w.bridge("1-1", "1-2", "account", SECOND), reached(1, SECOND, 2, passed_minor=900_000), reached(2, SECOND, 3),
            w.bridge("1-1", "1-2", "phone", CALLER, "weak"), w.bridge("1-1", "1-2", "phone", "+8617****0001"),
        )
    )  # fmt: skip
    wanted = {("sha256:aa", "R-TECH"), (IMEI, "R-GOIP"), (MULE, "R-CDLR"), (SECOND, "R-WASH")}
    assert set(said(engine)) == {(gang, *one) for gang in ("1-1", "1-2") for one in wanted}


def test_a_shared_account_is_a_dealers_in_tokens_if_the_money_stays_and_a_firms_if_many_pay_it() -> None:
    rows = (case(1), case(2), w.bridge("1-1", "1-2", "account", THIRD), reached(1, THIRD, 3), reached(2, THIRD, 2))
    out = w.sent(80, THIRD, FOURTH, START + 2 * DAY, 1_300)
    assert values(world(w.together(*rows, out)), "R-OTC") == {THIRD}
    assert values(world(w.together(*rows)), "R-OTC") == set()  # it pays nobody: a shop's till, or nothing is known
    many = [w.sent(100 + n, f"62220000001{n:05}", THIRD, START, 5_000) for n in range(61)]
    assert said(world(w.together(*rows, out, *many))) == {}
    cash = {"transfers": [{"transfer": 90, "payer": THIRD, "payee": "", "at_ms": START + 2 * DAY, "exit": "cash"}]}
    assert values(world(w.together(*rows, out, cash)), "R-CASH") == {THIRD}


def test_whom_a_shared_dealer_in_tokens_pays_a_large_round_sum() -> None:
    rows = (
        case(1), case(2), w.bridge("1-1", "1-2", "account", THIRD), reached(1, THIRD, 3), reached(2, THIRD, 2), moved(1, 1, MULE, THIRD),
    )  # fmt: skip
    engine = world(w.together(*rows, w.sent(80, THIRD, FOURTH, START + 2 * DAY, 1_400_000)))
    assert set(said(engine, "R-CORE")) == {("1-1", FOURTH, "R-CORE")}
    assert said(engine)["1-1", FOURTH, "R-CORE"]["status"] == "hypothesis"
    for at, amount in ((2, 1_437_000), (2, 400_000), (0, 1_400_000)):
        odd = w.sent(80, THIRD, FOURTH, START + at * DAY, amount)
        assert values(world(w.together(*rows, odd)), "R-CORE") == set()


def test_a_reporters_own_things_are_a_victims_whatever_they_did() -> None:
    chain = [
        moved(1, n, a, b) for n, (a, b) in enumerate([(SECOND, OWN), (THIRD, OWN), (OWN, MULE), (OWN, FOURTH)], 20)
    ]
    cash = moved(1, 30, OWN, "", exit="cash")
    entry = {"transfers": [{"transfer": 40, "payer": OWN, "payee": MULE, "at_ms": START, "exit": ""}]}
    own = (named(1, "phone", VICTIM, "own"), named(2, "phone", VICTIM, "contact"))
    engine = world(w.together(case(1), case(2), *chain, cash, entry, paid(1, MULE, transfer=40), reached(1, OWN), *own))
    rows = {key: row for key, row in said(engine).items() if key[1] in (OWN, VICTIM)}
    assert set(rows) == {("1-1", OWN, "V-VICT"), ("1-1", VICTIM, "V-VICT")}
    assert rows["1-1", OWN, "V-VICT"]["evidence"] == "paid_from"
    assert all(row["alternatives"] == "V-UNW" for row in rows.values())


def test_a_masked_own_account_protects_every_account_that_it_may_be() -> None:
    rows = (case(1), paid(1, MULE), reached(1, MULE), moved(1, 1, MULE, SECOND))
    hidden = named(1, "account", MULE[:6] + "*" * 6 + MULE[12:], "own")
    assert values(world(w.together(*rows)), "R-CARD") == {MULE}
    assert said(world(w.together(*rows, hidden))) == {}


def test_a_gang_is_what_the_caller_says_else_what_the_table_says_else_the_case() -> None:
    rows = w.together(case(1, "1-1"), case(2, "1-1"), case(3), paid(1, MULE), paid(2, MULE), paid(3, MULE))
    engine = world(rows)
    assert gangs_of_cases(engine) == {"1-1": "1-1", "1-2": "1-1", "1-3": "1-3"}
    assert {gang for gang, *_ in said(engine, "R-CARD")} == {"1-1", "1-3"}
    assert roles(engine, AS_OF, {"1-1": "1-1", "1-2": "1-1", "1-3": "1-1"}) == ("roles",)
    assert {gang: row["evidence_count"] for (gang, *_), row in said(engine, "R-CARD").items()} == {"1-1": 3}
    roles(engine, AS_OF, {})
    assert {gang for gang, *_ in said(engine, "R-CARD")} == {"1-1", "1-2", "1-3"}


def test_calls_after_the_moment_are_not_known_yet() -> None:
    rows = (case(1), named(1, "phone", VICTIM, "own"), named(1, "phone", CALLER, "contact"), w.call(VICTIM, CALLER))
    engine = world(w.together(*rows), as_of=START)
    assert said(engine)["1-1", CALLER, "R-OPER"]["evidence"] == "named_as_contact"


def test_nothing_gives_nothing() -> None:
    assert said(world({})) == {}


def test_confidences_add_up_to_less_than_certainty() -> None:
    assert together([]) == 0 and together([400]) == 400 and together([400, 400]) == 640
    assert together([999] * 9) == CONFIDENCE_MAX and LEAD_MIN < CONFIDENCE_MAX


def test_every_code_has_words_in_both_languages() -> None:
    for name in ("roles", "stages", "coverage_states", "role_statuses", "role_evidence", "requests"):
        assert all(term.en and term.zh and term.en != term.zh for term in vocabulary(name).values()), name
    assert set(ALTERNATIVES) <= set(vocabulary("roles"))
    assert set(STAGE_OF_ROLE) == set(vocabulary("roles")) and set(STAGE_OF_ROLE.values()) <= set(vocabulary("stages"))
    assert list(vocabulary("stages")) == [f"S{n}" for n in range(10)]
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


# Whatever the tables hold.

ENGINES = (Engine(), Engine())
ACCOUNTS = [MULE, SECOND, THIRD, FOURTH, OWN, "TRON:TAbc"]
PHONES = [VICTIM, OTHER_VICTIM, CALLER, FRIEND]
CASES = st.integers(1, 4)
ACCOUNT, PHONE = st.sampled_from(ACCOUNTS), st.sampled_from(PHONES)
DAYS = st.integers(-5, 20).map(lambda n: START + n * DAY)
PART = st.one_of(
    st.builds(named, CASES, st.just("phone"), PHONE, st.sampled_from(["own", "contact", ""])),
    st.builds(named, CASES, st.just("account"), st.sampled_from([OWN, MULE[:6] + "*" * 6 + MULE[12:]]), st.just("own")),
    st.builds(named, CASES, st.just("url"), st.sampled_from(["http://a.example-scam.com/", "http://example-fake.com/"])),
    st.builds(
        reached, CASES, ACCOUNT, st.integers(1, 3), innocent=st.sampled_from(["none", "none", "shop", "family", "unwitting"]),
        passed_minor=st.sampled_from([0, 900_000]), held_minor=st.sampled_from([0, 900_000]), arrived_ms=st.one_of(st.none(), DAYS),
        statement=st.booleans(), unlocated_minor=st.sampled_from([0, 500_000]),
    ),
    st.builds(
        moved, CASES, st.integers(0, 9), ACCOUNT, ACCOUNT, exit=st.sampled_from(["", "", "", "cash", "crypto", "abroad"]),
        tier=st.integers(1, 4), at_ms=DAYS,
    ),
    st.builds(paid, CASES, ACCOUNT, st.sampled_from(["found", "claimed", "missing"]), st.one_of(st.none(), st.integers(0, 30))),
    st.builds(w.sent, st.integers(10, 30), ACCOUNT, ACCOUNT, DAYS, st.sampled_from([50_000, 1_400_000, 777])),
    st.builds(w.call, PHONE, PHONE, st.sampled_from(["in", "out"]), st.integers(1, 9), st.sampled_from([0, 60]), st.just(IMEI)),
    st.builds(
        w.bridge, st.just("1-1"), st.sampled_from(["1-2", "1-3"]), st.sampled_from(["account", "phone", "wallet"]),
        st.sampled_from([*ACCOUNTS, *PHONES]),
    ),
)  # fmt: skip


def rows_of(parts: list[w.Rows]) -> dict[str, list[dict[str, Any]]]:
    """The world of these parts with four cases; of rows with the same key the first is kept, as the tables would."""
    rows = w.together(case(1, "1-1"), case(2, "1-1"), case(3), case(4), *parts)
    for name, key in (("disputed", ("case_id", "account", "currency")), ("flows", ("case_id", "transfer")),
                      ("transfers", ("transfer",)), ("legs", ("file", "row"))):  # fmt: skip
        kept: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in rows[name]:
            kept.setdefault(tuple(row[column] for column in key), row)
        rows[name] = list(kept.values())
    return rows


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PART, max_size=40), st.integers(0, 9))
def test_every_assertion_has_evidence_and_another_reading_and_no_victim_is_a_suspect(
    parts: list[w.Rows], seed: int
) -> None:
    rows = rows_of(parts)
    engine = world(rows, engine=ENGINES[0])
    made = engine.all_rows("roles").to_pylist()
    own = {row["value"] for row in rows["mentions"] if row["role"] == "own"}
    payer = {row["transfer"]: row["payer"] for row in rows["transfers"]}
    own |= {payer[row["transfer"]] for row in rows["payments"] if row["transfer"] in payer}
    everything = {str(value) for part in rows.values() for row in part for value in row.values()}
    for row in made:
        assert row["value"] in everything or any(row["value"] in one for one in everything)
        assert row["evidence_count"] > 0 and set(row["evidence"].split(",")) <= set(vocabulary("role_evidence"))
        assert set(row["alternatives"].split(",")) <= set(vocabulary("roles")) | set(vocabulary("innocent"))
        assert row["status"] in ("hypothesis", "lead") and 0 < row["confidence"] <= CONFIDENCE_MAX
        if row["role"].startswith("R-"):
            assert not any(one == row["value"] or could_be(one, row["value"]) for one in own), row
            assert {"V-TRAF", "V-UNW", "shop"} & set(row["alternatives"].split(","))
        elif row["role"] == "V-UNW":
            assert row["value"] not in own
    keys = [(row["gang_id"], row["kind"], row["value"], row["role"]) for row in made]
    assert len(keys) == len(set(keys))
    shuffled = {name: random.Random(seed).sample(part, len(part)) for name, part in rows.items()}
    other = world(shuffled, engine=ENGINES[1])
    for name in ("roles", "coverage", "requests"):
        assert engine.all_rows(name).equals(other.all_rows(name)), name


def test_made_again_it_is_the_same() -> None:
    engine: Engine = world(w.together(case(1), paid(1, MULE), reached(1, MULE), moved(1, 5, MULE, SECOND)))
    first = engine.all_rows("roles")
    roles(engine, AS_OF)
    assert engine.all_rows("roles").equals(first)


@pytest.mark.parametrize("hidden", ["+861390000****", "+86139****0001", "+8613900000**1", "+*************"])
def test_a_number_masked_anywhere_protects_what_fits_it(hidden: str) -> None:
    rows = (case(1), named(1, "phone", VICTIM, "contact"), named(1, "phone", CALLER, "contact"))
    fits = {one for one in (VICTIM, CALLER) if could_be(hidden, one)}
    assert VICTIM in fits
    assert values(world(w.together(*rows, named(1, "phone", hidden, "own"))), "R-OPER") == {VICTIM, CALLER} - fits
