"""Writing down what leaves the house as a table: before the first byte, and at the end whose data it held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from monitor.export import Written
from monitor.store import Store, Touch

_FLAGS_A_LOOK = 10_000


@dataclass(frozen=True, slots=True)
class Taking:
    """An export about to be made: by whom, as what, what for, and what was asked for."""

    user_id: int
    kind: str
    why: str
    asked: str


@contextmanager
def taking(store: Store, into: Taking) -> Iterator[Written]:
    """Log an export around its making; also one that broke off says how far it came and whose data had gone out.

    Raises:
        StoreFullError: the disk is full; then nothing may leave.
    """
    subject = f"antrean {into.kind}"
    store.custody.note(
        Touch.EXPORT, user_id=into.user_id, subject=subject, why=into.why, detail=f"mulai; saringan {into.asked}"
    )
    written = Written()
    try:
        yield written
    finally:
        for start in range(0, written.rows, _FLAGS_A_LOOK):
            part = written.flags[start : start + _FLAGS_A_LOOK].tolist()
            store.views.note(into.user_id, "ekspor", flags=part, detail=into.asked)
        end = "selesai" if written.digest else "terputus"
        store.custody.note(
            Touch.EXPORT, user_id=into.user_id, subject=subject, sha256=written.digest, why=into.why,
            detail=f"{end}; {written.rows} tanda; saringan {into.asked}",
        )  # fmt: skip
