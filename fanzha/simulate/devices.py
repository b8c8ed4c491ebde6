"""From which network address and machine a payer paid, as banks on the query platform tell it: IPv4 and MAC by transfer.

Addresses are of blocks that are routed to nobody's home (given to one country's armed forces, hardly announced), MACs of the IEEE's
private example prefix AC-DE-48. Honest people pay from home, from an office or a café behind one address, or over a carrier's shared
ones; a laundering house moves many people's accounts over a few lines and machines of its own.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns, scattered
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, PRINTED, Exits, Flags, Ints, Network, World

BLOCKS = {"home": 22, "office": 26, "cafe": 28, "carrier": 30, "team": 11}  # first octet
CAFES_PER_REGION, CARRIER_LINES = 12, 60
LOW = 1 << 24
PRIVATE = 192 << 24 | 168 << 16 | 1 << 8
MAC_PREFIX = 0xACDE48 << 24
OFFICE_HOURS = (9, 18)


def add_devices(world: World, p: Parameters, told: Exits) -> None:
    """Fill `ips`, `macs` and `networks`; transfers are in their final order. Only banks of the first country tell either."""
    t, rng = world.transfers, columns(world.seed, "exits/devices")
    payer = np.maximum(t.payer, 0)
    holder = world.accounts.holder[payer].astype(np.int64)
    cash = np.isin(told.printed, [PRINTED.index(name) for name in ("cash", "cash_in", "cash_out")])
    online = (t.payer >= 0) & (world.banks.country[world.accounts.bank[payer]] == 0) & ~cash
    ips, macs = _honest(world, p, rng, holder)
    owner = _teams(world, p, rng, ips, macs)
    ips[rng.random(len(t)) < p["exits.network_private_share"]] = PRIVATE + 2
    known = online & (rng.random(len(t)) >= p["exits.network_missing_share"])
    told.ips, told.macs = np.where(known, ips, 0), np.where(known, macs, 0)
    told.networks += _shared(world, told, owner)


def _of(kind: str, number: Ints) -> Ints:
    """The addresses of a block for these numbers, scattered over it."""
    return np.asarray((BLOCKS[kind] << 24) + scattered(number, 1_234_567, LOW))


def _honest(world: World, p: Parameters, rng: np.random.Generator, holder: Ints) -> tuple[Ints, Ints]:
    """Address and machine of each payer by where people are at the hour."""
    t, count = world.transfers, len(world.transfers)
    names = list(p["exits.places"])
    weights = np.array(list(p["exits.places"].values()), float)
    place = rng.choice(len(names), count, p=weights / weights.sum())
    local = t.at_ms + COUNTRIES[0].offset_minutes * MINUTE_MS
    hour = local // HOUR_MS % 24
    employer = world.holders.employer[holder].astype(np.int64)
    works = (employer >= 0) & (hour >= OFFICE_HOURS[0]) & (hour < OFFICE_HOURS[1])
    region = world.holders.region[holder].astype(np.int64)
    cafe = region * CAFES_PER_REGION + rng.integers(CAFES_PER_REGION, size=count)
    chosen = {
        "home": _of("home", holder),
        "office": np.where(works, _of("office", np.maximum(employer, 0)), _of("home", holder)),
        "cafe": _of("cafe", cafe),
        "carrier": _of("carrier", rng.integers(CARRIER_LINES, size=count)),
    }
    is_person = holder < world.holders.people
    ips = np.select(
        [(place == names.index(name)) & is_person for name in names], [chosen[name] for name in names], chosen["home"]
    )
    machine = holder * 2 + (rng.random(count) < 0.2)  # a telephone and, now and then, something else
    return ips.astype(np.int64), np.asarray(MAC_PREFIX + scattered(machine, 765_432, LOW))


def _teams(world: World, p: Parameters, rng: np.random.Generator, ips: Ints, macs: Ints) -> dict[int, int]:
    """What a house moves, it moves from its own lines and machines for the most part, else over a carrier's.

    Changes `ips` and `macs`; line -> house.
    """
    lines, machines = int(p["exits.team_lines"]), int(p["exits.team_machines"])
    span = int(p["exits.team_line_days"]) * DAY_MS
    spans = -(-(world.end_ms - world.start_ms) // span)
    houses = [one.id for one in world.organisations if one.kind == "laundering_house"]
    rank = {organisation: number for number, organisation in enumerate(houses)}
    owner: dict[int, int] = {}
    for place, moved in zip(world.transfer_of.tolist(), world.moved, strict=True):
        house = rank.get(world.controller.get(moved.payer, -1), -1)
        draws = rng.random(3)
        if house < 0:
            continue
        if draws[0] < p["exits.team_share"]:
            number = (house * spans + (moved.at_ms - world.start_ms) // span) * lines + int(draws[1] * lines)
            ips[place] = int(_of("team", np.array([number]))[0])
            owner[int(ips[place])] = houses[house]
        else:
            ips[place] = int(_of("carrier", np.array([int(draws[1] * CARRIER_LINES)]))[0])
        machine = len(world.holders) * 2 + house * machines + (moved.payer + int(draws[2] * 2)) % machines
        macs[place] = MAC_PREFIX + int(scattered(np.array([machine]), 765_432, LOW)[0])
    return owner


def _shared(world: World, told: Exits, owner: dict[int, int]) -> list[Network]:
    """Lines of houses, and other addresses from which several accounts paid, as banks tell them."""
    kinds = {BLOCKS[name]: name for name in ("team", "office", "cafe", "carrier")}
    t = world.transfers
    used = np.isin(told.ips >> 24, list(kinds))
    found = []
    for ip in np.unique(told.ips[used]).tolist():
        there = told.ips == ip
        if ip in owner or len(np.unique(t.payer[there])) > 1:
            times = t.at_ms[there]
            found.append(Network(kinds[ip >> 24], owner.get(ip, -1), ip, int(times.min()), int(times.max())))
    return found


def ip_text(ip: int) -> str:
    """Dotted form; "" for none."""
    return ".".join(str(ip >> shift & 255) for shift in (24, 16, 8, 0)) if ip else ""


def mac_text(mac: int) -> str:
    """Six pairs with hyphens; "" for none."""
    return "-".join(f"{mac >> shift & 255:02X}" for shift in (40, 32, 24, 16, 8, 0)) if mac else ""


def printed(told: Exits, place: Ints, leaves: Flags) -> dict[str, Any]:
    """The columns ip and mac of some legs: a bank knows them for money that its own customer sent."""
    ips, macs = np.where(leaves, told.ips[place], 0), np.where(leaves, told.macs[place], 0)
    return {
        "ip": pa.array([ip_text(one) or None for one in ips.tolist()], pa.string()),
        "mac": pa.array([mac_text(one) or None for one in macs.tolist()], pa.string()),
    }
