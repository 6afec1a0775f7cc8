"""Deadlines, a case's clock, answers and export in a real browser: readable, reachable, nothing for axe to find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from monitor.calendar import Calendar
from monitor.docket import Law
from monitor.legalclock import load
from monitor.models import State
from monitor.store import Answer, OutcomeGround, Result
from monitor.web import create_app
from tests.e2e.browser import NEEDS_BROWSER, SIZES, enter, judge, picture, served
from tests.fakes_process import carry
from tests.fakes_web import World

pytestmark = NEEDS_BROWSER
FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendar"


@contextmanager
def office(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """An office whose cases stand at every place of the clock."""
    world = World(folder)
    flags, user, other = world.seed(), world.monitor.user_id, world.second.user_id
    store = world.store
    for place, days in ((0, 9), (1, 5), (2, 0), (3, 3)):
        carry(store, flags[place], user, State.LEAD)
        store.process.know(flags[place], other, world.clock() - timedelta(days=days), f"00{place}/BA")
    carry(store, flags[4], user, State.LEAD)
    world.clock.tick(days=8)
    carry(store, flags[5], user, State.LEAD)
    carry(store, flags[6 + 2], user, State.FORWARDED)
    answer = Answer(
        Result.NOT_PROVEN, world.clock().date(), "Kantor Kepegawaian Contoh", "S-9/UJI/2025", OutcomeGround.WORDS
    )
    carry(store, flags[10], user, State.FORWARDED)
    store.outcomes.append(flags[10], user, answer, expected=None)
    config = world.config.model_copy(update={"contests": ("pilkada-contoh-2025",)})
    law = Law(load(FOLDER), Calendar.load(FOLDER), config)
    with served(create_app(replace(world.services(), config=config, law=lambda: law))) as site:
        yield site, flags
    world.close()


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_sound_at_every_size(browser: Browser, tmp_path: Path, size: str, theme: str) -> None:
    with office(tmp_path) as (site, flags):
        page, complaints = enter(browser, site, "koordinator", size=size, theme=theme, path="/tenggat")
        judge(page)
        picture(page, f"tenggat-{size}-{theme}", tmp_path)
        for path, name in (
            (f"/tanda/{flags[0]}#jam", "jam"),
            (f"/tanda/{flags[10]}#jawaban", "jawaban"),
            ("/ekspor?keadaan=informasi_awal", "ekspor"),
        ):
            page.goto(site + path)
            judge(page)
            picture(page, f"{name}-{size}-{theme}", tmp_path, whole=name == "ekspor")
        assert complaints == []


def test_an_answer_is_entered_by_keys_and_a_table_is_taken(browser: Browser, tmp_path: Path) -> None:
    with office(tmp_path) as (site, flags):
        page, complaints = enter(browser, site, "koordinator", path=f"/tanda/{flags[8]}#jawaban")
        page.get_by_text("Masukkan jawaban").focus()
        page.keyboard.press("Enter")
        page.locator("#hasil-terbukti").focus()
        page.keyboard.press("Space")
        page.locator("#tanggal").fill("2025-07-03")
        page.locator("#instansi").focus()
        page.keyboard.type("Kantor Kepegawaian Contoh")
        page.keyboard.press("Tab")
        page.keyboard.type("S-10/UJI/2025")
        page.keyboard.press("Enter")
        # The address was the same before the form was sent: only the words tell that the answer is there.
        expect(page.locator("#jawaban")).to_contain_text("S-10/UJI/2025")
        page.goto(site + "/antrean")
        page.get_by_role("link", name="Ekspor").click()
        page.locator("#keperluan").fill("rapat rekaan")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Unduh XLSX").click()
        assert taken.value.suggested_filename.endswith(".xlsx")
        assert Path(taken.value.path()).read_bytes()[:2] == b"PK"
        assert complaints == []
