"""Honest life changed or added after the fact: accounts that fall silent, earlier dealings of two sides, other people's like doings."""

from random import Random

import numpy as np

from fanzha.simulate.world import PURPOSES, Flags, Ints, Transfers, World

TRIES = 40


class Honest:
    """What is to be taken from and added to a world's honest transfers; nothing changes before `settle`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: list[tuple[int, int, int, int, int]] = []  # payer, payee, at_ms, amount, purpose
        self.silent: dict[int, tuple[int, int]] = {}  # account -> from, to
        self.resting: dict[int, tuple[int, int]] = {}

    def add(self, payer: int, payee: int, at_ms: int, amount_minor: int, purpose: str) -> None:
        """One more transfer; it may lie before the period, where a bank's statement reaches back."""
        if payer != payee and amount_minor > 0 and at_ms < self.world.end_ms - 60_000:
            self.rows.append((payer, payee, at_ms, amount_minor, PURPOSES.index(purpose)))

    def silence(self, account: int, from_ms: int, to_ms: int = 1 << 62) -> None:
        """No honest transfer that was there before touches the account in this time."""
        self.silent[account] = from_ms, to_ms

    def rest(self, account: int, from_ms: int, to_ms: int) -> None:
        """Nothing that is added touches the account in this time either."""
        self.resting[account] = from_ms, to_ms

    def _free(self, sides: tuple[Ints, Ints], at_ms: Ints, told: dict[int, tuple[int, int]]) -> Flags:
        """Which of some transfers touch no account in the time told for it."""
        begins = np.full(len(self.world.accounts) + 1, 1 << 62, np.int64)  # the last place is -1: no account
        ends = np.zeros(len(self.world.accounts) + 1, np.int64)
        for account, (from_ms, to_ms) in told.items():
            begins[account], ends[account] = from_ms, to_ms
        free = np.ones(len(at_ms), bool)
        for side in sides:
            free &= ~((at_ms >= begins[side]) & (at_ms < ends[side]))
        return free

    def settle(self) -> None:
        """Change the world's transfers, in the order of time."""
        t = self.world.transfers
        kept = self._free((t.payer, t.payee), t.at_ms, self.silent)
        added = np.array(self.rows, np.int64).reshape(-1, 5)
        added = added[self._free((added[:, 0], added[:, 1]), added[:, 2], self.resting)]
        at_ms = np.concatenate([t.at_ms[kept], added[:, 2]])
        order = np.argsort(at_ms, kind="stable")

        def column(old: np.ndarray, new: np.ndarray) -> np.ndarray:
            return np.concatenate([old[kept], new.astype(old.dtype)])[order]

        self.world.transfers = Transfers(
            payer=column(t.payer, added[:, 0]),
            payee=column(t.payee, added[:, 1]),
            at_ms=at_ms[order],
            arrived_ms=column(t.arrived_ms, added[:, 2] + 2000),
            amount_minor=column(t.amount_minor, added[:, 3]),
            purpose=column(t.purpose, added[:, 4]),
            incident=column(t.incident, np.full(len(added), -1)),
        )


def stranger(world: World, rng: Random, country: int) -> int:
    """First account of somebody of a country who has no part in the chain."""
    people = world.holders.people
    low = int(np.searchsorted(world.holders.country[:people], country, "left"))
    high = int(np.searchsorted(world.holders.country[:people], country, "right"))
    for _ in range(TRIES):
        one = rng.randrange(low, high)
        if one not in world.roles and world.holders.age[one] >= 18:
            return int(world.accounts.first[one])
    return int(world.accounts.first[low])
