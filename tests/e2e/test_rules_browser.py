"""A supervisor's morning at a real browser: scorecard, the worst rule, its false positives, an exclusion, a second
person, the queue, and back. Pictures are written to NETRA_SCREENSHOTS where it is set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from monitor.cli import main
from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.e2e import browser as chromium
from tests.e2e.browser import NEEDS_BROWSER, SIZES, judge, served
from tests.fakes_rules import BETTER, RIGHT, WRONG, RuleOffice, rule_page

expect.set_options(timeout=30_000)  # a busy machine is no mistake of the page

pytestmark = NEEDS_BROWSER


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    for flag in made.app.store.flags.queue(QueueQuery(limit=100)).flags:
        if flag.stored.item.text in WRONG[:3]:
            made.app.store.decisions.append(
                flag.flag_id, made.monitor.user_id, State.CLEARED, ReasonCode.NOT_PARTISAN, "", expected=None
            )
    yield made
    made.close()


@pytest.fixture
def site(office: RuleOffice) -> Iterator[str]:
    with served(rule_page(office)) as address:
        yield address


def enter(browser: Browser, site: str, name: str, *, script: bool = True) -> tuple[Page, list[str]]:
    """Sign somebody in; gives the page and the list into which the browser's complaints (CSP included) go."""
    page, complaints = chromium.enter(browser, site, name, script=script)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Antrean")
    page.get_by_role("link", name="Aturan", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aturan")
    return page, complaints


def picture(page: Page, name: str) -> None:
    chromium.picture(page, name, whole=True)


def open_flags(office: RuleOffice) -> int:
    return office.app.store.flags.queue(QueueQuery(limit=100)).total


@pytest.mark.parametrize("script", [True, False])
def test_a_supervisors_morning(browser: Browser, site: str, office: RuleOffice, script: bool) -> None:
    """The whole of it with the exclusion that Netra proposes: from the scorecard to the queue, and back."""
    author, said = enter(browser, site, "penyusun", script=script)
    picture(author, "aturan-papan")
    author.locator("tbody th a").first.click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("uji-dukung")
    expect(author.get_by_text("Tim futsal").first).to_be_visible()
    expect(author.get_by_text("dan 2 yang hampir sama").first).to_be_visible()
    picture(author, "aturan-satu")

    author.get_by_role("link", name="Saran dari putusan").click()
    offer = author.get_by_text("Menghapus 3 dari 3 yang dinyatakan bersih, 0 dari 0 yang diteruskan.").first
    expect(offer).to_be_visible()
    picture(author, "aturan-saran")
    author.get_by_role("button", name="di penyunting").first.click()
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    expect(author.get_by_role("heading", name="Jadi ditandai: 0")).to_be_visible()
    expect(author.get_by_text("Menurut putusan: 0 diteruskan, 3 bersih, 2 belum diputus.")).to_be_visible()
    added = author.locator(".beda .tambah").filter(has_text="none:")
    expect(added).to_contain_text("+none:")
    picture(author, "aturan-coba")
    content = author.get_by_label("YAML").input_value()
    author.get_by_label("Alasan (dicatat)").first.fill("laga futsal bukan dukungan")
    author.get_by_role("button", name="Usulkan", exact=True).click()
    expect(author.get_by_text("menunggu orang kedua").first).to_be_visible()
    expect(author.get_by_role("button", name="Setujui")).to_have_count(0)
    counts = backtested(office)
    assert (counts["newly"], counts["gone"], counts["flags"]["gone"]) == (0, 5, 5), "the command counts what was shown"

    approver, more = enter(browser, site, "penyetuju", script=script)
    approver.get_by_role("link", name="asn/uji-dukung.yaml").click()
    expect(approver.locator(".kode .tambah").filter(has_text="none:")).to_be_visible()
    approver.get_by_role("link", name="Lihat yang akan berubah").click()
    expect(approver.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    picture(approver, "aturan-usul")
    approver.get_by_label("Alasan").fill("contohnya meyakinkan")
    expect(approver.get_by_text("2 tetap ditandai dan 2 tidak lagi")).to_be_visible()
    approver.get_by_role("button", name="Setujui").click()
    assert open_flags(office) == 2, "the open flags were judged again, as is proposed"
    approver.get_by_role("button", name="Saring ulang sekarang").click()
    expect(approver.get_by_role("status").get_by_text("butir disaring ulang")).to_be_visible()
    assert open_flags(office) == 2
    held = office.app.governance.current("asn/uji-dukung.yaml")
    assert held is not None
    assert held.content == content.replace("\r\n", "\n").strip("\n") + "\n"
    approver.goto(f"{site}/antrean")
    expect(approver.get_by_text("futsal")).to_have_count(0)

    author.goto(f"{site}/aturan/berkas/asn/uji-dukung")
    author.get_by_role("link", name="Bandingkan versi").click()
    expect(author.get_by_role("heading", name="Versi 1 → versi 2")).to_be_visible()
    picture(author, "aturan-beda")
    author.go_back()
    author.get_by_text("Kembalikan ke versi 1").click()
    author.get_by_role("textbox", name="Alasan (dicatat)").last.fill("terlalu luas, cari kata lain")
    author.get_by_role("button", name="Usulkan kembali").click()
    approver.get_by_role("link", name="Aturan", exact=True).click()
    approver.get_by_role("link", name="asn/uji-dukung.yaml").click()
    approver.get_by_label("Alasan").fill("sepakat kembali")
    approver.get_by_role("button", name="Setujui").click()
    approver.get_by_role("button", name="Saring ulang sekarang").click()
    expect(approver.get_by_role("status").get_by_text("butir disaring ulang")).to_be_visible()
    assert open_flags(office) == 4
    assert [*said, *more] == []


def backtested(office: RuleOffice) -> dict[str, Any]:
    """Backtest the draft that waits, by the command."""
    words = ["--config", str(office.settings), "rules", "backtest", "--against", "uji-dukung", "--json"]
    answer = CliRunner().invoke(main, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def test_what_is_typed_is_shown_at_once_and_everything_has_a_key(browser: Browser, site: str) -> None:
    author, said = enter(browser, site, "penyusun")
    author.keyboard.press("g")
    author.keyboard.press("a")
    expect(author.get_by_role("heading", level=1)).to_have_text("Aturan")
    author.goto(f"{site}/aturan/berkas/asn/uji-dukung")
    editor = author.get_by_label("YAML")
    text = editor.input_value()
    author.keyboard.press("e")
    expect(editor).to_be_focused()
    editor.fill(text.replace("legal_basis:", "none:\n  - futsal\nlegal_basis:"))
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    expect(editor).to_be_focused()
    expect(author.locator("#suara")).to_have_text("Jadi ditandai: 0. Tidak lagi ditandai: 5.")
    picture(author, "aturan-langsung")

    editor.fill(text.replace("legal_basis:", "nonne:\n  - futsal\nlegal_basis:"))
    alert = author.locator("#pratinjau").get_by_role("alert")
    expect(alert).to_contain_text("maksud Anda `none`?")
    expect(author.locator("#baris-8.keliru")).to_contain_text("nonne:")
    picture(author, "aturan-salah")
    alert.get_by_role("link", name="baris 8").click()
    expect(editor).to_be_focused()
    assert (
        author.evaluate(
            "() => { const a = document.querySelector('#naskah'); return a.value.slice(a.selectionStart, a.selectionEnd); }"
        )
        == "nonne:"
    )
    author.keyboard.type("none:")
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    author.keyboard.press("Escape")
    author.keyboard.press("l")
    expect(author.locator("#pratinjau")).to_be_focused()
    author.keyboard.press("?")
    expect(author.get_by_role("dialog")).to_contain_text("coba isi yang sedang ditulis")
    picture(author, "aturan-bantuan")
    author.keyboard.press("Escape")
    author.keyboard.press("c")
    author.wait_for_url("**/aturan/coba/**")
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    author.get_by_label("YAML").focus()
    author.keyboard.press("Control+Enter")
    expect(author.get_by_role("heading", name="Tidak lagi ditandai: 5")).to_be_visible()
    assert said == []


@pytest.mark.parametrize("script", [True, False])
def test_cells_and_a_new_rule_become_drafts(browser: Browser, site: str, office: RuleOffice, script: bool) -> None:
    author, said = enter(browser, site, "penyusun", script=script)
    author.goto(f"{site}/aturan/berkas/targets/contoh")
    author.get_by_role("link", name="Tempel dari lembar kerja").click()
    author.get_by_label("Salin sel").fill("Pasangan\tSlogan\n2\tBerseri Bersama Warga\n2\t=A1\n9\tSalah Alamat\n")
    author.get_by_role("button", name="Periksa").click()
    expect(author.get_by_text("1 masuk ke targets/contoh.yaml, 2 tidak.")).to_be_visible()
    picture(author, "aturan-tempel")
    author.get_by_label("Alasan (dicatat)").fill("daftar dari KPU")
    author.get_by_role("button", name="Usulkan 1 tambahan").click()
    expect(author.locator(".beda .tambah")).to_contain_text("Berseri Bersama Warga")

    author.get_by_role("link", name="Aturan", exact=True).click()
    author.get_by_role("link", name="Aturan baru").click()
    author.get_by_label("Judul: apa yang ditemukan").fill("Salam guyub untuk calon")
    author.get_by_label("Frasa, satu tiap baris").fill("salam guyub")
    author.get_by_label("Dasar hukum").fill("PP 94/2021 pasal 5 huruf n")
    author.get_by_label("Contoh yang harus cocok").fill("Salam guyub Bu Citra")
    author.get_by_label("Contoh yang tidak boleh").fill("Salam guyub warga")
    picture(author, "aturan-baru")
    author.get_by_role("button", name="Buka di penyunting").click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("salam-guyub-untuk-calon")
    author.get_by_label("Alasan (dicatat)").fill("seruan setempat")
    author.get_by_role("button", name="Usulkan", exact=True).click()
    expect(author.get_by_text("menunggu orang kedua").first).to_be_visible()
    waiting = {one.path for one in office.app.store.rulebook.waiting()}
    assert waiting == {"targets/contoh.yaml", "local/salam-guyub-untuk-calon.yaml"}
    assert said == []


@pytest.mark.parametrize(
    "name",
    [
        "aturan",
        "aturan/berkas/asn/uji-dukung",
        "aturan/baru",
        "aturan/tempel/targets/contoh",
        "aturan/beda/asn/uji-dukung",
    ],
)
def test_every_page_fits_the_screen_and_is_for_everybody(
    browser: Browser, site: str, office: RuleOffice, name: str
) -> None:
    office.change("asn/uji-dukung.yaml", BETTER)
    page, said = enter(browser, site, "penyusun")
    for width, height in (SIZES["laptop"], SIZES["ponsel"]):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{site}/{name}")
            judge(page)
            picture(page, f"lebar-{name.replace('/', '-')}-{width}-{scheme}")
    assert said == []
