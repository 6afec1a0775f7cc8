"""What goes wrong under an office: each fault ends in a message that says what to do, and nothing is lost or doubled."""

from __future__ import annotations

import gc
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import demo
from monitor.app import App
from monitor.models import ReasonCode, State
from monitor.pipeline import screen
from monitor.store import QueueQuery, Store
from tests.faults.places import MB, filled, read_only, small_disk
from tests.offices import ROOT, make_office
from tests.typist import Typist

DAY = datetime(2025, 6, 26, 3, 0, tzinfo=UTC)
DISK = 48


def held(config: Path) -> tuple[int, dict[str, int], int]:
    """Items, flags by level, and decisions; the chain must be whole."""
    app = App.build(config)
    try:
        report = app.store.audit.verify()
        assert report.ok, report.problems
        flags = app.store.flags.queue(QueueQuery(states=tuple(State), limit=10_000)).flags
        return app.store.items.count(), app.store.flags.counts().by_level, sum(len(one.decisions) for one in flags)
    finally:
        app.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, dict[str, int], int]]:
    """A whole office, and what it holds."""
    config = make_office(tmp_path_factory.mktemp("utuh") / "kantor")
    netra = Typist(config)
    assert netra.tried("demo", "--no-serve").exit_code == 0
    return config.parent, held(config)


def copied(office: Path, to: Path) -> Path:
    shutil.copytree(office, to, symlinks=True)
    return to / "config.yaml"


# --------------------------------------------------------------------------- a full disk


@pytest.mark.parametrize("left", [0, 40_000, 300_000])
def test_a_disk_that_fills_up_while_collecting_and_screening(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], left: int
) -> None:
    with small_disk(tmp_path / "diska", DISK) as disk:
        config = make_office(disk / "kantor")
        netra = Typist(config)
        app = App.build(config)
        demo.prepare(app)
        app.close()
        with filled(disk, left):
            said = [netra.tried("collect"), netra.tried("screen")]
        for one in said:
            assert one.exit_code in {0, 3, 4, 10}, one.output
            assert one.exit_code == 0 or any(word in one.output for word in ("penuh", "ruang", "diska")), one.output
        assert {one.exit_code for one in said} != {0}
        assert netra.tried("collect").exit_code == 0
        assert netra.tried("screen").exit_code == 0
        assert held(config) == undisturbed[1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # libraries forget their open files
@pytest.mark.parametrize(
    "words",
    [
        ("backup", "{}/salinan"),
        ("table", "{}/antrean.xlsx", "--by", "koordinator", "--why", "uji"),
        ("table", "{}/antrean.csv", "--by", "koordinator", "--why", "uji"),
    ],
)
def test_a_full_disk_leaves_no_half_file(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], words: tuple[str, ...]
) -> None:
    config = copied(undisturbed[0], tmp_path / "kantor")
    with small_disk(tmp_path / "diska", 1) as disk:
        asked = [one.format(disk) for one in words]
        with filled(disk, 8_192):
            found = Typist(config).tried(*asked)
            assert found.exit_code != 0
            assert any(word in found.output for word in ("penuh", "ruang", "No space")), found.output
            assert [one.name for one in disk.iterdir() if one.name != ".pengganjal"] == []
    gc.collect()  # what the libraries forgot is complained about here, where it is known
    assert held(config) == undisturbed[1]


def test_a_phase_run_on_a_full_disk_goes_on_afterwards(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]]
) -> None:
    with small_disk(tmp_path / "diska", DISK) as disk:
        config = copied(undisturbed[0], disk / "kantor")
        netra = Typist(config)
        with filled(disk, 60_000):
            found = netra.tried("batch", "--phase", "tenang")
            assert found.exit_code not in {0, 14}
            assert "penuh" in found.output or "ruang" in found.output, found.output
        assert netra.tried("batch", "--phase", "tenang").exit_code == 14  # finished, not signed
        assert held(config) == undisturbed[1]


# --------------------------------------------------------------------------- read-only, clock, missing parts


def test_a_file_system_that_turned_read_only(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]]
) -> None:
    with small_disk(tmp_path / "diska", DISK) as disk:
        config = copied(undisturbed[0], disk / "kantor")
        netra = Typist(config)
        with read_only(disk):
            for words in (("collect",), ("screen",), ("doctor",), ("batch", "--phase", "tenang"), ("audit", "head")):
                found = netra.tried(*words)
                assert found.exit_code in {1, 2, 3, 4, 10}, (words, found.output)
                assert "Traceback" not in found.output
                known = ("hanya dapat dibaca", "dibuka atau ditulis", "hak akses", "tidak dapat ditulis")
                assert any(word in found.output for word in known), (words, found.output)
        assert netra.tried("collect").exit_code == 0
        assert held(config) == undisturbed[1]


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400), timedelta(hours=-3)])
def test_a_clock_that_jumps(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], jump: timedelta
) -> None:
    config = copied(undisturbed[0], tmp_path / "kantor")
    at = [datetime.now(UTC)]
    app = App.build(config, clock=lambda: at[0])
    try:
        user = app.store.users.by_name("koordinator")
        assert user is not None
        first, second = app.store.flags.queue(QueueQuery(limit=2)).flags
        app.store.decisions.append(first.flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
        at[0] += jump
        app.store.decisions.append(second.flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
        app.gather((), lambda _: None)
        screen(app.judges(), app.store, lambda _: None, again=True)
        assert app.store.audit.verify().ok
        assert [one.seq for one in app.store.audit.entries(limit=10_000)] == list(
            range(1, app.store.audit.head().seq + 1)
        )
    finally:
        app.close()
    items, levels, decisions = held(config)
    assert (items, levels) == undisturbed[1][:2]
    assert decisions == undisturbed[1][2] + 2


# --------------------------------------------------------------------------- two of each kind


@pytest.mark.parametrize("words", [("collect",), ("screen",), ("batch", "--phase", "tenang")])
def test_a_second_of_its_kind_is_told_to_wait(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], words: tuple[str, ...]
) -> None:
    config = copied(undisturbed[0], tmp_path / "kantor")
    app = App.build(config)
    with app.store.runs.exclusive(words[0]):
        found = Typist(config).tried(*words)
    app.close()
    assert found.exit_code == 6
    assert "masih berjalan" in found.output
    assert held(config) == undisturbed[1]


def test_a_second_page_on_the_same_port_says_so(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]]
) -> None:
    import socket  # noqa: PLC0415

    config = copied(undisturbed[0], tmp_path / "kantor")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = Typist(config).tried("serve", "--port", str(taken.getsockname()[1]))
    assert found.exit_code == 6, found.output
    assert "sudah dipakai" in found.output


# --------------------------------------------------------------------------- power cuts and rotten pages


def _cut(config: Path, folder: Path, moment: float, chance: random.Random) -> tuple[Path, int]:
    """Decide in another process, and copy the files at a moment as a power cut would leave them.

    Of the write-ahead log only what was certainly on the disk stays, and a random part of what came after. Gives the
    copy and how many decisions had been acknowledged.
    """
    worker = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("decide_worker.py")), str(config)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT,
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "ready"
    worker.send_signal(0)
    acknowledged, sure = 0, 0
    until = time.monotonic() + moment
    while time.monotonic() < until or not acknowledged:
        line = worker.stdout.readline()
        if not line:
            break
        count, size = line.split()
        acknowledged, sure = int(count), int(size)
    worker.send_signal(19)  # SIGSTOP: nothing moves while the disk is read
    app_database = next((config.parent / "var").rglob("*.db"))
    folder.mkdir(parents=True)
    copy = folder / "netra.db"
    shutil.copy(app_database, copy)
    log = app_database.with_name(f"{app_database.name}-wal")
    body = log.read_bytes() if log.exists() else b""
    keep = chance.randint(min(sure, len(body)), len(body)) if body else 0
    copy.with_name("netra.db-wal").write_bytes(body[:keep])
    worker.kill()
    worker.wait()
    worker.stdout.close()
    return copy, acknowledged


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_keeps_every_acknowledged_decision(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], seed: int
) -> None:
    power_cut(tmp_path, undisturbed[0], seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_power_cuts(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], seed: int
) -> None:
    power_cut(tmp_path, undisturbed[0], seed)


def power_cut(tmp_path: Path, office: Path, seed: int) -> None:
    chance = random.Random(seed)
    config = copied(office, tmp_path / "kantor")
    copy, acknowledged = _cut(config, tmp_path / "sesudah", chance.uniform(0.05, 0.6), chance)
    with Store.open(copy, lambda: DAY) as store:
        assert store.integrity(whole=True) == ()
        report = store.audit.verify()
        assert report.ok, report.problems
        kept = sum(len(one.decisions) for one in store.flags.queue(QueueQuery(states=tuple(State), limit=10_000)).flags)
    assert kept >= acknowledged > 0


def rot(tmp_path: Path, office: Path, seed: int) -> None:
    """Damage a page of the database; it is said, and a copy brings everything back."""
    chance = random.Random(seed)
    config = copied(office, tmp_path / "kantor")
    netra = Typist(config)
    assert netra.tried("backup", tmp_path / "salinan").exit_code == 0
    whole = held(config)
    database = next((config.parent / "var").rglob("*.db"))
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.close()
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(chance.randrange(4096, size - 4096) // 4096 * 4096)
        file.write(chance.randbytes(4096))
    for words in (("doctor",), ("audit", "verify"), ("evidence", "verify")):
        found = netra.tried(*words)
        assert "Traceback" not in found.output
    said = (
        netra.tried("doctor").output + netra.tried("audit", "verify").output + netra.tried("evidence", "verify").output
    )
    assert any(word in said for word in ("rusak", "TIDAK utuh", "gawat", "tidak cocok")), said
    assert netra.tried("restore", tmp_path / "salinan", tmp_path / "pulih").exit_code == 0
    assert held(tmp_path / "pulih" / "config.yaml") == whole


@pytest.mark.parametrize("seed", range(4))
def test_a_rotten_page_is_said_and_restored(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], seed: int
) -> None:
    rot(tmp_path, undisturbed[0], seed)


def test_bytes_that_are_no_text_are_said_without_being_told(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]]
) -> None:
    config = copied(undisturbed[0], tmp_path / "kantor")
    with closing(sqlite3.connect(next((config.parent / "var").rglob("*.db")))) as db:
        db.execute("DROP TRIGGER rule_versions_fixed")
        db.execute("UPDATE rule_versions SET content = CAST(x'64697361206C6F636B6564FF' AS TEXT)")
        db.commit()
    found = Typist(config).tried("rules", "history", "asn/ajakan-memilih-sasaran")
    assert (found.exit_code, "rusak" in found.output, "locked" in found.output) == (3, True, False), found.output
    assert "rusak" in Typist(config).tried("doctor").output


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_rotten_pages(
    tmp_path: Path, undisturbed: tuple[Path, tuple[int, dict[str, int], int]], seed: int
) -> None:
    rot(tmp_path, undisturbed[0], seed)


def test_the_small_disk_is_small(tmp_path: Path) -> None:
    with small_disk(tmp_path / "diska", 1) as disk, filled(disk, 0), pytest.raises(OSError, match="No space"):
        (disk / "x").write_bytes(b"x" * MB)
