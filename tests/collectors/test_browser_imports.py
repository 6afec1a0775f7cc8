"""What a person's browser saw: golden files, who is kept, who becomes a pseudonym, what is refused."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from monitor.app import App
from monitor.collectors import Watched
from monitor.models import (
    AccountRow,
    Appointment,
    Change,
    ItemKind,
    Outcome,
    PersonKind,
    Platform,
    RosterChange,
    RosterRow,
)
from tests.collectors.browser_office import AT, WATCHED, read
from tests.fakes import FakeClock
from tests.offices import make_office

GOLDEN = Path(__file__).parents[1] / "golden"
KINDS = {"zeeschuimer": "zeeschuimer", "ytdlp": "yt-dlp", "ekspor": "ekspor"}
FILES = sorted(
    path for folder in KINDS for path in (GOLDEN / folder).glob("*") if not path.name.endswith(".hasil.json")
)


@pytest.mark.parametrize("path", FILES, ids=[f"{one.parent.name}-{one.name}" for one in FILES])
def test_golden(path: Path) -> None:
    page = read(KINDS[path.parent.name], path.read_bytes(), f"masuk/{path.name}")
    plain = dataclasses.asdict(page)
    plain["kept"] = page.kept.decode().splitlines()
    text = json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"
    expected = path.with_name(path.name + ".hasil.json")
    if os.environ.get("NETRA_UPDATE_GOLDEN"):
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def zeeschuimer() -> bytes:
    return (GOLDEN / "zeeschuimer" / "contoh.ndjson").read_bytes()


def test_only_watched_accounts_are_kept_and_nobody_else_is_named() -> None:
    page = read("zeeschuimer", zeeschuimer())
    assert page.outcome is Outcome.OK_ITEMS
    for item in page.items:
        assert item.author is not None
        assert any(
            one.platform is item.platform
            and (one.native_id == item.author.native_id or one.handle.casefold() == item.author.handle.casefold())
            for one in WATCHED
        )
        owner = item.parent.owner if item.parent is not None else None
        if owner is not None and not any(owner.handle and owner.handle == one.handle for one in WATCHED):
            assert owner.native_id.startswith("samaran:")
            assert owner.handle == owner.display_name == ""
    said = repr(page.items) + page.kept.decode()
    for stranger in ("warga.biasa", "tt-888", "th-9", "Resep sayur"):
        assert stranger not in repr(page.items)
    assert "Resep sayur" not in said, "what a stranger posted is neither stored nor archived"


def test_a_comment_of_a_stranger_that_is_answered_is_context_without_a_name() -> None:
    page = read("zeeschuimer", zeeschuimer())
    reply = next(one for one in page.items if one.native_id == "7300000000000000013")
    assert reply.parent is not None
    assert reply.parent.text == "Saya warga biasa, pilih siapa ya"
    assert reply.parent.owner is not None
    assert reply.parent.owner.native_id.startswith("samaran:")


def test_the_same_name_with_another_id_is_somebody_else() -> None:
    ids = {one.native_id for one in read("zeeschuimer", zeeschuimer()).items}
    assert "1990000000000000001" in ids
    assert "1990000000000000004" not in ids
    video = read("yt-dlp", (GOLDEN / "ytdlp" / "contoh.info.json").read_bytes())
    assert "UgzUji3" not in {one.native_id for one in video.items}


def test_duplicates_become_one_and_the_newest_capture_wins() -> None:
    found = [one for one in read("zeeschuimer", zeeschuimer()).items if one.native_id == "7300000000000000001"]
    assert len(found) == 1
    assert "(suntingan)" in found[0].text
    turned = b"\n".join(reversed(zeeschuimer().splitlines()))
    again = [one for one in read("zeeschuimer", turned).items if one.native_id == "7300000000000000001"]
    assert [one.text for one in again] == [found[0].text]


def test_closed_places_are_not_read_and_everything_passed_over_is_said() -> None:
    page = read("zeeschuimer", zeeschuimer())
    said = "\n".join(page.problems)
    for words in (
        "akun tertutup",
        "unggahan grup",
        "belum dikenal",
        "tanpa `data`",
        "bukan JSON yang utuh",
        "bukan objek",
    ):
        assert words in said, words
    assert "3 tindakan akun lain tidak disimpan" in said
    assert not {"CxUji_4", "990002"} & {one.native_id for one in page.items}


@pytest.mark.parametrize("audience", [["besties"], {"kind": "besties"}, [], 0])
def test_a_story_for_an_audience_of_any_shape_is_not_read(audience: object) -> None:
    lines = (GOLDEN / "zeeschuimer" / "baru.ndjson").read_bytes().splitlines()
    line = next(one for one in lines if b'"besties"' in one)
    page = read("zeeschuimer", line.replace(b'"besties"', json.dumps(audience).encode()))
    assert page.items == ()
    assert "kalangan sendiri" in "\n".join(page.problems)


def test_a_share_and_a_reply_say_whose_post_it_was() -> None:
    by_id = {one.native_id: one for one in read("zeeschuimer", zeeschuimer()).items}
    share = by_id["1990000000000000002"]
    assert share.kind is ItemKind.SHARE
    assert share.parent is not None
    assert share.parent.owner is not None
    assert (share.parent.text, share.parent.owner.native_id) == ("Satu barisan", "kampanye-1-x")
    assert by_id["7300000000000000011"].parent.owner.handle == "contohbersinar"  # type: ignore[union-attr]
    assert by_id["1990000000000000003"].kind is ItemKind.COMMENT


def test_an_import_proves_nothing_about_who_is_not_in_it() -> None:
    page = read("zeeschuimer", zeeschuimer(), watched=(Watched(Platform.TIKTOK, "lain", "lain", rostered=True),))
    assert page.items == ()
    assert page.listed is None
    assert page.kept == b""
    assert "tidak membuktikan apa pun" in "\n".join(page.problems)


@pytest.mark.parametrize("kind", ["zeeschuimer", "yt-dlp", "ekspor"])
@pytest.mark.parametrize(
    "text",
    [
        "31/05/2025 08.15 - Pesan dan panggilan terenkripsi secara end-to-end.\n31/05/2025 08.16 - Sari: halo\n",
        "[31/05/25, 08.15.10] Sari Reka: halo\n[31/05/25, 08.15.11] Budi: hai\n[31/05/25, 08.16.00] Sari Reka: ya\n",
        "5/31/25, 8:15 AM - Messages and calls are end-to-end encrypted.\n5/31/25, 8:16 AM - Sari: halo\n",
    ],
)
def test_whatsapp_is_refused_and_nothing_of_it_is_kept(kind: str, text: str) -> None:
    for body in (text.encode(), b"\xef\xbb\xbf" + text.encode()):
        page = read(kind, body)
        assert page.outcome is Outcome.LEGALLY_OFF
        assert "percakapan pribadi" in page.detail
        assert (page.items, page.kept) == ((), b"")
        assert "halo" not in repr(page)


def test_a_packed_whatsapp_chat_is_refused_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("_chat.txt", "[31/05/25, 08.15.10] Sari: halo")
    assert read("ekspor", out.getvalue()).outcome is Outcome.LEGALLY_OFF


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("yt-dlp", b"{"), ("yt-dlp", b"[]"), ("yt-dlp", b'{"id": "a", "extractor_key": "Vimeo"}'), ("ekspor", b""),
        ("yt-dlp", b'{"extractor_key": "Youtube"}'), ("zeeschuimer", b"bukan json\n"), ("ekspor", b"a;b\n1;2\n"),
        ("zeeschuimer", b"[" * 100_000), ("yt-dlp", b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_whole_and_in_words(kind: str, body: bytes) -> None:
    page = read(kind, body)
    assert page.outcome is Outcome.SCHEMA_DRIFT
    assert page.detail
    assert page.items == ()


def test_numbers_keep_every_digit() -> None:
    line = {"source_platform": "tiktok.com", "timestamp_collected": 1, "data": {
        "id": 7300000000000000001, "desc": "x", "createTime": 1748600000, "author": {"uniqueId": "sari.reka"}}}  # fmt: skip
    (item,) = read("zeeschuimer", json.dumps(line).encode()).items
    assert item.native_id == "7300000000000000001"


def test_a_brought_file_goes_through_the_whole_run(tmp_path: Path) -> None:
    settings = make_office(tmp_path)
    text = settings.read_text("utf-8")
    start, end = text.index("sources:"), text.index("schedule:")
    own = "sources:\n  - {id: peramban, type: zeeschuimer, path: masuk/*.ndjson}\n"
    settings.write_text(text[:start] + own + text[end:], "utf-8")
    (tmp_path / "masuk").mkdir()
    (tmp_path / "masuk" / "satu.ndjson").write_bytes(zeeschuimer())
    app = App.build(settings, clock=FakeClock(AT))
    held = Appointment(PersonKind.PNS, "SD Negeri 1 Contoh", "Guru", "Kabupaten Contoh", date(2020, 1, 1))
    accounts = (AccountRow(Platform.INSTAGRAM, "1001", "sari.reka"), AccountRow(Platform.TIKTOK, "", "sari.reka"))
    row = RosterRow(1, "", "Sari Reka", "Sari Reka", held, accounts)
    app.store.roster.apply([RosterChange(Change.NEW, row, None)])
    (done,) = app.gather(["peramban"], lambda _: None)
    assert done.outcome is Outcome.OK_ITEMS
    # Three acts on TikTok, three posts and a comment on Instagram; the contest's accounts posted nothing in this file.
    assert (done.new, app.store.items.count()) == (7, 7)
    found = app.store.items.find("instagram", "CxUji_1")
    assert found is not None
    archived = app.archive.read(found.evidence_sha256)
    assert b"CxUji_1" in archived
    assert b"Resep sayur" not in archived
    assert all(b"Resep sayur" not in app.archive.read(one) for one in app.archive.hashes())
    (again,) = app.gather(["peramban"], lambda _: None)
    assert (again.new, again.edited, app.store.items.count()) == (0, 0, 7)
    app.close()
