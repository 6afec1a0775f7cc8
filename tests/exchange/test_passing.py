"""Packages between offices: what they hold, what they never hold, and everything that is refused."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import signing
from monitor.batch import run
from monitor.batch.report import write_report
from monitor.errors import ConfigError, ConflictError, ImportRefusedError, NotAllowedError
from monitor.exchange import agreement, box, passing
from monitor.exchange.body import Body, figures
from monitor.models import ReasonCode, State
from tests.batch.phase_office import CONTEST, QUIET, silent
from tests.exchange.offices_apart import PROVINCE, REGENCY, Apart, name_file
from tests.typist import Typist

Json = dict[str, Any]


def body_of(path: Path) -> Json:
    found: Json = json.loads(box.read(path)[0])
    return found


def signed_anew(apart: Apart, path: Path, change: Callable[[Json], Any], key: str = "kunci") -> Path:
    """Change what a package says and sign it again: what only the sender's own office could do."""
    said = body_of(path)
    change(said)
    raw = json.dumps(said).encode()
    return boxed(apart, raw, key)


def boxed(apart: Apart, raw: bytes, key: str = "kunci") -> Path:
    private = apart.key(key)
    public = signing.public_bytes(private)
    signature = {"algorithm": "Ed25519", "public": public.hex(), "fingerprint": signing.fingerprint(public),
                 "signature": private.sign(passing.PURPOSE + raw).hex()}  # fmt: skip
    target = apart.folder / "lain.zip"
    target.unlink(missing_ok=True)
    box.write(target, raw, json.dumps(signature).encode())
    return target


def tables(apart: Apart) -> list[str]:
    """Everything that the receiver holds, but for the times of its own looks."""
    assert apart.receiver.store.audit.started
    path = apart.receiver.root / apart.receiver.config.database
    with sqlite3.connect(path) as db:
        return list(db.iterdump())


def phase_run(apart: Apart) -> Path:
    folder = run.begin(apart.sender, QUIET, CONTEST)
    run.carry_on(apart.sender, folder, 1, silent)
    write_report(apart.sender, folder, apart.key(), None, (1, 2.0))
    return folder


# --------------------------------------------------------------------------- what is in it


def test_a_package_arrives_and_is_kept_apart(apart: Apart) -> None:
    phase_run(apart)
    path = apart.send()
    taken = apart.take(path)
    said = body_of(path)
    assert taken.new
    assert (taken.flags, taken.runs) == (len(said["flags"]), 1)
    assert taken.flags > 10
    store = apart.receiver.store
    assert store.flags.counts().by_state == {}
    [newest] = store.packages.newest()
    assert (newest.sender, newest.office) == ("kab-contoh", "Bawaslu Kabupaten Contoh")
    told = {(one.region, one.phase, one.what, one.name): one.value for one in store.packages.told()}
    assert told == {(one.region, one.phase, one.what, one.name): one.value for one in figures(Body(**said))}
    [ran] = store.packages.runs()
    assert (ran.phase, ran.fingerprint) == ("tenang", apart.mark)
    assert store.audit.verify().ok
    assert apart.sender.store.audit.verify().ok


def test_counts_are_those_of_the_office(apart: Apart) -> None:
    store = apart.sender.store
    flag = store.flags.get(1)
    reviewer = store.users.by_name("pemantau")
    assert reviewer is not None
    store.decisions.append(
        flag.flag_id, reviewer.user_id, State.CLEARED, ReasonCode.CRITICISM, "catatan rahasia", expected=None
    )
    said = Body(**body_of(apart.send()))
    counts = store.flags.counts()
    assert sum(one.flags for one in said.counts) == sum(counts.by_state.values())
    assert sum(one.dismissed for one in said.counts) == 1
    assert {one.state for one in said.flags} == {State.NEW, State.CLEARED}
    assert sum(sum(one.levels.values()) for one in said.counts) == len(said.flags)
    now = next(one for one in said.coverage if one.phase == "" and one.region == "Kabupaten Contoh")
    mine = [one for one in apart.sender.coverage() if one.subject and one.subject.region == "Kabupaten Contoh"]
    assert sum(now.states.values()) == len(mine)


def test_nothing_of_any_person_is_in_it(apart: Apart) -> None:
    store = apart.sender.store
    reviewer = store.users.by_name("pemantau")
    assert reviewer is not None
    for flag_id in (1, 2, 3):
        store.decisions.append(
            flag_id, reviewer.user_id, State.LEAD, ReasonCode.SUPPORT, "catatan yang tidak boleh keluar", expected=None
        )
    phase_run(apart)
    text = box.read(apart.send())[0].decode().casefold()
    for person in store.roster.persons():
        assert person.full_name.casefold() not in text
        assert person.name.casefold() not in text
    for account in store.roster.accounts():
        for secret in (account.native_id, *(one.handle for one in account.handles)):
            assert not secret or f'"{secret.casefold()}"' not in text
    for word in ("catatan yang tidak boleh keluar", "pemantau contoh", "pemantau", "person_id", "user_id", "nip"):
        assert f'"{word}"' not in text
        assert word == "nip" or word not in text
    for stored in store.items.unscreened(10_000):
        assert len(stored.item.text) < 30 or stored.item.text.casefold() not in text


def test_seconds_of_fewer_than_three_people_are_not_told(apart: Apart) -> None:
    said = Body(**body_of(apart.send()))
    assert {one.seconds for one in said.counts} == {None}
    assert {one.timed for one in said.counts} == {0}


def test_the_receiver_sees_no_more_than_its_scope(apart: Apart) -> None:
    phase_run(apart)
    whole = Body(**body_of(apart.send("semua.zip")))
    assert len(whole.runs) == 1
    name_file(
        apart.sender.root / "config.yaml",
        REGENCY + "    phases: [kampanye]\n    states: [diteruskan, baru]\n    parts: [hitungan, jalan]\n",
    )
    less = Body(**body_of(apart.send("sedikit.zip")))
    assert {one.phase for one in less.counts} == {"kampanye"}
    assert (less.coverage, less.flags, less.runs, less.left_out) == ((), (), (), 1)
    assert 0 < sum(one.flags for one in less.counts) < sum(one.flags for one in whole.counts)
    name_file(apart.sender.root / "config.yaml", REGENCY.replace("[Kab. Contoh]", "[Kabupaten Lain]"))
    none = Body(**body_of(apart.send("kosong.zip")))
    assert (none.coverage, none.counts, none.flags, none.runs, none.missed) == ((), (), (), (), None)


# --------------------------------------------------------------------------- once, and in order


def test_twice_changes_nothing(apart: Apart) -> None:
    path = apart.send()
    assert apart.take(path).new
    before = tables(apart)
    assert not apart.take(path).new
    assert tables(apart) == before


def test_a_newer_one_takes_the_place_of_the_older_and_never_the_other_way(apart: Apart) -> None:
    first, second = apart.send("satu.zip"), apart.send("dua.zip")
    apart.take(first)
    apart.take(second)
    [newest] = apart.receiver.store.packages.newest()
    assert newest.number == body_of(second)["number"]
    before = tables(apart)
    third = signed_anew(apart, first, lambda said: said.update(number=said["number"] - 1))
    with pytest.raises(ConflictError, match="lebih lama daripada yang sudah diterima"):
        apart.take(third)
    assert not apart.take(first).new
    assert tables(apart) == before


def test_another_package_of_the_same_number_is_refused(apart: Apart) -> None:
    path = apart.send()
    apart.take(path)
    other = signed_anew(apart, path, lambda said: said.update(left_out=7))
    with pytest.raises(ConflictError, match="dengan isi lain"):
        apart.take(other)


def test_numbers_rise_after_a_restored_copy(apart: Apart) -> None:
    number = body_of(apart.send("satu.zip"))["number"]
    assert number == apart.sender.store.packages.last_sent("provinsi-uji")
    with sqlite3.connect(apart.sender.root / apart.sender.config.database) as db:
        db.executescript("DROP TRIGGER packages_sent_keep; DELETE FROM packages_sent;")
    assert body_of(apart.send("dua.zip"))["number"] > number


# --------------------------------------------------------------------------- refused


@pytest.mark.parametrize("place", ["awal", "tengah", "akhir"])
@pytest.mark.parametrize("name", [box.BODY, box.SIGNATURE])
def test_any_changed_byte_is_refused(apart: Apart, name: str, place: str) -> None:
    raw, signature = box.read(apart.send())
    parts = {box.BODY: bytearray(raw), box.SIGNATURE: bytearray(signature)}
    held = parts[name]
    at = {"awal": 1, "tengah": len(held) // 2, "akhir": len(held) - 4}[place]
    held[at] = ord("0") if held[at] != ord("0") else ord("1")
    target = apart.folder / "diubah.zip"
    box.write(target, bytes(parts[box.BODY]), bytes(parts[box.SIGNATURE]))
    before = tables(apart)
    with pytest.raises(ImportRefusedError, match="paket ditolak"):
        apart.take(target)
    assert tables(apart) == before


def test_a_key_that_nobody_knows_is_named(apart: Apart) -> None:
    mark = signing.new_key(apart.folder / "asing")
    with pytest.raises(ImportRefusedError, match=mark):
        apart.take(apart.send(key="asing"))


def test_a_signature_of_a_report_is_none_of_a_package(apart: Apart) -> None:
    raw = box.read(apart.send())[0]
    private = apart.key()
    public = signing.public_bytes(private)
    bare = {"algorithm": "Ed25519", "public": public.hex(), "fingerprint": apart.mark,
            "signature": private.sign(raw).hex()}  # fmt: skip
    box.write(apart.folder / "x.zip", raw, json.dumps(bare).encode())
    with pytest.raises(ImportRefusedError, match="tanda tangan tidak cocok"):
        apart.take(apart.folder / "x.zip")


def test_a_key_counts_only_while_it_is_trusted(apart: Apart) -> None:
    path = apart.send()
    text = PROVINCE.format(mark=apart.mark, other="0000-" * 7 + "0000")
    name_file(apart.receiver.root / "config.yaml", text.replace("since: 2025-01-01", "since: 2025-06-27"))
    with pytest.raises(ImportRefusedError, match="tidak berlaku saat paket dibuat"):
        apart.take(path)
    name_file(apart.receiver.root / "config.yaml", text)
    apart.clock.at += timedelta(days=300)
    with pytest.raises(ImportRefusedError, match="tidak berlaku hari ini"):
        apart.take(path)


CHANGES: dict[str, tuple[Callable[[Json], Any], str]] = {
    "pengirim lain": (lambda said: said.update(sender="kab-misal"), "kuncinya milik kab-contoh"),
    "penerima lain": (lambda said: said.update(receiver="pusat"), "dialamatkan kepada pusat"),
    "wilayah lain": (lambda said: said["counts"][0].update(region="Kabupaten Misal"), "di luar wilayah kab-contoh"),
    "dua kali": (lambda said: said["flags"].append(said["flags"][0]), "dua kali"),
    "versi lain": (lambda said: said.update(schema_version=2), "susunannya tidak dikenal"),
    "isian asing": (lambda said: said["flags"][0].update(nama="Warga Contoh"), "susunannya tidak dikenal"),
    "keadaan asing": (lambda said: said["flags"][0].update(state="bersalah"), "susunannya tidak dikenal"),
    "kurang dari nol": (lambda said: said["counts"][0].update(flags=-1), "susunannya tidak dikenal"),
    "bukan bilangan": (lambda said: said["missed"].update(share=float("nan")), "susunannya tidak dikenal"),
    "huruf balik": (lambda said: said.update(office="Kantor \u202e uji"), "susunannya tidak dikenal"),
    "masa depan": (lambda said: said.update(made_at="2025-12-30T00:00:00Z"), "masa depan"),
    "laporan rusak": (lambda said: said["runs"][0].update(report="{}"), "laporan jalan tahapan"),
    "laporan diubah": (
        lambda said: said["runs"][0].update(report=said["runs"][0]["report"].replace('"flagged": ', '"flagged": 9')),
        "tidak ditandatangani kunci milik",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_package_of_the_sender_that_says_what_it_may_not_is_refused(apart: Apart, name: str) -> None:
    if "laporan" in name:
        phase_run(apart)
    change, said = CHANGES[name]
    before = tables(apart)
    with pytest.raises(ImportRefusedError, match=said):
        apart.take(signed_anew(apart, apart.send(), change))
    assert tables(apart) == before


def test_made_up_data_never_reach_a_real_office(apart: Apart) -> None:
    path = apart.send()
    apart.receiver.config = apart.receiver.config.model_copy(update={"mode": "office"})
    with pytest.raises(ImportRefusedError, match="gladi"):
        apart.take(path)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr(box.BODY, b" " * (box.LARGEST_BODY + 1))
        made.writestr(box.SIGNATURE, b"{}")


def _lying_bomb(path: Path) -> None:
    """It says of itself that it is small."""
    _bomb(path)
    held = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = held.index(mark) + offset
        held[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(held)


def _names(*names: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            for name in names:
                made.writestr(name, b"{}")

    return make


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "keluar folder": (_names("../paket.json", box.SIGNATURE), "bukan tepat"),
    "alamat mutlak": (_names("/etc/paket.json", box.SIGNATURE), "bukan tepat"),
    "tambahan": (_names(box.BODY, box.SIGNATURE, "lain.txt"), "bukan tepat"),
    "tanpa tanda tangan": (_names(box.BODY), "bukan tepat"),
    "kosong": (lambda path: path.write_bytes(b"") and None, "bukan berkas paket"),
    "bukan zip": (lambda path: path.write_bytes(b"halo" * 100) and None, "bukan berkas paket"),
    "bom": (_bomb, "melewati batas"),
    "bom berbohong": (_lying_bomb, "ditolak"),
    "terlalu besar": (lambda path: path.write_bytes(b"0" * (box.LARGEST_FILE + 1)) and None, "lebih besar dari"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_no_package_is_refused(apart: Apart, name: str) -> None:
    make, said = FILES[name]
    path = apart.folder / "berkas.zip"
    make(path)
    before = sorted(one.name for one in apart.folder.rglob("*"))
    with pytest.raises(ImportRefusedError, match=said):
        apart.take(path)
    assert sorted(one.name for one in apart.folder.rglob("*")) == before


def test_json_that_never_ends_in_brackets_is_refused(apart: Apart) -> None:
    with pytest.raises(ImportRefusedError, match="susunannya tidak dikenal"):
        apart.take(boxed(apart, b'{"flags": ' + b"[" * 200_000))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(0, 60))
def test_no_bytes_at_all_end_otherwise_than_refused(apart: Apart, some: bytes, at: int, cut: int) -> None:
    path = apart.folder / "asli.zip"
    if not path.exists():
        apart.send("asli.zip")
    held = path.read_bytes()
    place = at % len(held)
    target = apart.folder / "kacau.zip"
    target.write_bytes(held[:place] + some + held[place + cut :])
    if target.read_bytes() != held:
        try:
            apart.take(target)
        except (ImportRefusedError, ConflictError):
            return
        # A zip has room for bytes that nobody reads: what was read is then the very package.
        assert box.read(target) == box.read(path)


# --------------------------------------------------------------------------- the file of offices, the commands


def test_every_mistake_of_the_file_of_offices_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "kantor.yaml"
    path.write_text(
        "id: kab-contoh\nregions: {A: [B], B: [A]}\nreceivers:\n  - {id: p, name: Provinsi, regions: [A]}\n"
        "  - {id: p, name: Provinsi, regions: [A]}\nsenders:\n  - {id: kab-contoh, name: Kami, regions: [A], keys: "
        "[{fingerprint: 0000-0000-0000-0000-0000-0000-0000-0000, since: 2025-02-01, until: 2025-01-01}]}\n"
        "  - {id: lain, name: Lain, regions: [A], keys: [{fingerprint: 0000-0000-0000-0000-0000-0000-0000-0000, "
        "since: 2025-02-01, until: 2025-03-01}]}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as told:
        agreement.load(path)
    text = str(told.value)
    for said in ("dipakai dua kali", "kantor sendiri", "lebih awal", "di dalam dirinya sendiri", "milik pengirim lain"):
        assert said in text
    assert "kantor.yaml:5:" in text


def test_regions_take_in_those_that_lie_in_them() -> None:
    network = agreement.Network(id="x", regions={"Nasional": ("Provinsi A",), "Provinsi A": ("Kab. B", "Kota C")})
    assert network.within(["nasional"]) == {"nasional", "provinsi a", "kabupaten b", "kota c"}
    assert network.within(["Kabupaten B"]) == {"kabupaten b"}
    assert network.above("Kabupaten B") == ("Provinsi A", "Nasional")
    with pytest.raises(NotAllowedError, match="yang ada: belum ada"):
        network.receiver("y")


def test_the_commands(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    regency, province = (Typist(one.root / "config.yaml") for one in (apart.sender, apart.receiver))
    target = apart.folder / "perintah.zip"
    asked = ("package", "export", "--to", "provinsi-uji", "--output", str(target))
    assert "harus ditandatangani" in regency(*asked, code=5).stderr
    monkeypatch.setenv(signing.ENVIRONMENT, (apart.folder / "kunci").read_text(encoding="ascii"))
    assert "tanda tanpa nama" in regency(*asked).output
    assert "tidak ditimpa" in regency(*asked, code=5).stderr
    assert "`receivers`" in regency("package", "export", "--to", "x", "--output", str(target), code=5).stderr
    # The commands live today, when the key of the file of offices has long ended.
    assert "tidak berlaku saat paket dibuat" in province("package", "import", str(target), code=2).stderr
    file = apart.receiver.root / "kantor.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2025-12-31", "2999-12-31"), encoding="utf-8")
    assert "Diterima dari kab-contoh" in province("package", "import", str(target)).output
    assert "tidak ada yang diubah" in province("package", "import", str(target)).output
    said = province("package", "compare").output
    assert "Bawaslu Kabupaten Misal (kab-misal), Kabupaten Misal: belum pernah mengirim; TERLAMBAT" in said
    assert "Kabupaten Contoh, kampanye: " in said
    assert "tanda (" in said
    [one] = province.json("package", "compare", "--region", "Kabupaten Contoh")
    assert one["office_id"] == "kab-contoh"
    actions = [one.action for one in apart.receiver.store.audit.entries(limit=10_000)]
    assert actions.count("paket_terima") == 1
    assert "paket_kirim" in [one.action for one in apart.sender.store.audit.entries(limit=10_000)]
