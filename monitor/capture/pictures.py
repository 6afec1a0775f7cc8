"""Pictures that people send: decoded within limits before anything else happens, shown only as a fresh copy.

The original is kept byte for byte. What a page shows is drawn anew, smaller and without anything that a camera or a
hand hid in the file (place, time, device, text, a second document behind the picture).
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from monitor.errors import ImportRefusedError, Problem
from monitor.models import Picture

MAX_BYTES = 10_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
MOST = 8
"""Pictures of one capture."""

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_SHOWN_SIDE = 1600
_QUALITY = 85
_ADVICE = "kirim tangkapan layar sebagai PNG, JPEG atau WEBP"


def verify(content: bytes, name: str = "gambar") -> Picture:
    """Decode a picture whole, whatever its name claims.

    Raises:
        ImportRefusedError: no PNG, JPEG or WEBP, damaged, too heavy, or one that unpacks to too many pixels.
    """
    if not content:
        raise _refused(name, "berkas kosong", "pilih gambarnya lagi")
    if len(content) > MAX_BYTES:
        raise _refused(name, f"lebih besar dari {MAX_BYTES // 1_000_000} MB", "potong atau perkecil gambarnya")
    with _open(content, name) as image:
        width, height, kind = image.width, image.height, image.format or ""
        try:
            image.load()
        except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
            raise _refused(name, "gambar rusak atau terpotong", "ambil tangkapan layarnya lagi") from error
    return Picture(hashlib.sha256(content).hexdigest(), kind, width, height, len(content))


def shown(content: bytes, side: int = _SHOWN_SIDE) -> bytes:
    """Draw a picture anew as a JPEG of at most `side` pixels, upright, without metadata.

    Raises:
        ImportRefusedError: as `verify` does.
    """
    with _open(content, "gambar") as image:
        try:
            image.draft("RGB", (side, side))
            upright = _upright(image)
            upright.thumbnail((side, side))
            flat = Image.new("RGB", upright.size, "white")
            solid = upright.convert("RGBA")
            flat.paste(solid, mask=solid.getchannel("A"))
        except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
            raise _refused("gambar", "gambar rusak atau terpotong", "ambil tangkapan layarnya lagi") from error
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def grey(content: bytes, side: int) -> bytes:
    """Draw a picture anew as a grey PNG of at most `side` pixels, for a machine to read."""
    with Image.open(io.BytesIO(shown(content, side))) as image:
        out = io.BytesIO()
        image.convert("L").save(out, "PNG", compress_level=1)
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photo the way its file says; one whose words about itself cannot be read stays as it lies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Pillow: damaged EXIF, which is thrown away anyway
        try:
            return ImageOps.exif_transpose(image)
        except (KeyError, TypeError, ZeroDivisionError, struct.error, UnicodeError):
            return image


def _open(content: bytes, name: str) -> Image.Image:
    """Open without decoding: format and size are known then. Only three decoders may ever see the bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # Pillow: damaged EXIF, which is never used
            image = Image.open(io.BytesIO(content), formats=tuple(FORMATS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise _refused(name, "bukan gambar yang dikenal", _ADVICE) from error
    if image.format not in FORMATS:
        image.close()
        raise _refused(name, "bukan gambar yang dikenal", _ADVICE)
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        image.close()
        raise _too_many(name)
    return image


def _too_many(name: str) -> ImportRefusedError:
    return _refused(name, f"lebih dari {MAX_PIXELS // 1_000_000} juta piksel", "potong atau perkecil gambarnya")


def _refused(name: str, message: str, advice: str) -> ImportRefusedError:
    return ImportRefusedError([Problem(name[:80] or "gambar", 0, 0, message, advice)])
