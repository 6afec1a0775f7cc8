"""A consistent copy of the database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.errors import StoreError, StoreFullError
from monitor.store.connection import Connection, translated
from monitor.store.migrations import MIGRATIONS

WAITING = 60.0
"""Seconds to wait for another process that is at it."""
NEWEST = len(MIGRATIONS)
"""How many migrations this Netra knows."""


def schema_of(path: Path) -> int:
    """Give how many migrations a database file has seen, without changing it.

    Raises:
        StoreError: it is no database that can be read.
    """
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StoreError(f"{path} tidak dapat dibaca ({error}) — periksa `database` di config.yaml") from error


def copy_as_is(path: Path, target: Path, version: int) -> bool:
    """Copy a database to `target` while it has seen so many migrations; False where it has seen more or a copy stands.

    Nobody can take it further while it is copied.

    Raises:
        StoreError: the target cannot be written.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.sebagian")
    try:
        with closing(sqlite3.connect(path, timeout=WAITING, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            if target.exists() or held.execute("PRAGMA user_version").fetchone()[0] != version:
                return False
            source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            with closing(source), closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
            part.rename(target)
    except sqlite3.Error as error:
        raise StoreError(f"salinan ke {target} gagal ({error}) — periksa ruang diska") from error
    finally:
        part.unlink(missing_ok=True)
    return True


def backup(connection: Connection, target: Path) -> None:
    """Copy the whole database to `target`, which must not exist; it appears only when it is complete.

    Raises:
        StoreError: the target exists or cannot be written.
        StoreFullError: the target's disk is full.
    """
    if target.exists():
        raise StoreError(f"{target} sudah ada — beri nama lain; cadangan lama tidak ditimpa")
    part = target.with_name(f".{target.name}.{os.getpid()}.sebagian")
    try:
        copy = sqlite3.connect(part)
        try:
            connection.db.conn.backup(copy, pages=1000)
            copy.execute("PRAGMA journal_mode=DELETE")
        finally:
            copy.close()
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    except sqlite3.Error as error:
        raise translated(error, target) or StoreFullError(f"cadangan ke {target} gagal: {error}") from error
    except OSError as error:
        raise StoreError(f"cadangan tidak dapat ditulis ke {target}: {error.strerror} — periksa foldernya") from error
    finally:
        part.unlink(missing_ok=True)
