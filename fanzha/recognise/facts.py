"""What is kept of a reading in the tables: codes and whole numbers, no text. Read once for each text while a workspace is open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from fanzha.recognise.alone import lone_number
from fanzha.recognise.check import Reading, Scorer, check
from fanzha.recognise.kinds import OTHER
from fanzha.recognise.signs import signs

MILLION: Final = 1_000_000
WARNED: Final = ("scam", "suspicious")  # verdicts that warn
_TACTICS_MAX: Final = 30  # places kept of one text
# Of rules that speak for an honest sender; everyday talk, which many swindlers begin with, is less.
_HONEST_POINTS: Final = -1.5


@dataclass(frozen=True, slots=True)
class Facts:
    """The columns of `recognised` that come from the words alone, and the identifiers (kind, normal form) that the text names."""

    verdict: str
    probability_ppm: int
    kind: str
    kind_permille: int
    language: str
    tactics: str
    rules: str
    disguise_permille: int
    honest: bool
    identifiers: tuple[tuple[str, str], ...]

    @property
    def unlike_known(self) -> bool:
        """Whether no known kind of scam stands out."""
        return self.kind in ("", OTHER)


def facts(reading: Reading) -> Facts:
    """What is kept of a reading. The probability is rounded: sums of it do not depend on their order."""
    # nothing but digits has no wording to judge, whatever a model makes of it
    digits_only = lone_number(reading.prepared.original) is not None
    kind, share = reading.kinds[0] if reading.kinds and not digits_only else ("", 0)
    declared = signs()
    marked = [f"{declared[mark.code].tactic}:{mark.start}-{mark.end}" for mark in reading.tactics]
    return Facts(
        "unsure" if digits_only else reading.verdict,
        round(reading.probability * MILLION),
        kind,
        share,
        reading.prepared.language,
        " ".join(dict.fromkeys(marked[:_TACTICS_MAX])),
        ",".join(rule.code for rule in reading.rules),
        reading.prepared.plain.disguise_permille,
        reading.verdict not in WARNED and any(rule.points <= _HONEST_POINTS for rule in reading.rules),
        tuple(sorted({(found.kind, found.normal) for found in reading.identifiers})),
    )


def stronger(seen: Facts, unseen: Facts) -> Facts:
    """Facts of a mail of what its reader sees or, where that warns more, of what is hidden; identifiers of both. Places are of what is seen."""
    both = tuple(sorted({*seen.identifiers, *unseen.identifiers}))
    if unseen.verdict not in WARNED or unseen.probability_ppm <= seen.probability_ppm:
        return replace(seen, identifiers=both)
    return replace(unseen, tactics=seen.tactics, language=seen.language, identifiers=both)


class Reader:
    """Reads texts with one scorer and remembers what it read, by a digest. `load` gives the scorer when the first text is there:
    a workspace without chats never loads one."""

    def __init__(self, load: Callable[[], Scorer]) -> None:
        self._load = load
        self._scorer: Scorer | None = None
        self._known: dict[bytes, Facts] = {}

    @property
    def scorer(self) -> Scorer:
        """The scorer it reads with."""
        if self._scorer is None:
            self._scorer = self._load()
        return self._scorer

    def read(self, texts: Sequence[str]) -> list[Facts]:
        """Facts of each text, in order."""
        digests = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._known}
        if new:
            read = check(new.values(), self.scorer, words=False)
            self._known.update(zip(new, map(facts, read), strict=True))
        return [self._known[digest] for digest in digests]
