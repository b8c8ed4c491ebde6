"""What the words of messages show, filled from the tables; everything that is quoted is masked here."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.document.gather import Place, Row, World, by, rows
from fanzha.document.marks import apart
from fanzha.document.page import Ref
from fanzha.document.wording import NEW, CampaignLine, MessageLine
from fanzha.store.masked import mask_told

LINES_MAX = 100  # messages of a case, campaigns of the overview; the rest is in the tables
REFS_MAX, QUOTED_REFS = 200, 12  # rows of a campaign; those of them that are quoted
QUOTED_MAX = 280  # characters of an example
MARKS_MAX, AROUND, MESSAGE_MAX = 24, 60, 420  # marks of a message; characters before the first; characters shown
_COLUMNS = 'r."file", r."row", r.report_file, r.report_row, r.at_ms, r.verdict, r.probability_ppm, r.kind, r.tactics'
_WARNED = f"SELECT {_COLUMNS} FROM recognised r WHERE r.verdict IN ('scam', 'suspicious')"
_NAMED = (
    f'SELECT {_COLUMNS} FROM recognised r JOIN campaign_members m ON m."file" = r."file" AND m."row" = r."row"'
    " JOIN campaigns c ON c.campaign = m.campaign AND (c.judged = 'scam' OR c.state = 'new')"
)
_REPORTS = (
    'SELECT r."file", r."row", r.report_file, r.report_row FROM recognised r'
    ' JOIN campaign_members m ON m."file" = r."file" AND m."row" = r."row" ORDER BY 1, 2'
)
_TEXT = (
    'SELECT COALESCE(m."text", p."text", \'\') FROM recognised r'
    ' LEFT JOIN messages m ON m."file" = r."file" AND m."row" = r."row" AND r.form = \'message\''
    ' LEFT JOIN reports p ON p."file" = r."file" AND p."row" = r."row" AND r.form = \'mail\''
    ' WHERE r."file" = ? AND r."row" = ?'
)


@dataclass(slots=True)
class Wording:
    """The tables behind it, read once."""

    world: World
    by_report: dict[Place, list[tuple[Any, ...]]]
    campaigns: list[Row]
    places: dict[str, list[Place]]  # of a campaign
    campaign_of: dict[Place, Row]
    report_of: dict[Place, Place]  # of a text of a campaign

    @classmethod
    def read(cls, world: World) -> "Wording":
        """Read the tables."""
        engine = world.engine
        campaigns = rows(engine, "campaigns")
        members = by("campaign", rows(engine, "campaign_members")) if campaigns else {}
        places = {name: [(row["file"], row["row"]) for row in found] for name, found in members.items()}
        campaign_of = {place: one for one in campaigns for place in places[one["campaign"]]}
        by_report: dict[Place, list[tuple[Any, ...]]] = defaultdict(list)
        for row in dict.fromkeys((*engine.rows(_WARNED), *(engine.rows(_NAMED) if campaigns else ()))):
            by_report[row[2:4]].append(row)
        report_of = {row[:2]: row[2:] for row in engine.rows(_REPORTS)} if campaigns else {}
        return cls(world, dict(by_report), campaigns, places, campaign_of, report_of)

    def warns(self, reports: Sequence[Place]) -> bool:
        """Whether `of` has a line."""
        return any(report in self.by_report for report in reports)

    def of(self, reports: Sequence[Place]) -> tuple[MessageLine, ...]:
        """Messages handed in with these reports that are warned of, or in a campaign that a person named a scam or should name."""
        found = [row for report in reports for row in self.by_report.get(report, ())]
        found.sort(key=lambda row: (not self._named(row[:2]), -row[6], row[:2]))
        return tuple(self._line(row) for row in found[:LINES_MAX])

    def _named(self, place: Place) -> bool:
        """Whether a person called it a scam: that comes before what software reads."""
        return bool(self.campaign_of.get(place, {}).get("judged") == "scam")

    def _line(self, row: tuple[Any, ...]) -> MessageLine:
        file, number, _, _, at_ms, verdict, ppm, kind, tactics = row
        text = self.text((file, number))
        campaign = self.campaign_of.get((file, number), {})
        name = campaign if self._named((file, number)) else {}
        return MessageLine(
            ref=self._ref((file, number), text),
            at_ms=at_ms,
            verdict=verdict,
            permille=ppm // 1000,
            kind=name.get("kind") or kind,
            pieces=self._pieces(text, tactics),
            campaign=campaign.get("campaign", ""),
            state=campaign.get("state", ""),
            named=bool(name),
            title=self._masked(name.get("title", "")),
        )

    def _pieces(self, text: str, tactics: str) -> tuple[tuple[str, str], ...]:
        """A message with its tricks marked. The marked words are looked for in the masked text: nothing comes to light that masking hides."""
        told = self._masked(text)
        spans: list[tuple[int, int, str]] = []
        at = 0
        for start, end, tactic in apart((a, b, tactic) for tactic, a, b in marked(tactics))[:MARKS_MAX]:
            words = self._masked(text[start:end])
            if (found := told.find(words, at)) >= 0 and words:
                at = found + len(words)
                spans.append((found, at, tactic))
        return quoted(told, spans)

    def lines(self, pages: Mapping[str, str]) -> tuple[CampaignLine, ...]:
        """Campaigns for the overview: new ones first, then by how many chats hold them. Repeated words of no kind are left out. `pages`:
        where the page of a case lies, by its number."""
        ranked = sorted(
            (one for one in self.campaigns if one["state"] != "repeated"),
            key=lambda one: (one["state"] != NEW, -one["reports"], -one["texts"], one["campaign"]),
        )
        case_of = {report: case for case in pages for report in self.world.members[case]} if ranked else {}
        return tuple(self._campaign(one, pages, case_of) for one in ranked[:LINES_MAX])

    def _campaign(self, one: Row, pages: Mapping[str, str], case_of: Mapping[Place, str]) -> CampaignLine:
        examples = self.examples(one) if one["state"] == NEW else ()
        reports = list(dict.fromkeys(self.report_of[place] for place in self.places[one["campaign"]]))
        cases = dict.fromkeys(case_of[report] for report in reports if report in case_of)
        return CampaignLine(
            campaign=one["campaign"],
            state=one["state"],
            kind=one["kind"],
            title=self._masked(one["title"]),
            refs=tuple(
                self._ref(place, self.text(place) if at < QUOTED_REFS else "")
                for at, place in enumerate(self.places[one["campaign"]][:REFS_MAX])
            ),
            report_refs=tuple(self.world.report_ref(report) for report in reports[:REFS_MAX]),
            recent=one["recent"],
            before=one["before"],
            first_ms=one["first_ms"],
            last_ms=one["last_ms"],
            examples=examples,
            cases=tuple((case, pages[case]) for case in cases),
        )

    def examples(self, campaign: Row) -> tuple[str, ...]:
        """The examples of a campaign, masked."""
        pairs = (one.split("-") for one in campaign["examples"].split(","))
        return tuple(self._masked(self.text((int(file), int(row))))[:QUOTED_MAX] for file, row in pairs)

    def text(self, place: Place) -> str:
        """A recognised text as it was written."""
        found = self.world.engine.rows(_TEXT, place)
        return str(found[0][0]) if found else ""

    def _masked(self, text: str) -> str:
        return mask_told(text, self.world.names)

    def _ref(self, place: Place, text: str = "") -> Ref:
        return self.world.ref(*place, self._masked(text)[:QUOTED_MAX])[0]


def quoted(text: str, spans: Sequence[tuple[int, int, str]]) -> tuple[tuple[str, str], ...]:
    """A text cut into pieces, each with the trick it shows; of a long one `MESSAGE_MAX` characters from a little before the first trick.
    `spans` (start, end, trick) are in order and apart."""
    first = max(0, spans[0][0] - AROUND) if spans and len(text) > MESSAGE_MAX else 0
    last = min(len(text), first + MESSAGE_MAX)
    pieces: list[tuple[str, str]] = [("… ", "")] if first else []
    at = first
    for start, end, trick in (one for one in spans if one[1] <= last):
        pieces += [(text[at:start], ""), (text[start:end], trick)]
        at = end
    pieces += [(text[at:last], ""), (" …" if last < len(text) else "", "")]
    return tuple(piece for piece in pieces if piece[0])


def marked(tactics: str) -> Iterator[tuple[str, int, int]]:
    """(tactic, start, end) from the column `tactics`."""
    for one in tactics.split():
        tactic, _, span = one.partition(":")
        start, _, end = span.partition("-")
        yield tactic, int(start), int(end)
