"""Call records of Indian operators as police receive and tabulate them: Airtel, Jio, Vi (Vodafone Idea), BSNL, and the
common layout `CdrNo, B Party, Date, Time, ...`.

Followed: the headers, preambles and call types that public tools for these files list. Dates are day first, times are of Asia/Kolkata;
cells are often wrapped in apostrophes. The senders of messages may be names (`AD-HDFCBK`): they are kept as the other
party, in upper case, with a note. What neither names the target nor tells the direction is quarantined.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from fanzha.errors import UnreadableFile
from fanzha.formats.apply import readings
from fanzha.formats.footers import without_footers
from fanzha.formats.grid import Reading, Recognition, Sheet, Source
from fanzha.formats.headers import normal
from fanzha.formats.mapping import Mapping, Use
from fanzha.formats.sheets import open_sheets
from fanzha.formats.writing import csv_text, texts

ZONE = "Asia/Kolkata"
COLUMNS = (
    *(
        "CdrNo",
        "B Party",
        "Date",
        "Time",
        "Duration",
        "Call Type",
        "First Cell ID",
        "First Cell ID Address",
        "Last Cell ID",
    ),
    *("Last Cell ID Address", "IMEI", "IMSI", "Roaming", "Circle", "Operator", "LRN", "CallForward", "Service Type"),
)
_NAMES: dict[str, tuple[str, ...]] = {
    "own": ("cdrno", "targetno", "target/apartynumber", "targetapartynumber", "cdrpartyno", "apartynumber"),
    "other": ("bparty", "bpartyno", "bpartynumber", "other/bpartynumber"),
    "caller": ("callingpartytelephonenumber", "callingno"),
    "called": ("calledpartytelephonenumber", "calledno"),
    "day": ("date", "calldate"),
    "clock": ("time", "calltime", "callinitiationtime"),
    "duration": ("duration", "dur", "callduration", "durationofcall"),
    "direction": ("calltype",),
    "service": ("servicetype",),
    "cell": ("firstcellid", "firstcgi", "firstcellglobalid"),
    "place": ("firstcellidaddress", "firstbtslocation", "firstcellsiteaddress", "firstcelladdress"),
    "imei": ("imei",),
    "imsi": ("imsi",),
    "forward": ("callforward", "callforwarding", "callfowno", "callforwardingnumber"),
}
_FIELDS = {name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}
_INDIAN = ("lrn", "firstcgi", "firstcellid", "firstcellglobalid", "roamingcirclename", "callfowno", "roamnw")
_TARGET = re.compile(
    r"(?:Input Value[^:]{0,60}:|MSISDN\s*:?\s*-?|Mobile No)[\s,:'\"-]{0,8}([0-9]{10,13})", re.IGNORECASE
)
_NO_RECORD = re.compile(
    r"[-=_*~\s\"',]*$|.{0,40}(?:system generated|no (?:data|records?) found|end of report|needs no signature)",
    re.IGNORECASE,
)
_WORDS = {("out", "voice"): "CALL_OUT", ("in", "voice"): "CALL_IN", ("out", "sms"): "SMS_OUT", ("in", "sms"): "SMS_IN"}


def mapping_of(sheet: Sheet) -> Mapping | None:
    """The mapping of one of these layouts; None where the table is none of them."""
    names = [normal(header) for header in sheet.header]
    found = [
        (_FIELDS[name][1], Use(_FIELDS[name][0], place, sheet.header[place]))
        for place, name in enumerate(names)
        if name in _FIELDS
    ]
    uses = tuple(use for _, use in sorted(found, key=lambda one: (one[0], one[1].position)))
    fields = {use.field for use in uses}
    sided = {"own", "other"} <= fields or {"caller", "called"} <= fields or ("other" in fields)
    if not sided or not {"day", "clock", "direction"} <= fields or not any(n.startswith(_INDIAN) for n in names):
        return None
    target = _TARGET.search("\n".join(sheet.preamble))
    if not target and not ({"own", "other"} <= fields or {"caller", "called"} <= fields):
        return None
    fixed = {"target": target[1]} if target else {}
    return Mapping("call", uses, fixed=fixed, zone=ZONE, region="IN", date_order="dmy", shape="two_parties")


@dataclass(frozen=True, slots=True)
class IndianCallRecords:
    """Call records of India, both ways; written in the common layout."""

    name: str = "indian_call_records"
    en: str = "call records of Indian operators"
    zh: str = "印度运营商通话记录"

    def recognise(self, source: Source) -> Recognition:
        """Both parties, date, time and call type by name, with a column that only these files have (LRN, CGI, ...)."""
        found = _found(source)
        if found is None:
            return Recognition(self.name, 0, "no Indian call records", "不是印度通话记录")
        sheet, mapping = found
        count = len({use.field for use in mapping.uses})
        return Recognition(
            self.name,
            96,
            f"{count} columns of Indian call records",
            f"识别出印度通话记录{count}栏",
            dict(sheet.dialect),
        )

    def read(self, source: Source) -> Iterator[Reading]:
        """Calls. Raises UnreadableFile where the file has no such table."""
        found = _found(source)
        if found is None:
            raise UnreadableFile("these are no Indian call records", "不是印度通话记录文件", where=source.name)
        sheet, mapping = found
        yield from readings(mapping, without_footers(sheet, source, _NO_RECORD), source)

    def write(self, tables: dict[str, pa.Table]) -> bytes:
        """Calls in the common layout; seconds are kept, parts of a second are not."""
        calls = tables["calls"]
        clock = ZoneInfo(ZONE)
        moments = [
            datetime.fromtimestamp(int(str(at)) // 1000, UTC).astimezone(clock)
            for at in calls.column("at_ms").to_pylist()
        ]
        kinds = zip(texts(calls, "direction"), texts(calls, "medium"), strict=True)
        columns = {
            "CdrNo": texts(calls, "subscriber"),
            "B Party": texts(calls, "counterparty"),
            "Date": [at.strftime("%d/%m/%Y") for at in moments],
            "Time": [at.strftime("%H:%M:%S") for at in moments],
            "Duration": texts(calls, "duration_seconds"),
            "Call Type": [_WORDS.get(kind, "CALL_FORWARD") for kind in kinds],
            "First Cell ID": texts(calls, "cell"),
            "First Cell ID Address": texts(calls, "place"),
            "IMEI": texts(calls, "imei"),
            "IMSI": texts(calls, "imsi"),
        }
        empty = [""] * len(calls)
        return csv_text(COLUMNS, [columns.get(name, empty) for name in COLUMNS]).encode("utf-8")


def _found(source: Source) -> tuple[Sheet, Mapping] | None:
    try:
        sheets = open_sheets(source)
    except UnreadableFile:
        return None
    mapping = mapping_of(sheets[0]) if len(sheets) == 1 else None
    return None if mapping is None else (sheets[0], mapping)
