"""Legs that do not quite agree, money that came back, statements with holes; every expected sum is worked out in a comment."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_worlds import AS_OF, DAY, HOUR, MINUTE, START, column, leg, paid, put, report, sums, world

from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.model.words import vocabulary
from fanzha.store.engine import Engine
from fanzha.store.tables import table
from fanzha.trace.clocks import CERTAIN_MIN, banks_of, usual_shifts
from fanzha.trace.follow import MADE, trace
from fanzha.trace.legs import Leg
from fanzha.trace.pair import paired
from fanzha.trace.repair import POPULAR_MIN, fee_max
from tests.formats.invented import joined
from tests.formats.samples_records import USDT_TRON, tron, tx

A, B, C, D = "6222000000000000001", "6222000000000000002", "6222000000000000003", "6222000000000000004"
V, W = "6222000000000000091", "6222000000000000092"
Row = dict[str, Any]


def repairs(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.rows(
        'SELECT "kind", "transfer", "other", "amount_minor", "shift_ms" FROM "repairs" ORDER BY "transfer", "kind"'
    )


def gaps(engine: Engine, kind: str) -> list[tuple[Any, ...]]:
    return engine.rows(
        'SELECT "account", "from_ms", "to_ms", "amount_minor", "row" FROM "gaps" WHERE "kind" = ? ORDER BY "account", "row"',
        (kind,),
    )


def one(row: int, account: str, minute: int, change: int, counter: str = "", **other: Any) -> Leg:
    made = leg(row, account, minute, change, None, counter, **other)
    return Leg(
        *(made["file"], made["row"], account, made["holder"], made["bank"], made["at_ms"], made["direction"]),
        *(made["amount_minor"], made["currency"], None, counter, made["counter_holder"], made["counter_bank"]),
        *(made["cash"], made["summary"], made["merchant"], made["place"], made["serial"]),
    )


def both(legs: list[Leg]) -> list[tuple[str, str, int]]:
    return [(t.payer, t.payee, t.amount) for t in paired(legs).transfers if t.seen_by == "both"]


# Clocks


def twins(pairs: int, ahead: int) -> list[Leg]:
    """Transfers that both banks show beyond doubt; the payee's clock is `ahead` minutes ahead."""
    return [
        made
        for n in range(pairs)
        for made in (
            one(2 * n + 1, A, 1000 * n, -1_000 - n, B, bank="北岭银行"),
            one(2 * n + 2, B, 1000 * n + ahead, 1_000 + n, A, bank="东江银行"),
        )
    ]


def test_the_clock_of_a_bank_is_told_by_certain_transfers_and_pairs_the_others() -> None:
    # the payee's bank writes eight hours less (UTC); the last transfer is named by one side only
    legs = [
        *twins(CERTAIN_MIN, -480),
        one(90, A, 9_000, -70_000, D, bank="北岭银行"),
        one(91, D, 8_523, 70_000, "", bank="东江银行"),  # 477 minutes before: 3 minutes from the shift
    ]
    found = paired(legs)
    assert len(both(legs)) == CERTAIN_MIN + 1
    assert {(r.kind, r.shift_ms) for r in found.repairs} == {("clock", -480 * MINUTE)}
    random.Random(1).shuffle(legs)
    assert paired(legs) == found


def test_too_few_or_scattered_pairs_tell_no_clock() -> None:
    assert both(twins(CERTAIN_MIN - 1, -480)) == []
    scattered = [
        leg._replace(at_ms=leg.at_ms + leg.row * HOUR) if leg.direction == "in" else leg for leg in twins(9, 0)
    ]
    assert (
        usual_shifts(
            [x for x in scattered if x.direction == "out"],
            [x for x in scattered if x.direction == "in"],
            {A: "x", B: "y"},
        )
        == {}
    )
    assert paired(twins(CERTAIN_MIN, 9)).repairs == []  # within the window nothing is put right


def test_the_bank_of_an_account_is_its_own_word_before_that_of_others() -> None:
    legs = [
        one(1, A, 0, -5, B, bank="", counter_bank="甲行"),
        one(2, C, 0, -5, B, bank="", counter_bank="乙行"),
        one(3, D, 0, -5, B, bank="丙行", counter_bank="乙行"),
        one(4, A, 0, 5, D, bank="", counter_bank="丁行"),
    ]
    assert banks_of(legs) == {B: "乙行", D: "丙行"}


def test_money_is_followed_into_a_bank_whose_clock_is_slow() -> None:
    # B's bank is an hour slow: what B sends on by its own clock is before A's row, and is still after it
    pairs = [
        row
        for n in range(CERTAIN_MIN)
        for row in (
            leg(100 + 2 * n, A, n - 900, -100 - n, None, B, bank="甲"),
            leg(101 + 2 * n, B, n - 960, 100 + n, None, A, bank="乙"),
        )
    ]
    legs = [
        *pairs,
        leg(1, A, 0, 100_000, 100_000, V, bank="甲"),
        leg(2, A, 5, -100_000, 0, B, bank="甲"),
        leg(3, B, -55, 100_000, 100_000, A, bank="乙"),
        leg(4, B, -50, -100_000, 0, C, bank="乙"),
        leg(5, C, -50, 100_000, 100_000, B, bank="乙"),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {
        ("1-1", A): (1, 100_000, 100_000, 0, 0, 0),
        ("1-1", B): (2, 100_000, 100_000, 0, 0, 0),
        ("1-1", C): (3, 100_000, 0, 0, 100_000, 0),
    }


# Fees


def test_a_fee_taken_on_the_way_is_a_movement_of_its_own() -> None:
    # A sends 900, 898 arrive. FIFO: 300 own leave first, 598 of V arrive, the fee of 2 is V's too; 400 stay
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -90_000, 40_000, B),
        leg(3, B, 5, 89_800, 89_800, A),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert engine.rows(
        'SELECT "transfer", "payer", "payee", "amount_minor", "seen_by", "exit" FROM "transfers" ORDER BY "transfer"'
    ) == [(1, V, A, 100_000, "payee", ""), (2, A, B, 89_800, "both", ""), (3, A, "", 200, "payer", "")]
    assert repairs(engine) == [("fee", 2, 3, 200, 0)]
    received = {account: row[1:] for (_, account), row in sums(engine).items()}
    assert received[B] == (59_800, 0, 0, 59_800, 0)
    assert received[A][0] == 100_000 and received[A][1] == 59_800 and received[A][3] == 40_000
    assert column(engine, "exits", "kind") == []
    assert gaps(engine, "gap") == []


@pytest.mark.parametrize(
    ("legs", "arrived"),
    [
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_900, A), one(3, B, 2, 100_000, A)], [100_000]),  # an exact partner
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_900, A), one(3, B, 2, 99_800, A)], []),  # two that would fit
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 90_000, A)], []),  # too much for a fee
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 100_100, A)], []),  # more than was sent
        ([one(1, A, 0, -100_000, B), one(2, B, 11, 99_900, A)], []),  # too late
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_900, C)], []),  # another payer
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_900)], []),  # the payer is not named
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_900, A, currency="THB")], []),
        ([one(1, A, 0, -100_000, B), one(2, B, 1, 99_000, A)], [99_000]),  # one in a hundred
        ([one(1, A, 0, -1_000, B), one(2, B, 1, 899, A)], []),  # above one in ten
    ],
)
def test_only_a_usual_fee_with_one_partner(legs: list[Leg], arrived: list[int]) -> None:
    assert [amount for _, _, amount in both(legs)] == arrived


@given(st.integers(1, 10**15), st.sampled_from(["CNY", "JPY", "THB", "INR", "USDT"]))
@settings(max_examples=40, deadline=None)
def test_a_fee_is_never_more_than_a_tenth(amount: int, currency: str) -> None:
    assert amount // 100 <= fee_max(amount, currency) <= max(amount // 10, amount // 100)


def test_a_fee_row_beside_a_transfer_is_no_cash() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -50_000, 50_000, "", summary="ATM取款"),
        leg(3, A, 5, -400, 49_600, "", summary="ATM取款手续费"),
        leg(4, A, 9, -3_000, 46_600, "", summary="手机充值 RECHARGE coffee"),
        leg(5, A, 60, -200, 46_400, "", summary="短信服务费"),  # beside nothing
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert column(engine, "transfers", "exit") == ["", "cash", "", "", ""]
    assert repairs(engine) == [("fee", 2, 3, 400, 0)]
    assert engine.rows('SELECT "kind", "disputed_minor" FROM "exits" ORDER BY "at_ms", "transfer"') == [
        ("cash", 50_000),
        ("file_ends", 3_000),
        ("file_ends", 200),
    ]


def test_a_victim_who_states_the_amount_with_the_fee_is_found() -> None:
    legs = [leg(1, V, 0, -100_000, 0, A), leg(2, A, 0, 99_500, 99_500, V)]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert column(engine, "payments", "state") == ["found"]
    assert sums(engine) == {("1-1", A): (1, 99_500, 0, 0, 99_500, 0)}


# Money that came back


def went_and_came(word: str = "退汇", **back: Any) -> list[Row]:
    """A holds 300 of its own and 1,000 of V, sends 900 to B (300 its own, 600 V's); 900 come back; A sends C 500."""
    return [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -90_000, 40_000, B),
        leg(3, A, 50, 90_000, 130_000, B, summary=word, **back),
        leg(4, A, 60, -50_000, 80_000, C),
    ]


def test_what_came_back_is_what_left() -> None:
    engine = world(went_and_came(), [report(1)], paid(1, A, 100_000, 0))
    # back in A: 400 of V, then the 300 and 600 that left. 500 to C: 400 of V and 100 nobody's
    assert sums(engine) == {
        ("1-1", A): (1, 160_000, 100_000, 0, 60_000, 0),
        ("1-1", B): (2, 60_000, 60_000, 0, 0, 0),
        ("1-1", C): (2, 40_000, 0, 0, 0, 40_000),
    }
    assert repairs(engine) == [("reversal", 2, 3, 90_000, 0)]
    assert column(engine, "exits", "kind") == ["file_ends"]


def test_it_is_what_left_also_where_the_other_account_had_older_money() -> None:
    # B's statement is held: 5,000 of its own lay there before. First in, first out would send those back and keep V's 600
    legs = [
        *went_and_came(),
        leg(11, B, 5, 90_000, 590_000, A),
        leg(12, B, 20, -10_000, 580_000, D),
        leg(13, B, 50, -90_000, 490_000, A, summary="退汇"),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine)["1-1", B] == (2, 60_000, 60_000, 0, 0, 0)
    assert sums(engine)["1-1", A] == (1, 160_000, 100_000, 0, 60_000, 0)
    assert ("1-1", D) not in sums(engine)
    assert gaps(engine, "opening")[1][3] == 500_000


def test_money_that_was_spent_before_it_was_paid_back_is_not_the_same_money() -> None:
    # B, empty before, sends the 900 to D (300 nobody's, 600 V's), gets 900 from W and pays A back with those
    legs = [
        *went_and_came("退款"),
        leg(11, B, 5, 90_000, 90_000, A),
        leg(12, B, 20, -90_000, 0, D),
        leg(13, B, 30, 90_000, 90_000, W),
        leg(14, B, 50, -90_000, 0, A, summary="退款"),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine)["1-1", D] == (3, 60_000, 0, 0, 0, 60_000)
    assert sums(engine)["1-1", A] == (1, 100_000, 100_000, 0, 0, 0)  # 400 to B's 600, then 400 of the 500 to C


@pytest.mark.parametrize(
    ("back", "found"),
    [
        ({"word": "转账"}, False),
        ({"word": "转账", "serial": "S1"}, False),  # the outgoing row has no serial
        ({"word": "退款", "counter_account": W}, False),
        ({"word": "退款", "at_ms": START + 8 * DAY}, False),
        ({"word": "退款", "at_ms": START + 7 * DAY}, True),
        ({"word": "退款", "amount_minor": 89_999}, False),
        ({"word": "REFUND"}, True),
        ({"word": "payment returned"}, True),
        ({"word": "退款", "counter_account": ""}, True),
        ({"word": "冲正"}, True),
    ],
)
def test_signs_of_a_return(back: Row, found: bool) -> None:
    engine = world(went_and_came(**back), [report(1)], paid(1, A, 100_000, 0))
    assert ([row[0] for row in repairs(engine)] == ["reversal"]) is found


def test_one_serial_number_or_the_mark_of_the_file_is_a_sign() -> None:
    legs = went_and_came("转账", serial="S1")
    legs[1]["serial"] = "S1"
    assert [row[:3] for row in repairs(world(legs, [report(1)], paid(1, A, 100_000, 0)))] == [("reversal", 2, 3)]
    note = [{"file": 10, "row": 3, "byte_offset": 0, "code": "reversal", "field": ""}]
    marked = world(went_and_came("转账"), [report(1)], paid(1, A, 100_000, 0), note)
    assert [row[:3] for row in repairs(marked)] == [("reversal", 2, 3)]


def test_a_reversal_that_names_nobody_never_took_place() -> None:
    # cash that the machine did not give: 500 booked and taken back; 200 go to C in between, of the oldest money
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -50_000, 80_000, "", summary="ATM取款"),
        leg(3, A, 6, -20_000, 60_000, C),
        leg(4, A, 9, 50_000, 110_000, "", summary="冲正"),
        leg(5, A, 20, -20_000, 90_000, C),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    # 300 own first: 200, then 100 own and 100 of V
    assert sums(engine)["1-1", A] == (1, 100_000, 10_000, 0, 90_000, 0)
    assert column(engine, "transfers", "exit") == [""] * 5
    assert gaps(engine, "gap") == []
    unclear = [*legs, leg(6, A, 4, -50_000, 130_000, "", summary="ATM取款")]
    assert repairs(world(unclear, [report(1)], paid(1, A, 100_000, 0))) == []  # two that it could take back


def test_a_victim_whose_payment_was_returned_has_it_back() -> None:
    legs = [leg(1, V, 0, -100_000, 5_000, A), leg(2, V, 300, 100_000, 105_000, A, summary="退汇")]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {("1-1", A): (1, 100_000, 100_000, 0, 0, 0), ("1-1", V): (2, 100_000, 0, 0, 100_000, 0)}
    # the same by the statement of A alone: it holds nothing of V's any more, whatever lay there before
    legs = [leg(1, A, 0, 100_000, 900_000, V), leg(2, A, 300, -100_000, 800_000, V, summary="退款")]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine)["1-1", A] == (1, 100_000, 100_000, 0, 0, 0)


# Batch settlement


FIRM = {"counter_holder": "财付通支付科技有限公司"}


@pytest.mark.parametrize(
    ("legs", "found"),
    [
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, 600, 50_000, **FIRM)], [(A, B, 50_000)]),
        ([one(1, A, 0, -50_000, "243300133", **FIRM), one(2, B, 600, 50_000, **FIRM)], [(A, B, 50_000)]),
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, 1500, 50_000, **FIRM)], []),  # more than a day
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, -20, 50_000, **FIRM)], []),  # before it left
        ([one(1, A, 0, -50_000, **FIRM), one(2, A, 5, 50_000, **FIRM)], []),  # its own account
        ([one(1, A, 0, -5_000, **FIRM), one(2, B, 5, 5_000, **FIRM)], []),  # small amounts meet by chance
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, 5, 50_000, counter_holder="支付宝(中国)")], []),
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, 5, 50_000, **FIRM), one(3, C, 9, 50_000, **FIRM)], []),
        ([one(1, A, 0, -50_000, **FIRM), one(2, B, 5, 50_000, **FIRM), one(3, C, 4, -50_000, **FIRM)], []),
        ([one(1, A, 0, -50_000, merchant="老王面馆", **FIRM), one(2, B, 5, 50_000, holder="李四", **FIRM)], []),
    ],
)
def test_batch_settlement_is_one_transfer_only_where_one_fits(legs: list[Leg], found: list[Any]) -> None:
    assert both(legs) == found
    assert [r.kind for r in paired(legs).repairs] == ["batch"] * len(found)


def test_an_account_that_very_many_pay_and_that_pays_very_many_clears() -> None:
    crowd = [
        made
        for n in range(POPULAR_MIN)
        for made in (
            one(10 + 2 * n, f"62229999000000{n:05d}", n, -100 - n, D),
            one(11 + 2 * n, f"62228888000000{n:05d}", n, 9_000 + n, D),
        )
    ]
    two = [one(1, A, 0, -50_000, D), one(2, B, 600, 50_000, D)]
    assert both([*crowd, *two]) == [(A, B, 50_000)]
    assert both([*crowd[:-4], *two]) == []


def test_money_is_followed_through_a_payment_firm() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(2, A, 5, -60_000, 40_000, "", **FIRM),
        leg(3, B, 500, 60_000, 60_000, "", **FIRM),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert sums(engine) == {("1-1", A): (1, 100_000, 60_000, 0, 40_000, 0), ("1-1", B): (2, 60_000, 0, 0, 60_000, 0)}
    assert repairs(engine) == [("batch", 2, -1, 0, 0)]


# Numbers of one purse, accounts of one holder


def with_accounts(legs: list[Row], mentions: list[Row], bound: list[Row], members: list[Row]) -> Engine:
    engine = world(legs, [report(1)], mentions)
    put(engine, "accounts", [{"file": 20, "row": n, "byte_offset": 0, **row} for n, row in enumerate(bound)])
    put(engine, "entities", members)
    trace(engine, AS_OF)
    return engine


def test_a_card_and_its_account_are_one_purse_and_count_once() -> None:
    account = "1202020209900123456"
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 5, -90_000, 40_000, B),
        *({**leg(2 + n, account, m, c, b, o), "file": 11} for n, (m, c, b, o) in enumerate([(0, 100_000, 130_000, V), (5, -90_000, 40_000, B), (9, -1_000, 39_000, C)])),
    ]  # fmt: skip
    bound = [{"account": account, "bound_account": A, "bank": "工商银行", "bound_bank": "工商银行"}]
    engine = with_accounts(legs, paid(1, A, 100_000, 0), bound, [])
    # the account's statement is the longer one: its number stands for both
    assert sums(engine)["1-1", account] == (1, 100_000, 61_000, 0, 39_000, 0)
    assert len(column(engine, "transfers", "transfer")) == 3
    assert column(engine, "payments", "state") == ["found"]
    # no bank named: two statements that share too little are two purses
    apart = with_accounts(legs, paid(1, A, 100_000, 0), [{"account": account, "bound_account": A}], [])
    assert len(column(apart, "transfers", "transfer")) == 5
    # the card of a bank bound to a wallet is another purse
    wallet = [{"account": account, "bound_account": A, "bank": "财付通", "bound_bank": "工商银行"}]
    assert sums(with_accounts(legs, paid(1, A, 100_000, 0), wallet, [])) == sums(apart)


def test_transfers_between_accounts_of_one_holder_are_marked() -> None:
    legs = [leg(1, A, 0, 100_000, 100_000, V), leg(2, A, 5, -90_000, 10_000, B), leg(3, B, 5, 90_000, 90_000, A)]

    def members(how: str, *accounts: str) -> list[Row]:
        return [
            {"entity": "9-1", "kind": "person", "member_kind": "account", "member": one, "how": how, "weight": 1, "act": -1}
            for one in accounts
        ]  # fmt: skip

    engine = with_accounts(legs, paid(1, A, 100_000, 0), [], members("same_id", A, B))
    assert repairs(engine) == [("own_accounts", 2, -1, 0, 0)]
    assert sums(engine)["1-1", B] == (2, 90_000, 0, 0, 90_000, 0)
    assert repairs(with_accounts(legs, paid(1, A, 100_000, 0), [], members("name_phone", A, B))) == []


# Gaps


def test_openings_gaps_and_ends_of_the_accounts_that_money_reached() -> None:
    legs = [
        leg(1, A, 0, 100_000, 130_000, V),
        leg(2, A, 10, -10_000, 70_000, C),  # 500 left unseen before it
        leg(3, A, 20, -5_000, None, C),
        leg(4, A, 30, -5_000, 62_000, C),  # 20 came unseen
        leg(5, A, 40, -7_000, 55_000, C, success=False),
        leg(9, D, 0, 1_000, 1_000, W),  # not reached: nothing is said of it
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert gaps(engine, "opening") == [(A, None, START, 30_000, 1)]
    assert gaps(engine, "gap") == [
        (A, START, START + 10 * MINUTE, -50_000, 2),
        (A, START + 20 * MINUTE, START + 30 * MINUTE, 2_000, 4),
    ]
    assert gaps(engine, "failed") == [(A, START + 40 * MINUTE, START + 40 * MINUTE, -7_000, 5)]
    held = sums(engine)["1-1", A][4]
    assert held > 0 and gaps(engine, "ends") == [(A, START + 30 * MINUTE, AS_OF, held, 4)]
    assert set(column(engine, "gaps", "account")) == {A}
    assert set(column(engine, "gaps", "kind")) <= set(vocabulary("gaps"))


def test_a_gap_that_the_other_bank_fills_is_said_to_be_filled() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V),
        leg(3, A, 60, 5_000, 15_000, W),
        leg(4, B, 5, 90_000, 90_000, A),
    ]
    engine = world(legs, [report(1)], paid(1, A, 100_000, 0))
    assert gaps(engine, "filled") == [(A, START, START + HOUR, -90_000, 3)] and gaps(engine, "gap") == []


def test_a_statement_whose_balances_are_not_used_has_one_row_and_not_thousands() -> None:
    legs = [leg(n, A, n, 1_000, 7_777 * n, V) for n in range(1, 12)]
    engine = world(legs, [report(1)], paid(1, A, 1_000, 1))
    assert [row[3:] for row in gaps(engine, "unreliable")] == [(0, 11)] and gaps(engine, "gap") == []


def test_an_account_that_holds_nothing_any_more_does_not_end_too_soon() -> None:
    legs = [leg(1, A, 0, 100_000, 100_000, V), leg(2, A, 5, -100_000, 0, C)]
    assert gaps(world(legs, [report(1)], paid(1, A, 100_000, 0)), "ends") == []


# Other money


@pytest.mark.parametrize("currency", ["THB", "INR", "JPY", "USDT"])
def test_any_currency_is_followed_as_yuan_is(currency: str) -> None:
    def of(code: str) -> list[tuple[Any, ...]]:
        legs = [
            leg(1, A, 0, 100_000, 130_000, V),
            leg(2, A, 5, -90_000, 40_000, B),
            leg(3, B, 5, 90_000, 90_000, A),
            leg(4, B, 30, -50_000, 40_000, "", summary="ATM WITHDRAWAL"),
            leg(5, B, 90, -20_000, 20_000, C),
            leg(6, C, 90, 20_000, 20_000, B),
        ]
        mentions = [{**m, "value": m["value"].replace("CNY:", f"{code}:")} for m in paid(1, A, 100_000, 0)]
        engine = world([{**row, "currency": code} for row in legs], [report(1, currency=code)], mentions)
        assert set(column(engine, "disputed", "currency")) == {code}
        return sorted(sums(engine).items()) + sorted(zip(*(column(engine, "exits", c) for c in ("kind", "disputed_minor")), strict=True))  # fmt: skip

    assert of(currency) == of("CNY")


def test_currencies_of_one_account_are_two_purses() -> None:
    legs = [
        leg(1, A, 0, 100_000, 100_000, V, currency="THB"),
        leg(2, A, 5, -90_000, 10_000, B, currency="CNY"),
        leg(3, B, 5, 90_000, 90_000, A, currency="CNY"),
    ]
    mentions = [{**m, "value": m["value"].replace("CNY:", "THB:")} for m in paid(1, A, 100_000, 0)]
    assert sums(world(legs, [report(1, currency="THB")], mentions)) == {("1-1", A): (1, 100_000, 0, 0, 100_000, 0)}


def test_a_token_is_followed_over_two_wallets_of_an_explorers_list() -> None:
    # a mixed list: each row is told once, from its sender. V -> a 1,000; a -> b 900; b -> c 850; c has no row of its own
    rows = [("v", "a", "1000"), ("a", "b", "900"), ("b", "c", "850.000001")]
    head = "Tx Hash,blockHeight,blockTime(UTC+8),blockTime(UTC),from,to,value,symbol,tokenAddress,status"
    lines = [
        f"{tx(f'w{n}')[2:]},{n},2026/09/21 23:0{n}:00,2026/09/21 15:0{n}:00,{tron(a)},{tron(b)},{value},USDT,{USDT_TRON},SUCCESS"
        for n, (a, b, value) in enumerate(rows)
    ]
    source = Source(("\n".join([head, *lines]) + "\n").encode())
    read = joined(list(known.read(known.best(source).format, source)), "legs").to_pylist()
    legs = [{**row, "file": 10} for row in read]
    assert [row["direction"] for row in legs] == ["out"] * 3
    minute = (legs[0]["at_ms"] - START) // MINUTE
    first = f"TRON:{tron('a')}"
    mentions = [
        {**m, "kind": "wallet" if m["kind"] == "account" else m["kind"], "value": m["value"].replace("CNY:", "USDT:")}
        for m in paid(1, first, 1_000_000_000, minute)
    ]
    engine = world(legs, [report(1, currency="USDT")], mentions)
    assert sums(engine) == {
        ("1-1", first): (1, 1_000_000_000, 900_000_000, 0, 100_000_000, 0),
        ("1-1", f"TRON:{tron('b')}"): (2, 900_000_000, 850_000_001, 0, 49_999_999, 0),
        ("1-1", f"TRON:{tron('c')}"): (3, 850_000_001, 0, 0, 0, 850_000_001),
    }
    assert column(engine, "transfers", "exit") == ["", "", ""]
    assert column(engine, "transfers", "seen_by") == ["both", "both", "payer"]


def test_a_claim_of_more_than_any_person_has_is_shown_and_not_added_up() -> None:
    engine = world([], [report(1), report(2)], paid(1, A, 2**62, 0) + paid(2, A, 2**62, 0))
    assert column(engine, "payments", "amount_minor") == [2**62, 2**62]
    assert [row[1] for row in sums(engine).values()] == [0, 0]


def test_balances_that_no_column_can_subtract_leave_the_amount_empty() -> None:
    legs = [leg(1, A, 0, 100, 2**63 - 1, V), leg(2, A, 1, -100, -(2**63) + 1, C)]
    assert [row[3] for row in gaps(world(legs, [report(1)], paid(1, A, 100, 0)), "gap")] == [None]


# All together


def mixed(rng: random.Random) -> tuple[list[Row], list[Row]]:
    """Random transfers with fees, returns, missing rows and payment firms."""
    accounts = [f"62220000000000000{n:02d}" for n in range(6)]
    balance = dict.fromkeys(accounts, 30_000_00)
    legs: list[Row] = []
    mentions: list[Row] = []

    def book(minute: int, account: str, change: int, counter: str, **other: Any) -> None:
        balance[account] += change
        if rng.random() < 0.93:
            stated = balance[account] if rng.random() < 0.95 else None
            legs.append(leg(len(legs) + 1, account, minute, change, stated, counter, **other))

    for n in range(40):
        payer, payee = rng.sample(accounts, 2)
        amount, minute = rng.choice((100_00, 250_00, 1_000_00)), 20 * n
        fee = rng.choice((0, 0, 50, 200))
        firm = FIRM if rng.random() < 0.1 else {}
        book(minute, payer, -amount, "" if firm else payee, **firm)
        book(minute + rng.randint(0, 3), payee, amount - fee, "" if firm else payer, **firm)
        if rng.random() < 0.2:
            book(minute + 9, payee, -amount, payer, summary="退款")
            book(minute + 9, payer, amount, payee, summary="退款")
        if rng.random() < 0.3:
            mentions += paid(n % 3 + 1, payee, amount, minute, start=40 * n)
    return legs, mentions


@pytest.mark.parametrize("seed", range(5))
def test_order_changes_nothing_and_every_cent_is_somewhere(seed: int) -> None:
    rng = random.Random(seed)
    legs, mentions = mixed(rng)
    reports = [report(n) for n in (1, 2, 3)]
    first = world(legs, reports, mentions)
    for rows in (legs, reports, mentions):
        rng.shuffle(rows)
    second = world(legs, reports, mentions)
    for name in MADE:
        rows_of = [tuple(row.values()) for row in first.all_rows(name).to_pylist()]
        assert rows_of == [tuple(row.values()) for row in second.all_rows(name).to_pylist()]
        select = ", ".join(f'"{c}"' for c in table(name).column_names())
        assert rows_of == first.rows(f'SELECT {select} FROM "{name}"')
    assert set(column(first, "repairs", "kind")) <= set(vocabulary("repairs"))
    for row in sums(first).values():
        assert row[1] == sum(row[2:])
    # no cent is made: what is somewhere was paid, and nothing is claimed twice
    paid_minor = sum(row[0] for row in first.rows('SELECT "amount_minor" FROM "payments" WHERE "state" <> \'missing\''))
    assert 0 < sum(sum(row[3:]) for row in sums(first).values()) <= paid_minor


def test_the_words_are_bilingual() -> None:
    for name in ("gaps", "repairs"):
        for term in vocabulary(name).values():
            assert term.en and term.zh and term.note_en and term.note_zh
