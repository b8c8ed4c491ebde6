"""Entities: one holder behind several accounts, one device behind several numbers; what never joins; that judgements win."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import link_worlds as worlds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.chain import Workspace
from fanzha.clean import cn_id
from fanzha.errors import NotFound
from fanzha.link.entities import (
    ACCOUNTS_SQL,
    BOTH_SQL,
    DEVICES_SQL,
    LEGS_SQL,
    MADE,
    PAIRS_MAX,
    PARTNERS_MAX,
    Graph,
    between,
    entities,
    holders,
    judge,
    resolve,
)
from fanzha.link.entities import rows as rows_of
from fanzha.link.holders import (
    NAMELESS_MAX,
    NAMES_MAX,
    TIE_MIN,
    Tie,
    contradict,
    numbers_of,
    one_place,
    unlike_names,
    unmasked,
)
from fanzha.link.judge import Judgement, Thing
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.masked import mask_table
from fanzha.store.tables import table
from tests.test_portable_sql import check


def document(n: int) -> str:
    first = f"11010119900307{n:03}"
    return first + cn_id.check_character(first)


A, B, C, D = (f"62220200000000000{n}" for n in range(4))
ID1, ID2 = document(1), document(2)
HIDDEN1 = f"{ID1[:6]}********{ID1[-4:]}"
PHONE, OTHER = "+8613800138000", "+8613911112222"
HOUSE = "杭州市西湖区文三路88号3栋1201室"
# Names that are unlike each other, as many as are wanted.
NAMES = [a + b for a in "赵钱孙李周吴郑王冯陈" for b in ("建国", "海燕", "志强", "佳怡")]


def account(number: str, holder: str | None = None, row: int | None = None, file: int = 1, **other: Any) -> worlds.Row:
    return {
        "file": file,
        "row": int(number[-3:]) if row is None else row,
        "byte_offset": 0,
        "account": number,
        "holder": holder,
        **other,
    }


def leg(number: str, holder: str, row: int = 1, file: int = 2, **other: Any) -> worlds.Row:
    return {"file": file, "row": row, "byte_offset": 0, "account": number, "holder": holder, "at_ms": 5, **other}


def used(subscriber: str, imei: str = "", imsi: str = "", row: int = 1) -> worlds.Row:
    return {**worlds.call(subscriber, "+8613000000000", row), "imei": imei or None, "imsi": imsi or None}


def judged(verdict: str, left: Thing, *right: Thing, act: int = 9, state: str = "stands") -> Judgement:
    return Judgement(act, 0, "officer", verdict, (left,), right, "reason", state)


def world(
    accounts: Sequence[worlds.Row] = (),
    legs: Sequence[worlds.Row] = (),
    calls: Sequence[worlds.Row] = (),
    judgements: Sequence[Judgement] = (),
) -> Engine:
    engine = Engine()
    for name, content in (("accounts", accounts), ("legs", legs), ("calls", calls)):
        worlds.put(engine, name, content)
    assert entities(engine, worlds.AS_OF, judgements) == MADE
    return engine


def found(engine: Engine) -> dict[str, set[str]]:
    made: dict[str, set[str]] = {}
    for entity, member in engine.rows('SELECT "entity", "member" FROM "entities"'):
        made.setdefault(entity, set()).add(member)
    return made


def groups(engine: Engine) -> list[set[str]]:
    return sorted(found(engine).values(), key=sorted)


def how(engine: Engine) -> set[tuple[str, str]]:
    return set(engine.rows('SELECT "how", "value" FROM "entity_evidence"'))


# -- certain ties -------------------------------------------------------------------------------------------------------


def test_one_full_document_is_one_holder_whatever_statement_says_so() -> None:
    engine = world(
        [account(A, "张伟", holder_id=ID1)], [leg(B, "张伟", holder_id=ID1), leg(C, "李娜", row=2, holder_id=ID2)]
    )
    assert found(engine) == {"1-0": {A, B}}
    assert how(engine) == {("same_id", ID1)}
    assert engine.rows('SELECT DISTINCT "kind", "member_kind", "how", "act" FROM "entities"') == [
        ("person", "account", "same_id", -1)
    ]


@pytest.mark.parametrize("other", [ID2, HIDDEN1, "", None, ID1[:-1] + ("1" if ID1[-1] != "1" else "2")])
def test_another_a_masked_or_a_mistyped_document_is_not_certain(other: str | None) -> None:
    assert found(world([account(A, "", holder_id=ID1), account(B, "", holder_id=other)])) == {}


def test_an_account_with_two_documents_joins_neither() -> None:
    rows = [
        account(A, "张伟", holder_id=ID1),
        account(B, "张伟", holder_id=ID1),
        account(B, "张伟", row=9, holder_id=ID2),
    ]
    assert found(world([*rows, account(C, "张伟", holder_id=ID2)])) == {}


def test_a_document_of_three_differently_named_holders_is_a_placeholder() -> None:
    rows = [account(f"622{n:03}", name, holder_id=ID1) for n, name in enumerate(NAMES[:3])]
    assert groups(world(rows[:2])) == [{"622000", "622001"}]
    assert found(world(rows)) == {}


@pytest.mark.parametrize("count", [NAMELESS_MAX, NAMELESS_MAX + 1])
def test_a_document_of_many_accounts_without_a_name(count: int) -> None:
    made = groups(world([account(f"622{n:03}", holder_id=ID1) for n in range(count)]))
    assert len(made) == (count <= NAMELESS_MAX)


def test_what_is_bound_is_its_owners() -> None:
    engine = world([account("login", "张伟", row=1, bound_account=A)], [leg(A, "ZHANG WEI")])
    assert groups(engine) == [{"login", A}]
    assert how(engine) == {("bound", A)}


def test_a_card_bound_by_somebody_else_is_not_theirs() -> None:
    rows = [account("x", "王芳", row=1, bound_account=A), account("y", "张伟", row=2, bound_account=A)]
    assert groups(world(rows, [leg(A, "张伟")])) == [{"y", A}]
    assert found(world(rows)) == {}  # whose it is, nobody can say


def test_an_account_bound_to_itself_says_nothing() -> None:
    assert found(world([account(A, "张伟", bound_account=A)])) == {}


# -- a name and a second thing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "way"),
    [
        ({"phone": PHONE}, {"phone": PHONE}, "name_phone"),
        ({"phone": PHONE}, {"phone": "+86138****8000"}, "name_phone"),
        ({"holder_id": ID1}, {"holder_id": HIDDEN1}, "name_id"),
        ({"holder_id": "E12345678"}, {"holder_id": "E12345678"}, "name_id"),
        ({"place": HOUSE}, {"place": "浙江省" + HOUSE}, "name_place"),
        ({"phone": PHONE}, {"phone": OTHER}, ""),
        ({"phone": PHONE}, {"holder_id": ID1}, ""),
        ({"phone": "+861*********0"}, {"phone": PHONE}, ""),  # shows too little
        ({"phone": "+86138****8000"}, {"phone": "+8613***38000"}, ""),  # two masked ones
        ({"place": "杭州市西湖区"}, {"place": "杭州市西湖区"}, ""),  # a district
        ({"place": HOUSE}, {"place": HOUSE.replace("1201", "1202")}, ""),
        ({"phone": PHONE, "holder_id": ID1}, {"phone": PHONE, "holder_id": ID2}, ""),  # two people
        ({"phone": PHONE, "holder_id": HIDDEN1}, {"phone": PHONE, "holder_id": ID2[:-1] + "*"}, ""),
        ({}, {}, ""),
    ],
)
def test_second_things(first: dict[str, str], second: dict[str, str], way: str) -> None:
    engine = world([account(A, "欧阳修文", **first), account(B, "欧阳修文", **second)])
    assert groups(engine) == ([{A, B}] if way else [])
    assert {one for one, _ in how(engine)} == ({way} if way else set())


@pytest.mark.parametrize(
    ("name", "other", "together"),
    [
        ("张伟", "Zhang Wei", True),
        ("张伟", "WEI ZHANG", True),
        ("张伟", "张玮", False),  # one sound, another name
        ("张伟", "张*", False),
        ("张伟", "王芳", False),
        ("杭州云帆贸易有限公司", "杭州云帆贸易公司", True),
        ("", "张伟", False),
    ],
)
def test_names(name: str, other: str, together: bool) -> None:
    engine = world([account(A, name, phone=PHONE), account(B, other, phone=PHONE)])
    assert groups(engine) == ([{A, B}] if together else [])
    if "公司" in name:
        assert engine.rows('SELECT DISTINCT "kind" FROM "entities"') == [("organisation",)]


def test_a_name_between_two_others_joins_one_at_most() -> None:
    rows = [account(A, "张伟", phone=PHONE), account(B, "Zhang Wei", phone=PHONE), account(C, "章伟", phone=PHONE)]
    assert len(groups(world(rows))) == 1
    assert {A, C} not in [one & {A, C} for one in groups(world(rows))]


def test_a_common_name_is_many_people() -> None:
    assert found(world([account(f"622{n:03}", "张伟", place="北京市朝阳区") for n in range(50)])) == {}


@pytest.mark.parametrize("many", [NAMES_MAX, NAMES_MAX + 1])
def test_the_telephone_of_an_agent(many: int) -> None:
    rows = [account(f"622{n:03}", name, phone=PHONE) for n, name in enumerate(NAMES[:many])]
    made = groups(world([*rows, account("622900", NAMES[0], phone=PHONE)]))
    assert made == ([{"622000", "622900"}] if many <= NAMES_MAX else [])


def test_what_one_record_leaves_out_is_taken_from_the_others_of_its_account() -> None:
    rows = [account(A, None, phone=PHONE), account(B, "张伟", phone=PHONE)]
    assert groups(world(rows, [leg(A, "张伟")])) == [{A, B}]
    assert found(world([*rows, account(A, None, row=7, phone=OTHER)], [leg(A, "张伟")])) == {}  # which one is not known


def test_two_full_documents_are_never_joined_through_a_third() -> None:
    rows = [account(A, "张伟", holder_id=ID1, phone=PHONE), account(B, "张伟", holder_id=ID2, phone=OTHER)]
    third = [account(C, "张伟", phone=PHONE), account(C, "张伟", row=8, phone=OTHER)]
    made = groups(world([*rows, *third]))
    assert len(made) == 1
    assert C in made[0]
    assert not {A, B} <= made[0]


# -- devices ----------------------------------------------------------------------------------------------------------------

IMEI, IMSI = "35693803564380", "460001234567890"


def test_a_device_its_cards_and_its_numbers() -> None:
    engine = world(calls=[used(PHONE, IMEI, IMSI), used(OTHER, IMEI, row=2), used("+8613700000000", row=3)])
    assert found(engine) == {"9-1": {PHONE, OTHER, IMEI, IMSI}}
    assert engine.rows('SELECT DISTINCT "kind", "how" FROM "entities"') == [("device", "used_together")]


@pytest.mark.parametrize("bad", ["00000000000000", "3569380356****", "12", "\0"])
def test_what_is_no_device_joins_nothing(bad: str) -> None:
    assert found(world(calls=[used(PHONE, bad), used(OTHER, bad, row=2)])) == {}


@pytest.mark.parametrize("many", [PARTNERS_MAX["imei"], PARTNERS_MAX["imei"] + 1])
def test_a_number_of_a_device_that_many_share(many: int) -> None:
    made = groups(world(calls=[used(f"+86138{n:08}", IMEI, row=n) for n in range(many)]))
    assert len(made) == (many <= PARTNERS_MAX["imei"])


# -- judgements -----------------------------------------------------------------------------------------------------------


def test_judged_the_same_without_evidence_and_against_documents() -> None:
    rows = [account(A, "张伟", holder_id=ID1), account(B, "王芳", holder_id=ID2), account(C, "王芳", holder_id=ID2)]
    engine = world(rows, judgements=[judged("same", ("account", A), ("account", B))])
    assert groups(engine) == [{A, B, C}]
    assert set(engine.rows('SELECT "member", "how", "weight", "act" FROM "entities"')) == {
        (A, "judged", 0, 9), (B, "judged", 0, 9), (C, "same_id", 36_000, -1)
    }  # fmt: skip


def test_judged_different_wins_over_a_document_and_the_rest_holds() -> None:
    rows = [account(one, "张伟", holder_id=ID1) for one in (A, B, C, D)]
    engine = world(rows, judgements=[judged("different", ("account", A), ("account", B))])
    made = groups(engine)
    assert sorted(map(len, made)) in ([2, 2], [3])
    assert all(not {A, B} <= one for one in made)
    assert {C, D} <= made[0]
    assert between(engine, ("account", A), ("account", B)) == ()


@pytest.mark.parametrize("state", ["undone", "erased", "contradicts"])
def test_only_what_stands_counts(state: str) -> None:
    rows = [account(A, "张伟", holder_id=ID1), account(B, "张伟", holder_id=ID1)]
    assert groups(world(rows, judgements=[judged("different", ("account", A), ("account", B), state=state)])) == [
        {A, B}
    ]


@pytest.mark.parametrize(
    "one",
    [
        judged("nobody", ("phone", PHONE)),
        judged("different", ("account", A), ("phone", PHONE)),
        judged("different", ("phone", PHONE), ("account", A)),
    ],
)
def test_a_telephone_that_is_nobodys_or_not_the_accounts(one: Judgement) -> None:
    rows = [account(A, "张伟", phone=PHONE), account(B, "张伟", phone=PHONE)]
    assert groups(world(rows)) == [{A, B}]
    assert found(world(rows, judgements=[one])) == {}


def test_telephones_judged_the_same_count_as_one() -> None:
    rows = [account(A, "张伟", phone=PHONE), account(B, "张伟", phone=OTHER)]
    assert found(world(rows)) == {}
    assert groups(world(rows, judgements=[judged("same", ("phone", PHONE), ("phone", OTHER))])) == [{A, B}]


def test_a_document_judged_the_same_as_an_account_is_no_other_document() -> None:
    rows = [account(A, "张伟", holder_id=ID1), account(B, "张伟", holder_id=ID1)]
    assert groups(world(rows, judgements=[judged("same", ("account", A), ("cn_id", ID1))])) == [{A, B}]


# -- what holds for all ---------------------------------------------------------------------------------------------------

PEOPLE = st.tuples(
    st.sampled_from([A, B, C, D, "login"]),
    st.sampled_from(["张伟", "Zhang Wei", "章伟", "王芳", "", "  ", "某公司"]),
    st.sampled_from([ID1, ID2, HIDDEN1, "", "无", "*" * 18]),
    st.sampled_from([PHONE, OTHER, "", "+86138****8000", "0"]),
    st.sampled_from([HOUSE, "", "杭州", "9" * 300]),
    st.sampled_from([A, B, ""]),
)
THINGS = st.sampled_from([("account", A), ("account", B), ("account", C), ("phone", PHONE), ("cn_id", ID1)])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_order_changes_nothing_and_judgements_win(data: st.DataObject) -> None:
    """Records are rows of ACCOUNTS_SQL."""
    records = [(*one, code) for code, one in enumerate(data.draw(st.lists(PEOPLE, max_size=9)))]
    pairs = data.draw(st.lists(st.tuples(THINGS, THINGS), max_size=2))
    apart = [judged("different", a, b, act=n) for n, (a, b) in enumerate(pairs) if a != b]

    def made(given: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        graph = holders(given, apart)
        judge(graph, apart)
        return rows_of((graph,))

    members, evidence = made(records)
    assert made(data.draw(st.permutations(records))) == (members, evidence)
    of = {row[3]: row[0] for row in members}
    assert len(of) == len(members)  # each member in one entity
    for one in apart:
        ends = [of.get(value) for kind, value in (*one.left, *one.right) if kind == "account"]
        assert len(ends) < 2 or ends[0] is None or ends[0] != ends[1]
    documents: dict[str, set[str]] = {}
    for record in records:
        if record[2] in (ID1, ID2):
            documents.setdefault(record[0], set()).add(record[2])
    for entity in set(of.values()):
        inside = [one for one in of if of[one] == entity]
        assert len(inside) > 1
        assert len({min(documents[one]) for one in inside if len(documents.get(one, ())) == 1}) < 2
        reached, ties = {inside[0]}, [(row[2], row[4]) for row in evidence if row[0] == entity]
        for _ in inside:
            reached |= {end for tie in ties if reached & set(tie) for end in tie}
        assert reached == set(inside)  # the evidence holds all of it together
    assert all(row[8] >= TIE_MIN for row in evidence if row[5].startswith("name"))


def test_between_is_the_shortest_chain() -> None:
    records = [
        account(A, "张伟", holder_id=ID1),
        account(B, "张伟", holder_id=ID1, phone=PHONE),
        account(C, "张伟", phone=PHONE),
    ]
    engine = world([*records, account("login", "张伟", row=8, bound_account=C)])
    chain = between(engine, ("account", "login"), ("account", A))
    assert [one.how for one in chain] == ["bound", "name_phone", "same_id"]
    assert chain == between(engine, ("account", A), ("account", "login"))[::-1]
    for start, end in ((A, A), (A, "nobody's"), ("nobody's", A)):
        assert between(engine, ("account", start), ("account", end)) == ()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_parting_keeps_apart_what_must_be_and_follows_the_strongest(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 9))
    node = st.integers(0, size - 1)
    drawn = data.draw(st.lists(st.tuples(node, node, st.integers(1, 5)), max_size=16))
    ties = [
        Tie(min(a, b), max(a, b), weight, "name_phone", "phone", str(n))
        for n, (a, b, weight) in enumerate(drawn)
        if a != b
    ]
    apart = {(min(a, b), max(a, b)) for a, b in data.draw(st.lists(st.tuples(node, node), max_size=4)) if a != b}
    nodes = [("account", str(n)) for n in range(size)]
    known = data.draw(st.dictionaries(node, st.sampled_from("xy"), max_size=4))
    label, kept = resolve(Graph(nodes, list(range(size)), ties, apart, known))
    again, _ = resolve(Graph(nodes, list(range(size)), list(reversed(ties)), apart, known))
    assert label == again
    assert all(label[a] != label[b] for a, b in apart)
    assert all(label[root] == root <= n for n, root in enumerate(label))
    assert all(label[tie.left] == label[tie.right] for tie in kept)
    for root in set(label):
        assert len({known[n] for n in range(size) if label[n] == root and n in known}) < 2
    if not apart and len(set(known.values())) < 2:
        assert all(label[tie.left] == label[tie.right] for tie in ties)


def test_a_large_star_is_parted_by_its_rays() -> None:
    size = PAIRS_MAX + 5
    graph = Graph(
        [("account", str(n)) for n in range(size)],
        list(range(size)),
        [Tie(0, n, 5, "same_id", "cn_id", ID1) for n in range(1, size)],
    )
    judge(graph, [judged("different", ("account", "3"), ("account", "4"))])
    label, kept = resolve(graph)
    assert label[3] != label[4]
    assert len(kept) == size - 2


def test_numbers_are_those_of_the_first_record_and_do_not_clash() -> None:
    rows = [
        account("login", "张伟", row=4, file=3, bound_account=A),
        account("login2", "张伟", row=5, file=3, bound_account=A),
    ]
    assert list(found(world(rows))) == ["3-4"]
    pair = [account(one, "张伟", row=4, file=3, holder_id=doc) for one, doc in ((A, ID1), (B, ID2))]
    more = [account(one, "张伟", row=row, file=7, holder_id=doc) for row, one, doc in ((1, C, ID1), (2, D, ID2))]
    assert found(world([*pair, *more])) == {"3-4": {A, C}, "3-4.2": {B, D}}


def test_nothing_gives_nothing() -> None:
    assert found(world()) == {}


def test_a_leg_after_the_moment_is_not_read() -> None:
    late = leg(B, "张伟", at_ms=worlds.AS_OF + 1, holder_id=ID1)
    assert found(world([account(A, "张伟", holder_id=ID1)], [late])) == {}


def test_members_and_evidence_are_masked_by_their_own_kind() -> None:
    engine = world([account(A, "张伟", holder_id=ID1), account(B, "张伟", holder_id=ID1)], calls=[used(PHONE, IMEI)])
    shown = [str(mask_table(table(name), engine.all_rows(name)).to_pylist()) for name in MADE]
    assert not [value for value in (A, B, ID1, PHONE, IMEI) for text in shown if value in text]
    assert arrow_schema(table("entities")).names[2:4] == ["member_kind", "member"]


# -- parts ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "against"),
    [
        (ID1, ID2, True), (ID1, ID1, False), (HIDDEN1, ID1, False), (HIDDEN1, ID2, True), ("", ID1, False), ("E1", "E2", False),
        (HIDDEN1, HIDDEN1[:-1] + "*", False), (HIDDEN1, "*" * 5, False),
    ],
)  # fmt: skip
def test_documents_that_contradict_each_other(a: str, b: str, against: bool) -> None:
    assert contradict(a, b) == contradict(b, a) == against


def test_addresses_are_brought_together_by_their_numbers() -> None:
    assert numbers_of(HOUSE) == "3 88 1201"
    assert numbers_of("文三路88号") == "文三路88号"
    assert numbers_of("٣ 88") == "3 88"
    assert one_place(HOUSE, "浙江省" + HOUSE)
    assert not one_place(HOUSE, "北京市朝阳区建国路88号3栋1201室")


def test_masked_numbers_meet_the_full_ones_they_fit() -> None:
    of = {"12345678": [0], "1234**78": [2], "1234**79": [3], "12349978": [1], "1*******": [4]}
    assert unmasked(of) == {"1234**78": [0, 1, 2]}


def test_unlike_names_stop_counting() -> None:
    assert unlike_names(["张伟", "Zhang Wei", "张伟"], 5) == ["Zhang Wei"]
    assert len(unlike_names(NAMES, 4)) == 5


# -- the story ----------------------------------------------------------------------------------------------------------------

REGISTRATION = """用户Id,登录邮箱,登录手机,账户名称,证件类型,证件号,可用余额,绑定手机,绑定银行卡,对应的协查数据
{},,,张伟,,,12.34,13800138000,,
{},,,Zhang Wei,,,0.00,13800138000,,
"""


def test_one_person_under_two_spellings_until_a_person_says_otherwise(tmp_path: Path) -> None:
    numbers = ("2088999900000001", "2088999900000002")
    one, other = (f"account:ALIPAY.{number}" for number in numbers)
    (tmp_path / "registration.csv").write_text(REGISTRATION.format(*numbers), encoding="gb18030")
    with Workspace(tmp_path / "w", actor="officer") as workspace:
        workspace.admit([tmp_path / "registration.csv"])
        answer = workspace.why(one, other)
        assert [(hop.word, hop.how, hop.value) for hop in answer.entity] == [("person", "name_phone", PHONE)]
        act = workspace.judge("different", [one], [other], reason="两个同名的人共用代办电话").act
        assert workspace.why(one, other).entity == ()
        assert found(workspace.engine) == {}
        assert workspace.tables_differ() == []
        workspace.undo(act)
        assert len(workspace.why(one, other).entity) == 1
        workspace.judge("same", [one], [other], reason="本人承认")
        assert {hop.how for hop in workspace.why(one, other).entity} == {"judged"}
        with pytest.raises(NotFound):
            workspace.why(f"account:{one}", "account:6228480000000000")


REPORT = """案件编号:BL{n}
报案时间:2026-10-24 15:43:00
报案人:杨佳怡
案件类别:虚假投资理财
涉案金额:35000.00
地区:武汉
案情描述:被骗,对方联系电话16757272499。10月23日12时5{n}分向东江银行账户{card}(户名张伟)转账35000元。

"""
BOUND = """用户Id,登录邮箱,登录手机,账户名称,证件类型,证件号,可用余额,绑定手机,绑定银行卡,对应的协查数据
2088999900000001,,,张伟,,,12.34,,某某银行:{card},
"""


def test_the_case_page_says_whose_other_accounts_there_are(tmp_path: Path) -> None:
    card = "6299119642818827296"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "reports.txt").write_text("".join(REPORT.format(n=n, card=card) for n in (1, 2)), encoding="utf-8")
    (folder / "registration.csv").write_text(BOUND.format(card=card), encoding="gb18030")
    with Workspace(tmp_path / "w", actor="officer") as workspace:
        workspace.admit([folder])
        workspace.report(tmp_path / "out")
        assert groups(workspace.engine) == [{card, "ALIPAY.2088999900000001"}]
    pages = [one.read_text(encoding="utf-8") for one in sorted((tmp_path / "out").rglob("*.html"))]
    for words in ("same holder as", "bound to each other", "为同一持有人", "互为绑定账户"):
        assert sum(words in one for one in pages) == 1, words
    assert not [one for one in pages if "2088999900000001" in one or card in one]


def test_statements_are_portable() -> None:
    for sql in (ACCOUNTS_SQL, LEGS_SQL, DEVICES_SQL, BOTH_SQL):
        check(sql)
