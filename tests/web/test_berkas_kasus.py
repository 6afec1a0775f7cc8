"""The file of a case on the page: written by version, nothing typed is lost, documents and package logged, doors shut."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from monitor.models import ReasonCode, State
from monitor.store import Draft, QueueQuery, Touch
from tests.fakes_process import last
from tests.fakes_web import OTHER_REGION, PASSWORD, SEEDS, World
from tests.reports.office import page_of, word_text
from tests.web.conftest import Reader

Enter = Callable[[str], tuple[Reader, int]]


@pytest.fixture
def enter(world: World) -> Enter:
    """Sign somebody in to the office whose first case went to the authority."""
    app, flag_id = page_of(world)

    def _enter(username: str) -> tuple[Reader, int]:
        reader = Reader(app.test_client())
        token = reader.token("/masuk")
        answer = reader.client.post("/masuk", data={"csrf_token": token, "nama": username, "sandi": PASSWORD})
        assert answer.status_code == 303
        return reader, flag_id

    return _enter


def test_what_is_written_is_a_version_and_stands_in_the_papers(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    assert "Buka berkas kasus" in reader.get(f"/tanda/{flag_id}").text
    page = reader.get(f"/tanda/{flag_id}/kasus").text
    assert "Komentar pada unggahan akun kampanye yang terdaftar" in page
    fields = {"versi": "0", "officer": "Sinta Rekaan", "analysis": "Baris satu\r\nbaris dua \u202e{{ 7*7 }}",
              "saksi-0": "Saksi Rekaan", "saksi-alamat-0": "Jalan Uji", "recipient": "kepegawaian"}  # fmt: skip
    assert reader.send(f"/tanda/{flag_id}/kasus", **fields).status_code == 303
    held = world.store.documents.newest(flag_id)
    assert held is not None
    assert held.draft.analysis == "Baris satu\nbaris dua {{ 7*7 }}"
    assert [one.name for one in held.draft.witnesses] == ["Saksi Rekaan"]
    assert "Sinta Rekaan" in reader.get(f"/tanda/{flag_id}/kasus").text
    answer = reader.get(f"/tanda/{flag_id}/kasus/formulir-a-pilkada.docx")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="formulir-a-pilkada-tanda-{flag_id}.docx"'
    assert "baris dua {{ 7*7 }}" in word_text(answer.data)
    assert reader.get(f"/tanda/{flag_id}/kasus/cara-kerja.pdf").data.startswith(b"%PDF")
    log = world.store.custody.log(flag_id)
    assert [one.subject for one in log if one.act is Touch.DOWNLOAD] == [
        "dokumen formulir-a-pilkada.docx",
        "dokumen cara-kerja.pdf",
    ]


def test_nothing_typed_is_lost_when_somebody_saved_meanwhile_or_a_field_is_wrong(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    world.store.documents.save(flag_id, Draft(facts="punya rekan"), world.coordinator.user_id, expected=0)
    answer = reader.send(f"/tanda/{flag_id}/kasus", versi="0", facts="punya saya")
    assert answer.status_code == 409
    assert "punya saya" in answer.text
    assert 'name="versi" value="1"' in answer.text
    wrong = reader.send(
        f"/tanda/{flag_id}/kasus", versi="1", facts="punya saya", form_number="salah", signed_on="besok"
    )
    assert wrong.status_code == 400
    assert "tidak menurut pola" in wrong.text
    assert "bukan tanggal" in wrong.text
    assert "punya saya" in wrong.text
    assert len(world.store.documents.versions(flag_id)) == 1


def test_an_older_version_comes_back_into_the_form(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    for number, words in enumerate(("yang pertama", "yang kedua")):
        reader.send(f"/tanda/{flag_id}/kasus", versi=str(number), facts=words)
    shown = reader.get(f"/tanda/{flag_id}/kasus?versi=1").text
    assert "yang pertama" in shown
    assert "isian versi 1 yang lama" in shown
    assert 'name="versi" value="2"' in shown
    assert "yang kedua" in reader.get(f"/tanda/{flag_id}/kasus?versi=99").text
    assert reader.get(f"/tanda/{flag_id}/kasus?versi=x").status_code == 200


def test_the_package_goes_out_with_a_reason_and_to_whom_it_may(world: World, enter: Enter) -> None:
    monitor, flag_id = enter("pemantau")
    assert "penerima belum dipilih" in monitor.get(f"/tanda/{flag_id}/kasus").text
    monitor.send(f"/tanda/{flag_id}/kasus", versi="0", recipient="kepegawaian")
    assert "Siap diserahkan oleh koordinator" in monitor.get(f"/tanda/{flag_id}/kasus").text
    assert monitor.send(f"/tanda/{flag_id}/kasus/paket", keperluan="pleno").status_code == 403
    reader, _ = enter("koordinator")
    assert reader.send(f"/tanda/{flag_id}/kasus/paket", keperluan=" ").status_code == 400
    answer = reader.send(f"/tanda/{flag_id}/kasus/paket", keperluan="menurut pleno")
    assert answer.status_code == 200
    assert "kasus.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    entry = world.store.custody.log(flag_id)[-1]
    assert (entry.act, entry.why, entry.user_id) == (Touch.EXPORT, "menurut pleno", world.coordinator.user_id)
    monitor.send(f"/tanda/{flag_id}/kasus", versi="1", recipient="lama")
    refused = reader.send(f"/tanda/{flag_id}/kasus/paket", keperluan="menurut pleno")
    assert refused.status_code == 400
    assert "tidak berlaku hari ini" in refused.text


def test_doors_are_shut_by_state_role_and_region(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    flags = [one.flag_id for one in world.store.flags.queue(_all()).flags]
    fresh = next(one for one in flags if one != flag_id)
    assert reader.get(f"/tanda/{fresh}/kasus").status_code == 404
    assert "Buka berkas kasus" not in reader.get(f"/tanda/{fresh}").text
    for path in ("formulir-a-pemilu.pdf", "dasar.typ", "entah.docx", "formulir-a-pilkada.zip", "..%2f..%2fx.pdf"):
        assert reader.get(f"/tanda/{flag_id}/kasus/{path}").status_code == 404
    auditor, _ = enter("auditor")
    shown = auditor.get(f"/tanda/{flag_id}/kasus")
    assert shown.status_code == 200
    assert "Simpan isian" not in shown.text
    assert auditor.send(f"/tanda/{flag_id}/kasus", versi="0", facts="x").status_code == 403
    elsewhere = _elsewhere(world)
    world.store.decisions.append(
        elsewhere, world.monitor.user_id, State.LEAD, ReasonCode.CALL, "", expected=last(world.store, elsewhere)
    )
    local, _ = enter("wilayah")
    for path in (f"/tanda/{elsewhere}/kasus", f"/tanda/{elsewhere}/kasus/cara-kerja.pdf"):
        assert local.get(path).status_code == 404
    assert reader.client.post(f"/tanda/{flag_id}/kasus", data={"facts": "tanpa token"}).status_code == 400


def test_a_full_form_passes_and_a_monstrous_one_does_not(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    page = reader.get(f"/tanda/{flag_id}/kasus").text
    names = set(re.findall(r'name="([a-z_0-9-]+)"', page)) - {"csrf_token", "versi", "variant", "recipient"}
    long = {one for one in names if f'<textarea id="{one}"' in page}
    fields = dict.fromkeys(long, "é" * 10000) | {"versi": "0"}
    assert reader.send(f"/tanda/{flag_id}/kasus", **fields).status_code == 303
    assert reader.send(f"/tanda/{flag_id}/kasus", versi="1", facts="x" * 1_100_000).status_code == 413
    assert len(world.store.documents.versions(flag_id)) == 1


def test_what_is_typed_and_collected_runs_nowhere(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    hostile = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }}"
    fields = dict.fromkeys(("facts", "officer", "saksi-0", "saksi-alamat-0", "variant"), hostile)
    assert reader.send(f"/tanda/{flag_id}/kasus", versi="0", **fields).status_code == 400
    fields["variant"] = ""
    assert reader.send(f"/tanda/{flag_id}/kasus", versi="0", **fields).status_code == 303
    shown = reader.get(f"/tanda/{flag_id}/kasus").text
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert shown.count("&lt;/textarea&gt;&lt;script&gt;alert(1)") == 4
    assert "{{ 7*7 }}" in shown


def test_a_sentence_is_put_in_from_the_data_and_stored_only_when_saved(world: World, enter: Enter) -> None:
    reader, flag_id = enter("pemantau")
    page = reader.get(f"/tanda/{flag_id}/kasus").text
    offered = re.findall(r'name="sisip" value="([a-z-]+)"', page)
    assert len(offered) == len(set(offered)) >= 5
    answer = reader.send(
        f"/tanda/{flag_id}/kasus", versi="0", sisip="uraian-menurut-data", suspicion="Sudah ada.", facts="x"
    )
    assert answer.status_code == 200
    words = re.sub(r"\s+", " ", answer.text)
    assert "Sudah ada. Dra. Ratna Umpamawati, M.Si., Kepala Seksi Rekaan pada Dinas Contoh Kabupaten Contoh" in words
    assert "Mari kita menangkan Bang Andi Mis" in words
    assert 'data-belum="1"' in answer.text
    assert ">\nx</textarea>" in answer.text
    law = reader.send(f"/tanda/{flag_id}/kasus", versi="0", sisip="pasal-menurut-data").text
    assert "PP 94/2021 pasal 5 huruf n ([2] dua sumber atau lebih)" in law
    assert reader.send(f"/tanda/{flag_id}/kasus", versi="0", sisip="tidak-ada", facts="y").status_code == 200
    assert world.store.documents.versions(flag_id) == []
    auditor, _ = enter("auditor")
    assert "sisip" not in auditor.get(f"/tanda/{flag_id}/kasus").text


def test_broken_templates_are_told_on_the_page(world: World) -> None:
    app, flag_id = page_of(world)
    services = app.extensions["netra"]
    (services.bureau.root / "templat").mkdir()
    (services.bureau.root / "templat" / "cara-kerja.docx").write_bytes(b"bukan Word")
    reports = services.bureau.config.reports.model_copy(update={"templates": "templat"})
    object.__setattr__(services.bureau, "config", services.bureau.config.model_copy(update={"reports": reports}))
    reader = Reader(app.test_client())
    reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": "pemantau", "sandi": PASSWORD})
    answer = reader.get(f"/tanda/{flag_id}/kasus/cara-kerja.pdf")
    assert answer.status_code == 409
    assert "bukan dokumen Word" in answer.text


def _all() -> QueueQuery:

    return QueueQuery(limit=1000)


def _elsewhere(world: World) -> int:
    place = [one.region for one in SEEDS].index(OTHER_REGION)
    name = SEEDS[place].name
    return next(one.flag_id for one in world.store.flags.queue(_all()).flags if one.actor.person.full_name == name)
