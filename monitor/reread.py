"""Archived answers read again with today's reader: what a wrong or an older reader missed is found, years later.

Nothing is asked of anybody. A source may say itself what an archived answer holds (`reread`); of every other the run is
played again: its first answer is read, and what that leads to is looked up among the answers of the same run. An answer
of which only a part may be kept is not read again, but where its source knows that part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.collectors import Held, Source, Turn
from monitor.errors import ArchiveError
from monitor.evidence import Archive
from monitor.models import Outcome, Page, Platform, Request, Response
from monitor.store import Store
from monitor.store.rereading import Answered


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of reading a source again. `lost` answers are no longer in the archive, or damaged."""

    source_id: str
    answers: int = 0
    new: int = 0
    edited: int = 0
    lost: int = 0


def reread(sources: Sequence[Source], archive: Archive, store: Store, tell: Callable[[Reread], None]) -> list[Reread]:
    """Read every archived answer of these sources again; never beside a collecting.

    Raises:
        BusyError: a collecting is under way.
    """
    with store.runs.exclusive("collect"), store.runs.exclusive("reread"):
        run_id = store.runs.begin("reread")
        for config_id in dict.fromkeys(one.source_id.partition("/")[0] for one in sources):
            store.alarms.shapes_read(config_id)
        done = []
        for source in sources:
            done.append(_one(source, archive, store, run_id))
            tell(done[-1])
        store.runs.finish(run_id, {"answers": sum(one.answers for one in done), "new": sum(one.new for one in done)})
        return done


def _one(source: Source, archive: Archive, store: Store, run_id: int) -> Reread:
    total = Reread(source.source_id)
    for answers in store.rereading.answers(source.source_id):
        held: dict[str, tuple[Answered, Response]] = {}
        lost = 0
        for answer in answers:
            try:
                held[answer.url] = (answer, _response(archive, answer))
            except ArchiveError:
                lost += 1
        new = edited = read = 0
        for answer, page in _pages(source, held, store.items.held):
            saved = store.rereading.save(answer, page, run_id)
            new, edited, read = new + saved.new, edited + saved.edited, read + 1
        total = Reread(total.source_id, total.answers + read, total.new + new, total.edited + edited, total.lost + lost)
    return total


def _pages(
    source: Source, held: Mapping[str, tuple[Answered, Response]], stored: Held
) -> Iterator[tuple[Answered, Page]]:
    """Read the answers of one run: by the source's own `reread` where it has one, else as the run went."""
    again = getattr(source, "reread", None)
    if again is not None:
        for answer, response in held.values():
            yield answer, again(response)
        return
    if "/" in source.source_id:
        yield from _replayed(source, held)
        return
    source.start("")
    asked = [response.request for _, response in held.values() if response.request.purpose not in _LED_TO]
    seen: set[str] = set()
    while asked:
        request = asked.pop(0)
        if request.sealed or request.url in seen or request.url not in held:
            continue
        seen.add(request.url)
        answer, response = held[request.url]
        page = source.read(
            Response(
                request, response.fetched_at, None, status=response.status, final_url=response.final_url,
                content_type=response.content_type, headers=response.headers, body=response.body,
            )
        )  # fmt: skip
        asked += page.follow
        # What leads to a page that was never fetched is stored as the list tells it: only where nothing is known of it.
        never = [one.item for one in page.follow if one.item is not None and one.url not in held]
        known = stored(Platform.NEWS, [one.native_id for one in never])
        alone = tuple(one for one in never if one.native_id and one.native_id not in known)
        yield answer, replace(page, items=(*page.items, *alone))


_LED_TO = frozenset({"article"})
_NEVER = datetime.fromtimestamp(0, UTC)


def _replayed(source: Source, held: Mapping[str, tuple[Answered, Response]]) -> Iterator[tuple[Answered, Page]]:
    """Let an account's source go its way again; what the archive does not hold, or only in part, is not there."""
    newest = max((answer.fetched_at for answer, _ in held.values()), default=_NEVER)
    for first in source.start(""):
        turn = Turn(source, first)
        while (request := turn.next()) is not None:
            found = None if request.sealed else held.get(request.url)
            if found is None:
                turn.read(Response(request, newest, Outcome.NOT_AVAILABLE, "tidak ada dalam arsip"))
            else:
                yield found[0], turn.read(replace(found[1], request=request))


def _response(archive: Archive, answer: Answered) -> Response:
    body = archive.read(answer.evidence_sha256)
    records = [json.loads(one) for one in archive.records_of(answer.evidence_sha256)]
    record = next((one for one in records if one.get("url") == answer.url), records[0] if records else {})
    headers = tuple((str(name), str(value)) for name, value in record.get("headers", ()))
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return Response(
        Request(answer.url, answer.purpose), answer.fetched_at, None, status=answer.status,
        final_url=str(record.get("final_url", "")), content_type=kinds[0] if kinds else "", headers=headers, body=body,
    )  # fmt: skip
