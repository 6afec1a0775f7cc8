"""The pages about threshold and sample, with a real database and Flask's own client."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Role, Screened
from monitor.store import Bin, Lesson
from monitor.web.expected import Outlook
from tests.fakes_store import an_item, save
from tests.fakes_web import PASSWORD, REGION, World
from tests.web.conftest import Reader


def lesson(probability: float, *, partisan: bool, ruled: bool = False) -> Lesson:
    return Lesson("k", "t", partisan, 1, "x", "dukungan", probability, ruled)


DAY, NEXT = "2025-06-01", "2025-06-02"
BINS = [Bin(DAY, 20, 10, 2, 2), Bin(DAY, 60, 10, 10, 3), Bin(NEXT, 90, 10, 10, 0)]


def test_items_a_day_follow_the_threshold_and_rules_stay() -> None:
    outlook = Outlook(BINS, [])
    assert outlook.days == 2
    assert outlook.threshold == pytest.approx(0.6)
    assert outlook.at(0.6).items == pytest.approx((2 + 10 + 10) / 2)
    assert outlook.at(0.61).items == pytest.approx((2 + 3 + 10) / 2)
    assert outlook.at(0.95).items == pytest.approx(5 / 2)
    assert outlook.at(0.01).items == pytest.approx(30 / 2)


def test_people_outweigh_the_models_claim() -> None:
    claimed = Outlook(BINS, []).at(0.9).found
    corrected = Outlook(BINS, [lesson(0.9, partisan=False) for _ in range(60)]).at(0.9).found
    assert corrected.value < claimed.value
    assert corrected.high - corrected.low < claimed.high - claimed.low
    assert corrected.low <= corrected.value <= corrected.high


def test_old_days_are_left_out_and_nothing_is_no_error() -> None:
    assert Outlook([Bin("2025-01-01", 90, 500, 500, 0), *BINS], []).days == 2
    nothing = Outlook([], [])
    assert nothing.days == 0
    assert nothing.at(0.5).items == 0


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 50), st.integers(0, 50), st.booleans()), max_size=30),
    st.floats(0.01, 0.98),
)
def test_a_higher_threshold_never_means_more_to_read_nor_less_missed(
    rows: list[tuple[int, int, int, bool]], threshold: float
) -> None:
    bins = [Bin(DAY, number, items, min(items, flagged), 0) for number, items, flagged, _ in rows]
    outlook = Outlook(bins, [lesson(number / 100, partisan=said) for number, *_, said in rows])
    one, two = outlook.at(threshold), outlook.at(min(0.99, threshold + 0.01))
    assert one.items >= two.items
    assert one.missed.value <= two.missed.value + 1e-9
    for amount in (one.found, one.missed):
        assert 0 <= amount.low <= amount.value + 1e-9
        assert amount.value <= amount.high + 1e-9


def sampled(world: World, *texts: str, region: str = REGION) -> None:
    save(world.store, *[an_item(f"s{place}", text) for place, text in enumerate(texts)])
    stored = [one for one in world.store.items.unscreened(1000) if one.item.text in texts]
    world.store.samples.record([Screened(one, (), 1, region, 0.2) for one in stored], 99, "d", again=False)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def reader(world: World, username: str) -> Reader:
    found = Reader(world.app().test_client())
    found.client.post("/masuk", data={"csrf_token": found.token("/masuk"), "nama": username, "sandi": PASSWORD})
    return found


def test_the_threshold_page_draws_and_computes_without_javascript(world: World) -> None:
    coordinator = reader(world, "koordinator")
    assert "Belum ada penyaringan" in coordinator.get("/ambang").text
    sampled(world, "selamat pagi", "jalan rusak")
    page = coordinator.get("/ambang").text
    assert "<svg" in page
    drawn = re.findall(r'<(?:polyline|polygon) points="([^"]+)"', page)
    assert len(drawn) == 3
    assert all(re.fullmatch(r"(?:[\d.]+,[\d.]+ ?)+", points) for points in drawn)
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) is None
    assert "Pada ambang 0,35" in coordinator.get("/ambang?ambang=0,35").text
    for nonsense in ("abc", "nan", "inf", "-1", "9e99", ""):
        assert coordinator.get(f"/ambang?ambang={nonsense}").status_code == 200
    assert 'href="/ambang"' in coordinator.get("/ringkasan").text
    coordinator.send("/bahasa", bahasa="en")
    assert "Items in the queue" in coordinator.get("/ambang").text
    world.close()


@pytest.mark.parametrize("username", ["pemantau", "auditor"])
def test_only_those_who_tune_see_the_threshold(world: World, username: str) -> None:
    assert reader(world, username).get("/ambang").status_code == 403
    assert 'href="/ambang"' not in reader(world, username).get("/ringkasan").text
    world.store.users.create("penyusun", "Xena Misal", PASSWORD, [Role.RULE_AUTHOR])
    assert reader(world, "penyusun").get("/ambang").status_code == 200
    world.close()


def test_a_sample_is_judged_one_by_one_and_hostile_text_stays_text(world: World) -> None:
    sampled(world, "<script>alert(1)</script>\u202egnorts", "harga cabai naik")
    monitor = reader(world, "pemantau")
    shown = ""
    for said in ("ya", "tidak"):
        page = monitor.get("/sampel").text
        assert "<script>alert" not in page
        shown += page
        [address] = re.findall(r'action="(/sampel/\d+/\d+)"', page)
        assert monitor.send(address, memihak=said).location == "/sampel"
        assert "Nilai tersimpan" in monitor.get("/sampel").text
        assert monitor.send(address, memihak=said).status_code == 303
        assert "tidak ada yang diubah" in monitor.get("/sampel").text
    assert "&lt;script&gt;" in shown
    assert "U+202E" in shown
    assert "Tidak ada sampel yang menunggu" in monitor.get("/sampel").text
    found = world.store.samples.missed()
    assert (found.judged, found.partisan) == (2, 1)
    assert "ditaksir" in reader(world, "koordinator").get("/ambang").text
    world.close()


def test_a_sample_of_another_region_is_neither_shown_nor_judged(world: World) -> None:
    sampled(world, "teks wilayah lain", region="Kabupaten Entah")
    [one] = world.store.samples.waiting()
    local = reader(world, "wilayah")
    assert "teks wilayah lain" not in local.get("/sampel").text
    local.send(f"/sampel/{one.stored.item_id}/{one.stored.version}", memihak="ya")
    assert world.store.samples.missed().judged == 0
    assert reader(world, "auditor").get("/sampel").status_code == 403
    assert reader(world, "pemantau").send("/sampel/1/1", memihak="entah").status_code == 400
    world.close()
