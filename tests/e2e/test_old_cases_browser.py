"""Old cases out of a spreadsheet at a phone: sent, mapped, faults by row, stored, waiting; with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from monitor.models import CaptureState, Platform
from tests.e2e import browser as chromium
from tests.e2e.browser import NEEDS_BROWSER, judge, served, watch
from tests.fakes_capture import JudgingWorld
from tests.fakes_web import PASSWORD

pytestmark = NEEDS_BROWSER
SHEET = (
    "Nama Lengkap;Perbuatan;Link;TGL;Gambar;Putusan\n"
    "Sari Rekawati;menyukai;https://www.instagram.com/p/CxLama1/;24/06/2024;;terbukti\n"
    "Budi Rekanto;mengomentari;https://www.instagram.com/p/CxLama2/;24/06/2024;;\n"
    "Sari Rekawati;suka;https://www.instagram.com/p/CxLama3/;24/06/2024;bukti.png;\n"
    "Tidak Dikenal;suka;https://www.instagram.com/p/CxLama4/;24/06/2024;;\n"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[JudgingWorld]:
    made = JudgingWorld(tmp_path)
    made.person("Sari Rekawati", (Platform.INSTAGRAM, "ig-77", "sari.reka"))
    made.person("Budi Rekanto", (Platform.INSTAGRAM, "ig-78", "budi.reka"))
    yield made
    made.close()


@pytest.mark.parametrize("script", [True, False], ids=["skrip", "tanpa-skrip"])
def test_old_cases_at_a_phone(browser: Browser, world: JudgingWorld, tmp_path: Path, script: bool) -> None:
    with served(world.app()) as site:
        context = chromium.context(browser, "ponsel", script=script, touch=True)
        page = context.new_page()
        complaints = watch(page)
        page.goto(f"{site}/masuk")
        page.locator("#nama").fill("pemantau")
        page.locator("#sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.goto(f"{site}/temuan")
        page.get_by_role("link", name="Impor kasus lama").click()
        page.locator("#berkas").set_input_files({"name": "kasus.csv", "mimeType": "text/csv", "buffer": SHEET.encode()})
        chromium.picture(page, f"kasus-lama-kirim-{script}", tmp_path, whole=True)
        page.get_by_role("button", name="Kirim dan periksa").click()
        expect(page.get_by_text("kolom terlihat belum dipetakan")).to_be_visible()
        page.locator("#kolom-terlihat").select_option("TGL")
        page.get_by_role("button", name="Periksa lagi").click()
        expect(page.get_by_role("heading", name="Yang akan masuk: 1")).to_be_visible()
        for words in (
            "Baris 3: tulisan komentar tidak ada", "Baris 4: gambar bukti.png: gambarnya tidak ikut dikirim",
            "Baris 5: orangnya tidak ada",
        ):  # fmt: skip
            expect(page.get_by_text(words)).to_be_visible()
        chromium.picture(page, f"kasus-lama-periksa-{script}", tmp_path, whole=True)
        if script:
            judge(page)
        assert world.store.captures.listed([CaptureState.WAITING]) == []
        page.get_by_role("button", name="Simpan 1 temuan").click()
        expect(page.get_by_text("1 kasus lama tersimpan").first).to_be_visible()
        chromium.picture(page, f"kasus-lama-tersimpan-{script}", tmp_path, whole=True)
        [waiting] = world.store.captures.listed([CaptureState.WAITING])
        assert waiting.capture.link.endswith("CxLama1/")
        assert world.store.audit.verify().ok
        context.close()
        assert complaints == []
