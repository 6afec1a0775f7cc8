"""Packs, putting off, skipping, the person's line, clearing many and "handled already?", on the page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alike import place
from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from monitor.store.bulk import JobStatus
from monitor.web.borongan import WORKERS
from tests.fakes_web import NOW, OTHER_REGION, SEEDS, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


def said(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


# ------------------------------------------------------------------ packs


def test_a_pack_is_taken_worked_through_and_given_back(reader: Reader, world: World, flags: list[int]) -> None:
    answer = reader.send("/paket/ambil", ukuran="5", menit="60", saringan="tingkat=tinggi")
    high = [flag for flag, seed in zip(flags, SEEDS, strict=True) if seed.level.value == "tinggi"]
    assert answer.headers["Location"] == f"/tanda/{high[0]}?milik=pegangan"
    page = reader.get("/paket").text
    assert "0 dari 5 selesai" in said(page)
    assert f'data-sampai="{(NOW + timedelta(hours=1)).isoformat()}"' in page
    case = said(reader.get(answer.headers["Location"]).text)
    assert "Anda pegang sampai" in case
    done = reader.decide(high[0], "dukungan", saringan="milik=pegangan")
    assert done.headers["Location"] == f"/tanda/{high[1]}?milik=pegangan"
    assert "1 dari 5 selesai" in said(reader.get("/paket").text)
    assert "di paket Anda" in said(reader.get("/antrean").text)
    reader.send("/paket/1/kembalikan")
    assert world.store.leases.held_by(world.monitor.user_id) == []
    assert "Paket dikembalikan" in reader.get("/paket").text


def test_nobody_decides_what_somebody_else_holds_but_a_coordinator(
    reader: Reader, sign_in: SignIn, world: World, flags: list[int]
) -> None:
    reader.send("/paket/ambil", ukuran="5", menit="60", saringan="")
    other = sign_in("peninjau")
    page = said(other.get(f"/tanda/{flags[0]}").text)
    assert "Dipegang Sinta Rekaan sampai" in page
    assert "dipegang Sinta Rekaan" in said(other.get("/antrean").text)
    refused = other.decide(flags[0], "kutipan_berita", "catatan saya")
    assert refused.status_code == 409
    assert "sedang dipegang Sinta Rekaan" in said(refused.text)
    assert "catatan saya" in refused.text
    assert world.store.flags.get(flags[0]).state is State.NEW
    free = other.decide(flags[5], "kutipan_berita")
    assert free.headers["Location"] == f"/tanda/{flags[6]}"
    again = other.decide(flags[12], "kutipan_berita")
    assert again.headers["Location"] == f"/tanda/{flags[6]}", "from the start again, past what others hold"
    assert sign_in("koordinator").decide(flags[0], "kutipan_berita").status_code == 303


def test_extending_handing_over_and_calling_for_help(reader: Reader, sign_in: SignIn, world: World) -> None:
    reader.send("/paket/ambil", ukuran="5", menit="30", saringan="")
    reader.send("/paket/1/perpanjang", menit="120")
    assert world.store.leases.held_by(world.monitor.user_id)[0].until == NOW + timedelta(hours=2)
    reader.send("/paket/1/bantuan", catatan="ragu pada <b>berita</b>")
    other = sign_in("peninjau")
    called = other.get("/paket").text
    assert "Minta bantuan" in called
    assert "&lt;b&gt;berita" in called
    reader.send("/paket/1/serahkan", kepada=str(world.auditor.user_id))
    assert "pilih rekan" in reader.get("/paket").text
    reader.send("/paket/1/serahkan", kepada=str(world.second.user_id))
    assert "0 dari 5 selesai" in said(other.get("/paket").text)
    reader.send("/paket/1/kembalikan")
    assert "dipegang orang lain" in reader.get("/paket").text
    assert reader.send("/paket/1/jual").status_code == 404
    assert sign_in("auditor").send("/paket/ambil", ukuran="5", menit="30").status_code == 403


def test_a_pack_goes_to_nobody_who_may_not_see_all_of_it(reader: Reader, world: World, sign_in: SignIn) -> None:
    reader.send("/paket/ambil", ukuran="50", menit="30", saringan="")
    reader.send("/paket/1/serahkan", kepada=str(world.local.user_id))
    assert "tidak boleh melihat semua" in reader.get("/paket").text
    assert world.store.leases.held_by(world.local.user_id) == []
    local = sign_in("wilayah")
    assert OTHER_REGION not in said(local.get("/paket").text)


def test_an_expired_pack_and_an_empty_queue_say_so(reader: Reader, world: World) -> None:
    reader.send("/paket/ambil", ukuran="5", menit="30", saringan="")
    world.clock.now = NOW + timedelta(minutes=31)
    assert "Belum ada paket" in reader.get("/paket").text
    reader.send("/paket/1/perpanjang", menit="60")
    assert "sudah kembali ke antrean" in reader.get("/paket").text
    reader.send("/paket/ambil", ukuran="5", menit="30", saringan="cari=tidakada")
    assert "Tidak ada tanda bebas" in reader.get("/paket").text
    reader.send("/paket/ambil", ukuran="0", menit="x", saringan="")
    assert "ukuran paket 1 sampai 100" in reader.get("/paket").text


# ------------------------------------------------------------------ putting off, skipping


def test_putting_off_hides_and_comes_back(reader: Reader, sign_in: SignIn, world: World, flags: list[int]) -> None:
    address = f"/tanda/{flags[0]}"
    answer = reader.send(f"{address}/tunda", sampai="2025-07-01", catatan="menunggu <i>surat</i>")
    assert answer.headers["Location"] == f"/tanda/{flags[1]}"
    assert f'{address}"' not in reader.get("/antrean").text
    assert f"{address}?milik=tertunda" in reader.get("/antrean?milik=tertunda").text
    page = reader.get(address).text
    assert "menunggu &lt;i&gt;surat" in page
    assert "Ditunda sampai Sel, 1 Jul 2025 oleh Sinta Rekaan" in said(page)
    sign_in("peninjau").send(f"{address}/tunda", cabut="1")
    assert f'{address}"' in reader.get("/antrean").text
    reader.send(f"{address}/tunda", sampai="2025-07-01")
    world.clock.now = NOW + timedelta(days=5)
    later = sign_in("pemantau")
    assert f'{address}"' in later.get("/antrean").text
    assert "Kembali dari tunda" in said(later.get(address).text)


@pytest.mark.parametrize("day", ["", "kemarin", "2025-06-26", "2020-01-01", "2199-01-01", "2025-02-30"])
def test_an_odd_day_is_refused(reader: Reader, world: World, flags: list[int], day: str) -> None:
    reader.send(f"/tanda/{flags[0]}/tunda", sampai=day)
    assert world.store.postponed.of(flags[0]) is None


def test_skipping_is_for_me_only(reader: Reader, sign_in: SignIn, flags: list[int]) -> None:
    answer = reader.send(f"/tanda/{flags[0]}/lewati")
    assert answer.headers["Location"] == f"/tanda/{flags[1]}"
    assert f'/tanda/{flags[0]}"' not in reader.get("/antrean").text
    assert f"/tanda/{flags[0]}?milik=lewati" in reader.get("/antrean?milik=lewati").text
    assert f'/tanda/{flags[0]}"' in sign_in("peninjau").get("/antrean").text
    reader.send(f"/tanda/{flags[0]}/lewati", cabut="1")
    assert f'/tanda/{flags[0]}"' in reader.get("/antrean").text


# ------------------------------------------------------------------ the person's line


def several(world: World) -> tuple[list[int], int]:
    """Four acts of one person and one of somebody else; gives the flags and the person."""
    first = world.flag(SEEDS[2])
    flag = world.store.flags.get(first)
    made = [first]
    for number in range(3):
        item = world.collect(replace(SEEDS[2], text=f"unggahan lain ke-{number}", hours=10 * number), f"lain-{number}")
        made.append(world.screen(item, flag.actor, flag.opinion))
    world.flag(SEEDS[5])
    return made, flag.actor.person.person_id


def test_the_line_shows_all_acts_newest_first_and_decides_the_ticked_together(world: World, sign_in: SignIn) -> None:
    made, person = several(world)
    reader = sign_in("pemantau")
    assert "3 lain menunggu" in said(reader.get(f"/tanda/{made[0]}").text)
    page = reader.get(f"/orang/{person}?kasus={made[0]}").text
    values = re.findall(r'name="tanda" value="(\d+:\d*)"', page)
    assert [int(one.partition(":")[0]) for one in values] == [made[1], made[2], made[3], made[0]]
    assert "Wahyu" not in page
    reader.send(f"/orang/{person}/putuskan", tanda=values[:2], alasan="kutipan_berita", catatan="dua kutipan")
    assert [world.store.flags.get(one).state.value for one in made] == ["baru", "bersih", "bersih", "baru"]
    assert world.store.flags.get(made[1]).decisions[0].note == "dua kutipan"
    assert "2 tanda diputus" in reader.get(f"/orang/{person}").text


def test_earlier_decisions_stay_hidden_until_the_present_case_is_decided(world: World, sign_in: SignIn) -> None:
    made, person = several(world)
    reader = sign_in("pemantau")
    reader.decide(made[1], "dukungan", "rahasia dahulu")
    for address in (f"/orang/{person}?kasus={made[0]}", f"/orang/{person}"):
        page = reader.get(address).text
        assert f'href="/tanda/{made[1]}"' not in page, address
        assert "1 tindakan yang sudah diputus disembunyikan" in said(page), address
    reader.decide(made[0], "kutipan_berita")
    page = reader.get(f"/orang/{person}?kasus={made[0]}").text
    assert f'href="/tanda/{made[1]}"' in page
    assert "disembunyikan" not in page
    assert f'href="/tanda/{made[1]}"' not in reader.get(f"/orang/{person}").text, "others of this person still wait"


def test_a_person_of_another_region_or_without_flags_does_not_exist(world: World, sign_in: SignIn) -> None:
    flag = world.store.flags.get(world.flag(SEEDS[-1]))
    person = flag.actor.person.person_id
    assert sign_in("pemantau").get(f"/orang/{person}").status_code == 200
    local = sign_in("wilayah")
    for address in (f"/orang/{person}", "/orang/999", "/orang/99999999999999999999"):
        assert local.get(address).status_code == 404
    assert local.send(f"/orang/{person}/putuskan", tanda=f"{flag.flag_id}:", alasan="dukungan").status_code == 404


def test_what_the_form_of_the_line_refuses(world: World, sign_in: SignIn) -> None:
    made, person = several(world)
    reader = sign_in("pemantau")
    address = f"/orang/{person}/putuskan"
    assert reader.send(address, alasan="dukungan").status_code == 400
    assert reader.send(address, tanda=f"{made[0]}:", alasan="ngawur").status_code == 400
    assert reader.send(address, tanda=f"{made[0]}:", alasan="dukungan", catatan="x" * 2001).status_code == 400
    assert sign_in("auditor").send(address, tanda=f"{made[0]}:", alasan="dukungan").status_code == 403
    world.store.leases.take(world.second.user_id, QueueQuery(text="lanjutkan"), 1, timedelta(minutes=9))
    reader.send(address, tanda=[f"{made[0]}:", f"{made[1]}:7", f"{made[2]}:", "5:", "x"], alasan="dukungan")
    assert [world.store.flags.get(one).state.value for one in made] == ["baru", "baru", "informasi_awal", "baru"]
    looks = [one for one in world.store.audit.entries(limit=999) if one.action == "lihat_orang"]
    assert looks, "every look at a person is on record"


# ------------------------------------------------------------------ clearing many


def finished(reader: Reader, world: World, job: int) -> str:
    WORKERS.wait(job, 20)
    return said(reader.get(f"/borongan/{job}").text)


def test_clearing_many_shows_count_and_sample_first_and_undoes_all(
    reader: Reader, world: World, flags: list[int]
) -> None:
    page = said(reader.get("/borongan?jenis=komentar").text)
    comments = [flag for flag, seed in zip(flags, SEEDS, strict=True) if seed.kind.value == "komentar"]
    assert f"Jenis: komentar · {len(comments)} tanda" in page
    answer = reader.send("/borongan", saringan="jenis=komentar")
    address = answer.headers["Location"]
    job = int(address.rsplit("/", 1)[1])
    shown = reader.get(address).text
    assert re.findall(r'name="kecuali" value="(\d+)"', shown) == [str(one) for one in comments]
    late = world.flag(replace(SEEDS[8], name="Datang Belakangan"))
    assert reader.send(f"{address}/mulai", alasan="tidak_memihak", catatan="").status_code == 400
    for wrong in ("dukungan", "bukan_akunnya", "ngawur"):
        assert reader.send(f"{address}/mulai", alasan=wrong, catatan="x").status_code == 400
    reader.send(f"{address}/mulai", alasan="tidak_memihak", catatan="ulasan lomba", kecuali=str(comments[0]))
    page = finished(reader, world, job)
    assert f"{len(comments)} dari {len(comments)}" in page
    states = {one: world.store.flags.get(one).state for one in (*comments, late)}
    assert [one for one, state in states.items() if state is State.NEW] == [comments[0], late]
    reader.send(f"{address}/urungkan")
    finished(reader, world, job)
    assert {world.store.flags.get(one).state for one in comments} == {State.NEW}
    assert world.store.audit.verify().ok
    assert reader.send(f"{address}/urungkan").status_code == 409


def test_a_job_that_a_stopped_server_left_goes_on_when_asked(reader: Reader, world: World) -> None:
    address = reader.send("/borongan", saringan="tingkat=tinggi").headers["Location"]
    job = int(address.rsplit("/", 1)[1])
    world.store.bulk.begin(job, world.monitor.user_id, ReasonCode.NOT_PARTISAN, "lomba")
    world.store.bulk.work(job, 2)
    page = said(reader.get(address).text)
    assert "terhenti di tengah" in page
    assert "2 dari 5" in page
    reader.send(f"{address}/lanjut")
    assert "5 dari 5" in finished(reader, world, job)
    found = world.store.bulk.get(job)
    assert found is not None
    assert found.status is JobStatus.DONE


def test_who_may_clear_what(reader: Reader, sign_in: SignIn, world: World) -> None:
    reader.send("/borongan", saringan="")
    assert "Persempit dulu" in said(reader.get("/borongan").text)
    assert "Tidak ada tanda" in said(
        reader.get(reader.send("/borongan", saringan="cari=xyzzy").headers["Location"]).text
    )
    reader.send("/borongan", saringan="keadaan=bersih")
    assert "belum diputus" in said(reader.get("/borongan").text)
    address = reader.send("/borongan", saringan="tingkat=tinggi").headers["Location"]
    assert sign_in("peninjau").get(address).status_code == 404
    assert sign_in("koordinator").get(address).status_code == 200
    assert sign_in("auditor").get("/borongan").status_code == 403
    local = sign_in("wilayah").send("/borongan", saringan="tingkat=tinggi").headers["Location"]
    job = world.store.bulk.get(int(local.rsplit("/", 1)[1]))
    assert job is not None
    assert job.total == sum(seed.level.value == "tinggi" and seed.region != OTHER_REGION for seed in SEEDS)


# ------------------------------------------------------------------ handled already?


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Umpamawati", "Dra. Ratna Umpamawati, M.Si."),
        ("Gaspol Mas Dodi Rek ✊✊", "Rini Ujiastuti, S.Kep."),
        ("mari kita menangkan bang andi mis dan bunga ump contoh bersinar gas pol tanggal 28 nanti!!", "Ratna"),
        ("elektabilitas", "Slamet Misalkanto"),
    ],
)
def test_names_and_texts_are_found_from_anywhere(reader: Reader, world: World, asked: str, found: str) -> None:
    assert 'name="q"' in reader.get("/ringkasan").text
    page = said(reader.get("/sudah").text)
    assert found not in page
    page = said(reader.client.get("/sudah", query_string={"q": asked}).text)
    assert found in page
    assert "menunggu" in page


def test_a_near_duplicate_text_is_found_by_its_group(world: World, sign_in: SignIn) -> None:
    world.seed()
    place(world.store)
    text = "Mari kita menangkan Bang Andi Mis dan Bunga Ump! Contoh Bersinar, gas pol tanggal 28 nanti ya. Jadwal kampanye "
    text += "akbar di Lapangan Rekaan, Sabtu sore."
    page = said(sign_in("pemantau").client.get("/sudah", query_string={"q": text}).text)
    assert re.search(r"Ratna Umpamawati.*% sama", page)


def test_answers_say_decided_but_never_how(reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[10], "dukungan", "catatan rahasia")
    page = said(reader.client.get("/sudah", query_string={"q": "Gaspol Mas Dodi"}).text)
    assert "sudah diputus" in page
    assert "informasi_awal" not in reader.client.get("/sudah", query_string={"q": "Gaspol Mas Dodi"}).text
    assert "catatan rahasia" not in page
    assert "0 menunggu, 1 sudah diputus" in said(reader.client.get("/sudah", query_string={"q": "Ujiastuti"}).text)


def test_links_other_regions_and_nothing(reader: Reader, sign_in: SignIn) -> None:
    ask = lambda who, text: said(who.client.get("/sudah", query_string={"q": text}).text)  # noqa: E731
    assert "Belum pernah ditangani" in ask(reader, "https://www.instagram.com/p/BelumPernah/")
    assert "Belum pernah ditangani" in ask(reader, "kata yang tidak ada di mana pun")
    assert "Yuni Rekaanwati" in ask(reader, "sudah terbukti nomor 1 bestie")
    local = sign_in("wilayah")
    for text in ("sudah terbukti nomor 1 bestie", "Rekaanwati"):
        assert "Yuni" not in ask(local, text)
    assert "<script>" not in reader.client.get("/sudah", query_string={"q": "<script>alert(1)</script>"}).text
