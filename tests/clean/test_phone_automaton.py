"""Patterns as tables of states, against `re`, which reads the same patterns; and the board of a column."""

import itertools
import re
from functools import cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata

from fanzha.clean.digit_automaton import ACCEPT, WIDTH, Automata, Node, groups, lengths, parse
from fanzha.clean.phone_column import heads, lay_out, walk, write

MARK = frozenset((-1,))
NOISE = b" -()"
SHORT = ["".join(digits) for size in range(5) for digits in itertools.product("0189", repeat=size)]


def end_states(automata: Automata, state: int, texts: list[str]) -> list[int]:
    board = lay_out(pa.array(texts, pa.string()), b"", 99)
    return walk(automata.table(), board, np.full(len(texts), state), board.start).tolist()


def accepted(pattern: str, texts: list[str]) -> list[bool]:
    automata = Automata()
    state = automata.whole(automata.language(parse(pattern), MARK))
    return [end == ACCEPT for end in end_states(automata, state, texts)]


def first_matches(pattern: str, texts: list[str]) -> list[tuple[int, int, int] | None]:
    """End of the first match and span of the last group, None where there is no match."""
    automata = Automata()
    ends = end_states(automata, automata.first(pattern), texts)
    return [None if end == 0 else tuple(automata.outcomes[end // WIDTH]) for end in ends]


def by_re(pattern: str, text: str) -> tuple[int, int, int] | None:
    found = re.match(pattern, text)
    if found is None:
        return None
    span = found.span(re.compile(pattern).groups) if re.compile(pattern).groups else (-1, -1)
    return (found.end(), *span) if span != (-1, -1) else (found.end(), -1, -1)


WHOLE = [
    *(
        "",
        "0",
        "01",
        "0|1",
        "0?1",
        "0{2}",
        "0{1,3}",
        "[01]8",
        "[0-18]{2}",
        "\\d{3}",
        "[\\d]1",
        "(?:01|8)9?",
        "(0|(1)8)9",
    ),
    *(
        "(?:0|01)(?:18|8)",
        "0{0,2}1",
        "(?:0?1?){2}",
        "[089](?:0[01]|1[89]|8){1,2}",
        "0(?:1|)8",
        "(?:\\d{2}){1,2}",
        "1|1|10",
    ),
]


@pytest.mark.parametrize("pattern", WHOLE)
def test_whole_numbers_as_re(pattern: str) -> None:
    assert accepted(pattern, SHORT) == [re.fullmatch(pattern, text) is not None for text in SHORT]
    assert lengths(parse(pattern)) >= {len(text) for text in SHORT if re.fullmatch(pattern, text)}


FIRST = [
    *(
        "0",
        "0|01",
        "01|0",
        "0?",
        "0(1?)",
        "(0)(1)?",
        "(0|1)8",
        "0{1,2}",
        "(?:0|1)(8{1,2})",
        "0$",
        "(?:0|8)9$|1",
        "0(?:1(8)|8)",
    ),
    *("00|0(8)?9?", "(?:00)?(1)?", "1(?:0|08)", "(?:0|00|1)(8|88)?", "[01](?:[89](0)|9)?", "00(?:[01]8|9)"),
]


@pytest.mark.parametrize("pattern", FIRST)
def test_first_match_as_re(pattern: str) -> None:
    """Alternatives in order of preference, the more repetitions the better, and where the last group stood."""
    assert first_matches(pattern, SHORT) == [by_re(pattern, text) for text in SHORT]


PIECE = st.sampled_from(["0", "1", "8", "[01]", "[0-8]", "\\d"])
PATTERN = st.recursive(
    PIECE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        inner.map(lambda part: f"({part})"),
        st.tuples(inner, st.sampled_from(["?", "{2}", "{0,2}", "{1,2}"])).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=120)
@given(PATTERN)
def test_any_pattern_as_re(pattern: str) -> None:
    assert accepted(pattern, SHORT) == [re.fullmatch(pattern, text) is not None for text in SHORT]
    ends = [None if found is None else found[0] for found in first_matches(pattern, SHORT)]
    assert ends == [None if found is None else found[0] for found in (by_re(pattern, text) for text in SHORT)]


@pytest.mark.parametrize(
    "pattern",
    [
        "a",
        "0+",
        "0*",
        "0??",
        "0{1,}",
        "^0",
        ".",
        "[^0]",
        "[a-z]",
        "[9-0]",
        "(0",
        "0)",
        "[01",
        "(?=0)",
        "\\w",
        "0{2}{2}",
        "\\",
        "٣",
        "{2}",
    ],
)
def test_another_dialect_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(pattern)


def test_an_end_inside_a_whole_number_is_refused() -> None:
    automata = Automata()
    with pytest.raises(ValueError, match="end mark"):
        automata.language(parse("0$"), MARK)


def test_groups_and_lengths() -> None:
    assert [groups(p) for p in ("0", "(0)", "(?:0)", "(0(1))(?:2)")] == [0, 1, 0, 2]
    assert lengths(parse("0{2,4}(?:1|23)?")) == {2, 3, 4, 5, 6}


@cache
def _descriptions() -> list[tuple[str, tuple[int, ...]]]:
    """Every pattern and set of lengths of the installed metadata."""
    found = {}
    for region in phonenumbers.SUPPORTED_REGIONS:
        metadata = PhoneMetadata.metadata_for_region(region, None)
        for name in ("general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "voip"):
            described = getattr(metadata, name)
            if described is not None and described.national_number_pattern:
                found[described.national_number_pattern, tuple(described.possible_length)] = None
    return list(found)


def member(node: Node, draw: int) -> str:
    """One text of a pattern, chosen by `draw`."""
    kind = node[0]
    if kind == "set":
        digits = [str(digit) for digit in range(10) if node[1] >> digit & 1]
        return digits[draw % len(digits)]
    if kind == "cat":
        return "".join(member(part, draw // (at + 1) + at) for at, part in enumerate(node[1]))
    if kind == "alt":
        return member(node[1][draw % len(node[1])], draw // len(node[1]))
    if kind == "rep":
        times = node[2] + draw % (node[3] - node[2] + 1)
        return "".join(member(node[1], draw // 3 + at) for at in range(times))
    return member(node[1], draw) if kind == "group" else ""


def test_patterns_of_the_metadata_as_re() -> None:
    """Members of each pattern and their neighbours; one automaton for all, as in use."""
    automata = Automata()
    checked = 0
    for pattern, sizes in _descriptions()[::3]:
        node = parse(pattern)
        state = automata.whole(automata.only(automata.language(node, MARK), frozenset(sizes)))
        members = [member(node, draw * 7919) for draw in range(6)]
        texts = [
            *members,
            *(text[:-1] for text in members),
            *(text + "0" for text in members),
            *(text[::-1] for text in members),
        ]
        expected = [len(text) in sizes and re.fullmatch(pattern, text) is not None for text in texts]
        assert [end == ACCEPT for end in end_states(automata, state, texts)] == expected, pattern
        checked += sum(expected)
    assert checked > 1_000


def test_equal_rows_are_one_state() -> None:
    automata = Automata()
    one = automata.whole(automata.language(parse("(?:0|1)8{2}"), MARK))
    states = len(automata)
    assert automata.whole(automata.language(parse("08{2}|1(?:88)"), MARK)) == one
    assert len(automata) == states


def test_marks_decide() -> None:
    """A number is taken where the marks at its end satisfy a rule, and a mark that stays is seen at any length."""
    automata = Automata()
    threads = automata.language(parse("0\\d{2}"), frozenset((-1,))) | automata.language(
        parse("08"), automata.forever(-2)
    )
    both = automata.whole(threads, lambda marks: marks >= {-1, -2})
    lone = automata.whole(threads, lambda marks: marks == {-1})
    texts = ["080", "089", "090", "08", "0890", "000"]
    assert [end == ACCEPT for end in end_states(automata, both, texts)] == [True, True, False, False, False, False]
    assert [end == ACCEPT for end in end_states(automata, lone, texts)] == [False, False, True, False, False, True]


def test_the_board_of_a_column() -> None:
    texts = ["138 1234", "+44-20", None, "", "(0)1", "12a", "1+2", "++1", "+", "1\x00", "٣1", "12*", "\u200b5"]
    board = lay_out(pa.array(texts, pa.string()), NOISE, 99)
    assert board.odd.tolist() == [False] * 5 + [True] * 3 + [False, *[True] * 4]
    whole = [0, 1, 2, 3, 4, 8]
    assert [board.digits(int(board.start[row]), int(board.size[row])) for row in whole] == [
        "1381234",
        "4420",
        "",
        "",
        "01",
        "",
    ]
    assert board.plus[whole].tolist() == [False, True, False, False, False, True]
    assert board.length.tolist() == [len((text or "").encode()) for text in texts]


def test_long_cells_take_no_room() -> None:
    board = lay_out(pa.array(["1" * 10**6, "12", None, "4" * 99, " " * 100, "é" * 50]), b" ", 99)
    assert board.size.tolist()[:5] == [0, 2, 0, 99, 0]
    assert board.used < 300 and len(board.words) < 3_000
    assert board.length.tolist() == [0, 2, 0, 99, 0, 0] and not board.odd.any()


@settings(deadline=None)
@given(st.lists(st.text("0123456789 -", max_size=24)), st.data())
def test_what_is_laid_out_is_written_again(texts: list[str], data: st.DataObject) -> None:
    board = lay_out(pa.array(texts, pa.string()), NOISE, 99)
    added = board.add([b"13*", b"", b"9" * 24])
    before = heads(["+", "+86", "+1684"])
    start, size = np.append(board.start, added), np.append(board.size, [3, 0, 24])
    head = np.array([data.draw(st.integers(0, 3)) for _ in start], dtype=np.int64)
    known = np.array([data.draw(st.booleans()) for _ in start], dtype=np.bool_)
    plain = [text.replace(" ", "").replace("-", "") for text in texts] + ["13*", "", "9" * 24]
    expected = [
        f"{('+', '+86', '+1684', '')[h]}{text}" if k else None for h, text, k in zip(head, plain, known, strict=True)
    ]
    written = write(board, before, head, start, size, known)
    written.validate(full=True)
    assert written.to_pylist() == expected


def test_a_walk_ends_after_its_symbols() -> None:
    """A number longer than the walk is refused, whatever its pattern says."""
    automata = Automata()
    state = automata.whole(automata.language(parse("\\d{20,24}"), MARK))
    assert [end == ACCEPT for end in end_states(automata, state, ["1" * size for size in range(19, 25)])] == [
        *(False, True, True, False, False, False)
    ]
