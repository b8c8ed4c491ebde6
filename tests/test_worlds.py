"""A stranger makes a town, admits what its centre received, asks a bank, and scores: all through the command line."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fanzha import open as open_workspace
from fanzha.simulate.make import HONEST_PER_CHAIN

SEED = "20261123"


def fanzha(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fanzha", *map(str, arguments), "--lang", "en"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said(*arguments: str | Path) -> Any:
    done = fanzha(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("worlds") / "town"
    made = said("simulate", out, "--seed", SEED)
    assert made["honest"] >= HONEST_PER_CHAIN * made["chain"] > 0
    assert made["incidents"] >= made["reports"] // 2 > 5
    return out


@pytest.fixture(scope="module")
def workspace(town: Path) -> Path:
    place = town.parent / "workspace"
    done = fanzha("run", town, "--workspace", place)
    assert done.returncode == 0, done.stderr
    return place


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    small = ("--people", "3000", "--days", "21", "--gangs", "2", "--set", "everyday.scale=4")
    worlds = []
    for name, seed in (("one", "5"), ("same", "5"), ("other", "6")):
        said("simulate", tmp_path / name, "--seed", seed, *small)
        worlds.append(digest(tmp_path / name))
    assert worlds[0] == worlds[1]
    assert worlds[0] != worlds[2]
    said(
        "simulate", tmp_path / "again", "--seed", "5", *small[:6], "--parameters", tmp_path / "one" / "parameters.yaml"
    )
    assert digest(tmp_path / "again") == worlds[0]


def test_truth_and_ledgers_never_enter_the_workspace(town: Path, workspace: Path) -> None:
    with open_workspace(workspace) as opened:
        names = opened.table("files", purpose="audit")["name"].to_pylist()
        phones = set(opened.table("mentions", purpose="audit")["value"].to_pylist())
    received = {str(path.relative_to(town)) for path in (town / "received").rglob("*") if path.is_file()}
    assert set(names) == received
    kept = pq.read_table(town / "truth/people.parquet", columns=["person", "phone", "role"]).to_pylist()
    financiers = {one["phone"] for one in kept if one["role"] == "R-FIN" and one["phone"]}
    assert financiers and not financiers & phones


@pytest.mark.parametrize("place", ["truth", "truth/parcels.parquet"])
def test_truth_is_refused_even_when_it_is_named(town: Path, tmp_path: Path, place: str) -> None:
    done = fanzha("run", town / place, "--workspace", tmp_path / "none")
    assert done.returncode != 0 and "fanzha score" in done.stderr
    assert not (tmp_path / "none").exists()


def test_nearly_every_row_received_is_kept(workspace: Path) -> None:
    with open_workspace(workspace) as opened:
        files = opened.table("files", purpose="audit").to_pylist()
    kept, refused = sum(one["kept"] for one in files), sum(one["quarantined"] for one in files)
    assert kept > 500 and refused < 0.02 * kept
    assert all(one["rows_in"] == one["kept"] + one["quarantined"] + one["structure"] for one in files)


def test_a_bank_answers_in_its_own_format_only_what_it_knows_by_then(town: Path, tmp_path: Path) -> None:
    parcels = pq.read_table(town / "truth/parcels.parquet").to_pylist()
    one = next(parcel for parcel in parcels if parcel["tier"] == 1 and parcel["payee"])
    early, late = tmp_path / "early", tmp_path / "late"
    moment = "2026-07-02T00:00+08:00"
    assert said("simulate", town, "--ask", one["payee"], "--into", late)["simulate_answer"]
    assert said("simulate", town, "--ask", one["payee"], "--at", moment, "--into", early)["simulate_answer"]
    sizes = [next(folder.iterdir()).stat().st_size for folder in (early, late)]
    assert sizes[0] < sizes[1]
    assert fanzha("simulate", town, "--ask", one["payee"], "--at", "2030-01-01T00:00+08:00").returncode != 0
    unknown = fanzha("simulate", town, "--ask", "123", "--into", late)
    assert unknown.returncode != 0 and "Next:" in unknown.stderr
    assert fanzha("simulate", town, "--ask", one["payee"], "--at", "yesterday").returncode != 0


def test_a_reader_can_judge_how_real_the_world_is(town: Path, tmp_path: Path) -> None:
    page = tmp_path / "realism.html"
    before = digest(town / "truth")
    done = fanzha("simulate", town, "--realism", page)
    assert done.returncode == 0, done.stderr
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") > 4 and digest(town / "truth") == before


def test_a_world_is_never_written_over_another(town: Path) -> None:
    done = fanzha("simulate", town)
    assert done.returncode != 0 and "not empty" in done.stderr


def test_the_scoreboard_says_how_well_beside_simple_methods(town: Path, workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "score.html"
    score = said("score", workspace, town / "truth", "--page", page)
    parts = score["parts"]
    assert list(parts) == ["linking", "tracing", "holds", "roles", "leads", "leaks", "warnings", "parity"]
    ours, same = (parts["linking"]["methods"][name] for name in ("fanzha", "same_identifier"))
    assert set(ours) >= {"pair_f1", "bcubed_f1", "ari", "wrong_clusters"}
    assert 0 < ours["pair_f1"]["value"] <= 1 and 0 < same["pair_f1"]["value"] <= 1
    assert parts["holds"]["methods"]["fanzha"]["hold_honest_people"] is not None
    assert parts["roles"]["made"] and "degree" in parts["roles"]["methods"]
    html = page.read_text(encoding="utf-8")
    assert "<html" in html and "http://" not in html.replace("http://www.w3.org", "")


def test_the_world_is_played_and_scored_on_its_own_clock(town: Path, tmp_path: Path) -> None:
    log = tmp_path / "holds.jsonl"
    place = tmp_path / "played"
    assert fanzha("replay", town, "--workspace", place, "--log", log, "--runs-max", "12").returncode == 0
    holds = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert holds and all(hold["amount_minor"] > 0 for hold in holds)
    assert [hold["at_ms"] for hold in holds] == sorted(hold["at_ms"] for hold in holds)
    score = said("score", place, town / "truth", "--replay", log)
    ours = score["parts"]["holds"]["methods"]["fanzha"]
    assert 0 <= ours["before_exit"]["value"] <= 1 and 0 < ours["incidents_caught"]["value"] <= 1
