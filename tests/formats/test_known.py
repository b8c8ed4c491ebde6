"""All formats together: who reads what, and that no damage makes anything but a FanzhaError or a silent loss."""

import gzip
import json
import random

import pytest

from fanzha.errors import FanzhaError, NotFound, UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.formats.writing import write_table
from fanzha.model.words import vocabulary
from tests.formats.invented import bad_of, bank_bytes, bank_row, bank_text, damaged, joined, notes_of, read_all, rows_in
from tests.formats.test_call_records import CONSUMER_TEXT
from tests.formats.test_items import YAML
from tests.formats.test_narrative import TWO

CSV = "url,phone,description\n" + "".join(
    f"http://evil{n}.top,1380013800{n},a story of some length {n}\n" for n in range(9)
)
SAMPLES = {
    "bank": bank_bytes(12),
    "bank16": bank_bytes(6, "utf-16"),
    "calls": CONSUMER_TEXT.encode("gb18030"),
    "story": TWO.encode("utf-8"),
    "yaml": YAML.encode(),
    "json": json.dumps([{"url": f"http://evil{n}.top", "text": f"story number {n}"} for n in range(9)]).encode(),
    "jsonl": "\n".join(
        json.dumps({"url": f"http://evil{n}.top", "text": f"story number {n}"}) for n in range(9)
    ).encode(),
    "csv": CSV.encode(),
    "gzip": gzip.compress(CSV.encode()),
}


def test_names_are_unlike_and_bilingual() -> None:
    names = [format_.name for format_ in known.FORMATS]
    assert len(set(names)) == len(names) == len(known.FORMATS)
    assert all(format_.en and format_.zh for format_ in known.FORMATS)
    with pytest.raises(NotFound, match="bank_feedback"):
        known.named("nothing")


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("bank", "bank_feedback"),
        ("bank16", "bank_feedback"),
        ("calls", "call_records"),
        ("story", "narrative"),
        ("yaml", "table"),
        ("json", "narrative"),
        ("jsonl", "narrative"),
        ("csv", "narrative"),
        ("gzip", "narrative"),
    ],
)
def test_each_sample_finds_its_format(name: str, format_: str) -> None:
    found = known.recognise(Source(SAMPLES[name], "x.doc"))
    assert found[0].format == format_
    assert found == sorted(found, key=lambda r: -r.score)
    assert all(r.why_en and r.why_zh for r in found)
    assert known.best(Source(SAMPLES[name])).format == format_


@pytest.mark.parametrize("seed", range(12))
def test_noise_gives_nothing(seed: int) -> None:
    noise = random.Random(seed).randbytes(20_000)
    for data in (
        noise,
        b"\x7fELF\x02\x01\x01\0" + noise,
        b"MZ\x90\0" + noise,
        b"%PDF-1.7\n" + noise,
        b"PK\x03\x04" + noise,
        b"\x1f\x8b\x08" + noise,
    ):
        assert known.recognise(Source(data)) == []
        with pytest.raises(UnreadableFile):
            known.best(Source(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\0" * 5_000,
        b"\xff" * 3_000,
        b"a" * (2 << 20),
        b",,,,,\n" * 50,
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b'"' * 5_000,
    ],
)
def test_degenerate_files_give_nothing(data: bytes) -> None:
    assert [r for r in known.recognise(Source(data)) if r.score >= known.SCORE_MIN] == []


def check(data: bytes) -> None:
    """Recognise and read; only a FanzhaError may come out, and the rows must add up (Reading checks itself)."""
    source = Source(data)
    assert isinstance(known.recognise(source), list)
    try:
        readings = read_all(data)
    except FanzhaError:
        return
    reasons, notes = vocabulary("reasons"), vocabulary("notes")
    for reading in readings:
        assert reading.rows_in == reading.kept + len(reading.bad) + reading.structure
        assert {bad.reason for bad in reading.bad} <= set(reasons)
        main = [table for name, table in reading.tables.items() if name != "mentions"]
        assert sum(len(table) for table in main) == (reading.kept if main else 0)
    assert {code for _, code, _ in notes_of(readings)} <= set(notes)
    for bad in bad_of(readings):
        assert -1 <= bad.byte_offset <= 1 << 20


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("batch", range(4))
def test_damage_raises_nothing_else_and_loses_nothing(name: str, batch: int) -> None:
    for seed in range(batch * 8, batch * 8 + 8):
        for version in damaged(SAMPLES[name], seed):
            try:
                check(version)
            except Exception as error:
                raise AssertionError(f"sample {name}, seed {seed}") from error


@pytest.mark.parametrize("seed", range(40))
def test_every_line_of_a_damaged_statement_is_accounted_for(seed: int) -> None:
    data = next(damaged(SAMPLES["bank"], seed))
    try:
        readings = read_all(data, "bank_feedback")
    except UnreadableFile:
        return
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    multi = sum(
        1 for leg in joined(readings, "legs").to_pylist() for v in leg.values() if isinstance(v, str) and "\n" in v
    )
    assert rows_in(readings) == lines or multi
    for row in joined(readings, "legs").to_pylist():
        assert data[: row["byte_offset"]].count(b"\n") == row["row"] - 1


def test_planted_directions_are_all_quarantined() -> None:
    chance = random.Random(5)
    words = ["O", "", "其他", "o", "0", "1", "进账出", "?", "N/A", "借贷"]
    planted = {index for index in range(3_000) if chance.random() < 0.05}
    rows = [
        bank_row(index, **({"收付标志": chance.choice(words)} if index in planted else {})) for index in range(3_000)
    ]
    readings = read_all(bank_text(rows).encode("gb18030"))
    assert {bad.row - 2 for bad in bad_of(readings)} == planted
    assert {bad.reason for bad in bad_of(readings)} == {"unknown_direction"}
    assert len(joined(readings, "legs")) == 3_000 - len(planted)


def test_what_one_writes_another_need_not_know() -> None:
    legs = joined(read_all(SAMPLES["bank"]), "legs")
    assert known.named("table").write({"legs": legs}) == write_table(legs, "csv")


def test_sheets_are_opened_once_for_all_formats() -> None:
    source = Source(SAMPLES["yaml"])
    known.recognise(source)
    held = source.opened["sheets"]
    list(known.read("table", source))
    assert source.opened["sheets"] is held
