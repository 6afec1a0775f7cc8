"""Who saw whose data: every page that shows somebody of the roster leaves a look at them, whoever wrote the page."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.models import Platform
from tests.fakes_web import PASSWORD, SEEDS, World
from tests.hostile_office import HostileOffice, addresses, everybody
from tests.web.conftest import Reader


class SeenOffice(HostileOffice):
    """The hostile office with plain names, so that a page can be searched for them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for seed in SEEDS[1:]:
            self.flag(seed)
        self.person("Zulfikar Pencarianto", (Platform.INSTAGRAM, "ig-10", "zul.pencari"))

    def names(self) -> dict[str, int]:
        """Give the plain names of the roster and whom each stands for; a name that stands for two is left out."""
        held = [(one.full_name, one.person_id) for one in self.store.roster.persons()]
        once = [name for name, _ in held if [other for other, _ in held].count(name) == 1]
        return {name: number for name, number in held if name in once and re.fullmatch(r"[\w .,]+", name)}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeenOffice]:
    made = SeenOffice(tmp_path_factory.mktemp("terlihat"))
    yield made
    made.close()


def signed_in(office: World, name: str) -> Reader:
    reader = Reader(office.app().test_client())
    reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": name, "sandi": PASSWORD})
    return reader


def test_every_page_that_names_somebody_leaves_a_look_at_them(office: SeenOffice) -> None:
    names, unseen, pages = office.names(), [], 0
    places = {**office.places(), "flag_id": str(office.plain)}
    for user in everybody(office):
        reader = signed_in(office, user.username)
        for _rule, path in addresses(office.app(), places, "GET"):
            for query in ("", "?cari=Rekaan", "?cari=Zulfikar&cari_orang=Zulfikar&q=Zulfikar"):
                since = office.clock.now = office.clock.now + timedelta(seconds=1)
                answer = reader.get(path + query)
                if answer.status_code != 200 or not answer.mimetype.startswith("text/"):
                    continue
                shown = {number for name, number in names.items() if name in answer.text}
                looks = office.store.views.between(since, since + timedelta(seconds=1), user.user_id)
                noted = {person for look in looks for person in look.persons}
                pages += bool(shown)
                if shown - noted:
                    unseen.append(f"{path}{query} by {user.username}: {len(shown - noted)} of {len(shown)} unseen")
    assert pages > 20
    assert unseen == []


def test_a_search_is_kept_with_what_was_asked(office: SeenOffice) -> None:
    reader = signed_in(office, "pemantau")
    since = office.clock.now = office.clock.now + timedelta(seconds=1)
    reader.get("/antrean?cari=Ratna")
    (look,) = office.store.views.between(since, since + timedelta(seconds=1))
    assert (look.page, look.detail) == ("antrean.show_queue", "cari=Ratna")
    assert look.persons


def test_what_was_refused_or_sent_on_is_no_look(office: SeenOffice) -> None:
    reader = signed_in(office, "jauh")
    since = office.clock.now = office.clock.now + timedelta(seconds=1)
    assert reader.get(f"/tanda/{office.plain}").status_code == 404
    assert reader.get("/").status_code == 303
    assert list(office.store.views.between(since, since + timedelta(seconds=1))) == []


@pytest.mark.bench
def test_the_log_costs_the_queue_little(office: SeenOffice) -> None:
    """Ten in a hundred at most of a queue page, measured in turns so that a busy machine slows both alike."""
    reader, views = signed_in(office, "pemantau"), office.store.views
    page, note = [], []
    for number in range(60):
        started = time.perf_counter()
        reader.get("/antrean")
        page.append(time.perf_counter() - started)
        started = time.perf_counter()
        views.note(1, "antrean.show_queue", flags=range(number, number + 30), detail="cari=contoh")
        note.append(time.perf_counter() - started)
    share = statistics.median(note) / (statistics.median(page) - statistics.median(note))
    print(f"look {1e3 * statistics.median(note):.2f} ms, page {1e3 * statistics.median(page):.2f} ms: {share:.1%}")
    assert share < 0.10
