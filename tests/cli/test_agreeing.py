"""`netra agreement`, `netra audit day` and `netra user conflict` as people type them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor import demo
from monitor.app import App
from monitor.cli import main
from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.fakes_process import agree, other
from tests.offices import make_office


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An office with one decision that a second person looked at."""
    path = make_office(tmp_path / "kantor")
    app = App.build(path)
    demo.prepare(app)
    app.close()
    run(path, "collect")
    run(path, "screen")
    app = App.build(path)
    flag_id = app.store.flags.queue(QueueQuery(limit=1)).flags[0].flag_id
    user = next(one for one in app.store.users.list() if one.username == "pemantau")
    app.store.decisions.append(flag_id, user.user_id, State.LEAD, ReasonCode.CALL, "jelas", expected=None)
    agree(app.store, flag_id, other(app.store))
    app.close()
    return path


def run(config: Path, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--config", str(config), *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def day_of(config: Path) -> str:
    app = App.build(config)
    at = app.clock().astimezone(app.config.zone).date().isoformat()
    app.close()
    return at


def test_agreement_is_told_with_what_cannot_be_told(config: Path) -> None:
    said = run(config, "agreement").stdout
    assert "Ditinjau dua kali: 1 putusan" in said
    assert "Putusan sama:      100 %" in said
    assert "belum dapat dihitung" in said
    assert "Menurut peninjau" not in said
    assert "Menurut peninjau (bukan peringkat)" in run(config, "agreement", "--people").stdout
    told = json.loads(run(config, "agreement", "--json").stdout)
    assert told["whole"]["percent"]["units"] == 1
    assert told["people"] == []


def test_a_day_is_explained_and_a_changed_row_is_told(config: Path) -> None:
    day = day_of(config)
    said = run(config, "audit", "day", day).stdout
    for word in ("1 keputusan", "baru → informasi_awal karena ajakan", "oleh pemantau", "aturan:", "model:",
                 "tinjauan kedua oleh peninjau.kedua", "catatan audit", "Rantai utuh"):  # fmt: skip
        assert word in said, said
    told = json.loads(run(config, "audit", "day", day, "--json").stdout)
    assert told["ok"]
    assert told["decisions"][0]["decision"]["state"] == "informasi_awal"
    assert "0 keputusan" in run(config, "audit", "day", "2020-01-01").stdout
    app = App.build(config)
    path = app.root / app.config.database
    assert [one.action for one in app.store.audit.entries(limit=10_000)][-1] == "audit_hari"
    app.close()
    with sqlite3.connect(path) as plain:
        plain.execute("DROP TRIGGER reviews_fixed")
        plain.execute("UPDATE reviews SET state='bersih'")
    plain.close()
    assert "RANTAI TIDAK UTUH" in run(config, "audit", "day", day, code=4).stdout


def test_a_tie_is_declared_shown_and_ended(config: Path) -> None:
    app = App.build(config)
    person = app.store.roster.persons()[0]
    office = person.appointments[0].office
    app.close()
    said = run(config, "user", "conflict", "pemantau", "--office", office).stdout
    assert office in said
    assert not said.rstrip().endswith("0 orang di daftar tidak ditampilkan kepadanya.")
    assert person.name in run(config, "user", "conflict", "pemantau", "--person", str(person.person_id)).stdout
    run(config, "user", "conflict", "pemantau", "--end", "1", "--by", "koordinator")
    assert office not in run(config, "user", "conflict", "pemantau").stdout
    done = CliRunner().invoke(main, ["--config", str(config), "user", "conflict", "tidak-ada"])
    assert done.exit_code != 0
