"""Who reports what to whom, and when the anti-fraud centre gets it: some late, some twice, some never, some without a loss."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy as np

from fanzha.simulate import narrate, orders
from fanzha.simulate.invent import stream
from fanzha.simulate.names import holder_name, names_of
from fanzha.simulate.narrate import Case, Named, Paid
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import columns, of_kind
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Incident, Ints, World

REFERENCES = {"station": "JQ", "hotline": "RX", "narrative": "BL", "thai": "TH-CCIB-", "indian": "IN-NCRP-"}
LANGUAGES = {"CN": "zh", "TH": "en", "IN": "en"}


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `account` is the victim's (-1 for none), `amount_minor` the loss told; `incident` and `gang` are -1 for
    small matters that belong to no gang."""

    reference: str
    incident: int
    gang: int
    crew: int
    channel: str
    scam_type: str
    stated_type: str
    victim: int
    victim_name: str
    account: int
    at_ms: int
    received_ms: int
    city: str
    zone: str
    currency: str
    amount_minor: int
    text: str
    named: tuple[Named, ...]
    repeat: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A report before it has its number."""

    channel: str
    incident: Incident
    paid: tuple[Paid, ...]
    at_ms: int
    received_ms: int
    repeat: bool


def reports(world: World, p: Parameters) -> list[Report]:
    """All reports that reach the centre before the world ends, by the time they were made."""
    rng = stream(world.seed, "reporting")
    drafts = [draft for incident in world.incidents for draft in _drafts(world, p, rng, incident)]
    drafts.sort(key=lambda draft: (draft.at_ms, draft.incident.id, draft.channel))
    counts: dict[str, int] = {}
    told = [_written(world, p, rng, draft, counts) for draft in drafts]
    count = int(p["reporting.popular_reports"])
    if count:
        told += _popular(world, p, count, counts)
        told.sort(key=lambda report: (report.at_ms, report.reference))
    return told


def _drafts(world: World, p: Parameters, rng: Random, incident: Incident) -> list[_Draft]:
    """No, one or two reports of one incident."""
    draws = (rng.random(), rng.random())
    paid = _paid(world, incident)
    if paid:
        last, share = max(one.at_ms for one in paid), p["reporting.reported_share"]
    elif incident.stopped and incident.due_ms < world.end_ms:
        last, share = incident.due_ms, p["reporting.stopped_share"]
    else:
        return []
    at_ms = (last // MINUTE_MS + 1) * MINUTE_MS + _delay_ms(rng, p["reporting.delay_hours"])
    low, high = p["reporting.repeat_hours"]
    second_ms = at_ms + int(rng.uniform(low, high) * 60) * MINUTE_MS
    first = _channel(rng, world, p, incident)
    second = _channel(rng, world, p, incident, without=first)
    if draws[0] >= share:
        return []
    made = [_Draft(first, incident, paid, at_ms, received_ms(rng, p, world, first, at_ms), False)]
    if draws[1] < p["reporting.repeat_share"]:
        received = received_ms(rng, p, world, second, second_ms)
        made.append(_Draft(second, incident, paid, second_ms, received, True))
    return [draft for draft in made if draft.received_ms <= world.end_ms]


def _paid(world: World, incident: Incident) -> tuple[Paid, ...]:
    """What the victim paid, as the victim's own statement shows it."""
    made = []
    for place in incident.payments:
        moved = world.moved[place]
        if moved.purpose == "scam" and moved.payee >= 0:
            bank = world.banks.names[int(world.accounts.bank[moved.payee])]
            holder = holder_name(world, int(world.accounts.holder[moved.payee]))
            made.append(Paid(account_text(world, moved.payee), bank, holder, moved.at_ms, moved.amount_minor))
    return tuple(sorted(made, key=lambda one: (one.at_ms, one.account)))


def account_text(world: World, account: int) -> str:
    """An account number as printed; "" for none."""
    return str(int(world.accounts.number[account])) if account >= 0 else ""


def _delay_ms(rng: Random, table: dict[str, list[float]]) -> int:
    rows = list(table.values())
    _, low, high = rng.choices(rows, [row[0] for row in rows])[0]
    hours = math.exp(rng.uniform(math.log(low), math.log(high))) if high > 24 else rng.uniform(low, high)
    return int(hours * 60) * MINUTE_MS


def _channel(rng: Random, world: World, p: Parameters, incident: Incident, without: str = "") -> str:
    """A channel of the victim's country; another one than `without` where there is another."""
    table: dict[str, float] = p["reporting.channels"][_country(world, incident.victim).code]
    others = {name: share for name, share in table.items() if name != without} or table
    return rng.choices(list(others), list(others.values()))[0]


def _country(world: World, holder: int) -> Any:
    return COUNTRIES[int(world.holders.country[holder])]


def received_ms(rng: Random, p: Parameters, world: World, channel: str, at_ms: int) -> int:
    """When a report made at `at_ms` reaches the centre: some time on the way, then the sender's next batch."""
    low, high = p["reporting.lag_hours"][channel]
    ready = at_ms + int(rng.uniform(low, high) * 60) * MINUTE_MS
    batch = int(p["reporting.batch_hours"][channel] * HOUR_MS)
    return world.start_ms + -(-(ready - world.start_ms) // batch) * batch if batch else ready


def _seen(world: World, p: Parameters, rng: Random, incident: Incident, name: str) -> str:
    """The normal form of a thing used in an incident, where the reporter still has it."""
    place: int = getattr(incident, name)
    kept = rng.random() < p["reporting.seen"][name]
    return world.resources[place].value if kept and place >= 0 else ""


def _case(world: World, p: Parameters, rng: Random, draft: _Draft) -> Case:
    incident = draft.incident
    country = _country(world, incident.victim)
    phone = int(world.holders.phone[incident.victim])
    order, _ = orders.leaked_order(world, incident)
    return Case(
        scam_type=incident.scam_type,
        channel=incident.channel,
        city=country.regions[int(world.holders.region[incident.victim])],
        name=holder_name(world, incident.victim),
        own_phone=f"+{phone}" if phone else "",
        currency=world.currency(incident.account),
        offset_minutes=country.offset_minutes,
        at_ms=draft.at_ms,
        paid=draft.paid,
        phone=_seen(world, p, rng, incident, "phone"),
        site=_seen(world, p, rng, incident, "site"),
        app=_seen(world, p, rng, incident, "app"),
        certificate=_seen(world, p, rng, incident, "certificate"),
        im=_seen(world, p, rng, incident, "im").removeprefix("group:"),
        wallet=_seen(world, p, rng, incident, "wallet"),
        order=order if rng.random() < p["reporting.seen"]["order"] else "",
        company=world.organisations[incident.leak].name if incident.leak >= 0 else "",
        via=draft.channel,
    )


def _written(world: World, p: Parameters, rng: Random, draft: _Draft, counts: dict[str, int]) -> Report:
    incident, country = draft.incident, _country(world, draft.incident.victim)
    case = _case(world, p, rng, draft)
    text, named = narrate.tell(rng, case, narrate.noise(rng, p["reporting.noise"]))
    language = "zh" if case.currency == "CNY" else "en"
    kinds = sorted(set(narrate.phrases()[language]["kind"]) - {"popular", "other"})
    stated = rng.choice(kinds) if rng.random() < p["reporting.misfiled_share"] else incident.scam_type
    return Report(
        reference=_reference(draft.channel, draft.at_ms, country.offset_minutes, counts),
        incident=incident.id,
        gang=incident.gang,
        crew=incident.crew,
        channel=draft.channel,
        scam_type=incident.scam_type,
        stated_type=narrate.kind(language, stated),
        victim=incident.victim,
        victim_name=case.name,
        account=incident.account,
        at_ms=draft.at_ms,
        received_ms=draft.received_ms,
        city=case.city,
        zone=country.zone,
        currency=case.currency,
        amount_minor=sum(one.amount_minor for one in draft.paid),
        text=text,
        named=named,
        repeat=draft.repeat,
        stopped=not draft.paid,
    )


def _reference(channel: str, at_ms: int, offset_minutes: int, counts: dict[str, int]) -> str:
    """A number that no other report has: the channel, the day, a count over the whole period."""
    counts[channel] = counts.get(channel, 0) + 1
    day = datetime.fromtimestamp((at_ms + offset_minutes * MINUTE_MS) // 1000, UTC)
    return f"{REFERENCES[channel]}{day.year}{day.month:02d}{day.day:02d}{counts[channel]:06d}"


def popular_account(world: World) -> int:
    """The account of an honest platform that everybody pays into: the first platform of the first country."""
    return int(world.accounts.first[of_kind(world.holders, "platform", 0)[0]])


def _popular(world: World, p: Parameters, count: int, counts: dict[str, int]) -> list[Report]:
    """Reports of small matters, each by somebody else, that all name one honest account."""
    rng, drawn = stream(world.seed, "reporting/popular"), columns(world.seed, "reporting/popular")
    account = popular_account(world)
    holder = holder_name(world, int(world.accounts.holder[account]))
    number, bank = account_text(world, account), world.banks.names[int(world.accounts.bank[account])]
    people = np.flatnonzero(world.holders.country[: world.holders.people] == 0)
    victims: Ints = people[drawn.integers(len(people), size=count)]
    names = names_of(world, victims).to_pylist()
    margin = 3 * DAY_MS  # the last report still arrives before the end
    times = np.sort(drawn.integers(world.start_ms, max(world.start_ms + 1, world.end_ms - margin), size=count))
    median, sigma = p["reporting.popular_amount"]
    amounts = (np.exp(drawn.standard_normal(count) * sigma) * median).astype(np.int64) * 100 + 100
    table: dict[str, float] = p["reporting.channels"]["CN"]
    channels = drawn.choice(list(table), size=count, p=np.array(list(table.values())) / sum(table.values())).tolist()
    regions, firsts = COUNTRIES[0].regions, world.accounts.first
    told = []
    for place, victim in enumerate(victims.tolist()):
        at_ms = int(times[place]) // MINUTE_MS * MINUTE_MS
        paid = (Paid(number, bank, holder, at_ms - HOUR_MS, int(amounts[place])),)
        case = Case(
            scam_type="popular",
            channel="search",
            city=regions[int(world.holders.region[victim])],
            name=str(names[place]),
            own_phone=f"+{int(world.holders.phone[victim])}",
            currency="CNY",
            offset_minutes=COUNTRIES[0].offset_minutes,
            at_ms=at_ms,
            paid=paid,
            via=channels[place],
        )
        text, named = narrate.tell_popular(rng, case)
        channel = channels[place]
        told.append(
            Report(
                reference=_reference(channel, at_ms, case.offset_minutes, counts),
                incident=-1,
                gang=-1,
                crew=-1,
                channel=channel,
                scam_type="T99",
                stated_type=narrate.kind("zh", "popular"),
                victim=victim,
                victim_name=case.name,
                account=int(firsts[victim]),
                at_ms=at_ms,
                received_ms=received_ms(rng, p, world, channel, at_ms),
                city=case.city,
                zone=COUNTRIES[0].zone,
                currency="CNY",
                amount_minor=paid[0].amount_minor,
                text=text,
                named=named,
            )
        )
    return [report for report in told if report.received_ms <= world.end_ms]
