"""Amounts in running text: where one number ends and the next begins."""

import pytest

from fanzha.clean import text


@pytest.mark.parametrize(
    ("told", "amounts"),
    [
        ("转到6222020000000001238\uff0c3.5万元", ["CNY:3500000"]),
        ("到账户6222020000000001238,3.5万元", ["CNY:3500000"]),
        ("账号6299001234567890,500元", ["CNY:50000"]),
        ("分别转账3000\uff0c5000元", ["CNY:500000"]),
        ("转账35,000.00元\uff0c50,000元", ["CNY:3500000", "CNY:5000000"]),
        ("1,234,567.89元", ["CNY:123456789"]),
    ],
)
def test_a_comma_between_an_account_and_an_amount_is_no_thousands_separator(told: str, amounts: list[str]) -> None:
    """Read as one number, 238,3.5万 became 5万: the victim's loss was wrong by half."""
    assert [found.normal for found in text.find(told) if found.kind == "money"] == amounts
