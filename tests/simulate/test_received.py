"""What is told and received: texts that a careful reader reads right, times, files that the door takes, answers that repeat."""

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from received_world import Written, small, tiny, write, written

from fanzha.chain.workspace import Workspace
from fanzha.clean import phone, text
from fanzha.clean.url import host
from fanzha.errors import NotFound
from fanzha.formats import known
from fanzha.formats.grid import Reading, Source
from fanzha.simulate import bodies, gang_calls, narrate, orders, receive, reporting
from fanzha.simulate.call_rows import PAUSE_MS, Calls, in_turn, write_rows
from fanzha.simulate.names import holder_name, names_of
from fanzha.simulate.narrate import Case, Paid
from fanzha.simulate.tools import GROUP_WORDS
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, World

AT_MS = 1_783_000_000_000
SLIPS = (
    *("wrong_digit", "tail_only", "missing_time", "relative_time", "masked_phone", "wan", "chinese_numeral"),
    *("approximate", "spaced", "full_width", "defanged", "slang"),
)
SAME = {"bank_card": "account"}


@pytest.fixture(scope="module")
def made() -> Written:
    return written()


@pytest.fixture(scope="module")
def admitted(made: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(tmp_path_factory.mktemp("ws") / "w", actor="tester") as workspace:
        workspace.admit([made.out / "received"])
        yield workspace


def case(scam_type: str = "T01", currency: str = "CNY", paid: int = 2, channel: str = "call") -> Case:
    accounts = {
        "CNY": ("6299110123456789013", "7700123412341234"),
        "THB": ("7812345678", "6712345670"),
        "INR": ("912812345678", "912887654321"),
    }
    zone = {"CNY": 480, "THB": 420, "INR": 330}[currency]
    number = {"CNY": "+8613812345678", "THB": "+66812345678", "INR": "+919812345678"}[currency]
    return Case(
        scam_type=scam_type,
        channel=channel,
        city="杭州" if currency == "CNY" else "Pune",
        name="王小明" if currency == "CNY" else "Amit Kumar",
        own_phone="+8615812345678" if currency == "CNY" else "",
        currency=currency,
        offset_minutes=zone,
        at_ms=AT_MS,
        paid=tuple(
            Paid(accounts[currency][n % 2], "东江银行", "李伟", AT_MS - (9 - n) * HOUR_MS, 35_000_00 + n * 100_00)
            for n in range(paid)
        ),
        phone=number,
        site="bx--payk-12.top",
        app="top.gxtask.v4841",
        certificate="sha256:" + "0a1b2c3d" * 8,
        im="任务优选658群",
        wallet="TRON:TTEyLDLNqTxmeH8CB6ruFuU66KPdUpiT4U",
        order="DD00012000000007",
        company="安达快递",
    )


def found_in(body: str, zone: str) -> set[tuple[str, str]]:
    """What the door's own reader sees, one name for one thing."""
    found = set()
    for one in text.find(body, relative_to_ms=AT_MS, zone=zone):
        if one.kind == "url":
            found.add(("domain", host(one.normal)))
        found.add((SAME.get(one.kind, one.kind), one.normal))
    return found


# -- texts ---------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from([*(f"T{n:02d}" for n in range(1, 13)), "T17", "T99"]),
    st.sampled_from(["CNY", "THB", "INR"]),
    st.frozensets(st.sampled_from(SLIPS)),
    st.integers(0, 6),
    st.sampled_from(["call", "sms", "social", "search", "group"]),
)
def test_a_careful_reader_finds_every_clean_value(
    seed: int, scam_type: str, currency: str, slips: frozenset[str], paid: int, channel: str
) -> None:
    told = case(scam_type, currency, paid, channel)
    body, named = narrate.tell(Random(seed), told, slips)
    zone = {"CNY": "Asia/Shanghai", "THB": "Etc/GMT-7", "INR": "Asia/Kolkata"}[currency]
    found = found_in(body, zone)
    for one in named:
        if one.clean:
            assert (SAME.get(one.kind, one.kind), one.value) in found, (one, body)
    accounts = [one for one in named if one.kind in ("bank_card", "account")]
    assert len(accounts) <= min(paid, 2) + 1
    if paid and "wrong_digit" in slips and "tail_only" not in slips:
        wrong = next(one for one in accounts if not one.clean)
        assert wrong.value not in {one.account for one in told.paid} and len(wrong.value) == len(told.paid[0].account)
    assert "{" not in body and "  " not in body.strip().replace(". ", ".")


def test_amounts_and_times_are_read_as_they_were(made: Written) -> None:
    for slips in ({"wan"}, {"chinese_numeral"}, set()):
        for seed in range(40):
            told = case(paid=2)
            body, _ = narrate.tell(Random(seed), told, frozenset(slips))
            read = text.find(body, relative_to_ms=AT_MS, zone="Asia/Shanghai")
            amounts = [int(one.normal.partition(":")[2]) for one in read if one.kind == "money"]
            assert amounts == [paid.amount_minor for paid in told.paid] + [sum(paid.amount_minor for paid in told.paid)]
            times = {int(one.normal) for one in read if one.kind == "moment"}
            assert {paid.at_ms // MINUTE_MS * MINUTE_MS for paid in told.paid} <= times


def test_a_time_in_words_of_the_next_day_means_that_hour() -> None:
    evening = AT_MS // DAY_MS * DAY_MS + 12 * HOUR_MS  # 20:00 in Shanghai
    told = Case(
        "T01",
        "call",
        "杭州",
        "王明",
        "",
        "CNY",
        480,
        evening + 13 * HOUR_MS,
        (Paid("6299110123456789013", "东江银行", "李伟", evening, 100_00),),
    )
    body, _ = narrate.tell(Random(1), told, frozenset({"relative_time"}))
    assert "昨晚八点" in body
    read = [one for one in text.find(body, relative_to_ms=told.at_ms, zone="Asia/Shanghai") if one.kind == "moment"]
    assert evening in {int(one.normal) for one in read}


@pytest.mark.parametrize("currency", ["CNY", "THB"])
def test_sixty_ways_to_tell_each_scam(currency: str) -> None:
    for number in range(1, 13):
        told = case(f"T{number:02d}", currency, 1)
        texts = {narrate.tell(Random(seed), told, frozenset())[0] for seed in range(120)}
        assert len(texts) >= 60, number
        shapes = {re.sub(r"[0-9]+", "#", one) for one in texts}
        assert len(shapes) >= 60, number


def test_english_texts_are_english_in_every_word() -> None:
    for currency in ("THB", "INR"):
        for seed in range(60):
            told = replace(case("T01", currency), company="Anda Parcels", paid=(), via="indian")
            body, named = narrate.tell(Random(seed), told, frozenset())
            assert body.isascii() and "Tasks Selected 658 Group" in body
            assert ("im", "任务优选658群") in {(one.kind, one.value) for one in named}
    assert narrate.in_english("任务合作187群") == "Tasks Cooperation 187 Group"
    assert all(narrate.in_english(word).isascii() for word in GROUP_WORDS)


@pytest.mark.parametrize("paid", [0, 2])
def test_a_report_sounds_like_its_channel(paid: int) -> None:
    ways: dict[str, set[str]] = {"hotline": set(), "station": set(), "narrative": set()}
    for via, texts in ways.items():
        texts |= {narrate.tell(Random(seed), replace(case(paid=paid), via=via), frozenset())[0] for seed in range(200)}
        texts |= {narrate.tell_popular(Random(seed), replace(case(paid=2), via=via))[0] for seed in range(40)}
    for body in ways["hotline"]:
        assert re.search("来电|拨打热线", body.split(",对方")[0]) and not re.search("到所|来所|报警|报称|报案人", body)
    for via in ("station", "narrative"):
        assert not any(re.search("来电(称|人|求助|反映|举报)|拨打热线", body) for body in ways[via])


def test_slips_come_at_their_share() -> None:
    rng, shares = Random(3), {"wan": 0.25, "slang": 0.6, "never": 0.0}
    counts = Counter(name for _ in range(4000) for name in narrate.noise(rng, shares))
    assert 0.22 < counts["wan"] / 4000 < 0.28 and 0.57 < counts["slang"] / 4000 < 0.63 and not counts["never"]


def test_names_are_the_same_one_by_one_and_together(made: Written) -> None:
    world = made.world
    some = np.array([0, 1, 2, len(world.holders) - 1, *range(3, len(world.holders), 37), -1, 5, 5])
    together = names_of(world, some).to_pylist()
    assert together == [holder_name(world, int(one)) or None for one in some]
    people = names_of(world, np.arange(world.holders.people)).to_pylist()
    counts = Counter(people)
    assert len(counts) > 1500 and counts.most_common(1)[0][1] > 1, "variety, and namesakes"
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,3}|[A-Z][a-z]+ [A-Z][a-z]+", str(one)) for one in people)


# -- reports -------------------------------------------------------------------------------------------------------


def test_reports_come_after_the_last_payment_and_in_time(made: Written) -> None:
    world, seen = made.world, set()
    for report in made.reports:
        incident = world.incidents[report.incident]
        paid = [world.moved[place] for place in incident.payments]
        assert report.reference not in seen
        seen.add(report.reference)
        assert world.start_ms <= report.at_ms < report.received_ms <= world.end_ms
        assert report.stopped == (not paid)
        assert report.amount_minor == sum(one.amount_minor for one in paid)
        if paid:
            assert report.at_ms > max(one.at_ms for one in paid)
        assert (report.gang, report.crew, report.victim) == (incident.gang, incident.crew, incident.victim)
        assert report.zone == COUNTRIES[int(world.holders.country[report.victim])].zone
    assert [r.at_ms for r in made.reports] == sorted(r.at_ms for r in made.reports)
    channels = Counter(report.channel for report in made.reports)
    assert set(channels) == {"station", "hotline", "narrative", "thai", "indian"}


def test_most_report_some_twice_some_never(made: Written) -> None:
    p = made.p.set({"reporting.repeat_share": 0.5, "reporting.reported_share": 0.7})
    told = reporting.reports(made.world, p)
    paying = [one for one in made.world.incidents if one.payments]
    firsts = {one.incident for one in told if not one.repeat and not one.stopped}
    repeats = [one for one in told if one.repeat]
    assert 0.35 < len(firsts) / len(paying) < 0.85
    assert repeats and {one.incident for one in repeats} <= {one.incident for one in told if not one.repeat} | {
        one.incident for one in repeats
    }
    assert any(one.stopped for one in told)
    assert max(Counter(one.incident for one in told).values()) == 2
    first = {one.incident: one.channel for one in told if not one.repeat}
    for one in repeats:
        if one.currency == "CNY" and one.incident in first:
            assert one.channel != first[one.incident], "a second report goes elsewhere"


def test_delays_have_the_shape_that_was_asked_for(made: Written) -> None:
    rng, table = Random(5), made.p["reporting.delay_hours"]
    drawn = [reporting._delay_ms(rng, table) / HOUR_MS for _ in range(4000)]
    assert 0.37 < sum(one < 1 for one in drawn) / 4000 < 0.43
    assert 0.22 < sum(one > 24 for one in drawn) / 4000 < 0.28
    assert max(drawn) < 481 and min(drawn) >= 0.1


def test_what_is_named_was_used_in_that_incident(made: Written) -> None:
    world = made.world
    for report in made.reports:
        incident = world.incidents[report.incident]
        places = [incident.phone, incident.site, incident.wallet, incident.app, incident.certificate, incident.im]
        used = {world.resources[place].value.removeprefix("group:") for place in places if place >= 0}
        used |= {str(int(world.accounts.number[world.moved[place].payee])) for place in incident.payments}
        used.add(orders.leaked_order(world, incident)[0])
        for one in report.named:
            if one.clean or one.kind in ("im", "order"):
                assert one.value in used, (report.reference, one)


def test_everybody_may_name_one_honest_account(made: Written) -> None:
    p = made.p.set({"reporting.popular_reports": 300})
    told = [one for one in reporting.reports(made.world, p) if one.gang < 0]
    value = str(int(made.world.accounts.number[reporting.popular_account(made.world)]))
    assert 250 < len(told) <= 300 and len({one.victim for one in told}) > 200
    assert {one.incident for one in told} == {-1}
    for one in told:
        assert ("account", value) in found_in(one.text, "Asia/Shanghai")
        assert [named.value for named in one.named] == [value] and value in one.text
    assert len({one.reference for one in told}) == len(told)


# -- calls ---------------------------------------------------------------------------------------------------------


def test_calls_are_of_real_form_and_in_order(made: Written) -> None:
    table = pq.read_table(made.out / "bodies" / "calls.parquet")
    assert table.column_names == ["caller", "callee", "at_ms", "duration_seconds", "medium", "imei", "cell"]
    at_ms = table.column("at_ms").to_numpy()
    assert (np.diff(at_ms) >= 0).all()
    assert at_ms.min() >= made.world.start_ms and at_ms.max() < made.world.end_ms
    rows = table.to_pylist()
    for row in rows[:: max(1, len(rows) // 300)]:
        assert row["caller"] != row["callee"] and row["duration_seconds"] >= 0
        assert row["medium"] in ("voice", "sms")
        for side in ("caller", "callee"):
            value = phone.parse(str(row[side]))
            assert value is not None and value.valid and value.normal == row[side], row
    assert {row["imei"] is None for row in rows if row["caller"] == "95588"} == {True}


def test_a_telephone_makes_one_call_after_the_other(made: Written) -> None:
    rows = pq.read_table(made.out / "bodies" / "calls.parquet", filters=[("medium", "=", "voice")]).to_pylist()
    free: dict[str, int] = {}
    many = 0
    for row in rows:
        caller, at_ms = str(row["caller"]), int(row["at_ms"])
        if caller.startswith("+"):
            many += caller in free
            assert at_ms >= free.get(caller, 0), row
            free[caller] = at_ms + int(row["duration_seconds"]) * 1000 + PAUSE_MS
    assert many > 1000


def test_calls_at_one_moment_are_put_off() -> None:
    mobile, other, line, box = 8613800000001, 8613800000002, 96110, 8613800000003
    caller = np.array([mobile, other, mobile, line, mobile, line, mobile, box])
    seconds = np.array([60, 30, 0, 10, 10, 10, 0, 7200])
    at_ms = np.array([1000, 500, 1000, 0, 900_000, 0, 1000, 10])
    sms = np.array([False, False, False, False, False, False, True, False])
    callee = np.arange(len(caller)) + 8613900000000
    made_ms = in_turn(caller, callee, at_ms, seconds, sms)
    # the second call of the first phone waits; messages and lines with many seats do not, nor does anybody else
    assert made_ms.tolist() == [1000, 500, 61_000 + PAUSE_MS, 0, 900_000, 0, 1000, 10]
    assert at_ms.tolist()[2] == 1000, "what was given is left alone"
    nothing = np.zeros(0, np.int64)
    assert in_turn(nothing, nothing, nothing, nothing, nothing == 1).tolist() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 300_000), st.integers(0, 90)), min_size=1, max_size=40))
def test_calls_are_put_off_as_one_by_one(drawn: list[tuple[int, int, int]]) -> None:
    caller, at_ms, seconds = (np.array(column, np.int64) for column in zip(*drawn, strict=True))
    callee = np.arange(len(drawn))
    made_ms = in_turn(caller + 10**7, callee, at_ms, seconds, np.zeros(len(drawn), bool))
    free: dict[int, int] = {}
    for place in np.lexsort((callee, at_ms)).tolist():
        one = int(caller[place])
        begins = max(int(at_ms[place]), free.get(one, 0))
        assert int(made_ms[place]) == begins
        free[one] = begins + int(seconds[place]) * 1000 + PAUSE_MS


def test_a_call_that_would_begin_after_the_period_is_not_made(tmp_path: Path) -> None:
    calls, device = Calls(), np.array([1, 1, 1])
    number, at_ms, seconds = np.full(3, 8613800000001), np.full(3, 10_000), np.array([20, 20, 20])
    calls.block(number, number + np.arange(1, 4), at_ms, seconds, np.zeros(3, bool), (device, device))
    write_rows(calls, tmp_path / "calls.parquet", 50_000)
    rows = pq.read_table(tmp_path / "calls.parquet").to_pylist()
    assert [row["at_ms"] for row in rows] == [10_000, 35_000]


def test_calls_follow_day_and_week(made: Written) -> None:
    table = pq.read_table(made.out / "bodies" / "calls.parquet", columns=["caller", "at_ms"]).to_pylist()
    local = [int(row["at_ms"]) // 1000 + 8 * 3600 for row in table if str(row["caller"]).startswith("+86")]
    hours = Counter(second // 3600 % 24 for second in local)
    assert hours[3] * 5 < hours[10] and hours[10] > hours[22]
    per_person = Counter(str(row["caller"]) for row in table)
    counts = sorted(per_person.values(), reverse=True)
    assert counts[0] > 10 * counts[len(counts) // 2], "a few call very much"


def test_numbers_of_gangs_share_devices_that_never_move_and_call_many(made: Written) -> None:
    world = made.world
    kinds = [one.kind for one in world.organisations]
    numbers = {one.value for one in world.resources if one.kind == "phone" and kinds[one.owner] not in gang_calls.QUIET}
    per_device: dict[str, set[str]] = {}
    cells: dict[str, set[str]] = {}
    callees: dict[str, set[str]] = {}
    for row in pq.read_table(made.out / "bodies" / "calls.parquet").to_pylist():
        if row["caller"] in numbers:
            per_device.setdefault(str(row["imei"]), set()).add(str(row["caller"]))
            cells.setdefault(str(row["caller"]), set()).add(str(row["cell"]))
            callees.setdefault(str(row["caller"]), set()).add(str(row["callee"]))
    assert max(len(one) for one in per_device.values()) >= 5
    assert {len(one) for one in cells.values()} == {1}
    assert np.median([len(one) for one in callees.values()]) > 20


def test_those_who_pay_for_it_all_hardly_call(made: Written) -> None:
    world = made.world
    callers = Counter(row["caller"] for row in pq.read_table(made.out / "bodies" / "calls.parquet").to_pylist())

    def calls(kind: str, role: str) -> list[int]:
        return [
            callers[f"+{int(world.holders.phone[person])}"]
            for one in world.organisations
            if one.kind == kind
            for person, own in one.members
            if own == role
        ]

    assert max(calls("financier", "R-FIN")) < np.mean(calls("crew", "R-OPER"))


def test_contacts_messages_and_deliveries(made: Written) -> None:
    folder, world = made.out / "bodies", made.world
    contacts = pq.read_table(folder / "contacts.parquet").to_pylist()
    reached = {(row["person"], row["at_ms"]) for row in contacts}
    assert {(one.victim, one.first_contact_ms) for one in world.incidents} <= reached
    assert len(contacts) > 2 * len(world.incidents), "more are contacted than are ever asked to pay"
    messages = pq.read_table(folder / "messages.parquet")
    assert messages.column_names == ["sender", "receiver", "at_ms", "channel", "script"] and messages.num_rows > 100
    assert not (folder / "parcels.parquet").exists(), "parcels are money, in the truth"
    delivered = {row["order_no"]: row for row in pq.read_table(folder / "deliveries.parquet").to_pylist()}
    leaked = [one for one in world.incidents if orders.leaked_order(world, one)[0]]
    assert leaked
    for one in leaked:
        order, at_ms = orders.leaked_order(world, one)
        row = delivered[order]
        assert (row["company"], row["person"]) == (one.leak, one.victim) and at_ms < one.first_contact_ms
        assert re.fullmatch(r"DD[0-9]{14}", order)
    honest = [row for row in delivered.values() if row["company"] < 0]
    assert len(honest) > len(leaked)


def test_same_seed_same_bytes_another_seed_others(made: Written, tmp_path: Path) -> None:
    world, p = tiny()
    write(world, p, tmp_path / "again")
    first = {path.relative_to(made.out): path.read_bytes() for path in sorted(made.out.rglob("*")) if path.is_file()}
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in sorted((tmp_path / "again").rglob("*"))
        if path.is_file()
    }
    assert first == again and len(first) > 50
    other, p = tiny(12)
    assert [one.text for one in reporting.reports(other, p)] != [one.text for one in made.reports]


# -- bodies that answer --------------------------------------------------------------------------------------------


def _ledger(made: Written, bank: bodies.Bank) -> list[dict[str, object]]:
    path = made.out / "bodies" / "banks" / str(bank.k) / "ledger.parquet"
    rows: list[dict[str, object]] = pq.read_table(path).to_pylist()
    return rows


def _legs(answer: bodies.Answer) -> tuple[list[dict[str, object]], list[Reading]]:
    source = Source(answer.data, answer.name, **answer.settings)
    readings = list(known.read(known.best(source).format, source))
    return [row for one in readings if "legs" in one.tables for row in one.tables["legs"].to_pylist()], readings


def _busy(made: Written, form: str) -> tuple[bodies.Bank, str]:
    """A bank of a form, and an account of it with some dozens of rows."""
    bank = next(one for one in bodies.opened(made.out).banks if one.form == form)
    counts = Counter(str(row["account"]) for row in _ledger(made, bank))
    return bank, next(account for account, count in sorted(counts.items()) if 15 <= count <= 80)


FORMS = tuple(bodies.LAYOUTS)


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_the_ledger_up_to_the_request(made: Written, form: str) -> None:
    bank, account = _busy(made, form)
    own = [row for row in _ledger(made, bank) if row["account"] == account]
    at_ms = sorted(int(str(row["at_ms"])) for row in own)[len(own) // 2]
    answer = bodies.ask(made.out, account, at_ms)
    assert answer == bodies.ask(made.out, account, at_ms), "same question, same bytes"
    assert answer.ready_ms > at_ms and answer.body == bank.name
    read, readings = _legs(answer)
    columns = ("account", "at_ms", "direction", "amount_minor", "currency", "balance_minor", "counter_account")
    true = Counter(
        tuple(value // 1000 if name == "at_ms" else value for name, value in ((n, row[n]) for n in columns))
        for row in own
        if int(str(row["at_ms"])) <= at_ms
    )
    got = Counter(
        tuple(value // 1000 if name == "at_ms" else value for name, value in ((n, row[n]) for n in columns))
        for row in read
    )
    lost = sum((true - got).values())
    refused = sum(len(one.bad) for one in readings)
    assert lost <= 1 + refused and set(got) <= set(true), "slips lose or repeat rows; nothing is told that was not so"
    assert sum(got.values()) >= 0.9 * sum(true.values())
    for column in ("holder", "summary"):
        assert {row[column] for row in read} <= {row[column] for row in own}


def test_an_answer_may_be_asked_to_end_earlier(made: Written) -> None:
    bank, account = _busy(made, "thai_bank")
    times = sorted(int(str(row["at_ms"])) for row in _ledger(made, bank) if row["account"] == account)
    late = bodies.ask(made.out, account, made.world.end_ms, times[5])
    assert max(int(str(row["at_ms"])) for row in _legs(late)[0]) <= times[5]
    assert late.ready_ms > made.world.end_ms


def test_nobody_answers_for_what_is_not_there(made: Written, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        bodies.ask(made.out, "1234567890", made.world.end_ms)
    with pytest.raises(NotFound):
        bodies.ask(tmp_path, "6299110123456789013", made.world.end_ms)


def test_a_world_that_is_written_again_is_read_again(made: Written, tmp_path: Path) -> None:
    shutil.copytree(made.out, tmp_path / "w", ignore=shutil.ignore_patterns("received", "truth", "*.parquet"))
    assert bodies.opened(tmp_path / "w").seed == made.world.seed
    (tmp_path / "w" / "world.json").write_text(json.dumps({"seed": 99, "end_ms": 0}), encoding="utf-8")
    os.utime(tmp_path / "w" / "world.json", ns=(1, 1))
    assert bodies.opened(tmp_path / "w").seed == 99


def test_slips_are_planted_where_they_can_be_told(made: Written) -> None:
    layout = bodies.FEEDBACK
    rows = [
        {"account": "6299110123456789013", "at_ms": AT_MS + n, "direction": ("in", "out")[n % 2], "amount_minor": n, "balance_minor": n, "cash": False, "success": True}
        for n in range(60)
    ]  # fmt: skip
    table = bodies.sheets.cells(layout, rows)
    always = {"unknown_direction": 1.0, "cell_count": 1.0, "duplicate_row": 1.0, "lost_row": 1.0}
    never = dict.fromkeys(always, 0.0)
    banks = bodies.opened(made.out).banks
    plain = next(one for one in banks if one.form == "bank_feedback")
    spoilt = bodies.slipped(Random(1), table, plain, always)
    at = spoilt[0].index(bodies.DIRECTION)
    assert len(spoilt) == len(table) - 1 and {row[at] for row in spoilt[1:]} == {"O"}
    assert {len(row) for row in spoilt[1:]} == {len(table[0]) - 3}
    clean = bodies.slipped(Random(1), table, plain, never)
    assert len(clean) == len(table)
    book = next(one for one in banks if one.form == "bank_feedback_xlsx")
    repeated = bodies.slipped(Random(1), table, book, {**never, "duplicate_row": 1.0})
    assert len(repeated) == 2 * len(table) - 1


def test_a_bank_says_in_and_out_in_the_same_words_in_all_its_answers(made: Written) -> None:
    rows = [
        {
            "at_ms": AT_MS + n,
            "direction": ("in", "out")[n % 2],
            "amount_minor": n,
            "balance_minor": n,
            "cash": False,
            "success": True,
        }
        for n in range(4)
    ]
    table = bodies.sheets.cells(bodies.FEEDBACK, rows)
    at, never = table[0].index(bodies.DIRECTION), dict.fromkeys(made.p["bodies.slips"], 0.0)
    said = {}
    for bank in bodies.opened(made.out).banks:
        if bank.form.startswith("bank_feedback"):
            answers = [bodies.slipped(Random(seed), table, bank, never) for seed in range(30)]
            pairs = {(answer[1][at], answer[2][at]) for answer in answers}
            assert len(pairs) == 1 and pairs <= set(bodies.DIRECTION_WORDS)
            said[bank.k] = pairs.pop()
    assert len(set(said.values())) > 1, "banks differ"


def test_delays_differ_by_body(made: Written) -> None:
    opened = bodies.opened(made.out)
    median = {}
    for bank in opened.banks:
        median[bank.form] = np.median([bodies.delay_ms(opened, bank, str(n)) for n in range(200)]) / HOUR_MS
    assert median["bank_feedback"] < 2 < median["counter_print"] < median["indian_bank"]
    assert set(bodies.LAYOUTS) == set(median)


# -- the door ------------------------------------------------------------------------------------------------------


def test_nearly_every_row_is_kept(made: Written, admitted: Workspace) -> None:
    counts = dict(admitted.engine.rows("SELECT reason, COUNT(*) FROM quarantine GROUP BY reason"))
    kept = sum(
        int(admitted.engine.rows(f'SELECT COUNT(*) FROM "{name}"')[0][0]) for name in ("legs", "calls", "reports")
    )
    assert set(counts) <= {"unknown_direction", "cell_count"}
    assert kept > 1000 and sum(counts.values()) < 0.01 * kept
    formats = {str(row[0]) for row in admitted.engine.rows("SELECT DISTINCT bank FROM legs WHERE bank IS NOT NULL")}
    assert {"Siam River Bank", "Ganga Commerce Bank", "翠鸟支付"} <= formats
    assert {path.parent.name for path in (made.out / "received").rglob("*.*")} >= {
        *("reports", "banks", "operators", "platform", "chain"),
    }


def test_reports_are_read_as_they_were_made(made: Written, admitted: Workspace) -> None:
    rows = admitted.engine.rows("SELECT reference, at_ms, victim, amount_minor, currency, city, text FROM reports")
    read = {str(row[0]): row[1:] for row in rows if not str(row[0]).startswith("PF-")}
    told = {
        one.reference: (
            one.at_ms,
            None if one.channel == "hotline" else one.victim_name,  # a hotline hands on no name
            one.amount_minor,
            one.currency,
            one.city,
            one.text,
        )
        for one in made.reports
    }
    assert read == told


def test_mentions_are_what_was_planted(made: Written, admitted: Workspace) -> None:
    rows = admitted.engine.rows(
        'SELECT r.reference, m.kind, m.value FROM mentions m JOIN reports r ON r."file" = m."file" AND r."row" = m."row"'
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for reference, kind, value in rows:
        pair = ("domain", host(str(value))) if kind == "url" else (SAME.get(str(kind), str(kind)), str(value))
        found.setdefault(str(reference), set()).add(pair)
    planted = 0
    for report in made.reports:
        for one in report.named:
            if one.clean:
                planted += 1
                assert (SAME.get(one.kind, one.kind), one.value) in found[report.reference], (report.text, one)
    assert planted > 1.5 * len(made.reports)


def test_legs_agree_with_the_ledgers(made: Written, admitted: Workspace) -> None:
    true: dict[tuple[str, str], set[tuple[object, ...]]] = {}
    for bank in bodies.opened(made.out).banks:
        for row in _ledger(made, bank):
            key = (str(row["account"]), str(row["serial"]))
            true.setdefault(key, set()).add(
                (int(str(row["at_ms"])) // 1000, row["direction"], row["amount_minor"], row["currency"])
            )
    rows = admitted.engine.rows(
        "SELECT account, serial, at_ms, direction, amount_minor, currency FROM legs WHERE account NOT LIKE 'TRON:%'"
    )
    assert len(rows) > 200
    for account, serial, at_ms, *rest in rows:
        assert (int(str(at_ms)) // 1000, *rest) in true[(str(account), str(serial))]


def test_tokens_are_told_by_the_explorer(admitted: Workspace, made: Written) -> None:
    rows = admitted.engine.rows(
        "SELECT account, direction, amount_minor, currency, counter_account FROM legs WHERE account LIKE 'TRON:%'"
    )
    wallets = {one.value: one for one in made.world.resources if one.kind == "wallet"}
    kept = {one.value for one in wallets.values() if made.world.organisations[one.owner].kind == "guarantee"}
    # a file whose rows all name the same two wallets may be read as the sender's: the same transfer from its other end
    assert rows and all({str(row[0]), str(row[4])} & set(wallets) for row in rows)
    assert {row[3] for row in rows} == {"USDT"} and all(int(str(row[2])) > 0 for row in rows)
    assert {row[1] for row in rows if row[0] in wallets and row[0] not in kept} == {"in"}


def test_a_part_of_the_tokens_comes_through_a_marketplace(admitted: Workspace, made: Written) -> None:
    """What its wallet sends is what the wallet of a gang that it serves got from it, in the same transfer."""
    columns = "account, counter_account, direction, amount_minor, serial"
    rows = admitted.engine.rows(f"SELECT {columns} FROM legs WHERE account LIKE 'TRON:%'")
    wallets = {one.value: one for one in made.world.resources if one.kind == "wallet"}
    kept = {one.value for one in wallets.values() if made.world.organisations[one.owner].kind == "guarantee"}
    assert any(len(wallets[one].users) > 1 for one in kept), "it stands between several gangs"
    through = [row for row in rows if row[0] in wallets and row[0] not in kept and row[1] in kept]
    others = [row for row in rows if row[0] not in kept and row[1] not in kept]
    assert 0 < len(through) < 2 * len(others)
    for row in through:
        assert set(wallets[str(row[0])].users) & set(wallets[str(row[1])].users)
    told = {str(row[0]) for row in rows} & kept
    assert told
    for wallet in told:
        own = [row for row in rows if row[0] == wallet]
        sent = Counter((row[1], row[3], row[4]) for row in own if row[2] == "out")
        assert sent == Counter((row[0], row[3], row[4]) for row in through if row[1] == wallet)
        came, left = (sorted(int(str(row[3])) for row in own if row[2] == way) for way in ("in", "out"))
        assert came == left, "it keeps nothing"


def test_calls_agree_with_what_operators_hold(admitted: Workspace, made: Written) -> None:
    held = {
        (row["caller"], row["callee"], int(row["at_ms"]) // 1000, row["duration_seconds"])
        for row in pq.read_table(made.out / "bodies" / "calls.parquet").to_pylist()
    }
    rows = admitted.engine.rows("SELECT subscriber, counterparty, direction, at_ms, duration_seconds FROM calls")
    assert len(rows) > 100
    for own, other, direction, at_ms, seconds in rows:
        pair = (own, other) if direction == "out" else (other, own)
        assert (*pair, int(str(at_ms)) // 1000, seconds) in held
    assert {str(row[2]) for row in rows if str(row[0]).startswith("+66")} == {"in", "out"}
    countries = {str(row[0])[:3] for row in rows}
    assert {"+86", "+66", "+91"} <= countries


def test_only_operators_of_china_write_chinese(made: Written) -> None:
    files = sorted((made.out / "received" / "operators").iterdir())
    abroad = [path for path in files if path.name.startswith(("th_", "in_"))]
    assert {path.name[:3] for path in abroad} == {"th_", "in_"}
    for path in abroad:
        assert path.read_bytes().isascii(), path.name


@pytest.mark.parametrize("channel", list(receive.CHANNELS))
def test_a_batch_of_any_channel_is_read(made: Written, channel: str) -> None:
    rows = [
        row for row in pq.read_table(made.out / "bodies" / "police.parquet").to_pylist() if row["channel"] == channel
    ]
    assert rows
    name, data = receive.report_file(rows[:5], channel)
    assert re.fullmatch(r"\S+_[0-9]{8}_[0-9]{4}\.(csv|txt|jsonl)", name)
    source = Source(data, name)
    read = [
        (row["reference"], row["at_ms"], row["text"], row["amount_minor"], row["currency"])
        for one in known.read(known.best(source).format, source)
        for row in one.tables["reports"].to_pylist()
    ]
    wanted = [(row["reference"], row["at_ms"], row["text"], row["amount_minor"], row["currency"]) for row in rows[:5]]
    assert sorted(read) == sorted(wanted)


def test_police_keep_every_report(made: Written) -> None:
    rows = pq.read_table(made.out / "bodies" / "police.parquet").to_pylist()
    assert rows == [receive.row_of(one) for one in made.reports]


def test_what_is_received_is_later_than_what_it_tells(made: Written) -> None:
    """Deeper accounts answer less often, and nothing is received that was not ready."""
    requests = receive._requests(made.world, made.reports, made.p, made.out)
    asked = receive._asked(made.world, made.reports, made.p)
    tiers: dict[int, set[int]] = {}
    known_incidents = {one.incident for one in made.reports}
    for moved in made.world.moved:
        if moved.payee >= 0 and any(one.incident in known_incidents for one in moved.parcels):
            tiers.setdefault(min(moved.tier, 3), set()).add(moved.payee)
    first = len(tiers[1] & set(asked)) / len(tiers[1])
    deep = len(tiers[3] & set(asked)) / len(tiers[3])
    assert first > deep
    for one in requests:
        assert one.asked_ms < one.ready_ms <= made.world.end_ms
    numbers = {str(int(made.world.accounts.number[account])) for account in asked}
    assert {one.account for one in requests} - numbers, "a few strangers are asked about too"


def test_a_world_without_gangs_is_received_too(tmp_path: Path) -> None:
    world: World = tiny()[0]
    world.incidents, world.moved, world.organisations, world.resources = [], [], [], []
    world.controller, world.roles = {}, {}
    assert write(world, small(), tmp_path / "w") == []
    assert json.loads((tmp_path / "w" / "truth" / "populars.json").read_text()) == []
    assert {path.parent.name for path in (tmp_path / "w" / "received").rglob("*.*")} <= {"platform"}
