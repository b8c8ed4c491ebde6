"""What a person reads in the terminal is whole: no figure is cut off, at any width a terminal has."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

import fanzha
from fanzha.document.callers import READINGS as CALL_READINGS
from fanzha.document.callers import CallerLine
from fanzha.document.case_dealt import READINGS
from fanzha.document.dealt import RULES
from fanzha.document.figures import money
from fanzha.model.words import vocabulary
from fanzha.recognise.alone import ELSEWHERE
from fanzha.show import caller_commands
from fanzha.show.checking import ODDS
from fanzha.show.terminal import Terminal
from fanzha.show.words import LANGUAGES, Words, _sentences, choose_language


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100, 160])
def test_every_sum_of_every_case_is_shown_whole(
    city: fanzha.Workspace, width: int, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    cases = city.cases()
    Terminal(Words(lang), json_wanted=False).cases(city, cases, 30)
    said = capsys.readouterr().out
    for case in cases:
        for sums in (case.stated, case.held, case.exited, case.unlocated):
            for currency, minor in sums.items():
                assert money(minor, currency) in said or (case.reports == 1 and not case.accounts)
    assert max(len(line) for line in said.splitlines()) <= width


def test_language_is_chosen_by_option_then_environment() -> None:
    assert choose_language(["--lang", "zh"], {"LANG": "en_US.UTF-8"}) == "zh"
    assert choose_language(["--lang=en"], {"LANG": "zh_CN.UTF-8"}) == "en"
    assert choose_language([], {"FANZHA_LANG": "zh", "LANG": "en_US.UTF-8"}) == "zh"
    assert choose_language([], {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert choose_language([], {}) == "en"
    assert choose_language(["--lang"], {}) == "en"


def test_every_sentence_is_in_both_languages_with_the_same_places() -> None:
    for key, said in _sentences().items():
        assert set(said) == {"en", "zh"} and all(said.values()), key
        assert set(re.findall(r"{(\w+)}", said["en"])) == set(re.findall(r"{(\w+)}", said["zh"])), key
        assert re.search("[\u4e00-\u9fff]", said["zh"]) or key in ("col_rank", "doctor_part", "doctor_python"), key


def test_every_sentence_is_used() -> None:
    from pathlib import Path

    package = Path(fanzha.__path__[0])
    readers = [*package.glob("show/*.py"), package / "__main__.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in readers)
    from fanzha.show.cli import COMMANDS

    stages = {
        f"stage_{name}"
        for name in (
            "follow",
            "admit",
            "rebuild",
            "recognise",
            "link",
            "trace",
            "gangs",
            "roles",
            "entities",
            "respond",
            "shapes",
            "patterns",
            "calls_read",
            "orders",
            "report",
            "backup",
            "restore",
        )
    } | {
        f"stage_{name}" for name in ("people", "everyday", "chain", "ledgers", "calls", "reports", "received", "replay")
    }
    left = {f"left_{why}" for why in ("link", "hidden", "workspace", "synthetic", "special")}
    families = {f"line_{kind}" for kind in ("opening", "unseen_in", "unseen_out", "early", "late")}
    families |= {f"calls_{code}" for code in CALL_READINGS} | {f"check_odds_{word}" for _, word in ODDS}
    families |= {"check_odds_very_unlikely"} | {
        f"check_is_{what}" for what in ("text", "mail", "chat", "document", "picture")
    }
    families |= {f"check_sort_{sort}" for sort in ("mobile", "fixed", "toll_free", "short_code", "partial")}
    families |= {f"check_digits_{sort}" for sort in ("card", "no_card", "open", "account")}
    families |= {f"check_country_{region}" for region in ELSEWHERE}
    families |= {f"rule_{rule}" for rule in RULES} | {f"reading_{code}" for code in READINGS}
    unused = [
        key
        for key in _sentences()
        if f'"{key}"' not in code and f"'{key}'" not in code and key not in {*COMMANDS, *stages, *left, *families}
    ]
    assert not unused


CALLERS = tuple(
    CallerLine(
        kind=kind,
        label=label,
        patterns=("sim_box",),
        fraud=fraud,
        work=700 - fraud // 2,
        private=300 - fraud // 2,
        likeliest="fraud" if fraud > 500 else "open",
        signs=tuple(list(vocabulary("call_signs"))[:4]),
        innocent=tuple(list(vocabulary("call_innocent"))[:2]),
        calls=1_234,
        people=567,
        partners=600,
        first_ms=0,
        last_ms=1,
    )
    for kind, label, fraud in (("phone", "+86138****1234", 600), ("imei", "3567****0012", 300))
)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [40, 80, 129, 130, 200])
def test_callers_are_read_at_any_width(
    width: int, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    caller_commands._print(Terminal(Words(lang), json_wanted=False), CALLERS, 1)
    said = capsys.readouterr().out
    assert max(map(cell_len, said.splitlines())) <= width
    flat = " ".join(said.split())
    assert "+86138****1234" in flat and "3567" not in flat and "60 %" in flat and "1234 / 567" in flat
    if lang == "en":
        words = {word for code in CALLERS[0].signs for word in vocabulary("call_signs")[code].en.split()}
        words |= {word for code in CALLERS[0].innocent for word in vocabulary("call_innocent")[code].en.split()}
        cut = {word for word in words if word.strip(",;.()") not in flat}
        assert not cut, "no word is cut"
        if width < 130:
            assert flat.index("Why: ") < flat.index("May be: ")


def test_callers_without_signs_say_no_empty_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    bare = tuple(replace(one, signs=(), innocent=()) for one in CALLERS)
    caller_commands._print(Terminal(Words("en"), json_wanted=False), bare, 5)
    said = capsys.readouterr().out
    assert "Why:" not in said and "May be:" not in said and "3567****0012" in said
