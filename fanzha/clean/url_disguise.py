"""Addresses in disguise: defanged, in percent signs, in punycode, an IP address as one number. Only the plain copy shows what they say;
the identifiers themselves are found in the original (`fanzha.clean.text`).
"""

import re
from typing import Final

from fanzha.clean.edits import Copy
from fanzha.clean.ip_host import ipv4

_FANGS: Final = re.compile(r"\s?[\[({]\s?(?:\.|dot|点)\s?[\])}]\s?")
_SCHEME: Final = re.compile(r"\bh(?:xx|\*\*|tx|xt)p(?=s?:)")
_COLON: Final = re.compile(r"(?<=p|s)\[:\](?=//)")
_PERCENT: Final = re.compile(r"(?:%[2-7][0-9a-f]){1,200}")
_PUNY: Final = re.compile(r"(?<![a-z0-9\-])xn--[a-z0-9\-]{1,59}")
_HOST: Final = re.compile(r"(?<=://)(?:0x[0-9a-f]{1,8}|0[0-7.]{6,20}|[0-9]{8,10}|0x[0-9a-fx.]{4,30})(?=[/:?\s]|$)")
_KEPT: Final = re.compile("[^\x20-\x7e]")


def undo_addresses(copy: Copy) -> None:
    """One pass over a copy. Linear in its length."""
    text = copy.text
    if "[" in text or "(" in text or "{" in text:
        edits = [(*found.span(), ".") for found in _FANGS.finditer(text) if _between_names(text, *found.span())]
        edits += [(*found.span(), ":") for found in _COLON.finditer(text)]
        copy.apply(edits)  # people who warn others write so: no disguise
    if "p:" in copy.text or "ps:" in copy.text:
        copy.apply((*found.span(), "http") for found in _SCHEME.finditer(copy.text))
    if "%" in copy.text:
        edits = [(*found.span(), _unescaped(found[0])) for found in _PERCENT.finditer(copy.text)]
        escaped = [edit for edit in edits if any(char.isalnum() for char in edit[2])]
        if copy.apply(escaped):
            copy.count("address", sum(len(edit[2]) for edit in escaped))
    if "xn--" in copy.text:
        found = [(*one.span(), _unpunied(one[0])) for one in _PUNY.finditer(copy.text)]
        if copy.apply(found):
            copy.count("address", len(found))
    if "://" in copy.text:
        hosts = [(*one.span(), ipv4(one[0]) or one[0]) for one in _HOST.finditer(copy.text)]
        if copy.apply(hosts):
            copy.count("address", 4 * len(hosts))


def _between_names(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()


def _unescaped(run: str) -> str:
    return "".join(
        char if (char := chr(int(run[i + 1 : i + 3], 16))).isalnum() and char.isascii() else run[i : i + 3]
        for i in range(0, len(run), 3)
    ).lower()


def _unpunied(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label  # no punycode: it stays as written
