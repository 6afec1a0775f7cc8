"""Near-duplicates: texts that say almost the same are put together, so that a person reads each only once.

Equal folded texts are found by hash; the rest by MinHash over shingles of five characters, in bands; every pair that
this proposes is then checked exactly. A group is led by its first text, and every member is at least `threshold` alike
(Jaccard over shingles) to that leader: nothing drifts along a chain. Pure: the same texts give the same groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.text import fold

SHINGLE = 5
BANDS, ROWS = 10, 3
"""Ten bands of three: a pair that is 0.75 alike is proposed in 996 of 1,000 cases, one of 0.3 in 24 of 100."""
THRESHOLD = 0.7
_AT_ONCE = 4096
_LEADERS = 12  # of one bucket that are looked at: a boundary on the work hostile texts can cause
_LONGEST = 4000
_SEED = 20250623

_Numbers = NDArray[np.uint64]


def folded(text: str) -> str:
    """Give what is compared: folded, every run of white space one blank, at most 4,000 characters."""
    return " ".join(fold(text[:_LONGEST]).text.split())


def shingles(text: str) -> frozenset[str]:
    """Give the runs of five characters of a folded text; a shorter text is its own only shingle."""
    return frozenset(text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1)))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the Jaccard likeness of two sets of shingles, 0 to 1."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


def signatures(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """Give for each folded text its bands, as signed 64-bit numbers: alike texts are likely to share one."""
    return [tuple(row) for row in _bands(texts).view(np.int64).tolist()] if texts else []


def group(texts: Sequence[str], threshold: float = THRESHOLD) -> list[int]:
    """Give for each text the place of the text that leads its group (its own where it leads or stands alone).

    A text without any letter (an emoji is one) stands alone: emptiness is no likeness.
    """
    plain = [folded(text) for text in texts]
    leaders = list(range(len(texts)))
    first: dict[str, int] = {}
    unique: list[int] = []
    for place, text in enumerate(plain):
        if not text:
            continue
        leaders[place] = first.setdefault(text, place)
        if leaders[place] == place:
            unique.append(place)
    for place, leader in zip(unique, _lead([plain[place] for place in unique], threshold), strict=True):
        leaders[place] = unique[leader]
    # A text equal to one that follows a leader follows it too.
    return [leaders[leader] for leader in leaders]


def grouped(texts: Sequence[str], threshold: float = THRESHOLD) -> list[list[int]]:
    """Give the groups themselves as places, the largest first, then the earliest."""
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place, leader in enumerate(group(texts, threshold)):
        members[leader].append(place)
    return sorted(members.values(), key=lambda one: (-len(one), one[0]))


def _lead(texts: Sequence[str], threshold: float) -> list[int]:
    """Walk distinct texts in order; each follows the most alike leader it shares a band with, or leads."""
    led: list[int] = []
    buckets: dict[int, list[int]] = {}
    known: dict[int, frozenset[str]] = {}
    for start in range(0, len(texts), _AT_ONCE):
        part = texts[start : start + _AT_ONCE]
        for place, keys in enumerate(_bands(part).tolist(), start):
            homes = [buckets[key] for key in keys if key in buckets]
            near = dict.fromkeys(leader for home in homes for leader in home)
            found = closest(shingles(texts[place]), near, known.__getitem__, threshold)[0] if near else None
            led.append(place if found is None else found)
            if found is None:
                known[place] = shingles(texts[place])
                for key in keys:
                    home = buckets.setdefault(key, [])
                    if len(home) < _LEADERS:
                        home.append(place)
    return led


def closest(
    mine: frozenset[str], leaders: Iterable[int], shingles_of: Callable[[int], frozenset[str]], least: float = THRESHOLD
) -> tuple[int | None, float]:
    """Give the leader most alike (the lowest of equals) and its likeness, checked exactly; None, 0 where none is so."""
    best, found = least, None
    for leader in leaders:
        theirs = shingles_of(leader)
        few, many = sorted((len(mine), len(theirs)))
        if few < best * many:
            continue  # sets of such sizes cannot be alike enough
        likeness = alike(mine, theirs)
        if likeness > best or (likeness == best and (found is None or leader < found)):
            best, found = likeness, leader
    return (found, best) if found is not None else (None, 0.0)


def _bands(texts: Sequence[str]) -> _Numbers:
    """Give one key a band for each text: (texts, BANDS). All texts are worked on at once as one long array."""
    padded = [text.ljust(SHINGLE) for text in texts]
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
    hashes = np.zeros(len(letters) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = hashes * np.uint64(1_000_003) + letters[offset : offset + len(hashes)]
    ends = np.cumsum(lengths)
    inside = np.ones(len(letters), dtype=bool)
    for back in range(1, SHINGLE):
        inside[ends - back] = False  # these would reach into the next text
    hashes = _mixed(hashes[inside[: len(hashes)]])
    counts = lengths - SHINGLE + 1
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    keys = np.zeros((len(texts), BANDS), dtype=np.uint64)
    odd = np.random.default_rng(_SEED).integers(1, 2**63, size=BANDS * ROWS, dtype=np.uint64) * np.uint64(2)
    for number, factor in enumerate(odd + np.uint64(1)):
        lowest = np.minimum.reduceat(hashes * factor, starts)
        band = number // ROWS
        keys[:, band] = _mixed(keys[:, band] + lowest + np.uint64(band))
    return keys


def _mixed(numbers: _Numbers) -> _Numbers:
    """Spread 64 bits over 64 bits (the finaliser of splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
