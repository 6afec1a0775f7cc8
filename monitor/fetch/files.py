"""Files that people bring, read as if a server had answered. Only what a source's pattern names can be read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from monitor.models import Outcome, Request, Response

MAX_BYTES = 200_000_000
_TYPES = {".html": "text/html", ".htm": "text/html", ".csv": "text/csv", ".txt": "text/plain", ".tsv": "text/csv"}


def named_by(root: Path, pattern: str) -> list[Path]:
    """Give the paths a glob names, in a stable order: below `root`, or anywhere where the pattern is absolute."""
    if Path(pattern).is_absolute():
        anchor = Path(Path(pattern).anchor)
        return sorted(anchor.glob(str(Path(pattern).relative_to(anchor))))
    return sorted(root.glob(pattern))


class FileFetcher:
    """Reads files that one of the globs `patterns` of the settings names; links that lead elsewhere are refused."""

    def __init__(
        self, root: Path, patterns: Sequence[str], clock: Callable[[], datetime], max_bytes: int = MAX_BYTES
    ) -> None:
        self._root, self._patterns, self._clock, self._max_bytes = root, tuple(patterns), clock, max_bytes
        self._listed: dict[str, frozenset[Path]] = {}

    def fetch(self, request: Request) -> Response:
        """Read a file. The ETag is the hash of the content, so that an unchanged file is `NOT_MODIFIED`."""
        path = self._named(request.url)
        if path is None:
            if request.url in self._patterns:
                return self._failed(request, Outcome.NOT_AVAILABLE, "belum ada berkas yang cocok dengan pola ini")
            if self._looks_inside(request.url) and not (self._root / request.url).exists():
                return self._failed(request, Outcome.GONE, "berkas sudah tidak ada")
            return self._failed(request, Outcome.INVALID_REQUEST, "berkas ini tidak termasuk `path` sumber mana pun")
        try:
            body = self._read(path)
        except FileNotFoundError:
            return self._failed(request, Outcome.GONE, "berkas sudah tidak ada")
        except OSError as error:
            return self._failed(
                request, Outcome.NOT_AVAILABLE, f"berkas tidak dapat dibaca ({error.strerror}) — periksa izinnya"
            )
        if body is None:
            detail = f"berkas lebih besar dari {self._max_bytes // 1_000_000} MB atau bukan berkas biasa — pecah dahulu"
            return self._failed(request, Outcome.SCHEMA_DRIFT, detail)
        etag = hashlib.sha256(body).hexdigest()
        if etag == request.etag:
            return Response(request, self._clock(), Outcome.NOT_MODIFIED, final_url=request.url, etag=etag)
        content_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
        return Response(
            request, self._clock(), None, final_url=request.url, content_type=content_type, body=body, etag=etag
        )

    def _looks_inside(self, url: str) -> bool:
        return ".." not in Path(url).parts and "\0" not in url

    def _named(self, url: str) -> Path | None:
        """Find the file if a pattern names it and it does not lead out of the pattern's fixed folder."""
        if not self._looks_inside(url):
            return None
        wanted = self._root / url
        for pattern in self._patterns:
            if wanted not in self._listed.get(pattern, ()):
                self._listed[pattern] = frozenset(named_by(self._root, pattern))
            if wanted not in self._listed[pattern]:
                continue
            fixed = self._root
            for part in Path(pattern).parts[:-1]:
                if any(char in part for char in "*?["):
                    break
                fixed /= part
            if wanted.resolve().is_relative_to(fixed.resolve()):
                return wanted
        return None

    def _read(self, path: Path) -> bytes | None:
        """Give the content, None if it is too large or no regular file (a pipe would never end)."""
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            body = file.read(self._max_bytes + 1)
        return body if len(body) <= self._max_bytes else None

    def _failed(self, request: Request, outcome: Outcome, detail: str) -> Response:
        return Response(request, self._clock(), outcome, detail, final_url=request.url)
