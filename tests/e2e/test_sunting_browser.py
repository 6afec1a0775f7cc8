"""Boxes over a picture in a real browser: by mouse, by keys alone without script, at both sizes, without complaints."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from monitor.store import NewPiece, PieceKind, Touch
from tests.fakes_web import PASSWORD, World

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--disable-gpu",
]
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true",
        reason="Chromium is not installed at /usr/bin/chromium: apt-get install chromium",
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[World, str, str]]:
    """A served office with a screenshot in its first case; gives world, address of the page, digest."""
    world = World(tmp_path)
    flag_id = world.seed()[0]
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#ccd").save(out, "PNG")
    sha256 = world.archive.put_bytes(out.getvalue())
    piece = NewPiece(PieceKind.SCREENSHOT, sha256, len(out.getvalue()), flag_id)
    world.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=flag_id, pieces=[piece])
    server = create_server(world.app(), host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield world, f"http://127.0.0.1:{server.effective_port}/tanda/{flag_id}/sunting/{sha256}", sha256
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    server.task_dispatcher.shutdown()
    thread.join(10)
    world.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#nama", "pemantau")
    page.fill("#sandi", PASSWORD)
    page.press("#sandi", "Enter")
    page.wait_for_url(address)


def stored(world: World) -> list[object]:
    return [one.detail["kotak"] for one in world.store.custody.pieces(kind=PieceKind.PICTURE_COPY)]


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_drag_makes_a_box_and_saving_makes_the_copy(
    browser: Browser, office: tuple[World, str, str], width: int, height: int
) -> None:
    world, address, _sha256 = office
    page = browser.new_page(viewport={"width": width, "height": height}, locale="id-ID")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, address)
    box = page.locator("[data-kanvas]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert page.locator("[data-kanvas] rect").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Simpan salinan").click()
    page.wait_for_url("**/tanda/*")
    [[[left, top, wide, high, hides]]] = stored(world)
    assert abs(left - 200) < 6
    assert abs(top - 150) < 6
    assert abs(wide - 200) < 6
    assert abs(high - 150) < 6
    assert hides == "wajah"
    assert complaints == []
    page.close()


def test_without_script_the_form_does_it_all(browser: Browser, office: tuple[World, str, str]) -> None:
    world, address, _sha256 = office
    context = browser.new_context(java_script_enabled=False, locale="id-ID")
    page = context.new_page()
    sign_in(page, address)
    for name, value in (("kiri-0", "10"), ("atas-0", "20"), ("lebar-0", "30"), ("tinggi-0", "40")):
        page.fill(f"[name={name}]", value)
    page.select_option("[name=isi-0]", "anak")
    page.get_by_role("button", name="Lihat dahulu").press("Enter")
    assert page.locator("[data-kanvas] rect").count() == 1
    page.get_by_role("button", name="Simpan salinan").press("Enter")
    page.wait_for_url("**/tanda/*")
    assert stored(world) == [[[10, 20, 30, 40, "anak"]]]
    context.close()
