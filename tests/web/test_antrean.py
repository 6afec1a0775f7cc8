"""The queue's orders, filters, kept filters and reasons of its order, on the page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from monitor.models import Basis, Confidence, Phase
from monitor.store import Placed
from monitor.triage import clock_points
from tests.fakes_web import SEEDS, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


def said(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def links(page: str) -> list[int]:
    rows = page[page.index('id="hasil"') :]
    return [int(one) for one in re.findall(r'<p class="dua"><a href="/tanda/(\d+)', rows)]


def test_each_line_says_why_it_stands_there_and_nothing_of_the_person(reader: Reader) -> None:
    page = said(reader.get("/antrean").text)
    assert "↑ tinggi · masa tenang · akun terverifikasi" in page
    why = re.findall(r"↑ ([^<]*)</p>", reader.get("/antrean").text)
    assert len(why) == len(SEEDS)
    assert not any(seed.name.split()[1] in one for seed in SEEDS for one in why)
    case = said(reader.get("/tanda/1").text)
    for words in ("Mengapa di urutan ini", "70 tingkat tinggi", "5 akun terverifikasi", "tidak menilai orangnya"):
        assert words in case, words


@pytest.mark.parametrize("order", ["terlama", "tersulit", "terpasti"])
def test_every_order_has_an_address(reader: Reader, flags: list[int], order: str) -> None:
    chance = {flag: seed.probability for flag, seed in zip(flags, SEEDS, strict=True)}
    hours = {flag: seed.hours for flag, seed in zip(flags, SEEDS, strict=True)}
    keys = {
        "terlama": lambda one: (-hours[one], one),
        "tersulit": lambda one: (2 if chance[one] is None else round(abs(chance[one] - 0.5), 6), one),
        "terpasti": lambda one: (1 if chance[one] is None else -chance[one], one),
    }
    assert links(reader.get(f"/antrean?urut={order}").text) == sorted(flags, key=keys[order])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("bobot=90", lambda seed: (seed.probability or 0) >= 0.9),
        ("bobot=0", lambda seed: seed.probability is not None and seed.probability < 0.5),
        ("umur=1", lambda seed: seed.hours <= 24),
        ("umur=7", lambda seed: seed.hours <= 168),
        ("umur=lama", lambda seed: False),
        ("instansi=puskesmas", lambda seed: "Puskesmas" in seed.office),
        ("aturan=uji-membagikan-unggahan-partai", lambda seed: "partai" in seed.rule),
        ("sebab=nama_saja", lambda seed: seed.basis is Basis.NAME),
        ("alasan=dukungan", lambda seed: False),
        ("milik=pegangan", lambda seed: False),
        ("aturan=<script>&umur=x&bobot=-1&milik=semua&urut=acak", lambda seed: True),
    ],
)
def test_filters_by_rule_reason_age_office_and_weight(
    reader: Reader, flags: list[int], query: str, wanted: Callable[[object], bool]
) -> None:
    answer = reader.get(f"/antrean?{query}")
    assert answer.status_code == 200
    assert links(answer.text) == [flag for flag, seed in zip(flags, SEEDS, strict=True) if wanted(seed)]


def test_deep_pages_follow_one_another_to_the_end_and_back(world: World, sign_in: SignIn) -> None:
    made = [world.flag(replace(SEEDS[9], name=f"Warga Rekaan {n}", text=f"butir {n} " * 9), n) for n in range(65)]
    reader = sign_in("pemantau")
    seen, address = [], "/antrean"
    while address:
        page = reader.get(address).text
        seen += links(page)
        found = re.search(r'href="([^"]+)">Berikutnya', page)
        address = html.unescape(found[1]) if found else ""
    assert seen == made
    last = reader.get("/antrean?sampai=akhir").text
    assert links(last) == made[-30:]
    back = html.unescape(re.search(r'href="([^"]+)">Sebelumnya', last)[1])
    assert links(reader.get(back).text) == made[5:35]
    for odd in ("dari=x", "sampai=-1", "dari=999999", "hal=5000", "dari=1&sampai=akhir"):
        assert reader.get(f"/antrean?{odd}").status_code == 200


def test_a_group_is_shown_once_over_all_pages(world: World, sign_in: SignIn) -> None:
    made = [world.flag(replace(SEEDS[9], name=f"Warga Rekaan {n}"), n) for n in range(40)]
    world.store.groups.place(
        [Placed(made[0], made[0], 1, 1.0), Placed(made[35], made[0], 1, 0.9), Placed(made[39], made[0], 1, 0.9)]
    )
    reader = sign_in("pemantau")
    first = reader.get("/antrean").text
    assert "2 lain hampir sama" in said(first)
    second = reader.get(html.unescape(re.search(r'href="([^"]+)">Berikutnya', first)[1])).text
    assert links(first) + links(second) == [one for one in made if one not in {made[35], made[39]}]


def test_filters_are_kept_shared_and_dropped(reader: Reader, sign_in: SignIn) -> None:
    reader.send("/saringan", nama="Tenang & tinggi", saringan="tahapan=tenang&tingkat=tinggi&jahat=1", bersama="1")
    page = reader.get("/antrean").text
    assert 'href="/antrean?tingkat=tinggi&amp;tahapan=tenang">Tenang &amp; tinggi</a>' in page
    other = sign_in("koordinator")
    assert "Tenang &amp; tinggi" in other.get("/antrean").text
    [number] = re.findall(r"/saringan/(\d+)/hapus", page)
    other.send(f"/saringan/{number}/hapus")
    assert "Tenang &amp; tinggi" in reader.get("/antrean").text
    reader.send(f"/saringan/{number}/hapus")
    assert "Saringan dihapus" in reader.get("/antrean").text
    assert "Tenang &amp; tinggi" not in reader.get("/antrean").text
    reader.send("/saringan", nama=" ", saringan="")
    assert "beri nama" in reader.get("/antrean").text


def test_hiding_the_machine_hides_what_it_says_in_the_list_too(reader: Reader) -> None:
    reader.send("/tampilan", mesin="sembunyi")
    page = said(reader.get("/antrean").text)
    rows = page[page.index("13 tanda") :]
    assert "↑" not in rows
    assert "model 0" not in rows
    assert "Mengapa di urutan ini" not in said(reader.get("/tanda/1").text)


def test_an_unsure_account_weighs_less(world: World, sign_in: SignIn) -> None:
    claimed = replace(SEEDS[2], confidence=Confidence.CLAIMED, phase=Phase.CAMPAIGN)
    flag_id = world.flag(claimed)
    page = said(sign_in("pemantau").get(f"/tanda/{flag_id}").text)
    assert "2 akun diduga" in page
    assert "10 peluang model 0,97" in page


def test_the_legal_day_is_said_and_lifts(world: World, sign_in: SignIn) -> None:
    flags = world.seed()
    reader = sign_in("pemantau")
    reader.decide(flags[12], "dukungan")
    reader.decide(flags[11], "dukungan")
    assert links(reader.get("/antrean?keadaan=informasi_awal").text) == [flags[11], flags[12]]
    world.store.postponed.keep_time("pagi", lambda: {flags[12]: (date(2025, 6, 28), clock_points(2))})
    page = reader.get("/antrean?keadaan=informasi_awal").text
    assert links(page) == [flags[12], flags[11]]
    assert "↑ sisa 2 hari" in said(page)
    world.store.postponed.keep_time("sore", lambda: {flags[12]: (date(2025, 6, 25), clock_points(-1))})
    assert "↑ lewat 1 hari" in said(reader.get("/antrean?keadaan=informasi_awal").text)


@pytest.mark.parametrize(("left", "points"), [(-5, 40), (0, 40), (1, 30), (2, 22), (3, 15), (4, 8), (7, 8), (8, 0)])
def test_the_clock_adds_most_at_the_end(left: int, points: float) -> None:
    assert clock_points(left) == points
