"""Two processes of one kind at once on one office: the second waits, is told, or does no harm; nothing is doubled."""

from __future__ import annotations

import fcntl
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest

from monitor import signing
from monitor.app import App
from monitor.store.backup import copy_as_is, schema_of
from tests.digest.post_office import free_port
from tests.exchange.offices_apart import REGENCY, name_file
from tests.faults.test_faults import copied, held
from tests.offices import ROOT, make_office
from tests.store.test_upgrade import VERSIONS, laid, rows
from tests.typist import Typist

BUSY, UNSIGNED = 6, 14
Held = tuple[int, dict[str, int], int]


def began(config: Path, *words: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitor", "--config", str(config), *map(str, words)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=ROOT)


def together(config: Path, *both: Sequence[str | Path]) -> list[tuple[int, str]]:
    """Run commands side by side; none may end in an error nobody foresaw."""
    running = [began(config, *words) for words in both]
    ended = [(one.communicate(timeout=300)[0], one.returncode) for one in running]
    for said, _ in ended:
        assert "Traceback" not in said, said
    return [(code, said) for said, code in ended]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Held]:
    config = make_office(tmp_path_factory.mktemp("berdua") / "kantor")
    assert Typist(config).tried("demo", "--no-serve").exit_code == 0
    return config.parent, held(config)


@pytest.mark.parametrize(
    "words", [("collect",), ("screen",), ("doctor",), ("audit", "verify"), ("audit", "head"), ("evidence", "verify")]
)
def test_two_at_once_leave_what_one_leaves(tmp_path: Path, office: tuple[Path, Held], words: tuple[str, ...]) -> None:
    config = copied(office[0], tmp_path / "kantor")
    for code, said in together(config, words, words):
        assert code in {0, BUSY}, said
    assert held(config) == office[1]


def test_two_phase_runs_at_once_are_one(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = copied(office[0], tmp_path / "kantor")
    words = ("batch", "--phase", "tenang", "--rehearsal")
    ended = together(config, words, words)
    codes = [code for code, _ in ended]
    assert set(codes) <= {UNSIGNED, BUSY}, ended
    assert len(list((config.parent / "var").rglob("laporan.json"))) == codes.count(UNSIGNED) > 0
    assert held(config) == office[1]


def test_the_same_roster_imported_twice_at_once_stands_once(tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    words = ("roster", "import", config.parent / "demo" / "roster.csv", "--yes")
    for code, said in together(config, words, words):
        assert code in {0, BUSY}, said
    assert _roster(config) == _roster(_alone(tmp_path))


def _alone(tmp_path: Path) -> Path:
    config = make_office(tmp_path / "sendiri")
    Typist(config)("roster", "import", config.parent / "demo" / "roster.csv", "--yes")
    return config


def _roster(config: Path) -> tuple[list[object], list[object]]:
    app = App.build(config)
    try:
        assert app.store.audit.verify().ok
        return list(app.store.roster.persons()), list(app.store.roster.accounts())
    finally:
        app.close()


def test_two_users_of_one_name_are_one(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = copied(office[0], tmp_path / "kantor")
    words = (
        "user",
        "add",
        "kembar",
        "--name",
        "Kembar Uji",
        "--role",
        "pemantau",
        "--password",
        "sandi rekaan panjang",
    )
    ended = together(config, words, words)
    assert sorted(code for code, _ in ended) == [0, 5], ended
    assert "sudah ada" in next(said for code, said in ended if code)


def test_two_copies_into_one_folder_are_one_sound_copy(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = copied(office[0], tmp_path / "kantor")
    ended = together(config, *[("backup", tmp_path / "salinan")] * 3)
    codes = sorted(code for code, _ in ended)
    assert codes[0] == 0, ended
    assert all(code in {0, 3, BUSY} for code in codes), ended
    assert codes.count(0) == 1
    assert [one.name for one in tmp_path.glob(".salinan*")] == []
    assert Typist(config).tried("restore", tmp_path / "salinan", tmp_path / "pulih").exit_code == 0
    assert held(tmp_path / "pulih" / "config.yaml") == office[1]


def test_a_copy_that_another_process_is_writing_is_left_alone(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = copied(office[0], tmp_path / "kantor")
    half = tmp_path / ".salinan.sebagian"
    half.mkdir()
    (half / "netra.db").write_bytes(b"setengah")
    for words in (("backup", tmp_path / "salinan"), ("restore", tmp_path / "ada", tmp_path / "salinan")):
        if words[0] == "restore":
            assert Typist(config).tried("backup", tmp_path / "ada").exit_code == 0
        held_open = os.open(half, os.O_RDONLY)
        fcntl.flock(held_open, fcntl.LOCK_EX)
        found = Typist(config).tried(*words)
        os.close(held_open)
        assert (found.exit_code, "proses lain sedang menulis" in found.output) == (BUSY, True), found.output
        assert (half / "netra.db").read_bytes() == b"setengah"
    # Left by one that was killed: cleared away, and nothing of it in the copy.
    assert Typist(config).tried("backup", tmp_path / "salinan").exit_code == 0
    assert not half.exists()


def test_a_database_taken_further_meanwhile_is_not_copied_as_the_one_before(tmp_path: Path) -> None:
    database, target = tmp_path / "netra.db", tmp_path / "sebelum"
    version = laid(VERSIONS[-3], database)
    assert not copy_as_is(database, target, version - 1)
    assert not target.exists()
    assert copy_as_is(database, target, version)
    assert not copy_as_is(database, target, version)
    assert (schema_of(target), [one.name for one in tmp_path.glob(".*")]) == (version, [])


def test_two_upgrades_at_once_keep_the_copy_of_before(tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    database = config.parent / "var" / "demo" / "netra.db"
    before = laid(VERSIONS[-3], database)
    held_before = rows(database)
    for code, said in together(config, *[("upgrade",)] * 3):
        assert code == 0, said
    copies = list(database.parent.glob("*.sebelum-*"))
    assert [schema_of(one) for one in copies] == [before]
    assert rows(copies[0]) == held_before
    assert Typist(config)("audit", "verify").exit_code == 0


def _sender(tmp_path: Path, office: Path) -> Path:
    config = copied(office, tmp_path / "kantor")
    signing.new_key(tmp_path / "kunci")
    name_file(config, REGENCY)
    key = f"\nbatch: {{signing_key: {tmp_path / 'kunci'}}}\n"
    config.write_text(config.read_text(encoding="utf-8") + key, encoding="utf-8")
    return config


def test_two_packages_for_one_office_at_once(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = _sender(tmp_path, office[0])
    paths = [tmp_path / "satu.zip", tmp_path / "dua.zip"]
    ended = together(config, *[("package", "export", "--to", "provinsi-uji", "--output", path) for path in paths])
    for (code, said), path in zip(ended, paths, strict=True):
        assert (code, path.exists()) in {(0, True), (BUSY, False)}, said
    assert 0 in [code for code, _ in ended]
    with closing(sqlite3.connect(next((config.parent / "var").rglob("*.db")))) as db:
        sent = db.execute("SELECT count(*), count(DISTINCT number) FROM packages_sent").fetchone()
    assert sent == (sum(code == 0 for code, _ in ended),) * 2
    assert held(config) == office[1]


def test_a_package_waits_for_the_one_being_made(tmp_path: Path, office: tuple[Path, Held]) -> None:
    config = _sender(tmp_path, office[0])
    app = App.build(config)
    with app.store.runs.exclusive("package"):
        found = Typist(config).tried("package", "export", "--to", "provinsi-uji", "--output", tmp_path / "paket.zip")
    app.close()
    assert (found.exit_code, "masih berjalan" in found.output) == (BUSY, True), found.output
    assert not (tmp_path / "paket.zip").exists()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionError:
        return False
    return True


@pytest.fixture
def served(tmp_path: Path, office: tuple[Path, Held]) -> Iterator[tuple[Path, str]]:
    """A page that answers; gives the office and its port."""
    config = copied(office[0], tmp_path / "kantor")
    port = str(free_port())
    page = began(config, "serve", "--port", port)
    assert page.stdout is not None
    try:
        said = list(takewhile(lambda line: port not in line, page.stdout))
        assert page.poll() is None, said
        while not _answers(int(port)):
            assert page.poll() is None
            Event().wait(0.1)
        yield config, port
    finally:
        page.terminate()
        page.communicate(timeout=60)


def test_a_second_page_does_not_hurt_the_first(served: tuple[Path, str]) -> None:
    config, port = served
    [(code, said)] = together(config, ("serve", "--port", port))
    assert (code, "sudah dipakai" in said) == (BUSY, True), said
    with urlopen(f"http://127.0.0.1:{port}/masuk", timeout=20) as answer:
        assert answer.status == 200
