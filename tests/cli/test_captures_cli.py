"""Old cases with their pictures, as an officer types it on the made-up office."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.app import App
from monitor.models import CaptureState, Door
from tests.fakes_capture import png
from tests.offices import make_office
from tests.typist import Typist

HEAD = "Nama Lengkap;Perbuatan;Link;Nama Akun;Tanggal Temuan;Gambar;Keterangan\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Typist:
    made = Typist(make_office(tmp_path_factory.mktemp("kantor")))
    made("demo", "--no-serve")
    return made


@pytest.fixture
def brought(office: Typist, tmp_path: Path) -> list[str]:
    app = App.build(office.config)
    person = app.store.roster.persons()[0]
    app.close()
    folder = tmp_path / "gambar"
    folder.mkdir()
    (folder / "bukti-1.png").write_bytes(png(30, 20))
    rows = (
        f"{person.full_name};suka;https://www.instagram.com/p/CxLama1/;akun.lama;24/06/2024;bukti-1.png;Reg 1\n"
        f"{person.full_name};komentar;https://www.instagram.com/p/CxLama2/;akun.lama;24/06/2024;;Reg 2\n"
        f"{person.full_name};suka;https://www.instagram.com/p/CxLama3/;akun.lama;24/06/2024;hilang.png;Reg 3\n"
    )
    (tmp_path / "kasus.csv").write_text(HEAD + rows, "utf-8")
    return ["captures", "import", str(tmp_path / "kasus.csv"), "--pictures", str(folder), "--by", "pemantau"]


def test_they_are_shown_stored_with_their_pictures_and_never_doubled(office: Typist, brought: list[str]) -> None:
    looked = office(*brought, "--preview", code=7).output
    assert "1 baris dapat masuk (1 belum pernah tercatat), dengan 1 gambar" in looked
    assert "baris 3: tulisan komentar tidak ada" in looked
    assert "baris 4: gambar hilang.png: tidak ada di folder gambar" in looked
    assert "tersimpan" not in office(*brought, typed="n\n", code=7).output
    done = office.json(*brought, "--yes", code=7)
    assert (done["new"], done["rows"], done["pictures"], len(done["saved"])) == (1, 1, 1, 1)
    app = App.build(office.config)
    try:
        [waiting] = app.store.captures.listed([CaptureState.WAITING])
        assert (waiting.capture.door, waiting.capture.note) == (Door.OLD_CASE, "Reg 1")
        assert app.archive.read(waiting.pictures[0].sha256) == png(30, 20)
        assert app.store.audit.verify().ok
    finally:
        app.close()
    again = office.json(*brought, "--yes", code=7)
    assert (again["new"], again["saved"]) == (0, [])


def test_who_may_not_record_and_columns_that_are_none_are_refused(office: Typist, brought: list[str]) -> None:
    assert "perlu peran" in office(*brought[:-1], "penyusun", code=5).output
    assert "tidak dikenal" in office(*brought, "--kolom", "aneh=X", code=2).output
    assert "KOLOM=NAMA" in office(*brought, "--kolom", "aneh", code=2).output
    assert "gambarnya tidak ikut dikirim" in office(*brought[:3], *brought[5:], "--preview", code=7).output
