"""Coverage of the stages, and the requests that would fill the gaps."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanzha.link.coverage import coverage
from fanzha.link.facts import CALLS_SQL, DEVICES_SQL
from fanzha.link.requests import FRESH_MS, MADE, RECORDS, REQUESTS_MAX, Request, gain_of, survey
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from tests.link import role_worlds as w
from tests.link.role_worlds import AS_OF, DAY, START, Row, case, moved, named, paid, reached, world
from tests.test_portable_sql import check

MULE, SECOND, THIRD, OWN = (f"622200000000000{n}" for n in range(4))
VICTIM, CALLER = "+8613900000001", "+8617000000001"


def stages(engine: Engine, gang: str = "1-1") -> dict[str, str]:
    """The state of each stage of a gang."""
    rows = engine.all_rows("coverage").to_pylist()
    return {row["stage"]: row["state"] for row in rows if row["gang_id"] == gang}


def stage(engine: Engine, code: str, gang: str = "1-1") -> Row:
    """One row of coverage."""
    (row,) = [r for r in engine.all_rows("coverage").to_pylist() if (r["gang_id"], r["stage"]) == (gang, code)]
    return dict(row)


def asked(engine: Engine, gang: str = "1-1") -> list[tuple[str, str, str, str]]:
    """Requests of a gang in their order: body, record, value, why."""
    rows = engine.rows(
        'SELECT "ask_whom", "record", "value", "why" FROM "requests" WHERE "gang_id" = ? ORDER BY "rank"', (gang,)
    )
    return [(body, record, value, why) for body, record, value, why in rows]


def records(engine: Engine, value: str) -> set[str]:
    """The records that are asked for about a value."""
    return {record for _, record, about, _ in asked(engine) if about == value}


def test_a_gang_of_which_nothing_is_held_has_ten_stages_unknown() -> None:
    engine = world(w.together(case(1), case(2, "1-1")))
    assert stages(engine) == dict.fromkeys(vocabulary("stages"), "unknown")
    assert stages(engine, "1-2") == {}
    row = stage(engine, "S6")
    assert (row["evidence_count"], row["records"], row["first_ms"], row["last_ms"]) == (0, "", None, None)


def test_what_is_told_is_hinted_and_what_a_record_shows_is_seen() -> None:
    told = world(
        w.together(
            case(1), paid(1, MULE, "claimed"), reached(1, MULE, unlocated_minor=5), named(1, "phone", CALLER, "contact")
        )
    )
    assert stages(told) == dict.fromkeys(vocabulary("stages"), "unknown") | {
        "S5": "hinted", "S6": "hinted", "S7": "hinted", "S8": "hinted",
    }  # fmt: skip
    shown = world(
        w.together(
            case(1), paid(1, MULE), reached(1, MULE), moved(1, 1, MULE, SECOND), moved(1, 2, SECOND, "", exit="cash"),
            named(1, "phone", CALLER, "contact"), named(1, "phone", VICTIM, "own"), w.call(VICTIM, CALLER),
            named(1, "domain", "example-scam.com"),
        )
    )  # fmt: skip
    assert stages(shown) == dict.fromkeys(("S0", "S1", "S3", "S9"), "unknown") | {
        "S2": "seen", "S4": "hinted", "S5": "seen", "S6": "seen", "S7": "seen", "S8": "seen",
    }  # fmt: skip
    row = stage(shown, "S6")
    assert (row["evidence_count"], row["records"], row["first_ms"]) == (1, "payments", START + DAY)


def test_a_payment_that_the_statement_contradicts_shows_nothing() -> None:
    assert stages(world(w.together(case(1), paid(1, MULE, "missing"))))["S6"] == "unknown"


def test_a_chat_that_was_handed_in_shows_the_contact() -> None:
    chat = {"messages": [{"file": 1, "row": n, "byte_offset": 0, "at_ms": START + n} for n in (5, 6)]}
    row = stage(world(w.together(case(1), chat)), "S5")
    assert (row["state"], row["records"], row["evidence_count"], row["last_ms"]) == ("seen", "messages", 2, START + 6)


def test_a_friend_who_called_does_not_show_the_contact() -> None:
    engine = world(w.together(case(1), named(1, "phone", VICTIM, "own"), w.call(VICTIM, CALLER)))
    assert stages(engine)["S5"] == "unknown"


def test_signs_that_a_gang_goes_on() -> None:
    later = {"reports": [{"file": 1, "row": 2, "byte_offset": 0, "at_ms": START + 40 * DAY}]}
    second = w.together(
        later,
        {"case_reports": [{"case_id": "1-2", "file": 1, "row": 2}]},
        {"gang_cases": [{"gang_id": "1-1", "case_id": "1-2"}]},
    )
    sites = (named(1, "domain", "example-scam.com"), named(2, "domain", "example-fake.com"))
    assert stage(world(w.together(case(1), second, *sites)), "S9")["state"] == "hinted"
    again = (named(1, "phone", VICTIM, "own"), named(2, "phone", VICTIM, "own"))
    assert stage(world(w.together(case(1), second, *again)), "S9")["state"] == "hinted"
    assert stage(world(w.together(case(1), case(2, "1-1"), *again)), "S9")["state"] == "unknown"  # both told on one day
    assert (
        stage(world(w.together(case(1), case(2), w.bridge("1-1", "1-2", "imei", "35000000000001"))), "S9", "1-2")[
            "state"
        ]
        == "hinted"
    )


def test_coverage_by_itself_is_what_survey_makes() -> None:
    engine = world(w.together(case(1), paid(1, MULE), reached(1, MULE), moved(1, 1, MULE, SECOND)))
    whole = engine.all_rows("coverage")
    assert coverage(engine, AS_OF) == ("coverage",) and engine.all_rows("coverage").equals(whole)
    assert survey(engine, AS_OF, {"1-1": "1-9"}) == MADE
    assert stages(engine) == {} and stages(engine, "1-9")["S7"] == "seen"


def test_where_the_trail_ends_the_statement_is_asked_for_first() -> None:
    engine = world(
        w.together(
            case(1),
            paid(1, MULE, "claimed"),
            reached(1, MULE, statement=False, unlocated_minor=1_000_000, statement_end_ms=None),
        )
    )
    assert asked(engine)[0] == ("bank", "statement", MULE, "trail_ends")
    (row,) = [r for r in engine.all_rows("requests").to_pylist() if r["rank"] == 1]
    assert (row["opens"], row["reachable_minor"], row["currency"]) == ("S7,S8", 1_000_000, "CNY")
    assert row["gain"] == RECORDS["statement"][0] * (1000 + 2 * 60 + 10) // 1000  # all the money, two stages hinted at


@pytest.mark.parametrize(("ended", "again"), [(0, False), (FRESH_MS, False), (FRESH_MS + 1, True)])
def test_a_statement_held_up_to_now_is_not_asked_for_again(ended: int, again: bool) -> None:
    held = reached(1, MULE, held_minor=900_000, statement_end_ms=AS_OF - ended)
    assert ("statement" in records(world(w.together(case(1), held)), MULE)) == again


def test_a_statement_that_was_admitted_now_is_held_up_to_now_though_its_last_row_is_old() -> None:
    held = reached(1, MULE, held_minor=900_000, statement_end_ms=START)
    legs = {"legs": [{"file": 4, "row": 1, "byte_offset": 0, "account": MULE, "at_ms": START}]}
    new, old = ({"files": [{"file": 4, "at_ms": AS_OF - days * DAY}]} for days in (1, 20))
    assert "statement" not in records(world(w.together(case(1), held, legs, new)), MULE)
    assert "statement" in records(world(w.together(case(1), held, legs, old)), MULE)


def test_a_statement_that_ended_after_the_money_had_gone_is_enough() -> None:
    gone = reached(1, MULE, statement_end_ms=START, passed_minor=1_000_000)
    assert "statement" not in records(world(w.together(case(1), gone)), MULE)


def test_nobody_is_asked_about_small_sums_mistyped_numbers_or_a_reporters_account() -> None:
    ends = {"statement": False, "unlocated_minor": 9_000, "received": 9_999}
    assert "statement" not in records(world(w.together(case(1), reached(1, MULE, **ends))), MULE)
    large = {"statement": False, "unlocated_minor": 1_000_000}
    mistyped = {
        "pulls": [{"kind": "account", "value": MULE, "why": "invalid", "reports": 1, "weight": 0, "joins": False}]
    }
    assert records(world(w.together(case(1), reached(1, MULE, **large), mistyped)), MULE) == set()
    engine = world(w.together(case(1), reached(1, MULE, **large), named(1, "account", MULE, "own")))
    assert records(engine, MULE) == set()


def test_of_whom_each_record_is_asked() -> None:
    engine = world(
        w.together(
            case(1), paid(1, MULE), reached(1, MULE), moved(1, 1, MULE, SECOND), moved(1, 2, SECOND, "", exit="cash"),
            moved(1, 3, SECOND, "", exit="crypto"), moved(1, 4, THIRD, "", exit="abroad"), reached(1, "TRON:TAbc", 2, unlocated_minor=7),
            reached(1, "ALIPAY.someone", 2, statement=False), named(1, "phone", CALLER, "contact"), named(1, "domain", "example-scam.com"),
            named(1, "app", "com.example.fake"), named(1, "phone", VICTIM, "own"),
        )
    )  # fmt: skip
    found = {(body, record, value) for body, record, value, _ in asked(engine)}
    assert found == {
        ("bank", "holder_record", MULE), ("bank", "logins_devices", MULE), ("bank", "cash_record", SECOND), ("bank", "holder_record", SECOND),
        ("exchange", "kyc", SECOND), ("police_abroad", "account_abroad", THIRD), ("exchange", "kyc", "TRON:TAbc"),
        ("payment_company", "statement", "ALIPAY.someone"), ("telco", "subscriber", CALLER), ("telco", "call_records", CALLER),
        ("registrar", "hosting", "example-scam.com"), ("platform", "app_certificate", "com.example.fake"),
        ("telco", "call_records", VICTIM), ("station", "told_again", "1-1"),
    }  # fmt: skip
    assert {record for _, record, _ in found} < set(RECORDS)


def test_what_is_held_is_not_asked_for() -> None:
    imei = "35000000000001"
    rows = (case(1), paid(1, MULE), named(1, "phone", CALLER, "contact"), named(1, "phone", VICTIM, "own"))
    lines = [w.call(f"+861700000000{n}", "+8613600000000", "out", n, imei=imei) for n in (1, 2, 3)]
    kept = {"accounts": [{"file": 5, "row": 1, "byte_offset": 0, "account": MULE, "holder": "某人"}]}
    before = world(w.together(*rows))
    assert records(before, MULE) == {"holder_record", "logins_devices"}
    assert records(before, CALLER) == {"subscriber", "call_records"} and records(before, VICTIM) == {"call_records"}
    after = world(w.together(*rows, kept, *lines, w.call(VICTIM, CALLER, row=4)))
    assert records(after, MULE) == {"logins_devices"}
    assert (
        records(after, CALLER) == {"subscriber"} and records(after, VICTIM) == set() and records(after, imei) == set()
    )


def test_records_after_the_moment_are_not_held_yet() -> None:
    rows = w.together(case(1), named(1, "phone", VICTIM, "own"), w.call(VICTIM, CALLER, row=5))
    assert records(world(rows, as_of=START), VICTIM) == {"call_records"}
    assert records(world(rows), VICTIM) == set()


def test_nobody_gets_more_requests_than_can_be_asked() -> None:
    many = [
        reached(1, f"62220000000{n:05}", 2, statement=False, unlocated_minor=1_000_000) for n in range(REQUESTS_MAX + 9)
    ]
    engine = world(w.together(case(1), *many))
    assert len(asked(engine)) == REQUESTS_MAX
    # all gain the same: the order is that of their values
    values = [value for _, record, value, _ in asked(engine) if record == "statement"]
    assert values == sorted(values)


def test_gain_grows_with_money_and_with_what_is_not_known() -> None:
    def gain(reachable: int, whole: int, state: str) -> int:
        said = {("g", code): state for code in vocabulary("stages")}
        return gain_of(Request("g", "bank", "statement", "account", MULE, "trail_ends", reachable, "CNY"), whole, said)[
            0
        ]

    assert gain(500, 1000, "seen") < gain(900, 1000, "seen") < gain(900, 1000, "hinted") < gain(900, 1000, "unknown")
    assert gain(5000, 1000, "seen") == gain(1000, 1000, "seen")  # never more than all of it
    assert gain(5000, 0, "seen") == gain(0, 1000, "seen") > 0


def test_every_code_of_a_request_has_words_and_is_used_once() -> None:
    text = set(vocabulary("requests"))
    assert set(RECORDS) <= text and all(code in vocabulary("stages") for _, codes in RECORDS.values() for code in codes)
    engine = world(w.together(case(1), paid(1, MULE), reached(1, MULE), named(1, "phone", CALLER, "contact")))
    assert {word for body, record, _, why in asked(engine) for word in (body, record, why)} <= text


AMOUNT = st.sampled_from([0, 5_000, 700_000])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.builds(
            reached, st.integers(1, 3), st.sampled_from([MULE, SECOND, THIRD, OWN]), st.integers(1, 3), AMOUNT, statement=st.booleans(),
            held_minor=AMOUNT, unlocated_minor=AMOUNT, statement_end_ms=st.sampled_from([None, START, AS_OF]),
        ),
        max_size=12,
    ),
    st.lists(st.builds(named, st.integers(1, 3), st.just("phone"), st.sampled_from([VICTIM, CALLER]), st.sampled_from(["own", "contact"])), max_size=4),
)  # fmt: skip
def test_requests_are_numbered_from_one_and_never_about_a_reporters_account(
    money: Sequence[w.Rows], told: Sequence[w.Rows]
) -> None:
    rows = w.together(case(1, "1-1"), case(2, "1-1"), case(3), named(1, "account", OWN, "own"), *money, *told)
    rows["disputed"] = list({(row["case_id"], row["account"]): row for row in rows["disputed"]}.values())
    engine = world(rows, engine=ENGINE)
    made = engine.rows(
        'SELECT "gang_id", "rank", "gain", "record", "kind", "value" FROM "requests" ORDER BY "gang_id", "rank"'
    )
    for gang in {row[0] for row in made}:
        ranks, gains = zip(*((rank, gain) for one, rank, gain, *_ in made if one == gang), strict=True)
        assert (
            ranks == tuple(range(1, len(ranks) + 1)) and list(gains) == sorted(gains, reverse=True) and min(gains) > 0
        )
    assert len({(row[0], *row[3:]) for row in made}) == len(made)
    assert OWN not in {row[5] for row in made}
    counted = engine.rows('SELECT COUNT(*), COUNT(DISTINCT "stage") FROM "coverage" WHERE "gang_id" = ?', ("1-1",))
    assert counted == [(10, 10)]


ENGINE = Engine()


def test_calls_and_devices_are_read_up_to_the_moment_only() -> None:
    engine = world(w.together(w.call(VICTIM, CALLER, row=3, imei="35000000000001")))
    for sql in (CALLS_SQL, DEVICES_SQL):
        assert len(engine.rows(sql, (AS_OF,))) == 1 and engine.rows(sql, (START,)) == []


def test_every_statement_stays_in_the_portable_subset(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    asked_sql: list[str] = []

    def checked(sql: str) -> None:
        asked_sql.append(sql)
        check(sql)

    monkeypatch.setattr(Engine, "checker", staticmethod(checked))
    survey(engine, AS_OF)
    assert CALLS_SQL in asked_sql and len(asked_sql) > 15
