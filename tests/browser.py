"""Debian's Chromium, as every browser test starts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed: apt install chromium"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is closed again, whatever happens."""
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        try:
            yield made
        finally:
            made.close()


@contextmanager
def quiet_page(browser: Browser) -> Iterator[Page]:
    """A page that must say nothing on its console and fetch nothing but files."""
    trouble: list[str] = []
    made = browser.new_page(viewport={"width": 1280, "height": 900})
    made.on("console", lambda message: trouble.append(message.text))
    made.on("pageerror", lambda error: trouble.append(str(error)))
    made.on("request", lambda request: trouble.extend([] if request.url.startswith("file:") else [request.url]))
    yield made
    made.close()
    assert not trouble
