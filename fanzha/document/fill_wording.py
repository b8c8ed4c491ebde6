"""What the words of messages show, filled from the tables; everything that is quoted is masked here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fanzha.document.gather import Place, Row, World, by, rows
from fanzha.document.page import Ref
from fanzha.document.wording import NEW, CampaignLine, MessageLine
from fanzha.store.masked import mask_told

LINES_MAX = 100  # messages of a case, campaigns of the overview; the rest is in the tables
REFS_MAX = 200
QUOTED_MAX = 280  # characters of an example
_COLUMNS = 'r."file", r."row", r.report_file, r.report_row, r.at_ms, r.verdict, r.probability_ppm, r.kind, r.tactics'
_WARNED = f"SELECT {_COLUMNS} FROM recognised r WHERE r.verdict IN ('scam', 'suspicious')"
_NAMED = (
    f'SELECT {_COLUMNS} FROM recognised r JOIN campaign_members m ON m."file" = r."file" AND m."row" = r."row"'
    " JOIN campaigns c ON c.campaign = m.campaign AND c.judged = 'scam'"
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
        return cls(world, dict(by_report), campaigns, places, campaign_of)

    def warns(self, reports: Sequence[Place]) -> bool:
        """Whether `of` has a line."""
        return any(report in self.by_report for report in reports)

    def of(self, reports: Sequence[Place]) -> tuple[MessageLine, ...]:
        """Messages handed in with these reports that are warned of or in a campaign that a person named a scam."""
        found = [row for report in reports for row in self.by_report.get(report, ())]
        found.sort(key=lambda row: (-row[6], row[:2]))
        return tuple(self._line(row) for row in found[:LINES_MAX])

    def _line(self, row: tuple[Any, ...]) -> MessageLine:
        file, number, _, _, at_ms, verdict, ppm, kind, tactics = row
        text = self.text((file, number))
        campaign = self.campaign_of.get((file, number), {})
        name = campaign if campaign.get("judged") == "scam" else {}
        return MessageLine(
            ref=self._ref((file, number), text),
            at_ms=at_ms,
            verdict=verdict,
            permille=ppm // 1000,
            kind=name.get("kind") or kind,
            words=tuple((tactic, self._masked(text[a:b])) for tactic, a, b in marked(tactics)),
            campaign=campaign.get("campaign", ""),
            title=self._masked(name.get("title", "")),
        )

    def lines(self) -> tuple[CampaignLine, ...]:
        """Campaigns for the overview: new ones first, then by how many chats hold them. Repeated words of no kind are left out."""
        ranked = sorted(
            (one for one in self.campaigns if one["state"] != "repeated"),
            key=lambda one: (one["state"] != NEW, -one["reports"], -one["texts"], one["campaign"]),
        )
        return tuple(self._campaign(one) for one in ranked[:LINES_MAX])

    def _campaign(self, one: Row) -> CampaignLine:
        examples = self.examples(one) if one["state"] == NEW else ()
        return CampaignLine(
            campaign=one["campaign"],
            state=one["state"],
            kind=one["kind"],
            title=self._masked(one["title"]),
            refs=tuple(self._ref(place) for place in self.places[one["campaign"]][:REFS_MAX]),
            reports=one["reports"],
            recent=one["recent"],
            before=one["before"],
            first_ms=one["first_ms"],
            last_ms=one["last_ms"],
            examples=examples,
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


def marked(tactics: str) -> Iterator[tuple[str, int, int]]:
    """(tactic, start, end) from the column `tactics`."""
    for one in tactics.split():
        tactic, _, span = one.partition(":")
        start, _, end = span.partition("-")
        yield tactic, int(start), int(end)
