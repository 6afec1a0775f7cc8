from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from monitor.errors import BusyError, StoreError, StoreFullError
from monitor.models import Screened
from monitor.store import Store, connection, migrations
from tests.fakes import FakeClock
from tests.fakes_store import CHEAP, a_case, add_people, an_actor, an_item, an_opinion, open_store, save


def test_a_new_database_is_marked_and_complete(store: Store) -> None:
    db = store._connection.db
    assert db.execute("PRAGMA application_id").fetchone()[0] == migrations.APPLICATION_ID
    assert db.execute("PRAGMA user_version").fetchone()[0] == len(migrations.MIGRATIONS)
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    made_by_fts5 = "flag_search"  # and its shadows: SQLite lays them out itself
    assert all(table.strict for table in db.tables if not table.name.startswith(made_by_fts5))


def test_opening_again_keeps_everything(store: Store, tmp_path: Path) -> None:
    a_case(store, 3)
    head = store.audit.head()
    with open_store(tmp_path) as again:
        assert again.items.count() == 3
        assert again.audit.head() == head


def test_a_database_of_an_older_netra_is_brought_up_in_order(tmp_path: Path) -> None:
    path = tmp_path / "netra.db"
    conn = sqlite3.connect(path)
    conn.executescript(migrations.MIGRATIONS[0][1])
    conn.execute(f"PRAGMA application_id={migrations.APPLICATION_ID}")
    conn.execute("PRAGMA user_version=1")
    conn.execute("INSERT INTO pace VALUES ('contoh.example', '2025-06-01T03:00:00+00:00')")
    conn.commit()
    conn.close()
    with open_store(tmp_path) as store:
        assert store.runs.next_allowed("contoh.example") is not None
        assert store.audit.verify().ok


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE catatan (isi TEXT)"],
        ["PRAGMA application_id=1196444487"],
        ["PRAGMA user_version=3"],
    ],
)
def test_the_database_of_another_program_is_refused_and_untouched(tmp_path: Path, statements: list[str]) -> None:
    path = tmp_path / "netra.db"
    conn = sqlite3.connect(path)
    for statement in statements:
        conn.execute(statement)
    conn.commit()
    conn.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="program lain"):
        open_store(tmp_path)
    assert path.read_bytes() == before


def test_a_newer_database_is_refused(store: Store, tmp_path: Path) -> None:
    store._connection.db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="lebih baru"):
        open_store(tmp_path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "netra.db").write_bytes(b"ini bukan basis data sama sekali" * 200)
    with pytest.raises(StoreError, match="bukan basis data"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="folder"):
        Store.open(tmp_path / "tidak-ada" / "netra.db", FakeClock())


def test_a_full_disk_stores_nothing_of_the_batch(store: Store) -> None:
    people = add_people(store)
    save(store, an_item("a"))
    [stored] = store.items.unscreened(1)
    before = (store.items.count(), store.audit.head())
    db = store._connection.db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages}").fetchall()
    with pytest.raises(StoreFullError, match="penuh"):
        save(store, *[an_item(f"b{number}", "panjang " * 200) for number in range(500)], cursor="c")
    opinion = an_opinion(words=an_opinion().words * 20_000)
    with pytest.raises(StoreFullError):
        store.flags.save([Screened(stored, ((an_actor(store, people[0]), opinion),))], 1, "d")
    assert (store.items.count(), store.audit.head()) == before
    assert store.runs.cursor("contoh") == ""
    assert store.items.count_unscreened() == 1
    db.execute("PRAGMA max_page_count=1000000").fetchall()
    save(store, *[an_item(f"b{number}", "panjang " * 200) for number in range(500)])
    assert store.audit.verify().ok


def _die_in_the_middle(folder: Path) -> None:
    store = open_store(folder)
    save(store, an_item("a"))
    with store._connection.transaction() as db:
        db.execute("UPDATE items SET last_seen_at='x'")
        db.execute("DELETE FROM sources")
        os._exit(9)


def test_a_process_killed_in_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die_in_the_middle, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    process.close()
    with open_store(tmp_path) as store:
        assert store.items.count() == 1
        assert [one.source_id for one in store.runs.sources()] == ["contoh"]
        assert store.audit.verify().ok


def test_eight_threads_write_without_a_locked_database(store: Store) -> None:
    errors: list[Exception] = []

    def work(name: int) -> None:
        try:
            for number in range(10):
                save(store, an_item(f"t{name}-{number}"), source_id=f"s{name}")
                store.runs.set_next_allowed(f"h{name}", FakeClock()())
                store.items.unscreened(5)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the test must show it
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert store.items.count() == 80
    assert store.audit.verify().ok


def test_a_locked_database_is_said_in_words(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.01)
    held = store._connection.transaction()
    with open_store(tmp_path) as other, held, pytest.raises(BusyError, match="dipakai proses lain"):
        other.runs.begin("collect")


def test_transactions_do_not_nest_and_a_closed_store_says_so(store: Store) -> None:
    with store._connection.transaction(), pytest.raises(RuntimeError), store._connection.transaction():
        pass
    store.close()
    with pytest.raises(StoreError, match="ditutup"):
        store.items.count()


def test_decisions_are_flushed_to_the_disk_and_items_are_not(store: Store) -> None:
    def level() -> int:
        return int(store._connection.db.execute("PRAGMA synchronous").fetchone()[0])

    with store._connection.transaction():
        assert level() == 1
    with store._connection.transaction(durable=True):
        assert level() == 2
    assert level() == 1


def test_a_backup_is_a_whole_store(store: Store, tmp_path: Path) -> None:
    a_case(store, 4)
    target = tmp_path / "cadangan.db"
    store.backup(target)
    with Store.open(target, FakeClock(), CHEAP) as copy:
        assert copy.items.count() == 4
        assert copy.audit.head() == store.audit.head()
        assert copy.audit.verify().ok
    with pytest.raises(StoreError, match="sudah ada"):
        store.backup(target)
    with pytest.raises(StoreError, match="tidak dapat"):
        store.backup(tmp_path / "tidak-ada" / "x.db")
    assert not list(tmp_path.glob(".*sebagian"))
