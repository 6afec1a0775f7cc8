"""One screening, batch after batch: judge, store, watch fresh rules, look once more where something came between."""

from __future__ import annotations

from collections.abc import Sequence

from monitor import alike
from monitor.judge import Judges, judge, overtaken
from monitor.models import Screened, StoredItem
from monitor.store import Store

AT_ONCE = 1000


class Screening:
    """The work of a run. A rule that is stopped under way judges no further batch."""

    def __init__(self, judges: Judges, store: Store, run_id: int, *, again: bool = False) -> None:
        self._judges = judges
        self._store = store
        self._run_id = run_id
        self._again = again
        self._stored = store.items.last()
        self._seen: set[int] = set()
        if judges.watch is not None:
            store.shadows.tidy(judges.watch.contents)

    @property
    def items(self) -> int:
        """How many were judged, each once."""
        return len(self._seen)

    def waiting(self, limit: int, after: int) -> list[StoredItem]:
        """Give what is still to be judged, by item id."""
        return self._store.items.unscreened(limit, after, digest=self._judges.digest if self._again else "")

    def take(self, batch: Sequence[StoredItem]) -> list[Screened]:
        """Judge a batch and store what came of it."""
        results = judge(self._judges, batch)
        # What was judged with all of this batch stored knew of it already.
        late = overtaken(self._judges, batch, self._seen if batch[-1].item_id <= self._stored else frozenset())
        saved = self._store.save_screening(
            results, self._run_id, self._judges.digest, again=self._again, late=late, watch=self._judges.watch
        )
        self._judges = self._judges.without(saved.stopped)
        self._seen.update(one.item_id for one in batch)
        return results

    def look_again(self) -> int:
        """Judge once more what was noted for it, then place flags beside those alike; gives how many items."""
        done = 0
        while ids := self._store.acts.overtaken(AT_ONCE):
            results = judge(self._judges, self._store.reading.some(ids))
            self._store.save_another_look(ids, results, self._run_id, self._judges.digest, self._judges.watch)
            done += len(results)
        alike.place(self._store)
        return done


def look_again(judges: Judges, store: Store) -> int:
    """Judge once more, now, what was noted for it; gives how many items.

    Raises:
        BusyError: a screening is under way; it does this at its end.
    """
    with store.runs.exclusive("screen"):
        run_id = store.runs.begin("rescreen")
        done = Screening(judges, store, run_id).look_again()
        store.runs.finish(run_id, {"items": done})
    return done
