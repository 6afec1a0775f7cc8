"""Retention counts first, erases what is due with everything that belongs to it, and never a case that is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.config import Retention
from monitor.custody import retention as schedule
from monitor.custody.erase import erase_context, erase_items, sweep
from monitor.errors import NetraError, NotAllowedError
from monitor.models import AccountRef, ItemKind, Parent, Platform, ReasonCode, State
from monitor.store import FileKind, Holding
from tests.custody.office import Kept, collect, fill
from tests.fakes_store import an_item, save

SECRET = "kata yang harus hilang"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """Flag 1 open, flag 2 forwarded, flag 3 cleared, and one item that nobody flagged."""
    made = fill(tmp_path / "kantor", ("Ayo nomor satu", "Pilih nomor dua", f"Jadwal {SECRET}"))
    made.store.decisions.append(
        made.flags[1], made.user.user_id, State.LEAD, ReasonCode.CALL, "ajakan jelas", expected=None
    )
    collect(made.store, made.archive, "biasa", f"tanpa tanda {SECRET}")
    yield made
    made.store.close()


def policy(**days: object) -> schedule.Policy:
    plain = {"unflagged_days": 30, "cleared_days": 90, "forwarded_days": 365}
    return schedule.policy(Retention.model_validate({**plain, **days}), lambda _day: "kampanye")


def run(kept: Kept, wanted: schedule.Policy) -> tuple[int, int]:
    return schedule.run(kept.store, kept.archive, wanted, kept.clock, kept.user.user_id)


def test_the_preview_counts_by_state_source_and_phase_and_erases_nothing(kept: Kept) -> None:
    kept.clock.tick(days=400)
    outlook = schedule.preview(kept.store, policy(), kept.clock())
    counted = {one.holding: (one.source_id, one.phase, one.items, one.due) for one in outlook.lines}
    assert counted == {
        Holding.OPEN: ("warta", "kampanye", 1, 0),
        Holding.FORWARDED: ("warta", "kampanye", 1, 0),
        Holding.CLEARED: ("warta", "kampanye", 1, 1),
        Holding.UNFLAGGED: ("warta", "kampanye", 1, 1),
    }
    assert (outlook.due, outlook.overdue) == (2, 1)
    assert len(list(kept.archive.warcs())) == 4


@pytest.mark.parametrize(("days", "gone"), [(29, 0), (30, 1), (89, 1), (90, 2), (4000, 2)])
def test_only_what_is_due_goes_and_never_an_open_or_forwarded_case(kept: Kept, days: int, gone: int) -> None:
    kept.clock.tick(days=days)
    erased, files = run(kept, policy())
    assert erased == gone
    assert len(list(kept.archive.warcs())) == 4 - gone
    assert files >= 2 * gone
    for flag_id in kept.flags[:2]:
        stored = kept.store.flags.get(flag_id).stored
        assert stored.item.text
        kept.archive.verify(stored.evidence_sha256)
    found = kept.verify()
    assert found.ok, found.findings
    assert kept.store.burial.pending() == []


def test_what_was_erased_is_gone_from_every_file(kept: Kept) -> None:
    kept.clock.tick(days=400)
    run(kept, policy())
    kept.store.close()
    for path in kept.folder.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_source_and_phase_have_days_of_their_own(kept: Kept) -> None:
    wanted = policy(
        by_source={"warta": {"unflagged_days": 7}}, by_phase={"kampanye": {"unflagged_days": 50, "cleared_days": 500}}
    )
    assert wanted.days(Holding.UNFLAGGED, "warta/akun-1", "kampanye") == 7
    assert wanted.days(Holding.UNFLAGGED, "lain", "kampanye") == 50
    assert wanted.days(Holding.CLEARED, "lain", "") == 90
    kept.clock.tick(days=100)
    assert run(kept, wanted)[0] == 1


def test_an_interrupted_run_goes_on(kept: Kept) -> None:
    """Killed after the tombstones: the words still stand, the files too; the next run takes both."""
    kept.clock.tick(days=400)
    item = kept.store.flags.get(kept.flags[2]).stored
    kept.store.burial.bury([(item.evidence_sha256, FileKind.BODY)], "retensi", None)
    assert kept.archive.has(item.evidence_sha256)
    assert run(kept, policy())[0] == 2
    assert not kept.archive.has(item.evidence_sha256)
    assert kept.verify().ok
    assert run(kept, policy()) == (0, 0)


def test_a_case_opened_meanwhile_keeps_its_evidence(kept: Kept) -> None:
    kept.clock.tick(days=400)
    outlook = schedule.preview(kept.store, policy(), kept.clock())
    newest = kept.store.decisions.history(kept.flags[2])[-1]
    kept.store.decisions.undo(newest.decision_id, kept.user.user_id, newest.decision_id)
    assert outlook.due == 2
    assert run(kept, policy())[0] == 1


def test_answers_without_items_go_after_the_days_of_the_unflagged(kept: Kept) -> None:
    collect(kept.store, kept.archive, "kosong", "x", body=b"<p>kosong</p>")
    kept.store.audit.erase_item(5, "uji", None)
    kept.clock.tick(days=31)
    outlook = schedule.preview(kept.store, policy(), kept.clock())
    assert outlook.idle == 1
    run(kept, policy())
    assert kept.verify().ok


def test_without_settings_nothing_can_be_due() -> None:
    with pytest.raises(NetraError, match="retention"):
        schedule.policy(None, lambda _day: "")


def test_an_answer_shared_with_a_standing_item_stays_unless_asked_for(kept: Kept) -> None:
    shared = f"<p>{SECRET}</p>".encode()
    one = collect(kept.store, kept.archive, "s1", "satu", body=shared)
    two = collect(kept.store, kept.archive, "s2", "dua", body=shared)
    body = kept.store.items.get(one).evidence_sha256  # type: ignore[union-attr]
    erase_items(kept.store, kept.archive, [one], "permintaan subjek data", kept.user.user_id)
    assert kept.archive.has(body)
    done = erase_items(kept.store, kept.archive, [two], "permintaan subjek data", kept.user.user_id, shared=True)
    assert done.held == ()
    assert not kept.archive.has(body)
    assert kept.verify().ok


def test_an_answer_that_an_open_case_rests_on_is_held_and_said(kept: Kept) -> None:
    body = kept.archive.read(kept.store.flags.get(kept.flags[0]).stored.evidence_sha256)
    beside = collect(kept.store, kept.archive, "s3", "orang lain", body=body)
    done = erase_items(kept.store, kept.archive, [beside], "permintaan", kept.user.user_id, shared=True)
    assert [flags for _body, flags in done.held] == [(kept.flags[0],)]
    assert kept.verify().ok


def test_words_of_other_people_go_and_the_act_stays(kept: Kept) -> None:
    owner = AccountRef(Platform.INSTAGRAM, "ig-lain", "@Tetangga.Rekaan", "Tetangga Rekaan")
    parent = Parent("induk-1", "https://contoh.example/induk", SECRET, owner)
    save(kept.store, an_item("suka-1", "", kind=ItemKind.LIKE, parent=parent))
    found = kept.store.audit.context_of("instagram", "tetangga.rekaan")
    assert found == kept.store.audit.context_of("instagram", "ig-lain")
    erase_context(kept.store, kept.archive, found, "permintaan subjek data", kept.user.user_id)
    stored = kept.store.items.find("instagram", "suka-1")
    assert stored is not None
    assert (stored.item.kind, stored.item.parent) == (ItemKind.LIKE, Parent("induk-1"))
    assert kept.store.audit.verify().ok
    assert kept.store.audit.context_of("instagram", "ig-lain") == []
    with pytest.raises(NotAllowedError, match="tidak menyimpan"):
        kept.store.audit.erase_context(found, "lagi", None)
    erase_items(kept.store, kept.archive, found, "retensi", None)
    assert kept.store.audit.verify().ok


def test_deletion_wants_a_reason(kept: Kept) -> None:
    with pytest.raises(NotAllowedError, match="alasan"):
        erase_items(kept.store, kept.archive, [1], " ", None)
    with pytest.raises(NotAllowedError, match="alasan"):
        kept.store.burial.bury([("a" * 64, FileKind.BODY)], " ", None)
    assert sweep(kept.store, kept.archive) == 0


def test_the_schedule_announces_a_day_before_it_erases(kept: Kept) -> None:
    kept.clock.tick(days=400)
    assert daily(kept) == [
        "masa simpan: 2 butir dan 0 jawaban habis masanya dan dihapus besok; lihat `netra retention preview`",
        "masa simpan: 1 butir yang diteruskan lewat masanya — putuskan sendiri",
    ]
    assert len(list(kept.archive.warcs())) == 4, "the first day only announces"
    kept.clock.tick(days=1)
    first, *_ = daily(kept)
    assert "2 butir" in first
    assert "kemarin diumumkan dihapus" in first
    assert len(list(kept.archive.warcs())) == 2
    newest = kept.store.runs.last(schedule.KIND)
    assert newest is not None
    assert (newest.summary["butir"], newest.summary["besok"]) == (2, 0)
    assert kept.verify().ok


def test_with_other_days_it_announces_anew(kept: Kept) -> None:
    kept.clock.tick(days=31)
    daily(kept, policy(unflagged_days=300))
    kept.clock.tick(days=1)
    assert "dihapus besok" in daily(kept)[0]
    assert len(list(kept.archive.warcs())) == 4
    kept.clock.tick(days=1)
    assert "kemarin diumumkan dihapus" in daily(kept)[0]


def daily(kept: Kept, wanted: schedule.Policy | None = None) -> list[str]:
    return schedule.daily(kept.store, kept.archive, wanted or policy(), kept.clock)
