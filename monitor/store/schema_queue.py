"""Tables of the review queue: what it orders and searches by, who holds what, what waits, what was done in bulk.

`flags` carries the keys of every order, so that each order is one walk along an index that also holds what most
filters look at: `haste` is the machine's urgency with the legal clock's share, `doubt` the distance of the model's
probability from the threshold it was judged by (2 = no probability), `probability` -1 where there is none,
`happened_at` that of the capture where the act has no time, `office` folded, `until` when a postponed flag comes back
("" = it is not), `due` the day the law gives ("" = none). `flag_words.stale` 1 = not in the index `flag_search` yet,
which finds any three letters in a row (trigrams): so "dukung" is found in "mendukung", "bersinar" in "#ContohBersinar".
"""

QUEUE = """
ALTER TABLE flags ADD COLUMN haste REAL NOT NULL DEFAULT 0;
ALTER TABLE flags ADD COLUMN doubt REAL NOT NULL DEFAULT 2;
ALTER TABLE flags ADD COLUMN probability REAL NOT NULL DEFAULT -1;
ALTER TABLE flags ADD COLUMN happened_at TEXT NOT NULL DEFAULT '';
ALTER TABLE flags ADD COLUMN office TEXT NOT NULL DEFAULT '';
ALTER TABLE flags ADD COLUMN until TEXT NOT NULL DEFAULT '';
ALTER TABLE flags ADD COLUMN due TEXT NOT NULL DEFAULT '';
UPDATE flags SET haste = urgency, happened_at = created_at;
DROP INDEX flags_queue;
CREATE INDEX flags_queue ON flags(state, haste DESC, flag_id, region, level, kind, platform, phase, probability,
  happened_at, until, office, person_id, withdrawn) WHERE withdrawn = 0;
CREATE INDEX flags_oldest ON flags(state, happened_at, flag_id, region, level, kind, platform, phase, probability,
  until, office, person_id, withdrawn) WHERE withdrawn = 0;
CREATE INDEX flags_hardest ON flags(state, doubt, flag_id, region, level, kind, platform, phase, probability,
  happened_at, until, office, person_id, withdrawn) WHERE withdrawn = 0;
CREATE INDEX flags_surest ON flags(state, probability DESC, flag_id, region, level, kind, platform, phase,
  happened_at, until, office, person_id, withdrawn) WHERE withdrawn = 0;
CREATE INDEX flags_due ON flags(due) WHERE due <> '';
CREATE INDEX flag_marks_value ON flag_marks(kind, value, flag_id);
ALTER TABLE flag_words ADD COLUMN stale INTEGER NOT NULL DEFAULT 1;
CREATE INDEX flag_words_stale ON flag_words(flag_id) WHERE stale = 1;
CREATE VIRTUAL TABLE flag_search USING fts5(
  words, content='flag_words', content_rowid='flag_id', tokenize='trigram case_sensitive 1'
);
CREATE TRIGGER flag_words_added AFTER INSERT ON flag_words WHEN NEW.stale = 0
BEGIN INSERT INTO flag_search(rowid, words) VALUES (NEW.flag_id, NEW.words); END;
CREATE TRIGGER flag_words_gone AFTER DELETE ON flag_words WHEN OLD.stale = 0
BEGIN INSERT INTO flag_search(flag_search, rowid, words) VALUES ('delete', OLD.flag_id, OLD.words); END;
CREATE TRIGGER flag_words_changed AFTER UPDATE ON flag_words WHEN OLD.stale = 0 AND NEW.stale = 0
BEGIN
  INSERT INTO flag_search(flag_search, rowid, words) VALUES ('delete', OLD.flag_id, OLD.words);
  INSERT INTO flag_search(rowid, words) VALUES (NEW.flag_id, NEW.words);
END;
CREATE TRIGGER flag_words_aged AFTER UPDATE ON flag_words WHEN OLD.stale = 0 AND NEW.stale <> 0
BEGIN INSERT INTO flag_search(flag_search, rowid, words) VALUES ('delete', OLD.flag_id, OLD.words); END;
CREATE TRIGGER flag_words_caught AFTER UPDATE ON flag_words WHEN OLD.stale <> 0 AND NEW.stale = 0
BEGIN INSERT INTO flag_search(rowid, words) VALUES (NEW.flag_id, NEW.words); END;
CREATE TABLE clock_day (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), day TEXT NOT NULL) STRICT;
CREATE TABLE packs (
  pack_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), taken_at TEXT NOT NULL,
  until TEXT NOT NULL, returned_at TEXT, help TEXT NOT NULL
) STRICT;
CREATE INDEX packs_user ON packs(user_id, until);
CREATE TABLE pack_flags (
  pack_id INTEGER NOT NULL REFERENCES packs(pack_id), flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  PRIMARY KEY (pack_id, flag_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE flag_leases (
  flag_id INTEGER PRIMARY KEY REFERENCES flags(flag_id), pack_id INTEGER NOT NULL REFERENCES packs(pack_id),
  user_id INTEGER NOT NULL REFERENCES users(user_id), until TEXT NOT NULL
) STRICT;
CREATE INDEX flag_leases_user ON flag_leases(user_id, until);
CREATE TABLE postponed (
  postponed_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  user_id INTEGER NOT NULL REFERENCES users(user_id), until TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL,
  salt BLOB NOT NULL
) STRICT;
CREATE INDEX postponed_flag ON postponed(flag_id, postponed_id);
CREATE TRIGGER postponed_keep BEFORE DELETE ON postponed
BEGIN SELECT RAISE(ABORT, 'postponed hanya dapat ditambah'); END;
CREATE INDEX flags_postponed ON flags(until) WHERE until <> '';
CREATE TABLE skipped (
  user_id INTEGER NOT NULL REFERENCES users(user_id), flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  PRIMARY KEY (user_id, flag_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_filters (
  filter_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), name TEXT NOT NULL,
  query TEXT NOT NULL, shared INTEGER NOT NULL, UNIQUE (user_id, name)
) STRICT;
CREATE TABLE bulk_jobs (
  job_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), made_at TEXT NOT NULL,
  query TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, status TEXT NOT NULL
) STRICT;
CREATE TABLE bulk_flags (
  job_id INTEGER NOT NULL REFERENCES bulk_jobs(job_id), flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  expected INTEGER, outcome TEXT NOT NULL, decision_id INTEGER, PRIMARY KEY (job_id, flag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_flags_outcome ON bulk_flags(job_id, outcome, flag_id);
"""
