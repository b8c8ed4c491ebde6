"""ISO 20022: bank statements (camt.052, 053, 054) and customer credit transfers (pacs.008), every version.

Followed: the message definitions of ISO 20022 (camt.053.001.02 to .13, pacs.008.001.02 to .13) and the schema of
camt.053.001.08. An envelope and a business application header (head.001) around the document are passed over. A reversal
keeps the direction in which it was booked. Row numbers count entries, each transaction of an entry of several by itself;
each statement counts as one row of structure. The running balance is not stated and stays empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from xml.sax.saxutils import escape

import pyarrow as pa

from fanzha.clean.currency import exponent
from fanzha.errors import InputError, UnreadableFile
from fanzha.formats import confined
from fanzha.formats.apply import readings
from fanzha.formats.child.iso20022 import FIELDS
from fanzha.formats.confined import Caps
from fanzha.formats.grid import BadRow, Content, Grid, Reading, Recognition, Sheet, Source, Wanted
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.sheets import content
from fanzha.formats.writing import money_text

_NAMESPACE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:(camt\.05[234]|pacs\.008)\.001\.[0-9]{2}")
_ROOT = re.compile(
    rb"<(?:[A-Za-z0-9_.-]+:)?(BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn|FIToFICstmrCdtTrf)[\s>]"
)
_HEAD = 1 << 16
_CAPS = Caps(seconds=600, output_bytes=2 << 30)
_SIZE = re.compile(r"=(-?[0-9.]+) ?([A-Z]{3})?")
_SIZE_MAX = 2**63 - 1
MAPPING = Mapping("leg", tuple(Use(name, place, name) for place, name in enumerate(FIELDS)))


@dataclass(frozen=True, slots=True)
class Iso20022:
    """Statements or credit transfers, both ways; `message` is the one that is written."""

    name: str
    en: str
    zh: str
    message: str  # what the format reads: a part of the name of the message
    version: str

    def recognise(self, source: Source) -> Recognition:
        """XML whose namespace or first element is that of the message."""
        found = _message(source)
        fits = found.startswith(self.message)
        score = 97 if fits else 0
        return Recognition(
            self.name, score, f"XML of {found}" if found else "not ISO 20022", f"{found or '非 ISO 20022 报文'}"
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Legs. Raises UnreadableFile where the document is another one, is damaged or declares a document type."""
        if not _message(source).startswith(self.message):
            raise UnreadableFile(f"this is no {self.message} message", f"不是 {self.message} 报文", where=source.name)
        opener = partial(_blocks, content(source), source.name)
        none = _grid([], 1, True, 0)
        yield from readings(
            MAPPING, Sheet("xml", source.name, FIELDS, (), none, {"message": self.message}, opener), source
        )

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Legs as one document. Raises InputError for what the message cannot hold."""
        legs = tables["legs"].to_pylist()
        body = _statements(legs) if self.message == "camt" else _transfers(legs)
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{self.version}">\n'
        return (head + body + "</Document>\n").encode()


def _message(source: Source) -> str:
    """Name of the message, "" where the file is none of these."""
    try:
        head = bytes(content(source)[:_HEAD])
    except UnreadableFile:
        return ""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4].count(0) >= 2:
        head = head.replace(b"\0", b"")
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return ""
    named, root = _NAMESPACE.search(head), _ROOT.search(head)
    if named is not None:
        return named[1].decode()
    return {None: "", b"FIToFICstmrCdtTrf": "pacs.008"}.get(root and root[1], "camt.053")


def _blocks(data: bytes | Content, name: str, _wanted: Wanted) -> Iterator[Grid]:
    """Rows of the child in grids; the statements themselves are the structure of the last."""
    row, first = 1, True
    for value in confined.values("iso20022", data, name, {}, _CAPS):
        if isinstance(value, list):
            yield _grid(value, row, first, 0)
            row, first = row + len(value), False
            continue
        bad = tuple(BadRow(row + place, -1, "entries_missing") for place in range(len(value["empty"])))
        yield _grid([], row, first, value["statements"] - len(bad), bad)


def _grid(rows: list[list[str]], row: int, first: bool, structure: int, bad: tuple[BadRow, ...] = ()) -> Grid:
    for cells in rows:
        cells[-1] = _SIZE.sub(_sized, cells[-1])
    columns = tuple(pa.array([cells[place] for cells in rows], pa.string()) for place in range(len(FIELDS)))
    numbers = pa.array(range(row, row + len(rows)), pa.int64())
    return Grid(FIELDS, columns, numbers, pa.array([-1] * len(rows), pa.int64()), bad, structure, first)


def _sized(found: re.Match[str]) -> str:
    """A difference as an integer: minor units where a currency stands beside it; the largest that is kept where it is larger."""
    whole, _, part = found[1].removeprefix("-").partition(".")
    places = exponent(found[2]) if found[2] else 0
    minor = int(whole or "0") * 10**places + int((part + "0" * places)[:places] or "0")
    return f"={'-' if found[1].startswith('-') else ''}{min(minor, _SIZE_MAX)}"


def _tag(name: str, *inside: str, ccy: str = "") -> str:
    """An element with what is inside; nothing where that is empty."""
    body = "".join(inside)
    return f"<{name}{f' Ccy={chr(34)}{escape(ccy)}{chr(34)}' if ccy else ''}>{body}</{name}>" if body else ""


def _account(number: str | None) -> str:
    iban = bool(number and re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", number))
    return _tag("Id", _tag("IBAN", number or "") if iban else _tag("Othr", _tag("Id", escape(number or ""))))


def _agent(name: str | None) -> str:
    if name and re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", name):
        return _tag("FinInstnId", _tag("BICFI", name))
    return _tag("FinInstnId", _tag("Nm", escape(name or "")))


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _amount(leg: dict[str, object], name: str) -> str:
    currency = str(leg["currency"])
    if not re.fullmatch("[A-Z]{3}", currency):
        raise InputError(f"ISO 20022 has no currency {currency}", f"ISO 20022 报文无法表示币种 {currency}")
    return _tag(name, money_text(int(str(leg["amount_minor"])), currency), ccy=currency)


def _text(leg: dict[str, object], name: str) -> str:
    return escape(str(leg.get(name) or ""))


def _statements(legs: list[dict[str, object]]) -> str:
    """camt.053.001.08, one statement for each run of legs of one account; opening balance nil, closing what they add up to."""
    made = _moment(max((int(str(leg["at_ms"])) for leg in legs), default=0))
    parts = [_tag("GrpHdr", _tag("MsgId", "FANZHA"), _tag("CreDtTm", made)), "\n"]
    keys = ("account", "holder", "bank", "currency")
    for number, (key, part) in enumerate(groupby(legs, key=lambda leg: tuple(leg[name] for name in keys)), 1):
        own, holder, bank, currency = (str(value or "") for value in key)
        entries = list(part)
        total = sum(
            int(str(leg["amount_minor"])) * (1 if leg["direction"] == "in" else -1)
            for leg in entries
            if leg["success"] is not False
        )
        day = _tag("Dt", _tag("Dt", made[:10]))
        balances = [
            _tag(
                "Bal",
                _tag("Tp", _tag("CdOrPrtry", _tag("Cd", code))),
                _amount({"currency": currency, "amount_minor": abs(minor)}, "Amt"),
                _tag("CdtDbtInd", "DBIT" if minor < 0 else "CRDT"),
                day,
            )
            for code, minor in (("OPBD", 0), ("CLBD", total))
        ]
        acct = (
            _account(own),
            _tag("Ccy", currency),
            _tag("Ownr", _tag("Nm", escape(holder))),
            _tag("Svcr", _agent(bank)),
        )
        body = [_tag("Id", str(number)), _tag("Acct", *acct), *balances, *map(_entry, entries)]
        parts.append(_tag("Stmt", *(one + "\n" for one in body)) + "\n")
    return _tag("BkToCstmrStmt", *parts) + "\n"


def _entry(leg: dict[str, object]) -> str:
    role = "Dbtr" if leg["direction"] == "in" else "Cdtr"
    party = _tag(role, _tag("Pty", _tag("Nm", _text(leg, "counter_holder"))))
    account = _tag(f"{role}Acct", _account(str(leg["counter_account"]))) if leg["counter_account"] else ""
    bank = str(leg["counter_bank"] or "")
    detail = (
        _tag("Refs", _tag("AcctSvcrRef", _text(leg, "serial"))),
        _tag("RltdPties", party, account),
        _tag("RltdAgts", _tag(f"{role}Agt", _agent(bank)) if bank else ""),
        _tag("RmtInf", _tag("Ustrd", _text(leg, "summary"))),
    )
    return _tag(
        "Ntry",
        _amount(leg, "Amt"),
        _tag("CdtDbtInd", "CRDT" if leg["direction"] == "in" else "DBIT"),
        _tag("Sts", _tag("Cd", "PDNG" if leg["success"] is False else "BOOK")),
        _tag("BookgDt", _tag("DtTm", _moment(int(str(leg["at_ms"]))))),
        "<BkTxCd/>",
        _tag("NtryDtls", _tag("TxDtls", *detail)),
    )


def _transfers(legs: list[dict[str, object]]) -> str:
    """pacs.008.001.08; only money that leaves can be written."""
    if any(leg["direction"] != "out" for leg in legs):
        raise InputError(
            "a credit transfer leaves the account: legs that arrive cannot be written", "贷记转账只能写出付款方流水"
        )
    made = _moment(max((int(str(leg["at_ms"])) for leg in legs), default=0))
    settled = _tag("SttlmInf", _tag("SttlmMtd", "CLRG"))
    head = _tag("GrpHdr", _tag("MsgId", "FANZHA"), _tag("CreDtTm", made), _tag("NbOfTxs", str(len(legs))), settled)
    parts = [head]
    for leg in legs:
        at, other = _moment(int(str(leg["at_ms"]))), leg["counter_account"]
        serial = _text(leg, "serial")
        uetr = bool(re.fullmatch("[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}", serial))
        named = (
            _tag("EndToEndId", "NOTPROVIDED"),
            "" if uetr else _tag("TxId", serial),
            _tag("UETR", serial) if uetr else "",
        )
        parts.append(
            _tag(
                "CdtTrfTxInf",
                _tag("PmtId", *named),
                _amount(leg, "IntrBkSttlmAmt"),
                _tag("IntrBkSttlmDt", at[:10]),
                _tag("AccptncDtTm", at),
                _tag("ChrgBr", "SLEV"),
                _tag("Dbtr", _tag("Nm", _text(leg, "holder"))) or "<Dbtr/>",
                _tag("DbtrAcct", _account(str(leg["account"]))),
                _tag("DbtrAgt", _agent(str(leg["bank"] or "")) or "<FinInstnId/>"),
                _tag("CdtrAgt", _agent(str(leg["counter_bank"] or "")) or "<FinInstnId/>"),
                _tag("Cdtr", _tag("Nm", _text(leg, "counter_holder"))) or "<Cdtr/>",
                _tag("CdtrAcct", _account(str(other))) if other else "",
                _tag("RmtInf", _tag("Ustrd", _text(leg, "summary"))),
            )
        )
    return _tag("FIToFICstmrCdtTrf", *(part + "\n" for part in parts)) + "\n"


STATEMENT = Iso20022(
    "iso20022_statement",
    "ISO 20022 statement (camt.052, 053, 054)",
    "ISO 20022 对账单(camt.052/053/054)",
    "camt",
    "camt.053.001.08",
)
TRANSFER = Iso20022(
    "iso20022_transfer",
    "ISO 20022 credit transfer (pacs.008)",
    "ISO 20022 贷记转账(pacs.008)",
    "pacs",
    "pacs.008.001.08",
)
