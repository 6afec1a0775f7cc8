from __future__ import annotations

import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import AuditError, NotAllowedError
from monitor.models import Captured, Confidence, Outcome, Picture, ReasonCode, Role, Screened, State
from monitor.store import AuditReport, FileKind, IdentityKind, NewPiece, PieceKind, QueueQuery, Store, Touch
from monitor.store.codec import stamp
from monitor.store.conflicts import Tie
from monitor.store.guard import TABLES, Ledger
from monitor.store.packages import Parcel
from tests.fakes import START, FakeClock
from tests.fakes_store import a_capture, a_case, a_response, add_people, add_user, an_item, flag_all, open_store, save
from tests.tampering import cells, change

GUARDED = [*TABLES, "audit_chain", "audit_payloads", "row_ledger"]


def filled(folder: Path) -> None:
    """A closed database with something in every guarded table."""
    folder.mkdir(exist_ok=True)
    with open_store(folder) as store:
        one, two = a_case(store, 4)[:2]
        save(store, an_item("p0", "teks yang disunting"))
        user = add_user(store)
        seen = store.decisions.append(one, user.user_id, State.CLEARED, ReasonCode.PASSIVE, "hadir saja", expected=None)
        store.decisions.undo(seen.decision_id, user.user_id, seen.decision_id)
        store.decisions.append(two, user.user_id, State.LEAD, ReasonCode.CALL, "ajakan jelas", expected=None)
        store.users.set_password(user.user_id, "sandi lain yang panjang")
        store.samples.record([Screened(store.items.find("instagram", "p3"), actors=1)], 2, "d", again=False)
        store.samples.judge(4, 1, user.user_id, partisan=False)
        number = store.captures.record(
            a_capture(), [Picture("a" * 64, "PNG", 9, 9, 99)], user.user_id, "pelapor rekaan"
        )
        store.captures.reject(number, user.user_id, "salah orang")
        store.rulebook.adopt({"asn/contoh.yaml": "id: contoh"}, "ikut bersama Netra")
        kept = Captured("https://warta.contoh.example/", "b" * 64, "c" * 64, "f" * 64, 9, "0.1.0", True, 1.5)
        store.recordings.record(kept, "contoh", 1, a_response(), Outcome.OK_ITEMS)
        made = NewPiece(PieceKind.MANIFEST, "d" * 64, 7, flag_id=1, detail={"pendapat": 1})
        store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=1, sha256="e" * 64, pieces=[made])
        store.factors.enrol(user.user_id, "rahasia tersegel", 7, ["kode-satu", "kode-dua"])
        assert store.factors.use_code(user.user_id, "kode-satu")
        store.invitations.make(user.user_id, timedelta(hours=1), by=None)
        store.identities.link(user.user_id, "https://masuk.contoh.invalid", IdentityKind.SUBJECT, "s-1")
        store.views.note(user.user_id, "antrean", flags=[1, 2])
        store.postponed.put_off(3, user.user_id, START + timedelta(days=200), "menunggu jawaban")
        walk_on(store, user.user_id, two)
        store.packages.note_sent("pusat", 5, "a" * 64, START, "{}")
        figure = ("kabupaten misal", "Kabupaten Misal", "", "tanda", "", 3.0)
        told = Parcel(
            "kab-misal", 3, "b" * 64, START, "Kantor Misal", "Kabupaten Misal", "0a1b", "{}", "{}", [figure], (), ()
        )
        assert store.packages.receive(told)
        store.seals.seal()
        store.burial.bury([("a" * 64, FileKind.BODY)], "retensi", user.user_id)
        store.alarms.fell_silent("contoh", date(2025, 1, 6), 3)
        store.alarms.answer(store.alarms.silences()[0].silence_id, user.user_id, "akun memang libur")
        store.roster.set_confidence(1, Confidence.VERIFIED, ["pengakuan", "kartu"], user.user_id)
        assert store.audit.verify() == AuditReport(True, store.audit.head().seq, ())


def walk_on(store: Store, user_id: int, flag_id: int) -> None:
    """Let a second person look, a note and a tie be written; what only a long road writes is written as it would be."""
    second = add_user(store, "kedua", roles=[Role.SECOND_REVIEWER]).user_id
    waiting = store.reviews.waiting(flag_id)
    assert waiting is not None
    store.reviews.decide(waiting, second, State.LEAD, ReasonCode.CALL, "sependapat")
    store.process.note(flag_id, user_id, "sudah ditelepon")
    store.conflicts.declare(second, Tie.OFFICE, "Dinas Umpama", user_id)
    at = stamp(START)
    far = {
        "case_drafts": (1, flag_id, 1, user_id, at, "{}", 0),
        "document_numbers": (1, "form_a", "001/contoh", "001/Contoh", flag_id, user_id, at),
        "outcomes": (1, flag_id, "terbukti", "disiplin", "2025-06-01", user_id, at, None),
        "outcome_texts": (1, "BKN Contoh", "S-1", "teguran", "", 0),
        "probes": (1, second, flag_id, "bersih", "bersih", "nama_sama", at),
    }
    with store._connection.transaction() as db:
        ledger = Ledger()
        for table, cells in far.items():
            ledger.insert(db, table, [cells])
        store.audit.append(db, ledger, action="uji", subject=f"flag:{flag_id}", payload={})


def checked(folder: Path, heads: Path | None = None) -> AuditReport:
    with open_store(folder) as store:
        return store.audit.verify(heads)


def tampered(folder: Path, *statements: str) -> None:
    """Do what another tool would do: a plain connection, triggers dropped first."""
    conn = sqlite3.connect(folder / "netra.db", isolation_level=None)
    try:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            conn.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            conn.execute(statement)
    finally:
        conn.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("penuh")
    filled(folder)
    return folder


@pytest.fixture
def copy(full: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(full, tmp_path / "salinan"))


@pytest.mark.parametrize("table", ["item_versions", "flag_opinions", "decisions", "audit_chain", "row_ledger"])
def test_triggers_stop_update_and_delete(store: Store, table: str) -> None:
    a_case(store)
    user = add_user(store)
    store.decisions.append(1, user.user_id, State.IN_REVIEW, None, "", expected=None)
    conn = store._connection.db.conn
    column = conn.execute(f"SELECT name FROM pragma_table_info('{table}') LIMIT 1 OFFSET 1").fetchone()[0]
    for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="hanya dapat ditambah"):
            conn.execute(statement)


@pytest.mark.parametrize("table", GUARDED)
def test_a_deleted_row_is_found(copy: Path, table: str) -> None:
    tampered(copy, "PRAGMA foreign_keys=OFF", f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    assert not checked(copy).ok


@pytest.mark.parametrize("table", GUARDED)
def test_an_inserted_row_is_found(copy: Path, table: str) -> None:
    conn = sqlite3.connect(copy / "netra.db")
    info = conn.execute(f"PRAGMA table_info({table})").fetchall()
    conn.close()
    unique = {"nip", "username", "number", "version", "silence_id", "digest", "folded", "first_id", "flag_id"}
    cells = ["1000" if row[5] else f"{row[1]} + 77" if row[1] in unique and row[2] == "INTEGER" else
             f"{row[1]} || 'x'" if row[1] in unique and row[2] == "TEXT" else row[1] for row in info]  # fmt: skip
    tampered(copy, f"INSERT INTO {table} SELECT {','.join(cells)} FROM {table} LIMIT 1")
    assert not checked(copy).ok


def test_insert_or_replace_on_a_plain_connection_is_found(copy: Path) -> None:
    conn = sqlite3.connect(copy / "netra.db", isolation_level=None)
    conn.execute(
        "INSERT OR REPLACE INTO decisions SELECT decision_id, flag_id, user_id, before, 'bersih', reason, decided_at, "
        "undoes, salt FROM decisions WHERE decision_id = 3"
    )
    conn.close()
    report = checked(copy)
    assert "decisions: baris 3 berubah" in report.problems
    assert any("keadaan tanda" in line for line in report.problems)


def test_what_the_queue_shows_must_follow_from_the_decisions(copy: Path) -> None:
    tampered(copy, "UPDATE flags SET state='bersih' WHERE flag_id=3")
    assert checked(copy).problems == ("flags: keadaan tanda 3 tidak sesuai dengan keputusan atau pendapatnya",)


def test_an_edit_cannot_be_hidden_behind_the_older_version(copy: Path) -> None:
    tampered(copy, "UPDATE items SET version=1, version_id=1 WHERE item_id=1")
    assert checked(copy).problems == ("items: item 1 tidak menunjuk versi terbarunya",)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_single_cell_change_is_found(
    full: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    cell = data.draw(st.sampled_from(cells(full, GUARDED, [("row_ledger", "ledger_id")])))
    folder = Path(shutil.copytree(full, tmp_path_factory.mktemp("sel") / "x"))
    old, new = change(data, folder, cell)
    assert new == old or not checked(folder).ok, (cell, old, new)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "change", ["urgency=0", "level='info'", "region='lain'", "phase='pra'", "withdrawn=1", "platform='x'"]
)
def test_a_flag_cannot_be_hidden_from_its_reviewer(full: Path, tmp_path: Path, change: str) -> None:
    folder = Path(shutil.copytree(full, tmp_path / "x"))
    tampered(folder, f"UPDATE flags SET {change} WHERE flag_id=1")
    assert "tanda 1" in " ".join(checked(folder).problems)


def test_a_head_whose_time_is_none_is_found_not_stumbled_over(full: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(full, tmp_path / "x"))
    tampered(folder, "UPDATE audit_chain SET at='' WHERE seq=(SELECT max(seq) FROM audit_chain)")
    assert not checked(folder).ok
    with open_store(folder) as store, pytest.raises(AuditError, match="audit verify"):
        store.audit.head()


def test_heads_find_a_chain_that_was_cut_off_or_rewritten(tmp_path: Path) -> None:
    work, heads = tmp_path / "kerja", tmp_path / "kepala"
    filled(work)
    with open_store(work) as store:
        path = store.audit.write_head(heads)
        seq = store.audit.head().seq
    assert path.name == "kepala-2025-06-01.txt"
    assert f"kepala seq={seq} hash=" in path.read_text(encoding="utf-8")
    assert "netra audit verify" in path.read_text(encoding="utf-8")
    assert checked(work, heads).ok
    (work / "netra.db").unlink()
    filled(work)
    assert checked(work).ok
    rewritten = checked(work, heads)
    assert any("ditulis ulang" in line for line in rewritten.problems)
    (work / "netra.db").unlink()
    assert any("terpotong" in line for line in checked(work, heads).problems)
    with open_store(work) as store, pytest.raises(AuditError, match="terpotong"):
        store.audit.write_head(heads)


def test_heads_are_added_and_never_overwritten(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    heads = tmp_path / "kepala"
    first = store.audit.write_head(heads)
    text = first.read_text(encoding="utf-8")
    assert store.audit.write_head(heads) == first
    assert first.read_text(encoding="utf-8") == text
    store.audit.note("ekspor", "flag:1", {"berkas": "contoh.pdf"})
    assert store.audit.write_head(heads) == first
    assert first.read_text(encoding="utf-8").startswith(text)
    clock.tick(days=1)
    store.audit.note("ekspor", "flag:1", {})
    assert store.audit.write_head(heads).name == "kepala-2025-06-02.txt"
    assert store.audit.verify(heads).ok
    first.write_text(text.replace("hash=", "hash=x"), encoding="utf-8")
    assert any("tidak terbaca" in line for line in store.audit.verify(heads).problems)


def test_entries_tell_what_happened(store: Store) -> None:
    user = add_user(store)
    store.audit.note("lihat", "orang:1", {"alasan": "penelusuran"}, user.user_id)
    entry = store.audit.entries()[-1]
    assert (entry.seq, entry.user_id, entry.action, entry.subject) == (3, user.user_id, "lihat", "orang:1")
    assert entry.payload == '{"alasan":"penelusuran"}'
    assert [one.action for one in store.audit.entries(after_seq=1, limit=1)] == ["pengguna_dibuat"]


def test_erasure_leaves_a_tombstone_and_a_whole_chain(store: Store, tmp_path: Path) -> None:
    secret = "kata rahasia sekali"
    save(store, an_item("p9", secret))
    people = add_people(store)
    [stored] = store.items.unscreened(9)
    [flag_id] = flag_all(store, people, [stored])
    user = add_user(store)
    store.decisions.append(flag_id, user.user_id, State.CLEARED, ReasonCode.PASSIVE, secret, expected=None)
    before = store.items.count()
    store.audit.erase_item(stored.item_id, "retensi 90 hari", user.user_id)
    assert store.audit.verify().ok
    tomb = store.items.get(stored.item_id)
    assert (tomb.item.text, tomb.item.author, tomb.content_sha256) == ("", None, stored.content_sha256)
    flag = store.flags.get(flag_id)
    assert (flag.state, flag.actor.person.name, flag.decisions[0].note) == (State.CLEARED, "(dihapus)", "")
    assert flag_id not in [one.flag_id for one in store.flags.queue(QueueQuery(states=tuple(State))).flags]
    save(store, an_item("p9", secret))
    assert store.items.count() == before
    with pytest.raises(NotAllowedError, match="tidak ada atau sudah"):
        store.audit.erase_item(stored.item_id, "lagi", None)
    with pytest.raises(NotAllowedError, match="alasan"):
        store.audit.erase_item(1, " ", None)
    store.close()
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes(), path


def test_an_erased_row_cannot_be_brought_back_with_another_tool(store: Store, tmp_path: Path) -> None:
    save(store, an_item("a"))
    store.audit.erase_item(1, "permintaan subjek data", None)
    store.close()
    tampered(tmp_path, "UPDATE item_versions SET payload='{}'")
    assert checked(tmp_path).problems == ("item_versions: baris 1 berubah",)


def test_a_payload_may_only_go_with_an_entry_that_says_so(store: Store) -> None:
    seq = store.audit.note("lihat", "orang:1", {"nama": "Uji Rekaan"})
    store.audit.erase_payload(seq, "permintaan subjek data", None)
    assert store.audit.verify().ok
    assert store.audit.entries(after_seq=seq - 1)[0].payload == ""
    with pytest.raises(NotAllowedError):
        store.audit.erase_payload(seq, "lagi", None)


def test_bulk_writes_cost_one_entry_a_batch(store: Store) -> None:
    for start in range(0, 3000, 500):
        save(store, *[an_item(f"a{start + number}") for number in range(500)])
    batch = store.items.unscreened(3000)
    store.flags.save([Screened(one) for one in batch], 1, "d")
    report = store.audit.verify()
    assert report == AuditReport(True, 7, ())


def test_what_cannot_be_read_at_all_is_a_finding_too(copy: Path) -> None:
    tampered(
        copy,
        "PRAGMA foreign_keys=OFF",
        "ALTER TABLE users RENAME TO old",
        "CREATE TABLE users AS SELECT * FROM old",
        "UPDATE users SET full_name = x'ff'",
    )
    assert any("tidak dapat dibaca" in line for line in checked(copy).problems)


def test_heads_that_contradict_each_other_are_found(store: Store, tmp_path: Path) -> None:
    path = store.audit.write_head(tmp_path / "kepala")
    line = path.read_text(encoding="utf-8").splitlines()[-1]
    wrong = line.replace(line.split("hash=")[1][:64], "0" * 64)
    path.with_name("kepala-2025-06-09.txt").write_text(wrong + "\n", encoding="utf-8")
    assert any("berbeda dari kepala-2025-06-01.txt" in one for one in store.audit.verify(tmp_path / "kepala").problems)


def test_an_entry_cut_out_of_the_middle_is_found(copy: Path) -> None:
    tampered(
        copy, "DELETE FROM row_ledger WHERE seq=3", "PRAGMA foreign_keys=OFF", "DELETE FROM audit_chain WHERE seq=3"
    )
    assert "rantai audit: entri 3 sampai 3 hilang" in checked(copy).problems
