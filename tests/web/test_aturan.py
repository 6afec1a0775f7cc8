"""The page of the rules: who sees it, what it shows, and every step of a change."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.fakes_rules import BETTER, DUKUNG, RIGHT, SUPPORT, WRONG, RuleOffice, rule_page
from tests.fakes_web import PASSWORD
from tests.web.conftest import Reader

NAME = "/aturan/berkas/asn/uji-dukung"
WHY = "laga futsal bukan dukungan"
Enter = Callable[[str], Reader]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    for flag in made.app.store.flags.queue(QueueQuery(limit=100)).flags:
        wrong = flag.stored.item.text in WRONG[:3]
        if wrong or flag.stored.item.text in RIGHT:
            state, reason = (State.CLEARED, ReasonCode.NOT_PARTISAN) if wrong else (State.LEAD, ReasonCode.SUPPORT)
            made.app.store.decisions.append(flag.flag_id, made.monitor.user_id, state, reason, "", expected=None)
    yield made
    made.close()


@pytest.fixture
def enter(office: RuleOffice) -> Enter:
    app = rule_page(office)

    def _enter(username: str) -> Reader:
        reader = Reader(app.test_client())
        fields = {"csrf_token": reader.token("/masuk"), "nama": username, "sandi": PASSWORD}
        assert reader.client.post("/masuk", data=fields).status_code == 303
        return reader

    return _enter


def said(text: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_only_those_whose_business_rules_are_find_the_page(enter: Enter) -> None:
    monitor = enter("pemantau")
    for path in ("/aturan", NAME, "/aturan/usul/1"):
        assert monitor.get(path).status_code == 404
    assert 'href="/aturan"' not in monitor.get("/antrean").text
    assert monitor.send("/aturan/usulkan/asn/uji-dukung", isi=BETTER, catatan=WHY).status_code == 404
    for name in ("penyusun", "penyetuju", "koordinator"):
        reader = enter(name)
        assert reader.get("/aturan").status_code == 200
        assert 'href="/aturan"' in reader.get("/antrean").text


def test_an_office_without_a_desk_has_no_such_page(world: object) -> None:
    app = world.app()  # type: ignore[attr-defined]
    reader = Reader(app.test_client())
    fields = {"csrf_token": reader.token("/masuk"), "nama": "koordinator", "sandi": PASSWORD}
    reader.client.post("/masuk", data=fields)
    assert reader.get("/aturan").status_code == 404


def test_the_scorecard_and_a_rule_with_its_false_positives_first(enter: Enter) -> None:
    page = enter("koordinator").get("/aturan").text
    assert "0,40" in page
    assert page.index("uji-dukung") < page.index("uji-salam")
    assert "belum pernah kena" in page
    assert "7 +7 pekan ini 2 +2 pekan ini 3 +3 pekan ini" in said(page)
    one = enter("penyusun").get(NAME).text
    assert html.escape(DUKUNG.split("\n")[1]) in one
    assert one.index("Tim futsal") < one.index("Warga sepakat")
    assert "cip-bersih" in one
    assert "dan 2 yang hampir sama" in one
    assert "Yuni" not in one, "the words of a rule's finds are shown, not whose they are"
    assert enter("penyusun").get("/aturan/berkas/asn/tidak-ada").status_code == 404
    assert enter("penyusun").get("/aturan/berkas/lexicon/ajakan").status_code == 200


def test_trying_shows_what_would_change_and_stores_nothing(enter: Enter, office: RuleOffice) -> None:
    answer = enter("penyusun").send("/aturan/coba/asn/uji-dukung", isi=BETTER.replace("\n", "\r\n"))
    assert answer.status_code == 200
    words = said(answer.text)
    assert "Dicoba pada 7 butir terbaru" in words
    assert "Jadi ditandai: 0" in words
    assert "Tidak lagi ditandai: 5" in words
    assert "dan 4 yang hampir sama" in words
    assert "futsal" in answer.text, "what was typed stays"
    shadow = enter("penyusun").send("/aturan/coba/asn/uji-dukung", isi=BETTER.replace("aktif", "bayangan"))
    assert "seolah-olah sudah aktif" in shadow.text
    assert office.app.store.rulebook.waiting() == []


def test_a_change_that_would_drown_the_queue_is_said(enter: Enter, office: RuleOffice) -> None:
    office.post("Warga guyub besok", "Warga guyub lagi")
    wide = DUKUNG.replace("dukung {kandidat}", "warga guyub").replace("Ayo dukung Bu Citra", "warga guyub")
    answer = enter("penyusun").send("/aturan/coba/asn/uji-dukung", isi=wide)
    assert "terlalu banyak untuk ditinjau" in answer.text
    assert "Jadi ditandai: 2" in said(answer.text)


def test_mistakes_are_shown_at_their_line_and_nothing_typed_is_lost(enter: Enter, office: RuleOffice) -> None:
    broken = DUKUNG.replace("{kandidat}", "{kandidta}") + "# <script>alert(1)</script>\n"
    for step in ("coba", "usulkan"):
        answer = enter("penyusun").send(f"/aturan/{step}/asn/uji-dukung", isi=broken, catatan=WHY)
        assert answer.status_code == 400
        assert 'id="baris-7" class="keliru"' in answer.text
        assert "maksud Anda" in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "<script>alert" not in answer.text
    assert WHY in answer.text
    refused = enter("penyusun").send("/aturan/coba/baseline/kantor", isi=BETTER)
    assert refused.status_code == 400
    assert "bukan tempat" in refused.text
    assert "alasan wajib" in enter("penyusun").send("/aturan/usulkan/asn/uji-dukung", isi=BETTER, catatan="").text
    assert "tidak berwenang" in enter("penyetuju").send("/aturan/usulkan/asn/uji-dukung", isi=BETTER, catatan=WHY).text
    assert office.app.store.rulebook.waiting() == []


def test_a_supervisors_morning(enter: Enter, office: RuleOffice) -> None:
    author, approver = enter("penyusun"), enter("penyetuju")
    answer = author.send("/aturan/usulkan/asn/uji-dukung", isi=BETTER, catatan=WHY)
    assert answer.status_code == 303
    draft = answer.location
    assert "menunggu orang kedua" in author.get(draft).text
    assert 'formaction="' not in author.get(draft).text
    own = author.send(f"{draft}/setujui", catatan="saya setuju")
    assert own.status_code == 400
    assert "tidak berwenang" in own.text

    desk = approver.get("/aturan").text
    assert WHY in desk
    assert "<h2>Menunggu keputusan</h2>" in desk
    seen = approver.get(draft).text
    assert re.search(r'<li class="tambah">.*<code>\+  - futsal</code></li>', seen)
    assert "Lihat yang akan berubah" in seen
    tried = approver.get(f"{draft}?coba=1").text
    assert "Tidak lagi ditandai: 5" in said(tried)
    assert "terlalu banyak untuk ditinjau" not in tried
    assert "alasan wajib" in approver.send(f"{draft}/setujui", catatan=" ").text
    assert approver.send(f"{draft}/setujui", catatan="contohnya meyakinkan").status_code == 303
    assert approver.send(f"{draft}/tolak", catatan="terlambat").status_code == 400
    assert "berlaku" in approver.get(draft).text

    assert approver.send("/aturan/saring").status_code == 303
    open_now = office.app.store.flags.queue(QueueQuery(limit=100)).flags
    assert open_now == (), "two untouched flags are withdrawn; what people decided stays"
    assert "7 butir disaring ulang" in approver.get("/aturan").text

    first = next(one for one in office.app.store.rulebook.history(SUPPORT) if one.number == 1)
    assert "Kembalikan ke versi 1" in author.get(NAME).text
    assert author.send(f"/aturan/kembali/{first.version_id}", catatan="").status_code == 400
    back = author.send(f"/aturan/kembali/{first.version_id}", catatan="terlalu luas")
    assert approver.send(f"{back.location}/setujui", catatan="sepakat kembali").status_code == 303
    approver.send("/aturan/saring")
    assert len(office.app.store.flags.queue(QueueQuery(limit=100)).flags) == 2
    assert office.app.store.audit.verify().ok


def test_changed_files_are_said_on_the_page(enter: Enter, office: RuleOffice) -> None:
    office.write(SUPPORT, BETTER)
    page = enter("penyusun").get("/aturan").text
    assert "belum diusulkan siapa pun" in page
    draft = office.app.store.rulebook.waiting()[0].version_id
    assert "mengusulkannya dahulu" in said(enter("penyetuju").send(f"/aturan/usul/{draft}/setujui", catatan=WHY).text)
    office.write(SUPPORT, DUKUNG.replace("level: sedang", "level: gawat"))
    page = enter("penyusun").get("/aturan").text
    assert "keliru; yang berlaku tetap" in page
    assert "uji-dukung.yaml:4" in page


@pytest.mark.parametrize("path", ["/aturan", NAME, "/aturan/usul/1"])
def test_no_inline_script_or_style(enter: Enter, path: str) -> None:
    page = enter("penyusun").get(path)
    assert page.status_code == 200
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page.text) is None
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_an_unknown_draft_is_not_found(enter: Enter) -> None:
    assert enter("penyetuju").get("/aturan/usul/99999").status_code == 404
    assert enter("penyetuju").send("/aturan/usul/99999/setujui", catatan=WHY).status_code == 404
    assert enter("penyetuju").send("/aturan/kembali/99999", catatan=WHY).status_code == 404


def test_a_trial_of_the_calendar_judges_by_the_phases_it_would_make(office: RuleOffice, enter: Enter) -> None:
    office.change(SUPPORT, DUKUNG.replace("any:", "phases: [kampanye]\nany:"))
    office.screen()
    calendar = (office.rules / "calendar" / "contoh.yaml").read_text(encoding="utf-8")
    moved = {"06-24": "05-24", "06-25": "05-25", "06-27": "05-27", "06-28": "05-28", "07-10": "06-05"}
    shorter = re.sub(r"2025-(0[67]-\d\d)", lambda day: f"2025-{moved[day[1]]}", calendar)
    page = enter("penyusun").send("/aturan/coba/calendar/contoh", isi=shorter)
    assert page.status_code == 200
    assert "Tidak lagi ditandai: 7" in said(page.text)


def test_a_word_list_in_error_is_told_alone_and_what_waits_in_one_line(office: RuleOffice, enter: Enter) -> None:
    author, path = enter("penyusun"), "lexicon/negasi"
    text = (office.rules / f"{path}.yaml").read_text(encoding="utf-8").replace("words:", "wrds:")
    office.change(SUPPORT, DUKUNG.replace("legal_basis", "not_when: [negasi]\nlegal_basis"))
    for page in (
        author.send(f"/aturan/coba/{path}", isi=text),
        author.send(f"/aturan/usulkan/{path}", isi=text, catatan=WHY),
        author.send(f"/aturan/pratinjau/{path}", isi=text),
    ):
        words = said(page.text)
        assert "2 hal perlu dibetulkan" in words, "the column that is there and the one that is missing"
        assert "Contoh 1 aturan yang bersandar pada aturan atau kamus lain menunggu" in words
        assert "uji-dukung" not in words[words.index("2 hal") :][:400]


def test_a_mistake_of_another_file_says_which(enter: Enter) -> None:
    wider = "name: sorak_uji\ntitle: Sorak uji\nwords: [hore]\n"
    overlay = "rule: uji-dukung\nnone: [ayo]\nauthor: kantor uji\ndate: 2025-02-01\n"
    author = enter("penyusun")
    assert "perlu dibetulkan" not in said(author.send("/aturan/coba/local/sorak_uji", isi=wider).text)
    page = author.send("/aturan/coba/local/uji-dukung", isi=overlay)
    assert 'href="#baris-1"' in page.text
    gone = author.send("/aturan/coba/asn/uji-dukung", isi=DUKUNG.replace("uji-dukung", "uji-salam"))
    assert "rules/asn/uji-salam.yaml , baris 1: id `uji-salam` sudah dipakai" in said(gone.text)
    assert 'href="#baris-1"' not in gone.text
