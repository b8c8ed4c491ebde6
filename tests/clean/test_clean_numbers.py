"""Cards, accounts, identity numbers, devices: published samples, dirty spellings, properties. All numbers are invented."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import account, bank_card, cn_id, digits, imei
from fanzha.clean.value import could_be

MODULES = (bank_card, account, cn_id, imei)


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4012888888881881",
        "4222222222222",
        "5555555555554444",
        "5105105105105100",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "38520000023237",
        "6011111111111117",
        "6011000990139424",
        "3530111333300000",
        "3566002020360505",
        "79927398713".zfill(12),
    ],
)
def test_luhn_samples_of_card_schemes(number: str) -> None:
    assert digits.luhn_ok(number)
    assert digits.luhn_digit(number[:-1]) == number[-1]
    assert bank_card.validate(number) is (number[0] != "0")


def test_luhn_catches_every_single_error() -> None:
    number = "6222021234567890128"
    for place in range(len(number)):
        for other in "0123456789".replace(number[place], ""):
            assert not digits.luhn_ok(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    ("text", "normal", "valid", "partial", "problem"),
    [
        ("6222 0212 3456 7890 128", "6222021234567890128", True, False, ""),
        ("6222-0212-3456-7890-128", "6222021234567890128", True, False, ""),
        ("6222021234567890128\t", "6222021234567890128", True, False, ""),
        ('="6222021234567890128"', "6222021234567890128", True, False, ""),
        ("'6222021234567890128", "6222021234567890128", True, False, ""),
        ("６２２２０２１２３４５６７８９０１２８", "6222021234567890128", True, False, ""),
        ("\ufeff6222021234567890128", "6222021234567890128", True, False, ""),
        ("6222\u200b021234567890128", "6222021234567890128", True, False, ""),
        ("6222021234567890129", "6222021234567890129", False, False, "check_digit"),
        ("0000000000000000", "0000000000000000", False, False, "prefix"),
        ("6222****1234", "6222****1234", True, True, ""),
        ("6222 02** **** 1234", "622202******1234", True, True, ""),
        ("6222＊＊＊＊1234", "6222****1234", True, True, ""),
        ("6222XXXXXXXX1234", "6222********1234", True, True, ""),
        ("622202••••••1234", "622202******1234", True, True, ""),
    ],
)
def test_bank_card_spellings(text: str, normal: str, valid: bool, partial: bool, problem: str) -> None:
    value = bank_card.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial, value.problem) == (normal, valid, partial, problem)
    assert value.original == text


@pytest.mark.parametrize(
    "text", ["", "13812345678", "62220212345678901234", "abc", "****", "****************", "6.2E+18", "1" * 500]
)
def test_not_a_bank_card(text: str) -> None:
    assert bank_card.parse(text) is None


def test_bank_card_masked_and_specificity() -> None:
    assert bank_card.masked("6222021234567890128") == "6222****0128"
    assert bank_card.specificity("6222021234567890128") > bank_card.specificity("622202******1234") > 0
    assert could_be("622202*********0128", "6222021234567890128")


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("6.22202E+18", True),
        ("6.22202123456789e18", True),
        ("6222021234567890000", True),
        ("6222021234567890", True),
        ("6222021234567890000.0", True),
        ("6222021234567890128", False),
        ("622202123456789", False),
        ("1.5E+05", False),
        ("", False),
        ("E+18", False),
        ("6.22202E+11", True),
    ],
)
def test_spreadsheet_loss(text: str, lost: bool) -> None:
    assert bank_card.spreadsheet_loss(text) is lost


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("6222-0212-3456-7890-128", "6222021234567890128"),
        ("6222021234567890128\t", "6222021234567890128"),
        ("1100 1234 5678", "110012345678"),
        ("110012345678-001", "110012345678-001"),
        ("nra1234567", "NRA1234567"),
        ("GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
        ("12345", "12345"),
        ("１２３４５６", "123456"),
        ("6222****1234", "6222****1234"),
        ("****1234", "****1234"),
        (" \t", None),
        ("1234", None),
        ("张三", None),
        ("ABCDEF", None),
        ("6.22E+18", None),
        ("1" * 35, None),
        ("--12345", None),
        ("a@b.com", None),
        ("12--345", None),
    ],
)
def test_account_normal_form(text: str, normal: str | None) -> None:
    assert account.normal_form(text) == normal
    value = account.parse(text)
    assert (value.normal if value else None) == normal


def test_account_placeholder_and_masks() -> None:
    value = account.parse("0000000000")
    assert value is not None and not value.valid and value.problem == "placeholder"
    assert account.masked("110012345678") == "1100****5678"
    assert account.masked("12345") == "****45"
    assert account.specificity("6222021234567890128") == bank_card.specificity("6222021234567890128")


@given(
    st.integers(15, 18).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)),
    st.sampled_from([" ", "-", ""]),
)
def test_card_and_account_of_the_same_digits_are_equal(body: str, gap: str) -> None:
    number = "6" + body[1:] + digits.luhn_digit("6" + body[1:])
    written = gap.join(number[i : i + 4] for i in range(0, len(number), 4))
    card, book = bank_card.parse(written), account.parse(written)
    assert card is not None and book is not None
    assert card.normal == book.normal == number
    assert card.valid


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "110105194912310021"])
def test_published_identity_numbers(number: str) -> None:
    # samples of GB 11643-1999; the third has a wrong check character
    assert cn_id.validate(number) is (number != "110105194912310021")


@pytest.mark.parametrize(
    ("text", "normal", "valid", "problem"),
    [
        ("11010519491231002x", "11010519491231002X", True, ""),
        ("110105 19491231 002X", "11010519491231002X", True, ""),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", True, ""),
        ("110105194912310029", "110105194912310029", False, "check_digit"),
        ("11010519490230002X", "11010519490230002X", False, "date"),
        ("99010519491231002X", "99010519491231002X", False, "area"),
        ("110105491231002", "11010519491231002X", True, ""),
        ("110105********002X", "110105********002X", True, ""),
        ("110105XXXXXXXX002X", "110105********002X", True, ""),
        ("1101**********002X", "1101**********002X", True, ""),
    ],
)
def test_cn_id_spellings(text: str, normal: str, valid: bool, problem: str) -> None:
    value = cn_id.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.problem) == (normal, valid, problem)
    assert value.partial is ("*" in normal)


@pytest.mark.parametrize(
    "text", ["", "110105491331002", "990105491231002", "1101051949123100", "abcdefghijklmnopqr", "*" * 18]
)
def test_not_a_cn_id(text: str) -> None:
    assert cn_id.parse(text) is None


def test_cn_id_masked_and_no_features() -> None:
    assert cn_id.masked("11010519491231002X") == "110105********002X"
    assert could_be(cn_id.masked("11010519491231002X"), "11010519491231002X")
    assert cn_id.specificity("110105********002X") < cn_id.specificity("11010519491231002X")
    assert not {"sex", "gender", "age", "birth_date", "ethnicity", "region"} & set(dir(cn_id))


@given(st.dates(), st.integers(0, 999), st.sampled_from(["110105", "440524", "650102"]))
def test_cn_id_check_character_detects_single_errors(day: object, sequence: int, area: str) -> None:
    first = f"{area}{str(day).replace('-', '')}{sequence:03d}"
    number = first + cn_id.check_character(first)
    value = cn_id.parse(number)
    assert value is not None and value.valid is (str(day) >= "1800")
    changed = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
    assert not cn_id.validate(changed)


@pytest.mark.parametrize(
    ("text", "normal", "valid"),
    [
        ("490154203237518", "49015420323751", True),
        ("49015420323751", "49015420323751", True),
        ("4901542032375101", "49015420323751", True),
        ("49-015420-323751-8", "49015420323751", True),
        ("490154/20/323751/8", "49015420323751", True),
        ("490154203237517", "49015420323751", False),
        ("490154203237510", "49015420323751", True),
        ("000000000000000", "00000000000000", False),
        ("35209900176148", "35209900176148", True),
        ("352099001761481", "35209900176148", True),
        ("49015420******8", "49015420******", True),
    ],
)
def test_imei_forms_compare_equal(text: str, normal: str, valid: bool) -> None:
    value = imei.parse(text)
    assert value is not None
    assert (value.normal, value.valid) == (normal, valid)


def test_imei_masked() -> None:
    assert imei.masked("49015420323751") == "490154******51"
    assert imei.parse("4901542") is None
    assert imei.validate("49015420323751") and not imei.validate("490154203237518")


ANY = st.one_of(
    st.text(max_size=60), st.text("0123456789*xX -＊０１①", max_size=30), st.text(string.printable, max_size=40)
)


@pytest.mark.parametrize("module", MODULES)
@given(text=ANY)
def test_never_raises_and_is_idempotent(module: object, text: str) -> None:
    value = module.parse(text)  # type: ignore[attr-defined]
    module.validate(text)  # type: ignore[attr-defined]
    if value is not None:
        again = module.parse(value.normal)  # type: ignore[attr-defined]
        assert again is not None and again.normal == value.normal
        assert value.partial == ("*" in value.normal)
        assert module.specificity(value.normal) >= 0  # type: ignore[attr-defined]
        assert isinstance(module.masked(value.normal), str)  # type: ignore[attr-defined]


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert digits.fold(digits.fold(text)) == digits.fold(text)
