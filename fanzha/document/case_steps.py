"""What to do next: each proposal with its amount, its end, its ground, and the innocent explanation to check first."""

from fanzha.document.figures import Register, day
from fanzha.document.frame import beside, folded, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import CasePage, Figure, StepLine
from fanzha.document.words import both, code_name, fill, pick, term, term_note, word

FIRST_STEPS = 10  # shown at once; the rest opens on a click, and always prints


def steps_section(page: CasePage, register: Register) -> Markup:
    """The section, most urgent step first."""
    if not page.steps:
        return section("steps", word("next_steps"), el("p", None, both(word("no_steps"))))
    heads = (
        ("", "tight"),
        (word("step_action"), "wide"),
        (word("step_money"), "num"),
        (word("step_order"), "tight"),
        (word("step_ground"), "mid"),
        (word("check_first"), "wide"),
    )
    rows = [_step(step, page, register) for step in sorted(page.steps, key=lambda step: step.rank)]
    return section(
        "steps", word("next_steps"), folded(heads, rows, FIRST_STEPS, "steps stacked"), note=word("steps_note")
    )


def _step(step: StepLine, page: CasePage, register: Register) -> list[Child]:
    verb = term("steps", step.verb)
    rank = register.link(
        Figure(step.number, "", "", step.refs, "ranked"),
        beside(verb, step.target),
        style="rank-link",
        text=el("span", {"class": "rank"}, str(step.number)),
    )
    kind = code_name("kinds", step.target_kind)
    what = join(
        [
            el("div", {"class": "step-verb"}, both(verb)),
            el("div", {"class": "id"}, el("bdi", None, step.target)),
            both(beside(kind, step.body), "small"),
        ]
    )
    return [rank, what, _money(step, register), _ends(step, page.stamp.zone), _ground(step), _innocent(step)]


def _money(step: StepLine, register: Register) -> Child:
    verb = term("steps", step.verb)
    parts: list[Child] = []
    if step.amount:
        parts.append(el("div", {"class": "id"}, register.link(step.amount, beside(verb, step.target))))
    if step.reachable and step.reachable.value:
        link = register.link(step.reachable, beside(verb, step.target), style="held-ink")
        parts.append(el("small", None, fill(word("reachable"), {"amount": link})))
    return join(parts) if parts else "—"


def _ends(step: StepLine, zone: str) -> Child:
    if step.expires_ms is None:
        return el("span", {"class": "quiet"}, both(word("no_expiry")))
    return both(day(step.expires_ms, zone))


def _ground(step: StepLine) -> Child:
    note = term_note("steps", step.verb)
    ground = both(step.ground) if pick(step.ground, "en") else None
    return join([ground, both(note, "small") if note.en else None])


def _innocent(step: StepLine) -> Child:
    style = "check none" if step.innocent in ("", "none") else "check"
    code = step.innocent or "none"
    note = term_note("innocent", code)
    return el("div", {"class": style}, both(term("innocent", code)), both(note, "small") if note.en else None)
