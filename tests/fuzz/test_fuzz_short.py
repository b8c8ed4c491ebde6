"""Some mutated inputs for every target, and that a target which lets something through would be seen."""

import subprocess
import sys
from pathlib import Path

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import confined, known
from fanzha.formats.grid import Source
from tests.fuzz import targets
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import JOBS, TARGETS, examples, in_process

RUNS = 8
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_mutated_inputs(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    for data in (b"", b"\0", *seeds[:2], *mutated(seeds, seed=1, count=RUNS)):
        target.run(data)


def test_every_reader_is_a_target() -> None:
    assert {one.name for one in known.FORMATS} <= set(TARGETS)
    modules = {path.stem for path in (ROOT / "fanzha/formats/child").glob("*.py")}
    jobs = {name for name in modules if "def main(" in (ROOT / f"fanzha/formats/child/{name}.py").read_text()}
    fuzzed = {targets._MODULES.get(job, job) for job in JOBS}
    # picture: native code of an extra, into which the fuzzer cannot see; damaged pictures are in tests/show/test_check.py, tests/formats/test_pictures.py
    assert jobs - {"run", "serve", "picture"} == fuzzed, "a job of the child is not fuzzed"


def test_in_process_reads_as_the_child_does() -> None:
    paths = [ROOT / "examples/city/calls_investigative.xlsx", ROOT / "examples/formats/camt053.xml"]
    for path in paths:
        source = Source(path.read_bytes())
        best = known.best(source).format
        there = [reading.rows_in for reading in known.read(best, source)]
        with in_process():
            here = [reading.rows_in for reading in known.read(best, Source(path.read_bytes()))]
        assert there == here
    assert confined.values is not targets.values
    with in_process(), pytest.raises(UnreadableFile):
        list(confined.values("iso20022", b"<a/>", "a.xml"))


def test_mutation_is_seeded_and_mutates() -> None:
    one, two = (list(mutated(examples(), seed, 50)) for seed in (1, 1))
    assert one == two != list(mutated(examples(), 2, 50))
    assert sum(data not in examples() for data in one) > 40


def test_a_fault_is_found_written_and_fails(tmp_path: Path) -> None:
    """A reader with a planted fault, fuzzed as the programme does it."""
    script = (
        "import sys; from tests.fuzz import run, targets; import pathlib\n"
        "def bad(data):\n    assert b'\\xff\\xfe' not in data\n"
        "targets.TARGETS['planted'] = targets.Target(bad, lambda: [b'abc' * 9])\n"
        "run.plain('planted', 20, 1, pathlib.Path(sys.argv[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "Test unit written to" in done.stderr
    written = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(written) == 1 and b"\xff\xfe" in written[0]
