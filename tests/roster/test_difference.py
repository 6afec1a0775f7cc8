"""The difference that is shown before an import."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.models import AccountRow, Appointment, Change, Confidence, Person, PersonKind, Platform, RosterRow
from monitor.roster import RosterDraft, diff
from monitor.roster.keys import name_key, person_key
from monitor.roster.names import strip_titles
from tests.fakes_roster import account, person

NIP = "198503122010011007"
OTHER_NIP = "199001152015042003"


def row(full_name: str = "Contoh Misal", nip: str = NIP, office: str = "Dinas Uji", post: str = "Analis") -> RosterRow:
    appointment = Appointment(PersonKind.PNS, office, post, "Kabupaten Contoh")
    return RosterRow(2, nip, full_name, strip_titles(full_name), appointment)


def known(one: Person, nip: str = "") -> dict[str, Person]:
    found = {name_key(one.full_name, one.appointments[-1].office): one}
    return {f"nip:{nip}": one, **found} if nip else found


def changes(rows: list[RosterRow], people: dict[str, Person]) -> list[tuple[Change, str]]:
    return [(one.change, one.detail) for one in diff(RosterDraft(tuple(rows)), people)]


def test_keys() -> None:
    assert person_key(row()) == f"nip:{NIP}"
    assert person_key(row(nip="")) == "nama:contoh misal|dinas uji"
    assert NIP not in repr(row())


def test_new_same_moved_updated() -> None:
    here = known(person(1, "Contoh Misal"), NIP)
    assert changes([row()], {}) == [(Change.NEW, "Analis, Dinas Uji, Kabupaten Contoh")]
    assert changes([row()], here) == [(Change.SAME, "")]
    assert changes([row(office="Dinas Baru", post="Kepala")], here) == [
        (Change.MOVED, "Dinas Uji → Dinas Baru; Analis → Kepala")
    ]
    assert changes([row("Contoh Misal, S.Sos.")], here) == [
        (Change.UPDATED, "nama: Contoh Misal → Contoh Misal, S.Sos.")
    ]
    spouse = replace(row(), spouse_of_candidate=True, leave_since=date(2025, 4, 22))
    assert changes([spouse], here) == [(Change.UPDATED, "keterangan suami/istri calon; tanggal CLTN")]
    dated = replace(row(), appointment=replace(row().appointment, since=date(2020, 1, 1)))
    assert changes([dated], here) == [(Change.UPDATED, "masa jabatan")]


def test_retired_once() -> None:
    here = known(person(1, "Contoh Misal"), NIP)
    leaving = replace(row(), retired_on=date(2025, 6, 1))
    assert changes([leaving], here) == [(Change.RETIRED, "pensiun 01-06-2025")]
    closed = Appointment(PersonKind.PNS, "Dinas Uji", "Analis", "Kabupaten Contoh", None, date(2025, 5, 31))
    gone = known(person(1, "Contoh Misal", appointments=(closed,)), NIP)
    assert changes([leaving], gone) == [(Change.SAME, "")]


def test_gone_only_while_in_office() -> None:
    closed = Appointment(PersonKind.PNS, "Dinas Uji", "Analis", "X", None, date(2020, 1, 1))
    people = known(person(1, "Contoh Misal"), NIP) | known(person(2, "Uji Rekaan", appointments=(closed,)), OTHER_NIP)
    (one,) = diff(RosterDraft(()), people)
    assert (one.change, one.row, one.detail) == (
        Change.GONE,
        None,
        "tidak ada dalam berkas ini; terakhir Analis, Dinas Uji, Kabupaten Contoh",
    )


def test_found_by_name_only_without_another_nip() -> None:
    without = known(person(1, "Contoh Misal"))
    assert changes([row()], without) == [(Change.SAME, "")]
    with_other = known(person(1, "Contoh Misal"), OTHER_NIP)
    assert [change for change, _ in changes([row()], with_other)] == [Change.NEW, Change.GONE]
    assert changes([row(nip="")], with_other) == [(Change.SAME, "")]


def test_accounts_new_or_surer() -> None:
    here = known(person(1, "Contoh Misal"), NIP)
    held = [account(1, "77", "contoh", Confidence.MATCHED)]

    def told(native_id: str, handle: str, confidence: Confidence) -> tuple[Change, str]:
        listed = replace(row(), accounts=(AccountRow(Platform.INSTAGRAM, native_id, handle, confidence),))
        (one,) = diff(RosterDraft((listed,)), here, held)
        return one.change, one.detail

    assert told("77", "ganti", Confidence.CLAIMED) == (Change.SAME, "")
    assert told("", "Contoh", Confidence.MATCHED) == (Change.SAME, "")
    assert told("77", "", Confidence.VERIFIED) == (Change.UPDATED, "keterangan akun instagram")
    assert told("78", "contoh", Confidence.MATCHED) == (Change.UPDATED, "akun instagram baru")


def test_no_detail_carries_a_nip() -> None:
    people = known(person(1, "Contoh Misal"), NIP)
    assert NIP not in repr(diff(RosterDraft((row(office="Dinas Baru"),)), people))
