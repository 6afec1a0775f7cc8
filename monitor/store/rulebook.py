# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Which text of which rule file was proposed, by whom, why, and what became of it. Appended, never changed.

A version is one content of one file; what happens to it are events. In force is, for each file, the version whose
approval came last. Nothing here knows what a rule means: contents are text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlite_utils import Database

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Flag, State
from monitor.store import cases
from monitor.store.audit import Audit
from monitor.store.codec import moment, stamp
from monitor.store.connection import Connection
from monitor.store.decisions import AHEAD, DISMISSED
from monitor.store.guard import Cell, Ledger, next_key


class Origin(StrEnum):
    """Where a content came from."""

    SHIPPED = "bawaan"
    DISK = "berkas"
    PERSON = "pengguna"
    ROLLBACK = "kembali"


class Event(StrEnum):
    """What happened to a version."""

    PROPOSED = "diusulkan"
    APPROVED = "disetujui"
    REJECTED = "ditolak"
    REPLACED = "diganti"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a version. `user_id` is None for what came with Netra or was only seen on the disk."""

    event: Event
    user_id: int | None
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One content of one file, numbered from 1 within the file. An empty content means: this file goes.

    `base_id` is the version that was in force when it was proposed. `happenings` are oldest first.
    """

    version_id: int
    path: str
    number: int
    digest: str
    content: str
    origin: Origin
    base_id: int | None
    seen_at: datetime
    happenings: tuple[Happening, ...] = ()

    @property
    def proposal(self) -> Happening | None:
        """The newest proposal, None where nobody has put this forward yet."""
        return next((one for one in reversed(self.happenings) if one.event is Event.PROPOSED), None)

    @property
    def waits(self) -> bool:
        """True while nobody has approved, rejected or replaced it."""
        return all(one.event is Event.PROPOSED for one in self.happenings)


def digest_of(content: str) -> str:
    """Give the SHA-256 of a content, "" for the content that says: this file goes."""
    return sha256(content.encode()).hexdigest() if content else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the flags in which a rule has a part. `aside`: cleared for a reason that says nothing of text."""

    flags: int = 0
    upheld: int = 0
    dismissed: int = 0
    aside: int = 0
    open: int = 0


_VERSION = "v.version_id, v.path, v.number, v.digest, v.content, v.origin, v.base_id, v.seen_at"
_APPROVED_LAST = (
    "SELECT v.path, max(e.event_id), v.version_id FROM rule_events e JOIN rule_versions v USING (version_id) "
    f"WHERE e.event = '{Event.APPROVED}' GROUP BY v.path"
)
# Whose account it was, or who ran it, says nothing of the words that a rule found.
NOT_OF_THE_TEXT = ("bukan_akunnya", "dikelola_orang_lain", "diretas", "nama_sama", "bukan_asn", "dipasang_orang_lain")


class Rulebook:
    """The versions of the rules of one office."""

    def __init__(self, connection: Connection, audit: Audit, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._audit = audit
        self._clock = clock

    # ------------------------------------------------------------------ reading

    def empty(self) -> bool:
        """Tell whether nothing was ever adopted."""
        return self._connection.db.execute("SELECT 1 FROM rule_versions LIMIT 1").fetchone() is None

    def revision(self) -> int:
        """Give a number that grows with every approval."""
        sql = "SELECT coalesce(max(event_id), 0) FROM rule_events WHERE event = ?"
        return int(self._connection.db.execute(sql, (Event.APPROVED.value,)).fetchone()[0])

    def in_force(self) -> dict[str, Version]:
        """Give the version in force of every file, by path; a file that was taken away is not there."""
        with self._connection.snapshot() as db:
            ids = [row[2] for row in db.execute(_APPROVED_LAST)]
            return {one.path: one for one in _versions(db, ids) if one.content}

    def digests(self) -> dict[str, str]:
        """Give the digest in force of every file, without its content."""
        rows = self._connection.db.execute(
            f"SELECT a.path, v.digest FROM ({_APPROVED_LAST}) a JOIN rule_versions v USING (version_id)"
        )
        return {path: digest for path, digest in rows if digest}

    def known(self) -> set[tuple[str, str]]:
        """Give every (path, digest) ever seen."""
        return set(self._connection.db.execute("SELECT path, digest FROM rule_versions").fetchall())

    def waiting(self) -> list[Version]:
        """Give the versions nobody has decided on, newest first."""
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT version_id FROM rule_versions v WHERE NOT EXISTS (SELECT 1 FROM rule_events e "
                "WHERE e.version_id = v.version_id AND e.event <> ?) ORDER BY version_id DESC",
                (Event.PROPOSED.value,),
            )
            return _versions(db, [row[0] for row in rows])

    def history(self, path: str) -> list[Version]:
        """Give every version of a file, newest first."""
        with self._connection.snapshot() as db:
            rows = db.execute("SELECT version_id FROM rule_versions WHERE path=? ORDER BY number DESC", (path,))
            return _versions(db, [row[0] for row in rows])

    def get(self, version_id: int) -> Version:
        """Give a version.

        Raises:
            NotAllowedError: there is none of that number.
        """
        with self._connection.snapshot() as db:
            found = _versions(db, [version_id])
        if not found:
            raise NotAllowedError(f"versi aturan {version_id} tidak ada — lihat `netra rules status`")
        return found[0]

    # ------------------------------------------------------------------ writing

    def adopt(self, contents: Mapping[str, str], why: str) -> int:
        """Put contents in force as they came with Netra, in one transaction; gives how many changed."""
        with self._connection.transaction(durable=True) as db:
            held = {row[0]: row[1] for row in self._digests(db)}
            changed = {path: text for path, text in contents.items() if held.get(path, "") != digest_of(text)}
            if changed:
                happened = Happening(Event.APPROVED, None, why, self._clock())
                self._add(db, changed, Origin.SHIPPED, happened, "aturan_bawaan")
        return len(changed)

    def see(self, contents: Mapping[str, str]) -> int:
        """Record contents that stand on the disk and were never seen; older ones that wait there are replaced."""
        if not contents:
            return 0
        with self._connection.transaction(durable=True) as db:
            known = set(db.execute("SELECT path, digest FROM rule_versions").fetchall())
            fresh = {path: text for path, text in contents.items() if (path, digest_of(text)) not in known}
            if fresh:
                self._replace_waiting(db, list(fresh))
                self._add(db, fresh, Origin.DISK, None, "aturan_terlihat")
        return len(fresh)

    def propose(self, path: str, content: str, user_id: int, why: str, origin: Origin = Origin.PERSON) -> Version:
        """Put a content forward. The same content that waits without a proposer gets one.

        Raises:
            ConflictError: exactly this content already waits, or is in force.
        """
        digest = digest_of(content)
        with self._connection.transaction(durable=True) as db:
            held = {row[0]: row[1] for row in self._digests(db)}
            if held.get(path, "") == digest:
                raise ConflictError("isi ini sudah berlaku — tidak ada yang perlu diusulkan")
            happened = Happening(Event.PROPOSED, user_id, why, self._clock())
            row = db.execute(
                "SELECT v.version_id, EXISTS (SELECT 1 FROM rule_events e WHERE e.version_id = v.version_id) "
                "FROM rule_versions v WHERE path=? AND digest=? AND NOT EXISTS (SELECT 1 FROM rule_events e "
                "WHERE e.version_id = v.version_id AND e.event <> ?) ORDER BY number DESC",
                (path, digest, Event.PROPOSED.value),
            ).fetchone()
            if row is None:
                version_id = self._add(db, {path: content}, origin, happened, "aturan_diusulkan")[0]
            elif row[1]:
                raise ConflictError("isi yang sama sudah menunggu persetujuan — lihat `netra rules status`")
            else:
                version_id = int(row[0])
                self._happen(db, [version_id], happened, "aturan_diusulkan", path)
            return _versions(db, [version_id])[0]

    def decide(self, version_id: int, event: Event, user_id: int, why: str, *, base_id: int | None) -> Version:
        """Approve or reject a version that waits.

        `base_id` is the version in force that the decider looked at.

        Raises:
            ConflictError: somebody decided meanwhile, or another version came into force.
            NotAllowedError: who proposed it approves it.
        """
        with self._connection.transaction(durable=True) as db:
            version = _versions(db, [version_id])[0]
            if any(one.event is Event.PROPOSED and one.user_id == user_id for one in version.happenings):
                raise NotAllowedError("usulan sendiri tidak dapat disetujui atau ditolak sendiri — minta orang kedua")
            held = {row[0]: row[2] for row in db.execute(_APPROVED_LAST)}
            if not version.waits or held.get(version.path) != base_id:
                raise ConflictError("sudah ada keputusan lain atas aturan ini; tidak ada yang diubah — muat ulang")
            action = "aturan_disetujui" if event is Event.APPROVED else "aturan_ditolak"
            self._happen(db, [version_id], Happening(event, user_id, why, self._clock()), action, version.path)
            return _versions(db, [version_id])[0]

    def _digests(self, db: Database) -> list[tuple[str, str]]:
        return list(
            db.execute(f"SELECT a.path, v.digest FROM ({_APPROVED_LAST}) a JOIN rule_versions v USING (version_id)")
        )

    def _replace_waiting(self, db: Database, paths: Sequence[str]) -> None:
        for path in paths:
            rows = db.execute(
                "SELECT version_id FROM rule_versions v WHERE path=? AND NOT EXISTS "
                "(SELECT 1 FROM rule_events e WHERE e.version_id = v.version_id)",
                (path,),
            ).fetchall()
            if rows:
                gone = Happening(Event.REPLACED, None, "berkas berubah lagi", self._clock())
                self._happen(db, [row[0] for row in rows], gone, "aturan_diganti", path)

    def _add(
        self, db: Database, contents: Mapping[str, str], origin: Origin, happened: Happening | None, action: str
    ) -> list[int]:
        at, ledger, key = stamp(self._clock()), Ledger(), next_key(db, "rule_versions")
        base = {row[0]: row[2] for row in db.execute(_APPROVED_LAST)}
        numbers = dict(db.execute("SELECT path, max(number) FROM rule_versions GROUP BY path").fetchall())
        rows: list[tuple[Cell, ...]] = [
            (key + place, path, numbers.get(path, 0) + 1, digest_of(text), text, origin.value, base.get(path), at)
            for place, (path, text) in enumerate(contents.items())
        ]
        ledger.insert(db, "rule_versions", rows)
        ids = [key + place for place in range(len(rows))]
        if happened is not None:
            ledger.insert(db, "rule_events", _events(db, ids, happened))
        who, why = (happened.user_id, happened.why) if happened is not None else (None, "")
        subject = f"aturan:{next(iter(contents))}" if len(contents) == 1 else "aturan"
        payload = {"berkas": len(contents), "alasan": why, "sidik": [str(row[3])[:16] for row in rows[:20]]}
        self._audit.append(db, ledger, action=action, subject=subject, payload=payload, user_id=who)
        return ids

    def _happen(self, db: Database, ids: Sequence[int], happened: Happening, action: str, path: str) -> None:
        ledger = Ledger()
        ledger.insert(db, "rule_events", _events(db, ids, happened))
        payload = {"versi": list(ids), "alasan": happened.why}
        self._audit.append(
            db, ledger, action=action, subject=f"aturan:{path}", payload=payload, user_id=happened.user_id
        )

    # ------------------------------------------------------------------ verdicts on rules

    def tallies(self, regions: frozenset[str] = frozenset(), since: datetime | None = None) -> dict[str, Tally]:
        """Count, for each rule id, its standing flags by what reviewers decided; `regions` empty = all.

        `since` counts only flags that were decided, or where nobody has decided were raised, since then.
        """
        marks = ",".join("?" * len(NOT_OF_THE_TEXT))
        where, values = _of_regions(regions)
        rows = self._connection.db.execute(
            f"SELECT m.value, f.state, coalesce(d.reason IN ({marks}), 0), count(*) FROM flag_marks m "
            "JOIN flags f ON f.flag_id = m.flag_id LEFT JOIN decisions d ON d.decision_id = f.decision_id "
            f"WHERE m.kind = 'aturan' AND (f.withdrawn = 0 OR f.state <> 'baru'){where} "
            "AND coalesce(d.decided_at, f.created_at) >= ? GROUP BY 1, 2, 3",
            [*NOT_OF_THE_TEXT, *values, "" if since is None else stamp(since)],
        )
        found: dict[str, Tally] = {}
        for rule_id, state, of_person, count in rows:
            held = found.get(rule_id, Tally())
            cleared, lead = State(state).dismissed, State(state).ahead
            found[rule_id] = Tally(
                held.flags + count,
                held.upheld + count * lead,
                held.dismissed + count * (cleared and not of_person),
                held.aside + count * (cleared and bool(of_person)),
                held.open + count * (not cleared and not lead),
            )
        return found

    def matches(self, rule_id: str, regions: frozenset[str] = frozenset(), limit: int = 60) -> list[Flag]:
        """Give the newest flags in which a rule has a part: dismissed ones first, then open ones, then upheld ones."""
        where, values = _of_regions(regions)
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT f.flag_id FROM flag_marks m JOIN flags f ON f.flag_id = m.flag_id WHERE m.kind = 'aturan' "
                f"AND m.value = ? AND (f.withdrawn = 0 OR f.state <> 'baru'){where} "
                f"ORDER BY CASE WHEN f.state IN {DISMISSED} THEN 0 WHEN f.state IN {AHEAD} THEN 2 ELSE 1 END, "
                "f.flag_id DESC "
                "LIMIT ?",
                [rule_id, *values, limit],
            )
            return cases.load(db, [row[0] for row in rows])


def _of_regions(regions: Iterable[str]) -> tuple[str, list[str]]:
    wanted = sorted(regions)
    return (f" AND f.region IN ({','.join('?' * len(wanted))})", wanted) if wanted else ("", [])


def _events(db: Database, ids: Sequence[int], happened: Happening) -> list[tuple[Cell, ...]]:
    key = next_key(db, "rule_events")
    return [
        (key + place, version_id, happened.event.value, happened.user_id, happened.why, stamp(happened.at))
        for place, version_id in enumerate(ids)
    ]


def _versions(db: Database, ids: Sequence[int]) -> list[Version]:
    """Read versions with their events, in the order asked for."""
    found: dict[int, Version] = {}
    for start in range(0, len(ids), 500):
        part = list(ids[start : start + 500])
        marks = ",".join("?" * len(part))
        happenings: dict[int, list[Happening]] = {}
        for version_id, event, user_id, why, at in db.execute(
            f"SELECT version_id, event, user_id, why, at FROM rule_events WHERE version_id IN ({marks}) "
            "ORDER BY event_id",
            part,
        ):
            happenings.setdefault(version_id, []).append(Happening(Event(event), user_id, why, moment(at)))
        for row in db.execute(f"SELECT {_VERSION} FROM rule_versions v WHERE version_id IN ({marks})", part):
            version_id, path, number, digest, content, origin, base_id, seen_at = row
            found[version_id] = Version(
                version_id, path, number, digest, content, Origin(origin), base_id, moment(seen_at),
                tuple(happenings.get(version_id, ())),
            )  # fmt: skip
    return [found[one] for one in ids if one in found]
