"""JSON, JSON lines and YAML: items, offsets, broken items, bombs."""

import gzip
import json
import time
from pathlib import Path

import pytest

from fanzha.errors import UnreadableFile
from fanzha.formats import known
from fanzha.formats.grid import PARTS, Source
from fanzha.formats.items import flatten, open_json, open_jsonl, open_yaml
from fanzha.formats.sheets import content
from tests.formats.invented import bad_of, joined, read_all, rows_in

SCAMDB = Path(__file__).resolve().parents[3] / "shared" / "data" / "identifiers" / "cryptoscamdb_reports.yaml.gz"
ITEMS = [
    {"name": "evil-one.top", "url": "http://evil-one.top/a", "category": "Phishing", "reporter": "R"},
    {
        "name": "evil-two.top",
        "url": "http://evil-two.top",
        "description": "pays to 0x00000000219ab540356cBB839Cbe05303d7705Fa",
        "addresses": {
            "ETH": ["0x00000000219ab540356cBB839Cbe05303d7705Fa", "0xdAC17F958D2ee523a2206206994597C13D831ec7"]
        },
    },
]
YAML = """---
- name: evil-one.top
  url: http://evil-one.top/a
  category: Phishing
- name: evil-two.top
  url: http://evil-two.top
  id: 0123
  addresses:
    ETH:
    - "0x00000000219ab540356cBB839Cbe05303d7705Fa"
    - '0xdAC17F958D2ee523a2206206994597C13D831ec7'
"""


def test_flatten() -> None:
    flat = flatten({"a": {"b": [1, True, None, {"c": "x"}], "d": "y"}, "e": None})
    assert flat == {"a.b": f"1{PARTS}true", "a.b.c": "x", "a.d": "y", "e": ""}
    deep: object = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(ValueError, match="deeply"):
        flatten(deep)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_json_items_and_their_places(codec: str, wrapped: bool) -> None:
    rows = [{"案件编号": f"A{index}", "案情描述": f"第{index}起"} for index in range(5)]
    data = json.dumps({"标题": ["x"], "数据": rows} if wrapped else rows, ensure_ascii=False, indent=1).encode(codec)
    sheet = open_json(data)
    assert sheet is not None
    grid = next(sheet.blocks())
    assert grid.column(1).to_pylist() == [f"第{index}起" for index in range(5)]
    for offset, reference in zip(grid.offsets.to_pylist(), grid.column(0).to_pylist(), strict=True):
        item = data[int(offset or 0) :].decode(codec)
        assert item.startswith("{")
        assert str(reference) in item.split("}")[0]


def test_json_numbers_keep_their_digits() -> None:
    sheet = open_json(b'[{"account": 6222021234567890123, "amount": 0.10}]')
    assert sheet is not None
    assert [column.to_pylist() for column in sheet.sample.cells if column is not None] == [
        ["6222021234567890123"],
        ["0.10"],
    ]


def test_json_with_broken_items() -> None:
    sheet = open_json(b'[{"a": "1"}, 5, {"a": "2"}, {"a": ')
    assert sheet is not None
    grid = next(sheet.blocks())
    assert grid.column(0).to_pylist() == ["1", "2"]
    assert [(bad.row, bad.reason) for bad in grid.bad] == [(2, "bad_syntax"), (4, "bad_syntax")]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[]",
        b"{}",
        b"[1,2]",
        b'{"a": [{"x": 1}], "b": [{"y": 2}]}',
        b'"x"',
        b"{",
        b"[",
        b"",
    ],
)
def test_json_that_holds_no_items(data: bytes) -> None:
    assert open_json(data) is None


def test_json_lines() -> None:
    lines = [
        json.dumps({"text": f"报案{index}", "n": {"phone": "13800138000"}}, ensure_ascii=False) for index in range(4)
    ]
    data = "\n".join([lines[0], "", lines[1], '{"text": ', lines[2], lines[3], ""]).encode()
    sheet = open_jsonl(data)
    assert sheet is not None
    assert sheet.header == ("text", "n.phone")
    grid = next(sheet.blocks())
    assert grid.rows.to_pylist() == [1, 3, 5, 6]
    assert [(bad.row, bad.reason) for bad in grid.bad] == [(4, "bad_syntax")]
    assert grid.structure == 1
    for row, offset in zip(grid.rows.to_pylist(), grid.offsets.to_pylist(), strict=True):
        assert data[: int(offset or 0)].count(b"\n") == int(row or 0) - 1


def test_yaml_items_and_their_places() -> None:
    data = YAML.encode()
    sheet = open_yaml(data)
    assert sheet is not None
    assert sheet.header == ("name", "url", "category", "id", "addresses.ETH")
    grid = next(sheet.blocks())
    assert grid.rows.to_pylist() == [1, 2]
    assert [data[int(o or 0) :].split(b"\n")[0] for o in grid.offsets.to_pylist()] == [
        b"- name: evil-one.top",
        b"- name: evil-two.top",
    ]
    assert grid.column(3).to_pylist() == ["", "0123"]
    assert str(grid.column(4)[1]).count(PARTS) == 1


def test_yaml_with_a_broken_item_keeps_the_others() -> None:
    data = (YAML + '- name: "open\n  url: [\n- name: evil-three.top\n  url: http://evil-three.top\n').encode()
    readings = read_all(data)
    assert joined(readings, "reports").num_rows == 3
    assert [(bad.row, bad.reason) for bad in bad_of(readings)] == [(3, "bad_syntax")]
    assert rows_in(readings) == 4


def test_billion_laughs_is_refused_quickly() -> None:
    lines = ["- a0: &a0 lol"]
    lines += [f"- a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    started = time.process_time()
    sheet = open_yaml("\n".join(lines).encode())
    assert time.process_time() - started < 3
    assert sheet is not None
    grid = next(sheet.blocks())
    assert len(grid.rows) == 1
    assert {bad.reason for bad in grid.bad} == {"bad_syntax"}
    inside = "- a: &a [x,x]\n  b: &b [*a,*a]\n  c: [*b,*b]\n"
    assert open_yaml(inside.encode()) is None


def test_deep_yaml_does_not_crash() -> None:
    for deep in ("[" * 200_000, "{a: " * 100_000, "- " * 100_000, "? " * 50_000):
        for tail in ("", "x\n- name: b.top\n  url: http://b.top\n"):
            assert known.recognise(Source(("- name: a.top\n- b: " + deep + tail).encode())) is not None


def test_an_ampersand_in_text_is_no_anchor() -> None:
    sheet = open_yaml(b"- name: a.top\n  description: this & that *really*\n- name: b.top\n  description: Q&A *x\n")
    assert sheet is not None
    assert len(sheet.sample.rows) == 2


def test_a_report_of_several_identifiers_has_several_mentions() -> None:
    readings = read_all(YAML.encode())
    mentions = joined(readings, "mentions").to_pylist()
    wallets = [m for m in mentions if m["kind"] == "wallet"]
    assert [m["field"] for m in wallets] == ["addresses.ETH"] * 2
    assert {m["row"] for m in wallets} == {2}
    assert len({m["start"] for m in wallets}) == 2
    assert sorted(m["field"] for m in mentions if m["row"] == 1) == ["name", "url"]


def test_json_and_yaml_tell_the_same() -> None:
    from_json = joined(read_all(json.dumps(ITEMS).encode()), "mentions")
    values = [m["value"] for m in from_json.to_pylist() if m["field"] == "addresses.ETH"]
    assert values == [
        m["value"] for m in joined(read_all(YAML.encode()), "mentions").to_pylist() if m["field"] == "addresses.ETH"
    ]
    in_text = [m for m in from_json.to_pylist() if m["field"] == "text"]
    assert [(m["kind"], m["start"]) for m in in_text] == [("wallet", 8)]


def test_gzip_is_opened_and_bounded() -> None:
    packed = gzip.compress(YAML.encode())
    assert joined(read_all(packed), "reports").num_rows == 2
    assert content(Source(gzip.compress(b"a") + gzip.compress(b"b")))[:] == b"ab"
    bomb = gzip.compress(b"a,b\n" * (30 << 20))
    with pytest.raises(UnreadableFile, match="too large"):
        content(Source(bomb))
    with pytest.raises(UnreadableFile, match="damaged"):
        content(Source(packed[:-9]))
    assert known.recognise(Source(bomb)) == []
    assert known.recognise(Source(packed[:40])) == []


def test_a_public_list_of_ten_thousand_reports() -> None:
    if not SCAMDB.exists():
        pytest.skip(f"not there: {SCAMDB}")
    source = Source(SCAMDB.read_bytes())
    readings = list(known.read(known.best(source).format, source))
    assert sum(reading.kept for reading in readings) == 9_889
    assert bad_of(readings) == []
    kinds = joined(readings, "mentions").column("kind").to_pylist()
    assert kinds.count("wallet") > 4_000
    assert kinds.count("domain") > 9_000
