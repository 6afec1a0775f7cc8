"""Orders, filters, deep pages, groups across pages and the search of the queue, against plain sorting in Python."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import Item, Level, Phase, ReasonCode, Screened, Setting, State
from monitor.store import Placed, QueueQuery, Store, queue
from monitor.store.orderkeys import fold
from monitor.store.queue import FEW, Mine, Order
from monitor.store.search import asked, terms
from tests.fakes import START
from tests.fakes_store import a_case, add_people, add_user, an_actor, an_item, an_opinion, open_store, save

COUNT = 60


def filled(store: Store, count: int = COUNT) -> list[tuple[int, Item, float, float | None]]:
    """Flags with urgencies, times and probabilities that often collide; gives id, item, urgency, probability."""
    chance = random.Random(4)
    people = add_people(store, 2)
    items = [
        an_item(f"q{number}", f"butir {number} {'dukung' if number % 3 else 'kerja'}",
                happened_at=None if number % 11 == 0 else START - timedelta(days=chance.randrange(9)))
        for number in range(count)
    ]  # fmt: skip
    save(store, *items)
    rows, results = [], []
    for place, stored in enumerate(store.items.unscreened(count)):
        urgency, probability = float(chance.randrange(5)), chance.choice([None, 0.2, 0.5, 0.55, 0.9])
        opinion = an_opinion(
            urgency, chance.choice([Level.MEDIUM, Level.HIGH]), probability=probability,
            setting=Setting("pilkada-contoh-2025", chance.choice([Phase.QUIET, Phase.CAMPAIGN])),
            digests=(("ambang", "0.6000/0.9000"),),
        )  # fmt: skip
        results.append(Screened(stored, ((an_actor(store, people[place % 2]), opinion),)))
        rows.append((place + 1, stored.item, urgency, probability))
    store.flags.save(results, 1, "d")
    return rows


def ids(store: Store, **query: object) -> list[int]:
    return [flag.flag_id for flag in store.flags.queue(QueueQuery(**{"limit": 1000, **query})).flags]


def test_every_order_is_that_of_plain_sorting(store: Store) -> None:
    rows = filled(store)
    assert ids(store) == [row[0] for row in sorted(rows, key=lambda row: (-row[2], row[0]))]
    oldest = sorted(rows, key=lambda row: (row[1].happened_at or START, row[0]))
    assert ids(store, order=Order.OLDEST) == [row[0] for row in oldest], "without a time: when it was captured"
    hardest = sorted(rows, key=lambda row: (2.0 if row[3] is None else round(abs(row[3] - 0.6), 6), row[0]))
    assert ids(store, order=Order.HARDEST) == [row[0] for row in hardest]
    surest = sorted(rows, key=lambda row: (1.0 if row[3] is None else -row[3], row[0]))
    assert ids(store, order=Order.SUREST) == [row[0] for row in surest]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("narrow", [{}, {"text": "dukung"}, {"level": Level.HIGH}])
def test_pages_by_place_meet_every_flag_once_in_both_directions(store: Store, order: Order, narrow: dict) -> None:
    filled(store)
    whole = ids(store, order=order, **narrow)
    forth: list[int] = []
    start, more = None, True
    while more:
        page = store.flags.queue(QueueQuery(order=order, limit=7, start=start, **narrow))
        forth += [flag.flag_id for flag in page.flags]
        start, more = forth[-1], page.more
        assert page.total == len(whole)
    assert forth == whole
    back: list[int] = []
    start, more = None, True
    while more:
        page = store.flags.queue(QueueQuery(order=order, limit=7, start=start, backwards=True, **narrow))
        back = [flag.flag_id for flag in page.flags] + back
        start, more = back[0], page.more
    assert back == whole
    assert ids(store, start=999) == []


def grouped(store: Store, groups: dict[int, list[int]]) -> None:
    store.groups.place(
        [Placed(leader, leader, 1, 1.0) for leader in groups]
        + [Placed(one, leader, 1, 0.9) for leader, others in groups.items() for one in others]
    )


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("backwards", [True, False])
def test_a_group_shows_its_first_wherever_the_pages_end(store: Store, order: Order, backwards: bool) -> None:
    filled(store)
    groups = {1: [5, 9, 30, 59], 2: [3], 40: [41, 42], 20: []}
    grouped(store, groups)
    leader = {one: key for key, others in groups.items() for one in (key, *others)}
    whole = ids(store, order=order)
    expected, seen = [], set()
    for one in whole:
        key = leader.get(one, one)
        if key not in seen:
            expected.append(one)
        seen.add(key)
    found: list[int] = []
    start, more = None, True
    while more:
        page = store.flags.queue(QueueQuery(order=order, limit=5, start=start, backwards=backwards, grouped=True))
        here = [flag.flag_id for flag in page.flags]
        found = here + found if backwards else found + here
        start, more = (found[0] if backwards else found[-1]), page.more
        assert page.total == COUNT, "flags are counted, not groups"
    assert found == expected


def test_a_group_shows_one_that_the_filter_lets_through(store: Store) -> None:
    [one, two, three] = a_case(store, 3)
    grouped(store, {one: [two, three]})
    assert ids(store, grouped=True) == [one]
    assert ids(store, grouped=True, text="satu 2") == [three]
    user = add_user(store)
    store.decisions.append(one, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    assert ids(store, grouped=True) == [two]
    assert ids(store, grouped=True, states=(State.CLEARED,)) == [one]


def test_filters_by_rule_reason_age_office_and_weight(store: Store) -> None:
    rows = filled(store)
    everything = set(ids(store))
    assert set(ids(store, rule="ajakan-nomor")) == everything
    assert ids(store, rule="ajakan") == ids(store, why="nama_saja") == []
    assert set(ids(store, why="ajakan")) == everything
    assert store.flags.values_of("aturan") == ["ajakan-nomor"]
    assert store.flags.values_of("bentuk") == ["DIS-2", "KE-1"]
    assert store.flags.values_of("tidak ada") == []
    since = START - timedelta(days=3)
    young = {row[0] for row in rows if (row[1].happened_at or START) >= since}
    assert set(ids(store, since=since)) == young
    assert set(ids(store, before=since)) == everything - young
    assert set(ids(store, office="DINAS  contoh")) == everything
    assert ids(store, office="dinas misal") == []
    strong = {row[0] for row in rows if (row[3] or 0) >= 0.55}
    assert set(ids(store, chance_from=0.55)) == strong
    assert set(ids(store, chance_from=0.0, chance_below=0.55)) == {
        row[0] for row in rows if row[3] is not None and row[3] < 0.55
    }
    assert set(ids(store, person_id=1)) == {row[0] for row in rows if row[0] % 2}
    user = add_user(store)
    store.decisions.append(4, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    assert ids(store, states=tuple(State), reason=ReasonCode.PASSIVE) == [4]
    assert ids(store, states=tuple(State), mine=Mine.DECIDED, user_id=user.user_id) == [4]
    assert ids(store, states=tuple(State), mine=Mine.DECIDED, user_id=user.user_id + 1) == []


def test_a_page_counts_so_far_and_no_further(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(store)
    monkeypatch.setattr(queue, "COUNTED", COUNT - 1)
    page = store.flags.queue(QueueQuery(exact=False, limit=1))
    assert (page.total, page.capped) == (COUNT - 1, True)
    whole = store.flags.queue(QueueQuery(limit=1))
    assert (whole.total, whole.capped) == (COUNT, False)


def test_words_that_many_flags_hold_are_walked_to_and_counted_as_more_than(store: Store) -> None:
    count = FEW + 30
    people = add_people(store)
    save(store, *[an_item(f"m{number}", f"dukung sekali {number}") for number in range(count)])
    actor = an_actor(store, people[0])
    batch = store.items.unscreened(count)
    store.flags.save([Screened(one, ((actor, an_opinion(float(n % 7))),)) for n, one in enumerate(batch)], 1, "d")
    page = store.flags.queue(QueueQuery(text="dukung", limit=20))
    assert (page.total, page.capped, page.more) == (FEW, True, True)
    assert [flag.flag_id for flag in page.flags] == ids(store, limit=20)
    few = store.flags.queue(QueueQuery(text="sekali 2029", limit=20))
    assert (few.total, few.capped, [flag.stored.item.text for flag in few.flags]) == (1, False, ["dukung sekali 2029"])
    rule = store.flags.queue(QueueQuery(rule="ajakan-nomor", text="sekali 2029", limit=20))
    assert [flag.flag_id for flag in rule.flags] == [few.flags[0].flag_id]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Ayo\tNOMOR Satu!! ", "ayo nomor satu"),
        ("MANTAAAAP benerrrr 1000", "mantap bener 1000"),
        ("#ContohBersinar @uji_rekaan", "contohbersinar uji_rekaan"),
        ("café ﬁnal Ⅻ", "cafe final xii"),
        ("pilih☝☝1", "pilih ☝ ☝ 1"),
        ("NUL\0di sini", "nul di sini"),
        ('" OR * AND NEAR(', "or and near"),
        ("\ud800x", "d800x"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_one_or_two_letters_are_whole_words() -> None:
    assert terms("No 1 dukung dukung") == [" no ", " 1 ", "dukung"]
    assert asked(terms('no "x" dukung')) == '" no " AND " x " AND "dukung"'


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_question_can_break_the_index_and_both_ways_of_searching_agree(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("cari")
    with open_store(folder) as store:
        a_case(store, 3)
        db = store._connection.db
        found = set(ids(store, text=text))
        wanted = terms(text)
        rows = db.execute("SELECT flag_id, words FROM flag_words").fetchall()
        if wanted or not text.strip():
            assert found == {flag_id for flag_id, words in rows if all(one in words for one in wanted)}
        else:
            assert found == set(), "nothing but signs"


def test_an_edit_changes_what_is_found_and_erasing_leaves_no_word_in_the_file(store: Store, tmp_path: Path) -> None:
    a_case(store, 3)
    save(store, an_item("p1", "Kuilkatulistiwa merah"))
    flag = store.flags.get(2)
    stored = store.items.get(flag.stored.item_id)
    assert stored is not None
    store.flags.save([Screened(stored, ((flag.actor, flag.opinion),))], 2, "d2")
    assert ids(store, text="katulistiwa") == [2]
    assert ids(store, text="ayo nomor satu") == [1, 3]
    save(store, an_item("p1", "Kuilkatulistiwa biru"))
    store.audit.erase_item(stored.item_id, "jadwal retensi", None)
    assert ids(store, text="katulistiwa", states=tuple(State)) == []
    db = store._connection.db
    left = b"".join(bytes(row[0]) for row in db.execute("SELECT block FROM flag_search_data"))
    assert b"0qzx" not in left
    terms_left = {row[0] for row in _vocabulary(store)}
    assert not {"kui", "uil", "ilk", "lka"} & terms_left
    assert {"ayo", "yo "} <= terms_left
    store.close()
    raw = (tmp_path / "netra.db").read_bytes()
    assert b"katulistiwa" not in raw.lower()


def _vocabulary(store: Store) -> list[tuple[str]]:
    db = store._connection.db
    db.execute("CREATE VIRTUAL TABLE temp.kata USING fts5vocab('main', 'flag_search', 'row')")
    return db.execute("SELECT term FROM temp.kata").fetchall()


def test_what_was_loaded_in_bulk_is_indexed_afterwards(store: Store) -> None:
    a_case(store, 3)
    db = store._connection.db
    assert not store.search.behind
    db.execute("UPDATE flag_words SET stale = 1, words = '' WHERE flag_id <> 2")
    db.execute("UPDATE flags SET office = '', doubt = 9")
    assert ids(store, text="nomor satu") == [2]
    assert store.search.behind
    assert store.search.catch_up() == 2
    assert store.search.catch_up() == 0
    assert ids(store, text="nomor satu") == [1, 2, 3]
    assert ids(store, office="dinas contoh") == [1, 3]
    db.execute("INSERT INTO flag_search(flag_search, rank) VALUES ('integrity-check', 1)")
