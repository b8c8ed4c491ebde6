"""What the terminal says of linking: whole at every width, masked, in both languages, and every code has its sentence."""

import inspect
import json
import re

import pytest
from rich.cells import cell_len

import fanzha
from fanzha.chain.holding import shares, weak_place
from fanzha.document.standing import Standing
from fanzha.link import why as why_module
from fanzha.link.why import Hop, Part, Why
from fanzha.show import linking, parts
from fanzha.show.terminal import Terminal
from fanzha.show.words import LANGUAGES, Words
from fanzha.store.masked import mask_value

Out = pytest.CaptureFixture[str]


def largest(city: fanzha.Workspace) -> fanzha.Case:
    return max(city.cases(), key=lambda case: case.reports)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100, 160])
def test_nothing_is_wider_than_the_terminal_nor_in_the_clear(
    city: fanzha.Workspace, width: int, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    terminal, case = Terminal(Words(lang), json_wanted=False), largest(city)
    a, *_, b = (
        f"{f}-{r}" for f, r in city.engine.rows('SELECT "file", "row" FROM case_reports WHERE case_id = ?', (case.id,))
    )
    linking.why(terminal, city, city.why(a, b))
    linking.one_case(terminal, city, case, "1-1")
    linking.what_holds(terminal, city, case, case.id)
    linking.roles(terminal, city, case, case.id)
    linking.judged(terminal, city, 7, [(case.id, "9-9", ["9-9"])])
    said = capsys.readouterr().out
    assert Words(lang)("case_today", asked="1-1", case=case.id) in said and Words(lang)("judged_undo", act=7) in said
    assert max(cell_len(line) for line in said.splitlines()) <= width
    values = city.engine.rows("SELECT DISTINCT kind, value FROM mentions WHERE NOT partial AND LENGTH(value) > 9")
    shown = [value for kind, value in values if mask_value(kind, value) != value and value in said]
    assert not shown
    assert {"zh": "the ", "en": "案件"}[lang] not in said


def test_json_says_the_same_and_masks_as_well(city: fanzha.Workspace, capsys: Out) -> None:
    terminal, case = Terminal(Words("en"), json_wanted=True), largest(city)
    linking.one_case(terminal, city, case, case.id)
    told = json.loads(capsys.readouterr().out)
    weak = weak_place(city.linker(), case.id)
    assert weak is not None and told["standing"]["weak"]["weight"] == weak.weight
    assert sum(told["standing"]["weak"]["sides"]) == case.reports
    linking.what_holds(terminal, city, case, case.id)
    assert json.loads(capsys.readouterr().out)["holds"]["weak"] == told["standing"]["weak"]
    linking.roles(terminal, city, case, case.id)
    roles = json.loads(capsys.readouterr().out)["roles"]
    assert roles == told["standing"] and "refs" not in roles["roles"][0] and "linked" not in roles
    linking.why(terminal, city, city.why(weak.a, weak.b))
    answer = json.loads(capsys.readouterr().out)["why"]
    assert answer["together"] and answer["threshold"] == city.linker().rules.threshold
    assert answer["path"][0]["shares"][0]["label"] == weak.shares[0].label


def test_a_case_that_is_too_large_is_not_searched_and_that_is_said(city: fanzha.Workspace, capsys: Out) -> None:
    case = largest(city)
    assert weak_place(city.linker(), case.id, case.reports) is not None
    assert weak_place(city.linker(), case.id, case.reports - 1) is None
    linking._weak(Terminal(Words("en"), json_wanted=False), Standing(case.id), 501)
    assert "not sought in a case of more than 500" in capsys.readouterr().out
    linking._weak(Terminal(Words("en"), json_wanted=False), Standing(case.id), 500)
    assert not capsys.readouterr().out


def test_a_case_of_one_report_says_so(city: fanzha.Workspace, capsys: Out) -> None:
    single = next(case for case in city.cases() if case.reports == 1)
    linking.what_holds(Terminal(Words("en"), json_wanted=False), city, single, single.id)
    assert "is a single report" in capsys.readouterr().out and weak_place(city.linker(), single.id) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_of_an_answer_has_a_sentence(city: fanzha.Workspace, lang: str, capsys: Out) -> None:
    written = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', inspect.getsource(why_module)))
    told = {"hangs_on_one", "holds_without"}  # said with the numbers they are about
    assert set(linking.ADVICE) <= written and told <= written
    terminal = Terminal(Words(lang), json_wanted=False)
    for code, key in linking.ADVICE.items():
        linking.why(terminal, city, Why("1-1", "1-2", False, ("1-1", "1-2"), (), advice=(code,)))
        assert Words(lang)(key)[:30] in capsys.readouterr().out.replace("\n", " ")


def test_what_a_case_hangs_on_is_named_and_a_discounted_value_is_a_slip(city: fanzha.Workspace, capsys: Out) -> None:
    linker = city.linker()
    kind, value, weight = city.engine.rows(
        "SELECT kind, value, weight FROM pulls WHERE why = 'specific' AND kind = 'account' ORDER BY value LIMIT 1"
    )[0]
    a, b = largest(city).id, city.cases()[0].id
    hop = Hop(a, b, 15_200, (Part(kind, value, weight, "specific"), Part("support", "", -500, "against")))
    assert [one.why for one in shares(linker, hop)] == ["specific", "against"]
    less = Hop(a, b, 15_200, (Part(kind, value, weight - 11_800, "specific"), Part(kind, value, 0, "specific")))
    assert [one.why for one in shares(linker, less)] == ["slip", "popular"]
    terminal = Terminal(Words("en"), json_wanted=False)
    linking.why(terminal, city, Why(a, b, True, (a, a), (hop,), 0, (9, 4), advice=("hangs_on_one",)))
    said = capsys.readouterr().out
    assert f"account {mask_value(kind, value)}" in said and "fall into 9 and 4" in said and value not in said
    judged = Hop(a, b, 0, (), act=12)
    linking.why(terminal, city, Why(a, b, True, (a, a), (judged,), 0, acts=(12,), advice=("judged",)))
    assert "judged by a person, act 12" in capsys.readouterr().out


def test_the_heaviest_part_is_not_the_first_unless_it_is_the_surest(city: fanzha.Workspace, capsys: Out) -> None:
    terminal = Terminal(Words("en"), json_wanted=False)
    parts.roles(terminal, linking.standing(city, largest(city).id))
    said = capsys.readouterr().out
    sure = [int(one) for one in re.findall(r" (\d+) %  ", said)]
    assert sure and sure == sorted(sure, reverse=True) and "Equally possible" in said and "equal rank" in said
