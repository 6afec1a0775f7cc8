"""The same judging over Parquet files: alone, by processes, on a Dask cluster, also when a worker is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster

from monitor.app import App
from monitor.batch import cluster, crew, merge, parquet, run
from monitor.batch.manifest import Manifest
from monitor.batch.parts import PartSummary
from monitor.errors import ConflictError, NotAllowedError
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, build, open_office, silent
from tests.typist import Typist


@pytest.fixture
def exported(app: App, tmp_path: Path) -> Path:
    source = run.begin(app, QUIET, CONTEST, stretch=STRETCH, exported=True)
    parquet.export(app, source, tmp_path / "ekspor", silent)
    return tmp_path / "ekspor"


@pytest.fixture(scope="module")
def dask() -> Iterator[LocalCluster]:
    made = LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, protocol="tcp://", silence_logs=50
    )
    yield made
    made.close(timeout=20)


def place_of(exported: Path, name: str) -> parquet.ParquetPlace:
    target = exported.parent / name
    parquet.lay_out(exported, target)
    return parquet.ParquetPlace(exported, target)


def alone(exported: Path, name: str = "sendiri") -> run.Result:
    place = place_of(exported, name)
    run.judge_all(place.folder, lambda todo: crew.alone(place, todo), silent)
    return run.conclude(place.folder, ())


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted((folder / crew.PARTS).iterdir())}


def test_files_say_what_the_database_says(app: App, exported: Path) -> None:
    from_files = alone(exported)
    from_database = run.carry_on(app, run.begin(app, QUIET, CONTEST, stretch=STRETCH), 1, silent)
    assert from_files.flags_digest == from_database.flags_digest
    assert from_files.looked_digest == from_database.looked_digest
    assert (from_files.items, from_files.levels) == (from_database.items, from_database.levels)


def test_files_lie_by_region_and_month_and_carry_their_version(exported: Path) -> None:
    manifest = Manifest.read(exported / crew.MANIFEST)
    names = [name for name, _ in manifest.files]
    assert all(name.startswith("butir/region=") and "/month=2025-" in name for name in names)
    assert len(names) > 1
    total = 0
    for name in names:
        found = pq.ParquetFile(exported / name)
        assert found.schema_arrow.metadata[b"netra.items"] == b"2"
        total += found.metadata.num_rows
    assert total == manifest.watermark.items


def test_processes_write_the_same_bytes(exported: Path) -> None:
    alone(exported)
    place = place_of(exported, "berdua")
    run.judge_all(place.folder, lambda todo: crew.together(place, todo, 2), silent)
    assert files(place.folder) == files(exported.parent / "sendiri")


def test_a_cluster_writes_the_same_bytes_although_a_worker_is_lost(exported: Path, dask: LocalCluster) -> None:
    alone(exported)
    place = place_of(exported, "gugus")
    victim = next(iter(dask.workers.values())).pid
    seen = list[PartSummary]()

    def turns(todo: object) -> Iterator[PartSummary]:
        assert isinstance(todo, list)
        for one in cluster.on_cluster(dask.scheduler_address, place, todo):
            seen.append(one)
            if len(seen) == 1:
                os.kill(victim, signal.SIGKILL)
            yield one

    run.judge_all(place.folder, turns, silent)
    assert len({one.name for one in seen}) == len(seen) == len(Manifest.read(exported / crew.MANIFEST).files)
    assert files(place.folder) == files(exported.parent / "sendiri")


def test_nobody_answers_for_a_cluster(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_SECONDS", 1)
    with pytest.raises(ConflictError, match=r"tidak menjawab .*`dask worker`"):
        list(cluster.on_cluster("tcp://127.0.0.1:9", place_of(exported, "sepi"), ["berkas-000000"]))


def test_an_interrupted_run_goes_on(exported: Path) -> None:
    whole = alone(exported)
    place = place_of(exported, "terputus")
    names = Manifest.read(exported / crew.MANIFEST).parts()
    list(crew.alone(place, names[:2]))
    assert place_of(exported, "terputus") == place
    done = list[str]()

    def turns(todo: object) -> Iterator[PartSummary]:
        assert isinstance(todo, list)
        done.extend(todo)
        return crew.alone(place, todo)

    run.judge_all(place.folder, turns, silent)
    assert done == names[2:]
    assert run.conclude(place.folder, ()) == whole


def test_a_changed_file_is_refused(exported: Path) -> None:
    name, _ = Manifest.read(exported / crew.MANIFEST).files[0]
    (exported / name).write_bytes((exported / name).read_bytes()[:-1])
    with pytest.raises(ConflictError, match="berubah sejak diekspor"):
        alone(exported)


def test_another_run_in_the_folder_is_refused(app: App, exported: Path) -> None:
    place_of(exported, "dipakai")
    other = run.begin(app, QUIET, CONTEST, stretch=STRETCH + 1, exported=True)
    parquet.export(app, other, exported.parent / "lain", silent)
    with pytest.raises(ConflictError, match="berisi jalan tahapan lain"):
        parquet.lay_out(exported.parent / "lain", exported.parent / "dipakai")
    with pytest.raises(ConflictError, match="bukan hasil"):
        parquet.lay_out(other, exported.parent / "baru")


def test_a_folder_in_use_is_not_written_over(app: App, exported: Path) -> None:
    source = run.begin(app, QUIET, CONTEST, exported=True)
    held = files_of(exported)
    with pytest.raises(NotAllowedError, match="tidak kosong"):
        parquet.export(app, source, exported, silent)
    assert files_of(exported) == held


def files_of(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*"))


def test_flags_of_another_machine_come_into_the_queue_once(grown: Path, tmp_path: Path) -> None:
    config = build(tmp_path / "belum-disaring", screened=False)
    office, away = Typist(config), tmp_path / "jauh"
    office("export", "items", "--parquet", str(tmp_path / "ekspor"), "--phase", "tenang")
    shutil.copytree(tmp_path / "ekspor", away / "ekspor")
    said = Typist(tmp_path / "tidak-ada.yaml")(
        "batch", "--input", str(away / "ekspor"), "--output", str(away / "hasil"), "--workers", "2"
    ).output
    assert "netra import flags" in said
    assert " 0 tanda baru" not in office("import", "flags", str(away / "hasil")).output
    assert ": 0 tanda baru, 0 berubah, 0 ditarik" in office("import", "flags", str(away / "hasil")).output
    app, screened = open_office(config), open_office(grown / "config.yaml")
    try:
        assert app.store.flags.counts() == screened.store.flags.counts()
        assert app.store.audit.verify().ok
    finally:
        app.close()
        screened.close()


def test_flags_of_other_words_are_not_taken(app: App, exported: Path) -> None:
    alone(exported)
    folder = exported.parent / "sendiri"
    manifest = Manifest.read(folder / crew.MANIFEST)
    for path in (folder / crew.PARTS).glob("*.json*"):
        text = path.read_text(encoding="ascii")
        if path.name.endswith(".dilihat.jsonl"):
            rows = [json.loads(line) for line in text.splitlines()]
            path.write_text(
                "".join(json.dumps([*row[:2], "f" * 64, *row[3:]]) + "\n" for row in rows), encoding="ascii"
            )
    with pytest.raises(ConflictError, match="hilang atau berubah"):
        merge.merge(folder, manifest, app.store, silent)


def test_the_command_says_what_belongs_together(tmp_path: Path) -> None:
    said = Typist(tmp_path / "x.yaml")("batch", "--scheduler", "tcp://127.0.0.1:1", code=2).output
    assert "--input dan --output dipakai bersama" in said
