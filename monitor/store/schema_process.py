"""Tables of fair process: steps of a case, second and third reviews, conflicts of interest, known answers.

`process_events`, `reviews` and `probes` are only ever added to; `conflicts` is written over where a declaration ends,
so that a relative's name does not outlive it. `review_due` and `probe_turns` are working lists: who removes a line of
them gains nothing, because a step forward asks for two verdicts in guarded rows, not for a list.
"""

PROCESS = """
CREATE TABLE process_events (
  event_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id), kind TEXT NOT NULL,
  decision_id INTEGER REFERENCES decisions(decision_id) DEFERRABLE INITIALLY DEFERRED,
  user_id INTEGER NOT NULL REFERENCES users(user_id), at TEXT NOT NULL, payload TEXT NOT NULL,
  erased INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX process_events_flag ON process_events(flag_id, event_id);
CREATE INDEX process_events_kind ON process_events(kind, event_id);
CREATE TRIGGER process_events_keep BEFORE DELETE ON process_events
BEGIN SELECT RAISE(ABORT, 'process_events hanya dapat ditambah'); END;
CREATE TRIGGER process_events_fixed BEFORE UPDATE ON process_events WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'process_events hanya dapat ditambah'); END;
CREATE TABLE reviews (
  review_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id),
  first_id INTEGER NOT NULL REFERENCES decisions(decision_id), stage INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users(user_id), state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
  salt BLOB NOT NULL, UNIQUE (first_id, stage), UNIQUE (first_id, user_id)
) STRICT;
CREATE INDEX reviews_flag ON reviews(flag_id, review_id);
CREATE TRIGGER reviews_keep BEFORE DELETE ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews hanya dapat ditambah'); END;
CREATE TRIGGER reviews_fixed BEFORE UPDATE ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews hanya dapat ditambah'); END;
CREATE TABLE review_notes (
  review_id INTEGER PRIMARY KEY REFERENCES reviews(review_id), note TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TABLE review_due (
  flag_id INTEGER PRIMARY KEY REFERENCES flags(flag_id), first_id INTEGER NOT NULL, stage INTEGER NOT NULL,
  why TEXT NOT NULL, since TEXT NOT NULL
) STRICT;
CREATE TABLE review_salt (salt TEXT NOT NULL) STRICT;
INSERT INTO review_salt VALUES (hex(randomblob(32)));
CREATE TABLE conflicts (
  conflict_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), kind TEXT NOT NULL,
  value TEXT NOT NULL, person_id INTEGER, by_user INTEGER NOT NULL REFERENCES users(user_id), at TEXT NOT NULL,
  ended_by INTEGER REFERENCES users(user_id), ended_at TEXT, salt BLOB NOT NULL
) STRICT;
CREATE INDEX conflicts_user ON conflicts(user_id) WHERE ended_at IS NULL;
CREATE TABLE probes (
  probe_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id),
  flag_id INTEGER NOT NULL REFERENCES flags(flag_id), known TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  at TEXT NOT NULL, salt BLOB NOT NULL, UNIQUE (user_id, flag_id)
) STRICT;
CREATE TRIGGER probes_keep BEFORE DELETE ON probes
BEGIN SELECT RAISE(ABORT, 'probes hanya dapat ditambah'); END;
CREATE TRIGGER probes_fixed BEFORE UPDATE ON probes
BEGIN SELECT RAISE(ABORT, 'probes hanya dapat ditambah'); END;
CREATE INDEX row_ledger_decisions ON row_ledger(pk) WHERE tbl = 3;
CREATE TABLE probe_turns (
  user_id INTEGER PRIMARY KEY REFERENCES users(user_id), flag_id INTEGER NOT NULL, known TEXT NOT NULL,
  asked_at TEXT NOT NULL
) STRICT;
"""
