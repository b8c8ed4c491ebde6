"""Who is approached, by which crew, with which scam, and what they pay: one incident for each target.

Types, profiles, amounts and delays are parameters (scams.yaml). No words are written here, only facts.
"""

from collections.abc import Iterator
from random import Random

from fanzha.simulate import invent, tools
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.profiles import Casting, Profile, customers
from fanzha.simulate.underworld import Crew, Gang, Lease, Underworld, at, drawn
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, MINUTE_MS, Incident, Ints, Moved, Parcel, World

RETRIES = 60
NIGHT_FROM, NIGHT_TO = 1, 7  # local hours in which nobody is asked to pay
Payment = tuple[int, int, int]  # (at_ms, amount_minor, payee)


def add_incidents(world: World, p: Parameters, underworld: Underworld, casting: Casting, count: int) -> list[Moved]:
    """Fill world.incidents, in the order of first contact; the payments of `count` of them, and rebates paid back first."""
    desk = Desk(world, p, underworld, casting)
    told = [desk.paying() for _ in range(count)] if desk.crews else []
    plans = [one for one in told if one is not None]
    again = [desk.recovery(incident, payments) for incident, payments in plans]
    if p["scams.recovery_share"] and not any(again):  # a small world has a victim who is met again too
        again = [next((one for one in (desk.recovery(*plan, True) for plan in plans) if one is not None), None)]
    plans += [one for one in again if one is not None]
    refusing = round(count * p["scams.contacts_per_payer"]) if desk.crews else 0
    plans += [(one, []) for one in (desk.refusing() for _ in range(refusing)) if one is not None]
    plans.sort(key=lambda one: (one[0].first_contact_ms, one[0].victim, one[0].due_ms))
    moved: list[Moved] = []
    for place, (incident, payments) in enumerate(plans):
        incident.id = place
        for at_ms, amount, payee in payments:
            arrived = min(at_ms + desk.rng.randrange(800, 15_000), world.end_ms - 1)
            moved.append(
                Moved(incident.account, payee, at_ms, arrived, amount, "scam", (Parcel(place, amount),), tier=1)
            )
        moved += desk.rebates(incident, payments)
    world.incidents = [incident for incident, _ in plans]
    return moved


class Desk:
    """Draws targets and plans; one stream, so that a shorter list begins like a longer one."""

    def __init__(self, world: World, p: Parameters, underworld: Underworld, casting: Casting) -> None:
        self.world, self.p, self.underworld, self.casting = world, p, underworld, casting
        self.rng: Random = invent.stream(world.seed, "chain/scams")
        self.crews: list[tuple[Gang, Crew]] = [
            (gang, crew) for gang in underworld.gangs.values() if gang.fronts for crew in gang.crews
        ]
        self.profiles = {
            name: Profile(
                p["scams.ages"].get(name, p["scams.ages"]["all"]),
                p["scams.occupations"].get(name, p["scams.occupations"]["all"]),
            )
            for name in p["scams.shares"]
        }
        self.records: dict[int, Ints] = {}
        self._deal_types()
        self._campaigns()

    def _deal_types(self) -> None:
        """One or two types for every crew, so that together they run the types by their shares."""
        rng, shares = invent.stream(self.world.seed, "chain/types"), self.p["scams.shares"]
        counts = [rng.randint(*self.p["scams.types_per_crew"]) for _ in self.crews]
        total, slots = sum(counts), list[str]()
        for number in range(total):  # systematic sampling of the cumulated shares
            mark, name = (number + 0.5) / total * sum(shares.values()), ""
            for name in shares:
                mark -= shares[name]
                if mark < 0:
                    break
            slots.append(name)
        rng.shuffle(slots)
        for (_, crew), count in zip(self.crews, counts, strict=True):
            crew.types = tuple(dict.fromkeys(slots.pop() for _ in range(count)))

    def _campaigns(self) -> None:
        """Crews approach people for some days, then prepare or lie low for some."""
        rng, share = invent.stream(self.world.seed, "chain/campaigns"), self.p["scams.campaign_share"]
        days = self.p["scams.campaign_days"]
        for _, crew in self.crews:
            crew.campaigns, begin = [], self.world.start_ms
            while begin < self.world.end_ms:
                length = int(rng.uniform(*days) * DAY_MS)
                idle = int(length * (1 - share) / share * rng.uniform(0.5, 1.5))
                start = begin + (rng.randrange(idle) if begin == self.world.start_ms and idle else idle)
                crew.campaigns.append((start, start + length))
                begin = start + length

    def _crew(self) -> tuple[Gang, Crew, str]:
        """A type by its share, then a crew that runs it. Types that no crew of a small world runs are drawn again."""
        while True:
            scam_type = drawn(self.rng, self.p["scams.shares"])
            able = [one for one in self.crews if scam_type in one[1].types]
            if able:
                gang, crew = self.rng.choice(able)
                return gang, crew, scam_type

    def _contact(self, country: int, from_ms: int, to_ms: int, crew: Crew | None = None) -> int:
        """A moment of first contact: by local hour and day of the week, in a campaign of the crew where one is given."""
        rng, p = self.rng, self.p
        hours, days, offset = (
            p["scams.contact_hours"],
            p["scams.weekdays"],
            COUNTRIES[country].offset_minutes * MINUTE_MS,
        )
        limit = max(hours) * max(days)
        whole = not crew or not any(begin < to_ms - DAY_MS for begin, _ in crew.campaigns)
        while True:
            moment = rng.randrange(from_ms, to_ms)
            if not whole and crew and not any(begin <= moment < end for begin, end in crew.campaigns):
                continue
            local = moment + offset
            weight = hours[local // HOUR_MS % 24] * days[(local // DAY_MS + 3) % 7]  # 1970-01-01 was a Thursday
            if rng.random() * limit < weight:
                return moment

    def _target(self, gang: Gang, scam_type: str, contact_ms: int) -> tuple[int, int]:
        """A person who fits, and the leaking company that named them or -1."""
        rng, world = self.rng, self.world
        profile = self.profiles[scam_type]
        known = [one for one in gang.companies if world.organisations[one].from_ms <= contact_ms]
        if known and rng.random() < self.p["scams.leaks"].get(scam_type, 0.0):
            company = rng.choice(known)
            business = world.organisations[company].members[0][0]
            if business not in self.records:
                self.records[business] = customers(world, self.p, business)
            person = self.casting.person(rng, gang.country, profile, self.records[business])
            if person >= 0:
                return person, company
        return self.casting.person(rng, gang.country, profile), -1

    def _incident(self, crew: Crew, scam_type: str, target: tuple[int, int], contact_ms: int, due_ms: int) -> Incident:
        """What the crew uses on this target at the first contact."""
        p, rng, world = self.p, self.rng, self.world
        seen = p["scams.tools"][scam_type]
        things = {
            kind: tools.in_use(rng, crew, kind, contact_ms) if rng.random() < seen.get(kind, 0.0) else -1
            for kind in ("phone", "domain", "wallet", "app", "im")
        }
        person, company = target
        gang = self.underworld.gangs[crew.gang]
        second = int(world.accounts.second[person])
        own = second if second >= 0 and rng.random() < 0.5 else int(world.accounts.first[person])
        return Incident(
            id=-1, gang=crew.gang, crew=crew.organisation, scam_type=scam_type, victim=person, account=own,
            channel=drawn(rng, p["scams.channels"][scam_type]), first_contact_ms=contact_ms, due_ms=due_ms,
            script=gang.script, phone=things["phone"], site=things["domain"], wallet=things["wallet"],
            app=things["app"], im=things["im"], leak=company,
            certificate=tools.in_use(rng, crew, "certificate", contact_ms) if things["app"] >= 0 else -1,
        )  # fmt: skip

    def _awake(self, country: int, moment_ms: int) -> int:
        """The moment, or the same minute after the night."""
        hour = (moment_ms + COUNTRIES[country].offset_minutes * MINUTE_MS) // HOUR_MS % 24
        return moment_ms + (NIGHT_TO - NIGHT_FROM) * HOUR_MS if NIGHT_FROM <= hour < NIGHT_TO else moment_ms

    def _due(self, country: int, scam_type: str, contact_ms: int) -> tuple[int, bool]:
        """When the first payment is asked for, and whether all is over within a day of the contact."""
        rng, p = self.rng, self.p
        if rng.random() < p["scams.first_day"][scam_type]:
            median, sigma = p["scams.first_payment_minutes"]
            minutes = min(20 * 60.0, median * rng.lognormvariate(0, sigma))
            return contact_ms + int(minutes * MINUTE_MS), True
        days = max(1.05, p["scams.first_payment_days"][scam_type] * rng.lognormvariate(0, 0.6))
        return self._awake(country, contact_ms + int(days * DAY_MS)), False

    def _amounts(self, country: int, scam_type: str) -> Iterator[int]:
        """Minor units of one payment after the other, round sums as victims are asked for."""
        rng, p = self.rng, self.p
        median, sigma, larger, larger_sigma, share, cap = p["scams.amounts"][scam_type]
        factor, large = 1.0, rng.random() < share
        while True:
            value = (larger if large else median) * rng.lognormvariate(0, larger_sigma if large else sigma) * factor
            value = min(cap, value) * COUNTRIES[country].per_yuan
            step = 10 if value < 500 else 100 if value < 20_000 else 1000
            yield max(3, round(value / step)) * step * 100
            factor *= p["scams.growth"].get(scam_type, 1.0)

    def _plan(self, gang: Gang, scam_type: str, due: tuple[int, bool], contact_ms: int) -> list[Payment]:
        """Payments of one case: moments, amounts and the accounts of the gang they go to; none after the period."""
        rng, p = self.rng, self.p
        mean, moment, in_a_day = p["scams.payments"][scam_type], due[0], due[1]
        count = 1
        while count < p["scams.payments_max"] and rng.random() < 1 - 1 / mean:
            count += 1
        moments = [moment]
        for _ in range(count - 1):
            if in_a_day:
                moment += int((1 + rng.expovariate(1 / p["scams.gap_minutes"])) * MINUTE_MS)
            else:
                moment += int(p["scams.gap_days"][scam_type] * rng.lognormvariate(0, 0.8) * DAY_MS) + MINUTE_MS
                moment = self._awake(gang.country, moment)
            moments.append(moment)
        last = contact_ms + DAY_MS - MINUTE_MS
        if in_a_day and moments[-1] > last:
            moments = [due[0] + (one - due[0]) * (last - due[0]) // (moments[-1] - due[0]) for one in moments]
        payments: list[Payment] = []
        lease: Lease | None = None
        for moment, amount in zip(moments, self._amounts(gang.country, scam_type), strict=False):
            active = at(gang.fronts, moment)
            if lease not in active or rng.random() >= p["scams.same_account_share"]:
                lease = rng.choice(active)
            if moment < self.world.end_ms - MINUTE_MS and lease is not None:
                payments.append((moment, amount, lease.account))
        return payments

    def paying(self) -> tuple[Incident, list[Payment]] | None:
        """A target who pays within the period; None where the world has nobody left."""
        world = self.world
        gang, crew, scam_type = self._crew()
        for _ in range(RETRIES):
            contact = self._contact(gang.country, world.start_ms, world.end_ms - HOUR_MS, crew)
            due = self._due(gang.country, scam_type, contact)
            if due[0] < world.end_ms - HOUR_MS:
                break
        else:
            return None
        target = self._target(gang, scam_type, contact)
        if target[0] < 0:
            return None
        incident = self._incident(crew, scam_type, target, contact, due[0])
        return incident, self._plan(gang, scam_type, due, contact)

    def refusing(self) -> Incident | None:
        """A target who never pays; of some the first payment falls due after the period: who will be hit next."""
        world, p, rng = self.world, self.p, self.rng
        gang, crew, scam_type = self._crew()
        span = int(p["scams.next_days"] * DAY_MS)
        if rng.random() < p["scams.next_share"]:
            contact = self._contact(gang.country, max(world.start_ms, world.end_ms - span), world.end_ms)
            due = world.end_ms + rng.randrange(MINUTE_MS, span)
        else:
            contact = self._contact(gang.country, world.start_ms, world.end_ms, crew)
            due = self._due(gang.country, scam_type, contact)[0]
        target = self._target(gang, scam_type, contact)
        if target[0] < 0:
            return None
        incident = self._incident(crew, scam_type, target, contact, due)
        incident.stopped = True
        return incident

    def recovery(
        self, before: Incident, payments: list[Payment], surely: bool = False
    ) -> tuple[Incident, list[Payment]] | None:
        """A victim approached again, by the same gang or by one that bought the list, with a promise to get the money back.

        None by the share (unless `surely`), and where too little of the period is left.
        """
        world, p, rng = self.world, self.p, self.rng
        if not payments or (not surely and rng.random() >= p["scams.recovery_share"]):
            return None
        country = self.underworld.gangs[before.gang].country
        able = [one for one in self.crews if one[0].country == country]
        same = [one for one in able if one[0].organisation == before.gang]
        gang, crew = rng.choice(same if rng.random() < 0.5 else able)
        scam_type = p["scams.recovery_type"]
        first = payments[-1][0] + 2 * DAY_MS
        if first >= world.end_ms - 2 * DAY_MS:
            return None
        contact = self._contact(country, first, world.end_ms - 2 * DAY_MS + HOUR_MS)
        due = self._due(country, scam_type, contact)
        if due[0] >= world.end_ms - HOUR_MS:
            return None
        incident = self._incident(crew, scam_type, (before.victim, -1), contact, due[0])
        return incident, self._plan(gang, scam_type, due, contact)

    def rebates(self, incident: Incident, payments: list[Payment]) -> list[Moved]:
        """Small sums paid to the victim before the first payment; the gang's own money, no victim's."""
        rng, p = self.rng, self.p
        if not payments or rng.random() >= p["scams.rebates"].get(incident.scam_type, 0.0):
            return []
        country = self.underworld.gangs[incident.gang].country
        moved = []
        for _ in range(rng.randint(1, 2)):
            moment = rng.randrange(incident.first_contact_ms, payments[0][0])
            yuan = rng.randint(*p["scams.rebate_amount"])
            lease = rng.choice(at(self.underworld.gangs[incident.gang].fronts, moment))
            amount = int(yuan * COUNTRIES[country].per_yuan) * 100
            moved.append(
                Moved(lease.account, incident.account, moment, moment + rng.randrange(800, 9000), amount, "rebate")
            )
        return moved
