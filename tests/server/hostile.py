"""A server that means harm, by path: streams without end, bombs, dribbles, headers for ever, redirects for ever.

It speaks raw sockets, because a proper HTTP server would not let it.
"""

from __future__ import annotations

import gzip
import socketserver
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property

GIGABYTE = 1_000_000_000
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'


@cache
def bomb(size: int = GIGABYTE) -> bytes:
    """A gzip stream of about a megabyte that unpacks to a gigabyte."""
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(10_000_000)
    return b"".join(pack.compress(block) for _ in range(size // len(block))) + pack.flush()


def laughs(root: bytes = b"rss") -> bytes:
    lines = [b'<!ENTITY a0 "ha">'] + [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)]
    return b"<?xml version='1.0'?><!DOCTYPE x [" + b"".join(lines) + b"]><" + root + b">&a11;</" + root + b">"


def xxe(root: bytes = b"rss", target: bytes = b"file:///etc/passwd") -> bytes:
    return (
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '"
        + target
        + b"'>]><"
        + root
        + b" version='2.0'><channel><item>"
        b"<title>&e;</title><link>http://a.example/1</link></item></channel></" + root + b">"
    )


@dataclass
class Hostile:
    """`asked` counts paths; `stop` ends what would dribble on."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, name: str) -> str:
        return f"http://{self.host}/{name}"

    @cached_property
    def answers(self) -> dict[str, Callable[[], Iterator[bytes]]]:
        def body(content: bytes, headers: bytes = b"") -> Callable[[], Iterator[bytes]]:
            head = OK + headers + b"Content-Length: %d\r\n\r\n" % len(content)
            return lambda: iter((head, content))

        def stream(piece: bytes, count: int, headers: bytes = b"") -> Callable[[], Iterator[bytes]]:
            def pieces() -> Iterator[bytes]:
                yield OK + headers + b"\r\n"
                for _ in range(count):
                    yield piece

            return pieces

        megabyte = b"<p>" * 333_333
        chunk = b"%x\r\n%s\r\n" % (len(megabyte), megabyte)
        return {
            "gigabyte": stream(megabyte, 1000),
            "gigabyte-chunked": stream(chunk, 1000, b"Transfer-Encoding: chunked\r\n"),
            "gigabyte-said": body(b"x" * 1000, b"X-A: b\r\nContent-Length: %d\r\n" % GIGABYTE),
            "bomb-gzip": body(bomb(), b"Content-Encoding: gzip\r\n"),
            "bomb-deflate": body(zlib.compress(bytes(50_000_000), 9), b"Content-Encoding: deflate\r\n"),
            "bomb-members": body(gzip.compress(bytes(1_000_000)) * 60, b"Content-Encoding: gzip\r\n"),
            "bomb-nested": body(gzip.compress(gzip.compress(bytes(50_000_000))), b"Content-Encoding: gzip, gzip\r\n"),
            "members": body(gzip.compress(FEED[:40]) + gzip.compress(FEED[40:]), b"Content-Encoding: gzip\r\n"),
            "br": body(b"\x0b\x02\x80", b"Content-Encoding: br\r\n"),
            "zstd": body(b"\x28\xb5\x2f\xfd", b"Content-Encoding: zstd\r\n"),
            "headers-for-ever": self._headers_for_ever,
            "header-of-a-megabyte": lambda: iter((OK + b"X-Lama: " + b"a" * 1_000_000 + b"\r\n\r\n",)),
            "many-headers": lambda: iter((OK + b"X: y\r\n" * 100_000 + b"\r\n",)),
            "dribbled-status": lambda: self._dribble(b"HTTP/1.1 200 OK"),
            "dribbled-body": lambda: self._dribble(OK + b"\r\n" + FEED * 50),
            "dribbled-chunks": lambda: self._dribble(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 500),
            "silence": lambda: self._dribble(b""),
            "nonsense": lambda: iter((b"\x16\x03\x01\x00\xffGET / nonsense\r\n\r\n" * 10,)),
            "two-lengths": lambda: iter((OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nabcde",)),
            "negative-length": lambda: iter((OK + b"Content-Length: -1\r\n\r\nabc",)),
            "long-location": lambda: iter((b"HTTP/1.1 302 Found\r\nLocation: /" + b"a" * 60_000 + b"\r\n\r\n",)),
            "split-location": lambda: iter((b"HTTP/1.1 302 Found\r\nLocation: /x\r\r\nSet-Cookie: a=b\r\n\r\n",)),
            "feed": body(FEED),
        }

    def _headers_for_ever(self) -> Iterator[bytes]:
        yield OK
        while not self.stop.is_set():
            yield b"X-Lagi: " + b"a" * 8000 + b"\r\n"

    def _dribble(self, content: bytes) -> Iterator[bytes]:
        for index in range(len(content)):
            yield content[index : index + 1]
            if self.stop.wait(0.05):
                return
        self.stop.wait(30)

    def answer(self, path: str) -> Iterator[bytes]:
        name, _, rest = path.strip("/").partition("/")
        if name == "robots.txt":
            return iter((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",))
        if name == "chain":
            return iter(
                (b"HTTP/1.1 302 Found\r\nLocation: /chain/%d\r\nContent-Length: 0\r\n\r\n" % (int(rest or 0) + 1),)
            )
        if name == "to":
            return iter(
                (b"HTTP/1.1 302 Found\r\nLocation: http://" + rest.encode() + b"\r\nContent-Length: 0\r\n\r\n",)
            )
        return self.answers.get(name, self.answers["feed"])()


@contextmanager
def serve() -> Iterator[Hostile]:
    """Run it for the length of a `with`."""
    hostile = Hostile()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline(2000).decode("latin-1").split(" ")
            while self.rfile.readline(2000) not in (b"\r\n", b""):
                pass
            if len(line) < 2:
                return
            hostile.asked[line[1]] += 1
            try:
                for piece in hostile.answer(line[1]):
                    self.wfile.write(piece)
            except OSError:
                return  # the client has seen enough

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    hostile.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hostile
    finally:
        hostile.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
