"""What the lines of a case add up to: computed here once, so that page and overview cannot disagree."""

from collections.abc import Iterable, Mapping

from fanzha.clean.currency import exponent
from fanzha.document.figures import total
from fanzha.document.page import AccountLine, CaseLine, CasePage, Figure, Money, Ref


def in_major(amounts: Mapping[str, int]) -> int:
    """Sums of several currencies as one number, in millionths of a major unit: to rank cases by, never to state."""
    return sum(minor * 10 ** (6 - min(exponent(currency), 6)) for currency, minor in amounts.items())


def report_count(page: CasePage) -> Figure:
    """How many reports the case has."""
    return Figure(len(page.reports), "", "reports", tuple(report.ref for report in page.reports), "counted")


def place_count(page: CasePage) -> Figure:
    """How many different places they come from; a report without a place adds none."""
    first: dict[str, Ref] = {}
    for report in page.reports:
        if report.place:
            first.setdefault(report.place, report.ref)
    return Figure(len(first), "", "places", tuple(first.values()), "distinct")


def account_count(page: CasePage) -> Figure:
    """How many different accounts received disputed money."""
    refs = tuple(dict.fromkeys(ref for account in page.accounts for ref in account.received.refs))
    return Figure(len({account.key for account in page.accounts}), "", "accounts", refs, "distinct")


def span(page: CasePage) -> tuple[int, int] | None:
    """First and last moment of reports, payments and events (UTC ms); None if nothing has a time."""
    moments = [event.at_ms for event in page.events]
    moments += [report.at_ms for report in page.reports if report.at_ms is not None]
    moments += [payment.at_ms for payment in page.payments if payment.at_ms is not None]
    return (min(moments), max(moments)) if moments else None


def sum_in(figures: Iterable[Figure], currency: str) -> Figure:
    """The sum of the figures in one currency; 0 in that currency if there is none."""
    made = total(figure for figure in figures if figure.currency == currency)
    return made if made.currency else Figure(0, currency, "", (), "summed")


def received(page: CasePage, currency: str) -> Figure:
    """What came in at the first tier: each unit of money counted once."""
    return sum_in((account.received for account in page.accounts if account.tier <= 1), currency)


def money_of(page: CasePage) -> tuple[Money, ...]:
    """What became of the money, one entry per currency, the greatest loss first."""
    lost = [figure for report in page.reports for figure in report.lost]
    names = {figure.currency for figure in lost} | {account.currency for account in page.accounts}
    made = [
        Money(
            currency=name,
            lost=sum_in(lost, name),
            held=_sum(page.accounts, "held", name),
            exited=_sum(page.accounts, "exited", name),
            unlocated=_sum(page.accounts, "unlocated", name),
        )
        for name in names
        if name
    ]
    return tuple(sorted(made, key=lambda one: (-one.lost.value, one.currency)))


def _sum(accounts: Iterable[AccountLine], column: str, currency: str) -> Figure:
    figures: list[Figure] = [getattr(account, column) for account in accounts]
    return sum_in((figure for figure in figures if figure.value), currency)


def case_line(page: CasePage, href: str) -> CaseLine:
    """The case as one line of the overview; `href` is where its page lies, relative to the overview."""
    between = span(page)
    return CaseLine(
        case_id=page.case_id,
        href=href,
        reports=report_count(page),
        places=place_count(page),
        title=page.title,
        first_ms=between[0] if between else None,
        last_ms=between[1] if between else None,
        money=money_of(page),
        steps=len(page.steps),
    )
