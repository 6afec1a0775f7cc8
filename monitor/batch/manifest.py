"""What a phase run is frozen to: everything that decides its flags, by digest. Equal manifests mean equal flags."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import ConflictError
from monitor.models import Phase
from monitor.store import Watermark

SCHEMA = 1
STRETCH = 5000
"""Item ids in one part."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The frozen ground of a run.

    `digests` are those of the judges, in order; `judges` digests them all; `inside` are the SHA-256 of the files of the
    frozen folder by name; `certainty` is the calendar's mark of the phase (0..2); `frozen_at` aware UTC. `stretch` is
    how many item ids make a part. Without `watermark` the items come from Parquet files.
    """

    phase: Phase
    contest: str
    region: str
    regions: tuple[str, ...]
    certainty: int
    first_day: str
    last_day: str
    frozen_at: datetime
    netra: str
    digests: tuple[tuple[str, str], ...]
    judges: str
    inside: tuple[tuple[str, str], ...]
    watermark: Watermark
    stretch: int = STRETCH
    rehearsal: bool = False
    schema: int = SCHEMA

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest as it is written."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """Write the manifest: the same bytes for the same content."""
        plain = asdict(self) | {"frozen_at": self.frozen_at.isoformat(), "phase": self.phase.value}
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            ConflictError: there is none, or it is of another version or damaged.
        """
        try:
            plain: Any = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConflictError(f"manifes {path} tidak ada — sebut folder jalan tahapan yang benar") from None
        except (OSError, ValueError) as error:
            raise ConflictError(f"manifes {path} tidak dapat dibaca ({error}) — ambil dari cadangannya") from error
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise ConflictError(f"manifes {path} dibuat oleh versi Netra lain — pakai versi yang disebut di dalamnya")
        try:
            return cls(
                **plain
                | {
                    "phase": Phase(plain["phase"]),
                    "frozen_at": datetime.fromisoformat(plain["frozen_at"]),
                    "regions": tuple(plain["regions"]),
                    "digests": _pairs(plain["digests"]),
                    "inside": _pairs(plain["inside"]),
                    "watermark": Watermark(**plain["watermark"]),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ConflictError(f"manifes {path} rusak ({error}) — ambil dari cadangannya") from error

    def ranges(self) -> list[tuple[int, int]]:
        """Give the parts of the run: first and last item id of each, the same however many items stand in it."""
        last = self.watermark.item_id
        return [(first, min(first + self.stretch - 1, last)) for first in range(1, last + 1, self.stretch)]


def _pairs(found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in found)
