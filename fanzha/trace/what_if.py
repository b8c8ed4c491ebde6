"""What would be where under another rule of attribution. Rows of table `attributions`; nothing is paired or followed again.

The order in which amounts move is the same under every rule (`attribute.schedule`), so it is worked out once and only the
parcels are moved again, once a rule. Poison is worked out per case and not per payment: two payments of one case may be the
same money, and no account may show more of a case than its balance. So are the rules that mix, where payments are very many.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.errors import InputError
from fanzha.trace.attribute import FEE, IN, LATE, OUT, UNSEEN_IN, UNSEEN_OUT, Attribution, Entry, Move, carry, schedule
from fanzha.trace.ledger import Ledger, Sums, ledger
from fanzha.trace.legs import Purse
from fanzha.trace.pair import Transfer
from fanzha.trace.payments import Payment
from fanzha.trace.rules import RULES, pot_of

CaseAccount = tuple[str, Purse]  # case, (account, currency)
Row = tuple[Any, ...]

# With more payments a rule that mixes tells cases apart and not payments: an amount that left an account into which
# thousands of victims paid would carry thousands of parcels to every account behind it. Sums of a case differ by rounding only.
PAYMENTS_MAX = 300

# No person paid more (minor units); such a figure is shown as it was stated, and no sum is made of it.
CLAIM_MAX = 2**53


@dataclass(frozen=True, slots=True)
class TracedInputs:
    """What the attribution of `follow` was made from: the reached purses, their chains, all transfers, the victims' payments.

    `chains[q]` belongs to `purses[q]`; a purse may have several, for money that came back was set apart. The label of a
    payment is its place in `payments`.
    """

    purses: Sequence[Purse]
    chains: Sequence[Sequence[Entry]]
    transfers: Mapping[int, Transfer]
    payments: Sequence[Payment]

    def cases(self) -> list[str]:
        """The cases of the payments, in order; a case's place is its label where payments are not told apart."""
        return sorted({payment.stated.case_id for payment in self.payments})

    def by_case(self, rule: str) -> bool:
        """Whether a label is a case (by its place in `cases`) and not a payment under this rule."""
        pot = pot_of(rule)
        return not pot.conserves or (pot.mixes and len(self.payments) > PAYMENTS_MAX)

    def labels(self, rule: str) -> dict[int, int]:
        """Label of each transfer that is a victim's payment."""
        found = {p.transfer.number: label for label, p in enumerate(self.payments) if p.transfer is not None}
        if not self.by_case(rule):
            return found
        number = {case_id: place for place, case_id in enumerate(self.cases())}
        return {transfer: number[self.payments[label].stated.case_id] for transfer, label in found.items()}


def attribution_rows(
    inputs: TracedInputs,
    moves: Sequence[Move] | None = None,
    rules: Sequence[str] = RULES,
    known: Mapping[str, Mapping[CaseAccount, Sums]] | None = None,
) -> list[Row]:
    """Rows of table `attributions`: case, account, currency, rule, received, passed, exited, held, unlocated (minor units).

    `moves` is the schedule of the chains, if the caller has it; `known` the sums of rules that the caller worked out already.
    The rows of rule fifo equal table `disputed`. Under each rule but poison received == passed + exited + held + unlocated, and over all accounts of a case what its victims paid,
    less what was in dispute already when they paid it, is held, left the accounts or is unlocated.

    An account that a rule does not reach has no row of that rule. A rule that mixes and has no row at all was too large to
    work out (`attribute.PARCELS_MAX`). NotFound for an unknown rule.
    """
    shorter = pruned(schedule(inputs.chains) if moves is None else moves, len(inputs.chains), inputs.labels(RULES[0]))
    rows: list[Row] = []
    for rule in rules:
        try:
            found = known[rule] if known and rule in known else what_if(inputs, rule, shorter)
        except InputError:  # said by the absence of the rule; first in, first out is never left out
            continue
        for (case_id, (account, currency)), s in found.items():
            rows.append((case_id, account, currency, rule, s.received, s.passed, s.exited, s.held, s.unlocated))
    return sorted(rows)


def what_if(inputs: TracedInputs, rule: str, moves: Sequence[Move] | None = None) -> Mapping[CaseAccount, Sums]:
    """Sums per case and account under a rule; `moves` is the schedule of the chains, whole or `pruned`.

    InputError where a rule that mixes is too large to work out.
    """
    book = _book(inputs, rule, schedule(inputs.chains) if moves is None else moves)
    names = inputs.cases() if inputs.by_case(rule) else [p.stated.case_id for p in inputs.payments]
    sums: dict[CaseAccount, Sums] = defaultdict(Sums)
    for (label, purse), one in book.sums.items():
        sums[names[label], purse].add(one)
    for payment in inputs.payments:
        if payment.state == "claimed":  # no statement shows it: it arrived where nothing is known yet
            stated, amount = payment.stated, claimed_minor(payment)
            sums[stated.case_id, (stated.payee, stated.currency)].add(Sums(received=amount, unlocated=amount))
    return dict(sums)


def claimed_minor(payment: Payment) -> int:
    """What a payment that no statement shows adds to sums (minor units): as stated, 0 where unknown or beyond CLAIM_MAX."""
    amount = payment.stated.amount or 0
    return amount if amount <= CLAIM_MAX else 0


def _book(inputs: TracedInputs, rule: str, moves: Sequence[Move]) -> Ledger:
    labels = inputs.labels(rule)
    found = carry(moves, len(inputs.chains), labels, rule)
    for number, label in sorted(labels.items()):
        found.begin(number, label, inputs.transfers[number].amount)
    entered = {move.transfer for move in moves if move.kind in (IN, LATE)}
    return ledger(found, inputs.transfers, inputs.purses, entered)


def pruned(moves: Sequence[Move], queues: int, payments: Container[int]) -> list[Move]:
    """A schedule without the rows that come before any disputed money can be in their queue, the same for every rule.

    Until then all in the queue is NOBODY's, so one parcel stands for its history. `payments` has the transfers that are
    victims' payments. Disputed money, transfers and losses are as with the whole schedule; totals of queues that disputed
    money never reaches are not.
    """
    totals, reached = [0] * queues, [False] * queues
    on_the_way: set[int] = set()  # transfers that may carry disputed money
    kept: list[Move] = []
    for move in moves:
        queue, kind = move.queue, move.kind
        known = move.transfer in on_the_way or move.transfer in payments
        if known and kind in (IN, LATE, FEE) and not reached[queue]:
            reached[queue] = True
            if totals[queue]:
                kept.append(move._replace(kind=UNSEEN_IN, amount=totals[queue]))
        if reached[queue] or (known and kind == OUT):
            if known or kind != FEE:
                kept.append(move)
            if kind == OUT:
                on_the_way.add(move.transfer)
        if reached[queue]:
            continue
        if kind in (OUT, UNSEEN_OUT):
            totals[queue] = max(0, totals[queue] - move.amount)
        elif kind in (IN, LATE, UNSEEN_IN):
            totals[queue] += move.amount
    return kept


def balances_at_end(inputs: TracedInputs) -> dict[Purse, int]:
    """All money in each reached account after the last row of its statement (minor units, never below zero)."""
    found: Attribution = carry(schedule(inputs.chains), len(inputs.chains), {})
    totals: dict[Purse, int] = defaultdict(int)
    for purse, total in zip(inputs.purses, found.totals, strict=True):
        totals[purse] += total
    return dict(totals)


def presumed(balance_at_end: int, held_minor: int, outcome: str) -> int:
    """Other money (minor units) in an account likeliest a mule's, that may be of victims unknown; a separate figure.

    `held_minor` is what is attributed there over all cases. Presumed money is a reason to look for more victims, as the
    2016 refund rules keep frozen what no known victim can claim. It is never part of a hold: no record ties it to anybody.
    """
    return max(0, balance_at_end - held_minor) if outcome == "mule" else 0
