"""What a synthetic country is made of, in columns: people, accounts, money that moved; and the fraud chain as records.

A holder is a person (0 ... people-1) or a business (people ...). An account is its place in `Accounts`; -1 is no account:
cash, or a bank outside the world. Times are UTC milliseconds, money is minor units of the account's currency.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]

DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000


class Country(NamedTuple):
    """A country of the world: zone, currency, dialling code. `offset_minutes`: none of them has summer time."""

    code: str
    zone: str
    offset_minutes: int
    currency: str
    dialling: int
    regions: tuple[str, ...]
    per_yuan: float  # how much of the currency a yuan buys; assumption, fixed for the whole period


COUNTRIES = (
    Country(
        "CN", "Asia/Shanghai", 480, "CNY", 86, ("杭州", "成都", "武汉", "沈阳", "南宁", "长沙", "昆明", "贵阳"), 1.0
    ),
    Country("TH", "Asia/Bangkok", 420, "THB", 66, ("Bangkok", "Chiang Mai", "Khon Kaen"), 4.6),
    Country("IN", "Asia/Kolkata", 330, "INR", 91, ("Kolkata", "Lucknow", "Pune"), 12.0),
)
OCCUPATIONS = ("student", "staff", "self_employed", "unemployed", "retired")
BUSINESSES = (
    "employer", "shop", "landlord", "utility", "platform", "supplier", "group_buyer", "used_goods", "otc", "charity",
    "jeweller",
)  # fmt: skip
# What a transfer is for. The first row is honest life, the second the chain's.
HONEST_PURPOSES = (
    "wage", "rent", "shop", "family", "allowance", "friend", "used_goods", "group_buy", "otc", "charity", "bill",
    "supply", "refund", "cash_in", "cash_out", "loan", "own", "trade", "pass_on",
)  # fmt: skip
CHAIN_PURPOSES = (
    "scam", "rebate", "test", "layer", "cash", "crypto", "goods", "abroad", "arrival", "gold", "merchant", "pay",
    "hire",
)  # fmt: skip
PURPOSES = HONEST_PURPOSES + CHAIN_PURPOSES
PRINTED = (*PURPOSES, "resale")  # by whose words a bank prints a transfer
EXITS = ("", "cash", "crypto", "goods", "abroad")


@dataclass(slots=True)
class Banks:
    """Institutions that keep accounts, largest first. `form` is the format in which each answers a request."""

    names: tuple[str, ...]
    country: Ints
    form: tuple[str, ...]  # bank_feedback, bank_feedback_xlsx, counter_print, payment_company, thai_bank, indian_bank
    is_wallet: Flags


@dataclass(slots=True)
class Holders:
    """People, then businesses. Columns of one length."""

    people: int
    country: Ints
    region: Ints  # place in the country's regions
    age: Ints  # years; 0 for a business
    migrant: Flags
    occupation: Ints  # place in OCCUPATIONS; -1 for a business
    business: Ints  # place in BUSINESSES; -1 for a person
    employer: Ints  # holder; -1 for none
    phone: Ints  # E.164 digits without "+"; 0 for none

    def __len__(self) -> int:
        return len(self.country)


@dataclass(slots=True)
class Accounts:
    """Accounts, each with one holder. `first[h]` is the first account of holder h, `second[h]` another one or -1."""

    holder: Ints
    bank: Ints
    number: Ints  # the number as printed, without leading zeros
    opened_ms: Ints
    first: Ints
    second: Ints

    def __len__(self) -> int:
        return len(self.holder)


@dataclass(slots=True)
class Transfers:
    """Money that moved, in columns of one length; `payer` and `payee` are accounts, -1 for cash or a bank outside."""

    payer: Ints
    payee: Ints
    at_ms: Ints
    arrived_ms: Ints
    amount_minor: Ints
    purpose: Ints  # place in PURPOSES
    incident: Ints  # -1 for honest money

    def __len__(self) -> int:
        return len(self.payer)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A part of a transfer that is one victim's money."""

    incident: int
    amount_minor: int


@dataclass(slots=True)
class Moved:
    """A transfer of the chain. `parcels` say whose money it carries; what they do not cover is the gang's or honest."""

    payer: int
    payee: int
    at_ms: int
    arrived_ms: int
    amount_minor: int
    purpose: str
    parcels: tuple[Parcel, ...] = ()
    exit: str = ""  # one of EXITS: how the parcels leave the accounts with this transfer
    tier: int = 0  # of the payee, 1 is the account that the victim paid
    group: int = 0  # transfers that belong together: the way out of a country and the arrival in the next; 0 for none
    printed: str = ""  # purpose by whose words a bank prints it, where it is not its own
    desk: int = -1  # account that a bank sees as the payer though the money is another's; -1: it is `payer`


@dataclass(slots=True)
class Organisation:
    """A crew, a gang, a compound or a service that sells to gangs.

    kind  gang, crew, compound, financier, laundering_house, card_dealer, sim_box, tech, script, lead_generator, data_seller,
          guarantee, recruiter, smuggler, otc, leaking_company, cash_fleet
    """

    id: int
    kind: str
    name: str
    country: int
    parent: int = -1  # a crew's gang, a gang's compound
    serves: list[int] = field(default_factory=list)  # gangs that buy from it
    members: list[tuple[int, str]] = field(default_factory=list)  # (holder, role code: R-FIN ... V-UNW, domain.md 1.2)
    coerced: set[int] = field(default_factory=set)  # members who were trafficked or forced
    from_ms: int = 0
    to_ms: int = 0


@dataclass(slots=True)
class Resource:
    """A thing the chain uses for a time: the identifiers that a victim or an operator may see.

    kind   phone, domain, wallet, app, certificate, im, account, imei
    value  normal form: +8613..., name.example, TRON:T..., package name, SHA-256, group:name, account number
    """

    kind: str
    value: str
    owner: int  # organisation that runs it
    users: list[int]  # gangs that use it
    from_ms: int
    to_ms: int
    account: int = -1


@dataclass(slots=True)
class Incident:
    """What was done to one target by one crew."""

    id: int
    gang: int
    crew: int
    scam_type: str
    victim: int  # holder
    account: int  # the victim's
    channel: str  # how the contact began: call, sms, social, search, group
    first_contact_ms: int
    due_ms: int  # when the first payment is asked for
    script: int  # number of the script: crews that buy from one writer share it
    phone: int = -1  # places in World.resources; -1 where none was used
    site: int = -1
    wallet: int = -1
    app: int = -1
    certificate: int = -1
    im: int = -1
    leak: int = -1  # organisation (leaking_company) whose data named the victim
    payments: list[int] = field(default_factory=list)  # places in World.moved
    stopped: bool = False  # contacted and never paid


@dataclass(slots=True)
class Token:
    """Coin that came to a wallet (or left it). Amounts are millionths; `account` and `other` are TRON:T... addresses."""

    account: str
    other: str
    direction: str  # in, out
    at_ms: int
    amount_minor: int
    serial: str


@dataclass(slots=True)
class Break:
    """Money that left the accounts with `out` and came in again with `back` or, as coin, with `token`.

    kind  cash_deposit, otc_wallet, goods_sold, abroad_arrival
    way   deposit, coin, gold, desk, remittance
    """

    kind: str
    way: str
    out: Moved
    back: Moved | None = None
    token: Token | None = None


@dataclass(slots=True)
class Network:
    """An address from which several pay. kind: team (a house's own line), office, cafe, carrier; `owner` is an organisation,
    a holder, or -1."""

    kind: str
    owner: int
    ip: int
    from_ms: int
    to_ms: int


@dataclass(slots=True)
class Exits:
    """What the preset `exits` plants beside the chain. `marks`: (account, mark) -> from, to."""

    breaks: list[Break] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    tests: list[tuple[Moved, Moved]] = field(default_factory=list)  # the tiny one, the one that it tested for
    marks: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    networks: list[Network] = field(default_factory=list)
    printed: Ints = field(default_factory=lambda: np.zeros(0, np.int8))  # place in PRINTED of each transfer
    ips: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # IPv4 of the payer at each transfer; 0 is none
    macs: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(slots=True)
class World:
    """A synthetic country in full."""

    seed: int
    start_ms: int
    end_ms: int
    banks: Banks
    holders: Holders
    accounts: Accounts
    transfers: Transfers
    organisations: list[Organisation] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    transfer_of: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # place in `transfers` of each of `moved`
    roles: dict[int, str] = field(default_factory=dict)  # holder -> role code, for everybody in the chain
    controller: dict[int, int] = field(default_factory=dict)  # account -> organisation that moves its money
    exits: Exits | None = None  # only in worlds made with exits.on

    def currency(self, account: int) -> str:
        """ISO 4217 code of an account."""
        return COUNTRIES[int(self.banks.country[self.accounts.bank[account]])].currency
