"""A real mail server on loopback that answers as it is told to, and remembers what it was given."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Clerk:
    """Answers for recipients and data; "" means yes."""

    def __init__(self) -> None:
        self.refuse: dict[str, str] = {}
        self.data = ""
        self.got: list[tuple[str, EmailMessage]] = []
        self.signed_in: list[bool] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd asks for this name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.data:
            return self.data
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.got += [(to, parsed) for to in envelope.rcpt_tos]
        self.signed_in.append(bool(session.authenticated))
        return "250 OK"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "surel.uji.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    public, private = folder / "surel.pem", folder / "surel.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@contextlib.contextmanager
def open_counter(clerk: Clerk, keys: tuple[Path, Path] | None = None, password: str = "") -> Iterator[int]:
    """Serve; with `keys` only over STARTTLS, with `password` only who signs in as netra. Gives the port."""
    context = None
    if keys is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*keys)

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"netra", password.encode()), handled=False)

    port = free_port()
    controller = Controller(
        clerk, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=keys is not None,
        auth_required=bool(password), authenticator=check if password else None, auth_require_tls=True,
    )  # fmt: skip
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def dribbling() -> Iterator[int]:
    """A server that greets one letter at a time, for ever."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            with contextlib.suppress(OSError):
                conn, _ = server.accept()
                with conn:
                    while not stop.wait(0.05):
                        conn.sendall(b"2")

        thread = threading.Thread(target=dribble, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        stop.set()
        server.close()
        thread.join(5)
