"""One claim of one rule about one thing's role, before claims are put together into the table roles."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from fanzha.clean.transaction import is_transaction
from fanzha.link.facts import Facts


class Claim(NamedTuple):
    """`confidence` per mille; `rows` of tables behind it; times UTC ms, None where the evidence has none."""

    gang: str
    case_id: str
    kind: str
    value: str
    role: str
    confidence: int
    evidence: str
    rows: int
    first_ms: int | None
    last_ms: int | None


Rule = Callable[[Facts], Iterator[Claim]]


def account_kind(value: str) -> str:
    """Kind of what holds money: a wallet's normal form names its chain; a transaction's purse is nobody's."""
    if is_transaction(value):
        return "transaction"
    return "wallet" if ":" in value else "account"


def case_order(case_id: str) -> tuple[tuple[int, int | str], ...]:
    """Sorts case numbers by file, then row, as numbers."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in case_id.split("-"))


def claim(
    facts: Facts,
    subject: tuple[str, str],
    role: str,
    strength: int,
    evidence: str,
    rows: Sequence[tuple[str, int | None]],
) -> Claim:
    """The claim that these rows (case, moment) make about a subject (kind, value); the rows are of one gang, at least one."""
    moments = [at_ms for _, at_ms in rows if at_ms is not None]
    case_id = min((case_id for case_id, _ in rows), key=case_order)
    first, last = (min(moments), max(moments)) if moments else (None, None)
    return Claim(facts.gang(case_id), case_id, *subject, role, strength, evidence, len(rows), first, last)


def by_gang(facts: Facts, rows: Iterable[tuple[str, int | None]]) -> list[list[tuple[str, int | None]]]:
    """Rows (case, moment) per gang, in a fixed order."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    for row in rows:
        found.setdefault(facts.gang(row[0]), []).append(row)
    return [found[gang] for gang in sorted(found, key=case_order)]
