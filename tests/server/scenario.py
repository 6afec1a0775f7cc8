"""A real threaded HTTP server on loopback that misbehaves by name: `/s/<scenario>`.

It answers as news sites do and as they should not; robots.txt belongs to the host and is set on the server. Nothing
here sleeps except the slow drip, which is what it is for.
"""

from __future__ import annotations

import functools
import gzip
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ITEM = """<item><title>{title}</title><link>{link}</link><guid isPermaLink="false">{guid}</guid>
<pubDate>{date}</pubDate><description>Ringkasan &lt;b&gt;singkat&lt;/b&gt;.</description></item>"""


def rss(*items: str, encoding: str = "UTF-8") -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Warta Contoh</title>'
        f"<link>http://warta.example/</link>{''.join(items)}</channel></rss>"
    )


def item(
    number: int = 1,
    *,
    guid: str = "",
    title: str = "",
    date: str = "Sun, 01 Jun 2025 09:15:00 +0700",
    link: str = "",
) -> str:
    return ITEM.format(
        title=title or f"Berita uji nomor {number}",
        link=link or f"http://warta.example/berita/{number}",
        guid=guid or f"warta-{number}",
        date=date,
    )


PARAGRAPH = "Camat Contoh menghadiri rapat koordinasi di pendapa kabupaten bersama para lurah dan warga setempat. "
PAGE = f"""<!doctype html><html lang="id"><head><title>Rapat di Contoh - Warta</title>
<meta property="article:published_time" content="2025-06-01T09:15:00+07:00"></head><body>
<article><h1>Rapat di Contoh</h1><p>{PARAGRAPH * 3}</p><p>Baca juga: Berita lain</p><p>{PARAGRAPH[::-1] * 2}</p></article>
</body></html>"""
WALL = "<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/rss+xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    """Content-Length to claim, where it differs from the truth."""
    drip: float = 0.0
    """Seconds between single bytes."""
    drip_headers: bool = False


@functools.cache
def fixed_answers() -> dict[str, Answer]:
    good = rss(item(1), item(2)).encode()
    html = "text/html; charset=utf-8"
    return {
        "ok": Answer(body=good, headers={"ETag": '"satu"', "Last-Modified": "Sun, 01 Jun 2025 02:15:00 GMT"}),
        "empty": Answer(body=rss().encode()),
        "article": Answer(body=PAGE.encode(), content_type=html),
        "gzip": Answer(body=gzip.compress(good), headers={"Content-Encoding": "gzip"}),
        "301": Answer(301, headers={"Location": "/s/ok"}),
        "302": Answer(302, headers={"Location": "/s/ok"}),
        "308-302": Answer(308, headers={"Location": "/s/302"}),
        "loop": Answer(302, headers={"Location": "/s/loop"}),
        "to-private": Answer(302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
        "to-loopback": Answer(302, headers={"Location": "http://127.0.0.1:9/"}),
        "to-file": Answer(302, headers={"Location": "file:///etc/passwd"}),
        "to-user": Answer(302, headers={"Location": "http://nama:sandi@warta.example/"}),
        "to-nonsense": Answer(302, headers={"Location": "http://[::1/"}),
        "304-unasked": Answer(304),
        "401": Answer(401, b"masuk dulu", html),
        "403": Answer(403, WALL.encode(), html),
        "403-as-200": Answer(200, WALL.encode(), html),
        "404": Answer(404, b"tidak ada", html),
        "410": Answer(410, b"dihapus", html),
        "418": Answer(418, b"", html),
        "429-forever": Answer(429, b"", html, {"Retry-After": "30"}),
        "429-long": Answer(429, b"", html, {"Retry-After": "7200"}),
        "429-date": Answer(429, b"", html, {"Retry-After": "Sun, 01 Jun 2025 05:00:00 GMT"}),
        "500": Answer(500, b"rusak", html),
        "drip": Answer(body=good, drip=0.05),
        "drip-headers": Answer(body=good, drip=0.05, drip_headers=True),
        "cut": Answer(body=good[: len(good) // 2], announced=len(good)),
        "cut-gzip": Answer(body=gzip.compress(good)[:-12], headers={"Content-Encoding": "gzip"}),
        "cut-xml": Answer(body=good[: len(good) * 2 // 3]),
        "huge": Answer(body=b"<rss>" + b" " * 50_000_000),
        "gzip-bomb": Answer(body=gzip.compress(b"\0" * 60_000_000), headers={"Content-Encoding": "gzip"}),
        "gzip-lie": Answer(body=b"bukan gzip sama sekali", headers={"Content-Encoding": "gzip"}),
        "brotli": Answer(body=b"??", headers={"Content-Encoding": "br"}),
        "wrong-encoding": Answer(body=rss(item(title="Jum’at café – berita")).encode("cp1252")),
        "html-for-xml": Answer(body=PAGE.encode(), content_type=html),
        "not-xml": Answer(body=b"maaf, sedang ada pemeliharaan", content_type="text/plain"),
        "entity": Answer(body=b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa">]>' + good[38:]),
        "loose-xml": Answer(body=rss(item(title="Dinas &nbsp; Contoh")).encode()),
        "no-date": Answer(body=rss(item(date="")).encode()),
        "future-date": Answer(body=rss(item(date="Sun, 01 Jun 2025 18:00:00 +0700")).encode()),
        "same-guid": Answer(body=rss(item(1, guid="g"), item(2, guid="g"), item(1, guid="g")).encode()),
        "wib": Answer(body=rss(item(date="Minggu, 01 Jun 2025 09:15:00 WIB")).encode()),
    }


@dataclass
class ScenarioServer:
    """`log` holds (path, headers) of every request; `robots` answers /robots.txt; `extra` adds pages."""

    port: int = 0
    robots: Answer = field(default_factory=lambda: Answer(404))
    extra: dict[str, Answer] = field(default_factory=dict)
    log: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    fixed: dict[str, Answer] = field(default_factory=fixed_answers)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, scenario: str) -> str:
        return f"http://{self.host}/s/{scenario}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.log]

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.log.append((path, headers))
        self.counts[path] += 1
        if path == "/robots.txt":
            return self.robots
        if path in self.extra:
            return _conditional(self.extra[path], headers)
        name = path.removeprefix("/s/")
        if name in ("429-then-ok", "500-then-ok"):
            first = Answer(int(name[:3]), headers={"Retry-After": "7"} if name[:3] == "429" else {})
            return first if self.counts[path] == 1 else self.fixed["ok"]
        return _conditional(self.fixed.get(name, Answer(404)), headers)


def _conditional(answer: Answer, headers: dict[str, str]) -> Answer:
    etag = answer.headers.get("ETag")
    if etag and headers.get("if-none-match") == etag:
        return Answer(304, headers=answer.headers)
    return answer


@contextmanager
def serve(server: ScenarioServer | None = None) -> Iterator[ScenarioServer]:
    """Run the server for the length of a `with`."""
    scenario = server or ScenarioServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = {name.lower(): value for name, value in self.headers.items()}
            answer = scenario.answer(self.path, given)
            try:
                self._send(answer)
            except OSError:
                self.close_connection = True  # the client has seen enough

        def _send(self, answer: Answer) -> None:
            if answer.drip_headers:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                self._drip(b"X-Lama: " + b"a" * 400, answer.drip)
                return
            self.send_response(answer.status)
            if answer.status != 304:
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(answer.announced or len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.status == 304:
                return
            if answer.drip:
                self._drip(answer.body, answer.drip)
            else:
                self.wfile.write(answer.body)

        def _drip(self, body: bytes, gap: float) -> None:
            for index in range(len(body)):
                self.wfile.write(body[index : index + 1])
                self.wfile.flush()
                if stopped.wait(gap):
                    return

        def log_message(self, *args: Any) -> None:
            """Keep quiet: `log` remembers."""

    stopped = threading.Event()
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    scenario.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield scenario
    finally:
        stopped.set()
        http.shutdown()
        http.server_close()
        thread.join()
