"""One account's statement, row by row, with what of each row is in dispute and what is in the pot after it.

Every figure of table `disputed` for the account is the sum of lines here, and every line names its file and row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fanzha.errors import InputError, NotFound
from fanzha.trace.attribute import EARLY, FEE, IN, LATE, OUT, UNSEEN_OUT, Move, Step, carry, schedule
from fanzha.trace.legs import Purse
from fanzha.trace.rules import RULES, Parcel
from fanzha.trace.what_if import TracedInputs


@dataclass(frozen=True, slots=True)
class Share:
    """Money of one payment in the pot; of a case as a whole where `TracedInputs.by_case`, then file, row and n are None."""

    case_id: str
    file: int | None
    row: int | None
    n: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class ByRule:
    """What one rule says of a line, for the case asked about (minor units)."""

    disputed_change: int
    disputed_after: int


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the account, in the order in which it was worked through. Amounts are minor units.

    kind             row; opening (what was there before the first row); unseen_in, unseen_out (rows are missing before this
                     row, its balance says so); early (a row whose money came to the pot later, because clocks contradict each
                     other) and late (that money)
    file, row, at_ms of the row of the statement, or of the other side's where the row was put back (`put_back`)
    transfer         number of the transfer; None for opening and unseen money
    change, balance  as the row states them; for opening and unseen money by how much the pot changes, and None
    payment          the line is a payment that a victim of the case states
    disputed_change  of the case: below zero where it leaves
    others_change    of other cases
    pot_after        all money in the account == undisputed + disputed + others (under poison they overlap)
    shares           what is in dispute after the line, by payment (of every case)
    by_rule          the case's figures under each rule beside; one that is too large to work out is left out
    """

    kind: str
    file: int
    row: int
    put_back: bool
    at_ms: int
    transfer: int | None
    counter: str
    change: int
    balance: int | None
    payment: bool
    disputed_change: int
    others_change: int
    pot_after: int
    undisputed_after: int
    disputed_after: int
    others_after: int
    shares: tuple[Share, ...]
    by_rule: Mapping[str, ByRule]


def explain(
    inputs: TracedInputs,
    purse: Purse,
    case_id: str,
    rule: str = "fifo",
    beside: Sequence[str] = RULES,
    moves: Sequence[Move] | None = None,
) -> list[Line]:
    """The lines of one account and currency for one case by a rule, with the figures of the rules `beside` it.

    `moves` is the schedule of the chains, if the caller has it. Under every rule but poison `disputed_change` sums to what is held at the end, which is the last `disputed_after`.
    NotFound if no statement of the account is held or disputed money cannot have reached it; InputError where the rule
    is too large to work out.
    """
    queues = [queue for queue, one in enumerate(inputs.purses) if one == purse]
    if not queues:
        raise NotFound(
            f"no disputed money can have reached account {purse[0]} ({purse[1]}), or no statement of it is held",
            f"账户{purse[0]}（{purse[1]}）没有涉案资金可能到达，或未持有其流水",
            remedy="ask the bank for its statement and load it; `fanzha trace` shows the accounts reached",
            remedy_zh="请向开户银行调取流水并入库；可用 fanzha trace 查看已到达的账户",
        )
    moves = schedule(inputs.chains) if moves is None else moves
    found = {rule: _steps(inputs, moves, queues, rule)}
    for one in beside:
        if one != rule:
            try:
                found[one] = _steps(inputs, moves, queues, one)
            except InputError:  # said by its absence from `by_rule`
                continue
    names = {one: _names(inputs, one) for one in found}
    paid = {p.transfer.number for p in inputs.payments if p.transfer is not None and p.stated.case_id == case_id}
    lines = []
    for place, step in enumerate(found[rule]):
        if step.move.kind != FEE:  # a fee on the way never was in this pot; the row shows what came
            by_rule = {one: _by_rule(found[one][place], names[one], case_id) for one in beside if one in found}
            lines.append(_line(inputs, step, names[rule], case_id, by_rule, step.move.transfer in paid))
    return lines


def _steps(inputs: TracedInputs, moves: Sequence[Move], queues: Sequence[int], rule: str) -> list[Step]:
    """The moves of an account by a rule; the pot after each is that of all its queues together."""
    pots: dict[int, Step] = {}
    whole = []
    for step in carry(moves, len(inputs.chains), inputs.labels(rule), rule, queues).steps:
        pots[step.move.queue] = step
        labelled = [parcel for queue in sorted(pots) for parcel in pots[queue].labelled]
        whole.append(step._replace(total=sum(pot.total for pot in pots.values()), labelled=labelled))
    return whole


def _names(inputs: TracedInputs, rule: str) -> list[Share]:
    """What each label is, as a share of nothing."""
    if inputs.by_case(rule):
        return [Share(case_id, None, None, None, 0) for case_id in inputs.cases()]
    stated = [payment.stated for payment in inputs.payments]
    return [Share(s.case_id, s.file, s.row, s.n, 0) for s in stated]


def _line(
    inputs: TracedInputs,
    step: Step,
    names: Sequence[Share],
    case_id: str,
    by_rule: Mapping[str, ByRule],
    is_payment: bool,
) -> Line:
    move = step.move
    account, currency = inputs.purses[move.queue]
    entry = inputs.chains[move.queue][move.place]
    transfer = inputs.transfers[move.transfer]
    seen = move.kind in (IN, OUT, EARLY, LATE)
    outward = move.kind in (OUT, UNSEEN_OUT)
    leg = transfer.out_leg if entry.change < 0 else transfer.in_leg
    mine = _sum(step.labelled, names, case_id)
    everybody = sum(parcel.amount for parcel in step.labelled)
    moved = _by_rule(step, names, case_id).disputed_change
    all_moved = sum(parcel.amount for parcel in step.parcels) * (-1 if outward else 1)
    return Line(
        kind=_kind(step),
        file=entry.file,
        row=entry.row,
        put_back=leg is None or (leg.account, leg.currency) != (account, currency),
        at_ms=entry.at_ms,
        transfer=move.transfer if seen else None,
        counter=(transfer.payee if entry.change < 0 else transfer.payer) if seen else "",
        change=entry.change if seen else -move.amount if outward else move.amount,
        balance=entry.balance if seen else None,
        payment=seen and is_payment,
        disputed_change=moved,
        others_change=all_moved - moved,
        pot_after=step.total,
        undisputed_after=max(0, step.total - everybody),
        disputed_after=mine,
        others_after=everybody - mine,
        shares=tuple(_shares(step.labelled, names)),
        by_rule=by_rule,
    )


def _kind(step: Step) -> str:
    """The word of a line."""
    move = step.move
    if move.kind in (IN, OUT):
        return "row"
    if move.kind in (EARLY, LATE):
        return move.kind
    return "opening" if move.place == 0 else move.kind


def _by_rule(step: Step, names: Sequence[Share], case_id: str) -> ByRule:
    moved = _sum(step.parcels, names, case_id)
    if step.move.kind in (OUT, UNSEEN_OUT):
        moved = -moved
    return ByRule(moved, _sum(step.labelled, names, case_id))


def _sum(parcels: Iterable[Parcel], names: Sequence[Share], case_id: str) -> int:
    return sum(parcel.amount for parcel in parcels if names[parcel.label].case_id == case_id)


def _shares(parcels: Iterable[Parcel], names: Sequence[Share]) -> list[Share]:
    """What each label has in the pot, by label."""
    summed: dict[int, int] = {}
    for parcel in parcels:
        summed[parcel.label] = summed.get(parcel.label, 0) + parcel.amount
    found = []
    for label, amount in sorted(summed.items()):
        one = names[label]
        found.append(Share(one.case_id, one.file, one.row, one.n, amount))
    return found
