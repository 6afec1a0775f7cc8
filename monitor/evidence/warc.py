"""WARC 1.1 records of one fetch: what was asked, what came back, from which machine, when. No secrets.

A file holds one fetch: warcinfo, request, then `response`; `revisit` where the very same body of this address is held
already; `conversion` where the answer spoke of other people too and only a part of it may be kept. The body is stored
as it was read (transfer and content encoding undone); the headers that said so keep their value under
`X-Archive-Orig-`. Equal input gives equal bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.models import Response

SECRET_HEADERS = frozenset(
    {
        "authorization", "proxy-authorization", "cookie", "cookie2", "set-cookie", "set-cookie2", "www-authenticate",
        "proxy-authenticate", "authentication-info", "x-api-key", "x-goog-api-key", "x-csrf-token", "x-auth-token",
    }
)  # fmt: skip
_UNDONE = {"content-encoding", "transfer-encoding", "content-length"}
_UNSOUND = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record as it is read back. `payload` is the body of the answer, b"" where the record holds none."""

    kind: str
    url: str
    date: str
    remote: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes


class BrokenWarcError(Exception):
    """Not a sound WARC file; the message (Indonesian) says what is wrong."""


def write(response: Response, url: str, version: str, *, refers_to: str = "", partial: bool = False) -> bytes:
    """Give the WARC file of a fetch; `url` is its address without secrets.

    `refers_to` is the time (WARC date) of the record that holds the same body already; `partial` says that `body` is
    what may be kept of the answer.
    """
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    digest = f"sha256:{b32encode(hashlib.sha256(response.body).digest()).decode()}"
    common = {"WARC-Date": date(response.fetched_at)}

    def named(kind: str) -> dict[str, str]:
        name = f"{kind} {url} {common['WARC-Date']} {digest}".encode("utf-8", "replace").decode()
        return {**common, "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, name)}>"}

    info = f"software: Netra/{version}\r\nformat: WARC File Format 1.1\r\n".encode()
    writer.write_record(
        writer.create_warc_record("", "warcinfo", io.BytesIO(info), len(info), warc_headers_dict=named("warcinfo"))
    )
    answer = {**named("response"), **({"WARC-IP-Address": response.remote} if response.remote else {})}
    http = _http(response)
    if partial:
        kept = {**answer, "WARC-Payload-Digest": digest, "X-Netra-Status-Line": _status_line(response)}
        record = writer.create_warc_record(
            url, "conversion", io.BytesIO(response.body), len(response.body), _plain(response.content_type), kept
        )
    elif refers_to:
        record = writer.create_revisit_record(url, digest, url, refers_to, http, answer)
    else:
        held = {**answer, "WARC-Payload-Digest": digest}
        record = writer.create_warc_record(
            url, "response", io.BytesIO(response.body), len(response.body), "", held, None, http
        )
    asked = {**named("request"), "WARC-Concurrent-To": answer["WARC-Record-ID"]}
    parts = urlsplit(url)
    line = f"GET {parts.path or '/'}{f'?{parts.query}' if parts.query else ''} HTTP/1.1"
    sent = StatusAndHeaders(_plain(line), [("Host", parts.netloc), *_public(response.sent)], is_http_request=True)
    writer.write_record(writer.create_warc_record(url, "request", None, 0, "", asked, None, sent))
    writer.write_record(record)
    return out.getvalue()


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
