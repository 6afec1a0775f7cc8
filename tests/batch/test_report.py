"""What a run swears to: signed, checkable without the database, printable."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from monitor import signing
from monitor.app import App
from monitor.batch import crew, run
from monitor.batch.certificate import CERTIFICATE, write_certificate
from monitor.batch.report import COVERAGE, LATE, SAMPLE, SIGNATURE, check, write_report
from monitor.batch.run import REPORT
from monitor.errors import NotAllowedError
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, silent
from tests.digest.post_office import Clerk, open_counter
from tests.typist import Typist


@pytest.fixture
def finished(app: App, tmp_path: Path) -> tuple[App, Path, str]:
    """A signed run; with the fingerprint of its key."""
    mark = signing.new_key(tmp_path / "kunci")
    key = signing.read_key("", tmp_path / "kunci", app.root / app.config.database)
    folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)
    run.carry_on(app, folder, 1, silent)
    said = write_report(app, folder, key, None, (1, 2.0))
    write_certificate(folder, said, mark, app.config.zone, app.config.office.timezone)
    return app, folder, mark


def test_a_whole_folder_has_no_trouble(finished: tuple[App, Path, str]) -> None:
    _, folder, mark = finished
    assert check(folder, [mark]) == []


@pytest.mark.parametrize(
    "name",
    [
        crew.MANIFEST,
        run.RESULT,
        REPORT,
        SIGNATURE,
        COVERAGE,
        SAMPLE,
        "beku/cara.json",
        "beku/daftar.jsonl",
        "tanda",
        "dilihat",
    ],
)
def test_any_changed_byte_is_found(finished: tuple[App, Path, str], name: str) -> None:
    _, folder, mark = finished
    path = folder / name
    if name in {"tanda", "dilihat"}:
        path = next(one for one in sorted((folder / crew.PARTS).glob(f"*.{name}.jsonl")) if one.stat().st_size)
    held = bytearray(path.read_bytes())
    place = len(held) // 2
    held[place] = ord("7") if held[place] != ord("7") else ord("8")
    path.write_bytes(held)
    assert check(folder, [mark])


def test_a_key_nobody_trusts_is_named(finished: tuple[App, Path, str]) -> None:
    _, folder, mark = finished
    [found] = check(folder, ["0000-0000"])
    assert mark in found.said


def test_a_report_signed_anew_by_another_key_is_not_trusted(finished: tuple[App, Path, str], tmp_path: Path) -> None:
    app, folder, mark = finished
    signing.new_key(tmp_path / "lain")
    other = signing.read_key("", tmp_path / "lain", app.root / app.config.database)
    write_report(app, folder, other, None, (1, 2.0))
    [found] = check(folder, [mark])
    assert "tidak ada di daftar kunci tepercaya" in found.said


def test_every_line_of_the_roster_is_in_the_coverage(finished: tuple[App, Path, str]) -> None:
    app, folder, _ = finished
    said = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    with (folder / COVERAGE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {str(one.person_id) for one in app.store.roster.persons()}
    assert {row["orang"] for row in rows if row["orang"]} == known
    assert len([row for row in rows if row["orang"]]) == said["coverage"]["lines"]
    assert sum(said["coverage"]["states"].values()) == said["coverage"]["lines"]


def test_the_certificate_says_what_the_report_says(finished: tuple[App, Path, str]) -> None:
    _, folder, mark = finished
    text = (folder / CERTIFICATE).read_text(encoding="utf-8")
    result = run.read_result(folder)
    assert mark in text
    assert f'<td class="angka">{result.items}</td>' in text
    assert "masa tenang" in text
    assert "<script" not in text
    assert "GLADI" not in text


def test_a_hostile_office_name_stays_text(app: App, tmp_path: Path) -> None:
    folder = run.begin(app, QUIET, CONTEST, rehearsal=True)
    run.carry_on(app, folder, 1, silent)
    app.config = app.config.model_copy(
        update={"office": app.config.office.model_copy(update={"name": "<script>alert(1)</script>{{7*7}}"})}
    )
    said = write_report(app, folder, None, None, (1, 1.0))
    text = write_certificate(folder, said, "", app.config.zone, "WIB").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "{{7*7}}" in text
    assert "GLADI" in text
    assert "belum ditandatangani" in text
    assert (folder / LATE).read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "tidak-ada", "tidak dapat dibaca"),
        (lambda folder: _file(folder / "terbuka", "00" * 32, 0o644), "chmod 600"),
        (lambda folder: _file(folder / "bukan", "bukan kunci", 0o600), "bukan kunci Ed25519"),
        (lambda folder: _file(folder / "data" / "kunci", "00" * 32, 0o600), "folder basis data"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_with_advice(tmp_path: Path, make: object, said: str) -> None:
    (tmp_path / "data").mkdir()
    assert callable(make)
    with pytest.raises(NotAllowedError, match=said):
        signing.read_key("", make(tmp_path), tmp_path / "data" / "netra.db")


def _file(path: Path, text: str, mode: int) -> Path:
    path.write_text(text, encoding="ascii")
    path.chmod(mode)
    return path


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    signing.new_key(tmp_path / "kunci")
    held = (tmp_path / "kunci").read_bytes()
    with pytest.raises(NotAllowedError, match="tidak ditimpa"):
        signing.new_key(tmp_path / "kunci")
    assert (tmp_path / "kunci").read_bytes() == held
    assert (tmp_path / "kunci").stat().st_mode & 0o077 == 0


# --------------------------------------------------------------------------- the command


def test_the_command_from_plan_to_proof(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netra = Typist(config)
    said = netra("batch", "--phase", "tenang", "--plan").output
    assert "25-06-2025 sampai 27-06-2025" in said
    netra("batch-key", str(tmp_path / "kunci"))
    found = json.loads(netra("batch", "--phase", "tenang", "--json", code=14).stdout)
    assert "belum ditandatangani" in netra("batch", "--phase", "tenang", code=14).stderr
    monkeypatch.setenv(signing.ENVIRONMENT, (tmp_path / "kunci").read_text(encoding="ascii"))
    signed = json.loads(netra("batch", "--phase", "tenang", "--json").stdout)
    assert signed["result"]["flags_digest"] == found["result"]["flags_digest"]
    assert signed["compared"]["new"] == signed["compared"]["gone"] == 0
    mark = json.loads((Path(signed["folder"]) / SIGNATURE).read_text(encoding="ascii"))["fingerprint"]
    assert "Utuh" in netra("batch-verify", signed["folder"], "--trust", mark).output
    assert "byte demi byte" in netra("batch", "--again", signed["folder"]).output
    (Path(signed["folder"]) / SAMPLE).write_text("", encoding="utf-8")
    assert SAMPLE in netra("batch-verify", signed["folder"], "--trust", mark, code=16).stderr


def test_the_end_and_a_failure_are_told_by_mail(config: Path) -> None:
    clerk = Clerk()
    with open_counter(clerk) as port:
        text = config.read_text(encoding="utf-8")
        config.write_text(
            f"{text}\ndigest:\n  to: [batch@uji.example]\n  sender: netra@uji.example\n  host: 127.0.0.1\n"
            f"  port: {port}\n  tls: none\n",
            encoding="utf-8",
        )
        Typist(config)("batch", "--phase", "tenang", code=14)
        app = App.build(config)
        folder = run.finished(app)[-1]
        app.close()
        (folder / REPORT).unlink()
        next((folder / crew.FROZEN).rglob("*.yaml")).unlink()
        for path in (folder / crew.PARTS).iterdir():
            path.unlink()
        Typist(config)("batch", "--phase", "tenang", code=6)
    (_, first), (_, second) = clerk.got
    assert first["Subject"].startswith("Jalan tahapan pilkada-contoh-2025-tenang-")
    assert "selesai" in first["Subject"]
    assert "BELUM ditandatangani" in first.get_content()
    assert "terhenti" in second["Subject"]
    assert "Yang sudah dinilai tersimpan" in second.get_content()


def test_the_command_says_what_is_missing(config: Path) -> None:
    netra = Typist(config)
    assert "sebutkan --phase" in netra("batch", code=2).output
    assert "Kalender tidak meminta" in netra("batch", "--due").output
    assert "tidak diawasi kantor ini" in netra("batch", "--phase", "tenang", "--contest", "x", code=5).output
