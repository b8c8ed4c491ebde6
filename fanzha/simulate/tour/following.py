"""Disputed money followed by first in, first out, the opening balance leaving first: the truth that a trace is held against.

Three scopes: "full" knows everything; in "visible" an account without a usable statement is the end of what can be known, and
what arrives there is `unlocated`; "told" is visible too, and counts only payments that reports state, at the account that they
state: one with a mistyped number is unlocated at that number. Statements start with the world, so that the opening balance
of their first row is the opening balance.
"""

from collections import deque
from dataclasses import dataclass, field

from fanzha.simulate.tour.world import Account, Transfer, World

EXITS = {"cash": "cash", "crypto": "crypto", "goods": "goods", "abroad": "abroad", "purchase": "goods"}
SCOPES = ("full", "visible", "told")
SUMS = ("received_minor", "passed_minor", "exited_minor", "held_minor", "unlocated_minor")


@dataclass(slots=True)
class Following:
    """Disputed money on its way: parcels in each account, sums per (gang, account), and the flows."""

    world: World
    scope: str
    queues: dict[str, deque[tuple[int, str]]] = field(default_factory=dict)
    sums: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    tiers: dict[tuple[str, str], int] = field(default_factory=dict)
    arrived: dict[tuple[str, str], int] = field(default_factory=dict)
    flows: list[dict[str, object]] = field(default_factory=list)

    def _seen(self, account: Account) -> bool:
        return self.scope == "full" or account.usable

    def _add(self, gang: str, number: str, what: str, amount_minor: int) -> None:
        self.sums.setdefault((gang, number), dict.fromkeys(SUMS, 0))[what] += amount_minor

    def _take(self, number: str, amount_minor: int) -> list[tuple[int, str]]:
        """The oldest parcels in the account that make up an amount; label "" is money not in dispute."""
        queue = self.queues.get(number)
        if queue is None:
            return [(amount_minor, "")]
        taken = []
        while amount_minor:
            amount, label = queue.popleft()
            part = min(amount, amount_minor)
            if part < amount:
                queue.appendleft((amount - part, label))
            taken.append((part, label))
            amount_minor -= part
        return taken

    def follow(self) -> None:
        """Every transfer once, in the order in which the accounts saw them."""
        accounts = {account.number: account for account in self.world.accounts}
        disputed = self._disputed()
        for account in self.world.accounts:
            if self._seen(account):
                self.queues[account.number] = deque([(account.opening_minor, "")] if account.opening_minor else [])
        for transfer in self.world.transfers:
            parcels = (
                self._take(transfer.payer, transfer.amount_minor) if transfer.payer else [(transfer.amount_minor, "")]
            )
            if transfer.id in disputed:
                parcels = [(transfer.amount_minor, disputed[transfer.id])]
            self._move(transfer, parcels, accounts, disputed)
        for number, queue in self.queues.items():
            for amount, label in queue:
                if label:
                    self._add(label, number, "held_minor", amount)

    def _disputed(self) -> dict[int, str]:
        """The payments that start the trail, with the gang of each."""
        if self.scope != "told":
            return {one: report.gang for report in self.world.reports for one in report.payments}
        starts: dict[int, str] = {}
        for report in self.world.reports:
            stated = list(report.stated)
            wrong = [
                named.value for named in report.named if not named.clean and named.kind in ("bank_card", "account")
            ]
            if wrong:  # the slip is in the first payment of the text
                first = next(transfer for transfer in self.world.transfers if transfer.id == stated[0])
                key = (report.gang, wrong[0])
                self.tiers[key], self.arrived[key] = 1, first.at_ms
                for what in ("received_minor", "unlocated_minor"):
                    self._add(*key, what, first.amount_minor)
                stated = stated[1:]
            starts |= dict.fromkeys(stated, report.gang)
        return starts

    def _move(
        self, transfer: Transfer, parcels: list[tuple[int, str]], accounts: dict[str, Account], starts: dict[int, str]
    ) -> None:
        kind = EXITS.get(transfer.purpose, "")
        if transfer.purpose == "purchase" and self._seen(accounts[transfer.payee]):
            kind = ""  # the trail goes on in the shop's own statement
        leaves = bool(kind)
        per_gang: dict[str, int] = {}
        for amount, label in parcels:
            if label:
                per_gang[label] = per_gang.get(label, 0) + amount
        for gang, amount in per_gang.items():
            tier = 0
            if transfer.id not in starts:
                tier = self.tiers[gang, transfer.payer]
                self._add(gang, transfer.payer, "exited_minor" if leaves else "passed_minor", amount)
            if not leaves:
                key = (gang, transfer.payee)
                self.tiers[key] = min(self.tiers.get(key, tier + 1), tier + 1)
                self.arrived.setdefault(key, transfer.arrived_ms)
                self._add(gang, transfer.payee, "received_minor", amount)
                if not self._seen(accounts[transfer.payee]):
                    self._add(gang, transfer.payee, "unlocated_minor", amount)
            self.flows.append(
                {
                    "gang": gang,
                    "transfer": transfer.id,
                    "payer": transfer.payer,
                    "payee": transfer.payee,
                    "at_ms": transfer.at_ms,
                    "arrived_ms": transfer.arrived_ms,
                    "amount_minor": transfer.amount_minor,
                    "disputed_minor": amount,
                    "currency": transfer.currency,
                    "tier": tier + 1,
                    "exit": kind,
                    "purpose": transfer.purpose,
                }
            )
        queue = self.queues.get(transfer.payee)
        if queue is not None:
            queue.extend((amount, "" if leaves else label) for amount, label in parcels)

    def summary(self) -> dict[str, object]:
        """Sums per gang and account, and the flows."""
        keys = {account.number: account.key for account in self.world.accounts}
        rows = [
            {
                "gang": gang,
                "account": number,
                "key": keys.get(number, ""),
                "tier": self.tiers[gang, number],
                "arrived_ms": self.arrived[gang, number],
                **sums,
            }
            for (gang, number), sums in sorted(self.sums.items())
        ]
        return {"disputed": rows, "flows": self.flows}


def following(world: World, scope: str) -> Following:
    """Where the disputed money went; `scope` is one of SCOPES."""
    made = Following(world, scope)
    made.follow()
    return made
