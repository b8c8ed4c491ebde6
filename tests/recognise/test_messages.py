"""The stage: whose messages are read, that each text is read once, and that pages show what the words show, masked, in both languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fanzha
from fanzha.document.fill_wording import marked
from fanzha.recognise import facts as facts_module
from fanzha.recognise.facts import Facts, Reader
from fanzha.recognise.messages import MADE, recognise, told_kinds
from fanzha.recognise.rules_scorer import RulesScorer
from fanzha.store.engine import Engine, arrow_schema
from fanzha.store.tables import table

AS_OF = 1_790_000_000_000
SCAM = "我是公安局民警，您涉嫌洗钱，请立即将资金转入安全账户6222021234567890123，不要告诉家人"
TALK = "明天下午三点在老地方练球，记得带上两件球衣和热水"


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    made.close()


def put(engine: Engine, name: str, *rows: dict[str, Any]) -> None:
    engine.put(
        name, pa.Table.from_pylist([{"byte_offset": 0, **row} for row in rows], schema=arrow_schema(table(name)))
    )


def report(file: int, form: str = "chat", text: str = "", **more: Any) -> dict[str, Any]:
    return {"file": file, "row": 1, "form": form, "text": text, "at_ms": AS_OF, "victim": "张伟", **more}


def message(file: int, row: int, sender: str, text: str, at_ms: int | None = AS_OF) -> dict[str, Any]:
    return {"file": file, "row": row, "sender": sender, "text": text, "at_ms": at_ms}


def test_only_what_others_wrote_is_read(engine: Engine) -> None:
    put(engine, "reports", report(1), report(2, "mail", SCAM), report(3, "told", SCAM), report(4, at_ms=AS_OF + 1))
    put(
        engine,
        "messages",
        message(1, 2, "民警", SCAM),
        message(1, 3, "张伟", "我没有洗钱"),
        message(1, 4, "", "对方开启了朋友验证"),
        message(1, 5, "民警", "", None),
        message(1, 6, "民警", TALK, AS_OF + 1),
        message(4, 2, "民警", SCAM),  # its chat is not there yet
        message(9, 2, "民警", SCAM),  # of no chat
    )
    recognise(engine, AS_OF, (), Reader(RulesScorer))
    found = engine.rows('SELECT "file", "row", "form", "report_row", "verdict", "kind" FROM "recognised" ORDER BY 1, 2')
    assert found == [(1, 2, "message", 1, "scam", "T08"), (2, 1, "mail", 1, "scam", "T08")]
    (tactics,) = engine.rows('SELECT "tactics" FROM "recognised" WHERE "file" = 1')[0]
    assert {(tactic, SCAM[a:b]) for tactic, a, b in marked(tactics)} >= {("safe_account", "安全账户")}
    assert engine.rows('SELECT "kind", "value" FROM "campaign_identifiers"') == [("bank_card", "6222021234567890123")]


def test_without_chats_no_scorer_is_loaded(engine: Engine) -> None:
    def load() -> RulesScorer:
        raise AssertionError("nothing is to be read")

    put(engine, "reports", report(3, "told", SCAM))
    recognise(engine, AS_OF, (), Reader(load))
    assert all(engine.all_rows(name).num_rows == 0 for name in MADE)


def test_a_text_is_read_once_however_often_the_stage_runs(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    check = facts_module.check

    def counted(texts: Any, *rest: Any, **more: Any) -> Any:
        wanted = [*texts]
        read.extend(wanted)
        return check(wanted, *rest, **more)

    monkeypatch.setattr(facts_module, "check", counted)
    reader = Reader(RulesScorer)
    put(engine, "reports", report(1), report(2))
    put(engine, "messages", message(1, 2, "a", SCAM), message(2, 2, "b", SCAM), message(2, 3, "b", TALK))
    recognise(engine, AS_OF, (), reader)
    first = [engine.all_rows(name) for name in MADE]
    recognise(engine, AS_OF, (), reader)
    assert sorted(read) == sorted([SCAM, TALK])
    assert all(engine.all_rows(name).equals(one) for name, one in zip(MADE, first, strict=True))


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_has_facts(texts: list[str]) -> None:
    found = READER.read(texts)
    assert len(found) == len(texts) and found == READER.read(texts)
    for text, one in zip(texts, found, strict=True):
        assert isinstance(one, Facts) and 0 <= one.probability_ppm <= 1_000_000 and 0 <= one.kind_permille <= 1000
        assert all(0 <= a < b <= len(text) for _, a, b in marked(one.tactics))


READER = Reader(RulesScorer)


def test_narratives_are_read_when_asked() -> None:
    assert told_kinds([SCAM, SCAM, TALK, ""]) == [("T08", 2)]


def test_the_case_page_shows_what_the_words_show_masked(tmp_path: Path) -> None:
    chat = tmp_path / "chat.txt"
    chat.write_text(
        "20/11/26, 6:00 PM - Messages and calls are end-to-end encrypted.\n"
        f"20/11/26, 6:01 PM - 陈警官: {SCAM}\n20/11/26, 6:05 PM - 张伟: 我没有\n",
        encoding="utf-8",
    )
    with fanzha.open(tmp_path / "w", actor="tester") as workspace:
        workspace.admit([chat])
        (case,) = workspace.cases()
        workspace.report(tmp_path / "report", "zh")
        assert workspace.recognising.told(case.id) == [], "a chat is no narrative"
        masked = workspace.table("campaign_identifiers")
        assert masked.num_rows == 0, "one chat is no campaign"
    page = (tmp_path / f"report/cases/{case.id}.html").read_text(encoding="utf-8")
    assert 'id="words"' in page and "文字所示" in page and "What the words show" in page
    assert "冒充公检法" in page and "安全账户" in page and "6222021234567890123" not in page
