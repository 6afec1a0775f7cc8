"""Pictures of evidence as they are printed: decoded and written anew, so that nothing of the file itself goes out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.custody.copies import open_picture
from monitor.reports.content import Shot

LONGEST_SIDE = 1600
QUALITY = 85
WIDEST, HIGHEST = 15.5, 17.0
"""What a picture may take of a page, in cm."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A picture for a document: JPEG bytes, size in pixels, caption, digest of the evidence that it shows."""

    content: bytes
    width: int
    height: int
    caption: str
    sha256: str

    def fit(self, widest: float, highest: float) -> float:
        """Give the width that keeps the picture within both measures."""
        return min(widest, highest * self.width / self.height)


def printed(shots: Sequence[Shot]) -> tuple[Printed, ...]:
    """Make the pictures of a case ready for paper.

    Raises:
        CopyError: one of them is no sound picture.
    """
    return tuple(_printed(shot, place) for place, shot in enumerate(shots, 1))


def _printed(shot: Shot, place: int) -> Printed:
    picture = open_picture(shot.content)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    what = "salinan suntingan; sidik yang asli" if shot.copied else "sidik berkas aslinya"
    return Printed(
        out.getvalue(),
        picture.width,
        picture.height,
        f"Gambar {place}, diperkecil untuk dicetak ({what}):",
        shot.sha256,
    )
