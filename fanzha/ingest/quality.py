"""What can be said about the rows of one file once they are read: does the balance follow, are rows repeated."""

from collections.abc import Collection

from fanzha.store.engine import Engine

# Within one account of one file, each stated balance follows from the one before. Files come oldest first or newest
# first; per account the direction with fewer breaks is taken, on a tie the one that the times run in.
BALANCE_BREAKS = """
WITH moved AS (
    SELECT l."file", l."row", l.byte_offset, account, currency, at_ms, balance_minor AS balance,
           CASE WHEN direction = 'in' THEN amount_minor ELSE -amount_minor END AS change
    FROM legs l WHERE "file" = ? AND balance_minor IS NOT NULL AND success AND NOT EXISTS (
        SELECT 1 FROM notes n WHERE n."file" = l."file" AND n."row" = l."row" AND n.code = 'duplicate_row')
), placed AS (
    SELECT *, LAG(balance) OVER up AS below, LEAD(balance) OVER up AS above, LAG(at_ms) OVER up AS at_before
    FROM moved WINDOW up AS (PARTITION BY account, currency ORDER BY "row")
), judged AS (
    SELECT *, CASE WHEN below IS NULL THEN 0 ELSE balance - below - change END AS gap_oldest_first,
           CASE WHEN above IS NULL THEN 0 ELSE balance - above - change END AS gap_newest_first
    FROM placed
), chosen AS (
    SELECT account, currency,
           2 * SUM(CASE WHEN gap_oldest_first <> 0 THEN 1 ELSE 0 END)
             - 2 * SUM(CASE WHEN gap_newest_first <> 0 THEN 1 ELSE 0 END)
             + CASE WHEN SUM(CASE WHEN at_ms < at_before THEN 1 WHEN at_ms > at_before THEN -1 ELSE 0 END) > 0
               THEN 1 ELSE -1 END < 0 AS oldest_first
    FROM judged GROUP BY account, currency
)
SELECT j."file", j."row", j.byte_offset, 'balance_break' AS code, 'balance_minor' AS field,
       CASE WHEN c.oldest_first THEN j.gap_oldest_first ELSE j.gap_newest_first END AS detail_minor
FROM judged j JOIN chosen c ON c.account = j.account AND c.currency = j.currency
WHERE CASE WHEN c.oldest_first THEN j.gap_oldest_first ELSE j.gap_newest_first END <> 0
"""

# Rows alike in every column but their place: all but the first are duplicates. Candidates first, on the narrow columns.
DUPLICATE_LEGS = """
WITH alike AS (
    SELECT account, at_ms, direction, amount_minor, serial FROM legs WHERE "file" = ?
    GROUP BY account, at_ms, direction, amount_minor, serial HAVING COUNT(*) > 1
), candidates AS (
    SELECT l.* FROM legs l JOIN alike a ON a.account = l.account AND a.at_ms = l.at_ms AND a.direction = l.direction
        AND a.amount_minor = l.amount_minor AND COALESCE(a.serial, '') = COALESCE(l.serial, '')
    WHERE l."file" = ?
), numbered AS (
    SELECT "file", "row", byte_offset, ROW_NUMBER() OVER (
        PARTITION BY account, holder, holder_id, bank, at_ms, direction, amount_minor, currency, balance_minor,
            counter_account, counter_holder, counter_bank, serial, cash, success, summary, merchant, place, ip, mac
        ORDER BY "row") AS seen
    FROM candidates
)
SELECT "file", "row", byte_offset, 'duplicate_row' AS code, '' AS field, seen - 1 AS detail_minor
FROM numbered WHERE seen > 1
"""

DUPLICATE_CALLS = """
WITH numbered AS (
    SELECT "file", "row", byte_offset, ROW_NUMBER() OVER (
        PARTITION BY subscriber, counterparty, direction, medium, at_ms, duration_seconds, place, counter_place, imei,
            imsi, cell
        ORDER BY "row") AS seen
    FROM calls WHERE "file" = ?
)
SELECT "file", "row", byte_offset, 'duplicate_row' AS code, '' AS field, seen - 1 AS detail_minor
FROM numbered WHERE seen > 1
"""


def examine(engine: Engine, file: int, filled: Collection[str]) -> None:
    """Add the findings about one file to `notes`; repeated rows first, since they would break the balance.

    `filled` names the record tables that the file has rows in.
    """
    for name, sql, times in (("legs", DUPLICATE_LEGS, 2), ("calls", DUPLICATE_CALLS, 1), ("legs", BALANCE_BREAKS, 1)):
        if name in filled:
            engine.put("notes", engine.arrow(sql, [file] * times))
