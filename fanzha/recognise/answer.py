"""One question answered: a message, a conversation, a link or a number by itself. What is read, what is known of it, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from fanzha.recognise.alone import Alone, lone_number, look, whole
from fanzha.recognise.check import Reading, Scorer, level
from fanzha.recognise.check import check as check_each
from fanzha.recognise.conversation import WARNED, Piece, stretches, strongest
from fanzha.recognise.prepared import TEXT_MAX
from fanzha.recognise.rules import Rule
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.recognise.scorer import shipped
from fanzha.recognise.signs import Mark, signs

REASONS_MAX: Final = 5
PARTS_MAX: Final = 2_000  # messages of a conversation that are looked at one by one, the last ones
_KIND_SHARE: Final = 300  # per mille: kinds less likely give no advice of their own


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    reading  of the whole text;  alone  each identifier taken apart, in the order of `reading.identifiers`
    only     whether the text is one identifier and nothing else
    parts    (place, reading) of each message of a conversation that looks like a scam by itself
    cut      whether the text was longer than what is looked at;  known  what a workspace holds on (kind, value)
    like     the campaign of a workspace whose words these almost are;  said  what its people said of these words
    piece    the part of it that is more of a scam than the whole, from which the verdict is
    hidden   of what a mail hides from its reader
    """

    reading: Reading
    alone: tuple[Alone, ...]
    only: bool = False
    parts: tuple[tuple[int, Reading], ...] = ()
    cut: bool = False
    known: Mapping[tuple[str, str], "Known"] = field(default_factory=dict)
    like: "Like | None" = None
    said: "tuple[Verdict, ...]" = ()
    piece: Piece | None = None
    hidden: Reading | None = None

    @property
    def verdict(self) -> str:
        """The verdict, a key of check_verdicts.yaml. An identifier by itself is never more than suspicious, and never cleared. What a
        person called a scam is at least suspicious, whatever software reads in it."""
        if not self.only:
            return "suspicious" if self.named else self.reading.verdict
        if self.called:
            return "suspicious"
        wrong = any(one.suspicious for one in self.alone) or any(one.joins for one in self.known.values())
        return "suspicious" if wrong else "unsure"

    @property
    def named(self) -> bool:
        """Whether a person called these words a scam and software is less sure."""
        by_campaign = self.like is not None and self.like.judged == "scam"
        return (by_campaign or self.called) and self.reading.verdict != "scam"

    @property
    def called(self) -> bool:
        """Whether a person called these very words, or almost these, a scam."""
        return any(one.verdict == "scam" for one in self.said)

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """Kinds of scam with shares per mille, the likeliest first. What a person named stands, whatever software reads."""
        told = next((one.kind for one in self.said if one.verdict == "scam" and one.kind), "")
        if told:
            return ((told, 1000),)
        if self.only:
            return ()
        if self.like is not None and self.like.judged == "scam" and self.like.kind:
            return ((self.like.kind, 1000),)
        return self.reading.kinds

    @property
    def _advice_alone(self) -> str:
        what = "link" if any(one.found.kind in ("url", "domain") for one in self.alone) else "number"
        return f"{what}_alone" if self.verdict == "unsure" else f"{what}_wrong"

    @property
    def probability(self) -> float | None:
        """0..1; None where none is meant: for too little text, and for an identifier by itself."""
        return None if self.only or self.verdict == "unsure" else self.reading.probability

    @property
    def stated(self) -> float | None:
        """The probability as it is told a person: None too where the model alone would warn but is not trusted to in this language."""
        unlike = (self.verdict == "no_sign") != (level(self.reading.probability) == "")
        contradicts = self.named or unlike
        return None if contradicts else self.probability

    @property
    def reasons(self) -> tuple[Rule, ...]:
        """The rules that speak for a scam, the weightiest first, at most five."""
        return tuple(sorted((r for r in self.reading.rules if r.points > 0), key=lambda r: -r.points)[:REASONS_MAX])

    @property
    def innocent(self) -> tuple[Rule, ...]:
        """The rules that speak for an honest sender."""
        return tuple(rule for rule in self.reading.rules if rule.points < 0)

    @property
    def innocent_marks(self) -> tuple[Mark, ...]:
        """Words that honest senders write, each sign once."""
        declared = signs()
        marks = (mark for mark in self.reading.prepared.marks if declared[mark.code].side == "innocent")
        return tuple({mark.code: mark for mark in marks}.values())

    @property
    def advice(self) -> tuple[str, ...]:
        """Keys of check_advice.yaml, what matters most first."""
        found = [self._advice_alone if self.only else self.verdict]
        if self.like is not None and self.like.state == "new":
            found.append("rising")
        if not self.reading.language_known and self.reading.prepared.language:
            judged = "language_judged" if self.reading.verdict in ("scam", "suspicious") else "language"
            found = [*(one for one in found if one != "unsure"), judged]
        if self.verdict in ("scam", "suspicious") and not self.only:
            kinds = [kind for kind, share in self.kinds if share >= _KIND_SHARE]
            found += kinds or [kind for kind, _ in self.kinds[:1]]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Known:
    """What a workspace holds on an identifier: reports that name it, whether it joins them, why or why not (a code of words.yaml
    `whys`: specific, benign, popular ...), and their cases."""

    reports: int
    joins: bool
    why: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Like:
    """A campaign of a workspace, as far as an answer tells of it; the fields are columns of `campaigns`, `title` masked.

    message  place of the message of a conversation that is like it; -1: the whole text is
    """

    campaign: str
    state: str
    kind: str
    judged: str
    title: str
    texts: int
    reports: int
    first_ms: int | None
    last_ms: int | None
    message: int = -1


class Verdict(NamedTuple):
    """A person's verdict as an answer tells of it: when (UTC ms), what, whether of the very same words.

    message  place of the message of a conversation that was meant; -1: the whole text was
    """

    act: int
    at_ms: int
    verdict: str
    kind: str
    same: bool
    message: int = -1


def answer(
    text: str, scorer: Scorer, messages: Sequence[str] = (), *, senders: Sequence[str] = (), hidden: str = ""
) -> Answer:
    """The answer to one text. `messages` are its parts where it is a conversation, each with who sent it; `hidden` is what a mail hides
    from its reader, which is judged apart. Never raises on any text."""
    reading = next(check_each((text,), scorer))
    each = list(messages)[-PARTS_MAX:] if len(messages) > 1 else []
    first = len(messages) - len(each)
    flagged = tuple(
        (first + place, part)
        for place, part in enumerate(check_each(each, scorer))
        if part.verdict in ("scam", "suspicious")
    )
    runs = stretches(each, senders[first:])
    joined = check_each(("\n".join(each[place] for place in run) for run in runs), scorer)
    pieces = [Piece((place,), part, len(each)) for place, part in flagged]
    pieces += [
        Piece(tuple(first + place for place in run), part, len(runs))
        for run, part in zip(runs, joined, strict=True)
        if part.verdict in WARNED
    ]
    unseen = next(check_each((hidden,), scorer)) if hidden.strip() else None
    if unseen is not None and unseen.verdict in WARNED:
        pieces.append(Piece((), unseen))
    reading, piece = strongest(reading, pieces)
    digits = lone_number(text) if not reading.identifiers else None
    return Answer(
        reading,
        tuple(look(one, reading.prepared.language) for one in ((digits,) if digits else reading.identifiers)),
        only=digits is not None or whole(text) is not None,
        parts=flagged,
        piece=piece,
        hidden=unseen,
        cut=len(text) > TEXT_MAX,
    )


@cache
def scorer(*, rules_only: bool = False) -> Scorer:
    """What judges: the learned model that ships with the program, or the rules alone."""
    return RulesScorer() if rules_only else shipped()


def check(text: str) -> Reading:
    """Whether a message looks like a scam: verdict, calibrated probability, kinds, tricks with their words, reasons.

    Nothing is stored and nothing leaves the machine. Never raises on any text; what follows the first 20,000 characters is not looked at.
    """
    return next(check_each((text,), scorer()))
