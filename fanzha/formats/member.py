"""What stands in a container of files: a ZIP, a tar, a mail with attachments. Names are shown safely, never used as paths."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

MEMBER_BYTES_MAX = 256 << 20
TOTAL_BYTES_MAX = 1 << 30
MEMBERS_MAX = 10_000
RATIO_MAX = 200
SMALL = 10 << 20  # what unpacks to less is never refused for its ratio
LIMITS = {
    "member": MEMBER_BYTES_MAX,
    "total": TOTAL_BYTES_MAX,
    "members": MEMBERS_MAX,
    "ratio": RATIO_MAX,
    "small": SMALL,
}
_NAME_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside, unpacked."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A file inside that was not unpacked. `reason` is a code of schema/reasons.yaml."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """What is no file of anybody's: a folder, or what an operating system leaves behind."""

    name: str


Inside = Member | Refused | Skipped


def safe_name(name: str) -> str:
    """A name without what misleads the eye or a terminal: control and formatting characters, halves of surrogates."""
    shown = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in name)
    return shown if len(shown) <= _NAME_MAX else shown[:_NAME_MAX] + "…"


def received(said: Iterable[Any]) -> Iterator[Inside]:
    """What a child says of a container, member by member; one member is held at a time.

    The child says {"name": …} and bytes and {"end": ""} for a member; an `end` that is not empty is the reason why it
    was given up. {"name": …, "refused": reason} and {"name": …, "skipped": true} stand alone.
    """
    name, parts = "", bytearray()
    for value in said:
        if isinstance(value, bytes):
            parts += value
        elif "end" in value:
            yield Refused(name, str(value["end"])) if value["end"] else Member(name, bytes(parts))
            parts = bytearray()
        else:
            name = safe_name(str(value["name"]))
            if "refused" in value:
                yield Refused(name, str(value["refused"]))
            elif "skipped" in value:
                yield Skipped(name)
