"""Queue, case, evidence, deciding, taking back; and who sees what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from monitor.models import (
    AccountRef,
    Field,
    ItemKind,
    Level,
    Outcome,
    Parent,
    Platform,
    ReasonCode,
    Relation,
    Span,
    State,
)
from tests.fakes_web import OTHER_REGION, SEEDS, Seed, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


def _links(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<a href="/tanda/(\d+)', page)]


def _state(world: World, flag_id: int) -> State:
    return world.store.flags.get(flag_id).state


# --------------------------------------------------------------------------- queue


def test_the_queue_is_in_order_and_says_what_was_done(reader: Reader, flags: list[int]) -> None:
    page = reader.get("/antrean").text
    assert _links(page) == flags
    said = unescape(re.sub(r"<[^>]+>|\s+", " ", page))
    assert "Bagas Andaikanto, S.Pd.   menyukai unggahan akun pemenangan" in said
    assert "Kepala Seksi Rekaan · Dinas Contoh Kabupaten Contoh" in said
    assert "20 jam lalu" in said
    assert "13 tanda" in said


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tingkat=tinggi", lambda seed: seed.level is Level.HIGH),
        ("jenis=suka", lambda seed: seed.kind is ItemKind.LIKE),
        ("tempat=facebook", lambda seed: seed.platform is Platform.FACEBOOK),
        ("tahapan=tenang", lambda seed: seed.phase is not None and seed.phase.value == "tenang"),
        ("cari=GASPOL", lambda seed: "Gaspol" in seed.text),
        ("cari=ratna", lambda seed: "Ratna" in seed.name),
        ("keadaan=bersih", lambda seed: False),
        ("tingkat=tinggi&jenis=suka", lambda seed: seed.level is Level.HIGH and seed.kind is ItemKind.LIKE),
        ("tingkat=<script>&hal=abc", lambda seed: True),
        ("hal=0", lambda seed: True),
        ("hal=-1", lambda seed: True),
        ("cari=%25", lambda seed: False),
    ],
)
def test_filters_narrow_the_queue(reader: Reader, flags: list[int], query: str, wanted: Callable[[Seed], bool]) -> None:
    answer = reader.get(f"/antrean?{query}")
    assert answer.status_code == 200
    assert _links(answer.text) == [flag for flag, seed in zip(flags, SEEDS, strict=True) if wanted(seed)]


def test_a_flag_of_the_model_alone_says_so_and_is_never_certain(world: World, sign_in: SignIn) -> None:
    flag = world.store.flags.get(world.flag(SEEDS[2]))
    opinion = replace(flag.opinion, matches=(), probability=0.999, forms=())
    world.screen(flag.stored.item_id, flag.actor, opinion)
    reader = sign_in("pemantau")
    assert "model &gt; 0,99 · <bdi" in reader.get("/antrean").text
    assert "tanpa aturan yang cocok" in reader.get("/antrean").text
    page = reader.get(f"/tanda/{flag.flag_id}").text
    assert "Tidak ada aturan yang cocok" in page
    assert "Model: &gt; 0,99" in page
    assert "Tidak ada bentuk yang diusulkan" in page


def test_an_empty_queue_and_an_empty_filter_say_so(world: World, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    assert "Antrean kosong" in reader.get("/antrean").text
    assert "Tidak ada yang cocok" in reader.get("/antrean?cari=apapun").text


def test_a_long_queue_has_pages(world: World, sign_in: SignIn) -> None:
    made = [world.flag(replace(SEEDS[9], name=f"Warga Rekaan {n}"), n) for n in range(32)]
    reader = sign_in("pemantau")
    assert _links(reader.get("/antrean").text) == made[:30]
    assert "/antrean?hal=2" in reader.get("/antrean").text
    assert _links(reader.get("/antrean?hal=2").text) == made[30:]
    assert _links(reader.get("/antrean?hal=99").text) == []


# --------------------------------------------------------------------------- case


def test_a_case_says_everything_a_decision_needs(reader: Reader, flags: list[int]) -> None:
    page = reader.get(f"/tanda/{flags[0]}").text
    said = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))
    assert "<mark>Mari kita menangkan<sup" in page
    for words in (
        "mengomentari unggahan akun pemenangan", "Jadwal kampanye akbar", "Contoh Bersinar @contohbersinar",
        "akun pemenangan terdaftar", "terverifikasi", "Kecocokan lewat id akun", "masa tenang",
        "tanggal tahapan dari sumber resmi", "Bentuk yang mungkin relevan", "DIS-2", "Model: 0,94", "menangkan (+2,1)",
        "jadwal (−0,4)", "Rab, 25 Jun 2025, 13.00 WIB", "2025-06-25T06:00:00+00:00", "Apa yang akan membersihkan",
        "Belum ada keputusan",
    ):  # fmt: skip
        assert words in said, words
    assert "sanksi" not in said.casefold()


def test_a_wordless_like_shows_its_ground(reader: Reader, flags: list[int]) -> None:
    page = reader.get(f"/tanda/{flags[1]}").text
    assert "tanpa kata-kata" in page
    assert "Tindakan pada akun pemenangan yang terdaftar." in page
    assert "#ContohBersinar" in page
    assert "model menduga teks ini memihak" in page


def test_the_model_says_how_sure_it_is(reader: Reader, flags: list[int]) -> None:
    assert "model tidak menduga" in reader.get(f"/tanda/{flags[5]}").text
    assert "model ragu-ragu" in reader.get(f"/tanda/{flags[9]}").text


def test_a_name_in_the_news_is_a_lead_only(reader: Reader, flags: list[int]) -> None:
    page = reader.get(f"/tanda/{flags[6]}").text
    assert "hanya petunjuk, bukan bukti" in page
    assert "2 orang pada daftar memakai nama ini" in page
    assert "Tidak ada akun" in page
    assert "kata-katanya milik media" in page
    assert "Model tidak memberi pendapat" in page


def test_an_edit_shows_before_and_after(world: World, reader: Reader, flags: list[int]) -> None:
    flag = world.store.flags.get(flags[2])
    world.collect(replace(SEEDS[2], text="Sudah saya hapus, mohon maaf."), flag.stored.item.native_id)
    page = reader.get(f"/tanda/{flags[2]}").text
    assert "Versi sebelumnya" in page
    assert "Sudah saya hapus" in page
    assert "lanjutkan!!" in page


def test_neighbours_keep_the_filters(reader: Reader, flags: list[int]) -> None:
    page = reader.get(f"/tanda/{flags[2]}?tingkat=tinggi").text
    assert f'rel="prev" href="/tanda/{flags[1]}?tingkat=tinggi"' in page
    assert f'rel="next" href="/tanda/{flags[3]}?tingkat=tinggi"' in page


@pytest.mark.parametrize(
    "path", ["/tanda/999", "/tanda/99999999999999999999999", "/tanda/abc", "/bukti/1/9", "/bukti/999/1"]
)
def test_what_is_not_there_is_not_found(reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text


# --------------------------------------------------------------------------- evidence


def test_evidence_is_inert(reader: Reader, flags: list[int], world: World) -> None:
    answer = reader.get(f"/bukti/{flags[0]}/1")
    stored = world.store.flags.get(flags[0]).stored
    assert answer.data == world.archive.read(stored.evidence_sha256)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert stored.evidence_sha256 in reader.get(f"/tanda/{flags[0]}").text


def test_evidence_that_changed_is_said_aloud(reader: Reader, flags: list[int], world: World) -> None:
    stored = world.store.flags.get(flags[0]).stored
    body = next(world.archive.folder.glob(f"*/*/{stored.evidence_sha256}.gz"))
    body.chmod(0o600)
    body.write_bytes(b"diubah")
    answer = reader.get(f"/bukti/{flags[0]}/1")
    assert answer.status_code == 409
    assert "Rekaman hilang atau berubah" in answer.text


# --------------------------------------------------------------------------- deciding


def test_a_decision_is_stored_and_leads_to_the_next_flag(reader: Reader, flags: list[int], world: World) -> None:
    answer = reader.decide(flags[0], "ajakan", "  dua baris\r\ncatatan  ")
    assert (answer.status_code, answer.location) == (303, f"/tanda/{flags[1]}")
    done = world.store.flags.get(flags[0])
    assert done.state is State.LEAD
    assert (done.decisions[0].reason, done.decisions[0].note) == (ReasonCode.CALL, "dua baris\ncatatan")
    assert done.decisions[0].user_id == world.monitor.user_id
    page = reader.get(answer.location).text
    assert "informasi awal — Ajakan memilih" in page
    assert "data-urungkan" in page
    assert "data-urungkan" not in reader.get(answer.location).text, "the toast is said once"


def test_clearing_is_as_easy(reader: Reader, flags: list[int], world: World) -> None:
    reader.decide(flags[0], "kutipan_berita")
    assert _state(world, flags[0]) is State.CLEARED


def test_next_stays_in_the_filters_and_ends_at_the_queue(reader: Reader, flags: list[int]) -> None:
    likes = [flag for flag, seed in zip(flags, SEEDS, strict=True) if seed.kind is ItemKind.LIKE]
    first = reader.decide(likes[1], "tidak_memihak", saringan="jenis=suka")
    assert first.location == f"/tanda/{likes[0]}?jenis=suka", "from the start again at the end"
    assert reader.decide(likes[0], "tidak_memihak", saringan="jenis=suka").location == "/antrean?jenis=suka"


def test_undo_takes_back_by_an_event_of_its_own(reader: Reader, flags: list[int], world: World) -> None:
    reader.decide(flags[0], "dukungan", "keliru")
    done = world.store.decisions.history(flags[0])[-1]
    answer = reader.send(f"/tanda/{flags[0]}/urungkan/{done.decision_id}")
    assert (answer.status_code, answer.location) == (303, f"/tanda/{flags[0]}")
    assert _state(world, flags[0]) is State.NEW
    page = reader.get(answer.location).text
    assert "kembali menunggu" in page
    assert "keliru" in page, "the history keeps what was taken back"
    assert len(world.store.decisions.history(flags[0])) == 2
    again = reader.send(f"/tanda/{flags[0]}/urungkan/{done.decision_id}")
    assert again.status_code == 409
    assert "tidak dapat diurungkan lagi" in again.text


def test_who_comes_second_is_told_and_loses_no_note(sign_in: SignIn, flags: list[int], world: World) -> None:
    first, second = sign_in("pemantau"), sign_in("peninjau")
    first.decide(flags[0], "kritik_pertanyaan")
    answer = second.decide(flags[0], "dukungan", "catatan panjang <saya>", terakhir="")
    assert answer.status_code == 409
    assert "Orang lain memutus lebih dahulu" in answer.text
    assert "catatan panjang &lt;saya&gt;" in answer.text
    assert "Sinta Rekaan" in answer.text
    assert len(world.store.decisions.history(flags[0])) == 1


def test_somebody_elses_decision_is_undone_by_a_coordinator_only(
    sign_in: SignIn, flags: list[int], world: World
) -> None:
    sign_in("pemantau").decide(flags[0], "dukungan")
    done = world.store.decisions.history(flags[0])[-1]
    path = f"/tanda/{flags[0]}/urungkan/{done.decision_id}"
    assert sign_in("peninjau").send(path).status_code == 409
    assert sign_in("koordinator").send(path).status_code == 303
    assert _state(world, flags[0]) is State.NEW


def test_a_decision_of_another_flag_cannot_be_undone_here(reader: Reader, flags: list[int], world: World) -> None:
    reader.decide(flags[0], "dukungan")
    done = world.store.decisions.history(flags[0])[-1]
    assert reader.send(f"/tanda/{flags[1]}/urungkan/{done.decision_id}").status_code == 409
    assert _state(world, flags[0]) is State.LEAD


@pytest.mark.parametrize("reason", ["", "dihukum", "DUKUNGAN"])
def test_an_unknown_reason_keeps_the_note(reader: Reader, flags: list[int], reason: str, world: World) -> None:
    answer = reader.decide(flags[0], reason, "jangan hilang")
    assert answer.status_code == 400
    assert "jangan hilang</textarea>" in answer.text
    assert _state(world, flags[0]) is State.NEW


def test_too_long_a_note_is_kept_too(reader: Reader, flags: list[int]) -> None:
    answer = reader.decide(flags[0], "dukungan", "a" * 2001)
    assert answer.status_code == 400
    assert "a" * 2001 + "</textarea>" in answer.text


def test_the_audit_chain_stays_whole(reader: Reader, flags: list[int], world: World) -> None:
    for flag in flags[:3]:
        reader.decide(flag, "tidak_memihak")
    assert world.store.audit.verify().ok


# --------------------------------------------------------------------------- regions


def test_another_region_does_not_exist(sign_in: SignIn, flags: list[int], world: World) -> None:
    local, office = sign_in("wilayah"), sign_in("pemantau")
    foreign = flags[-1]
    assert SEEDS[-1].region == OTHER_REGION
    assert foreign in _links(office.get("/antrean").text)
    assert foreign not in _links(local.get("/antrean").text)
    assert "12 tanda" in local.get("/antrean").text
    for path in (f"/tanda/{foreign}", f"/bukti/{foreign}/1"):
        assert office.get(path).status_code == 200
        assert local.get(path).status_code == 404
    assert local.send(f"/tanda/{foreign}/putuskan", alasan="dukungan", terakhir="").status_code == 404
    assert local.send(f"/tanda/{foreign}/urungkan/1").status_code == 404
    assert f"/tanda/{foreign}" not in local.get(f"/tanda/{flags[-2]}").text
    assert ">12<" in local.get("/ringkasan").text
    assert _state(world, foreign) is State.NEW


# --------------------------------------------------------------------------- hostile text

HOSTILE = "</textarea></title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7777*7777}}${7777*7777}\u202eterbalik"


def test_hostile_text_in_every_field_stays_text(world: World, sign_in: SignIn) -> None:
    owner = AccountRef(Platform.X, HOSTILE, HOSTILE, HOSTILE)
    seed = Seed(
        HOSTILE, ItemKind.COMMENT, Platform.X, HOSTILE, title=HOSTILE, relation=Relation.CAMPAIGN, rule=HOSTILE,
        parent=Parent(HOSTILE, "javascript:alert(3)", HOSTILE, owner), post=HOSTILE, office=HOSTILE, handle=HOSTILE,
        forms=(HOSTILE,),
    )  # fmt: skip
    flag_id = world.flag(seed)
    flag = world.store.flags.get(flag_id)
    spans = tuple(Span(field, n, n + 30, HOSTILE) for n, field in enumerate(Field))
    match = replace(flag.opinion.matches[0], spans=spans)
    world.screen(
        flag.stored.item_id, flag.actor, replace(flag.opinion, matches=(match,), digests=((HOSTILE, HOSTILE),))
    )
    world.fail(HOSTILE, Outcome.TRANSIENT, HOSTILE)
    reader = sign_in("pemantau")
    reader.decide(flag_id, "dukungan", HOSTILE)
    for path in (f"/tanda/{flag_id}", "/antrean?keadaan=informasi_awal", f"/antrean?cari={HOSTILE}", "/ringkasan"):
        page = reader.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert 'href="javascript:' not in page, path
        assert "60481729" not in page, path
        assert "\u202e" not in page, path
        assert len(re.findall(r"<script\b", page)) == 3, path
    assert "U+202E" in reader.get(f"/tanda/{flag_id}").text


# --------------------------------------------------------------------------- summary, help, language


def test_the_summary_counts_and_says_failures_aloud(world: World, reader: Reader, flags: list[int]) -> None:
    assert "sumber gagal" not in reader.get("/ringkasan").text
    world.fail("umpan-warta", Outcome.SCHEMA_DRIFT, "judul tidak ditemukan")
    reader.decide(flags[0], "dukungan")
    page = reader.get("/ringkasan").text
    assert "1 sumber gagal" in page
    assert "bentuk halaman berubah" in page
    assert "belum pernah dikumpulkan" in page
    assert re.search(r"baru</a></th><td class=\"angka\">12<", page)
    assert re.search(r"informasi awal</a></th><td class=\"angka\">1<", page)


def test_the_heartbeat_needs_nobody(world: World) -> None:
    answer = world.app().test_client().get("/sehat")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_help_names_every_key_without_javascript(reader: Reader) -> None:
    page = reader.get("/bantuan").text
    for key in "1234567890rbmdasptl":
        assert f"<kbd>{key}</kbd>" in page


def test_the_language_switches_and_stays_on_the_page(reader: Reader, flags: list[int]) -> None:
    path = f"/tanda/{flags[0]}?tingkat=tinggi"
    answer = reader.send("/bahasa", bahasa="en", kembali=path)
    assert answer.location == path
    page = reader.get(path).text
    assert '<html lang="en">' in page
    assert "Your decision" in page
    assert "Wed, 25 Jun 2025, 13:00 WIB" in page
    assert "0.94" in page
    assert reader.send("/bahasa", bahasa="xx", kembali="//jahat.invalid").location == "/"
    assert '<html lang="en">' in reader.get("/antrean").text


def test_a_brought_file_is_not_a_door_to_other_regions(sign_in: SignIn, flags: list[int]) -> None:
    """The evidence of an import is the whole file; who sees one region does not get the lines of the others."""
    answer = sign_in("wilayah").get(f"/bukti/{flags[0]}/1")
    assert answer.status_code == 403
    assert "koordinator" in answer.text
    assert "Content-Disposition" not in answer.headers
    assert sign_in("pemantau").get(f"/bukti/{flags[0]}/1").status_code == 200
