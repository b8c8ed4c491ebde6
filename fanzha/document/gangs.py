"""The overview's grouping: which cases are one gang's, and what gangs share without being one."""

from collections.abc import Mapping, Sequence

from fanzha.document.frame import folded, page_link, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.standing import Bridge, Gang
from fanzha.document.words import both, code_name, put, word

GANGS_SHOWN, BRIDGES_SHOWN = 20, 4


def gangs_section(gangs: Sequence[Gang], href_of: Mapping[str, str]) -> Markup | None:
    """A line for each gang of several cases or with a bridge; `href_of` gives the pages that cases have."""
    if not gangs:
        return None
    heads = ((word("gang"), "tight"), (word("cases"), "mid"), (word("bridges"), "wide"))
    rows: list[list[Child]] = []
    for one in gangs:
        cases = join((_case(case, href_of) for case in one.cases), between=" · ")
        rows.append([both(put(word("gang_n"), {"n": one.gang})), cases, _bridges(one.bridges)])
    return section("gangs", word("gangs"), folded(heads, rows, GANGS_SHOWN), note=word("gangs_note"))


def _case(case_id: str, href_of: Mapping[str, str]) -> Markup:
    return page_link(href_of.get(case_id, ""), both(put(word("case_n"), {"n": case_id})))


def _bridges(bridges: Sequence[Bridge]) -> Markup:
    """What is shared with each other gang, the first few things named."""
    if not bridges:
        return join(["—"])
    of: dict[str, list[Bridge]] = {}
    for one in bridges:
        of.setdefault(one.gang, []).append(one)
    return join(_with(gang, found) for gang, found in sorted(of.items()))


def _with(gang: str, found: Sequence[Bridge]) -> Markup:
    named: list[Child] = []
    for one in found[:BRIDGES_SHOWN]:
        named.append(join([both(code_name("kinds", one.kind)), " ", el("bdi", None, one.label)]))
    if len(found) > BRIDGES_SHOWN:
        named.append(both(put(word("others_n"), {"n": str(len(found) - BRIDGES_SHOWN)})))
    return el(
        "div", None, el("span", {"class": "id"}, both(put(word("gang_n"), {"n": gang}))), " ", join(named, between=", ")
    )
