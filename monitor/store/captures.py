# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""What people recorded by hand, and what a second person said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import AccountRow, Capture, CaptureState, Confidence, Item, Picture
from monitor.store import conflicts
from monitor.store.audit import Audit
from monitor.store.codec import clean, decode, dumps, encode, moment, stamp
from monitor.store.connection import Connection
from monitor.store.custody import PieceKind
from monitor.store.guard import Ledger, next_key
from monitor.store.items import Items, marks
from monitor.store.roster_import import RosterImport

_COLUMNS = (
    "c.capture_id, c.payload, c.region, c.user_id, c.recorded_at, coalesce(v.state, 'menunggu'), v.user_id, "
    "coalesce(v.reason, ''), v.at, v.item_id"
)
_FROM = "FROM captures c LEFT JOIN capture_verdicts v ON v.capture_id = c.capture_id"
_GONE = "rekaman ini tidak ada atau sudah dihapus — muat ulang daftarnya"
_DECIDED = "orang lain sudah memutuskan rekaman ini lebih dahulu; tidak ada yang diubah — muat ulang lalu periksa lagi"


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture as it stands. `decided_by`, `decided_at` and `item_id` are None while it waits."""

    capture_id: int
    capture: Capture
    region: str
    user_id: int
    recorded_at: datetime
    state: CaptureState
    decided_by: int | None
    reason: str
    decided_at: datetime | None
    item_id: int | None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Becoming:
    """What a confirmed capture becomes: its item, the evidence of it, and the run that made it."""

    item: Item
    evidence_sha256: str
    run_id: int


class Captures:
    """The captures of an office."""

    def __init__(self, connection: Connection, audit: Audit, items: Items, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._items = items
        self._clock = clock

    def record(self, capture: Capture, pictures: Sequence[Picture], user_id: int, reporter: str = "") -> int:
        """Store a capture that now waits for a second person; gives its id. `reporter` is sealed."""
        with self._connection.transaction(durable=True) as db:
            return self._write(db, capture, pictures, user_id, reporter)

    def record_all(self, captures: Sequence[Capture], user_id: int, pictures: Sequence[Sequence[Picture]]) -> list[int]:
        """Store several captures, each with its pictures, all or none."""
        with self._connection.transaction(durable=True) as db:
            return [self._write(db, one, beside, user_id, "") for one, beside in zip(captures, pictures, strict=True)]

    def identities(self) -> set[str]:
        """Give the identity of every act that was recorded and stands, whatever became of it."""
        return {row[0] for row in self._connection.db.execute("SELECT native_id FROM captures WHERE erased=0")}

    def get(self, capture_id: int) -> StoredCapture:
        """Give a capture with its pictures.

        Raises:
            NotAllowedError: there is none, or it was erased.
        """
        with self._connection.snapshot() as db:
            row = db.execute(f"SELECT {_COLUMNS} {_FROM} WHERE c.capture_id=? AND c.erased=0", (capture_id,)).fetchone()
            if row is None:
                raise NotAllowedError(_GONE)
            return _stored(db, [row])[0]

    def listed(
        self, states: Sequence[CaptureState], regions: frozenset[str] = frozenset(), limit: int = 200
    ) -> list[StoredCapture]:
        """Give captures in these states, oldest first while they wait, else newest first; `regions` empty = all."""
        order = "ASC" if list(states) == [CaptureState.WAITING] else "DESC"
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE c.erased=0 AND coalesce(v.state, 'menunggu') IN ({marks(states)}) "
                "AND (? OR c.region IN (SELECT value FROM json_each(?))) "
                f"ORDER BY c.capture_id {order} LIMIT ?",
                (*[one.value for one in states], not regions, dumps(sorted(regions)), limit),
            ).fetchall()
            return _stored(db, rows)

    def lapsed(self, before: datetime, limit: int = 100) -> list[int]:
        """Give captures that never became an item and were recorded before a moment, oldest first."""
        rows = self._connection.db.execute(
            f"SELECT c.capture_id {_FROM} WHERE c.erased=0 AND v.item_id IS NULL AND c.recorded_at < ? "
            "ORDER BY c.capture_id LIMIT ?",
            (stamp(before), limit),
        )
        return [int(row[0]) for row in rows]

    def waiting(self, regions: frozenset[str] = frozenset(), not_by: int = 0) -> int:
        """Count what waits for a second person, other than what `not_by` recorded."""
        row = self._connection.db.execute(
            f"SELECT count(*) {_FROM} WHERE c.erased=0 AND v.capture_id IS NULL AND c.user_id<>? "
            "AND (? OR c.region IN (SELECT value FROM json_each(?)))",
            (not_by, not regions, dumps(sorted(regions))),
        ).fetchone()
        return int(row[0])

    def on_target(self, target_key: str) -> list[StoredCapture]:
        """Give every capture of a link, whatever became of it, oldest first."""
        if not target_key:
            return []
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE c.erased=0 AND c.target_key=? ORDER BY c.capture_id LIMIT 100",
                (clean(target_key),),
            ).fetchall()
            return _stored(db, rows)

    def of_item(self, item_id: int) -> list[StoredCapture]:
        """Give the confirmed captures behind an item, oldest first."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE c.erased=0 AND v.item_id=? ORDER BY c.capture_id", (item_id,)
            ).fetchall()
            return _stored(db, rows)

    def confirm(self, capture_id: int, user_id: int, becoming: Becoming) -> int:
        """Let a capture become an ordinary item, as a second person; gives the item's id.

        An account that the roster does not hold of this person is added to it, as `diduga`.

        Raises:
            ConflictError: somebody decided first.
            NotAllowedError: it is the user's own capture, does not exist, or its act was lawfully erased.
        """
        with self._connection.transaction(durable=True) as db:
            stored = self._undecided(db, capture_id)
            if stored.user_id == user_id:
                raise NotAllowedError("yang merekam tidak dapat membenarkan rekamannya sendiri — mintalah orang kedua")
            capture, item = stored.capture, becoming.item
            claim = RosterImport(db, self._clock().date())
            facts = (f"tercatat pada temuan {capture_id}", *((capture.known_by,) if capture.known_by else ()))
            account = capture.account
            row = AccountRow(account.platform, account.native_id, account.handle, Confidence.CLAIMED, facts)
            claim.claim(capture.person_id, row)
            common = (capture.source_id, becoming.run_id, becoming.evidence_sha256, stamp(capture.seen_at))
            self._items.put_in(db, common, [item])
            found = db.execute(
                "SELECT item_id FROM items WHERE platform=? AND native_id=? AND erased=0",
                (item.platform.value, clean(item.native_id)),
            ).fetchone()
            if found is None:
                raise NotAllowedError("tindakan ini pernah dihapus menurut ketentuan dan tidak disimpan lagi")
            self._shelve(db, claim.ledger, stored, user_id, int(found[0]), becoming.evidence_sha256)
            self._decide(db, claim.ledger, stored, user_id, (CaptureState.CONFIRMED, "", found[0], becoming))
            return int(found[0])

    def reject(self, capture_id: int, user_id: int, reason: str) -> None:
        """Reject a capture as a second person, or take back one's own.

        Raises:
            ConflictError: somebody decided first.
            NotAllowedError: it does not exist, or no reason is given.
        """
        with self._connection.transaction(durable=True) as db:
            stored = self._undecided(db, capture_id)
            if not reason.strip():
                raise NotAllowedError("sebutkan alasannya, supaya yang merekam tahu apa yang kurang")
            state = CaptureState.WITHDRAWN if stored.user_id == user_id else CaptureState.REJECTED
            self._decide(db, Ledger(), stored, user_id, (state, reason.strip(), None, None))

    def reporter(self, capture_id: int, user_id: int, why: str) -> str:
        """Open the seal on who reported, which the audit records; "" where nobody was named.

        Raises:
            NotAllowedError: no reason is given, or there is no such capture.
        """
        if not why.strip():
            raise NotAllowedError("membuka segel pelapor perlu alasan — sebutkan untuk keperluan apa")
        self.get(capture_id)
        self._audit.note("buka_pelapor", f"tangkapan:{capture_id}", {"alasan": clean(why.strip())}, user_id)
        row = self._connection.db.execute(
            "SELECT payload FROM capture_reporters WHERE capture_id=?", (capture_id,)
        ).fetchone()
        return str(json.loads(row[0])) if row else ""

    def has_reporter(self, capture_id: int) -> bool:
        """Tell whether somebody stands behind the seal; reads nothing of it."""
        found = self._connection.db.execute("SELECT 1 FROM capture_reporters WHERE capture_id=?", (capture_id,))
        return found.fetchone() is not None

    # ------------------------------------------------------------------- inside a transaction

    def _write(self, db: Database, capture: Capture, pictures: Sequence[Picture], user_id: int, reporter: str) -> int:
        key, ledger = next_key(db, "captures"), Ledger()
        row = (
            key, capture.door.value, clean(capture.region), capture.person_id, capture.account.platform.value,
            clean(capture.native_id), clean(capture.target_key), user_id, stamp(self._clock()),
            dumps(encode(Capture, capture)), 0,
        )  # fmt: skip
        ledger.insert(db, "captures", [row])
        first = next_key(db, "capture_pictures")
        ledger.insert(
            db,
            "capture_pictures",
            [
                (first + place, key, place, one.sha256, one.format, one.width, one.height, one.bytes)
                for place, one in enumerate(pictures)
            ],
        )
        if reporter.strip():
            ledger.insert(db, "capture_reporters", [(key, dumps(clean(reporter.strip())))])
        payload = {"pintu": capture.door.value, "jenis": capture.act.value, "gambar": [one.sha256 for one in pictures]}
        self._audit.append(db, ledger, action="tangkap", subject=f"tangkapan:{key}", payload=payload, user_id=user_id)
        return key

    def _shelve(
        self, db: Database, ledger: Ledger, stored: StoredCapture, user_id: int, item_id: int, evidence: str
    ) -> None:
        """Put the pictures among the pieces of the item, where its cases, manifests and packs find them."""
        first, at = next_key(db, "pieces"), stamp(self._clock())
        detail = dumps({"temuan": stored.capture_id})
        rows = [
            (
                first + place,
                PieceKind.SCREENSHOT.value,
                one.sha256,
                one.bytes,
                0,
                item_id,
                evidence,
                at,
                user_id,
                detail,
                0,
            )
            for place, one in enumerate(stored.pictures)
        ]
        if rows:
            ledger.insert(db, "pieces", rows)

    def _undecided(self, db: Database, capture_id: int) -> StoredCapture:
        row = db.execute(f"SELECT {_COLUMNS} {_FROM} WHERE c.capture_id=? AND c.erased=0", (capture_id,)).fetchone()
        if row is None:
            raise NotAllowedError(_GONE)
        stored = _stored(db, [row])[0]
        if stored.state is not CaptureState.WAITING:
            raise ConflictError(_DECIDED)
        return stored

    def _decide(
        self,
        db: Database,
        ledger: Ledger,
        stored: StoredCapture,
        user_id: int,
        verdict: tuple[CaptureState, str, int | None, Becoming | None],
    ) -> None:
        state, reason, item_id, becoming = verdict
        if state is not CaptureState.WITHDRAWN:
            conflicts.refuse_person(db, user_id, stored.capture.person_id)
        evidence = becoming.evidence_sha256 if becoming is not None else ""
        key = stored.capture_id
        row = (key, user_id, state.value, clean(reason), stamp(self._clock()), item_id, evidence)
        ledger.insert(db, "capture_verdicts", [row])
        payload = {"ke": state.value, "alasan": clean(reason), "item": item_id, "bukti": evidence}
        self._audit.append(
            db, ledger, action="tangkapan_" + state.value, subject=f"tangkapan:{key}", payload=payload, user_id=user_id
        )


def _stored(db: Database, rows: Sequence[Sequence[object]]) -> list[StoredCapture]:
    found: list[StoredCapture] = []
    for key, payload, region, user_id, recorded, state, decider, reason, decided, item_id in rows:
        pictures = db.execute(
            "SELECT sha256, format, width, height, bytes FROM capture_pictures WHERE capture_id=? ORDER BY place",
            (key,),
        )
        found.append(
            StoredCapture(
                capture_id=int(str(key)),
                capture=decode(Capture, json.loads(str(payload))),
                region=str(region),
                user_id=int(str(user_id)),
                recorded_at=moment(str(recorded)),
                state=CaptureState(str(state)),
                decided_by=None if decider is None else int(str(decider)),
                reason=str(reason),
                decided_at=None if decided is None else moment(str(decided)),
                item_id=None if item_id is None else int(str(item_id)),
                pictures=tuple(Picture(*picture) for picture in pictures),
            )
        )
    return found
