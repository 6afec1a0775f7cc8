"""Tables of packages between offices: what was sent and received, and apart from it what the newest says.

`packages_sent` and `packages_received` are for ever and guarded; the rest is the newest package of each sender taken
apart, and goes when a newer one comes. `region_key` is the folded name of a region. None of it touches the office's
own flags.
"""

PACKAGES = """
CREATE TABLE packages_sent (
  package_id INTEGER PRIMARY KEY, receiver TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL,
  made_at TEXT NOT NULL, scope TEXT NOT NULL, salt BLOB NOT NULL, UNIQUE (receiver, number)
) STRICT;
CREATE TRIGGER packages_sent_keep BEFORE DELETE ON packages_sent
BEGIN SELECT RAISE(ABORT, 'packages_sent hanya dapat ditambah'); END;
CREATE TRIGGER packages_sent_fixed BEFORE UPDATE ON packages_sent
BEGIN SELECT RAISE(ABORT, 'packages_sent hanya dapat ditambah'); END;
CREATE TABLE packages_received (
  package_id INTEGER PRIMARY KEY, sender TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT NULL,
  made_at TEXT NOT NULL, received_at TEXT NOT NULL, office TEXT NOT NULL, region TEXT NOT NULL,
  fingerprint TEXT NOT NULL, salt BLOB NOT NULL, UNIQUE (sender, number)
) STRICT;
CREATE TRIGGER packages_received_keep BEFORE DELETE ON packages_received
BEGIN SELECT RAISE(ABORT, 'packages_received hanya dapat ditambah'); END;
CREATE TRIGGER packages_received_fixed BEFORE UPDATE ON packages_received
BEGIN SELECT RAISE(ABORT, 'packages_received hanya dapat ditambah'); END;
CREATE TABLE received_bodies (
  package_id INTEGER PRIMARY KEY REFERENCES packages_received(package_id), body TEXT NOT NULL, signature TEXT NOT NULL
) STRICT;
CREATE TABLE received_figures (
  package_id INTEGER NOT NULL REFERENCES packages_received(package_id), region_key TEXT NOT NULL, region TEXT NOT NULL,
  phase TEXT NOT NULL, what TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (package_id, region_key, phase, what, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE received_runs (
  package_id INTEGER NOT NULL REFERENCES packages_received(package_id), name TEXT NOT NULL, phase TEXT NOT NULL,
  finished_at TEXT NOT NULL, items INTEGER NOT NULL, flagged INTEGER NOT NULL, share REAL NOT NULL,
  fingerprint TEXT NOT NULL, PRIMARY KEY (package_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE received_flags (
  package_id INTEGER NOT NULL REFERENCES packages_received(package_id), number INTEGER NOT NULL,
  region_key TEXT NOT NULL, region TEXT NOT NULL, phase TEXT NOT NULL, state TEXT NOT NULL, level TEXT NOT NULL,
  kind TEXT NOT NULL, platform TEXT NOT NULL, forms TEXT NOT NULL, rules TEXT NOT NULL, raised_on TEXT NOT NULL,
  decided_on TEXT, PRIMARY KEY (package_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX received_flags_region ON received_flags(region_key, phase, state);
"""
