"""Recognising in an open workspace: campaigns and their names, verdicts of people on texts, training, drift."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fanzha.chain.reading import LEARNED, Readers
from fanzha.clean.near_text import NearTexts
from fanzha.clean.unseen import parted
from fanzha.document.drift_page import Month
from fanzha.errors import InputError, NotFound
from fanzha.ingest.keep_text import keep_text, kept_text
from fanzha.model.terms import Terms
from fanzha.recognise.adapting import Adapted, adapt
from fanzha.recognise.check import Scorer
from fanzha.recognise.drift import read_drift
from fanzha.recognise.labelled import Labelled, files_in, read
from fanzha.recognise.messages import places_of, told_kinds
from fanzha.recognise.model_file import unpack
from fanzha.recognise.naming import Feedback, Place, check_text, check_verdict, feedbacks, namings, place
from fanzha.recognise.said_before import SaidBefore, given
from fanzha.recognise.scorer import shipped
from fanzha.recognise.training import train
from fanzha.store.engine import Engine
from fanzha.store.record import Act, Record
from fanzha.store.tables import table

ZONE = "Asia/Shanghai"
FEEDBACK_SOURCE = "feedback"
_TEXT_SQL = """
SELECT COALESCE(m."text", r."text") FROM "recognised" AS x
LEFT JOIN "messages" AS m ON m."file" = x."file" AND m."row" = x."row" AND x."form" = 'message'
LEFT JOIN "reports" AS r ON r."file" = x."file" AND r."row" = x."row" AND x."form" = 'mail'
WHERE x."file" = ? AND x."row" = ?
"""
_MEMBERS_SQL = """
SELECT c."campaign", COALESCE(m."text", r."text") FROM "campaign_members" AS c
JOIN "recognised" AS x ON x."file" = c."file" AND x."row" = c."row"
LEFT JOIN "messages" AS m ON m."file" = x."file" AND m."row" = x."row" AND x."form" = 'message'
LEFT JOIN "reports" AS r ON r."file" = x."file" AND r."row" = x."row" AND x."form" = 'mail'
ORDER BY c."campaign", c."file", c."row"
"""
_TOLD_SQL = """
SELECT r."text" FROM "case_reports" AS c JOIN "reports" AS r ON r."file" = c."file" AND r."row" = c."row"
WHERE c."case_id" = ? AND r."form" = 'told' AND r."text" <> '' ORDER BY r."file", r."row"
"""


class Office(Protocol):
    """What recognising needs of the workspace that it belongs to."""

    record: Record
    engine: Engine

    def refresh(self) -> None:
        """Bring every table up to the record."""
        ...

    def acting(self) -> Act:
        """Who acts, and now."""
        ...


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was trained: its file, how many labelled rows it was made from, and of them verdicts of people; what changed, where it
    went on from another."""

    content: bytes
    rows: int
    judged: int
    adapted: Adapted | None


class Recognising:
    """What a workspace knows by words, and what its people say of them."""

    def __init__(self, office: Office, readers: Readers) -> None:
        self._office, self._readers = office, readers

    @property
    def _engine(self) -> Engine:
        return self._office.engine

    def scorer(self) -> Scorer:
        """The scorer in use here."""
        return self._readers.of(self._office.record).scorer

    # -- campaigns -----------------------------------------------------------------------------------------------

    def campaigns(self) -> list[dict[str, Any]]:
        """Rows of `campaigns`: what waits for a name first, then the largest."""
        self._office.refresh()
        found = self._engine.rows(
            'SELECT * FROM "campaigns" ORDER BY CASE WHEN "state" = \'new\' THEN 0 ELSE 1 END, "reports" DESC, "texts" DESC, "campaign"'
        )
        names = table("campaigns").column_names()
        return [dict(zip(names, row, strict=True)) for row in found]

    def campaign(self, number: str) -> dict[str, Any]:
        """One campaign by its number or by any of its texts. Raises NotFound."""
        file, row = place(number)
        found = self.campaigns()
        sql = 'SELECT "campaign" FROM "campaign_members" WHERE "file" = ? AND "row" = ?'
        mine = self._engine.rows(sql, (file, row))
        if not mine:
            raise NotFound(
                f"there is no campaign {number}",
                f"没有编号为 {number} 的同源信息",
                remedy="`fanzha campaigns` lists them",
                remedy_zh="fanzha campaigns 可列出",
            )
        return next(one for one in found if one["campaign"] == mine[0][0])

    def texts(self, places: Sequence[Place]) -> list[str]:
        """Recognised texts by their places, as they were written."""
        return [str(found[0][0]) for each in places if (found := self._engine.rows(_TEXT_SQL, each))]

    def name(self, number: str, *, verdict: str = "scam", kind: str = "", title: str = "", reason: str = "") -> int:
        """Say what a campaign is; the number of the act, by which it is undone. It holds for what comes into the campaign later.

        What is said is sealed with the campaign's first text and goes when that is erased.
        """
        check_verdict(verdict, kind)
        if not (kind or title.strip() or verdict == "honest"):
            raise InputError(
                "a name needs a kind of scam or a title",
                "命名须给出诈骗类型或名称",
                remedy="add --kind T02 or --title TEXT, or --verdict honest",
                remedy_zh="请加 --kind T02 或 --title 名称，或 --verdict honest",
            )
        found = self.campaign(number)
        members = places_of(self._engine, found["campaign"])
        record = self._office.record
        about = record.journal.entries()[members[0][0]]
        entry = record.note(
            "campaign",
            self._office.acting(),
            {"verdict": verdict, "kind": kind, "admission": about.seq},
            about=about,
            private={"title": title.strip(), "reason": reason, "members": "\n".join(f"{f}-{r}" for f, r in members)},
        )
        self._office.refresh()
        return entry.seq

    def like(self, text: str) -> dict[str, Any] | None:
        """The campaign that a text is like, if it is like one: the row of `campaigns`. Bounded time for each text."""
        found = self.first_like((text,))
        return found[1] if found else None

    def first_like(self, texts: Iterable[str]) -> tuple[int, dict[str, Any]] | None:
        """(place, campaign) of the first of several texts that is like a campaign."""
        self._office.refresh()
        position = self._engine.stamp()[1]
        kept = self._readers.near
        if kept is None or kept[0] != position:
            near = NearTexts[str]()
            for campaign, text in self._engine.rows(_MEMBERS_SQL):
                near.add(campaign, parted(text).seen)
            self._readers.near = kept = (position, near)
        for number, text in enumerate(texts):
            if found := kept[1].like(text):
                return number, self.campaign(found[0].id)
        return None

    def told(self, case_id: str) -> list[tuple[str, int]]:
        """(kind, narratives): kinds of scam that a case's narratives speak of, read now."""
        self._office.refresh()
        return told_kinds([text for (text,) in self._engine.rows(_TOLD_SQL, (case_id,))])

    # -- what people say of texts --------------------------------------------------------------------------------

    def feedback(self, text: str, *, verdict: str, kind: str = "", reason: str = "") -> Feedback:
        """Keep a text with a person's verdict on it; what the program says of it now is kept beside. Undone by its number."""
        check_verdict(verdict, kind)
        office = self._office
        office.refresh()
        said = self._readers.of(office.record).read([text])[0]
        check_text(said)
        kept = keep_text(office.record, office.engine, text, Terms(), office.acting())
        facts = {"verdict": verdict, "kind": kind, "said": said.verdict, "probability_ppm": said.probability_ppm}
        entry = office.record.note(
            "feedback", office.acting(), {**facts, "admission": kept.seq}, about=kept, private={"reason": reason}
        )
        office.refresh()
        return next(one for one in self.feedbacks() if one.act == entry.seq)

    def feedbacks(self) -> list[Feedback]:
        """The verdicts on texts that stand."""
        return feedbacks(self._office.record.journal.entries())

    def said_before(self) -> SaidBefore:
        """The verdicts of people on texts that stand, by the words they are on; made anew where the journal went on."""
        record = self._office.record
        self._office.refresh()
        position = self._engine.stamp()[1]
        kept = self._readers.said
        if kept is None or kept[0] != position:
            judged = ((one, kept_text(record, one.file)) for one in given(record.journal.entries()))
            self._readers.said = kept = (position, SaidBefore(judged))
        return kept[1]

    def named(self) -> int:
        """How many namings of campaigns stand."""
        return len(namings(self._office.record.journal.entries()))

    # -- training ------------------------------------------------------------------------------------------------

    def judged_texts(self) -> list[Labelled]:
        """The texts that people judged, as labelled rows of a source of their own: being few, each weighs more than others."""
        record = self._office.record
        labels = {"scam": "scam", "honest": "benign"}
        return [
            Labelled(FEEDBACK_SOURCE, str(one.act), kept_text(record, one.file), labels[one.verdict], kind=one.kind)
            for one in self.feedbacks()
        ]

    def use(self, content: bytes) -> None:
        """Put a trained model in use here, as an act. InputError: it is none."""
        unpack(content)
        about = {"source": "trained", "as_of": ""}
        self._office.record.put_in_use(LEARNED, content, self._office.acting(), about)
        self._office.refresh()

    # -- drift ---------------------------------------------------------------------------------------------------

    def drift(self) -> list[Month]:
        """Month by month."""
        self._office.refresh()
        return read_drift(self._engine, self.feedbacks(), ZONE)


def train_on(folders: Sequence[Path], judged: Sequence[Labelled], seed: int = 0, *, alone: bool = False) -> Trained:
    """Train a scorer on folders of labelled texts and on the verdicts of people: the same rows and seed, the same bytes.

    It goes on from the scorer that comes with the program; `alone`: from nothing. InputError: there is nothing to train on, or too little to
    begin from nothing.
    """
    rows = [*(read([path for folder in folders for path in files_in(folder)]) if folders else ()), *judged]
    if alone:
        return Trained(train(rows, seed), len(rows), len(judged), None)
    if not rows:
        raise InputError(
            "there is nothing to train on",
            "没有可用于训练的文本",
            remedy="name a folder of labelled texts, or say what texts are with `fanzha feedback` first",
            remedy_zh="请指定带标签文本的文件夹，或先用 fanzha feedback 判定文本",
        )
    made = adapt(shipped().model, rows, seed)
    return Trained(made.content, len(rows), len(judged), made)
