"""The score as a whole: the truth folder, JSON, words, the page, and the command."""

import ast
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import score_worlds as worlds
from score_worlds import AS_OF, MIN

import fanzha.score
from fanzha.document.charts.measure import width
from fanzha.document.page import Said
from fanzha.document.score_page import folded, score_html, write_score
from fanzha.errors import FanzhaError, InputError, NotFound, StorageFailed, UnreadableFile
from fanzha.score.counterplay import Hold
from fanzha.score.measure import Line, Measure, Part, Score, figure, median, ratio, unknown
from fanzha.score.paging import counts, full_name, main_measures, page_of, value_text, why_empty
from fanzha.score.scoring import read_earlier, score
from fanzha.score.truth import open_truth
from fanzha.score.words import groups
from fanzha.show.options import Common
from fanzha.show.score_commands import score as score_command
from fanzha.store.engine import Engine

PARTS = ["linking", "tracing", "holds", "roles", "leads", "leaks", "warnings", "parity"]
FIELDS = {*("en", "zh", "note_en", "note_zh", "top_en", "top_zh", "bottom_en", "bottom_zh"), "better", "main", "unit"}
HERE = Path(fanzha.score.__file__).parent


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Score:
    truth = worlds.write(tmp_path_factory.mktemp("world"))
    return score(worlds.workspace(), truth, AS_OF, log=[Hold(31 * MIN, "A1", "CNY", 9)], earlier={"R0": "1-1"})


def test_a_folder_that_is_no_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no truth"):
        open_truth(tmp_path)
    worlds.write(tmp_path)
    assert open_truth(tmp_path).folder == open_truth(tmp_path / "truth").folder
    (tmp_path / "truth" / "next.parquet").unlink()
    with pytest.raises(NotFound, match=r"next\.parquet"):
        open_truth(tmp_path)


@pytest.mark.parametrize("name", ["people", "parcels", "leaks"])
def test_a_damaged_file_of_the_truth_is_said(tmp_path: Path, name: str) -> None:
    truth = worlds.write(tmp_path)
    (truth.folder / f"{name}.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(UnreadableFile) as raised:
        getattr(truth, name)
    assert f"{name}.parquet" in raised.value.where and raised.value.what_zh


def test_a_missing_column_and_a_wrong_world_are_said(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    pq.write_table(pa.table({"person": [1]}), truth.folder / "next.parquet")
    with pytest.raises(InputError, match="due_ms"):
        _ = truth.next
    (tmp_path / "world.json").write_text("[]")
    with pytest.raises(InputError):
        _ = truth.world
    (tmp_path / "world.json").write_text("{")
    with pytest.raises(UnreadableFile):
        _ = open_truth(tmp_path).world
    (tmp_path / "world.json").unlink()
    assert open_truth(tmp_path).world == {}
    assert open_truth(tmp_path).end_ms == 90 * MIN + 1000  # the last parcel to arrive


def test_an_empty_workspace_is_scored_without_an_error(tmp_path: Path) -> None:
    found = score(Engine(), worlds.write(tmp_path), AS_OF)
    assert [part.name for part in found.parts] == PARTS
    assert found.part("linking").line().get("pair_f1").value is None
    assert "<html" in score_html(page_of(found, "en"))
    empty = {name: [] for name in worlds.WORLD}
    nothing = score(Engine(), worlds.write(tmp_path / "empty", empty), AS_OF)
    for part in nothing.parts:
        for line in part.lines:
            assert all(one.value is None and one.why for one in line.measures), (part.name, line.method)


def test_every_figure_names_its_fraction(scored: Score) -> None:
    told = scored.as_json()
    assert list(told["parts"]) == PARTS
    assert told["world"]["seed"] == 7 and told["as_of_ms"] == AS_OF
    assert not told["parts"]["leaks"]["made"] and told["parts"]["leaks"]["why"]
    figures = 0
    for part in told["parts"].values():
        for measures in part["methods"].values():
            for one in measures.values():
                for measure in [one] if "value" in one else one.values():
                    figures += 1
                    assert set(measure) == {
                        "value",
                        "numerator",
                        "denominator",
                        "numerator_is",
                        "denominator_is",
                        "why",
                    }
                    assert (measure["value"] is None) == bool(measure["why"])
                    assert measure["denominator_is"]
                    if measure["value"] is not None and measure["numerator"] is not None:
                        assert measure["value"] == pytest.approx(
                            measure["numerator"] / measure["denominator"], abs=2e-4
                        )
    assert figures > 100
    again = json.dumps(scored.as_json(), ensure_ascii=False)
    assert json.loads(again) == told
    leads = told["parts"]["leads"]["methods"]["fanzha"]
    assert leads["identifiers_found"]["denominator"] == 5 and leads["identifiers_found_by"]["phone"]["denominator"] == 2
    found = told["parts"]["tracing"]["methods"]["fanzha"]["held_found"]["CNY"]
    assert (found["numerator"], found["denominator"], found["value"]) == (140_000, 150_000, 0.9333)


def test_the_same_tables_give_the_same_score(scored: Score, tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    again = score(worlds.workspace(), truth, AS_OF, log=[Hold(31 * MIN, "A1", "CNY", 9)], earlier={"R0": "1-1"})
    assert json.dumps(again.as_json()) == json.dumps(scored.as_json())


def test_values_are_rounded_to_four_digits_and_nothing_is_divided_by_zero() -> None:
    assert ratio("ari", 1, 3).value == 0.3333
    assert ratio("ari", 0, 0).value is None and ratio("ari", 0, 0).why == "nothing_to_count"
    assert figure("gap_money", None, 3).value is None
    assert median([]) is None and median([3, 1]) == 2 and median([5, 1, 2]) == 2


# -- words -------------------------------------------------------------------------------------------------------------


def test_both_languages_are_complete() -> None:
    for group, entries in groups().items():
        for code, entry in entries.items():
            assert entry["en"] and entry["zh"], (group, code)
            assert set(entry) <= FIELDS, code
            for field in ("top", "bottom", "note"):
                assert (f"{field}_en" in entry) == (f"{field}_zh" in entry), code
            for en, zh in (("en", "zh"), ("note_en", "note_zh")):
                places = [set(re.findall(r"{(\w+)}", entry.get(one, ""))) for one in (en, zh)]
                assert places[0] == places[1], code
    for code, entry in groups()["measures"].items():
        assert entry["better"] in ("high", "low", "none") and entry["bottom_en"], code


def test_every_measure_and_reason_is_used_and_known(scored: Score) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.py"))
    strings = {
        node.value
        for node in ast.walk(ast.parse(text.replace("from __future__", "")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made = {
        f"{code}_{what}"
        for code in ("received", "held", "then", "seen", "end")
        for what in ("found", "beyond", "honest", "error")
    }
    made |= {f"gap_{one}" for one in ("linking", "money", "error")}
    for group in ("measures", "whys", "methods", "page"):
        unused = set(groups()[group]) - strings - made - {f"better_{one}" for one in ("high", "low", "none")}
        assert not unused, group
    for part in scored.parts:
        assert part.name in groups()["parts"]
        for line in part.lines:
            assert line.method in groups()["methods"]
            assert all(one.code in groups()["measures"] for one in line.measures)


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_stands_alone_in_both_languages(scored: Score, tmp_path: Path) -> None:
    write_score(page_of(scored, "zh"), tmp_path / "pages" / "score.html")
    html = (tmp_path / "pages" / "score.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN" data-lang="zh"' in html
    assert "评分" in html and "Score against the planted truth" in html
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
    for part in PARTS:
        assert groups()["parts"][part]["en"] in html or part == "parity"
    assert "¥1,400.00 / ¥1,500.00" in html  # held_found with its two counts
    assert html.count("<svg") > 40
    with pytest.raises(StorageFailed):
        write_score(page_of(scored, "zh"), tmp_path)


def test_accounts_are_masked_and_hostile_text_is_only_text(tmp_path: Path) -> None:
    truth = worlds.write(tmp_path)
    engine = Engine()
    worlds.reported(engine, {"R0": "1-<script>x</script>", "R2": "1-<script>x</script>"})
    worlds.put(engine, "disputed", [worlds.disputed("1-1", "6222021234567890128", 1, 5, 5)])
    html = score_html(page_of(score(engine, truth, AS_OF), "en"))
    assert "6222021234567890128" not in html and "0128" in html
    assert "<script>x" not in html and "&lt;script&gt;x" in html


def test_figures_as_a_reader_sees_them() -> None:
    assert value_text(ratio("ari", 1, 3)) == "0.333"
    assert value_text(ratio("ari", 1, 0)) == "—"
    assert value_text(figure("minutes_to_hold", 1234.5, 3)) == "1,234"
    assert counts(ratio("held_found", 100, 250, of="CNY")) == "¥1.00 / ¥2.50"
    assert counts(ratio("exit_found", 100, 250, of="THB/cash")) == "฿1.00 / ฿2.50"
    assert counts(ratio("pair_f1", 1, 2)) == "1 / 2"
    assert counts(ratio("ari", 10**15, 10**16)) == "1.000e+15 / 1.000e+16"
    assert full_name(ratio("exit_found", 1, 2, of="CNY/cash")).en.endswith("CNY cash")


def test_every_currency_with_money_is_shown_the_most_money_first() -> None:
    def measures(code: str, *bottoms: tuple[str, int]) -> list[Measure]:
        return [ratio(code, 0, bottom, of=of) for of, bottom in bottoms]

    ours = measures("held_found", ("THB", 400), ("CNY", 100), ("INR", 240_000), ("USDT", 0))
    simple = measures("held_honest", ("USDT", 9), ("INR", 1), ("CNY", 5), ("THB", 0))
    part = Part("tracing", (Line("fanzha", tuple(ours)), Line("freeze_downstream", tuple(simple))))
    order = ["INR", "CNY", "THB"]  # 200, 1 and 0.87 yuan; USDT is none of the truth's
    assert main_measures(part) == [(code, of) for code in ("held_found", "held_honest") for of in order]
    holds = (
        Line("fanzha", (unknown("caught", "no_replay"),)),
        Line("first_come", tuple(measures("caught", ("CNY", 9)))),
    )
    assert main_measures(Part("holds", holds)) == [("caught", ""), ("caught", "CNY")]


def test_a_part_without_any_value_is_one_line() -> None:
    lines = tuple(Line(method, (unknown("pair_f1", "no_pair_due"),)) for method in ("fanzha", "all_one"))
    empty = Part("linking", lines)
    assert why_empty(empty) is not None and "No two reports belong together." in why_empty(empty).en
    assert why_empty(Part("linking", (*lines, Line("all_apart", (ratio("pair_f1", 0, 1),))))) is None


def test_what_a_score_rests_on_stands_at_its_head(scored: Score, tmp_path: Path) -> None:
    notes = page_of(scored, "en").notes
    assert [one.en for one in notes] == ["5 reports of the truth are held: differences below about 0.45 mean nothing."]
    truth = worlds.write(tmp_path)
    engine = Engine()
    worlds.reported(engine, {"R0": "1-1", "other": "1-1", "another": "1-2"})
    html = score_html(page_of(score(engine, truth, AS_OF), "en"))
    assert "holds 2 reports that this truth does not know" in html and "另有 2 起报案不在该真值中" in html
    for nothing in (score(Engine(), truth, AS_OF), score(Engine(), truth, 0)):
        page = page_of(nothing, "en")
        assert page.notes[0].en.startswith("Nothing was measured")
        assert [text for name, text in page.facts if name == Said("Time of the last news", "最后消息时间")] == ["—"]


def test_a_workspace_of_another_world_is_refused(tmp_path: Path) -> None:
    engine = Engine()
    worlds.reported(engine, {"other": "1-1"})
    with pytest.raises(InputError, match="none of the workspace's 1 reports is of this truth, which has 5") as raised:
        score(engine, worlds.write(tmp_path), AS_OF)
    assert raised.value.remedy and raised.value.remedy_zh and raised.value.what_zh


def test_long_names_take_more_lines_and_lose_nothing() -> None:
    text = Said("Freeze everything downstream", "下游账户全部冻结并逐一核实资金来源与去向")
    lines = folded(text, 13, 150)
    assert len(lines) > 1 and " ".join(one.en for one in lines).strip() == text.en
    assert "".join(one.zh for one in lines) == text.zh
    assert all(width(one, 13) <= 150 for line in lines for one in (line.en, line.zh))
    assert folded("", 13, 150) == []


def test_errors_say_that_they_can_exceed_one(scored: Score) -> None:
    tracing = next(one for one in page_of(scored, "en").sections if one.key == "tracing")
    told = {one.name.en: one.better.en for one in (*tracing.main, *tracing.rest)}
    assert {name for name, better in told.items() if "exceed 1" in better} == {n for n in told if "rror" in n}
    holds = next(one for one in page_of(scored, "en").sections if one.key == "holds")
    assert any(one.name.en.startswith("Holds that caught nothing") for one in holds.main)


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with fanzha.open(tmp_path / "w", actor="tester") as workspace:
        workspace.refresh()
    worlds.write(tmp_path / "out")
    (tmp_path / "log").write_text("")
    (tmp_path / "earlier").write_text('{"R0": "1-1"}')
    options = {"page": tmp_path / "score.html", "replay": tmp_path / "log", "earlier": tmp_path / "earlier"}
    score_command(tmp_path / "w", tmp_path / "out" / "truth", **options, common=Common(lang="en"))
    said = capsys.readouterr().out
    assert "Linking" in said and "Same identifier" in said and "no stage yet" in said
    assert (tmp_path / "score.html").stat().st_size > 20_000
    score_command(tmp_path / "w", tmp_path / "out", common=Common(json=True))
    assert json.loads(capsys.readouterr().out)["fanzha_score"] == 1


def test_the_command_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no workspace"):
        score_command(tmp_path / "w", tmp_path / "out")
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("text", ["[1]", "{", "3"])
def test_a_snapshot_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "earlier.json"
    with pytest.raises(FanzhaError, match="no snapshot"):
        read_earlier(path)
    path.write_text(text)
    with pytest.raises(InputError):
        read_earlier(path)
