"""What mutated answers brought to light once, each as small as it can be."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from monitor.capture.links import read_link
from monitor.collectors import mastodon_api, mastodon_records
from monitor.custody import copies
from monitor.errors import ImportRefusedError
from monitor.models import ItemKind, Page, Platform, Response
from monitor.rules import regression
from tests.collectors import fuzz_walks
from tests.collectors.fuzz_walks import ACCOUNT, ACTOR, MASTODON, status
from tests.fakes import START


def mastodon(**changed: Any) -> list[Page]:
    """Walk over one status with these changes and its favourites."""
    source = fuzz_walks.mastodon(ACTOR)
    key = "114605870284865530"
    answers = {**MASTODON, "status": [status(key, ACCOUNT, f"{ACTOR}/statuses/{key}", **changed)]}
    waiting, pages = list(source.start("")), []
    while waiting:
        request = waiting.pop(0)
        kind = request.purpose if request.purpose in answers else request.purpose.partition(" ")[0]
        body = json.dumps(answers[kind]).encode()
        pages.append(source.read(Response(request, START, None, 200, body=body)))
        waiting += pages[-1].follow
    return pages


@pytest.mark.parametrize("address", ["javascript:NETRA()", "<script>", "data:text/html,x", "http://["])
def test_a_favourite_of_a_post_with_an_address_that_runs(address: str) -> None:
    items = [item for page in mastodon(url=address) for item in page.items]
    likes = [one for one in items if one.kind is ItemKind.LIKE]
    assert likes
    assert {one.url for one in likes} == {f"{ACTOR}/statuses/114605870284865530"}
    assert all(one.parent is None or one.parent.url.startswith("https://") for one in items)


def test_escaped_markup_of_a_status_stays_words() -> None:
    found = [
        item
        for page in mastodon(content="<p>&lt;script&gt;x()&lt;/script&gt; halo</p>", spoiler_text="<img onerror=x()>")
        for item in page.items
        if item.kind is ItemKind.POST
    ]
    assert [(one.text, one.title) for one in found] == [("‹script>x()‹/script> halo", "‹img onerror=x()>")]
    assert mastodon_api.text_of({"content": "harga < 3"}) == "harga < 3"
    for crooked in (7, "http://[", "https://fedi.example/<!--x", "https://fedi.example/a b", 'https://a.example/"x'):
        assert mastodon_records.page_of({"url": crooked}) == ""


def test_letters_that_fold_into_two_do_not_move_a_link() -> None:
    found = read_link("İﬃhttps://www.instagram.com/p/Cx1/")
    assert found is not None
    assert (found.url, found.platform, found.post_id) == (
        "https://www.instagram.com/p/Cx1/", Platform.INSTAGRAM, "Cx1",
    )  # fmt: skip


def test_a_picture_whose_words_about_itself_are_damaged_can_be_copied() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 6), "white").save(out, "JPEG", exif=exif)
    body = out.getvalue()
    at = body.index(b"\x12\x01") if b"\x12\x01" in body else body.index(b"\x01\x12")
    damaged = body[: at + 4] + struct.pack(">I", 9_999) + body[at + 8 :]
    assert copies.picture_suffix(damaged) == ".jpg"
    assert copies.open_picture(damaged).size in {(8, 6), (6, 8)}


@pytest.mark.parametrize("body", [b"\x8c\n", b"[" * 100_000, b'{"kind": []}\n'])
def test_a_file_of_verdicts_that_is_none_is_refused_in_words(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / regression.FILE
    path.write_bytes(body)
    with pytest.raises(ImportRefusedError, match="bukan kasus regresi"):
        regression.read(path)
