"""The world adds up: the same seed gives the same world, money is conserved, the truth says what happened."""

from collections import Counter

import pytest

from fanzha.errors import NotFound
from fanzha.simulate.tour.cast import STATEMENTS
from fanzha.simulate.tour.country import simulate
from fanzha.simulate.tour.following import SCOPES, following
from fanzha.simulate.tour.statements import statement
from fanzha.simulate.tour.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("examples", 20261123)


def test_same_seed_same_world_and_another_seed_another(world: World) -> None:
    assert simulate("examples", 20261123) == world
    assert simulate("examples", 7) != world


def test_unknown_preset_names_the_presets() -> None:
    with pytest.raises(NotFound, match="examples"):
        simulate("nowhere", 1)


@pytest.mark.parametrize("seed", [20261123, 1, 2, 3])
def test_money_is_conserved_to_the_cent(seed: int) -> None:
    world = simulate("examples", seed)
    balance = {account.number: account.opening_minor for account in world.accounts}
    before, cash = sum(balance.values()), 0
    for transfer in world.transfers:
        assert transfer.amount_minor > 0
        for number, sign in ((transfer.payer, -1), (transfer.payee, 1)):
            if number:
                balance[number] += sign * transfer.amount_minor
                assert balance[number] >= 0
            else:
                cash += sign * transfer.amount_minor
    assert sum(balance.values()) + cash == before
    currency = {account.number: account.currency for account in world.accounts}
    assert all(
        currency[number] == transfer.currency
        for transfer in world.transfers
        for number in (transfer.payer, transfer.payee)
        if number
    )


@pytest.mark.parametrize("key", [key for keys in STATEMENTS.values() for key in keys])
def test_statements_run_on_without_a_break(world: World, key: str) -> None:
    rows = [row for row in statement(world, key) if row["success"]]
    assert len(rows) > 20
    balance = next(account.opening_minor for account in world.accounts if account.key == key)
    last_ms = 0
    for row in rows:
        amount = int(str(row["amount_minor"]))
        balance += amount if row["direction"] == "in" else -amount
        assert row["balance_minor"] == balance
        assert int(str(row["at_ms"])) > last_ms
        last_ms = int(str(row["at_ms"]))


def test_every_payment_of_a_victim_is_in_the_statements_that_are_delivered(world: World) -> None:
    transfers = {transfer.id: transfer for transfer in world.transfers}
    by_number = {account.number: account for account in world.accounts}
    for report in world.reports:
        paid = [transfers[one] for one in report.payments]
        assert sum(transfer.amount_minor for transfer in paid) == report.amount_minor
        assert report.at_ms > max(transfer.at_ms for transfer in paid)
        for transfer in paid:
            for number, direction in ((transfer.payer, "out"), (transfer.payee, "in")):
                if by_number[number].delivered:
                    legs = statement(world, by_number[number].key)
                    assert any(
                        leg["amount_minor"] == transfer.amount_minor
                        and leg["direction"] == direction
                        and leg["at_ms"] in (transfer.at_ms, transfer.arrived_ms)
                        for leg in legs
                    )


@pytest.mark.parametrize("scope", SCOPES)
def test_disputed_money_adds_up(world: World, scope: str) -> None:
    made = following(world, scope)
    lost: Counter[tuple[str, str]] = Counter()
    for report in world.reports:
        amounts = {one.id: one.amount_minor for one in world.transfers}
        counted = report.stated if scope == "told" else report.payments
        lost[report.gang, report.currency] += sum(amounts[one] for one in counted)
    currency = {account.number: account.currency for account in world.accounts}
    ends: Counter[tuple[str, str]] = Counter()
    for (gang, number), sums in made.sums.items():
        assert sums["received_minor"] == sum(
            sums[name] for name in ("passed_minor", "exited_minor", "held_minor", "unlocated_minor")
        )
        code = currency.get(number) or ("CNY" if number.startswith("62") else "THB")
        ends[gang, code] += sums["exited_minor"] + sums["held_minor"] + sums["unlocated_minor"]
    assert ends == lost


def test_what_the_preset_promises(world: World) -> None:
    made = following(world, "full")
    tiers = {made.tiers[key] for key in made.tiers}
    assert {1, 2, 3, 4} <= tiers
    house = {account.number for account in world.accounts if account.key == "w1"}
    assert {gang for gang, number in made.tiers if number in house} == {"A", "B", "C"}
    assert {flow["exit"] for flow in made.flows} >= {"cash", "crypto", "goods", "abroad"}
    by_key = {account.key: account.number for account in world.accounts}
    reached = {number for _, number in following(world, "visible").tiers}
    for key in ("s1", "e1", "f1", "d1", "r1"):
        assert by_key[key] in reached, key
    assert by_key["o1"] not in reached and by_key["f2"] not in reached
    assert {report.zone for report in world.reports} == {"Asia/Shanghai", "Asia/Bangkok"}
    assert len(world.reports) == 30


def test_suppliers_are_in_no_report_but_talk_to_every_crew(world: World) -> None:
    suppliers = [phone.number for phone in world.phones if phone.role in ("supplier", "data_seller")]
    assert len(suppliers) == 2
    victims = {phone.number for phone in world.phones if phone.role == "victim"}
    for number in suppliers:
        assert all(number[-8:] not in report.text for report in world.reports)
        partners = {call.caller for call in world.calls if call.callee == number}
        partners |= {call.callee for call in world.calls if call.caller == number}
        assert all(partners & set(gang.phones) for gang in world.gangs)
        assert not partners & victims


def test_reports_name_their_crew_and_the_two_public_lines(world: World) -> None:
    for report in world.reports:
        assert "95588" in report.text and "96110" in report.text
        gang = next(gang for gang in world.gangs if gang.key == report.gang)
        own = {*gang.phones, *gang.payees, *gang.sites, "TRON:" + gang.wallet}
        assert any(named.clean and named.value in own for named in report.named)
        assert all(named.value in own for named in report.named if named.clean)
