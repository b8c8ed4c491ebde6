"""A scorer that goes on from the one that is there: it takes what people said, keeps the rest, and is the same every time."""

from dataclasses import replace
from functools import cache

import pytest

from fanzha.errors import InputError
from fanzha.recognise.adapting import Adapted, adapt
from fanzha.recognise.labelled import Labelled
from fanzha.recognise.model_file import unpack
from fanzha.recognise.prepared import prepare
from fanzha.recognise.scorer import Scorer, shipped
from fanzha.recognise.written_texts import written

CLUB = "Good evening, the moon garden club opens tonight, plant seeds worth 300 coins in pot 4 and harvest doubles by Friday"
NOTICE = "快递已到丰巢柜，取件码123456，请于24小时内取走，超时收费，点击链接登录查看 https://a.example/b"
JUDGED = [
    Labelled("feedback", "1", CLUB, "scam", kind="T02"),
    Labelled("feedback", "2", NOTICE, "benign"),
]
ORDINARY = [
    Labelled("ordinary", str(at), text, "benign")
    for at, text in enumerate(
        ("dinner at six?", "我们晚上七点吃饭", "the lecture is at three, see you there", "妈妈明天回家")
    )
]
SCAMS = [
    Labelled("ordinary", str(at), text, "scam")
    for at, text in enumerate(
        (
            "Your account is locked, verify your password at https://x.example/a now",
            "您涉嫌洗钱，请将资金转入安全账户，不要告诉家人",
        )
    )
]


@cache
def adapted() -> Adapted:
    return adapt(shipped().model, JUDGED, rehearse=[*ORDINARY, *SCAMS])


def logits(scorer: Scorer, *texts: str) -> list[float]:
    return [float(one) for one in scorer.logits([prepare(text) for text in texts])]


def test_what_was_judged_is_learned_and_told() -> None:
    scorer = Scorer(unpack(adapted().content))
    before, after = logits(shipped(), CLUB, NOTICE), logits(scorer, CLUB, NOTICE)
    assert after[0] > before[0] + 1 and after[1] < before[1] - 0.5
    assert adapted().rows == 2 and adapted().wrong_after <= adapted().wrong_before
    (found,) = scorer.kinds([prepare(CLUB)])
    assert max(found, key=found.__getitem__) == "T02"
    like = CLUB.replace("tonight", "tomorrow").replace("300", "50")
    assert logits(scorer, like)[0] > logits(shipped(), like)[0] + 1, "so is what reads almost the same"


def test_the_rest_is_kept() -> None:
    scorer = Scorer(unpack(adapted().content))
    assert adapted().rehearsed == len(ORDINARY) + len(SCAMS) and adapted().turned == 0
    for row in ORDINARY:
        assert abs(logits(scorer, row.text)[0] - logits(shipped(), row.text)[0]) < 2
    assert min(logits(scorer, *(row.text for row in SCAMS))) > 0
    assert scorer.model.about["rows"]["feedback"] == {"scam": 1, "not": 1} and scorer.name == "own"
    assert scorer.model.prior == shipped().model.prior


def test_nothing_else_moves() -> None:
    """Two verdicts once changed what was said of every third of the texts gone over: they were trained on as if half of all messages were scams."""
    made = adapt(shipped().model, JUDGED)
    assert made.rehearsed > 5_000 and made.turned <= made.rehearsed // 100
    scorer = Scorer(unpack(made.content))
    texts = [prepare(row.text) for row in written()[::40]]
    moved = abs(scorer.logits(texts) - shipped().logits(texts))
    assert sorted(moved.tolist())[len(moved) // 2] < 0.2
    assert logits(scorer, CLUB)[0] > 0 > logits(scorer, NOTICE)[0]


def test_the_same_rows_give_the_same_bytes() -> None:
    assert adapt(shipped().model, JUDGED, rehearse=[*ORDINARY, *SCAMS]).content == adapted().content
    assert adapt(shipped().model, JUDGED[:1], rehearse=[*ORDINARY, *SCAMS]).content != adapted().content


def test_one_side_is_enough_and_long_texts_and_empty_ones_do_no_harm() -> None:
    rows = [Labelled("feedback", "1", "x " * 3_000 + CLUB, "benign"), Labelled("feedback", "2", "", "benign")]
    made = adapt(shipped().model, rows, rehearse=ORDINARY)
    assert made.rows == 2 and made.wrong_after == 0


def test_a_scorer_with_other_signs_is_refused() -> None:
    with pytest.raises(InputError, match="other signs"):
        adapt(replace(shipped().model, concepts=("one",)), JUDGED, rehearse=ORDINARY)
