"""`netra`, and `python -m monitor`. Says what to install where a part is missing that nothing runs without."""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfoNotFoundError

_INSTALL = "pasang ulang lingkungannya dengan `./run.sh install`"
_OURS = ("monitor", "classifiers")
_NOT_READY = 2


def start() -> None:
    """Run the command line; a missing library or list of time zones ends in one line instead of a trace."""
    try:
        from monitor.cli import main  # noqa: PLC0415 (what is missing is missed here)

        main()
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name in _OURS:
            raise
        _end(f"pustaka {name} belum terpasang — {_INSTALL}")
    except ZoneInfoNotFoundError:
        _end(f"daftar zona waktu (tzdata) tidak ada — {_INSTALL}, atau `sudo apt-get install -y tzdata`")


def _end(said: str) -> None:
    print(f"netra: {said}", file=sys.stderr)  # noqa: T201 (nothing else of ours may be there yet)
    sys.exit(_NOT_READY)


if __name__ == "__main__":
    start()
