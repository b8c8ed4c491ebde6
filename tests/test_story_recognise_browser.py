"""The same story through the browser: a citizen reads the page of an answer, an officer finds, names and meets a campaign again. Every
message is invented."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import MARKS, chromium, quiet_page
from tests.conftest import Run
from tests.test_story_recognise import GARDEN, TITLE, answer, chat

pytestmark = MARKS
POLICE = "您好,我是市公安局民警,您名下银行卡涉嫌洗钱案,请立即将资金转入安全账户核查,不要告诉家人,登录 https://gaj-check.top/x 办理"
MAIL = (
    "From: service@apple-id-verify.top\nTo: a@example.com\nSubject: Your account will be suspended\n"
    "Date: Thu, 26 Nov 2026 07:33:56 +0000\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
    "<p>Unusual sign-in. Verify within 24 hours.</p><a href='http://apple-id-verify.top/login'>https://appleid.apple.com</a>\n"
)
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser) as made:
        yield made


def nothing_is_cut(page: Page) -> None:
    """At the width of a telephone and of a desk, in both languages, nothing sticks out."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for lang in ("en", "zh"):
            page.locator(f"[data-to={lang}]").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, lang)
            out = page.evaluate(
                """() => [...document.querySelectorAll('.checked *, #campaigns *, #words *')].filter(
                     one => one.getClientRects().length && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)"""
            )
            assert out == [], (width, lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_citizen_reads_what_it_is_and_what_to_do(say: Run, tmp_path: Path, page: Page, lang: str) -> None:
    (tmp_path / "mail.eml").write_text(MAIL, encoding="utf-8")
    say("check", POLICE, "mail.eml", "95588", "--page", "answer.html", "--lang", lang)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((tmp_path / "answer.html").as_uri())
    expect(page.locator("html")).to_have_attribute("data-lang", lang)
    first = page.locator(".checked").first
    verdict = first.locator(".verdict")
    expect(verdict.locator("h2 span:visible")).to_have_text({"en": "scam", "zh": "诈骗"}[lang])
    assert verdict.locator("h3:visible, li:visible").first.is_visible()
    box = verdict.bounding_box()
    assert box is not None and box["y"] + box["height"] < 844, "verdict and what to do are seen without scrolling"
    assert "96110" in verdict.inner_text()

    marks = {re.sub(r"\d+$", "", one) for one in first.locator("mark").all_inner_texts()}
    assert {"安全账户", "不要告诉", "公安局民警"} <= marks
    numbers = {int(one) for one in first.locator("mark sup").all_inner_texts()}
    assert numbers == set(range(1, first.locator(".tricks li").count() + 1)), (
        "each mark has its trick, each trick a mark"
    )
    shown = first.inner_text()
    assert {"en": "false police, court or office", "zh": "冒充公检法及政府机关"}[lang] in shown
    assert "gaj-check[.]top" in shown and "https://" not in shown, "no link can be opened by mistake"

    mail = page.locator(".checked").nth(1).inner_text()
    assert {"en": "only what the link shows: it leads to", "zh": "仅为显示文字，实际指向"}[lang] in mail
    assert {"en": "a known firm's own address", "zh": "知名机构的官方域名"}[lang] not in mail
    number = page.locator(".checked").nth(2)
    assert number.locator("blockquote").count() == 0 and "95588" in number.inner_text()
    nothing_is_cut(page)


def test_one_switch_changes_every_word(say: Run, tmp_path: Path, page: Page) -> None:
    say(
        "check",
        "Your parcel is held, pay the customs fee at http://parcel-fee.top/a1 within 24 hours",
        "--page",
        "a.html",
    )
    page.goto((tmp_path / "a.html").as_uri())
    assert page.locator(".switch button").count() == 2
    page.get_by_role("button", name="中文").click()
    told = page.locator(".verdict, .tricks, .told dt")
    assert all(re.search("[\u4e00-\u9fff]", one) for one in told.all_inner_texts())
    page.get_by_role("button", name="English").click()
    assert not any(re.search("[\u4e00-\u9fff]", one) for one in told.all_inner_texts())


def test_an_officer_finds_a_campaign_names_it_and_meets_it_again(say: Run, tmp_path: Path, page: Page) -> None:
    overview = tmp_path / "workspace/report/index.html"
    for number in (1, 2, 3):
        chat(tmp_path / "chats", number, 19 + number)
    say("run", tmp_path / "chats")
    page.goto(overview.as_uri())
    page.get_by_role("button", name="English").click()
    row = page.locator("#campaigns tbody tr").first
    expect(row.locator(".tag")).to_contain_text("new and rising")
    assert row.locator("q").count() == 3 and "139****" in row.inner_text() and "13912345671" not in page.content()
    command = row.locator("code").inner_text()
    assert re.fullmatch(r'fanzha name \d+-\d+ --kind T02 --title "…"', command)

    texts, chats = row.locator("a.fig").all()[:2]
    for figure, said in ((texts, "moon garden"), (chats, "My sister said no")):
        figure.click()
        panel = page.locator("#panel")
        expect(panel).to_be_visible()
        assert {"chat1.txt", "chat2.txt", "chat3.txt"} <= set(re.findall(r"chat\d\.txt", panel.inner_text()))
        assert said in panel.inner_text()
        page.keyboard.press("Escape")
    nothing_is_cut(page)

    campaign = command.split()[2]
    say("name", campaign, "--kind", "T02", "--title", TITLE)
    say("run", chat(tmp_path / "fourth", 4, 23).parent)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(overview.as_uri() + "#lang=zh")
    page.reload()  # an address that differs in what follows # alone is not loaded again
    row = page.locator("#campaigns tbody tr").first
    expect(row.locator(".tag")).to_contain_text("已命名")
    assert TITLE in row.inner_text() and "虚假投资理财" in row.inner_text()
    links = row.locator("a.page")
    assert links.count() == 4, "the fourth message is known by the name"
    links.last.click()
    words = page.locator("#words")
    expect(page.locator("html"), "the language travels with the reader").to_have_attribute("lang", "zh-CN")
    assert (
        TITLE in words.inner_text() and "已由人工认定为诈骗" in words.inner_text() and "软件判读" in words.inner_text()
    )
    assert "moon garden club" in words.locator("q").first.inner_text()
    nothing_is_cut(page)


def test_a_case_shows_its_messages_with_the_tricks_marked(say: Run, tmp_path: Path, page: Page) -> None:
    folder = tmp_path / "chats"
    folder.mkdir()
    said = "This is the police, your account is in a money laundering case, move the money to the safe account within two hours, call 13912345699"
    lines = ["6:00 PM - Messages and calls are end-to-end encrypted.", f"6:01 PM - Officer Zhao: {said}"]
    lines.append("6:12 PM - Victim 9: what do I do")
    (folder / "police.txt").write_text("".join(f"22/11/26, {line}\n" for line in lines), encoding="utf-8")
    say("run", folder)
    page.goto((tmp_path / "workspace/report/index.html").as_uri() + "#lang=en")
    page.locator("a.page", has_text="Case").first.click()
    words = page.locator("#words")
    marks = [re.sub(r"\d+$", "", one) for one in words.locator("mark").all_inner_texts()]
    assert any("safe account" in one for one in marks) and "within two hours" in marks
    legend = words.locator(".legend").inner_text()
    assert '"safe account"' in legend and "hurry" in legend
    assert "13912345699" not in page.content() and "139****5699" in words.inner_text()
    nothing_is_cut(page)


def test_a_citizens_message_is_known_by_the_officers_name(say: Run, tmp_path: Path, page: Page) -> None:
    for number in (1, 2, 3):
        chat(tmp_path / "chats", number, 19 + number)
    say("run", tmp_path / "chats")
    asked = GARDEN.format(999, 9)
    waiting = say("check", asked, "--workspace", "workspace").stdout
    campaign = answer(say, "campaigns")["campaigns"][0]["campaign"]
    assert f"fanzha campaigns {campaign} --workspace workspace" in waiting and "nobody has named yet" in waiting
    say("name", campaign, "--kind", "T02", "--title", TITLE)

    told = answer(say, "check", asked, "--workspace", "workspace")["checks"][0]
    assert told["verdict"] == "suspicious" and told["scam_type"] == [{"kind": "T02", "permille": 1000}]
    like = told["campaign"]
    assert (like["campaign"], like["title"], like["reports"], like["judged"]) == (campaign, TITLE, 3, "scam")
    assert like["message"] is None and like["first_ms"] < like["last_ms"]
    inside = answer(say, "check", chat(tmp_path / "fourth", 4, 23), "--workspace", "workspace")["checks"][0]
    assert inside["campaign"]["message"] == 2, "one message of a conversation is like it"
    assert answer(say, "check", asked)["checks"][0]["campaign"] is None, "without a workspace nothing is known"

    say("check", asked, "--workspace", "workspace", "--page", "a.html", lang="zh")
    page.goto((tmp_path / "a.html").as_uri())
    shown = page.locator(".checked").inner_text()
    for one in (TITLE, "3 个会话或邮件", "2026年11月20日", f"fanzha campaigns {campaign}", "已由人工认定为诈骗"):
        assert one in shown, one
    page.get_by_role("button", name="English").click()
    assert "called these words a scam" in page.locator(".verdict").inner_text()
    nothing_is_cut(page)
