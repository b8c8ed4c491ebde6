"""Find the transfer behind each payment that a victim states. Two payments never claim the same transfer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fanzha.trace.legs import Leg, Purse
from fanzha.trace.pair import Transfer
from fanzha.trace.stated import Stated

MATCH_MS = 86_400_000  # victims remember the day better than the hour; some reports give the day only


class Payment(NamedTuple):
    """A payment and what became of it: state found, claimed or missing; counted where the report tells only how many more there were
    (see `further`). It has a transfer where it was found or counted."""

    stated: Stated
    transfer: Transfer | None
    state: str


def match_payments(
    stated: Sequence[Stated], transfers: Sequence[Transfer], books: Mapping[Purse, Sequence[Leg]]
) -> list[Payment]:
    """Match by payee, amount (with the fee or without) and currency, the closest in time first (ties: file, row, n, number of
    the transfer).

    A payment without a moment is matched last, and only if one transfer not later than the report is left for it, or
    one from an account in the victim's name.
    """
    by_key: dict[tuple[str, int, str], list[Transfer]] = defaultdict(list)
    for transfer in transfers:
        by_key[transfer.payee, transfer.amount, transfer.currency].append(transfer)
        leg = transfer.out_leg
        if leg is not None and leg.amount > transfer.amount and not transfer.fee:
            # a victim states what was taken from the account, with the fee
            by_key[transfer.payee, leg.amount, transfer.currency].append(transfer)
    near = []
    for index, one in enumerate(stated):
        if one.amount is not None and one.at_ms is not None:
            for transfer in by_key.get((one.payee, one.amount, one.currency), ()):
                gap = abs(transfer.at_ms - one.at_ms)
                if gap <= MATCH_MS:
                    near.append((gap, one.file, one.row, one.n, transfer.number, index, transfer))
    near.sort(key=lambda item: item[:5])
    chosen: dict[int, Transfer] = {}
    used: set[int] = set()
    for *_, index, transfer in near:
        if index not in chosen and transfer.number not in used:
            chosen[index] = transfer
            used.add(transfer.number)
    for index, one in enumerate(stated):
        if index not in chosen and one.amount is not None and one.at_ms is None:
            left = [t for t in by_key.get((one.payee, one.amount, one.currency), ()) if t.number not in used]
            found = _only_one(one, left)
            if found is not None:
                chosen[index] = found
                used.add(found.number)
    return [
        Payment(one, chosen.get(index), "found" if index in chosen else _state(one, books))
        for index, one in enumerate(stated)
    ]


def _only_one(one: Stated, left: Sequence[Transfer]) -> Transfer | None:
    """The only transfer it can be; the payer's name decides between several."""
    before = [t for t in left if one.reported_ms is None or t.at_ms <= one.reported_ms]
    if len(before) == 1:
        return before[0]
    named = [t for t in before if one.victim and payer_name(t) == one.victim]
    return named[0] if len(named) == 1 else None


def payer_name(transfer: Transfer) -> str:
    """Name of the payer as either statement gives it, or ""."""
    if transfer.out_leg is not None and transfer.out_leg.holder:
        return transfer.out_leg.holder
    return transfer.in_leg.counter_holder if transfer.in_leg is not None else ""


def _state(one: Stated, books: Mapping[Purse, Sequence[Leg]]) -> str:
    """missing only if the payee's statement covers the moment and amount stated and does not show it; else claimed."""
    book = books.get((one.payee, one.currency))
    if not book or one.amount is None or one.at_ms is None:
        return "claimed"
    return "missing" if book[0].at_ms <= one.at_ms <= book[-1].at_ms else "claimed"
