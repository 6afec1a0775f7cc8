"""Asks a hostile server for each named thing in a process of its own: `python hostile_worker.py HOST NAME...`.

Prints one JSON line: how each ended, and the most memory (MB) that the process ever held.
"""

from __future__ import annotations

import json
import resource
import sys

from monitor.collectors import build_source
from monitor.config import FeedSource
from monitor.models import Request
from tests.fakes_fetch import polite_client


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    host, names = sys.argv[1], sys.argv[2:]
    config = FeedSource.model_validate({"type": "feed", "id": "warta", "url": f"http://{host}/feed", "pages": "none"})
    source = build_source(config, wanted=bool, list_files=lambda _: [])
    client = polite_client(hosts=[host], deadline_seconds=20)
    source.read(client.fetch(Request(f"http://{host}/feed", "feed")))
    before, ended = peak(), {}
    for name in names:
        response = client.fetch(Request(f"http://{host}/{name}", "feed"))
        page = source.read(response)
        ended[name] = [str(page.outcome), page.detail, len(response.body)]
    print(json.dumps({"before": before, "peak": peak(), "ended": ended}))


if __name__ == "__main__":
    main()
