"""An office with flags, and browsers without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes_web import PASSWORD, World


@dataclass
class Reader:
    """Somebody at a browser: follows links and sends the forms that a page really holds."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, buffered=True)

    def token(self, path: str = "/bantuan") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def send(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def decide(self, flag_id: int, reason: str, note: str = "", **fields: str) -> TestResponse:
        """Decide as the form of the case would, with what it says of the newest decision."""
        page = self.get(f"/tanda/{flag_id}").text
        last = re.search(r'name="terakhir" value="([^"]*)"', page)
        known = {"terakhir": last[1] if last else "", "alasan": reason, "catatan": note}
        return self.send(f"/tanda/{flag_id}/putuskan", **{**known, **fields})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty office with users."""
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def flags(world: World) -> list[int]:
    """The office's flags, most urgent first."""
    return world.seed()


@pytest.fixture
def sign_in(world: World) -> Callable[[str], Reader]:
    """Sign somebody in."""
    app = world.app()

    def _sign_in(username: str = "pemantau") -> Reader:
        reader = Reader(app.test_client())
        answer = reader.client.post(
            "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": username, "sandi": PASSWORD}
        )
        assert answer.status_code == 303
        return reader

    return _sign_in


@pytest.fixture
def reader(sign_in: Callable[[str], Reader], flags: list[int]) -> Reader:
    """The monitor, signed in, in an office with flags."""
    assert flags
    return sign_in("pemantau")
