"""The file of a case in a real browser: written by keys, kept, read back, no complaint, at both sizes and themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from monitor.store import Draft, Witness
from tests.e2e.browser import NEEDS_BROWSER, enter, judge, picture, served
from tests.fakes_web import World
from tests.reports.office import page_of

pytestmark = NEEDS_BROWSER


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[World, str, int]]:
    """A served office whose first case went to the authority."""
    world = World(tmp_path)
    app, flag_id = page_of(world)
    with served(app) as site:
        yield world, site, flag_id
    world.close()


@pytest.mark.parametrize(("size", "theme"), [("laptop", "light"), ("laptop", "dark"), ("ponsel", "light")])
def test_a_case_file_is_written_and_its_papers_taken(
    browser: Browser, office: tuple[World, str, int], tmp_path: Path, size: str, theme: str
) -> None:
    world, site, flag_id = office
    path = f"/tanda/{flag_id}/kasus"
    page, complaints = enter(browser, site, "koordinator", size=size, theme=theme, path=path)
    judge(page)
    picture(page, f"berkas-kasus-kosong-{size}-{theme}", tmp_path, whole=True)
    page.fill("#officer", "Sinta Rekaan")
    page.fill("#analysis", "Analisa rekaan\nbaris kedua")
    page.fill("#saksi-0", "Saksi Rekaan")
    page.select_option("#recipient", "kepegawaian")
    page.get_by_role("button", name="Simpan isian").press("Enter")
    page.get_by_text("Isian tersimpan sebagai versi 1.").first.wait_for()
    held = world.store.documents.newest(flag_id)
    assert held is not None
    assert held.draft == Draft(
        officer="Sinta Rekaan", analysis="Analisa rekaan\nbaris kedua", witnesses=(Witness("Saksi Rekaan"),),
        recipient="kepegawaian",
    )  # fmt: skip
    judge(page)
    picture(page, f"berkas-kasus-isi-{size}-{theme}", tmp_path, whole=True)
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF Formulir Model A (pilkada)").click()
    assert taken.value.suggested_filename == f"formulir-a-pilkada-tanda-{flag_id}.pdf"
    page.fill("#keperluan", "menurut pleno")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Unduh paket serah terima").click()
    assert taken.value.suggested_filename == f"berkas-kasus-tanda-{flag_id}.zip"
    assert complaints == []
    page.context.close()


def test_without_script_it_is_written_too(browser: Browser, office: tuple[World, str, int]) -> None:
    world, site, flag_id = office
    page, _complaints = enter(browser, site, "pemantau", path=f"/tanda/{flag_id}/kasus", script=False)
    page.fill("#facts", "Fakta rekaan")
    page.get_by_role("button", name="Simpan isian").press("Enter")
    page.get_by_text("Isian tersimpan sebagai versi 1.").first.wait_for()
    held = world.store.documents.newest(flag_id)
    assert held is not None
    assert held.draft.facts == "Fakta rekaan"
    page.context.close()


def test_what_was_typed_survives_a_lost_page_and_goes_once_it_is_stored(
    browser: Browser, office: tuple[World, str, int]
) -> None:
    world, site, flag_id = office
    path = f"/tanda/{flag_id}/kasus"
    page, complaints = enter(browser, site, "pemantau", path=path)
    offer = page.get_by_role("button", name="Pulihkan")
    assert offer.count() == 0
    page.fill("#facts", "Sudah setengah jalan")
    page.reload()
    assert page.input_value("#facts") == ""
    judge(page)
    offer.click()
    assert page.input_value("#facts") == "Sudah setengah jalan"
    page.get_by_role("button", name="Simpan isian").click()
    page.get_by_text("Isian tersimpan sebagai versi 1.").first.wait_for()
    assert offer.count() == 0
    page.reload()
    assert offer.count() == 0
    held = world.store.documents.newest(flag_id)
    assert held is not None
    assert held.draft.facts == "Sudah setengah jalan"
    assert complaints == []
    page.context.close()


def test_a_draft_brought_back_writes_over_nobody(browser: Browser, office: tuple[World, str, int]) -> None:
    world, site, flag_id = office
    page, _complaints = enter(browser, site, "pemantau", path=f"/tanda/{flag_id}/kasus")
    page.fill("#facts", "punya saya")
    page.reload()
    world.store.documents.save(flag_id, Draft(facts="punya rekan"), world.coordinator.user_id, expected=0)
    page.reload()
    assert page.input_value("#facts") == "punya rekan"
    page.get_by_role("button", name="Pulihkan").click()
    page.get_by_role("button", name="Simpan isian").click()
    page.get_by_text("orang lain menyimpan isian berkas ini lebih dahulu").wait_for()
    assert page.input_value("#facts") == "punya saya"
    assert [one.draft.facts for one in world.store.documents.versions(flag_id)] == ["punya rekan"]
    page.context.close()


def test_a_sentence_is_put_in_by_a_button_and_enter_saves(
    browser: Browser, office: tuple[World, str, int], tmp_path: Path
) -> None:
    world, site, flag_id = office
    page, complaints = enter(browser, site, "pemantau", path=f"/tanda/{flag_id}/kasus")
    page.fill("#suspicion", "Pembuka.")
    page.get_by_role("button", name="Uraian menurut data").click()
    page.wait_for_function("document.querySelector('#suspicion').value.includes('Mari kita menangkan')")
    assert page.input_value("#suspicion").startswith("Pembuka.\n\nDra. Ratna Umpamawati")
    assert page.get_by_role("button", name="Pulihkan").count() == 0
    judge(page)
    picture(page, "berkas-kasus-sisip", tmp_path, whole=True)
    page.press("#officer", "Enter")
    page.get_by_text("Isian tersimpan sebagai versi 1.").first.wait_for()
    held = world.store.documents.newest(flag_id)
    assert held is not None
    assert held.draft.suspicion.startswith("Pembuka.")
    assert complaints == []
    page.context.close()
