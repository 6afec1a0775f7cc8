"""Recording by hand: the form, what is known of a link, the second person, the queue, and who may see what."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from monitor.doctor import examine
from monitor.models import CaptureState, Confidence, ItemKind, Platform, Role
from tests.fakes_capture import JudgingWorld, bomb, jpeg_with_place, manifest, png
from tests.fakes_web import OTHER_REGION, PASSWORD
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]
LINK = "https://www.instagram.com/contohbersinar/p/CxUji_1/"
NIP = "198001012005012001"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[JudgingWorld]:
    made = JudgingWorld(tmp_path)
    made.store.users.create("jauh", "Yusuf Misal", PASSWORD, [Role.MONITOR], [OTHER_REGION])
    yield made
    made.close()


@pytest.fixture
def sari(world: JudgingWorld) -> int:
    return world.person("Sari Rekawati, S.Pd.", (Platform.INSTAGRAM, "ig-77", "sari.reka"), nip=NIP)


def send(reader: Reader, *pictures: bytes, **fields: str) -> TestResponse:
    data: dict[str, object] = {"csrf_token": reader.token(), "jenis": "suka", "tautan": LINK, **fields}
    data["gambar"] = [(io.BytesIO(one), f"layar{place}.png") for place, one in enumerate(pictures)]
    return reader.client.post("/tangkap", data=data, content_type="multipart/form-data")


def like(reader: Reader, person: int, **fields: str) -> int:
    answer = send(reader, png(), orang=str(person), **fields)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rpartition("=")[2])


def test_a_like_goes_from_the_form_over_a_second_person_to_the_queue(
    world: JudgingWorld, sari: int, sign_in: SignIn
) -> None:
    first, second = sign_in("pemantau"), sign_in("peninjau")
    number = like(first, sari)
    assert world.store.items.count() == 0, "nothing joins before somebody else looked"
    waiting = second.get("/temuan").text
    assert "Menunggu Anda: 1" in waiting
    assert "Sari Rekawati" in waiting
    page = second.get(f"/temuan/{number}").text
    assert f"/temuan/{number}/gambar/0" in page
    answer = second.send(f"/temuan/{number}/benarkan", isi="Contoh Bersinar, satu barisan menuju menang!")
    assert answer.status_code == 303
    case = second.get(answer.location)
    assert "Sari Rekawati" in case.text
    assert f"/temuan/{number}/gambar/0" in case.text, "the picture itself reaches the reviewer"
    (flag,) = world.store.flags.of_item(1)
    item = flag.stored.item
    assert (item.kind, item.source_id, item.author.native_id) == (ItemKind.LIKE, "tangkapan:petugas", "ig-77")  # type: ignore[union-attr]
    assert item.parent is not None
    assert item.parent.native_id == "CxUji_1"
    assert [one.rule_id for one in flag.opinion.matches]
    told = manifest(world, 1)
    assert [one["sha256"] for one in told["gambar"]] == [
        one.sha256 for one in world.store.captures.get(number).pictures
    ]  # type: ignore[union-attr, attr-defined, index]
    assert world.archive.read(str(told["gambar"][0]["sha256"])) == png()  # type: ignore[index]
    assert [one.sha256 for one in world.store.custody.pieces(item_id=1)] == [hashlib.sha256(png()).hexdigest()]
    assert world.store.audit.verify().ok
    assert json.loads(second.get(f"/bukti/{flag.flag_id}/1").text)["tangkapan"] == number


def test_what_no_machine_would_flag_still_reaches_the_queue(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    number = like(sign_in("pemantau"), sari, jenis="cerita", tautan="", tempat="instagram")
    sign_in("peninjau").send(f"/temuan/{number}/benarkan", kata="")
    (flag,) = world.store.flags.of_item(1)
    assert flag.opinion.matches == ()
    assert "tangkapan" in [one.code for one in flag.opinion.reasons]


def test_the_recorder_cannot_confirm_but_take_back(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    number = like(reader, sari)
    assert "benarkan" not in reader.get(f"/temuan/{number}").text
    assert reader.send(f"/temuan/{number}/benarkan").status_code == 403
    assert world.store.items.count() == 0
    assert reader.send(f"/temuan/{number}/tolak", catatan="salah orang").status_code == 303
    assert world.store.captures.get(number).state is CaptureState.WITHDRAWN


def test_only_one_decides_and_a_rejection_needs_a_reason(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    number, second = like(sign_in("pemantau"), sari), sign_in("peninjau")
    assert second.send(f"/temuan/{number}/tolak", catatan=" ").status_code == 400
    assert second.send(f"/temuan/{number}/tolak", catatan="gambar tidak terbaca").status_code == 303
    assert second.send(f"/temuan/{number}/benarkan").status_code == 409
    assert sign_in("koordinator").send(f"/temuan/{number}/tolak", catatan="lagi").status_code == 409
    assert world.store.captures.get(number).reason == "gambar tidak terbaca"
    assert world.store.items.count() == 0
    assert world.store.audit.verify().ok


def test_an_auditor_looks_and_changes_nothing(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    number, auditor = like(sign_in("pemantau"), sari), sign_in("auditor")
    assert auditor.get("/tangkap").status_code == 403
    assert send(auditor, png(), orang=str(sari)).status_code == 403
    assert auditor.get(f"/temuan/{number}").status_code == 200
    assert auditor.send(f"/temuan/{number}/benarkan").status_code == 403
    assert auditor.send(f"/temuan/{number}/tolak", catatan="x").status_code == 403


def test_a_link_that_was_handled_says_so_at_once(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    assert "belum pernah ditangani" in reader.get(f"/tangkap/periksa?tautan={LINK}").text
    number = like(reader, sari)
    said = reader.get("/tangkap/periksa?tautan=http://instagram.com/p/CxUji_1?igsh=lain").text
    assert "sudah pernah ditangani" in said
    assert "Sari Rekawati" in said
    assert "Sinta Rekaan" in said
    assert "menunggu orang kedua" in said
    sign_in("peninjau").send(f"/temuan/{number}/benarkan")
    assert "Tanda 1" in reader.get(f"/tangkap/periksa?tautan={LINK}").text


def test_another_region_learns_that_and_not_who(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    number, far = like(sign_in("pemantau"), sari), sign_in("jauh")
    said = far.get(f"/tangkap/periksa?tautan={LINK}").text
    assert "1 temuan oleh wilayah lain" in said
    assert "Sari" not in said
    assert "Sinta" not in said
    for path in (
        f"/temuan/{number}",
        f"/temuan/{number}/gambar/0",
        f"/temuan/{number}/gambar/0/asli",
        f"/temuan/{number}/bacaan",
    ):
        assert far.get(path).status_code == 404
    assert far.send(f"/temuan/{number}/benarkan").status_code == 404
    assert "Sari" not in far.get("/temuan").text
    assert "Sari" not in far.get("/tangkap/orang?cari_orang=sari").text
    assert send(far, png(), orang=str(sari)).status_code == 400


def test_the_same_act_twice_is_said_and_saved_only_on_purpose(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    like(reader, sari)
    again = send(reader, png(90, 90), orang=str(sari))
    assert again.status_code == 409
    assert "sudah tercatat" in again.text
    token = re.search(r'name="titipan" value="([^"]+)"', again.text)
    assert token is not None, "the picture need not be sent again"
    saved = send(reader, orang=str(sari), titipan=token[1], tetap="1")
    assert saved.status_code == 303
    second = sign_in("peninjau")
    second.send("/temuan/1/benarkan")
    second.send("/temuan/2/benarkan")
    assert world.store.items.count() == 1
    assert [one.version for one in world.store.items.versions(1)] == [1, 2]
    assert len(world.store.captures.of_item(1)) == 2


def test_the_same_like_by_somebody_else_is_another_act(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    other = world.person("Budi Rekanto", (Platform.INSTAGRAM, "ig-78", "budi.reka"))
    reader = sign_in("pemantau")
    like(reader, sari)
    like(reader, other)
    assert len(world.store.captures.listed([CaptureState.WAITING])) == 2


@pytest.mark.parametrize(
    ("text", "found"), [("sari", True), ("rekawati sari", True), (NIP, True), (NIP[:8], True), ("@sari.r", True), ("zzz", False), ("s", False), (NIP[:4], False), ("%", False), ("_a", False)]
)  # fmt: skip
def test_people_are_found_by_name_nip_and_account(
    world: JudgingWorld, sari: int, sign_in: SignIn, text: str, found: bool
) -> None:
    page = sign_in("pemantau").client.get("/tangkap/orang", query_string={"cari_orang": text}).text
    assert ("Sari Rekawati" in page) is found
    assert NIP not in page, "the NIP is compared and never shown"


def test_an_account_that_the_roster_lacks_is_claimed_on_confirmation(
    world: JudgingWorld, sari: int, sign_in: SignIn
) -> None:
    number = like(
        sign_in("pemantau"), sari, tautan="https://x.com/contohbersinar/status/1999", akun="@sari_baru",
        dikenali="nama dan foto sama",
    )  # fmt: skip
    assert len(world.store.roster.accounts()) == 1
    sign_in("peninjau").send(f"/temuan/{number}/benarkan")
    made = next(one for one in world.store.roster.accounts() if one.platform is Platform.X)
    assert (made.person_id, made.handle, made.confidence) == (sari, "sari_baru", Confidence.CLAIMED)
    assert "nama dan foto sama" in made.facts
    assert len(world.store.flags.of_item(1)) == 1
    assert world.store.audit.verify().ok


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"tautan": ""}, "Tautannya tidak terbaca"), ({"tautan": "javascript:alert(1)"}, "Tautannya tidak terbaca"),
        ({"orang": ""}, "Pilih orangnya"), ({"orang": "999"}, "Pilih orangnya"), ({"jenis": "menari"}, "Pilih apa"),
        ({"tautan": "https://x.com/a/status/1999"}, "Tulis nama akun"), ({"jenis": "komentar"}, "Salin tulisan"),
        ({"terlihat": "2099-01-01T00:00"}, "masuk akal"), ({"terlihat": "kemarin"}, "masuk akal"),
        ({"terjadi": "2025-06-27T00:00"}, "Waktu terjadi"), ({"teks": "a" * 20_001}, "terlalu panjang"),
        ({"jenis": "foto", "tautan": ""}, "Pilih tempatnya"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_lost(
    world: JudgingWorld, sari: int, sign_in: SignIn, fields: dict[str, str], said: str
) -> None:
    answer = send(sign_in("pemantau"), png(), **{"orang": str(sari), "catatan": "catatan saya", **fields})
    assert answer.status_code == 400
    assert said in answer.text
    assert "catatan saya" in answer.text
    assert 'name="titipan"' in answer.text
    assert world.store.captures.listed([CaptureState.WAITING]) == []


def test_a_capture_without_a_picture_is_not_stored(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    answer = send(sign_in("pemantau"), orang=str(sari))
    assert answer.status_code == 400
    assert "sedikitnya satu tangkapan layar" in answer.text


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"<!doctype html><script>", b"%PDF-1.7", bomb(), png()[:99], b"PK\x03\x04"]
)
def test_disguised_files_are_refused(world: JudgingWorld, sari: int, sign_in: SignIn, content: bytes) -> None:
    reader = sign_in("pemantau")
    answer = send(reader, png(), content, orang=str(sari))
    assert answer.status_code == 400
    assert "layar1.png" in answer.text
    assert world.store.captures.listed([CaptureState.WAITING]) == []
    data = {"csrf_token": reader.token(), "gambar": (io.BytesIO(content), "x.png")}
    assert reader.client.post("/tangkap/gambar", data=data).status_code == 400


def test_pictures_are_shown_only_as_inert_fresh_copies(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    answer = send(reader, jpeg_with_place(), orang=str(sari))
    number = int(answer.location.rpartition("=")[2])
    shown = reader.get(f"/temuan/{number}/gambar/0")
    assert shown.mimetype == "image/jpeg"
    assert b"Rekaan" not in shown.data
    original = reader.get(f"/temuan/{number}/gambar/0/asli")
    assert original.data == jpeg_with_place(), "the original is whole"
    assert original.headers["Content-Disposition"].startswith("attachment")
    for one in (shown, original):
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in one.headers["Content-Security-Policy"]
    touched = [entry.action for entry in world.store.audit.entries(limit=1000)]
    assert "bukti_unduh" in touched
    assert reader.get(f"/temuan/{number}/gambar/9").status_code == 404


def test_a_waiting_picture_is_seen_by_its_sender_only(world: JudgingWorld, sign_in: SignIn) -> None:
    mine, theirs = sign_in("pemantau"), sign_in("peninjau")
    data = {"csrf_token": mine.token(), "gambar": (io.BytesIO(png()), "x.png")}
    page = mine.client.post("/tangkap/gambar", data=data).text
    token = re.search(r'name="titipan" value="([^"]+)"', page)
    assert token is not None
    assert mine.get(f"/tangkap/titipan/{token[1]}").status_code == 200
    assert theirs.get(f"/tangkap/titipan/{token[1]}").status_code == 404
    world.clock.tick(hours=25)
    mine = sign_in("pemantau")
    assert mine.get(f"/tangkap/titipan/{token[1]}").status_code == 404, "gone after a day"
    held = "SELECT count(*) FROM capture_uploads"
    assert world.store._connection.db.execute(held).fetchone() == (1,)
    mine.get("/tangkap")
    assert world.store._connection.db.execute(held).fetchone() == (0,)


def test_who_reported_stays_sealed(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    number = like(sign_in("pemantau"), sari, asal="warga", pelapor="Ibu Pelapor Rekaan 0812")
    second, head = sign_in("peninjau"), sign_in("koordinator")
    for reader in (second, head):
        assert "Pelapor Rekaan" not in reader.get(f"/temuan/{number}").text
    assert second.send(f"/temuan/{number}/pelapor", catatan="ingin tahu").status_code == 403
    assert head.send(f"/temuan/{number}/pelapor", catatan="").status_code == 400
    opened = head.send(f"/temuan/{number}/pelapor", catatan="klarifikasi")
    assert "Ibu Pelapor Rekaan 0812" in opened.text
    (entry,) = [one for one in world.store.audit.entries(limit=1000) if one.action == "buka_pelapor"]
    assert "klarifikasi" in entry.payload
    sign_in("peninjau").send(f"/temuan/{number}/benarkan")
    assert "Pelapor" not in str(manifest(world, 1))
    assert "Pelapor Rekaan" not in "".join(one.payload for one in world.store.audit.entries(limit=1000))


def test_the_next_capture_of_the_same_post_begins_where_the_last_stood(
    world: JudgingWorld, sari: int, sign_in: SignIn
) -> None:
    reader = sign_in("pemantau")
    number = like(reader, sari, isi="Satu barisan")
    page = reader.get(f"/tangkap?lanjut={number}").text
    assert LINK in page
    assert "Satu barisan" in page
    assert 'value="suka" checked' in page
    assert LINK not in sign_in("peninjau").get(f"/tangkap?lanjut={number}").text


def test_without_javascript_people_are_searched_by_a_button(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    answer = send(reader, png(), tombol="cari", cari_orang="sari", catatan="masih ada")
    assert answer.status_code == 200
    assert f'id="orang-{sari}"' in answer.text
    assert "masih ada" in answer.text
    assert 'name="titipan"' in answer.text


def test_only_who_is_signed_in_may_send_much(world: JudgingWorld, sign_in: SignIn) -> None:
    stranger = world.app().test_client()
    answer = stranger.post("/tangkap/gambar", data={"gambar": (io.BytesIO(b"x" * 100_000), "x.png")})
    assert answer.status_code == 413
    reader = sign_in("pemantau")
    data = {"csrf_token": reader.token(), "gambar": (io.BytesIO(png(1500, 1500)), "x.png")}
    assert reader.client.post("/tangkap/gambar", data=data).status_code == 200


def test_saving_takes_well_under_two_seconds(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    reader.get("/tangkap")
    began = time.monotonic()
    like(reader, sari)
    assert time.monotonic() - began < 2


def test_hostile_words_stay_words(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    hostile = '"><script>alert(1)</script>\u202e{{7*7}}'
    reader = sign_in("pemantau")
    number = like(reader, sari, catatan=hostile, akun="sari.reka", pemilik=hostile[:90], isi=hostile)
    page = sign_in("peninjau").get(f"/temuan/{number}").text
    assert "<script>alert" not in page
    assert "\u202e" not in page.replace("\u202e{{7*7}}</textarea>", "")
    answer = sign_in("peninjau").send(f"/temuan/{number}/benarkan", isi=hostile)
    assert "<script>alert" not in sign_in("peninjau").get(answer.location).text


def test_doctor_says_what_waits_too_long(world: JudgingWorld, sari: int, sign_in: SignIn) -> None:
    like(sign_in("pemantau"), sari)
    (found,) = [one for one in examine(world.office) if one.what == "temuan"]
    assert (found.state, found.said) == ("baik", "1 menunggu orang kedua")
    world.clock.tick(days=4)
    (found,) = [one for one in examine(world.office) if one.what == "temuan"]
    assert found.state == "perhatian"
