"""Calendar: phases by contest, region and day, with their certainty; working days; every mistake at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import Calendar, local_day
from monitor.errors import RulesError
from monitor.models import Phase

SHIPPED = Path(__file__).resolve().parents[2] / "rules" / "calendar"
CALENDAR = Calendar.load(SHIPPED)


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2024, 9, 1), Phase.PRE),
        (date(2025, 2, 28), Phase.PRE),
        (date(2025, 3, 1), Phase.ASPIRANT),
        (date(2025, 4, 21), Phase.ASPIRANT),
        (date(2025, 4, 22), Phase.CANDIDATE),
        (date(2025, 4, 24), Phase.CANDIDATE),
        (date(2025, 4, 25), Phase.CAMPAIGN),
        (date(2025, 6, 24), Phase.CAMPAIGN),
        (date(2025, 6, 25), Phase.QUIET),
        (date(2025, 6, 27), Phase.QUIET),
        (date(2025, 6, 28), Phase.VOTING),
        (date(2025, 7, 10), Phase.VOTING),
        (date(2025, 7, 11), Phase.POST),
    ],
)
def test_invented_contest(day: date, phase: Phase) -> None:
    at = CALENDAR.phase("pilkada-contoh-2025", "Kab. Contoh", day)
    assert at is not None
    assert (at.phase, at.status) == (phase, 2)


def test_no_phase_elsewhere_or_outside() -> None:
    assert CALENDAR.phase("pilkada-contoh-2025", "Kota Lain", date(2025, 5, 1)) is None
    assert CALENDAR.phase("pilkada-contoh-2025", "Kabupaten Contoh", date(2026, 1, 1)) is None
    assert CALENDAR.phase("tidak-ada", "", date(2025, 5, 1)) is None


def test_penetapan_differs_by_body() -> None:
    day = date(2023, 11, 5)
    bodies = {body: CALENDAR.phase("pemilu-2024", "", day, body) for body in ("partai", "dpr_dprd", "presiden")}
    assert {body: at.phase for body, at in bodies.items() if at} == {
        "partai": Phase.CANDIDATE,
        "dpr_dprd": Phase.CANDIDATE,
        "presiden": Phase.ASPIRANT,
    }
    unknown = CALENDAR.phase("pemilu-2024", "", day)
    assert unknown is not None
    assert (unknown.phase, unknown.status) == (Phase.ASPIRANT, 1)
    assert "presiden 13-11-2023" in unknown.note
    settled = CALENDAR.phase("pemilu-2024", "", date(2023, 11, 20))
    assert settled is not None
    assert (settled.phase, settled.status) == (Phase.CANDIDATE, 2)


@pytest.mark.parametrize(
    ("contest", "day", "phase", "status"),
    [
        ("pemilu-2024", date(2023, 11, 28), Phase.CAMPAIGN, 2),
        ("pemilu-2024", date(2024, 2, 10), Phase.CAMPAIGN, 2),
        ("pemilu-2024", date(2024, 2, 11), Phase.QUIET, 2),
        ("pemilu-2024", date(2024, 2, 14), Phase.VOTING, 2),
        ("pemilu-2024", date(2024, 3, 21), Phase.POST, 2),
        ("pilkada-2024", date(2024, 9, 21), Phase.ASPIRANT, 2),
        ("pilkada-2024", date(2024, 9, 22), Phase.CANDIDATE, 2),
        ("pilkada-2024", date(2024, 11, 24), Phase.QUIET, 2),
        ("pilkada-2024", date(2024, 11, 27), Phase.VOTING, 2),
    ],
)
def test_shipped_facts(contest: str, day: date, phase: Phase, status: int) -> None:
    at = CALENDAR.phase(contest, "Kota Misal", day)
    assert at is not None
    assert (at.phase, at.status) == (phase, status)


def test_conflict_is_told_with_the_phase() -> None:
    at = CALENDAR.phase("pilkada-2024", "Kota Misal", date(2024, 11, 25))
    assert at is not None
    assert "23-26" in at.note


def test_region_overrides_and_unconfirmed_dates() -> None:
    early = CALENDAR.phase("psu-2025", "Kabupaten Siak", date(2025, 3, 22))
    late = CALENDAR.phase("psu-2025", "Kota Palopo", date(2025, 3, 22))
    assert early is not None
    assert late is not None
    assert (early.phase, early.status) == (Phase.VOTING, 2)
    assert (late.phase, late.status) == (Phase.CANDIDATE, 0)
    quiet = CALENDAR.phase("pilkada-ulang-2025", "Kota Pangkalpinang", date(2025, 8, 25))
    assert quiet is not None
    assert (quiet.phase, quiet.status) == (Phase.QUIET, 0)
    after = CALENDAR.phase("pilkada-ulang-2025", "Kota Pangkalpinang", date(2025, 8, 28))
    assert after is not None
    assert (after.phase, after.status) == (Phase.POST, 0)


def test_2029_is_a_loud_stub() -> None:
    at = CALENDAR.phase("pemilu-2029", "", date(2028, 1, 1))
    assert at is not None
    assert (at.phase, at.status) == (Phase.PRE, 0)
    assert "PKPU" in at.note
    assert any(line.startswith("PERINGATAN pemilu-2029") for line in CALENDAR.warnings)
    assert any(line.startswith("psu-2025") for line in CALENDAR.warnings)
    assert not any(line.startswith(("pilkada-2024", "pilkada-contoh")) for line in CALENDAR.warnings)


def test_local_day_is_the_office_day() -> None:
    late = datetime(2025, 6, 24, 18, 0, tzinfo=UTC)
    assert local_day(late, ZoneInfo("Asia/Jakarta")) == date(2025, 6, 25)
    assert local_day(late.replace(hour=16), ZoneInfo("Asia/Jakarta")) == date(2025, 6, 24)
    assert local_day(late.replace(hour=16), ZoneInfo("Asia/Makassar")) == date(2025, 6, 25)
    with pytest.raises(ValueError, match="zone"):
        local_day(datetime(2025, 6, 24, 18, 0), ZoneInfo("Asia/Jakarta"))  # noqa: DTZ001 - the mistake under test


def test_working_days_skip_weekends_holidays_and_joint_leave() -> None:
    friday = date(2025, 5, 9)
    assert CALENDAR.working_day(friday, 1).day == date(2025, 5, 14)
    assert CALENDAR.working_day(friday, 1, joint_leave=False).day == date(2025, 5, 13)
    assert CALENDAR.working_day(friday, 0).day == friday
    assert CALENDAR.working_day(friday, 1).note == ""
    assert CALENDAR.working_days(friday, date(2025, 5, 16)) == 3
    assert CALENDAR.working_days(friday, friday) == 0
    assert len([day for day in CALENDAR.holidays if day.year == 2025]) == 28
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.working_day(friday, -1)


def test_years_without_a_holiday_list_are_named() -> None:
    assert "2027" in CALENDAR.working_day(date(2026, 12, 29), 5).note


@given(st.dates(date(2024, 1, 1), date(2025, 11, 1)), st.integers(0, 30))
def test_counting_forth_and_back_agree(start: date, count: int) -> None:
    assert CALENDAR.working_days(start, CALENDAR.working_day(start, count).day) == count


@given(st.dates(date(2024, 9, 1), date(2025, 12, 30)))
def test_phases_never_go_back(day: date) -> None:
    order = list(Phase)
    here = CALENDAR.phase("pilkada-contoh-2025", "", day)
    after = CALENDAR.phase("pilkada-contoh-2025", "", day + timedelta(days=1))
    assert here is not None
    assert after is not None
    assert order.index(here.phase) <= order.index(after.phase)


def test_every_mistake_of_every_file_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        """id: satu
title: Satu
regions: [Kota Misal]
since: 2025-02-01
until: 2025-01-01
nominations:
  - {aspirants_from: 2025-05-01, fixed_on: 2025-04-22, status: 2}
campaign: {since: 2025-04-01, until: 2025-06-24, status: 2}
quiet: {since: 2025-06-26, until: 2025-06-27, status: 0}
voting: {on: 2025-06-29, status: 2}
counted: {on: 2025-06-01, status: 2}
overrides:
  - regions: [Kota Uji]
    campaign: {since: 2025-04-25, until: 2025-06-24, status: 2}
""",
        encoding="utf-8",
    )
    (tmp_path / "b.yaml").write_text(
        "id: satu\ntitle: Dua\nregions: [Kota Misal]\nquiet: {since: 2025-06-26, until: 2025-06-27, status: 0}\n",
        encoding="utf-8",
    )
    (tmp_path / "c.yaml").write_text(
        "id: tiga\ntitle: T\nregions: [K]\ncampaign: {since: 2025-06-26, until: 2025-06-01, status: 3}\n",
        encoding="utf-8",
    )
    (tmp_path / "d.yaml").write_text("- x\n", encoding="utf-8")
    (tmp_path / "libur.yaml").write_text(
        "years: [2025]\nholidays:\n  - {on: 2025-01-01, name: A}\n  - {on: 2025-01-01, name: B}\n"
        "  - {on: 2026-01-01, name: C}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as caught:
        Calendar.load(tmp_path)
    said = str(caught.value)
    for part in (
        "`until` lebih awal dari `since`",
        "bakal calon mulai sesudah penetapan",
        "kampanye mulai sebelum penetapan",
        "tidak tepat sesudah kampanye",
        "tidak tepat sesudah masa tenang",
        "sebelum pemungutan",
        "kampanye tanpa masa tenang",
        "masa tenang tanpa hari pemungutan",
        "sudah dipakai berkas lain",
        "c.yaml:4",
        "bukan kalender",
        "ditulis dua kali",
        "tahun 2026 tidak ada",
    ):
        assert part in said, part


def test_broken_holidays_are_refused(tmp_path: Path) -> None:
    (tmp_path / "libur.yaml").write_text("years: dua\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"libur\.yaml:1"):
        Calendar.load(tmp_path)
    (tmp_path / "libur.yaml").write_text("years: [", encoding="utf-8")
    with pytest.raises(RulesError):
        Calendar.load(tmp_path)


def test_digest_changes_with_any_date(tmp_path: Path) -> None:
    text = "id: satu\ntitle: Satu\nregions: [Kota Misal]\nvoting: {on: 2025-06-%s, status: 2}\n"
    (tmp_path / "a.yaml").write_text(text % "28", encoding="utf-8")
    first = Calendar.load(tmp_path).digest
    assert Calendar.load(tmp_path).digest == first
    (tmp_path / "a.yaml").write_text(text % "29", encoding="utf-8")
    assert Calendar.load(tmp_path).digest != first
