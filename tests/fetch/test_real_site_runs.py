"""A real blog over five runs and one more: built anew by Pelican between them, with edits, a deletion and every fault."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from monitor.collectors import build_source
from monitor.config import FeedSource
from monitor.evidence import Archive
from monitor.models import Outcome, StoredItem
from monitor.pipeline import Collected, collect
from monitor.store import Store
from tests.fakes import FakeClock
from tests.fakes_fetch import FakePace, polite_client
from tests.fetch.test_real_site import SETTINGS, SITEMAP, publish
from tests.server.scenario import Answer, ScenarioServer, serve

FIRST = {
    "rapat": ("Rapat di Contoh", "Camat Contoh membuka rapat bersama para lurah di pendapa kabupaten."),
    "panen": ("Panen raya di Rekaan", "Petani Desa Rekaan memanen padi di lahan seluas dua puluh hektare."),
    "lomba": ("Lomba layang-layang", "Warga Desa Misal mengadakan lomba layang-layang di tepi sungai."),
}


@dataclass
class FaultyServer(ScenarioServer):
    """Answers a path with its faults first, one a request; "" stands for every path but robots.txt."""

    faults: dict[str, list[Answer]] = field(default_factory=dict)

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        usual = super().answer(path, headers)
        waiting = self.faults.get(path)
        return waiting.pop(0) if waiting else usual


@dataclass
class Blog:
    """A Pelican site that is built anew whenever its articles change."""

    folder: Path
    server: FaultyServer
    articles: dict[str, tuple[str, str]]

    def build(self) -> None:
        content = self.folder / "content"
        for path in content.glob("*.md"):
            path.unlink()
        for slug, (title, text) in self.articles.items():
            head = f"Title: {title}\nDate: 2025-05-{len(slug) + ord(slug[0]) % 20:02d} 09:15\nSlug: {slug}\n\n"
            (content / f"{slug}.md").write_text(f"{head}{text}\n", "utf-8")
        command = [sys.executable, "-m", "pelican", "content", "-s", "pelicanconf.py", "-o", "output", "-d", "-q"]
        subprocess.run(command, cwd=self.folder, check=True, timeout=120)
        self.server.extra.clear()
        for path in (self.folder / "output").rglob("*"):
            if path.is_file():
                publish(self.server, "/" + str(path.relative_to(self.folder / "output")), path)

    def served(self, path: str) -> Answer:
        return self.server.extra[path]


@dataclass
class Office:
    blog: Blog
    path: str
    store: Store
    archive: Archive
    clock: FakeClock
    pace: FakePace = field(default_factory=FakePace)

    def run(self) -> Collected:
        """Collect once, with a client of its own as after a restart."""
        url = f"http://{self.blog.server.host}{self.path}"
        config = FeedSource(type="feed", id="warta", url=url, pages="all")
        source = build_source(config, wanted=bool, list_files=lambda _: [])
        client = polite_client(hosts=[self.blog.server.host], clock=self.clock, pace=self.pace, deadline_seconds=1.5)
        (done,) = collect([source], client, self.archive, self.store, lambda _: None)
        self.clock.tick(hours=6)
        return done

    def newest(self) -> dict[str, StoredItem]:
        found = self.store.items.unscreened(100)
        by_slug = {one.item.url.rpartition("/")[2].removesuffix(".html"): one for one in found}
        assert len(by_slug) == len(found), "every entry once"
        assert len({one.item.native_id for one in found}) == len(found)
        return by_slug

    def stand(self) -> tuple[str, tuple[str, str], dict[str, int]]:
        """What no failed run may move: cursor, validators, versions."""
        url = f"http://{self.blog.server.host}{self.path}"
        versions = {slug: one.version for slug, one in self.newest().items()}
        return self.store.runs.cursor("warta"), self.store.runs.validators(url), versions


@pytest.fixture(params=["/feeds/all.rss.xml", "/feeds/all.atom.xml"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with serve(FaultyServer()) as server:
        assert isinstance(server, FaultyServer)
        folder = tmp_path / "situs"
        (folder / "content" / "extra").mkdir(parents=True)
        (folder / "templates").mkdir()
        (folder / "pelicanconf.py").write_text(SETTINGS.format(site=f"http://{server.host}"))
        (folder / "templates" / "sitemap.html").write_text(SITEMAP)
        (folder / "content" / "extra" / "robots.txt").write_text("User-agent: *\nDisallow: /rahasia\n")
        clock = FakeClock()
        store = Store.open(tmp_path / "a.db", clock)
        yield Office(Blog(folder, server, dict(FIRST)), request.param, store, Archive(tmp_path / "arsip"), clock)
        store.close()


def test_every_entry_exactly_once_over_five_runs_with_edits_deletion_and_faults(office: Office) -> None:
    blog, server = office.blog, office.blog.server
    blog.build()
    assert (office.run().outcome, set(office.newest())) == (Outcome.OK_ITEMS, set(FIRST))

    # Run 2: an edit and a new article; the feed is refused once with a wish to wait, a page breaks off once.
    blog.articles["rapat"] = (
        "Ralat: rapat di Contoh",
        "Bukan camat, melainkan sekretaris kecamatan yang membuka rapat.",
    )
    blog.articles["bakti"] = ("Kerja bakti di Misal", "Warga membersihkan selokan bersama-sama sejak pagi hari.")
    blog.build()
    page = blog.served("/bakti.html")
    server.faults = {
        office.path: [Answer(429, headers={"Retry-After": "30"})],
        "/bakti.html": [replace(page, body=page.body[:-200], announced=len(page.body))],
    }
    assert office.run().outcome is Outcome.OK_ITEMS
    assert max(office.clock.slept) >= 30
    found = office.newest()
    assert {slug: one.version for slug, one in found.items()} == {"rapat": 2, "panen": 1, "lomba": 1, "bakti": 1}
    assert found["rapat"].item.title.startswith("Ralat")
    assert "sekretaris kecamatan" in found["rapat"].item.text
    assert "selokan" in found["bakti"].item.text

    # Run 3: an article is deleted, but the feed comes broken off in the middle, whole as it claims to be.
    del blog.articles["lomba"]
    blog.articles["pasar"] = ("Pasar murah di Contoh", "Pasar murah dibuka di halaman kantor kecamatan.")
    blog.build()
    before = office.stand()
    feed = blog.served(office.path)
    server.faults = {office.path: [replace(feed, body=feed.body[: len(feed.body) // 2])]}
    assert office.run().outcome is Outcome.SCHEMA_DRIFT
    assert office.stand() == before

    # Run 4: the feed dribbles until the time is up.
    server.faults = {office.path: [replace(feed, drip=0.05)] * 4}
    assert office.run().outcome is Outcome.TRANSIENT
    assert office.stand() == before

    # Run 5: it comes at last, and so does a page, in other letters than it says; what was deleted stays.
    blog.articles["rapat"] = (
        "Ralat kedua: rapat",
        "Rapat itu dibuka oleh lurah, kata panitia pada Jum’at – di “pendapa”.",
    )
    blog.build()
    wrong = [
        replace(one, body=one.body.decode().encode("cp1252")) for one in map(blog.served, (office.path, "/rapat.html"))
    ]
    server.faults = {office.path: wrong[:1], "/rapat.html": wrong[1:]}
    done = office.run()
    assert done.outcome is Outcome.OK_ITEMS
    assert any("huruf" in problem for problem in done.problems)
    found = office.newest()
    assert {slug: one.version for slug, one in found.items()} == {
        "rapat": 3,
        "panen": 1,
        "lomba": 1,
        "bakti": 1,
        "pasar": 1,
    }
    assert "Jum’at – di “pendapa”" in found["rapat"].item.text
    assert [one.item.title for one in office.store.items.versions(found["rapat"].item_id)] == [
        "Rapat di Contoh", "Ralat: rapat di Contoh", "Ralat kedua: rapat",
    ]  # fmt: skip

    # And once more, with nothing new: the same letters as they should be are no edit.
    server.faults = {}
    before = office.stand()
    assert office.run().outcome.proved
    assert office.stand()[2] == before[2]
    assert office.store.items.count() == 5
    assert office.archive.verify_all() == ()
    assert office.store.audit.verify().ok


def test_a_page_that_is_owed_is_asked_for_again(office: Office) -> None:
    """The feed was proved, the page of one entry was not: the next run asks for it, and stores it once."""
    blog, server = office.blog, office.blog.server
    blog.build()
    server.faults = {"/panen.html": [Answer(503)] * 4}
    office.run()
    assert set(office.newest()) == {"rapat", "lomba"}
    assert office.run().outcome.proved
    assert {slug: one.version for slug, one in office.newest().items()} == {"rapat": 1, "panen": 1, "lomba": 1}
