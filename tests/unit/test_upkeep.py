"""What the doctor says of zone, copies, certificates and runs left half done; and the unit files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monitor import upkeep
from monitor.app import App
from monitor.cli import main
from monitor.store import Touch
from tests.offices import ROOT, make_office

NOW = datetime(2026, 2, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    found = App.build(make_office(tmp_path / "kantor"), clock=lambda: NOW)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("days", "state"),
    [(None, "perhatian"), (0, "baik"), (7, "baik"), (8, "perhatian"), (31, "perhatian"), (32, "gawat")],
)
def test_an_old_copy_is_said(tmp_path: Path, days: int | None, state: str) -> None:
    at = [NOW]
    app = App.build(make_office(tmp_path / "kantor"), clock=lambda: at[0])
    if days is not None:
        app.store.custody.note(Touch.COPY, user_id=None, subject=upkeep.KEPT)
        at[0] += timedelta(days=days)
    [found] = upkeep.copies(app)
    app.close()
    assert found.state == state
    assert bool(found.advice) == (state != "baik")


@pytest.mark.parametrize(("days", "state"), [(400, "baik"), (29, "perhatian"), (-1, "gawat")])
def test_a_certificate_that_ends_is_said(app: App, days: int, state: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cap Waktu Contoh")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW - timedelta(days=100)).not_valid_after(NOW + timedelta(days=days)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (app.root / "akar.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    evidence = app.config.evidence.model_copy(update={"tsa_url": "https://cap.contoh.invalid", "tsa_ca": "akar.pem"})
    app.config = app.config.model_copy(update={"evidence": evidence})
    [found] = upkeep.certificates(app)
    assert found.state == state
    (app.root / "akar.pem").write_text("bukan", encoding="ascii")
    [found] = upkeep.certificates(app)
    assert found.state == "gawat"


def test_another_zone_of_the_computer_is_said(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415

    try:
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        [found] = upkeep.zone(app)
        assert (found.state, found.said) == ("perhatian", "kantor WIB, komputer UTC-05:00")
        monkeypatch.setenv("TZ", "Asia/Jakarta")
        time.tzset()
        [found] = upkeep.zone(app)
        assert found.state == "baik"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_phase_run_left_half_done_is_said(app: App) -> None:
    home = (app.root / app.config.database).parent / "tahapan"
    for name, finished in (("a-tenang-1", True), ("a-tenang-2", False), ("a-tenang-1-ulang-3", False)):
        (home / name).mkdir(parents=True)
        (home / name / "manifes.json").touch()
        if finished:
            (home / name / "laporan.json").touch()
    assert [one.said for one in upkeep.phase_runs(app)] == ["a-tenang-2 belum selesai"]


def units() -> list[Path]:
    return sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("unit", units(), ids=lambda one: one.name)
def test_unit_files_call_commands_that_exist_and_stay_shut_in(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    [line] = [one for one in text.splitlines() if one.startswith("ExecStart=")]
    words = shlex.split(line.partition("=")[2])
    words = shlex.split(words[2]) if words[0] == "/bin/sh" else words
    assert isinstance(main, click.Group)
    assert words[words.index("/srv/netra/config.yaml") + 1] in main.commands
    for guard in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=netra", "UMask=0077"):
        assert guard in text
    assert "NETRA_SECRET_KEY=" not in text
    assert len(units()) == 3
