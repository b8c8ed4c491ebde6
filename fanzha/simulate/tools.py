"""What crews use and when: phones, domains, wallets, apps, certificates, chat groups, and the places they work from.

Services let the same thing to a second gang now and then. A crew that moves takes its scripts, certificates and
chat groups with it and changes every phone on that day.
"""

from collections.abc import Callable
from random import Random

import numpy as np

from fanzha.simulate import invent
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.underworld import Crew, Gang, Underworld
from fanzha.simulate.world import COUNTRIES, DAY_MS, Ints, Organisation, Resource, World

# Which kind of service runs what; what is not here the crew runs itself.
RUN_BY = {"phone": "sim_box", "domain": "tech", "app": "tech", "certificate": "tech", "wallet": "otc"}
PREFIXES = (("138", "139", "150", "158", "186", "133", "177", "182"), ("81", "89", "92"), ("98", "97", "99"))
PHONE_DIGITS = (8, 7, 8)
SITE_WORDS = ("pay", "task", "shop", "loan", "help", "fund", "trade", "mall", "credit", "service")
JOB_WORDS = ("job", "work", "hire", "career")
GROUP_WORDS = ("福利", "晋级", "内部", "财富", "任务", "专属", "交流", "优选", "合作", "学习")


class Workshop:
    """Makes things nobody has: no phone of a person of the world, nothing twice."""

    def __init__(self, world: World, p: Parameters) -> None:
        self.world, self.p = world, p
        self.rng = invent.stream(world.seed, "chain/tools")
        self.phones: Ints = np.sort(world.holders.phone)
        self.made: set[str] = set()
        self.let: dict[tuple[int, str], list[int]] = {}  # (service, kind) -> places in World.resources

    def _new(self, make: Callable[[], str]) -> str:
        while True:
            value = make()
            if value not in self.made:
                self.made.add(value)
                return value

    def _phone(self, country: int) -> str:
        rng = self.rng
        while True:
            text = f"{COUNTRIES[country].dialling}{rng.choice(PREFIXES[country])}{invent.digits(rng, PHONE_DIGITS[country])}"
            at = int(np.searchsorted(self.phones, int(text)))
            if at >= len(self.phones) or int(self.phones[at]) != int(text):
                return "+" + text

    def value(self, kind: str, country: int, words: tuple[str, ...] = SITE_WORDS) -> str:
        """A new value in normal form; `words` are what a domain may be called by."""
        rng = self.rng
        makers: dict[str, Callable[[], str]] = {
            "phone": lambda: self._phone(country),
            "domain": lambda: invent.site(rng, rng.choice(words) + rng.choice("abcdefghkmnprst")),
            "wallet": lambda: "TRON:" + invent.tron_address(rng),
            "app": lambda: (
                f"top.{rng.choice('bdfghjk')}{rng.choice('xyzw')}{rng.choice(SITE_WORDS)}.v{rng.randrange(100, 10_000)}"
            ),
            "certificate": lambda: f"sha256:{rng.getrandbits(256):064x}",
            "im": lambda: f"group:{rng.choice(GROUP_WORDS)}{rng.choice(GROUP_WORDS)}{rng.randrange(10, 1000)}群",
            "imei": lambda: invent.imei(rng),
        }
        return self._new(makers[kind])

    def take(self, kind: str, gang: Gang, owner: int, from_ms: int, to_ms: int) -> int:
        """Place of a resource for a gang for a time: a new one, or one that the owner lets to another gang already."""
        rng, resources = self.rng, self.world.resources
        let = self.let.setdefault((owner, kind), [])
        shared = self.p["gangs.shared_share"][kind]
        if rng.random() < shared:
            days = self.p["gangs.rotation_days"][kind] * DAY_MS
            near = [
                place
                for place in let
                if gang.organisation not in resources[place].users
                and len(resources[place].users) == 1
                and resources[place].from_ms - days <= from_ms <= resources[place].to_ms + days
                and (kind != "phone" or resources[place].value.startswith(f"+{COUNTRIES[gang.country].dialling}"))
            ]
            if near:
                place = rng.choice(near)
                one = resources[place]
                one.users.append(gang.organisation)
                one.from_ms, one.to_ms = min(one.from_ms, from_ms), max(one.to_ms, to_ms)
                return place
        resources.append(Resource(kind, self.value(kind, gang.country), owner, [gang.organisation], from_ms, to_ms))
        let.append(len(resources) - 1)
        return len(resources) - 1


def move_of(world: World, p: Parameters, crew: int) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """When a crew moves (-1: never), from where and to where: country and region, by the crew's organisation."""
    rng = invent.stream(world.seed, f"chain/place/{crew}")
    span = world.end_ms - world.start_ms
    moves = rng.random() < p["gangs.move_share"]
    moment = world.start_ms + int(span * rng.uniform(0.2, 0.8)) if moves else -1
    places = [
        (country, region)
        for country in rng.choices(range(len(COUNTRIES)), p["gangs.compound_countries"], k=2)
        for region in [rng.randrange(len(COUNTRIES[country].regions))]
    ]
    return moment, places[0], places[1]


def place_of(world: World, p: Parameters, crew: int, at_ms: int) -> tuple[int, int]:
    """Country and region from which a crew works at a moment, by the crew's organisation."""
    moment, before, after = move_of(world, p, crew)
    return after if 0 <= moment <= at_ms else before


def joined_ms(world: World, p: Parameters, operator: int) -> int:
    """The first day of an operator, by holder; -1 for those who were there before the period."""
    rng = invent.stream(world.seed, f"chain/joined/{operator}")
    if rng.random() >= p["gangs.joined_share"]:
        return -1
    return world.start_ms + int(rng.uniform(*p["gangs.joined_span"]) * (world.end_ms - world.start_ms))


def _spans(rng: Random, world: World, days: float, moment_ms: int) -> list[tuple[int, int]]:
    """The period cut into pieces of about so many days, and at a move."""
    spans, begin = [], world.start_ms
    while begin < world.end_ms:
        end = begin + int(days * DAY_MS * rng.uniform(0.6, 1.5))
        if begin < moment_ms < end:
            end = moment_ms
        end = min(end, world.end_ms)
        spans.append((begin, end))
        begin = end
    return spans


def add_tools(world: World, p: Parameters, underworld: Underworld) -> None:
    """Everything that every crew uses, in the order of time; devices of SIM boxes."""
    shop = Workshop(world, p)
    for gang in underworld.gangs.values():
        for crew in gang.crews:
            _equip(shop, world, p, gang, crew)
    for organisation in world.organisations:
        if organisation.kind == "sim_box":
            for begin, end in _spans(shop.rng, world, p["gangs.rotation_days"]["imei"], -1):
                value = shop.value("imei", 0)
                world.resources.append(Resource("imei", value, organisation.id, list(organisation.serves), begin, end))
    for organisation in world.organisations:
        if organisation.kind in p["gangs.service_tools"]:
            _keep(shop, world, p, underworld, organisation)


def _keep(shop: Workshop, world: World, p: Parameters, underworld: Underworld, one: Organisation) -> None:
    """What a service works with itself, for all whom it serves; it has a telephone in each country that its gangs call."""
    for kind, days in p["gangs.service_tools"][one.kind].items():
        home = {underworld.gangs[gang].country for gang in one.serves} if kind == "phone" else {one.country}
        for country in sorted(home):
            users = [gang for gang in one.serves if kind != "phone" or underworld.gangs[gang].country == country]
            for begin, end in _spans(shop.rng, world, days, -1):
                value = shop.value(kind, country, JOB_WORDS)
                world.resources.append(Resource(kind, value, one.id, list(users), begin, end))


def _equip(shop: Workshop, world: World, p: Parameters, gang: Gang, crew: Crew) -> None:
    moment = move_of(world, p, crew.organisation)[0]
    for kind, days in p["gangs.rotation_days"].items():
        if kind == "imei":
            continue
        if kind == "certificate" and crew is not gang.crews[0]:
            crew.tools[kind] = list(gang.crews[0].tools[kind])  # a gang signs all its apps alike
            continue
        found: list[tuple[int, int, int]] = []
        for _ in range(int(p["gangs.lines"]) if kind == "phone" else 1):
            owners = gang.services.get(RUN_BY.get(kind, ""), []) or [crew.organisation]
            owner = shop.rng.choice(owners)
            for begin, end in _spans(shop.rng, world, days, moment if kind == "phone" else -1):
                found.append((shop.take(kind, gang, owner, begin, end), begin, end))
        crew.tools[kind] = sorted(found, key=lambda one: (one[1], one[0]))


def in_use(rng: Random, crew: Crew, kind: str, at_ms: int) -> int:
    """Place of a thing of this kind that the crew uses at a moment, or -1."""
    now = [place for place, begin, end in crew.tools.get(kind, []) if begin <= at_ms < end]
    return rng.choice(now) if now else -1
