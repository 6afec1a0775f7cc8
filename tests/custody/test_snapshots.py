"""Real Chromium before a real loopback site: a picture, a snapshot and media; nothing private is reached."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from monitor.config import Config, EvidenceSettings
from monitor.custody import snapshots
from monitor.errors import NotAllowedError
from monitor.fetch import Camera, Shot, Surroundings
from monitor.fetch.guard import guarded
from monitor.models import Outcome, Page, Request
from monitor.store import PieceKind, Touch
from tests.custody.office import Kept, fill
from tests.custody.test_pack import config
from tests.fakes import FakeClock
from tests.fakes_fetch import polite_client
from tests.fakes_store import an_item, flag_all
from tests.server.plain import Quiet, serving

CHROMIUM = Path("/usr/bin/chromium")
browser = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true",
        reason="Chromium is not installed at /usr/bin/chromium: apt-get install chromium",
    ),
]


@dataclass
class Site:
    host: str = ""
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def serve(pages: dict[str, tuple[str, bytes]]) -> Iterator[Site]:
    site = Site(pages=pages)

    class Handler(Quiet):
        def asked(self) -> None:
            site.asked.append(self.path)
            kind, body = site.pages.get(self.path, ("text/plain", b""))
            self.answer(200 if self.path in site.pages else 404, kind, body)

    with serving(Handler) as host:
        site.host = host
        yield site


def around() -> Surroundings:
    clock = FakeClock()
    return Surroundings(clock=clock, sleep=clock.sleep, jitter=lambda: 0.5)


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


def camera(*allowed: str) -> Camera:
    return Camera(CHROMIUM, around(), allowed=allowed, sandbox=os.geteuid() != 0)


@pytest.mark.browser
@browser[1]
def test_a_page_is_taken_and_what_is_private_stays_unreached() -> None:
    with serve({"/rahasia.png": ("image/png", png())}) as inner:
        body = (
            "<!doctype html><title>Warta</title><body style='background:#0a0;margin:0'><h1>Ayo nomor satu</h1>"
            f"<div style='height:3000px'></div><img src='http://{inner.host}/rahasia.png'>"
            "<img src='http://169.254.169.254/latest/meta-data'><img src='file:///etc/passwd'>"
        ).encode()
        with serve({"/": ("text/html", body)}) as site:
            shot = camera(site.host).take(f"http://{site.host}/")
        assert inner.asked == []
    assert shot.error == ""
    picture = Image.open(io.BytesIO(shot.picture))
    assert picture.width == 1280
    assert picture.height > 3000
    assert picture.convert("RGB").getpixel((1000, 2000)) == (0, 170, 0)
    assert b"Ayo nomor satu" in shot.snapshot
    assert b"root:" not in shot.snapshot
    assert inner.host in shot.refused
    assert any(one.startswith("169.254.169.254") for one in shot.refused)


@pytest.mark.parametrize(
    ("url", "said"), [("file:///etc/passwd", "http dan https"), ("http://u:p@a.example/", "kata sandi")]
)
def test_strange_addresses_never_reach_the_browser(url: str, said: str) -> None:
    assert said in camera().take(url).error


def test_without_chromium_or_as_root_it_says_so(tmp_path: Path) -> None:
    assert "tidak ada di" in Camera(tmp_path / "chromium", around()).take("https://a.example/").error
    if os.geteuid() == 0:
        assert "root" in Camera(Path("/bin/sh"), around()).take("https://a.example/").error


def test_a_program_that_is_no_chromium_is_survived() -> None:
    shot = Camera(Path("/bin/true"), around(), sandbox=False).take("https://a.example/")
    assert "tidak dapat ditangkap" in shot.error


def test_the_proxy_counts_bytes_and_refuses_strange_ports() -> None:
    import socket  # noqa: PLC0415 - speaks to the proxy as a browser would

    with serve({"/": ("text/plain", b"x" * 400_000)}) as site, guarded(around(), [site.host], 100_000, 10) as proxy:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as one:
            one.sendall(f"GET http://{site.host}/ HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode())
            got = 0
            while part := one.recv(65_536):
                got += len(part)
        assert got < 300_000
        assert proxy.exhausted
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as one:
            one.sendall(b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 403")
        assert proxy.refused == ["127.0.0.1:22"]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = fill(tmp_path / "kantor")
    yield made
    made.store.close()


def with_switch(kept: Kept, *sources: str) -> Config:
    basis = "Ketua Contoh, 1 Juni 2025, ketentuan layanan situs mengizinkan"
    chosen = EvidenceSettings(snapshot_sources=sources, snapshot_basis=basis if sources else "")
    return config(kept.folder).model_copy(update={"evidence": chosen})


def test_only_sources_that_somebody_decided_on_and_off_by_default(kept: Kept) -> None:
    client = polite_client()
    for settings in (with_switch(kept), with_switch(kept, "lain")):
        with pytest.raises(NotAllowedError, match="snapshot_sources"):
            snapshots.take(kept.store, kept.archive, settings, kept.flags[0], camera().take, client.fetch)
    with pytest.raises(ValueError, match="snapshot_basis"):
        EvidenceSettings(snapshot_sources=("warta",))
    assert Config.model_fields["evidence"].default.snapshot_sources == ()


@pytest.mark.browser
@browser[1]
def test_page_picture_and_media_join_the_case(kept: Kept) -> None:
    page = "<meta property='og:image' content='/foto.png'><meta property='og:image' content='/bukan.png'><p>Ayo</p>"
    pages = {
        "/": ("text/html", page.encode()),
        "/foto.png": ("image/png", png()),
        "/bukan.png": ("image/png", b"<svg>"),
    }
    with serve({**pages, "/robots.txt": ("text/plain", b"User-agent: *\nAllow: /\n")}) as site:
        client = polite_client(hosts=[site.host])
        answer = client.fetch(Request(f"http://{site.host}/", "page"))
        held = kept.archive.capture(answer)
        kept.store.recordings.record(held, "warta", 1, answer, Outcome.OK_ITEMS)
        item = an_item("web", "Ayo", source_id="warta", url=f"http://{site.host}/")
        kept.store.items.save_page(
            source_id="warta", run_id=1, response=answer, page=Page(Outcome.OK_ITEMS, (item,)),
            evidence_sha256=held.body_sha256,
        )  # fmt: skip
        flag_id = flag_all(kept.store, kept.store.roster.persons(), kept.store.items.unscreened(5), "d2")[-1]
        done = snapshots.take(
            kept.store, kept.archive, with_switch(kept, "warta"), flag_id, camera(site.host).take, client.fetch
        )
        assert kept.store.custody.unpictured({"warta"}, 10) == kept.flags
        assert kept.store.custody.unpictured({"lain"}, 10) == []
        nobody = lambda _url: Shot(error="tidak terjangkau")  # noqa: E731
        failed = snapshots.take_new(kept.store, kept.archive, with_switch(kept, "warta"), nobody, client.fetch)
        assert len(failed) == 3
        assert kept.store.custody.unpictured({"warta"}, 10) == []
    assert done.pieces == 3
    assert any("bukan gambar" in one for one in done.problems)
    kinds = {one.kind for one in kept.store.custody.pieces(flag_id=flag_id)}
    assert {PieceKind.SCREENSHOT, PieceKind.PAGE, PieceKind.MEDIA} <= kinds
    entry = kept.store.custody.log(flag_id)[-1]
    assert entry.act is Touch.SNAPSHOT
    assert entry.why.startswith("Ketua Contoh")
    assert kept.verify().ok
