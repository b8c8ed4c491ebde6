"""Where the money went: the flow picture, the amounts per account, the exits, the payments as stated, the timeline."""

from fanzha.document.charts.flow import currencies, flow_chart
from fanzha.document.charts.timeline import timeline
from fanzha.document.figures import Register, moment
from fanzha.document.frame import beside, folded, section, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import AccountLine, CasePage, Figure, Said
from fanzha.document.totals import sum_in
from fanzha.document.words import both, code_name, plural, put, term, word

_COLUMNS = (
    ("received", "col_received"),
    ("passed", "col_passed"),
    ("exited", "col_exited"),
    ("held", "col_held"),
    ("unlocated", "col_unlocated"),
)
_INKS = {"held": "held-ink", "exited": "exit-ink", "unlocated": "unknown-ink"}

_OTHERS = 3  # accounts of one holder that are named
FIRST_EXITS = 10  # the greatest are shown at once; the rest opens on a click, and always prints


def flow_section(page: CasePage, register: Register) -> Markup:
    """The money flow, one picture per currency, and the list of exits."""
    charts = [chart for currency in currencies(page) if (chart := flow_chart(page, currency, register)) is not None]
    if not charts:
        return section("flow", word("money_flow"), el("p", None, both(word("no_flow"))))
    legend = el(
        "ul",
        {"class": "legend"},
        *(
            el("li", {"class": tone}, el("i", None), both(word(key)))
            for tone, key in (
                ("flow", "legend_flow"),
                ("held", "legend_held"),
                ("exit", "legend_exit"),
                ("unknown", "legend_unknown"),
            )
        ),
    )
    return section("flow", word("money_flow"), legend, *charts, _exits(page, register), note=word("flow_note"))


def _exits(page: CasePage, register: Register) -> Markup | None:
    if not page.exits:
        return None
    labels = {account.key: account.label for account in page.accounts}
    heads = (
        (word("time"), "tight"),
        (word("exit_way"), "mid"),
        (word("account"), "wide"),
        (word("place"), "mid"),
        (word("amount"), "num"),
    )
    rows: list[list[Child]] = []
    for leaving in sorted(page.exits, key=lambda one: (-one.disputed.value, one.at_ms or 0)):
        kind = term("exits", leaving.kind)
        ink = "unknown-ink" if leaving.kind == "file_ends" else "exit-ink"
        label = labels.get(leaving.account, "—")
        rows.append(
            [
                both(moment(leaving.at_ms, page.stamp.zone)),
                both(kind),
                el("span", {"class": "id"}, label),
                leaving.place or "—",
                register.link(leaving.disputed, beside(kind, label), style=ink),
            ]
        )
    return join([el("h3", None, both(word("exits_title"))), folded(heads, rows, FIRST_EXITS)])


def accounts_section(page: CasePage, register: Register) -> Markup | None:
    """Each account with what came, went, left, is still there and cannot be located."""
    if not page.accounts:
        return None
    heads = [
        (word("tier"), "tight"),
        (word("account"), "acct"),
        *((word(key), "num") for _, key in _COLUMNS),
        (word("col_statement"), "tight"),
        (word("check_first"), "mid"),
    ]
    parts: list[Child] = []
    for currency in currencies(page):
        members = sorted(
            (one for one in page.accounts if one.currency == currency),
            key=lambda one: (one.tier, -one.held.value, -one.received.value, one.key),
        )
        rows = [_account(one, page.stamp.zone, register) for one in members]
        sums: list[Child] = [None, both(word("sum")), None, None]
        for name, key in _COLUMNS[2:]:
            figures: list[Figure] = [getattr(one, name) for one in members if getattr(one, name).value]
            sums.append(register.link(sum_in(figures, currency), beside(word("sum"), word(key)), style=_INKS[name]))
        parts.append(table(heads, rows, foot=[*sums, None, None]))
    return section("accounts", word("amounts_in_dispute"), *parts, note=word("amounts_note"))


def _same_holder(one: AccountLine) -> Said:
    """Other accounts of the same holder, the first few, and by what they are known to be."""
    shown, more = one.same_holder[:_OTHERS], len(one.same_holder) - _OTHERS
    rest = put(word("others_n"), {"n": str(more)}) if more > 0 else None
    way = code_name("ties", one.holder_tie)
    en, zh = (
        put(word("same_holder"), {"accounts": between.join((*shown, *((text,) if text else ()))), "way": said})
        for between, text, said in ((", ", rest.en if rest else "", way.en), ("、", rest.zh if rest else "", way.zh))
    )
    return Said(en.en, zh.zh)


def _account(one: AccountLine, zone: str, register: Register) -> list[Child]:
    who = beside(one.holder, one.bank)
    name = join(
        [
            el("div", {"class": "id"}, el("bdi", None, one.label)),
            both(who, "small") if who.en or who.zh else None,
            both(_same_holder(one), "small") if one.same_holder else None,
        ]
    )
    figures: list[Child] = []
    for column, key in _COLUMNS:
        figure: Figure = getattr(one, column)
        style = _INKS.get(column, "") if figure.value else "zero"
        figures.append(
            register.link(figure, beside(one.label, word(key)), style=style, text=None if figure.value else "0")
        )
    until = (
        both(moment(one.statement_end_ms, zone))
        if one.statement
        else el("span", {"class": "unknown-ink"}, both(word("no_statement")))
    )
    innocent = one.innocent or "none"
    check = (
        el("span", {"class": "quiet"}, "—")
        if innocent == "none"
        else el("div", {"class": "check"}, both(term("innocent", innocent)))
    )
    return [str(one.tier), name, *figures, until, check]


def timeline_section(page: CasePage, register: Register) -> Markup | None:
    """The picture, the same as a list, and the payments as stated beside what statements show."""
    chart = timeline(page, register)
    if chart is None and not page.payments:
        return None
    return section(
        "timeline",
        word("timeline"),
        chart,
        _list(page, register),
        _payments(page, register),
        note=word("timeline_note") if chart else None,
    )


def _list(page: CasePage, register: Register) -> Markup | None:
    if not page.events:
        return None
    heads = ((word("time"), "tight"), (word("event"), "tight"), ("", "wide"), (word("amount"), "num"))
    rows: list[list[Child]] = []
    for event in sorted(page.events, key=lambda one: one.at_ms):
        figure = event.amount or Figure(len(event.refs), "", "rows", event.refs, event.rule)
        rows.append(
            [
                both(moment(event.at_ms, page.stamp.zone)),
                both(code_name("events", event.kind)),
                both(event.text),
                register.link(figure, event.text),
            ]
        )
    count = put(plural(word("events_list"), len(rows)), {"n": str(len(rows))})
    return el("details", None, el("summary", None, both(count)), table(heads, rows))


def _payments(page: CasePage, register: Register) -> Markup | None:
    if not page.payments:
        return None
    heads = ((word("time"), "tight"), (word("paid_to"), "mid"), (word("state"), "wide"), (word("amount"), "num"))
    rows: list[list[Child]] = []
    for paid in page.payments:
        state = code_name("states", paid.state)
        style = "tag t-held" if paid.shown else "tag t-exit" if paid.state == "missing" else "tag"
        rows.append(
            [
                both(moment(paid.at_ms, page.stamp.zone)),
                el("span", {"class": "id"}, el("bdi", None, paid.label)),
                el("span", {"class": style}, both(state)),
                register.link(paid.amount, beside(paid.label, state))
                if paid.amount
                else register.rows(paid.refs, "stated", beside(paid.label, state)),
            ]
        )
    return join(
        [
            el("h3", None, both(word("payments_title"))),
            both(word("payments_note"), "p", {"class": "note-line"}),
            table(heads, rows),
        ]
    )
