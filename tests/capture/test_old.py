"""Pictures out of a folder: only what lies in it, only what is a picture, each through the same check as the form's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.capture import old, sheet
from monitor.errors import ImportRefusedError
from monitor.models import SeenAct
from monitor.roster.tables import Line, Table
from tests.capture.test_sheet import NOW, SARI, ZONE
from tests.fakes_capture import png

HEAD = ("Nama", "Jenis", "Tautan", "Tanggal", "Tempat", "Gambar")
LIKE = ("Sari Rekawati", "suka", "https://www.instagram.com/p/Cx1/", "24/06/2024", "")


def read(folder: Path, *rows: tuple[str, ...]) -> sheet.Sheet:
    lines = [Line(1, HEAD), *(Line(place, cells) for place, cells in enumerate(rows, start=2))]
    around = sheet.Around(lambda _text: [SARI], NOW, ZONE, old.Album(folder).find)
    return sheet.read("a.csv", Table(tuple(lines)), sheet.guess(HEAD), around)


def test_a_row_brings_the_pictures_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "satu.png").write_bytes(png(20, 10))
    (tmp_path / "dua 2.PNG").write_bytes(png(10, 20))
    found = read(
        tmp_path,
        (*LIKE, "satu.png; dua 2.PNG;satu.png"),
        ("Sari Rekawati", "foto", "", "24/06/2024", "instagram", "satu.png"),
    )
    assert found.rejected == ()
    assert [[(one.width, one.height) for one in shown] for shown in found.pictures] == [
        [(20, 10), (10, 20)],
        [(20, 10)],
    ]
    assert [one.act for one in found.captures] == [SeenAct.LIKE, SeenAct.PHOTO]


@pytest.mark.parametrize(
    "name",
    ["tidak-ada.png", "../rahasia.png", "/etc/passwd", "..", ".", "a\\b.png", "tautan.png", "pipa.png", "folder", "teks.png"],
)  # fmt: skip
def test_nothing_outside_the_folder_and_nothing_else_is_opened(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "gambar"
    folder.mkdir()
    (tmp_path / "rahasia.png").write_bytes(png(5, 5))
    (folder / "tautan.png").symlink_to(tmp_path / "rahasia.png")
    os.mkfifo(folder / "pipa.png")
    (folder / "folder").mkdir()
    (folder / "teks.png").write_bytes(b"bukan gambar")
    found = read(folder, (*LIKE, name))
    assert (found.captures, found.pictures) == ((), ())
    assert [one.line for one in found.rejected] == [2]
    assert "gambar" in found.rejected[0].message


def test_a_picture_that_changes_meanwhile_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(5, 5))
    album = old.Album(tmp_path)
    picture = album.find("a.png")
    assert album.content(picture) == png(5, 5)
    (tmp_path / "a.png").write_bytes(png(6, 6))
    with pytest.raises(ImportRefusedError, match="berubah selagi diimpor"):
        album.content(picture)


def test_where_no_pictures_came_along_a_row_that_names_one_is_refused() -> None:
    lines = (Line(1, HEAD), Line(2, (*LIKE, "a.png")), Line(3, (*LIKE, "")))
    found = sheet.read("a.csv", Table(lines), sheet.guess(HEAD), sheet.Around(lambda _text: [SARI], NOW, ZONE))
    assert found.rows == (3,)
    assert "netra captures import" in found.rejected[0].message


def test_too_many_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(5, 5))
    found = read(tmp_path, (*LIKE, ";".join(["a.png"] * 9)))
    assert "lebih dari 8 gambar" in found.rejected[0].message
