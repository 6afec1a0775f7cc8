"""Clearing many at once: a snapshot, an event and a line each, resumable, taken back whole; never putting forward."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import NotAllowedError
from monitor.models import ReasonCode, Role, State
from monitor.store import QueueQuery, Store
from monitor.store.bulk import Fate, JobStatus
from tests.fakes_store import a_case, add_people, add_user, an_item, flag_all, open_store, save

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as store:
        a_case(store, 10)
        yield store


def begun(store: Store, user_id: int, *excepted: int, **query: object) -> int:
    job = store.bulk.prepare(user_id, QueueQuery(**query), "cari=nomor")
    assert job is not None
    store.bulk.begin(job, user_id, ReasonCode.NOT_PARTISAN, "hanya nomor urut lomba", excepted)
    return job


def open_ids(store: Store) -> list[int]:
    return sorted(flag.flag_id for flag in store.flags.queue(QueueQuery(limit=99)).flags)


def test_all_of_the_snapshot_and_nothing_else(office: Store) -> None:
    user = add_user(office).user_id
    job = begun(office, user, 3, 999, text="nomor")
    save(office, an_item("baru", "Ayo nomor satu lagi"))
    flag_all(office, add_people(office)[:1], [office.items.find("instagram", "baru")])
    before = office.audit.verify().entries
    assert office.bulk.work(job, 4) == 5
    found = office.bulk.get(job)
    assert found is not None
    assert (found.total, found.settled, found.status) == (10, 5, JobStatus.RUNNING)
    assert office.bulk.work(job, 100) == 0
    assert open_ids(office) == [3, 11]
    done = office.bulk.get(job)
    assert done is not None
    assert (done.status, done.counts) == (JobStatus.DONE, {Fate.DECIDED: 9, Fate.EXCEPTED: 1})
    [event] = office.flags.get(1).decisions
    assert (event.state, event.reason, event.note) == (
        State.CLEARED, ReasonCode.NOT_PARTISAN, "hanya nomor urut lomba",
    )  # fmt: skip
    report = office.audit.verify()
    assert report.ok
    assert report.entries == before + 9 + 1, "a line each, and one for the end"
    assert office.bulk.work(job, 100) == 0
    assert [one.job_id for one in office.bulk.of(user)] == [job]


def test_what_changed_meanwhile_is_left_alone(office: Store) -> None:
    user, other = add_user(office).user_id, add_user(office, "kedua").user_id
    job = begun(office, user)
    office.decisions.append(2, other, State.LEAD, ReasonCode.CALL, "", expected=None)
    office.decisions.append(4, other, State.IN_REVIEW, None, "", expected=None)
    office.leases.take(other, QueueQuery(text="satu 6"), 1, timedelta(minutes=9))
    held = office.leases.held_by(other)[0].flags
    office.bulk.work(job, 100)
    found = office.bulk.get(job)
    assert found is not None
    assert found.counts == {Fate.DECIDED: 8 - len(held), Fate.PASSED: 2 + len(held)}
    assert office.bulk.fates(job, Fate.PASSED) == sorted([2, 4, *held])
    assert office.flags.get(2).state is State.LEAD


def test_taking_back_the_whole_spares_what_others_built_on(office: Store) -> None:
    user, other = add_user(office).user_id, add_user(office, "kedua").user_id
    job = begun(office, user)
    office.bulk.work(job, 100)
    first = office.flags.get(5).decisions[-1]
    undone = office.decisions.undo(first.decision_id, other, first.decision_id)
    office.decisions.append(5, other, State.LEAD, ReasonCode.CALL, "", expected=undone.decision_id)
    with pytest.raises(NotAllowedError, match="pembuatnya atau koordinator"):
        office.bulk.begin_undo(job, other)
    office.bulk.begin_undo(job, user)
    assert office.bulk.work(job, 3) == 7
    assert office.bulk.work(job, 100) == 0
    found = office.bulk.get(job)
    assert found is not None
    assert found.status is JobStatus.UNDONE
    assert open_ids(office) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert office.flags.get(5).state is State.LEAD
    assert [one.undoes is None for one in office.flags.get(1).decisions] == [True, False]
    assert office.audit.verify().ok
    with pytest.raises(NotAllowedError, match="tidak dapat diurungkan"):
        office.bulk.begin_undo(job, user)


def test_a_coordinator_may_take_back_somebody_elses(office: Store) -> None:
    user = add_user(office).user_id
    coordinator = add_user(office, "koordinator", roles=[Role.COORDINATOR]).user_id
    job = begun(office, user)
    office.bulk.work(job, 2)
    office.bulk.begin_undo(job, coordinator)
    office.bulk.work(job, 100)
    found = office.bulk.get(job)
    assert found is not None
    assert found.counts == {Fate.WAITING: 8, Fate.UNDONE: 2}


def test_nothing_is_put_forward_and_nothing_begins_twice(office: Store) -> None:
    user, other = add_user(office).user_id, add_user(office, "kedua").user_id
    job = office.bulk.prepare(user, QueueQuery(), "")
    assert job is not None
    for reason, note, who, said in (
        (ReasonCode.SUPPORT, "alasan", user, "satu per satu"),
        (ReasonCode.NOT_PARTISAN, " ", user, "tuliskan"),
        (ReasonCode.NOT_PARTISAN, "alasan", other, "bukan milik"),
    ):
        with pytest.raises(NotAllowedError, match=said):
            office.bulk.begin(job, who, reason, note)
    assert office.bulk.work(job, 9) == 0
    assert open_ids(office) == list(range(1, 11))
    office.bulk.begin(job, user, ReasonCode.NOT_PARTISAN, "alasan")
    with pytest.raises(NotAllowedError, match="sudah dimulai"):
        office.bulk.begin(job, user, ReasonCode.NOT_PARTISAN, "alasan")
    assert office.bulk.prepare(user, QueueQuery(text="tidakada"), "") is None
    with pytest.raises(NotAllowedError, match="belum diputus"):
        office.bulk.prepare(user, QueueQuery(states=tuple(State)), "")
    assert office.bulk.get(99) is None


def test_the_sample_is_drawn_not_chosen_and_stays(office: Store) -> None:
    user = add_user(office).user_id
    one, two = office.bulk.prepare(user, QueueQuery(), ""), office.bulk.prepare(user, QueueQuery(), "")
    assert one is not None
    assert two is not None
    first = [flag.flag_id for flag in office.bulk.sample(one, 4)]
    assert first == [flag.flag_id for flag in office.bulk.sample(one, 4)]
    assert len(set(first)) == 4
    assert len(office.bulk.sample(one, 99)) == 10


_WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.store import Store
store = Store.open(Path(sys.argv[1]), lambda: datetime(2025, 6, 2, tzinfo=UTC))
while store.bulk.work(int(sys.argv[2]), 3):
    print("lagi", flush=True)
"""


def test_a_job_killed_at_any_moment_goes_on_and_doubles_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        a_case(store, 120)
        job = begun(store, add_user(store).user_id)
    for lines in (1, 4, 2):
        worker = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(tmp_path / "netra.db"), str(job)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert worker.stdout is not None
        for _ in range(lines):
            assert worker.stdout.readline()
        worker.kill()
        worker.wait()
        worker.stdout.close()
    with open_store(tmp_path) as store:
        begun_by = store.bulk.get(job)
        assert begun_by is not None
        assert 21 <= begun_by.settled < 120
        assert store.bulk.work(job, 500) == 0
        done = store.bulk.get(job)
        assert done is not None
        assert done.counts == {Fate.DECIDED: 120}
        events = store._connection.db.execute("SELECT flag_id, count(*) FROM decisions GROUP BY 1 HAVING count(*) <> 1")
        assert events.fetchall() == []
        assert store.audit.verify().ok
