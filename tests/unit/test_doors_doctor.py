"""What the doctor says of the doors: admins, second factors, the key, and who is guessed at."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import doctor
from monitor.app import App
from monitor.models import Role
from monitor.store.lockouts import of_address, of_name
from tests.offices import make_office

OFFICE = """mode: office
retention: {unflagged_days: 30, cleared_days: 90, forwarded_days: 900}
web: {second_factor: [koordinator]}
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.delenv("NETRA_SECRET_KEY", raising=False)
    monkeypatch.delenv("NETRA_SECRET_FILE", raising=False)
    config = make_office(tmp_path / "kantor")
    plain = [line for line in config.read_text(encoding="utf-8").splitlines() if not line.startswith("mode:")]
    text = "\n".join(plain)
    config.write_text(OFFICE + _without(text, "retention:", "web:"), encoding="utf-8")
    made = App.build(config)
    yield made
    made.close()


def _without(text: str, *keys: str) -> str:
    """Leave out whole parts of the settings."""
    kept, leaving = [], False
    for line in text.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            leaving = line.startswith(keys)
        if not leaving:
            kept.append(line)
    return "\n".join(kept) + "\n"


def said(app: App, what: str) -> str:
    return " | ".join(f"{one.state}: {one.said} {one.advice}" for one in doctor._doors(app) if one.what == what)


def test_an_office_without_an_admin_is_told_how_to_make_one(app: App) -> None:
    app.store.users.create("sinta", "Sinta", "kata sandi rekaan", [Role.MONITOR])
    assert "netra user add" in said(app, "pengguna")
    app.store.users.create("kepala", "Kepala", "kata sandi rekaan", [Role.ADMIN])
    assert said(app, "pengguna") == ""


def test_missing_second_factors_are_counted(app: App) -> None:
    user = app.store.users.create("wulan", "Wulan", "kata sandi rekaan", [Role.COORDINATOR])
    assert "1 orang wajib" in said(app, "faktor kedua")
    app.store.factors.enrol(user.user_id, "segel", 1, [])
    assert said(app, "faktor kedua") == ""


def test_a_key_that_ends_with_the_process_is_a_warning_and_a_weak_one_worse(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "berganti setiap dijalankan" in said(app, "kunci halaman")
    monkeypatch.setenv("NETRA_SECRET_KEY", secrets.token_hex(32))
    assert said(app, "kunci halaman") == ""
    monkeypatch.setenv("NETRA_SECRET_KEY", "a" * 64)
    found = [one for one in doctor.examine(app) if one.what == "doors"]
    assert [(one.state, "mudah ditebak" in one.said) for one in found] == [("gawat", True)]


def test_guessing_is_shown_with_the_name_it_is_at(app: App) -> None:
    app.store.users.create("sinta", "Sinta", "kata sandi rekaan", [Role.MONITOR])
    assert "baik: 0 percobaan gagal" in said(app, "masuk")
    for number in range(20):
        app.store.lockouts.charge([of_name("sinta"), of_address(f"192.0.2.{number}")])
    told = said(app, "masuk")
    assert "ditebak berulang: sinta" in told
    assert "Pemiliknya tidak terkunci" in told
    assert app.store.lockouts.charge([of_name("sinta")]) > timedelta(0)
