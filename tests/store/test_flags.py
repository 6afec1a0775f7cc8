from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import NotAllowedError
from monitor.models import ItemKind, Level, Parent, Phase, Platform, ReasonCode, Screened, Setting, State
from monitor.store import Neighbours, QueueQuery, SavedFlags, Store
from monitor.store.codec import stamp
from monitor.store.queue import Order, _walk, _where
from tests.fakes import START
from tests.fakes_store import (
    a_case,
    a_like,
    add_people,
    add_user,
    an_actor,
    an_item,
    an_opinion,
    flag_all,
    open_store,
    save,
)


def ids(store: Store, **query: object) -> list[int]:
    page = store.flags.queue(QueueQuery(**query))
    assert page.total == len(page.flags)
    return [flag.flag_id for flag in page.flags]


def test_a_flag_comes_back_whole(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("p1", "Ayo nomor satu"), a_like("l1", "p1"))
    like = store.items.unscreened(10)[1]
    actor, opinion = an_actor(store, person), an_opinion()
    assert store.flags.save([Screened(like, ((actor, opinion),))], 1, "d") == SavedFlags(1, 1, 0, 0)
    flag = store.flags.get(1)
    assert flag.stored == like
    assert flag.stored.item.parent.text == "Ayo nomor satu"
    assert (flag.actor, flag.opinion, flag.state, flag.created_at) == (actor, opinion, State.NEW, START)
    assert flag.decisions == ()
    with pytest.raises(NotAllowedError, match="tidak ada"):
        store.flags.get(2)


def test_the_parent_stays_as_it_was_judged(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("p1", "Ayo nomor satu"), a_like("l1", "p1"))
    flag_all(store, [person], store.items.unscreened(10)[1:])
    save(store, an_item("p1", "Sudah diganti"))
    assert store.flags.get(1).stored.item.parent == Parent(
        "p1", "https://instagram.example/p/p1", "Ayo nomor satu", an_item("p1").author
    )


def test_saving_again_doubles_nothing(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("a"), an_item("b"))
    one, other = store.items.unscreened(10)
    batch = [Screened(one, ((an_actor(store, person), an_opinion()),)), Screened(other)]
    assert store.flags.save(batch, 1, "d") == SavedFlags(2, 1, 0, 0)
    head = store.audit.head()
    assert store.flags.save(batch, 2, "d") == SavedFlags(2, 0, 0, 0)
    assert store.audit.head() == head
    assert len(store.flags.opinions(1)) == 1
    assert store._connection.db.execute("SELECT count(*) FROM screenings").fetchone()[0] == 2
    assert store.flags.save([], 3, "d") == SavedFlags(0, 0, 0, 0)


def test_a_changed_opinion_is_appended(store: Store) -> None:
    [flag_id] = a_case(store)
    flag = store.flags.get(flag_id)
    softer = an_opinion(1.0, Level.MEDIUM, forms=("KE-7",))
    store.flags.save([Screened(flag.stored, ((flag.actor, softer),))], 2, "d2")
    assert store.flags.get(flag_id).opinion == softer
    assert [one.opinion for one in store.flags.opinions(flag_id)] == [flag.opinion, softer]
    assert ids(store, form="KE-7") == ids(store, level=Level.MEDIUM) == [flag_id]
    assert ids(store, form="KE-1") == []


def test_a_vanished_opinion_withdraws_only_what_nobody_touched(store: Store) -> None:
    one, two = a_case(store, 2)
    user = add_user(store)
    store.decisions.append(two, user.user_id, State.IN_REVIEW, None, "", expected=None)
    stored = [store.flags.get(flag_id).stored for flag_id in (one, two)]
    again = [Screened(held) for held in stored]
    assert store.flags.save(again, 2, "d2") == SavedFlags(2, 0, 0, 1)
    assert store.flags.save(again, 2, "d2") == SavedFlags(2, 0, 0, 0)
    assert ids(store) == [two]
    assert [version.opinion is None for version in store.flags.opinions(one)] == [False, True]
    flag = store.flags.get(one)
    assert store.flags.save([Screened(flag.stored, ((flag.actor, flag.opinion),))], 3, "d3").changed == 1
    assert ids(store) == [one, two]
    assert store.audit.verify().ok


def test_of_two_opinions_on_one_person_the_more_urgent_stands(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("a"))
    [stored] = store.items.unscreened(1)
    actor = an_actor(store, person)
    store.flags.save([Screened(stored, ((actor, an_opinion(1.0)), (actor, an_opinion(9.0))))], 1, "d")
    assert store.flags.get(1).opinion.urgency == 9.0


def test_the_queue_is_ordered_by_urgency_then_age(store: Store) -> None:
    [person] = add_people(store)
    save(store, *[an_item(name) for name in "abcd"])
    actor = an_actor(store, person)
    urgency = [2.0, 5.0, 2.0, 5.0]
    batch = zip(store.items.unscreened(10), urgency, strict=True)
    store.flags.save([Screened(one, ((actor, an_opinion(value)),)) for one, value in batch], 1, "d")
    user = add_user(store)
    store.decisions.append(3, user.user_id, State.IN_REVIEW, None, "", expected=None)
    assert ids(store) == [2, 4, 1, 3]
    page = store.flags.queue(QueueQuery(offset=1, limit=2))
    assert ([flag.flag_id for flag in page.flags], page.total) == ([4, 1], 4)
    assert store.flags.neighbours(4, QueueQuery()) == Neighbours(2, 1)
    assert store.flags.neighbours(2, QueueQuery()) == Neighbours(None, 4)
    assert store.flags.neighbours(3, QueueQuery()) == Neighbours(1, None)
    assert store.flags.neighbours(99, QueueQuery()) == Neighbours(None, None)
    assert store.flags.next_open(QueueQuery()) == 2
    store.decisions.append(4, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "", expected=None)
    assert store.flags.next_open(QueueQuery(), 4) == 1
    assert store.flags.next_open(QueueQuery(states=()), 4) is None
    assert ids(store, states=()) == []


def test_every_filter(store: Store) -> None:
    people = add_people(store, 2)
    save(
        store,
        an_item("a", "Ayo Nomor SATU 100%"),
        an_item("b", "", kind=ItemKind.LIKE, platform=Platform.X, parent=Parent(text="poster_resmi")),
        an_item("c", title="Judul Kegiatan"),
    )
    one, two, three = store.items.unscreened(10)
    quiet = an_opinion(2.0, Level.MEDIUM, setting=Setting("pilkada-contoh-2025", Phase.QUIET), matches=())
    store.flags.save(
        [
            Screened(one, ((an_actor(store, people[0]), an_opinion(3.0)),)),
            Screened(two, ((an_actor(store, people[1]), quiet),)),
            Screened(three, ((an_actor(store, people[0]), an_opinion(1.0, setting=Setting(), forms=())),)),
        ],
        1,
        "d",
    )
    assert ids(store) == [1, 2, 3]
    assert ids(store, level=Level.MEDIUM) == ids(store, kind=ItemKind.LIKE) == ids(store, platform=Platform.X) == [2]
    assert ids(store, phase=Phase.QUIET) == [2]
    assert ids(store, regions=frozenset({"Kabupaten Contoh"})) == [1, 3]
    assert ids(store, regions=frozenset({"Kabupaten Contoh", "Kabupaten Misal"})) == [1, 2, 3]
    assert ids(store, regions=frozenset({"Kabupaten Lain"})) == []
    assert ids(store, form="DIS-2") == [1, 2]
    assert ids(store, text="nomor  satu") == ids(store, text="100%") == [1]
    assert ids(store, text="poster_resmi") == ids(store, text="r_r") == [2]
    assert ids(store, text="judul") == [3]
    assert ids(store, text="REKAAN 2") == [2]
    assert ids(store, text="analis contoh ajakan") == [1, 3], "office, post and rule"
    assert ids(store, text="a") == ids(store, text="ji rekaan 1") == []
    assert ids(store, text="%") == [], "no word to find"
    assert ids(store, text=" ") == [1, 2, 3]
    assert ids(store, text="'; DROP TABLE flags; --") == []
    assert ids(store, states=(State.CLEARED,)) == []
    counts = store.flags.counts()
    assert counts.by_state == {"baru": 3}
    assert counts.by_level == {"tinggi": 2, "sedang": 1}
    assert counts.by_rule == {"ajakan-nomor": 2}
    assert store.flags.counts(frozenset({"Kabupaten Misal"})).by_level == {"sedang": 1}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
def test_the_queue_runs_along_its_index(store: Store, order: Order, grouped: bool, backwards: bool) -> None:
    db = store._connection.db
    for narrowed in (
        QueueQuery(),
        QueueQuery(regions=frozenset({"Kabupaten Contoh"}), level=Level.HIGH, office="dinas"),
    ):
        query = replace(narrowed, order=order, grouped=grouped, backwards=backwards, now=START)
        sql, bound = _walk(query, _where(db, query), (1.0, 1) if backwards else None)
        plan = db.execute(f"EXPLAIN QUERY PLAN {sql} LIMIT 50", bound).fetchall()
        words = " ".join(row[3] for row in plan)
        assert "USING COVERING INDEX flags_" in words
        assert "SCAN f " not in words
        assert "TEMP B-TREE" not in words


def test_an_older_version_screened_late_leaves_the_edit_to_be_screened(store: Store) -> None:
    [person] = add_people(store)
    save(store, an_item("a", "satu"))
    [old] = store.items.unscreened(1)
    save(store, an_item("a", "dua"))
    flag_all(store, [person], [old])
    assert store.items.count_unscreened() == 1
    assert store.flags.get(1).stored.item.text == "satu"


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_version_that_was_looked_at_is_noted_as_if_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Batches with gaps, of older versions, looked at again, with and without opinions."""
    with open_store(tmp_path_factory.mktemp("potongan")) as store:
        [person] = add_people(store)
        for text in ("satu", "dua", "tiga"):
            save(store, *(an_item(f"p{number}", text) for number in range(12) if text == "satu" or number % 3 == 0))
        actor, db = an_actor(store, person), store.flags._connection.db
        newest = {item_id: 3 if (item_id - 1) % 3 == 0 else 1 for item_id in range(1, 13)}
        noted: dict[tuple[int, int, str], tuple[int, int]] = {}
        screened = dict.fromkeys(newest, (0, ""))
        for run_id in range(1, 4):
            digest = data.draw(st.sampled_from(("d1", "d2")))
            batch = data.draw(st.lists(st.sampled_from(sorted(newest)), unique=True))
            results = []
            for item_id in batch:
                version = data.draw(st.integers(1, newest[item_id]))
                said = ((actor, an_opinion()),) if data.draw(st.booleans()) else ()
                stored = store.items.get(item_id, version)
                assert stored is not None
                results.append(Screened(stored, said))
                noted.setdefault((item_id, version, digest), (run_id, len(said)))
                if screened[item_id][0] <= version:
                    screened[item_id] = (version, digest)
            store.flags.save(results, run_id, digest)
        rows = db.execute(
            "SELECT item_id, version, digest, run_id, opinions, screened_at FROM screenings JOIN screen_digests "
            "USING (digest_id)"
        ).fetchall()
        assert {row[:3]: row[3:5] for row in rows} == noted
        assert {row[5] for row in rows} <= {stamp(START)}
        rows = db.execute(
            "SELECT item_id, screened_version, coalesce(digest, '') FROM items LEFT JOIN screen_digests "
            "USING (digest_id)"
        ).fetchall()
        assert {row[0]: tuple(row[1:]) for row in rows} == screened
        waiting = {one.item_id for one in store.items.unscreened(100)}
        assert waiting == {item_id for item_id, (version, _) in screened.items() if version < newest[item_id]}
