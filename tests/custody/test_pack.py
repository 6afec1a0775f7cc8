"""A pack is checked here as a stranger would: unzip and sha256sum in an empty environment, a WARC tool, a browser's eye."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from monitor import custody
from monitor.config import Config
from monitor.custody.copies import Box, Hidden, boxed, masked_words, text_copy
from monitor.custody.handover import many_people, write_file
from monitor.custody.pack import SUMS, Choice, write_pack
from monitor.errors import ArchiveError, NotAllowedError
from monitor.models import Role
from monitor.store import NewPiece, PieceKind, Touch
from tests.custody.office import Kept, collect, fill
from tests.fakes_store import add_user, flag_all

HOSTILE = "<script>alert('x')</script> \u202etxt.exe <img src=x onerror=alert(1)> @tetangga.rekaan ayo nomor satu"


def config(folder: Path) -> Config:
    return Config.model_validate(
        {
            "mode": "demo",
            "office": {"name": "Bawaslu <Contoh>", "region": "Kabupaten Contoh", "timezone": "WIB", "contact": "a@b.example"},
            "processing": {"purpose": "mencoba berkas bukti dengan data rekaan", "legal_basis": "data rekaan"},
            "database": str(folder / "netra.db"), "archive": "arsip", "heads": "kepala",
            "sources": [{"type": "feed", "id": "warta", "url": "https://warta.contoh.example/feed"},
                        {"type": "csv", "id": "lembar", "path": "a.csv"}],
        }
    )  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path) -> Any:
    made = fill(tmp_path / "kantor", (HOSTILE, "Pilih nomor dua", "Jadwal imunisasi"))
    yield made
    made.store.close()


def desk(kept: Kept) -> custody.Desk:
    return custody.Desk(config(kept.folder), kept.store, kept.archive, kept.clock)


def pack(kept: Kept, *flag_ids: int, **more: Any) -> bytes:
    out = io.BytesIO()
    custody.hand_over(desk(kept), flag_ids or kept.flags[:1], out, kept.user, "permintaan pleno", **more)
    return out.getvalue()


def names(content: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def read(content: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


def checked(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)


def unpacked(content: bytes, folder: Path) -> Path:
    (folder / "berkas.zip").write_bytes(content)
    done = checked(folder, "/usr/bin/unzip", "-q", "berkas.zip", "-d", "isi")
    assert done.returncode == 0, done.stderr
    return folder / "isi"


def test_standard_tools_alone_find_it_whole_and_a_change_too(kept: Kept, tmp_path: Path) -> None:
    folder = unpacked(pack(kept, *kept.flags), tmp_path)
    done = checked(folder, "/usr/bin/sha256sum", "-c", SUMS)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(": OK") == len((folder / SUMS).read_text().splitlines()) > 10
    listed = {line.partition("  ")[2] for line in (folder / SUMS).read_text().splitlines()}
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert present == listed | {SUMS}
    victim = min(folder.glob("bukti/*"))
    victim.write_bytes(victim.read_bytes() + b" ")
    done = checked(folder, "/usr/bin/sha256sum", "-c", SUMS)
    assert done.returncode != 0
    assert f"{victim.relative_to(folder)}: FAILED" in done.stdout


def test_the_warc_in_it_is_readable_and_holds_the_answer(kept: Kept) -> None:
    content = pack(kept)
    [name] = [one for one in names(content) if one.startswith("warc/")]
    bodies = [
        record.content_stream().read()
        for record in ArchiveIterator(io.BytesIO(read(content, name)))
        if record.rec_type == "response"
    ]
    assert bodies == [f"<p>{HOSTILE}</p>".encode()]


def test_equal_input_gives_equal_bytes(kept: Kept) -> None:
    cases = [custody.gather(kept.store, flag_id) for flag_id in kept.flags]
    office = custody.case.PackOffice(
        "Kantor Contoh", config(kept.folder).zone, "WIB", kept.clock(), custody_state(), kept.store.audit.head()
    )
    one, two = io.BytesIO(), io.BytesIO()
    for out in (one, two):
        write_pack(out, cases, kept.archive, office, Choice(lambda _: False))
    assert one.getvalue() == two.getvalue()


def custody_state() -> Any:
    from tests.custody.office import STILL  # noqa: PLC0415 - the one state of the clock in these tests

    return STILL


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_viewer_runs_nothing_and_leads_nowhere(kept: Kept) -> None:
    page = read(pack(kept), "index.html").decode()
    tags = Tags()
    tags.feed(page)
    kinds = {tag for tag, _ in tags.seen}
    assert not kinds & {"script", "a", "iframe", "object", "embed", "form", "link", "base"}
    assert not [key for _tag, attributes in tags.seen for key in attributes if key.startswith("on")]
    assert all(not (attributes.get("src") or "").startswith(("http", "//", "data:")) for _, attributes in tags.seen)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "&lt;script&gt;alert" in page
    assert "[U+202E]" in page
    assert "Bawaslu &lt;Contoh&gt;" in page


def test_the_manifest_says_where_everything_came_from(kept: Kept) -> None:
    content = pack(kept)
    whole = json.loads(read(content, "manifest.json"))
    assert whole["rantai_audit"]["sidik"]
    assert whole["alasan"] == "permintaan pleno"
    assert whole["kasus"][0]["buku_bukti"][0]["apa"] == "lihat"
    case = json.loads(read(content, f"kasus/{kept.flags[0]}/manifest.json"))
    [fetched] = case["pengambilan"]
    assert fetched["alamat"] == "https://warta.contoh.example/p0"
    assert (fetched["hasil"], fetched["status"]) == ("ok_items", 200)
    assert fetched["jam_komputer"] == {"disinkronkan": True, "selisih_monotonik_detik": 1000.0}
    assert case["pendapat"]["sidik"] == {"aturan": "a" * 64}
    assert f"bukti/{fetched['badan_sha256']}.bin" in whole["berkas"]


def test_an_export_is_logged_with_the_digest_of_the_pack(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "berkas.zip"
    done = write_file(
        path, lambda target: custody.hand_over(desk(kept), kept.flags[:2], target, kept.user, "permintaan pleno")
    )
    said = subprocess.run(["/usr/bin/sha256sum", str(path)], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == done.sha256
    for flag_id in kept.flags[:2]:
        entry = kept.store.custody.log(flag_id)[-1]
        assert (entry.act, entry.why, entry.sha256) == (Touch.EXPORT, "permintaan pleno", done.sha256)
    assert kept.verify().ok


def test_who_may_not_gets_nothing_and_nothing_is_logged(kept: Kept) -> None:
    monitor = add_user(kept.store, "pemantau2")
    second = add_user(kept.store, "kedua", roles=[Role.SECOND_REVIEWER])
    before = kept.store.custody.entries()
    refused = [
        (monitor, kept.flags[:1], "alasan", {}),
        (second, kept.flags[:1], "alasan", {"originals": True}),
        (kept.user, kept.flags[:1], "  ", {}),
        (kept.user, kept.flags[:1], "x" * 501, {}),
        (kept.user, [], "alasan", {}),
        (kept.user, [999], "alasan", {}),
    ]
    for user, flags, why, more in refused:
        out = io.BytesIO()
        with pytest.raises(NotAllowedError):
            custody.hand_over(desk(kept), flags, out, user, why, **more)
        assert out.getvalue() == b""
    assert kept.store.custody.entries() == before


def test_damaged_evidence_is_not_handed_over(kept: Kept) -> None:
    sha256 = kept.store.flags.get(kept.flags[0]).stored.evidence_sha256
    next(kept.archive.folder.glob(f"??/??/{sha256}.gz")).write_bytes(b"rusak")
    with pytest.raises(ArchiveError, match="Tidak ada yang diserahkan"):
        pack(kept)


def test_a_masked_copy_stands_in_for_words_answer_and_warc(kept: Kept) -> None:
    flag = kept.store.flags.get(kept.flags[0])
    content = text_copy(flag.stored.item, ["@Tetangga.Rekaan"])
    kept.store.custody.note(
        Touch.REDACT, user_id=kept.user.user_id, flag_id=flag.flag_id,
        pieces=[NewPiece(PieceKind.TEXT_COPY, kept.archive.put_bytes(content), len(content), flag.flag_id)],
    )  # fmt: skip
    given = pack(kept)
    assert not [one for one in names(given) if one.startswith(("warc/", "bukti/"))]
    for name in names(given):
        assert b"tetangga.rekaan" not in read(given, name), name
    assert "█" * 16 in read(given, "index.html").decode()
    assert json.loads(read(given, f"kasus/{flag.flag_id}/butir.json"))["disunting"]
    assert flag.stored.evidence_sha256 in json.loads(read(given, "manifest.json"))["tidak_disertakan"]
    whole = pack(kept, originals=True)
    assert b"tetangga.rekaan" in read(whole, "index.html")
    assert [one for one in names(whole) if one.startswith("warc/")]


def test_a_file_of_many_people_stays_at_the_office(kept: Kept) -> None:
    many = many_people(config(kept.folder))
    assert [many(one) for one in ("warta", "lembar", "entah", "tangkapan:petugas", "warta/akun")] == [
        False, True, True, False, False,
    ]  # fmt: skip
    only = replace(desk(kept), config=config(kept.folder).model_copy(update={"sources": ()}))
    out = io.BytesIO()
    custody.hand_over(only, kept.flags[:1], out, kept.user, "alasan")
    assert not [one for one in names(out.getvalue()) if one.startswith(("bukti/", "warc/"))]
    assert "orang lain juga" in str(json.loads(read(out.getvalue(), "manifest.json"))["tidak_disertakan"])


def picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "PNG")
    return out.getvalue()


def test_a_picture_goes_out_as_its_working_copy(kept: Kept) -> None:
    original = kept.archive.put_bytes(picture())
    copy = boxed(picture(), [Box(10, 10, 50, 50, Hidden.FACE)])
    flag_id = kept.flags[0]
    shot = NewPiece(PieceKind.SCREENSHOT, original, len(picture()), flag_id)
    made = NewPiece(PieceKind.PICTURE_COPY, kept.archive.put_bytes(copy), len(copy), flag_id, origin_sha256=original)
    kept.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=flag_id, pieces=[shot])
    before = pack(kept)
    assert f"gambar/{original}.png" in names(before)
    kept.store.custody.note(Touch.REDACT, user_id=kept.user.user_id, flag_id=flag_id, pieces=[made])
    after = pack(kept)
    assert f"gambar/{original}.png" not in names(after)
    assert f"gambar/{made.sha256}.png" in names(after)
    assert f'src="gambar/{made.sha256}.png"' in read(after, "index.html").decode()
    assert kept.archive.read(original) == picture()
    assert {f"gambar/{original}.png", f"gambar/{made.sha256}.png"} <= set(names(pack(kept, originals=True)))


def test_the_guide_names_the_commands_that_were_tried(kept: Kept) -> None:
    said = read(pack(kept), "CARA-MEMERIKSA.txt").decode()
    assert "sha256sum -c SHA256SUMS" in said
    assert re.search(r"openssl ts -verify -data SHA256SUMS -in cap-waktu/SHA256SUMS\.tsr", said)


def test_two_cases_of_one_answer_share_its_file(kept: Kept) -> None:
    collect(kept.store, kept.archive, "p9", "sama", body=f"<p>{HOSTILE}</p>".encode())
    flags = flag_all(kept.store, kept.store.roster.persons(), kept.store.items.unscreened(5), "d2")
    content = pack(kept, *flags)
    assert len(names(content)) == len(set(names(content)))
    assert masked_words(custody.gather(kept.store, flags[-1]), kept.archive) is None
