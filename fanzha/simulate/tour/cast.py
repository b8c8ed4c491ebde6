"""Who is in the preset: people, accounts, phones and gangs. All keys are short; all numbers are drawn from the seed."""

from dataclasses import dataclass
from random import Random

from fanzha.errors import NotFound
from fanzha.simulate import invent
from fanzha.simulate.tour.world import Account, Draft, Gang, Person, Phone

CITIES = ("杭州", "成都", "武汉", "沈阳", "南宁", "长沙")
THAI_CITIES = ("Bangkok", "Chiang Mai")
BANKS = ("东江银行", "北岭银行", "云浦银行", "南屏农商银行")
PAYMENT = "翠鸟支付"
THAI_BANK = "Siam River Bank"
ABROAD_BANK = "Harbour Lane Bank Hong Kong"

# file that carries the statement -> accounts in it; the last column of ROLES says who they are
STATEMENTS = {
    "east": ("a1", "a4", "b1", "o1"),
    "north": ("a2", "b3", "c1", "c3", "f2"),
    "cloud": ("b2", "w1", "s1", "r1", "e1", "v03", "v14"),
    "south": ("a5", "b5", "w3", "d1", "f1", "v07", "v24", "o2"),
    "payment": ("w2", "o3"),
    "siam": ("bt1", "ct1", "wt1"),
    "spoilt": ("a6",),
}

# key, bank, role, gang, tier, person's role code
MULES = (
    ("a1", 0, "mule", "A", 1, "R-CARD"),
    ("a2", 1, "mule", "A", 1, "V-UNW"),
    ("a3", 2, "mule", "A", 1, "R-CARD"),
    ("a4", 0, "mule", "A", 2, "R-CARD"),
    ("a5", 3, "mule", "A", 2, "R-CARD"),
    ("a6", 0, "mule", "A", 3, "R-CASH"),
    ("b1", 0, "mule", "B", 1, "R-CARD"),
    ("b2", 2, "mule", "B", 1, "R-CARD"),
    ("b3", 1, "mule", "B", 2, "R-CARD"),
    ("b4", 4, "mule", "B", 2, "R-CARD"),
    ("b5", 3, "mule", "B", 3, "R-CARD"),
    ("c1", 1, "mule", "C", 1, "R-CARD"),
    ("c2", 3, "mule", "C", 1, "R-CARD"),
    ("c3", 1, "mule", "C", 2, "R-CARD"),
    ("c4", 2, "mule", "C", 3, "R-CASH"),
    ("bt1", 5, "mule", "B", 1, "R-CARD"),
    ("ct1", 5, "mule", "C", 1, "R-CARD"),
    ("w1", 2, "launder", "", 2, "R-WASH"),
    ("w2", 4, "launder", "", 3, "R-WASH"),
    ("w3", 3, "launder", "", 4, "R-WASH"),
    ("wt1", 5, "launder", "", 2, "R-WASH"),
)
HONEST = (
    ("s1", 2, "shop"),
    ("e1", 2, "payroll"),
    ("f1", 3, "family"),
    ("f2", 1, "family"),
    ("d1", 3, "dealer"),
    ("r1", 2, "rent"),
    ("o1", 0, "person"),
    ("o2", 3, "person"),
    ("o3", 4, "person"),
    ("ot1", 5, "person"),
    ("g1", 1, "gold"),
    ("u1", 3, "dealer_crypto"),
    ("ut1", 5, "dealer_crypto"),
    ("x1", 6, "abroad"),
    ("xt1", 7, "abroad"),
)
PRINTED = {
    "s1": "果满园水果店",
    "e1": "远帆包装有限公司",
    "g1": "玉满堂金行",
    "x1": "LUCKY HARBOUR TRADING",
    "xt1": "LUCKY HARBOUR TRADING",
    "d1": "旧时光二手行",
}


@dataclass(frozen=True, slots=True)
class Crew:
    """How a gang works in the preset: victims by country, its types with weights, where it tells them to pay."""

    key: str
    types: tuple[str, ...]
    victims: int
    victims_thai: int
    payees: tuple[str, ...]
    payees_thai: tuple[str, ...]
    words: tuple[str, ...]


CREWS = (
    Crew("A", ("T01", "T01", "T02", "T03"), 11, 0, ("a1", "a2", "a3"), (), ("renwu", "fanli")),
    Crew("B", ("T02", "T02", "T05", "T09"), 7, 3, ("b1", "b2"), ("bt1",), ("invest", "wealth")),
    Crew("C", ("T08", "T04", "T08", "T06"), 6, 3, ("c1", "c2"), ("ct1",), ("kefu", "police")),
)
PRESETS = {"examples": CREWS}

CROWD = 60  # customers, small shops and colleagues who only appear on the other side of a row


def crews(preset: str) -> tuple[Crew, ...]:
    """The gangs of a preset; NotFound names the presets there are."""
    if preset not in PRESETS:
        names = ", ".join(PRESETS)
        raise NotFound(
            f"there is no preset called {preset!r}",
            f"没有名为 {preset!r} 的预设",
            remedy=f"choose one of: {names}",
            remedy_zh=f"可选:{names}",
        )
    return PRESETS[preset]


def _number(rng: Random, bank: int) -> tuple[str, str, str]:
    """Number, bank and currency for a place in BANKS (0-3), the payment company (4), Thailand (5) or abroad (6 in yuan, 7 in baht)."""
    if bank == 4:
        return invent.wallet_id(rng), PAYMENT, "CNY"
    if bank == 5:
        return invent.thai_account(rng), THAI_BANK, "THB"
    if bank in (6, 7):
        return invent.foreign_account(rng), ABROAD_BANK, "CNY" if bank == 6 else "THB"
    return invent.card(rng, BANKS[bank]), BANKS[bank], "CNY"


def _delivered(key: str) -> str:
    return next((name for name, keys in STATEMENTS.items() if key in keys), "")


def _add(draft: Draft, rng: Random, key: str, bank: int, role: str, person_role: str, opening: tuple[int, int]) -> None:
    number, bank_name, currency = _number(rng, bank)
    thai = currency == "THB"
    name = PRINTED.get(key) or (invent.thai_name(rng) if thai else invent.cn_name(rng))
    city = rng.choice(THAI_CITIES if thai else CITIES)
    draft.people.append(Person(key, name, city, "TH" if thai else "CN", person_role))
    draft.accounts[key] = Account(
        key,
        number,
        name,
        bank_name,
        currency,
        role,
        rng.randrange(*opening) * 100,
        delivered=_delivered(key),
        city=city,
    )


def _with_gang(account: Account, gang: str, tier: int) -> Account:
    return Account(
        account.key,
        account.number,
        account.holder,
        account.bank,
        account.currency,
        account.role,
        account.opening_minor,
        gang,
        tier,
        account.delivered,
        account.city,
    )


def add_accounts(draft: Draft, crew_list: tuple[Crew, ...]) -> None:
    """Victims v01..., mules, the laundering house, honest bystanders and the crowd (k00..., kt0...)."""
    rng = invent.stream(draft.seed, "accounts")
    count = 0
    for crew in crew_list:
        for place in range(crew.victims + crew.victims_thai):
            count += 1
            key, thai = f"v{count:02d}", place >= crew.victims
            file = _delivered(key)
            bank = 5 if thai else {"cloud": 2, "south": 3}.get(file, rng.randrange(4))
            _add(draft, rng, key, bank, "victim", "V-VICT", (300_000, 900_000) if thai else (60_000, 300_000))
            draft.accounts[key] = _with_gang(draft.accounts[key], crew.key, 0)
    for key, bank, role, gang, tier, person_role in MULES:
        _add(draft, rng, key, bank, role, person_role, (200, 4_000))
        draft.accounts[key] = _with_gang(draft.accounts[key], gang, tier)
    for key, bank, role in HONEST:
        _add(draft, rng, key, bank, role, "", (8_000, 40_000))
    for place in range(CROWD):
        _add(draft, rng, f"k{place:02d}", rng.randrange(4), "person", "", (200_000, 400_000))
    for place in range(8):
        _add(draft, rng, f"kt{place}", 5, "person", "", (200_000, 400_000))


def _phone(rng: Random, owner: str, country: str, home: str, gang: str, role: str, delivered: str = "") -> Phone:
    virtual = role in ("contact", "boss", "supplier", "data_seller")
    if country == "TH":
        number = invent.thai_phone(rng)
    else:
        number = invent.cn_phone(rng, ("165", "167", "170", "171")) if virtual else invent.cn_phone(rng)
    return Phone(number, owner, home, country, gang, role, invent.imei(rng), invent.imsi(rng, country), delivered)


def add_phones(draft: Draft, crew_list: tuple[Crew, ...]) -> list[Gang]:
    """Phones of gangs, of the card dealer and the data seller who supply all of them, of victims and of a crowd."""
    rng = invent.stream(draft.seed, "phones")
    gangs = []
    for crew in crew_list:
        phones = [_phone(rng, f"{crew.key}-boss", "CN", "昆明", crew.key, "boss", "investigative")]
        for place in range(3):
            file = "investigative" if place == 0 else ""
            phones.append(_phone(rng, f"{crew.key}-contact{place}", "CN", "昆明", crew.key, "contact", file))
        if crew.victims_thai:
            phones.append(_phone(rng, f"{crew.key}-thai", "TH", "Bangkok", crew.key, "contact"))
        draft.phones.extend(phones)
        sites = tuple(invent.site(rng, word) for word in crew.words)
        keys = crew.payees + crew.payees_thai
        gangs.append(
            Gang(
                crew.key,
                tuple(dict.fromkeys(crew.types)),
                tuple(phone.number for phone in phones),
                tuple(draft.accounts[key].number for key in keys),
                sites,
                invent.tron_address(rng),
            )
        )
    draft.phones.append(_phone(rng, "card-dealer", "CN", "昆明", "", "supplier", "investigative"))
    draft.phones.append(_phone(rng, "data-seller", "CN", "长沙", "", "data_seller", "investigative"))
    victims = [person for person in draft.people if person.role == "V-VICT"]
    for place, person in enumerate(victims):
        delivered = "consumer" if person.country == "CN" and place % 4 == 0 else ""
        draft.phones.append(_phone(rng, person.key, person.country, person.city, "", "victim", delivered))
    for key in ("a1", "b1", "c1", "w1", "a6"):
        person = next(person for person in draft.people if person.key == key)
        draft.phones.append(_phone(rng, key, "CN", person.city, "", "mule"))
    for place in range(50):
        draft.phones.append(_phone(rng, f"q{place:02d}", "CN", rng.choice(CITIES), "", "ordinary"))
    return gangs
