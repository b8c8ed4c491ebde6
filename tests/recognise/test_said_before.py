"""What a person said of the same or almost the same words counts until it is taken back, and hides nothing."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from rich.console import Console

import fanzha
from fanzha.chain.known_about import said_before
from fanzha.recognise.answer import Answer, answer, scorer
from fanzha.recognise.said_before import Given, SaidBefore
from fanzha.show import checking
from fanzha.show.check_answers import as_json
from fanzha.show.check_inputs import Asked
from fanzha.show.words import Words

TEXT = "Dear cousin, I sit in the garden and wait for the blue envelope number 12 that you promised to bring on Friday"
NEAR = (
    "Dear cousin, I sit in the garden and wait for the blue envelope number 99 that you promised to bring on Friday!!"
)
SCAM = "您涉嫌洗钱，请立即将资金转入安全账户，不要告诉家人"
SHORT = "blue bird"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fanzha.Workspace]:
    with fanzha.open(tmp_path_factory.mktemp("said") / "w", actor="anna") as made:
        yield made


def asked(workspace: fanzha.Workspace, text: str, messages: tuple[str, ...] = ()) -> Answer:
    one = answer(text, scorer(), messages)
    return replace(one, said=said_before(workspace, text, messages, only=one.only))


def shown(said: Answer, lang: str = "en") -> str:
    out = io.StringIO()
    text = said.reading.prepared.original
    checking.show(Console(file=out, width=300), Words(lang), Asked("text", text), said, Path("w"))
    return out.getvalue()


def test_a_verdict_counts_until_it_is_taken_back(workspace: fanzha.Workspace) -> None:
    assert asked(workspace, TEXT).verdict == "no_sign" and not asked(workspace, TEXT).said
    told = workspace.recognising.feedback(TEXT, verdict="scam", kind="T07")
    for text, en, zh in (
        (TEXT, "a person here called the same words a scam (acquaintance", "将相同内容认定为诈骗"),
        (NEAR, "a person here called almost the same words a scam", "将近乎相同的内容认定为诈骗"),
    ):
        said = asked(workspace, text)
        assert (said.verdict, said.kinds, said.stated) == ("suspicious", (("T07", 1000),), None)
        assert "called these words a scam" in shown(said).splitlines()[0]
        assert "T07" in said.advice
        assert en.partition(" (")[0] in shown(said) and zh in shown(said, "zh")
        assert "anna" not in shown(said)
        assert as_json(Asked("text", text), said, Words("en"), "x")["people"][0]["same"] == (text == TEXT)
    assert asked(workspace, TEXT.replace("cousin", "sir")[:60]).verdict == "no_sign"
    changed = workspace.recognising.feedback(TEXT, verdict="honest")
    said = asked(workspace, NEAR)
    assert said.verdict == "no_sign" and [one.verdict for one in said.said] == ["honest"]
    assert "almost the same words honest" in shown(said)
    workspace.undo(changed.act)
    assert asked(workspace, TEXT).verdict == "suspicious"
    workspace.undo(told.act)
    assert not asked(workspace, TEXT).said and asked(workspace, TEXT).verdict == "no_sign"


def test_honest_hides_no_rule(workspace: fanzha.Workspace) -> None:
    act = workspace.recognising.feedback(SCAM, verdict="honest").act
    said = asked(workspace, SCAM)
    assert said.verdict == "scam" and said.stated is not None and said.reasons
    assert "the same words honest" in shown(said) and "safe account" in shown(said)
    workspace.undo(act)


def test_one_message_of_a_conversation_and_an_identifier_by_itself(workspace: fanzha.Workspace) -> None:
    acts = [
        workspace.recognising.feedback(text, verdict="scam").act for text in (TEXT, "http://shop-of-mine.example/a")
    ]
    other = (
        "Good morning to all of you at home, the snow has come early this year and the lake is frozen from end to end"
    )
    said = asked(workspace, f"{other}\n{NEAR}", (other, NEAR))
    assert said.verdict == "suspicious" and "message no. 2: a person" in shown(said)
    link = asked(workspace, "http://shop-of-mine.example/a")
    assert link.only and link.verdict == "suspicious" and "called these words a scam" in shown(link).splitlines()[0]
    assert not asked(workspace, "http://shop-of-others.example/b").said  # of a link by itself, no other is the same
    for act in acts:
        workspace.undo(act)


def of(*judged: tuple[int, str, str, str, str]) -> SaidBefore:
    """(act, actor, verdict, kind, text)."""
    return SaidBefore((Given(act, 1_000 * act, act, who, what, kind), text) for act, who, what, kind, text in judged)


def test_of_each_person_the_latest_holds_and_people_may_differ() -> None:
    before = of((1, "a", "scam", "T02", TEXT), (2, "b", "honest", "", NEAR), (3, "a", "scam", "T07", NEAR))
    found = before.among(TEXT)
    assert [(one.act, one.verdict, one.kind, one.same) for one in found] == [
        (3, "scam", "T07", False),
        (2, "honest", "", False),
    ]
    assert not before.of(SHORT) and not of().among(TEXT)


def test_too_short_to_be_like_anything_is_like_itself() -> None:
    before = of((1, "a", "scam", "", SHORT))
    assert before.of(" Blue  BIRD\n")[0].same and not before.of("blue birds")


@drawn(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["scam", "honest"]), st.text(max_size=40)), max_size=8),
    st.text(),
)
def test_any_texts(judged: list[tuple[str, str, str]], text: str) -> None:
    before = of(*((act, who, what, "", said) for act, (who, what, said) in enumerate(judged)))
    found = before.of(text)
    mine = {who for who, _, said in judged if said == text}
    assert mine <= {judged[one.act][0] for one in found} and len({judged[one.act][0] for one in found}) == len(found)
    before.among(text, enumerate(text.split()), equal=True)


def test_a_withdrawn_or_erased_text_counts_no_more(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="anna") as made:
        file = made.recognising.feedback(TEXT, verdict="scam").file
        assert asked(made, TEXT).said
        made.withdraw(file, reason="test")
        assert not asked(made, TEXT).said
