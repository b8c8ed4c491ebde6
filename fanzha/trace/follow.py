"""Trace: follow the victims' money tier by tier. Contract: the tables `trace` makes and their columns.

Rule of attribution: first in, first out per account and currency; the opening balance leaves first; ties by row order;
where no statement is held the money is unlocated, never spread.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanzha.clean.transaction import is_transaction
from fanzha.store.contract import Tables
from fanzha.trace.attribute import Entry, Move, carry, schedule
from fanzha.trace.bridges import KEPT_SQL, shared_accounts
from fanzha.trace.chains import chains, reached
from fanzha.trace.further import further_payments
from fanzha.trace.innocent import explanation, sent_on_quickly
from fanzha.trace.ledger import Exit, Ledger, Sums, ledger
from fanzha.trace.legs import LEGS_SQL, Leg, Purse, statements
from fanzha.trace.outputs import marks, outputs_apart, spendings
from fanzha.trace.pair import Repair, Transfer, paired
from fanzha.trace.payments import Payment, match_payments
from fanzha.trace.purses import (
    BOUND_SQL,
    HOLDERS_SQL,
    Bound,
    one_purse,
    own_accounts,
    same_purses,
    seen_on_chain,
    stated_to,
)
from fanzha.trace.returns import named, repairs_of, returned, set_apart
from fanzha.trace.stated import REPORTS_SQL, STATED_SQL, Report, stated_payments
from fanzha.trace.statement_gaps import FAILED_SQL, Failed, gap_rows
from fanzha.trace.transactions import with_transactions
from fanzha.trace.what_if import TracedInputs, attribution_rows, claimed_minor

MADE = ("transfers", "payments", "flows", "disputed", "exits", "near_links", "gaps", "repairs", "attributions")

CaseAccount = tuple[str, Purse]  # case, (account, currency)
Row = tuple[Any, ...]


@dataclass(slots=True)
class Traced:
    """All that is known before it is written: transfers, payments, the ledger per payment, and per case.

    `chains[q]` are the rows of queue q, `moves` their schedule, `purses[q]` its account and currency: more than one queue may have one purse, for
    money that came back was set apart. `starts` gives the payment (its place in `payments`) of each transfer that is one.
    `back_of` gives the transfer by which another came back.
    """

    books: Mapping[Purse, Sequence[Leg]]
    transfers: Sequence[Transfer]
    payments: Sequence[Payment]
    book: Ledger
    purses: Sequence[Purse]
    chains: Sequence[Sequence[Entry]]
    moves: Sequence[Move]
    starts: Mapping[int, int]
    repairs: Sequence[Repair]
    back_of: Mapping[int, int]
    sums: dict[CaseAccount, Sums] = field(default_factory=lambda: defaultdict(Sums))
    tiers: dict[CaseAccount, int] = field(default_factory=dict)
    arrived: dict[CaseAccount, int | None] = field(default_factory=dict)

    def case_of(self, label: int) -> str:
        """The case of a payment; a label is the payment's place in the list."""
        return self.payments[label].stated.case_id

    def inputs(self) -> TracedInputs:
        """What the attribution was made from, for other rules and for explanations."""
        return TracedInputs(self.purses, self.chains, {t.number: t for t in self.transfers}, self.payments)


def trace(engine: Tables, as_of: int) -> tuple[str, ...]:
    """Make transfers, payments, flows, disputed, exits, gaps, repairs and attributions from legs up to `as_of` (UTC ms), mentions, cases,
    accounts and entities.

    Adds near_links of kind shared_account to those that linking made (its own of an earlier run are replaced). Returns
    the names of the tables made.
    """
    traced = followed(engine, as_of)
    engine.replace_rows("transfers", [_transfer_row(t) for t in traced.transfers])
    engine.replace_rows("payments", sorted((_payment_row(p) for p in traced.payments), key=lambda r: r[:4]))
    engine.replace_rows("flows", flow_rows(traced))
    disputed = disputed_rows(traced)
    engine.replace_rows("disputed", disputed)
    engine.replace_rows("exits", exit_rows(traced))
    failed = [Failed(*row) for row in engine.rows(FAILED_SQL, (as_of,))]
    engine.replace_rows("gaps", gap_rows(_held(traced), traced.books, _own_chains(traced), failed, as_of))
    engine.replace_rows("repairs", traced.repairs)
    worked_out = {"fifo": traced.sums}  # it is what `disputed` shows
    engine.replace_rows("attributions", attribution_rows(traced.inputs(), traced.moves, known=worked_out))
    links = engine.rows(KEPT_SQL) + shared_accounts(
        (row[0], row[1], row[4]) for row in disputed if not is_transaction(row[1])
    )
    engine.replace_rows("near_links", sorted(links))
    return MADE


def followed(engine: Tables, as_of: int) -> Traced:
    """What the records up to `as_of` (UTC ms) show; nothing is written."""
    legs = [Leg(*row) for row in engine.rows(LEGS_SQL, (as_of,))]
    reports = [Report(*row) for row in engine.rows(REPORTS_SQL)]
    bound: list[Bound] = [(row[0], row[1], row[2], row[3]) for row in engine.rows(BOUND_SQL)]
    return follow(legs, reports, engine.rows(STATED_SQL), bound, dict(engine.rows(HOLDERS_SQL)))


def traced_inputs(engine: Tables, as_of: int) -> TracedInputs:
    """What `what_if` and `explain` work on, followed anew up to `as_of` (UTC ms)."""
    return followed(engine, as_of).inputs()


def follow(
    legs: Sequence[Leg],
    reports: Iterable[Report],
    mentions: Iterable[Row],
    bound: Sequence[Bound] = (),
    holder_of: Mapping[str, str] | None = None,
) -> Traced:
    """Pair, repair, match, attribute and add up. `mentions` are rows of STATED_SQL, `bound` of BOUND_SQL; `holder_of` gives
    the entity that each account is of."""
    alias = same_purses(legs, bound)
    legs = with_transactions(one_purse(legs, alias))
    books = statements(legs)
    found_pairs = paired(legs)
    back_of = returned(found_pairs.transfers)
    transfers, more = seen_on_chain(named(found_pairs.transfers, back_of), books)
    if more:
        books = statements([*legs, *more])
    reports = list(reports)
    payments = match_payments(stated_to(stated_payments(reports, mentions), alias), transfers, books)
    payments = further_payments(reports, payments, transfers, books)
    spent = spendings(transfers)
    repairs = sorted(
        {
            *found_pairs.repairs,
            *repairs_of(back_of, transfers),
            *own_accounts(transfers, holder_of or {}),
            *marks(transfers, spent),
        },
        key=lambda one: (one.transfer, one.kind, one.other),
    )
    return attributed(books, transfers, payments, repairs, back_of, spent)


def attributed(
    books: Mapping[Purse, Sequence[Leg]],
    transfers: Sequence[Transfer],
    payments: Sequence[Payment],
    repairs: Sequence[Repair],
    back_of: Mapping[int, int],
    spent: Mapping[int, int],
) -> Traced:
    """Whose money is where, from what was paired, repaired and matched. Transfers are numbered from 1, in their order."""
    starts = {p.transfer.number: label for label, p in enumerate(payments) if p.transfer is not None}
    reach = reached((p.transfer for p in payments if p.transfer is not None), transfers, books, back_of)
    purses, rows = set_apart(reach, chains(reach, books, transfers), transfers, back_of, starts)
    purses, rows = outputs_apart(purses, rows, transfers, spent)
    moves = schedule(rows)  # the same under every rule
    found = carry(moves, len(rows), starts)
    by_number = {t.number: t for t in transfers}
    entered = {entry.transfer for chain in rows for entry in chain if entry.change > 0}
    # a payment that only a statement outside the reached accounts shows (the victim's own) still arrives somewhere
    for number, label in sorted(starts.items()):
        found.begin(number, label, by_number[number].amount)
    book = ledger(found, by_number, purses, entered)
    book.exits = [one for one in book.exits if one.transfer is None or not one.transfer.fee]  # a fee is no way out
    traced = Traced(books, transfers, payments, book, purses, rows, moves, starts, repairs, back_of)
    _add_claimed(traced)
    _add_up(traced)
    return traced


def _held(traced: Traced) -> dict[Purse, int]:
    """Disputed money in each account that it reached, of all cases together."""
    held: dict[Purse, int] = defaultdict(int)
    for (_, purse), sums in traced.sums.items():
        held[purse] += sums.held
    return dict(sorted(held.items()))


def _own_chains(traced: Traced) -> dict[Purse, Sequence[Entry]]:
    """The chain of each statement; a queue of money set apart stands after it and is none."""
    own: dict[Purse, Sequence[Entry]] = {}
    for purse, chain in zip(traced.purses, traced.chains, strict=True):
        own.setdefault(purse, chain)
    return own


def _add_claimed(traced: Traced) -> None:
    """Payments that no statement shows: what the victim says arrived where nothing is known yet."""
    for label, payment in enumerate(traced.payments):
        stated = payment.stated
        if payment.state == "claimed":
            sums = traced.book.sums[label, (stated.payee, stated.currency)]
            amount = claimed_minor(payment)
            sums.received += amount
            sums.unlocated += amount
            if amount:
                traced.book.exits.append(
                    Exit(label, stated.payee, stated.currency, "file_ends", stated.at_ms, amount, None)
                )


def _add_up(traced: Traced) -> None:
    """Sums, tiers and first arrival per case. Movements come in the order the money moved, so one pass gives the tiers:
    the tier of an account is one more than the lowest its payer had by then (a time-respecting path, the shortest)."""
    for (label, purse), sums in traced.book.sums.items():
        total = traced.sums[traced.case_of(label), purse]
        total.received += sums.received
        total.passed += sums.passed
        total.exited += sums.exited
        total.held += sums.held
        total.unlocated += sums.unlocated
    for payment in traced.payments:
        if payment.state == "claimed":
            _reach(
                traced, payment.stated.case_id, (payment.stated.payee, payment.stated.currency), 1, payment.stated.at_ms
            )
    for one in traced.book.carried:
        transfer = one.transfer
        case_id = traced.case_of(one.label)
        payee: Purse = (transfer.payee, transfer.currency)
        tier = 1 if one.fresh else traced.tiers[case_id, (transfer.payer, transfer.currency)] + 1
        if (case_id, payee) in traced.sums and transfer.payee:
            arrived = transfer.in_leg.at_ms if transfer.in_leg is not None else transfer.at_ms
            _reach(traced, case_id, payee, tier, arrived)


def _reach(traced: Traced, case_id: str, purse: Purse, tier: int, at_ms: int | None) -> None:
    key = (case_id, purse)
    traced.tiers[key] = min(tier, traced.tiers.get(key, tier))
    known = traced.arrived.get(key)
    traced.arrived[key] = at_ms if known is None else known if at_ms is None else min(known, at_ms)


def flow_rows(traced: Traced) -> list[Row]:
    """One row per case and transfer that carried its disputed money."""
    carried: dict[tuple[str, int], int] = defaultdict(int)
    by_number: dict[int, Transfer] = {}
    for one in traced.book.carried:
        carried[traced.case_of(one.label), one.transfer.number] += one.amount
        by_number[one.transfer.number] = one.transfer
    rows: list[Row] = []
    for (case_id, number), amount in carried.items():
        t = by_number[number]
        tier = traced.tiers.get((case_id, (t.payee, t.currency)))
        if tier is None:
            tier = traced.tiers[case_id, (t.payer, t.currency)] + 1
        payee = "" if t.exit else t.payee
        rows.append((case_id, number, t.payer, payee, tier, t.at_ms, t.amount, amount, t.currency, t.exit))
    return sorted(rows, key=lambda r: (r[0], r[5], r[1]))


def disputed_rows(traced: Traced) -> list[Row]:
    """One row per case, account and currency."""
    names = _names(traced)
    innocent = _explanations(traced)
    rows: list[Row] = []
    for (case_id, purse), sums in traced.sums.items():
        key = (case_id, purse)
        account, currency = purse
        book = traced.books.get(purse, ())
        holder, bank = names.get(account, ("", ""))
        rows.append(
            (
                case_id,
                account,
                holder,
                bank,
                traced.tiers[key],
                traced.arrived[key],
                sums.received,
                sums.passed,
                sums.exited,
                sums.held,
                sums.unlocated,
                currency,
                bool(book),
                book[-1].at_ms if book else None,
                innocent.get(purse, "none"),
            )
        )
    return sorted(rows, key=lambda r: (r[0], r[4], r[1], r[11]))


def _explanations(traced: Traced) -> dict[Purse, str]:
    """The innocent explanation of each account that disputed money reached, over the money of all cases together."""
    came: dict[Purse, list[tuple[Leg, int]]] = defaultdict(list)
    went: dict[Purse, list[tuple[int, int]]] = defaultdict(list)
    came_back = {*traced.back_of, *traced.back_of.values()}  # neither way is anything that its holder did
    for one in traced.book.carried:
        transfer = one.transfer
        if transfer.number in came_back:
            continue
        if transfer.in_leg is not None:
            came[transfer.payee, transfer.currency].append((transfer.in_leg, one.amount))
        if not one.fresh:
            went[transfer.payer, transfer.currency].append((transfer.at_ms, one.amount))
    found = {}
    for purse, credits in came.items():
        arrived = min(leg.at_ms for leg, _ in credits)
        quick = sent_on_quickly(arrived, [(leg.at_ms, amount) for leg, amount in credits], went[purse])
        legs = sorted({(leg.file, leg.row): leg for leg, _ in credits}.items())
        found[purse] = explanation(traced.books[purse], arrived, [leg for _, leg in legs], quick)
    return found


def _names(traced: Traced) -> dict[str, tuple[str, str]]:
    """Holder and bank of each account: by its own statement, else as the other side's statements name them."""
    own: dict[str, tuple[str, str]] = {}
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for (account, _), book in sorted(traced.books.items()):
        for leg in book:
            if account not in own or own[account] == ("", ""):
                own[account] = (leg.holder, leg.bank)
            if leg.counter:
                told[leg.counter].add((leg.counter_holder, leg.counter_bank))
    for account, pairs in told.items():
        if own.get(account, ("", "")) == ("", ""):
            own[account] = max(pairs, key=lambda p: (p[0] != "", p[1] != "", p))
    return own


def exit_rows(traced: Traced) -> list[Row]:
    """One row per case, account, kind and transfer."""
    summed: dict[tuple[str, str, str, int | None, str, int | None], int] = defaultdict(int)
    places: dict[int | None, str] = {None: ""}
    for one in traced.book.exits:
        number = one.transfer.number if one.transfer is not None else None
        summed[traced.case_of(one.label), one.account, one.kind, one.at_ms, one.currency, number] += one.amount
        if one.transfer is not None:
            leg = one.transfer.out_leg
            places[number] = (leg.place or leg.merchant or leg.counter_bank) if leg is not None else ""
    rows: list[Row] = [
        (case_id, account, kind, at_ms, amount, currency, number, "" if kind == "file_ends" else places[number])
        for (case_id, account, kind, at_ms, currency, number), amount in summed.items()
    ]
    none_first = -(2**62)
    return sorted(
        rows,
        key=lambda r: (
            r[0],
            none_first if r[3] is None else r[3],
            -1 if r[6] is None else r[6],
            r[1],
            r[2],
            r[5],
            r[4],
        ),
    )


def _transfer_row(t: Transfer) -> Row:
    out_leg, in_leg = t.out_leg, t.in_leg
    return (
        t.number,
        t.payer,
        t.payee,
        t.at_ms,
        t.amount,
        t.currency,
        t.seen_by,
        out_leg.file if out_leg else None,
        out_leg.row if out_leg else None,
        in_leg.file if in_leg else None,
        in_leg.row if in_leg else None,
        t.exit,
    )


def _payment_row(payment: Payment) -> Row:
    s = payment.stated
    number = payment.transfer.number if payment.transfer is not None else None
    return s.case_id, s.file, s.row, s.n, s.payee, s.at_ms, s.amount, s.currency, number, payment.state
