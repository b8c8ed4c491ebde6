"""Roles: what part an account, a number or a site may have had in a gang's chain. Contract: the table `roles`.

Each row is an assertion with evidence, confidence and status, and beside it the innocent and the coerced readings, which are of
equal rank. Software writes `hypothesis` or `lead`; anything else is the act of a named person. No suspicion is ever written of
what is a reporter's own, and none without evidence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fanzha.clean.transaction import is_transaction
from fanzha.link import roles_lines, roles_money, roles_supply
from fanzha.link.claims import Claim, Rule, case_order
from fanzha.link.facts import Facts, gangs_of_cases, gather
from fanzha.store.contract import Tables

MADE = ("roles",)
RULES: tuple[Rule, ...] = (*roles_money.RULES, *roles_lines.RULES, *roles_supply.RULES)
LEAD_MIN, LEAD_EVIDENCE_MIN = 550, 2  # per mille, kinds of evidence: below it is a hypothesis
CONFIDENCE_MAX = 900  # software is never surer than this
# What else may be true of the holder of each role: coerced, unwitting, honest. In this order, unless the records favour one.
ALTERNATIVES: Mapping[str, tuple[str, ...]] = {
    "R-CARD": ("V-UNW", "shop"),
    "R-WASH": ("V-UNW", "shop", "payroll"),
    "R-CASH": ("V-TRAF", "V-UNW", "family"),
    "R-OTC": ("V-UNW", "shop"),
    "R-CDLR": ("V-UNW", "payroll", "family"),
    "R-CORE": ("V-TRAF", "V-UNW", "payroll", "shop"),
    "R-BOSS": ("V-TRAF", "V-UNW", "payroll", "shop"),
    "R-OPER": ("V-TRAF", "V-UNW"),
    "R-GOIP": ("V-TRAF", "V-UNW", "shop"),
    "R-TECH": ("V-UNW", "shop"),
    "V-UNW": ("R-CARD",),
    "V-VICT": ("V-UNW",),
}
READINGS = {"unwitting": "V-UNW"}  # innocent code of `disputed` -> how an alternative is called, where it differs
WEAKENED = {"shop": 400, "payroll": 400, "family": 400, "unwitting": 750}  # per mille of the confidence that is left
Row = tuple[str, str, str, str, str, int, str, str, str, int, str, int | None, int | None]


def roles(engine: Tables, as_of: int, gang_of: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Make the table `roles` from the tables of linking and tracing, up to `as_of` (UTC ms).

    `gang_of`: the gang of each case; without it the table gang_cases says, or each case is a gang.
    """
    facts = gather(engine, as_of, gangs_of_cases(engine) if gang_of is None else gang_of)
    engine.replace_rows("roles", assertions(facts))
    return MADE


def assertions(facts: Facts, rules: Iterable[Rule] = RULES) -> list[Row]:
    """Rows of `roles`, sorted: one for each gang, thing and role, whichever rules said so."""
    found: dict[tuple[str, str, str, str], list[tuple[str, Claim]]] = defaultdict(list)
    for rule in rules:
        for one in rule(facts):
            if is_transaction(one.value):  # nobody's purse: no one to have a role
                continue
            if one.role == "V-VICT" or not facts.protected(one.value):
                found[one.gang, one.kind, one.value, one.role].append((rule.__name__, one))
    innocent = innocent_readings(facts)
    return sorted(
        (_row(claims, innocent.get(key[2], ())) for key, claims in found.items()), key=lambda row: (row[0], *row[2:5])
    )


def innocent_readings(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The innocent codes that tracing found for each account, over all cases and currencies."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in facts.reached:
        if one.innocent in WEAKENED:
            found[one.account].add(one.innocent)
    return {account: tuple(code for code in WEAKENED if code in codes) for account, codes in found.items()}


def _row(claims: list[tuple[str, Claim]], innocent: tuple[str, ...]) -> Row:
    first = claims[0][1]
    suspicion = first.role.startswith("R-")
    strongest: dict[
        str, int
    ] = {}  # of one kind of evidence the strongest counts: rows of it are no independent witnesses
    for _, one in claims:
        strongest[one.evidence] = max(one.confidence, strongest.get(one.evidence, 0))
    confidence = together(strongest[code] for code in sorted(strongest))
    favoured = [READINGS.get(code, code) for code in innocent] if suspicion else []
    for code in innocent if suspicion else ():
        confidence = confidence * WEAKENED[code] // 1000
    alternatives = dict.fromkeys((*favoured, *ALTERNATIVES[first.role]))
    lead = confidence >= LEAD_MIN and len(strongest) >= LEAD_EVIDENCE_MIN
    moments = [at for _, one in claims for at in (one.first_ms, one.last_ms) if at is not None]
    return (
        first.gang,
        min((one.case_id for _, one in claims), key=case_order),
        first.kind,
        first.value,
        first.role,
        confidence,
        "lead" if lead else "hypothesis",
        ",".join(alternatives),
        ",".join(sorted(strongest)),
        sum(one.rows for _, one in claims),
        ",".join(sorted({name for name, _ in claims})),
        min(moments) if moments else None,
        max(moments) if moments else None,
    )


def together(parts: Iterable[int]) -> int:
    """Per mille that at least one of several says the truth, were they independent; in whole numbers, never above the cap."""
    doubt = 1000
    for part in parts:
        doubt = -(-doubt * (1000 - part) // 1000)
    return min(CONFIDENCE_MAX, 1000 - doubt)
