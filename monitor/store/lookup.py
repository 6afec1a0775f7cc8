# ruff: noqa: S608 -- only question marks and fixed words are put into SQL; every value is bound
"""Finding a rostered person while somebody types: by name, NIP or account. The NIP is compared here and never given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.models import Account, Person
from monitor.store import people
from monitor.store.codec import clean, dumps
from monitor.store.connection import Connection

SHORTEST = 2
_SHORTEST_NIP = 6
_WORDS = 6
_SEEN = (
    "(? OR p.person_id IN (SELECT person_id FROM appointments a WHERE a.person_id = p.person_id AND a.region IN "
    "(SELECT value FROM json_each(?)) AND (a.until IS NULL OR a.until >= ?)))"
)
_BY_HANDLE = (
    "p.person_id IN (SELECT person_id FROM accounts WHERE instr(lower(handles), ?) > 0 OR instr(lower(handles), ?) > 0)"
)
_BY_NIP = "p.person_id IN (SELECT person_id FROM person_nips WHERE nip >= ? AND nip < ?)"


@dataclass(frozen=True, slots=True)
class Found:
    """A person with the accounts that the roster holds."""

    person: Person
    accounts: tuple[Account, ...]


class Lookup:
    """Search in the roster, within the regions that a user may see."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, text: str, today: date, regions: frozenset[str] = frozenset(), limit: int = 8) -> list[Found]:
        """Give people by a handle that begins so, by a NIP that does, or by a name that holds every word.

        Best first: handles, NIPs, names that begin with the text, names that hold it. Fewer than `SHORTEST` letters
        find nothing.
        """
        words = clean(text).casefold().replace("@", " ").split()[:_WORDS]
        if len("".join(words)) < SHORTEST:
            return []
        digits = "".join(words) if all(one.isascii() and one.isdigit() for one in words) else ""
        seen = (int(not regions), dumps(sorted(regions)), today.isoformat(), limit)
        asked: list[tuple[str, tuple[str, ...]]] = []
        if len(words) == 1:
            mark = dumps(words[0])[1:-1]
            asked.append((_BY_HANDLE, (f'"handle":"{mark}', f'"handle":"@{mark}')))
        if len(digits) >= _SHORTEST_NIP:
            asked.append((_BY_NIP, (digits, f"{digits}:")))
        asked.append(("instr(lower(p.name), ?) = 1", (" ".join(words),)))
        asked.append((" AND ".join("instr(lower(p.full_name), ?) > 0" for _ in words), tuple(words)))
        wanted: dict[int, None] = {}
        with self._connection.snapshot() as db:
            for which, values in asked:
                if len(wanted) >= limit:
                    break
                # Without an order the scan ends at the first few; a list that people narrow by typing needs no other.
                rows = db.execute(
                    f"SELECT p.person_id FROM persons p WHERE p.missing_since IS NULL AND ({which}) AND {_SEEN} "
                    "LIMIT ?",
                    (*values, *seen),
                )
                wanted |= dict.fromkeys(int(row[0]) for row in rows)
            chosen = list(wanted)[:limit]
            return _whole(people.persons(db, chosen), people.accounts(db, chosen), chosen)

    def get(self, person_id: int, regions: frozenset[str] = frozenset()) -> Found | None:
        """Give one person, None where there is none in these regions."""
        with self._connection.snapshot() as db:
            found = _whole(people.persons(db, [person_id]), people.accounts(db, [person_id]), [person_id])
        if not found:
            return None
        held = {one.region for one in found[0].person.appointments}
        return found[0] if not regions or held & regions else None


def _whole(persons: Sequence[Person], accounts: Sequence[Account], order: Sequence[int]) -> list[Found]:
    by_id = {one.person_id: one for one in persons}
    return [Found(by_id[key], tuple(one for one in accounts if one.person_id == key)) for key in order if key in by_id]
