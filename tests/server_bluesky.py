"""An AT Protocol network in this process: directory, servers of accounts and AppView on one loopback HTTP server.

Faithful to the documented shapes: `listRecords` newest first with a cursor on every page that holds anything, errors by
name with status 400, `RateLimit-*` headers, `getPosts` at most 25, `getLikes` without the like's own address. `faults`
puts a wrong answer in front of what a path would give. Servers of accounts have no path, so each is another address of
loopback (127.0.0.2, 127.0.0.3 ...) at the same port; directory and AppView are 127.0.0.1.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.collectors.xrpc import tid
from monitor.fetch import Surroundings
from monitor.fetch.pace import Pace
from monitor.models import Outcome, Request, Response
from tests.fakes import FakeClock
from tests.fakes_fetch import FakePace

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
SERVERS = 5
Json = dict[str, Any]


@dataclass
class Answer:
    """What goes out; `cut` announces more than it sends, `drip` is the seconds between two bytes."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drip: float = 0.0


def error(name: str, message: str = "", status: int = 400) -> Answer:
    return Answer(status, json.dumps({"error": name, "message": message or name}).encode())


@dataclass
class Repo:
    did: str
    handle: str
    pds: str
    records: dict[str, dict[str, Json]] = field(default_factory=lambda: {POST: {}, LIKE: {}, REPOST: {}})
    profile: Json | None = None
    state: str = ""
    labels: list[Json] = field(default_factory=list)


@dataclass
class Network:
    """Accounts and what they did. `fault` may answer instead, given host, path and parameters."""

    clock: FakeClock
    port: int = 0
    page: int = 100
    repos: dict[str, Repo] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    paths: list[str] = field(default_factory=list)
    fault: Callable[[str, dict[str, list[str]]], Answer | None] = lambda _path, _given: None
    hidden_by_appview: set[str] = field(default_factory=set)
    kept_by_appview: dict[str, dict[str, Json]] = field(default_factory=dict)
    _written: int = 0
    _last: datetime | None = None

    def origin(self, number: int = 1) -> str:
        return f"http://127.0.0.{number}:{self.port}"

    def hosts(self, count: int = SERVERS) -> list[str]:
        return [f"127.0.0.{number}:{self.port}" for number in range(1, count + 1)]

    def account(self, name: str, server: int = 2) -> Repo:
        repo = Repo(f"did:plc:{name}", f"{name}.example", self.origin(server))
        self.repos[repo.did] = repo
        return repo

    def write(self, repo: Repo, collection: str, value: Json, at: datetime | None = None) -> str:
        """Put a record; gives its address. Every record key is newer than the one before."""
        self._written += 1
        moment = (at or self.clock()) + timedelta(microseconds=self._written)
        key = tid(moment)
        body = {"$type": collection, "createdAt": moment.isoformat().replace("+00:00", "Z"), **value}
        repo.records[collection][key] = {"cid": f"bafy{self._written:08}", "value": body}
        return f"at://{repo.did}/{collection}/{key}"

    def post(self, repo: Repo, text: str, reply_to: str = "", at: datetime | None = None) -> str:
        reply = {"reply": {"root": self.reference(reply_to), "parent": self.reference(reply_to)}} if reply_to else {}
        return self.write(repo, POST, {"text": text, "langs": ["id"], **reply}, at)

    def like(self, repo: Repo, uri: str, collection: str = LIKE) -> str:
        return self.write(repo, collection, {"subject": self.reference(uri)})

    def reference(self, uri: str) -> Json:
        did, collection, key = uri.removeprefix("at://").split("/")
        return {"uri": uri, "cid": self.repos[did].records[collection][key]["cid"]}

    def edit(self, uri: str, text: str) -> None:
        did, collection, key = uri.removeprefix("at://").split("/")
        self._written += 1
        held = self.repos[did].records[collection][key]
        held["value"] = {**held["value"], "text": text}
        held["cid"] = f"bafy{self._written:08}"

    def delete(self, uri: str) -> None:
        did, collection, key = uri.removeprefix("at://").split("/")
        del self.repos[did].records[collection][key]

    # ------------------------------------------------------------------- answers

    def answer(self, path: str, given: dict[str, list[str]]) -> Answer:
        self.asked[path] += 1
        self.paths.append(path)
        if path == "/robots.txt":
            return Answer(200, b"User-agent: *\nAllow: /\n", {"Content-Type": "text/plain"})
        if faulty := self.fault(path, given):
            return faulty
        if path.startswith("/did:"):
            return self._document(unquote(path[1:]))
        method = path.removeprefix("/xrpc/")
        table = {
            "com.atproto.identity.resolveHandle": self._resolve,
            "com.atproto.repo.getRecord": self._record,
            "com.atproto.repo.listRecords": self._list,
            "app.bsky.feed.getPosts": self._posts,
            "app.bsky.feed.getLikes": self._likes,
            "app.bsky.feed.getAuthorFeed": self._feed,
        }
        found = table[method](given)
        return found if isinstance(found, Answer) else Answer(200, json.dumps(found).encode(), self._limits())

    def _limits(self) -> dict[str, str]:
        reset = int(self.clock().timestamp()) + 300
        return {"RateLimit-Limit": "3000", "RateLimit-Remaining": "2900", "RateLimit-Reset": str(reset)}

    def _document(self, did: str) -> Answer:
        repo = self.repos.get(did)
        if repo is None:
            return Answer(404, b'{"message":"DID not registered"}')
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": repo.pds}
        whole = {"@context": [], "id": did, "alsoKnownAs": [f"at://{repo.handle}"], "service": [service]}
        return Answer(200, json.dumps(whole).encode())

    def _resolve(self, given: dict[str, list[str]]) -> Json | Answer:
        found = [one.did for one in self.repos.values() if one.handle == given["handle"][0]]
        return {"did": found[0]} if found else error("InvalidRequest", "Unable to resolve handle")

    def _repo(self, given: dict[str, list[str]]) -> Repo | Answer:
        repo = self.repos.get(given["repo"][0])
        if repo is None:
            return error("InvalidRequest", f"Could not find repo: {given['repo'][0]}")
        return error(repo.state) if repo.state else repo

    def _record(self, given: dict[str, list[str]]) -> Json | Answer:
        repo = self._repo(given)
        if isinstance(repo, Answer):
            return repo
        if repo.profile is None:
            return error("RecordNotFound", "Could not locate record")
        return {"uri": f"at://{repo.did}/app.bsky.actor.profile/self", "cid": "bafyprofil", "value": repo.profile}

    def _list(self, given: dict[str, list[str]]) -> Json | Answer:
        repo = self._repo(given)
        if isinstance(repo, Answer):
            return repo
        collection, after = given["collection"][0], given.get("cursor", ["~"])[0]
        limit = min(int(given["limit"][0]), self.page)
        keys = sorted((one for one in repo.records[collection] if one < after), reverse=True)[:limit]
        found = [{"uri": f"at://{repo.did}/{collection}/{key}", **repo.records[collection][key]} for key in keys]
        return {"records": found, **({"cursor": keys[-1]} if keys else {})}

    def _posts(self, given: dict[str, list[str]]) -> Json | Answer:
        if len(given["uris"]) > 25:
            return error("InvalidRequest", "too many uris")
        posts = []
        for uri in given["uris"]:
            did, collection, key = uri.removeprefix("at://").split("/")
            repo = self.repos[did]
            held = repo.records[collection].get(key)
            if held is not None:
                author = {"did": did, "handle": repo.handle, "displayName": f"Nama {repo.handle}", "labels": []}
                posts.append({"uri": uri, "cid": held["cid"], "author": author, "record": held["value"]})
        return {"posts": posts}

    def _feed(self, given: dict[str, list[str]]) -> Json | Answer:
        repo = self.repos.get(given["actor"][0])
        if repo is None:
            return error("InvalidRequest", "Profile not found")
        if repo.state:
            return error(repo.state.replace("Repo", "Account").replace("Takendown", "Takedown"))
        limit, after = min(int(given["limit"][0]), self.page), given.get("cursor", ["~"])[0]
        acts = [(key, name, one) for name in (POST, REPOST) for key, one in repo.records[name].items()]
        acts += [(key, POST, one) for key, one in self.kept_by_appview.get(repo.did, {}).items()]
        seen = [one for one in acts if one[0] < after and one[0] not in self.hidden_by_appview]
        shown = sorted(seen, key=lambda one: one[0], reverse=True)
        feed = [self._entry(repo, key, name, held) for key, name, held in shown[:limit]]
        return {"feed": feed, **({"cursor": shown[limit - 1][0]} if len(shown) > limit else {})}

    def _entry(self, repo: Repo, key: str, name: str, held: Json) -> Json:
        counts = {"replyCount": 0, "repostCount": 0, "likeCount": 2, "quoteCount": 0, "bookmarkCount": 0}
        uri = f"at://{repo.did}/{name}/{key}"
        if name == POST:
            return {"post": self._view(repo, uri, held) | counts}
        whose, collection, inner = held["value"]["subject"]["uri"].removeprefix("at://").split("/")
        other = self.repos[whose]
        by = {"did": repo.did, "handle": repo.handle, "displayName": f"Nama {repo.handle}"}
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "uri": uri, "cid": held["cid"],
                  "indexedAt": held["value"]["createdAt"]}  # fmt: skip
        shared = self._view(other, f"at://{whose}/{collection}/{inner}", other.records[collection][inner])
        return {"post": shared | counts, "reason": reason}

    def _view(self, repo: Repo, uri: str, held: Json) -> Json:
        author = {"did": repo.did, "handle": repo.handle, "displayName": f"Nama {repo.handle}", "labels": repo.labels}
        value = held["value"]
        return {"uri": uri, "cid": held["cid"], "author": author, "record": value, "labels": [],
                "indexedAt": value["createdAt"]}  # fmt: skip

    def _likes(self, given: dict[str, list[str]]) -> Json | Answer:
        uri, start = given["uri"][0], int(given.get("cursor", ["0"])[0])
        likes = [
            {"createdAt": one["value"]["createdAt"], "indexedAt": one["value"]["createdAt"],
             "actor": {"did": repo.did, "handle": repo.handle, "displayName": f"Nama {repo.handle}", "labels": []}}
            for repo in self.repos.values() for one in repo.records[LIKE].values()
            if one["value"]["subject"]["uri"] == uri
        ]  # fmt: skip
        some = likes[start : start + 100]
        return {"uri": uri, "likes": some, **({"cursor": str(start + 100)} if len(likes) > start + 100 else {})}


@contextmanager
def serve(network: Network) -> Iterator[Network]:
    """Run the network on every loopback address of one port, for the length of a `with`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            with guard:
                found = network.answer(unquote(parts.path), parse_qs(parts.query))
            self.send_response(found.status)
            headers = {"Content-Type": "application/json; charset=utf-8", **found.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body) + (50 if found.cut else 0)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *args: Any) -> None:
            """Keep quiet: `asked` remembers."""

    guard = threading.Lock()
    with ExitStack() as running:
        for number in range(1, SERVERS + 1):
            http = ThreadingHTTPServer((f"127.0.0.{number}", network.port), Handler)
            http.daemon_threads = True
            network.port = http.server_address[1]
            thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            for end in (thread.join, http.server_close, http.shutdown):
                running.callback(end)
        yield network


@dataclass
class DirectFetcher:
    """Asks the network without a wire but at the real pace, on a virtual clock: for thousands of accounts.

    `moments` holds when each host was asked.
    """

    network: Network
    clock: FakeClock
    moments: dict[str, list[datetime]] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        around = Surroundings(clock=self.clock, sleep=self.clock.sleep, jitter=lambda: 0.5)
        self._pace = Pace(FakePace(), around)

    def fetch(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            return Response(request, self.clock(), Outcome.INVALID_REQUEST)
        with self._pace.turn(parts.netloc, request.gap_seconds or 7.0), self.guard:
            self.moments.setdefault(parts.netloc, []).append(self.clock())
            found = self.network.answer(unquote(parts.path), parse_qs(parts.query))
            outcome = {200: None, 404: Outcome.GONE}.get(found.status, Outcome.INVALID_REQUEST)
            return Response(request, self.clock(), outcome, status=found.status, body=found.body)
