"""Attacks on the page that need no browser: every one has to fail, on every address that the application answers."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from monitor.models import Role, State
from tests.fakes_web import PASSWORD, World
from tests.hostile_office import EVALUATED, LINKS, MARK, TEXTS, HostileOffice, addresses, everybody
from tests.web.conftest import Reader

FIELDS = (
    "nama", "sandi", "kode", "lama", "baru", "ulang", "alasan", "catatan", "saringan", "terakhir", "kembali", "bahasa",
    "lanjut", "cari", "tautan", "orang", "kata", "isi", "naskah", "judul", "penerus", "peran", "wilayah", "pengguna",
    "gambar", "sel", "hal", "why", "tempat", "jenis", "sejak", "sampai", "nomor",
)  # fmt: skip


def rest_long(now: list[str], later: list[str]) -> list[object]:
    """Try a few values every time, and all of them in the long campaign."""
    return [*now, *(pytest.param(one, marks=pytest.mark.long) for one in later)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileOffice]:
    """One hostile office for all that changes nothing."""
    made = HostileOffice(tmp_path_factory.mktemp("serangan"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def app(shared: HostileOffice) -> Flask:
    return shared.app()


def reader_of(app: Flask, name: str) -> Reader:
    reader = Reader(app.test_client())
    answer = reader.client.post("/masuk", data={"csrf_token": reader.token("/masuk"), "nama": name, "sandi": PASSWORD})
    assert answer.status_code == 303
    return reader


@pytest.fixture(scope="module")
def readers(shared: HostileOffice, app: Flask) -> dict[str, Reader]:
    return {one.username: reader_of(app, one.username) for one in everybody(shared)}


def no_attack_in(page: str, where: str) -> None:
    """See that no hostile text stands in a page as anything but text."""
    outside = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    for tag in re.findall(r"<[a-zA-Z/!][^<>]*>", outside):
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', '""', tag)
        assert not re.search(r"[\s/]on[a-z]+\s*=", bare, re.IGNORECASE), (where, tag)
        assert not re.search(r"[\s/]style\s*=", bare, re.IGNORECASE), (where, tag)
        assert not re.match(r"<(iframe|object|embed|base)\b", tag, re.IGNORECASE), (where, tag)
        for name, value in re.findall(r'(href|src|action|formaction|content)="([^"]*)"', tag):
            assert not re.match(r"\s*(javascript|data|vbscript|blob|file):", value, re.IGNORECASE), (where, name, value)
            if name in {"src", "action", "formaction"}:
                assert re.match(r"/(?!/)", value), (where, tag)
    assert f"<script>window.{MARK}" not in page, where
    assert EVALUATED not in page, f"{where}: a template was evaluated"


def test_no_stored_attack_becomes_markup_on_any_page_for_anybody(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader]
) -> None:
    pages = 0
    for name, reader in readers.items():
        for rule, path in addresses(app, shared.places(), "GET"):
            answer = reader.get(path)
            assert answer.status_code < 500, (name, path, answer.status_code)
            if answer.mimetype == "text/html":
                no_attack_in(answer.text, f"{name} {path}")
                pages += 1
            elif answer.status_code == 200:
                assert answer.mimetype not in {"application/javascript", "text/xml"}, rule.rule
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert pages > 100


@pytest.mark.parametrize("text", rest_long([TEXTS[0], TEXTS[7], TEXTS[8], LINKS[0]], [*TEXTS[1:7], *LINKS[1:]]))
def test_nothing_that_an_address_says_comes_back_as_markup(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader], text: str
) -> None:
    asked = urlencode(dict.fromkeys(FIELDS, text), errors="surrogatepass")
    for _rule, path in addresses(app, shared.places(), "GET"):
        answer = readers["koordinator"].client.get(path, query_string=asked, buffered=True)
        assert answer.status_code < 500, (path, answer.status_code)
        if answer.mimetype == "text/html":
            no_attack_in(answer.text, path)
        for name, value in answer.headers:
            assert "\n" not in value, (path, name)
            assert "\r" not in value, (path, name)
        assert not answer.headers.get("Location", "/").startswith(("//", "http", "javascript", "data")), path
        assert MARK not in answer.headers.get("Set-Cookie", "").split(";")[0].split("=")[0]


def test_every_answer_of_every_address_carries_the_guards(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader]
) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        for _rule, path in addresses(app, shared.places(), method):
            answer = readers["koordinator"].client.open(path, method=method, buffered=True)
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), path
            assert "unsafe" not in policy, path
            assert "data:" not in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert answer.headers["Cache-Control"] == "no-store", path
            assert "Server" not in answer.headers, path


def test_every_post_refuses_without_its_token_and_with_another_sessions(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader]
) -> None:
    before, head, forms = counts(shared), shared.store.audit.head(), 0
    other = readers["auditor"].token()
    for name in ("koordinator", "kepala", "penyusun", "pemantau"):
        for _rule, path in addresses(app, shared.places(), "POST"):
            forms += 1
            for data in ({}, {"csrf_token": ""}, {"csrf_token": other}, {"csrf_token": "x" * 500}):
                answer = readers[name].client.post(path, data=data, buffered=True)
                assert answer.status_code == 400, (name, path, answer.status_code)
            for kind in ("text/plain", "application/json"):
                answer = readers[name].client.post(path, data=b'{"a":1}', content_type=kind, buffered=True)
                assert answer.status_code == 400, (name, path, kind)
    assert forms > 80
    assert counts(shared) == before
    assert shared.store.audit.head() == head


def test_a_token_in_the_address_is_not_enough(shared: HostileOffice, readers: dict[str, Reader]) -> None:
    reader = readers["pemantau"]
    answer = reader.client.post(f"/tanda/{shared.plain}/putuskan?csrf_token={reader.token()}&alasan=dukungan")
    assert answer.status_code == 400


def counts(office: World) -> dict[str, int]:
    """Count every table but those that only remember looks and sessions."""
    db = office.store._connection.db
    quiet = {"views", "custody", "sessions", "login_failures", "row_ledger", "audit_chain", "audit_payloads"}
    return {
        name: db.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0]
        for name in office.store.tables()
        if name not in quiet
    }


def test_no_method_does_what_another_is_for(shared: HostileOffice, app: Flask, readers: dict[str, Reader]) -> None:
    before, reader = counts(shared), readers["koordinator"]
    for rule, path in addresses(app, shared.places(), "POST"):
        known = {
            method for other in app.url_map.iter_rules() if other.rule == rule.rule for method in other.methods or set()
        }
        for method in {"GET", "PUT", "DELETE", "PATCH", "TRACE"} - known:
            answer = reader.client.open(path, method=method, data={"csrf_token": reader.token()}, buffered=True)
            assert answer.status_code in {303, 400, 404, 405}, (method, path, answer.status_code)
        answer = reader.client.get(
            path, headers={"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}, buffered=True
        )
        assert answer.status_code < 500
    assert counts(shared) == before


def test_another_region_does_not_exist_on_any_address(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader]
) -> None:
    """A flag, a capture or a person of another region answers 404 to whoever may not see it, and changes nothing."""
    reader, before, tried = readers["jauh"], counts(shared), 0
    theirs = {**shared.places(), "flag_id": str(shared.plain)}
    for method in ("GET", "POST"):
        for rule, path in addresses(app, theirs, method):
            if not {"flag_id", "capture_id", "person_id"} & rule.arguments:
                continue
            tried += 1
            data = {"csrf_token": reader.token(), "alasan": "dukungan", "catatan": "mencoba", "terakhir": ""}
            answer = reader.client.open(path, method=method, data=data if method == "POST" else None, buffered=True)
            assert answer.status_code in {403, 404}, (method, path, answer.status_code)
            assert "Ratna Umpamawati" not in answer.text, path
    assert tried > 20
    assert counts(shared) == before


def test_lists_of_another_region_name_nobody_of_this_one(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader]
) -> None:
    for rule, path in addresses(app, shared.places(), "GET"):
        if not rule.arguments:
            answer = readers["jauh"].get(f"{path}?cari=Ratna&orang=Ratna&q=Ratna")
            assert "Umpamawati" not in answer.text, path


def test_an_auditor_changes_nothing_anywhere(tmp_path: Path) -> None:
    office = HostileOffice(tmp_path)
    app = office.app()
    reader, before = reader_of(app, "auditor"), counts(office)
    own = {"masuk", "akun", "faktor", "bahasa", "tampilan", "undangan", "oidc", "saringan"}
    for rule, path in addresses(app, office.places(), "POST"):
        if rule.endpoint.split(".")[0] in own:
            continue
        data = {"csrf_token": reader.token(), **dict.fromkeys(FIELDS, "1"), "alasan": "dukungan", "terakhir": ""}
        answer = reader.client.post(path, data=data, buffered=True)
        assert answer.status_code in {303, 400, 403, 404, 409, 413, 415, 422}, (path, answer.status_code)
        after = counts(office)
        assert after == before, (path, {name: after[name] for name in after if after[name] != before[name]})
    office.close()


def test_whoever_may_not_manage_cannot_raise_themselves(shared: HostileOffice, readers: dict[str, Reader]) -> None:
    for name, reader in readers.items():
        user = shared.user(name)
        if Role.ADMIN in user.roles:
            continue
        for act in ("peran", "undangan", "faktor", "pergi", "kembali"):
            assert reader.send(f"/petugas/{user.user_id}/{act}", peran="admin").status_code == 403
        assert shared.user(name).roles == user.roles


@pytest.mark.parametrize(
    "path",
    [
        "/static/../application.py", "/static/..%2fapplication.py", "/static/%2e%2e/%2e%2e/config.yaml",
        "/static//etc/passwd", "/static/....//....//etc/passwd", "/static/app.css%00.py", "/static/%5c..%5cauth.py",
        "/bukti/../../etc/passwd", "/bukti/1/..%2f..%2fnetra.sqlite", "/aturan/berkas/../../../etc/passwd",
        "/aturan/berkas/..%2f..%2fconfig.yaml", "/aturan/berkas/%2fetc%2fpasswd", "/aturan/berkas/asn/../../../config.yaml",
        "/aturan/beda/../../etc/passwd", "/tangkap/titipan/..%2f..%2fnetra.sqlite", "/tanda/1/gambar/..%2f..%2fnetra.sqlite",
        "/undangan/..%2f..%2fetc%2fpasswd", "/temuan/lama/..%2f..%2fetc%2fpasswd",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_its_folder(readers: dict[str, Reader], path: str) -> None:
    for name in ("koordinator", "penyusun"):
        answer = readers[name].get(path)
        assert answer.status_code in {303, 308, 400, 404}, path
        assert "root:" not in answer.text
        assert "legal_basis" not in answer.text
        assert b"SQLite format" not in answer.data


def test_evidence_comes_only_as_an_inert_attachment(shared: HostileOffice, readers: dict[str, Reader]) -> None:
    flag = shared.store.flags.get(shared.hostile[1])
    for version in (1, 2):
        answer = readers["pemantau"].get(f"/bukti/{flag.flag_id}/{version}")
        assert answer.status_code == 200
        assert answer.mimetype == "text/plain"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    "onward",
    ["//jahat.invalid", "https://jahat.invalid", "/\\jahat.invalid", "/%2f%2fjahat.invalid/..", "\thttps://jahat.invalid",
     "/\tjahat", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "///jahat.invalid", "/\x00//jahat.invalid"],
)  # fmt: skip
def test_no_form_leads_to_another_site(app: Flask, readers: dict[str, Reader], onward: str) -> None:
    for path, fields in (
        ("/bahasa", {"bahasa": "id", "kembali": onward}),
        ("/tampilan", {"kembali": onward, "tema": "gelap"}),
    ):
        answer = readers["pemantau"].send(path, **fields)
        assert answer.status_code in {303, 400, 404}
        assert not re.match(r"^(//|https?:|javascript:)", answer.headers.get("Location", "/")), (path, onward)
    fresh = Reader(app.test_client())
    answer = fresh.client.post(
        "/masuk",
        data={"csrf_token": fresh.token("/masuk"), "nama": "pemantau", "sandi": PASSWORD, "lanjut": onward},
    )
    assert not re.match(r"^(//|/\\|https?:|javascript:)", answer.location), onward
    assert "x=1" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "host", ["jahat.invalid", "127.0.0.1.jahat.invalid", "127.0.0.1:8350@jahat.invalid", "jahat.invalid:80", "localhost.jahat",
             "127.0.0.1,jahat.invalid", "[::ffff:jahat]", "127.0.0.1\tjahat", "", "127.0.0.1:99999999"],
)  # fmt: skip
def test_a_strange_host_is_refused_and_never_repeated(app: Flask, host: str) -> None:
    client = app.test_client()
    for path in ("/masuk", "/antrean", "/undangan/x", "/masuk/penyedia"):
        answer = client.get(path, headers={"Host": host, "X-Forwarded-Host": "jahat.invalid"})
        assert answer.status_code in {303, 400, 200}
        assert "jahat" not in answer.text
        assert "jahat" not in answer.headers.get("Location", "")
        if "jahat" in host:
            assert answer.status_code == 400, host


def test_forwarded_headers_of_strangers_change_nothing(world: World) -> None:
    """At home no proxy was declared: nobody can hide their address or pretend to come over TLS."""
    client = world.app().test_client()
    told = {"X-Forwarded-For": "198.51.100.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "jahat.invalid"}
    reader = Reader(client)
    reader.client.post(
        "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": "pemantau", "sandi": PASSWORD}, headers=told
    )
    assert "198.51.100.9" not in reader.get("/akun").text


# Refused halfway, the parser lets go of the parts it had: they are closed by being forgotten, which Python mentions.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_oversized_and_overfull_forms_are_refused_quickly(shared: HostileOffice, readers: dict[str, Reader]) -> None:
    reader, started = readers["pemantau"], time.monotonic()
    token, path = reader.token(), f"/tanda/{shared.plain}/putuskan"
    assert reader.client.post(path, data={"csrf_token": token, "catatan": "a" * 200_000}).status_code == 413
    many = {f"kunci{number}": "x" for number in range(5000)}
    assert reader.client.post(path, data={"csrf_token": token, **many}).status_code in {400, 413}
    parts = {f"bagian{number}": (io.BytesIO(b"x"), f"{number}.png") for number in range(400)}
    answer = reader.client.post(
        "/tangkap", data={"csrf_token": token, **parts}, content_type="multipart/form-data", buffered=True
    )
    assert answer.status_code in {400, 413}
    endless = b"--b\r\n" + b"Content-Disposition: form-data; name=a\r\nX: " + b"y" * 3_000_000
    answer = reader.client.post("/tangkap", data=endless, content_type="multipart/form-data; boundary=b", buffered=True)
    assert answer.status_code in {400, 413}
    nested = b"\r\n".join([b"--b", b"Content-Disposition: form-data; name=a", b""]) * 3000
    answer = reader.client.post(path, data=nested, content_type="multipart/form-data; boundary=b", buffered=True)
    assert answer.status_code in {400, 413}
    assert reader.get("/antrean?" + "&".join(f"a{n}=1" for n in range(3000))).status_code in {200, 400, 414}
    assert reader.get("/antrean?cari=" + "%F0%9F%98%80" * 2000).status_code in {200, 400, 414}
    assert time.monotonic() - started < 30
    assert shared.store.decisions.history(shared.plain) == []


@pytest.mark.parametrize(
    "hostile",
    rest_long(
        [TEXTS[0], TEXTS[8], "9" * 400], [*TEXTS[1:8], "\x00", "\ud800", "’" * 500, "٣", "1e309", "-1", "NaN", "[]"]
    ),
)
def test_no_hostile_value_of_a_field_breaks_a_form(
    shared: HostileOffice, app: Flask, readers: dict[str, Reader], hostile: str
) -> None:
    """Every form, every field: an answer that explains, never an error of the program."""
    value = hostile.encode("utf-8", "surrogatepass")
    for name in ("koordinator", "penyusun"):
        reader = readers[name]
        for rule, path in addresses(app, shared.places(), "POST"):
            if rule.endpoint in {"masuk.leave", "masuk.submit", "akun.end_others", "faktor.answer"}:
                continue
            data = {"csrf_token": reader.token(), **dict.fromkeys(FIELDS, value)}
            answer = reader.client.post(path, data=data, buffered=True)
            assert answer.status_code < 500, (name, path, answer.status_code)
            if answer.mimetype == "text/html":
                no_attack_in(answer.text, f"{name} {path}")
    assert shared.store.audit.verify().ok


def test_a_tampered_or_forged_cookie_opens_nothing(shared: HostileOffice, app: Flask) -> None:
    reader = reader_of(app, "pemantau")
    cookie = reader.client.get_cookie("netra")
    assert cookie is not None
    body, stamped, signature = cookie.value.rsplit(".", 2)
    turned = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    for value in (
        f"{body}.{stamped}.{turned}", f"{body}.{stamped}", "eyJ1c2VyX2lkIjoxfQ.aAAAAA.AAAA", "", "null", "x" * 4000,
        f"{body[:-3]}AAA.{stamped}.{signature}",
    ):  # fmt: skip
        client = app.test_client()
        client.set_cookie("netra", value)
        assert client.get("/antrean").status_code == 303, value[:40]
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(user_id=1, sid="karangan", since=shared.clock().isoformat(), admin=True)
    assert client.get("/antrean").status_code == 303, "even the key alone opens nothing: sessions live on the server"


def test_a_planted_session_is_never_anybodys(shared: HostileOffice, app: Flask) -> None:
    """Fixation: what an attacker puts into the victim's browser is gone at the sign-in, the id is always new."""
    thief = reader_of(app, "auditor")
    with thief.client.session_transaction() as session:
        planted = dict(session)
    victim = Reader(app.test_client())
    with victim.client.session_transaction() as session:
        session.update(planted)
    victim.client.post("/masuk", data={"csrf_token": victim.token("/bantuan"), "nama": "pemantau", "sandi": PASSWORD})
    with victim.client.session_transaction() as session:
        assert session["sid"] != planted["sid"]
    assert thief.get("/antrean").status_code == 303, "the planted session ended when the victim signed in over it"


def test_brute_force_is_slowed_until_it_is_hopeless(tmp_path: Path) -> None:
    """A thousand guesses as fast as the page answers, from one address and from many: a few dozen are even looked at."""
    world = World(tmp_path)
    app, looked_at = world.app(), 0
    for number in range(400):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number % 100}"
        reader = Reader(client)
        answer = client.post(
            "/masuk", data={"csrf_token": reader.token("/masuk"), "nama": "pemantau", "sandi": f"tebakan {number}"}
        )
        looked_at += answer.status_code == 401
        world.clock.now += timedelta(seconds=1)
    assert looked_at < 25
    assert any(one.action == "masuk_ditahan" for one in world.store.audit.entries(limit=1000))
    world.close()


def test_no_page_ranks_the_staff(shared: HostileOffice, app: Flask, readers: dict[str, Reader]) -> None:
    """No page counts decisions by person: no leaderboard, whatever it is called."""
    for name in ("koordinator", "kepala", "auditor"):
        for rule, path in addresses(app, shared.places(), "GET"):
            answer = readers[name].get(path)
            if answer.mimetype != "text/html":
                continue
            for word in ("peringkat", "terbanyak", "tercepat", "juara", "leaderboard", "papan skor", "pemenang pekan"):
                said = re.sub(r"<[^>]+>", " ", answer.text).casefold()
                assert not re.search(rf"\b{word}\b (petugas|peninjau|pemantau|reviewer)", said), (rule.rule, word)


def test_states_are_untouched_after_all_of_this(shared: HostileOffice) -> None:
    assert shared.store.flags.get(shared.plain).state is State.NEW
    assert shared.store.audit.verify().ok
