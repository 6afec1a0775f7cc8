"""A phase run that stands still is noticed: by the schedule, by who watches, by doctor; told once, by a real mail server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import scheduler, upkeep
from monitor.app import App
from monitor.batch import run
from monitor.batch.report import write_report
from monitor.batch.watch import noting, watch
from monitor.digest import brief
from monitor.upkeep import HEADWAY, WARNED, headway, standstills
from tests.batch.phase_office import CONTEST, QUIET, STRETCH, Clock, silent
from tests.digest.post_office import Clerk, open_counter
from tests.typist import Typist

HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def posted(config: Path, clerk: Clerk) -> Iterator[App]:
    """An office with a mail server of its own."""
    with open_counter(clerk) as port:
        text = config.read_text(encoding="utf-8")
        config.write_text(
            f"{text}\ndigest:\n  to: [piket@uji.example, lain@uji.example]\n  sender: netra@uji.example\n"
            f'  host: 127.0.0.1\n  port: {port}\n  tls: none\n  at: "23:59"\n',
            encoding="utf-8",
        )
        app = App.build(config, clock=Clock())
        yield app
        app.close()


def clock_of(app: App) -> Clock:
    assert isinstance(app.clock, Clock)
    return app.clock


def later(app: App, **parts: float) -> None:
    clock_of(app).at += timedelta(**parts)


def half_done(app: App) -> Path:
    """A run that was ended after two parts."""
    folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)

    class EndedError(Exception):
        pass

    def tell(done: int, _of: int) -> None:
        if done == 2:
            raise EndedError

    with pytest.raises(EndedError):
        run.carry_on(app, folder, 1, noting(folder, "menilai", app.clock, tell))
    return folder


def subjects(clerk: Clerk) -> list[str]:
    """Who got what; where a subject is folded, the parser of mail may leave a space twice."""
    return [" ".join(f"{to}: {one['Subject']}".split()) for to, one in clerk.got]


def test_headway_is_noted_at_both_ends_and_every_few_seconds(app: App) -> None:
    folder = run.begin(app, QUIET, CONTEST, stretch=STRETCH)
    found = headway(folder)
    assert found is not None
    assert (found.doing, found.done) == ("membekukan", 0)
    seen = list[tuple[int, int]]()

    def tell(done: int, of: int) -> None:
        now = headway(folder)
        assert now is not None
        seen.append((done, now.done))
        assert of >= done

    run.carry_on(app, folder, 1, noting(folder, "menilai", app.clock, tell))
    found = headway(folder)
    assert found is not None
    assert found.done == found.of == seen[-1][0]
    # `tell` is asked before the note is written; the clock of these tests goes on by a second a look.
    assert {one for _, one in seen} < {one for one, _ in seen}


def test_a_run_stands_still_after_the_time_of_the_settings(app: App) -> None:
    folder = half_done(app)
    later(app, minutes=29)
    assert list(standstills(app)) == []
    later(app, minutes=2)
    [one] = standstills(app)
    assert (one.folder, one.alive) == (folder, False)
    assert one.still >= HALF_HOUR
    assert "sudah tidak ada" in one.advice()
    with app.store.runs.exclusive("batch"):
        [one] = standstills(app)
        assert one.alive
        assert "hentikan prosesnya" in one.advice()
    [found] = upkeep.phase_runs(app)
    assert found.state == "gawat"
    assert "macet: tidak maju" in found.said
    run.carry_on(app, folder, 1, noting(folder, "menilai", app.clock, silent))
    assert list(standstills(app)) == []


def test_a_clock_set_back_and_a_broken_note_are_no_standstill(app: App) -> None:
    folder = half_done(app)
    later(app, days=-3)
    assert list(standstills(app)) == []
    later(app, days=3, hours=1)
    (folder / HEADWAY).write_text("rusak", encoding="ascii")
    [one] = standstills(app)
    assert (one.headway.doing, one.headway.done) == ("membekukan", 0)


def test_the_schedule_tells_each_standstill_once(posted: App, clerk: Clerk) -> None:
    folder = half_done(posted)
    later(posted, minutes=31)
    said = list[str]()
    scheduler.ring(posted, said.append)
    assert sum("macet" in one for one in said) == 1
    assert len(clerk.got) == 2
    assert subjects(clerk)[0] == f"piket@uji.example: Jalan tahapan {folder.name} macet — Bawaslu Kabupaten Contoh"
    text = clerk.got[0][1].get_content()
    assert "Macet: tidak maju 31 menit" in text
    assert "`netra batch --phase" in text
    later(posted, hours=5)
    assert list(brief.warn(posted, "")) == []
    later(posted, minutes=1)
    noting(folder, "menilai", posted.clock, silent)(3, 9)
    assert list(brief.warn(posted, "")) == []
    later(posted, minutes=31)
    assert len(list(brief.warn(posted, ""))) == 1
    assert len(clerk.got) == 4
    for person in posted.store.roster.persons():
        assert person.name not in text


def test_a_letter_that_did_not_get_through_is_tried_again(posted: App, clerk: Clerk) -> None:
    folder = half_done(posted)
    clerk.refuse = dict.fromkeys(("piket@uji.example", "lain@uji.example"), "451 nanti")
    later(posted, minutes=31)
    said = list(brief.warn(posted, ""))
    assert any("tidak terkirim" in one for one in said)
    later(posted, minutes=5)
    assert list(brief.warn(posted, "")) == []
    clerk.refuse = {}
    later(posted, minutes=6)
    list(brief.warn(posted, ""))
    assert len(clerk.got) == 2
    assert json.loads((folder / WARNED).read_text(encoding="ascii"))["told"]
    later(posted, minutes=60)
    assert list(brief.warn(posted, "")) == []


def test_a_note_that_cannot_be_written_does_not_send_letters_without_end(posted: App, clerk: Clerk) -> None:
    folder = half_done(posted)
    (folder / WARNED).mkdir()  # whoever writes there fails, as on a full disk
    later(posted, minutes=31)
    assert list(brief.warn(posted, ""))
    assert len(clerk.got) == 2
    later(posted, minutes=31)
    assert list(brief.warn(posted, "")) == []
    assert len(clerk.got) == 2


def test_who_watches_sees_headway_and_the_end(app: App) -> None:
    folder = half_done(app)
    said, naps = list[str](), list[float]()

    def nap(seconds: float) -> None:
        naps.append(seconds)
        later(app, seconds=seconds)
        if len(naps) == 1:
            noting(folder, "menilai", app.clock, silent)(4, 9)
        else:
            run.carry_on(app, folder, 1, silent)
            write_report(app, folder, None, None, (1, 1.0))

    app.sleep = nap
    assert watch(app, said.append, "")
    assert naps == [60.0, 60.0]
    assert "4 dari 9 bagian, sisa kira-kira" in said[1]
    assert said[-1] == f"{folder.name} selesai."


def test_who_watches_is_told_of_a_standstill(posted: App, clerk: Clerk) -> None:
    half_done(posted)
    said = list[str]()
    posted.sleep = lambda seconds: later(posted, seconds=seconds)
    assert not watch(posted, said.append, "")
    assert "macet" in said[-1]
    assert len(clerk.got) == 2


def test_the_command(config: Path) -> None:
    netra = Typist(config)
    assert "Tidak ada jalan tahapan yang belum selesai" in netra("batch", "--watch").output
    app = App.build(config, clock=Clock())
    half_done(app)
    app.close()
    said = netra("batch", "--watch", code=17).output
    assert "2 dari " in said or "1 dari " in said or "0 dari " in said
    assert "jalankan `netra batch --phase" in said.casefold()
