"""A scam among honest sentences: the passage that is one counts."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.recognise.check import check
from fanzha.recognise.passages import LONG, PASSAGE, PASSAGE_CHINESE, passages, passages_of, strongest
from fanzha.recognise.prepared import prepare
from fanzha.recognise.scorer import shipped

SCAM = "Your account has been locked due to unusual activity. Verify your password within 24 hours at https://secure.example/login or it will be closed."
ORDINARY = (
    "The roses were cut yesterday and the hedge was trimmed.",
    "We walked along the river until it began to rain.",
    "Her brother plays the cello in a small orchestra.",
    "The museum closes at five, so we went there first.",
    "I finished the book about lighthouses on the train.",
    "There was soup, bread and a piece of cheese for everyone.",
    "The children built a boat out of an old crate.",
)


def padded(count: int, seed: int = 3) -> str:
    rng = random.Random(seed)
    around = [" ".join(rng.choices(ORDINARY, k=count)) for _ in range(2)]
    return f"{around[0]} {SCAM} {around[1]}"


def test_ordinary_sentences_around_a_scam_do_not_hide_it() -> None:
    before, *after = [reading.probability for reading in check([SCAM, padded(4), padded(12)], shipped())]
    assert before > 0.7
    assert all(reading.verdict in ("scam", "suspicious") for reading in check([SCAM, padded(4), padded(12)], shipped()))
    assert all(one < before for one in after), "looking at several passages costs something"
    honest = " ".join(ORDINARY * 6)
    assert [reading.verdict for reading in check([honest], shipped())] == ["no_sign"]


def test_nor_do_chinese_ones() -> None:
    scam = "我是公安局民警，您涉嫌洗钱，请立即将资金转入安全账户，不要告诉家人。"
    ordinary = (
        "昨天下了一天的雨。院子里的花开了。她弟弟在学大提琴。博物馆五点关门。我们沿着河边散步。晚饭有汤和面包。孩子们用旧箱子做了一条船。"
        * 2
    )
    (reading,) = check([ordinary + scam + ordinary], shipped())
    assert reading.verdict in ("scam", "suspicious")
    assert [one.verdict for one in check([ordinary * 2], shipped())] == ["no_sign"]


def test_the_words_shown_are_those_of_the_passage() -> None:
    (reading,) = check([padded(12)], shipped())
    start, end = padded(12).index(SCAM), padded(12).index(SCAM) + len(SCAM)
    assert reading.words and all(start - 60 <= first < last <= end + 60 for first, last in reading.words)


@given(st.text(max_size=900))
@settings(max_examples=40, deadline=None)
def test_passages_cover_the_whole_text_and_keep_its_places(text: str) -> None:
    prepared = prepare(text)
    parts = passages(prepared)
    length = PASSAGE_CHINESE if prepared.language == "zh" else PASSAGE
    assert bool(parts) == (len(prepared.plain.text) > LONG * length)
    at = 0
    for part in parts:
        start = prepared.plain.text.index(part.plain.text, max(at - length // 2, 0))
        assert start <= at
        at = start + len(part.plain.text)
        assert len(part.plain.origin) == len(part.plain.text) + 1 and part.original == prepared.original
    assert not parts or at == len(prepared.plain.text)


def test_the_strongest_counts_less_what_the_search_costs() -> None:
    whole, owner = np.array([0.0, -5.0, 2.0]), np.array([0, 0, 1, 1, 1, 1])
    found = strongest(whole, np.array([-9.0, 3.0, 4.0, -1.0, -1.0, -1.0]), owner)
    assert found[0] == 3.0 - 0.8 * np.log(2) and found[1] == 4.0 - 0.8 * np.log(4) and found[2] == 2.0
    assert strongest(whole, np.array([]), np.array([], dtype=np.int64)) is whole
    parts, owners = passages_of([prepare("short"), prepare("word " * 100)])
    assert len(parts) == len(owners) and set(owners.tolist()) == {1}
