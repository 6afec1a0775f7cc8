"""Tables of near-duplicate flags. A leader's signature stands in `flag_bands`; a flag follows a leader, or itself.

`version` is that of the text that was compared; `likeness` is that to the leader's text (1 = the same words).
"""

GROUPS = """
CREATE TABLE flag_groups (
  flag_id INTEGER PRIMARY KEY REFERENCES flags(flag_id), leader_id INTEGER NOT NULL REFERENCES flags(flag_id),
  version INTEGER NOT NULL, likeness REAL NOT NULL
) STRICT;
CREATE INDEX flag_groups_leader ON flag_groups(leader_id, flag_id);
CREATE TABLE flag_bands (
  band INTEGER NOT NULL, leader_id INTEGER NOT NULL REFERENCES flags(flag_id), PRIMARY KEY (band, leader_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX flag_bands_leader ON flag_bands(leader_id);
CREATE TRIGGER flag_bands_erased AFTER UPDATE OF erased ON items WHEN NEW.erased = 1
BEGIN DELETE FROM flag_bands WHERE leader_id IN (SELECT flag_id FROM flags WHERE item_id = NEW.item_id); END;
"""
