"""What the tables say now of an account that an order concerns: what is disputed there, whose it is, who cleared it."""

from fanzha.respond.orders import HEAR_FIRST, Facts
from fanzha.store.contract import Tables

# Accounts that paid a stated payment: a reporter's own.
VICTIMS_ACCOUNTS_SQL = """
SELECT DISTINCT t."payer" FROM "payments" AS p INNER JOIN "transfers" AS t ON t."transfer" = p."transfer"
WHERE t."payer" <> '' ORDER BY t."payer"
"""
INVALID_ACCOUNTS_SQL = """
SELECT "value" FROM "pulls" WHERE "why" = 'invalid' AND "kind" IN ('account', 'iban', 'wallet') ORDER BY "value"
"""
CLEARED_ACCOUNTS_SQL = """
SELECT "value" FROM "pulls" WHERE "why" = 'judged' AND "kind" IN ('account', 'iban', 'wallet') ORDER BY "value"
"""
GOOD_FAITH_SQL = """
SELECT DISTINCT "account", "currency" FROM "outcomes" WHERE "likeliest" = 'good_faith' ORDER BY "account", "currency"
"""
# When disputed money last came to an account. A payment told without its moment came before it was reported.
LAST_ARRIVED_SQL = """
SELECT a."case_id", a."account", a."currency", MAX(a."at_ms")
FROM (
  SELECT "case_id", "payee" AS "account", "currency", "at_ms" FROM "flows"
  UNION ALL
  SELECT p."case_id", p."payee", p."currency", COALESCE(p."at_ms", r."at_ms")
  FROM "payments" AS p LEFT JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row"
  WHERE p."state" <> 'missing'
) AS a
WHERE a."at_ms" IS NOT NULL
GROUP BY a."case_id", a."account", a."currency" ORDER BY a."case_id", a."account", a."currency"
"""
_DISPUTED_SQL = """
SELECT "case_id", "held_minor" + "unlocated_minor", COALESCE("innocent", 'none'), "arrived_ms", "held_minor"
FROM "disputed" WHERE "account" = ? AND ("currency" = ? OR ? = '') ORDER BY "case_id"
"""
_GOOD_SQL = 'SELECT COUNT(*) FROM "outcomes" WHERE "account" = ? AND "currency" = ? AND "likeliest" = \'good_faith\''
_OWN_SQL = """
SELECT COUNT(*) FROM "payments" AS p INNER JOIN "transfers" AS t ON t."transfer" = p."transfer" WHERE t."payer" = ?
"""
_PULLS_SQL = """
SELECT DISTINCT "why" FROM "pulls"
WHERE "value" = ? AND "kind" IN ('account', 'iban', 'wallet') AND "why" IN ('judged', 'invalid') ORDER BY "why"
"""
_NAMED_SQL = """
SELECT COUNT(*) FROM "mentions" AS m
INNER JOIN "case_reports" AS c ON c."file" = m."file" AND c."row" = m."row"
WHERE c."case_id" = ? AND m."value" = ? AND m."kind" IN ('account', 'bank_card', 'iban', 'wallet')
"""
_TODAY_SQL = 'SELECT MIN("case_id") FROM "case_reports" WHERE "file" = ? AND "row" = ?'
_CASE_SQL = 'SELECT COUNT(*) FROM "case_reports" WHERE "case_id" = ?'
_ARRIVED_SQL = """
SELECT MAX(a."at_ms")
FROM (
  SELECT "at_ms" FROM "flows" WHERE "payee" = ? AND "currency" = ?
  UNION ALL
  SELECT COALESCE(p."at_ms", r."at_ms")
  FROM "payments" AS p LEFT JOIN "reports" AS r ON r."file" = p."file" AND r."row" = p."row"
  WHERE p."payee" = ? AND p."currency" = ? AND p."state" <> 'missing'
) AS a
"""


def facts_of(engine: Tables, case_id: str, account: str, currency: str) -> Facts:
    """What is known now of an account in a case and currency ("" for any).

    `innocent`: the first of shop, payroll and family that any case shows; shop (goods for value) where a receiver in good faith is
    likeliest. A number that has a statement is an account, whatever its digits say.
    """
    rows = engine.rows(_DISPUTED_SQL, (account, currency, currency))
    marks = {str(row[0]) for row in engine.rows(_PULLS_SQL, (account,))}
    innocents = [str(row[2]) for row in rows]
    heard = next((code for code in HEAR_FIRST if code in innocents), None)
    if heard is None and engine.rows(_GOOD_SQL, (account, currency))[0][0]:
        heard = "shop"
    arrived = engine.rows(_ARRIVED_SQL, (account, currency, account, currency))[0][0]
    moments = [int(at) for at in (arrived, *(row[3] for row in rows)) if at is not None]
    return Facts(
        case_exists=bool(engine.rows(_CASE_SQL, (case_id,))[0][0]),
        in_case=sum(int(row[1]) for row in rows if row[0] == case_id),
        in_all=sum(int(row[1]) for row in rows),
        traced=any(row[0] == case_id for row in rows),
        named=bool(engine.rows(_NAMED_SQL, (case_id, account))[0][0]),
        own=bool(engine.rows(_OWN_SQL, (account,))[0][0]),
        cleared="judged" in marks,
        invalid="invalid" in marks and not any(row[4] for row in rows),
        innocent=heard or next(iter(innocents), "none"),
        arrived_ms=max(moments, default=None),
    )


def case_today(engine: Tables, case_id: str) -> str:
    """The number that a case has today: cases that became one go under another. As given where no report leads to a case."""
    file, dash, row = case_id.partition("-")
    if not (dash and file.isdecimal() and row.isdecimal()):
        return case_id
    found = engine.rows(_TODAY_SQL, (int(file), int(row)))[0][0]
    return str(found) if found else case_id
