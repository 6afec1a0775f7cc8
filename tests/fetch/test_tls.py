"""TLS over the checked connection: the name is verified although the connection goes to an address."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.models import Outcome, Request, Response
from tests.fakes_fetch import polite_client

NAME = "warta.example"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"aman")

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("perintah openssl tidak ada")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    command = [openssl, "req", "-x509", *kind, *named, "-keyout", key, "-out", certificate]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1], certificate
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port: int, name: str) -> Response:
    host = f"{name}:{port}"
    client = polite_client(hosts=[host], resolve=lambda host, port: ["127.0.0.1"])
    return client.fetch(Request(f"https://{host}/", "feed"))


def test_a_trusted_name_is_read(secured: tuple[int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    port, certificate = secured
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    response = ask(port, NAME)
    assert (response.outcome, response.body) == (None, b"aman")


@pytest.mark.parametrize(("name", "trusted"), [(NAME, False), ("lain.example", True)])
def test_an_untrusted_or_other_name_is_not(
    secured: tuple[int, Path], monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool
) -> None:
    port, certificate = secured
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    response = ask(port, name)
    assert response.outcome is Outcome.DENIED_BY_ROBOTS  # not even robots.txt may be read
    assert "sambungan gagal" in response.detail
