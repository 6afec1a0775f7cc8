"""JSON that others wrote, and cursors of our own: whatever it holds, reading it never raises. Pure."""

from __future__ import annotations

import json


def value(raw: bytes | str) -> object:
    """Read JSON; None where it cannot be read."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def an_object(raw: bytes | str) -> dict[str, object] | None:
    """Read an object of JSON; None where it is none."""
    found = value(raw)
    return found if isinstance(found, dict) else None


def table(found: object) -> dict[str, object]:
    """Give an object of JSON, an empty one for what is none."""
    return found if isinstance(found, dict) else {}


def text(found: object) -> str:
    """Give a text, "" for what is none."""
    return found if isinstance(found, str) else ""


def state(cursor: str) -> dict[str, object]:
    """Read the cursor of a source; one that cannot be read is as good as none."""
    return table(value(cursor))


def dump(found: object) -> str:
    """Write JSON, as short as can be."""
    return json.dumps(found, separators=(",", ":"))
