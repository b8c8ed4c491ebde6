"""Money in the terminal: trails, who holds it, one account explained, patterns and readings."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fanzha.clean.transaction import is_transaction
from fanzha.document.case_dealt import READINGS
from fanzha.document.case_roles import percents
from fanzha.document.dealt import RULES, Dealt
from fanzha.document.figures import money
from fanzha.document.gather import mask_account
from fanzha.document.words import pick, term, term_note
from fanzha.show.terminal import Terminal

if TYPE_CHECKING:
    from fanzha.chain.accounts import AccountMoney
    from fanzha.trace.exact import Holding
    from fanzha.trace.index import Trail


def _in(terminal: Terminal, name: str, code: str) -> str:
    return pick(term(name, code), terminal.words.lang) if code else "–"


def trail(terminal: Terminal, start: str, found: "Trail", limit: int) -> None:
    """The accounts that a trail reaches, nearest first."""
    rows = found.rows()
    if terminal.json_wanted:
        terminal.json(
            {"start": start, "back": found.back, "complete": found.complete, "reached": [_reached(r) for r in rows]}
        )
        return
    columns = (("col_tiers", "left"), ("col_target", "left"), ("col_when", "left"), ("col_amount", "right"))
    table = terminal.table("trail_back_title" if found.back else "trail_title", *columns, ("col_transfers", "left"))
    for row in rows[:limit]:
        shown = ", ".join(f"t{number}" for number in row.transfers[:6]) + (" …" if len(row.transfers) > 6 else "")
        tiers = ", ".join(map(str, row.tiers))
        amount = money(row.amount_minor, row.currency) if row.currency else "–"
        name = Text(mask_account(row.account))
        if not row.statement:
            name.append(f"  {terminal.words('no_statement_held')}", style="dim")
        table.add_row(tiers, name, terminal.moment(row.arrived_ms), amount, Text(shown, style="dim"))
    terminal.out.print(table)
    if len(rows) > limit:
        terminal.out.print(Text(terminal.words("more_rows", count=len(rows) - limit), style="dim"))
    terminal.out.print(Text(terminal.words("trail_note"), style="dim"))
    _of_transactions(terminal, (row.account for row in rows))


def _of_transactions(terminal: Terminal, accounts: Iterable[str]) -> None:
    """Say what no record tells, where money went through addresses or a transaction of Bitcoin."""
    if any(is_transaction(account) or account.startswith("BTC:") for account in accounts):
        terminal.out.print(Text(terminal.words("transaction_note"), style="yellow"))


def _reached(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "account": mask_account(row.account)}


def holders(terminal: Terminal, start: str, found: "Sequence[Holding]", limit: int) -> None:
    """Who holds the money of some payments now."""
    if terminal.json_wanted:
        terminal.json({"start": start, "rule": "fifo", "holders": [_reached(row) for row in found]})
        return
    columns = (("col_target", "left"), ("col_held", "right"), ("col_exited", "right"), ("col_unlocated", "right"))
    table = terminal.table("holders_title", *columns, ("col_since", "left"))
    ordered = sorted(found, key=lambda one: (-one.held_minor, -one.unlocated_minor, one.account, one.currency))
    for row in ordered[:limit]:
        amounts = (row.held_minor, row.exited_minor, row.unlocated_minor)
        told = [money(amount, row.currency) if amount else "–" for amount in amounts]
        table.add_row(
            Text(mask_account(row.account)), Text(told[0], style="bold green"), *told[1:], terminal.moment(row.since_ms)
        )
    terminal.out.print(table)
    if len(ordered) > limit:
        terminal.out.print(Text(terminal.words("more_rows", count=len(ordered) - limit), style="dim"))
    terminal.out.print(Text(terminal.words("holders_note"), style="dim"))
    _of_transactions(terminal, (row.account for row in found))


def account(terminal: Terminal, found: "AccountMoney", rule: str, limit: int) -> None:
    """One account: by rule, as a reading, row by row."""
    if terminal.json_wanted:
        terminal.json(found.as_json())
        return
    out, words = terminal.out, terminal.words
    out.print(Text(words("account_of", account=found.label, holder=found.holder or "–", bank=found.bank or "–")))
    columns = (("col_case", "left"), ("col_received", "right"), *((f"rule_{one}", "right") for one in RULES))
    table = terminal.table("rules_title", *columns)
    for case in found.cases:
        held = [money(case.held[one], case.currency) if one in case.held else "–" for one in RULES]
        table.add_row(case.case_id, money(case.received, case.currency), *held)
    out.print(table)
    out.print(Text(words("rules_note"), style="dim"))
    patterns(terminal, found.dealt, limit)
    for case in found.cases:
        if case.lines:
            _lines(terminal, case, rule, limit)
    if found.orders:
        from fanzha.show import ordering

        ordering.orders(terminal, found.orders)


def _lines(terminal: Terminal, case: Any, rule: str, limit: int) -> None:
    """The rows of a statement that touch disputed money, with what is there after each."""
    columns = (("col_when", "left"), ("col_row", "left"), ("col_counter", "left"), ("col_change", "right"))
    table = terminal.table(
        "lines_title", *columns, ("col_disputed_change", "right"), ("col_disputed_after", "right"), ("col_pot", "right")
    )
    table.title = f"{terminal.words('lines_title')} · {terminal.words('col_case')} {case.case_id}"
    touched = [one for one in case.lines if one.disputed_change or one.payment or one.kind == "opening"]
    if len(touched) > limit:  # what is there now is in the last rows
        terminal.out.print(Text(terminal.words("earlier_rows", count=len(touched) - limit), style="dim"))
    for one in touched[max(0, len(touched) - limit) :]:
        place = f"{one.file}-{one.row}" if one.kind == "row" else terminal.words(f"line_{one.kind}")
        table.add_row(
            terminal.moment(one.at_ms),
            Text(place),
            Text(mask_account(one.counter)),
            money(one.change, case.currency),
            Text(money(one.disputed_change, case.currency) if one.disputed_change else "–", style="bold"),
            money(one.disputed_after, case.currency),
            money(one.pot_after, case.currency),
        )
    terminal.out.print(table)
    terminal.out.print(
        Text(
            terminal.words("lines_note", case=case.case_id, rule=_in(terminal, "attribution_rules", rule)), style="dim"
        )
    )


def patterns(terminal: Terminal, found: Dealt, limit: int) -> None:
    """Readings of equal rank, and the patterns they rest on."""
    if terminal.json_wanted:
        terminal.json(
            {
                name: [asdict(one) for one in getattr(found, name)]
                for name in ("readings", "patterns", "shapes", "breaks")
            }
        )
        return
    words, out = terminal.words, terminal.out
    if found.readings:
        heads = [(f"reading_{code}", "right") for code in READINGS]
        table = terminal.table(
            "readings_title", ("col_target", "left"), *heads, ("col_likeliest", "left"), ("col_why", "left")
        )
        for one in found.readings[:limit]:
            reasons = "; ".join(_in(terminal, "outcome_reasons", code) for code in one.reasons)
            shares = [f"{share} %" for share in percents([getattr(one, code) for code in READINGS])]
            table.add_row(
                Text(one.label), *shares, _in(terminal, "outcomes", one.likeliest), Text(reasons, style="dim")
            )
        out.print(table)
        out.print(Text(words("readings_note"), style="dim"))
    if not found.patterns:
        out.print(Text(words("patterns_none")))
        return
    columns = (("col_target", "left"), ("col_pattern", "left"), ("col_when", "left"), ("col_amount", "right"))
    table = terminal.table("patterns_title", *columns, ("col_innocent_reading", "left"))
    for line in found.patterns[:limit]:
        note = pick(term_note("patterns", line.pattern), words.lang)
        table.add_row(
            Text(line.label),
            f"{_in(terminal, 'patterns', line.pattern)} ({line.count})",
            terminal.moment(line.from_ms),
            money(line.amount, line.currency),
            Text(note, style="yellow"),
        )
    out.print(table)
    if len(found.patterns) > limit:
        out.print(Text(words("more_rows", count=len(found.patterns) - limit), style="dim"))
