"""The roster: lists of civil servants read from files, and acts matched to the people on them."""

from monitor.roster.difference import diff
from monitor.roster.importer import RosterDraft, read_roster
from monitor.roster.matching import Roster

__all__ = ["Roster", "RosterDraft", "diff", "read_roster"]
