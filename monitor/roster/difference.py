"""What an import would change, shown before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monitor.models import Account, Appointment, Change, Person, RosterChange, RosterRow
from monitor.roster.importer import RosterDraft
from monitor.roster.keys import name_key, person_key


def diff(draft: RosterDraft, known: Mapping[str, Person], accounts: Iterable[Account] = ()) -> tuple[RosterChange, ...]:
    """Compare a draft with the people known, by the keys of `keys.person_key`; a person may stand under several keys.

    A person found by name and office alone is the same only if the list does not give another NIP. Whoever is known,
    still in office and not in the list is `hilang`; a partial list therefore shows everybody else as gone.
    """
    numbered = {person.person_id for key, person in known.items() if key.startswith("nip:")}
    held: dict[int, list[Account]] = {}
    for account in accounts:
        held.setdefault(account.person_id, []).append(account)
    changes: list[RosterChange] = []
    found: set[int] = set()
    for row in draft.rows:
        person = _same(row, known, numbered)
        if person is None:
            changes.append(RosterChange(Change.NEW, row, None, _place(row.appointment)))
            continue
        found.add(person.person_id)
        changes.append(_change(row, person, held.get(person.person_id, [])))
    return (*changes, *_gone(known, found))


def _same(row: RosterRow, known: Mapping[str, Person], numbered: set[int]) -> Person | None:
    person = known.get(person_key(row))
    if person is None and row.nip:
        by_name = known.get(name_key(row.full_name, row.appointment.office))
        if by_name is not None and by_name.person_id not in numbered:
            return by_name
    return person


def _change(row: RosterRow, person: Person, held: list[Account]) -> RosterChange:
    now = person.appointments[-1] if person.appointments else None
    if row.retired_on is not None and (now is None or now.until is None or now.until >= row.retired_on):
        return RosterChange(Change.RETIRED, row, person, f"pensiun {row.retired_on:%d-%m-%Y}")
    moved = _moved(now, row.appointment)
    if moved and row.retired_on is None:
        return RosterChange(Change.MOVED, row, person, moved)
    updated = "; ".join(_updates(row, person, held))
    return RosterChange(Change.UPDATED if updated else Change.SAME, row, person, updated)


def _moved(old: Appointment | None, new: Appointment) -> str:
    if old is None:
        return _place(new)
    pairs = (
        (old.office, new.office),
        (old.post, new.post),
        (old.region, new.region),
        (old.kind.value, new.kind.value),
    )
    return "; ".join(f"{before or '(kosong)'} → {after or '(kosong)'}" for before, after in pairs if before != after)


def _updates(row: RosterRow, person: Person, held: list[Account]) -> Iterator[str]:
    if row.full_name != person.full_name:
        yield f"nama: {person.full_name} → {row.full_name}"
    if row.spouse_of_candidate != person.spouse_of_candidate:
        yield "keterangan suami/istri calon"
    if (row.leave_since, row.leave_until) != (person.leave_since, person.leave_until):
        yield "tanggal CLTN"
    if person.appointments:
        last = person.appointments[-1]
        since_differs = row.appointment.since is not None and row.appointment.since != last.since
        if since_differs or (row.appointment.until is not None and row.appointment.until != last.until):
            yield "masa jabatan"
    for account in row.accounts:
        same = [
            one for one in held if one.platform is account.platform and _is_held(one, account.native_id, account.handle)
        ]
        if not same:
            yield f"akun {account.platform.value} baru"
        elif account.confidence.rank > same[0].confidence.rank or not account.conditions <= same[0].conditions:
            yield f"keterangan akun {account.platform.value}"


def _is_held(account: Account, native_id: str, handle: str) -> bool:
    if native_id and account.native_id:
        return native_id == account.native_id
    return bool(handle) and any(handle.casefold() == span.handle.lstrip("@").casefold() for span in account.handles)


def _gone(known: Mapping[str, Person], found: set[int]) -> Iterator[RosterChange]:
    missing = {person.person_id: person for person in known.values() if person.person_id not in found}
    for person_id in sorted(missing):
        person = missing[person_id]
        if person.appointments and person.appointments[-1].until is not None:
            continue
        detail = "tidak ada dalam berkas ini"
        if person.appointments:
            detail += f"; terakhir {_place(person.appointments[-1])}"
        yield RosterChange(Change.GONE, None, person, detail)


def _place(appointment: Appointment) -> str:
    return ", ".join(part for part in (appointment.post, appointment.office, appointment.region) if part)
