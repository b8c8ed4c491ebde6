"""Pair the two legs of a transfer: what the payer's bank shows and what the payee's bank shows are one movement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fanzha.clean.value import could_be
from fanzha.trace.clocks import Banks, banks_of, usual_shifts
from fanzha.trace.exits import exit_kind
from fanzha.trace.legs import WINDOW_MS, Leg
from fanzha.trace.repair import batch_matches, beside, fee_matches, is_fee, popular_accounts
from fanzha.trace.transactions import both_sides


class Transfer(NamedTuple):
    """One movement between two accounts; `payer` or `payee` is "" where unknown. At least one leg is there.

    `fee`: what an institution took for another movement. Where it was part of that movement's row, both have the same leg,
    and `amount` says which part of it each is.
    """

    number: int
    payer: str
    payee: str
    at_ms: int
    amount: int
    currency: str
    out_leg: Leg | None
    in_leg: Leg | None
    exit: str
    fee: bool = False

    @property
    def seen_by(self) -> str:
        """Whose statement shows it: payer, payee or both."""
        if self.out_leg is None:
            return "payee"
        return "payer" if self.in_leg is None else "both"

    @property
    def arrived_ms(self) -> int:
        """The moment by the clock of the payee's bank, where its statement shows it (UTC ms)."""
        return self.in_leg.at_ms if self.in_leg is not None else self.at_ms


class Repair(NamedTuple):
    """What was put right: kind of schema/repairs.yaml; `other` is the other transfer, -1 for none; minor units, ms."""

    transfer: int
    kind: str
    other: int = -1
    amount: int = 0
    shift_ms: int = 0


@dataclass(frozen=True, slots=True)
class Paired:
    """Transfers numbered from 1 by time, then file and row, and how those that did not agree were paired."""

    transfers: list[Transfer]
    repairs: list[Repair]


class Pair(NamedTuple):
    """Two legs, or one; `kind` "" where they agree."""

    out_leg: Leg | None
    in_leg: Leg | None
    kind: str = ""
    shift_ms: int = 0


Key = tuple[str, ...]
KeyOf = Callable[[Leg], Key | None]


def pair(legs: Iterable[Leg]) -> list[Transfer]:
    """The transfers of `paired`."""
    return paired(legs).transfers


def paired(legs: Iterable[Leg]) -> Paired:
    """Transfers numbered from 1 by time, then file and row, and the repairs.

    First legs that name each other; then a leg whose statement names no other account, or a masked one, with a leg that
    names it. Two legs that name nobody are never paired. Of what is left: the same, with the usual difference between the
    clocks of the two banks; then legs that differ by a fee; then legs that name one intermediary. Each leg is used once; the
    same legs give the same transfers whatever their order. The two sides of a row that a transaction is in are one row.
    """
    all_outs: list[Leg] = []
    all_ins: list[Leg] = []
    sides, rest = both_sides(legs)
    for leg in rest:
        (all_outs if leg.direction == "out" else all_ins).append(leg)
    pairs = [Pair(out, into, "fee" if out.amount > into.amount else "") for out, into in sides]
    outs, ins = all_outs, all_ins
    for out_key, in_key in PASSES:
        matched = [(i, j, 0) for i, j in _match(outs, out_key, ins, in_key)]
        outs, ins = _use(pairs, outs, ins, matched, "")
    if outs and ins:
        banks = banks_of([*all_outs, *all_ins])
        shifts = usual_shifts(all_outs, all_ins, banks)
        for out_key, in_key in PASSES if shifts else ():
            outs, ins = _use(pairs, outs, ins, _match_shifted((outs, out_key), (ins, in_key), banks, shifts), "clock")
        matched = [(i, j, 0) for i, j in fee_matches(outs, ins, banks, shifts)]
        outs, ins = _use(pairs, outs, ins, matched, "fee")
        matched = [(i, j, 0) for i, j in batch_matches(outs, ins, popular_accounts(all_outs, all_ins))]
        outs, ins = _use(pairs, outs, ins, matched, "batch")
    pairs += [Pair(leg, None) for leg in outs] + [Pair(None, leg) for leg in ins]
    return _numbered(pairs)


def _use(
    pairs: list[Pair], outs: list[Leg], ins: list[Leg], matched: Sequence[tuple[int, int, int]], kind: str
) -> tuple[list[Leg], list[Leg]]:
    """Note the pairs found; returns the legs that are left."""
    if not matched:
        return outs, ins
    pairs += [Pair(outs[i], ins[j], kind, shift) for i, j, shift in matched]
    used_out, used_in = {i for i, _, _ in matched}, {j for _, j, _ in matched}
    return (
        [leg for i, leg in enumerate(outs) if i not in used_out],
        [leg for j, leg in enumerate(ins) if j not in used_in],
    )


def _numbered(pairs: Iterable[Pair]) -> Paired:
    made: list[tuple[Transfer, Pair]] = []
    for one in pairs:
        transfer = _transfer(one.out_leg, one.in_leg)
        made.append((transfer, one))
        if one.kind == "fee" and one.out_leg is not None:
            taken = one.out_leg.amount - transfer.amount
            made.append((transfer._replace(payee="", amount=taken, in_leg=None, fee=True), one))
    made.sort(key=lambda item: _order(item[0]))
    transfers = [transfer._replace(number=number) for number, (transfer, _) in enumerate(made, 1)]
    repairs: list[Repair] = []
    for transfer, (_, one) in zip(transfers, made, strict=True):
        if one.kind == "fee" and not transfer.fee:
            fee = transfers[transfer.number]  # ordered right after the transfer it was taken for
            repairs.append(Repair(transfer.number, "fee", fee.number, fee.amount))
        elif one.kind in ("clock", "batch"):
            repairs.append(Repair(transfer.number, one.kind, shift_ms=one.shift_ms))
    return Paired(transfers, repairs + _fees_beside(transfers))


def _fees_beside(transfers: list[Transfer]) -> list[Repair]:
    """Mark rows of their own that are fees."""
    fees = [
        (t.number, t.out_leg) for t in transfers if t.out_leg is not None and t.in_leg is None and is_fee(t.out_leg)
    ]
    if not fees:
        return []
    others = [(t.number, leg) for t in transfers for leg in (t.out_leg, t.in_leg) if leg is not None and not t.fee]
    repairs = []
    for number, fee, amount in beside([one for one in fees if not transfers[one[0] - 1].fee], others):
        transfers[fee - 1] = transfers[fee - 1]._replace(exit="", fee=True)
        repairs.append(Repair(number, "fee", fee, amount))
    return repairs


def _named(leg: Leg) -> bool:
    return leg.counter != "" and "*" not in leg.counter


def _both_out(leg: Leg) -> Key | None:
    return (leg.account, leg.counter) if _named(leg) else None


def _both_in(leg: Leg) -> Key | None:
    return (leg.counter, leg.account) if _named(leg) else None


def _counter_if_named(leg: Leg) -> Key | None:
    return (leg.counter,) if _named(leg) else None


def _account_if_unnamed(leg: Leg) -> Key | None:
    return None if _named(leg) else (leg.account,)


PASSES: tuple[tuple[KeyOf, KeyOf], ...] = (
    (_both_out, _both_in),
    (_counter_if_named, _account_if_unnamed),  # the payee's statement does not name the payer
    (_account_if_unnamed, _counter_if_named),  # the payer's statement does not name the payee
)


def _groups(
    outs: Sequence[Leg], out_key: KeyOf, ins: Sequence[Leg], in_key: KeyOf
) -> list[tuple[list[int], list[int]]]:
    """Places of the legs of each key, amount and currency, in the order of time, file and row."""
    groups: dict[tuple[Key, int, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, legs, key_of in ((0, outs, out_key), (1, ins, in_key)):
        for index, leg in enumerate(legs):
            key = key_of(leg)
            if key is not None:
                groups[key, leg.amount, leg.currency][side].append(index)
    both = [(left, right) for left, right in groups.values() if left and right]
    for left, right in both:
        left.sort(key=lambda i: (outs[i].at_ms, outs[i].file, outs[i].row))
        right.sort(key=lambda j: (ins[j].at_ms, ins[j].file, ins[j].row))
    return both


def _match(outs: Sequence[Leg], out_key: KeyOf, ins: Sequence[Leg], in_key: KeyOf) -> list[tuple[int, int]]:
    """Greedy pairs in time order within each key, amount and currency, at most WINDOW_MS apart."""
    groups = _groups(outs, out_key, ins, in_key)
    return [found for left, right in groups for found in _walk(outs, left, ins, right, 0)]


def _match_shifted(
    outgoing: tuple[Sequence[Leg], KeyOf],
    incoming: tuple[Sequence[Leg], KeyOf],
    banks: Mapping[str, str],
    shifts: Mapping[Banks, int],
) -> list[tuple[int, int, int]]:
    """The same for each two banks whose usual shift is known, by it; with the shift."""
    outs, ins = outgoing[0], incoming[0]
    found: list[tuple[int, int, int]] = []
    for left, right in _groups(*outgoing, *incoming):
        payers: dict[str, list[int]] = defaultdict(list)
        payees: dict[str, list[int]] = defaultdict(list)
        for i in left:
            payers[banks.get(outs[i].account, "")].append(i)
        for j in right:
            payees[banks.get(ins[j].account, "")].append(j)
        used_out: set[int] = set()
        used_in: set[int] = set()
        for here in sorted(payers):
            for there in sorted(payees):
                shift = shifts.get((here, there), 0)
                if shift:
                    one = [i for i in payers[here] if i not in used_out]
                    two = [j for j in payees[there] if j not in used_in]
                    matched = _walk(outs, one, ins, two, shift)
                    found += [(i, j, shift) for i, j in matched]
                    used_out.update(i for i, _ in matched)
                    used_in.update(j for _, j in matched)
    return found


def _walk(
    outs: Sequence[Leg], left: Sequence[int], ins: Sequence[Leg], right: Sequence[int], shift: int
) -> list[tuple[int, int]]:
    found = []
    taken: set[int] = set()
    start = 0
    for i in left:
        at_ms = outs[i].at_ms + shift  # by the payee's clock
        while start < len(right) and (right[start] in taken or ins[right[start]].at_ms < at_ms - WINDOW_MS):
            start += 1
        for place in range(start, len(right)):
            j = right[place]
            if ins[j].at_ms > at_ms + WINDOW_MS:
                break
            if j not in taken and _agree(outs[i], ins[j]):
                taken.add(j)
                found.append((i, j))
                break
    return found


def _agree(out_leg: Leg, in_leg: Leg) -> bool:
    """Whether a masked counterparty may be the account of the other leg; a full one has been compared before."""
    return ("*" not in out_leg.counter or could_be(out_leg.counter, in_leg.account)) and (
        "*" not in in_leg.counter or could_be(in_leg.counter, out_leg.account)
    )


def _transfer(out_leg: Leg | None, in_leg: Leg | None) -> Transfer:
    if out_leg is not None:
        payee = in_leg.account if in_leg is not None else out_leg.counter
        kind = "" if in_leg is not None else exit_kind(out_leg)
        amount = in_leg.amount if in_leg is not None else out_leg.amount  # less where a fee was taken out of it
        return Transfer(0, out_leg.account, payee, out_leg.at_ms, amount, out_leg.currency, out_leg, in_leg, kind)
    if in_leg is None:
        raise ValueError("a transfer has at least one leg")
    return Transfer(0, in_leg.counter, in_leg.account, in_leg.at_ms, in_leg.amount, in_leg.currency, None, in_leg, "")


def _order(transfer: Transfer) -> tuple[int, int, int, int, bool]:
    leg = transfer.out_leg or transfer.in_leg
    if leg is None:
        raise ValueError("a transfer has at least one leg")
    return transfer.at_ms, leg.file, leg.row, 0 if transfer.out_leg else 1, transfer.fee
