"""Table of what was spent of the daily quota of an API; `day` is a date of the zone in which the quota is renewed."""

QUOTA = """
CREATE TABLE quota (
  meter TEXT NOT NULL, day TEXT NOT NULL, units INTEGER NOT NULL, spent_out INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meter, day)
) STRICT, WITHOUT ROWID;
"""
