from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models import AccountRef, Item, ItemKind, Outcome, Page, Parent, Platform, Screened
from monitor.store import Store
from monitor.store.codec import decode, dumps, encode
from monitor.store.items import Saved
from tests.fakes import START
from tests.fakes_store import URL, a_like, a_response, an_item, save


def test_an_item_comes_back_as_it_was_collected(store: Store) -> None:
    item = an_item(
        "a", "Halo \udce2 \x00 dunia 👍🏽", parent=Parent("b", "https://x.example", "isi", AccountRef(Platform.X))
    )
    assert save(store, item) == Saved(1, 0, 0)
    held = store.items.find("instagram", "a")
    assert held.item == item
    assert (held.version, held.evidence_sha256, held.captured_at) == (1, "e" * 64, START)
    assert store.items.get(held.item_id) == store.items.get(held.item_id, 1) == held
    assert store.items.get(99) is None
    assert store.items.find("x", "a") is None


def test_equal_content_only_moves_last_seen(store: Store) -> None:
    save(store, an_item("a"))
    again = an_item(
        "a",
        url="https://instagram.example/p/a?utm=1",
        author=AccountRef(Platform.INSTAGRAM, "ig-1", "baru", "Nama Baru"),
    )
    later = a_response(fetched_at=START + timedelta(hours=1))
    saved = store.items.save_page(
        source_id="contoh", run_id=2, response=later, page=Page(Outcome.OK_ITEMS, (again,)), evidence_sha256=""
    )
    assert saved == Saved(0, 0, 1)
    row = store._connection.db.execute("SELECT version, first_seen_at, last_seen_at FROM items").fetchone()
    assert row == (1, "2025-06-01T03:00:00.000000+00:00", "2025-06-01T04:00:00.000000+00:00")
    assert store.audit.head().seq == 2


def test_an_edit_is_a_new_version_and_nothing_is_overwritten(store: Store) -> None:
    save(store, an_item("a", "satu"))
    assert save(store, an_item("a", "dua")) == Saved(0, 1, 0)
    assert save(store, an_item("a", "satu")) == Saved(0, 1, 0)
    held = store.items.find("instagram", "a")
    assert [one.item.text for one in store.items.versions(held.item_id)] == ["satu", "dua", "satu"]
    assert store.items.get(held.item_id, 2).item.text == "dua"
    assert store.items.count() == 1
    assert store.audit.verify().ok


def test_the_same_id_twice_in_one_page(store: Store) -> None:
    assert save(store, an_item("a", "satu"), an_item("a", "satu"), an_item("a", "dua")) == Saved(1, 1, 1)
    assert save(store, an_item("a", "tiga"), an_item("a", "dua")) == Saved(0, 2, 0)
    held = store.items.find("instagram", "a")
    assert [one.item.text for one in store.items.versions(held.item_id)] == ["satu", "dua", "tiga", "dua"]


def test_of_many_versions_in_one_page_the_last_says_who_did_it(store: Store) -> None:
    alone, upon = an_item("a", "satu"), an_item("a", "dua", kind=ItemKind.COMMENT, parent=Parent("induk"))
    last = an_item("a", "tiga", author=AccountRef(Platform.INSTAGRAM, "ig-9", "@Lain"))
    ends = {
        (alone, upon, last): ("ig-9", "lain", "unggahan", ""),
        (alone, last, upon): ("ig-1", "uji.rekaan", "komentar", "induk"),
    }
    for number, (page, noted) in enumerate(ends.items(), start=1):
        save(store, *(replace(one, native_id=f"a{number}") for one in page))
        row = store.items._connection.db.execute(
            "SELECT author_id, author_handle, kind, parent_id FROM item_acts WHERE item_id=?", (number,)
        ).fetchone()
        assert row == noted


def test_two_sources_that_differ_do_not_take_turns_for_ever(store: Store) -> None:
    for _ in range(3):
        save(store, an_item("a", "singkat"), source_id="feed")
        save(store, an_item("a", "lengkap sekali"), source_id="berkas")
    assert len(store.items.versions(store.items.find("instagram", "a").item_id)) == 2


def test_a_like_seen_in_a_list_makes_no_version_beside_the_one_whose_time_is_known(store: Store) -> None:
    like = replace(an_item("a", ""), kind=ItemKind.LIKE)
    seen = replace(like, happened_at=None, happened_raw="", happened_rule="terlihat")
    save(store, like, source_id="pemilik")
    for _ in range(2):
        assert save(store, seen, source_id="daftar") == Saved(0, 0, 1)
    save(store, replace(seen, native_id="b"), source_id="daftar")
    assert save(store, replace(like, native_id="b"), source_id="pemilik") == Saved(0, 1, 0)
    assert save(store, replace(seen, native_id="b"), source_id="daftar") == Saved(0, 0, 1)
    assert [store.items.find("instagram", one).item.happened_at for one in "ab"] == [like.happened_at] * 2


def test_equal_ids_on_two_platforms_and_odd_ids_stay_apart(store: Store) -> None:
    ids = ["1", "01", "\ud800", "\\ud800", "1 "]
    items = [an_item(one) for one in ids] + [an_item("1", platform=Platform.X)]
    assert save(store, *items) == Saved(6, 0, 0)
    assert save(store, *items) == Saved(0, 0, 6)


def test_only_a_proved_outcome_moves_cursor_validators_and_date(store: Store) -> None:
    response = a_response(etag='"a"', last_modified="Sun", moved_to="https://baru.example/feed")
    for number, outcome in enumerate(Outcome):
        page = Page(outcome, cursor=f"c{number}")
        later = replace(response, fetched_at=START + timedelta(minutes=number), etag=f'"{number}"')
        before = (
            store.runs.cursor("s"),
            store.runs.validators(URL),
            store.runs.last_proved("s"),
            store.runs.moved(URL),
        )
        store.items.save_page(source_id="s", run_id=1, response=later, page=page, evidence_sha256="")
        now = (store.runs.cursor("s"), store.runs.validators(URL), store.runs.last_proved("s"), store.runs.moved(URL))
        if outcome.proved:
            assert now == (f"c{number}", (f'"{number}"', "Sun"), later.fetched_at, "https://baru.example/feed")
        else:
            assert now == before
        assert store.runs.last_try("s") == later.fetched_at
    assert store.runs.failures("s") == len(Outcome) - 3
    assert store._connection.db.execute("SELECT count(*) FROM fetches").fetchone()[0] == len(Outcome)


def test_an_answer_without_validators_forgets_the_old_ones_but_not_modified_keeps_them(store: Store) -> None:
    def answer(outcome: Outcome, etag: str) -> None:
        store.items.save_page(
            source_id="s", run_id=1, response=a_response(etag=etag), page=Page(outcome), evidence_sha256=""
        )

    answer(Outcome.OK_EMPTY_PROVED, '"a"')
    answer(Outcome.NOT_MODIFIED, "")
    assert store.runs.validators(URL) == ('"a"', "")
    answer(Outcome.OK_EMPTY_PROVED, "")
    assert store.runs.validators(URL) == ("", "")


def test_a_like_borrows_text_and_owner_of_the_stored_parent(store: Store) -> None:
    save(store, a_like("l1", "p1"), a_like("l2", "tidak ada"))
    save(store, an_item("p1", "Ayo nomor satu"))
    like, stranger, _post = store.items.unscreened(10)
    assert like.item.parent.text == "Ayo nomor satu"
    assert like.item.parent.owner.native_id == "ig-1"
    assert like.item.parent.url == "https://instagram.example/p/p1"
    assert stranger.item.parent == Parent("tidak ada")
    assert store.items.get(like.item_id) == like


def test_unscreened_goes_through_everything_once(store: Store) -> None:
    save(store, *[an_item(f"a{number}") for number in range(25)])
    assert store.items.count_unscreened() == 25
    seen, after = [], 0
    while batch := store.items.unscreened(10, after):
        seen += [one.item.native_id for one in batch]
        store.flags.save([Screened(one) for one in batch], 1, "d1")
        after = batch[-1].item_id
    assert seen == [f"a{number}" for number in range(25)]
    assert store.items.count_unscreened() == 0
    assert len(store.items.unscreened(100, digest="d2")) == store.items.count_unscreened("d2") == 25
    assert store.items.unscreened(100, digest="d1") == []


def test_an_edit_and_a_mark_bring_an_item_back(store: Store) -> None:
    save(store, an_item("a", "satu"), an_item("b"))
    first, second = store.items.unscreened(10)
    store.flags.save([Screened(first), Screened(second)], 1, "d1")
    save(store, an_item("a", "dua"))
    assert [one.item.text for one in store.items.unscreened(10)] == ["dua"]
    store.flags.save([Screened(first)], 1, "d1")
    assert store.items.count_unscreened() == 1
    assert store.items.mark_unscreened([second.item_id]) == 1
    assert store.items.count_unscreened() == 2


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=40),
    st.sampled_from(ItemKind),
    st.none() | st.datetimes().map(lambda one: one.replace(tzinfo=START.tzinfo)),
)
def test_every_item_survives_json(text: str, kind: ItemKind, happened: datetime | None) -> None:
    item = an_item("a", text, kind=kind, happened_at=happened, parent=Parent(text=text))
    assert decode(Item, json.loads(dumps(encode(Item, item)))) == item
