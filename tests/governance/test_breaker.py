"""A freshly changed rule that flags more than its share is stopped; nothing is lost; the approver decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConflictError, NotAllowedError
from monitor.governance.stops import end_stop
from monitor.models import Standing
from monitor.pipeline import screen
from monitor.screening import look_again
from monitor.store import Ending, QueueQuery
from tests.fakes_rules import GREET, RIGHT, SALAM, SUPPORT, RuleOffice, rule

LOOSE = rule("uji-salam", "salam", example="Salam nomor 2")
PLAIN = [f"Salam dari kantor kelurahan hari ke-{number}" for number in range(40)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor", more="breaker: {fresh_days: 7, max_share: 0.2, min_items: 10}\n")
    made.post(*RIGHT)
    made.screen()
    yield made
    made.close()


def queue(office: RuleOffice) -> set[str]:
    return {flag.stored.item.text for flag in office.app.store.flags.queue(QueueQuery(limit=1000)).flags}


def run_away(office: RuleOffice) -> None:
    office.change(GREET, LOOSE)
    office.post(*PLAIN)
    office.screen()


def test_a_rule_that_floods_is_stopped_and_its_flags_wait_aside(office: RuleOffice) -> None:
    run_away(office)
    assert queue(office) == set(RIGHT), "the flood is not in the queue"
    [stop] = office.app.store.breaker.stops()
    assert (stop.rule_id, stop.ending, stop.held) == ("uji-salam", Ending.OPEN, len(PLAIN))
    assert stop.flagged > 0.2 * stop.screened
    assert office.app.store.asides.counts() == {Standing.HELD: len(PLAIN)}
    assert any("dihentikan" in line and "uji-salam" in line for line in office.app.rule_notes())
    report = office.app.store.audit.verify()
    assert report.ok, report.problems


def test_a_stopped_rule_stays_stopped_and_what_it_finds_waits_too(office: RuleOffice) -> None:
    run_away(office)
    office.post("Salam lagi dari desa")
    office.screen()
    assert queue(office) == set(RIGHT)
    assert office.app.store.asides.counts() == {Standing.HELD: len(PLAIN) + 1}


def test_a_flag_that_rests_on_more_than_the_stopped_rule_stays_in_the_queue(office: RuleOffice) -> None:
    both = "Salam, kami dukung Bu Citra"
    office.change(GREET, LOOSE)
    office.post(*PLAIN, both)
    office.screen()
    assert queue(office) == {*RIGHT, both}


def test_rules_within_their_share_or_old_ones_are_left_alone(office: RuleOffice) -> None:
    office.post(*PLAIN)
    office.screen()
    office.change(
        SUPPORT, rule("uji-dukung", "dukung {kandidat}", more="none: [futsal]\n", example="Ayo dukung Bu Citra")
    )
    office.post(*(f"Kabar ke-{number}" for number in range(40)), "Mari dukung Bu Citra")
    office.screen()
    assert office.app.store.breaker.stops() == []
    office.change(GREET, LOOSE)
    office.clock.tick(days=8)
    office.screen()
    office.clock.tick(days=8)
    office.post(*(f"Salam pagi ke-{number}" for number in range(9)))
    office.screen()
    assert [one.rule_id for one in office.app.store.breaker.stops()] == ["uji-salam"], "it was fresh at its first look"


def test_a_rule_in_force_for_longer_than_the_days_is_no_longer_fresh(office: RuleOffice) -> None:
    office.change(GREET, LOOSE)
    office.post("Satu salam saja")
    office.screen()
    office.clock.tick(days=8)
    office.post(*PLAIN)
    office.screen()
    assert office.app.store.breaker.stops() == []
    assert set(PLAIN) <= queue(office)


def test_only_an_approver_other_than_the_proposer_ends_a_stop(office: RuleOffice) -> None:
    run_away(office)
    [stop] = office.app.store.breaker.stops()
    for user in (office.author, office.monitor):
        with pytest.raises(NotAllowedError, match="tidak berwenang"):
            end_stop(office.app.store, stop.stop_id, user, Ending.RELEASED, "sudah diperiksa")
    with pytest.raises(NotAllowedError, match="alasan"):
        end_stop(office.app.store, stop.stop_id, office.approver, Ending.RELEASED, " ")


def test_releasing_puts_the_flags_in_the_queue_and_the_rule_to_work(office: RuleOffice) -> None:
    run_away(office)
    [stop] = office.app.store.breaker.stops()
    end_stop(office.app.store, stop.stop_id, office.approver, Ending.RELEASED, "memang musim salam")
    look_again(office.app.judges(), office.app.store)
    assert queue(office) == {*RIGHT, *PLAIN}
    assert office.app.store.asides.counts() == {}
    office.post("Salam terakhir")
    office.screen()
    assert "Salam terakhir" in queue(office)
    with pytest.raises(ConflictError):
        end_stop(office.app.store, stop.stop_id, office.approver, Ending.WITHDRAWN, "berubah pikiran")
    assert office.app.store.audit.verify().ok


def test_withdrawing_takes_the_flags_out_with_a_note_and_loses_none(office: RuleOffice) -> None:
    run_away(office)
    [stop] = office.app.store.breaker.stops()
    end_stop(office.app.store, stop.stop_id, office.approver, Ending.WITHDRAWN, "salam biasa saja")
    office.screen()
    assert queue(office) == set(RIGHT)
    asides = office.app.store.asides.of_rule("uji-salam", 100)
    assert len(asides) == len(PLAIN)
    assert {(one.standing, one.why.note, one.why.user_id) for one in asides} == {
        (Standing.WITHDRAWN, "salam biasa saja", office.approver.user_id)
    }
    report = office.app.store.audit.verify()
    assert report.ok, report.problems


def test_a_mended_rule_runs_again(office: RuleOffice) -> None:
    run_away(office)
    office.change(GREET, SALAM)
    office.clock.tick(hours=1)
    office.post("Salam nomor 2 untuk semua")
    office.screen()
    assert queue(office) == {*RIGHT, "Salam nomor 2 untuk semua"}
    assert office.app.store.asides.counts() == {}, "what the mended rule no longer finds is dropped"


def test_judging_all_again_after_a_stop_changes_nothing_more(office: RuleOffice) -> None:
    run_away(office)
    before = office.app.store.asides.counts()
    office.clock.tick(hours=1)
    assert office.screen() >= 0
    assert office.screen() == 0
    assert office.app.store.asides.counts() == before


def test_a_killed_run_still_ends_with_the_flags_aside(office: RuleOffice) -> None:
    """The stop and what it touches are written with the batch that tripped it; the look after it may come later."""
    office.change(GREET, LOOSE)
    office.post(*PLAIN)
    with pytest.raises(KeyboardInterrupt):
        screen(office.app.judges(), office.app.store, _killed)
    assert len(office.app.store.breaker.stops()) == 1
    screen(office.app.judges(), office.app.store, lambda _: None)
    assert queue(office) == set(RIGHT)
    assert office.app.store.asides.counts() == {Standing.HELD: len(PLAIN)}


def _killed(_: object) -> None:
    raise KeyboardInterrupt


def test_the_days_are_counted_from_the_first_look(office: RuleOffice) -> None:
    office.change(GREET, LOOSE)
    office.clock.tick(days=3)
    office.post(*PLAIN)
    office.screen()
    assert len(office.app.store.breaker.stops()) == 1
    assert office.app.store.breaker.stops()[0].at - office.clock() < timedelta(seconds=1)
