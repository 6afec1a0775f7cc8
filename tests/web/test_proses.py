"""The road of a case on the page: each form takes one step, each refusal says what is missing, a note opens nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from monitor.models import Basis, Confidence, State
from monitor.store import Happened
from monitor.web import proses
from tests.fakes_process import agree, newest
from tests.fakes_web import World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]
PLENARY = {"nomor": "012/BA/2025", "tanggal": "2025-06-26", "peserta": "tiga anggota", "isi": ""}


@pytest.fixture
def boss(sign_in: SignIn, flags: list[int]) -> Reader:
    assert flags
    return sign_in("koordinator")


def step(reader: Reader, world: World, flag_id: int, langkah: str, **fields: str) -> TestResponse:
    seen = {"langkah": langkah, "terakhir": str(newest(world.store, flag_id))}
    return reader.send(f"/tanda/{flag_id}/proses", **{**seen, **fields})


def state(world: World, flag_id: int) -> State:
    return world.store.flags.get(flag_id).state


def to_plenary(world: World, reader: Reader, boss: Reader, flag_id: int) -> None:
    reader.decide(flag_id, "dukungan")
    agree(world.store, flag_id, world.second)
    assert step(reader, world, flag_id, "telusur", siapa="Tim Uji", sampai="2025-07-01").status_code == 303
    assert step(boss, world, flag_id, "pleno", **PLENARY).status_code == 303


@pytest.mark.parametrize("ruling", ["diteruskan", "temuan"])
def test_a_case_goes_the_whole_way_by_its_forms(
    world: World, reader: Reader, boss: Reader, flags: list[int], ruling: str
) -> None:
    flag_id = flags[0]  # its account is verified
    to_plenary(world, reader, boss, flag_id)
    done = step(boss, world, flag_id, "putus", putusan=ruling, isi="unsur terpenuhi")
    assert done.status_code == 303, done.text
    assert state(world, flag_id).value == ruling
    kinds = [one.kind for one in world.store.process.events(flag_id)]
    assert kinds == [Happened.TRACING, Happened.PLENARY, Happened.RULING]
    assert "periksa" in {one.act.value for one in world.store.custody.log(flag_id)}
    page = boss.get(f"/tanda/{flag_id}").text
    for said in ("012/BA/2025", "tiga anggota", "unsur terpenuhi", "Wulan Umpama"):
        assert said in page
    assert world.store.audit.verify().ok


def test_what_is_missing_is_on_the_page_and_refuses_the_ruling(
    world: World, reader: Reader, boss: Reader, flags: list[int]
) -> None:
    flag_id = flags[3]  # `cocok` and `bersama`
    to_plenary(world, reader, boss, flag_id)
    page = boss.get(f"/tanda/{flag_id}").text
    assert "Yang masih kurang" in page
    answer = step(boss, world, flag_id, "putus", putusan="diteruskan")
    assert answer.status_code == 409
    for said in ("terverifikasi", "bersama"):
        assert said in page
        assert said in answer.text
    assert state(world, flag_id) is State.PLENARY
    stopped = step(boss, world, flag_id, "putus", putusan="dihentikan", alasan="dikelola_orang_lain")
    assert stopped.status_code == 303
    assert state(world, flag_id) is State.STOPPED


def test_damaged_evidence_stops_the_ruling(world: World, reader: Reader, boss: Reader, flags: list[int]) -> None:
    flag_id = flags[0]
    to_plenary(world, reader, boss, flag_id)
    sha256 = world.store.flags.get(flag_id).stored.evidence_sha256
    path = world.archive._body(sha256)
    path.chmod(0o644)
    path.write_bytes(b"bukan lagi ini")
    answer = step(boss, world, flag_id, "putus", putusan="diteruskan")
    assert answer.status_code == 409
    assert "tidak cocok dengan sidiknya" in answer.text
    assert state(world, flag_id) is State.PLENARY


@pytest.mark.parametrize("missing", ["nomor", "tanggal"])
def test_a_plenary_without_number_or_day_is_none(
    world: World, reader: Reader, boss: Reader, flags: list[int], missing: str
) -> None:
    flag_id = flags[0]
    reader.decide(flag_id, "dukungan")
    agree(world.store, flag_id, world.second)
    step(reader, world, flag_id, "telusur", siapa="Tim", sampai="2025-07-01")
    assert step(boss, world, flag_id, "pleno", **{**PLENARY, missing: ""}).status_code == 409
    assert state(world, flag_id) is State.TRACING


def test_only_a_coordinator_writes_down_what_a_plenary_did(world: World, reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    for langkah in ("pleno", "putus", "diketahui"):
        assert step(reader, world, flags[0], langkah, **PLENARY).status_code == 403
    assert world.store.process.events(flags[0]) == []


def test_an_auditor_reads_and_writes_nothing(world: World, reader: Reader, sign_in: SignIn, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    auditor = sign_in("auditor")
    page = auditor.get(f"/tanda/{flags[0]}").text
    assert "Proses kasus" in page
    assert 'name="langkah"' not in page
    assert step(auditor, world, flags[0], "catatan", isi="x").status_code == 403


@pytest.mark.parametrize("langkah", ["", "hapus", "__class__"])
def test_an_unknown_step_is_none(world: World, reader: Reader, flags: list[int], langkah: str) -> None:
    reader.decide(flags[0], "dukungan")
    assert step(reader, world, flags[0], langkah).status_code == 400


def test_another_region_has_no_road(world: World, reader: Reader, sign_in: SignIn, flags: list[int]) -> None:
    reader.decide(flags[12], "dukungan")
    local = sign_in("wilayah")
    assert step(local, world, flags[12], "catatan", isi="x").status_code == 404
    assert local.get(f"/tanda/{flags[12]}/proses/dokumen/{'a' * 64}").status_code == 404


def test_a_name_in_the_news_needs_the_person_identified(
    world: World, reader: Reader, boss: Reader, flags: list[int]
) -> None:
    flag_id = flags[6]
    assert world.store.flags.get(flag_id).actor.basis is Basis.NAME
    to_plenary(world, reader, boss, flag_id)
    assert "hanya namanya" in step(boss, world, flag_id, "putus", putusan="diteruskan").text
    assert step(reader, world, flag_id, "identitas", isi="kartu pegawai").status_code == 303
    assert step(boss, world, flag_id, "putus", putusan="diteruskan").status_code == 303


def test_the_form_is_switched_with_a_reason_and_shown(world: World, reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    page = reader.get(f"/tanda/{flags[0]}").text
    assert "daftar disiplin" in page
    assert step(reader, world, flags[0], "bentuk", bentuk="KE-4", isi="").status_code == 409
    assert step(reader, world, flags[0], "bentuk", bentuk="KE-4", isi="terjadi sebelum penetapan").status_code == 303
    assert "terjadi sebelum penetapan" in reader.get(f"/tanda/{flags[0]}").text


def test_the_time_it_became_known_is_the_offices(world: World, reader: Reader, boss: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    assert step(boss, world, flags[0], "diketahui", diketahui="2025-06-25T15:00", nomor="3/BA").status_code == 303
    known = world.store.process.times(flags[0]).known_at
    assert known is not None
    assert known.isoformat() == "2025-06-25T08:00:00+00:00"
    assert "25-06-2025 15.00" in reader.get(f"/tanda/{flags[0]}").text
    for wrong in ("", "kemarin", "2030-01-01T00:00"):
        assert step(boss, world, flags[0], "diketahui", diketahui=wrong, nomor="3/BA").status_code == 409


def test_a_question_is_open_until_it_is_answered(world: World, boss: Reader, reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "perlu_ditelusuri")
    asked = step(reader, world, flags[0], "tanya", isi="akun siapa?", siapa="Dinas Contoh", sampai="2025-06-20")
    assert asked.status_code == 303
    assert "akun siapa?" in boss.get("/tinjauan").text
    [question] = world.store.process.questions()
    number = str(question.event.event_id)
    assert step(reader, world, flags[0], "jawab", pertanyaan=number, isi="miliknya").status_code == 303
    assert world.store.process.questions() == []
    assert step(reader, world, flags[0], "jawab", pertanyaan="²", isi="x").status_code == 409


def test_an_objection_with_its_document_opens_an_ended_case(world: World, reader: Reader, flags: list[int]) -> None:
    flag_id = flags[0]
    reader.decide(flag_id, "kutipan_berita")
    sent = {
        "csrf_token": reader.token(), "langkah": "keberatan", "terakhir": str(newest(world.store, flag_id)),
        "tanggal": "2025-06-26", "saluran": "surat", "isi": "Saya <b>keberatan</b>",
        "dokumen": (BytesIO(b"%PDF-1.7 surat rekaan"), "../../surat.pdf"),
    }  # fmt: skip
    assert reader.client.post(f"/tanda/{flag_id}/proses", data=sent).status_code == 303
    assert state(world, flag_id) is State.IN_REVIEW
    page = reader.get(f"/tanda/{flag_id}").text
    assert "Saya &lt;b&gt;keberatan" in page
    link = re.search(rf"/tanda/{flag_id}/proses/dokumen/[0-9a-f]{{64}}", page)
    assert link is not None
    answer = reader.get(link[0])
    assert answer.data == b"%PDF-1.7 surat rekaan"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert reader.get(f"/tanda/{flag_id}/proses/dokumen/{'0' * 64}").status_code == 404
    assert [one.kind.value for one in world.store.custody.pieces(flag_id=flag_id)][-1] == "dokumen"
    assert world.store.audit.verify().ok


@pytest.mark.parametrize("body", [b"<script>alert(1)</script>", b"MZ program", b"%PDF-" + b"0" * 120_000])
def test_a_strange_or_huge_document_is_refused(
    world: World, reader: Reader, flags: list[int], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proses, "MOST_BYTES", 100_000)
    reader.decide(flags[0], "kutipan_berita")
    sent = {
        "csrf_token": reader.token(), "langkah": "keberatan", "terakhir": str(newest(world.store, flags[0])),
        "tanggal": "2025-06-26", "saluran": "surat", "isi": "x", "dokumen": (BytesIO(body), "a.pdf"),
    }  # fmt: skip
    assert reader.client.post(f"/tanda/{flags[0]}/proses", data=sent, buffered=True).status_code == 409
    assert state(world, flags[0]) is State.CLEARED


def test_a_note_opens_nothing_and_new_words_do(world: World, reader: Reader, flags: list[int]) -> None:
    flag_id = flags[4]
    reader.decide(flag_id, "kritik_pertanyaan")
    assert step(reader, world, flag_id, "catatan", isi="dibaca lagi").status_code == 303
    assert state(world, flag_id) is State.CLEARED
    assert step(reader, world, flag_id, "bukti", isi="katanya ada").status_code == 409


def test_who_decided_on_an_older_page_changes_nothing(world: World, reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    agree(world.store, flags[0], world.second)
    old = str(newest(world.store, flags[0]))
    step(reader, world, flags[0], "telusur", siapa="Tim", sampai="2025-07-01")
    late = reader.send(
        f"/tanda/{flags[0]}/proses", langkah="telusur", terakhir=old, siapa="Tim dua", sampai="2025-07-02"
    )
    assert late.status_code == 409
    assert len(world.store.process.events(flags[0])) == 1


def test_a_verified_account_takes_the_lack_off_the_page(world: World, reader: Reader, flags: list[int]) -> None:
    flag_id = flags[2]
    reader.decide(flag_id, "dukungan")
    assert "belum `terverifikasi`" in reader.get(f"/tanda/{flag_id}").text
    person = world.store.flags.get(flag_id).actor.person.person_id
    with world.store._connection.transaction() as db:
        db.execute("UPDATE accounts SET confidence=? WHERE person_id=?", (Confidence.VERIFIED.value, person))
    assert "belum `terverifikasi`" not in reader.get(f"/tanda/{flag_id}").text
