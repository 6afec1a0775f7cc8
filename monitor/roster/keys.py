"""By what a person of a list is known again: the NIP, or else name and office.

A key that holds a NIP never leaves the import: it is shown in no message and no log.
"""

from __future__ import annotations

from monitor.models import RosterRow
from monitor.roster.names import strip_titles


def folded(text: str) -> str:
    """Casefold and keep letters and digits; all else is one space."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def name_key(name: str, office: str) -> str:
    """Key of a person whose NIP is not known: "nama:<name without titles>|<office>", both folded."""
    return f"nama:{folded(strip_titles(name))}|{folded(office)}"


def person_key(row: RosterRow) -> str:
    """Key of a row: "nip:<18 digits>" where the list gives it, else `name_key`."""
    return f"nip:{row.nip}" if row.nip else name_key(row.full_name, row.appointment.office)
