"""Rules about accounts and wallets: who may have lent a card, moved, cashed or been paid the money.

Confidences and thresholds are assumptions of this version: no published rate was found, and those of synthetic worlds would say
nothing of a country. What a rule cannot tell apart (selling a card, lending it, being robbed of it) is in the alternatives.
"""

from collections import defaultdict
from collections.abc import Iterator

from fanzha.clean.currency import exponent
from fanzha.link.claims import Claim, Rule, account_kind, by_gang, claim
from fanzha.link.facts import Around, Facts, Reached

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
FAST_MS = 12 * HOUR_MS
DEALER_DAYS = 30
PAYEES_MIN, PAY_DAYS_MIN = 2, 2
SUSPECT = ("none", "unwitting")  # codes of `innocent` that do not speak for a shop, wages or a family
DEALER_PAYEES_MIN, DEALER_PAYEES_MAX = 2, 40  # who pays more people than this is an employer or a firm
ROUND_MAJOR = 10  # a wage of a chain is a round sum: a multiple of ten
PAY_MIN_MAJOR = 100
FAN_MIN = 2
# What a statement calls wages, and a holder's transfer between accounts of their own.
HONEST_WORDS = ("工资", "薪", "本人", "salary", "payroll", "wage", "own transfer")


def reporters_own(facts: Facts) -> Iterator[Claim]:
    """A reporter's own values, and the accounts a statement shows they paid from, are a victim's."""
    paid_from = {one.payer for one in facts.paid if one.payer}
    for (kind, value), rows in facts.own.items():
        if kind in ("account", "phone", "wallet"):
            for part in by_gang(facts, rows):
                evidence = "paid_from" if kind == "account" and value in paid_from else "told_as_own"
                yield claim(facts, (kind, value), "V-VICT", 900, evidence, part)


def long_before(facts: Facts) -> Iterator[Claim]:
    """An account in ordinary use for long before disputed money came may be an unwitting holder's."""
    for one in facts.reached:
        if one.innocent == "unwitting":
            yield _of(facts, one, "V-UNW", 300, "before_it_long")


def paid_by_victims(facts: Facts) -> Iterator[Claim]:
    """A statement shows that victims paid this account."""
    rows: dict[tuple[str, str], list[tuple[str, int | None]]] = defaultdict(list)
    reports: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for one in facts.paid:
        if one.shown and one.payee and ":" not in one.payee:
            key = (facts.gang(one.case_id), one.payee)
            rows[key].append((one.case_id, one.at_ms))
            reports[key].add((one.file, one.row))
    for key, found in sorted(rows.items()):
        several = len(reports[key]) > 1
        evidence = "several_victims" if several else "first_tier"
        yield claim(facts, ("account", key[1]), "R-CARD", 500 if several else 350, evidence, found)


def passes_on(facts: Facts) -> Iterator[Claim]:
    """Most of the disputed money left the account within hours: whoever holds it may have lent it to be used so."""
    left: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for move in facts.moves:
        left[move.case_id, move.payer, move.currency].append((move.at_ms, move.disputed))
    for one in facts.reached:
        if one.arrived_ms is None or one.received <= 0 or account_kind(one.account) != "account":
            continue
        went = sum(
            amount for at, amount in left[one.case_id, one.account, one.currency] if at <= one.arrived_ms + FAST_MS
        )
        if 2 * went > one.received:
            first = one.tier == 1
            yield _of(facts, one, "R-CARD", 450 if first else 400, "passed_on_fast" if first else "beyond_first_tier")


def fans(facts: Facts) -> Iterator[Claim]:
    """Beyond the first tier, disputed money of several payers in and to several payees out: somebody runs this account."""
    into, out = _ends(facts)
    for key in sorted(into.keys() & out.keys()):
        payers, payees = ({who for who, *_ in ends[key]} for ends in (into, out))
        if len(payers) >= FAN_MIN and len(payees) >= FAN_MIN and min(tier for *_, tier in into[key]) >= 2:
            rows = [(case_id, at_ms) for ends in (into, out) for _, case_id, at_ms, _ in ends[key]]
            strength = min(600, 250 + 50 * (len(payers) + len(payees)))
            yield claim(facts, (account_kind(key[1]), key[1]), "R-WASH", strength, "fans_in_and_out", rows)


def takes_cash(facts: Facts) -> Iterator[Claim]:
    """Disputed money was taken out in cash here; more than one withdrawal makes it likelier to be somebody's work."""
    rows: dict[tuple[str, str], list[tuple[str, int | None]]] = defaultdict(list)
    for move in facts.moves:
        if move.exit == "cash" and move.payer:
            rows[facts.gang(move.case_id), move.payer].append((move.case_id, move.at_ms))
    for (_, account), found in sorted(rows.items()):
        yield claim(
            facts, (account_kind(account), account), "R-CASH", 300 + 50 * min(6, len(found) - 1), "cash_taken", found
        )


def buys_coin(facts: Facts) -> Iterator[Claim]:
    """Disputed money left for tokens: the account that paid, and the desk where a statement names it."""
    rows: dict[tuple[str, str], list[tuple[str, int | None]]] = defaultdict(list)
    for move in facts.moves:
        if move.exit == "crypto" and move.payer:
            rows[facts.gang(move.case_id), move.payer].append((move.case_id, move.at_ms))
    for (_, account), found in sorted(rows.items()):
        yield claim(facts, (account_kind(account), account), "R-OTC", 300, "coin_bought", found)
    for case_id, desk, count, first, last in facts.desks:
        made = claim(facts, (account_kind(desk), desk), "R-OTC", 400, "desk_paid", [(case_id, first), (case_id, last)])
        yield made._replace(rows=count)


def wallets(facts: Facts) -> Iterator[Claim]:
    """A wallet that disputed money reached belongs to whoever deals in tokens for the chain, or keeps them."""
    for one in facts.reached:
        if account_kind(one.account) == "wallet":
            yield _of(facts, one, "R-OTC", 350, "wallet_reached")


def chains_meet(facts: Facts) -> Iterator[Claim]:
    """Money of three or more first-tier accounts of one gang comes together here, and stays."""
    first = {(facts.gang(one.case_id), one.account) for one in facts.reached if one.tier == 1}
    kept: dict[tuple[str, str], bool] = defaultdict(bool)
    for one in facts.reached:
        kept[facts.gang(one.case_id), one.account] |= 2 * (one.held + one.exited) > one.received
    into, _ = _ends(facts)
    for key in sorted(into):
        payers = {who for who, *_ in into[key] if (key[0], who) in first}
        if len(payers) >= 3 and key not in first and kept[key]:
            rows = [(case_id, at_ms) for _, case_id, at_ms, _ in into[key]]
            yield claim(facts, (account_kind(key[1]), key[1]), "R-CORE", 200, "chains_meet", rows)


def pays_the_chain(facts: Facts) -> Iterator[Claim]:
    """Disputed money reached the account late, and on several days it pays round sums, not disputed, to others of the chain.

    Only payments to accounts that disputed money of the same gang reached count: who pays anybody else several round sums is
    most often somebody with a household (of eight so found in two synthetic cities none was of the gang).
    """
    members = {(facts.gang(one.case_id), one.account) for one in facts.reached if one.innocent in SUSPECT}
    paying = _pays(facts)
    for one in facts.reached:
        pays = paying.get((one.account, one.currency), [])
        gang = facts.gang(one.case_id)
        since = [pay for pay in pays if (gang, pay.payee) in members and pay.at_ms >= (one.arrived_ms or 0)]
        people, days = {pay.payee for pay in since}, {pay.at_ms // DAY_MS for pay in since}
        if one.tier >= 2 and len(people) >= PAYEES_MIN and len(days) >= PAY_DAYS_MIN:
            rows = [(one.case_id, pay.at_ms) for pay in since]
            yield claim(facts, (account_kind(one.account), one.account), "R-CORE", 250, "pays_people", rows)


def pays_card_holders(facts: Facts) -> Iterator[Claim]:
    """Who paid several holders of used accounts round sums in the weeks before the first disputed money came.

    A dealer serves several gangs: the holders are counted over all of them, and each gang gets the assertion. What was sent on
    within hours was no wage: it may be the money of a victim who has not reported.
    """
    went: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for other in facts.around:
        went[other.payer, other.currency].append((other.at_ms, other.amount))
    reached = {one.account for one in facts.reached}
    arrived: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in facts.reached:
        used = one.tier == 1 or 2 * (one.passed + one.exited) > one.received
        if used and one.arrived_ms is not None and one.innocent in SUSPECT and one.statement:
            arrived[one.account].append((one.arrived_ms, one.case_id))
    paid: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for (payer, currency), pays in sorted(_pays(facts).items()):
        for pay in pays if payer not in reached else ():
            gone = sum(n for at_ms, n in went[pay.payee, currency] if 0 <= at_ms - pay.at_ms <= FAST_MS)
            if 2 * gone > pay.amount:
                continue
            for at_ms, case_id in sorted(arrived.get(pay.payee, ()))[:1]:
                if 0 < at_ms - pay.at_ms <= DEALER_DAYS * DAY_MS:
                    paid[payer].append((pay.payee, pay.at_ms, case_id))
    for payer, found in sorted(paid.items()):
        if DEALER_PAYEES_MIN <= len({payee for payee, *_ in found}) <= DEALER_PAYEES_MAX:
            for part in by_gang(facts, [(case_id, at_ms) for _, at_ms, case_id in found]):
                yield claim(facts, (account_kind(payer), payer), "R-CDLR", 350, "paid_card_holders", part)


Ends = dict[tuple[str, str], list[tuple[str, str, int, int]]]


def _ends(facts: Facts) -> tuple[Ends, Ends]:
    """Disputed transfers into and out of each account of a gang: (gang, account) -> (other, case, moment, tier of payee)."""
    into: Ends = defaultdict(list)
    out: Ends = defaultdict(list)
    for move in facts.moves:
        if move.payer and move.payee:
            gang = facts.gang(move.case_id)
            into[gang, move.payee].append((move.payer, move.case_id, move.at_ms, move.tier))
            out[gang, move.payer].append((move.payee, move.case_id, move.at_ms, move.tier))
    return into, out


def _pays(facts: Facts) -> dict[tuple[str, str], list[Around]]:
    """Round sums that the statements call neither wages nor the holder's own, per payer and currency."""
    found: dict[tuple[str, str], list[Around]] = defaultdict(list)
    for one in facts.around:
        unit = 10 ** exponent(one.currency)
        honest = any(word in one.words.lower() for word in HONEST_WORDS)
        if one.amount % (ROUND_MAJOR * unit) == 0 and one.amount >= PAY_MIN_MAJOR * unit and not honest:
            found[one.payer, one.currency].append(one)
    return found


def _of(facts: Facts, one: Reached, role: str, strength: int, evidence: str) -> Claim:
    return claim(
        facts, (account_kind(one.account), one.account), role, strength, evidence, [(one.case_id, one.arrived_ms)]
    )


RULES: tuple[Rule, ...] = (
    reporters_own, long_before, paid_by_victims, passes_on, fans, takes_cash, buys_coin, wallets, chains_meet,
    pays_the_chain, pays_card_holders,
)  # fmt: skip
