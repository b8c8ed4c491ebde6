"""An officer looks at why reports are one case, knows better, judges, sees everything follow, and takes it back."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import fanzha
from tests.conftest import CITY, Run

REASON = "the reporter mistyped the site, she told us on 13911112222"


def answer(run: Run, *arguments: object, **options: object) -> dict[str, Any]:
    """The one JSON document a command prints."""
    return json.loads(run(*arguments, "--json", **options).stdout)  # type: ignore[no-any-return]


def tables(folder: Path) -> dict[str, Any]:
    """Every table that does not tell of the judgements themselves."""
    with fanzha.open(folder, actor="auditor") as workspace:
        workspace.refresh()
        names = ("case_reports", "joins", "near_links", "case_history", "pulls", "payments", "flows", "disputed")
        return {
            name: workspace.engine.all_rows(name)
            for name in (*names, "steps", "gang_cases", "bridges", "roles", "coverage", "requests")
        }


def dearest(made: dict[str, Any], case_id: str) -> tuple[str, int]:
    """The report of a case that states the most paid in yuan, other than the one the case is named after, and how much."""
    paid: dict[str, int] = {}
    for row in made["payments"].to_pylist():
        name = f"{row['file']}-{row['row']}"
        if row["case_id"] == case_id != name and row["currency"] == "CNY":
            paid[name] = paid.get(name, 0) + (row["amount_minor"] or 0)
    return max(paid.items(), key=lambda one: (one[1], one[0]))


def test_why_split_undo_merge_roles(run: Run, say: Run, tmp_path: Path) -> None:
    say("admit", CITY)
    folder = tmp_path / "workspace"
    former = tables(folder)
    cases = {case["id"]: case for case in answer(say, "cases")["cases"] if case["reports"] > 1}
    first, second = sorted(cases)[:2]

    holds = answer(say, "why", first)["holds"]["weak"]
    assert holds["sides"][1] == 1 and holds["weight"] >= 12_000, "one report hangs on one link"
    lone = holds["b"]
    told = run("why", first, lone, lang="zh").stdout
    assert f"{first} 与 {lone} 应串并" in told and "最弱一环" in told and "比特" in told
    assert not re.search(r"\d{12}", told), "identifiers are masked"

    payer, paid = dearest(former, first)
    split = answer(say, "split", first, payer, "--reason", REASON)["judged"]
    assert split["moved"] == [{"before": first, "after": payer, "reports": [payer]}]
    after = {case["id"]: case for case in answer(say, "cases")["cases"]}
    assert after[first]["reports"] == cases[first]["reports"] - 1 and after[payer]["reports"] == 1
    assert (
        after[first]["stated"]["CNY"]
        == cases[first]["stated"]["CNY"] - paid
        == cases[first]["stated"]["CNY"] - after[payer]["stated"]["CNY"]
    )
    assert after[payer]["accounts"] > 0, "its money is followed in the case of its own"

    apart = say("why", first, payer).stdout
    assert "are not linked" in apart and "judged them apart" in apart and "+86139****2222" in apart
    refused = say("merge", first, payer, "--reason", "no", code=4).stderr
    assert f"act {split['act']}" in refused and f"fanzha undo {split['act']}" in refused

    say("undo", split["act"])
    act = next(one for one in answer(say, "acts")["acts"] if one["kind"] == "judge")
    assert act["undone"] and act["judged"]["verdict"] == "different" and act["judged"]["left"] == [["report", payer]]
    assert "13911112222" not in json.dumps(act) and "mistyped" in act["judged"]["reason"]
    assert [name for name, table in tables(folder).items() if not table.equals(former[name])] == []

    (folder / "report").mkdir()
    (folder / "report/index.html").write_text("pages of before", encoding="utf-8")  # where pages are, they follow
    both = say("merge", first, second, "--reason", "one crew, by a confession", "--actor", "Officer Lin").stdout
    merged = int(re.findall(r"act (\d+)", both)[0])
    assert f"Case {second} → case {first}: {cases[second]['reports']} moved" in both and f"fanzha undo {merged}" in both
    whole = answer(say, "case", second)
    assert whole["case"]["id"] == first
    assert whole["case"]["reports"] == sum(cases[one]["reports"] for one in (first, second))
    for column in ("stated", "held", "exited"):
        sums = [whole["case"][column].get(c, 0) for c in cases[first][column] | cases[second][column]]
        assert sum(sums) == sum(sum(cases[one][column].values()) for one in (first, second)), "money follows"
    assert f"{second} belongs to case {first} today" in say("case", second).stdout

    page = (folder / f"report/cases/{first}.html").read_text(encoding="utf-8")
    assert "one crew, by a confession" in page and "Officer Lin" in page and f"act {merged}" in page
    assert not (folder / f"report/cases/{second}.html").exists()
    assert "pages of before" not in (folder / "report/index.html").read_text(encoding="utf-8")
    assert "one crew, by a confession" in say("acts", "--limit", 3).stdout

    found = answer(say, "roles", second)["roles"]
    assert found["roles"] and all(one["alternatives"] and one["evidence"] for one in found["roles"])
    assert {one["status"] for one in found["roles"]} <= {"hypothesis", "lead"}
    assert [one["stage"] for one in found["stages"]] == [f"S{n}" for n in range(10)] and found["requests"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_done_is_said(say: Run, lang: str) -> None:
    say("admit", CITY / "station_reports.csv")
    case = answer(say, "cases")["cases"][0]["id"]
    for arguments, code in (
        (["merge", case, case, "--reason", "x"], 4),
        (["merge", case, "--reason", "x"], 4),
        (["split", case, "99-99", "--reason", "x"], 4),
        (["judge", case, case, "--verdict", "same", "--reason", "x"], 2),
        (["judge", case, "99-1", "--verdict", "same", "--reason", " "], 4),
        (["judge", "nonsense", case, "--verdict", "same", "--reason", "x"], 2),
        (["why", "phone:96110"], 2),
        (["why", case, "99-99"], 3),
        (["roles", "99-99"], 3),
    ):
        said = say(*arguments, code=code, lang=lang).stderr
        assert {"zh": "下一步", "en": "Next:"}[lang] in said, arguments
    assert [one for one in answer(say, "acts")["acts"] if one["kind"] == "judge"] == []
