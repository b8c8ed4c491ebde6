"""Orders given, patterns and readings of accounts, forms and breaks of the flow, and what another rule of attribution would say."""

from fanzha.document.case_roles import percent, percents
from fanzha.document.dealt import (
    ENDED_EARLIER,
    RULES,
    BreakLine,
    Dealt,
    GapLine,
    OrderLine,
    PatternLine,
    Reading,
    RuleLine,
    ShapeLine,
)
from fanzha.document.figures import Register, moment, money
from fanzha.document.frame import beside, folded, section, table
from fanzha.document.gather import World, unique
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Ref, Said
from fanzha.document.words import both, put, term, term_note, word

SHOWN = 10
READINGS = {"mule": "reading_mule", "merchant_front": "reading_merchant_front", "good_faith": "reading_good_faith"}


class Rows:
    """The statement rows behind numbers of transfers."""

    def __init__(self, world: World | None) -> None:
        self._world = world

    def of(self, transfers: tuple[int, ...]) -> tuple[Ref, ...]:
        """Their places, each once; nothing where no world is given."""
        return unique(ref for number in transfers for ref in self._world.transfer_refs(number)) if self._world else ()


def orders_section(dealt: Dealt, zone: str) -> Markup | None:
    """Every order of the case: what, on whom, how much, until when, who decided, how it stands."""
    if not dealt.orders:
        return None
    heads = (
        ("", "tight"),
        (word("order"), "mid"),
        (word("account"), "mid"),
        (word("amount"), "num"),
        (word("order_state"), "mid"),
        (word("ends"), "tight"),
        (word("decided_by"), "mid"),
        (word("because"), "wide"),
    )
    rows = [_order(one, zone) for one in dealt.orders]
    history = [_history(one, zone) for one in dealt.orders if one.events]
    return section("orders", word("orders"), folded(heads, rows, SHOWN, "stacked"), *history, note=word("orders_note"))


def _order(one: OrderLine, zone: str) -> list[Child]:
    name = join([el("div", {"class": "step-verb"}, both(term("orders", one.verb))), both(one.body, "small")])
    amount = money(one.amount, one.currency) if one.amount is not None else "—"
    held = put(word("held_n"), {"amount": money(one.held, one.currency)}) if one.held is not None else None
    ends = one.expires_ms if one.state not in ENDED_EARLIER else None  # its term says nothing any more
    review = put(word("review_by_n"), {"day": moment(one.review_ms, zone)}) if one.review_ms is not None else None
    until = join([both(moment(ends, zone)) if ends is not None else "—", both(review, "small") if review else None])
    who = beside(*dict.fromkeys((one.proposer, one.approvers)))  # who decides alone is named once
    why = join(
        [
            el("div", None, both(term("grounds", one.ground)) if one.ground else "—"),
            both(term("order_laws", one.law), "small") if one.law else None,
            both(one.reason, "small") if one.reason else None,
            el("div", {"class": "check"}, both(term("innocent", one.innocent))) if one.innocent != "none" else None,
        ]
    )
    state = el("span", {"class": f"tag order-{one.state}"}, both(term("order_states", one.state)))
    return [
        el("span", {"class": "rank"}, str(one.number)),
        name,
        el("div", {"class": "id"}, el("bdi", None, one.label)),
        join([el("div", None, amount), both(held, "small") if held else None]),
        state,
        until,
        both(who),
        why,
    ]


def _history(one: OrderLine, zone: str) -> Markup:
    heads = (
        (word("time"), "tight"),
        (word("event"), "mid"),
        (word("who"), "tight"),
        (word("amount"), "num"),
        ("", "wide"),
    )
    rows: list[list[Child]] = [
        [
            both(moment(event.at_ms, zone)),
            both(term("order_events", event.event)),
            event.actor,
            money(event.amount, one.currency) if event.amount is not None else "—",
            event.note,
        ]
        for event in one.events
    ]
    title = put(word("history_of_n"), {"n": str(one.number)})
    return el("details", None, el("summary", None, both(title)), table(heads, rows))


def readings_section(dealt: Dealt, register: Register, rows: Rows) -> Markup | None:
    """What each holder may be, side by side, and the patterns with the innocent explanation of each."""
    if not dealt.readings and not dealt.patterns:
        return None
    parts: list[Child] = []
    if dealt.readings:
        heads = (
            (word("account"), "mid"),
            *((word(key), "num") for key in READINGS.values()),
            (word("likeliest"), "mid"),
            (word("because"), "wide"),
        )
        ordered = sorted(dealt.readings, key=lambda one: (-max(one.mule, one.merchant_front), one.key, one.currency))
        parts.append(folded(heads, [_reading(one) for one in ordered], SHOWN, "stacked"))
    if dealt.patterns:
        columns = (
            (word("account"), "mid"),
            (word("pattern"), "wide"),
            (word("time"), "tight"),
            (word("amount"), "num"),
            (word("innocent_reading"), "wide"),
        )
        lines = [_pattern(one, register, rows) for one in dealt.patterns]
        parts += [el("h3", None, both(word("patterns"))), folded(columns, lines, SHOWN, "stacked")]
    return section("readings", word("readings"), *parts, note=word("readings_note"))


def _reading(one: Reading) -> list[Child]:
    reasons = [term("outcome_reasons", code) for code in one.reasons]
    said = Said("; ".join(text.en for text in reasons), "；".join(text.zh for text in reasons))
    presumed = put(word("presumed_n"), {"amount": money(one.presumed, one.currency)}) if one.presumed else None
    shares = percents([getattr(one, code) for code in READINGS])
    bars: list[Child] = [_bar(share, code) for share, code in zip(shares, READINGS, strict=True)]
    return [
        el("div", {"class": "id"}, el("bdi", None, one.label)),
        *bars,
        both(term("outcomes", one.likeliest)),
        join([both(said) if reasons else "—", both(presumed, "small") if presumed else None]),
    ]


def _bar(share: int, code: str) -> Markup:
    """A share as a number with a bar of ten steps beneath, so that three readings are seen at one glance."""
    steps = (share + 5) // 10
    drawn = el("span", {"class": f"dots is-{code}", "aria-hidden": "true"}, "●" * steps + "○" * (10 - steps))
    return join([el("div", None, f"{share} %"), drawn])


def _pattern(one: PatternLine, register: Register, rows: Rows) -> list[Child]:
    name, note = term("patterns", one.pattern), term_note("patterns", one.pattern)
    figure = Figure(one.amount, one.currency, refs=rows.of(one.transfers), rule="pattern")
    innocent = term("innocent", one.innocent)
    count = put(word("times_n"), {"n": f"{one.count:,}"})
    return [
        el("div", {"class": "id"}, el("bdi", None, one.label)),
        join([el("div", None, both(name)), both(count, "small")]),
        both(moment(one.from_ms, register.stamp.zone)),
        register.link(figure, beside(name, one.label)),
        join(
            [
                el("div", {"class": "check"}, both(note) if note.en else both(innocent)),
                both(innocent, "small") if note.en and one.innocent != "none" else None,
            ]
        ),
    ]


def shapes_section(dealt: Dealt, register: Register, rows: Rows) -> Markup | None:
    """Where money of several payers meets, goes round, is peeled off; and where it may go on beyond a break."""
    if not dealt.shapes and not dealt.breaks:
        return None
    parts: list[Child] = []
    if dealt.shapes:
        heads = ((word("form"), "wide"), (word("account"), "mid"), (word("time"), "tight"), (word("amount"), "num"))
        parts.append(folded(heads, [_shape(one, register, rows) for one in dealt.shapes], SHOWN))
    if dealt.breaks:
        columns = (
            (word("break"), "wide"),
            (word("from_account"), "mid"),
            (word("to_account"), "mid"),
            (word("amount"), "num"),
            (word("sure"), "mid"),
        )
        parts += [el("h3", None, both(word("breaks"))), both(word("breaks_note"), "p", {"class": "note-line"})]
        parts.append(folded(columns, [_break(one, register, rows) for one in dealt.breaks], SHOWN, "stacked"))
    return section("shapes", word("shapes"), *parts, note=word("shapes_note"))


def _shape(one: ShapeLine, register: Register, rows: Rows) -> list[Child]:
    name = term("shapes", one.kind)
    figure = Figure(one.amount, one.currency, refs=rows.of(one.transfers), rule="first_in_first_out")
    return [
        join([el("div", None, both(name)), both(put(word("times_n"), {"n": f"{one.count:,}"}), "small")]),
        el("div", {"class": "id"}, el("bdi", None, one.label)),
        both(moment(one.at_ms, register.stamp.zone)),
        register.link(figure, beside(name, one.label)),
    ]


def _break(one: BreakLine, register: Register, rows: Rows) -> list[Child]:
    name = term("breaks", one.kind)
    why = [term("break_signs", code) for code in one.why]
    signs = Said("; ".join(text.en for text in why), "；".join(text.zh for text in why))
    figure = Figure(one.disputed, one.out[1], refs=rows.of((one.out_transfer, one.in_transfer)), rule="break")
    ends: list[Child] = [
        join([el("div", {"class": "id"}, el("bdi", None, label)), both(moment(at_ms, register.stamp.zone), "small")])
        for label, at_ms in ((one.payer, one.out_ms), (one.payee, one.in_ms))
    ]
    return [
        both(name),
        *ends,
        join([register.link(figure, name), el("small", None, f"{money(*one.out)} → {money(*one.into)}")]),
        join([el("div", None, percent(one.confidence)), both(signs, "small") if why else None]),
    ]


def rules_section(dealt: Dealt, register: Register) -> Markup | None:
    """What is still in each account by each rule; accounts on which all rules agree are folded away."""
    if not dealt.rules:
        return None
    heads = ((word("account"), "mid"), *((term("attribution_rules", rule), "num") for rule in RULES))
    differing = [one for one in dealt.rules if one.differs]
    agreed = len(dealt.rules) - len(differing)
    parts: list[Child] = []
    if differing:
        parts.append(folded(heads, [_rule(one) for one in differing], SHOWN))
    parts.append(both(put(word("rules_agree_n"), {"n": str(agreed)}), "p", {"class": "note-line"}))
    parts.append(_gaps(dealt, register))
    return section("rules", word("rules_compared"), *parts, note=word("rules_note"))


def _rule(one: RuleLine) -> list[Child]:
    cells: list[Child] = [
        money(one.held[rule], one.currency) if rule in one.held else "—" for rule in RULES
    ]  # what is still there
    return [el("div", {"class": "id"}, el("bdi", None, one.label)), *cells]


def _gaps(dealt: Dealt, register: Register) -> Markup | None:
    shown = [one for one in dealt.gaps if one.kind != "opening"]
    if not shown:
        return None
    heads = ((word("account"), "mid"), (word("gap"), "wide"), (word("time"), "mid"), (word("amount"), "num"))
    return join([el("h3", None, both(word("gaps"))), folded(heads, [_gap(one, register) for one in shown], SHOWN)])


def _gap(one: GapLine, register: Register) -> list[Child]:
    between = [moment(at_ms, register.stamp.zone) for at_ms in (one.from_ms, one.to_ms) if at_ms is not None]
    return [
        el("div", {"class": "id"}, el("bdi", None, one.label)),
        both(term("gaps", one.kind)),
        both(Said(" – ".join(text.en for text in between), " – ".join(text.zh for text in between))),
        money(one.amount, one.currency),
    ]
