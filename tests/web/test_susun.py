"""Composing on the page: live preview, mistakes at their line, versions compared, new files, cells of a spreadsheet."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from monitor.web import beda
from tests.fakes_rules import BETTER, DUKUNG, SUPPORT, WRONG, RuleOffice
from tests.web.test_aturan import NAME, WHY, Enter, enter, office, said

__all__ = ["enter", "office"]
LIVE = "/aturan/pratinjau/asn/uji-dukung"
CELLS = "Pasangan\tSlogan\n2\tBerseri Bersama Warga\n2\t=A1\n\n2\tMaju Bareng Contoh\n"


def test_a_preview_while_typing_shows_both_kinds_with_verdicts_and_the_difference(
    enter: Enter, office: RuleOffice
) -> None:
    author = enter("penyusun")
    page = author.get(NAME).text
    assert f'hx-post="{LIVE}"' in page
    assert 'hx-trigger="input changed delay:700ms"' in page
    piece = author.send(LIVE, isi=BETTER)
    assert piece.status_code == 200
    words = said(piece.text)
    assert "<html" not in piece.text
    assert "Tidak lagi ditandai: 5 Menurut putusan: 0 diteruskan, 3 bersih, 2 belum diputus." in words
    assert "Jadi ditandai: 0" in words
    assert "ditambah:" in words
    assert "+ - futsal" in words
    assert 'hx-swap-oob="innerHTML"' in piece.text
    assert office.app.store.rulebook.waiting() == []
    assert enter("pemantau").send(LIVE, isi=BETTER).status_code == 404


def test_only_the_last_days_where_that_is_asked_for(enter: Enter, office: RuleOffice) -> None:
    office.clock.now += timedelta(days=40)
    office.post(WRONG[0] + " lagi")
    author = enter("penyusun")
    week = said(author.send(LIVE, isi=BETTER, hari="7").text)
    assert "Dicoba pada 1 butir yang terkumpul dalam 7 hari terakhir" in week
    assert "Tidak lagi ditandai: 1" in week
    assert "Dicoba pada 8 butir terbaru" in said(author.send(LIVE, isi=BETTER, hari="0").text)
    assert "Dicoba pada 8 butir" in said(author.send(LIVE, isi=BETTER, hari="90").text)
    plain = author.send("/aturan/coba/asn/uji-dukung", isi=BETTER, hari="7").text
    assert "Dicoba pada 1 butir" in said(plain)
    assert '<option value="7" selected>' in plain
    assert "Dicoba pada 8 butir terbaru" in said(author.send(LIVE, isi=BETTER, hari="1000000").text)


def test_mistakes_are_marked_at_their_line_with_its_number_and_lead_there(enter: Enter) -> None:
    broken = DUKUNG.replace("{kandidat}", "{kandidta}").replace("level: sedang", "level: gawat")
    for answer in (
        enter("penyusun").send(LIVE, isi=broken),
        enter("penyusun").send("/aturan/coba/asn/uji-dukung", isi=broken),
    ):
        links = re.findall(r'<a href="#baris-(\d+)" data-baris="(\d+)">baris (\d+)</a>', answer.text)
        assert links == [("4", "4", "4"), ("7", "7", "7")]
        for number, _, _ in links:
            line = re.search(rf'<li id="baris-{number}" class="keliru">(.*?)</li>', answer.text)
            assert line is not None
            assert f'<span class="no">{number}</span>' in line[1]
            assert "▲" in line[1]
    far = DUKUNG + "\n" * 200 + "entah: 1\n"
    shown = enter("penyusun").send(LIVE, isi=far).text
    assert shown.count('<li id="baris-') < 20, "a long file is shown where something is wrong"
    assert "<script>" not in enter("penyusun").send(LIVE, isi="<script>alert(1)</script>: [").text


def test_versions_are_compared_with_signs_and_numbers(enter: Enter, office: RuleOffice) -> None:
    office.change(SUPPORT, BETTER)
    author = enter("penyusun")
    assert 'href="/aturan/beda/asn/uji-dukung"' in author.get(NAME).text
    page = author.get("/aturan/beda/asn/uji-dukung").text
    assert "Versi 1 → versi 2" in said(page)
    assert re.search(
        r'<li class="tambah"><span class="no" aria-hidden="true"></span><span class="no" aria-hidden="true">9</span>.*<code>\+  - futsal</code>',
        page,
    )
    back = author.get("/aturan/beda/asn/uji-dukung?dari=2&ke=1").text
    assert re.search(r'<li class="hapus">.*<code>-  - futsal</code>', back)
    assert "Tidak berbeda" in author.get("/aturan/beda/asn/uji-dukung?dari=1&ke=1").text
    assert author.get("/aturan/beda/asn/uji-dukung?dari=x&ke=99").status_code == 200
    assert author.get("/aturan/beda/asn/tidak-ada").status_code == 404
    assert enter("pemantau").get("/aturan/beda/asn/uji-dukung").status_code == 404


def test_a_difference_says_what_was_left_out() -> None:
    old = [f"baris {number}" for number in range(30)]
    new = [*old[:15], "baru", *old[16:]]
    found = beda.rows("\n".join(old), "\n".join(new))
    assert [(one.kind, one.skipped) for one in found if one.kind != "tetap"] == [
        ("jeda", 12),
        ("hapus", 0),
        ("tambah", 0),
        ("jeda", 11),
    ]
    assert [(one.sign, one.old, one.new, one.text) for one in found if one.kind in {"hapus", "tambah"}] == [
        ("-", 16, None, "baris 15"), ("+", None, 16, "baru"),
    ]  # fmt: skip
    assert sum(one.skipped for one in found) + sum(one.kind == "tetap" for one in found) == 29
    assert beda.rows("a\n", "a\n") == ()


def _fields(page: str) -> dict[str, str]:
    text = re.search(r'<textarea id="naskah"[^>]*>\n?(.*?)</textarea>', page, flags=re.DOTALL)
    assert text is not None
    return {"isi": unescape(text[1])}


def test_a_new_rule_from_the_form_is_tried_proposed_and_approved(enter: Enter, office: RuleOffice) -> None:
    author = enter("penyusun")
    form = author.get("/aturan/baru")
    assert form.status_code == 200
    assert 'name="bentuk" value="DIS-2" checked' in form.text
    answer = author.send(
        "/aturan/baru", jenis="aturan", judul='Salam guyub: "untuk" calon', frasa="salam guyub\nsalam rukun\n\n", dekat="1",
        kecuali="kerja bakti", tingkat="sedang", bentuk="DIS-2", tindakan="unggahan", tidak_bila="negasi",
        dasar="PP 94/2021 pasal 5 huruf n", cocok="Salam guyub Bu Citra", tidak_cocok="Salam guyub warga\nTidak, salam guyub Bu Citra",
    )  # fmt: skip
    assert answer.status_code == 200
    assert "local/salam-guyub-untuk-calon" in answer.text
    made = _fields(answer.text)["isi"]
    assert "# bayangan = berjalan diam-diam untuk diukur" in made
    assert '  - {near: {words: ["salam guyub", "{sasaran}"], within: 4}}' in made
    assert 'author: "Sinta Rekaan"' in made
    tried = author.send("/aturan/pratinjau/local/salam-guyub-untuk-calon", isi=made)
    assert "seolah-olah sudah aktif" in tried.text
    draft = author.send("/aturan/usulkan/local/salam-guyub-untuk-calon", isi=made, catatan="seruan setempat yang baru")
    assert draft.status_code == 303
    assert enter("penyetuju").send(f"{draft.location}/setujui", catatan="sudah dicoba").status_code == 303
    assert "salam-guyub-untuk-calon" in {one.id for one in office.app.judges().rules.rules}
    again = author.send("/aturan/baru", jenis="aturan", judul="Salam guyub untuk calon", frasa="x")
    assert again.status_code == 400
    assert "sudah ada" in again.text


def test_a_word_list_and_an_addition_over_a_shipped_rule(enter: Enter, office: RuleOffice) -> None:
    author = enter("penyusun")
    made = _fields(author.send("/aturan/baru", jenis="kamus", judul="Sorak warga", frasa="hore sekali").text)["isi"]
    assert "name: sorak_warga" in made
    assert author.send("/aturan/usulkan/local/sorak-warga", isi=made, catatan=WHY).status_code == 303

    assert 'href="/aturan/baru?tambahan=uji-dukung"' in author.get(NAME).text
    assert 'value="uji-dukung"' in author.get("/aturan/baru?tambahan=uji-dukung").text
    answer = author.send("/aturan/baru", jenis="tambahan", pada="uji-dukung", kecuali="futsal", catatan="laga setempat")
    over = _fields(answer.text)["isi"]
    assert re.search(r'rule: uji-dukung\n# .*\nbase: "[0-9a-f]{16}"\nnone:\n  - "futsal"', over)
    assert "Tidak lagi ditandai: 5" in said(author.send("/aturan/pratinjau/local/uji-dukung", isi=over).text)
    assert author.send("/aturan/baru", jenis="tambahan", pada="tidak-ada", kecuali="x").status_code == 400
    for bad in ({"jenis": "lain"}, {"jenis": "aturan", "judul": "???"}, {"jenis": "aturan", "nama": "../x"}, {}):
        assert author.send("/aturan/baru", **bad).status_code == 400
    assert enter("koordinator").get("/aturan/baru").status_code == 404
    draft = author.send("/aturan/usulkan/local/uji-dukung", isi=over, catatan=WHY)
    assert enter("penyetuju").send(f"{draft.location}/setujui", catatan="benar di sini").status_code == 303
    page = author.get(NAME).text
    assert "Bersama tambahan setempat local/uji-dukung.yaml" in said(page)
    (office.rules / SUPPORT).write_text(DUKUNG.replace("level: sedang", "level: tinggi"), encoding="utf-8")
    office.app.governance.refresh_shipped()
    assert "berubah sejak tambahan ini ditulis" in author.get("/aturan").text


def test_a_proposed_exclusion_can_become_a_local_addition(enter: Enter, office: RuleOffice) -> None:
    author = enter("penyusun")
    page = author.get("/aturan/saran/asn/uji-dukung").text
    phrase = unescape(re.findall(r'name="frasa" value="([^"]*)"', page)[0])
    assert 'formaction="/aturan/setempat/asn/uji-dukung"' in page
    draft = author.send("/aturan/setempat/asn/uji-dukung", frasa=phrase, catatan=WHY)
    assert draft.status_code == 303
    (waiting,) = office.app.store.rulebook.waiting()
    assert waiting.path == "local/uji-dukung.yaml"
    assert f'none:\n  - "{phrase}"' in waiting.content
    assert author.send("/aturan/setempat/asn/uji-dukung", frasa=phrase, catatan="").status_code == 400
    assert author.send("/aturan/setempat/asn/tidak-ada", frasa=phrase, catatan=WHY).status_code == 404


def test_cells_are_shown_before_they_become_a_draft(enter: Enter, office: RuleOffice) -> None:
    author = enter("penyusun")
    path = "/aturan/tempel/targets/contoh"
    assert f'href="{path}"' in author.get("/aturan/berkas/targets/contoh").text
    assert '<option value="tiket-2">' in author.get(path).text
    shown = author.send(path, sel=CELLS)
    words = said(shown.text)
    assert "1 masuk ke targets/contoh.yaml, 2 tidak." in words
    assert "2 slogan Berseri Bersama Warga ✓ masuk tiket-2" in words
    assert "3 slogan =A1 ✗ rumus lembar kerja tidak diambil" in words
    assert "5 slogan Maju Bareng Contoh ✗ sudah ada" in words
    assert office.app.store.rulebook.waiting() == []
    assert author.send(path, sel=CELLS, langkah="usulkan", catatan="").status_code == 400
    draft = author.send(path, sel=CELLS, langkah="usulkan", catatan="daftar dari KPU")
    assert draft.status_code == 303
    approver = enter("penyetuju")
    assert "Berseri Bersama Warga" in approver.get(draft.location).text
    assert approver.send(f"{draft.location}/setujui", catatan="cocok dengan daftar").status_code == 303
    assert "Berseri Bersama Warga" in office.app.judges().context.targets.terms().slogans
    assert 'name="langkah"' not in enter("koordinator").send(path, sel="#Xyz").text
    assert author.send(path, sel=" ").status_code == 400
    assert author.get("/aturan/tempel/targets/tidak-ada").status_code == 404
    hostile = author.send(path, sel="<script>alert(1)</script>\t2").text
    assert "<script>alert" not in hostile


@pytest.mark.parametrize("direct", [False, True])
def test_words_go_into_the_offices_own_layer_or_where_they_are_told(
    enter: Enter, office: RuleOffice, direct: bool
) -> None:
    author, path = enter("penyusun"), "/aturan/tempel/lexicon/ajakan"
    fields = {"langsung": "1"} if direct else {}
    shown = said(author.send(path, sel="sorong terus\nayo\n", **fields).text)
    assert f"1 masuk ke {'lexicon' if direct else 'local'}/ajakan.yaml, 1 tidak." in shown
    author.send(path, sel="sorong terus", langkah="usulkan", catatan=WHY, **fields)
    assert [one.path for one in office.app.store.rulebook.waiting()] == [
        f"{'lexicon' if direct else 'local'}/ajakan.yaml"
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/aturan/baru",
        "/aturan/baru?jenis=kamus",
        "/aturan/baru?tambahan=uji-dukung",
        "/aturan/tempel/targets/contoh",
        "/aturan/beda/asn/uji-dukung",
        NAME,
    ],
)
def test_every_field_has_a_label_and_nothing_is_inline(enter: Enter, path: str) -> None:
    page = enter("penyusun").get(path).text
    main = page[page.index("<main") : page.index("</main>")]
    fields = re.findall(r'<(?:input|select|textarea)\b(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', main)
    assert fields
    assert {one for one in fields if f'<label for="{one}">' not in main} == set()
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) is None
