"""WARC 1.1 records of one fetch: what was asked, what came back, from which machine, when. No secrets.

A file holds one fetch: warcinfo, then for every redirect on the way and for the answer a request and a `response`;
`revisit` where the very same body of this address is held already or the server said that nothing changed (304);
`conversion` where the answer spoke of other people too and only a part of it may be kept. Of a redirect the body is
not read. The body is stored as it was read (transfer and content encoding undone); headers that said so keep their
value under `X-Archive-Orig-`. Equal input gives equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.models import Response

SECRET_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2", "www-authenticate",
        "proxy-authenticate", "authentication-info", "x-api-key", "x-goog-api-key", "x-csrf-token", "x-auth-token",
    }
)  # fmt: skip
HOP = "X-Netra-Redirect"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_UNDONE = {"content-encoding", "transfer-encoding", "content-length"}
_UNSOUND = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record as it is read back. `payload` is the body of the answer, b"" where none; `hop`: a redirect."""

    kind: str
    url: str
    date: str
    remote: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    hop: bool = False


class BrokenWarcError(Exception):
    """Not a sound WARC file; the message (Indonesian) says what is wrong."""


def write(
    response: Response,
    url: str,
    version: str,
    *,
    refers_to: str = "",
    partial: bool = False,
    hops: Sequence[tuple[Response, str]] = (),
) -> bytes:
    """Give the WARC file of a fetch; `url` is its address without secrets, `hops` are the redirects with theirs.

    `refers_to` is the time (WARC date) of the record that holds the same body already; `partial` says that `body` is
    what may be kept of the answer. A fetch that ended without an answer of its own has its redirects alone.
    """
    file = _File(WARCWriter(out := io.BytesIO(), gzip=True, warc_version="WARC/1.1"))
    first, first_url = hops[0] if hops else (response, url)
    info = f"software: Netra/{version}\r\nformat: WARC File Format 1.1\r\n".encode()
    headers = file.headers("warcinfo", first, first_url, 0)
    file.writer.write_record(
        file.writer.create_warc_record("", "warcinfo", io.BytesIO(info), len(info), warc_headers_dict=headers)
    )
    for number, (hop, address) in enumerate(hops, start=1):
        file.exchange(hop, address, number, file.hop)
    if response.status:
        kind = (
            file.part if partial
            else file.unchanged if response.status == HTTPStatus.NOT_MODIFIED and not response.body
            else file.again(refers_to) if refers_to
            else file.whole
        )  # fmt: skip
        file.exchange(response, url, 0, kind)
    return out.getvalue()


_Answered = Callable[[Response, str, dict[str, str]], ArcWarcRecord]
"""Makes the record of an answer out of it, its address, and the headers of the record."""


class _File:
    """One WARC file that is being written."""

    def __init__(self, writer: WARCWriter) -> None:
        self.writer = writer

    def headers(self, kind: str, response: Response, url: str, number: int) -> dict[str, str]:
        """Give date and name of a record; equal input gives equal names, two redirects never the same."""
        at, digest = date(response.fetched_at), _digest(response)
        name = f"{kind} {url} {at} {digest}{f' {number}' if number else ''}".encode("utf-8", "replace").decode()
        return {"WARC-Date": at, "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, name)}>"}

    def exchange(self, response: Response, url: str, number: int, answered: _Answered) -> None:
        """Write what was asked and what came back."""
        answer = self.headers("response", response, url, number)
        if response.remote:
            answer["WARC-IP-Address"] = response.remote
        record = answered(response, url, answer)
        asked = {
            **self.headers("request", response, url, number), "WARC-Concurrent-To": answer["WARC-Record-ID"],
        }  # fmt: skip
        parts = urlsplit(url)
        line = f"GET {parts.path or '/'}{f'?{parts.query}' if parts.query else ''} HTTP/1.1"
        sent = StatusAndHeaders(_plain(line), [("Host", parts.netloc), *_public(response.sent)], is_http_request=True)
        self.writer.write_record(self.writer.create_warc_record(url, "request", None, 0, "", asked, None, sent))
        self.writer.write_record(record)

    def whole(self, response: Response, url: str, headers: dict[str, str]) -> ArcWarcRecord:
        """Keep the answer itself."""
        headers = {**headers, "WARC-Payload-Digest": _digest(response)}
        content = io.BytesIO(response.body)
        return self.writer.create_warc_record(
            url, "response", content, len(response.body), "", headers, None, _http(response)
        )

    def hop(self, response: Response, url: str, headers: dict[str, str]) -> ArcWarcRecord:
        """Keep a redirect; its body was never read, and the record says so."""
        return self.whole(response, url, {**headers, "WARC-Truncated": "unspecified", HOP: "1"})

    def part(self, response: Response, url: str, headers: dict[str, str]) -> ArcWarcRecord:
        """Keep what may be kept of the answer."""
        kept = {
            **headers, "WARC-Payload-Digest": _digest(response), "X-Netra-Status-Line": _status_line(response),
        }  # fmt: skip
        content = io.BytesIO(response.body)
        return self.writer.create_warc_record(
            url, "conversion", content, len(response.body), _plain(response.content_type), kept
        )

    def unchanged(self, response: Response, url: str, headers: dict[str, str]) -> ArcWarcRecord:
        """Keep that the server said: nothing changed since what was asked about."""
        kept = {**headers, "WARC-Profile": NOT_MODIFIED, "WARC-Refers-To-Target-URI": url}
        return self.writer.create_warc_record(url, "revisit", None, 0, "", kept, None, _http(response))

    def again(self, refers_to: str) -> _Answered:
        """Keep that the same body came again, and when it is held from."""

        def record(response: Response, url: str, headers: dict[str, str]) -> ArcWarcRecord:
            return self.writer.create_revisit_record(url, _digest(response), url, refers_to, _http(response), headers)

        return record


def _digest(response: Response) -> str:
    return f"sha256:{b32encode(hashlib.sha256(response.body).digest()).decode()}"


def date(at: datetime) -> str:
    """Write a time (aware UTC) as WARC does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(content: bytes) -> list[Recorded]:
    """Read every record of a WARC file and check its digests.

    Raises:
        BrokenWarcError: it is cut off, damaged, or a digest differs.
    """
    try:
        return list(_records(content))
    except (ArchiveLoadFailed, ValueError, EOFError, OSError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise BrokenWarcError(f"rekaman WARC tidak terbaca ({type(error).__name__})") from error


def _records(content: bytes) -> Iterator[Recorded]:
    found = 0
    for record in ArchiveIterator(io.BytesIO(content), check_digests=True):
        payload = record.content_stream().read()
        if record.digest_checker.passed is False:
            raise BrokenWarcError("sidik di dalam rekaman WARC tidak cocok dengan isinya")
        head, http = record.rec_headers, record.http_headers
        if not record.rec_type or not head.get_header("WARC-Date"):
            raise BrokenWarcError("rekaman WARC tanpa jenis atau waktu")
        found += 1
        yield Recorded(
            kind=str(record.rec_type),
            url=str(head.get_header("WARC-Target-URI") or ""),
            date=str(head.get_header("WARC-Date") or ""),
            remote=str(head.get_header("WARC-IP-Address") or ""),
            status_line=http.statusline if http is not None else str(head.get_header("X-Netra-Status-Line") or ""),
            headers=tuple(http.headers) if http is not None else (),
            payload=payload,
            hop=bool(head.get_header(HOP)),
        )
    if not found:
        raise BrokenWarcError("rekaman WARC kosong")


def _http(response: Response) -> StatusAndHeaders:
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _UNDONE else name, value)
        for name, value in _public(response.headers)
    ]
    if response.body:
        headers.append(("Content-Length", str(len(response.body))))
    return StatusAndHeaders(_status_line(response), headers, protocol="HTTP/1.1")


def _status_line(response: Response) -> str:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = "Unknown"
    return f"{response.status} {phrase}"


def _public(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(_plain(name), _plain(value)) for name, value in headers if name.lower() not in SECRET_HEADERS]


def _plain(text: str) -> str:
    """Keep a header on its line, whatever a server sent."""
    return _UNSOUND.sub(" ", text).encode("ascii", "replace").decode()
