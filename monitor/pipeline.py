"""The main path: collect() gathers evidence and items, screen() puts what may be partisan before a human.

Source.start -> Request -> Fetcher -> Response -> Archive -> Source.read -> Page -> Store          collect
Store.unscreened -> Items -> Roster.actors -> RuleSet + Classifier -> triage -> Opinion -> Store   screen
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from monitor.collectors import Source, Turn, home, worse
from monitor.evidence import Archive
from monitor.fetch import Fetcher
from monitor.judge import Judges, undisturbed
from monitor.models import Outcome, Request, Screened
from monitor.screening import Screening
from monitor.store import Store

BATCH = 1000
HOSTS_AT_ONCE = 200  # mostly asleep: each keeps to its host's pace; two files and a socket each stay below 1,024


@dataclass(frozen=True, slots=True)
class Collected:
    """How one source's turn ended: the worst outcome of its fetches and what it brought."""

    source_id: str
    outcome: Outcome
    fetches: int = 0
    new: int = 0
    edited: int = 0
    problems: tuple[str, ...] = ()


def collect(
    sources: Sequence[Source], fetcher: Fetcher, archive: Archive, store: Store, tell: Callable[[Collected], None]
) -> list[Collected]:
    """Ask every source, one worker a host; each page is stored whole with its evidence before the next is asked."""
    with store.runs.exclusive("collect"):
        store.coverage.settle()
        run_id = store.runs.begin("collect")
        by_host: defaultdict[str, list[tuple[Source, Sequence[Request]]]] = defaultdict(list)
        for source in sources:
            asked = source.start(store.runs.cursor(source.source_id))
            by_host[home(source, asked)].append((source, asked))

        def work(turns: list[tuple[Source, Sequence[Request]]]) -> list[Collected]:
            return [_collect_one(source, asked, fetcher, archive, store, run_id) for source, asked in turns]

        done: list[Collected] = []
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
            for future in as_completed([pool.submit(work, turns) for turns in by_host.values()]):
                for one in future.result():
                    done.append(one)
                    tell(one)
                store.seals.seal_waiting(BATCH)
        store.runs.finish(run_id, {"sources": len(done), "new": sum(one.new for one in done)})
        store.seals.seal()
        return done


def _collect_one(
    source: Source, asked: Sequence[Request], fetcher: Fetcher, archive: Archive, store: Store, run_id: int
) -> Collected:
    total, source_id = Collected(source.source_id, Outcome.OK_EMPTY_PROVED), source.source_id
    for first in asked:
        turn = Turn(source, first)
        while (request := turn.next()) is not None:
            fresh = request.paging or request.sealed
            etag, last_modified = ("", "") if fresh else store.runs.validators(request.url)
            url = store.runs.moved(request.url) or request.url
            response = fetcher.fetch(replace(request, url=url, etag=etag, last_modified=last_modified))
            response = replace(response, request=replace(response.request, url=request.url))
            kept = archive.capture(response) if response.proves and not request.sealed else None
            page = turn.read(response)
            if page.kept:
                kept = archive.capture(replace(response, body=page.kept), partial=True)
            if kept is not None:
                store.recordings.record(kept, source_id, run_id, response, page.outcome)
            # Nothing moves before all that a page leads to is stored: a killed run asks again, and passes over nothing.
            saved = store.items.save_page(
                source_id=source_id, run_id=run_id, response=response, page=page,
                evidence_sha256=kept.body_sha256 if kept is not None and kept.size else "", whole=turn.alone,
            )  # fmt: skip
            total = Collected(
                source_id,
                worse(total.outcome, page.outcome),
                total.fetches + 1,
                total.new + saved.new,
                total.edited + saved.edited,
                (*total.problems, *page.problems, *([page.detail] if page.detail else [])),
            )
        if not turn.alone:
            store.items.conclude(source_id, turn.outcome, turn.detail, turn.moves(), turn.owed)
    store.coverage.finish(source_id, run_id)
    return total


def screen(judges: Judges, store: Store, tell: Callable[[Sequence[Screened]], None], *, again: bool = False) -> int:
    """Judge every item version not yet looked at (`again`: not yet by these very judges); gives how many.

    What came between (an act that came in late, a rule that was stopped) has what it touches judged once more.
    """
    with store.runs.exclusive("screen"), undisturbed():
        run_id, after = store.runs.begin("screen"), 0
        screening = Screening(judges, store, run_id, again=again)
        while batch := screening.waiting(BATCH, after):
            tell(screening.take(batch))
            after = batch[-1].item_id
        screening.look_again()
        store.runs.finish(run_id, {"items": screening.items})
        store.seals.seal()
        return screening.items
