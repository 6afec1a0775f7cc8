"""The second factor: codes of an app (TOTP), codes for emergencies, enrolling with a picture to scan."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from datetime import timedelta

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from monitor.models import Role, User
from monitor.store import Session, Stage
from monitor.store.lockouts import of_code
from monitor.web.auth import current_session, current_user, enter, onward
from monitor.web.i18n import t
from monitor.web.safety import back_to, services

CODES = 10
_STEP = 30
_DRIFT = (0, -1, 1)
_CODE_BYTES = 10  # 80 bits: no guess and no search of a stolen digest finds one

blueprint = Blueprint("faktor", __name__)


def seal(secret: str, user_id: int) -> str:
    """Encrypt a secret for one user with a key that is derived from the page's; the database alone opens nothing."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), _bound(user_id))).decode()


def unseal(sealed: str, user_id: int) -> str | None:
    """Decrypt a sealed secret; None where the page's key is another one now, or the row was moved or changed."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(_key()).decrypt(raw[:12], raw[12:], _bound(user_id)).decode()
    except (InvalidTag, ValueError):
        return None


def _key() -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"netra faktor kedua v1")
    return kdf.derive(services().secret_key.encode())


def _bound(user_id: int) -> bytes:
    return f"user:{user_id}".encode()


def step_of(secret: str, code: str) -> int | None:
    """Give the step whose code this is, of now, the one before and the one after; None for a wrong code."""
    now, totp = int(services().clock().timestamp()) // _STEP, pyotp.TOTP(secret)
    digits = "".join(code.split())[:12].encode("utf-8", "replace")
    found = None
    for drift in _DRIFT:
        if hmac.compare_digest(totp.generate_otp(now + drift).encode(), digits):
            found = now + drift
    return found


def _waiting() -> Session | None:
    visit = g.get("visit")
    return visit if isinstance(visit, Session) and visit.stage is Stage.CODE else None


@blueprint.get("/masuk/kode")
def ask() -> Response | str:
    """Ask for the code of somebody whose password was right."""
    return redirect(url_for("masuk.form"), 303) if _waiting() is None else _asking()


@blueprint.post("/masuk/kode")
def answer() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Check the code, or a code for emergencies; wrong ones cost time."""
    visit, store = _waiting(), services().store
    user = store.users.get(visit.user_id) if visit is not None else None
    if visit is None or user is None:
        return redirect(url_for("masuk.form"), 303)
    meter = of_code(user.user_id)
    wait = store.lockouts.charge([meter], f"user:{user.user_id}")
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        return _asking(waiting=seconds), 429, {"Retry-After": str(seconds)}
    if not _right(user, request.form.get("kode", "")):
        return _asking(failed=True), 401
    store.lockouts.forgive([meter])
    return onward(enter(user, proved=True), request.form.get("lanjut", ""))


def _right(user: User, code: str) -> bool:
    factors = services().store.factors
    secret = unseal(factors.secret(user.user_id), user.user_id)
    step = step_of(secret, code) if secret is not None else None
    if step is not None:
        return factors.use_step(user.user_id, step)
    return factors.use_code(user.user_id, code_form(code))


def code_form(code: str) -> str:
    """Give a code for emergencies as it is kept: capitals and digits, without spaces and lines."""
    return "".join(one for one in code.upper() if one.isalnum())[:40]


def _asking(*, failed: bool = False, waiting: int = 0) -> str:
    onward_to = back_to(request.values.get("lanjut", ""))
    return render_template("masuk_kode.html", failed=failed, waiting=waiting, onward=onward_to)


@blueprint.get("/akun/faktor")
def show() -> str:
    """Show the picture to scan, or that there is a second factor already."""
    return _enrolling(current_user())


@blueprint.get("/akun/faktor/gambar.svg")
def picture() -> Response:
    """Give the picture to scan: a file of our own, since the policy allows no data: addresses."""
    user = current_user()
    secret = _fresh(user)
    if secret is None:
        abort(404)
    name = f"{services().config.office.name}: {user.username}"
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Netra")
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", scale=5, border=4, light="#fff", xmldecl=False)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/akun/faktor")
def enrol() -> Response | str | tuple[str, int]:
    """Keep the factor once a first code proves that the app has it; show the codes for emergencies, this once."""
    user, store = current_user(), services().store
    secret = _fresh(user)
    if secret is None:
        return redirect(url_for("faktor.show"), 303)
    if current_session().stage is Stage.FULL and not password_fits(user, request.form.get("sandi", "")):
        return _enrolling(user, trouble=t("faktor.sandi_salah")), 422
    step = step_of(secret, request.form.get("kode", ""))
    if step is None:
        return _enrolling(user, trouble=t("faktor.kode_salah")), 422
    codes = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode() for _ in range(CODES)]
    store.factors.enrol(user.user_id, seal(secret, user.user_id), step, codes)
    enter(user, proved=True)
    shown = ["-".join(one[place : place + 4] for place in range(0, 16, 4)) for one in codes]
    return render_template("faktor_kode.html", codes=shown)


@blueprint.post("/akun/faktor/cabut")
def drop() -> Response | tuple[str, int]:
    """Take one's own factor away, with the password; not where a role needs one."""
    user = current_user()
    if not password_fits(user, request.form.get("sandi", "")):
        return _enrolling(user, trouble=t("faktor.sandi_salah")), 422
    services().store.factors.reset(user.user_id, by=user.user_id)
    flash(t("faktor.dicabut"))
    return onward(enter(user), url_for("akun.show"))


def password_fits(user: User, password: str) -> bool:
    """Check the password again; guesses in a session that was left open cost time as well."""
    store, meter = services().store, of_code(-user.user_id)
    if store.lockouts.charge([meter], f"user:{user.user_id}") > timedelta(0):
        return False
    if not store.users.check_password(user.user_id, password):
        return False
    store.lockouts.forgive([meter])
    return True


def _fresh(user: User) -> str | None:
    """Give the secret that this session is about to enrol, None for none."""
    held = session.get("faktor_baru")
    return unseal(held, user.user_id) if isinstance(held, str) else None


def _enrolling(user: User, trouble: str = "") -> str:
    store = services().store
    standing = bool(store.factors.secret(user.user_id))
    secret = _fresh(user)
    if services().lasting_key and secret is None:
        secret = pyotp.random_base32()
        session["faktor_baru"] = seal(secret, user.user_id)
    spaced = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)) if secret else ""
    return render_template(
        "faktor.html",
        trouble=trouble,
        standing=standing,
        left=store.factors.codes_left(user.user_id),
        secret=spaced if services().lasting_key else "",
        forced=current_session().stage is Stage.ENROL,
        needed=bool(user.roles & set(services().config.web.second_factor)),
        admin=Role.ADMIN in user.roles,
    )
