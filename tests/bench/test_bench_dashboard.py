"""The dashboard over very many flags: processor time of each count, of the page when it counts and when it remembers.

The short form has 100,000 items and 10,000 flags, the long one 1,000,000 and 100,000; half of the flags are decided and
were looked at before. `build/bench/dasbor-*.json` keeps the figures.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store.codec import stamp
from monitor.targets import Targets
from monitor.web import sisi
from tests.bench.big_queue import build
from tests.bench.harness import OUT
from tests.fakes_web import NOW, PASSWORD, World

COUNTING, REMEMBERING = 3.0, 0.3
"""Most seconds of processor time that the page may take: when it counts everything anew, and when it remembers."""

TARGETS = Path(__file__).resolve().parents[2] / "rules" / "targets"


def _decide(world: World) -> None:
    """Let every second flag be decided by one of three, fifteen to sixty seconds after a look at it."""
    db = world.store._connection.db
    users = [world.monitor.user_id, world.second.user_id, world.coordinator.user_id]
    rows = [row[0] for row in db.execute("SELECT flag_id FROM flags WHERE flag_id % 2 = 0").fetchall()]
    decisions, looks = [], []
    for place, flag_id in enumerate(rows):
        at, user = NOW - timedelta(days=40) + timedelta(seconds=61 * (place // 3)), users[place % 3]
        clears = place % 9 != 0
        state, reason = ("bersih", "kritik_pertanyaan") if clears else ("informasi_awal", "dukungan")
        looks.append((place + 1, stamp(at), user, "lihat", flag_id, "halaman", "", "", "", b""))
        done = stamp(at + timedelta(seconds=15 + place % 45))
        decisions.append((place + 1, flag_id, user, "baru", state, reason, done, None, b""))
    with world.store._connection.transaction():
        db.conn.executemany("INSERT INTO custody VALUES (?,?,?,?,?,?,?,?,?,?)", looks)
        db.conn.executemany("INSERT INTO decisions VALUES (?,?,?,?,?,?,?,?,?)", decisions)
        db.conn.executemany(
            "UPDATE flags SET state = ?, decision_id = ? WHERE flag_id = ?",
            [(one[4], one[0], one[1]) for one in decisions],
        )


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize(
    ("items", "flags"),
    [
        pytest.param(100_000, 10_000, marks=pytest.mark.bench),
        pytest.param(1_000_000, 100_000, marks=pytest.mark.long),
    ],
)
def test_the_dashboard_counts_quickly(tmp_path: Path, items: int, flags: int) -> None:
    world = build(tmp_path, items, flags)
    _decide(world)
    board = world.store.dashboard
    costs = {
        "days": _cost(lambda: board.hours(NOW - timedelta(days=56))),
        "reasons": _cost(board.reasons),
        "seconds": _cost(lambda: board.took(5_000)),
        "rules": _cost(world.store.rulebook.tallies),
        "standing": _cost(lambda: list(board.standing())),
    }
    assert len(board.took(5_000)) == 5_000
    assert sum(board.reasons().values()) == flags // 2
    tallies = sisi.Tallies(sisi.Finder(Targets.load(TARGETS, ["pilkada-contoh-2025"])))
    costs["sides, once"] = _cost(lambda: tallies.catch_up(board.spoken, 10**9))
    costs["sides, again"] = _cost(lambda: tallies.catch_up(board.spoken, 10**9))
    assert sum(one.flags for one in tallies.lines(board.standing())) == flags
    client = world.app().test_client()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/masuk").text)[0]
    client.post("/masuk", data={"csrf_token": token, "nama": "pemantau", "sandi": PASSWORD})
    costs["page that counts"] = _cost(lambda: client.get("/dasbor"))
    costs["page that remembers"] = _cost(lambda: client.get("/dasbor"))
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"dasbor-{items}.json").write_text(json.dumps(costs, indent=1), "utf-8")
    print("; ".join(f"{name} {cost:.3f} s" for name, cost in costs.items()))
    world.close()
    assert costs["page that counts"] < COUNTING
    assert costs["page that remembers"] < REMEMBERING
