"""Signing in through an identity provider: the way there and back, and every lie on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from monitor.fetch import build_provider
from monitor.models import Role
from monitor.store import IdentityKind
from monitor.web import Services, create_app
from tests.fakes_web import World
from tests.server_provider import CLIENT, InventedProvider, provided


@dataclass
class Sso:
    """An office with a provider, and Sinta, who is linked with it."""

    world: World
    provider: InventedProvider
    app: Flask

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def leave(self, client: FlaskClient) -> str:
        """Follow the link on the login page; gives the provider's address with all that it is asked."""
        answer = client.get("/masuk/penyedia")
        assert answer.status_code == 303
        assert answer.location.startswith(f"{self.provider.issuer}/masuk?"), answer.location
        return answer.location

    def walk(self, client: FlaskClient) -> TestResponse:
        return client.get(self.provider.approve(self.leave(client)))

    def inside(self, client: FlaskClient) -> bool:
        return client.get("/antrean").status_code == 200

    def reasons(self) -> list[str]:
        entries = self.world.store.audit.entries(limit=500)
        return [one.payload for one in entries if one.action == "masuk_penyedia_gagal"]


@pytest.fixture
def sso(tmp_path: Path) -> Iterator[Sso]:
    probe = InventedProvider(clock=None)
    with provided(probe) as provider:
        oidc = {"issuer": provider.issuer, "client_id": CLIENT, "allow_private": [f"127.0.0.1:{provider.port}"]}
        world = World(tmp_path, oidc=oidc, second_factor=["admin"])
        provider.clock = world.clock
        door = build_provider(world.config.web.oidc, world.clock, lambda _seconds: None)
        base = world.services()
        app = create_app(
            Services(world.config, world.store, world.archive, world.clock, base.secret_key, provider=door)
        )
        world.store.identities.link(world.monitor.user_id, provider.issuer, IdentityKind.SUBJECT, "s-sinta")
        world.seed()
        yield Sso(world, provider, app)
        world.close()


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_a_linked_person_comes_in(sso: Sso, kind: str) -> None:
    sso.provider.kind = kind
    client = sso.browser()
    assert "/masuk/penyedia" in client.get("/masuk").text
    answer = sso.walk(client)
    assert answer.status_code == 200, "a page of our own goes on: a redirect would lose the strict cookie"
    assert 'http-equiv="refresh" content="0;url=/"' in answer.text
    assert sso.inside(client)
    assert sso.reasons() == []
    session = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("netra=")]
    assert "SameSite=Strict" in session[0]


def test_what_is_asked_of_the_provider_is_bound_to_this_walk(sso: Sso) -> None:
    first, second = (parse_qs(urlsplit(sso.leave(sso.browser())).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name][0]) >= 43
    assert first["redirect_uri"] == ["http://127.0.0.1:8350/masuk/penyedia/kembali"]
    cookies = sso.browser().get("/masuk/penyedia").headers.getlist("Set-Cookie")
    held = next(one for one in cookies if one.startswith("netra-penyedia="))
    assert "HttpOnly" in held
    assert "SameSite=Lax" in held


@pytest.mark.parametrize("kind", ["none", "HS256", "asing", "PS256"])
def test_a_token_that_was_not_signed_by_the_provider_is_refused(sso: Sso, kind: str) -> None:
    sso.provider.kind = kind
    client = sso.browser()
    assert sso.walk(client).location == "/masuk"
    assert not sso.inside(client)
    assert sso.reasons()
    assert "tidak berhasil" in client.get("/masuk").text


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "yang-lain"}, {"nonce": None}, {"aud": "aplikasi-lain"}, {"aud": [CLIENT, "aplikasi-lain"]}, {"aud": None},
        {"iss": "https://jahat.invalid"}, {"iss": None}, {"azp": "aplikasi-lain"}, {"sub": None}, {"exp": None},
        {"exp": "besok"}, {"iat": None}, {"sub": "s-lain"}, {"sub": ""}, {"sub": ["s-sinta"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_lie_in_the_token_is_refused(sso: Sso, lies: dict[str, object]) -> None:
    sso.provider.lies = lies
    client = sso.browser()
    assert sso.walk(client).location == "/masuk"
    assert not sso.inside(client)
    assert len(sso.reasons()) == 1


@pytest.mark.parametrize(
    ("times", "let_in"),
    [
        ({"exp": 30}, True), ({"exp": -59}, True), ({"exp": -61}, False), ({"exp": -86_400}, False), ({"iat": 59}, True),
        ({"iat": 120}, False), ({"iat": -700}, False), ({"nbf": 30}, True), ({"nbf": 300}, False),
    ],
)  # fmt: skip
def test_times_are_judged_by_the_offices_clock_with_a_minute_of_grace(
    sso: Sso, times: dict[str, int], let_in: bool
) -> None:
    now = int(sso.world.clock().timestamp())
    sso.provider.lies = {name: now + seconds for name, seconds in times.items()}
    client = sso.browser()
    sso.walk(client)
    assert sso.inside(client) is let_in


@pytest.mark.parametrize("head", [{"kid": "entah"}, {"kid": "e1"}, {"kid": None}, {"kid": ["r1"]}], ids=str)
def test_a_key_that_does_not_fit_its_name_is_refused(sso: Sso, head: dict[str, object]) -> None:
    sso.provider.header = {} if head["kid"] is None else head
    if head["kid"] is None:
        sso.provider.kind = "asing"
    client = sso.browser()
    try:
        sso.walk(client)
    except TypeError:
        pytest.skip("the library refuses to write such a head")
    assert not sso.inside(client)


def test_the_answer_to_another_browser_is_refused(sso: Sso) -> None:
    """An attacker's own answer handed to a victim signs nobody in (login CSRF), and a stolen one opens nothing."""
    attacker, victim = sso.browser(), sso.browser()
    answer = sso.provider.approve(sso.leave(attacker))
    assert victim.get(answer).location == "/masuk"
    assert not sso.inside(victim)
    sso.leave(victim)
    assert victim.get(answer).location == "/masuk", "a walk of its own does not help"
    assert not sso.inside(victim)


def test_an_answer_works_once_and_for_ten_minutes(sso: Sso) -> None:
    client = sso.browser()
    answer = sso.provider.approve(sso.leave(client))
    held = client.get_cookie("netra-penyedia")
    assert held is not None
    assert client.get(answer).status_code == 200
    client.set_cookie("netra-penyedia", held.value)
    assert client.get(answer).location == "/masuk"
    late = sso.browser()
    answer = sso.provider.approve(sso.leave(late))
    sso.world.clock.now += timedelta(minutes=11)
    assert late.get(answer).location == "/masuk"
    assert not sso.inside(late)


@pytest.mark.parametrize(
    "query", ["", "?state=x", "?state=&code=x", "?state=%00&code=x", "?error=access_denied&state=y"]
)
def test_an_answer_out_of_nowhere_is_refused(sso: Sso, query: str) -> None:
    client = sso.browser()
    sso.leave(client)
    assert client.get(f"/masuk/penyedia/kembali{query}").location == "/masuk"
    assert not sso.inside(client)


def test_nobody_is_made_by_the_provider(sso: Sso) -> None:
    before = sso.world.store.users.list()
    sso.provider.subject = "orang-asing"
    client = sso.browser()
    assert sso.walk(client).location == "/masuk"
    assert sso.world.store.users.list() == before


def test_who_left_the_office_does_not_come_in_by_the_side_door(sso: Sso) -> None:
    sso.world.store.users.deactivate(sso.world.monitor.user_id)
    client = sso.browser()
    assert sso.walk(client).location == "/masuk"
    assert not sso.inside(client)


@pytest.mark.parametrize(("verified", "let_in"), [(True, True), (False, False), ("true", False), (None, False)])
def test_an_address_counts_only_when_the_provider_proved_it(sso: Sso, verified: object, let_in: bool) -> None:
    sso.world.store.identities.link(
        sso.world.second.user_id, sso.provider.issuer, IdentityKind.EMAIL, "tomo@contoh.invalid"
    )
    sso.provider.subject, sso.provider.email = "s-baru", "Tomo@Contoh.invalid"
    sso.provider.lies = {"email_verified": verified}
    client = sso.browser()
    sso.walk(client)
    assert sso.inside(client) is let_in


def test_a_subject_and_an_address_of_two_people_let_nobody_in(sso: Sso) -> None:
    sso.world.store.identities.link(
        sso.world.second.user_id, sso.provider.issuer, IdentityKind.EMAIL, "tomo@contoh.invalid"
    )
    sso.provider.email = "tomo@contoh.invalid"
    client = sso.browser()
    assert sso.walk(client).location == "/masuk"
    assert not sso.inside(client)


def test_the_second_factor_is_still_asked_for(sso: Sso) -> None:
    store = sso.world.store
    admin = store.users.create("kepala", "Xena Kepala", None, [Role.ADMIN])
    store.identities.link(admin.user_id, sso.provider.issuer, IdentityKind.SUBJECT, "s-kepala")
    sso.provider.subject = "s-kepala"
    client = sso.browser()
    sso.walk(client)
    assert client.get("/antrean").location == "/akun/faktor"
    store.factors.enrol(sso.world.monitor.user_id, "segel", 1, [])
    sso.provider.subject = "s-sinta"
    other = sso.browser()
    assert "url=/masuk/kode" in sso.walk(other).text
    assert not sso.inside(other)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://jahat.invalid"}, {"issuer": None}, {"authorization_endpoint": "http://jahat.invalid/masuk"},
        {"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": None}, {"authorization_endpoint": 7},
    ],
    ids=str,
)  # fmt: skip
def test_a_provider_that_names_others_is_not_followed(sso: Sso, discovery: dict[str, object]) -> None:
    sso.provider.discovery = discovery
    assert sso.browser().get("/masuk/penyedia").location == "/masuk"


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "where", ["http://127.0.0.2:9/x", "http://10.0.0.1/x", "file:///etc/passwd", "http://169.254.169.254/x"]
)
def test_the_page_asks_no_private_address_because_a_provider_says_so(sso: Sso, name: str, where: str) -> None:
    client = sso.browser()
    answer = sso.provider.approve(sso.leave(client))
    sso.provider.discovery = {name: where}
    assert client.get(answer).location == "/masuk"
    assert not sso.inside(client)


def test_a_provider_that_is_down_or_speaks_nonsense_is_told_kindly(sso: Sso) -> None:
    sso.provider.status = 503
    assert sso.browser().get("/masuk/penyedia").location == "/masuk"
    assert "503" in sso.reasons()[-1]


def test_a_secret_goes_by_header_and_never_by_address(sso: Sso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETRA_OIDC_SECRET", "rahasia:uji/1")
    client = sso.browser()
    sso.walk(client)
    assert sso.inside(client)
    told = [given["authorization"][0] for path, given in sso.provider.asked if path.endswith("/token")]
    assert told[0].startswith("Basic ")
    assert "rahasia" not in str([path for path, _ in sso.provider.asked])


def test_without_settings_there_is_no_side_door(tmp_path: Path) -> None:
    world = World(tmp_path)
    client = world.app().test_client()
    assert client.get("/masuk/penyedia").location == "/masuk"
    assert client.get("/masuk/penyedia/kembali?state=x&code=y").location == "/masuk"
    assert "/masuk/penyedia" not in client.get("/masuk").text
    world.close()
