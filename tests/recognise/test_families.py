"""Families of tricks, each with its honest twin (`families.yaml`): the rule holds for the one in every language, none for the other."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import RULES, hits
from fanzha.recognise.signs import LANGUAGES

# Six languages are looked for at least in these: the tricks are used in all of them.
EVERYWHERE = (
    *("notice_link", "exposure_pay", "code_to_caller", "cash_to_courier", "far_love_money", "home_unseen"),
    *("gain_taught", "stranger_stays", "guess_who"),
    *("secret_for_gift", "accident_hush", "utility_cut", "utility_away", "notice_odd", "firm_odd", "goods_private"),
    *("lost_money", "loan_fee", "new_number", "boss_money", "virus_call", "sure_gain_contact", "office_case"),
)


@cache
def families() -> dict[str, dict[str, dict[str, list[str]]]]:
    raw: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("families.yaml").read_text(encoding="utf-8"))
    return raw


def texts(side: str) -> list[tuple[str, str, str]]:
    return [
        (rule, language, text)
        for rule, by in families().items()
        for language, them in by.items()
        for text in them[side]
    ]


def against(text: str) -> set[str]:
    return {rule.code for rule in hits(prepare(text), RULES) if rule.points > 0}


@pytest.mark.parametrize(("rule", "language", "text"), texts("guilty"))
def test_the_rule_holds_for_the_trick(rule: str, language: str, text: str) -> None:
    assert rule in against(text), against(text)


@pytest.mark.parametrize(("rule", "language", "text"), texts("honest"))
def test_no_rule_holds_for_the_honest_twin(rule: str, language: str, text: str) -> None:
    assert not against(text)


def test_families_are_there_in_every_language_with_a_twin() -> None:
    codes = {rule.code for rule in RULES}
    assert set(families()) <= codes
    for rule in EVERYWHERE:
        assert set(families()[rule]) == set(LANGUAGES), rule
    assert all(them["guilty"] and them["honest"] for by in families().values() for them in by.values())


def test_everyday_words_do_not_speak_for_what_talk_never_asks() -> None:
    talk = next(rule for rule in RULES if rule.code == "talk")
    guilty = "lol see you tonight, send me the code, ok?"
    assert talk in hits(prepare("lol see you tonight, ok?"), RULES)
    assert talk not in hits(prepare(guilty), RULES) and "code_to_caller" in against(guilty)


@pytest.mark.parametrize(
    "text",
    [
        "UPS: shipment held, customs charge due. Pay at ups.com",
        "Netflix: a new device signed in to your account. If not you, change your password at netflix.com",
    ],
)
def test_a_firms_own_address_excuses_until_a_strange_one_stands_beside_it(text: str) -> None:
    assert not against(text)
    assert against(text + " or http://help-desk-refunds.com/a")
    assert against(text + " or call +44 20 7946 0018")
