"""What the synthetic country is made of. Everything is known here: no file shows as much."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with accounts or phones. `role` is a code of the field (V-VICT, R-CARD, ...) or "" for bystanders."""

    key: str
    name: str
    city: str
    country: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `delivered` is the file that carries its statement, "" if none does."""

    key: str
    number: str
    holder: str  # name as printed on statements
    bank: str
    currency: str
    role: str  # victim, mule, launder, dealer_crypto, gold, abroad, shop, payroll, family, dealer, rent, person
    opening_minor: int
    gang: str = ""
    tier: int = 0  # tier it was bought for; the tier a trace finds may be lower
    delivered: str = ""
    city: str = ""

    @property
    def usable(self) -> bool:
        """Whether its statement is delivered in a state that can be read."""
        return self.delivered not in ("", "spoilt")


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number and the device and SIM behind it."""

    number: str
    owner: str
    home: str
    country: str
    gang: str = ""
    role: str = ""  # contact, boss, mule, supplier, data_seller, victim, ordinary
    imei: str = ""
    imsi: str = ""
    delivered: str = ""


@dataclass(frozen=True, slots=True)
class Gang:
    """A crew with its own numbers. Money is washed by a house that serves all of them."""

    key: str
    scam_types: tuple[str, ...]
    phones: tuple[str, ...]
    payees: tuple[str, ...]  # numbers of the accounts victims are told to pay
    sites: tuple[str, ...]
    wallet: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of money. Payer or payee is "" where it is cash."""

    id: int
    payer: str
    payee: str
    at_ms: int  # when it left the payer
    arrived_ms: int  # when it reached the payee
    amount_minor: int
    currency: str
    purpose: str  # scam, rebate, test, layer, cash, crypto, goods, abroad, or an honest one
    summary: str = ""
    merchant: str = ""
    place: str = ""
    report: str = ""  # key of the victim whose payment it is


@dataclass(frozen=True, slots=True)
class Call:
    """One call or message between two numbers."""

    caller: str
    callee: str
    at_ms: int
    duration_seconds: int
    medium: str = "voice"


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier that a report names. `clean` is False where noise spoilt it."""

    kind: str  # phone, bank_card, account, domain, url, wallet
    value: str
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What one victim told, and what really happened."""

    reference: str
    channel: str
    gang: str
    scam_type: str
    victim: str
    victim_account: str
    at_ms: int
    city: str
    zone: str
    currency: str
    amount_minor: int
    payments: tuple[int, ...]  # transfers, in time order
    stated: tuple[int, ...]  # the transfers whose amount, payee and time the text gives
    named: tuple[Named, ...]
    noise: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class World:
    """A synthetic country in full. Times are UTC milliseconds, money is minor units."""

    preset: str
    seed: int
    start_ms: int
    end_ms: int
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    phones: tuple[Phone, ...]
    gangs: tuple[Gang, ...]
    reports: tuple[Report, ...]
    transfers: tuple[Transfer, ...]
    calls: tuple[Call, ...]

    def account(self, number: str) -> Account:
        """The account with this number."""
        return next(account for account in self.accounts if account.number == number)


@dataclass(slots=True)
class Plan:
    """A payment that somebody means to make; it happens if the money is there."""

    at_ms: int
    payer: str
    payee: str
    amount_minor: int
    purpose: str
    summary: str = ""
    merchant: str = ""
    place: str = ""
    report: str = ""


@dataclass(slots=True)
class Draft:
    """A world in the making: accounts by key, phones, people and the payments that are planned."""

    seed: int
    accounts: dict[str, Account] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
