"""The pages in a real browser: nothing hostile runs, nothing is fetched, figures open, languages switch, print works."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from fanzha.document.case import case_html
from fanzha.document.index import index_html
from fanzha.document.quality import quality_html
from tests.browser import MARKS, chromium
from tests.document.hostile import attacked
from tests.document.sample import case, gangs, index, quality, standing
from tests.document.test_sankey import wide

pytestmark = MARKS
# Boxes of drawn words and bars that overlap, or lie outside their picture, in the language shown.
OVERLAPS = """() => [...document.querySelectorAll('.picture svg')].flatMap(svg => {
  const edge = svg.getBoundingClientRect(), bad = [];
  const words = [...svg.querySelectorAll('text')].filter(one => getComputedStyle(one).display !== 'none' && one.textContent);
  const boxes = words.map(one => [one.textContent, one.getBoundingClientRect()]);
  boxes.forEach(([name, a], i) => {
    if (a.left < edge.left - 1 || a.right > edge.right + 1 || a.top < edge.top - 1 || a.bottom > edge.bottom + 1) bad.push(['clipped', name]);
    boxes.slice(i + 1).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 4.5) bad.push([name, other]);
    });
    [...svg.querySelectorAll('rect.node')].forEach(node => {
      const b = node.getBoundingClientRect();
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        bad.push(['node', name]);
    });
  });
  return bad;
})"""


@dataclass
class Seen:
    """What the page did that it must not do."""

    said: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def opened(page: Page, folder: Path, text: str, hash_: str = "") -> Seen:
    """Write the page, open it from disk, and watch it."""
    seen = Seen()
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    page.on("console", lambda message: seen.said.append(message.text))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", lambda request: seen.fetched.append(request.url))
    page.on("dialog", lambda dialog: seen.said.append(dialog.message))
    page.goto(path.as_uri() + hash_)
    return seen


@pytest.mark.parametrize("name", ["case", "index", "quality"])
def test_hostile_text_is_inert(page: Page, tmp_path: Path, name: str) -> None:
    text = {
        "case": lambda: case_html(attacked(case()), attacked(standing())),
        "index": lambda: index_html(attacked(index()), attacked(tuple(gangs()))),
        "quality": lambda: quality_html(attacked(quality())),
    }[name]()
    seen = opened(page, tmp_path, text)
    page.evaluate("""() => [...document.querySelectorAll('main a.fig')].forEach(
        one => one.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})))""")
    page.locator("[data-to=en]").click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, iframe, object, embed, link, base").count() == 0
    assert page.locator("script").count() == 1
    assert seen.said == []
    assert [url for url in seen.fetched if not url.startswith((tmp_path / "page.html").as_uri())] == []
    if name == "case":
        assert page.evaluate(OVERLAPS) == []


def test_a_script_that_got_in_would_not_run(page: Page, tmp_path: Path) -> None:
    text = case_html(case()).replace(
        "<main>", "<main><script>window.hacked=1</script><img src=x onerror='window.hacked=2'>"
    )
    opened(page, tmp_path, text)
    assert page.evaluate("window.hacked") is None


def test_language_is_switched_and_remembered_in_the_address(page: Page, tmp_path: Path) -> None:
    seen = opened(page, tmp_path, case_html(case()))
    assert page.locator("h1 .zh").is_visible() and not page.locator("h1 .en").is_visible()
    page.get_by_role("button", name="English").click()
    assert page.locator("h1 .en").is_visible() and not page.locator("h1 .zh").is_visible()
    assert page.url.endswith("#lang=en") and page.title().startswith("Case 1-2")
    page.reload()
    assert page.locator("h1 .en").is_visible()
    assert page.locator("nav a.page").first.get_attribute("href") == "index.html#lang=en"
    assert seen.said == []


def test_a_figure_opens_its_file_and_row_with_the_mouse(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, case_html(case()), "#lang=en")
    assert not page.locator("#panel").is_visible() and not page.locator("#register").is_visible()
    page.locator("#steps a.fig.held-ink:visible").first.click()
    panel = page.locator("#panel")
    assert panel.is_visible()
    said = panel.inner_text()
    for part in ("¥17,500.00", "First in, first out", "工商银行_交易明细_20240306.csv", "row 41", "byte "):
        assert part in said
    page.keyboard.press("Escape")
    page.locator("#flow svg a.fig").last.click()
    assert "¥" in panel.inner_text()


def test_a_figure_opens_with_the_keyboard_and_focus_returns(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, case_html(case()))
    link = page.locator(".lead a.fig:visible").first
    link.focus()
    page.keyboard.press("Enter")
    assert page.locator("#panel").is_visible()
    assert page.evaluate("document.activeElement.id") == "panel-close"
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('href')") == link.get_attribute("href")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_neither_overlap_nor_are_clipped(page: Page, tmp_path: Path, lang: str) -> None:
    opened(page, tmp_path, case_html(case(), standing()), f"#lang={lang}")
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("count", [1, 3, 12, 60])
def test_labels_of_any_number_of_accounts(page: Page, tmp_path: Path, count: int) -> None:
    opened(page, tmp_path, case_html(wide(count)))
    assert page.evaluate(OVERLAPS) == []


def test_a_narrow_screen_scrolls_only_inside_pictures_and_tables(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    opened(page, tmp_path, case_html(case(), standing()))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = page.locator("#roles .check:visible")
    assert boxes.count() >= 2
    for box in boxes.all():
        place = box.bounding_box()
        assert place and place["x"] >= 0 and place["x"] + place["width"] <= 391, "the other readings stand in sight"


def test_print_to_pdf_with_the_register_as_an_annex(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, case_html(case()))
    page.emulate_media(media="print")
    assert page.locator("#register").is_visible() and not page.locator("#panel").is_visible()
    assert page.locator(".lead sup.note:visible").first.is_visible()
    made = page.pdf(format="A4", prefer_css_page_size=True)
    assert made.startswith(b"%PDF") and len(made) > 20_000
