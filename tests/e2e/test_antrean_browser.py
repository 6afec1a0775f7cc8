"""The queue's work in a real browser: a pack with its countdown, putting off and skipping by key, a draft that outlives
a lost connection, a person's line, clearing many, "handled already?"; and all of it without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.models import ReasonCode, State
from monitor.web.borongan import WORKERS
from tests.e2e.browser import NEEDS_BROWSER, enter, judge, picture, served
from tests.fakes_web import SEEDS, World

pytestmark = NEEDS_BROWSER


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.seed()
    flag = made.store.flags.get(3)
    for number in range(2):
        item = made.collect(replace(SEEDS[2], text=f"Unggahan lain ke-{number}", hours=9 * number), f"lain-{number}")
        made.screen(item, flag.actor, flag.opinion)
    yield made
    made.close()


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world.app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    opened, complaints = enter(browser, site)
    yield opened
    opened.context.close()
    assert complaints == []


def go(page: Page, key: str) -> None:
    before = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def test_a_pack_by_keys_with_its_countdown(page: Page, world: World) -> None:
    page.keyboard.press("g")
    go(page, "p")
    page.get_by_label("Banyaknya").select_option("5")
    page.get_by_role("button", name="Ambil paket").click()
    page.wait_for_url("**/tanda/1?milik=pegangan")
    expect(page.get_by_text("Anda pegang sampai")).to_be_visible()
    expect(page.locator(".hitung-mundur").first).to_have_text("0:00:00")  # the office's clock stands in the past
    for _ in range(3):
        go(page, "1")
        assert "milik=pegangan" in page.url
    left_out = int(page.url.rpartition("/tanda/")[2].partition("?")[0])
    go(page, "W")
    assert world.store.postponed.skips(left_out, world.monitor.user_id)
    page.goto(page.url.split("/tanda/")[0] + "/paket")
    expect(page.get_by_text("3 dari 5 selesai")).to_be_visible()
    page.get_by_role("button", name="Kembalikan sekarang").click()
    expect(page.get_by_text("Belum ada paket")).to_be_visible()


def test_putting_off_by_key(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/tanda/1")
    page.keyboard.press("T")
    expect(page.locator("#tunda-sampai")).to_be_focused()
    page.locator("#tunda-sampai").fill("2025-07-01")
    page.get_by_label("Keterangan untuk diri sendiri").fill("menunggu jawaban dinas")
    page.get_by_label("Keterangan untuk diri sendiri").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/tanda/1"))
    put_off = world.store.postponed.of(1)
    assert put_off is not None
    assert put_off.note == "menunggu jawaban dinas"
    page.goto(f"{site}/antrean?milik=tertunda")
    expect(page.locator("#jumlah")).to_contain_text("1 tanda")


def test_a_half_written_decision_outlives_a_lost_connection(browser: Browser, site: str, world: World) -> None:
    page, _ = enter(browser, site, path="/tanda/1")
    page.locator("#catatan").fill("kalimat yang belum selesai")
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Kutipan").click(no_wait_after=True)
    page.context.set_offline(False)
    page.goto(f"{site}/tanda/1")
    expect(page.locator("#catatan")).to_have_value("kalimat yang belum selesai")
    expect(page.locator("#catatan-ket")).to_contain_text("dipulihkan")
    page.goto(f"{site}/tanda/2")
    expect(page.locator("#catatan")).to_have_value("")
    page.goto(f"{site}/tanda/1")
    page.get_by_role("button", name="Kutipan").click()
    page.wait_for_url("**/tanda/2")
    assert [one.note for one in world.store.flags.get(1).decisions] == ["kalimat yang belum selesai"]
    page.get_by_role("status").get_by_role("button", name="Urungkan").click()
    page.wait_for_url("**/tanda/1")
    expect(page.locator("#catatan")).to_have_value("")
    page.locator("#catatan").fill("draf orang lain")
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/masuk**")
    assert page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('netra-draf')).length") == 0
    page.context.close()


def test_a_persons_line_and_the_box(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/tanda/3")
    go(page, "O")
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    page.get_by_label("Catatan").fill("dua sekaligus")
    page.get_by_role("button", name="Tidak memihak").click()
    expect(page.get_by_role("status")).to_contain_text("2 tanda diputus")
    assert sum(world.store.flags.get(one).state is State.CLEARED for one in (3, 14, 15)) == 2
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.locator("#kotak-sudah")).to_be_focused()
    page.keyboard.type("gaspol mas dodi")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Rini Ujiastuti")


def test_many_at_once_with_progress(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/antrean?jenis=komentar")
    page.get_by_role("link", name="Bersihkan sekaligus").click()
    page.get_by_role("button", name="Bekukan dan lihat contoh").click()
    page.get_by_label("Mengapa semuanya bersih?").fill("ulasan lomba desa")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Sosialisasi").click()
    page.wait_for_load_state()
    WORKERS.wait(1, 20)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("4 dari 4")
    decided = [flag for flag in range(1, 14) if world.store.flags.get(flag).state is State.CLEARED]
    assert len(decided) == 3
    assert {world.store.flags.get(one).decisions[0].reason for one in decided} == {ReasonCode.CIVIC_INFORMATION}
    page.get_by_role("button", name="Urungkan seluruhnya").click()
    WORKERS.wait(1, 20)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("diurungkan")
    assert all(world.store.flags.get(one).state is State.NEW for one in decided)


def test_without_javascript_nothing_breaks(browser: Browser, site: str, world: World) -> None:
    page, _ = enter(browser, site, script=False, path="/antrean?tingkat=tinggi")
    page.get_by_text("Saringan tersimpan").click()
    page.get_by_label("Nama saringan ini").fill("Yang tinggi")
    page.get_by_role("button", name="Simpan saringan ini").click()
    page.get_by_text("Saringan tersimpan").click()
    expect(page.get_by_role("link", name="Yang tinggi")).to_be_visible()
    page.get_by_role("link", name="Ambil paket").click()
    page.get_by_role("button", name="Ambil paket").click()
    page.locator("summary", has_text="Tunda sampai").click()
    page.locator("#tunda-sampai").fill("2025-07-02")
    page.get_by_role("button", name="Tunda", exact=True).click()
    put_off = world.store.postponed.of(1)
    assert put_off is not None
    page.get_by_role("button", name="Lewati untuk saya saja").click()
    page.goto(f"{site}/antrean")
    page.get_by_label("Urutan").select_option("terlama")
    page.get_by_role("button", name="Saring", exact=True).click()
    expect(page).to_have_url(re.compile("urut=terlama"))
    page.context.close()


SCREENS = {
    "antrean": "/antrean", "antrean-saringan": "/antrean?bobot=70&urut=tersulit", "paket": "/paket",
    "kasus-paket": "/tanda/1?milik=pegangan", "orang": "/orang/3", "borongan": "/borongan?jenis=komentar",
    "borongan-contoh": "/borongan/1", "sudah": "/sudah?q=gaspol+mas+dodi", "sudah-nihil": "/sudah?q=tidakada",
}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "ponsel"])
def test_the_screens_are_open_to_all_and_fit(
    browser: Browser, site: str, world: World, tmp_path: Path, size: str, theme: str
) -> None:
    page, complaints = enter(browser, site, size=size, theme=theme, path="/paket")
    page.get_by_role("button", name="Ambil paket").click()
    page.goto(f"{site}/borongan?jenis=komentar")
    page.get_by_role("button", name="Bekukan dan lihat contoh").click()
    for name, path in SCREENS.items():
        page.goto(site + path)
        picture(page, f"{name}-{size}-{theme}", tmp_path, whole=True)
        judge(page)
    assert complaints == []
    page.context.close()


def test_what_a_filter_leads_to_follows_the_filter(page: Page) -> None:
    page.get_by_text("Saringan lain").click()
    page.get_by_label("Jenis").select_option("suka")
    expect(page.locator("#jumlah")).to_contain_text("2 tanda")
    page.get_by_role("link", name="Bersihkan sekaligus").click()
    expect(page.get_by_role("main")).to_contain_text("Jenis: suka · 2 tanda")
