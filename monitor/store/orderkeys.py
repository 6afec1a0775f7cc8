"""How the keys of the queue's orders follow from what was said: shared by who writes them and who verifies them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from monitor.store.codec import clean, stamp

NO_CHANCE, NO_DOUBT = -1.0, 2.0
_HALF, _LONGEST = 0.5, 20_000
_APART = re.compile(r"[^\w\u2190-\u2bff\U0001f000-\U0001faff]+")
_SIGN = re.compile(r"([\u2190-\u2bff\U0001f000-\U0001faff])")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")


def fold(text: str) -> str:
    """Fold a text to words between single blanks, without one at the ends."""
    plain = unicodedata.normalize("NFKD", clean(text[:_LONGEST].replace("\0", " ")).casefold())
    marks = [one for one in set(plain) if unicodedata.combining(one)]
    bare = plain.translate(dict.fromkeys(map(ord, marks))) if marks else plain
    words = _SIGN.sub(r" \1 ", _APART.sub(" ", _DRAWN.sub(r"\1", bare)))
    return " ".join(words.split())


def doubt_of(chance: float | None, digests: Mapping[str, str]) -> float:
    """Give the distance of a probability from the threshold it was judged by, 0.5 where none is known."""
    return NO_DOUBT if chance is None else round(abs(chance - _threshold(digests)), 6)


def _threshold(digests: Mapping[str, str]) -> float:
    try:
        return float(digests.get("ambang", "").partition("/")[0])
    except ValueError:
        return _HALF


def keys_written(payload: str) -> str:
    """Give doubt and folded office of a flag's opinion as it is stored, as JSON text.

    Read here and not by SQLite, which has no half letters: an office may be written with one.
    """
    said = json.loads(payload)
    opinion, held = said["opinion"], said["actor"]["appointment"]
    digests = {str(name): str(value) for name, value in opinion.get("digests", ())}
    return told(doubt_of(opinion["probability"], digests), fold(held["office"]) if held is not None else "")


def told(doubt: float, office: str) -> str:
    """Write both keys as `keys_written` does."""
    return json.dumps([doubt, office])


def moment_written(happened: str | None, captured: str) -> str:
    """Give the time by which a flag is ordered, of an item version as it is stored."""
    return stamp(datetime.fromisoformat(happened or captured))
