"""Account, second factor, invitation, staff and leak pages in a real browser, as a person walks through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.models import Role
from tests.e2e.browser import NEEDS_BROWSER, context, enter, judge, picture, served, watch
from tests.fakes_web import PASSWORD, World

pytestmark = NEEDS_BROWSER
LOOKS = [("laptop", "light"), ("ponsel", "dark")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.seed()
    made.store.users.create("kepala", "Xena Kepala", PASSWORD, [Role.ADMIN])
    yield made
    made.close()


@pytest.fixture
def site(world: World) -> Iterator[str]:
    with served(world.app()) as address:
        yield address


def code(world: World, page: Page) -> str:
    secret = page.locator("ol.langkah code").inner_text().replace(" ", "")
    return pyotp.TOTP(secret).at(int(world.clock.now.timestamp()))


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_pages_of_an_account_are_sound(
    browser: Browser, world: World, site: str, tmp_path: Path, size: str, theme: str
) -> None:
    page, complaints = enter(browser, site, "pemantau", size=size, theme=theme, path="/akun")
    judge(page)
    picture(page, f"akun-{size}", tmp_path, whole=True)
    page.goto(site + "/akun/faktor")
    expect(page.locator("img.kode-gambar")).to_be_visible()
    assert page.evaluate("document.querySelector('img.kode-gambar').naturalWidth") > 100
    judge(page)
    picture(page, f"faktor-{size}", tmp_path, whole=True)
    page.locator("#kode").fill(code(world, page))
    page.locator("#sandi").fill(PASSWORD)
    page.locator("#sandi").press("Enter")
    expect(page.locator(".kode-darurat li")).to_have_count(10)
    judge(page)
    picture(page, f"darurat-{size}", tmp_path, whole=True)
    assert complaints == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_somebody_is_invited_and_comes_in(
    browser: Browser, world: World, site: str, tmp_path: Path, size: str, theme: str
) -> None:
    admin, complaints = enter(browser, site, "kepala", size=size, theme=theme, path="/petugas")
    judge(admin)
    picture(admin, f"petugas-{size}", tmp_path, whole=True)
    admin.locator("#nama").fill("Orang Baru")
    admin.locator("#pengguna").fill("baru")
    admin.locator("input[name=peran][value=pemantau]").check()
    admin.locator("#wilayah").fill("Kabupaten Contoh")
    admin.get_by_role("button", name="Buat undangan").click()
    link = admin.locator(".tautan-undangan").inner_text()
    judge(admin)
    picture(admin, f"petugas-satu-{size}", tmp_path, whole=True)
    path = re.sub(r"^https?://[^/]+", "", link)
    guest = context(browser, size, theme).new_page()
    heard = watch(guest)
    guest.goto(site + path)
    judge(guest)
    picture(guest, f"undangan-{size}", tmp_path)
    guest.locator("#baru").fill("empat kata acak sekali")
    guest.locator("#ulang").fill("empat kata acak sekali")
    guest.locator("#ulang").press("Enter")
    guest.locator("#nama").fill("baru")
    guest.locator("#sandi").fill("empat kata acak sekali")
    guest.locator("#sandi").press("Enter")
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Antrean")
    assert complaints == heard == []


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_page_after_a_leak_is_sound(browser: Browser, site: str, tmp_path: Path, size: str, theme: str) -> None:
    page, complaints = enter(browser, site, "auditor", size=size, theme=theme, path="/antrean")
    page.goto(site + "/kebocoran?sejak=2025-06-26T00:00&sampai=2025-06-27T00:00&diketahui=2025-06-26T08:00")
    expect(page.get_by_text("Sisa 71 jam")).to_be_visible()
    page.locator("details summary").click()
    judge(page)
    picture(page, f"kebocoran-{size}", tmp_path, whole=True)
    assert complaints == []
