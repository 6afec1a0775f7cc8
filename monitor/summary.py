"""What a screening did, in a few lines: items, matched, flagged, by which rule, at which score, in what time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from monitor.models import Level, Screened

_BANDS = 5


@dataclass
class Tally:
    """Counts of one screening; `seconds` is wall time."""

    items: int = 0
    matched: int = 0
    flagged: int = 0
    held: int = 0
    seconds: float = 0.0
    levels: Counter[Level] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    bands: Counter[int] = field(default_factory=Counter)
    model_alone: int = 0

    def add(self, results: Sequence[Screened]) -> None:
        """Count a batch."""
        for result in results:
            self.items += 1
            self.matched += result.actors > 0
            self.flagged += len(result.held) < len(result.opinions)
            self.held += len(result.held)
            for _, opinion in result.opinions:
                self.levels[opinion.level] += 1
                self.rules.update({match.rule_id for match in opinion.matches})
                self.model_alone += all(match.level.rank < Level.MEDIUM.rank for match in opinion.matches)
                if opinion.probability is not None:
                    self.bands[min(int(opinion.probability * _BANDS), _BANDS - 1)] += 1

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure wall time."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began

    def as_dict(self) -> dict[str, object]:
        """Give plain data for --json."""
        return {
            "items": self.items,
            "matched": self.matched,
            "flagged": self.flagged,
            "held": self.held,
            "seconds": round(self.seconds, 3),
            "levels": {str(level): count for level, count in self.levels.items()},
            "rules": dict(self.rules.most_common()),
            "model_alone": self.model_alone,
            "probability": {_band(band): self.bands[band] for band in range(_BANDS)},
        }

    def lines(self) -> list[str]:
        """Say it in Indonesian."""
        if not self.items:
            return ["Tidak ada butir baru untuk disaring."]
        pace = f" ({self.items / self.seconds:,.0f} butir tiap detik)".replace(",", ".") if self.seconds else ""
        said = [
            f"Disaring        {self.items} butir dalam {self.seconds:.1f} detik{pace}".replace(".", ",", 1),
            f"Terkait daftar  {self.matched} butir",
            f"Ditandai        {self.flagged} butir"
            + "".join(f"; {self.levels[level]} {level}" for level in reversed(Level) if self.levels[level]),
        ]
        if self.held:
            said.append(f"Ditahan         {self.held} tanda dari aturan yang dihentikan; lihat `netra rules stops`")
        if self.flagged:
            said.append("Menurut aturan:")
            said += [f"  {count:>5}  {rule_id}" for rule_id, count in self.rules.most_common(12)]
            said.append(f"  {self.model_alone:>5}  (model saja, tanpa aturan tingkat sedang ke atas)")
            said.append("Menurut peluang dari model (butir yang ditandai):")
            said += [f"  {self.bands[band]:>5}  {_band(band)}" for band in reversed(range(_BANDS)) if self.bands[band]]
        return said


def _band(band: int) -> str:
    return f"{band / _BANDS:.1f}–{(band + 1) / _BANDS:.1f}".replace(".", ",")
