"""The identifiers of each report, made from its mentions: one name for one thing, and the site behind an address."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fanzha.clean import ip_host, wallet
from fanzha.clean.domain import registered
from fanzha.clean.url import host
from fanzha.link.kernels import Ints

# A card and an account of equal digits are one thing: the same number reaches us under both names.
UNIFIED = {"bank_card": "account"}

# One row per report and value. A report that calls a value its own anywhere means its own everywhere.
REPORTS_SQL = """
SELECT "file", "row", MIN("at_ms") AS "at_ms", MIN("stated_type") AS "stated_type", MIN("city") AS "city"
FROM "reports" WHERE "at_ms" IS NULL OR "at_ms" <= ? GROUP BY "file", "row" ORDER BY "file", "row"
"""
MENTIONS_SQL = """
SELECT "file", "row", "kind", "value",
  MAX(CASE WHEN "role" = 'own' THEN 1 ELSE 0 END) AS "own",
  MAX(CASE WHEN "valid" THEN 1 ELSE 0 END) AS "valid"
FROM "mentions" WHERE "value" IS NOT NULL AND "value" <> ''
GROUP BY "file", "row", "kind", "value" ORDER BY "file", "row", "kind", "value"
"""

Key = tuple[str, str]  # kind and normal form of an identifier
Flags = NDArray[np.bool_]
_FILES_MAX = 1 << 27  # of a journal
_ROWS_MAX = 1 << 36  # rows of one file; the file's number is above them
_SITES = ("domain", "url")  # one value names one or two things
_BETWEEN = "\x1f"
_AT_ONCE = 16_384  # values read before they are numbered: what `clean` remembers of a site serves both


class Named(NamedTuple):
    """Which report names which identifier, each pair once, sorted by report and key; arrays of one length."""

    report: Ints  # place in the sorted list of reports
    key: Ints  # number of the identifier
    own: Flags  # the reporter's own
    valid: Flags  # check digits and numbering hold in at least one mention of it


def codes(file: "pa.ChunkedArray[Any]", row: "pa.ChunkedArray[Any]") -> Ints:
    """One number for file and row, in their order. Raises ValueError for a file beyond 2^27 acts or a row beyond 2^36."""
    files, rows = np.asarray(file.to_numpy(), np.int64), np.asarray(row.to_numpy(), np.int64)
    if len(files) and (files.max() >= _FILES_MAX or rows.max() >= _ROWS_MAX or min(files.min(), rows.min()) < 0):
        raise ValueError("file or row is too large to be linked")
    return files * _ROWS_MAX + rows


def file_and_row(code: int) -> tuple[int, int]:
    """File and row of a code."""
    return divmod(code, _ROWS_MAX)


def code_of(text: str) -> int:
    """The code of a report written as file and row: `3-17`."""
    file, _, row = text.partition("-")
    return int(file) * _ROWS_MAX + int(row)


def files_and_rows(many: Ints) -> tuple[Ints, Ints]:
    """File and row of each code."""
    file, row = np.divmod(many, _ROWS_MAX)
    return file, row


def read_named(
    report_codes: Ints, mentions: pa.Table, kinds: Collection[str], numbers_of: Callable[[Sequence[Key]], Ints]
) -> Named:
    """What each report names; mentions of other kinds or of no report are left out.

    `report_codes`: `codes` of the reports, sorted; `mentions`: rows of MENTIONS_SQL; `numbers_of`: gives identifiers their numbers.
    A web address also names the registered domain it is under, and a host name names that domain instead of itself: a gang
    changes the path and the subdomain, not the name it paid for.
    """
    owner = codes(mentions["file"], mentions["row"])
    place = np.searchsorted(report_codes, owner)
    known = place < len(report_codes)
    known[known] = report_codes[place[known]] == owner[known]
    parts = (mentions["kind"], mentions["value"], pa.scalar(_BETWEEN))
    encoded = pc.binary_join_element_wise(*parts).combine_chunks().dictionary_encode()  # type: ignore[call-overload]
    raw = np.asarray(encoded.indices.to_numpy(), np.int64)
    names = np.full((2, len(encoded.dictionary)), -1, np.int64)
    sure = np.zeros(len(encoded.dictionary), bool)
    for start in range(0, len(encoded.dictionary), _AT_ONCE):
        _number(encoded.dictionary[start : start + _AT_ONCE], start, (names, sure), kinds, numbers_of)
    flags = [np.asarray(mentions[name].to_numpy(), bool) for name in ("own", "valid")]
    flags[1] |= sure[raw]
    live = [(names[column, raw] >= 0) & known for column in (0, 1)]
    report = np.concatenate([place[part] for part in live])
    numbers = np.concatenate([names[column, raw[part]] for column, part in enumerate(live)])
    return _once(report, numbers, [np.concatenate([flag[part] for part in live]) for flag in flags])


def _number(
    texts: "pa.Array[Any]", start: int, found: tuple[Ints, Flags], kinds: Collection[str],
    numbers_of: Callable[[Sequence[Key]], Ints],
) -> None:  # fmt: skip
    """Number what some values name: at `start` and on in the arrays of up to two numbers, and whether it is valid as written."""
    names, sure = found
    keys: list[Key] = []
    also: list[Key] = []
    first: list[int] = []  # which values, in the order of `keys` and of `also`
    second: list[int] = []
    for n, text in enumerate(texts.to_pylist(), start):
        kind, _, value = str(text).partition(_BETWEEN)
        kind = UNIFIED.get(kind, kind)
        if kind not in _SITES:
            if kind in kinds:
                first.append(n)
                keys.append((kind, value))
                if kind == "wallet":
                    sure[n] = not wallet.verifiable(value)  # a chain whose checksum is not checked: as written
            continue
        for key, (places, listed) in zip(
            (key for key in names_of(kind, value) if key[0] in kinds), ((first, keys), (second, also)), strict=False
        ):
            places.append(n)
            listed.append(key)
    numbers = numbers_of(keys + also)
    names[0, first], names[1, second] = numbers[: len(first)], numbers[len(first) :]


def _once(report: Ints, key: Ints, flags: list[Flags]) -> Named:
    """Each pair once: own if once own, valid if once valid."""
    order = np.lexsort((key, report))
    report, key = report[order], key[order]
    first = np.ones(len(report), bool)
    first[1:] = (report[1:] != report[:-1]) | (key[1:] != key[:-1])
    at = np.flatnonzero(first)
    own, valid = (np.logical_or.reduceat(flag[order], at) if len(at) else flag[:0] for flag in flags)
    return Named(report[at], key[at], own, valid)


def names_of(kind: str, value: str) -> list[Key]:
    """What a value names: itself, and the site it is under."""
    if kind == "domain":
        return [("domain", registered(value) or value)]
    if kind == "url":
        name = host(value)
        if not name or ":" in name or ip_host.ends_in_number(name):
            return [("url", value)]
        return [("url", value), ("domain", registered(name) or name)]
    return [(kind, value)]
