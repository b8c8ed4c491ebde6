"""JSON, JSON lines and YAML: lists of items, flattened to columns.

A nested item becomes columns with dotted names (`addresses.ETH`); the values of a list are joined by PARTS, so that each can be
told again. All scalars stay as written: numbers are never made into floating point. The row is the item's number, for
JSON lines the physical line.
"""

import json
import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import yaml

from fanzha.errors import UnreadableFile
from fanzha.formats.encoding import detect
from fanzha.formats.grid import COLUMNS_MAX, PARTS, BadRow, Content, Grid, Sheet, Wanted
from fanzha.formats.lines import pieces

YAML_BYTES_MAX = 64 << 20
JSON_BYTES_MAX = 256 << 20
BLOCK_ITEMS = 20_000
_SAMPLE = 1_000
_EXAMPLES = 20  # items shown of a field that is rare
_DEPTH_MAX = 12
_ANCHOR = re.compile(rb"(?:^|[\s\[,{:-])&[^\s&,\]}]", re.MULTILINE)
_ALIAS = re.compile(rb"(?:^|[\s\[,{:-])\*[^\s*,\]}]", re.MULTILINE)
_COMPACT = re.compile(rb"(?:[-?:][ \t]+){20}|^ {400}", re.MULTILINE)
_FLOW_MAX = 100
_YAML_START = re.compile(rb"(?:\xef\xbb\xbf)?(?:(?:#|%)[^\n]{0,500}\n|\s|---[ \r]*\n)*- ")
_BLANK = re.compile(r"[ \t\r\n,]*")

Item = tuple[int, int, dict[str, str]]  # row, byte offset, flat cells
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def flatten(item: object) -> dict[str, str]:
    """Dotted names to text. Raises ValueError where the item is nested too deeply or holds what is no text."""
    flat: dict[str, list[str]] = {}
    _walk(item, "", flat, 0)
    cells = {name: PARTS.join(value for value in values if value).strip() for name, values in flat.items()}
    for name, text in cells.items():
        if not (name.isascii() and text.isascii()):
            (name + text).encode()  # half a surrogate pair, as an escape can write it, is no text
    return cells


def _walk(item: object, path: str, flat: dict[str, list[str]], depth: int) -> None:
    if depth > _DEPTH_MAX:
        raise ValueError("nested too deeply")
    if isinstance(item, dict):
        for key, value in item.items():
            name = str(key).strip()
            _walk(value, f"{path}.{name}" if path else name, flat, depth + 1)
    elif isinstance(item, list):
        for value in item:
            _walk(value, path, flat, depth + 1)
    elif item is not None:
        word = ("true" if item else "false") if isinstance(item, bool) else str(item)
        flat.setdefault(path or "value", []).append(word.strip())
    else:
        flat.setdefault(path or "value", [])


def _telling(items: list[Item]) -> list[Item]:
    """The first items, and for each field that is rare in them the first few that have it: a layout is judged on these."""
    seen: dict[str, int] = {}
    chosen = []
    for number, item in enumerate(items):
        rare = [name for name, parts in item[2].items() if parts and seen.get(name, 0) < _EXAMPLES]
        if number < _SAMPLE or rare:
            chosen.append(item)
            for name in item[2]:
                seen[name] = seen.get(name, 0) + bool(item[2][name])
    return chosen


def sheet_of(container: str, name: str, items: list[Item], bad: list[BadRow], structure: int) -> Sheet | None:
    """A sheet of items that are all in memory; None where there are none."""
    if not items:
        return None
    columns: dict[str, None] = {}
    for _, _, cells in items:
        columns.update(dict.fromkeys(cells))
    if len(columns) > COLUMNS_MAX:
        raise UnreadableFile(
            f"the items have {len(columns)} different fields, more than {COLUMNS_MAX}",
            f"条目共有{len(columns)}个不同字段,超过上限{COLUMNS_MAX}",
            where=name,
            remedy="Ask the sender for the columns that matter",
            remedy_zh="请来源方只提供所需各栏",
        )
    header = tuple(columns)
    sample = _grid(header, _telling(items), None, [], 0, first=True)
    opener = partial(_blocks, header, items, bad, structure)
    return Sheet(container, name, header, (), sample, {"items": str(len(items))}, opener)


def _blocks(
    header: tuple[str, ...], items: list[Item], bad: list[BadRow], structure: int, wanted: Wanted
) -> Iterator[Grid]:
    for start in range(0, len(items), BLOCK_ITEMS):
        first = start == 0
        part = items[start : start + BLOCK_ITEMS]
        yield _grid(header, part, wanted, bad if first else [], structure if first else 0, first=first)


def _grid(
    header: tuple[str, ...], items: list[Item], wanted: Wanted, bad: list[BadRow], structure: int, *, first: bool
) -> Grid:
    cells = tuple(
        pa.array([item[2].get(column, "") for item in items], pa.string())
        if wanted is None or position in wanted
        else None
        for position, column in enumerate(header)
    )
    rows = pa.array([item[0] for item in items], pa.int64())
    offsets = pa.array([item[1] for item in items], pa.int64())
    return Grid(header, cells, rows, offsets, tuple(bad), structure, first)


def _text_of(data: bytes) -> tuple[str, int] | None:
    """(text, bytes before it), or None where the bytes are not text."""
    encoding = detect(data)
    if encoding is None or encoding.unit != 1:
        return None
    try:
        return data[encoding.bom :].decode(encoding.name), encoding.bom
    except UnicodeDecodeError:
        return None


def open_json(data: bytes | Content, name: str = "") -> Sheet | None:
    """An array of objects, or the one array that an object holds; None where the file is something else.

    An item that is no object or nested too deeply is bad_syntax; where the array itself breaks, the rest of the file is one
    bad item.
    """
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{") or len(data) > JSON_BYTES_MAX:
        return None
    data = data[: len(data)]
    decoded = _text_of(data)
    if decoded is None:
        return None
    text, bom = decoded
    encoding = "utf-8" if data.isascii() or _is_utf8(data, text, bom) else "gb18030"
    start = text.index("[") + 1 if text.lstrip()[:1] == "[" else _array_in_object(text)
    if start < 0:
        return None
    items: list[Item] = []
    bad: list[BadRow] = []
    position, offset, done, row = start, bom + len(text[:start].encode(encoding)), start, 0
    while True:
        position = _skip(text, position)
        if position >= len(text) or text[position] == "]":
            if position >= len(text):
                bad.append(BadRow(row + 1, len(data), "bad_syntax"))  # the array is never closed
            break
        offset += len(text[done:position].encode(encoding))
        done, row = position, row + 1
        try:
            value, position = _DECODER.raw_decode(text, position)
            if not isinstance(value, dict):
                raise ValueError("not an object")
            items.append((row, offset, flatten(value)))
        except (ValueError, RecursionError):
            bad.append(BadRow(row, offset, "bad_syntax"))
            if position == done:
                break
    return sheet_of("json", name, items, bad, 0)


def _is_utf8(data: bytes, text: str, bom: int) -> bool:
    return len(text) < len(data) - bom and data[bom:].decode("utf-8", "replace") == text


def _skip(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _array_in_object(text: str) -> int:
    """Where the items of the one array of objects begin that an object holds; -1 where it holds none or several."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        arrays = [
            key for key, inner in value.items() if isinstance(inner, list) and inner and isinstance(inner[0], dict)
        ]
        if len(arrays) != 1:  # to choose one would drop the others
            return -1
        found = re.search(re.escape(json.dumps(arrays[0], ensure_ascii=False)) + r"\s*:\s*\[", text)
        return found.end() if found else -1
    broken = re.match(r'\s*\{\s*"[^"]{1,80}"\s*:\s*\[(?=\s*\{)', text)
    return broken.end() if broken else -1


def open_jsonl(data: bytes | Content, name: str = "") -> Sheet | None:
    """One object a line; a line that is none is bad_syntax, a blank line structure."""
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    encoding = detect(data)
    if encoding is None:
        return None
    items: list[Item] = []
    bad: list[BadRow] = []
    blank = 0
    for piece in pieces(data, encoding):
        bad.extend(piece.bad)
        for index, line in enumerate(piece.text.split(b"\n")[: len(piece.numbers)]):
            row, offset = int(piece.numbers[index]), int(piece.offsets[index])
            if not line.strip():
                blank += 1
                continue
            try:
                value, end = _DECODER.raw_decode(line.decode("utf-8").strip())
                if not isinstance(value, dict) or line.decode("utf-8").strip()[end:].strip():
                    raise ValueError("not one object")
                items.append((row, offset, flatten(value)))
            except (ValueError, RecursionError):
                bad.append(BadRow(row, offset, "bad_syntax"))
        if not items and len(bad) > _SAMPLE:
            return None
    if len(bad) > 10 * len(items) + 10 or (len(items) < 2 and bad):
        return None  # pretty-printed JSON, or something else with a brace in front
    return sheet_of("jsonl", name, items, sorted(bad, key=lambda b: b.row), blank)


def open_yaml(data: bytes | Content, name: str = "") -> Sheet | None:
    """A list of mappings. Anchors and aliases are refused (bad_syntax), for a few lines of them can fill any memory."""
    if len(data) > YAML_BYTES_MAX:
        return None
    data = data[: len(data)]
    if not _YAML_START.match(data):
        return None
    array = np.frombuffer(data, dtype=np.uint8)
    lines = np.concatenate(([0], np.flatnonzero(array == 10) + 1))
    lines = lines[lines < len(array) - 1]
    if not len(lines):
        return None
    starts = lines[(array[lines] == 45) & (array[lines + 1] == 32)].tolist()
    if not starts or _text_of(data) is None or not re.search(rb"^- +[^\s:][^:\n]*:(?:[ \r]|$)", data, re.MULTILINE):
        return None
    before = data[: starts[0]].decode("utf-8", "replace").lstrip("\ufeff").strip()
    if any(line.strip() and not line.startswith(("---", "#", "%")) for line in before.splitlines()):
        return None
    values = _load_yaml(data)
    if not isinstance(values, list) or len(values) != len(starts):
        ends = [*starts[1:], len(data)]
        values = [_load_one(data[start:end]) for start, end in zip(starts, ends, strict=True)]
    items: list[Item] = []
    bad: list[BadRow] = []
    for row, (offset, value) in enumerate(zip(starts, values, strict=True), start=1):
        try:
            if not isinstance(value, dict):
                raise ValueError("not a mapping")
            items.append((row, offset, flatten(value)))
        except ValueError:
            bad.append(BadRow(row, offset, "bad_syntax"))
    return sheet_of("yaml", name, items, bad, 0)


def _load_one(piece: bytes) -> object:
    loaded = _load_yaml(piece)
    return loaded[0] if isinstance(loaded, list) and len(loaded) == 1 else None


def _load_yaml(piece: bytes) -> object:
    """What the YAML says, every scalar as text; None where it is not valid, nested too deeply or uses aliases."""
    if _too_deep(piece):
        return None
    try:
        if _ANCHOR.search(piece) and _ALIAS.search(piece):
            for event in yaml.parse(piece, Loader=yaml.CSafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    return None
        # the base loader resolves nothing: 0123 and 2024-01-02 stay as written
        node = yaml.compose(piece, Loader=yaml.CBaseLoader)
        return None if node is None else _value_of(node)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _too_deep(piece: bytes) -> bool:
    """Whether YAML may be nested so deeply that the C parser would overflow its stack (it checks nothing itself)."""
    if _COMPACT.search(piece):
        return True
    array = np.frombuffer(piece, dtype=np.uint8)
    steps = ((array == 91) | (array == 123)).astype(np.int64) - ((array == 93) | (array == 125))
    depth = np.cumsum(steps)
    return len(depth) > 0 and int((depth - np.minimum.accumulate(np.minimum(depth, 0))).max()) > _FLOW_MAX


def _value_of(node: yaml.Node) -> object:
    """Text, list or dict. Four times as fast as the loader's own constructor."""
    if isinstance(node, yaml.MappingNode):
        return {_name_of(key): _value_of(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value_of(value) for value in node.value]
    if isinstance(node, yaml.ScalarNode):
        # a bare null is nothing, a quoted one a word
        return None if node.style is None and node.value in ("", "~", "null") else node.value
    raise ValueError("not a YAML value")


def _name_of(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("a name that is no text")
    return str(node.value)
