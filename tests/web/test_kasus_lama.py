"""An office's old cases out of a spreadsheet: looked at first, faults by row, nothing doubled."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from monitor.models import CaptureState, Door, Platform, Role, SeenAct
from tests.fakes_capture import JudgingWorld
from tests.fakes_web import OTHER_REGION, PASSWORD
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]
NIP = "198001012005012001"
HEAD = "NIP BARU;Nama Lengkap;Perbuatan;Link;Nama Akun;Tanggal Temuan;Keterangan;Putusan\n"
ROWS = (
    f"{NIP};;menyukai;https://www.instagram.com/p/CxLama1/;;24/06/2024;Reg 1;terbukti\n"
    ";Budi Rekanto;mengomentari;https://www.instagram.com/p/CxLama2/;;24 Juni 2024 09.15;Reg 2;\n"
    ";Tidak Dikenal;suka;https://www.instagram.com/p/CxLama3/;;24/06/2024;Reg 3;\n"
    ";Budi Rekanto;menari;https://www.instagram.com/p/CxLama4/;;24/06/2024;Reg 4;\n"
    ";Budi Rekanto;suka;bukan tautan;;24/06/2024;Reg 5;\n"
    ";Budi Rekanto;suka;https://www.instagram.com/p/CxLama6/;;entah;Reg 6;\n"
    f"{NIP};;suka;https://instagram.com/p/CxLama1?igsh=x;;25/06/2024;Reg 7;\n"
    ";Budi Rekanto;suka;https://x.com/a/status/1999;;24/06/2024;Reg 8;\n"
    ";Budi Rekanto;suka;https://www.instagram.com/p/CxLama9/;;24/06/2024;=cmd|x!A1;\n"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[JudgingWorld]:
    made = JudgingWorld(tmp_path)
    made.person("Sari Rekawati, S.Pd.", (Platform.INSTAGRAM, "ig-77", "sari.reka"), nip=NIP)
    made.person("Budi Rekanto", (Platform.INSTAGRAM, "ig-78", "budi.reka"))
    yield made
    made.close()


def send(reader: Reader, content: bytes, name: str = "kasus.csv") -> str:
    data = {"csrf_token": reader.token(), "berkas": (io.BytesIO(content), name)}
    answer = reader.client.post("/temuan/lama", data=data)
    assert answer.status_code == 303, answer.text
    return answer.location


def mapped(text: str) -> dict[str, str]:
    """The choices that the page shows as made."""
    found = {}
    for name, body in re.findall(r'<select id="kolom-[^"]+" name="(kolom-[^"]+)">(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def test_rows_are_shown_first_and_faults_are_named_by_row(world: JudgingWorld, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    place = send(reader, (HEAD + ROWS).encode())
    page = reader.get(place).text
    assert world.store.captures.listed([CaptureState.WAITING]) == [], "nothing is stored by looking"
    assert "Yang akan masuk: 2" in page
    for words in (
        "Baris 3: tulisan komentar tidak ada", "Baris 4: orangnya tidak ada", "Baris 5: jenis tidak dikenal",
        "Baris 6: tautan tidak terbaca", "Baris 7: tanggal terlihat", "Baris 8: tindakan yang sama dengan baris 2",
        "Baris 9: akun yang bertindak",
    ):  # fmt: skip
        assert words in page, words
    assert "Kolom yang tidak dipakai: Putusan" in page
    assert NIP not in page
    answer = reader.send(place, tombol="simpan", **mapped(page))
    assert answer.status_code == 303
    one, other = world.store.captures.listed([CaptureState.WAITING])
    assert (one.capture.door, one.capture.act, one.capture.note) == (Door.OLD_CASE, SeenAct.LIKE, "Reg 1")
    assert one.capture.seen_at.isoformat().startswith("2024-06-24T12:00")
    assert other.capture.note == "=cmd|x!A1", "a formula is only words"
    assert world.store.items.count() == 0
    assert world.store.audit.verify().ok


def test_the_same_file_again_doubles_nothing(world: JudgingWorld, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    for _ in range(2):
        place = send(reader, (HEAD + ROWS).encode())
        reader.send(place, tombol="simpan", **mapped(reader.get(place).text))
    assert len(world.store.captures.listed([CaptureState.WAITING])) == 2


def test_an_old_case_waits_for_a_second_person_and_joins_the_queue(world: JudgingWorld, sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    place = send(reader, (HEAD + ROWS.splitlines(keepends=True)[0]).encode())
    reader.send(place, tombol="simpan", **mapped(reader.get(place).text))
    assert reader.send("/temuan/1/benarkan").status_code == 403
    assert sign_in("peninjau").send("/temuan/1/benarkan").status_code == 303
    (flag,) = world.store.flags.of_item(1)
    assert flag.stored.item.source_id == "tangkapan:kasus_lama"


def test_excel_is_read_and_columns_can_be_mapped_by_hand(world: JudgingWorld, sign_in: SignIn) -> None:
    book = openpyxl.Workbook()
    book.active.append(["A", "B", "C", "D"])
    book.active.append(["Budi Rekanto", "suka", "https://www.instagram.com/p/CxLama1/", "24/06/2024"])
    out = io.BytesIO()
    book.save(out)
    reader = sign_in("pemantau")
    place = send(reader, out.getvalue(), "kasus.xlsx")
    assert "belum dipetakan" in reader.get(place).text
    chosen = {"kolom-nama": "A", "kolom-jenis": "B", "kolom-tautan": "C", "kolom-terlihat": "D"}
    assert "Yang akan masuk: 1" in reader.send(place, tombol="periksa", **chosen).text
    assert reader.send(place, tombol="simpan", **chosen).status_code == 303
    assert reader.get(place).status_code == 404, "once stored, the file is gone"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"%PDF-1.7"), ("a.xlsx", b"bukan excel"), ("a.csv", b""), ("a.csv", b"PK\x03\x04"), ("a.exe", b"MZ")],
)
def test_what_is_no_spreadsheet_is_refused(world: JudgingWorld, sign_in: SignIn, name: str, content: bytes) -> None:
    reader = sign_in("pemantau")
    data = {"csrf_token": reader.token(), "berkas": (io.BytesIO(content), name)}
    assert reader.client.post("/temuan/lama", data=data).status_code == 400


def test_another_region_finds_nobody_and_sees_no_foreign_file(world: JudgingWorld, sign_in: SignIn) -> None:
    world.store.users.create("jauh", "Yusuf Misal", PASSWORD, [Role.MONITOR], [OTHER_REGION])
    mine, far = sign_in("pemantau"), sign_in("jauh")
    place = send(mine, (HEAD + ROWS).encode())
    assert far.get(place).status_code == 404
    assert "Yang akan masuk: 0" in far.get(send(far, (HEAD + ROWS).encode())).text
    assert sign_in("auditor").get("/temuan/lama").status_code == 403
