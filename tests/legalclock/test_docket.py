"""Cases laid beside the clock: what the store knows of their times, what presses, and the calendar file of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import Calendar
from monitor.config import Config, Office
from monitor.docket import Docket, Law, docket, duty, ics
from monitor.docket.wording import COUNTING, STEP, days_words, doubt_words
from monitor.legalclock import Counting, Regime, Standing, Step, Times, load
from monitor.models import State
from monitor.store import Answer, CaseTimes, Objection, Plenary, Result, Store
from tests.fakes import START, FakeClock
from tests.fakes_process import agree, carry, last, newest
from tests.fakes_store import a_case, add_user, open_store
from tests.fakes_web import config

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendar"
CALENDAR, TERMS = Calendar.load(FOLDER), load(FOLDER)


def law(**office: object) -> Law:
    made = config()
    whole = Config.model_validate(made.model_dump() | {"contests": ("pilkada-contoh-2025",)})
    return Law(TERMS, CALENDAR, whole.model_copy(update={"office": whole.office.model_copy(update=office)}))


def case(number: int, known: datetime | None, **times: object) -> CaseTimes:
    return CaseTimes(
        number, State.LEAD, "Kabupaten Contoh", "pilkada-contoh-2025", replace(Times(known=known), **times)
    )


def found(*cases: CaseTimes, now: datetime = START) -> Docket:
    return docket(cases, law(), now)


def test_what_presses_most_comes_first() -> None:
    cases = [case(number, START - timedelta(days=days)) for number, days in ((1, 1), (2, 6), (3, 9), (4, 12))]
    sorted_ = found(*cases, case(5, None), case(6, START - timedelta(days=20), assumed_known=True))
    assert [one.case.flag_id for one in sorted_.overdue] == [4, 3]
    assert [one.case.flag_id for one in sorted_.disputed] == [6]
    assert [one.case.flag_id for one in sorted_.soon] == [2]
    assert [one.case.flag_id for one in sorted_.later] == [1]
    assert [one.case.flag_id for one in sorted_.idle] == [5]
    assert [one.days_left for one in sorted_.running] == [-5, -2, -13, 1, 6]
    assert [one.case.flag_id for one in sorted_.unset] == [6]


def test_a_region_lives_in_its_own_zone() -> None:
    late = datetime(2025, 6, 1, 16, 30, tzinfo=START.tzinfo)  # 23.30 WIB, half past midnight in WITA
    there = law(zones={"kabupaten  misal": "WITA"})
    here, east = case(1, late), replace(case(2, late), region="Kabupaten Misal")
    first = [duty(one, there, late) for one in (here, east)]
    assert [one.zone_name for one in first] == ["WIB", "WITA"]
    assert [one.first.due for one in first if one.first] == [date(2025, 6, 8), date(2025, 6, 9)]
    assert [one.today for one in first] == [date(2025, 6, 1), date(2025, 6, 2)]
    with pytest.raises(ValueError, match="WIBB"):
        Office.model_validate(law().config.office.model_dump() | {"zones": {"X Y": "WIBB"}})


def test_an_office_of_one_law_counts_unplaced_cases_by_it_and_of_two_by_both() -> None:
    unplaced = replace(case(1, START), contest_id="")
    assert duty(unplaced, law(), START).regime is Regime.REGIONAL
    both = law()
    many = Law(TERMS, CALENDAR, both.config.model_copy(update={"contests": ("pemilu-2024", "pilkada-2024")}))
    assert duty(unplaced, many, START).regime is None
    assert {one.term.regime for one in duty(unplaced, many, START).deadlines} == set(Regime)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Store:
    return open_store(tmp_path, clock)


def test_the_store_gives_the_times_of_the_whole_road(store: Store, clock: FakeClock) -> None:
    user = add_user(store).user_id
    [flag_id] = a_case(store)
    assert store.deadlines.all() == []
    carry(store, flag_id, user, State.LEAD)
    [led] = store.deadlines.all()
    assert (led.flag_id, led.state, led.region) == (flag_id, State.LEAD, "Kabupaten Contoh")
    assert led.times == Times(START - timedelta(days=1), START, None, START, assumed_known=True)
    clock.tick(days=2)
    store.process.know(flag_id, user, clock(), "1/BA")
    assert store.deadlines.all()[0].times.known == START + timedelta(days=2)
    assert not store.deadlines.all()[0].times.assumed_known
    agree(store, flag_id)
    store.process.trace(flag_id, user, "Tim", date(2025, 6, 9), "", expected=newest(store, flag_id))
    clock.tick(days=1)
    held = Plenary("2/BA", clock().date(), known_at=clock())
    store.process.plenary(flag_id, user, held, expected=newest(store, flag_id))
    assert store.deadlines.all()[0].times.known == START + timedelta(days=3)
    assert store.deadlines.of(flag_id) == store.deadlines.all()[0]
    assert store.deadlines.of(999) is None


def test_forwarding_starts_the_clock_of_bkn_and_an_answer_ends_it(store: Store, clock: FakeClock) -> None:
    user = add_user(store).user_id
    [flag_id] = a_case(store)
    carry(store, flag_id, user, State.FORWARDED)
    times = store.deadlines.all()[0].times
    assert times.forwarded == START
    first = docket(store.deadlines.all(), law(), clock()).running[0].first
    assert first is not None
    assert (first.term.step, first.due) == (Step.SBT_CHECK, date(2025, 6, 8))
    clock.tick(days=2)
    answer = Answer(Result.PROVEN, clock().date(), "Kantor Contoh", "S-1")
    store.outcomes.append(flag_id, user, answer, expected=None)
    assert store.deadlines.all()[0].times.closed == clock()
    assert docket(store.deadlines.all(), law(), clock()).running == ()


def test_an_answer_from_before_an_appeal_closes_nothing(store: Store, clock: FakeClock) -> None:
    user = add_user(store).user_id
    [flag_id] = a_case(store)
    carry(store, flag_id, user, State.FORWARDED)
    answer = Answer(Result.PROVEN, clock().date(), "Kantor Contoh", "S-1")
    first = store.outcomes.append(flag_id, user, answer, expected=None)
    clock.tick(days=3)
    said = Objection(clock().date(), "surat", "akunnya dipakai orang lain", appeal=True)
    store.process.object(flag_id, user, said, expected=newest(store, flag_id))
    assert store.deadlines.all() == []
    clock.tick(days=1)
    carry(store, flag_id, user, State.FORWARDED)
    times = store.deadlines.all()[0].times
    assert (times.closed, times.forwarded) == (None, clock())
    clock.tick(days=1)
    store.outcomes.append(flag_id, user, answer, expected=first.outcome_id)
    assert store.deadlines.all()[0].times.closed == clock()


def test_what_was_taken_back_counts_no_longer(store: Store) -> None:
    user = add_user(store).user_id
    [flag_id] = a_case(store)
    carry(store, flag_id, user, State.LEAD)
    undone = last(store, flag_id)
    assert undone is not None
    store.decisions.undo(undone, user, undone)
    assert store.deadlines.all() == []
    again = store.deadlines.of(flag_id)
    assert again is not None
    assert again.times.known is None


def test_regions_are_kept_to(store: Store) -> None:
    user = add_user(store).user_id
    for flag_id in a_case(store, 4):
        carry(store, flag_id, user, State.LEAD)
    everywhere = store.deadlines.all()
    assert len({one.region for one in everywhere}) == 2
    one_region = store.deadlines.all(frozenset({"Kabupaten Misal"}))
    assert {one.region for one in one_region} == {"Kabupaten Misal"}
    assert 0 < len(one_region) < len(everywhere)


def unfolded(body: bytes) -> list[str]:
    text = body.decode()
    assert "\n" not in text.replace("\r\n", "")
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]


def test_the_calendar_file_parses_back_and_holds_no_words_of_anybody() -> None:
    duties = found(case(12, START - timedelta(days=5)), case(7, START - timedelta(days=9)), case(8, None)).running
    lines = unfolded(ics.write(duties, START, "Bawaslu, Contoh; Rekaan\\Uji", lambda n: f"https://n.example/tanda/{n}"))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert "X-WR-CALNAME:Tenggat Bawaslu\\, Contoh\\; Rekaan\\\\Uji" in lines
    first = lines[lines.index("BEGIN:VEVENT") : lines.index("END:VEVENT")]
    fields = dict(line.split(":", 1) for line in first)
    assert fields["UID"] == "tanda-7-temuan@netra.invalid"
    assert fields["DTSTAMP"] == "20250601T030000Z"
    assert (fields["DTSTART;VALUE=DATE"], fields["DTEND;VALUE=DATE"]) == ("20250530", "20250531")
    assert fields["SUMMARY"] == "Tanda 7: menetapkan temuan"
    assert fields["URL"] == "https://n.example/tanda/7"
    assert "belum dipastikan" in fields["DESCRIPTION"]
    again = unfolded(ics.write(duties, START + timedelta(days=1), "X", lambda _: ""))
    assert [line for line in again if line.startswith("UID")] == [line for line in lines if line.startswith("UID")]
    assert not any(line.startswith("URL") for line in again)


@given(st.text(max_size=300))
def test_folding_is_taken_back_whole_and_never_cuts_a_character(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    line = "X:" + "".join(one for one in text if one not in "\r\n")
    folded = ics.fold(line)
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


def test_every_doubt_is_said_in_words() -> None:
    general = Law(TERMS, CALENDAR, law().config.model_copy(update={"contests": ("pemilu-2024",)}))
    unplaced = replace(case(1, datetime(2027, 3, 1, 3, tzinfo=START.tzinfo), assumed_known=True), contest_id="")
    first = duty(unplaced, general, datetime(2027, 3, 2, 3, tzinfo=START.tzinfo)).first
    assert first is not None
    said = " ".join(doubt_words(first))
    for words in ("Cara menghitung", "hari kalender 08-03-2027", "TABEL LIBUR 2027", "informasi awal"):
        assert words in said
    assert set(STEP) == set(Step)
    assert set(COUNTING) == set(Counting)
    assert [days_words(left) for left in (None, -2, 0, 3)] == [
        "Tidak ada tenggat berjalan", "Lewat 2 hari", "Hari terakhir hari ini", "Sisa 3 hari",
    ]  # fmt: skip
    assert first.standing is Standing.RUNNING
