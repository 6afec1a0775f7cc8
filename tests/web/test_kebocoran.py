"""Looking back after a leak: counts that follow from the looks, the 72 hours, the letter, page and command."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.custody.breach import look_back, notice
from monitor.models import Role
from monitor.store import Touch
from tests.fakes_web import NOW, OTHER_REGION, PASSWORD, SEEDS, World
from tests.offices import make_office
from tests.web.conftest import Reader

WIB = ZoneInfo("Asia/Jakarta")


def person(world: World, flag_id: int) -> int:
    return world.store.flags.get(flag_id).actor.person.person_id


def test_counts_follow_from_lists_cases_and_evidence(world: World, flags: list[int]) -> None:
    start, views, custody = world.clock.now, world.store.views, world.store.custody
    views.note(world.monitor.user_id, "antrean.show_queue", flags=flags[:5])
    views.note(world.monitor.user_id, "antrean.show_queue", flags=flags[:5])
    custody.note(Touch.DOWNLOAD, user_id=world.second.user_id, flag_id=flags[7], subject="jawaban mentah")
    custody.note(Touch.SEAL, user_id=None, flag_id=flags[8])
    world.clock.now += timedelta(hours=1)
    views.note(world.local.user_id, "antrean.show_queue", flags=flags[9:])
    found = look_back(world.store, start, world.clock.now, NOW)
    seen = {one.user_id: (one.looks, len(one.persons)) for one in found.seers}
    assert seen == {world.monitor.user_id: (2, 5), world.second.user_id: (1, 1)}
    assert {number for number, _ in found.people} == {person(world, one) for one in (*flags[:5], flags[7])}
    assert (found.looks, found.erased) == (3, 0)
    assert dict(found.seers[0].pages) == {"antrean.show_queue": 2}
    alone = look_back(world.store, start, world.clock.now, NOW, world.second.user_id)
    assert [one.user_id for one in alone.seers] == [world.second.user_id]
    assert look_back(world.store, start - timedelta(days=1), start, NOW).seers == ()


def test_who_is_no_longer_in_the_roster_is_counted_without_a_name(world: World, flags: list[int]) -> None:
    world.store.views.note(world.monitor.user_id, "cakupan.show_coverage", persons=[person(world, flags[0]), 9999])
    found = look_back(world.store, NOW, NOW + timedelta(hours=1), NOW)
    assert (len(found.people), found.erased) == (1, 1)


def test_three_times_twenty_four_hours(world: World) -> None:
    found = look_back(world.store, NOW - timedelta(days=1), NOW, NOW)
    assert found.due_at == NOW + timedelta(hours=72)
    assert found.left(NOW + timedelta(hours=71)) == timedelta(hours=1)
    assert found.left(NOW + timedelta(hours=73)) == -timedelta(hours=1)


def test_the_letter_says_what_the_law_asks_for_and_claims_nothing_more(world: World, flags: list[int]) -> None:
    world.store.views.note(world.monitor.user_id, "antrean.show_queue", flags=flags[:3])
    known = datetime(2025, 6, 27, 3, 0, tzinfo=UTC)
    said = notice(look_back(world.store, NOW, NOW + timedelta(hours=1), known), world.config.office, WIB)
    assert "paling lambat 30-06-2025 pukul 10.00 WIB" in said
    assert "antara 26-06-2025 pukul 09.00 WIB dan 26-06-2025 pukul 10.00 WIB" in said
    assert "menurut catatan kami: 3." in said
    for part in ("Data yang terungkap", "Kapan", "Bagaimana: …", "memulihkan", "tidak membuktikan", "pasal 46"):
        assert part in said
    assert "Ratna" not in said, "one letter is for one person: no other name stands in it"


SignIn = Callable[[str], Reader]
ASKED = "?sejak=2025-06-26T00:00&sampai=2025-06-27T00:00&diketahui=2025-06-26T08:00"


def test_the_page_counts_down_and_lists_names_for_those_who_answer(
    world: World, flags: list[int], sign_in: SignIn
) -> None:
    monitor = sign_in("pemantau")
    monitor.get(f"/tanda/{flags[0]}")
    auditor = sign_in("auditor")
    assert "Hitung" in auditor.get("/kebocoran").text
    page = auditor.get(f"/kebocoran{ASKED}").text
    assert "Sisa 71 jam" in page
    assert "1 orang" in page
    assert "Ratna Umpamawati" in page
    world.clock.now += timedelta(hours=80)
    late = sign_in("auditor").get(f"/kebocoran{ASKED}").text
    assert "Lewat 9 jam" in late
    names = sign_in("auditor").get(f"/kebocoran/orang.csv{ASKED}")
    assert names.mimetype == "text/csv"
    assert "Ratna Umpamawati" in names.text
    letter = sign_in("auditor").get(f"/kebocoran/surat{ASKED}")
    assert "pasal 46" in letter.text
    done = [one.action for one in world.store.audit.entries(limit=500)]
    assert {"kebocoran_daftar", "kebocoran_surat"} <= set(done)


def test_only_those_who_answer_for_the_whole_office_look_back(world: World, flags: list[int], sign_in: SignIn) -> None:
    world.store.users.create("jauh", "Yusuf Misal", PASSWORD, [Role.COORDINATOR], [OTHER_REGION])
    for name in ("pemantau", "jauh"):
        for path in ("/kebocoran", f"/kebocoran/surat{ASKED}", f"/kebocoran/orang.csv{ASKED}"):
            assert sign_in(name).get(path).status_code == 403


@pytest.mark.parametrize(
    "asked",
    ["", "?sejak=kemarin&sampai=besok", "?sejak=2025-06-27T00:00&sampai=2025-06-26T00:00", "?sejak=0001-01-01T00:00&sampai=9999-12-31T23:59",
     "?sejak=2025-06-26T00:00&sampai=2027-06-28T00:00"],
)  # fmt: skip
def test_a_time_that_makes_no_sense_counts_nothing(world: World, sign_in: SignIn, asked: str) -> None:
    reader = sign_in("koordinator")
    assert "Sisa" not in reader.get(f"/kebocoran{asked}").text
    assert reader.get(f"/kebocoran/surat{asked}").status_code == 400
    assert reader.get(f"/kebocoran/orang.csv{asked}").status_code == 400


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(world: World, sign_in: SignIn) -> None:
    seed = replace(SEEDS[0], name='=HYPERLINK("http://jahat.invalid";"x")')
    flag_id = world.flag(seed)
    world.store.views.note(world.monitor.user_id, "antrean.show_queue", flags=[flag_id])
    text = sign_in("auditor").get(f"/kebocoran/orang.csv{ASKED}").text
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in text.splitlines() for cell in line.split(";"))
    assert "\"'=HYPERLINK" in text


def test_the_command_says_the_same(tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    run = CliRunner()
    made = run.invoke(main, ["--config", str(config), "demo", "--no-serve"], catch_exceptions=False)
    assert made.exit_code == 0
    asked = ["breach", "--from", "2025-01-01", "--to", "2030-01-01T08:00", "--letter", str(tmp_path / "surat.txt")]
    told = run.invoke(main, ["--config", str(config), *asked, "--names"], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert "0 orang" in told.output
    assert "pasal 46" in (tmp_path / "surat.txt").read_text(encoding="utf-8")
    assert (tmp_path / "surat.txt").stat().st_mode & 0o077 == 0
    plain = run.invoke(main, ["--config", str(config), *asked[:5], "--json"], catch_exceptions=False)
    assert json.loads(plain.stdout)["people"] == 0
    wrong = run.invoke(main, ["--config", str(config), "breach", "--from", "2025-01-02", "--to", "2025-01-01"])
    assert wrong.exit_code == 2
