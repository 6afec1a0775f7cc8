"""A monitor at a real browser: ten flags with keys alone, an undo, the help overlay, and nobody shut out.

Pictures of every screen at two sizes and in two themes are written to a temporary folder, or to NETRA_SCREENSHOTS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.models import Outcome, ReasonCode, State
from tests.e2e.browser import NEEDS_BROWSER, context, judge, picture, served, watch
from tests.fakes_web import PASSWORD, World

pytestmark = NEEDS_BROWSER


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.seed()
    made.fail("umpan-warta", Outcome.TRANSIENT, "waktu habis setelah 20 detik")
    yield made
    made.close()


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world.app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A signed-in monitor; every complaint of the browser (CSP included) fails the test."""
    opened = context(browser).new_page()
    complaints = watch(opened)
    _sign_in(opened, site)
    yield opened
    opened.context.close()
    assert complaints == []


def _sign_in(page: Page, site: str) -> None:
    """With keys only: the name field has the focus."""
    page.goto(site + "/")
    expect(page.locator("#nama")).to_be_focused()  # the browser gives it just after the page has loaded
    page.keyboard.type("pemantau")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Antrean tanda")


def _case_number(page: Page) -> int:
    found = re.search(r"/tanda/(\d+)", page.url)
    assert found is not None, page.url
    return int(found[1])


def _press_and_go(page: Page, key: str) -> None:
    before = page.url
    page.keyboard.press(key)
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()


def test_ten_flags_with_keys_alone(page: Page, world: World) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    _press_and_go(page, "Enter")
    assert _case_number(page) == 1

    decided: dict[int, ReasonCode] = {}
    keys = [("a", ReasonCode.CALL), ("p", ReasonCode.CAMPAIGN_ACCOUNT), ("1", ReasonCode.NOT_PARTISAN),
            ("9", ReasonCode.RUN_BY_OTHERS), ("3", ReasonCode.CRITICISM), ("4", ReasonCode.CIVIC_INFORMATION),
            ("7", ReasonCode.SAME_NAME), ("t", ReasonCode.ACCIDENTAL_TOUCH), ("d", ReasonCode.SUPPORT),
            ("2", ReasonCode.QUOTED_NEWS)]  # fmt: skip
    for key, reason in keys:
        decided[_case_number(page)] = reason
        _press_and_go(page, key)
        expect(page.get_by_role("status")).to_contain_text("diputus")
    assert list(decided) == list(range(1, 11))
    for flag_id, reason in decided.items():
        flag = world.store.flags.get(flag_id)
        assert flag.state is (State.CLEARED if reason.clears else State.LEAD)
        assert [one.reason for one in flag.decisions] == [reason]

    _press_and_go(page, "u")
    assert _case_number(page) == 10
    expect(page.get_by_role("status")).to_contain_text("kembali menunggu")
    assert world.store.flags.get(10).state is State.NEW
    _press_and_go(page, "r")
    assert world.store.flags.get(10).decisions[-1].reason is ReasonCode.HIJACKED

    page.keyboard.press("g")
    _press_and_go(page, "q")
    expect(page.get_by_text("3 tanda", exact=True)).to_be_visible()


def test_keys_do_nothing_while_somebody_types(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/tanda/1")
    page.keyboard.press("n")
    page.locator("#catatan").press_sequentially("Salam dua jari 1 j k u ? g q d\n")
    assert _case_number(page) == 1
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert world.store.flags.get(1).state is State.NEW
    page.keyboard.press("Escape")
    _press_and_go(page, "d")
    assert world.store.flags.get(1).decisions[0].note == "Salam dua jari 1 j k u ? g q d"


def test_j_and_k_walk_without_deciding(page: Page, site: str, world: World) -> None:
    page.goto(f"{site}/tanda/2?tingkat=tinggi")
    _press_and_go(page, "j")
    page.wait_for_url("**/tanda/3?tingkat=tinggi")
    _press_and_go(page, "k")
    page.wait_for_url("**/tanda/2?tingkat=tinggi")
    assert world.store.flags.get(2).decisions == ()


def test_the_help_overlay_opens_and_closes(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Tombol")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Tidak memihak")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_search_and_filters_narrow_without_leaving_the_page(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("gaspol")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 tanda")).to_be_visible()
    assert "cari=gaspol" in page.url
    page.get_by_role("link", name="Hapus saringan").click()
    page.get_by_text("Saringan lain").click()
    page.get_by_label("Jenis").select_option("suka")
    expect(page.get_by_text("2 tanda")).to_be_visible()
    page.wait_for_url(lambda url: "jenis=suka" in url)
    page.go_back()
    expect(page.get_by_text("13 tanda")).to_be_visible()


def test_everything_works_without_javascript(browser: Browser, site: str, world: World) -> None:
    page = context(browser, script=False).new_page()
    _sign_in(page, site)
    page.get_by_label("Tingkat").select_option("tinggi")
    page.get_by_role("button", name="Saring").click()
    page.get_by_role("link", name="Bagas Andaikanto").click()
    page.locator("#catatan").fill("tanpa skrip")
    page.get_by_role("button", name="Perlu ditelusuri").click()
    page.wait_for_url("**/tanda/3?tingkat=tinggi")
    page.get_by_role("status").get_by_role("button", name="Urungkan").click()
    page.wait_for_url("**/tanda/2?tingkat=tinggi")
    assert [one.note for one in world.store.flags.get(2).decisions] == ["tanpa skrip", ""]
    page.get_by_role("link", name="Bantuan").click()
    expect(page.get_by_role("heading", level=1, name="Bantuan")).to_be_visible()
    page.context.close()


SCREENS = {"antrean": "/antrean", "kasus": "/tanda/1", "kasus-suka": "/tanda/2", "kasus-berita": "/tanda/7",
           "ringkasan": "/ringkasan", "bantuan": "/bantuan", "kosong": "/antrean?cari=tidakada", "salah": "/tanda/999"}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "ponsel"])
def test_every_screen_is_open_to_all_and_fits(
    browser: Browser, site: str, tmp_path: Path, size: str, theme: str
) -> None:
    page = context(browser, size, theme).new_page()
    page.goto(site + "/masuk")
    _judge(page, f"masuk-{size}-{theme}", tmp_path)
    _sign_in(page, site)
    for name, path in SCREENS.items():
        page.goto(site + path)
        _judge(page, f"{name}-{size}-{theme}", tmp_path)
    page.goto(f"{site}/tanda/4")
    page.get_by_role("button", name="Dikelola orang lain").click()
    _judge(page, f"pemberitahuan-{size}-{theme}", tmp_path)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    _judge(page, f"tombol-{size}-{theme}", tmp_path)
    page.context.close()


def _judge(page: Page, name: str, folder: Path) -> None:
    picture(page, name, folder)
    judge(page)


def test_a_printed_case_is_light_and_holds_the_facts_without_the_tools(page: Page, site: str) -> None:
    page.goto(f"{site}/tanda/1")
    page.get_by_role("button", name="Gelap").click()
    page.goto(f"{site}/tanda/1")
    page.emulate_media(media="print")
    for shown in (
        "Yang diunggah atau ditulis",
        "Mengapa ditandai: Bagian aturan",
        "Akun",
        "Bukti",
        "Riwayat keputusan",
    ):
        expect(page.get_by_role("heading", name=shown, exact=True)).to_be_visible()
    for tool in ("nav", "aside", "main form", ".tombol", ".kaki-pilih"):
        expect(page.locator(tool).locator("visible=true")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.kutipan')).color") == "rgb(0, 0, 0)"
