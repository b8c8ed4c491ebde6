"""Rules about what several gangs use without being one (table bridges), and whom a dealer in tokens pays.

A gang buys cards, accounts, sites and laundering from trades that sell to others too. What is shared so joins no gangs; it is a lead
to the supplier.
"""

from collections import defaultdict
from collections.abc import Iterator

from fanzha.clean.currency import exponent
from fanzha.link.claims import Claim, Rule, account_kind, by_gang, claim
from fanzha.link.facts import Facts
from fanzha.link.roles_money import HONEST_WORDS, SUSPECT

PAYERS_MAX = 60  # whom more pay is a firm or a shop
BACK_MAJOR, BACK_MIN_MAJOR = 1000, 5000  # what a gang is paid out is a round sum, and not small
SUPPLIERS = {
    "wallet": "R-OTC",
    "certificate": "R-TECH",
    "domain": "R-TECH",
    "app": "R-TECH",
    "imei": "R-GOIP",
    "phone": "R-GOIP",
}


def suppliers(facts: Facts) -> Iterator[Claim]:
    """What several gangs use without being one is somebody's trade (table bridges); what an account is for, its use tells."""
    uses = shared_accounts(facts)
    for gang_a, gang_b, kind, value in facts.bridges:
        sort = "account" if kind in ("bank_card", "iban") else kind
        role = uses.get(value, "") if sort == "account" else SUPPLIERS.get(sort, "")
        if role and "*" not in value:
            for gang in (gang_a, gang_b):
                yield claim(facts, (sort, value), role, 400, "serves_several", [(gang, None)])


def shared_accounts(facts: Facts) -> dict[str, str]:
    """The role of each account that several gangs' money reached; one whose statement does not tell is left out.

    Victims paid it: a card let to both by a dealer. The money went on: a laundering house. It was taken out: a runner. It came to
    stay and the account trades both ways: a dealer in tokens, whose other half no bank sees. Many payers: a firm's, nobody's lead.
    """
    payers: dict[str, set[str]] = defaultdict(set)
    pays: set[str] = set()
    for other in facts.around:
        payers[other.payee].add(other.payer)
        pays.add(other.payer)
    sums: dict[str, list[tuple[int, bool, bool]]] = defaultdict(list)
    arrived: dict[str, int] = {}
    for one in facts.reached:
        if one.innocent in SUSPECT and one.arrived_ms is not None:
            sums[one.account].append((one.tier, 2 * one.passed > one.received, one.statement))
            arrived[one.account] = min(one.arrived_ms, arrived.get(one.account, one.arrived_ms))
    cash = {account for account, at_ms in facts.cash if at_ms >= arrived.get(account, at_ms + 1)}
    found = {}
    for account, parts in sums.items():
        if len(payers[account]) > PAYERS_MAX:
            continue
        if any(tier == 1 for tier, *_ in parts):
            found[account] = "R-CDLR"
        elif any(passed for _, passed, _ in parts):
            found[account] = "R-WASH"
        elif account in cash:
            found[account] = "R-CASH"
        elif account in pays and any(statement for *_, statement in parts):
            found[account] = "R-OTC"
    return found


def paid_by_desk(facts: Facts) -> Iterator[Claim]:
    """Whom a dealer in tokens that several gangs use paid a large round sum after the gang's money came: perhaps a gang's own purse.

    Most who sell tokens to a dealer have nothing to do with it; the sum is then what the price says, seldom round.
    """
    bridged = {value for _, _, kind, value in facts.bridges if kind == "account"}
    desks = {account for account, role in shared_accounts(facts).items() if role == "R-OTC" and account in bridged}
    desks |= {desk for _, desk, *_ in facts.desks}
    reached = {one.account for one in facts.reached}
    came: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for move in facts.moves:
        if move.payee in desks:
            came[move.payee].append((move.case_id, move.at_ms))
    for case_id, desk, _, first_ms, _ in facts.desks:
        came[desk].append((case_id, first_ms))
    rows: dict[str, list[tuple[str, int | None]]] = defaultdict(list)
    for one in facts.around:
        unit = 10 ** exponent(one.currency)
        large = one.amount >= BACK_MIN_MAJOR * unit and one.amount % (BACK_MAJOR * unit) == 0
        honest = any(word in one.words.lower() for word in HONEST_WORDS)
        if one.payer in desks and one.payee not in reached and large and not honest:
            rows[one.payee] += [(case_id, one.at_ms) for case_id, at_ms in came[one.payer] if at_ms <= one.at_ms]
    for payee, found in sorted(rows.items()):
        for part in by_gang(facts, found):
            yield claim(facts, (account_kind(payee), payee), "R-CORE", 250, "paid_by_desk", part)


RULES: tuple[Rule, ...] = (suppliers, paid_by_desk)
