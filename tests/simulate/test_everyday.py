"""Ordinary life and the ledgers of banks: forms, rhythms, ties, conservation."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fanzha.clean import bank_card
from fanzha.simulate import everyday, ledgers, population
from fanzha.simulate.parameters import parameters
from fanzha.simulate.world import BUSINESSES, COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, PURPOSES, World

SEED, PEOPLE, DAYS, START_MS = 7, 3000, 35, 1_782_835_200_000
P = parameters("town")


def lived(seed: int = SEED, people: int = PEOPLE) -> World:
    holders = population.holders(seed, people, P)
    accounts = population.accounts(seed, holders, P, START_MS)
    period = (START_MS, START_MS + DAYS * DAY_MS)
    return World(
        seed, *period, population.banks(P), holders, accounts, everyday.add_everyday(seed, holders, accounts, P, period)
    )


@pytest.fixture(scope="module")
def world() -> World:
    return lived()


def test_numbers_are_right_in_form_and_nobody_shares_one(world: World) -> None:
    accounts, holders = world.accounts, world.holders
    assert len(np.unique(accounts.number)) == len(accounts)
    phones = holders.phone[: holders.people]
    assert len(np.unique(phones)) == holders.people and not holders.phone[holders.people :].any()
    is_card = np.array([form in ("bank_feedback", "bank_feedback_xlsx", "counter_print") for form in world.banks.form])
    cards = accounts.number[is_card[accounts.bank]]
    assert all(bank_card.parse(str(number)) is not None for number in cards[:300])
    assert (np.char.str_len(cards.astype(str)) == 19).all()


def test_everybody_has_an_account_in_their_own_country(world: World) -> None:
    accounts, holders = world.accounts, world.holders
    assert (accounts.holder[accounts.first] == np.arange(len(holders))).all()
    assert (world.banks.country[accounts.bank] == holders.country[accounts.holder]).all()
    has = world.accounts.second >= 0
    assert (accounts.holder[accounts.second[has]] == np.flatnonzero(has)).all() and 0.3 < has.mean() < 0.8


def test_every_kind_of_honest_business_and_purpose_is_there(world: World) -> None:
    for country in range(len(COUNTRIES)):
        for kind in BUSINESSES:
            assert len(population.of_kind(world.holders, kind, country)) >= P["population.business_min"]
    assert {PURPOSES[code] for code in np.unique(world.transfers.purpose)} == set(everyday.PURPOSE)


def test_money_stays_in_its_country_and_its_period(world: World) -> None:
    t = world.transfers
    country = world.banks.country[world.accounts.bank]
    both = (t.payer >= 0) & (t.payee >= 0)
    assert (country[t.payer[both]] == country[t.payee[both]]).all()
    assert ((t.payer >= 0) | (t.payee >= 0)).all() and (t.amount_minor > 0).all()
    assert (t.at_ms >= world.start_ms).all() and (t.arrived_ms < world.end_ms).all() and (t.arrived_ms >= t.at_ms).all()
    assert (np.diff(t.at_ms) >= 0).all() and (t.incident == -1).all()


def test_days_and_weeks_have_their_rhythm_and_tails_are_heavy(world: World) -> None:
    t = world.transfers
    home = world.banks.country[world.accounts.bank[np.maximum(t.payer, 0)]] == 0
    hour = (t.at_ms[home] + COUNTRIES[0].offset_minutes * MINUTE_MS) // HOUR_MS % 24
    assert np.isin(hour, [2, 3, 4]).mean() < 0.02 and np.isin(hour, range(17, 22)).mean() > 0.2
    received = np.bincount(t.payee[t.payee >= 0], minlength=len(world.accounts))
    top = np.sort(received)[::-1]
    assert top[: len(top) // 100].sum() > 0.2 * received.sum()
    amounts = t.amount_minor[home & (t.purpose == PURPOSES.index("shop"))]
    assert amounts.mean() > 1.5 * np.median(amounts)


def test_people_answer_each_other(world: World) -> None:
    t = world.transfers
    friends = t.purpose == PURPOSES.index("friend")
    holder = world.accounts.holder
    pairs = set(zip(holder[t.payer[friends]].tolist(), holder[t.payee[friends]].tolist(), strict=True))
    assert sum((b, a) in pairs for a, b in pairs) > 0.05 * len(pairs)


def test_same_seed_same_life_another_seed_another() -> None:
    one, same, other = lived(3, 2000), lived(3, 2000), lived(4, 2000)
    for name in ("payer", "payee", "at_ms", "arrived_ms", "amount_minor", "purpose"):
        assert (getattr(one.transfers, name) == getattr(same.transfers, name)).all()
    assert len(one.transfers) != len(other.transfers) or (one.transfers.at_ms != other.transfers.at_ms).any()


def test_ledgers_hold_every_leg_once_and_balances_follow(world: World, tmp_path: Path) -> None:
    ledgers.write_ledgers(world, P, tmp_path, lambda _done, _of: None)
    listed = json.loads((tmp_path / "bodies/banks/index.json").read_text("utf-8"))
    assert [one["name"] for one in listed] == list(world.banks.names)
    t, rows = world.transfers, 0
    for one in listed:
        table = pq.read_table(tmp_path / f"bodies/banks/{one['k']}/ledger.parquet")
        rows += table.num_rows
        account, at = np.array(table["account"]), table["at_ms"].to_numpy()
        same = account[1:] == account[:-1]
        assert (np.diff(at)[same] >= 0).all()
        assert len(set(account)) == 1 + int((~same).sum())  # an account's rows stand together
        change = table["amount_minor"].to_numpy() * np.where(np.array(table["direction"]) == "in", 1, -1)
        balance = table["balance_minor"].to_numpy()
        assert (balance >= 0).all() and ((np.diff(balance) == change[1:]) | ~same).all()
        place = table["transfer"].to_numpy()
        assert (t.amount_minor[place] == table["amount_minor"].to_numpy()).all()
    assert rows == int((t.payer >= 0).sum() + (t.payee >= 0).sum())
    where = pq.read_table(tmp_path / "bodies/accounts.parquet")
    assert where.num_rows == len(world.accounts)
    assert where["account"].to_pylist() == sorted(where["account"].to_pylist())


def test_impossible_to_go_below_zero_even_when_all_is_spent_first() -> None:
    account, place, sign = np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([-1, -1, 1])
    world = lived(3, 2000)
    world.transfers.amount_minor[:3] = (500, 700, 900)
    spare = np.zeros(len(world.accounts), np.int64)
    assert ledgers.balances(world, account, place, sign, spare).tolist() == [700, 0, 900]
