"""The pages of one run, written into a folder: overview, a page per case, the quality of the files."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fanzha.document.case import case_html
from fanzha.document.case_dealt import Rows
from fanzha.document.dealt import Dealings
from fanzha.document.file import file_html
from fanzha.document.fill_case import case_page, href
from fanzha.document.fill_file import admitted_page, format_name, inspected_page
from fanzha.document.fill_queue import NO_QUEUE, Queue, due_lines
from fanzha.document.fill_standing import with_rows
from fanzha.document.fill_wording import Wording
from fanzha.document.gather import Row, World, by, case_rows
from fanzha.document.index import index_html
from fanzha.document.page import CodeCount, Figure, FileLine, IndexPage, Line, QualityPage, Ref, Said, Stamp
from fanzha.document.quality import quality_html
from fanzha.document.standing import Standings, WeakPlace
from fanzha.document.totals import case_line
from fanzha.formats.inspection import Inspection
from fanzha.model.terms import PURPOSES, UNSTATED
from fanzha.model.version import VERSION
from fanzha.store.disk import storage
from fanzha.store.engine import Engine

FILE_PAGES_MAX = 500
CASE_PAGES_MAX = 200  # pages per run; the rest is in the tables, and the overview says so
FIRST_ROWS = 5
Progress = Callable[[int, int, str], None]  # done, of how many, what


def nothing_known(_case_id: str) -> None:
    """No weakest link is known."""


def write_pages(
    engine: Engine,
    folder: Path,
    as_of: int,
    lang: str,
    progress: Progress,
    zone: str = "Asia/Shanghai",
    weakest: Callable[[str], WeakPlace | None] = nothing_known,
    queue: Queue = NO_QUEUE,
) -> Path:
    """Write every page; the path of the overview. Cases of one report, no traced money and no message to warn of or to name
    get no page of their own.

    `weakest`: the weakest link of a case by its number, which only linking knows. `queue`: what is due, for the overview.
    """
    stamp = Stamp(as_of, zone, VERSION, lang)
    world = World.read(engine, zone)
    files = {line.file: line for line in file_lines(world)}
    _write_files(world, folder, stamp, list(files.values()))
    cases = case_rows(engine, zone)
    wording = Wording.read(world)
    worth = [
        case["id"]
        for case in cases
        if case["reports"] > 1 or case["accounts"] or wording.warns(world.members[case["id"]])
    ]
    shown = worth[:CASE_PAGES_MAX]
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    for old in (folder / "cases").glob("*.html"):
        old.unlink()
    lines = []
    standings, dealings = Standings.read(engine, world.names), Dealings.read(engine, world.names)
    dealt = {case_id: dealings.of(case_id) for case_id in shown}
    world.show(number for one in dealt.values() for number in one.numbers())
    behind = Rows(world)
    for number, case_id in enumerate(shown):
        progress(number, len(shown), case_id)
        page = case_page(world, case_id, stamp, files)
        stands = with_rows(world, standings, standings.of(case_id, weakest(case_id)), frozenset(shown))
        words = wording.of(world.members[case_id])
        (folder / href(case_id)).write_text(case_html(page, stands, dealt[case_id], behind, words), encoding="utf-8")
        lines.append(case_line(page, href(case_id)))
    remark: tuple[Line, ...] = ()
    if len(worth) > len(shown):
        left = len(worth) - len(shown)
        remark = (
            Line(
                Said(f"{left} more cases are in the tables: fanzha cases", f"另有 {left} 个案件见数据表:fanzha cases")
            ),
        )
    pages = set(worth)
    singles = [case["id"] for case in cases if case["id"] not in pages]
    alone = Figure(len(singles), unit="reports", refs=tuple(world.report_ref(world.members[s][0]) for s in singles))
    index = IndexPage(
        stamp=stamp,
        cases=tuple(lines),
        files=tuple(files.values()),
        single_reports=alone,
        lines=remark,
        quality_href="quality.html",
        queue=due_lines(world, queue.deadlines, {line.case_id: line.href for line in lines}),
        queue_ms=queue.at_ms,
    )
    quality = QualityPage(stamp=stamp, files=tuple(files.values()), index_href="index.html")
    (folder / "quality.html").write_text(quality_html(quality), encoding="utf-8")
    progress(len(shown), len(shown), "")
    path = folder / "index.html"
    campaigns = wording.lines({case_id: href(case_id) for case_id in shown})
    path.write_text(index_html(index, standings.gangs(), campaigns), encoding="utf-8")
    return path


def _write_files(world: World, folder: Path, stamp: Stamp, lines: list[FileLine]) -> None:
    """A page for each file, and none left of an earlier run."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for old in (folder / "files").glob("*.html"):
        old.unlink()
    for line in lines:
        if line.href:
            page = admitted_page(world.engine, line, world.files[line.file], stamp, "../quality.html")
            (folder / line.href).write_text(file_html(page), encoding="utf-8")


def write_inspection(seen: Inspection, path: Path, at_ms: int, lang: str, zone: str) -> None:
    """Write the page of a file that is only looked at."""
    with storage(path):
        path.write_text(file_html(inspected_page(seen, Stamp(at_ms, zone, VERSION, lang))), encoding="utf-8")


def file_lines(world: World) -> list[FileLine]:
    """Every file with its counts, the reasons against its rows and the notes about those kept."""
    reasons = by("file", _counts(world, "quarantine", "reason"))
    notes = by("file", _counts(world, "notes", "code"))
    lines = [_file_line(row, reasons.get(number, []), notes.get(number, [])) for number, row in world.files.items()]
    return [
        replace(line, href=f"files/{line.file}.html") if place < FILE_PAGES_MAX and not line.erased else line
        for place, line in enumerate(lines)
    ]


def _counts(world: World, name: str, column: str) -> list[Row]:
    """How often each code was given per file, with the first rows it was given for."""
    found = world.engine.rows(
        f'SELECT "file", "{column}", COUNT(*), MIN("row") FROM "{name}" GROUP BY "file", "{column}" ORDER BY 1, 2'
    )
    counted = [{"file": file, "code": code, "count": count} for file, code, count, _ in found]
    for row in counted:
        row["rows"] = world.engine.rows(
            f'SELECT "row", byte_offset FROM "{name}" WHERE "file" = ? AND "{column}" = ? ORDER BY 1, 2 LIMIT {FIRST_ROWS}',
            (row["file"], row["code"]),
        )
    return counted


def _file_line(row: Row, reasons: list[Row], notes: list[Row]) -> FileLine:
    def codes(counted: list[Row]) -> tuple[CodeCount, ...]:
        return tuple(
            CodeCount(
                code=one["code"],
                count=Figure(
                    one["count"], unit="rows", refs=tuple(Ref(row["file"], row["name"], r, o) for r, o in one["rows"])
                ),
            )
            for one in counted
        )

    why = json.loads(row["why"]) if row["why"] else ["", ""]
    purpose = PURPOSES.get(row["purpose"], (row["purpose"], row["purpose"]))
    return FileLine(
        file=row["file"],
        name=row["name"] or f"#{row['file']}",
        rows_in=row["rows_in"],
        kept=row["kept"],
        quarantined=row["quarantined"],
        structure=row["structure"],
        format=format_name(row["format"]),
        score=row["score"],
        why=Said(*why),
        size=row["size"],
        encoding=row["encoding"],
        item=row["item"],
        at_ms=row["at_ms"],
        actor=row["actor"],
        body="" if row["body"] == UNSTATED else row["body"],
        purpose=Said(*purpose),
        legal_basis=Said("not stated", "未注明") if row["legal_basis"] == UNSTATED else row["legal_basis"],
        tlp=row["tlp"],
        reliability=row["reliability"],
        withdrawn=row["withdrawn"],
        erased=row["erased"],
        retain_until_ms=row["retain_until_ms"],
        reasons=codes(reasons),
        notes=codes(notes),
    )
