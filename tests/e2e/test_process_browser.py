"""A case along its whole road at a real browser: first verdict, blind second look by keys, tracing, plenary, ruling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.models import State
from tests.e2e.browser import NEEDS_BROWSER, context, enter, judge, picture, served
from tests.fakes_web import World

pytestmark = NEEDS_BROWSER


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.seed()
    yield made
    made.close()


def _open(page: Page, summary: str) -> None:
    page.locator("#proses summary", has_text=summary).first.click()


def _fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#{name.replace('_', '-', 1)}").fill(value)


def test_a_case_goes_its_way_and_every_page_of_it_is_open_to_all(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    flag_id = 1
    with served(world.app()) as site:
        monitor, first = enter(browser, site, "pemantau", path=f"/tanda/{flag_id}")
        monitor.keyboard.press("d")
        monitor.wait_for_url(lambda url: not url.endswith(f"/tanda/{flag_id}"))
        monitor.goto(f"{site}/tanda/{flag_id}#proses")
        expect(monitor.locator("#proses")).to_contain_text("Menunggu tinjauan kedua")
        judge(monitor)
        picture(monitor, "proses-menunggu", tmp_path)

        peer, second = enter(browser, site, "peninjau", path="/tinjauan")
        judge(peer)
        picture(peer, "tinjauan", tmp_path)
        peer.get_by_role("link", name="Ratna").click()
        expect(peer.locator("main")).not_to_contain_text("Sinta Rekaan")
        judge(peer)
        picture(peer, "tinjauan-buta", tmp_path, whole=True)
        peer.keyboard.press("a")  # a call, by its key as on the ordinary page
        peer.wait_for_url(f"{site}/tinjauan")
        expect(peer.locator(".roti")).to_contain_text("sepakat")

        monitor.reload()
        _open(monitor, "Mulai penelusuran")
        _fill(monitor, telusur_siapa="Tim Uji", telusur_sampai="2025-07-01")
        monitor.get_by_role("button", name="Mulai penelusuran").click()
        expect(monitor.locator("#proses")).to_contain_text("Tim Uji")

        boss, third = enter(browser, site, "koordinator", path=f"/tanda/{flag_id}")
        _open(boss, "Catat rapat pleno")
        _fill(boss, pleno_nomor="012/BA/2025", pleno_tanggal="2025-06-26", pleno_peserta="tiga anggota")
        judge(boss)
        boss.get_by_role("button", name="Catat rapat pleno").click()
        boss.locator("#putus-diteruskan").check()
        picture(boss, "proses-putusan", tmp_path, whole=True)
        boss.get_by_role("button", name="Catat putusan pleno").click()
        expect(boss.locator("#proses")).to_contain_text("012/BA/2025")
        judge(boss)
        for path, name in (
            ("/kesepakatan", "kesepakatan"), ("/kepentingan?cari_orang=ratna", "kepentingan"),
            ("/audit/hari?periksa=1", "audit-hari"),
        ):  # fmt: skip
            boss.goto(site + path)
            judge(boss)
            picture(boss, name, tmp_path, whole=True)
        assert first == second == third == []
    assert world.store.flags.get(flag_id).state is State.FORWARDED
    assert world.store.audit.verify().ok


def test_on_a_phone_in_the_dark_and_without_script(browser: Browser, world: World, tmp_path: Path) -> None:
    with served(world.app()) as site:
        page, complaints = enter(browser, site, "koordinator", size="ponsel", theme="dark", path="/tanda/1")
        page.keyboard.press("d")
        page.wait_for_url(lambda url: not url.endswith("/tanda/1"))
        for path, name in (
            ("/tanda/1", "proses-ponsel"), ("/tinjauan", "tinjauan-ponsel"), ("/kesepakatan", "kesepakatan-ponsel"),
            ("/kepentingan", "kepentingan-ponsel"), ("/audit/hari", "audit-hari-ponsel"),
        ):  # fmt: skip
            page.goto(site + path)
            judge(page)
            picture(page, name, tmp_path, whole=True)
        assert complaints == []
        page.context.close()
        plain = context(browser, script=False).new_page()
        plain.goto(f"{site}/masuk")
        plain.locator("#nama").fill("peninjau")
        plain.locator("#sandi").fill("kata-sandi-rekaan-2025")
        plain.get_by_role("button", name="Masuk").click()
        plain.goto(f"{site}/tinjauan/1")
        plain.locator('button[value="kutipan_berita"]').click()
        plain.wait_for_url(f"{site}/tinjauan")
    due = world.store.reviews.waiting(1)
    assert due is not None
    assert due.stage == 3
