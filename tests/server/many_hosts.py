"""A hundred hosts and more on one loopback port: every address 127.x.y.z is a host of its own.

Each host has a robots.txt, a feed of some entries and their pages. The server counts who asks whom at the same time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.server.scenario import item, rss


def address(number: int) -> str:
    """Give the loopback address of a host, counted from 0."""
    return f"127.1.{number // 200}.{number % 200 + 1}"


def page(host: str, number: int) -> bytes:
    body = "".join(
        f"<p>Paragraf {part} dari berita {number} pada {host}, tentang rapat di Contoh.</p>" for part in (1, 2, 3)
    )
    return (
        f"<html><body><article itemprop='articleBody'><h1>Berita {number}</h1>{body}</article></body></html>".encode()
    )


def sitemap(host: str, edition: int, entries: int) -> bytes:
    """A news sitemap of entries that no other edition and no other host has."""
    urls = "".join(
        f"<url><loc>http://{host}/peta-berita/{edition}-{number}</loc><news:news><news:publication_date>"
        f"2025-06-01T09:00:00+07:00</news:publication_date><news:title>Rapat nomor {number} edisi {edition} di Contoh"
        "</news:title></news:news></url>"
        for number in range(entries)
    )
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    ).encode()


@dataclass
class ManyHosts:
    """`entries` a feed; `before` runs before each answer (host, path) and may hold it; `broken` hosts answer 500."""

    entries: int = 3
    port: int = 0
    before: Callable[[str, str], None] = lambda _host, _path: None
    broken: frozenset[str] = frozenset()
    edition: str = ""
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    most_at_once: int = 0
    most_a_host: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)
    _now: Counter[str] = field(default_factory=Counter)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def hosts(self, count: int) -> list[str]:
        return [f"{address(number)}:{self.port}" for number in range(count)]

    @contextmanager
    def counted(self, host: str, path: str) -> Iterator[None]:
        with self._guard:
            self.asked[host, path] += 1
            self.times.setdefault(host, []).append(time.monotonic())
            self._now[host] += 1
            self.most_at_once = max(self.most_at_once, self._now.total())
            self.most_a_host = max(self.most_a_host, self._now[host])
        try:
            yield
        finally:
            with self._guard:
                self._now[host] -= 1

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        if path == "/robots.txt":
            return 200, "text/plain", b"User-agent: *\nDisallow: /admin\n"
        if host in self.broken:
            return 500, "text/plain", b"rusak"
        if path.startswith("/feed"):
            entries = [
                item(
                    number,
                    guid=f"b{number}{path[5:]}",
                    title=f"Berita {number}{self.edition}",
                    link=f"http://{host}/berita/{number}{path[5:]}",
                )
                for number in range(self.entries)
            ]
            return 200, "application/rss+xml", rss(*entries).encode()
        if path.startswith("/peta/"):
            return 200, "application/xml", sitemap(host, int(path.rpartition("/")[2]), self.entries)
        if path.startswith("/berita/"):
            return 200, "text/html; charset=utf-8", page(host, int(path.rpartition("/")[2].partition("?")[0]))
        return 404, "text/plain", b"tidak ada"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


@contextmanager
def serve(hosts: ManyHosts) -> Iterator[ManyHosts]:
    """Run the hosts for the length of a `with`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "")
            with hosts.counted(host, self.path):
                hosts.before(host, self.path)
                status, kind, body = hosts.answer(host, self.path)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # the client was killed

        def log_message(self, *args: Any) -> None:
            """Keep quiet: `asked` remembers."""

    http = _Server(("0.0.0.0", 0), Handler)  # every loopback address reaches it
    hosts.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hosts
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
