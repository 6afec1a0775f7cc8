"""Two catalogues, one vocabulary: Indonesian first, English through the same keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, request, session
from werkzeug.wrappers import Response

from monitor.config import ZONES
from monitor.web.safety import back_to, services

LANGUAGES = ("id", "en")
_NEARLY = 0.995

blueprint = Blueprint("bahasa", __name__)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read one catalogue: flat keys, texts with `{name}` places."""
    text = resources.files("monitor.web").joinpath("catalogue", f"{language}.json").read_text(encoding="utf-8")
    entries: dict[str, str] = json.loads(text)
    return entries


def language() -> str:
    """Give the language of this request: chosen in the session, else the office's."""
    said: str | None = g.get("language")  # asked for 800 times a page
    if said is None:
        chosen = session.get("bahasa")
        said = g.language = chosen if chosen in LANGUAGES else services().config.web.language
    return said


def t(key: str, **values: object) -> str:
    """Say a key in the language of the request. A missing key raises KeyError: a test keeps the catalogues whole."""
    text = catalogue(language())[key]
    return text.format(**values) if values else text


def number(value: float, digits: int = 0) -> str:
    """Write a number as the language does: 1.234,5 or 1,234.5."""
    text = f"{value:,.{digits}f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def chance(probability: float) -> str:
    """Write a probability with two digits, never as a certainty: `> 0,99` and `< 0,01` at the ends."""
    if probability > _NEARLY:
        return f"> {number(0.99, 2)}"
    return f"< {number(0.01, 2)}" if probability < 1 - _NEARLY else number(probability, 2)


def moment(at: datetime | None, *, clock: bool = True) -> str:
    """Write a time in the office's zone: `Sel, 24 Jun 2025, 14.05 WIB`; "" for none."""
    if at is None:
        return ""
    zone = services().config.office.timezone
    local = at.astimezone(ZoneInfo(ZONES[zone]))
    day = t("waktu.hari").split(",")[local.weekday()]
    month = t("waktu.bulan").split(",")[local.month - 1]
    text = f"{day}, {local.day} {month} {local.year}"
    return f"{text}, {local.strftime(t('waktu.jam'))} {zone}" if clock else text


def day_words(day: date) -> str:
    """Write a day shortly: `24 Jun`."""
    return f"{day.day} {t('waktu.bulan').split(',')[day.month - 1]}"


def age(at: datetime | None) -> str:
    """Say how long ago something was: minutes, hours, days; "" for none, "baru saja" for the future too."""
    if at is None:
        return ""
    seconds = int((services().clock() - at).total_seconds())
    if seconds < 60:
        return t("umur.baru")
    if seconds < 3600:
        return t("umur.menit", n=seconds // 60)
    if seconds < 86400:
        return t("umur.jam", n=seconds // 3600)
    return t("umur.hari", n=number(seconds // 86400))


@blueprint.post("/bahasa")
def choose() -> Response:
    """Switch the language and go back to the same page."""
    chosen = request.form.get("bahasa", "")
    if chosen in LANGUAGES:
        session["bahasa"] = chosen
    return redirect(back_to(request.form.get("kembali", "")), 303)
