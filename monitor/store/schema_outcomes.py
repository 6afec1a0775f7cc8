"""Tables of what became of a case at the authority: the answer, and apart from it the words that can be erased."""

OUTCOMES = """
CREATE TABLE outcomes (
  outcome_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id), result TEXT NOT NULL,
  ground TEXT NOT NULL, decided_on TEXT NOT NULL, user_id INTEGER NOT NULL REFERENCES users(user_id), at TEXT NOT NULL,
  replaces INTEGER UNIQUE REFERENCES outcomes(outcome_id), salt BLOB NOT NULL
) STRICT;
CREATE INDEX outcomes_flag ON outcomes(flag_id, outcome_id);
CREATE TRIGGER outcomes_keep BEFORE DELETE ON outcomes
BEGIN SELECT RAISE(ABORT, 'outcomes hanya dapat ditambah'); END;
CREATE TRIGGER outcomes_fixed BEFORE UPDATE ON outcomes
BEGIN SELECT RAISE(ABORT, 'outcomes hanya dapat ditambah'); END;
CREATE TABLE outcome_texts (
  outcome_id INTEGER PRIMARY KEY REFERENCES outcomes(outcome_id), authority TEXT NOT NULL, document TEXT NOT NULL,
  sanction TEXT NOT NULL, note TEXT NOT NULL, erased INTEGER NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TRIGGER outcome_texts_keep BEFORE DELETE ON outcome_texts
BEGIN SELECT RAISE(ABORT, 'outcome_texts hanya dapat ditambah'); END;
CREATE TRIGGER outcome_texts_fixed BEFORE UPDATE ON outcome_texts WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'outcome_texts hanya dapat ditambah'); END;
"""
