"""Table of items that a complete listing no longer showed, and why a listing went no further."""

ABSENCES = """
ALTER TABLE fetches ADD COLUMN stop TEXT NOT NULL DEFAULT '';
CREATE TABLE absences (
  absence_id INTEGER PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(item_id), last_seen_at TEXT NOT NULL,
  first_missed_at TEXT NOT NULL, first_run_id INTEGER NOT NULL, first_evidence_sha256 TEXT NOT NULL,
  last_missed_at TEXT NOT NULL, last_run_id INTEGER NOT NULL, last_evidence_sha256 TEXT NOT NULL,
  times INTEGER NOT NULL, returned_at TEXT
) STRICT;
CREATE UNIQUE INDEX absences_open ON absences(item_id) WHERE returned_at IS NULL;
"""
