"""Quick ways of writing and reading JSON give the bytes and values of the plain ones."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from struct import pack
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import AccountRef, Item, ItemKind, Parent, Platform, StoredItem
from monitor.store.codec import decode, dumps, encode, loads, maker, written
from monitor.store.content import content_sha256, put_down, version_teller
from monitor.store.guard import rows_digest

words = st.one_of(st.text(max_size=20), st.sampled_from(("", "%s %d {}", '"\\', "\0", "\ud800", "\u2028", "é🔥")))
zones = st.sampled_from((UTC, timezone(timedelta(hours=7)), timezone(timedelta(0), "WIB"), ZoneInfo("Asia/Jakarta")))
accounts = st.builds(AccountRef, st.sampled_from(Platform), words, words, words)
items = st.builds(
    Item, words, st.sampled_from(Platform), words, st.sampled_from(ItemKind), st.none() | accounts, words, words,
    words, st.none() | st.datetimes(timezones=zones), words, words,
    st.none() | st.builds(Parent, words, words, words, st.none() | accounts), words,
)  # fmt: skip
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)


@given(value=plain)
def test_dumps_equals_json(value: object) -> None:
    assert dumps(value) == json.dumps(value, separators=(",", ":"))


@given(value=plain, before=st.sampled_from(("", " ")), after=st.sampled_from(("", "\n", " ")))
def test_loads_equals_json(value: object, before: str, after: str) -> None:
    text = before + dumps(value) + after
    assert repr(loads(text)) == repr(json.loads(text))


@pytest.mark.parametrize("text", ["", " ", "{", '{"a":1}x', '{"a":1},{"b":2}', "[1,]", '"\0"', "nul", "\ufeff{}"])
def test_what_is_no_json_is_refused_as_json_refuses_it(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as plainly:
        json.loads(text)
    with pytest.raises(json.JSONDecodeError) as quickly:
        loads(text)
    assert str(quickly.value) == str(plainly.value)


@given(item=items)
def test_what_is_made_quickly_is_as_if_made_plainly(item: Item) -> None:
    made = maker(Item)(*(getattr(item, one.name) for one in fields(Item)))
    assert type(made) is Item
    assert (made, hash(made), repr(made)) == (item, hash(item), repr(item))
    with pytest.raises(FrozenInstanceError):
        made.text = "lain"  # type: ignore[misc]
    stored = maker(StoredItem)(1, 2, made, "a", "b", datetime(2025, 5, 20, tzinfo=UTC))
    assert stored == StoredItem(1, 2, item, "a", "b", datetime(2025, 5, 20, tzinfo=UTC))
    with pytest.raises(TypeError):
        maker(Item)("s")


@given(item=items)
def test_an_item_is_written_as_it_was_and_read_back(item: Item) -> None:
    text = written(Item, item)
    assert text == json.dumps(encode(Item, item), separators=(",", ":"))
    assert decode(Item, json.loads(text)) == item


@given(item=items)
def test_the_digest_of_what_an_item_says_is_that_of_a_plain_list(item: Item) -> None:
    author, parent = item.author, item.parent
    owner = parent.owner if parent is not None else None
    said = [
        item.platform, item.native_id, item.kind, (author.native_id or author.handle) if author else "", item.text,
        item.title, item.happened_at.isoformat() if item.happened_at is not None else item.happened_raw,
        (parent.native_id or parent.url) if parent else "", parent.text if parent else "",
        (owner.native_id or owner.handle) if owner else "", *([item.native_version] if item.native_version else []),
    ]  # fmt: skip
    digest = sha256(json.dumps(said, separators=(",", ":")).encode("ascii")).hexdigest()
    assert content_sha256(item) == digest
    assert put_down(item) == (digest, json.dumps(encode(Item, item), separators=(",", ":")))


@given(item=items, source=words, evidence=words, version_id=st.integers(1, 2**40), run_id=st.integers(0, 2**40))
def test_a_row_told_for_its_digest_is_that_of_a_plain_list(
    item: Item, source: str, evidence: str, version_id: int, run_id: int
) -> None:
    content, payload = put_down(item)
    row = [version_id, 7, 2, source, run_id, content, evidence, "2025-05-20", payload, 0]
    told = version_teller(source, run_id, evidence, "2025-05-20")(version_id, 7, 2, content, payload)
    assert told == json.dumps(row, separators=(",", ":"))


def test_an_older_row_without_some_fields_is_read() -> None:
    item = Item("s", Platform.X, "1", ItemKind.POST, None, "kata", happened_at=datetime(2025, 5, 20, tzinfo=UTC))
    older = {name: value for name, value in json.loads(written(Item, item)).items() if name != "native_version"}
    assert decode(Item, older) == item
    assert decode(Item, older | {"unknown": 1}) == item


@given(ledger=st.lists(st.tuples(st.integers(1, 200), st.integers(0, 2**40), st.binary(max_size=32)), max_size=40))
def test_the_digest_of_rows_is_that_of_one_after_the_other(ledger: list[tuple[int, int, bytes]]) -> None:
    ledger = ledger * 60  # more than are joined at once
    whole = sha256()
    for table, key, digest in ledger:
        whole.update(pack(">qqq", table, key, len(digest)) + digest)
    assert rows_digest(ledger) == whole.hexdigest()
