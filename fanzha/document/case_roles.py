"""Who may play which part in a case's gang, beside the innocent reading; the chain stage by stage; whom to ask next; its gang."""

from collections.abc import Sequence

from fanzha.document.figures import Register
from fanzha.document.frame import beside, folded, page_link, section, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Said, Text
from fanzha.document.standing import Request, Role, Stage, Standing
from fanzha.document.words import both, code_name, pick, put, term, term_note, word
from fanzha.model.words import vocabulary

ROLES_SHOWN, REQUESTS_SHOWN, BRIDGES_SHOWN = 10, 8, 12
MARKS = {"seen": "●", "hinted": "◐", "unknown": "○"}


def reading(code: str) -> Said:
    """What an alternative is called: another role, or an innocent explanation."""
    return term("roles" if code in vocabulary("roles") else "innocent", code)


def named(name: str, codes: Sequence[str]) -> Said:
    """Codes of one vocabulary one after another, in words."""
    found = [reading(code) if name == "readings" else term(name, code) for code in codes]
    return Said("; ".join(one.en for one in found), "；".join(one.zh for one in found))


def percent(per_mille: int) -> str:
    """Per mille as whole percent, rounded half up."""
    return f"{(per_mille + 5) // 10} %"


def percents(shares: Sequence[int]) -> tuple[int, ...]:
    """Shares of one whole (any unit, none below zero) as whole percent that sum to 100, by the largest remainder; of equal
    remainders the earlier is rounded up. All 0 where there is no whole."""
    whole = sum(shares)
    if not whole:
        return (0,) * len(shares)
    parts = [100 * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: -(100 * shares[place] % whole))  # stable
    for place in by_remainder[: 100 - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def gang_section(stands: Standing) -> Markup | None:
    """The other cases of the gang, and what it shares with others; nothing for a gang of one case that shares nothing."""
    if not stands.siblings and not stands.bridges:
        return None
    parts: list[Child] = []
    if stands.siblings:
        links = [_page(stands, case, put(word("case_n"), {"n": case})) for case in stands.siblings]
        parts.append(el("p", None, both(word("gang_cases")), " ", join(links, between=" · ")))
    if stands.bridges:
        parts += [el("h3", None, both(word("bridges"))), both(word("bridges_note"), "p", {"class": "note-line"})]
        parts.append(_bridges(stands))
    return section("gang", put(word("gang_n"), {"n": stands.gang}), *parts, note=word("gang_note"))


def _page(stands: Standing, case: str, name: Text) -> Markup:
    """A link to a case's page where there is one."""
    return page_link(f"{case}.html" if case in stands.linked else "", both(name))


def _bridges(stands: Standing) -> Markup:
    """What a gang shares with others, without being one with them."""
    heads = (
        (word("other_gang"), "tight"),
        (word("shared"), "wide"),
        (word("how_shared"), "mid"),
        (word("why_two"), "wide"),
    )
    rows: list[list[Child]] = []
    for one in stands.bridges:
        what = join(
            [el("div", {"class": "id"}, el("bdi", None, one.label)), both(code_name("kinds", one.kind), "small")]
        )
        other = _page(stands, one.gang, put(word("gang_n"), {"n": one.gang}))
        rows.append([other, what, both(code_name("hows", one.how)), both(code_name("bridges", one.why))])
    return folded(heads, rows, BRIDGES_SHOWN)


def roles_section(stands: Standing, register: Register) -> Markup | None:
    """Assertions: part, what speaks for it, and the readings of equal rank beside it."""
    if not stands.roles:
        return None
    suspicions = [one for one in stands.roles if one.role.startswith("R-")]
    others = [one for one in stands.roles if not one.role.startswith("R-")]
    heads = (
        (word("subject"), "mid"),
        (word("may_be"), "mid"),
        (word("equally_possible"), "wide"),
        (word("rests_on"), "wide"),
    )
    parts: list[Child] = []
    if suspicions:
        parts.append(folded(heads, [_role(one, register) for one in suspicions], ROLES_SHOWN, "stacked"))
    if others:
        label = put(word("other_readings_n"), {"n": str(len(others))})
        rows = [_role(one, register) for one in others]
        parts.append(el("details", None, el("summary", None, both(label)), table(heads, rows, style="stacked")))
    return section("roles", word("who_may"), *parts, note=word("who_may_note"))


def _role(one: Role, register: Register) -> list[Child]:
    kind, part = code_name("kinds", one.kind), term("roles", one.role)
    subject = join([el("div", {"class": "id"}, el("bdi", None, one.label)), both(kind, "small")])
    note = term_note("roles", one.role)
    sure = put(word("sure_n"), {"n": str((one.confidence + 5) // 10)})
    status = beside(term("role_statuses", one.status), sure, one.role)
    may = join([el("div", None, both(part)), both(status, "small")])
    other = el(
        "div", {"class": "check"}, both(named("readings", one.alternatives)) if one.alternatives else "—", _note(note)
    )
    count = both(put(word("evidence_n"), {"n": f"{one.evidence_count:,}"}))
    stands = register.rows(one.refs, "assertion", beside(part, one.label)) if one.refs else None
    small = el("small", None, count, *([" · ", both(word("stands_in")), " ", stands] if stands else []))
    return [subject, may, other, join([both(named("role_evidence", one.evidence)), small])]


def _note(note: Said) -> Markup | None:
    return both(note, "small") if note.en else None


def coverage_section(stands: Standing) -> Markup | None:
    """The ten stages of the chain in a strip: shown by records, hinted, or nothing held."""
    if not stands.stages:
        return None
    strip = el("div", {"class": "strip"}, *(_stage(one) for one in stands.stages))
    key = el(
        "ul",
        {"class": "legend"},
        *(el("li", None, f"{mark} ", both(term("coverage_states", state))) for state, mark in MARKS.items()),
    )
    return section("coverage", word("coverage"), key, strip, note=word("coverage_note"))


def _stage(one: Stage) -> Markup:
    state = one.state if one.state in MARKS else "unknown"
    count: Text = put(word("rows_behind_n"), {"n": f"{one.evidence_count:,}"}) if one.evidence_count else "—"
    return el(
        "div",
        {"class": f"stage is-{state}-stage"},
        el("div", {"class": "stage-code"}, f"{MARKS[state]} {one.stage}"),
        el("div", None, both(term("stages", one.stage))),
        both(term("coverage_states", one.state), "small"),
        both(count, "small"),
    )


def requests_section(stands: Standing, register: Register) -> Markup | None:
    """Whom to ask for which record next, the one that may show most first."""
    if not stands.requests:
        return None
    heads = (
        ("", "tight"),
        (word("ask_for"), "wide"),
        (word("about"), "mid"),
        (word("because"), "wide"),
        (word("would_show"), "mid"),
        (word("may_find"), "num"),
    )
    rows = [_request(one, register) for one in stands.requests]
    return section(
        "requests", word("whom_to_ask"), folded(heads, rows, REQUESTS_SHOWN, "stacked"), note=word("ask_note")
    )


def _request(one: Request, register: Register) -> list[Child]:
    record, body = term("requests", one.record), term("requests", one.ask_whom)
    what = join([el("div", {"class": "step-verb"}, both(record)), both(body, "small")])
    about: Child = "—"
    if one.label:
        about = join(
            [el("div", {"class": "id"}, el("bdi", None, one.label)), both(code_name("kinds", one.kind), "small")]
        )
    found: Child = "—"
    if one.reachable_minor and one.currency:
        figure = Figure(one.reachable_minor, one.currency, refs=one.refs, rule="first_in_first_out")
        found = register.link(figure, beside(record, one.label))
    opens = join(
        (el("span", {"class": "tag", "title": pick(term("stages", code), "en")}, code) for code in one.opens), " "
    )
    rank = el("span", {"class": "rank"}, str(one.rank))
    return [rank, what, about, both(term("requests", one.why)), opens if one.opens else "—", found]
