"""What people found out about accounts, one appended row a change; and the indexes that the dashboard counts by."""

OWNERSHIP = """
CREATE TABLE account_checks (
  check_id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts(account_id),
  user_id INTEGER REFERENCES users(user_id), flag_id INTEGER NOT NULL, what TEXT NOT NULL, before TEXT NOT NULL,
  after TEXT NOT NULL, seen TEXT NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX account_checks_account ON account_checks(account_id, check_id);
CREATE TRIGGER account_checks_keep BEFORE DELETE ON account_checks
BEGIN SELECT RAISE(ABORT, 'account_checks hanya dapat ditambah'); END;
CREATE TRIGGER account_checks_fixed BEFORE UPDATE ON account_checks
BEGIN SELECT RAISE(ABORT, 'account_checks hanya dapat ditambah'); END;
CREATE INDEX flags_day ON flags(created_at, phase, level, region) WHERE withdrawn = 0;
CREATE INDEX flags_opinion ON flags(opinion_id);
CREATE INDEX decisions_undoes ON decisions(undoes) WHERE undoes IS NOT NULL;
CREATE INDEX decisions_user ON decisions(user_id, decision_id);
"""
