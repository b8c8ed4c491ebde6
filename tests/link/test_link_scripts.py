"""Scripts: the same words sent to people of two cases are a near link; what officers wrote, what reporters wrote, never."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import link_worlds as worlds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanzha.chain import Workspace
from fanzha.link.benign import shipped_benign
from fanzha.link.cluster import link
from fanzha.link.linker import Linker
from fanzha.link.scripts import HANDED_IN_SQL, HOW, KIND, MESSAGES_SQL, Text, handed_in, same_script, scripts
from fanzha.link.weigh import read_weights, shipped_weights, shipped_weights_text
from fanzha.store.engine import Engine
from fanzha.store.masked import mask_value
from tests.test_portable_sql import check

PITCH = "您好,我是平台的理财老师,今天内部消息,跟着我操作稳赚不赔,请先充值{}元到账户{}激活会员资格"
OTHER = "尊敬的客户您的包裹在运输途中丢失,现在为您办理三倍理赔,请添加客服并提供银行卡号和验证码"


def told(n: int = 0) -> str:
    return PITCH.format(1000 + n, 6222020000000000 + n)


def chat(row: int, text: str = "", **other: Any) -> worlds.Row:
    return worlds.report(row, text=text, form="chat", **other)


def message(row: int, text: str | None, sender: str | None = "客服", file: int = 1) -> worlds.Row:
    return {"file": file, "row": row, "byte_offset": 0, "sender": sender, "text": text, "at_ms": 900}


def world(reports: Sequence[worlds.Row], messages: Sequence[worlds.Row] = ()) -> Engine:
    engine = Engine()
    worlds.put(engine, "reports", reports)
    worlds.put(engine, "messages", messages)
    link(engine, worlds.AS_OF, shipped_benign())
    return engine


def found(engine: Engine) -> list[tuple[Any, ...]]:
    return engine.rows(
        'SELECT "case_a", "case_b", "value", "weight" FROM "near_links" WHERE "kind" = ? AND "how" = ? ORDER BY 1, 2, 3',
        (KIND, HOW),
    )


# -- which texts are compared ---------------------------------------------------------------------------------------


def test_two_mails_of_one_script_are_a_near_link_and_no_merger() -> None:
    engine = world([worlds.report(n, text=told(n), form="mail") for n in (7, 10, 9)])
    assert worlds.partition(engine) == {f"1-{n}": [(1, n)] for n in (7, 9, 10)}
    assert found(engine) == [(a, b, "1-7", 4_000) for a, b in (("1-10", "1-7"), ("1-10", "1-9"), ("1-7", "1-9"))]


@pytest.mark.parametrize("form", ["told", "", None])
def test_what_an_officer_wrote_is_not_compared(form: str | None) -> None:
    assert found(world([worlds.report(n, text=told(), form=form) for n in (1, 2)])) == []


def test_messages_of_two_chats() -> None:
    messages = [message(1, told(1)), message(2, "好", "甲"), message(11, "在吗", "乙"), message(12, told(2))]
    assert found(world([chat(1), chat(11)], messages)) == [("1-1", "1-11", "1-1", 4_000)]


def test_two_scripts_with_one_first_report_are_one_near_link() -> None:
    messages = [message(n, text) for n, text in enumerate((told(1), OTHER, told(2), OTHER), 1)]
    assert found(world([chat(1), chat(3)], messages)) == [("1-1", "1-3", "1-1", 4_000)]


@pytest.mark.parametrize("sender", ["报案人", "", None])
def test_the_reporters_own_words_and_notices_are_not_compared(sender: str | None) -> None:
    messages = [message(1, told(), sender), message(2, told(), sender)]
    assert found(world([chat(1, victim="报案人"), chat(2, victim="报案人")], messages)) == []
    assert found(world([chat(1), chat(2)], [message(1, told(), "甲"), message(2, told(), "乙")])) != []


@pytest.mark.parametrize(
    "text", [None, "", "好的收到谢谢", "1234567890" * 9, "https://a.example/b" * 9, "\0\u200b🎉" * 30]
)
def test_what_says_nothing_gives_nothing(text: str | None) -> None:
    assert found(world([chat(1), chat(2)], [message(1, text), message(2, text)])) == []


def test_a_message_without_a_chat_belongs_to_no_report() -> None:
    reports = [(1, 5, "", "", "chat"), (1, 8, "", "", "mail"), (3, 1, "", "", "chat")]
    messages = [
        (1, 4, "甲", "before"),
        (1, 5, "甲", "in"),
        (1, 9, "甲", "after a mail"),
        (2, 1, "甲", "no chat"),
        (3, 2, "甲", "third"),
    ]
    texts = handed_in(reports, messages)
    assert [one for one in texts if one.text] == [
        Text((1, 5), "in"), Text((1, 5), "after a mail"), Text((3, 1), "third")
    ]  # fmt: skip


def test_a_later_report_is_not_read() -> None:
    late = worlds.AS_OF + 1
    assert found(world([chat(1), chat(2, at_ms=late)], [message(1, told()), message(2, told())])) == []


# -- how much it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cases", "weight"), [(2, 4_000), (3, 4_000), (4, 2_000), (7, 2_000), (8, 0), (16, 0)])
def test_the_more_cases_the_less(cases: int, weight: int) -> None:
    rows = found(world([chat(n, told(n)) for n in range(1, cases + 1)]))
    assert len(rows) == cases * (cases - 1) // 2
    assert {row[2:] for row in rows} == {("1-1", weight)}


def test_what_everybody_was_sent_links_nobody() -> None:
    many = shipped_weights().near_cases_max + 1
    assert found(world([chat(n, told(n)) for n in range(1, many + 1)])) == []


def test_within_one_case_there_is_nothing_to_say() -> None:
    account = "6222020000000000006"
    engine = Engine()
    worlds.put(engine, "reports", [chat(1, told()), chat(2, told()), chat(3, OTHER)])
    worlds.put(engine, "mentions", [worlds.mention(n, "account", account) for n in (1, 2)])
    link(engine, worlds.AS_OF, shipped_benign())
    assert len(worlds.partition(engine)) == 2
    assert found(engine) == []


def test_a_script_never_reaches_the_threshold_and_is_shown_openly() -> None:
    weights = shipped_weights()
    assert weights.cap[KIND] < weights.threshold
    assert mask_value(KIND, "3-17") == "3-17"


def test_weights_of_before_give_no_scripts() -> None:
    engine = world([chat(1, told()), chat(2, told())])
    text = "\n".join(line for line in shipped_weights_text().decode().split("\n") if not line.startswith("  script:"))
    assert found(engine)
    link(engine, worlds.AS_OF, shipped_benign(), read_weights(text))
    assert found(engine) == []


def test_reports_that_linking_does_not_hold_are_left_out() -> None:
    linker = Linker(shipped_weights(), shipped_benign())
    assert (
        same_script(linker, linker.cases(), [(1, 1, "", told(), "mail"), (1, 2, "", told(), "mail")], []).num_rows == 0
    )


# -- order, and families -----------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_order_changes_nothing(data: st.DataObject) -> None:
    kinds = data.draw(
        st.lists(st.sampled_from([told(), told(5), OTHER, "短", told() + "马上行动"]), min_size=1, max_size=9)
    )
    texts = [Text((1 + n % 3, n), text) for n, text in enumerate(kinds)]
    made = scripts(texts)
    assert scripts(data.draw(st.permutations(texts))) == made
    for first, members in made.items():
        assert len(members) > 1
        assert first == "-".join(map(str, min(members)))
        assert list(members) == sorted(set(members))
    alike = {
        frozenset((a.report, b.report)) for a, b in combinations(texts, 2) if a.text == b.text and len(a.text) > 20
    }
    together = {frozenset(pair) for members in made.values() for pair in combinations(members, 2)}
    assert alike <= together


def test_statements_are_portable() -> None:
    for sql in (HANDED_IN_SQL, MESSAGES_SQL):
        check(sql)


# -- the story -----------------------------------------------------------------------------------------------------------


def written(group: str, *said: str) -> str:
    """A chat as WeChat exports it: the teacher's words, then a question."""
    lines = [f"聊天对象:{group}", "导出自微信", ""]
    for at, text in enumerate(said):
        lines += [f"老师{group} 2024-05-01 10:0{at}:00", text, ""]
    return "\n".join([*lines, f"受害人{group} 2024-05-01 11:00:00", f"{group}怎么充值呢", ""])


def test_chats_of_two_cases_handed_in_as_files(tmp_path: Path) -> None:
    card = "6223494868873122027"
    folder = tmp_path / "in"
    folder.mkdir()
    for name, said in {
        "a": (told(1), "加我QQ 12345678"),
        "b": ("加我QQ 12345678", "今天行情不错"),
        "c": (told(2), f"转到{card}"),
        "d": (f"钱打到{card}", "到账告诉我"),
    }.items():
        (folder / f"{name}.txt").write_text(written(name, *said), encoding="utf-8")
    with Workspace(tmp_path / "w", actor="test") as workspace:
        workspace.admit([folder])
        workspace.refresh()
        parts = worlds.partition(workspace.engine)
        assert sorted(map(len, parts.values())) == [2, 2]
        (row,) = found(workspace.engine)
        assert row == (*sorted(parts), row[2], 4_000)
        assert row[2] in parts
        page = workspace.report(tmp_path / "out").parent
        assert workspace.tables_differ() == []
    shown = [one.read_text(encoding="utf-8") for one in sorted(page.rglob("*.html"))]
    for words in ("both were sent almost the same words", "双方收到的话术几乎相同"):
        assert sum(words in one for one in shown) == 2, words
