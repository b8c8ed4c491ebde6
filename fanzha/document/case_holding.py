"""What holds a case together: its weakest link drawn out, what people judged, and the numbers it had before."""

from collections.abc import Sequence

from fanzha.document.figures import Register, bits, moment
from fanzha.document.frame import beside, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import CasePage, Figure, Ref, Said
from fanzha.document.standing import PAGE_WEAK_MAX, Judgement, Share, Standing, Thing, WeakPlace
from fanzha.document.words import both, code_name, fill, put, word

SHOWN = 6  # things shared by two reports, numbers in a list


def holding(page: CasePage, stands: Standing, register: Register) -> list[Markup]:
    """The parts there is something to say about."""
    made: list[Markup] = []
    if stands.weak is not None:
        made += [el("h3", None, both(word("weak_place"))), _weak(page, stands.weak, register)]
    elif len(page.reports) > PAGE_WEAK_MAX:
        limit = put(word("weak_not_sought"), {"n": str(PAGE_WEAK_MAX), "case": page.case_id})
        made.append(both(limit, "p", {"class": "note-line"}))
    if stands.judgements:
        made += [el("h3", None, both(word("judgements"))), _judgements(page, stands.judgements)]
    if stands.former:
        numbers = ", ".join(one.number for one in stands.former[: 4 * SHOWN])
        made.append(both(put(word("former_numbers"), {"numbers": numbers}), "p", {"class": "note-line"}))
    return made


def _weak(page: CasePage, weak: WeakPlace, register: Register) -> Markup:
    """Report, what is shared, report; and what the case would be without it."""
    by_number = {f"{one.ref.file}-{one.ref.row}": one for one in page.reports}
    refs = tuple(by_number[number].ref for number in (weak.a, weak.b) if number in by_number)

    def end(number: str) -> Markup:
        report = by_number.get(number)
        named = (report.reference or number) if report else number
        name: Child = named
        if report:
            name = register.link(Figure(1, "", "reports", (report.ref,), "read"), named, text=el("bdi", None, named))
        place = beside(report.place, moment(report.at_ms, page.stamp.zone)) if report else ""
        return el("div", {"class": "chain-end"}, el("div", {"class": "id"}, name), both(place, "small"))

    middle = el("div", {"class": "chain-link"}, *_shared(weak, refs, register))
    sides = put(word("weak_sides"), {"one": str(weak.sides[0]), "other": str(weak.sides[1])})
    return join(
        [
            el("div", {"class": "chain"}, end(weak.a), middle, end(weak.b)),
            el("p", None, both(sides), both(Said(" ", "")), _without(weak)),
        ]
    )


def _shared(weak: WeakPlace, refs: tuple[Ref, ...], register: Register) -> list[Child]:
    if weak.act >= 0:
        return [both(put(word("joined_by_act"), {"act": str(weak.act)}))]
    total = Figure(weak.weight, "", "millibit", refs, "match_weight")
    made: list[Child] = [el("b", None, register.link(total, word("weak_place")))]
    for one in [one for one in weak.shares if one.weight][:SHOWN]:
        weight = el("span", {"class": "quiet"}, f" {bits(one.weight)}")
        made.append(el("div", None, both(said(one)), weight))
    return made


def said(one: Share) -> Said:
    """What is shared, in words."""
    if one.kind == "support":
        about, way = word("support"), code_name("supports", one.why)
        return Said(f"{about.en} {way.en}", f"{about.zh}{way.zh}")
    kind = code_name("kinds", one.kind)
    return Said(f"{kind.en} {one.label}", f"{kind.zh} {one.label}")


def _without(weak: WeakPlace) -> Markup | None:
    if not weak.without or not weak.shares:
        return None
    values: dict[str, Child] = {"what": both(said(weak.shares[0])), "count": str(weak.without[0])}
    if len(weak.without) == 1:
        return fill(word("weak_holds"), values)
    parts = Said(" + ".join(map(str, weak.without)), "、".join(map(str, weak.without)))
    return el("strong", None, fill(word("weak_hangs"), {**values, "parts": both(parts)}))


def _judgements(page: CasePage, found: Sequence[Judgement]) -> Markup:
    heads = (
        (word("act"), "tight"),
        (word("judged_by"), "mid"),
        (word("verdict"), "mid"),
        (word("judged_what"), "wide"),
        (word("reason_given"), "wide"),
    )
    rows: list[list[Child]] = []
    for one in found:
        who = join([el("div", None, el("bdi", None, one.actor)), both(moment(one.at_ms, page.stamp.zone), "small")])
        verdict = join(
            [
                both(code_name("verdicts", one.verdict)),
                None if one.state == "stands" else both(code_name("judged", one.state), "small"),
            ]
        )
        sides = join(el("div", None, things(side)) for side in (one.left, one.right) if side)
        rows.append([both(put(word("act_n"), {"n": str(one.act)})), who, verdict, sides, el("bdi", None, one.reason)])
    return table(heads, rows, style="stacked")


def things(side: Sequence[Thing]) -> Markup:
    """One side of a judgement: reports by number, identifiers by kind; the first few and how many more."""
    named: list[Child] = []
    for kind, label in side[:SHOWN]:
        shown = el("bdi", None, label)
        named.append(shown if kind == "report" else join([both(code_name("kinds", kind)), " ", shown]))
    if len(side) > SHOWN:
        named.append(both(put(word("others_n"), {"n": str(len(side) - SHOWN)})))
    return join(named, between=", ")
