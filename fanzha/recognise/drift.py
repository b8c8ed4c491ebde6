"""Month by month: what came in, what was said of it, how far its scores have moved from the first month, how often people disagreed.

The population stability index (Siddiqi 2006, Credit Risk Scorecards, ch. 6) compares the shares of scores in ten bands with those of the
first month: below 0.1 nothing moved, above 0.25 the model is used on other messages than it was trained on. The bands are fixed, narrow
where most honest messages are, so that months can be compared with any other run.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fanzha.document.drift_page import Month
from fanzha.recognise.facts import WARNED
from fanzha.recognise.kinds import OTHER
from fanzha.recognise.naming import Feedback
from fanzha.store.contract import Tables

BANDS_PPM: Final = (
    1_000,
    3_000,
    10_000,
    30_000,
    100_000,
    200_000,
    350_000,
    500_000,
    800_000,
)  # upper ends of all but the last
TEXTS_MIN: Final = 50  # texts of a month below which its index says nothing
_FLOOR: Final = 0.001  # added to the share of each band: an empty one is no infinite move
SCORED_SQL = """
SELECT "at_ms", "verdict", "probability_ppm", "kind" FROM "recognised" WHERE "at_ms" IS NOT NULL ORDER BY "file", "row"
"""


Scored = tuple[int, str, int, str]  # at_ms, verdict, probability_ppm, kind


def read_drift(engine: Tables, given: Sequence[Feedback], zone: str) -> list[Month]:
    """Months of the messages in a workspace, by the calendar of `zone`."""
    return drift([(at, verdict, ppm, kind) for at, verdict, ppm, kind in engine.rows(SCORED_SQL)], given, zone)


def drift(texts: Iterable[Scored], given: Iterable[Feedback], zone: str) -> list[Month]:
    """Months in order; those without a text or a verdict of a person are left out."""
    calendar = ZoneInfo(zone)
    by_month: dict[str, list[Scored]] = defaultdict(list)
    for one in texts:
        by_month[_month(one[0], calendar)].append(one)
    said: dict[str, list[Feedback]] = defaultdict(list)
    for feedback in given:
        said[_month(feedback.at_ms, calendar)].append(feedback)
    first: list[int] | None = None
    found = []
    for month in sorted({*by_month, *said}):
        texts_now, banded = by_month[month], _banded([ppm for _, _, ppm, _ in by_month[month]])
        if first is None and texts_now:
            first = banded
        found.append(_as_month(month, texts_now, _psi_milli(first or banded, banded), said[month]))
    return found


def _as_month(month: str, texts: Sequence[Scored], psi: int | None, said: Sequence[Feedback]) -> Month:
    verdicts = Counter(verdict for _, verdict, _, _ in texts)
    warned = [kind for _, verdict, _, kind in texts if verdict in WARNED]
    kinds = Counter(kind for kind in warned if kind not in ("", OTHER))
    return Month(
        month=month,
        messages=len(texts),
        scam=verdicts["scam"],
        suspicious=verdicts["suspicious"],
        mean_ppm=sum(ppm for _, _, ppm, _ in texts) // max(len(texts), 1),
        unlike=sum(kind in ("", OTHER) for kind in warned),
        kinds=tuple(sorted(kinds.items(), key=lambda one: (-one[1], one[0]))),
        psi_milli=psi,
        judged=len(said),
        wrong=sum(one.wrong for one in said),
    )


def _month(at_ms: int, calendar: ZoneInfo) -> str:
    try:
        return datetime.fromtimestamp(at_ms // 1000, calendar).strftime("%Y-%m")
    except (ValueError, OverflowError, OSError):  # a moment that no calendar has: a file may say anything
        return ""


def _banded(scores: Iterable[int]) -> list[int]:
    counts = [0] * (len(BANDS_PPM) + 1)
    for score in scores:
        counts[bisect_right(BANDS_PPM, score)] += 1
    return counts


def _psi_milli(expected: Sequence[int], now: Sequence[int]) -> int | None:
    """Population stability index in thousandths."""
    if min(sum(expected), sum(now)) < TEXTS_MIN:
        return None
    shares = [[count / sum(counts) + _FLOOR for count in counts] for counts in (expected, now)]
    return round(1000 * math.fsum((a - e) * math.log(a / e) for e, a in zip(*shares, strict=True)))


def as_json(one: Month) -> dict[str, Any]:
    """A month for machines, with its shares in thousandths."""
    many = max(one.messages, 1)
    return {
        "month": one.month,
        "messages": one.messages,
        "scam_permille": 1000 * one.scam // many,
        "suspicious_permille": 1000 * one.suspicious // many,
        "mean_ppm": one.mean_ppm,
        "unlike_known_permille": 1000 * one.unlike // many,
        "kinds": dict(one.kinds),
        "psi_milli": one.psi_milli,
        "judged": one.judged,
        "wrong": one.wrong,
    }
