"""Mutated answers of a Mastodon-compatible server: no crash, nobody else's words, whatever a server sends."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.collectors import Watched, Watching, build_accounts
from monitor.collectors.mastodon import MastodonAccount
from monitor.config import MastodonSource
from monitor.models import ItemKind, Outcome, Platform, Request, Response
from tests.collectors.test_bluesky_fuzz import mutated
from tests.fakes import START

HOME, OTHER = "https://fedi.example", "https://lain.example/users/orang"
ACTOR = f"{HOME}/users/sari"
ACCOUNT = {"id": "109", "acct": "sari", "username": "sari", "uri": ACTOR, "url": f"{HOME}/@sari", "note": "<p>a</p>",
           "fields": [{"name": "a", "value": "b"}], "discoverable": True, "statuses_count": 3}  # fmt: skip
STRANGER = {**ACCOUNT, "id": "7", "acct": "orang@lain.example", "username": "orang", "uri": OTHER,
            "url": "https://lain.example/@orang"}  # fmt: skip
OWN = {ACTOR, ACCOUNT["url"]}  # a server that names no `uri` is taken by the page's address


def status(key: str, account: dict[str, Any], uri: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "uri": uri, "url": uri, "created_at": "2025-06-01T00:00:00.000Z", "edited_at": None,
            "content": "<p>halo <script>x</script></p>", "visibility": "public", "account": account, "reblog": None,
            "in_reply_to_id": None, "spoiler_text": "", **more}  # fmt: skip


FOREIGN = status("9", STRANGER, f"{OTHER}/statuses/9")
STATUSES = [
    status("114605870284865530", ACCOUNT, f"{ACTOR}/statuses/114605870284865530"),
    status("114605870284865529", ACCOUNT, f"{ACTOR}/statuses/114605870284865529", in_reply_to_id="9"),
    status("114605870284865528", ACCOUNT, f"{ACTOR}/statuses/114605870284865528/activity", reblog=FOREIGN),
]
LINKS = {"subject": "acct:sari@fedi.example", "links": [{"rel": "self", "href": ACTOR}]}
ANSWERS: dict[str, Any] = {
    "nama akun": LINKS, "akun": ACCOUNT, "status": STATUSES, "konteks": FOREIGN,
    "penyuka": [ACCOUNT, STRANGER], "pembagi": [ACCOUNT, STRANGER],
}  # fmt: skip
STATES = ["", "{", "[]", '{"own":{"id":"109","uri":"https://fedi.example/users/sari"},"walk":{"known":[["a","b"],1]}}']


def account(native_id: str) -> MastodonAccount:
    config = MastodonSource(type="mastodon", id="masto")
    both = Watched(Platform.MASTODON, native_id, "sari@fedi.example", rostered=True, campaign=True)
    [source] = build_accounts(config, Watching((both,), lambda _platform, _ids: {}))
    assert isinstance(source, MastodonAccount)
    return source


def walk(data: st.DataObject, *, cut: bool) -> None:
    """Ask as the pipeline does, with the answer to one purpose mutated; judge all that comes of it."""
    source = account(data.draw(st.sampled_from([ACTOR, ""])))
    waiting = list(source.start(data.draw(st.sampled_from(STATES))))
    broken = data.draw(st.sampled_from(sorted(ANSWERS)))
    for _ in range(12):
        if not waiting:
            return
        request = waiting.pop(0)
        page = source.read(answer(request, data, broken, cut=cut))
        assert isinstance(page.outcome, Outcome)
        json.loads(page.resume or "{}")
        for item in page.items:
            assert item.author is not None
            assert item.kind in {ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE}
            assert "<script" not in item.text
            assert item.happened_at is None or item.happened_at <= START + timedelta(hours=2)
            if broken != "nama akun":
                assert item.author.native_id in OWN
                assert item.native_id.startswith(HOME) or item.native_id.endswith(f"={item.author.native_id}")
        assert all(one.url.startswith(("https:", "http:")) for one in page.follow)
        if broken != "nama akun":
            assert all(one.url.startswith(HOME) for one in page.follow)
        waiting += page.follow


def answer(request: Request, data: st.DataObject, broken: str, *, cut: bool) -> Response:
    kind = request.purpose if request.purpose in ANSWERS else request.purpose.partition(" ")[0]
    body = json.dumps(ANSWERS[kind]).encode()
    if kind == broken:
        body = (
            body[: data.draw(st.integers(0, len(body)))]
            if cut
            else json.dumps(data.draw(mutated(ANSWERS[kind]))).encode()
        )
    outcome = data.draw(st.sampled_from([None, None, None, None, Outcome.AUTH, Outcome.GONE, Outcome.BLOCKED]))
    link = data.draw(
        st.sampled_from(
            ["", '<https://jahat.example/x?max_id=5>; rel="next"', "<<>;rel=next", "<a?max_id=%00>;rel=next"]
        )
    )
    return Response(request, START, outcome, status=200, body=body, headers=(("Link", link),) if link else ())


@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(data, cut=cut)


@pytest.mark.long
@settings(max_examples=100_000, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_a_hundred_thousand_mutated_answers(data: st.DataObject, cut: bool) -> None:
    walk(data, cut=cut)
