"""The page of coverage in a real browser: both themes, laptop and phone, with and without JavaScript, for screen
readers; asking the rest again and answering a silence. Pictures are written to NETRA_SCREENSHOTS where it is set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.models import Outcome, Platform
from monitor.web import Again, create_app
from tests.e2e import browser as chromium
from tests.e2e.browser import NEEDS_BROWSER, judge, picture, served
from tests.fakes_web import NOW, SEEDS, World
from tests.web.test_cakupan import turn, watch

FAILING = (Outcome.BLOCKED, Outcome.TRANSIENT, Outcome.RATE_LIMITED)

pytestmark = NEEDS_BROWSER


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Fourteen people on Bluesky, three weeks of runs, a silence, a blind source, a shape nobody knows."""
    made, dice = World(tmp_path_factory.mktemp("kantor")), random.Random(5)
    for number in range(14):
        office = f"Dinas Rekaan {number % 5} Kabupaten Contoh"
        made.flag(replace(SEEDS[5], name=f"Warga Rekaan Nomor {number}, S.Pd.", office=office), number)
    made.seed()
    watch(made, {"type": "feed", "id": "warta-contoh", "url": "https://warta.example/f"})
    keys = [
        f"bsky/{one.native_id}" for one in made.store.roster.accounts() if one.platform is Platform.BLUESKY
    ]  # fmt: skip
    for back in range(20, -1, -1):
        for place, source_id in enumerate([*keys[:-1], "warta-contoh"]):
            failing = dice.random() < (0.6 if back in {9, 10} else 0.04) or (place == 2 and back < 4)
            outcome = dice.choice(FAILING) if failing else Outcome.OK_ITEMS
            detail = "server menolak permintaan kami" if failing else ""
            turn(made, source_id, outcome, NOW - timedelta(days=back), detail)
    made.store.alarms.fell_silent(keys[0], date(2025, 6, 20), 4)
    made.store.alarms.fell_silent("warta-contoh", date(2025, 6, 22), 3)
    made.store.alarms.looked_for("meta", "meta/kenari", NOW, "buta: unggahan kenari 26-06-2025 06.00 tidak ditemukan")
    yield made
    made.close()


@pytest.fixture(scope="module")
def again(world: World) -> Again:
    return Again(lambda: ["bsky/a", "bsky/b"], len, world.clock)


@pytest.fixture(scope="module")
def site(world: World, again: Again) -> Iterator[str]:
    with served(create_app(replace(world.services(), again=again))) as address:
        yield address


def enter(
    browser: Browser, site: str, size: str = "laptop", theme: str = "light", *, script: bool = True
) -> tuple[Page, list[str]]:
    page, complaints = chromium.enter(browser, site, size=size, theme=theme, script=script, path="/cakupan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cakupan")
    return page, complaints


@pytest.mark.parametrize("size", ["laptop", "ponsel"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_fits_and_everybody_can_read_it(browser: Browser, site: str, size: str, theme: str) -> None:
    page, complaints = enter(browser, site, size, theme)
    picture(page, f"cakupan-{size}-{theme}", whole=True)
    judge(page)
    page.get_by_text("Angka sebagai tabel").first.click()
    expect(page.locator("details table").first).to_be_visible()
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_narrowing_asking_again_and_answering(
    browser: Browser, site: str, world: World, again: Again, script: bool
) -> None:
    page, complaints = enter(browser, site, script=script)
    page.get_by_role("link", name="Tampilkan hanya yang belum terbukti").click()
    expect(page.get_by_role("heading", name="Daftar (")).to_be_visible()
    expect(page.get_by_text("server menolak permintaan kami").first).to_be_visible()
    page.get_by_role("button", name="Ulangi yang belum terbukti").click()
    again.wait(10)
    page.goto(site + "/cakupan")
    expect(page.get_by_text("2 dari 2 kini terbukti")).to_be_visible()
    before = len(world.store.alarms.silences())
    page.get_by_label("Jawab").first.fill("akun memang libur")
    page.get_by_role("button", name="Jawab").first.click()
    expect(page.get_by_text("Jawaban tersimpan")).to_be_visible()
    assert len(world.store.alarms.silences()) == before - 1
    assert complaints == []
    page.context.close()
