"""Coverage is asked of the roster: whatever came back, every account has its line, and only proof is proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import Calendar
from monitor.config import Config
from monitor.coverage import Cell, Eye, State, assess, by, cells, eyes, heat, missing, phase_spans, state_of, tally
from monitor.models import Outcome, Phase, Platform
from monitor.store.coverage import LETTERS, NOT_TRIED, Standing, Subject

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
GATED = {Platform.X, Platform.FACEBOOK, Platform.INSTAGRAM, Platform.THREADS, Platform.TIKTOK, Platform.TELEGRAM}
PROVING = {Outcome.OK_ITEMS, Outcome.OK_EMPTY_PROVED, Outcome.NOT_MODIFIED}

_subjects = st.builds(
    Subject,
    person_id=st.integers(1, 9),
    name=st.just("Uji Rekaan"),
    office=st.sampled_from(["Dinas Contoh", "Kecamatan Misal", ""]),
    region=st.just("Kabupaten Contoh"),
    account_id=st.integers(1, 99),
    platform=st.none() | st.sampled_from(Platform),
    native_id=st.sampled_from(["", "a", "b", "c"]),
    handle=st.sampled_from(["", "nama"]),
    fake=st.booleans(),
)
_eyes = st.lists(
    st.builds(
        Eye,
        config_id=st.sampled_from(["s1", "s2", "s3", "s4"]),
        platforms=st.frozensets(st.sampled_from(Platform), max_size=2),
        gated=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda eye: eye.config_id,
)
_ids = st.sampled_from([f"{one}{key}" for one in ("s1", "s2", "s3", "x") for key in ("", "/a", "/b", "/c", "/@nama")])
_standings = st.dictionaries(
    _ids, st.builds(Standing, outcome=st.sampled_from(Outcome), at=st.just(AT), detail=st.just("sebabnya"))
)


@given(st.lists(_subjects, max_size=30), _eyes, _standings)
def test_every_account_before_every_source_has_one_line_and_only_proof_is_proof(
    subjects: list[Subject], watching: list[Eye], standings: Mapping[str, Standing]
) -> None:
    wanted = cells(subjects, watching)
    expected = sum(max(1, sum(one.platform in eye.platforms for eye in watching)) for one in subjects)
    assert len(wanted) == expected + sum(not eye.platforms for eye in watching)
    lines = assess(wanted, standings)
    counted = tally(lines)
    assert counted.total == len(lines) == len(wanted)
    assert sum(one.total for one in by(lines, lambda line: line.config_id).values()) == len(lines)
    assert set(counted.counts) == set(State)
    assert 0 <= counted.proved <= counted.askable <= counted.total
    for line in lines:
        held = standings.get(line.source_id)
        proves = line.source_id != "" and held is not None and held.outcome in PROVING
        assert line.state.proved == proves
        assert line.state.proved or line.detail
        if line.subject is not None and line.subject.platform is None:
            assert line.state is State.NO_ACCOUNT
        elif not line.source_id:
            closed = line.subject is not None and line.subject.platform in GATED and not line.config_id
            assert line.state is (State.LEGALLY_OFF if closed else State.NOT_TRIED)
    again = missing(lines)
    assert len(again) == len(set(again))
    assert set(again) == {
        one.source_id for one in lines if one.source_id and one.state.askable and not one.state.proved
    }


@pytest.mark.parametrize("outcome", Outcome)
def test_a_state_is_proof_exactly_where_the_outcome_is(outcome: Outcome) -> None:
    assert state_of(outcome).proved == outcome.proved


@given(st.lists(_subjects, max_size=12), _eyes, st.data())
def test_every_day_of_the_heat_map_counts_every_cell_of_its_source(
    subjects: list[Subject], watching: list[Eye], data: st.DataObject
) -> None:
    wanted, count = cells(subjects, watching), data.draw(st.integers(1, 5))
    letters = st.text("".join(LETTERS.values()) + NOT_TRIED, min_size=count, max_size=count)
    days = data.draw(st.dictionaries(_ids, letters))
    drawn = heat(wanted, days, count)
    for config_id, held in drawn.items():
        mine = [one for one in wanted if one.config_id == config_id]
        assert len(held) == count
        for place, one in enumerate(held):
            assert one.total == len(mine)
            proofs = sum(days.get(cell.source_id, NOT_TRIED * count)[place] in "ien" for cell in mine if cell.source_id)
            assert one.proved == proofs
    assert set(drawn) == {one.config_id for one in wanted if one.config_id}


def test_the_settings_say_what_looks_at_what() -> None:
    config = Config.model_validate(
        {
            "mode": "demo", "database": "a", "archive": "b", "heads": "c",
            "office": {"name": "Kantor Contoh", "region": "Kabupaten Contoh", "timezone": "WIB", "contact": "a@b.example"},
            "processing": {"purpose": "mencoba cakupan dengan data rekaan", "legal_basis": "data rekaan"},
            "sources": [
                {"type": "bluesky", "id": "bsky"}, {"type": "meta", "id": "meta"},
                {"type": "feed", "id": "warta", "url": "https://warta.example/feed"},
            ],
        }
    )  # fmt: skip
    found = eyes(config.sources)
    assert [(one.config_id, one.gated) for one in found] == [("bsky", False), ("meta", True), ("warta", False)]
    wanted = cells([Subject(1, "Uji", "", "", 1, Platform.INSTAGRAM, "ig-1")], found)
    assert wanted[0].source_id == "meta/ig-1"
    assert wanted[0].idle is State.LEGALLY_OFF
    assert wanted[1:] == [Cell(None, "warta", "warta")]


def test_a_share_of_what_may_be_asked_and_of_everything() -> None:
    people = [
        Subject(1, "Satu", "D", "K", 1, Platform.BLUESKY, "a"),
        Subject(2, "Dua", "D", "K", 2, Platform.BLUESKY, "b"),
        Subject(3, "Tiga", "D", "K", 3, Platform.TIKTOK, "t"),
        Subject(4, "Empat", "D", "K"),
    ]
    lines = assess(
        cells(people, [Eye("bsky", frozenset({Platform.BLUESKY}))]), {"bsky/a": Standing(Outcome.NOT_MODIFIED, AT)}
    )
    counted = tally(lines)
    assert (counted.share, counted.whole_share) == (0.5, 0.25)
    assert missing(lines) == ["bsky/b"]
    assert tally([]).share == 1.0


def test_a_phase_is_the_newest_stretch_that_has_begun() -> None:
    calendar = Calendar.load(ROOT / "rules" / "calendar")
    contest, region = "pilkada-contoh-2025", "Kabupaten Contoh"
    for today in (date(2025, 6, 20), date(2025, 7, 30)):
        spans = phase_spans(calendar, [contest], region, today)
        assert Phase.CAMPAIGN in spans
        for phase, (first, last) in spans.items():
            assert first <= today
            for day, inside in (
                (first, True),
                (last, True),
                (first - timedelta(1), False),
                (last + timedelta(1), False),
            ):
                said = calendar.phase(contest, region, day)
                assert (said is not None and said.phase is phase) is inside or day < today - timedelta(1000), (
                    phase,
                    day,
                )
    assert Phase.POST not in phase_spans(calendar, [contest], region, date(2025, 6, 1))
    assert phase_spans(calendar, [], region, date(2025, 6, 20)) == {}
