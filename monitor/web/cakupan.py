"""The page of coverage: what of the roster was seen, what was not, since when and why, and asking the rest again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.coverage import Cell, Line, State, Tally, assess, by, cells, eyes, heat, phase_spans, tally
from monitor.errors import ConflictError, NotAllowedError
from monitor.models import Phase
from monitor.store import Run
from monitor.store.past_roster import Erased
from monitor.web import looked
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import t
from monitor.web.keeping import Held, Kept
from monitor.web.safety import services
from monitor.web.text import seen

WEEKS = 12
PAGE_SIZE = 50
MOST_MAPS = 6
MOST_OFFICES = 25
_SEARCH = 200
_WINDOWS = ("sekarang", "7", "30")
_OPEN = "belum"
_KEPT = 4
_LARGE, _LARGE_SECONDS = 5_000, 60
_MOST_ALARMS = 20
_BIGGEST_ID = 2**53

blueprint = Blueprint("cakupan", __name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Coverage of one window, put together once for every reader of the same regions.

    `past` is the day whose roster counts (None: today's), `erased` what stood in it and is known no more.
    """

    lines: tuple[Line, ...]
    counted: Tally
    sources: Mapping[str, Tally]
    offices: tuple[tuple[str, Tally], ...]
    maps: Mapping[str, Sequence[Tally]]
    first: date
    counted_at: datetime
    past: date | None = None
    erased: Erased | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters as the address gives them; unknown values are dropped, never an error."""

    jendela: str = "sekarang"
    sumber: str = ""
    instansi: str = ""
    keadaan: str = ""
    cari: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Choice:
        """Read what is sound."""
        window, state = values.get("jendela", ""), values.get("keadaan", "")
        windows = {*_WINDOWS, *(phase.value for phase in Phase)}
        plain = {name: seen(values.get(name, "")).strip()[:_SEARCH] for name in ("sumber", "instansi", "cari")}
        return cls(
            jendela=window if window in windows else "sekarang",
            keadaan=state if state in {_OPEN, *(one.value for one in State)} else "",
            **plain,
        )

    def address(self, **more: object) -> str:
        """Give the address of the page with these filters, `more` replacing some; page numbers are not kept."""
        held = {name: getattr(self, name) for name in ("jendela", "sumber", "instansi", "keadaan", "cari")}
        chosen = {name: value for name, value in {**held, **more}.items() if value and value != "sekarang"}
        return url_for("cakupan.show_coverage") + (f"?{urlencode(chosen)}" if chosen else "")

    def takes(self, line: Line) -> bool:
        """Tell whether a line passes."""
        one = line.subject
        if self.sumber and line.config_id != self.sumber:
            return False
        if self.instansi and (one is None or one.office != self.instansi):
            return False
        if self.keadaan and not (
            line.state.askable and not line.state.proved if self.keadaan == _OPEN else line.state == self.keadaan
        ):
            return False
        words = self.cari.casefold()
        return not words or words in f"{one.name}\n{one.handle}\n{line.source_id}".casefold() if one else not words


def now_seen() -> Seen:
    """Give coverage as things stand now, of what this reader may see."""
    return _seen("sekarang")


@blueprint.get("/cakupan")
def show_coverage() -> str:
    """Show coverage."""
    choice = Choice.read(request.args)
    found = _seen(choice.jendela)
    chosen = [one for one in found.lines if choice.takes(one)]
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    number = min(pages, max(1, request.args.get("hal", 1, type=int)))
    shown = _explained(choice.jendela, chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    looked.shown(persons=[one.subject.person_id for one in shown if one.subject is not None])
    maps = [choice.sumber] if choice.sumber in found.maps else list(found.maps)
    return render_template(
        "cakupan.html",
        choice=choice,
        seen=found,
        maps=[(name, _drawing(found.first, found.maps[name])) for name in maps[:MOST_MAPS]],
        more_maps=maps[MOST_MAPS:],
        offices=[pair for pair in found.offices if choice.instansi in {"", pair[0]}][:MOST_OFFICES],
        lines=shown,
        total=len(chosen),
        pages=pages,
        page_number=number,
        windows=[*_WINDOWS, *_phases()],
        states=[_OPEN, *(one.value for one in State)],
        may_retry=may_decide(current_user()) and services().again is not None,
        may_answer=may_decide(current_user()),
        **_alarms(found),
        **_state_of_work(),
    )


@blueprint.get("/cakupan/jalan")
def show_work() -> str:
    """Show what is being collected now; asked for every few seconds by the page."""
    may_retry = may_decide(current_user()) and services().again is not None
    return render_template("_cakupan_jalan.html", may_retry=may_retry, **_state_of_work())


@blueprint.post("/cakupan/ulangi")
def retry() -> Response:
    """Ask again, in the background, what is not proved as things stand now."""
    user, again = current_user(), services().again
    if not may_decide(user) or again is None:
        abort(403)
    begun = again.start()
    if begun:
        services().store.audit.note("ulangi_pengumpulan", "cakupan", {}, user.user_id)
    flash({"text": t("cakupan.dimulai" if begun else "cakupan.sudah_jalan"), "undo": None}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("cakupan.show_coverage"), 303)


@blueprint.post("/cakupan/sunyi/<int:silence_id>")
def answer_silence(silence_id: int) -> Response:
    """Store a person's answer to a silence; it is repeated no more until the habit is broken anew."""
    user = current_user()
    if not may_decide(user) or silence_id > _BIGGEST_ID:
        abort(403)
    key = "cakupan.sunyi_tersimpan"
    try:
        services().store.alarms.answer(silence_id, user.user_id, request.form.get("catatan", ""))
    except ConflictError:
        key = "cakupan.sunyi_bentrok"
    except NotAllowedError:
        key = "cakupan.sunyi_tanpa_catatan"
    flash({"text": t(key), "undo": None}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("cakupan.show_coverage"), 303)


def _state_of_work() -> dict[str, object]:
    store, again = services().store, services().again
    run: Run | None = store.runs.last("collect")
    done, at = store.coverage.progress(run.run_id) if run is not None else (0, 0)
    return {"run": run, "done": done, "at_work": at, "working": again.working if again is not None else None}


def _alarms(found: Seen) -> dict[str, object]:
    """Give what nobody has answered, of what this reader may see."""
    alarms = services().store.alarms
    told = {one.source_id for one in alarms.silences()}
    names = (
        {one.source_id: one.subject.name for one in found.lines if one.subject and one.source_id in told}
        if told
        else {}
    )
    silent = [one for one in alarms.silences() if one.source_id in names or one.source_id in found.sources]
    return {
        "blind": [one for one in alarms.canaries() if one.blind],
        "silent": silent[:_MOST_ALARMS],
        "more_silent": len(silent[_MOST_ALARMS:]),
        "names": names,
        "shapes": alarms.shapes()[:_MOST_ALARMS],
    }


def _phases() -> list[str]:
    return [one.value for one in _spans()]


def _spans() -> dict[Phase, tuple[date, date]]:
    calendar, config = services().calendar, services().config
    return {} if calendar is None else phase_spans(calendar(), config.contests, config.office.region, _today())


def _today() -> date:
    return services().clock().astimezone(services().config.zone).date()


def _days(window: str) -> tuple[date, date] | None:
    """Give first and last day of a window; None where the newest turn counts, whenever it was."""
    today = _today()
    if window in {"7", "30"}:
        return today - timedelta(days=int(window) - 1), today
    found = None if window == "sekarang" else _spans().get(Phase(window))
    return (found[0], min(found[1], today)) if found else None


def _lasts(held: Held[Seen], now: datetime) -> bool:
    """Tell whether an old count is still good enough: a large roster is not counted whenever anything changed."""
    return len(held.value.lines) > _LARGE and timedelta(0) <= now - held.at < timedelta(seconds=_LARGE_SECONDS)


def _seen(window: str) -> Seen:
    store, config, regions = services().store.coverage, services().config, current_user().regions
    kept: Kept[Seen] = current_app.extensions.setdefault("netra.cakupan", Kept(_KEPT))
    today, days = _today(), _days(window)
    key, version, now = (regions, days, today), store.version(), services().clock()
    if (held := kept.get(key)) is not None and (held.version == version or _lasts(held, now)):
        return held.value
    wanted = cells(store.subjects(regions), eyes(config.sources))
    past = days[1] if days is not None and days[1] < today else None
    then = cells(store.subjects(regions, past), eyes(config.sources)) if past is not None else wanted
    lines = assess(then, store.now() if days is None else store.between(*days))
    people = [one for one in lines if one.subject is not None]
    offices = by(people, lambda one: one.subject.office if one.subject else "")
    first = today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))
    maps = _maps(wanted, first, today)
    found = Seen(
        tuple(sorted(lines, key=lambda one: (one.state.proved, not one.state.askable))),
        tally(people),
        {**dict.fromkeys(maps, tally(())), **by(lines, lambda one: one.config_id)},
        tuple(sorted(offices.items(), key=lambda pair: (not pair[1].askable, pair[1].share, -pair[1].total, pair[0]))),
        maps,
        first,
        now,
        past,
        store.erased_since(past) if past is not None else None,
    )
    kept.put(key, version, now, found)
    return found


def _maps(wanted: Sequence[Cell], first: date, today: date) -> dict[str, list[Tally]]:
    store, count = services().store.coverage, (today - first).days + 1
    absent = {key: (day - first).days for key, day in store.entered().items() if day > first}
    return heat(wanted, store.days(first, today), count, absent)


def _explained(window: str, lines: Sequence[Line]) -> list[Line]:
    """Fill moments and reasons of the lines shown, where the window is one of days."""
    days = _days(window)
    if days is None:
        return list(lines)
    end = datetime.combine(days[1], time.max, services().config.zone)
    why = services().store.coverage.explain([one.source_id for one in lines if one.at is not None], end)
    return [
        replace(one, detail=why[one.source_id].detail, at=why[one.source_id].at) if one.source_id in why else one
        for one in lines
    ]


@dataclass(frozen=True, slots=True)
class Day:
    """One square of a map: column (week) and row (weekday, 0 = Monday), its day, its counts, its step 0..4.

    Step 0: nothing was tried; 1: less than half proved; 2: less than nine of ten; 3: less than all; 4: all.
    """

    column: int
    row: int
    on: date
    counted: Tally
    step: int


def _drawing(first: date, days: Sequence[Tally]) -> list[Day]:
    drawn = []
    for place, counted in enumerate(days):
        tried = counted.askable - counted.counts[State.NOT_TRIED]
        share = counted.share
        step = 0 if tried == 0 else 1 + (share >= 0.5) + (share >= 0.9) + (share >= 1.0)
        drawn.append(Day(place // 7, place % 7, first + timedelta(days=place), counted, step))
    return drawn
