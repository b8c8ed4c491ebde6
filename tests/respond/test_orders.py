"""What each order needs, who may decide it, how long it lasts, what can be taken back."""

from dataclasses import replace

import pytest

from fanzha.errors import InputError, NotAllowed, NotFound
from fanzha.model.words import vocabulary
from fanzha.respond.order_book import check_undo, orders_of
from fanzha.respond.order_rules import room
from fanzha.respond.orders import CAN, CAN_FOLLOW, FREEZE_MS, HOLD_MS, VERBS, WATCH_MS, Proposal
from fanzha.store.record import Act
from tests.respond.order_desk import HOUR, KNOWN, MINUTE, Desk, desk

__all__ = ["desk"]  # the fixture


def test_a_hold_from_proposal_to_the_end_of_its_term(desk: Desk) -> None:
    one = desk.hold(60_000)
    assert (one.state, one.ground, one.law, one.expires_ms) == (
        "proposed",
        "traced_amount",
        "pboc_261",
        desk.at_ms + HOLD_MS,
    )
    desk.wait(0.1)
    assert desk.do("approve", one.order).approvers == ("张",), "minutes decide: the proposer may approve a hold"
    desk.do("send", one.order, "工商银行")
    desk.wait(1)
    found = desk.do("reply", one.order, "已止付", amount=45_000)
    assert (found.state, found.held, found.from_ms, found.expires_ms) == (
        "in_force",
        45_000,
        desk.at_ms,
        desk.at_ms + HOLD_MS,
    )
    assert [event.code for event in found.events] == ["propose", "approve", "send", "reply"]
    last = desk.at_ms + HOLD_MS
    assert orders_of(desk.acts, last - 1)[0].state == "in_force"
    ended = orders_of(desk.acts, last)[0]
    assert (ended.state, ended.ended_ms) == ("expired", last), "it ends by itself, to the millisecond"


def test_a_hold_is_extended_once(desk: Desk) -> None:
    one = desk.in_force()
    ends = one.expires_ms or 0
    desk.wait(40)
    extension = desk.do("extend", one.order, "冻结手续办理中")
    assert (extension.verb, extension.state) == ("extend_hold", "approved")
    assert desk.now(one.order).expires_ms == ends + HOLD_MS
    with pytest.raises(NotAllowed, match="once at most"):
        desk.do("extend", one.order, "再延")
    desk.do("send", extension.order)
    refused = desk.do("reply", extension.order, is_refused=True)
    assert refused.state == "refused" and desk.now(one.order).expires_ms == ends, (
        "an extension that was refused extends nothing"
    )
    desk.wait(9)
    assert desk.now(one.order).state == "expired"
    with pytest.raises(NotAllowed, match="ended by itself"):
        desk.do("extend", one.order, "再延")


def test_a_hold_that_ran_out_is_not_renewed_by_another(desk: Desk) -> None:
    desk.in_force(60_000)
    desk.wait(49)
    assert desk.hold(40_000).state == "proposed", "what it did not hold is left"
    with pytest.raises(NotAllowed, match=r"at most ¥400\.00"):
        desk.hold(40_001)
    desk.facts["A"] = replace(KNOWN, arrived_ms=desk.at_ms)
    assert desk.hold(90_000).state == "proposed", "new disputed money came"
    assert desk.hold(100_000, verb="freeze").state == "proposed", "a freeze is another decision, by two"


def test_never_more_than_is_disputed_less_what_others_hold(desk: Desk) -> None:
    desk.in_force(60_000, held=50_000)
    with pytest.raises(NotAllowed, match=r"at most ¥500\.00"):
        desk.hold(50_001)
    left = desk.hold(50_000)
    rival = desk.hold(50_000)
    desk.sent(left)
    with pytest.raises(NotAllowed, match="nothing is left"):
        desk.do("approve", rival.order)
    desk.there["A"] = 70_000
    with pytest.raises(NotAllowed, match=r"at most ¥0\.00"):
        desk.hold(1)
    assert desk.over() == [], "part of what was sent waits for the reply"
    desk.do("reply", left.order, amount=30_000)
    assert desk.over() == [(left.order, 10_000)], "the latest order gives way first"


def test_a_freeze_takes_two_persons_and_turns_the_hold(desk: Desk) -> None:
    one = desk.in_force()
    freeze = desk.do("propose_order", Proposal("freeze", "立案", amount=60_000, follows=one.order))
    with pytest.raises(NotAllowed, match="two persons"):
        desk.do("approve", freeze.order)
    assert room(desk.hold(1), desk.known("A"), desk.orders()) == 40_000
    desk.do("approve", freeze.order, by="李")
    assert room(desk.hold(1), desk.known("A"), desk.orders()) == 40_000, "hold and freeze of the same money count once"
    desk.do("send", freeze.order)
    desk.wait(1)
    found = desk.do("reply", freeze.order, amount=55_000)
    assert (found.state, (found.expires_ms or 0) - desk.at_ms) == ("in_force", FREEZE_MS)
    turned = desk.now(one.order)
    assert (turned.state, turned.ended_ms, turned.held) == ("turned", desk.at_ms, 0)
    extension = desk.do("extend", found.order, "案件复杂")
    assert extension.state == "proposed", "the other person decides"
    desk.do("approve", extension.order, by="李")
    assert desk.now(found.order).expires_ms == (found.expires_ms or 0) + FREEZE_MS
    with pytest.raises(NotAllowed, match="turned into a freeze"):
        desk.do("lift", one.order, "不再需要")


@pytest.mark.parametrize("innocent", ["shop", "payroll", "family"])
@pytest.mark.parametrize("verb", ["hold", "query", "watch"])
def test_two_persons_where_the_holder_may_be_innocent(desk: Desk, innocent: str, verb: str) -> None:
    desk.facts["A"] = replace(KNOWN, innocent=innocent)
    one = desk.do("propose_order", Proposal(verb, "急", "1-1", "A", 1_000 if verb == "hold" else None, "CNY"))
    assert one.innocent == innocent
    with pytest.raises(NotAllowed, match="two persons"):
        desk.do("approve", one.order)
    assert desk.do("approve", one.order, by="李").state == "approved"


def test_the_innocent_explanation_that_came_later_counts(desk: Desk) -> None:
    one = desk.hold()
    desk.facts["A"] = replace(KNOWN, innocent="shop")
    with pytest.raises(NotAllowed, match="two persons"):
        desk.do("approve", one.order)


def test_no_hold_on_a_victims_own_account_but_a_protective_one(desk: Desk) -> None:
    desk.facts["V"] = replace(KNOWN, own=True)
    with pytest.raises(NotAllowed, match="protective hold"):
        desk.hold(1_000, "V")
    one = desk.hold(500_000, "V", ground="protective_hold")
    assert one.state == "proposed", "the victim's own money has no limit but the victim's word"
    desk.sent(one)
    assert desk.do("reply", one.order, amount=500_000).state == "in_force"
    assert desk.do("lift", one.order, "被害人要求", ground="victim_asks").state == "approved"
    assert desk.now(one.order).state == "lifted"
    for refused in ({"verb": "freeze", "account": "V"}, {"verb": "hold", "account": "A"}):
        with pytest.raises(NotAllowed, match="victim's own account"):
            desk.hold(1_000, ground="protective_hold", **refused)


@pytest.mark.parametrize("gone", [{"cleared": True}, {"invalid": True}, {"own": True}, {"case_exists": False}])
@pytest.mark.parametrize("step", ["approve", "send"])
def test_nothing_goes_on_once_the_ground_is_gone(desk: Desk, gone: dict[str, bool], step: str) -> None:
    one = desk.hold()
    if step == "send":
        desk.do("approve", one.order)
    desk.facts["A"] = replace(KNOWN, **gone)
    with pytest.raises(NotAllowed, match="no ground"):
        desk.do(step, one.order)
    assert desk.do("withdraw", one.order, "依据已消失").state == "withdrawn"


def test_an_account_that_nothing_leads_to_is_not_even_asked_about(desk: Desk) -> None:
    desk.facts["X"] = replace(KNOWN, named=False)
    for verb in ("query", "query_holder", "all_accounts", "watch"):
        with pytest.raises(NotAllowed, match="no report of the case names"):
            desk.do("propose_order", Proposal(verb, "看看", "1-1", "X", None, "CNY"))


def test_a_lift_counts_at_once_and_is_never_taken_back(desk: Desk) -> None:
    one = desk.in_force(60_000)
    part = desk.do("lift", one.order, "生活费", amount=5_000, ground="living_expenses")
    assert (part.state, part.approvers, desk.now(one.order).held) == ("approved", ("张",), 55_000)
    with pytest.raises(NotAllowed, match=r"at most ¥550\.00"):
        desk.do("lift", one.order, "再解", amount=55_001)
    whole = desk.do("lift", one.order, "申诉成立")
    assert whole.amount == 55_000 and desk.now(one.order).state == "lifted"
    for act in (part.order, whole.order):
        with pytest.raises(NotAllowed, match="lift that was decided stays"):
            check_undo(desk.acts, act)
    with pytest.raises(NotAllowed):
        desk.do("withdraw", whole.order, "改主意")
    desk.do("send", whole.order)
    assert desk.do("reply", whole.order, is_refused=True).state == "refused"
    assert desk.now(one.order).state == "lifted", "the bank's refusal does not bring it back"


def test_a_hold_that_was_sent_can_be_lifted_before_the_reply(desk: Desk) -> None:
    one = desk.sent(desk.hold())
    with pytest.raises(NotAllowed, match="once the reply says"):
        desk.do("lift", one.order, "部分", amount=1)
    desk.do("lift", one.order, "误报")
    assert desk.now(one.order).state == "lifted"
    with pytest.raises(NotAllowed, match="lifted"):
        desk.do("reply", one.order, amount=60_000)


def test_what_can_be_taken_back_and_what_is_ended_by_a_lift(desk: Desk) -> None:
    one = desk.hold()
    before = desk.orders()
    desk.do("approve", one.order)
    approval = desk.acts[-1].seq
    with pytest.raises(NotAllowed, match="came after it"):
        check_undo(desk.acts, one.order)
    check_undo(desk.acts, approval)
    desk.undo(approval)
    assert desk.orders() == before
    desk.do("decline", one.order, "证据不足")
    with pytest.raises(NotAllowed, match="came after it"):
        check_undo(desk.acts, desk.acts[-2].seq)  # undoing the undo would bring an approval back before a refusal
    check_undo(desk.acts, desk.acts[-1].seq)
    desk.undo(desk.acts[-1].seq)
    check_undo(desk.acts, one.order)
    desk.undo(one.order)
    assert desk.orders() == []
    sent = desk.sent(desk.hold())
    with pytest.raises(NotAllowed, match="knows of it"):
        check_undo(desk.acts, desk.acts[-1].seq)
    desk.do("reply", sent.order, amount=1)
    with pytest.raises(NotAllowed, match="knows of it"):
        check_undo(desk.acts, desk.acts[-1].seq)
    check_undo(desk.acts, 0)  # other acts are not its affair


def test_a_draft_lapses_and_a_late_reply_still_tells_what_was_held_in_time(desk: Desk) -> None:
    draft, sent = desk.hold(10_000), desk.sent(desk.hold(10_000))
    went_out = desk.at_ms
    desk.wait(60)
    with pytest.raises(NotAllowed, match="ended by itself"):
        desk.do("approve", draft.order)
    assert desk.now(sent.order).state == "expired"
    with pytest.raises(InputError, match="within its term"):
        desk.do("reply", sent.order, amount=10_000)
    with pytest.raises(InputError, match="after it was sent"):
        desk.do("reply", sent.order, amount=10_000, from_ms=went_out - 1)
    found = desk.do("reply", sent.order, amount=10_000, from_ms=went_out + 30 * HOUR)
    assert (found.state, found.held, found.expires_ms) == ("in_force", 10_000, went_out + 78 * HOUR)


def test_replies_say_what_they_must(desk: Desk) -> None:
    one = desk.sent(desk.hold(60_000))
    with pytest.raises(InputError, match="names the amount"):
        desk.do("reply", one.order)
    with pytest.raises(InputError, match=r"the order ¥600\.00"):
        desk.do("reply", one.order, amount=60_001)
    assert desk.do("reply", one.order, "账户无余额", amount=0).state == "refused"
    query = desk.sent(desk.do("propose_order", Proposal("query", "查", "1-1", "A", None, "CNY")))
    with pytest.raises(InputError, match="no other reply"):
        desk.do("reply", query.order, amount=1)
    assert (query.expires_ms, desk.do("reply", query.order).state) == (None, "answered")


def test_a_watch_ends_by_itself_or_is_ended(desk: Desk) -> None:
    watch = desk.sent(desk.do("propose_order", Proposal("watch", "查", "1-1", "A", None, "CNY")))
    watch = desk.do("reply", watch.order)
    assert (watch.state, watch.expires_ms) == ("in_force", desk.at_ms + WATCH_MS)
    ended = desk.do("lift", watch.order, "已查清")
    assert ended.verb == "end_watch" and desk.now(watch.order).state == "lifted"


def test_a_return_takes_from_the_freeze_and_never_more(desk: Desk) -> None:
    freeze = desk.do("propose_order", Proposal("freeze", "立案", "1-1", "A", 60_000, "CNY"))
    desk.sent(freeze, by="李")
    desk.do("reply", freeze.order, amount=50_000)
    first = desk.do("propose_order", Proposal("return", "返还", amount=30_000, follows=freeze.order))
    with pytest.raises(NotAllowed, match=r"at most ¥200\.00"):
        desk.do("propose_order", Proposal("return", "返还", amount=20_001, follows=freeze.order))
    second = desk.do("propose_order", Proposal("return", "返还", amount=20_000, follows=freeze.order))
    for one, left in ((first, 20_000), (second, 0)):
        with pytest.raises(NotAllowed, match="two persons"):
            desk.do("approve", one.order)
        desk.sent(one, by="李")
        assert desk.do("reply", one.order, amount=one.amount).state == "done"
        assert desk.now(freeze.order).held == left
    assert desk.now(freeze.order).state == "returned"


def test_no_software_no_empty_reason_no_unknown_word(desk: Desk) -> None:
    for by in ("", " Fanzha ", "software"):
        with pytest.raises(NotAllowed, match="named person"):
            desk.hold(by=by)
    for proposal in (
        Proposal("hold", " ", "1-1", "A", 1, "CNY"),
        Proposal("seize", "急", "1-1", "A", 1, "CNY"),
        Proposal("hold", "急", "1-1", "A", 1, "CNY", ground="a_feeling"),
        Proposal("hold", "急", "1-1", "A", 1, "CNY", law="none"),
        Proposal("hold", "急", "1-1", "A", None, "CNY"),
        Proposal("hold", "急", "1-1", "A", 0, "CNY"),
        Proposal("query", "急", "1-1", "A", 1, "CNY"),
        Proposal("extend_hold", "急", "1-1", "A"),
        Proposal("", "急"),
    ):
        with pytest.raises(InputError) as error:
            desk.do("propose_order", proposal)
        assert error.value.what_zh and error.value.remedy_zh
    with pytest.raises(NotFound):
        desk.do("approve", 99)
    assert len(desk.acts) == 1, "nothing was journalled"


def test_an_erased_admission_leaves_the_order_without_its_account(desk: Desk) -> None:
    one = desk.in_force()
    desk.acts = [replace(entry, private=None) if entry.seq else entry for entry in desk.acts]
    found = desk.now(one.order)
    assert (found.account, found.reason, found.innocent, found.state, found.held) == ("", "", "", "in_force", 60_000)
    assert desk.do("lift", one.order, "已清除").state == "approved" and desk.now(one.order).state == "lifted"


def test_acts_that_the_state_does_not_allow_change_nothing(desk: Desk) -> None:
    """Such as another version may have written: each event at every state, out of order, and for no order at all."""
    one = desk.hold()
    for event in ("send", "reply", "lift", "dance"):
        desk.note(
            "order_event", ordering_act(desk), {"order": one.order, "event": event, "answer": "done", "amount_minor": 1}
        )
    desk.note("order_event", ordering_act(desk), {"order": 77, "event": "approve"})
    assert desk.now(one.order) == one


def ordering_act(desk: Desk) -> Act:
    return Act("张", desk.at_ms)


def test_every_word_is_said_in_both_languages() -> None:
    assert set(VERBS) == set(vocabulary("orders"))
    assert set(CAN) | {"propose", "extend", "extension_fell", "lift", "turn", "return"} == set(
        vocabulary("order_events")
    )
    assert {spec.law for spec in VERBS.values()} <= set(vocabulary("order_laws"))
    states = {state for allowed in (*CAN.values(), *CAN_FOLLOW.values()) for state in allowed}
    assert states | {spec.good for spec in VERBS.values()} <= set(vocabulary("order_states"))
    for name in ("orders", "order_states", "order_events", "order_laws", "order_dues"):
        assert all(term.en and term.zh for term in vocabulary(name).values())
    assert all(term.note_en and term.note_zh for term in vocabulary("orders").values()), "each verb says its remedy"
    assert MINUTE * 60 == HOUR
