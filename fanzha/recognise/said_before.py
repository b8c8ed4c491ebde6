"""What people of a workspace said of the same or almost the same words: their own verdicts, which stand beside what software reads.

Almost the same is what makes a campaign too (`fanzha.clean.near_text`: wording alike, numbers and addresses left out). Texts too short
for that, and identifiers by themselves, are the same only where they are equal but for case and blanks.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from fanzha.clean.near_text import NearTexts
from fanzha.clean.script import script
from fanzha.recognise.answer import Verdict
from fanzha.store.journal import Entry, undone

SAID_MAX: Final = 4  # people of whom an answer tells


class Given(NamedTuple):
    """A person's verdict on the text that is kept as admission `file`."""

    act: int
    at_ms: int
    file: int
    actor: str
    verdict: str
    kind: str


def given(entries: Sequence[Entry]) -> list[Given]:
    """Verdicts on texts that stand, of each person the latest on each text; not of texts that were withdrawn or erased."""
    gone = undone(entries)
    out = {e.public["admission"] for e in entries if e.act in ("withdraw", "erase") and e.seq not in gone}
    latest: dict[tuple[int, str], Given] = {}
    for entry in entries:
        said = entry.public
        if entry.act == "feedback" and entry.seq not in gone and said["admission"] not in out:
            file = int(said["admission"])
            one = Given(entry.seq, entry.at_ms, file, entry.actor, str(said["verdict"]), str(said["kind"]))
            latest[file, entry.actor] = one
    return sorted(latest.values())


class SaidBefore:
    """Verdicts of people by the words they are on. `judged`: each verdict with its text."""

    def __init__(self, judged: Iterable[tuple[Given, str]]) -> None:
        self._near = NearTexts[str]()
        self._scripts: dict[str, list[Given]] = defaultdict(list)
        self._equal: dict[str, list[Given]] = defaultdict(list)
        for one, text in judged:
            words = script(text)
            if words not in self._scripts:
                self._near.add(words, text)
            self._scripts[words].append(one)
            self._equal[_plain(text)].append(one)

    def of(self, text: str, *, equal: bool = False, message: int = -1) -> tuple[Verdict, ...]:
        """The latest verdict of each person on a text like this one, the latest first. `equal`: on this very text alone."""
        same = self._equal.get(_plain(text), ())
        near = () if equal else [one for like in self._near.like(text) for one in self._scripts[like.id]]
        latest: dict[str, Given] = {}
        for one in sorted({*same, *near}):
            latest[one.actor] = one
        very = {one.act for one in same}
        found = sorted(latest.values(), reverse=True)
        return tuple(Verdict(one.act, one.at_ms, one.verdict, one.kind, one.act in very, message) for one in found)

    def among(self, text: str, messages: Iterable[tuple[int, str]] = (), *, equal: bool = False) -> tuple[Verdict, ...]:
        """Verdicts on a text or else on its messages (place, text), those of a scam first, at most `SAID_MAX`."""
        if not self._equal:
            return ()
        found = list(self.of(text, equal=equal))
        for place, one in messages:
            met = {said.act for said in found}
            found += [said for said in self.of(one, message=place) if said.act not in met]
        return tuple(sorted(found, key=lambda said: (said.verdict != "scam", -said.act))[:SAID_MAX])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
