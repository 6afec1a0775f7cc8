"""Table of what each host's robots.txt said, so that a restart does not ask for it again."""

ROBOTS = """
CREATE TABLE robots (site TEXT PRIMARY KEY, known_at TEXT NOT NULL, rules TEXT NOT NULL) STRICT;
"""
