"""Components: one contract, two ways of computing it, and links that come one at a time."""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.clean import compiled as compiling
from fanzha.link import components as module
from fanzha.link.components import Growing, by_arrays, by_loop, components

Links = list[tuple[int, int]]

UNTIMED = settings(deadline=None)  # the first call compiles, and the machine may be busy


def by_dictionary(size: int, links: Links) -> list[int]:
    """The plainest union-find there is: sets that are poured together."""
    member = {node: {node} for node in range(size)}
    for left, right in links:
        if member[left] is not member[right]:
            member[left] |= member[right]
            for node in member[right]:
                member[node] = member[left]
    return [min(member[node]) for node in range(size)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, Links]:
    size = draw(st.integers(1, 40))
    node = st.integers(0, size - 1)
    return size, draw(st.lists(st.tuples(node, node), max_size=60))


def columns(links: Links, dtype: type = np.int64) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(links, dtype=dtype).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


@UNTIMED
@given(graphs())
def test_both_ways_say_what_a_dictionary_says(graph: tuple[int, Links]) -> None:
    size, links = graph
    expected = by_dictionary(size, links)
    left, right = columns(links)
    assert components(size, left, right).tolist() == expected
    assert by_arrays(size, left, right).tolist() == expected
    assert by_loop(size, left, right).tolist() == expected
    assert by_loop(size, *columns(links, np.int32)).tolist() == expected


@UNTIMED
@given(graphs(), st.randoms(use_true_random=False))
def test_order_and_direction_of_links_do_not_matter(graph: tuple[int, Links], random: object) -> None:
    size, links = graph
    other = [pair[::-1] if at % 2 else pair for at, pair in enumerate(links)]
    random.shuffle(other)  # type: ignore[attr-defined]
    for way in (by_arrays, by_loop):
        assert way(size, *columns(links)).tolist() == way(size, *columns(other)).tolist()


@UNTIMED
@given(graphs())
def test_links_one_at_a_time_say_the_same(graph: tuple[int, Links]) -> None:
    size, links = graph
    growing = Growing()
    assert [growing.add() for _ in range(size)] == list(range(size))
    for at, (left, right) in enumerate(links, 1):
        before = by_dictionary(size, links[: at - 1])
        gave = growing.join(left, right)
        expected = None if before[left] == before[right] else tuple(sorted((before[left], before[right])))
        assert gave == expected
    assert [growing.smallest(node) for node in range(size)] == by_dictionary(size, links) == growing.labels().tolist()


@UNTIMED
@given(graphs(), st.integers(0, 60))
def test_going_on_from_a_batch(graph: tuple[int, Links], cut: int) -> None:
    size, links = graph
    for labels in (components(size, *columns(links[:cut])), components(size, *columns(links[:cut])).tolist()):
        growing = Growing(labels)
        new = growing.add()
        for left, right in links[cut:]:
            growing.join(left, right)
        assert (new, len(growing)) == (size, size + 1)
        assert growing.labels().tolist() == [*by_dictionary(size, links), size]


@pytest.mark.parametrize("way", [by_arrays, by_loop])
@pytest.mark.parametrize("shape", ["path", "path_back", "star", "star_of_last", "halves", "random"])
def test_large_shapes(way: object, shape: str) -> None:
    size = 20_000
    node, random = np.arange(size), np.random.default_rng(5)
    order = random.permutation(size - 1)
    left, right, expected = {
        "path": (node[:-1], node[1:], node * 0),
        "path_back": (node[:0:-1], node[-2::-1], node * 0),
        "star": (node * 0, node, node * 0),
        "star_of_last": (node[order], np.full(size - 1, size - 1), node * 0),
        "halves": (node[:-2][random.permutation(size - 2)], None, node % 2),
        "random": (order, order + 1, node * 0),
    }[shape]
    if right is None:
        right = left + 2
    assert np.array_equal(way(size, np.ascontiguousarray(left), np.ascontiguousarray(right)), expected)  # type: ignore[operator]


def test_many_links_take_the_compiled_way_and_few_do_not() -> None:
    with patch.object(module, "LINKS_MIN", 3), patch.object(module, "by_loop", return_value="loop") as loop:
        assert components(5, [0, 1], [1, 2]).tolist() == [0, 0, 0, 3, 4]
        loop.assert_not_called()
        assert components(5, [0, 1, 2], [1, 2, 3]) == "loop"


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint32", "int32", ">i4", ">i8", "int64", "uint64"])
def test_every_integer_type(dtype: str) -> None:
    left, right = np.array([4, 1, 2], dtype=dtype), np.array([3, 2, 0], dtype=dtype)
    for smallest in (0, 100):
        with patch.object(module, "LINKS_MIN", smallest):
            assert components(6, left, right).tolist() == [0, 0, 0, 3, 3, 5]
            assert components(6, left, right.astype(np.int64)).tolist() == [0, 0, 0, 3, 3, 5]
            assert components(6, left, right).dtype == np.int64


def test_columns_that_may_not_be_written_or_have_gaps() -> None:
    table = np.array([[4, 3], [1, 2], [2, 0]])
    table.flags.writeable = False
    kept = table.copy()
    for smallest in (0, 100):
        with patch.object(module, "LINKS_MIN", smallest):
            assert components(5, table[:, 0], table[:, 1]).tolist() == [0, 0, 0, 3, 3]
            left = np.array([4, 1, 2])
            left.flags.writeable = False
            assert components(5, left, left).tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(table, kept)


def test_nothing() -> None:
    for smallest in (0, 100):
        with patch.object(module, "LINKS_MIN", smallest):
            assert components(0, [], []).tolist() == []
            assert components(3, [], []).tolist() == [0, 1, 2]
    assert len(Growing()) == 0


@pytest.mark.parametrize(
    ("left", "right", "problem"),
    [
        ([0, 3], [1, 2], "node 3 is not in 0..2"),
        ([0, 1], [1, -1], "node -1 is not in 0..2"),
        ([0, 2**40], [1, 2], f"node {2**40} is not in 0..2"),
        ([0], [1, 2], "1 nodes on the left, 2 on the right"),
        ([[0]], [[1]], "2 dimensions"),
    ],
)
def test_nodes_that_are_none_are_refused_before_compiled_code_sees_them(
    left: list[int], right: list[int], problem: str
) -> None:
    for smallest in (0, 100):
        with patch.object(module, "LINKS_MIN", smallest), pytest.raises(ValueError, match=problem):
            components(3, left, right)


def test_other_things_than_integers_are_refused() -> None:
    for wrong in ([0.0, 1.5], ["0", "1"], [True, False]):
        with pytest.raises(TypeError, match="nodes are integers"):
            components(3, wrong, [0, 1])  # type: ignore[arg-type]


def test_growing_refuses_nodes_it_does_not_have() -> None:
    growing = Growing([0, 0, 2])
    for node in (3, -1):
        with pytest.raises(IndexError):
            growing.smallest(node)
        with pytest.raises(IndexError):
            growing.join(0, node)
    assert growing.labels().tolist() == [0, 0, 2]


RUN = """
import sys
import numpy as np
from fanzha.link.components import by_loop, components
node = np.arange(1_000)
assert not components(1_001, node, node + 1).any()
assert "numba" not in sys.modules, "a small input paid for the compiler"
assert not by_loop(1_001, node, node + 1).any()
print("joined")
"""


def test_small_inputs_do_not_pay_and_no_cache_folder_is_needed(tmp_path: Path) -> None:
    """A package on a disk that may not be written, in a home that may not be written: no folder for machine code."""
    package = tmp_path / "fanzha"
    for name in ("__init__.py", "link/__init__.py", "link/components.py", "clean/__init__.py", "clean/compiled.py"):
        copy = package / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("" if name.endswith("__init__.py") else (Path(module.__file__).parents[1] / name).read_text())
    for folder in ("link", "clean"):  # a file stands where a folder would be made; root may write anywhere else
        (package / folder / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("joined\n", 0), done.stderr
    assert not [*tmp_path.rglob("*.nbi")]


def doubled(value: int) -> int:
    return 2 * value


@pytest.mark.parametrize("problem", [OSError("No space left on device"), RuntimeError("no locator available")])
def test_a_full_disk_is_no_reason_to_fail(problem: Exception) -> None:
    asked: list[bool] = []
    plain = compiling._compile

    def refusing(numba: object, kernel: object, signature: str, keep: bool) -> object:
        asked.append(keep)
        if keep:
            raise problem
        return plain(numba, kernel, signature, keep)  # type: ignore[arg-type]

    compiling.compiled.cache_clear()
    with patch.object(compiling, "_compile", refusing):
        assert compiling.compiled(doubled, "int64(int64)")(21) == 42
        assert compiling.compiled(doubled, "int64(int64)")(4) == 8
    assert asked == [True, False], "once without a place to keep it, and then remembered"
    compiling.compiled.cache_clear()
