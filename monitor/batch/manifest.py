"""What a phase run is frozen to: everything that decides its flags, by digest. Equal manifests mean equal flags."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from monitor.errors import ConflictError
from monitor.models import Phase
from monitor.store import Watermark

SCHEMA = 1
STRETCH = 5000
"""Item ids in one part."""
MOST_PARTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """The frozen ground of a run.

    `digests` are those of the judges, in order; `judges` digests them all; `inside` are the SHA-256 of the files of the
    frozen folder by name; `certainty` is the calendar's mark of the phase (0..2); `frozen_at` aware UTC. `stretch` is
    how many item ids make a part. Where `files` are named (SHA-256 by path), the items come from these Parquet files,
    one part each.
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
    files: tuple[tuple[str, str], ...] = ()
    schema: int = SCHEMA

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest as it is written."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @property
    def seed(self) -> str:
        """What the random sample is drawn by: the same however the items are cut into parts."""
        return replace(self, files=(), stretch=0).digest

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
            found = cls(
                **plain
                | {
                    "phase": Phase(plain["phase"]),
                    "frozen_at": datetime.fromisoformat(plain["frozen_at"]),
                    "regions": tuple(plain["regions"]),
                    "digests": _pairs(plain["digests"]),
                    "inside": _pairs(plain["inside"]),
                    "files": _pairs(plain["files"]),
                    "watermark": Watermark(**plain["watermark"]),
                }
            )
            found.weigh()
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise ConflictError(f"manifes {path} rusak ({error}) — ambil dari cadangannya") from error
        return found

    def weigh(self) -> None:
        """Refuse what no run can have: it may come from another machine.

        Raises:
            ValueError: it says so many parts that none could be named, or files beyond its own folder.
        """
        mark = self.watermark
        numbers = (self.stretch, self.certainty, mark.items, mark.item_id, mark.version_id)
        if not all(isinstance(one, int) and 0 <= one < 2**53 for one in numbers):
            raise ValueError("angkanya tidak masuk akal")
        if not self.files and (self.stretch < 1 or mark.item_id // self.stretch > MOST_PARTS):
            raise ValueError("jumlah bagiannya tidak masuk akal")
        texts = (self.contest, self.region, self.first_day, self.last_day, self.netra, self.judges, *self.regions)
        if not all(isinstance(one, str) for pair in (texts, *self.digests, *self.inside, *self.files) for one in pair):
            raise ValueError("ada nama yang bukan teks")
        for name, _ in (*self.inside, *self.files):
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"{name} di luar foldernya")

    def parts(self) -> list[str]:
        """Name the parts of the run, in order: ranges of item ids, the same however many items stand in them, or files.

        The first and last item id of a range are read back with `span_of`.
        """
        if self.files:
            return [f"berkas-{number:06d}" for number in range(len(self.files))]
        last = self.watermark.item_id
        return [
            f"{first:012d}-{min(first + self.stretch - 1, last):012d}" for first in range(1, last + 1, self.stretch)
        ]


def span_of(name: str) -> tuple[int, int]:
    """Give the range of item ids that the name of a part stands for."""
    first, _, last = name.partition("-")
    return int(first), int(last)


def _pairs(found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in found)
