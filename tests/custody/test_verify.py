"""A byte or value changed anywhere is found; nothing else is reported; the check goes on where it stopped."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import custody
from monitor.custody import report as words
from monitor.custody.verify import Finding
from monitor.errors import NetraError
from monitor.evidence import gz
from monitor.store import FileKind, Touch
from monitor.store.guard import TABLES
from monitor.store.sealed import SEALED
from tests.custody.office import KEY, Kept, fill, opened
from tests.tampering import cells, change

SORTED_BY = {"haste", "until", "due"}
"""Of a flag: what the day and the law's clock write anew; bounded, but not tied to a guarded row. The report says so."""
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = fill(tmp_path_factory.mktemp("penuh") / "kantor")
    kept.store.close()
    return kept.folder


@pytest.fixture
def office(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(full, tmp_path / "salinan"))


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "arsip").rglob("*") if path.is_file())


def test_what_was_left_alone_is_whole(office: Path) -> None:
    with opened(office) as kept:
        found = kept.verify()
        assert found.ok, found.findings
        assert (found.bodies, found.warcs, found.held.manifests) == (6, 3, 3)
        assert found.strangers == ()
        assert found.entries == kept.store.audit.head().seq


@settings(max_examples=60)
@given(data=st.data())
def test_any_changed_byte_of_the_archive_is_found(
    full: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bodies, records beside them, WARC files and manifests alike."""
    folder = Path(shutil.copytree(full, tmp_path_factory.mktemp("ubah") / "x"))
    path = data.draw(st.sampled_from(files(folder)))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    changed = content[place] ^ data.draw(st.integers(1, 255))
    if path.suffix == ".gz" and "warc" not in path.parts and place == 9 and changed in {3, 255}:
        return  # the system in the header of earlier versions: 3 and 255 both stand for "written by Netra"
    content[place] = changed
    path.write_bytes(bytes(content))
    with opened(folder) as kept:
        assert not kept.verify().ok, (path.name, place)
    shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["*.json", "[0-9a-f]*.gz", "*.warc.gz"])
@pytest.mark.parametrize("harm", ["gone", "cut", "longer"])
def test_missing_cut_and_longer_files_are_found(office: Path, kind: str, harm: str) -> None:
    path = min((office / "arsip").rglob(kind))
    if harm == "gone":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-1] if harm == "cut" else content + b"\0")
    with opened(office) as kept:
        assert not kept.verify().ok


EVIDENCE = ("recordings", "pieces", "custody", "item_versions", "decisions", "audit_chain", "flags")


@settings(max_examples=60)
@given(data=st.data())
def test_any_changed_cell_of_evidence_is_found(
    full: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    cell = data.draw(st.sampled_from(cells(full, EVIDENCE, [("flags", name) for name in SORTED_BY])))
    folder = Path(shutil.copytree(full, tmp_path_factory.mktemp("sel") / "x"))
    old, new = change(data, folder, cell)
    with opened(folder) as kept:
        assert new == old or not kept.verify().ok, (cell, old, new)
    shutil.rmtree(folder)


def said(folder: Path) -> list[tuple[object, ...]]:
    """Everything that is evidence in a database, as a plain reader sees it."""
    conn = sqlite3.connect(folder / "netra.db")
    conn.text_factory = bytes
    try:
        return [
            row
            for table in (*TABLES, "audit_chain", "audit_payloads", "row_ledger", *SEALED)
            for row in conn.execute(f"SELECT * FROM {table} ORDER BY 1")
        ]
    finally:
        conn.close()


@settings(max_examples=80)
@given(data=st.data())
def test_any_flipped_byte_of_the_database_file_is_found_or_changes_no_evidence(
    full: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = Path(shutil.copytree(full, tmp_path_factory.mktemp("bita") / "x"))
    path = folder / "netra.db"
    content = bytearray(path.read_bytes())
    pages = len(content) // 4096
    used = [place for place in range(pages) if any(content[place * 4096 : place * 4096 + 4096])]
    place = data.draw(st.sampled_from(used)) * 4096 + data.draw(st.integers(0, 4095))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content))
    try:
        with opened(folder) as kept:
            found = not kept.verify().ok
    except (NetraError, sqlite3.DatabaseError, IndexError, ValueError):
        found = True  # it cannot even be opened
    assert found or said(folder) == said(full), place
    shutil.rmtree(folder)


def test_a_changed_fetch_or_run_is_found(office: Path) -> None:
    with opened(office) as kept:
        assert kept.store.seals.seal() == 0  # sealed together with the manifests
    for statement in (
        "UPDATE fetches SET outcome='ok_empty_proved' WHERE fetch_id=2",
        "DELETE FROM runs WHERE run_id=1",
    ):
        folder = Path(shutil.copytree(office, office.parent / statement[:6]))
        conn = sqlite3.connect(folder / "netra.db", isolation_level=None)
        conn.execute(statement)
        conn.close()
        with opened(folder) as kept:
            assert any("sejak disegel" in one.what for one in kept.verify().findings)


def test_an_entry_of_the_custody_log_cannot_be_taken_out(office: Path) -> None:
    conn = sqlite3.connect(office / "netra.db", isolation_level=None)
    conn.execute("DROP TRIGGER custody_keep")
    conn.execute("DELETE FROM custody WHERE act='lihat'")
    conn.close()
    with opened(office) as kept:
        assert any("custody: baris" in one.what and "hilang" in one.what for one in kept.verify().findings)


def test_a_foreign_record_beside_a_body_is_found(office: Path) -> None:
    body = min((office / "arsip").glob("??/??/*.json"))
    shutil.copy(body, body.with_name(body.name.replace(".json", "").rpartition(".")[0] + ".aaaaaaaaaaaaaaaa.json"))
    body.write_text(body.read_text().replace("200", "404"))
    with opened(office) as kept:
        assert {one.part for one in kept.verify().findings} == {"catatan"}


def test_files_that_nobody_knows_are_named_and_are_no_damage(office: Path) -> None:
    with opened(office) as kept:
        strange = kept.archive.put_bytes(b"asing")
        found = kept.verify()
        assert found.ok
        assert found.strangers == (strange,)


def test_a_lawful_deletion_is_no_damage_and_an_unlawful_one_is(office: Path) -> None:
    with opened(office) as kept:
        body = kept.store.inventory.bodies("", 1)[0]
        kept.store.burial.bury([(body, FileKind.BODY)], "retensi 90 hari", kept.user.user_id)
        kept.archive.remove(body)
        found = kept.verify()
        assert found.ok, found.findings
        assert found.lawful == 1
        kept.archive.remove(kept.store.inventory.bodies(body, 1)[0])
        assert next(one.part for one in kept.verify().findings) == "arsip"


class Interrupted(Exception):  # noqa: N818 - what a kill looks like
    pass


def interrupted(kept: Kept, path: Path) -> None:
    """Check four pieces, and be killed."""
    calls: list[int] = []

    def stop(count: int) -> None:
        calls.append(count)
        if len(calls) == 2:
            raise Interrupted

    point = custody.Checkpoint(path, KEY)
    with pytest.raises(Interrupted):
        custody.verify(kept.store, kept.archive, kept.heads, kept.clock, checkpoint=point, tell=stop, stretch=2)


def test_an_interrupted_check_goes_on_and_finds_the_same(office: Path, tmp_path: Path) -> None:
    files(office)[0].write_bytes(b"rusak")
    point = tmp_path / "titik.json"
    with opened(office) as kept:
        interrupted(kept, point)
        assert json.loads(json.loads(point.read_text())["isi"])["bodies"] == 4
        resumed = kept.verify(point)
        assert resumed.resumed
        assert not point.exists()
        assert replace(resumed, resumed=False) == kept.verify()


@pytest.mark.parametrize(
    "said",
    [
        '{"aneh": 1}', "[]", "bukan json", '{"isi": 1, "tanda": 2}',
        json.dumps({"isi": json.dumps({"stage": "selesai", "started_at": "2025-06-01T03:00:00+00:00"}), "tanda": "0" * 64}),
    ],
)  # fmt: skip
def test_a_broken_checkpoint_starts_anew(office: Path, tmp_path: Path, said: str) -> None:
    point = tmp_path / "titik.json"
    point.write_text(said)
    with opened(office) as kept:
        assert not kept.verify(point).resumed


def test_a_checkpoint_cannot_vouch_for_what_nobody_hashed(office: Path, tmp_path: Path) -> None:
    """Whoever can change the archive can write beside it, but does not know the key."""
    point = tmp_path / "titik.json"
    with opened(office) as kept:
        interrupted(kept, point)
        held = json.loads(point.read_text())
        files(office)[0].write_bytes(b"rusak")
        forged = json.loads(held["isi"]) | {"stage": "warc", "after": "f" * 64}
        mine = custody.Checkpoint(point, b"kunci lain")
        for said, mark in (
            (json.dumps(forged), held["tanda"]),
            (json.dumps(forged), mine.mark(json.dumps(forged))),
            (held["isi"], ""),
        ):
            point.write_text(json.dumps({"isi": said, "tanda": mark}))
            found = kept.verify(point)
            assert not found.resumed
            assert not found.ok


def test_an_old_checkpoint_starts_anew(office: Path, tmp_path: Path) -> None:
    point = tmp_path / "titik.json"
    with opened(office) as kept:
        interrupted(kept, point)
        kept.clock.tick(days=2, seconds=1)
        assert not kept.verify(point).resumed


def test_the_report_says_up_to_which_moment_rows_are_guarded(office: Path) -> None:
    with opened(office) as kept:
        kept.store.seals.seal()
        sealed = kept.verify()
        assert (sealed.sealed_at, sealed.unsealed) == (kept.clock(), 0)
        assert "baris kerja disegel sampai: 1 Juni 2025 pukul 10.00 WIB\n" in words.text(sealed, "x", JAKARTA, "WIB")
        kept.clock.tick(minutes=20)
        kept.store.runs.finish(kept.store.runs.begin("head"), {})
        later = kept.verify()
        assert later.unsealed == 1
        said = words.text(later, "x", JAKARTA, "WIB")
        assert "pukul 10.00 WIB; 1 baris sesudahnya belum disegel" in said
        assert "ingatan kerja saja" in said
        assert kept.store.seals.seal_waiting(2) == 1, "twenty minutes are long enough"
        kept.store.runs.finish(kept.store.runs.begin("head"), {})
        assert kept.store.seals.seal_waiting(2) == 0
        assert kept.store.seals.seal_waiting(1) == 1


def test_the_report_is_readable_and_escapes_what_it_quotes(office: Path) -> None:
    with opened(office) as kept:
        good = kept.verify()
        said = words.text(good, "Bawaslu <Contoh>", JAKARTA, "WIB")
        assert "Hasil: UTUH" in said
        assert "1 Juni 2025 pukul 10.00 WIB" in said
        bad = replace(good, findings=(Finding("arsip", "<script>alert(1)</script>"),))
        page = words.page(bad, "Bawaslu <Contoh>", JAKARTA, "WIB")
        assert "TIDAK UTUH: ditemukan 1 hal" in page
        assert "<script" not in page
        assert "Bawaslu &lt;Contoh&gt;" in page
        assert "Yang harus dilakukan" in words.text(bad, "x", JAKARTA, "WIB")


@given(content=st.binary(max_size=400), data=st.data())
def test_the_strict_gzip_lets_no_changed_byte_pass(content: bytes, data: st.DataObject) -> None:
    stored = gz.compress(content)
    assert gz.decompress(stored) == content
    place = data.draw(st.integers(0, len(stored) - 1))
    changed = stored[place] ^ data.draw(st.integers(1, 255))
    if place == 9 and changed == 3:
        return
    with pytest.raises(gz.DamagedError):
        gz.decompress(stored[:place] + bytes([changed]) + stored[place + 1 :])


def test_every_touch_is_in_the_log_and_in_the_audit(tmp_path: Path) -> None:
    kept: Kept = fill(tmp_path / "kantor")
    kept.store.custody.note(Touch.EXPORT, user_id=kept.user.user_id, flag_id=kept.flags[0], why="permintaan pleno")
    log = kept.store.custody.log(kept.flags[0])
    assert [(one.act, one.why) for one in log] == [(Touch.VIEW, "penelusuran"), (Touch.EXPORT, "permintaan pleno")]
    newest = kept.store.audit.entries(after_seq=kept.store.audit.head().seq - 1)[0]
    assert (newest.action, newest.subject) == ("bukti_ekspor", f"flag:{kept.flags[0]}")
    assert kept.verify().ok
    kept.store.close()
