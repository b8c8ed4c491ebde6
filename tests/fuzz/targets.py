"""What is fuzzed: every reader, recogniser and parser that takes bytes from outside. One function of bytes each.

A target raises nothing but what its contract names; what it lets through is a fault. Readers whose parser runs in the confined
child are fuzzed with the child's own function in this process, for that is what the child runs; what ends a child (a panic of a
native library, memory, output) is an UnreadableFile by design and none here.
"""

import contextlib
import importlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

from fanzha.clean import bank_card, cn_id, iban, moment, money, phone, text, url, wallet
from fanzha.clean.reference.reading import read_table
from fanzha.errors import FanzhaError, UnreadableFile
from fanzha.formats import bundle, confined, encoding, known, lines, mapping, sheets
from fanzha.formats.child.saying import NotThis, TooMuch
from fanzha.formats.grid import COLUMNS_MAX, Format, Source
from fanzha.formats.member import LIMITS
from fanzha.formats.propose import propose

EXAMPLES = Path(__file__).parents[2] / "examples"
SEED_BYTES = 2_500
SAID_MAX = 64 << 20
RATIO = {"limit": 8 << 20, "ratio": 200, "small": 1 << 20}
JOBS: dict[str, dict[str, Any]] = {
    "workbook": {"rows": 50},
    "parquet": {"rows": 50, "columns_max": COLUMNS_MAX},
    "iso20022": {},
    "gunzip": RATIO,
    "unzip": {"kind": "zip", **LIMITS, "total": 8 << 20, "member": 4 << 20, "members": 50},
    "untar": {"kind": "tar", **LIMITS, "total": 8 << 20, "member": 4 << 20, "members": 50},
    "docx": {},
    "pdf": {},
    "mail": {},
    "telegram": {},
    "mail_members": {"members": True, "members_max": 50},
}
_MODULES = {"untar": "unzip", "mail_members": "mail"}
COLUMNS = (bank_card.parse, cn_id.parse, iban.parse, moment.parse, money.parse, phone.parse, url.parse, wallet.parse)


@dataclass(frozen=True, slots=True)
class Target:
    """`run` takes any bytes; `seeds` are where mutation begins."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


@cache
def _child(job: str) -> Any:
    return importlib.import_module(f"fanzha.formats.child.{_MODULES.get(job, job)}")


def _panicked(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


def said(job: str, data: bytes, argument: dict[str, Any]) -> list[Any]:
    """What the child's function says, in this process. NotThis, TooMuch and MemoryError go through."""
    values: list[Any] = []
    size = 0

    def say(value: object) -> None:
        nonlocal size
        whole = value if isinstance(value, bytes) else json.loads(json.dumps(value))
        size += len(value) if isinstance(value, bytes) else len(str(value))
        if size > SAID_MAX:
            raise TooMuch
        values.append(whole)

    try:
        _child(job).main(io.BytesIO(data), say, argument)
    except BaseException as error:
        if not _panicked(error):
            raise
        raise NotThis from None
    return values


def values(job: str, data: Any, name: str, argument: dict[str, Any] | None = None, caps: Any = None) -> Iterator[Any]:
    """In place of `confined.values`: the same without a process."""
    try:
        yield from said(job, bytes(data[: len(data)]), argument or {})
    except (NotThis, TooMuch, MemoryError):
        raise UnreadableFile("refused", "拒绝", where=name) from None


@contextlib.contextmanager
def in_process() -> Iterator[None]:
    """Readers call the child's function here."""
    with mock.patch.object(confined, "values", values):
        yield


def one_job(job: str, data: bytes) -> None:
    """The function of a child."""
    with contextlib.suppress(NotThis, TooMuch, MemoryError):
        said(job, data, JOBS[job])


def one_format(format_: Format, data: bytes) -> None:
    """Recognising raises nothing; reading only a FanzhaError."""
    with in_process():
        source = Source(data)
        if format_.recognise(source).score <= 0:
            return
        with contextlib.suppress(FanzhaError):
            for _ in format_.read(source):
                pass


def any_file(data: bytes) -> None:
    """As an admission would: bundle or the best format."""
    with in_process():
        source = Source(data)
        if bundle.is_bundle(source):
            with contextlib.suppress(FanzhaError):
                for _ in bundle.members(source):
                    pass
        with contextlib.suppress(FanzhaError):
            for _ in known.read(known.best(source).format, source):
                pass


def encodings(data: bytes) -> None:
    """The encoding found, and the lines by it: together they are the whole file."""
    found = encoding.detect(data)
    if found is None:
        return
    newline = lines.newline_of(data)
    numbers = []
    for piece in lines.pieces(data, found, newline):
        numbers += [*piece.numbers.tolist(), *(bad.row for bad in piece.bad)]
        assert piece.text.count(b"\n") == len(piece.numbers)
    assert sorted(numbers) == list(range(1, len(numbers) + 1)), "a line is missing"


def values_in_text(data: bytes) -> None:
    """Everything found in a text lies in it, in order; a whole cell is parsed or is nothing."""
    told = data.decode("utf-8", "replace")
    end = 0
    for found in text.find(told, relative_to_ms=1_700_000_000_000):
        assert end <= found.start < found.end <= len(told)
        end = found.end
    for parse in COLUMNS:
        parse(told[:400])


def mappings(data: bytes) -> None:
    """A mapping as a person may give it, and other tables of settings."""
    told = data.decode("utf-8", "replace")
    with contextlib.suppress(FanzhaError):
        assert mapping.from_json(mapping.from_json(told).to_json()) == mapping.from_json(told)
    with contextlib.suppress(FanzhaError):
        read_table(data, "given")


def tables(data: bytes) -> None:
    """The containers of tables, and the mapping proposed for what is in them."""
    with in_process(), contextlib.suppress(FanzhaError):
        for sheet in sheets.open_sheets(Source(data)):
            propose(sheet)
            for grid in sheet.blocks():
                assert all(len(column) == len(grid.rows) for column in grid.cells if column is not None)


@cache
def examples() -> tuple[bytes, ...]:
    """Every example: small ones whole, the beginning of large texts."""
    found = []
    for path in sorted(EXAMPLES.glob("*/*")):
        data = path.read_bytes() if path.is_file() else b""
        if len(data) > SEED_BYTES and b"\0" not in data[:1000]:
            data = data[: data.index(b"\n", SEED_BYTES) + 1] if b"\n" in data[SEED_BYTES:] else data[:SEED_BYTES]
        if data and len(data) <= 200_000:
            found.append(data)
    return tuple(found)


def of_format(format_: Format) -> list[bytes]:
    """The examples that the format takes for its own, and one of another."""
    with in_process():
        own = [data for data in examples() if format_.recognise(Source(data)).score > 0]
    return [*own, examples()[0], b'[{"a": 1}]', b"- url: http://a.invalid\n  phone: 1\n" * 3]


def _zips() -> list[bytes]:
    from tests.hostile import corpus

    made = [corpus.zipped({"a.csv": b"a,b\n1,2\n", "b/": b"", "c.zip": corpus.zipped({"x": b"y"})}), corpus.links_tar()]
    body = corpus.sheet_xml([*corpus.BANK, ["1", "2024-03-01", "5", "进", "2"]])
    parquet = corpus.parquet_bytes("")
    return [*made, corpus.book(body), corpus.docx("<w:document/>"), corpus.gzipped(b"a,b\n", b"1,2\n", 4096), parquet]


def _of_job(_job: str) -> list[bytes]:
    return [*_zips(), *(data for data in examples() if data[:1] in (b"<", b"P", b"%", b"F", b"R"))]


def _mappings() -> list[bytes]:
    made = mapping.Mapping("leg", (mapping.Use("account", 0, "卡号"), mapping.Use("mention", 1, "b", "phone")))
    return [made.to_json().encode(), b"a: {source: x, as_of: 2024-01-01}\n", b"- &a [*a]\n"]


TARGETS: dict[str, Target] = {
    **{one.name: Target(partial(one_format, one), partial(of_format, one)) for one in known.FORMATS},
    **{f"child_{job}": Target(partial(one_job, job), partial(_of_job, job)) for job in JOBS},
    "any_file": Target(any_file, lambda: [*examples(), *_zips()]),
    "encoding": Target(encodings, lambda: list(examples())),
    "values_in_text": Target(values_in_text, lambda: list(examples())),
    "mappings": Target(mappings, _mappings),
    "tables": Target(tables, lambda: [*examples(), *_zips()]),
}
