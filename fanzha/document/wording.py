"""What the words of messages show: a section of the case page, and the campaigns on the overview. A reading by software; people name."""

from collections.abc import Sequence
from dataclasses import dataclass

from fanzha.document.figures import Register, day, moment
from fanzha.document.frame import beside, folded, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Ref, Said, Text
from fanzha.document.words import both, plural, put, term, word

MESSAGES_SHOWN, CAMPAIGNS_SHOWN, WORDS_SHOWN = 8, 12, 6
NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message that is warned of, or that a named campaign holds. `words`: tactic and the words that show it, masked. `campaign`: the
    number of the campaign it is in, `title` what a person called that."""

    ref: Ref
    at_ms: int | None
    verdict: str
    permille: int
    kind: str
    words: tuple[tuple[str, str], ...]
    campaign: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    """One campaign. `examples` are masked; `refs` the rows of its texts."""

    campaign: str
    state: str
    kind: str
    title: str
    refs: tuple[Ref, ...]
    reports: int
    recent: int
    before: int
    first_ms: int | None
    last_ms: int | None
    examples: tuple[str, ...] = ()


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
    campaign = put(word("campaign_n"), {"n": one.campaign}) if one.campaign else Said("", "")
    by_tactic: dict[str, list[str]] = {}
    for tactic, words in one.words[:WORDS_SHOWN]:
        by_tactic.setdefault(tactic, []).append(words)
    tricks = [
        el(
            "div",
            None,
            both(term("tactics", tactic)),
            " ",
            join((el("b", None, el("bdi", None, each)) for each in words), " · "),
        )
        for tactic, words in by_tactic.items()
    ]
    verdict = join([both(term("check_verdicts", one.verdict)), " ", el("small", None, f"{one.permille / 10:.1f} %")])
    return [when, join([both(name), both(campaign, "small")]), join(tricks) if tricks else "—", verdict]


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


def _campaign(one: CampaignLine, register: Register) -> list[Child]:
    state = el("span", {"class": "tag t-exit" if one.state == NEW else "tag"}, both(term("campaign_states", one.state)))
    texts = Figure(len(one.refs), "", "rows", one.refs, "recognised")
    grew = put(plural(word("recent_n"), one.recent), {"n": str(one.recent), "before": str(one.before)})
    period: Child = "—"
    if one.first_ms is not None and one.last_ms is not None:
        first, last = (day(at, register.stamp.zone) for at in (one.first_ms, one.last_ms))
        period = both(first if first == last else Said(f"{first.en} – {last.en}", f"{first.zh} – {last.zh}"))
    return [
        el("div", {"class": "id"}, el("bdi", None, one.campaign)),
        join([el("div", None, both(named(one.title, one.kind))), state]),
        register.link(texts, put(word("campaign_n"), {"n": one.campaign}), text=f"{len(one.refs):,}"),
        f"{one.reports:,}",
        join([el("div", None, period), both(grew, "small")]),
        join(el("div", None, el("q", None, el("bdi", None, text))) for text in one.examples) if one.examples else "—",
    ]
