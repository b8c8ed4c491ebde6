"""The two sides of a break: what left by cash, coin, goods or abroad, and what came in from nobody known; read from the tables.

A way out is typed by the words of the payer's own row, else by who the payee is: an account that the rows of several payers say sells
coin or gold sells it to the one too whose row says "transfer". It stays typed where the payee's statement is held and the money was
followed on: a dealer's account is where the trail of banks goes on and that of the goods begins.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from fanzha.store.contract import Tables
from fanzha.trace.exits import exit_kind
from fanzha.trace.legs import Leg
from fanzha.trace.words import has_word, words

# Words of a statement, lower case: goods that can be sold again, cash paid in, what was sold.
RESOLD = ("黄金", "金条", "首饰", "珠宝", "足金", "金店", "金行", "gold", "jewel")
DEPOSITS = ("存现", "现存", "现金存入", "存款", "卡存", "cash deposit", "deposit")
# a bare "gold" is what a jeweller's till shows
RESALES = ("回收", "变卖", "典当", "寄卖", "旧金", "pawn", "buyback", "buy-back", "buy back")
GOLD = "gold"
SELLER_PAYERS_MIN = 2  # payers whose rows say what a payee sells; one may have written anything
BEYOND = {"cash": "cash_deposit", "crypto": "otc_wallet", "abroad": "abroad_arrival", GOLD: "goods_sold"}
VISIT_MS = 30 * 60_000  # withdrawals this close are one visit to the machines: one withdrawal has a low limit

# Transfers with disputed money; fees, and what came back later, are taken out in `left_of`.
LEFT_SQL = """
SELECT f."case_id", f."payer", t."exit", f."at_ms", t."amount_minor", f."currency", f."transfer",
  COALESCE(l."place", l."merchant", l."counter_bank", ''), f."disputed_minor", COALESCE(l."summary", ''), COALESCE(l."merchant", ''),
  COALESCE(l."counter_holder", ''), t."payee", COALESCE(l."bank", ''), COALESCE(l."counter_bank", ''), COALESCE(i."summary", '')
FROM "flows" AS f JOIN "transfers" AS t ON t."transfer" = f."transfer"
JOIN "legs" AS l ON l."file" = t."out_file" AND l."row" = t."out_row"
LEFT JOIN "legs" AS i ON i."file" = t."in_file" AND i."row" = t."in_row"
WHERE f."payer" <> '' ORDER BY f."case_id", f."at_ms", f."transfer"
"""
SAID_SQL = """
SELECT DISTINCT t."payee", t."payer", COALESCE(l."summary", ''), COALESCE(l."merchant", ''), COALESCE(l."counter_holder", '')
FROM (SELECT DISTINCT "transfer" FROM "flows") AS f JOIN "transfers" AS s ON s."transfer" = f."transfer"
JOIN "transfers" AS t ON t."payee" = s."payee" JOIN "legs" AS l ON l."file" = t."out_file" AND l."row" = t."out_row"
WHERE s."payee" <> '' ORDER BY 1, 2, 3, 4, 5
"""
CAME_SQL = """
SELECT t."transfer", t."payee", t."at_ms", t."amount_minor", t."currency", COALESCE(l."place", ''), COALESCE(l."cash", FALSE),
  COALESCE(l."summary", ''), COALESCE(l."counter_holder", ''), t."payer", CASE WHEN t."out_file" IS NULL THEN FALSE ELSE TRUE END
FROM "transfers" AS t INNER JOIN "legs" AS l ON l."file" = t."in_file" AND l."row" = t."in_row"
WHERE t."payee" <> '' ORDER BY t."at_ms", t."transfer"
"""
CASH_SQL = """
SELECT t."transfer", t."payer", t."currency", t."at_ms", t."amount_minor" FROM "transfers" AS t
JOIN (SELECT DISTINCT "payer", "currency" FROM "flows") AS f
  ON f."payer" = t."payer" AND f."currency" = t."currency"
WHERE t."exit" = 'cash' ORDER BY t."payer", t."currency", t."at_ms", t."transfer"
"""
REPAIRED_SQL = """
SELECT "transfer", "other", "kind" FROM "repairs" WHERE "kind" IN ('fee', 'reversal') AND "other" >= 0
ORDER BY "transfer", "other", "kind"
"""


class Left(NamedTuple):
    """Disputed money of a case on its way out at a break; text is "" where the record has none."""

    case_id: str
    account: str
    exit: str  # code of schema/exits.yaml but file_ends, GOLD where only the payee says so, "" where nothing types it
    at_ms: int
    amount: int
    currency: str
    transfer: int
    place: str
    disputed: int
    summary: str
    merchant: str
    holder: str
    payee: str = ""
    visit: tuple[int, int] = (0, 0)  # minor units and last moment of all withdrawals of the visit; zeros for one alone


class Came(NamedTuple):
    """Money that came in; a row of CAME_SQL. `stated`: the statement of who sent it is held."""

    transfer: int
    account: str
    at_ms: int
    amount: int
    currency: str
    place: str
    cash: bool
    summary: str
    holder: str
    payer: str
    stated: bool = False


def left_of(engine: Tables) -> list[Left]:
    """What left with disputed money, in the order of case, time and transfer."""
    gone = {other if kind == "fee" else one for one, other, kind in engine.rows(REPAIRED_SQL)}
    sellers = sellers_of(engine.rows(SAID_SQL))
    visits = visits_of(engine.rows(CASH_SQL))
    made = []
    for row in engine.rows(LEFT_SQL):
        one = Left(*row[:13])
        bank, counter_bank, received_as = row[13:]
        if one.transfer in gone:
            continue
        exit_code = one.exit or typed(one, bank, counter_bank)
        exit_code = exit_code if exit_code not in ("", "goods") else sellers.get(one.payee, exit_code)
        summary = f"{one.summary} {received_as}".strip()
        made.append(one._replace(exit=exit_code, summary=summary, visit=visits.get(one.transfer, (0, 0))))
    return made


def came_of(engine: Tables) -> list[Came]:
    """What came in, by time; without what only came back to who had sent it."""
    back = {other for _, other, kind in engine.rows(REPAIRED_SQL) if kind == "reversal"}
    return [one for one in (Came(*row) for row in engine.rows(CAME_SQL)) if one.transfer not in back]


def typed(one: Left, bank: str, counter_bank: str) -> str:
    """Code of the exit by the words of a row whose payee's statement is held, "" for none."""
    return exit_kind(
        Leg(0, 0, one.account, "", bank, one.at_ms, "out", one.amount, one.currency, None, one.payee, one.holder,
            counter_bank, False, one.summary, one.merchant, "")
    )  # fmt: skip


def sellers_of(said: Iterable[Sequence[str]]) -> dict[str, str]:
    """Payees -> crypto or GOLD, by what the rows of several payers say. `said` is of SAID_SQL."""
    payers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for payee, payer, summary, merchant, holder in said:
        text = f"{summary} {merchant} {holder}".lower()
        for code, listed in (("crypto", words().exits["crypto"]), (GOLD, RESOLD)):
            if has_word(text, listed):
                payers[payee, code].add(payer)
    found: dict[str, str] = {}
    for (payee, code), several in sorted(payers.items()):
        if len(several) >= SELLER_PAYERS_MIN and not payee.startswith(words().wallets):
            found.setdefault(payee, code)
    return found


def visits_of(withdrawn: Iterable[tuple[int, str, str, int, int]]) -> Mapping[int, tuple[int, int]]:
    """Transfer -> minor units and last moment of its visit, where that has more than one withdrawal. `withdrawn` is of CASH_SQL."""
    visits: list[list[tuple[int, str, str, int, int]]] = []
    for row in withdrawn:
        last = visits[-1][-1] if visits else None
        if last is not None and last[1:3] == row[1:3] and row[3] - last[3] <= VISIT_MS:
            visits[-1].append(row)
        else:
            visits.append([row])
    return {row[0]: (sum(one[4] for one in visit), visit[-1][3]) for visit in visits if len(visit) > 1 for row in visit}


def kind_of(gone: Left) -> str:
    """The kind of break, "" for one that nothing can be sought for (goods that are used up, a transfer that nothing types)."""
    if gone.exit == "goods":
        text = f"{gone.summary} {gone.merchant} {gone.holder}".lower()
        return "goods_sold" if has_word(text, RESOLD) else ""
    return BEYOND.get(gone.exit, "")


def kinds_of(one: Came) -> list[str]:
    """The breaks beyond which an arrival may lie. Where the sender's own statement is held, only words make it one."""
    deposit, resale, abroad = _said(f"{one.summary} {one.holder}".lower())
    found = []
    if not one.stated and (one.cash or (one.payer == "" and deposit)):
        found.append("cash_deposit")
    if not one.stated and one.account.startswith(words().wallets):
        found.append("otc_wallet")
    if resale:
        found.append("goods_sold")
    if abroad or (not one.stated and one.payer == ""):
        found.append("abroad_arrival")
    return found


def says_abroad(one: Came) -> bool:
    """Whether the row of an arrival says that it came from abroad."""
    return _said(f"{one.summary} {one.holder}".lower())[2]


@lru_cache(maxsize=65536)  # rows repeat their words
def _said(text: str) -> tuple[bool, bool, bool]:
    return has_word(text, DEPOSITS), has_word(text, RESALES), has_word(text, words().exits["abroad"])
