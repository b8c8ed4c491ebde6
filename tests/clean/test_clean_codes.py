"""Credit codes, SIM cards and subscribers: published samples, properties, dirty and hostile spellings."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import cn_id, credit_code, iccid, imsi
from fanzha.clean.digits import luhn_digit
from fanzha.clean.value import could_be

# codes of a listed company, of ministries' samples and of documents about GB 32100: organisations, no persons
PUBLISHED = ("91350100M000100Y43", "91110000600037341L", "91110105771583283D", "91110108735106340Y")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of GB 32100
# the cards of the GSMA's test profiles for eSIM, whose numbers are public
TEST_CARDS = ("89000123456789012341", "89019990001234567893")


@pytest.mark.parametrize("code", PUBLISHED)
def test_published_credit_codes_hold(code: str) -> None:
    assert credit_code.validate(code)
    assert credit_code.check_character(code[:17]) == code[17]
    assert credit_code.organisation_holds(code)


def test_the_sample_of_gb_11714_holds_within_a_credit_code() -> None:
    assert credit_code.organisation_holds("91110000D2143569X0")  # D2143569-X
    assert not credit_code.organisation_holds("91110000D21435690" + "0")


def test_every_single_wrong_character_is_seen() -> None:
    # 31 is prime: a change of one character, and of two neighbours, always changes the remainder
    for code in PUBLISHED:
        for place, written in enumerate(code):
            for other in ALPHABET.replace(written, ""):
                if place in range(2, 8) and not other.isdigit():
                    continue
                assert not credit_code.validate(code[:place] + other + code[place + 1 :])


def test_neighbours_changed_places_are_seen() -> None:
    for code in PUBLISHED:
        for place in range(17):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert swapped == code or not credit_code.validate(swapped)


@pytest.mark.parametrize(
    ("text", "normal", "valid", "partial", "problem"),
    [
        ("91110000600037341L", "91110000600037341L", True, False, ""),
        ("91110000600037341l", "91110000600037341L", True, False, ""),
        ("9111 0000 6000 3734 1L", "91110000600037341L", True, False, ""),
        ("91110000-60003734-1L", "91110000600037341L", True, False, ""),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L", True, False, ""),
        ('="91110000600037341L"', "91110000600037341L", True, False, ""),
        ("91110000600037341K", "91110000600037341K", False, False, "check_digit"),
        ("9111000060003734IL", "9111000060003734IL", False, False, "alphabet"),
        ("01110000600037341L", "01110000600037341L", False, False, "prefix"),
        ("91110000******341L", "91110000******341L", True, True, ""),
        ("91110000●●●●●●341L", "91110000******341L", True, True, ""),
    ],
)
def test_credit_codes_as_written(text: str, normal: str, valid: bool, partial: bool, problem: str) -> None:
    value = credit_code.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial, value.problem) == (normal, valid, partial, problem)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91110000600037341",
        "91110000600037341L0",
        "9111000A600037341L",
        "*" * 18,
        "91110000600037341\x00",
        "9" * 100000,
        "统一社会信用代码九一一一零零零零六零零零",
        "911******00000O000"[:17],
        "9111 0000",
    ],
)
def test_what_is_no_credit_code(text: str) -> None:
    assert credit_code.parse(text) is None
    assert not credit_code.validate(text)


@given(
    st.sampled_from("159ANY"),
    st.sampled_from("123459"),
    st.text(string.digits, min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
def test_any_code_with_its_check_character_holds(department: str, kind: str, area: str, organisation: str) -> None:
    first = department + kind + area + organisation
    assert [c for c in ALPHABET if credit_code.validate(first + c)] == [credit_code.check_character(first)]


def test_a_masked_credit_code_could_be_the_full_one_and_says_less() -> None:
    hidden = credit_code.masked(PUBLISHED[0])
    assert could_be(hidden, PUBLISHED[0])
    assert PUBLISHED[0][8:14] not in hidden
    assert credit_code.masked(hidden) == hidden
    assert 0 < credit_code.specificity(hidden) < credit_code.specificity(PUBLISHED[0])


def test_a_person_is_no_organisation() -> None:
    # 18 digits may be both: an identity number does not pass as a credit code by chance more often than 1 in 31
    numbers = [f"110105{year}0101{number:03d}" for year in range(1949, 2000, 5) for number in range(0, 999, 37)]
    passed = sum(credit_code.validate(first + cn_id.check_character(first)) for first in numbers)
    assert passed < len(numbers) / 10


@pytest.mark.parametrize("card", TEST_CARDS)
def test_published_test_cards_hold(card: str) -> None:
    assert iccid.validate(card)
    for place in range(2, len(card)):
        for other in string.digits.replace(card[place], ""):
            assert not iccid.validate(card[:place] + other + card[place + 1 :])


@pytest.mark.parametrize(
    ("text", "normal", "valid", "partial", "problem"),
    [
        ("8900 0123 4567 8901 2341", "89000123456789012341", True, False, ""),
        ("8900-0123-4567-8901-2341", "89000123456789012341", True, False, ""),
        ("８９０００１２３４５６７８９０１２３４１", "89000123456789012341", True, False, ""),
        ("89000123456789012341F"[:20], "89000123456789012341", True, False, ""),
        ("8944500102198304826F", "8944500102198304826", True, False, ""),  # nineteen and the filler of the card
        ("896588081210001114", "896588081210001114" + luhn_digit("896588081210001114"), True, False, ""),
        ("8986012345678901234", "8986012345678901234" + luhn_digit("8986012345678901234"), True, False, ""),
        ("898600A1234567890123", "898600A1234567890123", True, False, ""),
        ("89000123456789012342", "89000123456789012342", False, False, "check_digit"),
        ("8944500102198304827", "8944500102198304827", False, False, "check_digit"),  # nineteen, not of China
        ("89860000000000000000", "89860000000000000000", False, False, "placeholder"),
        ("898600**********4320", "898600**********4320", True, True, ""),
        ("898600xxxxxxxxxx4320", "898600**********4320", True, True, ""),
    ],
)
def test_cards_as_written(text: str, normal: str, valid: bool, partial: bool, problem: str) -> None:
    value = iccid.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial, value.problem) == (normal, valid, partial, problem)
    assert iccid.validate(normal) is (valid and not partial)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "89",
        "8944500102198304",
        "890001234567890123411",
        "88000123456789012341",
        "8900012345678901234\x00",
        "89" + "*" * 18,
        "8" * 9999,
        "89八六零零",
        "894450010219830ABCDE",
        "89861234ABCD56789012",
    ],
)
def test_what_is_no_card(text: str) -> None:
    assert iccid.parse(text) is None
    assert not iccid.validate(text)


@given(st.from_regex(r"89[0-9]{14,16}", fullmatch=True))
def test_any_card_with_its_check_digit_holds(first: str) -> None:
    card = first + luhn_digit(first)
    value = iccid.parse(card)
    if len(card) == 17:
        assert value is None
    elif len(card) > 18:
        assert value is not None
        assert value.normal == card
        assert value.valid is (value.problem != "placeholder")


@given(st.from_regex(r"8986[0-9]{15}", fullmatch=True))
def test_a_chinese_card_reads_the_same_with_and_without_its_check_digit(first: str) -> None:
    whole, cut = iccid.parse(first + luhn_digit(first)), iccid.parse(first)
    assert whole is not None
    assert cut is not None
    if cut.normal != first and whole.valid:  # one in ten looks complete
        assert cut.normal == whole.normal


def test_a_masked_card_hides_the_subscriber() -> None:
    hidden = iccid.masked("89860123456789012345")
    assert hidden == "898601**********2345"
    assert iccid.masked(hidden) == hidden
    assert 0 < iccid.specificity(hidden) < iccid.specificity("89860123456789012345")


@pytest.mark.parametrize(
    ("text", "normal", "valid", "partial", "problem"),
    [
        ("460001234567890", "460001234567890", True, False, ""),
        ("460 00 1234567890", "460001234567890", True, False, ""),
        ("460-00-1234567890", "460001234567890", True, False, ""),
        ("４６０００１２３４５６７８９０", "460001234567890", True, False, ""),
        ("310260123456789", "310260123456789", True, False, ""),
        ("41401123456789", "41401123456789", True, False, ""),
        ("001010123456063", "001010123456063", False, False, "placeholder"),  # of the GSMA's test profile
        ("999991234567890", "999991234567890", False, False, "placeholder"),
        ("460000000000000", "460000000000000", False, False, "placeholder"),
        ("123451234567890", "123451234567890", False, False, "prefix"),
        ("46000******7890", "46000******7890", True, True, ""),
        ("46000xxxxxx7890", "46000******7890", True, True, ""),
    ],
)
def test_subscribers_as_written(text: str, normal: str, valid: bool, partial: bool, problem: str) -> None:
    value = imsi.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial, value.problem) == (normal, valid, partial, problem)
    assert imsi.validate(normal) is (valid and not partial)


@pytest.mark.parametrize(
    "text", ["", "46000123456", "4600012345678901", "46000123456789\0", "四六零零零", "*" * 15, "4" * 9_999]
)
def test_what_is_no_subscriber(text: str) -> None:
    assert imsi.parse(text) is None
    assert not imsi.validate(text)


@pytest.mark.parametrize(
    ("number", "parts", "country"),
    [
        ("460001234567890", ("460", "00", "1234567890"), "CN"),
        ("414011234567890", ("414", "01", "1234567890"), "MM"),
        ("456011234567890", ("456", "01", "1234567890"), "KH"),
        ("310260123456789", ("310", "260", "123456789"), "US"),
        ("405799123456789", ("405", "", "799123456789"), "IN"),  # both lengths in use: not guessed
        ("901281234567890", ("901", "", "281234567890"), ""),  # of no country
    ],
)
def test_parts_of_a_subscriber(number: str, parts: tuple[str, str, str], country: str) -> None:
    assert imsi.split(number) == parts
    assert "".join(parts) == number
    assert imsi.country(number) == country


def test_codes_of_countries_are_three_digits_by_region_and_unique() -> None:
    listed = imsi.countries()
    assert len(listed) >= 230
    assert all(len(code) == 3 and code.isdigit() and code[0] in "2345679" for code in listed)
    assert all(len(country) == 2 for country in listed.values())
    # those that matter most here, E.212
    wanted = {
        "460": "CN",
        "454": "HK",
        "455": "MO",
        "466": "TW",
        "414": "MM",
        "456": "KH",
        "457": "LA",
        "520": "TH",
        "515": "PH",
    }
    assert {code: listed[code] for code in wanted} == wanted


def test_the_network_of_a_subscriber_says_little() -> None:
    assert imsi.specificity("460001234567890") == 10 * 3322
    assert imsi.specificity("46000******7890") == 4 * 3322
    assert imsi.masked("460001234567890") == "46000******7890"
    assert imsi.masked("46000******7890") == "46000******7890"


@given(st.text(max_size=40) | st.from_regex(r"[0-9A-Z* \-]{12,24}", fullmatch=True))
def test_nothing_raises_and_what_is_parsed_is_stable(text: str) -> None:
    for module in (credit_code, iccid, imsi):
        assert module.validate(text) in (True, False)
        assert module.specificity(text) >= 0
        value = module.parse(text)
        if value is not None:
            assert value.original == text
            again = module.parse(value.normal)
            assert again is not None
            assert (again.normal, again.valid, again.partial) == (value.normal, value.valid, value.partial)
