"""What the workspace says, read from its tables for comparison with the truth."""

from collections import Counter, defaultdict
from functools import cached_property
from typing import Any

from fanzha.clean import url
from fanzha.clean.domain import registered
from fanzha.store.engine import Engine
from fanzha.store.tables import all_tables

Purse = tuple[str, str]  # account and currency
Key = tuple[str, str]  # kind and value of an identifier
# What a report may name that is no identifier of anybody or anything.
NO_IDENTIFIERS = ("money", "moment", "name", "address")

CASES_SQL = """
SELECT r."reference", c."case_id" FROM "reports" AS r
INNER JOIN "case_reports" AS c ON c."file" = r."file" AND c."row" = r."row"
WHERE r."reference" IS NOT NULL AND r."reference" <> '' ORDER BY r."file", r."row"
"""
GANGS_SQL = """
SELECT r."reference", g."gang_id" FROM "reports" AS r
INNER JOIN "case_reports" AS c ON c."file" = r."file" AND c."row" = r."row"
INNER JOIN "gang_cases" AS g ON g."case_id" = c."case_id"
WHERE r."reference" IS NOT NULL AND r."reference" <> '' ORDER BY r."file", r."row", c."case_id", g."gang_id"
"""
NAMED_SQL = """
SELECT DISTINCT r."reference", m."kind", m."value" FROM "reports" AS r
INNER JOIN "mentions" AS m ON m."file" = r."file" AND m."row" = r."row"
WHERE r."reference" IS NOT NULL AND r."reference" <> '' AND m."value" IS NOT NULL AND m."value" <> ''
ORDER BY r."reference", m."kind", m."value"
"""
BENIGN_SQL = """
SELECT "kind", "value" FROM "pulls" WHERE "why" = 'benign' ORDER BY "kind", "value"
"""
DISPUTED_SQL = """
SELECT "case_id", "account", "currency", "tier", COALESCE("received_minor", 0), COALESCE("held_minor", 0),
  COALESCE("unlocated_minor", 0), COALESCE("innocent", 'none')
FROM "disputed" ORDER BY "case_id", "tier", "account", "currency"
"""
STATEMENTS_SQL = """
SELECT "account", "currency", SUM("held_minor"), MAX("statement_end_ms") FROM "disputed"
WHERE "statement_end_ms" IS NOT NULL GROUP BY "account", "currency" ORDER BY "account", "currency"
"""
STEPS_SQL = """
SELECT "case_id", "verb", "target_kind", "target", COALESCE("amount_minor", 0), "currency" FROM "steps"
ORDER BY "case_id", "rank"
"""
EXITS_SQL = """
SELECT "account", "kind", "currency", "disputed_minor" FROM "exits" WHERE "kind" <> 'file_ends'
ORDER BY "account", "kind", "currency", "disputed_minor"
"""
SPENT_SQL = """
SELECT f."payer", f."currency", f."disputed_minor" FROM "flows" AS f
INNER JOIN "disputed" AS d ON d."case_id" = f."case_id" AND d."account" = f."payee" AND d."currency" = f."currency"
WHERE d."innocent" = 'shop' AND f."payer" <> '' ORDER BY f."payer", f."currency", f."disputed_minor"
"""
TRANSFERS_SQL = """
SELECT COALESCE("payer", ''), COALESCE("payee", ''), "at_ms", "amount_minor", "currency" FROM "transfers"
WHERE "at_ms" IS NOT NULL AND "amount_minor" IS NOT NULL ORDER BY "at_ms", "transfer"
"""
PAYMENTS_SQL = """
SELECT p."payee", p."currency", COALESCE(p."amount_minor", 0), COALESCE(t."at_ms", p."at_ms", r."at_ms", 0)
FROM "payments" AS p
LEFT JOIN "transfers" AS t ON t."transfer" = p."transfer"
LEFT JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row"
WHERE p."payee" <> '' AND p."state" <> 'missing' ORDER BY 4, 1, 2, 3
"""
CALLS_SQL = """
SELECT DISTINCT "subscriber", "counterparty" FROM "calls"
WHERE "subscriber" <> '' AND "counterparty" <> '' ORDER BY "subscriber", "counterparty"
"""


class Told:
    """What one workspace says; each thing is read from its tables once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.same: dict[str, int] | None = None  # what baselines.same_identifier made of it

    @cached_property
    def cases(self) -> tuple[dict[str, str], int]:
        """The case of each reference, and how many references stand in several cases (the first in file and row counts)."""
        found: dict[str, str] = {}
        split: set[str] = set()
        for reference, case_id in self.engine.rows(CASES_SQL):
            if found.setdefault(reference, case_id) != case_id:
                split.add(reference)
        return found, len(split)

    @cached_property
    def gangs(self) -> dict[str, str]:
        """The gang of each reference (the first in file and row counts); a case that no gang holds is one by itself."""
        found: dict[str, str] = {}
        for reference, gang_id in self.engine.rows(GANGS_SQL):
            found.setdefault(reference, gang_id)
        return {reference: found.get(reference, case_id) for reference, case_id in self.cases[0].items()}

    @cached_property
    def values(self) -> dict[str, set[Key]]:
        """All that links reports at all: what each names, masked or not, and the accounts that its case's money reached.

        Hotlines and the like, which everybody names and which link nobody, are left out.
        """
        found = {reference: set(self.named.get(reference, ())) for reference in self.cases[0]}
        for reference, kind, value in self.engine.rows(NAMED_SQL):
            if reference in found and kind not in NO_IDENTIFIERS:
                found[reference].add(("account" if kind == "bank_card" else kind, value))
        reached: dict[str, set[Key]] = defaultdict(set)
        for case_id, account, *_ in self.disputed:
            if account:
                reached[case_id].add(("account", account))
        benign = {(kind, value) for kind, value in self.engine.rows(BENIGN_SQL)}
        for reference, case_id in self.cases[0].items():
            found[reference] = (found[reference] | reached.get(case_id, set())) - benign
        return found

    @cached_property
    def named(self) -> dict[str, list[Key]]:
        """The identifiers that each report names; a web address also names its registered domain, a card is an account."""
        found: dict[str, list[Key]] = defaultdict(list)
        for reference, kind, value in self.engine.rows(NAMED_SQL):
            if kind in NO_IDENTIFIERS or "*" in value:
                continue
            found[reference].append(("account" if kind == "bank_card" else kind, value))
            if kind == "url" and (host := url.host(value)):
                found[reference].append(("domain", registered(host) or host))
            if kind == "domain" and (name := registered(value)) and name != value:
                found[reference].append(("domain", name))
        return found

    @cached_property
    def transfers(self) -> list[tuple[Any, ...]]:
        """Rows of `transfers` in time: payer, payee, moment, amount (minor units), currency."""
        return self.engine.rows(TRANSFERS_SQL)

    @cached_property
    def disputed(self) -> list[tuple[Any, ...]]:
        """Rows of `disputed`: case, account, currency, tier, received, held, unlocated (minor units), innocent."""
        return self.engine.rows(DISPUTED_SQL)

    @cached_property
    def sums(self) -> dict[str, Counter[Purse]]:
        """Disputed money per account and currency over all cases: `received`, `held`, and `seen` (held or unlocated)."""
        found: dict[str, Counter[Purse]] = {name: Counter() for name in ("received", "held", "seen")}
        for _, account, currency, _, received, held, unlocated, _ in self.disputed:
            found["received"][account, currency] += received
            found["held"][account, currency] += held
            found["seen"][account, currency] += held + unlocated
        return found

    @cached_property
    def statements(self) -> tuple[Counter[Purse], dict[str, int]]:
        """Where a statement is held: disputed money in the account by it (minor units), and when it ends (UTC ms)."""
        held: Counter[Purse] = Counter()
        ends: dict[str, int] = {}
        for account, currency, amount, end_ms in self.engine.rows(STATEMENTS_SQL):
            held[account, currency] = int(amount or 0)
            ends[account] = max(end_ms, ends.get(account, end_ms))
        return held, ends

    @cached_property
    def steps(self) -> list[tuple[Any, ...]]:
        """Rows of `steps`: case, verb, kind of target, target, amount (minor units, 0 if it has none), currency."""
        return self.engine.rows(STEPS_SQL)

    @cached_property
    def holds(self) -> Counter[Purse]:
        """What is proposed to be held, per account and currency (minor units)."""
        found: Counter[Purse] = Counter()
        for _, verb, _, target, amount, currency in self.steps:
            if verb == "hold":
                found[target, currency] += amount
        return found

    @cached_property
    def exits(self) -> Counter[tuple[str, str, str]]:
        """Disputed money that left, per account, kind and currency. What reached an account marked as a shop was spent there."""
        found: Counter[tuple[str, str, str]] = Counter()
        for account, kind, currency, amount in self.engine.rows(EXITS_SQL):
            found[account, kind, currency] += amount
        for account, currency, amount in self.engine.rows(SPENT_SQL):
            found[account, "goods", currency] += amount
        return found

    @cached_property
    def roles(self) -> list[tuple[Any, ...]] | None:
        """Rows of the table `roles` (value, role, confidence); None while no stage makes one."""
        if "roles" not in all_tables():
            return None
        return self.engine.rows(
            'SELECT "value", "role", "confidence" FROM "roles" ORDER BY "value", "role", "confidence"'
        )
