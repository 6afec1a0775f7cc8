"""Tables of what people record by hand: captures, their pictures, the second person's word, what waits to be sent."""

CAPTURES = """
CREATE TABLE captures (
  capture_id INTEGER PRIMARY KEY, door TEXT NOT NULL, region TEXT NOT NULL,
  person_id INTEGER REFERENCES persons(person_id), platform TEXT NOT NULL, native_id TEXT NOT NULL,
  target_key TEXT NOT NULL, user_id INTEGER NOT NULL REFERENCES users(user_id), recorded_at TEXT NOT NULL,
  payload TEXT NOT NULL, erased INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX captures_target ON captures(target_key);
CREATE INDEX captures_act ON captures(platform, native_id);
CREATE TRIGGER captures_keep BEFORE DELETE ON captures
BEGIN SELECT RAISE(ABORT, 'captures hanya dapat ditambah'); END;
CREATE TRIGGER captures_fixed BEFORE UPDATE ON captures WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'captures hanya dapat ditambah'); END;
CREATE TABLE capture_pictures (
  picture_id INTEGER PRIMARY KEY, capture_id INTEGER NOT NULL REFERENCES captures(capture_id), place INTEGER NOT NULL,
  sha256 TEXT NOT NULL, format TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL,
  salt BLOB NOT NULL
) STRICT;
CREATE INDEX capture_pictures_capture ON capture_pictures(capture_id, place);
CREATE INDEX capture_pictures_content ON capture_pictures(sha256);
CREATE TRIGGER capture_pictures_keep BEFORE DELETE ON capture_pictures
BEGIN SELECT RAISE(ABORT, 'capture_pictures hanya dapat ditambah'); END;
CREATE TRIGGER capture_pictures_fixed BEFORE UPDATE ON capture_pictures
BEGIN SELECT RAISE(ABORT, 'capture_pictures hanya dapat ditambah'); END;
CREATE TABLE capture_verdicts (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(capture_id), user_id INTEGER NOT NULL REFERENCES users(user_id),
  state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, item_id INTEGER REFERENCES items(item_id),
  evidence_sha256 TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX capture_verdicts_item ON capture_verdicts(item_id);
CREATE TRIGGER capture_verdicts_keep BEFORE DELETE ON capture_verdicts
BEGIN SELECT RAISE(ABORT, 'capture_verdicts hanya dapat ditambah'); END;
CREATE TABLE capture_reporters (
  capture_id INTEGER PRIMARY KEY REFERENCES captures(capture_id), payload TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TABLE capture_uploads (
  token TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), sha256 TEXT NOT NULL,
  format TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, content BLOB NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX capture_uploads_user ON capture_uploads(user_id, at);
CREATE TABLE picture_texts (
  sha256 TEXT PRIMARY KEY, engine TEXT NOT NULL, outcome TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
"""
