"""The words of everything that is stored, for counting where a word was seen. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.store.connection import Connection


class Wording:
    """Reads the words of items without building the items."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def texts(self) -> Iterator[tuple[int, str]]:
        """Give (item id, title and text of its newest version), newest first; erased items are left out."""
        rows = self._connection.db.execute(
            "SELECT i.item_id, trim(coalesce(json_extract(v.payload, '$.title'), '') || ' ' || "
            "coalesce(json_extract(v.payload, '$.text'), '')) FROM items i "
            "JOIN item_versions v ON v.version_id = i.version_id WHERE i.erased = 0 ORDER BY i.item_id DESC"
        )
        for item_id, text in rows:
            yield int(item_id), str(text)
