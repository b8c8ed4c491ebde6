"""Encoding is decided on content."""

import random

import pytest

from fanzha.formats.delimited import open_delimited
from fanzha.formats.encoding import detect
from fanzha.formats.lines import newline_of, pieces

TEXT = "账号,户名,金额\n6222000011112222,甲某某,35.00\n6222000011113333,乙某某,12.50\n" * 5


@pytest.mark.parametrize(
    ("codec", "name", "bom"),
    [
        ("utf-8", "utf-8", 0),
        ("utf-8-sig", "utf-8", 3),
        ("gb18030", "gb18030", 0),
        ("utf-16", "utf-16-le", 2),
        ("utf-16-le", "utf-16-le", 0),
        ("utf-16-be", "utf-16-be", 0),
    ],
)
def test_each_encoding_is_found_and_read(codec: str, name: str, bom: int) -> None:
    data = TEXT.encode(codec)
    found = detect(data)
    assert found is not None
    assert (found.name, found.bom) == (name, bom)
    sheet = open_delimited(data)
    assert sheet is not None
    assert sheet.header == ("账号", "户名", "金额")
    grid = next(sheet.blocks())
    assert grid.column(1).to_pylist()[:2] == ["甲某某", "乙某某"]
    assert (len(grid.rows), grid.structure) == (10, 5)  # the header stands five times


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_offsets_point_into_the_original(codec: str) -> None:
    data = ("说明\n" + TEXT + "\n").encode(codec)
    sheet = open_delimited(data)
    assert sheet is not None
    for grid in sheet.blocks():
        for offset, account in zip(grid.offsets.to_pylist(), grid.column(0).to_pylist(), strict=True):
            assert data[offset:].startswith(str(account).encode(codec))


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_text(seed: int) -> None:
    assert detect(random.Random(seed).randbytes(5_000)) is None


@pytest.mark.parametrize("data", [b"", b"\x7fELF\x02\x01\x01" + b"\0" * 200, b"%PDF-1.7\n1 0 obj", b"PK\x03\x04rest"])
def test_other_files_are_no_text(data: bytes) -> None:
    assert detect(data) is None


def test_one_bad_byte_does_not_change_the_encoding() -> None:
    damaged = bytearray(TEXT.encode("utf-8"))
    damaged[40] = 0xFF
    found = detect(bytes(damaged))
    assert found is not None
    assert found.name == "utf-8"


def test_a_character_on_the_edge_of_a_chunk_is_no_failure() -> None:
    found = detect(b"a," + "好".encode() * ((1 << 22) // 3 + 10) + b"\n")
    assert found is not None
    assert found.name == "utf-8"


def test_lines_of_old_systems_end_with_cr() -> None:
    data = TEXT.replace("\n", "\r").encode("gb18030")
    assert newline_of(data) == 13
    sheet = open_delimited(data)
    assert sheet is not None
    assert sheet.header == ("账号", "户名", "金额")
    assert next(sheet.blocks()).column(2).to_pylist()[0] == "35.00"


def test_pieces_cover_the_file() -> None:
    line = ("6222,甲," + "x" * 90 + "\n").encode("gb18030")
    data = line * 120_000
    encoding = detect(data)
    assert encoding is not None
    found = list(pieces(data, encoding, transcode=False))
    assert len(found) > 1
    assert b"".join(piece.text for piece in found) == data
    numbers = [int(number) for piece in found for number in (piece.numbers[0], piece.numbers[-1])]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 120_000
    for piece in found:
        for index in (0, len(piece.numbers) - 1):
            assert piece.offsets[index] == (piece.numbers[index] - 1) * len(line)
