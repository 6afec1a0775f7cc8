"""The wire: connects only to addresses that were checked, and never outlives a deadline.

A name is looked up once and the connection goes to exactly the address that was checked (no second look-up that could
answer otherwise); Host header and certificate check keep the name. Time-outs of HTTP libraries count each read anew, so
that a byte every second never ends: here every read, header and TLS step gets only what is left of one deadline.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from monitor.fetch.addresses import is_public
from monitor.fetch.base import Surroundings

# Everything a connection can end in without an answer; all of it is passing trouble.
BROKEN = (
    httpx.HTTPError,
    httpcore.ProtocolError,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProxyError,
    ssl.SSLError,
    OSError,
)


class PrivateAddressError(Exception):
    """A name leads into a private network."""


class DeadlineError(Exception):
    """The time for one request is used up."""


class _Deadline:
    def __init__(self, seconds: float, around: Surroundings) -> None:
        self._end, self._monotonic = around.monotonic() + seconds, around.monotonic

    def left(self, timeout: float | None = None) -> float:
        rest = self._end - self._monotonic()
        if rest <= 0:
            raise DeadlineError
        return rest if timeout is None else min(rest, timeout)


class _TimedStream(httpcore.NetworkStream):
    """A stream each step of which gets only what is left of the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the interface of httpcore
        return self._stream.get_extra_info(info)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to public addresses, and to the private ones that the settings name."""

    def __init__(self, allowed: frozenset[str], around: Surroundings, deadline: _Deadline) -> None:
        self._allowed, self._around, self._deadline = allowed, around, deadline
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._around.resolve(host, port)
        if not addresses:
            raise httpcore.ConnectError(f"nama {host} tidak dikenal")
        if f"{host.lower()}:{port}" not in self._allowed and not all(is_public(one) for one in addresses):
            raise PrivateAddressError(host)
        failure: Exception | None = None
        for address in addresses[:4]:
            try:
                stream = self._system.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError(host)


class _Body(httpx.SyncByteStream):
    """The raw body; closing it closes the connection."""

    def __init__(self, parts: Iterable[bytes], pool: httpcore.ConnectionPool) -> None:
        self._parts, self._pool = parts, pool

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        self._pool.close()


class CheckedTransport(httpx.BaseTransport):
    """One connection a request; nothing is kept open between requests that are seconds apart."""

    def __init__(self, allowed: Iterable[str], around: Surroundings, seconds: float) -> None:
        self._allowed = frozenset(one.lower() for one in allowed)
        self._around, self._seconds = around, seconds
        self._ssl = ssl.create_default_context()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, and give the answer with its body unread and still encoded."""
        deadline = _Deadline(self._seconds, self._around)
        backend = _CheckedBackend(self._allowed, self._around, deadline)
        pool = httpcore.ConnectionPool(ssl_context=self._ssl, max_connections=1, network_backend=backend)
        try:
            answer = pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)},
                )
            )
        except BaseException:
            pool.close()
            raise
        parts = answer.stream
        assert isinstance(parts, Iterable)
        wire = answer.extensions.get("network_stream")
        peer = wire.get_extra_info("server_addr") if wire is not None else None
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(parts, pool),
            extensions={"remote": peer[0] if peer else ""},
        )
