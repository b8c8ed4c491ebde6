"""The journal told in sentences: every act in both languages, no raw keys, and nothing of an erased one."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from fanzha.chain import appealing, ordering
from fanzha.model.words import vocabulary
from fanzha.show.acts import SENTENCES, told
from fanzha.show.words import LANGUAGES, Words
from fanzha.store.journal import Entry
from tests.conftest import CITY, Run
from tests.respond.test_appeals import Desk

EN, ZH = Words("en"), Words("zh")
ORDER: dict[str, Any] = {
    "verb": "hold", "case": "1-1", "body": "东江银行", "amount_minor": 1_234_50, "currency": "CNY", "ground": "traced_amount",
    "law": "pboc_261", "follows": -1, "admission": 1,
}  # fmt: skip
# public details, private details, what is said in English and in Chinese; act 0 is the order above
SAID: tuple[tuple[str, dict[str, Any], dict[str, Any], str, str], ...] = (
    ("order", ORDER, {"account": "6222", "reason": "有人报案"}, "case 1-1 · ¥1,234.50 · to 东江银行", "串案 1-1 · ¥1,234.50 · 收受单位 东江银行"),
    ("order", ORDER | {"verb": "lift", "follows": 0, "review": "reduce"}, {}, "by a review · ", "经复核 · "),
    ("order", ORDER | {"verb": "lift", "follows": 0, "review": "reduce"}, {}, "on order 0", "针对指令 0"),
    ("order_event", {"order": 0, "event": "send", "body": "东江银行"}, {}, "order 0 · sent · to 东江银行", "指令 0 · 发送 · 收受单位 东江银行"),
    ("order_event", {"order": 0, "event": "reply", "answer": "done", "amount_minor": 500}, {}, "reply recorded · ¥5.00", "登记回执 · ¥5.00"),
    ("order_event", {"order": 0, "event": "reply", "answer": "refused"}, {"reason": "销户"}, "refused by the body asked · 销户", "销户"),
    ("order_event", {"order": 0, "event": "review", "outcome": "keep", "next_ms": 1_800_000_000_000}, {}, "kept as it is · reviewed again by 2027-01-15", "维持 · 下次复核 2027-01-15"),
    ("appeal", {"subject": "order", "order": 0, "by": "holder"}, {"text": "这是工资"}, "against order 0 · by: holder", "不服指令 0 · 申诉人：账户持有人"),
    ("appeal", {"subject": "return", "order": -1, "by": "victim"}, {}, "objection to a return · by: victim", "对返还的异议"),
    ("appeal_event", {"appeal": 3, "event": "assign", "checker": "周复核"}, {}, "appeal 3 · given to 周复核", "申诉 3 · 交由 周复核 复核"),
    ("appeal_event", {"appeal": 3, "event": "decide", "outcome": "partly"}, {"reason": "有合同"}, "Upheld in part · 有合同", "部分成立 · 有合同"),
    ("appeal_event", {"appeal": 3, "event": "withdraw"}, {}, "Withdrawn by who made it", "申诉人撤回"),
    ("appeal_event", {"appeal": 3, "event": "told", "told": "order:0:东江银行:分行"}, {}, "to 东江银行:分行, which received order 0", "收受指令 0 的 东江银行:分行"),
    ("told", {"admission": 2, "withdraw": 4, "told": "export:3:市局"}, {}, "admission 2 · correction sent to 市局", "资料 2 · 已向持有第 3 条行为导出副本的 市局"),
    ("admit", {"format": "bank_feedback", "part_of": 7}, {"name": "a.csv"}, "part of admission 7", "出自资料 7"),
    ("again", {"admission": 2, "part_of": 7}, {}, "admission 2 · part of admission 7", "资料 2 · 出自资料 7"),
    ("withdraw", {"admission": 2}, {"reason": "sent twice"}, "admission 2 · sent twice", "资料 2 · sent twice"),
    ("correct", {"admission": 2, "settings": {"format": "nobody_knows_this"}}, {}, "admission 2 · read as: not recognised", "识别为：未能识别"),
    ("correct_row", {"admission": 2, "row": 9}, {"reason": "typo"}, "admission 2 · row 9 · typo", "第 9 行"),
    ("retain", {"admission": 2, "until_ms": 1_800_000_000_000}, {}, "admission 2 · until 2027-01-15", "至 2027-01-15"),
    ("erase", {"admission": 2, "ground": "ordered", "reference": "X-7", "with": 2}, {}, "a court or an authority ordered it · reference X-7", "文号 X-7"),
    ("use", {"name": "card_bins", "sha256": "ab", "as_of": "2026-01-01"}, {}, "card_bins · as of 2026-01-01", "数据日期 2026-01-01"),
    ("campaign", {"verdict": "scam", "kind": "T05", "admission": 2}, {"title": "找 13912345678", "members": "2-1", "reason": "同一话术"}, "scam · false loan or credit card · as 找 +86139****5678 · 同一话术", "诈骗 · 虚假贷款 · 命名为 找 +86139****5678"),
    ("campaign", {"verdict": "honest", "kind": "", "admission": 2}, {"members": "2-1"}, "honest", "正常"),
    ("feedback", {"verdict": "honest", "kind": "", "said": "scam", "probability_ppm": 900_000, "admission": 2}, {"reason": "物业"}, "admission 2 · honest · the program had said: scam · 物业", "资料 2 · 正常 · 软件原判：诈骗"),
    ("return_notice", {"place": "人民日报", "admission": 1}, {"account": "6222"}, "given in: 人民日报", "发布处：人民日报"),
    ("undo", {"act": 0}, {}, "act 0: order proposed", "第 0 条：提出处置指令"),
    ("export", {"table": "disputed", "purpose": "audit", "rows": 3, "to": "市局"}, {}, "3 rows of disputed · for: supervision of this work · to 市局", "收受单位 市局"),
    ("export", {"table": "disputed", "purpose": "", "rows": 3, "to": "市局"}, {}, "masked · to 市局", "已打码 · 收受单位 市局"),
    ("export", {"table": "disputed", "purpose": "audit", "rows": 3}, {}, "own use", "自用"),
    ("export", {"letter": "correction", "order": 0, "form": "pdf"}, {}, "letter “Correction” on order 0, pdf", "指令 0 的《更正通知书》，pdf"),
    ("backup", {"path": "b.bin"}, {}, "b.bin", "b.bin"),
    ("handover", {"path": "b.bin", "to": "市局"}, {}, "b.bin · to 市局", "收受单位 市局"),
    ("receive", {"backup_size": 12, "backup_root": "ab"}, {}, "12 acts", "共 12 条行为"),
    ("migrate", {"from": 1, "to": 2}, {}, "layout 1 to 2", "存储结构 1 升级为 2"),
    ("create", {"layout": 2, "public_key": "ab", "lookup": "cd"}, {}, "", ""),
    ("map", {"signature": "ab", "mapping": "{}"}, {}, "", ""),
)  # fmt: skip


def entry(act: str, public: dict[str, Any], private: dict[str, Any] | None = None, seq: int = 0) -> Entry:
    return Entry(seq, 0, "李雷", act, "", public, private)


ENTRIES = [entry("order", ORDER)]


def test_every_act_has_its_sentences() -> None:
    assert {*SENTENCES, "judge"} == set(vocabulary("acts"))
    assert {act for act, *_ in SAID} == set(SENTENCES)


@pytest.mark.parametrize(("act", "public", "private", "en", "zh"), SAID)
def test_an_act_is_told_in_both_languages(act: str, public: Any, private: Any, en: str, zh: str) -> None:
    one = entry(act, public, private, seq=1)
    for words, part in ((EN, en), (ZH, zh)):
        said = " · ".join(told(words, one, ENTRIES, ()))
        assert part in said
        assert not [key for key in public if "_" in key and key in said]
        assert "None" not in said and "-1" not in said.replace("1-1", "")
        without = " · ".join(told(words, dataclasses.replace(one, private=None), ENTRIES, ()))
        assert not [value for value in private.values() if value in without], "of an erased one only the frame is told"


def test_an_act_of_another_version_keeps_its_keys_and_a_reason_is_masked() -> None:
    assert told(EN, entry("sung", {"song": "x", "long": ["a"]}), [], ()) == ["song x"]
    said = told(EN, entry("withdraw", {"admission": 2}, {"reason": "王小明 of 13812345678 asked"}), [], ("王小明",))
    assert "13812345678" not in said[-1] and "王小明" not in said[-1]


def test_a_desk_s_whole_journal_reads_as_sentences(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ws", same_second=True)
    r, e = desk.record, desk.engine
    order = desk.in_force()
    one = appealing.take_in(r, e, desk.act("李受理"), order, "这是我的货款", "holder")
    appealing.assign(r, e, desk.act("李受理"), one.appeal, "周复核")
    appealing.decide(r, e, desk.act("周复核"), one.appeal, "upheld", "有发货单")
    ordering.send(r, e, desk.act("李受理"), max(desk.orders()))
    appealing.told(r, e, desk.act("李受理"), one.appeal, appealing.corrections(r, desk.now)[0].name)
    entries = desk.entries()
    for lang in LANGUAGES:
        said = [" · ".join(told(Words(lang), each, entries, ())) for each in entries]
        assert not [line for line in said if re.search(r"(amount_minor|event|follows|subject|from_ms|order:) ", line)]
        assert "¥500.00" in "\n".join(said)
    r.close()
    e.close()


def test_machines_get_the_keys_and_people_the_sentences(say: Run) -> None:
    say("admit", CITY / "station_reports.csv")
    say("export", "reports", "--out", "r.csv", "--purpose", "audit", "--to", "市局")
    kept = json.loads(say("acts", "--json").stdout)["acts"][-1]
    assert kept["details"] == {"table": "reports", "purpose": "audit", "rows": kept["details"]["rows"], "to": "市局"}
    assert "收受单位 市局" in say("acts", "--limit", 1, lang="zh").stdout
    assert "for: supervision of this work" in say("acts", "--limit", 1).stdout
