"""Calls and messages of the fraud chain: with targets, with strangers, and between those who sell to one another.

Numbers of gangs call many people once, from SIM boxes that never move; financiers call hardly anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np
import pyarrow as pa

from fanzha.simulate import tools
from fanzha.simulate.call_rows import Calls, Contacted, Event, device_of, in_turn, numbers_text, phones_of
from fanzha.simulate.invent import stream
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Incident, Ints, Resource, World

BANK_LINE, POLICE_LINE = 95588, 96110
SERVICES = (
    "card_dealer", "laundering_house", "data_seller", "tech", "script", "lead_generator", "sim_box", "guarantee",
    "recruiter", "smuggler", "otc", "cash_fleet",
)  # fmt: skip
HEADS = ("R-BOSS", "R-CORE")
QUIET = ("recruiter", "smuggler", "lead_generator")  # their telephones do not call strangers one after the other
NEVER_MS = 1 << 62
Message = tuple[int, Incident, int]  # of a lead generator: (place of the sender in World.resources, to whom, at_ms)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where operators work, by holder: when they cross a border and the cell there; their first day and the cell then; when
    their crew moves and the cell after it."""

    crossed_ms: Ints
    border: Ints
    since_ms: Ints
    cell: Ints
    moved_ms: Ints
    cell_after: Ints

    def device(self, world: World, holders: Ints, at_ms: Ints) -> tuple[Ints, Ints]:
        """IMEI and cell of people: an operator's telephone is where the crew is or on the way to it, all others at home."""
        imei, cell = device_of(world, holders, at_ms)
        for begins_ms, there in (
            (self.crossed_ms, self.border),
            (self.since_ms, self.cell),
            (np.maximum(self.moved_ms, self.since_ms), self.cell_after),
        ):
            cell = np.where(at_ms >= begins_ms[holders], there[holders], cell)
        return imei, np.asarray(cell)

    def of(self, world: World, holder: int, at_ms: int) -> tuple[int, int]:
        """The same of one person."""
        imei, cell = self.device(world, np.array([holder]), np.array([at_ms]))
        return int(imei[0]), int(cell[0])


def cell_in(country: int, region: int, salt: int) -> int:
    """A cell of a region, as `device_of` numbers them."""
    return (4_100 + country * 200 + region * 10) * 10**6 + 20_000 + salt % 4_000


def posted(world: World, p: Parameters) -> Posted:
    """Operators of all crews, and from which cell their telephones are heard."""
    count = len(world.holders)
    made = Posted(*(np.full(count, value, np.int64) for value in (NEVER_MS, 0, NEVER_MS, 0, NEVER_MS, 0)))
    for crew in [one for one in world.organisations if one.kind == "crew"]:
        moment, before, after = tools.move_of(world, p, crew.id)
        for person in [person for person, role in crew.members if role == "R-OPER"]:
            first = made.since_ms[person] = max(world.start_ms, tools.joined_ms(world, p, person))
            home = int(world.holders.country[person])
            if first > world.start_ms and tools.place_of(world, p, crew.id, first)[0] != home:
                days = stream(world.seed, f"calls/crossing/{person}").uniform(*p["calls.travel_days"])
                region = COUNTRIES[home].regions.index(p["calls.border_regions"][COUNTRIES[home].code])
                made.crossed_ms[person] = first - int(days * DAY_MS)
                made.border[person] = cell_in(home, region, person)
            made.moved_ms[person] = moment if moment >= 0 else NEVER_MS
            made.cell[person], made.cell_after[person] = (cell_in(*place, crew.id) for place in (before, after))
    return made


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


def between_organisations(world: World, p: Parameters, where: Posted) -> Iterable[Event]:
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
                    for call in _pairs(world, rng, holder, above, count):
                        if call.at_ms < where.since_ms[holder]:
                            continue
                        imei, cell = where.of(world, call.holder, call.at_ms)
                        yield Event(call.caller, call.callee, call.at_ms, call.seconds, False, -1, imei, cell)
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
        if world.organisations[resource.owner].kind in QUIET:
            continue
        begins, ends = max(resource.from_ms, world.start_ms), min(resource.to_ms, world.end_ms)
        days = min((ends - begins) / DAY_MS, p["calls.cold_days_max"])
        if days <= 0:
            continue
        count = int(min(cap, median * np.exp(rng.standard_normal() * sigma)) * days)
        people = _people_of(world, number_of(resource))
        called = people.start + rng.integers(people.stop - people.start, size=count)
        drawn = begins + (rng.random(count) * days * DAY_MS).astype(np.int64)
        at_ms = _in_hours(drawn, number_of(resource))
        seconds = np.where(rng.random(count) < p["calls.cold_unanswered"], 0, rng.integers(3, 70, size=count))
        number, voice = np.full(count, number_of(resource)), np.zeros(count, bool)
        at_ms = np.where(at_ms < begins, ends, at_ms)  # not in use at an hour at which people are called: no call
        at_ms = in_turn(number, phones_of(world, called), at_ms, seconds, voice)
        kept = np.flatnonzero(at_ms < ends)
        box = (np.full(len(kept), imei), np.full(len(kept), cell))
        calls.block(number[kept], phones_of(world, called)[kept], at_ms[kept], seconds[kept], voice[kept], box)
        long = kept[seconds[kept] > 40]
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


def _lines(world: World) -> dict[tuple[str, int], list[int]]:
    """Telephones of quiet services: (kind of service, gang) -> places in World.resources."""
    found: dict[tuple[str, int], list[int]] = {}
    for place, one in enumerate(world.resources):
        kind = world.organisations[one.owner].kind
        if one.kind == "phone" and kind in QUIET:
            for gang in one.users:
                found.setdefault((kind, gang), []).append(place)
    return found


def _line(world: World, rng: Random, places: list[int], at_ms: int) -> int:
    """One of these telephones that is in use at a moment, or -1."""
    now = [place for place in places if world.resources[place].from_ms <= at_ms < world.resources[place].to_ms]
    return rng.choice(now) if now else -1


def recruits(world: World, p: Parameters, where: Posted) -> tuple[list[Event], list[Contacted]]:
    """Recruiters write to and call those who then work for a crew; smugglers call them around the day they cross a border."""
    rng, lines, devices = stream(world.seed, "calls/recruits"), _lines(world), boxes(world, p)
    events: list[Event] = []
    reached: list[Contacted] = []
    for crew in [one for one in world.organisations if one.kind == "crew"]:
        for person in [person for person, role in crew.members if role == "R-OPER"]:
            first = int(where.since_ms[person])
            moments = sorted(
                first - int(rng.uniform(*p["calls.lure_days"]) * DAY_MS)
                for _ in range(rng.randint(*p["calls.lure_messages"]))
            )
            if first <= world.start_ms:
                continue
            for at_ms in moments:
                place = _line(world, rng, lines.get(("recruiter", crew.parent), []), at_ms)
                written = rng.random() < p["calls.lure_written"]
                seconds = 0 if written else rng.randrange(40, 900)
                if place >= 0:
                    number, phone = number_of(world.resources[place]), int(world.holders.phone[person])
                    events.append(Event(number, phone, at_ms, seconds, written, -1, *devices[place]))
                    reached.append(Contacted(person, at_ms, "sms" if written else "call"))
            places = lines.get(("smuggler", crew.parent), [])
            events += _guided(world, p, rng, person, where, places, devices)
    return events, reached


def _guided(
    world: World,
    p: Parameters,
    rng: Random,
    person: int,
    where: Posted,
    places: list[int],
    devices: dict[int, tuple[int, int]],
) -> list[Event]:
    """Calls with a smuggler on the way: both telephones are heard near the border from the crossing on; none within a country."""
    crossing = int(where.crossed_ms[person])
    place = _line(world, rng, places, crossing)
    if place < 0:
        return []
    (before, after), resource = p["calls.guide_hours"], world.resources[place]
    imei, base = devices[place]
    number, phone = number_of(world.resources[place]), int(world.holders.phone[person])
    events = []
    count = rng.randint(*p["calls.guide_calls"])
    for turn in range(count):
        at_ms = crossing + int((-before + (before + after) * (turn + rng.random()) / count) * HOUR_MS)
        seconds, outward = rng.randrange(15, 240), rng.random() < 0.6
        if not resource.from_ms <= at_ms < resource.to_ms:
            continue  # the number is not in use yet, or no longer
        if outward:
            cell = int(where.border[person]) if at_ms >= crossing else base
            events.append(Event(number, phone, at_ms, seconds, False, -1, imei, cell))
        else:
            events.append(Event(phone, number, at_ms, seconds, False, -1, *where.of(world, person, at_ms)))
    return events


def introductions(world: World, p: Parameters) -> list[Message]:
    """A lead generator's message before the crew's own contact by message, group or platform: sender, to whom, when."""
    rng, lines = stream(world.seed, "calls/introductions"), _lines(world)
    found: list[Message] = []
    for incident in world.incidents:
        if incident.channel in ("social", "group", "sms") and rng.random() < p["calls.introduced_share"]:
            at_ms = incident.first_contact_ms - int(rng.uniform(*p["calls.introduced_hours"]) * HOUR_MS)
            place = _line(world, rng, lines.get(("lead_generator", incident.gang), []), at_ms)
            if place >= 0:
                found.append((place, incident, at_ms))
    return found


def leads(world: World, p: Parameters, calls: Calls, introduced: list[Message]) -> tuple[pa.Table, list[Contacted]]:
    """Messages that lead generators send for gangs, by number of the script, those that introduce a target too; no words."""
    rng = columns(world.seed, "calls/leads")
    scripts = {one.gang: one.script for one in reversed(world.incidents)}
    numbers: dict[int, list[int]] = {}
    for place, one in enumerate(world.resources):
        quiet = world.organisations[one.owner].kind in QUIET
        for gang in one.users if one.kind == "phone" and not quiet else ():
            numbers.setdefault(gang, []).append(place)
    devices = boxes(world, p)
    median, sigma, cap = p["calls.leads_per_day"]
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
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
                parts.append((sender, to, at_ms, np.full(count, scripts.get(gang, -1))))
    parts.append(_introduced(world, calls, devices, introduced))
    sender, to, at_ms, script = (np.concatenate([one[column] for one in parts]) for column in range(4))
    order = np.lexsort((to, sender, at_ms))
    table = {
        "sender": numbers_text(sender[order]),
        "receiver": numbers_text(phones_of(world, to[order])),
        "at_ms": pa.array(at_ms[order], pa.int64()),
        "channel": pa.repeat("sms", len(order)),
        "script": pa.array(script[order].astype(np.int64)),
    }
    bulk = order[order < len(order) - len(introduced)]
    answered = bulk[:: max(1, int(1 / p["calls.leads_answered"]))]
    reached = [Contacted(int(to[one]), int(at_ms[one]), "sms") for one in answered]
    return pa.table(table), reached + [Contacted(one.victim, moment, one.channel) for _, one, moment in introduced]


def _introduced(
    world: World, calls: Calls, devices: dict[int, tuple[int, int]], introduced: list[Message]
) -> tuple[Ints, Ints, Ints, Ints]:
    """Sender, receiver (holder), moment and script of messages that introduce a target; they are added to the calls."""
    sender = np.array([number_of(world.resources[place]) for place, _, _ in introduced], np.int64)
    to = np.array([one.victim for _, one, _ in introduced], np.int64)
    at_ms = np.array([moment for _, _, moment in introduced], np.int64)
    box = np.array([devices[place] for place, _, _ in introduced], np.int64).reshape(-1, 2)
    nothing = np.zeros(len(sender), np.int64)
    calls.block(sender, phones_of(world, to), at_ms, nothing, nothing == 0, (box[:, 0], box[:, 1]))
    return sender, to, at_ms, np.array([one.script for _, one, _ in introduced], np.int64)
