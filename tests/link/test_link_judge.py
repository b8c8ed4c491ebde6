"""Judgements always win, are transitive, contradict nothing that stands, and leave nothing behind when they are taken back."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_link_incremental import Told, a_report, groups, small_rules, tables

from fanzha.errors import InputError, NotAllowed
from fanzha.link.benign import shipped_benign
from fanzha.link.judge import Judgement, check, judged, judgements, said, thing
from fanzha.link.linker import Linker
from fanzha.link.weigh import Weights, shipped_weights
from fanzha.store.journal import Entry

CARD = "6222021001116245702"
OTHER = "6228480402564890018"


def entry(seq: int, verdict: str, left: Sequence[str], right: Sequence[str] = (), act: str = "judge") -> Entry:
    """A journal entry as `Workspace.judge` writes it."""
    return Entry(
        seq, 1_000 + seq, "li", act, "", {"verdict": verdict, "admission": 1},
        {"left": "\n".join(left), "right": "\n".join(right), "reason": "heard both tapes"},
    )  # fmt: skip


def undo(seq: int, of: int) -> Entry:
    return Entry(seq, 1_000 + seq, "li", "undo", "", {"act": of}, None)


def linked(
    told: Sequence[Told], entries: Sequence[Entry], weights: Weights | None = None, one_by_one: bool = False
) -> Linker:
    """Reports 1-0, 2-0, ... under what stands of these judgements."""
    numbered = list(enumerate(told, 1))
    linker = Linker(weights or shipped_weights(), shipped_benign(), judged(judgements(entries)))
    linker.load(*tables([] if one_by_one else numbered))
    for one in numbered if one_by_one else ():
        linker.add(*tables([one]))
    return linker


def given_in_turn(wanted: Sequence[tuple[str, list[str], list[str]]]) -> list[Entry]:
    """The entries of those judgements that are accepted, one after the other."""
    entries: list[Entry] = []
    for verdict, left, right in wanted:
        try:
            check(entries, verdict, [thing(one) for one in left], [thing(one) for one in right])
        except (NotAllowed, InputError):
            continue
        entries.append(entry(len(entries), verdict, left, right))
    return entries


def case(linker: Linker, report: str) -> int:
    return linker.case_of(linker.place[int(report.split("-")[0]) << 36])


reports = st.integers(1, 9).map(lambda n: f"{n}-0")
wanted = st.lists(
    st.tuples(
        st.sampled_from(["same", "different", "unsure"]),
        st.lists(reports, min_size=1, max_size=2),
        st.lists(reports, min_size=1, max_size=3),
    ),
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@given(told=st.lists(a_report, min_size=9, max_size=9), asked=wanted, low=st.booleans(), data=st.data())
def test_judgements_always_win_and_undo_restores(
    told: list[Told], asked: list[tuple[str, list[str], list[str]]], low: bool, data: st.DataObject
) -> None:
    weights = small_rules() if low else shipped_weights()
    entries = given_in_turn(asked)
    linker = linked(told, entries, weights)
    for one in judgements(entries):
        assert one.state == "stands"
        left, right = ({case(linker, value) for _, value in side} for side in (one.left, one.right))
        if one.verdict == "same":
            assert len(left | right) == 1
        elif one.verdict == "different":
            assert left.isdisjoint(right)
    assert groups(linked(told, entries, weights, one_by_one=True)) == groups(linker)
    if entries:
        gone = data.draw(st.sampled_from(entries))
        rest = [one for one in entries if one.seq != gone.seq]
        taken_back = [*entries, undo(len(entries), gone.seq)]
        assert groups(linked(told, taken_back, weights)) == groups(linked(told, rest, weights))
        again = [*taken_back, undo(len(entries) + 1, len(entries))]
        assert groups(linked(told, again, weights)) == groups(linker)


NOTHING: Told = ("", "", 0, ())


def test_same_is_transitive() -> None:
    linker = linked([NOTHING] * 4, [entry(0, "same", ["1-0"], ["2-0"]), entry(1, "same", ["2-0"], ["3-0"])])
    assert groups(linker) == {frozenset({1, 2, 3}), frozenset({4})}


def test_a_contradiction_through_a_third_is_refused_with_the_acts() -> None:
    entries = [entry(3, "same", ["1-0"], ["2-0"]), entry(5, "different", ["2-0"], ["3-0"])]
    with pytest.raises(NotAllowed, match="act 5"):
        check(entries, "same", [("report", "1-0")], [("report", "3-0")])
    with pytest.raises(NotAllowed, match="act 3"):
        check(entries, "different", [("report", "1-0")], [("report", "2-0")])
    check([*entries, undo(6, 5)], "same", [("report", "1-0")], [("report", "3-0")])


def test_two_that_contradict_after_an_undo_do_not_both_stand() -> None:
    entries = [entry(0, "same", ["1-0"], ["2-0"]), undo(1, 0), entry(2, "different", ["1-0"], ["2-0"]), undo(3, 1)]
    states = {one.act: one.state for one in judgements(entries)}
    assert states == {0: "stands", 2: "contradicts"}


def test_an_erased_judgement_says_nothing_more() -> None:
    gone = Entry(0, 1, "li", "judge", "", {"verdict": "same", "admission": 1}, None)
    assert [one.state for one in judgements([gone])] == ["erased"]
    assert judged(judgements([gone])).same == ()


def about(*values: str) -> Told:
    """A report that names values of test_link_incremental.VALUES by their text."""
    from test_link_incremental import VALUES

    places = {value: n for n, (_, value) in enumerate(VALUES)}
    return ("", "", 0, tuple((places[value], False) for value in values))


def test_identifiers_judged_the_same_join_their_reports() -> None:
    told = [about("wxid_abc123"), about("@swift_loans"), about("top.ab")]
    assert len(groups(linked(told, []))) == 3
    entries = [entry(0, "same", ["wechat:wxid_abc123"], ["telegram:@swift_loans"])]
    assert groups(linked(told, entries)) == {frozenset({1, 2}), frozenset({3})}


def test_an_identifier_that_is_nobodys_joins_nothing() -> None:
    told = [about("+8613800138000"), about("+8613800138000")]
    assert len(groups(linked(told, []))) == 1
    assert len(groups(linked(told, [entry(0, "nobody", ["phone:+8613800138000"])]))) == 2


def test_a_slip_judged_not_to_be_that_number_joins_nothing() -> None:
    told = [about(CARD), about("6222021001116245792")]
    assert len(groups(linked(told, []))) == 1
    assert len(groups(linked(told, [entry(0, "different", [f"account:{CARD}"], ["account:6222021001116245792"])]))) == 2


def test_a_report_that_concerns_a_value_joins_by_it_and_one_that_does_not_leaves() -> None:
    told = [about(CARD), about(CARD), about("top.ab")]
    concerns = [entry(0, "same", ["3-0"], [f"account:{CARD}"])]
    assert groups(linked(told, concerns)) == {frozenset({1, 2, 3})}
    does_not = [entry(0, "different", ["2-0"], [f"account:{CARD}"])]
    assert groups(linked(told, does_not)) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert groups(linked(told, does_not, one_by_one=True)) == {frozenset({1}), frozenset({2}), frozenset({3})}
    assert groups(linked(told, concerns, one_by_one=True)) == {frozenset({1, 2, 3})}


@pytest.mark.parametrize("text", ["3-17", "03-17", " 3-17 "])
def test_a_report_is_written_as_file_and_row(text: str) -> None:
    assert thing(text) == ("report", "3-17")


def test_a_card_is_an_account_and_things_are_said_as_written() -> None:
    assert thing(f"bank_card:{CARD}") == ("account", CARD)
    assert said(thing("url:https://a.top/x")) == "url:https://a.top/x"


@pytest.mark.parametrize("text", ["", "3", "a-b", "phone:", ":1", "3-", "-7", "３－１７"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        thing(text)


@pytest.mark.parametrize(
    ("verdict", "left", "right"),
    [
        ("perhaps", [("report", "1-0")], [("report", "2-0")]),
        ("same", [("report", "1-0")], []),
        ("same", [("report", "1-0")], [("report", "1-0")]),
        ("nobody", [("report", "1-0")], []),
        ("also", [("report", "1-0")], [("phone", "+8613800138000")]),
    ],
)
def test_a_judgement_that_says_nothing_is_refused(
    verdict: str, left: list[tuple[str, str]], right: list[tuple[str, str]]
) -> None:
    with pytest.raises(InputError):
        check([], verdict, left, right)


def test_every_judgement_is_listed_in_the_order_of_the_acts() -> None:
    entries = [entry(0, "unsure", ["1-0"], ["2-0"]), undo(1, 0), entry(2, "same", ["1-0"], ["2-0"])]
    assert [(one.act, one.state) for one in judgements(entries)] == [(0, "undone"), (2, "stands")]
    assert isinstance(judgements(entries)[0], Judgement)
