"""Working copies made by hand: what is covered is gone from the copy, the original stays, everything is logged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image

from monitor.custody.copies import Box, CopyError, Hidden, boxed, masked, open_picture, suggestions
from monitor.models import AccountRef, Parent, Platform
from monitor.store import NewPiece, PieceKind, Touch
from tests.fakes_store import an_item
from tests.fakes_web import World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


def picture(kind: str = "PNG", size: tuple[int, int] = (200, 100)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "white")
    image.paste("red", (20, 20, 60, 60))
    image.save(out, kind)
    return out.getvalue()


@pytest.fixture
def shot(world: World, flags: list[int]) -> str:
    """A screenshot of the first case."""
    sha256 = world.archive.put_bytes(picture())
    piece = NewPiece(PieceKind.SCREENSHOT, sha256, len(picture()), flags[0])
    world.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=flags[0], pieces=[piece])
    return sha256


def test_boxes_by_form_cover_for_good_and_the_original_stays(
    world: World, reader: Reader, flags: list[int], shot: str
) -> None:
    page = reader.get(f"/tanda/{flags[0]}/sunting/{shot}")
    assert 'viewBox="0 0 200 100"' in page.text
    box = {"kiri-0": "20", "atas-0": "20", "lebar-0": "40", "tinggi-0": "40", "isi-0": "anak"}
    seen = reader.send(f"/tanda/{flags[0]}/sunting/{shot}", langkah="lihat", **box)
    assert '<rect x="20" y="20" width="40" height="40"/>' in seen.text
    assert world.store.custody.pieces(kind=PieceKind.PICTURE_COPY) == []
    assert reader.send(f"/tanda/{flags[0]}/sunting/{shot}", langkah="simpan", **box).status_code == 303
    [copy] = world.store.custody.pieces(kind=PieceKind.PICTURE_COPY)
    assert (copy.origin_sha256, copy.detail["anak"]) == (shot, True)
    colours = open_picture(world.archive.read(copy.sha256)).getcolors(10_000)
    assert colours is not None
    assert (255, 0, 0) not in {colour for _count, colour in colours}
    assert world.archive.read(shot) == picture()
    entry = world.store.custody.log(flags[0])[-1]
    assert (entry.act, entry.sha256, entry.detail) == (Touch.REDACT, shot, "1 kotak, anak")
    case = reader.get(f"/tanda/{flags[0]}").text
    assert "memuat anak" in case
    assert 'value="20"' in reader.get(f"/tanda/{flags[0]}/sunting/{shot}").text
    assert world.store.audit.verify().ok


def test_the_copy_goes_into_the_pack_and_the_original_does_not(
    world: World, sign_in: SignIn, flags: list[int], shot: str
) -> None:
    reader = sign_in("koordinator")
    box = {"kiri-0": "0", "atas-0": "0", "lebar-0": "30", "tinggi-0": "30", "isi-0": "wajah", "langkah": "simpan"}
    reader.send(f"/tanda/{flags[0]}/sunting/{shot}", **box)
    [copy] = world.store.custody.pieces(kind=PieceKind.PICTURE_COPY)
    given = reader.send(f"/tanda/{flags[0]}/berkas", keperluan="permintaan pleno")
    names = zipfile.ZipFile(io.BytesIO(given.data)).namelist()
    assert f"gambar/{copy.sha256}.png" in names
    assert f"gambar/{shot}.png" not in names


@pytest.mark.parametrize(
    "box",
    [
        {},
        {"kiri-0": "x", "atas-0": "1", "lebar-0": "1", "tinggi-0": "1", "isi-0": "wajah"},
        {"kiri-0": "190", "atas-0": "1", "lebar-0": "50", "tinggi-0": "1", "isi-0": "wajah"},
        {"kiri-0": "-1", "atas-0": "1", "lebar-0": "5", "tinggi-0": "1", "isi-0": "wajah"},
        {"kiri-0": "1", "atas-0": "1", "lebar-0": "0", "tinggi-0": "1", "isi-0": "wajah"},
        {"kiri-0": "1", "atas-0": "1", "lebar-0": "5", "tinggi-0": "5", "isi-0": "<script>"},
        {"kiri-0": "1", "atas-0": "1", "lebar-0": "5", "isi-0": "wajah"},
        {"kiri-0": "²", "atas-0": "1", "lebar-0": "5", "tinggi-0": "5", "isi-0": "wajah"},
    ],
)
def test_mistakes_are_said_and_nothing_is_stored(
    world: World, reader: Reader, flags: list[int], shot: str, box: dict[str, str]
) -> None:
    answer = reader.send(f"/tanda/{flags[0]}/sunting/{shot}", langkah="simpan", **box)
    assert answer.status_code == 400
    assert "Salinan belum dibuat" in answer.text
    assert "<script>" not in answer.text.replace('<script src="/static', "")
    assert world.store.custody.pieces(kind=PieceKind.PICTURE_COPY) == []


def test_only_pictures_of_this_case_and_only_those_who_decide(
    world: World, sign_in: SignIn, flags: list[int], shot: str
) -> None:
    reader = sign_in("pemantau")
    for path in (f"/tanda/{flags[1]}/sunting/{shot}", f"/tanda/{flags[1]}/gambar/{shot}",
                 f"/tanda/{flags[0]}/gambar/{'0' * 64}", f"/tanda/{flags[0]}/gambar/..%2f..%2fetc"):  # fmt: skip
        assert reader.get(path).status_code == 404
    auditor = sign_in("auditor")
    assert auditor.get(f"/tanda/{flags[0]}/sunting/{shot}").status_code == 403
    assert auditor.get(f"/tanda/{flags[0]}/sunting-teks").status_code == 403
    assert "/sunting" not in auditor.get(f"/tanda/{flags[0]}").text


def test_a_picture_is_served_as_nothing_else_and_the_look_is_logged(
    world: World, reader: Reader, flags: list[int], shot: str
) -> None:
    answer = reader.get(f"/tanda/{flags[0]}/gambar/{shot}")
    assert (answer.mimetype, answer.data) == ("image/png", picture())
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert world.store.custody.log(flags[0])[-1].subject == "gambar"
    html = world.archive.put_bytes(b"<script>alert(1)</script>")
    piece = NewPiece(PieceKind.SCREENSHOT, html, 1, flags[0])
    world.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=flags[0], pieces=[piece])
    assert reader.get(f"/tanda/{flags[0]}/gambar/{html}").status_code == 404
    assert reader.get(f"/tanda/{flags[0]}/sunting/{html}").status_code == 404


def test_words_are_masked_and_proposed(world: World, reader: Reader, flags: list[int]) -> None:
    page = reader.get(f"/tanda/{flags[0]}/sunting-teks").text
    assert "contohbersinar" in page  # the owner of the post, proposed
    seen = reader.send(f"/tanda/{flags[0]}/sunting-teks", kata="Bang Andi Mis", langkah="lihat").text
    assert "█" * 13 in seen
    assert world.store.custody.pieces(kind=PieceKind.TEXT_COPY) == []
    assert reader.send(f"/tanda/{flags[0]}/sunting-teks", kata="bang andi mis", langkah="simpan").status_code == 303
    [copy] = world.store.custody.pieces(kind=PieceKind.TEXT_COPY)
    assert b"Andi Mis" not in world.archive.read(copy.sha256)
    assert "Bang Andi Mis" in world.store.flags.get(flags[0]).stored.item.text
    assert reader.send(f"/tanda/{flags[0]}/sunting-teks", kata="tidak ada di sini", langkah="simpan").status_code == 400
    assert reader.send(f"/tanda/{flags[0]}/sunting-teks", kata=" ", langkah="simpan").status_code == 400


def test_what_a_camera_wrote_is_not_in_the_copy() -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Kamera Rahasia"
    image.save(out, "JPEG", exif=exif)
    made = boxed(out.getvalue(), [Box(0, 0, 5, 5, Hidden.FACE)])
    assert open_picture(made).size == (20, 40)  # turned as the camera said
    assert b"Kamera Rahasia" not in made


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a" + b"\0" * 40, picture()[:40], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(CopyError):
        boxed(content, [Box(0, 0, 1, 1, Hidden.OTHER)])


def test_the_actors_own_handle_is_not_proposed() -> None:
    owner = AccountRef(Platform.INSTAGRAM, "9", "tetangga.rekaan", "Tetangga Rekaan")
    item = an_item("a", "halo @uji.rekaan dan @tetangga.rekaan", parent=Parent("p", "", "balasan @orang.lain", owner))
    assert suggestions(item) == ["@tetangga.rekaan", "@orang.lain", "Tetangga Rekaan", "tetangga.rekaan"]
    assert masked(item, ["@orang.lain"])["isi_induk"] == "balasan " + "█" * 11
