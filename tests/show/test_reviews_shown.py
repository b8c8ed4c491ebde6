"""A freeze is reviewed, and steps are adopted by their numbers, as a person does it: command line, page, letter, JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

import fanzha
from fanzha.chain.letters import letter
from fanzha.errors import NotAllowed
from fanzha.respond.orders import LONG_FREEZE, LONG_FREEZE_MS, Order, Proposal
from tests.conftest import Run

A, B, V = "6222000000000000001", "6222000000000000002", "6222000000000000091"
DAY = 86_400_000


@pytest.fixture
def case(tmp_path: Path) -> str:
    """A case in ./workspace whose victim paid two accounts: 5 000 yuan to A, of which 3 000 are there, and 2 000 to B."""
    head = "交易账号,交易时间,收付标志,交易金额,交易余额,对手账号\n"
    rows = f"{A},2026-10-13 09:28:00,进,5000,5000,{V}\n{A},2026-10-13 09:40:00,出,2000,3000,9100000000000000003\n"
    (tmp_path / "bank.csv").write_text(head + rows, encoding="utf-8")
    text = f"2026年10月13日9时28分向银行账户{A}转账5000元，9时50分又向银行账户{B}转账2000元，被骗。"
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    with fanzha.open(tmp_path / "workspace", actor="李明") as workspace:
        workspace.admit([tmp_path / "bank.csv", tmp_path / "report.txt"])
        return workspace.cases()[0].id


def order(say: Run, *arguments: object, by: str = "李明") -> dict[str, Any]:
    return json.loads(say(*arguments, "--json", "--actor", by).stdout)["order"]  # type: ignore[no-any-return]


@pytest.fixture
def frozen(case: str, tmp_path: Path) -> Order:
    """A freeze of a year of what is on A, decided by two persons."""
    with fanzha.open(tmp_path / "workspace", actor="李明") as workspace:
        wanted = Proposal("freeze", "重大案件：被害人四十名", case, A, 300_000, "CNY", law=LONG_FREEZE, body="北岭银行")
        made = workspace.desk.propose(wanted)
        workspace._actor = "王芳"
        workspace.desk.approve(made.order)
        workspace.desk.send(made.order)
        return workspace.desk.reply(made.order, amount=300_000)


def test_a_freeze_of_a_year_is_proposed(say: Run, case: str) -> None:
    how = ("--verb", "freeze", "--amount", "3000", "--law", LONG_FREEZE, "--reason", "重大案件：被害人四十名")
    made = order(say, "hold", case, A, *how)
    assert (made["law"], made["expires_ms"] - made["proposed_ms"]) == (LONG_FREEZE, LONG_FREEZE_MS)
    said = say("hold", case, B, "--amount", "20", "--law", LONG_FREEZE, "--reason", "x", "--actor", "李明", code=2)
    assert "only a freeze" in said.stderr


def test_a_review_that_keeps_is_due_done_and_undone(say: Run, frozen: Order) -> None:
    number, ends = frozen.order, frozen.expires_ms
    due = json.loads(say("orders", "--due", "--json").stdout)["due"]
    assert [(one["what"], one["due_ms"]) for one in due if one["order"] == number] == [
        ("freeze_review", (frozen.from_ms or 0) + 30 * DAY)
    ]
    kept = order(say, "orders", number, "--do", "review", "--outcome", "keep", "--days", 60, "--reason", "仍在核查")
    assert kept["expires_ms"] == ends and kept["review_ms"] > (frozen.review_ms or 0)
    last = kept["events"][-1]
    assert (last["event"], last["actor"], last["amount"], last["note"]) == ("review", "李明", 300_000, "仍在核查")
    say("undo", last["act"], "--actor", "李明")
    assert order(say, "orders", number)["review_ms"] == frozen.review_ms, "a review is taken back like a decision"


def test_a_review_that_reduces_is_told_to_the_bank_and_on_the_page(say: Run, frozen: Order, tmp_path: Path) -> None:
    number = frozen.order
    how = ("--do", "review", "--outcome", "reduce", "--amount", "1200", "--reason", "部分为货款", "--actor", "李明")
    told = say("orders", number, *how).stdout
    assert "¥1,200.00" in told and "reviewed" in told and "The lift is decided; send it" in told
    zh = say("orders", number, lang="zh").stdout
    assert "复核" in zh and "前复核是否仍有必要" in zh and "--do review" in zh
    with fanzha.open(tmp_path / "workspace", actor="王芳") as workspace:
        lift = workspace.desk.orders()[-1].order
        made = letter(workspace.engine, workspace.desk, lift)
        assert (made.kind, made.amount_minor, made.left_minor) == ("lift", 180_000, 120_000), (
            "what is lifted, what stays"
        )
        assert made.law == "procedure_241", "the law under which what is no longer needed is lifted"
        workspace.report(tmp_path / "report")
        page = "".join(one.read_text(encoding="utf-8") for one in (tmp_path / "report").rglob("*.html"))
        assert "前复核" in page and "to be reviewed by" in page and "reviewed" in page
        assert not workspace.tables_differ()
        gone = workspace.desk.review(number, "lift", "查明与案件无关")
        assert (gone.state, gone.held, gone.review_ms) == ("lifted", 0, None)
        with pytest.raises(NotAllowed, match="lifted"):
            workspace.desk.review(number, "keep", "x")


def test_the_step_that_was_seen_as_the_second_is_the_second(say: Run, case: str, tmp_path: Path) -> None:
    drafts = json.loads(say("hold", case, "--json").stdout)["drafts"]
    seen = {one["number"]: (one["verb"], one["target"]) for one in drafts}
    assert len(seen) >= 3
    verbs = {"hold": "hold", "request_statement": "query", "request_exit": "query"}
    for number, (verb, target) in seen.items():
        made = order(say, "hold", case, "--step", number)
        assert (made["verb"], made["label"]) == (verbs[verb], target)
        left = json.loads(say("hold", case, "--json").stdout)["drafts"]
        assert all(seen[one["number"]] == (one["verb"], one["target"]) for one in left)
        assert f"no step {number} now" in say("hold", case, "--step", number, "--actor", "李明", code=3).stderr


def test_what_a_review_comes_to_is_named(say: Run, frozen: Order) -> None:
    said = say("orders", frozen.order, "--do", "review", "--reason", "x", "--actor", "李明", code=2).stderr
    assert "keep, reduce, lift" in said
