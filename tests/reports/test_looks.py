"""Papers as pictures: nothing is printed into the margins, no page is blank, whatever was collected or typed."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from monitor.reports.papers import Format
from tests.reports.office import FULL, NEEDS_POPPLER, Desk, open_desk
from tests.reports.test_papers import HOSTILE, picture, shelve

DPI = 50
LEFT, RIGHT, TOP = 2.9, 1.9, 2.3
"""Margins in cm that stay white (3, 2 and 2.5, less what a glyph may overhang)."""
URL = "https://contoh.example/" + "bagian-yang-panjang/" * 40 + "?" + "x" * 700
SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = open_desk(Path(tmp_path_factory.mktemp("rupa")), (HOSTILE * 8, "b", "c"))
    made.write(
        **{**FULL, "analysis": HOSTILE * 3, "facts": "W" * 3000, "target": URL, "officer": "N" * 300, "articles": URL}
    )
    shelve(made, picture((300, 3000)))
    shelve(made, picture((3000, 300)))
    yield made
    made.kept.store.close()


def pages(path: Path) -> list[Image.Image]:
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", str(path), str(path.with_suffix(""))], check=True)
    return [Image.open(io.BytesIO(one.read_bytes())) for one in sorted(path.parent.glob(f"{path.stem}-*.png"))]


def look(path: Path) -> None:
    found = pages(path)
    assert found
    for number, page in enumerate(found, 1):
        ink = page.point(lambda shade: 255 if shade < 200 else 0).getbbox()
        assert ink is not None, f"{path.name}: halaman {number} kosong"
        left, top, right, _bottom = (round(one / DPI * 2.54, 2) for one in ink)
        wide = page.width / DPI * 2.54
        assert left >= LEFT, f"{path.name}: halaman {number} mulai {left} cm dari kiri"
        assert wide - right >= RIGHT, f"{path.name}: halaman {number} berhenti {wide - right} cm dari kanan"
        assert top >= TOP, f"{path.name}: halaman {number} mulai {top} cm dari atas"
        assert (round(wide, 1), round(page.height / DPI * 2.54, 1)) == (21.0, 29.7)


@NEEDS_POPPLER
@pytest.mark.parametrize("variant", ["pemilu", "pilkada"])
def test_pdf_keeps_its_margins(desk: Desk, tmp_path: Path, variant: str) -> None:
    held = desk.kept.store.documents.newest(desk.case)
    assert held is not None
    if held.draft.variant != variant:
        desk.write(
            **{**{name: getattr(held.draft, name) for name in held.draft.__dataclass_fields__}, "variant": variant}
        )
    for name, body in desk.papers(0, Format.PDF).items():
        (tmp_path / name).write_bytes(body)
        look(tmp_path / name)


@NEEDS_POPPLER
@pytest.mark.skipif(SOFFICE is None, reason="soffice (libreoffice-writer) tidak terpasang")
def test_word_keeps_its_margins(desk: Desk, tmp_path: Path) -> None:
    made = desk.papers(0, Format.WORD)
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    home = f"-env:UserInstallation=file://{tmp_path / 'rumah'}"
    asked = [str(SOFFICE), home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*asked, *(str(tmp_path / name) for name in made)], check=True, capture_output=True, timeout=180)
    for name in made:
        look(tmp_path / name.replace(".docx", ".pdf"))
