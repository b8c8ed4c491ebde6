"""Rules about telephones, devices, sites and apps.

A number says who uses it less than an account does: it may be shown falsely, or lie in a SIM box that somebody keeps for a wage.
"""

from collections import defaultdict
from collections.abc import Iterator

from fanzha.link.claims import Claim, Rule, by_gang, claim
from fanzha.link.facts import Facts, callers

LINES_MIN = 3


def calls_reporters(facts: Facts) -> Iterator[Claim]:
    """A number that called reporters, and to which no call back was answered: one that they name, or that called several."""
    called = callers(facts)
    for number, rows in sorted(called.items()):
        for part in by_gang(facts, rows):
            victims = len({case_id for case_id, _ in part})
            yield claim(facts, ("phone", number), "R-OPER", 600 if victims > 1 else 450, "called_victims", part)


def named_as_contact(facts: Facts) -> Iterator[Claim]:
    """A number that reports name: as the contact, or without saying what it was."""
    for contact, strength, evidence in ((True, 400, "named_as_contact"), (False, 250, "named_in_report")):
        rows: dict[str, dict[tuple[str, int, int], int | None]] = defaultdict(dict)
        for one in facts.named:
            if one.kind == "phone" and (one.role == "contact") == contact:
                rows[one.value][one.case_id, one.file, one.row] = one.at_ms
        for number, found in sorted(rows.items()):
            for part in by_gang(facts, ((case_id, at_ms) for (case_id, _, _), at_ms in sorted(found.items()))):
                yield claim(facts, ("phone", number), "R-OPER", strength + 100 * (len(part) > 1), evidence, part)


def calls_several_gangs(facts: Facts) -> Iterator[Claim]:
    """A number from which reporters of several gangs were called is let to them by somebody."""
    for number, rows in sorted(callers(facts).items()):
        parts = by_gang(facts, rows)
        if len(parts) > 1:
            yield from (claim(facts, ("phone", number), "R-GOIP", 350, "several_gangs", part) for part in parts)


def many_lines(facts: Facts) -> Iterator[Claim]:
    """A device that used three or more numbers, one of which reports name or that called reporters."""
    cases: dict[str, set[str]] = defaultdict(set)
    for one in facts.named:
        if one.kind == "phone":
            cases[one.value].add(one.case_id)
    for number, rows in callers(facts).items():
        cases[number] |= {case_id for case_id, _ in rows}
    for imei, lines in sorted(facts.devices.items()):
        if len(lines) < LINES_MIN or any(facts.protected(number) for number, *_ in lines):
            continue
        touched = sorted({case_id for number, *_ in lines for case_id in cases.get(number, ())})
        first, last = min(first for *_, first, _ in lines), max(last for *_, last in lines)
        for part in by_gang(facts, ((case_id, first) for case_id in touched)):
            made = claim(facts, ("imei", imei), "R-GOIP", min(800, 400 + 50 * len(lines)), "many_lines", part)
            yield made._replace(rows=sum(calls for _, calls, *_ in lines), last_ms=last)


def runs_sites(facts: Facts) -> Iterator[Claim]:
    """Sites, apps and the certificates that sign them: whoever runs or made them."""
    rows: dict[tuple[str, str], dict[tuple[str, int, int], int | None]] = defaultdict(dict)
    for one in facts.named:
        if one.kind in ("domain", "app", "certificate"):
            rows[one.kind, one.value][one.case_id, one.file, one.row] = one.at_ms
    for subject, found in sorted(rows.items()):
        evidence = "signed_apps" if subject[0] == "certificate" else "site_named"
        for part in by_gang(facts, ((case_id, at_ms) for (case_id, _, _), at_ms in sorted(found.items()))):
            strength = 400 + 100 * (subject[0] == "certificate") + 100 * (len(part) > 1)
            yield claim(facts, subject, "R-TECH", strength, evidence, part)


RULES: tuple[Rule, ...] = (
    calls_reporters, named_as_contact, calls_several_gangs, many_lines, runs_sites,
)  # fmt: skip
