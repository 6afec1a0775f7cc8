"""Content-addressed archive of raw answers: stored before they are read, named by SHA-256, verified at any time.

Layout: `<folder>/ab/cd/<sha256>.gz` holds the bytes, `<sha256>.<address>.json` beside it says where and when they were
first seen at that address (`<address>` = first 16 hex digits of the SHA-256 of the asked address), and
`<folder>/warc/ab/cd/<sha256>.warc.gz` is the record of each fetch from the web, named by its own SHA-256. Writing is
atomic (temporary file, fsync, rename) and may be repeated: the first capture stays.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from monitor import __version__
from monitor.errors import ArchiveError
from monitor.evidence import gz, warc
from monitor.evidence.clock import ClockState, read_clock
from monitor.models import Captured, Request, Response

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_SECRET_FIELDS = re.compile(
    r"(?i)(?:key|api_?key|access_?token|auth|token|secret|password|sig|signature|client_secret|code)\Z"
)
HIDDEN = "DISEMBUNYIKAN"


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 in lower-case hex."""
    return _NAME.match(text) is not None


def public_url(url: str) -> str:
    """Give an address with the values of its secret parameters (keys, tokens) hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if "=" not in parts.query:
        return url
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}{equals}{HIDDEN if equals and _SECRET_FIELDS.match(name) else value}" for name, equals, value in pairs
    )
    return url if query == parts.query else urlunsplit(parts._replace(query=query))


class Archive:
    """Evidence folder. Safe for several threads and processes: equal bytes have equal names."""

    def __init__(self, folder: Path, clock: Callable[[], ClockState] = read_clock) -> None:
        self.folder = folder
        self._clock = clock

    def put(self, response: Response, collector_version: str = __version__) -> str:
        """Store an answer as `capture` does; give the SHA-256 (hex) of its body.

        Raises:
            ArchiveError: the disk is full or not writable, or bytes stored earlier under this hash differ.
        """
        return self.capture(response, collector_version).body_sha256

    def capture(self, response: Response, version: str = __version__, *, partial: bool = False) -> Captured:
        """Store the raw body, its record, and the WARC record of a fetch from the web.

        `partial` says that the body is what may be kept of an answer that speaks of other people too.

        Raises:
            ArchiveError: the disk is full or not writable, or bytes stored earlier under this hash differ.
        """
        if not response.body and (response.status == HTTPStatus.NOT_MODIFIED or response.hops):
            return self._bodiless(response, version)
        sha256 = self.put_bytes(response.body)
        record, earlier = self._record(sha256, response.request.url), ""
        if record.exists():
            content = record.read_bytes()
            earlier = _moment_of(content)
        else:
            content = _describe(response, version)
            self._write(record, content)
        warc_sha256 = self._put_fetch(response, version, earlier=earlier, partial=partial)
        digest = hashlib.sha256(content).hexdigest()
        return self._captured(response, version, (sha256, digest, warc_sha256), partial=partial)

    def _bodiless(self, response: Response, version: str) -> Captured:
        """Keep an answer that has no body: what its head said under its own name, beside nothing, and the WARC file.

        No record is written beside it, so that nobody who looks for the newest body of the address finds this.
        """
        sha256 = self.put_bytes(_describe(response, version))
        warc_sha256 = self._put_fetch(response, version, earlier="", partial=False)
        return self._captured(response, version, (sha256, "", warc_sha256), partial=False)

    def _put_fetch(self, response: Response, version: str, *, earlier: str, partial: bool) -> str:
        """Store the WARC file of a fetch from the web, "" for what came from elsewhere."""
        web = response.request.url.lower().startswith(("http:", "https:"))
        if not web or not (response.status or response.hops):
            return ""
        target = public_url(response.final_url or response.request.url)
        hops = [(_without_secrets(one), public_url(one.final_url)) for one in response.hops]
        return self.put_warc(warc.write(response, target, version, refers_to=earlier, partial=partial, hops=hops))

    def _captured(self, response: Response, version: str, digests: tuple[str, str, str], *, partial: bool) -> Captured:
        state, url = self._clock(), public_url(response.request.url)
        return Captured(
            url, *digests, len(response.body), version, state.synchronised, state.offset, partial=partial
        )  # fmt: skip

    def put_bytes(self, content: bytes) -> str:
        """Store a piece of any kind under its SHA-256 (hex), which it gives.

        Raises:
            ArchiveError: the disk is full or not writable, or bytes stored earlier under this hash differ.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        body = self._body(sha256)
        if body.exists():
            self.verify(sha256)
        else:
            self._write(body, gz.compress(content))
        return sha256

    def put_warc(self, content: bytes) -> str:
        """Store a WARC file under its SHA-256 (hex), which it gives.

        Raises:
            ArchiveError: the disk is full or not writable.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._warc(sha256)
        if not path.exists():
            self._write(path, content)
        return sha256

    def read_warc(self, sha256: str) -> bytes:
        """Give a WARC file whose bytes fit its name.

        Raises:
            ArchiveError: it is missing or differs from its hash.
        """
        if not is_digest(sha256):
            raise ArchiveError(f"`{sha256[:80]}` bukan sidik SHA-256 — periksa alamat bukti yang diminta")
        try:
            content = self._warc(sha256).read_bytes()
        except OSError as error:
            raise ArchiveError(f"rekaman WARC {sha256} tidak ada di {self.folder} — pulihkan dari cadangan") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArchiveError(f"rekaman WARC {sha256} berbeda dari sidiknya — pulihkan dari cadangan")
        return content

    def has(self, sha256: str) -> bool:
        """Tell whether a body lies in the archive, whole or not."""
        return self._body(sha256).exists()

    def has_warc(self, sha256: str) -> bool:
        """Tell whether a WARC file lies in the archive, whole or not."""
        return self._warc(sha256).exists()

    def records_of(self, sha256: str) -> list[bytes]:
        """Give the records that stand beside a body, one an address."""
        return [path.read_bytes() for path in sorted(self._body(sha256).parent.glob(f"{sha256}.*.json"))]

    def remove(self, sha256: str, *, is_warc: bool = False) -> bool:
        """Erase a piece and what stands beside it; the caller has recorded why. False where nothing was there."""
        body = self._warc(sha256) if is_warc else self._body(sha256)
        paths = [body, *([] if is_warc else sorted(body.parent.glob(f"{sha256}.*.json")))]
        found = [path for path in paths if path.exists()]
        for path in found:
            path.unlink()
        if found:
            _sync_folder(body.parent)
        return bool(found)

    def warcs(self) -> Iterator[str]:
        """Name every stored WARC file, in order."""
        for path in sorted(self.folder.glob("warc/??/??/*.warc.gz")):
            yield path.name.removesuffix(".warc.gz")

    def read(self, sha256: str) -> bytes:
        """Give the raw bytes as received.

        Raises:
            ArchiveError: they are missing, damaged, or differ from their hash.
        """
        if not is_digest(sha256):
            raise ArchiveError(f"`{sha256[:80]}` bukan sidik SHA-256 — periksa alamat bukti yang diminta")
        try:
            body = gz.decompress(self._body(sha256).read_bytes())
        except FileNotFoundError as error:
            raise ArchiveError(f"bukti {sha256} tidak ada di {self.folder} — pulihkan dari cadangan") from error
        except (OSError, gz.DamagedError) as error:
            raise ArchiveError(f"bukti {sha256} rusak: {error} — pulihkan dari cadangan") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise ArchiveError(f"bukti {sha256} berbeda dari sidiknya, isinya telah diubah — pulihkan dari cadangan")
        return body

    def verify(self, sha256: str) -> None:
        """Check one piece of evidence against its hash.

        Raises:
            ArchiveError: it is missing, damaged, or differs.
        """
        self.read(sha256)

    def hashes(self) -> Iterator[str]:
        """Name everything stored, in order."""
        for body in sorted(self.folder.glob("??/??/*.gz")):
            yield body.name.removesuffix(".gz")

    def verify_all(self) -> tuple[str, ...]:
        """Check everything; one Indonesian line for each piece that is damaged, none = all whole."""
        complaints: list[str] = []
        for sha256 in self.hashes():
            try:
                self.verify(sha256)
            except ArchiveError as error:
                complaints.append(str(error))
        return tuple(complaints)

    def find(self, request: Request) -> Response | None:
        """Rebuild the newest stored answer to this address, None if there is none."""
        found = []
        for path in self.folder.glob(f"??/??/*.{_address(request.url)}.json"):
            record = json.loads(path.read_text("utf-8"))
            found.append((str(record["fetched_at"]), path.name.partition(".")[0], record))
        if not found:
            return None
        fetched_at, sha256, record = max(found, key=lambda one: one[:2])
        headers = tuple((str(name), str(value)) for name, value in record["headers"])
        by_name = {name.lower(): value for name, value in headers}
        return Response(
            request=request,
            fetched_at=datetime.fromisoformat(fetched_at),
            outcome=None,
            status=int(record["status"]),
            final_url=str(record["final_url"]),
            content_type=by_name.get("content-type", ""),
            headers=headers,
            body=self.read(sha256),
        )

    def _body(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / f"{sha256}.gz"

    def _warc(self, sha256: str) -> Path:
        return self.folder / "warc" / sha256[:2] / sha256[2:4] / f"{sha256}.warc.gz"

    def _record(self, sha256: str, url: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / f"{sha256}.{_address(url)}.json"

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tulis-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(path)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)
        except OSError as error:
            if error.errno in _FULL:
                raise ArchiveError(
                    f"penyimpanan bukti penuh ({self.folder}) — kosongkan ruang lalu ulangi; tidak ada yang hilang"
                ) from error
            raise ArchiveError(f"bukti tidak dapat ditulis ke {self.folder}: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _address(url: str) -> str:
    return hashlib.sha256(public_url(url).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _without_secrets(hop: Response) -> Response:
    """Hide the secrets of the address that a redirect points to."""
    pairs = ((name, public_url(value) if name.lower() == "location" else value) for name, value in hop.headers)
    return replace(hop, headers=tuple(pairs))


def _moment_of(record: bytes) -> str:
    """Give the WARC date at which a record was written; a damaged one is found by its digest, not here."""
    try:
        return warc.date(datetime.fromisoformat(str(json.loads(record)["fetched_at"])))
    except (ValueError, KeyError, TypeError):
        return ""


def _describe(response: Response, collector_version: str) -> bytes:
    record = {
        "url": public_url(response.request.url),
        "final_url": public_url(response.final_url),
        "status": response.status,
        "headers": [pair for pair in response.headers if pair[0].lower() not in warc.SECRET_HEADERS],
        **({"redirects": [public_url(one.final_url) for one in response.hops]} if response.hops else {}),
        "fetched_at": response.fetched_at.astimezone(UTC).isoformat(),
        "version": collector_version,
    }
    return (json.dumps(record, ensure_ascii=True, indent=1) + "\n").encode()
