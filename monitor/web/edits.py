"""What an edit changed, word by word: the words before and the words after, each stretch marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

from monitor.models import StoredItem

KEPT, GONE, CAME = "tetap", "hapus", "tambah"

_TOKEN = re.compile(r"\S+\s*|\s+")
_MOST_TOKENS = 1_000
_MOST_EDITS = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that stayed, went or came; `kind` is one of KEPT, GONE, CAME."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Two versions beside each other. `compared`: False where they are too long to be compared word by word."""

    old: StoredItem
    new: StoredItem
    before: tuple[Stretch, ...]
    after: tuple[Stretch, ...]
    compared: bool

    @property
    def at(self) -> datetime:
        """When the new version was captured."""
        return self.new.captured_at


def edits(versions: Sequence[StoredItem]) -> tuple[Edit, ...]:
    """Lay each version beside the one before it, the newest edit first; () for a single version."""
    return tuple(_edit(old, new) for old, new in list(pairwise(versions))[: -_MOST_EDITS - 1 : -1])


def compare(old: str, new: str) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]] | None:
    """Compare two texts word by word; None where they are too long for it. Each side joined gives its text again."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(before), len(after)) > _MOST_TOKENS:
        return None
    left, right = list[Stretch](), list[Stretch]()
    for tag, low, high, start, end in SequenceMatcher(None, before, after).get_opcodes():
        kinds = (KEPT, KEPT) if tag == "equal" else (GONE, CAME)
        left.append(Stretch(kinds[0], "".join(before[low:high])))
        right.append(Stretch(kinds[1], "".join(after[start:end])))
    return tuple(one for one in left if one.text), tuple(one for one in right if one.text)


def _edit(old: StoredItem, new: StoredItem) -> Edit:
    texts = [f"{one.item.title}\n{one.item.text}".strip() for one in (old, new)]
    sides = compare(*texts)
    if sides is None:
        return Edit(old, new, (Stretch(KEPT, texts[0]),), (Stretch(KEPT, texts[1]),), compared=False)
    return Edit(old, new, *sides, compared=True)
