"""The printable account of a return: both languages, sums that add up, masked, hostile text harmless."""

import re
from dataclasses import replace

from fanzha.document.page import Ref, Said, Stamp
from fanzha.document.return_account import COUNTS, ReturnAccount, ReturnLine, ReturnPage, return_html
from fanzha.document.return_fill import return_page
from fanzha.model.words import vocabulary
from fanzha.respond.refund import Claim, Credit, Frozen, returns, write_returns
from tests.document.hostile import ATTACKS
from tests.trace.money_worlds import leg, paid, report, world

STAMP = Stamp(1_790_000_000_000, "Asia/Shanghai", "0.3")
A, V, W = "6222000000000000001", "6222000000000000091", "6222000000000000092"


def sample(name: str = "张**", place: str = "市公安局官网") -> ReturnPage:
    def line(row: int, method: str, figures: tuple[int, int, int, int, int, int], case: str = "1-1") -> ReturnLine:
        ref = Ref(1, "报案.xlsx", row, 100 * row, "5月3日 转账")
        return ReturnLine(f"1-{row}-1", case, name, method, *figures, refs=(ref,))

    prorata = ReturnAccount(
        "6222****0001", "李**", "测试银行", "CNY", 90_000, True, ("equal_times", "statement_gap"),
        (
            line(1, "pro_rata", (10_000, 9_500, 0, 10_000, 10_000, 500)),
            line(2, "pro_rata", (30_000, 0, 0, 30_000, 30_000, 29_833)),
            line(3, "pro_rata", (60_000, 0, 0, 60_000, 50_000, 59_667), "1-3"),
            line(4, "not_shown", (70_000, 0, 0, 0, 0, 0)),
        ),
        (1_790_000_000_000, place),
        "shop",
    )  # fmt: skip
    direct = ReturnAccount(
        "6222****0002", "王**", "测试银行", "CNY", 60_000, False, (),
        (line(1, "direct", (10_000, 500, 0, 10_000, 5_000, 5_000)), line(2, "direct", (30_000, 0, 0, 20_000, 20_000, 20_000)), line(5, "direct", (8_000, 0, 4_000, 8_000, 0, 0))),
    )  # fmt: skip
    return ReturnPage(
        STAMP, "1-1", (prorata, direct), Said("the anti-fraud centre, 1 Example Road", "反诈中心（示例路1号）")
    )


def test_sums_add_up_and_both_languages_are_there() -> None:
    page = return_html(sample())
    for said in (
        "¥900.00", "¥5.00", "¥298.33", "¥596.67",  # frozen 900.00 = 5.00 + 298.33 + 596.67
        "To be returned", "应返还", "公告", "thirty days", "应先听取持有人说明", "先行转出", "示例路1号", "10.00%", "60.00%",
        "¥600.00", "¥250.00", "¥350.00", "冻结后可返还",  # cards of what is only traced: 600 there, 250 could go back, 350 rest
    ):  # fmt: skip
        assert said in page, said
    assert "¥1,500.00" not in page, "what is frozen and what was only traced are never one sum"
    for code in ("equal_times", "statement_gap"):
        assert vocabulary("return_tests")[code].zh in page
    assert vocabulary("return_methods")["not_shown"].en in page


def test_every_figure_walks_back_to_its_row() -> None:
    page = return_html(sample())
    links = set(re.findall(r'href="#(e\d+)"', page))
    assert links and links <= set(re.findall(r'id="(e\d+)"', page))
    assert "报案.xlsx" in page


def test_a_notice_not_given_is_said() -> None:
    page = sample()
    account = page.accounts[0]
    bare = replace(account, notice=None)
    assert "尚未公告" in return_html(ReturnPage(STAMP, "1-1", (bare,)))
    assert "尚未公告" not in return_html(page)


def test_a_case_without_frozen_money_has_a_page() -> None:
    assert "没有冻结" in return_html(ReturnPage(STAMP, "1-1", ()))


def test_hostile_text_stays_text() -> None:
    for attack in ATTACKS:
        page = return_html(sample(attack, attack))
        assert page.count("<script") == 1


def test_methods_have_words() -> None:
    methods, tests = vocabulary("return_methods"), vocabulary("return_tests")
    assert set(COUNTS) < set(methods) and all(one.en and one.zh for one in (*methods.values(), *tests.values()))


def test_the_page_is_filled_from_the_tables_and_masked() -> None:
    legs = [leg(1, A, 0, 40_000, 40_000, V), leg(2, A, 1, 60_000, 100_000, W)]
    reports = [report(1, case_id="1-1", victim="张三丰"), report(2, case_id="1-1", victim="李四")]
    engine = world(legs, reports, paid(1, A, 40_000, 0) + paid(2, A, 60_000, 1))
    claims = [Claim("1-1", 1, 1, 1, 40_000), Claim("1-1", 1, 2, 1, 60_000)]
    credits = [Credit((1, 1, 1), 40_000, 40_000), Credit((1, 2, 1), 60_000, 60_000)]
    write_returns(engine, returns(Frozen(A, "CNY", 100_000), credits, claims))
    page = return_page(engine, "1-1", STAMP, {(A, "CNY"): (STAMP.as_of_ms, "官网")})
    (account,) = page.accounts
    assert (account.method, account.amount, account.frozen, account.by_order) == ("direct", 100_000, 100_000, False)
    made = return_html(page)
    assert "张三丰" not in made and A not in made and "张**" in made and "6222****0001" in made
    assert return_page(engine, "9-9", STAMP).accounts == ()
