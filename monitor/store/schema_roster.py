"""An index: when each person and account came into the roster, as the audit tells it."""

ROSTER = """
CREATE INDEX row_ledger_roster ON row_ledger(tbl, pk, seq) WHERE tbl IN (6, 9);
"""
