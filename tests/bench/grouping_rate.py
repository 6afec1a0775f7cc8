"""One contender of the grouping benchmark: `netra` by hash, bands and exact check, or `semua` by comparing every pair."""

from __future__ import annotations

import json
import random
import resource
import sys
import time

from monitor.grouping import THRESHOLD, alike, folded, group, shingles

WAY, COUNT = sys.argv[1], int(sys.argv[2])


def texts(count: int) -> list[str]:
    """Invented posts, a quarter of them near-duplicates of an earlier one."""
    dice = random.Random(20250623)
    letters = "bcdfghjklmnprstw"
    words = [
        "".join(dice.choice(letters) + dice.choice("aiueo") for _ in range(dice.randint(1, 4))) for _ in range(3000)
    ]
    made: list[str] = []
    while len(made) < count:
        again = made and dice.random() < 0.25
        made.append(
            f"{dice.choice(made)} ya" if again else " ".join(dice.choice(words) for _ in range(dice.randint(5, 25)))
        )
    return made


def every_pair(posts: list[str]) -> list[int]:
    leaders: dict[int, frozenset[str]] = {}
    led: list[int] = []
    for place, post in enumerate(posts):
        mine = shingles(folded(post))
        found = max(((alike(mine, theirs), -leader) for leader, theirs in leaders.items()), default=(0.0, 0))
        led.append(-found[1] if found[0] >= THRESHOLD else place)
        if led[-1] == place:
            leaders[place] = mine
    return led


posts = texts(COUNT)
start = time.perf_counter()
led = group(posts) if WAY == "netra" else every_pair(posts)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rate": len(posts) / seconds, "peak_mb": peak, "groups": len(set(led))}))
