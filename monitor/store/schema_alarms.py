"""Tables of what a person should hear of: silence against habit, canaries not found, shapes that no reader knows."""

ALARMS = """
CREATE TABLE act_days (source_id TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (source_id, day)) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO act_days SELECT source_id, substr(json_extract(payload, '$.happened_at'), 1, 10)
  FROM item_versions WHERE erased = 0 AND version = 1 AND json_extract(payload, '$.happened_at') IS NOT NULL;
INSERT OR IGNORE INTO act_days SELECT substr(source_id, 1, instr(source_id, '/') - 1), day
  FROM act_days WHERE instr(source_id, '/') > 0;
CREATE TABLE silences (
  silence_id INTEGER PRIMARY KEY, source_id TEXT NOT NULL, last_act TEXT NOT NULL, longest INTEGER NOT NULL,
  raised_at TEXT NOT NULL, ended_at TEXT
) STRICT;
CREATE UNIQUE INDEX silences_open ON silences(source_id) WHERE ended_at IS NULL;
CREATE TABLE silence_answers (
  answer_id INTEGER PRIMARY KEY, silence_id INTEGER NOT NULL REFERENCES silences(silence_id),
  user_id INTEGER NOT NULL REFERENCES users(user_id), note TEXT NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX silence_answers_one ON silence_answers(silence_id);
CREATE TRIGGER silence_answers_keep BEFORE DELETE ON silence_answers
BEGIN SELECT RAISE(ABORT, 'silence_answers hanya dapat ditambah'); END;
CREATE TRIGGER silence_answers_fixed BEFORE UPDATE ON silence_answers
BEGIN SELECT RAISE(ABORT, 'silence_answers hanya dapat ditambah'); END;
CREATE TABLE canaries (
  config_id TEXT PRIMARY KEY, source_id TEXT NOT NULL, expected_at TEXT NOT NULL, checked_at TEXT NOT NULL,
  blind TEXT NOT NULL, since TEXT
) STRICT;
CREATE TABLE strange_shapes (
  config_id TEXT NOT NULL, shape TEXT NOT NULL, times INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
  source_id TEXT NOT NULL, evidence_sha256 TEXT NOT NULL, PRIMARY KEY (config_id, shape)
) STRICT, WITHOUT ROWID;
"""
