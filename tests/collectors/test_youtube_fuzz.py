"""Mutated answers of the YouTube Data API: no crash, nobody else's words, no address outside the API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.collectors import Watched, Watching, build_accounts
from monitor.collectors.youtube import YoutubeChannel
from monitor.config import YoutubeSource
from monitor.models import ItemKind, Outcome, Platform, Request, Response
from tests.collectors.test_bluesky_fuzz import mutated
from tests.fakes import START

OWN, OTHER, VIDEO = "UCsari", "UClain", "vid00000001"
AT = "2025-05-30T00:00:00Z"


def comment(key: str, author: str, **more: str) -> dict[str, Any]:
    snippet = {"authorDisplayName": "@x", "authorChannelId": {"value": author}, "textDisplay": "t", "textOriginal": "t",
               "publishedAt": AT, "updatedAt": AT, **more}  # fmt: skip
    return {"kind": "youtube#comment", "id": key, "snippet": snippet}


THREAD = {
    "id": "Ugx000001",
    "snippet": {"videoId": VIDEO, "totalReplyCount": 7, "topLevelComment": comment("Ugx000001", OTHER)},
    "replies": {"comments": [comment("Ugx000001.1", OWN, parentId="Ugx000001")]},
}
OWN_THREAD = {"id": "Ugx000002", "snippet": {"videoId": VIDEO, "totalReplyCount": 0,
              "topLevelComment": comment("Ugx000002", OWN)}}  # fmt: skip


def listed(kind: str, *items: Any) -> dict[str, Any]:
    return {"kind": f"youtube#{kind}", "pageInfo": {"totalResults": len(items)}, "items": list(items)}


ANSWERS: dict[str, Any] = {
    "kanal": listed("channelListResponse", {
        "id": OWN, "snippet": {"customUrl": "@sari"}, "statistics": {"videoCount": "3"},
        "contentDetails": {"relatedPlaylists": {"uploads": "UUsari"}},
    }),
    "daftar": listed("playlistItemListResponse", {
        "snippet": {"title": "a", "description": "b", "videoOwnerChannelId": OWN},
        "contentDetails": {"videoId": VIDEO, "videoPublishedAt": AT},
    }),
    "video": listed("videoListResponse", {
        "id": VIDEO, "snippet": {"channelId": OWN, "title": "a", "description": "b", "publishedAt": AT},
    }),
    "utas": listed("commentThreadListResponse", THREAD, OWN_THREAD),
    "balasan": listed("commentListResponse", comment("Ugx000001.1", OWN, parentId="Ugx000001")),
    "komentar": listed("commentListResponse", comment("Ugx000002", OWN)),
}  # fmt: skip
STATES = ["", "{", "[]", '{"own":{"id":"UCsari","handle":"@lama"},"videos":{"x":1},"comments":{"vid00000001":["a"]}}']


def channel(native_id: str) -> YoutubeChannel:
    config = YoutubeSource(type="youtube", id="yt")
    both = Watched(Platform.YOUTUBE, native_id, "sari", rostered=True, campaign=True)
    also = Watched(Platform.YOUTUBE, OWN, "sari", rostered=True, campaign=True)
    sources = build_accounts(config, Watching((both, also), lambda _platform, _ids: {}))
    assert isinstance(sources[0], YoutubeChannel)
    return sources[0]


def walk(data: st.DataObject, *, cut: bool) -> None:
    """Ask as the pipeline does, with the answer to one purpose mutated; judge all that comes of it."""
    source = channel(data.draw(st.sampled_from([OWN, ""])))
    waiting = list(source.start(data.draw(st.sampled_from(STATES))))
    broken = data.draw(st.sampled_from(sorted(ANSWERS)))
    for _ in range(14):
        if not waiting:
            return
        request = waiting.pop(0)
        page = source.read(answer(request, data, broken, cut=cut))
        assert isinstance(page.outcome, Outcome)
        json.loads(page.resume or "{}")
        for item in page.items:
            assert item.author is not None
            assert item.kind in {ItemKind.POST, ItemKind.COMMENT}
            assert item.happened_at is None or item.happened_at <= START + timedelta(hours=2)
            if item.kind is ItemKind.COMMENT or broken != "kanal":
                assert item.author.native_id == OWN
        assert all(one.url.startswith("https://youtube.googleapis.com/youtube/v3/") for one in page.follow)
        assert all((one.meter, one.units, one.sealed) == ("youtube", 1, True) for one in page.follow)
        waiting += page.follow


def answer(request: Request, data: st.DataObject, broken: str, *, cut: bool) -> Response:
    kind = request.purpose.partition(" ")[0]
    body = json.dumps(ANSWERS[kind]).encode()
    if kind == "komentar":
        key = request.purpose.partition(" ")[2]
        body = json.dumps(listed("commentListResponse", comment(key, OWN))).encode()
    if kind == broken and cut:
        body = body[: data.draw(st.integers(0, len(body)))]
    elif kind == broken:
        body = json.dumps(data.draw(mutated(json.loads(body)))).encode()
    outcome = data.draw(st.sampled_from([None, None, None, None, Outcome.AUTH, Outcome.GONE, Outcome.BLOCKED]))
    return Response(request, START, outcome, status=200, body=body)


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(data, cut=cut)


@pytest.mark.long
@settings(max_examples=100_000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_hundred_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(data, cut=cut)
