"""An invented identity provider on loopback: discovery, keys, codes, tokens; and every way in which it can lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT = "netra-uji"


@dataclass
class InventedProvider:
    """Gives codes to browsers and tokens for codes. `lies` changes claims, `header` the token's head."""

    clock: Any
    port: int = 0
    kind: str = "RS256"
    lies: dict[str, object] = field(default_factory=dict)
    header: dict[str, object] = field(default_factory=dict)
    subject: str = "s-sinta"
    email: str = ""
    secret: str = ""
    status: int = 200
    discovery: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, list[str]]]] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/kantor"

    def keys(self) -> dict[str, object]:
        rsa_key = json.loads(RSAAlgorithm.to_jwk(self.rsa.public_key()))
        ec_key = json.loads(ECAlgorithm.to_jwk(self.ec.public_key()))
        return {"keys": [{**rsa_key, "kid": "r1", "use": "sig"}, {**ec_key, "kid": "e1", "use": "sig"}]}

    def found(self) -> dict[str, object]:
        plain: dict[str, object] = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/masuk",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/kunci",
        }  # fmt: skip
        return {**plain, **self.discovery}

    def approve(self, address: str) -> str:
        """Act as the person who agrees at the provider: gives where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, code: str, form: Mapping[str, str]) -> dict[str, object] | None:
        """Trade a code once; PKCE, the address and the client have to fit."""
        asked = self.codes.pop(code, None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"] or form.get("client_id") != CLIENT:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        return {"access_token": "tidak dipakai", "token_type": "Bearer", "id_token": self.signed(asked["nonce"])}

    def signed(self, nonce: str) -> str:
        now = int(self.moment().timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": nonce, "iat": now, "exp": now + 300,
        }  # fmt: skip
        if self.email:
            claims |= {"email": self.email, "email_verified": True}
        claims = {name: value for name, value in {**claims, **self.lies}.items() if value is not None}
        head = {"kid": "e1" if self.kind == "ES256" else "r1", **self.header}
        if self.kind == "none":
            return jwt.encode(claims, "", algorithm="none", headers=head)
        if self.kind == "HS256":  # the oldest trick: the public key, which everybody has, as the secret
            return self._confused(claims, head)
        key = {"RS256": self.rsa, "ES256": self.ec, "PS256": self.rsa, "asing": self.stranger}[self.kind]
        return jwt.encode(claims, key, algorithm="RS256" if self.kind == "asing" else self.kind, headers=head)

    def _confused(self, claims: Mapping[str, object], head: Mapping[str, object]) -> str:
        import hmac  # noqa: PLC0415 - only this trick needs it

        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        body = f"{part({'alg': 'HS256', 'typ': 'JWT', **head})}.{part(claims)}"
        public = json.dumps(self.keys()["keys"][0]).encode()  # type: ignore[index]
        mac = hmac.new(public, body.encode(), hashlib.sha256).digest()
        return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def moment(self) -> datetime:
        now: datetime = self.clock()
        return now


@contextmanager
def provided(provider: InventedProvider) -> Iterator[InventedProvider]:
    """Run the provider on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            provider.asked.append((path, parse_qs(urlsplit(self.path).query)))
            answers = {
                "/kantor/.well-known/openid-configuration": provider.found, "/kantor/kunci": provider.keys,
            }  # fmt: skip
            self._send(answers[path]() if path in answers else None)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            provider.asked.append(
                (urlsplit(self.path).path, {"authorization": [self.headers.get("Authorization", "")]})
            )
            self._send(provider.token(form.get("code", ""), form))

        def _send(self, found: object) -> None:
            body = json.dumps(found or {"error": "invalid_grant"}).encode()
            self.send_response(provider.status if found is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Keep quiet: the provider remembers."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
