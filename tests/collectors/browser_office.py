"""Whom the invented office watches, and sources of what somebody's browser saw."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.collectors import Source, Watched, Watching, build_import
from monitor.config import ImportSource
from monitor.models import Page, Platform, Request, Response

AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
WATCHED = (
    Watched(Platform.TIKTOK, "", "sari.reka", rostered=True),
    Watched(Platform.X, "x-1", "sari_reka", rostered=True),
    Watched(Platform.THREADS, "", "Sari.Reka", rostered=True),
    Watched(Platform.INSTAGRAM, "1001", "sari.reka", rostered=True),
    Watched(Platform.FACEBOOK, "fb-1", "", rostered=True),
    Watched(Platform.FACEBOOK, "", "sari.reka.5", rostered=True),
    Watched(Platform.YOUTUBE, "UC-sari", "sari.reka", rostered=True),
    Watched(Platform.TIKTOK, "kampanye-1-tt", "contohbersinar", campaign=True),
    Watched(Platform.X, "kampanye-1-x", "contohbersinar", campaign=True),
    Watched(Platform.YOUTUBE, "kampanye-1-yt", "contohbersinar", campaign=True),
)


def source(kind: str, watched: tuple[Watched, ...] = WATCHED) -> Source:
    config = ImportSource.model_validate({"type": kind, "id": "peramban", "path": "masuk/*"})
    return build_import(config, Watching(watched, lambda _platform, _ids: {}), lambda pattern: [pattern])


def read(kind: str, body: bytes, name: str = "masuk/berkas", watched: tuple[Watched, ...] = WATCHED) -> Page:
    one = source(kind, watched)
    (request,) = one.start("")
    assert request.sealed, "a file holds other people too: it is never archived whole"
    return one.read(Response(Request(name, "file", sealed=True), AT, None, final_url=name, body=body))
