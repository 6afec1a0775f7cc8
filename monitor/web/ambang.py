"""Two pages about the machine: what a threshold costs and finds, and the random sample of what was not flagged."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import ConflictError
from monitor.web.auth import TUNERS, current_user, may_decide
from monitor.web.expected import Expected, Outlook
from monitor.web.i18n import t
from monitor.web.safety import services

WIDTH, HEIGHT, EDGE = 640, 260, 44
_STEPS = tuple(step / 100 for step in range(10, 100, 2))
_ROWS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_ANY = 10_000

blueprint = Blueprint("ambang", __name__)


@blueprint.get("/ambang")
def show_threshold() -> str:
    """Show what to expect at a threshold; `?ambang=0.5` asks for another than the one at work."""
    if not current_user().roles & TUNERS:
        abort(403)
    store = services().store
    outlook = Outlook(store.samples.bins(), store.learning.lessons())
    desk = services().desk
    at_work = desk.judges().limits.flag if desk is not None else outlook.threshold
    chosen = _threshold(request.args.get("ambang", ""), at_work)
    points = [outlook.at(step) for step in _STEPS]
    return render_template(
        "ambang.html",
        outlook=outlook,
        at_work=at_work,
        chosen=outlook.at(chosen),
        rows=[outlook.at(row) for row in _ROWS],
        drawing=_drawing(points, chosen),
        missed=store.samples.missed(),
    )


@blueprint.get("/sampel")
def show_sample() -> str:
    """Show one sampled item, without who acted: only the words are to be judged."""
    user = current_user()
    if not may_decide(user):
        abort(403)
    waiting = services().store.samples.waiting(user.regions, _ANY)
    return render_template("sampel.html", item=waiting[0].stored if waiting else None, left=len(waiting))


@blueprint.post("/sampel/<int:item_id>/<int:version>")
def judge_sample(item_id: int, version: int) -> Response:
    """Store a word on a sampled item and go to the next one."""
    user = current_user()
    said = request.form.get("memihak", "")
    samples = services().store.samples
    mine = {(one.stored.item_id, one.stored.version) for one in samples.waiting(user.regions, _ANY)}
    if not may_decide(user):
        abort(403)
    if said not in {"ya", "tidak"}:
        abort(400)
    key = "sampel.bentrok"
    if (item_id, version) in mine:
        with suppress(ConflictError):
            samples.judge(item_id, version, user.user_id, partisan=said == "ya")
            key = "sampel.tersimpan"
    flash({"text": t(key), "undo": None, "flag_id": 0, "filters": ""}, "toast")  # type: ignore[arg-type]
    return redirect(url_for("ambang.show_sample"), 303)


def _threshold(asked: str, now: float) -> float:
    """Read a threshold of 0.01 to 0.99, with a point or a comma; the one at work where it is none."""
    try:
        value = float(asked[:8].replace(",", "."))
    except ValueError:
        return now
    return min(0.99, max(0.01, round(value, 2))) if value == value else now  # noqa: PLR0124 (not a number)


def _drawing(points: list[Expected], chosen: float) -> dict[str, object]:
    """Give the curves as the points of two lines, the band of the second, and the place of the threshold."""
    top = max([one.items for one in points] + [one.found.high for one in points] + [1.0])

    def x(threshold: float) -> str:
        return f"{EDGE + (WIDTH - 2 * EDGE) * threshold:.1f}"

    def y(value: float) -> str:
        return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / top:.1f}"

    upper = [f"{x(one.threshold)},{y(one.found.high)}" for one in points]
    lower = [f"{x(one.threshold)},{y(one.found.low)}" for one in reversed(points)]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "edge": EDGE,
        "queue": " ".join(f"{x(one.threshold)},{y(one.items)}" for one in points),
        "found": " ".join(f"{x(one.threshold)},{y(one.found.value)}" for one in points),
        "band": " ".join([*upper, *lower]),
        "chosen": x(chosen),
        "marks": [(x(mark / 10), mark / 10) for mark in range(0, 11, 2)],
        "levels": [(y(top * part), top * part) for part in (0.0, 0.5, 1.0)],
    }
