"""Orders in a workspace on disk: steps are adopted, acts sealed, tables follow, an erasure leaves the order without its account."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import fanzha
from fanzha.chain import Workspace, ordering
from fanzha.errors import NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.order_book import orders_of, write_orders
from fanzha.respond.orders import Order, Proposal, order_of
from fanzha.respond.overdue import due, over_held
from fanzha.respond.propose import propose
from fanzha.store.record import Act
from fanzha.store.tables import all_tables

NOW = 1_792_000_000_000  # 2026-10-14 20:26:40 in China
HOUR = 3_600_000
CARD = "6222021001116245702"
OTHER = "6288448643841318696"


class Desk:
    """A workspace and the hour of the day."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.at_ms = workspace, NOW

    def do(self, name: str, *given: object, by: str = "王小明", **named: object) -> Order:
        function = getattr(ordering, name)
        made: Order = function(self.workspace.record, self.workspace.engine, Act(by, self.at_ms), *given, **named)
        return made

    def orders(self) -> list[Order]:
        return orders_of(self.workspace.acts(), self.at_ms)

    def steps(self, case_id: str) -> list[tuple[str, str, int | None, str]]:
        rows = self.workspace.engine.all_rows("steps").to_pylist()
        return [(s["verb"], s["target"], s["amount_minor"], s["ground"]) for s in rows if s["case_id"] == case_id]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with fanzha.open(tmp_path / "w", actor="王小明", clock=lambda: NOW) as workspace:
        yield Desk(workspace)


def report(folder: Path, name: str, *texts: str) -> Path:
    lines = [
        {
            "id": f"{name}-{n}", "reported_at": "2026-10-14T09:30:00+08:00", "category": "虚假征信", "loss": "100000.00",
            "city": "杭州", "text": text,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def paid(card: str, yuan: int) -> str:
    return f"2026年10月14日8时向账户{card}转账{yuan}元。"


def test_from_the_intake_to_the_freeze(desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    workspace.admit([report(tmp_path, "a", paid(CARD, 100_000))])
    case = workspace.cases()[0].id
    hold, request = ("hold", CARD, 10_000_000, "stated_payment"), ("request_statement", CARD, 10_000_000, "trail_ends")
    assert desk.steps(case)[:2] == [hold, request], "as soon as intake names an account"
    one = desk.do("adopt_step", case, 1)
    assert (one.verb, one.account, one.amount, one.body, one.law) == (
        "hold",
        CARD,
        10_000_000,
        "中国工商银行",
        "pboc_261",
    )
    assert desk.steps(case) == [request], "what is ordered is not proposed again"
    desk.do("approve", one.order)
    with pytest.raises(NotAllowed, match=r"at most ¥0\.00"):
        desk.do("propose_order", Proposal("hold", "再止付", case, CARD, 1))
    desk.do("send", one.order)
    desk.at_ms += HOUR
    held = desk.do("reply", one.order, "已止付", amount=6_000_000)
    assert held.state == "in_force" and desk.steps(case) == [request], "what the bank did not find is not ordered again"
    with pytest.raises(NotFound):
        desk.do("adopt_step", case, 1)
    query = desk.do("adopt_step", case, 2, "查流水")
    assert query.verb == "query" and desk.steps(case) == [], "the second step is still the second"
    with pytest.raises(NotFound):
        desk.do("adopt_step", case, 2)
    extension = desk.do("extend", one.order, "手续办理中", by="李")
    assert (extension.proposer, extension.approvers) == ("李", ("李",))
    freeze = desk.do("propose_order", Proposal("freeze", "立案", amount=6_000_000, follows=one.order), by="李")
    assert (freeze.account, freeze.case_id, freeze.ground, freeze.law) == (
        CARD,
        case,
        "stated_payment",
        "procedure_239",
    )
    with pytest.raises(NotAllowed, match="two persons"):
        desk.do("approve", freeze.order, by="李")
    desk.do("approve", freeze.order)
    desk.do("send", freeze.order)
    desk.do("reply", freeze.order, amount=6_000_000)
    part = desk.do("lift", freeze.order, "生活费", amount=500_000, ground="living_expenses")
    now = {one.order: (one.state, one.held) for one in desk.orders()}
    assert (now[one.order], now[freeze.order], now[part.order]) == (
        ("turned", 0),
        ("in_force", 5_500_000),
        ("approved", None),
    )
    assert over_held(workspace.engine) == []
    assert next((d.order, d.what) for d in due(workspace.engine, desk.orders(), desk.at_ms)) == (
        part.order,
        "lift_send",
    )
    sealed = [entry for entry in workspace.acts() if entry.act == "order"]
    assert all(CARD not in json.dumps(entry.public) and (entry.private or {})["account"] == CARD for entry in sealed)
    written = {name: workspace.engine.all_rows(name) for name in ("orders", "order_events")}
    workspace.rebuild()
    write_orders(workspace.engine, workspace.acts(), workspace.as_of())
    assert written == {name: workspace.engine.all_rows(name) for name in written}, (
        "made again from the journal, row for row"
    )
    assert set(written) <= set(all_tables())


def test_a_judgement_takes_the_ground_and_the_lift_is_adopted(desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    workspace.admit([report(tmp_path, "a", paid(CARD, 100_000))])
    case = workspace.cases()[0].id
    one = desk.do("adopt_step", case, 1)
    desk.do("approve", one.order)
    desk.do("send", one.order)
    desk.do("reply", one.order, amount=4_000_000)
    workspace.judge("nobody", [f"account:{CARD}"], reason="系报案人误填")
    case = workspace.cases()[0].id
    with pytest.raises(NotAllowed, match="belongs to no swindler"):
        desk.do("propose_order", Proposal("hold", "再止付", case, CARD, 1_000))
    write_orders(workspace.engine, workspace.acts(), workspace.as_of())
    propose(workspace.engine, workspace.as_of())
    assert desk.steps(case)[0] == ("lift", CARD, 4_000_000, "judged_nobody")
    lift = desk.do("adopt_step", case, next(one.number for one in workspace.steps(case) if one.verb == "lift"))
    assert (lift.law, lift.amount, order_of(desk.orders(), one.order).state) == ("cpl_145", 4_000_000, "lifted")


def test_an_erasure_leaves_the_order_and_blanks_its_account(desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    admitted = workspace.admit([report(tmp_path, "a", paid(CARD, 100_000))])
    one = desk.do("adopt_step", workspace.cases()[0].id, 1, "急")
    desk.do("approve", one.order, "同意")
    workspace.erase(admitted[0].file, ground=next(iter(vocabulary("erasures"))))
    found = order_of(desk.orders(), one.order)
    assert (found.account, found.reason, found.state, found.amount) == ("", "", "approved", 10_000_000)
    assert {event.note for event in found.events} == {""}
    assert desk.do("withdraw", one.order, "案件资料已清除").state == "withdrawn", (
        "it can still be ended, in words that are not kept"
    )


def test_an_order_follows_its_case_when_cases_become_one(desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    workspace.admit([report(tmp_path, "a", paid(OTHER, 2_000)), report(tmp_path, "b", paid(CARD, 100_000))])
    cases = {row[0]: row[1] for row in workspace_rows(workspace, 'SELECT "account", "case_id" FROM "disputed"')}
    one = desk.do("propose_order", Proposal("hold", "急", cases[CARD], CARD, 10_000_000))
    workspace.merge(cases.values(), reason="同一团伙")
    assert len(workspace.cases()) == 1
    assert desk.do("approve", one.order).state == "approved", "the case goes under another number, the ground stands"


def workspace_rows(workspace: Workspace, sql: str) -> list[tuple[str, ...]]:
    workspace.refresh()
    return workspace.engine.rows(sql)
