"""Databases as earlier versions of Netra left them open, whole: nothing is lost, and the work goes on.

`versions/N.sql.gz` is the dump of a made-up office by the last Netra with N migrations, `N.db.gz` the database itself
(where it has an index of words, no dump can be read back): a roster, collected and screened items, five decisions of
which one was taken back.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.app import App
from monitor.cli import main
from monitor.models import ReasonCode, State
from monitor.pipeline import screen
from monitor.store import QueueQuery, Store
from monitor.store.backup import NEWEST, schema_of
from monitor.store.guard import TABLES
from tests.offices import make_office

VERSIONS = sorted(Path(__file__).with_name("versions").glob("*.gz"), key=lambda one: int(one.name.partition(".")[0]))
NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def laid(dump: Path, path: Path) -> int:
    """Write the database of a dump; gives its version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    held = gzip.decompress(dump.read_bytes())
    if dump.name.endswith(".db.gz"):
        path.write_bytes(held)
    else:
        with closing(sqlite3.connect(path)) as db:
            db.executescript(held.decode())
    return int(dump.name.partition(".")[0])


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is held of each guarded table, and the chain, in the columns that the version has."""
    db = sqlite3.connect(path)
    held = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    found = {
        name: db.execute(f"SELECT {','.join(columns)} FROM {name} ORDER BY 1").fetchall()
        for name, (_, columns) in TABLES.items()
        if name in held
    }
    found["audit_chain"] = db.execute("SELECT * FROM audit_chain ORDER BY seq").fetchall()
    db.close()
    return found


def test_every_version_since_the_first_is_here() -> None:
    numbers = [int(one.name.partition(".")[0]) for one in VERSIONS]
    assert numbers[0] == 4
    assert len(numbers) >= 12
    assert numbers[-1] <= NEWEST


@pytest.mark.parametrize("dump", VERSIONS, ids=lambda one: one.name.partition(".")[0])
def test_nothing_is_lost_and_the_chain_stays_whole(dump: Path, tmp_path: Path) -> None:
    path = tmp_path / "netra.db"
    number = laid(dump, path)
    before = rows(path)
    assert schema_of(path) == number
    assert len(before["decisions"]) == 6
    assert len(before["item_versions"]) >= 82
    with closing(sqlite3.connect(path)) as db:
        flagged = db.execute("SELECT count(*) FROM flags").fetchone()[0]
    assert flagged >= 11
    with Store.open(path, lambda: NOW) as store:
        report = store.audit.verify()
        assert report.ok, report.problems
        assert store.integrity(whole=True) == ()
        flags = store.flags.queue(QueueQuery(states=tuple(State))).flags
        assert len(flags) == flagged
        assert sorted(one.state for one in flags if one.decisions and one.state is not State.NEW) == [
            State.CLEARED, State.CLEARED, State.LEAD, State.LEAD,
        ]  # fmt: skip
    assert schema_of(path) == NEWEST
    after = rows(path)
    assert {name: after[name][: len(held)] for name, held in before.items()} == before


@pytest.mark.parametrize("dump", VERSIONS, ids=lambda one: one.name.partition(".")[0])
def test_the_work_goes_on_after_upgrading(dump: Path, tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    shutil.rmtree(config.parent / "demo" / "items")
    (config.parent / "demo" / "items").mkdir()
    database = App.build(config).config.database
    laid(dump, config.parent / database)
    said = CliRunner().invoke(main, ["--config", str(config), "upgrade"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    assert f"→ {NEWEST}; rantai audit utuh" in said.output
    [copy] = (config.parent / database).parent.glob("*.sebelum-*")
    assert schema_of(copy) == int(dump.name.partition(".")[0])
    app = App.build(config)
    try:
        app.governance.refresh_shipped()
        screen(app.judges(), app.store, lambda _: None, again=True)
        assert app.store.items.count_unscreened(app.judges().digest) == 0
        user = app.store.users.by_name("pemantau")
        assert user is not None
        flag = app.store.flags.queue(QueueQuery(states=(State.NEW,))).flags[0]
        app.store.decisions.append(
            flag.flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=_last(flag)
        )
        assert app.store.audit.verify().ok
    finally:
        app.close()


def _last(flag: object) -> int | None:
    decisions = getattr(flag, "decisions", ())
    return decisions[-1].decision_id if decisions else None


def test_a_newer_database_is_not_turned_back(tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    path = config.parent / App.build(config).config.database
    laid(VERSIONS[-1], path)
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version={NEWEST + 1}")
    db.close()
    said = CliRunner().invoke(main, ["--config", str(config), "upgrade"], catch_exceptions=False)
    assert said.exit_code == 3
    assert "lebih baru" in said.output
    assert schema_of(path) == NEWEST + 1
