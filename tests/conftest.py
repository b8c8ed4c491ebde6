"""What many tests share: the example city admitted once, and every SQL statement checked for portability."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import fanzha
from fanzha.__main__ import main

# The same examples on every run, so that a change that passed here passes elsewhere; HYPOTHESIS_PROFILE=random looks for new ones.
settings.register_profile("fixed", derandomize=True)
settings.register_profile("random")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# A named person sits at the machine: who acts as root, as CI does, may decide on no order (tests/respond/test_person.py).
os.environ["LOGNAME"] = "tester"
os.environ.pop("FANZHA_ACTOR", None)

ROOT = Path(__file__).parents[1]
CITY = ROOT / "examples/city"


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fanzha.Workspace]:
    """The example city, admitted and analysed. Read only: tests that change something make their own workspace."""
    with fanzha.open(tmp_path_factory.mktemp("city") / "w", actor="tester") as workspace:
        workspace.admit([CITY])
        workspace.refresh()
        yield workspace


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line as a person calls it, in an empty folder; `code` is the exit status expected."""

    def call(*arguments: object, code: int = 0, lang: str = "en") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "FANZHA_LANG": lang, "COLUMNS": "160", "TERM": "dumb"}
        done = subprocess.run(
            [sys.executable, "-m", "fanzha", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return call


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """The command line as `run` in conftest calls it, within this process: a dozen calls start only once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")

    def call(*arguments: object, code: int = 0, lang: str = "en") -> subprocess.CompletedProcess[str]:
        monkeypatch.setenv("FANZHA_LANG", lang)
        monkeypatch.setattr(sys, "argv", ["fanzha", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        said = capfd.readouterr()
        assert (left.value.code or 0) == code, f"exit {left.value.code}\n{said.out}\n{said.err}"
        return subprocess.CompletedProcess(["fanzha"], code, said.out, said.err)

    return call
