"""Table of who did what when: what a person's earlier acts are looked up in.

Filled beside every version that is stored. `happened_at` counts whole seconds (UTC), NULL where the time is unknown.
`owner_*` and `parent_id` say on whose post it was done; `parent_id` is kept only where the stored parent must be asked.
"""

ACTS = """
CREATE TABLE item_acts (
  item_id INTEGER PRIMARY KEY REFERENCES items(item_id) DEFERRABLE INITIALLY DEFERRED, platform TEXT NOT NULL,
  author_id TEXT NOT NULL, author_handle TEXT NOT NULL, kind TEXT NOT NULL, happened_at INTEGER,
  owner_platform TEXT NOT NULL, owner_id TEXT NOT NULL, owner_handle TEXT NOT NULL, parent_id TEXT NOT NULL
) STRICT;
CREATE INDEX item_acts_id ON item_acts(platform, author_id, kind, happened_at) WHERE author_id <> '';
CREATE INDEX item_acts_handle ON item_acts(platform, author_handle, kind, happened_at) WHERE author_handle <> '';
CREATE TRIGGER item_acts_erased AFTER UPDATE OF erased ON items WHEN NEW.erased = 1
BEGIN DELETE FROM item_acts WHERE item_id = NEW.item_id; END;
INSERT INTO item_acts
SELECT i.item_id, coalesce(json_extract(v.payload, '$.author.platform'), i.platform),
  coalesce(json_extract(v.payload, '$.author.native_id'), ''),
  lower(ltrim(trim(coalesce(json_extract(v.payload, '$.author.handle'), '')), '@')),
  json_extract(v.payload, '$.kind'), CAST(strftime('%s', json_extract(v.payload, '$.happened_at')) AS INTEGER),
  coalesce(json_extract(v.payload, '$.parent.owner.platform'), ''),
  coalesce(json_extract(v.payload, '$.parent.owner.native_id'), ''),
  coalesce(json_extract(v.payload, '$.parent.owner.handle'), ''),
  CASE WHEN coalesce(json_extract(v.payload, '$.parent.text'), '') = '' AND
    json_extract(v.payload, '$.parent.owner') IS NULL AND
    json_extract(v.payload, '$.kind') IN ('suka', 'bagikan', 'komentar')
    THEN coalesce(json_extract(v.payload, '$.parent.native_id'), '') ELSE '' END
FROM items i JOIN item_versions v ON v.version_id = i.version_id
WHERE i.erased = 0 AND v.erased = 0 AND json_extract(v.payload, '$.author') IS NOT NULL;
CREATE TABLE overtaken (item_id INTEGER PRIMARY KEY REFERENCES items(item_id)) STRICT;
"""
