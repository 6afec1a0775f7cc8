"""The chain column by column: what is hashed, what is salted, what each erasure says, what a head's file holds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.errors import AuditError, NotAllowedError
from monitor.models import AccountRef, Parent, Picture, Platform
from monitor.store import Store
from monitor.store.audit import Head
from monitor.store.codec import canonical, dumps
from monitor.store.guard import rows_digest
from tests.fakes import FakeClock
from tests.fakes_store import a_capture, add_people, add_user, an_item, save


def chain(store: Store) -> list[tuple[object, ...]]:
    return store._connection.db.execute("SELECT * FROM audit_chain ORDER BY seq").fetchall()


def payloads(store: Store) -> list[tuple[int, bytes, str]]:
    return store._connection.db.execute("SELECT * FROM audit_payloads ORDER BY seq").fetchall()


def past_the_guards(database: Path, change: str) -> None:
    """Change a database as another tool would, past triggers and foreign keys."""
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(change)


def test_every_column_of_an_entry(store: Store, clock: FakeClock) -> None:
    clock.tick(days=1)
    seq = store.audit.note("ekspor", "flag:1", {"z": "é", "a": [1]}, 7)
    assert seq == 2
    first, last = chain(store)
    assert (first[0], first[3], first[4], first[7]) == (1, "mulai", "basis_data", "0" * 64)
    _, salt, text = payloads(store)[1]
    assert len(salt) == 16
    assert salt != payloads(store)[0][1]
    assert text == '{"a":[1],"z":"\\u00e9"}'
    digest = sha256(salt + canonical({"a": [1], "z": "é"})).hexdigest()
    row = (2, "2025-06-02T03:00:00.000000+00:00", 7, "ekspor", "flag:1", digest, rows_digest([]), first[8])
    assert last[:8] == row
    assert last[8] == sha256(dumps(list(row)).encode()).hexdigest()
    assert json.loads(payloads(store)[0][2]) == {"berkas": "netra.db"}
    store.audit.start("lain.db")
    assert len(chain(store)) == 2


def test_guarded_rows_are_bound_to_their_entry(store: Store) -> None:
    user = add_user(store)
    rows = store._connection.db.execute("SELECT seq, tbl, pk, digest FROM row_ledger").fetchall()
    assert [row[0] for row in rows] == [2]
    assert chain(store)[1][6] == rows_digest([row[1:] for row in rows]) != rows_digest([])
    store.audit.note("lihat", "orang:1", {}, user.user_id)
    assert store._connection.db.execute("SELECT count(*) FROM row_ledger").fetchone() == (len(rows),)


def test_entries_in_order_and_in_stretches(store: Store, clock: FakeClock) -> None:
    for number in range(120):
        clock.tick(seconds=1)
        store.audit.note("lihat", f"orang:{number}", {"n": number})
    assert [one.seq for one in store.audit.entries()] == list(range(1, 101))
    assert [one.seq for one in store.audit.entries(after_seq=100)] == list(range(101, 122))
    [entry] = store.audit.entries(after_seq=120, limit=5)
    assert (entry.at, entry.payload) == (clock(), '{"n":119}')
    store.audit.erase_payload(121, "uji", None)
    assert [one.payload for one in store.audit.entries(after_seq=120)] == ["", '{"alasan":"uji"}']


def test_what_was_noted_of_a_subject(store: Store) -> None:
    for number in (1, 2):
        store.audit.note("saring", "run:7", {"baru": number})
    store.audit.note("saring", "run:77", {"baru": 3})
    store.audit.note("ekspor", "run:7", {"baru": 4})
    assert store.audit.told("saring", "run:7") == ['{"baru":1}', '{"baru":2}']
    store.audit.erase_payload(2, "uji", None)
    assert store.audit.told("saring", "run:7") == ["", '{"baru":2}']
    assert store.audit.told("saring", "run:8") == []


def test_the_newest_entry_is_the_head(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    assert store.audit.started is True
    clock.tick(days=3)
    store.audit.note("lihat", "orang:1", {})
    assert store.audit.head() == Head(2, str(chain(store)[-1][8]), clock())
    past_the_guards(tmp_path / "netra.db", "DELETE FROM audit_chain")
    assert store.audit.started is False
    assert store.audit.head() == Head(0, "0" * 64, clock())


def test_a_head_without_a_time_names_its_entry(store: Store, tmp_path: Path) -> None:
    past_the_guards(tmp_path / "netra.db", "UPDATE audit_chain SET at='kemarin'")
    with pytest.raises(AuditError) as caught:
        store.audit.head()
    assert str(caught.value) == "catatan audit 1 rusak — jalankan `netra audit verify`"


def test_the_file_of_heads_word_for_word(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    folder = tmp_path / "jauh" / "kepala"
    path = store.audit.write_head(folder)
    head = store.audit.head()
    line = f"kepala seq={head.seq} hash={head.hash} waktu=2025-06-01T03:00:00.000000+00:00\n"
    guide = (
        "# Kepala rantai audit Netra, 2025-06-01 (UTC)\n#\n"
        "# Setiap baris di bawah mengunci seluruh riwayat sampai nomor itu. Simpan berkas ini (atau cetakannya) di tempat yang\n"
        "# tidak dapat diubah oleh pengelola basis data. Memeriksa: netra audit verify\n"
        "# Bila riwayat dipotong atau ditulis ulang, baris ini tidak lagi cocok dan pemeriksaan menyebutkannya.\n"
    )
    assert path.read_text(encoding="utf-8") == guide + line
    clock.tick(days=1)
    assert store.audit.write_head(folder) == path
    assert [one.name for one in folder.iterdir()] == ["kepala-2025-06-01.txt"]
    store.audit.note("lihat", "orang:1", {})
    clock.tick(seconds=1)
    newer = store.audit.write_head(folder)
    store.audit.note("lihat", "orang:2", {})
    assert store.audit.write_head(folder) == newer
    lines = newer.read_text(encoding="utf-8").splitlines()
    assert [one.split()[1] for one in lines if one.startswith("kepala ")] == ["seq=2", "seq=3"]
    assert sum(one.startswith("# Kepala") for one in lines) == 1


def test_heads_that_do_not_fit_are_all_named(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "kepala"
    path = store.audit.write_head(folder)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"kepala seq=9 hash={'a' * 64} waktu=x\nkacau\n")
    with pytest.raises(AuditError) as caught:
        store.audit.write_head(folder)
    assert str(caught.value) == (
        f"{path.name}:8: baris kepala tidak terbaca — bandingkan dengan cetakannya\n"
        f"rantai audit terpotong: entri 9 yang tertulis di {path.name} tidak ada lagi"
    )
    assert not store.audit.verify(folder).ok
    assert store.audit.verify().ok


# --------------------------------------------------------------------------- erasing


def newest(store: Store) -> tuple[object, ...]:
    entry = store.audit.entries(limit=1000)[-1]
    return entry.user_id, entry.action, entry.subject, entry.payload


def test_each_erasure_says_who_what_and_why(store: Store) -> None:
    user = add_user(store)
    parent = Parent("p", owner=AccountRef(Platform.INSTAGRAM, "55", "@Orang_Lain"), text="kata orang lain")
    save(store, an_item("a"), an_item("b"), an_item("c"), an_item("d", parent=parent))
    ids = [store.items.find("instagram", name) for name in "abcd"]
    numbers = [one.item_id for one in ids if one is not None]
    assert len(numbers) == 4
    store.audit.erase_item(numbers[0], "retensi", user.user_id)
    assert newest(store) == (user.user_id, "hapus_item", f"item:{numbers[0]}", '{"alasan":"retensi"}')
    store.audit.erase_items(numbers[1:3], "permohonan", user.user_id)
    assert [one.subject for one in store.audit.entries(limit=1000)[-2:]] == [f"item:{one}" for one in numbers[1:3]]
    assert newest(store)[3] == '{"alasan":"permohonan"}'
    for account in ("55", "orang_lain", "@ORANG_LAIN"):
        assert store.audit.context_of("instagram", account) == numbers[3:]
    assert store.audit.context_of("instagram", "56") == store.audit.context_of("tiktok", "55") == []
    store.audit.erase_context(numbers[3:], "kata orang lain", user.user_id)
    assert newest(store) == (user.user_id, "hapus_konteks", f"item:{numbers[3]}", '{"alasan":"kata orang lain"}')
    assert store.audit.context_of("instagram", "55") == []
    seq = store.audit.head().seq
    store.audit.erase_payload(seq, "keliru", user.user_id)
    assert newest(store) == (user.user_id, "hapus_isian", f"audit:{seq}", '{"alasan":"keliru"}')
    assert store.audit.verify().ok


def test_an_erased_capture_gives_the_pictures_nobody_else_shows(store: Store) -> None:
    user = add_user(store)
    add_people(store)
    shared, own = Picture("a" * 64, "PNG", 9, 9, 99), Picture("b" * 64, "PNG", 9, 9, 99)
    first = store.captures.record(a_capture(), [shared, own], user.user_id, "")
    store.captures.record(a_capture(), [shared], user.user_id, "")
    assert store.audit.erase_captures([first], "salah rekam", user.user_id) == [own.sha256]
    assert newest(store) == (user.user_id, "hapus_tangkapan", f"tangkapan:{first}", '{"alasan":"salah rekam"}')
    assert store.audit.verify().ok


@pytest.mark.parametrize("why", ["", "  "])
def test_nothing_is_erased_without_a_reason(store: Store, why: str) -> None:
    save(store, an_item("a"))
    found = store.items.find("instagram", "a")
    assert found is not None
    before = store.audit.head()
    for erase in (
        lambda: store.audit.erase_item(found.item_id, why, None),
        lambda: store.audit.erase_items([found.item_id], why, None),
        lambda: store.audit.erase_captures([1], why, None),
        lambda: store.audit.erase_context([found.item_id], why, None),
        lambda: store.audit.erase_payload(1, why, None),
    ):
        with pytest.raises(NotAllowedError, match="perlu alasan"):
            erase()
    assert store.audit.head() == before
