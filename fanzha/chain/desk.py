"""The desk of an open workspace: orders, appeals and returns, each act by the workspace's named actor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fanzha.chain import appealing, ordering, returning
from fanzha.chain.returning_computed import notice_ends, notices_of, returns_of
from fanzha.respond.appeals import Appeal, appeal_of, appeals_of
from fanzha.respond.corrections import Correction
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import Order, Proposal, order_of
from fanzha.respond.overdue import Due, OverHeld, due, over_held
from fanzha.respond.refund import Return, frozen_now
from fanzha.store.engine import Engine
from fanzha.store.record import Act, Record
from fanzha.trace.follow import Traced

T = TypeVar("T")


class Office(Protocol):
    """What the desk needs of the workspace that it belongs to."""

    record: Record
    engine: Engine

    def refresh(self) -> None:
        """Bring every table up to the record."""
        ...

    def acting(self) -> Act:
        """Who acts, and now."""
        ...

    def settle(self) -> None:
        """Say that the tables have seen the acts that the desk just wrote and followed."""
        ...

    def now_ms(self) -> int:
        """The workspace's clock (UTC milliseconds)."""
        ...

    def traced(self) -> Traced:
        """Whose money is in each account that disputed money can have reached, by the tables as they are."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Public notice of a return in proportion: account, currency, when it was given (UTC ms) and where."""

    account: str
    currency: str
    at_ms: int
    place: str

    @property
    def ends_ms(self) -> int:
        """When it has stood for thirty days (UTC ms)."""
        return notice_ends(self.at_ms)


class Desk:
    """Orders, appeals and returns of one workspace. Amounts are minor units, times UTC milliseconds; states are as of now."""

    def __init__(self, office: Office) -> None:
        self._office = office

    # -- reading -------------------------------------------------------------------------------------------------

    def orders(self) -> list[Order]:
        """Every order as it stands now, by its number."""
        self._office.refresh()
        return orders_of(self._office.record.journal.entries(), self._office.now_ms())

    def order(self, number: int) -> Order:
        """One order. Raises NotFound."""
        return order_of(self.orders(), number)

    def due(self) -> list[Due]:
        """What must be done by when, the most urgent first."""
        return due(self._office.engine, self.orders(), self._office.now_ms())

    def over_held(self) -> list[OverHeld]:
        """Accounts where more is held than is in dispute."""
        self._office.refresh()
        return over_held(self._office.engine)

    def appeals(self) -> list[Appeal]:
        """Every appeal and objection, by its number."""
        return appeals_of(self._office.record.journal.entries())

    def appeal_numbered(self, number: int) -> Appeal:
        """One appeal. Raises NotFound."""
        return appeal_of(self.appeals(), number)

    def corrections(self) -> list[Correction]:
        """Corrections that are still to be sent."""
        return appealing.corrections(self._office.record, self._office.now_ms())

    def returns(self) -> list[Return]:
        """To whom frozen money goes back; of accounts without a freeze in force a draft, from what is still there."""
        self._office.refresh()
        engine, entries = self._office.engine, self._office.record.journal.entries()
        orders = orders_of(entries, self._office.now_ms())
        return returns_of(engine, orders, appeals_of(entries), frozen_now(engine), self._office.traced)

    def notices(self) -> list[Notice]:
        """Public notices given."""
        found = notices_of(self._office.record.journal.entries())
        return [
            Notice(account, currency, at_ms, place) for (account, currency), (at_ms, place) in sorted(found.items())
        ]

    # -- orders --------------------------------------------------------------------------------------------------

    def propose(self, proposal: Proposal) -> Order:
        """Propose an order; what is left open is filled in. A lift is decided by it."""
        return self._did(lambda o: ordering.propose_order(o.record, o.engine, o.acting(), proposal))

    def adopt(self, case_id: str, number: int, reason: str = "") -> Order:
        """Propose the order that a step of a case suggests; `number` is the step's own, which stays whatever is ordered."""
        return self._did(lambda o: ordering.adopt_step(o.record, o.engine, o.acting(), case_id, number, reason))

    def approve(self, number: int, reason: str = "") -> Order:
        """Decide that an order is given."""
        return self._did(lambda o: ordering.approve(o.record, o.engine, o.acting(), number, reason))

    def decline(self, number: int, reason: str) -> Order:
        """Decide that an order is not given."""
        return self._did(lambda o: ordering.decline(o.record, o.engine, o.acting(), number, reason))

    def withdraw(self, number: int, reason: str) -> Order:
        """Take back an order that was not sent yet."""
        return self._did(lambda o: ordering.withdraw(o.record, o.engine, o.acting(), number, reason))

    def send(self, number: int, body: str = "") -> Order:
        """Note that an order was sent."""
        return self._did(lambda o: ordering.send(o.record, o.engine, o.acting(), number, body))

    def reply(
        self,
        number: int,
        note: str = "",
        *,
        amount: int | None = None,
        from_ms: int | None = None,
        refused: bool = False,
    ) -> Order:
        """Record the reply to an order."""
        return self._did(
            lambda o: ordering.reply(
                o.record, o.engine, o.acting(), number, note, amount=amount, from_ms=from_ms, is_refused=refused
            )
        )

    def extend(self, number: int, reason: str, *, law: str = "") -> Order:
        """Extend a hold or a freeze; the order that extends it. `law`: a code of order_laws.yaml, where it is not the usual one."""
        return self._did(lambda o: ordering.extend(o.record, o.engine, o.acting(), number, reason, law))

    def review(
        self, number: int, outcome: str, reason: str, *, amount: int | None = None, next_ms: int | None = None
    ) -> Order:
        """Review a freeze: `keep`, `reduce` to an amount, or `lift`; the freeze as it stands then. See `ordering.review`."""
        return self._did(
            lambda o: ordering.review(
                o.record, o.engine, o.acting(), number, outcome, reason, amount=amount, next_ms=next_ms
            )
        )

    def lift(self, number: int, reason: str, *, amount: int | None = None, ground: str = "") -> Order:
        """Lift a hold or freeze, or a part of it, at once; the order that lifts it."""
        return self._did(
            lambda o: ordering.lift(o.record, o.engine, o.acting(), number, reason, amount=amount, ground=ground)
        )

    # -- appeals and returns -------------------------------------------------------------------------------------

    def appeal(self, order: int, text: str, by: str) -> Appeal:
        """Take in an appeal against an order. `by`: a code of appeal_parties.yaml."""
        return self._did(lambda o: appealing.take_in(o.record, o.engine, o.acting(), order, text, by))

    def object(self, purse: tuple[str, str], claim: str, asks: str, text: str, by: str) -> Appeal:
        """Take in an objection to a return; see `appealing.object_to_return`."""
        return self._did(
            lambda o: appealing.object_to_return(o.record, o.engine, o.acting(), purse, claim, asks, text, by)
        )

    def assign(self, appeal: int, checker: str) -> Appeal:
        """Give an appeal to a checker who had no part in the order."""
        return self._did(lambda o: appealing.assign(o.record, o.engine, o.acting(), appeal, checker))

    def decide(self, appeal: int, outcome: str, reason: str, amount: int | None = None) -> Appeal:
        """Decide as its checker: upheld, partly or rejected. What is upheld is lifted at once."""
        return self._did(lambda o: appealing.decide(o.record, o.engine, o.acting(), appeal, outcome, reason, amount))

    def take_back(self, appeal: int) -> Appeal:
        """Note that who made an appeal takes it back."""
        return self._did(lambda o: appealing.withdraw(o.record, o.engine, o.acting(), appeal))

    def corrected(self, appeal: int, correction: str) -> Appeal:
        """Note that a correction was sent."""
        return self._did(lambda o: appealing.told(o.record, o.engine, o.acting(), appeal, correction))

    def corrected_withdrawal(self, admission: int, correction: str) -> None:
        """Note that a correction about a withdrawn admission was sent."""
        self._did(lambda o: appealing.told_withdrawn(o.record, o.acting(), admission, correction))

    def give_notice(self, account: str, place: str, currency: str = "") -> int:
        """Journal that public notice of a return in proportion was given; the number of the act."""
        return self._did(lambda o: returning.give_notice(o.record, o.engine, o.acting(), account, place, currency))

    def propose_returns(self, account: str, currency: str = "", reason: str = "") -> list[Order]:
        """Propose the orders that return what is frozen in an account."""
        return self._did(lambda o: returning.propose_returns(o.record, o.engine, o.acting(), account, currency, reason))

    def _did(self, act: Callable[[Office], T]) -> T:
        self._office.refresh()
        done = act(self._office)
        self._office.settle()
        return done
