"""What every answer carries and every request must pass: headers, hosts, forms, sizes."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from monitor.door import Web
from monitor.web.services import Services

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_FORM_BYTES = 64_000

csrf = CSRFProtect()


def services() -> Services:
    """Give what the application was made with."""
    return cast("Services", current_app.extensions["netra"])


def back_to(path: str) -> str:
    """Give a path of this site to go back to; anything else (another host, a scheme, a trick) becomes the front."""
    parts = urlsplit(path)
    sound = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if sound and path.isprintable() and "\\" not in path else "/"


def here() -> str:
    """Give the address of this page, to come back to; the front where it was sent by a form."""
    if request.method != "GET":
        return "/"
    query = request.query_string.decode("ascii", "ignore")
    return back_to(quote(request.path) + (f"?{query}" if query else ""))


def protect(app: Flask, web: Web) -> None:
    """Switch on every guard that does not depend on a screen."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-netra" if web.outside else "netra",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=web.outside,
        PERMANENT_SESSION_LIFETIME=web.session_hours * 3600,
        MAX_CONTENT_LENGTH=_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=_FORM_BYTES,
        MAX_FORM_PARTS=50,
        TRUSTED_HOSTS=_hosts(web),
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,  # addresses of shipped files carry their digest
        WTF_CSRF_TIME_LIMIT=None,  # bound to the session: a note written over lunch is not lost
    )
    csrf.init_app(app)
    if web.outside:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]

    @app.after_request
    def _dress(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if web.outside:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def _hosts(web: Web) -> list[str]:
    names = {web.public_name, "127.0.0.1", "localhost"}
    if web.behind != "none":
        names = {web.public_name} if web.public_name else {web.host}
    return sorted(name for name in names if name)
