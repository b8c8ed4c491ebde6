"""Sort codes with their accounts: every way people write them, and dates, telephones and orders that look like them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.clean import account, sort_code
from fanzha.clean.text import find

NORMAL = "040075-12345678"


def accounts(text: str) -> list[str]:
    return [one.normal for one in find(text) if one.kind == "account"]


@pytest.mark.parametrize(
    "text",
    [
        "Name Mr T Okoro sort 04-00-75 acc 12345678",
        "Sort code: 04-00-75\nAccount number: 12345678",
        "sort code 04 00 75 account 1234 5678 thanks",
        "SC 04-00-75, A/C 12345678",
        "s/c 04.00.75 a/c no. 12345678",
        "04-00-75 acct 12345678",
        "sort code 040075 account number 12345678",
        "Account 12345678, sort code 04-00-75",
        "account no 1234 5678 sort 040075",
        "pay to sort code 04-00-75 (Monzo) 12345678",
        "ｓｏｒｔ　０４－００－７５　ａｃｃ　１２３４５６７８",
    ],
)
def test_every_spelling_is_one_account(text: str) -> None:
    assert accounts(text) == [NORMAL]
    assert account.parse(NORMAL) is not None and account.masked(NORMAL) == "0400****5678"


@pytest.mark.parametrize(
    "text",
    [
        "on 24-11-25 order 12345678 was sent",
        "account opened 04/00/75, 12345678 points",
        "call 020 7946 0018 or 12345678",
        "sort the papers of 04-00-75-99 12345678",
        "reference 040075 12345678",
        "account 040075 holds 12345678 units",
        "sort code 04-00-75",
        "sort 04-00-75 acc 123456789",
        "sort 04-00-75 " + "and so on " * 10 + "12345678",
    ],
)
def test_what_is_none(text: str) -> None:
    assert NORMAL not in accounts(text)


def test_one_by_itself() -> None:
    value = sort_code.parse("04-00-75 12345678")
    assert value is not None and (value.kind, value.normal, value.valid) == ("account", NORMAL, True)
    assert sort_code.parse("04-00-75") is None and sort_code.parse("") is None


@given(st.integers(0, 999_999), st.integers(0, 99_999_999), st.sampled_from(["-", " "]), st.text(max_size=40))
def test_the_place_is_of_the_text(code: int, number: int, mark: str, after: str) -> None:
    pairs = mark.join((f"{code:06}"[:2], f"{code:06}"[2:4], f"{code:06}"[4:]))
    text = f"sort code {pairs} account {number:08}. {after}"
    found = [one for one in find(text) if one.normal == f"{code:06}-{number:08}"]
    assert len(found) == 1 and text[found[0].start : found[0].end] == f"{pairs} account {number:08}"


def test_digits_without_end_take_linear_time() -> None:
    begun = time.process_time()
    for piece in ("04-00-75 acc ", "12345678 sort ", "04 00 75 ", "1234 5678 "):
        find("sort code acc " + piece * 4_000)
    assert time.process_time() - begun < 4
