"""The overview's queue: most urgent first, what is overdue said so, each line leading to its case, nothing in the clear."""

import dataclasses
import re
from pathlib import Path

import pytest

import fanzha
from fanzha.document.figures import Register
from fanzha.document.index import index_html
from fanzha.document.page import IndexPage
from fanzha.document.queue import SHOWN, queue_section
from fanzha.model.words import vocabulary
from fanzha.respond.orders import Proposal
from tests.document.sample import STAMP, deadlines, index

A, V = "6222000000000000001", "6222000000000000091"
MINUTE, HOUR = 60_000, 3_600_000


def section(page: IndexPage, lang: str = "") -> str:
    """The queue as text, of one language if it is named."""
    text = str(queue_section(page, Register(STAMP)) or "")
    if lang:
        text = re.sub(rf'<(span|small|div|p)[^>]*lang="{"zh-CN" if lang == "en" else "en"}"[^>]*>.*?</\1>', "", text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_nothing_due_takes_no_room() -> None:
    assert section(dataclasses.replace(index(), queue=())) == "" == section(IndexPage(stamp=STAMP))
    assert 'id="due"' not in index_html(IndexPage(stamp=STAMP))


def test_the_queue_is_told_in_both_languages_the_most_urgent_first() -> None:
    en, zh = section(index(), "en"), section(index(), "zh")
    assert "5 to do, 2 of them overdue" in en and "截至2024年3月14日 20:15，共 5 项，其中 2 项已逾期" in zh
    for one in deadlines():
        assert vocabulary("order_dues")[one.what].en in en and vocabulary("order_dues")[one.what].zh in zh
    spans = ("overdue by 1 d 2 h", "due now", "in 10 min", "in 1 d 7 h", "in 3 d 8 h")
    assert [en.index(span) for span in spans] == sorted(en.index(span) for span in spans)
    assert "已逾期 1 天 2 小时" in zh and "剩余 10 分" in zh
    assert "Order 40" in en and "Order -1" not in en


def test_each_line_leads_to_its_case_and_amounts_to_their_rows() -> None:
    text = index_html(index())
    part = text.split('id="due"')[1].split("</section>")[0]
    assert part.count('href="cases/case-1-2.html"') == 4
    assert text.index('id="due"') < text.index('id="cases"'), "before what can wait"
    assert part.count('class="fig"') == 4


@pytest.mark.parametrize("left", [-1, 0, 1, MINUTE - 1, HOUR, 24 * HOUR, 400 * 24 * HOUR, -400 * 24 * HOUR])
def test_a_deadline_is_overdue_from_its_moment_on(left: int) -> None:
    one = dataclasses.replace(deadlines()[0], due_ms=STAMP.as_of_ms + left)
    said = section(dataclasses.replace(index(), queue=(one,)), "en")
    assert ("overdue by" in said) == (left <= -MINUTE) and ("due now" in said) == (abs(left) < MINUTE)
    assert f"{int(left <= 0)} of them overdue" in said


def test_many_are_folded() -> None:
    page = dataclasses.replace(index(), queue=deadlines() * 5)
    assert f"{25 - SHOWN} more" in section(page, "en")


def test_the_pages_show_the_queue_that_the_terminal_lists(tmp_path: Path) -> None:
    head = "交易账号,交易时间,收付标志,交易金额,交易余额,对手账号\n"
    (tmp_path / "bank.csv").write_text(f"{head}{A},2026-10-13 09:28:00,进,5000,5000,{V}\n", encoding="utf-8")
    told = f"2026年10月13日9时28分向银行账户{A}转账5000元，被骗。"
    (tmp_path / "report.txt").write_text(told, encoding="utf-8")
    now = [1_800_000_000_000]
    with fanzha.open(tmp_path / "ws", actor="李明", clock=lambda: now[0]) as workspace:
        workspace.admit([tmp_path / "bank.csv", tmp_path / "report.txt"])
        page = workspace.report(tmp_path / "pages")
        assert 'id="due"' not in page.read_text(encoding="utf-8")
        desk, case = workspace.desk, workspace.cases()[0].id
        hold = desk.propose(Proposal("hold", "急", case, A, 300_000, "CNY", body="北岭银行"))
        desk.approve(hold.order)
        desk.send(hold.order)
        now[0] += 31 * MINUTE
        first = workspace.report(tmp_path / "pages").read_text(encoding="utf-8")
        part = first.split('id="due"')[1].split("</section>")[0]
        assert vocabulary("order_dues")["reply"].en in part and "overdue by 1 min" in part
        href = re.search(r'class="page" href="(cases/[^"]+)"', part)
        assert href is not None and (tmp_path / "pages" / href[1]).is_file()
        assert "¥3,000.00" in part and A not in first and "6222****0001" in part
        assert "As ordered" in first.split('id="register"')[1]
        assert workspace.report(tmp_path / "again").read_text(encoding="utf-8") == first, (
            "the same moment, the same page"
        )
        desk.reply(hold.order, amount=300_000)
        desk.appeal(hold.order, "这是我的货款", "holder")
        part = (
            workspace.report(tmp_path / "pages").read_text(encoding="utf-8").split('id="due"')[1].split("</section>")[0]
        )
        whats = [vocabulary("order_dues")[one.what].en for one in desk.due()]
        assert {"hold_ends", "appeal"} <= {one.what for one in desk.due()}
        assert [part.index(what) for what in whats] == sorted(part.index(what) for what in whats)
        now[0] += 72 * HOUR
        workspace.settle()
        assert "hold_ends" not in {one.what for one in desk.due()}, "what ended by itself is not due any more"
        part = workspace.report(tmp_path / "pages").read_text(encoding="utf-8").split('id="due"')[1]
        assert vocabulary("order_dues")["hold_ends"].en not in part.split("</section>")[0]
