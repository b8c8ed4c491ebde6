"""The overview's queue of deadlines: what must be done by when, the most urgent first, each line leading to its case."""

from fanzha.document.figures import Register, moment, shown
from fanzha.document.frame import beside, folded, page_link, section
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import DueLine, IndexPage, Said
from fanzha.document.words import both, put, term, word

SHOWN = 12


def queue_section(page: IndexPage, register: Register) -> Markup | None:
    """The queue as it stood at `page.queue_ms`; nothing where nothing is due."""
    if not page.queue or page.queue_ms is None:
        return None
    heads = (
        (word("due_by"), "tight"),
        (word("due_what"), "wide"),
        (word("account"), "mid"),
        (word("amount"), "num"),
        (word("case"), "mid"),
    )
    late = sum(one.due_ms <= page.queue_ms for one in page.queue)
    at = moment(page.queue_ms, page.stamp.zone)
    note = put(word("due_note"), {"time": at, "n": str(len(page.queue)), "late": str(late)})
    rows = [_row(one, page.queue_ms, register) for one in page.queue]
    return section("due", word("due_title"), folded(heads, rows, SHOWN, "stacked"), note=note)


def _row(one: DueLine, now_ms: int, register: Register) -> list[Child]:
    what = term("order_dues", one.what)
    about = beside(put(word("order_n"), {"n": str(one.order)}), term("orders", one.verb)) if one.order >= 0 else None
    amount: Child = "—"
    if one.amount is not None and one.amount.refs:
        amount = register.link(one.amount, beside(str(one.order), what))
    elif one.amount is not None:  # its rows were withdrawn or erased since
        amount = both(shown(one.amount))
    case: Child = "—"
    if one.case_id:
        case = page_link(one.href, both(put(word("case_n"), {"n": one.case_id})))
    return [
        join([el("div", None, both(moment(one.due_ms, register.stamp.zone))), _left(one.due_ms - now_ms)]),
        join([el("div", {"class": "step-verb"}, both(what)), both(about, "small") if about else None]),
        join([el("div", {"class": "id"}, el("bdi", None, one.label or "—")), el("small", None, one.body)]),
        amount,
        case,
    ]


def _left(left_ms: int) -> Markup:
    """Time left, or by how much it is overdue, in its two largest units."""
    days, rest = divmod(abs(left_ms) // 60_000, 1440)
    hours, minutes = divmod(rest, 60)
    values = {"days": str(days), "hours": str(hours), "minutes": str(minutes)}
    span: Said = put(word("span_days") if days else word("span_hours") if hours else word("span_minutes"), values)
    late = {"class": "tag t-exit"}
    if not (days or hours or minutes):
        return el("span", late, both(word("due_now")))
    if left_ms > 0:
        return both(put(word("left_n"), {"span": span}), "small")
    return el("span", late, both(put(word("overdue_n"), {"span": span})))
