"""Invented people, accounts and acts for tests of the roster."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from monitor.models import (
    Account,
    AccountRef,
    Appointment,
    Confidence,
    HandleSpan,
    Item,
    ItemKind,
    Person,
    PersonKind,
    Platform,
    StoredItem,
)
from monitor.roster.names import strip_titles

WIB = ZoneInfo("Asia/Jakarta")
NOON = datetime(2025, 5, 1, 5, 0, tzinfo=UTC)


def person(
    person_id: int,
    full_name: str,
    office: str = "Dinas Uji",
    post: str = "Analis",
    region: str = "Kabupaten Contoh",
    appointments: tuple[Appointment, ...] | None = None,
) -> Person:
    if appointments is None:
        appointments = (Appointment(PersonKind.PNS, office, post, region),)
    return Person(person_id, strip_titles(full_name), full_name, appointments)


def account(
    person_id: int,
    native_id: str = "",
    handle: str = "",
    confidence: Confidence = Confidence.VERIFIED,
    platform: Platform = Platform.INSTAGRAM,
    spans: tuple[HandleSpan, ...] = (),
) -> Account:
    handles = spans or ((HandleSpan(handle),) if handle else ())
    return Account(person_id * 100 + len(native_id), person_id, platform, native_id, handles, confidence)


def post(
    author: AccountRef | None, text: str = "halo", at: datetime | None = NOON, kind: ItemKind = ItemKind.POST
) -> StoredItem:
    platform = author.platform if author else Platform.OTHER
    return StoredItem(1, 1, Item("uji", platform, "1", kind, author, text, happened_at=at), "", "", NOON)


def article(text: str, title: str = "Judul", at: datetime | None = NOON) -> StoredItem:
    item = Item("uji", Platform.NEWS, "1", ItemKind.ARTICLE, None, text, title=title, happened_at=at)
    return StoredItem(1, 1, item, "", "", NOON)
