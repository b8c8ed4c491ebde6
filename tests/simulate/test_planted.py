"""The truth beside a world: its tables, that they agree with one another and with the ledgers, and that nobody else sees it."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from received_world import Written, written

from fanzha.simulate import planted, reporting
from fanzha.simulate.world import BUSINESSES, EXITS, Incident

ROLES = re.compile(r"R-[A-Z]{3,6}|V-(?:VICT|TRAF|UNW)|")
Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def made() -> Written:
    return written()


def rows(made: Written, name: str) -> list[dict[str, object]]:
    read: list[dict[str, object]] = pq.read_table(made.out / "truth" / f"{name}.parquet").to_pylist()
    return read


def test_tables_have_the_columns_that_a_score_reads(made: Written) -> None:
    for name, columns in planted.SCHEMAS.items():
        table = pq.read_table(made.out / "truth" / f"{name}.parquet")
        assert dict(zip(table.schema.names, table.schema.types, strict=True)) == columns, name
        if name != "next":
            assert table.num_rows, name
    names = {path.name for path in (made.out / "truth").iterdir()}
    assert names == {*(f"{name}.parquet" for name in planted.SCHEMAS), "organisations.json", "populars.json"}


def test_every_parcel_is_where_it_was_or_has_left(made: Written) -> None:
    """By incident and minor unit, per currency: what was paid is what left plus what is held; nothing leaves before it came."""
    paid: dict[object, int] = defaultdict(int)
    for row in rows(made, "payments"):
        paid[row["incident"]] += int(str(row["amount_minor"]))
    by_incident: dict[object, Rows] = defaultdict(list)
    for row in rows(made, "parcels"):
        by_incident[row["incident"]].append(row)
    for incident, parcels in by_incident.items():
        first = [row for row in parcels if row["tier"] == 1 and row["payer"] == _own_account(made, incident)]
        assert sum(int(str(row["disputed_minor"])) for row in first) == paid[incident]
        held: dict[object, int] = defaultdict(int)
        for row in parcels:
            if row["payer"]:
                held[row["payer"]] -= int(str(row["disputed_minor"]))
            if row["payee"] and not row["exit"]:
                held[row["payee"]] += int(str(row["disputed_minor"]))
        victim = _own_account(made, incident)
        assert held.pop(victim) == -paid[incident]
        assert all(amount >= 0 for amount in held.values()), incident
        for row in parcels:
            assert 0 < int(str(row["disputed_minor"])) <= int(str(row["amount_minor"]))
            assert row["exit"] in EXITS


def _own_account(made: Written, incident: object) -> str:
    return str(int(made.world.accounts.number[made.world.incidents[int(str(incident))].account]))


def test_transfers_are_named_by_their_place_among_all(made: Written) -> None:
    transfers = made.world.transfers
    for name in ("payments", "parcels"):
        for row in rows(made, name):
            place = int(str(row["transfer"]))
            assert int(transfers.amount_minor[place]) == row["amount_minor"]
            assert int(transfers.at_ms[place]) == row["at_ms"] and int(transfers.arrived_ms[place]) == row["arrived_ms"]
            for side, account in (("payer", int(transfers.payer[place])), ("payee", int(transfers.payee[place]))):
                assert row[side] == ("" if account < 0 else str(int(made.world.accounts.number[account])))


def test_a_leg_of_the_ledger_leads_to_its_parcel(made: Written) -> None:
    wanted = {(row["transfer"], row["payee"]): row["amount_minor"] for row in rows(made, "parcels") if row["payee"]}
    found = {}
    for path in (made.out / "bodies" / "banks").rglob("ledger.parquet"):
        for leg in pq.read_table(path, columns=["transfer", "account", "amount_minor", "direction"]).to_pylist():
            if leg["direction"] == "in" and (leg["transfer"], leg["account"]) in wanted:
                found[(leg["transfer"], leg["account"])] = leg["amount_minor"]
    assert found == wanted


def test_every_account_that_money_touched_is_told(made: Written) -> None:
    accounts = {row["account"]: row for row in rows(made, "accounts")}
    touched = {row[side] for row in rows(made, "parcels") for side in ("payer", "payee")} - {""}
    assert touched <= set(accounts)
    world = made.world
    for row in accounts.values():
        holder = int(str(row["holder"]))
        business = int(world.holders.business[holder])
        assert row["innocent"] in ("none", "shop", "payroll", "family", "unwitting")
        if business >= 0:
            assert row["role"] in (*BUSINESSES, "payroll", "merchant_front")
        if int(str(row["controller"])) >= 0:
            assert row["innocent"] in ("none", "unwitting")
    roles = Counter(str(row["role"]) for row in accounts.values())
    assert roles["victim"] and roles["mule"] and any(row["innocent"] != "none" for row in accounts.values())
    victims = {_own_account(made, one.id) for one in world.incidents if one.payments}
    told = {row["account"] for row in accounts.values() if row["role"] == "victim"}
    assert told <= victims <= set(accounts)


def test_roles_of_accounts(made: Written) -> None:
    """Who holds an account and who moves its money decide; a shop that was paid for goods acts in good faith."""
    world = made.world
    kept = dict(world.roles), dict(world.controller)
    shop = int((world.holders.business == BUSINESSES.index("shop")).argmax())
    firm = int((world.holders.business == BUSINESSES.index("employer")).argmax())
    otc = int((world.holders.business == BUSINESSES.index("otc")).argmax())
    first = world.accounts.first
    try:
        world.roles.clear()
        world.controller.clear()
        assert planted.role_of(world, int(first[shop]), False, False) == ("shop", "shop")
        assert planted.role_of(world, int(first[firm]), False, False) == ("payroll", "payroll")
        assert planted.role_of(world, int(first[otc]), False, False) == ("otc", "shop")
        assert planted.role_of(world, int(first[5]), True, False) == ("victim", "none")
        assert planted.role_of(world, int(first[5]), False, True) == ("family", "family")
        world.roles.update({5: "V-UNW", 6: "R-CARD", 7: "R-WASH", otc: "R-OTC"})
        world.controller.update({int(first[shop]): 0, int(first[6]): 0})
        assert planted.role_of(world, int(first[shop]), False, False) == ("merchant_front", "none")
        assert planted.role_of(world, int(first[otc]), False, False) == ("otc", "none")
        assert planted.role_of(world, int(first[5]), True, False) == ("mule", "unwitting")
        assert planted.role_of(world, int(first[6]), False, False) == ("mule", "none")
        assert planted.role_of(world, int(first[7]), False, False) == ("launder", "none")
    finally:
        for own, before in zip((world.roles, world.controller), kept, strict=True):
            own.clear()
            own.update(before)


def test_everybody_in_the_chain_and_every_target_is_told(made: Written) -> None:
    people = {row["person"]: row for row in rows(made, "people")}
    world = made.world
    members = {person for one in world.organisations for person, _ in one.members}
    assert {one.victim for one in world.incidents} | members | set(world.roles) == set(people)
    for row in people.values():
        assert ROLES.fullmatch(str(row["role"])), row
        assert row["age_band"] in ("<18", "18-25", "26-40", "41-60", "61+", "")
        assert row["minor"] == (row["age_band"] == "<18")
    coerced = [row for row in people.values() if row["coerced"]]
    assert coerced and not {str(row["role"]) for row in coerced} & {"R-BOSS", "R-FIN", "R-CORE"}
    gangs = {one.id for one in world.organisations if one.kind == "gang"}
    operators = [row for row in people.values() if row["role"] in ("R-OPER", "V-TRAF", "R-BOSS")]
    assert operators and {row["gang"] for row in operators} <= gangs
    assert {row["gang"] for row in people.values() if row["role"] == "R-FIN"} == {-1}


def test_ages_fall_into_bands() -> None:
    assert [planted.age_band(age) for age in (3, 17, 18, 25, 26, 40, 41, 60, 61, 99)] == [
        *("<18", "<18", "18-25", "18-25", "26-40", "26-40", "41-60", "41-60", "61+", "61+")
    ]


def test_reports_of_the_truth_are_those_that_were_made(made: Written) -> None:
    told = {str(row["reference"]): row for row in rows(made, "reports")}
    police = {row["reference"]: row for row in pq.read_table(made.out / "bodies" / "police.parquet").to_pylist()}
    assert set(told) == set(police) and len(told) == len(made.reports)
    for reference, row in told.items():
        incident = made.world.incidents[int(str(row["incident"]))]
        assert (row["gang"], row["crew"], row["scam_type"]) == (incident.gang, incident.crew, incident.scam_type)
        assert row["account"] == _own_account(made, incident.id)
        assert (row["at_ms"], row["received_ms"]) == (police[reference]["at_ms"], police[reference]["received_ms"])
        assert row["stopped"] == (not incident.payments)


def test_organisations_shared_by_gangs(made: Written) -> None:
    told = json.loads((made.out / "truth" / "organisations.json").read_text(encoding="utf-8"))
    assert [one["id"] for one in told] == [one.id for one in made.world.organisations]
    assert any(len(one["serves"]) > 1 for one in told)
    people = {row["person"]: row for row in rows(made, "people")}
    for one in told:
        for member in one["members"]:
            assert member["person"] in people and set(member) == {"person", "role", "coerced", "minor"}
    crews = [one for one in told if one["kind"] == "crew"]
    assert crews and all(planted.gang_of(made.world, one["id"]) == one["parent"] for one in crews)


def test_identifiers_name_the_gangs_that_used_them(made: Written) -> None:
    told = rows(made, "identifiers")
    assert {"phone", "domain", "wallet", "app", "certificate", "im", "account"} <= {str(row["kind"]) for row in told}
    shared = [row for row in told if len(row["gangs"]) > 1]  # type: ignore[arg-type]
    assert shared and len(told) == len(made.world.resources)
    values = {(row["kind"], row["value"]) for row in told}
    for report in made.reports:
        for one in report.named:
            if one.clean and one.kind in ("phone", "domain", "wallet", "app", "certificate"):
                assert (one.kind, one.value) in values


def test_leaks_and_who_is_next(made: Written) -> None:
    world = made.world
    leaks = {(row["company"], row["person"]): row for row in rows(made, "leaks")}
    for one in (one for one in world.incidents if one.leak >= 0):
        row = leaks[(one.leak, one.victim)]
        assert int(str(row["leaked_ms"])) < one.first_contact_ms
        assert row["company_name"] == world.organisations[one.leak].name
        assert one.gang in list(row["gangs"])  # type: ignore[call-overload]
        seller = int(str(row["seller"]))
        assert seller < 0 or world.organisations[seller].kind == "data_seller"
    assert any(int(str(row["seller"])) >= 0 for row in leaks.values())
    coming = rows(made, "next")
    wanted = {
        (one.victim, one.gang, one.due_ms)
        for one in world.incidents
        if not one.payments and one.first_contact_ms < world.end_ms <= one.due_ms
    }
    assert {(row["person"], row["gang"], row["due_ms"]) for row in coming} == wanted
    assert [row["due_ms"] for row in coming] == sorted(int(str(row["due_ms"])) for row in coming)


def test_who_was_asked_and_has_not_paid_is_next(made: Written) -> None:
    world, end = made.world, made.world.end_ms
    kept = world.incidents

    def incident(number: int, first: int, due: int, paid: list[int]) -> Incident:
        return Incident(number, 1, 2, "T01", number, number, "call", first, due, 0, payments=paid, stopped=not paid)

    try:
        world.incidents = [
            incident(0, end - 10, end + 5, []),
            incident(1, end - 10, end - 5, []),
            incident(2, end + 1, end + 9, []),
            incident(3, end - 20, end, []),
            incident(4, end - 20, end + 1, [0]),
        ]
        assert [row["person"] for row in planted.next_targets(world)] == [3, 0]
    finally:
        world.incidents = kept


def test_values_that_everybody_names_are_told(made: Written) -> None:
    p = made.p.set({"reporting.popular_reports": 50})
    told = reporting.reports(made.world, p)
    [popular] = planted.populars(told)
    account = str(int(made.world.accounts.number[reporting.popular_account(made.world)]))
    assert popular == {"kind": "account", "value": account, "reports": sum(one.gang < 0 for one in told)}
    assert json.loads((made.out / "truth" / "populars.json").read_text(encoding="utf-8")) == []


def test_nothing_of_the_truth_is_received(made: Written) -> None:
    """Names of organisations, roles and numbers of incidents are nowhere in what reaches the centre or answers a request."""
    words = {one.name for one in made.world.organisations if one.kind != "leaking_company"}
    words |= {"R-OPER", "V-TRAF", "gang", "incident", "disputed", "mule"}
    checked = 0
    for path in (made.out / "received").rglob("*"):
        if path.is_file() and path.suffix != ".xlsx":
            data = path.read_bytes()
            for encoding in ("utf-8", "gb18030"):
                read = data.decode(encoding, "ignore")
                assert not [word for word in words if word in read], path.name
            checked += 1
    assert checked > 10
    for path in (made.out / "bodies" / "banks").rglob("ledger.parquet"):
        assert {"incident", "gang", "role", "purpose", "tier"}.isdisjoint(pq.read_schema(path).names)


def test_truth_stands_away_from_what_is_received(made: Written, tmp_path: Path) -> None:
    folders = {path.name for path in made.out.iterdir() if path.is_dir()}
    assert folders == {"received", "bodies", "truth"}
    planted.write_truth(made.world, made.reports, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"truth"}
    for path in (tmp_path / "truth").iterdir():
        assert path.read_bytes() == (made.out / "truth" / path.name).read_bytes()
