"""Files made to hurt, written by code and never kept: each with what must become of it.

`CORPUS` names them. A maker writes one file below a folder; files of a gigabyte are sparse or packed, so they cost no disk.
"""

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from tests.formats.invented import bank_bytes, bank_row, bank_text
from tests.formats.samples_records import statement

GIB = 1 << 30
LAST_BLOCK = b"\3\0"
BANK_LINE = (",".join(bank_row(3)) + "\r\n").encode("gb18030")
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
REL = '<Relationship Id="r{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = '<!DOCTYPE z [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12)) + "]>"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: how it is written, and what is asked of it beside that it costs little and never ends in a traceback.

    refused   it must be an error as a whole
    reasons   quarantine reasons that must be among those given
    kept      rows that must be kept, at least (-1: none may be)
    heavy     it takes seconds, and is left to the programme (python -m tests.hostile.run)
    """

    write: Callable[[Path], None]
    refused: bool = False
    reasons: tuple[str, ...] = ()
    kept: int = 0
    heavy: bool = False


def _bytes(make: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(make()) and None


def deflated(size: int, unit: bytes = bytes(1 << 20)) -> bytes:
    """So many bytes of one unit over and over, as a raw deflate stream. Each unit is a block that refers to none before it,
    so the stream is written by repeating one."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = engine.compress(unit) + engine.flush(zlib.Z_FULL_FLUSH)
    return block * (size // len(unit)) + LAST_BLOCK


def zip_raw(members: list[tuple[str, bytes, int, int]]) -> bytes:
    """A ZIP of members that are deflated already: (name, stream, size and checksum it says it has when unpacked)."""
    body, directory = io.BytesIO(), io.BytesIO()
    for name, stream, size, checksum in members:
        raw, at = name.encode(), body.tell()
        said = min(size, 0xFFFFFFFE)
        body.write(
            struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0x800, 8, 0, 0, checksum, len(stream), said, len(raw), 0)
        )
        body.write(raw + stream)
        head = (b"PK\1\2", 20, 20, 0x800, 8, 0, 0, checksum, len(stream), said, len(raw), 0, 0, 0, 0, 0, at)
        directory.write(struct.pack("<4sHHHHHHIIIHHHHHII", *head) + raw)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), directory.tell(), body.tell(), 0)
    return body.getvalue() + directory.getvalue() + end


def zipped(members: dict[str, bytes | str]) -> bytes:
    """An honest ZIP."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return held.getvalue()


def book(sheet: str, sheets: int = 1, shared: str = "", raw: dict[str, tuple[bytes, int, int]] | None = None) -> bytes:
    """A workbook whose sheets all hold the XML `sheet`; `raw` replaces parts by streams that are deflated already."""
    names = "".join(f'<sheet name="S{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(sheets))
    targets = "".join(REL.format(n=n, kind="worksheet", target="worksheets/s.xml") for n in range(sheets))
    if shared or (raw and "xl/sharedStrings.xml" in raw):
        targets += REL.format(n="s", kind="sharedStrings", target="sharedStrings.xml")
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS.format(REL.format(n=0, kind="officeDocument", target="xl/workbook.xml")),
        "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/'
        f'officeDocument/2006/relationships"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": RELS.format(targets),
        "xl/worksheets/s.xml": sheet,
    }
    if shared:
        parts["xl/sharedStrings.xml"] = shared
    whole = {
        name: part if isinstance(part, bytes) else part.encode()
        for name, part in parts.items()
        if name not in (raw or {})
    }
    members = [(name, deflate(part), len(part), zlib.crc32(part)) for name, part in whole.items()]
    return zip_raw(members + [(name, *part) for name, part in (raw or {}).items()])


def deflate(data: bytes) -> bytes:
    """Raw deflate."""
    engine = zlib.compressobj(6, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def sheet_xml(rows: Iterator[list[str]] | list[list[str]], doctype: str = "") -> str:
    """A sheet of cells that hold their texts themselves."""
    body = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
    return f'<?xml version="1.0"?>{doctype}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


BANK = [["交易卡号", "交易时间", "交易金额", "收付标志", "交易对手账卡号"]]
FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", '=HYPERLINK("http://a.invalid","x")', "\t=1+1", "=1+1")


def formula_rows() -> list[list[str]]:
    """A statement whose names, texts and amounts are formulas."""
    rows = []
    for n, formula in enumerate(FORMULAS):
        changes = {"对手户名": formula, "摘要说明": formula, "交易对手账卡号": formula}
        rows.append(bank_row(n, **changes))
        rows.append(bank_row(n, 交易金额=formula))
        rows.append(bank_row(n, 收付标志=formula))
    return rows


def quoted_csv(rows: list[list[str]]) -> bytes:
    """Cells in quotes, as commas and quotes stand in them."""
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows).encode()


def formula_csv() -> bytes:
    """The formulas in a CSV file."""
    header = bank_text([]).replace("\t", "").strip().split(",")
    return quoted_csv([header, *formula_rows()])


def formula_book(stored: bool) -> bytes:
    """The formulas in a workbook: as texts, or as formulas with the value that was stored beside them."""
    header = bank_text([]).replace("\t", "").strip().split(",")
    if not stored:
        return book(sheet_xml([header, *([escape(cell) for cell in row] for row in formula_rows())]))
    cells = "".join(
        "<row>"
        + "".join(f'<c t="str"><f>{escape(cell.lstrip("=+-@"))}</f><v>{escape(cell)}</v></c>' for cell in row)
        + "</row>"
        for row in [header, *formula_rows()]
    )
    return book(f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')


def escape(text: str) -> str:
    """For XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def nested_zip() -> bytes:
    """ZIPs within ZIPs, seven deep, four in each."""
    inner = zip_raw([(f"{n}.csv", deflated(64 << 20), 64 << 20, 0) for n in range(2)])
    for level in range(6):
        inner = zipped({f"{level}{n}.zip": inner + bytes(n) for n in range(4)})
    return inner


def overlapping_zip() -> bytes:
    """Every member is the same stream: the directory names one place a thousand times."""
    stream = deflated(1 << 20)
    one = zip_raw([("a.csv", stream, 1 << 20, 0)])
    entry_at = one.index(b"PK\1\2")
    entry, end = one[entry_at:-22], one[-22:]
    return (
        one[:entry_at]
        + entry * 1000
        + struct.pack("<4sHHHHIIH", end[:4], 0, 0, 1000, 1000, len(entry) * 1000, entry_at, 0)
    )


def links_tar() -> bytes:
    """Links, devices, and names that lead out."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as file:
        for name, kind in (("../../etc/passwd", tarfile.REGTYPE), ("/abs", tarfile.REGTYPE), ("l", tarfile.SYMTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            file.addfile(entry)
        for name, kind in (("hard", tarfile.LNKTYPE), ("dev", tarfile.CHRTYPE), ("fifo", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            file.addfile(entry)
    return held.getvalue()


def long_line(path: Path) -> None:
    """A header, then one line of a gigabyte without end (sparse: NULs)."""
    with path.open("wb") as handle:
        handle.write(bank_bytes(3))
        handle.seek(GIB)
        handle.write(b"\r\n" + BANK_LINE)


def long_text_line(path: Path) -> None:
    """A line of a gigabyte that is text."""
    with path.open("wb") as handle:
        handle.write(bank_bytes(3))
        for _ in range(1024):
            handle.write(b"1," * (1 << 19))
        handle.write(b"\r\n" + BANK_LINE)


def gzipped(start: bytes, unit: bytes, size: int, end: bytes = b"") -> bytes:
    """A gzip file of `start`, `size` bytes of a unit, and `end`. Its checksum is wrong, which is found only at its end."""
    body = deflated(len(start), start)[:-2] if start else b""
    body += deflated(size, unit)[:-2] + (deflated(len(end), end) if end else LAST_BLOCK)
    return b"\x1f\x8b\x08" + bytes(7) + body + bytes(8)


def endless_quote() -> bytes:
    """A quote that is opened and never closed, in every line."""
    return bank_bytes(5) + b'"' + BANK_LINE * 3000 + b',"' * 200_000


def wrong_dates() -> bytes:
    """Days that are none, and years nobody meant."""
    days = (
        "2024-02-30",
        "2023-02-29",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "10000-01-01",
        "2024-00-10",
        "2024-13-01",
    )
    clocks = ("25:00:00", "12:60:00", "12:00:61", "24:00:00", "-1:00:00", "99:99:99")
    serials = ("0", "1", "60", "-1", "45000.5", "2958466", "1e308", "NaN", "inf", "1900-02-29")
    texts = [f"{day} 10:00:00" for day in days] + [f"2024-03-01 {clock}" for clock in clocks] + list(serials)
    texts += ["99999999999999999999", "२०२४-०३-०१", "2024-03-01T10:00:00+99:99", "昨天", "\u202e2024-03-01"]
    return bank_text([bank_row(n, 交易时间=text) for n, text in enumerate(texts)]).encode("gb18030")


def wrong_amounts() -> bytes:
    """Numbers that are none, or too large for any account."""
    texts = (
        "1e400",
        "NaN",
        "inf",
        "-inf",
        "9" * 400,
        "0x10",
        "1_000",
        "--5",
        "5-",
        "(5",
        "½",
        "①②",
        "1.2.3",
        "٣",
        "1e-400",
    )
    return bank_text([bank_row(n, 交易金额=text, 交易余额=text) for n, text in enumerate(texts)]).encode("gb18030")


def mixed_encodings() -> bytes:
    """UTF-8 and GB 18030 in one file, line by line, and a line of neither."""
    lines = [bank_text([bank_row(n)]).split("\r\n")[1] for n in range(40)]
    codecs = ("utf-8", "gb18030", "utf-8", "utf-8")
    out = [bank_text([]).encode("utf-8")]
    out += [(line + "\r\n").encode(codecs[n % 4]) for n, line in enumerate(lines)]
    return b"".join(out) + b"\x80\xff\x81,\xfe\r\n"


def laughing_yaml() -> bytes:
    """Aliases of aliases."""
    lines = ["- &a0 {url: ha}"]
    lines += [f"- &a{n} {{url: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
    return "\n".join(lines).encode()


def deep(opening: str, closing: str, depth: int = 1_000_000) -> bytes:
    """So many brackets."""
    return ('[{"url": ' + opening * depth + "1" + closing * depth + "}]").encode()


def wide_csv(columns: int = 10_000) -> bytes:
    """More columns than any form has."""
    header = [*BANK[0], *(f"栏{n}" for n in range(columns))]
    return ("\n".join([",".join(header)] + [",".join(["1"] * len(header))] * 20)).encode()


def parquet_bytes(lie: str) -> bytes:
    """A Parquet file whose footer lies about what it holds."""
    rows = {"url": [f"http://s{n}.invalid" for n in range(1000)], "phone": ["+990000000000"] * 1000}
    held = io.BytesIO()
    parquet.write_table(pa.table(rows), held, compression="snappy")
    data = bytearray(held.getvalue())
    if lie == "footer":
        data[-8:-4] = struct.pack("<I", 0x7FFFFFFF)
    elif lie == "pages":  # sizes of pages stand in the page headers, as variable-length numbers
        for at in range(4, 200):
            data[at] |= 0x7F
    elif lie == "metadata":
        size = int.from_bytes(data[-8:-4], "little")
        for at in range(len(data) - 8 - size, len(data) - 8, 5):
            data[at] ^= 0x55
    return bytes(data)


def parquet_bomb() -> bytes:
    """Thirty million payments that are all the same: some kilobytes, three gigabytes as texts."""
    rows = 1_000_000
    zeros = pa.Array.from_buffers(pa.int8(), rows, [None, pa.py_buffer(bytes(rows))])
    cells = ("6299000000000000001", "2024-03-01 10:00:00", "5.00", "进", "6299000000000000002")
    columns = {
        name: pa.DictionaryArray.from_arrays(zeros, pa.array([cell])) for name, cell in zip(BANK[0], cells, strict=True)
    }
    block = pa.table(columns)
    held = io.BytesIO()
    with parquet.ParquetWriter(held, block.schema, compression="zstd") as writer:
        for _ in range(30):
            writer.write_table(block)
    return held.getvalue()


def part_of(prefix: bytes, unit: bytes, suffix: bytes, size: int) -> tuple[bytes, int, int]:
    """A part of a workbook that unpacks to about `size` bytes: its stream, its length, its checksum."""
    block = unit * max(1, (1 << 20) // len(unit))
    count = size // len(block)
    stream = (
        deflated(len(prefix), prefix)[:-2] + deflated(count * len(block), block)[:-2] + deflated(len(suffix), suffix)
    )
    checksum = zlib.crc32(prefix)
    for _ in range(count):
        checksum = zlib.crc32(block, checksum)
    return stream, len(prefix) + count * len(block) + len(suffix), zlib.crc32(suffix, checksum)


def shared_bomb() -> bytes:
    """Shared strings without end."""
    head = f'<?xml version="1.0"?><sst xmlns="{MAIN}">'.encode()
    part = part_of(head, "<si><t>被骗转账</t></si>".encode(), b"</sst>", 2 * GIB)
    rows = f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    return book(rows, raw={"xl/sharedStrings.xml": part})


def sheet_bomb() -> bytes:
    """A sheet of two gigabytes of rows."""
    head = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>'.encode()
    row = "<row>" + '<c t="inlineStr"><is><t>x</t></is></c>' * 5 + "</row>"
    return book("", raw={"xl/worksheets/s.xml": part_of(head, row.encode(), b"</sheetData></worksheet>", 2 * GIB)})


def far_cell() -> bytes:
    """Two cells, one in the last corner of a sheet: seventeen thousand million between them."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return book(f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')


def camt_text(path: Path) -> None:
    """A statement with a gigabyte of blanks between its entries, on disk."""
    head, tail = statement().split(b"</Stmt>", 1)
    with path.open("wb") as handle:
        handle.write(head)
        for _ in range(1024):
            handle.write(b" " * (1 << 20))
        handle.write(b"</Stmt>" + tail)


def camt_packed() -> bytes:
    """The same, packed."""
    head, tail = statement().split(b"</Stmt>", 1)
    return gzipped(head, b" " * (1 << 20), GIB, b"</Stmt>" + tail)


def camt_laughs() -> bytes:
    """Entities of entities in a statement."""
    head, _, rest = statement().partition(b"?>")
    return head + b"?>" + LAUGHS.encode() + rest.replace(b"Gift cards", b"&a12;")


def docx(body: str) -> bytes:
    """A document of a word processor."""
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.replace("/xl/workbook.xml", "/word/document.xml").replace(
                "spreadsheetml.sheet", "wordprocessingml.document"
            ),
            "_rels/.rels": RELS.format(REL.format(n=0, kind="officeDocument", target="word/document.xml")),
            "word/document.xml": body,
        }
    )


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def many_lines_jsonl() -> bytes:
    """Lines that are JSON, nearly JSON, and deep."""
    lines = [json.dumps({"url": f"http://s{n}.invalid", "时间": "2024-03-01"}) for n in range(200)]
    lines += ['{"url": ' + "[" * 100_000, '{"url": "\\ud800"}', '{"url": 1e999999}', '{"a":' * 500 + "1" + "}" * 500]
    lines += ['{"url": "http://a.invalid", "url": "http://b.invalid"}', "{", "}", '{"' + "k" * 900_000 + '": 1}']
    return "\n".join(lines).encode()


def many_fields_json() -> bytes:
    """Every item has a field of its own."""
    return json.dumps([{f"f{n}": "http://s.invalid"} for n in range(50_000)]).encode()


CORPUS: dict[str, Hostile] = {
    "zip_bomb": Hostile(
        _bytes(lambda: zip_raw([("a.csv", deflated(4 * GIB), 4 * GIB - 1, 0)])), reasons=("too_large",), heavy=True
    ),
    "zip_lying_size": Hostile(
        _bytes(lambda: zip_raw([("a.csv", deflated(2 * GIB), 100, 0)])), reasons=("damaged_member",), heavy=True
    ),
    "zip_nested": Hostile(_bytes(nested_zip), heavy=True),
    "zip_overlapping": Hostile(_bytes(overlapping_zip), reasons=("damaged_member",), kept=-1),
    "zip_many_names": Hostile(
        _bytes(lambda: zip_raw([(f"{n}.txt", b"\3\0", 0, 0) for n in range(60_000)])), refused=True
    ),
    "zip_paths": Hostile(
        _bytes(lambda: zipped({"../../etc/passwd": b"x", "/abs.csv": b"x", "C:\\x.csv": b"x", "a\u202evsc.exe": b"x"})),
        reasons=("unsafe_path",),
    ),
    "tar_links": Hostile(_bytes(links_tar), reasons=("unsafe_path", "is_link"), kept=-1),
    "gzip_bomb": Hostile(_bytes(lambda: gzipped(b"", bytes(1 << 20), 4 * GIB)), refused=True, heavy=True),
    "gzip_bomb_of_text": Hostile(_bytes(lambda: gzipped(bank_bytes(3), BANK_LINE * 5000, 4 * GIB)), refused=True),
    "gzip_truncated": Hostile(_bytes(lambda: gzip.compress(bank_bytes(50))[:-9]), refused=True),
    "line_of_nuls": Hostile(long_line, refused=True),
    "line_of_a_gigabyte": Hostile(long_text_line, reasons=("line_too_long",), kept=4, heavy=True),
    "nul_bytes": Hostile(_bytes(lambda: bank_bytes(30)[:-60] + bytes(20) + b"\r\n" + BANK_LINE), kept=29),
    "nul_only": Hostile(_bytes(lambda: bytes(1 << 20)), refused=True),
    "mixed_encodings": Hostile(_bytes(mixed_encodings), reasons=("undecodable",), kept=20),
    "open_quotes": Hostile(_bytes(endless_quote), reasons=("cell_count",), kept=5),
    "formula_csv": Hostile(_bytes(formula_csv), reasons=("unknown_direction", "bad_amount"), kept=7),
    "formula_book_texts": Hostile(
        _bytes(lambda: formula_book(False)), reasons=("unknown_direction", "bad_amount"), kept=7
    ),
    "formula_book": Hostile(_bytes(lambda: formula_book(True)), reasons=("unknown_direction", "bad_amount"), kept=7),
    "wide": Hostile(_bytes(wide_csv), refused=True),
    "wide_book": Hostile(
        _bytes(lambda: book(sheet_xml([[*BANK[0], *(f"c{n}" for n in range(10_000))]] * 3))), refused=True
    ),
    "wrong_dates": Hostile(_bytes(wrong_dates), reasons=("bad_moment",)),
    "wrong_amounts": Hostile(_bytes(wrong_amounts), reasons=("bad_amount",)),
    "yaml_laughs": Hostile(_bytes(laughing_yaml), kept=-1),
    "yaml_deep_flow": Hostile(_bytes(lambda: b"- url: " + b"[" * 500_000), kept=-1),
    "yaml_deep_block": Hostile(
        _bytes(lambda: b"- url: 1\n" + b"".join(b" " * n + b"- a:\n" for n in range(3000))), kept=-1
    ),
    "json_deep_list": Hostile(_bytes(lambda: deep("[", "]")), kept=-1),
    "json_deep_object": Hostile(_bytes(lambda: deep('{"a":', "}")), kept=-1),
    "json_many_fields": Hostile(_bytes(many_fields_json), refused=True),
    "jsonl_mixed": Hostile(_bytes(many_lines_jsonl), reasons=("bad_syntax",)),
    "parquet_lying_footer": Hostile(_bytes(lambda: parquet_bytes("footer")), refused=True),
    "parquet_lying_pages": Hostile(_bytes(lambda: parquet_bytes("pages")), refused=True),
    "parquet_lying_metadata": Hostile(_bytes(lambda: parquet_bytes("metadata")), refused=True),
    "parquet_bomb": Hostile(_bytes(parquet_bomb), refused=True, heavy=True),
    "book_laughs": Hostile(_bytes(lambda: book(sheet_xml([["&a12;"] * 5] * 3, LAUGHS))), kept=-1),
    "book_outside_entity": Hostile(
        _bytes(lambda: book(sheet_xml([["&x;"] * 5] * 3, '<!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/passwd">]>'))),
        kept=-1,
    ),
    "book_many_sheets": Hostile(_bytes(lambda: book(sheet_xml(BANK), 100_000)), kept=-1, heavy=True),
    "book_shared_strings": Hostile(_bytes(shared_bomb), refused=True, heavy=True),
    "book_endless_sheet": Hostile(_bytes(sheet_bomb), refused=True, heavy=True),
    "book_far_cell": Hostile(_bytes(far_cell), refused=True),
    "book_long_cell": Hostile(_bytes(lambda: book(sheet_xml([*BANK, ["x" * (60 << 20), "", "", "", ""]]))), heavy=True),
    "book_truncated": Hostile(_bytes(lambda: book(sheet_xml(BANK * 50))[:-100]), refused=True),
    "docx_laughs": Hostile(
        _bytes(
            lambda: docx(
                f'{LAUGHS}<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&a12;</w:t></w:r></w:p></w:body></w:document>'
            )
        ),
        refused=True,
    ),
    "camt_laughs": Hostile(_bytes(camt_laughs), refused=True),
    "camt_gigabyte": Hostile(camt_text, reasons=("unexpected_word",), kept=6, heavy=True),
    "camt_gzip_bomb": Hostile(_bytes(camt_packed), refused=True, heavy=True),
    "camt_deep": Hostile(_bytes(lambda: statement().replace(b"Gift cards", b"<a>" * 100_000)), refused=True),
    "empty": Hostile(_bytes(bytes), refused=True),
}
