"""What only worlds made with `exits.on` have: breaks in the trail, merchant fronts, accounts at rest, tests, networks."""

import numpy as np

from fanzha.simulate import beyond, devices, fronts, habits, invent
from fanzha.simulate.honest import Honest, stranger
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.underworld import Underworld
from fanzha.simulate.world import HOUR_MS, PRINTED, PURPOSES, Moved, World

SOLD_BY_CODE = ("scam", "layer", "merchant", "test")  # what a merchant front's code was paid with
GOLD_PER_PERSON_DAY, CARRIED_PER_PERSON_DAY = (
    0.0004,
    0.002,
)  # honest gold and cash carried from bank to bank; assumptions


def plant(world: World, p: Parameters, underworld: Underworld, moved: list[Moved]) -> list[Moved]:
    """All of it. Honest transfers change with it; what comes back is to be added to the chain's own, unsorted."""
    told = world.exits
    if told is None:
        return []
    honest = Honest(world)
    made = fronts.sales(world, p, underworld, honest)
    made += beyond.Beyond(world, p, underworld, told).plant(moved, honest)
    known = habits.good_faith(world, p, moved, honest, told)
    made += habits.tests(world, p, [*moved, *made], honest, told)
    habits.at_rest(world, p, [*moved, *made], honest, known)
    _alike(world, honest)
    honest.settle()
    return made


def _alike(world: World, honest: Honest) -> None:
    """Honest people buy gold and sell it, and carry cash from one account to another."""
    rng = invent.stream(world.seed, "exits/alike")
    people_days = world.holders.people * (world.end_ms - world.start_ms) / (24 * HOUR_MS)
    jewellers, buyers = of_kind(world.holders, "jeweller", 0).tolist(), of_kind(world.holders, "used_goods", 0).tolist()
    for _ in range(int(people_days * GOLD_PER_PERSON_DAY)):
        moment = beyond.opened(world, rng, 0, rng.randrange(world.start_ms, world.end_ms - 48 * HOUR_MS))
        amount = int(rng.lognormvariate(8.6, 0.8)) * 100
        person = stranger(world, rng, 0)
        honest.add(person, int(world.accounts.first[rng.choice(jewellers)]), moment, amount, "gold")
        if rng.random() < 0.5:
            other = stranger(world, rng, 0)
            honest.add(int(world.accounts.first[rng.choice(buyers)]), other, moment, int(amount * 0.9), "gold")
    for _ in range(int(people_days * CARRIED_PER_PERSON_DAY)):
        one, other = stranger(world, rng, 0), stranger(world, rng, 0)
        moment = rng.randrange(world.start_ms, world.end_ms - 48 * HOUR_MS)
        amount = max(1, int(rng.lognormvariate(8.0, 0.9)) // 100) * 10_000
        honest.add(one, -1, moment, amount, "cash_out")
        honest.add(-1, other, moment + rng.randrange(HOUR_MS // 2, 24 * HOUR_MS), amount, "cash_in")


def finish(world: World, p: Parameters) -> None:
    """What banks print and see of each transfer, once all are in their final order."""
    told = world.exits
    if told is None:
        return
    t = world.transfers
    code = {name: np.int8(place) for place, name in enumerate(PRINTED)}
    made = t.purpose.astype(np.int8).copy()
    shells = np.zeros(len(world.accounts) + 1, bool)
    shells[[account for account, mark in told.marks if mark == fronts.MARK]] = True
    made[shells[t.payee] & np.isin(made, [code[name] for name in SOLD_BY_CODE])] = code["shop"]
    payer_sells = (t.payer >= 0) & (world.accounts.holder[np.maximum(t.payer, 0)] >= world.holders.people)
    made[(t.purpose == PURPOSES.index("gold")) & payer_sells] = code["resale"]
    for place, one in zip(world.transfer_of.tolist(), world.moved, strict=True):
        if one.printed:
            made[place] = code[one.printed]
    told.printed = made
    devices.add_devices(world, p, told)
