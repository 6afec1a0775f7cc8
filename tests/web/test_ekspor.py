"""Taking the queue out: totals equal the screen, nothing runs in a spreadsheet, and everything is written down."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import main
from monitor.export import HEADINGS, LONGEST_CELL, Sheet, Written, csv_lines, harmless, row_of, write_xlsx
from monitor.export.log import Taking, taking
from monitor.models import Role, State
from monitor.store import QueueQuery, Tie
from tests.fakes_process import carry
from tests.fakes_web import PASSWORD, SEEDS, World
from tests.web.conftest import Reader

SHEET = Sheet(ZoneInfo("Asia/Jakarta"))
Enter = Callable[[str], Reader]


def read_csv(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def read_xlsx(body: bytes) -> tuple[list[dict[str, object]], dict[str, object]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    rows = list(book["Tanda"].iter_rows(values_only=True))
    about = {str(row[0]): row[1] if len(row) > 1 else None for row in book["Keterangan"].iter_rows(values_only=True)}
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]], about


@pytest.mark.parametrize("saringan", ["", "tingkat=tinggi", "cari=nomor", "keadaan=informasi_awal", "jenis=suka"])
def test_rows_equal_the_number_on_the_screen(world: World, flags: list[int], sign_in: Enter, saringan: str) -> None:
    carry(world.store, flags[3], world.monitor.user_id, State.LEAD)
    reader = sign_in("koordinator")
    form = reader.get(f"/ekspor?{saringan}").text
    found = read_csv(reader.send("/ekspor", bentuk="csv", keperluan="uji", saringan=saringan).data)
    assert f"<strong>{len(found)} tanda" in form
    assert f">{len(found)} tanda" in reader.get(f"/antrean?{saringan}").text
    rows, about = read_xlsx(reader.send("/ekspor", bentuk="xlsx", keperluan="uji", saringan=saringan).data)
    assert [row["tanda"] for row in rows] == [int(row["tanda"]) for row in found]
    assert about["jumlah tanda"] == len(found)
    assert sum(int(str(count)) for name, count in about.items() if name.startswith("keadaan:")) == len(found)
    assert found


HOSTILE = [
    '=HYPERLINK("https://jahat.example","klik")', "+62812", "-1+1|cmd", "@SUM(1)", "\t=1+1", " \u00a0=1+1",
    "sopan;=cmd|' /C calc'!A1", "baris\n=1+1", 'kutip"=1+1', "\u200b@SUM(1)", "\uff1d1+1", "a, -b",
]  # fmt: skip


def test_no_cell_begins_a_formula_wherever_it_is_split(world: World, sign_in: Enter) -> None:
    for place, text in enumerate(HOSTILE):
        seed = replace(SEEDS[2], name=f"=Nama {place} Rekaan", text=text, handle=f"@akun{place}", post=text[:60])
        world.flag(seed, place)
    reader = sign_in("koordinator")
    body = reader.send("/ekspor", bentuk="csv", keperluan="uji").data
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.strip(" \u00a0\u200b\ufeff")[:1] in {*"=+-@", "\uff1d"}]
    answer = reader.send("/ekspor", bentuk="xlsx", keperluan="uji").data
    book = openpyxl.load_workbook(io.BytesIO(answer))
    for page in book:
        for cell in (cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str)):
            assert cell.data_type == "s"
            assert cell.hyperlink is None
            assert cell.quotePrefix
            assert cell.value[:1] not in {*"=+-@"}


@given(st.text(alphabet=st.sampled_from(list("=+-@;, \t\n\"'ax\u00a0\u200b|")), max_size=40))
def test_harmless_says_the_same_with_nothing_but_apostrophes_more(text: str) -> None:
    made = harmless(text)
    assert made.replace("'", "") == text.replace("'", "")
    assert harmless(made) == made
    for part in (
        made.replace(";", "\n").replace(",", "\n").replace("\t", "\n").replace('"', "\n").replace("|", "\n").split("\n")
    ):
        assert part.strip(" \u00a0\u200b")[:1] not in {"=", "+", "-", "@"}


def test_a_long_run_of_blanks_costs_no_time_and_odd_characters_are_written() -> None:
    assert harmless("\n" * 200_000 + "x") == "\n" * 200_000 + "x"
    assert harmless(" " * 200_000 + "=") == " " * 200_000 + "'="
    assert harmless("=\n" * 1000).count("'") == 1000
    assert harmless("\ud800\x00tetap") == "\ufffd\ufffdtetap"
    assert harmless("tanpa apa-apa, 2 - 1") == "tanpa apa-apa, 2 - 1"


def test_hostile_words_go_through_both_kinds(world: World, sign_in: Enter, tmp_path: Path) -> None:
    odd = replace(SEEDS[2], text="Nol \x00 dan pengganti \ud83d, _x0041_ serta 👍🏿\r\nbaris")
    [flag_id] = [world.flag(odd, 0)]
    long = world.flag(replace(SEEDS[5], text="kata " * 8000), 1)
    assert {flag_id, long}
    [first, second] = sorted(
        read_csv(sign_in("koordinator").send("/ekspor", bentuk="csv", keperluan="uji").data),
        key=lambda row: row["tanda"],
    )
    assert first["teks"].startswith("Nol \ufffd dan pengganti")
    assert "👍🏿" in first["teks"]
    assert len(second["teks"]) == 40_000
    rows, _ = read_xlsx(sign_in("koordinator").send("/ekspor", bentuk="xlsx", keperluan="uji").data)
    texts = {row["tanda"]: str(row["teks"]) for row in rows}
    assert "_x0041_" in texts[flag_id]
    assert len(texts[long]) == LONGEST_CELL
    assert texts[long].endswith("utuh di CSV)")


def test_regions_and_roles_are_kept_to(world: World, flags: list[int], sign_in: Enter) -> None:
    world.store.users.create("koor-wilayah", "Sinta Misal", PASSWORD, [Role.COORDINATOR], ["Kabupaten Misal"])
    local = read_csv(sign_in("koor-wilayah").send("/ekspor", bentuk="csv", keperluan="uji").data)
    assert [int(row["tanda"]) for row in local] == [flags[-1]]
    monitor = sign_in("pemantau")
    assert monitor.get("/ekspor").status_code == 403
    assert monitor.send("/ekspor", bentuk="csv", keperluan="uji").status_code == 403
    assert "/ekspor" not in monitor.get("/antrean").text
    assert "/ekspor?tingkat=tinggi" in sign_in("koordinator").get("/antrean?tingkat=tinggi").text


def test_cases_of_the_own_office_stay_inside(world: World, flags: list[int], sign_in: Enter) -> None:
    world.store.conflicts.declare(world.coordinator.user_id, Tie.OFFICE, SEEDS[0].office, world.coordinator.user_id)
    rows = read_csv(sign_in("koordinator").send("/ekspor", bentuk="csv", keperluan="uji").data)
    assert {int(row["tanda"]) for row in rows} == set(flags) - {flags[0]}


@pytest.mark.parametrize("wrong", [{"bentuk": "csv", "keperluan": "  "}, {"bentuk": "pdf", "keperluan": "rapat"}])
def test_without_a_reason_or_a_form_nothing_goes_out(
    world: World, flags: list[int], sign_in: Enter, wrong: dict[str, str]
) -> None:
    before = world.store.custody.entries()
    answer = sign_in("koordinator").send("/ekspor", **wrong)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert world.store.custody.entries() == before


def looks_at(world: World, flag_id: int) -> list[tuple[str, int]]:
    """Give on which pages whom the person of a flag was shown, oldest first."""
    whose = world.store.flags.get(flag_id).actor.person.person_id
    every = world.store.views.between(datetime.min.replace(tzinfo=UTC), world.clock() + timedelta(days=1))
    return [(look.page, look.user_id) for look in every if whose in look.persons]


def test_begin_end_and_whose_data_are_written_down(world: World, flags: list[int], sign_in: Enter) -> None:
    body = (
        sign_in("koordinator").send("/ekspor", bentuk="csv", keperluan="rapat rekaan", saringan="tingkat=tinggi").data
    )
    log = [one for one in world.store.custody.log(0) if one.subject == "antrean csv"]
    rows = read_csv(body)
    assert [one.detail for one in log] == [
        "mulai; saringan tingkat=tinggi", f"selesai; {len(rows)} tanda; saringan tingkat=tinggi",
    ]  # fmt: skip
    assert {one.why for one in log} == {"rapat rekaan"}
    assert log[-1].sha256 == hashlib.sha256(body).hexdigest()
    for row in rows:
        assert looks_at(world, int(row["tanda"]))[-1] == ("ekspor", world.coordinator.user_id)
    assert world.store.audit.verify().ok


def test_a_download_that_breaks_off_says_how_far_it_came(world: World, flags: list[int]) -> None:
    into = Taking(world.coordinator.user_id, "csv", "rapat rekaan", "-")

    def break_off() -> None:
        with taking(world.store, into) as written, closing(world.store.flags.each(QueueQuery())) as each:
            next(csv_lines(each, SHEET, written))
            for flag in islice(each, 3):
                written.count(flag)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()
    assert [one.detail for one in world.store.custody.log(0)][-1] == "terputus; 3 tanda; saringan -"
    assert sum(bool(looks_at(world, one)) for one in flags) == 3


def test_what_is_decided_while_it_is_read_changes_nothing_in_the_table(world: World, flags: list[int]) -> None:
    each = world.store.flags.each(QueueQuery())
    first = next(each)
    other = world.store.open(world.store._connection.path, world.clock)
    carry(other, flags[5], world.monitor.user_id, State.LEAD)
    other.close()
    rest = list(each)
    assert {flag.flag_id for flag in (first, *rest)} == set(flags)
    assert {flag.state for flag in rest} == {State.NEW}


def test_the_machine_stays_silent_where_the_reader_closed_it(world: World, flags: list[int], sign_in: Enter) -> None:
    reader = sign_in("koordinator")
    carry(world.store, flags[0], world.monitor.user_id, State.LEAD)
    reader.send("/tampilan", mesin="sembunyi", kembali="/antrean")
    assert "menutup pendapat mesin" in reader.get("/ekspor").text
    rows = read_csv(reader.send("/ekspor", bentuk="csv", keperluan="uji").data)
    assert {row["peluang"] + row["aturan"] + row["tingkat"] for row in rows} == {""}
    decided = reader.send("/ekspor", bentuk="csv", keperluan="uji", saringan="keadaan=informasi_awal").data
    assert read_csv(decided)[0]["tingkat"] == "tinggi"


def test_no_nip_and_no_answer_of_an_authority_is_among_the_columns(world: World, flags: list[int]) -> None:
    flag = world.store.flags.get(flags[0])
    assert "nip" not in HEADINGS
    assert len(row_of(flag, SHEET)) == len(HEADINGS)
    assert flag.actor.person.full_name in row_of(flag, SHEET)


def test_a_full_sheet_goes_on_in_the_next(
    world: World, flags: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.export.ROWS_A_SHEET", 6)
    written = Written()
    write_xlsx(tmp_path / "a.xlsx", world.store.flags.each(QueueQuery()), SHEET, written, ["uji"])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Tanda", "Tanda 2", "Tanda 3", "Keterangan"]
    numbers = [row[0] for name in book.sheetnames[:3] for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert sorted(int(str(one)) for one in numbers) == sorted(flags)
    assert written.rows == len(flags)


def test_the_command_writes_whole_files_and_refuses_who_may_not(world: World, flags: list[int], tmp_path: Path) -> None:
    settings = tmp_path / "config.yaml"
    root = Path(__file__).resolve().parents[2]
    settings.write_text(
        "mode: demo\noffice: {name: Bawaslu Kabupaten Contoh, region: Kabupaten Contoh, timezone: WIB, "
        "contact: uji@contoh.example}\nprocessing: {purpose: menguji ekspor antrean dengan data rekaan, "
        f"legal_basis: data rekaan}}\ndatabase: netra.sqlite\narchive: arsip\nheads: kepala\nrules: {root / 'rules'}\n",
        encoding="utf-8",
    )

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["--config", str(settings), "table", *words])
        return done.exit_code, done.output

    file = tmp_path / "antrean.csv"
    code, said = run(str(file), "--by", "koordinator", "--why", "rapat rekaan", "--level", "tinggi")
    assert code == 0, said
    rows = read_csv(file.read_bytes())
    assert {row["tingkat"] for row in rows} == {"tinggi"}
    assert f"{len(rows)} tanda ditulis" in said
    assert run(str(tmp_path / "a.xlsx"), "--by", "koordinator", "--why", "x", "--state", "baru")[0] == 0
    assert run(str(tmp_path / "a.xlsx"), "--by", "pemantau", "--why", "x")[0] == 5
    assert run(str(tmp_path / "a.pdf"), "--by", "koordinator", "--why", "x")[0] == 2
    assert run(str(tmp_path / "a.csv"), "--by", "koordinator", "--why", " ")[0] == 2
    assert sorted(path.name for path in tmp_path.glob("*a.[pxc]*")) == ["a.xlsx"]
