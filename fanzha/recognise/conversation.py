"""A conversation judged: as a whole, message by message, and what each person in it says in a row. The strongest counts, less what looking
at so many costs: of many honest pieces one always looks worst.

A swindler who writes in short lines says nothing in any single one, and the answers of the other side dilute the whole.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fanzha.recognise.check import Reading, level

PIECE_MAX: Final = 500  # characters of one person's messages that are read together; such stretches overlap by half
# Log-odds for each natural logarithm of how many messages, or stretches, there are: at .6 none of 717 honest conversations was flagged that
# the whole was not, at .4 one.
SEARCH: Final = 0.6
WARNED: Final = ("scam", "suspicious")
_RANK: Final = {"suspicious": 1, "scam": 2}
_ODDS_MAX: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that was judged by itself: `places` are those of its messages, none for what a mail hides; `among`: how many parts
    of its sort there are."""

    places: tuple[int, ...]
    reading: Reading
    among: int = 1

    @property
    def probability(self) -> float:
        """Of a scam, less what it costs to have looked at so many."""
        return discounted(self.reading.probability, self.among)


def stretches(messages: Sequence[str], senders: Sequence[str]) -> list[tuple[int, ...]]:
    """The places of messages that one person wrote one after the other, whatever others wrote between; two at least.

    As many as have `PIECE_MAX` characters, and each next stretch from the middle of the one before. What nobody sends (the program's own
    lines) is in none. Linear in the number of messages.
    """
    by_sender: dict[str, list[int]] = {}
    for place, (message, sender) in enumerate(zip(messages, senders, strict=False)):
        if sender and message.strip():
            by_sender.setdefault(sender, []).append(place)
    return [found for own in by_sender.values() for found in _windows(messages, own)]


def _windows(messages: Sequence[str], own: Sequence[int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    start = stop = size = 0
    while stop < len(own):
        while stop < len(own) and (size < PIECE_MAX or stop == start):
            size += len(messages[own[stop]])
            stop += 1
        if stop - start > 1:
            found.append(tuple(own[start:stop]))
        half = size // 2
        while start < stop - 1 and size > half:
            size -= len(messages[own[start]])
            start += 1
        if start == stop - 1 and size >= PIECE_MAX:
            start, size = stop, 0
    return found


def discounted(probability: float, pieces: int) -> float:
    """The probability of the strongest of so many pieces, less what the search costs."""
    bounded = min(max(probability, _ODDS_MAX), 1 - _ODDS_MAX)
    logit = math.log(bounded / (1 - bounded)) - SEARCH * math.log(max(pieces, 1))
    return 1 / (1 + math.exp(-logit))


def strongest(whole: Reading, pieces: Sequence[Piece]) -> tuple[Reading, Piece | None]:
    """(the reading of the whole with the verdict of its strongest piece where that says more, that piece).

    `pieces` are those that warn. One that is called a scam and in which a rule holds makes the whole at least suspicious, however many there
    are: the probability then stays that of the whole.
    """
    if not pieces:
        return whole, None
    best = max(pieces, key=lambda piece: (piece.probability, -len(piece.places)))
    counted = best.probability
    warned = level(counted)
    ruled = next((one for one in pieces if one.reading.verdict == "scam" and _by_rule(one.reading)), None)
    if warned and (_RANK[warned], counted) > (_RANK.get(whole.verdict, 0), whole.probability):
        return _merged(whole, best.reading, warned, counted), best
    if whole.verdict not in WARNED and ruled is not None:
        return _merged(whole, ruled.reading, "suspicious", whole.probability), ruled
    return whole, None


def _by_rule(reading: Reading) -> bool:
    return any(rule.points > 0 for rule in reading.rules)


def _merged(whole: Reading, part: Reading, verdict: str, probability: float) -> Reading:
    return replace(
        whole,
        verdict=verdict,
        probability=probability,
        kinds=part.kinds or whole.kinds,
        rules=tuple(dict.fromkeys((*part.rules, *whole.rules))),
        lures=tuple(dict.fromkeys((*part.lures, *whole.lures))),
    )
