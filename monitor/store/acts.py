# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""What an account did around a time, by index: for rules that ask for repeated acts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from sqlite_utils import Database

from monitor.models import WORDLESS, AccountRef, Item, ItemKind, PastAct, Platform
from monitor.store.absences import PROOFS
from monitor.store.codec import clean
from monitor.store.connection import Connection

MOST = 100_000
"""Acts of one account in one look at a stretch of time; the newest count."""
_EVER = (-(2**62), 2**62)
BORROWS = WORDLESS - {ItemKind.FOLLOW} | {ItemKind.COMMENT}
"""What is about another's words, and may borrow them from where those are stored."""
_COLUMNS = (
    "a.item_id, a.platform, a.author_id, a.author_handle, a.kind, a.happened_at, "
    "coalesce(p.platform, a.owner_platform), coalesce(p.author_id, a.owner_id), "
    "coalesce(p.author_handle, a.owner_handle), i.screened_version > 0"
)
_FROM = (
    "item_acts a JOIN items i ON i.item_id = a.item_id "
    "LEFT JOIN items q ON a.parent_id <> '' AND q.platform = i.platform AND q.native_id = a.parent_id "
    "LEFT JOIN item_acts p ON p.item_id = q.item_id"
)


@lru_cache(maxsize=4000)
def bare(handle: str) -> str:
    """Give a handle as it is compared."""
    return clean(handle).strip().lstrip("@").casefold() if handle else ""


def second(at: datetime) -> int:
    """Give the whole second of a time, since 1970 in UTC."""
    return math.floor(at.timestamp())


def record(db: Database, acts: Iterable[tuple[int, Item]], *, again: bool = False) -> None:
    """Note who did it and when, for items just stored (item_id, newest version); `again`: they were noted before."""
    alone, upon = [], []
    for item_id, item in acts:
        author, parent, at = item.author, item.parent, item.happened_at
        if author is None:
            continue
        row = (item_id, author.platform._value_, clean(author.native_id), bare(author.handle), item.kind._value_,
               None if at is None else second(at))  # fmt: skip
        if parent is None and not again:
            alone.append(row)
            continue
        owner = parent.owner if parent is not None else None
        asks = parent is not None and owner is None and not parent.text and item.kind in BORROWS
        upon.append((*row, *_owner(owner), clean(parent.native_id) if parent is not None and asks else ""))
    # What was noted before goes in one go, in its order: a page may hold an item more than twice.
    into = "INSERT OR REPLACE INTO" if again else "INSERT INTO"
    if alone:
        db.conn.executemany(f"{into} item_acts VALUES (?,?,?,?,?,?,'','','','')", alone)
    if upon:
        db.conn.executemany(f"{into} item_acts VALUES (?,?,?,?,?,?,?,?,?,?)", upon)


def _owner(owner: AccountRef | None) -> tuple[str, str, str]:
    return ("", "", "") if owner is None else (owner.platform.value, clean(owner.native_id), clean(owner.handle))


class Acts:
    """Looks up what was done; writes only which items must be judged again because an earlier act came in late."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def near(
        self, refs: Sequence[AccountRef], kinds: Sequence[ItemKind], since: datetime, until: datetime
    ) -> list[PastAct]:
        """Give what these accounts did from `since` to `until` (whole seconds, both included), oldest first.

        An account is asked for by its immutable id and by its handle; whose act it was is the caller's to tell.
        """
        found: dict[int, PastAct] = {}
        with self._connection.snapshot() as db:
            for column, platform, name in _names(refs):
                rows = db.execute(
                    f"SELECT {_COLUMNS} FROM {_FROM} WHERE a.platform = ? AND a.{column} = ? AND a.{column} <> '' "
                    f"AND a.kind IN ({','.join('?' * len(kinds))}) AND a.happened_at BETWEEN ? AND ? "
                    "ORDER BY a.happened_at DESC, a.item_id DESC LIMIT ?",
                    [platform, name, *(kind.value for kind in kinds), second(since), second(until), MOST],
                )
                found |= {row[0]: _act(row) for row in rows}
        return sorted(found.values(), key=lambda one: (one.happened_at, one.item_id))

    def stored(
        self,
        platform: Platform,
        account_id: str,
        since: datetime | None,
        until: tuple[datetime, str] | None,
        limit: int,
    ) -> list[Item]:
        """Give what an account did strictly between two moments (whole seconds; None = open), newest first.

        Of the very second of `until`, what lies below its native id too. Each with identity, kind, address and moment
        alone; without what is known to be withdrawn.
        """
        last, below = (_EVER[1], "") if until is None else (second(until[0]), clean(until[1]))
        rows = self._connection.db.execute(
            "SELECT i.native_id, a.kind, a.happened_at, json_extract(v.payload, '$.url'), v.source_id FROM item_acts a "
            "JOIN items i ON i.item_id = a.item_id JOIN item_versions v ON v.version_id = i.version_id "
            "WHERE a.platform = ? AND a.author_id = ? AND a.author_id <> '' AND a.happened_at > ? "
            "AND a.happened_at <= ? AND (a.happened_at < ? OR i.native_id < ?) AND i.erased = 0 "
            "AND NOT EXISTS (SELECT 1 FROM absences b "
            "WHERE b.item_id = i.item_id AND b.returned_at IS NULL AND b.times >= ?) "
            "ORDER BY a.happened_at DESC, i.native_id DESC LIMIT ?",
            (platform.value, clean(account_id), _EVER[0] if since is None else second(since), last, last, below, PROOFS,
             limit),
        )  # fmt: skip
        return [
            Item(
                source, platform, native_id, ItemKind(kind), AccountRef(platform, account_id), "", url=url or "",
                happened_at=datetime.fromtimestamp(at, UTC),
            )
            for native_id, kind, at, url, source in rows
        ]  # fmt: skip

    def overtaken(self, limit: int) -> list[int]:
        """Give items that were judged before an earlier act of the same person was known."""
        rows = self._connection.db.execute("SELECT item_id FROM overtaken ORDER BY item_id LIMIT ?", (limit,))
        return [row[0] for row in rows]


class HeldActs:
    """Acts that were looked up before, asked for again without a database; see `Acts.near`."""

    def __init__(self, acts: Iterable[PastAct]) -> None:
        self._by_name: dict[tuple[str, str, str], list[PastAct]] = {}
        for one in acts:
            platform, author = one.author.platform.value, one.author
            for column, name in (("author_id", author.native_id), ("author_handle", author.handle)):
                if name:
                    self._by_name.setdefault((column, platform, name), []).append(one)

    def near(
        self, refs: Sequence[AccountRef], kinds: Sequence[ItemKind], since: datetime, until: datetime
    ) -> list[PastAct]:
        """Give those of the held acts that `Acts.near` would give."""
        first, last = second(since), second(until)
        found = {
            one.item_id: one
            for name in _names(refs)
            for one in self._by_name.get(name, ())
            if one.kind in kinds and first <= second(one.happened_at) <= last
        }
        return sorted(found.values(), key=lambda one: (one.happened_at, one.item_id))


def overtake(db: Database, item_ids: Iterable[int]) -> None:
    """Note items to be judged again."""
    db.conn.executemany("INSERT OR IGNORE INTO overtaken VALUES (?)", [(one,) for one in item_ids])


def caught_up(db: Database, item_ids: Iterable[int]) -> None:
    """Strike items off that list."""
    db.conn.executemany("DELETE FROM overtaken WHERE item_id = ?", [(one,) for one in item_ids])


def _names(refs: Sequence[AccountRef]) -> list[tuple[str, str, str]]:
    asked = [("author_id", ref.platform.value, clean(ref.native_id)) for ref in refs if ref.native_id]
    asked += [("author_handle", ref.platform.value, bare(ref.handle)) for ref in refs if bare(ref.handle)]
    return list(dict.fromkeys(asked))


def _act(row: Sequence[str | int]) -> PastAct:
    item_id, platform, native_id, handle, kind, at, *owner, screened = row
    on, owner_id, owner_handle = map(str, owner)
    return PastAct(
        item_id=int(item_id),
        author=AccountRef(Platform(str(platform)), str(native_id), str(handle)),
        kind=ItemKind(str(kind)),
        happened_at=datetime.fromtimestamp(int(at), UTC),
        owner=AccountRef(Platform(on), owner_id, owner_handle) if on else None,
        screened=bool(screened),
    )
