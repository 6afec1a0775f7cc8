"""Tables of case files: what people wrote into the documents of a case, and the numbers given to them."""

DOCUMENTS = """
CREATE TABLE case_drafts (
  draft_id INTEGER PRIMARY KEY, flag_id INTEGER NOT NULL REFERENCES flags(flag_id), number INTEGER NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users(user_id), at TEXT NOT NULL, payload TEXT NOT NULL, erased INTEGER NOT NULL,
  salt BLOB NOT NULL, UNIQUE (flag_id, number)
) STRICT;
CREATE TRIGGER case_drafts_keep BEFORE DELETE ON case_drafts
BEGIN SELECT RAISE(ABORT, 'case_drafts hanya dapat ditambah'); END;
CREATE TRIGGER case_drafts_fixed BEFORE UPDATE ON case_drafts WHEN NEW.erased = 0 OR OLD.erased = 1
BEGIN SELECT RAISE(ABORT, 'case_drafts hanya dapat ditambah'); END;
CREATE TABLE document_numbers (
  number_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, folded TEXT NOT NULL, number TEXT NOT NULL,
  flag_id INTEGER NOT NULL REFERENCES flags(flag_id), user_id INTEGER NOT NULL REFERENCES users(user_id),
  at TEXT NOT NULL, salt BLOB NOT NULL, UNIQUE (kind, folded)
) STRICT;
CREATE INDEX document_numbers_flag ON document_numbers(flag_id);
CREATE TRIGGER document_numbers_keep BEFORE DELETE ON document_numbers
BEGIN SELECT RAISE(ABORT, 'document_numbers hanya dapat ditambah'); END;
CREATE TRIGGER document_numbers_fixed BEFORE UPDATE ON document_numbers
BEGIN SELECT RAISE(ABORT, 'document_numbers hanya dapat ditambah'); END;
"""
