"""Re-hash everything that is kept: database, custody log, bodies, records, WARC files, manifests. Changes nothing.

The part that takes long, the archive, goes on where it was interrupted: after every stretch a checkpoint is written.
What a checkpoint vouches for is not hashed again, so it counts only with the mark (HMAC) of a key that does not lie
beside the evidence, and for two days.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from monitor.errors import ArchiveError, StoreError
from monitor.evidence import Archive, is_digest
from monitor.evidence.warc import BrokenWarcError
from monitor.evidence.warc import read as read_warc
from monitor.store import Held, Sealed, Store

STRETCH = 200
MOST_PROBLEMS = 1000
_MOST_STRANGERS = 20
LONGEST = timedelta(days=2)
"""How long a checkpoint counts: what was whole before that may not be now."""
_STAGES = ("badan", "warc", "selesai")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was recorded. `part` is where: basis data, arsip, WARC, catatan."""

    part: str
    what: str


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """What the check found. Counts are pieces that were re-hashed; `lawful` are those erased with a tombstone.

    `strangers` are files that the database does not know: left by an interrupted run, or laid there by somebody.
    """

    started_at: datetime
    finished_at: datetime
    resumed: bool
    entries: int
    head: str
    held: Held
    bodies: int
    warcs: int
    lawful: int
    older: int
    strangers: tuple[str, ...]
    findings: tuple[Finding, ...]
    sealed_at: datetime | None = None
    """When the last seal over rows was set: rows up to then are guarded."""
    unsealed: int = 0

    @property
    def ok(self) -> bool:
        """True where everything is as it was recorded."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The file that remembers how far an interrupted check came, and the key of its mark."""

    path: Path
    key: bytes

    def mark(self, said: str) -> str:
        """Give the mark of what a checkpoint says."""
        return hmac.new(self.key, said.encode(), "sha256").hexdigest()


@dataclass(slots=True)
class Tally:
    """How far the archive was checked; what a checkpoint holds."""

    started_at: str = ""
    stage: str = "badan"
    after: str = ""
    bodies: int = 0
    warcs: int = 0
    lawful: int = 0
    older: int = 0
    findings: list[tuple[str, str]] = field(default_factory=list)

    def add(self, part: str, what: str) -> None:
        """Write down what differs, up to a bound."""
        if len(self.findings) < MOST_PROBLEMS:
            self.findings.append((part, what))


def verify(
    store: Store,
    archive: Archive,
    heads: Path,
    clock: Callable[[], datetime],
    *,
    checkpoint: Checkpoint | None = None,
    tell: Callable[[int], None] = lambda _: None,
    stretch: int = STRETCH,
) -> EvidenceReport:
    """Check everything. With a `checkpoint` an interrupted check goes on; one that is forged or old starts anew.

    `tell` is called with how many pieces were checked since the last call, after every `stretch` of them.
    """
    begun = _resume(checkpoint, clock())
    progress = begun or Tally(clock().isoformat())
    entries, database = _database(store, heads)
    if begun is not None:
        tell(begun.bodies + begun.warcs + begun.lawful)
    for count in _archive(store, archive, progress, stretch):
        _remember(checkpoint, progress)
        tell(count)
    if checkpoint is not None:
        checkpoint.path.unlink(missing_ok=True)
    sealed = _sealed(store)
    return EvidenceReport(
        started_at=datetime.fromisoformat(progress.started_at),
        finished_at=clock(),
        resumed=begun is not None,
        entries=entries,
        head=_head(store, sound=not database),
        held=_held(store),
        bodies=progress.bodies,
        warcs=progress.warcs,
        lawful=progress.lawful,
        older=progress.older,
        strangers=() if database else _strangers(store, archive),
        sealed_at=sealed.at,
        unsealed=sealed.left,
        findings=(*(Finding("basis data", one) for one in database), *(Finding(*one) for one in progress.findings)),
    )


def _archive(store: Store, archive: Archive, progress: Tally, stretch: int) -> Iterator[int]:
    """Check the archive a stretch at a time, from where `progress` stands; gives how many pieces each was."""
    steps = {"badan": (store.inventory.bodies, check_body), "warc": (store.inventory.warcs, check_warc)}
    while progress.stage in steps:
        listed, check = steps[progress.stage]
        try:
            digests = listed(progress.after, stretch)
            for digest in digests:
                check(store, archive, digest, progress)
        except StoreError as error:
            # What cannot be read cannot be listed: said, and on to what can.
            progress.add("basis data", str(error))
            digests = []
        if digests:
            progress.after = digests[-1]
        else:
            progress.stage, progress.after = _STAGES[_STAGES.index(progress.stage) + 1], ""
        yield len(digests)


def _database(store: Store, heads: Path) -> tuple[int, list[str]]:
    """Check chain, guarded rows and the file itself; gives the entries of the chain and what is wrong."""
    try:
        audit = store.audit.verify(heads)
    except StoreError as error:
        return 0, [str(error)]
    return audit.entries, [*audit.problems, *store.integrity(whole=True)]


def _head(store: Store, *, sound: bool) -> str:
    """Give number and hash of the newest entry; of a damaged chain there is none to go by."""
    if not sound:
        return ""
    head = store.audit.head()
    return f"{head.seq} {head.hash}"


def _held(store: Store) -> Held:
    try:
        return store.inventory.held()
    except StoreError:
        return Held(0, 0, 0, 0, 0, 0, 0)


def check_body(store: Store, archive: Archive, digest: str, progress: Tally) -> None:
    """Hash one body again and compare the records beside it; what differs goes into the tally."""
    if not is_digest(digest):
        if digest:
            progress.add("basis data", f"`{digest[:80]}` bukan sidik SHA-256")
        return
    if not archive.has(digest) and store.inventory.buried(digest):
        progress.lawful += 1
        return
    try:
        archive.verify(digest)
    except ArchiveError as error:
        progress.add("arsip", str(error))
    progress.bodies += 1
    wanted, found = store.inventory.records_of(digest), [sha256(one).hexdigest() for one in archive.records_of(digest)]
    if not wanted:
        progress.older += bool(found)
        return
    for missing in sorted(wanted - set(found)):
        progress.add("catatan", f"catatan pengambilan {missing} di samping bukti {digest} hilang atau berubah")
    for strange in sorted(set(found) - wanted):
        progress.add("catatan", f"catatan {strange} di samping bukti {digest} tidak dikenal basis data")


def check_warc(store: Store, archive: Archive, digest: str, progress: Tally) -> None:
    """Read one WARC file again and compare what it holds; what differs goes into the tally."""
    if not archive.has_warc(digest) and store.inventory.buried(digest):
        progress.lawful += 1
        return
    progress.warcs += 1
    try:
        records = read_warc(archive.read_warc(digest))
    except ArchiveError as error:
        progress.add("WARC", str(error))
        return
    except BrokenWarcError as error:
        progress.add("WARC", f"{digest}: {error}")
        return
    body = store.inventory.body_of(digest)
    for record in records:
        answered = record.kind in {"response", "conversion"} and not record.hop and bool(record.payload)
        if answered and sha256(record.payload).hexdigest() != body:
            progress.add("WARC", f"rekaman WARC {digest} memuat isi yang berbeda dari bukti {body}")


def _strangers(store: Store, archive: Archive) -> tuple[str, ...]:
    """Name files that no row speaks of, at most a handful; both lists are in order, so neither is held whole."""
    found: list[str] = []
    for stored, listed in ((archive.hashes(), store.inventory.bodies), (archive.warcs(), store.inventory.warcs)):
        known: set[str] = set()
        last = ""
        for name in stored:
            while name > last and (stretch := listed(last, STRETCH)):
                known, last = set(stretch), stretch[-1]
                if name <= last:
                    break
            if name not in known:
                found.append(name)
                if len(found) >= _MOST_STRANGERS:
                    return tuple(found)
    return tuple(found)


def _sealed(store: Store) -> Sealed:
    try:
        return store.seals.standing()
    except (StoreError, ValueError):
        return Sealed(None, {})


def _resume(checkpoint: Checkpoint | None, now: datetime) -> Tally | None:
    if checkpoint is None or not checkpoint.path.exists():
        return None
    try:
        kept = json.loads(checkpoint.path.read_text("utf-8"))
        if not hmac.compare_digest(str(kept["tanda"]), checkpoint.mark(kept["isi"])):
            return None
        found = Tally(**json.loads(kept["isi"]))
        young = timedelta(0) <= now - datetime.fromisoformat(found.started_at) <= LONGEST
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if young and found.stage in _STAGES[:-1] else None


def _remember(checkpoint: Checkpoint | None, progress: Tally) -> None:
    if checkpoint is None:
        return
    said = json.dumps(asdict(progress))
    beside = checkpoint.path.with_name(f".{checkpoint.path.name}.baru")
    beside.write_text(json.dumps({"isi": said, "tanda": checkpoint.mark(said)}), "utf-8")
    beside.replace(checkpoint.path)
