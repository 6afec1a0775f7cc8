"""One browser for all tests of a module; each test opens sessions of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for as long as the module runs."""
    with started() as one:
        yield one
