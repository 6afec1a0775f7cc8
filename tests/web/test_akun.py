"""One's own account, the second factor, invitations and the staff page, as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from monitor.models import Role
from monitor.store import Limits
from monitor.store.sessions import CODE_WITHIN
from monitor.web import Services, create_app
from tests.fakes_web import PASSWORD, World
from tests.web.conftest import Reader

LIMITS = Limits(timedelta(hours=12), timedelta(hours=2))
FRESH = "empat kata acak sekali"


class Office:
    """A world with an admin, and browsers that keep their cookies."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.admin = world.store.users.create("kepala", "Xena Kepala", PASSWORD, [Role.ADMIN])
        self.app: Flask = world.app()

    def browser(self, address: str = "127.0.0.1") -> Reader:
        client = self.app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Reader(client)

    def sign_in(self, name: str = "pemantau", password: str = PASSWORD, at: Reader | None = None) -> Reader:
        reader = at or self.browser()
        reader.last = login(reader, name, password)  # type: ignore[attr-defined]
        return reader

    def enrol(self, reader: Reader) -> tuple[str, list[str]]:
        """Set the second factor up as a person would; gives the secret and the codes for emergencies."""
        page = reader.get("/akun/faktor").text
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert found is not None
        secret = found[1].replace(" ", "")
        data = {"csrf_token": reader.token("/akun/faktor"), "kode": self.code(secret), "sandi": PASSWORD}
        done = reader.client.post("/akun/faktor", data=data)
        assert done.status_code == 200, done.text
        codes = re.findall(r"<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</li>", done.text)
        assert len(codes) == 10
        return secret, codes

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(int(self.world.clock.now.timestamp()) + 30 * steps)

    def later(self, **amount: float) -> None:
        self.world.clock.now += timedelta(**amount)


def login(reader: Reader, name: str, password: str, **more: str) -> TestResponse:
    return reader.client.post(
        "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": name, "sandi": password, **more}
    )


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Office]:
    """An office in which coordinators need a second factor."""
    made = World(tmp_path / "ketat", second_factor=["koordinator"])
    yield Office(made)
    made.close()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "ketat").mkdir()


def test_the_second_factor_is_asked_for_once_it_is_set_up(office: Office) -> None:
    secret, codes = office.enrol(office.sign_in())
    reader = office.browser()
    assert login(reader, "pemantau", PASSWORD, lanjut="/ringkasan").location == "/masuk/kode?lanjut=/ringkasan"
    assert reader.get("/antrean").status_code == 303, "the password alone opens nothing"
    assert reader.get("/masuk/kode").status_code == 200
    wrong = reader.client.post("/masuk/kode", data={"csrf_token": reader.token("/masuk/kode"), "kode": "000000"})
    assert wrong.status_code == 401
    office.later(seconds=60)
    right = reader.client.post(
        "/masuk/kode",
        data={"csrf_token": reader.token("/masuk/kode"), "kode": f" {office.code(secret)} ", "lanjut": "/ringkasan"},
    )
    assert right.location == "/ringkasan"
    assert reader.get("/antrean").status_code == 200
    assert secret not in Path(office.world.store._connection.path).read_bytes().decode("latin-1")
    assert not any(code in repr(office.world.store.audit.entries(limit=500)) for code in codes)


@pytest.mark.parametrize(("steps", "let_in"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(office: Office, steps: int, let_in: bool) -> None:
    secret, _codes = office.enrol(office.sign_in())
    office.later(minutes=5)
    assert (enter_code(office, office.code(secret, steps)) == 303) is let_in


def enter_code(office: Office, code: str) -> int:
    reader = office.sign_in()
    data = {"csrf_token": reader.token("/masuk/kode"), "kode": code}
    return reader.client.post("/masuk/kode", data=data).status_code


def test_a_code_that_was_used_is_refused_even_in_another_browser(office: Office) -> None:
    secret, _codes = office.enrol(office.sign_in())
    assert enter_code(office, office.code(secret)) == 401, "the code that confirmed the enrolling is used up"
    office.later(minutes=1)
    code = office.code(secret)
    assert enter_code(office, code) == 303
    assert enter_code(office, code) == 401
    assert enter_code(office, office.code(secret, -1)) == 401, "and so is every earlier one"


def test_an_emergency_code_works_once_however_it_is_written(office: Office) -> None:
    _secret, codes = office.enrol(office.sign_in())
    assert enter_code(office, codes[0].lower().replace("-", " ")) == 303
    assert enter_code(office, codes[0]) == 401
    assert enter_code(office, codes[1]) == 303


def test_guessing_codes_is_slowed_down_for_the_account(office: Office) -> None:
    secret, _codes = office.enrol(office.sign_in())
    answers = [enter_code(office, f"{number:06d}") for number in range(12)]
    assert 429 in answers
    assert enter_code(office, office.code(secret, 1)) == 429, "not even the right one now"
    office.later(minutes=16)
    assert enter_code(office, office.code(secret)) == 303


def test_a_half_finished_sign_in_ends_after_ten_minutes(office: Office) -> None:
    secret, _codes = office.enrol(office.sign_in())
    reader = office.sign_in()
    token = reader.token("/masuk/kode")
    office.world.clock.now += CODE_WITHIN
    answer = reader.client.post("/masuk/kode", data={"csrf_token": token, "kode": office.code(secret)})
    assert answer.status_code in {303, 400}
    assert reader.get("/antrean").status_code == 303


def test_a_secret_is_worth_nothing_under_another_key_or_another_user(office: Office) -> None:
    secret, codes = office.enrol(office.sign_in())
    store = office.world.store
    other = Services(office.world.config, store, office.world.archive, office.world.clock, "kunci-yang-lain-" * 3)
    office.later(minutes=1)
    office.app = create_app(other)
    assert enter_code(office, office.code(secret)) == 401
    assert enter_code(office, codes[3]) == 303, "emergency codes need no key"
    office.app = office.world.app()
    store.factors.enrol(office.world.second.user_id, store.factors.secret(office.world.monitor.user_id), 1, [])
    reader = office.sign_in("peninjau")
    data = {"csrf_token": reader.token("/masuk/kode"), "kode": office.code(secret)}
    assert reader.client.post("/masuk/kode", data=data).status_code == 401, "a row that was moved opens nothing"


def test_enrolling_needs_the_password_and_a_fitting_code(office: Office) -> None:
    reader = office.sign_in()
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", reader.get("/akun/faktor").text)
    assert found is not None
    secret = found[1].replace(" ", "")
    svg = reader.get("/akun/faktor/gambar.svg")
    assert svg.mimetype == "image/svg+xml"
    assert "style=" not in svg.text
    assert "<script" not in svg.text
    for kode, sandi in ((office.code(secret), "bukan sandinya"), ("123456", PASSWORD), ("", "")):
        assert reader.send("/akun/faktor", kode=kode, sandi=sandi).status_code == 422
    assert office.world.store.factors.holders() == frozenset()
    with reader.client.session_transaction() as cookie:
        assert secret not in repr(dict(cookie))


def test_setting_it_up_ends_other_sessions_and_renews_this_one(office: Office) -> None:
    other, reader = office.sign_in(), office.sign_in()
    with reader.client.session_transaction() as cookie:
        before = cookie["sid"]
    office.enrol(reader)
    with reader.client.session_transaction() as cookie:
        assert cookie["sid"] != before
    assert reader.get("/antrean").status_code == 200
    assert other.get("/antrean").status_code == 303


def test_a_role_that_needs_it_sees_nothing_else_before(strict: Office) -> None:
    reader = strict.browser()
    assert login(reader, "koordinator", PASSWORD).location == "/akun/faktor"
    for path in ("/antrean", "/ringkasan", "/akun", "/petugas", "/"):
        assert reader.get(path).location == "/akun/faktor", path
    assert "mewajibkan" in reader.get("/akun/faktor").text
    assert reader.get("/akun/faktor/gambar.svg").status_code == 200
    secret, _codes = strict.enrol(reader)
    assert reader.get("/antrean").status_code == 200
    assert reader.send("/akun/faktor/cabut", sandi=PASSWORD).location == "/akun/faktor", "it comes back at once"
    assert reader.get("/antrean").location == "/akun/faktor"
    assert strict.sign_in("pemantau").get("/antrean").status_code == 200, "other roles are free to"
    assert secret


def test_it_can_be_taken_away_by_oneself_with_the_password(office: Office) -> None:
    reader = office.sign_in()
    office.enrol(reader)
    assert reader.send("/akun/faktor/cabut", sandi="bukan sandinya").status_code == 422
    assert office.world.store.factors.holders()
    assert reader.send("/akun/faktor/cabut", sandi=PASSWORD).location == "/akun"
    assert office.world.store.factors.holders() == frozenset()


def test_without_a_lasting_key_nothing_can_be_sealed(world: World) -> None:
    app = create_app(
        Services(world.config, world.store, world.archive, world.clock, "kunci-rekaan-" * 4, lasting_key=False)
    )
    reader = Reader(app.test_client())
    login(reader, "pemantau", PASSWORD)
    assert "NETRA_SECRET_KEY" in reader.get("/akun/faktor").text
    assert reader.get("/akun/faktor/gambar.svg").status_code == 404


def test_the_password_changes_with_the_old_one_only(office: Office) -> None:
    other, reader = office.sign_in(), office.sign_in()
    for lama, baru, ulang, said in (
        ("bukan sandinya", FRESH, FRESH, "tidak cocok"),
        (PASSWORD, FRESH, FRESH + "x", "tidak sama"),
        (PASSWORD, "pendek", "pendek", "terlalu pendek"),
        (PASSWORD, "Pemantau2025", "Pemantau2025", "nama pengguna"),
    ):
        answer = reader.send("/akun/sandi", lama=lama, baru=baru, ulang=ulang)
        assert answer.status_code == 422
        assert said in answer.text
    assert reader.send("/akun/sandi", lama=PASSWORD, baru=FRESH, ulang=FRESH).location == "/akun"
    assert "diganti" in reader.get("/akun").text
    assert other.get("/antrean").status_code == 303
    assert login(office.browser(), "pemantau", PASSWORD).status_code == 401
    assert login(office.browser(), "pemantau", FRESH).status_code == 303


def test_guessing_the_old_password_in_an_open_session_is_slowed_down(office: Office) -> None:
    reader = office.sign_in()
    for _try in range(8):
        reader.send("/akun/sandi", lama="tebakan", baru=FRESH, ulang=FRESH)
    assert reader.send("/akun/sandi", lama=PASSWORD, baru=FRESH, ulang=FRESH).status_code == 422
    office.later(minutes=16)
    assert reader.send("/akun/sandi", lama=PASSWORD, baru=FRESH, ulang=FRESH).status_code == 303


def test_sessions_are_listed_and_ended(office: Office) -> None:
    first, reader = office.browser("192.0.2.9"), office.sign_in()
    first.client.environ_base["HTTP_USER_AGENT"] = "<script>alert(1)</script>"
    office.sign_in(at=first)
    page = reader.get("/akun").text
    assert "192.0.2.9" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    found = re.search(r'action="(/akun/sesi/\d+/akhiri)"', page)
    assert found is not None
    stranger = office.sign_in("peninjau")
    assert stranger.send(found[1]).status_code == 404, "nobody ends somebody else's"
    assert reader.send(found[1]).location == "/akun"
    assert first.get("/antrean").status_code == 303
    second = office.sign_in()
    assert reader.send("/akun/sesi/lain/akhiri").location == "/akun"
    assert second.get("/antrean").status_code == 303
    assert reader.get("/antrean").status_code == 200


def test_an_admin_invites_and_never_learns_the_password(office: Office) -> None:
    admin, store = office.sign_in("kepala"), office.world.store
    asked = {
        "nama": "Orang <b>Baru</b>",
        "pengguna": "baru",
        "peran": "pemantau",
        "wilayah": " Kabupaten Contoh \r\n\r\n",
    }
    made = admin.send("/petugas", **asked)
    assert made.status_code == 200
    found = re.search(r">(http://127\.0\.0\.1:8350(/undangan/[\w-]+))<", made.text)
    assert found is not None
    assert "<b>Baru</b>" not in made.text
    user = store.users.by_name("baru")
    assert user is not None
    assert (user.roles, user.regions) == ({Role.MONITOR}, {"Kabupaten Contoh"})
    guest = office.browser()
    page = guest.get(found[2])
    assert "baru" in page.text
    assert guest.get(found[2]).status_code == 200, "looking uses nothing up"
    token = guest.token(found[2])
    weak = guest.client.post(found[2], data={"csrf_token": token, "baru": "baru", "ulang": "baru"})
    assert weak.status_code == 422
    done = guest.client.post(found[2], data={"csrf_token": token, "baru": FRESH, "ulang": FRESH})
    assert done.location == "/masuk"
    assert guest.get(found[2]).location == "/masuk", "the link is used up"
    assert login(guest, "baru", FRESH).location == "/"
    assert FRESH not in repr(store.audit.entries(limit=500))


def test_a_link_that_is_old_replaced_or_invented_says_the_same(office: Office) -> None:
    admin = office.sign_in("kepala")
    link = re.search(
        r":8350(/undangan/[\w-]+)<", admin.send("/petugas", nama="Baru", pengguna="baru", peran="auditor").text
    )
    user = office.world.store.users.by_name("baru")
    assert link is not None
    assert user is not None
    newer = re.search(r":8350(/undangan/[\w-]+)<", admin.send(f"/petugas/{user.user_id}/undangan").text)
    assert newer is not None
    guest = office.browser()
    for path in (link[1], "/undangan/karangan", "/undangan/" + "x" * 500, "/undangan/%00%ff"):
        assert guest.get(path).location == "/masuk", path
    office.later(hours=72)
    assert guest.get(newer[1]).location == "/masuk"
    assert "sudah dipakai, diganti, atau lewat" in guest.get("/masuk").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nama": "", "pengguna": "baru", "peran": "auditor"}, "wajib diisi"),
        ({"nama": "Baru", "pengguna": "pemantau", "peran": "auditor"}, "sudah ada"),
        ({"nama": "Baru", "pengguna": "b r", "peran": "auditor"}, "huruf kecil"),
        ({"nama": "Baru", "pengguna": "baru", "peran": "raja"}, "satu peran"),
    ],
)
def test_what_an_invitation_refuses(office: Office, fields: dict[str, str], said: str) -> None:
    answer = office.sign_in("kepala").send("/petugas", **fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_leaving_ends_access_at_once_and_keeps_history(office: Office, flags: list[int]) -> None:
    leaver = office.sign_in()
    leaver.decide(flags[0], "dukungan")
    user, store = office.world.monitor, office.world.store
    history = store.decisions.history(flags[0])
    admin = office.sign_in("kepala")
    answer = admin.send(f"/petugas/{user.user_id}/pergi", penerus=str(office.world.second.user_id))
    assert answer.location == f"/petugas/{user.user_id}"
    assert "Akses diakhiri" in admin.get(answer.location).text
    assert leaver.get("/antrean").status_code == 303
    assert login(office.browser(), "pemantau", PASSWORD).status_code == 401
    assert store.decisions.history(flags[0]) == history
    assert "Sinta Rekaan" in office.sign_in("auditor").get(f"/tanda/{flags[0]}").text
    assert admin.send(f"/petugas/{user.user_id}/kembali").location == f"/petugas/{user.user_id}"
    assert login(office.browser(), "pemantau", PASSWORD).status_code == 401, "the old password does not come back"
    assert store.audit.verify().ok


def test_an_admin_changes_others_only_and_sessions_follow(office: Office) -> None:
    admin, monitor = office.sign_in("kepala"), office.sign_in()
    own, theirs = office.admin.user_id, office.world.monitor.user_id
    assert admin.send(f"/petugas/{own}/peran", peran="koordinator").status_code == 403
    assert admin.send(f"/petugas/{own}/pergi").status_code == 403
    assert admin.send(f"/petugas/{theirs}/peran", peran="auditor", wilayah="").location == f"/petugas/{theirs}"
    assert monitor.get("/antrean").status_code == 303
    assert office.world.user("pemantau").roles == {Role.AUDITOR}
    assert admin.send(f"/petugas/{theirs}/peran").status_code == 422, "no role at all"
    assert admin.get("/petugas/999").status_code == 404
    assert admin.get("/petugas/99999999999999999999999").status_code == 404
    assert admin.send(f"/petugas/{theirs}/pergi", penerus=str(theirs)).status_code == 422


def test_a_reset_of_the_second_factor_is_audited(office: Office) -> None:
    monitor = office.sign_in()
    office.enrol(monitor)
    admin, user_id = office.sign_in("kepala"), office.world.monitor.user_id
    assert "Kode terpasang" in admin.get("/petugas").text
    admin.send(f"/petugas/{user_id}/faktor")
    assert monitor.get("/antrean").status_code == 303
    assert login(office.browser(), "pemantau", PASSWORD).location == "/"
    found = [one for one in office.world.store.audit.entries(limit=500) if one.action == "faktor_kedua_dicabut"]
    assert [(one.user_id, one.subject) for one in found] == [(office.admin.user_id, f"user:{user_id}")]


@pytest.mark.parametrize("name", ["pemantau", "peninjau", "auditor", "koordinator"])
def test_nobody_but_an_admin_manages_the_staff(office: Office, name: str) -> None:
    reader, before = office.sign_in(name), office.world.store.users.list()
    assert 'href="/petugas"' not in reader.get("/antrean").text
    user_id = office.world.monitor.user_id
    for path in ("/petugas", f"/petugas/{user_id}"):
        assert reader.get(path).status_code == 403
    for path in ("", *(f"/{user_id}/{act}" for act in ("undangan", "peran", "faktor", "pergi", "kembali"))):
        assert reader.send(f"/petugas{path}", peran="admin", nama="Baru", pengguna="baru").status_code == 403
    assert office.world.store.users.list() == before


def test_a_known_browser_gets_in_while_its_name_is_guessed_at_from_elsewhere(office: Office) -> None:
    mine = office.sign_in()
    mine.send("/keluar")
    for number in range(30):
        login(office.browser(f"192.0.2.{number}"), "pemantau", "tebakan salah")
    fresh = office.browser("198.51.100.7")
    held = login(fresh, "pemantau", PASSWORD)
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) <= 301
    assert "detik" in held.text
    assert login(mine, "pemantau", PASSWORD).status_code == 303, "no denial of service by name"
    office.later(minutes=6)
    assert login(fresh, "pemantau", PASSWORD).status_code == 303, "and never for good"


def test_held_back_tries_answer_the_same_for_every_name(office: Office) -> None:
    def answers(name: str) -> list[tuple[int, str]]:
        reader = office.browser("192.0.2." + str(len(name)))
        found = []
        for _try in range(9):
            answer = login(reader, name, "tebakan salah")
            found.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
        return found

    real, invented = answers("pemantau"), answers("karangan")
    assert [code for code, _ in real] == [401] * 6 + [429] * 3
    assert real == invented


def test_logging_out_kills_every_copy_of_the_cookie(office: Office) -> None:
    reader = office.sign_in()
    with reader.client.session_transaction() as cookie:
        stolen = dict(cookie)
    reader.send("/keluar")
    thief = office.browser()
    with thief.client.session_transaction() as cookie:
        cookie.update(stolen)
    assert thief.get("/antrean").status_code == 303


def test_signing_in_again_ends_the_session_before(office: Office) -> None:
    reader = office.sign_in()
    with reader.client.session_transaction() as cookie:
        before = cookie["sid"]
    office.enrol(reader)
    assert office.world.store.sessions.find(before, LIMITS) is None
