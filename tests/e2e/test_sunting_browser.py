"""Boxes over a picture in a real browser: by mouse, by keys alone without script, at both sizes, without complaints."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from monitor.store import NewPiece, PieceKind, Touch
from tests.e2e.browser import NEEDS_BROWSER, context, judge, served, watch
from tests.fakes_web import PASSWORD, World

pytestmark = NEEDS_BROWSER


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
    with served(world.app()) as site:
        yield world, f"{site}/tanda/{flag_id}/sunting/{sha256}", sha256
    world.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#nama", "pemantau")
    page.fill("#sandi", PASSWORD)
    page.press("#sandi", "Enter")
    page.wait_for_url(address)


def stored(world: World) -> list[object]:
    return [one.detail["kotak"] for one in world.store.custody.pieces(kind=PieceKind.PICTURE_COPY)]


@pytest.mark.parametrize("size", ["laptop", "ponsel"])
def test_a_drag_makes_a_box_and_saving_makes_the_copy(
    browser: Browser, office: tuple[World, str, str], size: str
) -> None:
    world, address, _sha256 = office
    page = context(browser, size).new_page()
    complaints = watch(page)
    sign_in(page, address)
    box = page.locator("[data-kanvas]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert page.locator("[data-kanvas] rect").count() == 1
    judge(page)
    page.get_by_role("button", name="Simpan salinan").click()
    page.wait_for_url("**/tanda/*")
    [[[left, top, wide, high, hides]]] = stored(world)
    assert abs(left - 200) < 6
    assert abs(top - 150) < 6
    assert abs(wide - 200) < 6
    assert abs(high - 150) < 6
    assert hides == "wajah"
    assert complaints == []
    page.context.close()


def test_without_script_the_form_does_it_all(browser: Browser, office: tuple[World, str, str]) -> None:
    world, address, _sha256 = office
    page = context(browser, script=False).new_page()
    sign_in(page, address)
    for name, value in (("kiri-0", "10"), ("atas-0", "20"), ("lebar-0", "30"), ("tinggi-0", "40")):
        page.fill(f"[name={name}]", value)
    page.select_option("[name=isi-0]", "anak")
    page.get_by_role("button", name="Lihat dahulu").press("Enter")
    expect(page.locator("[data-kanvas] rect")).to_have_count(1)
    page.get_by_role("button", name="Simpan salinan").press("Enter")
    page.wait_for_url("**/tanda/*")
    assert stored(world) == [[[10, 20, 30, 40, "anak"]]]
    page.context.close()
