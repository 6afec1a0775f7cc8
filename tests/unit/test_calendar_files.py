"""Calendar files, field by field and mistake by mistake; and the phases of a calendar made of plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.calendar import Calendar, Holiday, Nomination, PhaseAt, Schedule, Stages, WorkingDay
from monitor.calendar.values import NATIONAL, Regional, Stage, fold_region
from monitor.errors import RulesError
from monitor.models import Phase

WHOLE = """id: pilkada-uji
title: Pemilihan uji
legal_basis: Peraturan contoh
regime: pilkada
regions: [Kabupaten Uji, Kota Misal]
since: 2025-01-01
until: 2025-08-31
warning: Belum ditetapkan.
nominations:
  - {body: bupati, aspirants_from: 2025-03-01, fixed_on: 2025-04-22, status: 2, note: satu}
  - {fixed_on: 2025-04-24, status: 1}
campaign: {since: 2025-04-25, until: 2025-06-24, status: 2, note: dua}
quiet: {since: 2025-06-25, until: 2025-06-27, status: 1, note: tiga}
voting: {on: 2025-06-28, status: 2, note: empat}
counted: {on: 2025-07-10, status: 0, note: lima}
overrides:
  - regions: [Kota Misal]
    note: diulang
    voting: {on: 2025-07-01, status: 1}
"""
STAGES = Stages(
    (
        Nomination("bupati", date(2025, 4, 22), 2, date(2025, 3, 1), "satu"),
        Nomination("", date(2025, 4, 24), 1),
    ),
    Stage(date(2025, 4, 25), date(2025, 6, 24), 2, "dua"),
    Stage(date(2025, 6, 25), date(2025, 6, 27), 1, "tiga"),
    Stage(date(2025, 6, 28), date(2025, 6, 28), 2, "empat"),
    Stage(date(2025, 7, 10), date(2025, 7, 10), 0, "lima"),
)
CAMPAIGN = "campaign: {since: 2025-04-25, until: 2025-06-24, status: 2}\n"
QUIET = "quiet: {since: 2025-06-25, until: 2025-06-27, status: 2}\nvoting: {on: 2025-06-28, status: 2}\n"
BARE = "id: uji\ntitle: Uji\nregions: ['*']\n"


def loaded(folder: Path, **texts: str) -> Calendar:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Calendar.load(folder)


def problems(folder: Path, **texts: str) -> list[tuple[int, str, str]]:
    """What is said of wrong files: line, message, advice."""
    with pytest.raises(RulesError) as caught:
        loaded(folder, **texts)
    return [(one.line, one.message, one.advice) for one in caught.value.problems]


# --------------------------------------------------------------------------- files


def test_every_field_of_a_schedule_is_read(tmp_path: Path) -> None:
    calendar = loaded(tmp_path, a=WHOLE)
    again = Stages(voting=Stage(date(2025, 7, 1), date(2025, 7, 1), 1))
    assert dict(calendar.schedules) == {
        "pilkada-uji": Schedule(
            "pilkada-uji", "Pemilihan uji", ("Kabupaten Uji", "Kota Misal"), STAGES, "Peraturan contoh",
            (Regional(("Kota Misal",), again, "diulang"),), date(2025, 1, 1), date(2025, 8, 31), "Belum ditetapkan.",
            "pilkada",
        )
    }  # fmt: skip
    assert calendar.regime("pilkada-uji") == "pilkada"
    assert list(calendar.schedules["pilkada-uji"].every_stages()) == [STAGES, again]


def test_a_bare_schedule_leaves_everything_else_open(tmp_path: Path) -> None:
    calendar = loaded(tmp_path, a=BARE)
    assert dict(calendar.schedules) == {"uji": Schedule("uji", "Uji", ("*",), Stages())}
    assert (calendar.regime("uji"), calendar.regime("lain")) == ("", "")
    assert (dict(calendar.holidays), calendar.holiday_years) == ({}, frozenset())
    assert Schedule("uji", "Uji", (), Stages()).regime == Schedule("uji", "Uji", (), Stages()).warning == ""


def test_holidays_and_deadlines_have_their_own_files(tmp_path: Path) -> None:
    holidays = "years: [2025, 2026]\nholidays:\n  - {on: 2025-01-01, name: Tahun Baru}\n"
    calendar = loaded(
        tmp_path, libur=f"{holidays}  - {{on: 2026-03-20, name: Cuti, joint_leave: true}}\n", tenggat="- bukan kalender",
        a=BARE, z=BARE.replace("uji", "lain"),
    )  # fmt: skip
    assert dict(calendar.holidays) == {
        date(2025, 1, 1): Holiday(date(2025, 1, 1), "Tahun Baru"),
        date(2026, 3, 20): Holiday(date(2026, 3, 20), "Cuti", joint_leave=True),
    }
    assert Holiday(date(2025, 1, 1), "").joint_leave is False
    assert calendar.holiday_years == {2025, 2026}
    assert sorted(calendar.schedules) == ["lain", "uji"]


def test_of_two_files_with_one_id_the_second_is_blamed(tmp_path: Path) -> None:
    assert problems(tmp_path, a=BARE, b=BARE) == [(1, "id `uji` sudah dipakai berkas lain", "beri id yang lain")]
    with pytest.raises(RulesError) as caught:
        Calendar.load(tmp_path)
    assert [one.file for one in caught.value.problems] == [f"{tmp_path.name}/b.yaml"]


TURNED = "perbaiki tanggalnya"
ONE_PHASE = "setiap hari harus punya satu tahapan"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", (1, "berkas kosong atau bukan kalender", "mulai dengan `id: …`")),
        ("since: 2025-02-02\nuntil: 2025-02-01\n", (5, "`until` lebih awal dari `since`", f"tukar atau {TURNED}")),
        (
            "nominations:\n  - {aspirants_from: 2025-04-22, fixed_on: 2025-04-22, status: 2}\n",
            (5, "bakal calon mulai sesudah penetapan", TURNED),
        ),
        (
            "nominations: [{fixed_on: 2025-04-20, status: 2}, {fixed_on: 2025-04-25, status: 2}]\n" + CAMPAIGN + QUIET,
            (5, "kampanye mulai sebelum penetapan calon", TURNED),
        ),
        (
            "campaign: {since: 2025-04-25, until: 2025-06-24, status: 2}\n",
            (4, "kampanye tanpa masa tenang", "tambahkan `quiet:` (status 0 bila belum pasti)"),
        ),
        (
            "quiet: {since: 2025-06-25, until: 2025-06-27, status: 2}\n",
            (4, "masa tenang tanpa hari pemungutan", "tambahkan `voting:`"),
        ),
        (
            CAMPAIGN.replace("06-24", "06-23") + QUIET,
            (5, "masa tenang tidak tepat sesudah kampanye", ONE_PHASE),
        ),
        (
            "quiet: {since: 2025-06-25, until: 2025-06-27, status: 2}\nvoting: {on: 2025-06-29, status: 2}\n",
            (5, "hari pemungutan tidak tepat sesudah masa tenang", ONE_PHASE),
        ),
        (
            "voting: {on: 2025-06-28, status: 2}\ncounted: {on: 2025-06-27, status: 2}\n",
            (5, "rekapitulasi berakhir sebelum pemungutan", TURNED),
        ),
    ],
)
def test_each_mistake_with_its_line_and_advice(tmp_path: Path, text: str, said: tuple[int, str, str]) -> None:
    line, message, advice = said
    assert problems(tmp_path, a=BARE + text if text else "") == [(line, message, advice)]


def test_mistakes_below_an_override_are_shown_there(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        a=BARE + "overrides:\n  - regions: [Kota Uji]\n  - regions: [Kota Misal]\n"
        "    nominations:\n      - {fixed_on: 2025-04-22, status: 2}\n"
        "      - {aspirants_from: 2025-05-01, fixed_on: 2025-04-22, status: 2}\n"
        "    voting: {on: 2025-06-28, status: 2}\n    counted: {on: 2025-06-27, status: 2}\n",
    )
    assert found == [
        (9, "bakal calon mulai sesudah penetapan", TURNED),
        (11, "rekapitulasi berakhir sebelum pemungutan", TURNED),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "since: 2025-02-01\nuntil: 2025-02-01\n",
        "nominations:\n  - {aspirants_from: 2025-04-21, fixed_on: 2025-04-22, status: 0}\n",
        "nominations: [{fixed_on: 2025-04-24, status: 2}]\n"
        + CAMPAIGN
        + QUIET
        + "counted: {on: 2025-06-28, status: 2}\n",
        "counted: {on: 2025-06-26, status: 2}\n",
    ],
)
def test_days_on_the_line_are_no_mistake(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, a=BARE + text).schedules


@pytest.mark.parametrize(
    "text",
    [
        BARE.replace("title: Uji", "title: ''"),
        BARE.replace("title: Uji", f"title: {'u' * 301}"),
        BARE.replace("id: uji", "id: -uji"),
        BARE.replace("id: uji", f"id: {'u' * 61}"),
        BARE.replace("['*']", "[]"),
        BARE.replace("['*']", "['']"),
        f"{BARE}regime: lain\n",
        f"{BARE}asing: 1\n",
        f"{BARE}voting: {{on: 2025-06-28, status: 3}}\n",
        f"{BARE}voting: {{on: 2025-06-28, status: -1}}\n",
        f"{BARE}voting: {{on: 2025-06-28}}\n",
        f"{BARE}overrides: [{{regions: [], voting: {{on: 2025-06-28, status: 2}}}}]\n",
        f"{BARE}quiet: {{since: 2025-06-27, until: 2025-06-26, status: 2}}\nvoting: {{on: 2025-06-28, status: 2}}\n",
    ],
)
def test_what_no_schedule_may_say(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, a=text)


@pytest.mark.parametrize(
    "text", [BARE.replace("title: Uji", f"title: {'u' * 300}"), BARE.replace("id: uji", f"id: {'u' * 60}"),
             BARE.replace("title: Uji", "title: U")],
)  # fmt: skip
def test_the_longest_and_shortest_names(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, a=text).schedules


def test_a_stage_that_ends_before_it_begins(tmp_path: Path) -> None:
    text = f"{BARE}quiet: {{since: 2025-06-27, until: 2025-06-26, status: 2}}\nvoting: {{on: 2025-06-28, status: 2}}\n"
    [(_, message, advice)] = problems(tmp_path, a=text)
    assert (message, advice) == ("`quiet`: `until` lebih awal dari `since`", "tukar atau perbaiki tanggalnya")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("years: [2025]\nholidays:\n  - {on: 2025-01-01, name: A}\n  - {on: 2025-01-01, name: B}\n",
         [(4, "2025-01-01 ditulis dua kali", "hapus salah satu")]),
        ("years: [2025]\nholidays:\n  - {on: 2025-01-01, name: A}\n  - {on: 2026-01-01, name: B}\n",
         [(4, "tahun 2026 tidak ada di `years`", "tambahkan tahunnya")]),
    ],
)  # fmt: skip
def test_mistakes_among_the_holidays(tmp_path: Path, text: str, said: list[tuple[int, str, str]]) -> None:
    assert problems(tmp_path, libur=text) == said


@pytest.mark.parametrize("text", ["years: []\n", "years: [2025]\nholidays: [{on: 2025-01-01, name: ''}]\n", "- 2025\n"])
def test_what_no_list_of_holidays_may_say(tmp_path: Path, text: str) -> None:
    assert len(problems(tmp_path, libur=text)) == 1


# --------------------------------------------------------------------------- phases


def calendar(stages: Stages = STAGES, **more: object) -> Calendar:
    return Calendar({"uji": replace(Schedule("uji", "Uji", ("Kota Misal",), stages), **more)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "body", "said"),
    [
        (date(2025, 2, 28), "bupati", PhaseAt(Phase.PRE, 2, "satu")),
        (date(2025, 3, 1), "bupati", PhaseAt(Phase.ASPIRANT, 2, "satu")),
        (date(2025, 4, 22), "bupati", PhaseAt(Phase.CANDIDATE, 2, "satu")),
        (date(2025, 4, 23), "", PhaseAt(Phase.PRE, 1)),
        (date(2025, 4, 24), "wali", PhaseAt(Phase.CANDIDATE, 1)),
        (date(2025, 4, 25), "", PhaseAt(Phase.CAMPAIGN, 2, "dua")),
        (date(2025, 6, 24), "", PhaseAt(Phase.CAMPAIGN, 2, "dua")),
        (date(2025, 6, 25), "", PhaseAt(Phase.QUIET, 1, "tiga")),
        (date(2025, 6, 28), "", PhaseAt(Phase.VOTING, 2, "empat")),
        (date(2025, 7, 10), "", PhaseAt(Phase.VOTING, 2, "empat")),
        (date(2025, 7, 11), "", PhaseAt(Phase.POST, 0, "lima")),
    ],
)
def test_a_phase_with_its_certainty_and_note(day: date, body: str, said: PhaseAt) -> None:
    assert calendar().phase("uji", "Kota Misal", day, body) == said


def test_bodies_fixed_on_different_days_make_the_phase_doubtful() -> None:
    stages = Stages((Nomination("a", date(2025, 4, 2), 2), Nomination("b", date(2025, 4, 24), 2)))
    said = (
        "Penetapan berbeda menurut jenis pemilihan (a 02-04-2025, b 24-04-2025); "
        "periksa jenisnya sebelum memilih bentuk KE atau DIS."
    )
    assert calendar(stages).phase("uji", "", date(2025, 4, 10), "lain") == PhaseAt(Phase.ASPIRANT, 1, said)
    unsure = replace(stages, nominations=(stages.nominations[0], replace(stages.nominations[1], status=0)))
    assert calendar(unsure).phase("uji", "", date(2025, 4, 10), "lain") == PhaseAt(Phase.ASPIRANT, 0, said)
    both = calendar(unsure).phase("uji", "", date(2025, 4, 30))
    assert both == PhaseAt(Phase.CANDIDATE, 0)


def test_what_is_not_known_is_said() -> None:
    assert calendar(Stages()).phase("uji", "", date(2025, 1, 1)) == PhaseAt(
        Phase.PRE, 0, "Tanggal penetapan calon belum ada."
    )
    uncounted = calendar(replace(STAGES, counted=None))
    assert uncounted.phase("uji", "", date(2025, 6, 28)) == PhaseAt(Phase.VOTING, 2, "empat")
    assert uncounted.phase("uji", "", date(2025, 6, 29)) == PhaseAt(
        Phase.POST, 0, "Akhir rekapitulasi belum diketahui."
    )


def test_only_a_quiet_stage_or_only_a_vote() -> None:
    quiet = calendar(replace(STAGES, campaign=None))
    assert quiet.phase("uji", "", date(2025, 6, 25)) == PhaseAt(Phase.QUIET, 1, "tiga")
    assert quiet.phase("uji", "", date(2025, 6, 24), "bupati") == PhaseAt(Phase.CANDIDATE, 2, "satu")
    vote = calendar(replace(STAGES, campaign=None, quiet=None))
    assert vote.phase("uji", "", date(2025, 6, 28)) == PhaseAt(Phase.VOTING, 2, "empat")
    assert calendar(replace(STAGES, voting=None)).phase("uji", "", date(2025, 9, 1)) == PhaseAt(Phase.QUIET, 1, "tiga")


def test_a_warning_makes_every_date_doubtful() -> None:
    again = Regional(("Kota Misal",), STAGES, "diulang")
    doubtful = calendar(warning="Belum ditetapkan.", overrides=(again,))
    assert doubtful.phase("uji", "kota misal", date(2025, 6, 25)) == PhaseAt(
        Phase.QUIET, 0, "tiga diulang Belum ditetapkan."
    )
    assert doubtful.phase("uji", "", date(2025, 6, 25)) == PhaseAt(Phase.QUIET, 0, "tiga Belum ditetapkan.")


def test_a_contest_holds_in_its_regions_and_days_alone() -> None:
    bound = calendar(since=date(2025, 6, 25), until=date(2025, 6, 26))
    assert bound.phase("uji", "Kota Lain", date(2025, 6, 25)) is None
    assert [bound.phase("uji", "Kota Misal", date(2025, 6, day)) is not None for day in (24, 25, 26, 27)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert calendar(regions=(NATIONAL,)).phase("uji", "Kota Lain", date(2025, 6, 25)) is not None
    assert calendar(regions=("Kota Lain", "Kab. Uji")).phase("uji", "KABUPATEN  uji", date(2025, 6, 25)) is not None


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Kab. Contoh", "kabupaten contoh"), ("Prov  Uji", "provinsi uji"), ("PROPINSI UJI", "provinsi uji"),
     ("kab.Contoh", "kabupaten contoh"), ("Kota Kabut", "kota kabut")],
)  # fmt: skip
def test_names_of_regions_are_compared_folded(said: str, meant: str) -> None:
    assert fold_region(said) == meant


def test_stages_name_their_marks() -> None:
    assert list(STAGES.marks()) == [
        ("penetapan bupati", 2), ("penetapan", 1), ("kampanye", 2), ("masa tenang", 1), ("pemungutan suara", 2),
        ("akhir rekapitulasi", 0),
    ]  # fmt: skip
    assert list(Stages().marks())[:2] == [("penetapan", 0), ("kampanye", 0)]


def test_warnings_word_for_word() -> None:
    sure = replace(STAGES, counted=Stage(date(2025, 7, 10), date(2025, 7, 10), 1))
    schedules = {
        "a": Schedule("a", "A", ("*",), STAGES, warning="Belum ditetapkan."),
        "b": Schedule("b", "B", ("*",), sure, overrides=(Regional(("Kota Misal",), replace(STAGES, quiet=None)),)),
        "c": Schedule("c", "C", ("*",), sure),
    }
    assert Calendar(schedules).warnings == (
        "PERINGATAN a: Belum ditetapkan.",
        "b: belum dipastikan: akhir rekapitulasi, masa tenang. Cocokkan dengan PKPU yang berlaku.",
    )


# --------------------------------------------------------------------------- working days

CLOSED = Calendar(
    {},
    {
        date(2025, 12, 31): Holiday(date(2025, 12, 31), "Cuti", joint_leave=True),
        date(2026, 1, 1): Holiday(date(2026, 1, 1), "Libur"),
    },
    frozenset({2025}),
)


def test_the_years_passed_whose_holidays_are_unknown_are_named() -> None:
    note = (
        "Hari libur tahun {} belum ada di rules/calendar/libur.yaml; tanggal ini "
        "hanya melewati Sabtu dan Minggu. Lengkapi dahulu."
    )
    assert CLOSED.working_day(date(2025, 12, 29), 2) == WorkingDay(date(2026, 1, 2), note.format("2026"))
    assert CLOSED.working_day(date(2024, 12, 31), 1) == WorkingDay(date(2025, 1, 1), note.format("2024"))
    both = Calendar({}, {}, frozenset()).working_day(date(2025, 12, 31), 1)
    assert both == WorkingDay(date(2026, 1, 1), note.format("2025, 2026"))
    assert CLOSED.working_day(date(2025, 12, 29), 0) == WorkingDay(date(2025, 12, 29))
    assert WorkingDay(date(2025, 1, 1)).note == PhaseAt(Phase.PRE, 0).note == ""


def test_joint_leave_counts_where_the_law_says_so() -> None:
    days = [
        date(2025, 12, 30),
        date(2025, 12, 31),
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2026, 1, 3),
        date(2026, 1, 4),
    ]
    assert [CLOSED.works(day) for day in days] == [True, False, False, True, False, False]
    assert [CLOSED.works(day, joint_leave=False) for day in days] == [True, True, False, True, False, False]
    assert CLOSED.working_days(days[0], days[-1]) == 1
    assert CLOSED.working_days(days[0], days[-1], joint_leave=False) == 2
    assert CLOSED.working_day(days[0], 1, joint_leave=False).day == days[1]
    assert (CLOSED.working_days(days[0], days[1]), CLOSED.working_days(days[3], days[0])) == (0, 0)


def test_equal_calendars_have_equal_digests_whatever_their_order() -> None:
    one, other = (Schedule(name, name, ("*",), STAGES) for name in "ab")
    found = {
        Calendar({"a": one, "b": other}, CLOSED.holidays, frozenset({2025, 2026})).digest,
        Calendar({"b": other, "a": one}, dict(reversed(CLOSED.holidays.items())), frozenset({2026, 2025})).digest,
    }
    assert len(found) == 1
    for changed in (
        Calendar({"a": one}, CLOSED.holidays, frozenset({2025, 2026})),
        Calendar({"a": one, "b": other}, {}, frozenset({2025, 2026})),
        Calendar({"a": one, "b": other}, CLOSED.holidays, frozenset({2025})),
    ):
        assert changed.digest not in found
