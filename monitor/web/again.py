"""Collecting what is missing, behind the page: one thread at a time, and what the page says of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import BusyError, NetraError


@dataclass(frozen=True, slots=True)
class Working:
    """What the last start led to. `state`: "berjalan", "selesai", "ditolak" or "gagal"; `said`: a line (Indonesian)."""

    state: str
    started_at: datetime
    total: int = 0
    proved: int = 0
    said: str = ""


class Again:
    """Collects in the background. Between processes the lock of the runs decides: two runs never overlap."""

    def __init__(
        self,
        missing: Callable[[], Sequence[str]],
        collect: Callable[[Sequence[str]], int],
        clock: Callable[[], datetime],
    ) -> None:
        """Take what to ask again, and the collecting of it, which gives how many sources were proved."""
        self._missing, self._collect, self._clock = missing, collect, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._working: Working | None = None

    @property
    def working(self) -> Working | None:
        """What the last start led to, None before the first."""
        return self._working

    def start(self) -> bool:
        """Begin; False where it is under way already."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._working = Working("berjalan", self._clock())
            self._thread = threading.Thread(target=self._run, name="ulangi", daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Wait for the end of what is under way."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        began, ids = self._clock(), list[str]()
        ended = Working("gagal", began, said="berhenti karena galat; lihat catatan server")
        try:
            ids = list(self._missing())
            self._working = Working("berjalan", began, len(ids))
            ended = Working("selesai", began, len(ids), self._collect(ids) if ids else 0)
        except BusyError as error:
            ended = Working("ditolak", began, len(ids), said=str(error))
        except NetraError as error:
            ended = Working("gagal", began, len(ids), said=str(error))
        finally:
            self._working = ended
