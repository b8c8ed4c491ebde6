"""Corrections reach whoever got the flag: bodies that an order or an export went to, and who exported for own use."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import fanzha
from fanzha.chain import appealing
from fanzha.errors import NotAllowed, NotFound
from fanzha.respond.corrections import FLAGGING, corrections_due, withdrawal_of
from fanzha.store.journal import Entry
from fanzha.store.tables import all_tables
from tests.conftest import CITY, Run
from tests.respond.test_appeals import Desk

ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.just(0)),
        st.tuples(st.just("withdraw"), st.integers(0, 12)),
        st.tuples(st.just("undo"), st.integers(0, 12)),
        st.tuples(st.sampled_from(("disputed", "legs")), st.integers(0, 3)),
    ),
    max_size=13,
)


HISTORY = [("admit", 0), ("disputed", 1), ("disputed", 1), ("disputed", 0), ("withdraw", 0)]


def entry(seq: int, act: str, public: dict[str, object], actor: str = "李雷") -> Entry:
    return Entry(seq, seq, actor, act, "", public, None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path / "ws", same_second=True)
    yield one
    one.record.close()
    one.engine.close()


def test_flagging_tables_exist() -> None:
    assert set(FLAGGING) <= set(all_tables())


def test_an_upheld_appeal_reaches_those_to_whom_the_flag_was_exported(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    before = {"table": "disputed", "purpose": "anti_fraud", "rows": 1, "to": "早先单位"}
    r.note("export", desk.act("孙导出"), before)  # before the order: the flag was another
    order = desk.in_force("hold")
    for to in ("市局", "市局", "测试银行", ""):  # twice to one body; the bank had the order itself
        public = {"table": "roles", "purpose": "anti_fraud", "rows": 1, **({"to": to} if to else {})}
        r.note("export", desk.act("孙导出"), public)
    one = appealing.take_in(r, e, desk.act("李受理"), order, "这是我的货款", "holder")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "有发货单")
    r.note("export", desk.act("孙导出"), {"table": "roles", "purpose": "anti_fraud", "rows": 1, "to": "后来单位"})
    waiting = appealing.corrections(r, desk.now)
    assert [(each.kind, each.body, each.own_use) for each in waiting] == [
        ("order", "测试银行", False), ("export", "市局", False), ("export", "孙导出", True),
    ]  # fmt: skip
    appealing.told(r, e, desk.act("李受理"), one.appeal, waiting[1].name)
    assert [each.body for each in appealing.corrections(r, desk.now)] == ["测试银行", "孙导出"]


def test_a_withdrawn_admission_reaches_those_who_had_it(desk: Desk) -> None:
    r = desk.record
    shared = {"table": "disputed", "purpose": "anti_fraud", "rows": 1}
    r.note("export", desk.act("孙导出"), {**shared, "to": "市局"})
    r.note("export", desk.act("孙导出"), {**shared, "table": "calls", "to": "电信公司"})  # flags no account
    assert appealing.corrections(r, desk.now) == []
    gone = r.note("withdraw", desk.act("孙导出"), {"admission": 1}, about=desk.entries()[1], private={"reason": "误报"})
    r.note("export", desk.act("孙导出"), {**shared, "to": "后来单位"})  # it never saw the report
    (one,) = appealing.corrections(r, desk.now)
    assert (one.appeal, one.withdrawn, one.kind, one.body) == (-1, 1, "export", "市局")
    for wrong in ("", "export:9:市局", "市局"):
        with pytest.raises(NotFound):
            appealing.told_withdrawn(r, desk.act("李受理"), 1, wrong)
    with pytest.raises(NotFound):
        appealing.told_withdrawn(r, desk.act("李受理"), 2, one.name)
    with pytest.raises(NotAllowed, match="names no person"):
        appealing.told_withdrawn(r, desk.act("root"), 1, one.name)
    r.note("undo", desk.act("孙导出"), {"act": gone.seq})
    assert appealing.corrections(r, desk.now) == [], "the report stands again"
    again = r.note("withdraw", desk.act("孙导出"), {"admission": 1}, about=desk.entries()[1])
    assert [each.body for each in appealing.corrections(r, desk.now)] == ["市局", "后来单位"]
    appealing.told_withdrawn(r, desk.act("李受理"), 1, one.name)
    assert [each.body for each in appealing.corrections(r, desk.now)] == ["后来单位"]
    assert withdrawal_of(desk.entries(), 1) == again.seq and withdrawal_of(desk.entries(), 0) is None


@given(ACTS)
@example(HISTORY)
def test_in_any_history_only_they_are_told_and_each_once(acts: list[tuple[str, int]]) -> None:
    entries: list[Entry] = []
    for seq, (act, number) in enumerate(acts):
        public: dict[str, object] = {"table": act, "to": ("", "甲", "乙", "丙")[number % 4]}
        if act in ("withdraw", "undo"):
            if not (number < seq and entries[number].act == ("admit" if act == "withdraw" else "withdraw")):
                act = "admit"
            public = {"admission" if act == "withdraw" else "act": number}
        entries.append(entry(seq, act if act in ("admit", "withdraw", "undo") else "export", public))
    found = corrections_due([], [], entries)
    if acts == HISTORY:
        assert [(one.act, one.body) for one in found] == [(1, "甲"), (3, "李雷")]
    bodies = [(one.withdrawn, one.body) for one in found if not one.own_use]
    assert len(bodies) == len(set(bodies))
    for one in found:
        withdrawn_by = withdrawal_of(entries, one.withdrawn)
        assert withdrawn_by is not None and one.withdrawn < one.act < entries[-1].seq
        assert entries[one.act].public["table"] == "disputed"
        assert one.own_use == (not entries[one.act].public["to"])


def test_the_recipient_is_named_at_the_export_and_told_from_the_command_line(say: Run) -> None:
    say("admit", CITY / "station_reports.csv")
    said = say("export", "disputed", "--out", "b.csv", "--purpose", "anti_fraud", "--to", "东江公安局")
    assert "For 东江公安局" in said.stdout
    say("export", "disputed", "--out", "c.csv", "--to", "西江公安局")  # masked: journalled for it leaves the body
    say("export", "disputed", "--out", "d.csv", "--purpose", "anti_fraud")
    acts = json.loads(say("acts", "--json").stdout)["acts"]
    exports = [one["details"] for one in acts if one["kind"] == "export"]
    assert [(one.get("to"), one["purpose"]) for one in exports] == [
        ("东江公安局", "anti_fraud"), ("西江公安局", ""), (None, "anti_fraud"),
    ]  # fmt: skip
    file = next(one["act"] for one in acts if one["kind"] == "admit")
    say("withdraw", file, "--reason", "sent by mistake")
    said = say("appeal")
    assert (
        "There are no appeals" in said.stdout and "东江公安局" in said.stdout and f"--withdrawn {file}" in said.stdout
    )
    assert "own use" in said.stdout and "自用" in say("appeal", lang="zh").stdout
    left = json.loads(say("appeal", "--withdrawn", file, "--told", "东江公安局", "--json").stdout)["corrections"]
    assert [(one["body"], one["own_use"]) for one in left] == [("西江公安局", False), ("tester", True)]


def test_in_python_a_recipient_is_named_too(tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="李雷") as workspace:
        workspace.table("disputed", to=" 东江公安局 ")
        assert workspace.acts()[-1].public == {"table": "disputed", "purpose": "", "rows": 0, "to": "东江公安局"}
        workspace.table("disputed", to="  ")
        assert workspace.acts()[-1].public["to"] == "东江公安局", "no recipient, nothing unmasked: no act"
        assert not workspace.tables_differ()
