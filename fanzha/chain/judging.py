"""Judging through the workspace: an act in the journal, and what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.link.entities import between
from fanzha.link.judge import Thing, check, said, thing
from fanzha.link.linker import Linker
from fanzha.link.why import Why, why
from fanzha.store.engine import Engine
from fanzha.store.record import Act, Record

_OF_CASE = 'SELECT "file", "row" FROM "case_reports" WHERE "case_id" = ? ORDER BY "file", "row"'
_CASE_OF = 'SELECT MIN("case_id") FROM "case_reports" WHERE "file" = ? AND "row" = ?'
# Where records hold an identifier of which no report need tell.
_RECORDED = {
    **dict.fromkeys(
        ("account", "wallet"), (("accounts", "account"), ("accounts", "bound_account"), ("legs", "account"))
    ),
    "phone": (("calls", "subscriber"), ("accounts", "phone")),
    "imei": (("calls", "imei"),),
    "imsi": (("calls", "imsi"),),
    **dict.fromkeys(("cn_id", "credit_code"), (("accounts", "holder_id"), ("legs", "holder_id"))),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The number of the act, and for each report concerned its case before and after."""

    act: int
    moved: tuple[tuple[str, str, str], ...]


def known_things(engine: Engine, texts: Sequence[str]) -> list[Thing]:
    """Things as a person wrote them. Raises NotFound for a report or an identifier that no report tells of and no record holds."""
    found = []
    for text in texts:
        one = thing(text)
        if one[0] == "report":
            there = case_of(engine, one[1]) is not None
        else:
            told = engine.rows('SELECT 1 FROM "pulls" WHERE "kind" = ? AND "value" = ?', one)
            there = bool(told) or recorded_in(engine, one) is not None
        if not there:
            raise NotFound(
                f"nothing is known of {text}",
                f"没有关于 {text} 的记录",
                remedy="`fanzha cases` lists cases, `fanzha case N` what their reports name",
                remedy_zh="fanzha cases 列出案件，fanzha case N 列出其标识",
            )
        found.append(one)
    return found


def recorded_in(engine: Engine, one: Thing) -> int | None:
    """The first file whose records hold an identifier as an account, a number, a device or a document; None if none does."""
    places = _RECORDED.get(one[0], ())
    found = [
        engine.rows(f'SELECT MIN("file") FROM "{name}" WHERE "{column}" = ?', (one[1],))[0][0]
        for name, column in places
    ]
    return min((int(file) for file in found if file is not None), default=None)


def why_of(linker: Linker, engine: Engine, texts: Sequence[str]) -> Why:
    """Why two things belong together or not: by what reports tell (`link.why`), and by who or what is behind both."""
    left, right = known_things(engine, texts)
    return replace(why(linker, left, right), entity=between(engine, left, right))


def case_of(engine: Engine, report: str) -> str | None:
    """The case that a report belongs to by itself; a case number that was given up leads to the present one this way."""
    file, row = report.split("-")
    return str(found) if (found := engine.rows(_CASE_OF, (int(file), int(row)))[0][0]) else None


def cases_of(engine: Engine, reports: Sequence[str]) -> dict[str, str]:
    """The case of each report that is in one."""
    found = ((one, case_of(engine, one)) for one in reports)
    return {one: case for one, case in found if case}


def reports_of(engine: Engine, case_id: str) -> list[str]:
    """The reports of a case."""
    return [f"{file}-{row}" for file, row in engine.rows(_OF_CASE, (case_id,))]


def split_sides(engine: Engine, case_id: str, reports: Sequence[str]) -> tuple[list[str], list[str]]:
    """The reports that leave a case and those that stay. Raises NotAllowed if some are not in it, or none would stay."""
    out, members = list(dict.fromkeys(reports)), reports_of(engine, case_id)
    if not set(out) < set(members):
        raise NotAllowed(
            f"some, not all, reports of case {case_id} can be split off; it holds {', '.join(members[:30])}",
            f"只能从案件 {case_id} 中分出部分报案；该案现有 {'、'.join(members[:30])}",
            remedy=f"see `fanzha case {case_id}`, and name some of these reports",
            remedy_zh=f"见 fanzha case {case_id}，请从上述报案中指明",
        )
    return out, [one for one in members if one not in out]


def judge(
    record: Record, engine: Engine, act: Act, verdict: str, sides: tuple[Sequence[Thing], Sequence[Thing]], reason: str
) -> int:
    """Journal a judgement; the number of the act. What it says is sealed with the first report concerned, and goes if that is erased."""
    if not reason.strip():
        raise InputError(
            "a judgement needs a reason",
            "认定必须说明理由",
            remedy="say in a few words why",
            remedy_zh="请简要说明理由",
        )
    entries = record.journal.entries()
    check(entries, verdict, *sides)
    about = entries[_admission(engine, [*sides[0], *sides[1]])]
    left, right = ("\n".join(said(one) for one in side) for side in sides)
    private = {"left": left, "right": right, "reason": reason}
    entry = record.note("judge", act, {"verdict": verdict, "admission": about.seq}, about=about, private=private)
    return entry.seq


def _admission(engine: Engine, things: Sequence[Thing]) -> int:
    """The first admission concerned."""
    for kind, value in things:
        if kind == "report":
            return int(value.split("-")[0])
    kind, value = things[0]
    kinds = ("account", "bank_card") if kind == "account" else (kind, "url" if kind == "domain" else kind)
    sql = 'SELECT MIN("file") FROM "mentions" WHERE "kind" IN (?, ?) AND "value" = ?'
    first = engine.rows(sql, (*kinds, value))[0][0]
    if first is None:  # a domain that is only named within an address
        first = engine.rows('SELECT MIN("file") FROM "joins" WHERE "kind" = ? AND "value" = ?', (kind, value))[0][0]
    if first is None:  # no report tells of it
        first = recorded_in(engine, (kind, value))
    return int(first or 0)
