"""Pictures from anybody: decoded within limits, shown only as a fresh copy, everything else refused in words."""

from __future__ import annotations

import io
import random
import time

import pytest
from PIL import Image

from monitor.capture import pictures
from monitor.errors import ImportRefusedError
from tests.fakes_capture import bomb, jpeg_with_place, png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_three_kinds_are_taken(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, kind)
    found = pictures.verify(out.getvalue(), "a.svg")
    assert (found.format, found.width, found.height, found.bytes) == (kind, 40, 30, len(out.getvalue()))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "bukan gambar"), (HTML, "bukan gambar"), (PDF, "bukan gambar"), (b"", "kosong"), (b"GIF89a" + b"\0" * 50, "bukan gambar"),
        (b"\x89PNG\r\n\x1a\n" + HTML, "bukan gambar"), (png()[:200], "rusak"), (b"BM" + b"\0" * 100, "bukan gambar"),
        (b"x" * (pictures.MAX_BYTES + 1), "lebih besar"),
    ],
)  # fmt: skip
def test_what_only_pretends_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(ImportRefusedError, match=said):
        pictures.verify(content, "foto.png")


@pytest.mark.parametrize("side", [7_000, 12_000, 21_000, 60_000])
def test_a_bomb_is_refused_before_it_unpacks(side: int) -> None:
    began = time.monotonic()
    with pytest.raises(ImportRefusedError, match="piksel"):
        pictures.verify(bomb(side))
    assert time.monotonic() - began < 1


def test_the_shown_copy_is_upright_and_tells_nothing_hidden() -> None:
    original = jpeg_with_place()
    assert b"KameraRekaan" in original
    copy = pictures.shown(original)
    assert b"Rekaan" not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert image.format == "JPEG"
        assert image.size == (40, 80)
        assert not image.getexif()


def test_the_shown_copy_is_small_and_carries_no_second_document() -> None:
    with_tail = png(3000, 1000) + HTML + SVG
    pictures.verify(with_tail)
    copy = pictures.shown(with_tail, 500)
    assert b"script" not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert max(image.size) == 500


def test_clear_parts_become_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(pictures.shown(out.getvalue()))) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("seed", range(300))
def test_a_mutated_picture_is_taken_or_refused_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    body = bytearray(rng.choice([png(60, 40), jpeg_with_place()]))
    for _ in range(rng.randint(1, 12)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    if rng.random() < 0.3:
        del body[rng.randrange(len(body)) :]
    try:
        pictures.verify(bytes(body))
        copy = pictures.shown(bytes(body))
    except ImportRefusedError:
        return
    with Image.open(io.BytesIO(copy)) as image:
        assert image.format == "JPEG"
