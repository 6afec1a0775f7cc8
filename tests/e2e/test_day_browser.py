"""A monitor's day with keys alone: a hundred flags, eight of them real, and the next morning's one that was put off.

No mouse and no click: filter, open, decide by one key, decide those alike at once, put off, undo, ask for help, go on.
At the end the queue is empty, eight are put forward, and the seconds that the machine took of each decision are told.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median, quantiles

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor import alike
from monitor.models import ItemKind, Platform, Relation, State
from monitor.store import QueueQuery
from tests.e2e.browser import NEEDS_BROWSER, context, served, watch
from tests.fakes_web import PASSWORD, SEEDS, Seed, World

expect.set_options(timeout=30_000)  # a busy machine is no mistake of the page

pytestmark = NEEDS_BROWSER

FLAGS, REAL = 100, 8
ALIKE = (
    ("Selamat pagi warga Contoh, hari ini kerja bakti di lapangan rekaan, jangan lupa bawa sapu dan nomor 2 untuk konsumsi", 14),
    ("Lomba mewarnai tingkat kecamatan, pilih nomor 1 untuk kategori anak, hadiah menarik dari panitia kampung rekaan", 11),
    ("Mengutip Warta Contoh: debat pasangan nomor 3 ditunda hujan, warga diminta pulang dengan tertib dan hati-hati", 9),
)  # fmt: skip
WORDS = ("arisan", "posyandu", "panen", "gotong royong", "futsal", "pengajian", "senam", "bazar", "rapat", "ronda")
KEYS = "123456"
REAL_KEYS = "dasl"


@dataclass
class Day:
    """What a monitor knows of each flag before the day begins, and how long the machine took."""

    keys: dict[int, str] = field(default_factory=dict)
    groups: dict[int, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)


def _plain(number: int, text: str) -> Seed:
    return replace(
        SEEDS[5], name=f"Warga Rekaan {number:03d}, S.Pd.", text=text, words="", probability=0.4 + number % 50 / 100,
        kind=ItemKind.POST, platform=Platform.FACEBOOK, relation=Relation.NONE, hours=10 + number,
    )  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Day]]:
    world, day, number = World(tmp_path_factory.mktemp("hari")), Day(), 0
    for place, (text, count) in enumerate(ALIKE):
        for turn in range(count):
            flag_id = world.flag(_plain(number, f"{text} {'ya' * (turn % 3)}"), number)
            day.keys[flag_id], day.groups[flag_id] = "1", place
            number += 1
    while number < FLAGS - REAL:
        words = (
            f"Catatan {number} tentang {WORDS[number % 10]} dan {WORDS[number * 7 % 10]} di dusun {number * 31 % 97}"
        )
        day.keys[world.flag(_plain(number, f"{words}, semoga lancar bagi semua"), number)] = KEYS[number % 6]
        number += 1
    for turn in range(REAL):
        text = f"Menangkan Bang Andi Mis, alasan ke-{turn}: {WORDS[turn]} {WORDS[-turn]} makin hidup bersama beliau"
        day.keys[world.flag(_plain(number, text), (number * 13) % FLAGS)] = REAL_KEYS[turn % 4]
        number += 1
    alike.place(world.store)
    yield world, day
    world.close()


def test_a_day_of_a_hundred_flags_with_keys_alone(browser: Browser, office: tuple[World, Day]) -> None:
    world, day = office
    with served(world.app()) as site:
        page = context(browser).new_page()
        complaints = watch(page)
        _sign_in(page, site)
        _help(page)
        _filter(page)
        put_off = _work(page, day, put_off=True, undo=True)
        expect(page.locator("#hasil")).to_contain_text("Antrean kosong")
        assert [one.flag_id for one in world.store.flags.queue(QueueQuery()).flags] == [put_off]
        assert world.store.flags.get(put_off).state is State.NEW, "what was put off waits, decided by nobody"
        world.clock.tick(hours=30)
        page.goto(site)
        _sign_in(page, site)
        expect(page.locator("#jumlah")).to_contain_text("1 tanda")
        _work(page, day)
        expect(page.locator("#hasil")).to_contain_text("Antrean kosong")
        page.context.close()
    leads = [one for one in day.keys if world.store.flags.get(one).state is State.LEAD]
    cleared = [one for one in day.keys if world.store.flags.get(one).state is State.CLEARED]
    assert (len(leads), len(cleared)) == (REAL, FLAGS - REAL)
    assert sorted(leads) == sorted(one for one, key in day.keys.items() if key in REAL_KEYS)
    assert world.store.audit.verify().ok
    assert complaints == []
    low, _, high = quantiles(day.waits, n=4)
    print(
        f"{len(day.waits)} decisions for {FLAGS} flags; the machine's share of one: median {median(day.waits):.2f} s "
        f"(quartiles {low:.2f} and {high:.2f} s), from key to the next page shown"
    )


def _sign_in(page: Page, site: str) -> None:
    page.goto(site + "/")
    expect(page.locator("#nama")).to_be_focused()
    page.keyboard.type("pemantau")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Antrean tanda")
    page.wait_for_load_state("load")  # the keys' script too


def _help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def _filter(page: Page) -> None:
    """Look for one word, see that the list is shorter, and go back to all."""
    page.keyboard.press("/")
    page.keyboard.type("Menangkan Bang Andi Mis")
    page.keyboard.press("Enter")
    expect(page.locator("#jumlah")).to_contain_text(f"{REAL} tanda")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    _go(page, "q")
    expect(page.locator("#jumlah")).to_contain_text(f"{FLAGS} tanda")


def _work(page: Page, day: Day, *, put_off: bool = False, undo: bool = False) -> int:
    """Open the first and decide until the queue comes back; gives which flag was put off, 0 = none."""
    away, seen = 0, set[int]()
    page.keyboard.press("j")
    _go(page, "Enter")
    while (flag_id := _flag(page)) != 0:
        group = day.groups.get(flag_id)
        if put_off and not away and group is None and len(seen) > 5:
            away = flag_id
            page.keyboard.press("T")
            _go(page, "Enter")
            continue
        assert flag_id not in seen, f"{flag_id} comes a second time"
        seen.add(flag_id)
        if group is not None and sum(one == group for one in day.groups.values()) > 1:
            page.keyboard.press("x")
            expect(page.locator("#sekaligus")).to_be_checked()
        began = time.perf_counter()
        _go(page, day.keys[flag_id])
        day.waits.append(time.perf_counter() - began)
        if undo and len(seen) == 3:
            undo = False
            _go(page, "u")
            assert _flag(page) == flag_id
            _go(page, day.keys[flag_id])
    return away


def _flag(page: Page) -> int:
    found = re.search(r"/tanda/(\d+)", page.url)
    return int(found[1]) if found is not None else 0


def _go(page: Page, key: str) -> None:
    """Strike a key and wait until the page that it leads to is there."""
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press(key)
