"""Evidence on the case page: every look is logged, who may takes a pack with a reason, nobody else gets a byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from monitor.models import Role
from monitor.store import Touch
from tests.fakes_web import OTHER_REGION, PASSWORD, SEEDS, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


def test_every_look_at_a_case_and_every_download_is_logged(world: World, reader: Reader, flags: list[int]) -> None:
    reader.get(f"/tanda/{flags[0]}")
    reader.get(f"/bukti/{flags[0]}/1")
    shown = reader.get(f"/tanda/{flags[0]}").text
    log = world.store.custody.log(flags[0])
    assert [one.act for one in log] == [Touch.VIEW, Touch.DOWNLOAD, Touch.VIEW]
    assert {one.user_id for one in log} == {world.monitor.user_id}
    assert log[1].sha256 == world.store.flags.get(flags[0]).stored.evidence_sha256
    assert "Buku bukti: 3 catatan" in shown
    assert "diunduh — <bdi>Sinta Rekaan</bdi>" in shown or "Sinta Rekaan" in shown
    assert world.store.audit.verify().ok


def test_a_case_that_may_not_be_seen_leaves_no_view(world: World, sign_in: SignIn, flags: list[int]) -> None:
    elsewhere = flags[[one.region for one in SEEDS].index(OTHER_REGION)]
    assert sign_in("wilayah").get(f"/tanda/{elsewhere}").status_code == 404
    assert world.store.custody.log(elsewhere) == []


def test_a_coordinator_takes_a_pack_with_a_reason(world: World, sign_in: SignIn, flags: list[int]) -> None:
    reader = sign_in("koordinator")
    assert 'name="asli"' in reader.get(f"/tanda/{flags[0]}").text
    answer = reader.send(f"/tanda/{flags[0]}/berkas", keperluan="permintaan pleno", asli="1")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="berkas-bukti-tanda-{flags[0]}.zip"'
    inside = zipfile.ZipFile(io.BytesIO(answer.data))
    assert inside.testzip() is None
    assert "SHA256SUMS" in inside.namelist()
    entry = world.store.custody.log(flags[0])[-1]
    assert (entry.act, entry.why, entry.user_id) == (Touch.EXPORT, "permintaan pleno", world.coordinator.user_id)


def test_without_a_reason_nothing_leaves(world: World, sign_in: SignIn, flags: list[int]) -> None:
    answer = sign_in("koordinator").send(f"/tanda/{flags[0]}/berkas", keperluan="  ")
    assert answer.status_code == 400
    assert "Tulis alasan" in answer.text
    assert Touch.EXPORT not in {one.act for one in world.store.custody.log(flags[0])}


def test_roles_and_regions_are_checked(world: World, sign_in: SignIn, flags: list[int]) -> None:
    monitor = sign_in("pemantau")
    assert "/berkas" not in monitor.get(f"/tanda/{flags[0]}").text
    assert monitor.send(f"/tanda/{flags[0]}/berkas", keperluan="coba").status_code == 403
    auditor = sign_in("auditor")
    assert auditor.send(f"/tanda/{flags[0]}/berkas", keperluan="coba", asli="1").status_code == 403
    assert auditor.send(f"/tanda/{flags[0]}/berkas", keperluan="pemeriksaan").status_code == 200
    world.store.users.create("kedua", "Xena Rekaan", PASSWORD, [Role.SECOND_REVIEWER], ["Kabupaten Contoh"])
    elsewhere = flags[[one.region for one in SEEDS].index(OTHER_REGION)]
    assert sign_in("kedua").send(f"/tanda/{elsewhere}/berkas", keperluan="coba").status_code == 404


def test_a_damaged_answer_is_not_handed_over(world: World, sign_in: SignIn, flags: list[int]) -> None:
    sha256 = world.store.flags.get(flags[0]).stored.evidence_sha256
    next(world.archive.folder.glob(f"??/??/{sha256}.gz")).write_bytes(b"rusak")
    answer = sign_in("koordinator").send(f"/tanda/{flags[0]}/berkas", keperluan="permintaan pleno")
    assert answer.status_code == 409
    assert "Rekaman hilang atau berubah" in answer.text
