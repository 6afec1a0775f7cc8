"""The rulebook: append-only versions, approval decides what is in force, every row tied to the audit chain."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Role
from monitor.store import Event, Origin, Store
from tests.fakes import FakeClock
from tests.fakes_web import CHEAP, PASSWORD, World

A, B = "asn/a.yaml", "asn/b.yaml"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "a.db", FakeClock(), CHEAP) as opened:
        opened.users.create("penyusun", "Sinta Rekaan", PASSWORD, [Role.RULE_AUTHOR])
        opened.users.create("penyetuju", "Tomo Misal", PASSWORD, [Role.RULE_APPROVER])
        yield opened


def test_the_shipped_set_is_in_force_at_once(store: Store) -> None:
    book = store.rulebook
    assert book.empty()
    assert book.adopt({A: "isi a", B: "isi b"}, "dipasang") == 2
    assert book.adopt({A: "isi a", B: "isi b"}, "dipasang") == 0
    held = book.in_force()
    assert [(one.number, one.origin, one.content) for one in held.values()] == [
        (1, Origin.SHIPPED, "isi a"), (1, Origin.SHIPPED, "isi b"),
    ]  # fmt: skip
    assert not held[A].waits
    assert store.audit.verify().ok


def test_a_proposal_changes_nothing_until_it_is_approved(store: Store) -> None:
    book = store.rulebook
    book.adopt({A: "lama"}, "dipasang")
    before = book.revision()
    version = book.propose(A, "baru", 1, "ada kata baru")
    assert (version.number, version.waits, book.digests()) == (2, True, {A: book.history(A)[1].digest})
    assert version.proposal is not None
    assert version.proposal.user_id == 1
    with pytest.raises(ConflictError):
        book.propose(A, "baru", 1, "sekali lagi")
    with pytest.raises(ConflictError):
        book.propose(A, "lama", 1, "sama dengan yang berlaku")
    assert book.revision() == before
    done = book.decide(version.version_id, Event.APPROVED, 2, "contohnya baik", base_id=version.base_id)
    assert [one.event for one in done.happenings] == [Event.PROPOSED, Event.APPROVED]
    assert book.in_force()[A].content == "baru"
    assert book.revision() > before
    with pytest.raises(ConflictError):
        book.decide(version.version_id, Event.REJECTED, 2, "terlambat", base_id=done.version_id)
    assert store.audit.verify().ok


def test_whoever_writes_a_rule_never_approves_it_whatever_asks_the_store(store: Store) -> None:
    book = store.rulebook
    book.adopt({A: "lama"}, "dipasang")
    version = book.propose(A, "baru", 1, "ada kata baru")
    for event in (Event.APPROVED, Event.REJECTED):
        with pytest.raises(NotAllowedError, match="orang kedua"):
            book.decide(version.version_id, event, 1, "setuju sendiri", base_id=version.base_id)
    assert book.in_force()[A].content == "lama"
    assert book.decide(version.version_id, Event.APPROVED, 2, "baik", base_id=version.base_id).content == "baru"


def test_two_proposals_from_the_same_ground_do_not_overwrite_each_other(store: Store) -> None:
    book = store.rulebook
    book.adopt({A: "lama"}, "dipasang")
    one, two = book.propose(A, "satu", 1, "alasan satu"), book.propose(A, "dua", 1, "alasan dua")
    assert [version.content for version in book.waiting()] == ["dua", "satu"]
    book.decide(one.version_id, Event.APPROVED, 2, "baik", base_id=one.base_id)
    with pytest.raises(ConflictError):
        book.decide(two.version_id, Event.APPROVED, 2, "baik", base_id=two.base_id)
    assert book.in_force()[A].content == "satu"


def test_what_is_seen_on_the_disk_waits_and_is_replaced_by_what_is_seen_next(store: Store) -> None:
    book = store.rulebook
    book.adopt({A: "lama"}, "dipasang")
    assert book.see({A: "berubah"}) == 1
    assert book.see({A: "berubah"}) == 0
    assert book.see({A: "berubah lagi"}) == 1
    assert [one.content for one in book.waiting()] == ["berubah lagi"]
    assert book.waiting()[0].proposal is None
    assert book.see({A: "lama"}) == 0, "a content that was in force once is no news"
    put = book.propose(A, "berubah lagi", 1, "diusulkan dari berkas")
    assert put.version_id == book.waiting()[0].version_id
    assert put.origin is Origin.DISK
    assert store.audit.verify().ok


def test_a_file_that_goes_is_a_version_too(store: Store) -> None:
    book = store.rulebook
    book.adopt({A: "isi a", B: "isi b"}, "dipasang")
    gone = book.propose(A, "", 1, "tidak dipakai lagi")
    book.decide(gone.version_id, Event.APPROVED, 2, "setuju", base_id=gone.base_id)
    assert list(book.in_force()) == list(book.digests()) == [B]
    assert [one.digest == "" for one in book.history(A)] == [True, False]


def test_nothing_can_be_changed_behind_the_chain(store: Store, tmp_path: Path) -> None:
    store.rulebook.adopt({A: "isi a"}, "dipasang")
    with sqlite3.connect(tmp_path / "a.db") as plain:
        for sql in ("DELETE FROM rule_events", "UPDATE rule_versions SET content='x'", "DELETE FROM rule_versions"):
            with pytest.raises(sqlite3.IntegrityError):
                plain.execute(sql)
        plain.execute("DROP TRIGGER rule_versions_fixed")
        plain.execute("UPDATE rule_versions SET content='x'")
    plain.close()
    report = store.audit.verify()
    assert not report.ok
    assert "rule_versions: baris 1 berubah" in report.problems


def test_an_unknown_version_is_said(store: Store) -> None:
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.rulebook.get(99)


def test_verdicts_are_counted_for_each_rule(tmp_path: Path) -> None:
    from monitor.models import ReasonCode, State  # noqa: PLC0415

    world = World(tmp_path)
    flags = world.seed()
    book = world.store.rulebook
    decide = world.store.decisions.append
    decide(flags[0], 1, State.CLEARED, ReasonCode.NOT_PARTISAN, "", expected=None)
    decide(flags[12], 1, State.LEAD, ReasonCode.SUPPORT, "", expected=None)
    decide(flags[1], 1, State.CLEARED, ReasonCode.SAME_NAME, "", expected=None)
    tallies = book.tallies()
    call = tallies["uji-ajakan-memilih-pasangan"]
    assert (call.upheld, call.dismissed, call.aside) == (1, 1, 0)
    likes = tallies["uji-menyukai-unggahan-akun-pemenangan"]
    assert (likes.dismissed, likes.aside, likes.open) == (0, 1, 1)
    found = book.matches("uji-ajakan-memilih-pasangan")
    assert [flag.state for flag in found] == sorted(
        (flag.state for flag in found), key=[State.CLEARED, State.NEW, State.LEAD].index
    )
    assert book.matches("uji-ajakan-memilih-pasangan", frozenset({"Kabupaten Lain"})) == []
    assert book.tallies(frozenset({"Kabupaten Misal"})).keys() == {"uji-ajakan-memilih-pasangan"}
    world.close()
