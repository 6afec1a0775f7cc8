"""Every scenario of a source by every kind of source: the right outcome, and nothing that a failure may not do.

A failure moves no cursor, renews no proof, counts as no emptiness, deletes and withdraws no item. `None` in the table
says that a source knows no such thing (a feed has no suspended account, a file no server that could be slow).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.models import Outcome
from monitor.store import Store
from tests.collectors.worlds import LARGEST, WORLDS, World
from tests.fakes import FakeClock
from tests.server_bluesky import Answer

HTML = {"Content-Type": "text/html"}
WALL = b"<html><head><title>Just a moment...</title></head><body>x</body></html>"
ITEMS, EMPTY, SAME = Outcome.OK_ITEMS, Outcome.OK_EMPTY_PROVED, Outcome.NOT_MODIFIED
DRIFT, LATER, LIMIT = Outcome.SCHEMA_DRIFT, Outcome.TRANSIENT, Outcome.RATE_LIMITED
Row = tuple[Outcome | None, Outcome | None, Outcome | None, Outcome | None, Outcome | None]

FAILURES: dict[str, Row] = {
    #                     feed             articles  bluesky          mastodon                 youtube
    "silent-empty":      (DRIFT,           DRIFT,    DRIFT,           Outcome.NOT_AVAILABLE,   Outcome.NOT_AVAILABLE),
    "loop":              (DRIFT,           None,     DRIFT,           DRIFT,                   DRIFT),
    "429-forever":       (LIMIT,           None,     LIMIT,           LIMIT,                   LIMIT),
    "403-html":          (Outcome.BLOCKED, None,     Outcome.BLOCKED, Outcome.BLOCKED,         Outcome.BLOCKED),
    "200-block-page":    (Outcome.BLOCKED, None,     Outcome.BLOCKED, Outcome.BLOCKED,         Outcome.BLOCKED),
    "401-expired":       (Outcome.AUTH,    None,     Outcome.AUTH,    Outcome.AUTH,            Outcome.AUTH),
    "gone":              (Outcome.GONE,    Outcome.NOT_AVAILABLE, Outcome.GONE, Outcome.GONE,  Outcome.GONE),
    "suspended":         (None,            None,     Outcome.GONE,    Outcome.GONE,            Outcome.GONE),
    "private-redirect":  (DRIFT,           None,     DRIFT,           DRIFT,                   DRIFT),
    "wrong-author":      (None,            None,     DRIFT,           DRIFT,                   DRIFT),
    "missing-field":     (DRIFT,           None,     DRIFT,           DRIFT,                   DRIFT),
    "slow":              (LATER,           None,     LATER,           LATER,                   LATER),
    "truncated":         (LATER,           None,     LATER,           LATER,                   LATER),
    "truncated-body":    (DRIFT,           None,     DRIFT,           DRIFT,                   DRIFT),
    "huge":              (DRIFT,           DRIFT,    DRIFT,           DRIFT,                   DRIFT),
    "500":               (LATER,           None,     LATER,           LATER,                   LATER),
}  # fmt: skip
SOURCES = ("feed", "articles", "bluesky", "mastodon", "youtube")

EMPTIES: dict[str, bytes] = {
    "feed": b"", "articles": b" \n", "bluesky": b"{}", "mastodon": b"[]",
    "youtube": b'{"kind":"youtube#playlistItemListResponse","pageInfo":{"totalResults":0},"items":[]}',
}  # fmt: skip
LOGIN = b"<html><head><title>Masuk</title></head><body><form>kata sandi</form></body></html>"


def changed(world: World, change: Callable[[Any], Any]) -> Callable[[dict[str, list[str]]], Answer]:
    """The good listing, with something about its entries changed; feeds are changed as text."""

    def answer(given: dict[str, list[str]]) -> Answer:
        good = world.listing(given)
        if good.body.startswith(b"<?xml"):
            return Answer(200, change(good.body.decode()).encode(), good.headers)
        return Answer(200, json.dumps(change(json.loads(good.body))).encode(), good.headers)

    return answer


def entries(body: Any) -> list[dict[str, Any]]:
    return body if isinstance(body, list) else body[next(name for name in ("records", "items") if name in body)]


def looped(source: str, world: World) -> Answer | Callable[[dict[str, list[str]]], Answer]:
    """A listing whose next page is always the same one."""
    if source == "feed":
        return Answer(302, b"", {"Location": "/umpan"})
    if source == "mastodon":
        return lambda given: Answer(
            200, world.listing({**given, "max_id": [""]}).body, {"Link": '<http://x/?max_id=114605870>; rel="next"'}
        )
    name = {"bluesky": "cursor", "youtube": "nextPageToken"}[source]
    return changed(world, lambda body: {**body, name: "hal0"})


def foreign(body: Any) -> Any:
    """Another's act among one's own."""
    one = entries(body)[0]
    if "uri" in one and "cid" in one:
        one["uri"] = one["uri"].replace("did:plc:sari", "did:plc:lain")
    elif "account" in one:
        one["account"] = {**one["account"], "id": "7", "uri": "https://lain.example/users/lain"}
    else:
        one["snippet"]["videoOwnerChannelId"] = "UClain"
    return body


def without(body: Any) -> Any:
    """A field that every entry must have is gone."""
    if isinstance(body, str):
        return re.sub(r"(?s)(?<=<item>)<title>.*?(?=</item>)", "<link>http://warta.example/1</link>", body)
    for one in entries(body):
        for name in ("cid", "account", "contentDetails"):
            one.pop(name, None)
    return body


def go_wrong(name: str, source: str, world: World) -> None:
    """Make the world fail by name."""
    good = world.listing({"limit": ["40"], "collection": ["app.bsky.feed.post"], "repo": ["did:plc:sari"],
                          "playlistId": ["UUsari"], "maxResults": ["50"]}).body  # fmt: skip
    answers: dict[str, Any] = {
        "silent-empty": lambda: Answer(200, EMPTIES[source]),
        "loop": lambda: looped(source, world),
        "429-forever": lambda: Answer(429, b"{}", {"Retry-After": "2000"}),
        "403-html": lambda: Answer(403, WALL, HTML),
        "200-block-page": lambda: Answer(200, WALL, HTML),
        "401-expired": lambda: Answer(401, b'{"error":"ExpiredToken"}'),
        "gone": lambda: Answer(410, b""),
        "private-redirect": lambda: (
            lambda given: (
                Answer(200, LOGIN, HTML)
                if "masuk" in given
                else Answer(302, b"", {"Location": f"?{_query(given)}masuk=1"})
            )
        ),
        "wrong-author": lambda: changed(world, foreign),
        "missing-field": lambda: changed(world, without),
        "slow": lambda: Answer(200, good + b" " * 5000, drip=0.05),
        "truncated": lambda: Answer(200, good[: len(good) // 2], cut=True),
        "truncated-body": lambda: Answer(200, good[: len(good) // 3]),
        "huge": lambda: Answer(200, good[:10] + b" " * (LARGEST + 10) + good[10:]),
        "500": lambda: Answer(500, b"<html>"),
    }
    if name == "suspended":
        world.change["suspended"]()
    elif name == "gone" and source == "articles":
        world.change["deleted"]()
    else:
        world.wrong(answers[name]())


def _query(given: dict[str, list[str]]) -> str:
    return "".join(f"{name}={value}&" for name, values in given.items() for value in values if name != "masuk")


CASES = [
    (name, source, expected)
    for name, row in FAILURES.items()
    for source, expected in zip(SOURCES, row, strict=True)
    if expected is not None
]


@pytest.mark.parametrize(("name", "source", "expected"), CASES, ids=[f"{name}-{source}" for name, source, _ in CASES])
def test_a_failure_is_named_and_does_nothing_else(name: str, source: str, expected: Outcome, tmp_path: Path) -> None:
    clock = FakeClock()
    with Store.open(tmp_path / "a.db", clock) as store, WORLDS[source](store, tmp_path, clock) as world:
        assert world.collect().outcome is ITEMS
        before = world.state()
        assert len(before[2]) == len(world.made)
        go_wrong(name, source, world)
        for _ in range(2):
            done = world.collect()
        assert done.outcome is expected, done
        assert not done.outcome.proved
        assert done.problems
        assert world.state() == before
        status = next(one for one in store.runs.sources() if one.source_id == world.source_id)
        assert (status.outcome, status.failures) == (expected, 2)
        if source == "articles" or name == "suspended":
            return
        world.wrong(None)
        clock.tick(days=1)
        again = world.collect()
        assert again.outcome.proved, again
        assert (again.new, again.edited) == (0, 0)
        assert world.state()[2:] == before[2:]


GOOD: dict[str, Row] = {
    #                feed   articles  bluesky  mastodon  youtube
    # What a feed showed before is nothing new; an account's listing always says what it holds.
    "ok": (EMPTY, SAME, ITEMS, ITEMS, ITEMS),
    "429-then-ok": (EMPTY, None, ITEMS, ITEMS, None),
    "short-page": (None, None, ITEMS, ITEMS, ITEMS),
    "edited": (ITEMS, ITEMS, ITEMS, ITEMS, ITEMS),
    "deleted-later": (EMPTY, None, ITEMS, ITEMS, ITEMS),
    "empty-proved": (EMPTY, None, ITEMS, ITEMS, ITEMS),
    "handle-moved": (EMPTY, None, ITEMS, ITEMS, ITEMS),
    "new-field": (EMPTY, None, ITEMS, ITEMS, ITEMS),
}  # fmt: skip
FINE = [
    (name, source, expected)
    for name, row in GOOD.items()
    for source, expected in zip(SOURCES, row, strict=True)
    if expected is not None
]


def happen(name: str, world: World) -> None:
    """Let something happen that is no failure."""
    if name in {"edited", "emptied"}:
        world.change[name]()
    elif name in {"deleted-later", "handle-moved", "short-page", "empty-proved"}:
        key = {"deleted-later": "deleted", "handle-moved": "moved", "short-page": "short", "empty-proved": "emptied"}
        world.change[key[name]]()
    elif name == "new-field":
        world.wrong(changed(world, _with_new_field))
    elif name == "429-then-ok":
        left = [1]

        def first_busy(_given: dict[str, list[str]]) -> Answer | None:
            left[0] -= 1
            return Answer(429, b"{}", {"Retry-After": "7"}) if left[0] == 0 else None

        world.wrong(first_busy)


def _with_new_field(body: Any) -> Any:
    if isinstance(body, str):
        return body.replace("<item>", "<item><baru>isi baru</baru>")
    for one in entries(body):
        one["baru"] = {"dalam": [1, None]}
    return body


@pytest.mark.parametrize(("name", "source", "expected"), FINE, ids=[f"{name}-{source}" for name, source, _ in FINE])
def test_what_is_no_failure_is_proved(name: str, source: str, expected: Outcome, tmp_path: Path) -> None:
    clock = FakeClock()
    with Store.open(tmp_path / "a.db", clock) as store, WORLDS[source](store, tmp_path, clock) as world:
        world.collect()
        happen(name, world)
        done = [world.collect() for _ in range(3)]
        status = next(one for one in store.runs.sources() if one.source_id == world.source_id)
        assert status.outcome.proved, status
        assert done[0].outcome is expected, done[0]
        versions = sorted(one.version for one in store.items.unscreened(100))
        assert len(versions) == len(world.made)
        assert versions[-1] == (2 if name == "edited" else 1)
        listed = source not in {"feed", "articles"}
        gone = {"deleted-later": 1, "empty-proved": 3}.get(name, 0) if listed else 0
        assert len(store.absences.all()) == gone
        if name == "handle-moved" and listed:
            assert any("pindah" in one or "berubah" in one for one in done[0].problems)
        if name == "handle-moved" and source == "feed":
            assert store.runs.moved(f"http://127.0.0.1:{_port(world)}/umpan").endswith("/baru")


def _port(world: World) -> str:
    [request] = world.build()[0].start("")
    return request.url.partition("127.0.0.1:")[2].partition("/")[0]


def test_the_table_knows_every_scenario() -> None:
    asked = {
        "ok", "empty-proved", "silent-empty", "loop", "short-page", "429-then-ok", "429-forever", "403-html",
        "200-block-page", "401-expired", "gone", "suspended", "private-redirect", "edited", "deleted-later",
        "handle-moved", "wrong-author", "new-field", "missing-field", "slow", "truncated", "huge",
    }  # fmt: skip
    assert asked <= {*FAILURES, *GOOD}
