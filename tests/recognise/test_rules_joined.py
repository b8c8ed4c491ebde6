"""Which signs of a text a rule may join: all of a message, of a long text those of one stretch."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import REACH, RULES, hits, on, standing

SCAM = "This is the police. There is a warrant in your name. Move your money to a safe account and tell nobody."
WARNING = "We will never ask you for your password or a one-time code. Beware of scams."
HONEST = "The roses were cut, the hedge was trimmed and the tea in the garden was good all the afternoon long. "


def codes(text: str) -> list[str]:
    return [rule.code for rule in hits(prepare(text))]


def test_a_long_text_does_not_join_what_stands_pages_apart() -> None:
    near = "The police are here. " + "Move the money to a safe account."
    assert "safe_account" in codes(near)
    apart = "There is a case against you at the court. " + HONEST * 20 + "Please keep it secret from the others."
    together = "There is a case against you at the court. Please keep it secret from the others."
    assert "case_act" in codes(together)
    assert "case_act" not in codes(apart)


@pytest.mark.parametrize("before, after", [(0, 20), (20, 0), (20, 20), (7, 11)])
def test_what_holds_for_a_message_holds_wherever_it_stands_in_a_long_text(before: int, after: int) -> None:
    assert set(codes(SCAM)) <= set(codes(HONEST * before + SCAM + " " + HONEST * after))


def test_a_warning_excuses_what_stands_beside_it_and_nothing_far_away() -> None:
    assert "safe_account" not in codes(SCAM + " " + WARNING)
    assert set(codes(SCAM)) <= set(codes(SCAM + " " + HONEST * 20 + WARNING))


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from([SCAM, WARNING, HONEST, "click https://a.example/b now\n", "验证码 123456，请勿泄露"]),
        max_size=5,
    )
)
def test_a_message_is_judged_by_all_its_signs_and_rules_keep_their_order(parts: list[str]) -> None:
    text = prepare("".join(parts))
    held = hits(text)
    if len(text.original) <= REACH:
        assert held == standing(text.present)
    places = [on().index(rule) for rule in held]
    assert all(one < other for one, other in pairwise(places))


def test_naming_the_rules_gives_the_same_as_those_that_are_on() -> None:
    text = prepare(HONEST * 9 + SCAM)
    named = hits(text, RULES)
    assert [rule for rule in named if rule in on()] == list(hits(text))
