"""In what state the computer's clock was when something was captured."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass

_TIMEX_BYTES = 512  # more than `struct timex` of any Linux
_TIME_ERROR = 5


@dataclass(frozen=True, slots=True)
class ClockState:
    """`synchronised` by what the kernel says, None where it says nothing; `offset` = wall clock minus monotonic, in s.

    Between two captures of one boot an equal offset means that nobody set the wall clock.
    """

    synchronised: bool | None
    offset: float

    def words(self) -> str:
        """Say it in Indonesian."""
        return {True: "disinkronkan", False: "tidak disinkronkan", None: "tidak diketahui"}[self.synchronised]


def kernel_synchronised() -> bool | None:
    """Ask the kernel whether a time service holds the clock; reads only. None where that cannot be known."""
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def read_clock(wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> ClockState:
    """Look at the clock now."""
    return ClockState(kernel_synchronised(), round(wall() - monotonic(), 3))
