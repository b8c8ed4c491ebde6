"""Every payment in time order, from balances that never go below zero; and the laundering that follows a victim's payment.

Timing, splits, fees and exits are assumptions after domain.md section 6, kept in the tables below.
"""

import heapq
from random import Random

from fanzha.simulate.invent import stream
from fanzha.simulate.tour.honest import DAY_MS, END_MS, FRAUD_MS
from fanzha.simulate.tour.world import Account, Draft, Plan, Transfer

# account -> where it sends disputed money; words that are no account are exits
ROUTES: dict[str, tuple[str, ...]] = {
    "a1": ("a4", "w1"),
    "a2": ("a4", "a5"),
    "a3": ("a5",),
    "a4": ("a6", "w1"),
    "a5": ("gold", "cash"),
    "a6": ("cash",),
    "b1": ("b3", "w1"),
    "b2": ("b3", "b4"),
    "b3": ("b5", "w1"),
    "b4": ("crypto",),
    "b5": ("crypto", "abroad"),
    "c1": ("c3", "w1"),
    "c2": ("c3",),
    "c3": ("c4", "w2"),
    "c4": ("cash",),
    "w1": ("w2", "crypto", "cash"),
    "w2": ("w3", "crypto", "abroad"),
    "w3": ("crypto", "cash"),
    "bt1": ("wt1",),
    "ct1": ("wt1",),
    "wt1": ("abroad", "cash", "crypto"),
}
# account -> (which forwarding, honest payee, minor units, purpose, summary): innocent people who are paid with it
HONEST_TURNS: dict[str, tuple[int, str, int, str, str]] = {
    "a1": (2, "r1", 180_000, "rent", "房租"),
    "a4": (2, "d1", 520_000, "used_goods", "二手手机"),
    "a5": (2, "s1", 860_000, "shop_sale", "扫码支付"),
    "b3": (2, "e1", 1_860_000, "invoice", "货款"),
    "c3": (2, "f1", 300_000, "family", "生活费"),
}
MEANT_MINOR = 400_000  # what passes through must be worth spending from
STOPPED_MS = {"c1": FRAUD_MS + 20 * DAY_MS, "b5": FRAUD_MS + 22 * DAY_MS}  # holders arrested: money stays where it is
MEDIAN_SECONDS, SIGMA = {1: 240, 2: 360, 3: 360}, {1: 1.0, 2: 1.1, 3: 1.1}
WAIT_TO_MERGE = 0.3  # share of first-tier arrivals that wait for the next victim's money
CASH_CHUNK_MINOR, CASH_CHUNKS_MAX = 2_000_000, 5
EXIT_WORDS = {
    "cash": ("ATM取款", "", "火车站支行ATM"),
    "crypto": ("购USDT", "U币承兑", ""),
    "gold": ("POS消费 黄金饰品", "玉满堂金行", "步行街"),
    "abroad": ("跨境汇款", "", ""),
}
EXIT_WORDS_THAI = {
    "cash": ("ATM WITHDRAWAL", "", "Bangkok ATM 14"),
    "crypto": ("USDT PURCHASE", "OTC DESK", ""),
    "gold": ("POS GOLD", "", ""),
    "abroad": ("OUTWARD REMITTANCE", "", ""),
}
EXIT_PURPOSE = {"cash": "cash", "crypto": "crypto", "gold": "goods", "abroad": "abroad"}


class Book:
    """Balances and movements. Rows of one account never share a second, so that their order is never in doubt."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self.accounts = accounts
        self.balance = {key: account.opening_minor for key, account in accounts.items()}
        self.last: dict[str, int] = {}
        self.transfers: list[Transfer] = []

    def pay(self, plan: Plan, lag_ms: int) -> Transfer | None:
        """Carry out a plan if the payer has the money; payer or payee "" is cash. None when it does not happen."""
        if plan.amount_minor <= 0 or (plan.payer and self.balance[plan.payer] < plan.amount_minor):
            return None
        at = max(plan.at_ms, self.last.get(plan.payer, 0) + 1000) if plan.payer else plan.at_ms
        arrived = max(at + lag_ms, self.last.get(plan.payee, 0) + 1000) if plan.payee else at
        for key, moment, sign in ((plan.payer, at, -1), (plan.payee, arrived, 1)):
            if key:
                self.balance[key] += sign * plan.amount_minor
                self.last[key] = moment
        numbers = [self.accounts[key].number if key else "" for key in (plan.payer, plan.payee)]
        currency = self.accounts[plan.payer or plan.payee].currency
        transfer = Transfer(
            len(self.transfers) + 1,
            numbers[0],
            numbers[1],
            at,
            arrived,
            plan.amount_minor,
            currency,
            plan.purpose,
            plan.summary,
            plan.merchant,
            plan.place,
            plan.report,
        )
        self.transfers.append(transfer)
        return transfer


class Launderers:
    """Mules and the house behind them: hold for minutes, split, merge, keep a fee, pass on, take out."""

    def __init__(self, draft: Draft, rng: Random) -> None:
        self.book = Book(draft.accounts)
        self.rng = rng
        self.pending: dict[str, int] = {}
        self.waiting: set[str] = set()
        self.tested: set[tuple[str, str]] = set()
        self.turns: dict[str, int] = {}
        self.turned: set[str] = set()
        self.agenda: list[tuple[int, int, Plan | str]] = []
        self.count = 0

    def put(self, at_ms: int, item: Plan | str) -> None:
        """Add a plan, or an account that will forward what it holds."""
        self.count += 1
        heapq.heappush(self.agenda, (at_ms, self.count, item))

    def run(self) -> list[Transfer]:
        """Work through the agenda until the period ends."""
        while self.agenda:
            at_ms, _, item = heapq.heappop(self.agenda)
            if at_ms >= END_MS:
                break
            if isinstance(item, str):
                self._forward(item, at_ms)
                continue
            transfer = self.book.pay(item, self.rng.randrange(4) * 1000)
            if transfer is not None and item.purpose == "scam":
                self._arrived(item.payee, item.amount_minor, transfer.arrived_ms)
        return self.book.transfers

    def _arrived(self, key: str, amount_minor: int, at_ms: int) -> None:
        self.pending[key] = self.pending.get(key, 0) + amount_minor
        if key in self.waiting:
            return
        tier = min(3, max(1, self.book.accounts[key].tier))
        seconds = 20 + int(self.rng.lognormvariate(0, SIGMA[tier]) * MEDIAN_SECONDS[tier])
        if tier == 1 and self.rng.random() < WAIT_TO_MERGE:
            seconds += self.rng.randrange(600, 5400)
        self.waiting.add(key)
        self.put(at_ms + seconds * 1000, key)

    def _forward(self, key: str, at_ms: int) -> None:
        self.waiting.discard(key)
        if at_ms >= STOPPED_MS.get(key, END_MS):
            return
        amount = self.pending.pop(key, 0)
        self.turns[key] = turn = self.turns.get(key, 0) + 1
        amount -= amount * self.rng.randrange(5, 31) // 1000  # the fee kept
        amount -= self._honest_turn(key, amount, turn, at_ms)
        amount = min(amount, self.book.balance[key]) // 10_000 * 10_000
        routes = list(ROUTES[key])
        self.rng.shuffle(routes)
        routes = routes[: self.rng.choice((1, 2, 2, 3))]
        for place, route in enumerate(routes):
            left = len(routes) - place
            part = amount if left == 1 else amount * self.rng.randrange(30, 71) // 100 // 10_000 * 10_000
            amount -= part
            at_ms += self.rng.randrange(20, 120) * 1000
            if part > 0:
                self._send(key, route, part, at_ms)

    def _honest_turn(self, key: str, amount: int, turn: int, at_ms: int) -> int:
        """Once, somebody innocent is paid out of what is passing through; returns what that took."""
        honest = HONEST_TURNS.get(key)
        if honest is None or key in self.turned or turn < honest[0] or amount < MEANT_MINOR:
            return 0
        price = min(honest[2], amount // 2 // 10_000 * 10_000)
        merchant = self.book.accounts[honest[1]].holder if honest[1] == "s1" else ""
        plan = Plan(at_ms, key, honest[1], price, honest[3], honest[4], merchant=merchant)
        if self.book.pay(plan, 1000) is None:
            return 0
        self.turned.add(key)
        return price

    def _send(self, key: str, route: str, part: int, at_ms: int) -> None:
        if route in EXIT_WORDS:
            self._take_out(key, route, part, at_ms)
            return
        thai = self.book.accounts[key].currency == "THB"
        if (key, route) not in self.tested:
            self.tested.add((key, route))
            test = Plan(at_ms, key, route, self.rng.randrange(1, 11) * 100, "test", "TEST" if thai else "转账")
            self.book.pay(test, 1000)
            at_ms += self.rng.randrange(60, 180) * 1000
        # a large sum goes in two transfers, one close behind the other
        parts = [part] if part < 5_000_000 else [part * 6 // 10 // 100 * 100, part - part * 6 // 10 // 100 * 100]
        for one in parts:
            plan = Plan(
                at_ms, key, route, one, "layer", "TRANSFER" if thai else self.rng.choice(("转账", "往来款", "还款"))
            )
            transfer = self.book.pay(plan, self.rng.randrange(4) * 1000)
            if transfer is not None:
                self._arrived(route, one, transfer.arrived_ms)
            at_ms += self.rng.randrange(15, 60) * 1000

    def _take_out(self, key: str, route: str, part: int, at_ms: int) -> None:
        thai = self.book.accounts[key].currency == "THB"
        summary, merchant, place = (EXIT_WORDS_THAI if thai else EXIT_WORDS)[route]
        if route != "cash":
            payee = {"crypto": "ut1" if thai else "u1", "gold": "g1", "abroad": "xt1" if thai else "x1"}[route]
            self.book.pay(Plan(at_ms, key, payee, part, EXIT_PURPOSE[route], summary, merchant, place), 2000)
            return
        for _ in range(CASH_CHUNKS_MAX):
            chunk = min(part, CASH_CHUNK_MINOR)
            self.book.pay(Plan(at_ms, key, "", chunk, "cash", summary, merchant, place), 0)
            part -= chunk
            at_ms += self.rng.randrange(60, 240) * 1000


def run(draft: Draft) -> list[Transfer]:
    """All transfers of the period, from the plans of the draft and the laundering they set off."""
    launderers = Launderers(draft, stream(draft.seed, "money"))
    for plan in sorted(draft.plans, key=lambda plan: plan.at_ms):
        launderers.put(plan.at_ms, plan)
    return launderers.run()
