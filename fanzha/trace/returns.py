"""Movements that came back: reversals, refunds, returned remittances. The money that returns is the money that left.

First in, first out would let a returned payment take whatever the other account held longest. A reversal undoes one
payment (冲正, 退汇): its money waits apart from the other account's until it returns.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from fanzha.trace.attribute import Entry
from fanzha.trace.legs import DAY_MS, Leg, Purse
from fanzha.trace.pair import Repair, Transfer
from fanzha.trace.words import has_whole_word, words

RETURN_MS = 7 * DAY_MS  # a returned remittance takes days; later it is a payment of its own (assumption)

Key = tuple[str, str, int]  # account, currency, amount


def returned(transfers: Sequence[Transfer]) -> dict[int, int]:
    """Number of a transfer -> number of the one by which it came back.

    The same amount between the same two accounts in the other direction, within RETURN_MS, and a sign: a word, the mark of
    the file, or one serial number for both rows of a statement. Of several the latest before; but where a side does not name
    the other account, only if there is one. Each transfer is used once.
    """
    backs = [t for t in transfers if not t.fee and _says_so(t)]
    serials = _by_serial(transfers)
    known = {t.number for t in backs}
    backs += [t for t in transfers if t.number not in known and not t.fee and _same_serial(t, serials) is not None]
    if not backs:
        return {}
    wanted = {key for t in backs for key in ((t.payee, t.currency, t.amount), (t.payer, t.currency, t.amount))}
    by_payer: dict[Key, list[Transfer]] = defaultdict(list)
    by_payee: dict[Key, list[Transfer]] = defaultdict(list)
    for t in transfers:
        if t.fee:
            continue
        if t.payer and (t.payer, t.currency, t.amount) in wanted:
            by_payer[t.payer, t.currency, t.amount].append(t)
        if t.payee and not t.payer and (t.payee, t.currency, t.amount) in wanted:
            by_payee[t.payee, t.currency, t.amount].append(t)
    found: dict[int, int] = {}
    used: set[int] = set()
    for back in sorted(backs, key=lambda t: t.number):
        if back.number in used:
            continue
        went = _same_serial(back, serials)
        if went is None or went in used:
            near = [
                t
                for t in (
                    *by_payer.get((back.payee, back.currency, back.amount), ()),
                    *by_payee.get((back.payer, back.currency, back.amount), ()),
                )
                if t.number not in used and _could_return(t, back)
            ]
            went = _chosen(near, back)
        if went is not None:
            found[went] = back.number
            used |= {went, back.number}
    return found


def named(transfers: Sequence[Transfer], back_of: Mapping[int, int]) -> list[Transfer]:
    """The transfers, where one of the two names the account that the other leaves out; what came back left by no exit."""
    done = list(transfers)
    for number, back in sorted(back_of.items()):
        went, came = done[number - 1], done[back - 1]
        payer, payee = went.payer or came.payee, went.payee or came.payer
        done[number - 1] = went._replace(payer=payer, payee=payee, exit="")
        done[back - 1] = came._replace(payer=payee, payee=payer, exit="")
    return done


def repairs_of(back_of: Mapping[int, int], transfers: Sequence[Transfer]) -> list[Repair]:
    """One repair for each transfer that came back."""
    return [Repair(number, "reversal", back, transfers[number - 1].amount) for number, back in sorted(back_of.items())]


def set_apart(
    purses: Sequence[Purse],
    rows: Sequence[Sequence[Entry]],
    transfers: Sequence[Transfer],
    back_of: Mapping[int, int],
    starts: Collection[int],
) -> tuple[list[Purse], list[list[Entry]]]:
    """The chains, with a queue of its own for each payment that came back; its purse is that of who had it meanwhile.

    Where that account's own statement shows both rows, they are taken out of its chain, if the money can have lain there all
    the time; if it was spent before it was paid back, first in, first out stays. Where neither row names an account, the
    movement did not take place: both rows go, and the balances between them are as if they had never been.
    """
    all_purses, chains = list(purses), [list(chain) for chain in rows]
    numbers = {*back_of, *back_of.values()}
    out: dict[int, int] = {}
    into: dict[int, int] = {}
    for queue, chain in enumerate(chains):
        for entry in chain:
            if entry.transfer in numbers:
                (out if entry.change < 0 else into)[entry.transfer] = queue
    for number, back in sorted(back_of.items()):
        went = transfers[number - 1]
        if number not in out and number not in into and number not in starts:
            continue
        if not went.payee:
            if number in out and out[number] == into.get(back):
                _take_out(chains[out[number]], number, back)
            continue
        if number in into or back in out:
            own = into.get(number)
            if own is None or own != out.get(back) or not _lay_there(chains[own], number, back):
                continue
            _take_out(chains[own], number, back)
        all_purses.append((went.payee, went.currency))
        chains.append([_entry(went, went.amount), _entry(transfers[back - 1], -went.amount)])
    return all_purses, chains


def _says_so(t: Transfer) -> bool:
    return any(
        leg is not None and (leg.reversal or has_whole_word(leg.summary.lower(), words().reversals))
        for leg in (t.out_leg, t.in_leg)
    )


def _by_serial(transfers: Iterable[Transfer]) -> dict[tuple[str, str, str, int], int]:
    """The last outgoing transfer of each account, serial number, currency and amount. Not on block chains, where one
    transaction moves many things."""
    chains = words().wallets
    return {
        (t.payer, t.out_leg.serial, t.currency, t.amount): t.number
        for t in transfers
        if t.out_leg is not None and t.out_leg.serial and not t.payer.startswith(chains)
    }


def _same_serial(t: Transfer, serials: Mapping[tuple[str, str, str, int], int]) -> int | None:
    """Number of the transfer that left the same account under the same serial number before."""
    if t.in_leg is None or not t.in_leg.serial:
        return None
    went = serials.get((t.payee, t.in_leg.serial, t.currency, t.amount))
    return went if went is not None and went < t.number else None


def _could_return(went: Transfer, back: Transfer) -> bool:
    return (
        went.number < back.number
        and back.at_ms - went.at_ms <= RETURN_MS
        and (went.payer == back.payee or not went.payer or not back.payee)
        and (went.payee == back.payer or not went.payee or not back.payer)
        and went.payer != went.payee
    )


def _chosen(near: Sequence[Transfer], back: Transfer) -> int | None:
    full = [t for t in near if t.payer and t.payee and back.payer and back.payee]
    if full:
        return max(t.number for t in full)
    return near[0].number if len({t.number for t in near}) == 1 else None


def _lay_there(chain: Sequence[Entry], number: int, back: int) -> bool:
    """Whether no row between the two left less than the amount."""
    amount, inside = 0, False
    for entry in chain:
        if entry.transfer == back:
            return inside
        if entry.transfer == number:
            amount, inside = entry.change, True
        elif inside and entry.change < 0 and (entry.balance is None or entry.balance < amount):
            return False
    return False


def _take_out(chain: list[Entry], number: int, back: int) -> None:
    """Remove the two rows; the balances between them are less what they changed."""
    change, kept = 0, []
    for entry in chain:
        if entry.transfer == number:
            change = entry.change
        elif entry.transfer == back:
            change = 0
        else:
            kept.append(entry if entry.balance is None else entry._replace(balance=entry.balance - change))
    chain[:] = kept


def _entry(t: Transfer, change: int) -> Entry:
    leg: Leg | None = (t.in_leg or t.out_leg) if change > 0 else (t.out_leg or t.in_leg)
    if leg is None:
        raise ValueError("a transfer has at least one leg")
    return Entry(leg.at_ms, leg.file, leg.row, t.number, change, None)
