"""The fraud chain of a world: organisations, what they use, who is approached, and every victim's money to the last minor unit."""

from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import app, certificate, domain, imei, phone, wallet
from fanzha.simulate import gang_calls, gangs, planted, population, tools, typologies
from fanzha.simulate.books import Lot, parcels_of, parts, taken, total
from fanzha.simulate.parameters import Parameters, declared, parameters
from fanzha.simulate.profiles import Casting, Profile, customers
from fanzha.simulate.underworld import Lease, at
from fanzha.simulate.world import (
    CHAIN_PURPOSES,
    COUNTRIES,
    DAY_MS,
    EXITS,
    HONEST_PURPOSES,
    HOUR_MS,
    OCCUPATIONS,
    PURPOSES,
    Moved,
    Transfers,
    World,
)

START_MS = 20_600 * DAY_MS
GANGS, INCIDENTS = 9, 90
SERVICES_WITH_TOOLS = ("recruiter", "smuggler", "lead_generator", "guarantee")
# What a scam may be paid with, by the person's role: a boss hardly moves money himself.
ROLES = {
    "R-FIN", "R-BOSS", "R-CORE", "R-HOST", "R-GUARD", "R-OPER", "R-SCRIPT", "R-TECH", "R-GOIP", "R-LEAD", "R-ACCT",
    "R-DATA", "R-CARD", "R-CDLR", "R-WASH", "R-CASH", "R-OTC", "R-GUAR", "R-UBNK", "R-SMUG", "R-RECR", "R-INS",
    "V-TRAF", "V-UNW",
}  # fmt: skip


def empty_world(seed: int, people: int, days: int, p: Parameters) -> World:
    """People, businesses, banks and accounts; no honest money, for the chain does not read it."""
    made = population.holders(seed, people, p)
    nothing = np.zeros(0, np.int64)
    transfers = Transfers(nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    accounts = population.accounts(seed, made, p, START_MS)
    return World(seed, START_MS, START_MS + days * DAY_MS, population.banks(p), made, accounts, transfers)


def chained(seed: int, people: int = 8_000, moved_max: int = 10**9, **changes: object) -> World:
    p = parameters("town").set({name.replace("__", "."): value for name, value in changes.items()})
    world = empty_world(seed, people, 45, p)
    gangs.add_chain(world, p, GANGS, INCIDENTS, moved_max)
    return world


@cache
def plain(seed: int) -> World:
    """A world that several tests look at and none changes."""
    return chained(seed)


@pytest.fixture(scope="module")
def world() -> World:
    return plain(1)


def currency(world: World, moved: Moved) -> str:
    return world.currency(moved.payer if moved.payer >= 0 else moved.payee)


def of_kind(world: World, kind: str) -> list[int]:
    return [one.id for one in world.organisations if one.kind == kind]


# --- Money


def check_money(world: World) -> None:
    """No parcel leaves before it arrived; for each incident and currency: paid + arrived = left by an exit + still held."""
    held: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)  # (account, incident) -> (arrived, amount)
    spent: Counter[tuple[int, int]] = Counter()
    into: Counter[tuple[int, str]] = Counter()
    out: Counter[tuple[int, str]] = Counter()
    for one in world.moved:
        for parcel in one.parcels:
            key = parcel.incident, currency(world, one)
            if one.purpose in ("scam", "arrival"):
                into[key] += parcel.amount_minor
            else:
                mine = one.payer, parcel.incident
                there = sum(amount for arrived, amount in held[mine] if arrived <= one.at_ms)
                spent[mine] += parcel.amount_minor
                assert spent[mine] <= there, f"{one} sends what it does not have"
            if one.exit:
                out[key] += parcel.amount_minor
            else:
                held[one.payee, parcel.incident].append((one.arrived_ms, parcel.amount_minor))
    still: Counter[tuple[int, str]] = Counter()
    for (account, incident), lots in held.items():
        rest = sum(amount for _, amount in lots) - spent[account, incident]
        assert rest >= 0
        still[incident, world.currency(account)] += rest
    for key in into:
        assert into[key] == out[key] + still[key], key
    assert sum(still.values()), "some money stays where it is"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_incident_is_conserved_and_no_parcel_leaves_before_it_came(seed: int) -> None:
    check_money(plain(seed))


def test_conservation_holds_with_everything_mixed_and_abroad() -> None:
    check_money(
        chained(
            4,
            laundering__exits={"cash": 0.1, "crypto": 0.1, "goods": 0.1, "merchant": 0.2, "abroad": 0.5},
            laundering__own_share=1.0,
            laundering__pay_share=1.0,
            laundering__test_share=1.0,
            gangs__target_countries=[0.34, 0.33, 0.33],
        )
    )


def test_the_check_of_conservation_bites(world: World) -> None:
    place = next(at for at, one in enumerate(world.moved) if one.exit == "crypto")
    one = world.moved[place]
    without = [*world.moved[:place], *world.moved[place + 1 :]]
    doubled = [*world.moved[:place], one, one, *world.moved[place + 1 :]]
    broken = World(*(getattr(world, name) for name in World.__slots__))
    broken.moved = doubled
    with pytest.raises(AssertionError):
        check_money(broken)
    broken.moved = [each for each in without if each.purpose != "scam"]
    with pytest.raises(AssertionError):
        check_money(broken)


def test_transfers_are_well_formed(world: World) -> None:
    assert all(first.at_ms <= second.at_ms for first, second in pairwise(world.moved))
    for one in world.moved:
        assert one.amount_minor > 0
        assert world.start_ms <= one.at_ms < one.arrived_ms < world.end_ms
        assert one.arrived_ms - one.at_ms < 60_000
        assert one.purpose in CHAIN_PURPOSES
        assert one.exit in EXITS
        assert one.payer != one.payee
        assert one.payer >= 0 or one.purpose == "arrival"
        assert (one.payee < 0) == (one.exit in ("cash", "abroad"))
        assert all(parcel.amount_minor > 0 for parcel in one.parcels)
        assert len({parcel.incident for parcel in one.parcels}) == len(one.parcels)
        assert sum(parcel.amount_minor for parcel in one.parcels) <= one.amount_minor
        if one.payer >= 0 and one.payee >= 0:
            assert world.currency(one.payer) == world.currency(one.payee)


def test_own_money_is_bounded(world: World) -> None:
    p = parameters("town")
    for one in world.moved:
        own = one.amount_minor - sum(parcel.amount_minor for parcel in one.parcels)
        rate = 100 * next(each.per_yuan for each in COUNTRIES if each.currency == currency(world, one))
        if one.purpose == "test":
            assert own <= p["laundering.test_yuan"][1] * rate
        elif one.purpose == "rebate":
            assert own <= p["scams.rebate_amount"][1] * rate
        elif one.purpose == "hire":
            assert not one.parcels, "the chain pays its own with its own money"
        else:
            assert own <= p["laundering.own_yuan_max"] * rate
            assert own == 0 or one.purpose == "layer"
    assert any(
        one.purpose == "layer" and one.amount_minor > sum(q.amount_minor for q in one.parcels) for one in world.moved
    )


def test_what_leaves_a_country_arrives_in_another_at_one_rate() -> None:
    world = chained(5, laundering__exits={"cash": 0.0, "crypto": 0.0, "goods": 0.0, "merchant": 0.0, "abroad": 1.0})
    groups = defaultdict(list)
    for one in world.moved:
        if one.group:
            groups[one.group].append(one)
    pairs = [each for each in groups.values() if len(each) == 2]
    assert pairs and any(len(each) == 1 for each in groups.values())
    for out, arrival in pairs:
        assert (out.purpose, out.exit, out.payee) == ("abroad", "abroad", -1)
        assert (arrival.purpose, arrival.exit, arrival.payer) == ("arrival", "", -1)
        assert arrival.at_ms > out.arrived_ms
        assert world.currency(out.payer) != world.currency(arrival.payee)
        rate = arrival.amount_minor / out.amount_minor
        for before, after in zip(out.parcels, arrival.parcels, strict=True):
            assert before.incident == after.incident
            assert after.amount_minor == pytest.approx(before.amount_minor * rate, abs=len(out.parcels) + 2)


def test_every_way_out_and_every_habit_is_there() -> None:
    world = chained(6, laundering__test_share=0.3)
    found = {one.purpose for one in world.moved}
    assert found >= {"scam", "rebate", "test", "layer", "cash", "crypto", "goods", "gold", "merchant", "pay"}
    honest = [one for one in world.moved if one.purpose == "pay"]
    assert all(one.exit == "goods" and one.payee not in world.controller for one in honest)
    merged = [one for one in world.moved if one.purpose != "scam" and len(one.parcels) > 1]
    assert merged, "several victims' money travels together"
    orders = Counter(one.payer for one in world.moved if one.purpose == "merchant")
    assert len(orders) > 5


def test_ways_out_have_their_shares() -> None:
    shares: Counter[str] = Counter()
    for seed in range(1, 6):
        for one in plain(seed).moved:
            if one.exit and one.purpose != "pay":
                shares[one.purpose if one.purpose == "merchant" else one.exit] += 1 if one.exit != "cash" else 0
                if one.exit == "cash":
                    shares["cash"] += 1
    exits = parameters("town")["laundering.exits"]
    counted = {name: shares[name] / sum(shares.values()) for name in exits}
    assert abs(counted["crypto"] - exits["crypto"]) < 0.12
    assert abs(counted["abroad"] - exits["abroad"]) < 0.04
    assert counted["merchant"] > counted["abroad"]


def test_tiers_follow_the_parameter() -> None:
    flat = chained(7, laundering__tiers={"2": 1.0, "3": 0.0, "4": 0.0, "5": 0.0, "6": 0.0})
    deep = chained(7, laundering__tiers={"2": 0.0, "3": 0.0, "4": 0.0, "5": 0.0, "6": 1.0})

    def depth(world: World) -> float:
        return float(np.mean([one.tier for one in world.moved if one.purpose in ("scam", "layer")]))

    assert depth(flat) + 0.6 < depth(deep)
    assert all(one.tier == 1 for one in flat.moved if one.purpose == "scam")


def test_money_does_not_stay_long_in_the_first_account() -> None:
    minutes = []
    for seed in (30, 31):
        arrived: dict[int, list[int]] = defaultdict(list)
        world = chained(seed, laundering__wait_share=[0.0, 0.0], laundering__forward_min_yuan=0)
        for one in world.moved:
            if one.purpose == "scam":
                arrived[one.payee].append(one.arrived_ms)
        for one in world.moved:
            before = [moment for moment in arrived.get(one.payer, []) if moment <= one.at_ms]
            if before and one.parcels:
                minutes.append((one.at_ms - before[-1]) / 60_000)
    assert 2.0 < float(np.median(minutes)) < 8.0


def test_a_stopped_account_keeps_what_it_has() -> None:
    world = chained(8, gangs__arrested_share=1.0)
    check_money(world)
    usual = chained(8, gangs__arrested_share=0.0, gangs__raided_share=0.0)
    assert left_share(world) < left_share(usual)


def left_share(world: World) -> float:
    paid = sum(one.amount_minor for one in world.moved if one.purpose == "scam" and currency(world, one) == "CNY")
    out = sum(q.amount_minor for one in world.moved if one.exit and currency(world, one) == "CNY" for q in one.parcels)
    return out / paid


# --- What the chain pays its own


def hired(world: World) -> list[Moved]:
    return [one for one in world.moved if one.purpose == "hire"]


def person_of(world: World, account: int) -> int:
    return int(world.accounts.holder[account])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_dealers_pay_card_holders_before_their_accounts_are_used(seed: int) -> None:
    world, p = plain(seed), parameters("town")
    least, most = p["laundering.hire_yuan"]["R-CARD"]
    dealers = {
        one.id: {person for person, _ in one.members} for one in world.organisations if one.kind == "card_dealer"
    }
    paid = [one for one in hired(world) if world.controller[one.payer] in dealers]
    assert len(paid) > 20
    for one in paid:
        person = person_of(world, one.payee)
        assert world.roles[person] == "R-CARD", "who does not know is not paid for it"
        assert person in dealers[world.controller[one.payer]]
        rate = next(each.per_yuan for each in COUNTRIES if each.currency == currency(world, one))
        assert least * rate * 99 <= one.amount_minor <= most * rate * 100
        sold = [account for account in world.controller if person_of(world, account) == person]
        uses = [each.at_ms for each in world.moved if each is not one and {each.payer, each.payee} & set(sold)]
        assert min(uses) - one.at_ms >= p["laundering.hire_card_hours"][0] * HOUR_MS
    assert len({person_of(world, one.payee) for one in paid}) == len(paid), "once"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gangs_pay_services_and_free_operators_from_a_purse_that_coin_fills(seed: int) -> None:
    world, p = plain(seed), parameters("town")
    purses = {account: one for account, one in world.controller.items() if world.organisations[one].kind == "gang"}
    assert sorted(purses.values()) == of_kind(world, "gang")
    coerced = {person for one in world.organisations for person in one.coerced}
    roles, payers = Counter[str](), set()
    filled, spent = Counter[int](), Counter[int]()
    for one in hired(world):
        person = person_of(world, one.payee)
        assert person not in coerced and world.roles[person] != "V-TRAF"
        if one.payee in purses:
            assert world.organisations[world.controller[one.payer]].kind == "otc"
            filled[one.payee] += one.amount_minor
        elif one.payer in purses:
            gang = purses[one.payer]
            payers.add(gang)
            spent[one.payer] += one.amount_minor
            assert spent[one.payer] <= filled[one.payer], "it is filled before it pays"
            [own] = [each for each in world.organisations if person in {member for member, _ in each.members}]
            assert own.parent == gang if own.kind == "crew" else gang in own.serves
            roles[world.roles[person]] += 1
            if own.kind == "crew":
                assert one.at_ms > tools.joined_ms(world, p, person)
    assert payers == set(purses.values())
    assert roles["R-OPER"] and {"R-OPER"} < set(roles) <= set(p["laundering.hire_yuan"]) - {"R-CARD"}


def test_every_trade_that_gangs_hire_is_paid_somewhere() -> None:
    roles = {world.roles[person_of(world, one.payee)] for world in map(plain, range(1, 6)) for one in hired(world)}
    assert set(parameters("town")["laundering.hire_yuan"]) <= roles


def test_upstream_money_takes_no_more_than_its_share() -> None:
    for world in map(plain, range(1, 4)):
        assert 0.05 * len(world.moved) < len(hired(world)) <= 0.1 * len(world.moved)
    nobody = chained(3, laundering__hire_share=0.0)
    assert nobody.moved and not hired(nobody)
    cut = chained(3, moved_max=len(plain(3).moved) // 3)
    assert 0 < len(hired(cut)) <= 0.1 * len(cut.moved)


def test_a_purse_is_told_as_one_and_a_paid_holders_other_account_is_no_mule(world: World) -> None:
    told = {row["account"]: row for row in planted.accounts(world)}
    assert len(told) == len({account for one in world.moved for account in (one.payer, one.payee)} - {-1})
    purses = [row for row in told.values() if row["role"] == "purse"]
    assert {row["gang"] for row in purses} == {row["controller"] for row in purses} == set(of_kind(world, "gang"))
    for one in hired(world):
        row = told[str(int(world.accounts.number[one.payee]))]
        if one.payee not in world.controller:
            assert row["role"] == "person" and row["controller"] == row["gang"] == -1


def test_purposes_keep_their_numbers() -> None:
    """Written worlds hold the places of purposes: new ones come last."""
    assert PURPOSES[-1] == CHAIN_PURPOSES[-1] == "hire"
    assert PURPOSES.index("scam") == len(HONEST_PURPOSES)


# --- The same seed, and how much


def test_same_seed_same_chain(world: World) -> None:
    again, other = chained(1), plain(2)
    for name in ("moved", "incidents", "organisations", "resources", "roles", "controller"):
        assert getattr(world, name) == getattr(again, name), name
    assert world.moved != other.moved


def test_no_more_transfers_than_allowed() -> None:
    whole = plain(3)
    assert 8 <= len(whole.moved) / sum(bool(one.payments) for one in whole.incidents) <= 16
    cut = chained(3, moved_max=len(whole.moved) // 3)
    assert 0 < len(cut.moved) <= len(whole.moved) // 3
    check_money(cut)
    none = chained(3, moved_max=0)
    assert not none.moved and none.organisations


def test_a_world_without_gangs_has_no_chain() -> None:
    p = parameters("town")
    world = empty_world(1, 400, 20, p)
    gangs.add_chain(world, p, 0, 10, 100)
    assert not world.organisations and not world.moved


def test_a_small_world_still_holds_and_a_tiny_one_runs_out_of_people() -> None:
    p = parameters("town")
    small, tiny = empty_world(3, 400, 20, p), empty_world(3, 60, 20, p)
    gangs.add_chain(small, p, 2, 12, 400)
    gangs.add_chain(tiny, p, 2, 12, 400)
    assert 0 < len(small.moved) <= 400
    check_money(small)
    assert len(tiny.incidents) < len(small.incidents), "who works for the chain is no target"


# --- Who works with whom


def test_every_trade_is_there_and_services_are_shared(world: World) -> None:
    kinds = {one.kind for one in world.organisations}
    assert kinds == {
        "gang", "crew", "compound", "financier", "laundering_house", "card_dealer", "sim_box", "tech", "script",
        "lead_generator", "data_seller", "guarantee", "recruiter", "smuggler", "otc", "leaking_company", "cash_fleet",
    }  # fmt: skip
    all_gangs = set(of_kind(world, "gang"))
    assert len(all_gangs) == GANGS
    for one in world.organisations:
        if one.kind in gangs.SERVICE_ROLE:
            assert set(one.serves) <= all_gangs and 1 <= len(set(one.serves)) == len(one.serves)
            assert len(one.serves) <= 4 or one.kind == "laundering_house"
        if one.kind == "crew":
            assert one.parent in all_gangs
        if one.kind == "gang":
            assert world.organisations[one.parent].kind == "compound"
        if one.kind == "leaking_company":
            assert world.organisations[one.parent].kind == "data_seller"
            assert one.members[0][0] >= world.holders.people and one.from_ms < world.start_ms
    for kind in gangs.SERVICE_ROLE:
        served = {gang for one in world.organisations if one.kind == kind for gang in one.serves}
        assert served == all_gangs, f"every gang buys {kind}"
    assert any(len(one.serves) > 1 for one in world.organisations if one.kind == "laundering_house")
    hosts = [one for one in world.organisations if one.kind == "compound"]
    assert any(len(one.serves) > 1 for one in hosts), "a compound hosts several gangs"


def test_roles_and_members_agree(world: World) -> None:
    assert set(world.roles.values()) == ROLES
    seen: Counter[int] = Counter()
    for one in world.organisations:
        for person, role in one.members:
            if one.kind == "leaking_company" and not role:
                continue
            seen[person] += 1
            assert person < world.holders.people
            expected = "V-TRAF" if person in one.coerced else role
            assert world.roles[person] == expected
        assert one.coerced <= {person for person, role in one.members if role == "R-OPER"}
    assert set(seen.values()) == {1}, "nobody works in two places"
    assert set(seen) == set(world.roles)
    minors = [person for person in world.roles if world.holders.age[person] < 18]
    assert minors
    assert {world.roles[person] for person in minors} <= {"V-TRAF", "R-CARD", "V-UNW"}, "a minor is never a head"


def test_victims_are_outside_the_chain(world: World) -> None:
    for incident in world.incidents:
        assert incident.victim not in world.roles
        assert world.accounts.holder[incident.account] == incident.victim
        assert incident.account not in world.controller


def test_controlled_accounts_are_moved_by_those_who_control_them(world: World) -> None:
    for account, organisation in world.controller.items():
        kind, role = world.organisations[organisation].kind, world.roles[int(world.accounts.holder[account])]
        if kind == "gang":
            assert role in ("R-CORE", "R-BOSS", "R-CARD", "V-UNW")
        elif kind == "card_dealer":
            assert role == "R-CDLR"
        else:
            assert kind in ("laundering_house", "otc", "cash_fleet")
            assert role in ("R-CARD", "V-UNW", "R-OTC", "R-CASH")
    victims = {one.account for one in world.incidents}
    assert all(one.payer in world.controller or one.payer in victims for one in world.moved if one.payer >= 0)


# --- What they use


def test_resources_are_right_in_form_and_nobodys(world: World) -> None:
    people = set(world.holders.phone.tolist())
    values = [(one.kind, one.value) for one in world.resources]
    assert len(values) == len(set(values))
    for one in world.resources:
        assert world.start_ms <= one.from_ms < one.to_ms <= world.end_ms
        assert one.users and len(set(one.users)) == len(one.users)
        assert all(world.organisations[gang].kind == "gang" for gang in one.users)
        if one.kind == "phone":
            assert phone.parse(one.value) and int(one.value) not in people
        elif one.kind == "domain":
            assert domain.parse(one.value)
        elif one.kind == "wallet":
            found = wallet.parse(one.value.removeprefix("TRON:"))
            assert found and found.normal == one.value and found.valid
        elif one.kind == "app":
            found = app.parse(one.value)
            assert found and found.normal == one.value
        elif one.kind == "certificate":
            assert certificate.validate(one.value)
        elif one.kind == "imei":
            assert imei.parse(one.value)
        elif one.kind == "account":
            assert int(one.value) == world.accounts.number[one.account]


def test_incidents_use_what_their_gang_uses_at_that_time(world: World) -> None:
    kinds = {
        "phone": "phone",
        "site": "domain",
        "wallet": "wallet",
        "app": "app",
        "certificate": "certificate",
        "im": "im",
    }
    used: Counter[str] = Counter()
    records: dict[int, set[int]] = {}
    p = parameters("town")
    for incident in world.incidents:
        assert world.organisations[incident.crew].parent == incident.gang
        for name, kind in kinds.items():
            place = getattr(incident, name)
            if place >= 0:
                one = world.resources[place]
                used[name] += 1
                assert one.kind == kind and incident.gang in one.users
                assert one.from_ms <= incident.first_contact_ms < one.to_ms
        if incident.leak >= 0:
            business = world.organisations[incident.leak].members[0][0]
            assert incident.gang in world.organisations[incident.leak].serves
            assert incident.victim in records.setdefault(business, set(customers(world, p, business).tolist()))
    assert min(used[name] for name in kinds) > 0
    assert any(one.leak >= 0 for one in world.incidents)


def test_things_are_shared_and_changed(world: World) -> None:
    crews = [one for one in world.resources if world.organisations[one.owner].kind not in SERVICES_WITH_TOOLS]
    shared = Counter(one.kind for one in crews if len(one.users) > 1)
    assert shared["phone"] and shared["account"] and shared["imei"] and not shared["im"]
    phones = [one.to_ms - one.from_ms for one in crews if one.kind == "phone" and len(one.users) == 1]
    assert np.median(phones) < 5 * DAY_MS
    scripts = {one.script for one in world.incidents}
    assert len(scripts) < GANGS, "gangs that buy from one writer share a script"


def test_a_crew_that_moves_changes_every_phone_and_keeps_its_certificate() -> None:
    p = parameters("town").set({"gangs.move_share": 1.0})
    world = empty_world(2, 6_000, 40, p)
    gangs.add_chain(world, p, 4, 60, 10**6)
    before: dict[int, set[int]] = defaultdict(set)
    after: dict[int, set[int]] = defaultdict(set)
    certificates: dict[int, set[int]] = defaultdict(set)
    for one in world.incidents:
        moment, _, _ = tools.move_of(world, p, one.crew)
        assert world.start_ms < moment < world.end_ms
        if one.phone >= 0:
            (after if one.first_contact_ms >= moment else before)[one.crew].add(one.phone)
        if one.certificate >= 0:
            certificates[one.crew].add(one.certificate)
    assert before and after
    assert all(not before[crew] & after[crew] for crew in before)
    crew = next(iter(before))
    moment, here, there = tools.move_of(world, p, crew)
    assert tools.place_of(world, p, crew, moment - 1) == here
    assert tools.place_of(world, p, crew, moment) == there
    stays = parameters("town").set({"gangs.move_share": 0.0})
    assert tools.move_of(world, stays, crew)[0] == -1


def test_a_crew_that_has_moved_uses_the_same_script_and_certificate_again() -> None:
    p, found = parameters("town"), 0
    for world in map(plain, range(1, 6)):
        for crew in of_kind(world, "crew"):
            moment = tools.move_of(world, p, crew)[0]
            mine = [one for one in world.incidents if one.crew == crew and one.certificate >= 0]
            before = {(one.script, one.certificate) for one in mine if one.first_contact_ms < moment}
            after = {(one.script, one.certificate) for one in mine if 0 <= moment <= one.first_contact_ms}
            found += bool(before & after)
        everybody = {(one.crew, one.script) for one in world.incidents}
        assert len(everybody) == len({crew for crew, _ in everybody}), "a crew keeps its script wherever it is"
    assert found >= 5, "more than one a world"


def test_services_work_with_things_of_their_own(world: World) -> None:
    p = parameters("town")
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in world.resources:
        owner = world.organisations[one.owner]
        if owner.kind in SERVICES_WITH_TOOLS:
            kinds[owner.kind].add(one.kind)
            assert set(one.users) <= set(owner.serves)
            if one.kind == "phone":
                there = {int(world.holders.country[world.organisations[gang].members[0][0]]) for gang in one.users}
                assert [f"+{COUNTRIES[place].dialling}" for place in there] == [one.value[:3]]
            else:
                assert one.users == owner.serves
    assert kinds == {kind: set(own) for kind, own in p["gangs.service_tools"].items()}
    rows = {(row["kind"], row["value"]): row for row in planted.identifiers(world)}
    for one in world.resources:
        if world.organisations[one.owner].kind == "guarantee":
            row = rows[one.kind, one.value.removeprefix("group:")]
            assert row["owner"] == one.owner and row["gangs"] == sorted(one.users)
    shared = [
        one for one in world.resources if world.organisations[one.owner].kind == "guarantee" and len(one.users) > 1
    ]
    assert {one.kind for one in shared} == {"im", "wallet"}


# --- How people come to it


def resource_of(world: World, number: int, kind: str) -> Any:
    return next(
        one for one in world.resources if one.value == f"+{number}" and world.organisations[one.owner].kind == kind
    )


def test_recruiters_reach_operators_before_their_first_day(world: World) -> None:
    p = parameters("town")
    where = gang_calls.posted(world, p)
    events, reached = gang_calls.recruits(world, p, where)
    crew_of = {
        person: crew for crew in world.organisations if crew.kind == "crew" for person, role in crew.members
        if role == "R-OPER"
    }  # fmt: skip
    by_phone = {int(world.holders.phone[person]): person for person in crew_of}
    quiet = {
        one.value: one for one in world.resources if world.organisations[one.owner].kind in ("recruiter", "smuggler")
    }
    lured, written = set(), Counter[bool]()
    for one in events:
        own, person = (one.caller, one.callee) if one.callee in by_phone else (one.callee, one.caller)
        operator, line = by_phone[person], quiet[f"+{own}"]
        assert crew_of[operator].parent in line.users and line.from_ms <= one.at_ms < line.to_ms
        if world.organisations[line.owner].kind == "recruiter":
            lured.add(operator)
            written[one.sms] += 1
            first = tools.joined_ms(world, p, operator)
            assert 2 * DAY_MS <= first - one.at_ms <= 14 * DAY_MS
    assert lured == {one.person for one in reached} and written[True] > written[False] > 0
    joined = {person for person in crew_of if tools.joined_ms(world, p, person) >= 0}
    assert lured <= joined and len(lured) > 0.9 * len(joined)
    assert any(world.roles[person] == "V-TRAF" for person in lured)
    assert any(world.roles[person] == "R-OPER" for person in lured)


def test_travellers_are_heard_near_the_border_and_then_where_the_crew_is(world: World) -> None:
    p = parameters("town")
    where = gang_calls.posted(world, p)
    events, _ = gang_calls.recruits(world, p, where)
    borders = {
        place: 4_100 + place * 200 + each.regions.index(p["calls.border_regions"][each.code]) * 10
        for place, each in enumerate(COUNTRIES)
    }
    people = {int(phone): person for person, phone in enumerate(world.holders.phone.tolist()) if person in world.roles}
    smugglers = {
        int(one.value) for one in world.resources
        if one.kind == "phone" and world.organisations[one.owner].kind == "smuggler"
    }  # fmt: skip
    calls = [one for one in events if {one.caller, one.callee} & smugglers]
    heard: Counter[tuple[bool, bool]] = Counter()
    for one in calls:
        out = one.caller in smugglers
        person = people[one.callee if out else one.caller]
        crossed, first = int(where.crossed_ms[person]), int(where.since_ms[person])
        home = int(world.holders.country[person])
        assert crossed - 12 * HOUR_MS <= one.at_ms <= crossed + 10 * HOUR_MS and crossed < first
        crew = next(each.id for each in world.organisations if each.kind == "crew" and person in dict(each.members))
        assert tools.place_of(world, p, crew, first)[0] != home, "nobody is led over a border within a country"
        if one.at_ms >= crossed:
            assert one.cell // 10**6 == borders[home]
        elif out:
            assert one.cell // 10**6 not in borders.values()
        heard[out, one.at_ms >= crossed] += 1
        country, region = tools.place_of(world, p, crew, first)
        assert where.of(world, person, first)[1] // 10**6 == 4_100 + country * 200 + region * 10
    assert len(heard) == 4, "either way, before and after"
    anybody = next(person for person in range(world.holders.people) if person not in world.roles)
    at_home = np.array([anybody]), np.array([world.end_ms - 1])
    assert where.device(world, *at_home)[1] == gang_calls.device_of(world, *at_home)[1]


def test_an_operator_reports_only_once_there_and_from_there(world: World) -> None:
    p = parameters("town")
    where = gang_calls.posted(world, p)
    operators = {
        int(world.holders.phone[person]): (person, crew.id)
        for crew in world.organisations if crew.kind == "crew" for person, role in crew.members if role == "R-OPER"
    }  # fmt: skip
    seen = 0
    for one in gang_calls.between_organisations(world, p, where):
        if one.caller in operators:
            person, crew = operators[one.caller]
            country, region = tools.place_of(world, p, crew, one.at_ms)
            assert one.at_ms >= where.since_ms[person]
            assert one.cell // 10**6 == 4_100 + country * 200 + region * 10
            seen += 1
    assert seen > 100


def test_lead_generators_write_before_the_crew_does(world: World) -> None:
    p = parameters("town")
    told = gang_calls.introductions(world, p)
    able = [one for one in world.incidents if one.channel in ("social", "group", "sms")]
    assert 0.6 * len(able) < len(told) < len(able)
    for place, incident, at_ms in told:
        line = world.resources[place]
        assert world.organisations[line.owner].kind == "lead_generator" and incident.gang in line.users
        assert line.from_ms <= at_ms < line.to_ms
        assert incident.channel in ("social", "group", "sms")
        assert HOUR_MS <= incident.first_contact_ms - at_ms <= 72 * HOUR_MS


def test_what_they_send_is_in_the_calls_and_in_the_messages(world: World) -> None:
    p, calls = parameters("town"), gang_calls.Calls()
    told = gang_calls.introductions(world, p)
    table, reached = gang_calls.leads(world, p, calls, told)
    rows = {(row["sender"], row["receiver"], row["at_ms"]): row["script"] for row in table.to_pylist()}
    sent = set(zip(*(np.concatenate(one).tolist() for one in (calls.caller, calls.callee, calls.at_ms)), strict=True))
    contacts = {(one.person, one.at_ms, one.channel) for one in reached}
    for place, incident, at_ms in told:
        phone = int(world.holders.phone[incident.victim])
        assert rows[world.resources[place].value, f"+{phone}", at_ms] == incident.script
        assert (gang_calls.number_of(world.resources[place]), phone, at_ms) in sent
        assert (incident.victim, at_ms, incident.channel) in contacts
    nothing, none = gang_calls.leads(world, p, gang_calls.Calls(), [])
    assert nothing.num_rows == table.num_rows - len(told) and len(none) == len(reached) - len(told)


# --- Who is approached


def test_incidents_are_in_order_and_know_their_payments(world: World) -> None:
    assert [one.id for one in world.incidents] == list(range(len(world.incidents)))
    contacts = [one.first_contact_ms for one in world.incidents]
    assert contacts == sorted(contacts)
    listed = [place for one in world.incidents for place in one.payments]
    assert sorted(listed) == [at for at, one in enumerate(world.moved) if one.purpose == "scam"]
    for one in world.incidents:
        assert bool(one.payments) != one.stopped
        assert world.start_ms <= one.first_contact_ms < min(one.due_ms, world.end_ms)
        for place in one.payments:
            moved = world.moved[place]
            assert moved.parcels[0].incident == one.id and moved.payer == one.account and moved.at_ms >= one.due_ms


def test_some_will_be_hit_next(world: World) -> None:
    later = [one for one in world.incidents if one.due_ms >= world.end_ms]
    assert later and all(one.stopped and one.first_contact_ms < world.end_ms for one in later)
    payers = sum(bool(one.payments) for one in world.incidents)
    assert len(world.incidents) > 3 * payers


def test_types_channels_and_first_days_follow_the_parameters() -> None:
    p = parameters("town")
    types: Counter[str] = Counter()
    days, payments, ages = [], [], []
    for seed in range(1, 6):
        world = plain(seed)
        for one in world.incidents:
            assert one.channel in p["scams.channels"][one.scam_type]
            if one.payments:
                types[one.scam_type] += 1
                payments.append(len(one.payments))
                ages.append(int(world.holders.age[one.victim]))
                days.append(world.moved[one.payments[-1]].at_ms - one.first_contact_ms <= DAY_MS)
    assert set(types) <= set(p["scams.shares"])
    for name in ("T01", "T04", "T02"):
        assert abs(types[name] / sum(types.values()) - p["scams.shares"][name]) < 0.1
    assert 0.54 < np.mean(days) < 0.78
    assert 2.0 < np.mean(payments) < 3.6
    assert 32 < np.mean(ages) < 41


def test_a_recovery_scam_meets_a_past_victim_again() -> None:
    world = chained(13, people=5_000, scams__recovery_share=1.0)
    met = Counter(one.victim for one in world.incidents if one.payments)
    again = {person for person, count in met.items() if count > 1}
    assert again
    recovery = parameters("town")["scams.recovery_type"]
    for person in again:
        first, *others = [one for one in world.incidents if one.victim == person and one.payments]
        for other in others:
            assert other.scam_type == recovery
            assert other.first_contact_ms > world.moved[first.payments[-1]].at_ms


def test_some_past_victims_are_met_again_in_an_ordinary_world() -> None:
    recovery, again = parameters("town")["scams.recovery_type"], 0
    for world in map(plain, range(1, 6)):
        lost = {}
        for one in world.incidents:
            if one.payments and one.victim in lost:
                assert one.scam_type == recovery and one.first_contact_ms > lost[one.victim]
                again += 1
            elif one.payments:
                lost[one.victim] = world.moved[one.payments[-1]].at_ms
    assert again >= 5


def test_even_a_small_world_has_a_victim_who_is_met_again_unless_none_is_wanted() -> None:
    for share in (0.0, 0.000001):
        p = parameters("town").set({"scams.recovery_share": share})
        for seed in (1, 2, 3):
            world = empty_world(seed, 4_000, 45, p)
            gangs.add_chain(world, p, 3, 12, 10**6)
            met = Counter(one.victim for one in world.incidents if one.payments)
            assert (max(met.values()) > 1) == (share > 0)
            assert sum(count > 1 for count in met.values()) <= 1


def test_rebates_come_before_the_first_payment_and_only_where_promised(world: World) -> None:
    victims = {one.account: one for one in world.incidents if one.payments}
    rebates = [one for one in world.moved if one.purpose == "rebate"]
    assert rebates
    for one in rebates:
        incident = victims[one.payee]
        assert incident.scam_type == "T01" and not one.parcels
        assert incident.first_contact_ms <= one.at_ms < world.moved[incident.payments[0]].at_ms


# --- The small parts


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.data())
def test_lots_are_divided_exactly(amounts: list[int], data: st.DataObject) -> None:
    lots = [Lot(at % 3, amount, 0, 1, 1, 0) for at, amount in enumerate(amounts)]
    whole = parcels_of(lots)
    wanted = data.draw(st.integers(0, total(lots)))
    found = taken(lots, wanted)
    assert total(found) == wanted
    assert all(lot.amount_minor > 0 for lot in [*lots, *found])
    assert parcels_of([*lots, *found]) == whole


@given(st.integers(1, 10**10), st.integers(1, 6), st.sampled_from([1, 100, 1000, 10_000]), st.integers())
def test_parts_add_up(amount: int, count: int, step: int, seed: int) -> None:
    made = parts(Random(seed), amount, count, step)
    assert sum(made) == amount and min(made) > 0 and len(made) <= count


def test_shapes() -> None:
    def few(count: int) -> tuple[int, ...]:
        return tuple(range(10, 10 + count))

    def standing(count: int) -> tuple[int, ...]:
        return tuple(range(50, 50 + count))

    made = {name: shape(1, few, standing, 3) for name, shape in typologies.SHAPES.items()}
    assert [len(layer.accounts) for layer in made["fan_out"]] == [3]
    assert [len(layer.accounts) for layer in made["fan_in"]] == [1] and made["fan_in"][0].waits
    assert [len(layer.accounts) for layer in made["gather_scatter"]] == [1, 3]
    assert [len(layer.accounts) for layer in made["scatter_gather"]] == [3, 1]
    assert made["cycle"][-1].accounts == (1,) and len(made["cycle"]) == 3
    assert [len(layer.accounts) for layer in made["random"]] == [1, 1]
    assert [len(layer.accounts) for layer in made["bipartite"]] == [3]
    first, second = made["stack"]
    assert len(first.accounts) == len(second.accounts) == 2 and not set(first.accounts) & set(second.accounts)
    assert set(parameters("town")["laundering.patterns"]) == set(typologies.SHAPES)


@pytest.mark.parametrize("name", sorted(typologies.SHAPES))
def test_each_shape_alone_conserves_the_money(name: str) -> None:
    alone = {each: float(each in (name, "fan_out")) * (100 if each == name else 1) for each in typologies.SHAPES}
    check_money(chained(14, people=4_000, laundering__patterns=alone))


def test_the_cycle_comes_back() -> None:
    alone = {each: float(each == "cycle") for each in typologies.SHAPES}
    world = chained(15, people=4_000, laundering__patterns=alone)
    fronts = {one.payee for one in world.moved if one.purpose == "scam"}
    back = [one for one in world.moved if one.purpose == "layer" and one.payee in fronts]
    assert back and sum(one.tier == 1 for one in back) > 0.9 * len(back), "the tier is the lowest at which it was there"


def test_leases_in_use() -> None:
    first, second = Lease(1, 0, 0, 10), Lease(2, 0, 5, 20, stopped_ms=7, known_ms=8)
    assert at([first, second], 6) == [first, second]
    assert at([first, second], 9) == [first]
    assert at([first, second], 15) == [first], "nothing else is left"
    assert at([second], 1) == [second]
    assert at([], 1) == []


def test_nobody_is_drawn_twice_and_the_profile_is_followed() -> None:
    world = empty_world(1, 400, 10, parameters("town"))
    casting, rng = Casting(world), Random(1)
    old = Profile({"0": 0.0, "61": 1.0}, dict.fromkeys(OCCUPATIONS, 1.0))
    elders = int((world.holders.age[:400] >= 61).sum())
    first = [casting.person(rng, 0, old) for _ in range(elders // 2)]
    assert len(set(first)) == len(first)
    assert np.mean([world.holders.age[one] >= 61 for one in first]) > 0.9
    rest = [casting.person(rng, 0, old) for _ in range(420)]
    drawn = [one for one in [*first, *rest] if one >= 0]
    assert len(set(drawn)) == len(drawn) and rest[-1] == -1, "then nobody is left"
    assert all(world.holders.country[one] == 0 for one in drawn)


class Read(Parameters):
    """Parameters that remember which of them were asked for."""

    def __init__(self, values: dict[str, object]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)


def test_every_parameter_says_where_it_comes_from_and_is_used() -> None:
    p = Read(dict(parameters("town").items()))
    gangs.add_chain(empty_world(1, 4_000, 45, p), p, GANGS, 200, 10**6)
    mine = {name: one for name, one in declared().items() if name.split(".")[0] in ("gangs", "scams", "laundering")}
    assert {name for name in mine if name not in p.names} == set()
    for name, one in mine.items():
        assert set(one) == {"value", "source", "en", "zh"} and all(str(each) for each in one.values()), name
    assert sum(p["scams.shares"].values()) == pytest.approx(1.0)
    assert sum(p["laundering.exits"].values()) == pytest.approx(1.0)
