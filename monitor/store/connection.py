"""One SQLite connection a thread, and the only ways to open a transaction.

Writers begin with BEGIN IMMEDIATE: a deferred transaction that reads and then writes fails at once with "database is
locked" when another writer came between, whatever the timeout.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import BusyError, NetraError, StoreError, StoreFullError
from monitor.store import migrations

BUSY_SECONDS = 30.0


FAULTS: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
"""What a disk or a damaged file ends in, wherever it is met; `explained` puts it into words."""


def explained(error: Exception, path: Path) -> NetraError | None:
    """Give the error that a user can be told about for one of FAULTS; None for a mistake of the program."""
    if isinstance(error, sqlite3.Error):
        return translated(error, path)
    text = str(error)
    number = error.errno if isinstance(error, OSError) else None
    named = getattr(error, "filename", None) or path
    if number in {errno.ENOSPC, errno.EDQUOT} or "No space left" in text:
        return StoreFullError(f"diska penuh saat menulis {named} — kosongkan ruang lalu jalankan lagi")
    if number == errno.EROFS or "Read-only file system" in text:
        return StoreError(f"{named} ada di diska yang hanya dapat dibaca — periksa diskanya, lalu pasang kembali")
    if number in {errno.EACCES, errno.EPERM}:
        return StoreError(f"{named} tidak dapat dibuka atau ditulis — periksa hak aksesnya")
    if number == errno.EIO:
        return StoreError(f"diska gagal membaca atau menulis {named} — periksa diskanya; pulihkan dari cadangan")
    return None


def translated(error: sqlite3.Error, path: Path) -> NetraError | None:
    """Give the error that a user can be told about, None where the failure is a mistake of the program."""
    text = str(error).lower()
    # First: this one quotes what it found, in which any of the words below may stand.
    if "could not decode" in text:
        return _rotten(path)
    if "disk is full" in text:
        return StoreFullError(
            f"penyimpanan penuh saat menulis {path}; tidak ada bagian dari kiriman ini yang disimpan — "
            "kosongkan ruang lalu jalankan lagi"
        )
    if "locked" in text:
        return BusyError(f"basis data {path} sedang dipakai proses lain terlalu lama — tunggu sebentar lalu ulangi")
    if "readonly" in text or "unable to open" in text or "disk i/o" in text:
        return StoreError(f"basis data {path} tidak dapat dibuka atau ditulis — periksa folder dan hak aksesnya")
    if "not a database" in text or "malformed" in text:
        return _rotten(path)
    return None


def _rotten(path: Path) -> StoreError:
    return StoreError(f"{path} rusak atau bukan basis data Netra — pulihkan dari cadangan, jangan dihapus")


class Connection:
    """The door to one database file; every thread gets its own connection, all closed by `close()`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open; `read_only` never writes, not even missing tables, and needs a database that is up to date."""
        self.path = path
        self._read_only = read_only
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[tuple[threading.Thread, Database]] = []
        self._closed = False
        with self._told():
            if read_only:
                with closing(self._connect()) as conn:
                    migrations.check(conn, path, ready=True)
            else:
                self._prepare()

    def _prepare(self) -> None:
        """Refuse other programs' files before anything is written, then bring the tables up to date."""
        if not self.path.parent.is_dir():
            raise StoreError(
                f"folder {self.path.parent} tidak ada — buat dahulu atau perbaiki `database` di config.yaml"
            )
        conn = self._connect()
        try:
            migrations.check(conn, self.path)
            conn.execute("PRAGMA journal_mode=WAL")
            migrations.migrate(Database(conn, strict=True), self.path)
        finally:
            conn.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode={'ro' if self._read_only else 'rwc'}",
            timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256, uri=True,
        )  # fmt: skip

    @property
    def db(self) -> Database:
        """This thread's connection, in autocommit mode: for single reads."""
        found: Database | None = getattr(self._local, "db", None)
        if found is not None:
            return found
        with self._lock:
            if self._closed:
                raise StoreError(f"basis data {self.path} sudah ditutup — buka kembali")
            conn = self._connect()
            conn.execute("PRAGMA foreign_keys=ON")
            conn.execute("PRAGMA synchronous=NORMAL")
            conn.execute("PRAGMA cache_size=-32000")
            conn.execute("PRAGMA temp_store=FILE")
            made = Database(conn, strict=True)
            for thread, other in self._open:
                if not thread.is_alive():
                    other.close()
            self._open = [pair for pair in self._open if pair[0].is_alive()]
            self._open.append((threading.current_thread(), made))
        self._local.db = made
        return made

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Database]:
        """Write all or nothing. `durable` waits until the disk holds it (decisions, audit, users).

        Raises:
            StoreFullError: the disk is full; nothing was stored.
            BusyError: another process held the database for longer than 30 s.
        """
        db = self.db
        if db.conn.in_transaction:
            raise RuntimeError("a transaction is already open on this thread")
        with self._told():
            if durable:
                db.conn.execute("PRAGMA synchronous=FULL")
            try:
                db.conn.execute("BEGIN IMMEDIATE")
                yield db
                db.conn.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
            finally:
                if durable:
                    db.conn.execute("PRAGMA synchronous=NORMAL")

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Read several things as they stood at one moment."""
        db = self.db
        with self._told():
            db.conn.execute("BEGIN")
            try:
                yield db
            finally:
                db.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            told = translated(error, self.path)
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            self._closed = True
            for _thread, db in self._open:
                db.close()
            self._open = []
            self._local = threading.local()
