"""A short run over damaged examples, and that the count which it makes would notice a loss."""

import random

import pytest

from fanzha.formats import known
from fanzha.formats.grid import Source
from tests.hostile import damage
from tests.hostile.damage import Damaged, Tally, bounds, check, corpus, header_of, plant, planted_in, run


def test_damaged_examples() -> None:
    tally = run(80, seed=7)
    assert tally.failures == []
    assert tally.files == 80 and tally.read > 40 and tally.counted_exactly > 20 and tally.planted > 20


def test_the_same_seed_gives_the_same_files() -> None:
    one, two = ([(d.name, d.kinds, d.data) for d in corpus(30, 3) if not d.name.endswith(".xlsx")] for _ in range(2))
    assert one == two
    assert one != [(d.name, d.kinds, d.data) for d in corpus(30, 4) if not d.name.endswith(".xlsx")]


def sample(name: str) -> bytes:
    return (damage.EXAMPLES / "city" / name).read_bytes()


def test_the_count_notices_a_lost_row() -> None:
    data = sample("bank_east_transactions.csv")
    least, most = bounds(data, "gb18030")
    assert least == most == data.count(b"\n")
    tally = Tally()
    check(Damaged("a.csv", (), data, (least + 1, most + 1), frozenset()), tally)
    assert len(tally.failures) == 1 and "the file has" in tally.failures[0]


def test_the_count_notices_a_guess() -> None:
    tally = Tally()
    check(Damaged("a.csv", (), sample("bank_east_transactions.csv"), None, frozenset([3, 4])), tally)
    assert len(tally.failures) == 1 and "[3, 4]" in tally.failures[0]


@pytest.mark.parametrize(
    ("name", "encoding", "newline"),
    [
        ("bank_east_transactions.csv", "gb18030", "\r\n"),
        ("bank_siam_statement.csv", "utf-8-sig", "\r\n"),
        ("calls_consumer_1.csv", "utf-8-sig", "\r\n"),
    ],
)
def test_planted_words_reach_quarantine(name: str, encoding: str, newline: str) -> None:
    text = sample(name).decode(encoding)
    newline = newline if newline in text else "\n"
    lines = plant(text.removesuffix(newline).split(newline), random.Random(5))
    at = header_of(lines)
    assert at is not None
    data = newline.join([*lines, ""]).encode(encoding)
    planted = planted_in(data, encoding, lines[at[0]])
    assert len(planted) == 5
    source = Source(data)
    readings = list(known.read(known.best(source).format, source))
    refused = {bad.row: bad.reason for reading in readings for bad in reading.bad}
    assert {row: refused.get(row) for row in planted} == dict.fromkeys(planted, "unknown_direction")


def test_quotes_join_lines_for_the_count_too() -> None:
    assert bounds(b'a,b\n1,"x\ny"\n2,3\n', "utf-8")[1] == 4
    assert bounds(b'a,b\n1,"x\ny"\n2,3\n', "utf-8")[0] <= 3
    assert bounds("a,b\n1,2\n3,4".encode("utf-16"), "utf-16") == (3, 3)
