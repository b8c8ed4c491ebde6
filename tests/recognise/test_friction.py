"""A rule that was not counted, or that alarms too often, is off; the shipped figures cover every rule as it now is."""

import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fanzha.recognise import friction
from fanzha.recognise.check import check
from fanzha.recognise.friction import Counted
from fanzha.recognise.prepared import Prepared, prepare
from fanzha.recognise.rules import RULES, hits, on
from fanzha.recognise.signs import LANGUAGES

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data/text"
AGAIN = "count again: python bench/friction.py --date <today>"
WARNING = [rule for rule in RULES if rule.budget_permille]


@dataclass(frozen=True)
class Made:
    code: str
    budget_permille: int


@pytest.mark.parametrize("rule", WARNING, ids=lambda rule: rule.code)
def test_every_rule_has_a_figure_of_its_present_form_within_its_budget(rule) -> None:
    figure = friction.figures().get(rule.code)
    assert figure, f"{rule.code} was never counted; {AGAIN}"
    assert figure.mark == rule.mark(), f"{rule.code} was counted in another form; {AGAIN}"
    for counted in (figure.worst, figure.pooled):
        assert counted.within(rule.budget_permille), f"{rule.code} is over its budget: {counted}"
    assert rule in on()


def test_a_rule_that_warns_has_a_budget_and_points() -> None:
    assert all(rule.points > 0 for rule in WARNING)
    assert all(rule.points < 0 for rule in RULES if not rule.budget_permille)


def test_a_rule_over_its_budget_or_never_counted_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "good": friction.Figure("", Counted("a", 2, 1000), Counted("all", 3, 9000)),
        "one_text": friction.Figure("", Counted("a", 1, 100), Counted("all", 1, 9000)),
        "bad_somewhere": friction.Figure("", Counted("a", 3, 1000), Counted("all", 3, 9000)),
        "bad_together": friction.Figure("", Counted("a", 2, 1000), Counted("all", 30, 9000)),
    }
    monkeypatch.setattr(friction, "figures", lambda: figures)
    rules = [Made(code, 2) for code in (*figures, "never_counted")]
    assert [rule.code for rule in friction.on(rules)] == ["good", "one_text"]
    assert friction.on([Made("speaks_for_honesty", 0)]) != ()


def test_what_is_off_does_not_hold() -> None:
    text = prepare("这里是市公安局,您涉嫌洗钱,请将资金转入安全账户")
    assert any(rule.points > 0 for rule in hits(text))
    assert hits(text, ()) == ()


def test_what_is_off_is_off_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from fanzha.recognise import rules

    monkeypatch.setattr(friction, "figures", dict)
    rules.on.cache_clear()
    rules.standing.cache_clear()
    try:
        held = hits(prepare("这里是市公安局,您涉嫌洗钱,请将资金转入安全账户"))
        assert not [rule.code for rule in held if rule.budget_permille]
    finally:
        rules.on.cache_clear()
        rules.standing.cache_clear()


@pytest.mark.parametrize("model", sorted(friction.models()))
def test_models_were_counted_in_every_language(model: str) -> None:
    assert set(LANGUAGES) <= set(friction.models()[model]), f"{model} was not counted in every language; {AGAIN}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_model_seldom_alarms_honest_senders(language: str) -> None:
    assert friction.may_warn("full", language), f"{friction.models()['full'][language]}"


def test_a_model_over_its_budget_warns_only_where_a_rule_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["您的账户已被冻结,请点击 http://icbc.top/a 登录认证", "今天天气不错,我们去公园走走吧"]
    counted = {"loud": {"zh": {"rows": 1000, "scam": 500, "suspicious": 0}}}
    monkeypatch.setattr(friction, "models", lambda: counted)

    class Loud:
        name = "loud"

        def logits(self, prepared: Sequence[Prepared]) -> NDArray[np.float64]:
            return np.full(len(prepared), 9.0)

        def kinds(self, prepared: Sequence[Prepared]) -> list[Mapping[str, float]]:
            return [{} for _ in prepared]

        def contributions(self, text: Prepared) -> NDArray[np.float64]:
            return np.zeros(len(text.original))

    assert not friction.may_warn("loud", "zh") and friction.may_warn("loud", "en")
    assert [reading.verdict for reading in check(texts, Loud())] == ["scam", "no_sign"]


@cache
def bench() -> dict[str, object]:
    return runpy.run_path(str(ROOT / "bench/friction.py"))


def test_it_was_counted_with_the_present_phrases() -> None:
    if not DATA.is_dir():
        pytest.skip("the public sets are not here (../shared/data/text): the figures cannot be counted again")
    assert friction.measured()["phrases"] == bench()["phrases_digest"](), AGAIN


def test_a_small_source_is_judged_with_its_like() -> None:
    assert not {figure.worst.source for figure in friction.figures().values()} & {"mudou_zh", "crosswoz_val_zh"}
