"""Which scorer a workspace reads messages with: the one that its people trained and put in use, else the one shipped."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from fanzha.clean.near_text import NearTexts
from fanzha.recognise.facts import Reader
from fanzha.recognise.model_file import unpack
from fanzha.recognise.said_before import SaidBefore
from fanzha.recognise.scorer import Scorer, shipped
from fanzha.store.record import Record

LEARNED: Final = "scorer_learned"
_SHIPPED: Final = (("fanzha.recognise", "weights"), ("fanzha.recognise", "lexicon"), ("fanzha.model", "schema"))


@cache
def shipped_digest() -> str:
    """SHA-256 over the weights, phrases and vocabularies that come with the program: with others, messages read otherwise."""
    digest = hashlib.sha256()
    for package, folder in _SHIPPED:
        for path in sorted((files(package) / folder).iterdir(), key=lambda one: one.name):
            if path.name.endswith((".yaml", ".scorer")):
                content = path.read_bytes()
                digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def scorer_of(record: Record) -> Scorer:
    """The scorer in use in a workspace."""
    if record.was_put_in_use(LEARNED):
        return Scorer(unpack(record.in_use(LEARNED), where=LEARNED))
    return shipped()


class Readers:
    """A reader for the scorer in use, kept while that stays the same."""

    def __init__(self) -> None:
        self._digest = ""
        self.near: tuple[int, NearTexts[str]] | None = None  # texts of campaigns, and the journal position they are of
        self.said: tuple[int, SaidBefore] | None = None  # verdicts of people, and the journal position they are of
        self._reader: Reader | None = None

    def of(self, record: Record) -> Reader:
        """The reader for a workspace as it is now."""
        digest = hashlib.sha256(record.in_use(LEARNED)).hexdigest() if record.was_put_in_use(LEARNED) else "shipped"
        if self._reader is None or digest != self._digest:
            self._digest, self._reader = digest, Reader(lambda: scorer_of(record))
        return self._reader
