"""A small office whose evidence came through the real doors: a loopback site, files, screening, a decision, manifests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from monitor import custody
from monitor.evidence import Archive, ClockState
from monitor.models import Outcome, Page, ReasonCode, Request, Response, Role, State, User
from monitor.store import Store, Touch
from tests.fakes import START, FakeClock
from tests.fakes_store import add_people, add_user, an_item, flag_all, open_store

KEY = b"kunci-uji-yang-tidak-di-samping-bukti"
STILL = ClockState(True, 1000.0)


@dataclass
class Kept:
    """An office on disk with evidence in it."""

    folder: Path
    clock: FakeClock
    store: Store
    archive: Archive
    user: User
    flags: list[int]

    @property
    def heads(self) -> Path:
        return self.folder / "kepala"

    def verify(self, checkpoint: Path | None = None) -> custody.EvidenceReport:
        point = custody.Checkpoint(checkpoint, KEY) if checkpoint is not None else None
        return custody.verify(self.store, self.archive, self.heads, self.clock, checkpoint=point)


def collect(store: Store, archive: Archive, native_id: str, text: str, *, body: bytes = b"", web: bool = True) -> int:
    """Archive an answer and store the one item that was read from it, as the pipeline does; gives its id."""
    url = f"https://warta.contoh.example/{native_id}" if web else f"masuk/{native_id}.html"
    response = Response(
        Request(url, "page"), START, None, status=200 if web else 0, final_url=url, content_type="text/html",
        headers=(("Content-Type", "text/html"),), body=body or f"<p>{text}</p>".encode(), remote="192.0.2.1",
    )  # fmt: skip
    kept = archive.capture(response)
    run_id = store.runs.begin("collect")
    store.recordings.record(kept, "warta", run_id, response, Outcome.OK_ITEMS)
    item = replace(an_item(native_id, text), source_id="warta", url=url)
    store.items.save_page(
        source_id="warta", run_id=run_id, response=response, page=Page(Outcome.OK_ITEMS, (item,)),
        evidence_sha256=kept.body_sha256,
    )  # fmt: skip
    store.runs.finish(run_id, {"new": 1})
    found = store.items.find("instagram", native_id)
    assert found is not None
    return found.item_id


def fill(folder: Path, texts: Sequence[str] = ("Ayo nomor satu", "Pilih nomor dua", "Jadwal imunisasi")) -> Kept:
    """Make the office: every text an item with its answer and a flag; the last one cleared; manifests; a head."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = FakeClock()
    store = open_store(folder, clock)
    archive = Archive(folder / "arsip", lambda: STILL)
    user = add_user(store, roles=[Role.MONITOR, Role.COORDINATOR])
    people = add_people(store, 2)
    for number, text in enumerate(texts):
        collect(store, archive, f"p{number}", text)
    flags = flag_all(store, people, store.items.unscreened(100))
    store.decisions.append(flags[-1], user.user_id, State.CLEARED, ReasonCode.PASSIVE, "hadir saja", expected=None)
    custody.seal(store, archive, clock, lambda: STILL)
    store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=flags[0], why="penelusuran")
    store.audit.write_head(folder / "kepala")
    return Kept(folder, clock, store, archive, user, flags)


@contextmanager
def opened(folder: Path) -> Iterator[Kept]:
    """Open an office that was filled before, and close it."""
    clock = FakeClock()
    with open_store(folder, clock) as store:
        user = store.users.list()[0]
        yield Kept(folder, clock, store, Archive(folder / "arsip", lambda: STILL), user, [])
