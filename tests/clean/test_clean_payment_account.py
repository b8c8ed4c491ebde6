"""Accounts of payment firms: spellings, masks, what is none. All of them are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import payment_account
from fanzha.clean.value import could_be


@pytest.mark.parametrize(
    ("text", "firm", "normal"),
    [
        ("Big_Lu_1", "TENPAY", "TENPAY.big_lu_1"),
        ("TENPAY.big_lu_1", "", "TENPAY.big_lu_1"),
        ("TENPAY.big_lu_1", "ALIPAY", "TENPAY.big_lu_1"),
        ("Tenpay:Big_Lu_1", "", "TENPAY.big_lu_1"),
        ("tenpay.big", "ALIPAY", "ALIPAY.tenpay.big"),  # a login that begins so
        ("微信:big_lu_1", "", "TENPAY.big_lu_1"),
        ("微信支付\uff1abig_lu_1\t", "ALIPAY", "TENPAY.big_lu_1"),
        ("'a1199999999000@wx.tenpay.com", "tenpay", "TENPAY.a1199999999000@wx.tenpay.com"),
        ("2088999900000001", "ALIPAY", "ALIPAY.2088999900000001"),
        ("\uff12\uff10\uff18\uff18999900000001", "支付宝", "ALIPAY.2088999900000001"),
        ("Somebody@Example.INVALID", "ALIPAY", "ALIPAY.somebody@example.invalid"),
        ("支付宝: 138******00", "", "ALIPAY.138******00"),
    ],
)
def test_spellings(text: str, firm: str, normal: str) -> None:
    value = payment_account.parse(text, firm)
    assert value is not None
    assert (value.kind, value.normal, value.original, value.valid) == ("payment_account", normal, text, True)
    assert value.partial == ("*" in normal) == (not payment_account.validate(normal))
    again = payment_account.parse(value.normal)
    assert again is not None and again.normal == normal


@pytest.mark.parametrize(
    ("text", "firm"),
    [
        ("", "TENPAY"),
        ("abc", "TENPAY"),
        ("big_lu_1", ""),
        ("big_lu_1", "BANK"),
        ("BANK:big_lu_1", ""),
        ("BTC:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "TENPAY"),
        ("2.088E+15", "ALIPAY"),
        ("甲某某", "ALIPAY"),
        ("/", "ALIPAY"),
        ("**********12", "ALIPAY"),
        ("a b c d", "TENPAY"),
        ("a\0bcd", "TENPAY"),
        ("x" * 65, "TENPAY"),
        ("x" * 100_000, "TENPAY"),
        (":" * 100, "TENPAY"),
    ],
)
def test_no_account(text: str, firm: str) -> None:
    assert payment_account.parse(text, firm) is None


def test_firms_are_told_apart() -> None:
    one, other = (payment_account.parse("13800138000", firm) for firm in ("TENPAY", "ALIPAY"))
    assert one is not None and other is not None and one.normal != other.normal


def test_parts() -> None:
    assert payment_account.parts("ALIPAY.a.b@example.invalid") == ("ALIPAY", "a.b@example.invalid")
    assert payment_account.parts("6222021234567890128") == ("", "6222021234567890128")
    assert payment_account.parts("BTC:x") == ("", "BTC:x") and payment_account.parts("") == ("", "")


def test_masks_show_little() -> None:
    assert payment_account.masked("ALIPAY.2088999900000001") == "ALIPAY.20****01"
    assert payment_account.masked("TENPAY.abcd") == "TENPAY.a****d"
    assert payment_account.masked("TENPAY.13800138000") == "TENPAY.13****00"
    assert could_be("ALIPAY.138******00", "ALIPAY.13800138000")
    assert not could_be("ALIPAY.138******00", "ALIPAY.13800138001")


LOGIN = st.from_regex(r"[0-9a-z][0-9a-z_.@+\-]{3,40}", fullmatch=True)


@given(LOGIN, st.sampled_from(["TENPAY", "ALIPAY"]))
def test_normal_form_is_stable(login: str, firm: str) -> None:
    value = payment_account.parse(login, firm)
    if value is None:  # a number as a spreadsheet writes it
        assert "e" in login
        return
    assert payment_account.validate(value.normal)
    hidden = payment_account.masked(value.normal)
    assert sum(c != "*" for c in hidden.partition(".")[2]) <= 4
    assert payment_account.specificity(value.normal) > 0


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    value = payment_account.parse(text, "TENPAY")
    assert value is None or payment_account.parse(value.normal) is not None
