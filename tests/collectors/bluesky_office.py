"""A small office that watches Bluesky accounts: the same as any other, on that platform."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.models import Platform
from tests.collectors import mastodon_office


@dataclass
class Office(mastodon_office.Office):
    platform: Platform = Platform.BLUESKY
