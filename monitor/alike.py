"""Groups of flags that say nearly the same, placed as they come: by hash first, then by an exact look at the words.

A flag follows the leader most like it, of the same kind of act; where none is alike enough it leads. Only leaders are
compared, so no chain of small changes drifts.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.grouping import THRESHOLD, alike, folded, shingles, signatures
from monitor.models import Flag
from monitor.store import Placed, Store

AT_ONCE = 500
_Said = tuple[str, str]
"""Kind of act and folded words."""


def place(store: Store) -> int:
    """Place every flag that has no group yet, or whose words changed; gives how many."""
    done, after, begun = 0, 0, True
    while begun:
        begun, after = False, 0
        while batch := store.groups.pending(after, AT_ONCE):
            store.groups.place(_placed(store, batch))
            after, done, begun = batch[-1].flag_id, done + len(batch), True
    return done


def words(flag: Flag) -> str:
    """Give what is compared: title, words, and those of the post it was done to."""
    item = flag.stored.item
    return " — ".join(part for part in (item.title, item.text, item.parent.text if item.parent else "") if part)


def similar(store: Store, text: str, most: int = 8) -> list[tuple[int, float]]:
    """Give the leaders of groups that say nearly what a text says, most alike first; 1 = the same."""
    mine = folded(text)
    if not mine:
        return []
    homes = store.groups.leaders(signatures([mine])[0])
    known = store.groups.flags(sorted({one for some in homes.values() for one in some}))
    own = shingles(mine)
    found = []
    for flag_id, flag in known.items():
        said = folded(words(flag))
        likeness = 1.0 if said == mine else alike(own, shingles(said))
        if likeness >= THRESHOLD:
            found.append((flag_id, likeness))
    return sorted(found, key=lambda one: (-one[1], one[0]))[:most]


def _placed(store: Store, batch: Sequence[Flag]) -> list[Placed]:
    said = [_said(flag) for flag in batch]
    bands = signatures([text for _, text in said])
    homes = store.groups.leaders([band for some in bands for band in some])
    leaders = store.groups.flags(sorted({one for some in homes.values() for one in some}))
    # A leader that is itself to be placed anew leads nobody until it is.
    waiting = {flag.flag_id for flag in batch}
    known = {key: _said(one) for key, one in leaders.items() if key not in waiting}
    found: list[Placed] = []
    cut: dict[int, frozenset[str]] = {}
    for flag, mine, keys in zip(batch, said, bands, strict=True):
        near = {leader for key in keys for leader in homes.get(key, ()) if leader in known}
        leader, likeness = _closest(mine, sorted(near), known, cut) if mine[1] else (None, 1.0)
        if leader is not None:
            found.append(Placed(flag.flag_id, leader, flag.stored.version, likeness))
            continue
        found.append(Placed(flag.flag_id, flag.flag_id, flag.stored.version, 1.0, keys if mine[1] else ()))
        known[flag.flag_id] = mine
        for key in keys if mine[1] else ():
            homes.setdefault(key, []).append(flag.flag_id)
    return found


def _said(flag: Flag) -> _Said:
    return flag.stored.item.kind.value, folded(words(flag))


def _closest(
    mine: _Said, leaders: Sequence[int], known: dict[int, _Said], cut: dict[int, frozenset[str]]
) -> tuple[int | None, float]:
    """Give the leader most alike (the earliest of equals), by an exact look; None where none is alike enough.

    `cut` remembers the shingles of leaders.
    """
    own: frozenset[str] | None = None
    best, found = 0.0, None
    for leader in leaders:
        kind, text = known.get(leader, ("", ""))
        if kind != mine[0] or not text:
            continue
        if text == mine[1]:
            likeness = 1.0
        else:
            own = own or shingles(mine[1])
            theirs = cut.get(leader) or cut.setdefault(leader, shingles(text))
            few, many = sorted((len(own), len(theirs)))
            if few < max(THRESHOLD, best) * many:
                continue  # sets of such sizes cannot be alike enough
            likeness = alike(own, theirs)
        if likeness >= THRESHOLD and likeness > best:
            best, found = likeness, leader
    return found, best
