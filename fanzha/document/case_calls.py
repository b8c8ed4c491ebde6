"""A case's numbers and devices by how they call: three readings of equal rank, what speaks for them, what else it may be."""

from collections.abc import Sequence

from fanzha.document.callers import READINGS, CallerLine
from fanzha.document.case_roles import named, percents
from fanzha.document.frame import folded, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Said
from fanzha.document.words import both, code_name, put, term, term_note, word

SHOWN, SIGNS_SHOWN, INNOCENT_SHOWN = 10, 5, 3


def calls_section(lines: Sequence[CallerLine]) -> Markup | None:
    """The section; nothing where no number or device of the case stands out."""
    if not lines:
        return None
    heads = (
        (word("subject"), "mid"),
        (word("pattern"), "wide"),
        (word("may_be_by_calls"), "wide"),
        (word("because"), "wide"),
        (word("equally_possible"), "wide"),
    )
    rows = [_row(one) for one in lines]
    return section("calls", word("by_calls"), folded(heads, rows, SHOWN, "stacked"), note=word("by_calls_note"))


def _row(one: CallerLine) -> list[Child]:
    subject = join(
        [el("div", {"class": "id"}, el("bdi", None, one.label)), both(code_name("kinds", one.kind), "small")]
    )
    counts = {"calls": f"{one.calls:,}", "n": f"{one.people or one.partners:,}"}
    counted = put(word("calls_people_n" if one.people else "calls_lines_n"), counts)
    patterns = join(
        [
            el("div", None, both(named("call_patterns", one.patterns))),
            both(counted, "small"),
            *(both(term_note("call_patterns", code), "small") for code in one.patterns),
        ]
    )
    shares = percents([getattr(one, code) for code in READINGS])
    said = [term("call_readings", code) for code in READINGS]
    told = Said(
        "; ".join(f"{text.en} {share} %" for text, share in zip(said, shares, strict=True)),
        "；".join(f"{text.zh} {share} %" for text, share in zip(said, shares, strict=True)),
    )
    may_be = join([el("div", None, both(term("call_readings", one.likeliest))), both(told, "small")])
    signs = both(named("call_signs", one.signs[:SIGNS_SHOWN]))
    return [subject, patterns, may_be, signs, both(named("call_innocent", one.innocent[:INNOCENT_SHOWN]))]
