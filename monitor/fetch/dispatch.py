"""Sends a request to the fetcher of its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.fetch.client import PoliteClient
from monitor.fetch.files import FileFetcher
from monitor.models import Outcome, Request, Response


class DispatchingFetcher:
    """http(s) to the client, paths to the file reader; what is legally off goes nowhere."""

    def __init__(self, web: PoliteClient, files: FileFetcher, clock: Callable[[], datetime]) -> None:
        self._web, self._files, self._clock = web, files, clock

    def begin_run(self) -> None:
        """Start a run with a whole budget."""
        self._web.begin_run()

    def fetch(self, request: Request) -> Response:
        """Answer a request; never raises for what a server or a file does."""
        if request.purpose == "gated":
            return Response(request, self._clock(), Outcome.LEGALLY_OFF)
        if request.url.lower().startswith(("http:", "https:")):
            return self._web.fetch(request)
        return self._files.fetch(request)
