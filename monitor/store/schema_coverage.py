"""Tables of what was seen of each source, turn by turn and day by day."""

COVERAGE = """
CREATE TABLE looks (
  look_id INTEGER PRIMARY KEY, source_id TEXT NOT NULL UNIQUE, outcome TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT NOT NULL, run_id INTEGER NOT NULL, proved_at TEXT, unproved_since TEXT
) STRICT;
INSERT INTO looks (source_id, outcome, detail, at, run_id, proved_at, unproved_since)
  SELECT source_id, outcome, detail, last_try_at, coalesce(last_run_id, 0), last_proved_at,
    CASE WHEN outcome IN ('ok_items', 'ok_empty_proved', 'not_modified') THEN NULL ELSE last_try_at END
  FROM sources WHERE last_try_at IS NOT NULL;
CREATE TABLE turns (
  look_id INTEGER NOT NULL REFERENCES looks(look_id), run_id INTEGER NOT NULL, at TEXT NOT NULL, outcome TEXT NOT NULL,
  detail TEXT NOT NULL, open INTEGER NOT NULL, fetches INTEGER NOT NULL, new INTEGER NOT NULL,
  PRIMARY KEY (look_id, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX turns_run ON turns(run_id, open);
CREATE INDEX turns_open ON turns(run_id) WHERE open = 1;
CREATE TABLE look_years (
  look_id INTEGER NOT NULL REFERENCES looks(look_id), year INTEGER NOT NULL, days TEXT NOT NULL,
  PRIMARY KEY (look_id, year)
) STRICT, WITHOUT ROWID;
"""
