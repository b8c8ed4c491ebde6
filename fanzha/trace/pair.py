"""Pair the two legs of a transfer: what the payer's bank shows and what the payee's bank shows are one movement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from fanzha.clean.value import could_be
from fanzha.trace.exits import exit_kind
from fanzha.trace.legs import Leg

WINDOW_MS = 600_000  # the two banks' clocks and batches may differ by ten minutes


class Transfer(NamedTuple):
    """One movement between two accounts; `payer` or `payee` is "" where unknown. At least one leg is there."""

    number: int
    payer: str
    payee: str
    at_ms: int
    amount: int
    currency: str
    out_leg: Leg | None
    in_leg: Leg | None
    exit: str

    @property
    def seen_by(self) -> str:
        """Whose statement shows it: payer, payee or both."""
        if self.out_leg is None:
            return "payee"
        return "payer" if self.in_leg is None else "both"


Key = tuple[str, ...]


def pair(legs: Iterable[Leg]) -> list[Transfer]:
    """Transfers numbered from 1 by time, then file and row.

    First legs that name each other; then a leg whose statement names no other account, or a masked one, with a leg that
    names it. Two legs that name nobody are never paired. Each leg is used once; the same legs give the same transfers
    whatever their order.
    """
    outs: list[Leg] = []
    ins: list[Leg] = []
    for leg in legs:
        (outs if leg.direction == "out" else ins).append(leg)
    pairs: list[tuple[Leg | None, Leg | None]] = []
    for out_key, in_key in (
        (_both_out, _both_in),
        (_counter_if_named, _account_if_unnamed),  # the payee's statement does not name the payer
        (_account_if_unnamed, _counter_if_named),  # the payer's statement does not name the payee
    ):
        matched = _match(outs, out_key, ins, in_key)
        pairs += [(outs[i], ins[j]) for i, j in matched]
        used_out, used_in = {i for i, _ in matched}, {j for _, j in matched}
        outs = [leg for i, leg in enumerate(outs) if i not in used_out]
        ins = [leg for j, leg in enumerate(ins) if j not in used_in]
    pairs += [(leg, None) for leg in outs] + [(None, leg) for leg in ins]
    made = sorted((_transfer(out_leg, in_leg) for out_leg, in_leg in pairs), key=_order)
    return [transfer._replace(number=number) for number, transfer in enumerate(made, 1)]


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


def _match(
    outs: Sequence[Leg], out_key: Callable[[Leg], Key | None], ins: Sequence[Leg], in_key: Callable[[Leg], Key | None]
) -> list[tuple[int, int]]:
    """Greedy pairs in time order within each key, amount and currency, at most WINDOW_MS apart."""
    groups: dict[tuple[Key, int, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, legs, key_of in ((0, outs, out_key), (1, ins, in_key)):
        for index, leg in enumerate(legs):
            key = key_of(leg)
            if key is not None:
                groups[key, leg.amount, leg.currency][side].append(index)
    found: list[tuple[int, int]] = []
    for left, right in groups.values():
        left.sort(key=lambda i: (outs[i].at_ms, outs[i].file, outs[i].row))
        right.sort(key=lambda j: (ins[j].at_ms, ins[j].file, ins[j].row))
        found += _walk(outs, left, ins, right)
    return found


def _walk(outs: Sequence[Leg], left: Sequence[int], ins: Sequence[Leg], right: Sequence[int]) -> list[tuple[int, int]]:
    found = []
    taken: set[int] = set()
    start = 0
    for i in left:
        while start < len(right) and (right[start] in taken or ins[right[start]].at_ms < outs[i].at_ms - WINDOW_MS):
            start += 1
        for place in range(start, len(right)):
            j = right[place]
            if ins[j].at_ms > outs[i].at_ms + WINDOW_MS:
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
        return Transfer(
            0, out_leg.account, payee, out_leg.at_ms, out_leg.amount, out_leg.currency, out_leg, in_leg, kind
        )
    if in_leg is None:
        raise ValueError("a transfer has at least one leg")
    return Transfer(0, in_leg.counter, in_leg.account, in_leg.at_ms, in_leg.amount, in_leg.currency, None, in_leg, "")


def _order(transfer: Transfer) -> tuple[int, int, int, int]:
    leg = transfer.out_leg or transfer.in_leg
    if leg is None:
        raise ValueError("a transfer has at least one leg")
    return transfer.at_ms, leg.file, leg.row, 0 if transfer.out_leg else 1
