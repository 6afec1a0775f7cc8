"""Plots of the model card as plain SVG text: no drawing library, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 460, 320, 56, 46
_INK, _LINE, _SOFT = "#1c2733", "#1f5f8b", "#9aa7b1"

Point = tuple[float, float]


def curve(title: str, across: str, up: str, points: Sequence[Point], guide: Sequence[Point] = ()) -> str:
    """Draw one line over the unit square, with a dashed guide line where there is one."""
    body = [_path(points, _LINE, "")]
    if guide:
        body.insert(0, _path(guide, _SOFT, ' stroke-dasharray="5 4"'))
    return _frame(title, across, up, body)


def reliability(title: str, across: str, up: str, bins: Sequence[tuple[float, float, int]]) -> str:
    """Draw (said, true, texts) as dots whose area grows with the texts, beside the line of perfect calibration."""
    most = max((texts for _, _, texts in bins), default=1)
    body = [_path(((0.0, 0.0), (1.0, 1.0)), _SOFT, ' stroke-dasharray="5 4"')]
    for said, true, texts in bins:
        if texts:
            x, y = _place((said, true))
            body.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 9 * (texts / most) ** 0.5:.1f}" fill="{_LINE}" '
                f'fill-opacity="0.75"><title>{texts} teks: dikatakan {said:.2f}, nyatanya {true:.2f}</title></circle>'
            )
    return _frame(title, across, up, body)


def bars(title: str, rows: Sequence[tuple[str, float, float]], names: tuple[str, str]) -> str:
    """Draw two bars a row, both shares in 0..1: the first for `names[0]`, the second for `names[1]`."""
    height = 74 + 30 * len(rows)
    out = [_head(title, height)]
    for place, (name, colour) in enumerate(zip(names, (_LINE, _SOFT), strict=True)):
        out.append(f'<rect x="{150 + 150 * place}" y="34" width="11" height="11" fill="{colour}"/>')
        out.append(f'<text x="{166 + 150 * place}" y="44">{escape(name)}</text>')
    for place, (label, one, two) in enumerate(rows):
        y = 60 + 30 * place
        out.append(f'<text x="142" y="{y + 15}" text-anchor="end">{escape(label)}</text>')
        for offset, (share, colour) in enumerate(((one, _LINE), (two, _SOFT))):
            out.append(
                f'<rect x="150" y="{y + 11 * offset}" width="{260 * share:.1f}" height="10" fill="{colour}"/>'
                f'<text x="{154 + 260 * share:.1f}" y="{y + 9 + 11 * offset}" font-size="9">{share:.0%}</text>'
            )
    return "\n".join([*out, "</svg>", ""])


def _place(point: Point) -> Point:
    x, y = point
    return _LEFT + x * (_WIDTH - _LEFT - 20), _HEIGHT - _BOTTOM - y * (_HEIGHT - _BOTTOM - 40)


def _path(points: Sequence[Point], colour: str, more: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_place, points))
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'


def _head(title: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="{_INK}"><title>{escape(title)}</title>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="{_WIDTH / 2:.0f}" y="22" text-anchor="middle" font-size="14">{escape(title)}</text>'
    )


def _frame(title: str, across: str, up: str, body: Sequence[str]) -> str:
    out = [_head(title, _HEIGHT)]
    for step in range(6):
        share = step / 5
        (x, low), (_, high) = _place((share, 0.0)), _place((share, 1.0))
        left, y = _place((0.0, share))
        right = _place((1.0, share))[0]
        out.append(f'<path d="M{x:.1f} {low:.1f}V{high:.1f}M{left:.1f} {y:.1f}H{right:.1f}" stroke="#e3e8ec"/>')
        out.append(f'<text x="{x:.1f}" y="{low + 16:.1f}" text-anchor="middle" font-size="10">{share:.0%}</text>')
        out.append(f'<text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end" font-size="10">{share:.0%}</text>')
    out.append(f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    out.append(
        f'<text transform="translate(14 {_HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return "\n".join([*out, *body, "</svg>", ""])
