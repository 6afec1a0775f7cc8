"""Deadlines and answers of authorities as people see and enter them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.calendar import Calendar
from monitor.docket import Law
from monitor.legalclock import Terms, load
from monitor.models import State
from monitor.store import Result, Tie
from monitor.web import create_app
from tests.fakes_process import carry
from tests.fakes_web import PASSWORD, SEEDS, World
from tests.web.conftest import Reader

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendar"
LAW = Law(load(FOLDER), Calendar.load(FOLDER), None)  # type: ignore[arg-type] - the office's settings come below
Enter = Callable[[str], Reader]


@pytest.fixture
def enter(world: World, flags: list[int]) -> Enter:
    """Sign somebody in, in an office that counts deadlines."""
    assert flags
    config = world.config.model_copy(update={"contests": ("pilkada-contoh-2025",)})
    app = create_app(replace(world.services(), config=config, law=lambda: replace(LAW, config=config)))

    def _enter(username: str = "pemantau") -> Reader:
        reader = Reader(app.test_client())
        reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": username, "sandi": PASSWORD})
        return reader

    return _enter


def test_the_page_is_empty_until_something_is_put_forward(enter: Enter, world: World, flags: list[int]) -> None:
    reader = enter("pemantau")
    assert "Tidak ada kasus yang dihitung" in reader.get("/tenggat").text
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    page = reader.get("/tenggat").text
    assert f"Tanda {flags[0]}" in page
    assert "Kam, 3 Jul 2025 WIB" in page  # seven calendar days after 26 June
    assert "Dihitung sejak informasi awal" in page
    assert "Ratna" not in page


def test_what_is_late_is_said_first_and_the_law_can_be_chosen(enter: Enter, world: World, flags: list[int]) -> None:
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    world.store.process.know(flags[0], world.monitor.user_id, world.clock(), "1/BA")
    world.clock.tick(days=9)
    reader = enter("pemantau")
    page = reader.get("/tenggat").text
    assert "Lewat <span" in page
    assert "lewat 2 hari" in page
    assert f"Tanda {flags[0]}" in reader.get("/tenggat?hukum=pilkada").text
    assert f"Tanda {flags[0]}" not in reader.get("/tenggat?hukum=pemilu").text
    assert f"Tanda {flags[0]}" in reader.get("/tenggat?hukum=%3Cscript%3E").text


def test_other_regions_do_not_show(enter: Enter, world: World, flags: list[int]) -> None:
    other = flags[-1]
    carry(world.store, other, world.monitor.user_id, State.LEAD)
    assert f"Tanda {other}" in enter("pemantau").get("/tenggat").text
    local = enter("wilayah")
    assert f"Tanda {other}" not in local.get("/tenggat").text
    assert f"tanda-{other}-" not in local.get("/tenggat.ics").text
    assert local.get(f"/tanda/{other}/jawaban").status_code in {404, 405}


def test_cases_of_relatives_and_of_the_own_office_do_not_show(enter: Enter, world: World, flags: list[int]) -> None:
    for flag_id in flags[:2]:
        carry(world.store, flag_id, world.second.user_id, State.LEAD)
    world.store.conflicts.declare(world.monitor.user_id, Tie.OFFICE, SEEDS[0].office, world.coordinator.user_id)
    reader = enter("pemantau")
    for path, words in (("/tenggat", "Tanda {}<"), ("/tenggat.ics", "SUMMARY:Tanda {}:")):
        said = reader.get(path).text
        assert words.format(flags[0]) not in said
        assert words.format(flags[1]) in said


def test_the_case_shows_its_clock_with_marks_and_sources(enter: Enter, world: World, flags: list[int]) -> None:
    reader = enter("pemantau")
    assert 'id="jam"' not in reader.get(f"/tanda/{flags[0]}").text
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    page = reader.get(f"/tanda/{flags[0]}").text
    assert 'id="jam"' in page
    assert "belum dipastikan" in page
    assert "Perppu 1/2014 pasal 134" in page
    assert "perkiraan, bila langkah sebelumnya" in page


def test_a_year_without_holidays_is_said_loudly(enter: Enter, world: World, flags: list[int]) -> None:
    world.clock.tick(days=600)
    carry(world.store, flags[0], world.monitor.user_id, State.FORWARDED)
    page = enter("pemantau").get("/tenggat").text
    assert "Tabel libur tahun 2027 belum ada" in page
    assert "paling cepat" in page


def test_the_calendar_file_is_calendar_and_names_nobody(enter: Enter, world: World, flags: list[int]) -> None:
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    answer = enter("pemantau").get("/tenggat.ics")
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert f"SUMMARY:Tanda {flags[0]}: menetapkan temuan" in answer.text
    assert "Ratna" not in answer.text
    assert "menangkan" not in answer.text


def test_without_a_law_there_is_no_page_and_without_terms_it_is_said(
    world: World, flags: list[int], sign_in: Enter, enter: Enter
) -> None:
    assert sign_in("pemantau").get("/tenggat").status_code == 404
    bare = create_app(replace(world.services(), law=lambda: replace(LAW, terms=Terms(), config=world.config)))
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    reader = Reader(bare.test_client())
    reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": "pemantau", "sandi": PASSWORD})
    assert "Belum ada tenggat yang berlaku" in reader.get("/tenggat").text
    assert "Belum ada tenggat yang berlaku" in reader.get(f"/tanda/{flags[0]}").text


# ------------------------------------------------------------------ answers

GIVEN = {
    "hasil": "terbukti", "dasar": "tidak_disebut", "tanggal": "2025-06-25", "instansi": "Kantor Kepegawaian Contoh",
    "surat": "S-9/UJI/2025", "sanksi": "Teguran <b>rekaan</b>", "keterangan": "",
}  # fmt: skip


def test_an_answer_is_entered_shown_escaped_and_corrected(enter: Enter, world: World, flags: list[int]) -> None:
    flag_id = flags[0]
    reader = enter("pemantau")
    assert 'id="jawaban"' not in reader.get(f"/tanda/{flag_id}").text
    assert reader.send(f"/tanda/{flag_id}/jawaban", **GIVEN).status_code == 403
    carry(world.store, flag_id, world.monitor.user_id, State.FORWARDED)
    assert "Belum ada jawaban" in reader.get(f"/tanda/{flag_id}").text
    assert reader.send(f"/tanda/{flag_id}/jawaban", terakhir="", **GIVEN).status_code == 303
    page = reader.get(f"/tanda/{flag_id}").text
    assert "Teguran &lt;b&gt;rekaan&lt;/b&gt;" in page
    assert "S-9/UJI/2025" in page
    late = reader.send(f"/tanda/{flag_id}/jawaban", terakhir="", **GIVEN)
    assert late.status_code == 409
    assert "Teguran &lt;b&gt;" in late.text
    [first] = world.store.outcomes.history(flag_id)
    fell = {**GIVEN, "hasil": "tidak_terbukti", "dasar": "isi", "sanksi": ""}
    assert reader.send(f"/tanda/{flag_id}/jawaban", terakhir=str(first.outcome_id), **fell).status_code == 303
    assert [one.answer.result for one in world.store.outcomes.history(flag_id)] == [Result.PROVEN, Result.NOT_PROVEN]
    assert "isinya tidak memihak" in reader.get(f"/tanda/{flag_id}").text


@pytest.mark.parametrize(
    "wrong",
    [{"hasil": "entah"}, {"tanggal": "kemarin"}, {"tanggal": "2031-01-01"}, {"surat": " "}, {"sanksi": "x" * 2001}],
)
def test_a_wrong_answer_is_refused_with_everything_that_was_typed(
    enter: Enter, world: World, flags: list[int], wrong: dict[str, str]
) -> None:
    carry(world.store, flags[0], world.monitor.user_id, State.FORWARDED)
    answer = enter("pemantau").send(f"/tanda/{flags[0]}/jawaban", **{**GIVEN, **wrong})
    assert answer.status_code == 400
    assert "Jawaban belum disimpan" in answer.text
    assert "Kantor Kepegawaian Contoh" in answer.text
    assert world.store.outcomes.history(flags[0]) == []


def test_who_does_not_decide_sees_answers_and_enters_none(enter: Enter, world: World, flags: list[int]) -> None:
    carry(world.store, flags[0], world.monitor.user_id, State.FORWARDED)
    enter("pemantau").send(f"/tanda/{flags[0]}/jawaban", **GIVEN)
    auditor = enter("auditor")
    page = auditor.get(f"/tanda/{flags[0]}").text
    assert "S-9/UJI/2025" in page
    assert "Masukkan" not in page
    assert auditor.send(f"/tanda/{flags[0]}/jawaban", **GIVEN).status_code == 403
