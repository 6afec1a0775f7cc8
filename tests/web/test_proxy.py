"""Behind a declared proxy, over real sockets: its word is believed, nobody else's."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waitress import wasyncore
from waitress.server import create_server

from monitor.web.application import listening
from tests.fakes_web import PASSWORD, World

NAME = "netra.contoh.invalid"
TOLD = {"Host": NAME, "X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https"}


@contextmanager
def served(world: World) -> Iterator[int]:
    """Serve the page as `netra serve` does; gives the port."""
    server = create_server(world.app(), host="127.0.0.1", port=0, **listening(world.config.web))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        server.task_dispatcher.shutdown()
        thread.join(10)


def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: str = ""
) -> tuple[http.client.HTTPResponse, str]:
    """Ask as a proxy on this computer would, with exactly these headers."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    wire.request(method, path, body=body or None, headers={**headers, **kind})
    answer = wire.getresponse()
    text = answer.read().decode()
    wire.close()
    return answer, text


def addresses(world: World) -> set[str]:
    rows = world.store._connection.db.execute("SELECT DISTINCT address FROM sessions")
    return {address for (address,) in rows}


def sign_in(port: int, headers: dict[str, str]) -> http.client.HTTPResponse:
    answer, text = ask(port, "GET", "/masuk", headers)
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token is not None, text
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    referer = {"Referer": f"https://{NAME}/masuk", "Cookie": cookie}
    form = f"csrf_token={token[1]}&nama=pemantau&sandi={PASSWORD}"
    return ask(port, "POST", "/masuk", {**headers, **referer}, form)[0]


@pytest.mark.parametrize("behind", ["proxy", "tls"])
def test_the_declared_proxy_is_believed(tmp_path: Path, behind: str) -> None:
    world = World(tmp_path, behind=behind, public_name=NAME, proxy="127.0.0.1")
    with served(world) as port:
        answer = sign_in(port, TOLD)
        assert answer.status == 303
        cookies = answer.headers.get_all("Set-Cookie")
        assert all("Secure" in one and "HttpOnly" in one and "SameSite=Strict" in one for one in cookies)
        assert all(one.startswith("__Host-netra") and "Path=/" in one and "Domain" not in one for one in cookies)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        assert "Server" not in answer.headers
    assert addresses(world) == {"198.51.100.9"}
    world.close()


def test_only_the_last_hop_of_a_chain_counts(tmp_path: Path) -> None:
    world = World(tmp_path, behind="proxy", public_name=NAME)
    with served(world) as port:
        sign_in(port, {**TOLD, "X-Forwarded-For": "203.0.113.66, 198.51.100.9"})
    assert addresses(world) == {"198.51.100.9"}, "what a client wrote in front of it is not believed"
    world.close()


def test_somebody_else_cannot_speak_as_the_proxy(tmp_path: Path) -> None:
    world = World(tmp_path, behind="proxy", public_name=NAME, proxy="192.0.2.1")
    with served(world) as port:
        sign_in(port, TOLD)
        answer, _text = ask(port, "GET", "/masuk", {**TOLD, "X-Forwarded-Host": "jahat.invalid"})
        assert answer.status == 200
    assert "198.51.100.9" not in addresses(world)
    world.close()


def test_at_home_nobody_is_a_proxy(tmp_path: Path) -> None:
    world = World(tmp_path)
    with served(world) as port:
        home = {**TOLD, "Host": f"127.0.0.1:{port}", "Forwarded": "for=198.51.100.9;proto=https"}
        answer = sign_in(port, home)
        assert answer.status == 303
        assert "Strict-Transport-Security" not in answer.headers
    assert addresses(world) == {"127.0.0.1"}
    world.close()
