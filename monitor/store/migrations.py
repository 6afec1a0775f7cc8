"""Every table of the database, in ordered migrations; `user_version` counts those applied.

A migration is never changed once it is released: the next one is appended. `application_id` marks the file as ours.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StoreError
from monitor.store.schema_absences import ABSENCES
from monitor.store.schema_acts import ACTS
from monitor.store.schema_alarms import ALARMS
from monitor.store.schema_captures import CAPTURES
from monitor.store.schema_coverage import COVERAGE
from monitor.store.schema_custody import CUSTODY, SEALS
from monitor.store.schema_documents import DOCUMENTS
from monitor.store.schema_groups import GROUPS
from monitor.store.schema_outcomes import OUTCOMES
from monitor.store.schema_ownership import OWNERSHIP
from monitor.store.schema_packages import PACKAGES
from monitor.store.schema_process import PROCESS
from monitor.store.schema_queue import QUEUE
from monitor.store.schema_quota import QUOTA
from monitor.store.schema_robots import ROBOTS
from monitor.store.schema_roster import ROSTER
from monitor.store.schema_safety import SAFETY
from monitor.store.schema_watch import WATCH

APPLICATION_ID = 0x4E545241  # "NTRA"

_COLLECTING = """
CREATE TABLE runs (
  run_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT,
  status TEXT NOT NULL, summary TEXT NOT NULL
) STRICT;
CREATE INDEX runs_kind ON runs(kind, run_id);
CREATE TABLE fetches (
  fetch_id INTEGER PRIMARY KEY, source_id TEXT NOT NULL, run_id INTEGER NOT NULL, url TEXT NOT NULL,
  purpose TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL, detail TEXT NOT NULL,
  evidence_sha256 TEXT NOT NULL, new INTEGER NOT NULL, edited INTEGER NOT NULL, unchanged INTEGER NOT NULL,
  problems TEXT NOT NULL, fetched_at TEXT NOT NULL
) STRICT;
CREATE INDEX fetches_source ON fetches(source_id, fetch_id);
CREATE TABLE sources (
  source_id TEXT PRIMARY KEY, cursor TEXT NOT NULL, last_proved_at TEXT, last_try_at TEXT, last_run_id INTEGER,
  outcome TEXT NOT NULL, detail TEXT NOT NULL, failures INTEGER NOT NULL
) STRICT;
CREATE TABLE validators (url TEXT PRIMARY KEY, etag TEXT NOT NULL, last_modified TEXT NOT NULL) STRICT;
CREATE TABLE moves (url TEXT PRIMARY KEY, moved_to TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE pace (host TEXT PRIMARY KEY, next_at TEXT NOT NULL) STRICT;
CREATE TABLE items (
  item_id INTEGER PRIMARY KEY, platform TEXT NOT NULL, native_id TEXT NOT NULL,
  version INTEGER NOT NULL, version_id INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
  first_seen_at TEXT NOT NULL, last_seen_at TEXT NOT NULL,
  screened_version INTEGER NOT NULL DEFAULT 0, digest_id INTEGER NOT NULL DEFAULT 0,
  erased INTEGER NOT NULL DEFAULT 0, UNIQUE (platform, native_id)
) STRICT;
CREATE INDEX items_unscreened ON items(item_id) WHERE screened_version < version;
CREATE TABLE item_versions (
  version_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(item_id) DEFERRABLE INITIALLY DEFERRED,
  version INTEGER NOT NULL, source_id TEXT NOT NULL, run_id INTEGER NOT NULL, content_sha256 TEXT NOT NULL,
  evidence_sha256 TEXT NOT NULL, captured_at TEXT NOT NULL, payload TEXT NOT NULL, erased INTEGER NOT NULL,
  salt BLOB NOT NULL, UNIQUE (item_id, version)
) STRICT;
CREATE TRIGGER item_versions_keep BEFORE DELETE ON item_versions
BEGIN SELECT RAISE(ABORT, 'item_versions hanya dapat ditambah'); END;
CREATE TRIGGER item_versions_fixed BEFORE UPDATE ON item_versions WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'item_versions hanya dapat ditambah'); END;
CREATE TABLE erased_identities (digest TEXT PRIMARY KEY) STRICT;
"""

_AUDIT = """
CREATE TABLE audit_chain (
  seq INTEGER PRIMARY KEY, at TEXT NOT NULL, user_id INTEGER, action TEXT NOT NULL, subject TEXT NOT NULL,
  payload_digest TEXT NOT NULL, rows_digest TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_chain_subject ON audit_chain(subject);
CREATE TABLE audit_payloads (
  seq INTEGER PRIMARY KEY REFERENCES audit_chain(seq), salt BLOB NOT NULL, payload TEXT NOT NULL
) STRICT;
CREATE TABLE row_ledger (
  ledger_id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, tbl INTEGER NOT NULL, pk INTEGER NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_chain_keep BEFORE DELETE ON audit_chain
BEGIN SELECT RAISE(ABORT, 'audit_chain hanya dapat ditambah'); END;
CREATE TRIGGER audit_chain_fixed BEFORE UPDATE ON audit_chain
BEGIN SELECT RAISE(ABORT, 'audit_chain hanya dapat ditambah'); END;
CREATE TRIGGER row_ledger_keep BEFORE DELETE ON row_ledger
BEGIN SELECT RAISE(ABORT, 'row_ledger hanya dapat ditambah'); END;
CREATE TRIGGER row_ledger_fixed BEFORE UPDATE ON row_ledger
BEGIN SELECT RAISE(ABORT, 'row_ledger hanya dapat ditambah'); END;
"""

_PEOPLE = """
CREATE TABLE users (
  user_id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, full_name TEXT NOT NULL, password_hash TEXT NOT NULL,
  roles TEXT NOT NULL, regions TEXT NOT NULL, active INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TABLE persons (
  person_id INTEGER PRIMARY KEY, name TEXT NOT NULL, full_name TEXT NOT NULL, spouse_of_candidate INTEGER NOT NULL,
  leave_since TEXT, leave_until TEXT, missing_since TEXT, salt BLOB NOT NULL
) STRICT;
CREATE TABLE person_nips (person_id INTEGER PRIMARY KEY REFERENCES persons(person_id), nip TEXT NOT NULL UNIQUE,
  salt BLOB NOT NULL) STRICT;
CREATE TABLE appointments (
  appointment_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES persons(person_id), kind TEXT NOT NULL,
  office TEXT NOT NULL, post TEXT NOT NULL, region TEXT NOT NULL, since TEXT, until TEXT, salt BLOB NOT NULL
) STRICT;
CREATE INDEX appointments_person ON appointments(person_id);
CREATE TABLE accounts (
  account_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES persons(person_id), platform TEXT NOT NULL,
  native_id TEXT NOT NULL, handles TEXT NOT NULL, confidence TEXT NOT NULL, conditions TEXT NOT NULL,
  facts TEXT NOT NULL, official INTEGER NOT NULL, set_by_person INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX accounts_person ON accounts(person_id);
"""

_FLAGS = """
CREATE TABLE screen_digests (digest_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE screenings (
  item_id INTEGER NOT NULL, version INTEGER NOT NULL, digest_id INTEGER NOT NULL, run_id INTEGER NOT NULL,
  screened_at TEXT NOT NULL, opinions INTEGER NOT NULL, PRIMARY KEY (item_id, version, digest_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE flags (
  flag_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(item_id),
  person_id INTEGER REFERENCES persons(person_id), state TEXT NOT NULL, urgency REAL NOT NULL, level TEXT NOT NULL,
  kind TEXT NOT NULL, platform TEXT NOT NULL, phase TEXT NOT NULL, region TEXT NOT NULL, opinion_id INTEGER NOT NULL,
  decision_id INTEGER, withdrawn INTEGER NOT NULL, created_at TEXT NOT NULL, UNIQUE (item_id, person_id)
) STRICT;
CREATE INDEX flags_queue ON flags(state, urgency DESC, flag_id, region, level, kind, platform, phase, withdrawn)
  WHERE withdrawn = 0;
CREATE INDEX flags_person ON flags(person_id);
CREATE TABLE flag_marks (
  flag_id INTEGER NOT NULL REFERENCES flags(flag_id), kind TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (flag_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE flag_words (flag_id INTEGER PRIMARY KEY REFERENCES flags(flag_id), words TEXT NOT NULL) STRICT;
CREATE TABLE flag_opinions (
  opinion_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id), number INTEGER NOT NULL,
  item_id INTEGER NOT NULL, version INTEGER NOT NULL, run_id INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
  payload TEXT NOT NULL, at TEXT NOT NULL, erased INTEGER NOT NULL, salt BLOB NOT NULL, UNIQUE (flag_id, number)
) STRICT;
CREATE TRIGGER flag_opinions_keep BEFORE DELETE ON flag_opinions
BEGIN SELECT RAISE(ABORT, 'flag_opinions hanya dapat ditambah'); END;
CREATE TRIGGER flag_opinions_fixed BEFORE UPDATE ON flag_opinions WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'flag_opinions hanya dapat ditambah'); END;
CREATE TABLE decisions (
  decision_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  user_id INTEGER NOT NULL REFERENCES users(user_id), before TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
  decided_at TEXT NOT NULL, undoes INTEGER REFERENCES decisions(decision_id), salt BLOB NOT NULL
) STRICT;
CREATE INDEX decisions_flag ON decisions(flag_id, decision_id);
CREATE TRIGGER decisions_keep BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions hanya dapat ditambah'); END;
CREATE TRIGGER decisions_fixed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions hanya dapat ditambah'); END;
CREATE TABLE decision_notes (
  decision_id INTEGER PRIMARY KEY REFERENCES decisions(decision_id), note TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
"""

_RULEBOOK = """
CREATE TABLE rule_versions (
  version_id INTEGER PRIMARY KEY, path TEXT NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL,
  content TEXT NOT NULL, origin TEXT NOT NULL, base_id INTEGER REFERENCES rule_versions(version_id),
  seen_at TEXT NOT NULL, salt BLOB NOT NULL, UNIQUE (path, number)
) STRICT;
CREATE INDEX rule_versions_content ON rule_versions(path, digest);
CREATE TRIGGER rule_versions_keep BEFORE DELETE ON rule_versions
BEGIN SELECT RAISE(ABORT, 'rule_versions hanya dapat ditambah'); END;
CREATE TRIGGER rule_versions_fixed BEFORE UPDATE ON rule_versions
BEGIN SELECT RAISE(ABORT, 'rule_versions hanya dapat ditambah'); END;
CREATE TABLE rule_events (
  event_id INTEGER PRIMARY KEY, version_id INTEGER NOT NULL REFERENCES rule_versions(version_id),
  event TEXT NOT NULL, user_id INTEGER REFERENCES users(user_id), why TEXT NOT NULL, at TEXT NOT NULL,
  salt BLOB NOT NULL
) STRICT;
CREATE INDEX rule_events_version ON rule_events(version_id, event);
CREATE TRIGGER rule_events_keep BEFORE DELETE ON rule_events
BEGIN SELECT RAISE(ABORT, 'rule_events hanya dapat ditambah'); END;
CREATE TRIGGER rule_events_fixed BEFORE UPDATE ON rule_events
BEGIN SELECT RAISE(ABORT, 'rule_events hanya dapat ditambah'); END;
"""

_SAMPLES = """
CREATE TABLE screen_totals (
  run_id INTEGER PRIMARY KEY, digest TEXT NOT NULL, again INTEGER NOT NULL, unflagged INTEGER NOT NULL
) STRICT;
CREATE TABLE screen_bins (
  run_id INTEGER NOT NULL, day TEXT NOT NULL, bin INTEGER NOT NULL, items INTEGER NOT NULL, flagged INTEGER NOT NULL,
  ruled INTEGER NOT NULL, PRIMARY KEY (run_id, day, bin)
) STRICT, WITHOUT ROWID;
CREATE TABLE samples (
  run_id INTEGER NOT NULL, item_id INTEGER NOT NULL, version INTEGER NOT NULL, lot TEXT NOT NULL, region TEXT NOT NULL,
  probability REAL NOT NULL, PRIMARY KEY (run_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX samples_item ON samples(item_id, version);
CREATE TABLE sample_verdicts (
  verdict_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(item_id), version INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users(user_id), partisan INTEGER NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL,
  UNIQUE (item_id, version)
) STRICT;
CREATE TRIGGER sample_verdicts_keep BEFORE DELETE ON sample_verdicts
BEGIN SELECT RAISE(ABORT, 'sample_verdicts hanya dapat ditambah'); END;
CREATE TRIGGER sample_verdicts_fixed BEFORE UPDATE ON sample_verdicts
BEGIN SELECT RAISE(ABORT, 'sample_verdicts hanya dapat ditambah'); END;
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("collecting", _COLLECTING),
    ("audit", _AUDIT),
    ("people", _PEOPLE),
    ("flags", _FLAGS),
    ("rulebook", _RULEBOOK),
    ("samples", _SAMPLES),
    ("absences", ABSENCES),
    ("custody", CUSTODY),
    ("acts", ACTS),
    ("captures", CAPTURES),
    ("coverage", COVERAGE),
    ("alarms", ALARMS),
    ("watch", WATCH),
    ("robots", ROBOTS),
    ("quota", QUOTA),
    ("groups", GROUPS),
    ("seals", SEALS),
    ("safety", SAFETY),
    ("outcomes", OUTCOMES),
    ("documents", DOCUMENTS),
    ("queue", QUEUE),
    ("ownership", OWNERSHIP),
    ("process", PROCESS),
    ("roster", ROSTER),
    ("packages", PACKAGES),
)


def check(conn: sqlite3.Connection, path: Path, *, ready: bool = False) -> None:
    """Refuse a file that is not ours, without writing to it; `ready` refuses one that misses tables too.

    Raises:
        StoreError: another program's database, or one of a newer Netra.
    """
    application, version = _marks(conn)
    tables = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{path} adalah basis data program lain, bukan Netra — periksa `database` di config.yaml")
    if version > len(MIGRATIONS):
        raise StoreError(f"{path} dibuat oleh Netra yang lebih baru — perbarui program ini, jangan turunkan datanya")
    if ready and version < len(MIGRATIONS):
        raise StoreError(f"{path} dibuat oleh Netra yang lebih lama — jalankan `netra doctor` sekali, lalu ulangi")


def migrate(db: Database, path: Path) -> None:
    """Apply the missing migrations, each with its number in one transaction; safe when two processes start at once."""
    while True:
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            check(db.conn, path)
            version = _marks(db.conn)[1]
            if version == len(MIGRATIONS):
                return
            for statement in _statements(MIGRATIONS[version][1]):
                db.conn.execute(statement)
            db.conn.execute(f"PRAGMA application_id={APPLICATION_ID}")
            db.conn.execute(f"PRAGMA user_version={version + 1}")
            db.conn.execute("COMMIT")
        finally:
            db.rollback()


@cache
def _statements(script: str) -> tuple[str, ...]:
    """Cut a script into its statements: run as a whole, it would end the transaction that a migration stands in."""
    found: list[str] = []
    held = ""
    for piece in script.split(";"):
        held += piece + ";"
        if sqlite3.complete_statement(held):
            found.append(held.strip())
            held = ""
    return tuple(one for one in found if one != ";")


def _marks(conn: sqlite3.Connection) -> tuple[int, int]:
    return (
        int(conn.execute("PRAGMA application_id").fetchone()[0]),
        int(conn.execute("PRAGMA user_version").fetchone()[0]),
    )
