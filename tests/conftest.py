"""What all tests share: generated cases have no deadline, because a shared machine has bad moments."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("netra", deadline=None)
settings.load_profile("netra")
