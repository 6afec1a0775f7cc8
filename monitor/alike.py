"""Groups of flags that say nearly the same, placed as they come: by hash first, then by an exact look at the words.

A flag follows the leader most like it, of the same kind of act; where none is alike enough it leads. Only leaders are
compared, so no chain of small changes drifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from monitor.grouping import THRESHOLD, alike, closest, folded, shingles, signatures
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
    cut = cache(lambda leader: shingles(known[leader][1]))
    for flag, (kind, text), keys in zip(batch, said, bands, strict=True):
        near = {one for key in keys for one in homes.get(key, ()) if one in known and known[one][0] == kind}
        leader, likeness = closest(shingles(text), sorted(near), cut) if text and near else (None, 1.0)
        if leader is not None:
            found.append(Placed(flag.flag_id, leader, flag.stored.version, likeness))
            continue
        found.append(Placed(flag.flag_id, flag.flag_id, flag.stored.version, 1.0, keys if text else ()))
        known[flag.flag_id] = (kind, text)
        for key in keys if text else ():
            homes.setdefault(key, []).append(flag.flag_id)
    return found


def _said(flag: Flag) -> _Said:
    return flag.stored.item.kind.value, folded(words(flag))
