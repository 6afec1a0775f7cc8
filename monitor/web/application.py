"""The Flask application: guards, screens, error pages; and the server that carries it."""

from __future__ import annotations

import hashlib
import socket
from functools import cache
from importlib import resources
from typing import Any

import waitress
from flask import Flask, current_app, g, get_flashed_messages, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from monitor import custody
from monitor.door import Web
from monitor.errors import BusyError, NetraError
from monitor.models import Role
from monitor.web import (
    akun,
    ambang,
    aturan,
    auth,
    berkas,
    berkas_kasus,
    borongan,
    cakupan,
    case,
    dasbor,
    decide,
    ekspor,
    faktor,
    hari,
    henti,
    i18n,
    jawaban,
    kantor,
    kasus_lama,
    kebocoran,
    kesepakatan,
    keyakinan,
    oidc,
    orang,
    paket,
    petugas,
    proses,
    queue,
    saran,
    saringan,
    sudah,
    summary,
    sunting,
    tampilan,
    tangkap,
    temuan,
    tenggat,
    tinjauan,
    undangan,
)
from monitor.web.looked import keep_looks
from monitor.web.panel import Maker
from monitor.web.safety import here, protect, services
from monitor.web.services import Services
from monitor.web.text import show
from monitor.web.views import REASON_GROUPS, form_text, found_words, host_of, web_address

THREADS = 8
PROXY_HEADERS = {"x-forwarded-for", "x-forwarded-proto"}
_EXPLAINED = frozenset({400, 403, 404, 405, 413})
_SHORTEST_SECRET = 32
_SCREENS = (
    auth.blueprint,
    faktor.blueprint,
    undangan.blueprint,
    oidc.blueprint,
    akun.blueprint,
    petugas.blueprint,
    kebocoran.blueprint,
    i18n.blueprint,
    queue.blueprint,
    saringan.blueprint,
    paket.blueprint,
    orang.blueprint,
    borongan.blueprint,
    sudah.blueprint,
    case.blueprint,
    case.evidence,
    keyakinan.blueprint,
    tampilan.blueprint,
    decide.blueprint,
    summary.blueprint,
    dasbor.blueprint,
    aturan.blueprint,
    saran.blueprint,
    henti.blueprint,
    ambang.blueprint,
    berkas.blueprint,
    berkas_kasus.blueprint,
    sunting.blueprint,
    tangkap.blueprint,
    temuan.blueprint,
    kasus_lama.blueprint,
    cakupan.blueprint,
    tenggat.blueprint,
    ekspor.blueprint,
    jawaban.blueprint,
    proses.blueprint,
    tinjauan.blueprint,
    kesepakatan.blueprint,
    hari.blueprint,
    kantor.blueprint,
)
_PANELS: tuple[Maker, ...] = (
    paket.why_panel,
    paket.hold_panel,
    orang.line_panel,
    proses.process_panel,
    tenggat.clock_panel,
    berkas_kasus.file_panel,
    jawaban.answer_panel,
)


def create_app(services: Services) -> Flask:
    """Build the page for one office.

    Raises:
        NetraError: the secret key is too short to sign anything with.
    """
    if len(services.secret_key) < _SHORTEST_SECRET:
        raise NetraError(f"kunci rahasia sesi terlalu pendek — buat yang acak, sedikitnya {_SHORTEST_SECRET} karakter")
    app = Flask(__name__)
    app.secret_key = services.secret_key
    app.extensions["netra"] = services
    app.extensions["netra-panels"] = _PANELS
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    protect(app, services.config.web)
    app.before_request(auth.require_user)
    keep_looks(app)
    for blueprint in _SCREENS:
        app.register_blueprint(blueprint)
    app.context_processor(_context)
    app.jinja_env.globals.update(
        t=i18n.t,
        language=i18n.language,
        number=i18n.number,
        chance=i18n.chance,
        moment=i18n.moment,
        age=i18n.age,
        show=show,
        theme=tampilan.theme,
        themes=tampilan.THEMES,
        dark_media=tampilan.dark_media,
        hides_machine=tampilan.hides_machine,
        asset=asset,
        form_text=form_text,
        reason_groups=REASON_GROUPS,
    )
    app.jinja_env.filters.update(web_address=web_address, host_of=host_of, found_words=found_words)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(SecurityError, _strange_host)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(Exception, _unexpected)
    return app


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until stopped. Waitress speaks plain HTTP: TLS is the proxy's, and only its headers are believed.

    Raises:
        BusyError: something else listens there.
    """
    _free(host, port)
    waitress.serve(app, host=host, port=port, **listening(app.extensions["netra"].config.web))


def listening(web: Web) -> dict[str, Any]:
    """Give the server's settings: headers of a proxy are believed from the declared one alone, dropped from others."""
    proxy = {"trusted_proxy": web.proxy, "trusted_proxy_headers": PROXY_HEADERS} if web.outside else {}
    return {"threads": THREADS, "ident": None, "clear_untrusted_proxy_headers": True, **proxy}


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BusyError(
                f"alamat {host}:{port} sudah dipakai atau tidak ada di komputer ini ({error.strerror}) — "
                "hentikan yang lain, atau pilih --port lain"
            ) from error


@cache
def _digest(name: str) -> str:
    body = resources.files("monitor.web").joinpath("static", name).read_bytes()
    return hashlib.sha256(body).hexdigest()[:12]


def asset(name: str) -> str:
    """Give the address of a shipped file; it changes with the content, so that nobody sees an old one."""
    return url_for("static", filename=name, v=_digest(name))


def _context() -> dict[str, object]:
    user = g.get("user")
    toasts = list(get_flashed_messages(category_filter=["toast"])) if user is not None else []
    return {
        "user": user,
        "office": services().config.office,
        "demo_mode": services().config.mode == "demo",
        "here": g.get("here") or here(),
        "screen": request.blueprint or "",
        "toasts": toasts,
        "rules_shown": user is not None and aturan.may_see_rules(user),
        "may_export": user is not None and custody.may_export(user),
        "may_record": user is not None and auth.may_decide(user),
        "may_audit": user is not None and Role.AUDITOR in user.roles,
        "may_compare": user is not None and kantor.may_compare(user),
        "may_review": user is not None and bool(user.roles & tinjauan.REVIEWERS),
        "may_manage": user is not None and Role.ADMIN in user.roles,
    }


def _strange_host(_error: SecurityError) -> Response:
    """Answer a request that came under a name which is not ours; without a host no page can be built."""
    return Response(i18n.t("salah.400_isi") + "\n", 400, mimetype="text/plain")


def _form_expired(_error: CSRFError) -> tuple[str, int]:
    return render_template("salah.html", kind="csrf", code=400, note=request.form.get("catatan", "")), 400


def _explain(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    kind = str(code) if code in _EXPLAINED else ("400" if code < 500 else "500")
    return render_template("salah.html", kind=kind, code=code, note=""), code


def _unexpected(error: Exception) -> tuple[str, int]:
    """Tell the reader; the traceback goes to the server's log, never to the page."""
    current_app.logger.error("unexpected error in %s", request.endpoint, exc_info=error)
    return render_template("salah.html", kind="500", code=500, note=request.form.get("catatan", "")), 500
