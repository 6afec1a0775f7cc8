"""Near-duplicates in the queue: shown together, decided together with exceptions, an event and an audit line each."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.models import ReasonCode, State
from monitor.store import QueueQuery
from tests.fakes_rules import RIGHT, WRONG, RuleOffice, rule_page
from tests.fakes_web import PASSWORD
from tests.web.conftest import Reader

Enter = Callable[[str], Reader]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor")
    made.post(*WRONG, *RIGHT)
    made.screen()
    yield made
    made.close()


@pytest.fixture
def enter(office: RuleOffice) -> Enter:
    app = rule_page(office)

    def _enter(username: str) -> Reader:
        reader = Reader(app.test_client())
        fields = {"csrf_token": reader.token("/masuk"), "nama": username, "sandi": PASSWORD}
        assert reader.client.post("/masuk", data=fields).status_code == 303
        return reader

    return _enter


def said(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def ids(office: RuleOffice) -> dict[str, int]:
    return {one.stored.item.text: one.flag_id for one in office.app.store.flags.queue(QueueQuery(limit=100)).flags}


def shown(page: str) -> list[str]:
    return re.findall(r'name="serupa" value="(\d+:\d*)"', page)


def test_the_queue_shows_one_of_a_group_and_how_many_more(enter: Enter) -> None:
    page = said(enter("pemantau").get("/antrean").text)
    assert page.count("Tim futsal") == 1
    assert "4 lain hampir sama" in page
    assert page.count("hampir sama") == 1


def test_one_decision_for_all_but_the_exceptions(office: RuleOffice, enter: Enter) -> None:
    flags, reader = ids(office), enter("pemantau")
    first, kept = flags[WRONG[0]], flags[WRONG[3]]
    page = reader.get(f"/tanda/{first}").text
    assert "4 lain hampir sama" in said(page)
    assert re.search(r"\d\d % sama", said(page))
    assert len(shown(page)) == 4
    before = office.app.store.audit.verify().entries
    done = reader.send(
        f"/tanda/{first}/putuskan", alasan="tidak_memihak", catatan="laga futsal", sekaligus="1",
        serupa=shown(page), kecuali=str(kept),
    )  # fmt: skip
    assert done.status_code == 303
    assert set(ids(office)) == {WRONG[3], *RIGHT}
    for text in (WRONG[1], WRONG[4]):
        [event] = office.app.store.flags.get(flags[text]).decisions
        assert (event.state, event.reason, event.note) == (State.CLEARED, ReasonCode.NOT_PARTISAN, "laga futsal")
    report = office.app.store.audit.verify()
    assert report.ok
    assert report.entries == before + 4, "one line each"


def test_without_the_tick_only_the_one_is_decided(office: RuleOffice, enter: Enter) -> None:
    flags, reader = ids(office), enter("pemantau")
    page = reader.get(f"/tanda/{flags[WRONG[0]]}").text
    reader.send(f"/tanda/{flags[WRONG[0]]}/putuskan", alasan="tidak_memihak", serupa=shown(page))
    assert set(ids(office)) == {*WRONG[1:], *RIGHT}


def test_a_reason_about_the_person_is_never_given_to_others(office: RuleOffice, enter: Enter) -> None:
    flags, reader = ids(office), enter("pemantau")
    page = reader.get(f"/tanda/{flags[WRONG[0]]}").text
    refused = reader.send(
        f"/tanda/{flags[WRONG[0]]}/putuskan", alasan="bukan_akunnya", sekaligus="1", serupa=shown(page)
    )
    assert refused.status_code == 400
    assert "Putuskan satu per satu" in said(refused.text)
    assert len(ids(office)) == 7


def test_what_somebody_else_decided_meanwhile_stays_and_is_told(office: RuleOffice, enter: Enter) -> None:
    flags, reader = ids(office), enter("pemantau")
    page = reader.get(f"/tanda/{flags[WRONG[0]]}").text
    append = office.app.store.decisions.append
    append(flags[WRONG[1]], office.coordinator.user_id, State.IN_REVIEW, None, "", expected=None)
    answer = reader.send(
        f"/tanda/{flags[WRONG[0]]}/putuskan", alasan="tidak_memihak", sekaligus="1", serupa=shown(page)
    )
    assert answer.status_code == 303
    assert "3 lain ikut diputuskan; 1 sudah diputus orang lain" in said(reader.get(answer.headers["Location"]).text)
    assert office.app.store.flags.get(flags[WRONG[1]]).state is State.IN_REVIEW


def test_flags_that_are_not_alike_cannot_be_slipped_in(office: RuleOffice, enter: Enter) -> None:
    flags, reader = ids(office), enter("pemantau")
    slipped = [f"{flags[RIGHT[0]]}:", "x:y", "9" * 50, "-1:", "²:"]
    reader.send(f"/tanda/{flags[WRONG[0]]}/putuskan", alasan="tidak_memihak", sekaligus="1", serupa=slipped)
    assert set(ids(office)) == {*WRONG[1:], *RIGHT}
