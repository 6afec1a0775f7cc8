"""Filters that people keep by name: the plain query of an address, for themselves or for the whole office."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.errors import NotAllowedError
from monitor.store.codec import clean
from monitor.store.connection import Connection

MOST, LONGEST_NAME, LONGEST_QUERY = 50, 60, 2000


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A kept filter. `query` is what stands behind the question mark of the queue's address; `shared`: with all."""

    filter_id: int
    user_id: int
    name: str
    query: str
    shared: bool


class SavedFilters:
    """Keeps filters; whoever kept one may change or drop it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, user_id: int) -> list[SavedFilter]:
        """Give a user's own filters and those shared with the office, own ones first, by name."""
        rows = self._connection.db.execute(
            "SELECT filter_id, user_id, name, query, shared FROM saved_filters WHERE user_id = ?1 OR shared = 1 "
            "ORDER BY user_id <> ?1, name, filter_id",
            (user_id,),
        )
        return [SavedFilter(key, owner, name, query, bool(shared)) for key, owner, name, query, shared in rows]

    def keep(self, user_id: int, name: str, query: str, *, shared: bool) -> None:
        """Keep a filter; one of the same name and user is replaced.

        Raises:
            NotAllowedError: no name, a name or query that is too long, or too many filters already.
        """
        name = " ".join(clean(name).split())
        if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
            raise NotAllowedError(f"beri nama 1 sampai {LONGEST_NAME} huruf untuk saringan ini")
        with self._connection.transaction() as db:
            held = db.execute("SELECT count(*) FROM saved_filters WHERE user_id = ? AND name <> ?", (user_id, name))
            if held.fetchone()[0] >= MOST:
                raise NotAllowedError(f"sudah ada {MOST} saringan tersimpan — hapus yang tidak dipakai")
            db.execute(
                "INSERT INTO saved_filters (user_id, name, query, shared) VALUES (?,?,?,?) "
                "ON CONFLICT (user_id, name) DO UPDATE SET query = excluded.query, shared = excluded.shared",
                (user_id, name, clean(query), int(shared)),
            )

    def drop(self, user_id: int, filter_id: int) -> bool:
        """Forget a filter of this user; tells whether there was one."""
        with self._connection.transaction() as db:
            gone = db.execute("DELETE FROM saved_filters WHERE filter_id = ? AND user_id = ?", (filter_id, user_id))
            return bool(gone.rowcount)
