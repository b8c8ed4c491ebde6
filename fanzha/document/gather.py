"""From tables to what a page shows: every figure keeps the rows it came from; everything printed is masked here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanzha.document.figures import local, money
from fanzha.document.page import Figure, Ref
from fanzha.document.totals import in_major
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_told, mask_value
from fanzha.store.tables import order_by, table

ASKED_AT_ONCE = 500  # numbers in one statement
Row = dict[str, Any]
Place = tuple[int, int]  # file and row


def rows(engine: Engine, name: str, where: str = "", parameters: Iterable[Any] = ()) -> list[Row]:
    """Rows of a declared table in its fixed order, as dictionaries."""
    declared = table(name)
    condition = f"WHERE {where}" if where else ""
    found = engine.rows(f'SELECT * FROM "{name}" {condition} ORDER BY {order_by(declared)}', list(parameters))
    names = declared.column_names()
    return [dict(zip(names, row, strict=True)) for row in found]


def by(key: str, found: Iterable[Row]) -> dict[Any, list[Row]]:
    """Rows grouped by one column, order kept."""
    grouped: dict[Any, list[Row]] = defaultdict(list)
    for row in found:
        grouped[row[key]].append(row)
    return grouped


def sums(found: Iterable[Row], column: str) -> dict[str, int]:
    """Sum of a money column per currency, in minor units; zero sums left out."""
    total: dict[str, int] = defaultdict(int)
    for row in found:
        if row[column]:
            total[row["currency"]] += row[column]
    return dict(sorted(total.items()))


@dataclass(slots=True)
class World:
    """What all pages of one run are made from, read once."""

    engine: Engine
    zone: str
    files: dict[int, Row] = field(default_factory=dict)
    reports: dict[Place, Row] = field(default_factory=dict)
    members: dict[str, list[Place]] = field(default_factory=dict)
    tables: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    pulls: dict[tuple[str, str], Row] = field(default_factory=dict)
    transfers: dict[int, Row] = field(default_factory=dict)
    offsets: dict[Place, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    holders: dict[str, tuple[str, list[str]]] = field(
        default_factory=dict
    )  # account -> tie, other accounts of its holder
    told_once: dict[Place, str] = field(default_factory=dict)

    @classmethod
    def read(cls, engine: Engine, zone: str) -> "World":
        """Read the derived tables."""
        world = cls(engine, zone)
        world.files = {row["file"]: row for row in rows(engine, "files")}
        world.reports = {(row["file"], row["row"]): row for row in rows(engine, "reports")}
        members: dict[str, list[Place]] = defaultdict(list)
        for row in rows(engine, "case_reports"):
            members[row["case_id"]].append((row["file"], row["row"]))
        world.members = dict(members)
        for name in ("joins", "payments", "flows", "disputed", "exits", "steps"):
            world.tables[name] = by("case_id", rows(engine, name))
        near: dict[str, list[Row]] = defaultdict(list)
        for row in rows(engine, "near_links"):
            near[row["case_a"]].append({**row, "other": row["case_b"]})
            near[row["case_b"]].append({**row, "other": row["case_a"]})
        world.tables["near_links"] = near
        world.pulls = {(row["kind"], row["value"]): row for row in rows(engine, "pulls")}
        carried = "transfer IN (SELECT transfer FROM flows UNION ALL SELECT transfer FROM payments)"
        world.transfers = {row["transfer"]: row for row in rows(engine, "transfers", carried)}
        world.names = known_names(engine)
        world.holders = same_holders(engine)
        world.offsets = {
            (file, row): offset
            for side in ("out", "in")
            for file, row, offset in engine.rows(
                f'SELECT l."file", l."row", l.byte_offset FROM legs l JOIN transfers t ON t.{side}_file = l."file"'
                f' AND t.{side}_row = l."row" WHERE t.{carried}'
            )
        }
        return world

    def of(self, name: str, case_id: str) -> list[Row]:
        """The rows of a derived table that belong to a case."""
        return self.tables[name].get(case_id, [])

    def lost(self, place: Place, payments: Iterable[Row]) -> dict[str, int]:
        """What a report says was lost: its own cell, else the payments it states."""
        report = self.reports.get(place, {})
        if report.get("amount_minor"):
            return {report["currency"] or "CNY": report["amount_minor"]}
        return sums((p for p in payments if (p["file"], p["row"]) == place), "amount_minor")

    def show(self, numbers: Iterable[int]) -> None:
        """Read transfers that carried no disputed money too, so that the rows behind them can be shown."""
        wanted = sorted(set(numbers) - self.transfers.keys())
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            some = wanted[start : start + ASKED_AT_ONCE]
            found = rows(self.engine, "transfers", f"transfer IN ({', '.join('?' * len(some))})", some)
            self.transfers.update((row["transfer"], row) for row in found)

    # -- places ----------------------------------------------------------------------------------------------------

    def ref(self, file: int | None, row: int | None, excerpt: str = "") -> tuple[Ref, ...]:
        """A place in a file, or nothing if there is none."""
        if file is None or row is None:
            return ()
        name = str(self.files.get(file, {}).get("name", ""))
        return (Ref(file, name, row, self.offsets.get((file, row), -1), excerpt),)

    def report_ref(self, place: Place) -> Ref:
        """A report's place, with the beginning of what it says, masked."""
        report = self.reports.get(place, {})
        text = self.told(place)
        name = str(self.files.get(place[0], {}).get("name", ""))
        return Ref(place[0], name, place[1], report.get("byte_offset", -1), text[:280])

    def told(self, place: Place) -> str:
        """A report's text with identifiers masked, and every name that any table knows."""
        if place not in self.told_once:
            report = self.reports.get(place, {})
            self.told_once[place] = mask_told(str(report.get("text") or ""), self.names)
        return self.told_once[place]

    def transfer_refs(self, number: int | None) -> tuple[Ref, ...]:
        """The statement rows that show a transfer."""
        transfer = self.transfers.get(number) if number is not None else None
        if transfer is None:
            return ()
        excerpt = (
            f"{local(transfer['at_ms'], self.zone):%Y-%m-%d %H:%M} · {mask_account(transfer['payer'])} → "
            f"{mask_account(transfer['payee'])} · {money(transfer['amount_minor'], transfer['currency'])}"
        )
        return self.ref(transfer["out_file"], transfer["out_row"], excerpt) + self.ref(
            transfer["in_file"], transfer["in_row"], excerpt
        )


def known_names(engine: Engine) -> tuple[str, ...]:
    """Every name that a table knows: what must not stand in a text that is shown."""
    known = engine.rows(
        "SELECT victim FROM reports UNION SELECT holder FROM disputed UNION SELECT counter_holder FROM legs"
        " WHERE counter_account IN (SELECT account FROM disputed) ORDER BY 1"
    )
    return tuple(str(name) for (name,) in known if name)


def mask_account(value: str | None) -> str:
    """An account, card or wallet as it may be printed."""
    if not value:
        return "—"
    return mask_value("wallet" if ":" in value else "account", value)


def figures(amounts: Mapping[str, int], refs: Iterable[Ref], rule: str) -> tuple[Figure, ...]:
    """One figure per currency, all resting on the same rows."""
    kept = unique(refs)
    return tuple(Figure(minor, currency, refs=kept, rule=rule) for currency, minor in amounts.items())


def unique(refs: Iterable[Ref]) -> tuple[Ref, ...]:
    """Places without repeats, in order."""
    seen: dict[tuple[int, int], Ref] = {}
    for ref in refs:
        seen.setdefault((ref.file, ref.row), ref)
    return tuple(seen.values())


def case_rows(engine: Engine, zone: str = "Asia/Shanghai") -> list[Row]:
    """Every case in figures, the one with most money still reachable first (see chain.Case for the fields)."""
    world = World.read(engine, zone)
    found = []
    for case_id, places in world.members.items():
        reports = [world.reports[place] for place in places]
        disputed, payments = world.of("disputed", case_id), world.of("payments", case_id)
        stated: dict[str, int] = defaultdict(int)
        for place in places:
            for currency, minor in world.lost(place, payments).items():
                stated[currency] += minor
        times = [report["at_ms"] for report in reports if report["at_ms"] is not None]
        found.append(
            {
                "id": case_id,
                "reports": len(places),
                "first_ms": min(times, default=None),
                "last_ms": max(times, default=None),
                "places": tuple(sorted({report["city"] for report in reports if report["city"]})),
                "accounts": len({row["account"] for row in disputed}),
                "tiers": max((row["tier"] for row in disputed), default=0),
                "stated": dict(sorted(stated.items())),
                "held": sums(disputed, "held_minor"),
                "exited": sums(disputed, "exited_minor"),
                "unlocated": sums(disputed, "unlocated_minor"),
                "steps": len(world.of("steps", case_id)),
            }
        )
    return sorted(found, key=_urgency)


def _urgency(case: Row) -> tuple[int, int, int, str]:
    """Money still held first, then the loss as stated: the order of the overview page."""
    return (-in_major(case["held"]), -in_major(case["stated"]), -case["reports"], case["id"])


def same_holders(engine: Engine) -> dict[str, tuple[str, list[str]]]:
    """For each account that disputed money reached and whose holder has others: the strongest tie, and the others, sorted."""
    found = engine.rows(
        "SELECT d.account, e.how, o.member FROM (SELECT DISTINCT account FROM disputed) AS d"
        " JOIN entities AS e ON e.member = d.account AND e.member_kind IN ('account', 'wallet')"
        " JOIN entities AS o ON o.entity = e.entity AND o.member <> e.member ORDER BY d.account, o.member"
    )
    others: dict[str, tuple[str, list[str]]] = {}
    for account, how, other in found:
        others.setdefault(account, (how, []))[1].append(other)
    return others
