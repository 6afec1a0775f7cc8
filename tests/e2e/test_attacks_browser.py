"""Stored attacks in a real browser: every page that anybody can open, every collected field hostile, nothing runs.

What would run sets `window.serangannetra`; dialogs, violations of the content policy, requests to other hosts and script
errors count as well. The long campaign opens every page as every role.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Request

from tests.e2e.browser import NEEDS_BROWSER, context, served, sign_in
from tests.hostile_office import MARK, HostileOffice, addresses, everybody

pytestmark = NEEDS_BROWSER

_LISTEN = f"""
Object.defineProperty(window, "{MARK}", {{ set() {{ document.title = "{MARK}-jalan"; }}, get() {{ return 0; }} }});
document.addEventListener("securitypolicyviolation", (one) => console.error(`langgar ${{one.violatedDirective}}`));
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileOffice]:
    made = HostileOffice(tmp_path_factory.mktemp("serangan"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(office: HostileOffice) -> Flask:
    return office.app()


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


class Trap:
    """Watches one page for anything that an attack would cause."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.caught: list[str] = []
        page.add_init_script(_LISTEN)
        page.on("dialog", lambda dialog: (self.caught.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.caught.append(f"error {error}"))
        page.on("console", lambda said: self._heard(said.text) if said.type in {"error", "warning"} else None)
        page.on("request", self._asked)
        page.on("popup", lambda opened: self.caught.append(f"popup {opened.url}"))

    def _heard(self, text: str) -> None:
        if "the server responded with a status of" not in text:
            self.caught.append(f"console {text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.site):
            self.caught.append(f"request {request.url}")

    def look(self, path: str) -> None:
        """Open a page, touch everything that an attack may wait for, and tell where something was caught."""
        self.page.goto(self.site + path, wait_until="load")
        if not self.page.url.startswith(self.site):
            self.caught.append(f"left for {self.page.url}")
        self.page.evaluate(
            """() => { for (const one of document.querySelectorAll("main *")) {
                 for (const kind of ["mouseover", "focus", "pointerenter", "toggle", "error", "load"])
                   one.dispatchEvent(new Event(kind)); }
                 for (const one of document.querySelectorAll("details")) one.open = true; }"""
        )
        if MARK in self.page.title():
            self.caught.append("a script ran")
        strange = self.page.evaluate(
            """() => [...document.querySelectorAll("iframe, object, embed, base, [style], script:not([src])")]
                 .map((one) => one.outerHTML.slice(0, 120))
                 .concat([...document.querySelectorAll("*")].flatMap((one) => [...one.attributes]
                   .filter((each) => each.name.startsWith("on")).map((each) => `${one.tagName} ${each.name}`)))
                 .concat([...document.querySelectorAll("a[href], form[action]")]
                   .map((one) => one.getAttribute("href") || one.getAttribute("action"))
                   .filter((one) => /^\\s*(javascript|data|vbscript|blob|file):/i.test(one)))"""
        )
        self.caught += [f"markup {one}" for one in strange]
        assert self.caught == [], (path, self.caught)


def pages(office: HostileOffice, app: Flask, flags: list[int]) -> list[str]:
    """Give every address that answers with a page, those of a case for each of these flags."""
    found: list[str] = []
    for flag_id in flags:
        places = {**office.places(), "flag_id": str(flag_id)}
        found += [path for rule, path in addresses(app, places, "GET") if _a_page(rule.rule)]
    return list(dict.fromkeys(found))


def _a_page(rule: str) -> bool:
    return not any(part in rule for part in ("/gambar", "/bukti/", ".csv", ".ics", ".svg", "/asli", "/unduh", "/surat"))


def open_all(browser: Browser, office: HostileOffice, app: Flask, site: str, name: str, flags: list[int]) -> int:
    client = app.test_client()
    page = context(browser).new_page()
    trap = Trap(page, site)
    sign_in(page, site, name)
    sent = {one["name"]: one["value"] for one in page.context.cookies()}
    client.set_cookie("netra", sent["netra"])
    opened = 0
    for path in pages(office, app, flags):
        if client.get(path, buffered=True).mimetype == "text/html":
            trap.look(path)
            opened += 1
    page.context.close()
    return opened


def test_no_stored_attack_runs_on_the_pages_of_work(
    browser: Browser, office: HostileOffice, app: Flask, site: str
) -> None:
    assert open_all(browser, office, app, site, "koordinator", office.hostile[:2]) > 25


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["pemantau", "peninjau", "auditor", "kepala", "penyusun", "penyetuju", "jauh", "wilayah"]
)
def test_no_stored_attack_runs_for_any_role_on_any_page(
    browser: Browser, office: HostileOffice, app: Flask, site: str, name: str
) -> None:
    assert name in {one.username for one in everybody(office)}
    assert open_all(browser, office, app, site, name, office.hostile) > 25


def test_the_trap_catches_what_it_should(browser: Browser, app: Flask, site: str) -> None:
    """An attack that does run is seen: without this, silence above would prove nothing."""
    page = context(browser).new_page()
    trap = Trap(page, site)
    page.goto(site + "/masuk")
    page.evaluate(f"window.{MARK} = 1")
    assert MARK in page.title()
    with page.expect_console_message(lambda said: "langgar" in said.text):
        page.evaluate(
            "() => { const one = document.createElement('script'); one.textContent = '1'; document.body.append(one); }"
        )
    assert any("langgar" in one for one in trap.caught), trap.caught
    page.context.close()
