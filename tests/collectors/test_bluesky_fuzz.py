"""Mutated answers: no crash, nobody else's words, whatever a server sends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.collectors import Watched, Watching, build_accounts
from monitor.collectors.bluesky import BlueskyAccount
from monitor.config import BlueskySource
from monitor.models import ItemKind, Outcome, Platform, Request, Response
from tests.fakes import START

DID, OTHER = "did:plc:sari", "did:plc:lain"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([DID, OTHER, "at://", "2025"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
POST = f"at://{OTHER}/app.bsky.feed.post/3lqjbfx3v2222"
DOCUMENT = {
    "id": DID, "alsoKnownAs": ["at://sari.example"],
    "service": [{"type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}],
}  # fmt: skip
PROFILE = {
    "uri": f"at://{DID}/app.bsky.actor.profile/self",
    "cid": "b",
    "value": {"labels": {"values": [{"val": "x"}]}},
}
ANSWERS: dict[str, Any] = {
    "identitas": DOCUMENT,
    "profil": PROFILE,
    "konteks": {"posts": [{"uri": POST, "cid": "b", "author": {"did": OTHER, "labels": []}, "record": {"text": "t"}}]},
    "penyuka": {
        "uri": f"at://{DID}/app.bsky.feed.post/3lqjbfx3v2222", "cursor": "c",
        "likes": [{"createdAt": "2025-06-01T00:00:00Z", "actor": {"did": DID, "labels": []}}],
    },
}  # fmt: skip


def records(collection: str) -> dict[str, Any]:
    value = {
        "$type": collection,
        "createdAt": "2025-06-01T00:00:00Z",
        "subject": {"uri": POST, "cid": "b"},
        "text": "x",
    }
    uri = f"at://{DID}/{collection}/3lqjbfx3v2222"
    return {"records": [{"uri": uri, "cid": "b", "value": value}], "cursor": "3lqjbfx3v2222"}


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Put anything anywhere, or take something away."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 3)) == 0:
        return draw(JSON)
    if isinstance(value, list):
        return [draw(mutated(value[0])), *value[1:]] * draw(st.integers(1, 2))
    key = draw(st.sampled_from(sorted(value)))
    if draw(st.integers(0, 4)) == 0:
        return {name: one for name, one in value.items() if name != key}
    return {**value, key: draw(mutated(value[key]))}


def account() -> BlueskyAccount:
    config = BlueskySource(type="bluesky", id="bsky")
    both = Watched(Platform.BLUESKY, DID, "sari.example", rostered=True, campaign=True)
    [source] = build_accounts(config, Watching((both,), lambda _platform, _ids: {}))
    assert isinstance(source, BlueskyAccount)
    return source


def walk(source: BlueskyAccount, data: st.DataObject, *, cut: bool) -> None:
    """Ask as the pipeline does, with the answer to one purpose mutated; judge all that comes of it."""
    waiting = list(source.start(data.draw(st.sampled_from(["", "{", '{"own":{"pds":"https://pds.example"}}']))))
    broken = data.draw(st.sampled_from(["identitas", "profil", "konteks", "penyuka", "app.bsky.feed."]))
    for _ in range(12):
        if not waiting:
            return
        request = waiting.pop(0)
        page = source.read(answer(request, data, broken, cut=cut))
        assert isinstance(page.outcome, Outcome)
        for item in page.items:
            assert item.author is not None
            assert item.author.native_id == DID
            assert item.native_id.startswith(f"at://{DID}/")
            assert item.kind in {ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE}
            assert item.happened_at is None or item.happened_at <= START + timedelta(hours=2)
        waiting += [one for one in page.follow if one.url.startswith(("https:", "http:"))]
        assert len(page.follow) == len([one for one in page.follow if one.url.startswith(("https:", "http:"))])


def answer(request: Request, data: st.DataObject, broken: str, *, cut: bool) -> Response:
    kind = request.purpose.partition(" ")[0].partition(":")[0]
    good = records(request.purpose) if kind.startswith("app.bsky") else ANSWERS[kind]
    if request.purpose == "penyuka:identitas":
        good = DOCUMENT
    elif request.purpose == "penyuka:catatan":
        good = records("app.bsky.feed.like")
    if not kind.startswith(broken):
        body = json.dumps(good).encode()
    elif cut:
        whole = json.dumps(good).encode()
        body = whole[: data.draw(st.integers(0, len(whole)))]
    else:
        body = json.dumps(data.draw(mutated(good))).encode()
    status = data.draw(st.sampled_from([200, 200, 200, 400]))
    outcome = None if status == 200 else Outcome.INVALID_REQUEST
    return Response(request, START, outcome, status=status, body=body)


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(account(), data, cut=cut)


@pytest.mark.long
@settings(max_examples=100_000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_hundred_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(account(), data, cut=cut)
