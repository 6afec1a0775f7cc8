"""Redacted working copies: pictures with boxes over third persons, texts with words masked. Originals stay."""

from __future__ import annotations

import io
import json
import re
import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from monitor.custody.case import Case
from monitor.errors import NetraError
from monitor.evidence import Archive
from monitor.models import Item
from monitor.store import Piece, PieceKind

MOST_BOXES = 60
MOST_PIXELS = 50_000_000
BLOCK = "█"
_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
_MENTION = re.compile(r"@[\w.]{2,60}")


class Hidden(StrEnum):
    """What a box covers."""

    FACE = "wajah"
    NAME = "nama"
    CHILD = "anak"
    OTHER = "lain"


class CopyError(NetraError):
    """A working copy cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the picture as it is shown (turned as its camera said), from the upper left corner."""

    left: int
    top: int
    width: int
    height: int
    hides: Hidden


def open_picture(content: bytes) -> Image.Image:
    """Decode a picture, turned as its camera said.

    Raises:
        CopyError: it is no PNG, JPEG or WEBP, is damaged, or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Pillow: damaged EXIF, which no copy keeps
            opened = Image.open(io.BytesIO(content), formats=tuple(_SUFFIXES))
            if opened.width * opened.height > MOST_PIXELS:
                raise CopyError("gambar terlalu besar untuk disunting — perkecil dahulu di luar, lalu rekam lagi")
            return _upright(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CopyError("berkas ini bukan gambar PNG, JPEG, atau WEBP yang utuh") from error


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photo the way its file says; one whose words about itself cannot be read stays as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except (KeyError, TypeError, ZeroDivisionError, struct.error, UnicodeError):
        return image


def picture_suffix(content: bytes) -> str:
    """Give the file suffix of a picture, ".bin" where it is none that may be shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return _SUFFIXES.get(Image.open(io.BytesIO(content), formats=tuple(_SUFFIXES)).format or "", ".bin")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ".bin"


def boxed(content: bytes, boxes: Sequence[Box]) -> bytes:
    """Give a PNG of the picture with every box filled: nothing of what lay below, and no camera data, is in it.

    Raises:
        CopyError: no box, too many, one outside of the picture, or no picture.
    """
    if not boxes:
        raise CopyError("belum ada kotak — gambar sedikitnya satu kotak di atas wajah atau nama orang lain")
    if len(boxes) > MOST_BOXES:
        raise CopyError(f"paling banyak {MOST_BOXES} kotak")
    picture = open_picture(content)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(12)
    for box in boxes:
        right, bottom = box.left + box.width, box.top + box.height
        inside = 0 <= box.left < right <= picture.width and 0 <= box.top < bottom <= picture.height
        if not inside or box.width < 1 or box.height < 1:
            raise CopyError(
                f"kotak {box.left},{box.top} {box.width} x {box.height} keluar dari gambar "
                f"({picture.width} x {picture.height}) — perbaiki angkanya"
            )
        draw.rectangle((box.left, box.top, right - 1, bottom - 1), fill="black")
        if box.width > 40 and box.height > 16:
            draw.text((box.left + 3, box.top + 2), box.hides.value, fill="white", font=font)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()


def suggestions(item: Item) -> list[str]:
    """Give words of an item that may name other people: mentions, and who owns the post that was acted on."""
    parent = item.parent
    texts = [item.title, item.text, parent.text if parent is not None else ""]
    found = [one for text in texts for one in _MENTION.findall(text)]
    if parent is not None and parent.owner is not None:
        found += [one for one in (parent.owner.display_name, parent.owner.handle) if one]
    author = item.author.handle.removeprefix("@") if item.author is not None else ""
    return [one for one in dict.fromkeys(found) if not author or one.removeprefix("@") != author]


def masked(item: Item, words: Sequence[str]) -> dict[str, str]:
    """Give title, text and the parent's text with every one of the words replaced by blocks, whatever its case.

    Raises:
        CopyError: no word was given, or none of them stands there.
    """
    wanted = sorted({one.strip() for one in words if one.strip()}, key=len, reverse=True)
    if not wanted:
        raise CopyError("belum ada kata yang ditutup — tulis satu kata atau nama tiap baris")
    parent = item.parent
    said = {"judul": item.title, "isi": item.text, "isi_induk": parent.text if parent is not None else ""}
    pattern = re.compile("|".join(re.escape(one) for one in wanted), re.IGNORECASE)
    done = {name: pattern.sub(lambda found: BLOCK * len(found[0]), text) for name, text in said.items()}
    if done == said:
        raise CopyError("tidak satu pun kata itu ada dalam teks — salin persis seperti tertulis")
    return done


def text_copy(item: Item, words: Sequence[str]) -> bytes:
    """Write a masked copy as it goes into the archive."""
    return json.dumps(masked(item, words), ensure_ascii=True, indent=1, sort_keys=True).encode()


def newest_copy(case: Case, kind: PieceKind, origin: str = "") -> Piece | None:
    """Give the newest working copy of a kind, of one original where it is named; None if there is none."""
    found = [one for one in case.pieces if one.kind is kind and not one.erased and origin in {"", one.origin_sha256}]
    return found[-1] if found else None


def masked_words(case: Case, archive: Archive) -> Mapping[str, str] | None:
    """Give the masked texts of a case, None where nobody masked them.

    Raises:
        ArchiveError: the copy is missing or damaged.
    """
    copy = newest_copy(case, PieceKind.TEXT_COPY)
    if copy is None:
        return None
    read: dict[str, str] = json.loads(archive.read(copy.sha256))
    return read
