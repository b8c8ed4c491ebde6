"""Which account numbers are one purse, which accounts have one holder, and the legs that a block chain shows of both sides."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fanzha.trace.legs import Leg, Purse
from fanzha.trace.pair import Repair, Transfer
from fanzha.trace.stated import Stated
from fanzha.trace.words import words

BOUND_SQL = """
SELECT DISTINCT "account", "bound_account", COALESCE("bank", ''), COALESCE("bound_bank", '') FROM "accounts"
WHERE "account" <> '' AND "bound_account" <> '' AND "account" <> "bound_account" ORDER BY 1, 2, 3, 4
"""
# Ties by a document, a bound card or a name with a second thing; a shared telephone or device makes no holder.
HOLDERS_SQL = """
SELECT "member", MIN("entity") FROM "entities"
WHERE "member_kind" IN ('account', 'wallet') AND "how" IN ('same_id', 'bound', 'name_id', 'judged')
GROUP BY "member" ORDER BY "member"
"""
SAME_ROWS_MIN = 3  # rows that two statements must share to the balance to be one purse, where no bank is named

Bound = tuple[str, str, str, str]  # account, what is bound to it, and the institution of each


def same_purses(legs: Sequence[Leg], bound: Iterable[Bound]) -> dict[str, str]:
    """Number -> the number its money is booked under, for each card that is only another number of an account.

    A card is the purse of the account it is bound to if one institution keeps both, or if their statements show the same
    rows with the same balances. A card of another bank bound to a wallet is another purse. Of the numbers of one purse the
    one with the most rows stands for all, then the first.
    """
    bound = list(bound)
    if not bound:
        return {}
    numbers = {number for one in bound for number in one[:2]}
    rows: dict[str, Counter[tuple[str, int, int, int]]] = defaultdict(Counter)
    count: Counter[str] = Counter()
    for leg in legs:
        if leg.account in numbers:
            count[leg.account] += 1
            if leg.balance is not None:
                rows[leg.account][leg.currency, leg.at_ms, leg.change, leg.balance] += 1
    parent = {number: number for number in numbers}

    def find(number: str) -> str:
        while parent[number] != number:
            number = parent[number]
        return number

    for account, other, bank, other_bank in bound:
        if bank and other_bank:
            same = bank == other_bank
        else:
            shared = (rows[account] & rows[other]).total()
            same = shared >= SAME_ROWS_MIN and shared == min(rows[account].total(), rows[other].total())
        one, two = find(account), find(other)
        if same and one != two:
            better, worse = sorted((one, two), key=lambda number: (-count[number], number))
            parent[worse] = better
    return {number: find(number) for number in sorted(numbers) if find(number) != number}


def one_purse(legs: Sequence[Leg], alias: Mapping[str, str]) -> list[Leg]:
    """The legs under the numbers of their purses, a row that the statements of two numbers show once."""
    if not alias:
        return list(legs)
    purses = set(alias.values())
    made: list[Leg] = []
    shown: set[tuple[str, str, int, int, int | None, int]] = set()
    nth: Counter[tuple[str, str, int, int, int | None]] = Counter()
    for leg in sorted(legs, key=lambda one: (one.account in alias, one.account, one.file, one.row)):
        account = alias.get(leg.account, leg.account)
        if account in purses and leg.balance is not None:
            nth[leg.account, leg.currency, leg.at_ms, leg.change, leg.balance] += 1
            place = nth[leg.account, leg.currency, leg.at_ms, leg.change, leg.balance]
            row = (account, leg.currency, leg.at_ms, leg.change, leg.balance, place)
            if row in shown:
                continue
            shown.add(row)
        made.append(leg._replace(account=account, counter=alias.get(leg.counter, leg.counter)))
    return made


def stated_to(stated: Sequence[Stated], alias: Mapping[str, str]) -> list[Stated]:
    """Stated payments under the numbers of their purses."""
    return [one._replace(payee=alias[one.payee]) if one.payee in alias else one for one in stated]


def own_accounts(transfers: Iterable[Transfer], holder_of: Mapping[str, str]) -> list[Repair]:
    """Marks on transfers between two accounts of one holder; `holder_of` gives the entity of an account."""
    if not holder_of:
        return []
    return [
        Repair(t.number, "own_accounts")
        for t in transfers
        if t.payer != t.payee and t.payer in holder_of and holder_of[t.payer] == holder_of.get(t.payee)
    ]


def seen_on_chain(
    transfers: Sequence[Transfer], books: Mapping[Purse, Sequence[Leg]]
) -> tuple[list[Transfer], list[Leg]]:
    """Transfers between wallets of which rows are held on both sides, with the leg that the other side's rows leave out.

    A block chain is one ledger: the row of an explorer that shows what left one wallet shows what reached the other. The
    leg made is that row, seen from there. A wallet without any row of its own gets none: what it did next is not known.
    """
    chains = words().wallets
    done: list[Transfer] = []
    made: list[Leg] = []
    for t in transfers:
        leg = t.out_leg or t.in_leg
        if leg is not None and t.payer.startswith(chains) and t.payee.startswith(chains) and t.payer != t.payee:
            if t.in_leg is None and (t.payee, t.currency) in books:
                t = t._replace(in_leg=_other_side(leg, t.payee, "in"))
                made += [t.in_leg] if t.in_leg is not None else []
            elif t.out_leg is None and (t.payer, t.currency) in books:
                t = t._replace(out_leg=_other_side(leg, t.payer, "out"))
                made += [t.out_leg] if t.out_leg is not None else []
        done.append(t)
    return done, made


def _other_side(leg: Leg, account: str, direction: str) -> Leg:
    return leg._replace(
        account=account,
        direction=direction,
        counter=leg.account,
        holder=leg.counter_holder,
        counter_holder=leg.holder,
        bank=leg.counter_bank,
        counter_bank=leg.bank,
        balance=None,
    )
