"""What every kind of value has in common: its normal form, whether it is valid, and how much it narrows the search."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """One identifier as read from outside.

    kind      the module of `clean` that understands it ("phone", "bank_card", ...)
    normal    normal form: two spellings of the same thing have the same normal form
    original  the text it was read from, unchanged
    valid     check digit, length and numbering rules hold
    partial   part of it is masked; `normal` then carries `*` for each hidden character
    problem   why it is not valid, as a short code ("check_digit", "length", "prefix", ""), else ""
    """

    kind: str
    normal: str
    original: str
    valid: bool = True
    partial: bool = False
    problem: str = ""


def could_be(partial: str, full: str) -> bool:
    """Whether a masked normal form may stand for a full one: same length, every visible character equal."""
    return len(partial) == len(full) and all(a == b or a == "*" for a, b in zip(partial, full, strict=True))
