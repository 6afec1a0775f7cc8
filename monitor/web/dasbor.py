"""The dashboard: plots drawn here as SVG, each with its numbers as a table. No ranking of anybody, ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from flask import Blueprint, current_app, render_template
from markupsafe import Markup

from classifiers.evaluate import wilson
from monitor.agreement import Figure
from monitor.consensus import consensus
from monitor.models import Phase, ReasonCode, User
from monitor.store.dashboard import FEWEST_REVIEWERS, NEWEST, Took
from monitor.web import plots, sisi
from monitor.web.auth import current_user
from monitor.web.cakupan import now_seen
from monitor.web.i18n import day_words, number, t
from monitor.web.keeping import Kept
from monitor.web.plots import Columns, Series
from monitor.web.safety import services

DAYS = 56

NOBODY = 0
"""No user's id: agreement is of the office, never of a person."""

_EDGES = (5, 10, 20, 40, 80, 160, 320)
_MOST_RULES = 15
_AT_ONCE = 20_000
_LASTING = timedelta(seconds=60)
_KEPT = 4

blueprint = Blueprint("dasbor", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a plot of rows: its words, the drawn bar, and what the number says."""

    name: str
    drawing: Markup
    said: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a decision, with quartiles; the office's plot and figures are None where they would tell of a person."""

    plot: Columns | None
    office: tuple[float, float, float] | None
    own: tuple[float, float, float] | None
    own_count: int
    timed: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Equal treatment by side; `complete`: False while flags are still looked through."""

    lines: tuple[Row, ...]
    by_region: tuple[sisi.SideLine, ...]
    exchange: sisi.Exchange | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree: a row a measure, and of each reason; `units` were decided by two."""

    units: int
    whole: tuple[Row, ...]
    reasons: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page draws but what is the reader's own."""

    days: Columns
    reasons: tuple[Row, ...]
    rules: tuple[Row, ...]
    took: tuple[Took, ...]
    agreement: Agreement
    balance: Balance | None
    counted_at: datetime


class _Kept(Kept[Board]):
    """What was counted for each set of regions and each language, and beside it what all of them rest on."""

    def __init__(self) -> None:
        super().__init__(_KEPT)
        self.sides: tuple[str, sisi.Tallies] | None = None
        self.exchange: tuple[object, sisi.Exchange | None] | None = None


@blueprint.get("/dasbor")
def show() -> str:
    """Show the plots."""
    user = current_user()
    board = _board(user)
    coverage = now_seen().counted
    share = plots.parts([(coverage.share, "seri-0"), (1 - coverage.share, "plot-sisa")])
    return render_template(
        "dasbor.html", board=board, pace=_pace(board.took, user), coverage=coverage, coverage_bar=share,
        names=_side_names(), days=DAYS, table=lambda plot: plots.table_of(plot, number),
    )  # fmt: skip


def _board(user: User) -> Board:
    kept: _Kept = current_app.extensions.setdefault("netra.dasbor", _Kept())
    store, now = services().store, services().clock()
    key, mark = (user.regions, t("app.bahasa_lain_kode")), store.dashboard.newest()
    held = kept.get(key)
    if (
        held is not None
        and timedelta(0) <= now - held.at < _LASTING
        and (held.version == mark or mark[0] > NEWEST)
        and (not held.value.balance or held.value.balance.complete)
    ):
        return held.value
    board = Board(
        _by_day(user.regions, now),
        _by_reason(user.regions),
        _by_rule(user.regions),
        tuple(store.dashboard.took(NEWEST, user.regions)),
        _agreement(user.regions, now),
        _balance(kept, user.regions),
        now,
    )
    kept.put(key, mark, now, board)
    return board


def _by_day(regions: frozenset[str], now: datetime) -> Columns:
    zone = services().config.zone
    today = now.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    counted: Counter[tuple[date, str]] = Counter()
    for one in services().store.dashboard.hours(since, regions):
        counted[one.at.astimezone(zone).date(), one.phase] += one.count
    days = [first + timedelta(days=place) for place in range(DAYS)]
    phases = [*(phase.value for phase in Phase), ""]
    series = [
        Series(t(f"tahapan.{phase or 'tidak_ada'}"), f"seri-{place}", tuple(counted[day, phase] for day in days))
        for place, phase in enumerate(phases)
    ]
    total = sum(counted.values())
    return plots.columns(
        "hari", t("dasbor.hari"), t("dasbor.hari_ket", n=number(total), hari=DAYS), [day_words(day) for day in days],
        series, below=(day_words(days[0]), day_words(days[DAYS // 2]), day_words(days[-1])),
    )  # fmt: skip


def _by_reason(regions: frozenset[str]) -> tuple[Row, ...]:
    counts = services().store.dashboard.reasons(regions)
    most, total = max(counts.values(), default=1), sum(counts.values())
    return tuple(
        Row(
            t(f"alasan.{reason}"),
            plots.bar(count / most, "seri-0" if ReasonCode(reason).clears else "seri-2"),
            f"{number(count)} ({number(100 * count / total)} %)",
            count,
        )
        for reason, count in counts.items()
    )


def _by_rule(regions: frozenset[str]) -> tuple[Row, ...]:
    tallies = services().store.rulebook.tallies(regions)
    judged = {rule: one for rule, one in tallies.items() if one.upheld + one.dismissed}
    often = sorted(judged, key=lambda rule: (-(judged[rule].upheld + judged[rule].dismissed), rule))
    rows = []
    for rule in sorted(often[:_MOST_RULES]):
        one = judged[rule]
        verdicts = one.upheld + one.dismissed
        share = wilson(one.upheld, verdicts)
        said = f"{number(share.value, 2)} ({number(share.low, 2)}–{number(share.high, 2)}), n = {number(verdicts)}"
        rows.append(Row(rule, plots.interval(share.low, share.value, share.high), said, verdicts))
    return tuple(rows)


def _agreement(regions: frozenset[str], now: datetime) -> Agreement:
    found = consensus(services().store.reviews.ratings(regions), now, NOBODY, everybody=False)
    measures = (
        (t("dasbor.sepakat_persen"), found.whole.percent),
        (t("dasbor.sepakat_kappa"), found.kappa),
        (t("dasbor.sepakat_alfa"), found.whole.alpha),
    )
    whole = tuple(_measured(name, one) for name, one in measures if one.value is not None)
    reasons = (_measured(t(f"alasan.{one.key}"), one.percent) for one in found.reasons if one.percent.value is not None)
    return Agreement(found.whole.percent.units, whole, tuple(reasons))


def _measured(name: str, one: Figure) -> Row:
    """Draw a measure; below nought (worse than by chance) it stands at the edge, and the number says so."""
    value = one.value or 0.0
    low, high = (value if one.low is None else one.low), (value if one.high is None else one.high)
    said = f"{number(value, 2)} ({number(low, 2)}–{number(high, 2)}), n = {number(one.units)}"
    return Row(name, plots.interval(max(0.0, low), max(0.0, value), max(0.0, high)), said, one.units)


def _pace(took: Sequence[Took], user: User) -> Pace:
    everybody = [one.seconds for one in took]
    own = [one.seconds for one in took if one.user_id == user.user_id]
    many = len({one.user_id for one in took}) >= FEWEST_REVIEWERS
    plot = None
    if many:
        labels = [t("dasbor.kurang_dari", n=_EDGES[0])]
        labels += [f"{low}–{high} s" for low, high in pairwise(_EDGES)] + [f"≥ {_EDGES[-1]} s"]
        series = [Series(t("dasbor.putusan"), "seri-0", plots.buckets(everybody, _EDGES))]
        said = t("dasbor.detik_ket", n=number(len(everybody)))
        plot = plots.columns("detik", t("dasbor.detik"), said, labels, series, below=labels)
    return Pace(plot, _quartiles(everybody) if many else None, _quartiles(own), len(own), len(everybody))


def _quartiles(values: Sequence[float]) -> tuple[float, float, float] | None:
    if not values:
        return None
    return plots.quantile(values, 0.25), plots.quantile(values, 0.5), plots.quantile(values, 0.75)


def _balance(kept: _Kept, regions: frozenset[str]) -> Balance | None:
    desk, store = services().desk, services().store
    if desk is None:
        return None
    judges = desk.judges()
    targets = judges.context.targets
    if not any(one.tickets for one in targets.contests):
        return None
    with kept.lock:
        if kept.sides is None or kept.sides[0] != targets.digest:
            kept.sides = (targets.digest, sisi.Tallies(sisi.Finder(targets)))
            kept.exchange = None
        tallies = kept.sides[1]
    complete = tallies.catch_up(store.dashboard.spoken, _AT_ONCE)
    lines = tallies.lines(store.dashboard.standing(regions))
    if kept.exchange is None or kept.exchange[0] != judges.digest:
        kept.exchange = (judges.digest, sisi.exchange(store, targets, judges.classifier))
    return Balance(_side_rows(lines), tuple(lines), kept.exchange[1], complete)


def _side_rows(lines: Sequence[sisi.SideLine]) -> tuple[Row, ...]:
    """Draw what became of the flags of each side, all regions together: dismissed, put forward, not decided."""
    names, sums = _side_names(), dict[str, list[int]]()
    for one in lines:
        row = sums.setdefault(one.side, [0, 0, 0])
        row[0] += one.flags
        row[1] += one.dismissed
        row[2] += one.ahead
    rows = []
    for side, (flags, dismissed, ahead) in sums.items():
        drawing = plots.parts(
            [(dismissed / flags, "seri-0"), (ahead / flags, "seri-2"), (1 - (dismissed + ahead) / flags, "plot-sisa")]
        )
        share = wilson(dismissed, dismissed + ahead) if dismissed + ahead else None
        said = t("dasbor.sisi_baris", n=number(flags), bersih=number(dismissed), maju=number(ahead))
        if share is not None:
            said += f" · {number(share.value, 2)} ({number(share.low, 2)}–{number(share.high, 2)})"
        rows.append(Row(names.get(side, side), drawing, said, flags))
    return tuple(rows)


def _side_names() -> dict[str, str]:
    desk = services().desk
    found = sisi.names(desk.judges().context.targets) if desk is not None else {}
    return found | {sisi.NONE: t("dasbor.tanpa_sisi"), sisi.SEVERAL: t("dasbor.banyak_sisi")}
