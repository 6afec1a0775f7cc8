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
        """Give people whose name holds every word, whose NIP begins so, or one of whose handles does.

        Best first: a handle that is the text, then names that begin with it, then the rest by name. Fewer than
        `SHORTEST` letters find nothing.
        """
        words = clean(text).casefold().replace("@", " ").split()[:_WORDS]
        if len("".join(words)) < SHORTEST:
            return []
        digits = "".join(words) if all(one.isascii() and one.isdigit() for one in words) else ""
        nip = digits if len(digits) >= _SHORTEST_NIP else ""
        handle = words[0] if len(words) == 1 else ""
        named = " AND ".join("instr(lower(p.full_name), ?) > 0" for _ in words)
        with self._connection.snapshot() as db:
            rows = db.execute(
                "SELECT p.person_id FROM persons p WHERE p.missing_since IS NULL AND ("
                f"({named}) OR (?<>'' AND p.person_id IN (SELECT person_id FROM person_nips WHERE nip LIKE ?||'%')) "
                "OR (?<>'' AND p.person_id IN (SELECT a.person_id FROM accounts a, json_each(a.handles) h "
                "WHERE instr(lower(json_extract(h.value, '$.handle')), ?) = 1))) "
                "AND (? OR p.person_id IN (SELECT person_id FROM appointments WHERE region IN "
                "(SELECT value FROM json_each(?)) AND (until IS NULL OR until >= ?))) "
                "ORDER BY (SELECT count(*) FROM accounts a, json_each(a.handles) h WHERE a.person_id = p.person_id "
                "AND lower(json_extract(h.value, '$.handle')) = ?) = 0, instr(lower(p.name), ?) <> 1, p.name, "
                "p.person_id LIMIT ?",
                (*words, nip, nip, handle, handle, not regions, dumps(sorted(regions)), today.isoformat(), handle,
                 " ".join(words), limit),
            ).fetchall()  # fmt: skip
            wanted = [int(row[0]) for row in rows]
            return _whole(people.persons(db, wanted), people.accounts(db, wanted), wanted)

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
