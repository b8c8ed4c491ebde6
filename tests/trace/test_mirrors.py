"""Accounts that answer each other: several pairs at one rate are shown, chance, crowds and one pair are not."""

import random

from fanzha.trace.break_sides import Came
from fanzha.trace.mirrors import DEALER, DESK, PAYMENTS_MAX, Mirror, Paid, at_one_rate, exchanged, mirrors

HOUR = 3_600_000
HERE, THERE, SENDER = "desk-here", "desk-there", "TRON:sender"
SUMS = (1_000_000, 2_345_600, 777_700, 5_000_000)


def payment(number: int, amount: int, hours: float = 0, payee: str = HERE) -> Paid:
    return Paid(number, payee, int(hours * HOUR), amount, "CNY")


def arrival(number: int, amount: int, hours: float, payer: str = THERE, currency: str = "THB", to: str = "b") -> Came:
    return Came(number, to, int(hours * HOUR), amount, currency, "", False, "转账", "", payer, True)


def desk(rates: tuple[float, ...]) -> tuple[list[Paid], list[Came]]:
    paid = [payment(k, SUMS[k], 100 * k) for k in range(len(rates))]
    return paid, [arrival(50 + k, int(SUMS[k] * rate), 100 * k + 9) for k, rate in enumerate(rates)]


def test_three_answers_at_one_rate_are_a_desk_and_two_are_chance() -> None:
    paid, came = desk((4.55, 4.57, 4.56))
    assert mirrors(paid, came) == {(0, 50), (1, 51), (2, 52)}
    assert mirrors(paid[:2], came[:2]) == set()
    assert mirrors(*desk((4.3, 4.57, 5.1))) == set(), "each fits by itself, at three rates"


def test_an_answer_comes_after_and_within_two_days_from_one_account() -> None:
    paid, came = desk((4.55, 4.57, 4.56))
    assert mirrors(paid, [came[0]._replace(at_ms=-HOUR), *came[1:]]) == set()
    assert mirrors(paid, [came[0]._replace(at_ms=DESK.window_ms + 1), *came[1:]]) == set()
    assert mirrors(paid, [came[0]._replace(payer="somebody"), *came[1:]]) == set()
    assert mirrors(paid, [one._replace(payer=HERE) for one in came]) == set(), "not with itself"
    assert mirrors(paid, [one._replace(currency="DOGE") for one in came]) == set(), "no rate is known"


def test_a_dealer_by_the_wallet_that_sends_and_soon() -> None:
    paid = [payment(k, SUMS[k], 100 * k) for k in range(2)]

    def coins(hours: float) -> list[Came]:
        return [
            arrival(50 + k, int(SUMS[k] / 100 / 7.2 * 10**6), 100 * k + hours, SENDER, "USDT", "TRON:w")
            for k in range(2)
        ]

    assert mirrors(paid, coins(1)) == {(0, 50), (1, 51)}
    assert mirrors(paid, coins(DEALER.window_ms / HOUR + 1)) == set()


def test_a_crowd_fits_anything_and_is_left_out() -> None:
    paid, came = desk((4.55, 4.57, 4.56))
    busy = [payment(1_000 + k, 100_000, 5_000 + k) for k in range(40)]
    assert mirrors([*paid, *busy], came), "the desk there is not busy: its payments are all matched"
    others = [arrival(2_000 + k, 13, 5_000 + k) for k in range(40)]
    assert mirrors([*paid, *busy], [*came, *others]) == set(), "three of many on both sides"
    platform = [payment(9_000 + k, 50) for k in range(PAYMENTS_MAX)]
    assert mirrors([*paid, *platform], came) == set()


def test_small_sums_fit_anything() -> None:
    paid, came = desk((4.55, 4.57, 4.56))
    assert mirrors([one._replace(amount=one.amount // 1_000) for one in paid],
                   [one._replace(amount=one.amount // 1_000) for one in came]) == set()  # fmt: skip


def test_the_same_in_any_order() -> None:
    paid, came = desk((4.55, 4.57, 4.56, 4.55))
    noise = [arrival(500 + k, 4_400_000 + 100_000 * k, k, f"x{k % 3}") for k in range(20)]
    found = mirrors(paid, [*came, *noise])
    for seed in range(5):
        some, more = list(paid), [*came, *noise]
        random.Random(seed).shuffle(some)
        random.Random(seed).shuffle(more)
        assert mirrors(some, more) == found


def test_each_movement_is_used_once() -> None:
    assert at_one_rate([Mirror(100, 1, 11), Mirror(101, 1, 12)], 15) == [Mirror(100, 1, 11)]
    assert at_one_rate([Mirror(100, 1, 11), Mirror(101, 2, 11)], 15) == [Mirror(100, 1, 11)]
    assert len(at_one_rate([Mirror(100, 1, 11), Mirror(101, 2, 12), Mirror(140, 3, 13)], 15)) == 2
    assert at_one_rate([], 15) == []


def test_what_a_sum_may_be_elsewhere() -> None:
    low, high = exchanged(72_000_00, "CNY", "USDT")
    assert low < 10_000_000_000 < high
    low, high = exchanged(1, "CNY", "DOGE")
    assert low > high
