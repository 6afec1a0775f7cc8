"""Sends a request to the fetcher of its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.fetch.client import PoliteClient
from monitor.fetch.files import FileFetcher
from monitor.fetch.metered import MeteredFetcher
from monitor.models import Outcome, Request, Response


class DispatchingFetcher:
    """http(s) to the client, APIs with a key through their ledger, paths to the file reader; what is off nowhere."""

    def __init__(
        self,
        web: PoliteClient,
        files: FileFetcher,
        clock: Callable[[], datetime],
        metered: MeteredFetcher | None = None,
    ) -> None:
        self._web, self._files, self._clock, self._metered = web, files, clock, metered

    def begin_run(self) -> None:
        """Start a run with a whole budget."""
        self._web.begin_run()

    def fetch(self, request: Request) -> Response:
        """Answer a request; never raises for what a server or a file does."""
        if request.purpose == "gated":
            return Response(request, self._clock(), Outcome.LEGALLY_OFF)
        if request.meter and self._metered is not None:
            return self._metered.fetch(request)
        if request.url.lower().startswith(("http:", "https:")):
            return self._web.fetch(request)
        return self._files.fetch(request)
