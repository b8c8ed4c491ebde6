"""Columns of numbers against `phone.parse` and against the phonenumbers library, over every region of the world.

Numbers are made from the examples of the library, which belong to nobody, and by chance.
"""

import random
from collections.abc import Iterator
from functools import cache

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from fanzha.clean import phone, phone_batch, phone_plan
from fanzha.clean.digits import is_digits

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)
AROUND = (
    "Tel: {}",
    "电话:{}",
    "{}转12",
    "{} ext. 7",
    "'{}",
    "{}\t",
    "({})",
    "{}#3",
    "手机 {}",
    "\u200b{}",
    "{}号",
    "~{}",
)
Answer = tuple[str | None, str]


@pytest.fixture
def _any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short columns go by the tables as well."""
    monkeypatch.setattr(phone_batch, "ROWS_MIN", 0)


def answers(texts: list[str | None], region: str, asked: int | None = None) -> list[Answer]:
    """What `read` says of each text; `asked`: how many rows the library must have been asked about."""
    found = phone_batch.read(pa.array(texts, pa.string()), region)
    assert len(found.normal) == len(found.problem) == len(texts)
    assert asked is None or found.asked == asked
    problems = [phone_batch.PROBLEMS[problem] for problem in found.problem.tolist()]
    return list(zip(found.normal.to_pylist(), problems, strict=True))


def by_tables(texts: list[str], region: str) -> list[Answer]:
    """Answers of the tables however short the column; the library must not be asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phone_batch, "ROWS_MIN", 0)
        return answers([*texts], region, asked=0)


def by_parse(text: str, region: str) -> Answer:
    value = phone.parse(text, region)
    return (None, "") if value is None else (value.normal, value.problem)


def by_library(digits: str, region: str) -> Answer:
    """Digits after at most one plus, by the library alone; not for numbers dialled in China."""
    if not 5 <= len(digits) <= 21:
        return None, ""
    phonenumbers.enable_pattern_cache()
    try:
        found = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None, ""
    if phonenumbers.is_valid_number(found):
        return phonenumbers.format_number(found, PhoneNumberFormat.E164), ""
    if not digits.startswith("+"):
        return None, ""
    return digits, "prefix" if phonenumbers.is_possible_number(found) else "length"


@cache
def examples() -> tuple[phonenumbers.PhoneNumber, ...]:
    """One number of each type of each region, and of the codes that belong to none."""
    kinds = [PhoneNumberType.values()[at] for at in range(len(PhoneNumberType.values()))]
    found = [phonenumbers.example_number_for_type(region, kind) for region in REGIONS for kind in kinds]
    beyond = [phonenumbers.example_number_for_non_geo_entity(c) for c in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS]
    return tuple(number for number in [*found, *beyond] if number is not None)


def mutated(text: str, rng: random.Random) -> str:
    """A digit changed, dropped, doubled or swapped; or cut off, or run on."""
    at = rng.randrange(len(text))
    return (
        text[:at] + str(rng.randrange(10)) + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + text[at : at + 1] + text[at:],
        text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
        text[:at],
        text + str(rng.randrange(10**4)),
    )[rng.randrange(6)]


def columns(count: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    """A column of `count` texts for each region: half of its own numbers, half of the world's; half of all mutated."""
    rng = random.Random(seed)
    own: dict[int, list[phonenumbers.PhoneNumber]] = {}
    for number in examples():
        own.setdefault(number.country_code or 0, []).append(number)
    for region in REGIONS:
        code = phonenumbers.country_code_for_region(region)
        abroad = PhoneMetadata.metadata_for_region(region, None).international_prefix or ""
        texts = []
        for _ in range(count):
            number = rng.choice(own[code] if rng.random() < 0.5 else examples())
            digits = phonenumbers.national_significant_number(number)
            changed = digits[: -rng.randrange(1, 5)]
            changed += "".join(str(rng.randrange(10)) for _ in range(len(digits) - len(changed)))
            fresh = phonenumbers.PhoneNumber()
            fresh.merge_from(number)
            fresh.national_number = int(changed)
            text = phonenumbers.format_number(fresh, rng.choice(FORMATS))
            if rng.random() < 0.2:
                text = (abroad if abroad.isdigit() else "00") + text.removeprefix("tel:").removeprefix("+")
            elif rng.random() < 0.1:
                text = f"{code}{changed}"
            if rng.random() < 0.5:
                text = mutated(text, rng)
            texts.append(rng.choice(AROUND).format(text) if rng.random() < 0.1 else text)
        yield region, texts


def test_every_region_as_parse_and_as_the_library() -> None:
    alone = numbers = invalid = total = 0
    for region, texts in columns(82, 20240305):
        for text, answer in zip(texts, by_tables(texts, region), strict=True):
            assert answer == by_parse(text, region), (region, text)
            total += 1
            numbers += answer[0] is not None
            invalid += bool(answer[1])
            digits = phone.bare([text])[0]
            if (
                total % 3 == 0
                and region != "CN"
                and not digits.startswith("+86")
                and is_digits(digits.removeprefix("+"))
            ):
                assert answer == by_library(digits, region), (region, text)
                alone += 1
    assert total > 20_000 and alone > 6_000
    assert numbers > 0.6 * total and invalid > 0.1 * total  # the comparison is about something


def test_every_calling_code_compiles() -> None:
    """No part of the installed metadata is beyond the tables: nothing falls back to the library."""
    tables = phone_plan.Plans()
    for region in REGIONS:
        tables.region(region)
    tables.need(pa.array(range(len(tables.codes))).to_numpy())
    assert (tables.valid >= 0).all()
    assert len(tables.automata) < 60_000


@pytest.mark.parametrize("code", sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
def test_lengths_and_prefixes_of_every_code(code: int) -> None:
    """Every length from nothing to too much, and each leading pair of digits at the lengths of the code."""
    rng = random.Random(code)
    texts = [f"+{code}" + "".join(str(rng.randrange(10)) for _ in range(size)) for size in range(20)]
    texts += [f"+{code}{lead:02d}{rng.randrange(10**9):09d}"[: 4 + rng.randrange(9, 13)] for lead in range(100)]
    assert by_tables(texts, "GB") == [by_parse(text, "GB") for text in texts]


@pytest.mark.parametrize(
    ("text", "region", "answer"),
    [
        ("13812345678", "CN", ("+8613812345678", "")),
        ("14012345678", "CN", ("+8614012345678", "prefix")),
        ("013812345678", "CN", ("+8613812345678", "")),
        ("8613812345678", "CN", ("+8613812345678", "")),
        ("0086 138-1234-5678", "CN", ("+8613812345678", "")),
        ("13812345678", "GB", (None, "")),
        ("+8613812345678", "GB", ("+8613812345678", "")),
        ("95588", "CN", ("95588", "")),
        ("95588", "US", (None, "")),
        ("+8695588", "US", ("95588", "")),
        ("+86 12110 1234567", "CN", ("+86121101234567", "prefix")),
        ("121101234567", "CN", ("121101234567", "")),
        ("1065512345678", "CN", ("1065512345678", "")),
        ("+86 1065123456", "CN", ("+861065123456", "")),  # a line in Beijing
        ("106" + "5" * 17, "CN", ("106" + "5" * 17, "")),
        ("106" + "5" * 18, "CN", (None, "")),
        ("110", "CN", ("110", "")),
        ("4001234567", "CN", ("4001234567", "")),
        ("138****1234", "CN", ("+86138****1234", "")),
        ("+4479****1234", "CN", ("+4479****1234", "")),
        ("0044 79xxxx1234", "CN", ("+4479****1234", "")),
        ("138****", "CN", (None, "")),
        ("010-62345678转801", "CN", ("+861062345678", "")),
        ("020 7946 0958", "GB", ("+442079460958", "")),
        ("00 1 (415) 555-2671", "GB", ("+14155552671", "")),
        ("011 44 20 7946 0958", "US", ("+442079460958", "")),
        ("+44 20 7946 09", "CN", ("+4420794609", "prefix")),
        ("+44 20 7946 0958 33", "CN", ("+4420794609583300"[:15], "length")),
        ("+800 1234 5678", "CN", ("+80012345678", "")),
        ("+999 1234567", "CN", (None, "")),
        ("(11) 15-2345-6789", "AR", ("+5491123456789", "")),  # 15 after the area code becomes 9 before it
        ("011 15-2345-6789", "AR", ("+5491123456789", "")),
        ("0236618300", "IT", ("+390236618300", "")),  # the zero belongs to the number
        ("2530 1234", "MX", (None, "")),
        ("8 (912) 345-67-89", "RU", ("+79123456789", "")),
    ],
)
def test_sorts_of_numbers(text: str, region: str, answer: Answer) -> None:
    assert by_parse(text, region) == answer
    assert by_tables([text], region) == [answer]


NOTHING = ["", " ", "+", "++", "+ +", "*", "#", "()", "\x00", "\xff", "\u200b", "\ufeff", "-" * 99, "+" * 100, "null"]
LONG = ["1" * 10_000, "+" + "4" * 10_000, " " * 10_000 + "13812345678", "13812345678" + " " * 10_000, "x" * 10_000]
LONG += [" " * 89 + "13812345678", " " * 90 + "13812345678", "95588" + "\u3000" * 60, "95588" + "\u3000" * 96]
LONG += [sign * size for sign in "019" for size in (17, 20, 21, 22)] + ["+" + "9" * size for size in (17, 20, 21, 22)]
LONG += ["+86" + "1" * 17, "+49" + "1" * 15, "x" * 11]
NUL = ["138\x001234\x005678", "13812345678\x00", "\x0013812345678", "1\x00", "138\u200b1234\u200d5678", "95588\x00"]
SCRIPTS = [
    "１３８１２３４５６７８",
    "٠١٣٨١٢٣٤٥٦٧٨",
    "१३८१२३४५६७८",
    "𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
    "①③⑧①②③④⑤⑥⑦⑧",
    "᠑᠓᠘",
    "+٤٤٢٠٧٩٤٦٠٩٥٨",
]
SCRIPTS += [
    "＋８６１３８１２３４５６７８",
    "\U000e0031\U000e0033",
    "1\ufe0f\u20e33\ufe0f\u20e3",
    "\u202e87654321831",
    "e\u0301",
    "\ud7ff",
]
PLUSES = ["+86+13812345678", "86+13812345678", "+13812345678+", "1+3812345678", "00+8613812345678", "+008613812345678"]
LETTERS = ["1800FLOWERS", "+1 800 FLOWERS", "138l2345678", "I3812345678", "0x13812345678", "1.3812345678E+10", "none 2"]
AROUND_IT = [
    "tel:+44-20-7946-0958;ext=12",
    "tel:95588;phone-context=+86",
    "13812345678;ext=1234567",
    "95588#1",
    "95588转1",
]
AROUND_IT += [
    "13812345678,13912345678",
    "13812345678/13912345678",
    "138 1234 5678 ext.999999",
    '="13812345678"',
    "95588+",
]
ZEROS = ["00", "000", "0000", "00000", "00000000000", "+0", "+00", "+000000", "+1", "+12", "+86", "+860", "0086", "001"]
MASKED = ["* * * * * * *", "138-****-1234", "138xxxx1234x", "1*8****1234", "********678", "0****1234", "+****1234567"]
MASKED += [
    "+44*******12",
    "00****1234567",
    "+8613****",
    "010-****5678",
    "0x44****1234",
    "+861061234567xx",
    "*********678",
]
HOSTILE = [*NOTHING, *LONG, *NUL, *SCRIPTS, *PLUSES, *LETTERS, *AROUND_IT, *ZEROS, *MASKED]


@pytest.mark.parametrize("region", ["CN", "US", "AR", "IT", "BR", "001", "ZZ", "cn", ""])
def test_hostile_texts(region: str) -> None:
    expected = [by_parse(text, region) for text in HOSTILE]
    if region in phonenumbers.SUPPORTED_REGIONS:
        assert by_tables(HOSTILE, region) == expected
    assert answers([*HOSTILE], region) == expected


@pytest.mark.usefixtures("_any_length")
@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.text("0123456789", max_size=24),
            st.text("0123456789+- ().*/xX_~'", max_size=24),
            st.text("0186*+", max_size=16),
            st.text(max_size=30),
            st.text("0123456789+电话转tel:ext.#号 　\u200b\x00＋０９٣", max_size=26),
            st.none(),
        ),
        max_size=40,
    ),
    st.sampled_from(["CN", "US", "GB", "AR", "MX", "IT", "RU", "IN", "BR", "AU", "KZ", "JP", "SM", "AX", "HU", "SG"]),
)
def test_any_texts_as_parse(texts: list[str | None], region: str) -> None:
    expected = [(None, "") if text is None else by_parse(text, region) for text in texts]
    assert answers(texts, region) == expected


@pytest.mark.usefixtures("_any_length")
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text("0123456789", min_size=3, max_size=19), min_size=1, max_size=60),
    st.sampled_from(REGIONS),
    st.booleans(),
)
def test_any_digits_in_any_region(texts: list[str], region: str, plus: bool) -> None:
    texts = ["+" + text for text in texts] if plus else texts
    assert answers([*texts], region) == [by_parse(text, region) for text in texts]


@pytest.mark.usefixtures("_any_length")
def test_empty_and_null_columns() -> None:
    assert answers([], "CN") == []
    assert answers([None, None], "CN") == [(None, "")] * 2
    assert answers(["", None, "95588", None], "CN") == [(None, ""), (None, ""), ("95588", ""), (None, "")]
    assert phone_batch.read(pa.nulls(3, pa.string()), "CN").normal.to_pylist() == [None] * 3


@pytest.mark.parametrize("rows", [0, 1, 999, 1000, 1001])
def test_short_columns_are_left_to_the_library(rows: int) -> None:
    texts: list[str | None] = [None if n % 7 == 6 else f"138{n:08d}" for n in range(rows)]
    found = phone_batch.read(pa.array(texts, pa.string()), "CN")
    assert found.asked == (rows if rows < 1000 else 0)
    assert found.normal.to_pylist() == [None if text is None else f"+86{text}" for text in texts]
    assert not found.problem.any()


def test_parts_of_a_column_and_blocks() -> None:
    """A slice is read as itself, and rows either side of the end of a block keep their places."""
    rng = random.Random(7)
    kinds = ("138{:08d}", "+4420{:08d}", "10086", "abc {}", "138****{:04d}", "14{:09d}", "")
    texts = [rng.choice(kinds).format(rng.randrange(10**4)) for _ in range(2 * phone_batch.ROWS_AT_ONCE + 500)]
    column = pa.array(texts, pa.string())
    expected = [by_parse(text, "CN") for text in texts]
    assert answers([*texts], "CN") == expected
    found = phone_batch.read(column.slice(3, len(texts) - 7), "CN")
    assert found.normal.to_pylist() == [normal for normal, _ in expected[3:-4]]
    assert found.normal.null_count == sum(normal is None for normal, _ in expected[3:-4])
    found.normal.validate(full=True)


def test_metadata_beyond_the_tables_is_left_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of the library may write patterns of another dialect: slower, and not wrong."""

    def refuse(pattern: str) -> None:
        raise ValueError(pattern)

    texts = [f"020 7946 {n:04d}" for n in range(1200)]
    fresh = phone_plan.Plans()
    monkeypatch.setattr(phone_plan, "parse", refuse)
    monkeypatch.setattr(phone_batch, "plans", lambda: fresh)
    found = phone_batch.read(pa.array(texts, pa.string()), "GB")
    assert found.asked == len(texts)
    assert found.normal.to_pylist() == [by_parse(text, "GB")[0] for text in texts]
    monkeypatch.undo()
    assert by_tables(texts, "GB") == [by_parse(text, "GB") for text in texts]


def test_order_of_use_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables grow as codes are met; what was compiled before does not matter."""
    texts = [phonenumbers.format_number(number, PhoneNumberFormat.E164) for number in examples()]
    whole = by_tables(texts, "FR")
    one_at_a_time = [answer for text in texts[::9] for answer in by_tables([text], "FR")]
    assert one_at_a_time == whole[::9]
    assert all(
        normal == text and not problem
        for text, (normal, problem) in zip(texts, whole, strict=True)
        if not text.startswith("+86")
    )
