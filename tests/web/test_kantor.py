"""Offices side by side on the page: who may see which, and that nothing there speaks of a person or ranks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.exchange.agreement import ALONE
from monitor.exchange.compare import compare
from monitor.models import Role
from monitor.web import create_app
from tests.exchange.told import NETWORK, tell
from tests.fakes_web import PASSWORD, REGION
from tests.tour import EVERYTHING, Tour
from tests.web.conftest import Reader


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    made = Tour(tmp_path_factory.mktemp("kantor"))
    create = made.store.users.create
    create("setempat", "Yana Rekaan", PASSWORD, [Role.COORDINATOR], [REGION])
    create("wilayah-misal", "Zul Rekaan", PASSWORD, [Role.COORDINATOR], ["Kabupaten Misal"])
    create("tingkat-provinsi", "Ani Rekaan", PASSWORD, [Role.AUDITOR], ["Provinsi Uji"])
    yield made
    made.close()


def signed_in(tour: Tour, name: str) -> Reader:
    reader = Reader(tour.app().test_client())
    page = reader.get("/masuk").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    sent = reader.client.post("/masuk", data={"csrf_token": token[1], "nama": name, "sandi": PASSWORD})
    assert sent.status_code == 303
    return reader


def offices(page: str) -> list[str]:
    return re.findall(r'<h2 id="kantor-\d+"><bdi[^>]*>([^<]+)<', page)


def test_every_office_stands_there_with_what_it_told(tour: Tour) -> None:
    page = signed_in(tour, EVERYTHING).get("/kantor").text
    assert offices(page) == [
        "Bawaslu Kabupaten Contoh", "Bawaslu Kabupaten Misal", "Bawaslu Kota Andai", "Bawaslu Kota Umpama",
    ]  # fmt: skip
    assert "90,0 % (72 dari 80)" in page
    assert "60 diputus, 20 terbuka" in page
    assert "60,0 %" in page
    assert "komentar 21, suka 12, unggahan 7" in page
    assert "Taksiran yang terlewat: 1,5 %" in page
    assert "3 paket terlambat" in page
    assert "Belum pernah mengirim paket" in page
    assert "<svg" in page
    assert 'href="/kantor" aria-current="page"' in page


def test_nobody_is_named_there_but_the_reader(tour: Tour) -> None:
    page = signed_in(tour, EVERYTHING).get("/kantor").text
    for one in (*tour.store.roster.persons(), *tour.store.users.list()):
        assert one.full_name == tour.everything.full_name or one.full_name not in page


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("setempat", {"Bawaslu Kabupaten Contoh"}),
        ("wilayah-misal", {"Bawaslu Kabupaten Contoh", "Bawaslu Kabupaten Misal"}),
        ("tingkat-provinsi", {f"Bawaslu {one}" for one in
                              ("Kabupaten Contoh", "Kabupaten Misal", "Kota Umpama", "Kota Andai")}),
    ],
)  # fmt: skip
def test_a_reader_of_one_region_sees_that_region_and_what_lies_in_it(tour: Tour, name: str, seen: set[str]) -> None:
    reader = signed_in(tour, name)
    for path in ("/kantor", "/kantor?wilayah=Kota+Umpama", "/kantor?wilayah=Nasional+Uji"):
        assert set(offices(reader.get(path).text)) <= seen
    page = reader.get("/kantor").text
    assert set(offices(page)) == seen
    if name == "wilayah-misal":
        # The own office has one flag there; of its own region nothing is shown.
        assert ">Kabupaten Contoh</bdi></th>" not in page


def test_region_and_phase_narrow_what_is_shown(tour: Tour) -> None:
    reader = signed_in(tour, EVERYTHING)
    page = reader.get("/kantor?wilayah=Kota+Umpama&tahapan=tenang").text
    assert offices(page) == ["Bawaslu Kota Umpama"]
    assert "30 diputus, 10 terbuka" in page
    assert len(re.findall(r"<tr>\s*<th scope=.row.>", page)) == 3
    assert len(offices(reader.get("/kantor?wilayah=Provinsi+Uji").text)) == 4
    for odd in ("wilayah=<script>", "tahapan=semua", "wilayah=" + "x" * 5000):
        assert len(offices(reader.get(f"/kantor?{odd}").text)) == 4


def test_those_who_answer_for_no_office_have_no_such_page(tour: Tour) -> None:
    reader = signed_in(tour, "pemantau")
    assert reader.get("/kantor").status_code == 403
    assert 'href="/kantor"' not in reader.get("/antrean").text


def test_looks_are_written_down(tour: Tour) -> None:
    signed_in(tour, EVERYTHING).get("/kantor?tahapan=tenang")
    now = tour.clock()
    found = list(tour.store.views.between(now - timedelta(hours=1), now + timedelta(hours=1)))
    assert ("kantor.show", "tahapan=tenang") in {(one.page, one.detail) for one in found}


def test_an_office_alone_and_one_without_the_file(tour: Tour, tmp_path: Path) -> None:
    assert signed_in(tour, EVERYTHING)
    [side] = compare(tour.office, ALONE)
    assert (side.own, side.overdue, side.last) == (True, 0, None)
    assert sum(one.flags for one in side.lines) == sum(tour.store.flags.counts().by_state.values())
    bare = Reader(create_app(tour.services()).test_client())
    token = re.search(r'name="csrf_token" value="([^"]+)"', bare.get("/masuk").text)
    assert token is not None
    bare.client.post("/masuk", data={"csrf_token": token[1], "nama": EVERYTHING, "sandi": PASSWORD})
    assert "Tidak ada kantor yang boleh Anda lihat" in bare.get("/kantor").text


def test_a_newer_package_is_shown_at_once(tmp_path: Path) -> None:
    tour = Tour(tmp_path)
    reader = signed_in(tour, EVERYTHING)
    assert "Belum pernah mengirim paket" in reader.get("/kantor").text
    tell(tour.store, "kantor-2", "Kota Andai", tour.clock() - timedelta(hours=1))
    assert "Belum pernah mengirim paket" not in reader.get("/kantor").text
    tour.close()
    assert NETWORK.above("Kota Andai") == ("Provinsi Uji", "Nasional Uji")
