"""Shapes in which a house moves money from one tier to the next: the typologies of IBM AMLworld, laid over the tiers.

Each takes the account that holds the money and gives the accounts that come next, layer by layer. `few(n)` picks n
accounts of the house at random, `standing(n)` those n in which it gathers at this time of the day, the same for everybody.
Source of the names: Altman et al., "Realistic synthetic financial transactions for anti-money laundering models", 2023.
"""

from collections.abc import Callable
from typing import NamedTuple

Accounts = tuple[int, ...]
Some = Callable[[int], Accounts]


class Layer(NamedTuple):
    """Accounts among which the money is split; `waits`: it stays there until more has been gathered."""

    accounts: Accounts
    waits: bool = False


Layers = tuple[Layer, ...]
Shape = Callable[[int, Some, Some, int], Layers]


def fan_out(source: int, few: Some, standing: Some, width: int) -> Layers:
    """One account to several."""
    return (Layer(few(width)),)


def fan_in(source: int, few: Some, standing: Some, width: int) -> Layers:
    """Several accounts to one, which waits for them."""
    return (Layer(standing(1), True),)


def gather_scatter(source: int, few: Some, standing: Some, width: int) -> Layers:
    """Several to one, and from there to several."""
    return (Layer(standing(1), True), Layer(few(max(2, width))))


def scatter_gather(source: int, few: Some, standing: Some, width: int) -> Layers:
    """One to several, and all of them to one."""
    return (Layer(few(max(2, width))), Layer(standing(1), True))


def cycle(source: int, few: Some, standing: Some, width: int) -> Layers:
    """Round by two accounts and back to where it was."""
    first, *rest = few(2)
    return (Layer((first,)), *(Layer((one,)) for one in rest), Layer((source,)))


def random(source: int, few: Some, standing: Some, width: int) -> Layers:
    """A walk over two accounts, no split."""
    return tuple(Layer((one,)) for one in few(2))


def bipartite(source: int, few: Some, standing: Some, width: int) -> Layers:
    """Every account of one row to every account of the next: the row is the same for all at this time of the day."""
    return (Layer(standing(max(2, min(3, width)))),)


def stack(source: int, few: Some, standing: Some, width: int) -> Layers:
    """Two such rows, one after the other."""
    row = standing(4)
    return (Layer(row[:2]), Layer(row[2:] or row[:2]))


SHAPES: dict[str, Shape] = {
    one.__name__: one for one in (fan_out, fan_in, gather_scatter, scatter_gather, cycle, random, bipartite, stack)
}
