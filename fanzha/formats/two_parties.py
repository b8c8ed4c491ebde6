"""Indian call records: calling and called party, or target and B party, as calls of one subscriber.

Cells are often wrapped in apostrophes; `-` and `---` stand for nothing.
"""

import re
from collections.abc import Sequence

from fanzha.clean import cell as cells_of_networks
from fanzha.clean import phone
from fanzha.formats.columns import picked
from fanzha.formats.grid import Grid, Source
from fanzha.formats.mapping import Mapping

_JOINERS = re.compile(r"[\s_\-]+")
_DASHES = re.compile(r"[-–—]*")
_SENDER = re.compile(r"(?=[A-Za-z0-9 _.&-]{3,16}$)(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 _.&-]*")
_WHOLE_CGI = re.compile(r"(40[456])([0-9]{2,3})([0-9A-Fa-f]{6,12})")
REGION = "IN"
# How operators name the event, without blanks, joiners and case; any other word is quarantined.
_EVENTS: dict[tuple[str, str], str] = {
    (
        "in",
        "voice",
    ): "in ain callin incoming incomingcall mtc mt vin voicein vdoin ainvw ainwv vinvw vinwv voiceincoming",
    (
        "out",
        "voice",
    ): "out aout callout outgoing outgoingcall moc mo vout voiceout vdoout aoutvw aoutwv voutvw voutwv voiceoutgoing",
    ("in", "sms"): "smt smsin p2psmsin a2psmsin p2psmsinwifi a2psmsinwifi smsmt incomingsms smsincoming p2pin",
    ("out", "sms"): "smo smsout p2psmsout a2psmsout smsmo outgoingsms smsoutgoing p2pout p2aout",
    ("forward", "voice"): "afrw cfw callforward callfow forwarded cf",
}
KINDS = {word: event for event, words in _EVENTS.items() for word in words.split()}
_MEDIA = {"sms": "sms", "voice": "voice"}


def bare(text: str) -> str:
    """A cell without apostrophes; "" for a row of dashes."""
    plain = text.strip().strip("'\"`\u2018\u2019 \t")
    return "" if _DASHES.fullmatch(plain) else plain


def number(text: str) -> str:
    """E.164 of a number as these files write it (ten digits, with 0, 91 or +91 before); "" where it is none."""
    value = phone.parse(text, region=REGION) if text else None
    if value is not None and value.valid:
        return value.normal
    if text.isdigit() and len(text) == 12 and text.startswith("91"):
        inner = phone.parse("+" + text, region=REGION)
        return inner.normal if inner is not None else ""
    return value.normal if value is not None else ""


def cgi(text: str) -> str:
    """404-98-8331-230711555; one run of digits is left as it is, for how long the network code is it does not say."""
    value = cells_of_networks.parse(text) if "-" in text else None
    return value.normal if value is not None else text


def two_parties(mapping: Mapping, grid: Grid, source: Source) -> dict[str, Sequence[str]]:
    """The columns of calls; `remarks` carry what cannot be read and senders that are names."""

    def get(name: str) -> list[str]:
        return [bare(str(text)) for text in picked(grid, mapping.positions(name)).to_pylist()]

    own, other, caller, called = get("own"), get("other"), get("caller"), get("called")
    kinds, service, forward = get("direction"), get("service"), get("forward")
    target = number(bare(source.account)) or number(mapping.fixed.get("target", ""))
    made: dict[str, list[str]] = {
        name: []
        for name in (
            *("subscriber", "counterparty", "sender", "direction", "remarks", "cell", "at", "duration", "imei", "imsi"),
        )
    }
    clock, day = get("clock"), get("day")
    for row, word in enumerate(kinds):
        remarks: list[str] = []
        direction, medium = _event(word, service[row], remarks)
        mine, theirs = (
            (own[row], other[row]) if mapping.has("own") else _sides(caller[row], called[row], direction, target)
        )
        if mapping.has("other") and not mapping.has("own"):
            mine, theirs = target, other[row]
        numbered, name = number(theirs), ""
        if not numbered and medium == "sms" and _SENDER.fullmatch(theirs):
            name = theirs.upper()
            remarks.append("sender_name counterparty")
        made["sender"].append(name)
        made["subscriber"].append(number(mine) or mine)
        made["counterparty"].append(numbered or theirs)
        made["direction"].append(f"{'sms' if medium == 'sms' else ''}{direction}")
        made["remarks"].append(";".join(remarks))
        made["at"].append(f"{day[row]} {clock[row]}".strip())
        if forward[row] and direction == "forward" and not theirs:
            made["counterparty"][-1] = number(forward[row])
    made["cell"] = [cgi(text) for text in get("cell")]
    made["duration"] = [text or "0" for text in get("duration")]
    made["imei"], made["imsi"] = get("imei"), get("imsi")
    return {**made, **{name: get(name) for name in ("place",) if mapping.has(name)}}


def _event(word: str, service: str, remarks: list[str]) -> tuple[str, str]:
    """(direction, medium); the service column may say that a plain IN or OUT is a message."""
    found = KINDS.get(_JOINERS.sub("", word.lower()))
    if found is None:
        remarks.append("!unknown_direction direction")
        return "", "voice"
    return found[0], "sms" if _MEDIA.get(service.lower()) == "sms" else found[1]


def _sides(caller: str, called: str, direction: str, target: str) -> tuple[str, str]:
    """(own number, other number): the target's where the file names one, else what the direction says."""
    if target and number(caller) == target:
        return caller, called
    if target and number(called) == target:
        return called, caller
    return (called, caller) if direction == "in" else (caller, called)
