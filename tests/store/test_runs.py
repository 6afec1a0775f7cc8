from __future__ import annotations

import multiprocessing
import os
from datetime import timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from monitor.errors import BusyError
from monitor.models import Outcome
from monitor.store import Store
from tests.fakes import START, FakeClock
from tests.fakes_store import open_store, save


def test_a_run_is_remembered_with_its_summary(store: Store, clock: FakeClock) -> None:
    assert store.runs.last("collect") is None
    run_id = store.runs.begin("collect")
    clock.tick(minutes=2)
    store.runs.finish(run_id, {"baru": 3, "catatan": "lengkap"})
    run = store.runs.last("collect")
    assert (run.run_id, run.status, run.finished_at - run.started_at) == (run_id, "selesai", timedelta(minutes=2))
    assert run.summary == {"baru": 3, "catatan": "lengkap"}


def test_only_one_run_of_a_kind(store: Store, tmp_path: Path) -> None:
    with open_store(tmp_path) as other, store.runs.exclusive("collect"):
        with pytest.raises(BusyError, match="masih berjalan"), other.runs.exclusive("collect"):
            pass
        with other.runs.exclusive("screen"):
            pass
    with store.runs.exclusive("collect"):
        pass
    with pytest.raises(ValueError, match="kind"), store.runs.exclusive("../x"):
        pass


def _die_inside(folder: Path, ready: Event) -> None:
    store = open_store(folder)
    with store.runs.exclusive("collect"):
        run_id = store.runs.begin("collect")
        save(store, source_id="s", run_id=run_id)
        ready.set()
        os._exit(9)


def test_a_killed_run_frees_the_right_to_run_and_is_found_broken(store: Store, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_die_inside, args=(tmp_path, ready))
    process.start()
    process.join(60)
    assert ready.is_set()
    assert process.exitcode == 9
    process.close()
    hour = {"s": timedelta(hours=1)}
    assert store.runs.due(hour, START) == []
    with store.runs.exclusive("collect"):
        assert store.runs.last("collect").status == "terputus"
        assert store.runs.due(hour, START) == ["s"]


def test_what_is_due(store: Store, clock: FakeClock) -> None:
    every = {"a": timedelta(hours=1), "b": timedelta(hours=6), "c": timedelta(hours=1)}
    run_id = store.runs.begin("collect")
    save(store, source_id="a", run_id=run_id)
    save(store, source_id="b", run_id=run_id, outcome=Outcome.BLOCKED)
    store.runs.finish(run_id, {})
    assert store.runs.due(every, START + timedelta(minutes=59)) == ["c"]
    assert store.runs.due(every, START + timedelta(hours=1)) == ["a", "c"]
    assert store.runs.due(every, START + timedelta(days=3)) == ["a", "b", "c"]


def test_how_the_sources_stand(store: Store) -> None:
    save(store, source_id="b")
    for _ in range(3):
        save(store, source_id="a", outcome=Outcome.BLOCKED, detail="halaman tantangan")
    one, other = store.runs.sources()
    assert (one.source_id, one.outcome, one.detail, one.failures) == ("a", Outcome.BLOCKED, "halaman tantangan", 3)
    assert (one.last_proved, one.last_try) == (None, START)
    assert (other.failures, other.last_proved) == (0, START)
    assert store.runs.failures("a") == 3
    save(store, source_id="a")
    assert store.runs.failures("a") == 0


def test_the_pace_is_kept_across_restarts(store: Store, tmp_path: Path) -> None:
    assert store.runs.next_allowed("contoh.example") is None
    store.runs.set_next_allowed("contoh.example", START)
    store.runs.set_next_allowed("contoh.example", START + timedelta(seconds=7))
    with open_store(tmp_path) as again:
        assert again.runs.next_allowed("contoh.example") == START + timedelta(seconds=7)
