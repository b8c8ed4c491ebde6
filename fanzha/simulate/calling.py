"""Calls, messages, deliveries and contacts of a world. Here ordinary life: people call few others, again and again."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fanzha.simulate import gang_calls, orders
from fanzha.simulate.call_rows import Calls, Contacted, add_events, phones_of, write_rows
from fanzha.simulate.gang_calls import BANK_LINE, Posted
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Ints, World


def write_calls(world: World, p: Parameters, out: Path) -> None:
    """calls, messages, deliveries and contacts under `out`/bodies."""
    folder = out / "bodies"
    folder.mkdir(parents=True, exist_ok=True)
    calls = Calls()
    where = gang_calls.posted(world, p)
    _ordinary(world, p, calls, where)
    contacts = [Contacted(one.victim, one.first_contact_ms, one.channel) for one in world.incidents]
    add_events(world, calls, gang_calls.with_targets(world, p))
    add_events(world, calls, gang_calls.between_organisations(world, p, where))
    lured, met = gang_calls.recruits(world, p, where)
    add_events(world, calls, lured)
    contacts += [one for one in met if one.at_ms >= world.start_ms]
    contacts += gang_calls.strangers(world, p, calls)
    messages, reached = gang_calls.leads(world, p, calls, gang_calls.introductions(world, p))
    write_rows(calls, folder / "calls.parquet", world.end_ms)
    pq.write_table(messages, folder / "messages.parquet", compression="zstd")
    contacts = sorted(contacts + reached, key=lambda one: (one.at_ms, one.person, one.channel))
    table = {
        "person": pa.array([one.person for one in contacts], pa.int64()),
        "at_ms": pa.array([one.at_ms for one in contacts], pa.int64()),
        "channel": pa.array([one.channel for one in contacts], pa.string()),
    }
    pq.write_table(pa.table(table), folder / "contacts.parquet", compression="zstd")
    orders.write_deliveries(world, p, folder / "deliveries.parquet")


def _ordinary(world: World, p: Parameters, calls: Calls, where: Posted) -> None:
    """Everybody's calls: family, colleagues, friends, couriers, shops, notices of banks."""
    rng = columns(world.seed, "calls")
    people = world.holders.people
    days = (world.end_ms - world.start_ms) // DAY_MS
    count = int(min(people * days * p["calls.per_person_day"], p["calls.rows_max"]))
    activity = np.cumsum(np.exp(rng.standard_normal(people) * p["calls.activity_sigma"]))
    person = np.minimum(np.searchsorted(activity, rng.random(count) * activity[-1]), people - 1)
    table: dict[str, float] = p["calls.kinds"]
    kind = rng.choice(len(table), count, p=np.array(list(table.values())) / sum(table.values()))
    names = list(table)
    other = _partner(world, rng, person, kind, names)
    notice = (kind == names.index("bank_notice")) & (world.holders.country[person] == 0)
    caller, callee = phones_of(world, person), phones_of(world, other)
    turned = (rng.random(count) < 0.5) | (kind == names.index("courier"))
    holder = np.where(turned, other, person)
    caller, callee = np.where(turned, callee, caller), np.where(turned, caller, callee)
    caller = np.where(notice, BANK_LINE, caller)
    callee = np.where(notice, phones_of(world, person), callee)
    at_ms = _moments(world, p, rng, person)
    median, sigma, cap = p["calls.duration"]
    seconds = np.minimum(cap, 1 + np.exp(rng.standard_normal(count) * sigma) * median).astype(np.int64)
    seconds[notice | (rng.random(count) < p["calls.unanswered"])] = 0
    imei, cell = where.device(world, holder, at_ms)
    imei, cell = np.where(notice, 0, imei), np.where(notice, 0, cell)
    kept = caller != callee
    calls.block(caller[kept], callee[kept], at_ms[kept], seconds[kept], notice[kept], (imei[kept], cell[kept]))


def _partner(world: World, rng: np.random.Generator, person: Ints, kind: Ints, names: list[str]) -> Ints:
    """The other party of each call: neighbours in number are neighbours in life, so kin and friends are near."""
    people, count = world.holders.people, len(person)
    step = rng.integers(1, 4, size=count) * np.where(rng.random(count) < 0.5, 1, -1)
    near = np.clip(person + step, 0, people - 1)
    turn = (rng.random(count) ** 2 * 8).astype(np.int64)
    friend = np.clip(person + (person * 2_654_435_761 + turn * 40_503) % 2_001 - 1_000, 0, people - 1)
    ranked = np.argsort(world.holders.employer[:people], kind="stable")
    place = np.empty(people, np.int64)
    place[ranked] = np.arange(people)
    mate = ranked[np.clip(place[person] + step * 2, 0, people - 1)]
    together = world.holders.employer[mate] == world.holders.employer[person]
    mate = np.where(together & (world.holders.employer[person] >= 0), mate, friend)
    courier, shop = person // 397 * 397, person // 211 * 211
    listed = {"family": near, "work": mate, "friend": friend, "courier": courier, "shop": shop, "bank_notice": friend}
    return np.asarray(np.select([kind == place_ for place_ in range(len(names))], [listed[name] for name in names]))


def _moments(world: World, p: Parameters, rng: np.random.Generator, person: Ints) -> Ints:
    """A moment for each call, after the rhythm of week and day where the person lives."""
    days = int((world.end_ms - world.start_ms) // DAY_MS)
    weekday = (np.arange(days) + world.start_ms // DAY_MS + 3) % 7  # 1970-01-01 was a Thursday
    weights = np.where(weekday >= 5, float(p["calls.weekend"]), 1.0)
    hours = np.array(p["calls.hours"], float)
    day = rng.choice(days, len(person), p=weights / weights.sum())
    hour = rng.choice(24, len(person), p=hours / hours.sum())
    offsets = np.array([country.offset_minutes for country in COUNTRIES])[world.holders.country[person]]
    local = day * DAY_MS + hour * HOUR_MS + rng.integers(HOUR_MS // 1000, size=len(person)) * 1000
    midnight = world.start_ms + COUNTRIES[0].offset_minutes * MINUTE_MS  # the world begins at a midnight of the first
    return np.asarray(np.clip(midnight + local - offsets * MINUTE_MS, world.start_ms, world.end_ms - 1000))
