# ruff: noqa: S608 -- only names of columns and question marks are put into SQL; every value is bound
"""Which rows are guarded, and the salted digests that tie them to the audit chain.

A guarded row carries a salt; the ledger holds SHA-256(salt + JSON of the row) and the chain's entry of the same
transaction holds one digest over all its ledger rows. A row that changes gets a new salt and a new ledger row, so the
newest ledger row of each primary key must fit the row that stands: any change, insertion or deletion is found.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import islice
from struct import Struct

from sqlite_utils import Database

from monitor.store.codec import dumps

Cell = str | int | float | None
SALT_BYTES = 16
_PLACE = Struct(">qqq")
_AT_ONCE = 1000

# The number of a table is part of the ledger: rising, never renumbered. The first column is the primary key.
TABLES: dict[str, tuple[int, tuple[str, ...]]] = {
    "item_versions": (
        1,
        ("version_id", "item_id", "version", "source_id", "run_id", "content_sha256", "evidence_sha256", "captured_at",
         "payload", "erased"),
    ),
    "flag_opinions": (
        2,
        ("opinion_id", "flag_id", "number", "item_id", "version", "run_id", "withdrawn", "payload", "at", "erased"),
    ),
    "decisions": (
        3,
        ("decision_id", "flag_id", "user_id", "before", "state", "reason", "decided_at", "undoes"),
    ),
    "decision_notes": (4, ("decision_id", "note")),
    "users": (5, ("user_id", "username", "full_name", "password_hash", "roles", "regions", "active")),
    "persons": (
        6,
        ("person_id", "name", "full_name", "spouse_of_candidate", "leave_since", "leave_until", "missing_since"),
    ),
    "person_nips": (7, ("person_id", "nip")),
    "appointments": (8, ("appointment_id", "person_id", "kind", "office", "post", "region", "since", "until")),
    "accounts": (
        9,
        ("account_id", "person_id", "platform", "native_id", "handles", "confidence", "conditions", "facts", "official",
         "set_by_person"),
    ),
    "rule_versions": (10, ("version_id", "path", "number", "digest", "content", "origin", "base_id", "seen_at")),
    "rule_events": (11, ("event_id", "version_id", "event", "user_id", "why", "at")),
    "sample_verdicts": (20, ("verdict_id", "item_id", "version", "user_id", "partisan", "at")),
    "captures": (
        30,
        ("capture_id", "door", "region", "person_id", "platform", "native_id", "target_key", "user_id", "recorded_at",
         "payload", "erased"),
    ),
    "capture_pictures": (
        31,
        ("picture_id", "capture_id", "place", "sha256", "format", "width", "height", "bytes"),
    ),
    "capture_verdicts": (
        32,
        ("capture_id", "user_id", "state", "reason", "at", "item_id", "evidence_sha256"),
    ),
    "capture_reporters": (33, ("capture_id", "payload")),
    "recordings": (
        40,
        ("recording_id", "run_id", "source_id", "url", "fetched_at", "outcome", "status", "body_sha256",
         "record_sha256", "warc_sha256", "size", "version", "clock", "partial", "erased"),
    ),
    "pieces": (
        41,
        ("piece_id", "kind", "sha256", "size", "flag_id", "item_id", "origin_sha256", "made_at", "user_id", "detail",
         "erased"),
    ),
    "custody": (42, ("entry_id", "at", "user_id", "act", "flag_id", "subject", "sha256", "why", "detail")),
    "tombstones": (43, ("tomb_id", "sha256", "kind", "at", "why")),
    "seals": (44, ("seal_id", "tbl", "low", "high", "digest", "at")),
    "outcomes": (90, ("outcome_id", "flag_id", "result", "ground", "decided_on", "user_id", "at", "replaces")),
    "outcome_texts": (91, ("outcome_id", "authority", "document", "sanction", "note", "erased")),
    "process_events": (
        100, ("event_id", "flag_id", "kind", "decision_id", "user_id", "at", "payload", "erased"),
    ),
    "reviews": (101, ("review_id", "flag_id", "first_id", "stage", "user_id", "state", "reason", "at")),
    "review_notes": (102, ("review_id", "note")),
    "conflicts": (
        103, ("conflict_id", "user_id", "kind", "value", "person_id", "by_user", "at", "ended_by", "ended_at"),
    ),
    "probes": (104, ("probe_id", "user_id", "flag_id", "known", "state", "reason", "at")),
    "postponed": (95, ("postponed_id", "flag_id", "user_id", "until", "note", "at")),
    "silence_answers": (50, ("answer_id", "silence_id", "user_id", "note", "at")),
    "case_drafts": (80, ("draft_id", "flag_id", "number", "user_id", "at", "payload", "erased")),
    "document_numbers": (81, ("number_id", "kind", "folded", "number", "flag_id", "user_id", "at")),
    "account_checks": (
        60,
        ("check_id", "account_id", "user_id", "flag_id", "what", "before", "after", "seen", "at"),
    ),
    "user_factors": (70, ("user_id", "secret", "at")),
    "recovery_codes": (71, ("code_id", "user_id", "digest", "spent_at")),
    "invitations": (72, ("invitation_id", "user_id", "digest", "made_by", "made_at", "expires_at", "ended")),
    "packages_sent": (110, ("package_id", "receiver", "number", "sha256", "made_at", "scope")),
    "packages_received": (
        111,
        ("package_id", "sender", "number", "sha256", "made_at", "received_at", "office", "region", "fingerprint"),
    ),
    "identities": (73, ("identity_id", "user_id", "issuer", "kind", "value", "active", "at")),
}  # fmt: skip


def row_digest(salt: bytes, row: Sequence[Cell]) -> bytes:
    """Digest one row; without the salt, which erasure removes, nobody can guess the row back from it."""
    return _digest_of(salt, dumps(row))


def _digest_of(salt: bytes, text: str) -> bytes:
    return sha256(salt + text.encode("ascii")).digest()


def rows_digest(ledger: Iterable[tuple[int, int, bytes]]) -> str:
    """Digest the ledger rows (table, primary key, digest) of one entry, in their order."""
    whole, pack, rows = sha256(), _PLACE.pack, iter(ledger)
    while part := list(islice(rows, _AT_ONCE)):
        whole.update(b"".join([pack(table, key, len(digest)) + digest for table, key, digest in part]))
    return whole.hexdigest()


class Ledger:
    """Collects the guarded rows of one transaction, for the one audit entry that ends it."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, bytes]] = []

    def insert(
        self, db: Database, table: str, rows: Sequence[Sequence[Cell]], told: Iterable[str] | None = None
    ) -> None:
        """Insert guarded rows, their cells in the order of TABLES; `told` is what `dumps` gives of each, if known."""
        number, columns = TABLES[table]
        noise = os.urandom(SALT_BYTES * len(rows))
        ledger, written = self.rows, []
        starts = range(0, len(noise), SALT_BYTES)
        for start, row, text in zip(starts, rows, map(dumps, rows) if told is None else told, strict=True):
            salt, key = noise[start : start + SALT_BYTES], row[0]
            assert isinstance(key, int)
            ledger.append((number, key, _digest_of(salt, text)))
            written.append((*row, salt))
        marks = ",".join("?" * (len(columns) + 1))
        db.conn.executemany(f"INSERT INTO {table} ({','.join(columns)},salt) VALUES ({marks})", written)

    def replace(self, db: Database, table: str, row: Sequence[Cell]) -> None:
        """Write a guarded row over the one with the same primary key."""
        number, columns = TABLES[table]
        salt = os.urandom(SALT_BYTES)
        names = ", ".join(f"{name}=?" for name in columns[1:])
        key = row[0]
        assert isinstance(key, int)
        db.execute(f"UPDATE {table} SET {names}, salt=? WHERE {columns[0]}=?", (*row[1:], salt, key))
        self.rows.append((number, key, row_digest(salt, row)))


def next_key(db: Database, table: str) -> int:
    """Give the next primary key of a guarded table; sound only inside a write transaction."""
    column = TABLES[table][1][0]
    return int(db.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchone()[0])
