"""The hand-over: only what is ready goes out, to who may receive it, logged first; a stranger can check the package."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import NotAllowedError
from monitor.evidence import ClockState
from monitor.models import Condition, Confidence, Role, State
from monitor.reports import desk as bureau
from monitor.reports import package, ready
from monitor.reports.papers import Format
from monitor.reports.record import CaseRecord
from monitor.store import Draft, Objection, Tie, Touch, Witness
from tests.fakes_process import carry, newest
from tests.fakes_store import add_user
from tests.reports.office import FULL, Desk, open_desk

WHY = "penerusan menurut pleno"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(tmp_path)
    made.write(**FULL)
    yield made
    made.kept.store.close()


def hand(desk: Desk, flag_id: int = 0, why: str = WHY) -> tuple[bytes, package.Handed]:
    out = io.BytesIO()
    done = package.hand_over(desk.bureau, flag_id or desk.case, out, desk.kept.user, why)
    return out.getvalue(), done


def refused(desk: Desk, flag_id: int = 0) -> str:
    before, out = desk.kept.store.custody.entries(), io.BytesIO()
    with pytest.raises(NotAllowedError) as stopped:
        package.hand_over(desk.bureau, flag_id or desk.case, out, desk.kept.user, WHY)
    assert out.getvalue() == b""
    assert desk.kept.store.custody.entries() == before
    return str(stopped.value)


def test_standard_tools_find_package_and_evidence_whole(desk: Desk, tmp_path: Path) -> None:
    content, done = hand(desk)
    folder = tmp_path / "paket"
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    for place in (folder, folder / "bukti" / "isi"):
        if place.name == "isi":
            [inner] = (folder / "bukti").glob("*.zip")
            zipfile.ZipFile(inner).extractall(place)
        sums = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=place, capture_output=True, text=True, env={}, check=False
        )
        assert sums.returncode == 0, sums.stdout
    listed = {line.partition("  ")[2] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {one for one in present if not one.startswith("bukti/isi/")} == listed | {"SHA256SUMS"}
    assert len([one for one in listed if one.startswith("dokumen/")]) == 10
    entry = desk.kept.store.custody.log(desk.case)[-1]
    assert (entry.act, entry.sha256, entry.why) == (Touch.EXPORT, done.sha256, WHY)
    assert "Kantor Kepegawaian Rekaan (kepegawaian)" in entry.detail
    assert desk.kept.verify().ok


def test_the_case_for_machines_follows_its_schema_and_the_database(desk: Desk) -> None:
    content, _done = hand(desk)
    file = zipfile.ZipFile(io.BytesIO(content))
    said = json.loads(file.read("kasus.json"))
    assert CaseRecord.model_validate(said).model_dump(mode="json") == said
    schema = json.loads(file.read("kasus.skema.json"))
    assert set(schema["required"]) <= set(said) == set(schema["properties"])
    flag = desk.kept.store.flags.get(desk.case)
    assert (said["bentuk"], said["tanda"], said["keadaan"]) == (1, desk.case, "diteruskan")
    assert said["perbuatan"]["tautan"] == flag.stored.item.url
    assert said["pleno"] == {"nomor": "001/BA/2025", "tanggal": "2025-06-01"}
    assert said["isian"]["witnesses"][0] == {"name": "Saksi Satu", "address": "Jalan Uji 4"}
    assert "Nihil" not in json.dumps(said)
    assert flag.stored.evidence_sha256 in {one["sidik"] for one in said["bukti"]}
    import hashlib  # noqa: PLC0415 - beside its only use

    for name, digest in said["dokumen"].items():
        assert hashlib.sha256(file.read(f"dokumen/{name}")).hexdigest() == digest
    manifest = json.loads(file.read("manifest.json"))
    assert manifest["penerima"]["id"] == "kepegawaian"
    assert "NIP" not in file.read("kasus.json").decode()
    assert b"198001012005010001" not in content


def test_equal_input_gives_equal_bytes(desk: Desk) -> None:
    source = desk.bureau.source(desk.case)
    recipient = ready.receiver(source.draft, desk.bureau.config.reports)
    assert recipient is not None
    moment = package.Moment(ClockState(True, 1.0), desk.kept.store.audit.head())
    one, two = (package.build(desk.bureau, source, recipient, desk.kept.user, WHY, moment) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("state", [State.LEAD, State.TRACING, State.PLENARY, State.STOPPED])
def test_nothing_goes_out_before_the_plenary_ruled_so(desk: Desk, state: State) -> None:
    flag_id = desk.kept.flags[1]
    carry(desk.kept.store, flag_id, desk.kept.user.user_id, state)
    desk.write(flag_id, recipient="kepegawaian")
    assert "paket dibuat sesudah rapat pleno memutuskan" in refused(desk, flag_id)


def test_a_finding_goes_out_too(desk: Desk) -> None:
    flag_id = desk.kept.flags[1]
    carry(desk.kept.store, flag_id, desk.kept.user.user_id, State.FINDING)
    desk.write(flag_id, recipient="kepegawaian")
    assert hand(desk, flag_id)[1].recipient.id == "kepegawaian"


@pytest.mark.parametrize(
    ("recipient", "said"), [("", "penerima belum dipilih"), ("entah", "penerima belum dipilih"), ("lama", "tidak berlaku"), ("nanti", "tidak berlaku")]
)  # fmt: skip
def test_only_who_may_receive_today_receives(desk: Desk, recipient: str, said: str) -> None:
    desk.write(**{**FULL, "recipient": recipient})
    assert said in refused(desk)


def test_the_day_of_a_recipient_is_the_offices_day(desk: Desk) -> None:
    desk.write(**{**FULL, "recipient": "lama"})
    desk.kept.clock.now = datetime(2024, 8, 24, 16, 59, tzinfo=UTC)
    assert "tidak berlaku" not in refused_or_empty(desk)
    desk.kept.clock.now = datetime(2024, 8, 24, 17, 0, tzinfo=UTC)
    assert "tidak berlaku" in refused_or_empty(desk)


def refused_or_empty(desk: Desk) -> str:
    return "\n".join(bureau.obstacles(desk.bureau, desk.bureau.source(desk.case)))


def test_an_account_doubted_since_the_ruling_holds_the_case_back(desk: Desk) -> None:
    store, user = desk.kept.store, desk.kept.user.user_id
    account = store.flags.get(desk.case).actor.account
    assert account is not None
    store.roster.set_confidence(account.account_id, Confidence.CLAIMED, ["ternyata lain"], user)
    assert "belum `terverifikasi`" in refused(desk)
    store.roster.set_confidence(account.account_id, Confidence.VERIFIED, ["foto sama", "diakui"], user)
    store.roster.set_condition(account.account_id, Condition.HIJACKED, user, present=True, seen="dilaporkan diretas")
    assert "diretas" in refused(desk)


def test_evidence_damaged_since_the_ruling_holds_the_case_back(desk: Desk) -> None:
    sha256 = desk.kept.store.flags.get(desk.case).stored.evidence_sha256
    next(desk.kept.archive.folder.glob(f"??/??/{sha256}.gz")).write_bytes(b"rusak")
    assert "bukti tidak cocok" in refused(desk)


def test_a_case_opened_again_by_an_objection_goes_nowhere(desk: Desk) -> None:
    store = desk.kept.store
    store.process.object(
        desk.case, desk.kept.user.user_id, Objection(desk.kept.clock().date(), "surat", "bukan saya"),
        expected=newest(store, desk.case),
    )  # fmt: skip
    said = refused(desk)
    assert "sesudah rapat pleno memutuskan" in said
    assert "belum ada pleno" in said


def test_roles_and_reasons_are_asked(desk: Desk) -> None:
    store = desk.kept.store
    for name, roles in (("pemantau3", [Role.MONITOR]), ("auditor3", [Role.AUDITOR])):
        user = add_user(store, name, roles=roles)
        with pytest.raises(NotAllowedError, match="perlu peran koordinator"):
            package.hand_over(desk.bureau, desk.case, io.BytesIO(), user, WHY)
    for why in ("  ", "x" * 501):
        with pytest.raises(NotAllowedError, match="tulis alasan"):
            package.hand_over(desk.bureau, desk.case, io.BytesIO(), desk.kept.user, why)


def test_who_is_too_near_to_the_person_neither_writes_nor_takes_nor_hands_over(desk: Desk) -> None:
    store, user = desk.kept.store, desk.kept.user
    held = store.flags.get(desk.case).actor.appointment
    assert held is not None
    store.conflicts.declare(user.user_id, Tie.OFFICE, held.office, user.user_id)
    for act in (
        lambda: package.hand_over(desk.bureau, desk.case, io.BytesIO(), user, WHY),
        lambda: bureau.document(desk.bureau, desk.case, "surat-pengantar", Format.PDF, user),
        lambda: bureau.save(desk.bureau, desk.case, Draft(), user, expected=1),
    ):
        with pytest.raises(NotAllowedError, match="menyangkut kantor atau keluarga"):
            act()


def test_a_document_alone_is_logged_and_only_of_a_case(desk: Desk) -> None:
    user = desk.kept.user
    body = bureau.document(desk.bureau, desk.case, "surat-pengantar", Format.PDF, user)
    assert body.startswith(b"%PDF")
    entry = desk.kept.store.custody.log(desk.case)[-1]
    assert (entry.act, entry.subject) == (Touch.DOWNLOAD, "dokumen surat-pengantar.pdf")
    for name in ("formulir-a-pemilu", "../../etc/passwd", "dasar"):
        with pytest.raises(NotAllowedError, match="tidak ada dokumen"):
            bureau.document(desk.bureau, desk.case, name, Format.PDF, user)
    with pytest.raises(NotAllowedError, match="belum menjadi informasi awal"):
        bureau.document(desk.bureau, desk.kept.flags[1], "surat-pengantar", Format.PDF, user)
    with pytest.raises(NotAllowedError, match="perlu peran"):
        bureau.document(
            desk.bureau,
            desk.case,
            "surat-pengantar",
            Format.PDF,
            add_user(desk.kept.store, "penyusun9", roles=[Role.RULE_AUTHOR]),
        )


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (Draft(form_number="17"), "tidak menurut pola"),
        (Draft(analysis="x" * 10_001), "analisa: paling panjang 10000 karakter"),
        (Draft(officer="x" * 501), "nama pelaksana tugas: paling panjang 500"),
        (Draft(signed_on="besok"), "tanggal tanda tangan: bukan tanggal"),
        (Draft(signed_on="20250601"), "tanggal tanda tangan: bukan tanggal"),
        (Draft(variant="pilpres"), "pilih pemilu atau pilkada"),
        (Draft(witnesses=(Witness("s"),) * 9), "saksi: paling banyak 8"),
        (Draft(witnesses=(Witness("s", "x" * 501),)), "saksi: nama dan alamat paling panjang"),
    ],
)
def test_every_mistake_of_a_draft_is_told(desk: Desk, draft: Draft, said: str) -> None:
    with pytest.raises(NotAllowedError, match=said):
        bureau.save(desk.bureau, desk.case, draft, desk.kept.user, expected=1)
    assert len(desk.kept.store.documents.versions(desk.case)) == 1


def test_who_may_not_write_writes_nothing(desk: Desk) -> None:
    auditor = add_user(desk.kept.store, "auditor4", roles=[Role.AUDITOR])
    with pytest.raises(NotAllowedError, match="menulis berkas kasus perlu peran"):
        bureau.save(desk.bureau, desk.case, Draft(), auditor, expected=1)
    with pytest.raises(NotAllowedError, match="belum menjadi informasi awal"):
        bureau.save(desk.bureau, desk.kept.flags[1], Draft(), desk.kept.user, expected=0)
