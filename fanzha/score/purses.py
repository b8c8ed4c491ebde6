"""Where each victim's money truly is at a moment: what arrived in an account less what left it, per incident."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from fanzha.score.told import Purse
from fanzha.score.truth import Truth

Shares = dict[Purse, dict[int, int]]  # minor units per incident in an account and currency
Exits = dict[tuple[str, str, str], dict[int, int]]  # the same per account, kind of exit and currency


class Purses:
    """The truth about money at one moment (UTC ms), or for some accounts at moments of their own (`moments`; others are
    left out then). `held` is in the account, `received` ever came, `exits` left there.

    `tier` is the lowest tier at which an incident's money reached an account. What a payer sent of an incident without
    having got it (the victim's own payment) counts for nothing.
    """

    def __init__(self, truth: Truth, at_ms: int, moments: Mapping[str, int] | None = None) -> None:
        self.received: Shares = defaultdict(lambda: defaultdict(int))
        self.exits: Exits = defaultdict(lambda: defaultdict(int))
        self.tier: dict[tuple[str, int], int] = {}
        sent: Shares = defaultdict(lambda: defaultdict(int))
        for _, incident, payer, payee, left_ms, arrived_ms, amount, currency, tier, way, _ in truth.parcels:
            if left_ms > at_ms:
                break  # parcels are in the order they left
            until = at_ms if moments is None else moments.get(payee, -1)
            if payer and (moments is None or left_ms <= moments.get(payer, -1)):
                sent[payer, currency][incident] += amount
                if way:
                    self.exits[payer, way, currency][incident] += amount
            if payee and not way and arrived_ms <= until:
                self.received[payee, currency][incident] += amount
                self.tier[payee, incident] = min(tier, self.tier.get((payee, incident), tier))
        self.held: Shares = {}
        for purse, came in self.received.items():
            gone = sent.get(purse, {})
            left = {one: amount - gone.get(one, 0) for one, amount in came.items() if amount > gone.get(one, 0)}
            if left:
                self.held[purse] = left


def total(shares: Mapping[Purse, Mapping[int, int]], of: Collection[int] | None = None) -> Counter[Purse]:
    """Minor units per account and currency, of all incidents or of those named."""
    found: Counter[Purse] = Counter()
    for purse, by_incident in shares.items():
        amount = sum(value for one, value in by_incident.items() if of is None or one in of)
        if amount:
            found[purse] = amount
    return found


def split(amount: int, shares: Mapping[int, int]) -> dict[int, int]:
    """`amount` spread over incidents by their shares, in whole minor units: what does not divide goes to the first."""
    whole = sum(shares.values())
    if whole <= 0:
        return {}
    parts = {one: amount * share // whole for one, share in sorted(shares.items())}
    rest = amount - sum(parts.values())
    for one in parts:
        if not rest:
            break
        extra = min(rest, shares[one] - parts[one]) if amount <= whole else rest
        parts[one] += extra
        rest -= extra
    return parts
