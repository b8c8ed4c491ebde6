"""Campaigns: messages of almost the same words that several people received. A rising one that looks like nothing known is
raised for a person to name; what a person named stays named as more of it comes.

Which texts are together is `fanzha.clean.near_text.families`: a function of the set of texts, never of the order they came in. A
campaign is named after its first text, so its number stays as long as that text does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from fanzha.clean.near_text import families
from fanzha.recognise.facts import Facts
from fanzha.recognise.kinds import OTHER
from fanzha.recognise.naming import Naming, Place

WINDOW_MS: Final = 7 * 86_400_000
REPORTS_MIN: Final = 2  # chats or mails that make a campaign
RISING_REPORTS_MIN: Final = 3  # and that make one worth a person's look: two may be chance or one family's chats
EXAMPLES_MAX: Final = 3
_DAY_MS: Final = 86_400_000


class Text(NamedTuple):
    """One text that a reporter did not write: its place, the report it was handed in with, when it was sent (UTC ms)."""

    place: Place
    report: Place
    at_ms: int | None
    text: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; the fields are the columns of `campaigns`, `members` the texts in the order of their places."""

    campaign: str
    state: str
    texts: int
    reports: int
    first_ms: int | None
    last_ms: int | None
    per_day_milli: int
    recent: int
    before: int
    rising: bool
    verdict: str
    probability_ppm: int
    kind: str
    judged: str
    title: str
    named_by: int
    examples: str
    members: tuple[Text, ...]


def written(place: Place) -> str:
    """A place as people write it: 3-17."""
    return f"{place[0]}-{place[1]}"


def campaigns(texts: Sequence[Text], namings: Sequence[Naming], as_of: int) -> list[Campaign]:
    """Campaigns among the texts as they stand at `as_of` (UTC ms), by number. `namings` are those that stand, in the order of the acts:
    of several about one campaign the latest holds."""
    ordered = sorted(texts)
    by_family: dict[int, list[Text]] = defaultdict(list)
    for family, one in zip(families([one.text for one in ordered]).tolist(), ordered, strict=True):
        by_family[family].append(one)
    named = {place: naming for naming in namings for place in naming.members}
    found = []
    for members in by_family.values():
        if len({one.report for one in members}) >= REPORTS_MIN:
            stands = max((named[one.place] for one in members if one.place in named), default=None)
            found.append(_campaign(tuple(members), stands, as_of))
    return sorted(found, key=lambda one: one.members[0].place)


def _campaign(members: tuple[Text, ...], naming: Naming | None, as_of: int) -> Campaign:
    times = sorted(one.at_ms for one in members if one.at_ms is not None)
    recent = sum(as_of - WINDOW_MS < at <= as_of for at in times)
    before = sum(as_of - 2 * WINDOW_MS < at <= as_of - WINDOW_MS for at in times)
    reports = len({one.report for one in members})
    rising = reports >= RISING_REPORTS_MIN and recent > before and recent > 1
    kind = _most(one.facts.kind for one in members if not one.facts.unlike_known)
    kind = kind if 2 * sum(one.facts.kind == kind for one in members) >= len(members) else ""
    state = _state(members, kind, rising)
    probabilities = sorted(one.facts.probability_ppm for one in members)
    return Campaign(
        campaign=written(members[0].place),
        state="named" if naming else state,
        texts=len(members),
        reports=reports,
        first_ms=times[0] if times else None,
        last_ms=times[-1] if times else None,
        per_day_milli=len(times) * 1000 * _DAY_MS // max(times[-1] - times[0], _DAY_MS) if times else 0,
        recent=recent,
        before=before,
        rising=rising,
        verdict=_most(one.facts.verdict for one in members),
        probability_ppm=probabilities[(len(probabilities) - 1) // 2],
        kind=naming.kind if naming else OTHER if state == "new" else kind,
        judged=naming.verdict if naming else "",
        title=naming.title if naming else "",
        named_by=naming.act if naming else -1,
        examples=",".join(map(written, _examples(members))),
        members=members,
    )


def _state(members: Sequence[Text], kind: str, rising: bool) -> str:
    if kind:
        return "known"
    if 2 * sum(one.facts.honest for one in members) > len(members):
        return "honest"
    return "new" if rising else "repeated"


def _most(codes: Iterable[str]) -> str:
    """The commonest code; of equally common ones the first in the order of text; "" of none."""
    counted = Counter(codes)
    return min(counted, key=lambda code: (-counted[code], code), default="")


def _examples(members: Sequence[Text]) -> list[Place]:
    """The first text of each chat, then others, of different words where there are: what a person looks at to name it."""
    of_report: set[Place] = set()
    words: set[str] = set()
    ranked = []
    for one in members:
        ranked.append((one.report in of_report, one.text in words, one.place))
        of_report.add(one.report)
        words.add(one.text)
    return sorted(place for *_, place in sorted(ranked)[:EXAMPLES_MAX])


def identifiers(one: Campaign) -> list[tuple[str, str, int]]:
    """(kind, normal form, texts that name it), sorted."""
    counted = Counter(named for member in one.members for named in member.facts.identifiers)
    return sorted((kind, value, texts) for (kind, value), texts in counted.items())
