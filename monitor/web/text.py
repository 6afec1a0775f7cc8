"""Outside text made safe to look at: escaped, its invisible and direction-turning characters made visible.

Collected text is hostile. Jinja escapes it; this module also shows what escaping leaves unseen: control characters,
bidi overrides that turn a sentence around, zero-width characters, tags and lone surrogates. Joiners that emoji and
scripts need (ZWJ, ZWNJ, variation selectors) stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise

from markupsafe import Markup, escape

from monitor.models import Field, Match, Span

LONGEST = 20_000
_MOST_MARKS = 300

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and the numbers (from 1) of the matches whose words stand in it; none = plain."""

    text: str
    marks: tuple[int, ...] = ()


def _token(found: re.Match[str]) -> str:
    return f'<span class="tak-tampak">U+{ord(found[0]):04X}</span>'


def show(text: object) -> Markup:
    """Escape a text and put a visible token where an unseen character stands."""
    escaped = str(escape(str(text).replace("\r\n", "\n")))
    return Markup(_UNSEEN.sub(_token, escaped))  # noqa: S704 - escaped above; the token is ours


def seen(text: str) -> str:
    """Drop every unseen character: for what a reader typed and a field shows again."""
    return _UNSEEN.sub("", text)


def plain(text: str, limit: int) -> str:
    """Give the text on one line, cut at `limit` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def pieces(text: str, spans: Iterable[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """Cut a text at every border of `(start, end, number)`; overlapping, empty and impossible spans are safe."""
    sound = [(max(0, start), min(len(text), end), number) for start, end, number in spans]
    sound = [one for one in sound if one[0] < one[1]]
    borders = sorted({0, len(text), *(one[0] for one in sound), *(one[1] for one in sound)})
    found = []
    for start, end in pairwise(borders):
        marks = tuple(sorted({number for low, high, number in sound if low <= start and end <= high}))
        found.append(Piece(text[start:end], marks))
    return tuple(found)


def marked(text: str, field: Field, matches: Iterable[Match]) -> tuple[Piece, ...]:
    """Cut the text of one field at the words that the rules found, numbered as the rules are listed."""
    shown = text[:LONGEST]
    numbered = enumerate(matches, start=1)
    found = ((s.start, s.end, number) for number, match in numbered for s in _in(field, match.spans))
    return pieces(shown, islice(found, _MOST_MARKS))


def _in(field: Field, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.field is field]
