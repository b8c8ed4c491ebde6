"""Likeness of addresses: golden pairs (invented), symmetry, numbers that must agree, hostile input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean.address_likeness import address_likeness, compare, prepare

ALIKE = 700


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("12 Oak St, Springfield", "12 Oak Street Springfield"),
        ("12 Oak St, Springfield 62704", "12 Oak Street, Springfield 62704-1234"),
        ("Flat 3, 10 Elm Rd, London SW1A 2AA", "Apt 3 10 Elm Road London sw1a2aa"),
        ("10 Elm Road, London", "Flat 3, 10 Elm Road, London"),
        ("No. 7 North Avenue", "7 N. Ave"),
        ("5th Avenue 12", "5 Ave 12"),
        ("Hauptstraße 5, Berlin", "Hauptstrasse 5 Berlin"),
        ("ул. Ленина 5, Москва", "ul. Lenina 5 Moskva"),
        ("广东省深圳市南山区科技路12号", "深圳市南山区科技路12号"),
        ("广东深圳市南山区科技路12号3栋501室", "广东省深圳市南山区科技路12号3幢501房"),
        ("廣東省深圳市南山區科技路12號", "广东省深圳市南山区科技路12号"),
        ("广东省深圳市南山区科技路12号", "No. 12 Keji Road, Nanshan District, Shenzhen, Guangdong"),
        ("12 Springfeild Road, Oakham", "12 Springfield Road, Oakham"),
    ],
)
def test_addresses_that_agree(a: str, b: str) -> None:
    assert address_likeness(a, b) >= ALIKE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("12 Oak St, Springfield", "14 Oak St, Springfield"),
        ("12 Oak St, Springfield", "12 Elm St, Springfield"),
        ("12 Oak St, Springfield 62704", "12 Oak St, Springfield 62705"),
        ("10 Elm Rd, London SW1A 2AA", "10 Elm Rd, London N1 9GU"),
        ("Flat 3, 10 Elm Road, London", "Flat 4, 10 Elm Road, London"),
        ("广东省深圳市南山区科技路12号", "广东省深圳市南山区科技路21号"),
        ("广东省深圳市南山区科技路12号", "广东省深圳市福田区科技路12号"),
        ("广东省深圳市南山区科技路12号", "广东省深圳市南山区学府路12号"),
        ("广东省深圳市南山区科技路12号3栋501室", "广东省深圳市南山区科技路12号3栋502室"),
        ("广东省深圳市南山区科技路12号", "湖南省长沙市岳麓区麓山路12号"),
        ("广东省深圳市南山区科技路12号", "No. 14 Keji Road, Nanshan District, Shenzhen"),
    ],
)
def test_addresses_that_do_not(a: str, b: str) -> None:
    assert address_likeness(a, b) < ALIKE


def test_what_an_address_is_taken_apart_into() -> None:
    made = prepare("Flat 3, 10 Elm Rd., London SW1A 2AA")
    assert ([one.latin for one in made.words], made.numbers, made.postcode) == (
        ["apartment", "elm", "road", "london"],
        ("3", "10"),
        "sw1a2aa",
    )
    assert prepare("12 Oak St, Springfield 62704").postcode == "62704"
    assert prepare("12345 Oak St").postcode == ""  # the only number is a house
    assert prepare("12 Oak St").parts is None
    parts = prepare("广东省深圳市南山区科技路12号").parts
    assert parts is not None
    assert (parts.city, parts.number) == ("深圳市", "12号")


def test_a_missing_number_costs_less_than_a_wrong_one() -> None:
    whole = "广东省深圳市南山区科技路12号"
    assert address_likeness(whole, whole) == 1000
    assert (
        1000 > address_likeness(whole, "广东省深圳市南山区科技路") > address_likeness(whole, whole.replace("12", "13"))
    )
    assert address_likeness("12 Oak St, Oakham", "Oak St, Oakham") > address_likeness(
        "12 Oak St, Oakham", "13 Oak St, Oakham"
    )


PLACES = st.sampled_from(
    [
        "12",
        "3",
        "oak",
        "st",
        "street",
        "rd",
        "London",
        "SW1A 2AA",
        "62704",
        "深圳市",
        "南山区",
        "科技路",
        "12号",
        "501室",
        ",",
        " ",
        "#",
    ]
)
TEXTS = st.text(max_size=40) | st.lists(PLACES, max_size=8).map(" ".join) | st.lists(PLACES, max_size=8).map("".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300)
def test_any_two_texts_have_a_likeness_that_is_symmetric(a: str, b: str) -> None:
    found = address_likeness(a, b)
    assert 0 <= found <= 1000
    assert found == address_likeness(b, a) == compare(prepare(a), prepare(b))


@given(TEXTS)
def test_an_address_is_like_itself(a: str) -> None:
    assert address_likeness(a, a) == (1000 if prepare(a).folded else 0)


@given(
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from(["{} Oak Street, Oakham", "广东省深圳市南山区科技路{}号", "Oakham, Elm Lane {}"]),
)
def test_house_numbers_must_agree(a: int, b: int, shape: str) -> None:
    assert (address_likeness(shape.format(a), shape.format(b)) >= ALIKE) == (a == b)


@pytest.mark.parametrize(
    "hostile", ["1 " * 50_000, "路" * 50_000, "a.b." * 10_000, "12-" * 10_000, "\ud800", "#" * 1000]
)
def test_hostile_addresses_are_read_in_bounds(hostile: str) -> None:
    for other in ("12 Oak Street", "广东省深圳市南山区科技路12号", hostile[::-1]):
        assert 0 <= address_likeness(hostile, other) <= 1000
