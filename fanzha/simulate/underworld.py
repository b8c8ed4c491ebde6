"""Who works with whom in the fraud chain, while a world is being made: gangs, crews, laundering houses, accounts let by the day.

Organisations and resources themselves stand in the world; here are their places, and what the world's files do not say.
"""

from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from fanzha.simulate.world import World

NEVER_MS = 1 << 62
T = TypeVar("T")


@dataclass(slots=True)
class Lease:
    """An account in the hands of the chain for a time.

    At `stopped_ms` its holder is caught: what is in it stays. At `known_ms` the chain has noticed and uses it no more.
    """

    account: int
    house: int  # organisation that moves its money
    from_ms: int
    to_ms: int
    stopped_ms: int = NEVER_MS
    known_ms: int = NEVER_MS


@dataclass(slots=True)
class Crew:
    """A crew of a gang. `tools`: kind -> (place in World.resources, from, to) of each thing it uses, by time."""

    organisation: int
    gang: int
    types: tuple[str, ...] = ()
    tools: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    campaigns: list[tuple[int, int]] = field(default_factory=list)  # when it approaches people


@dataclass(slots=True)
class Gang:
    """A gang, whom it calls and what it buys. `services`: kind -> organisations; `purse`: the account it pays from, or -1."""

    organisation: int
    country: int
    crews: list[Crew] = field(default_factory=list)
    fronts: list[Lease] = field(default_factory=list)
    services: dict[str, list[int]] = field(default_factory=dict)
    companies: list[int] = field(default_factory=list)  # leaking companies, as organisations
    script: int = 0
    purse: int = -1


@dataclass(slots=True)
class House:
    """A laundering house. `pools`: country -> accounts it layers with; the rest are places of accounts by country."""

    organisation: int
    gangs: list[int]
    stopped_ms: int = NEVER_MS
    pools: dict[int, list[Lease]] = field(default_factory=dict)
    farmers: dict[int, list[int]] = field(default_factory=dict)
    runners: dict[int, list[int]] = field(default_factory=dict)
    dealers: dict[int, list[int]] = field(default_factory=dict)
    merchants: dict[int, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Underworld:
    """Gangs and houses by organisation."""

    gangs: dict[int, Gang] = field(default_factory=dict)
    houses: dict[int, House] = field(default_factory=dict)


def drawn(rng: Random, shares: dict[str, float]) -> str:
    """One name of a table of shares."""
    return rng.choices(list(shares), list(shares.values()))[0]


def at(leases: list[Lease], moment_ms: int) -> list[Lease]:
    """The leases that hold at a moment and are not known to be stopped; the latest begun one where none does."""
    now = [one for one in leases if one.from_ms <= moment_ms < min(one.to_ms, one.known_ms)]
    begun = [one for one in leases if one.from_ms <= moment_ms < one.known_ms]
    return now or begun[-1:] or leases[:1]


def account_country(world: World, account: int) -> int:
    """Place of an account's country in COUNTRIES."""
    return int(world.banks.country[world.accounts.bank[account]])
