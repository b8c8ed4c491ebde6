"""The flow picture's geometry: what comes in goes out, nothing overlaps, the same input gives the same picture."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.document.charts.flow import KEPT_PER_COLUMN, flow_chart, layout, money_flow
from fanzha.document.charts.sankey import Layout, Link, Room, lay_out
from fanzha.document.figures import Register
from fanzha.document.page import AccountLine, CasePage, Figure, FlowLine
from tests.document.sample import STAMP, case, yuan

ROOM = Room()
LONG = "某某省某某市某某区异常悠长的农村信用合作联社储蓄账户户名" * 3


def check(placed: Layout, room: Room = ROOM) -> None:
    """Every property a reader relies on."""
    for a, b in combinations(list(placed.boxes.values()), 2):
        if a.column == b.column:
            upper, lower = sorted((a, b), key=lambda box: box.slot_y)
            assert upper.slot_y + upper.slot_height + room.gap <= lower.slot_y + 1e-6
    for box in placed.boxes.values():
        assert box.slot_y >= room.top - 1e-6
        assert box.slot_y + box.slot_height <= placed.height + 1e-6
        assert box.slot_y - 1e-6 <= box.y
        assert box.y + box.height <= box.slot_y + box.slot_height + 1e-6
        if not box.through:
            assert box.slot_height >= room.label
    for key, box in placed.boxes.items():
        out = [ribbon for ribbon in placed.ribbons if ribbon.source == key]
        into = [ribbon for ribbon in placed.ribbons if ribbon.target == key]
        assert max(sum(r.value for r in out), sum(r.value for r in into)) == box.value
        assert max(sum(r.width for r in out), sum(r.width for r in into)) == pytest.approx(box.height)
        for side, edge in ((out, "y0"), (into, "y1")):
            ends = sorted((getattr(ribbon, edge), ribbon.width) for ribbon in side)
            assert all(y >= box.y - 1e-6 and y + width <= box.y + box.height + 1e-6 for y, width in ends)
            assert all(y0 + width <= y1 + 1e-6 for (y0, width), (y1, _) in pairwise(ends))
        if box.through:
            assert sum(r.value for r in out) == sum(r.value for r in into)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[str, int], list[Link]]:
    """Layered graphs of up to five columns whose links rise by one or more columns."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    columns = {f"n{c}.{i}": c for c, size in enumerate(sizes) for i in range(size)}
    keys = sorted(columns)
    links = []
    for _ in range(draw(st.integers(0, 25))):
        a, b = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
        if columns[a] < columns[b]:
            links.append(Link(a, b, draw(st.integers(0, 10**12))))
    return columns, links


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_any_world_is_drawn_without_overlap_and_conserves(world: tuple[dict[str, int], list[Link]]) -> None:
    columns, links = world
    placed = lay_out(columns, links, ROOM)
    check(placed)
    assert lay_out(columns, links[::-1], ROOM) == placed  # the order links arrive in does not matter


@pytest.mark.parametrize("count", [1, 3, 12, 60])
def test_columns_of_any_size(count: int) -> None:
    columns = {"v": 0, **{f"a{i}": 1 for i in range(count)}, "end": 2}
    links = [Link("v", f"a{i}", 100 + i) for i in range(count)] + [Link(f"a{i}", "end", 100 + i) for i in range(count)]
    check(lay_out(columns, links, ROOM))


def test_nothing_to_draw() -> None:
    assert lay_out({}, [], ROOM).ribbons == ()
    assert flow_chart(CasePage(case_id="1-1", stamp=STAMP), "CNY", Register(STAMP)) is None


def test_a_link_over_several_columns_passes_between_nodes() -> None:
    placed = lay_out(
        {"v": 0, "a": 1, "b": 2, "end": 3}, [Link("v", "a", 9), Link("a", "b", 5), Link("a", "end", 4)], ROOM
    )
    through = [box for box in placed.boxes.values() if box.through]
    assert [box.column for box in through] == [2]
    check(placed)


def wide(count: int) -> CasePage:
    """A case whose first tier has `count` accounts with very long names."""
    zero = yuan(0, ())
    accounts = tuple(
        AccountLine(
            key=f"k{i}",
            label=f"{LONG}{i}",
            tier=1,
            received=yuan(100 + i, ()),
            passed=zero,
            exited=zero,
            held=yuan(100 + i, ()),
            unlocated=zero,
        )
        for i in range(count)
    )
    flows = tuple(
        FlowLine(
            payer=f"v{i}", payee=f"k{i}", tier=1, at_ms=0, disputed=one.received, amount=one.received, payer_label=LONG
        )
        for i, one in enumerate(accounts)
    )
    return CasePage(case_id="1-1", stamp=STAMP, accounts=accounts, flows=flows)


@pytest.mark.parametrize("count", [1, 3, 12, 60])
def test_many_accounts_are_folded_and_no_money_is_lost(count: int) -> None:
    drawn = money_flow(wide(count), "CNY")
    named = [key for key, node in drawn.nodes.items() if node.column == 1]
    assert len(named) <= KEPT_PER_COLUMN + 1
    assert sum(f.value for (_, b), figures in drawn.carried.items() if b == "held" for f in figures) == sum(
        (100 + i) * 100 for i in range(count)
    )
    placed, room = layout(drawn)
    check(placed, room)
    chart = flow_chart(wide(count), "CNY", Register(STAMP))
    assert chart is not None
    if count == 60:
        assert f"其他（{60 - KEPT_PER_COLUMN}）" in chart


def test_the_sample_case_conserves_money_from_victims_to_where_it_is_now() -> None:
    drawn = money_flow(case(), "CNY")
    came = sum(f.value for (a, _), figures in drawn.carried.items() if drawn.nodes[a].column == 0 for f in figures)
    now = sum(
        f.value
        for (_, b), figures in drawn.carried.items()
        if drawn.nodes[b].column == drawn.tiers + 1
        for f in figures
    )
    assert came == now == 95_438_000


def test_money_that_goes_back_is_drawn_once_as_going_back() -> None:
    page = case()
    back = replace(page.flows[-1], payer="raw-key-9", payee="raw-key-0", disputed=Figure(700, "CNY"))
    drawn = money_flow(replace(page, flows=(*page.flows, back)), "CNY")
    assert [node.column for node in drawn.nodes.values() if node.tone == "back"] == [4]


def test_an_account_paid_without_a_transfer_is_fed_from_what_victims_state() -> None:
    page = replace(wide(3), flows=())
    drawn = money_flow(page, "CNY")
    assert drawn.value("0:stated").value == 30_300


def test_keys_are_never_printed() -> None:
    chart = flow_chart(case(), "CNY", Register(STAMP))
    assert chart is not None and "raw-key" not in chart and "victim-" not in chart
