"""One job of the office in a process of its own, to be killed: `python kill_worker.py CONFIG collect|screen`.

Says "ready" when everything is built and the work itself begins.
"""

from __future__ import annotations

import sys
from pathlib import Path

from monitor.app import App
from monitor.pipeline import collect, screen


def main() -> None:
    app = App.build(Path(sys.argv[1]))
    if sys.argv[2] == "collect":
        sources, fetcher, archive, store = app.sources(), app.fetcher(), app.archive, app.store
        print("ready", flush=True)
        collect(sources, fetcher, archive, store, lambda _: None)
    else:
        judges, store = app.judges(), app.store
        print("ready", flush=True)
        screen(judges, store, lambda _: None)
    app.close()


if __name__ == "__main__":
    main()
