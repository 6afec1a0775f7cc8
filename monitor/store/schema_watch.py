"""Tables for rules at work: how freshly changed ones fare, those that were stopped, flags aside, rules on trial.

`digest` is that of all that a rule says (its file and the word lists it reads). `flag_asides` says why a flag stands
outside the queue (`flags.withdrawn`: 2 held back with a stopped rule, 3 withdrawn by a person); its words live in the
audit chain too. `shadow_hits` holds a row a rule on trial and item, and goes with the item.
"""

WATCH = """
CREATE TABLE rule_watch (
  rule_id TEXT NOT NULL, digest TEXT NOT NULL, since TEXT NOT NULL, settled INTEGER NOT NULL, screened INTEGER NOT NULL,
  flagged INTEGER NOT NULL, PRIMARY KEY (rule_id, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE rule_stops (
  stop_id INTEGER PRIMARY KEY, rule_id TEXT NOT NULL, digest TEXT NOT NULL, run_id INTEGER NOT NULL, at TEXT NOT NULL,
  screened INTEGER NOT NULL, flagged INTEGER NOT NULL, allowed REAL NOT NULL, outcome TEXT NOT NULL,
  user_id INTEGER REFERENCES users(user_id), note TEXT NOT NULL, ended_at TEXT, UNIQUE (rule_id, digest)
) STRICT;
CREATE TABLE flag_asides (
  flag_id INTEGER PRIMARY KEY REFERENCES flags(flag_id), standing INTEGER NOT NULL, rule TEXT NOT NULL,
  user_id INTEGER REFERENCES users(user_id), note TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX flags_aside ON flags(withdrawn, flag_id) WHERE withdrawn > 1;
CREATE TABLE shadow_hits (
  rule_id TEXT NOT NULL, item_id INTEGER NOT NULL REFERENCES items(item_id), digest TEXT NOT NULL, level TEXT NOT NULL,
  day TEXT NOT NULL, PRIMARY KEY (rule_id, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shadow_hits_item ON shadow_hits(item_id);
CREATE TRIGGER shadow_hits_erased AFTER UPDATE OF erased ON items WHEN NEW.erased = 1
BEGIN DELETE FROM shadow_hits WHERE item_id = NEW.item_id; END;
"""
