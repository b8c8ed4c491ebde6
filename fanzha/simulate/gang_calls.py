"""Calls and messages of the fraud chain: with targets, with strangers, and between those who sell to one another.

Numbers of gangs call many people once, from SIM boxes that never move; financiers call hardly anybody.
"""

from collections.abc import Iterable
from random import Random

import numpy as np
import pyarrow as pa

from fanzha.simulate.call_rows import Calls, Contacted, Event, numbers_text, phones_of
from fanzha.simulate.invent import stream
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Ints, Resource, World

BANK_LINE, POLICE_LINE = 95588, 96110
SERVICES = (
    "card_dealer", "laundering_house", "data_seller", "tech", "script", "lead_generator", "sim_box", "guarantee",
    "recruiter", "smuggler", "otc", "cash_fleet",
)  # fmt: skip
HEADS = ("R-BOSS", "R-CORE")


def number_of(resource: Resource) -> int:
    """The digits of a telephone."""
    return int(resource.value.removeprefix("+"))


def boxes(world: World, p: Parameters) -> dict[int, tuple[int, int]]:
    """IMEI and cell of every number of a gang, by place in World.resources: many numbers stand behind one device, and the
    device does not move."""
    devices: dict[int, list[int]] = {}
    for one in world.resources:
        if one.kind == "imei":
            devices.setdefault(one.owner, []).append(int(one.value))
    found = {}
    for place, one in enumerate(world.resources):
        if one.kind == "phone":
            slot = place // int(p["calls.numbers_per_device"])
            own = devices.get(one.owner) or [(one.owner * 1_000 + slot) % 10**12]
            area = 4_190 + one.owner % 9
            found[place] = (own[slot % len(own)], area * 10**6 + 70_000 + one.owner % 900)
    return found


def _talk(rng: Random, p: Parameters) -> int:
    median, sigma, cap = p["calls.victim_duration"]
    return int(min(cap, 1 + median * rng.lognormvariate(0, sigma)))


def with_targets(world: World, p: Parameters) -> Iterable[Event]:
    """Contact, calls around each payment, a notice of the bank after it, a call back without an answer, the police line."""
    rng, devices = stream(world.seed, "calls/targets"), boxes(world, p)
    for incident in world.incidents:
        target = int(world.holders.phone[incident.victim])
        paid = [world.moved[place] for place in incident.payments if world.moved[place].purpose == "scam"]
        if incident.phone >= 0:
            number = number_of(world.resources[incident.phone])
            imei, cell = devices[incident.phone]
            written = incident.channel == "sms"
            yield Event(
                number, target, incident.first_contact_ms, 0 if written else _talk(rng, p), written, -1, imei, cell
            )
            for one in paid:
                before = one.at_ms - rng.randrange(120, 1500) * 1000
                yield Event(number, target, before, _talk(rng, p), False, -1, imei, cell)
            if paid:
                yield Event(target, number, paid[-1].at_ms + rng.randrange(900, 7200) * 1000, 0, holder=incident.victim)
        if int(world.holders.country[incident.victim]) == 0:
            for one in paid:
                yield Event(BANK_LINE, target, one.at_ms + 5000, 0, True)
            if paid:
                back = paid[-1].at_ms + rng.randrange(2, 30) * HOUR_MS
                yield Event(POLICE_LINE, target, back, rng.randrange(60, 400))


def between_organisations(world: World, p: Parameters) -> Iterable[Event]:
    """Services and the gangs they sell to, crews and those above them, dealers and holders of cards, financiers (rarely)."""
    rng = stream(world.seed, "calls/organisations")
    heads = {one.id: _heads(world, one.id) for one in world.organisations}
    weeks = (world.end_ms - world.start_ms) / (7 * DAY_MS)
    for one in world.organisations:
        if not one.members:
            continue
        first = one.members[0][0]
        if one.kind in SERVICES:
            for gang in one.serves:
                count = max(1, round(p["calls.supply_per_week"] * weeks * rng.uniform(0.4, 1.6)))
                yield from _pairs(world, rng, first, heads[gang], count)
        elif one.kind == "financier":
            for gang in one.serves:
                yield from _pairs(world, rng, first, heads[gang][:1], int(p["calls.financier_calls"]))
        elif one.kind == "crew":
            above = heads[one.id] or heads.get(one.parent, [])
            for holder, role in one.members:
                if role in ("R-OPER", "V-TRAF"):
                    count = round(p["calls.crew_per_day"] * 7 * weeks * rng.uniform(0.3, 1.7))
                    yield from _pairs(world, rng, holder, above, count)
            yield from _pairs(world, rng, first, heads.get(one.parent, []), round(3 * weeks))
    for account, organisation in sorted(world.controller.items()):
        members = world.organisations[organisation].members
        holder = int(world.accounts.holder[account])
        if members and holder < world.holders.people:
            yield from _pairs(world, rng, members[0][0], [holder], int(p["calls.card_calls"]))


def _heads(world: World, organisation: int) -> list[int]:
    """Who speaks for an organisation: boss, then core members."""
    members = world.organisations[organisation].members
    return [holder for role in HEADS for holder, own in members if own == role]


def _pairs(world: World, rng: Random, one: int, others: list[int], count: int) -> Iterable[Event]:
    """`count` calls between somebody and some others, in the daytime, either way."""
    days = int((world.end_ms - world.start_ms) // DAY_MS)
    for _ in range(count if others else 0):
        pair = (one, others[int(rng.random() ** 2 * len(others))])
        caller, callee = pair if rng.random() < 0.5 else pair[::-1]
        at_ms = world.start_ms + rng.randrange(days) * DAY_MS + rng.randrange(8 * 3600, 23 * 3600) * 1000
        phones = world.holders.phone
        yield Event(int(phones[caller]), int(phones[callee]), at_ms, rng.randrange(8, 300), holder=caller)


def strangers(world: World, p: Parameters, calls: Calls) -> list[Contacted]:
    """Numbers of gangs call many people once, most of them for seconds or for nothing; who answered was contacted."""
    rng, devices = columns(world.seed, "calls/strangers"), boxes(world, p)
    median, sigma, cap = p["calls.cold_per_day"]
    reached: list[Contacted] = []
    for place, (imei, cell) in devices.items():
        resource = world.resources[place]
        begins, ends = max(resource.from_ms, world.start_ms), min(resource.to_ms, world.end_ms)
        days = min((ends - begins) / DAY_MS, p["calls.cold_days_max"])
        if days <= 0:
            continue
        count = int(min(cap, median * np.exp(rng.standard_normal() * sigma)) * days)
        people = _people_of(world, number_of(resource))
        called = people.start + rng.integers(people.stop - people.start, size=count)
        drawn = begins + (rng.random(count) * days * DAY_MS).astype(np.int64)
        at_ms = np.clip(_in_hours(drawn, number_of(resource)), begins, ends - 1000)
        seconds = np.where(rng.random(count) < p["calls.cold_unanswered"], 0, rng.integers(3, 70, size=count))
        box = (np.full(count, imei), np.full(count, cell))
        number = np.full(count, number_of(resource))
        calls.block(number, phones_of(world, called), at_ms, seconds, np.zeros(count, bool), box)
        long = np.flatnonzero(seconds > 40)
        reached += [Contacted(int(called[one]), int(at_ms[one]), "call") for one in long]
    return reached


def _country_of(number: int) -> int:
    """Place in COUNTRIES of the country in which a number is dialled."""
    return next((at for at, one in enumerate(COUNTRIES) if str(number).startswith(str(one.dialling))), 0)


def _in_hours(at_ms: Ints, number: int) -> Ints:
    """The same days, but between nine and nine where the number is called: a whole second each."""
    offset = COUNTRIES[_country_of(number)].offset_minutes * MINUTE_MS
    clock = (at_ms + offset) % DAY_MS
    return np.asarray((at_ms - clock + 9 * HOUR_MS + clock // 2) // 1000 * 1000)


def _people_of(world: World, number: int) -> slice:
    """The people of the country that a number is dialled in: people are sorted by country."""
    dialled = _country_of(number)
    country = world.holders.country[: world.holders.people]
    first, last = (int(np.searchsorted(country, dialled, side)) for side in ("left", "right"))
    return slice(first, last) if last > first else slice(0, world.holders.people)


def leads(world: World, p: Parameters, calls: Calls) -> tuple[pa.Table, list[Contacted]]:
    """Messages that lead generators send for gangs, by number of the script; no words are kept."""
    rng = columns(world.seed, "calls/leads")
    scripts = {one.gang: one.script for one in reversed(world.incidents)}
    numbers: dict[int, list[int]] = {}
    for place, one in enumerate(world.resources):
        for gang in one.users if one.kind == "phone" else ():
            numbers.setdefault(gang, []).append(place)
    devices = boxes(world, p)
    median, sigma, cap = p["calls.leads_per_day"]
    parts: list[tuple[Ints, Ints, Ints, int]] = []
    for organisation in world.organisations:
        for gang in organisation.serves if organisation.kind == "lead_generator" else ():
            for place in numbers.get(gang, [])[:: max(1, len(numbers.get(gang, [])) // 4)]:
                resource = world.resources[place]
                begins = max(resource.from_ms, world.start_ms)
                ends = min(resource.to_ms, world.end_ms)
                days = min((ends - begins) / DAY_MS, p["calls.leads_days_max"])
                count = int(min(cap, median * np.exp(rng.standard_normal() * sigma)) * max(0.0, days))
                people = _people_of(world, number_of(resource))
                to = people.start + rng.integers(people.stop - people.start, size=count)
                drawn = begins + (rng.random(count) * max(0.0, days) * DAY_MS).astype(np.int64)
                at_ms = np.clip(_in_hours(drawn, number_of(resource)), begins, ends - 1000)
                sender = np.full(count, number_of(resource))
                imei, cell = devices[place]
                box = (np.full(count, imei), np.full(count, cell))
                calls.block(sender, phones_of(world, to), at_ms, np.zeros(count, np.int64), np.ones(count, bool), box)
                parts.append((sender, to, at_ms, scripts.get(gang, -1)))
    sender = np.concatenate([one[0] for one in parts] or [np.zeros(0, np.int64)])
    to = np.concatenate([one[1] for one in parts] or [np.zeros(0, np.int64)])
    at_ms = np.concatenate([one[2] for one in parts] or [np.zeros(0, np.int64)])
    script = np.concatenate([np.full(len(one[0]), one[3]) for one in parts] or [np.zeros(0, np.int64)])
    order = np.lexsort((to, sender, at_ms))
    table = {
        "sender": numbers_text(sender[order]),
        "receiver": numbers_text(phones_of(world, to[order])),
        "at_ms": pa.array(at_ms[order], pa.int64()),
        "channel": pa.repeat("sms", len(order)),
        "script": pa.array(script[order].astype(np.int64)),
    }
    answered = order[:: max(1, int(1 / p["calls.leads_answered"]))]
    return pa.table(table), [Contacted(int(to[one]), int(at_ms[one]), "sms") for one in answered]
