"""Labelled texts to train on: CSV (also gzip) with the columns id, text, label, lang (and kind, of a scam), or JSON lines with the same keys."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fanzha.errors import InputError

# How a label is trained on: is it a scam (1) or not (0), and with what weight. Unwanted messages are near scams and noisy; honest
# advertising is not a scam. A label that is not here is left out.
LABELS: Final = {
    "scam": (1, 1.0),
    "spam": (1, 0.3),
    "illegal": (1, 0.3),
    "ad": (0, 0.3),
    "benign": (0, 1.0),
}
_CELL_MAX: Final = 1_000_000
_ENDINGS: Final = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text. `source` is the file it came from, without its ending; `lang` is a hint and may be empty, `kind` the kind of scam
    (scam_types.yaml) where it is told."""

    source: str
    id: str
    text: str
    label: str
    lang: str = ""
    kind: str = ""


def files_in(folder: Path) -> list[Path]:
    """The labelled files of a folder by name. InputError: there are none."""
    found = sorted(path for path in folder.iterdir() if path.name.endswith(_ENDINGS)) if folder.is_dir() else []
    if not found:
        raise InputError(
            "There are no labelled texts here.",
            "这里没有带标签的文本。",
            where=str(folder),
            remedy="give a folder with .csv, .csv.gz, .jsonl or .jsonl.gz files with id, text, label",
            remedy_zh="请给出含 .csv、.csv.gz、.jsonl 或 .jsonl.gz 文件（列：id、text、label）的文件夹",
        )
    return found


def read(paths: Sequence[Path]) -> list[Labelled]:
    """All rows of the files, in order. InputError: a file without the columns, or a line that cannot be read, with file and row."""
    return [row for path in paths for row in _rows(path)]


def _rows(path: Path) -> Iterator[Labelled]:
    source = path.name
    for ending in (".gz", ".csv", ".jsonl"):
        source = source.removesuffix(ending)
    try:
        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as opened:
            stream = io.TextIOWrapper(opened, encoding="utf-8-sig", newline="")
            records = _json(stream) if ".jsonl" in path.name else _csv(stream)
            for number, record in enumerate(records, 1):
                missing = [name for name in ("text", "label") if not isinstance(record.get(name), str)]
                if missing:
                    raise _unusable(path, f"row {number} has no {missing[0]}", f"第 {number} 行缺少 {missing[0]}")
                named = {name: str(record.get(name) or "") for name in ("id", "text", "label", "lang", "kind")}
                yield Labelled(source, **named)
    except (OSError, EOFError, UnicodeError, csv.Error, ValueError) as problem:
        raise _unusable(path, str(problem), str(problem)) from problem


def _csv(stream: io.TextIOWrapper) -> Iterator[dict[str, object]]:
    csv.field_size_limit(_CELL_MAX)
    for record in csv.DictReader(stream):
        yield dict(record)


def _json(stream: io.TextIOWrapper) -> Iterator[dict[str, object]]:
    for line in stream:
        if line.strip():
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("a line is not an object")
            yield record


def _unusable(path: Path, why: str, why_zh: str) -> InputError:
    return InputError(
        f"The labelled file cannot be used: {why}.",
        f"带标签的文件无法使用：{why_zh}。",
        where=str(path),
        remedy="give columns id, text, label, lang in UTF-8",
        remedy_zh="请使用 UTF-8 编码，列为 id、text、label、lang",
    )
