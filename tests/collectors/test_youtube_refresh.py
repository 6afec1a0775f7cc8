"""The 30 days of the YouTube API: confirmed anew or erased, with a log, and never out of an open case by a machine."""

from __future__ import annotations

import json

import pytest

from monitor.custody.refresh import Refreshed, refresh
from monitor.models import Platform
from tests.collectors.mastodon_office import Office
from tests.collectors.youtube_office import settings
from tests.fakes_store import add_people, flag_all
from tests.server_bluesky import Answer
from tests.server_youtube import Channel, Youtube


@pytest.fixture
def seeded(youtube: Youtube, office: Office) -> tuple[Channel, str, list[str]]:
    """A campaign's video with three comments of a rostered person, collected once."""
    sari, paslon = youtube.channel("sari"), youtube.channel("paslon")
    office.watch(sari.key, sari.handle)
    office.watch(paslon.key, paslon.handle, campaign=True)
    call = youtube.upload(paslon, "ajakan")
    comments = [youtube.comment(sari, call, f"komentar rahasia {number}") for number in range(3)]
    office.collect()
    return sari, call, comments


def run(office: Office, youtube: Youtube) -> Refreshed:
    return refresh(office.store, office.archive, office.fetcher, [settings(youtube)], youtube.clock)


def test_what_still_exists_is_confirmed_for_one_unit_and_stays(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, call, comments = seeded
    assert run(office, youtube).asked == 0
    for _ in range(4):
        youtube.clock.tick(days=26)
        asked = youtube.asked.total()
        assert run(office, youtube).seen == 4
        assert youtube.asked.total() - asked == 2
    assert office.ids() == dict.fromkeys([call, *comments], 1)


def test_what_nobody_can_confirm_is_erased_with_its_evidence_and_may_come_back(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, call, comments = seeded
    bodies = [body for one in comments if (found := office.store.items.find(Platform.YOUTUBE, one)) is not None
              for body in office.store.burial.bodies_of(found.item_id)]  # fmt: skip
    assert len(set(bodies)) == 3
    youtube.fault = lambda _method, _given: Answer(500)
    youtube.clock.tick(days=29)
    assert (run(office, youtube).failed, run(office, youtube).erased) == (4, 0)
    assert office.ids() == dict.fromkeys([call, *comments], 1)
    youtube.clock.tick(days=2)
    done = run(office, youtube)
    assert (done.erased, done.held) == (4, ())
    assert "rahasia" not in "\n".join(office.store._connection.db.conn.iterdump())
    assert not any(office.archive.has(one) for one in bodies)
    assert all(office.store.burial.buried(one) for one in bodies)
    assert office.store.audit.verify().ok
    summary = office.store.runs.last("refresh")
    assert summary is not None
    assert summary.summary["erased"] == 4
    youtube.fault = lambda _method, _given: None
    office.config = settings(youtube, campaign_days=90)
    office.collect()
    assert set(office.ids()) == {call, *comments}


def test_a_comment_deleted_upstream_is_noted_gone_and_erased_after_thirty_days(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, call, comments = seeded
    youtube.delete(comments[0])
    youtube.clock.tick(days=26)
    assert run(office, youtube).gone == 1
    youtube.clock.tick(days=2)
    run(office, youtube)
    assert office.withdrawn() == [comments[0]]
    youtube.clock.tick(days=3)
    assert run(office, youtube).erased == 1
    assert set(office.ids()) == {call, *comments[1:]}


def test_an_edit_is_a_version_with_own_evidence_and_the_old_wording_goes_after_thirty_days(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, _, comments = seeded
    youtube.clock.tick(days=26)
    youtube.edit(comments[1], "diperbaiki")
    assert run(office, youtube).edited == 1
    assert office.versions(comments[1]) == ["komentar rahasia 1", "diperbaiki"]
    youtube.clock.tick(days=5)
    assert run(office, youtube).versions == 1
    assert office.versions(comments[1]) == ["", "diperbaiki"]
    assert "komentar rahasia 1" not in "\n".join(office.store._connection.db.conn.iterdump())
    assert office.store.audit.verify().ok
    assert office.versions(comments[0]) == ["komentar rahasia 0"]


def test_what_a_case_rests_on_is_named_and_left_to_a_person(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, _, comments = seeded
    found = office.store.items.find(Platform.YOUTUBE, comments[2])
    assert found is not None
    flag_all(office.store, add_people(office.store), [found])
    youtube.fault = lambda _method, _given: Answer(500)
    youtube.clock.tick(days=31)
    done = run(office, youtube)
    assert (done.erased, done.held) == (3, (found.item_id,))
    assert any("dipakai perkara" in line for line in done.lines())
    kept = office.store.items.find(Platform.YOUTUBE, comments[2])
    assert kept is not None
    assert kept.item.text == "komentar rahasia 2"
    assert office.archive.has(kept.evidence_sha256)


@pytest.mark.parametrize("answer", [Answer(403, b"<html>"), Answer(200, b"{}"), Answer(429, b"{}")])
def test_a_failed_answer_confirms_and_deletes_nothing(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]], answer: Answer
) -> None:
    _, call, comments = seeded
    youtube.fault = lambda _method, _given: answer
    youtube.clock.tick(days=26)
    done = run(office, youtube)
    assert (done.failed, done.gone, done.erased) == (4, 0, 0)
    assert office.withdrawn() == []
    assert office.ids() == dict.fromkeys([call, *comments], 1)
    assert done.lines()


def test_what_no_reader_could_read_is_kept_to_be_read_again_but_no_longer_than_the_rest(
    youtube: Youtube, office: Office, seeded: tuple[Channel, str, list[str]]
) -> None:
    _, _, comments = seeded
    youtube._comment(comments[0])["snippet"].pop("authorDisplayName")

    def renamed(method: str, given: dict[str, list[str]]) -> Answer | None:
        if method != "comments" or given.get("id") != [comments[0]]:
            return None
        told = {"kind": "youtube#comment", "id": comments[0], "cuplikan": {"isi": "kata yang tidak terbaca"}}
        whole = {"kind": "youtube#commentListResponse", "pageInfo": {"totalResults": 1}, "items": [told]}
        return Answer(200, json.dumps(whole).encode())

    youtube.edit(comments[0], "diubah")
    youtube.fault = renamed
    office.collect()
    assert "kata yang tidak terbaca" in office.everything()
    for days in (20, 11):
        youtube.clock.tick(days=days)
        run(office, youtube)
    assert "kata yang tidak terbaca" not in office.everything()
    assert "komentar rahasia 1" in office.everything()
    assert office.store.audit.verify().ok
