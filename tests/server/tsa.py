"""A real time-stamping authority on loopback: certificates and answers are made by `openssl`."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.plain import Quiet, serving

OPENSSL = "/usr/bin/openssl"
_CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
certs = {folder}/ca.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[v3_tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[v3_ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[req]
distinguished_name = dn
[dn]
"""


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run([OPENSSL, *words], cwd=folder, check=True, capture_output=True)


def make_authority(folder: Path) -> Path:
    """Make a root and a signer; gives the PEM of the root."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    _openssl(
        folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30",
        "-subj", "/CN=Akar Cap Waktu Contoh", "-config", "tsa.cnf", "-extensions", "v3_ca",
    )  # fmt: skip
    _openssl(
        folder, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr",
        "-subj", "/CN=Cap Waktu Contoh", "-config", "tsa.cnf",
    )  # fmt: skip
    _openssl(
        folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out",
        "tsa.crt", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "v3_tsa",
    )  # fmt: skip
    return folder / "ca.crt"


@dataclass
class Authority:
    """`mood` is how it answers: "ok", "500", "html", "garbage", "huge", or "other" (a stamp over other bytes)."""

    url: str
    host: str
    roots: Path
    mood: str = "ok"
    asked: int = 0


@contextmanager
def serve_tsa(folder: Path) -> Iterator[Authority]:
    roots = make_authority(folder)
    authority = Authority("", "", roots)

    class Handler(Quiet):
        def asked(self) -> None:
            authority.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            status, kind, body = 200, "application/timestamp-reply", b"bukan cap waktu"
            if authority.mood == "other":
                (folder / "lain.txt").write_text("lain")
                _openssl(folder, "ts", "-query", "-data", "lain.txt", "-sha256", "-cert", "-out", "lain.tsq")
                query = (folder / "lain.tsq").read_bytes()
            if authority.mood in {"ok", "other"}:
                (folder / "a.tsq").write_bytes(query)
                _openssl(folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "a.tsq", "-out", "a.tsr")
                body = (folder / "a.tsr").read_bytes()
            elif authority.mood == "500":
                status = 500
            elif authority.mood == "html":
                kind = "text/html"
            elif authority.mood == "huge":
                body = b"x" * 200_000
            self.answer(status, kind, body)

    with serving(Handler) as host:
        authority.host, authority.url = host, f"http://{host}/tsa"
        yield authority
