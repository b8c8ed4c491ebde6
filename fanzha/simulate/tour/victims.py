"""What happens to each victim: which crew, which scam, how much, when, into which account. No words yet."""

from dataclasses import dataclass, replace
from random import Random

from fanzha.simulate.invent import stream
from fanzha.simulate.tour.cast import Crew
from fanzha.simulate.tour.honest import DAY_MS, FRAUD_MS
from fanzha.simulate.tour.world import Draft, Gang, Plan

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Size:
    """Amount of one payment: lognormal, in yuan; payments per case 1 + geometric with this mean."""

    median: float
    sigma: float
    cap: float
    payments_mean: float
    gap_hours: float


# Assumed, after domain.md section 6: task and investment scams take several payments, the others about two.
SIZES = {
    "T01": Size(4_000, 0.9, 60_000, 4.0, 0.7),
    "T02": Size(18_000, 1.0, 200_000, 4.0, 30.0),
    "T03": Size(900, 0.8, 8_000, 1.4, 1.0),
    "T04": Size(9_000, 0.9, 80_000, 2.0, 0.4),
    "T05": Size(5_000, 0.8, 40_000, 2.2, 2.0),
    "T06": Size(12_000, 0.9, 90_000, 2.0, 0.6),
    "T08": Size(35_000, 1.0, 300_000, 2.2, 5.0),
    "T09": Size(8_000, 1.0, 90_000, 2.5, 40.0),
}
THB_PER_CNY = 4.6
PAYMENTS_MAX = 7


@dataclass(frozen=True, slots=True)
class Ordeal:
    """One victim's case before it is told."""

    victim: str  # account key
    gang: str
    scam_type: str
    plans: tuple[Plan, ...]
    phone: str
    site: str
    wallet: str  # "" unless the victim was told of it
    first_ms: int
    last_ms: int


def _amount(rng: Random, size: Size, thai: bool) -> int:
    """Minor units of one payment: round sums, as victims are asked for."""
    value = min(size.cap, rng.lognormvariate(0, size.sigma) * size.median) * (THB_PER_CNY if thai else 1.0)
    step = 100 if value < 3_000 else 500 if value < 20_000 else 1_000
    return max(2, round(value / step)) * step * 100


def _count(rng: Random, size: Size) -> int:
    count = 1
    while count < PAYMENTS_MAX and rng.random() > 1 / size.payments_mean:
        count += 1
    return count


def _ordeal(draft: Draft, rng: Random, key: str, crew: Crew, gang: Gang, day: int) -> Ordeal:
    account = draft.accounts[key]
    thai = account.currency == "THB"
    scam_type = rng.choice(crew.types)
    size = SIZES[scam_type]
    payees = crew.payees_thai if thai else crew.payees
    payee = rng.choice(payees)
    at = FRAUD_MS + day * DAY_MS + rng.randrange(9 * 3600, 21 * 3600) * 1000
    plans: list[Plan] = []
    amounts = sorted(_amount(rng, size, thai) for _ in range(_count(rng, size)))
    for place, amount in enumerate(amounts):
        if place and rng.random() < 0.3:
            payee = rng.choice(payees)
        summary = "TRANSFER" if thai else rng.choice(("转账", "网银转账", "手机银行转账"))
        plans.append(Plan(at, key, payee, amount, "scam", summary, report=key))
        if place == 0 and scam_type == "T01":
            rebate = rng.randrange(80, 320) * 100
            plans.append(Plan(at + 25 * MINUTE_MS, payee, key, rebate, "rebate", "转账", report=key))
        at += int(rng.lognormvariate(0, 0.6) * size.gap_hours * 3600) * 1000 + 3 * MINUTE_MS
    paid = [plan for plan in plans if plan.purpose == "scam"]
    total = sum(plan.amount_minor for plan in paid)
    draft.accounts[key] = replace(account, opening_minor=account.opening_minor + total)
    contacts = [n for n in gang.phones[1:] if n.startswith("+66") == thai]
    return Ordeal(
        key,
        crew.key,
        scam_type,
        tuple(plans),
        rng.choice(contacts),
        rng.choice(gang.sites),
        gang.wallet if rng.random() < 0.35 else "",
        paid[0].at_ms,
        paid[-1].at_ms,
    )


def add_ordeals(draft: Draft, crew_list: tuple[Crew, ...], gangs: list[Gang]) -> list[Ordeal]:
    """One ordeal per victim, in the order of their keys; their payments join the plans."""
    rng = stream(draft.seed, "victims")
    ordeals: list[Ordeal] = []
    for crew, gang in zip(crew_list, gangs, strict=True):
        keys = [key for key, account in draft.accounts.items() if account.role == "victim" and account.gang == crew.key]
        for key in keys:
            ordeals.append(_ordeal(draft, rng, key, crew, gang, rng.randrange(26)))
    for ordeal in ordeals:
        draft.plans.extend(ordeal.plans)
    return ordeals
