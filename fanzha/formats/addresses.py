"""The internet address and the adapter from which an operation was made, as statements and replies state them beside it.

A cell that is no address (a device name, an IMEI, two addresses that may both be meant) is left out with a note; the row stays.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from fanzha.clean import ip, mac
from fanzha.clean.value import Value
from fanzha.formats.columns import Ledger, filled, looked_up, mapped, truth
from fanzha.formats.headers import words
from fanzha.formats.kernels import pc
from fanzha.formats.strings import has_byte

PARSERS: dict[str, Callable[[str], Value | None]] = {ip.KIND: ip.parse, mac.KIND: mac.parse}


def operated_from(ledger: Ledger, kind: str, column: pa.StringArray) -> pa.StringArray:
    """Normal forms of a column of kind "ip" or "mac"; null where a cell is empty, says that nothing is known, or is unread."""
    stated = filled(column)
    if not stated.any():
        return pa.nulls(len(column), pa.string())
    parse = PARSERS[kind]

    def normal(text: str) -> str | None:
        value = parse(text) if text else None
        return value.normal if value is not None else None

    made = mapped(column, normal)
    nothing = truth(pc.is_valid(looked_up(column, words("no_address"))))
    read = np.asarray(truth(pc.is_valid(made)))
    ledger.note(stated & ~read & ~nothing, "unread_address", kind)
    known = pc.fill_null(made, "")
    if has_byte(known, "*"):
        ledger.note(truth(pc.match_substring(known, "*")), "partial", kind)
    return made
