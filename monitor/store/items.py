# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Items and their versions: an edit makes a new version, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from monitor.models import WORDLESS, Item, Outcome, Page, Parent, Response, StoredItem
from monitor.store import absences, acts, coverage
from monitor.store.audit import Audit
from monitor.store.codec import clean, decoder, dumps, loads, maker, moment, stamp, written
from monitor.store.connection import Connection
from monitor.store.content import content_sha256 as content_sha256  # noqa: PLC0414 - whoever reads items asks for it
from monitor.store.content import put_down, version_teller
from monitor.store.erasure import buried
from monitor.store.guard import Cell, Ledger

IN_ONE_QUERY = 500
COLUMNS = "v.item_id, v.version, v.payload, v.content_sha256, v.evidence_sha256, v.captured_at"
_THEN = "SELECT payload FROM item_versions WHERE item_id = ? AND version_id <= ? ORDER BY version_id DESC LIMIT 1"
_NEXT = (
    "SELECT (SELECT coalesce(max(item_id), 0) + 1 FROM items), "
    "(SELECT coalesce(max(version_id), 0) + 1 FROM item_versions)"
)
_Key = tuple[str, str]
_ITEM, _STORED = decoder(Item), maker(StoredItem)


@dataclass(frozen=True, slots=True)
class Saved:
    """How many items of a page were new, edited, and as before."""

    new: int
    edited: int
    unchanged: int


@dataclass(slots=True)
class _Known:
    """The newest version of an item, as far as the page that is being saved has come."""

    item_id: int
    version: int
    version_id: int
    content: str
    fresh: bool = False
    touched: bool = False
    edited: bool = False


def chunks(values: Sequence[object]) -> Iterator[Sequence[object]]:
    """Cut into parts that fit the variables of one query."""
    for start in range(0, len(values), IN_ONE_QUERY):
        yield values[start : start + IN_ONE_QUERY]


def marks(values: Sequence[object]) -> str:
    """Give "?,?,?" for as many values."""
    return ",".join("?" * len(values))


def stored_item(row: Sequence[Any]) -> StoredItem:
    """Read a row of COLUMNS."""
    item_id, version, payload, content, evidence, captured = row
    return _STORED(item_id, version, _ITEM(loads(payload)), content, evidence, moment(captured))


class Items:
    """The collected items."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    def save_page(
        self,
        *,
        source_id: str,
        run_id: int,
        response: Response,
        page: Page,
        evidence_sha256: str,
        whole: bool = True,
    ) -> Saved:
        """Store a page whole, or nothing of it: item versions, the fetch, and what only a proved outcome may move.

        An equal content only moves `last_seen_at`. Erased items stay erased. Without `whole` the page is one of
        several: how the source stands is said by `conclude`, and only `page.resume` moves.

        Raises:
            StoreFullError: the disk is full; nothing of the page was stored.
        """
        with self._connection.transaction() as db:
            at = stamp(response.fetched_at)
            saved = self._save_items(db, (source_id, run_id, evidence_sha256, at), page.items)
            if page.listed is not None:
                absences.record(db, page.listed, run_id, evidence_sha256, response.fetched_at)
            _save_fetch(db, (source_id, run_id, evidence_sha256), response, page, saved)
            if whole:
                _stand(db, source_id, page.outcome, page.detail or response.detail)
                if page.outcome.proved:
                    _move(db, source_id, response, page)
            elif page.resume:
                db.execute("UPDATE sources SET cursor=? WHERE source_id=?", (clean(page.resume), clean(source_id)))
        return saved

    def conclude(
        self, source_id: str, outcome: Outcome, detail: str, moves: Sequence[tuple[Response, Page]],
        owed: tuple[Outcome, str] | None = None,
    ) -> None:  # fmt: skip
        """Say how a source of several pages stands, and move what its proved pages (`moves`, in order) may move.

        `owed`: how a page that these lead to failed; the source stands as it is, but was not seen whole.
        """
        with self._connection.transaction() as db:
            _stand(db, source_id, outcome, detail)
            if owed is not None:
                coverage.ended(db, source_id, *owed)
            for response, page in moves if outcome.proved else ():
                _move(db, source_id, response, page)

    def held(self, platform: str, native_ids: Sequence[str]) -> dict[str, Item]:
        """Give the newest version of those items that are stored, by id; erased ones are not."""
        with self._connection.snapshot() as db:
            known = _known(db, [(platform, clean(one)) for one in native_ids])
            found: dict[str, Item] = {}
            for part in chunks([one.version_id for one in known.values()]):
                rows = db.execute(f"SELECT payload FROM item_versions WHERE version_id IN ({marks(part)})", list(part))
                items = [_ITEM(loads(row[0])) for row in rows]
                found |= {one.native_id: one for one in items}
        return found

    def put_in(self, db: Database, common: tuple[str, int, str, str], items: Sequence[Item]) -> Saved:
        """Store items inside a transaction that is open already; `common`: source, run, evidence, time as stamped."""
        return self._save_items(db, common, items)

    def _save_items(self, db: Database, common: tuple[str, int, str, str], items: Sequence[Item]) -> Saved:
        if not items:
            return Saved(0, 0, 0)
        source_id, run_id, evidence, at = common
        keys: list[_Key] = [(one.platform._value_, clean(one.native_id)) for one in items]
        known = _known(db, keys)
        gone = buried(db, [key for key in keys if key not in known])
        next_item, next_version = db.execute(_NEXT).fetchone()
        versions: list[tuple[Cell, ...]] = []
        said: list[tuple[int, Item]] = []
        said_again: list[tuple[int, Item]] = []
        source, rows = clean(source_id), list[str]()
        tell = version_teller(source, run_id, evidence, at)
        for key, item in zip(keys, items, strict=True):
            if key in gone:
                continue
            held = known.get(key)
            if held is None:
                content, payload = put_down(item)
                held = known[key] = _Known(next_item, 1, next_version, content, fresh=True)
                next_item += 1
                said.append((held.item_id, item))
            else:
                content, held.touched = content_sha256(item), True
                asked = not held.fresh and not held.edited
                if held.content == content or (asked and _adds_nothing(db, held, source, item, content)):
                    continue
                held.edited = True
                held.version, held.version_id, held.content = held.version + 1, next_version, content
                payload = written(Item, item)
                said_again.append((held.item_id, item))
            next_version += 1
            versions.append(
                (held.version_id, held.item_id, held.version, source, run_id, content, evidence, at, payload, 0)
            )
            rows.append(tell(held.version_id, held.item_id, held.version, content, payload))
        new, edited = len(said), len(said_again)
        _write_items(db, known, at)
        acts.record(db, said)
        acts.record(db, said_again, again=True)
        if versions:
            ledger = Ledger()
            ledger.insert(db, "item_versions", versions, rows)
            told = {"sumber": source_id, "baru": new, "berubah": edited, "bukti": evidence}
            self._audit.append(db, ledger, action="kumpul", subject=f"run:{run_id}", payload=told)
        return Saved(new, edited, len(items) - new - edited)

    def count(self) -> int:
        """Count the items (not their versions)."""
        return int(self._connection.db.execute("SELECT count(*) FROM items").fetchone()[0])

    def last(self) -> int:
        """Give the id of the item stored last, 0 where there is none."""
        return int(self._connection.db.execute("SELECT coalesce(max(item_id), 0) FROM items").fetchone()[0])

    def count_unscreened(self, digest: str = "") -> int:
        """Count what `unscreened` would give."""
        wanted, values = self._wanted(digest)
        return int(self._connection.db.execute(f"SELECT count(*) FROM items WHERE {wanted}", values).fetchone()[0])

    def unscreened(self, limit: int, after_item_id: int = 0, *, digest: str = "") -> list[StoredItem]:
        """Give newest versions that were not screened, by item_id; with `digest` also those last screened otherwise.

        A like, share or comment whose parent has no text borrows text, address and owner from the stored parent.
        """
        wanted, values = self._wanted(digest)
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM items JOIN item_versions v ON v.version_id = items.version_id "
                f"WHERE items.item_id > ? AND {wanted} ORDER BY items.item_id LIMIT ?",
                (after_item_id, *values, limit),
            )
            return with_parents(db, [stored_item(row) for row in rows])

    def _wanted(self, digest: str) -> tuple[str, tuple[int, ...]]:
        if not digest:
            return "screened_version < items.version", ()
        row = self._connection.db.execute("SELECT digest_id FROM screen_digests WHERE digest=?", (digest,)).fetchone()
        return "(screened_version < items.version OR digest_id <> ?) AND items.erased = 0", (row[0] if row else -1,)

    def newest(self, limit: int) -> list[StoredItem]:
        """Give the newest versions of the items collected last, newest first, without erased ones."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM items JOIN item_versions v ON v.version_id = items.version_id "
                "WHERE items.erased = 0 ORDER BY items.item_id DESC LIMIT ?",
                (limit,),
            )
            return with_parents(db, [stored_item(row) for row in rows])

    def mark_unscreened(self, item_ids: Iterable[int]) -> int:
        """Put items before the machine again; gives how many. Earlier screenings stay on record."""
        with self._connection.transaction() as db:
            done = db.conn.executemany(
                "UPDATE items SET screened_version=0 WHERE item_id=? AND erased=0", [(one,) for one in item_ids]
            )
            return done.rowcount

    def get(self, item_id: int, version: int | None = None) -> StoredItem | None:
        """Give an item's newest or named version, with its parent filled; None if there is none."""
        with self._connection.snapshot() as db:
            row = db.execute(
                f"SELECT {COLUMNS} FROM item_versions v WHERE v.item_id=? AND (v.version=? OR ? IS NULL) "
                "ORDER BY v.version DESC LIMIT 1",
                (item_id, version, version),
            ).fetchone()
            return with_parents(db, [stored_item(row)])[0] if row else None

    def versions(self, item_id: int) -> list[StoredItem]:
        """Give every version, oldest first."""
        rows = self._connection.db.execute(
            f"SELECT {COLUMNS} FROM item_versions v WHERE v.item_id=? ORDER BY v.version",
            (item_id,),
        )
        return [stored_item(row) for row in rows]

    def find(self, platform: str, native_id: str) -> StoredItem | None:
        """Give the newest version of the item with this identity."""
        row = self._connection.db.execute(
            "SELECT item_id FROM items WHERE platform=? AND native_id=?", (str(platform), clean(native_id))
        ).fetchone()
        return self.get(row[0]) if row else None


def with_parents(db: Database, batch: list[StoredItem], *, until: int | None = None) -> list[StoredItem]:
    """Fill empty parents from stored items of the same platform; `until` takes none newer than this version id."""
    needs: dict[_Key, list[int]] = {}
    for place, one in enumerate(batch):
        parent = one.item.parent
        if parent is not None and parent.native_id and not parent.text and one.item.kind in acts.BORROWS:
            needs.setdefault((one.item.platform.value, clean(parent.native_id)), []).append(place)
    for key, held in _known(db, list(needs)).items():
        row = db.execute(_THEN, (held.item_id, held.version_id if until is None else until)).fetchone()
        if row is None:
            continue
        source = _ITEM(loads(row[0]))
        for place in needs[key]:
            item = batch[place].item
            assert item.parent is not None
            said, owner = source.text or source.title, item.parent.owner or source.author
            parent = Parent(item.parent.native_id, item.parent.url or source.url, said, owner)
            batch[place] = replace(batch[place], item=replace(item, parent=parent))
    return batch


def _known(db: Database, keys: Sequence[_Key]) -> dict[_Key, _Known]:
    by_platform: dict[str, list[str]] = {}
    for platform, native_id in dict.fromkeys(keys):
        by_platform.setdefault(platform, []).append(native_id)
    found: dict[_Key, _Known] = {}
    for platform, ids in by_platform.items():
        for part in chunks(ids):
            for native_id, *rest in db.execute(
                "SELECT native_id, item_id, version, version_id, content_sha256 FROM items "
                f"WHERE platform=? AND native_id IN ({marks(part)}) AND erased=0",
                (platform, *part),
            ):
                found[platform, native_id] = _Known(*rest)
    return found


def _adds_nothing(db: Database, held: _Known, source: str, item: Item, content: str) -> bool:
    """Tell whether this source still says what it said last: two sources that differ must not take turns for ever.

    A like or share that is seen in a list, without its time, adds nothing to what another source told of it.
    """
    row = db.execute(
        "SELECT content_sha256 FROM item_versions WHERE item_id=? AND source_id=? ORDER BY version DESC LIMIT 1",
        (held.item_id, source),
    ).fetchone()
    if row is None:
        return item.kind in WORDLESS and item.happened_at is None
    return bool(row[0] == content)


def _write_items(db: Database, known: dict[_Key, _Known], at: str) -> None:
    fresh, old = [], []
    for (platform, native_id), one in known.items():
        if one.fresh:
            fresh.append((one.item_id, platform, native_id, one.version, one.version_id, one.content, at))
        elif one.touched:
            old.append((one.version, one.version_id, one.content, at, one.item_id))
    if fresh:
        db.conn.executemany(
            "INSERT INTO items (item_id, platform, native_id, version, version_id, content_sha256, first_seen_at, "
            "last_seen_at) VALUES (?1,?2,?3,?4,?5,?6,?7,?7)",
            fresh,
        )
    if old:
        db.conn.executemany(
            "UPDATE items SET version=?, version_id=?, content_sha256=?, last_seen_at=max(last_seen_at, ?) "
            "WHERE item_id=?",
            old,
        )


def _save_fetch(db: Database, where: tuple[str, int, str], response: Response, page: Page, saved: Saved) -> None:
    (source_id, run_id, evidence), at = where, stamp(response.fetched_at)
    source, request = clean(source_id), response.request
    detail = clean(page.detail or response.detail or page.stop)
    db.execute(
        "INSERT INTO fetches (source_id, run_id, url, purpose, outcome, status, detail, evidence_sha256, new, edited, "
        "unchanged, problems, fetched_at, stop) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (source, run_id, clean(request.url), clean(request.purpose), page.outcome.value, response.status, detail,
         evidence, saved.new, saved.edited, saved.unchanged, dumps(page.problems), at, clean(page.stop)),
    )  # fmt: skip
    db.execute(
        "INSERT INTO sources (source_id, cursor, last_proved_at, last_try_at, last_run_id, outcome, detail, failures) "
        "VALUES (:source, '', NULL, :at, :run, :outcome, :detail, 0) ON CONFLICT (source_id) DO UPDATE SET "
        "last_try_at=excluded.last_try_at, last_run_id=excluded.last_run_id",
        {"source": source, "at": at, "run": run_id, "outcome": page.outcome.value, "detail": detail},
    )
    coverage.opened(db, (source, run_id, evidence, at), page, saved.new)


def _stand(db: Database, source_id: str, outcome: Outcome, detail: str) -> None:
    """Say how the source stands after its turn."""
    db.execute(
        "UPDATE sources SET outcome=:outcome, detail=:detail, failures=CASE WHEN :failed THEN failures + 1 ELSE 0 END "
        "WHERE source_id=:source",
        {"source": clean(source_id), "outcome": outcome.value, "detail": clean(detail),
         "failed": int(not outcome.proved)},
    )  # fmt: skip
    coverage.ended(db, source_id, outcome, detail)


def _move(db: Database, source_id: str, response: Response, page: Page) -> None:
    """Move what only a proved answer may move."""
    at, url, request = stamp(response.fetched_at), clean(response.request.url), response.request
    db.execute("UPDATE sources SET last_proved_at=? WHERE source_id=?", (at, clean(source_id)))
    if page.cursor:
        db.execute("UPDATE sources SET cursor=? WHERE source_id=?", (clean(page.cursor), clean(source_id)))
    if request.paging or request.sealed:
        return
    if response.etag or response.last_modified:
        db.execute(
            "INSERT OR REPLACE INTO validators VALUES (?,?,?)",
            (url, clean(response.etag), clean(response.last_modified)),
        )
    elif page.outcome is not Outcome.NOT_MODIFIED:
        db.execute("DELETE FROM validators WHERE url=?", (url,))
    if response.moved_to:
        db.execute("INSERT OR REPLACE INTO moves VALUES (?,?,?)", (url, clean(response.moved_to), at))
