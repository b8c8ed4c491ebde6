"""Log-odds that mean what they say: at the stated prior, and no language left timid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanzha.recognise.calibrating import platt, shifts
from fanzha.recognise.check import SCAM_AT, SUSPICIOUS_AT
from fanzha.recognise.scorer import probabilities

RNG = np.random.default_rng(4)


def share_above(logits: np.ndarray, level: float) -> float:
    return float(np.mean(probabilities(logits) >= level))


@given(st.floats(-6, 3), st.floats(0.2, 2), st.integers(200, 900))
def test_a_timid_language_is_raised_until_one_honest_text_in_a_hundred_is_suspicious(
    middle: float, spread: float, count: int
) -> None:
    logits = np.random.default_rng(count).normal(middle, spread, count)
    found = shifts(("ko",), np.zeros(count, dtype=np.int64), np.ones(count), (logits,))["ko"]
    assert 0 <= found <= 1.0
    raised = logits + found
    if found:
        assert share_above(raised, SUSPICIOUS_AT) <= 0.01 + 2 / count
        assert share_above(raised, SCAM_AT) <= 0.002 + 2 / count
    else:
        over = share_above(logits + 0.001, SUSPICIOUS_AT) >= 0.01 or share_above(logits + 0.001, SCAM_AT) >= 0.002
        assert over, "only a language that warns enough is left as it is"


def test_the_more_cautious_score_counts_and_few_texts_count_for_nothing() -> None:
    low, high = RNG.normal(-4.1, 1, 400), RNG.normal(-3.7, 1, 400)
    number, honest = np.zeros(400, dtype=np.int64), np.ones(400)
    both = shifts(("th",), number, honest, (low, high))
    assert both == shifts(("th",), number, honest, (high,)) != shifts(("th",), number, honest, (low,))
    assert shifts(("th",), number[:100], honest[:100], (low[:100],)) == {}
    assert shifts(("th",), number, np.where(np.arange(400) < 100, 1.0, 0.0), (low,)) == {}
    assert shifts(("sw",), number, honest, (low,)) == {}, "a language that was not learned is not answered for"


def test_platt_meets_the_prior() -> None:
    target = (RNG.random(20_000) < 0.5).astype(np.float64)
    scores = RNG.normal(np.where(target == 1, 1.0, -1.0), 1.0)
    slope, shift = platt(scores, target, np.ones(20_000), 0.05)
    chance = probabilities(scores * slope + shift)
    weight = np.where(target == 1, 0.05 / target.mean(), 0.95 / (1 - target.mean()))
    assert np.average(chance, weights=weight) == pytest.approx(0.05, abs=0.002)
    assert slope == pytest.approx(2.0, rel=0.05)
