"""What each act of the journal says, as sentences in one language; for machines the keys stay as they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fanzha.document.figures import money
from fanzha.document.fill_file import format_name
from fanzha.document.letter import KINDS
from fanzha.document.letter import title as letter_title
from fanzha.document.words import pick, term
from fanzha.model.terms import PURPOSES
from fanzha.show.words import Words
from fanzha.store.journal import Entry
from fanzha.store.masked import mask_told

Facts = Mapping[str, Any]
UNTOLD = ("", "-1", "None")  # how a detail that says nothing is written
DECISIONS = {"keep": "act_kept", "reduce": "act_reduced", "lift": "act_lifted"}  # outcomes of a review


def told(words: Words, entry: Entry, entries: Sequence[Entry], names: Sequence[str]) -> list[str]:
    """The details of an act in words, its reason last and masked. `names`: what must not stand in a text that is shown.

    An act that this version does not know shows its short details as they are written.
    """
    private = entry.private or {}
    if private.get("title"):
        private = {**private, "title": mask_told(str(private["title"]), tuple(names))}
    sentences = SENTENCES.get(entry.act)
    if sentences is None:
        found = [f"{key} {value}" for key, value in entry.public.items() if isinstance(value, str | int)]
    else:
        found = sentences(words, {**private, **entry.public}, entries)
    reason = mask_told(str(private.get("reason") or ""), tuple(names))
    return [one for one in (*found, reason) if one]


def _if(words: Words, key: str, facts: Facts, name: str) -> str:
    """The sentence `key` about a detail, filled with it under its own name; "" where the act does not tell it."""
    value = facts.get(name)
    return "" if str(value) in UNTOLD else words(key, **{name: value})


def _term(words: Words, name: str, code: object) -> str:
    return pick(term(name, str(code)), words.lang)


def _amount(facts: Facts) -> str:
    """An amount in its currency; "" where none is told, or the act does not say of what currency."""
    amount, currency = facts.get("amount_minor"), str(facts.get("currency") or "")
    return "" if amount is None or not currency else money(int(amount), currency)


def _day(at_ms: object) -> str:
    return datetime.fromtimestamp(int(str(at_ms)) // 1000, ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d")


def _file(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    row, until = _if(words, "act_row", facts, "row"), facts.get("until_ms")
    return [_if(words, "act_admission", facts, "admission"), row, words("act_until", day=_day(until)) if until else ""]


def _admitted(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    read_as = words("act_format", format=pick(format_name(str(facts.get("format"))), words.lang))
    return [str(facts.get("name") or ""), read_as, _if(words, "act_part_of", facts, "part_of")]


def _again(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    return [*_file(words, facts, entries), _if(words, "act_part_of", facts, "part_of")]


def _corrected(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    name = (facts.get("settings") or {}).get("format")
    read_as = words("act_format", format=pick(format_name(str(name)), words.lang)) if name else ""
    return [*_file(words, facts, entries), read_as]


def _erased(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    ground = _term(words, "erasures", facts.get("ground"))
    return [*_file(words, facts, entries), ground, _if(words, "act_reference", facts, "reference")]


def _in_use(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    return [str(facts["name"]), _if(words, "act_as_of", facts, "as_of")]


def _ordered(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    ground = str(facts.get("ground") or "")
    return [
        words("act_review") if facts.get("review") else "",
        _term(words, "orders", facts["verb"]),
        _if(words, "act_follows", facts, "follows"),
        _if(words, "act_case", facts, "case"),
        _amount(facts),
        _if(words, "act_to", {"to": facts.get("body", "")}, "to"),
        _term(words, "grounds", ground) if ground else "",
    ]


def _dealt(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    number, event = int(facts["order"]), str(facts["event"])
    asked = entries[number].public if number < len(entries) else {}
    decision = DECISIONS.get(str(facts.get("outcome", "")))
    refused = facts.get("answer") == "refused"
    next_ms = facts.get("next_ms")
    return [
        words("act_order", order=number),
        _term(words, "order_states", "refused") if refused else _term(words, "order_events", event),
        words(decision) if decision else "",
        words("act_next_review", day=_day(next_ms)) if next_ms else "",
        _amount({"amount_minor": facts.get("amount_minor"), "currency": asked.get("currency")}),
        _if(words, "act_to", {"to": facts.get("body", "")}, "to"),
    ]


def _appealed(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    about = words("act_against", order=facts["order"]) if facts["subject"] == "order" else words("act_to_return")
    return [about, words("act_by", party=_term(words, "appeal_parties", facts["by"]))]


def _appeal_dealt(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    event = str(facts["event"])
    said = {
        "assign": lambda: words("act_assigned", checker=facts.get("checker", "")),
        "decide": lambda: _term(words, "appeal_states", facts.get("outcome", "")),
        "withdraw": lambda: _term(words, "appeal_states", "withdrawn"),
        "told": lambda: _corrected_body(words, facts),
    }
    return [words("act_appeal", appeal=facts["appeal"]), said[event]() if event in said else event]


def _corrected_body(words: Words, facts: Facts) -> str:
    """Who was told, from a correction's name: kind, act, body."""
    kind, _, rest = str(facts["told"]).partition(":")
    number, _, body = rest.partition(":")
    of_order = kind == "order"
    return words("act_told_order" if of_order else "act_told_export", body=body, number=number)


def _told_withdrawn(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    return [*_file(words, facts, entries), _corrected_body(words, facts)]


def _undone(words: Words, facts: Facts, entries: Sequence[Entry]) -> list[str]:
    number = int(facts["act"])
    what = entries[number].act if number < len(entries) else ""
    return [words("act_number", act=number, what=_term(words, "acts", what))]


def _exported(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    if "letter" in facts:
        kind = str(facts["letter"])
        name = pick(letter_title(kind), words.lang) if kind in KINDS else kind
        return [words("act_letter", letter=name, order=facts["order"], form=facts["form"])]
    purpose = str(facts.get("purpose") or "")
    said = words.pick(*PURPOSES[purpose]) if purpose in PURPOSES else purpose
    return [
        words("act_table", rows=facts["rows"], table=facts["table"]),
        words("act_purpose", purpose=said) if purpose else words("masked"),
        _if(words, "act_to", facts, "to") or words("act_own_use"),
    ]


def _backed_up(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    return [
        str(facts.get("path") or ""),
        _if(words, "act_to", facts, "to"),
        _if(words, "act_acts", facts, "backup_size"),
    ]


def _migrated(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    return [words("act_layout", was=facts["from"], now=facts["to"])]


def _named(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    kind = _term(words, "scam_types", facts["kind"]) if facts.get("kind") else ""
    title = str(facts.get("title") or "")
    return [_judged(words, facts), kind, words("act_campaign", name=title) if title else ""]


def _fed_back(words: Words, facts: Facts, _: Sequence[Entry]) -> list[str]:
    kind = _term(words, "scam_types", facts["kind"]) if facts.get("kind") else ""
    said = words("act_said", said=_term(words, "check_verdicts", facts["said"]))
    return [_if(words, "act_admission", facts, "admission"), _judged(words, facts), kind, said]


def _judged(words: Words, facts: Facts) -> str:
    return words("act_scam" if facts["verdict"] == "scam" else "act_honest")


def _nothing(_words: Words, _facts: Facts, _entries: Sequence[Entry]) -> list[str]:
    return []


SENTENCES: Mapping[str, Callable[[Words, Facts, Sequence[Entry]], list[str]]] = {
    "create": _nothing,
    "use": _in_use,
    "admit": _admitted,
    "again": _again,
    "withdraw": _file,
    "correct": _corrected,
    "correct_row": _file,
    "map": _nothing,
    "retain": _file,
    "erase": _erased,
    "campaign": _named,
    "feedback": _fed_back,
    "order": _ordered,
    "order_event": _dealt,
    "appeal": _appealed,
    "appeal_event": _appeal_dealt,
    "return_notice": lambda words, facts, _: [_if(words, "act_place", facts, "place")],
    "told": _told_withdrawn,
    "undo": _undone,
    "export": _exported,
    "backup": _backed_up,
    "handover": _backed_up,
    "receive": _backed_up,
    "migrate": _migrated,
}
