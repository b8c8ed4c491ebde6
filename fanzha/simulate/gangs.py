"""The fraud chain of a world: who finances, hosts, leads, calls, sells data and accounts, launders; then what they do.

Nobody owns the whole chain: gangs buy from services, and a service serves several gangs. Roles are the codes of the
domain's list (R-FIN ... V-UNW). Sizes and shares are parameters (gangs.yaml), each with its source.
"""

from collections.abc import Iterable
from random import Random

from fanzha.simulate import cashing, exits, fronts, invent, laundering, names, scams, tools
from fanzha.simulate.parameters import Parameters
from fanzha.simulate.population import of_kind
from fanzha.simulate.profiles import ADULT, Casting, Profile, companies
from fanzha.simulate.underworld import NEVER_MS, Crew, Gang, House, Lease, Underworld, drawn
from fanzha.simulate.world import COUNTRIES, DAY_MS, HOUR_MS, Moved, Organisation, Resource, World

KIND_ZH = {
    "gang": "团伙", "crew": "小组", "compound": "园区", "financier": "金主", "laundering_house": "水房",
    "card_dealer": "卡商", "sim_box": "手机口", "tech": "技术", "script": "话术", "lead_generator": "引流",
    "data_seller": "料商", "guarantee": "担保", "recruiter": "招募", "smuggler": "蛇头", "otc": "U商", "cash_fleet": "车队",
}  # fmt: skip
SERVICE_ROLE = {
    "laundering_house": "R-WASH", "card_dealer": "R-CDLR", "sim_box": "R-GOIP", "tech": "R-TECH", "script": "R-SCRIPT",
    "lead_generator": "R-LEAD", "data_seller": "R-DATA", "guarantee": "R-GUAR", "recruiter": "R-RECR", "smuggler": "R-SMUG",
    "otc": "R-OTC", "cash_fleet": "R-CASH",
}  # fmt: skip
SECOND_ROLE = {"lead_generator": "R-ACCT", "otc": "R-UBNK"}
ACROSS = ("tech", "guarantee", "recruiter", "smuggler")  # trades without a language


def add_chain(world: World, p: Parameters, gangs: int, incidents: int, moved_max: int) -> None:
    """Fill organisations, resources, incidents, moved, roles, controller of a world that has people, accounts and banks.

    `incidents` targets pay, less where their transfers would be more than `moved_max`; others are contacted and never pay.
    """
    if not gangs:
        return
    chain = Chain(world, p)
    chain.found(gangs)
    chain.buy_accounts(incidents)
    if p["exits.on"]:
        fronts.open_fronts(world, p, chain.underworld)
    tools.add_tools(world, p, chain.underworld)
    count, drawn_before = incidents, set(chain.casting.taken)
    while True:
        chain.casting.taken = set(drawn_before)
        paid = scams.add_incidents(world, p, chain.underworld, chain.casting, count)
        moved = laundering.launder(world, p, chain.underworld, paid)
        moved += cashing.hires(world, p, chain.underworld, moved)
        if len(moved) <= moved_max or not count:
            break
        count = min(count - 1, int(count * moved_max / len(moved) * 0.98))
    if world.exits is not None:
        moved += exits.plant(world, p, chain.underworld, moved)
    _settle(world, moved)


def _settle(world: World, moved: list[Moved]) -> None:
    """Transfers in the order of time; every incident knows the places of its payments."""
    world.moved = sorted(moved, key=lambda one: (one.at_ms, one.arrived_ms, one.payer, one.payee, one.amount_minor))
    for incident in world.incidents:
        incident.payments = []
    for place, one in enumerate(world.moved):
        if one.purpose == "scam":
            world.incidents[one.parcels[0].incident].payments.append(place)


class Chain:
    """The organisations of a world and those who work in them, while they are hired."""

    def __init__(self, world: World, p: Parameters) -> None:
        self.world, self.p = world, p
        self.rng: Random = invent.stream(world.seed, "chain/gangs")
        self.casting = Casting(world)
        self.underworld = Underworld()
        self.staff = Profile(p["gangs.staff_ages"], p["gangs.occupations"])
        self.cards = Profile(p["gangs.card_ages"], p["gangs.occupations"])

    def organisation(self, kind: str, country: int, parent: int = -1, serves: Iterable[int] = ()) -> Organisation:
        """A new one; its name says in both languages what it is."""
        number = len(self.world.organisations)
        word = self.rng.choice(names.HOUSES) + self.rng.choice(names.HOUSES)
        name = f"{word}{KIND_ZH[kind]} ({kind.replace('_', ' ')} {number})"
        made = Organisation(number, kind, name, country, parent, list(serves))
        made.from_ms, made.to_ms = self.world.start_ms, self.world.end_ms
        self.world.organisations.append(made)
        return made

    def hire(self, made: Organisation, role: str, country: int, minor: bool = False) -> int:
        """One more member, or -1 where the world has nobody left."""
        person = self.casting.minor(self.rng, country) if minor else -1
        if person < 0:
            person = self.casting.person(self.rng, country, self.staff)
        if person >= 0:
            made.members.append((person, role))
            self.world.roles[person] = role
        return person

    def found(self, count: int) -> None:
        """Financiers, compounds, gangs with their crews, services."""
        p, rng = self.p, self.rng
        peopled = [place for place in range(len(COUNTRIES)) if len(self.casting.there[place])]
        bases = [p["gangs.compound_countries"][place] for place in peopled]
        targets = [p["gangs.target_countries"][place] for place in peopled]
        compounds = [
            self.organisation("compound", rng.choices(peopled, bases)[0])
            for _ in range(-(-count // p["gangs.gangs_per_compound"]))
        ]
        financiers = [
            self.organisation("financier", rng.choice(peopled))
            for _ in range(-(-count // p["gangs.gangs_per_financier"]))
        ]
        operators = self._operators(count)
        for number in range(count):
            country = peopled[0] if not number else rng.choices(peopled, targets)[0]
            host, money = compounds[number % len(compounds)], financiers[number % len(financiers)]
            gang = self._gang(host, country, operators)
            money.serves.append(gang)
            host.serves.append(gang)
        for one in financiers:
            self.hire(one, "R-FIN", one.country)
        for one in compounds:
            for role, staff in (("R-HOST", "hosts"), ("R-GUARD", "guards")):
                for _ in range(p["gangs.staff"][staff]):
                    self.hire(one, role, one.country)
        for kind in SERVICE_ROLE:
            self._services(kind)
        self._leaks()
        self._houses()

    def _operators(self, gangs: int) -> int:
        """Operators of a crew: fewer where the world is small."""
        crews = gangs * sum(self.p["gangs.crews_per_gang"]) / 2
        most = self.p["gangs.staff_share_max"] * self.world.holders.people / crews
        return max(2, min(int(self.p["gangs.staff"]["operators"]), int(most)))

    def _gang(self, host: Organisation, country: int, operators: int) -> int:
        p, rng = self.p, self.rng
        made = self.organisation("gang", host.country, host.id)
        gang = self.underworld.gangs[made.id] = Gang(made.id, country)
        self.hire(made, "R-BOSS", country)
        self.hire(made, "R-CORE", country)
        for _ in range(rng.randint(*p["gangs.crews_per_gang"])):
            crew = self.organisation("crew", host.country, made.id)
            gang.crews.append(Crew(crew.id, made.id))
            for _ in range(p["gangs.staff"]["core"]):
                self.hire(crew, "R-CORE", country)
            for _ in range(rng.randint(max(2, operators * 2 // 3), operators * 4 // 3)):
                person = self.hire(crew, "R-OPER", country, minor=rng.random() < p["gangs.minor_share"])
                young = person >= 0 and self.world.holders.age[person] < ADULT
                if person >= 0 and (young or rng.random() < p["gangs.coerced_share"]):
                    crew.coerced.add(person)
                    self.world.roles[person] = "V-TRAF"
        return made.id

    def _services(self, kind: str) -> None:
        """Services of a kind, each for a few gangs (of one target country, but for ACROSS), so that every gang has one."""
        p, rng = self.p, self.rng
        least, most = p["gangs.serves"]
        everybody = list(self.underworld.gangs.values())
        markets = [[one for one in everybody if one.country == place] for place in range(len(COUNTRIES))]
        for market in [everybody] if kind in ACROSS else markets:
            waiting = list(market)
            rng.shuffle(waiting)
            made: list[Organisation] = []
            while waiting:
                served = [waiting.pop() for _ in range(min(len(waiting), rng.randint(least, most)))]
                country = served[0].country
                one = self.organisation(kind, country, serves=[gang.organisation for gang in served])
                made.append(one)
                for gang in served:
                    gang.services.setdefault(kind, []).append(one.id)
                for _ in range(p["gangs.services"][kind]):
                    self.hire(one, SERVICE_ROLE[kind], country)
                if kind in SECOND_ROLE:
                    self.hire(one, SECOND_ROLE[kind], country)
            for gang in market:
                room = [one for one in made if len(one.serves) < most and gang.organisation not in one.serves]
                if room and rng.random() < p["gangs.second_service_share"]:
                    other = rng.choice(room)
                    other.serves.append(gang.organisation)
                    gang.services[kind].append(other.id)
        for gang in self.underworld.gangs.values():
            gang.script = gang.services.get("script", [0])[0]

    def _leaks(self) -> None:
        """Companies whose records data sellers get: member 0 is the business itself (no role), then the insider.

        `parent` of a leaking company is the seller, `from_ms` the moment of the leak.
        """
        p, rng = self.p, self.rng
        known: set[int] = set()
        for seller in [one for one in self.world.organisations if one.kind == "data_seller"]:
            for _ in range(rng.randint(*p["gangs.companies_per_seller"])):
                able = companies(self.world, seller.country, drawn(rng, p["gangs.leaking_kinds"]))
                fresh = [one for one in able if one not in known]
                if not fresh:
                    continue
                business = rng.choice(fresh)
                known.add(business)
                name = names.holder_name(self.world, business)
                leaking = Organisation(
                    len(self.world.organisations), "leaking_company", name, seller.country, seller.id
                )
                leaking.serves, leaking.members = list(seller.serves), [(business, "")]
                leaking.from_ms = self.world.start_ms - int(rng.uniform(*p["gangs.leaked_days_before"]) * DAY_MS)
                leaking.to_ms = self.world.end_ms
                self.world.organisations.append(leaking)
                self.hire(leaking, "R-INS", seller.country)
                for gang in seller.serves:
                    self.underworld.gangs[gang].companies.append(leaking.id)

    def _houses(self) -> None:
        """Laundering houses with the runners, coin dealers and merchants they work with."""
        p, rng, world = self.p, self.rng, self.world
        by_kind = {kind: [one for one in world.organisations if one.kind == kind] for kind in ("cash_fleet", "otc")}
        for one in [each for each in world.organisations if each.kind == "laundering_house"]:
            house = self.underworld.houses[one.id] = House(one.id, list(one.serves))
            if rng.random() < p["gangs.raided_share"]:
                house.stopped_ms = int(rng.uniform(0.6, 0.95) * (world.end_ms - world.start_ms)) + world.start_ms
                one.to_ms = house.stopped_ms
            for kind, accounts in (("cash_fleet", house.runners), ("otc", house.dealers)):
                near = [other for other in by_kind[kind] if set(other.serves) & set(one.serves)]
                for other in near or by_kind[kind]:
                    for person in (one for one, role in other.members if role == SERVICE_ROLE[other.kind]):
                        account = int(world.accounts.first[person])
                        accounts.setdefault(int(world.holders.country[person]), []).append(account)
                        world.controller[account] = other.id
            for country in range(len(COUNTRIES)):
                firms = [int(b) for kind in ("shop", "platform") for b in of_kind(world.holders, kind, country)]
                chosen = rng.sample(firms, min(len(firms), p["laundering.merchants_per_house"]))
                house.merchants[country] = [int(world.accounts.first[business]) for business in chosen]
        self._go_on()

    def _go_on(self) -> None:
        """A gang whose houses are all stopped within the period has another one to go on with."""
        for gang in self.underworld.gangs.values():
            mine = [self.underworld.houses[one] for one in gang.services["laundering_house"]]
            if all(house.stopped_ms < NEVER_MS for house in mine):
                alive = [
                    house
                    for house in self.underworld.houses.values()
                    if house.stopped_ms == NEVER_MS and self.underworld.gangs[house.gangs[0]].country == gang.country
                ]
                if alive:
                    other = self.rng.choice(alive)
                    other.gangs.append(gang.organisation)
                    self.world.organisations[other.organisation].serves.append(gang.organisation)
                    gang.services["laundering_house"].append(other.organisation)
                else:
                    mine[0].stopped_ms = NEVER_MS
                    self.world.organisations[mine[0].organisation].to_ms = self.world.end_ms

    def buy_accounts(self, incidents: int) -> None:
        """Accounts bought from people for the whole period, let to gangs and houses for some days each."""
        p = self.p
        bought = min(
            p["gangs.accounts_per_incident"] * incidents, p["gangs.account_share_max"] * self.world.holders.people
        )
        fronts, layers, farmers = (bought * share for share in p["gangs.account_shares"])
        underworld = self.underworld
        for gang in underworld.gangs.values():
            gang.fronts = self._fronts(gang, max(2, round(fronts / len(underworld.gangs))))
        for house in underworld.houses.values():
            home = self.world.organisations[house.organisation].country
            for country in range(len(COUNTRIES)):
                wanted = max(6, round(layers / len(underworld.houses))) if country == home else 3
                house.pools[country] = self._leases(house, country, wanted, p["gangs.pool_width"])
            few = max(p["laundering.paofen_parts"][1], round(farmers / len(underworld.houses)))
            house.farmers[home] = [one.account for one in self._leases(house, home, few, few)]
        for gang in underworld.gangs.values():
            gang.fronts.sort(key=lambda one: (one.from_ms, one.account))
        self._purses()

    def _purses(self) -> None:
        """The account from which each gang pays: a core member's, the boss's or a bought one. Dealers pay and sell from their own."""
        world, p = self.world, self.p
        for gang in self.underworld.gangs.values():
            holder = drawn(self.rng, p["gangs.purse_holders"])
            own = [person for person, role in world.organisations[gang.organisation].members if role == holder]
            account = int(world.accounts.first[own[0]]) if own else self._card([gang.organisation], gang.country)
            if account >= 0:
                gang.purse = account
                world.controller[account] = gang.organisation
        for one in world.organisations:
            for person, role in one.members if one.kind in ("card_dealer", "otc") else ():
                if role == SERVICE_ROLE[one.kind]:
                    world.controller.setdefault(int(world.accounts.first[person]), one.id)

    def _fronts(self, gang: Gang, count: int) -> list[Lease]:
        """Accounts that victims of a gang pay; a few are let to a second gang as well."""
        houses = [self.underworld.houses[one] for one in gang.services["laundering_house"]]
        leases: list[Lease] = []
        for house in houses:
            leases += self._leases(house, gang.country, -(-count // len(houses)), 2, [gang.organisation])
        others = [
            one
            for one in self.underworld.gangs.values()
            if set(one.services["card_dealer"]) & set(gang.services["card_dealer"])
        ]
        for lease in leases:
            other = self.rng.choice(others)
            if other is not gang and self.rng.random() < self.p["gangs.resold_share"]:
                other.fronts.append(lease)
                next(r for r in reversed(self.world.resources) if r.account == lease.account).users.append(
                    other.organisation
                )
        return gang.fronts + leases

    def _leases(
        self, house: House, country: int, count: int, width: int, users: list[int] | None = None
    ) -> list[Lease]:
        """`count` accounts one after the other over the period, about `width` of them in use at a time."""
        p, rng, world = self.p, self.rng, self.world
        span = world.end_ms - world.start_ms
        step = span / max(1, count - width + 1)
        length = max(p["gangs.account_days"] * DAY_MS, step * width)
        leases = []
        for number in range(count):
            begin = world.start_ms + max(0, int((number - width + 1 + rng.uniform(-0.3, 0.0)) * step))
            end = min(world.end_ms, begin + int(length * rng.uniform(0.8, 1.4)))
            gangs = users or house.gangs
            account = self._card(gangs, country)
            if account < 0:
                break
            stopped = rng.random() < p["gangs.arrested_share"]
            lease = Lease(account, house.organisation, begin, end)
            caught = int(rng.uniform(begin, end)) if stopped else NEVER_MS
            lease.stopped_ms = min(house.stopped_ms, caught)
            lease.known_ms = min(house.stopped_ms, caught + int(p["gangs.notice_hours"] * HOUR_MS))
            leases.append(lease)
            world.controller[account] = house.organisation
            number_text = str(int(world.accounts.number[account]))
            dealer = self.underworld.gangs[gangs[0]].services["card_dealer"][0]
            world.resources.append(Resource("account", number_text, dealer, list(gangs), begin, end, account))
        return leases

    def _card(self, gangs: list[int], country: int) -> int:
        """An account of a person who lets it, sold through the gang's card dealer; -1 where nobody is left."""
        p, rng, world = self.p, self.rng, self.world
        dealer = world.organisations[rng.choice(self.underworld.gangs[rng.choice(gangs)].services["card_dealer"])]
        person = self.casting.minor(rng, country) if rng.random() < p["gangs.minor_share"] else -1
        if person < 0:
            person = self.casting.person(rng, country, self.cards)
        if person < 0:
            return -1
        role = "V-UNW" if rng.random() < p["gangs.unwitting_share"] else "R-CARD"
        dealer.members.append((person, role))
        world.roles[person] = role
        second = int(world.accounts.second[person])
        return (
            second
            if second >= 0 and rng.random() < p["gangs.second_account_share"]
            else int(world.accounts.first[person])
        )
