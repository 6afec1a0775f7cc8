"""How a reader wants to see pages: light or dark, and whether the machine speaks before they have decided."""

from __future__ import annotations

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from monitor.web.safety import back_to, services

THEMES = ("otomatis", "terang", "gelap")
_COOKIE = "netra-tema"
_YEAR = 365 * 24 * 3600
_MEDIA = {"otomatis": "screen and (prefers-color-scheme: dark)", "gelap": "screen"}

blueprint = Blueprint("tampilan", __name__)


def theme() -> str:
    """Give the reader's theme; the browser decides where they chose none."""
    chosen = request.cookies.get(_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def dark_media() -> str:
    """Say on which media the dark colours hold; "" for none. Print stays light."""
    return _MEDIA.get(theme(), "")


def hides_machine() -> bool:
    """Tell whether the reader wants to decide before the machine is heard."""
    return session.get("mesin") == "sembunyi"


@blueprint.post("/tampilan")
def choose() -> Response:
    """Keep a choice and go back to the same page."""
    answer = redirect(back_to(request.form.get("kembali", "")), 303)
    wanted = request.form.get("tema", "")
    if wanted in THEMES:
        answer.set_cookie(
            _COOKIE, wanted, max_age=_YEAR, httponly=True, samesite="Strict",
            secure=services().config.web.behind != "none",
        )  # fmt: skip
    if request.form.get("mesin") in {"sembunyi", "tampil"}:
        session["mesin"] = request.form["mesin"]
    return answer
