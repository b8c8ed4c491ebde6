"""Play a written world against the tool on the world's own clock: reports come in, stages run, statements are asked for.

Each report is admitted when the centre gets it, each answer when it is ready. After news the stages run; a person (whose
delays are parameters here) then asks for every statement that is proposed. A log takes each newly proposed hold, each account
newly known to be reached, each lift (docs/worlds.md). Nothing in the world changes by it: what a hold would have caught is for
`fanzha score` to say, from log and truth.
"""

import heapq
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fanzha.chain.playing import Kept, Pace, Queue, Replayed, WorldClock, world_of, write_folder, write_text
from fanzha.chain.stages import Progress, silent
from fanzha.chain.workspace import Workspace
from fanzha.errors import InputError, NotFound
from fanzha.model.terms import Terms
from fanzha.respond.ground import VICTIMS_ACCOUNTS_SQL
from fanzha.simulate import bodies, receive
from fanzha.simulate.world import COUNTRIES, HOUR_MS, MINUTE_MS

HOLDS_SQL = """
SELECT s."case_id", s."target", s."currency", s."amount_minor", MIN(d."tier"), s."ground", s."innocent",
  s."expires_ms", MAX(d."received_minor"), MAX(o."mule")
FROM "steps" AS s
LEFT JOIN "disputed" AS d ON d."case_id" = s."case_id" AND d."account" = s."target" AND d."currency" = s."currency"
LEFT JOIN "outcomes" AS o ON o."account" = s."target" AND o."currency" = s."currency"
WHERE s."verb" = 'hold'
GROUP BY s."case_id", s."rank", s."target", s."currency", s."amount_minor", s."ground", s."innocent", s."expires_ms"
ORDER BY s."case_id", s."rank"
"""
# Per case and account what disputed money came to it, and how much of it may be held: nothing where the holder is heard first.
REACHED_SQL = """
SELECT d."case_id", d."account", d."currency", SUM(d."received_minor"), MIN(d."tier"), MAX(COALESCE(d."innocent", 'none')),
  SUM(CASE WHEN s."target" IS NULL THEN d."received_minor" ELSE 0 END)
FROM "disputed" AS d
LEFT JOIN (SELECT DISTINCT "case_id", "target", "currency" FROM "steps" WHERE "verb" = 'ask_holder') AS s
  ON s."case_id" = d."case_id" AND s."target" = d."account" AND s."currency" = d."currency"
GROUP BY d."case_id", d."account", d."currency" ORDER BY d."case_id", d."account", d."currency"
"""
# Accounts whose statement is proposed to be asked for, and the last moment at which disputed money is known to have come in.
WANTED_SQL = """
SELECT s."target", MAX(a."at_ms")
FROM (SELECT DISTINCT "target" FROM "steps" WHERE "verb" = 'request_statement' AND "target_kind" = 'account'
  AND "ground" <> 'statement_old') AS s
LEFT JOIN (
  SELECT "payee", "at_ms" FROM "flows" UNION ALL SELECT "payee", "at_ms" FROM "payments"
) AS a ON a."payee" = s."target"
GROUP BY s."target" ORDER BY s."target"
"""
CASES_SQL = """
SELECT r."reference", MIN(c."case_id")
FROM "reports" AS r INNER JOIN "case_reports" AS c ON c."file" = r."file" AND c."row" = r."row"
WHERE COALESCE(r."reference", '') <> ''
GROUP BY r."reference" ORDER BY r."reference"
"""
ANSWERS_PER_REPORT = 4  # before any are counted: how many statements a report will lead to; only the pace depends on it

Purse = tuple[str, str]  # account and currency


@dataclass(order=True, slots=True)
class Coming:
    """An answer on its way."""

    ready_ms: int
    number: int
    account: str = field(compare=False)
    answer: bodies.Answer = field(compare=False)


def replay(
    out: Path,
    workspace: Workspace,
    pace: Pace | None = None,
    *,
    clock: WorldClock | None = None,
    kept: Kept | None = None,
    until_ms: int | None = None,
    progress: Progress = silent,
) -> Replayed:
    """Play the world written in `out` against an empty workspace, until the world ends or `until_ms`.

    `clock` is the clock that the workspace was opened with, so that each file is admitted in the world's time; without
    it the workspace's own clock must be later than the world. Raises InputError for a folder without a world, or a
    workspace that holds something already.
    """
    world = world_of(out)
    end = int(world["end_ms"]) if until_ms is None else until_ms
    if any(entry.act == "admit" for entry in workspace.acts()):
        raise InputError(
            "a replay needs an empty workspace: what is invented is never mixed with a record",
            "回放需要空的工作区:虚构数据不得与真实记录混同",
            where=str(workspace.path),
            remedy="name another folder with --workspace",
            remedy_zh="请用 --workspace 指定其他文件夹",
        )
    if clock is None and workspace.now_ms() < end:
        raise InputError(
            "the world ends later than now, and nothing can be admitted before it happened",
            "仿真世界的结束时间晚于当前时间,无法在事件发生前入库",
            where=str(out),
            remedy="open the workspace with the world's clock (fanzha replay does)",
            remedy_zh="请以仿真世界的时钟打开工作区(fanzha replay 即如此)",
        )
    kept = kept or Kept()
    play = Play(out, workspace, pace or Pace(), clock, int(world["start_ms"]), end)
    half: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for moment in play.runs(Path(folder)):
            if moment == play.half_ms:
                half = play.case_numbers()
            progress(
                "replay",
                play.reports.next,
                len(play.reports),
                f"{len(play.runs_at)}: {datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M}",
            )
    if kept.log is not None:
        write_text(kept.log, "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in play.log))
    if kept.snapshot is not None:
        write_text(kept.snapshot, json.dumps(half, ensure_ascii=False, indent=1) + "\n")
    return play.result()


class Play:
    """A replay under way: what is still to come, what was asked for, which holds are proposed."""

    def __init__(
        self, out: Path, workspace: Workspace, pace: Pace, clock: WorldClock | None, start_ms: int, end_ms: int
    ) -> None:
        self.out, self.workspace, self.pace, self.clock = out, workspace, pace, clock
        self.start_ms, self.end_ms = start_ms, end_ms
        self.reports = Queue(out / "bodies" / "police.parquet")
        self.coming: list[Coming] = []
        self.requests: dict[str, list[int]] = defaultdict(list)  # account -> moments of the requests
        self.holds: dict[Purse, dict[str, int]] = {}  # case -> amount proposed at the last run
        self.held_minor: dict[str, int] = defaultdict(int)  # per currency: all holds of the log, whether lifted or not
        self.in_force: dict[Purse, int] = defaultdict(int)  # holds of the log less its lifts
        self.reached: dict[Purse, dict[str, int]] = {}  # case -> received at the last run
        self.told: dict[Purse, int] = defaultdict(int)  # received in all cases, as the log says it
        self.runs_at: list[int] = []
        self.log: list[dict[str, Any]] = []
        self.asked = self.answered = self.unknown = self.files = self.rows = self.quarantined = self.waited_ms = 0
        self.half_ms: int | None = None

    # -- when ----------------------------------------------------------------------------------------------------

    def moment(self) -> int | None:
        """When the stages run next: with the first news, but not before the pace allows; None when nothing comes any more.

        As many runs as are left are spread over the time that is left while there is more news than runs, so a quiet
        night makes the next day finer; the last run waits for the end. So there are never more than `runs_max`.
        """
        news = [at for at in (self.reports.first(), self.coming[0].ready_ms if self.coming else None) if at is not None]
        if not news or min(news) > self.end_ms:
            return None
        left = self.pace.runs_max - len(self.runs_at)
        if left == 1:
            return self.end_ms
        wanted = min(news)
        if self.runs_at and self.expected() > left:
            last = self.runs_at[-1]
            wanted = max(wanted, last + math.ceil((self.end_ms - last) / left))
        tick = self.pace.tick_minutes * MINUTE_MS
        return min(self.end_ms, self.start_ms + math.ceil((wanted - self.start_ms) / tick) * tick)

    def expected(self) -> float:
        """How many reports and answers are still to come, at a guess from those so far."""
        told, reports = self.reports.next, len(self.reports) - self.reports.next
        each = self.asked / told if told >= 10 else ANSWERS_PER_REPORT
        return len(self.coming) + reports * (1 + each)

    def runs(self, folder: Path) -> Iterator[int]:
        """Every run of the stages, at its moment; `half_ms` is set at the run by which half of the reports are in."""
        while (moment := self.moment()) is not None:
            if self.clock is not None:
                self.clock.at_ms = max(self.clock.at_ms, moment)
            self.receive(moment, folder / str(len(self.runs_at)))
            self.workspace.refresh()
            self.runs_at.append(moment)
            self.log.extend(self.news(moment))
            self.ask(moment)
            if self.half_ms is None and self.reports.next * 2 >= len(self.reports) > 0:
                self.half_ms = moment
            yield moment

    def case_numbers(self) -> dict[str, str]:
        """The case number of each report by its reference, as things stand."""
        return {str(reference): str(case_id) for reference, case_id in self._rows_of(CASES_SQL)}

    def _rows_of(self, sql: str) -> Sequence[tuple[Any, ...]]:
        return self.workspace.engine.rows(sql)

    # -- what comes in -------------------------------------------------------------------------------------------

    def receive(self, moment: int, folder: Path) -> None:
        """Admit what has come in by a moment: one file of reports per channel and zone, one file per answer."""
        since = self.reports.first()
        batches: dict[Terms, list[tuple[str, bytes]]] = defaultdict(list)
        for (channel, zone), rows in _by_channel(self.reports.take(moment)).items():
            batches[_terms(channel, zone)].append(receive.report_file(rows, channel))
            self.waited_ms = max(self.waited_ms, moment - (moment if since is None else since))
        while self.coming and self.coming[0].ready_ms <= moment:
            one = heapq.heappop(self.coming)
            self.waited_ms = max(self.waited_ms, moment - one.ready_ms)
            self.answered += 1
            batches[Terms(body=one.answer.body, **one.answer.settings)].append((one.answer.name, one.answer.data))
        for place, (terms, named) in enumerate(batches.items()):
            admitted = self.workspace.admit([write_folder(folder / str(place), named)], terms)
            self.files += len(named)
            self.rows += sum(one.rows_in for one in admitted if not one.again)
            self.quarantined += sum(one.quarantined for one in admitted if not one.again)

    # -- what goes out -------------------------------------------------------------------------------------------

    def news(self, moment: int) -> Iterator[dict[str, Any]]:
        """Lines of a run: holds that were not proposed before, money newly known to have arrived, holds that stand too high.

        A hold of the log stays in force until it is lifted, so never more is held than disputed money came, and what was
        held at intake is not held again once it is traced.
        """
        reached, own = self._rows_of(REACHED_SQL), {row[0] for row in self._rows_of(VICTIMS_ACCOUNTS_SQL)}
        most: dict[Purse, int] = defaultdict(int)
        for _, account, currency, *_, may_hold in reached:
            most[account, currency] += 0 if account in own else int(may_hold)
        yield from self.new_holds(moment, most)
        yield from self.new_reaches(moment, reached)
        yield from self.lifts(moment, most)

    def new_holds(self, moment: int, most: Mapping[Purse, int]) -> Iterator[dict[str, Any]]:
        """A line for each hold that was not proposed before, with the moment at which it would be in force.

        Where more is proposed for an account than at the run before, the line names what has come in addition. What
        two cases that became one had proposed between them is not proposed again.
        """
        found = self._rows_of(HOLDS_SQL)
        now = _by_purse(found)
        rise = {
            purse: min(
                sum(cases.values()) - sum(self.holds.get(purse, {}).values()),
                most.get(purse, 0) - self.in_force[purse],
            )
            for purse, cases in now.items()
        }
        parts = _new_parts(found, self.holds, rise)
        self.holds = now
        for new, (case_id, account, currency, _, tier, ground, innocent, expires_ms, received, mule) in parts:
            self.held_minor[currency] += new
            self.in_force[account, currency] += new
            yield self._line(moment, "hold", account, currency, new) | {
                "case_id": case_id,
                "tier": tier,
                "ground": ground,
                "innocent": innocent,
                "expires_ms": expires_ms,
                "received_minor": received,
                "mule": mule,
            }

    def new_reaches(self, moment: int, found: Sequence[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        """A line for disputed money that is newly known to have reached an account.

        What one statement denied and the next shows again is not new, nor is what two cases that became one knew of.
        """
        now = _by_purse(found)
        rise = {purse: sum(cases.values()) - self.told[purse] for purse, cases in now.items()}
        parts = _new_parts(found, self.reached, rise)
        self.reached = now
        for new, (case_id, account, currency, _, tier, innocent, _) in parts:
            self.told[account, currency] += new
            yield self._line(moment, "reached", account, currency, new) | {
                "case_id": case_id,
                "tier": tier,
                "innocent": innocent,
            }

    def lifts(self, moment: int, most: Mapping[Purse, int]) -> Iterator[dict[str, Any]]:
        """A line for each hold that stands above what is disputed there, or whose holder is heard first by now.

        A statement that shows less money left is no ground to lift: in the world the hold was not in its way.
        """
        for (account, currency), amount in sorted(self.in_force.items()):
            over = amount - most.get((account, currency), 0)
            if over > 0:
                self.in_force[account, currency] -= over
                yield self._line(moment, "lift", account, currency, over)

    def _line(self, moment: int, verb: str, account: str, currency: str, amount: int) -> dict[str, Any]:
        return {
            "at_ms": moment + self.pace.hold_minutes * MINUTE_MS,
            "proposed_ms": moment,
            "verb": verb,
            "account": account,
            "amount_minor": amount,
            "currency": currency,
        }

    def ask(self, moment: int) -> None:
        """Ask for every statement that is proposed: once, again when money came in after it, and to renew a hold."""
        at_ms = moment + self.pace.ask_minutes * MINUTE_MS
        if at_ms >= self.end_ms:
            return
        under_way = {one.account for one in self.coming}
        wanted = {str(account): arrived for account, arrived in self._rows_of(WANTED_SQL)}
        for account in sorted({*wanted, *(account for account, _ in self.holds)} - under_way):
            asked = self.requests[account]
            if len(asked) >= self.pace.asks_max:
                continue
            arrived = wanted.get(account)
            if account in wanted:
                due = not asked or (arrived is not None and arrived > asked[-1])
            else:
                due = bool(asked) and at_ms - asked[-1] >= self.pace.renew_hours * HOUR_MS
            if due:
                self.request(account, at_ms)

    def request(self, account: str, at_ms: int) -> None:
        """One request for a statement, to the bank that keeps the account."""
        self.requests[account].append(at_ms)
        self.asked += 1
        try:
            answer = bodies.ask(self.out, account, at_ms)
        except NotFound:  # a mistyped number, a bank outside the world: nobody will ever answer
            self.unknown += 1
            return
        heapq.heappush(self.coming, Coming(answer.ready_ms, self.asked, account, answer))

    def result(self) -> Replayed:
        """What was played."""
        return Replayed(
            start_ms=self.start_ms,
            end_ms=self.end_ms,
            reports=self.reports.next,
            files=self.files,
            rows=self.rows,
            quarantined=self.quarantined,
            asked=self.asked,
            answered=self.answered,
            late=len(self.coming),
            unknown=self.unknown,
            holds=sum(line["verb"] == "hold" for line in self.log),
            held_minor=dict(sorted(self.held_minor.items())),
            runs=len(self.runs_at),
            waited_minutes_max=self.waited_ms // MINUTE_MS,
            half_ms=self.half_ms,
        )


def _by_purse(found: Iterable[tuple[Any, ...]]) -> dict[Purse, dict[str, int]]:
    """Per account and currency the amount of each case: the sum of its rows, which begin with case, account, currency, amount."""
    amounts: dict[Purse, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for case_id, account, currency, amount, *_ in found:
        amounts[account, currency][case_id] += int(amount)
    return {purse: dict(cases) for purse, cases in amounts.items()}


def _new_parts(
    found: Iterable[tuple[Any, ...]], before: Mapping[Purse, Mapping[str, int]], rise: Mapping[Purse, int]
) -> list[tuple[int, tuple[Any, ...]]]:
    """The rows of which something is new, with how much: what its case had before comes off first, and all rows of an
    account and currency together have no more than its rise."""
    had = {purse: dict(cases) for purse, cases in before.items()}
    left = dict(rise)
    parts = []
    for row in found:
        case_id, account, currency, amount = *row[:3], int(row[3])
        cases = had.setdefault((account, currency), {})
        known = min(amount, cases.get(case_id, 0))
        cases[case_id] = cases.get(case_id, 0) - known
        new = min(amount - known, left[account, currency])
        if new > 0:
            left[account, currency] -= new
            parts.append((new, row))
    return parts


def _by_channel(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    batches: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        batches[row["channel"], row["zone"]].append(row)
    return batches


def _terms(channel: str, zone: str) -> Terms:
    """The terms under which reports of a channel come in: zone, region and currency of the country they were made in."""
    country = next((one for one in COUNTRIES if one.zone == zone), COUNTRIES[0])
    return Terms(body=channel, zone=country.zone, region=country.code, currency=country.currency)
