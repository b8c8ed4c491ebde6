"""What is not known, said as plainly as what is: files that end, rows in quarantine, payments no statement shows."""

from collections import defaultdict

from fanzha.document.figures import Register, shown, total
from fanzha.document.html import Child, Markup, join
from fanzha.document.page import AccountLine, CasePage, Figure, PaymentLine
from fanzha.document.words import both, code_name, fill, word


def unknown_lines(page: CasePage, register: Register) -> list[Markup]:
    """One line per gap, the largest amount first within each kind."""
    made: list[Markup] = []
    for account in sorted(page.accounts, key=lambda one: (-one.unlocated.value, one.key)):
        if account.unlocated.value > 0:
            values: dict[str, Child] = {
                "account": account.label,
                "amount": register.link(account.unlocated, account.label),
            }
            made.append(fill(word("unknown_no_statement"), values))
    for currency in sorted({account.currency for account in page.accounts}):
        ended = [one for one in page.accounts if one.currency == currency and _ended(one, page.stamp.as_of_ms)]
        if ended:
            held = total(one.held for one in ended)
            values = {"accounts": _count("accounts", len(ended)), "amount": register.link(held, word("held"))}
            made.append(fill(word("unknown_statement_end"), values))
    for (state, _), paid in sorted(_payments(page).items()):
        stated = total(one.amount for one in paid if one.amount)
        name = code_name("states", state)
        values = {
            "payments": _count("payments", len(paid)),
            "amount": register.link(stated, name),
            "state": both(name),
        }
        made.append(fill(word("unknown_payment"), values))
    for file in page.files:
        if file.quarantined:
            refs = tuple(ref for reason in file.reasons for ref in reason.count.refs) or (file.ref(),)
            figure = Figure(file.quarantined, "", "rows", refs, "counted")
            values = {"file": file.name, "amount": register.link(figure, file.name)}
            made.append(fill(word("unknown_quarantine"), values))
    made += [
        join([both(line.text), register.rows(line.refs, line.rule, line.text)], between=" ") for line in page.unknowns
    ]
    return made


def _ended(account: AccountLine, as_of_ms: int) -> bool:
    end = account.statement_end_ms
    return account.held.value > 0 and end is not None and end < as_of_ms


def _count(unit: str, number: int) -> Markup:
    return both(shown(Figure(number, unit=unit)))


def _payments(page: CasePage) -> dict[tuple[str, str], list[PaymentLine]]:
    """Payments of a stated amount that no statement shows, by state and currency."""
    grouped: dict[tuple[str, str], list[PaymentLine]] = defaultdict(list)
    for paid in page.payments:
        if not paid.shown and paid.amount:
            grouped[paid.state, paid.amount.currency].append(paid)
    return grouped
