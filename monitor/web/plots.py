"""Plots as SVG without script or inline style. Pure: values in, shapes and words out; colours are classes of app.css.

Only shapes stand in the SVG, stretched to the place there is; every word stands beside it in the page, so that it keeps
its size on a phone, and every plot brings its numbers as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_HIGH, _STEP, _GAP = 100.0, 10.0, 1.0
_WIDE = 200.0


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing counted in columns: its name, the class of its colour, its numbers from left to right."""

    name: str
    look: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns stacked of series. `below` are words under the columns, `top` the number at the upper edge."""

    key: str
    title: str
    said: str
    svg: Markup
    top: int
    below: tuple[str, ...]
    series: tuple[Series, ...]
    labels: tuple[str, ...]


def columns(
    key: str,
    title: str,
    said: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    below: Sequence[str],
) -> Columns:
    """Draw columns stacked of series; those that count nothing are left out. `key` makes the ids on the page.

    `said` describes the plot in a sentence for those who do not see it.
    """
    shown = tuple(one for one in series if any(one.values))
    sums = [sum(one.values[place] for one in shown) for place in range(len(labels))]
    top = round_up(max(sums, default=0))
    parts = []
    for place in range(len(labels)):
        base = _HIGH
        for one in shown:
            high = _HIGH * one.values[place] / top if top else 0.0
            base -= high
            if high:
                parts.append(_rect(place * _STEP + _GAP, base, _STEP - 2 * _GAP, high, one.look))
    lines = [_line(level * _HIGH / 4, len(labels) * _STEP) for level in range(5)]
    box = f"0 0 {_n(max(1, len(labels)) * _STEP)} {_n(_HIGH)}"
    svg = _svg(key, title, said, box, [*lines, *parts], "plot-kolom")
    return Columns(key, title, said, svg, top, tuple(below), shown, tuple(labels))


def bar(share: float, look: str = "seri-0") -> Markup:
    """Draw one bar of a row, `share` 0..1 of its width; the row says the number itself."""
    wide = _WIDE * min(1.0, max(0.0, share))
    return _row([_rect(0, 1, wide, 8, look)])


def parts(shares: Sequence[tuple[float, str]]) -> Markup:
    """Draw one bar made of parts (share 0..1, class), from left to right."""
    drawn, at = [], 0.0
    for share, look in shares:
        wide = _WIDE * min(1.0, max(0.0, share))
        drawn.append(_rect(at, 1, wide, 8, look))
        at += wide
    return _row(drawn)


def interval(low: float, value: float, high: float) -> Markup:
    """Draw a value with its interval, all 0..1: a line from low to high and a mark at the value."""
    frame = _rect(0, 4.5, _WIDE, 1, "plot-alas")
    whisker = _rect(_WIDE * low, 4, max(1.0, _WIDE * (high - low)), 2, "plot-selang")
    return _row([frame, whisker, _rect(max(0.0, _WIDE * value - 2), 1, 4, 8, "seri-0")])


def round_up(value: int) -> int:
    """Give the next round number (1, 2 or 5 times a power of ten) that is not below; 0 for 0."""
    if value <= 0:
        return 0
    size = int(10 ** (len(str(value)) - 1))
    return next(one * size for one in (1, 2, 5, 10) if one * size >= value)


def buckets(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Count values below each edge and not below the one before; what is not below the last goes into one more."""
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[next((place for place, edge in enumerate(edges) if value < edge), len(edges))] += 1
    return tuple(counts)


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share of the sorted values lies, between two neighbours in proportion.

    Raises:
        ValueError: no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def table_of(plot: Columns, write: Callable[[int], str]) -> list[tuple[str, list[str]]]:
    """Give the numbers of a plot: a row a column that is not empty, a cell a series."""
    rows: Mapping[int, list[int]] = {
        place: [one.values[place] for one in plot.series] for place in range(len(plot.labels))
    }
    return [(plot.labels[place], [write(one) for one in cells]) for place, cells in rows.items() if any(cells)]


def _svg(key: str, title: str, said: str, box: str, shapes: Sequence[Markup], look: str) -> Markup:
    head = Markup(
        '<svg class="{look}" viewBox="{box}" preserveAspectRatio="none" role="img" '
        'aria-labelledby="{key}-judul {key}-ket"><title id="{key}-judul">{title}</title>'
        '<desc id="{key}-ket">{said}</desc>'
    ).format(look=look, box=box, key=key, title=title, said=said)
    return head + Markup("").join(shapes) + Markup("</svg>")


def _row(shapes: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="plot-baris" viewBox="0 0 {} 10" preserveAspectRatio="none" aria-hidden="true">')
    return head.format(_n(_WIDE)) + Markup("").join(shapes) + Markup("</svg>")


def _rect(x: float, y: float, wide: float, high: float, look: str) -> Markup:
    return Markup(  # noqa: S704 - numbers, and a class that is escaped
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" class="{escape(look)}"/>'
    )


def _line(y: float, wide: float) -> Markup:
    return Markup(f'<path d="M0 {_n(y)}H{_n(wide)}" class="plot-garis"/>')  # noqa: S704 - numbers


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
