"""Drafts of case files: versions in the audit, numbers given once for ever, emptied with the item they speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.store import Draft, Store, Witness
from monitor.store.documents import changed
from tests.fakes_store import a_case, add_user, open_store


@pytest.fixture
def office(tmp_path: Path) -> tuple[Store, list[int], int]:
    store = open_store(tmp_path)
    flags = a_case(store, 2)
    return store, flags, add_user(store).user_id


def test_every_change_is_a_version_and_an_equal_draft_is_none(office: tuple[Store, list[int], int]) -> None:
    store, (first, second), user = office
    draft = Draft(summary="  Uraian rekaan  ", witnesses=(Witness("Saksi Contoh", "Jalan Misal 1"), Witness(" ")))
    assert store.documents.newest(first) is None
    assert store.documents.save(first, draft, user, expected=0) == 1
    assert store.documents.save(first, draft, user, expected=1) == 1
    later = Draft(summary="Uraian lain", witnesses=(Witness("Saksi Contoh", "Jalan Misal 1"),))
    assert store.documents.save(first, later, user, expected=1) == 2
    held = store.documents.versions(first)
    assert [one.draft.summary for one in held] == ["Uraian rekaan", "Uraian lain"]
    assert held[0].draft.witnesses == (Witness("Saksi Contoh", "Jalan Misal 1"),)
    assert changed(held[0].draft, held[1].draft) == ["summary"]
    assert store.documents.versions(second) == []
    assert store.audit.verify().ok


def test_whoever_saw_an_older_version_is_told_and_nothing_is_stored(office: tuple[Store, list[int], int]) -> None:
    store, (first, _), user = office
    store.documents.save(first, Draft(summary="satu"), user, expected=0)
    with pytest.raises(ConflictError, match="belum disimpan"):
        store.documents.save(first, Draft(summary="dua"), user, expected=0)
    assert len(store.documents.versions(first)) == 1
    with pytest.raises(NotAllowedError):
        store.documents.save(999, Draft(), user, expected=0)


def test_a_number_is_never_given_twice_not_even_after_it_was_left(office: tuple[Store, list[int], int]) -> None:
    store, (first, second), user = office
    store.documents.save(first, Draft(form_number="001/LHP/PM.01.02/X/6/2025"), user, expected=0)
    store.documents.save(first, Draft(form_number="002/LHP/PM.01.02/X/6/2025"), user, expected=1)
    for number in ("001/lhp/PM.01.02/X/6/2025", " 002 / LHP/PM.01.02/X/6/2025 "):
        with pytest.raises(NotAllowedError, match="tidak dipakai dua kali"):
            store.documents.save(second, Draft(form_number=number), user, expected=0)
    assert store.documents.versions(second) == []
    store.documents.save(first, Draft(form_number="001/LHP/PM.01.02/X/6/2025"), user, expected=2)
    store.documents.save(second, Draft(letter_number="001/LHP/PM.01.02/X/6/2025"), user, expected=0)


def test_nobody_changes_a_draft_unseen(office: tuple[Store, list[int], int]) -> None:
    store, (first, _), user = office
    store.documents.save(first, Draft(summary="asli", form_number="1"), user, expected=0)
    db = store._connection.db
    for statement in (
        "UPDATE case_drafts SET payload='{}'", "DELETE FROM case_drafts", "DELETE FROM document_numbers",
        "UPDATE document_numbers SET number='2'",
    ):  # fmt: skip
        with pytest.raises(Exception, match="hanya dapat ditambah"):
            db.execute(statement)
    db.execute("DROP TRIGGER case_drafts_fixed")
    db.execute("UPDATE case_drafts SET payload=replace(payload, 'asli', 'lain')")
    db.conn.commit()
    assert not store.audit.verify().ok


def test_erasing_the_item_empties_its_drafts_and_keeps_the_number_taken(office: tuple[Store, list[int], int]) -> None:
    store, (first, second), user = office
    secret = Witness("Saksi Sangat Rahasia", "Jalan Rekaan 9")
    store.documents.save(first, Draft(summary="x", witnesses=(secret,), form_number="7/A"), user, expected=0)
    store.audit.erase_item(store.flags.get(first).stored.item_id, "jadwal retensi", user)
    assert store.documents.newest(first) is None
    assert [(one.number, one.draft) for one in store.documents.versions(first)] == [(1, Draft())]
    with pytest.raises(NotAllowedError):
        store.documents.save(second, Draft(form_number="7/A"), user, expected=0)
    assert store.audit.verify().ok
    assert b"Sangat Rahasia" not in store._connection.path.read_bytes()
