"""Worth of holds, minute by minute: victims' money held on accounts that a gang controls against money held on honest ones.

Who controls an account is the planted truth (`controller`), never a rule of the tool:

- *gang*: an organisation of the chain moves its money. Victims' money held there is saved. Where the holder is unwitting, the
  holder's own money that is held there counts as honest people's money; own money of others is counted nowhere.
- *chain*: the private account of somebody in the chain, moved by nobody else. It is neither gain nor harm.
- *honest*: everybody else, victims and good-faith receivers included. All that is held there is honest people's money, also
  what a victim's payment brought.

Assumptions. Victims' money that is held does not move on, so less arrives downstream (`counterplay`). What a hold lets go again is
lost: the gang takes it at once. A hold catches money of an incident only if the incident was reported by then: after a hold a gang
turns to other accounts, where the next report finds the money. With `windfall` it goes on as if nothing had happened, and a
freeze also catches what was not reported yet. A hold locks its amount as far as the account has it, later arrivals included; a
freeze locks the balance and all that arrives. Honest accounts live as their ledgers say: where a payment would need locked
money it fails (`blocks`), or else the money leaves all the same and the hold locks what is left. What fails is not missed
elsewhere. Clocks are the ledgers' own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from fanzha.errors import InputError, UnreadableFile
from fanzha.score.counterplay import ARRIVES, HOLDS, LEAVES, WITHOUT_END, Hold, _Play, received
from fanzha.score.purses import split
from fanzha.score.told import Purse
from fanzha.score.truth import Truth

MINUTE_MS = 60_000
GANG, CHAIN, HONEST = "gang", "chain", "honest"

Rates = Mapping[str, Fraction]  # minor units of a currency for one minor unit of the currency that figures are in
Deltas = list[tuple[int, int]]  # moment (UTC ms), minor units more or less


def in_order(hold: Hold) -> tuple[int, int, str, str]:
    """A hold that follows another without a gap comes before the end of that one."""
    return hold.at_ms, -hold.amount, hold.account, hold.currency


class Control:
    """Who controls accounts, by the truth. Raises InputError where the truth does not say."""

    def __init__(self, truth: Truth) -> None:
        path = truth.folder / "accounts.parquet"
        if "controller" not in pq.read_schema(path).names:
            raise InputError(
                "the truth does not say who controls each account",
                "真值未注明账户控制人",
                where=str(path),
                remedy="write the world again with this version of fanzha",
                remedy_zh="请用本版本重新生成该世界",
            )
        table = pq.read_table(path, columns=["account", "controller", "role", "innocent"])
        self._of: dict[str, str] = {}
        self.unwitting: set[str] = set()
        for account, controller, role, innocent in zip(*(one.to_pylist() for one in table.columns), strict=True):
            if controller is not None and controller >= 0:
                self._of[account] = GANG
                if innocent == "unwitting":
                    self.unwitting.add(account)
            elif role == "person" and innocent == "none":
                self._of[account] = CHAIN

    def of(self, account: str) -> str:
        """GANG, CHAIN or HONEST."""
        return self._of.get(account, HONEST)

    def owned(self, account: str) -> bool:
        """Whether an honest person's own money may be in it."""
        return self.of(account) == HONEST or account in self.unwitting


class Life(NamedTuple):
    """An account's life by its bank's ledger: minor units at the beginning; moment, change and transfer of each leg."""

    opening: int
    legs: list[tuple[int, int, int]]


class Books:
    """The banks' own ledgers of a written world, read once for the accounts asked for."""

    def __init__(self, world: Path) -> None:
        self.folder = world / "bodies"
        self._known: dict[Purse, Life] = {}
        self._asked: set[str] = set()

    def lives(self, accounts: Collection[str]) -> Mapping[Purse, Life]:
        """The lives of these accounts and of those asked for before. No bank keeps an account that is not there."""
        new = set(accounts) - self._asked
        if new:
            self._asked |= new
            try:
                self._read(sorted(new))
            except (OSError, pa.ArrowException) as error:
                raise UnreadableFile(
                    f"a ledger could not be read: {error}",
                    f"银行账册无法读取:{error}",
                    where=str(self.folder),
                    remedy="write the world again: the same seed gives the same bytes",
                    remedy_zh="请重新生成该世界:同一种子得到同样的内容",
                ) from error
        return self._known

    def _read(self, accounts: Sequence[str]) -> None:
        wanted = pa.array(accounts, pa.string())
        kept = pq.read_table(self.folder / "accounts.parquet", filters=ds.field("account").isin(wanted))
        for bank in sorted({bank for bank in kept["k"].to_pylist() if bank is not None}):
            path = self.folder / "banks" / str(bank) / "ledger.parquet"
            columns = ["account", "currency", "at_ms", "direction", "amount_minor", "balance_minor", "transfer"]
            table = pq.read_table(path, columns=columns, filters=ds.field("account").isin(wanted))
            rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
            for (account, currency), mine in groupby(rows, key=lambda row: (row[0], row[1])):
                legs = [(row[2], row[4] if row[3] == "in" else -row[4], row[6], row[5]) for row in mine]
                opening = legs[0][3] - legs[0][1]
                self._known[account, currency] = Life(opening, [leg[:3] for leg in legs])


class Locked(NamedTuple):
    """What of a life was locked, by its changes, and the payments that failed."""

    deltas: Deltas
    failed: int
    failed_minor: int


def lock(life: Life, force: Iterable[tuple[int, int]], *, blocks: bool) -> Locked:
    """Live an account's life with holds of changing `force` (moment, minor units more or less) in its way.

    Where moments are equal money arrives first and leaves last.
    """
    events = [(at_ms, ARRIVES if change > 0 else LEAVES, change) for at_ms, change, _ in life.legs]
    events += [(at_ms, HOLDS, change) for at_ms, change in force]
    events.sort(key=lambda one: one[:2])  # stable: legs of one moment stay in the ledger's order
    there, held, allowed, failed, failed_minor = life.opening, 0, 0, 0, 0
    deltas: Deltas = []
    for at_ms, kind, change in events:
        if kind == HOLDS:
            allowed += change
        elif blocks and change < 0 and there - held < -change:
            failed, failed_minor = failed + 1, failed_minor - change
        else:
            there += change
        now = min(max(allowed, 0), max(there, 0))
        if now != held:
            deltas.append((at_ms, now - held))
            held = now
    return Locked(deltas, failed, failed_minor)


class Caught(NamedTuple):
    """Victims' money that a hold caught, or let go again (negative)."""

    at_ms: int
    account: str
    currency: str
    incident: int
    amount: int


class _Kept(_Play):
    """The chain's movements with holds in their way that may end: what is let go is lost.

    `known` is when incidents were reported; None where a hold catches any victim's money.
    """

    def __init__(self, truth: Truth, holds: Iterable[Hold], known: Mapping[int, int] | None) -> None:
        super().__init__(truth, sorted(holds, key=in_order))
        self.known = known
        self.ordered: dict[Purse, int] = {}  # the last hold
        self.force: dict[Purse, int] = defaultdict(int)
        self.got: dict[Purse, dict[int, int]] = defaultdict(dict)
        self.caught: list[Caught] = []

    def hold(self, hold: Hold) -> None:
        purse = (hold.account, hold.currency)
        if hold.amount >= 0:  # 0: ordered again, for what is reported since
            self.ordered[purse] = hold.at_ms
        self.force[purse] += hold.amount
        mine = self.got[purse]
        over = sum(mine.values()) - max(self.force[purse], 0)
        if over > 0:
            self._note(hold.at_ms, purse, {one: -amount for one, amount in split(over, mine).items()})
        self.lock(purse, hold.at_ms)

    def lock(self, purse: Purse, at_ms: int) -> None:
        room = self.force.get(purse, 0) - sum(self.got[purse].values())
        there = {one: amount for one, amount in self.free[purse].items() if amount > 0 and self._may(purse, one)}
        got = min(room, sum(there.values()))
        if got > 0:
            parts = split(got, there)
            for incident, amount in parts.items():
                self.free[purse][incident] -= amount
            self._note(at_ms, purse, parts)

    def _may(self, purse: Purse, incident: int) -> bool:
        return self.known is None or self.known.get(incident, WITHOUT_END) <= self.ordered.get(purse, -1)

    def _note(self, at_ms: int, purse: Purse, parts: Mapping[int, int]) -> None:
        mine = self.got[purse]
        for incident, amount in parts.items():
            if amount:
                mine[incident] = mine.get(incident, 0) + amount
                self.caught.append(Caught(at_ms, *purse, incident, amount))


class Steps:
    """An amount over time (minor units), from its changes."""

    def __init__(self, deltas: Iterable[tuple[int, int]]) -> None:
        self.levels: list[tuple[int, int]] = []  # moment, level from then on
        level = 0
        for at_ms, mine in groupby(sorted(deltas), key=lambda one: one[0]):
            level += sum(change for _, change in mine)
            self.levels.append((at_ms, level))

    @property
    def last(self) -> int:
        """The level at the end."""
        return self.levels[-1][1] if self.levels else 0

    @property
    def peak(self) -> int:
        """The highest level."""
        return max((level for _, level in self.levels), default=0)

    def minutes(self, end_ms: int) -> int:
        """Minor units times minutes until the end."""
        ends = [*(at_ms for at_ms, _ in self.levels[1:]), end_ms][: len(self.levels)]
        return (
            sum(level * max(0, min(end, end_ms) - at_ms) for (at_ms, level), end in zip(self.levels, ends, strict=True))
            // MINUTE_MS
        )

    def by_minute(self, until: int) -> list[tuple[int, int]]:
        """(minute, level) wherever it changes, of moments that are counted from 0, up to `until` minutes."""
        found: dict[int, int] = {}
        for at_ms, level in self.levels:
            minute = max(0, at_ms // MINUTE_MS)
            if minute <= until:
                found[minute] = level
        return sorted(found.items())


@dataclass(frozen=True)
class Worth:
    """What a policy is worth. Amounts are minor units of one currency; `end_ms` is the end of the world.

    `saved`: victims' money held on gang-controlled accounts; `reported`: of reported incidents only (at the end: `by_incident`), `windfall_minor`: of
    incidents that nobody had reported by then; `honest`: honest people's money held, `people`: that
    on their own accounts, without what is on accounts of unwitting holders; `ever_minor`: the most that was held of each honest account at a time, summed. `since_saved` and
    `since_honest` are the same over the time since the report: of the incident; of an honest account since the first
    report of an incident whose money came there, else the last report before the hold.
    """

    end_ms: int
    saved: Steps
    reported: Steps
    by_incident: Mapping[int, int]
    windfall_minor: int
    honest: Steps
    people: Steps
    ever_minor: int
    gang_accounts: int
    honest_accounts: int
    chain_minor: int
    failed: int
    failed_minor: int
    since_saved: Steps
    since_honest: Steps

    def as_dict(self) -> dict[str, int]:
        """The figures for JSON."""
        return {
            "saved_minor": self.saved.last,
            "saved_reported_minor": self.reported.last,
            "windfall_minor": self.windfall_minor,
            "saved_minor_minutes": self.saved.minutes(self.end_ms),
            "honest_minor_minutes": self.honest.minutes(self.end_ms),
            "honest_peak_minor": self.honest.peak,
            "people_minor_minutes": self.people.minutes(self.end_ms),
            "honest_ever_minor": self.ever_minor,
            "honest_end_minor": self.honest.last,
            "gang_accounts": self.gang_accounts,
            "honest_accounts": self.honest_accounts,
            "chain_minor": self.chain_minor,
            "failed_payments": self.failed,
        }


class Scale:
    """A world on which policies are weighed: truth, ledgers, rates, and the incidents that were reported."""

    def __init__(self, world: Path, rates: Rates) -> None:
        self.truth, self.books, self.rates = Truth(world / "truth"), Books(world), rates
        self.control = Control(self.truth)
        self.known = received(self.truth, {row["incident"] for row in self.truth.reports.values()} - {-1, None})

    @cached_property
    def _parcels(self) -> tuple[dict[int, int], dict[str, int]]:
        """Victims' money in each transfer, and when the first report of an incident was known whose money came to an account."""
        carried: dict[int, int] = defaultdict(int)
        first: dict[str, int] = {}
        for transfer, incident, _, payee, _, _, amount, *_ in self.truth.parcels:
            carried[transfer] += amount
            if incident in self.known and payee:
                first[payee] = min(self.known[incident], first.get(payee, self.known[incident]))
        return carried, first

    def money(self, amount: int, currency: str) -> int:
        """An amount in the currency that figures are in, towards zero. Raises InputError where there is no rate."""
        if currency not in self.rates:
            raise InputError(f"there is no rate for {currency}", f"缺少币种 {currency} 的汇率")
        return int(amount / self.rates[currency])

    def weigh(self, holds: Sequence[Hold], *, windfall: bool = False, blocks: bool = True) -> Worth:
        """Play a policy and say what it is worth."""
        play = _Kept(self.truth, holds, None if windfall else self.known)
        play.run()
        saved, told, since_saved, early, chain = [], [], [], 0, 0
        by_purse: dict[Purse, Deltas] = defaultdict(list)
        by_incident: dict[int, int] = defaultdict(int)
        gang: set[str] = set()
        for one in play.caught:
            amount, control = self.money(one.amount, one.currency), self.control.of(one.account)
            if control == GANG:
                gang.add(one.account)
                saved.append((one.at_ms, amount))
                by_purse[one.account, one.currency].append((one.at_ms, -one.amount))
                if one.incident in self.known:
                    told.append((one.at_ms, amount))
                    by_incident[one.incident] += amount
                    since_saved.append((one.at_ms - self.known[one.incident], amount))
                early += amount if one.at_ms < self.known.get(one.incident, one.at_ms + 1) else 0
            chain += amount if control == CHAIN else 0
        for hold in sorted(holds, key=in_order):
            by_purse[hold.account, hold.currency].append((hold.at_ms, hold.amount))
        owned = {purse: force for purse, force in by_purse.items() if self.control.owned(purse[0])}
        honest = self._honest(owned, blocks)
        return Worth(
            self.truth.end_ms, Steps(saved), Steps(told), by_incident, early, Steps(honest.deltas), Steps(honest.people), honest.ever, len(gang),
            honest.accounts, chain, honest.failed, honest.failed_minor, Steps(since_saved), Steps(honest.since),
        )  # fmt: skip

    def _honest(self, forces: Mapping[Purse, Deltas], blocks: bool) -> "_Harm":
        """What is held of honest people, own money of unwitting holders included."""
        carried, first = self._parcels
        lives = self.books.lives({account for account, _ in forces})
        deltas: Deltas = []
        people: Deltas = []
        since: Deltas = []
        accounts, ever, failed, failed_minor = 0, 0, 0, 0
        for purse, force in sorted(forces.items()):
            if (life := lives.get(purse)) is None:
                continue  # no bank keeps it: a mistyped number holds nothing
            if self.control.of(purse[0]) == GANG:
                life = _own(life, carried)
            done = lock(life, force, blocks=blocks)
            mine = [(at_ms, self.money(change, purse[1])) for at_ms, change in done.deltas]
            start = min((at_ms for at_ms, change in force if change > 0), default=0)
            before = [at_ms for at_ms in self.known.values() if at_ms <= start]
            zero = first.get(purse[0], max(before, default=start))
            deltas += mine
            people += mine if self.control.of(purse[0]) == HONEST else []
            since += [(at_ms - zero, change) for at_ms, change in mine]
            ever += Steps(mine).peak
            accounts += 1 if mine else 0
            failed, failed_minor = failed + done.failed, failed_minor + self.money(done.failed_minor, purse[1])
        return _Harm(deltas, people, since, accounts, ever, failed, failed_minor)


class _Harm(NamedTuple):
    deltas: Deltas
    people: Deltas
    since: Deltas
    accounts: int
    ever: int
    failed: int
    failed_minor: int


def _own(life: Life, carried: Mapping[int, int]) -> Life:
    """The life of an account less the victims' money that went through it."""
    legs = []
    for at_ms, change, transfer in life.legs:
        rest = max(0, abs(change) - carried.get(transfer, 0))
        if rest:
            legs.append((at_ms, rest if change > 0 else -rest, transfer))
    return Life(life.opening, legs)
