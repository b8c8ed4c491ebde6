"""IBAN, BIC and bank numbers: the examples of the registries, properties, dirty and hostile spellings."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import account, bic, cnaps, iban
from fanzha.clean.value import could_be

# the example of each country in the IBAN registry, electronic format
_EXAMPLES = """
AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 AZ21NABZ00000000137010001944
BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 BI4210000100010000332045181
BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066
CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DJ2100010000000154000100186 DK5000400440116243
DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332 FI2112345600000785
FK88SC123456789012 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917
GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690
HN88CABF00000000000250005469 HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678
IL620108000000099999999 IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456
JO94CBJO0010000000000131000302 KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114
LC55HEMM000100010012001200023015 LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001
LY83002048000020100120361 MC5811222000010123456789030 MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984
MN121234123456789123 MR1300020001010000123456753 MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR
NI45BAPR00000013000003558124 NL91ABNA0417164300 NO9386011117947 OM810180000001299123456 PK36SCBL0000001123456702
PL61109010140000071219812874 PS92PALS000000000400123456702 PT50000201231234567890154 QA58DOHB00001234567890ABCDEFG
RO49AAAA1B31007593840000 RS35260005601001611379 RU0304452522540817810538091310419 SA0380000000608010167519
SC18SSCB11010000000000001497USD SD8811123456789012 SE4550000000058398257466 SI56191000000123438 SK3112000000198742637541
SM86U0322509800000000270100 SO211000001001000100141 ST23000100010051845310146 SV62CENR00000000000000700025
TL380080012345678910157 TN5910006035183598478831 TR330006100519786457841326 UA213223130000026007233566001
VA59001123000012345678 VG96VPVG0000012345678901 XK051212012345678906 YE15CBYE0001018861234567891234
"""
REGISTRY = _EXAMPLES.split()
BRITISH = "GB82WEST12345698765432"

# bank numbers that the clearing houses of banks publish for payments to them
_NUMBERS = """
102100099996 103100000026 104100000004 105100000017 301290000007 302100011000 303100000006 304100040000 305100000013
306581000003 307584007998 307584099984 308584000013 308100005086 308331012271 309391000011 310290000013 313100000013
313290000017 315456000105 322290000011 402100000018 402121000009 403100000004 596110000013
"""
BANK_NUMBERS = _NUMBERS.split()


def _printed(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def test_every_country_of_the_registry_has_its_example() -> None:
    assert {example[:2] for example in REGISTRY} == set(iban.structures())
    assert len(REGISTRY) == 89


@pytest.mark.parametrize("example", REGISTRY)
def test_registry_examples_hold_and_nothing_near_them_does(example: str) -> None:
    assert iban.validate(example)
    value = iban.parse(_printed(example.lower()))
    assert value is not None
    assert (value.normal, value.valid, value.problem) == (example, True, "")
    assert iban.check_digits(example[:2], example[4:]) == example[2:4]
    assert len(example) == iban.structures()[example[:2]][0]
    assert not iban.validate(example[:-1])
    assert not iban.validate(example + "0")
    assert account.normal_form(example) == example  # a cell of accounts names it the same


@pytest.mark.parametrize("example", REGISTRY[::7])
def test_every_single_wrong_digit_is_seen(example: str) -> None:
    for place in range(2, len(example)):
        for other in string.digits.replace(example[place], ""):
            if example[place].isdigit():
                assert not iban.validate(example[:place] + other + example[place + 1 :])


@pytest.mark.parametrize("example", REGISTRY[::5])
def test_neighbours_changed_places_are_seen(example: str) -> None:
    for place in range(4, len(example) - 1):
        swapped = example[:place] + example[place + 1] + example[place] + example[place + 2 :]
        assert swapped == example or not iban.validate(swapped)


@pytest.mark.parametrize(
    ("text", "normal", "valid", "partial", "problem"),
    [
        ("GB82 WEST 1234 5698 7654 32", BRITISH, True, False, ""),
        ("IBAN GB82 WEST 1234 5698 7654 32", BRITISH, True, False, ""),
        ("iban: gb82west12345698765432", BRITISH, True, False, ""),
        ("ＧＢ８２ＷＥＳＴ１２３４５６９８７６５４３２", BRITISH, True, False, ""),
        ("\ufeffGB82\u200bWEST12345698765432\t", BRITISH, True, False, ""),
        ('="GB82WEST12345698765432"', BRITISH, True, False, ""),
        ("GB83WEST12345698765432", "GB83WEST12345698765432", False, False, "check_digit"),
        ("GB82WEST1234569876543", "GB82WEST1234569876543", False, False, "length"),
        ("GB82WES112345698765432", "GB82WES112345698765432", False, False, "structure"),
        ("DE8937040044053201300A", "DE8937040044053201300A", False, False, "structure"),
        ("GB82****5432", "GB82****5432", True, True, ""),
        ("GB82 **** **** **** **54 32", "GB82**************5432", True, True, ""),
    ],
)
def test_iban_as_written(text: str, normal: str, valid: bool, partial: bool, problem: str) -> None:
    value = iban.parse(text)
    assert value is not None
    assert (value.normal, value.valid, value.partial, value.problem) == (normal, valid, partial, problem)
    assert value.original == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GB",
        "ZZ82WEST12345698765432",
        "US64SVBKUS6S3300958879",
        "82GBWEST",
        "GB82-WEST",
        "GB**",
        "GB82\x00WEST12345698765432",
        "GB82WEST12345698765432" * 9,
        "ГБ82WEST12345698765432",
        "GB" + "*" * 20,
        "转账到GB82WEST12345698765432",
    ],
)
def test_what_is_no_iban(text: str) -> None:
    assert iban.parse(text) is None or not iban.parse(text).valid  # type: ignore[union-attr]


@pytest.mark.parametrize("digits", ["00", "01", "99"])
def test_check_digits_that_are_never_given_out(digits: str) -> None:
    # 98 - remainder lies between 02 and 98: what only looks congruent is refused
    for rest in range(200):
        number = f"NO{digits}{rest:011d}"
        assert not iban.validate(number)


def test_masking_of_an_iban_keeps_neither_branch_nor_most_of_the_number() -> None:
    for example in REGISTRY:
        hidden = iban.masked(example)
        assert hidden == f"{example[:4]}****{example[-4:]}"
        assert example[4:-4] not in hidden
        assert iban.masked(hidden) == hidden  # masking twice shows no more
        assert iban.masked(example) == account.masked(example)


def test_a_masked_iban_could_be_the_full_one() -> None:
    value = iban.parse("GB82 **** **** **** **54 32")
    assert value is not None
    assert could_be(value.normal, BRITISH)
    assert iban.specificity(value.normal) < iban.specificity(BRITISH)


@given(st.sampled_from(sorted(iban.structures())), st.data())
def test_any_account_of_any_country_with_its_check_digits_holds(country: str, data: st.DataObject) -> None:
    bban = data.draw(st.from_regex(iban.structures()[country][1], fullmatch=True))
    number = country + iban.check_digits(country, bban) + bban
    value = iban.parse(_printed(number))
    assert value is not None
    assert value.valid
    assert value.normal == number
    assert iban.specificity(number) > 20_000


@pytest.mark.parametrize(
    ("text", "normal", "problem"),
    [
        ("DEUTDEFF500", "DEUTDEFF500", ""),
        ("deutdeff", "DEUTDEFF", ""),
        ("DEUT DE FF 500", "DEUTDEFF500", ""),
        ("NEDSZAJJXXX", "NEDSZAJJ", ""),
        ("BKCHCNBJ110", "BKCHCNBJ110", ""),
        ("ＩＣＢＫＣＮＢＪ", "ICBKCNBJ", ""),
        ("E097AEXX", "E097AEXX", ""),  # digits may stand in the first four since ISO 9362:2014
        ("RZBAXKPR", "RZBAXKPR", ""),
        ("DEUTZZFF", "DEUTZZFF", "country"),
        ("DEUTDEF0", "DEUTDEF0", "test"),
    ],
)
def test_bic_as_written(text: str, normal: str, problem: str) -> None:
    value = bic.parse(text)
    assert value is not None
    assert (value.normal, value.problem, value.valid) == (normal, problem, not problem)
    assert bic.validate(normal) is (not problem)
    assert bic.masked(normal) == normal


@pytest.mark.parametrize(
    "text",
    ["", "DEUTDEF", "DEUTDEFF5", "DEUTDEFF50", "DEUTDEFF5000", "DEUT1EFF", "银行代码XX", "DEUT\0DEFF", "A" * 200],
)
def test_what_is_no_bic(text: str) -> None:
    assert bic.parse(text) is None
    assert not bic.validate(text)


def test_the_primary_office_is_the_institution_itself() -> None:
    assert not bic.validate("DEUTDEFFXXX")
    assert {bic.parse(text).normal for text in ("DEUTDEFF", "DEUTDEFFXXX")} == {"DEUTDEFF"}  # type: ignore[union-attr]
    assert bic.specificity("DEUTDEFF") == bic.specificity("DEUTDEFF500") > 0
    assert bic.specificity("") == 0


@pytest.mark.parametrize("number", BANK_NUMBERS)
def test_published_bank_numbers_hold(number: str) -> None:
    assert cnaps.validate(number)
    assert cnaps.check_digit(number[:11]) == number[11]
    assert cnaps.bank(number) == number[:3]


def test_every_single_wrong_digit_of_a_bank_number_is_seen() -> None:
    for number in BANK_NUMBERS:
        for place, written in enumerate(number):
            for other in string.digits.replace(written, ""):
                assert not cnaps.validate(number[:place] + other + number[place + 1 :])


@given(st.text(string.digits, min_size=11, max_size=11))
def test_any_eleven_digits_have_one_check_digit(first: str) -> None:
    fits = [digit for digit in string.digits if cnaps.check_digit(first) == digit]
    assert len(fits) == 1
    number = first + fits[0]
    assert cnaps.validate(number) is (len(set(number)) > 1)
    assert sum(cnaps.validate(first + digit) for digit in string.digits) <= 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1021 0009 9996", ""),
        ("102100099996\t", ""),
        ("１０２１０００９９９９６", ""),
        ("102100099995", "check_digit"),
        ("000000000000", "placeholder"),
        ("310290000011", "check_digit"),
    ],
)
def test_bank_numbers_as_written(text: str, problem: str) -> None:
    value = cnaps.parse(text)
    assert value is not None
    assert (value.problem, value.valid) == (problem, not problem)
    assert cnaps.validate(value.normal) is value.valid


@pytest.mark.parametrize(
    "text", ["", "10210009999", "1021000999960", "10210009999X", "102100\x00099996"[:12], "1" * 5000]
)
def test_what_is_no_bank_number(text: str) -> None:
    assert cnaps.parse(text) is None
    assert not cnaps.validate(text)


@given(st.text(max_size=60))
def test_nothing_raises_and_what_is_parsed_is_stable(text: str) -> None:
    for module in (iban, bic, cnaps):
        value = module.parse(text)
        assert module.validate(text) in (True, False)
        assert module.specificity(text) >= 0
        if value is not None:
            again = module.parse(value.normal)
            assert again is not None
            assert (again.normal, again.valid, again.partial) == (value.normal, value.valid, value.partial)
