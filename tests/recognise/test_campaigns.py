"""Campaigns: which texts are one, when one rises, what a name does; every order of arrival gives the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.errors import InputError
from fanzha.recognise.campaigns import WINDOW_MS, Campaign, Text, campaigns, identifiers
from fanzha.recognise.facts import Facts
from fanzha.recognise.naming import Naming, check_verdict, place

AS_OF = 1_790_000_000_000
DAY = 86_400_000
GARDEN = "the moon garden club opens tonight, plant seeds worth {} coins in pot {} and harvest doubles by friday"
OTHER = "practice moved to saturday at the old hall, bring both shirts and something warm for the way home {} {}"
SAYS_NOTHING = Facts("no_sign", 20_000, "", 0, "en", "", "", 0, False, ())
LOAN = Facts("scam", 900_000, "T05", 800, "en", "", "loan_fee", 0, False, (("url", "https://a.top/"),))
HONEST = Facts("no_sign", 1_000, "", 0, "en", "", "code_notice", 0, True, ())


def texts(count: int, body: str = GARDEN, facts: Facts = SAYS_NOTHING, start: int = 1, ago_ms: int = DAY) -> list[Text]:
    """One text in each of `count` chats, the last sent `ago_ms` before AS_OF, each a minute before the next."""
    return [
        Text((n, 2), (n, 1), AS_OF - ago_ms - (start + count - n) * 60_000, body.format(100 + 7 * n, n), facts)
        for n in range(start, start + count)
    ]


def only(found: list[Campaign]) -> Campaign:
    assert len(found) == 1
    return found[0]


def test_the_same_words_in_three_chats_within_a_week_are_new_and_raised() -> None:
    one = only(campaigns([*texts(3), *texts(1, OTHER, start=9)], (), AS_OF))
    assert (one.campaign, one.state, one.kind, one.texts, one.reports) == ("1-2", "new", "T99", 3, 3)
    assert (one.recent, one.before, one.rising) == (3, 0, True)
    assert one.examples == "1-2,2-2,3-2"


@pytest.mark.parametrize(
    ("given_", "state"),
    [
        (texts(2), "repeated"),  # two chats may be one family's
        (texts(3, ago_ms=WINDOW_MS + DAY), "repeated"),  # last week's, and nothing since
        (texts(3, facts=LOAN), "known"),
        (texts(3, facts=HONEST), "honest"),
        ([*texts(2, facts=LOAN), *texts(1, start=3)], "known"),
        ([*texts(1, facts=LOAN), *texts(2, start=2)], "new"),
    ],
)
def test_what_is_not_raised_and_why(given_: list[Text], state: str) -> None:
    assert only(campaigns(given_, (), AS_OF)).state == state


def test_one_person_who_repeats_himself_is_no_campaign() -> None:
    said = [Text((1, row), (1, 1), AS_OF, GARDEN.format(row, row), SAYS_NOTHING) for row in range(2, 9)]
    assert campaigns(said, (), AS_OF) == []
    assert campaigns([Text((n, 2), (n, 1), AS_OF, "好的", SAYS_NOTHING) for n in range(9)], (), AS_OF) == []


def test_a_name_holds_for_what_comes_later_and_the_latest_name_wins() -> None:
    first = Naming(7, "scam", "T02", "Moon garden", ((1, 2), (2, 2)))
    one = only(campaigns(texts(5), (first,), AS_OF))
    assert (one.state, one.kind, one.title, one.named_by, one.texts) == ("named", "T02", "Moon garden", 7, 5)
    later = Naming(9, "honest", "", "a game", ((2, 2),))
    assert only(campaigns(texts(5), (first, later), AS_OF)).judged == "honest"
    gone = only(campaigns(texts(4, start=3), (first,), AS_OF))  # none of the texts it was given for is left
    assert gone.state == "new"
    rest = only(campaigns(texts(4, start=2), (first,), AS_OF))  # its first text was withdrawn, another is there
    assert (rest.campaign, rest.title) == ("2-2", "Moon garden")


@given(st.integers(0, 2**32))
def test_any_order_of_arrival_gives_the_same(seed: int) -> None:
    chance = random.Random(seed)
    all_texts = [*texts(4), *texts(3, OTHER, LOAN, start=5), *texts(1, GARDEN, LOAN, start=20)]
    wanted = campaigns(all_texts, (), AS_OF)
    chance.shuffle(all_texts)
    assert campaigns(all_texts, (), AS_OF) == wanted
    assert [one.campaign for one in wanted] == ["1-2", "5-2"]


def test_texts_without_a_time_count_but_do_not_rise() -> None:
    one = only(campaigns([each._replace(at_ms=None) for each in texts(4)], (), AS_OF))
    assert (one.texts, one.recent, one.first_ms, one.per_day_milli, one.rising) == (4, 0, None, 0, False)


def test_identifiers_are_counted_by_the_texts_that_name_them() -> None:
    assert identifiers(only(campaigns(texts(3, facts=LOAN), (), AS_OF))) == [("url", "https://a.top/", 3)]


def test_examples_are_of_different_chats_and_words() -> None:
    same = [Text((1, row), (1, 1), AS_OF, GARDEN.format(1, 1), SAYS_NOTHING) for row in range(2, 6)]
    one = only(campaigns([*same, *texts(2, start=4)], (), AS_OF))
    assert one.examples == "1-2,4-2,5-2"


@pytest.mark.parametrize(("verdict", "kind"), [("maybe", ""), ("scam", "T77"), ("honest", "T02"), ("scam", "t02")])
def test_a_verdict_that_says_nothing_is_refused(verdict: str, kind: str) -> None:
    with pytest.raises(InputError):
        check_verdict(verdict, kind)


@pytest.mark.parametrize("text", ["", "3", "3-", "-4", "3-17-1", "3-x", "three-four", "３-1 OR 1=1"])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        place(text)
