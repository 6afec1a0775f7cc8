"""An office whose sources are feeds on many loopback hosts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.offices import make_office


def news_office(
    folder: Path, feeds: Sequence[str], hosts: Sequence[str], *, pages: str = "none", gap: float = 0
) -> Path:
    """Lay out an office that asks these feeds; gives its settings file."""
    config = make_office(folder)
    text = config.read_text("utf-8")
    head, _, rest = text.partition("\nsources:")
    tail = rest[rest.index("\nschedule:") :]
    sources = "".join(
        f"  - {{id: warta-{number}, type: feed, url: 'http://{feed}', every: 1jam, pages: {pages}, text: whole}}\n"
        for number, feed in enumerate(feeds)
    )
    before, _, after = tail.partition("\nfetching:")
    after = after[after.index("\nweb:") :]
    names = ", ".join(f"'{host}'" for host in hosts)
    fetching = (
        f"\nfetching:\n  min_gap_seconds: {gap}\n  max_requests_per_run: 100000\n  allow_private_hosts: [{names}]\n"
    )
    config.write_text(f"{head}\nsources:\n{sources}{before}{fetching}{after}", "utf-8")
    return config
