"""Golden pairs: a response file and, beside it, the page it must become. NETRA_UPDATE_GOLDEN=1 rewrites them."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.collectors import article, build_source, sites
from monitor.config import FeedSource, FileSource
from monitor.models import Page, Request, Response

GOLDEN = Path(__file__).parents[1] / "golden"
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)


def answer(body: bytes, purpose: str, url: str, content_type: str = "application/xml") -> Response:
    return Response(Request(url, purpose), AT, None, status=200, final_url=url, content_type=content_type, body=body)


def feed(path: Path) -> Any:
    config = FeedSource(type="feed", id="warta", url="https://warta.example/rss", pages="none", gmt_means="WIB")
    return build_source(config, wanted=bool, list_files=lambda _: []).read(
        answer(path.read_bytes(), "feed", config.url)
    )


def records(path: Path) -> Any:
    config = FileSource.model_validate({"type": path.suffix[1:], "id": "berkas", "path": f"masuk/{path.name}"})
    source = build_source(config, wanted=bool, list_files=lambda pattern: [pattern])
    (request,) = source.start("")
    return source.read(answer(path.read_bytes(), "file", request.url))


def page(path: Path) -> Any:
    site = {"detik": "detik", "next": "jawapos"}.get(path.stem, "umum")
    return article.read(path.read_bytes(), "text/html", sites.named(site, "uji"), AT)


READERS = {"feed": feed, "records": records, "page": page}
FILES = sorted(path for path in GOLDEN.glob("*/*") if path.parent.name in READERS and path.suffix != ".json")


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}-{path.name}" for path in FILES])
def test_golden(path: Path) -> None:
    found = READERS[path.parent.name](path)
    plain = dataclasses.asdict(found)
    if isinstance(found, Page):
        plain.pop("cursor")
        for item in plain["items"]:
            _without_empty(item, "native_version")
        for request in plain["follow"]:
            _without_empty(request, "paging", "sealed", "gap_seconds")
            _without_empty(request["item"] or {}, "native_version")
        _without_empty(plain, "resume", "stop", "kept", "listed", "strange")
    else:
        _without_empty(plain, "byline", "next_page")
    text = json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"
    expected = path.with_name(path.name + ".json")
    if os.environ.get("NETRA_UPDATE_GOLDEN"):
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def _without_empty(values: dict[str, Any], *names: str) -> None:
    """What only listings of accounts fill is shown where it is filled."""
    for name in names:
        if not values.get(name, True):
            del values[name]


def test_every_expectation_has_its_response() -> None:
    for expected in GOLDEN.glob("*/*.json"):
        if expected.parent.name in READERS:
            assert expected.with_suffix("") in FILES
