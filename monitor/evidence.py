"""Content-addressed archive of raw answers: stored before they are read, named by SHA-256, verified at any time.

Layout: `<folder>/ab/cd/<sha256>.gz` holds the bytes, `<sha256>.<address>.json` beside it says where and when they were
first seen at that address (`<address>` = first 16 hex digits of the SHA-256 of the asked address). Writing is atomic
(temporary file, fsync, rename) and may be repeated: the first capture stays.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from monitor import __version__
from monitor.errors import ArchiveError
from monitor.models import Request, Response

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_PRIVATE_HEADERS = {"set-cookie", "set-cookie2", "authorization", "www-authenticate"}


class Archive:
    """Evidence folder. Safe for several threads and processes: equal bytes have equal names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, response: Response, collector_version: str = __version__) -> str:
        """Store the raw body and its record; give the SHA-256 (hex) of the body.

        Raises:
            ArchiveError: the disk is full or not writable, or bytes stored earlier under this hash differ.
        """
        sha256 = hashlib.sha256(response.body).hexdigest()
        body = self._body(sha256)
        if body.exists():
            self.verify(sha256)
        else:
            self._write(body, gzip.compress(response.body, 6, mtime=0))
        record = self._record(sha256, response.request.url)
        if not record.exists():
            self._write(record, _describe(response, collector_version))
        return sha256

    def read(self, sha256: str) -> bytes:
        """Give the raw bytes as received.

        Raises:
            ArchiveError: they are missing, damaged, or differ from their hash.
        """
        if not _NAME.match(sha256):
            raise ArchiveError(f"`{sha256[:80]}` bukan sidik SHA-256 — periksa alamat bukti yang diminta")
        try:
            body = gzip.decompress(self._body(sha256).read_bytes())
        except FileNotFoundError as error:
            raise ArchiveError(f"bukti {sha256} tidak ada di {self.folder} — pulihkan dari cadangan") from error
        except (OSError, EOFError, zlib.error) as error:
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
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _describe(response: Response, collector_version: str) -> bytes:
    record = {
        "url": response.request.url,
        "final_url": response.final_url,
        "status": response.status,
        "headers": [pair for pair in response.headers if pair[0].lower() not in _PRIVATE_HEADERS],
        "fetched_at": response.fetched_at.astimezone(UTC).isoformat(),
        "version": collector_version,
    }
    return (json.dumps(record, ensure_ascii=True, indent=1) + "\n").encode()
