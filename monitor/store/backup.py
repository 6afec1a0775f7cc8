"""A consistent copy of the database while it is in use."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from monitor.errors import StoreError, StoreFullError
from monitor.store.connection import Connection, translated


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
