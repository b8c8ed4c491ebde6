"""The printable account of a return: each frozen account, by which method and why, who gets how much, and sums that add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from fanzha.document.figures import Register, day, money, total
from fanzha.document.frame import beside, document, section, table
from fanzha.document.html import Child, Markup, el, join
from fanzha.document.page import Figure, Ref, Said, Stamp, Text
from fanzha.document.words import both, fill, put, term, term_note

COUNTS = ("single", "direct", "pro_rata", "waiting")
NOTICE_DAYS = 30  # rule of 2016, art. 8
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One payment of one victim, masked for display; minor units. `refs`: the report's row and the statement rows that show it."""

    payment: str
    case_id: str
    victim: str
    method: str
    paid: int
    returned: int
    elsewhere: int
    came: int
    traced: int
    amount: int
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnAccount:
    """One frozen account, masked. `by_order`: frozen by an order, else only traced; `notice`: when it was given (UTC ms), where.

    `innocent`: code of the innocent explanation of the holder, to be heard before anything is returned."""

    account: str
    holder: str
    bank: str
    currency: str
    frozen: int
    by_order: bool
    tests: tuple[str, ...]
    lines: tuple[ReturnLine, ...]
    notice: tuple[int, str] | None = None
    innocent: str = "none"

    @property
    def method(self) -> str:
        """The method of the lines that count; "not_shown" where none does."""
        return next((line.method for line in self.lines if line.method in COUNTS), "not_shown")

    @property
    def amount(self) -> int:
        """All that goes back, minor units."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """The account of a case. `where`: who takes objections in, with address; empty for the general words."""

    stamp: Stamp
    case_id: str
    accounts: tuple[ReturnAccount, ...]
    where: Text = ""


@cache
def _words() -> dict[str, Said]:
    text = (files("fanzha.document") / "return_account.yaml").read_text(encoding="utf-8")
    return {key: Said(one["en"], one["zh"]) for key, one in yaml.load(text, Loader=yaml.CSafeLoader).items()}


def say(key: str) -> Said:
    """One word of the account."""
    return _words()[key]


def return_html(page: ReturnPage) -> str:
    """The account as a self-contained HTML page in both languages, made for printing."""
    register = Register(page.stamp)
    top = el(
        "div",
        {"class": "top"},
        both(put(say("kicker"), {"case": page.case_id}), "p", {"class": "kicker"}),
        el("h1", None, both(say("title"))),
        both(say("lead"), "p", {"class": "lead"}),
        both(say("no_fee"), "p", {"class": "note-line"}),
        *(
            _cards(
                [one for one in page.accounts if (one.currency, one.by_order) == (currency, by_order)],
                currency,
                register,
            )
            for currency, by_order in sorted({(one.currency, one.by_order) for one in page.accounts}, key=_frozen_first)
        ),
    )
    body: list[Child] = [top]
    body += [_account(page, number, one, register) for number, one in enumerate(page.accounts, 1)]
    if not page.accounts:
        body.append(both(say("nothing"), "p"))
    body.append(_signatures())
    title = beside(say("title"), put(say("kicker"), {"case": page.case_id}))
    return document(page.stamp, title, register, body)


def _figure(account: ReturnAccount, value: int, lines: Iterable[ReturnLine], rule: str = "summed") -> Figure:
    refs = tuple(dict.fromkeys(ref for line in lines for ref in line.refs))
    return Figure(value, account.currency, refs=refs, rule=rule)


def _frozen_first(group: tuple[str, bool]) -> tuple[bool, str]:
    currency, by_order = group
    return not by_order, currency


def _cards(mine: Sequence[ReturnAccount], currency: str, register: Register) -> Markup:
    """What goes back and stays, over the accounts of one currency that are frozen, or of those where money was only traced to: what
    can be returned and what could be are never one sum."""
    frozen = all(one.by_order for one in mine)

    def card(key: str, style: str, values: Sequence[int]) -> Markup:
        figure = total(_figure(one, value, one.lines) for one, value in zip(mine, values, strict=True))
        shown = register.link(figure, beside(say(key), currency))
        return el("div", {"class": f"kpi {style}"}, el("span", {"class": "k"}, both(say(key))), el("b", None, shown))

    return el(
        "div",
        {"class": "cards three"},
        card("frozen" if frozen else "traced_only", "", [one.frozen for one in mine]),
        card("to_return" if frozen else "could_return", "held" if frozen else "", [one.amount for one in mine]),
        card("stays" if frozen else "rest", "unknown", [one.frozen - one.amount for one in mine]),
    )


def _account(page: ReturnPage, number: int, account: ReturnAccount, register: Register) -> Markup:
    method = account.method
    facts: list[tuple[str, Text]] = [
        ("frozen" if account.by_order else "traced_only", money(account.frozen, account.currency)),
        ("basis", say("by_order" if account.by_order else "by_trace")),
        ("method", term("return_methods", method)),
        ("holder", account.holder),
        ("bank", account.bank),
        ("hear_first", term("innocent", account.innocent) if account.innocent != "none" else ""),
    ]
    shown = [el("div", None, el("dt", None, both(say(key))), el("dd", None, both(text))) for key, text in facts if text]
    parts: list[Child] = [
        el("dl", {"class": "facts"}, *shown),
        both(term_note("return_methods", method), "p", {"class": "note-line"}),
    ]
    if account.tests:
        reasons = (el("li", None, both(term("return_tests", code))) for code in account.tests)
        parts += [both(say("why"), "p"), el("ul", None, *reasons)]
    if method in ("pro_rata", "direct", "single"):
        rule = "formula" if method == "pro_rata" else "direct_rule"
        parts.append(both(say(rule), "p", {"class": "note-line"}))
    counted = [line for line in account.lines if line.method in COUNTS]
    gone = [line for line in counted if method in ("single", "direct") and not (line.amount or line.traced)]
    here = [line for line in counted if line not in gone]
    if here:
        parts.append(_lines(page, account, here, register))
    if gone:
        count = Figure(len(gone), "", "payments", _figure(account, 0, gone).refs, "counted")
        parts.append(el("p", None, fill(say("left_again"), {"payments": register.link(count, say("came"))})))
    values: dict[str, Child] = {
        "frozen": money(account.frozen, account.currency),
        "amount": money(account.amount, account.currency),
        "left": money(account.frozen - account.amount, account.currency),
    }
    parts.append(
        el(
            "p",
            {"class": "check"},
            el("strong", None, fill(say("check" if account.by_order else "check_draft"), values)),
        )
    )
    if account.frozen > account.amount:
        parts.append(both(say("stays_note"), "p", {"class": "note-line"}))
    parts += _not_counted(account, [line for line in account.lines if line.method not in COUNTS], register)
    if method == "pro_rata":
        parts += _notice(page, account)
    if account.amount:
        parts.append(both(say("carry_out"), "p", {"class": "note-line"}))
    heading = put(say("account_n"), {"account": account.account})
    return section(f"account-{number}", heading, *parts)


def _lines(page: ReturnPage, account: ReturnAccount, lines: Sequence[ReturnLine], register: Register) -> Markup:
    """The victims, with a sum line. A share is of all losses that count; it is rounded, the amounts are exact."""
    names = [
        "paid",
        "returned",
        *(["elsewhere"] if any(line.elsewhere for line in lines) else []),
        "came",
        "traced",
        "amount",
    ]
    has_share = account.method == "pro_rata"
    losses = sum(line.paid for line in lines)

    def figures(values: Sequence[int], of: Sequence[ReturnLine], share: str, caption: Text) -> list[Child]:
        cells: list[Child] = []
        for name, value in zip(names, values, strict=True):
            if name == "amount" and has_share:
                cells.append(share)
            rule = (
                {"paid": "statement", "traced": "first_in_first_out"}.get(name, "summed") if len(of) == 1 else "summed"
            )
            shown = register.link(_figure(account, value, of, rule), beside(caption, say(name)))
            cells.append(el("strong", None, shown) if name == "amount" else shown)
        return cells

    heads: list[tuple[Text, str]] = [(say("payment"), "tight"), (say("victim"), "mid")]
    for name in names:
        heads += [(say("share"), "num")] if name == "amount" and has_share else []
        heads.append((say(name), "num"))
    rows: list[list[Child]] = []
    for line in lines:
        values = [getattr(line, name) for name in names]
        share = _percent(line.paid, losses)
        rows.append([_number(line), _who(page, line), *figures(values, [line], share, line.payment)])
    sums = [sum(getattr(line, name) for line in lines) for name in names]
    foot: list[Child] = [el("strong", None, both(say("sum"))), "", *figures(sums, lines, "", say("sum"))]
    return table(heads, rows, style="stacked", foot=foot)


def _percent(part: int, whole: int) -> str:
    """A share in percent to two decimals, rounded half up."""
    hundredths = (part * 20_000 + whole) // (2 * whole) if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _number(line: ReturnLine) -> Markup:
    return el("span", {"class": "id"}, line.payment)


def _who(page: ReturnPage, line: ReturnLine) -> Markup:
    name = el("bdi", None, line.victim) if line.victim else both(say("unnamed"))
    other = both(put(say("other_case"), {"case": line.case_id}), "small") if line.case_id != page.case_id else None
    return join([name, " ", other])


def _not_counted(account: ReturnAccount, lines: Sequence[ReturnLine], register: Register) -> list[Child]:
    if not lines:
        return []
    heads = ((say("payment"), "tight"), (say("victim"), "mid"), (say("paid"), "num"), (say("reason"), "wide"))
    rows: list[list[Child]] = [
        [
            _number(line),
            el("bdi", None, line.victim) if line.victim else both(say("unnamed")),
            register.link(_figure(account, line.paid, [line], "stated"), beside(line.payment, say("paid"))),
            join(
                [
                    both(term("return_methods", line.method)),
                    " ",
                    both(term_note("return_methods", line.method), "small"),
                ]
            ),
        ]
        for line in lines
    ]
    return [el("h3", None, both(say("not_paid"))), table(heads, rows, style="stacked")]


def _notice(page: ReturnPage, account: ReturnAccount) -> list[Child]:
    """The words of the notice, and whether it was given."""
    where = page.where or say("where_default")
    text = put(say("notice_text"), {"account": account.account, "where": where})
    parts: list[Child] = [el("h3", None, both(say("notice"))), both(text, "p")]
    if account.notice is None:
        return [*parts, both(say("notice_none"), "p", {"class": "note-line"})]
    begun, place = account.notice
    zone = page.stamp.zone
    given = put(
        say("notice_open"), {"from": day(begun, zone), "to": day(begun + NOTICE_DAYS * DAY_MS, zone), "place": place}
    )
    return [*parts, el("p", None, el("strong", None, both(given)))]


def _signatures() -> Markup:
    lines = [
        el("div", None, el("dt", None, both(say(key))), el("dd", None, "______________________"))
        for key in ("proposer", "approver", "date")
    ]
    return section("signatures", say("signatures"), el("dl", {"class": "facts"}, *lines))
