"""A proxy on loopback between a browser and the web: only public addresses, only web ports, a budget of bytes and time.

The browser does its own look-ups and follows whatever a page asks for; behind this door it reaches nothing private.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Self
from urllib.parse import urlsplit

from monitor.fetch.addresses import is_public
from monitor.fetch.base import Surroundings

_HEAD_BYTES = 65_536
_PORTS = frozenset({80, 443})
_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class GuardProxy:
    """Listens while it is entered. `refused` names what the browser was kept from; `spent` counts bytes brought in."""

    def __init__(self, around: Surroundings, allowed: Sequence[str], max_bytes: int, seconds: float) -> None:
        self._around, self._allowed = around, frozenset(one.lower() for one in allowed)
        self._left, self._end = max_bytes, around.monotonic() + seconds
        self._guard = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._server.getsockname()[1]
        self.refused: list[str] = []
        self._closed = False

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def exhausted(self) -> bool:
        """Tell whether the budget of bytes or time is used up."""
        return self._left <= 0 or self._around.monotonic() >= self._end

    def _listen(self) -> None:
        while not self._closed:
            try:
                client, _address = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(5)
            head, rest = _read_head(client)
            method, target, *_more = head.split(b" ", 2)
            host, port, tunnel = _destination(method, target.decode("ascii"))
            web = self._connect(host, port)
            if web is None:
                client.sendall(_REFUSED)
                return
            with web:
                if tunnel:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    web.sendall(_direct(head, target) + rest)
                self._relay(client, web)

    def _connect(self, host: str, port: int) -> socket.socket | None:
        name = f"{host.lower()}:{port}"
        if name not in self._allowed:
            try:
                addresses = self._around.resolve(host, port)
            except OSError:
                addresses = []
            if port not in _PORTS or not addresses or not all(is_public(one) for one in addresses):
                with self._guard:
                    self.refused.append(name)
                return None
        else:
            addresses = self._around.resolve(host, port)
        if self.exhausted:
            return None
        return socket.create_connection((addresses[0], port), timeout=5)

    def _relay(self, client: socket.socket, web: socket.socket) -> None:
        while not self.exhausted and not self._closed:
            ready, _write, _error = select.select([client, web], [], [], 0.5)
            for one in ready:
                part = one.recv(65_536)
                if not part:
                    return
                if one is web:
                    with self._guard:
                        self._left -= len(part)
                (web if one is client else client).sendall(part)


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(8192)
        if not part or len(data) > _HEAD_BYTES:
            raise ValueError
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _destination(method: bytes, target: str) -> tuple[str, int, bool]:
    if method == b"CONNECT":
        host, _, port = target.rpartition(":")
        return host.strip("[]"), int(port), True
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError
    return parts.hostname, parts.port or 80, False


def _direct(head: bytes, target: bytes) -> bytes:
    """Turn a request to a proxy into one to the server itself, for one answer."""
    parts = urlsplit(target.decode("ascii"))
    line, *headers = head.split(b"\r\n")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}".encode()
    kept = [one for one in headers if not one.lower().startswith((b"proxy-", b"connection:"))]
    method = line.split(b" ", 1)[0]
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", *kept, b"Connection: close", b"", b""])


@contextlib.contextmanager
def guarded(around: Surroundings, allowed: Sequence[str], max_bytes: int, seconds: float) -> Iterator[GuardProxy]:
    """Run a proxy for one page."""
    with GuardProxy(around, allowed, max_bytes, seconds) as proxy:
        yield proxy
