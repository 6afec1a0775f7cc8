"""Signing in through the office's identity provider: authorization code with PKCE, state and nonce (OpenID Connect).

Only users who exist here and were linked beforehand come in; the provider makes nobody. What an answer must hold is
kept on the server under the digest of `state`, once; that the answer comes to the browser that left is proved by a
cookie of its own, which is Lax because the way back begins at another site, from which Strict ones are not sent.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import cast
from urllib.parse import quote, urlencode, urlsplit

import jwt
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.door import Oidc
from monitor.errors import NetraError
from monitor.fetch import Provider
from monitor.models import User
from monitor.store import Attempt, IdentityKind, Stage
from monitor.web.auth import enter
from monitor.web.i18n import t
from monitor.web.safety import services

SECRET = "NETRA_OIDC_SECRET"  # noqa: S105 - the name of a variable
ALGORITHMS = ("RS256", "ES256")
_LEEWAY = 60
_LONGEST_AGE = 600
_WELL_KNOWN = "/.well-known/openid-configuration"

blueprint = Blueprint("oidc", __name__, url_prefix="/masuk/penyedia")


@blueprint.get("")
def depart() -> Response:
    """Send the browser to the provider. A link, not a form: the policy lets forms go to this site only."""
    settings, provider = _agreed()
    try:
        where = _endpoint(settings, _discovered(settings, provider), "authorization_endpoint")
    except NetraError as error:
        return _failed(str(error))
    state, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    services().store.identities.depart(state, Attempt(nonce, verifier))
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.client_id, "redirect_uri": _address(), "scope": "openid email",
        "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    response = redirect(f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(asked)}", 303)
    response.set_cookie(
        _cookie(), state, max_age=600, httponly=True, secure=services().config.web.outside, samesite="Lax"
    )
    return response


@blueprint.get("/kembali")
def arrive() -> Response:
    """Take the provider's answer: everything must fit, or nobody comes in."""
    settings, provider = _agreed()
    state, held = request.args.get("state", "")[:200], request.cookies.get(_cookie(), "")[:200]
    if not state or not hmac.compare_digest(state.encode("utf-8", "replace"), held.encode("utf-8", "replace")):
        return _failed("jawaban itu bukan untuk peramban ini")
    attempt = services().store.identities.arrive(state)
    if attempt is None:
        return _failed("jawaban itu sudah dipakai atau terlambat")
    try:
        claims = _proved(settings, provider, attempt, request.args.get("code", "")[:2000])
        user = _user(settings, claims)
    except NetraError as error:
        return _failed(str(error))
    stage = enter(user)
    onward = url_for("faktor.ask") if stage is Stage.CODE else url_for("antrean.front")
    response = make_response(render_template("masuk_penyedia.html", onward=onward))
    response.delete_cookie(_cookie(), secure=services().config.web.outside, httponly=True, samesite="Lax")
    return response


def _agreed() -> tuple[Oidc, Provider]:
    settings, provider = services().config.web.oidc, services().provider
    if settings is None or provider is None:
        abort(redirect(url_for("masuk.form"), 303))
    return settings, provider


def _address() -> str:
    return services().config.web.address(url_for("oidc.arrive"))


def _cookie() -> str:
    return "__Host-netra-penyedia" if services().config.web.outside else "netra-penyedia"


def _failed(why: str) -> Response:
    """Tell that nobody came in; the reason goes to the audit, the page says one thing only."""
    services().store.audit.note("masuk_penyedia_gagal", "masuk", {"sebab": why[:300]})
    flash(t("masuk.penyedia_gagal"))
    return redirect(url_for("masuk.form"), 303)


def _read(raw: bytes) -> dict[str, object]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NetraError("jawaban penyedia identitas bukan JSON") from error
    if not isinstance(found, dict):
        raise NetraError("jawaban penyedia identitas bukan objek JSON")
    return cast("dict[str, object]", found)


def _discovered(settings: Oidc, provider: Provider) -> dict[str, object]:
    found = _read(provider.get(settings.issuer.rstrip("/") + _WELL_KNOWN))
    if found.get("issuer") != settings.issuer:
        raise NetraError("penyedia identitas menyebut penerbit lain")
    return found


def _endpoint(settings: Oidc, discovered: Mapping[str, object], name: str) -> str:
    """Give an endpoint; as well guarded as the issuer itself."""
    url = discovered.get(name)
    if not isinstance(url, str) or not url.isprintable():
        raise NetraError(f"penyedia identitas tidak menyebut `{name}`")
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.netloc not in settings.allow_private:
        raise NetraError(f"`{name}` penyedia identitas tidak https")
    return url


def _proved(settings: Oidc, provider: Provider, attempt: Attempt, code: str) -> dict[str, object]:
    """Trade the code for a token and check all of it: signature, issuer, audience, times, nonce."""
    if not code:
        raise NetraError("penyedia identitas menolak")
    discovered = _discovered(settings, provider)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": _address(),
        "client_id": settings.client_id, "code_verifier": attempt.verifier,
    }  # fmt: skip
    secret = os.environ.get(SECRET, "")
    basic = base64.b64encode(f"{quote(settings.client_id, '')}:{quote(secret, '')}".encode()).decode()
    answer = _read(
        provider.post(_endpoint(settings, discovered, "token_endpoint"), form, f"Basic {basic}" if secret else "")
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NetraError("penyedia identitas tidak memberi id_token")
    keys = _read(provider.get(_endpoint(settings, discovered, "jwks_uri")))
    claims = verified(token, keys, settings, int(services().clock().timestamp()))
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), attempt.nonce.encode()):
        raise NetraError("nonce id_token tidak cocok")
    return claims


def verified(token: str, keys: Mapping[str, object], settings: Oidc, now: int) -> dict[str, object]:
    """Check an id_token against the provider's keys, at a time in seconds; only RS256 and ES256 count.

    Raises:
        NetraError: anything at all is not as it has to be.
    """
    try:
        header = jwt.get_unverified_header(token)
        named = [one for one in jwt.PyJWKSet.from_dict(dict(keys)).keys if one.key_id == header.get("kid")]
        if header.get("alg") not in ALGORITHMS or len(named) != 1 or named[0].algorithm_name != header["alg"]:
            raise NetraError("kunci atau algoritme id_token tidak dikenal")
        claims: dict[str, object] = jwt.decode(
            token, named[0].key, algorithms=list(ALGORITHMS), audience=settings.client_id, issuer=settings.issuer,
            options={
                "require": ["exp", "iat", "iss", "aud", "sub", "nonce"],
                "verify_exp": False, "verify_iat": False, "verify_nbf": False,
            },
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise NetraError(f"id_token ditolak ({type(error).__name__})") from error
    _in_time(claims, now)
    party = claims.get("azp", settings.client_id)
    if (
        isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims
    ) or party != settings.client_id:
        raise NetraError("id_token dibuat untuk aplikasi lain")
    return claims


def _in_time(claims: Mapping[str, object], now: int) -> None:
    """Check the times by the office's own clock."""
    ends, made, begins = claims["exp"], claims["iat"], claims.get("nbf", 0)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in (ends, made, begins)):
        raise NetraError("waktu dalam id_token bukan angka")
    ends, made, begins = cast("float", ends), cast("float", made), cast("float", begins)
    if ends <= now - _LEEWAY or made > now + _LEEWAY or made < now - _LONGEST_AGE or begins > now + _LEEWAY:
        raise NetraError("id_token kedaluwarsa atau belum berlaku")


def _user(settings: Oidc, claims: Mapping[str, object]) -> User:
    known = {IdentityKind.SUBJECT: str(claims["sub"])}
    email = claims.get("email")
    if isinstance(email, str) and email and claims.get("email_verified") is True:
        known[IdentityKind.EMAIL] = email
    store = services().store
    user_id = store.identities.whose(settings.issuer, known)
    user = store.users.get(user_id) if user_id is not None else None
    if user is None or not user.active:
        raise NetraError("identitas itu tidak ditautkan dengan pengguna yang aktif")
    return user
