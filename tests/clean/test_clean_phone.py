"""Telephone numbers: spellings, sorts, and agreement with the phonenumbers library. All numbers are invented."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import phone
from fanzha.clean.value import could_be


@pytest.mark.parametrize(
    ("text", "normal", "sort"),
    [
        ("13812345678", "+8613812345678", "mobile"),
        ("138 1234 5678", "+8613812345678", "mobile"),
        ("138-1234-5678", "+8613812345678", "mobile"),
        ("+86 138 1234 5678", "+8613812345678", "mobile"),
        ("8613812345678", "+8613812345678", "mobile"),
        ("008613812345678", "+8613812345678", "mobile"),
        ("(+86)13812345678", "+8613812345678", "mobile"),
        ("１３８１２３４５６７８", "+8613812345678", "mobile"),
        ("＋８６１３８１２３４５６７８", "+8613812345678", "mobile"),
        ("013812345678", "+8613812345678", "mobile"),
        ("13812345678\t", "+8613812345678", "mobile"),
        ("tel:13812345678", "+8613812345678", "mobile"),
        ("电话:13812345678", "+8613812345678", "mobile"),
        ("138\u200b12345678", "+8613812345678", "mobile"),
        ("16212345678", "+8616212345678", "virtual"),
        ("17012345678", "+8617012345678", "virtual"),
        ("17112345678", "+8617112345678", "virtual"),
        ("16512345678", "+8616512345678", "virtual"),
        ("16712345678", "+8616712345678", "virtual"),
        ("010-62345678", "+861062345678", "fixed"),
        ("(010)62345678", "+861062345678", "fixed"),
        ("+86 10 6512 3456", "+861065123456", "fixed"),
        ("0755-82345678", "+8675582345678", "fixed"),
        ("010-62345678转801", "+861062345678", "fixed"),
        ("4001234567", "4001234567", "toll_free"),
        ("400-123-4567", "4001234567", "toll_free"),
        ("8001234567", "8001234567", "toll_free"),
        ("95588", "95588", "short_code"),
        ("96110", "96110", "short_code"),
        ("10086", "10086", "short_code"),
        ("12381", "12381", "short_code"),
        ("110", "110", "short_code"),
        ("+8695588", "95588", "short_code"),
        ("961234", "961234", "short_code"),
        ("1065512345678", "1065512345678", "sms_port"),
        ("106900001234", "106900001234", "sms_port"),
        ("+1 415 555 2671", "+14155552671", "international"),
        ("0044 20 7946 0958", "+442079460958", "international"),
        ("138****1234", "+86138****1234", "partial"),
        ("138xxxx1234", "+86138****1234", "partial"),
        ("138XXXX1234", "+86138****1234", "partial"),
        ("138＊＊＊＊1234", "+86138****1234", "partial"),
        ("+86 138 **** 1234", "+86138****1234", "partial"),
        ("010-6234****", "+86106234****", "partial"),
        ("+4479****1234", "+4479****1234", "partial"),
    ],
)
def test_spellings(text: str, normal: str, sort: str) -> None:
    value = phone.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.original) == (normal, True, text)
    assert phone.kind_of(normal) == sort
    assert value.partial is (sort == "partial")
    assert phone.validate(normal) is (sort != "partial")


@pytest.mark.parametrize("text", ["14012345678", "15412345678", "+8614012345678"])
def test_unallocated_mobile_prefix_is_kept(text: str) -> None:
    value = phone.parse(text)
    assert value is not None
    assert (value.valid, value.problem) == (False, "prefix")


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "6222021234567890128", "1", "++1", "****", "+", "wxid_abc", "12" * 90, "138****"]
)
def test_not_a_phone(text: str) -> None:
    assert phone.parse(text) is None


def test_masked_and_specificity() -> None:
    assert phone.masked("+8613812341234") == "+86138****1234"
    assert phone.masked("95588") == "95588"
    assert phone.masked("+14155552671") == "+141****2671"
    assert could_be("+86138****1234", "+8613899991234")
    full, part = phone.specificity("+8613812345678"), phone.specificity("+86138****5678")
    assert full > part > phone.specificity("95588") > 0


def _mobiles(chooser: random.Random, count: int) -> list[str]:
    return [f"1{chooser.randrange(3, 10)}{chooser.randrange(10**9):09d}" for _ in range(count)]


def test_every_cn_mobile_prefix_agrees_with_the_library() -> None:
    for prefix in range(13000, 20000):
        number = f"{prefix}123456"
        value = phone.parse(number)
        assert value is not None
        assert value.valid == phonenumbers.is_valid_number(phonenumbers.parse(number, "CN")), number


@pytest.mark.parametrize(
    ("code", "lengths"), [("1", (10,)), ("44", (9, 10)), ("66", (8, 9)), ("91", (10,)), ("65", (8,)), ("86", (10, 11))]
)
def test_agreement_with_the_library(code: str, lengths: tuple[int, ...]) -> None:
    chooser = random.Random(20240305)
    for _ in range(500):
        length = chooser.choice(lengths)
        number = f"+{code}{chooser.randrange(10 ** (length - 1), 10**length)}"
        found = phonenumbers.parse(number, "CN")
        valid = phonenumbers.is_valid_number(found)
        value = phone.parse(number)
        assert value is not None
        service = not value.normal.startswith("+")
        assert value.valid == valid or service, number
        if valid and not service:
            assert value.normal == phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("text", "region", "normal"),
    [
        ("(415) 555-2671", "US", "+14155552671"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("9123 4567", "SG", "+6591234567"),
    ],
)
def test_region(text: str, region: str, normal: str) -> None:
    value = phone.parse(text, region=region)
    assert value is not None and value.normal == normal


@given(st.one_of(st.text(max_size=40), st.text("0123456789+-() *xX转", max_size=24)))
def test_never_raises_and_is_idempotent(text: str) -> None:
    value = phone.parse(text)
    phone.validate(text)
    if value is not None:
        again = phone.parse(value.normal)
        assert again is not None and again.normal == value.normal
        assert phone.kind_of(value.normal)
        assert phone.masked(value.normal) and phone.specificity(value.normal) > 0
