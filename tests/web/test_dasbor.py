"""The dashboard says what the decisions say, ranks nobody, stores no side, and draws without script or style."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import AccountRef, Parent, Platform, ReasonCode, State
from monitor.store import QueueQuery
from monitor.targets import Targets
from monitor.web import plots, sisi
from monitor.web.plots import Series
from tests.fakes_rules import RIGHT, WRONG, RuleOffice, rule_page
from tests.fakes_web import NOW, PASSWORD, SEEDS, World
from tests.web.conftest import Reader

TARGETS = Targets.load(Path(__file__).resolve().parents[2] / "rules" / "targets", ["pilkada-contoh-2025"])


def test_reasons_precision_and_seconds_are_counted_from_what_stands(world: World, reader: Reader) -> None:
    for flag_id, reason, seconds in ((1, "dukungan", 12), (2, "kutipan_berita", 30), (3, "kutipan_berita", 48)):
        page = reader.get(f"/tanda/{flag_id}")
        assert page.status_code == 200
        world.clock.tick(seconds=seconds)
        last = re.search(r'name="terakhir" value="([^"]*)"', page.text)
        assert last is not None
        reader.send(f"/tanda/{flag_id}/putuskan", terakhir=last[1], alasan=reason)
        reader.get(f"/tanda/{flag_id + 1}")
    world.store.decisions.undo(3, world.monitor.user_id, 3)
    board = world.store.dashboard
    assert board.reasons() == {"dukungan": 1, "kutipan_berita": 1}
    assert sorted(round(one.seconds) for one in board.took(100)) == [12, 30, 48]
    assert [round(one.seconds) for one in board.took(1)] == [48]
    page = reader.get("/dasbor").text
    assert "Kutipan berita" in page
    assert "n = 1" in page
    assert "3 putusan, tengah 30 detik" in page
    assert "tiga orang" in page, "the office's figure would be one person's"
    assert "Sinta Rekaan" not in page.split("<main")[1]


def test_a_look_of_half_an_hour_or_none_at_all_is_not_timed(world: World, flags: list[int]) -> None:
    user = world.monitor.user_id
    world.store.decisions.append(1, user, State.IN_REVIEW, None, "", expected=None)
    assert world.store.dashboard.took(10) == []


def test_the_offices_seconds_appear_once_three_decide(
    world: World, flags: list[int], sign_in: Callable[[str], Reader]
) -> None:
    for place, name in enumerate(("pemantau", "peninjau", "koordinator")):
        one = sign_in(name)
        one.get(f"/tanda/{place + 1}")
        world.clock.tick(seconds=10)
        one.decide(place + 1, "tidak_memihak")
    page = sign_in("auditor").get("/dasbor").text
    assert "Kantor: tengah" in page
    assert "Anda sendiri" not in page


def test_regions_see_their_own(world: World, flags: list[int], sign_in: Callable[[str], Reader]) -> None:
    local = world.local
    assert sum(one.count for one in world.store.dashboard.hours(NOW, local.regions)) == 12
    assert sum(one.count for one in world.store.dashboard.hours(NOW)) == 13
    assert "12 tanda dalam 56 hari" in sign_in("wilayah").get("/dasbor").text


def test_an_empty_office_says_what_will_stand_here(sign_in: Callable[[str], Reader]) -> None:
    page = sign_in("pemantau").get("/dasbor").text
    for said in ("Belum ada tanda dalam 56 hari", "Belum ada keputusan", "Belum ada putusan yang menilai", "terukur"):
        assert said in page


def test_agreement_of_two_reviewers_is_drawn_of_the_office_alone(
    world: World, flags: list[int], sign_in: Callable[[str], Reader]
) -> None:
    page = sign_in("auditor").get("/dasbor").text
    assert "Belum ada yang ditinjau dua kali" in page
    first, second, reviews = world.monitor.user_id, world.second.user_id, world.store.reviews
    for flag_id, agrees in ((1, True), (2, True), (3, True), (4, False)):
        world.store.decisions.append(flag_id, first, State.LEAD, ReasonCode.SUPPORT, "", expected=None)
        due = reviews.waiting(flag_id)
        assert due is not None
        state, reason = (State.LEAD, ReasonCode.SUPPORT) if agrees else (State.CLEARED, ReasonCode.CRITICISM)
        reviews.decide(due, second, state, reason, "")
    page = sign_in("auditor").get("/dasbor").text
    assert "4 tanda diputus dua orang" in page
    assert re.search(r"Putusan sama</bdi></th><td><svg.*?</td><td[^>]*>0,75 ", page, re.DOTALL)
    assert "Krippendorff" in page
    assert "Tomo Misal" not in page


# --------------------------------------------------------------------------- sides


def test_sides_are_counted_and_written_nowhere(tmp_path: Path) -> None:
    office = RuleOffice(tmp_path / "kantor")
    office.post(*WRONG, *RIGHT)
    office.screen()
    flags = office.app.store.flags.queue(QueueQuery(limit=100)).flags
    client = rule_page(office).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/masuk").text)
    assert token is not None
    client.post("/masuk", data={"csrf_token": token[1], "nama": "koordinator", "sandi": PASSWORD})
    page = client.get("/dasbor").text
    assert "Perlakuan setara menurut sisi" in page
    assert f"{len(flags) - 1} tanda: 0 bersih, 0 diajukan" in page
    assert "1 tanda: 0 bersih, 0 diajukan" in page
    assert re.search(r"Uji tukar: pada \d+ teks", page)
    tables = office.app.store._connection.db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    assert not [sql for (sql,) in tables if re.search(r"\b(side|sisi|ticket|party|partai)\b", sql)]
    office.close()


@pytest.mark.parametrize(
    ("text", "owner", "side"),
    [
        ("Ayo dukung Bang Andi Mis", "", "1"),
        ("Andi Misi bukan siapa-siapa", "", ""),
        ("Coblos nomor 2 ya", "", "2"),
        ("Bang Andi Mis lawan Bu Citra, siapa menang?", "", "*"),
        ("Besok kerja bakti", "", ""),
        ("", "kampanye-1-ig", "1"),
    ],
)
def test_the_side_is_read_from_words_and_from_the_account_acted_upon(
    world: World, text: str, owner: str, side: str
) -> None:
    contest = TARGETS.contests[0]
    account = next((one for one in contest.accounts if one.ticket_id == contest.tickets[0].ticket_id), None)
    parent = None
    if owner:
        assert account is not None
        parent = Parent("p", "", "apa saja", AccountRef(account.platform, account.native_id, account.handle))
    flag_id = world.flag(replace(SEEDS[1], platform=Platform.INSTAGRAM, text=text, parent=parent, words=""))
    stored = world.store.flags.get(flag_id).stored
    found = sisi.Finder(TARGETS).side(stored)
    expected = {"1": contest.tickets[0], "2": contest.tickets[1]}.get(side)
    assert found == (sisi.side_id(contest, expected) if expected is not None else side)


def test_new_flags_are_looked_at_a_stretch_at_a_time(world: World, flags: list[int]) -> None:
    tallies = sisi.Tallies(sisi.Finder(TARGETS))
    assert not tallies.catch_up(world.store.dashboard.spoken, 5)
    assert sum(one.flags for one in tallies.lines(world.store.dashboard.standing())) == 5
    assert tallies.catch_up(world.store.dashboard.spoken, 100)
    assert sum(one.flags for one in tallies.lines(world.store.dashboard.standing())) == len(flags)


# --------------------------------------------------------------------------- drawing


@given(
    st.lists(st.lists(st.integers(0, 5000), min_size=3, max_size=3), min_size=1, max_size=4),
    st.text(max_size=30).filter(lambda one: one.isprintable()),
)
def test_columns_stay_in_their_frame_and_are_sound_xml(values: list[list[int]], title: str) -> None:
    series = [Series(title, f"seri-{place}", tuple(one)) for place, one in enumerate(values)]
    plot = plots.columns("uji", title, "sebuah gambar", ["a", "b", "c"], series, below=["a", "c"])
    root = ET.fromstring(str(plot.svg))
    assert root.get("role") == "img"
    assert [one.tag for one in root][:2] == ["title", "desc"]
    for rect in root.iter("rect"):
        assert float(rect.get("y", "x")) >= -0.01
        assert float(rect.get("y", "x")) + float(rect.get("height", "x")) <= 100.02
    assert "style=" not in str(plot.svg)
    assert plot.top >= max(map(sum, zip(*values, strict=True)))
    shown = plots.table_of(plot, str)
    assert sum(int(cell) for _, cells in shown for cell in cells) == sum(map(sum, values))


def test_bars_and_intervals_stay_in_their_frame() -> None:
    for drawing in (plots.bar(2.0), plots.bar(-1), plots.interval(0, 0, 1), plots.parts([(0.5, "a"), (0.5, '"><b')])):
        root = ET.fromstring(str(drawing))
        for rect in root.iter("rect"):
            assert 0 <= float(rect.get("x", "x")) <= 200
            assert float(rect.get("x", "x")) + float(rect.get("width", "x")) <= 202


def test_figures() -> None:
    assert [plots.round_up(one) for one in (0, 1, 3, 7, 12, 50, 51, 999)] == [0, 1, 5, 10, 20, 50, 100, 1000]
    assert plots.buckets([1, 5, 9.9, 10, 400], (5, 10)) == (1, 2, 2)
    assert plots.quantile([4, 1, 3, 2], 0.5) == 2.5
    assert plots.quantile([7], 0.25) == 7
    with pytest.raises(ValueError, match="no values"):
        plots.quantile([], 0.5)
