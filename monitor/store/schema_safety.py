"""Tables of getting in: second factors, invitations, outside identities, sessions, failed tries, and who saw whom."""

SAFETY = """
CREATE TABLE user_factors (
  user_id INTEGER PRIMARY KEY REFERENCES users(user_id), secret TEXT NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
  code_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), digest TEXT NOT NULL,
  spent_at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX recovery_codes_user ON recovery_codes(user_id, spent_at);
CREATE TABLE factor_steps (user_id INTEGER PRIMARY KEY REFERENCES users(user_id), step INTEGER NOT NULL) STRICT;
CREATE TABLE invitations (
  invitation_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), digest TEXT NOT NULL UNIQUE,
  made_by INTEGER REFERENCES users(user_id), made_at TEXT NOT NULL, expires_at TEXT NOT NULL, ended TEXT NOT NULL,
  salt BLOB NOT NULL
) STRICT;
CREATE INDEX invitations_user ON invitations(user_id, ended);
CREATE TABLE identities (
  identity_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(user_id), issuer TEXT NOT NULL,
  kind TEXT NOT NULL, value TEXT NOT NULL, active INTEGER NOT NULL, at TEXT NOT NULL, salt BLOB NOT NULL
) STRICT;
CREATE INDEX identities_value ON identities(issuer, kind, value, active);
CREATE TABLE oidc_attempts (
  state TEXT PRIMARY KEY, nonce TEXT NOT NULL, verifier TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE sessions (
  session_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, user_id INTEGER NOT NULL REFERENCES users(user_id),
  stage TEXT NOT NULL, made_at TEXT NOT NULL, seen_at TEXT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL,
  ended_at TEXT, why TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions(user_id, ended_at);
CREATE TABLE login_failures (
  key TEXT PRIMARY KEY, kind TEXT NOT NULL, failures INTEGER NOT NULL, last_at TEXT NOT NULL, until_at TEXT NOT NULL
) STRICT;
CREATE INDEX login_failures_last ON login_failures(last_at);
CREATE TABLE views (
  view_id INTEGER PRIMARY KEY, at TEXT NOT NULL, user_id INTEGER NOT NULL, page TEXT NOT NULL, detail TEXT NOT NULL,
  flags TEXT NOT NULL, persons TEXT NOT NULL
) STRICT;
CREATE INDEX views_at ON views(at);
"""
