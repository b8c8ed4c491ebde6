"""What the rows of a chain of outputs tell besides: which output was spent, what is change, who paid in together.

An address is no pot: a transaction spends one output of it whole, and says which. So an output and its spending are a
queue of their own, and no rule of attribution decides between the outputs of an address. The rule decides only inside a
transaction. Inputs spent together and change: Meiklejohn et al., "A Fistful of Bitcoins" (IMC 2013); joint
transactions: Maxwell, "CoinJoin" (2013). Both are signs and no proof; nothing is attributed by them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from fanzha.clean.transaction import is_transaction
from fanzha.trace.attribute import Entry
from fanzha.trace.legs import Purse
from fanzha.trace.pair import Repair, Transfer

CHAIN = "BTC:"  # only its addresses spend outputs here
JOINT_MIN = 3  # outputs of one amount in a transaction of as many payers: a joint transaction (assumption)


def spendings(transfers: Sequence[Transfer]) -> dict[int, int]:
    """Number of the transfer that made an output -> number of the one that spends it, of one address, serial and amount."""
    born: dict[tuple[str, str, str, int], int] = {}
    for t in transfers:
        if is_transaction(t.payer) and t.in_leg is not None and t.in_leg.serial:
            born.setdefault((t.payee, t.in_leg.serial, t.currency, t.amount), t.number)
    found: dict[int, int] = {}
    for t in transfers:
        if is_transaction(t.payee) and t.out_leg is not None and t.out_leg.serial:
            number = born.get((t.payer, t.out_leg.serial, t.currency, t.amount))
            if number is not None:
                found.setdefault(number, t.number)
    return found


def outputs_apart(
    purses: Sequence[Purse],
    rows: Sequence[Sequence[Entry]],
    transfers: Sequence[Transfer],
    spent: Mapping[int, int],
) -> tuple[list[Purse], list[list[Entry]]]:
    """The chains, with a queue of its own for each output that an address spent; the purse is that of the address.

    Where no file shows how the output was made, the queue begins with its spending: what else lies at the address did not
    pay for it. `transfers[n - 1]` has number n.
    """
    all_purses, chains = list(purses), [list(chain) for chain in rows]
    born = {number: origin for origin, number in spent.items()}
    for queue, purse in enumerate(purses):
        if is_transaction(purse[0]) or not purse[0].startswith(CHAIN):
            continue
        left = {
            e.transfer: e for e in chains[queue] if e.change < 0 and is_transaction(transfers[e.transfer - 1].payee)
        }
        if not left:
            continue
        made = {e.transfer: e for e in chains[queue] if e.change > 0}
        gone = set(left)
        for number, entry in left.items():
            origin = made.get(born.get(number, 0))
            all_purses.append(purse)
            chains.append([entry] if origin is None else [origin, entry])
            gone |= set() if origin is None else {origin.transfer}
        chains[queue] = [e for e in chains[queue] if e.transfer not in gone]
    return all_purses, chains


def marks(transfers: Sequence[Transfer], spent: Mapping[int, int]) -> list[Repair]:
    """What a reader must know of transfers into and out of transactions: kinds of schema/repairs.yaml.

    same_output   made here, spent by the other transfer: a record, no rule
    split_by_rule out of a transaction of several payers and several payees: the rule decides whose money it is
    change        back to an address that paid in
    co_spent      paid in together with another address (`other`), and no sign of a joint transaction
    """
    found = [Repair(number, "same_output", other, transfers[number - 1].amount) for number, other in spent.items()]
    paid_in: dict[Purse, list[Transfer]] = defaultdict(list)
    paid_out: dict[Purse, list[Transfer]] = defaultdict(list)
    for t in transfers:
        if is_transaction(t.payee):
            paid_in[t.payee, t.currency].append(t)
        elif is_transaction(t.payer) and not t.fee:
            paid_out[t.payer, t.currency].append(t)
    for purse, came in paid_in.items():
        went = paid_out.get(purse, [])
        payers = {t.payer for t in came}
        if len(came) > 1 and len(went) > 1:
            found += [Repair(t.number, "split_by_rule", amount=t.amount) for t in went]
        found += [Repair(t.number, "change", amount=t.amount) for t in went if t.payee in payers]
        if len(payers) > 1 and not joint(came, went):
            first = came[0]
            found += [Repair(t.number, "co_spent", first.number, t.amount) for t in came if t.payer != first.payer]
    return found


def joint(came: Sequence[Transfer], went: Sequence[Transfer]) -> bool:
    """Whether several payers may have paid each their own: as many outputs of one amount as JOINT_MIN, no more than payers."""
    equal = max(Counter(t.amount for t in went).values(), default=0)
    return JOINT_MIN <= equal <= len({t.payer for t in came})
