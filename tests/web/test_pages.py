"""Every page there is: light enough for a slow line, whole, and without anything inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes_web import PASSWORD
from tests.tour import EVERYTHING, Tour, pages
from tests.web.conftest import Reader

MOST_BYTES = 150_000
MOST_REQUESTS = 8
SIZES = ("laptop", "ponsel", "besar")
_FILE = re.compile(r"""(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)\"""")


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    made = Tour(tmp_path_factory.mktemp("kantor"))
    yield made
    made.close()


def _signed_in(tour: Tour) -> tuple[Reader, list[str]]:
    app = tour.app()
    reader = Reader(app.test_client())
    answer = reader.client.post(
        "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": EVERYTHING, "sandi": PASSWORD}
    )
    assert answer.status_code == 303
    return reader, list(pages(app, tour.samples()))


def test_every_page_with_its_files_is_light_and_nothing_is_inline(tour: Tour) -> None:
    reader, paths = _signed_in(tour)
    sizes: dict[str, int] = {}
    held: dict[str, int] = {}
    for path in paths:
        answer = reader.get(path)
        assert answer.status_code < 500, path
        if not answer.content_type.startswith("text/html"):
            continue
        files = sorted(set(_FILE.findall(answer.text)))
        for one in files:
            if one not in held:
                held[one] = len(reader.get(one).data)
        sizes[path] = len(answer.data) + sum(held[one] for one in files)
        assert len(files) + 1 <= MOST_REQUESTS, (path, files)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son\w+=", answer.text), path
    assert len(sizes) > 25
    heaviest = max(sizes, key=sizes.__getitem__)
    print(f"heaviest: {heaviest} {sizes[heaviest]:,} bytes; {len(sizes)} pages")
    assert {path: size for path, size in sizes.items() if size >= MOST_BYTES} == {}


def test_a_route_without_a_sample_is_told(tour: Tour) -> None:
    app = tour.app()
    app.add_url_rule("/rekaan/<int:baru>", "rekaan", lambda _baru: "")
    with pytest.raises(AssertionError, match="baru"):
        list(pages(app, tour.samples()))


def test_every_page_has_one_heading_a_title_and_its_language(tour: Tour) -> None:
    reader, paths = _signed_in(tour)
    for path in paths:
        answer = reader.get(path)
        if answer.status_code < 300 and answer.content_type.startswith("text/html") and "<html" in answer.text:
            assert answer.text.count("<h1") == 1, path
            assert re.search(r'<html lang="id">', answer.text), path
            assert re.search(r"<title>[^<·]+ · Netra</title>", answer.text), path


def test_the_pictures_of_the_pages_are_whole_and_light() -> None:
    folder = Path(__file__).resolve().parents[2] / "docs" / "tangkapan"
    held = {one.name for one in folder.glob("*.png")}
    assert sum((folder / one).stat().st_size for one in held) < 3_000_000
    named = set(re.findall(r"\]\(([^)]+\.png)\)", (folder / "README.md").read_text("utf-8")))
    assert named <= held
    whats = {one.partition("-laptop")[0] for one in named if "-laptop-" in one}
    assert held == {f"{what}-{size}-{theme}.png" for what in whats for size in SIZES for theme in ("terang", "gelap")}
