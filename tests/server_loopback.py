"""Any scenario server on loopback: over real sockets, or without a wire at the real pace for thousands of accounts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.fetch import Surroundings
from monitor.fetch.answers import judge_status
from monitor.fetch.pace import Pace
from monitor.models import Request, Response
from tests.fakes import FakeClock
from tests.fakes_fetch import FakePace
from tests.server_bluesky import Answer

Given = dict[str, list[str]]


class Answering(Protocol):
    port: int

    def answer(self, path: str, given: Given, home: str, headers: Mapping[str, str]) -> Answer: ...


@contextmanager
def serve(server: Answering, addresses: int = 5) -> Iterator[None]:
    """Run a server on 127.0.0.1, 127.0.0.2, ... of one port, which it is told, for the length of a `with`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            with guard:
                found = server.answer(unquote(parts.path), parse_qs(parts.query), f"http://{headers['host']}", headers)
            self.send_response(found.status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **found.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body) + (50 if found.cut else 0)))
            self.end_headers()
            try:
                if found.drip:
                    for one in found.body:
                        self.wfile.write(bytes([one]))
                        if stopped.wait(found.drip):
                            return
                else:
                    self.wfile.write(found.body)
            except OSError:
                self.close_connection = True  # the client has seen enough

        def log_message(self, *args: Any) -> None:
            """Keep quiet: the server remembers."""

    guard, stopped = threading.Lock(), threading.Event()
    with ExitStack() as running:
        for number in range(1, addresses + 1):
            http = ThreadingHTTPServer((f"127.0.0.{number}", server.port), Handler)
            http.daemon_threads = True
            server.port = http.server_address[1]
            thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            for end in (thread.join, http.server_close, http.shutdown):
                running.callback(end)
        running.callback(stopped.set)
        yield


@dataclass
class WirelessFetcher:
    """Asks a server without a wire but at the real pace, on a virtual clock. `moments`: when each host was asked."""

    server: Answering
    clock: FakeClock
    moments: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    headers: Callable[[Request], Mapping[str, str]] = lambda _request: {}
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        around = Surroundings(clock=self.clock, sleep=self.clock.sleep, jitter=lambda: 0.5)
        self._pace = Pace(FakePace(), around)

    def fetch(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        with self._pace.turn(parts.netloc, request.gap_seconds or 7.0), self.guard:
            self.moments.setdefault(parts.netloc, []).append((self.clock(), request.url))
            home = f"{parts.scheme}://{parts.netloc}"
            found = self.server.answer(unquote(parts.path), parse_qs(parts.query), home, self.headers(request))
            outcome, detail = judge_status(found.status)
            return Response(
                request, self.clock(), outcome, detail, found.status, body=found.body,
                headers=tuple(found.headers.items()),
            )  # fmt: skip
