"""What a first-time user did, each as a test: found by reading the README and nothing else."""

import json
import re
from pathlib import Path

import pytest

import fanzha
from fanzha.clean import text, url
from tests.conftest import CITY, Run

HEADER = "账号,交易日期,交易时间,交易金额,余额,收付标志,对手账号\n"


def test_running_on_the_present_folder_does_not_take_the_workspace_for_evidence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "told.txt").write_text(
        "报案时间:2026-03-05 10:00\n被骗转账3000元到6299000011112220。", encoding="utf-8"
    )
    run("admit", "told.txt")
    again = json.loads(run("run", ".", "--json").stdout)
    assert [a["name"] for a in again["admissions"]] == ["told.txt"]


def test_looking_at_a_file_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    run("map", CITY / "bank_siam_statement.csv")
    assert list(tmp_path.iterdir()) == []


def test_day_and_clock_in_two_columns_are_one_moment(tmp_path: Path) -> None:
    rows = "".join(
        f"6299000011112220,2026-03-0{i},1{i}:05:00,10.00,{100 - 10 * i}.00,出,6288000011112223\n" for i in range(1, 6)
    )
    (tmp_path / "s.csv").write_bytes((HEADER + rows).encode("gb18030"))
    with fanzha.open(tmp_path / "w") as workspace:
        done = workspace.admit([tmp_path / "s.csv"])[0]
        assert (done.kept, done.quarantined) == (5, 0)
        first = workspace.engine.rows("SELECT MIN(at_ms) FROM legs")[0][0]
    assert first == 1_772_334_300_000  # 2026-03-01 11:05 in Beijing


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n\n"])
def test_two_reports_in_one_text_are_two(tmp_path: Path, between: str) -> None:
    told = [
        f"报案人：{name}\n报案时间：2026-03-0{day} 10:00\n涉案金额：{day}000元\n被骗转账到62990000111122{day}0。"
        for name, day in (("甲某", 3), ("乙某", 4))
    ]
    (tmp_path / "t.txt").write_text(between.join(told), encoding="utf-8")
    with fanzha.open(tmp_path / "w") as workspace:
        assert workspace.admit([tmp_path / "t.txt"])[0].kept == 2
        assert workspace.engine.rows("SELECT amount_minor FROM reports ORDER BY row") == [(300_000,), (400_000,)]


def test_json_of_a_case_is_masked_like_the_screen(run: Run, city: fanzha.Workspace) -> None:
    run("admit", CITY)
    case = city.cases()[0].id
    said = run("case", case, "--json").stdout + run("case", case).stdout
    values = {
        join["value"]
        for join in city.joins(case)
        if join["kind"] in ("account", "phone") and len(join["value"]) > 9 and "*" not in join["value"]
    }
    assert values and not [value for value in values if value in said]


def test_names_in_narratives_are_masked_on_pages_and_in_exports(city: fanzha.Workspace, tmp_path: Path) -> None:
    city.report(tmp_path, "zh")
    holders = {
        h
        for (h,) in city.engine.rows(
            "SELECT DISTINCT counter_holder FROM legs WHERE counter_account IN (SELECT payee FROM payments)"
        )
        if h
    }
    victims = {
        v for (v,) in city.engine.rows("SELECT DISTINCT victim FROM reports") if v and len(v) > 1 and "某" not in v
    }
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html"))
    told = str(city.table("reports").column("text").to_pylist())
    assert holders and not [name for name in holders | victims if name in pages]
    assert not [name for name in victims if name in told]


def test_nonsense_terms_are_refused_and_change_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "told.txt").write_text(
        "报案时间:2026-03-05 10:00\n被骗转账3000元到6299000011112220。", encoding="utf-8"
    )
    file = json.loads(run("admit", "told.txt", "--json").stdout)["admissions"][0]["file"]
    for options in (["--zone", "Mars/X"], ["--currency", "yuan"], ["--region", "China"]):
        run("correct", file, *options, code=2)
        run("admit", "told.txt", *options, code=2)
    run("correct", file, "--format", "nope", code=3)
    run("correct", file, "--zone", "America/New_York")
    run("correct", file, "--currency", "USD")
    with fanzha.open(tmp_path / "workspace") as workspace:
        assert workspace.engine.rows("SELECT zone FROM reports") == [("America/New_York",)], (
            "an earlier correction stands"
        )


def test_terminal_and_page_list_the_cases_in_the_same_order(city: fanzha.Workspace, tmp_path: Path) -> None:
    page = city.report(tmp_path, "en").read_text(encoding="utf-8")
    ids = [case.id for case in city.cases() if case.reports > 1]
    assert sorted(ids, key=lambda one: page.index(f"cases/{one}.html")) == ids


def test_a_decimal_comma_is_not_guessed() -> None:
    assert [found for found in text.find("1.250,50 EUR") if found.kind == "money"] == []


@pytest.mark.parametrize("written", ["03/11/2026 14:05", "14:05", "3/11"])
def test_dates_and_times_are_no_web_addresses(written: str) -> None:
    assert url.parse(written) is None


def test_an_empty_file_is_called_empty(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "the file is empty" in run("admit", "empty.csv").stdout


def test_export_to_a_folder_that_is_not_there_says_so(run: Run) -> None:
    said = run("export", "files", "--out", "missing/x.csv", code=3).stderr
    assert "no folder missing" in said and "Next:" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["campaigns"],
        ["drift"],
        ["callers"],
        ["cases"],
        ["acts"],
        ["name", "3-1"],
        ["feedback", "A long text that somebody received today", "--verdict", "scam"],
    ],
)
def test_to_ask_makes_no_workspace(say: Run, tmp_path: Path, arguments: list[str]) -> None:
    said = say(*arguments, code=3).stderr
    assert "no workspace at workspace" in said and "fanzha run FOLDER" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "en", "zh"),
    [
        (["chek", "x"], "no command 'chek'", "没有命令 'chek'"),
        (["chek"], "did you mean `fanzha check`", "您是否想用 fanzha check"),
        (["check", "--lang"], "--lang needs a value", "--lang 后面缺少内容"),
        (["admit"], "FILE is missing", "缺少 FILE"),
        (["cases", "--limit", "many"], "'many' cannot stand for --limit", "--limit 不能写 'many'"),
        (["feedback", "x", "--verdict", "maybe"], "write one of scam, honest", "可写：scam, honest"),
        (["cases", "extra"], "too much: 'extra'", "多余的内容：'extra'"),
        (["cases", "--nope"], "no option --nope", "没有选项 --nope"),
        (["check", ""], "nothing to check", "没有可检查的内容"),
        (["check", "hello", "--page", "none/p.html"], "no folder none", "没有文件夹 none"),
        (["check", "hello", "--page", "."], "is a folder", "是文件夹"),
        (["train", "none", "--out", "m"], "no folder none", "没有文件夹 none"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_one_language(
    say: Run, tmp_path: Path, arguments: list[str], en: str, zh: str
) -> None:
    for lang, wanted, following in (("en", en, "Next: "), ("zh", zh, "下一步: ")):
        done = say(*arguments, code=3 if "no folder" in en else 2, lang=lang)
        assert wanted in done.stderr and following in done.stderr and "Traceback" not in done.stderr
        if lang == "zh":
            assert not re.search("[a-z]{2,} [a-z]{2,} [a-z]{2,}", done.stderr.partition("错误")[2])
    assert not list(tmp_path.iterdir())


def test_a_machine_reads_what_is_wrong_with_a_command(say: Run) -> None:
    assert json.loads(say("cases", "--json", "--limit", "x", code=2).stdout)["error"]["code"] == "input"


def test_the_headings_of_help_are_in_one_language(say: Run) -> None:
    for arguments in (["--help"], ["check", "--help"], ["feedback", "--help"]):
        said = say(*arguments, lang="zh").stdout
        assert "用法：fanzha" in said and not re.search("Usage|Commands|Arguments|Parameters|Display", said)
    assert "Usage: fanzha" in say("check", "--help").stdout


def test_nothing_moves_in_a_pipe(say: Run, tmp_path: Path) -> None:
    (tmp_path / "told.txt").write_text(
        "报案时间:2026-03-05 10:00\n被骗转账3000元到6299000011112220。", encoding="utf-8"
    )
    assert len(say("admit", "told.txt").stderr.splitlines()) <= 1


def test_files_that_are_there_are_answered_and_the_missing_named(say: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(
            "Your parcel is held, pay the fee at https://royal-mail.fee-pay.top", encoding="utf-8"
        )
    done = say("check", "a.txt", "none.txt", "b.txt", ".", code=3)
    assert "text of a.txt" in done.stdout and "text of b.txt" in done.stdout
    assert "no file none.txt" in done.stderr and "is a folder" in done.stderr
    told = json.loads(say("check", "a.txt", "none.txt", "--json", code=3).stdout)
    assert len(told["checks"]) == 1 and told["errors"][0]["code"] == "not_found"
    assert "no file none.txt" in say("check", "none.txt", code=3).stderr


def test_json_is_readable_and_never_breaks(say: Run) -> None:
    said = say("check", "妈,我今晚加班", "--json").stdout
    assert "妈,我今晚加班" in said and "\\u" not in said
    half = say("check", "broken \ud800 letters here", "--json").stdout
    assert json.loads(half)["checks"][0]["text"] == "broken \ud800 letters here"
