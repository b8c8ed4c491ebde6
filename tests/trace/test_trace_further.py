"""Payments that a report counts and does not list: whose, when and how much; the reporter is asked where two choices are possible."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.trace.further import CHOICE_MAX, further_payments, only_choice
from fanzha.trace.legs import Leg
from fanzha.trace.pair import Transfer
from fanzha.trace.payments import Payment
from fanzha.trace.stated import Report, Stated

HOUR = 3_600_000
ME, SWINDLER, SECOND, SHOP = "622200", "622201", "622202", "622203"


def transfer(number: int, amount: int, hour: int, payee: str = SWINDLER, payer: str = ME, **other: Any) -> Transfer:
    return Transfer(number, payer, payee, hour * HOUR, amount, "CNY", None, None, other.pop("exit", ""), **other)


def listed(*paid: Transfer) -> list[Payment]:
    return [
        Payment(Stated("1-1", 1, 1, n, one.payee, one.at_ms, one.amount, "CNY", 100 * HOUR, ""), one, "found")
        for n, one in enumerate(paid, 1)
    ]


def report(amount: int | None, hour: int | None = 100, currency: str = "CNY") -> Report:
    return Report("1-1", 1, 1, "", None if hour is None else hour * HOUR, amount, currency, "")


def more(loss: Report, paid: list[Payment], transfers: list[Transfer], own: bool = False) -> list[tuple[int, int]]:
    """(n, number of the transfer) of what was added."""
    books: dict[Any, list[Leg]] = {(ME, "CNY"): []} if own else {}
    found = further_payments([loss], paid, transfers, books)
    assert found[: len(paid)] == paid
    return [(one.stated.n, one.transfer.number) for one in found[len(paid) :] if one.transfer is not None]


FIRST = transfer(1, 1_000, 10)


def test_further_payments_to_the_account_named_are_taken_up_to_the_loss_stated() -> None:
    later = [transfer(2, 2_000, 20), transfer(3, 7_000, 30), transfer(4, 500, 40)]
    assert more(report(10_000), listed(FIRST), [FIRST, *later]) == [(2, 2), (3, 3)]
    assert more(report(9_999), listed(FIRST), [FIRST, *later]) == [(2, 2)], "never more than the loss stated"
    assert more(report(1_000), listed(FIRST), [FIRST, *later]) == []


@pytest.mark.parametrize(
    "other",
    [
        transfer(2, 2_000, 9),  # before the first that was found
        transfer(2, 2_000, 101),  # after the report
        transfer(2, 2_000, 20, payer="622299"),  # somebody else
        transfer(2, 2_000, 20, payee=SECOND),  # the own statement is not held
        transfer(2, 2_000, 20, fee=True),
        transfer(2, 2_000, 20)._replace(currency="USD"),
    ],
)
def test_what_is_not_taken(other: Transfer) -> None:
    assert more(report(3_000), listed(FIRST), [FIRST, other]) == []


def test_a_report_that_does_not_say_how_much_or_when_adds_nothing() -> None:
    later = transfer(2, 2_000, 20)
    for loss in (report(None), report(3_000, None), report(3_000, currency="THB")):
        assert more(loss, listed(FIRST), [FIRST, later]) == []
    unclear = [Payment(FIRST_STATED._replace(amount=None), None, "claimed"), *listed(FIRST)]
    assert more(report(3_000), unclear, [FIRST, later]) == []


FIRST_STATED = listed(FIRST)[0].stated


def test_the_own_statement_shows_payments_to_accounts_that_the_report_does_not_name() -> None:
    later = [transfer(2, 2_000, 20, SECOND), transfer(3, 6_999, 30, SHOP), transfer(4, 7_000, 40, SECOND)]
    assert more(report(10_000), listed(FIRST), [FIRST, *later], own=True) == [(2, 2), (3, 4)]
    old = transfer(5, 50, 5, SECOND)  # somebody whom the reporter paid before the swindle
    assert more(report(10_000), listed(FIRST), [FIRST, *later, old], own=True) == []
    goods = [later[0], later[2]._replace(exit="goods")]
    assert more(report(10_000), listed(FIRST), [FIRST, *goods], own=True) == []


def test_where_two_choices_make_the_sum_nobody_guesses() -> None:
    two = [transfer(2, 2_000, 20, SECOND), transfer(3, 2_000, 30, SHOP)]
    assert more(report(3_000), listed(FIRST), [FIRST, *two], own=True) == []


def test_two_reports_never_claim_one_transfer_and_order_does_not_matter() -> None:
    later = transfer(2, 2_000, 20)
    again = report(3_000)._replace(row=2, case_id="1-2")
    told = [*listed(FIRST), Payment(FIRST_STATED._replace(row=2, case_id="1-2"), FIRST, "found")]
    found = further_payments([again, report(3_000)], told, [later, FIRST], {})
    assert [(one.stated.row, one.stated.n) for one in found[2:]] == [(1, 2)]
    assert found == further_payments([report(3_000), again], told, [FIRST, later], {})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), max_size=8), st.integers(1, 120))
def test_the_only_choice_is_the_one_that_every_way_finds(amounts: list[int], wanted: int) -> None:
    """Beside trying all of them one by one."""
    made = [transfer(n, amount, n) for n, amount in enumerate(amounts)]
    ways = [
        {n for n in range(len(amounts)) if mask >> n & 1}
        for mask in range(1 << len(amounts))
        if sum(amounts[n] for n in range(len(amounts)) if mask >> n & 1) == wanted
    ]
    found = {one.number for one in only_choice(made, wanted)}
    assert found == (ways[0] if len(ways) == 1 else set())


def test_of_a_crowd_nothing_is_chosen() -> None:
    """Those left out could make the sum another way."""
    large = transfer(1_000, 90_000, 50)
    crowd = [transfer(n, 3, n) for n in range(1, CHOICE_MAX + 1)]
    assert [one.number for one in only_choice([*crowd[1:], large], 90_000)] == [1_000]
    assert only_choice([*crowd, large], 90_000) == []
