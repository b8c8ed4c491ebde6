"""What was traced, made again from the tables: whose money is in each account, without pairing or matching anything anew.

The tables keep every transfer with the rows that show it, every payment with its transfer, and what came back. From these the
statements that disputed money can have reached are put together again, and the same attribution is worked through: equal to
`follow` to the minor unit and row. What only pairing needs (words, names, banks) is left out of the legs.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fanzha.store.contract import Tables
from fanzha.trace import exact
from fanzha.trace.follow import Traced, attributed
from fanzha.trace.index import MoneyIndex
from fanzha.trace.ledger import Ledger
from fanzha.trace.pair import Transfer
from fanzha.trace.payments import Payment
from fanzha.trace.stated import Stated

# In the order in which `follow` numbers them: as reports list them, then those that reports only count.
PAYMENTS_SQL = """
SELECT "case_id", "file", "row", "n", COALESCE("payee", ''), "at_ms", "amount_minor", COALESCE("currency", ''), "transfer",
  "state"
FROM "payments"
ORDER BY CASE WHEN "state" = 'counted' THEN 1 ELSE 0 END, "file", "row", "case_id", "n"
"""


def retraced(engine: Tables, index: MoneyIndex) -> Traced:
    """All that `trace` knew of disputed money when it made the tables; `index` is of the same tables.

    `books` and `transfers` hold only what disputed money can have reached; `repairs` is empty.
    """
    rows = engine.rows(PAYMENTS_SQL)
    places = index.places(int(row[8]) for row in rows if row[8] is not None)
    part = exact.part_of(index.columns, index.graph(False), index.graph(True), places)
    at = {int(index.columns.number[place]): n - 1 for n, place in enumerate(part.order, 1)}
    payments = [_payment(row, None if row[8] is None else part.transfers[at[int(row[8])]]) for row in rows]
    number = {place: n for n, place in enumerate(part.order, 1)}
    spent = exact.spent_in(index.columns, number)
    traced = attributed(part.books, part.transfers, payments, (), part.back_of, spent)
    return _named(traced, [int(index.columns.number[place]) for place in part.order])


def _payment(row: Sequence[Any], transfer: Transfer | None) -> Payment:
    case_id, file, number, n, payee, at_ms, amount, currency, _, state = row
    return Payment(Stated(case_id, file, number, n, payee, at_ms, amount, currency, None, ""), transfer, state)


def _named(traced: Traced, number: Sequence[int]) -> Traced:
    """The same with the numbers that the tables give to transfers; `number[n - 1]` is that of transfer n."""

    def real(n: int) -> int:
        return number[n - 1]

    transfers = [one._replace(number=real(one.number)) for one in traced.transfers]
    found = traced.book
    return replace(
        traced,
        transfers=transfers,
        payments=[
            one if one.transfer is None else one._replace(transfer=transfers[one.transfer.number - 1])
            for one in traced.payments
        ],
        book=Ledger(
            found.sums,
            [
                one if one.transfer is None else one._replace(transfer=transfers[one.transfer.number - 1])
                for one in found.exits
            ],
            [one._replace(transfer=transfers[one.transfer.number - 1]) for one in found.carried],
        ),
        chains=[[one._replace(transfer=real(one.transfer)) for one in chain] for chain in traced.chains],
        moves=[one._replace(transfer=real(one.transfer)) for one in traced.moves],
        starts={real(n): label for n, label in traced.starts.items()},
        back_of={real(went): real(back) for went, back in traced.back_of.items()},
    )
