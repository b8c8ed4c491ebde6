"""The queue of deadlines as the overview shows it, filled from the tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fanzha.document.fill_case import refs_into
from fanzha.document.gather import World, mask_account
from fanzha.document.page import DueLine, Figure


class Deadline(Protocol):
    """One line of the queue as `fanzha orders --due` lists it: see `respond.overdue.Due`."""

    @property
    def what(self) -> str:
        """Code of schema/order_dues.yaml."""

    @property
    def due_ms(self) -> int:
        """UTC milliseconds."""

    @property
    def order(self) -> int:
        """Number of the order; -1 for an objection, which is about none."""

    @property
    def verb(self) -> str:
        """Code of schema/orders.yaml."""

    @property
    def case_id(self) -> str:
        """The case as it is numbered today."""

    @property
    def account(self) -> str:
        """In full; "" once it was erased."""

    @property
    def body(self) -> str:
        """Whom the order is for."""

    @property
    def amount(self) -> int | None:
        """Minor units."""

    @property
    def currency(self) -> str:
        """ISO 4217."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What was due at a moment (UTC ms), the most urgent first."""

    at_ms: int | None
    deadlines: Sequence[Deadline]


NO_QUEUE = Queue(None, ())


def due_lines(world: World, queue: Iterable[Deadline], hrefs: Mapping[str, str]) -> tuple[DueLine, ...]:
    """The lines as a page shows them, accounts masked. `hrefs`: the pages that cases have. An amount rests on the rows that brought
    disputed money to the account."""
    return tuple(
        DueLine(
            what=one.what,
            due_ms=one.due_ms,
            order=one.order,
            verb=one.verb,
            case_id=one.case_id,
            label=mask_account(one.account),
            body=one.body,
            amount=None
            if one.amount is None
            else Figure(one.amount, one.currency, refs=refs_into(world, one.case_id, one.account), rule="ordered"),
            href=hrefs.get(one.case_id, ""),
        )
        for one in queue
    )
