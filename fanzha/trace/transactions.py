"""A transaction of inputs and outputs as a purse: addresses pay in, addresses are paid, what is left over is the network's fee.

Which input paid which output is not knowable: there is none on the chain. The purse is worked through by the rule of
attribution as any account is, and `outputs.marks` says on each transfer where the rule and not the record decided.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fanzha.clean.transaction import is_transaction
from fanzha.trace.legs import Leg

# What inputs have over outputs is the fee. More than this is an output that no file shows; assumptions.
FEE_FLAT, FEE_ONE_IN = 1_000_000, 10  # satoshi; else at most one tenth of what was paid in
COINS_MAX = 21 * 10**14  # satoshi that can ever be: beyond, the rows are forged or of another chain

Side = tuple[Leg, Leg]  # outgoing and incoming leg of one movement


def with_transactions(legs: Sequence[Leg]) -> list[Leg]:
    """The legs, and for each row of an address that names a transaction the same row seen from the transaction.

    The last output's row, seen from there, bears the fee: no row of a dump does.
    """
    sides: dict[tuple[str, str], tuple[list[Leg], list[Leg]]] = defaultdict(lambda: ([], []))
    for leg in legs:
        if is_transaction(leg.counter):
            came = leg.direction == "out"  # what left an address came into the transaction
            sides[leg.counter, leg.currency][0 if came else 1].append(_seen_from_it(leg))
    made = list(legs)
    for came_in, went_out in sides.values():
        fee = fee_of([leg.amount for leg in came_in], [leg.amount for leg in went_out])
        went_out.sort(key=lambda leg: (leg.at_ms, leg.file, leg.row))
        if fee:
            went_out[-1] = went_out[-1]._replace(amount=went_out[-1].amount + fee)
        made += [*came_in, *went_out]
    return made


def _seen_from_it(leg: Leg) -> Leg:
    return leg._replace(
        account=leg.counter,
        direction="in" if leg.direction == "out" else "out",
        counter=leg.account,
        holder="",
        counter_holder=leg.holder,
        bank="",
        counter_bank=leg.bank,
        balance=None,
    )


def fee_of(paid_in: Sequence[int], paid_out: Sequence[int]) -> int:
    """The fee in satoshi; 0 where one side is not held, or what is left over is more than a fee."""
    whole = sum(paid_in)
    left = whole - sum(paid_out)
    if not paid_in or not paid_out or whole > COINS_MAX:
        return 0
    return left if 0 < left <= max(FEE_FLAT, whole // FEE_ONE_IN) else 0


def both_sides(legs: Iterable[Leg]) -> tuple[list[Side], list[Leg]]:
    """The movements into and out of transactions, both legs of each, and the legs that are of none."""
    ours: dict[tuple[int, int], Leg] = {}
    rest: list[Leg] = []
    for leg in legs:
        if is_transaction(leg.account):
            ours[leg.file, leg.row] = leg
        else:
            rest.append(leg)
    if not ours:
        return [], rest
    found: list[Side] = []
    others: list[Leg] = []
    for leg in rest:
        made = ours.get((leg.file, leg.row)) if is_transaction(leg.counter) else None
        if made is None:
            others.append(leg)
        else:
            found.append((leg, made) if leg.direction == "out" else (made, leg))
    return found, others
