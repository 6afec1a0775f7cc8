"""The legal clock on the page: what is late or due soon, by law; the clock of one case; a calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from monitor import docket
from monitor.docket import Docket, Duty, Law, ics
from monitor.legalclock import Deadline, Regime
from monitor.models import Flag, User
from monitor.store import CaseTimes
from monitor.web.auth import current_user
from monitor.web.i18n import t
from monitor.web.panel import Panel
from monitor.web.safety import services

SHOWN = 300

blueprint = Blueprint("tenggat", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: all cases, or those of one law; "" = all."""

    hukum: str = ""

    def holds(self, duty: Duty) -> bool:
        """Tell whether a case is among what was asked for; one of unknown law is among both."""
        return not self.hukum or duty.regime is None or duty.regime.value == self.hukum


def day(on: date | None) -> str:
    """Write a day: `Sel, 24 Jun 2025`; "" for none."""
    if on is None:
        return ""
    return f"{t('waktu.hari').split(',')[on.weekday()]}, {on.day} {t('waktu.bulan').split(',')[on.month - 1]} {on.year}"


def left(days: int | None) -> str:
    """Say how many days are left, or by how many it is past."""
    if days is None:
        return ""
    if days == 0:
        return t("tenggat.hari_ini")
    return t("tenggat.sisa", n=days) if days > 0 else t("tenggat.lampau", n=-days)


def reading_words(deadline: Deadline) -> str:
    """Name every last day with the way of counting that gives it; "" where there is only one day to name."""
    if len(deadline.readings) < 2:
        return ""
    return "; ".join(f"{t(f'hitung.{one.counting.value}')}: {day(one.day)}" for one in deadline.readings)


@blueprint.get("/tenggat")
def show() -> str:
    """Show what is late, disputed, due soon and later, of one law or of both."""
    asked = request.args.get("hukum", "")
    choice = Choice(asked if asked in {one.value for one in Regime} else "")
    law, found = _docket(current_user(), choice)
    return render_template(
        "tenggat.html",
        groups=(
            ("lewat", found.overdue), ("diperselisihkan", found.disputed), ("segera", found.soon),
            ("nanti", found.later), ("diam", found.idle),
        ),
        found=found,
        law=law,
        doubtful=[term for term in law.terms.terms if term.status < 2 or len(term.counted) > 1],
        choice=choice,
        regimes=tuple(Regime),
        shown=SHOWN,
        soon=docket.SOON_DAYS,
        day=day,
        left=left,
        reading_words=reading_words,
    )  # fmt: skip


@blueprint.get("/tenggat.ics")
def calendar_file() -> Response:
    """Give every running deadline as a calendar file: numbers, steps and days; no name, no word of anybody."""
    law, found = _docket(current_user(), Choice())
    body = ics.write(found.running, services().clock(), law.config.office.name, _address)
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="tenggat-netra.ics"'
    return response


def clock_panel(flag: Flag, _user: User) -> Panel | None:
    """Give the clock of a case; None where the office counts no deadlines."""
    law, case = services().law, services().store.deadlines.of(flag.flag_id)
    if law is None or case is None or not flag.state.ahead:
        return None
    return Panel("_kasus_jam.html", _clock_of(case, law()))


@dataclass(frozen=True, slots=True)
class CaseClock:
    """What the panel reads, with the words that it says days in."""

    duty: Duty
    note: str

    day = staticmethod(day)
    left = staticmethod(left)
    reading_words = staticmethod(reading_words)


def _clock_of(case: CaseTimes, law: Law) -> CaseClock:
    return CaseClock(docket.duty(case, law, services().clock()), law.terms.note)


def _docket(user: User, choice: Choice) -> tuple[Law, Docket]:
    make = services().law
    if make is None:
        abort(404)
    law = make()
    store = services().store
    cases = store.deadlines.all(user.regions, store.conflicts.persons(user.user_id))
    duties = (docket.duty(case, law, services().clock()) for case in cases)
    return law, docket.sorted_by_need(one for one in duties if choice.holds(one))


def _address(flag_id: int) -> str:
    """Give a link that works outside this page; only where the office said under which name it is reached."""
    web = services().config.web
    return f"https://{web.public_name}/tanda/{flag_id}" if web.public_name else ""
