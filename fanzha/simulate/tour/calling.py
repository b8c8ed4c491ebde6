"""Who called whom: crews and victims, the card dealer and the data seller behind all crews, and ordinary life."""

from random import Random

from fanzha.simulate.invent import stream
from fanzha.simulate.tour.honest import DAY_MS, END_MS, FRAUD_MS, HOUR_MS, START_MS
from fanzha.simulate.tour.victims import Ordeal
from fanzha.simulate.tour.world import Call, Draft, Gang, Phone

CALLS_FROM_MS = START_MS + 92 * DAY_MS  # operators hand over about six weeks
BANK_SMS, POLICE_LINE = "95588", "96110"


def _daytime(rng: Random, from_ms: int, to_ms: int) -> int:
    day = rng.randrange((to_ms - from_ms) // DAY_MS)
    return from_ms + day * DAY_MS + rng.randrange(8 * 3600, 22 * 3600) * 1000


def _crew_and_victims(rng: Random, draft: Draft, ordeals: list[Ordeal]) -> list[Call]:
    """Long calls around the payments, a bank message after each payment, the police line calls back."""
    phones = {phone.owner: phone.number for phone in draft.phones}
    calls = []
    for ordeal in ordeals:
        victim = phones[ordeal.victim]
        first = ordeal.first_ms - rng.randrange(600, 14_400) * 1000
        calls.append(Call(ordeal.phone, victim, first, rng.randrange(180, 2400)))
        for plan in ordeal.plans:
            if plan.purpose != "scam":
                continue
            calls.append(
                Call(ordeal.phone, victim, plan.at_ms - rng.randrange(120, 1500) * 1000, rng.randrange(60, 1800))
            )
            if victim.startswith("+86"):
                calls.append(Call(BANK_SMS, victim, plan.at_ms + 5000, 0, "sms"))
        if victim.startswith("+86"):
            calls.append(Call(victim, ordeal.phone, ordeal.last_ms + rng.randrange(900, 7200) * 1000, 0))
            calls.append(
                Call(POLICE_LINE, victim, ordeal.last_ms + rng.randrange(2, 30) * HOUR_MS, rng.randrange(60, 400))
            )
    return calls


def _suppliers(rng: Random, draft: Draft, gangs: list[Gang]) -> list[Call]:
    """The card dealer talks to every boss and every card holder, the data seller to every boss; no victim ever."""
    dealer = next(phone for phone in draft.phones if phone.role == "supplier")
    seller = next(phone for phone in draft.phones if phone.role == "data_seller")
    holders = [phone for phone in draft.phones if phone.role == "mule"]
    calls = []
    for gang in gangs:
        for other, count in ((dealer, 14), (seller, 7)):
            for _ in range(count):
                pair = (other.number, gang.phones[0]) if rng.random() < 0.5 else (gang.phones[0], other.number)
                calls.append(Call(*pair, _daytime(rng, CALLS_FROM_MS, END_MS), rng.randrange(15, 300)))
        for contact in gang.phones[1:4]:
            for _ in range(6):
                calls.append(
                    Call(gang.phones[0], contact, _daytime(rng, CALLS_FROM_MS, END_MS), rng.randrange(10, 200))
                )
    for holder in holders:
        for _ in range(6):
            calls.append(
                Call(
                    dealer.number,
                    holder.number,
                    _daytime(rng, CALLS_FROM_MS, FRAUD_MS + 20 * DAY_MS),
                    rng.randrange(20, 240),
                )
            )
    return calls


def _cold_calls(rng: Random, draft: Draft, gangs: list[Gang]) -> list[Call]:
    """A crew's first contact phone calls many who never become victims, most of them for seconds."""
    crowd = [phone.number for phone in draft.phones if phone.role == "ordinary"]
    calls = []
    for gang in gangs:
        for _ in range(165):
            duration = 0 if rng.random() < 0.45 else rng.randrange(3, 70)
            calls.append(Call(gang.phones[1], rng.choice(crowd), _daytime(rng, FRAUD_MS, END_MS), duration))
    return calls


def _ordinary(rng: Random, draft: Draft) -> list[Call]:
    """Friends and family of those whose records are delivered; a few bank messages."""
    crowd = [phone.number for phone in draft.phones if phone.role == "ordinary"]
    calls = []
    for phone in (one for one in draft.phones if one.delivered == "consumer"):
        friends = rng.sample(crowd, 7)
        for _ in range(90):
            friend = rng.choice(friends)
            pair = (phone.number, friend) if rng.random() < 0.5 else (friend, phone.number)
            calls.append(Call(*pair, _daytime(rng, CALLS_FROM_MS, END_MS), int(rng.lognormvariate(4.2, 1.1)) + 1))
        for _ in range(6):
            calls.append(Call(BANK_SMS, phone.number, _daytime(rng, CALLS_FROM_MS, END_MS), 0, "sms"))
    return calls


def calls(draft: Draft, ordeals: list[Ordeal], gangs: list[Gang]) -> list[Call]:
    """All calls of the period, in time order, no two of one number at one second."""
    rng = stream(draft.seed, "calls")
    made = [
        *_crew_and_victims(rng, draft, ordeals),
        *_suppliers(rng, draft, gangs),
        *_cold_calls(rng, draft, gangs),
        *_ordinary(rng, draft),
    ]
    taken: set[tuple[str, int]] = set()
    kept = []
    for call in sorted(made, key=lambda call: (call.at_ms, call.caller, call.callee)):
        pairs = {(call.caller, call.at_ms), (call.callee, call.at_ms)}
        if not pairs & taken:
            taken |= pairs
            kept.append(call)
    return kept


def cell(phone: Phone, at_ms: int) -> str:
    """Where the phone was: contact phones never move (a SIM box), others change cell by the hour."""
    seed = sum(map(ord, phone.number))
    if phone.role == "contact":
        return f"{4100 + seed % 50}-{20_000 + seed}"
    return f"{4100 + seed % 50}-{20_000 + (seed + at_ms // HOUR_MS * 7) % 90}"
