"""Who gets in, what every answer carries, and what every form must hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import NetraError
from monitor.models import Role
from monitor.web import Services, create_app
from tests.fakes_web import PASSWORD, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]
PUBLIC = {"/masuk", "/sehat", "/static/<path:filename>"}


def test_every_page_but_three_asks_for_a_user(world: World, flags: list[int]) -> None:
    app = world.app()
    client = app.test_client()
    seen = 0
    for rule in app.url_map.iter_rules():
        if rule.rule in PUBLIC or "GET" not in (rule.methods or set()):
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        answer = client.get(path)
        assert answer.status_code == 303, path
        assert answer.location.startswith("/masuk"), path
        seen += 1
    assert seen >= 5


def test_every_form_refuses_without_its_token(world: World, flags: list[int], sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    for rule in world.app().url_map.iter_rules():
        if "POST" in (rule.methods or set()):
            answer = reader.client.post(
                re.sub(r"<[^>]+>", "1", rule.rule), data={"alasan": "dukungan", "catatan": "catatan saya"}
            )
            assert answer.status_code == 400, rule.rule
            assert "kedaluwarsa" in answer.text
            assert "catatan saya" in answer.text, "what was written is not lost"
    assert world.store.decisions.history(flags[0]) == []


def test_a_token_of_another_session_is_refused(sign_in: SignIn, flags: list[int], world: World) -> None:
    mine, theirs = sign_in("pemantau"), sign_in("peninjau")
    answer = mine.client.post(
        f"/tanda/{flags[0]}/putuskan", data={"csrf_token": theirs.token(), "alasan": "dukungan", "terakhir": ""}
    )
    assert answer.status_code == 400
    assert world.store.decisions.history(flags[0]) == []


@pytest.mark.parametrize(("name", "secret"), [("pemantau", "salah-sama-sekali"), ("tidak.ada", PASSWORD), ("", "")])
def test_a_failed_login_says_the_same_whatever_was_wrong(world: World, name: str, secret: str) -> None:
    reader = Reader(world.app().test_client())
    answer = reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": name, "sandi": secret})
    assert answer.status_code == 401
    assert "tidak cocok" in answer.text
    assert reader.get("/antrean").status_code == 303


def test_login_renews_the_session_and_logout_ends_it(world: World, flags: list[int]) -> None:
    reader = Reader(world.app().test_client())
    before = reader.token("/masuk")
    with reader.client.session_transaction() as session:
        session["tanam"] = "dari penyerang"
    answer = reader.client.post("/masuk", data={"csrf_token": before, "nama": "pemantau", "sandi": PASSWORD})
    assert answer.location == "/"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    with reader.client.session_transaction() as session:
        assert "tanam" not in session
        assert session["sid"]
    assert reader.token() != before
    assert reader.send("/keluar").location == "/masuk"
    assert "sudah keluar" in reader.get("/masuk").text
    assert reader.get("/antrean").status_code == 303


def test_a_session_ends_after_twelve_hours_and_with_the_user(world: World, reader: Reader) -> None:
    assert reader.get("/antrean").status_code == 200
    world.store.users.deactivate(world.monitor.user_id)
    assert reader.get("/antrean").status_code == 303


def test_a_session_does_not_outlive_its_hours(world: World, reader: Reader) -> None:
    world.clock.now += timedelta(hours=12)
    assert reader.get("/antrean").status_code == 303


@pytest.mark.parametrize(
    "onward", ["https://jahat.invalid/", "//jahat.invalid", "/\\jahat.invalid", "javascript:alert(1)", "/a\nb", "jahat"]
)
def test_login_never_leads_to_another_site(world: World, onward: str) -> None:
    reader = Reader(world.app().test_client())
    answer = reader.client.post(
        "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": "pemantau", "sandi": PASSWORD, "lanjut": onward}
    )
    assert answer.location == "/"


def test_login_leads_to_the_page_that_was_asked_for(world: World, flags: list[int]) -> None:
    reader = Reader(world.app().test_client())
    assert reader.get("/antrean?tingkat=tinggi").location == "/masuk?lanjut=/antrean?tingkat%3Dtinggi"
    answer = reader.client.post(
        "/masuk",
        data={
            "csrf_token": reader.token("/masuk"),
            "nama": "pemantau",
            "sandi": PASSWORD,
            "lanjut": "/antrean?tingkat=tinggi",
        },
    )
    assert answer.location == "/antrean?tingkat=tinggi"


def test_the_demo_shows_its_password_and_an_office_does_not(world: World) -> None:
    assert PASSWORD in world.app().test_client().get("/masuk").text
    assert PASSWORD not in world.app(demo=False).test_client().get("/masuk").text


@pytest.mark.parametrize(
    "path", ["/masuk", "/antrean", "/tanda/1", "/ringkasan", "/bantuan", "/nihil", "/static/app.js", "/sehat"]
)
def test_every_answer_carries_the_guards(reader: Reader, path: str) -> None:
    headers = reader.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    if not path.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/masuk", "/antrean", "/tanda/1", "/ringkasan", "/bantuan"])
def test_no_page_holds_inline_script_or_style_or_weighs_much(reader: Reader, path: str) -> None:
    if path == "/masuk":
        reader.send("/keluar")
    page = reader.get(path).text
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) is None
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert '<html lang="id">' in page
    static = Path(__import__("monitor.web", fromlist=["web"]).__file__).parent / "static"
    shared = sum((static / name).stat().st_size for name in ("app.css", "app.js", "htmx.min.js", "logo.svg"))
    assert len(page) + shared < 150_000


def test_a_strange_host_is_refused(reader: Reader) -> None:
    for host in ("jahat.invalid", "127.0.0.1.jahat.invalid"):
        answer = reader.client.get("/masuk", headers={"Host": host})
        assert answer.status_code == 400
        assert host not in answer.text
    assert reader.client.get("/masuk", headers={"Host": "127.0.0.1:8350"}).status_code in {200, 303}


def test_behind_a_proxy_cookies_are_secure_and_only_the_public_name_is_served(tmp_path: Path) -> None:
    world = World(tmp_path, behind="proxy", public_name="netra.contoh.invalid")
    client = world.app().test_client()
    secure = {"Host": "netra.contoh.invalid", "X-Forwarded-Proto": "https"}
    answer = client.get("/masuk", headers=secure)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-netra=")
    assert "Secure" in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert client.get("/masuk", headers={**secure, "Host": "127.0.0.1"}).status_code == 400
    world.close()


def test_a_short_secret_is_refused_and_never_shown(world: World) -> None:
    short = Services(world.config, world.store, world.archive, world.clock, "pendek")
    with pytest.raises(NetraError, match="kunci rahasia"):
        create_app(short)
    assert "pendek" not in repr(short)


def test_too_large_a_form_is_refused(reader: Reader) -> None:
    answer = reader.send("/tanda/1/putuskan", catatan="a" * 100_000)
    assert answer.status_code == 413
    assert "Persingkat" in answer.text


def test_an_unexpected_error_tells_nothing_of_the_inside(world: World, reader: Reader) -> None:
    world.store.close()
    answer = reader.get("/sehat")
    assert answer.status_code == 500
    assert "Traceback" not in answer.text


def test_only_some_roles_decide(sign_in: SignIn, flags: list[int], world: World) -> None:
    auditor = sign_in("auditor")
    assert auditor.get(f"/tanda/{flags[0]}").status_code == 200
    assert 'name="alasan"' not in auditor.get(f"/tanda/{flags[0]}").text
    assert auditor.decide(flags[0], "dukungan").status_code == 403
    assert world.store.decisions.history(flags[0]) == []
    assert Role.AUDITOR in world.auditor.roles
