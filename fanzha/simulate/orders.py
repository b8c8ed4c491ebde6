"""Orders and deliveries: which company delivered what to whom, and the order number that a caller with stolen data can name."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.formats.kernels import pc
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import BUSINESSES, COUNTRIES, DAY_MS, HOUR_MS, Incident, Ints, World

SERIALS = 10**9
TYPES: dict[str, pa.DataType] = {
    "at_ms": pa.int64(),
    "company": pa.int64(),
    "business": pa.int64(),
    "person": pa.int64(),
    "order_no": pa.string(),
}


def business_of(world: World, organisation: int) -> int:
    """The business behind a leaking company; -1 where none of its members is one."""
    members = world.organisations[organisation].members if organisation >= 0 else []
    return next((holder for holder, _ in members if holder >= world.holders.people), -1)


def order_number(world: World, business: int, person: int) -> str:
    """The order of a person that leaked: company in the first five digits, a serial after it."""
    serial = (person * 2_654_435_761 + business * 40_503 + world.seed * 97) % SERIALS
    return f"DD{(business - world.holders.people) % 100_000:05d}{serial:09d}"


def leaked_order(world: World, incident: Incident) -> tuple[str, int]:
    """(order number, when it was delivered) that the caller of an incident knew; ("", 0) for none."""
    business = business_of(world, incident.leak)
    if business < 0:
        return "", 0
    days = 3 + (incident.victim * 31 + incident.leak) % 40
    return order_number(world, business, incident.victim), incident.first_contact_ms - days * DAY_MS - 5 * HOUR_MS


def write_deliveries(world: World, p: Parameters, path: Path) -> int:
    """Every delivery of the period, `company` being the organisation where the business leaks; how many there are."""
    at, business, person, serial = _everyday(world, p)
    people = world.holders.people
    leaked = [
        (*leaked_order(world, one), business_of(world, one.leak), one.victim)
        for one in world.incidents
        if business_of(world, one.leak) >= 0
    ]
    company = np.full(len(world.holders), -1, np.int64)
    for organisation in world.organisations:
        owner = business_of(world, organisation.id) if organisation.kind == "leaking_company" else -1
        if owner >= 0:
            company[owner] = organisation.id
    all_at = np.concatenate([at, np.array([one[1] for one in leaked], np.int64)])
    all_business = np.concatenate([business, np.array([one[2] for one in leaked], np.int64)])
    all_person = np.concatenate([person, np.array([one[3] for one in leaked], np.int64)])
    numbers = pa.chunked_array([_numbers(business - people, serial), pa.array([one[0] for one in leaked], pa.string())])
    order = np.lexsort((all_business, all_at))
    columns_ = [
        pa.array(all_at[order]),
        pa.array(company[all_business[order]]),
        pa.array(all_business[order]),
        pa.array(all_person[order]),
        pc.take(numbers, pa.array(order)),
    ]
    table = pa.table(columns_, schema=pa.schema(TYPES))
    pq.write_table(table, path, compression="zstd")
    return table.num_rows


def _everyday(world: World, p: Parameters) -> tuple[Ints, Ints, Ints, Ints]:
    """Time, business, person and serial of ordinary deliveries: few sellers send most of them."""
    rng = columns(world.seed, "orders")
    days = (world.end_ms - world.start_ms) / DAY_MS
    count = int(min(world.holders.people * days * p["calls.parcels_per_person_day"], p["calls.parcels_max"]))
    person = rng.integers(world.holders.people, size=count)
    business = np.full(count, -1, np.int64)
    sells = np.isin(world.holders.business, [BUSINESSES.index(name) for name in ("platform", "shop")])
    for country in range(len(COUNTRIES)):
        own = np.flatnonzero(sells & (world.holders.country == country))
        there = np.flatnonzero(world.holders.country[person] == country)
        if len(own):
            # places are ordered by kind: shops first; platforms, the last, send most
            business[there] = own[((1 - rng.random(len(there)) ** 3) * (len(own) - 1)).astype(np.int64)]
    at = world.start_ms + rng.integers(world.end_ms - world.start_ms, size=count)
    serial = rng.integers(SERIALS, size=count)
    sold = business >= 0
    return at[sold], business[sold], person[sold].astype(np.int64), serial[sold]


def _numbers(business: Ints, serial: Ints) -> pa.StringArray:
    code = pc.utf8_lpad(pc.cast(pa.array(business % 100_000), pa.string()), 5, "0")
    tail = pc.utf8_lpad(pc.cast(pa.array(serial), pa.string()), 9, "0")
    made: pa.StringArray = pc.binary_join_element_wise("DD", code, tail, "")
    return made
