"""Pictures that were sent ahead of their form, and what a machine read in pictures. Nothing here is evidence yet."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.models import Picture
from monitor.store.codec import clean, stamp
from monitor.store.connection import Connection

KEPT = timedelta(hours=24)
MOST = 16
"""Pictures that one user may have waiting."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that waits for its form. Only who sent it can see it."""

    token: str
    picture: Picture
    content: bytes


@dataclass(frozen=True, slots=True)
class PictureText:
    """What a machine read in a picture: a proposal. `outcome` is "terbaca", "kosong" or why nothing was read."""

    engine: str
    outcome: str
    text: str


class Uploads:
    """Pictures before they are sent with a form, for a day at most."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._clock = clock

    def put(self, user_id: int, picture: Picture, content: bytes) -> str:
        """Keep a picture for its form and give the token that names it; the oldest of too many go."""
        now, token = self._clock(), secrets.token_urlsafe(18)
        self.sweep()
        with self._connection.transaction() as db:
            db.execute(
                "INSERT INTO capture_uploads VALUES (?,?,?,?,?,?,?,?)",
                (token, user_id, picture.sha256, picture.format, picture.width, picture.height, content, stamp(now)),
            )
            db.execute(
                "DELETE FROM capture_uploads WHERE user_id=?1 AND token NOT IN "
                "(SELECT token FROM capture_uploads WHERE user_id=?1 ORDER BY at DESC, rowid DESC LIMIT ?2)",
                (user_id, MOST),
            )
        return token

    def sweep(self) -> None:
        """Forget what was never sent with its form within a day."""
        old = stamp(self._clock() - KEPT)
        if self._connection.db.execute("SELECT 1 FROM capture_uploads WHERE at < ? LIMIT 1", (old,)).fetchone():
            with self._connection.transaction() as db:
                db.execute("DELETE FROM capture_uploads WHERE at < ?", (old,))

    def get(self, user_id: int, token: str) -> Upload | None:
        """Give one's own waiting picture, None if there is none."""
        row = self._connection.db.execute(
            "SELECT token, sha256, format, width, height, content FROM capture_uploads WHERE token=? AND user_id=? "
            "AND at >= ?",
            (clean(token), user_id, stamp(self._clock() - KEPT)),
        ).fetchone()
        if row is None:
            return None
        name, sha256, kind, width, height, content = row
        return Upload(name, Picture(sha256, kind, width, height, len(content)), bytes(content))

    def drop(self, user_id: int, tokens: Sequence[str]) -> None:
        """Forget pictures that were sent with their form, or taken out of it."""
        with self._connection.transaction() as db:
            db.conn.executemany(
                "DELETE FROM capture_uploads WHERE token=? AND user_id=?", [(clean(one), user_id) for one in tokens]
            )

    def text(self, sha256: str) -> PictureText | None:
        """Give what was read in a picture, None if nobody tried yet."""
        row = self._connection.db.execute(
            "SELECT engine, outcome, text FROM picture_texts WHERE sha256=?", (sha256,)
        ).fetchone()
        return PictureText(*row) if row else None

    def set_text(self, sha256: str, found: PictureText) -> None:
        """Remember what was read in a picture."""
        with self._connection.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO picture_texts VALUES (?,?,?,?,?)",
                (sha256, found.engine, found.outcome, clean(found.text), stamp(self._clock())),
            )
