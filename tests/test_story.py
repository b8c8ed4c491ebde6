"""Stories that an officer lives through, from the command line, on real files. A red story stops all other work."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import python_calamine

import fanzha
from tests.conftest import CITY, Run


def answer(run: Run, *arguments: object, **options: object) -> dict[str, object]:
    """The one JSON document a command prints."""
    return json.loads(run(*arguments, "--json", **options).stdout)  # type: ignore[no-any-return]


def test_first_morning(run: Run, tmp_path: Path) -> None:
    """A folder of files arrives; an hour later it arrives again; somebody asks what is known and what was refused."""
    first = run("run", CITY)
    assert "Hold this amount" in first.stdout
    assert "nobody can read it" in first.stdout
    assert "the direction word is not a listed one" in first.stdout
    page = tmp_path / "workspace/report/index.html"
    assert page.exists() and len(list((tmp_path / "workspace/report/cases").glob("*.html"))) == 3

    known = answer(run, "cases")
    again = answer(run, "run", CITY)
    assert all(admission["again"] for admission in again["admissions"])
    assert answer(run, "cases") == known, "loading the same files twice changes nothing"

    assert run("verify", "--deep").stdout.count("row for row") == 1


def test_every_row_is_accounted_for(run: Run) -> None:
    done = answer(run, "admit", CITY)
    assert len(done["admissions"]) == len(list(CITY.iterdir()))
    for admission in done["admissions"]:
        assert admission["rows_in"] == admission["kept"] + admission["quarantined"] + admission["structure"], admission
    unreadable = [a for a in done["admissions"] if a["format"] == "unreadable"]
    assert [a["quarantined"] for a in unreadable] == [1]


def test_one_case_is_explained(run: Run) -> None:
    run("admit", CITY)
    cases = answer(run, "cases")["cases"]
    case = answer(run, "case", cases[0]["id"])
    assert any(join["joins"] and join["why"] == "specific" for join in case["joins"])
    assert any(not join["joins"] and join["why"] == "benign" for join in case["joins"]), "the hotline joined nothing"
    holds = [step for step in case["steps"] if step["verb"] == "hold"]
    assert all(step["amount_minor"] > 0 and step["expires_ms"] and step["ground"] for step in holds)
    said = run("case", cases[0]["id"], lang="zh").stdout
    assert "串并依据" in said and "下一步建议" in said
    missing = answer(run, "case", "99-99", code=3)
    assert missing["error"]["code"] == "not_found" and missing["error"]["remedy"]


def test_a_wrong_file_is_withdrawn_and_its_rows_are_gone(run: Run) -> None:
    file = answer(run, "admit", CITY / "station_reports.csv", CITY / "hotline_reports.jsonl")["admissions"][0]["file"]
    before = answer(run, "cases")
    assert "needs a reason" in run("withdraw", file, "--reason", " ", code=4).stderr
    run("withdraw", file, "--reason", "sent by mistake")
    after = answer(run, "cases")
    assert sum(c["reports"] for c in after["cases"]) < sum(c["reports"] for c in before["cases"])
    assert all(not case["id"].startswith(f"{file}-") for case in after["cases"])
    assert "withdrawn already" in run("withdraw", file, "--reason", "again", code=4).stderr
    run("rebuild")
    assert answer(run, "cases") == after
    back = answer(run, "admit", CITY / "station_reports.csv")["admissions"][0]
    assert not back["again"], "what was withdrawn can come again"


def test_a_file_read_in_the_wrong_zone_is_read_again(run: Run, tmp_path: Path) -> None:
    told = tmp_path / "t.txt"
    told.write_text("报案时间:2026-03-05 10:00\n被骗转账3000元到6299000011112222。", encoding="utf-8")
    file = answer(run, "admit", told)["admissions"][0]["file"]
    first = answer(run, "cases")["cases"][0]["first_ms"]
    run("correct", file, "--zone", "Asia/Bangkok")
    assert answer(run, "cases")["cases"][0]["first_ms"] == first + 3_600_000
    run("rebuild")
    assert answer(run, "cases")["cases"][0]["first_ms"] == first + 3_600_000


def test_export_is_masked_unless_a_purpose_is_named(run: Run, tmp_path: Path) -> None:
    run("admit", CITY / "station_reports.csv")
    run("export", "mentions", "--format", "csv", "--out", "masked.csv")
    run("export", "mentions", "--format", "parquet", "--out", "full.parquet", "--purpose", "anti_fraud")
    full = pq.read_table(tmp_path / "full.parquet").to_pylist()
    masked = (tmp_path / "masked.csv").read_text(encoding="utf-8-sig")
    accounts = {
        row["value"]
        for row in full
        if row["kind"] in ("bank_card", "account", "phone") and not row["partial"] and len(row["value"]) > 8
    }
    assert accounts and not [value for value in accounts if value in masked]
    assert "no purpose" in run("export", "mentions", "--purpose", "curiosity", code=4).stderr
    with contextlib.closing(sqlite3.connect(tmp_path / "workspace/journal.sqlite")) as journal:
        acts = [json.loads(body) for (body,) in journal.execute("SELECT body FROM entries ORDER BY seq")]
        assert "another program has the journal open" in run("cases", code=6).stderr
    assert [a["public"]["purpose"] for a in acts if a["act"] == "export"] == ["anti_fraud"]
    for form in ("jsonl", "xlsx"):
        run("export", "files", "--format", form, "--out", f"files.{form}")
    assert len((tmp_path / "files.jsonl").read_text().splitlines()) == 1
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "files.xlsx"))
    assert len(book.get_sheet_by_index(0).to_python()) == 2
    assert "choose one of" in run("export", "nonsense", code=3).stderr


def test_an_unknown_table_is_mapped_once_and_known_for_ever(run: Run, tmp_path: Path) -> None:
    header = "Wer,Wohin,Betrag,Wann,Richtung\n"
    for number in (1, 2):
        rows = "".join(
            f"62990000111122{i}{number},62880000333344{i}{number},{100 + i}.50,2026-03-0{i} 10:00:00,out\n"
            for i in range(1, 6)
        )
        (tmp_path / f"unknown{number}.csv").write_text(header + rows, encoding="utf-8")
    before = answer(run, "admit", "unknown1.csv")["admissions"][0]
    changes = ["record=leg", "Wer=account", "Wohin=counter_account", "Betrag=amount", "Wann=at", "Richtung=direction"]
    options = [part for change in changes for part in ("--set", change)]
    shown = run("map", "unknown1.csv", *options)
    assert "Nothing is kept yet" in shown.stdout and "counter_account" in shown.stdout
    run("map", "unknown1.csv", *options, "--keep")
    after = answer(run, "admit", "unknown2.csv")["admissions"][0]
    assert (after["kept"], after["quarantined"]) == (5, 0), before
    run("export", "legs", "--format", "jsonl", "--out", "legs.jsonl")
    assert len((tmp_path / "legs.jsonl").read_text().splitlines()) == 10, (
        "the file admitted before the mapping was read again"
    )
    assert "no field" in run("map", "unknown1.csv", "--set", "Wer=nonsense", code=2).stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_answers_in_both_languages(run: Run, lang: str) -> None:
    other = {"zh": "Files", "en": "文件"}[lang]
    run("admit", CITY / "hotline_reports.jsonl")
    for command in (
        ["--help"],
        ["cases"],
        ["formats"],
        ["doctor"],
        ["verify"],
        ["rebuild"],
        ["admit", CITY / "narratives.txt"],
    ):
        said = run(*command, lang=lang)
        assert said.stdout.strip(), command
        assert other not in said.stdout, command
    assert "没有" in run("case", "x", code=3, lang="zh").stderr


def test_python_says_the_same_as_the_command_line(run: Run, city: fanzha.Workspace) -> None:
    told = answer(run, "run", CITY)
    assert [case["id"] for case in told["cases"]] == [case.id for case in city.cases()]
    assert told["as_of"] == city.as_of()


def test_no_personal_identifier_stands_in_the_clear_on_any_page(city: fanzha.Workspace, tmp_path: Path) -> None:
    city.report(tmp_path / "pages", "zh")
    accounts = {a for (a,) in city.engine.rows("SELECT DISTINCT account FROM legs WHERE LENGTH(account) > 9")}
    phones = {
        p[-11:]
        for (p,) in city.engine.rows(
            "SELECT DISTINCT value FROM mentions WHERE kind = 'phone' AND NOT partial AND LENGTH(value) > 9"
        )
    }
    for page in (tmp_path / "pages").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        shown = [value for value in accounts | phones if value in text]
        assert not shown, f"{page.name} shows {len(shown)} identifiers, for example {shown[:1]}"
