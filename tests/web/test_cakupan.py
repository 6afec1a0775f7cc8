"""The page of coverage: every account, its state and reason; asking the rest again, once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from monitor.calendar import Calendar
from monitor.config import Config
from monitor.errors import BusyError
from monitor.models import (
    AccountRow,
    Appointment,
    Change,
    Listed,
    Outcome,
    Page,
    PersonKind,
    Platform,
    Request,
    Response,
    RosterChange,
    RosterRow,
)
from monitor.web import Again, Services, create_app
from tests.fakes_web import NOW, OTHER_REGION, PASSWORD, REGION, SEEDS, World
from tests.web.conftest import Reader

ROOT = Path(__file__).resolve().parents[2]
SignIn = Callable[[str], Reader]


def watch(world: World, *more: dict[str, object]) -> None:
    """Let the office watch Bluesky and keep Facebook shut."""
    sources = [{"type": "bluesky", "id": "bsky"}, {"type": "meta", "id": "meta"}, *more]
    world.config = Config.model_validate({**world.config.model_dump(mode="json"), "sources": sources})


def turn(world: World, source_id: str, outcome: Outcome, at: datetime = NOW, detail: str = "") -> None:
    run_id = world.store.runs.begin("collect")
    answer = Response(Request("http://127.0.0.1/x", "uji"), at, None)
    world.store.items.save_page(
        source_id=source_id, run_id=run_id, response=answer, page=Page(outcome, detail=detail), evidence_sha256=""
    )
    world.store.coverage.finish(source_id, run_id)
    world.store.runs.finish(run_id, {})


def key(world: World, name: str) -> str:
    person = next(one for one in world.store.roster.persons() if one.full_name == name)
    account = next(one for one in world.store.roster.accounts() if one.person_id == person.person_id)
    return f"bsky/{account.native_id}"


def said(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def entered(world: World, name: str = "pemantau", **more: object) -> Reader:
    services: Services = replace(world.services(), **more)  # type: ignore[arg-type]
    reader = Reader(create_app(services).test_client())
    reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": name, "sandi": PASSWORD})
    return reader


def test_every_account_has_a_line_with_state_reason_and_since(world: World) -> None:
    world.seed()
    watch(world, {"type": "feed", "id": "warta", "url": "https://warta.example/f"})
    mine = key(world, "Wahyu Rekaanto")
    turn(world, mine, Outcome.OK_ITEMS, NOW - timedelta(days=3))
    turn(world, mine, Outcome.BLOCKED, NOW - timedelta(days=1), "server menolak kami")
    reader = entered(world)
    page = reader.get("/cakupan")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "style=" not in page.text
    text = said(page.text)
    for seed in SEEDS:
        assert seed.name in text
    assert "ditolak server menolak kami sejak Rab, 25 Jun 2025, 09.00 WIB" in text
    assert "Sen, 23 Jun 2025, 09.00 WIB" in text
    assert "menunggu keputusan hukum platform ini tidak diambil" in text
    assert "terbukti: 0 dari 3 yang boleh ditanyakan" in text
    assert f"Daftar ({len(SEEDS) + 1})" in text
    turn(world, mine, Outcome.OK_EMPTY_PROVED)
    assert "terbukti: 1 dari 3" in said(reader.get("/cakupan").text)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("keadaan=belum", 3),
        ("keadaan=menunggu_keputusan", 10),
        ("keadaan=terlihat", 0),
        ("sumber=bsky", 1),
        ("cari=WAHYU", 1),
        ("cari=%3Cscript%3E", 0),
        ("instansi=Bappeda+Contoh", 1),
        ("jendela=7&keadaan=<x>&hal=-4", 13),
        ("jendela=kampanye&sumber=bsky", 1),
        ("hal=99999999999", 13),
    ],
)
def test_filters_narrow_the_list(world: World, query: str, names: int) -> None:
    world.seed()
    watch(world)
    page = entered(world, calendar=lambda: Calendar.load(ROOT / "rules" / "calendar")).get(f"/cakupan?{query}")
    assert page.status_code == 200
    assert f"Daftar ({names})" in said(page.text)


def test_a_window_of_days_gives_the_reason_of_its_last_turn(world: World) -> None:
    world.seed()
    watch(world)
    mine = key(world, "Wahyu Rekaanto")
    turn(world, mine, Outcome.OK_ITEMS, NOW - timedelta(days=20))
    turn(world, mine, Outcome.GONE, NOW - timedelta(days=4), "akun dinonaktifkan pemiliknya")
    reader = entered(world)
    week = said(reader.get("/cakupan?jendela=7&sumber=bsky").text)
    assert "tidak ada lagi akun dinonaktifkan pemiliknya sejak Min, 22 Jun 2025" in week
    assert "belum pernah" in week
    month = said(reader.get("/cakupan?jendela=30&sumber=bsky").text)
    assert "Jum, 6 Jun 2025" in month


def test_a_phase_that_is_over_is_measured_against_the_roster_of_then(world: World) -> None:
    world.seed()
    watch(world)
    world.config = world.config.model_copy(update={"contests": ("pilkada-contoh-2025",)})
    reader = entered(world, calendar=lambda: Calendar.load(ROOT / "rules" / "calendar"))
    now = said(reader.get("/cakupan").text)
    assert "Wahyu Rekaanto" in now
    assert "Dihitung terhadap daftar pada" not in now
    then = reader.get("/cakupan?jendela=calon_pra_kampanye")
    assert then.status_code == 200
    assert "Dihitung terhadap daftar pada" in said(then.text)
    assert "bukan daftar sekarang" in said(then.text)
    assert "Wahyu Rekaanto" not in said(then.text)  # nobody had brought the roster yet


def test_the_map_draws_each_day_and_says_it_in_a_table_too(world: World) -> None:
    world.seed()
    watch(world)
    turn(world, key(world, "Wahyu Rekaanto"), Outcome.NOT_MODIFIED, NOW)
    page = entered(world).get("/cakupan?sumber=bsky").text
    rects = re.findall(r'<rect class="peta-(\d)" x="\d+" y="\d+" width="14"', page)
    assert len(rects) == 11 * 7 + 4
    assert rects[-1] == "4"
    assert set(rects[:-1]) == {"0"}
    assert "<title>26 Jun: 1/1</title>" in page
    assert "1/1</td>" in page


def test_who_sees_one_region_sees_its_accounts_alone(world: World) -> None:
    world.seed()
    watch(world)
    text = said(entered(world, "wilayah").get("/cakupan").text)
    assert next(seed.name for seed in SEEDS if seed.region == OTHER_REGION) not in text
    assert "Wahyu Rekaanto" in text


class Slow:
    """A collecting that goes on until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.began, self.go, self.error = threading.Event(), threading.Event(), error
        self.asked: list[Sequence[str]] = []

    def __call__(self, ids: Sequence[str]) -> int:
        self.asked.append(ids)
        self.began.set()
        assert self.go.wait(20)
        if self.error is not None:
            raise self.error
        return len(ids) - 1


def test_the_button_asks_the_rest_again_in_the_background_and_only_once(world: World) -> None:
    world.seed()
    watch(world)
    work = Slow()
    again = Again(lambda: ["bsky/a", "bsky/b"], work, world.clock)
    reader = entered(world, again=again)
    assert "Ulangi yang belum terbukti" in reader.get("/cakupan").text
    for _ in range(2):
        answer = reader.send("/cakupan/ulangi")
        assert (answer.status_code, answer.location) == (303, "/cakupan")
        assert work.began.wait(20)
    page = reader.get("/cakupan").text
    assert "Sudah berjalan; tidak dimulai lagi." in page
    assert 'hx-trigger="every 4s"' in page
    assert "0 dari 2 sumber selesai" in said(reader.get("/cakupan/jalan").text)
    work.go.set()
    again.wait(20)
    assert work.asked == [["bsky/a", "bsky/b"]]
    text = reader.get("/cakupan/jalan").text
    assert "1 dari 2 kini terbukti" in said(text)
    assert "hx-trigger" not in text
    assert [one.action for one in world.store.audit.entries(limit=1000)].count("ulangi_pengumpulan") == 1


@pytest.mark.parametrize(
    ("error", "words"), [(BusyError("proses lain berjalan"), "Tidak dimulai: proses lain berjalan")]
)
def test_what_could_not_begin_is_said(world: World, error: Exception, words: str) -> None:
    world.seed()
    watch(world)
    work = Slow(error)
    work.go.set()
    again = Again(lambda: ["bsky/a"], work, world.clock)
    reader = entered(world, again=again)
    reader.send("/cakupan/ulangi")
    again.wait(20)
    assert words in said(reader.get("/cakupan").text)


def test_who_does_not_decide_starts_nothing(world: World) -> None:
    watch(world)
    again = Again(list, lambda _: 0, world.clock)
    reader = entered(world, "auditor", again=again)
    assert "Ulangi yang belum terbukti" not in reader.get("/cakupan").text
    assert reader.send("/cakupan/ulangi").status_code == 403
    assert again.working is None
    assert entered(world).send("/cakupan/ulangi").status_code == 403


def test_hostile_names_stay_text(world: World) -> None:
    world.flag(replace(SEEDS[5], name="<script>alert(1)</script>", office='"><b>Dinas'))
    watch(world)
    page = entered(world).get("/cakupan").text
    assert "<script>alert" not in page
    assert "<b>Dinas" not in page


def test_the_summary_sums_accounts_up_and_leads_here(world: World) -> None:
    world.seed()
    watch(world)
    for number in range(40):
        turn(world, f"bsky/did:plc:n{number}", Outcome.OK_ITEMS if number else Outcome.BLOCKED, detail="ditolak server")
    page = entered(world).get("/ringkasan").text
    assert "did:plc:n" not in page
    assert '<a href="/cakupan?sumber=bsky">39 dari 40 akun terbukti</a>' in page
    assert "ditolak server" in page


def test_a_case_says_since_when_an_act_is_no_longer_visible(world: World) -> None:
    flag_id = world.flag(SEEDS[5])
    held = world.store.flags.get(flag_id).stored.item
    reader = entered(world)
    listed = Listed(held.platform, held.native_id, held.native_id + "~")
    for day in (1, 2):
        assert "Tidak terlihat lagi" not in reader.get(f"/tanda/{flag_id}").text
        run_id = world.store.runs.begin("collect")
        answer = Response(Request("http://127.0.0.1/x", "uji"), NOW + timedelta(days=day), None)
        page = Page(Outcome.OK_EMPTY_PROVED, listed=listed)
        world.store.items.save_page(
            source_id="bsky/x", run_id=run_id, response=answer, page=page, evidence_sha256="e" * 64
        )
    text = said(reader.get(f"/tanda/{flag_id}").text)
    assert "Tidak terlihat lagi sejak Jum, 27 Jun 2025, 09.00 WIB" in text
    assert "Dibuktikan oleh 2 pengumpulan" in text


def test_a_silence_needs_a_reason_and_is_answered_once(world: World) -> None:
    world.seed()
    watch(world)
    world.store.alarms.fell_silent(key(world, "Wahyu Rekaanto"), NOW.date(), 4)
    world.store.alarms.fell_silent("bsky/orang-lain", NOW.date(), 4)
    reader = entered(world)
    page = reader.get("/cakupan").text
    assert "Sunyi di luar kebiasaan (1)" in said(page)
    assert "kebiasaannya menjelaskan paling lama 4 hari" in page
    reader.send("/cakupan/sunyi/1", catatan=" ")
    assert "Tidak disimpan" in reader.get("/cakupan").text
    for words in ("Jawaban tersimpan", "Orang lain sudah menjawab"):
        assert reader.send("/cakupan/sunyi/1", catatan="akun memang libur").status_code == 303
        assert words in reader.get("/cakupan").text
    assert "Sunyi di luar" not in reader.get("/cakupan").text
    assert entered(world, "auditor").send("/cakupan/sunyi/2", catatan="x").status_code == 403


def test_a_blind_source_and_strange_shapes_are_told(world: World) -> None:
    watch(world)
    world.store.alarms.looked_for("bsky", "bsky/kenari", NOW, "buta: unggahan kenari tidak ditemukan")
    answer = Response(Request("http://127.0.0.1/x", "uji"), NOW, None)
    page = Page(Outcome.OK_ITEMS, strange=("<b>medan</b>",))
    world.store.items.save_page(source_id="bsky/x", run_id=1, response=answer, page=page, evidence_sha256="f" * 64)
    text = entered(world).get("/cakupan").text
    assert "Sumber bsky buta" in text
    assert "&lt;b&gt;medan&lt;/b&gt;" in text


def test_a_large_roster_stays_a_small_page_and_is_counted_once_a_minute(world: World) -> None:
    watch(world)
    rows = []
    for number in range(6000):
        office = f"Dinas Rekaan Nomor {number % 400} Kabupaten Contoh dengan nama yang panjang sekali"
        held = Appointment(PersonKind.PNS, office, "Analis", REGION, date(2020, 1, 1))
        account = AccountRow(Platform.BLUESKY, f"did:plc:rekaan{number:020}", f"warga.rekaan{number}.contoh.example")
        rows.append(RosterRow(number + 1, "", f"Warga {number}", f"Warga {number}", held, (account,)))
    world.store.roster.apply([RosterChange(Change.NEW, row, None) for row in rows])
    reader = entered(world)
    first = reader.get("/cakupan")
    assert len(first.data) < 150_000
    assert "0 dari 6.000" in said(first.text)
    turn(world, f"bsky/did:plc:rekaan{7:020}", Outcome.OK_ITEMS)
    assert "0 dari 6.000" in said(reader.get("/cakupan").text)
    world.clock.tick(seconds=61)
    assert "1 dari 6.000" in said(reader.get("/cakupan").text)
    assert len(reader.get("/cakupan?hal=120&keadaan=belum").data) < 150_000
