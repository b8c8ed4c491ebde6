"""Invented sales are those that come back with something on top; a refund, a slip and a shop's own purchases are none."""

from typing import Any

from money_worlds import START

from fanzha.trace.innocent import is_shop
from fanzha.trace.legs import Leg
from fanzha.trace.staged_sales import BACK_MS, STAGED_MIN, given_back, staged

MINUTE = 60_000


def row(n: int, minute: int, change: int, other: str, summary: str = "扫码支付", **more: Any) -> Leg:
    way = "in" if change > 0 else "out"
    return Leg(1, n, "shop", "", "", START + minute * MINUTE, way, abs(change), "CNY", None, other, "", "", False, summary,
               "", "")._replace(**more)  # fmt: skip


def invented(count: int, more: int = 500, after: int = 20) -> list[Leg]:
    made = []
    for k in range(count):
        made += [
            row(2 * k, 1440 * k, 9_900, f"hand{k}"),
            row(2 * k + 1, 1440 * k + after, -9_900 - more, f"hand{k}", "转账"),
        ]
    return made


def customers(count: int) -> list[Leg]:
    return [row(1_000 + k, 700 * k, 5_000 + k, f"customer{k}") for k in range(count)]


def test_sales_given_back_with_a_commission() -> None:
    book = [*invented(STAGED_MIN), *customers(60)]
    assert [sale.row for sale in given_back(book)] == [0, 2, 4]
    assert staged(book)
    assert is_shop(book), "so only the sign says it"
    assert not staged([*invented(STAGED_MIN - 1), *customers(60)]), "a slip"
    assert not staged([*invented(STAGED_MIN), *customers(200)]), "a small part of a large trade"


def test_a_refund_a_purchase_and_a_wage_are_no_commission() -> None:
    assert given_back(invented(5, more=0)) == [], "what was paid came back: a refund, whatever it is called"
    assert given_back(invented(5, more=-900)) == []
    assert given_back([leg._replace(summary="退款") if leg.direction == "out" else leg for leg in invented(5)]) == []
    assert given_back(invented(5, more=50_000)) == [], "far more than was paid: something else"
    assert given_back(invented(5, after=BACK_MS // MINUTE + 1)) == []
    assert given_back([leg._replace(summary="转账") for leg in invented(5)]) == [], "it was no sale"
    assert given_back(invented(5, after=-20)) == [], "paid before the sale: he bought from the customer"


def test_one_movement_gives_back_one_sale() -> None:
    book = [row(1, 0, 9_900, "hand"), row(2, 1, 9_900, "hand"), row(3, 9, -10_400, "hand", "转账")]
    assert len(given_back(book)) == 1
    assert len(given_back([*book, row(4, 10, -10_400, "hand", "转账")])) == 2
    assert given_back(book[::-1]) == given_back(book)
    assert not staged([])
