"""Accounts of different holders that disputed money reached and that were operated from one internet address or one network adapter.

Only what an account pays out by itself counts: the address beside money that came in is the payer's, and the one beside a cash machine,
a counter or a till is the bank's or the shop's. Addresses that many networks use at once tell nothing (`clean.ip.specificity`). An
address is a household's for a while only, and behind one there may be an office, a café, a campus or a mobile network; so the windows
are short, and the more holders use it the less it says. Every figure below is an assumption.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from fanzha.clean import ip, mac
from fanzha.store.contract import Tables

HOUR_MS: Final = 3_600_000
WINDOW_MS: Final[Mapping[str, int]] = {"ip": 6 * HOUR_MS, "mac": 30 * 24 * HOUR_MS}
FEW_MAX: Final = 5  # holders at one internet address that a household or a room explains no better than a team
SHARERS_MAX: Final = 50  # more than these share a service's address or a constant: it says nothing
ROWS_MAX: Final = 3  # rows for one account and pattern

# Payments out of every account, with the address they were ordered from, for addresses that several reached accounts used.
USES_SQL = """
WITH ordered AS (
  SELECT 'ip' AS "kind", "ip" AS "address", "file", "row", "holder_id", "holder" FROM "legs"
  WHERE "direction" = 'out' AND COALESCE("ip", '') <> '' AND NOT COALESCE("cash", FALSE) AND COALESCE("merchant", '') = ''
  UNION ALL
  SELECT 'mac' AS "kind", "mac" AS "address", "file", "row", "holder_id", "holder" FROM "legs"
  WHERE "direction" = 'out' AND COALESCE("mac", '') <> '' AND NOT COALESCE("cash", FALSE) AND COALESCE("merchant", '') = ''
), uses AS (
  SELECT o."kind", o."address", t."at_ms", t."transfer", t."amount_minor", t."payer" AS "account", t."currency",
    o."holder_id", o."holder"
  FROM ordered AS o JOIN "transfers" AS t ON t."out_file" = o."file" AND t."out_row" = o."row"
  WHERE t."payer" <> '' AND t."exit" NOT IN ('cash', 'goods')
), reached AS (
  SELECT DISTINCT "account", "currency" FROM "disputed" WHERE "account" <> ''
), several AS (
  SELECT u."kind", u."address" FROM uses AS u
  JOIN reached AS r ON r."account" = u."account" AND r."currency" = u."currency"
  GROUP BY u."kind", u."address" HAVING MIN(u."account") <> MAX(u."account")
), owners AS (
  SELECT "member" AS "account", MIN("entity") AS "entity" FROM "entities"
  WHERE "kind" <> 'device' AND "member_kind" = 'account' GROUP BY "member"
)
SELECT u."kind", u."address", u."at_ms", u."transfer", u."amount_minor", u."account", u."currency",
  COALESCE(e."entity", ''), COALESCE(u."holder_id", ''), COALESCE(u."holder", ''),
  CASE WHEN r."account" IS NULL THEN FALSE ELSE TRUE END
FROM uses AS u JOIN several AS s ON s."kind" = u."kind" AND s."address" = u."address"
LEFT JOIN reached AS r ON r."account" = u."account" AND r."currency" = u."currency"
LEFT JOIN owners AS e ON e."account" = u."account"
ORDER BY u."kind", u."address", u."at_ms", u."transfer"
"""


class Use(NamedTuple):
    """One payment out of an account and where it was ordered from; `reached` by disputed money. UTC ms, minor units."""

    kind: str
    address: str
    at_ms: int
    transfer: int
    amount: int
    account: str
    currency: str
    entity: str
    holder_id: str
    holder: str
    reached: bool


class SharedAddress(NamedTuple):
    """One account's payments from an address that another reached holder used within the window; `pattern` is a code of
    schema/patterns.yaml, `holders` how many used it in that run of days, reached or not; UTC ms, minor units."""

    account: str
    currency: str
    pattern: str
    from_ms: int
    to_ms: int
    amount: int
    holders: int
    transfers: tuple[int, ...]


def shared_addresses(engine: Tables) -> list[SharedAddress]:
    """Every reached account that shares, at most ROWS_MAX rows of a pattern for each: the fewest holders first, then most payments."""
    found: list[SharedAddress] = []
    uses = (Use(*row) for row in engine.rows(USES_SQL))
    for (kind, address), group in groupby(uses, key=lambda use: use[:2]):
        reader = ip if kind == ip.KIND else mac
        if reader.validate(address) and reader.specificity(address):
            for run in _runs(list(group), WINDOW_MS[kind]):
                found += _of_run(run, kind)
    found.sort(key=lambda one: (one.account, one.currency, one.pattern, one.holders, -len(one.transfers), one.from_ms))
    by_account = groupby(found, key=lambda one: one[:3])
    return [one for _, group in by_account for one in list(group)[:ROWS_MAX]]


def _runs(uses: Sequence[Use], window: int) -> Iterator[list[Use]]:
    """Uses of one address, in the order of time, parted where it rested longer than the window."""
    run: list[Use] = []
    for use in uses:
        if run and use.at_ms - run[-1].at_ms > window:
            yield run
            run = []
        run.append(use)
    if run:
        yield run


def _of_run(run: Sequence[Use], kind: str) -> Iterator[SharedAddress]:
    holder_of = holders(run)
    count = len(set(holder_of.values()))
    if not 2 <= count <= SHARERS_MAX:
        return
    pattern = "shared_mac" if kind == mac.KIND else "shared_ip" if count <= FEW_MAX else "crowded_ip"
    times: dict[str, list[int]] = defaultdict(list)
    mine: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in run:
        if use.reached:
            times[holder_of[use.account]].append(use.at_ms)
            mine[use.account, use.currency].append(use)
    window = WINDOW_MS[kind]
    for (account, currency), own in sorted(mine.items()):
        others = sorted(at for holder, listed in times.items() if holder != holder_of[account] for at in listed)
        shown = [use for use in own if _is_near(others, use.at_ms, window)]
        if shown:
            amount = sum(use.amount for use in shown)
            numbers = tuple(sorted(use.transfer for use in shown))
            yield SharedAddress(account, currency, pattern, shown[0].at_ms, shown[-1].at_ms, amount, count, numbers)


def _is_near(times: Sequence[int], at_ms: int, window: int) -> bool:
    place = bisect_left(times, at_ms - window)
    return place < len(times) and times[place] <= at_ms + window


def holders(uses: Iterable[Use]) -> dict[str, str]:
    """A name for the holder of each account: accounts that share an entity, a document or a name are of one holder.

    Two strangers of one name count as one: rather one sharer too few than one too many.
    """
    parent: dict[str, str] = {}

    def find(one: str) -> str:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    accounts = set()
    for use in uses:
        account = f"account {use.account}"
        accounts.add(use.account)
        parent.setdefault(account, account)
        for what, value in (("entity", use.entity), ("document", use.holder_id), ("name", use.holder)):
            if value:
                parent.setdefault(f"{what} {value}", f"{what} {value}")
                one, two = sorted((find(account), find(f"{what} {value}")))
                parent[two] = one
    return {account: find(f"account {account}") for account in sorted(accounts)}
