"""Tables of evidence: what was recorded, what belongs to a case, who touched it, what was erased, time stamps."""

CUSTODY = """
CREATE TABLE recordings (
  recording_id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, source_id TEXT NOT NULL, url TEXT NOT NULL,
  fetched_at TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL, body_sha256 TEXT NOT NULL,
  record_sha256 TEXT NOT NULL, warc_sha256 TEXT NOT NULL, size INTEGER NOT NULL, version TEXT NOT NULL,
  clock TEXT NOT NULL, partial INTEGER NOT NULL, erased INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX recordings_body ON recordings(body_sha256);
CREATE INDEX recordings_warc ON recordings(warc_sha256);
CREATE TRIGGER recordings_keep BEFORE DELETE ON recordings
BEGIN SELECT RAISE(ABORT, 'recordings hanya dapat ditambah'); END;
CREATE TRIGGER recordings_fixed BEFORE UPDATE ON recordings WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'recordings hanya dapat ditambah'); END;
CREATE TABLE pieces (
  piece_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  flag_id INTEGER NOT NULL, item_id INTEGER NOT NULL, origin_sha256 TEXT NOT NULL, made_at TEXT NOT NULL,
  user_id INTEGER, detail TEXT NOT NULL, erased INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX pieces_sha256 ON pieces(sha256);
CREATE INDEX pieces_flag ON pieces(flag_id, kind);
CREATE INDEX pieces_item ON pieces(item_id, kind);
CREATE TRIGGER pieces_keep BEFORE DELETE ON pieces
BEGIN SELECT RAISE(ABORT, 'pieces hanya dapat ditambah'); END;
CREATE TRIGGER pieces_fixed BEFORE UPDATE ON pieces WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'pieces hanya dapat ditambah'); END;
CREATE TABLE custody (
  entry_id INTEGER PRIMARY KEY, at TEXT NOT NULL, user_id INTEGER, act TEXT NOT NULL, flag_id INTEGER NOT NULL,
  subject TEXT NOT NULL, sha256 TEXT NOT NULL, why TEXT NOT NULL, detail TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX custody_flag ON custody(flag_id, entry_id);
CREATE TRIGGER custody_keep BEFORE DELETE ON custody
BEGIN SELECT RAISE(ABORT, 'custody hanya dapat ditambah'); END;
CREATE TRIGGER custody_fixed BEFORE UPDATE ON custody
BEGIN SELECT RAISE(ABORT, 'custody hanya dapat ditambah'); END;
CREATE TABLE tombstones (
  tomb_id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL,
  salt BLOB NOT NULL
) STRICT;
CREATE INDEX tombstones_sha256 ON tombstones(sha256);
CREATE TRIGGER tombstones_keep BEFORE DELETE ON tombstones
BEGIN SELECT RAISE(ABORT, 'tombstones hanya dapat ditambah'); END;
CREATE TRIGGER tombstones_fixed BEFORE UPDATE ON tombstones
BEGIN SELECT RAISE(ABORT, 'tombstones hanya dapat ditambah'); END;
CREATE TABLE removals (sha256 TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (sha256, kind)) STRICT, WITHOUT ROWID;
CREATE TABLE stamp_queue (
  stamp_id INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, message BLOB NOT NULL, asked_at TEXT NOT NULL,
  tries INTEGER NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL, token_sha256 TEXT NOT NULL
) STRICT;
"""

SEALS = """
CREATE TABLE seals (
  seal_id INTEGER PRIMARY KEY, tbl TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, digest TEXT NOT NULL,
  at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TRIGGER seals_keep BEFORE DELETE ON seals
BEGIN SELECT RAISE(ABORT, 'seals hanya dapat ditambah'); END;
CREATE TRIGGER seals_fixed BEFORE UPDATE ON seals
BEGIN SELECT RAISE(ABORT, 'seals hanya dapat ditambah'); END;
"""
