"""A supervisor's morning at a real browser: scorecard, the worst rule, its false positives, an exclusion, a second
person, the queue, and back. Pictures are written to NETRA_SCREENSHOTS where it is set."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.fakes_rules import RIGHT, WRONG, RuleOffice, rule_page
from tests.fakes_web import PASSWORD

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-gpu",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true",
        reason="Chromium is not installed at /usr/bin/chromium: apt-get install chromium",
    ),
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    for flag in made.app.store.flags.queue(QueueQuery(limit=100)).flags:
        if flag.stored.item.text in WRONG[:3]:
            made.app.store.decisions.append(
                flag.flag_id, made.monitor.user_id, State.CLEARED, ReasonCode.NOT_PARTISAN, "", expected=None
            )
    yield made
    made.close()


@pytest.fixture
def site(office: RuleOffice) -> Iterator[str]:
    server = create_server(rule_page(office), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    server.task_dispatcher.shutdown()
    thread.join(10)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


def enter(browser: Browser, site: str, name: str, *, script: bool = True) -> tuple[Page, list[str]]:
    """Sign somebody in; gives the page and the list into which the browser's complaints (CSP included) go."""
    page = browser.new_context(locale="id-ID", java_script_enabled=script).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site + "/")
    page.fill("input[name=nama]", name)
    page.fill("input[name=sandi]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Antrean")
    page.get_by_role("link", name="Aturan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aturan")
    return page, complaints


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("NETRA_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def open_flags(office: RuleOffice) -> int:
    return office.app.store.flags.queue(QueueQuery(limit=100)).total


@pytest.mark.parametrize("script", [True, False])
def test_a_supervisors_morning(browser: Browser, site: str, office: RuleOffice, script: bool) -> None:
    author, said = enter(browser, site, "penyusun", script=script)
    picture(author, "aturan-papan")
    author.locator("tbody th a").first.click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("uji-dukung")
    expect(author.get_by_text("Tim futsal").first).to_be_visible()
    expect(author.get_by_text("dan 2 yang hampir sama").first).to_be_visible()
    picture(author, "aturan-satu")

    editor = author.get_by_label("YAML")
    text = editor.input_value()
    editor.fill(text.replace("legal_basis:", "nonne:\n  - futsal\nlegal_basis:"))
    author.get_by_role("button", name="Coba").click()
    expect(author.get_by_role("alert")).to_contain_text("baris 8")
    picture(author, "aturan-salah")
    editor.fill(text.replace("legal_basis:", "none:\n  - futsal\nlegal_basis:"))
    author.get_by_role("button", name="Coba").click()
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    expect(author.get_by_role("heading", name="Jadi ditandai: 0")).to_be_visible()
    picture(author, "aturan-coba")
    author.get_by_label("Alasan (dicatat)").first.fill("laga futsal bukan dukungan")
    author.get_by_role("button", name="Usulkan", exact=True).click()
    expect(author.get_by_text("menunggu orang kedua").first).to_be_visible()
    expect(author.get_by_role("button", name="Setujui")).to_have_count(0)

    approver, more = enter(browser, site, "penyetuju", script=script)
    approver.get_by_role("link", name="asn/uji-dukung.yaml").click()
    expect(approver.locator(".kode .tambah").filter(has_text="futsal")).to_be_visible()
    picture(approver, "aturan-usul")
    approver.get_by_label("Alasan").fill("contohnya meyakinkan")
    approver.get_by_role("button", name="Setujui").click()
    assert open_flags(office) == 4
    approver.get_by_role("button", name="Saring ulang sekarang").click()
    expect(approver.get_by_text("butir disaring ulang")).to_be_visible()
    assert open_flags(office) == 2

    author.goto(f"{site}/aturan/berkas/asn/uji-dukung")
    author.get_by_text("Kembalikan ke versi 1").click()
    author.get_by_role("textbox", name="Alasan (dicatat)").last.fill("terlalu luas, cari kata lain")
    author.get_by_role("button", name="Usulkan kembali").click()
    approver.get_by_role("link", name="Aturan", exact=True).click()
    approver.get_by_role("link", name="asn/uji-dukung.yaml").click()
    approver.get_by_label("Alasan").fill("sepakat kembali")
    approver.get_by_role("button", name="Setujui").click()
    approver.get_by_role("button", name="Saring ulang sekarang").click()
    expect(approver.get_by_text("butir disaring ulang")).to_be_visible()
    assert open_flags(office) == 4
    # The browser also reports the refused YAML: that answer is meant to be a 400.
    assert [one for one in (*said, *more) if "400" not in one] == []
