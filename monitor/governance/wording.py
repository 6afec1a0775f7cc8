"""What a phrase would meet among all stored items, by what people decided on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifiers.text import fold
from monitor.errors import NotAllowedError
from monitor.store import Store

SHOWN = 5
_LONGEST, _LONGEST_PHRASE = 280, 200
_GAP = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Seen:
    """Items whose title or text holds a phrase: counts, and the newest few sentences of each kind."""

    phrase: str
    upheld: int
    dismissed: int
    undecided: int
    upheld_shown: tuple[str, ...]
    dismissed_shown: tuple[str, ...]
    undecided_shown: tuple[str, ...]


def folded(text: str) -> str:
    """Fold a text as rules see it, every run of white space one blank."""
    return _GAP.sub(" ", fold(text).text).strip()


def holds(text: str, phrase: str) -> bool:
    """Tell whether a folded phrase stands in a folded text as whole words."""
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() and phrase[0].isalnum()) and not (after.isalnum() and phrase[-1].isalnum()):
            return True
        start = text.find(phrase, start + 1)
    return False


def verdicts(store: Store) -> dict[int, bool]:
    """Give, for each item on whose words people decided, whether it was upheld; upheld for one person is upheld."""
    found: dict[int, bool] = {}
    for one in store.reading.verdicts():
        found[one.item_id] = found.get(one.item_id, False) or one.upheld
    return found


def seen(store: Store, phrase: str) -> Seen:
    """Count where a phrase stands.

    Raises:
        NotAllowedError: nothing to look for, or too long.
    """
    wanted = folded(phrase)
    if not wanted or len(wanted) > _LONGEST_PHRASE:
        raise NotAllowedError(f"tulis kata atau frasa yang dicari, paling banyak {_LONGEST_PHRASE} huruf")
    decided = verdicts(store)
    counts = {True: 0, False: 0, None: 0}
    shown: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for item_id, text in store.wording.texts():
        if holds(folded(text), wanted):
            kind = decided.get(item_id)
            counts[kind] += 1
            if len(shown[kind]) < SHOWN:
                shown[kind].append(text[:_LONGEST])
    return Seen(
        phrase, counts[True], counts[False], counts[None], tuple(shown[True]), tuple(shown[False]), tuple(shown[None])
    )
