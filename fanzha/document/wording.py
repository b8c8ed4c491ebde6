"""What the words of messages show: a section of the case page, and the campaigns on the overview. A reading by software; people name."""

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.document.figures import Register, day, moment
from fanzha.document.frame import beside, folded, page_link, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Ref, Said, Text
from fanzha.document.words import both, plural, put, term, word

MESSAGES_SHOWN, CAMPAIGNS_SHOWN, CASES_SHOWN = 8, 12, 5
NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message that is warned of, or that a campaign holds which a person named or should name.

    pieces    the message masked, in order, each with the code of the trick it shows; "" for none
    campaign  number of the campaign it is in, `state` of that;  named  whether a person called it a scam, `title` how
    """

    ref: Ref
    at_ms: int | None
    verdict: str
    permille: int
    kind: str
    pieces: tuple[tuple[str, str], ...]
    campaign: str = ""
    state: str = ""
    named: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    """One campaign. `examples` are masked; `refs` the rows of its texts, `report_refs` of the reports that hold one, `cases` those of them
    that have a page: (number, where it lies)."""

    campaign: str
    state: str
    kind: str
    title: str
    refs: tuple[Ref, ...]
    report_refs: tuple[Ref, ...]
    recent: int
    before: int
    first_ms: int | None
    last_ms: int | None
    examples: tuple[str, ...] = ()
    cases: tuple[tuple[str, str], ...] = ()


def words_section(lines: Sequence[MessageLine], register: Register) -> Markup | None:
    """Messages of a case that are warned of, the likeliest scam first, each with the words that show its tricks."""
    if not lines:
        return None
    heads = ((word("time"), "tight"), (word("scam_kind"), "mid"), (word("tricks"), "wide"), (word("verdict"), "mid"))
    rows = [_message(one, register) for one in lines]
    return section(
        "words", word("words_title"), folded(heads, rows, MESSAGES_SHOWN, "stacked"), note=word("words_note")
    )


def _message(one: MessageLine, register: Register) -> list[Child]:
    at = moment(one.at_ms, register.stamp.zone)
    when = register.link(Figure(1, "", "rows", (one.ref,), "recognised"), word("message"), text=both(at))
    name = named(one.title, one.kind)
    what: list[Child] = [el("div", None, both(name))]
    if one.campaign:
        what.append(both(put(word("campaign_n"), {"n": one.campaign}), "small"))
    if one.state == NEW:
        what.append(_state(one.state))
    tactics = list(dict.fromkeys(tactic for _, tactic in one.pieces if tactic))
    tricks = [
        el("li", None, el("sup", None, str(number)), " ", both(term("tactics", tactic)))
        for number, tactic in enumerate(tactics, 1)
    ]
    told = join(
        [
            el("q", None, *(_piece(text, tactics.index(tactic) + 1 if tactic else 0) for text, tactic in one.pieces)),
            el("ul", {"class": "legend"}, *tricks) if tricks else None,
        ]
    )
    return [when, join(what), told, _verdict(one)]


def _piece(text: str, number: int) -> Markup:
    shown = el("bdi", None, text)
    return el("mark", None, shown, el("sup", None, str(number))) if number else shown


def _verdict(one: MessageLine) -> Markup:
    """What a person said comes before what software reads."""
    read = term("check_verdicts", one.verdict)
    share = f"{one.permille / 10:.1f} %"
    if not one.named:
        return join([both(read), " ", el("small", None, share)])
    software = put(word("software_reads"), {"verdict": read, "share": share})
    return join([el("b", None, both(word("called_scam"))), both(software, "small")])


def named(title: str, kind: str) -> Text:
    """What a campaign or message is called: a person's title, its kind of scam, a dash."""
    return beside(title, term("scam_types", kind) if kind else "") if title or kind else "—"


def campaigns_section(lines: Sequence[CampaignLine], register: Register) -> Markup | None:
    """Campaigns: what waits for a name first, with examples; then the largest."""
    if not lines:
        return None
    heads = (
        (word("campaign"), "tight"),
        (word("scam_kind"), "mid"),
        (word("texts"), "num"),
        (word("chats"), "num"),
        (word("period"), "mid"),
        (word("examples"), "wide"),
    )
    rows = [_campaign(one, register) for one in lines]
    return section(
        "campaigns", word("campaigns"), folded(heads, rows, CAMPAIGNS_SHOWN, "stacked"), note=word("campaigns_note")
    )


def _state(code: str) -> Markup:
    return el("span", {"class": "tag t-exit" if code == NEW else "tag"}, both(term("campaign_states", code)))


def _campaign(one: CampaignLine, register: Register) -> list[Child]:
    texts = Figure(len(one.refs), "", "rows", one.refs, "recognised")
    grew = put(plural(word("recent_n"), one.recent), {"n": str(one.recent), "before": str(one.before)})
    period: Child = "—"
    if one.first_ms is not None and one.last_ms is not None:
        first, last = (day(at, register.stamp.zone) for at in (one.first_ms, one.last_ms))
        period = both(first if first == last else Said(f"{first.en} – {last.en}", f"{first.zh} – {last.zh}"))
    caption = put(word("campaign_n"), {"n": one.campaign})
    chats = Figure(len(one.report_refs), "", "rows", one.report_refs, "recognised")
    pages = [
        el("small", None, page_link(href, both(put(word("case_n"), {"n": number}))))
        for number, href in one.cases[:CASES_SHOWN]
    ]
    examples: list[Child] = [el("div", None, el("q", None, el("bdi", None, text))) for text in one.examples]
    if one.state == NEW:
        examples.append(el("p", {"class": "do"}, both(word("name_it")), " ", _command(one.campaign)))
    return [
        el("div", {"class": "id"}, el("bdi", None, one.campaign)),
        join([el("div", None, both(named(one.title, one.kind))), _state(one.state)]),
        register.link(texts, beside(caption, word("texts")), text=f"{len(one.refs):,}"),
        join([register.link(chats, beside(caption, word("chats")), text=f"{len(one.report_refs):,}"), *pages]),
        join([el("div", None, period), both(grew, "small")]),
        join(examples) if examples else "—",
    ]


def _command(campaign: str) -> Markup:
    return el("code", None, f'fanzha name {campaign} --kind T02 --title "…"')
