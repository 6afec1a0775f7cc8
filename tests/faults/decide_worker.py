"""Decides one flag after the other until it is killed: `python decide_worker.py CONFIG`.

Says "ready", then after every decision how many were acknowledged and how long the write-ahead log is by then.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from monitor.app import App
from monitor.models import ReasonCode, State
from monitor.store import QueueQuery


def main() -> None:
    app = App.build(Path(sys.argv[1]))
    user = app.store.users.by_name("koordinator")
    assert user is not None
    flags = [one.flag_id for one in app.store.flags.queue(QueueQuery(limit=1000)).flags]
    log = Path(f"{app.root / app.config.database}-wal")
    print("ready", flush=True)
    newest = dict[int, int]()
    for count, flag_id in enumerate(itertools.cycle(flags), start=1):
        if flag_id in newest:
            done = app.store.decisions.undo(newest[flag_id], user.user_id, newest[flag_id])
            del newest[flag_id]
            newest[-flag_id] = done.decision_id
        else:
            done = app.store.decisions.append(
                flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "listrik", expected=newest.pop(-flag_id, None)
            )
            newest[flag_id] = done.decision_id
        print(count, log.stat().st_size if log.exists() else 0, flush=True)


if __name__ == "__main__":
    main()
