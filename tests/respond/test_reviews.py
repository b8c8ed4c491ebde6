"""Freezes: how long a serious case may be frozen, and what a review may come to."""

from dataclasses import replace

import pytest

from fanzha.errors import InputError, NotAllowed
from fanzha.respond.order_book import check_undo, orders_of
from fanzha.respond.orders import (
    FREEZE_MS,
    LONG_FREEZE,
    LONG_FREEZE_MS,
    REVIEW_MAX_MS,
    REVIEW_MS,
    VERBS,
    Order,
    Proposal,
)
from fanzha.store.record import Act
from tests.respond.order_desk import HOUR, KNOWN, Desk, desk

__all__ = ["desk"]  # the fixture


def frozen(desk: Desk, amount: int = 60_000, law: str = "") -> Order:
    one = desk.do("propose_order", Proposal("freeze", "重大案件，被害人四十名", "1-1", "A", amount, "CNY", law=law))
    desk.do("approve", one.order, by="李")
    desk.do("send", one.order, "工商银行")
    return desk.do("reply", one.order, amount=amount)


def test_a_freeze_of_a_year_names_its_law_and_takes_two_persons(desk: Desk) -> None:
    year = frozen(desk, 30_000, LONG_FREEZE)
    assert (year.law, (year.expires_ms or 0) - (year.from_ms or 0)) == (LONG_FREEZE, LONG_FREEZE_MS)
    plain = frozen(desk, 30_000)
    assert (plain.expires_ms or 0) - (plain.from_ms or 0) == FREEZE_MS, "without it six months"
    longer = desk.do("extend", plain.order, "跨境取证未结", LONG_FREEZE)
    assert (longer.state, longer.law, desk.now(plain.order).expires_ms) == ("proposed", LONG_FREEZE, plain.expires_ms)
    with pytest.raises(NotAllowed, match="two persons"):
        desk.do("approve", longer.order)
    desk.do("approve", longer.order, by="李")
    assert desk.now(plain.order).expires_ms == (plain.expires_ms or 0) + LONG_FREEZE_MS
    desk.do("send", longer.order)
    desk.do("reply", longer.order, is_refused=True)
    assert desk.now(plain.order).expires_ms == plain.expires_ms, "refused, it takes back a year and not six months"


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"freeze", "extend_freeze"}))
def test_nothing_but_a_freeze_lasts_a_year(desk: Desk, verb: str) -> None:
    held = desk.in_force(10_000).order
    amount = 1_000 if VERBS[verb].amount else None
    follows = held if VERBS[verb].must_follow else -1
    with pytest.raises(InputError, match="only a freeze"):
        desk.do("propose_order", Proposal(verb, "x", "1-1", "A", amount, "CNY", law=LONG_FREEZE, follows=follows))


def test_a_review_that_keeps_sets_the_next_and_moves_no_end(desk: Desk) -> None:
    one = frozen(desk)
    assert one.review_ms == (one.from_ms or 0) + REVIEW_MS
    desk.wait(31 * 24)
    kept = desk.do("review", one.order, "keep", "资金去向仍在核查", by="王")
    assert (kept.state, kept.held, kept.expires_ms) == ("in_force", 60_000, one.expires_ms)
    assert kept.review_ms == desk.at_ms + REVIEW_MS
    assert [(e.code, e.actor, e.amount, e.note) for e in kept.events][-1] == (
        "review",
        "王",
        60_000,
        "资金去向仍在核查",
    )
    sooner = desk.do("review", one.order, "keep", "等待回函", next_ms=desk.at_ms + HOUR)
    assert sooner.review_ms == desk.at_ms + HOUR
    act = desk.acts[-1].seq
    check_undo(desk.acts, act)
    desk.undo(act)
    assert desk.now(one.order) == kept, "taken back, the review before it counts"


def test_a_review_that_reduces_lifts_the_rest_at_once(desk: Desk) -> None:
    one = frozen(desk)
    desk.wait(24)
    less = desk.do("review", one.order, "reduce", "部分已查明为货款", amount=25_000)
    assert (less.state, less.held, less.expires_ms, less.review_ms) == (
        "in_force",
        25_000,
        one.expires_ms,
        desk.at_ms + REVIEW_MS,
    )
    lift = desk.orders()[-1]
    assert (lift.verb, lift.state, lift.amount, lift.follows, lift.law, lift.ground) == (
        "lift",
        "approved",
        35_000,
        one.order,
        "procedure_241",
        "not_needed",
    )
    assert [(e.code, e.amount, e.act) for e in less.events[-2:]] == [
        ("lift", 35_000, lift.order),
        ("review", 25_000, lift.order),
    ]
    with pytest.raises(NotAllowed, match="lift that was decided stays"):
        check_undo(desk.acts, lift.order)
    gone = desk.do("review", one.order, "lift", "查明与案件无关")
    assert (gone.state, gone.held, gone.review_ms) == ("lifted", 0, None)
    assert desk.orders()[-1].amount == 25_000
    with pytest.raises(NotAllowed, match="lifted"):
        desk.do("review", one.order, "keep", "x")


def test_a_review_keeps_nothing_above_the_sum_in_dispute_and_nothing_without_a_ground(desk: Desk) -> None:
    one = frozen(desk)
    desk.there["A"] = 40_000
    for outcome, amount in (("keep", None), ("reduce", 40_001)):
        with pytest.raises(NotAllowed, match=r"at most ¥400\.00"):
            desk.do("review", one.order, outcome, "x", amount=amount)
    assert desk.do("review", one.order, "reduce", "涉案金额减少", amount=40_000).held == 40_000
    desk.facts["A"] = replace(KNOWN, cleared=True)
    for outcome, amount in (("keep", None), ("reduce", 1)):
        with pytest.raises(NotAllowed, match="no swindler"):
            desk.do("review", one.order, outcome, "x", amount=amount)
    assert desk.do("review", one.order, "lift", "已认定无关").state == "lifted", "a lift needs no ground"


@pytest.mark.parametrize(
    ("outcome", "reason", "amount", "days", "said"),
    [
        ("", "x", None, None, "no outcome"),
        ("extend", "x", None, None, "no outcome"),
        ("keep", " ", None, None, "needs a reason"),
        ("keep", "x", 10_000, None, "names what stays"),
        ("lift", "x", 10_000, None, "names what stays"),
        ("reduce", "x", None, None, "names what stays"),
        ("reduce", "x", 0, None, "names what stays"),
        ("reduce", "x", -1, None, "names what stays"),
        ("reduce", "x", 60_000, None, "names what stays"),
        ("keep", "x", None, 0, "within 90 days"),
        ("keep", "x", None, -1, "within 90 days"),
        ("reduce", "x", 1, 91, "within 90 days"),
    ],
)
def test_a_review_says_what_it_comes_to(
    desk: Desk, outcome: str, reason: str, amount: int | None, days: int | None, said: str
) -> None:
    one = frozen(desk)
    next_ms = None if days is None else desk.at_ms + days * 24 * HOUR
    before = len(desk.acts)
    with pytest.raises(InputError, match=said):
        desk.do("review", one.order, outcome, reason, amount=amount, next_ms=next_ms)
    assert len(desk.acts) == before, "what is refused is not journalled"
    last = desk.at_ms + REVIEW_MAX_MS
    assert desk.do("review", one.order, "keep", "x", next_ms=last).review_ms == last


def test_only_a_freeze_in_force_is_reviewed_and_by_a_person(desk: Desk) -> None:
    hold = desk.in_force(10_000)
    assert hold.review_ms is None
    with pytest.raises(NotAllowed) as caught:
        desk.do("review", hold.order, "keep", "x")
    assert "review" not in str(caught.value.remedy), "what is not possible is not offered"
    one = frozen(desk, 20_000)
    with pytest.raises(NotAllowed, match="named person"):
        desk.do("review", one.order, "keep", "x", by="software")
    desk.at_ms = one.expires_ms or 0
    assert desk.now(one.order).review_ms is None
    with pytest.raises(NotAllowed, match="ended by itself"):
        desk.do("review", one.order, "keep", "x")


def test_a_review_of_what_is_none_changes_nothing(desk: Desk) -> None:
    """Acts written by another version are folded as far as the state allows them."""
    hold, one = desk.in_force(10_000), frozen(desk, 20_000)
    before = desk.orders()
    public = {"order": hold.order, "event": "review", "outcome": "keep", "next_ms": desk.at_ms}
    desk.note("order_event", Act("张", desk.at_ms), public)
    assert desk.orders() == before
    late = (one.expires_ms or 0) + 1
    desk.note("order_event", Act("张", late), {**public, "order": one.order})
    assert orders_of(desk.acts, late)[-1].state == "expired"
