"""The commands of evidence as their users type them, on the made-up office."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.offices import make_office
from tests.typist import Typist


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Typist:
    made = Typist(make_office(tmp_path_factory.mktemp("kantor")))
    made("demo", "--no-serve")
    return made


def test_verify_reports_and_a_changed_byte_changes_the_exit_code(office: Typist, tmp_path: Path) -> None:
    good = office.json("evidence", "verify", "--html", str(tmp_path / "a.html"), "--text", str(tmp_path / "a.txt"))
    assert good["ok"]
    assert good["held"]["manifests"] > 20
    assert "UTUH" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "LAPORAN PEMERIKSAAN" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    victim = min((office.config.parent / "var" / "demo" / "arsip").glob("??/??/*.gz"))
    whole = victim.read_bytes()
    victim.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        assert "TIDAK UTUH" in office("evidence", "verify", "--fresh", code=4).output
    finally:
        victim.write_bytes(whole)
    assert office("evidence", "seal").exit_code == 0


def test_a_pack_from_the_command_line_is_checked_with_standard_tools(office: Typist, tmp_path: Path) -> None:
    target = tmp_path / "berkas.zip"
    words = ("evidence", "pack", "1", "2", "-o", str(target), "--by", "koordinator", "--why", "permintaan pleno")
    done = office.json(*words)
    subprocess.run(["/usr/bin/unzip", "-q", str(target), "-d", str(tmp_path / "isi")], check=True, env={})
    checked = subprocess.run(
        ["/usr/bin/sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path / "isi", env={}, check=False
    )
    assert checked.returncode == 0
    assert done["left_out"]
    assert "koordinator" in office(*words[:-3], "pemantau", "--why", "coba", code=5).output
    assert "SHA-256" in office(*words).output


def test_retention_wants_settings_and_a_role(office: Typist) -> None:
    assert "belum ada masa simpan" in office("retention", "preview", code=1).output
    text = office.config.read_text(encoding="utf-8")
    days = "retention:\n  unflagged_days: 4000\n  cleared_days: 4000\n  forwarded_days: 4000\n"
    office.config.write_text(text.replace("database:", days + "database:", 1), encoding="utf-8")
    try:
        outlook = office.json("retention", "preview")
        assert outlook["due"] == 0
        assert sum(one["items"] for one in outlook["lines"]) > 400
        assert "ditahan" in office("retention", "preview").output
        assert "Tidak ada yang dihapus" in office("retention", "run", "--by", "koordinator").output
        assert "perlu peran" in office("retention", "run", "--by", "pemantau", code=5).output
    finally:
        office.config.write_text(text, encoding="utf-8")


def test_erasing_asks_first_and_says_what_went(office: Typist) -> None:
    ask = ("erase", "3", "--by", "koordinator", "--why", "permintaan subjek data")
    office(*ask, typed="n\n")
    assert "1 butir" in office(*ask, "--yes").output
    assert "tidak ada atau sudah dihapus" in office(*ask, "--yes", code=5).output
    assert (
        "0 butir menyimpan kata"
        in office("erase", "--context", "x", "entah", "--by", "koordinator", "--why", "permintaan").output
    )
    assert office.json("evidence", "verify")["ok"]
