"""What is not known, said as plainly as what is: files that end, rows in quarantine, payments no statement shows."""

from fanzha.document.figures import Register, moment
from fanzha.document.html import Child, Markup, join
from fanzha.document.page import CasePage, Figure
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
    for account in sorted(page.accounts, key=lambda one: (-one.held.value, one.key)):
        end = account.statement_end_ms
        if account.held.value > 0 and end is not None and end < page.stamp.as_of_ms:
            values = {
                "account": account.label,
                "amount": register.link(account.held, account.label),
                "time": both(moment(end, page.stamp.zone)),
            }
            made.append(fill(word("unknown_statement_end"), values))
    for paid in page.payments:
        if paid.state != "found":
            values = {
                "account": paid.label,
                "amount": register.link(paid.amount, paid.label),
                "state": both(code_name("states", paid.state)),
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
