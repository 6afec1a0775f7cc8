"""Copies of a whole office: taken while it works, proved, brought back elsewhere."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from monitor import custody
from monitor.app import App
from monitor.models import Outcome, Page, ReasonCode, Request, Response, State
from monitor.safekeeping import ARCHIVE, DATABASE, MANIFEST, check
from monitor.store import QueueQuery
from tests.offices import make_office
from tests.typist import Typist


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = make_office(tmp_path_factory.mktemp("cadangan") / "kantor")
    Typist(config)("demo", "--no-serve")
    return config.parent


@pytest.fixture
def netra(grown: Path, tmp_path: Path) -> Typist:
    shutil.copytree(grown, tmp_path / "kantor", symlinks=True)
    return Typist(tmp_path / "kantor" / "config.yaml")


def silent(_what: str, _done: int, _total: int) -> None:
    """Say nothing."""


def test_a_copy_restores_to_an_office_that_works(netra: Typist, tmp_path: Path) -> None:
    said = netra("backup", tmp_path / "salinan").output
    assert "Salinan utuh" in said
    assert check(tmp_path / "salinan", silent) == []
    said = netra("restore", tmp_path / "salinan", tmp_path / "pulih").output
    assert "Pulih dan utuh" in said
    one, other = App.build(netra.config), App.build(tmp_path / "pulih" / "config.yaml")
    try:
        assert other.root / other.config.database == tmp_path / "pulih" / DATABASE
        assert other.store.flags.counts() == one.store.flags.counts()
        assert other.judges().digest == one.judges().digest
        assert [*other.archive.hashes()] == [*one.archive.hashes()] != []
        assert other.archive.verify_all() == ()
    finally:
        one.close()
        other.close()


def test_a_copy_under_load_is_whole_and_of_one_moment(netra: Typist, tmp_path: Path) -> None:
    app, stop, done = App.build(netra.config), threading.Event(), list[int]()

    def busy() -> None:
        user = app.store.users.by_name("koordinator")
        assert user is not None
        number = 0
        while not stop.is_set():
            number += 1
            response = Response(Request(f"https://contoh.invalid/{number}", "file"), app.clock(), Outcome.OK_ITEMS,
                                body=f"bukti {number}".encode())  # fmt: skip
            sha = app.archive.put(response)
            app.store.items.save_page(
                source_id="sibuk", run_id=1, response=response, page=Page(Outcome.OK_ITEMS, ()), evidence_sha256=sha
            )
            flags = app.store.flags.queue(QueueQuery(states=(State.NEW,), limit=1)).flags
            if flags:
                app.store.decisions.append(
                    flags[0].flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "sibuk", expected=None
                )
                done.append(flags[0].flag_id)

    worker = threading.Thread(target=busy)
    worker.start()
    try:
        for number in range(3):
            netra("backup", tmp_path / f"salinan-{number}")
    finally:
        stop.set()
        worker.join()
        app.close()
    assert len(done) > 5
    for number in range(3):
        netra("restore", tmp_path / f"salinan-{number}", tmp_path / f"pulih-{number}")
        restored = App.build(tmp_path / f"pulih-{number}" / "config.yaml")
        try:
            found = custody.verify(restored.store, restored.archive, restored.heads, restored.clock)
            assert found.ok, found.findings
        finally:
            restored.close()


def test_a_later_copy_takes_unchanged_evidence_from_an_earlier_one(netra: Typist, tmp_path: Path) -> None:
    netra("backup", tmp_path / "senin")
    netra("backup", tmp_path / "selasa", "--after", tmp_path / "senin")
    names = [one.relative_to(tmp_path / "senin") for one in (tmp_path / "senin" / ARCHIVE).rglob("*") if one.is_file()]
    assert names
    assert all((tmp_path / "selasa" / one).samefile(tmp_path / "senin" / one) for one in names)
    assert json.loads((tmp_path / "selasa" / MANIFEST).read_text())["kept"]["linked"] == len(names)
    shutil.rmtree(tmp_path / "senin")
    netra("restore", tmp_path / "selasa", tmp_path / "pulih")


@pytest.mark.parametrize("how", ["changed", "missing", "added", "manifest"])
def test_a_damaged_copy_is_not_restored(netra: Typist, tmp_path: Path, how: str) -> None:
    netra("backup", tmp_path / "salinan")
    victim = next(one for one in sorted((tmp_path / "salinan" / ARCHIVE).rglob("*")) if one.is_file())
    if how == "changed":
        victim.write_bytes(victim.read_bytes()[:-1] + b"x")
    elif how == "missing":
        victim.unlink()
    elif how == "added":
        (tmp_path / "salinan" / "tambahan").write_text("x", encoding="utf-8")
    else:
        (tmp_path / "salinan" / MANIFEST).unlink()
    said = netra("restore", tmp_path / "salinan", tmp_path / "pulih", code=3).output
    assert "cadangan tidak utuh" in said
    assert not (tmp_path / "pulih").exists()


def test_damaged_evidence_makes_no_copy(netra: Typist, tmp_path: Path) -> None:
    app = App.build(netra.config)
    sha256 = next(iter(app.archive.hashes()))
    path = app.archive.folder / sha256[:2] / sha256[2:4] / f"{sha256}.gz"
    app.close()
    path.write_bytes(path.read_bytes()[:-3])
    assert "salinan tidak lolos pemeriksaan" in netra("backup", tmp_path / "salinan", code=3).output
    assert list(tmp_path.glob("*salinan*")) == []


def test_nothing_is_written_over(netra: Typist, tmp_path: Path) -> None:
    netra("backup", tmp_path / "salinan")
    assert "sudah ada" in netra("backup", tmp_path / "salinan", code=3).output
    (tmp_path / "berisi").mkdir()
    (tmp_path / "berisi" / "x").touch()
    assert "tidak kosong" in netra("restore", tmp_path / "salinan", tmp_path / "berisi", code=3).output
    assert [one.name for one in (tmp_path / "berisi").iterdir()] == ["x"]
