"""What a feed remembers between runs: which entries it saw and in which version, so that only the new is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from monitor.collectors import loose

MAX_ENTRIES = 6000


def digest(*parts: str) -> str:
    """Give a short digest of texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load(cursor: str) -> dict[str, str]:
    """Read a cursor; one that cannot be read is as good as none."""
    return {key: str(one) for key, one in loose.state(cursor).items()}


def dump(seen: Mapping[str, str]) -> str:
    """Write a cursor; of very many entries the newest stay."""
    return loose.dump(dict(list(seen.items())[-MAX_ENTRIES:]))
