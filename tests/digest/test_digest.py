"""The morning's word against a real mail server: whole, private, encrypted; failures are tried again and told."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from monitor import scheduler
from monitor.app import App
from monitor.cli import main
from monitor.digest import due, law_of, morning, said_of, state
from monitor.doctor import examine
from monitor.models import State
from monitor.postbox import PASSWORD, Digest
from tests.digest.post_office import Clerk, certificate, dribbling, free_port, open_counter
from tests.fakes import FakeClock
from tests.fakes_process import carry
from tests.fakes_store import a_case, add_user

ROOT = Path(__file__).resolve().parents[2]
ONE, TWO = "piket@kantor.example", "ketua@kantor.example"
_CONFIG = f"""\
mode: demo
office: {{name: Bawaslu Kabupaten Contoh — Rekaan, region: Kabupaten Contoh, timezone: WIB, contact: uji@contoh.example}}
processing: {{purpose: menguji kabar tenggat dengan data rekaan, legal_basis: data rekaan}}
database: netra.db
archive: arsip
heads: kepala
rules: {ROOT / "rules"}
contests: [pilkada-contoh-2025]
"""


class Desk:
    """An office with one case under way, and its settings of the post."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder, self.clock = folder, clock
        self.settings({})
        user = add_user(self.app.store).user_id
        [self.flag_id] = a_case(self.app.store)
        carry(self.app.store, self.flag_id, user, State.LEAD)
        clock.now = clock.now.replace(hour=22)  # 05.00 WIB of the next day

    def settings(self, digest: dict[str, Any]) -> None:
        text = _CONFIG
        if digest:
            text += "digest:\n" + "".join(f"  {name}: {value}\n" for name, value in digest.items())
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")
        self.app = App.build(self.folder / "config.yaml", self.clock)

    def post(self, port: int, **more: Any) -> Digest:
        self.settings({"to": f"[{ONE}, {TWO}]", "sender": "netra@kantor.example", "host": "127.0.0.1", "port": port,
                       "tls": "none", "deadline_seconds": 3, **more})  # fmt: skip
        found = self.app.config.digest
        assert found is not None
        return found

    def findings(self) -> list[tuple[str, str]]:
        return [(one.state, one.said) for one in examine(self.app) if one.what == "kabar tenggat"]


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, FakeClock())
    yield made
    made.app.close()


def test_everybody_gets_one_letter_of_numbers_and_days_and_nobody_is_named(desk: Desk, clerk: Clerk) -> None:
    with open_counter(clerk) as port:
        handed = morning(desk.app, desk.post(port), (ONE, TWO), "")
    assert handed.whole
    assert [to for to, _ in clerk.got] == [ONE, TWO]
    letter = clerk.got[0][1]
    assert letter["To"] == ONE
    assert letter["Subject"] == "Tenggat Bawaslu Kabupaten Contoh — Rekaan — tidak ada yang mendesak"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == "<tenggat-20250602@kantor.example>"
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    assert "tidak memuat nama" in text
    [file] = letter.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    calendar = file.get_payload(decode=True)
    assert isinstance(calendar, bytes)
    assert f"SUMMARY:Tanda {desk.flag_id}: menetapkan temuan".encode() in calendar
    person = desk.app.store.roster.persons()[0]
    item = desk.app.store.flags.get(desk.flag_id).stored.item
    for private in (person.name, person.full_name, item.text, item.url, "uji.rekaan", "Dinas Contoh"):
        assert private not in text
        assert private.encode() not in calendar
    assert desk.findings() == [("baik", "terkirim 02-06-2025")]


def test_what_presses_is_in_the_subject_and_the_text(desk: Desk, clerk: Clerk) -> None:
    user = desk.app.store.users.list()[0].user_id
    desk.app.store.process.know(desk.flag_id, user, desk.clock() - timedelta(days=9), "1/BA")
    with open_counter(clerk) as port:
        morning(desk.app, desk.post(port), (ONE,), "")
    letter = clerk.got[0][1]
    assert "1 lewat" in letter["Subject"]
    body = letter.get_body()
    assert body is not None
    assert (
        f"- Tanda {desk.flag_id}: menetapkan temuan, hari terakhir 31-05-2025 WIB. Lewat 2 hari." in body.get_content()
    )


def test_one_recipient_that_is_refused_stops_no_other_and_is_tried_again(desk: Desk, clerk: Clerk) -> None:
    clerk.refuse[ONE] = "452 4.2.2 Mailbox full"
    with open_counter(clerk) as port:
        settings = desk.post(port)
        handed = morning(desk.app, settings, (ONE, TWO), "")
        assert (handed.taken, dict(handed.later), dict(handed.never)) == ((TWO,), {ONE: "452 4.2.2 Mailbox full"}, {})
        assert desk.findings() == [("perhatian", f"belum sampai kepada {ONE}: 452 4.2.2 Mailbox full")]
        assert due(desk.app) is None
        desk.clock.tick(minutes=5)
        assert due(desk.app) == (ONE,)
        clerk.refuse.clear()
        morning(desk.app, settings, (ONE,), "")
    assert [to for to, _ in clerk.got] == [TWO, ONE]
    assert desk.findings()[0][0] == "baik"
    desk.clock.tick(hours=2)
    assert due(desk.app) is None


def test_what_is_refused_for_good_waits_for_a_hand_and_is_told(desk: Desk, clerk: Clerk) -> None:
    clerk.refuse[ONE] = "550 5.1.1 Tidak ada kotak itu"
    with open_counter(clerk) as port:
        settings = desk.post(port)
        handed = morning(desk.app, settings, (ONE, TWO), "")
        assert dict(handed.never) == {ONE: "550 5.1.1 Tidak ada kotak itu"}
        assert [line for line in said_of(handed) if "GAWAT" in line]
        desk.clock.tick(hours=3)
        assert due(desk.app) is None
        assert desk.findings()[0][0] == "gawat"
        desk.clock.tick(days=1)
        assert due(desk.app) == (ONE, TWO)


@pytest.mark.parametrize(
    ("answer", "kind"), [("451 4.3.0 Coba lagi nanti", "later"), ("554 5.7.1 Isi ditolak", "never")]
)
def test_a_letter_that_is_refused_is_counted_for_each(desk: Desk, clerk: Clerk, answer: str, kind: str) -> None:
    clerk.data = answer
    with open_counter(clerk) as port:
        handed = morning(desk.app, desk.post(port), (ONE, TWO), "")
    assert handed.taken == ()
    assert dict(getattr(handed, kind)) == dict.fromkeys((ONE, TWO), answer)


def test_a_server_that_is_not_there_is_tried_again_and_again(desk: Desk, clerk: Clerk) -> None:
    port = free_port()
    settings = desk.post(port)
    waited = []
    for _ in range(6):
        assert due(desk.app) in {None, (ONE, TWO)}
        handed = morning(desk.app, settings, (ONE, TWO), "")
        assert set(handed.later) == {ONE, TWO}
        minutes = next(m for m in range(200) if _due_after(desk, m))
        waited.append(minutes)
        desk.clock.tick(minutes=minutes)
    assert waited == [5, 10, 20, 40, 60, 60]
    with open_counter(clerk, None) as open_port:
        assert morning(desk.app, desk.post(open_port), (ONE, TWO), "").whole
    assert len(clerk.got) == 2


def _due_after(desk: Desk, minutes: int) -> bool:
    before = desk.clock.now
    desk.clock.tick(minutes=minutes)
    found = due(desk.app)
    desk.clock.now = before
    return found is not None


def test_a_server_that_dribbles_is_cut_at_the_deadline(desk: Desk) -> None:
    with dribbling() as port:
        settings = desk.post(port, deadline_seconds=0.5)
        began = time.monotonic()
        handed = morning(desk.app, settings, (ONE,), "")
        assert time.monotonic() - began < 10
    assert set(handed.later) == {ONE}


def test_encrypted_and_signed_in(desk: Desk, clerk: Clerk, tmp_path: Path) -> None:
    keys = certificate(tmp_path)
    with open_counter(clerk, keys, "rahasia rekaan") as port:
        settings = desk.post(port, tls="starttls", username="netra", authority="surel.pem")
        assert morning(desk.app, settings, (ONE,), "rahasia rekaan").whole
        wrong = morning(desk.app, settings, (ONE,), "salah")
        assert wrong.never[ONE].startswith("535")
        none = morning(desk.app, settings, (ONE,), "")
        assert PASSWORD in none.never[ONE]
    assert clerk.signed_in == [True]


def test_nothing_goes_out_unencrypted_or_to_a_server_nobody_vouches_for(
    desk: Desk, clerk: Clerk, tmp_path: Path
) -> None:
    with open_counter(clerk) as port:
        plain = morning(desk.app, desk.post(port, tls="starttls"), (ONE,), "")
    assert "STARTTLS" in plain.never[ONE]
    with open_counter(clerk, certificate(tmp_path)) as port:
        stranger = morning(desk.app, desk.post(port, tls="starttls"), (ONE,), "")
    assert "sertifikat" in stranger.never[ONE]
    assert clerk.got == []


def test_the_bell_sends_in_the_morning_and_makes_up_a_missed_one(desk: Desk, clerk: Clerk) -> None:
    told: list[str] = []
    with open_counter(clerk) as port:
        desk.post(port, calendar="keluar/tenggat.ics")
        scheduler.ring(desk.app, told.append)
        assert clerk.got == []  # 05.00 WIB
        desk.clock.tick(hours=9)
        scheduler.ring(desk.app, told.append)
        scheduler.ring(desk.app, told.append)
    assert [to for to, _ in clerk.got] == [ONE, TWO]
    assert [line for line in told if "terkirim kepada 2" in line]
    assert (desk.folder / "keluar" / "tenggat.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def test_a_run_that_was_cut_off_is_tried_again(desk: Desk) -> None:
    desk.post(free_port())
    desk.clock.tick(hours=2)
    desk.app.store.runs.begin("digest")
    assert due(desk.app) is None
    desk.clock.tick(minutes=5)
    assert due(desk.app) == (ONE, TWO)
    last = state(desk.app)
    assert last is not None
    assert last.open
    assert desk.findings() == [("perhatian", "kiriman terakhir terputus")]


def test_only_a_file_where_nobody_is_to_get_mail(desk: Desk) -> None:
    desk.settings({"calendar": "tenggat.ics"})
    assert due(desk.app) is None
    desk.clock.tick(hours=2)
    assert due(desk.app) == ()
    scheduler.ring(desk.app, lambda _: None)
    assert due(desk.app) is None
    assert (desk.folder / "tenggat.ics").exists()


def test_what_cannot_be_written_or_trusted_is_told_and_stops_nothing_else(desk: Desk, clerk: Clerk) -> None:
    (desk.folder / "penuh").write_text("bukan folder", encoding="utf-8")
    with open_counter(clerk) as port:
        settings = desk.post(port, calendar="penuh/tenggat.ics")
        handed = morning(desk.app, settings, (ONE,), "")
        assert (handed.taken, list(handed.never)) == ((ONE,), ["penuh/tenggat.ics"])
        assert desk.findings()[0][0] == "gawat"
        unread = morning(desk.app, desk.post(port, tls="starttls", authority="tiada.pem"), (ONE,), "")
        assert "authority" in unread.never[ONE]


def test_a_broken_law_is_told_and_collecting_goes_on(desk: Desk, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "aturan")
    (tmp_path / "aturan" / "calendar" / "tenggat.yaml").write_text("terms: 7\n", encoding="utf-8")
    desk.settings({"calendar": "tenggat.ics"})
    text = (desk.folder / "config.yaml").read_text(encoding="utf-8").replace(str(ROOT / "rules"), "aturan")
    (desk.folder / "config.yaml").write_text(text, encoding="utf-8")
    app = App.build(desk.folder / "config.yaml", desk.clock)
    desk.clock.tick(hours=5)
    told: list[str] = []
    scheduler.ring(app, told.append)
    assert [line for line in told if line.startswith("GAGAL kabar tenggat")]
    assert [line for line in told if line.startswith("kepala rantai audit ditulis")]
    app.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"to": [ONE]},
        {"to": [ONE], "sender": ONE, "host": "surel.kantor.example", "tls": "none"},
        {"to": ["a@b.example\r\nBcc: c@d.example"], "sender": ONE, "host": "surel.kantor.example"},
        {"to": ["a@b.example, c@d.example"], "sender": ONE, "host": "surel.kantor.example"},
        {"to": [ONE], "sender": ONE, "host": "surel.kantor.example", "password": "x"},
    ],
)
def test_settings_that_could_leak_or_send_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Digest.model_validate(wrong)


def test_without_settings_nothing_is_due_and_terms_are_those_in_force(desk: Desk) -> None:
    desk.clock.tick(hours=5)
    assert due(desk.app) is None
    assert state(desk.app) is None
    assert law_of(desk.app).terms.terms


def test_the_command_shows_sends_and_writes(
    desk: Desk, clerk: Clerk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PASSWORD, "")
    with open_counter(clerk) as port:
        desk.post(port)
        desk.app.close()
        config = str(desk.folder / "config.yaml")
        shown = CliRunner().invoke(main, ["--config", config, "digest"])
        assert (shown.exit_code, "Tenggat Bawaslu" in shown.output) == (0, True)
        listed = CliRunner().invoke(main, ["--config", config, "deadlines"])
        assert (listed.exit_code, "menetapkan" in listed.output) == (0, True)
        plain = CliRunner().invoke(main, ["--config", config, "deadlines", "--json"])
        assert f'"flag_id": {desk.flag_id}' in plain.output
        file = tmp_path / "t.ics"
        assert CliRunner().invoke(main, ["--config", config, "digest", "--ics", str(file)]).exit_code == 0
        assert file.read_bytes().endswith(b"END:VCALENDAR\r\n")
        sent = CliRunner().invoke(main, ["--config", config, "digest", "--send"])
        assert (sent.exit_code, len(clerk.got)) == (0, 2)
        clerk.refuse[TWO] = "550 tidak"
        assert CliRunner().invoke(main, ["--config", config, "digest", "--send"]).exit_code == 1
    desk.settings({})
    desk.app.close()
    assert CliRunner().invoke(main, ["--config", config, "digest", "--send"]).exit_code == 2
