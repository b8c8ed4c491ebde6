"""Invented examples in each language: the kind first in the list, the tricks marked, the lures named, and honest senders left alone.

`examples_<language>.yaml` holds `scams` (kind -> [text, tactics]), `lures` (lure -> texts) and `honest` (texts). All rules alone
are tested here, without a learned model.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from fanzha.recognise.kinds import kinds
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.rules import RULES, hits
from fanzha.recognise.signs import signs

FILES = sorted(Path(__file__).parent.glob("examples_*.yaml"))
LANGUAGES = [path.stem.removeprefix("examples_") for path in FILES]
TYPE_MIN, TACTICS_MIN, LURES_MIN, LANGUAGE_MIN = 0.85, 0.90, 0.85, 0.95


class Examples(NamedTuple):
    """`scams`: (kind, text, tactics); `lures`: (lure, text); `honest`: texts."""

    scams: list[tuple[str, str, tuple[str, ...]]]
    lures: list[tuple[str, str]]
    honest: list[str]


@cache
def examples(language: str) -> Examples:
    raw: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / f"examples_{language}.yaml").read_text(encoding="utf-8")
    )
    scams = [(kind, text, tuple(tricks)) for kind, them in raw["scams"].items() for text, tricks in them]
    lures = [(lure, text) for lure, them in raw["lures"].items() for text in them]
    return Examples(scams, lures, raw["honest"])


def tactics(text: Prepared) -> set[str]:
    declared = signs()
    return {declared[mark.code].tactic for mark in text.marks} - {""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_examples_and_each_is_its_own(language: str) -> None:
    them = examples(language)
    texts = [text for _, text, _ in them.scams] + [text for _, text in them.lures] + them.honest
    assert len(texts) == len(set(texts))
    assert len(them.scams) >= 20 and len(them.honest) >= 20
    other = [text for text in texts if prepare(text).language not in (language, "")]
    assert len(other) <= (1 - LANGUAGE_MIN) * len(texts), other


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kind_is_first_in_the_list(language: str) -> None:
    scams = examples(language).scams
    wrong = []
    for kind, text, _ in scams:
        ready = prepare(text)
        said = kinds(ready.present, hits(ready, RULES))
        if not said or said[0][0] != kind:
            wrong.append((kind, said, text))
    assert len(wrong) <= (1 - TYPE_MIN) * len(scams), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tricks_are_marked(language: str) -> None:
    wanted = 0
    missed = []
    for _, text, tricks in examples(language).scams:
        met = tactics(prepare(text))
        wanted += len(tricks)
        missed += [(trick, text) for trick in tricks if trick not in met]
    assert len(missed) <= (1 - TACTICS_MIN) * wanted, missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_lures_are_named(language: str) -> None:
    lures = examples(language).lures
    wrong = [(lure, text) for lure, text in lures if lure not in {rule.lure for rule in hits(prepare(text), RULES)}]
    assert len(wrong) <= (1 - LURES_MIN) * len(lures), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_against_a_sender_holds_for_an_honest_one(language: str) -> None:
    wrong = []
    for text in examples(language).honest:
        held = [rule.code for rule in hits(prepare(text), RULES) if rule.points > 0]
        if held:
            wrong.append((held, text))
    assert not wrong, wrong
