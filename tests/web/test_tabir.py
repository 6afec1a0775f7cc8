"""Pictures are blurred until somebody asks to see them, by a checkbox that needs no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import monitor.web
from tests.hostile_office import HostileOffice
from tests.web.conftest import Reader
from tests.web.test_attacks import reader_of

BLUR = re.compile(r"\.tabir-kunci:not\(:checked\) ~ \.gambar-besar img \{[^}]*blur\(")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileOffice]:
    made = HostileOffice(tmp_path_factory.mktemp("tabir"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def reader(office: HostileOffice) -> Reader:
    return reader_of(office.app(), "peninjau")


def test_the_switch_stands_before_the_pictures_and_is_off(office: HostileOffice, reader: Reader) -> None:
    page = reader.get(f"/temuan/{office.capture}").text
    switch, image = page.index('class="tabir-kunci"'), page.index('class="gambar-besar"')
    assert switch < image
    assert "checked" not in page[switch:image]
    assert '<label for="tabir">' in page


def test_every_page_with_large_pictures_has_the_switch() -> None:
    templates = Path(monitor.web.__file__).parent / "templates"
    for path in templates.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "gambar-besar" in text:
            assert text.index("_tabir.html") < text.index("gambar-besar"), path.name


def test_the_style_blurs_until_it_is_switched_on() -> None:
    style = (Path(monitor.web.__file__).parent / "static" / "app.css").read_text(encoding="utf-8")
    assert BLUR.search(style)
