"""Thirty reviewers at once at a real server: no item decided twice, no decision lost, no lock error, the chain whole.

Half of them walk the queue, which makes them collide on purpose; half work through packs, in which nobody meets. Every
answer is counted: what the server said was stored must be what the database holds, event for event.
"""

from __future__ import annotations

import html
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from monitor.models import Role
from tests.bench.big_queue import BASE, build
from tests.e2e.browser import served
from tests.fakes_web import PASSWORD, World

REVIEWERS = 30
REASONS = ("tidak_memihak", "kutipan_berita", "kritik_pertanyaan", "dukungan")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LAST = re.compile(r'name="terakhir" value="([^"]*)"')


@dataclass
class Tally:
    """What the server answered, over all reviewers."""

    stored: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    held: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Reviewer:
    """Somebody who decides until nothing is left."""

    def __init__(self, client: httpx.Client, name: str, tally: Tally, packs: bool) -> None:
        self.client = client
        self.tally, self.packs, self.chance = tally, packs, random.Random(name)
        page = self.client.get("/masuk").text
        fields = {"csrf_token": _TOKEN.findall(page)[0], "nama": name, "sandi": PASSWORD}
        answer = self.client.post("/masuk", data=fields)
        if answer.status_code != 303:
            self.note(f"masuk: {answer.status_code}")
        self.token = _TOKEN.findall(self.get("/antrean"))[0]

    def note(self, text: str) -> None:
        with self.tally.lock:
            self.tally.odd.append(text)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        if answer.status_code != 200:
            self.note(f"{path}: {answer.status_code}")
        return answer.text

    def post(self, path: str, **fields: str) -> httpx.Response:
        answer = self.client.post(path, data={"csrf_token": self.token, **fields})
        if answer.status_code not in {303, 409}:
            self.note(f"{path}: {answer.status_code}")
        return answer

    def run(self) -> None:
        while address := self._begin():
            while address and address.startswith("/tanda/"):
                address = self._decide(address)

    def _begin(self) -> str:
        """Give the first case to decide, "" when nothing is left for this reviewer."""
        if self.packs:
            place = self.post("/paket/ambil", ukuran="5", menit="60", saringan="").headers.get("Location", "")
            return place if place.startswith("/tanda/") else ""
        found = re.findall(r'<a href="(/tanda/\d+[^"]*)"', self.get("/antrean"))
        free = [html.unescape(one) for one in found]
        return self.chance.choice(free) if free else ""

    def _decide(self, address: str) -> str:
        number, _, query = address.removeprefix("/tanda/").partition("?")
        page = self.get(address)
        last = _LAST.search(page)
        if last is None:  # decided by somebody else between two pages
            return ""
        answer = self.post(
            f"/tanda/{number}/putuskan", terakhir=last[1], alasan=self.chance.choice(REASONS), saringan=query
        )
        with self.tally.lock:
            (self.tally.stored if answer.status_code == 303 else self.tally.refused)[int(number)] += 1
        return answer.headers.get("Location", "") if answer.status_code == 303 else ""


def _work(site: str, name: str, tally: Tally, packs: bool, start: threading.Barrier) -> None:
    with httpx.Client(base_url=site, timeout=120, follow_redirects=False) as client:
        reviewer = Reviewer(client, name, tally, packs)
        start.wait(120)
        reviewer.run()


def together(world: World, flags: int) -> Tally:
    names = [f"pemantau{number:02}" for number in range(REVIEWERS)]
    for name in names:
        world.store.users.create(name, f"Pemantau {name}", PASSWORD, [Role.MONITOR])
    tally, start = Tally(), threading.Barrier(REVIEWERS)
    with served(world.app()) as site:
        threads = [
            threading.Thread(target=_work, args=(site, name, tally, place % 2 == 0, start))
            for place, name in enumerate(names)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(1500)
        assert not any(thread.is_alive() for thread in threads)
    assert tally.odd == []
    assert set(tally.stored.values()) == {1}, "nothing is decided twice"
    events = world.store._connection.db.execute(
        "SELECT flag_id, count(*) FROM decisions GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert events == sorted(tally.stored.items()), "what the server said it stored is what stands there"
    assert len(events) == flags, "nothing was left over"
    leased = world.store._connection.db.execute(
        "SELECT flag_id, count(DISTINCT p.user_id) FROM pack_flags g JOIN packs p USING (pack_id) "
        "GROUP BY 1 HAVING count(DISTINCT p.user_id) > 1"
    ).fetchall()
    assert leased == [], "nobody was given what somebody else held"
    report = world.store.audit.verify()
    assert report.ok, report.problems[:5]
    print(f"\n{REVIEWERS} reviewers, {flags} flags: {sum(tally.stored.values())} decided, "
          f"{sum(tally.refused.values())} refused because somebody was quicker or holds it")  # fmt: skip
    return tally


def test_thirty_reviewers_at_once(tmp_path: Path) -> None:
    world = build(tmp_path, BASE, 150)
    tally = together(world, 150)
    world.close()
    assert sum(tally.stored.values()) == 150


@pytest.mark.long
def test_thirty_reviewers_empty_a_long_queue(tmp_path: Path) -> None:
    world = build(tmp_path, BASE, BASE)
    together(world, BASE)
    world.close()
