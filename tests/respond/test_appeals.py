"""Appeals and objections: an independent check, a lift at once, corrections to all who had the flag; and returns as orders."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from fanzha.chain import appealing, ordering
from fanzha.chain.returning import give_notice, propose_returns, table_rows
from fanzha.chain.returning_computed import make_returns, notices_of, payment_of
from fanzha.chain.stages import as_of, reference_data
from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.appeals import (
    MAY,
    OUTCOMES,
    Appeal,
    appeals_of,
    check_undo,
    claim_key,
    decided_claims,
    due,
)
from fanzha.respond.corrections import corrections_due
from fanzha.respond.order_book import orders_of
from fanzha.respond.orders import Order, Proposal
from fanzha.respond.overdue import due as queue_of
from fanzha.store.engine import Engine
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record
from tests.trace.money_worlds import DAY, HOUR, leg, paid, put, report, world

A, V, W = "6222000000000000001", "6222000000000000091", "6222000000000000092"
T0 = 1_800_000_000_000


class Desk:
    """A workspace by hand: two victims paid A in one second, no balances, A sent part of it on; 500.00 are left."""

    def __init__(self, folder: Path, same_second: bool) -> None:
        self.now = T0
        folder.mkdir()
        self.record = Record(folder, self.act("建立人"))
        held = self.record.receive([b"reports"])
        assert self.record.add(held, self.act("建立人"), {}, {"name": "报案"}).seq == 1
        self.record.put_in_use("card_bins", reference_data()["card_bins"], self.act("建立人"))
        legs = [
            leg(1, A, 0, 40_000, None if same_second else 40_000, V),
            leg(2, A, 0 if same_second else 1, 60_000, None if same_second else 100_000, W),
            leg(3, A, 2, -50_000, None if same_second else 50_000, ""),
        ]
        reports = [report(1, case_id="1-1"), report(2, case_id="1-1")]
        self.engine = world(legs, reports, paid(1, A, 40_000, 0) + paid(2, A, 60_000, 0))
        put(self.engine, "files", [{"file": 1, "at_ms": T0}, {"file": 10, "at_ms": T0}])

    def act(self, who: str) -> Act:
        self.now += 60_000
        return Act(who, self.now)

    def entries(self) -> list[Entry]:
        return list(self.record.journal.entries())

    def orders(self) -> dict[int, Order]:
        return {one.order: one for one in orders_of(self.entries(), self.now)}

    def in_force(self, verb: str = "freeze", amount: int = 50_000) -> int:
        r, e = self.record, self.engine
        one = ordering.propose_order(
            r, e, self.act("赵提出"), Proposal(verb, "涉案", "1-1", A, amount, body="测试银行")
        ).order
        ordering.approve(r, e, self.act("钱批准"), one)
        ordering.send(r, e, self.act("钱批准"), one)
        ordering.reply(r, e, self.act("钱批准"), one, amount=amount)
        return one

    def compute(self) -> list[tuple[int, str, int]]:
        make_returns(self.engine, self.entries(), as_of(self.engine))
        return [(one.row, one.method, one.amount) for one in table_rows(self.engine)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    one = Desk(tmp_path / "ws", same_second=True)
    yield one
    one.record.close()
    one.engine.close()


def table(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.rows(
        'SELECT "appeal", "state", "checker", "amount_minor", "told", "text" FROM "appeals" ORDER BY "appeal"'
    )


def test_an_upheld_appeal_lifts_at_once_and_lists_whom_to_tell(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    order = desk.in_force("hold")
    r.note("export", desk.act("孙导出"), {"table": "disputed", "purpose": "anti_fraud", "rows": 1})
    r.note("export", desk.act("孙导出"), {"table": "calls", "purpose": "anti_fraud", "rows": 1})  # flags no account
    one = appealing.take_in(r, e, desk.act("李受理"), order, "这是我的货款", "holder")
    assert (one.state, one.order, one.due_ms) == ("received", order, due(one.at_ms))
    for had_part in ("赵提出", "钱批准", "李受理"):
        with pytest.raises(NotAllowed):
            appealing.assign(r, e, desk.act("李受理"), one.appeal, had_part)
    with pytest.raises(NotAllowed):  # nobody checks it yet
        appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "有发货单")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    with pytest.raises(NotAllowed):  # not the checker
        appealing.decide(r, e, desk.act("吴旁人"), one.appeal, "upheld", "有发货单")
    with pytest.raises(InputError):  # no reasons
        appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", " ")
    assert desk.orders()[order].state == "in_force"
    one = appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "有发货单，系善意取得")
    assert (one.state, one.amount, one.checker) == ("upheld", 50_000, "周复核")
    lifted = desk.orders()[order]
    assert (lifted.state, lifted.held) == ("lifted", 0)
    (lift,) = [each for each in desk.orders().values() if each.verb == "lift"]
    assert (lift.ground, lift.law, lift.proposer) == ("appeal_upheld", "anti_fraud_32", "周复核")
    waiting = appealing.corrections(r, desk.now)
    assert [(each.kind, each.body) for each in waiting] == [("order", "测试银行"), ("export", "孙导出")]
    for each in waiting:
        appealing.told(r, e, desk.act("李受理"), one.appeal, each.name)
    assert appealing.corrections(r, desk.now) == []
    with pytest.raises(NotFound):
        appealing.told(r, e, desk.act("李受理"), one.appeal, "order:1:别的银行")
    assert table(e) == [(one.appeal, "upheld", "周复核", 50_000, 2, "这是我的货款")]


def test_an_appeal_upheld_in_part_lifts_that_part(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    order = desk.in_force("hold")
    one = appealing.take_in(r, e, desk.act("李受理"), order, "其中一百元是工资", "holder")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    for amount in (None, 0, 50_001):
        with pytest.raises(InputError):
            appealing.decide(r, e, desk.act("周复核"), one.appeal, "partly", "工资条", amount)
    appealing.decide(r, e, desk.act("周复核"), one.appeal, "partly", "工资条", 10_000)
    after = desk.orders()[order]
    assert (after.state, after.held) == ("in_force", 40_000)


def test_an_appeal_against_a_hold_that_became_a_freeze_lifts_the_freeze(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    hold = desk.in_force("hold")
    freeze = ordering.propose_order(
        r, e, desk.act("赵提出"), Proposal("freeze", "续控", amount=50_000, follows=hold)
    ).order
    ordering.approve(r, e, desk.act("钱批准"), freeze)
    ordering.send(r, e, desk.act("钱批准"), freeze)
    ordering.reply(r, e, desk.act("钱批准"), freeze, amount=50_000)
    one = appealing.take_in(r, e, desk.act("李受理"), hold, "货款", "other")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "善意取得")
    assert desk.orders()[freeze].state == "lifted"


def test_rejected_and_withdrawn_appeals_lift_nothing(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    order = desk.in_force("hold")
    first = appealing.take_in(r, e, desk.act("李受理"), order, "不服", "holder")
    appealing.assign(r, e, desk.act("李受理"), first.appeal, "周复核")
    appealing.decide(r, e, desk.act("周复核"), first.appeal, "rejected", "无凭证")
    second = appealing.take_in(r, e, desk.act("李受理"), order, "不服", "holder")
    appealing.withdraw(r, e, desk.act("李受理"), second.appeal)
    assert [row[1] for row in table(e)] == ["rejected", "withdrawn"]
    assert desk.orders()[order].held == 50_000
    for done in (first, second):
        with pytest.raises(NotAllowed):
            appealing.assign(r, e, desk.act("李受理"), done.appeal, "郑复核")


def test_what_cannot_be_appealed_against_is_refused(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    proposed = ordering.propose_order(r, e, desk.act("赵提出"), Proposal("hold", "涉案", "1-1", A, 50_000)).order
    with pytest.raises(NotAllowed):
        appealing.take_in(r, e, desk.act("李受理"), proposed, "不服", "holder")
    with pytest.raises(NotFound):
        appealing.take_in(r, e, desk.act("李受理"), 999, "不服", "holder")
    with pytest.raises(InputError):
        appealing.take_in(r, e, desk.act("李受理"), proposed, "不服", "stranger")
    with pytest.raises(InputError):
        appealing.take_in(r, e, desk.act("李受理"), proposed, "  ", "holder")


def test_what_a_person_says_goes_with_the_report_it_is_sealed_with(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    order = desk.in_force("hold")
    one = appealing.take_in(r, e, desk.act("李受理"), order, "这是我的货款", "holder")
    public = [entry.public for entry in desk.entries() if entry.act == "appeal"]
    assert "货款" not in str(public)
    r.erase(desk.entries()[1], desk.act("李受理"), {"ground": "request"})
    (left,) = appeals_of(desk.entries())
    assert (left.appeal, left.state, left.text, left.order) == (one.appeal, "erased", "", order)
    with pytest.raises(NotAllowed):
        appealing.take_in(r, e, desk.act("李受理"), order, "再次申诉", "holder")


def test_undoing(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    order = desk.in_force("hold")
    one = appealing.take_in(r, e, desk.act("李受理"), order, "货款", "holder")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    assigned = desk.entries()[-1].seq
    with pytest.raises(NotAllowed):  # something came after it
        check_undo(desk.entries(), one.appeal)
    check_undo(desk.entries(), assigned)
    r.note("undo", desk.act("李受理"), {"act": assigned})
    assert appeals_of(desk.entries())[0].state == "received"
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "郑复核")
    appealing.decide(r, e, desk.act("郑复核"), one.appeal, "upheld", "有凭证")
    decided = next(entry.seq for entry in desk.entries() if entry.public.get("event") == "decide")
    with pytest.raises(NotAllowed):
        check_undo(desk.entries(), decided)


def test_a_return_in_proportion_waits_for_notice_and_objections(desk: Desk) -> None:
    r, e = desk.record, desk.engine
    assert desk.compute() == [(1, "pro_rata", 20_000), (2, "pro_rata", 30_000)]  # 500.00 by 4 : 6, from the trace
    with pytest.raises(NotAllowed, match="no freeze"):
        propose_returns(r, e, desk.act("赵提出"), A)
    freeze = desk.in_force("freeze")
    assert desk.compute() == [(1, "pro_rata", 20_000), (2, "pro_rata", 30_000)]  # now by the order
    with pytest.raises(NotAllowed, match="notice"):
        propose_returns(r, e, desk.act("赵提出"), A)
    with pytest.raises(InputError):
        give_notice(r, e, desk.act("赵提出"), A, " ")
    with pytest.raises(NotFound):
        give_notice(r, e, desk.act("赵提出"), W, "官网")
    give_notice(r, e, desk.act("赵提出"), A, "官网")
    assert notices_of(desk.entries()) == {(A, "CNY"): (desk.now, "官网")}
    begun = desk.now
    # V objects: W's payment should not count. It is decided by somebody else, before anything goes back.
    one = appealing.object_to_return(
        r, e, desk.act("李受理"), (A, "CNY"), "1-2-1", "without", "该笔与本案无关", "victim"
    )
    (waits,) = [each for each in queue_of(e, list(desk.orders().values()), desk.now) if each.what == "objection"]
    assert (waits.order, waits.account, waits.case_id, waits.due_ms) == (-1, A, "1-1", one.due_ms)
    desk.now = begun + 30 * DAY
    with pytest.raises(NotAllowed, match="objection"):
        propose_returns(r, e, desk.act("赵提出"), A)
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "查明为货款")
    assert "objection" not in {each.what for each in queue_of(e, list(desk.orders().values()), desk.now)}
    assert [(one.row, one.method, one.amount) for one in table_rows(e)] == [(1, "pro_rata", 40_000), (2, "left_out", 0)]
    made = propose_returns(r, e, desk.act("赵提出"), A)
    assert [(each.amount, each.follows, payment_of(each)) for each in made] == [(40_000, freeze, (1, 1, 1))]
    assert propose_returns(r, e, desk.act("赵提出"), A) == []  # under way already
    with pytest.raises(NotAllowed):  # two persons
        ordering.approve(r, e, desk.act("赵提出"), made[0].order)
    ordering.approve(r, e, desk.act("钱批准"), made[0].order)
    ordering.send(r, e, desk.act("钱批准"), made[0].order)
    ordering.reply(r, e, desk.act("钱批准"), made[0].order, amount=40_000)
    # V has all of it back; 100.00 stay frozen for nobody yet
    assert desk.compute() == [(1, "pro_rata", 0), (2, "left_out", 0)]
    assert (table_rows(e)[0].returned, table_rows(e)[0].frozen) == (40_000, 10_000)


def test_a_direct_return_needs_no_notice_and_is_not_given_twice(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ws", same_second=False)
    r, e = desk.record, desk.engine
    desk.in_force("freeze")
    # V's 400.00 and 100.00 of W's left first: 500.00 of W's are frozen
    assert desk.compute() == [(1, "direct", 0), (2, "direct", 50_000)]
    (made,) = propose_returns(r, e, desk.act("赵提出"), A, reason="溯源清楚")
    ordering.approve(r, e, desk.act("钱批准"), made.order)
    ordering.send(r, e, desk.act("钱批准"), made.order)
    ordering.reply(r, e, desk.act("钱批准"), made.order, amount=20_000)  # the bank could return a part only
    assert desk.compute() == [(1, "direct", 0), (2, "direct", 30_000)]
    (rest,) = propose_returns(r, e, desk.act("赵提出"), A)
    assert rest.amount == 30_000
    ordering.approve(r, e, desk.act("钱批准"), rest.order)
    ordering.send(r, e, desk.act("钱批准"), rest.order)
    ordering.reply(r, e, desk.act("钱批准"), rest.order, amount=30_000)
    assert desk.compute() == []  # nothing is frozen any more, whatever the old statement shows
    r.close()
    e.close()


# -- from the journal alone --------------------------------------------------------------------------------------------


def entry(
    seq: int, act: str, public: dict[str, Any], private: dict[str, Any] | None = None, who: str = "李受理"
) -> Entry:
    return Entry(seq, T0 + seq * HOUR, who, act, "item", public, {} if private is None else private)


def test_the_term_is_five_working_days_by_chinese_time() -> None:
    china = timezone(timedelta(hours=8))

    def ms(day: int, hour: int = 0, minute: int = 0) -> int:
        return int(datetime(2027, 1, day, hour, minute, tzinfo=china).timestamp() * 1000)

    # 2027-01-01 is a Friday. Friday evening, Saturday and Sunday all lead to the end of Friday 8 January.
    assert {due(ms(1, 23, 59)), due(ms(2)), due(ms(3, 12))} == {ms(9)}
    assert due(ms(4)) == due(ms(4, 23)) == ms(12)  # Monday: Tuesday to Friday, and the Monday after
    assert due(ms(6)) == ms(14)  # Wednesday: to the end of the next Wednesday


def test_states_words_and_transitions_agree() -> None:
    assert set(MAY) == set(vocabulary("appeal_states"))
    assert set(OUTCOMES) < set(MAY)


def test_the_latest_decision_on_a_payment_holds_and_undone_acts_do_not_count() -> None:
    private = {"text": "x", "account": A, "currency": "CNY", "claim": "1-2-1", "asks": "without"}
    public = {"subject": "return", "order": -1, "by": "victim"}
    acts = [
        entry(0, "appeal", public, private),
        entry(1, "appeal_event", {"appeal": 0, "event": "assign", "checker": "周"}),
        entry(
            2, "appeal_event", {"appeal": 0, "event": "decide", "outcome": "upheld"}, {"reason": "r", "amount": 0}, "周"
        ),
        entry(3, "appeal", public, {**private, "asks": "with"}),
        entry(4, "appeal_event", {"appeal": 3, "event": "assign", "checker": "郑"}),
        entry(
            5, "appeal_event", {"appeal": 3, "event": "decide", "outcome": "partly"}, {"reason": "r", "amount": 7}, "郑"
        ),
    ]
    assert decided_claims(appeals_of(acts)) == {(A, "CNY"): {(1, 2, 1): 7}}
    assert decided_claims(appeals_of([*acts, entry(6, "undo", {"act": 5})])) == {(A, "CNY"): {(1, 2, 1): 0}}
    assert corrections_due(appeals_of(acts), [], acts) == []


def test_payments_as_a_person_writes_them() -> None:
    assert claim_key(" 3-17-2 ") == (3, 17, 2)
    assert claim_key("3-17") == (3, 17, 1)
    for wrong in ("", "3", "a-b-c", "3-17-1-1", "３-١-x"):
        with pytest.raises(InputError):
            claim_key(wrong)


def test_overdue_is_seen_from_the_moment() -> None:
    one: Appeal = appeals_of([entry(0, "appeal", {"subject": "order", "order": 4, "by": "holder"}, {"text": "x"})])[0]
    assert not one.is_overdue(one.due_ms)
    assert one.is_overdue(one.due_ms + 1)
