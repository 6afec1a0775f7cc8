"""Answers from the archive instead of the network: the same reading of the same bytes, years later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.models import Outcome, Request, Response


class ReplayFetcher:
    """Gives the newest archived answer; `find` is `Archive.find`."""

    def __init__(self, find: Callable[[Request], Response | None], clock: Callable[[], datetime]) -> None:
        self._find, self._clock = find, clock

    def fetch(self, request: Request) -> Response:
        """Answer from the archive; what it does not hold is not available."""
        detail = "alamat ini tidak ada dalam arsip bukti"
        return self._find(request) or Response(request, self._clock(), Outcome.NOT_AVAILABLE, detail)
