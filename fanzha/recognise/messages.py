"""The stage: reads what others wrote to reporters, message by message, and finds campaigns among it.

Read are messages of chats that their reporter did not write, and mails that were handed in: a swindler's own words. What a mail hides from its
reader is read apart, so that it changes nothing in what is seen. What a reporter
or an officer tells (form `told`) is not read here. It speaks of a scam whatever it is about, so a verdict on it says nothing, and there
may be a million of them; what kinds of scam a case's narratives speak of is read when somebody asks (`told_kinds`).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from fanzha.clean.unseen import Parts, parted
from fanzha.recognise.campaigns import Campaign, Text, campaigns, identifiers
from fanzha.recognise.facts import Reader, stronger
from fanzha.recognise.kinds import kinds
from fanzha.recognise.naming import Naming, Place
from fanzha.recognise.prepared import prepare
from fanzha.recognise.rules import hits
from fanzha.store.contract import Tables
from fanzha.store.handed_in import by_others

MADE: Final = ("recognised", "campaigns", "campaign_members", "campaign_identifiers")
HANDED_IN_SQL = """
SELECT "file", "row", COALESCE("victim", ''), "form", "at_ms", COALESCE("text", '') FROM "reports"
WHERE "form" IN ('chat', 'mail') AND ("at_ms" IS NULL OR "at_ms" <= ?) ORDER BY "file", "row"
"""
MESSAGES_SQL = """
SELECT "file", "row", "sender", "at_ms", "text" FROM "messages"
WHERE "sender" <> '' AND "text" <> '' AND ("at_ms" IS NULL OR "at_ms" <= ?) ORDER BY "file", "row"
"""
MEMBERS_SQL = 'SELECT "file", "row" FROM "campaign_members" WHERE "campaign" = ? ORDER BY "file", "row"'


def recognise(engine: Tables, as_of: int, namings: Sequence[Naming], reader: Reader) -> None:
    """Make the tables of `MADE` as they stand at `as_of` (UTC ms). A text is read by `reader` once, however often this runs."""
    handed_in = engine.rows(HANDED_IN_SQL, (as_of,))
    chats = [(file, row, victim) for file, row, victim, form, *_ in handed_in if form == "chat"]
    wrote = [
        ((file, row), (file, row), at_ms, text)
        for file, row, _, form, at_ms, text in handed_in
        if form == "mail" and text
    ]
    messages = engine.rows(MESSAGES_SQL, (as_of,)) if chats else []
    wrote += [(message[:2], report, message[3], message[4]) for report, message in by_others(chats, messages)]
    parts = [parted(text) if place == report else Parts(text) for place, report, _, text in wrote]
    read = reader.read([part.seen for part in parts])
    unseen = iter(reader.read([part.hidden for part in parts if part.hidden]))
    texts = [
        Text(*one[:3], part.seen, stronger(facts, next(unseen)) if part.hidden else facts)
        for one, part, facts in zip(wrote, parts, read, strict=True)
    ]
    engine.replace_rows("recognised", [_row(one) for one in texts])
    _write(engine, campaigns(texts, namings, as_of))


def _row(one: Text) -> tuple[Any, ...]:
    facts = one.facts
    return (
        *one.place, "mail" if one.place == one.report else "message", *one.report, one.at_ms, facts.verdict, facts.probability_ppm,
        facts.kind, facts.kind_permille, facts.language, facts.tactics, facts.rules, facts.disguise_permille, facts.honest,
    )  # fmt: skip


def _write(engine: Tables, found: Sequence[Campaign]) -> None:
    engine.replace_rows(
        "campaigns",
        [
            (
                one.campaign, one.state, one.texts, one.reports, one.first_ms, one.last_ms, one.per_day_milli, one.recent, one.before,
                one.rising, one.verdict, one.probability_ppm, one.kind, one.judged, one.title, one.named_by, one.examples,
            )
            for one in found
        ],
    )  # fmt: skip
    engine.replace_rows("campaign_members", [(one.campaign, *text.place) for one in found for text in one.members])
    named = [(one.campaign, *each) for one in found for each in identifiers(one)]
    engine.replace_rows("campaign_identifiers", named)


def told_kinds(texts: Sequence[str]) -> list[tuple[str, int]]:
    """(kind, narratives): kinds of scam that stand out in narratives, the commonest first."""
    counted: dict[str, int] = defaultdict(int)
    for text in map(prepare, texts):
        named = kinds(text.present, hits(text))
        if named:
            counted[named[0][0]] += 1
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def places_of(engine: Tables, campaign: str) -> list[Place]:
    """The texts of a campaign, in order; none where there is no such campaign."""
    return [(file, row) for file, row in engine.rows(MEMBERS_SQL, (campaign,))]
