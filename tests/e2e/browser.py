"""One way to a real browser for every test of a page: started, served, signed in, watched, pictured, judged.

    with served(app) as site:
        page, complaints = enter(browser, site, "pemantau", size="ponsel", theme="dark", path="/tanda/1")
        judge(page)                       # axe finds nothing, nothing runs out of the window
        picture(page, "kasus", tmp_path)  # into NETRA_SCREENSHOTS where it is set
        assert complaints == []

The fixture `browser` stands in `conftest.py`; `NEEDS_BROWSER` is the `pytestmark` of a module.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from tests.fakes_web import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-dev-shm-usage", "--disable-gpu",
]  # fmt: skip
SIZES = {"laptop": (1366, 768), "ponsel": (390, 844), "besar": (1920, 1080)}
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true",
        reason="Chromium is not installed at /usr/bin/chromium: apt-get install chromium",
    ),
]


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium; it ends with the block."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield one
        one.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free loopback port, by the server that an office uses; gives its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))  # open keep-alive connections too
    server.task_dispatcher.shutdown()
    thread.join(10)
    assert not thread.is_alive()


def context(
    browser: Browser, size: str = "laptop", theme: str = "light", *, script: bool = True, touch: bool = False
) -> BrowserContext:
    """Open a fresh browser session at one of SIZES, in the theme "light" or "dark"; `touch`: a real phone's."""
    width, height = SIZES[size]
    return browser.new_context(
        locale="id-ID", timezone_id="Asia/Jakarta", viewport={"width": width, "height": height}, has_touch=touch,
        is_mobile=touch, java_script_enabled=script, color_scheme="dark" if theme == "dark" else "light",
    )  # fmt: skip


def watch(page: Page) -> list[str]:
    """Give the list into which everything goes that the browser complains of, the content security policy included."""
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def sign_in(page: Page, site: str, name: str = "pemantau", path: str = "/antrean", password: str = PASSWORD) -> None:
    """Sign somebody in and go to a page."""
    page.goto(f"{site}/masuk")
    page.locator("#nama").fill(name)
    page.locator("#sandi").fill(password)
    page.locator("#sandi").press("Enter")
    page.wait_for_url(lambda url: "/masuk" not in url)
    page.goto(site + path)


def enter(
    browser: Browser, site: str, name: str = "pemantau", *, size: str = "laptop", theme: str = "light",
    script: bool = True, path: str = "/antrean",
) -> tuple[Page, list[str]]:  # fmt: skip
    """Sign somebody in in a session of their own; gives the page and the list of the browser's complaints."""
    page = context(browser, size, theme, script=script).new_page()
    complaints = watch(page)
    sign_in(page, site, name, path)
    return page, complaints


def picture(page: Page, name: str, folder: Path | None = None, *, whole: bool = False) -> None:
    """Take a picture into NETRA_SCREENSHOTS, else into `folder`; into neither, none is taken.

    On a busy machine Chromium refuses one capture now and then and takes the same one when asked again
    (MarketSquare/robotframework-browser#5237); only that refusal is asked again.
    """
    place = os.environ.get("NETRA_SCREENSHOTS") or folder
    if place is None:
        return
    Path(place).mkdir(parents=True, exist_ok=True)
    for left in (2, 1, 0):
        try:
            page.screenshot(path=Path(place) / f"{name}.png", full_page=whole)
        except Error as refusal:
            if "Unable to capture screenshot" not in str(refusal) or not left:
                raise
        else:
            return


def judge(page: Page) -> None:
    """Ask axe, and see that nothing runs out of the window."""
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
