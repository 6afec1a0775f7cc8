"""Time stamps from a real authority on loopback, checked with openssl; failures are said, queued and tried again."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import custody
from monitor.config import Config, EvidenceSettings
from monitor.custody.der import ordered
from monitor.custody.pack import AUTHORITY, SUMS, TOKEN
from monitor.custody.stamping import Stamper, check_held, head_line, objection, roots_of
from monitor.errors import NetraError
from monitor.fetch import StampClient, Surroundings
from monitor.store import PieceKind, Touch
from tests.custody.office import Kept, fill
from tests.custody.test_pack import desk
from tests.server.tsa import OPENSSL, Authority, serve_tsa

pytestmark = pytest.mark.skipif(not Path(OPENSSL).exists(), reason="openssl is not installed: apt-get install openssl")


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with serve_tsa(tmp_path / "tsa") as running:
        yield running


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = fill(tmp_path / "kantor", ("Ayo nomor satu",))
    yield made
    made.store.close()


def stamper(kept: Kept, authority: Authority, *, allowed: bool = True) -> Stamper:
    around = Surroundings(clock=kept.clock, sleep=kept.clock.sleep, jitter=lambda: 0.5)
    door = StampClient(authority.url, "Netra/uji", around, allowed=[authority.host] if allowed else [])
    return Stamper(door.ask, roots_of(authority.roots), kept.store, kept.archive, kept.heads)


def openssl_says(folder: Path, data: str, token: str, roots: str) -> str:
    done = subprocess.run(
        [OPENSSL, "ts", "-verify", "-data", data, "-in", token, "-CAfile", roots],
        cwd=folder, env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_head_of_the_chain_is_stamped_and_openssl_agrees(kept: Kept, authority: Authority) -> None:
    one, head = stamper(kept, authority), kept.store.audit.head()
    one.want_head(head)
    assert one.due().done == (f"kepala:{head.seq}",)
    assert "Verification: OK" in openssl_says(kept.heads, f"cap-{head.seq}.data", f"cap-{head.seq}.tsr", "tsa.pem")
    assert (kept.heads / f"cap-{head.seq}.data").read_bytes() == head_line(head)
    written = "".join(path.read_text(encoding="utf-8") for path in kept.heads.glob("kepala-*.txt"))
    assert head_line(head).decode() in written
    (kept.heads / f"cap-{head.seq}.data").write_bytes(b"lain")
    assert "FAILED" in openssl_says(kept.heads, f"cap-{head.seq}.data", f"cap-{head.seq}.tsr", "tsa.pem")
    assert len(kept.store.custody.pieces(kind=PieceKind.STAMP)) == 1
    assert check_held(kept.store, kept.archive, one.roots) == []
    assert kept.verify().ok
    assert one.due().done == ()
    assert authority.asked == 1


def test_a_pack_carries_its_stamp(kept: Kept, authority: Authority, tmp_path: Path) -> None:
    one, out = stamper(kept, authority), io.BytesIO()
    custody.hand_over(replace(desk(kept), stamp=one.for_pack), kept.flags, out, kept.user, "permintaan pleno")
    zipfile.ZipFile(out).extractall(tmp_path / "isi")
    assert "Verification: OK" in openssl_says(tmp_path / "isi", SUMS, TOKEN, AUTHORITY)
    checked = subprocess.run(["/usr/bin/sha256sum", "-c", SUMS], cwd=tmp_path / "isi", env={}, check=False)
    assert checked.returncode == 0
    assert Touch.STAMP in {one.act for one in kept.store.custody.log(0)}
    assert kept.store.stamps.waiting() == []


@pytest.mark.parametrize(
    ("mood", "said"),
    [("500", "menjawab 500"), ("html", "bukan cap waktu"), ("garbage", "tidak terbaca"), ("huge", "terlalu besar"),
     ("other", "tidak sah")],
)  # fmt: skip
def test_what_fails_is_said_queued_and_tried_again(kept: Kept, authority: Authority, mood: str, said: str) -> None:
    one = stamper(kept, authority)
    authority.mood = mood
    one.want_head(kept.store.audit.head())
    [line] = one.due().failed
    assert said in line
    assert one.due().failed == ()  # not at once
    [waiting] = kept.store.stamps.waiting()
    assert (waiting.tries, said in waiting.error) == (1, True)
    authority.mood = "ok"
    kept.clock.tick(minutes=11)
    assert len(one.due().done) == 1
    assert kept.store.stamps.waiting() == []


def test_a_pack_goes_out_without_a_stamp_when_nobody_answers(kept: Kept, authority: Authority) -> None:
    one, out = stamper(kept, authority), io.BytesIO()
    authority.mood = "500"
    custody.hand_over(replace(desk(kept), stamp=one.for_pack), kept.flags, out, kept.user, "permintaan pleno")
    assert TOKEN not in zipfile.ZipFile(out).namelist()
    [waiting] = kept.store.stamps.waiting()
    assert waiting.subject.startswith("berkas:")
    assert waiting.message == zipfile.ZipFile(out).read(SUMS)


def test_waits_double_up_to_a_day(kept: Kept, authority: Authority) -> None:
    one = stamper(kept, authority)
    authority.mood = "500"
    one.want_head(kept.store.audit.head())
    waits = []
    for _ in range(12):
        one.due()
        [waiting] = kept.store.stamps.waiting()
        waits.append((waiting.next_at - kept.clock()).total_seconds())
        kept.clock.now = waiting.next_at
    assert waits[0] == 300
    assert waits[1] == 600
    assert waits[-1] == 86400


def test_a_private_address_is_not_asked(kept: Kept, authority: Authority) -> None:
    one = stamper(kept, authority, allowed=False)
    one.want_head(kept.store.audit.head())
    assert "jaringan dalam" in one.due().failed[0]
    assert authority.asked == 0


def test_a_stamp_by_another_root_is_refused(kept: Kept, authority: Authority, tmp_path: Path) -> None:
    token, error = stamper(kept, authority).stamp(b"isi")
    assert error == ""
    assert objection(token, b"isi", roots_of(authority.roots)) == ""
    assert "tidak sah" in objection(token, b"lain", roots_of(authority.roots))
    with serve_tsa(tmp_path / "lain") as other:
        assert "tidak sah" in objection(token, b"isi", roots_of(other.roots))


@given(junk=st.binary(max_size=60))
def test_what_is_no_stamp_is_left_as_it_is(junk: bytes) -> None:
    assert sorted(ordered(junk)) == sorted(junk)
    assert "tidak terbaca" in objection(junk, b"isi", b"")


def test_settings_need_certificates_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tsa_ca"):
        EvidenceSettings(tsa_url="https://cap.contoh.example/")
    (tmp_path / "a.pem").write_text("bukan sertifikat")
    for name in ("a.pem", "tidak-ada.pem"):
        with pytest.raises(NetraError, match="tidak terbaca"):
            roots_of(tmp_path / name)
    assert Config.model_fields["evidence"].default.tsa_url == ""
