"""The same story through the browser: the pages of the example city, opened from disk as an officer opens them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import fanzha
from tests.browser import MARKS, chromium, quiet_page
from tests.conftest import CITY

pytestmark = MARKS


@pytest.fixture(scope="module")
def pages(city: fanzha.Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city.report(tmp_path_factory.mktemp("pages"), "en")


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser, quiet_page(browser) as made:
        yield made


def test_an_officer_reads_a_case_and_walks_a_figure_back_to_its_row(page: Page, pages: Path) -> None:
    page.goto(pages.as_uri())
    assert page.get_by_text("vendor_dump.dat").first.is_visible(), "the file nobody can read is shown plainly"
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator("a.page", has_text="串案").first.click()
    expect(page.locator("html"), "the language travels with the reader").to_have_attribute("lang", "zh-CN")
    assert page.get_by_text("系统建议").or_(page.get_by_text("具名人员决定")).first.is_visible()

    figure = page.locator("#accounts a.fig, #flow a.fig").first
    figure.click()
    panel = page.locator("#panel")
    assert panel.is_visible()
    said = panel.inner_text()
    name = next(path.name for path in CITY.iterdir() if path.name in said)
    place = re.search(r"第(\d+)行", said)
    assert place, said
    offset = re.search(r"字节位置 (\d+)", said)
    if offset and name.endswith(".csv"):  # the byte named is where the row named begins, in the file as it was received
        content = (CITY / name).read_bytes()
        assert content[: int(offset[1])].count(b"\n") + 1 == int(place[1])
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_every_figure_of_every_case_opens_and_names_its_source(page: Page, pages: Path) -> None:
    for case in sorted((pages.parent / "cases").glob("*.html")):
        page.goto(case.as_uri())
        bare = page.evaluate(
            """() => [...document.querySelectorAll('a.fig')].filter(link => {
                 const entry = document.getElementById(link.getAttribute('href').slice(1));
                 return !entry || !entry.querySelector('.ev-file, .quiet');
               }).map(link => link.textContent)"""
        )
        assert not bare
        nowhere = page.evaluate(
            """() => [...document.querySelectorAll('#register li.ev')].filter(e => !e.querySelector('.ev-file'))
                 .filter(e => !/^[−¥฿]?0(\\.00)?\\b/.test(e.querySelector('strong').innerText)).map(e => e.innerText)"""
        )
        assert not nowhere, f"{len(nowhere)} figures name no row: {nowhere[:3]}"


def test_nothing_is_cut_off_at_the_width_of_a_telephone(page: Page, pages: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for path in (pages, *sorted((pages.parent / "cases").glob("*.html"))):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 391, path.name


def test_an_officer_looks_inside_a_file_and_sees_what_was_refused_and_what_can_be_changed(
    page: Page, pages: Path
) -> None:
    page.goto((pages.parent / "quality.html").as_uri())
    block = page.locator(".file-block", has_text="bank_east_transactions.csv")
    block.get_by_role("link", name="First rows as understood").click()
    expect(page.locator("h1")).to_have_text("bank_east_transactions.csv")
    assert page.get_by_text("the direction word is not a listed one").first.is_visible()
    assert page.locator("#first").get_by_role("columnheader", name="row 2").is_visible()
    assert "****" in page.locator("#first").inner_text(), "accounts are masked"
    assert page.locator("#change").get_by_text(re.compile(r"fanzha correct \d+ --zone")).is_visible()
    figure = page.locator("#first a.fig").first
    figure.click()
    assert "bank_east_transactions.csv" in page.locator("#panel").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Data quality").first.click()
    expect(page.get_by_role("heading", name="Data quality", level=1)).to_be_visible()


def test_an_officer_sees_the_orders_of_a_case_and_what_its_holders_may_be(page: Page, tmp_path: Path) -> None:
    with fanzha.open(tmp_path / "w", actor="王小明") as workspace:
        workspace.admit([CITY])
        case = workspace.cases()[0].id
        number = next(step.number for step in workspace.steps(case) if step.verb == "hold")
        hold = workspace.desk.adopt(case, number, "the victim waits here")
        workspace.desk.approve(hold.order)
        workspace.desk.send(hold.order, "东江银行")
        workspace.report(tmp_path / "report", "en")
    page.goto((tmp_path / f"report/cases/{case}.html").as_uri())
    orders = page.locator("#orders")
    for said in ("Hold an amount", "sent", "王小明", "the victim waits here"):
        assert orders.get_by_text(said).first.is_visible(), said
    orders.locator("summary", has_text=str(hold.order)).click()
    assert orders.get_by_text("approved").first.is_visible()
    page.get_by_role("button", name="中文").click()
    assert orders.get_by_text("紧急止付").first.is_visible()
    readings = page.locator("#readings")
    for said in ("跑分账户", "虚假商户", "善意取得", "均非认定"):
        assert readings.get_by_text(said).first.is_visible(), said
    assert readings.locator(".check").first.is_visible(), "the innocent explanation stands beside the pattern"
    assert page.locator("#rules").get_by_text("先进先出").first.is_visible()
    assert not re.search(r"\d{12}", page.locator("body").inner_text()), "no account stands there in full"
