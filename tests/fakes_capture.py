"""Posters, screenshots and an invented office that judges, for everything about recording by hand."""

from __future__ import annotations

import io
import json
import struct
import zlib
from datetime import date
from pathlib import Path

from flask import Flask
from PIL import Image, ImageDraw, ImageFont

from monitor.app import App
from monitor.capture.ocr import Reader
from monitor.judge import Judges
from monitor.models import AccountRow, Appointment, Change, Confidence, PersonKind, Platform, RosterChange, RosterRow
from monitor.web import RuleDesk, Services, create_app
from tests.fakes_web import REGION, World
from tests.offices import ROOT, make_office

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")


class JudgingWorld(World):
    """The invented office with the shipped rules and contest, so that what is confirmed is really screened."""

    def __init__(self, folder: Path, reader: Reader | None = None) -> None:
        super().__init__(folder)
        self.office = App.build(make_office(folder / "kantor"), clock=self.clock)
        self.office.store = self.store
        self.reader = reader

    def app(self, *, demo: bool = True) -> Flask:
        office = self.office
        desk = RuleDesk(office.governance, self.judges, office.judges_of)
        base = self.services(demo=demo)
        return create_app(
            Services(
                base.config,
                self.store,
                self.archive,
                self.clock,
                base.secret_key,
                base.demo_login,
                desk,
                reader=self.reader,
            )
        )

    def judges(self) -> Judges:
        """Read rules and model only where something is judged."""
        self.office.governance.refresh_shipped()
        return self.office.judges()

    def person(
        self, name: str, *accounts: tuple[Platform, str, str], nip: str = "", region: str = REGION, post: str = "Guru"
    ) -> int:
        """Put somebody into the roster; accounts as (platform, native id, handle)."""
        held = Appointment(PersonKind.PNS, "SD Negeri 1 Contoh", post, region, date(2020, 1, 1))
        rows = tuple(AccountRow(place, native, handle, Confidence.MATCHED) for place, native, handle in accounts)
        row = RosterRow(1, nip, name, name, held, rows)
        self.store.roster.apply([RosterChange(Change.NEW, row, None)])
        return max(one.person_id for one in self.store.roster.persons())

    def close(self) -> None:
        if self.reader is not None:
            self.reader.close()
        super().close()


def png(width: int = 300, height: int = 200, colour: str = "teal") -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg_with_place() -> bytes:
    """A photo that says where it was taken, by whom, and which way up it is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "KameraRekaan"
    exif[0x9286] = "RahasiaRekaan"
    out = io.BytesIO()
    Image.new("RGB", (80, 40), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims `side` x `side` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def poster(lines: tuple[str, ...], size: tuple[int, int] = (1080, 1350), scale: int = 78) -> bytes:
    """A campaign poster of these lines, as a phone would show it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], 160), fill="#0b5a4e")
    at = 220
    for line in lines:
        face = ImageFont.truetype(str(FONT), scale)
        wide = draw.textlength(line, font=face)
        if wide > size[0] - 120:
            face = ImageFont.truetype(str(FONT), int(scale * (size[0] - 120) / wide))
            wide = draw.textlength(line, font=face)
        draw.text(((size[0] - wide) / 2, at), line, fill="black", font=face)
        at += int(scale * 1.9)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def manifest(world: World, item_id: int) -> dict[str, object]:
    """Read the manifest behind an item."""
    stored = world.store.items.get(item_id)
    assert stored is not None
    found: dict[str, object] = json.loads(world.archive.read(stored.evidence_sha256))
    return found


__all__ = ["FONT", "ROOT", "JudgingWorld", "bomb", "jpeg_with_place", "manifest", "png", "poster"]
