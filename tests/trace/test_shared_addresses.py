"""Accounts operated from one address: by whom it counts, when it does not, and through the public door from a bank's own sheet.

Addresses are those kept for documentation (RFC 5737, RFC 3849); nobody has them.
"""

import random
from pathlib import Path
from typing import Any

import pytest
from money_worlds import AS_OF, MINUTE, START, Row, leg, paid, put, report, world

import fanzha
from fanzha.store.engine import Engine
from fanzha.trace.behaviour import Behaviour
from fanzha.trace.outcomes import SCORECARD, outcome
from fanzha.trace.patterns import patterns
from fanzha.trace.shared_addresses import FEW_MAX, ROWS_MAX, SHARERS_MAX, Use, holders
from tests.formats.invented import bank_row, bank_text, card

M = [f"62220000000000{k:05d}" for k in range(100)]
VICTIM, SINK = M[99], M[98]
IP, MAC = "203.0.113.7", "00:1a:2b:3c:4d:5e"
CODES = ("shared_ip", "crowded_ip", "shared_mac")


def fan(count: int, spread: int = 5) -> list[Row]:
    """A victim pays M[0], which pays M[1] ... M[count - 1] `spread` minutes apart; each pays SINK ten minutes later."""
    legs = [leg(1, M[0], 0, 1_000_000, None, VICTIM)]
    for k in range(1, count):
        at = spread * k
        legs.append(leg(10 + k, M[0], at, -10_000, None, M[k]))
        legs.append(leg(200 + k, M[k], at, 10_000, None, M[0]))
        legs.append(leg(400 + k, M[k], at + 10, -9_000, None, SINK))
    return legs


def using(legs: list[Row], kind: str, addresses: dict[str, str], direction: str = "out") -> list[Row]:
    """The legs with an address beside what each account paid out (or took in)."""
    return [
        {**row, kind: addresses[row["account"]]}
        if row["account"] in addresses and row["direction"] == direction
        else row
        for row in legs
    ]


def found(legs: list[Row], **tables: list[Row]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(account, pattern): holders, amount, transfers, from, to."""
    engine = world(legs, [report(1)], paid(1, M[0], 1_000_000, 0))
    for name, rows in tables.items():
        put(engine, name, rows)
    patterns(engine, AS_OF)
    rows = engine.rows(
        'SELECT "account", "pattern", "count", "amount_minor", "transfers", "from_ms", "to_ms" FROM "patterns"'
        ' ORDER BY "account", "pattern"'
    )
    return {row[:2]: row[2:] for row in rows if row[1] in CODES}


def test_two_holders_at_one_address_within_hours() -> None:
    shown = found(using(fan(4), "ip", {M[1]: IP, M[2]: IP, M[3]: "203.0.113.8"}))
    assert set(shown) == {(M[1], "shared_ip"), (M[2], "shared_ip")}
    count, amount, transfers, since, until = shown[M[1], "shared_ip"]
    assert (count, amount, since, until) == (2, 9_000, START + 15 * MINUTE, START + 15 * MINUTE)
    assert len(transfers.split(",")) == 1


def test_the_evidence_is_the_row_that_states_the_address() -> None:
    engine = world(using(fan(3), "ip", {M[1]: IP, M[2]: IP}), [report(1)], paid(1, M[0], 1_000_000, 0))
    patterns(engine, AS_OF)
    rows = engine.rows(
        'SELECT p."account", l."row", l."ip" FROM "patterns" AS p JOIN "transfers" AS t ON CAST(t."transfer" AS VARCHAR)'
        ' = p."transfers" JOIN "legs" AS l ON l."file" = t."out_file" AND l."row" = t."out_row"'
        " WHERE p.\"pattern\" = 'shared_ip' ORDER BY 1"
    )
    assert rows == [(M[1], 401, IP), (M[2], 402, IP)]


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.5", "100.64.3.4", "127.0.0.1", "8.8.8.8", "203.0.113.*", "fd00::1", "any text"]
)
def test_addresses_that_many_networks_use_tie_nobody(address: str) -> None:
    assert found(using(fan(4), "ip", dict.fromkeys(M[1:4], address))) == {}


@pytest.mark.parametrize("address", ["02:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:05:9a:3c:7a:00"])
def test_adapters_that_are_constants_tie_nobody(address: str) -> None:
    assert found(using(fan(4), "mac", dict.fromkeys(M[1:4], address))) == {}
    assert set(found(using(fan(3), "mac", dict.fromkeys(M[1:3], MAC)))) == {(m, "shared_mac") for m in M[1:3]}


def test_an_address_beside_money_that_came_is_the_payers() -> None:
    assert found(using(fan(4), "ip", dict.fromkeys(M[1:4], IP), "in")) == {}


@pytest.mark.parametrize(
    "about", [{"cash": True}, {"merchant": "某商户"}, {"summary": "ATM取款", "counter_account": ""}]
)
def test_a_machine_or_a_till_is_not_the_holders(about: Row) -> None:
    legs = [{**row, **about} if row["counter_account"] == SINK else row for row in fan(4)]
    assert found(using(legs, "ip", dict.fromkeys(M[1:4], IP))) == {}


def test_who_was_not_reached_is_counted_but_never_shown() -> None:
    other = leg(900, M[50], 20, -500, None, M[51], ip=IP)
    legs = using(fan(2), "ip", {M[1]: IP})
    assert found([*legs, other]) == {}
    assert set(found([*using(fan(3), "ip", dict.fromkeys(M[1:3], IP)), other])) == {(m, "shared_ip") for m in M[1:3]}
    assert found([*using(fan(3), "ip", dict.fromkeys(M[1:3], IP)), other])[M[1], "shared_ip"][0] == 3


def test_failed_payments_and_those_after_as_of_do_not_count() -> None:
    legs = using(fan(3), "ip", dict.fromkeys(M[1:3], IP))
    failed = [{**row, "success": row["row"] != 402} for row in legs]
    assert found(failed) == {}
    late = [{**row, "at_ms": AS_OF + 1} if row["row"] == 402 else row for row in legs]
    assert found(late) == {}


def test_hours_part_an_internet_address_and_a_month_an_adapter() -> None:
    for kind, address, near, far in (("ip", IP, 5 * 60, 8 * 60), ("mac", MAC, 20 * 1440, 40 * 1440)):
        for spread, wanted in ((near, 2), (far, 0)):
            assert len(found(using(fan(3, spread), kind, dict.fromkeys(M[1:3], address)))) == wanted


def test_a_line_used_day_and_night_does_not_tie_those_who_never_met() -> None:
    """M[1] at noon, a neighbour every four hours, M[2] two days later: one run, but nobody near."""
    legs = using(fan(3, 2 * 1440), "ip", dict.fromkeys(M[1:3], IP))
    between = [leg(900 + k, M[50], 2 * 1440 + 240 * k, -100 - k, None, M[51], ip=IP) for k in range(1, 13)]
    assert found([*legs, *between]) == {}


def test_the_more_use_it_the_less_it_says() -> None:
    for count, wanted in ((FEW_MAX, "shared_ip"), (FEW_MAX + 1, "crowded_ip"), (SHARERS_MAX, "crowded_ip")):
        shown = found(using(fan(count + 1, 1), "ip", dict.fromkeys(M[1 : count + 1], IP)))
        assert {key[1] for key in shown} == {wanted} and len(shown) == count
    assert found(using(fan(SHARERS_MAX + 2, 1), "ip", dict.fromkeys(M[1 : SHARERS_MAX + 2], IP))) == {}
    cafe = [leg(900 + k, f"6230{k:015d}", 12, -100 - k, None, M[51], ip=IP) for k in range(SHARERS_MAX)]
    assert found([*using(fan(3), "ip", dict.fromkeys(M[1:3], IP)), *cafe]) == {}


def test_accounts_of_one_holder_are_one_by_name_document_or_entity() -> None:
    legs = using(fan(3), "ip", dict.fromkeys(M[1:3], IP))
    assert found([{**row, "holder": "甲某某"} if row["account"] in M[1:3] else row for row in legs]) == {}
    named = [{**row, "holder_id": "11010119900307803X"} if row["account"] in M[1:3] else row for row in legs]
    assert found(named) == {}
    same = [
        {"entity": "1-1", "kind": "person", "member_kind": "account", "member": m, "how": "same_id"} for m in M[1:3]
    ]
    assert found(legs, entities=same) == {}


def test_ties_of_holders_go_on_over_a_third_account() -> None:
    def use(account: str, entity: str = "", document: str = "", name: str = "") -> Use:
        return Use("ip", IP, 0, 1, 1, account, "CNY", entity, document, name, True)

    made = holders([use("a", name="甲"), use("b", document="x"), use("c", name="甲", document="x"), use("d")])
    assert made["a"] == made["b"] == made["c"] != made["d"]
    assert holders([]) == {}


def test_a_team_on_one_computer_and_line_is_said_once_in_the_readings() -> None:
    nothing = Behaviour(0, 0, 0, 50, 60, 5, 1, 0, False, False, False, False, False, "none", frozenset())
    alone = outcome(nothing)
    parts = {
        codes: outcome(nothing._replace(patterns=frozenset(codes)))
        for codes in (("crowded_ip",), ("shared_ip",), ("shared_mac",), ("shared_mac", "shared_ip", "shared_device"))
    }
    mule = [alone.mule, *(one.mule for one in parts.values())]
    assert mule == sorted(mule) and mule[0] < mule[1] < mule[2] < mule[3] == mule[4]
    assert parts["shared_mac", "shared_ip", "shared_device"].reasons.count("shared_device") == 1
    assert "shared_ip" not in parts["shared_mac", "shared_ip", "shared_device"].reasons
    points = {sign.code: sign.points for sign in SCORECARD}
    assert points["crowded_ip"][0] < points["shared_ip"][0] < points["shared_device"][0]


def test_rows_in_any_order_and_few_for_one_account() -> None:
    legs = using(fan(3), "ip", dict.fromkeys(M[1:3], IP))
    for k in range(8):  # the two meet at eight more addresses, days apart
        for m in M[1:3]:
            legs.append(leg(600 + 10 * k + int(m[-1]), m, 1440 * (k + 2), -10, None, SINK, ip=f"203.0.113.{20 + k}"))
    tables = []
    for seed in range(3):
        random.Random(seed).shuffle(legs)
        engine = world(legs, [report(1)], paid(1, M[0], 1_000_000, 0))
        patterns(engine, AS_OF)
        tables.append(engine.all_rows("patterns"))
    assert tables[0].equals(tables[1]) and tables[1].equals(tables[2])
    kinds = [(row["account"], row["pattern"]) for row in tables[0].to_pylist() if row["pattern"] in CODES]
    assert sorted(kinds) == sorted([(m, "shared_ip") for m in M[1:3]] * ROWS_MAX)


def test_nothing_held_gives_nothing() -> None:
    engine = Engine()
    patterns(engine, AS_OF)
    assert engine.all_rows("patterns").num_rows == 0


def sheet(rows: list[tuple[str, str, str, str, str, str, str]]) -> bytes:
    """The bank's export: account, holder, time, amount, direction, counterparty, IP."""
    cells = []
    for k, (account, holder, at, amount, way, other, address) in enumerate(rows):
        changes = {"交易卡号": account, "交易账号": "", "账户开户名称": holder, "开户人证件号码": "", "交易时间": at}
        changes |= {"交易金额": amount, "交易余额": "", "收付标志": way, "交易对手账卡号": other, "对手户名": ""}
        changes |= {"IP地址": address, "MAC地址": "02-00-00-00-00-00", "交易流水号": f"S{k}"}
        cells.append(bank_row(0, **changes))
    return bank_text(cells).encode("gb18030")


def test_through_the_public_door(tmp_path: Path) -> None:
    victim, one, two, end = (card(k) for k in (31, 32, 33, 34))
    story = f"2024年3月5日10时，我被骗，把50000元转到对方账号{one}。"
    (tmp_path / "report.csv").write_text(
        f"案件编号,报案时间,案情描述\nA1,2024-03-05 12:00:00,{story}\n", encoding="utf-8"
    )
    (tmp_path / "bank.csv").write_bytes(
        sheet(
            [
                (one, "乙某某", "2024-03-05 10:00:00", "50000.00", "进", victim, "198.51.100.9"),
                (one, "乙某某", "2024-03-05 10:10:00", "49000.00", "出", two, "203.000.113.007"),
                (two, "丙某某", "2024-03-05 10:10:05", "49000.00", "进", one, "203.000.113.007"),
                (two, "丙某某", "2024-03-05 10:20:00", "48000.00", "出", end, "203.0.113.7:50112/10.0.0.2"),
            ]
        )
    )
    with fanzha.open(tmp_path / "w", actor="tester") as workspace:
        workspace.admit([tmp_path / "report.csv", tmp_path / "bank.csv"])
        workspace.refresh()
        rows = workspace.engine.all_rows("patterns").to_pylist()
        shared = [row for row in rows if row["pattern"] in CODES]
        assert [(row["account"], row["pattern"], row["count"]) for row in shared] == [
            (account, "shared_ip", 2) for account in sorted((one, two))
        ]
        assert sum(row["amount_minor"] for row in shared) == 9_700_000
        reasons = {
            row["account"]: row["reasons"].split(",") for row in workspace.engine.all_rows("outcomes").to_pylist()
        }
        assert "shared_ip" in reasons[one] and "shared_ip" in reasons[two]
        # it ties no cases and no holders: no other table knows the address
        assert "203.0.113.7" not in str(workspace.engine.all_rows("mentions").to_pylist())
        assert all(
            "203.0.113.7" not in str(workspace.engine.all_rows(t).to_pylist()) for t in ("entities", "pulls", "joins")
        )
