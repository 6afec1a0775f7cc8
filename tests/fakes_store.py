"""Made-up values for the store, and a store whose passwords cost next to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from monitor.models import (
    Account,
    AccountRef,
    AccountRow,
    Actor,
    Appointment,
    Basis,
    Capture,
    Change,
    Confidence,
    Door,
    Field,
    Ground,
    Item,
    ItemKind,
    Level,
    Match,
    Opinion,
    Outcome,
    Page,
    Parent,
    Person,
    PersonKind,
    Phase,
    Platform,
    Reason,
    Relation,
    Request,
    Response,
    Role,
    RosterChange,
    RosterRow,
    Screened,
    SeenAct,
    Setting,
    Span,
    StoredItem,
    User,
    WordMark,
)
from monitor.store import Saved, Store
from tests.fakes import START, FakeClock

URL = "https://warta.contoh.example/feed"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "sandi rekaan panjang"


def open_store(folder: Path, clock: FakeClock | None = None) -> Store:
    return Store.open(folder / "netra.db", clock or FakeClock(), CHEAP)


def an_item(native_id: str, text: str = "Selamat pagi", **changes: Any) -> Item:
    plain = Item(
        source_id="contoh",
        platform=Platform.INSTAGRAM,
        native_id=native_id,
        kind=ItemKind.POST,
        author=AccountRef(Platform.INSTAGRAM, "ig-1", "uji.rekaan", "Uji Rekaan"),
        text=text,
        url=f"https://instagram.example/p/{native_id}",
        happened_at=START - timedelta(days=1),
        happened_raw="31 Mei 2025",
        happened_rule="WIB",
    )
    return replace(plain, **changes)


def a_response(url: str = URL, **changes: Any) -> Response:
    return replace(Response(Request(url, "feed"), START, None, status=200, final_url=url), **changes)


def save(store: Store, *items: Item, source_id: str = "contoh", run_id: int = 1, **page: Any) -> Saved:
    return store.items.save_page(
        source_id=source_id,
        run_id=run_id,
        response=a_response(),
        page=Page(page.pop("outcome", Outcome.OK_ITEMS), items, **page),
        evidence_sha256="e" * 64,
    )


def a_row(number: int = 1, **changes: Any) -> RosterRow:
    plain = RosterRow(
        line=number + 1,
        nip=f"19800101200501{number:04d}",
        full_name=f"dr. Uji Rekaan {number}, M.Si.",
        name=f"Uji Rekaan {number}",
        appointment=Appointment(
            PersonKind.PNS,
            "Dinas Contoh",
            "Analis",
            "Kabupaten Contoh" if number % 2 else "Kabupaten Misal",
            date(2020, 1, 1),
        ),
        accounts=(AccountRow(Platform.INSTAGRAM, f"ig-{number}", f"uji.rekaan.{number}", Confidence.MATCHED),),
    )
    return replace(plain, **changes)


def add_people(store: Store, count: int = 1) -> list[Person]:
    store.roster.apply([RosterChange(Change.NEW, a_row(number), None) for number in range(1, count + 1)])
    return store.roster.persons()


def add_user(store: Store, name: str = "pemantau", **changes: Any) -> User:
    return store.users.create(name, "Pemantau Contoh", PASSWORD, changes.pop("roles", [Role.MONITOR]), **changes)


def an_actor(store: Store, person: Person) -> Actor:
    account: Account | None = next((one for one in store.roster.accounts() if one.person_id == person.person_id), None)
    return Actor(person, Basis.ACCOUNT_ID, 1.0, account, person.appointments[-1], ((0, 3),), 1, "id akun sama")


def an_opinion(urgency: float = 3.0, level: Level = Level.HIGH, **changes: Any) -> Opinion:
    plain = Opinion(
        level=level,
        reasons=(Reason("ajakan", "mengajak memilih nomor 1"),),
        forms=("KE-1", "DIS-2"),
        matches=(
            Match(
                "ajakan-nomor", "d" * 64, "Ajakan", level, ("KE-1",), Ground.OWN_TEXT, (Span(Field.TEXT, 0, 4, "ayo!"),)
            ),
        ),
        probability=0.875,
        words=(WordMark("ayo", 1.25),),
        ground=Ground.OWN_TEXT,
        setting=Setting("pilkada-contoh-2025", Phase.CAMPAIGN, 2, Relation.CAMPAIGN),
        urgency=urgency,
        digests=(("aturan", "a" * 64),),
    )
    return replace(plain, **changes)


def flag_all(store: Store, people: list[Person], stored: list[StoredItem], digest: str = "d1") -> list[int]:
    """One flag an item, the persons in turn; urgency falls with the place."""
    actors = [an_actor(store, person) for person in people]
    results = [
        Screened(one, ((actors[place % len(actors)], an_opinion(100.0 - place)),)) for place, one in enumerate(stored)
    ]
    store.flags.save(results, 1, digest)
    return [
        flag_id
        for (flag_id,) in store.flags._connection.db.execute("SELECT flag_id FROM flags ORDER BY flag_id").fetchall()
    ]


def a_case(store: Store, count: int = 1) -> list[int]:
    """People, items and flags in one go."""
    people = add_people(store, max(1, count // 2))
    save(store, *[an_item(f"p{number}", f"Ayo nomor satu {number}") for number in range(count)])
    return flag_all(store, people, store.items.unscreened(count))


def a_like(native_id: str, parent_id: str) -> Item:
    return an_item(native_id, "", kind=ItemKind.LIKE, parent=Parent(parent_id))


def a_capture(**changes: Any) -> Capture:
    account = AccountRef(Platform.INSTAGRAM, "ig-1", "uji.rekan.1")
    plain = Capture(
        Door.OFFICER, SeenAct.LIKE, 1, "Kabupaten Contoh", account, "tangkapan:uji", "instagram:CxUji", "CxUji",
        "https://www.instagram.com/p/CxUji/", START,
    )  # fmt: skip
    return replace(plain, **changes)
