"""The legal clock: a table worked out by hand, then standing, anchors, projections and doubt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import strictyaml
from monitor.calendar import Calendar
from monitor.config import ZONES
from monitor.errors import RulesError
from monitor.legalclock import (
    Anchor,
    Counting,
    Deadline,
    Regime,
    Standing,
    Step,
    Terms,
    Times,
    days_left,
    deadlines,
    load,
    next_due,
)

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendar"
CALENDAR, TERMS = Calendar.load(FOLDER), load(FOLDER)
WIB = ZoneInfo(ZONES["WIB"])
_READ, _PROBLEMS = strictyaml.read(Path(__file__).with_name("kasus.yaml"), "kasus.yaml")
assert _READ is not None
assert not _PROBLEMS
CASES: list[dict[str, Any]] = _READ.data["cases"]
_FIELD = {
    Anchor.HAPPENED: "happened", Anchor.REPORTED: "reported", Anchor.KNOWN: "known", Anchor.FOUND: "found",
    Anchor.FORWARDED: "forwarded", Anchor.CHECKED: "checked",
}  # fmt: skip


def at(day: int, hour: int = 9, month: int = 10, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, tzinfo=WIB)


def one(step: Step, times: Times, now: datetime, regime: Regime = Regime.REGIONAL) -> Deadline:
    found = deadlines(times, regime, TERMS, CALENDAR, WIB, now)
    return next(each for each in found if each.term.step is step)


def test_the_table_is_long_and_wide() -> None:
    assert len(CASES) >= 40
    assert [case["id"] for case in CASES] == list(range(1, len(CASES) + 1))
    assert {case["step"] for case in CASES} == {step.value for step in Step}
    assert {case["zone"] for case in CASES} == set(ZONES)
    assert all(case["why"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['id']}-{case['step']}-{case['regime']}" for case in CASES])
def test_equals_the_table_worked_out_by_hand(case: dict[str, Any]) -> None:
    step, regime, zone = Step(case["step"]), Regime(case["regime"]), ZoneInfo(ZONES[case["zone"]])
    term = next(term for term in TERMS.terms if (term.step, term.regime) == (step, regime))
    moment = datetime.fromisoformat(case["at"]).astimezone(UTC)
    given_times: dict[str, datetime] = {"reported": moment, _FIELD[term.after]: moment}
    found = deadlines(Times(**given_times), regime, TERMS, CALENDAR, zone, moment)
    deadline = next(each for each in found if each.term.step is step)
    assert {str(reading.counting): str(reading.day) for reading in deadline.readings} == case["last"]
    assert list(deadline.unlisted) == case.get("unlisted", [])
    days = [reading.day for reading in deadline.readings]
    assert days == sorted(days)
    if "ends" in case:
        assert deadline.ends_at == datetime.fromisoformat(case["ends"])
    if days:
        assert deadline.ends_at is not None
        last_second = (deadline.ends_at - timedelta(seconds=1)).astimezone(zone)
        assert (last_second.date(), last_second.hour, last_second.minute) == (days[0], 23, 59)


def test_a_deadline_holds_to_the_last_second_of_its_day() -> None:
    times = Times(known=at(7))
    last = datetime(2024, 10, 14, 23, 59, 59, tzinfo=WIB)
    assert one(Step.FINDING, times, last).standing is Standing.RUNNING
    assert one(Step.FINDING, times, last + timedelta(seconds=1)).standing is Standing.OVERDUE
    assert one(Step.FINDING, times, last).days_left(date(2024, 10, 14)) == 0
    assert one(Step.FINDING, times, last).days_left(date(2024, 10, 15)) == -1


def test_between_two_readings_it_is_disputed_not_overdue() -> None:
    times = Times(known=at(8, month=1))
    seen = [
        one(Step.FINDING, times, at(day, month=1), Regime.GENERAL).standing for day in (15, 16, 17, 18)
    ]  # kalender until the 15th, kerja until the 17th
    assert seen == [Standing.RUNNING, Standing.DISPUTED, Standing.DISPUTED, Standing.OVERDUE]


def test_without_a_holiday_table_nothing_is_called_overdue() -> None:
    times = Times(found=at(1, month=3, year=2027))
    late = one(Step.HANDLING, times, at(30, month=6, year=2027), Regime.GENERAL)
    assert late.standing is Standing.DISPUTED
    assert late.unlisted == (2027,)
    assert late.latest is None
    assert not late.sure


def test_the_clock_does_not_run_before_it_is_known() -> None:
    found = deadlines(Times(happened=at(1), captured=at(2)), Regime.REGIONAL, TERMS, CALENDAR, WIB, at(20))
    assert {each.standing for each in found} == {Standing.WAITING}
    assert next_due(found) is None
    assert days_left(found, date(2024, 10, 20)) is None
    assert Step.REPORT not in {each.term.step for each in found}


def test_what_is_done_in_time_is_done_and_late_is_said() -> None:
    known, now = at(7), at(30)
    assert one(Step.FINDING, Times(known=known, found=at(14, 23)), now).standing is Standing.DONE
    assert one(Step.FINDING, Times(known=known, found=at(15, 0)), now).standing is Standing.DONE_LATE
    between = Times(known=at(8, month=1), found=at(16, month=1))
    assert one(Step.FINDING, between, now, Regime.GENERAL).standing is Standing.DONE_DISPUTED
    stopped = Times(known=known, closed=at(9))
    assert one(Step.FINDING, stopped, now).standing is Standing.DONE


def test_handling_is_projected_from_the_last_day_of_the_finding() -> None:
    waiting = one(Step.HANDLING, Times(known=at(7)), at(8))
    assert (waiting.projected, waiting.start, waiting.due) == (True, date(2024, 10, 14), date(2024, 10, 17))
    assert waiting.standing is Standing.WAITING
    assert not waiting.sure
    fixed = one(Step.HANDLING, Times(known=at(7), found=at(9)), at(9))
    assert (fixed.projected, fixed.due, fixed.standing) == (False, date(2024, 10, 12), Standing.RUNNING)
    assert fixed.sure
    forwarded = deadlines(Times(known=at(7), forwarded=at(9)), Regime.REGIONAL, TERMS, CALENDAR, WIB, at(10))
    assert [each.term.step for each in forwarded] == [Step.FINDING, Step.SBT_CHECK, Step.SBT_STUDY]


def test_an_assumed_start_is_marked_and_never_sure() -> None:
    assumed = one(Step.FINDING, Times(known=at(7), assumed_known=True), at(8))
    assert assumed.assumed
    assert not assumed.sure
    past = one(Step.FINDING, Times(known=at(7), assumed_known=True), at(28))
    assert past.standing is Standing.DISPUTED
    assert not one(Step.HANDLING, Times(known=at(7), found=at(8), assumed_known=True), at(8)).assumed


def test_a_report_that_came_late_and_one_that_came_in_time() -> None:
    late = Times(happened=at(1), reported=at(9))
    assert one(Step.REPORT, late, at(10)).standing is Standing.DONE_LATE
    assert one(Step.REPORT, Times(happened=at(2), reported=at(9)), at(10)).standing is Standing.DONE
    assert one(Step.FIRST_STUDY, late, at(10)).standing is Standing.UNKNOWN


def test_both_laws_are_shown_where_nobody_said_which() -> None:
    found = deadlines(Times(known=at(8, month=1)), None, TERMS, CALENDAR, WIB, at(9, month=1))
    assert {each.term.regime for each in found if each.term.step is Step.FINDING} == set(Regime)
    first = next_due(found)
    assert first is not None
    assert first.due == date(2024, 1, 15)
    assert days_left(found, date(2024, 1, 9)) == 6


def test_the_most_urgent_open_step_comes_first() -> None:
    times = Times(known=at(1), found=at(5), forwarded=None)
    found = deadlines(times, Regime.REGIONAL, TERMS, CALENDAR, WIB, at(6))
    first = next_due(found)
    assert first is not None
    assert (first.term.step, first.due) == (Step.HANDLING, date(2024, 10, 8))
    assert days_left(found, date(2024, 10, 10)) == -2


def test_no_file_means_no_deadline_and_every_mistake_is_told(tmp_path: Path) -> None:
    assert load(tmp_path) == Terms()
    (tmp_path / "tenggat.yaml").write_text(
        "terms:\n"
        "  - {step: temuan, regimes: [pemilu], after: diketahui, days: 7, status: 3, source: X}\n"
        "  - {step: entah, regimes: [pemilu], after: diketahui, days: 7, status: 1, source: X}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as caught:
        load(tmp_path)
    assert len(caught.value.problems) == 2
    (tmp_path / "tenggat.yaml").write_text(
        "terms:\n"
        "  - {step: temuan, regimes: [pemilu], after: diketahui, status: 2, source: X}\n"
        "  - {step: temuan, regimes: [pilkada, pemilu], after: diketahui, days: 7, status: 1, source: X}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as caught:
        load(tmp_path)
    assert [problem.line for problem in caught.value.problems] == [2, 3]
    (tmp_path / "tenggat.yaml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(RulesError):
        load(tmp_path)


def test_the_shipped_terms_name_source_and_mark() -> None:
    assert {(term.step, term.regime) for term in TERMS.terms} == {(step, law) for step in Step for law in Regime}
    assert all(term.source for term in TERMS.terms)
    assert [str(term.step) for term in TERMS.terms if term.days is None] == ["kajian_awal"]
    assert {term.regime for term in TERMS.terms if not term.status} == {Regime.REGIONAL}
    assert all(CALENDAR.regime(one) in {"pemilu", "pilkada"} for one in CALENDAR.schedules)
    assert CALENDAR.regime("tidak-ada") == ""


def test_counting_the_first_day_is_one_day_earlier() -> None:
    terms = Terms(TERMS.terms, first_day_counts=True)
    found = deadlines(Times(known=at(7)), Regime.REGIONAL, terms, CALENDAR, WIB, at(8))
    assert next(each for each in found if each.term.step is Step.FINDING).due == date(2024, 10, 13)


@given(st.datetimes(datetime(2023, 1, 1), datetime(2026, 9, 1)), st.integers(0, 40), st.sampled_from(sorted(ZONES)))  # noqa: DTZ001 - made aware below
def test_later_knowledge_never_makes_an_earlier_deadline(naive: datetime, hours: int, zone: str) -> None:
    first = naive.replace(tzinfo=UTC)
    second, place = first + timedelta(hours=hours), ZoneInfo(ZONES[zone])
    for law in Regime:
        early = deadlines(Times(known=first, found=first), law, TERMS, CALENDAR, place, first)
        late = deadlines(Times(known=second, found=second), law, TERMS, CALENDAR, place, first)
        for before, after in zip(early, late, strict=True):
            if before.due is not None and after.due is not None:
                assert before.due <= after.due
                counted = {reading.counting: reading.day for reading in before.readings}
                assert counted.get(Counting.CALENDAR, date.max) >= before.due
