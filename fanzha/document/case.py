"""The case page: what an officer pins to the wall."""

from collections.abc import Sequence

from fanzha.document.case_calls import calls_section
from fanzha.document.case_dealt import Rows, orders_section, readings_section, rules_section, shapes_section
from fanzha.document.case_links import near_section, reports_section, why_section
from fanzha.document.case_money import accounts_section, flow_section, timeline_section
from fanzha.document.case_roles import coverage_section, gang_section, requests_section, roles_section
from fanzha.document.case_steps import steps_section
from fanzha.document.dealt import Dealt
from fanzha.document.figures import Register, day, shown
from fanzha.document.files_table import files_table
from fanzha.document.frame import document, section, title_block
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import CasePage, Figure, Money, Said
from fanzha.document.standing import Standing
from fanzha.document.totals import account_count, money_of, place_count, received, report_count, span
from fanzha.document.unknowns import unknown_lines
from fanzha.document.wording import MessageLine, words_section
from fanzha.document.words import both, fill, put, word


def case_html(
    page: CasePage,
    stands: Standing | None = None,
    dealt: Dealt | None = None,
    shown_by: Rows | None = None,
    words: Sequence[MessageLine] = (),
) -> str:
    """One case as a self-contained HTML page in both languages; `stands` says what holds it together, `dealt` what is known of
    its money beside the flow, `shown_by` which rows show a transfer, `words` what the messages handed in show."""
    stands, dealt, shown_by = stands or Standing(page.case_id), dealt or Dealt(), shown_by or Rows(None)
    register = Register(page.stamp)
    money = money_of(page)
    body: list[Child] = [
        _top(page, money, register),
        _cards(page, money, register),
        _story(page, register),
        words_section(words, register),
        steps_section(page, register),
        orders_section(dealt, page.stamp.zone),
        flow_section(page, register),
        accounts_section(page, register),
        readings_section(dealt, register, shown_by),
        shapes_section(dealt, register, shown_by),
        rules_section(dealt, register),
        timeline_section(page, register),
        why_section(page, stands, register),
        gang_section(stands),
        roles_section(stands, register),
        calls_section(stands.calls),
        coverage_section(stands),
        requests_section(stands, register),
        reports_section(page, register),
        near_section(page, register),
        _unknown(page, register),
        _sources(page, register),
    ]
    title = put(word("case_n"), {"n": page.case_id})
    links = ((page.index_href, word("overview")), (page.quality_href, word("quality")))
    return document(page.stamp, title, register, body, links)


def _top(page: CasePage, money: tuple[Money, ...], register: Register) -> Markup:
    title = put(word("case_n"), {"n": page.case_id})
    return title_block(page.stamp, page.title, title, el("p", {"class": "lead"}, *_sentence(page, money, register)))


def _sentence(page: CasePage, money: tuple[Money, ...], register: Register) -> list[Child]:
    """The case in one breath, each figure a link; made from the lines, so it cannot say what they do not."""
    between = span(page)
    said: list[Child] = []
    if between and page.reports:
        first, last = (day(at, page.stamp.zone) for at in between)
        counted: dict[str, Child] = {
            "reports": register.link(report_count(page), word("reports")),
            "last": both(last),
        }
        sentence = word("summary_one")
        if report_count(page).value > 1:
            sentence = word("summary_reports") if place_count(page).value else word("summary_nowhere")
            counted |= {"places": register.link(place_count(page), word("places")), "first": both(first)}
        said += [fill(sentence, counted), both(Said(" ", ""))]
    lost = [register.link(one.lost, word("lost")) for one in money if one.lost.value]
    if lost:
        said += [fill(word("summary_lost"), {"lost": join(lost, between=" + ")}), both(Said(" ", ""))]
    for one in money:
        came = received(page, one.currency)
        if not came.value:
            continue
        values: dict[str, Child] = {
            "received": register.link(came, word("received")),
            "held": register.link(one.held, word("held"), style="held-ink"),
            "exited": register.link(one.exited, word("exited"), style="exit-ink"),
            "unlocated": register.link(one.unlocated, word("unlocated"), style="unknown-ink"),
        }
        said += [fill(word("summary_traced"), values), both(Said(" ", ""))]
    if not page.accounts:
        said.append(both(word("summary_untraced")))
    return said


def _card(key: str, figures: list[Figure], register: Register, tone: str = "", beneath: Said | None = None) -> Markup:
    numbers = [el("b", None, register.link(figure, word(key), _plain(figure))) for figure in figures]
    return el(
        "div",
        {"class": f"kpi {tone}".strip()},
        el("span", {"class": "k"}, both(word(key))),
        *numbers,
        both(beneath, "small") if beneath else None,
    )


def _plain(figure: Figure) -> Child:
    """The number alone: on a card the caption is its unit."""
    return both(shown(figure)) if figure.currency else f"{figure.value:,}"


def _cards(page: CasePage, money: tuple[Money, ...], register: Register) -> Markup:
    def column(name: str) -> list[Figure]:
        figures: list[Figure] = [getattr(one, name) for one in money]
        return [figure for figure in figures if figure.value] or figures[:1] or [Figure(0)]

    cards: list[Child] = [
        _card("reports", [report_count(page)], register, beneath=shown(place_count(page))),
        _card("lost", column("lost"), register),
        _card("held", column("held"), register, "held"),
        _card("exited", column("exited"), register, "exit"),
        _card("unlocated", column("unlocated"), register, "unknown"),
    ]
    if page.accounts:
        tiers = max(account.tier for account in page.accounts)
        cards.insert(
            1,
            _card(
                "accounts",
                [account_count(page)],
                register,
                beneath=Said(f"{tiers} tier{'' if tiers == 1 else 's'}", f"{tiers}个层级"),
            ),
        )
    return el("div", {"class": "cards three", "id": "figures"}, *cards)


def _story(page: CasePage, register: Register) -> Markup | None:
    if not page.lines:
        return None
    lines = [
        el("li", None, both(line.text), " ", register.rows(line.refs, line.rule, line.text)) for line in page.lines
    ]
    return section("story", word("what_happened"), el("ul", {"class": "story"}, *lines))


def _unknown(page: CasePage, register: Register) -> Markup:
    lines = unknown_lines(page, register)
    body = (
        el("ul", {"class": "unknowns"}, *(el("li", None, line) for line in lines))
        if lines
        else el("p", None, both(word("no_unknown")))
    )
    return section("unknown", word("unknown"), body)


def _sources(page: CasePage, register: Register) -> Markup | None:
    if not page.files:
        return None
    return section("sources", word("sources"), files_table(page.files, register), note=word("sources_note"))
