"""Innocent explanations: what an account did before disputed money came, and what launderers do not get credit for."""

from typing import Any

import pyarrow as pa
import pytest
from money_worlds import AS_OF, DAY, column, leg, paid, report, world

from fanzha.respond.propose import propose
from fanzha.store.engine import Engine

SHOP, MULE, VICTIM = "6222000000000000077", "6222000000000000001", "6222000000000000091"
DAY_MINUTES = 1440


def statement(
    account: str, moves: list[tuple[int, int, str, dict[str, Any]]], opening: int = 0
) -> list[dict[str, Any]]:
    """Rows of (day, change, counterparty, other columns) with balances that follow."""
    rows, balance = [], opening
    for number, (day, change, counter, other) in enumerate(moves):
        balance += change
        rows.append(
            leg(int(account[-2:]) * 1000 + number, account, day * DAY_MINUTES, change, balance, counter, **other)
        )
    return rows


def shop_rows(days: int = 20) -> list[tuple[int, int, str, dict[str, Any]]]:
    return [(day, 5_000, f"62229999000000000{day:02d}", {"summary": "扫码支付"}) for day in range(days)]


def chain(receiver: list[tuple[int, int, str, dict[str, Any]]], day: int = 60, summary: str = "转账") -> Engine:
    """A victim pays the mule on `day`, the mule pays SHOP 600 of it; then what SHOP's statement shows."""
    legs = [
        leg(1, MULE, day * DAY_MINUTES - 5, 100_000, 100_000, VICTIM),
        leg(2, MULE, day * DAY_MINUTES, -60_000, 40_000, SHOP),
        *statement(SHOP, receiver),
    ]
    arrival = [
        row
        for row in legs
        if row["account"] == SHOP and row["counter_account"] == MULE and row["amount_minor"] == 60_000
    ]
    for row in arrival:
        row["summary"] = summary
    engine = world(legs, [report(1)], paid(1, MULE, 100_000, day * DAY_MINUTES - 5))
    propose(engine, AS_OF)
    return engine


def innocent(engine: Engine, account: str = SHOP) -> str:
    ((code,),) = engine.rows('SELECT "innocent" FROM "disputed" WHERE "account" = ?', (account,))
    return str(code)


def verbs(engine: Engine, account: str = SHOP) -> list[str]:
    return [row[0] for row in engine.rows('SELECT "verb" FROM "steps" WHERE "target" = ? ORDER BY "rank"', (account,))]


ARRIVAL = (60, 60_000, MULE, {})


def test_a_shop_paid_with_fraud_money_is_heard_and_never_held() -> None:
    engine = chain([*shop_rows(), ARRIVAL])
    assert innocent(engine) == "shop"
    assert verbs(engine) == ["ask_holder"]
    assert "hold" in verbs(engine, MULE)


def test_seven_customers_do_not_make_a_shop() -> None:
    engine = chain([*shop_rows(7), ARRIVAL])
    assert innocent(engine) == "none"
    assert verbs(engine)[0] == "hold"


def test_customers_of_one_day_do_not_make_a_shop() -> None:
    rows = [(3, 5_000, f"62229999000000000{n:02d}", {"summary": "扫码支付"}) for n in range(20)]
    assert innocent(chain([*rows, ARRIVAL])) != "shop"


def test_customers_after_the_disputed_money_do_not_count() -> None:
    later = [(61 + day, change, payer, other) for day, change, payer, other in shop_rows()]
    assert innocent(chain([ARRIVAL, *later])) == "none"


def test_who_sends_it_on_within_the_day_is_no_shop() -> None:
    rows = [*shop_rows(), (59, -100_000, "", {"cash": True}), ARRIVAL, (60, -55_000, "6222000000000000055", {})]
    engine = chain(rows)
    assert innocent(engine) == "unwitting"  # twenty honest rows over two months


def test_an_employer_and_a_person_paid_wages() -> None:
    wages = [(10, -1_000, f"62229999000000000{n:02d}", {"summary": "代发工资"}) for n in range(3)]
    assert innocent(chain([(1, 90_000, "6222999900000000050", {"summary": "货款"}), *wages, ARRIVAL])) == "payroll"
    assert innocent(chain([ARRIVAL], summary="工资")) == "payroll"


def test_family_pays_both_ways_for_long() -> None:
    both = [(1, 1_000, MULE, {}), (20, -500, MULE, {}), (45, 1_000, MULE, {})]
    assert innocent(chain([*both, ARRIVAL])) == "family"
    assert verbs(chain([*both, ARRIVAL])) == ["ask_holder"]


def test_a_month_of_one_way_payments_is_not_yet_family() -> None:
    assert innocent(chain([(1, 1_000, MULE, {}), (31, 1_000, MULE, {}), ARRIVAL])) == "none"


def test_a_landlord_receives_for_value() -> None:
    rent = {"summary": "房租"}
    assert innocent(chain([(day, 1_000, MULE, rent) for day in (0, 29, 59)] + [ARRIVAL])) == "none"  # 59 days
    longer = [(day, 1_000, MULE, rent) for day in (0, 30, 61)]
    assert innocent(chain([*longer, (70, 60_000, MULE, {})], day=70)) == "shop"


@pytest.mark.parametrize("rows", [0, 9])
def test_a_new_account_has_no_history_to_speak_for_it(rows: int) -> None:
    history = [(day, 100, "6222999900000000050", {}) for day in range(rows)]
    assert innocent(chain([*history, ARRIVAL])) == "none"


def test_nobody_is_explained_by_who_they_are() -> None:
    # another name and document number change nothing
    engine = chain([*shop_rows(), ARRIVAL])
    other = chain(
        [
            (d, c, p, {**o, "holder": "别人", "holder_id": "11010519491231002X"})
            for d, c, p, o in [*shop_rows(), ARRIVAL]
        ]
    )
    assert column(engine, "disputed", "innocent") == column(other, "disputed", "innocent")
    assert isinstance(engine.all_rows("disputed"), pa.Table)
    assert DAY == 86_400_000


def test_a_utility_that_collects_bills_is_a_shop() -> None:
    rows = [(day, 5_000, f"62229999000000000{day:02d}", {"summary": "水电费"}) for day in range(20)]
    engine = chain([*rows, ARRIVAL])
    assert innocent(engine) == "shop"
    assert verbs(engine) == ["ask_holder"]
