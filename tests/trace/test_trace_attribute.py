"""The kernel against a slow reference that moves every cent by itself, over random worlds; and conservation to the cent."""

import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

import pytest

from fanzha.trace.attribute import NOBODY, Attribution, Entry, Parcel, Queue, attribute
from fanzha.trace.rules import RULES


@dataclass
class World:
    """Payments between accounts in time order; account -1 is outside. `labels` are the victims' payments."""

    accounts: int
    opening: list[int]
    moves: list[tuple[int, int, int]] = field(default_factory=list)  # payer, payee, amount
    labels: dict[int, int] = field(default_factory=dict)


def random_world(seed: int) -> World:
    """Up to six accounts, up to sixty payments; balances never go below zero."""
    rng = random.Random(seed)
    accounts = rng.randint(1, 6)
    world = World(accounts, [rng.randint(0, 60) for _ in range(accounts)])
    balance = list(world.opening)
    for number in range(rng.randint(1, 60)):
        payer, payee = rng.randint(-1, accounts - 1), rng.randint(-1, accounts - 1)
        amount = rng.randint(1, 40)
        if payer >= 0:
            amount = min(amount, balance[payer])
        if amount == 0 or payer == payee == -1:
            continue
        for account, sign in ((payer, -1), (payee, 1)):
            if account >= 0:
                balance[account] += sign * amount
        world.moves.append((payer, payee, amount))
        if payee >= 0 and rng.random() < 0.3:
            world.labels[len(world.moves) - 1] = number
    return world


def chains_of(world: World, *, balances: bool, skew: random.Random | None = None) -> list[list[Entry]]:
    """The statements of a world; `skew` gives each account a clock of its own."""
    chains: list[list[Entry]] = [[] for _ in range(world.accounts)]
    balance = list(world.opening)
    clock = [skew.randint(-3, 3) if skew else 0 for _ in range(world.accounts)]
    for number, (payer, payee, amount) in enumerate(world.moves):
        for account, change in ((payer, -amount), (payee, amount)):
            if account >= 0:
                balance[account] += change
                chain = chains[account]
                stated = balance[account] if balances or not chain else None
                chain.append(Entry(10 * number + clock[account], account, len(chain), number, change, stated))
    return chains


def cent_by_cent(world: World) -> tuple[list[Counter[int]], dict[int, Counter[int]]]:
    """What is held per account and what left by each payment to the outside: every cent moved alone."""
    queues: list[deque[int]] = [deque([NOBODY] * amount) for amount in world.opening]
    left: dict[int, Counter[int]] = defaultdict(Counter)
    for number, (payer, payee, amount) in enumerate(world.moves):
        cents = [queues[payer].popleft() if payer >= 0 else NOBODY for _ in range(amount)]
        if number in world.labels:
            cents = [world.labels[number] if cent == NOBODY else cent for cent in cents]
        if payee >= 0:
            queues[payee].extend(cents)
        else:
            left[number].update(cent for cent in cents if cent != NOBODY)
    return [Counter(cent for cent in queue if cent != NOBODY) for queue in queues], {n: c for n, c in left.items() if c}


def counted(parcels: list[Parcel]) -> Counter[int]:
    total: Counter[int] = Counter()
    for parcel in parcels:
        assert parcel.amount > 0
        total[parcel.label] += parcel.amount
    return total


def outside(world: World, found: Attribution) -> dict[int, Counter[int]]:
    return {n: counted(parcels) for n, parcels in found.taken.items() if world.moves[n][1] == -1}


@pytest.mark.parametrize("balances", [True, False])
def test_four_hundred_random_worlds_agree_with_the_reference(balances: bool) -> None:
    for seed in range(400):
        world = random_world(seed)
        found = attribute(chains_of(world, balances=balances), world.labels)
        held, left = cent_by_cent(world)
        assert [counted(parcels) for parcels in found.held] == held, seed
        assert outside(world, found) == left, seed
        assert found.lost == []


def test_clocks_that_differ_change_nothing() -> None:
    for seed in range(200):
        world = random_world(seed)
        if any(payer == payee for payer, payee, _ in world.moves):
            continue
        found = attribute(chains_of(world, balances=True, skew=random.Random(seed)), world.labels)
        held, left = cent_by_cent(world)
        assert [counted(parcels) for parcels in found.held] == held, seed
        assert outside(world, found) == left, seed


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "poison"])
def test_no_cent_is_lost_or_doubled_even_in_damaged_statements(rule: str) -> None:
    for seed in range(400 if rule == "fifo" else 150):
        world, rng = random_world(seed), random.Random(seed)
        chains = [
            [
                entry._replace(
                    balance=None if rng.random() < 0.2 else rng.randint(0, 99) if rng.random() < 0.1 else entry.balance,
                    at_ms=entry.at_ms + rng.choice((0, 0, 0, 500)),
                )
                for entry in chain
                if rng.random() < 0.9
            ]
            for chain in chains_of(world, balances=True)
        ]
        found = attribute(chains, world.labels, rule)
        entered = {entry.transfer for chain in chains for entry in chain if entry.change > 0}
        begun, ended = Counter[int](), Counter[int]()
        for number, parcel in found.fresh.items():
            begun[parcel.label] += parcel.amount
            if number not in entered:
                ended[parcel.label] += parcel.amount
        for number, parcels in found.taken.items():
            if number not in entered:
                ended += counted(parcels)
        for parcels in found.held:
            ended += counted(parcels)
        ended += counted([lost.parcel for lost in found.lost])
        assert +begun == +ended, seed


@pytest.mark.parametrize("rule", RULES)
def test_a_circle_of_contradicting_clocks_still_ends(rule: str) -> None:
    # each account claims to have received from the other before it sent
    chains = [
        [Entry(0, 0, 1, 2, 50, None), Entry(1, 0, 2, 1, -50, None)],
        [Entry(0, 1, 1, 1, 50, None), Entry(1, 1, 2, 2, -50, None)],
    ]
    found = attribute(chains, {1: 7}, rule)
    assert sum(parcel.amount for parcels in found.held for parcel in parcels) == 50


def test_more_leaves_than_is_known_to_be_there() -> None:
    # 40 came from the victim, 100 leaves and no balance is stated: 40 is the victim's, 60 nobody's
    found = attribute([[Entry(0, 0, 1, 1, 40, None), Entry(1, 0, 2, 2, -100, None)]], {1: 5})
    assert found.taken == {2: [Parcel(40, 5)]}
    assert found.held == [[]]


def test_money_that_came_unseen_stands_behind_what_was_there() -> None:
    # 40 of the victim; the next row starts from 100 (60 came unseen); 50 leaves: 40 the victim's, 10 nobody's
    found = attribute([[Entry(0, 0, 1, 1, 40, 40), Entry(1, 0, 2, 2, -50, 50)]], {1: 5})
    assert found.taken == {2: [Parcel(40, 5)]}


def test_an_overdrawn_opening_is_an_empty_queue() -> None:
    # balance before the first row is -30: the queue starts empty, the victim's 100 are there, 70 by the balance
    found = attribute([[Entry(0, 0, 1, 1, 100, 70), Entry(1, 0, 2, 2, -70, 0)]], {1: 5})
    assert found.taken == {2: [Parcel(70, 5)]}
    assert [lost.parcel for lost in found.lost] == [Parcel(30, 5)]


def test_a_queue_merges_neighbours_and_gives_what_it_has() -> None:
    queue = Queue()
    queue.push(5, 1)
    queue.push(5, 1)
    queue.push(0, 2)
    assert list(queue.parcels) == [Parcel(10, 1)]
    assert queue.take(12) == [Parcel(10, 1), Parcel(2, NOBODY)]
    assert queue.total == 0
